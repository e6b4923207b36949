"""What the random histories found about letters that are held back, made small."""

from odoo.tests import BaseCase, tagged

from ..services.domain import merge
from ..services.domain.planner import plan_course
from ..services.domain.records import MoodleStatus
from ..services.domain.window import Rules
from . import builders as b

MEDICAL = MoodleStatus(9, "M", "Medical", 1)


def plan(remote, here, direction):
    return plan_course(remote, here, b.people(), Rules(b.ZONE, direction=direction))


@tagged("post_install", "-at_install")
class TestHeldBack(BaseCase):
    def test_a_sheet_taken_over_meets_the_marks_that_are_held_back(self):
        """Two sessions fit the sheet, and the one with a mark for it takes it over: the other
        mark of that session, which has no meaning here, was written over by an older one."""
        statuses = (*b.STATUSES, MEDICAL)
        taken = b.session(1, {1: 9, 2: "L"}, statuses=statuses)
        empty = b.session(2, statuses=statuses)
        here = b.local(
            sheets=[b.sheet(1)],
            lines=[b.line(1, 101, "E", base=None), b.line(2, 102, "L", base=None)],
            registers=[b.register(1, day=None)],
        )
        for direction in (merge.MOODLE, merge.BOTH):
            found = plan(b.reading(taken, empty), here, direction)
            self.assertEqual(found.pushes, ())
            lines = [(x.line_id, x.action) for x in next(found.sheets()).lines]
            self.assertEqual(lines, [(2, "agree")], direction)
