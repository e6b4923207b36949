"""Activities that have a number which another one had before. Pure."""

from collections.abc import Iterable

from .course_index import CourseIndex
from .gap_reason import FOLLOW
from .lessons import Fit, evidence, fit, lessons_of
from .question_keys import activities_key
from .records import Met, MoodleSession, Sheet

# Agreed marks below which it is no sign that most of them are not there any more.
FEW = 3


def given_again(index: CourseIndex, met: Met) -> frozenset[int]:
    """Activities that have a number which another one had before, as MySQL gives the highest
    number out again: Moodle's own address of it is another one; or all of its sessions are on
    other days than the sheets say, and at most half of the marks are there that both sides agreed
    on; or they have each other's times and marks.
    """
    standing: dict[int, list[tuple[Sheet, MoodleSession]]] = {}
    for session_id, session in index.sessions.items():
        for sheet in index.sheets_of_session.get(session_id, ()):
            if sheet.seen:
                standing.setdefault(session.activity_id, []).append((sheet, session))
    found = set()
    for activity in index.reading.activities:
        pairs = standing.get(activity.id)
        here = index.reading.course.id, activity.id
        if not pairs or met.answers.get(activities_key(here, activity.id)) == FOLLOW:
            continue
        before = met.modules.get(activity.id)
        other = before and activity.module_id and before != activity.module_id
        if other or _little_is_left(index, pairs) or _swapped(index, activity.id, pairs):
            found.add(activity.id)
    return frozenset(found)


def _little_is_left(index: CourseIndex, pairs: Iterable[tuple[Sheet, MoodleSession]]) -> bool:
    agreed = same = 0
    for sheet, session in pairs:
        if not sheet.held_at or index.rules.date(sheet.held_at) == index.day(session):
            return False
        (lesson,) = lessons_of([sheet])
        found = evidence(index, lesson, session)
        agreed, same = agreed + found.agreed, same + found.same
    return agreed >= FEW and same * 2 <= agreed


def _swapped(
    index: CourseIndex, activity: int, pairs: Iterable[tuple[Sheet, MoodleSession]]
) -> bool:
    """Whether another session of the activity has the time and marks that a sheet's own had."""
    moved = [(x, session) for x, session in pairs if x.held_at not in (0, session.starts)]
    at: dict[int, list[MoodleSession]] = {}
    for session in index.reading.sessions if moved else ():
        if session.activity_id == activity:
            at.setdefault(session.starts, []).append(session)
    for sheet, own in moved:
        (lesson,) = lessons_of([sheet])
        same = evidence(index, lesson, own).same
        for other in at.get(sheet.held_at, ()):
            if (fit(index, lesson, other) or Fit.DOUBT) >= Fit.MARKS:
                return evidence(index, lesson, other).same > same
    return False
