"""(what Moodle holds, what OpenEduCat holds, who is who, rules) -> plan.

Pure: no network, no database, no clock. All rules of what is carried over, left
out, moved, cancelled or put back stand here.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

import pytz

from . import merge
from . import plan as p
from .planner_marks import Mark, clean_remark, line_plan
from .planner_push import PushRules
from .records import Sheet
from .status import normalized


@dataclass(frozen=True)
class Rules:
    """:param zone: name of the time zone in which a session's date is read
    :param window_start: first date that is looked at; ``None`` is everything
    :param direction: ``moodle``, ``oec`` or ``both``
    :param clock_offset: seconds that Moodle's clock is ahead of Odoo's
    :param user_id: Moodle's id of the account that we write with
    :param may_create: whether sessions that Moodle lacks may be made there
    """

    zone: str
    window_start: date | None = None
    direction: str = merge.MOODLE
    clock_offset: int = 0
    user_id: int = 0
    may_create: bool = False

    @property
    def pushes(self):
        return self.direction != merge.MOODLE

    def in_window(self, day):
        return self.window_start is None or day >= self.window_start

    def date(self, seconds):
        """The calendar date of a moment in ``zone``.

        :param seconds: unix seconds
        """
        return datetime.fromtimestamp(seconds, pytz.timezone(self.zone)).date()


def plan_course(reading, local, people, rules):
    """:param reading: ``CourseReading``
    :param local: ``LocalState`` of the same course
    :param people: ``People`` of the same course
    :param rules: :class:`Rules`
    :return: ``CoursePlan``
    """
    return _Planner(reading, local, people, rules).plan()


class _Planner(PushRules):
    """The working state of one planning; made for one call and thrown away."""

    def __init__(self, reading, local, people, rules):
        self.reading = reading
        self.local = local
        self.people = people
        self.rules = rules
        self.direction = rules.direction
        self.skipped = Counter()
        self.gaps = {}
        self.marks_seen = 0
        self.pushes, self.conflicts, self.new_sessions = [], [], []
        # Sheets linked by this plan; and (session, student) that are decided.
        self.linked, self.settled = set(), set()
        self.lines_of_sheet = {}
        for line in local.lines:
            of_student = self.lines_of_sheet.setdefault(line.sheet_id, {})
            of_student.setdefault(line.student_id, []).append(line)
        self.sheets_of_session = {}
        for sheet in sorted(local.sheets, key=_oldest_active_first):
            if sheet.session_id:
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
        sessions = [s for s in self.reading.sessions if self._in_window(s)]
        sessions.sort(key=lambda s: (s.starts, s.id))
        if self.rules.pushes:
            self._link_sheets(sessions)
        wanted = [(session, self._marks_by_sheet(session)) for session in sessions]
        adopted = self._adoptions(wanted) if self.direction != merge.OEC else {}
        plans = []
        for session, by_sheet in wanted:
            sheets = self._session_sheets(session, by_sheet, adopted)
            if sheets:
                plans.append(p.SessionPlan(session.id, session.starts, tuple(sheets)))
        cancelled = self._deleted_sessions()
        self._unreadable()
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
        )

    # --- which sessions, which marks ------------------------------------------

    def _date(self, session):
        return self.rules.date(session.starts)

    def _in_window(self, session):
        """Also a session that was moved out of the window, so that its sheet goes
        with it."""
        return self.rules.in_window(self._date(session)) or any(
            self.rules.in_window(sheet.date) for sheet in self.sheets_of_session.get(session.id, ())
        )

    def _marks_by_sheet(self, session):
        """The marks of a session by the sheet they belong to.

        :return: ``{Sheet or batch id: [Mark, …]}``; a batch id where the session has
            no sheet of that batch yet
        """
        sheets = self.sheets_of_session.get(session.id, ())
        result = {}
        for mark in self._known_marks(session):
            key = self._sheet_of(session, sheets, mark)
            if key is None:
                continue
            if isinstance(key, Sheet) and key.state == "cancel":
                self.skipped["cancelled"] += 1
                continue
            result.setdefault(key, []).append(mark)
        return result

    def _known_marks(self, session):
        # Where OpenEduCat is right, marks that it has no line for concern nobody.
        loud = self.direction != merge.OEC
        acronyms = {status.id: status.acronym for status in session.statuses}
        for mark in session.marks:
            self.marks_seen += 1
            if not mark.status_id:
                self.skipped["no_status"] += 1
                continue
            acronym = acronyms.get(mark.status_id)
            status = normalized(acronym)
            match = self.people.student(mark.user_id)
            if status is None:
                if loud:
                    self._skip_status(session, mark, acronym)
                if self.rules.pushes and match.record_id:
                    yield Mark(match.record_id, None)
                continue
            if not match.record_id:
                if loud:
                    self._skip_user(match)
                continue
            yield Mark(match.record_id, status, clean_remark(mark.remark))

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

    def _adoptions(self, wanted):
        """Unlinked sheets that a session may take over: of its batch and date there
        must be exactly one such sheet, and one session that needs one.

        :return: ``{(session id, batch id): Sheet}``
        """
        free, needing, linked = {}, {}, set()
        for sheet in self.local.sheets:
            if sheet.session_id or sheet.id in self.linked:
                if sheet.state != "cancel":
                    linked.add((sheet.batch_id, sheet.date))
            elif sheet.active and sheet.state != "cancel":
                free.setdefault((sheet.batch_id, sheet.date), []).append(sheet)
        for session, by_sheet in wanted:
            for key in by_sheet:
                if not isinstance(key, Sheet):
                    needing.setdefault((key, self._date(session)), []).append(session)
        result = {}
        for (batch, day), sheets in free.items():
            sessions = needing.get((batch, day), ())
            if len(sheets) == len(sessions) == 1:
                result[sessions[0].id, batch] = sheets[0]
            elif sessions or (batch, day) in linked:
                self._gap(
                    "conflicting_sheets",
                    f"{batch}:{day}",
                    "sheets_beside",
                    (tuple(sorted(s.name for s in sheets)), day.isoformat()),
                )
        return result

    def _session_sheets(self, session, by_sheet, adopted):
        day = self._date(session)
        plans = []
        for key, marks in by_sheet.items():
            if isinstance(key, Sheet):
                continue
            sheet = adopted.get((session.id, key))
            plans.append(
                self._existing_sheet(session, sheet, marks, day)
                if sheet
                else self._new_sheet(session, key, marks, day)
            )
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
            },
            lines=tuple(
                p.LinePlan(p.CREATE, 0, m.student_id, m.status, m.status, m.remark or None)
                for m in marks
            ),
        )

    def _existing_sheet(self, session, sheet, marks, day):
        wanted = {
            "attendance_date": (sheet.date, day),
            "moodle_session_id": (sheet.session_id, session.id),
            "moodle_seen": (str(sheet.seen), str(session.seen)),
            "moodle_lasttaken": (sheet.taken_at, self._taken(session, sheet)),
        }
        if not self.rules.pushes:
            lines = tuple(self._line_plans(sheet, marks))
            if marks:
                wanted["state"] = (sheet.state, "done")
        elif sheet.state == "done":
            lines = tuple(self._settled_lines(session, sheet, marks))
        else:
            # In somebody's hands: linked, and else left alone until it is done.
            self.skipped["in_hands"] += len(marks)
            lines = ()
            if sheet.session_id:
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
        )

    # --- lines ----------------------------------------------------------------

    def _line_plans(self, sheet, marks):
        lines = self.lines_of_sheet.get(sheet.id, {})
        for mark in marks:
            # OpenEduCat's own rule does not quite keep a student from having two
            # lines in a sheet; then both say what Moodle says.
            for line in lines.get(mark.student_id, [None]):
                plan = line_plan(line, mark)
                if plan:
                    yield plan

    # --- deleted and unreadable -----------------------------------------------

    def _deleted_sessions(self):
        """Sheets whose session is gone, if its activity could be listed whole."""
        here = {session.id for session in self.reading.sessions}
        unreadable = {item.session_id for item in self.reading.unreadable}
        activities = {activity.id for activity in self.reading.activities}
        for sheet in self.local.sheets:
            seen = sheet.seen
            if (
                not sheet.session_id
                or sheet.state == "cancel"
                or sheet.session_id in here
                or sheet.session_id in unreadable
                or seen is None
                or seen.course_id != self.reading.course.id
            ):
                continue
            listed = seen.activity_id in self.reading.listed
            if listed and self.direction != merge.OEC:
                yield sheet.id
            elif listed or sheet.session_id in self.reading.gone:
                self._gap(
                    "sheet_without_session",
                    f"session:{sheet.session_id}",
                    "session_gone",
                    (sheet.name, sheet.date.isoformat()),
                    moodle_id=sheet.session_id,
                    record=("op.attendance.sheet", sheet.id),
                )
            elif self.reading.listed_all and seen.activity_id not in activities:
                self._gap(
                    "sheet_without_session",
                    f"activity:{seen.activity_id}",
                    "activity_gone",
                    (seen.activity_id,),
                    moodle_id=seen.activity_id,
                )

    def _unreadable(self):
        names = {activity.id: activity.name for activity in self.reading.activities}
        for item in self.reading.unreadable:
            name = names.get(item.activity_id, str(item.activity_id))
            if item.session_id:
                key, why, moodle_id = f"session:{item.session_id}", "session", item.session_id
            else:
                key, why, moodle_id = f"activity:{item.activity_id}", "activity", item.activity_id
            self._gap("unreadable_session", key, f"unreadable_{why}", (name,), moodle_id=moodle_id)

    # --- what is left out, and why --------------------------------------------

    def _gap(self, kind, key, why, details=(), moodle_id=0, marks=0, record=(), about=""):
        key = f"{kind}:{self.reading.course.id}:{key}"
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
        )

    def _skip_status(self, session, mark, acronym):
        names = {activity.id: activity.name for activity in self.reading.activities}
        activity = names.get(session.activity_id, str(session.activity_id))
        self.skipped["custom_status"] += 1
        if acronym is None:
            key, why, detail = f"id:{mark.status_id}", "status_unknown", str(mark.status_id)
        else:
            key, why, detail = f"acronym:{acronym}", "status_custom", acronym
        self._gap(
            "custom_status",
            f"{session.activity_id}:{key}",
            why,
            (detail, activity),
            moodle_id=mark.status_id,
            marks=1,
        )

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


AMBIGUOUS = {"idnumber_shared", "email_shared_moodle", "email_shared_odoo", "student_claimed"}


def _oldest_active_first(sheet):
    return (not sheet.active, sheet.id)
