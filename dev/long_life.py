"""Two years of a school, in an Odoo shell: see long_life.sh.

What happens, twice a week, with the clock of Odoo and of Moodle set to it:

* in term (18 of 26 weeks) half of the courses hold a session each, which is taken; then, in term
  and out of it, as many runs as RUNS says, so that all but the first find nothing changed;
* a mark is corrected; now and then somebody unknown has a mark, which is gone a week later, and
  a person deletes a line in OpenEduCat;
* every other week a preview and a verification are made;
* each day whatever ends by itself ends: each autovacuum of the addon's models.

After each term its Moodle courses are deleted and new ones stand for the same subjects, so that
the same number of courses is read in each run, while sheets and lines pile up in OpenEduCat. What
is measured is what that costs later, and what of the addon's own stays.
"""

import inspect
import os
import sys
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from time import CLOCK_MONOTONIC, clock_gettime

from freezegun import freeze_time

from odoo import sql_db

from odoo.addons.openeducat_moodle_attendance.services.moodle.moodle_transport import Clock

sys.path.insert(0, str(Path(os.environ["CHECKOUT"]) / "tests"))
from moodle_server import MoodleServer, MoodleState

DAYS = int(os.environ.get("DAYS") or 728)
COURSES = int(os.environ.get("COURSES") or 30)
RUNS = int(os.environ.get("RUNS") or 2)
PROFILE = os.environ.get("PROFILE") or "2024"
STUDENTS = 10
WEEKDAYS = (0, 3)
TERM, TAUGHT = 26 * 7, 18 * 7
QUARTER = 91
TOKEN = "T" * 32
# A Monday, so long ago that the last day is not after today.
LAST = date(2026, 11, 1)
FIRST = LAST - timedelta(days=DAYS + LAST.weekday())
OURS = (
    "moodle_sync_run",
    "moodle_sync_report",
    "moodle_sync_report_line",
    "moodle_sync_gap",
    "moodle_course_queued",
    "moodle_run_noted",
    "moodle_session_untaken",
)


class School:
    """Both sides, and what happens there."""

    def __init__(self, env):
        self.env = env
        self.now = 0
        self.state = MoodleState(timezone="UTC", now=self.at(FIRST, 6))
        self.server = MoodleServer(self.state, PROFILE).start()
        self.make_openeducat()
        self.make_people()
        self.instance = env["moodle.instance"].create(
            {"name": "Long life", "url": self.server.url, "token": TOKEN, "tz": "UTC"}
        )
        # One clock for all that is done with Moodle; that of Odoo's own is frozen.
        env.registry["moodle.instance"]._clock = lambda _self: Clock(wall=lambda: self.now)
        self.courses, self.strangers, self.term = [], [], 0
        env.cr.commit()

    def at(self, day, hour):
        """Set the clocks.

        :return: unix seconds
        """
        self.now = int(datetime.combine(day, time(hour), UTC).timestamp())
        return self.now

    def make_openeducat(self):
        env = self.env
        self.course = env["op.course"].create({"name": "BSc", "code": "BSC"})
        self.subjects = env["op.subject"].create(
            [{"name": f"Subject {n}", "code": f"S{n:02}"} for n in range(COURSES)]
        )
        batch = {"name": "Batch", "code": "B", "course_id": self.course.id}
        batch |= {"start_date": FIRST, "end_date": LAST + timedelta(days=400)}
        batch = env["op.batch"].create(batch)
        self.students = env["op.student"].create(
            [
                {
                    "name": f"Student {n}", "first_name": "Student", "last_name": str(n),
                    "birth_date": "2005-05-05", "gender": "m", "email": f"s{n}@long.example",
                }
                for n in range(STUDENTS)
            ]
        )  # fmt: skip
        env["op.student.course"].create(
            [
                {
                    "student_id": student.id, "course_id": self.course.id, "batch_id": batch.id,
                    "roll_number": str(student.id),
                }
                for student in self.students
            ]
        )  # fmt: skip

    def make_people(self):
        account = self.state.add_user("sync", "Odoo", "Sync")
        self.state.add_token(TOKEN, account, self.server.profile.service)
        self.teacher = self.state.add_user("teacher", "Tea", "Cher")
        self.users = [
            self.state.add_user(
                f"s{student.id}", "Student", str(student.id), idnumber=f"oec_student_{student.id}"
            )
            for student in self.students
        ]

    def begin_term(self):
        """New courses stand for the subjects; those of the last term are deleted."""
        state = self.state
        for table in (state.sessions, state.statuses, state.attendances):
            table.clear()
        for course, _activity in self.courses:
            del state.courses[course.id], state.enrolments[course.id]
        self.term += 1
        self.courses, self.strangers = [], []
        for subject in self.subjects:
            course = state.add_course(
                f"{subject.name}, term {self.term}",
                shortname=f"{subject.code}-{self.term}",
                idnumber=f"oec_subj_{subject.id}_course_{self.course.id}",
            )
            state.enrol(course, self.teacher, role="editingteacher")
            for user in self.users:
                state.enrol(course, user)
            self.courses.append((course, state.add_attendance(course, "Lectures")))

    def teach(self, number, day):
        """:param number: of the day since the first one"""
        state = self.state
        for place, (course, activity) in enumerate(self.courses):
            if place % 2 != WEEKDAYS.index(day.weekday()):
                continue
            session = state.add_session(activity, self.at(day, 8))
            marks = {user: "PALE"[(number + place + n) % 4] for n, user in enumerate(self.users)}
            state.mark_all(session, marks, by=self.teacher)
            if place == number % COURSES:
                self.meet_a_stranger(course, session, day)
        self.at(day, 10)
        state.clock.set(self.now)
        sessions = list(state.sessions.values())
        if len(sessions) > COURSES:
            # Corrected a week later.
            state.mark(sessions[-COURSES], self.users[0], "PA"[number % 2], by=self.teacher)

    def meet_a_stranger(self, course, session, day):
        stranger = self.state.add_user(f"x{session.id}", "Some", "Body")
        self.state.enrol(course, stranger)
        self.state.mark(session, stranger, "P", by=self.teacher)
        self.strangers.append((day, course, session, stranger))

    def forget_strangers(self, day):
        for item in [item for item in self.strangers if item[0] <= day - timedelta(days=7)]:
            _day, course, session, stranger = item
            self.state.unmark(session, stranger)
            self.state.unenrol(course, stranger)
            self.strangers.remove(item)

    def delete_a_line(self):
        """As a person does it, in OpenEduCat."""
        admin = self.env.ref("base.user_admin")
        line = self.env["op.attendance.line"].with_user(admin).search([], order="id desc", limit=1)
        line.unlink()
        self.env.cr.commit()

    def report(self, kind):
        self.instance._make_report(kind, seconds=600)
        self.env.cr.commit()

    def vacuum(self):
        """All that ends by itself, as Odoo's own daily action runs it."""
        for model in self.env.values():
            if not model._name.startswith("moodle.") or model._abstract:
                continue
            for name, _method in inspect.getmembers(
                type(model), lambda member: getattr(member, "_autovacuum", False)
            ):
                getattr(model, name)()
        self.env.cr.commit()
        self.env.invalidate_all()

    def run(self):
        """:return: ``(seconds, SQL queries, whether anything was written)``"""
        # The scripted Moodle lives in this process: the calls of two years would be looked through with
        # each collection of garbage.
        self.server.reset_calls()
        queries, started = sql_db.sql_counter, clock_gettime(CLOCK_MONOTONIC)
        (result,) = self.instance._sync_attendance("cron")
        seconds = clock_gettime(CLOCK_MONOTONIC) - started
        if result.state != "done":
            raise SystemExit(f"a run ended as {result.state}: {result.message}")
        written = any(result.counters[name] for name in ("lines_created", "lines_updated"))
        return seconds, sql_db.sql_counter - queries, written

    def numbers(self):
        """:return: ``{column of the table: number}``"""
        cr, found = self.env.cr, {}
        for table in (*OURS, "moodle_mapping", "op_attendance_sheet", "op_attendance_line"):
            cr.execute(f'SELECT count(*) FROM "{table}"')  # pylint: disable=sql-injection
            found[table] = cr.fetchone()[0]
        cr.execute(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class "
            "WHERE relkind = 'r' AND relname ~ '^moodle_'"
        )
        found["bytes"] = int(cr.fetchone()[0])
        cr.execute("SELECT max(length(extra_data::text)) FROM moodle_mapping")
        found["kept"] = cr.fetchone()[0] or 0
        cr.commit()
        return found


