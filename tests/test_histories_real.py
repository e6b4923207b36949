"""The same random histories on real Odoo, PostgreSQL and HTTP.

``REAL_HISTORIES`` says how many in all (a third in each direction), ``HISTORY_SEED``
repeats one in each.
"""

import os
import random
from dataclasses import replace
from datetime import date
from functools import partial

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..services.moodle.moodle_transport import Clock
from ..services.runs import sync_attendance
from ..services.runs.course_sync import CourseSync
from .common import MoodleCase, stored
from .histories import History
from .measured import measured
from .moodle_server.profiles import PROFILES
from .real_world import RealWorld
from .test_histories import MOST_RUNS, come_and_go
from .test_run import SYNC
from .world import NAMED, STUDENTS, WHY_HOMELESS

COUNT = int(os.environ.get("REAL_HISTORIES", 12))
SEED = os.environ.get("HISTORY_SEED")


class RealHistoryCase(MoodleCase):
    """Histories one after the other, each taken back when it is over."""

    many_cases = True
    # Whether runs are of the schedule.
    thrifty = False

    def setUp(self):
        super().setUp()
        self.without_a_plan = 0
        original = CourseSync._without_a_plan

        def held_against_a_plan(sync, run):
            """Wherever a course is not planned, a plan would have had nothing to do."""
            outcome = original(sync, run)
            if outcome:
                self.without_a_plan += 1
                plan = sync._plan(sync._read())[2]
                self.assertEqual(plan, outcome.plan)
            return outcome

        self.patch(CourseSync, "_without_a_plan", held_against_a_plan)
        whole = sync_attendance.unchanged

        def held_against_plans(sides, courses, *others):
            """The same of courses that are not even read."""
            found = whole(sides, courses, *others)
            by_id = {course.id: course for course, _match in courses.mapped}
            for one in found:
                self.without_a_plan += 1
                mapping = self.env["moodle.mapping"].browse(one.mapping_id).with_env(sides.env)
                plan = CourseSync(sides, courses, by_id[one.course_id], mapping).plan()[3]
                self.assertEqual(replace(plan, gaps=()), one.idle.plan)
                self.assertEqual(bool(plan.gaps), one.idle.gaps)
            return found

        self.patch(sync_attendance, "unchanged", held_against_plans)
        self.kept = self.moodle.snapshot()
        self.numbers = [g.id for g in self.groups], self.moodle_course.id, self.lectures.id
        # Whose time of day the world sets.
        self.clock = Clock()
        self.patch(type(self.instance), "_clock", lambda _self: self.clock)
        self.savepoint = None

    def begin(self, direction, randomness):
        """:return: ``History`` of real sides"""
        self.savepoint = self.env.cr.savepoint(flush=True)
        history = History(direction, randomness, partial(RealWorld, self))
        return history

    def forget(self):
        self.savepoint.close(rollback=True)
        self.env.invalidate_all()
        state = self.moodle
        state.restore(self.kept)
        # The test's own handles are of the copy from then on.
        self.users = [state.users[user.id] for user in self.users]
        groups, course, activity = self.numbers
        self.groups = [state.groups[number] for number in groups]
        self.teacher = state.users[self.teacher.id]
        self.moodle_course = state.courses[course]
        self.lectures = state.attendances[activity]

    def at_rest(self, history):
        """Once more when a session that was announced has begun.

        :return: what does not hold once the sides came to rest, as sentences
        """
        world = history.world
        found = self._at_rest(world)
        starts = world.next_start()
        if starts and not found:
            world.now = starts
            found = [f"after another has begun: {sentence}" for sentence in self._at_rest(world)]
        return found

    def _at_rest(self, world):
        if not world.synchronised:
            world.rename(NAMED[0])
        for _number in range(MOST_RUNS[world.direction] + bool(world.hidden)):
            world.run()
        copy = world.as_world()
        batches = {str(batch.id): number for number, batch in enumerate(self.batches, 1)}
        keys = [
            gap.key.split(":")[-2:] for gap in self.gaps(kind="conflicting_sheets", state="open")
        ]
        of_student = {world.students[user].id: number for user, number in STUDENTS.items()}
        unknown = self.gaps(state="open").filtered(lambda gap: gap.why in WHY_HOMELESS)
        homeless = {of_student.get(int(gap.key.split(":")[3])) for gap in unknown}
        unsure = {(batches[batch], date.fromisoformat(day)) for batch, day in keys}
        found = [
            *copy.differences(), *copy.missing(unsure, homeless), *copy.inventions(),
            *copy.mistaken(), *copy.broken,
        ]  # fmt: skip
        before = stored(self.sheets), stored(self.sheets.attendance_line)
        world.run()
        for _number in range(3):
            self.thrifty = True
            world.run()
        self.thrifty = False
        if (stored(self.sheets), stored(self.sheets.attendance_line)) != before:
            found.append(f"a run without edits wrote here: {self.instance.last_run_id.summary}")
        if self.server.write_count:
            writes = [(call.function, call.params) for call in self.server.calls if call.written]
            found.append(f"a run without edits wrote to Moodle: {writes}")
        state = self.instance.last_run_id.state
        if state != "done":
            found.append(f"the last run is {state}: {self.instance.error_message}")
        return found


def any_order(history):
    history.play(steps=30)


@tagged("post_install", "-at_install")
class TestRealHistories(RealHistoryCase):
    # Of Moodle, in turn.
    profiles = ("2024", "2026")

    @mute_logger(SYNC)
    def check(self, direction, play=any_order, part=3):
        """:param part: so many tests share the histories"""
        seeds = [SEED] if SEED else range(COUNT // part)
        for seed in seeds:
            self.server.profile = PROFILES[self.profiles[int(seed) % len(self.profiles)]]
            self.thrifty = bool(int(seed) // 2 % 2)
            history = self.begin(direction, random.Random(f"{direction}:{seed}"))
            play(history)
            self.thrifty = False
            found = self.at_rest(history)
            self.assertFalse(found, f"{direction}, HISTORY_SEED={seed}: {history}: {found}")
            self.forget()
        if len(seeds) >= 12:
            self.assertGreater(self.without_a_plan, 0)
        measured(
            "%s histories on real Odoo, direction %s; in %s runs nothing had to be planned",
            len(seeds),
            direction,
            self.without_a_plan,
        )

    def test_students_move(self):
        for direction in MOST_RUNS:
            self.check(direction, come_and_go, 12)

    def test_pull(self):
        self.check("moodle")

    def test_push(self):
        self.check("oec")

    def test_both(self):
        self.check("both")
