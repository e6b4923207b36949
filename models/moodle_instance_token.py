from datetime import UTC, datetime

from odoo import api, fields, models

from ..services.domain.token_status import ends_soon
from .moodle_instance_site import MoodleInstance as Instance


class MoodleInstance(models.Model):
    """When the token ends, where our plug-in in Moodle says so: it is told before."""

    _inherit = "moodle.instance"
    _owned_fields = (*Instance._owned_fields, "token_ends")

    token_ends = fields.Datetime(
        "The token ends",
        readonly=True,
        copy=False,
        help="On that day Moodle stops accepting the token. Empty: never, or Moodle does not tell.",
    )
    token_ends_soon = fields.Boolean(compute="_compute_token_ends_soon")

    @api.depends("token_ends")
    def _compute_token_ends_soon(self):
        now = datetime.now(UTC).timestamp()
        for instance in self:
            ends = instance.token_ends
            seconds = ends.replace(tzinfo=UTC).timestamp() if ends else 0
            instance.token_ends_soon = ends_soon(seconds, now)

    def _note_token_end(self, ends):
        """:param ends: unix seconds, 0 for never"""
        self.ensure_one()
        moment = datetime.fromtimestamp(ends, UTC).replace(tzinfo=None) if ends else False
        if self.token_ends != moment:
            # sudo: written by the synchronisation alone.
            self.sudo().token_ends = moment

    def _keep_secrets(self, secrets):
        result = super()._keep_secrets(secrets)
        for instance in self.browse(secrets):
            # Of another token nothing is known.
            instance._note_token_end(0)
        return result
