"""One mark, and what a line needs to say it. Pure."""

import re
from dataclasses import dataclass

from . import plan as p
from .moodle_text import storable
from .records import AttendanceTypes, Line

REMARK_SIZE = 256
_MARKUP = re.compile(r"<[a-zA-Z/!?][^>]*>")


@dataclass(frozen=True)
class Mark:
    """A mark of a known student. ``status`` ``None`` is one that is none of P A L E: it
    can't be carried over, but a push has to know that it is there."""

    student_id: int
    status: str | None
    remark: str = ""


def clean_remark(text):
    """A Moodle remark as OpenEduCat keeps it: one line, no markup, 256 characters."""
    text = _MARKUP.sub("", storable(text.replace("\x00", "")))
    return " ".join(text.split())[:REMARK_SIZE].rstrip()


NO_TYPES = AttendanceTypes()


def line_plan(line: Line | None, mark, types=NO_TYPES):
    """What one line needs so that it says what Moodle says, or ``None``.

    :param types: ``AttendanceTypes``; without any, the line's type stays
    """
    if line is None:
        return p.LinePlan(
            p.CREATE,
            0,
            mark.student_id,
            mark.status,
            mark.status,
            mark.remark or None,
            types.of_status.get(mark.status),
        )
    # Moodle has nothing to say with an empty remark: one written here stays.
    remark = mark.remark if mark.remark and mark.remark != line.remark else None
    if line.status != mark.status:
        # A line without any mark (fresh from OpenEduCat, or muddled) was put by
        # nobody; one that left the agreed base was.
        put_back = line.status is not None and line.status != line.base
        action, status = (p.PUT_BACK if put_back else p.UPDATE), mark.status
        type_id = types.wanted(mark.status, line.type_id)
    else:
        # A line without a type contradicts nothing, and is left so.
        type_id = types.wanted(mark.status, line.type_id) if line.type_id else None
        status = None
        if remark is not None:
            action = p.REMARK
        elif type_id is not None:
            action = p.TYPE
        elif line.base != mark.status:
            action = p.AGREE
        else:
            return None
    return p.LinePlan(action, line.id, line.student_id, mark.status, status, remark, type_id)


def one_mark(marks):
    """Of several marks of one student in one session the one they all say, with the first
    remark among them.

    :param marks: list of :class:`Mark`
    :return: :class:`Mark`, or ``None`` where they differ
    """
    if len({mark.status for mark in marks}) > 1:
        return None
    remark = next((mark.remark for mark in marks if mark.remark), "")
    return Mark(marks[0].student_id, marks[0].status, remark)
