"""How long a run or a look may take, by a clock that stands still."""

from odoo.tests import BaseCase, tagged

from ..services.moodle.moodle_transport import Clock
from ..services.runs.time_budget import TimeBudget


@tagged("post_install", "-at_install")
class TestTimeBudget(BaseCase):
    def setUp(self):
        super().setUp()
        self.now = 100.0
        self.clock = Clock(now=lambda: self.now)

    def test_it_is_over_at_its_end(self):
        budget = TimeBudget(self.clock, 8, 4)
        self.now += 7.5
        self.assertEqual((budget.spent, budget.is_over), (7.5, False))
        self.now += 0.5
        self.assertTrue(budget.is_over)
        self.assertEqual(budget.deadline, 112)

    def test_none_is_none_from_the_first_moment(self):
        self.assertTrue(TimeBudget(self.clock, 0).is_over)

    def test_without_an_end(self):
        endless, patient = TimeBudget(self.clock, None, 4), TimeBudget(self.clock, 8)
        self.now += 10**9
        self.assertFalse(endless.is_over)
        self.assertIsNone(endless.deadline)
        self.assertTrue(patient.is_over)
        self.assertIsNone(patient.deadline, "what is under way is let end")
