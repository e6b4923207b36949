# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from odoo import api, fields, models


class OpFaculty(models.Model):
    _inherit = "op.faculty"

    session_ids = fields.One2many("op.session", "faculty_id", "Sessions")
    session_count = fields.Integer(compute="_compute_session_count")

    @api.depends("session_ids")
    def _compute_session_count(self):
        for faculty in self:
            faculty.session_count = len(faculty.session_ids)
