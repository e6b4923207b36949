"""One mark, and what a line needs to say it. Pure."""

import re
from dataclasses import dataclass

from . import plan as p
from .records import Line

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
    text = _MARKUP.sub("", text.replace("\x00", ""))
    return " ".join(text.split())[:REMARK_SIZE].rstrip()


def line_plan(line: Line | None, mark):
    """What one line needs so that it says what Moodle says, or ``None``."""
    if line is None:
        return p.LinePlan(
            p.CREATE, 0, mark.student_id, mark.status, mark.status, mark.remark or None
        )
    # Moodle has nothing to say with an empty remark: one written here stays.
    remark = mark.remark if mark.remark and mark.remark != line.remark else None
    if line.status != mark.status:
        # A line without any mark (fresh from OpenEduCat, or muddled) was put by
        # nobody; one that left the agreed base was.
        put_back = line.status is not None and line.status != line.base
        action = p.PUT_BACK if put_back else p.UPDATE
        return p.LinePlan(action, line.id, line.student_id, mark.status, mark.status, remark)
    if remark is not None:
        return p.LinePlan(p.REMARK, line.id, line.student_id, mark.status, None, remark)
    if line.base != mark.status:
        return p.LinePlan(p.AGREE, line.id, line.student_id, mark.status)
    return None
