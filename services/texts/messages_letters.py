"""Sentences about letters of Moodle that have no meaning here."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# What a status is called in a sentence.
STATUS_WORDS = {
    "P": _lt("present"),
    "A": _lt("absent"),
    "L": _lt("late"),
    "E": _lt("excused"),
}


def status_word(env, status):
    """:param status: one of ``P A L E``"""
    return env._(STATUS_WORDS[status])


def letter_words(env, acronym, description):
    """A letter with what a teacher reads beside it."""
    return env._("%(letter)s (%(description)s)", letter=acronym, description=description or "–")


def _letter_custom(env, gap, acronym, description):
    return env._(
        "The letter %s of Moodle is not P, A, L or E, so marks with it are left out. Choose what "
        "it means.",
        letter_words(env, acronym, description),
    )


def _letter_doubt(env, gap, acronym, description):
    return env._(
        "The letter %(letter)s of Moodle may mean something other than %(status)s: its "
        "description, its points or the other letters of its set do not fit. Marks with it are "
        "neither brought over nor sent until you choose what it means.",
        letter=letter_words(env, acronym, description),
        status=status_word(env, acronym),
    )


SENTENCES = {
    "letter_custom": _letter_custom,
    "letter_doubt": _letter_doubt,
}
