# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from odoo import api, fields, models

from .person import BLOOD_GROUPS


class OpStudent(models.Model):
    _name = "op.student"
    _inherit = "mail.thread"
    _inherits = {"res.partner": "partner_id"}
    _description = "Student"

    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", ondelete="cascade")
    first_name = fields.Char(translate=True)
    middle_name = fields.Char(translate=True)
    last_name = fields.Char(translate=True)
    birth_date = fields.Date()
    gender = fields.Selection(
        [("m", "Male"), ("f", "Female"), ("o", "Other")], required=True, default="m"
    )
    blood_group = fields.Selection(BLOOD_GROUPS)
    nationality = fields.Many2one("res.country")
    emergency_contact = fields.Many2one("res.partner")
    visa_info = fields.Char(size=64)
    id_number = fields.Char("ID Card Number", size=64)
    gr_no = fields.Char("Registration Number", size=20)
    certificate_number = fields.Char(readonly=True)
    course_detail_ids = fields.One2many(
        "op.student.course", "student_id", "Course Details", tracking=True
    )
    active = fields.Boolean(default=True)

    if hasattr(models, "Constraint"):  # 19.0, which ignores the other form
        _unique_gr_no = models.Constraint(
            "unique(gr_no)", "A student has this registration number already."
        )
    else:
        _sql_constraints = [
            ("unique_gr_no", "unique(gr_no)", "A student has this registration number already."),
        ]

    @api.onchange("first_name", "middle_name", "last_name")
    def _onchange_name(self):
        parts = (self.first_name, self.middle_name, self.last_name)
        self.name = " ".join(filter(None, parts)) or False
