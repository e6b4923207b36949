"""People of a course, accounts, groups. Shapes from the recordings ``users`` and
``groups``."""

from . import ornaments
from .errors import MoodleException
from .functions_core import function, known_course
from .params import whole


def _role(name):
    return {"roleid": ornaments.ROLE_IDS[name], "name": "", "shortname": name, "sortorder": 0}


def _user(call, user, fields=None, enrolment=None):
    """Keys without a value are absent."""
    values = {
        "id": user.id,
        "username": user.username,
        "fullname": user.fullname,
        "email": user.email,
        "department": "",
        "idnumber": user.idnumber,
        "firstaccess": 0,
        "lastaccess": 0,
        **ornaments.look(call),
    }
    if enrolment is not None:
        groups = [
            {"id": g.id, "name": g.name, "description": "", "descriptionformat": 1}
            for g in call.state.groups.values()
            if user.id in g.members
        ]
        values["groups"] = groups
        values["roles"] = [_role(enrolment.role)]
        values |= ornaments.participant(call, user)
    else:
        values["suspended"] = user.suspended
        values |= ornaments.account(user)
    if fields:
        values = {
            name: value for name, value in values.items() if name in {"id", "fullname"} | fields
        }
    return {
        name: value
        for name, value in values.items()
        if value not in ("", []) or name in ("department", "theme")
    }


@function("core_enrol_get_enrolled_users", "courseid", "options")
def get_enrolled_users(call, params):
    """Teachers, suspended accounts and enrolments that are not running are in it. In a
    course with separate groups an account that may not see all groups, and is in none, gets
    an empty list and no error (seen on Moodle 5.1)."""
    course = known_course(call, params.number("courseid"))
    if course.groupmode == 1 and not call.token.all_groups:
        return []
    options = params.options()
    if "withcapability" in options:
        raise MoodleException("nopermissions")
    enrolments = [
        enrolment
        for enrolment in call.state.enrolments[course.id].values()
        if not call.state.users[enrolment.user_id].deleted
    ]
    if options.get("onlyactive") == "1":
        enrolments = [enrolment for enrolment in enrolments if enrolment.active]
    if options.get("onlysuspended") == "1":
        enrolments = [enrolment for enrolment in enrolments if not enrolment.active]
    if options.get("groupid", "0") != "0":
        members = call.state.groups[whole(options["groupid"])].members
        enrolments = [enrolment for enrolment in enrolments if enrolment.user_id in members]
    enrolments.sort(key=lambda enrolment: enrolment.user_id)
    start = whole(options.get("limitfrom", 0))
    number = whole(options.get("limitnumber", 0))
    enrolments = enrolments[start : start + number if number else None]
    fields = set(options["userfields"].split(",")) if options.get("userfields") else None
    return [_user(call, call.state.users[e.user_id], fields, e) for e in enrolments]


@function("core_user_get_users_by_field", "field", "values")
def get_users_by_field(call, params):
    """Unknown values are silently missing. By id, a temporary attendee fails the whole
    call and a deleted account comes with a mangled e-mail and no flag."""
    name = params.text("field")
    if name not in ("id", "idnumber", "username", "email"):
        raise MoodleException("codingerror")
    values = list(dict.fromkeys(params.list("values")))
    if name == "id":
        values = [whole(value) for value in values]
    found = []
    for value in values:
        for user in call.state.users.values():
            if value == "" or getattr(user, name) != value:
                continue
            if user.temporary:
                raise MoodleException("invaliduser")
            if user.deleted and name != "id":
                continue
            if _shown(call, user):
                found.append(user)
    return [_by_id(call, user) for user in found]


def _by_id(call, user):
    values = _user(call, user)
    if not call.token.numbers:
        values.pop("idnumber", None)
    return values


def _shown(call, user):
    """Without the right in the whole site, people are seen in the courses that they are in (seen
    on Moodle 4.3 and 5.1)."""
    return (
        call.token.profiles
        or user.id == call.user.id
        or any(
            user.id in enrolments and enrolments[user.id].active
            for enrolments in call.state.enrolments.values()
        )
    )


@function("core_group_get_course_groups", "courseid")
def get_course_groups(call, params):
    course = known_course(call, params.number("courseid"), "errorcoursecontextnotvalid")
    return [
        {
            "id": group.id,
            "courseid": course.id,
            "name": group.name,
            "description": "",
            "descriptionformat": 1,
            "enrolmentkey": None,
            "idnumber": group.idnumber,
            "visibility": 0,
            "participation": group.participation,
        }
        for group in call.state.groups.values()
        if group.course_id == course.id
    ]


@function("core_group_get_group_members", "groupids")
def get_group_members(call, params):
    result = []
    for value in params.list("groupids"):
        group = call.state.groups.get(whole(value))
        if group is None:
            raise MoodleException("invalidrecord", "groups")
        result.append({"groupid": group.id, "userids": sorted(group.members)})
    return result
