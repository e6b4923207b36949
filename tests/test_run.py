"""A run: its states, its locks, its budget, and what trouble with Moodle makes of it."""

from contextlib import nullcontext, suppress
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..services.moodle import moodle_transport
from ..services.runs import run_lock, sync_attendance
from ..services.runs.course_sync import CourseSync
from ..services.runs.sync_attendance import SyncAttendance
from .builders import HOUR, START
from .canned import EVERY, CannedServer, answer_of, recording
from .common import MoodleCase
from .moodle_server import Fault

SYNC = "odoo.addons.openeducat_moodle_attendance.services.runs.sync_attendance"


class TwoCourses(MoodleCase):
    """A second course, physics, with the same students."""

    def build_moodle(self):
        result = super().build_moodle()
        state = self.moodle
        self.second_course = state.add_course(
            "Physics",
            shortname="PHY1",
            idnumber=f"oec_subj_{self.physics.id}_course_{self.course.id}",
        )
        for user in self.users:
            state.enrol(self.second_course, user)
        self.labs = state.add_attendance(self.second_course, "Labs")
        return result


@tagged("post_install", "-at_install")
class TestRecordedTrouble(MoodleCase):
    """Every recorded error, met at the first call or in the middle of a run, ends that
    run in words; nothing is raised, nothing half written, and the next run is fine."""

    def setUp(self):
        super().setUp()
        self.add_session("PA")
        self.canned = CannedServer(self.server.url)
        self.addCleanup(self.canned.stop)
        self.lead_to(self.canned.url)
        self.server.site.wwwroot = self.server.url

    def recorded(self, topic):
        for name, entry in recording(topic).items():
            response = entry.get("response")
            if not response or entry["request"].get("format") != "json":
                continue
            if response["status"] != 200 or "exception" in (response.get("json") or {}):
                yield name, entry

    def check(self, result):
        self.assertIn(result.state, ("failed", "skipped"), result)
        self.assertGreater(len(result.message), 60)
        self.assertEqual(self.instance.error_message, result.message.split("\n1 of")[0])
        run = self.run_of(result)
        self.assertTrue(run.ended_at)
        self.assertEqual(run.summary, result.message)

    def test_at_the_first_call(self):
        for topic in ("errors", "site_state"):
            for name, entry in self.recorded(topic):
                with self.subTest(f"{topic}: {name}"):
                    self.canned.answers = {EVERY: answer_of(entry["response"])}
                    self.check(self.sync())
                    self.assertFalse(self.sheets)

    def test_when_attendance_is_read(self):
        for topic in ("errors", "site_state"):
            for name, entry in self.recorded(topic):
                function = entry["request"]["function"] or ""
                if not function.endswith("get_session") or "fails Moodle's own check" in name:
                    continue
                if "unknown session" in name or "number beyond 32 bit" in name:
                    # Deleted while the run was reading: no trouble at all.
                    continue
                with self.subTest(f"{topic}: {name}"):
                    answer = answer_of(entry["response"])
                    self.canned.answers = {"mod_attendance_get_sessions": answer}
                    self.check(self.sync())
                    self.assertFalse(self.sheets)

    def test_the_next_success_clears_the_error(self):
        self.canned.answers = {EVERY: (200, {}, b"<html>")}
        self.sync()
        self.assertTrue(self.instance.error_message)
        self.canned.answers = {}
        result = self.sync()
        self.assertEqual(result.state, "done")
        self.assertFalse(self.instance.error_message)
        self.assertTrue(self.instance.last_success)

    def test_a_missing_function_is_a_skip_with_its_name(self):
        self.moodle.add_token("C" * 32, user=self.sync_user, functions="none")
        self.instance.token = "C" * 32
        result = self.sync()
        self.assertEqual(result.state, "skipped")
        self.assertIn("External services", result.message)

    def test_openeducat_attendance_missing(self):
        with patch(f"{SYNC}.REQUIRED_MODEL", "op.attendance.nowhere"):
            result = self.sync()
        self.assertEqual(result.state, "skipped")
        self.assertIn("openeducat_attendance", result.message)

    def test_no_token(self):
        self.instance.token = False
        result = self.sync()
        self.assertEqual(result.state, "skipped")
        self.assertFalse(self.canned.seen)


