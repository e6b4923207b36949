"""The catalogue of gaps: all that a run can leave to a person. Pure.

By kind, each reason with what it names, what is said and what is offered; what the fields
mean stands in ``gap_reason``. A new gap is an entry here and ``plan.gap("its reason", …)``
where it is met. A sentence says what is wrong and what to do.

The sentences stand here, and not in ``services/texts`` as all others do, so that a reason,
the names of its details and the sentence that names them can't drift apart. They are
translated where they are shown, in ``texts/messages_gaps``.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from . import site_identity
from .gap_reason import (
    FOLLOW,
    OTHER,
    Amounts,
    AnySort,
    Case,
    Counted,
    Fix,
    IfShown,
    Kind,
    OneOf,
    Page,
    Reason,
    Sort,
)

if TYPE_CHECKING:
    # It stands on this file.
    from .plan import Gap


def _lt(sentence: str) -> str:
    """Mark a text for translators, whose tools look for calls of this name."""
    return sentence


# What is said in several places of the catalogue.
MANUAL_GONE = _lt("The record of a manual mapping was deleted. Choose another with the Map button.")
UNUSABLE = _lt(
    "%(what)s can't be used: %(reason)s. Everything else is synchronised. Correct it in "
    "Moodle, or ignore this."
)
ODD_NAME = _lt(
    "%(what)s has a name with characters that can't be stored; it is shown without them. "
    "Correct the name in Moodle, or ignore this."
)
# What is wrong with a value of Moodle, see ``records.OddRecord``.
UNUSABLE_FOR = OneOf(
    {
        "date": _lt("its date is before 1970 or after 2038"),
        "text": _lt("it contains characters that can't be stored"),
        "shape": _lt("a value of it is missing or not of the kind it should be"),
    }
)
# What marks that both sides had agreed on would meet.
TOUCHED = Amounts(
    {
        "changed": _lt("overwritten here by Moodle's"),
        "put_back": _lt("reset to match Moodle"),
        "replaced": _lt("of other students than before"),
        "moved": _lt("moved to another date"),
        "cancelled": _lt("on sheets to be cancelled"),
        "sent": _lt("sent to Moodle"),
    }
)
# What Moodle's courses, groups and people are matched by.
KEY = OneOf(
    {
        "idnumber": _lt("ID number"),
        "shortname": _lt("short name"),
        "email": _lt("e-mail"),
    }
)
# Moodle leaves out what the token's account may not see, too.
IDNUMBER_SHOWN = IfShown(_lt("ID number %s"), _lt("no ID number visible"))
EMAIL_SHOWN = IfShown(_lt("e-mail %s"), _lt("no e-mail visible"))
SHEET = {"sheet": Sort.TEXT, "day": Sort.DAY}
MARKS = Counted(_lt("1 mark"), _lt("%s marks"))
SHEETS = Counted(_lt("1 sheet"), _lt("%s sheets"))
STOPPED: Mapping[str, AnySort] = {
    "total": Sort.COUNT,
    "agreed": MARKS,
    "sheets": SHEETS,
    "what": TOUCHED,
    "share": Sort.COUNT,
}
LESSONS: Mapping[str, AnySort] = {
    "activity": Sort.ACTIVITY,
    "day": Sort.DAY,
    "sheets": SHEETS,
    "marks": MARKS,
}
EMPTIED: Mapping[str, AnySort] = {"activity": Sort.ACTIVITY, "sheets": SHEETS, "marks": MARKS}
ONE = {"count": 1}


def _odd(what: str, name: str, phrase: str, where: str = "where") -> Reason:
    """The reason of a value of Moodle that can't be used.

    :param what: ``what`` of a ``records.OddRecord``
    :param name: of the detail that is the number of what the value is of
    :param phrase: how that is called
    :param where: name of the detail that is the number of the session
    """
    return Reason(
        f"odd_{what}",
        {name: Sort.NUMBER, "reason": UNUSABLE_FOR, "activity": Sort.ACTIVITY, where: Sort.NUMBER},
        UNUSABLE,
        cases=(Case({"reason": "name"}, ODD_NAME),),
        what=phrase,
    )


CATALOGUE = (
    Kind(
        "unmatched_course",
        "Unmatched course",
        maps="op.subject",
        reasons=(
            Reason("course_manual_gone", {}, MANUAL_GONE),
            Reason(
                "course_unmeant",
                {},
                _lt(
                    "This course has attendance but matches no subject and course of OpenEduCat. "
                    "Use the Map button, or give it an ID number such as oec_subj_12_course_3 in "
                    "Moodle, in the course's settings. If its attendance is not for OpenEduCat, "
                    "ignore this."
                ),
            ),
            Reason(
                "idnumber_unknown",
                {"idnumber": Sort.TEXT},
                _lt(
                    "The course's ID number %(idnumber)s names a subject or course that does not "
                    "exist in OpenEduCat. Correct it in Moodle, in the course's settings, or use "
                    "the Map button."
                ),
            ),
            Reason(
                "idnumber_nonsense",
                {"idnumber": Sort.TEXT},
                _lt(
                    "The course's ID number %(idnumber)s can't be read. It should look like "
                    "oec_subj_12_course_3. Correct it in Moodle, in the course's settings."
                ),
            ),
            Reason(
                "idnumbers_hidden",
                {},
                _lt(
                    "Moodle hides the ID numbers of courses from the token's account, so courses "
                    "can only be matched by short name or manually. Ask Moodle's administrator to "
                    "give its role the right moodle/course:update."
                ),
            ),
            Reason(
                "shortname_ambiguous",
                {"shortname": Sort.TEXT},
                _lt(
                    "The course's short name %(shortname)s matches several pairs of subject and "
                    "course. Use the Map button."
                ),
            ),
        ),
    ),
    Kind(
        "unmatched_student",
        "Unmatched student",
        maps="op.student",
        page=Page.ACCOUNT,
        reasons=(
            Reason(
                "manual_gone",
                {"who": Sort.ACCOUNT, "record": Sort.NUMBER},
                ("%(who)s:", MANUAL_GONE),
            ),
            Reason(
                "no_match",
                {
                    "who": Sort.ACCOUNT,
                    "idnumber": IDNUMBER_SHOWN,
                    "email": EMAIL_SHOWN,
                },
                _lt(
                    "%(who)s (%(idnumber)s, %(email)s) matches no student. In Moodle, give the "
                    "account the ID number oec_student_ followed by the student's number, or use "
                    "the same e-mail address on both sides; or use the Map button."
                ),
            ),
            Reason(
                "account_deleted",
                {"who": Sort.ACCOUNT},
                _lt(
                    "%(who)s is an account that was deleted in Moodle, and no student is known for "
                    "it. Use the Map button, or ignore this."
                ),
            ),
            Reason(
                "account_unknown",
                {"who": Sort.ACCOUNT},
                _lt(
                    "Moodle has marks of the account number %(moodle_id)s, but shows nothing else "
                    "about it: it is a temporary attendee or a deleted account. Merge the "
                    "temporary attendee with a real account in Moodle, or use the Map button."
                ),
            ),
            Reason(
                "student_unknown",
                {"who": Sort.ACCOUNT, "idnumber": Sort.TEXT},
                _lt("%(who)s has the ID number %(idnumber)s, but there is no such student."),
            ),
            Reason(
                "student_nonsense",
                {"who": Sort.ACCOUNT, "idnumber": Sort.TEXT},
                _lt(
                    "%(who)s has the ID number %(idnumber)s, which can't be read. It should look "
                    "like oec_student_12."
                ),
            ),
        ),
    ),
    Kind(
        "ambiguous_student",
        "Ambiguous student",
        maps="op.student",
        page=Page.ACCOUNT,
        reasons=(
            Reason(
                "idnumber_shared",
                {"who": Sort.ACCOUNT, "idnumber": Sort.TEXT},
                _lt(
                    "%(who)s shares the ID number %(idnumber)s with another Moodle account. "
                    "Correct one of the two in Moodle."
                ),
            ),
            Reason(
                "email_shared_moodle",
                {"who": Sort.ACCOUNT, "email": Sort.TEXT},
                _lt(
                    "%(who)s shares the e-mail %(email)s with another Moodle account, so neither "
                    "account is matched with the student who has it."
                ),
            ),
            Reason(
                "email_shared_odoo",
                {"who": Sort.ACCOUNT, "email": Sort.TEXT},
                _lt(
                    "Several students have the e-mail %(email)s of %(who)s. Correct the students, "
                    "or use the Map button."
                ),
            ),
            Reason(
                "student_claimed",
                {"who": Sort.ACCOUNT, "student": Sort.STUDENT, "others": Sort.ACCOUNTS},
                _lt(
                    "%(who)s and the Moodle account %(others)s both match the student %(student)s. "
                    "Map the correct one with the Map button, or remove the ID number or e-mail of "
                    "the other in Moodle."
                ),
            ),
        ),
    ),
    Kind(
        "no_batch",
        "Student without batch",
        reasons=(
            Reason(
                "batch_none",
                {"student": Sort.STUDENT},
                _lt(
                    "%(student)s has no course detail in this course, so the batch of these marks "
                    "is unknown. Add one (Students > General > Student Course Detail), or mark the "
                    "student in a Moodle session for the group."
                ),
                record="op.student",
                fix=Fix.COURSE_DETAILS,
            ),
            Reason(
                "batch_several",
                {"student": Sort.STUDENT},
                _lt(
                    "%(student)s has several course details in this course, so the batch of these "
                    "marks is unknown. Finish the old ones (Students > General > Student Course "
                    "Detail), or mark the student in a Moodle session for the group."
                ),
                record="op.student",
                fix=Fix.COURSE_DETAILS,
            ),
            Reason(
                "batch_empty",
                {"student": Sort.STUDENT},
                _lt(
                    "The course detail of %(student)s in this course has no batch. Fill it in "
                    "(Students > General > Student Course Detail)."
                ),
                record="op.student",
                fix=Fix.COURSE_DETAILS,
            ),
            Reason(
                "batch_between",
                {"student": Sort.STUDENT, "day": Sort.DAY},
                _lt(
                    "%(student)s changed batch around %(day)s, and the exact time is not recorded, "
                    "so the batch of these marks is unknown. Add a line for the student to the "
                    "attendance sheet of the right batch on that day."
                ),
                record="op.student",
                fix=Fix.SHEETS,
            ),
        ),
    ),
    Kind(
        "unmatched_group",
        "Unmatched group",
        maps="op.batch",
        page=Page.GROUPS,
        reasons=(
            Reason("group_manual_gone", {"record": Sort.NUMBER}, MANUAL_GONE),
            Reason(
                "group_without_idnumber",
                {"group": Sort.GROUP, "idnumber": Sort.TEXT},
                _lt(
                    "The group %(group)s of this course matches no batch: in Moodle, Participants "
                    "> Groups, give it the ID number oec_batch_ followed by the batch's number, or "
                    "use the Map button."
                ),
            ),
            Reason(
                "group_nonsense",
                {"group": Sort.GROUP, "idnumber": Sort.TEXT},
                _lt(
                    "The ID number %(idnumber)s of the group %(group)s can't be read. It should "
                    "look like oec_batch_7."
                ),
            ),
            Reason(
                "group_unknown_batch",
                {"group": Sort.GROUP, "idnumber": Sort.TEXT},
                _lt(
                    "The ID number %(idnumber)s of the group %(group)s names a batch that does not "
                    "exist in OpenEduCat."
                ),
            ),
            Reason(
                "group_of_other_course",
                {"group": Sort.GROUP, "idnumber": Sort.TEXT},
                _lt(
                    "The group %(group)s (%(idnumber)s) is a batch of another course than the one "
                    "this Moodle course is matched with. If that is intended, use the Map button."
                ),
            ),
        ),
    ),
    Kind(
        "changed_course",
        "Course key changed",
        maps="op.subject",
        reasons=(
            Reason(
                "course_key_lost",
                {
                    "pair": Sort.PAIR,
                    "key": KEY,
                    "was": Sort.TEXT,
                    "idnumber": Sort.TEXT,
                    "shortname": Sort.TEXT,
                },
                _lt(
                    "This course was matched with %(pair)s by its %(key)s %(was)s. Now its ID "
                    "number is %(idnumber)s and its short name is %(shortname)s, and neither names "
                    "a subject and course. It has attendance in OpenEduCat, so it is still "
                    "synchronised as before. Restore the %(key)s in Moodle, in the course's "
                    "settings, or press Keep to map the course manually as it was, or Map to "
                    "choose something else."
                ),
                keeps="pair",
            ),
            Reason(
                "course_key_other",
                {"old": Sort.PAIR, "new": Sort.PAIR, "key": KEY, "now": Sort.TEXT},
                _lt(
                    "This course was matched with %(old)s and has attendance in OpenEduCat. Now "
                    "its %(key)s is %(now)s, which names %(new)s. Nothing in it is synchronised "
                    "until you choose: Keep maps the course manually as it was; Take the new one "
                    "matches it with %(new)s from now on, and existing sheets stay where they are. "
                    "Or correct the %(key)s in Moodle."
                ),
                keeps="old",
                takes="new",
            ),
            Reason(
                "course_key_foreign",
                {"old": Sort.PAIR, "now": Sort.TEXT},
                _lt(
                    "This course was matched with %(old)s and has attendance in OpenEduCat. Now "
                    "its ID number is %(now)s, which names a subject and course of another "
                    "company. It is no longer synchronised here; its attendance stays. If it is "
                    "still a course of this company, press Keep to map it manually as it was; if "
                    "not, ignore this."
                ),
                keeps="old",
            ),
        ),
    ),
    Kind(
        "changed_student",
        "Student key changed",
        maps="op.student",
        page=Page.ACCOUNT,
        reasons=(
            Reason(
                "student_key_lost",
                {
                    "who": Sort.ACCOUNT,
                    "student": Sort.STUDENT,
                    "key": KEY,
                    "was": Sort.TEXT,
                    "idnumber": IDNUMBER_SHOWN,
                    "email": EMAIL_SHOWN,
                },
                _lt(
                    "%(who)s was matched with the student %(student)s by the %(key)s %(was)s. Now "
                    "the account (%(idnumber)s, %(email)s) matches no student. The student has "
                    "attendance from it, so it is still synchronised as before. Restore the "
                    "%(key)s, or press Keep to map the account manually as it was, or Map to "
                    "choose another student."
                ),
                keeps="student",
            ),
            Reason(
                "student_key_other",
                {
                    "who": Sort.ACCOUNT,
                    "old": Sort.STUDENT,
                    "new": Sort.STUDENT,
                    "key": KEY,
                    "was": Sort.TEXT,
                    "now_key": KEY,
                    "now": Sort.TEXT,
                },
                _lt(
                    "%(who)s was matched with the student %(old)s by the %(key)s %(was)s. Now the "
                    "account's %(now_key)s is %(now)s, which is that of %(new)s. Its marks wait in "
                    "all courses until you choose: Keep maps the account manually as it was; Take "
                    "the new one matches it with %(new)s from now on, and lines of %(old)s stay "
                    "where they are. Or correct the %(now_key)s."
                ),
                keeps="old",
                takes="new",
            ),
        ),
    ),
    Kind(
        "changed_group",
        "Group key changed",
        maps="op.batch",
        page=Page.GROUPS,
        reasons=(
            Reason(
                "group_key_lost",
                {
                    "group": Sort.GROUP,
                    "batch": Sort.BATCH,
                    "was": Sort.TEXT,
                    "now": Sort.TEXT,
                },
                _lt(
                    "The group %(group)s was matched with the batch %(batch)s by its ID number "
                    "%(was)s. Now its ID number is %(now)s, which names no batch. The batch has "
                    "attendance from this course, so it is still synchronised as before. Restore "
                    "the ID number in Moodle (Participants > Groups), or press Keep to map the "
                    "group manually as it was, or Map to choose another batch."
                ),
                cases=(
                    Case(
                        {"now": ""},
                        _lt(
                            "The group %(group)s was matched with the batch %(batch)s by its ID "
                            "number %(was)s. Now it has no ID number. The batch has attendance "
                            "from this course, so it is still synchronised as before. Restore the "
                            "ID number in Moodle (Participants > Groups), or press Keep to map the "
                            "group manually as it was, or Map to choose another batch."
                        ),
                    ),
                ),
                keeps="batch",
            ),
            Reason(
                "group_key_other",
                {
                    "group": Sort.GROUP,
                    "old": Sort.BATCH,
                    "new": Sort.BATCH,
                    "was": Sort.TEXT,
                    "now": Sort.TEXT,
                },
                _lt(
                    "The group %(group)s was matched with the batch %(old)s by its ID number "
                    "%(was)s. Now its ID number is %(now)s, which is that of %(new)s. Its sessions "
                    "wait until you choose: Keep maps the group manually as it was; Take the new "
                    "one matches it with %(new)s from now on, and sheets of %(old)s stay where "
                    "they are. Or correct the ID number in Moodle."
                ),
                keeps="old",
                takes="new",
            ),
        ),
    ),
    Kind(
        "custom_status",
        "Custom or unknown status",
        page=Page.ATTENDANCE,
        reasons=(
            Reason(
                "letter_custom",
                {"letter": Sort.TEXT, "description": Sort.TEXT},
                _lt(
                    "The letter %(letter)s (%(description)s) of Moodle is not P, A, L or E, so "
                    "marks with it are left out. Choose what it means."
                ),
            ),
            Reason(
                "letter_doubt",
                {"letter": Sort.TEXT, "description": Sort.TEXT},
                _lt(
                    "The letter %(letter)s (%(description)s) of Moodle may mean something other "
                    "than %(status)s: its description, its points or the other letters of its set "
                    "do not fit. Marks with it are neither brought over nor sent until you choose "
                    "what it means."
                ),
                also={"status": ("letter", Sort.STATUS)},
            ),
            Reason(
                "status_unknown",
                {"status": Sort.TEXT, "activity": Sort.ACTIVITY, "names": Sort.MARKED},
                _lt(
                    "Marks in the activity %(activity)s have a status (number %(status)s) that is "
                    "hidden, deleted or of another set. They are left out. Show the status again "
                    "in Moodle (Attendance > Status set), or mark these students again: %(names)s."
                ),
            ),
        ),
    ),
    Kind(
        "doubled",
        "Two marks of one student",
        page=Page.ATTENDANCE,
        reasons=(
            Reason(
                "mark_doubled",
                {
                    "student": Sort.STUDENT,
                    "day": Sort.DAY,
                    "session": Sort.NUMBER,
                    "users": Sort.NUMBERS,
                },
                _lt(
                    "Moodle has two different marks of %(student)s in the session of %(day)s, and "
                    "it is not clear which one is correct: neither is brought over or replaced. A "
                    "mark can't be removed on Moodle's own pages. Ask Moodle's administrator to "
                    "delete the wrong row (table attendance_log, sessionid %(session)s, studentid "
                    "%(users)s)."
                ),
                record="op.student",
            ),
        ),
    ),
    Kind(
        "odd_record",
        "Can't be used",
        reasons=(
            _odd("course", "course", _lt("The Moodle course number %(course)s")),
            _odd("user", "account", _lt("The Moodle account number %(account)s")),
            _odd("group", "group", _lt("The Moodle group number %(group)s")),
            _odd("activity", "number", _lt("The attendance activity number %(number)s")),
            _odd(
                "status", "status", _lt("The status number %(status)s of the activity %(activity)s")
            ),
            _odd(
                "mark",
                "account",
                _lt(
                    "The mark of the Moodle account number %(account)s in the session number "
                    "%(session)s"
                ),
                where="session",
            ),
        ),
    ),
    Kind(
        "rights",
        "Right missing in Moodle",
        reasons=(
            Reason(
                "people_hidden",
                {},
                _lt(
                    "Moodle lists nobody in this course, although its sessions have participants. "
                    "Usually the course has separate groups, and the role of the token's account "
                    "lacks the right moodle/site:accessallgroups (Access all groups). Ask Moodle's "
                    "administrator to allow it."
                ),
            ),
            Reason(
                "rights_lacking",
                {"rights": Sort.TEXT},
                _lt(
                    "Moodle leaves something out in this course, because the token's account lacks "
                    "the right %(rights)s there. Ask Moodle's administrator to allow it."
                ),
            ),
        ),
    ),
    Kind(
        "site_changed",
        "Another Moodle",
        reasons=(
            Reason(
                "site_changed",
                {
                    "courses": OneOf(
                        {
                            site_identity.SAME: _lt(
                                "Its oldest courses are the same ones: it may have moved, or be a "
                                "copy, such as one for tests."
                            ),
                            site_identity.OTHER: _lt(
                                "Its oldest courses were made at other times."
                            ),
                        }
                    ),
                    "known": Sort.TEXT,
                    "seen": Sort.TEXT,
                },
                (
                    _lt("A different Moodle answers now. Known: %(known)s. Now: %(seen)s."),
                    "%(courses)s",
                    _lt(
                        "Nothing is read or written until an administrator chooses, on the "
                        "instance: The same Moodle under a new address, or Another Moodle: unlink."
                    ),
                ),
                record="moodle.instance",
            ),
        ),
    ),
    Kind(
        "unreadable_session",
        "Unreadable session",
        page=Page.ATTENDANCE,
        reasons=(
            Reason(
                "unreadable_session",
                {"activity": Sort.ACTIVITY, "day": Sort.DAY},
                _lt(
                    "Moodle can't deliver the session of %(day)s of the activity %(activity)s: one "
                    "of its remarks looks like HTML (for example <b>). Edit that remark in Moodle."
                ),
                cases=(
                    Case(
                        {"day": ""},
                        _lt(
                            "Moodle can't deliver one session of the activity %(activity)s: one of "
                            "its remarks looks like HTML (for example <b>). Edit that remark in "
                            "Moodle."
                        ),
                    ),
                ),
            ),
            Reason(
                "unreadable_activity",
                {"activity": Sort.ACTIVITY},
                _lt(
                    "Moodle can't deliver the sessions of the activity %(activity)s: one remark "
                    "looks like HTML (for example <b>). Edit that remark in Moodle; until then, "
                    "sessions that have never been read are missing here."
                ),
            ),
            Reason(
                "activity_failed",
                {"activity": Sort.ACTIVITY, "words": Sort.WORDS},
                _lt(
                    "Moodle can't deliver the sessions of the activity %(activity)s. The other "
                    "activities of the course are synchronised; the sheets of this one stay as they "
                    "are. %(words)s"
                ),
            ),
            _odd(
                "session",
                "session",
                _lt("The session number %(session)s of the activity %(activity)s"),
            ),
        ),
    ),
    Kind(
        "sheet_without_session",
        "Sheet with no Moodle session",
        page=Page.ATTENDANCE,
        reasons=(
            Reason(
                "session_gone",
                SHEET,
                _lt(
                    "The Moodle session of the sheet %(sheet)s of %(day)s does not exist any more. "
                    "Cancel the sheet if the class did not take place."
                ),
                record="op.attendance.sheet",
            ),
            Reason(
                "course_gone",
                {},
                _lt(
                    "Moodle does not list this course any more: it was deleted, or the token's "
                    "account may not see it any more. Its attendance in OpenEduCat stays as it "
                    "is, but is not synchronised. If it was deleted by mistake, restore it from "
                    "Moodle's recycle bin. If it has come back as another course that is not "
                    "synchronised, give that one the same ID number, or press Verify and then Map "
                    "on its gap. If it is hidden, give the account the right "
                    "moodle/course:viewhiddencourses. Otherwise ignore this."
                ),
            ),
            Reason(
                "session_elsewhere",
                {**SHEET, "session": Sort.NUMBER, "activity": Sort.ACTIVITY},
                _lt(
                    "The sheet %(sheet)s of %(day)s is linked with the Moodle session number "
                    "%(session)s, which now belongs to the activity %(activity)s, so the sheet is "
                    "left alone. Moodle may have been restored from a backup. Cancel or archive "
                    "the sheet if its class is not in Moodle."
                ),
                record="op.attendance.sheet",
            ),
            Reason(
                "no_session",
                SHEET,
                _lt(
                    "The sheet %(sheet)s of %(day)s has no session in Moodle. Add one there for "
                    "that day (and group), or switch on Create missing Moodle sessions on the "
                    "instance."
                ),
                record="op.attendance.sheet",
            ),
            Reason(
                "no_place_for_session",
                SHEET,
                _lt(
                    "No session can be created in Moodle for the sheet %(sheet)s of %(day)s: the "
                    "course needs exactly one attendance activity, with a status set that has the "
                    "letters needed and, if it has separate groups, the batch's group. Add the "
                    "session in Moodle yourself."
                ),
                record="op.attendance.sheet",
            ),
            Reason(
                "session_group_outside",
                {**SHEET, "group": Sort.TEXT, "activity": Sort.ACTIVITY},
                _lt(
                    "No session can be created in Moodle for the sheet %(sheet)s of %(day)s: the "
                    "group %(group)s is not in the grouping of the activity %(activity)s. In "
                    "Moodle, add the group to that grouping (Participants > Groupings), or choose "
                    "another grouping, or none, in the activity's settings."
                ),
                record="op.attendance.sheet",
            ),
            Reason(
                "session_group_closed",
                {**SHEET, "group": Sort.TEXT},
                _lt(
                    "No session is created in Moodle for the sheet %(sheet)s of %(day)s: teachers "
                    "could not take it, because activities do not offer the group %(group)s. In "
                    "Moodle, tick Show group in dropdown menu for activities in group mode "
                    "(Participants > Groups > Edit group settings)."
                ),
                record="op.attendance.sheet",
            ),
            Reason(
                "sessions_not_listed",
                SHEET,
                _lt(
                    "No session is created in Moodle for the sheet %(sheet)s of %(day)s as long as "
                    "not all sessions of the course can be read: its session may be among those "
                    "that are missing. Another gap says which activity can't be read."
                ),
                record="op.attendance.sheet",
            ),
            Reason(
                "several_sessions",
                SHEET,
                _lt(
                    "Several sessions in Moodle, or several sheets here, fit the sheet %(sheet)s "
                    "of %(day)s. Set on the sheet the timetable session it belongs to, or cancel "
                    "the extra ones."
                ),
                record="op.attendance.sheet",
            ),
            Reason(
                "session_refused",
                {**SHEET, "words": Sort.WORDS},
                _lt(
                    "Moodle does not create a session for the sheet %(sheet)s of %(day)s: %(words)s"
                ),
                record="op.attendance.sheet",
            ),
            Reason(
                "before_course",
                SHEET,
                _lt(
                    "The sheet %(sheet)s of %(day)s is older than the Moodle course, which hides "
                    "sessions before its start. Correct the course's start date in Moodle, or "
                    "cancel the sheet."
                ),
                record="op.attendance.sheet",
            ),
            Reason(
                "two_courses",
                {**SHEET, "courses": Sort.NAMES},
                _lt(
                    "The sheet %(sheet)s of %(day)s may belong to several Moodle courses: "
                    "%(courses)s. In Moodle, set their start and end dates so that only one of "
                    "them includes this day."
                ),
                record="op.attendance.sheet",
            ),
            Reason(
                "activity_emptied",
                EMPTIED,
                _lt(
                    "All sessions of the activity %(activity)s are gone in Moodle. Its sheets were "
                    "not cancelled (%(sheets)s, %(marks)s). If the sessions were deleted by "
                    "mistake, restore them in Moodle. If the sheets should be cancelled, check the "
                    "Preview and press Apply anyway."
                ),
                allows=True,
            ),
            Reason(
                "activity_gone",
                EMPTIED,
                _lt(
                    "The attendance activity number %(activity)s is not visible any more in this "
                    "course. Its sheets were not cancelled (%(sheets)s, %(marks)s). If it is "
                    "hidden, the Moodle account of the token needs the right "
                    "moodle/course:viewhiddenactivities. If it was deleted, check the Preview and "
                    "press Apply anyway to cancel its sheets."
                ),
                allows=True,
            ),
            Reason(
                "activity_gone_here",
                EMPTIED,
                _lt(
                    "The attendance activity number %(activity)s is not visible any more in this "
                    "course. If it was deleted, cancel its sheets here; if it is hidden, the "
                    "Moodle account of the token needs the right "
                    "moodle/course:viewhiddenactivities."
                ),
            ),
        ),
    ),
    Kind(
        "numbers_changed",
        "Same lessons or others",
        page=Page.ATTENDANCE,
        reasons=(
            Reason(
                "lessons_unsure",
                LESSONS,
                _lt(
                    "The activity %(activity)s has sessions, the first on %(day)s, that may be "
                    "lessons of which OpenEduCat already has sheets (%(sheets)s, %(marks)s) and "
                    "whose own sessions are gone in Moodle. This is not certain, so they wait: no "
                    "second sheet is created, and none is changed or cancelled. If they are the "
                    "same lessons, press Follow; if not, press Other lessons."
                ),
                asks=(FOLLOW, OTHER),
            ),
            Reason(
                "lessons_beside",
                LESSONS,
                _lt(
                    "The activity %(activity)s has sessions, the first on %(day)s, that look like "
                    "a copy of other sessions that Moodle still has and that have sheets in "
                    "OpenEduCat (%(sheets)s, %(marks)s). No second sheet is created for the copy. "
                    "Delete one of the two in Moodle. If they are other lessons, press Other "
                    "lessons."
                ),
                asks=(OTHER,),
            ),
            Reason(
                "number_again",
                LESSONS,
                _lt(
                    "Moodle has used the number of a deleted attendance activity again, for the "
                    "activity %(activity)s. The sheets of the deleted one (%(sheets)s, %(marks)s) "
                    "would be taken for sheets of the new one, so they wait: no sheet is created, "
                    "changed or cancelled. If they are the same lessons, press Follow; if not, "
                    "press Other lessons, and the old sheets stay as they are."
                ),
                asks=(FOLLOW, OTHER),
            ),
        ),
    ),
    Kind(
        "conflicting_sheets",
        "Conflicting sheets",
        page=Page.ATTENDANCE,
        reasons=(
            Reason(
                "sheets_beside",
                {"sheets": Sort.NAMES, "day": Sort.DAY},
                _lt(
                    "On %(day)s there are sheets without a Moodle session (%(sheets)s) as well as "
                    "a Moodle session of the same subject, batch and date. If they are the same "
                    "class, cancel or archive the sheets that were created manually; if not, "
                    "ignore this."
                ),
            ),
            Reason(
                "sheets_unsure",
                {"sheets": Sort.NAMES, "day": Sort.DAY},
                _lt(
                    "On %(day)s there are sheets without a Moodle session (%(sheets)s), and Moodle "
                    "has marks of the same subject, batch and date. It is not clear which sheet "
                    "belongs to which session, so no further sheet is created. Give each sheet the "
                    "marks of its session, or cancel or archive the sheets of classes that are not "
                    "in Moodle."
                ),
            ),
        ),
    ),
    Kind(
        "refused",
        "Refused by OpenEduCat",
        reasons=(
            Reason(
                "refused",
                {"words": Sort.WORDS, "day": Sort.DAY, "sheet": Sort.TEXT},
                _lt(
                    "The Moodle session of the sheet %(sheet)s of %(day)s is gone, and OpenEduCat "
                    "refuses to cancel the sheet: %(words)s"
                ),
                cases=(
                    Case(
                        {"day": "", "sheet": ""}, _lt("OpenEduCat refuses Moodle's data: %(words)s")
                    ),
                    Case(
                        {"sheet": ""},
                        _lt(
                            "OpenEduCat refuses Moodle's data of the session of %(day)s: %(words)s"
                        ),
                    ),
                ),
            ),
        ),
    ),
    Kind(
        "refused_push",
        "Can't be sent to Moodle",
        page=Page.ATTENDANCE,
        reasons=(
            Reason(
                "push_no_account",
                {"student": Sort.STUDENT},
                _lt(
                    "%(student)s has no account in this Moodle course, so these marks can't be "
                    "sent. Enrol the student there, and give the account its ID number."
                ),
                record="op.student",
            ),
            Reason(
                "push_not_listed",
                {"student": Sort.STUDENT},
                _lt(
                    "%(student)s is not listed in the Moodle session, so this mark can't be sent. "
                    "Add the student to the session's group in Moodle, or give the account the "
                    "role of a student."
                ),
                record="op.student",
            ),
            Reason(
                "push_group_outside",
                {"group": Sort.GROUP, "activity": Sort.ACTIVITY},
                _lt(
                    "The group %(group)s is not in the grouping of the activity %(activity)s, so "
                    "Moodle's page does not show its students there, and their marks are not "
                    "sent. In Moodle, add the group to that grouping (Participants > Groupings), "
                    "or choose another grouping, or none, in the activity's settings."
                ),
            ),
            Reason(
                "push_group_closed",
                {"group": Sort.GROUP},
                _lt(
                    "Activities do not offer the group %(group)s, so teachers can't take its "
                    "sessions on Moodle's page, and its marks are not sent. In Moodle, tick Show "
                    "group in dropdown menu for activities in group mode (Participants > Groups > "
                    "Edit group settings)."
                ),
            ),
            Reason(
                "push_none_status",
                {"status": Sort.STATUS, "activity": Sort.ACTIVITY, "letters": Sort.NAMES},
                _lt(
                    "The activity %(activity)s has no status in the session's status set that "
                    "means %(status)s, so such marks can't be sent. Choose what its letters mean "
                    "(Configuration > Moodle > Letters), or add or show the status in Moodle "
                    "(Attendance > Status set)."
                ),
            ),
            Reason(
                "push_several_status",
                {"status": Sort.STATUS, "activity": Sort.ACTIVITY, "letters": Sort.NAMES},
                _lt(
                    "Several statuses of the activity %(activity)s mean %(status)s: %(letters)s. "
                    "Choose which of them is sent (Configuration > Moodle > Letters, Use when "
                    "marks are sent)."
                ),
            ),
            Reason(
                "push_not_held",
                {"student": Sort.STUDENT, "day": Sort.DAY, "session": Sort.NUMBER},
                _lt(
                    "Moodle accepted the mark of %(student)s in the session of %(day)s, but still "
                    "shows another one. Usually it has two rows for this student (table "
                    "attendance_log, sessionid %(session)s); Moodle's administrator can delete the "
                    "wrong one. The mark is sent again as soon as it is changed on either side."
                ),
                record="op.student",
            ),
            Reason(
                "push_refused",
                {"student": Sort.STUDENT, "words": Sort.WORDS},
                _lt("Moodle does not accept the mark of %(student)s: %(words)s"),
            ),
            Reason(
                "push_failed",
                {"day": Sort.DAY, "count": Sort.COUNT, "words": Sort.WORDS},
                _lt(
                    "%(count)s marks of the session of %(day)s could not be sent to Moodle. "
                    "%(words)s"
                ),
                cases=(
                    Case(
                        ONE,
                        _lt(
                            "1 mark of the session of %(day)s could not be sent to Moodle. "
                            "%(words)s"
                        ),
                    ),
                ),
            ),
            Reason(
                "remark_refused",
                {"student": Sort.STUDENT, "day": Sort.DAY, "remark": Sort.TEXT},
                _lt(
                    "Something in front of Moodle (a firewall) refuses the remark of %(student)s "
                    "in the session of %(day)s: “%(remark)s”. Everything else was sent. The remark "
                    "is not sent again until it is changed: word it differently, or have Moodle's "
                    "administrator allow it, and change it then."
                ),
                record="op.student",
            ),
            Reason(
                "description_refused",
                SHEET,
                _lt(
                    "Something in front of Moodle (a firewall) refuses the description of the "
                    "session for the sheet %(sheet)s of %(day)s, so the session was created "
                    "without it. There is nothing to do."
                ),
                record="op.attendance.sheet",
            ),
            Reason(
                "line_unclear",
                {**SHEET, "count": Sort.COUNT},
                _lt(
                    "%(count)s lines of the sheet %(sheet)s of %(day)s have no status, or more "
                    "than one. Choose exactly one of present, absent, late and excused for each."
                ),
                cases=(
                    Case(
                        ONE,
                        _lt(
                            "1 line of the sheet %(sheet)s of %(day)s has no status, or more than "
                            "one. Choose exactly one of present, absent, late and excused."
                        ),
                    ),
                ),
                record="op.attendance.sheet",
            ),
        ),
    ),
    Kind(
        "vanished",
        "Gone on one side",
        page=Page.ATTENDANCE,
        reasons=(
            Reason(
                "mark_vanished",
                {**SHEET, "count": Sort.COUNT},
                _lt(
                    "%(count)s marks of the sheet %(sheet)s of %(day)s are gone in Moodle (after a "
                    "course reset, for example). They stay here and are not sent again. Mark the "
                    "students again on either side, or ignore this."
                ),
                cases=(
                    Case(
                        ONE,
                        _lt(
                            "1 mark of the sheet %(sheet)s of %(day)s is gone in Moodle (after a "
                            "course reset, for example). It stays here and is not sent again. Mark "
                            "the student again on either side, or ignore this."
                        ),
                    ),
                ),
                record="op.attendance.sheet",
            ),
            Reason(
                "line_dropped",
                {**SHEET, "count": Sort.COUNT},
                _lt(
                    "%(count)s lines were deleted from the sheet %(sheet)s of %(day)s, but Moodle "
                    "still has these marks. They are not brought back. Mark the students again on "
                    "either side, or ignore this."
                ),
                cases=(
                    Case(
                        ONE,
                        _lt(
                            "1 line was deleted from the sheet %(sheet)s of %(day)s, but Moodle "
                            "still has this mark. It is not brought back. Mark the student again "
                            "on either side, or ignore this."
                        ),
                    ),
                ),
                record="op.attendance.sheet",
            ),
        ),
    ),
    Kind(
        "misdated",
        "Date in doubt",
        page=Page.ATTENDANCE,
        reasons=(
            Reason(
                "taken_on_other_day",
                {
                    "activity": Sort.ACTIVITY,
                    "day": Sort.DAY,
                    "taken": Sort.DAY,
                    "other": Sort.DAY,
                },
                _lt(
                    "The session of %(day)s of the activity %(activity)s was taken on %(taken)s; "
                    "with day and month exchanged, its date would be %(other)s. If its date is "
                    "wrong, correct it in Moodle: the sheet follows. If it is right, ignore this."
                ),
                cases=(
                    Case(
                        {"other": ""},
                        _lt(
                            "The session of %(day)s of the activity %(activity)s was taken on "
                            "%(taken)s already, and most of its students are marked. Its marks "
                            "wait until it begins. If its date is wrong, correct it in Moodle. If "
                            "it is right, ignore this."
                        ),
                    ),
                ),
            ),
        ),
    ),
    Kind(
        "stopped",
        "Course stopped",
        page=Page.ATTENDANCE,
        reasons=(
            Reason(
                "stop_too_much",
                STOPPED,
                _lt(
                    "This course was stopped and nothing was written, because a run would change "
                    "%(total)s of the %(all)s marks that both sides agreed on (the limit is "
                    "%(share)s%%): %(what)s. The usual reasons are a restored backup, a reset "
                    "course, changed ID numbers, a changed time zone or a changed meaning of a "
                    "letter. Check the Preview. If it is correct, press Apply anyway."
                ),
                also={"all": ("agreed", Sort.COUNT)},
                cases=(
                    Case(
                        {"agreed": 1},
                        _lt(
                            "This course was stopped and nothing was written, because a run would "
                            "change the 1 mark that both sides agreed on: %(what)s. The usual "
                            "reasons are a restored backup, a reset course, changed ID numbers, a "
                            "changed time zone or a changed meaning of a letter. Check the "
                            "Preview. If it is correct, press Apply anyway."
                        ),
                    ),
                ),
                allows=True,
            ),
            Reason(
                "stop_no_sessions",
                STOPPED,
                _lt(
                    "This course was stopped and nothing was written, because Moodle lists no "
                    "sessions in it any more. OpenEduCat has %(agreed)s from there on "
                    "%(sheets)s. If the sessions were deleted by mistake, restore them in "
                    "Moodle. Apply anyway continues without them, and cancels their sheets unless "
                    "attendance comes from OpenEduCat; check the Preview first."
                ),
                allows=True,
            ),
            Reason(
                "stop_no_activities",
                STOPPED,
                _lt(
                    "This course was stopped and nothing was written, because Moodle lists no "
                    "attendance activity in it any more. OpenEduCat has %(agreed)s from "
                    "there on %(sheets)s. If an activity is hidden, the Moodle account of "
                    "the token needs the right moodle/course:viewhiddenactivities. Apply anyway "
                    "continues without them, and cancels their sheets unless attendance comes from "
                    "OpenEduCat; check the Preview first."
                ),
                allows=True,
            ),
            Reason(
                "stop_no_people",
                STOPPED,
                _lt(
                    "This course was stopped and nothing was written, because Moodle lists nobody "
                    "in it any more. OpenEduCat has %(agreed)s from there on %(sheets)s. "
                    "If people are enrolled, the role of the token's account lacks a "
                    "right, usually moodle/site:accessallgroups (Access all groups). If the course "
                    "is really empty, press Apply anyway."
                ),
                allows=True,
            ),
        ),
    ),
    Kind(
        "clock",
        "Wrong server clock",
        page=Page.ATTENDANCE,
        reasons=(
            Reason(
                "clock_off",
                {**SHEET, "count": Sort.COUNT},
                _lt(
                    "%(count)s marks of the sheet %(sheet)s of %(day)s were changed on both sides, "
                    "and a server clock is wrong by hours, so it is not clear which change is "
                    "later. Both stay as they are. Correct the clock of the Moodle or Odoo server, "
                    "then save the correct marks again, or make both sides equal."
                ),
                cases=(
                    Case(
                        ONE,
                        _lt(
                            "1 mark of the sheet %(sheet)s of %(day)s was changed on both sides, "
                            "and a server clock is wrong by hours, so it is not clear which change "
                            "is later. Both stay as they are. Correct the clock of the Moodle or "
                            "Odoo server, then save the correct mark again, or make both sides "
                            "equal."
                        ),
                    ),
                ),
                record="op.attendance.sheet",
            ),
        ),
    ),
)
KINDS = {kind.name: kind for kind in CATALOGUE}
REASONS = {reason.why: reason for kind in CATALOGUE for reason in kind.reasons}
KIND_OF = {reason.why: kind for kind in CATALOGUE for reason in kind.reasons}


def check(gap: "Gap") -> None:
    """Hold a gap against its entry.

    :raise ValueError: the catalogue has no such gap
    """
    reason = REASONS.get(gap.why)
    if (
        reason is None
        or KIND_OF[gap.why].name != gap.kind
        or len(gap.details) != len(reason.details)
        or (gap.record and gap.record[0] != reason.record)
        or (gap.allows and not reason.allows)
        or (gap.asks and not reason.asks)
    ):
        raise ValueError(f"The catalogue has no gap such as {gap}")
