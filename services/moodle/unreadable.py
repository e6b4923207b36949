"""What an answer is that can't be read: who must do what about it depends on that. Pure."""

import json
import re
from dataclasses import dataclass

# Nothing at all; a message of PHP's; text around what is JSON; a page for people; anything else.
EMPTY, PHP, AROUND, PAGE, OTHER = "empty", "php", "around", "page", "other"

# Enough for what is shown of it, and for a token that begins within that.
_SHOWN = 20_000
# Behind it nobody looks for JSON: what stands before or behind an answer is short.
_LARGEST = 1024 * 1024
# Places at which JSON may begin that are tried.
_TRIED = 20
_PAGE = re.compile(r"\s*(<\?xml[^>]*>\s*)?<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_KINDS = (
    "notice|warning|deprecated|strict standards|(recoverable |catchable )?fatal error|parse error"
)
# As PHP writes it, with HTML or without.
_PHP = re.compile(
    rf"<b>({_KINDS})</b>:.{{0,2000}}|^(php )?({_KINDS}): .{{1,2000}}? on line \d+",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_BEGIN = re.compile(r"[\[{]")


@dataclass(frozen=True)
class Unreadable:
    """* ``kind``: one of those above;
    * ``text``: what it says, or what stands around the JSON; not cleaned.
    """

    kind: str
    text: str

    @property
    def unseen(self) -> bool:
        """Whether nothing of the text can be seen, such as byte order marks."""
        return not any(one.isprintable() and not one.isspace() for one in self.text)


def looked_at(body: bytes | bytearray) -> Unreadable:
    """:param body: of an answer that is no JSON"""
    shown = body[:_SHOWN].decode("utf-8", "replace")
    if not body.strip() or not shown.strip("\ufeff\x00 \t\r\n"):
        return Unreadable(EMPTY, "")
    if _PAGE.match(shown.lstrip("\ufeff")):
        return Unreadable(PAGE, shown)
    said = _PHP.search(shown)
    if said:
        return Unreadable(PHP, shown[said.start() : said.end()])
    around = _around(body.decode("utf-8", "replace")) if len(body) <= _LARGEST else None
    return Unreadable(OTHER, shown) if around is None else Unreadable(AROUND, around[:_SHOWN])


def _around(text: str) -> str | None:
    """:return: what stands before and behind JSON; ``None`` where there is no JSON"""
    decoder = json.JSONDecoder()
    begin = end = after = 0
    for number, found in enumerate(_BEGIN.finditer(text)):
        if number == _TRIED:
            break
        if found.start() < after:
            # A part of what was read.
            continue
        try:
            _value, after = decoder.raw_decode(text, found.start())
        except (ValueError, RecursionError):
            continue
        if after - found.start() > end - begin:
            # The answer itself is the largest.
            begin, end = found.start(), after
    # A comment is what is to be shown, and no markup.
    around = (text[:begin] + " " + text[end:]).replace("<!--", " ").replace("-->", " ")
    return around if end and around.strip() else None
