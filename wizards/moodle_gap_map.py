from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.guards import right_name
from ..services.domain.matching import MANUAL

CHOSEN_IN = {"op.student": "student_id", "op.batch": "batch_id", "op.subject": "subject_id"}


class MoodleGapMap(models.TransientModel):
    """Mends a gap by a mapping made by hand."""

    _name = "moodle.gap.map"
    _inherit = "moodle.guarded"
    _description = "Manual Mapping"

    gap_id = fields.Many2one("moodle.sync.gap", required=True, readonly=True)
    maps = fields.Char(related="gap_id.maps")
    words = fields.Text(related="gap_id.words")
    student_id = fields.Many2one("op.student")
    batch_id = fields.Many2one("op.batch")
    subject_id = fields.Many2one("op.subject")
    course_id = fields.Many2one("op.course")
    warning = fields.Text(compute="_compute_warning")

    @api.depends("student_id", "batch_id", "subject_id", "course_id")
    def _compute_warning(self):
        """What else changes with this mapping."""
        for wizard in self:
            wizard.warning = "\n".join(wizard._warnings())

    def _warnings(self):
        """:return: sentences"""
        model, gap = self.maps, self.gap_id
        record = self._chosen()
        if not record:
            return
        Mapping = self.env["moodle.mapping"]
        pair = [self.course_id.id] if model == "op.subject" else []
        others = Mapping._held_by_others(gap.instance_id, model, gap.moodle_id, record.id, *pair)
        for other in others:
            yield self._about_other(model, record, other)
        if model == "op.batch":
            mapped = Mapping._of_course(gap.instance_id, gap.unit).op_course_id
            if mapped and record.course_id != mapped:
                yield self.env._(
                    "%(batch)s is a batch of %(course)s, not of the course that this Moodle course "
                    "is matched with (%(mapped)s).",
                    batch=record.display_name,
                    course=record.course_id.display_name,
                    mapped=mapped.display_name,
                )

    def _about_other(self, model, record, other):
        names = {"record": record.display_name, "other": other._name_in_moodle()}
        if model == "op.subject":
            return self.env._(
                "%(record)s and this course are already matched with the Moodle course %(other)s. "
                "With two, manually created sheets that may belong to either are left alone.",
                **names,
            )
        if model == "op.batch":
            return self.env._(
                "%(record)s is already matched with the Moodle group %(other)s. Sessions of both "
                "groups would fill its sheets.",
                **names,
            )
        if other.found_by == MANUAL:
            return self.env._(
                "%(record)s is already matched with the Moodle account %(other)s, also manually. "
                "With both, neither counts and the marks of both wait: undo that mapping first.",
                **names,
            )
        return self.env._(
            "%(record)s is already matched with the Moodle account %(other)s (%(way)s). This "
            "account would replace it: marks of %(record)s become those of this account, and the "
            "marks of %(other)s wait as a gap.",
            way=dict(other._fields["found_by"]._description_selection(self.env))[other.found_by],
            **names,
        )

    def _chosen(self):
        """The record that was chosen; empty while something is missing."""
        record = self[CHOSEN_IN[self.maps]] if self.maps else self.student_id
        return record if self.maps != "op.subject" or self.course_id else record.browse()

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
            raise UserError(self.env._("This can't be fixed by a mapping."))
        if not self.env[model].has_access("read"):
            raise UserError(
                self.env._(
                    "To choose a %(what)s here, you need the right to see them (Settings > Users: "
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
            raise UserError(self.env._("This can't be fixed by a mapping."))
        record = self._chosen()
        if not record:
            raise UserError(self.env._("First choose what this is in OpenEduCat."))
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
        if self.env.context.get("moodle_setup"):
            return gap.instance_id._setup_dialog()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._(
                    "Mapped. The next run brings the marks over and closes this gap."
                ),
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
