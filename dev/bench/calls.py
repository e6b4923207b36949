"""The calls without which a whole catalogue can't be read, to hold against what a run asks."""

from world import FIRST_COURSE

TOKEN = "0123456789abcdef0123456789abcdef"
SITE_INFO = "core_webservice_get_site_info"
COURSES = "core_course_get_courses"
PAGE = 500  # people a call


def of_the_site():
    """:return: list of ``(function, form fields)``; what comes before all courses"""
    return [(SITE_INFO, []), (COURSES, [])]


def of_a_course(number, people):
    """:param number: of the course, counted from 0
    :param people: how many are enrolled
    """
    course = ("courseid", str(number + FIRST_COURSE))
    pages = range(0, max(people, 1), PAGE)
    return [
        ("core_course_get_contents", [course, *options(modname="attendance")]),
        ("mod_attendance_get_sessions", [("attendanceid", str(number + 1))]),
        *(
            (
                "core_enrol_get_enrolled_users",
                [
                    course,
                    *options(
                        userfields="id,idnumber,email,fullname",
                        limitfrom=start,
                        limitnumber=PAGE,
                        sortby="id",
                    ),
                ],
            )
            for start in pages
        ),
    ]


def of_a_whole_pull(world):
    """:param world: ``World``"""
    found = of_the_site()
    for number in range(world.courses):
        # The teacher is enrolled, too.
        found += of_a_course(number, world.students + 1)
    return found


def options(**values):
    """As Moodle's core functions want them in a form."""
    return [
        pair
        for place, (name, value) in enumerate(values.items())
        for pair in (
            (f"options[{place}][name]", name),
            (f"options[{place}][value]", str(value)),
        )
    ]
