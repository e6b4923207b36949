"""How much is taken of one course: a Moodle that lists more, or that never ends, is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..domain.records import MoodleSession
from . import moodle_errors as errors

# 20 activities of 200 sessions, for five years; with 100 students in each session.
MOST_SESSIONS = 20_000
MOST_MARKS = 2_000_000


@dataclass
class CourseLimits:
    """What was read of one course so far."""

    sessions: int = 0
    marks: int = 0

    def add(self, function: str, sessions: Iterable[MoodleSession]) -> None:
        """:param function: by which they were read
        :raise MoodleTooMany: it is more than is taken
        """
        for session in sessions:
            self.sessions += 1
            self.marks += len(session.marks)
        self.announced(function, self.sessions)
        if self.marks > MOST_MARKS:
            raise errors.MoodleTooMany(function, "marks", MOST_MARKS)

    @staticmethod
    def announced(function: str, sessions: int) -> None:
        """:param sessions: that there are, as Moodle says
        :raise MoodleTooMany: they are more than are taken
        """
        if sessions > MOST_SESSIONS:
            raise errors.MoodleTooMany(function, "sessions", MOST_SESSIONS)
