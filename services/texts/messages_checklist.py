"""What the check list of a connection says: what was looked at, what was found, what to do."""

from odoo.tools.translate import LazyTranslate

from .messages_counts import counting

_lt = LazyTranslate(__name__)

# What was looked at.
ACCOUNT = _lt("Account of the token")
ADDRESS = _lt("Address")
COURSES = _lt("Courses")
CREATION = _lt("Create missing Moodle sessions")
FUNCTIONS = _lt("Functions")
ONE_SESSION = _lt("Reading a session")
READING = _lt("Reading")
SEPARATE_GROUPS = _lt("Separate groups")

# What was found.
ADMINISTRATOR = _lt(
    "The token's account is a site administrator: whoever gets hold of the token controls Moodle, "
    "and this person's own marks can't be told apart from those of the synchronisation. Create an "
    "account just for Odoo, with the rights listed in the manual."
)
ALL_FUNCTIONS = _lt("All functions needed for this direction are in the token's service.")
CREATION_RIGHTS = _lt(
    "The role of the token's account needs the rights mod/attendance:manageattendances "
    "and moodle/site:accessallgroups for it."
)
FUNCTION_THERE = _lt("The function is available.")
IDNUMBERS_HIDDEN = _lt(
    "ID numbers are not visible: give the role of the token's account the right "
    "moodle/course:update, or use short names."
)
NO_COURSE = _lt(
    "The token's account sees no course. Give its role the rights "
    "moodle/course:view and moodle/course:viewhiddencourses."
)
NOT_FOUND = _lt("Not found.")
NOT_NEEDED = _lt("Not installed, and not needed: mod_attendance has its own functions.")
OLD_LISTING = _lt(
    "If it is not offered there, update the Attendance activity (mod_attendance of "
    "August 2022 or later)."
)
OWN_NETWORK = _lt("Moodle has an address inside your own network.")
SAME_MACHINE = _lt("Moodle runs on the same machine as Odoo, or behind a tunnel from it.")


def plugin_found(version):
    return _lt("Found, version %s.", version or _lt("unknown"))


def function_missing(name):
    return _lt(
        "The function %s is missing. In Moodle, Site administration > Server > Web "
        "services > External services > your service > Functions: add it.",
        name,
    )


def matched(mapped, courses):
    """:param mapped, courses: numbers"""
    return _lt("Matched: %(mapped)s of %(all)s.", mapped=mapped, all=courses)


def teaches(courses):
    """:param courses: names, as they are shown"""
    return _lt(
        "The token's account teaches in %s, so its own marks can't be told apart from those of the "
        "synchronisation. Use an account that belongs to no person.",
        courses,
    )


def nobody_listed(courses):
    """:param courses: names, as they are shown"""
    return _lt(
        "Moodle lists nobody in %s: the course has separate groups. Give the role of the "
        "token's account the right moodle/site:accessallgroups (Access all groups).",
        courses,
    )


def session_read(number, course, students, marks):
    return _lt(
        "Session %(number)s of %(course)s: %(students)s, %(marks)s.",
        number=number,
        course=course,
        students=counting("students_listed", students),
        marks=counting("marks", marks),
    )


def no_session(courses):
    """:param courses: in how many"""
    return _lt(
        "No session was found in %s, so this could not be tested.", counting("courses", courses)
    )
