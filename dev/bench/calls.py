"""The calls without which a whole catalogue can't be read, to hold against what a run asks."""

from world import FIRST_COURSE

TOKEN = "0123456789abcdef0123456789abcdef"
SITE_INFO = "core_webservice_get_site_info"
COURSES, LISTED = "core_course_get_courses", "local_wsattendance_get_courses"
DIGESTS = "local_wsattendance_get_digests"
READ = "local_wsattendance_get_sessions"
PAGE = 500  # people a call
# Of the plug-in: courses whose digests are asked at once, and sessions of a page.
AT_ONCE, SESSIONS = 500, 200


def of_the_site(companion=False):
    """:param companion: see :func:`of_a_whole_pull`
    :return: list of ``(function, form fields)``; what comes before all courses
    """
    return [(SITE_INFO, []), (LISTED if companion else COURSES, [])]


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


def of_a_whole_pull(world, companion=False):
    """:param world: ``World``
    :param companion: whether Moodle has local_wsattendance
    """
    found = of_the_site(companion)
    if companion:
        return [*found, *digests(world), *pages(world)]
    for number in range(world.courses):
        # The teacher is enrolled, too.
        found += of_a_course(number, world.students + 1)
    return found


def digests(world):
    """All courses, as few calls as can be."""
    ids = range(FIRST_COURSE, FIRST_COURSE + world.courses)
    return [
        (DIGESTS, [(f"courseids[{n}]", str(id_)) for n, id_ in enumerate(ids[begin:][:AT_ONCE])])
        for begin in range(0, world.courses, AT_ONCE)
    ]


def pages(world):
    """Each course; of one that has more sessions than a page, the last session of the page
    before comes again."""
    found = []
    for number in range(world.courses):
        for begin in range(0, max(world.sessions, 1), SESSIONS):
            values = {
                "courseid": number + FIRST_COURSE,
                "limitfrom": max(begin - 1, 0),
                "limitnum": SESSIONS + bool(begin),
            }
            found.append((READ, [(name, str(value)) for name, value in values.items()]))
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
