"""What a run is going to do with one Moodle course, as plain data.

The planner makes a :class:`CoursePlan`; ``plan_applier`` applies what concerns
OpenEduCat, ``pusher`` what concerns Moodle; *Preview* and *Verify* print it. A plan
without work (:attr:`CoursePlan.empty`) costs no write.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from . import gaps
from .fingerprint import ASIDE, fingerprint_of, written_fields
from .gap_reason import Details
from .mark_rows import Expected
from .records import CourseReading
from .status_meaning import clean

if TYPE_CHECKING:
    # In ``typing`` from Python 3.11 on.
    from typing_extensions import Unpack

# What happens to a line, in the order in which reports name it.
CREATE = "create"  # a mark that OpenEduCat did not have
UPDATE = "update"  # Moodle changed it since the last run
PUT_BACK = "put_back"  # somebody changed it in OpenEduCat, and Moodle is right
REMARK = "remark"  # only the remark differs
TYPE = "type"  # only OpenEduCat's attendance type contradicts the mark
AGREE = "agree"  # both sides are equal; that is noted as their common base


# Of a field of a sheet.
Value = date | int | str
# ``(model, id)`` of a record of OpenEduCat, or nothing.
Record = tuple[str, int] | tuple[()]


@dataclass(frozen=True, slots=True)
class LinePlan:
    """One line to create (``line_id`` 0) or to change.

    ``status``, ``remark`` and ``type_id`` are ``None`` where they stay as they are;
    ``base`` is the status both sides agree on afterwards, empty for none; ``type_id`` 0 empties
    the attendance type; ``agreed_remark`` is the remark both sides agree on afterwards, where the
    line has it already: one that it is given comes from Moodle, and is agreed on with that.
    ``note_done``: what the line notes as about to be sent is forgotten.
    """

    action: str
    line_id: int
    student_id: int
    base: str
    status: str | None = None
    remark: str | None = None
    type_id: int | None = None
    agreed_remark: str | None = None
    note_done: bool = False


@dataclass(frozen=True)
class SheetPlan:
    """One sheet to create (``sheet_id`` 0), to adopt, or to change, with its lines.

    ``register_id`` 0 on a sheet that is new or ``moved``: the register of ``date`` and
    ``batch_id`` that the store finds or creates. Of ``values`` only those that differ
    are there: ``attendance_date``, ``state``, ``moodle_session_id`` (0 for a sheet that is
    of no session any more), ``moodle_seen``, ``moodle_lasttaken``, ``moodle_starts``,
    ``moodle_points``. ``restored``: the sync had cancelled it, and its session is there again.
    """

    sheet_id: int
    batch_id: int
    date: date
    register_id: int = 0
    moved: bool = False
    values: dict[str, Value] = field(default_factory=dict)
    lines: tuple[LinePlan, ...] = ()
    restored: bool = False

    @property
    def unlinked(self) -> bool:
        return self.values.get("moodle_session_id") == 0

    @property
    def needs_register(self) -> bool:
        return not self.register_id and (not self.sheet_id or self.moved)


@dataclass(frozen=True)
class SessionPlan:
    """All sheets of one Moodle session: the unit that is done wholly or not at all."""

    session_id: int
    starts: int
    sheets: tuple[SheetPlan, ...]


@dataclass(frozen=True)
class Follow:
    """A sheet that is linked with another number, because its session has come back under it.

    :param before: numbers of the course, activity and session until now
    :param seen: ``moodle_seen`` of the sheet afterwards: the new place, and what was last seen
    """

    sheet_id: int
    before: tuple[int, int, int]
    session_id: int
    seen: str

    @property
    def places(self) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        """Numbers of the course, activity and session: until now, and from now on."""
        course, activity, _hash = self.seen.split(":")
        return self.before, (int(course), int(activity), self.session_id)


class LeftBehind(NamedTuple):
    """Ids of activities and of sessions."""

    activities: frozenset[int]
    sessions: frozenset[int]


@dataclass(frozen=True)
class Followed:
    """What follows to new numbers, before anything else is done.

    * ``activities``: ``{activity id until now: activity id}`` of which the sessions follow;
    * ``held``: ``{(session id, student id): status id}`` that Moodle shows for a mark that it
      did not keep, where that mark has not changed.
    """

    sheets: tuple[Follow, ...] = ()
    activities: dict[int, int] = field(default_factory=dict)
    held: dict[tuple[int, int], int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.sheets)

    @property
    def sessions(self) -> dict[int, int]:
        """``{session id until now: session id}``."""
        return {one.before[2]: one.session_id for one in self.sheets}

    def left_behind(self, reading: CourseReading) -> LeftBehind:
        """What sheets were of until now, and Moodle does not have any more."""
        here = {activity.id for activity in reading.activities}
        held = {session.id for session in reading.sessions}
        places = [one.before for one in self.sheets if one.before[0] == reading.course.id]
        return LeftBehind(
            frozenset(activity for _course, activity, _session in places) - here,
            frozenset(session for _course, _activity, session in places) - held,
        )


@dataclass(frozen=True)
class Waiting:
    """What nobody touches until a person has said whether it is the same: ids of sessions, of
    sheets, of activities that count as never met until then (``activities``), and of those that
    have another one's number (``again``). ``beside``: questions of copies, see ``records.Met``."""

    sessions: frozenset[int] = frozenset()
    sheets: frozenset[int] = frozenset()
    activities: frozenset[int] = frozenset()
    again: frozenset[int] = frozenset()
    beside: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, list[int] | list[str]]:
        """As much as the next run has to know; empty where nothing waits."""
        found: dict[str, list[int] | list[str]] = {
            "sessions": sorted(self.sessions),
            "activities": sorted(self.activities),
            "beside": sorted(self.beside),
        }
        return found if any(found.values()) else {}


