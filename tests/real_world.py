"""The two sides of :mod:`histories` for real: Odoo on PostgreSQL, and the scripted Moodle
over HTTP. What must hold is asked of a copy of both as a :class:`world.World`."""

from datetime import date, timedelta
from unittest.mock import patch

from odoo import fields

from ..services.domain.gap_reason import FOLLOW
from ..services.domain.gaps import REASONS
from ..services.domain.plan import Waiting
from ..services.domain.status import booleans, from_booleans
from ..services.openeducat.local_store import moment, unix
from . import builders as b
from . import world as w
from .batches import Batches
from .moodle_server import Fault
from .moodle_server.params import parse

UPDATE = "mod_wsattendance_update_user_status"
SET_MARKS = "local_wsattendance_set_marks"


class RealWorld:
    """:param case: a ``MoodleCase`` at rest, with students 1, 2 and 5 of it playing
    :param shows_all: has no say here: the scripted Moodle shows the last row, as Moodle does
    """

    def __init__(
        self, case, direction, skew=0, may_create=False, sets=("english",), shows_all=False,
        window_days=None,
    ):  # fmt: skip
        self.case = case
        self.env = case.env
        self.moodle = case.moodle
        self.skew = skew
        self.now = b.START + w.DAY
        self.window_days = window_days
        self.said_in_moodle, self.said_here, self.said_before = {}, {}, {}
        self.sent, self.was_doubled = {}, set()
        # By number of a session: what it is, whatever number that has; and by id of a sheet: the
        # number that it is linked with, and all that it ever was of, the last one last.
        self.lesson_of, self.linked, self.lessons_of = {}, {}, {}
        self.last_lesson = 0
        # See w.World.
        self.read_at, self.estranged = {}, set()
        self.deleted = {}
        self.players = {1: 0, 2: 1, 3: 4}
        self.users = {user: case.users[n] for user, n in self.players.items()}
        self.students = {user: case.students[n] for user, n in self.players.items()}
        case.instance.write(
            {
                "sync_attendance_from": direction,
                "create_moodle_sessions": may_create,
                "sync_window_days": window_days or 0,
            }
        )
        self.direction = direction
        # The function that writes marks, in this Moodle.
        self.writing = SET_MARKS if case.server.profile.companion else UPDATE
        self.groups = {11: case.groups[0], 12: case.groups[1], 0: None}
        self.group_of = {user: w.GROUP_OF[w.BATCH_OF[w.STUDENTS[user]]] for user in self.users}
        self.batches = Batches(w.BATCH_OF, w.World(direction).rules.date)
        # Their course details were not typed in just now.
        self._made(self._details(), b.START - 300 * w.DAY)
        # By the keys in w.World: the same here.
        code = f"{case.algebra.code}_{case.course.code}"
        own = case.moodle_course.idnumber
        self.keys = {b.COURSE.idnumber: own, "S1_C1": code}
        # Numbers of Moodle courses that a run has matched, and what it must not have done.
        self.linked_courses, self.broken = set(), []
        # {line id: (sheet id, batch id)} as the last run has left them.
        self.placed = {}
        # Where a course has no start, a restore moves no date.
        case.moodle_course.startdate = b.START - 100 * w.DAY
        self.sets = dict(enumerate(sets, 1))
        self.activities = {
            number: self._activity(number, name) for number, name in self.sets.items()
        }
        # {id of a status in Moodle: Letter}; and what people choose, for the copy as well.
        self.letter_by_id = {
            status.id: letter
            for number in self.sets
            for status, letter in zip(self._statuses(number), self.letters_of(number), strict=True)
        }
        self.choices = []
        case.clock.wall = lambda: self.now
        self._tick()

    def _tick(self):
        self.moodle.clock.set(self.now + self.skew)

    def _activity(self, number, name):
        if number > 1:
            activity = self.moodle.add_attendance(
                self.case.moodle_course, f"{name} {number}", groupmode=2, statuses=()
            )
        else:
            activity = self.case.lectures
            for status in self._statuses(1, activity):
                del self.moodle.statuses[status.id]
        for acronym, description, grade, _truth, _known in w.SETS[name]:
            self.moodle.add_status(activity, acronym, description, grade)
        return activity

    def _statuses(self, number, activity=None):
        activity = activity or self.activities[number]
        return [s for s in self.moodle.statuses.values() if s.attendance_id == activity.id]

    # --- people in Moodle ---------------------------------------------------------

    @property
    def sessions(self):
        return self.moodle.sessions

    def add_session(self, day, group=0, activity=1):
        self._tick()
        session = self.moodle.add_session(
            self.activities[activity], b.START + day * w.DAY, group=self.groups[group]
        )
        self.lesson_of[session.id] = self._new_lesson()
        return session

    def _new_lesson(self):
        self.last_lesson += 1
        return self.last_lesson

    def lesson(self, session):
        """Those that a run has made are met here first."""
        return self.lesson_of.setdefault(session.id, 0) or self._met(session)

    def _met(self, session):
        self.lesson_of[session.id] = self._new_lesson()
        return self.lesson_of[session.id]

    def letters_of(self, activity):
        return w.LETTERS_OF[self.sets[activity]]

    @property
    def hidden(self):
        """See :class:`world.World`."""
        return {
            (number, self.letter_by_id[status.id].id)
            for number in self.sets
            for status in self._statuses(number)
            if not status.visible
        }

    def letters(self, session):
        """Those that a teacher can mark with."""
        visible = {status.id for status in self.moodle.statuses_of(session)}
        return [letter for number, letter in self.letter_by_id.items() if number in visible]

    def _number(self, session):
        return next(n for n, a in self.activities.items() if a.id == session.attendance_id)

    def _status(self, session, letter):
        return next(
            status
            for status in self.moodle.statuses_of(session)
            if self.letter_by_id[status.id] is letter
        )

    def moodle_mark(self, session, user, letter, by="teacher"):
        self._tick()
        account = self.users[user]
        if account.id in self.moodle.listed(session):
            mark = self._status(session, letter).id, None
            self.moodle.save_page(session, {account: mark}, by=self.case.teacher)
            self._said(session, account.id, letter)

    def _said(self, session, account, letter):
        said = self.said_in_moodle.setdefault((self.lesson(session), account), [])
        said.append(letter.id)

    def double(self, session, user, letter):
        self._tick()
        account = self.users[user]
        if any(row.user_id == account.id for row in session.log) and (
            account.id in self.moodle.listed(session)
        ):
            self.moodle.double(
                session, account, status=self._status(session, letter), by=self.case.teacher
            )
            self.was_doubled.add((self.lesson(session), account.id))
            self.moodle.taken(session, self.case.teacher.id)
            self._said(session, account.id, letter)

    def mend_doubled(self, session, keep):
        rows = {}
        for row in session.log:
            rows.setdefault(row.user_id, []).append(row)
        session.log = [keep(of_user) for of_user in rows.values()]

    def automark(self, session):
        self._tick()
        if session.sessdate > self.moodle.clock():
            return
        absent = next((letter for letter in self.letters(session) if letter.truth == "A"), None)
        if absent is None:
            return
        before = {row.user_id for row in session.log}
        self.moodle.automark(session, absent.status.acronym)
        for account in {row.user_id for row in session.log} - before:
            self._said(session, account, absent)

    def reset(self, session):
        session.log, session.lasttaken, session.lasttakenby = [], 0, 0

    def move_session(self, session, days):
        self._tick()
        self.moodle.move_session(session, session.sessdate + days * w.DAY)

    def delete_session(self, session):
        self.moodle.delete_session(session)
        self.deleted[session.id] = session

    def bring_back(self, session):
        self.sessions[session.id] = self.deleted.pop(session.id)

    # --- what gives known things other numbers --------------------------------------

    def _restored(self, restore, numbers, order, lesson_of):
        """
        :param restore: function (order) that puts activities back
        :param numbers: of these here
        :param order: function that puts a list into another order
        :param lesson_of: function (session of before) -> lesson of the new one
        """
        before = []

        def noted(sessions):
            before.append(order(sessions))
            return before[-1]

        self._tick()
        activities = restore(noted)
        for number, activity, sessions in zip(numbers, activities, before, strict=True):
            self.activities[number] = activity
            for status, letter in zip(self._statuses(number), self.letters_of(number), strict=True):
                self.letter_by_id[status.id] = letter
            again = [s for s in self.sessions.values() if s.attendance_id == activity.id]
            again.sort(key=lambda session: session.id)
            for session, old in zip(again, sessions, strict=True):
                self.lesson_of[session.id] = lesson_of(old)
        there = {activity.id for activity in self.activities.values()}
        self.deleted = {n: s for n, s in self.deleted.items() if s.attendance_id in there}

    def restore_activity(self, activity, users=True, order=list):
        old = self.activities[activity]

        def restore(noted):
            return [self.moodle.bin_and_restore(old, users, noted)]

        self._restored(restore, [activity], order, self.lesson)

    def restore_course(self, users=True, order=list, shift=0):
        case, moodle = self.case, self.moodle
        enrolments = dict(moodle.enrolments[case.moodle_course.id])
        members_of = [set(group.members) for group in case.groups]
        item = moodle.delete_course(case.moodle_course, users)

        def restore(noted):
            course = moodle.restore_course(
                item, startdate=item.course.startdate + shift * w.DAY, order=noted
            )
            case.moodle_course = course
            return [a for a in moodle.attendances.values() if a.course_id == course.id]

        numbers = sorted(self.activities, key=lambda number: self.activities[number].id)
        self._restored(restore, numbers, order, self.lesson)
        course = case.moodle_course
        case.groups = [group for group in moodle.groups.values() if group.course_id == course.id]
        self.groups = {11: case.groups[0], 12: case.groups[1], 0: None}
        # Where it was restored without people, they are enrolled again.
        moodle.enrolments[course.id].update(enrolments)
        for group, members in zip(case.groups, members_of, strict=True):
            group.members |= members

    def copy_activity(self, activity, users=False, order=list):
        old, number = self.activities[activity], max(self.sets) + 1
        self.sets[number] = self.sets[activity]

        def restore(noted):
            backup = self.moodle.back_up_activity(old, users)
            return [self.moodle.restore_activity(backup, order=noted)]

        def other_lesson(session):
            lesson, before = self._new_lesson(), self.lesson(session)
            for table in (self.said_in_moodle, self.said_before):
                for _lesson, person in [key for key in table if key[0] == before]:
                    table[lesson, person] = list(table[before, person])
            for line in self.lines.values() if users else ():
                if before in self.lessons_of.get(line.attendance_id.id, ()):
                    key = lesson, line.student_id.id
                    self.said_before.setdefault(key, []).append(self.said_here.get(line.id, []))
            self.was_doubled |= {(lesson, who) for old, who in self.was_doubled if old == before}
            return lesson

        self._restored(restore, [number], order, other_lesson)

    def make_again(self, session):
        self._tick()
        again = self.moodle.make_session_again(session)
        self.lesson_of[again.id] = self.lesson(session)

    # --- what a person is asked -------------------------------------------------------

    @property
    def asked(self):
        gaps = self.case.gaps(state="open").filtered("asks")
        return {gap.asks: REASONS[gap.why].asks for gap in gaps}

    def answer(self, key):
        lessons = {
            lesson for sheet in self._asked_of(key) for lesson in self.lessons_of.get(sheet.id, ())
        }
        same = any(self.lesson(session) in lessons for session in self._perhaps(key))
        gap = self.case.gaps(state="open").filtered(lambda gap: gap.asks == key)
        if same and FOLLOW in self.asked[key]:
            gap.action_follow()
        else:
            gap.action_other_lessons()

    def _asked_of(self, key):
        """Sheets that may follow."""
        before = key.partition(">")[0]
        return [
            sheet
            for sheet in self.sheets.values()
            if before
            in ((sheet.moodle_seen or "").rpartition(":")[0], str(sheet.moodle_session_id))
        ]

    def _perhaps(self, key):
        """Sessions that may be theirs."""
        before, _arrow, number = key.partition(">")
        waiting = self._waiting()
        return [
            session
            for session in self.sessions.values()
            if session.id in waiting
            and (session.attendance_id if ":" in before else session.id) == int(number)
        ]

    def _waiting(self):
        mappings = self.env["moodle.mapping"].search([("model", "=", "op.subject")])
        return {
            number
            for mapping in mappings
            for number in (mapping._kept("waiting") or {}).get("sessions", ())
        }

    def restart(self):
        self.moodle.restart()
        self.deleted.clear()
        self.lesson_of = {n: lesson for n, lesson in self.lesson_of.items() if n in self.sessions}

    def hide(self, activity, letter):
        copy = w.World(self.direction, sets=self.sets.values())
        copy.hidden = self.hidden
        copy.hide(activity, letter)
        for status in self._statuses(activity):
            status.visible = (activity, self.letter_by_id[status.id].id) not in copy.hidden

    def toggle_enrolment(self, user):
        account, course = self.users[user], self.case.moodle_course
        if account.id in self.moodle.enrolments[course.id]:
            self.moodle.unenrol(course, account)
        else:
            self.moodle.enrol(course, account, groups=[self.groups[self.group_of[user]]])

    # --- students who come and go, and the course that is renamed -----------------------

    def _details(self, user=None):
        students = [self.students[user]] if user else self.students.values()
        return self.env["op.student.course"].search(
            [
                ("student_id", "in", [student.id for student in students]),
                ("course_id", "=", self.case.course.id),
            ]
        )

    def _made(self, details, seconds):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE op_student_course SET create_date = %s WHERE id IN %s",
            (moment(seconds), tuple(details.ids)),
        )
        self.env.invalidate_all()

    def _office(self):
        """It is now, there as well."""
        return patch.object(fields.Datetime, "now", lambda *_args: moment(self.now))

    def move(self, user, noted=True):
        self.batches.move(w.STUDENTS[user], self.now, noted)
        batch = self.case.batches[self.batches.now(w.STUDENTS[user]) - 1]
        if noted:
            with self._office():
                self._details(user).batch_id = batch
        else:
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE op_student_course SET batch_id = %s WHERE id = %s",
                (batch.id, self._details(user).id),
            )
            self.env.invalidate_all()

    def withdraw(self, user):
        self.batches.withdraw(w.STUDENTS[user], self.now)
        detail = self._details(user)
        with self._office():
            detail.state = "finished" if detail.state == "running" else "running"

    def delete_detail(self, user):
        self.batches.delete(w.STUDENTS[user], self.now)
        with self._office():
            self._details(user).unlink()

    def enrol_here(self, user, batch):
        self.batches.enrol(w.STUDENTS[user], batch, self.now)
        self._made(self.case.enrol(self.students[user], self.case.batches[batch - 1]), self.now)

    def regroup(self, user):
        before = self.group_of[user]
        now = w.GROUP_OF.get(self.batches.now(w.STUDENTS[user]), before)
        self.group_of[user] = now
        account = self.users[user].id
        if account in self.groups[before].members:
            self.groups[before].members.discard(account)
            self.groups[now].members.add(account)

    def rename(self, keys):
        idnumber, shortname = (self.keys.get(key, key) for key in keys)
        course = self.case.moodle_course
        course.idnumber, course.shortname = idnumber, shortname

    @property
    def named(self):
        course = self.case.moodle_course
        named = [tuple(self.keys.get(key, key) for key in keys) for keys in w.NAMED]
        return (course.idnumber, course.shortname) in named

    @property
    def synchronised(self):
        """See w.World."""
        number = self.case.moodle_course.id
        seen = {(sheet.moodle_seen or "").partition(":")[0] for sheet in self.sheets.values()}
        return self.named or (number in self.linked_courses and str(number) in seen)

    # --- people who say what a letter means -----------------------------------------

    def choose(self, letter, meaning, any_description=False, activity=0, send=False):
        self.choices.append((letter, meaning, any_description, activity, send))
        values = {
            "instance_id": self.case.instance.id,
            "acronym": letter.status.acronym,
            "description": "" if any_description else letter.status.description,
            "activity_id": self.activities[activity].id if activity else 0,
        }
        rows = self.env["moodle.status.meaning"]
        rows.search(
            [
                ("instance_id", "=", values["instance_id"]),
                ("acronym", "=", values["acronym"]),
                ("description", "=", values["description"] or False),
                ("activity_id", "=", values["activity_id"]),
            ]
        ).unlink()
        if meaning:
            rows.create({**values, "meaning": meaning, "send": send})

    def next_start(self):
        starts = [session.sessdate for session in self.sessions.values()]
        return min((moment for moment in starts if moment > self.now), default=None)

    # --- people in OpenEduCat -----------------------------------------------------

    @property
    def sheets(self):
        return {sheet.id: sheet for sheet in self.case.sheets.sorted("id")}

    @property
    def lines(self):
        lines = self.case.sheets.with_context(active_test=False).attendance_line
        return {line.id: line for line in lines.sorted("id")}

    def add_sheet(self, day, batch, letters="", state="done", of_today=False):
        held = b.DAY + timedelta(days=day)
        sheet = self.case.make_sheet("", self.case.batches[batch - 1], held.isoformat(), state)
        listed = date.max if of_today else held
        there = [u for u in self.users if self.batches.on(w.STUDENTS[u], listed) == batch]
        self.env["op.attendance.line"].create(
            [
                {
                    "attendance_id": sheet.id,
                    "student_id": self.students[user].id,
                    **booleans(letter),
                }
                for user, letter in zip(there, letters, strict=False)
            ]
        )
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
        lesson = [0, *self.lessons_of.get(line.attendance_id.id, ())][-1]
        key = lesson, line.student_id.id
        self.said_before.setdefault(key, []).append(self.said_here.get(line.id, []))
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
            server.faults.add(Fault.error(1, "sitemaintenance", function=self.writing, times=99))
        elif crash is not None:
            # Sent, and its answer is lost; nothing more gets through. With local_wsattendance
            # a call has all marks of a session.
            server.faults.add(Fault.cut_after(crash + 1, function=self.writing, times=1))
            server.faults.add(Fault.cut_before(crash + 2, function=self.writing, times=99))
        if meanwhile:
            server.on_call(self._once(meanwhile))
        reads, course = self.synchronised, self.case.moodle_course.id
        for session in self.sessions.values() if reads else ():
            before = self.read_at.get(self.lesson(session), (session.id, session.sessdate))
            if session.id != before[0] and session.sessdate != before[1]:
                self.estranged.add(self.lesson(session))
        # By the schedule, where nothing waits for a person: it asks less.
        thrifty = self.case.thrifty and not self.case.instance.meaning_changed
        self.case.sync(trigger="cron" if thrifty else "shell")
        for call in server.calls:
            if call.written and call.function in (UPDATE, SET_MARKS):
                params = parse(call.params)
                for mark in params.get("marks", {0: params}).values():
                    session = self.sessions[int(params["sessionid"])]
                    key = self.lesson(session), int(mark["studentid"])
                    self.sent.setdefault(key, set()).add(int(mark["statusid"]))
        server.faults.clear()
        server._hooks.clear()
        for sheet in self.sheets.values():
            self._note_link(sheet)
        self._look_at(reads, course)
        for session in self.sessions.values() if reads else ():
            if session.id not in self._waiting():
                self.read_at[self.lesson(session)] = session.id, session.sessdate

    def _look_at(self, reads, course):
        """Whether a run has done what it must not, whatever comes of it."""
        linked = [("model", "=", "op.subject"), ("moodle_id", "=", course)]
        if not reads:
            self.linked_courses.discard(course)
        elif self.env["moodle.mapping"].search_count(linked):
            # A run that was cut short may have been undone.
            self.linked_courses.add(course)
        run = self.case.instance.last_run_id
        if bool(run.courses_mapped) != reads:
            self.broken.append(f"the course was read, or not: {run.summary}, expected: {reads}")
        lost = self.case.gaps(why="course_key_lost", state="open").filtered(
            lambda gap: str(course) in gap.key.split(":")
        )
        if bool(lost) != (reads and not self.named):
            self.broken.append(f"of the keys of course {course} is told {lost.mapped('words')}")
        before, sheets = self.placed, self.sheets
        self.placed = {
            line.id: (line.attendance_id.id, line.attendance_id.batch_id.id)
            for line in self.lines.values()
        }
        for number, place in self.placed.items():
            if before.get(number, place) != place:
                self.broken.append(f"line {number} was in {before[number]}, is in {place}")
        for number in self.placed.keys() - before.keys():
            line = self.lines[number]
            session = line.attendance_id.moodle_session_id
            of_session = [s for s in sheets.values() if session and s.moodle_session_id == session]
            twice = [
                other
                for sheet in of_session
                for other in sheet.with_context(active_test=False).attendance_line
                if other.student_id == line.student_id
            ]
            if len(twice) > 1:
                self.broken.append(f"session {session}: two lines of {line.student_id.name}")

    def _note_link(self, sheet):
        number = sheet.moodle_session_id
        session = self.sessions.get(number)
        if session and self.linked.get(sheet.id) != number:
            # The last one last.
            lessons = self.lessons_of.setdefault(sheet.id, {})
            lesson = self.lesson(session)
            lessons.pop(lesson, None)
            lessons[lesson] = True
        self.linked[sheet.id] = number

    def _once(self, action):
        left = [action]

        def hook(call, state):
            if left and call.function == self.writing:
                left.pop()()

        return hook

    # --- what must hold -----------------------------------------------------------

    def as_world(self):
        """Both sides as they are, as a :class:`world.World`."""
        copy = w.World(
            self.direction,
            self.skew,
            sets=self.sets.values(),
            shows_all=False,
            window_days=self.window_days,
            profile=self.case.server.profile.name,
        )
        copy.now = self.now
        copy.hidden = self.hidden
        for choice in self.choices:
            copy.choose(*choice)
        numbers = {account.id: user for user, account in self.users.items()}
        takers = {self.case.teacher.id: w.TEACHER, self.case.sync_user.id: w.SYNC, 0: w.MACHINE}
        of_student = {student.id: w.STUDENTS[user] for user, student in self.students.items()}
        course = self.moodle.enrolments[self.case.moodle_course.id]
        copy.enrolled = {user for user, account in self.users.items() if account.id in course}
        copy.batches, copy.group_of = self.batches, self.group_of
        group_of = {group.id: number for number, group in self.groups.items() if group}
        for session in self.sessions.values():
            copy.sessions[session.id] = w.Session(
                session.id,
                session.sessdate,
                group_of.get(session.group_id, 0),
                taken_at=session.lasttaken or 0,
                activity=self._number(session),
                modified_at=session.timemodified,
                lesson=self.lesson(session),
            )
            for row in session.log:
                if row.user_id in numbers:
                    user, held = numbers[row.user_id], copy.sessions[session.id]
                    held.log.setdefault(user, []).append(self.letter_by_id[row.status_id].id)
                    taken = row.timetaken, takers[row.takenby]
                    held.times.setdefault(user, []).append(taken)
        batches = {batch.id: number for number, batch in enumerate(self.case.batches, 1)}
        for sheet in self.sheets.values():
            copy.sheets[sheet.id] = w.Sheet(
                sheet.id, sheet.register_id.id, batches[sheet.batch_id.id],
                sheet.attendance_date, sheet.state, sheet.moodle_session_id, active=sheet.active,
                lesson=[0, *self.lessons_of.get(sheet.id, ())][-1],
                lessons=set(self.lessons_of.get(sheet.id, ())),
                by_sync=sheet.state == "cancel" and ":was" in (sheet.moodle_seen or ""),
            )  # fmt: skip
        for line in self.lines.values():
            if line.student_id.id in of_student:
                copy.lines[line.id] = w.Line(
                    line.id, line.attendance_id.id, of_student[line.student_id.id],
                    from_booleans(line), line.moodle_base or None,
                    unix(line.moodle_marked_at), True, line.active,
                )  # fmt: skip
        there = set(self.sessions)
        copy.estranged, copy.broken = self.estranged, self.broken
        copy.waiting = Waiting(
            frozenset(self._waiting()),
            frozenset(
                sheet.id
                for key in self.asked
                for sheet in self._asked_of(key)
                if sheet.moodle_session_id not in there
            ),
        )
        copy.said_here = self.said_here
        copy.said_before = {
            (lesson, of_student[student]): said
            for (lesson, student), said in self.said_before.items()
            if student in of_student
        }

        def in_copy(table):
            return {
                (lesson, w.STUDENTS[numbers[account]]): values
                for (lesson, account), values in table.items()
                if account in numbers
            }

        copy.said_in_moodle = in_copy(self.said_in_moodle)
        copy.was_doubled = set(in_copy(dict.fromkeys(self.was_doubled)))
        copy.sent = {
            key: {self.letter_by_id[number].id for number in ids}
            for key, ids in in_copy(self.sent).items()
        }
        for mapping in self.env["moodle.mapping"].search([("model", "=", "op.subject")]):
            for (session, student), status in mapping._dropped_lines().items():
                if student in of_student:
                    copy.dropped[session, of_student[student]] = status
            for (session, student), lost in mapping._not_held().items():
                if student in of_student:
                    copy.not_held[session, of_student[student]] = lost
        return copy
