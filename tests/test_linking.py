"""Which session a sheet belongs to: never by a number alone, never twice, never by a guess."""

from dataclasses import replace

from odoo.tests import BaseCase, tagged

from ..services.domain import linking, merge
from ..services.domain import plan as p
from ..services.domain.planner import plan_course
from ..services.domain.window import Rules
from . import builders as b
from .builders import HOUR, START, line, local, reading, session, sheet

ELSEWHERE = {"course_id": 9, "activity_id": 8}


def plan(sessions, sheets, lines=(), direction=merge.MOODLE, **values):
    rules = Rules(b.ZONE, direction=direction, user_id=99, reference_key=b.KEY)
    here = local(sheets, lines, [b.register(1), b.register(2), b.register(3)])
    return plan_course(reading(*sessions, **values), here, b.people(), rules)


def lines_of(sheet_id, letters, base=None):
    return [
        line(100 * sheet_id + n, 100 + n, letter, sheet_id, base=base)
        for n, letter in enumerate(letters, 1)
        if letter != "."
    ]


def marks(letters):
    return dict(enumerate(letters, 1))


def linked(made):
    """``{sheet id: session id}``, 0 for a sheet to be made"""
    return {
        one.sheet_id: one.values.get("moodle_session_id") for one in made.sheets() if one.sheet_id
    }


def new(made):
    return [one for one in made.sheets() if not one.sheet_id]


@tagged("post_install", "-at_install")
class TestPlace(BaseCase):
    """A number of a session is one of its course and activity."""

    def setUp(self):
        super().setUp()
        self.seen = session(5, marks("PALE"))
        self.sheet = sheet(1, self.seen)
        self.lines = lines_of(1, "PALE", base="same")

    def check_left_alone(self, made, why="session_elsewhere"):
        self.assertFalse([one for one in made.sheets() if one.sheet_id == 1])
        self.assertFalse(made.cancelled or made.pushes or made.new_sessions)
        self.assertEqual([gap.why for gap in made.gaps], [why])
        self.assertEqual(made.gaps[0].record, ("op.attendance.sheet", 1))

    def test_the_number_in_another_activity(self):
        activities = (b.LECTURES, b.r.MoodleActivity(4, "Labs"))
        for direction in (merge.MOODLE, merge.BOTH, merge.OEC):
            for starts in (START, START + 7 * 86400):
                other = session(5, marks("AAAA"), starts=starts, activity_id=4)
                made = plan(
                    [other], [self.sheet], self.lines, direction,
                    activities=activities, listed=frozenset({1, 4}),
                )  # fmt: skip
                self.check_left_alone(made)

    def test_of_another_day_it_is_a_session_like_any_other(self):
        other = session(5, marks("AAAA"), starts=START + 86400, activity_id=4)
        made = plan([other], [self.sheet], self.lines)
        self.assertEqual(len(new(made)), 1)

    def test_of_the_same_day_nothing_is_made_beside_it(self):
        other = session(5, marks("AAAA"), activity_id=4)
        self.assertFalse(new(plan([other], [self.sheet], self.lines)))

    def test_of_another_course(self):
        here = replace(self.sheet, seen=session(5, **ELSEWHERE).seen)
        made = plan([session(5, marks("AAAA"))], [here], self.lines)
        self.check_left_alone(made)
        # Its register is of another subject: it is in nobody's way.
        made = plan([session(5, marks("AAAA"))], [replace(here, own=False)], self.lines)
        self.check_left_alone(made)
        self.assertEqual(len(new(made)), 1)

    def test_linked_again_where_the_marks_are_the_very_same(self):
        """The activity was restored: other numbers, and the old one is used again."""
        again = session(9, marks("PALE"), activity_id=4)
        other = session(5, marks("AAAA"), starts=START + 86400, activity_id=4)
        for direction in (merge.MOODLE, merge.BOTH):
            made = plan([again, other], [self.sheet], self.lines, direction)
            self.assertEqual(linked(made), {1: 9})
            self.assertFalse(made.gaps)

    def test_cancelled_or_archived_nobody_is_asked(self):
        other = session(5, marks("AAAA"), activity_id=4)
        for values in ({"state": "cancel"}, {"active": False}):
            made = plan([other], [replace(self.sheet, **values)], self.lines)
            self.assertFalse(made.gaps)
            self.assertEqual(len(new(made)), 1)

    def test_nothing_is_sent_by_the_number(self):
        other = session(5, activity_id=4)
        made = plan([other], [self.sheet], lines_of(1, "LLLL"), merge.OEC)
        self.check_left_alone(made)
        # And it is free for a sheet of its own.
        made = plan([other], [self.sheet, sheet(2)], lines_of(2, "LLLL"), merge.OEC)
        self.assertEqual({push.sheet_id for push in made.pushes}, {2})


