"""What a connection test finds out, as a list of checks, each with what to do.

``core_webservice_get_site_info`` alone proves too little: a token may call a function
and still see no course, no mark or no ID number (recordings ``rights``). So the courses
are asked for, and one session is read.
"""

from dataclasses import asdict, dataclass

from ..domain import matching, token_status
from ..domain.merge import WRITING
from ..domain.moodle_text import clean_name, storable
from ..domain.window import date_of
from ..moodle import moodle_errors as errors
from ..moodle import plugin_zip
from ..moodle.attendance_api import AttendanceApi
from ..moodle.module_detector import (
    COMPANION,
    COMPANION_PREFIX,
    LEGACY,
    NATIVE,
    PREFIX,
    companion_functions,
    functions_called,
)
from ..moodle.moodle_reader import MoodleReader
from ..moodle.moodle_url import PRIVATE, PUBLIC
from ..texts import messages_checklist as words
from ..texts.told import joined, keep, say, tell

LISTING = PREFIX[NATIVE] + "get_sessions"
# Courses that are looked through for a session; the matched ones first.
COURSES_TRIED = 5
# Matched courses whose people are looked at.
PEOPLE_TRIED = 20
SEPARATE_GROUPS = 1


@dataclass(frozen=True)
class Check:
    """:param ok: ``None`` where there is nothing to judge
    :param name: what was looked at
    :param words: what was found; where it is not ok, what to do
    :param told: both as sentences, ``{"name": …, "words": …}``, see ``told``
    :param offers_zip: whether our plug-in for Moodle is what helps
    """

    ok: bool | None
    name: str
    words: str
    told: dict | None = None
    offers_zip: bool = False

    def __post_init__(self):
        # Whatever a check found in Moodle, it can be written down.
        object.__setattr__(self, "words", storable(self.words))

    @classmethod
    def of(cls, env, ok, name, words, offers_zip=False):
        """:param env: in whose language it is read now
        :param name, words: sentences, see ``told``
        """
        told = {"name": keep(name), "words": keep(words)}
        return cls(ok, say(env, name), say(env, words), told, offers_zip)

    def to_json(self):
        return asdict(self)

    @classmethod
    def from_json(cls, env, kept):
        """:param env: in whose language it is read
        :param kept: what :meth:`to_json` gave; without ``told`` in older versions
        """
        told = kept.get("told")
        if not told:
            return cls(kept["ok"], kept["name"], kept["words"])
        return cls(
            kept["ok"],
            tell(env, told["name"]),
            tell(env, told["words"]),
            told,
            kept.get("offers_zip", False),
        )


def result_of(checks):
    """What a test says in a sentence: what is wrong first, else who we are.

    :param checks: list of :class:`Check`, not empty
    """
    return next((check for check in checks if check.ok is False), checks[0]).words


