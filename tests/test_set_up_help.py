"""What the form says while an address and a time zone are entered, and what follows a run."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from ..models import moodle_instance
from .canned import EVERY, CannedServer
from .common import MoodleCase
from .test_security import MANAGER


class AddressCase(MoodleCase):
    def setUp(self):
        super().setUp()
        self.front = CannedServer(self.server.url)
        self.addCleanup(self.front.stop)

    def redirected(self, location):
        self.front.answers[EVERY] = (303, {"Location": location}, b"")
        self.lead_to(self.front.url)
        self.instance.action_test_connection()


@tagged("post_install", "-at_install")
class TestAddress(AddressCase):
    def test_a_page_becomes_the_site_and_a_scheme_is_put_before(self):
        form = Form(self.env["moodle.instance"])
        form.url = "moodle.example/login/index.php?lang=es"
        self.assertEqual(form.url, "https://moodle.example")
        self.assertFalse(form.url_hint)
        form.url = "ftp://moodle.example"
        self.assertIn("must begin with", form.url_hint)
        self.instance.url = "moodle.example"
        self.assertEqual(self.instance.url, "https://moodle.example")

    def test_the_address_that_moodle_names_is_taken_over(self):
        self.redirected(f"{self.server.url}/login/index.php")
        self.assertIn(f"own address is {self.server.url}.", self.instance.test_message)
        self.assertEqual(self.instance.url_suggested, self.server.url)
        self.instance.setup_step = "connect"
        action = self.instance.action_use_address()
        self.assertEqual((action["target"], action["res_id"]), ("new", self.instance.id))
        self.assertEqual(self.instance.url, self.server.url)
        self.assertFalse(self.instance.url_suggested)
        self.assertFalse(self.instance.has_token, "it was made for the other address")
        self.assertFalse(self.instance.tested_at)
        with self.assertRaises(UserError):
            self.instance.action_use_address()

    def test_a_log_in_page_before_moodle_is_no_address(self):
        self.redirected("/login/index.php")
        self.assertFalse(self.instance.url_suggested)
        self.assertIn("log-in page", self.instance.test_message)

    def test_a_run_names_it_too_and_a_better_one_forgets_it(self):
        self.front.answers[EVERY] = (303, {"Location": f"{self.server.url}/"}, b"")
        self.lead_to(self.front.url)
        self.sync(trigger="cron")
        self.assertEqual(self.instance.url_suggested, self.server.url)
        self.front.answers.clear()
        self.sync(trigger="cron")
        self.assertFalse(self.instance.url_suggested)

    def test_a_better_test_forgets_it(self):
        self.redirected(f"{self.server.url}/")
        self.front.answers.clear()
        self.instance.action_test_connection()
        self.assertFalse(self.instance.url_suggested)


@tagged("post_install", "-at_install")
class TestToken(AddressCase):
    def test_an_expired_one(self):
        token = self.moodle.tokens[self.token]
        token.refusal, token.expired = "accessexception", True
        self.assertIn("token has expired", self.sync().message)
        self.assertIn("does not know this token", self.sync().message)


@tagged("post_install", "-at_install")
class TestTimeZone(MoodleCase):
    def default(self, company, browser, user):
        self.env.company.partner_id.tz = company
        self.env.user.tz = user
        request = browser and type(
            "", (), {"httprequest": type("", (), {"cookies": {"tz": browser}})}
        )
        with patch.object(moodle_instance, "request", request):
            return self.env["moodle.instance"].default_get(["tz"])["tz"]

    def test_the_companys_else_the_browsers_else_the_users(self):
        self.assertEqual(self.default("Asia/Tokyo", "Europe/Rome", "Asia/Dubai"), "Asia/Tokyo")
        self.assertEqual(self.default("UTC", "Europe/Rome", "Asia/Dubai"), "Europe/Rome")
        self.assertEqual(self.default(False, None, "Asia/Dubai"), "Asia/Dubai")
        self.assertEqual(self.default(False, "UTC", False), "UTC")

    def test_what_is_said_about_it(self):
        self.env.company.partner_id.tz = "America/Bogota"
        form = Form(self.instance)
        form.tz = "America/Bogota"
        self.assertFalse(form.tz_hint)
        self.assertRegex(form.tz_now, r"^\d\d:\d\d$")
        form.tz = "UTC"
        self.assertIn("rarely the time zone of a school", form.tz_hint)
        self.assertIn("from 19:00 (America/Bogota) on", form.tz_hint)
        form.tz = "Pacific/Pago_Pago"
        self.assertIn("before 06:00", form.tz_hint)


@tagged("post_install", "-at_install")
class TestSheetsOfARun(MoodleCase):
    def test_the_sheets_it_has_changed_whatever_their_day(self):
        first = self.add_session("PA")
        self.add_session("LE")
        made = self.run_of(self.sync())
        both = self.sheets
        action = made.action_sheets()
        self.assertEqual(self.env["op.attendance.sheet"].search(action["domain"]), both)
        self.assertEqual((made.sheet_count, action["context"]), (2, {}))
        self.mark(first, "AA")
        changed = self.run_of(self.sync())
        domain = changed.action_sheets()["domain"]
        self.assertEqual(
            self.env["op.attendance.sheet"].search(domain),
            self.sheets.filtered(lambda s: s.moodle_session_id == first.id),
        )
        nothing = self.run_of(self.sync())
        self.assertEqual((made | changed | nothing).mapped("sheet_count"), [2, 1, 0])
        settings = new_test_user(self.env, "t-settings", "base.group_system")
        self.assertEqual(made.with_user(settings).sheet_count, 0, "no right to see sheets")

    def test_a_number_that_moodle_gives_out_again(self):
        """Sheets of the session that had it before, of the other batch or of another day."""
        session = self.add_session("PA")
        made = self.run_of(self.sync())
        sheet = self.sheets
        linked = {
            "moodle_instance_id": self.instance.id,
            "moodle_session_id": session.id,
            "moodle_seen": "1:0:0",
        }
        for more in ({"batch": self.batches[1]}, {"day": "2026-10-06"}):
            sheet_before = self.make_sheet("", **more).sudo()
            sheet_before.with_context(connector_no_export=True).write(linked)
        self.mark(session, "AA")
        changed = self.run_of(self.sync())
        for run in made, changed:
            domain = run.action_sheets()["domain"]
            self.assertEqual(self.env["op.attendance.sheet"].search(domain), sheet)
            self.assertEqual(run.sheet_count, 1)
        # Moved since, it is still the one that was made, as far as that can be told.
        sheet.attendance_date = "2026-11-04"
        self.assertIn(sheet.id, made._sheets()[made])


@tagged("post_install", "-at_install")
class TestNamesOfRights(MoodleCase):
    def test_they_are_those_of_this_openeducat(self):
        self.env.ref("openeducat_core.group_op_faculty").name = "Lecturer"
        self.users[0].idnumber = self.users[0].email = ""
        self.add_session("P")
        self.sync()
        gap = self.gaps(kind="unmatched_student")[:1]
        manager = new_test_user(self.env, "t-manager-alone", f"base.group_user,{MANAGER}")
        self.skip_where_all_read_students(manager)
        Wizard = self.env["moodle.gap.map"].with_user(manager)
        with self.assertRaisesRegex(UserError, "Lecturer"):
            Wizard.with_context(default_gap_id=gap.id).default_get(["gap_id"])
