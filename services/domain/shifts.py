"""By how much all lessons of an activity have moved: a restore into another course moves all dates.
Only marks can tell. Pure."""

from collections import Counter
from dataclasses import dataclass

from .course_index import CourseIndex
from .lessons import Lesson, evidence, of_other_batch
from .records import MoodleSession

# Shifts of all sessions that are looked at.
SHIFTS = 3


@dataclass(frozen=True)
class Shifted:
    """:param sure: whether all of both sides fit, and all marks are there"""

    pairs: tuple[tuple[Lesson, MoodleSession], ...]
    sure: bool


def best_shift(
    index: CourseIndex, lessons: list[Lesson], sessions: list[MoodleSession]
) -> Shifted | None:
    """The shift by which lessons are the sessions: what most have in common, then the smaller.
    All of both sides fit by one shift only.

    :param sessions: all that hold marks
    """
    shifts = Counter(session.starts - lesson.starts for lesson in lessons for session in sessions)
    for shift, _count in sorted(shifts.items(), key=lambda one: (-one[1], abs(one[0])))[:SHIFTS]:
        found = _by(index, lessons, sessions, shift) if shift else None
        if found:
            return found
    return None


def _by(
    index: CourseIndex, lessons: list[Lesson], sessions: list[MoodleSession], shift: int
) -> Shifted | None:
    at: dict[int, list[MoodleSession]] = {}
    for session in sessions:
        at.setdefault(session.starts - shift, []).append(session)
    pairs, missing = [], []
    for lesson in lessons:
        fitting = [s for s in at.get(lesson.starts, ()) if not of_other_batch(index, lesson, s)]
        said = [(session, evidence(index, lesson, session)) for session in fitting]
        said = [(session, one) for session, one in said if one.same and not one.other]
        if len(said) == 1:
            pairs.append((lesson, said[0][0]))
            missing.append(said[0][1].missing)
    ids = {session.id for _lesson, session in pairs}
    if len(ids) != len(pairs) or len(pairs) < min(len(lessons), len(sessions)):
        return None
    complete = len(pairs) == len(lessons) == len(sessions) and not any(missing)
    if len(pairs) < 2 and not complete:
        return None
    return Shifted(tuple(pairs), complete and len(pairs) > 1)
