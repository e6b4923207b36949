# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from odoo import fields, models


class OpAttendanceRegister(models.Model):
    _name = "op.attendance.register"
    _inherit = "mail.thread"
    _description = "Attendance Register"
    _order = "id DESC"

    name = fields.Char(size=16, required=True, tracking=True)
    code = fields.Char(size=16, required=True, tracking=True)
    course_id = fields.Many2one("op.course", required=True, tracking=True)
    batch_id = fields.Many2one("op.batch", required=True, tracking=True)
    subject_id = fields.Many2one("op.subject", tracking=True)
    active = fields.Boolean(default=True)

    if hasattr(models, "Constraint"):  # 19.0, which ignores the other form
        _unique_attendance_register_code = models.Constraint(
            "unique(code)", "An attendance register has this code already."
        )
    else:
        _sql_constraints = [
            (
                "unique_attendance_register_code",
                "unique(code)",
                "An attendance register has this code already.",
            ),
        ]
