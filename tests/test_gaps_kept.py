"""Gaps over a long time: what a course asks for, and how long a closed one stays."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..models.moodle_sync_gap import KEEP_DAYS
from ..services.domain import plan as p
from .common import MoodleCase


@tagged("post_install", "-at_install")
class TestGapsKept(MoodleCase):
    def setUp(self):
        super().setUp()
        self.Gap = self.env["moodle.sync.gap"]
        self.run_of_now = self.env["moodle.sync.run"]

    def record(self, *keys, unit=5):
        """Bring the gaps of a course up to date: these are met, and no others."""
        gaps = [p.gap("refused", unit, key, {"words": "No.", "day": "2026-11-03", "sheet": ""})
                for key in keys]  # fmt: skip
        self.Gap._record(self.instance, self.run_of_now, unit, gaps, "Algebra")
        self.env.flush_all()

    def states(self):
        gaps = self.Gap.search([("instance_id", "=", self.instance.id)])
        return {(gap.unit, gap.key.rsplit(":", 1)[1]): gap.state for gap in gaps}

    def test_closed_and_met_again(self):
        self.record("a", "b")
        self.record("a", unit=6)
        self.record("b")
        self.assertEqual(self.states(), {(5, "a"): "closed", (5, "b"): "open", (6, "a"): "open"})
        first = self.Gap.search([("unit", "=", 5), ("state", "=", "closed")])
        self.record("a")
        self.assertEqual(self.states(), {(5, "a"): "open", (5, "b"): "closed", (6, "a"): "open"})
        self.assertEqual((first.state, first.times_seen, first.closed_at), ("open", 2, False))

    def test_an_ignored_one_closes_too(self):
        self.record("a")
        self.Gap.search([("unit", "=", 5)]).state = "ignored"
        self.record("a")
        self.assertEqual(self.states(), {(5, "a"): "ignored"})
        self.record()
        self.assertEqual(self.states(), {(5, "a"): "closed"})

    def test_closed_ones_are_not_read(self):
        """In a course in which nothing is met, there are none to read."""
        self.record(*map(str, range(20)))
        self.record()
        read = []
        original = type(self.Gap)._fetch_query

        def fetch(records, query, names):
            found = original(records, query, names)
            read.append(len(found))
            return found

        self.patch(type(self.Gap), "_fetch_query", fetch)
        self.env.invalidate_all()
        self.record()
        self.assertEqual(sum(read), 0)

    def test_closed_ones_end(self):
        self.record("old", "new", "open")
        self.record("open")
        long_ago = fields.Datetime.now() - timedelta(days=KEEP_DAYS + 1)
        gaps = {gap.key.rsplit(":", 1)[1]: gap for gap in self.Gap.search([("unit", "=", 5)])}
        gaps["old"].closed_at = long_ago
        (gaps["open"] | gaps["new"]).first_seen = long_ago
        self.Gap._gc_closed()
        self.assertEqual(self.states(), {(5, "new"): "closed", (5, "open"): "open"})
        self.record("open", "old")
        self.assertEqual(self.states()[5, "old"], "open", "met again, it is a new one")
