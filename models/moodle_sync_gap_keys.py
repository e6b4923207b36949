from odoo import api, fields, models
from odoo.exceptions import UserError

from ..services.domain import gaps as catalogue
from ..services.domain import matching

# States in which something can be chosen.
TO_CHOOSE = ("open", "ignored")


class MoodleSyncGap(models.Model):
    """Answers to a key that has changed in Moodle: what it was found for is kept, or what it
    names now is taken."""

    _inherit = "moodle.sync.gap"

    can_keep = fields.Boolean(compute="_compute_answers")
    can_take = fields.Boolean(compute="_compute_answers")

    @api.depends("why", "state")
    def _compute_answers(self):
        for gap in self:
            reason = gap.state in TO_CHOOSE and catalogue.REASONS.get(gap.why)
            gap.can_keep = bool(reason and reason.keeps)
            gap.can_take = bool(reason and reason.takes)

    def action_keep(self):
        """Map it manually as it was."""
        self.ensure_one()
        self.check_access("read")
        mapping, details = self._to_answer("can_keep")
        record_id, course_id = self._chosen(details, catalogue.REASONS[self.why].keeps)
        mapping._map_by_hand(self.instance_id, self.maps, self.moodle_id, record_id, course_id)
        return self._answered(
            self.env._("Mapped manually as it was. The next run uses this mapping.")
        )

    def action_take_new(self):
        """Match it with what its key names now."""
        self.ensure_one()
        self.check_access("read")
        mapping, details = self._to_answer("can_take")
        record_id, course_id = self._chosen(details, catalogue.REASONS[self.why].takes)
        # sudo: whether it is there; attendance managers of 2025 may not read all of these.
        record = self.env[self.maps].sudo().with_context(active_test=False).browse(record_id)
        if not record.exists():
            raise UserError(
                self.env._("The record that the key names was deleted. Press Keep or Map.")
            )
        mapping.check_access("write")
        before = mapping.record_name
        if self.maps == "op.batch" and record.course_id != self._op_course():
            # By its key alone a batch of another course is never taken.
            mapping._map_by_hand(self.instance_id, self.maps, self.moodle_id, record_id)
        else:
            # sudo: what a run finds itself is no manual mapping; the right to map was checked.
            mapping.sudo().write(
                {
                    "oec_record_id": record_id,
                    "op_course_id": course_id,
                    **self._key_now(details),
                }
            )
            self.instance_id._read_all_soon()
        # sudo: attendance managers may not write instances.
        self.instance_id.sudo().message_post(
            body=self.env._(
                "Matched with what its key names now: %(moodle)s, %(before)s → %(after)s",
                moodle=mapping._name_in_moodle(),
                before=before,
                after=mapping.record_name,
            )
        )
        return self._answered(self.env._("Matched with the new one. The next run uses this match."))

    def _to_answer(self, can):
        """:param can: name of the field that says whether this may be answered so
        :return: the automatic ``moodle.mapping`` that this is about, and the details by name
        :raise UserError: there is nothing to choose any more
        """
        mapping = self.env["moodle.mapping"].search(
            [
                ("instance_id", "=", self.instance_id.id),
                ("model", "=", self.maps),
                ("moodle_id", "=", self.moodle_id),
                ("found_by", "not in", (matching.MANUAL, matching.FORMER)),
            ]
        )
        if not self[can] or not mapping:
            raise UserError(self.env._("There is nothing to choose here any more."))
        return mapping, catalogue.REASONS[self.why].by_name(self.details or ())

    @staticmethod
    def _chosen(details, name):
        """:return: id of the record, and of the op.course that belongs to a subject"""
        value = details[name]
        return value if isinstance(value, list) else (value, False)

    def _key_now(self, details):
        """By what it is found from now on, as values of a ``moodle.mapping``."""
        key = details.get("now_key") or details.get("key") or matching.IDNUMBER
        return {
            "found_by": key,
            "moodle_idnumber": details["now"] if key == matching.IDNUMBER else False,
            "moodle_email": details["now"].lower() if key == matching.EMAIL else False,
        }

    def _op_course(self):
        """The op.course of the Moodle course in which this was met."""
        # sudo: see action_take_new.
        return (
            self.env["moodle.mapping"]._of_course(self.instance_id, self.unit).sudo().op_course_id
        )

    def _answered(self, message):
        """The same was met in other courses, too.

        :return: notification
        """
        alike = self.search(
            [
                ("instance_id", "=", self.instance_id.id),
                ("kind", "=", self.kind),
                ("moodle_id", "=", self.moodle_id),
                ("state", "in", TO_CHOOSE),
            ]
        )
        alike._mended()
        return self.instance_id._notify(self.instance_id.name, message, "success")
