# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from odoo import fields, models


class OpTiming(models.Model):
    _name = "op.timing"
    _description = "Period"
    _order = "sequence"

    name = fields.Char(size=16, required=True)
    hour = fields.Selection([(str(n), str(n)) for n in range(1, 13)], required=True)
    minute = fields.Selection([(value, value) for value in ("00", "15", "30", "45")], required=True)
    am_pm = fields.Selection([("am", "AM"), ("pm", "PM")], required=True)
    duration = fields.Float()
    sequence = fields.Integer()
