# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from odoo import api, fields, models

from .person import BLOOD_GROUPS


class OpFaculty(models.Model):
    _name = "op.faculty"
    _inherit = "mail.thread"
    _inherits = {"res.partner": "partner_id"}
    _description = "OpenEduCat Faculty"

    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    first_name = fields.Char(required=True, translate=True)
    middle_name = fields.Char(size=128)
    last_name = fields.Char(size=128, required=True)
    birth_date = fields.Date(required=True)
    gender = fields.Selection([("male", "Male"), ("female", "Female")], required=True)
    blood_group = fields.Selection(BLOOD_GROUPS)
    nationality = fields.Many2one("res.country")
    emergency_contact = fields.Many2one("res.partner")
    visa_info = fields.Char(size=64)
    id_number = fields.Char("ID Card Number", size=64)
    login = fields.Char(related="partner_id.user_id.login")
    last_login = fields.Datetime(related="partner_id.user_id.login_date")
    faculty_subject_ids = fields.Many2many("op.subject", string="Subjects", tracking=True)
    main_department_id = fields.Many2one(
        "op.department", default=lambda self: self.env.user.dept_id
    )
    allowed_department_ids = fields.Many2many(
        "op.department",
        string="Allowed Departments",
        default=lambda self: self.env.user.department_ids,
    )
    active = fields.Boolean(default=True)

    @api.onchange("first_name", "middle_name", "last_name")
    def _onchange_name(self):
        parts = (self.first_name, self.middle_name, self.last_name)
        self.name = " ".join(filter(None, parts)) or False
