from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_datetime

from .guards import same

# What decides about marks: after a change every course is read once.
DECIDING = frozenset(
    {
        "attendance_api",
        "courses_on",
        "create_moodle_sessions",
        "match_by_email",
        "sync_attendance_from",
        "sync_window_days",
        "tz",
    }
)
MOST_HOURS = 24


class MoodleInstance(models.Model):
    """How little a scheduled run asks. What a person starts asks for everything."""

    _inherit = "moodle.instance"

    people_hours = fields.Integer(
        "Ask for people every",
        default=6,
        required=True,
        tracking=True,
        help="Hours for which the schedule remembers the people, groups and activities of a "
        "course. It asks earlier if a session names somebody it does not know, or if something "
        "could not be matched or sent. 0: in each run. Sync now, Preview and Verify always ask. "
        "Not used with the plug-in OpenEduCat attendance, which tells it along with the rest.",
    )
    quiet_hours = fields.Integer(
        "Read quiet courses every",
        default=6,
        required=True,
        tracking=True,
        help="Hours after which the schedule reads a course again in which nothing happens: no "
        "session in the last 7 days and none that begins within the hour, and no change to its "
        "attendance here. All others are read in each run. 0: all courses in each run. Sync now, "
        "Preview and Verify always read all. Not used with the plug-in OpenEduCat attendance, by "
        "which Moodle says in each run what has changed.",
    )

    last_read = fields.Char(
        "Courses read",
        compute="_compute_last_read",
        help="When the course was read that was read longest ago, and the one read last. Each is "
        "listed in Configuration > Moodle > Courses.",
    )

    def _compute_last_read(self):
        """Of the courses that the schedule reads; one that was never read has no date."""
        rows = self.env["moodle.mapping"]._read_group(
            [
                ("instance_id", "in", self._origin.ids),
                ("model", "=", "op.subject"),
                ("last_success", "!=", False),
                ("ended_at", "=", False),
            ],
            ["instance_id"],
            ["last_success:min", "last_success:max"],
        )
        read = {instance.id: (first, last) for instance, first, last in rows}
        for instance in self:
            first, last = read.get(instance._origin.id, (None, None))
            if not first:
                instance.last_read = False
                continue
            first, last = (
                format_datetime(self.env, when, dt_format="short") for when in (first, last)
            )
            instance.last_read = first if first == last else f"{first} – {last}"

    @api.constrains("people_hours", "quiet_hours")
    def _check_hours(self):
        for instance in self:
            if not all(
                0 <= hours <= MOST_HOURS for hours in (instance.people_hours, instance.quiet_hours)
            ):
                raise ValidationError(
                    self.env._("These hours must be a number from 0 to %s.", MOST_HOURS)
                )

    def write(self, vals):
        changed = any(not same(self, name, vals[name]) for name in DECIDING.intersection(vals))
        result = super().write(vals)
        if changed:
            self._read_all_soon()
        return result

    def _read_all_soon(self):
        """The next scheduled run reads every course: a person has decided something."""
        self.env["moodle.touched"]._touch_all(self)
