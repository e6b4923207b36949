"""What a run says of itself: why it does not begin, what it left alone, how it ended, and
why a line could not be written."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

BUSY = _lt("Another run of this instance is under way; this one steps aside.")
DIRECTION_CHANGED = _lt(
    "Attendance comes from was changed. Look at what a run would do now "
    "(Preview), then press Sync now on the instance; the schedule goes on from "
    "there."
)
MEANING_CHANGED = _lt(
    "The meaning of a letter of Moodle was changed. Look at what a run would do "
    "now (Preview), then press Sync now on the instance; the schedule goes on "
    "from there."
)
MOVED = _lt("Something has changed since the preview, so nothing was written. Make a new preview.")
NOTHING_KNOWN = _lt(
    "No session is known yet: with the plug-in local_wsattendance alone, Moodle names "
    "only the sessions of the day, of courses with an enrolled teacher. Backfill, on the "
    "instance, looks for past ones by their numbers."
)
NO_ADDRESS = _lt("The Moodle URL is no web address, or the token is empty.")
NO_OPENEDUCAT = _lt("OpenEduCat's attendance module (openeducat_attendance) is missing.")
SITE_WAITS = _lt(
    "Another Moodle was connected. Look at what a run would do now (Preview), "
    "then press Sync now on the instance; the schedule goes on from there."
)
UNEXPECTED = _lt(
    "An unexpected error, written down whole in the log of the Odoo server. Please "
    "show it to your Odoo administrator."
)


def course(number):
    """A course of which no more than its number is known."""
    return _lt("Moodle course %s", number)


def courses_off(number):
    return _lt("Courses switched off: %s.", number)


def courses_paused(names):
    return _lt("Paused courses: %s.", names)


def courses_wait(names):
    return _lt(
        "The direction of a course was changed: %s. Look at what a run would do now "
        "(Preview), then press Sync now on the instance.",
        names,
    )


def no_single_type(env, mark):
    """Why OpenEduCat's own line can't say a mark.

    :param mark: its name in OpenEduCat
    """
    return env._("there is not exactly one active attendance type for %s.", mark)