@tagged("post_install", "-at_install")
class TestCourseByCourse(TwoCourses):
    def setUp(self):
        super().setUp()
        self.first = self.add_session("PA")
        self.second = self.add_session("LE", activity=self.labs)

    def test_trouble_with_one_course_stops_no_other(self):
        self.server.site.refuse(self.moodle_course, "requireloginerror")
        result = self.sync()
        self.assertEqual(result.state, "partial")
        self.assertIn("Algebra I: The Moodle account of the token may not", result.message)
        self.assertEqual(self.statuses(self.second), "LE")
        self.assertFalse(self.lines(self.first))
        self.server.site.refuse(self.moodle_course, None)
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.statuses(self.first), "PA")

    @mute_logger(SYNC)
    def test_nor_does_a_fault_of_ours(self):
        original = CourseSync._plan

        def broken(runner, work):
            if work.reading.course.shortname == "ALG1":
                raise ZeroDivisionError("not for a registrar's eyes")
            return original(runner, work)

        with patch.object(CourseSync, "_plan", broken):
            result = self.sync()
        self.assertEqual(result.state, "partial")
        self.assertNotIn("registrar's eyes", result.message)
        self.assertEqual(self.statuses(self.second), "LE")
        self.assertFalse(self.lines(self.first))

    def test_the_course_that_waited_longest_goes_first(self):
        self.sync()
        mappings = self.env["moodle.mapping"].search([("model", "=", "op.subject")])
        waiting = mappings.filtered(lambda m: m.moodle_id == self.second_course.id)
        waiting.last_success = fields.Datetime.now() - timedelta(days=1)
        self.instance.calls_at_once = 1
        self.server.reset_calls()
        self.sync()
        (first, second) = self.server.calls_of("core_course_get_contents")
        self.assertEqual(dict(first.params)["courseid"], str(self.second_course.id))
        self.assertEqual(dict(second.params)["courseid"], str(self.moodle_course.id))

    def test_a_run_out_of_time_goes_on_where_it_stopped(self):
        result = self.sync(trigger="button", seconds=0)
        self.assertEqual(result.state, "running")
        run = self.run_of(result)
        self.assertEqual(len(run._left()), 2)
        self.assertFalse(self.sheets)
        result = self.sync(trigger="cron")
        self.assertEqual((result.state, result.run_id), ("done", run.id))
        self.assertEqual(run.trigger, "button")
        self.assertEqual(run.courses_done, 2)

    def test_an_interrupted_run_repeats_nothing(self):
        calls = []
        original = SyncAttendance._course

        def killed(runner, run, sides, sync, *args):
            calls.append(sync.course.id)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return original(runner, run, sides, sync, *args)

        # In a test all cursors are savepoints of one transaction: the lock's, and Odoo's
        # own assertRaises, would take back what the run has committed inside them.
        with (
            patch.object(SyncAttendance, "_course", killed),
            patch.object(sync_attendance, "instance_lock", lambda *args: nullcontext(True)),
            suppress(KeyboardInterrupt),
        ):
            self.sync()
        self.env.invalidate_all()
        run = self.env["moodle.sync.run"].search([], limit=1)
        self.assertEqual((run.state, run.courses_done, len(run._left())), ("running", 1, 1))
        self.server.reset_calls()
        result = self.sync()
        self.assertEqual((result.state, result.run_id), ("done", run.id))
        self.assertEqual(len(self.server.calls_of("core_course_get_contents")), 1)
        self.assertEqual(self.statuses(self.first) + self.statuses(self.second), "PALE")


