from datetime import datetime

import pytz

from odoo import fields, models

from ..services.domain.course_settings import OFF, Common
from ..services.domain.merge import MOODLE, WRITING


class MoodleInstance(models.Model):
    """What holds for courses that have no settings of their own."""

    _inherit = "moodle.instance"

    courses_on = fields.Boolean(
        "Synchronise all matched courses",
        default=True,
        tracking=True,
        help="Off: only the courses that are switched on in Configuration > Moodle > Courses.",
    )

    course_ids = fields.One2many(
        "moodle.mapping",
        "instance_id",
        "Matched courses",
        domain=[("model", "=", "op.subject")],
        help="The courses to begin with; the others follow when you switch them on in "
        "Configuration > Moodle > Courses.",
    )

    def _common_settings(self):
        """:return: ``course_settings.Common``"""
        self.ensure_one()
        return Common(self.courses_on, self.sync_attendance_from, self.sync_window_days)

    def _now_here(self):
        """The present by the clocks of the school."""
        self.ensure_one()
        return datetime.fromtimestamp(self._clock().wall(), pytz.timezone(self.tz))

    def _widest_direction(self):
        """The direction that needs the most of Moodle: the instance's, else one of a course
        that sends marks."""
        self.ensure_one()
        if self.sync_attendance_from != MOODLE:
            return self.sync_attendance_from
        domain = [
            ("instance_id", "=", self.id),
            ("course_direction", "in", WRITING),
            ("course_switch", "!=", OFF),
            ("ended_at", "=", False),
        ]
        # sudo: a setting that says no more than the connection test does.
        sending = self.env["moodle.mapping"].sudo().search(domain, limit=1)
        return sending.course_direction or MOODLE

    def _sends_marks(self):
        """Whether a run may write to Moodle."""
        return self._widest_direction() != MOODLE

    def _works_in_background(self):
        """Whether *Sync now* only starts what the schedule does."""
        return self._sends_marks()
