"""OpenEduCat's attendance type never contradicts the mark that a pull has brought."""

from importlib import import_module

from odoo.tests import BaseCase, tagged

from ..services.domain import plan as p
from ..services.domain.marks import Mark
from ..services.domain.pull import line_plan
from ..services.domain.records import AttendanceTypes
from ..services.domain.status import FIELDS
from . import builders as b
from .builders import START
from .common import MoodleCase

TYPES = AttendanceTypes({1: "P", 2: "A", 3: "P", 4: None}, {"P": 1, "A": 2})


@tagged("post_install", "-at_install")
class TestTypeOfALine(BaseCase):
    def check(self, type_id, status, mark, wanted, action, base="same"):
        base = status if base == "same" else base
        line = b.r.Line(9, 1, 101, status, base, "", True, type_id=type_id)
        plan = line_plan(line, Mark(101, mark), TYPES)
        self.assertEqual((plan and plan.action, plan and plan.type_id), (action, wanted))

    def test_lines(self):
        for values in (
            (0, "P", "P", None, None),  # empty contradicts nothing
            (1, "P", "P", None, None),
            (3, "P", "P", None, None),  # another one that fits
            (2, "P", "P", 1, p.TYPE),
            (4, "P", "P", 1, p.TYPE),
            (2, "E", "E", 0, p.TYPE),  # no type for excused: emptied
            (1, "P", "A", 2, p.UPDATE),
            (0, "P", "A", 2, p.UPDATE),
            (2, "P", "A", None, p.UPDATE),  # it fits already
            (1, "P", "E", 0, p.UPDATE),
            (0, "P", "E", None, p.UPDATE),
            (77, "P", "P", None, None),  # made since the types were read
        ):
            with self.subTest(values):
                self.check(*values)

    def test_new_lines(self):
        self.assertEqual(line_plan(None, Mark(1, "A"), TYPES).type_id, 2)
        self.assertIsNone(line_plan(None, Mark(1, "E"), TYPES).type_id)


@tagged("post_install", "-at_install")
class TestTypes(MoodleCase):
    def setUp(self):
        super().setUp()
        self.Type = self.env["op.attendance.type"]
        self.Type.search([]).active = False
        # Until 2025 OpenEduCat's types know no companies.
        self.companies = "company_id" in self.Type._fields
        company = {"company_id": self.instance.company_id.id} if self.companies else {}
        self.types = {
            status: self.Type.create({"name": name, name: True, **company})
            for status, name in FIELDS.items()
        }

    def type_of(self, session):
        return self.lines(session).mapped(lambda line: line.attendance_type_id.name or "-")

    def test_new_changed_and_unchanged(self):
        session = self.add_session("PALE")
        self.sync()
        self.assertEqual(self.type_of(session), ["present", "absent", "late", "excused"])
        self.mark(session, "AALE")
        self.sync()
        self.assertEqual(self.type_of(session)[0], "absent")
        before = self.lines(session).mapped("write_date")
        self.sync()
        self.assertEqual(self.lines(session).mapped("write_date"), before)

    def test_one_that_contradicts_is_put_right(self):
        session = self.add_session("PALE")
        self.sync()
        self.lines(session)[0].attendance_type_id = self.types["E"]
        result = self.sync()
        self.assertEqual(self.type_of(session)[0], "present")
        self.assertEqual(result.counters["types_corrected"], 1)

    def test_none_two_of_another_company_and_archived(self):
        if not self.companies:
            self.skipTest("OpenEduCat's types know no companies")
        self.types["L"].active = False
        self.types["E"].company_id = self.env["res.company"].create({"name": "Other"})
        self.Type.create(
            {"name": "again", "absent": True, "company_id": self.instance.company_id.id}
        )
        shared = self.Type.create({"name": "shared", "excused": True, "company_id": False})
        self.Type.create({"name": "odd", "present": True, "late": True})
        session = self.add_session("PALE")
        self.sync()
        self.assertEqual(self.type_of(session), ["present", "-", "-", "shared"])
        self.lines(session)[1].attendance_type_id = shared
        self.sync()
        self.assertEqual(self.type_of(session)[1], "-", "emptied")

    def test_where_openeducat_is_right_its_lines_are_not_touched(self):
        self.instance.sync_attendance_from = "oec"
        session = self.add_session("PPPP")
        sheet = self.make_sheet("PALE")
        # OpenEduCat keeps no order among the lines of a day.
        line = sheet.attendance_line[0]
        line.attendance_type_id = self.types["E"]
        self.sync()
        self.sync()
        self.assertEqual(self.moodle_marks(session), "PALE..")
        self.assertEqual(line.attendance_type_id, self.types["E"])


@tagged("post_install", "-at_install")
class TestMarksOfTheType(TestTypes):
    """A school's own OpenEduCat, in which the four booleans of a line are those of its type:
    to write them would change the type for all its lines."""

    def setUp(self):
        super().setUp()
        for module in ("services.openeducat.plan_applier", "models.op_attendance_line"):
            self.patch(
                import_module(f"odoo.addons.openeducat_moodle_attendance.{module}"),
                "marks_follow_type",
                lambda env: True,
            )
        # What the related fields would do.
        Line = type(self.env["op.attendance.line"])
        for method in ("create", "write"):
            self.addCleanup(setattr, Line, method, getattr(Line, method))
        original_create, original_write = Line.create, Line.write

        def of_type(values):
            assert not set(FIELDS.values()) & set(values), values
            chosen = self.Type.browse(values.get("attendance_type_id"))
            if "attendance_type_id" not in values:
                return values
            return {**values, **{name: chosen[name] for name in FIELDS.values()}}

        def create(lines, vals_list):
            return original_create(lines, [of_type(values) for values in vals_list])

        Line.create = create
        Line.write = lambda lines, values: original_write(lines, of_type(values))

    def test_none_two_of_another_company_and_archived(self):
        self.types["L"].active = False
        session = self.add_session("PAEE")
        other = self.add_session("PL", starts=START + 86400)
        result = self.sync()
        self.assertEqual(result.state, "done")
        self.assertEqual(self.statuses(session), "PAEE")
        self.assertFalse(self.lines(other), "a session is written wholly or not at all")
        (gap,) = self.gaps(state="open")
        self.assertIn("exactly one active attendance type for Late", gap.name)

    # There a contradicting type is a changed mark, and is put back as one.
    test_one_that_contradicts_is_put_right = None
    test_where_openeducat_is_right_its_lines_are_not_touched = None

    def test_a_person_who_changes_the_type_has_marked(self):
        session = self.add_session("PA")
        self.sync()
        line = self.lines(session)[0]
        self.assertFalse(line.moodle_marked_at)
        line.attendance_type_id = self.types["E"]
        self.assertTrue(line.moodle_marked_at)
