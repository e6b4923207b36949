"""What both sides hold, as plain immutable values. No ids of one side mixed into
the other, no database, no network: the planner sees nothing else.

Times are unix seconds (UTC) as Moodle sends them; dates are ``datetime.date`` in
the instance's time zone; a status is one of ``P A L E`` or ``None``.

What there are tens of thousands of is a named tuple, which is made in a third of the time.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

# What fits PostgreSQL's integer; Moodle's own ids do, and times until January 2038.
LARGEST = 2**31 - 1

# --- Moodle -------------------------------------------------------------------


@dataclass(frozen=True)
class MoodleCourse:
    """``core_course_get_courses``. ``idnumber`` is ``None`` where Moodle keeps it from
    the token's account (without the right moodle/course:update, seen on 4.3 and 5.1).
    ``starts`` and ``ends``: unix seconds, 0 where the course has no such date.
    ``groupmode``: see :class:`MoodleActivity`. ``made``: when it was made in Moodle, 0
    where that is kept from the account, too. ``has_attendance``: whether it has an attendance
    activity, ``None`` where only our own plug-in would say so."""

    id: int
    shortname: str
    fullname: str
    idnumber: str | None
    starts: int = 0
    ends: int = 0
    groupmode: int = 0
    made: int = 0
    has_attendance: bool | None = None

    @property
    def span(self) -> tuple[int, int]:
        """When it begins and ends."""
        return self.starts, self.ends


@dataclass(frozen=True, slots=True)
class MoodleUser:
    """``core_enrol_get_enrolled_users``; keys without value are absent there. ``read``: whether
    Moodle was asked about it in this run; else it stands for a link that is kept."""

    id: int
    fullname: str
    idnumber: str = ""
    email: str = ""
    teacher: bool = False
    read: bool = True


@dataclass(frozen=True)
class MoodleGroup:
    """``core_group_get_course_groups``. ``participates``: whether activities offer it; else Moodle's
    page takes no session of it."""

    id: int
    name: str
    idnumber: str
    participates: bool = True


@dataclass(frozen=True)
class MoodleActivity:
    """An attendance activity: ``core_course_get_contents``, modname attendance.

    ``id`` is the ``instance`` there, the ``attendanceid`` of all other functions.
    ``groupmode``: 0 no groups, 1 separate, 2 visible. ``module_id`` is what Moodle's own
    addresses name (``id=`` of mod/attendance), 0 where it is not known. ``grouping``: ids of the
    groups that its grouping holds; ``None`` where it has none, or that is not known. Moodle's
    page takes no session of another group.
    """

    id: int
    name: str
    groupmode: int = 0
    module_id: int = 0
    grouping: frozenset[int] | None = None

    def admits(self, group_id: int) -> bool:
        """Whether its page can show a session of a group; or one for all participants (0) with
        everybody in it, as it does where the grouping holds no group."""
        return self.grouping is None or (
            group_id in self.grouping if group_id else not self.grouping
        )


@dataclass(frozen=True)
class MoodleStatus:
    """An entry of a session's own set of statuses.

    ``hidden``: it was hidden or deleted in Moodle after marks had been made with it. They keep
    what they mean, and no other mark is made with it. Only our own plug-in tells of these.
    ``description`` is what a teacher reads, without markup; ``grade`` the points, of
    which only the order within the set says anything; ``None`` where Moodle sent none.
    What a status means is decided in ``status_meaning``, never by its letter alone.
    """

    id: int
    acronym: str
    description: str = ""
    grade: float | None = None
    hidden: bool = False


@dataclass(frozen=True)
class OddRecord:
    """Something in an answer that can't be used; what stands beside it is used all the same.

    :param what: ``course``, ``user``, ``group``, ``activity``, ``session``, ``status`` or
        ``mark``
    :param id: its id in Moodle, 0 where not even that can be read
    :param reason: ``date`` (outside 1970 to 2038), ``text`` (characters that no database
        takes), ``shape`` (a value is missing or of another kind) or ``name`` (it is used; only
    its name holds such characters)
    :param where: id of the activity, or of the session of a mark; 0 where that says nothing
    :param activity_id: of a session, status or mark; 0 where it is not known
    """

    what: str
    id: int
    reason: str
    where: int = 0
    activity_id: int = 0


class MoodleMark(NamedTuple):
    """A row of a session's ``attendance_log``.

    ``status_id`` 0 is a remark without a status; an id that is not in the
    session's list is of another set, or of a hidden or deleted status of which Moodle tells
    nothing. ``taken_at`` and
    ``taken_by``: when and by whose account this very mark was made, unix seconds by Moodle's
    clock; ``None`` where Moodle says that of the session only. Nobody (0) is Moodle's own task.
    """

    user_id: int
    status_id: int
    remark: str = ""
    taken_at: int | None = None
    taken_by: int = 0


@dataclass(frozen=True)
class MoodleSession:
    """``get_session``. ``group_id`` 0 is all participants; ``taken_at`` 0 is never;
    ``taken_by`` 0 is nobody, or Moodle's own task that marks the rest. ``modified_at``:
    when the session itself was changed, unix seconds. ``odd``: statuses and marks of it
    that can't be used."""

    id: int
    activity_id: int
    course_id: int
    group_id: int
    starts: int
    duration: int
    taken_at: int
    taken_by: int
    status_set: int
    statuses: tuple[MoodleStatus, ...]
    marks: tuple[MoodleMark, ...]
    user_ids: frozenset[int]
    description: str = ""
    modified_at: int = 0
    odd: tuple[OddRecord, ...] = ()

    @property
    def set_is_whole(self) -> bool:
        """Whether all of its status set could be read."""
        return all(record.what != "status" for record in self.odd)

    @cached_property
    def content_hash(self) -> str:
        """Changes with everything that we carry over. ``taken_at`` is left out: it
        stands still when a status is renamed, a temporary user merged or the date
        moved, and it moves when a teacher saves what was there already."""
        content = [
            self.group_id,
            self.starts,
            self.status_set,
            # Hidden ones were not told until 1.2.0, and their marks are here as well.
            sorted((one.id, one.acronym) for one in self.statuses if not one.hidden),
            sorted((m.user_id, m.status_id, m.remark) for m in self.marks),
        ]
        text = json.dumps(content, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    @property
    def seen(self) -> "Seen":
        return Seen(self.course_id, self.activity_id, self.content_hash)


# No fingerprint begins so: they are hexadecimal.
_CANCELLED = "was"
# ASCII digits alone: ``isdigit`` and ``\d`` know many more that ``int`` does not read.
_SEEN = re.compile(r"([0-9]{1,10}):([0-9]{1,10}):([0-9A-Za-z]{0,64})")


@dataclass(frozen=True)
class Seen:
    """What was last seen of a session in Moodle, as the sheet keeps it."""

    course_id: int
    activity_id: int
    content_hash: str

    def __str__(self) -> str:
        return f"{self.course_id}:{self.activity_id}:{self.content_hash}"

    def cancelled(self, state: str) -> "Seen":
        """What stands there instead once the sync itself has cancelled the sheet, so that it
        takes it up again when the session comes back; a person's cancel leaves no trace.

        :param state: of the sheet before
        """
        before = state if state.isascii() and state.isalnum() else "done"
        return Seen(self.course_id, self.activity_id, _CANCELLED + before)

    @property
    def state_before(self) -> str:
        """The state of the sheet before the sync cancelled it; empty if it did not."""
        found = self.content_hash.removeprefix(_CANCELLED)
        return found if found != self.content_hash else ""

    def without_mark(self) -> "Seen":
        """The same after a person has touched the state of the sheet."""
        return Seen(self.course_id, self.activity_id, "") if self.state_before else self

    @classmethod
    def parse(cls, text: str | None) -> "Seen | None":
        """The reverse of ``str``; ``None`` for an empty or foreign text."""
        found = _SEEN.fullmatch(text or "")
        return cls(int(found[1]), int(found[2]), found[3]) if found else None


@dataclass(frozen=True)
class CourseReading:
    """All that one run reads of one Moodle course.

    * ``listed``: the activities whose sessions were listed whole, so that a session
      missing from ``sessions`` is known to be gone;
    * ``listed_all``: the course's activities are known (the native family lists them);
    * ``unreadable``: ids of sessions that Moodle could not deliver, by activity;
    * ``failed``: activities at which Moodle broke; nothing is known of their sessions;
    * ``gone``: sessions that were asked for by id and do not exist any more;
    * ``users``: everyone enrolled, and those found by id for old marks;
    * ``people_listed``: whether Moodle listed anybody as enrolled;
    * ``odd``: what was in the answers and can't be used;
    * ``lacking``: rights that the token's account lacks in this course, by Moodle's names;
    * ``rivals``: other Moodle courses of the same subject and course;
    * ``courses_listed``: ids of all courses that Moodle lists, none where that is not known.
    """

    course: MoodleCourse
    activities: tuple[MoodleActivity, ...] = ()
    sessions: tuple[MoodleSession, ...] = ()
    users: tuple[MoodleUser, ...] = ()
    groups: tuple[MoodleGroup, ...] = ()
    listed: frozenset[int] = frozenset()
    unreadable: tuple["UnreadableSession", ...] = ()
    failed: tuple["FailedActivity", ...] = ()
    gone: frozenset[int] = frozenset()
    listed_all: bool = False
    people_listed: bool = True
    odd: tuple[OddRecord, ...] = ()
    lacking: tuple[str, ...] = ()
    rivals: tuple[MoodleCourse, ...] = ()
    courses_listed: frozenset[int] = frozenset()


@dataclass(frozen=True)
class UnreadableSession:
    """``session_id`` 0 stands for a whole activity of which no id is known."""

    activity_id: int
    session_id: int


@dataclass(frozen=True)
class FailedActivity:
    """* ``words``: why, see ``texts.told``;
    * ``persists``: whether it is tried again after a pause;
    * ``rests``: whether that was in an earlier run, and it was not tried in this one.
    """

    activity_id: int
    words: str | dict[str, Any]
    persists: bool = False
    rests: bool = False


# --- OpenEduCat ---------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    """The pair of op.subject and op.course that a Moodle course stands for."""

    subject_id: int
    course_id: int
    subject_code: str


@dataclass(frozen=True)
class Register:
    """op.attendance.register; ``date`` is set on those that a sync made."""

    id: int
    subject_id: int
    course_id: int
    batch_id: int
    date: date | None


@dataclass(frozen=True)
class Sheet:
    """op.attendance.sheet, archived ones included. ``session_id`` 0: not linked.

    ``taken_at``: when somebody else than we last took the session in Moodle, as far as
    is known. ``starts``, ``ends``: unix seconds of its timetable session, 0 without one.
    ``own``: whether its register is of the subject and course that is being read; a linked
    one can be another's. ``held_at``: unix seconds at which its session in Moodle begins, 0
    for not known; ``points``: of that session, see ``percent.points_text``.
    """

    id: int
    register_id: int
    batch_id: int
    subject_id: int
    date: date
    state: str
    active: bool
    session_id: int
    seen: Seen | None
    taken_at: int
    name: str = ""
    starts: int = 0
    ends: int = 0
    own: bool = True
    held_at: int = 0
    points: str = ""


class Line(NamedTuple):
    """op.attendance.line, archived ones included.

    ``status`` is ``None`` with none or several of the four booleans set; ``base``
    is the status both sides last agreed on, or ``None``. ``marked_at`` is when a person
    last changed the mark, unix seconds, 0 for not known; ``person`` is whether one ever
    did. ``type_id``: its op.attendance.type, 0 for none. ``written_by``: res.users id of whoever
    wrote it last. ``agreed_remark``: the remark both sides last agreed on; ``remarked_at``: when
    a person last changed it, as ``marked_at``. ``sending``, ``sending_remark``: the status and
    the remark that were about to be sent, empty and ``None`` where nothing is open, see
    ``sending.py``.
    """

    id: int
    sheet_id: int
    student_id: int
    status: str | None
    base: str | None
    remark: str
    active: bool
    marked_at: int = 0
    person: bool = True
    type_id: int = 0
    written_by: int = 0
    agreed_remark: str = ""
    remarked_at: int = 0
    sending: str = ""
    sending_remark: str | None = None

    def without_note(self) -> "Line":
        """The same without what was about to be sent."""
        return self._replace(sending="", sending_remark=None)


@dataclass(frozen=True)
class AttendanceTypes:
    """op.attendance.type as far as marks need it.

    ``means``: ``{id: status}`` of all types, archived ones too, ``None`` for a type with
    none or several of the four booleans; ``of_status``: ``{status: id}`` of the one that
    is written for a mark, where there is exactly one.
    """

    means: dict[int, str | None] = field(default_factory=dict)
    of_status: dict[str, int] = field(default_factory=dict)

    def wanted(self, status: str, type_id: int) -> int | None:
        """The type that a line with ``status`` should have, or ``None`` where the one it
        has fits already.

        :param type_id: the type it has, 0 for none
        """
        if type_id and self.means.get(type_id, status) == status:
            return None
        wanted = self.of_status.get(status, 0)
        return None if wanted == type_id else wanted


NO_TYPES = AttendanceTypes()


@dataclass(frozen=True)
class Met:
    """What earlier runs have met of a Moodle course, and what people have said of it.

    * ``sessions``: ids; those that began before ``since`` (unix seconds) are not kept;
    * ``modules``: ``{activity id: MoodleActivity.module_id}``, 0 where that is not known;
    * ``answers``: see ``question_keys.question_key``; each is ``follow`` or ``other``;
    * ``beside``: by the same key, the copies of which somebody is asked.
    """

    sessions: frozenset[int] = frozenset()
    since: int = 0
    modules: dict[int, int] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    beside: frozenset[str] = frozenset()

    def never(self, activity_id: int) -> bool:
        """Whether an activity was never met."""
        return activity_id not in self.modules

    def is_new(self, session: MoodleSession) -> bool:
        """Whether a session was never met."""
        if self.never(session.activity_id):
            return True
        return session.id not in self.sessions and session.starts >= self.since


def of_known_group(
    sessions: Iterable[MoodleSession], pushes: bool, met: Met | None
) -> list[MoodleSession]:
    """:param pushes: whether marks go to Moodle, so that sessions without any matter, too
    :param met: ``None`` where nobody has looked
    :return: sessions of a group of which it matters whose it is: they have marks, or get some, or
        may be others under a new number
    """
    return [
        session
        for session in sessions
        if session.group_id
        and (session.marks or pushes or (met is not None and met.is_new(session)))
    ]


@dataclass(frozen=True)
class LocalState:
    """What OpenEduCat holds for one Moodle course.

    ``dropped``: what lines said that somebody deleted, ``{(session id, student id):
    statuses}``: the one that both sides agreed on, and one that was about to be sent.
    ``not_held``: marks that Moodle accepted and did not keep,
    ``{(session id, student id): (status sent, Moodle status id then, unix seconds of the
    mark here)}``. ``unsaid``: remarks that something in front of Moodle refuses,
    ``{(session id, student id): push.remark_key}``. ``met``: ``None`` where nobody has looked; then no sheet follows.
    """

    registers: tuple[Register, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    lines: tuple[Line, ...] = ()
    dropped: dict[tuple[int, int], str | None] = field(default_factory=dict)
    not_held: dict[tuple[int, int], tuple[str, int, int]] = field(default_factory=dict)
    unsaid: dict[tuple[int, int], str] = field(default_factory=dict)
    types: AttendanceTypes = field(default_factory=AttendanceTypes)
    met: Met | None = None
