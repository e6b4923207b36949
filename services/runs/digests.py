"""Which courses need not be read, because Moodle says so: with our own plug-in, one call gives
the digests of 500 courses. ORM, but for what is asked.
"""

from dataclasses import dataclass, replace

from ..domain import brake
from ..domain.unchanged import Idle, sign_by_digest
from ..moodle import moodle_errors as errors


def ask(sides, course_ids):
    """What Moodle gives as the digests of courses.

    :param sides: ``Connected``
    :param course_ids: list of ids of Moodle courses
    :return: ``{course id: text}``; empty where Moodle has none to give
    :raise MoodleError: of the site
    """
    if not sides.api.companion or not course_ids:
        return {}
    # No transaction stays open while Moodle is waited for.
    sides.odoo.commit()
    try:
        return sides.api.companion.digests(course_ids)
    except errors.MoodleError as error:
        if error.scope == errors.SITE:
            raise
        # It costs Moodle much at once, and can be too much. The courses are read instead, and
        # whatever else is wrong is said there.
        return {}


@dataclass(frozen=True)
class Unchanged:
    """A course in which nothing has changed on either side since a plan had nothing to do.

    * ``mapping_id``: of its ``moodle.mapping``;
    * ``idle``: ``Idle`` of that plan.
    """

    course_id: int
    mapping_id: int
    idle: Idle


def unchanged(sides, courses, settings, digests):
    """:param sides: ``Connected``
    :param courses: ``MatchedCourses``
    :param settings: ``{Moodle course id: course_settings.Effective}``
    :param digests: as :func:`ask` gives them
    :return: list of :class:`Unchanged`
    """
    if not digests:
        return []
    kept = sides.env["moodle.mapping"]._idle_courses(sides.instance)
    now, common = sides.rules.now, sides.common_sign.text
    found = []
    for course, _match in courses.mapped:
        mapping_id, idle = kept.get(course.id, (0, None))
        digest = digests.get(course.id)
        if not idle or not digest or mapping_id in sides.touched or courses.rivals(course):
            continue
        rules = replace(
            sides.rules_of(settings[course.id]),
            clock_sure=sides.client.clock_sure,
            allowance=brake.NOTHING,
        )
        subject = courses.subject(course)
        same = idle.sign == sign_by_digest(digest, subject, rules, common, course.span)
        if same and now < idle.until:
            found.append(Unchanged(course.id, mapping_id, idle))
    return found
