"""The translations hold every text, with the same places to fill in."""

import ast
import re
from pathlib import Path

import polib

from odoo.tests import tagged
from odoo.tests.common import BaseCase

ADDON = Path(__file__).resolve().parents[1]
PLACE = re.compile(r"%\(\w+\)s|%s|</?\w+[^>]*>")
LANGUAGES = ("es", "fr")
# A number with what it counts.
COUNT = re.compile(
    r"%(?:\(\w+\))?s "
    r"(activitie|conflict|course|difference|gap|line|mark|register|session|sheet|student)s\b"
)


def texts(path):
    """Literals that a Python file has translated: ``env._(…)`` and ``_lt(…)``."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ("_", "_lt"):
                yield node.args[0].value


def terms(name):
    return {entry.msgid: entry for entry in polib.pofile(ADDON / "i18n" / name)}


@tagged("post_install", "-at_install")
class TestTranslations(BaseCase):
    def test_every_text_is_in_the_template(self):
        template = terms("openeducat_moodle_attendance.pot")
        for folder in ("models", "services", "wizards"):
            for path in sorted((ADDON / folder).rglob("*.py")):
                found = set(texts(path))
                self.assertFalse(found - template.keys(), f"{path.name}: make terms")

    def test_what_is_counted_has_a_form_for_one(self):
        template = terms("openeducat_moodle_attendance.pot")
        counts = [(text, found) for text in template if (found := COUNT.search(text))]
        self.assertGreater(len(counts), 30)
        for text, found in counts:
            noun = "activity" if found[1] == "activitie" else found[1]
            before = text[: found.start()].split()[-1:]
            one = " ".join([*before, f"1 {noun}"])
            self.assertTrue(any(one in other for other in template), text)

    def test_every_term_is_translated(self):
        template = terms("openeducat_moodle_attendance.pot")
        self.assertGreater(len(template), 500)
        for language in LANGUAGES:
            translated = terms(f"{language}.po")
            self.assertEqual(translated.keys(), template.keys(), language)
            for text, entry in translated.items():
                self.assertTrue(entry.translated(), f"{language}: {text}")
                self.assertEqual(
                    sorted(PLACE.findall(entry.msgstr)), sorted(PLACE.findall(text)), entry.msgstr
                )
