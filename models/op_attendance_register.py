from odoo import api, fields, models
from odoo.tools.sql import create_index

from .guards import knows_place, place_in_moodle
from .indexes import unique_index

# Of columns that are OpenEduCat's, so that it goes by the uninstall hook.
PAIR_INDEX = "op_attendance_register_moodle_pair"


class OpAttendanceRegister(models.Model):
    _name = "op.attendance.register"
    # The guard first: OpenEduCat's own methods see what is taken only.
    _inherit = ["moodle.owned", "moodle.touching", "op.attendance.register"]
    _owned_fields = ("moodle_instance_id", "moodle_date")

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

    @api.depends("moodle_instance_id", "subject_id", "course_id")
    @api.depends_context("uid")
    def _compute_moodle_url(self):
        """By superuser: see op.attendance.sheet."""
        known = knows_place(self)
        mappings = {
            (mapping.instance_id, mapping.oec_record_id, mapping.op_course_id): mapping
            for mapping in self.env["moodle.mapping"]
            .search(
                [
                    ("model", "=", "op.subject"),
                    ("oec_record_id", "in", self.subject_id.ids),
                    ("instance_id", "in", self.moodle_instance_id.ids),
                ]
                # Of several the one that is still read.
            )
            .sorted(lambda mapping: not mapping.ended_at)
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
        # Each course asks for its registers in each run; OpenEduCat has no index for that. The
        # sheets of a course among 56,000: 0.8 ms instead of 3.
        create_index(self.env.cr, PAIR_INDEX, self._table, ["subject_id", "course_id"])
        return result
