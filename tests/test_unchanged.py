"""A course is not planned where nothing has changed: the sign in plain values, and whole runs."""

import json
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import BaseCase, tagged

from ..services.domain import brake
from ..services.domain import plan as p
from ..services.domain.records import LARGEST, Subject
from ..services.domain.status import booleans
from ..services.domain.status_meaning import Chosen
from ..services.domain.unchanged import Idle, next_change, sign
from ..services.domain.window import Rules
from ..services.runs.course_sync import CourseSync
from . import builders as b
from .builders import HOUR
from .common import MoodleCase

NOW = 1_790_000_000
DAY = 86400
RULES = Rules(b.ZONE, b.DAY, now=NOW)
SUBJECT = Subject(1, 2, "ALG")
SESSION = replace(b.session(1), starts=NOW - 7200, duration=3600, taken_at=NOW - 10)


@tagged("post_install", "-at_install")
class TestSign(BaseCase):
    def sign(
        self,
        answers="x",
        at=5,
        subject=SUBJECT,
        sessions=(SESSION,),
        common="c",
        span=(0, 0),
        **rules,
    ):
        return sign(answers, at, subject, sessions, replace(RULES, **rules), common, span)

    def test_the_same_of_the_same(self):
        self.assertTrue(self.sign())
        self.assertEqual(self.sign(), self.sign())
        # Nothing that happens meanwhile: no session begins or ends, and it is the same day.
        self.assertEqual(self.sign(), self.sign(now=NOW + 60, clock_offset=1))

    def test_another_of_whatever_a_plan_is_made_from(self):
        soon = replace(SESSION, starts=NOW + 30, taken_at=0)
        under_way = replace(SESSION, starts=NOW - 3590, taken_at=0)
        others = [
            self.sign(answers="y"),
            self.sign(at=6),
            self.sign(subject=Subject(1, 3, "ALG")),
            self.sign(common="d"),
            self.sign(span=(NOW - DAY, 0)),
            self.sign(span=(0, NOW + DAY)),
            self.sign(direction="both"),
            self.sign(window_start=b.DAY - timedelta(days=1)),
            self.sign(zone="Europe/Berlin"),
            self.sign(user_id=9),
            self.sign(may_create=True),
            self.sign(chosen=(Chosen("X", "P"),)),
            self.sign(limits=brake.Limits(20, 50)),
            self.sign(now=NOW + DAY),
        ]
        self.assertNotIn(self.sign(), others)
        self.assertEqual(len(set(others)), len(others))
        for session in (soon, under_way):
            before, after = (self.sign(sessions=[session], now=now) for now in (NOW, NOW + 60))
            self.assertNotEqual(before, after, "a session has begun, or has ended")

    def test_none_where_nothing_can_be_relied_on(self):
        self.assertEqual(self.sign(clock_sure=False), "")
        self.assertEqual(self.sign(now=None), "")
        self.assertEqual(self.sign(allowance=brake.EVERYTHING), "")
        for name in ("taken_at", "modified_at"):
            ahead = replace(SESSION, **{name: NOW + 1})
            self.assertEqual(self.sign(sessions=[SESSION, ahead]), "", name)

    def test_until_when_time_alone_changes_nothing(self):
        ends = SESSION.starts + SESSION.duration
        now = SESSION.starts + 60
        self.assertEqual(next_change([replace(SESSION, taken_at=now)], now), ends)
        self.assertEqual(next_change([SESSION], NOW), LARGEST, "it has ended")
        soon = replace(SESSION, starts=NOW + 30, taken_at=0)
        later = replace(SESSION, starts=NOW + 50, taken_at=0)
        self.assertEqual(next_change([later, soon], NOW), NOW + 30)
        # At the very moment it has begun.
        self.assertEqual(next_change([soon], NOW + 30), NOW + 30 + soon.duration)
        for name in ("taken_at", "modified_at"):
            ahead = replace(SESSION, **{name: NOW + 1})
            self.assertEqual(next_change([soon, ahead], NOW), NOW, name)
        self.assertEqual(next_change([], NOW), LARGEST)

    def test_a_plan_with_gaps_where_moodle_gives_digests(self):
        other = p.gap("people_hidden", 1, "people")
        plan = p.CoursePlan(gaps=(other,))
        self.assertIsNone(Idle.of("s", plan))
        idle = Idle.of("s", plan, until=NOW)
        self.assertEqual((idle.gaps, idle.until), (True, NOW))
        self.assertFalse(Idle.of("s", p.CoursePlan(), until=NOW).gaps)
        values = {"sheet": "S", "day": "2026-11-03", "count": 1}
        clock = p.gap("clock_off", 1, "c", values)
        self.assertIsNone(Idle.of("s", p.CoursePlan(gaps=(other, clock)), until=NOW))
        # The other course, of which these are a copy, may be deleted.
        values = {"activity": "Lectures", "day": "2026-11-03", "sheets": 1, "marks": 3}
        copy = p.gap("lessons_beside", 1, "n", values)
        self.assertIsNone(Idle.of("s", p.CoursePlan(gaps=(other, copy)), until=NOW))

    def test_a_plan_that_had_nothing_to_do(self):
        plan = p.CoursePlan(
            sessions_seen=3, marks_seen=40, sessions_older=1, sessions_early=2,
            skipped=Counter(empty=4),
        )  # fmt: skip
        idle = Idle.of("s", plan)
        self.assertEqual(Idle.from_json(json.loads(json.dumps(idle.to_json()))), idle)
        self.assertEqual(idle.plan, plan)
        self.assertIsNone(Idle.of("", plan))
        gap = p.gap(
            "odd_course", 1, "k", {"course": 1, "reason": "date", "activity": "", "where": 0}
        )
        self.assertIsNone(Idle.of("s", replace(plan, gaps=(gap,))))
        self.assertIsNone(Idle.of("s", replace(plan, cancelled=(1,))))
        for nothing in (None, False):
            self.assertIsNone(Idle.from_json(nothing))


