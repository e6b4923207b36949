from odoo import api, fields, models

from ..models.moodle_instance_preview import BUTTON_SECONDS
from ..services.texts.messages_counts import counted


class MoodleBackfill(models.TransientModel):
    """Looks for past sessions by their numbers; with local_wsattendance alone, sessions
    can be listed on their own day only."""

    _name = "moodle.backfill"
    _inherit = "moodle.guarded"
    _description = "Find Past Moodle Sessions"

    instance_id = fields.Many2one("moodle.instance", required=True, readonly=True)
    needs_backfill = fields.Boolean(related="instance_id.needs_backfill")
    first_id = fields.Integer("From session number", default=1, required=True)
    last_id = fields.Integer(
        "To session number",
        required=True,
        help="The number of a recent session: in Moodle, open it in the Attendance activity; "
        "it is the sessionid in the address.",
    )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if not values.get("last_id"):
            # sudo: the number alone; an administrator need not see attendance, and the right
            # to the instance was checked with the defaults.
            sheets = (
                self.env["op.attendance.sheet"]
                .sudo()
                ._read_group(
                    [("moodle_instance_id", "=", values.get("instance_id"))],
                    aggregates=["moodle_session_id:max"],
                )
            )
            values["last_id"] = sheets[0][0] or 1000
        return values

    def action_backfill(self):
        self.ensure_one()
        instance = self.instance_id
        found, following = instance._backfill(self.first_id, self.last_id, BUTTON_SECONDS)
        message = counted(self.env, "sessions_found", found)
        if following:
            instance._backfill_in_background(following, self.last_id, found)
            message = counted(self.env, "sessions_found_so_far", found)
        return instance._notify(
            instance.name,
            message,
            "info" if following else "success",
            following={"type": "ir.actions.act_window_close"},
        )
