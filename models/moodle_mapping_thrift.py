from odoo import api, fields, models

from ..services.domain.remembered import Remembered
from ..services.domain.unchanged import Idle
from ..services.domain.warmth import Warmth
from ..services.openeducat.local_store import moment, unix
from .moodle_instance import NO_ACCESS
from .moodle_mapping_course import MoodleMapping as Mapping


class MoodleMapping(models.Model):
    """What a scheduled run needs not ask Moodle of a course."""

    _inherit = "moodle.mapping"
    _owned_fields = (*Mapping._owned_fields, "remembered", "lively_at", "next_at", "busy", "idle")

    remembered = fields.Json(
        readonly=True,
        copy=False,
        # Large, and people's names and e-mail addresses: read where it is wanted, by nobody else.
        prefetch=False,
        groups=NO_ACCESS,
        help="Of a course: its people, groups and activities in Moodle, for a few hours.",
    )
    lively_at = fields.Datetime(
        "Last activity",
        readonly=True,
        copy=False,
        help="When something last happened in a session of this course in Moodle.",
    )
    next_at = fields.Datetime("Next session", readonly=True, copy=False)
    busy = fields.Boolean(
        readonly=True,
        copy=False,
        help="Of a course: whether there was something to do when it was last read.",
    )
    idle = fields.Json(
        readonly=True,
        copy=False,
        help="Of a course: what its last plan was made from, if there was nothing to do.",
    )

    def _remembered(self):
        """:return: ``Remembered``, or ``None``"""
        return Remembered.from_json(self.remembered)

    def _idle(self):
        """:return: ``Idle``, or ``None``"""
        return Idle.from_json(self.idle)

    @api.model
    def _idle_courses(self, instance):
        """Courses in which there was nothing to do, and nothing else to note; by one query,
        because a university has thousands.

        :return: ``{Moodle course id: (mapping id, Idle)}``
        """
        self.flush_model()
        self.env.cr.execute(
            "SELECT moodle_id, id, idle FROM moodle_mapping WHERE instance_id = %s "
            "AND model = 'op.subject' AND idle IS NOT NULL AND error_message IS NULL "
            "AND waits_since IS NULL AND coalesce(extra_data -> 'allowed', 'null') "
            "IN ('null', '{}')",
            (instance.id,),
        )
        return {
            course: (mapping, found)
            for course, mapping, idle in self.env.cr.fetchall()
            if (found := Idle.from_json(idle))
        }

    def _found_unchanged(self):
        """Of courses that Moodle says to be as they were, in one write."""
        self.write({"last_success": fields.Datetime.now(), "busy": False})

    def _warmth(self, touched):
        """:param touched: set of ids of mappings, see ``moodle.touched``
        :return: ``Warmth`` of a course
        """
        return Warmth(
            read_at=unix(self.last_success),
            lively_at=unix(self.lively_at),
            next_at=unix(self.next_at),
            touched=self.id in touched,
            trouble=bool(self.error_message),
            busy=self.busy,
        )

    @staticmethod
    def _warmth_values(lively_at, next_at):
        """:param lively_at, next_at: unix seconds, see ``Warmth``
        :return: values as ``write`` takes them
        """
        return {"lively_at": moment(lively_at), "next_at": moment(next_at)}

    @api.autovacuum
    def _gc_remembered(self):
        """Nobody's name is kept longer than it is of use: of courses that are not read any
        more."""
        self.env.cr.execute(
            "UPDATE moodle_mapping SET remembered = NULL WHERE id IN ("
            "SELECT id FROM moodle_mapping WHERE remembered IS NOT NULL "
            "AND (remembered->>'at')::float < extract(epoch FROM now()) - 2 * 86400 "
            "FOR NO KEY UPDATE SKIP LOCKED)"
        )
        self.invalidate_model(["remembered"])
