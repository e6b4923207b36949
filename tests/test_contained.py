"""A mishap that stays at one course, activity or session: all others end as without it, it is
named once, it is tried again later and later, and it comes back once it is healed."""

import os
import time
from contextlib import ExitStack, contextmanager, nullcontext
from types import SimpleNamespace
from unittest.mock import patch

from odoo.tests import tagged

from ..services.domain.trouble import DAY, FIRST
from ..services.moodle import attendance_api, companion_api, moodle_client, moodle_transport
from .builders import START
from .common import MoodleCase
from .faults import LASTING, PATIENCE, TOO_LONG
from .measured import measured
from .moodle_server import Fault
from .test_portion_faults import SharedOut
from .test_push import PushCase

ALL = bool(os.environ.get("FAULTS"))
SITE_INFO = "core_webservice_get_site_info"
LISTING = "local_wsattendance_get_courses"
SET = "local_wsattendance_set_marks"
QUARTER = 15 * 60


class ManyCourses(MoodleCase):
    """Some courses, each of a subject of its own, with one activity and one session."""

    many = 4

    def build_moodle(self):
        result = super().build_moodle()
        state = self.moodle
        subjects = self.env["op.subject"].create(
            [{"name": f"Subject {n}", "code": f"T-S{n}"} for n in range(self.many)]
        )
        self.courses, self.sessions, self.activities = [], [], []
        self.moodle_course.idnumber = ""
        self.moodle_course.shortname = "OTHER"
        for number, subject in enumerate(subjects):
            course = state.add_course(
                f"Course {number}",
                shortname=f"C{number}",
                idnumber=f"oec_subj_{subject.id}_course_{self.course.id}",
            )
            for user in self.users:
                state.enrol(course, user)
            activity = state.add_attendance(course, f"Lectures {number}")
            self.courses.append(course)
            self.activities.append(activity)
            session = state.add_session(activity, sessdate=START)
            state.mark_all(session, dict(zip(self.users, "PALE", strict=False)), by=self.teacher)
            self.sessions.append(session)
        return result

    def setUp(self):
        super().setUp()
        self.now = START + DAY
        clock = moodle_transport.Clock(wall=lambda: self.now)
        self.patch(type(self.instance), "_clock", lambda _self: clock)
        # Every course in each run, as where something happens in all of them.
        self.instance.write({"quiet_hours": 0, "people_hours": 0})

    @contextmanager
    def impatient(self):
        with ExitStack() as patches:
            for module in (moodle_client, attendance_api, companion_api):
                for name in ("READ_TIMEOUT", "SLOW_READ_TIMEOUT", "DIGESTS_TIMEOUT"):
                    if hasattr(module, name):
                        patches.enter_context(patch.object(module, name, PATIENCE))
            yield

    def of(self, *courses):
        """:return: function of a ``Call``: whether it is about one of these"""
        courses = {str(course.id) for course in courses}
        activities = {str(a.id) for a in self.activities if str(a.course_id) in courses}
        numbers = {"courseid": courses, "courseids": courses, "attendanceid": activities}

        def about(call):
            # That one is about which courses there are.
            return call.function != LISTING and any(
                value in numbers.get(name.partition("[")[0], ()) for name, value in call.params
            )

        return about

    def run_once(self, trigger="cron", slow=False):
        """:param slow: whether Moodle is too slow somewhere; else nobody has to hurry
        :return: the ``RunResult``; its calls are those of the server
        """
        self.server.reset_calls()
        with self.impatient() if slow else nullcontext():
            return self.sync(trigger=trigger)

    def mapping(self, course):
        return self.env["moodle.mapping"]._of_course(self.instance, course.id)

    def here(self):
        """What came of each session, in the order of the courses."""
        return [self.statuses(session) for session in self.sessions]

    def change_all(self, letters):
        for session in self.sessions:
            self.moodle.mark_all(
                session, dict(zip(self.users, letters, strict=False)), by=self.teacher
            )

    def asked_about(self, course):
        about = self.of(course)
        return [
            call.function
            for call in self.server.calls
            if about(call) and not call.function.startswith("core_course_get_courses")
        ]


