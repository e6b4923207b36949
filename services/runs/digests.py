"""Which courses need not be read, because Moodle says so: with our own plug-in, one call gives
the digests of 500 courses. ORM, but for what is asked.
"""

from dataclasses import dataclass, replace

from ..domain import brake
from ..domain.halving import Halving
from ..domain.unchanged import Idle, sign_by_digest
from ..moodle import moodle_errors as errors
from ..moodle.companion_api import LaterRunError, RunNumber

# Two courses of 500 are found by so many refusals; where it is most of them, each is read.
MOST_REFUSALS = 18
# To read two courses costs as much as to find out which of them it is.
ENOUGH = 2


def ask(sides, course_ids):
    """What Moodle gives as the digests of courses.

    :param sides: ``Connected``
    :param course_ids: list of ids of Moodle courses
    :return: ``{course id: text}``; empty where Moodle has none to give
    :raise MoodleError: of the site
    """
    return _asked(sides, course_ids, lambda: sides.api.companion.digests(course_ids))


def ask_first(sides, course_ids):
    """The same for whoever has the run to itself: the number that the last run was given is handed
    in with the call, and what this one is given is noted, to be committed with what follows. A run
    that dies before hands in the same again, which Moodle takes, too.

    Where Moodle can't give the digests, no number is given either; the next run hands it in.

    :raise LaterRunError: Moodle has met a later run; that is noted
    """
    if not sides.detection.numbers_runs:
        return ask(sides, course_ids)
    instance = sides.instance
    last = RunNumber(instance._run_key(), instance.run_number, instance.run_number_renew)

    def begin_run():
        digests, given = sides.api.companion.begin_run(course_ids, last)
        instance._run_number_given(given)
        return digests

    try:
        return _asked(sides, course_ids, begin_run)
    except LaterRunError:
        instance._run_number_given(None)
        raise


def _asked(sides, course_ids, ask):
    """:param ask: function that asks Moodle for the digests"""
    if not sides.api.companion or not course_ids:
        return {}
    # No transaction stays open while Moodle is waited for.
    sides.odoo.commit()
    try:
        return ask()
    except errors.MoodleError as error:
        if error.scope == errors.SITE:
            raise
        return _in_parts(sides.api.companion, course_ids)


def _in_parts(companion, course_ids):
    """One course is enough to keep Moodle from saying it of all: that one is read instead, and
    whatever is wrong with it is said there.

    :return: of as many of them as Moodle can say it of
    """

    def asked(ids):
        try:
            return companion.digests(ids, searching=True)
        except errors.MoodleError as error:
            if error.scope == errors.SITE:
                raise
            return None

    halving = Halving(asked, MOST_REFUSALS, enough=ENOUGH)
    halving.search(course_ids)
    return {course: digest for part in halving.answers for course, digest in part.items()}


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
