"""What local_wsattendance reads of a course, as rows of plain values in its order: its
``course_reader.php``. The answer of get_sessions and the digest are made of the same rows."""

import hashlib
import re
from collections import defaultdict

from .errors import MoodleException

# Columns, as the rows have them.
ACTIVITY = ("id", "cmid", "name", "visible", "groupmode", "groupingid")
GROUPS = "groups"
STATUS = (
    "id", "attendanceid", "acronym", "description", "grade", "visible", "deleted", "setnumber",
)  # fmt: skip
USER = (
    "id", "idnumber", "email", "firstname", "lastname", "suspended", "enrolled", "active",
    "listed", "roles",
)  # fmt: skip
GROUP = ("id", "name", "idnumber", "members", "participation")
SESSION = (
    "id", "attendanceid", "groupid", "sessdate", "duration", "statusset", "lasttaken",
    "lasttakenby", "timemodified", "description", "descriptionformat", "reference",
)  # fmt: skip
# Characters of a description that are handed over.
DESCRIPTION = 1000
_REFERENCE = re.compile(r"\[(oec_sheet_[A-Za-z0-9_-]+)\]")
MARK = ("id", "studentid", "statusid", "timetaken", "takenby", "remarks")


def named(columns, rows):
    """The last of the columns can be missing."""
    return [dict(zip(columns[: len(row)], row, strict=True)) for row in rows]


def mark(row):
    return (
        row.id, row.user_id, row.status_id, row.timetaken, row.takenby, row.remarks or "",
    )  # fmt: skip


def reference(description):
    """What a session was made for; empty where its description does not say it."""
    found = _REFERENCE.search(description)
    return found[1] if found else ""


class Tables:
    """What is in which course: looked up once for a call, and not for each course again."""

    def __init__(self, state):
        self.attendances, self.statuses = defaultdict(list), defaultdict(list)
        self.sessions, self.groups = defaultdict(list), defaultdict(list)
        for activity in state.attendances.values():
            self.attendances[activity.course_id].append(activity)
        for status in state.statuses.values():
            self.statuses[status.attendance_id].append(status)
        for session in state.sessions.values():
            self.sessions[session.attendance_id].append(session)
        for group in state.groups.values():
            self.groups[group.course_id].append(group)


