"""A run that is killed, again and again: a real SIGKILL to a real Odoo process with
connections of its own, while people mark on both sides; PostgreSQL and Moodle go down in
between, too.

Three processes: ``kills_odoo.py``, which forks the victims, ``kills_moodle.py``, and this
one, which is the people, and writes down what each of them said last.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from select import select
from zoneinfo import ZoneInfo

import psycopg2

from ..services.domain.status import from_booleans

HERE = Path(__file__).parent
ZONE = ZoneInfo("Asia/Kolkata")
LETTERS = "PALE"
TOKEN = "9" * 32
COURSES, STUDENTS, FIRST_DAYS, MOST_DAYS = 3, 6, 2, 8
# Seconds between two people's writes of one mark, so that it is known who was the later one:
# Moodle tells whole seconds, and so does the header that its clock is measured by.
APART = 3
PATIENCE = 60
NOBODY, MOODLE, OPENEDUCAT = "", "Moodle", "OpenEduCat"
COUNTED = {
    "registers_created": "registers +{}",
    "sheets_created": "sheets +{}",
    "sheets_updated": "sheets updated {}",
    "lines_created": "lines +{}",
    "lines_updated": "lines changed {}",
    "lines_put_back": "lines put back {}",
    "lines_agreed": "found equal {}",
    "moodle_sessions_created": "sessions made {}",
    "marks_pushed": "sent {}",
    "conflicts_moodle": "Moodle later {}",
    "conflicts_oec": "OpenEduCat later {}",
}
HEAD = ("#", "s", "it was at", "besides", "both sides", "the next run")
ROW = "{:>2} {:>6}  {:<42.42}  {:<54}  {:<14}  {}"


def readline(file, what):
    if not select([file], [], [], PATIENCE)[0]:
        raise TimeoutError(f"{what} does not answer")
    line = file.readline()
    if not line:
        raise EOFError(f"{what} has ended")
    return json.loads(line)


class Moodle:
    """:param folder: where the process keeps its state, and what it complains of
    :param profile: a key of ``moodle_server.profiles.PROFILES``
    """

    def __init__(self, folder, profile="2024"):
        self.profile = profile
        self.path = folder / "moodle"
        self.log = folder / "moodle.log"
        self.start()

    def start(self):
        command = [sys.executable, str(HERE / "kills_moodle.py"), str(self.path), self.profile]
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )
        self.url = readline(self.process.stdout, MOODLE)["url"]

    def do(self, command, **arguments):
        self.process.stdin.write(json.dumps({"do": command, **arguments}) + "\n")
        self.process.stdin.flush()
        return readline(self.process.stdout, MOODLE)

    def kill(self):
        with self.process:
            self.process.kill()


class Odoo:
    """:param command: of an ``odoo shell`` in the database that it is about
    :param folder: for what its children leave
    """

    def __init__(self, command, folder):
        self.folder = folder
        (folder / "note").write_bytes(b" " * 120)
        (commands, self._commands), (self._answers, answers) = os.pipe(), os.pipe()
        environment = {
            **os.environ,
            "KILLS_FOLDER": str(folder),
            "KILLS_PIPES": f"{commands} {answers}",
        }
        with open(HERE / "kills_odoo.py") as script, open(folder / "log", "w") as log:
            self.process = subprocess.Popen(
                command, stdin=script, stdout=log, stderr=log, env=environment,
                pass_fds=(commands, answers),
            )  # fmt: skip
        os.close(commands)
        os.close(answers)
        self._commands = os.fdopen(self._commands, "w")
        self._answers = os.fdopen(self._answers)
        threads = readline(self._answers, "Odoo")["threads"]
        if threads != 1:
            raise AssertionError(f"a process of {threads} threads can't be forked")

    def _ask(self, command, **arguments):
        self._commands.write(json.dumps({"do": command, **arguments}) + "\n")
        self._commands.flush()
        return readline(self._answers, "Odoo")

    def start(self, command, **arguments):
        """:return: the child's number"""
        return self._ask(command, **arguments)

    def wait(self, child):
        """:return: how it ended: 0, 1, or minus the signal"""
        return self._ask("wait", pid=child)

    def do(self, command, **arguments):
        child = self.start(command, **arguments)
        status = self.wait(child)
        if status:
            raise AssertionError(f"{command} ended with {status}:\n{self.log()}")
        return json.loads((self.folder / f"{child}.json").read_text())

    def note(self):
        return (self.folder / "note").read_bytes().decode(errors="replace").strip()

    def log(self):
        return (self.folder / "log").read_text()[-3000:]

    def stop(self):
        with self.process:
            self._commands.close()
            self._answers.close()
            self.process.kill()


