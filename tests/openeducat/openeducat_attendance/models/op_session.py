# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from odoo import fields, models


class OpSession(models.Model):
    _inherit = "op.session"

    attendance_sheet = fields.One2many("op.attendance.sheet", "session_id", "Attendance Sheets")
