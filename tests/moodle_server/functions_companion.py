"""The functions of local_wsattendance, and the old plug-in's names as it answers them. Shapes and
behaviour from its source and from the recordings ``companion``."""

import re
from collections import Counter

from .course_reader import (
    GROUP,
    MARK,
    SESSION,
    STATUS,
    USER,
    CourseReader,
    Tables,
    named,
)
from .errors import MoodleException, wrong
from .functions_attendance import courses_today, looks_like_markup, whole_session
from .functions_core import COMPANION, function
from .mark_writer import MarkWriter
from .params import Params, whole

MOST_COURSES = MOST_SESSIONS = MOST_USERS = 500
LARGEST_NUMBER = 10**9
# Of a new session: its beginning, seconds, the number of its statuses, and characters of texts.
LATEST, LONGEST, SETS, REFERENCE, DESCRIPTION = 4102444800, 7 * 86400, 9999, 90, 20000
RIGHTS = ("local/wsattendance:sync", "webservice/rest:use")
_RUN = re.compile(r"[A-Za-z0-9]{0,64}")
# The version that was the first to know numbers of runs.
NUMBERS_RUNS = 2026120100
_REFERENCE = re.compile(r"[A-Za-z0-9_-]*")
_NO_ACCESS = "No access rights in course context"


def _own(name, *parameters):
    return function(name, *parameters, among=COMPANION)


def _check_version(call, params, *names):
    """An older plug-in refuses what it does not know, as Moodle does for any function."""
    if int(call.profile.companion_version) < NUMBERS_RUNS and any(n in params for n in names):
        raise MoodleException("invalidparameter")


def _missing(code, table=""):
    """The plug-in says itself what isn't there, by the same class on each Moodle."""
    return MoodleException(code, table, kind="moodle_exception")


def _check(fits, parameter):
    if not fits:
        raise wrong(parameter)


def _seen(call, session):
    """:return: ids of those whose marks the account is shown, ``None`` for everybody's"""
    activity = call.state.attendances[session.attendance_id]
    return call.members_seen(call.state.courses[activity.course_id], activity.groupmode)


def _session(call, session_id):
    session = call.state.sessions.get(session_id)
    if session is None:
        raise _missing("invalidrecord", "attendance_sessions")
    _enter_activity(call, call.state.attendances[session.attendance_id])
    if not call.session_seen(session):
        raise MoodleException("nopermissions")
    return session


def _enter_activity(call, activity):
    call.enter(call.state.courses[activity.course_id])
    call.check_attendance(activity.id)


# --- reading ------------------------------------------------------------------


@_own("local_wsattendance_get_courses", "courseids", "marks")
def get_courses(call, params):
    """Those that can't be entered are absent, and so is the front page."""
    state = call.state
    ids = {whole(value) for value in params.list("courseids")} if "courseids" in params else None
    with_marks = bool(params.number("marks", 0))
    marked = {
        state.attendances[session.attendance_id].course_id
        for session in state.sessions.values()
        if with_marks and session.log
    }
    activities = Counter(a.course_id for a in state.attendances.values() if not a.leaving)
    found = []
    for course in sorted(state.courses.values(), key=lambda course: course.id):
        if course.id == 1 or (ids and course.id not in ids):
            continue
        if not (call.token.syncs or _enters(call, course)):
            continue
        row = {
            "id": course.id,
            "shortname": course.shortname,
            "fullname": course.fullname,
            "idnumber": course.idnumber,
            "categoryid": 1,
            "visible": int(course.visible),
            "groupmode": course.groupmode,
            "startdate": course.startdate,
            "enddate": course.enddate,
            "timecreated": course.timecreated,
            "activities": activities[course.id],
        }
        if with_marks:
            row["marks"] = int(course.id in marked)
        if call.token.only_own:
            del row["idnumber"], row["timecreated"]
        found.append(row)
    return {
        "courses": found,
        "sitecreated": 0
        if call.token.only_own or call.token.limited
        else state.courses[1].timecreated,
        "tokenends": call.token.ends,
    }


def _enters(call, course):
    try:
        call.enter(course)
    except MoodleException:
        return False
    return True


@_own("local_wsattendance_get_status")
def get_status(call, params):
    token = call.token
    rights = token.rights or (RIGHTS if token.syncs else ("webservice/rest:use",))
    return {
        "release": "1.1.0",
        "auth": "manual" if token.can_log_in else "webservice",
        "canlogin": int(token.can_log_in),
        "setup": int(not token.can_log_in),
        "sync": int(token.syncs),
        "rights": sorted(rights),
        "tokenends": token.ends,
        "iprestriction": "",
    }


