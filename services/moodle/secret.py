"""The token, and how it is kept out of texts that come back from Moodle."""

import base64
import html
import re
import sys
from collections.abc import Iterator
from urllib.parse import quote, unquote

from ..domain.moodle_text import TAG

HIDDEN = "…"

# What may stand between two characters of a token and is not seen.
_BETWEEN = re.compile("[\\s\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e"
                      "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]")  # fmt: skip
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
# Shorter ones are no secret, and would be found in every other word.
_SHORTEST = 8


class Secret:
    """A token, and how to keep it out of texts that come back from Moodle.

    :param value: the token; an empty one hides nothing
    """

    def __init__(self, value: str | None) -> None:
        value = value or ""
        self._plain: re.Pattern[str] | None = None
        self._forms: tuple[str, ...] = ()
        self._shortest = 0
        if len(value) >= _SHORTEST:
            self._plain = re.compile(re.escape(value) + "|" + re.escape(quote(value, "")), re.I)
            self._forms = tuple(_forms(value))
            self._shortest = min(map(len, self._forms))
        elif value:
            self._plain = re.compile(re.escape(value))
            self._shortest = len(value)

    def __repr__(self) -> str:
        return "<Secret>"

    @property
    def shortest(self) -> int:
        """Characters below which :meth:`hide` finds nothing in a text."""
        return self._shortest if self._plain else sys.maxsize

    def hide(self, text: str) -> str:
        """:return: ``text`` without the token: as it is (in any case, and quoted as in an
        address) it is replaced; a text that holds it in disguise (base64, entities, cut
        by tags, spaces or invisible characters) is given up as a whole"""
        if self._plain is None or len(text) < self._shortest:
            return text
        text = self._plain.sub(HIDDEN, text)
        return HIDDEN if self._lurks(text) else text

    def _lurks(self, text: str) -> bool:
        for _round in range(3):
            if self._seen(text):
                return True
            seen = unquote(html.unescape(_ESCAPE.sub(_unescaped, text)))
            if seen == text:
                return False
            text = seen
        return self._seen(text)

    def _seen(self, text: str) -> bool:
        """Base64 is compared without case, too: what a mail system or a log has made
        lower-case is still a clue to most of the token."""
        for view in (text, TAG.sub("", text)):
            view = _BETWEEN.sub("", view).lower().replace("-", "+").replace("_", "/")
            if any(form in view for form in self._forms):
                return True
        return False


def _forms(value: str) -> Iterator[str]:
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


def _comparable(text: str) -> str:
    return text.lower().replace("-", "+").replace("_", "/")


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1] or match[2], 16))
