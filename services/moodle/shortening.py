"""Cuts long texts out of JSON while it comes, so that they use up neither the memory nor what an
answer may have.

A teacher pastes a photo into the description of a session, and Moodle hands it over within its
JSON, with each session again. Nothing that long is needed: of a text that is cut only its
beginning is kept, and the references in it, which say what a session was made for
(``domain/references``). What was cut ends in an ellipsis, so that it is no other text.
"""

import re

from ..domain.references import BEGIN

# Bytes of a text as it stands in the JSON. The longest that is needed whole is a remark: 1,333
# characters, of twelve bytes where they are rare ones.
LONGEST = 20_000
# Characters that are kept of one that is longer.
KEPT = 1_000
# References that are kept of one.
_MOST = 20
_CUT = b"\\u2026"
# Characters behind each of which it can be cut: one of ASCII, one of several bytes, an escape,
# two escapes that are one character.
_PLAIN = re.compile(
    rb'(?:[ !#-\[\]-~]|[\xc2-\xf4][\x80-\xbf]+|\\["\\/bfnrt]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}'
    rb"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}){0,%d}" % KEPT
)
# JSON has these characters as they are.
_REFERENCE = re.compile(rb"\[%s[A-Za-z0-9_-]{1,64}\]" % BEGIN.encode())
_LONGEST_REFERENCE = 76


def shortened(text: str) -> str:
    """The same for a text of an answer that was small enough to be read as it came."""
    if len(text) <= LONGEST:
        return text
    found = list(dict.fromkeys(_REFERENCE.findall(text.encode("utf-8", "replace"))))[:_MOST]
    return " ".join((text[:KEPT] + "…", *(reference.decode() for reference in found)))


class Shortening:
    """Takes JSON piece by piece, and gives it back without what is too long."""

    def __init__(self) -> None:
        # Of a text that has not ended, and may be too long yet.
        self._held = b""
        # Of one that is cut: what the last piece ended with, in which a reference may begin.
        self._tail = b""
        self._references: dict[bytes, None] = {}
        self._cutting = False

    def take(self, piece: bytes | bytearray) -> bytes:
        """:return: what is certain by now; what is held back comes with the next piece"""
        data = self._held + piece
        self._held = b""
        # The same without the quotation marks and backslashes that are part of a text. What is
        # found of it in one call is what makes this quick: an answer has thousands of texts.
        parts = data.replace(rb"\\", b"__").replace(rb"\"", b"__").split(b'"')
        if self._cutting or max(map(len, parts)) > LONGEST:
            return self._without_long(data, parts)
        if len(parts) % 2:
            return data
        begin = len(data) - len(parts[-1]) - 1
        self._held = data[begin:]
        return data[:begin]

    def end(self) -> bytes:
        """:return: what was held back, when no more comes"""
        held, self._held = self._held, b""
        return held

    def _without_long(self, data: bytes, parts: list[bytes]) -> bytes:
        """:param parts: of ``data``, between its quotation marks: every other one is a text"""
        out: list[bytes] = []
        # Whatever stands before ``done`` is in ``out``, or cut.
        done = begin = 0
        text = self._cutting
        for number, part in enumerate(parts, 1):
            end, ended = begin + len(part), number < len(parts)
            if text and (self._cutting or len(part) > LONGEST):
                if not self._cutting:
                    kept = _PLAIN.match(data, begin)
                    out += (data[done : kept.end() if kept else begin], _CUT)
                self._note_references(data[begin:end])
                self._cutting = not ended
                done = end
                if ended:
                    out += (b" %s" % reference for reference in self._references)
                    self._tail, self._references = b"", {}
                elif part.endswith(b"\\"):
                    # It belongs to what comes next.
                    self._held = b"\\"
            elif text and not ended:
                self._held = data[begin - 1 :]
                out.append(data[done : begin - 1])
                done = len(data)
            begin = end + 1
            text = not text
        out.append(data[done:])
        return b"".join(out)

    def _note_references(self, text: bytes) -> None:
        text = self._tail + text
        for reference in _REFERENCE.finditer(text):
            if len(self._references) < _MOST:
                self._references[reference[0]] = None
        self._tail = text[-_LONGEST_REFERENCE:]
