"""What becomes of sheets that follow their sessions, and of what belongs to them. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from statistics import mode

from . import plan as p
from .course_index import CourseIndex
from .gap_reason import OTHER
from .lessons import Lesson, with_meanings
from .lost_and_new import Sides
from .question_keys import activities_key
from .records import LocalState, MoodleSession, Seen
from .status_meaning import of_session


def followed_by(sides: Sides, pairs: Iterable[tuple[Lesson, MoodleSession]]) -> p.Followed:
    sheets: list[p.Follow] = []
    held: dict[tuple[int, int], int] = {}
    went: dict[int, list[int]] = {}
    not_held = sides.index.local.not_held
    for lesson, session in sorted(pairs, key=lambda pair: (pair[1].starts, pair[1].id)):
        if lesson.whole:
            went.setdefault(lesson.place[1], []).append(session.activity_id)
        for sheet in lesson.sheets:
            assert sheet.seen is not None
            seen = replace(sheet.seen, course_id=session.course_id, activity_id=session.activity_id)
            before = (*lesson.place, sheet.session_id)
            if (sheet.session_id, sheet.seen) != (session.id, seen):
                sheets.append(p.Follow(sheet.id, before, session.id, str(seen)))
        students = {student for number, student in not_held if number == lesson.session_id}
        if students:
            held |= _held(sides.index, lesson, session, students)
    activities = {
        before: after for before, found in went.items() if (after := mode(found)) != before
    }
    sheets += _detached(sides, {lesson for lesson, _session in pairs})
    return p.Followed(tuple(sheets), activities, held)


def _held(
    index: CourseIndex, lesson: Lesson, session: MoodleSession, students: Iterable[int]
) -> dict[tuple[int, int], int]:
    """What Moodle shows for marks that it has not kept, where that is what was agreed on.

    :param students: ids, of those marks
    """
    chosen = with_meanings(index.rules.chosen, {lesson.place[1]: session.activity_id})
    meanings = of_session(session, chosen)
    shown = {index.people.student(mark.user_id).record_id: mark.status_id for mark in session.marks}
    held = {}
    for student in students:
        status_id = shown.get(student, 0)
        meaning = meanings.get(status_id)
        there = [index.lines(sheet.id).get(student) for sheet in lesson.sheets]
        agreed = {lines[0].base for lines in there if lines}
        if (meaning.status if meaning else None) in agreed:
            held[session.id, student] = status_id
    return held


def _detached(sides: Sides, paired: Iterable[Lesson]) -> list[p.Follow]:
    """Sheets of an activity whose number another one has, as a person has said: they are of
    none that Moodle still has."""
    course = sides.index.reading.course.id
    others = {
        (course, number)
        for number in sides.again
        if sides.answer(activities_key((course, number), number)) == OTHER
    }
    used = set(paired)
    left = [lesson for lesson in sides.gone if lesson.place in others and lesson not in used]
    found = []
    for lesson in left:
        for sheet in lesson.sheets:
            assert sheet.seen is not None
            before = (*lesson.place, sheet.session_id)
            seen = str(replace(sheet.seen, activity_id=0))
            found.append(p.Follow(sheet.id, before, sheet.session_id, seen))
    return found


def with_followed(local: LocalState, followed: p.Followed) -> LocalState:
    """What OpenEduCat holds after sheets have followed."""
    if not followed.sheets:
        return local
    new = {one.sheet_id: one for one in followed.sheets}
    sessions = followed.sessions
    not_held = {}
    for (session, student), (status, status_id, marked_at) in local.not_held.items():
        key = sessions.get(session, session), student
        not_held[key] = status, followed.held.get(key, status_id), marked_at
    return replace(
        local,
        sheets=tuple(
            replace(sheet, session_id=new[sheet.id].session_id, seen=Seen.parse(new[sheet.id].seen))
            if sheet.id in new
            else sheet
            for sheet in local.sheets
        ),
        dropped={
            (sessions.get(session, session), student): status
            for (session, student), status in local.dropped.items()
        },
        not_held=not_held,
    )
