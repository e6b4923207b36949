"""Announced absences, sessions taken late, sessions before their course, and two Moodle
courses for one subject and course."""

import time
from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..services.domain import merge
from ..services.domain import records as r
from ..services.domain.merge import BOTH, OEC
from ..services.domain.planner import plan_course
from ..services.domain.window import Rules
from . import builders as b
from .builders import START
from .common import MoodleCase

DAY = 86400


class PlanCase(BaseCase):
    def plan(self, *sessions, here=None, **rules):
        return plan_course(
            b.reading(*sessions),
            here or b.local(registers=()),
            b.people(),
            Rules(b.ZONE, user_id=99, **rules),
        )


@tagged("post_install", "-at_install")
class TestAnnounced(PlanCase):
    def test_nothing_is_made_before_it_begins(self):
        session = b.session(1, {1: "E", 2: "E"}, taken_at=START - 90)
        for direction in (merge.MOODLE, merge.BOTH):
            plan = self.plan(session, direction=direction, now=START - 1)
            self.assertTrue(plan.empty)
            self.assertEqual(plan.skipped, {"not_begun": 2})
            self.assertFalse(plan.gaps)
            plan = self.plan(session, direction=direction, now=START)
            self.assertEqual(len(plan.sessions), 1)

    def test_a_teachers_own_sheet_is_left_alone_by_a_pull_until_then(self):
        session = b.session(1, {1: "E"})
        for state in ("draft", "done"):
            here = b.local([b.sheet(7, state=state)], [b.line(1, 101, "P", 7, base=None)])
            self.assertTrue(self.plan(session, here=here, now=START - 1).empty)
            (sheet,) = self.plan(session, here=here, now=START).sheets()
            self.assertEqual(sheet.sheet_id, 7)

    def test_a_teachers_own_sheet_takes_part_where_marks_are_sent(self):
        session = b.session(1, {1: "E"}, taken_at=START - 900)
        here = b.local(
            [b.sheet(7)],
            [
                r.Line(1, 7, 101, "P", None, "", True, START - 60),
                r.Line(2, 7, 102, "A", None, "", True, START - 60),
            ],
        )
        plan = self.plan(session, here=here, direction=merge.BOTH, now=START - 1)
        self.assertEqual([(p.student_id, p.status) for p in plan.pushes], [(101, "P"), (102, "A")])
        plan = self.plan(session, here=here, direction=merge.OEC, now=START - 1)
        self.assertEqual(len(plan.pushes), 2)

    def test_a_session_moved_to_the_future_takes_its_sheet_along(self):
        seen = b.session(1, {1: "P"})
        moved = b.session(1, {1: "A"}, starts=START + 5 * DAY)
        here = b.local([b.sheet(7, seen)], [b.line(1, 101, "P", 7)])
        (sheet,) = self.plan(moved, here=here, now=START + DAY).sheets()
        self.assertEqual(sheet.values["attendance_date"], b.DAY + timedelta(days=5))
        self.assertFalse(sheet.lines, "its marks wait")


@tagged("post_install", "-at_install")
class TestTakenLate(PlanCase):
    def window(self, days=30, **values):
        return {"window_start": b.DAY - timedelta(days=days), **values}

    def test_taken_or_changed_inside_the_window(self):
        old = START - 60 * DAY
        late = b.session(1, {1: "P"}, starts=old, taken_at=START)
        changed = b.session(2, {1: "A"}, starts=old, taken_at=old, modified_at=START)
        neither = b.session(3, {1: "A"}, starts=old, taken_at=old, modified_at=old)
        plan = self.plan(late, changed, neither, **self.window())
        self.assertEqual([s.session_id for s in plan.sessions], [1, 2])
        self.assertEqual(plan.sessions_older, 1)
        self.assertEqual(plan.marks_seen, 2)

    def test_untaken_ones_are_not_counted(self):
        old = b.session(1, starts=START - 60 * DAY)
        self.assertEqual(self.plan(old, **self.window()).sessions_older, 0)

    def test_what_is_sent_keeps_to_the_window(self):
        old = b.session(1, {1: "A"}, starts=START - 60 * DAY, taken_at=START)
        here = b.local([b.sheet(7, old, day=b.DAY - timedelta(days=60))], [b.line(1, 101, "P", 7)])
        plan = self.plan(old, here=here, **self.window(direction=merge.OEC))
        self.assertFalse(plan.pushes)