@tagged("post_install", "-at_install")
class TestUnlinkedDays(BaseCase):
    """As after uninstalling and installing again: sheets stand there, and nothing says of
    which session they are but what they hold."""

    first = session(1, marks("PALE"))
    second = session(2, marks("AAPP"), starts=START + HOUR)

    def check_unsure(self, made, sessions):
        self.assertFalse(list(made.sheets()))
        self.assertEqual([gap.why for gap in made.gaps], ["sheets_unsure"])
        self.assertEqual(made.skipped["unsure_sheets"], 4 * sessions)

    def test_two_by_their_marks(self):
        lines = lines_of(1, "AAPP") + lines_of(2, "PALE")
        for direction in (merge.MOODLE, merge.BOTH):
            made = plan([self.first, self.second], [sheet(1), sheet(2)], lines, direction)
            self.assertEqual(linked(made), {1: 2, 2: 1})
            self.assertFalse(new(made) or made.gaps)
            self.assertEqual(set(made.line_actions()), {p.AGREE})
            self.assertFalse(made.pushes)

    def test_the_last_one_left_by_the_others(self):
        """A mark has changed since."""
        lines = lines_of(1, "AAPP") + lines_of(2, "PALL")
        made = plan([self.first, self.second], [sheet(1), sheet(2)], lines)
        self.assertEqual(linked(made), {1: 2, 2: 1})

    def test_two_that_nobody_can_tell_apart_say_the_same_either_way(self):
        twin = session(2, marks("PALE"), starts=START + HOUR)
        lines = lines_of(1, "PALE") + lines_of(2, "PALE")
        made = plan([self.first, twin], [sheet(1), sheet(2)], lines)
        self.assertEqual(linked(made), {1: 1, 2: 2})

    def test_by_the_time_of_the_timetable(self):
        sheets = [sheet(1, starts=START + HOUR), sheet(2, starts=START)]
        lines = lines_of(1, "LLLL") + lines_of(2, "EEEE")
        made = plan([self.first, self.second], sheets, lines)
        self.assertEqual(linked(made), {1: 2, 2: 1})

    def test_by_the_reference_of_a_session_that_was_made_for_it(self):
        sessions = [
            replace(self.first, description=f"AS2 {b.reference(2)}"),
            replace(self.second, description=f"AS1 {b.reference(1)}"),
        ]
        made = plan(sessions, [sheet(1), sheet(2)], lines_of(1, "LLLL"))
        self.assertEqual(linked(made), {1: 2, 2: 1})

    def test_marks_against_the_time_are_no_sign(self):
        near = replace(self.second, starts=START + 300)
        sheets = [sheet(1, starts=START + 2 * HOUR), sheet(2)]
        made = plan([near, replace(self.first, starts=START + HOUR)], sheets, lines_of(1, "AAPP"))
        self.check_unsure(made, 2)

    def test_unsure_is_one_gap_and_nothing_beside(self):
        for sheets, lines in (
            ([sheet(1)], lines_of(1, "EEEE")),
            ([sheet(1), sheet(2)], lines_of(1, "EEEE")),
            ([sheet(1), sheet(2), sheet(3)], ()),
        ):
            self.check_unsure(plan([self.first, self.second], sheets, lines), 2)
        self.check_unsure(plan([self.first], [sheet(1), sheet(2)]), 1)

    def test_one_sheet_that_is_sure_and_a_session_that_is_new(self):
        made = plan([self.first, self.second], [sheet(1)], lines_of(1, "AAPP"))
        self.assertEqual(linked(made), {1: 2})
        self.assertEqual([one.values["moodle_session_id"] for one in new(made)], [1])
        self.assertFalse(made.gaps)

    def test_a_sheet_that_is_left_over_stays_a_gap(self):
        lines = lines_of(1, "PALE") + lines_of(2, "EEEE")
        made = plan([self.first], [sheet(1), sheet(2)], lines)
        self.assertEqual(linked(made), {1: 1})
        self.assertEqual([gap.why for gap in made.gaps], ["sheets_beside"])

    def test_other_days_and_batches_go_on(self):
        other = session(3, marks("PALE"), starts=START + 86400)
        made = plan([self.first, self.second, other], [sheet(1)], lines_of(1, "EEEE"))
        self.assertEqual([one.values["moodle_session_id"] for one in new(made)], [3])

    def test_both_ways_unsure_is_one_gap_too(self):
        made = plan([self.first, self.second], [sheet(1)], lines_of(1, "EEEE"), merge.BOTH)
        self.check_unsure(made, 2)
        self.assertFalse(made.pushes)

    def test_a_session_without_a_mark_may_be_the_one_as_well(self):
        sessions = [self.first, session(2, starts=START + HOUR)]
        made = plan(sessions, [sheet(1)], lines_of(1, "PALE"), merge.OEC)
        self.assertFalse(list(made.sheets()) or made.pushes)
        self.assertEqual([gap.why for gap in made.gaps], ["several_sessions"])
        # Both ways the marks come over, and then the sheet is theirs: it is no gap then.
        made = plan(sessions, [sheet(1)], lines_of(1, "PALE"), merge.BOTH)
        self.assertEqual(linked(made), {1: 1})
        self.assertFalse(made.gaps)


@tagged("post_install", "-at_install")
class TestSurePairs(BaseCase):
    def test_marks(self):
        def same(lines, marks, everybody=None):
            return linking.same_marks(lines, marks, everybody or marks)

        self.assertTrue(same({1: "P", 2: "A"}, {1: "P", 2: "A"}))
        self.assertFalse(same({1: "P"}, {1: "P", 2: "A"}))
        self.assertFalse(same({1: "P", 2: "A"}, {1: "P"}))
        self.assertFalse(same({1: "P", 2: None}, {1: "P"}))
        self.assertFalse(same({}, {}))
        # Student 2 has another batch by now.
        self.assertTrue(same({1: "P", 2: "A"}, {1: "P"}, {1: "P", 2: "A"}))
