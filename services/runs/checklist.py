"""What a connection test finds out, as a list of checks, each with what to do.

``core_webservice_get_site_info`` alone proves too little: a token may call a function
and still see no course, no mark or no ID number (recordings ``rights``). So the courses
are asked for, and one session is read.
"""

from dataclasses import asdict, dataclass

from odoo.tools.translate import LazyTranslate

from ..domain import matching
from ..domain.merge import WRITING
from ..domain.moodle_text import clean_name, storable
from ..moodle import moodle_errors as errors
from ..moodle.attendance_api import AttendanceApi
from ..moodle.module_detector import LEGACY, NATIVE, PREFIX
from ..moodle.moodle_reader import MoodleReader
from ..moodle.moodle_url import PRIVATE, PUBLIC
from ..texts.told import joined, keep, say, tell

_lt = LazyTranslate(__name__)

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
                yield self._check(False, _lt("Reading"), error.told())

    def _check(self, ok, name, words):
        return Check.of(self.env, ok, name, words)

    def _place(self):
        """A word where Moodle does not stand in the internet."""
        kinds = self.kinds - {PUBLIC}
        if not kinds:
            return
        words = _lt("Moodle runs on the same machine as Odoo, or behind a tunnel from it.")
        if PRIVATE in kinds:
            words = _lt("Moodle has an address inside your own network.")
        yield self._check(None, _lt("Address"), words)

    def _plugins(self):
        for plugin in (self.detection.mod_attendance, self.detection.local_wsattendance):
            if not plugin.present:
                # Of the two, mod_attendance alone is needed.
                needed = plugin.name == "mod_attendance"
                problem = needed and self.detection.problem
                words = problem or _lt("Not found.")
                yield self._check(False if needed else None, plugin.name, words)
            elif plugin.family == NATIVE and plugin.name == "local_wsattendance":
                words = _lt("Not there, and not needed: mod_attendance brings its own functions.")
                yield self._check(None, plugin.name, words)
            else:
                version = plugin.version or _lt("not told")
                yield self._check(True, plugin.name, _lt("Found, version %s.", version))

    def _functions(self):
        if not self.detection.mod_attendance.present:
            return
        for name in self.detection.missing:
            yield self._check(False, name, self._missing(name))
        if self.detection.problem is not None and not self.detection.missing:
            yield self._check(False, _lt("Functions"), self.detection.problem)
        elif self.detection.ready:
            words = _lt("All that are needed in this direction are in the token's service.")
            yield self._check(True, _lt("Functions"), words)

    def _missing(self, name):
        words = _lt(
            "The function %s is missing. In Moodle, Site administration > Server > Web "
            "services > External services > your service > Functions: add it.",
            name,
        )
        if name == LISTING:
            update = _lt(
                "If it is not offered there, update the Attendance activity (mod_attendance of "
                "August 2022 or later)."
            )
            return joined(" ", words, update)
        return words

    def _creation(self):
        name = _lt("Create missing Moodle sessions")
        rights = _lt(
            "The role of the token's account needs the rights mod/attendance:manageattendances "
            "and moodle/site:accessallgroups for it."
        )
        if self.api.creates_sessions:
            return self._check(True, name, joined(" ", _lt("The function is there."), rights))
        missing = self._missing(PREFIX[NATIVE] + "add_session")
        return self._check(False, name, joined(" ", missing, rights))

    # --- one session ------------------------------------------------------------

    def _reading(self):
        courses = self.reader.courses()
        if not courses:
            words = _lt(
                "The token's account sees no course. Give its role the rights "
                "moodle/course:view and moodle/course:viewhiddencourses."
            )
            yield self._check(False, _lt("Courses"), words)
            return
        mapped = [c for c in courses if matching.match_course(c, self.table).pair]
        words = _lt("%(mapped)s of %(all)s are matched.", mapped=len(mapped), all=len(courses))
        if any(course.idnumber is None for course in courses):
            hidden = _lt(
                "ID numbers can't be seen: give the role of the token's account the right "
                "moodle/course:update, or use short names."
            )
            words = joined(" ", words, hidden)
        yield self._check(bool(mapped) or None, _lt("Courses"), words)
        others = [course for course in courses if course not in mapped]
        yield from self._people(mapped[:PEOPLE_TRIED])
        yield self._session([*mapped, *others][:COURSES_TRIED])

    def _administrator(self):
        words = _lt(
            "The token's account is a site administrator: whoever gets hold of the token rules "
            "Moodle, and marks that this person makes by hand can't be told from ours. Make an "
            "account for Odoo alone, with the rights that the manual lists."
        )
        return self._check(False, _lt("Account of the token"), words)

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
            words = _lt(
                "The token's account teaches in %s, so it may mark by hand, and its time can't "
                "be told from ours. Use an account that is nobody's.",
                _some(teaches),
            )
            yield self._check(False, _lt("Account of the token"), words)
        if hidden:
            words = _lt(
                "Moodle lists nobody in %s: the course has separate groups. Give the role of the "
                "token's account the right moodle/site:accessallgroups (Access all groups).",
                _some(hidden),
            )
            yield self._check(False, _lt("Separate groups"), words)

    def _session(self, courses):
        for course in courses:
            session_id = self._some_session(course)
            if not session_id:
                continue
            session = self.api.session(session_id)
            return self._check(
                True,
                _lt("Reading a session"),
                _lt(
                    "Session %(number)s of %(course)s: %(students)s students listed, "
                    "%(marks)s marks.",
                    number=session.id,
                    course=clean_name(course.fullname),
                    students=len(session.user_ids),
                    marks=len(session.marks),
                ),
            )
        return self._check(
            None,
            _lt("Reading a session"),
            _lt("No session was found in %s courses, so this could not be tried.", len(courses)),
        )

    def _some_session(self, course):
        """Id of a session of the course, one with marks if there is one; 0 for none."""
        if self.detection.listing == LEGACY:
            users = self.reader.enrolled_users(course.id, with_roles=True)
            for user in users:
                for shortname, session_id, *_rest in (
                    self.api.sessions_today(user.id) if user.teacher else ()
                ):
                    if shortname == course.shortname:
                        return session_id
            return 0
        for activity in self.reader.activities(course.id):
            try:
                sessions, _odd = self.api.sessions(activity.id)
            except errors.MoodlePoisonedAnswer:
                # One bad remark; the sync reads such an activity session by session.
                continue
            best = max(sessions, key=lambda session: len(session.marks), default=None)
            if best:
                return best.id
        return 0


def _some(names, most=3):
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")
