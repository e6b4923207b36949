# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from odoo import api, fields, models


class OpDepartment(models.Model):
    _name = "op.department"
    _description = "OpenEduCat Department"

    name = fields.Char(required=True)
    code = fields.Char(required=True)
    parent_id = fields.Many2one("op.department", "Parent Department")

    @api.model_create_multi
    def create(self, vals_list):
        departments = super().create(vals_list)
        # As the real one: its creator may use it, and two in one call are an error.
        self.env.user.write({"department_ids": [(4, departments.ensure_one().id)]})
        return departments
