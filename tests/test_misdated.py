"""Sessions that were taken at a time which does not fit their date, on Odoo."""

from datetime import date, datetime

import pytz

from odoo.tests import tagged

from . import test_both
from .builders import HOUR
from .test_companion import CompanionCase

ZONE = pytz.timezone("Asia/Kolkata")


def at(year, month, day):
    """:return: unix seconds at nine in the morning"""
    return int(ZONE.localize(datetime(year, month, day, 9)).timestamp())


# A lesson of 2 March, typed as 3 February into a list that was imported; and one of 3 February,
# typed as 2 March.
TAKEN, BEFORE = at(2026, 3, 2), at(2026, 2, 3)


class Misdated:
    """Whatever the family and the direction."""

    def told(self):
        gaps = self.gaps(state="open")
        self.assertEqual(set(gaps.mapped("kind")) - {"misdated"}, set())
        return gaps.mapped("name")

    def test_months_ahead(self):
        """Until the date is corrected in Moodle; then it comes over, and the gap is closed."""
        ahead = self.add_session(starts=self.now + 90 * 24 * HOUR)
        self.mark_at(ahead, "PPAL", self.now)
        self.sync()
        (words,) = self.told()
        self.assertIn("most of its students are marked", words)
        self.assertFalse(self.sheets)
        self.assertEqual(self.gaps(state="open").marks, 4)
        ahead.sessdate = self.now - HOUR
        self.sync()
        self.assertFalse(self.told())
        self.assertEqual(self.statuses(ahead), "PPAL")

    def test_announced_absences(self):
        ahead = self.add_session(starts=self.now + 90 * 24 * HOUR)
        self.mark_at(ahead, "A.E", self.now)
        self.sync()
        self.assertFalse(self.told())
        self.assertFalse(self.sheets)

    def test_exchanged_into_the_past(self):
        """Its marks come over all the same, and its sheet follows the corrected date."""
        past = self.add_session(starts=BEFORE)
        self.mark_at(past, "PPAL", TAKEN)
        self.sync()
        (words,) = self.told()
        for day in ("02/03/2026", "03/02/2026"):
            self.assertIn(day, words)
        self.assertEqual(self.sheets.attendance_date, date(2026, 2, 3))
        past.sessdate = TAKEN
        self.sync()
        self.assertFalse(self.told())
        self.assertEqual(self.sheets.attendance_date, date(2026, 3, 2))

    def test_before_the_course(self):
        """Where a wrong date leads often; such sessions are left out."""
        self.moodle_course.startdate = at(2026, 2, 15)
        past = self.add_session(starts=BEFORE)
        self.mark_at(past, "PPAL", TAKEN)
        self.sync()
        self.assertEqual(len(self.told()), 1)
        self.assertFalse(self.sheets)

    def test_somebody_says_that_it_is_right(self):
        ahead = self.add_session(starts=self.now + 90 * 24 * HOUR)
        self.mark_at(ahead, "PPAL", self.now)
        self.sync()
        self.gaps(state="open").action_ignore()
        self.sync()
        self.assertFalse(self.told())


@tagged("post_install", "-at_install")
class TestPull(Misdated, test_both.BothCase):
    direction = "moodle"


@tagged("post_install", "-at_install")
class TestBoth(Misdated, test_both.BothCase):
    pass


@tagged("post_install", "-at_install")
class TestCompanion(Misdated, CompanionCase):
    pass


@tagged("post_install", "-at_install")
class TestPush(test_both.BothCase):
    direction = "oec"

    def test_when_moodle_was_taken_says_nothing(self):
        ahead = self.add_session(starts=self.now + 90 * 24 * HOUR)
        self.mark_at(ahead, "PPAL", self.now)
        self.sync()
        self.assertFalse(self.open_gaps())
