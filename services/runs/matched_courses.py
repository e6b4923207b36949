"""Which Moodle courses stand for which subject and course here, as one run found them."""

from dataclasses import dataclass, replace
from functools import cached_property

from ..domain import gone_courses, matching
from ..domain.course_links import match_courses
from ..domain.records import AttendanceTypes, MoodleCourse


@dataclass(frozen=True)
class MatchedCourses:
    """* ``matches``: tuple of ``(MoodleCourse, CourseMatch)``, those without a pair too;
    * ``table``: what they were looked up in;
    * ``types``: the same for all courses;
    * ``listed``: ids of all courses that Moodle has, none where that is not known;
    * ``gone``: ids of the known ones that it lists no more, ``None`` where that is not known.
    """

    matches: tuple[tuple[MoodleCourse, matching.CourseMatch], ...]
    table: matching.CourseTable
    types: AttendanceTypes
    listed: frozenset[int] = frozenset()
    gone: frozenset[int] | None = None

    @classmethod
    def of(cls, courses, store, listed=frozenset()):
        """:param courses: iterable of ``MoodleCourse``
        :param store: ``LocalStore``
        :param listed: see the class
        """
        types, table = store.attendance_types(), store.course_table()
        found = match_courses(courses, table, store.courses_with_sheets)
        return cls(found, table, types, listed)

    @classmethod
    def all_of(cls, courses, store, odd):
        """:param courses: ``MoodleCourse`` of all that Moodle lists
        :param odd: ``OddRecord`` of those of them that can't be used
        """
        unread = {record.id for record in odd if record.what == "course"}
        if 0 in unread:
            return cls.of(courses, store)
        listed = frozenset({course.id for course in courses} | unread)
        found = cls.of(courses, store, listed)
        found = replace(found, gone=frozenset(found.table.links.keys() - listed))
        return replace(found, matches=tuple(found._with_mappings_of_gone()))

    def _with_mappings_of_gone(self):
        """A course that nothing else says anything about is what somebody has mapped, where that
        is gone and its ID number is this one's: Moodle has each only once."""
        by_hand = gone_courses.mapped_by_hand(self.table.links, self.gone)
        for course, match in self.matches:
            pair = by_hand.get(course.idnumber) if match.unmeant else None
            there = pair and self.table.has(pair)
            yield course, matching.CourseMatch(pair, matching.MANUAL) if there else match

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
