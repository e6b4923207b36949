"""The planner's rules where marks go to Moodle: which sheet belongs to which session, who
has changed what, and what is sent. Pure."""

from collections import Counter
from dataclasses import replace

from . import linking, merge, status_meaning
from . import plan as p
from .marks import Mark, line_plan

# What a person should know of, as a gap per session.
ODD = {
    merge.VANISHED: ("vanished", "mark_vanished"),
    merge.DROPPED: ("vanished", "line_dropped"),
    merge.UNCLEAR: ("refused_push", "line_unclear"),
    merge.UNSURE: ("clock", "clock_off"),
}


class PushRules:
    """A part of the planner, which has the state that is used here."""

    # --- which session ----------------------------------------------------------

    def _link_sheets(self, sessions):
        """Sheets made by hand that a session is found for count as linked from here on."""
        taken, left = self._taken_sessions()
        free = [
            sheet
            for sheet in self.local.sheets
            if not sheet.session_id
            and sheet.active
            and (sheet.state == "done" or (self.direction == merge.BOTH and _in_hands(sheet)))
            and self.rules.in_window(sheet.date)
            and self._is_ours(sheet)
        ]
        held = self._held(sessions, free)
        choices = linking.choose_sessions(
            free, sessions, taken, self.people, self.rules, held, left
        )
        for sheet in free:
            choice = choices[sheet.id]
            if choice.session:
                self._link(sheet, choice.session)
            elif sheet.state == "done":
                self._without_session(sheet, choice)

    def _held(self, sessions, sheets):
        """:return: ``linking.Held`` of the days of sheets; no status for what can't be told"""
        days = {sheet.date for sheet in sheets}
        batches = {sheet.batch_id for sheet in sheets}
        marks, asked = {}, {}
        for session in sessions:
            if self._date(session) not in days:
                continue
            meanings, said = self._meanings(session), marks.setdefault(session.id, {})
            for mark in session.marks:
                student = self.people.student(mark.user_id).record_id
                meaning = meanings.get(mark.status_id)
                status = meaning and meaning.status
                if student and said.setdefault(student, status) != status:
                    said[student] = None
            for batch in batches:
                asked[session.id, batch] = {
                    student
                    for student in said
                    if session.group_id or self.people.own_batch(student)[0] in (batch, 0, None)
                }
        return linking.Held(self._said_by_lines(sheets), marks, asked)

    def _is_ours(self, sheet):
        """Whether an unlinked sheet may be linked with this Moodle course. Where nobody can
        tell, the course with the lowest number says so."""
        owner = self._owner(sheet)
        if owner:
            return owner == self.reading.course.id
        lowest = min(course.id for course in (self.reading.course, *self.reading.rivals))
        if sheet.state == "done" and self.reading.course.id == lowest:
            self._two_courses(sheet)
        return False

    def _without_session(self, sheet, choice):
        new, fitting = None, choice.fitting
        starts = self.reading.course.starts
        early = bool(starts) and sheet.date < self.rules.date(starts)
        if not fitting and choice.sure and self.rules.may_create and not early:
            new = linking.new_session(sheet, self.reading.activities, self.people, self.rules)
        if new and self._statuses_suffice(new):
            self.new_sessions.append(new)
            return
        why = "several_sessions" if fitting else "no_session"
        if not fitting and self.rules.may_create:
            why = "before_course" if early else "no_place_for_session"
        self._gap(
            "sheet_without_session",
            f"sheet:{sheet.id}",
            why,
            (sheet.name, sheet.date.isoformat()),
            marks=len(self.lines_of_sheet.get(sheet.id, ())),
            record=("op.attendance.sheet", sheet.id),
        )

    def _statuses_suffice(self, new):
        """A new session has status set 0 always; what that set holds is known from the
        activity's other sessions, if there are any."""
        lines = self.lines_of_sheet.get(new.sheet_id, {}).values()
        needed = {line.status for of_student in lines for line in of_student if line.status}
        for session in self.reading.sessions:
            if session.activity_id == new.activity_id and not session.status_set:
                meanings = self._meanings(session)
                return all(
                    status_meaning.to_send(session.statuses, meanings, status)[0]
                    for status in needed
                )
        return True

    # --- who has changed what -----------------------------------------------------

    def _settled_lines(self, session, sheet, marks):
        """Where both sides may write: what each student of the sheet needs here; what
        Moodle needs goes to ``pushes``."""
        lines = self.lines_of_sheet.get(sheet.id, {})
        marks = {mark.student_id: mark for mark in marks}
        odd = Counter()
        for student in sorted(lines.keys() | marks.keys()):
            if (session.id, student) in self.settled:
                # A line in two sheets of one session: the first one speaks.
                continue
            self.settled.add((session.id, student))
            if {(session.id, student), (session.id, 0)} & self.undecided:
                continue
            of_student = lines.get(student, [])
            # Of two lines in a sheet the one marked last speaks.
            line = max(of_student, key=lambda line: line.marked_at, default=None)
            mark = marks.get(student)
            dropped = self.local.dropped.get((session.id, student))
            base = line.base if line else dropped
            moodle = self._moodle_side(session, sheet, mark)
            verdict = merge.settle(self.direction, base, moodle, self._odoo_side(line))
            sent = verdict.action != merge.PUSH or self._push(
                session, sheet, student, line, of_student
            )
            if verdict.conflict and sent:
                self._conflict(session, line, base, moodle, verdict)
            if verdict.action == merge.PUSH:
                continue
            if verdict.action in ODD:
                odd[verdict.action] += 1
            else:
                yield from self._lines_for(verdict.action, session, sheet, of_student, mark)
        for action, count in sorted(odd.items()):
            kind, why = ODD[action]
            details = (sheet.name, sheet.date.isoformat(), count)
            record = ("op.attendance.sheet", sheet.id)
            self._gap(kind, f"{why}:{session.id}", why, details, session.id, count, record)

    def _lines_for(self, action, session, sheet, lines, mark):
        if action == merge.PULL:
            for line in lines or [None]:
                plan = line_plan(line, mark, self.types)
                if plan:
                    # Nothing is put back where both sides may write.
                    action = p.UPDATE if plan.action == p.PUT_BACK else plan.action
                    yield replace(plan, action=action)
            return
        # A remark goes along only when Moodle has changed: one written here meanwhile
        # stays, since it can't be pushed.
        news = self.direction == merge.BOTH and sheet.seen != session.seen
        for line in lines:
            if mark and line.status and line.status == mark.status:
                shown = mark if news else Mark(mark.student_id, mark.status)
                plan = line_plan(line, shown, self.types)
                if plan:
                    yield plan

    def _moodle_side(self, session, sheet, mark):
        if mark is None:
            return None
        taken = self._taken(session, sheet)
        ours = taken != session.taken_at
        moment = taken - self.rules.clock_offset
        return merge.MoodleSide(
            status=mark.status,
            time=moment,
            machine=not session.taken_by and not ours,
            sure=self.rules.clock_sure and self.rules.possible(moment),
        )

    def _odoo_side(self, line):
        if line is None:
            return None
        sure = self.rules.possible(line.marked_at)
        return merge.OdooSide(line.status, line.marked_at, line.person, sure)

    def _taken(self, session, sheet):
        """When somebody else than we took the session. Our own pushes move its time, so
        what was known before them is kept on the sheet."""
        if self.rules.user_id and session.taken_by == self.rules.user_id:
            return sheet.taken_at if sheet else 0
        return session.taken_at

    def _conflict(self, session, line, base, moodle, verdict):
        self.conflicts.append(
            p.Conflict(
                session_id=session.id,
                student_id=line.student_id,
                base=base,
                moodle=moodle.status,
                odoo=line.status,
                moodle_time=moodle.time,
                odoo_time=line.marked_at,
                machine=moodle.machine,
                winner=merge.OEC if verdict.action == merge.PUSH else merge.MOODLE,
            )
        )

    # --- pushes ---------------------------------------------------------------

    def _push(self, session, sheet, student, line, lines):
        """Moodle checks next to nothing, so it is checked here.

        :return: whether the mark is sent
        """
        status = line.status
        accounts = self.accounts.get(student, ())
        listed = [user for user in accounts if user in session.user_ids]
        if len(listed) != 1:
            why = "push_not_listed" if accounts else "push_no_account"
            record = ("op.student", student)
            self._gap("refused_push", f"{why}:{student}", why, (student,), marks=1, record=record)
            return False
        meanings = self._meanings(session)
        chosen, missing = status_meaning.to_send(session.statuses, meanings, status)
        if not chosen:
            self._no_status(session, meanings, status, missing)
            return False
        rows = {m.status_id for m in session.marks if m.user_id == listed[0]}
        held = min(rows, default=0) if len(rows) < 2 else -1
        before = self.local.not_held.get((session.id, student))
        if before == (status, held, line.marked_at):
            self._gap(**not_held(session, student, self._date(session)))
            return False
        self.pushes.append(
            p.PushPlan(
                session_id=session.id,
                sheet_id=sheet.id,
                student_id=student,
                user_id=listed[0],
                status=status,
                status_id=chosen.id,
                status_set=session.status_set,
                line_ids=tuple(line.id for line in lines if line.status == status),
                marked_at=line.marked_at,
            )
        )
        return True

    def _no_status(self, session, meanings, status, missing):
        """The session's set has no status for a mark, or several and nobody has said which;
        and the letters of the set that may be meant, for somebody to choose."""
        fitting = [s.acronym for s in session.statuses if meanings[s.id].status == status]
        self._gap(
            "refused_push",
            f"status:{session.activity_id}:{session.status_set}:{status}",
            f"push_{missing}_status",
            (status, self._activity_name(session), tuple(fitting)),
            marks=1,
        )
        if missing == "none":
            for letter in session.statuses:
                if meanings[letter.id].why in status_meaning.OPEN:
                    self._letter_gap(letter, meanings[letter.id].why)


def not_held(session, student, day):
    """The gap of a mark that Moodle accepted and does not hold.

    :param day: of the session
    :return: arguments of the gap, by name
    """
    return {
        "kind": "refused_push",
        "key": f"not_held:{session.id}:{student}",
        "why": "push_not_held",
        "details": (student, day.isoformat(), session.id),
        "moodle_id": session.id,
        "marks": 1,
        "record": ("op.student", student),
    }


def _in_hands(sheet):
    """A sheet that somebody is still working on; its lines are no marks yet. A school's
    own OpenEduCat can have further states, such as *confirm*."""
    return sheet.state not in ("done", "cancel")
