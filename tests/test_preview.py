"""Preview, Apply and Verify: what they say, and that Apply does exactly that."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..services.runs import course_sync
from ..services.runs.course_sync import CourseSync
from .builders import START
from .common import MoodleCase, stored


class PreviewCase(MoodleCase):
    def look(self, kind="preview", seconds=None):
        """:return: the ``moodle.sync.report``"""
        with self.own_cursors():
            report_id = self.instance._make_report(kind, seconds)
        return self.env["moodle.sync.report"].browse(report_id)

    def apply(self, report):
        with self.own_cursors():
            action = report.action_apply()
        if self.instance.sync_attendance_from != "moodle":
            # Marks are sent by the schedule alone.
            self.sync(trigger="cron")
        return action["params"]

    @contextmanager
    def planned(self, times):
        """The one course is planned so often."""
        with patch.object(course_sync, "plan_course", wraps=course_sync.plan_course) as plan:
            yield
        self.assertEqual(plan.call_count, times)

    def entries(self, report):
        return [
            (
                line.kind,
                line.day.isoformat(),
                line.student_id.id,
                line.moodle,
                line.odoo,
                line.after,
            )
            for line in report.line_ids
        ]


@tagged("post_install", "-at_install")
class TestPreview(PreviewCase):
    def test_a_first_preview_tells_each_sheet_with_its_letters(self):
        self.add_session("PPAL")
        report = self.look()
        self.assertEqual((report.state, report.differences, report.marks_new), ("done", 4, 4))
        (line,) = report.line_ids
        self.assertEqual((line.kind, line.marks, line.detail), ("new_sheet", 4, "2 P, 1 A, 1 L"))
        self.assertEqual((line.course_name, line.batch_id), ("Algebra I", self.batches[0]))
        self.assertFalse(self.sheets)

    def test_each_mark_that_changes(self):
        session = self.add_session("PPPP")
        self.sync()
        self.mark(session, "A...")
        self.line(session, 2).write({"present": False, "late": True})
        self.moodle.mark(session, self.users[2], "P", by=self.teacher, remark="bus")
        report = self.look()
        day = "2026-11-03"
        first, second, third = self.students[:3].ids
        self.assertEqual(
            self.entries(report),
            [
                ("put_back", day, second, "P", "L", "P"),
                ("remark", day, third, "P", "P", "P"),
                ("update", day, first, "A", "P", "A"),
            ],
        )
        self.assertEqual(report.line_ids[1].detail, "bus")
        self.assertEqual(report.differences, 3)

    def test_apply_does_it_and_only_once(self):
        session = self.add_session("PA")
        report = self.look()
        self.assertEqual(self.apply(report)["type"], "success")
        self.assertEqual(self.statuses(session), "PA")
        run = report.run_ids
        self.assertEqual((run.trigger, run.state, run.lines_created), ("preview", "done", 2))
        with self.assertRaisesRegex(UserError, "already been applied"):
            report.action_apply()

    def test_nothing_is_applied_where_something_moved_meanwhile(self):
        session = self.add_session("PA")
        report = self.look()
        self.mark(session, "L.")
        params = self.apply(report)
        self.assertIn("changed since the preview", params["message"])
        self.assertFalse(self.sheets)
        self.assertEqual(report.run_ids.state, "failed")
        self.assertEqual(self.apply(self.look())["type"], "success")
        self.assertEqual(self.statuses(session), "LA")

    def test_a_change_here_counts_as_much(self):
        session = self.add_session("PA")
        self.sync()
        self.mark(session, "L.")
        report = self.look()
        self.mark_here(session, 2, "E")
        self.assertIn("changed since the preview", self.apply(report)["message"])
        self.assertEqual(self.statuses(session), "PE")

    def test_a_course_that_is_not_in_it_is_left_alone(self):
        self.add_session("PA")
        report = self.look()
        other = self.moodle.add_course(
            "Physics",
            shortname="PHY",
            idnumber=f"oec_subj_{self.physics.id}_course_{self.course.id}",
        )
        self.moodle.enrol(other, self.users[0], groups=())
        activity = self.moodle.add_attendance(other, "Labs")
        later = self.add_session("P", activity=activity)
        self.apply(report)
        self.assertFalse(self.lines(later))
        self.assertEqual(report.run_ids.courses_done, 1)

    def test_a_course_that_is_matched_no_longer_is_told(self):
        self.add_session("PA")
        report = self.look()
        self.moodle_course.idnumber = ""
        self.assertIn("changed since the preview", self.apply(report)["message"])
        self.assertFalse(self.sheets)

    def test_what_cannot_be_applied(self):
        self.add_session("PA")
        verification = self.look("verify")
        with self.assertRaisesRegex(UserError, "Only a finished preview"):
            verification.action_apply()
        report = self.look()
        self.instance.sync_attendance_from = "both"
        with self.assertRaisesRegex(UserError, "direction was changed"):
            report.action_apply()
        self.instance.sync_attendance_from = "moodle"
        self.sync(seconds=0)
        with self.own_cursors():
            action = report.action_apply()
        self.assertIn("not finished yet", action["params"]["message"])
        self.assertFalse(self.sheets)

    def test_it_goes_with_its_instance(self):
        self.add_session("PA")
        report = self.look()
        self.apply(report)
        for records in (self.sheets, self.registers):
            records.with_context(connector_no_export=True).moodle_instance_id = False
        self.instance.unlink()
        self.assertFalse(report.exists())

    @mute_logger("odoo.addons.openeducat_moodle_attendance.services.runs.survey")
    def test_a_fault_of_ours_ends_it(self):
        self.add_session("PA")

        def broken(*args):
            raise ZeroDivisionError("not for a registrar's eyes")

        self.patch(CourseSync, "plan", broken)
        report = self.look()
        self.assertEqual(report.state, "failed")
        self.assertIn("log of the Odoo server", report.problem)

    def test_of_a_dead_moodle(self):
        self.server.stop()
        report = self.look()
        self.assertEqual(report.state, "failed")
        self.assertIn("does not answer", report.problem)
        with self.assertRaises(UserError):
            report.action_apply()

    def test_out_of_time_it_goes_on_in_the_background(self):
        self.add_session("PA")
        report = self.look(seconds=0)
        self.assertEqual((report.state, report.progress), ("running", 0))
        with self.own_cursors():
            self.env["moodle.instance"]._cron_survey()
        self.assertEqual((report.state, report.differences), ("done", 2))


@tagged("post_install", "-at_install")
class TestApplyPush(PreviewCase):
    def setUp(self):
        super().setUp()
        self.instance.sync_attendance_from = "oec"

    def test_marks_are_sent_by_the_schedule(self):
        session = self.add_session("PP")
        self.make_sheet("AP")
        report = self.look()
        self.assertEqual((report.marks_pushed, report.differences), (1, 1))
        self.assertEqual(
            self.entries(report)[-1],
            ("push", "2026-11-03", self.students[0].id, "P", "A", "A"),
        )
        self.assertEqual(self.server.write_count, 0)
        self.apply(report)
        self.assertEqual(self.moodle_marks(session)[:2], "AP")

    def test_a_session_to_be_made(self):
        self.instance.create_moodle_sessions = True
        self.make_sheet("PALE")
        report = self.look()
        (line,) = report.line_ids
        self.assertEqual((line.kind, line.detail), ("new_session", "1 P, 1 A, 1 L, 1 E"))
        with self.planned(2):
            self.apply(report)
        self.assertEqual(report.run_ids.state, "done", report.run_ids.summary)
        (session,) = self.moodle.sessions.values()
        self.assertEqual(self.moodle_marks(session)[:4], "PALE")

    def test_a_course_is_planned_no_more_often_than_it_has_to_be(self):
        self.add_session("PA", starts=START - 86400)
        for direction, times in (("moodle", 1), ("oec", 1), ("both", 1)):
            self.instance.sync_attendance_from = direction
            with self.planned(times):
                self.sync()
        self.instance.create_moodle_sessions = True
        with self.planned(2):
            self.sync()
        self.make_sheet("PALE")
        with self.planned(2):
            self.sync()
        self.assertEqual(len(self.moodle.sessions), 2)

    def test_none_is_made_where_something_moved(self):
        self.instance.create_moodle_sessions = True
        sheet = self.make_sheet("PALE")
        report = self.look()
        self.env["op.attendance.line"].search([("attendance_id", "=", sheet.id)])[0].unlink()
        self.make_sheet("PP", day="2026-11-02")
        self.apply(report)
        self.assertFalse(self.moodle.sessions)
        self.assertEqual(report.run_ids.state, "failed")


@tagged("post_install", "-at_install")
class TestApplyMoved(PreviewCase):
    """An approved preview meets a plan that differs in one thing only: nothing of it is done."""

    def setUp(self):
        super().setUp()
        # Beside what differs there is always the same to do.
        self.news = self.add_session("PA", starts=START - 5 * 86400)
        self.held = [self.add_session("PA", starts=START - day * 86400) for day in (3, 2, 1)]
        self.sync()
        self.mark(self.news, "L.")

    def delete(self, session):
        return self.moodle.sessions.pop(session.id)

    def assertMoved(self, change):
        """:param change: what happens after the preview"""
        report = self.look()
        self.assertEqual(report.state, "done")
        change()
        self.env.flush_all()
        before = [stored(self.sheets), stored(self.sheets.attendance_line)]
        self.assertIn("changed since the preview", self.apply(report)["message"])
        self.assertEqual(report.run_ids.state, "failed")
        self.assertEqual([stored(self.sheets), stored(self.sheets.attendance_line)], before)

    def test_no_other_sheet_is_cancelled(self):
        self.delete(self.held[0])
        self.assertMoved(lambda: self.delete(self.held[1]))

    def test_none_is_cancelled_that_was_not_listed(self):
        self.assertMoved(lambda: self.delete(self.held[1]))

    def test_one_less_is_cancelled(self):
        gone = self.delete(self.held[0])
        self.assertMoved(lambda: self.moodle.sessions.update({gone.id: gone}))

    def test_no_other_sheet_is_restored(self):
        first, second = self.delete(self.held[0]), self.delete(self.held[1])
        self.sync()
        self.mark(self.news, "E.")
        self.assertEqual(self.sheets.mapped("state").count("cancel"), 2)
        self.moodle.sessions[first.id] = first
        self.assertMoved(lambda: self.moodle.sessions.update({second.id: second}))

    def test_no_other_sheet_is_unlinked(self):
        """A person has cancelled it and made another one in its place."""
        own = self.sheets.filtered(lambda sheet: sheet.moodle_session_id == self.held[0].id)

        def replaced():
            own.state = "cancel"
            self.make_sheet("PA", day="2026-10-31")

        self.assertMoved(replaced)
        self.assertEqual(own.moodle_session_id, self.held[0].id)

    def test_no_sheet_is_moved(self):
        self.assertMoved(lambda: setattr(self.held[0], "sessdate", START - 9 * 86400))

    def test_no_remark_is_written(self):
        self.assertMoved(
            lambda: self.moodle.mark(self.held[0], self.users[0], "P", "bus", by=self.teacher)
        )

    def test_a_mark_made_again_is_no_other_plan(self):
        report = self.look()
        self.mark(self.news, "L.")
        self.assertEqual(self.apply(report)["type"], "success")
        self.assertEqual(self.statuses(self.news), "LA")


@tagged("post_install", "-at_install")
class TestApplyMovedSending(PreviewCase):
    profile = "companion"

    def setUp(self):
        super().setUp()
        self.session = self.add_session("PP")
        self.sync()
        self.instance.sync_attendance_from = "oec"
        self.sync(trigger="cron")
        self.line(self.session, 1).remark = "was late"

    def test_a_remark_sent_with_a_mark_that_changed_meanwhile(self):
        """The remark alone was approved, and would take the teacher's new mark away."""
        report = self.look()
        self.assertEqual(report.state, "done")
        self.mark(self.session, "A.")
        self.apply(report)
        self.assertEqual(report.run_ids.state, "failed", report.run_ids.summary)
        self.assertEqual(self.moodle_marks(self.session)[:2], "AP")

    def test_it_is_sent_where_nothing_has(self):
        report = self.look()
        self.mark(self.session, "P.")
        self.apply(report)
        self.assertEqual(report.run_ids.state, "done", report.run_ids.summary)
        row = next(row for row in self.session.log if row.user_id == self.users[0].id)
        self.assertEqual(row.remarks, "was late")


