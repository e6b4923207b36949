"""What a planning meets beside its plan: gaps, and marks that are left out. Pure."""

from collections import Counter

from . import plan as p


class Findings:
    """A list that is handed to each rule, which notes on it what it met; no rule decides by
    what is on it.

    :param course_id: Moodle's id of the course that is planned
    """

    def __init__(self, course_id):
        self._course_id = course_id
        self._gaps = {}
        self._skipped = Counter()

    def gap(
        self, kind, key, why, details=(), moodle_id=0, marks=0, record=(), about="", allows=None
    ):  # fmt: skip
        """Note a ``plan.Gap``. Of one that is met several times the last words hold, and the
        marks are added up.

        :param key: of the gap within this course
        """
        key = p.gap_key(kind, self._course_id, key)
        before = self._gaps.get(key)
        self._gaps[key] = p.Gap(
            kind,
            key,
            why,
            details,
            moodle_id,
            (before.marks if before else 0) + marks,
            about=about,
            record=record,
            allows=allows or {},
        )

    def letter(self, status, why):
        """Note the gap of a letter that means nothing here: one for the instance, since a
        letter with its description says the same in every activity that has it.

        :param status: ``MoodleStatus``
        :param why: one of ``status_meaning.OPEN``
        """
        letter = p.Letter(status.acronym.strip(), status.description, status.grade)
        before = self._gaps.get(p.letter_key(letter))
        gap = p.letter_gap(letter, why, (before.marks if before else 0) + 1)
        self._gaps[gap.key] = gap

    def drop(self, kind, key, why):
        """Take back a gap that another rule has an answer to after all.

        :param why: one with another reason stays
        """
        key = p.gap_key(kind, self._course_id, key)
        if key in self._gaps and self._gaps[key].why == why:
            del self._gaps[key]

    def details(self, kind, key):
        """:return: ``details`` of a gap as noted so far; empty where it is not"""
        found = self._gaps.get(p.gap_key(kind, self._course_id, key))
        return found.details if found else ()

    def skip(self, reason, marks=1):
        """Count marks that are left out.

        :param reason: a key of ``CoursePlan.skipped``
        """
        if marks:
            self._skipped[reason] += marks

    @property
    def gaps(self):
        """:return: tuple of ``plan.Gap``, by key"""
        return tuple(self._gaps[key] for key in sorted(self._gaps))

    @property
    def skipped(self):
        """:return: number of marks left out, by reason"""
        return Counter(self._skipped)
