"""Sentences about marks that can't go to Moodle, and about what is gone on one side."""

from .messages_letters import status_word
from .messages_people import student_name


def _no_session(env, gap, sheet, day):
    return env._(
        "The sheet %(sheet)s of %(day)s has no session in Moodle. Add one there for that day "
        "(and group), or switch on Create missing Moodle sessions on the instance.",
        sheet=sheet,
        day=day,
    )


def _no_place_for_session(env, gap, sheet, day):
    return env._(
        "No session can be created in Moodle for the sheet %(sheet)s of %(day)s: the course needs "
        "exactly one attendance activity, with a status set that has the letters needed and, if it "
        "has separate groups, the batch's group. Add the session in Moodle yourself.",
        sheet=sheet,
        day=day,
    )


def _several_sessions(env, gap, sheet, day):
    return env._(
        "Several sessions in Moodle, or several sheets here, fit the sheet %(sheet)s of %(day)s. "
        "Set on the sheet the timetable session it belongs to, or cancel the extra ones.",
        sheet=sheet,
        day=day,
    )


def _push_no_account(env, gap, student_id):
    return env._(
        "%s has no account in this Moodle course, so these marks can't be sent. Enrol the "
        "student there, and give the account its ID number.",
        student_name(env, student_id),
    )


def _push_not_listed(env, gap, student_id):
    return env._(
        "%s is not listed in the Moodle session, so this mark can't be sent. Add the student "
        "to the session's group in Moodle, or give the account the role of a student.",
        student_name(env, student_id),
    )


def _push_none_status(env, gap, status, activity, letters):
    return env._(
        "The activity %(activity)s has no status in the session's status set that means "
        "%(status)s, so such marks can't be sent. Choose what its letters mean "
        "(Configuration > Moodle > Letters), or add the status in Moodle (Attendance > Status "
        "set).",
        activity=activity,
        status=status_word(env, status),
    )


def _push_several_status(env, gap, status, activity, letters):
    return env._(
        "Several statuses of the activity %(activity)s mean %(status)s: %(letters)s. Choose which "
        "of them is sent (Configuration > Moodle > Letters, Send this one).",
        activity=activity,
        status=status_word(env, status),
        letters=", ".join(letters),
    )


def _push_not_held(env, gap, student_id, day, session):
    return env._(
        "Moodle accepted the mark of %(student)s in the session of %(day)s, but still shows "
        "another one. Usually it has two rows for this student (table attendance_log, sessionid "
        "%(session)s); Moodle's administrator can delete the wrong one. The mark is sent again as "
        "soon as it is changed on either side.",
        student=student_name(env, student_id),
        day=day,
        session=session,
    )


def _session_refused(env, gap, sheet, day, words):
    return env._(
        "Moodle does not create a session for the sheet %(sheet)s of %(day)s: %(words)s",
        sheet=sheet,
        day=day,
        words=words,
    )


def _before_course(env, gap, sheet, day):
    return env._(
        "The sheet %(sheet)s of %(day)s is older than the Moodle course, which hides sessions "
        "before its start. Correct the course's start date in Moodle, or cancel the sheet.",
        sheet=sheet,
        day=day,
    )


def _two_courses(env, gap, sheet, day, names):
    return env._(
        "The sheet %(sheet)s of %(day)s may belong to several Moodle courses: %(courses)s. In "
        "Moodle, set their start and end dates so that only one of them includes this day.",
        sheet=sheet,
        day=day,
        courses=", ".join(names),
    )


def _push_refused(env, gap, student_id, words):
    return env._(
        "Moodle does not accept the mark of %(student)s: %(words)s",
        student=student_name(env, student_id),
        words=words,
    )


def _line_unclear(env, gap, sheet, day, count):
    return env._(
        "%(count)s lines of the sheet %(sheet)s of %(day)s have no status, or more than one. "
        "Choose exactly one of present, absent, late and excused for each.",
        count=count,
        sheet=sheet,
        day=day,
    )


def _mark_vanished(env, gap, sheet, day, count):
    return env._(
        "%(count)s marks of the sheet %(sheet)s of %(day)s are gone in Moodle (after a course "
        "reset, for example). They stay here and are not sent again. Mark the students again on "
        "either side, or ignore this.",
        count=count,
        sheet=sheet,
        day=day,
    )


def _line_dropped(env, gap, sheet, day, count):
    return env._(
        "%(count)s lines were deleted from the sheet %(sheet)s of %(day)s, but Moodle still has "
        "these marks. They are not brought back. Mark the students again on either side, or ignore "
        "this.",
        count=count,
        sheet=sheet,
        day=day,
    )


def _clock_off(env, gap, name, day, count):
    return env._(
        "%(count)s marks of the sheet %(sheet)s of %(day)s were changed on both sides, and a "
        "server clock is wrong by hours, so it is not clear which change is later. Both stay as "
        "they are. Correct the clock of the Moodle or Odoo server, then save the correct marks "
        "again, or make both sides equal.",
        sheet=name,
        day=day,
        count=count,
    )


SENTENCES = {
    "clock_off": _clock_off,
    "before_course": _before_course,
    "line_dropped": _line_dropped,
    "line_unclear": _line_unclear,
    "mark_vanished": _mark_vanished,
    "no_place_for_session": _no_place_for_session,
    "no_session": _no_session,
    "push_no_account": _push_no_account,
    "push_none_status": _push_none_status,
    "push_not_held": _push_not_held,
    "push_not_listed": _push_not_listed,
    "push_refused": _push_refused,
    "push_several_status": _push_several_status,
    "session_refused": _session_refused,
    "several_sessions": _several_sessions,
    "two_courses": _two_courses,
}
