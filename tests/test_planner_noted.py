"""Since when it is noted what single sessions and marks have met with."""

from datetime import date

from odoo.tests import BaseCase, tagged

from ..services.domain import window

TODAY = date(2026, 11, 26)


@tagged("post_install", "-at_install")
class TestNotedSince(BaseCase):
    def test_a_day(self):
        for days, wanted in (
            (0, None),  # all sessions
            (1, date(2025, 10, 22)),
            (30, date(2025, 10, 22)),
            (400, date(2025, 10, 22)),
            (401, date(2025, 10, 21)),
        ):
            with self.subTest(days):
                self.assertEqual(window.noted_since(TODAY, days), wanted)

    def test_a_moment(self):
        now = window.first_moment(TODAY, "Asia/Kolkata") + 3600

        def since(days, now=now):
            start = window.window_start(TODAY, days)
            return window.Rules("Asia/Kolkata", start, now=now).noted_since

        self.assertEqual(since(0), 0)
        self.assertEqual(since(30, None), 0)
        self.assertEqual(since(30), window.first_moment(date(2025, 10, 22), "Asia/Kolkata"))
        self.assertEqual(since(401), window.first_moment(date(2025, 10, 21), "Asia/Kolkata"))
