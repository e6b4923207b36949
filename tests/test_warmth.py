"""Which courses a scheduled run reads: the rule in plain values."""

from dataclasses import replace

from odoo.tests import BaseCase, tagged

from ..services.domain.warmth import AHEAD, BEAT, HOUR, WARM, Warmth, lively
from . import builders as b

NOW = 100_000_000
COLD = Warmth(read_at=NOW - HOUR, lively_at=NOW - WARM - 1)


@tagged("post_install", "-at_install")
class TestDue(BaseCase):
    def assertDue(self, due, hours=6, **values):
        self.assertEqual(replace(COLD, **values).due(NOW, hours), due, values)

    def test_cold(self):
        self.assertDue(False)
        self.assertDue(False, lively_at=0)

    def test_the_slower_beat_is_never_later_than_that(self):
        last = NOW - 6 * HOUR + BEAT
        self.assertDue(False, read_at=last + 1)
        self.assertDue(True, read_at=last)
        self.assertDue(True, read_at=NOW - 2 * HOUR, hours=2)
        self.assertDue(False, read_at=NOW - 6 * HOUR, hours=7)

    def test_without_a_slower_beat_each_run_reads_all(self):
        self.assertDue(True, hours=0)

    def test_never_read_or_with_trouble(self):
        self.assertDue(True, read_at=0)
        self.assertDue(True, trouble=True)

    def test_there_was_something_to_do(self):
        self.assertDue(True, busy=True)

    def test_changed_here(self):
        self.assertDue(True, touched=True)

    def test_something_happened_in_the_last_days(self):
        self.assertDue(True, lively_at=NOW - WARM)
        self.assertDue(True, lively_at=NOW)

    def test_a_session_begins_soon_or_has_begun_since(self):
        self.assertDue(False, next_at=NOW + AHEAD + 1)
        self.assertDue(True, next_at=NOW + AHEAD)
        self.assertDue(True, next_at=NOW - HOUR)

    def test_a_clock_that_was_put_back(self):
        self.assertDue(True, read_at=NOW + 1)
        self.assertDue(False, read_at=NOW)


@tagged("post_install", "-at_install")
class TestLively(BaseCase):
    def session(self, starts, taken_at=0, modified_at=0):
        return replace(b.session(1), starts=starts, taken_at=taken_at, modified_at=modified_at)

    def test_nothing(self):
        self.assertEqual(lively([], NOW), (0, 0))

    def test_the_latest_of_all_that_happened_and_the_first_to_come(self):
        sessions = [
            self.session(NOW - 50),
            self.session(NOW - 90, taken_at=NOW - 20),
            self.session(NOW - 90, modified_at=NOW - 10),
            self.session(NOW + 70),
            self.session(NOW + 60),
            self.session(NOW + 80),
        ]
        self.assertEqual(lively(sessions, NOW), (NOW - 10, NOW + 60))
        self.assertEqual(lively(sessions[:2], NOW), (NOW - 20, 0))
        self.assertEqual(lively(sessions[:1], NOW), (NOW - 50, 0))
        self.assertEqual(lively(sessions[3:], NOW), (0, NOW + 60))

    def test_now_itself_has_happened(self):
        self.assertEqual(lively([self.session(NOW)], NOW), (NOW, 0))

    def test_what_is_stamped_ahead_of_now_is_no_news(self):
        session = self.session(NOW - 50, taken_at=NOW + 5, modified_at=NOW + 1)
        self.assertEqual(lively([session], NOW), (NOW - 50, 0))
