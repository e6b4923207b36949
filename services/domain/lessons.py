"""What a sheet knows of the session that it is linked with, and how well another session fits
that: by beginning, group and marks. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum

from . import status_meaning
from .course_index import CourseIndex
from .records import MoodleSession, Sheet
from .status_meaning import Chosen

# Moodle's numbers of a course and of an activity in it.
Place = tuple[int, int]


class Fit(IntEnum):
    """How well a session fits a lesson of the same beginning; each is more than the one before."""

    DOUBT = 0  # something speaks against it
    BARE = 1  # nothing does, and no mark says anything
    MARKS = 2  # the marks that both sides had agreed on are there
    SAME = 3  # and no other is
    CHOSEN = 4  # a person has said so


@dataclass(frozen=True)
class Lesson:
    """A session of Moodle as the sheets know it that are linked with it.

    :param starts: unix seconds at which it began, 0 where that is not known
    :param day: of the sheets
    :param whole: whether its whole activity or course is gone
    """

    place: Place
    session_id: int
    starts: int
    day: date
    sheets: tuple[Sheet, ...]
    whole: bool = False

    @property
    def batches(self) -> set[int]:
        return {sheet.batch_id for sheet in self.sheets}

    @property
    def taken_at(self) -> int:
        """When somebody last took it, as far as is known; unix seconds by Moodle's clock."""
        return max(sheet.taken_at for sheet in self.sheets)


def lessons_of(sheets: Iterable[Sheet], whole: Iterable[Place] = ()) -> list[Lesson]:
    """:param sheets: linked ``Sheet`` of which it is known where in Moodle their session was
    :param whole: places that are gone as a whole
    :return: their lessons, by beginning and number
    """
    found: dict[tuple[Place, int], list[Sheet]] = {}
    for sheet in sheets:
        assert sheet.seen is not None
        place = sheet.seen.course_id, sheet.seen.activity_id
        found.setdefault((place, sheet.session_id), []).append(sheet)
    gone = set(whole)
    lessons = [
        Lesson(
            place,
            number,
            max(sheet.held_at for sheet in of_session),
            of_session[0].date,
            tuple(of_session),
            place in gone,
        )
        for (place, number), of_session in found.items()
    ]
    return sorted(lessons, key=lambda one: (one.starts, one.day, one.session_id, one.place))


@dataclass(frozen=True)
class Evidence:
    """What the marks of a session say of those that a lesson had, as both sides agreed on them.

    :param same: marks that are the same
    :param other: that differ
    :param later: of these, made in Moodle after what is known here
    :param missing: that are not there
    :param unclear: that mean nothing here, or two of a student differ
    :param strange: marks of students of whom nothing was agreed on
    """

    same: int = 0
    other: int = 0
    later: int = 0
    missing: int = 0
    strange: int = 0
    unclear: int = 0

    @property
    def agreed(self) -> int:
        return self.same + self.other + self.missing

    @property
    def marked(self) -> bool:
        """Whether the session holds a mark at all."""
        return bool(self.same or self.other or self.strange)

    @property
    def speaks_for_it(self) -> bool:
        """Whether marks are the same, and all that differ were changed since; most are not."""
        return self.same > 0 and self.other == self.later and self.other <= self.same

    @property
    def fit(self) -> Fit:
        if self.speaks_for_it:
            changed = self.other or self.missing or self.strange or self.unclear
            return Fit.MARKS if changed else Fit.SAME
        nothing = not self.other and not (self.missing and self.strange)
        return Fit.BARE if nothing else Fit.DOUBT


def evidence(index: CourseIndex, lesson: Lesson, session: MoodleSession) -> Evidence:
    """:param session: of another number; its letters mean what they meant in the lesson's
    activity
    """
    said = _said(index, lesson, session)
    agreed = _agreed(index, lesson)
    same = other = later = missing = unclear = 0
    for student, (base, status) in agreed.items():
        if student not in said:
            missing += 1
            continue
        mark, taken_at = said[student]
        if mark is None:
            unclear += 1
        elif mark in (base, status):
            same += 1
        else:
            other += 1
            later += taken_at > lesson.taken_at
    return Evidence(same, other, later, missing, len(said.keys() - agreed.keys()), unclear)


def _agreed(index: CourseIndex, lesson: Lesson) -> dict[int, tuple[str, str | None]]:
    """:return: ``{student id: (agreed on, what the line says)}``"""
    return {
        student: (line.base, line.status)
        for sheet in reversed(lesson.sheets)
        for student, lines in index.lines(sheet.id).items()
        for line in reversed(lines)
        if line.base
    }


def _said(
    index: CourseIndex, lesson: Lesson, session: MoodleSession
) -> dict[int, tuple[str | None, int]]:
    """:return: ``{student id: (status, unix seconds by Moodle's clock)}``; no status where it
    means nothing here, or two marks differ"""
    carried = {lesson.place[1]: session.activity_id}
    chosen = with_meanings(index.rules.chosen, carried)
    meanings = status_meaning.of_session(session, chosen)
    said: dict[int, tuple[str | None, int]] = {}
    for mark in session.marks:
        student = index.people.student(mark.user_id).record_id
        if not student or not mark.status_id:
            continue
        meaning = meanings.get(mark.status_id)
        status = meaning.status if meaning else None
        moment = session.taken_at if mark.taken_at is None else mark.taken_at
        if student in said:
            before, at = said[student]
            status, moment = status if before == status else None, max(at, moment)
        said[student] = status, moment
    return said


def with_meanings(chosen: Sequence[Chosen], activities: Mapping[int, int]) -> tuple[Chosen, ...]:
    """What people have chosen for the letters of single activities, for others, too; what was
    chosen for these themselves holds.

    :param activities: ``{activity id: the other's}``
    """
    own = {(one.activity_id, one.acronym, one.description) for one in chosen}
    more = [
        replace(one, activity_id=activities[one.activity_id])
        for one in chosen
        if one.activity_id in activities
        and (activities[one.activity_id], one.acronym, one.description) not in own
    ]
    return (*chosen, *more)


def fit(index: CourseIndex, lesson: Lesson, session: MoodleSession) -> Fit | None:
    """:param session: that begins with the lesson, or on its day where that is all that is known
    :return: ``None`` where it is of another batch
    """
    batch = _batch(index, session)
    if batch and batch not in lesson.batches:
        return None
    found = evidence(index, lesson, session)
    if batch == 0 or (batch and lesson.batches != {batch}):
        # Of a group that nobody knows, or of one of several that the lesson was for.
        return Fit.DOUBT
    if not lesson.starts and (found.other or found.missing or not found.same):
        return Fit.DOUBT
    return found.fit


def of_other_batch(index: CourseIndex, lesson: Lesson, session: MoodleSession) -> bool:
    batch = _batch(index, session)
    return batch == 0 or (batch is not None and lesson.batches != {batch})


def _batch(index: CourseIndex, session: MoodleSession) -> int | None:
    """:return: of its group; 0 where that has none or nobody has asked, ``None`` for all
    participants"""
    if not session.group_id:
        return None
    match = index.people.batches.get(session.group_id)
    return match.record_id if match else 0
