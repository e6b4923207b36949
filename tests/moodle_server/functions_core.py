"""The core functions: site info, courses, contents, people, groups. Shapes from the
recordings ``site_info``, ``courses``, ``users``, ``groups``."""

from html import escape

from .errors import MoodleException
from .params import whole

FUNCTIONS = {}


def function(name, *parameters):
    """Register a web service function with the names of its parameters."""

    def register(implementation):
        FUNCTIONS[name] = (implementation, parameters)
        return implementation

    return register


def known_course(call, course_id, unknown="invalidrecord"):
    course = call.state.courses.get(course_id)
    if course is None or course_id == 1:
        raise MoodleException(unknown, "course")
    call.check_course(course)
    return course


@function("core_webservice_get_site_info", "serviceshortnames")
def get_site_info(call, params):
    user = call.user
    return {
        "sitename": call.state.courses[1].fullname,
        "username": user.username,
        "firstname": user.firstname,
        "lastname": user.lastname,
        "fullname": user.fullname,
        "lang": "en",
        "userid": user.id,
        "siteurl": call.site.wwwroot,
        "userpictureurl": f"{call.site.wwwroot}/theme/image.php/boost/core/1/u/f1",
        "functions": [
            {"name": name, "version": call.profile.version(name)} for name in call.token.functions
        ],
        "downloadfiles": 0,
        "uploadfiles": 0,
        "release": call.profile.release,
        "version": call.profile.moodle_version,
        "mobilecssurl": "",
        "advancedfeatures": [{"name": "usecomments", "value": 1}],
        "usercanmanageownfiles": True,
        "userquota": 104857600,
        "usermaxuploadfilesize": 2097152,
        "userhomepage": 1,
        # A secret of Moodle's; a client must not keep or show it.
        "userprivateaccesskey": "PRIVATE_KEY",
        "siteid": 1,
        "sitecalendartype": "gregorian",
        "usercalendartype": "gregorian",
        "userissiteadmin": False,
        "theme": "boost",
        "limitconcurrentlogins": 0,
    }


def _course(call, course):
    """Names are HTML unless ``moodlewssettingraw`` asks for them as they are."""
    fullname = course.fullname if call.raw else escape(course.fullname, quote=False)
    return {
        "id": course.id,
        "shortname": course.shortname,
        "categoryid": 1,
        "fullname": fullname,
        "displayname": fullname,
        "idnumber": course.idnumber,
        "summary": "",
        "summaryformat": 0,
        "format": "site" if course.id == 1 else "topics",
        "showgrades": 1,
        "newsitems": 5,
        "startdate": 0,
        "enddate": 0,
        "maxbytes": 0,
        "showreports": 0,
        "visible": int(course.visible),
        "groupmode": 0,
        "groupmodeforce": 0,
        "defaultgroupingid": 0,
        "timecreated": 0,
        "timemodified": 0,
        "enablecompletion": 0,
        "completionnotify": 0,
        "lang": "",
        "showactivitydates": False,
        "showcompletionconditions": None,
    }


@function("core_course_get_courses", "options")
def get_courses(call, params):
    """In no order; the front page is in it."""
    wanted = params.values.get("options", {}).get("ids")
    ids = {whole(value) for value in wanted.values()} if wanted else None
    found = [c for c in call.state.courses.values() if ids is None or c.id in ids]
    return [_course(call, course) | _listed(course) for course in reversed(found)]


def _listed(course):
    """What only the list tells."""
    if course.id == 1:
        return {"categorysortorder": 1, "numsections": 1, "forcetheme": ""}
    return {
        "categorysortorder": 10000 + course.id,
        "numsections": 2,
        "hiddensections": 1,
        "forcetheme": "",
    }


# Of a course that the account may not enter, or whose settings it may not see.
PUBLIC = (
    "id", "fullname", "displayname", "shortname", "categoryid", "summary", "summaryformat",
    "showactivitydates", "showcompletionconditions",
)  # fmt: skip