NOTHING_FOLLOWS = Followed()
NOTHING_WAITS = Waiting()


@dataclass(frozen=True, slots=True)
class PushPlan:
    """One mark for Moodle.

    :param status_id: of ``status`` in the session's own list
    :param line_ids: the student's lines, whose base it becomes once Moodle holds it
    :param marked_at: when it was marked here, unix seconds
    :param remark: that goes with it; ``None`` where Moodle's stays
    :param expected: what it replaces, where Moodle can be told so; ``None`` for no mark
    """

    session_id: int
    sheet_id: int
    student_id: int
    user_id: int
    status: str
    status_id: int
    status_set: int
    line_ids: tuple[int, ...]
    marked_at: int = field(default=0, metadata={ASIDE: "to mark the same again is no other plan"})
    remark: str | None = None
    expected: Expected | None = None

    @property
    def remark_alone(self) -> bool:
        """Whether the mark itself stays as it is."""
        return self.expected is not None and self.expected.status_id == self.status_id


@dataclass(frozen=True)
class NewSession:
    """A session that Moodle lacks.

    :param starts: unix seconds
    :param duration: seconds
    :param description: what teachers read
    :param reference: by which the session is found again if Moodle's answer gets lost; it gets
        one as it is made, see ``references.py``
    """

    sheet_id: int
    activity_id: int
    group_id: int
    starts: int
    duration: int
    description: str
    reference: str = ""


@dataclass(frozen=True)
class Emptied:
    """An activity whose sessions are all gone, of which there are sheets here.

    :param sheets: their ids
    :param marks: lines of them
    """

    activity_id: int
    sheets: tuple[int, ...]
    marks: int

    @property
    def numbers(self) -> dict[str, int]:
        return {"sheets": len(self.sheets), "marks": self.marks}


@dataclass(frozen=True)
class Conflict:
    """Both sides had changed; ``winner`` is ``moodle`` or ``oec``. Times are unix
    seconds by Odoo's clock."""

    session_id: int
    student_id: int
    base: str | None
    moodle: str | None
    odoo: str
    moodle_time: int
    odoo_time: int
    machine: bool
    winner: str


