"""What is said about Moodle itself: why it gave no answer, what its token may not do, which
address it can't have."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# --- errors -------------------------------------------------------------------

REFUSED = _lt("Moodle refused the request.")


def in_activity(name):
    """What begins the words of an error that was met at one activity."""
    return _lt("Activity %s:", name)


UNREACHABLE = _lt(
    "Moodle does not answer. Check the address in Moodle URL, and whether the Odoo server can "
    "reach it; if Moodle is down, the next run catches up automatically."
)
TOO_SLOW = _lt(
    "Moodle took too long to answer. Usually it is busy and the next run succeeds; if not, ask "
    "Moodle's administrator whether the activity has very many sessions."
)
OUT_OF_TIME = _lt(
    "Moodle did not answer in time. Usually it is busy; try again, or leave it to the schedule, "
    "which allows more time."
)
REFUSED_ADDRESS = _lt(
    "The host in Moodle URL leads to an address that is never a Moodle: one of the "
    "machine's own network services (link-local or cloud metadata). Check Moodle URL, "
    "and the name server."
)
UNTRUSTED = _lt(
    "Moodle's certificate is not trusted. If it has expired or belongs to another host, ask "
    "Moodle's administrator; if your school signs its own, enter the file of its certificate "
    "authority in CA file."
)
WRONG_ADDRESS = _lt("This is not Moodle's own address.")
SERVICES_OFF = _lt(
    "Moodle's web services or its REST protocol are switched off. If Moodle has the plug-in "
    "OpenEduCat attendance, press the button on its page (Site administration > Plugins > Local "
    "plugins > OpenEduCat attendance). If not, ask Moodle's administrator to enable both: Site "
    "administration > Advanced features > Enable web services, and Site administration > Server > "
    "Web services > Manage protocols > REST."
)
MAINTENANCE = _lt(
    "Moodle is in maintenance mode. There is nothing to do here: the next run after the "
    "maintenance catches up automatically."
)
BAD_TOKEN = _lt(
    "Moodle does not know this token: it has expired, was deleted, or is mistyped. Enter the one "
    "that the plug-in OpenEduCat attendance shows in Moodle (Site administration > Plugins > Local "
    "plugins > OpenEduCat attendance). Without that plug-in, create one: Site administration > "
    "Server > Web services > Manage tokens, with Valid until unticked."
)
EXPIRED_TOKEN = _lt(
    "The token has expired: the day that Moodle had set in Valid until is over. Enter the one that "
    "the plug-in OpenEduCat attendance shows in Moodle (Site administration > Plugins > Local "
    "plugins > OpenEduCat attendance), which does not expire. Without that plug-in, create one: "
    "Site administration > Server > Web services > Manage tokens, with Valid until unticked."
)
FUNCTION_DENIED = _lt("Moodle does not let this token use the function.")
ACCOUNT_PROBLEM = _lt(
    "The Moodle account that the token belongs to can't be used: it is suspended "
    "or deleted, must change its password, has an unfinished profile, or has not "
    "agreed to the site policy. Ask Moodle's administrator to log in as that user "
    "and to finish what Moodle asks for."
)
SITE_BROKEN = _lt(
    "Moodle itself has a problem (its database or its server). Moodle's administrator must fix it; "
    "the next run then catches up automatically."
)
PLUGIN_HIDDEN = _lt(
    "The Attendance activity is switched off in Moodle. Ask Moodle's administrator "
    "to show it: Site administration > Plugins > Activity modules > Manage "
    "activities > Attendance."
)
NO_PERMISSION = _lt("The Moodle account of the token lacks a right.")
NOT_FOUND = _lt("This record no longer exists in Moodle.")
REFUSED_PARAMETER = _lt(
    "Moodle rejected the values it was sent. If this happens again, this add-on does not know your "
    "version of Moodle's Attendance activity: please report it."
)
SESSION_REFUSED = _lt(
    "Moodle rejected the values of the new session. Usually its group is not in the grouping of the "
    "activity, or was deleted. In Moodle, check the activity's settings, or add the session "
    "yourself."
)
# Why a mark is refused, by the name that the plug-in gives the reason.
MARK_REFUSED = {
    "nosuchuser": _lt("The student's Moodle account was deleted."),
    "notenrolled": _lt("The student is not enrolled in the Moodle course."),
    "notlisted": _lt(
        "The Moodle account does not count as a student in this course: its role there is not one "
        "that Attendance lists."
    ),
    "notingroup": _lt("The session is of a group that the student is not in."),
    "notingrouping": _lt(
        "The group is not in the grouping of the activity, so Moodle's page does not show the "
        "student there."
    ),
    "nosuchstatus": _lt("The status was deleted in Moodle."),
    "statusofotherset": _lt("The session has been given another set of statuses in Moodle."),
    "statusdeleted": _lt("The status was deleted in Moodle."),
    "statushidden": _lt("The status is hidden in Moodle."),
    "remarkstoolong": _lt("The remark is too long for Moodle."),
    "studenttwice": _lt("Two marks of this student were sent at once."),
}


def mark_refused(reason):
    """:param reason: the plug-in's name for it"""
    return MARK_REFUSED.get(reason) or _lt("Moodle refuses this mark (%s).", reason or "?")


