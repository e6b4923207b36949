"""What can go wrong between us and Moodle, and what to tell whom.

One class for each thing that somebody has to do about it. A class knows its
``scope``: how far the trouble reaches, so that the run can decide what goes on:

* ``SITE``: no further call can work now; the run of this instance ends.
* ``COURSE``: this course can't be read; the others go on.
* ``RECORD``: this session, user or mark; the rest of the course goes on.

Facts: recordings ``errors`` and ``site_state`` of a Moodle 4.3 (an error is an
HTTP 200 with an object that has the key ``exception``).
"""

from odoo.tools.translate import LazyTranslate

from ..domain.moodle_text import clean
from ..texts.told import joined, keep, say
from .moodle_url import redirected_root

_lt = LazyTranslate(__name__)

SITE = "site"
COURSE = "course"
RECORD = "record"

_MAX_CODE = 60  # characters; Moodle's own codes are shorter


class MoodleError(Exception):
    """Base of all errors of this file.

    :param function: the web service function that was called, or ``None``
    :param errorcode: Moodle's ``errorcode``, whatever it is, or ``None`` where it sent none
    :param detail: Moodle's ``message`` or the fault of the connection

    Both are cleaned here, and can be kept and shown; the client has taken the token out
    of them.
    """

    scope = COURSE
    advice = _lt("Moodle refused the request.")

    def __init__(self, function=None, errorcode=None, detail=""):
        self.function = function
        self.errorcode = None if errorcode is None else clean(errorcode, _MAX_CODE)
        self.detail = clean(detail)
        super().__init__(function, self.errorcode, self.detail)

    def told(self):
        """What happened and who must do what, then Moodle's own words.

        :return: sentences for an administrator, as JSON holds them, see ``told``
        """
        return joined(" ", self._advice(), self._said())

    def explain(self, env):
        """The same as a text, in the language of ``env``."""
        return say(env, self.told())

    def _advice(self):
        return self.advice

    def _said(self):
        said = self.detail or self.errorcode
        if said and self.function:
            return _lt("(%(call)s: %(said)s)", call=self.function, said=said)
        if said:
            return _lt("(Moodle: %s)", said)
        return f"({self.function})" if self.function else ""

    def __str__(self):
        code = self.errorcode or type(self).__name__
        return f"{self.function or 'moodle'}: {code}: {self.detail}"


class MoodleUnreachable(MoodleError):
    scope = SITE
    advice = _lt(
        "Moodle does not answer. Check the address in Moodle URL, and whether the "
        "server of Odoo may reach it; if Moodle is down, the next run catches up "
        "by itself."
    )

    def _said(self):
        return f"({self.detail})" if self.detail else super()._said()


class MoodleTooSlow(MoodleError):
    scope = COURSE
    advice = _lt(
        "Moodle took too long to answer. Usually it is busy and the next run "
        "succeeds; if not, ask Moodle's administrator whether the activity holds "
        "very many sessions."
    )


class MoodleOutOfTime(MoodleTooSlow):
    """The time that whoever waits has for all calls together is over; nothing is said
    about Moodle. ``SITE``: no further call can be made in this time."""

    scope = SITE
    advice = _lt(
        "Moodle did not answer in the time there was. Usually it is busy; try again, or "
        "leave it to the schedule, which takes more time."
    )


class MoodleRefusedAddress(MoodleError):
    """The host's name leads to an address that must not be asked, see ``moodle_url``."""

    scope = SITE
    advice = _lt(
        "The host in Moodle URL leads to an address that is never a Moodle: one of the "
        "machine's own network services (link-local or cloud metadata). Check Moodle URL, "
        "and the name server."
    )

    def _said(self):
        return ""


class MoodleUntrusted(MoodleError):
    """TLS can't be begun: the certificate is not trusted, has expired, or is another
    host's."""

    scope = SITE
    advice = _lt(
        "Moodle's certificate can't be trusted. If it has expired or belongs to another "
        "host, ask Moodle's administrator; if your school signs its own, enter the file "
        "of its certificate authority in CA file."
    )

    def _said(self):
        return f"({self.detail})" if self.detail else ""


class MoodleWrongAddress(MoodleError):
    """A redirect: Moodle answers every call under another name with its home page.

    ``address`` is what the site calls itself, empty where the redirect does not say.
    """

    scope = SITE
    advice = _lt("The address is not the one Moodle knows itself by.")

    def __init__(self, function=None, location="", asked=""):
        self.location = clean(location)
        self.address = redirected_root(asked, self.location)
        super().__init__(function, None, "")

    def told(self):
        if self.address:
            return keep(
                _lt(
                    "Moodle calls itself %s. Put exactly this address into Moodle URL.",
                    self.address,
                )
            )
        return keep(
            _lt(
                "Moodle URL leads on to %s instead of Moodle's web services. Check the address, "
                "and whether a log-in page, a firewall or a proxy stands before Moodle.",
                self.location or "?",
            )
        )


