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
PLUGIN = _lt("Plug-in OpenEduCat attendance (local_wsattendance)")
READING = _lt("Reading")
RIGHTS = _lt("Rights")
SEPARATE_GROUPS = _lt("Separate groups")
SERVICE = _lt("Service of the token")
TOKEN = _lt("Token")

# What was found.
ADMINISTRATOR = _lt(
    "The token's account is a site administrator: whoever gets hold of the token controls Moodle, "
    "and this person's own marks can't be told apart from those of the synchronisation. Use an "
    "account just for Odoo: the set-up of the plug-in OpenEduCat attendance makes one and shows "
    "its token. Or create one with the rights listed in the manual."
)
ALL_FUNCTIONS = _lt("All functions needed for this direction are in the token's service.")
BY_MOODLES_RIGHTS = _lt(
    "The token's account lacks the right local/wsattendance:sync in the whole site, so it reads and "
    "writes what Moodle's other rights allow. With that one right it needs no other: press the "
    "button on Site administration > Plugins > Local plugins > OpenEduCat attendance, and enter the "
    "token that it shows."
)
CAN_LOG_IN = _lt(
    "Somebody who knows its password can log in with the token's account on Moodle's pages, and get "
    "hold of the token. Press the button on Site administration > Plugins > Local plugins > "
    "OpenEduCat attendance: it asks whether this account is yours, ends that, and shows a new token "
    "to be entered here."
)
COMPANION_READS = _lt(
    "Each mark counts by its own time, and only courses in which something has changed are read."
)
COMPANION_WRITES = _lt(
    "Marks are sent with their remarks, and never over something that was not read before."
)
CREATION_BY_SETUP = _lt("The plug-in's set-up gives the account the rights for it.")
CREATION_RIGHTS = _lt(
    "The role of the token's account needs the rights mod/attendance:manageattendances "
    "and moodle/site:accessallgroups for it."
)
FOUND = _lt("Found.")
FUNCTION_THERE = _lt("The function is available.")
IDNUMBERS_HIDDEN = _lt(
    "ID numbers are not visible: give the role of the token's account the right "
    "moodle/course:update, or use short names."
)
INSTALL = _lt(
    "To lift them, install its zip in Moodle (Site administration > Plugins > Install plugins), "
    "press the button on Site administration > Plugins > Local plugins > OpenEduCat attendance "
    "(Set up a Moodle has the commands for a Moodle that takes no zip), and enter the address and "
    "the token that it shows."
)
LIMITS = _lt(
    "Without its functions local_wsattendance_… everything works, but with limits: one time for "
    "all marks of a session (if a teacher changes one, all look new); a remark that looks like HTML "
    "hides its activity; no remarks are sent; quiet courses are read every few hours."
)
NEWER_ZIP = _lt("A newer version comes with this add-on: install its zip over the old one.")
NO_COURSE = _lt(
    "The token's account sees no course. Give its role the rights "
    "moodle/course:view and moodle/course:viewhiddencourses."
)
ACCOUNTS = _lt("Accounts outside courses")
ACCOUNTS_HIDDEN = _lt(
    "Moodle does not show them, so where two accounts claim one student it can't be told whether the "
    "other one is still there, and the gap stays. Give the role of the token's account the rights "
    "moodle/user:viewdetails and moodle/site:viewuseridentity in the whole site."
)
NOT_FOUND = _lt("Not found.")
NOT_OFFERED = _lt("Not offered to this token.")
NOT_USED = _lt(
    "Installed, but not used, because Attendance functions is set to others. Set it to Automatic."
)
OLD_LISTING = _lt(
    "If it is not offered there, update the Attendance activity (mod_attendance of "
    "August 2022 or later)."
)
OWN_NETWORK = _lt("Moodle has an address inside your own network.")
SAME_MACHINE = _lt("Moodle runs on the same machine as Odoo, or behind a tunnel from it.")
RIGHTS_NEEDED = _lt("The token's account has what is needed and nothing else.")
SETUP_GIVES = _lt(
    "The plug-in's set-up gives what is needed: press the button on Site administration > Plugins > "
    "Local plugins > OpenEduCat attendance, and enter the token that it shows."
)


def plugin_found(version):
    return _lt("Found, version %s.", version or _lt("unknown"))


def companion_used(version):
    return _lt("Used, version %s.", version or _lt("unknown"))


def companion_incomplete(names):
    """:param names: functions that are missing, as they are shown"""
    return _lt(
        "Installed, but %s is missing, so it is not used. Install its newest zip over it in Moodle, "
        "press the button on Site administration > Plugins > Local plugins > OpenEduCat attendance, "
        "and enter the token that it shows.",
        names,
    )


def companion_function_missing(name):
    return _lt(
        "The function %s is missing. In Moodle, install the newest zip of the plug-in over the old "
        "one, press the button on Site administration > Plugins > Local plugins > OpenEduCat "
        "attendance, and enter the token that it shows.",
        name,
    )


def rights_lacking(course, rights):
    """:param course: name, as it is shown
    :param rights: names of rights, as they are shown
    """
    return _lt(
        "Moodle leaves something out in %(course)s, because the token's account lacks %(rights)s "
        "there.",
        course=course,
        rights=rights,
    )


def rights_not_needed(rights):
    """:param rights: names of rights, as they are shown"""
    return _lt(
        "The role of the token's account has more than is needed: %s. On Site administration > "
        "Plugins > Local plugins > OpenEduCat attendance, under More choices, tick Take from the role "
        "what is not needed.",
        rights,
    )


def functions_not_needed(names):
    """:param names: of functions, as they are shown"""
    return _lt(
        "It offers functions that are never called: %s. Press the button on Site administration > "
        "Plugins > Local plugins > OpenEduCat attendance, and enter the token that it shows: that "
        "one is for a smaller service.",
        names,
    )


def token_ends(day):
    """:param day: as it is shown"""
    return _lt(
        "It ends on %s. On Site administration > Plugins > Local plugins > OpenEduCat attendance, "
        "under More choices, choose a later day: the token stays the same.",
        day,
    )


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
