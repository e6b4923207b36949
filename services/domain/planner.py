"""(what Moodle holds, what OpenEduCat holds, who is who, rules) -> plan.

Pure: no network, no database, no clock. All rules of what is carried over, left
out, moved, cancelled or put back stand here.
"""

from collections import Counter
from dataclasses import replace

from . import brake, linking, merge, status_meaning
from . import plan as p
from .adopting import SheetRules
from .marks import NO_TYPES, Mark, clean_remark, line_plan, one_mark
from .percent import points_text
from .push import PushRules
from .records import Sheet


def plan_course(reading, local, people, rules):
    """:param reading: ``CourseReading``
    :param local: ``LocalState`` of the same course
    :param people: ``People`` of the same course
    :param rules: ``window.Rules``
    :return: ``CoursePlan``
    """
    return _Planner(reading, local, people, rules).plan()


class _Planner(PushRules, SheetRules):
    """The working state of one planning; made for one call and thrown away."""

    def __init__(self, reading, local, people, rules):
        self.reading = reading
        # Ids of sheets that the sync itself has cancelled and whose session came back.
        self.restored = set()
        self.local = replace(local, sheets=tuple(self._restored(local.sheets)))
        self.people = people
        self.rules = rules
        self.direction = rules.direction
        self.skipped = Counter()
        self.gaps = {}
        self.marks_seen = self.sessions_older = self.sessions_early = 0
        # (session, student) of whom nobody knows what Moodle's mark is.
        self.undecided = set()
        # Marks by session that no line can be made of, and that have no sheet yet.
        self.unplaced = {}
        # (session, batch) of which a sheet is there and nobody knows whether it is theirs:
        # as what their marks are counted.
        self.held_back = {}
        self._sets = {}
        self.activity_names = {activity.id: activity.name for activity in reading.activities}
        # Nothing of OpenEduCat's own is written where it is right.
        self.types = local.types if rules.direction != merge.OEC else NO_TYPES
        self.pushes, self.conflicts, self.new_sessions = [], [], []
        # Sheets linked by this plan; and (session, student) that are decided.
        self.linked, self.settled = set(), set()
        # Cancelled sheets, by session, in whose place one made by hand is linked.
        self.superseded = {}
        self.lines_of_sheet = {}
        for line in local.lines:
            of_student = self.lines_of_sheet.setdefault(line.sheet_id, {})
            of_student.setdefault(line.student_id, []).append(line)
        # Sheets whose session's number is of another course or activity by now.
        self.sheets_of_session, self.misplaced = {}, {}
        sessions = {session.id: session for session in reading.sessions}
        for sheet in sorted(self.local.sheets, key=_oldest_active_first):
            session = sessions.get(sheet.session_id)
            if session and not linking.stands_for(sheet, session):
                self.misplaced[sheet.id] = session
            elif sheet.session_id:
                self.sheets_of_session.setdefault(sheet.session_id, []).append(sheet)
        self.register_of = {
            (register.date, register.batch_id): register.id
            for register in sorted(local.registers, key=lambda r: -r.id)
            if register.date
        }
        self.register_date = {register.id: register.date for register in local.registers}
        self.accounts = {}
        for user_id, match in people.students.items():
            if match.record_id:
                self.accounts.setdefault(match.record_id, []).append(user_id)

    def plan(self):
        sessions = [s for s in self.reading.sessions if self._counts(s)]
        sessions.sort(key=lambda s: (s.starts, s.id))
        if self.rules.pushes:
            self._link_sheets(sessions)
        else:
            self._link_in_place(sessions)
        wanted = [(session, self._marks_by_sheet(session)) for session in sessions]
        adopted = self._adoptions(wanted) if self.direction != merge.OEC else {}
        plans = []
        for session, by_sheet in wanted:
            sheets = self._session_sheets(session, by_sheet, adopted)
            if sheets:
                plans.append(p.SessionPlan(session.id, session.starts, tuple(sheets)))
        self._misplaced({sheet.id for sheet in adopted.values()})
        cancelled, emptied = self._deleted_sessions()
        self._unreadable()
        self._odd(sessions)
        self._people_hidden(sessions)
        return p.CoursePlan(
            sessions=tuple(plans),
            cancelled=tuple(cancelled),
            gaps=tuple(self.gaps[key] for key in sorted(self.gaps)),
            skipped=self.skipped,
            sessions_seen=sum(bool(session.marks) for session in sessions),
            marks_seen=self.marks_seen,
            pushes=tuple(self.pushes),
            new_sessions=tuple(self.new_sessions),
            conflicts=tuple(self.conflicts),
            sessions_older=self.sessions_older,
            sessions_early=self.sessions_early,
            emptied=tuple(emptied),
        )

    def _restored(self, sheets):
        """The sheets as they would stand had the sync not cancelled those whose session is
        there again."""
        here = {session.id: session for session in self.reading.sessions}
        for sheet in sheets:
            before = sheet.seen.state_before if sheet.seen else ""
            session = here.get(sheet.session_id)
            its_own = session and linking.stands_for(sheet, session)
            if sheet.state == "cancel" and before and its_own:
                self.restored.add(sheet.id)
                sheet = replace(sheet, state=before)
            yield sheet

    # --- which sessions, which marks ------------------------------------------

    def _date(self, session):
        return self.rules.date(session.starts)

    def _counts(self, session):
        """Whether a session is looked at. Also one that was moved out of the window, so
        that its sheet goes with it; never one before the course's start, which Moodle
        hides from its own reports (a course that is used again)."""
        if session.starts < self.reading.course.starts:
            self.sessions_early += bool(session.marks)
            return False
        wanted = self.rules.wants(session) or any(
            self.rules.in_window(sheet.date) for sheet in self.sheets_of_session.get(session.id, ())
        )
        self.sessions_older += bool(session.marks) and not wanted
        return wanted

    def _meanings(self, session):
        """:return: ``{status id: Meaning}`` of the session's set"""
        key = session.activity_id, session.statuses, session.odd
        if key not in self._sets:
            self._sets[key] = status_meaning.of_session(session, self.rules.chosen)
        return self._sets[key]

    def _points(self, session):
        """What the sheet of a session keeps of the points in its set."""
        whole = all(record.what != "status" for record in session.odd)
        return points_text(session.statuses, self._meanings(session), whole)

    def _marks_by_sheet(self, session):
        """The marks of a session by the sheet they belong to.

        :return: ``{Sheet or batch id: [Mark, …]}``; a batch id where the session has
            no sheet of that batch yet
        """
        sheets = self.sheets_of_session.get(session.id, ())
        waits = not self.rules.begun(session)
        result = {}
        for mark in self._known_marks(session):
            if waits and (not sheets or self.direction == merge.MOODLE):
                self.skipped["not_begun"] += 1
                continue
            key = self._sheet_of(session, sheets, mark)
            if key is None:
                if mark.status is None:
                    self.unplaced.setdefault(session.id, []).append(mark)
                continue
            if isinstance(key, Sheet) and key.state == "cancel":
                self.skipped["cancelled"] += 1
                continue
            if waits and not isinstance(key, Sheet):
                self.skipped["not_begun"] += 1
                continue
            result.setdefault(key, []).append(mark)
        return result

    def _known_marks(self, session):
        """One mark for each student that is known. Moodle has no unique key: a student can
        have two rows in a session, and two accounts can be one student."""
        by_student = {}
        for mark, user_id in self._readable_marks(session):
            by_student.setdefault(mark.student_id, []).append((mark, user_id))
        for student, found in by_student.items():
            if (session.id, student) in self.undecided:
                continue
            mark = one_mark([mark for mark, _user_id in found])
            if mark is None:
                self._doubled(session, student, {user for _mark, user in found}, len(found))
            elif mark.status is not None or self.rules.pushes:
                yield mark

    def _readable_marks(self, session):
        """Marks with the account they are of; what can't be carried over is counted."""
        # Where OpenEduCat is right, marks that it has no line for concern nobody.
        loud = self.direction != merge.OEC
        statuses = {status.id: status for status in session.statuses}
        meanings = self._meanings(session)
        odd = {record.id for record in session.odd if record.what == "status"}
        for record in session.odd:
            if record.what == "mark":
                self.undecided.add((session.id, self.people.student(record.id).record_id))
        rows = {}
        for mark in session.marks:
            rows.setdefault(mark.user_id, []).append(mark)
        for user_id, marks in rows.items():
            self.marks_seen += len(marks)
            match = self.people.student(user_id)
            if match.record_id and len({_said(mark, meanings) for mark in marks}) > 1:
                self._doubled(session, match.record_id, {user_id}, len(marks))
                continue
            for mark in marks:
                meaning = meanings.get(mark.status_id)
                if not mark.status_id:
                    self.skipped["no_status"] += 1
                    continue
                if meaning is None or meaning.status is None:
                    if loud:
                        self._skip_status(session, mark, statuses.get(mark.status_id), meaning, odd)
                    if match.record_id:
                        yield Mark(match.record_id, None), user_id
                    continue
                if not match.record_id:
                    if loud:
                        self._skip_user(match)
                    continue
                remark = clean_remark(mark.remark)
                yield Mark(match.record_id, meaning.status, remark), user_id

    def _doubled(self, session, student, users, count):
        """Nobody knows which of the marks is true: they are neither pulled nor replaced.

        :param users: set of Moodle's ids of the accounts
        """
        self.undecided.add((session.id, student))
        self.skipped["doubled"] += count
        self._gap(
            "doubled",
            f"{session.id}:{student}",
            "mark_doubled",
            (student, self._date(session).isoformat(), session.id, tuple(sorted(users))),
            moodle_id=session.id,
            marks=count,
            record=("op.student", student),
        )

    def _sheet_of(self, session, sheets, mark):
        """The sheet that holds the student's line already; else his batch's sheet of
        this session; else the batch that needs one. A student has one line a session,
        also after he moved to another batch."""
        for sheet in sheets:
            if mark.student_id in self.lines_of_sheet.get(sheet.id, ()):
                return sheet
        if mark.status is None or self.direction == merge.OEC:
            # Nothing that a line could be made of.
            return None
        if session.group_id:
            match = self.people.batch(session.group_id)
            batch = match.record_id
            if not batch:
                self._skip_group(match)
        else:
            batch, why = self.people.own_batch(mark.student_id)
            if not batch:
                self._skip_batch(mark.student_id, why)
        if not batch:
            return None
        return next((sheet for sheet in sheets if sheet.batch_id == batch), batch)

    # --- sheets ---------------------------------------------------------------

    def _owner(self, sheet):
        """Of several Moodle courses for one subject and course, the one that a sheet belongs
        to by its date.

        :return: id of the Moodle course; 0 where that can't be told
        """
        course, rivals = self.reading.course, self.reading.rivals
        if not rivals:
            return course.id
        holding = [c.id for c in (course, *rivals) if self.rules.holds(c, sheet.date)]
        return holding[0] if len(holding) == 1 else 0

    def _two_courses(self, sheet):
        names = sorted(course.fullname for course in (self.reading.course, *self.reading.rivals))
        self._gap(
            "sheet_without_session",
            f"sheet:{sheet.id}",
            "two_courses",
            (sheet.name, sheet.date.isoformat(), tuple(names)),
            marks=len(self.lines_of_sheet.get(sheet.id, ())),
            record=("op.attendance.sheet", sheet.id),
        )

    def _session_sheets(self, session, by_sheet, adopted):
        day = self._date(session)
        # First, since PostgreSQL has one sheet of a session in a register.
        plans = [_unlinked(sheet) for sheet in self.superseded.get(session.id, ())]
        for key, marks in by_sheet.items():
            if isinstance(key, Sheet):
                continue
            if (session.id, key) in self.held_back:
                self.skipped[self.held_back[session.id, key]] += len(marks)
                continue
            sheet = adopted.get((session.id, key))
            if sheet is None:
                plans.append(self._new_sheet(session, key, marks, day))
                continue
            # What its lines meet in Moodle is more than the marks that asked for it.
            lines = self.lines_of_sheet.get(sheet.id, ())
            held = [m for m in self.unplaced.get(session.id, ()) if m.student_id in lines]
            plans.append(self._existing_sheet(session, sheet, [*marks, *held], day))
        for sheet in self.sheets_of_session.get(session.id, ()):
            if sheet.state != "cancel":
                plans.append(self._existing_sheet(session, sheet, by_sheet.get(sheet, ()), day))
        return [plan for plan in plans if plan]

    def _new_sheet(self, session, batch, marks, day):
        return p.SheetPlan(
            sheet_id=0,
            batch_id=batch,
            date=day,
            register_id=self.register_of.get((day, batch), 0),
            values={
                "attendance_date": day,
                "state": "done",
                "moodle_session_id": session.id,
                "moodle_seen": str(session.seen),
                "moodle_lasttaken": self._taken(session, None),
                "moodle_starts": session.starts,
                "moodle_points": self._points(session),
            },
            lines=tuple(line_plan(None, mark, self.types) for mark in marks),
        )

    def _existing_sheet(self, session, sheet, marks, day):
        wanted = {
            "attendance_date": (sheet.date, day),
            "moodle_session_id": (sheet.session_id, session.id),
            "moodle_seen": (str(sheet.seen), str(session.seen)),
            "moodle_lasttaken": (sheet.taken_at, self._taken(session, sheet)),
            "moodle_starts": (sheet.held_at, session.starts),
            "moodle_points": (sheet.points, self._points(session)),
        }
        if sheet.id in self.restored:
            wanted["state"] = ("cancel", sheet.state)
        if not self.rules.pushes:
            lines = tuple(self._line_plans(sheet, marks))
            if marks:
                before = "cancel" if sheet.id in self.restored else sheet.state
                wanted["state"] = (before, "done")
        elif sheet.state == "done":
            lines = tuple(self._settled_lines(session, sheet, marks))
        else:
            # In somebody's hands: linked, and else left alone until it is done.
            self.skipped["in_hands"] += len(marks)
            lines = ()
            if sheet.session_id and sheet.id not in self.restored:
                return None
        if self.direction == merge.OEC:
            del wanted["attendance_date"]
        values = {name: new for name, (old, new) in wanted.items() if old != new}
        if not values and not lines:
            return None
        # A register made by hand, or for one session alone, stands for no date: the
        # sheet stays in it.
        moved = "attendance_date" in values and (
            self.register_date.get(sheet.register_id) not in (None, day)
        )
        return p.SheetPlan(
            sheet_id=sheet.id,
            batch_id=sheet.batch_id,
            date=day,
            register_id=self.register_of.get((day, sheet.batch_id), 0) if moved else 0,
            moved=moved,
            values=values,
            lines=lines,
            restored=sheet.id in self.restored,
        )

    # --- lines ----------------------------------------------------------------

    def _line_plans(self, sheet, marks):
        lines = self.lines_of_sheet.get(sheet.id, {})
        for mark in marks:
            # OpenEduCat's own rule does not quite keep a student from having two
            # lines in a sheet; then both say what Moodle says.
            for line in lines.get(mark.student_id, [None]):
                plan = line_plan(line, mark, self.types)
                if plan:
                    yield plan

    # --- deleted and unreadable -----------------------------------------------

    def _deleted_sessions(self):
        """Sheets whose session is gone, if its activity could be listed whole. Where that
        holds no session at all any more, they wait for a person.

        :return: list of sheet ids to cancel, list of ``plan.Emptied``
        """
        activities = {activity.id for activity in self.reading.activities}
        odd_activities = {r.id for r in self.reading.odd if r.what == "activity"}
        odd_sessions = {r.activity_id for r in self.reading.odd if r.what == "session"}
        holding = {session.activity_id for session in self.reading.sessions} | odd_sessions
        cancelled, emptied, removed = [], {}, {}
        for sheet in self._without_their_session():
            activity = sheet.seen.activity_id
            listed = activity in self.reading.listed
            if listed and self.direction != merge.OEC:
                if activity in holding:
                    cancelled.append(sheet.id)
                else:
                    emptied.setdefault(activity, []).append(sheet)
            elif listed or sheet.session_id in self.reading.gone:
                self._gap(
                    "sheet_without_session",
                    f"session:{sheet.session_id}",
                    "session_gone",
                    (sheet.name, sheet.date.isoformat()),
                    moodle_id=sheet.session_id,
                    record=("op.attendance.sheet", sheet.id),
                )
            elif (
                self.reading.listed_all
                and activity not in activities
                and not odd_activities & {0, activity}
            ):
                removed.setdefault(activity, []).append(sheet)
        waiting = [
            *(self._emptied(*item, "activity_emptied") for item in sorted(emptied.items())),
            *(self._emptied(*item, "activity_gone") for item in sorted(removed.items())),
        ]
        for one, allowed in waiting:
            if allowed:
                cancelled += one.sheets
        return cancelled, [one for one, _allowed in waiting]

    def _without_their_session(self):
        """Sheets that are not cancelled, of sessions of this course that Moodle does not list
        and has not failed to deliver."""
        here = {session.id for session in self.reading.sessions}
        here |= {item.session_id for item in self.reading.unreadable}
        here |= {record.id for record in self.reading.odd if record.what == "session"}
        for sheet in self.local.sheets:
            if (
                sheet.session_id
                and sheet.session_id not in here
                and sheet.state != "cancel"
                and sheet.seen
                and sheet.seen.course_id == self.reading.course.id
            ):
                yield sheet

    def _emptied(self, activity, sheets, why):
        """:return: ``(plan.Emptied, whether a person lets its sheets be cancelled)``"""
        marks = sum(len(self.lines_of_sheet.get(sheet.id, ())) for sheet in sheets)
        one = p.Emptied(activity, tuple(sorted(sheet.id for sheet in sheets)), marks)
        what = brake.activity_key(activity)
        can_cancel = self.direction != merge.OEC
        if can_cancel and self.rules.allowance.covers(what, one.numbers):
            return one, True
        name = self.activity_names.get(activity, "")
        self._gap(
            "sheet_without_session",
            what,
            why if can_cancel else "activity_gone_here",
            (name or activity, len(sheets), marks),
            moodle_id=activity,
            marks=marks,
            allows={what: one.numbers} if can_cancel else {},
        )
        return one, False

    def _unreadable(self):
        for item in self.reading.unreadable:
            name = self.activity_names.get(item.activity_id, str(item.activity_id))
            if item.session_id:
                key, why, moodle_id = f"session:{item.session_id}", "session", item.session_id
                sheets = self.sheets_of_session.get(item.session_id, ())
                details = (name, sheets[0].date.isoformat() if sheets else "")
            else:
                key, why, moodle_id = f"activity:{item.activity_id}", "activity", item.activity_id
                details = (name,)
            self._gap("unreadable_session", key, f"unreadable_{why}", details, moodle_id=moodle_id)

    # --- what is left out, and why --------------------------------------------

    def _gap(
        self, kind, key, why, details=(), moodle_id=0, marks=0, record=(), about="", allows=None
    ):  # fmt: skip
        key = p.gap_key(kind, self.reading.course.id, key)
        before = self.gaps.get(key)
        self.gaps[key] = p.Gap(
            kind,
            key,
            why,
            details,
            moodle_id,
            (before.marks if before else 0) + marks,
            about=about,
            record=record,
            allows=allows or {},
        )

    def _drop_gap(self, kind, key, why):
        key = p.gap_key(kind, self.reading.course.id, key)
        if key in self.gaps and self.gaps[key].why == why:
            del self.gaps[key]

    def _odd(self, sessions):
        """What an answer held and nothing can be made of, each by itself."""
        odd = [*self.reading.odd, *(record for session in sessions for record in session.odd)]
        for record in odd:
            kind = "unreadable_session" if record.what == "session" else "odd_record"
            activity = self.activity_names.get(record.activity_id, "")
            self._gap(
                kind,
                f"odd:{record.what}:{record.where}:{record.id}",
                f"odd_{record.what}",
                (record.id, record.reason, activity, record.where),
                moodle_id=record.id,
                marks=int(record.what == "mark"),
            )
            self.skipped["odd"] += record.what == "mark"
        self.skipped += Counter()

    def _people_hidden(self, sessions):
        """In a course with separate groups Moodle lists nobody to an account that may not
        see all groups, without an error."""
        if not self.reading.people_listed and any(s.user_ids or s.marks for s in sessions):
            marks = sum(len(session.marks) for session in sessions)
            self._gap("rights", "people", "people_hidden", marks=marks)

    def _skip_status(self, session, mark, status, meaning, odd):
        """:param status: ``MoodleStatus``, or ``None`` where the session's set lacks it
        :param meaning: ``Meaning`` of it, or ``None``
        :param odd: ids of statuses that can't be used, and have a gap of their own
        """
        if meaning:
            self.skipped[SKIPPED_AS[meaning.why]] += 1
            if meaning.why in status_meaning.OPEN:
                self._letter_gap(status, meaning.why)
            return
        if odd & {0, mark.status_id}:
            self.skipped["odd"] += 1
            return
        self.skipped["custom_status"] += 1
        key = f"{session.activity_id}:id:{mark.status_id}"
        before = self.gaps.get(p.gap_key("custom_status", self.reading.course.id, key))
        whose = before.details[2] if before else ()
        if len(whose) < NAMED:
            name = self.people.names.get(mark.user_id) or mark.user_id
            whose += ((name, self._date(session).isoformat()),)
        self._gap(
            "custom_status",
            key,
            "status_unknown",
            (str(mark.status_id), self._activity_name(session), whose),
            moodle_id=mark.status_id,
            marks=1,
        )

    def _letter_gap(self, status, why):
        """One for the instance, since a letter with its description says the same in every
        activity that has it."""
        letter = p.Letter(status.acronym.strip(), status.description, status.grade)
        before = self.gaps.get(p.letter_key(letter))
        gap = p.letter_gap(letter, why, (before.marks if before else 0) + 1)
        self.gaps[gap.key] = gap

    def _activity_name(self, session):
        return self.activity_names.get(session.activity_id) or str(session.activity_id)

    def _skip_user(self, match):
        kind = "ambiguous_student" if match.why in AMBIGUOUS else "unmatched_student"
        self.skipped[kind] += 1
        name = self.people.names.get(match.moodle_id, "")
        self._gap(
            kind,
            f"user:{match.moodle_id}",
            match.why,
            (name, *match.details),
            moodle_id=match.moodle_id,
            marks=1,
            about=name,
        )

    def _skip_group(self, match):
        self.skipped["unmatched_group"] += 1
        self._gap(
            "unmatched_group",
            f"group:{match.moodle_id}",
            match.why,
            match.details,
            moodle_id=match.moodle_id,
            marks=1,
            about=self.people.group_names.get(match.moodle_id, ""),
        )

    def _skip_batch(self, student, why):
        self.skipped["no_batch"] += 1
        self._gap(
            "no_batch",
            f"student:{student}",
            why,
            (student,),
            marks=1,
            record=("op.student", student),
        )


# Marks that a gap names with their session; the others are counted.
NAMED = 5
# As which a mark is counted whose status means nothing here.
SKIPPED_AS = {
    status_meaning.CUSTOM: "custom_status",
    status_meaning.DOUBT: "unclear_status",
    status_meaning.LEFT_OUT: "left_out",
}
AMBIGUOUS = {"idnumber_shared", "email_shared_moodle", "email_shared_odoo", "student_claimed"}


def _said(mark, meanings):
    """What a row says: its meaning, or its very status where that has none here."""
    meaning = meanings.get(mark.status_id)
    return (meaning and meaning.status) or mark.status_id


def _unlinked(sheet):
    """What makes a cancelled sheet one of no session."""
    values = {
        "moodle_session_id": 0,
        "moodle_seen": "",
        "moodle_lasttaken": 0,
        "moodle_starts": 0,
        "moodle_points": "",
    }
    return p.SheetPlan(sheet.id, sheet.batch_id, sheet.date, values=values)


def _oldest_active_first(sheet):
    return (not sheet.active, sheet.id)
