"""What the scripted Moodle holds, and the methods by which a test changes it.

The objects are bare records; ids count up from 1 (courses from 2: the front page is
course 1), as in a fresh Moodle.
"""

import copy
import threading
import time
from dataclasses import dataclass, field

from .backups import Backups

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
# Of the two services that local_wsattendance comes with, see its db/services.php: the one of the set-up, and the one with
# Moodle's and Attendance's own functions beside it, which was the only one before.
COMPANION = (
    "core_webservice_get_site_info",
    "local_wsattendance_add_session",
    "local_wsattendance_get_accounts",
    "local_wsattendance_get_courses",
    "local_wsattendance_get_digests",
    "local_wsattendance_get_sessions",
    "local_wsattendance_get_status",
    "local_wsattendance_set_marks",
)
COMPANION_WHOLE = (
    *COMPANION,
    *LEGACY,
    "mod_attendance_add_session",
    "mod_attendance_get_session",
    "mod_attendance_get_sessions",
    "mod_attendance_update_user_status",
    "core_course_get_courses",
    "core_course_get_contents",
    "core_enrol_get_enrolled_users",
    "core_user_get_users_by_field",
    "core_group_get_course_groups",
)
# Of the service as it was before the plug-in listed the courses.
COMPANION_BEFORE = tuple(
    name
    for name in COMPANION_WHOLE
    if not name.endswith(("wsattendance_get_courses", "get_status"))
)
SERVICES = {
    "legacy": LEGACY + CORE,
    "native": NATIVE + CORE,
    "both": LEGACY + NATIVE + CORE,
    "none": CORE,
    "companion": COMPANION,
    "companion-whole": COMPANION_WHOLE,
    "companion-before": COMPANION_BEFORE,
}
# As remark of a row that Attendance's own task has made.
AUTORECORDED = "system auto recorded"


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
    participation: bool = True


@dataclass(eq=False)
class Enrolment:
    """:param role: short name, empty for none
    :param more_roles: short names of others in the same course
    """

    user_id: int
    role: str = "student"
    active: bool = True
    more_roles: tuple = ()

    @property
    def roles(self):
        return sorted({self.role, *self.more_roles} - {""})

    @property
    def listed(self):
        """Whether Attendance lists this one: by default only students may be listed."""
        return "student" in (self.role, *self.more_roles)


@dataclass(eq=False)
class Attendance:
    """:param cmid: id of its course module
    :param leaving: it is going to be deleted by Moodle's next cron
    """

    id: int
    course_id: int
    name: str
    groupmode: int = 0
    visible: bool = True
    groupingid: int = 0
    cmid: int = 0
    leaving: bool = False

    def __post_init__(self):
        self.cmid = self.cmid or 1000 + self.id


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
    """A row of the attendance log.

    :param timetaken: unix seconds
    :param takenby: user id, 0 for Moodle's own task
    :param statusset: what whoever wrote it gave for the set; Attendance's page gives the ids
        of its statuses with commas between
    """

    id: int
    user_id: int
    status_id: int
    remarks: str | None = None
    timetaken: int = 0
    takenby: int = 0
    statusset: str = ""


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
    # In the order in which the database gives them: who is written comes last.
    log: list = field(default_factory=list)
    descriptionformat: int = 1


@dataclass(eq=False)
class Token:
    """:param limited: its user may use web services and nothing else
    :param refusal: errorcode that every call with it answers
    :param expired: Moodle deletes it at the first use
    :param all_groups: whether its user has moodle/site:accessallgroups
    :param administrator: whether its user is a site administrator
    :param people: whether its user has moodle/course:viewparticipants
    :param identity: whether its user has moodle/site:viewuseridentity
    :param profiles: whether its user has moodle/user:viewdetails in the whole site, and not only
        in the courses
    :param numbers: the same of moodle/site:viewuseridentity
    :param only_own: its user has no role in the site, and rights only in courses of which it
        is a teacher; only the functions of local_wsattendance look at that

    :param can_log_in: whether somebody can log in with its user on the pages
    :param rights: names of the rights of its user's role, where it has more than it needs
    :param ends: unix seconds, 0 for never

    All of these rights are given in the whole site, but for ``only_own``.
    """

    value: str
    user_id: int
    functions: tuple
    limited: bool = False
    refusal: str | None = None
    expired: bool = False
    all_groups: bool = True
    administrator: bool = False
    people: bool = True
    identity: bool = True
    profiles: bool = True
    numbers: bool = True
    only_own: bool = False
    can_log_in: bool = False
    rights: tuple = ()
    ends: int = 0

    @property
    def syncs(self):
        """Whether its user has local/wsattendance:sync, which stands for all of these rights."""
        return not (self.limited or self.only_own) and all(
            (self.all_groups, self.people, self.identity, self.profiles, self.numbers)
        )


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


