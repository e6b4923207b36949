"""The one place where texts from Moodle are made fit to be kept and shown. Pure.

A hostile or broken Moodle can put anything into any text: a NUL byte (PostgreSQL refuses
it), half a surrogate pair (no encoding takes it), marks that turn the direction of
reading round, HTML, megabytes, and the token that it was just sent. ``clean`` deals with
the form of a text, ``Secret`` with the token.
"""

import base64
import html
import re
from urllib.parse import quote, unquote

MAX_NAME = 255  # characters; more than Moodle's own forms take for a name
MAX_WORDS = 300
HIDDEN = "…"

# Ends at the next "<", too: the time stays in proportion to the length.
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>")
_SURROGATE = re.compile("[\ud800-\udfff]")
# C0, DEL and C1, line and paragraph separator.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_IN_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Overrides, isolates and marks of direction: they let a text read as another one. Joiners
# (200C, 200D) stay: Persian, Indian scripts and emoji are written with them.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u00ad\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb]")
# What may stand between two characters of a token and is not seen.
_BETWEEN = re.compile("[\\s\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e"
                      "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]")  # fmt: skip
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
# Shorter ones are no secret, and would be found in every other word.
_SHORTEST = 8


def storable(text):
    """``text`` with what a database or an encoding refuses taken out; lines are kept.

    For texts of our own that may hold something of Moodle's.

    :param text: anything; ``None`` and ``False`` give an empty text
    """
    text = "" if text is None or text is False else str(text)
    text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    return _BIDI.sub("", _CONTROL_IN_LINES.sub(" ", text))


def clean(text, limit=MAX_WORDS):
    """Moodle's words as one line of plain text.

    :param text: anything that JSON can hold; what is no text is written as one
    :param limit: most characters that are kept
    """
    # Cut first, generously: what follows looks at every character several times.
    text = _as_text(text, 20 * limit)
    return _one_line(_TAG.sub(" ", text), limit)


def clean_name(text, limit=MAX_NAME):
    """A name (of a course, group, person, activity, site) as it may be kept and shown.

    Signs that look like HTML stay: Moodle is asked for names as people typed them
    (``moodlewssettingraw``), and our screens escape.

    :param text: anything that JSON can hold
    :param limit: most characters that are kept
    """
    return _one_line(_as_text(text, 20 * limit), limit)


def unusable(text):
    """Whether a text holds what no database takes: a NUL byte, half a surrogate pair. For
    texts that decide something (an ID number): those are refused, not mended."""
    return "\x00" in text or bool(_SURROGATE.search(text))


def _as_text(value, limit):
    if isinstance(value, str):
        return value[:limit]
    if value is None or isinstance(value, bool | int | float):
        # An int of millions of digits can't be written out at all.
        big = isinstance(value, int) and value.bit_length() > 256
        return "" if value is None or big else str(value)
    # Deep or endless: only what it is.
    return type(value).__name__


def _one_line(text, limit):
    text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    text = _INVISIBLE.sub("", _BIDI.sub("", _CONTROL.sub(" ", text)))
    return " ".join(text.split())[:limit]


class Secret:
    """A token, and how to keep it out of texts that come back from Moodle.

    :param value: the token; an empty one hides nothing
    """

    def __init__(self, value):
        value = value or ""
        self._plain = None
        self._forms = ()
        self._shortest = 0
        if len(value) >= _SHORTEST:
            self._plain = re.compile(re.escape(value) + "|" + re.escape(quote(value, "")), re.I)
            self._forms = tuple(_forms(value))
            self._shortest = min(map(len, self._forms))
        elif value:
            self._plain = re.compile(re.escape(value))
            self._shortest = len(value)

    def __repr__(self):
        return "<Secret>"

    def hide(self, text):
        """:return: ``text`` without the token: as it is (in any case, and quoted as in an
        address) it is replaced; a text that holds it in disguise (base64, entities, cut
        by tags, spaces or invisible characters) is given up as a whole"""
        if self._plain is None or len(text) < self._shortest:
            return text
        text = self._plain.sub(HIDDEN, text)
        return HIDDEN if self._lurks(text) else text

    def _lurks(self, text):
        for _round in range(3):
            if self._seen(text):
                return True
            seen = unquote(html.unescape(_ESCAPE.sub(_unescaped, text)))
            if seen == text:
                return False
            text = seen
        return self._seen(text)

    def _seen(self, text):
        """Base64 is compared without case, too: what a mail system or a log has made
        lower-case is still a clue to most of the token."""
        for view in (text, _TAG.sub("", text)):
            view = _BETWEEN.sub("", view).lower().replace("-", "+").replace("_", "/")
            if any(form in view for form in self._forms):
                return True
        return False


def _forms(value):
    """The token and the middle of its base64 in each of the three places where it can
    begin within a group of three bytes, lower-case."""
    yield _comparable(value)
    raw = value.encode("utf-8", "surrogatepass")
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw).decode()
        # Without the characters that also hold bits of what stands before and behind.
        whole = (before + len(raw)) * 8 // 6
        yield _comparable(encoded[-(-before * 8 // 6) : whole])
    yield raw.hex()


def _comparable(text):
    return text.lower().replace("-", "+").replace("_", "/")


def _unescaped(match):
    return chr(int(match[1] or match[2], 16))
