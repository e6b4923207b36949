"""How marks go to Moodle: few at a time, never inside a web request; and how a person's
mark is told from any other write."""

import threading
import time
from unittest.mock import patch

import psycopg2

from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..services.domain.status import booleans
from .moodle_server import Fault
from .test_push import PushCase

UPDATES = ("mod_wsattendance_update_user_status", "mod_attendance_update_user_status")


class NotSerializable(psycopg2.errors.SerializationFailure):
    pgcode = property(lambda self: "40001")


@tagged("post_install", "-at_install")
class TestManners(PushCase):
    def test_two_marks_at_a_time_and_never_two_of_one_student(self):
        self.add_session()
        self.make_sheet("PALE")
        at_once, most, students = set(), [], []
        lock = threading.Lock()

        def watch(call, state):
            if call.function not in UPDATES:
                return
            student = dict(call.params)["studentid"]
            with lock:
                self.assertNotIn(student, at_once)
                at_once.add(student)
                students.append(student)
                most.append(len(at_once))
            time.sleep(0.05)
            with lock:
                at_once.discard(student)

        self.server.on_call(watch)
        self.sync()
        self.assertEqual(max(most), 2)
        self.assertEqual(len(students), len(set(students)))

    def test_a_request_that_odoo_repeats_writes_nothing_to_moodle(self):
        session = self.add_session()
        self.make_sheet("PALE")
        attempts = []

        def request(env):
            attempts.append(env["moodle.instance"].browse(self.instance.id).action_sync_now())
            env.flush_all()
            if len(attempts) < 4:
                raise NotSerializable
            return attempts[-1]

        with (
            self.own_cursors(),
            patch("odoo.service.model.time.sleep"),
            mute_logger("odoo.service.model"),
            self.registry.cursor() as cr,
        ):
            env = self.env(cr=cr)
            action = retrying(lambda: request(env), env)
        self.assertEqual(len(attempts), 4)
        self.assertIn("background", action["params"]["message"])
        self.assertEqual(len(self.server.calls), 0)
        self.assertEqual(len(self.instance.run_ids), 1)
        with self.own_cursors():
            self.env["moodle.instance"]._cron_sync_attendance()
        self.assertEqual(self.moodle_marks(session), "PALE..")
        self.assertEqual(self.server.write_count, 4)

    def test_without_the_schedule_nothing_would_be_sent(self):
        self.env.ref("openeducat_moodle_attendance.ir_cron_sync_attendance").active = False
        with self.assertRaisesRegex(UserError, "Scheduled Actions"):
            self.instance.action_sync_now()
        self.assertFalse(self.instance.run_ids)

    def test_a_moodle_that_goes_down_is_not_asked_once_for_each_mark(self):
        self.add_session()
        self.make_sheet("PALE")
        self.server.faults.add(Fault.error(1, "sitemaintenance", function=UPDATES[0], times=99))
        # Once it is asked whether that is so of the whole site.
        self.server.reset_calls()
        site = "core_webservice_get_site_info"
        self.server.faults.add(Fault.error(2, "sitemaintenance", function=site, times=99))
        result = self.sync()
        self.assertEqual(result.state, "failed")
        self.assertIn("maintenance", result.message)
        self.assertLessEqual(len(self.updates), 2)

    def test_calls_of_a_push(self):
        """Besides those of a pull: one for each mark, and one to read a session back."""
        self.add_session()
        self.make_sheet("PALE")
        self.sync()
        names = [call.function.split("_", 1)[1] for call in self.server.calls]
        self.assertEqual(
            names,
            [
                "webservice_get_site_info",
                "course_get_courses",
                "course_get_contents",
                "attendance_get_sessions",
                "enrol_get_enrolled_users",
                "group_get_course_groups",
                *["wsattendance_update_user_status"] * 4,
                "wsattendance_get_session",
            ],
        )


@tagged("post_install", "-at_install")
class TestManners2026(TestManners):
    profile = "2026"


@tagged("post_install", "-at_install")
class TestWhoMarked(PushCase):
    direction = "both"

    def setUp(self):
        super().setUp()
        session = self.add_session("PPPP")
        self.sync()
        self.first = self.line(session, 1)
        self.four = self.lines(session)

    def test_only_the_four_count_and_only_outside_our_own_writes(self):
        self.first.remark = "late bus"
        self.first.with_context(connector_no_export=True).write(booleans("L"))
        self.assertFalse(self.first.moodle_marked_at)
        self.first.write(booleans("A"))
        self.assertTrue(self.first.moodle_marked_at)

    def test_by_import(self):
        self.first.load([".id", "present", "absent"], [[str(self.first.id), "False", "True"]])
        self.assertEqual((self.first.absent, bool(self.first.moodle_marked_at)), (True, True))

    def test_in_a_form_by_the_attendance_type(self):
        kind = self.env["op.attendance.type"].create({"name": "Late", "late": True})
        with Form(self.first) as form:
            form.attendance_type_id = kind
        if self.first.late:
            self.assertTrue(self.first.moodle_marked_at)
        else:
            self.assertFalse(self.first.moodle_marked_at, "the type alone is no mark")

    def test_it_costs_one_query(self):
        """One more column in the same UPDATE, for one line or for many; and one query notes that
        the course was changed here."""
        counts = []
        for context in ({"connector_no_export": True}, {}):
            for lines in (self.first, self.four):
                lines = lines.with_context(**context)
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                lines.write(booleans("E" if context else "L"))
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual([count + 1 for count in counts[:2]], counts[2:])
        self.assertEqual(counts[0], counts[1])
