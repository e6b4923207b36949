"""Sentences about courses that were stopped because a run would do too much at once, and about
activities whose sessions are all gone."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# What marks that both sides had agreed on would meet.
TOUCHED = {
    "changed": _lt("changed in OpenEduCat"),
    "put_back": _lt("reset to match Moodle"),
    "replaced": _lt("of other students than before"),
    "moved": _lt("moved to another date"),
    "cancelled": _lt("on sheets to be cancelled"),
    "sent": _lt("sent to Moodle"),
}


def _too_much(env, gap, total, agreed, sheets, touched, share):
    return env._(
        "This course was stopped and nothing was written, because a run would change %(total)s of "
        "the %(agreed)s marks that both sides agreed on (the limit is %(share)s%%): %(what)s. The "
        "usual reasons are a restored backup, a reset course, changed ID numbers, a changed time "
        "zone or a changed meaning of a letter. Check the Preview. If it is correct, press Apply "
        "anyway.",
        total=total,
        agreed=agreed,
        share=share,
        # A database gives the numbers back in an order of its own.
        what=", ".join(
            f"{touched[k]} {env._(word)}" for k, word in TOUCHED.items() if k in touched
        ),
    )


def _no_sessions(env, gap, total, agreed, sheets, touched, share):
    return env._(
        "This course was stopped and nothing was written, because Moodle lists no sessions in it "
        "any more. OpenEduCat has %(agreed)s marks from there on %(sheets)s sheets. If the "
        "sessions were deleted by mistake, restore them in Moodle. Apply anyway continues without "
        "them, and cancels their sheets unless attendance comes from OpenEduCat; check the Preview "
        "first.",
        agreed=agreed,
        sheets=sheets,
    )


def _no_activities(env, gap, total, agreed, sheets, touched, share):
    return env._(
        "This course was stopped and nothing was written, because Moodle lists no attendance "
        "activity in it any more. OpenEduCat has %(agreed)s marks from there on %(sheets)s sheets. "
        "If an activity is hidden, the Moodle account of the token needs the right "
        "moodle/course:viewhiddenactivities. Apply anyway continues without them, and cancels "
        "their sheets unless attendance comes from OpenEduCat; check the Preview first.",
        agreed=agreed,
        sheets=sheets,
    )


def _no_people(env, gap, total, agreed, sheets, touched, share):
    return env._(
        "This course was stopped and nothing was written, because Moodle lists nobody in it any "
        "more. OpenEduCat has %(agreed)s marks from there on %(sheets)s sheets. If people are "
        "enrolled, the role of the token's account lacks a right, usually "
        "moodle/site:accessallgroups (Access all groups). If the course is really empty, press "
        "Apply anyway.",
        agreed=agreed,
        sheets=sheets,
    )


def _activity_emptied(env, gap, activity, sheets, marks):
    return env._(
        "All sessions of the activity %(activity)s are gone in Moodle. Its sheets were not "
        "cancelled (%(sheets)s sheets, %(marks)s marks). If the sessions were deleted by mistake, "
        "restore them in Moodle. If the sheets should be cancelled, check the Preview and press "
        "Apply anyway.",
        activity=activity,
        sheets=sheets,
        marks=marks,
    )


def _activity_gone(env, gap, activity, sheets, marks):
    return env._(
        "The attendance activity number %(activity)s is not visible any more in this course. Its "
        "sheets were not cancelled (%(sheets)s sheets, %(marks)s marks). If it is hidden, the "
        "Moodle account of the token needs the right moodle/course:viewhiddenactivities. If it was "
        "deleted, check the Preview and press Apply anyway to cancel its sheets.",
        activity=activity,
        sheets=sheets,
        marks=marks,
    )


def _activity_gone_here(env, gap, activity, sheets, marks):
    return env._(
        "The attendance activity number %s is not visible any more in this course. If it was "
        "deleted, cancel its sheets here; if it is hidden, the Moodle account of the token "
        "needs the right moodle/course:viewhiddenactivities.",
        activity,
    )


SENTENCES = {
    "activity_emptied": _activity_emptied,
    "activity_gone": _activity_gone,
    "activity_gone_here": _activity_gone_here,
    "stop_no_activities": _no_activities,
    "stop_no_people": _no_people,
    "stop_no_sessions": _no_sessions,
    "stop_too_much": _too_much,
}
