# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    # The record rules look at it. It hides the partner's children of the same name.
    child_ids = fields.Many2many(
        "res.users", "op_res_users_child_rel", "user_id", "child_id", string="Children"
    )
    # Courses, subjects and faculty take their defaults from these two.
    dept_id = fields.Many2one("op.department", "Department")
    department_ids = fields.Many2many("op.department", string="Allowed Departments")