def gap_key(kind: str, unit: int, key: str) -> str:
    """The key of a gap.

    :param kind: name of the gap's kind
    :param unit: id of the Moodle course it was met in, 0 for the site
    :param key: what tells it from the other gaps of that kind met there
    """
    return f"{kind}:{unit}:{key}"


@dataclass(frozen=True)
class Gap:
    """Something that a person must fix; :func:`gap` makes one.

    :param kind: name of a kind of the catalogue (``gaps``)
    :param key: see :func:`gap_key`; unique for the instance and stable from run to run
    :param why: name of a reason of the catalogue
    :param details: what its sentence names, in the order of the catalogue
    :param moodle_id: id in Moodle of what it is about (user, group, session …)
    :param marks: how many marks wait for it
    :param course_name: of the Moodle course, where that is not the one being read
    :param about: name in Moodle of the person or group it is about
    :param record: ``(model, id)`` of the OpenEduCat record where it can be fixed
    :param letter: :class:`Letter` of Moodle that has no meaning here; such a gap is one of
        the instance, whatever courses meet it
    :param allows: what *Apply anyway* lets through: ``parts`` of a ``brake.Allowance``
    :param asks: under which the answer of a person is kept, where the reason offers some
    :raise ValueError: the catalogue has no such gap
    """

    kind: str
    key: str
    why: str
    details: Details = ()
    moodle_id: int = 0
    marks: int = 0
    course_name: str = ""
    about: str = ""
    record: Record = ()
    letter: "Letter | None" = None
    allows: dict[str, dict[str, int]] = field(default_factory=dict)
    asks: str = ""

    def __post_init__(self) -> None:
        gaps.check(self)


@dataclass(frozen=True)
class Letter:
    """A letter of a Moodle status set with what a teacher reads beside it, and its points."""

    acronym: str
    description: str
    grade: float | None


class More(TypedDict, total=False):
    """Values of a :class:`Gap` that most have no use for."""

    moodle_id: int
    course_name: str
    about: str
    record: Record
    allows: dict[str, dict[str, int]]
    asks: str


def gap(
    why: str,
    unit: int,
    key: str,
    details: Mapping[str, object] | None = None,
    marks: int = 0,
    **more: "Unpack[More]",
) -> Gap:
    """The gap of a reason; its kind is the reason's.

    :param why: name of a reason of the catalogue (``gaps``)
    :param unit, key: see :func:`gap_key`
    :param details: ``{name: value}`` of all details that the catalogue names
    :param marks: how many wait for it
    """
    kind = gaps.KIND_OF[why].name
    values = gaps.REASONS[why].in_order(details or {})
    return Gap(kind, gap_key(kind, unit, key), why, values, marks=marks, **more)


def course_gap(course_id: int, name: str, why: str, details: Iterable[object] = ()) -> Gap:
    """The gap of a Moodle course that matches nothing.

    :param why: of its ``matching.CourseMatch``; :data:`UNMEANT` where that says nothing and
        the course has attendance
    :param details: of the same
    """
    kind = gaps.KIND_OF[why].name
    return Gap(
        kind,
        gap_key(kind, 0, course_key(course_id, why)),
        why,
        tuple(details),
        moodle_id=course_id,
        course_name=name,
    )


# Why of a course with attendance that nothing says anything about.
UNMEANT = "course_unmeant"


def course_key(course_id: int, why: str = UNMEANT) -> str:
    return f"attendance:{course_id}" if why == UNMEANT else f"course:{course_id}"


def letter_key(letter: Letter) -> str:
    """The key of the gap of a letter: the same in every activity that shows it so."""
    return f"letter:{letter.acronym}:{clean(letter.description)[:200]}"


