from odoo import models
from odoo.exceptions import UserError

from ..services.status import from_booleans

# Sessions side by side; older ones are a page further.
SESSIONS = 60
MOST_PAGES = 10_000


class MoodleMapping(models.Model):
    """The attendance of one course as a picture: students by sessions."""

    _inherit = "moodle.mapping"

    def action_picture(self):
        self.ensure_one()
        self.check_access("read")
        view = self.env.ref("openeducat_moodle_attendance.view_moodle_mapping_picture")
        return {
            "type": "ir.actions.act_window",
            "name": self.moodle_name,
            "res_model": "moodle.mapping",
            "res_id": self.id,
            "views": [(view.id, "form")],
        }

    def attendance_picture(self, page=0):
        """The newest sessions of a course, oldest first.

        :param page: 0 for the newest :data:`SESSIONS`, 1 for those before …
        :return: ``sessions``: list of ``{id, day, batch, linked}``; ``students``: list of
            ``{id, name, cells, present}``, a cell being ``None`` or ``[letter, other
            letter]``, the other one where Moodle has another; ``present``: percent of
            marks that are P or L; ``older``: whether there is a page further; ``as_of``:
            when both sides were compared last, as text in UTC, or ``False``
        """
        self.ensure_one()
        self.check_access("read")
        if type(page) is not int or not 0 <= page < MOST_PAGES:
            raise UserError(self.env._("There is no such page."))
        domain = [
            ("register_id.subject_id", "=", self.oec_record_id),
            ("register_id.course_id", "=", self.op_course_id.id),
            ("state", "=", "done"),
            ("moodle_instance_id", "in", [self.instance_id.id, False]),
        ]
        # As the user: sheets that he may not see are not in his picture.
        sheets = self.env["op.attendance.sheet"].search(
            domain,
            order="attendance_date desc, id desc",
            offset=page * SESSIONS,
            limit=SESSIONS + 1,
        )
        older = len(sheets) > SESSIONS
        # sudo: names of students and batches that stand on sheets which the user may see;
        # attendance managers of 2025 may read neither model.
        sheets = sheets[:SESSIONS].sorted(lambda s: (s.attendance_date, s.id)).sudo()
        report = self._last_comparison()
        other = self._other_letters(report, sheets)
        column = {sheet.id: number for number, sheet in enumerate(sheets)}
        rows = {}
        for line in (
            self.env["op.attendance.line"].sudo().search([("attendance_id", "in", sheets.ids)])
        ):
            cells = rows.setdefault(line.student_id, [None] * len(sheets))
            letter = from_booleans(line) or "?"
            known = other.get((line.attendance_id.id, line.student_id.id))
            if line.moodle_base and line.moodle_base != letter:
                known = known or line.moodle_base
            cells[column[line.attendance_id.id]] = [letter, known if known != letter else None]
        return {
            "sessions": [
                {
                    "id": sheet.id,
                    "day": sheet.attendance_date.isoformat(),
                    "batch": sheet.batch_id.display_name,
                    "linked": bool(sheet.moodle_session_id),
                }
                for sheet in sheets
            ],
            "students": [
                {
                    "id": student.id,
                    "name": student.display_name,
                    "cells": cells,
                    "present": _present(cells),
                }
                for student, cells in sorted(
                    rows.items(), key=lambda item: (item[0].display_name or "", item[0].id)
                )
            ],
            "older": older,
            "as_of": report.ended_at and report.ended_at.isoformat(" "),
        }

    def _last_comparison(self):
        return self.env["moodle.sync.report"].search(
            [("instance_id", "=", self.instance_id.id), ("state", "=", "done")], limit=1
        )

    def _other_letters(self, report, sheets):
        """What Moodle held when both sides were compared last, where it was another mark;
        unless a run has been there since.

        :return: ``{(sheet id, student id): letter}``
        """
        if not report or (self.last_success and self.last_success > report.ended_at):
            return {}
        lines = self.env["moodle.sync.report.line"].search(
            [
                ("report_id", "=", report.id),
                ("sheet_id", "in", sheets.ids),
                ("student_id", "!=", False),
            ]
        )
        return {(line.sheet_id.id, line.student_id.id): line.moodle or "–" for line in lines}


def _present(cells):
    marks = [cell[0] for cell in cells if cell]
    return round(100 * sum(mark in "PL" for mark in marks) / len(marks)) if marks else 0
