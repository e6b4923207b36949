"""The two sides of :mod:`histories` for real: Odoo on PostgreSQL, and the scripted Moodle
over HTTP. What must hold is asked of a copy of both as a :class:`world.World`."""

import time
from datetime import timedelta
from types import SimpleNamespace

from ..services.local_store import moment, unix
from ..services.status import booleans, from_booleans
from . import builders as b
from . import world as w
from .moodle_server import Fault

UPDATE = "mod_wsattendance_update_user_status"


class RealWorld:
    """:param case: a ``MoodleCase`` at rest, with students 1, 2 and 5 of it playing"""

    def __init__(self, case, direction, skew=0, may_create=False):
        self.case = case
        self.env = case.env
        self.moodle = case.moodle
        self.skew = skew
        self.now = int(time.time())
        self.said_in_moodle, self.said_here = {}, {}
        self.players = {1: 0, 2: 1, 3: 4}
        self.users = {user: case.users[n] for user, n in self.players.items()}
        self.students = {user: case.students[n] for user, n in self.players.items()}
        case.instance.write(
            {"sync_attendance_from": direction, "create_moodle_sessions": may_create}
        )
        self.direction = direction
        self.groups = {11: case.groups[0], 12: case.groups[1], 0: None}
        self.moodle.add_status(case.lectures, "M", "Medical", 1)
        case.clock.time = lambda: self.now
        self._tick()

    def _tick(self):
        self.moodle.clock.set(self.now + self.skew)

    @staticmethod
    def clock():
        """What stands in for the module ``time`` in the add-on's client: Odoo's clock,
        which the world sets."""
        return SimpleNamespace(time=time.time, monotonic=time.monotonic, sleep=time.sleep)

    # --- people in Moodle ---------------------------------------------------------

    @property
    def sessions(self):
        return self.moodle.sessions

    def add_session(self, day, group=0):
        self._tick()
        return self.moodle.add_session(
            self.case.lectures, b.START + day * w.DAY, group=self.groups[group]
        )

    def moodle_mark(self, session, user, letter, by="teacher"):
        self._tick()
        account = self.users[user]
        if account.id in self.moodle.listed(session):
            self.moodle.mark(session, account, letter, by=self.case.teacher)
            self._said(session, account.id, letter)

    def _said(self, session, account, letter):
        self.said_in_moodle.setdefault((session.id, account), []).append(letter)

    def automark(self, session):
        self._tick()
        before = set(self.moodle.marks(session))
        self.moodle.automark(session)
        for account in set(self.moodle.marks(session)) - before:
            self._said(session, account, "A")

    def reset(self, session):
        session.log, session.lasttaken, session.lasttakenby = [], 0, 0

    def move_session(self, session, days):
        self._tick()
        self.moodle.move_session(session, session.sessdate + days * w.DAY)

    def delete_session(self, session):
        self.moodle.delete_session(session)

    def toggle_enrolment(self, user):
        account, course = self.users[user], self.case.moodle_course
        if account.id in self.moodle.enrolments[course.id]:
            self.moodle.unenrol(course, account)
        else:
            group = self.case.groups[0 if user < 3 else 1]
            self.moodle.enrol(course, account, groups=[group])

    # --- people in OpenEduCat -----------------------------------------------------

    @property
    def sheets(self):
        return {sheet.id: sheet for sheet in self.case.sheets.sorted("id")}

    @property
    def lines(self):
        lines = self.case.sheets.with_context(active_test=False).attendance_line
        return {line.id: line for line in lines.sorted("id")}

    def add_sheet(self, day, batch, letters="", state="done"):
        date = b.DAY + timedelta(days=day)
        sheet = self.case.make_sheet(letters, self.case.batches[batch - 1], date.isoformat(), state)
        for line in sheet.attendance_line:
            self._marked(line)
        return sheet

    def mark(self, line, letter):
        line.write(booleans(letter))
        self._marked(line)

    def _marked(self, line):
        line.with_context(connector_no_export=True).moodle_marked_at = moment(self.now)
        self.said_here.setdefault(line.id, []).append(from_booleans(line))

    def delete_line(self, line):
        line.unlink()

    def toggle_active(self, record):
        record.active = not record.active

    def set_state(self, sheet, state):
        sheet.state = state

    # --- a run --------------------------------------------------------------------

    def run(self, crash=None, meanwhile=None):
        self._tick()
        server = self.case.server
        server.reset_calls()
        server.faults.clear()
        server._hooks.clear()
        if crash == "odoo":
            server.faults.add(Fault.error(1, "sitemaintenance", function=UPDATE, times=99))
        elif crash is not None:
            # Sent, and its answer is lost; nothing more gets through.
            server.faults.add(Fault.cut_after(crash + 1, function=UPDATE, times=1))
            server.faults.add(Fault.cut_before(crash + 2, function=UPDATE, times=99))
        if meanwhile:
            server.on_call(self._once(meanwhile))
        self.case.sync()
        server.faults.clear()
        server._hooks.clear()

    @staticmethod
    def _once(action):
        left = [action]

        def hook(call, state):
            if left and call.function == UPDATE:
                left.pop()()

        return hook

    # --- what must hold -----------------------------------------------------------

    def as_world(self):
        """Both sides as they are, as a :class:`world.World`."""
        copy = w.World(self.direction)
        numbers = {account.id: user for user, account in self.users.items()}
        of_student = {student.id: w.STUDENTS[user] for user, student in self.students.items()}
        letters = {status.id: status.acronym for status in self.moodle.statuses.values()}
        course = self.moodle.enrolments[self.case.moodle_course.id]
        copy.enrolled = {user for user, account in self.users.items() if account.id in course}
        group_of = {group.id: number for number, group in self.groups.items() if group}
        for session in self.sessions.values():
            copy.sessions[session.id] = w.Session(
                session.id,
                session.sessdate,
                group_of.get(session.group_id, 0),
                {
                    numbers[row.user_id]: w.STATUS_IDS[letters[row.status_id]]
                    for row in session.log
                    if row.user_id in numbers
                },
            )
        batches = {batch.id: number for number, batch in enumerate(self.case.batches, 1)}
        for sheet in self.sheets.values():
            copy.sheets[sheet.id] = w.Sheet(
                sheet.id, sheet.register_id.id, batches[sheet.batch_id.id],
                sheet.attendance_date, sheet.state, sheet.moodle_session_id, active=sheet.active,
            )  # fmt: skip
        for line in self.lines.values():
            if line.student_id.id in of_student:
                copy.lines[line.id] = w.Line(
                    line.id, line.attendance_id.id, of_student[line.student_id.id],
                    from_booleans(line), line.moodle_base or None,
                    unix(line.moodle_marked_at), True, line.active,
                )  # fmt: skip
        copy.said_here = self.said_here
        copy.said_in_moodle = {
            (session, w.STUDENTS[numbers[account]]): said
            for (session, account), said in self.said_in_moodle.items()
            if account in numbers
        }
        for mapping in self.env["moodle.mapping"].search([("model", "=", "op.subject")]):
            for (session, student), status in mapping._dropped_lines().items():
                if student in of_student:
                    copy.dropped[session, of_student[student]] = status
        return copy
