"""Sessions are written side by side and read back together; what is old is read again."""

import threading
import time
from unittest.mock import patch

from odoo.tests import tagged

from ..services.domain.push_batches import MARKS
from ..services.moodle.attendance_api import AttendanceApi
from ..services.runs import course_sync
from .at_once import AtOnce
from .builders import HOUR, START
from .common import MoodleCase
from .moodle_server import Fault
from .test_both import BothCase
from .test_push import UPDATE, PushCase
from .test_run import SYNC

DAY = 86400
LIST = "mod_attendance_get_sessions"
ONE = ("mod_wsattendance_get_session", "mod_attendance_get_session")


class WideCase(PushCase):
    days = 6

    def setUp(self):
        super().setUp()
        self.sessions = []
        for day in range(self.days):
            self.sessions.append(self.add_session(starts=START + day * DAY))
            self.make_sheet("PALE", day=f"2026-11-{3 + day:02}")

    def calls_of_one(self):
        return [call for name in ONE for call in self.server.calls_of(name)]

    def assertAllSent(self):
        for session in self.sessions:
            self.assertEqual(self.moodle_marks(session)[:4], "PALE")


@tagged("post_install", "-at_install")
class TestWide(WideCase):
    def watch(self):
        """:return: dictionary that is filled with the most calls at once, in all and of one
        session, and the pairs of session and student in the order they came"""
        seen = {"most": 0, "of_one": 0, "pairs": []}
        under_way, lock = [], threading.Lock()

        def hook(call, state):
            if call.function != UPDATE:
                return
            params = dict(call.params)
            pair = params["sessionid"], params["studentid"]
            with lock:
                self.assertNotIn(pair, under_way)
                under_way.append(pair)
                seen["pairs"].append(pair)
                seen["most"] = max(seen["most"], len(under_way))
                of_one = sum(session == pair[0] for session, _student in under_way)
                seen["of_one"] = max(seen["of_one"], of_one)
            time.sleep(0.03)
            with lock:
                under_way.remove(pair)

        self.server.on_call(hook)
        return seen

    def test_as_many_at_once_as_the_instance_allows_and_two_of_a_session(self):
        for allowed in (4, 1):
            with self.subTest(allowed):
                self.instance.calls_at_once = allowed
                seen = self.watch()
                self.sync()
                self.assertAllSent()
                self.assertEqual(seen["most"], allowed)
                self.assertLessEqual(seen["of_one"], 2)
                self.assertEqual(len(seen["pairs"]), len(set(seen["pairs"])))
                for session in self.sessions:
                    self.mark(session, "AAAA")
                self.server._hooks.clear()

    def test_an_activity_is_read_back_by_one_call(self):
        result = self.sync()
        self.assertAllSent()
        self.assertEqual(result.counters["marks_pushed"], 24)
        self.assertEqual(len(self.updates), 24)
        self.assertEqual(len(self.server.calls_of(LIST)), 2, "once before and once after")
        self.assertFalse(self.calls_of_one())
        lines = self.sheets.attendance_line
        self.assertEqual(sorted(set(lines.mapped("moodle_base"))), sorted("PALE"))
        self.server.reset_calls()
        self.sync()
        self.assertFalse(self.updates)

    def test_sessions_that_were_read_back_together_are_kept_together(self):
        cursor, writes = type(self.env.cr), []
        original = cursor.execute

        def execute(cr, query, *args, **kwargs):
            text = " ".join(str(getattr(query, "code", query)).split())
            if text.startswith('UPDATE "op_attendance_'):
                writes.append(text)
            return original(cr, query, *args, **kwargs)

        with patch.object(cursor, "execute", execute):
            self.sync()
        self.assertAllSent()
        kept = [text for text in writes if '"moodle_base"' in text]
        # By letter at most; it was once for each session and letter.
        self.assertTrue(1 <= len(kept) <= 4, writes)
        # When the sheets are linked, and when the marks are kept.
        self.assertEqual(len([text for text in writes if '"moodle_seen"' in text]), 2, writes)

    def test_a_remark_that_blinds_the_list_blinds_only_its_own_session(self):
        """Somebody writes it while marks are sent."""
        poisoned = self.sessions[0]

        def poison(call, state):
            if call.function == UPDATE and not poisoned.description:
                poisoned.description = "seen"
                state.mark(poisoned, self.users[5], "P", remark="a <b> c", by=self.teacher)

        self.server.on_call(poison)
        result = self.sync()
        self.assertEqual(result.state, "failed", result)
        self.assertAllSent()
        self.assertEqual(len(self.calls_of_one()), 6)
        kept = [self.lines(session).mapped("moodle_base") for session in self.sessions]
        self.assertEqual(kept, [[False] * 4, *[list("PALE")] * 5])

    def test_what_was_read_back_is_kept_if_moodle_goes_down(self):
        """Between two portions."""
        with patch(
            "odoo.addons.openeducat_moodle_attendance.services.domain.push_batches.MARKS", 8
        ):
            self.server.faults.add(
                Fault.error(9, "sitemaintenance", function=UPDATE, times=99),
            )
            result = self.sync()
        self.assertEqual(result.state, "failed", result)
        sent = [session for session in self.sessions if self.moodle_marks(session) != "......"]
        self.assertEqual([self.moodle_marks(session) for session in sent], ["PALE.."] * 2)
        for session in sent:
            self.assertEqual(self.lines(session).mapped("moodle_base"), list("PALE"))
        self.assertEqual(result.counters["marks_pushed"], 8)
        self.server.faults.clear()
        self.server.reset_calls()
        self.sync()
        self.assertAllSent()
        self.assertEqual(len(self.updates), 16, "nothing twice")

    def test_a_fault_of_ours_is_not_taken_for_a_mark_that_moodle_lost(self):
        """It happens in a thread, and is told as any other."""
        with (
            patch.object(AttendanceApi, "update_status", side_effect=ValueError("a fault")),
            self.assertLogs(SYNC, "ERROR") as logs,
        ):
            result = self.sync()
        self.assertEqual(result.state, "failed", result)
        self.assertIn("a fault", logs.output[0])
        self.assertFalse(self.updates)

    def test_portions(self):
        self.assertGreaterEqual(MARKS, 24, "the tests above are of one portion")


