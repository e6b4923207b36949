"""What is remembered of a Moodle course, in plain values."""

import json
from dataclasses import replace

from odoo.tests import BaseCase, tagged

from ..services.domain.gaps import KINDS
from ..services.domain.records import MoodleActivity, MoodleGroup, MoodleMark, MoodleUser
from ..services.domain.remembered import FIXED_IN_MOODLE, HOUR, Remembered, may_be_remembered, named
from . import builders as b

FULL = Remembered(
    at=1000,
    users=(MoodleUser(1, "Ann", "oec_student_1", "a@example.org", True), MoodleUser(2, "Bo")),
    roles=True,
    unlisted=frozenset({7, 5}),
    groups=(MoodleGroup(3, "G", "oec_batch_1"),),
    activities=(MoodleActivity(4, "Lectures", 2, 44),),
)


def session(users=(), marks=(), group=0):
    return replace(
        b.session(1),
        user_ids=frozenset(users),
        marks=tuple(MoodleMark(user, 1, "") for user in marks),
        group_id=group,
    )


@tagged("post_install", "-at_install")
class TestRemembered(BaseCase):
    def test_kept_and_found_again(self):
        for remembered in (FULL, Remembered(5), replace(FULL, groups=None, activities=None)):
            kept = json.loads(json.dumps(remembered.to_json()))
            self.assertEqual(Remembered.from_json(kept), remembered)
        for nothing in (None, False, {}):
            self.assertIsNone(Remembered.from_json(nothing))

    def test_for_so_many_hours(self):
        self.assertTrue(FULL.holds(1000, 6))
        self.assertTrue(FULL.holds(1000 + 6 * HOUR - 1, 6))
        self.assertFalse(FULL.holds(1000 + 6 * HOUR, 6))
        self.assertFalse(FULL.holds(1000, 0), "0 hours: asked in each run")
        self.assertFalse(FULL.holds(999, 6), "a clock that was put back")

    def test_whom_sessions_name(self):
        self.assertEqual(named([session([1, 2], [2, 3]), session([4])]), {1, 2, 3, 4})
        self.assertEqual(named([]), set())

    def test_somebody_unknown(self):
        self.assertTrue(FULL.knows_all_of([]))
        self.assertTrue(FULL.knows_all_of([session([1, 2], [1])]))
        self.assertTrue(FULL.knows_all_of([session([5], [7])]), "known to be no longer listed")
        self.assertFalse(FULL.knows_all_of([session([1, 9])]))
        self.assertFalse(FULL.knows_all_of([session([1]), session([1], [9])]))

    def test_a_group_unknown(self):
        self.assertTrue(FULL.knows_groups_of([session(group=3), session()]))
        self.assertFalse(FULL.knows_groups_of([session(group=3), session(group=8)]))
        self.assertFalse(replace(FULL, groups=None).knows_groups_of([session(group=3)]))
        self.assertTrue(replace(FULL, groups=None).knows_groups_of([session()]))

    def test_not_what_could_be_fixed_in_moodle(self):
        self.assertLessEqual(FIXED_IN_MOODLE, KINDS.keys())
        self.assertTrue(may_be_remembered([]))
        self.assertTrue(may_be_remembered(["custom_status", "vanished"]))
        for kind in FIXED_IN_MOODLE:
            self.assertFalse(may_be_remembered(["custom_status", kind]))
