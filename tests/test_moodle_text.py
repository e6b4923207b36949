"""Texts from Moodle: what is kept of them, and that the token is in none."""

import base64
import time
from urllib.parse import quote

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ..services.domain import moodle_text
from ..services.domain.moodle_text import clean, clean_name, storable, unusable
from ..services.moodle.secret import Secret

TOKEN = "5ec4e75ec4e75ec4e75ec4e75ec4e75e"
ODD = "a-B_c/9+x=y&z~1<2>3"


def disguises(token):
    yield "as it is", token
    yield "upper-case", token.upper()
    yield "lower-case", token.lower()
    yield "in an address", f"https://a.example/?wstoken={quote(token, safe='')}&x=1"
    yield "every character quoted", "".join(f"%{ord(c):02x}" for c in token)
    yield "quoted twice", "".join(f"%25{ord(c):02x}" for c in token)
    for before in range(3):
        for behind in range(3):
            plain = b"!" * before + token.encode() + b"?" * behind
            yield f"base64, {before} before, {behind} behind", base64.b64encode(plain).decode()
            yield f"base64url, {before}, {behind}", base64.urlsafe_b64encode(plain).decode()
    encoded = base64.b64encode(token.encode()).decode()
    yield "base64 in lines", "\n".join(encoded[i : i + 10] for i in range(0, len(encoded), 10))
    yield "base64 quoted", quote(encoded, safe="")
    yield "hexadecimal", token.encode().hex()
    yield "decimal entities", "".join(f"&#{ord(c)};" for c in token)
    yield "hexadecimal entities", "".join(f"&#x{ord(c):X};" for c in token)
    yield "entities twice", "".join(f"&amp;#{ord(c)};" for c in token)
    yield "escapes of JSON", "".join(f"\\u{ord(c):04x}" for c in token)
    for name, cut in (
        ("tags", "<b></b>"),
        ("comments", "<!-- -->"),
        ("spaces", " "),
        ("lines", "\r\n"),
        ("zero width", "\u200b"),
        ("soft hyphens", "\u00ad"),
        ("joiners", "\u2060\ufeff"),
        ("marks of direction", "\u202e"),
        ("NUL", "\x00"),
    ):
        yield f"cut by {name}", token[:5] + cut + token[5:11] + cut + token[11:]
        yield f"spread by {name}", cut.join(token)


@tagged("post_install", "-at_install")
class TestSecret(BaseCase):
    def test_it_is_found_in_every_disguise(self):
        for token in (TOKEN, ODD):
            secret = Secret(token)
            for name, text in disguises(token):
                for around in ("{}", "before {} behind", "<p>{}</p>"):
                    with self.subTest(name, token=token, around=around):
                        text_around = around.replace("{}", text)
                        hidden = secret.hide(text_around)
                        self.assertNotEqual(hidden, text_around)
                        self.assertNotIn(text, hidden)
                        self.assertEqual(secret.hide(hidden), hidden, "and nothing is left")

    def test_what_stands_around_it_stays_where_that_is_sure(self):
        secret = Secret(TOKEN)
        self.assertEqual(
            secret.hide(f"https://a.example/?wstoken={TOKEN.upper()}&x=1"),
            "https://a.example/?wstoken=…&x=1",
        )

    def test_other_texts_are_left_alone(self):
        secret = Secret(TOKEN)
        for text in (
            "",
            "Physics & Lab <A>",
            "5ec4e75ec4e75ec4",
            "%zz &#99999999999; \\u12",
            "Ñandú",
        ):
            self.assertEqual(secret.hide(text), text)
        self.assertEqual(Secret("").hide("text"), "text")
        self.assertEqual(Secret(None).hide("text"), "text")

    def test_shorter_texts_need_not_be_looked_at(self):
        for token in (TOKEN, ODD, "short"):
            secret = Secret(token)
            for _name, text in disguises(token):
                if secret.hide(text) != text:
                    self.assertGreaterEqual(len(text), secret.shortest)
        self.assertGreater(Secret("").shortest, 10**6, "nothing is found")

    def test_it_does_not_show_itself(self):
        self.assertNotIn(TOKEN, repr(Secret(TOKEN)))


@tagged("post_install", "-at_install")
class TestClean(BaseCase):
    def test_what_is_kept(self):
        for text, wanted in (
            ("<p>No <b>way</b></p>", "No way"),
            ("a\x00b", "a b"),
            ("a\ud800b", "a\ufffdb"),
            ("two\r\nlines\u2028three", "two lines three"),
            ("safe\u202etxt.exe", "safetxt.exe"),
            ("\u2066in\u2069 zero\u200bwidth\ufeff", "in zerowidth"),
            (
                "mi\u200cravam \U0001f468\u200d\U0001f469",
                "mi\u200cravam \U0001f468\u200d\U0001f469",
            ),
            ("delay < 10 min", "delay < 10 min"),
            (None, ""),
            (7, "7"),
            (10**5000, ""),
            (["a", ["list"]], "list"),
            ({"a": 1}, "dict"),
            ("x" * 1000, "x" * 300),
        ):
            with self.subTest(text=str(text)[:20] if not isinstance(text, int) else "number"):
                self.assertEqual(clean(text), wanted)

    def test_names_keep_what_looks_like_html(self):
        self.assertEqual(clean_name("Tom & <Jerry>\x00"), "Tom & <Jerry>")
        self.assertEqual(len(clean_name("x" * 1000)), 255)
        self.assertEqual(clean_name("x" * 1000, 10), "x" * 10)

    def test_our_own_words_keep_their_lines(self):
        self.assertEqual(storable("one\ntwo\x00\ud800\u202e"), "one\ntwo \ufffd")
        self.assertEqual(storable(None), "")

    def test_what_no_database_takes(self):
        self.assertTrue(unusable("a\x00"))
        self.assertTrue(unusable("\udfff"))
        self.assertFalse(unusable("\U0001f468 Ñ"))

    def test_what_is_taken_out_can_not_be_printed(self):
        """So a text that can be is not looked at any further."""
        characters = "".join(map(chr, range(0x110000)))
        for pattern in ("_SURROGATE", "_CONTROL_IN_LINES", "_BIDI"):
            found = getattr(moodle_text, pattern).findall(characters)
            self.assertTrue(found)
            self.assertFalse([one for one in found if one.isprintable()], pattern)

    def test_the_time_it_takes_is_in_proportion(self):
        secret = Secret(TOKEN)
        for text in ("<a" * 200_000, "&#" * 200_000, "%" * 400_000, "\\u" * 200_000, "<" * 400_000):
            started = time.monotonic()
            secret.hide(text)
            clean(text)
            storable(text)
            self.assertLess(time.monotonic() - started, 3, text[:4])