class MoodleServicesOff(MoodleError):
    scope = SITE
    advice = _lt(
        "Moodle's web services or its REST protocol are switched off. Ask Moodle's "
        "administrator to enable both: Site administration > Advanced features > "
        "Enable web services, and Site administration > Server > Web services > "
        "Manage protocols > REST."
    )


class MoodleMaintenance(MoodleError):
    scope = SITE
    advice = _lt(
        "Moodle is in maintenance mode. Nothing is to be done here: the next run "
        "after the maintenance catches up by itself."
    )

    def _said(self):
        return ""


class MoodleBadToken(MoodleError):
    scope = SITE
    advice = _lt(
        "Moodle does not know this token: it has expired, was deleted, or is mistyped. Create "
        "one in Moodle, Site administration > Server > Web services > Manage tokens, without a "
        "tick at Valid until, and enter it in Token."
    )


class MoodleExpiredToken(MoodleBadToken):
    """The day of *Valid until* is over, see ``MoodleClient._why_denied``."""

    advice = _lt(
        "The token has expired: the day that Moodle had set in Valid until is over. Create a "
        "new one in Moodle, Site administration > Server > Web services > Manage tokens, "
        "without a tick at Valid until, and enter it in Token."
    )

    def _said(self):
        return ""


class MoodleFunctionDenied(MoodleError):
    scope = SITE
    advice = _lt("Moodle does not let this token use the function.")

    def _advice(self):
        return _lt(
            "Moodle does not let this token use the function %s. In Moodle, Site "
            "administration > Server > Web services > External services: the service "
            "must be enabled, hold that function and be open to the token's user; the "
            "token must not be bound to another IP address; the user's role must allow the "
            "REST protocol (webservice/rest:use).",
            self.function or "?",
        )


class MoodleAccountProblem(MoodleError):
    """The token's user is suspended, deleted, or has something to do first."""

    scope = SITE
    advice = _lt(
        "The Moodle account that the token belongs to can't be used: it is suspended "
        "or deleted, must change its password, has an unfinished profile, or has not "
        "agreed to the site policy. Ask Moodle's administrator to log in as that user "
        "and to finish what Moodle asks for."
    )


class MoodleSiteBroken(MoodleError):
    scope = SITE
    advice = _lt(
        "Moodle has a fault of its own (its database or its server). Moodle's "
        "administrator must look; the next run afterwards catches up by itself."
    )


class MoodlePluginHidden(MoodleError):
    scope = SITE
    advice = _lt(
        "The Attendance activity is switched off in Moodle. Ask Moodle's administrator "
        "to show it: Site administration > Plugins > Activity modules > Manage "
        "activities > Attendance."
    )


class MoodleNoPermission(MoodleError):
    scope = COURSE
    advice = _lt("The Moodle account of the token lacks a right.")

    def _advice(self):
        if (self.function or "").endswith("_add_session"):
            return _lt(
                "The Moodle account of the token may not make sessions. Ask Moodle's "
                "administrator to give its system role the rights "
                "mod/attendance:manageattendances and moodle/site:accessallgroups."
            )
        return _lt(
            "The Moodle account of the token may not do this (%s). Ask Moodle's "
            "administrator to give its system role the rights that the manual lists: "
            "moodle/course:view, moodle/course:viewhiddencourses, "
            "moodle/course:viewhiddenactivities, moodle/course:viewparticipants, "
            "moodle/course:managegroups, moodle/user:viewdetails, mod/attendance:view "
            "and mod/attendance:takeattendances.",
            self.function or "?",
        )


class MoodleNotFound(MoodleError):
    scope = RECORD
    advice = _lt("Moodle has no such record any more.")


class MoodleRefusedParameter(MoodleError):
    scope = RECORD
    advice = _lt(
        "Moodle refuses the values it was sent. If this goes on, Moodle's Attendance "
        "activity is of a version this add-on does not know: please report it."
    )

    def _advice(self):
        if "attendance_get_session" in (self.function or ""):
            # Measured on Moodle 4.3 and 5.1: reading asks for one of two rights, and
            # without both it answers as if a parameter were wrong.
            return _lt(
                "Moodle refuses to show this attendance. Usually the role of the token's "
                "account lacks the right mod/attendance:takeattendances (or, for reading "
                "alone, mod/attendance:changeattendances)."
            )
        return super()._advice()


