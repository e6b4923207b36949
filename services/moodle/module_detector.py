"""Which Moodle plug-ins and functions this token sees, read from site_info.

``core_webservice_get_site_info`` lists the functions of the token's service, each
with the version of the plug-in it belongs to (recording ``site_info``). A function
that is missing there is either not installed or not enabled in the service;
Moodle tells the two apart to nobody, so what we say names both remedies.

Three families of names are known:

* ``local_wsattendance_*``: our own plug-in (``moodle/local_wsattendance``), which tells the time
  of each mark and whether anything has changed; it is preferred;
* ``mod_wsattendance_*``: an older plug-in local_wsattendance; implies mod_attendance;
* ``mod_attendance_*``: built into mod_attendance since 2019 (Moodle 3.8 to 5.x);
  it stands in for the other two. ``get_sessions`` came in August 2022.

The last two lead to the same code in Moodle.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from ..domain.merge import WRITING
from ..domain.moodle_text import clean_name
from ..domain.records import LARGEST
from ..texts import messages_moodle as words
from . import moodle_errors as errors
from .answer_values import Json
from .moodle_url import Sentence

if TYPE_CHECKING:
    # It stands on this file.
    from .moodle_client import MoodleClient

COMPANION = "companion"
LEGACY = "wsattendance"
NATIVE = "native"
# Of the two families that do the same by the same code.
PREFIX = {LEGACY: "mod_wsattendance_", NATIVE: "mod_attendance_"}
COMPANION_PREFIX = "local_wsattendance_"
# Since this version of our own plug-in a run hands in the last number that it was given; an older
# one refuses to be told.
NUMBERS_RUNS = 2026120100

# Since version 1.1 of the plug-in; without it Moodle's own function has to do.
ACCOUNTS = COMPANION_PREFIX + "get_accounts"
# Since a later build of that version: it lists the courses itself, so that of Moodle's own functions only
# the first is called; and it says what the token's account may do.
COURSES = COMPANION_PREFIX + "get_courses"
STATUS = COMPANION_PREFIX + "get_status"

SITE_INFO = "core_webservice_get_site_info"
USERS_BY_FIELD = "core_user_get_users_by_field"
CORE_FUNCTIONS = (
    SITE_INFO,
    "core_course_get_courses",
    "core_enrol_get_enrolled_users",
    "core_group_get_course_groups",
    USERS_BY_FIELD,
)
CONTENTS = "core_course_get_contents"
TODAY = "get_courses_with_today_sessions"
MAX_FUNCTIONS = 10_000  # a Moodle with many plug-ins has a thousand


@dataclass(frozen=True)
class SiteInfo:
    """What ``core_webservice_get_site_info`` says, fit to be kept and shown.

    * ``user_id``: of the token's account, 0 where it is not told;
    * ``administrator``: whether that account is a site administrator;
    * ``versions``: of the plug-in that each function of the token's service belongs to;
    * ``address``: what Moodle itself takes for its address, empty where it is not told.
    """

    sitename: str
    username: str
    release: str
    user_id: int
    versions: dict[str, str]
    administrator: bool = False
    address: str = ""


def site_info_from(answer: Json) -> SiteInfo:
    """:param answer: of ``core_webservice_get_site_info``, whatever it is
    :raise MoodleUnreadable: it has another shape
    """
    if not isinstance(answer, dict):
        raise _unreadable("no object")
    functions = answer.get("functions")
    if functions is None:
        functions = []
    if not isinstance(functions, list) or len(functions) > MAX_FUNCTIONS:
        raise _unreadable("functions")
    versions = {}
    for item in functions:
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str):
            raise _unreadable("functions")
        versions[clean_name(name)] = clean_name(item.get("version"), 60)
    return SiteInfo(
        sitename=clean_name(answer.get("sitename")),
        username=clean_name(answer.get("username")),
        release=clean_name(answer.get("release"), 100),
        user_id=_id(answer.get("userid")),
        versions=versions,
        administrator=answer.get("userissiteadmin") in (True, 1),
        address=clean_name(answer.get("siteurl")),
    )


def _id(value: Json) -> int:
    """A number, or digits as some front servers make of it."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 10:
        value = int(value)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
        raise _unreadable("userid")
    return value