class Postgres:
    """:param dsn: of the database
    :param restart: command that ends PostgreSQL without a farewell and starts it again; ``None``
        where it is not ours alone: then all connections to the database are cut
    """

    def __init__(self, dsn, restart=None):
        self.dsn = dsn
        self.restart = restart
        self.words = "PostgreSQL restarted" if restart else "connections cut"

    @contextmanager
    def cursor(self):
        with (
            closing(psycopg2.connect(**self.dsn)) as connection,
            connection,
            connection.cursor() as cr,
        ):
            yield cr

    def rows(self, query, *parameters):
        with self.cursor() as cr:
            cr.execute(query, parameters)
            return cr.fetchall()

    @contextmanager
    def going_down(self):
        """It begins to, and is there again afterwards."""
        if not self.restart:
            self.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            yield
            return
        with subprocess.Popen(self.restart, shell=True, stdout=subprocess.DEVNULL) as process:
            yield
        if process.returncode:
            raise AssertionError(f"PostgreSQL is not started again: {self.restart}")

    def wait_until_alone(self):
        """Until PostgreSQL has noticed that nobody is there any more."""
        end = time.monotonic() + PATIENCE
        query = (
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        )
        while self.rows(query):
            if time.monotonic() > end:
                raise AssertionError("a killed process still holds its connection")
            time.sleep(0.01)


