"""Sessions whose date is in doubt because of when they were taken: most often day and month were
exchanged in a list that was imported. Pure."""

from collections.abc import Iterable
from datetime import date

from . import merge
from .course_index import CourseIndex
from .findings import Findings
from .records import MoodleSession

DAY = 24 * 3600  # seconds
# As many absences may be announced before a session begins, also where that is most of a class.
FEW = 2
# What nobody announces.
THERE = frozenset("PL")


def report_misdated(
    index: CourseIndex, sessions: Iterable[MoodleSession], findings: Findings
) -> None:
    """Note sessions that somebody took at a time which does not fit their date. Their marks are
    treated as those of any other: they wait until it begins, or come over.

    :param sessions: all of the course, also those before its start: a wrong date leads there, too
    """
    rules = index.rules
    if rules.direction == merge.OEC or not rules.clock_sure:
        return
    for session in sessions:
        taken = taken_at(session, rules.user_id)
        if not taken or abs(taken - session.starts) <= DAY:
            continue
        day = rules.date(taken)
        other = exchanged_for(index.day(session), day)
        if taken < session.starts:
            doubt = bool(other) or not rules.begun(session)
            doubt = doubt and taken_as_a_whole(index, session)
        else:
            doubt = bool(other) and rules.in_window(day)
        if doubt:
            _tell(index, session, day, other, findings)


def taken_at(session: MoodleSession, user_id: int) -> int:
    """When a session was taken. Where Moodle has a time for each mark, that of the one in the
    middle: a mark that is corrected weeks later moves the time of the session.

    :param user_id: of the account that we write with; whatever it has sent, the sheet here is of
        that date, too
    :return: unix seconds by Moodle's clock, 0 for never
    """
    marks = [mark for mark in session.marks if mark.status_id]
    if any(mark.taken_at is not None for mark in marks):
        times = sorted(m.taken_at or 0 for m in marks if not user_id or m.taken_by != user_id)
        return times[len(times) // 2] if times else 0
    ours = user_id and session.taken_by == user_id
    return session.taken_at if marks and not ours else 0


def exchanged_for(day: date, taken: date) -> date | None:
    """What the date of a session is with day and month exchanged, if that is next to the day on
    which it was taken."""
    if day.day > 12 or day.day == day.month:
        return None
    other = date(day.year, day.day, day.month)
    return other if abs((other - taken).days) <= 1 else None


def taken_as_a_whole(index: CourseIndex, session: MoodleSession) -> bool:
    """Whether most of its students are marked, as in a lesson that was held. One or few marks
    are absences that were announced."""
    meanings = index.meanings(session)
    marks = [mark for mark in session.marks if mark.status_id]
    marked = len({mark.user_id for mark in marks} & session.user_ids)
    there = any(
        meanings[mark.status_id].status in THERE for mark in marks if mark.status_id in meanings
    )
    return marked * 2 > len(session.user_ids) and (marked > FEW or there)


def _tell(
    index: CourseIndex, session: MoodleSession, taken: date, other: date | None, findings: Findings
) -> None:
    findings.gap(
        "taken_on_other_day",
        f"session:{session.id}",
        {
            "activity": index.activity_name(session),
            "day": index.day(session).isoformat(),
            "taken": taken.isoformat(),
            "other": other.isoformat() if other else "",
        },
        moodle_id=session.id,
        # Those that wait.
        marks=0 if index.rules.begun(session) else len(session.marks),
    )
