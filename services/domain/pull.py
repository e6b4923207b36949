"""What a line needs so that it says what Moodle says. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from . import plan as p
from .marks import Mark
from .records import NO_TYPES, AttendanceTypes, Line


def lines(
    lines_of_student: Mapping[int, Sequence[Line]], marks: Iterable[Mark], types: AttendanceTypes
) -> list[p.LinePlan]:
    """What the lines of a sheet need where Moodle is right.

    :param lines_of_student: ``{student id: [Line, …]}`` of the sheet
    :param marks: each student once
    """
    # OpenEduCat's own rule does not quite keep a student from having two lines in a sheet;
    # then both say what Moodle says.
    plans = [
        line_plan(line, mark, types)
        for mark in marks
        for line in lines_of_student.get(mark.student_id, [None])
    ]
    return [plan for plan in plans if plan]


def not_put_back(plan: p.LinePlan) -> p.LinePlan:
    """The same where both sides may write: nothing is put back there."""
    return replace(plan, action=p.UPDATE) if plan.action == p.PUT_BACK else plan


def line_plan(
    line: Line | None, mark: Mark, types: AttendanceTypes = NO_TYPES
) -> p.LinePlan | None:
    """What one line needs so that it says what Moodle says, or ``None``.

    :param types: without any, the line's type stays
    """
    status = mark.status
    # A mark that means nothing here is left out before.
    assert status is not None
    if line is None:
        return p.LinePlan(
            p.CREATE,
            0,
            mark.student_id,
            status,
            status,
            mark.remark or None,
            types.of_status.get(status),
        )
    # Moodle has nothing to say with an empty remark: one written here stays.
    remark = mark.remark if mark.remark and mark.remark != line.remark else None
    if line.status != status:
        # A line without any mark (fresh from OpenEduCat, or muddled) was put by
        # nobody; one that left the agreed base was.
        put_back = line.status is not None and line.status != line.base
        action, new = (p.PUT_BACK if put_back else p.UPDATE), status
        type_id = types.wanted(status, line.type_id)
    else:
        # A line without a type contradicts nothing, and is left so.
        type_id = types.wanted(status, line.type_id) if line.type_id else None
        new = None
        if remark is not None:
            action = p.REMARK
        elif type_id is not None:
            action = p.TYPE
        elif line.base != status or line.sending:
            action = p.AGREE
        else:
            return None
    done = bool(line.sending)
    return p.LinePlan(
        action, line.id, line.student_id, status, new, remark, type_id, note_done=done
    )