class CourseReader:
    """:param call: whose account reads
    :param course: one that it may enter
    :param begin: only sessions that begin then or later, unix seconds; 0: all
    :param end: only sessions that begin earlier, unix seconds; 0: all
    :param session_ids: only these sessions; none: all

    ``warnings``: what could not be read.
    """

    def __init__(self, call, tables, course, begin=0, end=0, session_ids=()):
        self.call, self.tables, self.course = call, tables, course
        self.warnings = []
        self._activities = self._readable()
        self._sessions = sorted(
            (
                session
                for activity in self._activities
                for session in tables.sessions[activity.id]
                if call.session_seen(session)
                and begin <= session.sessdate
                and (not end or session.sessdate < end)
                and (not session_ids or session.id in session_ids)
            ),
            key=lambda session: session.id,
        )

    def _readable(self):
        """Where the account lost its rights, each is left out with a warning (seen on Moodle 4.3
        and 5.1)."""
        trouble = self.call.site.attendance_trouble
        if trouble not in (None, "requireloginerror", "nopermissions"):
            raise MoodleException(trouble)
        found = []
        for activity in sorted(self.tables.attendances[self.course.id], key=lambda a: a.id):
            if activity.leaving:
                continue
            if trouble or activity.id in self.call.site.unreadable:
                self._warn(
                    "attendance",
                    activity.id,
                    "nopermissions",
                    "The account may not read this activity.",
                )
            else:
                found.append(activity)
        return found

    def _warn(self, item, number, code, message):
        self.warnings.append(
            {"item": item, "itemid": number, "warningcode": code, "message": message}
        )

    def digest(self):
        """:return: 64 hexadecimal digits"""
        found = hashlib.sha256()
        parts = (
            self.activities(), self.statuses(), self.sessions(), self.marks(), self.users(),
            self.groups(),
        )  # fmt: skip
        for number, rows in enumerate(parts):
            found.update(f"\n{number}\n{rows!r}".encode())
        return found.hexdigest()

    def activities(self):
        """Those with a grouping have a column more, :data:`GROUPS`."""
        return [
            (a.id, a.cmid, a.name, int(a.visible), a.groupmode, a.groupingid, *self._grouping(a))
            for a in self._activities
        ]

    def named_activities(self):
        return named((*ACTIVITY, GROUPS), self.activities())

    def _grouping(self, activity):
        groups = self.call.state.grouped(activity)
        return () if groups is None else (sorted(groups),)

    def statuses(self):
        """Hidden and deleted ones, too."""
        found = [s for a in self._activities for s in self.tables.statuses[a.id]]
        return [
            (
                s.id, s.attendance_id, s.acronym, s.description, s.grade, int(s.visible),
                int(s.deleted), s.setnumber,
            )
            for s in sorted(found, key=lambda status: status.id)
        ]  # fmt: skip

    @property
    def total(self):
        return len(self._sessions)

    def sessions(self, skip=0, most=None):
        return [
            (
                s.id, s.attendance_id, s.group_id, s.sessdate, s.duration, s.statusset,
                s.lasttaken or 0, s.lasttakenby, s.timemodified or 0, s.description[:DESCRIPTION],
                s.descriptionformat, reference(s.description),
            )
            for s in self._page(skip, most)
        ]  # fmt: skip

    def _page(self, skip, most):
        return self._sessions[skip : None if most is None else skip + most]

    def marks(self, skip=0, most=None):
        """:return: for each session a list"""
        return [
            [mark(row) for row in sorted(session.log, key=lambda row: row.id) if shown(row)]
            for session in self._page(skip, most)
            for shown in [self._shown(session)]
        ]

    def _shown(self, session):
        """:return: function that says whether a row of the session is shown"""
        activity = self.call.state.attendances[session.attendance_id]
        seen = self.call.members_seen(self.course, activity.groupmode)
        return lambda row: seen is None or row.user_id in seen

    def users(self):
        """Everybody enrolled, then those who left and still have a mark in one of the sessions."""
        call, course = self.call, self.course
        if not call.sees_people(course):
            self._warn("course", course.id, "nopeople", "The account may not see the participants.")
            return []
        if not self._numbers:
            self._warn(
                "course", course.id, "noidentity",
                "The account may not see ID numbers and e-mails.",
            )  # fmt: skip
        enrolments = call.state.enrolments.get(course.id, {})
        marked = {row.user_id for session in self._sessions for row in session.log}
        seen = call.members_seen(course, course.groupmode)
        if seen is not None:
            marked = set()
            enrolments = {number: e for number, e in enrolments.items() if number in seen}
        return [
            row
            for number in (*sorted(enrolments), *sorted(marked - set(enrolments)))
            for row in self._user(number, enrolments.get(number))
        ]

    @property
    def _numbers(self):
        """Whether ID numbers are shown. Moodle shows teachers none unless it is told to."""
        return self.call.token.identity and not self.call.token.only_own

    def _user(self, number, enrolment):
        """:return: a row, or none of somebody whose account is deleted, as a temporary
        attendee's is
        """
        user = self.call.state.users.get(number)
        if user is None or user.deleted or user.temporary:
            return
        yield (
            user.id,
            user.idnumber if self._numbers else "",
            user.email if self.call.token.identity else "",
            user.firstname,
            user.lastname,
            int(user.suspended),
            int(enrolment is not None),
            int(enrolment is not None and enrolment.active),
            int(enrolment is not None and enrolment.listed),
            enrolment.roles if enrolment else [],
        )

    def groups(self):
        if not self.call.sees_groups(self.course):
            self._warn("course", self.course.id, "nogroups", "The account may not see all groups.")
            return []
        return [
            (
                *(group.id, group.name, group.idnumber, sorted(group.members)),
                # Those that activities offer have no such column.
                *(() if group.participation else (0,)),
            )
            for group in sorted(self.tables.groups[self.course.id], key=lambda group: group.id)
        ]