@function("core_course_get_courses_by_field", "field", "value")
def get_courses_by_field(call, params):
    """An empty idnumber matches every course without one."""
    name = params.text("field", "")
    if name not in ("", "id", "ids", "shortname", "idnumber", "category"):
        raise MoodleException("invalidparameter")
    value = params.text("value", "")
    courses = list(call.state.courses.values())
    if name == "ids":
        if any(
            not part.isdigit() or int(part) not in call.state.courses for part in value.split(",")
        ):
            raise MoodleException(
                None, message='Attempt to assign property "contextvalidated" on null'
            )
        courses = [course for course in courses if str(course.id) in value.split(",")]
    elif name:
        courses = [course for course in courses if str(getattr(course, name, "")) == value]
    rows = [_course(call, course) for course in courses]
    if call.token.limited:
        rows = [{key: row[key] for key in PUBLIC} for row in rows if row["visible"]]
    return {"courses": rows, "warnings": []}


@function("core_course_get_contents", "courseid", "options")
def get_contents(call, params):
    """``instance`` of a module is the attendance id; ``id`` is not."""
    course = known_course(call, params.number("courseid"))
    options = params.options()
    if set(options) - {"modname", "excludemodules", "excludecontents", "includestealthmodules"}:
        raise MoodleException("errorinvalidparam")
    modules = [
        {
            "id": 1000 + activity.id,
            "url": f"{call.site.wwwroot}/mod/attendance/view.php?id={1000 + activity.id}",
            "name": activity.name,
            "instance": activity.id,
            "contextid": 2000 + activity.id,
            "visible": int(activity.visible),
            "uservisible": True,
            "visibleoncoursepage": 1,
            "modicon": f"{call.site.wwwroot}/theme/image.php/boost/attendance/1/monologo",
            "modname": "attendance",
            "modplural": "Attendances",
            "availability": None,
            "indent": 0,
            "onclick": "",
            "afterlink": None,
            "customdata": '""',
            "noviewlink": False,
            "completion": 0,
            "downloadcontent": 1,
            "dates": [],
            "groupmode": activity.groupmode,
        }
        for activity in call.state.attendances.values()
        if activity.course_id == course.id
    ]
    if options.get("modname", "attendance") != "attendance":
        modules = []

    def section(number, content):
        return {
            "id": course.id * 10 + number,
            "name": f"Topic {number}" if number else "General",
            "visible": 1,
            "summary": "",
            "summaryformat": 1,
            "section": number,
            "hiddenbynumsections": 0,
            "uservisible": True,
            "modules": content,
        }

    # A forum's number is no attendance's, even if there is one of that number.
    forum = {"modname": "forum", "modplural": "Forums", "name": "Announcements"}
    forum |= {"id": 900, "instance": course.id - 1, "visible": 1, "groupmode": 0}
    forums = [{**module, **forum} for module in modules[:1] if "modname" not in options]
    return [section(0, forums), section(1, modules), section(2, [])]


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
    }
    if enrolment is not None:
        groups = [
            {"id": g.id, "name": g.name, "description": "", "descriptionformat": 1}
            for g in call.state.groups.values()
            if user.id in g.members
        ]
        values["groups"] = groups
        values["roles"] = [{"roleid": 5, "name": "", "shortname": enrolment.role, "sortorder": 0}]
    else:
        values["suspended"] = user.suspended
    if fields:
        values = {
            name: value for name, value in values.items() if name in {"id", "fullname"} | fields
        }
    return {
        name: value
        for name, value in values.items()
        if value not in ("", []) or name == "department"
    }


@function("core_enrol_get_enrolled_users", "courseid", "options")
def get_enrolled_users(call, params):
    """Teachers, suspended accounts and enrolments that are not running are in it."""
    course = known_course(call, params.number("courseid"))
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
            found.append(user)
    return [_user(call, user) for user in found]


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
            "participation": True,
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