@tagged("post_install", "-at_install")
class TestLock(MoodleCase):
    def test_a_second_run_steps_aside(self):
        self.add_session("PA")
        # A connection of its own, as another process has one.
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute(
                "SELECT pg_advisory_xact_lock(hashtext(%s), %s)",
                (run_lock._LOCK, self.instance.id),
            )
            result = self.sync()
            self.assertEqual(result.state, "busy")
            self.assertIn("already running", result.message)
            self.assertFalse(self.sheets)
            self.assertFalse(self.instance.run_ids)
        self.assertEqual(self.sync().state, "done")


@tagged("post_install", "-at_install")
class TestEntries(MoodleCase):
    def setUp(self):
        super().setUp()
        self.session = self.add_session("PA")

    def test_the_button(self):
        with self.own_cursors():
            action = self.instance.action_sync_now()
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual(self.statuses(self.session), "PA")
        self.assertEqual(self.instance.last_run_id.trigger, "button")
        self.assertEqual(self.instance.last_run_id.user_id, self.env.user)

    def test_the_button_leaves_the_rest_to_the_cron(self):
        cron = self.env.ref("openeducat_moodle_attendance.ir_cron_sync_attendance")
        triggers = [("cron_id", "=", cron.id)]
        before = self.env["ir.cron.trigger"].search_count(triggers)
        with (
            patch(
                "odoo.addons.openeducat_moodle_attendance.models"
                ".moodle_instance_attendance.BUTTON_SECONDS",
                0,
            ),
            self.own_cursors(),
        ):
            action = self.instance.action_sync_now()
        self.assertIn("background", action["params"]["message"])
        self.assertEqual(self.env["ir.cron.trigger"].search_count(triggers), before + 1)

    def test_the_cron_runs_every_active_instance_and_survives_a_dead_one(self):
        dead = self.instance.copy({"name": "Dead", "url": "http://127.0.0.1:9"})
        dead.token = "x"
        archived = self.instance.copy({"name": "Archived", "active": False})
        with self.own_cursors():
            self.env["moodle.instance"]._cron_sync_attendance()
        self.assertEqual(self.statuses(self.session), "PA")
        self.assertEqual(dead.last_run_id.state, "failed")
        self.assertIn("does not answer", dead.error_message)
        self.assertFalse(archived.run_ids)

    def test_the_cron_job_itself(self):
        cron = self.env.ref("openeducat_moodle_attendance.ir_cron_sync_attendance")
        self.assertEqual((cron.interval_number, cron.interval_type), (15, "minutes"))
        with self.own_cursors():
            cron.ir_actions_server_id.run()
        self.assertEqual(self.instance.last_run_id.trigger, "cron")
        self.assertEqual(self.statuses(self.session), "PA")

    def test_the_shell(self):
        with self.own_cursors():
            result = self.instance.sync_attendance()
        self.assertEqual(
            str(result),
            "Test Moodle: done. 1 of 1 Moodle course matched; 1 session with 2 marks.\n"
            "Written: 1 new register, 1 new sheet, 2 new lines.",
        )
        self.assertEqual(repr(result), str(result))
        self.assertEqual(str(self.env["moodle.instance"].sync_attendance()), "No Moodle instance.")

    def test_preview_says_what_a_run_would_do_and_writes_nothing(self):
        report = self.preview()
        self.assertIn("2026-11-03", str(report))
        self.assertIn("new sheet, 2 new lines", str(report))
        self.assertEqual(report.differences, 2)
        self.assertFalse(self.sheets)
        self.assertFalse(self.env["moodle.mapping"].search([]))
        self.assertFalse(self.instance.run_ids)
        self.sync()
        self.line(self.session, 1).write({"present": False, "late": True})
        report = self.preview()
        self.assertIn("1 line to reset to match Moodle", str(report))
        self.sync()
        with self.own_cursors():
            report = self.instance.verify_attendance()
        self.assertEqual(report.differences, 0)
        self.assertEqual(str(report), "Algebra I: nothing to do")
        self.assertEqual(repr(report), str(report))
        for lang, words in (("es_ES", "1 línea por restablecer"), ("fr_FR", "1 ligne à rétablir")):
            self.env["res.lang"]._activate_lang(lang)
            self.line(self.session, 1).write({"present": False, "late": True})
            with self.own_cursors():
                report = self.instance.with_context(lang=lang).preview_attendance()
            self.assertIn(words, str(report))

    def test_preview_of_a_dead_moodle_says_so(self):
        self.server.stop()
        self.assertIn("does not answer", str(self.preview()))

    def test_connection(self):
        action = self.instance.action_test_connection()
        self.assertEqual(action["params"]["type"], "success")
        self.assertTrue(self.instance.test_ok)
        self.assertIn("oecsync", self.instance.test_message)
        found = {check["name"]: check["ok"] for check in self.instance.checks}
        self.assertTrue(found["mod_attendance"])
        self.assertTrue(found["Reading a session"])
        self.assertIn("2 marks", self.instance.checklist)
        self.instance.token = "wrong"
        action = self.instance.action_test_connection()
        self.assertEqual(action["params"]["type"], "danger")
        self.assertFalse(self.instance.test_ok)
        self.assertIn("does not know this token", self.instance.test_message)

    def test_the_window(self):
        old = self.add_session("EE", starts=START - 40 * 86400)
        old.lasttaken = old.timemodified = old.sessdate
        clock = moodle_transport.Clock(wall=lambda: START + 86400)
        with patch.object(type(self.instance), "_clock", lambda _self: clock):
            self.assertEqual(self.instance._now_here().timestamp(), START + 86400)
            self.instance.sync_window_days = 30
            result = self.sync()
            self.assertFalse(self.lines(old))
            self.assertEqual(result.counters["sessions_older"], 1)
            self.assertIn("older than Days back", result.message)
            self.assertEqual(self.statuses(self.session), "PA")
            self.instance.sync_window_days = 0
            self.sync()
        self.assertEqual(self.statuses(old), "EE")

    def test_old_runs_are_forgotten(self):
        self.sync()
        run = self.instance.run_ids
        run.started_at = fields.Datetime.now() - timedelta(days=91)
        self.env["moodle.sync.run"]._gc_runs()
        self.assertFalse(run.exists())


