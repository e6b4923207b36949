from odoo import api, fields, models

from ..services.status import FIELDS, STATUSES

_MARKS = set(FIELDS.values())


class OpAttendanceLine(models.Model):
    _inherit = "op.attendance.line"

    # OpenEduCat declares no index here, so "the lines of these sheets" would read the
    # whole table: 55 ms instead of 2 with 400,000 lines.
    attendance_id = fields.Many2one(index=True)
    moodle_base = fields.Selection(
        [(status, status) for status in STATUSES],
        "Agreed with Moodle",
        readonly=True,
        copy=False,
        help="The status that both sides last agreed on.",
    )
    moodle_marked_at = fields.Datetime(
        "Marked here",
        readonly=True,
        copy=False,
        help="When a person last changed the mark in Odoo.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # Without a user (OpenEduCat has a route without log-in that fills a sheet),
        # nobody has marked anything yet.
        if self.env.uid and not self.env.context.get("connector_no_export"):
            now = fields.Datetime.now()
            vals_list = [{"moodle_marked_at": now, **vals} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if not _MARKS.isdisjoint(vals) and not self.env.context.get("connector_no_export"):
            vals = {"moodle_marked_at": fields.Datetime.now(), **vals}
        return super().write(vals)
