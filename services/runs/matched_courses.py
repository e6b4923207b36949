"""Which Moodle courses stand for which subject and course here, as one run found them."""

from dataclasses import dataclass
from functools import cached_property

from ..domain import matching
from ..domain.course_links import match_courses
from ..domain.records import AttendanceTypes, MoodleCourse


@dataclass(frozen=True)
class MatchedCourses:
    """* ``matches``: tuple of ``(MoodleCourse, CourseMatch)``, those without a pair too;
    * ``table``: what they were looked up in;
    * ``types``: the same for all courses.
    """

    matches: tuple[tuple[MoodleCourse, matching.CourseMatch], ...]
    table: matching.CourseTable
    types: AttendanceTypes

    @classmethod
    def of(cls, courses, store):
        """:param courses: iterable of ``MoodleCourse``
        :param store: ``LocalStore``
        """
        types, table = store.attendance_types(), store.course_table()
        return cls(match_courses(courses, table, store.courses_with_sheets), table, types)

    @property
    def mapped(self):
        """:return: list of ``(MoodleCourse, CourseMatch)`` of those that have a pair"""
        return [(course, match) for course, match in self.matches if match.pair]

    @property
    def ended(self):
        """:return: list of ``MoodleCourse`` whose key is another course's now"""
        return [course for course, match in self.matches if match.ended]

    @property
    def waiting(self):
        """:return: list of ``MoodleCourse`` of which a person has to choose what they are"""
        return [course for course, match in self.matches if match.waits]

    @cached_property
    def _pairs(self):
        return {course.id: match.pair for course, match in self.mapped}

    @cached_property
    def _of_pair(self):
        found = {}
        for course, match in self.mapped:
            found.setdefault(match.pair, []).append(course)
        return found

    def subject(self, course):
        """:return: ``Subject`` of a course that has a pair"""
        return self.table.subject(self._pairs[course.id])

    def rivals(self, course):
        """:return: tuple of ``MoodleCourse``, the others with the same pair"""
        alike = self._of_pair[self._pairs[course.id]]
        return tuple(other for other in alike if other.id != course.id)