HEADS = (
    ("moodle_sync_run", "runs"),
    ("moodle_sync_report", "reports"),
    ("moodle_sync_report_line", "changes"),
    ("moodle_sync_gap", "gaps"),
    ("moodle_course_queued", "queued"),
    ("moodle_session_untaken", "untaken"),
    ("moodle_mapping", "mappings"),
    ("kept", "bytes kept"),
    ("op_attendance_sheet", "sheets"),
    ("op_attendance_line", "lines"),
)


def live(school, frozen):
    print(
        f"{DAYS} days, {COURSES} courses, {RUNS} runs twice a week, {STUDENTS} students a session."
        "\nRows at the end of each quarter ('bytes kept': the most JSON that is kept of one"
        "\ncourse; MB: of all tables of the addon); of runs in term the median milliseconds, and"
        "\nthe SQL queries of one that finds nothing changed.\n"
    )
    heads = ["quarter", *(head for _name, head in HEADS), "MB", "changed", "unchanged", "queries"]
    print("  ".join(f"{head:>10}" for head in heads), flush=True)
    taken = {True: [], False: []}
    counts = Counter()
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        frozen.move_to(datetime.combine(day, time(10)))
        if number % TERM == 0:
            school.at(day, 6)
            school.begin_term()
        school.forget_strangers(day)
        taught = number % TERM < TAUGHT
        if day.weekday() in WEEKDAYS:
            if taught:
                school.teach(number, day)
            school.at(day, 10)
            school.state.clock.set(school.now)
            for _number in range(RUNS):
                seconds, queries, written = school.run()
                counts[written] += 1
                if taught:
                    taken[written].append((seconds, queries))
            if number % 28 == 0 and taught:
                school.delete_a_line()
            if number % 14 == 0:
                school.report("preview")
                school.report("verify")
        school.vacuum()
        if (number + 1) % QUARTER == 0:
            found = school.numbers()
            row = [str((number + 1) // QUARTER), *(str(found[name]) for name, _head in HEADS)]
            row.append(f"{found['bytes'] / 1e6:.1f}")
            for written in (True, False):
                seconds = [one for one, _queries in taken[written]]
                row.append(f"{median(seconds) * 1000:.0f}" if seconds else "-")
            queries = [one for _seconds, one in taken[False]]
            row.append(f"{median(queries):.0f}" if queries else "-")
            print("  ".join(f"{cell:>10}" for cell in row), flush=True)
            taken = {True: [], False: []}
    print(f"\n{counts.total()} runs, {counts[True]} of which wrote marks.", flush=True)


with freeze_time(datetime.combine(FIRST, time(6))) as clock:
    live(School(env), clock)  # noqa: F821
sys.stdout.flush()
# The shell goes on after an error; the server's threads would go on after the shell.
os._exit(0)