@tagged("post_install", "-at_install")
class TestVerify(PreviewCase):
    def test_it_lists_what_differs_and_writes_nothing(self):
        session = self.add_session("PA")
        self.sync()
        report = self.look("verify")
        self.assertEqual((report.differences, len(report.line_ids)), (0, 0))
        self.assertEqual(self.instance.last_differences, 0)
        # Changed behind everybody's back: no trace, no time.
        line = self.line(session, 1).with_context(connector_no_export=True)
        line.write({"present": False, "excused": True})
        report = self.look("verify")
        self.assertEqual(report.line_ids.mapped("kind"), ["put_back"])
        self.assertEqual(self.instance.last_differences, 1)
        self.assertEqual(self.statuses(session), "EA")

    def test_once_a_week_by_itself(self):
        self.add_session("PA")
        resting = self.instance.copy({"name": "Being set up"})
        resting.setup_step = "connect"
        with self.own_cursors():
            self.env["moodle.instance"]._cron_verify_attendance()
            self.env["moodle.instance"]._cron_survey()
        reports = self.env["moodle.sync.report"].search([("kind", "=", "verify")])
        self.assertEqual(reports.instance_id, self.instance)
        self.assertEqual((reports.state, reports.differences), ("done", 2))

    def test_old_ones_are_forgotten_and_applied_ones_kept(self):
        self.add_session("PA")
        applied, other = self.look(), self.look()
        self.apply(applied)
        (applied | other).started_at = "2026-01-01"
        self.env["moodle.sync.report"]._gc_reports()
        self.assertEqual((applied | other).exists(), applied)
        begun = self.look(seconds=0)
        begun.started_at = "2026-01-01"
        self.env["moodle.instance"]._gc_begun_reports()
        self.assertEqual(begun.state, "failed")
