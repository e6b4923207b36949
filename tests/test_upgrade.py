"""What an update does to what is kept; `make upgrade` runs one from 1.0.0 with all its data."""

import importlib.util
from pathlib import Path

from odoo.tests import tagged

from .common import MoodleCase

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def script(name):
    """:return: a migration's script as a module"""
    spec = importlib.util.spec_from_file_location("moodle_migration", MIGRATIONS / name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@tagged("post_install", "-at_install")
class TestKeysOfGaps(MoodleCase):
    def setUp(self):
        super().setUp()
        self.add_session("PP")
        for user in self.users[:2]:
            self.moodle.users[user.id].idnumber = "oec_student_999999"
        self.sync()
        self.found = self.gaps(state="open")
        self.keys = self.found.mapped("key")

    def set_key(self, gap, key):
        # As a database before 1.1.0 has it: nothing else writes keys.
        self.env.cr.execute("UPDATE moodle_sync_gap SET key = %s WHERE id = %s", (key, gap.id))
        self.env.invalidate_all()

    def double(self, gap):
        self.set_key(gap, f"{gap.kind}:{gap.unit}:{gap.key}")

    def migrate(self, version="1.0.0"):
        self.env.flush_all()
        script("1.1.0/post-gap_keys.py").migrate(self.env.cr, version)
        self.env.invalidate_all()

    def test_a_key_says_its_kind_and_course_once(self):
        self.assertEqual(len(self.found), 2)
        for gap in self.found:
            place = f"{gap.kind}:{self.moodle_course.id}:"
            self.assertTrue(gap.key.startswith(place), gap.key)
            self.assertFalse(gap.key.startswith(place * 2), gap.key)

    def test_what_an_older_version_kept_is_met_again(self):
        ignored, opened = self.found
        ignored.action_ignore()
        since = self.found.mapped("first_seen")
        for gap in self.found:
            self.double(gap)
        self.migrate()
        self.assertEqual(self.found.mapped("key"), self.keys)
        result = self.sync()
        self.assertFalse(result.counters["gaps_opened"] or result.counters["gaps_closed"])
        self.assertEqual(self.gaps(), self.found)
        self.assertEqual((ignored.state, opened.state), ("ignored", "open"))
        self.assertEqual(self.found.mapped("times_seen"), [2, 2])
        self.assertEqual(self.found.mapped("first_seen"), since)

    def test_all_others_stay(self):
        first = self.found[0]
        for key in ("letter:X:other", "unmatched_course:0:course:5", f"refused:{first.key}"):
            self.set_key(first, key)
            self.migrate()
            self.assertEqual(first.key, key)

    def test_two_never_get_the_same_key(self):
        first, second = self.found
        key = f"{second.kind}:{second.unit}:{second.key}"
        self.set_key(first, key)
        self.migrate()
        self.assertEqual((first.key, second.key), (key, self.keys[1]))

    def test_a_new_database_has_nothing_to_migrate(self):
        self.double(self.found[0])
        key = self.found[0].key
        self.migrate(version=None)
        self.assertEqual(self.found[0].key, key)
