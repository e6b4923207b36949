"""Groups and people whose key in Moodle has changed: what is told of them. Pure.

What becomes of their links is decided in ``matching``.
"""

from collections.abc import Iterable

from .course_index import CourseIndex
from .findings import Findings
from .gaps import REASONS
from .matching import Match
from .records import MoodleSession


def report_changed_keys(
    index: CourseIndex, sessions: Iterable[MoodleSession], findings: Findings
) -> int:
    """Note links that are kept without their key, and those that wait for a person.

    :param sessions: that are looked at; those of a group that waits are left alone
    :return: how many marks these hold
    """
    people = index.people
    for match in people.students.values():
        if match.kept or match.waits:
            name = people.names.get(match.moodle_id, "")
            _note(match, f"user:{match.moodle_id}", (name, *match.details), name, findings)
    for match in people.batches.values():
        if match.kept or match.waits:
            name = people.group_names.get(match.moodle_id, "")
            _note(match, f"group:{match.moodle_id}", match.details, name, findings)
    waiting = 0
    for session in sessions:
        if people.group_waits(session.group_id):
            match, marks = people.batch(session.group_id), len(session.marks)
            findings.skip("changed_group", marks)
            name = people.group_names.get(match.moodle_id, "")
            _note(match, f"group:{match.moodle_id}", match.details, name, findings, marks)
            waiting += marks
    return waiting


def _note(
    match: Match,
    key: str,
    details: Iterable[object],
    name: str,
    findings: Findings,
    marks: int = 0,
) -> None:
    findings.gap(
        match.why,
        key,
        REASONS[match.why].by_name(details),
        marks=marks,
        moodle_id=match.moodle_id,
        about=name,
    )