class CheckList:
    """:param env: for the language
    :param client: ``MoodleClient``
    :param detection: ``Detection``
    :param direction: ``moodle``, ``oec`` or ``both``
    :param may_create: whether missing Moodle sessions are to be made
    :param table: ``matching.CourseTable``
    :param administrator: whether Moodle says that the token's account is a site administrator

    ``token_ends``: what our plug-in says of it, unix seconds, 0 for never; ``None`` where it was not asked.
    """

    def __init__(self, env, client, detection, direction, may_create, table, administrator=False):
        self.administrator = administrator
        self.env = env
        self.detection = detection
        self.direction = direction
        self.may_create = may_create
        self.table = table
        self.kinds = client.kinds
        self.api = AttendanceApi(client, detection)
        self.reader = MoodleReader(client, self.api.course_lister)
        self.now = client.clock.wall()
        self.token_ends = None

    def checks(self):
        yield from self._place()
        yield from self._plugins()
        yield from self._functions()
        if self.may_create and self.direction in WRITING:
            yield self._creation()
        if self.administrator:
            yield self._administrator()
        if self.detection.ready:
            yield from self._too_much()
            try:
                yield from self._status()
                yield from self._reading()
            except errors.MoodleError as error:
                yield self._check(False, words.READING, error.told())

    def _check(self, ok, name, said, offers_zip=False):
        """:param name, said: sentences, see ``told``"""
        return Check.of(self.env, ok, name, said, offers_zip)

    def _place(self):
        """A word where Moodle does not stand in the internet."""
        kinds = self.kinds - {PUBLIC}
        if not kinds:
            return
        near = words.OWN_NETWORK if PRIVATE in kinds else words.SAME_MACHINE
        yield self._check(None, words.ADDRESS, near)

    def _plugins(self):
        attendance, companion = self.detection.mod_attendance, self.detection.local_wsattendance
        if attendance.present:
            # The plug-in's own service has no function of it that would tell the version.
            nameless = self._has_companion and not attendance.version
            found = words.FOUND if nameless else words.plugin_found(attendance.version)
            yield self._check(True, attendance.name, found)
        else:
            yield self._check(False, attendance.name, self.detection.problem or words.NOT_FOUND)
        yield self._companion(companion)

    def _companion(self, plugin):
        """Whether our own plug-in is used; if not, that it would be better, and what to do.

        :param plugin: ``module_detector.Plugin`` local_wsattendance
        """
        if plugin.family == COMPANION and not self.detection.ready:
            # What is missing of it stands below.
            found = words.plugin_found(plugin.version)
            return self._check(True, words.PLUGIN, found, offers_zip=True)
        if plugin.family == COMPANION:
            said = [words.companion_used(plugin.version), words.COMPANION_READS]
            if self.direction in WRITING:
                said.append(words.COMPANION_WRITES)
            newer = plugin_zip.newer_than(plugin.version)
            if newer:
                said.append(words.NEWER_ZIP)
            return self._check(True, words.PLUGIN, joined(" ", *said), offers_zip=newer)
        needed = companion_functions(self.direction)
        lacking = [name for name in needed if not self.detection.has(name)]
        if not lacking:
            return self._check(None, words.PLUGIN, words.NOT_USED)
        if len(lacking) < len(needed):
            said = [words.companion_incomplete(", ".join(lacking)), words.LIMITS]
        elif plugin.family == LEGACY:
            said = [words.plugin_found(plugin.version), words.LIMITS, words.INSTALL]
        elif plugin.present:
            said = [words.NOT_OFFERED, words.LIMITS, words.INSTALL]
        else:
            # That nothing works, and what to do about it, stands above.
            said = [words.NOT_OFFERED]
        return self._check(None, words.PLUGIN, joined(" ", *said), offers_zip=True)

    @property
    def _has_companion(self):
        """Whether it is our own plug-in whose functions are used, or would be if they were all
        there."""
        return self.detection.local_wsattendance.family == COMPANION

    def _functions(self):
        detection = self.detection
        if not detection.mod_attendance.present:
            return
        if detection.ready:
            yield self._check(True, words.FUNCTIONS, words.ALL_FUNCTIONS)
        elif self._has_companion or not (
            detection.listing or detection.reading or detection.writing
        ):
            # One remedy for all of them.
            yield self._check(False, words.FUNCTIONS, detection.problem)
        else:
            for name in detection.missing:
                yield self._check(False, name, self._missing(name))

    def _missing(self, name):
        if self._has_companion:
            return words.companion_function_missing(name)
        said = words.function_missing(name)
        return joined(" ", said, words.OLD_LISTING) if name == LISTING else said

    def _creation(self):
        rights = words.CREATION_BY_SETUP if self._has_companion else words.CREATION_RIGHTS
        if self.api.creates_sessions:
            said = joined(" ", words.FUNCTION_THERE, rights)
            return self._check(True, words.CREATION, said)
        prefix = COMPANION_PREFIX if self._has_companion else PREFIX[NATIVE]
        missing = self._missing(prefix + "add_session")
        return self._check(
            False, words.CREATION, joined(" ", missing, rights), offers_zip=self._has_companion
        )

    def _right(self, said):
        """A sentence that names a right, with who gives it.

        :param said: see ``told``
        """
        return joined(" ", said, words.SETUP_GIVES) if self._has_companion else said

    # --- what is not needed -------------------------------------------------------

    def _too_much(self):
        """Functions that are never called, of a service that was made for this: where our plug-in
        is used, the smaller one of its set-up has none. An older plug-in has no smaller one, and
        some of Moodle's own functions are called beside it."""
        if not (self._has_companion and self.api.tells_status):
            return
        needed = functions_called(self.detection.reading)
        found = token_status.too_many(self.detection.functions, needed)
        if found:
            yield self._check(None, words.SERVICE, words.functions_not_needed(_some(found)))

    def _status(self):
        """What our plug-in says of the token's account."""
        if not (self.api.companion and self.api.tells_status):
            return
        status = self.api.companion.status()
        self.token_ends = status.ends
        if status.can_log_in and not self.administrator:
            yield self._check(None, words.ACCOUNT, words.CAN_LOG_IN)
        rights = token_status.too_many_rights(status)
        if rights:
            yield self._check(None, words.RIGHTS, words.rights_not_needed(_some(rights)))
        elif not status.has_right:
            yield self._check(None, words.RIGHTS, words.BY_MOODLES_RIGHTS)
        else:
            yield self._check(True, words.RIGHTS, words.RIGHTS_NEEDED)
        if token_status.ends_soon(status.ends, self.now):
            yield self._check(None, words.TOKEN, words.token_ends(str(date_of(status.ends, "UTC"))))

    # --- one session ------------------------------------------------------------

    def _reading(self):
        courses = self.reader.courses()
        if not courses:
            yield self._check(False, words.COURSES, self._right(words.NO_COURSE))
            return
        mapped = [c for c in courses if matching.match_course(c, self.table).pair]
        found = words.matched(len(mapped), len(courses))
        if any(course.idnumber is None for course in courses):
            found = joined(" ", found, self._right(words.IDNUMBERS_HIDDEN))
        yield self._check(bool(mapped) or None, words.COURSES, found)
        others = [course for course in courses if course not in mapped]
        yield from self._people(mapped[:PEOPLE_TRIED])
        yield from self._accounts()
        yield from self._session([*mapped, *others][:COURSES_TRIED])

    def _administrator(self):
        return self._check(False, words.ACCOUNT, words.ADMINISTRATOR)

    def _people(self, courses):
        """Who the token's account is in the matched courses, and whether it is shown those
        who are enrolled."""
        teaches, hidden = [], []
        for course in courses:
            users = self._enrolled(course)
            if any(user.id == self.detection.user_id and user.teacher for user in users):
                teaches.append(course.fullname)
            if not users and course.groupmode == SEPARATE_GROUPS:
                hidden.append(course.fullname)
        if teaches:
            said = words.teaches(_some(teaches))
            yield self._check(False, words.ACCOUNT, said)
        if hidden:
            said = self._right(words.nobody_listed(_some(hidden)))
            yield self._check(False, words.SEPARATE_GROUPS, said)

    def _enrolled(self, course):
        if self.api.course_lister:
            return self.api.companion.people(course.id)
        return self.reader.enrolled_users(course.id, with_roles=True)

    def _accounts(self):
        """A word where it can't be told whether an account outside the courses is still there."""
        if not (self._plugin_sees_accounts() or self._moodle_sees_accounts()):
            yield self._check(False, words.ACCOUNTS, self._right(words.ACCOUNTS_HIDDEN))

    def _moodle_sees_accounts(self):
        return self.api.asks_moodle_for_accounts and self.reader.sees_accounts

    def _plugin_sees_accounts(self):
        try:
            found = self.api.shows_accounts and self.api.companion.accounts(
                [self.detection.user_id]
            )
        except errors.MoodleNoPermission:
            return False
        return bool(found)

    def _session(self, courses):
        for course in courses:
            session, lacking = self._some_session(course)
            if lacking:
                said = words.rights_lacking(clean_name(course.fullname), ", ".join(lacking))
                yield self._check(False, words.RIGHTS, self._right(said))
            if not session:
                continue
            said = words.session_read(
                number=session.id,
                course=clean_name(course.fullname),
                students=len(session.user_ids),
                marks=len(session.marks),
            )
            yield self._check(True, words.ONE_SESSION, said)
            return
        yield self._check(None, words.ONE_SESSION, words.no_session(len(courses)))

    def _some_session(self, course):
        """A session of the course, one with marks if there is one.

        :return: ``(session, lacking)``: ``None`` for none, and the names of rights for whose lack
            Moodle says that it has left something out
        """
        if self.api.companion:
            found = self.api.companion.course(course.id)
            return _fullest(found.sessions), found.lacking
        return self._session_of_activities(course), ()

    def _session_of_activities(self, course):
        """The same where our own plug-in is not used."""
        if self.detection.listing == LEGACY:
            users = self.reader.enrolled_users(course.id, with_roles=True)
            for user in users:
                for shortname, session_id, *_rest in (
                    self.api.sessions_today(user.id) if user.teacher else ()
                ):
                    if shortname == course.shortname:
                        return self.api.session(session_id)
            return None
        for activity in self.reader.activities(course.id):
            try:
                sessions, _odd = self.api.sessions(activity.id)
            except errors.MoodlePoisonedAnswer:
                # One bad remark; the sync reads such an activity session by session.
                continue
            best = _fullest(sessions)
            if best:
                return self.api.session(best.id)
        return None


def _fullest(sessions):
    return max(sessions, key=lambda session: len(session.marks), default=None)


def _some(names, most=3):
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")