def _unreadable(detail: str) -> errors.MoodleUnreadable:
    return errors.MoodleUnreadable(SITE_INFO, None, detail)


@dataclass(frozen=True)
class Plugin:
    """A Moodle plug-in as seen through the token's service."""

    name: str
    present: bool
    family: str | None = None
    version: str = ""


@dataclass(frozen=True)
class Detection:
    """What a token can do.

    * ``listing``, ``reading``, ``writing``: the family used for that operation,
      or ``None`` where it can't be done;
    * ``missing``: functions that the direction needs and the service lacks;
    * ``problem``: why attendance can't be synchronised, or ``None``;
    * ``sitename``, ``release``, ``address``: see :class:`SiteInfo`.
    """

    mod_attendance: Plugin
    local_wsattendance: Plugin
    listing: str | None
    reading: str | None
    writing: str | None
    missing: tuple[str, ...]
    user_id: int
    release: str
    functions: frozenset[str]
    problem: Sentence = None
    sitename: str = ""
    address: str = ""

    @property
    def ready(self) -> bool:
        return self.problem is None

    @property
    def numbers_runs(self) -> bool:
        """Whether each run is given a number, and hands in the last one."""
        plugin = self.local_wsattendance
        known = plugin.family == COMPANION and plugin.version.isdecimal()
        return known and int(plugin.version) >= NUMBERS_RUNS

    def has(self, function: str) -> bool:
        return function in self.functions


def detect_installed_modules(
    client: "MoodleClient", direction: str = "moodle", api: str = "auto"
) -> Detection:
    """Ask Moodle once and judge.

    :param client: a ``MoodleClient``
    :param direction: ``moodle``, ``oec`` or ``both``
    :param api: ``auto``, ``companion``, ``wsattendance`` or ``native``
    :return: a :class:`Detection`
    :raise MoodleError: when Moodle can't be asked
    """
    return detect(client.fetch(SITE_INFO), direction, api)


def detect(site_info: SiteInfo | Json, direction: str = "moodle", api: str = "auto") -> Detection:
    """The same from an answer of ``core_webservice_get_site_info``, or what was read of it.

    :raise MoodleUnreadable: it has another shape
    """
    if not isinstance(site_info, SiteInfo):
        site_info = site_info_from(site_info)
    versions = site_info.versions
    functions = frozenset(versions)

    def version_of(prefix: str) -> str | None:
        return next((versions[n] for n in sorted(versions) if n.startswith(prefix)), None)

    companion = version_of(COMPANION_PREFIX)
    legacy, native = version_of(PREFIX[LEGACY]), version_of(PREFIX[NATIVE])
    # All of it or nothing: by its answers alone is known what its writing has to expect.
    whole = all(name in functions for name in companion_functions(direction))
    alone = companion is not None and legacy is None and native is None
    if api == COMPANION or (api == "auto" and (whole or alone)):
        return _with_companion(site_info, direction, companion, native, legacy is not None)
    allowed = (LEGACY, NATIVE) if api == "auto" else (api,)

    def first(operation: str) -> str | None:
        """The legacy name goes first: it is the one that was asked for by name."""
        return next((f for f in allowed if PREFIX[f] + operation in functions), None)

    if NATIVE in allowed and PREFIX[NATIVE] + "get_sessions" in functions:
        listing = NATIVE
    elif LEGACY in allowed and PREFIX[LEGACY] + TODAY in functions:
        listing = LEGACY
    else:
        listing = None
    reading, writing = first("get_session"), first("update_user_status")
    # Which family's names to ask for where something is missing.
    family = NATIVE if native is not None and NATIVE in allowed else allowed[0]
    missing = _missing(direction, family, listing, reading, writing, functions)
    seen = NATIVE if native is not None else LEGACY if legacy is not None else None
    return Detection(
        mod_attendance=Plugin("mod_attendance", seen is not None, seen, native or ""),
        local_wsattendance=Plugin(
            "local_wsattendance",
            seen is not None,
            LEGACY if legacy is not None else seen,
            legacy or native or "",
        ),
        listing=listing,
        reading=reading,
        writing=writing,
        missing=missing,
        problem=_problem(api, legacy, native, missing),
        **_of_site(site_info),
    )


