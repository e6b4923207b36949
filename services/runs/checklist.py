"""What a connection test finds out, as a list of checks, each with what to do.

``core_webservice_get_site_info`` alone proves too little: a token may call a function
and still see no course, no mark or no ID number (recordings ``rights``). So the courses
are asked for, and one session is read.
"""

from dataclasses import asdict, dataclass

from ..domain import matching
from ..domain.merge import WRITING
from ..domain.moodle_text import clean_name, storable
from ..moodle import moodle_errors as errors
from ..moodle.attendance_api import AttendanceApi
from ..moodle.module_detector import LEGACY, NATIVE, PREFIX
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
    """

    ok: bool | None
    name: str
    words: str
    told: dict | None = None

    def __post_init__(self):
        # Whatever a check found in Moodle, it can be written down.
        object.__setattr__(self, "words", storable(self.words))

    @classmethod
    def of(cls, env, ok, name, words):
        """:param env: in whose language it is read now
        :param name, words: sentences, see ``told``
        """
        told = {"name": keep(name), "words": keep(words)}
        return cls(ok, say(env, name), say(env, words), told)

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
        return cls(kept["ok"], tell(env, told["name"]), tell(env, told["words"]), told)


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
    """

    def __init__(self, env, client, detection, direction, may_create, table, administrator=False):
        self.administrator = administrator
        self.env = env
        self.detection = detection
        self.direction = direction
        self.may_create = may_create
        self.table = table
        self.kinds = client.kinds
        self.reader = MoodleReader(client)
        self.api = AttendanceApi(client, detection)

    def checks(self):
        yield from self._place()
        yield from self._plugins()
        yield from self._functions()
        if self.may_create and self.direction in WRITING:
            yield self._creation()
        if self.administrator:
            yield self._administrator()
        if self.detection.ready:
            try:
                yield from self._reading()
            except errors.MoodleError as error:
                yield self._check(False, words.READING, error.told())

    def _check(self, ok, name, said):
        """:param name, said: sentences, see ``told``"""
        return Check.of(self.env, ok, name, said)

    def _place(self):
        """A word where Moodle does not stand in the internet."""
        kinds = self.kinds - {PUBLIC}
        if not kinds:
            return
        near = words.OWN_NETWORK if PRIVATE in kinds else words.SAME_MACHINE
        yield self._check(None, words.ADDRESS, near)

    def _plugins(self):
        for plugin in (self.detection.mod_attendance, self.detection.local_wsattendance):
            if not plugin.present:
                # Of the two, mod_attendance alone is needed.
                needed = plugin.name == "mod_attendance"
                problem = needed and self.detection.problem
                found = problem or words.NOT_FOUND
                yield self._check(False if needed else None, plugin.name, found)
            elif plugin.family == NATIVE and plugin.name == "local_wsattendance":
                yield self._check(None, plugin.name, words.NOT_NEEDED)
            else:
                yield self._check(True, plugin.name, words.plugin_found(plugin.version))

    def _functions(self):
        if not self.detection.mod_attendance.present:
            return
        for name in self.detection.missing:
            yield self._check(False, name, self._missing(name))
        if self.detection.problem is not None and not self.detection.missing:
            yield self._check(False, words.FUNCTIONS, self.detection.problem)
        elif self.detection.ready:
            yield self._check(True, words.FUNCTIONS, words.ALL_FUNCTIONS)

    def _missing(self, name):
        said = words.function_missing(name)
        return joined(" ", said, words.OLD_LISTING) if name == LISTING else said

    def _creation(self):
        rights = words.CREATION_RIGHTS
        if self.api.creates_sessions:
            said = joined(" ", words.FUNCTION_THERE, rights)
            return self._check(True, words.CREATION, said)
        missing = self._missing(PREFIX[NATIVE] + "add_session")
        return self._check(False, words.CREATION, joined(" ", missing, rights))

    # --- one session ------------------------------------------------------------

    def _reading(self):
        courses = self.reader.courses()
        if not courses:
            yield self._check(False, words.COURSES, words.NO_COURSE)
            return
        mapped = [c for c in courses if matching.match_course(c, self.table).pair]
        found = words.matched(len(mapped), len(courses))
        if any(course.idnumber is None for course in courses):
            found = joined(" ", found, words.IDNUMBERS_HIDDEN)
        yield self._check(bool(mapped) or None, words.COURSES, found)
        others = [course for course in courses if course not in mapped]
        yield from self._people(mapped[:PEOPLE_TRIED])
        yield self._session([*mapped, *others][:COURSES_TRIED])

    def _administrator(self):
        return self._check(False, words.ACCOUNT, words.ADMINISTRATOR)

    def _people(self, courses):
        """Who the token's account is in the matched courses, and whether it is shown those
        who are enrolled."""
        teaches, hidden = [], []
        for course in courses:
            users = self.reader.enrolled_users(course.id, with_roles=True)
            if any(user.id == self.detection.user_id and user.teacher for user in users):
                teaches.append(course.fullname)
            if not users and course.groupmode == SEPARATE_GROUPS:
                hidden.append(course.fullname)
        if teaches:
            said = words.teaches(_some(teaches))
            yield self._check(False, words.ACCOUNT, said)
        if hidden:
            said = words.nobody_listed(_some(hidden))
            yield self._check(False, words.SEPARATE_GROUPS, said)

    def _session(self, courses):
        for course in courses:
            session = self._some_session(course)
            if not session:
                continue
            said = words.session_read(
                number=session.id,
                course=clean_name(course.fullname),
                students=len(session.user_ids),
                marks=len(session.marks),
            )
            return self._check(True, words.ONE_SESSION, said)
        return self._check(None, words.ONE_SESSION, words.no_session(len(courses)))

    def _some_session(self, course):
        """A session of the course, one with marks if there is one; ``None`` for none."""
        if self.api.companion:
            sessions = self.api.companion.course(course.id).sessions
            return max(sessions, key=lambda session: len(session.marks), default=None)
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
            best = max(sessions, key=lambda session: len(session.marks), default=None)
            if best:
                return self.api.session(best.id)
        return None


def _some(names, most=3):
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")
