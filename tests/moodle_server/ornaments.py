"""Fields of courses and people that mean nothing here. Recorded answers have them
(``courses``, ``users``), so a client gets them from the scripted Moodle, too."""

ROLE_IDS = {"manager": 1, "coursecreator": 2, "editingteacher": 3, "teacher": 4, "student": 5}
FILTERS = ("displayh5p", "activitynames", "mathjaxloader", "emoticon", "urltolink", "mediaplugin")
FEATURES = {
    "usecomments": 1, "usetags": 1, "enablenotes": 1, "messaging": 1, "enableblogs": 1,
    "enablecompletion": 1, "enablebadges": 1, "messagingallusers": 0, "enablecustomreports": 1,
    "enableglobalsearch": 0, "mnet_dispatcher_mode": 0,
}  # fmt: skip


def pairs(values):
    return [{"name": name, "value": value} for name, value in values.items()]


def picture(site, name):
    return f"{site.wwwroot}/theme/image.php/boost/core/1/u/{name}"


def place(call, course):
    """A new course comes before the others; the front page is 1."""
    if course.id == 1:
        return 1
    return 10000 + sum(other >= course.id for other in call.state.courses)


def public_course(call, course):
    """What ``get_courses_by_field`` tells anybody, beside the names."""
    front = course.id == 1
    enrolments = call.state.enrolments.get(course.id, {}).values()
    return {
        "courseimage": f"{call.site.wwwroot}/pluginfile.php/{course.id}/course/generated/course.svg",
        "categoryname": "" if front else "Category 1",
        "sortorder": place(call, course),
        "summaryfiles": [],
        "overviewfiles": [],
        "contacts": [
            {"id": enrolment.user_id, "fullname": call.state.users[enrolment.user_id].fullname}
            for enrolment in enrolments
            if enrolment.role == "editingteacher"
        ],
        "enrollmentmethods": [] if front else ["manual"],
    }


def edited_course(course):
    """What ``get_courses_by_field`` tells those who may edit the course."""
    values = {
        "theme": "",
        "marker": 0,
        "legacyfiles": 0,
        "calendartype": "",
        "requested": 0,
        "cacherev": 1,
        "filters": [{"filter": name, "localstate": 0, "inheritedstate": 1} for name in FILTERS],
    }
    if course.id != 1:
        values["courseformatoptions"] = pairs(
            {"hiddensections": 1, "coursedisplay": 0, "indentation": "1"}
        )
    return values


def listed_course(call, course):
    """What only ``get_courses`` tells."""
    if course.id == 1:
        return {
            "categorysortorder": place(call, course),
            "numsections": 1,
            "forcetheme": "",
            "courseformatoptions": pairs({"numsections": 1}),
        }
    return {
        "categorysortorder": place(call, course),
        "numsections": 2,
        "hiddensections": 1,
        "forcetheme": "",
        "courseformatoptions": pairs({"hiddensections": 1, "coursedisplay": 0}),
    }


def account(user):
    """What ``get_users_by_field`` tells of an account; 99 is the site's time zone."""
    return {
        "auth": "manual",
        "confirmed": True,
        "lang": "en",
        "theme": "",
        "timezone": user.timezone or "99",
        "mailformat": 1,
    }


def participant(call, user):
    """What ``get_enrolled_users`` tells of somebody in a course."""
    courses = [
        call.state.courses[number]
        for number, enrolments in call.state.enrolments.items()
        if user.id in enrolments and _enters(call.state.courses[number], enrolments[user.id])
    ]
    return {
        "lastcourseaccess": 0,
        "enrolledcourses": [
            {"id": course.id, "fullname": call.name(course.fullname), "shortname": course.shortname}
            for course in courses
        ],
    }


def _enters(course, enrolment):
    return enrolment.active and (course.visible or enrolment.role != "student")


def look(call):
    return {
        "country": "IN",
        "profileimageurlsmall": picture(call.site, "f2"),
        "profileimageurl": picture(call.site, "f1"),
    }
