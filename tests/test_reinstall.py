"""Uninstalled and installed again: what stands there is linked, never doubled; and numbers
of sessions that have become other sessions'."""

import time

from odoo.tests import tagged

from ..services.domain.status import booleans
from ..services.domain.window import Rules
from .builders import HOUR, START
from .common import MoodleCase

DAY = 86400


class ForgottenCase(MoodleCase):
    def forget(self):
        """As uninstalling does it: the add-on's columns and tables are gone."""
        self.env.flush_all()
        for query in (
            "UPDATE op_attendance_sheet SET moodle_instance_id = NULL, moodle_session_id = NULL, "
            "moodle_seen = NULL, moodle_lasttaken = NULL, moodle_starts = NULL, "
            "moodle_points = NULL",
            "UPDATE op_attendance_register SET moodle_instance_id = NULL, moodle_date = NULL",
            "UPDATE op_attendance_line SET moodle_base = NULL, moodle_marked_at = NULL, "
            "moodle_sending = NULL, moodle_sending_remark = NULL",
            "DELETE FROM moodle_mapping",
            "DELETE FROM moodle_sync_gap",
            "UPDATE moodle_instance SET site_identity = NULL, reference_key = NULL",
        ):
            self.env.cr.execute(query)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestReinstall(ForgottenCase):
    def setUp(self):
        super().setUp()
        self.first = self.add_session("PALEPA")
        self.second = self.add_session("AAPPLL", starts=START + HOUR)
        self.alone = self.add_session("PPPP", starts=START + DAY)
        self.sync()
        self.before = self.sheets
        self.assertEqual(len(self.before), 5)

    def test_pull(self):
        self.forget()
        result = self.sync()
        self.assertEqual(self.sheets, self.before)
        self.assertEqual(result.counters["lines_created"], 0)
        self.assertEqual(result.counters["lines_put_back"], 0)
        for session, marks in ((self.first, "PALEPA"), (self.second, "AAPPLL")):
            self.assertEqual(self.statuses(session), marks)
        self.assertFalse(self.open_gaps())
        self.assertIn("There was nothing to write", self.sync().message)

    def test_both_and_push(self):
        for direction in ("both", "oec"):
            self.forget()
            self.instance.sync_attendance_from = direction
            self.server.reset_calls()
            self.sync()
            self.assertEqual(self.sheets, self.before, direction)
            self.assertEqual(self.statuses(self.second), "AAPPLL")
            self.assertEqual(self.server.write_count, 0)
            self.assertFalse(self.open_gaps())

    def test_what_changed_meanwhile_is_still_told_apart(self):
        self.forget()
        self.moodle.mark(self.first, self.users[0], "L", by=self.teacher)
        self.sync()
        self.assertEqual(self.sheets, self.before)
        self.assertEqual(self.statuses(self.first), "LALEPA")

    def test_unsure_is_a_gap_and_fixed_by_a_person(self):
        self.forget()
        self.mark(self.first, "LLLL..")
        self.mark(self.second, "EEEE..")
        result = self.sync()
        self.assertEqual(self.sheets, self.before)
        self.assertEqual(self.open_gaps(), ["conflicting_sheets"])
        self.assertIn("which sheet belongs to which session", result.message)
        # The second batch is not held up by the first.
        self.assertEqual(self.statuses(self.second), "LL")
        sheet = next(s for s in self.sheets if self.letters(s) == "PALE")
        sheet.state = "cancel"
        next(s for s in self.sheets if self.letters(s) == "AAPP").state = "cancel"
        self.sync()
        self.assertEqual(self.statuses(self.first), "LLLLPA")
        self.assertFalse(self.open_gaps())

    def test_an_old_session_taken_late_finds_its_sheet(self):
        self.forget()
        now = int(time.time())
        self.instance.sync_window_days = 5
        self.alone.sessdate = now - 20 * DAY
        sheet = self.sheets.filtered(lambda sheet: self.letters(sheet) == "PPPP")
        sheet.attendance_date = Rules("Asia/Kolkata").date(self.alone.sessdate)
        self.moodle.mark(self.alone, self.users[0], "L", by=self.teacher, at=now - DAY)
        self.sync()
        self.assertEqual(self.sheets, self.before)
        self.assertEqual(self.letters(sheet), "LPPP")


@tagged("post_install", "-at_install")
class TestNumbersUsedAgain(MoodleCase):
    """A backup of Moodle was restored: the number of a session is another one's by now."""

    def setUp(self):
        super().setUp()
        self.session = self.add_session("PALE")
        self.sync()
        (self.sheet,) = self.sheets
        self.labs = self.moodle.add_attendance(self.moodle_course, "Labs")

    def use_again(self, starts, marks):
        self.session.attendance_id = self.labs.id
        self.session.log.clear()
        self.session.sessdate = starts
        self.mark(self.session, marks)

    def test_the_sheet_is_left_alone_and_the_other_session_comes_over(self):
        self.use_again(START + DAY, "AAAA")
        for direction in ("moodle", "both"):
            self.instance.sync_attendance_from = direction
            self.sync()
            self.assertEqual((self.letters(self.sheet), self.sheet.state), ("PALE", "done"))
            self.assertEqual(str(self.sheet.attendance_date), "2026-11-03")
            (gap,) = self.gaps(state="open")
            self.assertEqual((gap.kind, gap.record_id), ("sheet_without_session", self.sheet.id))
            self.assertIn("Labs", gap.name)
            other = self.sheets - self.sheet
            self.assertEqual(self.letters(other), "AAAA")
        # Also what is read back after a push is kept on the right one alone.
        seen = self.sheet.moodle_seen
        self.mark_line(other, 1, "L")
        self.sync()
        self.assertEqual(self.moodle_marks(self.session), "LAAA..")
        self.assertEqual(self.sheet.moodle_seen, seen)
        self.sheet.state = "cancel"
        self.sync()
        self.assertFalse(self.open_gaps())

    def mark_line(self, sheet, number, letter):
        sheet.attendance_line.filtered(
            lambda line: line.student_id == self.students[number - 1]
        ).write(booleans(letter))

    def test_of_the_same_day_nothing_is_made_beside_it(self):
        self.use_again(START + HOUR, "AAAA")
        self.sync()
        self.assertEqual(self.sheets, self.sheet)
        self.assertEqual(self.letters(self.sheet), "PALE")
        self.assertEqual(self.open_gaps(), ["sheet_without_session"])

    def test_restored_under_other_numbers_it_is_found_by_its_marks(self):
        again = self.add_session("PALE", activity=self.labs)
        self.use_again(START + DAY, "AAAA")
        self.sync()
        self.assertEqual(self.sheet.moodle_session_id, again.id)
        self.assertEqual(self.letters(self.sheet), "PALE")
        self.assertFalse(self.open_gaps())

    def test_nothing_is_sent_to_it(self):
        self.use_again(START, "AAAA")
        self.instance.sync_attendance_from = "oec"
        self.sync()
        self.assertEqual(self.server.write_count, 0)
        self.assertEqual(self.moodle_marks(self.session), "AAAA..")
        # It begins at the same time, and its marks say something else: somebody is asked.
        self.assertEqual(self.open_gaps(), ["numbers_changed"])
