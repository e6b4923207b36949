"""Both sides as plain Python, small enough for thousands of histories a minute.

Moodle and OpenEduCat as the planner sees them, people who edit either, and a run: read,
plan, apply, send, read back. What the add-on does in services/plan_applier.py and
services/pusher.py is done here by a few lines each.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta

from ..services import matching, merge
from ..services import records as r
from ..services.planner import Rules, plan_course
from . import builders as b

SYNC, TEACHER, MACHINE = 99, 50, 0
# M is a status of the school's own.
STATUS_IDS = {"P": 5, "A": 6, "L": 7, "E": 8, "M": 9}
LETTERS = {number: letter for letter, number in STATUS_IDS.items()}
STATUSES = (*b.STATUSES, r.MoodleStatus(9, "M", "Medical", 1))
STUDENTS = {1: 101, 2: 102, 3: 103}
BATCH_OF = {101: 1, 102: 1, 103: 2}
GROUPS = {11: 1, 12: 2}
DAY = 86400


@dataclass
class Session:
    id: int
    starts: int
    group: int = 0
    log: dict = field(default_factory=dict)
    taken_at: int = 0
    taken_by: int = 0
    description: str = ""


@dataclass
class Sheet:
    id: int
    register: int
    batch: int
    date: object
    state: str = "done"
    session: int = 0
    seen: str = ""
    taken_at: int = 0
    active: bool = True


@dataclass
class Line:
    id: int
    sheet: int
    student: int
    status: str | None
    base: str | None = None
    marked_at: int = 0
    person: bool = True
    active: bool = True


class World:
    """:param direction: ``moodle``, ``oec`` or ``both``
    :param skew: seconds that Moodle's clock is ahead of Odoo's
    """

    def __init__(self, direction, skew=0, may_create=False):
        self.rules = Rules(
            b.ZONE,
            direction=direction,
            clock_offset=skew,
            user_id=SYNC,
            may_create=may_create,
        )
        self.skew = skew
        self.now = b.START + DAY
        self.enrolled = set(STUDENTS)
        self.sessions, self.sheets, self.lines, self.registers = {}, {}, {}, {}
        self.dropped = {}
        self.last_id = 100
        # What a person (or Moodle's machine) has written, in order.
        self.said_in_moodle, self.said_here = {}, {}
        self.writes = Counter()

    def new_id(self):
        self.last_id += 1
        return self.last_id

    # --- people in Moodle ---------------------------------------------------------

    def moodle_clock(self):
        return self.now + self.skew

    def add_session(self, day, group=0):
        session = Session(self.new_id(), b.START + day * DAY, group)
        self.sessions[session.id] = session
        return session

    def listed(self, session):
        batch = GROUPS.get(session.group)
        return {u for u in self.enrolled if batch is None or BATCH_OF[STUDENTS[u]] == batch}

    def moodle_mark(self, session, user, letter, by=TEACHER):
        if user not in self.listed(session):
            return
        session.log[user] = STATUS_IDS[letter]
        session.taken_at, session.taken_by = self.moodle_clock(), by
        self.said_in_moodle.setdefault((session.id, STUDENTS[user]), []).append(letter)

    def automark(self, session):
        for user in self.listed(session) - set(session.log):
            self.moodle_mark(session, user, "A", MACHINE)

    def reset(self, session):
        session.log.clear()
        session.taken_at = session.taken_by = 0

    def move_session(self, session, days):
        session.starts += days * DAY

    def delete_session(self, session):
        del self.sessions[session.id]

    def toggle_enrolment(self, user):
        self.enrolled ^= {user}

    # --- people in OpenEduCat -----------------------------------------------------

    def add_sheet(self, day, batch, letters="", state="done"):
        date = b.DAY + timedelta(days=day)
        register = self.new_id()
        self.registers[register] = (None, batch)
        sheet = Sheet(self.new_id(), register, batch, date, state)
        self.sheets[sheet.id] = sheet
        students = [student for student, own in BATCH_OF.items() if own == batch]
        for student, letter in zip(students, letters, strict=False):
            line = Line(self.new_id(), sheet.id, student, None)
            self.lines[line.id] = line
            self.mark(line, letter)
        return sheet

    def mark(self, line, letter):
        """:param letter: ``None`` for a line that is left without one"""
        line.status, line.marked_at, line.person = letter, self.now, True
        self.said_here.setdefault(line.id, []).append(letter)

    def delete_line(self, line):
        sheet = self.sheets[line.sheet]
        if line.base and sheet.session:
            self.dropped[sheet.session, line.student] = line.base
        del self.lines[line.id]

    def toggle_active(self, record):
        record.active = not record.active

    def set_state(self, sheet, state):
        sheet.state = state

    # --- a run --------------------------------------------------------------------

    def reading(self):
        return r.CourseReading(
            course=b.COURSE,
            activities=(b.LECTURES,),
            sessions=tuple(self.as_read(session) for session in self.sessions.values()),
            listed=frozenset({b.LECTURES.id}),
            listed_all=True,
        )

    def as_read(self, session):
        return r.MoodleSession(
            id=session.id,
            activity_id=b.LECTURES.id,
            course_id=b.COURSE.id,
            group_id=session.group,
            starts=session.starts,
            duration=3600,
            taken_at=session.taken_at,
            taken_by=session.taken_by,
            status_set=0,
            statuses=STATUSES,
            marks=tuple(r.MoodleMark(user, s) for user, s in sorted(session.log.items())),
            user_ids=frozenset(self.listed(session)),
            description=session.description,
        )

    def people(self):
        running = {student: [batch] for student, batch in BATCH_OF.items()}
        return matching.People(
            students={user: matching.Match(user, s) for user, s in STUDENTS.items()},
            batches={group: matching.Match(group, batch) for group, batch in GROUPS.items()},
            table=matching.StudentTable(frozenset(BATCH_OF), {}, {}, {}, running),
            group_names={group: f"Group {group}" for group in GROUPS},
        )

    def local(self):
        return r.LocalState(
            registers=tuple(
                r.Register(number, 1, 1, batch, date)
                for number, (date, batch) in self.registers.items()
            ),
            sheets=tuple(
                r.Sheet(
                    s.id, s.register, s.batch, 1, s.date, s.state, s.active, s.session,
                    r.Seen.parse(s.seen), s.taken_at, f"sheet {s.id}",
                )
                for s in self.sheets.values()
            ),
            lines=tuple(
                r.Line(
                    x.id, x.sheet, x.student, x.status, x.base, "", x.active, x.marked_at, x.person
                )
                for x in self.lines.values()
            ),
            dropped=dict(self.dropped),
        )  # fmt: skip

    def plan(self, may_create=None):
        rules = self.rules if may_create is None else replace(self.rules, may_create=may_create)
        return plan_course(self.reading(), self.local(), self.people(), rules)

    def run(self, crash=None, meanwhile=None, shuffle=None):
        """:param crash: ``"odoo"``: before anything is sent; a number: so many marks are
            sent, and nothing is read back
        :param meanwhile: function called between the reading and the sending
        :param shuffle: function that puts a list into another order
        """
        plan = self.plan()
        if plan.new_sessions:
            for new in plan.new_sessions:
                session = Session(
                    self.new_id(), new.starts, new.group_id, description=new.description
                )
                self.sessions[session.id] = session
                self.writes["moodle"] += 1
            plan = self.plan(may_create=False)
        order = shuffle or list
        for session in order(list(plan.sessions)):
            self._write_session(session, order)
        for sheet_id in plan.cancelled:
            self.sheets[sheet_id].state = "cancel"
            self.writes["odoo"] += 1
        if meanwhile:
            meanwhile()
        if crash == "odoo":
            return plan
        sent = 0
        for session_id in dict.fromkeys(push.session_id for push in plan.pushes):
            session = self.sessions.get(session_id)
            if session is None:
                continue
            pushes = [push for push in plan.pushes if push.session_id == session_id]
            for push in order(pushes):
                if sent == crash:
                    return plan
                sent += 1
                session.log[push.user_id] = push.status_id
                session.taken_at, session.taken_by = self.moodle_clock(), SYNC
                self.writes["moodle"] += 1
            self._confirm(session, pushes)
        return plan

    def _write_session(self, plan, order):
        for sheet_plan in order(list(plan.sheets)):
            register = sheet_plan.register_id
            if sheet_plan.needs_register:
                key = sheet_plan.date, sheet_plan.batch_id
                register = next((n for n, k in self.registers.items() if k == key), 0)
                if not register:
                    register = self.new_id()
                    self.registers[register] = key
            if not sheet_plan.sheet_id:
                sheet = Sheet(self.new_id(), register, sheet_plan.batch_id, sheet_plan.date)
                self.sheets[sheet.id] = sheet
            else:
                sheet = self.sheets[sheet_plan.sheet_id]
                if sheet_plan.moved:
                    sheet.register = register
            for name, attribute in (
                ("attendance_date", "date"), ("state", "state"), ("moodle_seen", "seen"),
                ("moodle_session_id", "session"), ("moodle_lasttaken", "taken_at"),
            ):  # fmt: skip
                if name in sheet_plan.values:
                    setattr(sheet, attribute, sheet_plan.values[name])
                    self.writes["odoo"] += 1
            for line_plan in order(list(sheet_plan.lines)):
                self._write_line(sheet, line_plan)

    def _write_line(self, sheet, plan):
        self.writes["odoo"] += 1
        if not plan.line_id:
            line = Line(self.new_id(), sheet.id, plan.student_id, plan.status, plan.base)
            self.lines[line.id] = line
            return
        line = self.lines[plan.line_id]
        line.base = plan.base
        if plan.status:
            line.status = plan.status

    def _confirm(self, session, pushes):
        for push in pushes:
            if session.log.get(push.user_id) == push.status_id:
                for line_id in push.line_ids:
                    self.lines[line_id].base = push.status
        seen = self.as_read(session)
        for sheet in self.sheets.values():
            if sheet.session == session.id and sheet.state == "done":
                sheet.seen = str(seen.seen)
                if session.taken_by != SYNC:
                    sheet.taken_at = session.taken_at

    def end(self):
        """Both sides, without the numbers that another order gives differently."""
        here = sorted(
            (
                sheet.session,
                sheet.batch,
                sheet.date,
                sheet.state,
                sorted(
                    (line.student, line.status or "", line.base or "")
                    for line in self.lines.values()
                    if line.sheet == sheet.id
                ),
            )
            for sheet in self.sheets.values()
        )
        return here, [(s.starts, s.group, sorted(s.log.items())) for s in self.sessions.values()]

    # --- what must hold -----------------------------------------------------------

    def cells(self):
        """Each line of a session that speaks for its student, and Moodle's letter."""
        done = set()
        for sheet in sorted(self.sheets.values(), key=lambda s: (not s.active, s.id)):
            session = self.sessions.get(sheet.session)
            if session is None:
                continue
            by_student = {}
            for line in self.lines.values():
                if line.sheet == sheet.id:
                    by_student.setdefault(line.student, []).append(line)
            for student, lines in by_student.items():
                if (session.id, student) in done:
                    continue
                done.add((session.id, student))
                user = next(u for u, s in STUDENTS.items() if s == student)
                line = max(lines, key=lambda line: line.marked_at)
                yield sheet, session, line, LETTERS.get(session.log.get(user)), user

    def differences(self):
        """What is not equal though it has to be, as sentences."""
        for sheet, session, line, moodle, user in self.cells():
            where = f"session {session.id}, student {line.student}: {moodle} / {line}"
            direction = self.rules.direction
            if sheet.state == "cancel" or (direction != merge.MOODLE and sheet.state != "done"):
                continue
            if direction == merge.MOODLE:
                if moodle in p_a_l_e and moodle != line.status:
                    yield where
            elif user not in self.listed(session) or line.status is None:
                continue
            elif direction == merge.OEC:
                if moodle != line.status:
                    yield where
            elif (moodle in p_a_l_e and moodle != line.status) or (
                moodle is None and line.status != line.base
            ):
                yield where

    def missing(self):
        """Marks of Moodle that have no line and should."""
        if self.rules.direction == merge.OEC:
            return
        here = {(session.id, line.student) for _s, session, line, _m, _u in self.cells()}
        for session in self.sessions.values():
            linked = [s for s in self.sheets.values() if s.session == session.id]
            for user, status in session.log.items():
                student = STUDENTS[user]
                batch = GROUPS.get(session.group, BATCH_OF[student])
                sheet = next((s for s in linked if s.batch == batch), None)
                waits = sheet and (
                    sheet.state == "cancel"
                    or (self.rules.pushes and sheet.state != "done")
                    or (self.rules.pushes and (session.id, student) in self.dropped)
                )
                if LETTERS[status] in p_a_l_e and (session.id, student) not in here and not waits:
                    yield f"session {session.id}, student {student}: {LETTERS[status]} has no line"

    def inventions(self):
        """Marks that nobody has written; and, where both sides have come to agree, one
        that nobody wrote last on either side."""
        for _sheet, session, line, moodle, _user in self.cells():
            there = self.said_in_moodle.get((session.id, line.student), [])
            here = [
                self.said_here.get(other.id, [])
                for other in self.lines.values()
                if other.student == line.student and self.sheets[other.sheet].session == session.id
            ]
            ever = {letter for said in (there, *here) for letter in said}
            last = {
                [letter for letter in said if letter in p_a_l_e][-1]
                for said in (there, *here)
                if p_a_l_e & set(said)
            }
            where = f"session {session.id}, student {line.student}: {moodle} / {line.status}"
            for status in {moodle, line.status} - {None} - ever:
                yield f"{where}: nobody wrote {status}"
            agreed = self.rules.direction == merge.BOTH and moodle == line.status
            if agreed and moodle and moodle not in last:
                yield f"{where}: last written was {last}"


p_a_l_e = set("PALE")
