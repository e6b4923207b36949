from odoo import api, fields, models

from ..services.records import Seen
from .indexes import unique_index


class OpAttendanceSheet(models.Model):
    _inherit = "op.attendance.sheet"

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
        return result

    @api.depends("moodle_instance_id", "moodle_seen", "attendance_date")
    def _compute_moodle(self):
        """By superuser: whoever sees a sheet may know where it is in Moodle; Moodle itself
        decides whom it lets in."""
        seen = {sheet: Seen.parse(sheet.moodle_seen) for sheet in self}
        courses = {found.course_id for found in seen.values() if found}
        mappings = {
            (mapping.instance_id, mapping.moodle_id): mapping
            for mapping in self.env["moodle.mapping"].search(
                [("model", "=", "op.subject"), ("moodle_id", "in", list(courses))]
            )
        }
        for sheet in self:
            instance, found = sheet.moodle_instance_id, seen[sheet]
            if not (instance and found and sheet.moodle_session_id):
                sheet.moodle_url = sheet.moodle_synced_at = False
                continue
            mapping = mappings.get((instance, found.course_id), self.env["moodle.mapping"])
            sheet.moodle_synced_at = mapping.last_success
            sheet.moodle_url = instance._session_address(
                found, mapping._module_of(found.activity_id), sheet.attendance_date
            )

    @api.depends("attendance_line.moodle_differs")
    def _compute_moodle_differs(self):
        for sheet in self:
            sheet.moodle_differs = any(sheet.attendance_line.mapped("moodle_differs"))

    @api.model
    def _search_moodle_differs(self, operator, value):
        lines = self.env["op.attendance.line"]._search([("moodle_differs", "=", True)])
        if operator in ("in", "not in"):  # 19.0
            wanted = (True in value) == (operator == "in")
        else:
            wanted = bool(value) == (operator == "=")
        return [("attendance_line", "in" if wanted else "not in", lines)]

    def action_open_moodle(self):
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.moodle_url, "target": "new"}
