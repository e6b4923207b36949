"""Attendance functions of Moodle: sessions and marks in, statuses out.

One interface, :class:`AttendanceApi`, over the families of function names. The legacy and
the native one lead to the same code in Moodle and answer alike; they differ in what they
offer: only the native family lists the sessions of an activity. What our own plug-in offers
beyond that stands in ``companion_api``.

Facts: recordings ``get_session``, ``get_sessions``, ``today``,
``update_user_status``.
"""

from functools import partial

from ..domain.moodle_text import storable
from ..domain.plan import NewSession, PushPlan
from ..domain.records import MoodleMark, MoodleSession, OddRecord
from . import moodle_errors as errors
from .answer_values import (
    Json,
    OddValue,
    Parts,
    any_number,
    each,
    identity,
    moment,
    number,
    once,
    shared,
    text,
)
from .companion_api import CompanionApi
from .module_detector import (
    ACCOUNTS,
    COMPANION,
    COMPANION_PREFIX,
    COURSES,
    LEGACY,
    NATIVE,
    PREFIX,
    STATUS,
    TODAY,
    USERS_BY_FIELD,
    Detection,
)
from .moodle_client import SLOW_READ_TIMEOUT, MoodleClient
from .moodle_reader import shaped
from .session_values import beginning, status


def session_from_answer(item: Json) -> MoodleSession:
    """A session object of ``get_session`` or ``get_sessions`` as a record.

    ``statusid`` comes as text, ``lasttaken`` and ``remarks`` can be null.

    :raise OddValue, KeyError, TypeError: the session can't be used
    """
    session_id, activity_id = identity(item["id"]), identity(item["attendanceid"])
    odd: list[OddRecord] = []
    statuses = each(
        item["statuses"],
        status,
        "status",
        odd,
        "acronym",
        where=session_id,
        activity_id=activity_id,
    )
    # No order is kept in Moodle: an updated row moves to the end.
    marks = each(
        item["attendance_log"],
        _mark,
        "mark",
        odd,
        "studentid",
        key="studentid",
        where=session_id,
        activity_id=activity_id,
    )
    return MoodleSession(
        id=session_id,
        activity_id=activity_id,
        course_id=identity(item["courseid"]),
        group_id=number(item["groupid"]),
        starts=beginning(item["sessdate"]),
        duration=number(item["duration"]),
        taken_at=moment(item["lasttaken"]),
        taken_by=number(item["lasttakenby"]),
        status_set=number(item["statusset"]),
        statuses=tuple(statuses),
        marks=tuple(sorted(marks, key=lambda mark: (mark.user_id, mark.status_id))),
        user_ids=frozenset(each(item["users"], _user_id, "user", [], "id")),
        description=storable(item["description"]),
        modified_at=moment(item.get("timemodified")),
        odd=tuple(odd),
    )


def _one_session(function: str, item: Json) -> MoodleSession:
    """:raise MoodleOddRecord: it holds a value that can't be used"""
    try:
        return session_from_answer(item)
    except OddValue as error:
        raise errors.MoodleOddRecord(function, error.reason) from None


def _today(item: Json) -> tuple[int, int, int]:
    """:return: ``(session id, attendance id, start in unix seconds)``"""
    return identity(item["id"]), identity(item["attendanceid"]), moment(item["sessdate"])


def _made(item: Json) -> bool:
    return bool(identity(item["sessionid"]))


def _user_id(item: Json) -> int:
    return shared(identity(item["id"]))


def _mark(row: Json) -> MoodleMark:
    # Not every status id fits: any number, also a negative one, can stand in a row.
    return MoodleMark(
        shared(identity(row["studentid"])),
        shared(any_number(row["statusid"])),
        storable(row["remarks"]),
    )


def _families(first: str | None) -> list[str]:
    """:param first: the family that an operation is known by, ``None`` for none
    :return: all families that share their operations, that one first if it is one of them
    """
    return [family for family in dict.fromkeys((first, *PREFIX)) if family in PREFIX]


