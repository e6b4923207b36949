"""What is there twice: restored beside what still lives, or duplicated. Pure."""

from collections.abc import Iterable

from .course_index import CourseIndex
from .lessons import Lesson, evidence, of_other_batch
from .records import MoodleSession
from .shifts import best_shift


def copies(
    index: CourseIndex, lessons: list[Lesson], sessions: list[MoodleSession], asked: bool
) -> list[tuple[Lesson, MoodleSession]]:
    """:param lessons: of one activity that is still there
    :param sessions: of another that was never met
    :param asked: whether somebody is asked already; then it stays a copy, whatever is marked in
        one of the two meanwhile
    :return: what is there twice; nothing where they are other lessons
    """
    at: dict[int, list[Lesson]] = {}
    for lesson in lessons:
        at.setdefault(lesson.starts, []).append(lesson)
    found: dict[int, tuple[Lesson, MoodleSession]] = {}
    spoken: list[bool] = []
    for session in sessions:
        for lesson in at.get(session.starts, ()):
            if not of_other_batch(index, lesson, session):
                said = evidence(index, lesson, session)
                if said.marked:
                    spoken.append(said.speaks_for_it)
                found.setdefault(session.id, (lesson, session))
    with_marks = [session for session in sessions if session.marks]
    for_it = spoken and sum(spoken) * 2 >= len(spoken)
    without_marks = not with_marks and len(found) > 1 and len(found) == len(sessions)
    if for_it or without_marks or (asked and found):
        return list(found.values())
    shifted = best_shift(index, lessons, with_marks)
    if shifted and len(shifted.pairs) == len(with_marks) > 1 and _telling(index, shifted.pairs):
        return list(shifted.pairs)
    return []


def _telling(index: CourseIndex, pairs: Iterable[tuple[Lesson, MoodleSession]]) -> bool:
    """Whether marks are more than the same letter for everybody, which any two lessons have."""
    sheets = [sheet.id for lesson, _session in pairs for sheet in lesson.sheets]
    lines = [lines for sheet in sheets for lines in index.lines(sheet).values()]
    return len({line.base for of_student in lines for line in of_student}) > 1
