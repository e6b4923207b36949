"""The functions of our own plug-in for Moodle, ``local_wsattendance_*``.

What they take and answer stands in ``moodle/local_wsattendance/README.md``; facts:
recordings ``companion/4.3`` and ``companion/5.1``.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..domain.mark_rows import Expected, MarkResult, counting
from ..domain.matching import Accounts
from ..domain.moodle_text import clean_name, storable
from ..domain.plan import NewSession, PushPlan
from ..domain.records import (
    LARGEST,
    MoodleActivity,
    MoodleCourse,
    MoodleGroup,
    MoodleMark,
    MoodleSession,
    MoodleStatus,
    MoodleUser,
    OddRecord,
)
from ..domain.token_status import TokenStatus
from . import moodle_errors as errors
from .answer_values import (
    Json,
    Part,
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
from .course_limits import CourseLimits
from .module_detector import ACCOUNTS, COMPANION_PREFIX, COURSES, STATUS
from .moodle_client import SLOW_READ_TIMEOUT, MoodleClient
from .moodle_reader import STUDENT_ROLES, course, group, shaped
from .session_values import beginning, status

DIGESTS = COMPANION_PREFIX + "get_digests"
MOST_COURSES = 500  # of which digests are asked in one call: the plug-in's own limit
# Seconds that nothing may come, and what each course adds to them: one of 25 sessions takes a busy
# Moodle 0.02. A longer wait would be for one course that never answers.
DIGESTS_TIMEOUT, DIGEST_TIMEOUT = 5, 0.5
USERS = 500  # who are asked for in one call: the same
SESSIONS = 200  # a page: 40 students each are about 1 MB
# PHP drops form fields beyond max_input_vars (1,000 by default) without a word, and a mark
# takes up to seven.
MARKS = 120
# Sessions that are deleted while page after page is read shift those behind them.
READINGS = 3
# Rights whose lack leaves something out, by the plug-in's code of the warning.
RIGHTS = {
    "nopeople": "moodle/course:viewparticipants",
    "noidentity": "moodle/site:viewuseridentity",
    "nogroups": "moodle/site:accessallgroups",
    "nopermissions": "mod/attendance:takeattendances",
}


@dataclass(frozen=True)
class Course:
    """All that Moodle has to say of one course.

    * ``users``: everyone enrolled, and those who have left and still have a mark;
    * ``listed``: ids of the activities of which all sessions are there;
    * ``lacking``: names of rights that the account lacks there;
    * ``odd``: what can't be used.
    """

    activities: tuple[MoodleActivity, ...] = ()
    sessions: tuple[MoodleSession, ...] = ()
    users: tuple[MoodleUser, ...] = ()
    groups: tuple[MoodleGroup, ...] = ()
    listed: frozenset[int] = frozenset()
    lacking: tuple[str, ...] = ()
    odd: tuple[OddRecord, ...] = ()


@dataclass(frozen=True)
class Listing:
    """The courses of a Moodle.

    * ``site_made``: when the site was made, 0 where that is kept from the account;
    * ``token_ends``: when the token ends, unix seconds, 0 for never;
    * ``odd``: what can't be used.
    """

    courses: tuple[MoodleCourse, ...]
    site_made: int
    token_ends: int
    odd: tuple[OddRecord, ...] = ()


@dataclass(frozen=True)
class RunNumber:
    """What a run hands in; see *Numbers of runs* in the plug-in's README.

    * ``key``: whose runs these are;
    * ``number``: the last one that was given, 0 for none;
    * ``renew``: whether the next one counts, whatever was given.
    """

    key: str
    number: int = 0
    renew: bool = False


class LaterRunError(Exception):
    """A later run with the same key has been there: this is a copy, or an old backup."""


@dataclass
class _Pages:
    """What the pages of one course have brought; ``ids`` are those of all sessions, usable or
    not, in their order."""

    first: Json = None
    ids: list[int] = field(default_factory=list)
    sessions: list[MoodleSession] = field(default_factory=list)
    odd: list[OddRecord] = field(default_factory=list)


class CompanionApi:
    """:param client: a ``MoodleClient``"""

    def __init__(self, client: MoodleClient) -> None:
        self.client = client

    # --- reading ----------------------------------------------------------------

    def courses(self, ids: Collection[int] = ()) -> Listing:
        """All courses but the front page, with whether they have attendance.

        :param ids: of those that are wanted; without any, all are
        """
        fetch = self.client.fetch
        answer = fetch(COURSES, courseids=list(ids)) if ids else fetch(COURSES)
        return shaped(COURSES, _listing, answer)

    def status(self) -> TokenStatus:
        """What the account of the token is and may do."""
        return shaped(STATUS, _token_status, self.client.fetch(STATUS))

    def digests(self, course_ids: Sequence[int], searching: bool = False) -> dict[int, str]:
        """Of each course a text that changes with all that :meth:`course` gives, and with
        nothing else.

        :param searching: whether one among them is likely to be why Moodle has just failed: half
            the patience, and nothing is repeated
        :return: ``{course id: text}``, without courses that the account may not enter
        :raise MoodleError: Moodle can't say it
        """
        found: dict[int, str] = {}
        for begin in range(0, len(course_ids), MOST_COURSES):
            answer = self._ask_digests(course_ids[begin : begin + MOST_COURSES], searching)
            found |= shaped(DIGESTS, _digests, answer)
        return found

    def begin_run(self, course_ids: Sequence[int], last: RunNumber) -> tuple[dict[int, str], int]:
        """As :meth:`digests`, of a run that hands in its number with the same calls.

        :param last: what it was given
        :return: ``(digests, the next number)``
        :raise LaterRunError: nothing was told
        :raise MoodleError: as above
        """
        answer = self._ask_digests(
            course_ids[:MOST_COURSES], run=last.key, number=last.number, renew=last.renew
        )
        given = shaped(DIGESTS, lambda item: number(item["number"]), answer)
        if not given:
            raise LaterRunError
        found = shaped(DIGESTS, _digests, answer)
        return found | self.digests(course_ids[MOST_COURSES:]), given

    def _ask_digests(
        self, course_ids: Sequence[int], searching: bool = False, **more: str | int
    ) -> Json:
        ids = list(course_ids)
        patience = min(DIGESTS_TIMEOUT + len(ids) * DIGEST_TIMEOUT, SLOW_READ_TIMEOUT)
        tries = None
        if searching:
            patience, tries = patience / 2, 1
        return self.client.fetch(DIGESTS, patience, None, tries, courseids=ids, **more)

    def course(self, course_id: int) -> Course:
        """A course, page by page; one call if it has no more sessions than one takes.

        :raise MoodleUnreadable: it is another course each time, or no such answer
        :raise MoodleError: the course can't be read
        """
        function = COMPANION_PREFIX + "get_sessions"
        for _reading in range(READINGS):
            pages = self._pages(function, course_id)
            if pages:
                return shaped(function, lambda found: _course(course_id, found), pages)
        raise errors.MoodleUnreadable(function, None, "sessions change while they are read")

    def _pages(self, function: str, course_id: int) -> _Pages | None:
        """:return: ``None`` where sessions were made or deleted between two pages"""
        pages, limits = _Pages(), CourseLimits()
        while True:
            # The last session of the page before comes once more: if it does not come first,
            # something before it is gone, and something behind it would be missed.
            skip = max(len(pages.ids) - 1, 0)
            answer = self.client.fetch(
                function,
                SLOW_READ_TIMEOUT,
                Parts("marks", _session),
                courseid=course_id,
                limitfrom=skip,
                limitnum=SESSIONS + bool(skip),
            )
            total, items = shaped(
                function, lambda item: (number(item["total"]), item["sessions"]), answer
            )
            limits.announced(function, total)
            sessions, odd = shaped(function, _sessions, items)
            limits.add(function, sessions)
            ids = [_id(item) for item in items]
            if pages.first is None:
                pages.first = answer | {"sessions": ()}
            elif total != number(pages.first["total"]) or ids[:1] != pages.ids[-1:]:
                return None
            known = set(pages.ids[-1:])
            new = [id_ for id_ in ids if id_ not in known]
            pages.ids += new
            pages.sessions += [session for session in sessions if session.id not in known]
            pages.odd += [record for record in odd if record.id not in known]
            if len(pages.ids) >= total:
                return pages if len(pages.ids) == total else None
            if not new:
                return None

    def people(self, course_id: int) -> tuple[MoodleUser, ...]:
        """Everyone enrolled, without the attendance."""
        function = COMPANION_PREFIX + "get_sessions"
        answer = self.client.fetch(function, SLOW_READ_TIMEOUT, courseid=course_id, limitnum=1)
        return shaped(
            function,
            lambda item: tuple(each(item["users"], _user, "user", [], "listed", shown="lastname")),
            answer,
        )

    def accounts(self, user_ids: Sequence[int]) -> Accounts:
        """What is known of accounts, wherever in the site they are.

        :raise MoodleNoPermission: the account may not see them
        """
        function = ACCOUNTS
        known: dict[int, MoodleUser | None] = {}
        for begin in range(0, len(user_ids), USERS):
            ids = list(user_ids[begin : begin + USERS])
            answer = self.client.fetch(function, userids=ids)
            known |= dict.fromkeys(ids) | shaped(function, _accounts, answer)
        return Accounts(known)

    # --- writing ----------------------------------------------------------------

    def set_marks(
        self, session_id: int, pushes: Sequence[PushPlan], taker_id: int
    ) -> tuple[MarkResult, ...]:
        """Write marks of one session, each only if Moodle still holds what is expected. It may
        be sent again: what is there already is not written twice.

        :param pushes: each student once; several calls where they are many
        :param taker_id: Moodle user id that is written down as the taker
        :return: a result for each, in their order
        :raise MoodleError: it can't be known what was written
        """
        found: list[MarkResult] = []
        for begin in range(0, len(pushes), MARKS):
            found += self._set_marks(session_id, pushes[begin : begin + MARKS], taker_id)
        return tuple(found)

    def _set_marks(
        self, session_id: int, pushes: Sequence[PushPlan], taker_id: int
    ) -> list[MarkResult]:
        function = COMPANION_PREFIX + "set_marks"
        answer = self.client.send(
            function, sessionid=session_id, takenby=taker_id, marks=[_to_send(p) for p in pushes]
        )
        results = shaped(function, lambda item: [_result(row) for row in item["results"]], answer)
        if [result.user_id for result in results] != [push.user_id for push in pushes]:
            # PHP has dropped some of them, or it is the answer to another question.
            raise errors.MoodleUnreadable(function, None, "results of other marks")
        return results

    def add_session(self, new: NewSession) -> bool:
        """:return: whether it was made; else there is one that has the reference of ``new``"""
        function = COMPANION_PREFIX + "add_session"
        answer = self.client.send(
            function,
            attendanceid=new.activity_id,
            sessiontime=new.starts,
            reference=new.reference,
            duration=new.duration,
            groupid=new.group_id,
            description=new.description,
            addcalendarevent=0,
        )
        return shaped(function, _made, answer)


def _made(item: Json) -> bool:
    identity(item["sessionid"])
    return bool(item["created"])


def _listing(answer: Json) -> Listing:
    odd: list[OddRecord] = []
    found = each(answer["courses"], _listed_course, "course", odd, "shortname", shown="fullname")
    return Listing(
        courses=tuple(sorted(once(found), key=lambda course: course.id)),
        site_made=number(answer["sitecreated"]),
        token_ends=_end(answer["tokenends"]),
        odd=tuple(odd),
    )


def _listed_course(item: Json) -> MoodleCourse:
    return replace(course(item), has_attendance=number(item["activities"]) > 0)


def _token_status(answer: Json) -> TokenStatus:
    return TokenStatus(
        can_log_in=bool(answer["canlogin"]),
        has_right=bool(answer["sync"]),
        rights=tuple(text(name) for name in answer["rights"]),
        ends=_end(answer["tokenends"]),
    )


def _end(value: Json) -> int:
    """When a token ends. One that ends after 2038 is as good as one that ends then."""
    return LARGEST if isinstance(value, int) and value > LARGEST else number(value)


def _sessions(items: Json) -> tuple[list[MoodleSession], list[OddRecord]]:
    odd: list[OddRecord] = []
    return each(items, _session, "session", odd, "marks"), odd


def _digests(answer: Json) -> dict[int, str]:
    return {identity(item["courseid"]): text(item["digest"]) for item in answer["digests"]}


def _accounts(answer: Json) -> dict[int, MoodleUser | None]:
    found = [
        (identity(item["id"]), text(item["idnumber"]).strip(), text(item["email"]).strip())
        for item in answer["accounts"]
        if not item["deleted"]
    ]
    return {id_: MoodleUser(id_, "", idnumber, email) for id_, idnumber, email in found}


def _id(item: Json) -> int:
    try:
        return item.record.id if isinstance(item, Part) else number(item["id"])
    except (KeyError, TypeError, ValueError):
        return 0


def _course(course_id: int, pages: _Pages) -> Course:
    answer, odd = pages.first, list(pages.odd)
    activities = each(answer["activities"], _activity, "activity", odd, "cmid", shown="name")
    statuses = _status_sets(answer["statuses"], pages.sessions, odd)
    users = each(answer["users"], _user, "user", odd, "listed", shown="lastname")
    groups = each(answer["groups"], group, "group", odd, "members", shown="name")
    listed = _listed(answer)
    shown = _shown(activities, listed)
    sessions = []
    for session in pages.sessions:
        found, unusable = statuses.get((session.activity_id, session.status_set), ((), ()))
        sessions.append(
            replace(
                session,
                course_id=course_id,
                statuses=found,
                user_ids=(
                    listed.get(session.group_id, frozenset())
                    if session.group_id
                    else shown.get(session.activity_id, listed[0])
                ),
                odd=(*session.odd, *(replace(record, where=session.id) for record in unusable)),
            )
        )
    warnings = answer["warnings"]
    # Their sessions are not there, and not gone either.
    left_out = {number(w["itemid"]) for w in warnings if w["item"] == "attendance"} - {0}
    whole = all(record.id for record in pages.odd)
    return Course(
        activities=(
            *once(activities),
            *(MoodleActivity(id_, str(id_)) for id_ in sorted(left_out)),
        ),
        sessions=once(sessions),
        users=once(users),
        groups=once(groups),
        listed=frozenset(a.id for a in activities) if whole else frozenset(),
        lacking=tuple(
            sorted({RIGHTS[w["warningcode"]] for w in warnings if w["warningcode"] in RIGHTS})
        ),
        odd=tuple(odd),
    )


def _activity(item: Json) -> MoodleActivity:
    return MoodleActivity(
        id=identity(item["id"]),
        name=clean_name(item["name"]),
        groupmode=number(item["groupmode"]),
        module_id=number(item["cmid"]),
        # Older versions of the plug-in don't say it.
        grouping=frozenset(map(number, item["groups"])) if "groups" in item else None,
    )


def _status_sets(
    items: Json, sessions: Sequence[MoodleSession], odd: list[OddRecord]
) -> dict[tuple[int, int], tuple[tuple[MoodleStatus, ...], tuple[OddRecord, ...]]]:
    """Those that are hidden or deleted are there if a mark was made with them. Moodle keeps the
    others as well, such as the default letters that somebody has replaced before the first session;
    they say nothing.

    :param odd: gets those of which not even the set is known
    :return: ``{(activity id, set number): (statuses, those that can't be used)}``
    """
    sets: dict[tuple[int, int], tuple[list[Json], list[Json]]] = {}
    for item in items:
        try:
            hidden = not item["visible"] or bool(item["deleted"])
            key = identity(item["attendanceid"]), number(item["setnumber"])
            sets.setdefault(key, ([], []))[hidden].append(item)
        except (KeyError, TypeError, ValueError):
            odd.append(OddRecord("status", _id(item), "shape"))
    used: set[int] = set()
    if any(others for _shown, others in sets.values()):
        used.update(mark.status_id for session in sessions for mark in session.marks)
    found = {}
    for key, (shown, others) in sets.items():
        unusable: list[OddRecord] = []
        statuses = each(shown, status, "status", unusable, "acronym", activity_id=key[0])
        # One of these that can't be read is known by its marks, which have a gap.
        marked = [item for item in others if _id(item) in used]
        kept = each(marked, status, "status", [], "acronym")
        statuses += [replace(one, hidden=True) for one in kept]
        found[key] = tuple(statuses), tuple(unusable)
    return found


def _user(item: Json) -> MoodleUser:
    roles = [str(role) for role in item["roles"]]
    return MoodleUser(
        id=identity(item["id"]),
        fullname=clean_name(f"{item.get('firstname') or ''} {item.get('lastname') or ''}"),
        idnumber=text(item["idnumber"]).strip(),
        email=text(item["email"]).strip(),
        teacher=any(role not in STUDENT_ROLES for role in roles),
    )


def _listed(answer: Json) -> dict[int, frozenset[int]]:
    """:return: who is listed in sessions, ``{group id: user ids}``; group 0 is all participants"""
    everyone = frozenset(_id(item) for item in answer["users"] if item["listed"]) - {0}
    found = {
        _id(item): everyone.intersection(map(number, item["members"])) for item in answer["groups"]
    }
    # A group whose number can't be used is not all participants.
    return found | {0: everyone}


def _shown(
    activities: Iterable[MoodleActivity], listed: Mapping[int, frozenset[int]]
) -> dict[int, frozenset[int]]:
    """:param listed: see :func:`_listed`
    :return: who is listed in sessions for all participants, where a grouping narrows it down:
        ``{activity id: user ids}``
    """
    return {
        activity.id: frozenset().union(*(listed.get(group, ()) for group in activity.grouping))
        for activity in activities
        if activity.grouping
    }


def _session(item: Json) -> MoodleSession:
    """What a session says by itself; its course, its statuses and its participants stand
    beside it.

    :raise OddValue, KeyError, TypeError: the session can't be used
    """
    session_id, activity_id = identity(item["id"]), identity(item["attendanceid"])
    odd: list[OddRecord] = []
    rows = each(
        item["marks"],
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
        course_id=0,
        group_id=number(item["groupid"]),
        starts=beginning(item["sessdate"]),
        duration=number(item["duration"]),
        taken_at=moment(item["lasttaken"]),
        taken_by=number(item["lasttakenby"]),
        status_set=number(item["statusset"]),
        statuses=(),
        marks=counting(rows),
        user_ids=frozenset(),
        description=_described(item),
        modified_at=moment(item["timemodified"]),
        odd=tuple(odd),
    )


def _described(item: Json) -> str:
    """The beginning of a session's description, with the reference that can stand behind that.
    Before its version 1.1 the plug-in handed over all of the description, and no reference."""
    described = storable(item["description"])
    reference = storable(item.get("reference"))
    named = f"[{reference}]"
    return described if not reference or named in described else f"{described} {named}"


def _mark(row: Json) -> MoodleMark:
    # Not every status id fits: any number, also a negative one, can stand in a row.
    return MoodleMark(
        shared(identity(row["studentid"])),
        shared(any_number(row["statusid"])),
        storable(row["remarks"]),
        shared(moment(row["timetaken"])),
        shared(number(row["takenby"])),
    )


def _to_send(push: PushPlan) -> Mapping[str, object]:
    mark: dict[str, object] = {"studentid": push.user_id, "statusid": push.status_id}
    if push.remark is not None:
        mark["remarks"] = push.remark
    if push.expected:
        mark["expected"] = _expected(push.expected, push.remark is not None)
    return mark


def _expected(expected: Expected, with_remark: bool) -> Mapping[str, object]:
    found: dict[str, object] = {
        "statusid": expected.status_id,
        "timetaken": expected.taken_at,
    }
    if with_remark:
        found["remarks"] = expected.remark
    return found


def _result(row: Json) -> MarkResult:
    return MarkResult(
        user_id=identity(row["studentid"]),
        outcome=text(row["outcome"]),
        reason=text(row["reason"]),
        marks=counting([_mark(mark) for mark in row["marks"]]),
    )
