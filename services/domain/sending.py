"""What was about to be sent to Moodle, as each line notes it before: by that a run knows what one
that died has written. Pure.

A line keeps its note until Moodle has said what became of the mark: its answer was read, or a
later run has read the session. Until then both the base and the note are words of our own.
"""

from collections.abc import Sequence
from dataclasses import replace

from . import plan as p
from .marks import Mark, clean_remark
from .records import Line


def as_confirmed(line: Line, mark: Mark | None, user_id: int, clock_offset: int = 0) -> Line:
    """A line as it would be if the answer had not been lost: what was sent and Moodle holds is
    what both sides agreed on last; what it does not hold says nothing.

    :param mark: of the same student in Moodle
    :param user_id: Moodle's id of the account that we write with
    :param clock_offset: seconds that Moodle's clock is ahead of Odoo's
    """
    if not line.sending:
        return line
    if _changed_back(line, mark, user_id, clock_offset):
        return line.without_note()._replace(base=line.sending)
    line, sent, remark = line.without_note(), line.sending, line.sending_remark
    if mark is None or mark.status != sent:
        return line
    if mark.taken_at is not None and user_id and mark.taken_by != user_id:
        # Moodle says that somebody else has written it.
        return line
    line = line._replace(base=sent)
    if remark is not None and mark.remark == clean_remark(remark):
        line = line._replace(agreed_remark=mark.remark)
    return line


def _changed_back(line: Line, mark: Mark | None, user_id: int, clock_offset: int) -> bool:
    """Whether somebody has given the mark of before again since ours was made: where it had not
    arrived, Moodle's own page would not have written it."""
    return (
        mark is not None
        and mark.taken_at is not None
        and mark.taken_by not in (0, user_id)
        and mark.status == line.base != line.sending
        and mark.taken_at - clock_offset > line.marked_at
    )


def dropped_base(kept: str | None, mark: Mark | None) -> str | None:
    """What a line said that was deleted before Moodle's answer was read.

    :param kept: the letters of all that both sides may have agreed on, see
        ``LocalState.dropped``
    :return: that of them which Moodle holds, else the first
    """
    if not kept:
        return None
    return mark.status if mark and mark.status and mark.status in kept else kept[0]


def notes_done(
    noted: Sequence[Line],
    confirmed: Sequence[Line],
    plans: Sequence[p.LinePlan],
    push: p.PushPlan | None,
) -> Sequence[p.LinePlan]:
    """The plans of the lines of one student, with an end to what they had noted: its place is
    taken by what is sent now, or it is forgotten.

    :param noted: the lines as they are
    :param confirmed: the same by :func:`as_confirmed`, in the same order
    :param push: what is sent of them now
    """
    if not any(line.sending for line in noted):
        return plans
    plan_of = {plan.line_id: plan for plan in plans}
    sent = push.line_ids if push else ()
    for before, after in zip(noted, confirmed, strict=True):
        replaced = before.id in sent and after == before.without_note()
        plan = plan_of.get(after.id)
        if not before.sending or (replaced and not plan):
            continue
        plan = plan or p.LinePlan(p.AGREE, after.id, after.student_id, after.base or "")
        if plan.agreed_remark is None and after.agreed_remark != before.agreed_remark:
            plan = replace(plan, agreed_remark=after.agreed_remark)
        plan_of[after.id] = replace(plan, note_done=True)
    return tuple(plan_of.values())