POISONED_ANSWER = _lt(
    "Moodle can't deliver this attendance: one of its remarks contains something that looks like "
    "HTML, such as <b> or an arrow without a space. Edit that remark in Moodle."
)
FAULT = _lt("A Moodle function has failed.")
UNREADABLE = _lt(
    "The answer did not come from Moodle's web services. Check that Moodle URL leads to Moodle "
    "itself, and not to a log-in page, a firewall or a proxy."
)
EMPTY_ANSWER = _lt(
    "Moodle's answer is empty. Usually PHP ran out of memory or time, or a firewall removed the "
    "answer. Ask Moodle's administrator to look into the error log of Moodle's web server, and to "
    "raise PHP's memory_limit if the log names it."
)
PHP_IN_ANSWER = _lt(
    "There is a PHP message in Moodle's answer, so the answer can't be read. Ask Moodle's "
    "administrator to untick Display debug messages (Site administration > Development > "
    "Debugging) and to switch off display_errors in PHP's settings. The message then goes to the "
    "error log of Moodle's web server; its cause should be fixed, too."
)
TEXT_AROUND_ANSWER = _lt(
    "Something adds text before or after Moodle's answer, so the answer can't be read. If it is a "
    "plug-in of Moodle, it usually stops once Moodle's administrator unticks Display debug "
    "messages (Site administration > Development > Debugging). If it is a proxy or a firewall in "
    "front of Moodle, it must not change the answers of /webservice/rest/server.php."
)
UNSEEN_AROUND_ANSWER = _lt(
    "There are invisible characters (a byte order mark) before or after Moodle's answer, so the "
    "answer can't be read. One of Moodle's PHP files, usually config.php or a file of a plug-in, "
    "was saved with that mark: Moodle's administrator must save it as UTF-8 without the mark. "
    "Display debug messages (Site administration > Development > Debugging) must be unticked as "
    "well."
)
ODD_RECORD = _lt("Moodle has a value here that can't be used.")
COMPRESSED = _lt(
    "Moodle's answer was compressed although Odoo asked for it uncompressed. Ask whoever maintains "
    "the server in front of Moodle to switch compression off for /webservice/rest/server.php."
)
ANSWER_TOO_LARGE = _lt(
    "Moodle's answer is larger than this add-on accepts. Ask Moodle's "
    "administrator to split the attendance activity, for example by term."
)

TOO_MUCH_OF_A_COURSE = _lt(
    "Moodle sends more about this course than this add-on reads at once. If the course really has "
    "that much attendance, ask Moodle's administrator to split it, for example by year; if not, "
    "Moodle or something in front of it sends wrong answers."
)
TOO_MUCH_AT_ONCE = _lt(
    "There was not enough memory for this course beside the others that were read at the same "
    "time. Usually the next run succeeds; if not, lower Calls at once (Advanced settings)."
)


