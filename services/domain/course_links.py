"""What a changed key means for a course that was matched before. Pure.

A course is matched by its ID number or its short name (``matching.match_course``). Where that
names nothing any more, or something else, and sheets of the course are here, the link is not
simply dropped: it is kept, waits for a person, or has ended, because another course has the key.
"""

from collections.abc import Iterable, Mapping

from .matching import (
    IDNUMBER,
    MANUAL,
    SHORTNAME,
    STRENGTH,
    Attended,
    CourseLink,
    CourseMatch,
    CourseTable,
    match_course,
)
from .records import MoodleCourse


def match_courses(
    courses: Iterable[MoodleCourse], table: CourseTable, attended: Attended
) -> tuple[tuple[MoodleCourse, CourseMatch], ...]:
    """What the courses that Moodle lists stand for.

    :param attended: of which Moodle courses there are sheets here
    :return: tuple of ``(MoodleCourse, CourseMatch)``
    """
    courses = tuple(courses)
    found = {course.id: _by_key(course, table) for course in courses}
    doubted = {
        course.id: link
        for course in courses
        if (link := table.links.get(course.id)) and _differs(link, found[course.id], table)
    }
    unknown = {number for number, link in doubted.items() if not link.ended}
    with_sheets = frozenset(attended(unknown)) if unknown else frozenset()
    lost = []
    for course in courses:
        link = doubted.get(course.id)
        if link is None or not (link.ended or course.id in with_sheets):
            continue
        match = found[course.id]
        if match.elsewhere and not link.ended:
            found[course.id] = _taken_elsewhere(course, link)
        elif match.pair and match.pair != link.pair:
            found[course.id] = _named_another(course, link, match)
        else:
            lost.append((course, link))
    holders = _holders(found, {course.id for course, _link in lost})
    for course, link in lost:
        if link.ended or (link.pair, link.found_by) in holders:
            found[course.id] = CourseMatch(found_by=link.found_by, ended=True)
        elif found[course.id].pair is None:
            found[course.id] = _lost(course, link, table)
    return tuple((course, found[course.id]) for course in courses)


def _by_key(course: MoodleCourse, table: CourseTable) -> CourseMatch:
    """What the keys of a course say now. An ID number that Moodle keeps to itself has not
    changed, as far as anybody knows."""
    link = table.links.get(course.id)
    hidden = course.idnumber is None and link and link.found_by == IDNUMBER and not link.ended
    if link and hidden and table.has(link.pair):
        return CourseMatch(link.pair, IDNUMBER)
    return match_course(course, table)


def _differs(link: CourseLink, match: CourseMatch, table: CourseTable) -> bool:
    """Whether a course was matched by a key that does not name the same any more. A surer key of
    the same pair is no difference; a weaker one may be all that another course has left it."""
    if MANUAL in (link.found_by, match.found_by) or not table.has(link.pair):
        return False
    if match.pair != link.pair:
        return True
    return STRENGTH[match.found_by] < STRENGTH[link.found_by]


def _holders(
    found: Mapping[int, CourseMatch], without: set[int]
) -> set[tuple[tuple[int, int], str]]:
    """:return: set of pairs, each with the way in which a course has it now"""
    return {
        (match.pair, match.found_by)
        for number, match in found.items()
        if match.pair and number not in without
    }


def _named_another(course: MoodleCourse, link: CourseLink, match: CourseMatch) -> CourseMatch:
    now = course.shortname if match.found_by == SHORTNAME else course.idnumber
    details = (link.pair, match.pair, match.found_by, now)
    return CourseMatch(why="course_key_other", details=details)


def _taken_elsewhere(course: MoodleCourse, link: CourseLink) -> CourseMatch:
    details = (link.pair, course.idnumber)
    return CourseMatch(why="course_key_foreign", details=details, elsewhere=True)


def _lost(course: MoodleCourse, link: CourseLink, table: CourseTable) -> CourseMatch:
    was = table.shortname(link.pair) if link.found_by == SHORTNAME else link.idnumber
    details = (link.pair, link.found_by, was, course.idnumber or "", course.shortname)
    return CourseMatch(link.pair, link.found_by, "course_key_lost", details)
