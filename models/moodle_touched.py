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

    def _touch(self, records, way):
        """The courses of records, in one query: it comes with each mark that a person makes.

        :param records: ``moodle.touching``
        :param way: its fields to the register, see there
        """
        if not records.ids:
            return
        self.env["moodle.mapping"].flush_model(
            ["model", "oec_record_id", "op_course_id", "ended_at"]
        )
        found, model = SQL("%s", tuple(records.ids)), records
        for name in way:
            model.flush_model([name])
            found = SQL(
                "(SELECT %s FROM %s WHERE id IN %s)",
                SQL.identifier(name),
                SQL.identifier(model._table),
                found,
            )
            model = self.env[model._fields[name].comodel_name]
        model.flush_model(["subject_id", "course_id"])
        self.env.cr.execute(
            SQL(
                "INSERT INTO moodle_touched (mapping_id) SELECT mapping.id FROM %s touched "
                "JOIN moodle_mapping mapping ON mapping.model = 'op.subject' "
                "AND mapping.oec_record_id = touched.subject_id "
                "AND mapping.op_course_id = touched.course_id AND mapping.ended_at IS NULL "
                "WHERE touched.id IN %s",
                SQL.identifier(model._table),
                found,
            )
        )

    def _touch_all(self, instances):
        """Whatever stands in their courses is to be looked at again."""
        if not instances:
            return
        self.env["moodle.mapping"].flush_model(["instance_id", "model", "ended_at"])
        self.env.cr.execute(
            SQL(
                "INSERT INTO moodle_touched (mapping_id) SELECT id FROM moodle_mapping "
                "WHERE model = 'op.subject' AND ended_at IS NULL AND instance_id IN %s",
                tuple(instances.ids),
            )
        )

    def _touch_mapping(self, mapping):
        """A course about which a person has decided something."""
        self.env.cr.execute(SQL("INSERT INTO moodle_touched (mapping_id) VALUES (%s)", mapping.id))

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

    def _any(self, mapping):
        """Whether a course was changed here."""
        self.env.cr.execute(
            SQL("SELECT 1 FROM moodle_touched WHERE mapping_id = %s LIMIT 1", mapping.id)
        )
        return bool(self.env.cr.fetchone())

    def _seen(self, mapping):
        """What is seen of a course now, the plan takes into account."""
        self.env.cr.execute(SQL("DELETE FROM moodle_touched WHERE mapping_id = %s", mapping.id))