def too_many(what, most):
    """:param what: ``sessions``, ``marks`` or ``people``"""
    if what == "people":
        return _lt(
            "Moodle lists too many people in this course: this add-on reads %s at most. If they "
            "are real, ask Moodle's administrator to split the course; if not, Moodle or something "
            "in front of it sends wrong answers.",
            most,
        )
    if what == "marks":
        return _lt(
            "Moodle lists too many marks in this course: this add-on reads %s at most. If they "
            "are real, ask Moodle's administrator to split the course, for example by year; if "
            "not, Moodle or something in front of it sends wrong answers.",
            most,
        )
    return _lt(
        "Moodle lists too many sessions in this course: this add-on reads %s at most. If they "
        "are real, ask Moodle's administrator to split the course, for example by year; if not, "
        "Moodle or something in front of it sends wrong answers.",
        most,
    )


MAY_NOT_CREATE_SESSIONS = _lt(
    "The Moodle account of the token may not create sessions. If Moodle has the plug-in OpenEduCat "
    "attendance, press the button on its page and enter the token that it shows. If not, ask "
    "Moodle's administrator to give the account's system role the rights "
    "mod/attendance:manageattendances and moodle/site:accessallgroups."
)

READING_REFUSED = _lt(
    "Moodle refuses to show this attendance. Usually the role of the token's account lacks the "
    "right mod/attendance:takeattendances (or, for reading only, "
    "mod/attendance:changeattendances). The set-up of the plug-in OpenEduCat attendance gives it."
)


def blocked(product):
    """:param product: what we call ourselves in a request"""
    return _lt(
        "Something in front of Moodle, usually a firewall of its hosting provider, has refused the "
        "request. Ask Moodle's administrator to have it allow POST requests to "
        "/webservice/rest/server.php from the address of the Odoo server. They have the header "
        "User-Agent: %s.",
        product,
    )


def said_to(call, said):
    """Moodle's own words, and what was called."""
    return _lt("(%(call)s: %(said)s)", call=call, said=said)


def said(text):
    """Moodle's own words."""
    return _lt("(Moodle: %s)", text)


def other_address(address):
    return _lt("Moodle's own address is %s. Enter exactly this address in Moodle URL.", address)


def leads_on(location):
    return _lt(
        "Moodle URL redirects to %s instead of Moodle's web services. Check the address, and "
        "whether there is a log-in page, a firewall or a proxy in front of Moodle.",
        location or "?",
    )


def function_denied(function):
    return _lt(
        "Moodle does not let this token use the function %s. Enter the token that the plug-in "
        "OpenEduCat attendance shows in Moodle (Site administration > Plugins > Local plugins > "
        "OpenEduCat attendance). With a service of your own (Site administration > Server > Web "
        "services > External services): it must be enabled, contain that function and be open to "
        "the token's user; the token must be one of this service, not of the service Attendance "
        "that comes with the activity, and not restricted to another IP address; the user's role "
        "must allow the REST protocol (webservice/rest:use).",
        function or "?",
    )


def no_permission(function):
    return _lt(
        "The Moodle account of the token may not do this (%s). If Moodle has the plug-in OpenEduCat "
        "attendance, press the button on its page (Site administration > Plugins > Local plugins > "
        "OpenEduCat attendance): it gives its account the rights that are needed. If not, ask "
        "Moodle's administrator to give the account's system role the rights listed in the manual: "
        "moodle/course:view, moodle/course:viewhiddencourses, moodle/course:viewhiddenactivities, "
        "moodle/course:viewparticipants, moodle/course:managegroups, moodle/user:viewdetails, "
        "mod/attendance:view and mod/attendance:takeattendances.",
        function or "?",
    )


