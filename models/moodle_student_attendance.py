from odoo import api, fields, models
from odoo.tools import SQL

from ..services.domain.status import FIELDS


class MoodleStudentAttendance(models.Model):
    """Attendance per student and course, from sheets that were taken, wherever their marks
    come from. Read from the lines each time, so it can't be out of date."""

    _name = "moodle.student.attendance"
    _inherit = "moodle.guarded"
    _description = "Attendance of a Student"
    _auto = False
    _order = "last_date desc nulls last, id"
    _depends = {
        "op.attendance.line": ["active", "attendance_id", "student_id", *FIELDS.values()],
        "op.attendance.sheet": [
            "active", "attendance_date", "moodle_instance_id", "register_id", "state",
        ],
        "op.attendance.register": ["batch_id", "course_id", "subject_id"],
        "moodle.instance": ["company_id"],
    }  # fmt: skip

    student_id = fields.Many2one("op.student", readonly=True)
    course_id = fields.Many2one("op.course", readonly=True)
    subject_id = fields.Many2one("op.subject", readonly=True)
    batch_id = fields.Many2one("op.batch", readonly=True, help="Of the newest mark.")
    company_id = fields.Many2one("res.company", readonly=True)
    last_date = fields.Date(
        "Last date of attendance",
        readonly=True,
        aggregator="max",
        help="The last day on which the student was present or late.",
    )
    last_mark = fields.Date("Last mark", readonly=True, aggregator="max")
    marks = fields.Integer(readonly=True)
    present = fields.Integer(readonly=True)
    absent = fields.Integer(readonly=True)
    late = fields.Integer(readonly=True)
    excused = fields.Integer(readonly=True)

    @property
    def _table_query(self):
        counts = SQL(", ").join(
            SQL(
                "count(*) FILTER (WHERE %s) AS %s",
                SQL.identifier("line", name),
                SQL.identifier(name),
            )
            for name in FIELDS.values()
        )
        return SQL(
            """
            SELECT min(line.id) AS id, line.student_id, register.course_id, register.subject_id,
                   (array_agg(register.batch_id
                        ORDER BY sheet.attendance_date DESC, line.id DESC))[1] AS batch_id,
                   max(instance.company_id) AS company_id,
                   max(sheet.attendance_date) FILTER (WHERE line.present OR line.late) AS last_date,
                   max(sheet.attendance_date) AS last_mark,
                   count(*) AS marks, %s
              FROM op_attendance_line line
              JOIN op_attendance_sheet sheet ON sheet.id = line.attendance_id
              JOIN op_attendance_register register ON register.id = sheet.register_id
              LEFT JOIN moodle_instance instance ON instance.id = sheet.moodle_instance_id
             WHERE sheet.state = 'done' AND line.active AND sheet.active
             GROUP BY line.student_id, register.course_id, register.subject_id
            """,
            counts,
        )

    @api.depends("student_id", "subject_id")
    def _compute_display_name(self):
        # sudo: names that stand on sheets; attendance users of 2025 may read neither model.
        for row in self.sudo():
            names = (row.student_id.display_name, row.subject_id.display_name)
            row.display_name = " / ".join(filter(None, names))

    def action_lines(self):
        """The lines that are counted here."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "openeducat_attendance.act_open_op_attendance_line_view"
        )
        return {
            **action,
            "name": self.student_id.sudo().display_name,
            "context": {},
            "domain": [
                ("student_id", "=", self.student_id.id),
                ("register_id.course_id", "=", self.course_id.id),
                ("register_id.subject_id", "=", self.subject_id.id),
                ("attendance_id.state", "=", "done"),
            ],
        }
