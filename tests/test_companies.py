"""No company reaches into another, and no company has one Moodle twice."""

import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..services.domain import matching
from ..services.domain.site_key import site_key
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

    def test_the_company_of_an_instance_is_one_of_the_administrators(self):
        admin = self.make_user("t-admin", "base.group_system")
        instance = self.their_instance.with_user(admin)
        instance.name = "Ours"
        with self.assertRaises(AccessError):
            instance.company_id = self.instance.company_id
        with self.assertRaises(AccessError):
            instance.copy({"company_id": self.instance.company_id.id})

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
        self.skip_where_all_read_students(self.manager)
        mapping = self.their_mapping()
        self.assertEqual(mapping.record_name, f"#{self.students[0].id}")
        mapping.oec_record_id = self.students[1].id
        self.assertEqual(mapping.record_name, f"#{self.students[1].id}")
        seen = self.make_user("t-faculty", f"{MANAGER},{FACULTY}")
        self.assertEqual(mapping.with_user(seen).record_name, self.students[1].display_name)

    def test_a_form_shows_no_name(self):
        self.skip_where_all_read_students(self.manager)
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
        wizard = (
            self.env["moodle.backfill"].with_user(self.manager).create({"instance_id": instance})
        )
        with self.assertRaises(AccessError):
            wizard.write({"instance_id": self.instance.id})
        with self.assertRaises(AccessError):
            wizard.web_save({"instance_id": self.instance.id}, self.names("instance_id"))

    def test_what_may_not_be_read_is_not_chosen(self):
        manager = self.make_user("t-ours", MANAGER, self.instance.company_id)
        self.skip_where_all_read_students(manager)
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


SPELLINGS = {
    "https://moodle.example": "moodle.example",
    "http://moodle.example": "moodle.example",
    "HTTPS://Moodle.Example/": "moodle.example",
    "https://moodle.example:443//": "moodle.example",
    "http://moodle.example:80": "moodle.example",
    "https://moodle.example.": "moodle.example",
    " https://moodle.example/webservice/rest/server.php ": "moodle.example",
    "https://moodle.example:80": "moodle.example:80",
    "https://moodle.example:8443": "moodle.example:8443",
    "https://www.moodle.example": "www.moodle.example",
    "https://moodle.example/School/": "moodle.example/School",
    "https://[::1]:8080": "[::1]:8080",
    "https://moodle.example:x": "",
    "moodle.example": "",
    "": "",
}


@tagged("post_install", "-at_install")
class TestOneMoodle(TwoCompaniesCase):
    def make(self, url, **values):
        return self.env["moodle.instance"].create({"name": "Twin", "url": url, **values})

    def test_spellings(self):
        for url, key in SPELLINGS.items():
            self.assertEqual(site_key(url), key, url)

    def test_a_second_instance_is_refused(self):
        self.make("https://moodle.example")
        for url in (
            "http://Moodle.Example:80/",
            "https://moodle.example:443",
            "HTTPS://MOODLE.EXAMPLE",
        ):
            with self.subTest(url=url), self.assertRaises(ValidationError):
                self.make(url)
        self.make("https://www.moodle.example")
        self.make("https://moodle.example", company_id=self.other.id, user_id=False)

    def test_a_copy_with_a_token_waits_for_an_address(self):
        copy = self.instance.copy()
        copy.token = "T"
        self.assertFalse(copy.active)
        with self.assertRaises(ValidationError):
            copy.action_unarchive()
        copy.url = "https://new.example"
        copy.action_unarchive()
        for values in ({"url": self.instance.url}, {"url": f"{self.instance.url}/"}):
            with self.assertRaises(ValidationError):
                copy.write(values)

    def test_another_company_takes_it_only_without_a_twin(self):
        twin = self.make(self.instance.url, company_id=self.other.id, user_id=False)
        with self.assertRaises(ValidationError):
            twin.company_id = self.instance.company_id

    def test_an_archived_one_with_sheets_comes_back_instead(self):
        self.instance.active = False
        with self.assertRaises(ValidationError):
            self.make(self.instance.url)
        self.sheets.unlink()
        self.make(self.instance.url)
        with self.assertRaises(ValidationError):
            self.instance.active = True

    @mute_logger("odoo.sql_db")
    def test_two_at_once(self):
        twin = self.make("https://new.example")
        self.env.flush_all()
        with self.assertRaises(psycopg2.IntegrityError), self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE moodle_instance SET site_key = %s WHERE id = %s",
                (self.instance.site_key, twin.id),
            )


@tagged("post_install", "-at_install")
class TestSharedMoodle(TwoCompaniesCase):
    """Where subjects or courses have a company, which OpenEduCat's own have not."""

    def test_whose_a_record_is(self):
        rows = [
            {"id": 1, "company_id": 7},
            {"id": 2, "company_id": 8},
            {"id": 3, "company_id": False},
        ]
        self.assertEqual(matching.foreign_rows(rows, (7, 5)), {2})
        self.assertEqual(matching.foreign_rows([{"id": 1}], ()), frozenset())

    def test_another_companys_course_is_no_gap(self):
        def match(idnumber="", shortname="", links=(), **foreign):
            table = matching.CourseTable({1: "ALG"}, {1: "BSC"}, dict(links), **foreign)
            course = type("Course", (), {"id": 9, "idnumber": idnumber, "shortname": shortname})
            return matching.match_course(course, table)

        theirs = {"foreign_subjects": frozenset({2}), "foreign_courses": frozenset({3})}
        for idnumber in ("oec_subj_2_course_1", "oec_subj_1_course_3"):
            found = match(idnumber, **theirs)
            self.assertEqual((found.pair, found.why), (None, ""))
        self.assertEqual(match("oec_subj_1_course_1", **theirs).pair, (1, 1))
        self.assertEqual(match("oec_subj_5_course_1", **theirs).why, "idnumber_unknown")
        gone = match(links={9: matching.CourseLink((2, 1), "manual")}.items(), **theirs)
        self.assertEqual(gone.why, "course_manual_gone")