@tagged("post_install", "-at_install")
class TestLegacyFamily(MoodleCase):
    """mod_wsattendance_* alone: sessions are known from their day only."""

    functions = "legacy"

    def test_todays_sessions_are_met_and_kept(self):
        session = self.add_session("PA", starts=START)
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.statuses(session), "PA")
        self.moodle.clock.advance(3 * 86400)
        self.mark(session, "LA")
        self.server.reset_calls()
        self.sync()
        self.assertEqual(self.statuses(session), "LA", "known sessions are read on later days")
        self.assertEqual(len(self.server.calls_of("mod_wsattendance_get_session")), 1)

    def test_sessions_of_other_courses_are_left_to_them(self):
        other = self.moodle.add_course("Other", shortname="OTHER")
        self.moodle.enrol(other, self.teacher, role="editingteacher")
        self.moodle.enrol(other, self.users[0])
        elsewhere = self.moodle.add_attendance(other, "Elsewhere")
        self.add_session("P", activity=elsewhere)
        self.sync()
        self.assertFalse(self.sheets)
        self.assertFalse(self.server.calls_of("mod_wsattendance_get_session"))

    def test_backfill_finds_past_sessions(self):
        past = self.add_session("PA", starts=START - 5 * 86400)
        self.sync()
        self.assertFalse(self.sheets)
        with self.own_cursors():
            found = self.instance.backfill_attendance(past.id - 1, past.id + 2)
        self.assertEqual(found, 1)
        self.sync()
        self.assertEqual(self.statuses(past), "PA")

    def test_a_lost_list_is_rebuilt_from_the_sheets(self):
        session = self.add_session("PA")
        self.sync()
        self.env["moodle.mapping"].search([]).unlink()
        self.moodle.clock.advance(3 * 86400)
        self.mark(session, "EE")
        self.sync()
        self.assertEqual(self.statuses(session), "EE")

    def test_a_deleted_session_is_a_gap_and_no_cancelled_sheet(self):
        session = self.add_session("PA")
        self.sync()
        self.moodle.delete_session(session)
        self.sync()
        self.assertEqual(self.sheets.state, "done")
        self.assertEqual(self.open_gaps(), ["sheet_without_session"])

    def test_a_wrapper_that_broke_and_nothing_else(self):
        self.add_session("PA", starts=START + HOUR)
        canned = CannedServer(self.server.url)
        self.addCleanup(canned.stop)
        self.lead_to(canned.url)
        fault = b'{"exception": "Error", "message": "Class not found"}'
        canned.answers["mod_wsattendance_get_session"] = (200, {}, fault)
        result = self.sync()
        self.assertEqual(result.state, "failed")
        self.assertIn("local_wsattendance failed", result.message)


