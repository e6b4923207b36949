from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.guards import right_name

CHOSEN_IN = {"op.student": "student_id", "op.batch": "batch_id", "op.subject": "subject_id"}


class MoodleGapMap(models.TransientModel):
    """Mends a gap by a mapping made by hand."""

    _name = "moodle.gap.map"
    _inherit = "moodle.guarded"
    _description = "Map by Hand"

    gap_id = fields.Many2one("moodle.sync.gap", required=True, readonly=True)
    maps = fields.Char(related="gap_id.maps")
    name = fields.Text(related="gap_id.name")
    student_id = fields.Many2one("op.student")
    batch_id = fields.Many2one("op.batch")
    subject_id = fields.Many2one("op.subject")
    course_id = fields.Many2one("op.course")

    @api.model
    def default_get(self, fields_list):
        """With the right to see what is to be chosen, or a sentence about who has it; the
        course of a group, and the one student of exactly that name, are filled in."""
        values = super().default_get(fields_list)
        if not values.get("gap_id"):
            # Given with the values themselves, which create() checks.
            return values
        gap = self.env["moodle.sync.gap"].browse(values["gap_id"])
        model = gap.maps
        if not model:
            raise UserError(self.env._("This can't be mended by a mapping."))
        if not self.env[model].has_access("read"):
            raise UserError(
                self.env._(
                    "Choosing a %(what)s here needs the right to see them (Settings > Users: "
                    "%(right)s).",
                    what=self.env[model]._description,
                    right=right_name(self.env, "openeducat_core.group_op_faculty"),
                )
            )
        if model == "op.student" and gap.about:
            same = self.env["op.student"].search([("name", "=ilike", gap.about)], limit=2)
            if len(same) == 1:
                values["student_id"] = same.id
        if model == "op.batch":
            mapping = self.env["moodle.mapping"]._of_course(gap.instance_id, gap.unit)
            values["course_id"] = mapping.op_course_id.id
        return values

    def action_map(self):
        self.ensure_one()
        self.gap_id.check_access("read")
        model = self.maps
        if not model:
            raise UserError(self.env._("This can't be mended by a mapping."))
        record = self[CHOSEN_IN[model]]
        if not record or (model == "op.subject" and not self.course_id):
            raise UserError(self.env._("Choose what it is in OpenEduCat first."))
        gap = self.gap_id
        self.env["moodle.mapping"]._map_by_hand(
            gap.instance_id,
            model,
            gap.moodle_id,
            record.id,
            self.course_id.id if model == "op.subject" else False,
            gap.about or gap.course_name,
        )
        gap._mended()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("Mapped. The next run brings the marks and closes this."),
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