@_own("local_wsattendance_get_digests", "courseids", "from", "to", "run", "number", "renew")
def get_digests(call, params):
    """A course that can't be entered is a warning."""
    _check_version(call, params, "run", "number", "renew")
    ids = [whole(value) for value in params.list("courseids")]
    begin, end = params.number("from", 0), params.number("to", 0)
    run, number = params.text("run", ""), params.number("number", 0)
    _check(len(ids) <= MOST_COURSES, "courseids")
    _check(_RUN.fullmatch(run), "run")
    _check(0 <= number <= LARGEST_NUMBER, "number")
    more = {}
    if run:
        with call.state.lock:
            more["number"] = _next_number(call.state, run, number, bool(params.number("renew", 0)))
        if not more["number"]:
            return {"digests": [], "warnings": [], **more}
    tables = Tables(call.state)
    courses, warnings = [], []
    for number in dict.fromkeys(ids):
        course = call.state.courses.get(number)
        try:
            call.enter(course)
        except MoodleException:
            warnings.append(
                {"item": "course", "itemid": number, "warningcode": "1", "message": _NO_ACCESS}
            )
        else:
            courses.append(course)
    digests = []
    for course in courses:
        reader = CourseReader(call, tables, course, begin, end)
        digests.append({"courseid": course.id, "digest": reader.digest()})
        warnings += reader.warnings
    return {"digests": digests, "warnings": warnings, **more}


def _next_number(state, run, number, renew):
    """:return: 0 where a later run has been there"""
    handed_in, given = state.run_numbers.get(run, (number, 0))
    counts = number == handed_in or number >= given
    if not (counts or renew):
        return 0
    following = max(number, given) + 1
    state.run_numbers[run] = (following if renew else number), following
    return following


@_own(
    "local_wsattendance_get_sessions", "courseid", "from", "to", "sessionids", "limitfrom",
    "limitnum",
)  # fmt: skip
def get_sessions(call, params):
    """What is not of a single session comes with the first page only."""
    number = params.number("courseid")
    begin, end = params.number("from", 0), params.number("to", 0)
    ids = [whole(value) for value in params.list("sessionids")] if "sessionids" in params else ()
    skip, most = params.number("limitfrom", 0), params.number("limitnum", 100)
    _check(skip >= 0, "limitfrom")
    _check(1 <= most <= MOST_SESSIONS, "limitnum")
    course = call.state.courses.get(number)
    if course is None:
        raise _missing("invalidrecord", "course")
    call.enter(course)
    reader = CourseReader(call, Tables(call.state), course, begin, end, set(ids))
    sessions = named(SESSION, reader.sessions(skip, most))
    for session, marks in zip(sessions, reader.marks(skip, most), strict=True):
        session["marks"] = named(MARK, marks)
    return {
        "courseid": course.id,
        "total": reader.total,
        "activities": [] if skip else reader.named_activities(),
        "statuses": named(STATUS, () if skip else reader.statuses()),
        "users": named(USER, () if skip else reader.users()),
        "groups": named(GROUP, () if skip else reader.groups()),
        "sessions": sessions,
        "warnings": reader.warnings,
    }


MAY_NOT_SEE = (
    "Sorry, but you do not currently have permissions to do that (See full user identity in lists)."
)


@_own("local_wsattendance_get_accounts", "userids")
def get_accounts(call, params):
    ids = {whole(value) for value in params.list("userids")}
    _check(len(ids) <= MOST_USERS, "userids")
    token = call.token
    if token.limited or token.only_own or not (token.identity and token.numbers):
        raise MoodleException("nopermissions", message=MAY_NOT_SEE)
    users = [user for number, user in sorted(call.state.users.items()) if number in ids]
    return {
        "accounts": [
            {
                "id": user.id,
                "idnumber": "" if gone else user.idnumber,
                "email": "" if gone else user.email,
                "deleted": int(gone),
            }
            for user in users
            for gone in [user.deleted or user.temporary]
        ]
    }


@_own("mod_wsattendance_get_session", "sessionid")
def get_session(call, params):
    """No remark spoils the answer; of two rows of a student the one taken last is shown."""
    session = _session(call, params.number("sessionid"))
    rows = {}
    for row in sorted(session.log, key=lambda row: (row.timetaken, row.id)):
        rows[row.user_id] = row
    seen = _seen(call, session)
    shown = [row for row in rows.values() if seen is None or row.user_id in seen]
    return whole_session(call.state, session, shown)


@_own("mod_wsattendance_get_courses_with_today_sessions", "userid")
def get_courses_with_today_sessions(call, params):
    user_id = params.number("userid", 0)
    if user_id not in call.state.users or call.state.users[user_id].deleted:
        raise _missing("invaliduser")
    return courses_today(call, user_id, active=True)


