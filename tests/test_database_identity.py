"""The same database, or a copy: the rule."""

from dataclasses import fields, replace

from odoo.tests import BaseCase, tagged

from ..services.domain.database_identity import Database, differs

KNOWN = Database(system="7714", oid="16384", table="16500", uuid="a-b-c")
NAMES = [field.name for field in fields(Database)]


@tagged("post_install", "-at_install")
class TestDiffers(BaseCase):
    def test_nothing_known_yet(self):
        self.assertFalse(differs(None, KNOWN))

    def test_the_same(self):
        self.assertFalse(differs(KNOWN, KNOWN))

    def test_each_of_them_alone_is_enough(self):
        for name in NAMES:
            self.assertTrue(differs(KNOWN, replace(KNOWN, **{name: "other"})), name)

    def test_what_cannot_be_read_on_either_side_says_nothing(self):
        for name in NAMES:
            unread = replace(KNOWN, **{name: ""})
            self.assertFalse(differs(KNOWN, unread), name)
            self.assertFalse(differs(unread, KNOWN), name)
            others = [other for other in NAMES if other != name]
            self.assertTrue(differs(unread, replace(KNOWN, **{others[0]: "other"})), name)


@tagged("post_install", "-at_install")
class TestAsText(BaseCase):
    def test_there_and_back(self):
        self.assertEqual(Database.from_json(KNOWN.to_json()), KNOWN)
        for nothing in (None, False, {}, [], "x", {"oid": 3}, {"name": "x"}):
            self.assertIsNone(Database.from_json(nothing))
        self.assertEqual(Database.from_json({"oid": "1", "more": "x"}), Database(oid="1"))
