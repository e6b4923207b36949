"""Both sides mark, and the last write wins."""

import time

from odoo import fields
from odoo.tests import tagged

from .builders import HOUR, START
from .common import stored
from .test_push import PushCase


class BothCase(PushCase):
    direction = "both"

    def setUp(self):
        super().setUp()
        # One clock for both sides, unless a test says else.
        self.moodle.clock.set(None)
        self.now = int(time.time())

    def mark_at(self, session, marks, at):
        chosen = {u: m for u, m in zip(self.users, marks, strict=False) if m != "."}
        self.moodle.mark_all(session, chosen, by=self.teacher, at=at)

    def agreed(self, marks="PPPP"):
        """A session and its sheet, equal on both sides, some time ago."""
        session = self.add_session()
        self.mark_at(session, marks, self.now - 10 * HOUR)
        self.sync()
        self.assertEqual(self.statuses(session), marks)
        return session

    def assertBoth(self, session, marks):
        self.assertEqual(
            (self.moodle_marks(session)[: len(marks)], self.statuses(session)), (marks, marks)
        )


@tagged("post_install", "-at_install")
class TestBoth(BothCase):
    def test_each_sides_change_goes_to_the_other(self):
        session = self.agreed()
        self.mark_at(session, "APPP", self.now)
        self.mark_here(session, 2, "L", at=self.now - 5 * HOUR)
        result = self.sync()
        self.assertBoth(session, "ALPP")
        run = self.run_of(result)
        self.assertEqual((run.lines_updated, run.marks_pushed), (1, 1))
        self.assertEqual((run.conflicts_moodle, run.conflicts_oec), (0, 0))

    def test_the_later_of_two_changes_wins(self):
        session = self.agreed()
        self.mark_here(session, 1, "L", at=self.now - HOUR)
        self.mark_here(session, 2, "L", at=self.now - 3 * HOUR)
        self.mark_at(session, "AAPP", self.now - 2 * HOUR)
        run = self.run_of(self.sync())
        self.assertBoth(session, "LAPP")
        self.assertEqual((run.conflicts_moodle, run.conflicts_oec), (1, 1))

    def test_equal_seconds_are_moodles(self):
        session = self.agreed()
        self.mark_here(session, 1, "L", at=self.now - HOUR)
        self.mark_at(session, "A...", self.now - HOUR)
        self.sync()
        self.assertBoth(session, "APPP")

    def test_both_changed_alike(self):
        session = self.agreed()
        self.mark_here(session, 1, "L")
        self.mark_at(session, "L...", self.now)
        self.server.reset_calls()
        self.sync()
        self.assertBoth(session, "LPPP")
        self.assertEqual(self.server.write_count, 0)
        self.assertEqual(self.line(session, 1).moodle_base, "L")

    def test_clocks_apart(self):
        """Moodle's clock is ten minutes ahead: its mark of 12:05 was made at 11:55."""
        self.moodle.clock.set(self.now + 600)
        session = self.agreed()
        self.mark_here(session, 1, "L", at=self.now - 60)
        self.mark_at(session, "A...", self.now - 60 + 300)
        self.sync()
        self.assertBoth(session, "LPPP")

    def test_first_meeting_of_a_sheet_and_a_taken_session(self):
        session = self.add_session()
        self.mark_at(session, "PAA.", self.now - 2 * HOUR)
        sheet = self.make_sheet("PP.L")
        lines = sheet.attendance_line
        lines.with_context(connector_no_export=True).write(
            {"moodle_marked_at": fields.Datetime.now()}
        )
        self.sync()
        self.assertBoth(session, "PPAL")

    def test_ten_runs_without_edits_write_nothing(self):
        session = self.agreed()
        self.mark_here(session, 2, "L")
        self.mark_at(session, "A...", self.now)
        self.sync()
        self.sync()
        before = stored(self.sheets), stored(self.sheets.attendance_line)
        self.server.reset_calls()
        for _number in range(10):
            self.sync()
        self.assertEqual(self.server.write_count, 0)
        self.assertEqual((stored(self.sheets), stored(self.sheets.attendance_line)), before)

    def test_a_machines_mark_loses_to_a_persons(self):
        session = self.add_session()
        sheet = self.make_sheet("P...")
        sheet.attendance_line.with_context(
            connector_no_export=True
        ).moodle_marked_at = fields.Datetime.to_datetime("2026-11-03 05:00:00")
        self.moodle.automark(session)
        self.sync()
        self.assertBoth(session, "PAAAAA")

    def test_a_mark_that_vanished_in_moodle_is_no_edit(self):
        session = self.agreed("PALE")
        self.moodle.reset_course(self.moodle_course)
        self.server.reset_calls()
        self.sync()
        self.assertEqual(self.moodle_marks(session), "......")
        self.assertEqual(self.statuses(session), "PALE")
        self.assertEqual(self.server.write_count, 0)
        (gap,) = self.gaps(state="open")
        self.assertEqual((gap.kind, gap.marks), ("vanished", 4))
        self.mark_here(session, 2, "P")
        self.sync()
        self.assertEqual(self.moodle_marks(session), ".P....")

    def test_a_deleted_line_is_no_edit(self):
        session = self.agreed("PALE")
        self.line(session, 2).unlink()
        self.sync()
        self.assertEqual(self.moodle_marks(session), "PALE..")
        self.assertEqual(self.statuses(session), "PLE")
        self.assertEqual(self.open_gaps(), ["vanished"])
        self.mark_at(session, ".L..", self.now)
        self.sync()
        self.assertEqual(self.statuses(session), "PLLE")
        self.assertFalse(self.open_gaps())

    def test_a_sheet_in_somebodys_hands_is_left_alone(self):
        session = self.add_session()
        sheet = self.make_sheet("PPPP", state="start")
        self.mark_at(session, "AAAA", self.now - HOUR)
        self.sync()
        self.assertEqual(self.letters(sheet), "PPPP")
        self.assertEqual(self.moodle_marks(session), "AAAA..")
        self.assertEqual(len(self.sheets), 1, "nor is another one made beside it")
        sheet.state = "done"
        self.sync()
        self.assertEqual(self.letters(sheet), self.moodle_marks(session)[:4])

    def test_a_custom_status_in_moodle_holds_until_somebody_marks_here(self):
        self.moodle.add_status(self.lectures, "M", "Medical")
        session = self.agreed()
        self.mark_at(session, "M...", self.now - HOUR)
        self.sync()
        self.assertEqual(self.moodle_marks(session), "MPPP..")
        self.assertEqual(self.statuses(session), "PPPP")
        self.mark_here(session, 1, "E", at=self.now)
        self.sync()
        self.assertBoth(session, "EPPP")

    def test_an_edit_between_our_read_and_our_write_is_caught(self):
        session = self.agreed()
        self.mark_here(session, 1, "L")
        edits = []

        def edit(call, state):
            if call.function.endswith("update_user_status") and not edits:
                edits.append(call)
                state.mark(session, self.users[1], "A", by=self.teacher)

        self.server.on_call(edit)
        self.sync()
        self.assertEqual(self.moodle_marks(session), "LAPP..")
        self.sync()
        self.assertBoth(session, "LAPP")

    def test_our_own_push_is_nobodys_later_write(self):
        """We pushed one mark at noon; a teacher had changed another in the morning, and
        somebody here an hour after that: the latter wins, though Moodle says noon."""
        session = self.agreed()
        self.mark_at(session, ".A..", self.now - 3 * HOUR)
        self.mark_here(session, 1, "L", at=self.now - 4 * HOUR)
        self.moodle.clock.set(self.now)
        self.sync()
        self.assertEqual(session.lasttakenby, self.sync_user.id)
        self.assertBoth(session, "LAPP")
        # A change in Moodle that moves no time, and one here that is older than our push.
        row = next(row for row in session.log if row.user_id == self.users[2].id)
        row.status_id = self.moodle.status_of(session, "E").id
        self.mark_here(session, 3, "L", at=self.now - 2 * HOUR)
        self.sync()
        self.assertBoth(session, "LALP")

    def test_a_remark_written_here_stays(self):
        session = self.add_session()
        self.moodle.mark(session, self.users[0], "L", "bus", by=self.teacher, at=self.now - HOUR)
        self.sync()
        self.assertEqual(self.line(session, 1).remark, "bus")
        self.line(session, 1).remark = "the bus broke down"
        self.sync()
        self.assertEqual(self.line(session, 1).remark, "the bus broke down")