class Lasting:
    """The tests; ``ManyCourses`` beside it says where."""

    many_cases = True
    # In `make test` one in so many.
    share = 8

    def targets(self):
        """``{name: (courses that can't be read, function of a Call)}``"""
        one, two = self.courses[:1], self.courses[:2]
        activity = str(self.activities[1].id)
        return {
            "one course": (one, self.of(*one)),
            "two courses": (two, self.of(*two)),
            **(
                {
                    "one activity": (
                        self.courses[1:2],
                        lambda call: ("attendanceid", activity) in call.params,
                    )
                }
                if self.profile != "companion"
                else {}
            ),
        }

    def test_every_kind(self):
        number = 0
        for place, (kind, make) in enumerate(LASTING.items()):
            for other, (name, (broken, about)) in enumerate(self.targets().items()):
                if not ALL and (place + other) % self.share:
                    continue
                number += 1
                self.change_all("PALE")
                with self.subTest(f"{kind} at {name}"):
                    savepoint = self.env.cr.savepoint(flush=True)
                    self.check(make(about), broken)
                    savepoint.close(rollback=True)
                    self.env.invalidate_all()
                self.server.faults.clear()
        measured("%s: %s lasting mishaps", type(self).__name__, number)

    def check(self, fault, broken):
        places = [self.courses.index(course) for course in broken]
        self.server.faults.add(fault)
        wanted = ["" if n in places else "PALE" for n in range(self.many)]
        run = self.run_of(self.run_once(slow=fault.kind == "delay"))
        self.assertEqual((run.state, self.here()), ("partial", wanted), run.summary)
        self.assert_named(run, broken)
        for course in broken:
            self.assertEqual(self.mapping(course).failures, 1)
        # The next run of the schedule leaves them alone, and says so all the same.
        self.now += QUARTER
        self.change_all("LLLL")
        run = self.run_of(self.run_once())
        wanted = ["" if n in places else "LLLL" for n in range(self.many)]
        self.assertEqual((run.state, self.here()), ("partial", wanted), run.summary)
        self.assert_named(run, broken)
        for course in broken:
            self.assertFalse(self.asked_about(course))
        # It is healed, and tried again.
        self.server.faults.clear()
        self.now += FIRST
        run = self.run_of(self.run_once())
        self.assertEqual((run.state, self.here()), ("done", ["LLLL"] * self.many), run.summary)
        self.assertFalse(any(self.mapping(course).failures for course in broken))
        self.assertFalse(self.instance.error_message)

    def assert_named(self, run, broken):
        for number, course in enumerate(self.courses):
            times = run.errors_words.count(f"Course {number}: ")
            self.assertEqual(times, int(course in broken), run.errors_words)


@tagged("post_install", "-at_install")
class TestLasting(Lasting, ManyCourses):
    profile = "2026"


@tagged("post_install", "-at_install")
class TestLastingThere(Lasting, ManyCourses):
    profile = "companion"


@tagged("post_install", "-at_install")
class TestLastingShared(SharedOut, Lasting, ManyCourses):
    """The same where each run is shared out as jobs."""

    profile = "2026"


@tagged("post_install", "-at_install")
class TestLastingSharedThere(SharedOut, Lasting, ManyCourses):
    profile = "companion"