def letter_gap(letter: Letter, why: str, marks: int) -> Gap:
    """The gap of a letter without a meaning, one of the instance.

    :param why: one of ``status_meaning.OPEN``
    """
    why = f"letter_{why}"
    return Gap(
        gaps.KIND_OF[why].name,
        letter_key(letter),
        why,
        (letter.acronym, letter.description),
        marks=marks,
        letter=letter,
    )


@dataclass(frozen=True)
class CoursePlan:
    """:param cancelled: ids of sheets whose session was deleted in Moodle
    :param emptied: activities whose sessions are all gone; their sheets are in ``cancelled``
        only if a person has said so
    :param skipped: number of marks left out, by reason
    :param sessions_seen: sessions inside the window that hold a mark
    :param marks_seen: marks in them, those left out included
    :param pushes: marks for Moodle, each student once a session
    :param new_sessions: sessions to create in Moodle, before anything can be pushed there
    :param sessions_older: sessions with marks that were neither held nor taken nor changed
        inside the window
    :param sessions_early: sessions with marks before the course's start date
    :param followed: sheets that follow their sessions to new numbers, first of all
    :param waiting: what waits for a person to say whether it is the same
    :param misplaced: ids of sheets that have only the number of a session that is read
    """

    sessions: tuple[SessionPlan, ...] = ()
    cancelled: tuple[int, ...] = ()
    gaps: tuple[Gap, ...] = field(default=(), metadata={ASIDE: "told, and not written"})
    skipped: Counter[str] = field(default_factory=Counter, metadata={ASIDE: "a count"})
    sessions_seen: int = field(default=0, metadata={ASIDE: "a count"})
    marks_seen: int = field(default=0, metadata={ASIDE: "a count"})
    pushes: tuple[PushPlan, ...] = ()
    new_sessions: tuple[NewSession, ...] = ()
    conflicts: tuple[Conflict, ...] = field(
        default=(), metadata={ASIDE: "what follows is in the lines and pushes"}
    )
    sessions_older: int = field(default=0, metadata={ASIDE: "a count"})
    sessions_early: int = field(default=0, metadata={ASIDE: "a count"})
    emptied: tuple[Emptied, ...] = field(
        default=(), metadata={ASIDE: "may be cancelled; what is, is in cancelled"}
    )
    followed: Followed = NOTHING_FOLLOWS
    waiting: Waiting = field(default=NOTHING_WAITS, metadata={ASIDE: "waits for a person"})
    misplaced: frozenset[int] = field(default=frozenset(), metadata={ASIDE: "left as they are"})

    @property
    def empty(self) -> bool:
        """Whether nothing is written on either side."""
        return not any(getattr(self, name) for name in written_fields(CoursePlan))

    def sheets(self) -> Iterator[SheetPlan]:
        for session in self.sessions:
            yield from session.sheets

    def line_actions(self) -> Counter[str]:
        """How many lines meet which action."""
        return Counter(line.action for sheet in self.sheets() for line in sheet.lines)


def by_session(pushes: Iterable[PushPlan]) -> dict[int, list[PushPlan]]:
    """:return: ``{session id: [PushPlan, …]}``"""
    result: dict[int, list[PushPlan]] = {}
    for push in pushes:
        result.setdefault(push.session_id, []).append(push)
    return result


def fingerprint(
    plan: CoursePlan, without: Collection[int] = frozenset(), new_sessions: bool = True
) -> str:
    """Changes with everything that a plan would write, on either side.

    :param without: ids of Moodle sessions of which nothing counts
    :param new_sessions: whether sessions to be made in Moodle count
    :return: text
    """
    written = {name: getattr(plan, name) for name in written_fields(CoursePlan)}
    kept = {
        name: _without(value, without)
        for name, value in written.items()
        if new_sessions or name != "new_sessions"
    }
    return fingerprint_of(kept)


def _without(value: object, sessions: Collection[int]) -> object:
    """Of a field of a plan that holds several of something, those of other sessions."""
    if not isinstance(value, tuple):
        return value
    return [one for one in value if getattr(one, "session_id", None) not in sessions]
