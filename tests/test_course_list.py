"""Moodle reads the rows of all courses, and refuses the whole list if one of them is deleted before
its turn comes."""

from odoo.tests import BaseCase, tagged

from ..services.moodle.moodle_errors import MoodleNoPermission
from ..services.moodle.moodle_reader import LISTINGS, MoodleReader
from .common import MoodleCase
from .moodle_server import Fault

COURSES = [{"id": 2, "shortname": "X", "format": "topics"}]
GET_COURSES = "core_course_get_courses"
NO_CONTEXT = "errorcoursecontextnotvalid"


def refused(course, code=NO_CONTEXT):
    return MoodleNoPermission(GET_COURSES, code, f"course id:{course}")


class _Client:
    """:param answers: one for each call; an error is raised"""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def fetch(self, function, **params):
        self.asked.append((function, params))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@tagged("post_install", "-at_install")
class TestCourseList(BaseCase):
    def refuses(self, *answers, code=NO_CONTEXT):
        """:return: how often Moodle was asked"""
        client = _Client(*answers)
        with self.assertRaises(MoodleNoPermission) as caught:
            MoodleReader(client).courses()
        self.assertEqual(caught.exception.errorcode, code)
        return len(client.asked)

    def test_a_course_is_deleted_meanwhile(self):
        client = _Client(refused(177), COURSES)
        (course,) = MoodleReader(client).courses()
        self.assertEqual(course.id, 2)
        self.assertEqual(client.asked, [(GET_COURSES, {})] * 2)

    def test_one_of_those_that_are_wanted(self):
        client = _Client(refused(2), COURSES)
        MoodleReader(client).courses({2})
        self.assertEqual(client.asked, [(GET_COURSES, {"options": {"ids": [2]}})] * 2)

    def test_many_are_deleted_meanwhile(self):
        numbers = range(LISTINGS - 1)
        (course,) = MoodleReader(_Client(*map(refused, numbers), COURSES)).courses()
        self.assertEqual(course.id, 2)

    def test_it_does_not_end(self):
        self.assertEqual(self.refuses(*map(refused, range(LISTINGS)), COURSES), LISTINGS)

    def test_a_course_that_stays_is_no_deleted_one(self):
        """The account lacks the right in it."""
        self.assertEqual(self.refuses(refused(177), refused(177), COURSES), 2)

    def test_what_does_not_pass_is_asked_once(self):
        code = "nopermissions"
        self.assertEqual(self.refuses(refused(177, code), COURSES, code=code), 1)


@tagged("post_install", "-at_install")
class TestCourseListInARun(MoodleCase):
    def test_a_course_is_deleted_meanwhile(self):
        self.server.faults.add(Fault.error(1, NO_CONTEXT, function=GET_COURSES))
        self.assertEqual(self.sync().state, "done")
        self.assertFalse(self.instance.error_message)
        self.assertEqual(len(self.server.calls_of(GET_COURSES)), 2)
