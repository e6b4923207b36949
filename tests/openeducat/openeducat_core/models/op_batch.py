# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from odoo import fields, models


class OpBatch(models.Model):
    _name = "op.batch"
    _inherit = "mail.thread"
    _description = "OpenEduCat Batch"

    name = fields.Char(size=32, required=True)
    code = fields.Char(size=16, required=True)
    start_date = fields.Date(required=True, default=fields.Date.today)
    end_date = fields.Date(required=True)
    course_id = fields.Many2one("op.course", required=True)
    active = fields.Boolean(default=True)

    if hasattr(models, "Constraint"):  # 19.0, which ignores the other form
        _unique_batch_code = models.Constraint("unique(code)", "A batch has this code already.")
    else:
        _sql_constraints = [
            ("unique_batch_code", "unique(code)", "A batch has this code already."),
        ]
