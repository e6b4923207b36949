import hashlib

from odoo import api, fields, models


class MoodleInstance(models.Model):
    """What the letters of this Moodle mean, as far as people have chosen."""

    _inherit = "moodle.instance"

    meaning_ids = fields.One2many("moodle.status.meaning", "instance_id", "Letters")
    meaning_count = fields.Integer(compute="_compute_meaning_count")
    meaning_changed = fields.Boolean(compute="_compute_meaning_changed")
    letter_gap_ids = fields.One2many(
        "moodle.sync.gap",
        "instance_id",
        "Letters to define",
        domain=[("acronym", "!=", False), ("state", "=", "open")],
    )

    @api.depends("meaning_ids")
    def _compute_meaning_count(self):
        for instance in self:
            instance.meaning_count = len(instance.meaning_ids)

    @api.depends("meaning_ids.meaning", "meaning_ids.send", "run_ids.state")
    def _compute_meaning_changed(self):
        """Whether no run has worked with these meanings since they were chosen."""
        runs = self._last_working_runs()
        for instance in self:
            last = runs[instance]
            instance.meaning_changed = bool(last) and (
                (last.meanings or "") != instance._meanings_fingerprint()
            )

    def _chosen_meanings(self):
        """:return: tuple of ``status_meaning.Chosen``"""
        return self.meaning_ids._as_chosen()

    def _meanings_fingerprint(self):
        """Changes with everything that people have chosen; empty for nothing."""
        chosen = sorted(map(repr, self._chosen_meanings()))
        return hashlib.sha256("\n".join(chosen).encode()).hexdigest()[:16] if chosen else ""

    def action_open_letters(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "openeducat_moodle_attendance.action_moodle_status_meaning"
        )
        return {
            **action,
            "domain": [("instance_id", "=", self.id)],
            "context": {"default_instance_id": self.id},
        }
