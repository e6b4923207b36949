"""One student in one session: which side's mark holds. Pure; the heart of the sync.

Three-way: ``base`` is the status both sides last agreed on. A side that differs from
it was changed; a side that says nothing was not (absence is never a write).
"""

from typing import NamedTuple

from .status import STATUSES

MOODLE, OEC, BOTH = "moodle", "oec", "both"
WRITING = (OEC, BOTH)  # directions in which Moodle gets marks

# What is to be done.
NOTHING = "nothing"
PULL = "pull"  # OpenEduCat takes Moodle's mark
PUSH = "push"  # Moodle takes OpenEduCat's mark
AGREE = "agree"  # both say the same; it becomes the base
# Nothing, and a person should know why.
VANISHED = "vanished"  # a mark that both sides had is gone in Moodle
DROPPED = "dropped"  # a line that both sides had was deleted in OpenEduCat
UNCLEAR = "unclear"  # a line with no status or with several
UNSURE = "unsure"  # both have changed, and a clock is too far off to say who was later
NOBODYS = "nobodys"  # a line that no person has marked yet


class MoodleSide(NamedTuple):
    """:param status: one of ``P A L E``, or ``None`` for a status that is none of them
    :param time: when the mark was made, or where Moodle gives no time per student, when the
        session was last taken by somebody else than us, unix seconds by Odoo's clock; 0 for a
        mark of our own
    :param machine: nobody took it: Moodle's own task, which marks the rest
    :param sure: whether ``time`` is of a clock that can be right
    """

    status: str | None
    time: int = 0
    machine: bool = False
    sure: bool = True


class OdooSide(NamedTuple):
    """:param status: one of ``P A L E``, or ``None`` for a line with none or several
    :param time: when a person last changed the mark, unix seconds; 0 for never
    :param person: whether a person has ever marked it
    :param sure: as of :class:`MoodleSide`
    """

    status: str | None
    time: int = 0
    person: bool = True
    sure: bool = True


class Verdict(NamedTuple):
    """:param conflict: both sides had changed, and this one's action won by its time"""

    action: str
    conflict: bool = False


def settle(
    direction: str, base: str | None, moodle: MoodleSide | None, odoo: OdooSide | None
) -> Verdict:
    """:param direction: ``moodle``, ``oec`` or ``both``
    :param base: one of ``P A L E``, or ``None`` before the first agreement
    :param moodle: ``None`` where Moodle has no mark
    :param odoo: ``None`` where OpenEduCat has no line
    """
    if moodle and odoo and moodle.status and moodle.status == odoo.status:
        return Verdict(NOTHING if base == odoo.status else AGREE)
    return _RULES[direction](base, moodle, odoo)


def _moodle_is_right(base: str | None, moodle: MoodleSide | None, odoo: OdooSide | None) -> Verdict:
    """What ``pull`` does with every mark, without asking here: there is nothing to weigh, and a
    line can need its remark or its type where the mark is right."""
    return Verdict(PULL if moodle and moodle.status else NOTHING)


def _odoo_is_right(base: str | None, moodle: MoodleSide | None, odoo: OdooSide | None) -> Verdict:
    if odoo is None:
        return Verdict(NOTHING)
    if odoo.status is None:
        return Verdict(UNCLEAR)
    if not odoo.person and base is None:
        return Verdict(NOBODYS)
    return Verdict(PUSH)


def _last_write_wins(base: str | None, moodle: MoodleSide | None, odoo: OdooSide | None) -> Verdict:
    if odoo and not odoo.person and base is None:
        # As if it were not there, until somebody changes it.
        return Verdict(PULL if moodle and moodle.status else NOBODYS)
    if odoo is None:
        return _without_line(base, moodle)
    if odoo.status is None:
        return _without_status(base, moodle)
    if moodle is None:
        # Gone in Moodle, or never there: only a change here is brought (again).
        return Verdict(VANISHED if odoo.status == base else PUSH)
    if moodle.status is None:
        return _against_custom(base, moodle, odoo)
    if base in STATUSES:
        if moodle.status == base:
            return Verdict(PUSH)
        if odoo.status == base:
            return Verdict(PULL)
    if _undecided(moodle, odoo):
        return Verdict(UNSURE)
    return Verdict(PUSH if odoo_is_later(moodle, odoo) else PULL, conflict=True)


def _without_line(base: str | None, moodle: MoodleSide | None) -> Verdict:
    """``base`` is what the deleted line said, if there was one."""
    if moodle is None or moodle.status is None:
        return Verdict(NOTHING)
    return Verdict(DROPPED if moodle.status == base else PULL)


def _without_status(base: str | None, moodle: MoodleSide | None) -> Verdict:
    """A line with none or several of the four is nothing that could be brought over."""
    if moodle is None or moodle.status is None or moodle.status == base:
        return Verdict(UNCLEAR)
    return Verdict(PULL)


def _against_custom(base: str | None, moodle: MoodleSide, odoo: OdooSide) -> Verdict:
    """Moodle's mark is none of the four: it can't be taken over, but it holds unless
    somebody has marked here after it."""
    if base is None or odoo.status == base:
        return Verdict(NOTHING)
    if _undecided(moodle, odoo):
        return Verdict(UNSURE)
    if not odoo_is_later(moodle, odoo):
        return Verdict(NOTHING)
    return Verdict(PUSH, conflict=True)


def settle_remark(direction: str, base: str, moodle: str, odoo: str, later: bool | None) -> str:
    """Whose remark holds, of a mark that both sides have with the same status or are about to;
    three-way as the mark itself, but that an empty text is a word, too, once both had one.

    :param direction: ``oec`` or ``both``, where Moodle takes remarks
    :param base: the remark both sides last agreed on, empty before the first agreement
    :param moodle, odoo: as OpenEduCat keeps them
    :param later: whether OpenEduCat's was written later; ``None`` where no clock can say so
    :return: :data:`NOTHING`, :data:`AGREE`, :data:`PULL` or :data:`PUSH`
    """
    if moodle == odoo:
        return NOTHING if base == odoo else AGREE
    if direction == OEC:
        # A remark that only Moodle has ever had is nobody's business here.
        return PUSH if odoo or base else NOTHING
    if moodle == base:
        return PUSH
    if odoo == base:
        return PULL
    if later is None:
        return NOTHING
    return PUSH if later else PULL


def _beats_machine(moodle: MoodleSide, odoo: OdooSide) -> bool:
    return bool(moodle.machine and odoo.person and odoo.time)


def _undecided(moodle: MoodleSide, odoo: OdooSide) -> bool:
    return not (moodle.sure and odoo.sure) and not _beats_machine(moodle, odoo)


def remark_is_later(moodle: MoodleSide, odoo: OdooSide) -> bool | None:
    """:param odoo: with the time at which the remark was written
    :return: ``None`` where no clock can say so
    """
    return None if _undecided(moodle, odoo) else odoo_is_later(moodle, odoo)


def odoo_is_later(moodle: MoodleSide, odoo: OdooSide) -> bool:
    """A machine's mark loses to a person's; equal seconds are Moodle's."""
    if _beats_machine(moodle, odoo):
        return True
    return odoo.time > moodle.time


_RULES = {MOODLE: _moodle_is_right, OEC: _odoo_is_right, BOTH: _last_write_wins}