def functions_called(api: str) -> tuple[str, ...]:
    """All that is ever called of a service, whatever the direction.

    :param api: ``companion``, ``wsattendance`` or ``native``
    """
    if api == COMPANION:
        names = ("get_digests", "get_sessions", "set_marks", "add_session")
        return (SITE_INFO, COURSES, STATUS, ACCOUNTS, *(COMPANION_PREFIX + name for name in names))
    operations = ("get_session", "get_sessions", "update_user_status", "add_session")
    families = (NATIVE,) if api == NATIVE else (NATIVE, LEGACY)
    named = (PREFIX[family] + operation for family in families for operation in operations)
    return (*CORE_FUNCTIONS, CONTENTS, STATUS, *named, PREFIX[LEGACY] + TODAY)


class _OfSite(TypedDict):
    user_id: int
    release: str
    functions: frozenset[str]
    sitename: str
    address: str


def _of_site(site_info: SiteInfo) -> _OfSite:
    """What of a :class:`Detection` is no judgement."""
    return {
        "user_id": site_info.user_id,
        "release": site_info.release,
        "functions": frozenset(site_info.versions),
        "sitename": site_info.sitename,
        "address": site_info.address,
    }


def companion_functions(direction: str) -> tuple[str, ...]:
    """Functions of our own plug-in that a direction needs.

    :param direction: ``moodle``, ``oec`` or ``both``
    """
    names = ("get_digests", "get_sessions", *(("set_marks",) if direction in WRITING else ()))
    return tuple(COMPANION_PREFIX + name for name in names)


def _with_companion(
    site_info: SiteInfo,
    direction: str,
    companion: str | None,
    native: str | None,
    legacy: bool,
) -> Detection:
    """:param companion, native: version of that family, ``None`` where it is not there
    :param legacy: whether the old plug-in is there
    """
    core = (SITE_INFO,) if COURSES in site_info.versions else CORE_FUNCTIONS
    needed = (*core, *companion_functions(direction))
    missing = tuple(name for name in needed if name not in site_info.versions)
    family = None if companion is None else COMPANION
    problem = None
    if companion is None:
        problem = words.NO_COMPANION_FUNCTION
    elif missing:
        problem = words.companion_functions_missing(missing)
    return Detection(
        # Neither plug-in can be installed without it.
        mod_attendance=Plugin(
            "mod_attendance",
            legacy or native is not None or companion is not None,
            family,
            native or "",
        ),
        local_wsattendance=Plugin(
            "local_wsattendance", companion is not None, family, companion or ""
        ),
        listing=family,
        reading=family,
        writing=family,
        missing=missing,
        problem=problem,
        **_of_site(site_info),
    )


def _missing(
    direction: str,
    family: str,
    listing: str | None,
    reading: str | None,
    writing: str | None,
    functions: Collection[str],
) -> tuple[str, ...]:
    """Names of the functions that the direction needs and the service lacks."""
    needed = list(CORE_FUNCTIONS)
    if listing is None:
        needed.append(PREFIX[family] + ("get_sessions" if family == NATIVE else TODAY))
    if (listing or family) == NATIVE:
        needed.append(CONTENTS)
    if reading is None:
        needed.append(PREFIX[family] + "get_session")
    if direction in WRITING and writing is None:
        needed.append(PREFIX[family] + "update_user_status")
    return tuple(name for name in needed if name not in functions)


def _problem(api: str, legacy: str | None, native: str | None, missing: Sequence[str]) -> Sentence:
    """The sentence for an administrator, or ``None`` if all is there."""
    if legacy is None and native is None:
        return words.NO_FUNCTION
    if api == LEGACY and legacy is None:
        return words.NO_LEGACY_FUNCTION
    if api == NATIVE and native is None:
        return words.NO_NATIVE_FUNCTION
    if missing:
        listing = PREFIX[NATIVE] + "get_sessions"
        return words.functions_missing(missing, listing if listing in missing else None)
    return None
