from odoo import models


class OpSession(models.Model):
    """The timetable says which of several sheets of a day is of which session in Moodle."""

    _name = "op.session"
    _inherit = ["moodle.touching", "op.session"]
