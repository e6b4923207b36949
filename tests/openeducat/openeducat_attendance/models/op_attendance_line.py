# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from odoo import api, fields, models

MARKS = ("present", "absent", "excused", "late")


class OpAttendanceLine(models.Model):
    _name = "op.attendance.line"
    _inherit = "mail.thread"
    _description = "Attendance Lines"
    _order = "attendance_date desc"
    _rec_name = "attendance_id"

    attendance_id = fields.Many2one(
        "op.attendance.sheet", required=True, ondelete="cascade", tracking=True
    )
    student_id = fields.Many2one("op.student", required=True, tracking=True)
    # Nothing below the form keeps these four from being two, or none.
    present = fields.Boolean(tracking=True)
    absent = fields.Boolean(tracking=True)
    excused = fields.Boolean(tracking=True)
    late = fields.Boolean(tracking=True)
    attendance_type_id = fields.Many2one("op.attendance.type", tracking=True)
    remark = fields.Char(size=256, tracking=True)
    # Filled at the flush, which is why the unique constraint objects only then.
    attendance_date = fields.Date(
        related="attendance_id.attendance_date", store=True, tracking=True
    )
    register_id = fields.Many2one(related="attendance_id.register_id", store=True, tracking=True)
    course_id = fields.Many2one(
        related="attendance_id.register_id.course_id", store=True, tracking=True
    )
    batch_id = fields.Many2one(
        related="attendance_id.register_id.batch_id", store=True, tracking=True
    )
    state = fields.Selection(related="attendance_id.state", tracking=True)
    active = fields.Boolean(default=True)

    if hasattr(models, "Constraint"):  # 19.0, which ignores the other form
        _unique_student = models.Constraint(
            "unique(student_id, attendance_id, attendance_date)",
            "The student is in this sheet already.",
        )
    else:
        _sql_constraints = [
            (
                "unique_student",
                "unique(student_id, attendance_id, attendance_date)",
                "The student is in this sheet already.",
            ),
        ]

    @api.onchange("attendance_type_id")
    def _onchange_attendance_type(self):
        if self.attendance_type_id:
            for mark in MARKS:
                self[mark] = self.attendance_type_id[mark]

    @api.onchange("present")
    def _onchange_present(self):
        self._leave_only("present")

    @api.onchange("absent")
    def _onchange_absent(self):
        self._leave_only("absent")

    @api.onchange("excused")
    def _onchange_excused(self):
        self._leave_only("excused")

    @api.onchange("late")
    def _onchange_late(self):
        self._leave_only("late")

    def _leave_only(self, mark):
        if self[mark]:
            for other in MARKS:
                if other != mark:
                    self[other] = False
