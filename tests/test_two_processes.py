"""Two runs at once, as cron and button may be, and two that share one run: two processes with
connections of their own, on data that is committed (and taken away again)."""

import os
import subprocess
import sys

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import config

from ..services.domain.status import from_booleans
from .builders import START
from .moodle_server import Fault, MoodleServer, MoodleState
from .moodle_server.profiles import PROFILES

TOKEN = "2" * 32
SECONDS = 3  # that Moodle takes for one answer, while the other process comes by
# Does what each line of a pipe says, and tells when it has.
SCRIPT = """
import os
print("STATE ready", flush=True)
for line in os.fdopen({pipe}):
    env.cr.rollback()
    env.invalidate_all()
    exec(line)
    env.cr.commit()
os._exit(0)
"""
SHELL = 'print("STATE", env["moodle.instance"].browse({id}).sync_attendance()[0].state, flush=True)'
# What the schedule does where jobs can be had, and what each job does.
BEGIN = """
from unittest.mock import patch
with patch.object(type(env["moodle.sync.run"]), "_hand_over", lambda run, portions: True):
    state = env["moodle.instance"].browse({id})._sync_attendance("cron")[0].state
print("STATE", state, flush=True)
"""
PORTION = """
from odoo.addons.openeducat_moodle_attendance.services.runs.portion import Portion
run = env["moodle.sync.run"].search([("instance_id", "=", {id})], limit=1)
ended = Portion(env.registry, {id}, 1).do(run.id, {courses})
print("STATE", ended.replace(" ", "_"), flush=True)
"""
CRON = 'env["moodle.instance"]._cron_sync_attendance(); print("STATE cron", flush=True)'


class Process:
    """An Odoo's shell that waits for lines to carry out."""

    def __init__(self):
        # 18.0 keeps the name of its configuration file elsewhere.
        rcfile = config["config"] or config.rcfile
        command = [
            sys.executable, "-m", "odoo", "shell", "-c", rcfile, "-d", get_db_name(),
            "--no-http", "--log-level=error",
        ]  # fmt: skip
        reads, writes = os.pipe()
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=[reads]
        )
        os.close(reads)
        self.lines = os.fdopen(writes, "w")
        self.process.stdin.write(SCRIPT.format(pipe=reads))
        self.process.stdin.close()

    def start(self, script):
        self.lines.write(f"exec({script!r}, globals())\n")
        self.lines.flush()

    def state(self):
        """:return: what it says when a line is done; empty if it has ended"""
        for line in self.process.stdout:
            if line.startswith("STATE"):
                return line.split()[1]
        return ""

    def end(self):
        self.lines.close()
        with self.process:
            self.process.stdout.read()