class AttendanceApi:
    """:param client: a ``MoodleClient``
    :param detection: a ``Detection``, which says what family does what
    """

    def __init__(self, client: MoodleClient, detection: Detection) -> None:
        self.client = client
        self.detection = detection
        self.companion = CompanionApi(client) if detection.listing == COMPANION else None
        """:class:`~.companion_api.CompanionApi` where Moodle has our plug-in, or ``None``."""

    listing = PREFIX[NATIVE] + "get_sessions"
    """The function that lists the sessions of an activity."""

    @property
    def shows_accounts(self) -> bool:
        """Whether our own plug-in says what is known of accounts."""
        return self.companion is not None and self.detection.has(ACCOUNTS)

    @property
    def asks_moodle_for_accounts(self) -> bool:
        """Whether Moodle's own function for accounts is there."""
        return self.detection.has(USERS_BY_FIELD)

    @property
    def course_lister(self) -> CompanionApi | None:
        """Whom to ask for the courses instead of Moodle's own function."""
        return self.companion if self.detection.has(COURSES) else None

    @property
    def tells_status(self) -> bool:
        """Whether our plug-in says what the token's account is and may do. It does so whatever the functions that are
        used for attendance."""
        return self.detection.has(STATUS)

    @property
    def lists_sessions(self) -> bool:
        """Whether all sessions of an activity are known once it was read."""
        return self.detection.listing in (COMPANION, NATIVE)

    def sessions(self, activity_id: int) -> tuple[tuple[MoodleSession, ...], tuple[OddRecord, ...]]:
        """All sessions of an activity, past and future, without paging.

        :return: ``(tuple of MoodleSession, tuple of OddRecord)``: those that can be used,
            and those that can't
        :raise MoodlePoisonedAnswer: one remark of one session looks like markup
        """
        function = self.listing
        parts = Parts("attendance_log", session_from_answer)
        answer = self.client.fetch(function, SLOW_READ_TIMEOUT, parts, attendanceid=activity_id)
        odd: list[OddRecord] = []
        sessions = shaped(
            function,
            lambda items: each(
                items, session_from_answer, "session", odd, "sessdate", activity_id=activity_id
            ),
            answer,
        )
        return once(sessions), tuple(odd)

    def session(self, session_id: int) -> MoodleSession:
        """One session by its id.

        :raise MoodleOddRecord: it holds a value that can't be used
        :raise MoodleNotFound: it was deleted
        :raise MoodlePoisonedAnswer: one of its remarks looks like markup
        """
        fault: errors.MoodleFault | None = None
        for family in _families(self.detection.reading):
            function = PREFIX[family] + "get_session"
            if not self.detection.has(function):
                continue
            try:
                answer = self.client.fetch(function, sessionid=session_id)
            except errors.MoodleFault as error:
                # A wrapper that points at code which moved may still be listed;
                # then the other family's name is tried.
                fault = fault or error
                continue
            return shaped(function, partial(_one_session, function), answer)
        raise fault or errors.MoodleFunctionDenied(PREFIX[NATIVE] + "get_session")

    def sessions_today(self, user_id: int) -> tuple[tuple[str, int, int, int], ...]:
        """Sessions of today, in the time zone of the token's user, in the courses
        that a teacher is enrolled in.

        :return: tuple of ``(course shortname, session id, attendance id, start in unix
            seconds)``; the course's id is not given there, its shortname is unique
        """
        function = PREFIX[LEGACY] + TODAY
        try:
            answer = self.client.fetch(function, userid=user_id)
        except errors.MoodleNotFound:
            # A teacher whose account was deleted meanwhile.
            return ()
        return shaped(
            function,
            lambda courses: tuple(
                (text(course["shortname"]), *item)
                for course in courses
                for instance in course["attendance_instances"]
                # A session that can't be used is met again, with its gap, where it is read.
                for item in each(instance["today_sessions"], _today, "session", [], "sessdate")
            ),
            answer,
        )

    # --- writing ----------------------------------------------------------------

    def update_status(self, push: PushPlan, taker_id: int) -> None:
        """Set one student's mark. Moodle answers ``null`` (2024) or ``OK`` (2026); what
        it holds then has to be read back.

        :param taker_id: Moodle user id that is written down as the taker
        """
        self._send(
            "update_user_status",
            sessionid=push.session_id,
            studentid=push.user_id,
            takenbyid=taker_id,
            statusid=push.status_id,
            # The set's number: the code of 2026 refuses anything else.
            statusset=str(push.status_set),
        )

    @property
    def creates_sessions(self) -> bool:
        prefix = COMPANION_PREFIX if self.companion else PREFIX[NATIVE]
        return self.detection.has(prefix + "add_session")

    def add_session(self, new: NewSession) -> bool:
        """Without our plug-in, Moodle does not look whether there is such a session already.

        :param new: with its reference
        :return: whether it was made; else it was there
        """
        if self.companion:
            return self.companion.add_session(new)
        function = PREFIX[NATIVE] + "add_session"
        answer = self.client.send(
            function,
            attendanceid=new.activity_id,
            description=new.description,
            sessiontime=new.starts,
            duration=new.duration,
            groupid=new.group_id,
            addcalendarevent=0,
        )
        return shaped(function, _made, answer)

    def _send(self, operation: str, **params: object) -> None:
        """By the family that writes; by the other one where a wrapper points at code
        that moved. The same mark set twice does no harm."""
        fault: errors.MoodleFault | None = None
        for family in _families(self.detection.writing):
            function = PREFIX[family] + operation
            if not self.detection.has(function):
                continue
            try:
                self.client.send(function, **params)
                return
            except errors.MoodleFault as error:
                fault = fault or error
        raise fault or errors.MoodleFunctionDenied(PREFIX[NATIVE] + operation)
