"""Days as the reader's language writes them. Kept are ISO dates, which say no language."""

import re
from datetime import date

from odoo.tools import format_date

ISO_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")


def in_words(env, value):
    """:param value: a text, a number, or a list of such
    :return: the same, with each text that is an ISO date and nothing else written out
    """
    if isinstance(value, list | tuple):
        return tuple(in_words(env, one) for one in value)
    return with_days(env, value) if isinstance(value, str) and len(value) == 10 else value


def with_days(env, text):
    """:return: the text with each ISO date in it as ``env``'s language writes it"""
    return ISO_DAY.sub(lambda found: _day(env, found.group()), text)


def _day(env, text):
    try:
        day = date.fromisoformat(text)
    except ValueError:
        # A name that only looks like a date.
        return text
    return format_date(env, day)
