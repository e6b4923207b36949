"""What is said where another Moodle answers than the one that is known."""

from odoo.tools.translate import LazyTranslate

from .site_identity import OTHER, SAME

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


def question(env, courses, known, seen):
    """:param courses: ``courses`` of a ``site_identity.Change``
    :param known, seen: :func:`site` of both
    """
    parts = [
        env._(
            "The Moodle that answers is another one than before. Known: %(known)s. Now: %(seen)s.",
            known=known,
            seen=seen,
        )
    ]
    if courses in COURSES:
        parts.append(env._(COURSES[courses]))
    parts.append(
        env._(
            "Nothing is read or written until an administrator chooses, on the instance: The same "
            "Moodle under a new address, or Another Moodle: unlink."
        )
    )
    return " ".join(parts)


def _site_changed(env, gap, courses, known, seen):
    return question(env, courses, known, seen)


SENTENCES = {"site_changed": _site_changed}
