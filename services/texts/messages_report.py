"""What a plan would do, in lines for a shell or a script."""

from odoo.tools.translate import LazyTranslate

from ..domain import plan as p
from .messages_left_out import skipped

_lt = LazyTranslate(__name__)

NOTHING = _lt("nothing to do")
DETAILS = _lt("details of the session")

# What becomes of a sheet.
NEW = _lt("new sheet")
UNLINKED = _lt("cancelled sheet to unlink, another one has taken its place")
RESTORED = _lt("cancelled sheet to restore, its session is back")
LINKED = _lt("sheet to link with this session")
MOVED = _lt("sheet to move")

# What becomes of its lines, by what is counted.
LINES = {
    p.CREATE: "lines_created",
    p.UPDATE: "lines_updated",
    p.PUT_BACK: "lines_to_reset",
    p.REMARK: "remarks_updated",
    p.TYPE: "types_to_correct",
    p.AGREE: "lines_equal",
}


def to_moodle(env, session_id, marks):
    return env._("to Moodle (%(session)s): %(marks)s", session=session_id, marks=marks)


def left_out(env, counts):
    """:param counts: of ``CoursePlan.skipped``"""
    return env._("marks left out: %s", skipped(env, counts))
