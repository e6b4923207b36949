from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.moodle_status_meaning import MEANINGS


class MoodleLetterChoose(models.TransientModel):
    """Says what a letter of Moodle means. Nothing is chosen beforehand: a suggestion is
    only shown."""

    _name = "moodle.letter.choose"
    _inherit = "moodle.guarded"
    _description = "Choose the Meaning of a Letter"

    gap_id = fields.Many2one("moodle.sync.gap", required=True, readonly=True)
    name = fields.Text(compute="_compute_gap")
    suggestion = fields.Char(compute="_compute_gap")
    description = fields.Char(compute="_compute_gap")
    meaning = fields.Selection(MEANINGS)
    every_description = fields.Boolean(
        "Whatever its description",
        help="For every status with this letter, in all activities of this Moodle.",
    )
    send = fields.Boolean(
        "Use when marks are sent",
        help="Where several letters of a status set mean the same, this one is sent to Moodle.",
    )

    @api.depends("gap_id")
    def _compute_gap(self):
        for wizard in self:
            gap = wizard.gap_id
            gap.check_access("read")
            wizard.name = gap.words
            wizard.suggestion = gap.suggestion
            wizard.description = gap.description

    def action_choose(self):
        self.ensure_one()
        gap = self.gap_id
        gap.check_access("read")
        if not gap.acronym:
            raise UserError(self.env._("This is not about a letter."))
        if not self.meaning:
            raise UserError(self.env._("First choose what the letter means."))
        instance = gap.instance_id
        self.env["moodle.status.meaning"]._choose(
            instance,
            gap.acronym,
            "" if self.every_description else gap.description,
            self.meaning,
            self.send,
        )
        gap._mended()
        if self.env.context.get("moodle_setup"):
            return instance._setup_dialog()
        if instance.meaning_changed:
            message = self.env._(
                "Saved. The schedule is waiting: check the Preview, then press Sync now on the "
                "instance."
            )
        else:
            message = self.env._("Saved. The next run brings the marks over and closes this gap.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
