from odoo import api, models

from ..services.domain.course_settings import effective
from ..services.domain.window import noted_since

# Parts of what is kept of a course that are noted by session, then by student.
NOTES = ("dropped", "not_held", "unsaid")


class MoodleMapping(models.Model):
    """How long it is kept what single marks of a course have met with."""

    _inherit = "moodle.mapping"

    def _unsaid(self):
        """Remarks that something in front of Moodle refuses, of a course.

        :return: see ``records.LocalState.unsaid``
        """
        kept = self._kept("unsaid") or {}
        return {
            (int(session), int(student)): key
            for session, students in kept.items()
            for student, key in students.items()
        }

    def _keep_unsaid(self, found, tried):
        """:param found: what to keep, as :meth:`_unsaid` gives it
        :param tried: set of ``(session id, student id)`` whose remark was sent
        """
        before = self._unsaid()
        after = {key: value for key, value in before.items() if key not in tried} | found
        if after == before:
            return
        kept = {}
        for (session, student), value in after.items():
            kept.setdefault(str(session), {})[str(student)] = value
        self._keep("unsaid", kept)

    @api.autovacuum
    def _gc_notes(self):
        """Lines that a person deleted, marks that Moodle did not keep, remarks that it does not get: each is noted as long
        as its session may be looked at again. What has no sheet any more is nobody's: with the
        sheet all its lines went, and of those nothing is noted either."""
        # Of a course that is being written just now another day.
        self.env.cr.execute(
            "SELECT id FROM moodle_mapping WHERE model = 'op.subject' AND extra_data ?| %s "
            "ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
            (list(NOTES),),
        )
        mappings = self.browse([id_ for (id_,) in self.env.cr.fetchall()])
        for instance, theirs in mappings.grouped("instance_id").items():
            dates = theirs._dates_of_notes(instance)
            common, today = instance._common_settings(), instance._now_here().date()
            for mapping in theirs:
                days = effective(mapping._own_settings(), common, today).days
                first = noted_since(today, days)
                mapping._keep_notes(
                    {session for session, day in dates.items() if not first or day >= first}
                )

    def _dates_of_notes(self, instance):
        """:return: ``{session id: date of its latest sheet}``"""
        sessions = {
            int(session)
            for mapping in self
            for name in NOTES
            for session in mapping._kept(name) or ()
        }
        found = (
            self.env["op.attendance.sheet"]
            .with_context(active_test=False)
            ._read_group(
                [
                    ("moodle_instance_id", "=", instance.id),
                    ("moodle_session_id", "in", list(sessions)),
                ],
                ["moodle_session_id"],
                ["attendance_date:max"],
            )
        )
        return dict(found)

    def _keep_notes(self, sessions):
        """:param sessions: set of ids of those whose notes stay"""
        for name in NOTES:
            noted = self._kept(name) or {}
            kept = {key: note for key, note in noted.items() if int(key) in sessions}
            if kept != noted:
                self._keep(name, kept)
