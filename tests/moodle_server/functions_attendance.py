"""The attendance functions, under both families' names. Shapes and behaviour from the
recordings ``get_session``, ``get_sessions``, ``today``, ``update_user_status``,
``add_session``."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from .errors import MoodleException
from .functions_core import function, known_course

# PHP's strip_tags: an opening angle bracket and then anything but white space.
_MARKUP = re.compile(r"<\S")


def _both(name, *parameters):
    def register(implementation):
        function(f"mod_wsattendance_{name}", *parameters)(implementation)
        function(f"mod_attendance_{name}", *parameters)(implementation)
        return implementation

    return register


def _native(name, *parameters):
    return function(f"mod_attendance_{name}", *parameters)


def _session(call, session_id):
    session = call.state.sessions.get(session_id)
    if session is None:
        raise MoodleException("invalidrecord", "attendance_sessions")
    call.check_course(call.state.course_of(session))
    call.check_attendance(session.attendance_id)
    return session


def looks_like_markup(text):
    return bool(_MARKUP.search(text))


def bare_session(session):
    return {
        "id": session.id,
        "attendanceid": session.attendance_id,
        "groupid": session.group_id,
        "sessdate": session.sessdate,
        "duration": session.duration,
        "lasttaken": session.lasttaken,
        "lasttakenby": session.lasttakenby,
        "timemodified": session.timemodified,
        "description": session.description,
        "descriptionformat": session.descriptionformat,
        "studentscanmark": 0,
        "absenteereport": 1,
        "autoassignstatus": 0,
        "preventsharedip": 0,
        "preventsharediptime": None,
        "statusset": session.statusset,
        "includeqrcode": 0,
        "studentsearlyopentime": 0,
    }


def _whole(call, session):
    """Of two rows of one student only the last shows."""
    if any(looks_like_markup(row.remarks or "") for row in session.log):
        raise MoodleException("invalidresponse")
    rows = {}
    for row in session.log:
        rows.pop(row.user_id, None)
        rows[row.user_id] = row
    return whole_session(call.state, session, rows.values())


def whole_session(state, session, rows):
    """A log row's ids are text.

    :param rows: of the log, as they are shown
    """
    users = [state.users[user_id] for user_id in state.listed(session)]
    users.sort(key=lambda user: (user.lastname, user.firstname))
    return {
        **bare_session(session),
        "courseid": state.course_of(session).id,
        "statuses": [
            {
                "id": status.id,
                "attendanceid": status.attendance_id,
                "acronym": status.acronym,
                "description": status.description,
                "grade": status.grade,
                "visible": 1,
                "deleted": 0,
                "setnumber": status.setnumber,
            }
            for status in state.statuses_of(session)
        ],
        "attendance_log": [
            {
                "studentid": row.user_id,
                "statusid": str(row.status_id),
                "remarks": row.remarks,
                "id": str(row.id),
            }
            for row in rows
        ],
        "users": [
            {"id": user.id, "firstname": user.firstname, "lastname": user.lastname}
            for user in users
        ],
    }


@_both("get_session", "sessionid")
def get_session(call, params):
    return _whole(call, _session(call, params.number("sessionid")))


@_native("get_sessions", "attendanceid")
def get_sessions(call, params):
    activity = call.state.attendances.get(params.number("attendanceid"))
    if activity is None:
        raise MoodleException("invalidrecordunknown")
    call.check_course(call.state.courses[activity.course_id])
    call.check_attendance(activity.id)
    sessions = [s for s in call.state.sessions.values() if s.attendance_id == activity.id]
    return [_whole(call, session) for session in sorted(sessions, key=lambda s: s.id)]


@_both("get_courses_with_today_sessions", "userid")
def get_courses_with_today_sessions(call, params):
    user_id = params.number("userid", call.profile.default_today_user(call.user))
    if user_id not in call.state.users:
        raise MoodleException("invaliduser")
    return courses_today(call, user_id)


def courses_today(call, user_id, active=False):
    """The courses of a teacher with their sessions of today, in the time zone of the
    token's user.

    :param active: whether an enrolment has to count now
    """
    state = call.state
    zone = ZoneInfo(call.user.timezone or state.timezone)
    today = datetime.fromtimestamp(state.clock(), zone).date()
    courses = []
    for course in state.courses.values():
        enrolment = state.enrolments.get(course.id, {}).get(user_id)
        if enrolment is None or not set(enrolment.roles) - {"student"}:
            continue
        if active and not enrolment.active:
            continue
        instances = []
        for activity in state.attendances.values():
            sessions = [
                bare_session(session)
                for session in state.sessions.values()
                if session.attendance_id == activity.id
                and datetime.fromtimestamp(session.sessdate, zone).date() == today
            ]
            if activity.course_id == course.id and sessions:
                instances.append({"name": activity.name, "today_sessions": sessions})
        if instances:
            courses.append(
                {
                    "shortname": course.shortname,
                    "fullname": course.fullname,
                    "attendance_instances": instances,
                }
            )
    return courses


@_both("update_user_status", "sessionid", "studentid", "takenbyid", "statusid", "statusset")
def update_user_status(call, params):
    """Next to nothing is checked; the session's times move at every call."""
    state = call.state
    student, taker = params.number("studentid"), params.number("takenbyid")
    status_id, status_set = params.number("statusid"), params.text("statusset")
    if looks_like_markup(status_set):
        raise MoodleException("invalidparameter")
    session = _session(call, params.number("sessionid"))
    if student not in state.users or taker not in state.users:
        raise MoodleException("invaliduser")
    call.profile.check_update(state, session, status_id, status_set)
    rows = [row for row in session.log if row.user_id == student]
    row = min(rows, key=lambda row: row.id, default=None) or state.new_row(session, student)
    row.status_id = status_id
    state.written(session, row, taker, statusset=status_set)
    state.taken(session, taker)
    session.timemodified = session.lasttaken
    call.wrote()
    return call.profile.update_answer


