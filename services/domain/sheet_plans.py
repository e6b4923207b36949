"""What the sheets of one session need, new ones included. Pure."""

from dataclasses import dataclass

from . import merge, pull
from . import plan as p
from .percent import points_text
from .settling import Settled, settle_sheet, taken_by_others


@dataclass(frozen=True)
class SessionWork:
    """What is to be done for one session: ``plan`` is its ``SessionPlan``, ``pushes`` and
    ``conflicts`` are tuples of ``PushPlan`` and ``Conflict``."""

    plan: p.SessionPlan
    pushes: tuple[p.PushPlan, ...] = ()
    conflicts: tuple[p.Conflict, ...] = ()


def session_work(index, placed, superseded, adopted, findings):
    """:param index: ``CourseIndex``
    :param placed: ``PlacedMarks`` of the session
    :param superseded: cancelled ``Sheet`` of it that give way to another one
    :param adopted: ``Adopted``
    :param findings: ``Findings``, gets the marks that are left out
    :return: :class:`SessionWork`
    """
    session = placed.session
    done = []  # (SheetPlan or None, Settled) of each sheet
    for batch, marks in placed.of_batch.items():
        key = session.id, batch
        if key in adopted.held_back:
            findings.skip(adopted.held_back[key], len(marks))
        elif key in adopted.sheets:
            sheet = adopted.sheets[key]
            # What its lines meet in Moodle is more than the marks that asked for it.
            lines = index.lines(sheet.id)
            held = [mark for mark in placed.unplaced if mark.student_id in lines]
            done.append(_filled(index, placed, sheet, [*marks, *held], done, findings))
        else:
            done.append((_new_sheet(index, session, batch, marks), Settled()))
    for sheet in index.sheets(session):
        if sheet.state != "cancel":
            marks = placed.of_sheet.get(sheet.id, [])
            done.append(_filled(index, placed, sheet, marks, done, findings))
    # First, since PostgreSQL has one sheet of a session in a register.
    plans = [_unlinked(sheet) for sheet in superseded]
    plans += [plan for plan, _settled in done if plan]
    return SessionWork(
        p.SessionPlan(session.id, session.starts, tuple(plans)),
        tuple(push for _plan, settled in done for push in settled.pushes),
        tuple(conflict for _plan, settled in done for conflict in settled.conflicts),
    )


def _filled(index, placed, sheet, marks, done, findings):
    """:param done: what is known of the sheets of the session before this one
    :return: ``plan.SheetPlan`` or ``None``, and ``Settled``
    """
    spoken = set().union(*(settled.students for _plan, settled in done))
    settled = _settled(index, placed, sheet, marks, spoken, findings)
    return _existing_sheet(index, placed.session, sheet, marks, settled.lines), settled


def _settled(index, placed, sheet, marks, spoken, findings):
    """:return: ``Settled``"""
    if not index.rules.pushes:
        return Settled(tuple(pull.lines(index.lines(sheet.id), marks, index.types)))
    if sheet.state == "done":
        return settle_sheet(index, placed, sheet, marks, spoken, findings)
    # In somebody's hands: linked, and else left alone until it is done.
    findings.skip("in_hands", len(marks))
    return Settled()


def _unlinked(sheet):
    """What makes a cancelled sheet one of no session."""
    values = {
        "moodle_session_id": 0,
        "moodle_seen": "",
        "moodle_lasttaken": 0,
        "moodle_starts": 0,
        "moodle_points": "",
    }
    return p.SheetPlan(sheet.id, sheet.batch_id, sheet.date, values=values)


def _points(index, session):
    """What the sheet of a session keeps of the points in its set."""
    whole = all(record.what != "status" for record in session.odd)
    return points_text(session.statuses, index.meanings(session), whole)


def _new_sheet(index, session, batch, marks):
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
            "moodle_points": _points(index, session),
        },
        lines=tuple(pull.line_plan(None, mark, index.types) for mark in marks),
    )


def _existing_sheet(index, session, sheet, marks, lines):
    """:return: ``plan.SheetPlan``, or ``None`` where nothing is to be done"""
    rules, day = index.rules, index.day(session)
    restored = sheet.id in index.restored
    if rules.pushes and sheet.state != "done" and sheet.session_id and not restored:
        return None
    values = _values(index, session, sheet, marks)
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


def _values(index, session, sheet, marks):
    """:return: ``{field: value}`` of what differs"""
    rules = index.rules
    wanted = {
        "attendance_date": (sheet.date, index.day(session)),
        "moodle_session_id": (sheet.session_id, session.id),
        "moodle_seen": (str(sheet.seen), str(session.seen)),
        "moodle_lasttaken": (sheet.taken_at, taken_by_others(session, sheet, rules)),
        "moodle_starts": (sheet.held_at, session.starts),
        "moodle_points": (sheet.points, _points(index, session)),
    }
    if rules.direction == merge.OEC:
        del wanted["attendance_date"]
    restored = sheet.id in index.restored
    fills = not rules.pushes and bool(marks)
    if restored or fills:
        before = "cancel" if restored else sheet.state
        wanted["state"] = before, "done" if fills else sheet.state
    return {name: new for name, (old, new) in wanted.items() if old != new}
