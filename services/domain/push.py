"""What goes to Moodle, and what never: Moodle checks next to nothing, so it is checked here.
Pure."""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import TypedDict

from . import plan as p
from . import status_meaning
from .course_index import CourseIndex
from .findings import Findings
from .mark_rows import expected_of
from .records import Line, MoodleSession, Sheet


class Noted(TypedDict):
    """Arguments of ``Findings.gap``, and of ``plan.gap`` but the course."""

    why: str
    key: str
    details: dict[str, object]
    moodle_id: int
    marks: int
    record: p.Record


def push_plan(
    index: CourseIndex,
    session: MoodleSession,
    sheet: Sheet,
    line: Line,
    lines: Iterable[Line],
    findings: Findings,
    remark: str | None = None,
    held: int = 0,
) -> p.PushPlan | None:
    """:param line: ``Line`` whose mark is to be sent
    :param lines: all of the same student in the sheet
    :param findings: gets why a mark is not sent
    :param remark: that goes with it; ``None``: Moodle's stays
    :param held: Moodle's status id of a mark of which only the remark is sent; one that is
        hidden by now gives way to another that means the same
    """
    student, status = line.student_id, line.status
    # A line without one is never to be sent.
    assert status is not None
    accounts = index.accounts.get(student, ())
    listed = [user for user in accounts if user in session.user_ids]
    outside = index.outside(session.activity_id, sheet.batch_id, session.group_id)
    if outside and (session.group_id or (accounts and not listed)):
        _group_outside(index, session, outside, findings)
        return None
    if session.group_id in index.closed:
        _group_closed(index, session, findings)
        return None
    if len(listed) != 1:
        why = "push_not_listed" if accounts else "push_no_account"
        record = ("op.student", student)
        findings.gap(why, f"{why}:{student}", {"student": student}, marks=1, record=record)
        return None
    if remark is not None and index.local.unsaid.get((session.id, student)) == remark_key(remark):
        findings.gap(**unsaid_remark(session, student, index.day(session), remark))
        remark = None
        if held:
            return None
    hidden = {one.id for one in session.statuses if one.hidden}
    status_id = held if held not in hidden else 0
    status_id = status_id or _status_to_send(index, session, student, listed[0], line, findings)
    if not status_id:
        return None
    return p.PushPlan(
        session_id=session.id,
        sheet_id=sheet.id,
        student_id=student,
        user_id=listed[0],
        status=status,
        status_id=status_id,
        status_set=session.status_set,
        line_ids=tuple(line.id for line in lines if line.status == status),
        marked_at=line.marked_at,
        remark=remark,
        expected=expected_of(session, listed[0]),
    )


def _group_outside(
    index: CourseIndex, session: MoodleSession, group: int, findings: Findings
) -> None:
    """Moodle would take the mark, and its page would not show it to the teacher."""
    name = index.people.group_names.get(group, "")
    findings.gap(
        "push_group_outside",
        f"grouping:{session.activity_id}:{group}",
        {"group": name, "activity": index.activity_name(session)},
        moodle_id=group,
        marks=1,
        about=name,
    )


def _group_closed(index: CourseIndex, session: MoodleSession, findings: Findings) -> None:
    """The same, where no activity offers the group."""
    name = index.people.group_names.get(session.group_id, "")
    findings.gap(
        "push_group_closed",
        f"participation:{session.group_id}",
        {"group": name},
        moodle_id=session.group_id,
        marks=1,
        about=name,
    )


def _status_to_send(
    index: CourseIndex,
    session: MoodleSession,
    student: int,
    user_id: int,
    line: Line,
    findings: Findings,
) -> int:
    """:return: Moodle's id of the status that says what a line does; 0 where there is none, or
    Moodle has accepted it once and did not keep it
    """
    status = line.status
    assert status is not None
    meanings = index.meanings(session)
    chosen, missing = status_meaning.to_send(session.statuses, meanings, status)
    if not chosen:
        _no_status(index, session, status, missing, findings)
        return 0
    held = _held(session, user_id)
    if index.local.not_held.get((session.id, student)) == (status, held, line.marked_at):
        findings.gap(**not_held(session, student, index.day(session)))
        return 0
    return chosen.id


def _held(session: MoodleSession, user_id: int) -> int:
    """:return: the status id that Moodle holds of an account, 0 for none, -1 for several"""
    rows = {mark.status_id for mark in session.marks if mark.user_id == user_id}
    return min(rows, default=0) if len(rows) < 2 else -1


def _no_status(
    index: CourseIndex, session: MoodleSession, status: str, missing: str, findings: Findings
) -> None:
    """The session's set has no status for a mark, or several and nobody has said which; and
    the letters of the set that may be meant, for somebody to choose.

    :param missing: ``none`` or ``several``
    """
    meanings = index.meanings(session)
    shown = [letter for letter in session.statuses if not letter.hidden]
    fitting = [letter.acronym for letter in shown if meanings[letter.id].status == status]
    findings.gap(
        f"push_{missing}_status",
        f"status:{session.activity_id}:{session.status_set}:{status}",
        {"status": status, "activity": index.activity_name(session), "letters": tuple(fitting)},
        marks=1,
    )
    if missing == "none":
        for letter in shown:
            if meanings[letter.id].why in status_meaning.OPEN:
                findings.letter(letter, meanings[letter.id].why)


def not_held(session: MoodleSession, student: int, day: date) -> Noted:
    """The gap of a mark that Moodle accepted and does not hold.

    :param day: of the session
    """
    return {
        "why": "push_not_held",
        "key": f"not_held:{session.id}:{student}",
        "details": {"student": student, "day": day.isoformat(), "session": session.id},
        "moodle_id": session.id,
        "marks": 1,
        "record": ("op.student", student),
    }


def remark_key(remark: str) -> str:
    """What is kept of a remark that does not get through, to know it again."""
    return hashlib.sha256(remark.encode()).hexdigest()[:16]


def unsaid_remark(session: MoodleSession, student: int, day: date, remark: str) -> Noted:
    """The gap of a remark that something in front of Moodle refuses.

    :param day: of the session
    """
    return {
        "why": "remark_refused",
        "key": f"remark_refused:{session.id}:{student}",
        "details": {"student": student, "day": day.isoformat(), "remark": remark},
        "moodle_id": session.id,
        "marks": 0,
        "record": ("op.student", student),
    }
