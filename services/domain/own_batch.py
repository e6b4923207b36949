"""In which batch a student was on the day of a lesson for all. Pure.

A course detail of OpenEduCat says the batch of today. What it said before is known from the
changes that are noted (:class:`Left`), and else from the student's own lines: in the sheets of
which batch of this subject they are, and on which days. In this order:

1. each detail in that course says the batch in which it had the student on that day, whether it
   is running or not: a student who has withdrawn was there before;
2. of several that say different batches: those that were running, whose batch is taught the
   subject, that were made by then;
3. lines in the sheets of one other batch, all of them before those in this one: the student has
   come from there, on a day that nobody noted. Then that batch counts as long as there are such
   lines; in between both fit, and nobody is guessed at.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

NONE, SEVERAL, EMPTY, BETWEEN = "batch_none", "batch_several", "batch_empty", "batch_between"

# The days on which a student has a line, by the batch of the sheet.
Held = Mapping[int, Collection[date]]
NOWHERE: Held = {}


@dataclass(frozen=True)
class Detail:
    """A course detail in the course, as it is now.

    :param batch_id: 0 for none
    :param made: the day on which it was made
    """

    id: int
    batch_id: int
    running: bool = True
    made: date = date.min


@dataclass(frozen=True)
class Left:
    """Until a day, which does not belong to it, a detail had the student in a batch of the course;
    then it was changed, finished, moved to another course or deleted."""

    detail_id: int
    batch_id: int
    until: date


@dataclass(frozen=True)
class Enrolment:
    """All that is known of one student in one course."""

    details: tuple[Detail, ...] = ()
    left: tuple[Left, ...] = ()


@dataclass(frozen=True)
class _Stay:
    """What a detail says of one day, and from when until when that is noted."""

    batch_id: int
    running: bool
    made: date
    begins: date = date.min
    ends: date = date.max


def own_batch(
    day: date,
    enrolment: Enrolment,
    held: Held = NOWHERE,
    taught: Collection[int] = frozenset(),
) -> tuple[int, str]:
    """:param day: of the lesson
    :param held: of the student in this subject and course, without empty lists
    :param taught: ids of the batches that have sheets or timetable sessions of the subject;
        needed where the details name several batches
    :return: ``(batch id, "")``, or ``(0, why)``: one of the constants above
    """
    if len(enrolment.details) == 1 and not enrolment.left:
        # Nearly everybody, and there are tens of thousands of marks.
        batch = enrolment.details[0].batch_id
        why = "" if batch else EMPTY
    else:
        batch, why, held = _by_details(day, enrolment, held, taught)
    if batch and held.keys() - {batch}:
        batch = _by_lines(day, batch, held)
        why = "" if batch else BETWEEN
    return batch, why


def several_batches(enrolment: Enrolment) -> bool:
    """Whether it may be asked which of them are taught a subject."""
    return len(all_batches(enrolment)) > 1


def all_batches(enrolment: Enrolment) -> set[int]:
    """:return: ids of the batches that details of the student say, or have said"""
    now = {detail.batch_id for detail in enrolment.details}
    return now.union(left.batch_id for left in enrolment.left) - {0}


def _by_details(
    day: date, enrolment: Enrolment, held: Held, taught: Collection[int]
) -> tuple[int, str, Held]:
    """:return: batch and why as :func:`own_batch`, and the lines that still say something"""
    stays = _stays(day, enrolment)
    known = [stay for stay in stays if stay.batch_id]
    if not known:
        return 0, EMPTY if stays else NONE, NOWHERE
    narrower: tuple[Callable[[_Stay], bool], ...] = (
        lambda stay: stay.running,
        lambda stay: stay.batch_id in taught,
        lambda stay: stay.made <= day,
    )
    for fits in narrower:
        known = [stay for stay in known if fits(stay)] or known
    if len({stay.batch_id for stay in known}) > 1:
        return 0, SEVERAL, NOWHERE
    return known[0].batch_id, "", _within(held, known)


def _stays(day: date, enrolment: Enrolment) -> list[_Stay]:
    """:return: what each detail says of a day; nothing of one that was gone by then"""
    found = []
    details = {detail.id: detail for detail in enrolment.details}
    for number in sorted(details.keys() | {left.detail_id for left in enrolment.left}):
        detail = details.get(number)
        made = detail.made if detail else date.min
        left = sorted(
            (one for one in enrolment.left if one.detail_id == number), key=lambda one: one.until
        )
        begins = max((one.until for one in left if one.until <= day), default=date.min)
        later = next((one for one in left if one.until > day), None)
        if later:
            found.append(_Stay(later.batch_id, True, made, begins, later.until))
        elif detail:
            found.append(_Stay(detail.batch_id, detail.running, made, begins))
    return found


def _within(held: Held, stays: Iterable[_Stay]) -> Held:
    """Of the lines those between the changes that are noted: the others are of another time."""
    stays = list(stays)
    begins, ends = max(stay.begins for stay in stays), min(stay.ends for stay in stays)
    inside = {batch: [day for day in days if begins <= day < ends] for batch, days in held.items()}
    return {batch: days for batch, days in inside.items() if days}


def _by_lines(day: date, batch: int, held: Held) -> int:
    """:param batch: that the details say
    :return: that of the lines, or 0 where both fit
    """
    first = min(held.get(batch, ()), default=date.max)
    # Where lines of both alternate, the student attends both, or was a guest in one.
    before = {other: days for other, days in held.items() if other != batch and max(days) <= first}
    next_there = {
        other: min(one for one in days if one >= day)
        for other, days in before.items()
        if max(days) >= day
    }
    if not next_there:
        return 0 if before and day < first < date.max else batch
    soonest = min(next_there.values())
    there = [other for other, one in next_there.items() if one == soonest]
    return there[0] if len(there) == 1 and soonest < first else 0
