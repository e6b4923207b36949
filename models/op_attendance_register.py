from odoo import fields, models

from .indexes import unique_index


class OpAttendanceRegister(models.Model):
    _inherit = "op.attendance.register"

    moodle_instance_id = fields.Many2one(
        "moodle.instance", "Moodle", readonly=True, copy=False, ondelete="restrict"
    )
    moodle_date = fields.Date(
        "Session Date",
        readonly=True,
        copy=False,
        help="The date that this register stands for, if a sync made it for one.",
    )

    def init(self):
        result = super().init()
        # A register for one session alone has no date, so it is not in the way.
        unique_index(
            self.env.cr,
            "op_attendance_register_moodle_unique",
            self._table,
            ["moodle_instance_id", "moodle_date", "subject_id", "batch_id"],
            where="moodle_instance_id IS NOT NULL AND moodle_date IS NOT NULL",
        )
        return result
