"""Where marks go to Moodle: what each student of a sheet needs, on either side. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from . import merge, remarks, sending
from . import plan as p
from .course_index import CourseIndex
from .findings import Findings
from .marks import Mark
from .placing import PlacedMarks
from .pull import line_plan, not_put_back
from .push import push_plan
from .records import Line, MoodleSession, Sheet
from .window import Rules

# What a person should know of, as a gap per session.
ODD = {
    merge.VANISHED: "mark_vanished",
    merge.DROPPED: "line_dropped",
    merge.UNCLEAR: "line_unclear",
    merge.UNSURE: "clock_off",
}


@dataclass(frozen=True)
class Settled:
    """What the students of one sheet need.

    * ``lines``: tuple of ``plan.LinePlan``; ``pushes``: of ``plan.PushPlan``; ``conflicts``:
      of ``plan.Conflict``;
    * ``students``: ids of those that it speaks for.
    """

    lines: tuple[p.LinePlan, ...] = ()
    pushes: tuple[p.PushPlan, ...] = ()
    conflicts: tuple[p.Conflict, ...] = ()
    students: frozenset[int] = frozenset()


def settle_sheet(
    index: CourseIndex,
    placed: PlacedMarks,
    sheet: Sheet,
    marks: Iterable[Mark],
    spoken: Collection[int],
    findings: Findings,
) -> Settled:
    """:param placed: ``PlacedMarks`` of the sheet's session
    :param sheet: in state *done*
    :param marks: list of ``Mark`` that belong in it
    :param spoken: set of students of whom another sheet of the session has a line
    :param findings: gets what a person should know of
    """
    session, lines = placed.session, index.lines(sheet.id)
    mark_of = {mark.student_id: mark for mark in marks}
    students = [s for s in sorted(lines.keys() | mark_of.keys()) if s not in spoken]
    # A remark goes along only when Moodle has changed: one written here meanwhile stays, since
    # it can't be pushed.
    news = index.rules.direction == merge.BOTH and sheet.seen != session.seen
    taken = _taken(session, sheet, index.rules)
    plans: list[p.LinePlan] = []
    pushes: list[p.PushPlan] = []
    conflicts: list[p.Conflict] = []
    odd: Counter[str] = Counter()
    for student in students:
        # 0 is somebody who is not known, and so may be anybody.
        if student in placed.undecided or 0 in placed.undecided:
            continue
        noted, mark = lines.get(student, []), mark_of.get(student)
        ours, offset = index.rules.user_id, index.rules.clock_offset
        of_student = [sending.as_confirmed(line, mark, ours, offset) for line in noted]
        # Of two lines in a sheet the one marked last speaks.
        line = max(of_student, key=lambda line: line.marked_at, default=None)
        dropped = index.local.dropped.get((session.id, student))
        base = line.base if line else sending.dropped_base(dropped, mark)
        moodle = _moodle_side(mark, taken, index.rules)
        verdict = merge.settle(index.rules.direction, base, moodle, _odoo_side(line, index.rules))
        remark = remarks.verdict(verdict.action, line, mark, moodle, index.rules)
        push: p.PushPlan | None = None
        found: list[p.LinePlan] = []
        if verdict.action == merge.PUSH:
            assert line is not None  # whose mark is sent
            with_it = remarks.to_send(remark, line, mark, index.rules)
            push = push_plan(index, session, sheet, line, of_student, findings, with_it)
        elif verdict.action in ODD:
            odd[verdict.action] += 1
        else:
            found = _lines_for(verdict.action, index, news, of_student, mark, remark)
            if remark == merge.PUSH:
                assert line and mark  # both have one
                line = line._replace(status=mark.status)
                push = push_plan(
                    index, session, sheet, line, [line], findings,
                    remarks.text(line), mark.status_id,
                )  # fmt: skip
        plans += sending.notes_done(noted, of_student, found, push)
        pushes += [push] if push else []
        if verdict.conflict and (push or verdict.action != merge.PUSH):
            conflicts.append(_conflict(session, line, base, moodle, verdict))
    for action, count in sorted(odd.items()):
        findings.gap(
            ODD[action],
            f"{ODD[action]}:{session.id}",
            {"sheet": sheet.name, "day": sheet.date.isoformat(), "count": count},
            moodle_id=session.id,
            marks=count,
            record=("op.attendance.sheet", sheet.id),
        )
    return Settled(tuple(plans), tuple(pushes), tuple(conflicts), frozenset(students))


def _lines_for(
    action: str,
    index: CourseIndex,
    news: bool,
    lines: Sequence[Line],
    mark: Mark | None,
    remark: str | None,
) -> list[p.LinePlan]:
    """:param news: whether Moodle's remark is brought, unless ``remark`` says so
    :param remark: what becomes of the remark, see ``remarks.verdict``
    :return: list of ``plan.LinePlan`` of one student
    """
    if not mark or not mark.status:
        return []
    if remark is not None:
        return [
            plan
            for line in lines
            if action == merge.PULL or line.status == mark.status
            if (plan := remarks.line_plan(line, mark, remark, index.types))
        ]
    if action == merge.PULL:
        found: Sequence[Line | None] = lines or [None]
        plans = [line_plan(line, mark, index.types) for line in found]
        return [not_put_back(plan) for plan in plans if plan]
    shown = mark if news or not mark.remark else Mark(mark.student_id, mark.status)
    agreeing = [line for line in lines if line.status == mark.status]
    plans = [line_plan(line, shown, index.types) for line in agreeing]
    return [plan for plan in plans if plan]


def _taken(session: MoodleSession, sheet: Sheet, rules: Rules) -> merge.MoodleSide:
    """:return: what holds for each mark of a session of which Moodle says no time of its own"""
    moment = taken_by_others(session, sheet, rules) - rules.clock_offset
    return _side(None, moment, session.taken_by, rules)


def _moodle_side(
    mark: Mark | None, taken: merge.MoodleSide, rules: Rules
) -> merge.MoodleSide | None:
    """:param taken: see :func:`_taken`"""
    if mark is None:
        return None
    if mark.taken_at is None:
        return merge.MoodleSide(mark.status, taken.time, taken.machine, taken.sure)
    # A mark that we have sent says nothing that is not known here.
    ours = bool(rules.user_id) and mark.taken_by == rules.user_id
    moment = 0 if ours else mark.taken_at - rules.clock_offset
    return _side(mark.status, moment, mark.taken_by, rules)


def _side(status: str | None, moment: int, taken_by: int, rules: Rules) -> merge.MoodleSide:
    """:param moment: unix seconds by Odoo's clock"""
    sure = rules.clock_sure and rules.possible(moment)
    return merge.MoodleSide(status, moment, not taken_by, sure)


def _odoo_side(line: Line | None, rules: Rules) -> merge.OdooSide | None:
    if line is None:
        return None
    return merge.OdooSide(line.status, line.marked_at, line.person, rules.possible(line.marked_at))


def taken_by_others(session: MoodleSession, sheet: Sheet | None, rules: Rules) -> int:
    """When somebody else than we took the session. Our own pushes move its time, so what was
    known before them is kept on the sheet.

    :param sheet: ``None`` for one that is to be made
    :return: unix seconds by Moodle's clock
    """
    if rules.user_id and session.taken_by == rules.user_id:
        return sheet.taken_at if sheet else 0
    return session.taken_at


def _conflict(
    session: MoodleSession,
    line: Line | None,
    base: str | None,
    moodle: merge.MoodleSide | None,
    verdict: merge.Verdict,
) -> p.Conflict:
    # Both sides have changed a mark, so both have one.
    assert line and line.status and moodle
    return p.Conflict(
        session_id=session.id,
        student_id=line.student_id,
        base=base,
        moodle=moodle.status,
        odoo=line.status,
        moodle_time=moodle.time,
        odoo_time=line.marked_at,
        machine=moodle.machine,
        winner=merge.OEC if verdict.action == merge.PUSH else merge.MOODLE,
    )
