"""An instance that is led to another Moodle: stopped, asked about, answered."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .builders import START
from .common import MoodleCase
from .moodle_server import MoodleServer

DAY = 86400


@tagged("post_install", "-at_install")
class TestSite(MoodleCase):
    def setUp(self):
        super().setUp()
        self.session = self.add_session("PALE")

    def another_moodle(self):
        """Another one at the same address: the same numbers for other things."""
        for course in self.moodle.courses.values():
            course.timecreated += 5 * DAY
        self.moodle.move_session(self.session, START + DAY)
        self.mark(self.session, "AAAA")

    def move(self):
        """The same Moodle under another address."""
        self.lead_to(self.server.url.replace("127.0.0.1", "localhost"))
        self.server.site.wwwroot = self.instance.url

    def everything(self):
        self.env.flush_all()
        rows = []
        for table in ("op_attendance_register", "op_attendance_sheet", "op_attendance_line"):
            self.env.cr.execute(f"SELECT xmin, * FROM {table} ORDER BY id")
            rows += self.env.cr.fetchall()
        return rows

    # --- knowing ----------------------------------------------------------------

    def test_learned_by_the_first_run_and_by_an_updated_instance(self):
        self.assertFalse(self.instance.site_identity)
        self.sync()
        known = self.instance.site_identity
        self.assertEqual(known["address"], self.server.url)
        self.assertTrue(known["times"]["1"])
        self.assertIn(self.server.url, self.instance.site_shown)
        # As after an update from 1.0.0.
        self.instance.site_identity = False
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.instance.site_identity, known)
        self.assertFalse(self.gaps())

    def test_a_preview_learns_nothing(self):
        self.preview()
        self.assertFalse(self.instance.site_identity)

    def test_an_upgrade_is_no_change(self):
        self.sync()
        self.moodle.courses[1].fullname = "Renamed"
        self.assertEqual(self.sync().state, "done")
        self.assertIn("Renamed", self.instance.site_shown)

    def test_without_anything_linked_there_is_nothing_to_ask(self):
        self.instance.site_identity = {"address": "https://old.example", "times": {}}
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.instance.site_identity["address"], self.server.url)

    # --- stopping ---------------------------------------------------------------

    def test_another_moodle_stops_the_instance(self):
        self.sync()
        before = self.everything()
        self.another_moodle()
        self.server.reset_calls()
        result = self.sync(trigger="cron")
        self.assertEqual(result.state, "skipped")
        self.assertEqual(self.everything(), before)
        self.assertEqual(self.server.write_count, 0)
        self.assertEqual(
            [call.function for call in self.server.calls],
            ["core_webservice_get_site_info", "core_course_get_courses"],
        )
        (gap,) = self.gaps(state="open")
        self.assertEqual((gap.kind, gap.record_model), ("site_changed", "moodle.instance"))
        self.assertEqual(gap.record_id, self.instance.id)
        self.assertTrue(self.instance.site_changed)
        self.assertIn("other times", self.instance.site_question)
        self.assertEqual(self.instance.error_message, result.message)
        self.sync(trigger="button")
        self.assertEqual(self.everything(), before)
        self.assertEqual(self.gaps(state="open"), gap)
        self.assertEqual(gap.times_seen, 2)

    def test_a_test_of_the_connection_says_so_at_once(self):
        self.sync()
        self.move()
        self.assertTrue(self.instance._test()[0])
        self.assertIn("A different Moodle answers now", self.instance.checklist)
        self.assertFalse(self.instance.site_changed, "only a run stops it")

    def test_nothing_else_looks_at_it_either(self):
        self.sync()
        self.another_moodle()
        report = self.preview()
        self.assertFalse(list(report))
        self.assertIn("different Moodle", report.problem)
        with self.own_cursors(), self.assertRaises(UserError):
            self.instance.backfill_attendance(1, 9)

    def test_other_gaps_stay_and_it_closes_by_itself(self):
        self.moodle.add_course("Meant", "M1", idnumber="oec_subj_999999_course_999999")
        self.sync()
        (other,) = self.gaps(state="open")
        self.lead_back = self.instance.url
        self.move()
        self.assertEqual(self.sync().state, "skipped")
        self.assertEqual(set(self.open_gaps()), {"site_changed", "unmatched_course"})
        self.assertEqual(other.state, "open")
        self.lead_to(self.lead_back)
        self.server.site.wwwroot = self.server.url
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.open_gaps(), ["unmatched_course"])
        self.assertFalse(self.instance.site_changed)
        self.assertFalse(self.instance.error_message)

    def test_no_other_instance_is_held_up(self):
        self.sync()
        self.another_moodle()
        other = MoodleServer(self.moodle, self.profile)
        other.start()
        self.addCleanup(other.stop)
        second = self.second_instance(url=other.url, token=self.token, active=True)
        with self.own_cursors():
            self.env["moodle.instance"]._cron_sync_attendance()
        self.assertEqual(self.instance.last_run_id.state, "skipped")
        self.assertEqual(second.last_run_id.state, "done")

    # --- the answers ------------------------------------------------------------

    def test_the_same_moodle_under_a_new_address(self):
        self.sync()
        self.move()
        self.sync()
        self.assertIn("same ones", self.instance.site_question)
        before = self.everything()
        with self.own_cursors():
            self.instance.action_site_same()
        self.assertFalse(self.instance.site_changed)
        self.assertEqual(self.instance.site_identity["address"], self.instance.url)
        result = self.sync(trigger="cron")
        self.assertEqual(result.state, "done", result)
        self.assertEqual(self.everything(), before)
        self.assertFalse(self.open_gaps())
        self.assertFalse(self.instance.error_message)

    def test_another_moodle_unlinked(self):
        self.sync()
        person = self.env["moodle.mapping"].create(
            {
                "instance_id": self.instance.id,
                "model": "op.student",
                "moodle_id": 4711,
                "oec_record_id": self.students[5].id,
            }
        )
        (sheet,) = self.sheets
        marks, registers = self.letters(sheet), self.registers
        self.another_moodle()
        self.sync()
        with self.own_cursors():
            self.instance.action_site_unlink()
        self.assertEqual((self.sheets, self.registers), (sheet, registers))
        self.assertEqual(self.letters(sheet), marks)
        self.assertFalse(sheet.moodle_session_id or sheet.moodle_seen or sheet.moodle_instance_id)
        self.assertFalse(sheet.moodle_lasttaken)
        self.assertFalse(any(sheet.attendance_line.mapped("moodle_base")))
        mappings = self.env["moodle.mapping"].search([("instance_id", "=", self.instance.id)])
        self.assertEqual(mappings, person)
        self.assertFalse(self.open_gaps())
        self.assertFalse(self.instance.site_changed or self.instance.error_message)
        # What comes now is looked at by a person first.
        self.assertEqual(self.sync(trigger="cron").state, "skipped")
        self.assertEqual(len(self.sheets), 1)
        self.assertEqual(self.sync(trigger="button").state, "done")
        self.assertEqual(len(self.sheets), 2, "the session of the other Moodle is of another day")
        self.assertEqual(self.letters(sheet), marks)
        self.assertEqual(self.statuses(self.session), "AAAA")
        self.assertEqual(self.sync(trigger="cron").state, "done")

    def test_only_an_administrator_answers_and_only_when_asked(self):
        manager = new_test_user(
            self.env, "t-manager", "openeducat_attendance.group_op_attendance_manager"
        )
        self.sync()
        for action in ("action_site_same", "action_site_unlink"):
            with self.assertRaises(UserError):
                getattr(self.instance, action)()
        self.another_moodle()
        self.sync()
        for action in ("action_site_same", "action_site_unlink"):
            with self.assertRaises(AccessError):
                getattr(self.instance.with_user(manager), action)()
        self.assertTrue(self.instance.with_user(manager).site_question)

    def test_what_is_known_is_written_by_nobody_else(self):
        admin = new_test_user(self.env, "t-admin", "base.group_system")
        for name in ("site_identity", "site_seen", "site_waits"):
            with self.assertRaises(AccessError):
                self.instance.with_user(admin).write({name: {"address": "x"}})