@tagged("post_install", "-at_install")
class TestWithoutAPlan(MoodleCase):
    direction = "both"

    def setUp(self):
        super().setUp()
        self.instance.sync_attendance_from = self.direction
        self.moodle.clock.set(None)
        self.now = int(time.time())
        self.session = self.add_session("PALE", starts=self.now - 3 * HOUR)
        self.plans = 0
        original = CourseSync._plan

        def counted(sync, work):
            self.plans += 1
            return original(sync, work)

        self.patch(CourseSync, "_plan", counted)

    def scheduled(self):
        """:return: how often a course was planned in a scheduled run, and its result"""
        self.plans = 0
        result = self.sync(trigger="cron")
        return self.plans, result

    def settle(self):
        """Until there is nothing to do, and that is known."""
        for _ in range(4):
            plans, result = self.scheduled()
            if not plans:
                return result
        return self.fail("planned in each run")

    def test_what_is_said_of_it_is_the_same(self):
        self.scheduled()
        before = self.scheduled()
        self.assertEqual(before[0], 1, "with what is remembered, for the first time")
        plans, result = self.scheduled()
        self.assertEqual(plans, 0)
        self.assertEqual(result.message, before[1].message)
        self.assertEqual(result.counters["marks_seen"], 4)
        mapping = self.env["moodle.mapping"]._of_course(self.instance, self.moodle_course.id)
        self.assertGreater(mapping.last_success, fields.Datetime.now() - timedelta(minutes=1))

    def test_whatever_is_changed_in_moodle(self):
        labels = self.moodle.statuses
        for change in (
            lambda: self.mark(self.session, "A"),
            lambda: self.moodle.mark(self.session, self.users[1], "A", "late bus", by=self.teacher),
            lambda: self.add_session("P", starts=self.now - HOUR),
            lambda: setattr(self.session, "sessdate", self.session.sessdate - HOUR),
            lambda: setattr(self.session, "lasttakenby", 0),
            lambda: setattr(labels[min(labels)], "description", "Here"),
        ):
            self.settle()
            change()
            self.assertGreater(self.scheduled()[0], 0)
        self.assertEqual(self.statuses(self.session)[0], "A")

    def test_whatever_is_changed_here(self):
        self.settle()
        line = self.line(self.session, 1)
        sheet = line.attendance_id
        email = "new@test.example"
        for change in (
            lambda: line.write(booleans("A")),
            lambda: sheet.write({"state": "start"}),
            lambda: sheet.write({"state": "done"}),
            lambda: self.line(self.session, 2).unlink(),
            lambda: self.make_sheet("PPPP", day=fields.Date.today()),
            lambda: sheet.register_id.write({"name": "Other"}),
            lambda: self.students[5].partner_id.write({"email": email}),
            lambda: self.env["op.student.course"].search([], limit=1).write({"state": "finished"}),
            lambda: self.env["op.attendance.type"].create({"name": "L", "late": True}),
            lambda: self.batches[1].copy({"code": "T-B9", "name": "B9"}),
        ):
            with self.subTest(change):
                for _ in range(3):
                    self.scheduled()
                change()
                self.assertGreater(self.scheduled()[0], 0)
        self.assertEqual(self.moodle_marks(self.session)[0], "A")

    def test_a_persons_telephone_number_is_nobodys_concern(self):
        self.settle()
        self.students.partner_id.write({"phone": "123"})
        self.assertEqual(self.scheduled()[0], 0)

    def test_time_goes_by(self):
        # A new day is a change, too: it is to be morning there.
        hours = (8 - datetime.now(UTC).hour + 12) % 24 - 12
        self.instance.tz = f"Etc/GMT{-hours:+}"
        self.add_session(starts=self.now + 2 * HOUR)
        self.settle()
        real = time.time()
        clock = self.instance._clock()
        for hours, planned in ((1, 0), (2.1, 1), (2.2, 0)):
            later = replace(clock, wall=lambda at=real + hours * HOUR: at)
            with patch.object(type(self.instance), "_clock", lambda *args, c=later: c):
                self.assertEqual(self.scheduled()[0], planned, hours)
                if planned:
                    self.scheduled()

    def test_a_person_has_everything_planned(self):
        self.settle()
        self.plans = 0
        self.sync()
        self.assertEqual(self.plans, 1)

    def test_two_moodle_courses_for_one(self):
        """What the one writes is news to the other."""
        twin = self.moodle.add_course(
            "Algebra II", shortname="ALG2", idnumber=self.moodle_course.idnumber
        )
        self.moodle.enrol(twin, self.users[0])
        self.instance.quiet_hours = 0
        self.scheduled()
        for _ in range(3):
            self.assertEqual(self.scheduled()[0], 2)

    def test_with_a_gap_it_is_planned(self):
        self.moodle.add_status(self.lectures, "M", "Medical", 1)
        self.mark(self.session, "M")
        for _ in range(4):
            self.assertGreater(self.scheduled()[0], 0)
        self.assertEqual(self.open_gaps(), ["custom_status"])
