"""The screens in a real browser: headless Chromium clicks through them (tours in
``static/tests``)."""

import json
import time
from unittest.mock import patch

from odoo.http import JsonRPCDispatcher
from odoo.tests import HttpCase, new_test_user, tagged

from ..models import moodle_instance_attendance
from ..services.domain.database_identity import Database
from ..services.moodle.moodle_transport import Clock
from ..services.openeducat import database_facts
from ..services.runs.sync_attendance import SyncAttendance
from .builders import START
from .canned import EVERY, CannedServer
from .common import MoodleCase
from .test_security import MANAGER, USER

INSTANCES = "action-openeducat_moodle_attendance.action_moodle_instance"
SHEETS = "action-openeducat_attendance.act_open_op_attendance_sheet_view"
FACULTY = "openeducat_core.group_op_faculty"


@tagged("post_install", "-at_install")
class TestBrowser(MoodleCase, HttpCase):
    """A user is called as he logs in; his password is the same."""

    # Seconds that a request waits for another one. Odoo's 20 are over on a busy machine while
    # a bundle of scripts is made; the page then gets an error page where it wants JSON.
    test_cursor_lock_timeout = 120

    def setUp(self):
        super().setUp()
        self.instance.user_id = self.env.ref("base.user_admin")
        self.answers = []
        original = JsonRPCDispatcher._response

        def response(dispatcher, result=None, error=None):
            self.answers.append(str(result if error is None else error))
            return original(dispatcher, result, error)

        self.startPatcher(patch.object(JsonRPCDispatcher, "_response", response))

    def browse(self, tour, login, page=INSTANCES, **given):
        """Play a tour; whatever it does, no answer of the server holds the token."""
        given = {"url": self.server.url, "instance": self.instance.id, **given}
        self.start_tour(
            f"/odoo/{page}",
            tour,
            login=login,
            code=f"window.moodleTour = {json.dumps(given)}; odoo.startTour({tour!r}, {{}})",
            timeout=120,
            # OpenEduCat asks for a review in a dialogue, five seconds after a page is there.
            cookies={f"g2_review_{self.env.cr.dbname}": "true"},
        )
        self.env.invalidate_all()
        self.assertTrue(self.answers)
        if "token" not in given:
            self.assertFalse([answer for answer in self.answers if self.token in answer])

    def visitor(self):
        """Somebody in Moodle who matches no student."""
        visitor = self.moodle.add_user("visitor", "Sam", "Visitor", email="sam@visitor.example")
        self.moodle.enrol(self.moodle_course, visitor, groups=[self.groups[0]])
        return visitor

    def test_first_set_up(self):
        self.visitor()
        self.add_session("PALE")
        self.instance.unlink()
        self.browse("moodle_setup", "admin", instance=0, token=self.token)
        instance = self.env["moodle.instance"].search([])
        self.assertEqual((instance.name, instance.setup_step), ("Our Moodle", False))
        self.assertEqual(instance.sync_window_days, 0)
        # Typed by the browser, and never sent back to it.
        self.assertFalse([answer for answer in self.answers if self.token in answer])
        self.assertEqual(self.sync(instance).state, "done")

    def test_the_preview_of_a_set_up(self):
        session = self.add_session("PA")
        self.instance.action_test_connection()
        self.instance.setup_step = "direction"
        self.browse("moodle_setup_preview", "admin")
        self.assertFalse(self.instance.setup_step)
        self.assertEqual(self.statuses(session), "PA")

    def test_a_dead_token(self):
        self.add_session("PA")
        self.instance.action_test_connection()
        self.sync()
        del self.moodle.tokens[self.token]
        self.sync(trigger="cron")
        self.browse("moodle_failing_card", "admin", page=f"{INSTANCES}?view_type=kanban")

    def test_a_copied_database(self):
        self.add_session("PA")
        self.sync()
        known = Database(oid="1").to_json()
        self.env["ir.config_parameter"].set_param(database_facts.KEPT, json.dumps(known))
        self.env.flush_all()
        self.server.reset_calls()
        self.browse("moodle_copied_database", "admin", page=f"{INSTANCES}?view_type=kanban")
        self.assertFalse(self.instance.database_changed or self.server.calls)
        self.assertTrue(self.instance.has_token)

    def test_an_address_that_is_not_moodles_own(self):
        front = CannedServer()
        self.addCleanup(front.stop)

        def redirected():
            # Time to see what is said meanwhile.
            time.sleep(3)
            return 303, {"Location": f"{self.server.url}/login/index.php"}, b""

        front.answers[EVERY] = redirected
        self.instance.unlink()
        self.browse("moodle_setup_address", "admin", url=front.url, other=self.server.url)
        instance = self.env["moodle.instance"].search([])
        self.assertEqual((instance.url, instance.has_token), (self.server.url, False))

    def test_sync_with_progress(self):
        other = self.moodle.add_course(
            "Physics",
            shortname="PHY",
            idnumber=f"oec_subj_{self.physics.id}_course_{self.course.id}",
        )
        for user in self.users:
            self.moodle.enrol(other, user)
        labs = self.moodle.add_attendance(other, "Labs")
        self.add_session("PA")
        self.add_session("LE", activity=labs)
        # Time for one course a press.
        self.patch(moodle_instance_attendance, "BUTTON_SECONDS", 2)
        passed, course = [], SyncAttendance._course

        def slowly(*args):
            under_way = course(*args)
            passed.append(2)
            return under_way

        self.patch(SyncAttendance, "_course", slowly)
        clock = Clock(now=lambda: time.monotonic() + sum(passed))
        self.patch(type(self.instance), "_clock", lambda _self: clock)
        self.browse("moodle_sync_progress", "admin")
        (run,) = self.instance.run_ids
        self.assertEqual((run.state, run.trigger, run.lines_created), ("done", "button", 4))

    def test_fix_an_unmatched_student(self):
        visitor = self.visitor()
        self.users[5].idnumber = ""
        self.users[5].email = "other@test.example"
        session = self.add_session("P")
        self.moodle.mark(session, visitor, "L", by=self.teacher)
        self.sync()
        self.browse("moodle_mend", "admin")
        line = self.lines(session).filtered(lambda line: line.student_id == self.students[5])
        self.assertTrue(line.late)
        self.assertEqual(self.gaps(kind="unmatched_student").state, "closed")

    def test_whose_key_has_changed(self):
        self.add_session("PALE")
        self.sync()
        first, second = self.users[:2]
        first.idnumber, second.idnumber = second.idnumber, first.idnumber
        self.sync()
        self.browse("moodle_key_changed", "admin")
        mappings = self.env["moodle.mapping"].search(
            [("model", "=", "op.student"), ("moodle_id", "in", [first.id, second.id])]
        )
        self.assertEqual(
            {mapping.moodle_id: mapping.found_by for mapping in mappings},
            {first.id: "manual", second.id: "idnumber"},
        )
        self.assertEqual(mappings.mapped("oec_record_id"), [self.students[0].id] * 2)

    def test_the_day_after(self):
        self.add_session("PP")
        self.add_session(starts=START + 3600)
        self.sync()
        self.browse("moodle_day_after", "admin")
        mapping = self.env["moodle.mapping"]._of_course(self.instance, self.moodle_course.id)
        self.assertEqual((mapping.own_days, mapping.course_days), (True, 400))
        self.assertIn("Days back: – → 400", self.instance.message_ids[0].body)

    def test_map_a_course_and_choose_pilots_in_the_set_up(self):
        self.add_session("PA")
        chemistry = self.moodle.add_course("Chemistry", shortname="CHE")
        self.moodle.enrol(chemistry, self.users[0], groups=())
        session = self.add_session("L", activity=self.moodle.add_attendance(chemistry, "Labs"))
        self.instance.action_test_connection()
        self.instance.setup_step = "people"
        self.browse("moodle_setup_courses", "admin", course=self.course.name)
        self.sync()
        self.assertEqual(self.sheets.mapped("moodle_session_id"), [session.id])
        self.assertEqual(self.statuses(session), "L")

    def test_a_mapping_that_changes_another_and_is_undone(self):
        visitor = self.visitor()
        session = self.add_session("P")
        self.moodle.mark(session, visitor, "L", by=self.teacher)
        self.sync()
        self.browse("moodle_map_warning", "admin")
        self.sync()
        self.assertEqual(self.statuses(session), "P")
        self.assertEqual(self.open_gaps(), ["unmatched_student"])

    def test_a_verification_with_something_left_out(self):
        session = self.add_session("P")
        self.moodle.mark(session, self.visitor(), "L", by=self.teacher)
        self.sync()
        self.browse("moodle_verify", "admin")

    def test_from_the_student(self):
        session = self.add_session("PP")
        self.sync()
        self.mark(session, "LP")
        self.sync()
        if "mobile" in self.students._fields:
            # OpenEduCat of 2024 takes no student's form without one.
            self.students[0].mobile = "1"
        self.browse("moodle_student_form", "admin", page=f"op.student/{self.students[0].id}")

    def test_preview_and_apply(self):
        session = self.add_session("PP")
        self.sync()
        self.mark(session, "A.")
        self.mark_here(session, 2, "E")
        self.browse("moodle_preview_apply", "admin")
        self.assertEqual(self.statuses(session), "AP")
        run = self.instance.run_ids.sorted("id")[-1]
        self.assertEqual((run.trigger, run.state), ("preview", "done"))

    def test_the_spreadsheet_is_for_whoever_sees_the_picture(self):
        self.add_session("PALE")
        self.sync()
        mapping = self.env["moodle.mapping"].search([("model", "=", "op.subject")])
        new_test_user(self.env, "t-manager", f"base.group_user,{MANAGER}")
        new_test_user(self.env, "t-user", f"base.group_user,{USER}")
        page = f"/openeducat_moodle_attendance/picture/{mapping.id}"
        self.authenticate("t-manager", "t-manager")
        answer = self.url_open(f"{page}?since=2026-11-01")
        self.assertEqual((answer.status_code, answer.content[:2]), (200, b"PK"))
        self.assertIn("Algebra%20I.xlsx", answer.headers["Content-Disposition"])
        # 18.0 answers 400.
        self.assertIn(self.url_open(f"{page}?since=x").status_code, (400, 422))
        self.assertEqual(self.url_open(f"{page}9999999").status_code, 404)
        self.authenticate("t-user", "t-user")
        self.assertEqual(self.url_open(page).status_code, 403)

    def test_an_attendance_manager_and_the_token(self):
        self.add_session("PALE")
        self.sync()
        self.instance.action_test_connection()
        new_test_user(self.env, "t-manager", f"base.group_user,base.group_allow_export,{MANAGER}")
        self.browse("moodle_manager", "t-manager")
        self.assertEqual(self.instance.url, self.server.url)
        self.assertEqual(self.instance.sudo().token_secret, self.token)

    def test_a_faculty_user(self):
        self.add_session("PALE")
        self.sync()
        new_test_user(self.env, "t-faculty", f"base.group_user,{USER},{FACULTY}")
        self.browse("moodle_teacher", "t-faculty", page=SHEETS)
