"""What a run says of itself: why it does not begin, what it left alone, how it ended, and
why a line could not be written."""

from odoo.tools.translate import LazyTranslate

from .messages_counts import counting
from .told import joined

_lt = LazyTranslate(__name__)

ARCHIVED = _lt("This instance is archived.")
BUSY = _lt("Another sync of this instance is already running.")
DATABASE_MOVED = _lt(
    "This database may be a copy, such as a duplicate or a restored backup: it is not where it was "
    "when it was last synchronised. A copy would write old marks to Moodle. So nothing is read "
    "from Moodle or sent to it, and nobody is notified, until an administrator says on the form of "
    "the instance what this database is."
)
DATABASE_OLD = _lt(
    "This database may be a copy or an old backup: Moodle has already seen a later run of it. It "
    "would write old marks to Moodle. So nothing is read from Moodle or sent to it, and nobody is "
    "notified, until an administrator says on the form of the instance what this database is."
)
DIRECTION_CHANGED = _lt(
    "The setting Attendance comes from was changed. Check what a run would do now (Preview), then "
    "press Sync now on the instance; the schedule continues from there."
)
LEFT_TO_JOBS = _lt("Jobs do the courses.")
MEANING_CHANGED = _lt(
    "The meaning of a letter of Moodle was changed. Check what a run would do now (Preview), then "
    "press Sync now on the instance; the schedule continues from there."
)
MOVED = _lt("Something has changed since the preview, so nothing was written. Make a new preview.")
NOTHING_KNOWN = _lt(
    "No session is known yet: with an older plug-in local_wsattendance alone, Moodle lists only the "
    "sessions of the day, in courses with an enrolled teacher. Install the newest zip (Test "
    "connection offers it), or use Find past sessions on the instance to look for older ones by "
    "their numbers."
)
NO_ADDRESS = _lt("The Moodle URL is not a web address, or the token is empty.")
NO_OPENEDUCAT = _lt("OpenEduCat's attendance module (openeducat_attendance) is missing.")
_PART_NOT_TRIED_YET = _lt(
    "(From the last try. It is tried again after pauses of up to a day, or with Sync now.)"
)
_NOT_TRIED_YET = _lt(
    "(From the last try. The course is tried again after pauses of up to a day, or with Sync now.)"
)
SITE_WAITS = _lt(
    "Another Moodle was connected. Check what a run would do now (Preview), then press Sync now on "
    "the instance; the schedule continues from there."
)
UNEXPECTED = _lt(
    "An unexpected error occurred. The details are in the log of the Odoo server; please show them "
    "to your Odoo administrator."
)


def connected_already(name, address):
    """:param name: of the other instance
    :param address: that Moodle gives as its own
    """
    return _lt(
        "%(name)s is already connected to this Moodle, which gives its address as %(address)s. "
        "With two instances, each sheet would exist twice. Use that one and archive this one.",
        name=name,
        address=address,
    )


def course(number):
    """A course of which no more than its number is known."""
    return _lt("Moodle course %s", number)


def not_tried_yet(error):
    """:param error: why a course could not be read when it was tried last, see ``told``"""
    return joined(" ", error, _NOT_TRIED_YET)


def part_not_tried_yet(error):
    """:param error: why a part of a course failed when it was tried last, see ``told``"""
    return joined(" ", error, _PART_NOT_TRIED_YET)


def courses_quiet(number, hours):
    return _lt(
        "Without recent sessions, and not read this time: %(courses)s (read every %(hours)s).",
        courses=counting("courses", number),
        hours=counting("hours", hours),
    )


def courses_ended(names):
    return _lt(
        "Ended, because another Moodle course now has the ID number or short name: %s. The "
        "attendance stays; these courses are no longer read.",
        names,
    )


def courses_paused(names):
    return _lt("Paused courses: %s.", names)


def courses_wait(names):
    return _lt(
        "The direction of a course was changed: %s. Check what a run would do now (Preview), then "
        "press Sync now on the instance.",
        names,
    )


def no_single_type(env, mark):
    """Why OpenEduCat's own line can't say a mark.

    :param mark: its name in OpenEduCat
    """
    return env._("there is not exactly one active attendance type for %s.", mark)