def legacy_fault(function):
    return _lt(
        "The function %s of the plug-in local_wsattendance failed. Ask Moodle's administrator to "
        "install its newest zip (Test connection offers it), or to remove it and to enable the "
        "functions mod_attendance_… instead.",
        function,
    )


def fault(function):
    return _lt(
        "Moodle's function %s failed. Ask Moodle's administrator to check the log and to update "
        "the plug-in that the function belongs to.",
        function or "?",
    )


# --- functions of the token -----------------------------------------------------

NO_FUNCTION = _lt(
    "Moodle offers no attendance function to this token. In Moodle, install the plug-in OpenEduCat "
    "attendance (Test connection offers its zip), press the button on Site administration > "
    "Plugins > Local plugins > OpenEduCat attendance, and enter the token that it shows. If "
    "plug-ins can't be installed: install and show Attendance (mod_attendance) in Site "
    "administration > Plugins > Activity modules > Manage activities, and add the functions that "
    "begin with mod_attendance_ in Site administration > Server > Web services > External services "
    "> your service > Functions."
)
NO_COMPANION_FUNCTION = _lt(
    "Attendance functions is set to the plug-in OpenEduCat attendance, but Moodle offers no "
    "function local_wsattendance_… to this token. In Moodle, install the plug-in (Test connection "
    "offers its zip), press the button on Site administration > Plugins > Local plugins > "
    "OpenEduCat attendance and enter the token that it shows; or set Attendance functions to "
    "Automatic."
)
NO_LEGACY_FUNCTION = _lt(
    "Attendance functions is set to mod_wsattendance_…, but Moodle offers no function "
    "mod_wsattendance_… to this token. Install the plug-in OpenEduCat attendance "
    "(local_wsattendance) in Moodle, press the button on its page and enter the token that it "
    "shows, or set Attendance functions to Automatic."
)
NO_NATIVE_FUNCTION = _lt(
    "Attendance functions is set to the built-in ones, but Moodle offers no function "
    "mod_attendance_… to this token. In Moodle, Site administration > Server > Web services > "
    "External services > your service > Functions: add them, or set Attendance functions to "
    "Automatic."
)


def functions_missing(missing, listing=None):
    """:param missing: names of functions
    :param listing: one of them, which an old version does not have
    """
    names = ", ".join(missing)
    if listing:
        return _lt(
            "Functions are missing in the token's service: %(names)s. Install the plug-in "
            "OpenEduCat attendance in Moodle, whose service has all that is needed (Test connection "
            "offers its zip). Or add them: Site administration > Server > Web services > External "
            "services > your service > Functions. If %(listing)s is not offered there, update the "
            "Attendance activity (mod_attendance of August 2022 or later).",
            names=names,
            listing=listing,
        )
    return _lt(
        "Functions are missing in the token's service: %(names)s. Install the plug-in OpenEduCat "
        "attendance in Moodle, whose service has all that is needed (Test connection offers its "
        "zip). Or add them: Site administration > Server > Web services > External services > your "
        "service > Functions.",
        names=names,
    )


def companion_functions_missing(missing):
    """:param missing: names of functions that our own plug-in, or its service, does not have"""
    return _lt(
        "Functions are missing in the token's service: %s. In Moodle, install the newest zip of the "
        "plug-in OpenEduCat attendance (Test connection offers it), press the button on Site "
        "administration > Plugins > Local plugins > OpenEduCat attendance, and enter the token that "
        "it shows.",
        ", ".join(missing),
    )


# --- the address ------------------------------------------------------------------

URL_TOO_LONG = _lt("The Moodle URL is too long.")
URL_SCHEME = _lt("The Moodle URL must begin with https:// or http://.")
URL_CHARACTERS = _lt(
    "The Moodle URL must not contain a user name, question mark, number sign, space, backslash or "
    "other special character."
)
URL_PARTS = _lt("The Moodle URL has no valid host, port or path.")
URL_REFUSED = _lt("This address is never a Moodle (link-local, cloud metadata or reserved).")
