"""Groups and people whose key in Moodle has changed: what is told of them. Pure.

What becomes of their links is decided in ``matching``.
"""

from collections import Counter
from collections.abc import Iterable

from .course_index import CourseIndex
from .findings import Findings
from .gaps import REASONS
from .matching import Match
from .records import MoodleSession


def report_changed_keys(
    index: CourseIndex, sessions: Iterable[MoodleSession], findings: Findings
) -> None:
    """Note links that are kept without their key, and those that wait for a person.

    :param sessions: that are looked at; those of a group that waits are left alone
    """
    people = index.people
    waiting: Counter[int] = Counter()
    for session in sessions:
        if people.group_waits(session.group_id):
            waiting[session.group_id] += len(session.marks)
    findings.skip("changed_group", waiting.total())
    for match in people.students.values():
        if match.kept or match.waits:
            name = people.names.get(match.moodle_id, "")
            _note(match, "user", (name, *match.details), 0, findings)
    for match in people.batches.values():
        if match.kept or match.waits:
            _note(match, "group", match.details, waiting[match.moodle_id], findings)


def _note(
    match: Match, what: str, details: tuple[object, ...], marks: int, findings: Findings
) -> None:
    """:param details: the first is how it is called in Moodle"""
    findings.gap(
        match.why,
        f"{what}:{match.moodle_id}",
        REASONS[match.why].by_name(details),
        marks=marks,
        moodle_id=match.moodle_id,
        about=str(details[0]),
    )