class MoodleState(Backups):
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
        # {id of a grouping: set of the ids of its groups}
        self.groupings = Table()
        self.enrolments = {}
        self.attendances = Table()
        self.statuses = Table()
        self.sessions = Table()
        self.tokens = {}
        # Of each synchronisation the number that was handed in last, and what was given for it.
        self.run_numbers = {}
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

    def add_grouping(self, activity, *groups):
        """A grouping, and the activity that it is chosen for."""
        number = self.groupings.number()
        self.groupings[number] = {group.id for group in groups}
        activity.groupingid = number
        return self.groupings[number]

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
        """:param functions: a key of ``SERVICES`` or a list of names
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
        return self.statuses_in(session.attendance_id, session.statusset)

    def statuses_in(self, attendance_id, statusset):
        """The visible statuses of a set, those with most points first."""
        found = [
            status
            for status in self.statuses.values()
            if status.attendance_id == attendance_id
            and status.setnumber == statusset
            and status.visible
            and not status.deleted
        ]
        return sorted(found, key=lambda status: -status.grade)

    def mark(self, session, user, acronym, remark=None, by=None, at=None):
        """A teacher saves the page on which attendance is taken, where one student is marked
        anew; a remark left out keeps the one that is there."""
        self.save_page(session, {user: (self.status_of(session, acronym).id, remark)}, by, at)

    def mark_all(self, session, marks, by=None, at=None):
        self.save_page(
            session,
            {user: (self.status_of(session, a).id, None) for user, a in marks.items()},
            by,
            at,
        )

    def save_page(self, session, marks, by=None, at=None):
        """As Attendance's own page does (its ``save_log``): the whole form is sent, and what
        differs from the row that is there is written, with its time and taker; ``lasttaken``
        of the session moves whatever was changed, ``timemodified`` does not.

        :param marks: ``{user: (status id, remark)}`` of those whom the teacher changed; a
            remark of ``None`` stays as it is
        :param at: unix seconds
        """
        with self.lock:
            # The page keeps the last of a student's rows.
            rows = {row.user_id: row for row in session.log}
            statuses = self.statuses_of(session)
            ids = {status.id for status in statuses}
            statusset = ",".join(str(status.id) for status in statuses)
            changed = {user.id: mark for user, mark in marks.items()}
            at = self.clock() if at is None else at
            for user_id in dict.fromkeys((*self.listed(session), *changed)):
                row = rows.get(user_id)
                # Of a status that the page doesn't offer no button is pressed.
                shown = row.status_id if row and row.status_id in ids else 0
                status_id, remark = changed.get(user_id, (shown, None))
                if remark is None:
                    remark = (row and row.remarks) or ""
                # To PHP, "0" is empty.
                if not status_id and remark in ("", "0"):
                    continue
                said = row and (row.status_id, row.remarks or "", row.statusset)
                if said == (status_id, remark, statusset):
                    continue
                row = row or self.new_row(session, user_id)
                row.status_id = status_id or row.status_id
                row.remarks = remark
                self.written(session, row, by.id if by else 0, at, statusset)
            self.taken(session, by.id if by else 0, at)

    def set_status_of(self, session, user, status_id, remark=None, by=None, at=None):
        """A row with any number for a status, as the database allows it. The session knows
        nothing of it."""
        with self.lock:
            row = next((row for row in session.log if row.user_id == user.id), None)
            row = row or self.new_row(session, user.id)
            row.status_id = status_id
            row.remarks = row.remarks if remark is None else remark
            self.written(session, row, by.id if by else 0, at)

    def new_row(self, session, user_id):
        """A row that has no status yet."""
        self._last_row += 1
        row = Row(self._last_row, user_id, 0)
        session.log.append(row)
        return row

    def written(self, session, row, by=0, at=None, statusset=None):
        """What else changes when a row is written.

        :param by: user id, 0 for Moodle's own task
        """
        row.timetaken = self.clock() if at is None else at
        row.takenby = by
        row.statusset = self.statusset_of(session) if statusset is None else statusset
        # PostgreSQL moves an updated row to the end.
        session.log.remove(row)
        session.log.append(row)

    def statusset_of(self, session):
        """What the page writes into a row for the set of statuses."""
        return ",".join(str(status.id) for status in self.statuses_of(session))

    def double(self, session, user, acronym="", status=None, by=None, at=None):
        """A second row of a student, as two writers at once leave one.

        :param status: where the set has several with one acronym
        """
        with self.lock:
            status = status or self.status_of(session, acronym)
            row = self.new_row(session, user.id)
            row.status_id = status.id
            self.written(session, row, by.id if by else 0, at)

    def automark(self, session, acronym="A"):
        """Moodle's own task at the session's end: everybody without a mark gets one, also
        where a row has no status, and nobody is the taker."""
        status = self.status_of(session, acronym)
        marked = {row.user_id for row in session.log if row.status_id}
        for user_id in self.listed(session):
            if user_id not in marked:
                self.set_status_of(session, self.users[user_id], status.id, AUTORECORDED)
        self.taken(session)

    def taken(self, session, by=0, at=None):
        """:param by: user id, 0 for Moodle's own task"""
        session.lasttaken = self.clock() if at is None else at
        session.lasttakenby = by

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
        and group, whatever the state of enrolment or account; not the deleted. Nobody is in a
        group that was deleted."""
        group = self.groups.get(session.group_id)
        members = group.members if group else ()
        return [
            user_id
            for user_id, enrolment in self.enrolments[self.course_of(session).id].items()
            if enrolment.listed
            and not self.users[user_id].deleted
            and (not session.group_id or user_id in members)
        ]

    def grouped(self, activity):
        """Ids of the groups in the grouping of an activity; ``None`` if it has none."""
        return self.groupings.get(activity.groupingid, set()) if activity.groupingid else None

    def marks(self, session):
        """``{user id: acronym}``; ``None`` for a status that the session lacks."""
        acronyms = {status.id: status.acronym for status in self.statuses_of(session)}
        return {row.user_id: acronyms.get(row.status_id) for row in session.log}

    def log_rows(self, session):
        return list(session.log)

    # --- snapshots --------------------------------------------------------------

    _TABLES = (
        "courses", "users", "groups", "groupings", "enrolments", "attendances",
        "statuses", "sessions", "tokens", "run_numbers", "_last_row",
    )  # fmt: skip

    def snapshot(self):
        with self.lock:
            return copy.deepcopy({name: getattr(self, name) for name in self._TABLES})

    def restore(self, snapshot):
        with self.lock:
            for name, value in copy.deepcopy(snapshot).items():
                setattr(self, name, value)
