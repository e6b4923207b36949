"""Long texts are cut out of JSON while it comes: neither more nor less than that."""

import json
import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..services.moodle.shortening import KEPT, LONGEST, Shortening, shortened
from .measured import measured

MB = 1024 * 1024
PHOTO = '<img src="data:image/png;base64,' + "iVBORw0KGgo/" * 75_000 + '">'
WORD = st.sampled_from(
    ['"', "\\", "/", "é", "😀", "\n", "a", "[oec_sheet_7]", "[oec_sheet_12-a_b]", "[oec_", "\u2028"]
)
# Around the length at which a text is cut, by the bytes of its characters.
TEXT = st.builds(
    lambda words, count, word, at: "".join(words) + word * count + "".join(words[:at]),
    st.lists(WORD, max_size=8),
    st.sampled_from([0, 0, 1, 1600, LONGEST // 6, LONGEST // 2, LONGEST, 3 * LONGEST]),
    WORD,
    st.integers(0, 8),
)


def cut(body, size=64 * 1024):
    """:param size: bytes of the pieces in which it comes"""
    shortening = Shortening()
    pieces = [shortening.take(body[i : i + size]) for i in range(0, len(body), size)]
    return b"".join(pieces) + shortening.end()


def references(text):
    return {one for one in ("[oec_sheet_7]", "[oec_sheet_12-a_b]") if one in text}


@tagged("post_install", "-at_install")
class TestShortening(BaseCase):
    many_cases = True

    @settings(max_examples=200, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(
        texts=st.lists(TEXT, max_size=5),
        ascii=st.booleans(),
        size=st.sampled_from([1, 7, 1000, LONGEST, 64 * 1024]),
    )
    def test_any_texts_in_any_pieces(self, texts, ascii, size):
        wanted = [{"id": i, "text": text, '"': [text]} for i, text in enumerate(texts)]
        body = json.dumps(wanted, ensure_ascii=ascii).encode()
        if len(body) > 200 * size:
            size = len(body) // 200
        found = cut(body, size)
        self.assertEqual(found, cut(body, MB), "the same in whatever pieces it comes")
        for before, after in zip(wanted, json.loads(found), strict=True):
            raw = len(json.dumps(before["text"], ensure_ascii=ascii).encode()) - 2
            if raw <= LONGEST:
                self.assertEqual(after, before)
                continue
            text = after["text"]
            self.assertEqual(after, {**before, "text": text, '"': [text]})
            self.assertLess(len(text), KEPT + 200)
            self.assertTrue(before["text"].startswith(text.partition("…")[0]))
            self.assertEqual(references(text), references(before["text"]))

    def test_what_ends_in_the_middle(self):
        """It is no answer, and is not made one."""
        body = json.dumps([{"a": "b" * 3 * LONGEST, "c": "d"}]).encode()
        for end in (5, LONGEST, 2 * LONGEST, len(body) - 3):
            with self.assertRaises(ValueError):
                json.loads(cut(body[:end], 1000))

    def test_a_reference_at_the_border_of_two_pieces(self):
        text = "x" * 2 * LONGEST + "[oec_sheet_12]" + "y" * 1000
        body = json.dumps([text]).encode()
        for place in range(2 * LONGEST, 2 * LONGEST + 20):
            shortening = Shortening()
            found = shortening.take(body[:place]) + shortening.take(body[place:])
            self.assertEqual(json.loads(found), ["x" * KEPT + "… [oec_sheet_12]"])

    def test_of_a_small_answer(self):
        text = "x" * 2 * LONGEST + "[oec_sheet_12] and [oec_sheet_12], [oec_sheet_3]"
        self.assertEqual(shortened(text), "x" * KEPT + "… [oec_sheet_12] [oec_sheet_3]")
        self.assertEqual(shortened("x" * LONGEST), "x" * LONGEST)
        self.assertIn("[oec_sheet_3]", shortened("\ud800" * 2 * LONGEST + "[oec_sheet_3]"))

    def test_neither_memory_nor_time(self):
        body = json.dumps([{"id": i, "description": PHOTO} for i in range(40)]).encode()
        started = time.process_time()
        found = cut(body)
        seconds = time.process_time() - started
        self.assertLess(len(found), 80_000)
        rows = [{"id": i, "studentid": i, "statusid": "5", "remarks": ""} for i in range(20_000)]
        plain = json.dumps(rows).encode()
        started = time.process_time()
        self.assertEqual(cut(plain), plain)
        more = time.process_time() - started
        measured("photos of %.0f MB are cut in %.2f s; %.1f MB without any are looked at in %.3f s",
                 len(body) / MB, seconds, len(plain) / MB, more)  # fmt: skip
