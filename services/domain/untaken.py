"""Registers not taken: sessions that ended and in which fewer than half of the students have a
mark, of what a run has read. Pure.

Half, because a student who was enrolled later has no mark in earlier lessons, and these have been
taken all the same.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from .records import CourseReading, LocalState, MoodleSession, Sheet
from .window import Rules


@dataclass(frozen=True)
class Untaken:
    """``starts`` and ``ends``: unix seconds; ``group_id`` 0 is all participants; ``teacher``
    is empty where nobody can be named. ``marked`` of ``listed`` students have a mark, on the side
    that has more of them; both are 0 where nobody has one."""

    session_id: int
    activity_id: int
    group_id: int
    day: date
    starts: int
    ends: int
    teacher: str = ""
    marked: int = 0
    listed: int = 0

    def to_json(self) -> list[int | str]:
        """As the course remembers it; of a register that nobody has begun as it was in 1.1.0."""
        begun = [self.marked, self.listed] if self.marked else []
        return [self.session_id, self.starts, self.ends, self.group_id, self.teacher, *begun]


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
    marked_here = Counter(line.sheet_id for line in local.lines if line.status)
    found = []
    for session in sorted(reading.sessions, key=lambda s: (s.starts, s.id)):
        here = sheets.get(session.id, ())
        if (
            not _ended(session, rules)
            or session.starts < reading.course.starts
            or not rules.in_window(rules.date(session.starts))
            or session.id in pushed
            or any(sheet.state == "cancel" for sheet in here)
        ):
            continue
        marked = max(_marked_there(session), sum(marked_here[sheet.id] for sheet in here))
        if marked and 2 * marked >= len(session.user_ids):
            continue
        found.append(
            Untaken(
                session.id,
                session.activity_id,
                session.group_id,
                rules.date(session.starts),
                session.starts,
                session.starts + session.duration,
                _teacher(session, reading, rules),
                marked,
                len(session.user_ids) if marked else 0,
            )
        )
    return tuple(found)


def _ended(session: MoodleSession, rules: Rules) -> bool:
    return rules.now is None or session.starts + session.duration <= rules.now


def _marked_there(session: MoodleSession) -> int:
    """How many students have a mark in Moodle, also one that means nothing here or can't be used:
    the teacher was there."""
    marked = sum(1 for mark in session.marks if mark.status_id)
    return marked + sum(1 for record in session.odd if record.what == "mark")


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
