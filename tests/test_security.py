"""Who may do and see what; and where the token is not."""

import logging

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import MoodleCase

MANAGER = "openeducat_attendance.group_op_attendance_manager"
MODELS = (
    "moodle.instance",
    "moodle.mapping",
    "moodle.sync.gap",
    "moodle.sync.outcome",
    "moodle.sync.report",
    "moodle.sync.report.line",
    "moodle.sync.run",
)
USER = "openeducat_attendance.group_op_attendance_user"


@tagged("post_install", "-at_install")
class TestToken(MoodleCase):
    def test_it_never_comes_back(self):
        admin = self.instance.with_user(self.env.ref("base.user_admin"))
        self.assertTrue(admin.has_token)
        self.assertFalse(admin.token)
        self.assertEqual(admin.read(["token"])[0]["token"], False)
        self.assertEqual(admin.export_data(["token"])["datas"], [[""]])
        self.assertNotIn(self.token, str(admin.read()))
        for call in (
            lambda: admin.read(["token_secret"]),
            lambda: admin.export_data(["token_secret"]),
            lambda: admin.search([("token_secret", "=like", "T%")]),
            lambda: admin.write({"token_secret": "x"}),
            lambda: admin.search([("token", "!=", False)]),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_saving_a_form_does_not_echo_it(self):
        admin = self.env.ref("base.user_admin")
        instances = self.env["moodle.instance"].with_user(admin)
        values = {"name": "Typed", "url": "https://moodle.example", "token": "typed"}
        (saved,) = instances.web_save(values, {"token": {}, "has_token": {}})
        self.assertEqual((saved["token"], saved["has_token"]), (False, True))
        (saved,) = instances.browse(saved["id"]).web_save({"token": "again"}, {"token": {}})
        self.assertFalse(saved["token"])

    def test_it_is_kept_when_the_rest_is_saved_and_can_be_replaced(self):
        self.instance.name = "Renamed"
        self.assertTrue(self.instance.has_token)
        self.instance.token = " new "
        self.assertEqual(self.instance.token_secret, "new")
        self.assertFalse(self.instance.copy().has_token)

    def test_it_is_in_no_log_run_gap_or_message(self):
        self.add_session("PA")
        with self.assertLogs("", logging.DEBUG) as logs:
            self.sync()
            self.server.site.maintenance = "admin"
            self.sync()
            self.instance.action_test_connection()
            self.server.stop()
            self.sync()
            self.instance.action_test_connection()
        # What PostgreSQL is told is the one place where it has to stand.
        lines = [line for line in logs.output if "odoo.sql_db" not in line]
        self.assertNotIn(self.token, "\n".join(lines))
        for model in ("moodle.sync.run", "moodle.sync.gap", "moodle.mapping"):
            self.assertNotIn(self.token, str(self.env[model].search([]).read()))
        self.assertFalse(
            any(self.token in f"{call.path}{call.query}" for call in self.server.calls)
        )


@tagged("post_install", "-at_install")
class TestRights(MoodleCase):
    def setUp(self):
        super().setUp()
        self.add_session("P")
        stranger = self.moodle.add_user("stranger", "Who", "Knows")
        self.moodle.enrol(self.moodle_course, stranger)
        self.moodle.mark(self.moodle.sessions[1], stranger, "P", by=self.teacher)
        self.sync()
        self.manager = new_test_user(self.env, "t-manager", f"base.group_user,{MANAGER}")
        self.user = new_test_user(self.env, "t-user", f"base.group_user,{USER}")

    def test_attendance_managers_sync_and_may_change_no_instance(self):
        instance = self.instance.with_user(self.manager)
        for call in (
            lambda: instance.write({"url": "https://elsewhere.example"}),
            lambda: instance.write({"token": "mine"}),
            lambda: instance.read(["token"]),
            lambda: instance.search([("token", "!=", False)]),
            lambda: instance.search([("token_secret", "=like", "T%")]),
            lambda: instance.search([], order="token_secret"),
            lambda: instance.copy(),
            lambda: instance.unlink(),
            lambda: instance.action_test_connection(),
            lambda: instance.action_setup_next(),
            lambda: instance.action_setup_finish(),
        ):
            with self.assertRaises(AccessError):
                call()
        export = self.env.ref("base.group_allow_export")
        self.manager.write({self.groups_field: [(4, export.id)]})
        for name in ("token", "token_secret"):
            with self.assertRaises(AccessError):
                instance.export_data([name])
        self.assertNotIn(self.token, str(instance.read()))
        self.assertNotIn("token", instance.fields_get())
        self.assertEqual(self.sync(instance).state, "done")
        with self.own_cursors():
            self.assertEqual(instance.preview_attendance().differences, 0)
        self.assertTrue(
            self.env["moodle.sync.run"].with_user(self.manager).search([], limit=1).summary
        )
        gap = self.env["moodle.sync.gap"].with_user(self.manager).search([])
        self.assertTrue(gap.name)
        gap.action_ignore()
        self.assertEqual(gap.state, "ignored")
        with self.assertRaises(AccessError):
            gap.unlink()

    def test_attendance_users_see_none_of_it(self):
        for model in MODELS:
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.user).search([])
        with self.assertRaises(AccessError):
            self.instance.with_user(self.user).action_sync_now()

    def test_another_companys_moodle_is_not_seen(self):
        other = self.env["res.company"].create({"name": "Other school"})
        manager = new_test_user(
            self.env, "t-other", f"base.group_user,{MANAGER}",
            company_id=other.id, company_ids=[(6, 0, other.ids)],
        )  # fmt: skip
        self.line(self.moodle.sessions[1], 1).write({"present": False, "late": True})
        with self.own_cursors():
            self.instance.action_preview()
        for model in MODELS:
            self.assertTrue(self.env[model].search([]), model)
            self.assertFalse(self.env[model].with_user(manager).search([]), model)

    def test_teachers_may_go_on_marking(self):
        sheet = self.sheets.with_user(self.user)
        line = sheet.attendance_line
        line.write({"present": False, "late": True})
        self.env.flush_all()
        self.assertTrue(self.line(self.moodle.sessions[1], 1).moodle_marked_at)


@tagged("post_install", "-at_install")
class TestInstance(MoodleCase):
    def test_addresses_are_checked(self):
        for url in ("ftp://moodle.example", "https://user:pass@moodle.example", "https://a.b/?x=1"):
            with self.assertRaises(ValidationError):
                self.instance.url = url

    def test_a_mapping_by_hand_is_checked(self):
        values = {"instance_id": self.instance.id, "moodle_id": 7}
        for wrong in (
            {"model": "op.subject", "oec_record_id": self.algebra.id},
            {"model": "op.student", "oec_record_id": 10**6},
            {"model": "op.student", "oec_record_id": self.students[0].id, "moodle_id": 0},
        ):
            with self.assertRaises(ValidationError):
                self.env["moodle.mapping"].create({**values, **wrong})

    def test_who_marked_a_line(self):
        session = self.add_session("P")
        self.sync()
        line = self.line(session, 1)
        self.assertFalse(line.moodle_marked_at)
        line.remark = "no mark"
        self.assertFalse(line.moodle_marked_at)
        line.write({"present": False, "absent": True})
        self.assertTrue(line.moodle_marked_at)