@tagged("post_install", "-at_install")
class TestBothFamilies(MoodleCase):
    def test_a_broken_wrapper_is_replaced_by_the_built_in_function(self):
        fine = self.add_session("PA")
        self.sync()
        self.moodle.mark(fine, self.users[0], "L", remark="<b>x</b>", by=self.teacher)
        canned = CannedServer(self.server.url)
        self.addCleanup(canned.stop)
        self.lead_to(canned.url)
        fault = b'{"exception": "Error", "message": "Class not found"}'
        canned.answers["mod_wsattendance_get_session"] = (200, {}, fault)
        result = self.sync()
        self.assertEqual(result.state, "done")
        self.assertEqual(self.open_gaps(), ["unreadable_session"])


@tagged("post_install", "-at_install")
class TestWhatChanged(MoodleCase):
    """A run lists each change that it has made, and none that it has not."""

    def changes(self, result):
        return [
            (line.kind, line.student_id.id, line.moodle, line.odoo, line.after)
            for line in self.run_of(result).line_ids
        ]

    def test_of_a_pull(self):
        session = self.add_session("PPP")
        result = self.sync()
        self.assertEqual(self.run_of(result).line_ids.detail, "3 P")
        self.mark(session, "A..")
        self.line(session, 2).write({"present": False, "late": True})
        first, second = self.students[:2].ids
        self.assertEqual(
            self.changes(self.sync()),
            [("put_back", second, "P", "L", "P"), ("update", first, "A", "P", "A")],
        )
        self.assertFalse(self.changes(self.sync()))

    def test_what_openeducat_refused_is_not_there(self):
        self.add_session("PP")
        good = self.add_session("AA", starts=START + 86400)

        def refuse(sheets, vals_list):
            if any(str(vals["attendance_date"]) == "2026-11-03" for vals in vals_list):
                raise ValueError("Not on a holiday.")
            return original(sheets, vals_list)

        Sheet = type(self.env["op.attendance.sheet"])
        original = Sheet.create
        with patch.object(Sheet, "create", refuse):
            result = self.sync()
        self.assertEqual(self.run_of(result).line_ids.mapped("session_id"), [good.id])

    def test_what_moodle_did_not_take_is_not_there(self):
        self.instance.sync_attendance_from = "oec"
        session = self.add_session("PPP")
        self.make_sheet("AAP")
        update = "mod_wsattendance_update_user_status"
        self.server.faults.add(Fault.error(2, "invaliduser", function=update))
        run = self.run_of(self.sync())
        pushed = run.line_ids.filtered(lambda line: line.kind == "push")
        self.assertEqual((len(pushed), run.marks_pushed), (1, 1), self.moodle_marks(session))
