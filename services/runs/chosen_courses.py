"""Which of the courses of a Moodle a run does, and what it says of the others. ORM."""

from ..domain import course_settings, gone_courses
from ..domain import plan as p
from ..domain.moodle_text import clean_name
from ..texts import messages_run as words
from ..texts.messages_counts import counting
from ..texts.told import keep, say

GONE = "course_gone"


def note_unmatched(run, sides, courses, mappings, settings, read):
    """Courses that look as if they were meant and match nothing, as gaps; and those whose key has
    changed, or that Moodle does not list any more, unless they are switched off.

    :param mappings: ``{Moodle course id: moodle.mapping}``
    :param settings: ``{Moodle course id: course_settings.Effective}`` of those that are known
    :param read: ids of the Moodle courses that this run is about to read
    :return: ids of courses that are gone, whose sheets may follow into one of these; what is left
        of them when the run ends is for :func:`note_left`
    """
    off = {number for number, own in settings.items() if own.state == course_settings.OFF}
    gaps = [
        p.course_gap(course.id, course.fullname, match.why, match.details)
        for course, match in courses.matches
        if match.why and not (course.id in off and (match.pair or match.waits))
    ]
    # Whether these have attendance is looked at by a verification: it takes a call each.
    kept = {
        p.gap_key("unmatched_course", 0, p.course_key(course.id))
        for course, match in courses.matches
        if match.unmeant
    }
    if any(course.idnumber is None for course, _match in courses.matches):
        gaps.append(p.gap("idnumbers_hidden", 0, "idnumbers"))
    gaps += [
        p.gap(
            "odd_course",
            0,
            f"odd:course:{record.id}",
            {"course": record.id, "reason": record.reason, "activity": "", "where": 0},
            moodle_id=record.id,
        )
        for record in sides.reader.take_odd()
    ]
    gone, later = _gone(sides, courses, off, read)
    gaps += _gone_gaps(mappings, gone - later)
    # Where the list is not whole, nobody knows.
    unknown = later if courses.gone is not None else courses.table.links
    kept |= {_gone_key(number) for number in unknown}
    Gap = sides.env["moodle.sync.gap"]
    run._count(**Gap._record(sides.instance, run, 0, gaps, kept=kept))
    return later


def _gone(sides, courses, off, read):
    """:return: ids of the courses with sheets that Moodle does not list any more; and of those
    among them whose sheets may follow in this run"""
    links = courses.table.links
    missed = gone_courses.missed(links, courses.gone or (), off)
    with_sheets = sides.store.courses_with_sheets(missed) if missed else set()
    pairs = {match.pair for course, match in courses.mapped if course.id in read}
    return with_sheets, gone_courses.may_follow(links, with_sheets, pairs)


def _gone_gaps(mappings, numbers):
    return [
        p.course_gap(number, mappings[number].moodle_name or f"#{number}", GONE)
        for number in sorted(numbers)
    ]


def _gone_key(number):
    return p.course_gap(number, "", GONE).key


def note_left(run, store, gone):
    """What has not followed from courses that are gone into those that were read.

    :param gone: of :func:`note_unmatched`
    """
    if not gone:
        return
    left = store.courses_with_sheets(gone)
    gaps = _gone_gaps(store.known_course_mappings(), left) if left else []
    followed = [_gone_key(number) for number in set(gone) - left]
    Gap = store.env["moodle.sync.gap"]
    run._count(**Gap._note_left(store.instance, run, gaps, followed))


def note_ended(sides, courses, mappings):
    """Courses whose key was found at another one, where that is new; their sheets stay with them.

    :param mappings: ``{Moodle course id: moodle.mapping}``
    :return: list of sentences, see ``told``
    """
    names = []
    for course in courses.ended:
        mapping = mappings[course.id]
        if not mapping.ended_at:
            mapping._ended()
            names.append(clean_name(course.fullname))
    if not names:
        return []
    said = words.courses_ended(", ".join(names))
    sides.instance.message_post(body=say(sides.env, keep(said)))
    return [said]


def forget_unread(run, sides, courses, mappings, settings):
    """An end to the gaps, and to the registers not taken, of courses that are matched no
    longer, have ended or are switched off. Of those that wait for a person all stays.

    :param settings: ``{Moodle course id: course_settings.Effective}``
    """
    read = [course.id for course in courses.waiting]
    read += [
        course.id
        for course, _match in courses.mapped
        if settings[course.id].state != course_settings.OFF
    ]
    Gap = sides.env["moodle.sync.gap"]
    run._count(**Gap._close_units_except(sides.instance, read))
    left = [mappings[course_id].id for course_id in mappings.keys() - set(read)]
    # Most of them have none, and what is kept of a course can be much to read.
    listed = sides.env["moodle.session.untaken"].search([("mapping_id", "in", left)])
    for mapping in listed.mapping_id:
        mapping._keep_untaken(())


def resting(run, mapped, settings):
    """Those of ``mapped`` that this run leaves alone."""
    scheduled = run.trigger == "cron"
    return [
        (course, match)
        for course, match in mapped
        if settings[course.id].rests(scheduled, run.started_at)
    ]


def broken(run, sides, mapped, mappings):
    """Those of ``mapped`` at which Moodle broke, and which a scheduled run does not try yet."""
    if run.trigger != "cron":
        return []
    now = sides.rules.now
    return [item for item in mapped if mappings[item[0].id]._trouble().rests(now)]


def quiet(run, sides, mapped, mappings):
    """Those of ``mapped`` that a scheduled run need not read yet.

    :return: set of ids of Moodle courses
    """
    hours = sides.instance.quiet_hours
    # With our own plug-in, one call says of all of them whether anything has changed.
    if run.trigger != "cron" or not hours or sides.api.companion:
        return set()
    return {
        course.id
        for course, _match in mapped
        if not mappings[course.id]._warmth(sides.touched).due(sides.rules.now, hours)
    }


def rest_words(resting, settings):
    """:param resting: list of ``(MoodleCourse, CourseMatch)`` that were left alone
    :return: list of sentences, see ``told``
    """
    names = {}
    for course, _match in resting:
        names.setdefault(settings[course.id].state, []).append(clean_name(course.fullname))
    said = []
    if course_settings.OFF in names:
        said.append(counting("courses_off", len(names[course_settings.OFF])))
    if course_settings.PAUSED in names:
        said.append(words.courses_paused(", ".join(names[course_settings.PAUSED])))
    if course_settings.WAITS in names:
        said.append(words.courses_wait(", ".join(names[course_settings.WAITS])))
    return said


def nothing_read(run, sides, mappings):
    """Why a run has read nothing where Moodle's functions can't list sessions.

    :return: list of sentences, see ``told``
    """
    if sides.api.lists_sessions or not mappings or run.sessions_seen:
        return []
    # Together, so that what is known of them is read at once.
    mappings = sides.env["moodle.mapping"].concat(*mappings)
    if any((mapping.known_sessions or {}).values() for mapping in mappings):
        return []
    return [words.NOTHING_KNOWN]
