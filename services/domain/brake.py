"""Whether a run may do to a course what it is about to do, or a person has to look first.

A restored backup, a course reset, a session number that is used again, ID numbers, a time
zone or a meaning that were changed: each would rewrite a good part of what both sides had
agreed on, without a word. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from . import plan as p
from .matching import People
from .records import CourseReading, Line, LocalState, MoodleCourse, Sheet

# Why a course is stopped: what an allowance is kept under, too.
TOO_MUCH = "too_much"
NO_ACTIVITIES = "no_activities"
NO_SESSIONS = "no_sessions"
NO_PEOPLE = "no_people"
# An allowance for these holds as long as Moodle lists nothing; that for an amount once.
EMPTY = (NO_ACTIVITIES, NO_SESSIONS, NO_PEOPLE)
# What a mark that both sides had agreed on can meet, in the order of the sentence.
KINDS = ("changed", "put_back", "replaced", "moved", "cancelled", "sent")

# What is let through: ``{why or activity_key: {name: number}}``.
Parts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Limits:
    """:param share: per cent of what both sides agreed on; 100 never stops a course
    :param least: fewer marks than this never stop one
    """

    share: int = 30
    least: int = 50


@dataclass(frozen=True)
class Allowance:
    """What a person has let through.

    :param parts: what was shown
    :param everything: the person has seen the plan itself
    """

    parts: Parts = field(default_factory=dict)
    everything: bool = False

    def covers(self, what: str, numbers: Mapping[str, int]) -> bool:
        """Whether it holds for these numbers: none of them is greater than what was shown."""
        if self.everything:
            return True
        shown = self.parts.get(what)
        return shown is not None and all(shown.get(k, 0) >= n for k, n in numbers.items())

    def without(self, why: str) -> "Allowance":
        """:param why: one of the constants above"""
        return Allowance({what: numbers for what, numbers in self.parts.items() if what != why})

    def left(self, why: str) -> Parts:
        """What of it goes on holding after a run.

        :param why: one of :data:`EMPTY` that still holds, or empty
        :return: ``parts``
        """
        return {why: self.parts[why]} if why in EMPTY and why in self.parts else {}


DEFAULT = Limits()
NOTHING = Allowance()
EVERYTHING = Allowance(everything=True)


@dataclass(frozen=True)
class Amount:
    """:param agreed: marks that both sides agree on, of sheets that are not cancelled
    :param sheets: how many sheets hold them
    :param touched: ``{one of KINDS: marks}`` of them that a plan would touch, each once
    """

    agreed: int = 0
    sheets: int = 0
    touched: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.touched.values())


@dataclass(frozen=True)
class Stop:
    """:param why: one of the constants above
    :param allows: what has to be kept as :class:`Allowance` parts to let it through
    """

    why: str
    amount: Amount
    allows: Parts
    limits: Limits

    def gap(self, course_id: int) -> p.Gap:
        """What a person is told, and can let through."""
        amount = self.amount
        return p.gap(
            f"stop_{self.why}",
            course_id,
            "course",
            {
                "total": amount.total,
                "agreed": amount.agreed,
                "sheets": amount.sheets,
                "what": amount.touched,
                "share": self.limits.share,
            },
            marks=amount.total if self.why == TOO_MUCH else amount.agreed,
            allows=self.allows,
        )


def activity_key(activity_id: int) -> str:
    """Under which an allowance to cancel the sheets of an emptied activity is kept."""
    return f"activity:{activity_id}"


def measure(
    plan: p.CoursePlan, reading: CourseReading, local: LocalState, people: People
) -> Amount:
    """How much of what both sides agreed on a plan would touch. New marks touch nothing, so
    a first pull, a longer window and a backfill never do; neither do sheets of an emptied
    activity, which wait for a person (or were let through) by themselves.

    :param plan: ``CoursePlan`` made of the other three
    """
    here = {session.id for session in reading.sessions}
    session_of = {
        sheet.id: sheet.session_id
        for sheet in local.sheets
        if sheet.session_id
        and sheet.state != "cancel"
        and (sheet.session_id in here or _is_of(sheet, reading.course))
    }
    agreed = {line.id: line for line in local.lines if line.base and line.sheet_id in session_of}
    waiting = {sheet_id for emptied in plan.emptied for sheet_id in emptied.sheets}
    cancelled = set(plan.cancelled) - waiting
    moved = {sheet.sheet_id for sheet in plan.sheets() if "attendance_date" in sheet.values}
    found = {
        "cancelled": {line.id for line in agreed.values() if line.sheet_id in cancelled},
        "changed": _of_action(plan, p.UPDATE),
        "put_back": _of_action(plan, p.PUT_BACK),
        "sent": {
            line_id for push in plan.pushes if not push.remark_alone for line_id in push.line_ids
        },
        "replaced": _replaced(plan, reading, agreed, session_of, people),
        "moved": {line.id for line in agreed.values() if line.sheet_id in moved},
    }
    seen: set[int] = set()
    touched: dict[str, int] = {}
    for kind, lines in found.items():
        touched[kind] = len((lines & agreed.keys()) - seen)
        seen |= lines
    return Amount(
        agreed=len(agreed),
        sheets=len({line.sheet_id for line in agreed.values()}),
        touched={kind: touched[kind] for kind in KINDS if touched[kind]},
    )


def _is_of(sheet: Sheet, course: MoodleCourse) -> bool:
    return sheet.seen is not None and sheet.seen.course_id == course.id


def _of_action(plan: p.CoursePlan, action: str) -> set[int]:
    lines = (line for sheet in plan.sheets() for line in sheet.lines)
    return {line.line_id for line in lines if line.action == action}


def _replaced(
    plan: p.CoursePlan,
    reading: CourseReading,
    agreed: Mapping[int, Line],
    session_of: Mapping[int, int],
    people: People,
) -> set[int]:
    """Lines whose mark has gone in Moodle while as many new ones came in the same session:
    the accounts are taken for other students than before."""
    new = {
        session.session_id: sum(line.action == p.CREATE for s in session.sheets for line in s.lines)
        for session in plan.sessions
    }
    if not any(new.values()):
        return set()
    marked = {
        session.id: {people.student(mark.user_id).record_id for mark in session.marks}
        for session in reading.sessions
        if new.get(session.id)
    }
    lines: dict[int, list[int]] = {}
    for line in agreed.values():
        session = session_of[line.sheet_id]
        if session in marked and line.student_id not in marked[session]:
            lines.setdefault(session, []).append(line.id)
    return {line for session, found in lines.items() for line in sorted(found)[: new[session]]}


def judge(
    amount: Amount,
    limits: Limits,
    nothing: str = "",
    emptied: Iterable[p.Emptied] = (),
    allowance: Allowance = NOTHING,
) -> Stop | None:
    """:param nothing: what :func:`lists_nothing` gives
    :param emptied: ``Emptied`` of the plan
    :return: ``None`` where the plan may be carried out
    """
    if amount.agreed < limits.least:
        return None
    if nothing and not allowance.covers(nothing, {}):
        allows: Parts = {nothing: {}}
        if nothing != NO_PEOPLE:
            allows |= {activity_key(one.activity_id): one.numbers for one in emptied}
        return Stop(nothing, amount, allows, limits)
    # Whole numbers: 30 of 100 is not more than 30 per cent.
    much = amount.total >= limits.least and amount.total * 100 > limits.share * amount.agreed
    if much and not allowance.covers(TOO_MUCH, amount.touched):
        return Stop(TOO_MUCH, amount, {TOO_MUCH: amount.touched}, limits)
    return None


def lists_nothing(reading: CourseReading) -> str:
    """What Moodle lists nothing of, as far as it could be read: one of :data:`EMPTY`, or an
    empty text."""
    odd = {record.what for record in reading.odd}
    activities = {activity.id for activity in reading.activities}
    if reading.listed_all and not activities:
        return "" if "activity" in odd else NO_ACTIVITIES
    if not reading.sessions and not reading.unreadable and not odd & {"session", "activity"}:
        whole = activities <= reading.listed if reading.listed_all else bool(reading.gone)
        if whole:
            return NO_SESSIONS
    return "" if reading.people_listed or "user" in odd else NO_PEOPLE
