"""What letters and statuses are called."""

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
