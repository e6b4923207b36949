"""What can go wrong between us and Moodle, and what to tell whom.

One class for each thing that somebody has to do about it. A class knows its
``scope``: how far the trouble reaches, so that the run can decide what goes on:

* ``SITE``: no further call can work now; the run of this instance ends.
* ``COURSE``: this course can't be read; the others go on.
* ``RECORD``: this session, user or mark; the rest of the course goes on.

What one course alone can cause as well as the whole site (:attr:`MoodleError.in_doubt`) has the
scope that it mostly has until somebody has looked, see ``site_witness``.

Facts: recordings ``errors`` and ``site_state`` of a Moodle 4.3 (an error is an
HTTP 200 with an object that has the key ``exception``).
"""

from collections.abc import Callable, Mapping
from typing import Any

from ..domain.moodle_text import clean
from ..texts import messages_moodle as words
from ..texts.told import joined, keep, say
from .answer_values import Json
from .memory import AT_ONCE
from .moodle_url import Sentence, redirected_root
from .product import user_agent
from .unreadable import AROUND, EMPTY, PHP, looked_at

SITE = "site"
COURSE = "course"
RECORD = "record"

# Sentences as JSON holds them, see ``texts.told``.
Told = str | dict[str, Any]

_MAX_CODE = 60  # characters; Moodle's own codes are shorter


class MoodleError(Exception):
    """Base of all errors of this file.

    :param function: the web service function that was called, or ``None``
    :param errorcode: Moodle's ``errorcode``, whatever it is, or ``None`` where it sent none
    :param detail: Moodle's ``message`` or the fault of the connection

    Both are cleaned here, and can be kept and shown; the client has taken the token out
    of them.
    """

    scope: str = COURSE
    advice: Sentence = words.REFUSED
    # Whether Moodle's own words, or the call, stand behind the advice.
    quotes = True
    # Whether both the site and what was asked for can be the reason.
    in_doubt = False
    # Whether it is likely to come again, and costs much or annoys somebody each time.
    persists = False
    # Whether a word in the request may be the reason: what a firewall's refusal looks like.
    of_words = False
    # Whether it is of all activities of a course together.
    of_course = False
    # Name of the activity that was asked for, where it is known.
    activity = ""

    def __init__(
        self, function: str | None = None, errorcode: object = None, detail: object = ""
    ) -> None:
        self.function = function
        self.errorcode = None if errorcode is None else clean(errorcode, _MAX_CODE)
        self.detail = clean(detail)
        super().__init__(function, self.errorcode, self.detail)

    def told(self) -> Told:
        """What happened and who must do what, then Moodle's own words.

        :return: sentences for an administrator, as JSON holds them, see ``told``
        """
        if self.activity:
            return joined(" ", words.in_activity(self.activity), self._told())
        return self._told()

    def _told(self) -> Told:
        return joined(" ", self._advice(), self._said() if self.quotes else "")

    def explain(self, env: object) -> str:
        """The same as a text, in the language of ``env``."""
        return say(env, self.told())

    def _advice(self) -> Sentence:
        return self.advice

    def _said(self) -> Sentence:
        said = self.detail or self.errorcode
        if said and self.function:
            return words.said_to(self.function, said)
        if said:
            return words.said(said)
        return f"({self.function})" if self.function else ""

    def __str__(self) -> str:
        code = self.errorcode or type(self).__name__
        return f"{self.function or 'moodle'}: {code}: {self.detail}"


class MoodleUnreachable(MoodleError):
    scope = SITE
    in_doubt = persists = of_words = True
    advice = words.UNREACHABLE

    def _said(self) -> Sentence:
        return f"({self.detail})" if self.detail else super()._said()


class MoodleTooSlow(MoodleError):
    scope = COURSE
    in_doubt = persists = True
    advice = words.TOO_SLOW


class MoodleOutOfTime(MoodleTooSlow):
    """The time that whoever waits has for all calls together is over; nothing is said
    about Moodle. ``SITE``: no further call can be made in this time."""

    scope = SITE
    in_doubt = False
    advice = words.OUT_OF_TIME


