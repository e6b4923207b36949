"""What the scripted Moodle holds, and the methods by which a test changes it.

The objects are bare records; ids count up from 1 (courses from 2: the front page is
course 1), as in a fresh Moodle.
"""

import copy
import threading
import time
from dataclasses import dataclass, field

DEFAULT_STATUSES = (
    ("P", "Present", 2),
    ("A", "Absent", 0),
    ("L", "Late", 1),
    ("E", "Excused", 1),
)

# 2025-07-01
SITE_MADE = 1751328000
LEGACY = (
    "mod_wsattendance_get_courses_with_today_sessions",
    "mod_wsattendance_get_session",
    "mod_wsattendance_update_user_status",
)
NATIVE = (
    "mod_attendance_add_attendance",
    "mod_attendance_add_session",
    "mod_attendance_get_courses_with_today_sessions",
    "mod_attendance_get_session",
    "mod_attendance_get_sessions",
    "mod_attendance_remove_attendance",
    "mod_attendance_remove_session",
    "mod_attendance_update_user_status",
)
CORE = (
    "core_webservice_get_site_info",
    "core_course_get_courses",
    "core_course_get_courses_by_field",
    "core_course_get_contents",
    "core_enrol_get_enrolled_users",
    "core_user_get_users_by_field",
    "core_group_get_course_groups",
    "core_group_get_group_members",
)
SERVICES = {
    "legacy": LEGACY + CORE,
    "native": NATIVE + CORE,
    "both": LEGACY + NATIVE + CORE,
    "none": CORE,
}


@dataclass(eq=False)
class Course:
    id: int
    fullname: str
    shortname: str
    idnumber: str = ""
    visible: bool = True
    startdate: int = 0
    enddate: int = 0
    groupmode: int = 0
    # Moodle's own bookkeeping; a course's never moves, the front page's is the site's.
    timecreated: int = 0

    def __post_init__(self):
        self.timecreated = self.timecreated or SITE_MADE + 60 * (self.id - 1)


@dataclass(eq=False)
class User:
    id: int
    username: str
    firstname: str
    lastname: str
    email: str = ""
    idnumber: str = ""
    deleted: bool = False
    suspended: bool = False
    temporary: bool = False
    timezone: str = ""

    @property
    def fullname(self):
        return f"{self.firstname} {self.lastname}"


@dataclass(eq=False)
class Group:
    id: int
    course_id: int
    name: str
    idnumber: str = ""
    members: set = field(default_factory=set)


@dataclass(eq=False)
class Enrolment:
    user_id: int
    role: str = "student"
    active: bool = True


@dataclass(eq=False)
class Attendance:
    id: int
    course_id: int
    name: str
    groupmode: int = 0
    visible: bool = True


@dataclass(eq=False)
class Status:
    id: int
    attendance_id: int
    acronym: str
    description: str
    grade: float
    setnumber: int = 0
    visible: bool = True
    deleted: bool = False


@dataclass(eq=False)
class Row:
    """A row of the attendance log."""

    id: int
    user_id: int
    status_id: int
    remarks: str | None = None


@dataclass(eq=False)
class Session:
    id: int
    attendance_id: int
    sessdate: int
    duration: int = 3600
    group_id: int = 0
    statusset: int = 0
    description: str = ""
    lasttaken: int | None = None
    lasttakenby: int = 0
    timemodified: int = 0
    log: list = field(default_factory=list)


@dataclass(eq=False)
class Token:
    """:param limited: its user may use web services and nothing else
    :param refusal: errorcode that every call with it answers
    :param expired: Moodle deletes it at the first use
    :param all_groups: whether its user has moodle/site:accessallgroups
    :param administrator: whether its user is a site administrator
    """

    value: str
    user_id: int
    functions: tuple
    limited: bool = False
    refusal: str | None = None
    expired: bool = False
    all_groups: bool = True
    administrator: bool = False


class Clock:
    """Unix seconds; the real time until it is set."""

    def __init__(self, now=None):
        self._now = now

    def __call__(self):
        return int(time.time()) if self._now is None else self._now

    def set(self, now):
        self._now = now

    def advance(self, seconds):
        self._now = self() + seconds


