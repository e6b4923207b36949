"""The planner's rules of which sheet a session takes over, and which sheets are left alone
because nobody knows whose they are. Pure."""

from . import linking
from .records import Sheet


class SheetRules:
    """A part of the planner, which has the state that is used here."""

    def _taken_sessions(self):
        """:return: two sets of ``(session id, batch id)``: those that have a sheet, and those
        of which all sheets are cancelled
        """
        taken, cancelled = set(), set()
        for sheet in self.local.sheets:
            if sheet.session_id and sheet.id not in self.misplaced:
                found = cancelled if sheet.state == "cancel" else taken
                found.add((sheet.session_id, sheet.batch_id))
        return taken, cancelled - taken

    def _link(self, sheet, session):
        """A sheet made by hand counts as linked from here on. A cancelled one of the same
        session and batch gives way: a person has made this one in its place."""
        self.linked.add(sheet.id)
        sheets = self.sheets_of_session.setdefault(session.id, [])
        old = [s for s in sheets if s.state == "cancel" and s.batch_id == sheet.batch_id]
        self.superseded.setdefault(session.id, []).extend(old)
        self.sheets_of_session[session.id] = [s for s in sheets if s not in old] + [sheet]

    def _link_in_place(self, sessions):
        """Where Moodle is right, a sheet is linked before its marks ask for it only in the
        place of one that a person has cancelled."""
        taken, left = self._taken_sessions()
        if not left:
            return
        free = [
            sheet
            for sheet in self.local.sheets
            if not sheet.session_id
            and sheet.active
            and sheet.state != "cancel"
            and self.rules.in_window(sheet.date)
            and self._owner(sheet) == self.reading.course.id
        ]
        begun = [session for session in sessions if session.marks and self.rules.begun(session)]
        held = self._held(begun, free)
        choices = linking.choose_sessions(free, begun, taken, self.people, self.rules, held, left)
        days = {(self._date(s), batch) for s in begun for number, batch in left if number == s.id}
        for sheet in free:
            choice = choices[sheet.id]
            if choice.session and (choice.session.id, sheet.batch_id) in left:
                self._link(sheet, choice.session)
            elif not choice.session and (sheet.date, sheet.batch_id) in days:
                self._sheets_gap("sheets_beside", sheet.batch_id, sheet.date, [sheet])

    def _adoptions(self, wanted):
        """Unlinked sheets that a session takes over: where that is sure, or where of its
        batch and date there is exactly one such sheet, and one session that needs one.
        Where it is not sure, nothing is made beside them.

        :return: ``{(session id, batch id): Sheet}``
        """
        free, needing, linked = {}, {}, set()
        for sheet in self.local.sheets:
            misplaced = sheet.id in self.misplaced
            if not misplaced and (sheet.session_id or sheet.id in self.linked):
                if sheet.state != "cancel":
                    linked.add((sheet.batch_id, sheet.date))
            elif sheet.active and sheet.state != "cancel" and sheet.own:
                free.setdefault((sheet.batch_id, sheet.date), []).append(sheet)
        marks, asked = {}, {}
        for session, by_sheet in wanted:
            of_session = marks[session.id] = {}
            for key, found in by_sheet.items():
                of_session.update((mark.student_id, mark.status) for mark in found)
                if not isinstance(key, Sheet):
                    asked[session.id, key] = {mark.student_id for mark in found}
                    needing.setdefault((key, self._date(session)), []).append(session)
        result = {}
        for (batch, day), sheets in free.items():
            sessions = needing.get((batch, day), [])
            owner = self._owner(sheets[0])
            if owner != self.reading.course.id:
                if sessions and not owner:
                    self._hold_back(sessions, batch, "two_courses")
                    for sheet in sheets:
                        self._two_courses(sheet)
                continue
            held = linking.Held(self._said_by_lines(sheets), marks, asked)
            pairs = linking.sure_pairs(sheets, sessions, held)
            left = [sheet for sheet in sheets if sheet.id not in pairs]
            used = {session.id for session in pairs.values()}
            open_sessions = [session for session in sessions if session.id not in used]
            if len(left) == len(open_sessions) == 1 and left[0].id not in self.misplaced:
                pairs[left[0].id] = open_sessions[0]
                left, open_sessions = [], []
            for sheet in sheets:
                if sheet.id in pairs:
                    result[pairs[sheet.id].id, batch] = sheet
                    self._drop_gap("sheet_without_session", f"sheet:{sheet.id}", "several_sessions")
            if left and open_sessions:
                self._hold_back(open_sessions, batch, "unsure_sheets")
            left = [sheet for sheet in left if sheet.id not in self.misplaced]
            if left and open_sessions:
                self._sheets_gap("sheets_unsure", batch, day, left)
            elif left and (sessions or (batch, day) in linked):
                self._sheets_gap("sheets_beside", batch, day, left)
        return result

    def _said_by_lines(self, sheets):
        """:return: ``{sheet id: {student id: status}}``; no status where two lines differ"""
        said = {}
        for sheet in sheets:
            of_student = self.lines_of_sheet.get(sheet.id, {})
            statuses = {student: {x.status for x in lines} for student, lines in of_student.items()}
            said[sheet.id] = {
                student: min(found) if len(found) == 1 else None
                for student, found in statuses.items()
            }
        return said

    def _hold_back(self, sessions, batch, why):
        self.held_back |= {(session.id, batch): why for session in sessions}

    def _sheets_gap(self, why, batch, day, sheets):
        names = tuple(sorted(sheet.name for sheet in sheets))
        if why == "sheets_unsure":
            # One gap for the day; of a push they have one each.
            for sheet in sheets:
                self._drop_gap("sheet_without_session", f"sheet:{sheet.id}", "several_sessions")
        self._gap("conflicting_sheets", f"{batch}:{day}", why, (names, day.isoformat()))

    def _misplaced(self, adopted):
        """Neither moved nor written, unless it is known where they belong.

        :param adopted: ids of sheets that are linked anew
        """
        for sheet in self.local.sheets:
            session = self.misplaced.get(sheet.id)
            if not session or sheet.id in adopted or sheet.state == "cancel" or not sheet.active:
                continue
            self._gap(
                "sheet_without_session",
                f"place:{sheet.id}",
                "session_elsewhere",
                (sheet.name, sheet.date.isoformat(), session.id, self._activity_name(session)),
                moodle_id=session.id,
                record=("op.attendance.sheet", sheet.id),
            )
