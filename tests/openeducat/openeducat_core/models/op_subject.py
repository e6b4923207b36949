# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from odoo import fields, models


class OpSubject(models.Model):
    _name = "op.subject"
    _inherit = "mail.thread"
    _description = "Subject"

    name = fields.Char(size=128, required=True)
    code = fields.Char(size=256, required=True)
    grade_weightage = fields.Float()
    type = fields.Selection(
        [
            ("theory", "Theory"),
            ("practical", "Practical"),
            ("both", "Both"),
            ("other", "Other"),
        ],
        default="theory",
        required=True,
    )
    subject_type = fields.Selection(
        [("compulsory", "Compulsory"), ("elective", "Elective")],
        default="compulsory",
        required=True,
    )
    department_id = fields.Many2one("op.department", default=lambda self: self.env.user.dept_id)
    active = fields.Boolean(default=True)

    if hasattr(models, "Constraint"):  # 19.0, which ignores the other form
        _unique_subject_code = models.Constraint("unique(code)", "A subject has this code already.")
    else:
        _sql_constraints = [
            ("unique_subject_code", "unique(code)", "A subject has this code already."),
        ]
