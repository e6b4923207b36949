import io
from collections import Counter
from datetime import date, datetime

import xlsxwriter

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..services.domain import percent
from ..services.domain.picture import natural_key, session_key
from ..services.domain.records import Seen
from ..services.domain.status import STATUSES, from_booleans
from .session_time import time_of_day

# Sessions side by side; older ones are a page further.
SESSIONS = 60
MOST_PAGES = 10_000
# Where Moodle holds no mark.
NOTHING = "–"
# A line with none or several of the four set.
UNCLEAR = "?"
COLOURS = {"P": "#cdebd3", "A": "#e8a19e", "L": "#fbdf9b", "E": "#cfdcf5"}


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

    def attendance_picture(self, page=0, since=None, until=None):
        """The newest sessions of a course, oldest first.

        :param page: 0 for the newest :data:`SESSIONS`, 1 for those before …
        :param since: first date, as ``YYYY-MM-DD``; ``None`` for all
        :param until: last date
        :return: ``sessions``: list of ``{key, day, time, sheets, batches, linked}``, the two
            lists being of the same sheets; ``students``: list of ``{id, name, cells, counts,
            percent, share}``, a cell being ``None`` or ``[letter, other letter, line id,
            batch id]``, the other one where Moodle has another; ``counts`` of P, A, L and E,
            and ``percent``, are of all sessions between the dates, on whatever page;
            ``batches``: list of ``[id, name]``; ``percent_words``: what a percentage says;
            ``older``: whether there is a page further; ``as_of``: when both sides were
            compared last, as text in UTC, or ``False``
        """
        if type(page) is not int or not 0 <= page < MOST_PAGES:
            raise UserError(self.env._("There is no such page."))
        columns, students, report = self._attendance(since, until)
        last = len(columns) - page * SESSIONS
        shown = slice(max(last - SESSIONS, 0), max(last, 0))
        here = columns[shown]
        batches = {batch.id: batch.display_name for c in here for batch in c["sheets"].batch_id}
        return {
            "sessions": [
                {
                    "key": column["key"],
                    "day": column["day"].isoformat(),
                    "time": column["time"],
                    "sheets": column["sheets"].ids,
                    "batches": [sheet.batch_id.id for sheet in column["sheets"]],
                    "linked": column["linked"],
                }
                for column in here
            ],
            "students": [
                {**student, "cells": cells}
                for student in students
                if any(cells := student["cells"][shown])
            ],
            "batches": sorted(batches.items(), key=lambda item: natural_key(item[1])),
            "percent_words": self.instance_id._percent_words(),
            "older": last > SESSIONS,
            "as_of": report.ended_at and report.ended_at.isoformat(" "),
        }

    # --- what is shown ------------------------------------------------------------

    def _attendance(self, since, until):
        """All sessions between two dates.

        :return: list of columns ``{key, day, time, sheets, linked}``, oldest first; list of
            students as in :meth:`attendance_picture`; the last comparison
        :raise UserError: these are no dates
        """
        self.ensure_one()
        self.check_access("read")
        # As the user: the picture shows no sheet that this user may not see.
        sheets = self.env["op.attendance.sheet"].search(self._picture_domain(since, until))
        sheets = self._of_its_own_term(sheets)
        # sudo: names of students and batches that stand on sheets which the user may see;
        # attendance managers of 2025 may read neither model.
        columns = self._columns(sheets.sudo())
        report = self._last_comparison()
        students = self._rows(columns, sheets, self._other_letters(report, sheets))
        return columns, students, report

    def _picture_domain(self, since, until):
        domain = [
            ("register_id.subject_id", "=", self.oec_record_id),
            ("register_id.course_id", "=", self.op_course_id.id),
            ("state", "=", "done"),
            ("moodle_instance_id", "in", [self.instance_id.id, False]),
        ]
        for operator, text in ((">=", since), ("<=", until)):
            if text:
                domain.append(("attendance_date", operator, self._as_date(text)))
        return domain

    def _of_its_own_term(self, sheets):
        """Of a course that has ended, its own sheets only; of one that has the pair now, none of
        those."""
        seen = {sheet: Seen.parse(sheet.moodle_seen) for sheet in sheets}
        if self.ended_at:
            return sheets.filtered(lambda s: seen[s] and seen[s].course_id == self.moodle_id)
        before = self.search(
            [
                ("instance_id", "=", self.instance_id.id),
                ("model", "=", "op.subject"),
                ("oec_record_id", "=", self.oec_record_id),
                ("op_course_id", "=", self.op_course_id.id),
                ("ended_at", "!=", False),
            ]
        )
        ended = set(before.mapped("moodle_id"))
        return sheets.filtered(lambda s: not (seen[s] and seen[s].course_id in ended))

    def _as_date(self, text):
        try:
            return date.fromisoformat(text)
        except (TypeError, ValueError):
            raise UserError(self.env._("This is not a date: %s", text)) from None

    def _columns(self, sheets):
        found = {}
        for sheet in sheets.sorted("id"):
            key = session_key(
                sheet.id,
                sheet.moodle_instance_id.id,
                sheet.moodle_session_id,
                sheet.moodle_seen,
            )
            found.setdefault(key, self.env["op.attendance.sheet"].sudo())
            found[key] |= sheet
        columns = [
            {
                "key": key,
                "day": same[0].attendance_date,
                "time": time_of_day(_starts(same), self.instance_id.tz) or "",
                "sheets": same,
                "linked": bool(same[0].moodle_session_id),
            }
            for key, same in found.items()
        ]
        # Those of which no time is known come first in their day.
        return sorted(
            columns,
            key=lambda c: (c["day"], _starts(c["sheets"]) or datetime.min, c["sheets"][0].id),
        )

    def _rows(self, columns, sheets, other):
        """:param other: see :meth:`_other_letters`"""
        column_of = {sheet: number for number, c in enumerate(columns) for sheet in c["sheets"]}
        points = {sheet: percent.read_points(sheet.moodle_points) for sheet in column_of}
        rows, marks = {}, {}
        Line = self.env["op.attendance.line"].sudo()
        for line in Line.search([("attendance_id", "in", sheets.ids)], order="id"):
            sheet, student = line.attendance_id, line.student_id
            letter = from_booleans(line) or UNCLEAR
            moodle = other.get((sheet.id, student.id)) or line.moodle_base or ""
            cells = rows.setdefault(student, [None] * len(columns))
            differing = moodle if moodle and moodle != letter else None
            cells[column_of[sheet]] = [letter, differing, line.id, sheet.batch_id.id]
            held = "" if moodle == NOTHING else moodle
            of_student = marks.setdefault(student, {})
            of_student[column_of[sheet]] = percent.Mark(letter, held, points[sheet])
        rule = self.instance_id._percent_rule()
        result = []
        for student, cells in rows.items():
            counts = Counter(mark.here for mark in marks[student].values())
            share = percent.share(marks[student].values(), rule)
            result.append(
                {
                    "id": student.id,
                    "name": student.display_name or "",
                    "cells": cells,
                    "counts": [counts[letter] for letter in STATUSES],
                    "percent": share.percent,
                    "share": self._share_words(share),
                }
            )
        return sorted(result, key=lambda row: (natural_key(row["name"]), row["id"]))

    def _share_words(self, share):
        """Of what a percentage is, for who points at it."""
        if not share.known:
            return self.env._(
                "Not available: the Moodle points of a mark are not known. The next run stores "
                "them for the sessions it reads."
            )
        return f"{share.part:g} / {share.whole:g}"

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
        return {(line.sheet_id.id, line.student_id.id): line.moodle or NOTHING for line in lines}

    # --- as a spreadsheet -----------------------------------------------------------

    def _attendance_workbook(self, since=None, until=None):
        """All sessions between two dates, see :meth:`attendance_picture`.

        :return: bytes of an xlsx file
        """
        columns, students, _report = self._attendance(since, until)
        output = io.BytesIO()
        with xlsxwriter.Workbook(output, {"in_memory": True}) as book:
            sheet = book.add_worksheet(self.env._("Attendance"))
            bold = book.add_format({"bold": True})
            head = book.add_format({"bold": True, "text_wrap": True, "align": "center"})
            middle = {"align": "center"}
            letters = {
                letter: book.add_format({**middle, "bg_color": colour})
                for letter, colour in COLOURS.items()
            }
            plain = book.add_format(middle)
            # Always as text: a name that begins with = is no formula.
            sheet.write_string(0, 0, self.moodle_name or "", bold)
            sheet.write_string(1, 0, self.record_name or "")
            top = 3
            sheet.write_string(top, 0, self.env._("Student"), bold)
            for number, column in enumerate(columns, 1):
                batches = ", ".join(column["sheets"].batch_id.mapped("display_name"))
                words = [format_date(self.env, column["day"]), column["time"], batches]
                sheet.write_string(top, number, "\n".join(filter(None, words)), head)
            after = len(columns) + 1
            for number, letter in enumerate((*STATUSES, "%")):
                sheet.write_string(top, after + number, letter, head)
            for row, student in enumerate(students, top + 1):
                sheet.write_string(row, 0, student["name"])
                for number, cell in enumerate(student["cells"], 1):
                    if cell:
                        text = f"{cell[0]} (Moodle: {cell[1]})" if cell[1] else cell[0]
                        sheet.write_string(row, number, text, letters.get(cell[0], plain))
                for number, count in enumerate(student["counts"]):
                    sheet.write_number(row, after + number, count)
                if student["percent"] is not None:
                    sheet.write_number(row, after + len(STATUSES), student["percent"])
            foot = top + 1 + len(students)
            for number, letter in enumerate(STATUSES):
                sheet.write_string(foot + number, 0, letter, bold)
                for place in range(len(columns)):
                    cells = [student["cells"][place] for student in students]
                    count = sum(bool(cell) and cell[0] == letter for cell in cells)
                    sheet.write_number(foot + number, place + 1, count, plain)
            sheet.write_string(foot + 5, 0, f"%: {self.instance_id._percent_words()}")
            sheet.set_column(0, 0, 28)
            sheet.set_column(1, max(len(columns), 1), 11)
            sheet.set_row(top, 48)
            sheet.freeze_panes(top + 1, 1)
            sheet.set_landscape()
            sheet.repeat_rows(top)
            sheet.repeat_columns(0)
        return output.getvalue()


def _starts(sheets):
    """When the session of these sheets begins, as far as is known."""
    return sheets[0].moodle_starts or sheets[0].session_id.start_datetime
