"""No company reaches into another."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import MoodleCase

MANAGER = "openeducat_attendance.group_op_attendance_manager"
FACULTY = "openeducat_core.group_op_faculty"


class TwoCompaniesCase(MoodleCase):
    """A manager and an administrator of company B, which has a Moodle of its own; what
    has happened so far is company A's."""

    def setUp(self):
        super().setUp()
        self.session = self.add_session("P")
        stranger = self.moodle.add_user("stranger", "Who", "Knows")
        self.moodle.enrol(self.moodle_course, stranger)
        self.moodle.mark(self.session, stranger, "P", by=self.teacher)
        self.sync()
        self.other = self.env["res.company"].create({"name": "Other school"})
        self.their_instance = self.env["moodle.instance"].create(
            {
                "name": "Their Moodle",
                "url": "https://their.example",
                "company_id": self.other.id,
                "user_id": False,
            }
        )
        self.manager = self.make_user("t-other", MANAGER)
        self.gap = self.gaps(kind="unmatched_student")

    def make_user(self, login, groups, company=None):
        company = company or self.other
        return new_test_user(
            self.env, login, f"base.group_user,{groups}",
            company_id=company.id, company_ids=[(6, 0, company.ids)],
        )  # fmt: skip

    def their_mapping(self, **values):
        return self.env["moodle.mapping"].with_user(self.manager).create(
            {
                "instance_id": self.their_instance.id,
                "model": "op.student",
                "moodle_id": 4711,
                "oec_record_id": self.students[0].id,
                **values,
            }
        )  # fmt: skip


