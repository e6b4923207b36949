"""Sentences that a registrar reads about gaps and skipped marks, all in one place."""

from odoo.tools.translate import LazyTranslate

from . import messages_letters, messages_odd, messages_push, messages_site, messages_stops, told
from .messages_counts import counted
from .messages_dates import in_words
from .messages_people import student_name

_lt = LazyTranslate(__name__)

# Reasons for which a mark is left out, as runs and printed results name them.
SKIPPED = {
    "no_status": _lt("without a status"),
    "custom_status": _lt("with a custom or unknown status"),
    "unclear_status": _lt("with a letter whose meaning is not clear"),
    "left_out": _lt("with a letter that somebody has chosen to leave out"),
    "doubled": _lt("of students with two different marks in one session"),
    "not_begun": _lt("in sessions that have not begun"),
    "odd": _lt("that can't be used"),
    "two_courses": _lt("of sheets that may belong to two Moodle courses"),
    "unsure_sheets": _lt("of days on which it is not clear which sheet belongs to which session"),
    "unmatched_student": _lt("of people who match no student"),
    "ambiguous_student": _lt("of people who match several students"),
    "unmatched_group": _lt("of a group without a batch"),
    "no_batch": _lt("of students without exactly one running batch"),
    "cancelled": _lt("on cancelled sheets"),
    "in_hands": _lt("on sheets that are not finished yet"),
}


def skipped(env, counts):
    """``3 with a custom or unknown status, 1 of …``."""
    return ", ".join(f"{number} {env._(SKIPPED[why])}" for why, number in sorted(counts.items()))


def equal_except(env, marks, gaps, left_out):
    """What it means that a comparison found no difference.

    :param marks: how many wait for a gap to be mended
    :param gaps: how many there are
    :param left_out: marks that were left out, for whatever reason
    """
    if gaps and marks:
        return env._(
            "Equal, except %(marks)s in %(gaps)s.",
            marks=counted(env, "marks", marks),
            gaps=counted(env, "gaps", gaps),
        )
    if gaps:
        return env._("Equal, except %s.", counted(env, "gaps", gaps))
    if left_out:
        return env._("Equal, except %s that are left out.", counted(env, "marks", left_out))
    return env._("Both sides are equal: nothing would be written.")


def not_looked_at(env, older, early):
    """:param older: number of sessions before *Days back*
    :param early: number of sessions before the start of their course
    :return: list of sentences
    """
    words = []
    if older:
        words.append(env._("%s sessions older than Days back, and not taken since.", older))
    if early:
        words.append(
            env._("%s sessions before the start of their course, left out as in Moodle.", early)
        )
    return words


def _account(env, who):
    """:param who: name of a Moodle account, or its number"""
    return _who(env, "", who) if type(who) is int else who


def _who(env, name, moodle_id):
    return name or env._("Moodle user %s", moodle_id)


def describe(env, gap):
    """What a gap is and what mends it, in the language of ``env``.

    :param gap: ``plan.Gap``
    :return: text
    """
    details = [told.tell(env, d) if told.is_kept(d) else d for d in gap.details]
    return SENTENCES[gap.why](env, gap, *in_words(env, details))


def _manual_gone(env, gap, *details):
    return env._("The record of a manual mapping was deleted. Choose another with the Map button.")


def _manual_student_gone(env, gap, name, record_id):
    return f"{_who(env, name, gap.moodle_id)}: {_manual_gone(env, gap)}"


def _course_unmeant(env, gap):
    return env._(
        "This course has attendance but matches no subject and course of OpenEduCat. Use the Map "
        "button, or give it an ID number such as oec_subj_12_course_3 in Moodle, in the course's "
        "settings. If its attendance is not for OpenEduCat, ignore this."
    )


def _idnumber_unknown(env, gap, idnumber):
    return env._(
        "The course's ID number %s names a subject or course that does not exist in OpenEduCat. "
        "Correct it in Moodle, in the course's settings, or use the Map button.",
        idnumber,
    )


def _idnumber_nonsense(env, gap, idnumber):
    return env._(
        "The course's ID number %s can't be read. It should look like "
        "oec_subj_12_course_3. Correct it in Moodle, in the course's settings.",
        idnumber,
    )


def _idnumbers_hidden(env, gap):
    return env._(
        "Moodle hides the ID numbers of courses from the token's account, so courses can only be "
        "matched by short name or manually. Ask Moodle's administrator to give its role the right "
        "moodle/course:update."
    )


def _shortname_ambiguous(env, gap, shortname):
    return env._(
        "The course's short name %s matches several pairs of subject and course. Use the Map "
        "button.",
        shortname,
    )


