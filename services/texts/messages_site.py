"""What is said where another Moodle answers than the one that is known."""

from odoo.tools.translate import LazyTranslate

from ..domain.site_identity import OTHER, SAME
from .told import joined, say

_lt = LazyTranslate(__name__)

COURSES = {
    SAME: _lt(
        "Its oldest courses are the same ones: it may have moved, or be a copy, such as one for "
        "tests."
    ),
    OTHER: _lt("Its oldest courses were made at other times."),
}


def site(found):
    """A Moodle in a line.

    :param found: ``site_identity.Site``
    """
    release = f"Moodle {found.release}" if found.release else ""
    return ", ".join(part for part in (found.name, release, found.address) if part)


def asked(courses, known, seen):
    """:param courses: ``courses`` of a ``site_identity.Change``
    :param known, seen: :func:`site` of both
    :return: the question, see ``told``
    """
    return joined(
        " ",
        _lt(
            "A different Moodle answers now. Known: %(known)s. Now: %(seen)s.",
            known=known,
            seen=seen,
        ),
        COURSES.get(courses),
        _lt(
            "Nothing is read or written until an administrator chooses, on the instance: The same "
            "Moodle under a new address, or Another Moodle: unlink."
        ),
    )


def question(env, courses, known, seen):
    """The same as a text."""
    return say(env, asked(courses, known, seen))


def _site_changed(env, gap, courses, known, seen):
    return question(env, courses, known, seen)


SENTENCES = {"site_changed": _site_changed}
