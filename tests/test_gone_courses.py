"""Which courses with attendance here are missed in Moodle: rules on plain values."""

from odoo.tests import BaseCase, tagged

from ..services.domain import gone_courses
from ..services.domain import matching as m

FIRST, SECOND = (1, 1), (2, 1)


@tagged("post_install", "-at_install")
class TestGoneCourses(BaseCase):
    def test_what_is_off_or_has_ended_is_missed_by_nobody(self):
        links = {
            5: m.CourseLink(FIRST, m.IDNUMBER),
            6: m.CourseLink(FIRST, m.IDNUMBER, ended=True),
            7: m.CourseLink(SECOND, m.MANUAL),
            8: m.CourseLink(SECOND, m.SHORTNAME),
            9: m.CourseLink(SECOND, m.SHORTNAME),
        }
        self.assertEqual(gone_courses.missed(links, {5, 6, 7, 8}, {8}), {5, 7})
        self.assertEqual(gone_courses.missed(links, (), ()), frozenset())

    def test_what_may_follow_into_a_course_that_is_read(self):
        links = {5: m.CourseLink(FIRST, m.IDNUMBER), 7: m.CourseLink(SECOND, m.MANUAL)}
        self.assertEqual(gone_courses.may_follow(links, {5, 7}, {SECOND, (3, 1)}), {7})
        self.assertEqual(gone_courses.may_follow(links, {5}, {SECOND}), frozenset())
        self.assertEqual(gone_courses.may_follow(links, {5, 7}, ()), frozenset())

    def test_what_somebody_has_mapped(self):
        links = {
            1: m.CourseLink(FIRST, m.IDNUMBER, "X"),
            2: m.CourseLink(FIRST, m.MANUAL, ""),
            3: m.CourseLink(FIRST, m.MANUAL, "A"),
            4: m.CourseLink(SECOND, m.MANUAL, "B"),
            5: m.CourseLink(SECOND, m.MANUAL, "B"),
            6: m.CourseLink(FIRST, m.MANUAL, "C"),
            7: m.CourseLink(SECOND, m.MANUAL, "C"),
            8: m.CourseLink(SECOND, m.MANUAL, "D"),
        }
        self.assertEqual(gone_courses.mapped_by_hand(links, range(1, 8)), {"A": FIRST, "B": SECOND})
