from odoo import api, fields, models

from .guards import is_ours, knows_place, place_in_moodle, without_owned, without_owned_defaults
from .indexes import unique_index

OWNED = {"moodle_instance_id", "moodle_date"}


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

    moodle_url = fields.Char("In Moodle", compute="_compute_moodle_url", compute_sudo=True)

    @api.model
    def default_get(self, fields_list):
        return without_owned_defaults(self, super().default_get(fields_list), OWNED)

    @api.model_create_multi
    def create(self, vals_list):
        if not is_ours(self.env):
            vals_list = [without_owned(self, vals, OWNED) for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if not is_ours(self.env):
            vals = without_owned(self, vals, OWNED)
        return super().write(vals)

    @api.depends("moodle_instance_id", "subject_id", "course_id")
    @api.depends_context("uid")
    def _compute_moodle_url(self):
        """By superuser: see op.attendance.sheet."""
        known = knows_place(self)
        mappings = {
            (mapping.instance_id, mapping.oec_record_id, mapping.op_course_id): mapping
            for mapping in self.env["moodle.mapping"].search(
                [
                    ("model", "=", "op.subject"),
                    ("oec_record_id", "in", self.subject_id.ids),
                    ("instance_id", "in", self.moodle_instance_id.ids),
                ]
            )
        }
        for register in self:
            place = register._origin if register._origin in known else register.browse()
            instance = place.moodle_instance_id
            mapping = mappings.get((instance, place.subject_id.id, place.course_id))
            register.moodle_url = (
                instance._moodle_address("course/view.php", id=mapping.moodle_id)
                if mapping
                else False
            )

    def action_open_moodle(self):
        return place_in_moodle(self)

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