def _group_without_idnumber(env, gap, name, idnumber):
    return env._(
        "The group %s of this course matches no batch: in Moodle, Participants > Groups, give it "
        "the ID number oec_batch_ followed by the batch's number, or use the Map button.",
        name or gap.moodle_id,
    )


def _group_nonsense(env, gap, name, idnumber):
    return env._(
        "The ID number %(idnumber)s of the group %(group)s can't be read. It should look "
        "like oec_batch_7.",
        idnumber=idnumber,
        group=name,
    )


def _group_unknown_batch(env, gap, name, idnumber):
    return env._(
        "The ID number %(idnumber)s of the group %(group)s names a batch that does not "
        "exist in OpenEduCat.",
        idnumber=idnumber,
        group=name,
    )


def _group_of_other_course(env, gap, name, idnumber):
    return env._(
        "The group %(group)s (%(idnumber)s) is a batch of another course than the one this Moodle "
        "course is matched with. If that is intended, use the Map button.",
        idnumber=idnumber,
        group=name,
    )


def _no_match(env, gap, name, idnumber, address):
    if address and "@" not in address:
        # Moodle puts a hash for the e-mail address of an account that it deletes.
        return env._(
            "%s is an account that was deleted in Moodle, and no student is known for it. Use the "
            "Map button, or ignore this.",
            _who(env, name, gap.moodle_id),
        )
    # Moodle leaves out what the token's account may not see, too.
    known = ", ".join(
        (
            env._("ID number %s", idnumber) if idnumber else env._("no ID number visible"),
            env._("e-mail %s", address) if address else env._("no e-mail visible"),
        )
    )
    return env._(
        "%(who)s (%(known)s) matches no student. In Moodle, give the account the ID number "
        "oec_student_ followed by the student's number, or use the same e-mail address on both "
        "sides; or use the Map button.",
        who=_who(env, name, gap.moodle_id),
        known=known,
    )


def _student_unknown(env, gap, name, idnumber):
    return env._(
        "%(who)s has the ID number %(idnumber)s, but there is no such student.",
        who=_who(env, name, gap.moodle_id),
        idnumber=idnumber,
    )


def _student_nonsense(env, gap, name, idnumber):
    return env._(
        "%(who)s has the ID number %(idnumber)s, which can't be read. It should look like "
        "oec_student_12.",
        who=_who(env, name, gap.moodle_id),
        idnumber=idnumber,
    )


def _account_unknown(env, gap, name):
    return env._(
        "Moodle has marks of the account number %s, but shows nothing else about it: it is a "
        "temporary attendee or a deleted account. Merge the temporary attendee with a real account "
        "in Moodle, or use the Map button.",
        gap.moodle_id,
    )


def _idnumber_shared(env, gap, name, idnumber):
    return env._(
        "%(who)s shares the ID number %(idnumber)s with another Moodle account. Correct one "
        "of the two in Moodle.",
        who=_who(env, name, gap.moodle_id),
        idnumber=idnumber,
    )


def _email_shared_moodle(env, gap, name, address):
    return env._(
        "%(who)s shares the e-mail %(email)s with another Moodle account, so neither account is "
        "matched with the student who has it.",
        who=_who(env, name, gap.moodle_id),
        email=address,
    )


def _email_shared_odoo(env, gap, name, address):
    return env._(
        "Several students have the e-mail %(email)s of %(who)s. Correct the students, or use the "
        "Map button.",
        who=_who(env, name, gap.moodle_id),
        email=address,
    )


def _student_claimed(env, gap, name, record_id, others):
    return env._(
        "%(who)s and the Moodle account %(others)s both match the student %(student)s. Map the "
        "correct one with the Map button, or remove the ID number or e-mail of the other in "
        "Moodle.",
        who=_who(env, name, gap.moodle_id),
        others=", ".join(_account(env, who) for who in others),
        student=student_name(env, record_id),
    )


def _batch_none(env, gap, student_id):
    return env._(
        "%s has no running course detail in this course, so the batch of these marks is "
        "unknown. Add one on the student's form, or mark the student in a Moodle session for "
        "the group.",
        student_name(env, student_id),
    )


def _batch_several(env, gap, student_id):
    return env._(
        "%s has several running course details in this course, so the batch of these marks is "
        "unknown. Finish the old ones on the student's form, or mark the student in a Moodle "
        "session for the group.",
        student_name(env, student_id),
    )


def _batch_empty(env, gap, student_id):
    return env._(
        "The running course detail of %s in this course has no batch. Fill it in on the student's "
        "form.",
        student_name(env, student_id),
    )