@_native(
    "add_session", "attendanceid", "description", "sessiontime", "duration", "groupid",
    "addcalendarevent",
)  # fmt: skip
def add_session(call, params):
    """No check for duplicates; always status set 0."""
    state = call.state
    activity = state.attendances.get(params.number("attendanceid"))
    starts = params.number("sessiontime")
    if activity is None:
        raise MoodleException("invalidrecordunknown")
    call.check_course(state.courses[activity.course_id])
    call.check_attendance(activity.id)
    group_id = params.number("groupid", 0)
    group = state.groups.get(group_id)
    wrong = group_id and (group is None or group.course_id != activity.course_id)
    grouping = state.grouped(activity)
    if (
        wrong
        or (group_id and grouping is not None and group_id not in grouping)
        or (activity.groupmode == 0 and group_id)
        or (activity.groupmode == 1 and not group_id)
    ):
        raise MoodleException("invalidparameter")
    session = state.add_session(
        activity,
        starts,
        params.number("duration", 0),
        group,
        description=params.text("description", ""),
    )
    call.wrote()
    return {"sessionid": session.id}


@_native("remove_session", "sessionid")
def remove_session(call, params):
    call.state.delete_session(_session(call, params.number("sessionid")))
    call.wrote()
    return True


@_native("add_attendance", "courseid", "name", "intro", "groupmode")
def add_attendance(call, params):
    course = known_course(call, params.number("courseid"))
    activity = call.state.add_attendance(course, params.text("name"), params.number("groupmode", 0))
    call.wrote()
    return {"attendanceid": activity.id}


@_native("remove_attendance", "attendanceid")
def remove_attendance(call, params):
    activity = call.state.attendances.get(params.number("attendanceid"))
    if activity is None:
        raise MoodleException("invalidrecordunknown")
    call.state.delete_activity(activity)
    call.wrote()
    return True