class Game:
    """:param tell: function that gets the lines of the table, one after another

    A mark is known by ``(course, day, student)``, three numbers from 0. Who marks which, so
    that the last to write is always known though Moodle has one time for all marks of a
    session: of each third day the first student is marked by people on both sides, and
    :data:`APART`, the others in OpenEduCat; of the other days one half of the students are
    marked in Moodle and one in OpenEduCat.
    """

    def __init__(self, odoo, moodle, postgres, seed, tell):
        self.odoo, self.moodle, self.postgres = odoo, moodle, postgres
        self.seed, self.tell = seed, tell
        self.random = random.Random(f"{seed} begin")
        morning = datetime.now(ZONE).replace(hour=9, minute=0, second=0, microsecond=0)
        self.morning = morning - timedelta(days=60)
        # {mark: letter}, and when and where it was written.
        self.said, self.written = {}, {}
        self.days = [0] * COURSES
        self.settled = set()
        self.usual = 0
        self.counts = Counter()
        self.problems = []

    # --- people -------------------------------------------------------------------

    def starts(self, day):
        return int((self.morning + timedelta(days=day)).timestamp())

    def date(self, day):
        return (self.morning + timedelta(days=day)).date().isoformat()

    def begin(self):
        places = {"subjects": COURSES, "students": STUDENTS}
        self.ids = self.odoo.do("build", url=self.moodle.url, token=TOKEN, **places)
        self.moodle.do(
            "build",
            token=TOKEN,
            courses=[f"oec_subj_{n}_course_{self.ids['course']}" for n in self.ids["subjects"]],
            students=[f"oec_student_{n}" for n in self.ids["students"]],
        )
        for course in range(COURSES):
            for _number in range(FIRST_DAYS):
                self.hold(course)
            self.make_sheet(course)
        self.settle()

    def _new_day(self, course):
        day = self.days[course]
        self.days[course] += 1
        letters = self.random.choices(LETTERS, k=STUDENTS)
        for student, letter in enumerate(letters):
            self.said[course, day, student] = letter
        return day, letters

    def hold(self, course):
        day, letters = self._new_day(course)
        self.moodle.do("hold", course=course, starts=self.starts(day), letters=letters)

    def make_sheet(self, course):
        day, letters = self._new_day(course)
        self.odoo.do(
            "sheet",
            course=self.ids["course"],
            batch=self.ids["batch"],
            subject=self.ids["subjects"][course],
            day=self.date(day),
            letters=dict(zip(self.ids["students"], letters, strict=True)),
        )

    def edit(self):
        """Something on each side."""
        marks = sorted(self.settled)
        self.random.shuffle(marks)
        shared = [mark for mark in marks if mark[1] % 3 == 0 and mark[2] == 0]
        there = [mark for mark in marks if mark[1] % 3 and mark[2] < STUDENTS // 2]
        here = [mark for mark in marks if mark not in shared and mark not in there]
        there, here = (some[: self.random.randint(1, 3)] for some in (there, here))
        for mark in shared[:1]:
            (there if self._side(mark) == MOODLE else here).append(mark)
        self.edit_there(there)
        self.edit_here(here)
        for make in (self.hold, self.make_sheet):
            course = self.random.randrange(COURSES)
            if self.random.random() < 0.3 and self.days[course] < MOST_DAYS:
                make(course)

    def _side(self, mark):
        side, at = self.written.get(mark, (NOBODY, 0))
        chosen = self.random.choice((MOODLE, OPENEDUCAT))
        return chosen if time.time() - at >= APART else side

    def edit_there(self, marks):
        for course, day, student in marks:
            letter = self._another((course, day, student), MOODLE)
            starts = self.starts(day)
            if not self.moodle.do(
                "mark", course=course, starts=starts, student=student, letter=letter
            ):
                raise AssertionError(f"Moodle has lost the session {course} {day}")

    def edit_here(self, marks):
        rows = [
            (
                self.ids["subjects"][course],
                self.date(day),
                self.ids["students"][student],
                self._another((course, day, student), OPENEDUCAT),
            )
            for course, day, student in marks
        ]
        if not all(self.odoo.do("mark", marks=rows)):
            raise AssertionError("OpenEduCat has lost a line, or has it twice")
        for mark in marks:
            self.written[mark] = OPENEDUCAT, time.time()

    def _another(self, mark, side):
        letter = self.random.choice([one for one in LETTERS if one != self.said[mark]])
        self.said[mark] = letter
        self.written[mark] = side, time.time()
        self.counts[f"{side}_marks"] += 1
        return letter

    # --- both sides -----------------------------------------------------------------

    def here(self):
        """``{mark: letter}`` in a Counter: of every line there is."""
        rows = self.postgres.rows(
            "SELECT r.subject_id, s.attendance_date, l.student_id, l.present, l.absent, l.late, "
            "l.excused, l.moodle_base FROM op_attendance_line l "
            "JOIN op_attendance_sheet s ON s.id = l.attendance_id "
            "JOIN op_attendance_register r ON r.id = s.register_id"
        )
        found = Counter()
        for subject, day, student, present, absent, late, excused, base in rows:
            letter = from_booleans(
                {"present": present, "absent": absent, "late": late, "excused": excused}
            )
            mark = (
                self.ids["subjects"].index(subject),
                (day - self.morning.date()).days,
                self.ids["students"].index(student),
            )
            found[mark, letter if letter == base else f"{letter}, agreed {base}"] += 1
        return found

    def there(self):
        found = Counter()
        for course, starts, rows in self.moodle.do("look"):
            day = (datetime.fromtimestamp(starts, ZONE).date() - self.morning.date()).days
            for student, letter in rows:
                found[(course, day, student), letter] += 1
        return found

    def differences(self):
        """What is not as people have said it last, once."""
        wanted = Counter(self.said.items())
        told = []
        for side, found in ((OPENEDUCAT, self.here()), (MOODLE, self.there())):
            told += [
                f"{side} lacks {mark} {letter}" for mark, letter in (wanted - found).elements()
            ]
            told += [f"{side} has {mark} {letter}" for mark, letter in (found - wanted).elements()]
        days = sum(self.days)
        numbers = {
            "sheets": self.postgres.rows("SELECT count(*) FROM op_attendance_sheet")[0][0],
            "registers": self.postgres.rows("SELECT count(*) FROM op_attendance_register")[0][0],
            "sessions": len(self.moodle.do("look")),
        }
        told += [f"{n} {what} of {days}" for what, n in numbers.items() if n != days]
        running = self.postgres.rows("SELECT count(*) FROM moodle_sync_run WHERE state = 'running'")
        if running[0][0]:
            told.append(f"{running[0][0]} runs are left running")
        gaps = self.postgres.rows("SELECT kind FROM moodle_sync_gap WHERE state = 'open'")
        told += [f"an open gap: {kind}" for (kind,) in gaps]
        return told

    # --- runs -----------------------------------------------------------------------

    def run(self):
        """A whole one.

        :return: ``(what it had to do, whether it took up another)``
        """
        names = ", ".join(f"coalesce({name}, 0)" for name in COUNTED)
        left = (
            "CASE WHEN queued "
            "THEN (SELECT count(*) FROM moodle_course_queued WHERE run_id = run.id) END"
        )
        query = (
            f"SELECT id, state, {left}, {names} FROM moodle_sync_run run ORDER BY id DESC LIMIT 1"
        )
        before = self.postgres.rows(query)
        seconds = self.odoo.do("sync")
        ((number, state, _left, *counters),) = self.postgres.rows(query)
        resumed = bool(before) and before[0][0] == number
        words, numbers = [], counters
        if resumed:
            left = before[0][2]
            words.append(f"took up {COURSES if left is None else left} of {COURSES} courses")
            numbers = [new - old for new, old in zip(counters, before[0][3:], strict=True)]
        else:
            self.usual = seconds
        words += [
            text.format(number)
            for text, number in zip(COUNTED.values(), numbers, strict=True)
            if number
        ]
        if state != "done":
            self.problems.append(f"a run ended as {state}\n{self.odoo.log()}")
        return ", ".join(words) or "nothing", resumed

    def settle(self):
        """A run, and, where that only ended another, one more.

        :return: ``(what they had to do, result)``
        """
        done, resumed = self.run()
        differences = self.differences()
        runs = 1
        if differences and resumed:
            more, _resumed = self.run()
            done, runs = f"{done}; then {more}", 2
            differences = self.differences()
        if differences:
            self.problems += differences
            return done, "; ".join(differences)
        self.settled = set(self.said)
        self.counts["runs"] += runs
        return done, "equal" if runs == 1 else "equal after 2"

    def play(self, kills):
        """:return: list of what is not well"""
        self.tell(ROW.format(*HEAD))
        self.begin()
        for number in range(1, kills + 1):
            moment, note, besides = self.kill(number)
            done, result = "was killed, too", ""
            if number == kills or self.random.random() < 0.7:
                done, result = self.settle()
            self.tell(ROW.format(number, f"{moment:.3f}", note, besides, result, done))
        writes = self.moodle.do("writes")
        done, _resumed = self.run()
        if done != "nothing" or self.moodle.do("writes") != writes:
            self.problems.append(f"a run with nothing to do did: {done}")
        return self.problems

    def kill(self, number):
        """A run that does not come to its end. One that was quicker is not counted; people go
        on, and so does the next.

        :return: ``(seconds it had, what it was doing, what else went down)``
        """
        for attempt in range(100):
            self.random = random.Random(f"{self.seed} {number} {attempt}")
            self.edit()
            # Every fifth time something else goes down with it, every fifth after it.
            down = self.random.choice(("", "", "", "Moodle", "PostgreSQL"))
            after = self.random.choice(("", "", "", "Moodle", "PostgreSQL"))
            moment = self.random.uniform(0, self.usual)
            if self._killed_at(moment, down):
                break
            self.counts["too late"] += 1
        else:
            raise AssertionError("no run is slow enough to be killed")
        note = self.odoo.note()
        self.postgres.wait_until_alone()
        words = self._go_down(after)
        besides = [f"{self._named(down)} with it"] if down else []
        besides += [f"{words} after"] if words else []
        self.counts["kills"] += 1
        return moment, note, ", ".join(besides)

    def _named(self, what):
        return self.postgres.words if what == "PostgreSQL" else "Moodle"

    def _killed_at(self, moment, down):
        """:return: whether it was still there"""
        child = self.odoo.start("sync")
        end = time.monotonic() + moment
        marks = [mark for mark in sorted(self.settled) if mark[1] % 3 and mark[2] < STUDENTS // 2]
        if self.random.random() < 0.5:
            time.sleep(moment * self.random.random())
            # Somebody marks while the run is under way.
            self.edit_there([self.random.choice(marks)])
        time.sleep(max(end - time.monotonic(), 0))
        if down == "PostgreSQL":
            with self.postgres.going_down():
                status = self._kill(child)
            self.counts[down] += 1
        else:
            if down:
                self.moodle.kill()
                self.counts[down] += 1
            status = self._kill(child)
            if down:
                self.moodle.start()
        return status == -signal.SIGKILL

    def _kill(self, child):
        os.kill(child, signal.SIGKILL)
        return self.odoo.wait(child)

    def _go_down(self, what):
        """Between two runs."""
        if what == "Moodle":
            self.moodle.kill()
            self.moodle.start()
        elif what:
            with self.postgres.going_down():
                pass
        else:
            return ""
        self.counts[what] += 1
        return self._named(what)
