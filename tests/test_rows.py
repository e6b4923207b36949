"""Rows are read without a record each, and are what ``search_read`` gives."""

from unittest.mock import patch

from odoo import models
from odoo.tests import tagged

from ..services.openeducat.local_store import LINE_FIELDS, QUIET, TIME_FIELDS
from ..services.openeducat.rows import (
    copied_fields,
    copied_values,
    each_tuple,
    read_rows,
    read_rows_of_any,
)
from .builders import START
from .common import MoodleCase

# What is each row's own.
ITS_OWN = ("id", "name", "create_date", "write_date")


@tagged("post_install", "-at_install")
class TestRows(MoodleCase):
    def setUp(self):
        super().setUp()
        self.add_session("PALE")
        self.add_session("PA", starts=START + 86400)
        self.sync()
        self.lines_here = self.env["op.attendance.line"].search(
            [("attendance_id", "in", self.sheets.ids)], order="id"
        )
        self.quiet = self.env(context=QUIET)

    def same(self, model, domain, fields, order=None):
        """What both ways give, which is the same."""
        rows = read_rows(self.quiet, model, domain, fields, order)
        wanted = self.quiet[model].search_read(domain, fields, load=None, order=order)
        self.assertEqual(rows, wanted)
        return rows

    def test_as_search_read_has_them(self):
        self.lines_here[0].write({"active": False, "remark": False})
        self.lines_here[1].remark = "ill"
        self.env.cr.execute(
            "UPDATE op_attendance_line SET present = NULL, create_uid = NULL WHERE id = %s",
            (self.lines_here[2].id,),
        )
        rows = self.same(
            "op.attendance.line",
            [("attendance_id", "in", self.sheets.ids)],
            LINE_FIELDS + TIME_FIELDS,
            "id",
        )
        self.assertEqual(len(rows), 6, "the archived one, too")
        self.tuples_are(rows)

    def tuples_are(self, rows):
        """The same lines, by what a tuple holds of each; of what is empty either says so."""
        names = LINE_FIELDS + TIME_FIELDS
        domain = [("attendance_id", "in", self.sheets.ids)]
        tuples = each_tuple(self.quiet, "op.attendance.line", domain, names, "id")
        self.assertEqual(
            [tuple(value or None for value in row) for row in tuples],
            [tuple(row[name] or None for name in names) for row in rows],
        )

    def test_tuples_where_a_field_is_no_column(self):
        rows = each_tuple(self.quiet, "op.attendance.line", [], ["id", "moodle_differs"], "id")
        self.assertEqual(list(rows), [(line.id, False) for line in self.lines_here])

    def test_of_other_kinds(self):
        self.same("op.attendance.sheet", [], ["moodle_session_id", "session_id", "moodle_starts",
                                              "attendance_date", "moodle_points", "state"])  # fmt: skip
        self.same(
            "moodle.mapping",
            [("model", "=", "op.student")],
            ["moodle_id", "found_by", "oec_record_id"],
        )
        self.same("op.attendance.sheet", [("id", "in", [])], ["name"])

    def test_a_value_that_is_not_written_yet(self):
        line = self.quiet["op.attendance.line"].browse(self.lines_here[0].id)
        line.remark = "just now"
        found = read_rows(
            self.quiet, "op.attendance.line", [("remark", "=", "just now")], ["remark"]
        )
        self.assertEqual(found, [{"id": line.id, "remark": "just now"}])

    def test_a_field_that_is_no_column(self):
        """As a school's own OpenEduCat may have it."""
        domain = [("id", "in", self.lines_here.ids)]
        names = ["present", "moodle_differs", "remark"]
        self.same("op.attendance.line", domain, names)
        either = [[("id", "=", self.lines_here[0].id)], [("id", "=", self.lines_here[1].id)]]
        rows = read_rows_of_any(self.quiet, "op.attendance.line", either, names, "id desc")
        wanted = self.quiet["op.attendance.line"].browse(
            self.lines_here[:2].sorted("id", reverse=True).ids
        )
        self.assertEqual(rows, wanted.read(names, load=None))

    def test_of_any(self):
        first, second = self.sheets.sorted("id").ids
        for domains, wanted in (
            ([[("id", "=", second)], [("id", "in", [])]], [second]),
            ([[("id", "=", second)], [("id", "in", [first, second])]], [first, second]),
            ([[("id", "in", [])]], []),
        ):
            with self.subTest(domains):
                rows = read_rows_of_any(self.quiet, "op.attendance.sheet", domains, ["state"], "id")
                self.assertEqual(rows, [{"id": id_, "state": "done"} for id_ in wanted])

    def test_no_record_is_made(self):
        Line = self.env.registry["op.attendance.line"]
        with patch.object(Line, "search_read", side_effect=AssertionError):
            self.assertTrue(read_rows(self.quiet, "op.attendance.line", [], LINE_FIELDS))


@tagged("post_install", "-at_install")
class TestCopied(MoodleCase):
    """What comes along with a new row is what the ORM itself would update it to."""

    def setUp(self):
        super().setUp()
        self.session = self.add_session("PALE", group=self.groups[0])
        self.sync()
        self.quiet = self.env(context=QUIET)

    def row(self, record):
        """All that the database holds of it, but for what names the row itself."""
        self.env.flush_all()
        self.env.cr.execute(f"SELECT * FROM {record._table} WHERE id = %s", (record.id,))
        row = dict(zip([column.name for column in self.env.cr.description],
                       self.env.cr.fetchone(), strict=True))  # fmt: skip
        return {name: value for name, value in row.items() if name not in ITS_OWN}

    def test_which(self):
        Line = self.env["op.attendance.line"]
        wanted = {
            "attendance_date": ["attendance_date"],
            "register_id": ["register_id"],
            "course_id": ["register_id", "course_id"],
            "batch_id": ["register_id", "batch_id"],
        }
        # The state is one of them since 2025, and no column.
        self.assertEqual(copied_fields(Line, "attendance_id"), wanted)
        self.assertEqual(copied_fields(Line, "student_id"), {})
        self.assertEqual(
            copied_fields(self.env["op.attendance.sheet"], "register_id").keys(),
            {"course_id", "batch_id"},
        )

    def test_the_same_rows_as_by_a_plain_create(self):
        (sheet,) = self.sheets
        for record, link in (
            (self.lines(self.session)[0], "attendance_id"),
            (sheet, "register_id"),
        ):
            with self.subTest(record._name):
                ours = self.row(record)
                names = copied_fields(record, link)
                self.assertTrue(all(ours[name] for name in names), ours)
                plain = {
                    name: value
                    for name, value in ours.items()
                    if name not in names and name not in models.MAGIC_COLUMNS
                }
                record.unlink()
                again = self.quiet[record._name].create(plain)
                self.assertEqual(self.row(again), ours)

    def test_without_any(self):
        (sheet,) = self.sheets
        self.assertEqual(copied_values(self.quiet["op.attendance.line"], {}, sheet), {})

    def test_a_wrong_one_is_corrected(self):
        """So that what comes along is a matter of speed alone."""
        (sheet,) = self.sheets
        line = self.lines(self.session)[0]
        student = line.student_id
        line.unlink()
        values = {"attendance_id": sheet.id, "student_id": student.id}
        line = self.quiet["op.attendance.line"].create({**values, "attendance_date": "2001-01-01"})
        self.env.flush_all()
        self.assertEqual(line.attendance_date, sheet.attendance_date)
