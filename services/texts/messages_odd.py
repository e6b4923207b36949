"""Sentences about what Moodle holds and nobody can use: impossible values, doubled marks,
people it does not show."""

from odoo.tools.translate import LazyTranslate

from .messages_people import student_name

_lt = LazyTranslate(__name__)

REASONS = {
    "date": _lt("its date is before 1970 or after 2038"),
    "text": _lt("it contains characters that can't be stored"),
    "shape": _lt("a value of it is missing or not of the kind it should be"),
}


def _odd(env, what, reason):
    if reason == "name":
        return env._(
            "%s has a name with characters that can't be stored; it is shown without them. "
            "Correct the name in Moodle, or ignore this.",
            what,
        )
    return env._(
        "%(what)s can't be used: %(reason)s. Everything else is synchronised. Correct it in "
        "Moodle, or ignore this.",
        what=what,
        reason=env._(REASONS[reason]),
    )


def _course(env, gap, number, reason, activity, where):
    return _odd(env, env._("The Moodle course number %s", number or "?"), reason)


def _user(env, gap, number, reason, activity, where):
    return _odd(env, env._("The Moodle account number %s", number or "?"), reason)


def _group(env, gap, number, reason, activity, where):
    return _odd(env, env._("The Moodle group number %s", number or "?"), reason)


def _activity(env, gap, number, reason, activity, where):
    return _odd(env, env._("The attendance activity number %s", number or "?"), reason)


def _session(env, gap, number, reason, activity, where):
    what = env._(
        "The session number %(session)s of the activity %(activity)s",
        session=number or "?",
        activity=activity or "?",
    )
    return _odd(env, what, reason)


def _status(env, gap, number, reason, activity, where):
    what = env._(
        "The status number %(status)s of the activity %(activity)s",
        status=number or "?",
        activity=activity or "?",
    )
    return _odd(env, what, reason)


def _mark(env, gap, number, reason, activity, where):
    what = env._(
        "The mark of the Moodle account number %(account)s in the session number %(session)s",
        account=number or "?",
        session=where,
    )
    return _odd(env, what, reason)


def _mark_doubled(env, gap, student_id, day, session, users):
    return env._(
        "Moodle has two different marks of %(student)s in the session of %(day)s, and it is not "
        "clear which one is correct: neither is brought over or replaced. A mark can't be removed "
        "on Moodle's own pages. Ask Moodle's administrator to delete the wrong row (table "
        "attendance_log, sessionid %(session)s, studentid %(users)s).",
        student=student_name(env, student_id),
        day=day,
        session=session,
        users=", ".join(map(str, users)),
    )


def _people_hidden(env, gap):
    return env._(
        "Moodle lists nobody in this course, although its sessions have participants. Usually "
        "the course has separate groups, and the role of the token's account lacks the right "
        "moodle/site:accessallgroups (Access all groups). Ask Moodle's administrator to allow it."
    )


SENTENCES = {
    "mark_doubled": _mark_doubled,
    "odd_activity": _activity,
    "odd_course": _course,
    "odd_group": _group,
    "odd_mark": _mark,
    "odd_session": _session,
    "odd_status": _status,
    "odd_user": _user,
    "people_hidden": _people_hidden,
}
