"""What a planning meets beside its plan: gaps, and marks that are left out. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import gaps as catalogue
from . import plan as p
from .records import MoodleStatus

if TYPE_CHECKING:
    # In ``typing`` from Python 3.11 on.
    from typing_extensions import Unpack


class Findings:
    """A list that is handed to each rule, which notes on it what it met; no rule decides by
    what is on it.

    :param course_id: Moodle's id of the course that is planned
    """

    def __init__(self, course_id: int) -> None:
        self._course_id = course_id
        self._gaps: dict[str, p.Gap] = {}
        self._skipped: Counter[str] = Counter()

    def gap(
        self,
        why: str,
        key: str,
        details: Mapping[str, object] | None = None,
        marks: int = 0,
        **more: "Unpack[p.More]",
    ) -> None:
        """Note the gap of a reason, as ``plan.gap`` makes it. Of one that is met several times
        the last words hold, and the marks are added up.

        :param why: name of a reason of the catalogue (``gaps``)
        :param key: of the gap within this course
        :param details: ``{name: value}`` of all details that the catalogue names
        """
        gap = p.gap(why, self._course_id, key, details, marks=marks, **more)
        before = self._gaps.get(gap.key)
        self._gaps[gap.key] = replace(gap, marks=before.marks + marks) if before else gap

    def letter(self, status: MoodleStatus, why: str) -> None:
        """Note the gap of a letter that means nothing here: one for the instance, since a
        letter with its description says the same in every activity that has it.

        :param why: one of ``status_meaning.OPEN``
        """
        letter = p.Letter(status.acronym.strip(), status.description, status.grade)
        before = self._gaps.get(p.letter_key(letter))
        gap = p.letter_gap(letter, why, (before.marks if before else 0) + 1)
        self._gaps[gap.key] = gap

    def drop(self, why: str, key: str) -> None:
        """Take back a gap that another rule has an answer to after all; one of the same key
        with another reason stays."""
        key = self._key(why, key)
        if key in self._gaps and self._gaps[key].why == why:
            del self._gaps[key]

    def details(self, why: str, key: str) -> dict[str, Any]:
        """:return: details by name of a gap as noted so far; empty where it is not"""
        found = self._gaps.get(self._key(why, key))
        return catalogue.REASONS[why].by_name(found.details) if found else {}

    def _key(self, why: str, key: str) -> str:
        return p.gap_key(catalogue.KIND_OF[why].name, self._course_id, key)

    def skip(self, reason: str, marks: int = 1) -> None:
        """Count marks that are left out.

        :param reason: a key of ``CoursePlan.skipped``
        """
        if marks:
            self._skipped[reason] += marks

    @property
    def gaps(self) -> tuple[p.Gap, ...]:
        """What was noted so far, by key."""
        return tuple(self._gaps[key] for key in sorted(self._gaps))

    @property
    def skipped(self) -> Counter[str]:
        """:return: number of marks left out, by reason"""
        return Counter(self._skipped)
