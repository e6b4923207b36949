"""What was left out, of a run and of a comparison."""

from odoo.tools.translate import LazyTranslate

from .messages_counts import counted

_lt = LazyTranslate(__name__)

# Reasons for which a mark is left out, as runs and printed results name them.
SKIPPED = {
    "no_status": _lt("without a status"),
    "custom_status": _lt("with a custom or unknown status"),
    "unclear_status": _lt("with a letter whose meaning is not clear"),
    "left_out": _lt("with a letter that somebody has chosen to leave out"),
    "doubled": _lt("of students with two different marks in one session"),
    "not_begun": _lt("in sessions that have not begun"),
    "odd": _lt("that can't be used"),
    "two_courses": _lt("of sheets that may belong to two Moodle courses"),
    "in_doubt": _lt("of lessons that may already have a sheet"),
    "unsure_sheets": _lt("of days on which it is not clear which sheet belongs to which session"),
    "unmatched_student": _lt("of people who match no student"),
    "ambiguous_student": _lt("of accounts that match the same student"),
    "unmatched_group": _lt("of a group without a batch"),
    "changed_student": _lt("of people whose ID number or e-mail now names another student"),
    "changed_group": _lt("of a group whose ID number now names another batch"),
    "no_batch": _lt("of students without exactly one running batch"),
    "cancelled": _lt("on cancelled sheets"),
    "in_hands": _lt("on sheets that are not finished yet"),
}


def skipped(env, counts):
    """``3 with a custom or unknown status, 1 of …``."""
    return ", ".join(f"{number} {env._(SKIPPED[why])}" for why, number in sorted(counts.items()))


def equal_except(env, marks, gaps, left_out):
    """What it means that a comparison found no difference.

    :param marks: how many wait for a gap to be fixed
    :param gaps: how many there are
    :param left_out: marks that were left out, for whatever reason
    """
    if gaps and marks:
        return env._(
            "Equal, except %(marks)s in %(gaps)s.",
            marks=counted(env, "marks", marks),
            gaps=counted(env, "gaps", gaps),
        )
    if gaps:
        return env._("Equal, except %s.", counted(env, "gaps", gaps))
    if left_out:
        return env._("Equal, except %s that are left out.", counted(env, "marks", left_out))
    return env._("Both sides are equal: nothing would be written.")


def not_looked_at(env, older, early):
    """:param older: number of sessions before *Days back*
    :param early: number of sessions before the start of their course
    :return: list of sentences
    """
    words = []
    if older:
        words.append(counted(env, "sessions_older", older))
    if early:
        words.append(counted(env, "sessions_early", early))
    return words