class MoodlePoisonedAnswer(MoodleError):
    """``invalidresponse``: one remark that looks like markup makes Moodle refuse
    its own answer (recording ``get_sessions``, activity 7)."""

    scope = RECORD
    advice = _lt(
        "Moodle can't deliver this attendance: one of its remarks holds something "
        "that looks like HTML, such as <b> or an arrow without a space. Edit that "
        "remark in Moodle."
    )


class MoodleFault(MoodleError):
    """A fault in Moodle's code: an object with ``exception`` and no ``errorcode``, or
    with ``codingerror`` (seen on Moodle 5.1, for a plug-in that points at removed
    code; its message names a path of Moodle's server and is not shown)."""

    scope = COURSE
    advice = _lt("A function of Moodle broke down.")

    def _said(self):
        return ""

    def _advice(self):
        if (self.function or "").startswith("mod_wsattendance_"):
            return _lt(
                "The function %s of the plug-in local_wsattendance broke down. Ask "
                "Moodle's administrator to update that plug-in, or to remove it and to "
                "enable the functions mod_attendance_… instead.",
                self.function,
            )
        return _lt(
            "Moodle's function %s broke down. Ask Moodle's administrator to look into "
            "its log and to update the plug-in it belongs to.",
            self.function or "?",
        )


class MoodleUnreadable(MoodleError):
    """Neither an answer nor an error: not JSON, cut off, of an unexpected shape."""

    scope = COURSE
    advice = _lt(
        "What came back is not an answer of Moodle's web services. Check that Moodle "
        "URL leads to Moodle itself, and not to a log-in page, a firewall or a proxy."
    )


class MoodleOddRecord(MoodleError):
    """:param reason: of ``records.OddRecord``"""

    scope = RECORD
    advice = _lt("Moodle holds a value here that can't be used.")

    def __init__(self, function=None, reason=""):
        self.reason = reason
        super().__init__(function)


class MoodleCompressed(MoodleUnreadable):
    """A packed answer, which can be a thousand times larger than what is counted. We ask
    for none, and unpack none."""

    advice = _lt(
        "Moodle's answer came compressed although it was asked for as it is. Ask whoever "
        "looks after the server in front of Moodle to switch compression off for "
        "/webservice/rest/server.php."
    )


class MoodleAnswerTooLarge(MoodleError):
    scope = COURSE
    advice = _lt(
        "Moodle's answer is larger than this add-on accepts. Ask Moodle's "
        "administrator to split the attendance activity, for example by term."
    )


BY_ERRORCODE = {
    "accessexception": MoodleFunctionDenied,
    "codingerror": MoodleFault,
    "dbconnectionfailed": MoodleSiteBroken,
    "errorcoursecontextnotvalid": MoodleNoPermission,
    "errorinvalidparam": MoodleRefusedParameter,
    "forcepasswordchangenotice": MoodleAccountProblem,
    "invalidcoursemoduleid": MoodlePluginHidden,
    "invalidparameter": MoodleRefusedParameter,
    "invalidrecord": MoodleNotFound,
    "invalidrecordunknown": MoodleNotFound,
    "invalidresponse": MoodlePoisonedAnswer,
    "invalidtoken": MoodleBadToken,
    "invaliduser": MoodleNotFound,
    "nopermissions": MoodleNoPermission,
    "requireloginerror": MoodleNoPermission,
    "sitemaintenance": MoodleMaintenance,
    "sitepolicynotagreed": MoodleAccountProblem,
    "upgraderunning": MoodleMaintenance,
    "usernotfullysetup": MoodleAccountProblem,
    "wsaccessuserdeleted": MoodleAccountProblem,
    "wsaccessusersuspended": MoodleAccountProblem,
}


def from_answer(function, answer):
    """The error that an answer object with the key ``exception`` stands for.

    :param function: web service function that was called
    :param answer: ``{"exception": …, "errorcode": …, "message": …}``; the second
        is missing after a PHP fault
    """
    errorcode = answer.get("errorcode")
    detail = clean(answer.get("message"))
    if not errorcode:
        return MoodleFault(function, None, detail)
    if errorcode == "invalidrecord" and "external_functions" in detail:
        # "No such function on this site" has the code of a missing record; the
        # table's name is part of the message in every language.
        return MoodleFunctionDenied(function, errorcode, detail)
    known = BY_ERRORCODE.get(errorcode) if isinstance(errorcode, str) else None
    return (known or MoodleError)(function, errorcode, detail)
