from odoo import fields, models

from ..services.domain.trouble import Trouble, Troubles
from ..services.openeducat.local_store import moment, unix
from .moodle_mapping_thrift import MoodleMapping as Mapping


class MoodleMapping(models.Model):
    """When a course at which Moodle breaks is tried again."""

    _inherit = "moodle.mapping"
    _owned_fields = (*Mapping._owned_fields, "failures", "next_try")

    failures = fields.Integer(
        readonly=True,
        copy=False,
        help="Of a course: how many times in a row Moodle failed when it was read.",
    )
    next_try = fields.Datetime(
        "Next try from",
        readonly=True,
        copy=False,
        help="Until then the schedule leaves the course out; Sync now does not.",
    )

    def _trouble(self):
        """:return: ``Trouble`` of a course"""
        return Trouble(self.failures, unix(self.next_try))

    @staticmethod
    def _trouble_values(trouble):
        """:param trouble: ``Trouble``
        :return: values as ``write`` takes them
        """
        return {"failures": trouble.failures, "next_try": moment(trouble.next_try)}

    def _troubles(self):
        """:return: ``Troubles`` of parts of a course"""
        return Troubles.from_json(self._kept("troubles"))

    def _keep_troubles(self, troubles):
        """:param troubles: ``Troubles``"""
        self.ensure_one()
        self._keep("troubles", troubles.to_json())

    def _end_pauses_of_others(self):
        """This course has come back: what kept it may have kept others, which need not wait for
        their own time to find out."""
        self.env.cr.execute(
            "UPDATE moodle_mapping SET next_try = NULL WHERE id IN ("
            "SELECT id FROM moodle_mapping WHERE instance_id = %s AND model = 'op.subject' "
            "AND next_try IS NOT NULL AND id != %s FOR NO KEY UPDATE SKIP LOCKED)",
            (self.instance_id.id, self.id),
        )
        self.invalidate_model(["next_try"])
