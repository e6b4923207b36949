"""Numbers with what they count, the same everywhere: "1 new line", "3 new lines"."""

from odoo.tools.translate import LazyTranslate

from . import told

_lt = LazyTranslate(__name__)

# One, and any other number.
FORMS = {
    "activities": (_lt("1 activity"), _lt("%s activities")),
    "conflicts": (_lt("1 conflict"), _lt("%s conflicts")),
    "courses": (_lt("1 course"), _lt("%s courses")),
    "courses_left": (_lt("1 more course is not shown."), _lt("%s more courses are not shown.")),
    "courses_not_asked": (
        _lt(
            "1 course without a match has not been checked for attendance yet. The weekly "
            "verification does that."
        ),
        _lt(
            "%s courses without a match have not been checked for attendance yet. The weekly "
            "verification does that."
        ),
    ),
    "courses_off": (_lt("1 course is switched off."), _lt("%s courses are switched off.")),
    "differences": (_lt("1 difference"), _lt("%s differences")),
    "gaps": (_lt("1 gap"), _lt("%s gaps")),
    "gaps_met": (_lt("1 gap says what is left out."), _lt("%s gaps say what is left out.")),
    "hours": (_lt("hour"), _lt("%s hours")),
    "lines_created": (_lt("1 new line"), _lt("%s new lines")),
    "lines_equal": (_lt("1 equal line"), _lt("%s equal lines")),
    "lines_put_back": (_lt("1 line reset to match Moodle"), _lt("%s lines reset to match Moodle")),
    "lines_to_reset": (
        _lt("1 line to reset to match Moodle"),
        _lt("%s lines to reset to match Moodle"),
    ),
    "lines_updated": (_lt("1 line changed in Moodle"), _lt("%s lines changed in Moodle")),
    "marks": (_lt("1 mark"), _lt("%s marks")),
    "marks_pushed": (_lt("1 mark sent to Moodle"), _lt("%s marks sent to Moodle")),
    "moodle_courses": (_lt("1 Moodle course"), _lt("%s Moodle courses")),
    "moodle_sessions_created": (
        _lt("1 session created in Moodle"),
        _lt("%s sessions created in Moodle"),
    ),
    "registers_created": (_lt("1 new register"), _lt("%s new registers")),
    "remarks_updated": (_lt("1 remark"), _lt("%s remarks")),
    "sessions": (_lt("1 session"), _lt("%s sessions")),
    "sessions_early": (
        _lt("1 session before the start of its course, left out as in Moodle."),
        _lt("%s sessions before the start of their course, left out as in Moodle."),
    ),
    "sessions_found": (
        _lt("1 session found. The next run reads it."),
        _lt("%s sessions found. The next run reads them."),
    ),
    "sessions_found_so_far": (
        _lt(
            "1 session found so far. The search continues in the background; the form of the "
            "instance shows its progress."
        ),
        _lt(
            "%s sessions found so far. The search continues in the background; the form of the "
            "instance shows its progress."
        ),
    ),
    "sessions_older": (
        _lt("1 session older than Days back, and not taken since."),
        _lt("%s sessions older than Days back, and not taken since."),
    ),
    "sessions_to_create": (
        _lt("1 session to create in Moodle"),
        _lt("%s sessions to create in Moodle"),
    ),
    "sheets_adopted": (_lt("1 sheet linked"), _lt("%s sheets linked")),
    "sheets_cancelled": (_lt("1 sheet cancelled"), _lt("%s sheets cancelled")),
    "sheets_created": (_lt("1 new sheet"), _lt("%s new sheets")),
    "sheets_followed": (
        _lt("1 sheet linked to a new session number"),
        _lt("%s sheets linked to new session numbers"),
    ),
    "sheets_moved": (_lt("1 sheet moved"), _lt("%s sheets moved")),
    "sheets_restored": (_lt("1 sheet restored"), _lt("%s sheets restored")),
    "sheets_to_cancel": (_lt("1 sheet to cancel"), _lt("%s sheets to cancel")),
    "sheets_updated": (_lt("1 sheet updated"), _lt("%s sheets updated")),
    "students_listed": (_lt("1 student listed"), _lt("%s students listed")),
    "types_corrected": (
        _lt("1 attendance type corrected"),
        _lt("%s attendance types corrected"),
    ),
    "types_to_correct": (
        _lt("1 attendance type to correct"),
        _lt("%s attendance types to correct"),
    ),
    "without": (
        _lt("1 course has no match and no attendance."),
        _lt("%s courses have no match and no attendance."),
    ),
}


def counting(what, number):
    """:param what: of :data:`FORMS`
    :return: a sentence, to be kept: see ``told``
    """
    one, many = FORMS[what]
    # Of a sentence that stands above, which is where it is found to be translated.
    return one if number == 1 else _lt(many._source, number)


def counted(env, what, number):
    """:param what: of :data:`FORMS`
    :return: text in the language of ``env``
    """
    return told.say(env, counting(what, number))