@tagged("post_install", "-at_install")
class TestMappings(TwoCompaniesCase):
    def test_what_it_is_about_is_fixed(self):
        mapping = self.their_mapping()
        for name, value in (
            ("instance_id", self.instance.id),
            ("model", "op.batch"),
            ("moodle_id", self.users[0].id),
        ):
            for records in (mapping, mapping.sudo()):
                with self.subTest(field=name), self.assertRaises(UserError):
                    records.write({name: value})
        mapping.write({"instance_id": self.their_instance.id, "moodle_id": 4711})

    def test_none_is_made_for_another_companys_instance(self):
        with self.assertRaises(AccessError):
            self.their_mapping(instance_id=self.instance.id)
        mapping = self.their_mapping()
        with self.assertRaises(AccessError):
            mapping.write({"company_id": self.instance.company_id.id})
        with self.assertRaises(AccessError):
            self.their_mapping(moodle_id=4712, company_id=self.instance.company_id.id)

    def test_what_a_run_or_a_gap_is_about_is_fixed(self):
        with self.own_cursors():
            self.instance.action_preview()
        for record, values in (
            (self.gap, {"instance_id": self.their_instance.id}),
            (self.gap, {"key": "another"}),
            (self.env["moodle.sync.run"].search([], limit=1), {"instance_id": 0}),
            (self.env["moodle.sync.report"].search([], limit=1), {"kind": "verify"}),
            (self.env["moodle.sync.report.line"].search([], limit=1), {"run_id": False}),
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                record.write(values)

    def test_a_gap_and_its_run_are_of_one_company(self):
        run = self.env["moodle.sync.run"].create(
            {"instance_id": self.their_instance.id, "trigger": "shell"}
        )
        with self.assertRaises(UserError):
            self.gap.run_id = run

    def test_only_what_the_screens_need_is_written(self):
        mapping = self.their_mapping()
        for values in (
            {"moodle_name": "x"},
            {"moodle_idnumber": "x"},
            {"extra_data": {"sessions": {}}},
            {"sync_hash": "x"},
            {"last_success": "2099-01-01"},
            {"error_message": "x"},
            {"found_by": "idnumber"},
        ):
            with self.subTest(values=values):
                with self.assertRaises(AccessError):
                    mapping.write(values)
                with self.assertRaises(AccessError):
                    self.their_mapping(moodle_id=4712, **values)
        given = mapping.with_context(default_found_by="idnumber", default_moodle_name="x")
        made = given.create(
            {
                "instance_id": self.their_instance.id,
                "model": "op.student",
                "moodle_id": 4713,
                "oec_record_id": self.students[0].id,
            }
        )
        self.assertEqual((made.found_by, made.moodle_name), ("manual", False))

    def test_a_gap_is_written_by_nobody(self):
        manager = self.make_user("t-ours", MANAGER, self.instance.company_id)
        gap = self.gap.with_user(manager)
        for values in ({"record_model": "res.users"}, {"name": "x"}, {"state": "closed"}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                gap.write(values)
        gap.action_ignore()
        self.assertEqual(gap.state, "ignored")
        gap.action_reopen()
        self.assertEqual(gap.state, "open")
        theirs = gap.with_user(self.manager)
        for call in (theirs.action_ignore, theirs.action_map, theirs.action_open_moodle):
            with self.assertRaises(AccessError):
                call()

    def test_correcting_a_row_of_the_synchronisation_makes_it_one_by_hand(self):
        manager = self.make_user("t-ours", MANAGER, self.instance.company_id)
        rows = self.env["moodle.mapping"].with_user(manager)
        row = rows.search([("model", "=", "op.student")], limit=1)
        self.assertEqual(row.found_by, "idnumber")
        row.oec_record_id = self.students[1].id
        self.assertEqual(row.found_by, "manual")


@tagged("post_install", "-at_install")
class TestNames(TwoCompaniesCase):
    """Stand-ins and OpenEduCat of 2025: an attendance manager reads no students."""

    def setUp(self):
        super().setUp()
        self.ours = self.make_user("t-ours", MANAGER, self.instance.company_id)

    def test_a_number_typed_in_shows_no_name(self):
        self.assertFalse(self.env["op.student"].with_user(self.manager).has_access("read"))
        mapping = self.their_mapping()
        self.assertEqual(mapping.record_name, f"#{self.students[0].id}")
        mapping.oec_record_id = self.students[1].id
        self.assertEqual(mapping.record_name, f"#{self.students[1].id}")
        seen = self.make_user("t-faculty", f"{MANAGER},{FACULTY}")
        self.assertEqual(mapping.with_user(seen).record_name, self.students[1].display_name)

    def test_a_form_shows_no_name(self):
        spec = {"record_name": {}, "oec_record_id": {"fields": {"display_name": {}}}}
        name = self.students[0].name
        values = {
            "model": "op.student", "oec_record_id": self.students[0].id, "found_by": "idnumber",
        }  # fmt: skip
        for records in (
            self.env["moodle.mapping"].with_user(self.manager),
            self.env["moodle.mapping"]
            .search([("oec_record_id", "=", self.students[2].id)], limit=1)
            .with_user(self.ours),
        ):
            for changed in ([], list(values)):
                self.assertNotIn(name, str(records.onchange(values, changed, spec)))

    def test_the_synchronisations_own_rows_do(self):
        row = self.env["moodle.mapping"].search([("oec_record_id", "=", self.students[0].id)])
        self.assertEqual(row.with_user(self.ours).record_name, self.students[0].display_name)


@tagged("post_install", "-at_install")
class TestForms(TwoCompaniesCase):
    """Odoo fills in the names of what a form's values point to, and related fields."""

    def refused(self, records, values, spec):
        for changed in ([], list(values)):
            with self.assertRaises(AccessError):
                records.onchange(dict(values), changed, spec)

    def names(self, *fields):
        return {name: {"fields": {"display_name": {}}} for name in fields}

    def test_another_companys_records_in_a_form(self):
        for model, values, related in (
            ("moodle.backfill", {"instance_id": self.instance.id}, ("needs_backfill",)),
            ("moodle.gap.map", {"gap_id": self.gap.id}, ("name", "maps")),
            ("moodle.mapping", {"instance_id": self.instance.id}, ()),
        ):
            records = self.env[model].with_user(self.manager)
            spec = {**self.names(*values), **{name: {} for name in related}}
            with self.subTest(model=model):
                self.refused(records, values, spec)
                defaults = {f"default_{name}": value for name, value in values.items()}
                with self.assertRaises(AccessError):
                    records.with_context(**defaults).default_get(list(spec))
                with self.assertRaises(AccessError):
                    records.web_save(values, spec)

    def test_a_wizard_is_not_turned_to_another_company(self):
        instance = self.their_instance.id
        wizard = self.env["moodle.backfill"].with_user(self.manager).create({"instance_id": instance})
        with self.assertRaises(AccessError):
            wizard.write({"instance_id": self.instance.id})
        with self.assertRaises(AccessError):
            wizard.web_save({"instance_id": self.instance.id}, self.names("instance_id"))

    def test_what_may_not_be_read_is_not_chosen(self):
        manager = self.make_user("t-ours", MANAGER, self.instance.company_id)
        wizards = self.env["moodle.gap.map"].with_user(manager)
        values = {"gap_id": self.gap.id, "student_id": self.students[0].id}
        spec = self.names("student_id")
        with self.assertRaises(AccessError):
            wizards.onchange(values, ["student_id"], spec)
        with self.assertRaises(AccessError):
            wizards.web_save(values, spec)

    def test_nobody_elses_form_shows_addresses(self):
        portal = new_test_user(self.env, "t-portal", "base.group_portal")
        nobody = new_test_user(self.env, "t-nobody", "base.group_user")
        seen = self.sheets.moodle_seen
        for user in (portal, nobody, self.env.ref("base.public_user")):
            for model, values in (
                ("moodle.sync.gap", {"instance_id": self.instance.id, "kind": "refused", "unit": 1}),
                (
                    "op.attendance.sheet",
                    {
                        "moodle_instance_id": self.instance.id, "moodle_session_id": 1,
                        "moodle_seen": seen, "attendance_date": "2026-11-03",
                    },
                ),
                (
                    "op.attendance.register",
                    {
                        "moodle_instance_id": self.instance.id, "subject_id": self.algebra.id,
                        "course_id": self.course.id,
                    },
                ),
            ):  # fmt: skip
                with self.subTest(user=user.login, model=model):
                    records = self.env[model].with_user(user)
                    try:
                        shown = records.onchange(values, list(values), {"moodle_url": {}})
                    except AccessError:
                        continue
                    self.assertNotIn(self.server.url, str(shown))


@tagged("post_install", "-at_install")
class TestAddresses(TwoCompaniesCase):
    def test_only_the_schools_staff_sees_where_a_sheet_is_in_moodle(self):
        portal = new_test_user(self.env, "t-portal", "base.group_portal")
        nobody = new_test_user(self.env, "t-nobody", "base.group_user")
        for records in (self.sheets, self.registers):
            self.assertIn(self.server.url, records.moodle_url)
            self.assertIn(self.server.url, records.action_open_moodle()["url"])
            staff = records.with_user(self.manager)
            self.assertIn(self.server.url, staff.moodle_url)
            self.assertIn(self.server.url, staff.action_open_moodle()["url"])
            for user in (portal, nobody, self.env.ref("base.public_user")):
                with self.subTest(user=user.login, model=records._name):
                    theirs = records.with_user(user)
                    with self.assertRaises(AccessError):
                        theirs.action_open_moodle()
                    self.assertFalse(theirs.moodle_url)
            # What a portal page of another module reads by superuser.
            self.assertFalse(records.with_user(portal).sudo().moodle_url)
