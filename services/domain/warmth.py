"""Which courses the schedule reads in each of its runs, and which by a slower beat.

Most courses of a school have no lesson this week. A course is warm where something may have
happened in Moodle: a session began, was taken or was changed in the last days, or begins soon.
What happened in OpenEduCat is known without asking, and warms a course at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .records import MoodleSession

HOUR = 3600
# Seconds after a session's start, or its being taken or changed, for which its course is warm.
WARM = 7 * 24 * HOUR
# Seconds before a session's start from which its course is warm.
AHEAD = HOUR
# The schedule's own beat, seconds: what is read by the slower one is never later than that.
BEAT = 15 * 60


@dataclass(frozen=True)
class Warmth:
    """What is kept of a course, unix seconds; 0 for never.

    * ``read_at``: when it was last read without trouble;
    * ``lively_at``: the last moment at which something happened in a session of it;
    * ``next_at``: when its next session begins, as known then;
    * ``touched``: whether its attendance here, or what decides about it, was changed since, by
      anybody but the synchronisation;
    * ``trouble``: whether the last attempt to read it failed;
    * ``busy``: whether there was something to do when it was read last: where something has
      happened, more may follow.
    """

    read_at: int = 0
    lively_at: int = 0
    next_at: int = 0
    touched: bool = False
    trouble: bool = False
    busy: bool = False

    def due(self, now: int, hours: int) -> bool:
        """Whether a scheduled run reads the course.

        :param now: unix seconds
        :param hours: the slower beat; 0: each run reads every course
        """
        if not hours or self.touched or self.trouble or self.busy:
            return True
        if not 0 < self.read_at <= now:
            return True
        if self.lively_at >= now - WARM or (self.next_at and self.next_at - AHEAD <= now):
            return True
        return self.read_at + hours * HOUR - BEAT <= now


def lively(sessions: Iterable[MoodleSession], now: int) -> tuple[int, int]:
    """:param sessions: all of a course
    :param now: unix seconds
    :return: ``lively_at`` and ``next_at`` of its :class:`Warmth`
    """
    last = first = 0
    for session in sessions:
        # What is stamped ahead of now is no news once its time has come.
        happened = (session.starts, session.taken_at, session.modified_at)
        last = max(last, *(moment for moment in happened if moment <= now), 0)
        if session.starts > now:
            first = min(first, session.starts) if first else session.starts
    return last, first