class MoodleRefusedAddress(MoodleError):
    """The host's name leads to an address that must not be asked, see ``moodle_url``."""

    scope = SITE
    advice = words.REFUSED_ADDRESS
    quotes = False


class MoodleUntrusted(MoodleError):
    """TLS can't be begun: the certificate is not trusted, has expired, or is another
    host's."""

    scope = SITE
    advice = words.UNTRUSTED

    def _said(self) -> Sentence:
        return f"({self.detail})" if self.detail else ""


class MoodleWrongAddress(MoodleError):
    """A redirect: Moodle answers every call under another name with its home page.

    ``address`` is what the site calls itself, empty where the redirect does not say.
    """

    scope = SITE
    in_doubt = persists = of_words = True
    advice = words.WRONG_ADDRESS

    def __init__(self, function: str | None = None, location: str = "", asked: str = "") -> None:
        self.location = clean(location)
        self.address = redirected_root(asked, self.location)
        super().__init__(function, None, "")

    def _told(self) -> Told:
        if self.address:
            return keep(words.other_address(self.address))
        return keep(words.leads_on(self.location))


class MoodleServicesOff(MoodleError):
    scope = SITE
    in_doubt = persists = of_words = True
    advice = words.SERVICES_OFF


class MoodleMaintenance(MoodleError):
    scope = SITE
    in_doubt = persists = True
    advice = words.MAINTENANCE
    quotes = False


class MoodleBadToken(MoodleError):
    scope = SITE
    advice = words.BAD_TOKEN


class MoodleExpiredToken(MoodleBadToken):
    """The day of *Valid until* is over, see ``MoodleClient._why_denied``."""

    advice = words.EXPIRED_TOKEN
    quotes = False


class MoodleFunctionDenied(MoodleError):
    scope = SITE
    advice = words.FUNCTION_DENIED

    def _advice(self) -> Sentence:
        return words.function_denied(self.function)


class MoodleAccountProblem(MoodleError):
    """The token's user is suspended, deleted, or has something to do first."""

    scope = SITE
    advice = words.ACCOUNT_PROBLEM


class MoodleSiteBroken(MoodleError):
    scope = SITE
    in_doubt = persists = True
    advice = words.SITE_BROKEN


class MoodlePluginHidden(MoodleError):
    scope = SITE
    advice = words.PLUGIN_HIDDEN


class MoodleNoPermission(MoodleError):
    scope = COURSE
    advice = words.NO_PERMISSION

    def _advice(self) -> Sentence:
        if (self.function or "").endswith("_add_session"):
            return words.MAY_NOT_CREATE_SESSIONS
        return words.no_permission(self.function)


class MoodleNotFound(MoodleError):
    scope = RECORD
    advice = words.NOT_FOUND


class MoodleRefusedParameter(MoodleError):
    scope = RECORD
    advice = words.REFUSED_PARAMETER

    def _advice(self) -> Sentence:
        if "attendance_get_session" in (self.function or ""):
            # Measured on Moodle 4.3 and 5.1: reading asks for one of two rights, and
            # without both it answers as if a parameter were wrong.
            return words.READING_REFUSED
        if (self.function or "").endswith("_add_session"):
            return words.SESSION_REFUSED
        return super()._advice()


class MoodleMarkRefused(MoodleError):
    """One mark of several that were sent to our plug-in. ``errorcode`` is the plug-in's name for
    why."""

    scope = RECORD
    quotes = False

    def _advice(self) -> Sentence:
        return words.mark_refused(self.errorcode)


class MoodlePoisonedAnswer(MoodleError):
    """``invalidresponse``: one remark that looks like markup makes Moodle refuse
    its own answer (recording ``get_sessions``, activity 7)."""

    scope = RECORD
    advice = words.POISONED_ANSWER


