"""Which lessons Moodle has no more, and which sessions were never met. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from .course_index import CourseIndex
from .given_again import given_again
from .lessons import Lesson, Place, lessons_of
from .linking import is_detached
from .records import Met, MoodleSession, Sheet


@dataclass(frozen=True)
class Sides:
    """* ``gone``: lessons whose session is gone; ``living``: the others, also where nobody knows;
    * ``new``: sessions that were never met, though another one may have had their number, and have
      no sheet; ``never``: of which activities nothing was ever met;
    * ``again``: activities whose number another one had before.
    """

    index: CourseIndex
    met: Met
    gone: list[Lesson]
    living: list[Lesson]
    new: list[MoodleSession]
    never: frozenset[int]
    again: frozenset[int]

    @classmethod
    def of(cls, index: CourseIndex, met: Met) -> "Sides":
        again = given_again(index, met)
        linked = [s for s in index.local.sheets if s.session_id and s.seen and s.own]
        left = _Left(index, again)
        gone = [sheet for sheet in linked if left.session(sheet)]
        lost = {sheet.id for sheet in gone}
        holding = {
            session_id
            for session_id, sheets in index.sheets_of_session.items()
            if any(sheet.id not in lost for sheet in sheets)
        }
        activities = {session.activity_id for session in index.reading.sessions}
        never = frozenset(a for a in activities if met.never(a) or a in again)
        reused = {
            sheet.session_id
            for sheet in linked
            if sheet.id in index.misplaced and not is_detached(sheet)
        }
        new = [
            session
            for session in index.reading.sessions
            if session.id not in holding
            and (session.activity_id in never or session.id in reused or met.is_new(session))
        ]
        whole = {_place(sheet) for sheet in gone if left.activity(sheet)}
        living = [sheet for sheet in linked if sheet.id not in lost]
        new.sort(key=lambda session: (session.starts, session.id))
        return cls(index, met, lessons_of(gone, whole), lessons_of(living), new, never, again)

    def answer(self, key: str) -> str | None:
        return self.met.answers.get(key)


class _Left:
    """Whether Moodle has no more what a linked sheet was of; only where that is known."""

    def __init__(self, index: CourseIndex, again: Iterable[int]) -> None:
        reading = index.reading
        self._reading, self._again = reading, set(again)
        self._sessions, self._misplaced = index.sessions, index.misplaced
        self._activities = {activity.id for activity in reading.activities}
        self._odd_activities = {r.id for r in reading.odd if r.what == "activity"}
        self._holding = {session.activity_id for session in reading.sessions}
        self._unread = {item.session_id for item in reading.unreadable}
        self._unread |= {r.id for r in reading.odd if r.what == "session"}

    def session(self, sheet: Sheet) -> bool:
        """Whether its session is gone."""
        course, activity = _place(sheet)
        if course != self._reading.course.id:
            listed = self._reading.courses_listed
            return bool(listed) and course not in listed
        if activity in self._again:
            return True
        if sheet.session_id in self._sessions and sheet.id not in self._misplaced:
            return False
        return sheet.session_id not in self._unread and (
            activity in self._reading.listed
            or sheet.session_id in self._reading.gone
            or self._unlisted(activity)
        )

    def activity(self, sheet: Sheet) -> bool:
        """Whether the whole activity of a session that is gone is, too."""
        course, activity = _place(sheet)
        if course != self._reading.course.id or activity in self._again:
            return True
        if activity in self._reading.listed:
            return activity not in self._holding
        return self._unlisted(activity)

    def _unlisted(self, activity: int) -> bool:
        return (
            self._reading.listed_all
            and activity not in self._activities
            and not self._odd_activities & {0, activity}
        )


def _place(sheet: Sheet) -> Place:
    assert sheet.seen is not None
    return sheet.seen.course_id, sheet.seen.activity_id