class Table(dict):
    """Rows by id. A number is given once, also where its row is gone, as the sequences of
    Moodle's databases do."""

    last = 0

    def number(self):
        self.last = max(self.last, *self, 0) + 1
        return self.last


class MoodleState:
    """:param timezone: of the site and, unless given, of each user
    :param now: unix seconds of the server's clock; ``None`` for the real time
    """

    def __init__(self, timezone="UTC", now=None):
        self.timezone = timezone
        self.clock = Clock(now)
        self.lock = threading.RLock()
        self.courses = Table({1: Course(1, "Test Moodle", "test")})
        self.users = Table()
        self.groups = Table()
        self.enrolments = {}
        self.attendances = Table()
        self.statuses = Table()
        self.sessions = Table()
        self.tokens = {}
        self._last_row = 0

    # --- making things ----------------------------------------------------------

    def add_course(self, fullname, shortname, idnumber="", visible=True, **values):
        """:param values: startdate, enddate (unix seconds), groupmode (1: separate)"""
        course = Course(self.courses.number(), fullname, shortname, idnumber, visible, **values)
        self.courses[course.id] = course
        self.enrolments[course.id] = {}
        return course

    def add_group(self, course, name, idnumber=""):
        group = Group(self.groups.number(), course.id, name, idnumber)
        self.groups[group.id] = group
        return group

    def add_user(self, username, firstname, lastname, **values):
        """:param values: email, idnumber, deleted, suspended, temporary, timezone"""
        user = User(self.users.number(), username, firstname, lastname, **values)
        self.users[user.id] = user
        return user

    def enrol(self, course, user, role="student", groups=(), active=True):
        self.enrolments[course.id][user.id] = Enrolment(user.id, role, active)
        for group in groups:
            group.members.add(user.id)

    def unenrol(self, course, user):
        del self.enrolments[course.id][user.id]
        for group in self.groups.values():
            if group.course_id == course.id:
                group.members.discard(user.id)

    def add_attendance(self, course, name, groupmode=0, visible=True, statuses=DEFAULT_STATUSES):
        """An activity with Moodle's four default statuses, or others.

        :param statuses: of ``(acronym, description, grade)``
        """
        activity = Attendance(self.attendances.number(), course.id, name, groupmode, visible)
        self.attendances[activity.id] = activity
        for acronym, description, grade in statuses:
            self.add_status(activity, acronym, description, grade)
        return activity

    def add_status(self, activity, acronym, description, grade=0, **values):
        """:param values: setnumber, visible, deleted"""
        number = self.statuses.number()
        status = Status(number, activity.id, acronym, description, grade, **values)
        self.statuses[status.id] = status
        return status

    def add_session(self, activity, sessdate, duration=3600, group=None, **values):
        """:param values: statusset, description"""
        session = Session(
            self.sessions.number(),
            activity.id,
            sessdate,
            duration,
            group.id if group else 0,
            timemodified=self.clock(),
            **values,
        )
        self.sessions[session.id] = session
        return session

    def add_token(self, value, user, functions="both", **trouble):
        """:param functions: ``legacy``, ``native``, ``both``, ``none`` or a list of names
        :param trouble: see :class:`Token`
        """
        names = SERVICES[functions] if isinstance(functions, str) else tuple(functions)
        self.tokens[value] = Token(value, user.id, names, **trouble)
        return value

    # --- marking ----------------------------------------------------------------

    def status_of(self, session, acronym):
        """The visible status of the session's own set with that acronym."""
        for status in self.statuses_of(session):
            if status.acronym == acronym:
                return status
        raise KeyError(acronym)

    def statuses_of(self, session):
        found = [
            status
            for status in self.statuses.values()
            if status.attendance_id == session.attendance_id
            and status.setnumber == session.statusset
            and status.visible
            and not status.deleted
        ]
        return sorted(found, key=lambda status: -status.grade)

    def mark(self, session, user, acronym, remark=None, by=None, at=None):
        """As the plug-in's own form does: ``lasttaken`` moves, ``timemodified`` does
        not; a remark left out keeps the one that is there."""
        self.set_status_of(session, user, self.status_of(session, acronym).id, remark)
        self._taken(session, by, at)

    def mark_all(self, session, marks, by=None, at=None):
        for user, acronym in marks.items():
            self.mark(session, user, acronym, by=by, at=at)

    def set_status_of(self, session, user, status_id, remark=None):
        """A row with any number for a status, as the database allows it."""
        with self.lock:
            row = next((row for row in session.log if row.user_id == user.id), None)
            if row is None:
                self._last_row += 1
                row = Row(self._last_row, user.id, status_id, remark)
            else:
                session.log.remove(row)
                row.status_id = status_id
                row.remarks = row.remarks if remark is None else remark
            # PostgreSQL moves an updated row to the end.
            session.log.append(row)

    def double(self, session, user, acronym="", status=None):
        """A second row of a student, as two writers at once leave one.

        :param status: where the set has several with one acronym
        """
        with self.lock:
            self._last_row += 1
            status = status or self.status_of(session, acronym)
            session.log.append(Row(self._last_row, user.id, status.id))

    def automark(self, session, acronym="A"):
        """Moodle's own task at the session's end: everybody without a mark gets one,
        and nobody is the taker."""
        marked = {row.user_id for row in session.log}
        for user_id in self.listed(session):
            if user_id not in marked:
                status = self.status_of(session, acronym)
                self.set_status_of(session, self.users[user_id], status.id)
        self._taken(session, None, None)

    def _taken(self, session, by, at):
        session.lasttaken = self.clock() if at is None else at
        session.lasttakenby = by.id if by else 0

    def unmark(self, session, user):
        """A row that vanishes (no function of Moodle's does that; a merge can)."""
        session.log = [row for row in session.log if row.user_id != user.id]

    def merge_temporary(self, temporary, user):
        """Rows of a temporary attendee become a user's; no time moves."""
        for session in self.sessions.values():
            for row in session.log:
                if row.user_id == temporary.id:
                    row.user_id = user.id

    # --- other changes ----------------------------------------------------------

    def delete_session(self, session):
        del self.sessions[session.id]

    def move_session(self, session, sessdate):
        session.sessdate = sessdate
        session.timemodified = self.clock()

    def reset_course(self, course):
        """Marks go, ``lasttaken`` becomes 0."""
        for session in self.sessions_of(course):
            session.log = []
            session.lasttaken = 0
            session.lasttakenby = 0

    # --- looking ----------------------------------------------------------------

    def course_of(self, session):
        return self.courses[self.attendances[session.attendance_id].course_id]

    def sessions_of(self, course):
        return [s for s in self.sessions.values() if self.course_of(s).id == course.id]

    def listed(self, session):
        """Ids of those who appear in the session's ``users``: students of the course
        and group, whatever the state of enrolment or account; not the deleted."""
        group = self.groups.get(session.group_id)
        return [
            user_id
            for user_id, enrolment in self.enrolments[self.course_of(session).id].items()
            if enrolment.role == "student"
            and not self.users[user_id].deleted
            and (group is None or user_id in group.members)
        ]

    def marks(self, session):
        """``{user id: acronym}``; ``None`` for a status that the session lacks."""
        acronyms = {status.id: status.acronym for status in self.statuses_of(session)}
        return {row.user_id: acronyms.get(row.status_id) for row in session.log}

    def log_rows(self, session):
        return list(session.log)

    # --- snapshots --------------------------------------------------------------

    _TABLES = (
        "courses", "users", "groups", "enrolments", "attendances", "statuses", "sessions",
        "tokens", "_last_row",
    )  # fmt: skip

    def snapshot(self):
        with self.lock:
            return copy.deepcopy({name: getattr(self, name) for name in self._TABLES})

    def restore(self, snapshot):
        with self.lock:
            for name, value in copy.deepcopy(snapshot).items():
                setattr(self, name, value)
