from odoo import fields, models
from odoo.tools import SQL


class MoodleTouched(models.Model):
    """A matched course whose attendance somebody has changed here since it was last read: the
    next scheduled run reads it, however long ago its last session was.

    Each change adds a row, and the run takes away those that it sees in the transaction in
    which it plans: two people who save at once wait for nobody, and what is saved while a run is
    under way is seen by the next one. Bookkeeping that nobody sees, written by SQL.
    """

    _name = "moodle.touched"
    _description = "Moodle: a course that was changed here"
    _log_access = False

    mapping_id = fields.Many2one(
        "moodle.mapping", required=True, index=True, ondelete="cascade", readonly=True
    )

    def _touch(self, pairs):
        """:param pairs: set of ``(op.subject id, op.course id)``"""
        pairs = [pair for pair in pairs if all(pair)]
        if not pairs:
            return
        self.env["moodle.mapping"].flush_model(["model", "oec_record_id", "op_course_id"])
        self.env.cr.execute(
            SQL(
                "INSERT INTO moodle_touched (mapping_id) SELECT id FROM moodle_mapping "
                "WHERE model = 'op.subject' AND (oec_record_id, op_course_id) IN %s",
                tuple(pairs),
            )
        )

    def _touch_all(self, instances):
        """Whatever stands in their courses is to be looked at again."""
        if not instances:
            return
        self.env["moodle.mapping"].flush_model(["instance_id", "model"])
        self.env.cr.execute(
            SQL(
                "INSERT INTO moodle_touched (mapping_id) SELECT id FROM moodle_mapping "
                "WHERE model = 'op.subject' AND instance_id IN %s",
                tuple(instances.ids),
            )
        )

    def _touched(self, instance):
        """:return: set of ids of ``moodle.mapping``"""
        self.env.cr.execute(
            SQL(
                "SELECT DISTINCT mapping_id FROM moodle_touched JOIN moodle_mapping mapping "
                "ON mapping.id = mapping_id WHERE instance_id = %s",
                instance.id,
            )
        )
        return {mapping for (mapping,) in self.env.cr.fetchall()}

    def _seen(self, mapping):
        """What is seen of a course now, the plan takes into account."""
        self.env.cr.execute(SQL("DELETE FROM moodle_touched WHERE mapping_id = %s", mapping.id))
