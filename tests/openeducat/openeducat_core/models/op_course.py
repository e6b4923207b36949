# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from odoo import fields, models


class OpCourse(models.Model):
    _name = "op.course"
    _inherit = "mail.thread"
    _description = "OpenEduCat Course"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(size=16, required=True)
    parent_id = fields.Many2one("op.course", "Parent Course")
    evaluation_type = fields.Selection(
        [("normal", "Normal"), ("GPA", "GPA"), ("CWA", "CWA"), ("CCE", "CCE")],
        default="normal",
        required=True,
    )
    subject_ids = fields.Many2many("op.subject", string="Subjects")
    max_unit_load = fields.Float()
    min_unit_load = fields.Float()
    department_id = fields.Many2one("op.department", default=lambda self: self.env.user.dept_id)
    active = fields.Boolean(default=True)

    if hasattr(models, "Constraint"):  # 19.0, which ignores the other form
        _unique_course_code = models.Constraint("unique(code)", "A course has this code already.")
    else:
        _sql_constraints = [
            ("unique_course_code", "unique(code)", "A course has this code already."),
        ]