@tagged("post_install", "-at_install")
class TestBoth2026(TestBoth):
    profile = "2026"


@tagged("post_install", "-at_install")
class TestChangeOfDirection(BothCase):
    direction = "moodle"

    def test_the_cron_waits_for_a_person(self):
        session = self.add_session("PPPP")
        self.sync()
        self.mark_here(session, 1, "L")
        self.instance.sync_attendance_from = "oec"
        self.assertTrue(self.instance.direction_changed)
        result = self.sync(trigger="cron")
        self.assertEqual(result.state, "skipped")
        self.assertIn("Preview", result.message)
        self.assertEqual(self.moodle_marks(session), "PPPP..")
        self.assertIn("1 L", str(self.preview()))
        self.assertEqual(self.server.write_count, 0)
        with self.own_cursors():
            self.instance.action_sync_now()
        self.assertEqual(self.server.write_count, 0, "not inside a web request")
        with self.own_cursors():
            self.env["moodle.instance"]._cron_sync_attendance()
        self.assertEqual(self.moodle_marks(session), "LPPP..")
        self.assertFalse(self.instance.direction_changed)
        self.assertEqual(self.instance.last_run_id.trigger, "button")

    def test_a_session_of_the_past_is_left_alone(self):
        self.instance.sync_window_days = 5
        session = self.add_session("PPPP", starts=START - 40 * 86400)
        session.lasttaken = session.timemodified = session.sessdate
        self.sync()
        self.assertFalse(self.lines(session))


@tagged("post_install", "-at_install")
class TestChangeOfDirection2026(TestChangeOfDirection):
    profile = "2026"
