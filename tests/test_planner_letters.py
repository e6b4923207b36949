"""What the random histories found about letters that are held back, made small."""

from dataclasses import replace

from odoo.tests import BaseCase, tagged

from ..services.domain import merge
from ..services.domain.letters_seen import LettersSeen
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


def hiding(*letters):
    """The usual statuses, of which some are hidden."""
    return tuple(replace(one, hidden=one.acronym in letters) for one in b.STATUSES)


@tagged("post_install", "-at_install")
class TestHidden(BaseCase):
    """A status that was hidden in Moodle after marks had been made with it."""

    def test_an_unchanged_mark_is_no_news_in_any_direction(self):
        before = b.session(1, {1: "L", 2: "P"})
        session = replace(before, statuses=hiding("L"))
        sheet = replace(b.sheet(1, session), points="most=2 P=2 A=0 L=- E=1")
        here = b.local([sheet], [b.line(1, 101, "L"), b.line(2, 102, "P")])
        for direction in (merge.MOODLE, merge.OEC, merge.BOTH):
            found = plan(b.reading(session), here, direction)
            self.assertTrue(found.empty, direction)
            self.assertEqual((found.gaps, found.skipped), ((), {}), direction)

    def test_a_new_mark_with_it_comes_over(self):
        """Hidden in the middle of a lesson, while one of its marks was not read yet."""
        session = replace(b.session(1, {1: "L", 2: "P"}), statuses=hiding("L"))
        found = plan(b.reading(session), b.local(), merge.BOTH)
        (sheet,) = found.sheets()
        self.assertEqual([line.status for line in sheet.lines], ["L", "P"])
        self.assertEqual(sheet.values["moodle_points"], "most=2 P=2 A=0 L=- E=1")
        self.assertFalse(found.gaps)

    def test_what_changed_here_is_sent_with_one_that_is_shown(self):
        session = replace(b.session(1, {1: "L", 2: "P"}), statuses=hiding("L"))
        here = b.local(
            [b.sheet(1, session)],
            [b.line(1, 101, "A", base="L"), b.line(2, 102, "L", base="P")],
        )
        for direction in (merge.OEC, merge.BOTH):
            found = plan(b.reading(session), here, direction)
            sent = [(push.student_id, push.status_id) for push in found.pushes]
            self.assertEqual(sent, [(101, b.STATUS_IDS["A"])], direction)
            # Once it is sent, no mark of the session is left out of the points.
            self.assertEqual(found.sessions, ())
            self.assertEqual(
                [(gap.why, gap.details) for gap in found.gaps],
                [("push_none_status", ("L", "Lectures", ()))],
                direction,
            )

    def test_only_one_that_nobody_has_decided_on_is_asked_about(self):
        medical = replace(MEDICAL, hidden=True)
        session = b.session(1, {1: 9, 2: "P"}, statuses=(*b.STATUSES, medical))
        found = plan(b.reading(session), b.local(), merge.MOODLE)
        self.assertEqual([gap.why for gap in found.gaps], ["letter_custom"])
        self.assertEqual(found.skipped, {"custom_status": 1})

    def test_the_set_up_asks_about_those_with_marks(self):
        medical = replace(MEDICAL, hidden=True)
        sessions = [
            b.session(1, {1: 9, 2: "P"}, statuses=(*b.STATUSES, medical)),
            b.session(2, {1: "P"}, statuses=(*b.STATUSES, replace(medical, id=10, acronym="X"))),
        ]
        seen = LettersSeen(())
        seen.add(2, sessions)
        self.assertEqual([row["acronym"] for row in seen.to_json()], ["M", "A", "E", "L", "P"])

    def test_a_remark_of_such_a_mark(self):
        """It goes along with a status that is shown and means the same, or not at all."""
        held = b.r.MoodleMark(1, 7, "", taken_at=b.START, taken_by=30)
        late = MoodleStatus(10, "L", "Late", 1)
        line = b.line(1, 101, "L", remark="bus")
        for more, sent in (((late,), [(10, "bus")]), ((), [])):
            session = b.session(1, [held], statuses=(*hiding("L"), *more))
            here = b.local([b.sheet(1, session)], [line._replace(remarked_at=b.START + 60)])
            rules = Rules(b.ZONE, direction=merge.BOTH, sends_remarks=True, user_id=99)
            found = plan_course(b.reading(session), here, b.people(), rules)
            self.assertEqual([(one.status_id, one.remark) for one in found.pushes], sent)
            self.assertEqual(bool(found.gaps), not sent)