class MoodleFault(MoodleError):
    """A fault in Moodle's code: an object with ``exception`` and no ``errorcode``, or
    with ``codingerror`` (seen on Moodle 5.1, for a plug-in that points at removed
    code; its message names a path of Moodle's server and is not shown)."""

    scope = COURSE
    persists = True
    advice = words.FAULT
    quotes = False

    def _advice(self) -> Sentence:
        if (self.function or "").startswith("mod_wsattendance_"):
            return words.legacy_fault(self.function)
        return words.fault(self.function)


class MoodleUnreadable(MoodleError):
    """Neither an answer nor an error: not JSON, cut off, of an unexpected shape."""

    scope = COURSE
    in_doubt = persists = True
    advice = words.UNREADABLE


class MoodleEmptyAnswer(MoodleUnreadable):
    """HTTP 200 without a word: PHP has died with its messages switched off, or something in
    front of Moodle has swallowed them."""

    advice = words.EMPTY_ANSWER


class MoodleTextAround(MoodleUnreadable):
    """Text before or behind the JSON of an answer: a message of PHP's, a byte order mark, a
    proxy's comment.

    :param kind: of ``unreadable``
    :param unseen: whether it can't be seen
    """

    def __init__(
        self, function: str | None, kind: str, detail: object = "", unseen: bool = False
    ) -> None:
        self.kind = kind
        self.unseen = unseen
        super().__init__(function, None, detail)

    def _advice(self) -> Sentence:
        if self.kind == PHP:
            return words.PHP_IN_ANSWER
        return words.UNSEEN_AROUND_ANSWER if self.unseen else words.TEXT_AROUND_ANSWER


class MoodleBlocked(MoodleUnreadable):
    """Refused with a page of its own by what stands in front of Moodle: Moodle itself answers in
    JSON, or with an empty page."""

    of_words = True

    def _advice(self) -> Sentence:
        return words.blocked(user_agent())


class MoodleOddRecord(MoodleError):
    """:param reason: of ``records.OddRecord``"""

    scope = RECORD
    advice = words.ODD_RECORD

    def __init__(self, function: str | None = None, reason: str = "") -> None:
        self.reason = reason
        super().__init__(function)


class MoodleCompressed(MoodleUnreadable):
    """A packed answer, which can be a thousand times larger than what is counted. We ask
    for none, and unpack none."""

    advice = words.COMPRESSED


class MoodleAnswerTooLarge(MoodleError):
    scope = COURSE
    persists = True
    advice = words.ANSWER_TOO_LARGE


class MoodleTooMuch(MoodleError):
    """There is no room in memory for what Moodle has to say, see ``memory``.

    :param why: ``memory.ONE_COURSE`` or ``memory.AT_ONCE``
    """

    scope = COURSE
    of_course = True
    quotes = False

    def __init__(self, function: str | None, why: str) -> None:
        self.why = why
        self.persists = why != AT_ONCE
        super().__init__(function, None, why)

    def _advice(self) -> Sentence:
        return words.TOO_MUCH_AT_ONCE if self.why == AT_ONCE else words.TOO_MUCH_OF_A_COURSE


class MoodleTooMany(MoodleError):
    """More sessions, marks or people than are taken of one course, see ``course_limits``.

    :param what: ``sessions``, ``marks`` or ``people``
    """

    scope = COURSE
    persists = of_course = True
    quotes = False

    def __init__(self, function: str | None, what: str, most: int) -> None:
        self.what = what
        self.most = most
        super().__init__(function, None, f"more than {most} {what}")

    def _advice(self) -> Sentence:
        return words.too_many(self.what, self.most)


BY_ERRORCODE: dict[str, type[MoodleError]] = {
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


def from_body(function: str, body: bytes | bytearray, hide: Callable[[str], str]) -> MoodleError:
    """The error that a body stands for which is no JSON.

    :param function: web service function that was called
    :param hide: function that takes the token out of a text
    """
    found = looked_at(body)
    if found.kind == EMPTY:
        return MoodleEmptyAnswer(function)
    if found.kind in (PHP, AROUND):
        return MoodleTextAround(function, found.kind, hide(found.text), found.unseen)
    return MoodleUnreadable(function, None, hide(found.text))


def from_answer(function: str, answer: Mapping[str, Json]) -> MoodleError:
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
