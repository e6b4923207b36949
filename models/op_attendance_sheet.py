from odoo import fields, models

from .indexes import unique_index


class OpAttendanceSheet(models.Model):
    _inherit = "op.attendance.sheet"

    moodle_instance_id = fields.Many2one(
        "moodle.instance", "Moodle", readonly=True, copy=False, ondelete="restrict"
    )
    moodle_session_id = fields.Integer(readonly=True, copy=False, index=True)
    moodle_seen = fields.Char(
        "Last seen in Moodle",
        readonly=True,
        copy=False,
        help="Moodle course, activity and fingerprint of the session as last seen.",
    )
    moodle_lasttaken = fields.Datetime("Taken in Moodle", readonly=True, copy=False)

    def init(self):
        result = super().init()
        unique_index(
            self.env.cr,
            "op_attendance_sheet_moodle_unique",
            self._table,
            ["moodle_instance_id", "moodle_session_id", "register_id"],
            where="moodle_instance_id IS NOT NULL AND moodle_session_id > 0",
        )
        return result
