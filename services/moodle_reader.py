"""Moodle's answers as records: one small method per remote function that is not
about attendance. What is missing or of another type than recorded is refused here,
so that nothing behind this file meets a half answer."""

from . import moodle_errors as errors
from .records import MoodleActivity, MoodleCourse, MoodleGroup, MoodleUser

PAGE = 500  # people a call; well below PHP's max_input_vars and one answer's size
IDS_PER_CALL = 50
STUDENT_ROLES = {"student"}


def shaped(function, build, answer):
    """``build(answer)``, with any surprise in its shape as a typed error.

    :raise MoodleUnreadable: a key is missing or a value has another type
    """
    try:
        return build(answer)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        detail = f"{type(error).__name__} {error}"
        raise errors.MoodleUnreadable(function, None, detail) from None


def _user(item):
    roles = [role["shortname"] for role in item.get("roles") or ()]
    return MoodleUser(
        id=int(item["id"]),
        fullname=str(item.get("fullname") or ""),
        idnumber=str(item.get("idnumber") or "").strip(),
        email=str(item.get("email") or "").strip(),
        teacher=any(role not in STUDENT_ROLES for role in roles),
    )


class MoodleReader:
    """:param client: a ``MoodleClient``"""

    def __init__(self, client):
        self.client = client

    def courses(self):
        """All courses but the front page (``core_course_get_courses``)."""
        function = "core_course_get_courses"
        answer = self.client.fetch(function)
        return shaped(
            function,
            lambda items: tuple(
                MoodleCourse(
                    id=int(item["id"]),
                    shortname=str(item["shortname"]),
                    fullname=str(item.get("fullname") or item["shortname"]),
                    idnumber=(str(item["idnumber"] or "").strip() if "idnumber" in item else None),
                )
                for item in sorted(items, key=lambda item: int(item["id"]))
                if item.get("format") != "site"
            ),
            answer,
        )

    def activities(self, course_id):
        """Attendance activities of a course (``core_course_get_contents``)."""
        function = "core_course_get_contents"
        answer = self.client.fetch(
            function, courseid=course_id, options=[{"name": "modname", "value": "attendance"}]
        )
        return shaped(
            function,
            lambda sections: tuple(
                MoodleActivity(
                    id=int(module["instance"]),
                    name=str(module.get("name") or ""),
                    groupmode=int(module.get("groupmode") or 0),
                    module_id=int(module.get("id") or 0),
                )
                for section in sections
                for module in section["modules"]
                if module["modname"] == "attendance"
            ),
            answer,
        )

    def enrolled_users(self, course_id, with_roles=False):
        """Everyone enrolled, teachers and suspended ones too, page by page
        (``core_enrol_get_enrolled_users``)."""
        function = "core_enrol_get_enrolled_users"
        fields = "id,idnumber,email,fullname" + (",roles" if with_roles else "")
        users = []
        while True:
            answer = self.client.fetch(
                function,
                courseid=course_id,
                options=[
                    {"name": "userfields", "value": fields},
                    {"name": "limitfrom", "value": len(users)},
                    {"name": "limitnumber", "value": PAGE},
                    {"name": "sortby", "value": "id"},
                ],
            )
            page = shaped(function, lambda items: [_user(item) for item in items], answer)
            users += page
            if len(page) < PAGE:
                return tuple(users)

    def users_by_id(self, user_ids):
        """Accounts by id, also of people enrolled nowhere; unknown ones are left out
        (``core_user_get_users_by_field``).

        One temporary attendee among the ids makes Moodle refuse the whole list, so
        a refused list is halved until the refused ones stand alone.
        """
        function = "core_user_get_users_by_field"
        found = []
        todo = [user_ids[i : i + IDS_PER_CALL] for i in range(0, len(user_ids), IDS_PER_CALL)]
        while todo:
            ids = todo.pop()
            try:
                answer = self.client.fetch(function, field="id", values=list(ids))
            except errors.MoodleNotFound:
                if len(ids) > 1:
                    todo += [ids[: len(ids) // 2], ids[len(ids) // 2 :]]
                continue
            found += shaped(function, lambda items: [_user(item) for item in items], answer)
        return tuple(sorted(found, key=lambda user: user.id))

    def groups(self, course_id):
        """Groups of a course with their idnumbers (``core_group_get_course_groups``)."""
        function = "core_group_get_course_groups"
        answer = self.client.fetch(function, courseid=course_id)
        return shaped(
            function,
            lambda items: tuple(
                MoodleGroup(
                    id=int(item["id"]),
                    name=str(item["name"]),
                    idnumber=str(item["idnumber"] or "").strip(),
                )
                for item in items
            ),
            answer,
        )
