"""Which functions there are; and site info, courses and their contents. Shapes from the
recordings ``site_info`` and ``courses``."""

from . import ornaments
from .errors import MoodleException
from .params import whole

FUNCTIONS = {}
# Of local_wsattendance: functions that only it has, and those that it answers in its own way.
COMPANION = {}


def function(name, *parameters, among=FUNCTIONS):
    """Register a web service function with the names of its parameters."""

    def register(implementation):
        among[name] = (implementation, parameters)
        return implementation

    return register


def find(profile, name):
    """:return: the implementation and its parameters' names, or ``None`` where the site has no
    such function
    """
    if profile.companion and name in COMPANION:
        return COMPANION[name]
    return FUNCTIONS.get(name)


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
        "userpictureurl": ornaments.picture(call.site, "f1"),
        "functions": [
            {"name": name, "version": call.profile.version(name)} for name in call.token.functions
        ],
        "downloadfiles": 0,
        "uploadfiles": 0,
        "release": call.profile.release,
        "version": call.profile.moodle_version,
        "mobilecssurl": "",
        "advancedfeatures": ornaments.pairs({**ornaments.FEATURES, **call.profile.more_features}),
        "usercanmanageownfiles": True,
        "userquota": 104857600,
        "usermaxuploadfilesize": 2097152,
        "userhomepage": 1,
        # A secret of Moodle's; a client must not keep or show it.
        "userprivateaccesskey": "PRIVATE_KEY",
        "siteid": 1,
        "sitecalendartype": "gregorian",
        "usercalendartype": "gregorian",
        "userissiteadmin": call.token.administrator,
        "theme": "boost",
        "limitconcurrentlogins": 0,
        **call.profile.more_info,
    }


def _course(call, course):
    fullname = call.name(course.fullname)
    return {
        "id": course.id,
        "shortname": course.shortname,
        "categoryid": int(course.id != 1),
        "fullname": fullname,
        "displayname": fullname,
        "idnumber": course.idnumber,
        "summary": "",
        "summaryformat": 0,
        "format": "site" if course.id == 1 else "topics",
        "showgrades": 1,
        "newsitems": 3 if course.id == 1 else 1,
        "startdate": course.startdate,
        "enddate": course.enddate,
        "maxbytes": 0,
        "showreports": 0,
        "visible": int(course.visible),
        "groupmode": course.groupmode,
        "groupmodeforce": 0,
        "defaultgroupingid": 0,
        "timecreated": course.timecreated,
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
    return [
        _course(call, course) | ornaments.listed_course(call, course) for course in reversed(found)
    ]


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
    rows = []
    for course in courses:
        row = _course(call, course)
        if not call.token.limited:
            row |= ornaments.edited_course(course)
        elif course.visible:
            row = {key: row[key] for key in PUBLIC}
        else:
            continue
        rows.append(row | ornaments.public_course(call, course))
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
            "id": activity.cmid,
            "url": f"{call.site.wwwroot}/mod/attendance/view.php?id={activity.cmid}",
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
        if activity.course_id == course.id and not activity.leaving
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
    forum |= {"url": f"{call.site.wwwroot}/mod/forum/view.php?id=900", "activitybadge": []}
    forums = [{**module, **forum} for module in modules[:1] if "modname" not in options]
    return [section(0, forums), section(1, modules), section(2, [])]