@tagged("post_install", "-at_install")
class TestFresh(BothCase):
    """A teacher changes a mark after the course was read ahead."""

    def run_with_a_change_after_reading(self, fresh):
        """:param fresh: seconds for which an answer is good enough
        :return: the session, in which a person here and then a teacher have changed one mark
        """
        session = self.agreed()
        self.mark_here(session, 1, "A", at=self.now - 2 * HOUR)
        self.server.reset_calls()
        take = course_sync.CourseSync.take

        def changed(sync, answer):
            take(sync, answer)
            self.mark_at(session, "LPPP", self.now - HOUR)

        with (
            patch.object(course_sync.CourseSync, "take", changed),
            patch.object(course_sync, "FRESH", fresh),
        ):
            result = self.sync()
        self.assertEqual(result.state, "done", result)
        return session

    def test_what_is_old_is_read_again_before_marks_are_sent(self):
        session = self.run_with_a_change_after_reading(-1)
        self.assertEqual(len(self.server.calls_of(LIST)), 2)
        self.assertBoth(session, "LPPP")

    def test_what_is_fresh_is_not(self):
        self.run_with_a_change_after_reading(60)
        self.assertEqual(len(self.server.calls_of(LIST)), 1)

    def test_what_is_only_brought_here_is_not(self):
        self.instance.sync_attendance_from = "moodle"
        self.add_session("PPPP")
        with patch.object(course_sync, "FRESH", -1):
            self.sync()
        self.assertEqual(len(self.server.calls_of(LIST)), 1)


def add_courses(case, count):
    """Further matched courses with one mark each."""
    for number in range(count):
        subject = case.env["op.subject"].create({"name": f"S{number}", "code": f"T-S{number}"})
        course = case.moodle.add_course(
            f"Course {number}",
            shortname=f"S{number}",
            idnumber=f"oec_subj_{subject.id}_course_{case.course.id}",
        )
        case.moodle.enrol(course, case.users[0], groups=())
        case.add_session("P", activity=case.moodle.add_attendance(course, "Lectures"))


@tagged("post_install", "-at_install")
class TestMeanwhile(WideCase):
    def test_other_courses_are_done_while_marks_are_sent(self):
        """Also where their answers take longer than the plan of the first course."""
        add_courses(self, 9)
        first, ended = [], []

        def hook(call, state):
            if call.function == LIST:
                # The first course is read at once.
                time.sleep(0.1 * bool(first))
                first.append(call)
            if call.function == UPDATE:
                time.sleep(0.08)

        original = type(self.env["moodle.sync.run"])._course_done

        def noted(run, course, *args):
            ended.append(course.id)
            return original(run, course, *args)

        self.server.on_call(hook)
        with patch.object(type(self.env["moodle.sync.run"]), "_course_done", noted):
            self.assertEqual(self.sync().state, "done")
        self.assertAllSent()
        self.assertEqual(len(ended), 10)
        self.assertGreater(ended.index(self.moodle_course.id), 3, ended)


@tagged("post_install", "-at_install")
class TestBusy(MoodleCase):
    """A Moodle that says it is busy is asked less."""

    def test_fewer_at_once(self):
        add_courses(self, 12)
        at_once = AtOnce()
        most = at_once.seen

        def hook(call, state):
            with at_once.inside():
                time.sleep(0.02)

        self.server.on_call(hook)
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(max(most), 4)
        most.clear()
        self.server.reset_calls()
        self.server.faults.add(Fault.http(3, 503, times=3))
        result = self.sync()
        self.assertEqual(result.state, "done", result)
        # Three refusals: 2, 1, 1; one more after twelve good answers each.
        self.assertLessEqual(max(most[8:20]), 2)
        self.assertLess(sum(most) / len(most), 3)
