"""A run that is killed between two of its steps while sheets follow their sessions to new numbers:
the next one ends where an undisturbed one would have, each lesson with one sheet, and nobody's mark
is lost."""

import os

from odoo.tests import tagged

from .builders import HOUR, START
from .deaths import DeathCase
from .measured import measured
from .test_both import BothCase

ALL = bool(os.environ.get("FAULTS"))
DAY = 86400


class EveryDeath:
    """Two sessions that are equal on both sides, in an activity with a letter of its own meaning;
    then the activity comes back under other numbers, and both sides have changed marks before and
    since."""

    # In `make test` one in so many steps.
    share = 8
    users = True

    def setUp(self):
        super().setUp()
        self.first = self.add_session(group=self.groups[0])
        self.second = self.add_session(starts=START + DAY, group=self.groups[0])
        self.mark_at(self.first, "PALE", self.now - 10 * HOUR)
        self.mark_at(self.second, "PPAA", self.now - 10 * HOUR)
        if self.direction == "oec":
            self.make_sheet("PALE")
            self.make_sheet("PPAA", day="2026-11-04")

    def act(self):
        # Of each lesson, its sheet; that has to stay the same one.
        self.sheet_of = {s.moodle_starts: s for s in self.sheets}
        self.mark_here(self.first, 1, "L", at=self.now - 3 * HOUR)
        self.mark_at(self.second, "L", self.now - 3 * HOUR)
        self.restore()
        self.mark_here(self.first, 3, "A", at=self.now - 2 * HOUR)

    def restore(self):
        self.moodle.bin_and_restore(self.lectures, self.users)

    def settle(self):
        found = super().settle()
        self.assertEqual({s.moodle_starts: s for s in self.sheets}, self.sheet_of)
        lines = self.sheets.with_context(active_test=False).attendance_line
        self.assertEqual(len(lines), 8)
        sessions = self.moodle.sessions
        self.assertEqual({s.moodle_session_id for s in self.sheets}, set(sessions))
        for sheet in self.sheets:
            self.assertEqual(sheet.moodle_starts.timestamp(), self.begins(sheet))
        return found

    def begins(self, sheet):
        return self.moodle.sessions[sheet.moodle_session_id].sessdate

    def test_every_death(self):
        steps = self.each_death(1 if ALL else self.share)
        measured("%s: dead at each of %s steps", type(self).__name__, steps)


class OfACourse(EveryDeath):
    def restore(self):
        item = self.moodle.delete_course(self.moodle_course)
        self.moodle.restore_course(item)


@tagged("post_install", "-at_install")
class TestAnActivity(EveryDeath, DeathCase, BothCase):
    direction = "both"


@tagged("post_install", "-at_install")
class TestAnActivityCompanion(EveryDeath, DeathCase, BothCase):
    direction = "both"
    profile = "companion"


@tagged("post_install", "-at_install")
class TestAnActivityPulled(EveryDeath, DeathCase, BothCase):
    direction = "moodle"


@tagged("post_install", "-at_install")
class TestAnActivityWithoutMarks(EveryDeath, DeathCase, BothCase):
    """Its marks are sent again."""

    direction = "oec"
    users = False
    profile = "2026"


@tagged("post_install", "-at_install")
class TestACourse(OfACourse, DeathCase, BothCase):
    direction = "both"


@tagged("post_install", "-at_install")
class TestACourseCompanion(OfACourse, DeathCase, BothCase):
    direction = "oec"
    profile = "companion"