@tagged("post_install", "-at_install")
class TestPauses(ManyCourses):
    def break_one(self):
        self.server.faults.add(Fault.http(1, 500, at=self.of(self.courses[0])))

    def test_they_double_up_to_a_day(self):
        self.break_one()
        self.run_once()
        for number in range(4):
            with self.subTest(number):
                self.now += FIRST * 2**number - 1
                self.run_once()
                self.assertFalse(self.asked_about(self.courses[0]))
                self.now += 1
                self.run_once()
                self.assertTrue(self.asked_about(self.courses[0]))

    def test_sync_now_does_not_wait(self):
        self.break_one()
        self.run_once()
        self.run_once("button")
        self.assertTrue(self.asked_about(self.courses[0]))
        self.assertEqual(self.mapping(self.courses[0]).failures, 2)
        self.server.faults.clear()
        self.assertEqual(self.run_once("button").state, "done")
        self.assertFalse(self.mapping(self.courses[0]).next_try)

    def test_one_that_comes_back_ends_the_pauses_of_others(self):
        self.server.faults.add(Fault.http(1, 500, at=self.of(*self.courses[:2])))
        for _run in range(3):
            self.run_once("button")
        self.server.faults.clear()
        self.server.faults.add(Fault.http(1, 500, at=self.of(self.courses[1])))
        self.mapping(self.courses[0]).next_try = False
        self.run_once()
        self.assertFalse(self.asked_about(self.courses[1]))
        self.run_once()
        self.assertTrue(self.asked_about(self.courses[1]))
        self.assertEqual(self.mapping(self.courses[1]).failures, 4)

    def test_what_costs_nothing_to_ask_has_none(self):
        """A right that is missing in one course: it may be given at any moment."""
        self.server.site.refuse(self.courses[0], "requireloginerror")
        self.run_once()
        self.assertFalse(self.mapping(self.courses[0]).next_try)
        self.server.site.refuse(self.courses[0], None)
        self.assertEqual(self.run_once().state, "done")

    def test_a_site_that_is_down_ends_the_run_and_nobody_waits(self):
        for kind in ("500", "403", "redirect", "reset", "a page", "slow"):
            with self.subTest(kind):
                # The list of courses was fine.
                self.server.faults.add(LASTING[kind](lambda call: call.n > 2))
                with patch.object(moodle_client, "LOOK_TIMEOUT", PATIENCE):
                    result = self.run_once(slow=kind == "slow")
                self.assertEqual(result.state, "failed", result)
                self.assertFalse(any(self.mapping(course).failures for course in self.courses))
                self.assertLessEqual(len(self.server.calls_of(SITE_INFO)), 1 + 2 * 5)
                self.server.faults.clear()
        self.assertEqual(self.run_once().state, "done")
        self.assertEqual(self.here(), ["PALE"] * self.many)

    def test_courses_that_fail_together_share_one_look_at_the_site(self):
        self.server.faults.add(Fault.http(1, 500, at=self.of(*self.courses)))
        result = self.run_once()
        self.assertEqual(result.state, "failed")
        self.assertEqual(result.counters["courses_failed"], self.many)
        self.assertEqual(len(self.server.calls_of(SITE_INFO)), 2)


class LastingWrite:
    """One session of a course can't be written; a ``PushCase`` beside it says where."""

    many_cases = True
    direction = "oec"
    share = 5

    @contextmanager
    def impatient(self):
        with (
            patch.object(moodle_client, "READ_TIMEOUT", PATIENCE),
            patch.object(moodle_client, "SLOW_READ_TIMEOUT", PATIENCE),
        ):
            yield

    def test_every_kind_of_write(self):
        self.first, self.second = (self.add_session(starts=START + n * 86400) for n in (0, 1))
        self.make_sheet("PALE")
        self.make_sheet("EEEE", day="2026-11-04")
        number, kept = str(self.first.id), self.moodle.snapshot()

        def about(call):
            writes = call.function == SET or call.function.endswith("update_user_status")
            return writes and ("sessionid", number) in call.params

        for place, (kind, make) in enumerate(LASTING.items()):
            if not ALL and place % self.share:
                continue
            with self.subTest(kind):
                savepoint = self.env.cr.savepoint(flush=True)
                self.server.faults.add(make(about))
                with self.impatient() if kind == "slow" else nullcontext():
                    result = self.sync(trigger="cron")
                self.assertEqual(result.state, "done", result)
                self.assertEqual(self.there()[1], "EEEE..")
                gaps = self.gaps(state="open")
                self.assertEqual(gaps.mapped("why"), ["push_failed"])
                self.server.faults.clear()
                if kind == "slow":
                    # Moodle goes on with what nobody waits for any more.
                    time.sleep(TOO_LONG)
                self.assertEqual(self.sync(trigger="button").state, "done")
                self.assertEqual(self.there(), ["PALE..", "EEEE.."])
                self.assertFalse(self.open_gaps())
                self.assertFalse(any(self.sheets.attendance_line.mapped("moodle_sending")))
                savepoint.close(rollback=True)
            self.env.invalidate_all()
            self.server.faults.clear()
            self.moodle.restore(kept)

    def there(self):
        sessions = (self.moodle.sessions[s.id] for s in (self.first, self.second))
        return [self.moodle_marks(session) for session in sessions]


@tagged("post_install", "-at_install")
class TestLastingWrite(LastingWrite, PushCase):
    profile = "2026"


