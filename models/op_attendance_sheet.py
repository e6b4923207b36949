from odoo import api, fields, models
from odoo.tools.sql import create_index

from ..services.domain.records import Seen
from .guards import OURS, knows_place, place_in_moodle
from .indexes import unique_index
from .search_operators import wants_true
from .session_time import time_of_day


class OpAttendanceSheet(models.Model):
    _name = "op.attendance.sheet"
    # The guard first: OpenEduCat's own methods see what is taken only.
    _inherit = ["moodle.owned", "moodle.touching", "op.attendance.sheet"]
    _way_to_register = ("register_id",)
    _owned_fields = (
        "moodle_instance_id",
        "moodle_session_id",
        "moodle_seen",
        "moodle_lasttaken",
        "moodle_starts",
        "moodle_points",
    )

    moodle_instance_id = fields.Many2one(
        "moodle.instance", "Moodle", readonly=True, copy=False, ondelete="restrict"
    )
    moodle_session_id = fields.Integer(
        "Moodle session number", readonly=True, copy=False, index=True
    )
    moodle_seen = fields.Char(
        "Last seen in Moodle",
        readonly=True,
        copy=False,
        help="Moodle course, activity and fingerprint of the session as last seen.",
    )
    moodle_lasttaken = fields.Datetime("Taken in Moodle", readonly=True, copy=False)
    moodle_starts = fields.Datetime(
        "Starts in Moodle",
        readonly=True,
        copy=False,
        help="Known of sessions that a run has read.",
    )
    moodle_points = fields.Char(
        "Points in Moodle",
        readonly=True,
        copy=False,
        help="Of the letters in the session's set of statuses, and the most of them.",
    )
    moodle_time = fields.Char(
        "Time",
        compute="_compute_moodle_time",
        compute_sudo=True,
        help="When the session begins: in Moodle, in the time zone of the school; else in the "
        "timetable.",
    )
    moodle_url = fields.Char("In Moodle", compute="_compute_moodle", compute_sudo=True)
    moodle_synced_at = fields.Datetime(
        "Last synchronised", compute="_compute_moodle", compute_sudo=True
    )
    moodle_differs = fields.Boolean(
        "Differs from Moodle",
        compute="_compute_moodle_differs",
        search="_search_moodle_differs",
        help="A mark was changed here since both sides last agreed.",
    )

    def init(self):
        result = super().init()
        unique_index(
            self.env.cr,
            "op_attendance_sheet_moodle_unique",
            self._table,
            ["moodle_instance_id", "moodle_session_id", "register_id"],
            where="moodle_instance_id IS NOT NULL AND moodle_session_id > 0",
        )
        # It begins with the Moodle course, and a course of which no session is known is asked for
        # by that in each run: 0.4 ms instead of 4 with 56,000 sheets, in any collation.
        create_index(
            self.env.cr,
            "op_attendance_sheet_moodle_seen",
            self._table,
            ["moodle_instance_id", "moodle_seen text_pattern_ops"],
        )
        return result

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals and not self._written_by_us():
            self._forget_own_cancel()
        return result

    def _forget_own_cancel(self):
        """Whatever the synchronisation had cancelled: from here on the state is a person's."""
        # sudo: its own bookkeeping; the person has just written the sheet.
        for sheet in self.sudo().with_context(**{OURS: True}):
            seen = Seen.parse(sheet.moodle_seen)
            if seen and seen.state_before:
                sheet.moodle_seen = str(seen.without_mark())

    @api.depends("moodle_instance_id", "moodle_seen", "attendance_date")
    @api.depends_context("uid")
    def _compute_moodle(self):
        """By superuser: whoever of the school's staff sees a sheet may know where it is in
        Moodle; Moodle itself decides whom it lets in. Never of values that a form sends."""
        known = knows_place(self)
        seen = {sheet: Seen.parse(sheet._origin.moodle_seen) for sheet in self}
        courses = {found.course_id for found in seen.values() if found}
        mappings = {
            (mapping.instance_id, mapping.moodle_id): mapping
            for mapping in self.env["moodle.mapping"].search(
                [("model", "=", "op.subject"), ("moodle_id", "in", list(courses))]
            )
        }
        for sheet in self:
            place, found = sheet._origin, seen[sheet]
            instance = place.moodle_instance_id
            if not (place in known and instance and found and place.moodle_session_id):
                sheet.moodle_url = sheet.moodle_synced_at = False
                continue
            mapping = mappings.get((instance, found.course_id), self.env["moodle.mapping"])
            sheet.moodle_synced_at = mapping.last_success
            sheet.moodle_url = instance._session_address(
                found, mapping._module_of(found.activity_id), place.attendance_date
            )

    @api.depends("moodle_starts", "moodle_instance_id.tz", "session_id.start_datetime")
    @api.depends_context("tz")
    def _compute_moodle_time(self):
        """By superuser: whoever sees a sheet may know when it was, not all who do may read
        the timetable."""
        own = self.env.context.get("tz") or self.env.user.tz or "UTC"
        for sheet in self:
            sheet.moodle_time = time_of_day(
                sheet.moodle_starts or sheet.session_id.start_datetime,
                sheet.moodle_instance_id.tz or own,
            )

    @api.depends("attendance_line.moodle_differs")
    def _compute_moodle_differs(self):
        for sheet in self:
            sheet.moodle_differs = any(sheet.attendance_line.mapped("moodle_differs"))

    @api.model
    def _search_moodle_differs(self, operator, value):
        lines = self.env["op.attendance.line"]._search([("moodle_differs", "=", True)])
        found = "in" if wants_true(operator, value) else "not in"
        return [("attendance_line", found, lines)]

    def action_open_moodle(self):
        return place_in_moodle(self)
