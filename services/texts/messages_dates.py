"""Days as the reader's language writes them. Kept are ISO dates, which say no language."""

import re
from datetime import date

from odoo.tools import format_date

ISO_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")


def day(env, text):
    """:param text: an ISO date; anything else stays as it is
    :return: the day as ``env``'s language writes it
    """
    try:
        return format_date(env, date.fromisoformat(text))
    except ValueError:
        # A name that only looks like a date.
        return text


def with_days(env, text):
    """:return: the text with each ISO date in it as ``env``'s language writes it"""
    return ISO_DAY.sub(lambda found: day(env, found.group()), text)
