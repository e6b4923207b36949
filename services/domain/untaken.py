"""Sessions that ended and hold no mark on either side, of what a run has read. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from .records import CourseReading, LocalState, MoodleSession, Sheet
from .window import Rules


@dataclass(frozen=True)
class Untaken:
    """``starts`` and ``ends``: unix seconds; ``group_id`` 0 is all participants; ``teacher``
    is empty where nobody can be named."""

    session_id: int
    activity_id: int
    group_id: int
    day: date
    starts: int
    ends: int
    teacher: str = ""

    def to_json(self) -> list[int | str]:
        """As the course remembers it."""
        return [self.session_id, self.starts, self.ends, self.group_id, self.teacher]


def untaken(
    reading: CourseReading, local: LocalState, rules: Rules, pushed: Collection[int] = frozenset()
) -> tuple[Untaken, ...]:
    """:param local: of the same course
    :param pushed: ids of sessions that get marks from OpenEduCat just now
    :return: those not taken, by time
    """
    sheets: dict[int, list[Sheet]] = {}
    for sheet in local.sheets:
        sheets.setdefault(sheet.session_id, []).append(sheet)
    marked = {line.sheet_id for line in local.lines if line.status}
    found = []
    for session in sorted(reading.sessions, key=lambda s: (s.starts, s.id)):
        here = sheets.get(session.id, ())
        if (
            _ended(session, rules)
            and session.starts >= reading.course.starts
            and rules.in_window(rules.date(session.starts))
            and not _holds_a_mark(session)
            and session.id not in pushed
            and not any(sheet.id in marked or sheet.state == "cancel" for sheet in here)
        ):
            found.append(
                Untaken(
                    session.id,
                    session.activity_id,
                    session.group_id,
                    rules.date(session.starts),
                    session.starts,
                    session.starts + session.duration,
                    _teacher(session, reading, rules),
                )
            )
    return tuple(found)


def _ended(session: MoodleSession, rules: Rules) -> bool:
    return rules.now is None or session.starts + session.duration <= rules.now


def _holds_a_mark(session: MoodleSession) -> bool:
    """Also one that means nothing here, or can't be used: somebody was there."""
    return any(mark.status_id for mark in session.marks) or any(
        record.what == "mark" for record in session.odd
    )


def _teacher(session: MoodleSession, reading: CourseReading, rules: Rules) -> str:
    """Who should have taken it. Moodle names nobody: those enrolled as teachers, where their
    roles were asked for, else whoever took the session most like it."""
    teachers = sorted(user.fullname for user in reading.users if user.teacher)
    if teachers:
        return ", ".join(teachers)
    names = {user.id: user.fullname for user in reading.users if user.id != rules.user_id}
    taken = [other for other in reading.sessions if other.taken_by in names]
    alike = max(
        taken,
        key=lambda other: (
            other.activity_id == session.activity_id,
            other.group_id == session.group_id,
            -abs(other.starts - session.starts),
            other.id,
        ),
        default=None,
    )
    return names[alike.taken_by] if alike else ""
