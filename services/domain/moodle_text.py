"""The one place where texts from Moodle are made fit to be kept and shown. Pure.

A hostile or broken Moodle can put anything into any text: a NUL byte (PostgreSQL refuses
it), half a surrogate pair (no encoding takes it), marks that turn the direction of
reading round, HTML, megabytes. The token that it was just sent can be in it, too: the client
has taken that out before (``moodle.secret``).
"""

import re

MAX_NAME = 255  # characters; more than Moodle's own forms take for a name
MAX_WORDS = 300

# Ends at the next "<", too: the time stays in proportion to the length.
TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>")
_SURROGATE = re.compile("[\ud800-\udfff]")
# C0, DEL and C1, line and paragraph separator.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_IN_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Overrides, isolates and marks of direction: they let a text read as another one. Joiners
# (200C, 200D) stay: Persian, Indian scripts and emoji are written with them.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u00ad\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb]")


def storable(text: object) -> str:
    """``text`` with what a database or an encoding refuses taken out; lines are kept.

    For texts of our own that may hold something of Moodle's.

    :param text: anything; ``None`` and ``False`` give an empty text
    """
    text = "" if text is None or text is False else str(text)
    # Of the characters that are looked for none can be printed, and most texts hold no others.
    if text.isprintable():
        return text
    text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    return _BIDI.sub("", _CONTROL_IN_LINES.sub(" ", text))


def clean(text: object, limit: int = MAX_WORDS) -> str:
    """Moodle's words as one line of plain text.

    :param text: anything that JSON can hold; what is no text is written as one
    :param limit: most characters that are kept
    """
    # Cut first, generously: what follows looks at every character several times.
    text = _as_text(text, 20 * limit)
    return _one_line(TAG.sub(" ", text), limit)


def clean_name(text: object, limit: int = MAX_NAME) -> str:
    """A name (of a course, group, person, activity, site) as it may be kept and shown.

    Signs that look like HTML stay: Moodle is asked for names as people typed them
    (``moodlewssettingraw``), and our screens escape.

    :param text: anything that JSON can hold
    :param limit: most characters that are kept
    """
    return _one_line(_as_text(text, 20 * limit), limit)


def unusable(text: str) -> bool:
    """Whether a text holds what no database takes: a NUL byte, half a surrogate pair. For
    texts that decide something (an ID number): those are refused, not fixed."""
    # See storable.
    return not text.isprintable() and ("\x00" in text or bool(_SURROGATE.search(text)))


def _as_text(value: object, limit: int) -> str:
    if isinstance(value, str):
        return value[:limit]
    if value is None or isinstance(value, bool | int | float):
        # An int of millions of digits can't be written out at all.
        big = isinstance(value, int) and value.bit_length() > 256
        return "" if value is None or big else str(value)
    # Deep or endless: only what it is.
    return type(value).__name__


def _one_line(text: str, limit: int) -> str:
    text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    text = _INVISIBLE.sub("", _BIDI.sub("", _CONTROL.sub(" ", text)))
    return " ".join(text.split())[:limit]