# --- writing ------------------------------------------------------------------


@_own("local_wsattendance_set_marks", "sessionid", "marks", "takenby")
def set_marks(call, params):
    state = call.state
    number, taker = params.number("sessionid"), params.number("takenby", 0)
    marks = [_mark(values) for values in params.list("marks")]
    session = _session(call, number)
    taker = taker or call.user.id
    _check(call.may_take(state.attendances[session.attendance_id], taker), "takenby")
    writer = MarkWriter(state, session, taker, _seen(call, session))
    results = writer.write_all(marks)
    if writer.touched:
        call.wrote()
    return {"sessionid": number, "results": results}


def _mark(values):
    params = _structure(values, "studentid", "statusid", "remarks", "expected")
    found = {name: params.number(name) for name in ("studentid", "statusid")}
    if "remarks" in params:
        found["remarks"] = params.text("remarks")
    if "expected" in params:
        read = _structure(params.values["expected"], "statusid", "timetaken", "remarks")
        found["expected"] = {name: read.number(name) for name in ("statusid", "timetaken")}
        if "remarks" in read:
            found["expected"]["remarks"] = read.text("remarks")
    return found


def _structure(values, *allowed):
    if not isinstance(values, dict):
        raise MoodleException("invalidparameter")
    return Params(values, allowed)


@_own(
    "local_wsattendance_add_session", "attendanceid", "sessiontime", "reference", "duration",
    "groupid", "description", "statusset", "addcalendarevent",
)  # fmt: skip
def add_session(call, params):
    """The same reference twice is the same session."""
    state = call.state
    number, starts = params.number("attendanceid"), params.number("sessiontime")
    reference, duration = params.text("reference"), params.number("duration", 0)
    group_id, statusset = params.number("groupid", 0), params.number("statusset", 0)
    description = params.text("description", "")
    _check(
        reference and len(reference) <= REFERENCE and _REFERENCE.fullmatch(reference), "reference"
    )
    _check(0 < starts <= LATEST, "sessiontime")
    _check(0 <= duration <= LONGEST, "duration")
    _check(len(description) <= DESCRIPTION, "description")
    activity = state.attendances.get(number)
    if activity is None:
        raise _missing("invalidrecordunknown")
    _enter_activity(call, activity)
    _check_group(call, activity, group_id)
    _check(0 <= statusset <= SETS and state.statuses_in(activity.id, statusset), "statusset")
    marker = f"[{reference}]"
    if marker not in description:
        description = f"{description} {marker}".strip()
    there = [s for s in state.sessions.values() if s.attendance_id == activity.id]
    found = min((s.id for s in there if marker in s.description), default=None)
    if found is not None:
        return {"sessionid": found, "created": False}
    session = state.add_session(
        activity,
        starts,
        duration,
        state.groups.get(group_id),
        statusset=statusset,
        description=description,
    )
    call.wrote()
    return {"sessionid": session.id, "created": True}


def _check_group(call, activity, group_id):
    if not group_id and activity.groupmode != 1:
        return
    group = call.state.groups.get(group_id)
    grouping = call.state.grouped(activity)
    _check(grouping is None or group_id in grouping, "groupid")
    mine = group is not None and (
        call.sees_groups(call.state.courses[activity.course_id]) or call.user.id in group.members
    )
    _check(mine and activity.groupmode and group.course_id == activity.course_id, "groupid")


@_own(
    "mod_wsattendance_update_user_status", "sessionid", "studentid", "takenbyid", "statusid",
    "statusset",
)  # fmt: skip
def update_user_status(call, params):
    """Whatever is there is overwritten; one row a student is left."""
    student, taker = params.number("studentid"), params.number("takenbyid")
    status_id, statusset = params.number("statusid"), params.text("statusset")
    number = params.number("sessionid")
    if looks_like_markup(statusset):
        raise MoodleException("invalidparameter")
    session = _session(call, number)
    state = call.state
    for user in (student, taker):
        if user not in state.users or state.users[user].deleted:
            raise _missing("invaliduser")
    activity = state.attendances[session.attendance_id]
    _check(call.may_take(activity, taker), "takenbyid")
    seen = _seen(call, session)
    enrolled = student in state.enrolments[activity.course_id]
    _check(enrolled and (seen is None or student in seen), "studentid")
    status = state.statuses.get(status_id)
    _check(status is not None and status.attendance_id == activity.id, "statusid")
    MarkWriter(state, session, taker).overwrite(student, status_id, statusset)
    call.wrote()
