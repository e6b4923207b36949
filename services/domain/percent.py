"""How much of a course a student attended, in percent. Pure.

Schools count differently, so an instance says how; or it counts as Moodle's own report does:
the points of a student's marks of the most points that were possible in their sessions.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from .records import MoodleStatus
from .status import STATUSES
from .status_meaning import Meaning

# Where the number comes from.
MARKS, POINTS = "marks", "points"
# As what a late or an excused mark counts.
PRESENT, ABSENT, IGNORED = "present", "absent", "ignored"


@dataclass(frozen=True)
class PercentRule:
    """:param source: :data:`MARKS` or :data:`POINTS`
    :param late: :data:`PRESENT`, :data:`ABSENT` or :data:`IGNORED`; as ``excused`` only of
        :data:`MARKS`
    """

    source: str = MARKS
    late: str = PRESENT
    excused: str = ABSENT


@dataclass(frozen=True)
class Mark:
    """A mark of one student in one session.

    :param here: P, A, L or E; anything else is no mark
    :param moodle: what Moodle holds as far as is known, or empty
    :param points: of its session, see :func:`read_points`
    """

    here: str
    moodle: str = ""
    points: "Points" = ()


@dataclass(frozen=True)
class Share:
    """``part`` of ``whole``; ``known`` is whether Moodle's points were known of all marks."""

    part: float
    whole: float
    known: bool = True

    @property
    def percent(self) -> float | None:
        """With one digit, a half rounded up as PHP does; ``None`` where there is none."""
        if not self.known or self.whole <= 0:
            return None
        return math.floor(1000 * self.part / self.whole + 0.5) / 10


def share(marks: Iterable[Mark], rule: PercentRule) -> Share:
    """:param marks: of one student"""
    if rule.source == POINTS:
        return _of_points([mark for mark in marks if mark.moodle])
    counts = {"P": PRESENT, "A": ABSENT, "L": rule.late, "E": rule.excused}
    found = [counts[mark.here] for mark in marks if mark.here in counts]
    return Share(found.count(PRESENT), len(found) - found.count(IGNORED))


def _of_points(marks: Iterable[Mark]) -> Share:
    part = whole = 0.0
    for mark in marks:
        points = dict(mark.points)
        if mark.moodle not in points:
            return Share(0, 0, known=False)
        own, most = points[mark.moodle], points[MOST]
        if own is not None and most is not None:
            part += own
            whole += most
    return Share(part, whole)


# --- points of a session, as its sheet keeps them ---------------------------------

MOST = "most"
# Of a letter whose marks Moodle's own report leaves out.
NOT_COUNTED = "-"
# Pairs of a letter, or MOST, with its points; ``None`` for not counted.
Points = tuple[tuple[str, float | None], ...]


def points_text(
    statuses: Sequence[MoodleStatus],
    meanings: Mapping[int, Meaning],
    whole: bool = True,
    used: Collection[int] = frozenset(),
) -> str:
    """The points of a session's letters as a text such as ``most=2 P=2 A=0 L=1 E=1``.

    A letter that several statuses mean with different points is left out. Moodle's report counts
    no mark with a status that is hidden.

    :param statuses: all ``MoodleStatus`` of a session's own set
    :param meanings: ``{status id: Meaning}`` of them
    :param whole: whether the list is complete
    :param used: ids of the statuses that the session has marks with; only needed of hidden ones
    :return: empty where points of the set are not known
    """
    shown = [status for status in statuses if not status.hidden]
    grades = [status.grade for status in shown if status.grade is not None]
    if not whole or not grades or len(grades) < len(shown):
        return ""
    points: dict[str, set[str]] = {letter: set() for letter in STATUSES}
    said = [(status, f"{grade:g}") for status, grade in zip(shown, grades, strict=True)]
    said += [(status, NOT_COUNTED) for status in statuses if status.hidden and status.id in used]
    for status, value in said:
        letter = meanings[status.id].status
        if letter:
            points[letter].add(value)
    sure = [(letter, found.pop()) for letter, found in points.items() if len(found) == 1]
    return " ".join(f"{name}={value}" for name, value in [(MOST, f"{max(grades):g}"), *sure])


def read_points(text: str | None) -> Points:
    """The reverse of :func:`points_text`.

    :return: tuple of ``(letter or MOST, points)``
    """
    pairs = (item.partition("=") for item in (text or "").split())
    return tuple(
        (name, None if value == NOT_COUNTED else float(value)) for name, _equals, value in pairs
    )
