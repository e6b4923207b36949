# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from odoo import api, fields, models


class OpAttendanceSheet(models.Model):
    _name = "op.attendance.sheet"
    _inherit = "mail.thread"
    _description = "Attendance Sheet"
    _order = "attendance_date desc"

    name = fields.Char(size=32, readonly=True)
    register_id = fields.Many2one("op.attendance.register", required=True, tracking=True)
    course_id = fields.Many2one(related="register_id.course_id", store=True, tracking=True)
    batch_id = fields.Many2one(related="register_id.batch_id", store=True, tracking=True)
    session_id = fields.Many2one("op.session")
    attendance_date = fields.Date(required=True, default=fields.Date.today, tracking=True)
    attendance_line = fields.One2many("op.attendance.line", "attendance_id", "Attendance Lines")
    faculty_id = fields.Many2one("op.faculty")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("start", "Attendance Start"),
            ("done", "Attendance Taken"),
            ("cancel", "Cancelled"),
        ],
        default="draft",
        tracking=True,
    )
    active = fields.Boolean(default=True)

    if hasattr(models, "Constraint"):  # 19.0, which ignores the other form
        _unique_register_sheet = models.Constraint(
            "unique(register_id, session_id, attendance_date)",
            "The register has a sheet of this session and date already.",
        )
    else:
        _sql_constraints = [
            (
                "unique_register_sheet",
                "unique(register_id, session_id, attendance_date)",
                "The register has a sheet of this session and date already.",
            ),
        ]

    @api.model_create_multi
    def create(self, vals_list):
        # As the real one: a name that was given is lost, a register that only the
        # context gives comes too late (KeyError), and each sheet asks the sequence.
        Register = self.env["op.attendance.register"]
        Sequence = self.env["ir.sequence"]
        vals_list = [
            {
                **vals,
                "name": Register.browse(vals["register_id"]).code
                + Sequence.next_by_code("op.attendance.sheet"),
            }
            for vals in vals_list
        ]
        return super().create(vals_list)

    def attendance_draft(self):
        self.state = "draft"

    def attendance_start(self):
        self.state = "start"

    def attendance_done(self):
        self.state = "done"

    def attendance_cancel(self):
        self.state = "cancel"
