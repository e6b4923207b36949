"""Remarks where both sides may write them: they go along with the marks that both have, three-way
as the marks themselves. Pure.

Only our own plug-in takes remarks; without it those of Moodle are brought over, and nothing more
(``settling``, ``pull``).
"""

from dataclasses import replace

from . import merge, pull
from . import plan as p
from .marks import Mark, clean_remark
from .records import AttendanceTypes, Line
from .window import Rules


def text(line: Line) -> str:
    """:return: the remark of a line as Moodle is sent it, and gives it back"""
    return clean_remark(line.remark)


def verdict(
    action: str, line: Line | None, mark: Mark | None, moodle: merge.MoodleSide | None, rules: Rules
) -> str | None:
    """What becomes of the remark of a mark that both sides have.

    :param action: what becomes of the mark itself
    :param moodle: of the mark
    :return: see ``merge.settle_remark``; ``None`` where remarks are not weighed
    """
    if not rules.sends_remarks or line is None or not line.status:
        return None
    if mark is None or not mark.status or moodle is None:
        return None
    if action not in (merge.NOTHING, merge.AGREE, merge.PULL, merge.PUSH):
        return None
    if action != merge.PULL and line.status != mark.status:
        # The mark is sent over another one. A change of the remark in Moodle comes with the next
        # run, once both say the same.
        here = action == merge.PUSH and text(line) != line.agreed_remark
        return merge.PUSH if here else merge.NOTHING
    written = merge.OdooSide(line.status, line.remarked_at, True, rules.possible(line.remarked_at))
    return merge.settle_remark(
        rules.direction,
        line.agreed_remark,
        mark.remark,
        text(line),
        merge.remark_is_later(moodle, written),
    )


def to_send(found: str | None, line: Line, mark: Mark | None, rules: Rules) -> str | None:
    """:param found: the :func:`verdict`
    :return: the remark that goes with a mark that is sent; ``None``: Moodle's stays
    """
    if not rules.sends_remarks:
        return None
    if mark is None:
        # Moodle has neither a mark nor a remark that could be lost.
        return text(line) or None
    return text(line) if found == merge.PUSH else None


def line_plan(line: Line, mark: Mark, found: str, types: AttendanceTypes) -> p.LinePlan | None:
    """What a line needs so that it says what Moodle says, or ``None``; its remark by what was
    found.

    :param mark: with a status
    :param found: the :func:`verdict`
    """
    assert mark.status is not None
    plan = pull.line_plan(line, replace(mark, remark=""), types)
    plan = plan and pull.not_put_back(plan)
    if found == merge.PULL:
        if not plan or plan.action == p.AGREE:
            plan = p.LinePlan(p.REMARK, line.id, line.student_id, mark.status)
        return replace(plan, remark=mark.remark)
    if found == merge.AGREE:
        plan = plan or p.LinePlan(p.AGREE, line.id, line.student_id, mark.status)
        return replace(plan, agreed_remark=mark.remark)
    return plan
