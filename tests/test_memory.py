"""What the calls of one run hold at once has an end, whatever a Moodle sends."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

from odoo.tests import BaseCase, tagged
from odoo.tests.common import TransactionCase
from odoo.tools import mute_logger

from ..services.moodle import companion_api, course_limits, memory, moodle_reader
from ..services.moodle import moodle_client as client_module
from ..services.moodle import moodle_errors as errors
from ..services.moodle.attendance_api import AttendanceApi
from ..services.moodle.companion_api import CompanionApi
from ..services.moodle.gate import Gate
from ..services.moodle.memory import AT_ONCE, ONE_COURSE, Memory, TooMuchError
from ..services.moodle.module_detector import detect
from ..services.moodle.moodle_client import MoodleClient
from ..services.moodle.moodle_reader import MoodleReader
from . import measured as m
from .builders import START
from .canned import EVERY, CannedServer
from .common import through_to_localhost
from .test_run import SYNC, TwoCourses

MB = 1024 * 1024
MOST = 300 * MB
DETECTION = detect({"userid": 2, "functions": []})


def read(held, course, size, waits=False):
    """Read one answer of a course."""
    with held.of(course, waits), held.reading(size):
        pass


@tagged("post_install", "-at_install")
class TestTurns(BaseCase):
    """Small courses go on beside each other; of large ones it is one's turn."""

    def setUp(self):
        super().setUp()
        self.held = Memory(4)
        # An answer that is large.
        self.much = self.held.small // memory.READING + 1

    def refused(self, why, *args, **more):
        with self.assertRaises(TooMuchError) as caught:
            read(self.held, *args, **more)
        self.assertEqual(caught.exception.why, why)

    def test_small_ones_wait_for_nobody(self):
        read(self.held, 1, self.much)
        for course in range(2, 20):
            read(self.held, course, self.much - 1)

    def test_a_large_one_keeps_its_turn_until_it_is_released(self):
        read(self.held, 1, self.much)
        read(self.held, 1, self.much)
        self.refused(AT_ONCE, 2, self.much)
        self.held.release(2)
        self.refused(AT_ONCE, 2, self.much)
        self.held.release(1)
        read(self.held, 2, self.much)

    def test_many_small_answers_are_a_large_course(self):
        read(self.held, 1, self.much)
        most = self.held.small // memory.READ
        with self.assertRaises(TooMuchError):
            for _answer in range(most // 1000 + 1):
                read(self.held, 2, 1000)
        self.held.begin(2)
        read(self.held, 2, 1000)

    def test_it_waits_for_its_turn(self):
        read(self.held, 1, self.much)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(read, self.held, 2, self.much, waits=True)
            with self.assertRaises(TimeoutError):
                waiting.result(0.1)
            self.held.release(1)
            waiting.result(5)

    def test_but_not_for_ever(self):
        read(self.held, 1, self.much)
        self.patch(memory, "PATIENCE", 0.05)
        self.refused(AT_ONCE, 2, self.much, waits=True)

    def test_nor_when_the_run_is_over(self):
        read(self.held, 1, self.much)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(read, self.held, 2, self.much, waits=True)
            self.held.close()
            with self.assertRaises(TooMuchError):
                waiting.result(5)

    def test_who_goes_through_the_courses_reads_on_in_the_turn_of_one(self):
        """In another thread than it was read by; and what is read outside of it is none of it."""
        with ThreadPoolExecutor(1) as pool:
            pool.submit(read, self.held, 1, self.much, waits=True).result()
        read(self.held, 1, self.much)
        with self.assertRaises(TooMuchError), self.held.reading(self.much):
            pass
        with self.held.last_of(1):
            pass
        for _call in range(2):
            with self.held.reading(self.much):
                pass

    def test_more_than_there_is_room_for(self):
        self.refused(ONE_COURSE, 1, memory.LARGEST // memory.READING + 1)
        most = memory.LARGEST // memory.READ // (10 * MB)
        for _answer in range(most - 1):
            read(self.held, 1, 10 * MB)
        self.refused(ONE_COURSE, 1, 10 * MB)

    def test_more_than_may_come_of_a_course(self):
        with self.held.of(1):
            for _answer in range(10):
                with self.held.reading(1000, 20 * MB):
                    pass
            with self.assertRaises(TooMuchError), self.held.reading(1000, 1):
                pass

    def test_answers_that_have_come(self):
        first, second, third, fourth = (self.held.received() for _ in range(4))
        self.assertTrue(first.grow(memory.RECEIVED, 0))
        self.assertTrue(second.grow(5 * MB, 0), "one may have more than there is room for")
        self.assertFalse(third.grow(5 * MB, 0))
        self.assertTrue(third.grow(MB, 0), "small ones do not matter")
        self.assertTrue(second.grow(9 * MB, 0))
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(third.grow, 5 * MB, 9)
            second.end()
            self.assertTrue(waiting.result())
        self.assertFalse(fourth.grow(5 * MB, 0))
        with self.held.of(1), self.held.reading(self.much):
            self.assertTrue(fourth.grow(5 * MB, 0), "who has the turn waits for nobody")
        for one in (first, third, fourth):
            one.end()
            one.end()
        self.assertTrue(second.grow(memory.RECEIVED, 0))


def mark(session, student):
    return {"id": session * 100 + student, "studentid": 10_000 + student, "statusid": 5,
            "timetaken": START, "takenby": 1800, "remarks": ""}  # fmt: skip


def session(number, marks=40):
    return {"id": number, "attendanceid": 1, "groupid": 0, "sessdate": START + number,
            "duration": 3600, "statusset": 0, "lasttaken": START, "lasttakenby": 18,
            "timemodified": START, "description": "Lesson", "descriptionformat": 1, "reference": "",
            "marks": [mark(number, student) for student in range(marks)]}  # fmt: skip


def page(sessions, total, **more):
    return {"courseid": 2, "total": total, "activities": [], "statuses": [], "users": [],
            "groups": [], "sessions": sessions, "warnings": [], **more}  # fmt: skip


def native(number, marks=40):
    log = [{**mark(number, s), "sessionid": number, "statusid": "5"} for s in range(marks)]
    return {**session(number, 0), "courseid": 2, "statuses": [], "users": [], "attendance_log": log}


class LimitCase(TransactionCase):
    many_cases = True

    _request_handler = through_to_localhost

    def setUp(self):
        super().setUp()
        self.server = CannedServer()
        self.addCleanup(self.server.stop)
        self.patch(MoodleClient, "first_pause", 0)
        self.client = MoodleClient(self.server.url, "5ec4e7" * 5, gate=Gate(4))

    def answer(self, make):
        """:param make: function of the form of a request, which gives what is answered"""
        self.server.answers[EVERY] = lambda: (
            200, {}, json.dumps(make(self.server.here.form)).encode()
        )  # fmt: skip

    def refused(self, kind, ask, words):
        with m.memory() as peak, self.assertRaises(errors.MoodleError) as caught:
            ask()
        error = caught.exception
        self.assertIs(type(error), kind)
        self.assertEqual(error.scope, errors.COURSE)
        self.assertIn(words, error.explain(self.env))
        self.assertLess(peak[0], MOST)
        return peak[0] / MB


@tagged("post_install", "-at_install")
class TestLimits(LimitCase):
    def course(self):
        with self.client.memory.last_of(2):
            return CompanionApi(self.client).course(2)

    def pages(self, total, marks):
        def answered(form):
            skip, most = int(form["limitfrom"][0]), int(form["limitnum"][0])
            return page([session(skip + n + 1, marks) for n in range(most)], total)

        return answered

    def test_a_moodle_that_pages_for_ever(self):
        self.answer(self.pages(10**9, 1))
        self.refused(errors.MoodleTooMany, self.course, "too many sessions")
        self.assertEqual(len(self.server.seen), 1, "it says so itself")

    def test_one_that_says_so_only_in_the_end(self):
        self.patch(course_limits, "MOST_SESSIONS", 600)
        self.patch(companion_api.CourseLimits, "announced", staticmethod(lambda *args: None))
        self.answer(self.pages(10**9, 600))
        self.patch(course_limits, "MOST_MARKS", 200_000)
        peak = self.refused(errors.MoodleTooMany, self.course, "too many marks")
        m.measured("a course of 200,000 marks takes %.0f MB", peak)

    def test_more_than_there_is_room_for(self):
        """Whatever is wrong with it, the others go on."""
        self.patch(memory, "LARGEST", 40 * MB)
        self.answer(self.pages(20_000, 200))
        peak = self.refused(errors.MoodleTooMuch, self.course, "reads at once")
        m.measured("a course is given up at 40 MB that are reckoned: %.0f MB", peak)

    def test_people_without_end(self):
        self.patch(moodle_reader, "MOST_PEOPLE", 2000)

        def people(form):
            begin = int(form["options[1][value]"][0])
            return [{"id": begin + n + 1, "fullname": "x"} for n in range(500)]

        self.answer(people)
        ask = lambda: MoodleReader(self.client).enrolled_users(2)  # noqa: E731
        self.refused(errors.MoodleTooMany, ask, "too many people")
        self.assertEqual(len(self.server.seen), 5)

    def test_300_000_warnings(self):
        warning = {"item": "attendance", "itemid": 7, "warningcode": "nopermissions",
                   "message": "The account may not read this."}  # fmt: skip
        body = json.dumps(page([], 0, warnings=[warning] * 300_000)).encode()
        self.server.answers[EVERY] = (200, {}, body)
        peak = self.refused(errors.MoodleAnswerTooLarge, self.course, "larger than this")
        m.measured("300,000 warnings: %.0f MB, and no more than that", peak)

    def test_what_is_built_while_it_is_parsed_weighs_nothing(self):
        self.patch(client_module, "MAX_WEIGHT", 100_000)
        body = json.dumps(page([session(n + 1) for n in range(200)], 200)).encode() + b" " * MB
        self.server.answers[EVERY] = (200, {}, body)
        self.assertEqual(len(self.course().sessions), 200)

    def three_at_once(self, body):
        self.server.answers[EVERY] = (200, {}, body)
        api, begin = AttendanceApi(self.client, DETECTION), threading.Barrier(3)

        def course(number):
            begin.wait()
            try:
                with self.client.memory.of(number, waits=True):
                    return len(api.sessions(1)[0])
            except errors.MoodleError as error:
                return type(error)
            finally:
                self.client.memory.release(number)

        with m.memory() as peak, ThreadPoolExecutor(3) as pool:
            found = list(pool.map(course, range(3)))
        self.assertLess(peak[0], MOST)
        m.measured("three answers of %.0f MB at once: %.0f MB", len(body) / MB, peak[0] / MB)
        return found

    def test_three_large_answers_at_once(self):
        body = json.dumps([native(n + 1) for n in range(2200)]).encode()
        self.assertGreater(len(body), 11 * MB)
        self.assertEqual(self.three_at_once(body), [2200] * 3)

    def test_three_that_are_nothing_but_objects(self):
        body = b"[" + b",".join([b'{"ab": 12}'] * 1_000_000) + b"]"
        self.assertEqual(self.three_at_once(body), [errors.MoodleAnswerTooLarge] * 3)


@tagged("post_install", "-at_install")
class TestOtherCourses(TwoCourses):
    """One course that has too much stops itself."""

    @mute_logger(SYNC)
    def test_more_sessions_than_are_taken(self):
        self.add_session("PALE")
        self.add_session("PALE", starts=START + 3600)
        lab = self.add_session("AAPPLE", activity=self.labs)
        self.patch(course_limits, "MOST_SESSIONS", 1)
        result = self.sync()
        self.assertEqual(result.state, "partial", result)
        self.assertIn("too many sessions", result.message)
        self.assertEqual(self.statuses(lab), "AAPPLE")
        self.patch(course_limits, "MOST_SESSIONS", 2)
        self.assertEqual(self.sync().state, "done")

    @mute_logger(SYNC)
    def test_large_ones_one_after_the_other(self):
        """Each keeps its turn until it is done, and no longer."""
        first, *_more = (self.add_session("PALE", starts=START + n * 3600) for n in range(12))
        lab, *_more = (
            self.add_session("AAPPLE", starts=START + n * 3600, activity=self.labs)
            for n in range(12)
        )
        turns = []
        make_room = memory.Memory._make_room

        def noted(held, holding, more):
            make_room(held, holding, more)
            turns.append(held._large)

        self.patch(memory.Memory, "_make_room", noted)
        # Of both courses each has answers that are large; one session is small.
        self.patch(memory, "SHARED", 9 * 40_000)
        for _run in range(2):
            result = self.sync()
            self.assertEqual(result.state, "done", result)
        self.assertEqual((self.statuses(first), self.statuses(lab)), ("PALE", "AAPPLE"))
        self.assertEqual(len(set(turns) - {None}), 4)
        self.mark(first, "AAAA")
        for direction in ("oec", "both"):
            self.instance.sync_attendance_from = direction
            self.assertEqual(self.sync().state, "done")