def _status_unknown(env, gap, status_id, activity, whose):
    names = ", ".join(f"{_account(env, who)} ({day})" for who, day in whose)
    return env._(
        "Marks in the activity %(activity)s have a status (number %(status)s) that is hidden, "
        "deleted or of another set. They are left out. Mark these students again in Moodle: "
        "%(names)s.",
        status=status_id,
        activity=activity,
        names=f"{names} …" if gap.marks > len(whose) else names,
    )


def _unreadable_session(env, gap, activity, day):
    if day:
        return env._(
            "Moodle can't deliver the session of %(day)s of the activity %(activity)s: one of its "
            "remarks looks like HTML (for example <b>). Edit that remark in Moodle.",
            day=day,
            activity=activity,
        )
    return env._(
        "Moodle can't deliver one session of the activity %s: one of its remarks looks like "
        "HTML (for example <b>). Edit that remark in Moodle.",
        activity,
    )


def _unreadable_activity(env, gap, activity):
    return env._(
        "Moodle can't deliver the sessions of the activity %s: one remark looks like HTML (for "
        "example <b>). Edit that remark in Moodle; until then, sessions that have never been read "
        "are missing here.",
        activity,
    )


def _session_gone(env, gap, name, day):
    return env._(
        "The Moodle session of the sheet %(sheet)s of %(day)s does not exist any more. Cancel "
        "the sheet if the class did not take place.",
        sheet=name,
        day=day,
    )


def _sheets_beside(env, gap, names, day):
    return env._(
        "On %(day)s there are sheets without a Moodle session (%(sheets)s) as well as a Moodle "
        "session of the same subject, batch and date. If they are the same class, cancel or "
        "archive the sheets that were created manually; if not, ignore this.",
        sheets=", ".join(names),
        day=day,
    )


def _sheets_unsure(env, gap, names, day):
    return env._(
        "On %(day)s there are sheets without a Moodle session (%(sheets)s), and Moodle has marks "
        "of the same subject, batch and date. It is not clear which sheet belongs to which "
        "session, so no further sheet is created. Give each sheet the marks of its session, or "
        "cancel or archive the sheets of classes that are not in Moodle.",
        sheets=", ".join(names),
        day=day,
    )


def _session_elsewhere(env, gap, name, day, session, activity):
    return env._(
        "The sheet %(sheet)s of %(day)s is linked with the Moodle session number %(session)s, "
        "which now belongs to the activity %(activity)s, so the sheet is left alone. Moodle may "
        "have been restored from a backup. Cancel or archive the sheet if its class is not in "
        "Moodle.",
        sheet=name,
        day=day,
        session=session,
        activity=activity,
    )


def _refused(env, gap, words, day="", sheet=""):
    if sheet:
        return env._(
            "The Moodle session of the sheet %(sheet)s of %(day)s is gone, and OpenEduCat refuses "
            "to cancel the sheet: %(words)s",
            sheet=sheet,
            day=day,
            words=words,
        )
    if day:
        return env._(
            "OpenEduCat refuses Moodle's data of the session of %(day)s: %(words)s",
            day=day,
            words=words,
        )
    return env._("OpenEduCat refuses Moodle's data: %s", words)


SENTENCES = {
    "account_unknown": _account_unknown,
    "batch_empty": _batch_empty,
    "batch_none": _batch_none,
    "batch_several": _batch_several,
    "course_manual_gone": _manual_gone,
    "course_unmeant": _course_unmeant,
    "email_shared_moodle": _email_shared_moodle,
    "email_shared_odoo": _email_shared_odoo,
    "group_manual_gone": _manual_gone,
    "group_nonsense": _group_nonsense,
    "group_of_other_course": _group_of_other_course,
    "group_unknown_batch": _group_unknown_batch,
    "group_without_idnumber": _group_without_idnumber,
    "idnumber_nonsense": _idnumber_nonsense,
    "idnumber_shared": _idnumber_shared,
    "idnumbers_hidden": _idnumbers_hidden,
    "idnumber_unknown": _idnumber_unknown,
    "manual_gone": _manual_student_gone,
    "no_match": _no_match,
    "refused": _refused,
    "session_elsewhere": _session_elsewhere,
    "session_gone": _session_gone,
    "sheets_beside": _sheets_beside,
    "sheets_unsure": _sheets_unsure,
    "shortname_ambiguous": _shortname_ambiguous,
    "status_unknown": _status_unknown,
    "student_claimed": _student_claimed,
    "student_nonsense": _student_nonsense,
    "student_unknown": _student_unknown,
    "unreadable_activity": _unreadable_activity,
    "unreadable_session": _unreadable_session,
    **messages_letters.SENTENCES,
    **messages_odd.SENTENCES,
    **messages_push.SENTENCES,
    **messages_site.SENTENCES,
    **messages_stops.SENTENCES,
}
