"""The letters of a Moodle, as its sessions show them: what the set-up asks about before any
preview. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from . import plan as p
from . import status_meaning
from .records import MoodleSession


@dataclass
class SeenLetter:
    """One letter with its description.

    :param status: what it means, one of ``P A L E``; ``None`` where it is not carried over
    :param why: see ``status_meaning.Meaning``
    :param activities: ids of the activities whose sets hold it
    :param marks: ``{Moodle course id: marks with it}``, of every course that holds it
    """

    letter: p.Letter
    status: str | None = None
    why: str = ""
    activities: set[int] = field(default_factory=set)
    marks: dict[int, int] = field(default_factory=dict)


class LetterRow(TypedDict):
    """A :class:`SeenLetter` as JSON holds it, with the courses' ids as texts and the activities
    counted."""

    acronym: str
    description: str
    grade: float | None
    status: str | None
    why: str
    activities: int
    marks: dict[str, int]


class LettersSeen:
    """Gathers letters over several courses."""

    def __init__(self, chosen: Sequence[status_meaning.Chosen]) -> None:
        self.chosen = chosen
        self.letters: dict[tuple[str, str], SeenLetter] = {}

    def add(self, course_id: int, sessions: Iterable[MoodleSession]) -> None:
        """:param sessions: ``MoodleSession`` of one course"""
        for session in sessions:
            meanings = status_meaning.of_session(session, self.chosen)
            used = [mark.status_id for mark in session.marks]
            for status in session.statuses:
                if status.hidden and status.id not in used:
                    continue
                acronym = status.acronym.strip()
                key = acronym, status_meaning.clean(status.description)
                letter = p.Letter(acronym, status.description, status.grade)
                seen = self.letters.setdefault(key, SeenLetter(letter))
                found = meanings[status.id]
                if not seen.why:
                    # In doubt in one activity is in doubt.
                    seen.status, seen.why = found.status, found.why
                seen.activities.add(session.activity_id)
                seen.marks[course_id] = seen.marks.get(course_id, 0) + used.count(status.id)

    def to_json(self) -> list[LetterRow]:
        """:return: letters that somebody has to choose go first"""
        rows: list[LetterRow] = [
            {
                "acronym": seen.letter.acronym,
                "description": seen.letter.description,
                "grade": seen.letter.grade,
                "status": seen.status,
                "why": seen.why,
                "activities": len(seen.activities),
                "marks": {str(course): marks for course, marks in seen.marks.items()},
            }
            for seen in self.letters.values()
        ]
        return sorted(
            rows,
            key=lambda row: (
                row["why"] not in status_meaning.OPEN,
                row["acronym"],
                row["description"],
            ),
        )


def letter_gap(row: LetterRow, course_id: int) -> p.Gap:
    """The gap of a letter that the set-up has met.

    :param row: of :meth:`LettersSeen.to_json`
    :param course_id: Moodle course that meets it
    """
    letter = p.Letter(row["acronym"], row["description"], row["grade"])
    return p.letter_gap(letter, row["why"], row["marks"][str(course_id)])
