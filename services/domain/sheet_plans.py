"""What the sheets of one session need, new ones included. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from . import merge, pull
from . import plan as p
from .adopting import Adopted
from .course_index import CourseIndex
from .findings import Findings
from .marks import Mark
from .percent import points_text
from .placing import PlacedMarks
from .records import MoodleSession, Sheet
from .settling import Settled, settle_sheet, taken_by_others


@dataclass(frozen=True)
class SessionWork:
    """What is to be done for one session: ``plan`` is its ``SessionPlan``, ``pushes`` and
    ``conflicts`` are tuples of ``PushPlan`` and ``Conflict``."""

    plan: p.SessionPlan
    pushes: tuple[p.PushPlan, ...] = ()
    conflicts: tuple[p.Conflict, ...] = ()


@dataclass(frozen=True)
class _Part:
    """The part of a session that one sheet has, or a batch without a sheet yet: the marks that
    belong in it, and what was settled of its students."""

    batch_id: int
    sheet: Sheet | None
    marks: Sequence[Mark]
    settled: Settled


def session_work(
    index: CourseIndex,
    placed: PlacedMarks,
    superseded: Iterable[Sheet],
    adopted: Adopted,
    findings: Findings,
) -> SessionWork:
    """:param placed: ``PlacedMarks`` of the session
    :param superseded: cancelled ``Sheet`` of it that give way to another one
    :param findings: gets the marks that are left out
    """
    session = placed.session
    parts: list[_Part] = []
    for batch, marks in placed.of_batch.items():
        key = session.id, batch
        if key in adopted.held_back:
            findings.skip(adopted.held_back[key], len(marks))
        elif key in adopted.sheets:
            sheet = adopted.sheets[key]
            # What its lines meet in Moodle is more than the marks that asked for it.
            lines = index.lines(sheet.id)
            held = [mark for mark in placed.unplaced if mark.student_id in lines]
            parts.append(_part(index, placed, sheet, [*marks, *held], parts, findings))
        else:
            parts.append(_Part(batch, None, marks, Settled()))
    for sheet in index.sheets(session):
        if sheet.state != "cancel":
            marks = placed.of_sheet.get(sheet.id, [])
            parts.append(_part(index, placed, sheet, marks, parts, findings))
    pushes = tuple(push for part in parts for push in part.settled.pushes)
    points = _points(index, session, {push.user_id for push in pushes})
    # First, since PostgreSQL has one sheet of a session in a register.
    plans = [_unlinked(sheet) for sheet in superseded]
    for part in parts:
        plan = (
            _existing_sheet(index, session, part.sheet, part.marks, part.settled.lines, points)
            if part.sheet
            else _new_sheet(index, session, part.batch_id, part.marks, points)
        )
        plans += [plan] if plan else []
    return SessionWork(
        p.SessionPlan(session.id, session.starts, tuple(plans)),
        pushes,
        tuple(conflict for part in parts for conflict in part.settled.conflicts),
    )


def _part(
    index: CourseIndex,
    placed: PlacedMarks,
    sheet: Sheet,
    marks: Sequence[Mark],
    before: Iterable[_Part],
    findings: Findings,
) -> _Part:
    """:param before: what is known of the sheets of the session before this one"""
    spoken = set().union(*(part.settled.students for part in before))
    settled = _settled(index, placed, sheet, marks, spoken, findings)
    return _Part(sheet.batch_id, sheet, marks, settled)


def _settled(
    index: CourseIndex,
    placed: PlacedMarks,
    sheet: Sheet,
    marks: Sequence[Mark],
    spoken: Collection[int],
    findings: Findings,
) -> Settled:
    if not index.rules.pushes:
        return Settled(tuple(pull.lines(index.lines(sheet.id), marks, index.types)))
    if sheet.state == "done":
        return settle_sheet(index, placed, sheet, marks, spoken, findings)
    # In somebody's hands: linked, and else left alone until it is done.
    findings.skip("in_hands", len(marks))
    return Settled()


def _unlinked(sheet: Sheet) -> p.SheetPlan:
    """What makes a cancelled sheet one of no session."""
    values: dict[str, p.Value] = {
        "moodle_session_id": 0,
        "moodle_seen": "",
        "moodle_lasttaken": 0,
        "moodle_starts": 0,
        "moodle_points": "",
    }
    return p.SheetPlan(sheet.id, sheet.batch_id, sheet.date, values=values)


def _points(index: CourseIndex, session: MoodleSession, sent: Collection[int]) -> str:
    """What the sheet of a session keeps of the points in its set.

    :param sent: Moodle's ids of the accounts whose marks are sent over those that are there
    """
    used: set[int] = set()
    if any(status.hidden for status in session.statuses):
        used.update(mark.status_id for mark in session.marks if mark.user_id not in sent)
    return points_text(session.statuses, index.meanings(session), session.set_is_whole, used)


def _new_sheet(
    index: CourseIndex, session: MoodleSession, batch: int, marks: Iterable[Mark], points: str
) -> p.SheetPlan:
    day = index.day(session)
    return p.SheetPlan(
        sheet_id=0,
        batch_id=batch,
        date=day,
        register_id=index.register_of.get((day, batch), 0),
        values={
            "attendance_date": day,
            "state": "done",
            "moodle_session_id": session.id,
            "moodle_seen": str(session.seen),
            "moodle_lasttaken": taken_by_others(session, None, index.rules),
            "moodle_starts": session.starts,
            "moodle_points": points,
        },
        lines=tuple(pull.lines({}, marks, index.types)),
    )


def _existing_sheet(
    index: CourseIndex,
    session: MoodleSession,
    sheet: Sheet,
    marks: Sequence[Mark],
    lines: tuple[p.LinePlan, ...],
    points: str,
) -> p.SheetPlan | None:
    """:return: ``None`` where nothing is to be done"""
    rules, day = index.rules, index.day(session)
    restored = sheet.id in index.restored
    if rules.pushes and sheet.state != "done" and sheet.session_id and not restored:
        return None
    values = _values(index, session, sheet, marks, points)
    if not values and not lines:
        return None
    # A register made by hand, or for one session alone, stands for no date: the sheet stays
    # in it.
    moved = "attendance_date" in values and (
        index.register_date.get(sheet.register_id) not in (None, day)
    )
    return p.SheetPlan(
        sheet_id=sheet.id,
        batch_id=sheet.batch_id,
        date=day,
        register_id=index.register_of.get((day, sheet.batch_id), 0) if moved else 0,
        moved=moved,
        values=values,
        lines=lines,
        restored=restored,
    )


def _values(
    index: CourseIndex,
    session: MoodleSession,
    sheet: Sheet,
    marks: Sequence[Mark],
    points: str,
) -> dict[str, p.Value]:
    """:return: ``{field: value}`` of what differs"""
    rules = index.rules
    wanted: dict[str, tuple[p.Value, p.Value]] = {
        "attendance_date": (sheet.date, index.day(session)),
        "moodle_session_id": (sheet.session_id, session.id),
        "moodle_seen": (str(sheet.seen), str(session.seen)),
        "moodle_lasttaken": (sheet.taken_at, taken_by_others(session, sheet, rules)),
        "moodle_starts": (sheet.held_at, session.starts),
        "moodle_points": (sheet.points, points),
    }
    if rules.direction == merge.OEC:
        del wanted["attendance_date"]
    restored = sheet.id in index.restored
    fills = not rules.pushes and bool(marks)
    if restored or fills:
        before = "cancel" if restored else sheet.state
        wanted["state"] = before, "done" if fills else sheet.state
    return {name: new for name, (old, new) in wanted.items() if old != new}
