"""What waits until a person has said whether lessons are the same, and how that is asked. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from . import plan as p
from .copies import copies
from .findings import Findings
from .gap_reason import OTHER
from .lessons import Lesson
from .lost_and_new import Sides
from .question_keys import activities_key, question_key
from .records import MoodleSession


@dataclass
class Waits:
    sessions: set[int] = field(default_factory=set)
    sheets: set[int] = field(default_factory=set)
    activities: set[int] = field(default_factory=set)
    again: set[int] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)

    @property
    def waiting(self) -> p.Waiting:
        return p.Waiting(
            frozenset(self.sessions),
            frozenset(self.sheets),
            frozenset(self.activities),
            frozenset(self.again),
            frozenset(self.beside),
        )

    def add_unsure(
        self,
        sides: Sides,
        pairs: Iterable[tuple[Lesson, MoodleSession]],
        findings: Findings,
    ) -> None:
        of_key: dict[str, list[tuple[Lesson, MoodleSession]]] = {}
        for lesson, session in pairs:
            of_key.setdefault(question_key(lesson, session), []).append((lesson, session))
        for key, found in of_key.items():
            self._add(sides, "lessons_unsure", key, found, findings)
            self.sheets |= {sheet.id for lesson, _session in found for sheet in lesson.sheets}

    def add_again(
        self,
        sides: Sides,
        paired: Iterable[tuple[Lesson, MoodleSession]],
        findings: Findings,
    ) -> None:
        used = {lesson for lesson, _session in paired}
        course = sides.index.reading.course.id
        for activity in sorted(sides.again):
            left = [
                lesson
                for lesson in sides.gone
                if lesson.place == (course, activity) and lesson not in used
            ]
            key = activities_key((course, activity), activity)
            if not left or sides.answer(key) == OTHER:
                continue
            numbers = {lesson.session_id for lesson in left}
            here = [s for s in sides.index.reading.sessions if s.activity_id == activity]
            again = [session for session in here if session.id in numbers]
            self._ask(sides, "number_again", key, left, again or here, findings)
            self.again.add(activity)
            self.sessions |= {session.id for session in again}
            self.sheets |= {sheet.id for lesson in left for sheet in lesson.sheets}

    def add_beside(self, sides: Sides, findings: Findings) -> None:
        """What is there twice: an activity that was never met, with the sessions of another."""
        places = dict.fromkeys(lesson.place for lesson in sides.living)
        for activity in sorted(sides.never - sides.again):
            new = [
                session
                for session in sides.new
                if session.activity_id == activity and session.id not in self.sessions
            ]
            for place in places:
                here = sides.index.reading.course.id, activity
                key = activities_key(place, activity)
                if place == here or sides.answer(key) == OTHER:
                    continue
                lessons = [lesson for lesson in sides.living if lesson.place == place]
                found = copies(sides.index, lessons, new, key in sides.met.beside)
                if found:
                    self.beside.add(key)
                    self._add(sides, "lessons_beside", key, found, findings)
                    break

    def _add(
        self,
        sides: Sides,
        why: str,
        key: str,
        pairs: Iterable[tuple[Lesson, MoodleSession]],
        findings: Findings,
    ) -> None:
        pairs = list(pairs)
        sessions = {session.id: session for _lesson, session in pairs}
        self.sessions |= sessions.keys()
        activities = {session.activity_id for session in sessions.values()}
        self.activities |= activities & sides.never - sides.again
        lessons = [lesson for lesson, _session in pairs]
        self._ask(sides, why, key, lessons, sessions.values(), findings)

    @staticmethod
    def _ask(
        sides: Sides,
        why: str,
        key: str,
        lessons: Iterable[Lesson],
        sessions: Iterable[MoodleSession],
        findings: Findings,
    ) -> None:
        """:param sessions: that may be the lessons, one at least"""
        index, here = sides.index, sorted(sessions, key=lambda s: (s.starts, s.id))
        sheets = {sheet.id for lesson in lessons for sheet in lesson.sheets}
        findings.gap(
            why,
            f"numbers:{key}",
            {
                "activity": index.activity_name(here[0]),
                "day": index.day(here[0]).isoformat(),
                "sheets": len(sheets),
                "marks": sum(len(index.lines(sheet)) for sheet in sheets),
            },
            marks=sum(bool(mark.status_id) for session in here for mark in session.marks),
            moodle_id=here[0].activity_id,
            asks=key,
        )
