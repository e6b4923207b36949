"""What an account is told that may use web services and nothing else (recordings with
the token of such an account)."""

from .errors import MoodleException

REFUSALS = {
    "core_course_get_courses": "errorcoursecontextnotvalid",
    "core_course_get_contents": "errorcoursecontextnotvalid",
    "core_enrol_get_enrolled_users": "errorcoursecontextnotvalid",
    "core_group_get_course_groups": "errorcoursecontextnotvalid",
    "core_group_get_group_members": "errorcoursecontextnotvalid",
    "mod_attendance_add_attendance": "nopermissions",
}


class Empty(Exception):
    """Not an error to Moodle: an empty list."""


def refuse(function):
    """:raise MoodleException, Empty: instead of the answer"""
    if function in ("core_webservice_get_site_info", "core_course_get_courses_by_field"):
        return
    if function.startswith("local_wsattendance_"):
        # They look themselves, in each course.
        return
    if function == "core_user_get_users_by_field" or "today" in function:
        raise Empty
    raise MoodleException(REFUSALS.get(function, "requireloginerror"))