@tagged("post_install", "-at_install")
class TestTwoProcesses(BaseCase):
    profile = "2024"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.processes = [Process(), Process()]
        for process in cls.processes:
            cls.addClassCleanup(process.end)
        for process in cls.processes:
            assert process.state() == "ready"

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.created = []
        with self.registry.cursor() as cr:
            self.build_school(api.Environment(cr, SUPERUSER_ID, {}))
        self.addCleanup(self.take_away)
        self.build_moodle()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.instance_id = self.make(
                env, "moodle.instance", name="Two processes", url=self.server.url, token=TOKEN,
                tz="Asia/Kolkata", sync_window_days=0, sync_attendance_from="both",
            )  # fmt: skip

    def make(self, env, model, **values):
        record = env[model].create(values)
        self.created.append((model, record.id))
        return record.id

    def build_school(self, env):
        course = self.make(env, "op.course", name="Two", code="TWO-C")
        subject = self.make(env, "op.subject", name="Two", code="TWO-S")
        batch = self.make(
            env, "op.batch", name="Two", code="TWO-B", course_id=course,
            start_date="2026-01-01", end_date="2027-12-31",
        )  # fmt: skip
        self.students = []
        for number in range(4):
            student = self.make(
                env, "op.student", name=f"Two {number}", first_name="Two", last_name=str(number),
                birth_date="2005-05-05", gender="m", email=f"two{number}@test.example",
            )  # fmt: skip
            self.make(
                env, "op.student.course", student_id=student, course_id=course, batch_id=batch,
                roll_number=f"TWO-{number}",
            )  # fmt: skip
            self.students.append(student)
        self.idnumber = f"oec_subj_{subject}_course_{course}"
        second = self.make(env, "op.subject", name="Two again", code="TWO-T")
        self.second_idnumber = f"oec_subj_{second}_course_{course}"

    def build_moodle(self):
        state = self.state = MoodleState(timezone="Asia/Kolkata")
        user = state.add_user("oecsync", "Odoo", "Sync")
        state.add_token(TOKEN, user, PROFILES[self.profile].service)
        teacher = self.teacher = state.add_user("teacher", "Tea", "Cher")
        course = self.course = state.add_course("Two", "TWO", self.idnumber)
        activity = self.activity = state.add_attendance(course, "Lectures")
        self.session = state.add_session(activity, START)
        self.users = []
        for number, student in enumerate(self.students):
            user = state.add_user(
                f"two{number}", "Two", str(number), idnumber=f"oec_student_{student}"
            )
            state.enrol(course, user)
            self.users.append(user)
        state.mark_all(self.session, dict(zip(self.users, "PALE", strict=True)), by=teacher)
        self.server = MoodleServer(state, self.profile).start()
        self.addCleanup(self.server.stop)

    def add_second_course(self):
        """With the same people, and in both courses a letter that says nothing."""
        state = self.state
        course = self.second_course = state.add_course("Two again", "TWOT", self.second_idnumber)
        activity = state.add_attendance(course, "Labs")
        session = state.add_session(activity, START)
        for user in self.users:
            state.enrol(course, user)
        for place in (activity, self.activity):
            state.add_status(place, "X", "Extra", 1)
        state.mark_all(session, dict(zip(self.users, "PAXL", strict=True)), by=self.teacher)
        state.mark_all(self.session, dict(zip(self.users, "PAXE", strict=True)), by=self.teacher)

    def take_away(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
            sheets = env["op.attendance.sheet"].search(
                [("moodle_instance_id", "=", self.instance_id)]
            )
            registers = sheets.register_id
            sheets.attendance_line.unlink()
            sheets.unlink()
            registers.unlink()
            for model, record_id in reversed(self.created):
                env[model].browse(record_id).unlink()

    def both_sides(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
            sheets = env["op.attendance.sheet"].search(
                [("moodle_instance_id", "=", self.instance_id)]
            )
            here = {line.student_id.id: from_booleans(line) for line in sheets.attendance_line}
            runs = env["moodle.sync.run"].search_count([("instance_id", "=", self.instance_id)])
            counts = len(sheets), len(sheets.register_id), len(sheets.attendance_line), runs
        there = self.state.marks(self.session)
        return (
            "".join(here.get(student) or "?" for student in self.students),
            "".join(there.get(user.id) or "?" for user in self.users),
            counts,
        )

    def mark_here(self, number, letter):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            line = env["op.attendance.line"].search(
                [
                    ("student_id", "=", self.students[number]),
                    ("attendance_id.moodle_instance_id", "=", self.instance_id),
                ]
            )
            line.write({"present": letter == "P", "absent": False, "late": letter == "L"})

    def at_once(self, *lines, slow=1):
        """Two runs; Moodle is slow for whichever comes first.

        :param slow: or for so many
        :return: the state that each ended in
        """
        self.server.reset_calls()
        self.server.faults.clear()
        function = "core_course_get_contents"
        self.server.faults.add(Fault.delay(1, SECONDS, function=function, times=slow))
        for process, line in zip(self.processes, lines, strict=True):
            process.start(line.replace("{id}", str(self.instance_id)))
        states = [process.state() for process in self.processes]
        self.server.faults.clear()
        return states

    def test_no_duplicates_and_no_lost_update(self):
        states = self.at_once(SHELL, CRON)
        self.assertIn(states[0], ("done", "busy"), states)
        # One of them did the work, and the other left no trace of its own.
        self.assertEqual(len(self.server.calls_of("core_course_get_contents")), 1)
        self.assertEqual(self.both_sides(), ("PALE", "PALE", (1, 1, 4, 1)))
        self.mark_here(1, "L")
        self.at_once(SHELL, CRON)
        self.assertEqual(self.both_sides(), ("PLLE", "PLLE", (1, 1, 4, 2)))
        self.assertEqual(self.server.write_count, 1)

    def test_the_second_says_so(self):
        self.assertEqual(sorted(self.at_once(SHELL, SHELL)), ["busy", "done"])

    # --- two that share a run ---------------------------------------------------

    def begin(self):
        self.processes[0].start(BEGIN.replace("{id}", str(self.instance_id)))
        self.assertEqual(self.processes[0].state(), "busy")

    def portion(self, *courses):
        return PORTION.replace("{courses}", str([course.id for course in courses]))

    def the_run(self):
        """:return: of the one run there is ``(state, courses_done, marks_seen)``"""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            run = env["moodle.sync.run"].search([("instance_id", "=", self.instance_id)])
            return run.state, run.courses_done, run.marks_seen

    def test_one_course_handed_to_both(self):
        self.begin()
        states = self.at_once(self.portion(self.course), self.portion(self.course), slow=2)
        # Whoever came second has left it, or found it done.
        self.assertIn("done", states)
        self.assertLessEqual(set(states), {"done", "in_the_way"})
        self.assertEqual(self.both_sides(), ("PALE", "PALE", (1, 1, 4, 1)))
        self.assertEqual(self.the_run(), ("done", 1, 4))

    def test_two_courses_with_the_same_people_and_letter(self):
        """Both make the links of the same people, and the gap of the same letter."""
        self.add_second_course()
        self.begin()
        # Both wait, and so write at the same moment.
        states = self.at_once(self.portion(self.course), self.portion(self.second_course), slow=2)
        self.assertEqual(states, ["done", "done"])
        self.assertEqual(self.the_run(), ("done", 2, 8))
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            here = [("instance_id", "=", self.instance_id)]
            links = env["moodle.mapping"].search([*here, ("model", "=", "op.student")])
            self.assertEqual(sorted(links.mapped("oec_record_id")), sorted(self.students))
            (gap,) = env["moodle.sync.gap"].search([*here, ("acronym", "=", "X")])
            units = {str(self.course.id), str(self.second_course.id)}
            self.assertEqual((set(gap.sources), gap.marks), (units, 2))
