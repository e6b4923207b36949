"""Moodle's answers as records: one small method per remote function that is not
about attendance. What is missing or of another type than recorded is refused here,
so that nothing behind this file meets a half answer."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, TypeVar

from ..domain.matching import Accounts
from ..domain.moodle_text import clean_name
from ..domain.records import MoodleActivity, MoodleCourse, MoodleGroup, MoodleUser, OddRecord
from . import moodle_errors as errors
from .answer_values import Json, each, identity, moment, number, once, text
from .moodle_client import MoodleClient

if TYPE_CHECKING:
    # It stands on this file.
    from .companion_api import CompanionApi

PAGE = 500  # people a call; well below PHP's max_input_vars and one answer's size
# Of one course; the largest open ones have that many.
MOST_PEOPLE = 100_000
IDS_PER_CALL = 50
GUEST = 1  # id of the account that is there for guests, on each site
STUDENT_ROLES = {"student"}
# How often the list of courses is asked for while courses are being deleted.
LISTINGS = 5
NO_CONTEXT = "errorcoursecontextnotvalid"

T = TypeVar("T")


def shaped(function: str, build: Callable[[Json], T], answer: Json) -> T:
    """``build(answer)``, with any surprise in its shape as a typed error.

    :raise MoodleUnreadable: a key is missing or a value has another type
    """
    try:
        return build(answer)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        detail = f"{type(error).__name__} {error}"
        raise errors.MoodleUnreadable(function, None, detail) from None


def _user(item: Json) -> MoodleUser:
    roles = [str(role["shortname"]) for role in item.get("roles") or ()]
    return MoodleUser(
        id=identity(item["id"]),
        fullname=clean_name(item.get("fullname")),
        idnumber=text(item.get("idnumber")).strip(),
        email=text(item.get("email")).strip(),
        teacher=any(role not in STUDENT_ROLES for role in roles),
    )


def course(item: Json) -> MoodleCourse:
    """A course of the list."""
    return MoodleCourse(
        id=identity(item["id"]),
        shortname=text(item["shortname"]),
        fullname=clean_name(item.get("fullname") or item["shortname"]),
        idnumber=text(item["idnumber"]).strip() if "idnumber" in item else None,
        starts=moment(item.get("startdate")),
        ends=moment(item.get("enddate")),
        groupmode=number(item.get("groupmode")),
        made=_made(item),
    )


def _made(item: Json) -> int:
    """When a course was made; nothing depends on it but whether it is the same one."""
    try:
        return moment(item.get("timecreated"))
    except ValueError:
        return 0


def _activity(module: Json) -> MoodleActivity:
    return MoodleActivity(
        id=identity(module["instance"]),
        name=clean_name(module.get("name")),
        groupmode=number(module.get("groupmode")),
        module_id=number(module.get("id")),
    )


def group(item: Json) -> MoodleGroup:
    """A group of a course."""
    return MoodleGroup(
        id=identity(item["id"]),
        name=clean_name(item["name"]),
        idnumber=text(item["idnumber"]).strip(),
        # Since Moodle 4.2. Our plug-in names it only where it is off.
        participates=bool(item.get("participation", True)),
    )


class MoodleReader:
    """:param client: a ``MoodleClient``
    :param lister: our own plug-in, where it lists the courses

    ``odd`` gathers the ``OddRecord`` of what was asked for; who asks takes them away
    (:meth:`take_odd`). After :meth:`courses`, ``site_made`` is when the site was made, 0 where
    Moodle does not say, and ``token_ends`` when the token ends, 0 for never, ``None`` likewise.
    """

    def __init__(self, client: MoodleClient, lister: "CompanionApi | None" = None) -> None:
        self.client = client
        self.lister = lister
        self.odd: list[OddRecord] = []
        self.site_made = 0
        self.token_ends: int | None = None

    def take_odd(self) -> tuple[OddRecord, ...]:
        """:return: tuple of ``OddRecord`` that were met since this was last called"""
        odd, self.odd = self.odd, []
        return tuple(odd)

    def _users(self, items: Json) -> list[MoodleUser]:
        return each(items, _user, "user", self.odd, "fullname", shown="fullname")

    def courses(self, ids: Collection[int] = ()) -> tuple[MoodleCourse, ...]:
        """All courses but the front page (``core_course_get_courses``, or our plug-in's).

        :param ids: of those that are wanted; without any, all are
        """
        if self.lister:
            listing = self.lister.courses(ids)
            self.odd += listing.odd
            self.site_made, self.token_ends = listing.site_made, listing.token_ends
            return listing.courses
        function = "core_course_get_courses"
        answer = self._listed(function, **({"options": {"ids": list(ids)}} if ids else {}))
        found = shaped(
            function,
            lambda items: each(
                [item for item in items if item.get("format") != "site"],
                course,
                "course",
                self.odd,
                "shortname",
                shown="fullname",
            ),
            answer,
        )
        # The front page is the course that a site begins with.
        fronts = [item for item in answer if item.get("format") == "site"]
        self.site_made = _made(fronts[0]) if len(fronts) == 1 else 0
        return tuple(sorted(once(found), key=lambda course: course.id))

    def _listed(self, function: str, **params: Json) -> Json:
        """Moodle refuses the whole list if a course is deleted after its row was read. The next
        time that one is not among them; if the same one is named twice, it is another trouble."""
        refused: set[str] = set()
        while True:
            try:
                return self.client.fetch(function, **params)
            except errors.MoodleNoPermission as error:
                told, again = error.detail, len(refused) + 1 < LISTINGS
                if error.errorcode != NO_CONTEXT or told in refused or not again:
                    raise
                refused.add(told)

    def activities(self, course_id: int) -> tuple[MoodleActivity, ...]:
        """Attendance activities of a course (``core_course_get_contents``)."""
        function = "core_course_get_contents"
        answer = self.client.fetch(
            function, courseid=course_id, options=[{"name": "modname", "value": "attendance"}]
        )
        return shaped(
            function,
            lambda sections: once(
                each(
                    [
                        module
                        for section in sections
                        for module in section["modules"]
                        if module["modname"] == "attendance"
                    ],
                    _activity,
                    "activity",
                    self.odd,
                    "instance",
                    key="instance",
                    shown="name",
                )
            ),
            answer,
        )

    def enrolled_users(self, course_id: int, with_roles: bool = False) -> tuple[MoodleUser, ...]:
        """Everyone enrolled, teachers and suspended ones too, page by page
        (``core_enrol_get_enrolled_users``)."""
        function = "core_enrol_get_enrolled_users"
        fields = "id,idnumber,email,fullname" + (",roles" if with_roles else "")
        users: list[MoodleUser] = []
        known: set[int] = set()
        asked = 0
        while True:
            answer = self.client.fetch(
                function,
                courseid=course_id,
                options=[
                    {"name": "userfields", "value": fields},
                    {"name": "limitfrom", "value": asked},
                    {"name": "limitnumber", "value": PAGE},
                    {"name": "sortby", "value": "id"},
                ],
            )
            page = shaped(function, self._users, answer)
            new = [user for user in page if user.id not in known]
            known |= {user.id for user in new}
            users += new
            asked += len(answer)
            if len(users) > MOST_PEOPLE:
                raise errors.MoodleTooMany(function, "people", MOST_PEOPLE)
            # A page that brings nobody new is a Moodle that can't count, and has no end.
            if len(answer) < PAGE or not new:
                return tuple(users)

    def users_by_id(self, user_ids: Sequence[int]) -> tuple[MoodleUser, ...]:
        """Accounts by id, also of people enrolled nowhere; unknown ones, and those that the
        token's account may not see, are left out (``core_user_get_users_by_field``)."""
        return self._by_id(user_ids)[0]

    def accounts(self, user_ids: Sequence[int], beside: Collection[int]) -> Accounts:
        """What is known of accounts. Moodle keeps deleted ones and shows them as such: of those
        that it leaves out nothing is known.

        :param beside: ids of others that have an ID number: by them it shows whether those of the
            former are shown
        """
        found, refused = self._by_id([*user_ids, *beside])
        asked = set(user_ids)
        known: dict[int, MoodleUser | None] = dict.fromkeys(asked.intersection(refused))
        known |= {user.id: user for user in found if user.id in asked}
        return Accounts(known, any(user.id in beside and user.idnumber for user in found))

    @property
    def sees_accounts(self) -> bool:
        """Whether Moodle shows an account that is in no course: the one of guests, which each
        site begins with."""
        return bool(self.users_by_id([GUEST]))

    def _by_id(self, user_ids: Sequence[int]) -> tuple[tuple[MoodleUser, ...], list[int]]:
        """One temporary attendee among the ids makes Moodle refuse the whole list, so
        a refused list is halved until the refused ones stand alone.

        :return: those found, and the ids of those refused
        """
        function = "core_user_get_users_by_field"
        found: list[MoodleUser] = []
        refused: list[int] = []
        todo = [user_ids[i : i + IDS_PER_CALL] for i in range(0, len(user_ids), IDS_PER_CALL)]
        while todo:
            ids = todo.pop()
            try:
                answer = self.client.fetch(function, field="id", values=list(ids))
            except errors.MoodleNotFound:
                if len(ids) > 1:
                    todo += [ids[: len(ids) // 2], ids[len(ids) // 2 :]]
                else:
                    refused += ids
                continue
            found += shaped(function, self._users, answer)
        return tuple(sorted(once(found), key=lambda user: user.id)), refused

    def groups(self, course_id: int) -> tuple[MoodleGroup, ...]:
        """Groups of a course with their idnumbers (``core_group_get_course_groups``)."""
        function = "core_group_get_course_groups"
        answer = self.client.fetch(function, courseid=course_id)
        return shaped(
            function,
            lambda items: once(each(items, group, "group", self.odd, "courseid", shown="name")),
            answer,
        )