@tagged("post_install", "-at_install")
class TestBeforeTheCourse(MoodleCase):
    def test_left_out_and_counted(self):
        self.moodle_course.startdate = START - 3600
        early = self.add_session("PPPP", starts=START - 3 * DAY)
        session = self.add_session("PA")
        result = self.sync()
        self.assertEqual(self.statuses(session), "PA")
        self.assertFalse(self.lines(early))
        self.assertEqual(result.counters["sessions_early"], 1)
        self.assertIn("before the start of its course", result.message)

    def test_a_sheet_that_is_there_stays(self):
        session = self.add_session("PPPP")
        self.sync()
        self.moodle_course.startdate = START + DAY
        self.mark(session, "AAAA")
        self.sync()
        self.assertEqual((self.statuses(session), self.sheets.state), ("PPPP", "done"))

    def test_no_session_is_made_there(self):
        self.instance.write({"sync_attendance_from": OEC, "create_moodle_sessions": True})
        self.moodle_course.startdate = START + DAY
        self.make_sheet("PALE")
        before = len(self.moodle.sessions)
        self.sync()
        self.assertEqual(len(self.moodle.sessions), before)
        (gap,) = self.gaps(state="open")
        self.assertIn("older than the Moodle course", gap.name)


@tagged("post_install", "-at_install")
class TestTwoCourses(MoodleCase):
    """Last year's Moodle course and this year's stand for the same subject and course."""

    def build_moodle(self):
        result = super().build_moodle()
        self.old = self.moodle.add_course(
            "Algebra I, last year",
            "ALG0",
            self.moodle_course.idnumber,
            startdate=START - 400 * DAY,
            enddate=START - 100 * DAY,
        )
        self.moodle_course.startdate = START - 50 * DAY
        for user in self.users:
            self.moodle.enrol(self.old, user)
        self.old_lectures = self.moodle.add_attendance(self.old, "Lectures")
        return result

    def sessions_of(self, activity):
        return [s for s in self.moodle.sessions.values() if s.attendance_id == activity.id]

    def test_a_session_is_made_in_the_course_that_holds_the_date(self):
        self.instance.write({"sync_attendance_from": OEC, "create_moodle_sessions": True})
        sheet = self.make_sheet("PALE")
        self.sync()
        self.assertFalse(self.sessions_of(self.old_lectures))
        (made,) = self.sessions_of(self.lectures)
        self.assertEqual(self.moodle_marks(made), "PALE..")
        self.assertEqual(sheet.moodle_session_id, made.id)
        self.assertFalse(self.open_gaps())

    def test_both_or_none_hold_it(self):
        self.instance.write({"sync_attendance_from": BOTH, "create_moodle_sessions": True})
        self.make_sheet("PALE")
        for end in (0, START - 100 * DAY):
            self.old.enddate = end
            self.moodle_course.startdate = START - 50 * DAY if not end else START + 9 * DAY
            self.sync()
            self.assertFalse(self.moodle.sessions)
            (gap,) = self.gaps(state="open")
            self.assertEqual(gap.kind, "sheet_without_session")
            self.assertIn("Algebra I, Algebra I, last year", gap.name)

    def test_a_pull_takes_a_sheet_over_in_the_right_course_only(self):
        sheet = self.make_sheet("....", state="draft")
        wrong = self.add_session("AAAA", activity=self.old_lectures)
        right = self.add_session("PALE", starts=START + 3600)
        self.sync()
        self.assertEqual(sheet.moodle_session_id, right.id)
        self.assertEqual(self.statuses(wrong), "AAAA")
        self.assertFalse(self.open_gaps())

    def test_a_pull_that_cannot_tell_makes_nothing_beside_the_sheet(self):
        self.old.enddate = 0
        sheet = self.make_sheet("....", state="draft")
        self.add_session("PALE")
        result = self.sync()
        self.assertEqual(self.sheets, sheet)
        self.assertIn("two Moodle courses", result.message)
        self.assertEqual(self.open_gaps(), ["sheet_without_session"])


@tagged("post_install", "-at_install")
class TestAnnouncedForReal(MoodleCase):
    def test_until_it_begins(self):
        soon = int(time.time()) + 3600
        session = self.add_session("EE", starts=soon)
        result = self.sync()
        self.assertFalse(self.sheets)
        self.assertIn("in sessions that have not begun", result.message)
        session.sessdate = int(time.time()) - 5
        self.sync()
        self.assertEqual(self.statuses(session), "EE")


@tagged("post_install", "-at_install")
class TestDates(BaseCase):
    def test_holds(self):
        rules = Rules(b.ZONE)
        course = r.MoodleCourse(1, "", "", "", starts=START, ends=START + DAY)
        days = [b.DAY + timedelta(days=n) for n in (-1, 0, 1, 2)]
        self.assertEqual([rules.holds(course, day) for day in days], [False, True, True, False])
        self.assertTrue(rules.holds(r.MoodleCourse(1, "", "", ""), date(1990, 1, 1)))