@tagged("post_install", "-at_install")
class TestLastingWriteThere(LastingWrite, PushCase):
    profile = "companion"


class Cost(ManyCourses):
    many = 30
    broken = 17

    def setUp(self):
        super().setUp()
        # Seconds that were waited for what did not come, and between two tries.
        self.waited = []
        clock = moodle_transport.Clock(wall=lambda: self.now, sleep=self.waited.append)
        self.patch(type(self.instance), "_clock", lambda _self: clock)
        self.patch(moodle_client.MoodleClient, "first_pause", 0.5)

    def break_it(self, kind="500"):
        about = self.of(self.courses[self.broken])
        if kind != "slow":
            self.server.faults.add(LASTING[kind](about))
            return
        post = moodle_transport.HttpTransport.post

        def waited(transport, form, silence, deadline):
            if not about(SimpleNamespace(function=dict(form)["wsfunction"], params=form)):
                return post(transport, form, silence, deadline)
            self.waited.append(silence)
            raise moodle_transport.TimeOverError("as if")

        self.patch(moodle_transport.HttpTransport, "post", waited)

    def costs(self, number, kind="500"):
        """:return: of scheduled runs, a quarter of an hour apart: calls, and seconds waited"""
        calls, seconds = [], []
        for _run in range(number):
            self.waited.clear()
            run = self.run_of(self.run_once())
            calls.append(run.moodle_calls)
            seconds.append(round(sum(self.waited), 1))
            self.now += QUARTER
        measured(
            "%s, one of 30 courses is broken (%s): %s calls, %s seconds waited",
            type(self).__name__, kind, calls, seconds,
        )  # fmt: skip
        return calls, seconds

    def synchronised(self):
        return self.here().count("PALE")


@tagged("post_install", "-at_install")
class TestCost(Cost):
    profile = "2026"

    def test_native(self):
        """Without it, each run makes 92 calls: two, and three a course."""
        self.break_it()
        self.assertEqual(self.costs(3), ([91, 89, 90], [0, 0, 0]))
        self.assertEqual(self.synchronised(), self.many - 1)

    def test_slow(self):
        self.break_it("slow")
        one = moodle_client.SLOW_READ_TIMEOUT
        calls, seconds = self.costs(3, "slow")
        self.assertEqual(calls, [91, 89, 90])
        # In the first run, and in the next one that tries it.
        self.assertLessEqual(max(seconds), one)
        self.assertEqual(seconds[1], 0)

    def test_reset(self):
        """What is repeated on a bad line is not, where it failed the last time."""
        self.break_it("reset")
        self.assertEqual(self.costs(3, "reset"), ([91, 89, 90], [7.5, 0, 0]))


@tagged("post_install", "-at_install")
class TestCostThere(Cost):
    profile = "companion"
    # What costs most to find.
    broken = 8

    def test_at_once(self):
        """Without it, the first two runs make 33 calls and the third makes 3."""
        self.break_it()
        # What finds it by halving, and the look at the site: 1.2 times 33 at most. In the third it
        # is tried once more.
        self.assertEqual(self.costs(5), ([39, 32, 4, 3, 3], [0] * 5))
        self.assertEqual(self.synchronised(), self.many - 1)

    def test_later(self):
        """Without it, each run makes 3 calls."""
        self.assertEqual(self.costs(3, "none yet")[0], [33, 33, 3])
        self.break_it()
        # The two that are left of the search are read, and the sound one once more, as it has its
        # digest again.
        self.assertEqual(self.costs(5), ([11, 4, 4, 3, 3], [0] * 5))
        self.assertFalse(any(self.mapping(course).failures for course in self.courses[9:]))

    def test_slow(self):
        self.break_it("slow")
        calls, seconds = self.costs(5, "slow")
        self.assertEqual(calls, [39, 32, 4, 3, 3])
        one = moodle_client.SLOW_READ_TIMEOUT
        # What one call may take that is about a course, once it has begun to answer.
        self.assertLessEqual(seconds[0], moodle_client.WHOLE * one)
        self.assertEqual(seconds[1:], [0, one, 0, 0])
        self.assertEqual(self.synchronised(), self.many - 1)

    def test_reset(self):
        self.break_it("reset")
        self.assertEqual(self.costs(5, "reset"), ([39, 32, 4, 3, 3], [15, 0, 0, 0, 0]))
