"""The marks of one session: who has them, and what they say. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from . import merge, status_meaning
from .course_index import CourseIndex
from .findings import Findings
from .gaps import KIND_OF, REASONS
from .matching import Match, People
from .moodle_text import storable
from .records import MoodleMark, MoodleSession
from .status_meaning import Meaning

REMARK_SIZE = 256
_MARKUP = re.compile(r"<[a-zA-Z/!?][^>]*>")
# Marks that a gap names with their session; the others are counted.
NAMED = 5
# As which a mark is counted whose status means nothing here.
SKIPPED_AS = {
    status_meaning.CUSTOM: "custom_status",
    status_meaning.DOUBT: "unclear_status",
    status_meaning.LEFT_OUT: "left_out",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of a known student. ``status`` ``None`` is one that is none of P A L E: it
    can't be carried over, but a push has to know that it is there. ``status_id``: Moodle's own;
    the others: see ``records.MoodleMark``."""

    student_id: int
    status: str | None
    remark: str = ""
    taken_at: int | None = None
    taken_by: int = 0
    status_id: int = field(default=0, compare=False)


@dataclass(frozen=True)
class KnownMarks:
    """What a session says of students that are known.

    * ``marks``: tuple of :class:`Mark`, each student once;
    * ``undecided``: ids of students of whom nobody knows what Moodle's mark is; 0 for
      somebody who is not known;
    * ``seen``: how many marks the session holds, those left out included.
    """

    marks: tuple[Mark, ...] = ()
    undecided: frozenset[int] = frozenset()
    seen: int = 0


def clean_remark(text: str) -> str:
    """A Moodle remark as OpenEduCat keeps it: one line, no markup, 256 characters."""
    if not text:
        return ""
    text = _MARKUP.sub("", storable(text.replace("\x00", "")))
    return " ".join(text.split())[:REMARK_SIZE].rstrip()


def one_mark(marks: Sequence[Mark]) -> Mark | None:
    """Of several marks of one student in one session the one they all say, with the first
    remark among them; made when the last of them was.

    :return: ``None`` where they differ
    """
    if len(marks) == 1:
        return marks[0]
    if len({mark.status for mark in marks}) > 1:
        return None
    remark = next((mark.remark for mark in marks if mark.remark), "")
    return replace(max(marks, key=lambda mark: mark.taken_at or 0), remark=remark)


def known_marks(index: CourseIndex, session: MoodleSession, findings: Findings) -> KnownMarks:
    """One mark for each student that is known. Moodle has no unique key: a student can have
    two rows in a session, and two accounts can be one student.

    :param findings: gets what can't be carried over
    """
    found, undecided = _by_student(index, session, findings)
    marks = []
    for student, of_student in found.items():
        if student in undecided:
            continue
        mark = one_mark([mark for mark, _user_id in of_student])
        if mark is None:
            undecided.add(student)
            users = {user_id for _mark, user_id in of_student}
            _doubled(index, session, student, users, len(of_student), findings)
        elif mark.status is not None or index.rules.pushes:
            marks.append(mark)
    return KnownMarks(tuple(marks), frozenset(undecided), len(session.marks))


def _by_student(
    index: CourseIndex, session: MoodleSession, findings: Findings
) -> tuple[dict[int, list[tuple[Mark, int]]], set[int]]:
    """The marks of a session that mean something here, by the student who has them.

    :return: ``{student id: [(Mark, user id), …]}``, and the students who are undecided as a set
    """
    people = index.people
    # Where OpenEduCat is right, marks that it has no line for concern nobody.
    loud = index.rules.direction != merge.OEC
    meanings = index.meanings(session)
    unusable = {record.id for record in session.odd if record.what == "mark"}
    undecided = {people.student(user_id).record_id for user_id in unusable} | people.in_doubt
    rows: dict[int, list[MoodleMark]] = {}
    for mark in session.marks:
        rows.setdefault(mark.user_id, []).append(mark)
    found: dict[int, list[tuple[Mark, int]]] = {}
    for user_id, marks in rows.items():
        match = people.student(user_id)
        several = len(marks) > 1 and match.record_id
        if several and len({_said(mark, meanings) for mark in marks}) > 1:
            undecided.add(match.record_id)
            _doubled(index, session, match.record_id, {user_id}, len(marks), findings)
            continue
        for mark in marks:
            meaning = meanings.get(mark.status_id)
            if not mark.status_id:
                findings.skip("no_status")
                continue
            status = meaning.status if meaning else None
            if status is None and loud:
                _skip_status(index, session, mark, meaning, findings)
            elif not match.record_id and loud:
                _skip_user(match, people, findings)
            if match.record_id:
                remark = clean_remark(mark.remark) if status else ""
                of_student = found.setdefault(match.record_id, [])
                said = Mark(
                    match.record_id, status, remark, mark.taken_at, mark.taken_by, mark.status_id
                )
                of_student.append((said, user_id))
    return found, undecided


def _said(mark: MoodleMark, meanings: Mapping[int, Meaning]) -> str | int:
    """What a row says: its meaning, or its very status where that has none here."""
    meaning = meanings.get(mark.status_id)
    return (meaning and meaning.status) or mark.status_id


def _doubled(
    index: CourseIndex,
    session: MoodleSession,
    student: int,
    users: Iterable[int],
    count: int,
    findings: Findings,
) -> None:
    """Nobody knows which of the marks is true: they are neither pulled nor replaced.

    :param users: set of Moodle's ids of the accounts
    """
    findings.skip("doubled", count)
    findings.gap(
        "mark_doubled",
        f"{session.id}:{student}",
        {
            "student": student,
            "day": index.day(session).isoformat(),
            "session": session.id,
            "users": tuple(sorted(users)),
        },
        moodle_id=session.id,
        marks=count,
        record=("op.student", student),
    )


def _skip_status(
    index: CourseIndex,
    session: MoodleSession,
    mark: MoodleMark,
    meaning: Meaning | None,
    findings: Findings,
) -> None:
    """:param meaning: ``Meaning`` of the mark's status; ``None`` where the session's set
    lacks it, or it can't be used and has a gap of its own
    """
    if meaning:
        findings.skip(SKIPPED_AS[meaning.why])
        if meaning.why in status_meaning.OPEN:
            statuses = {status.id: status for status in session.statuses}
            findings.letter(statuses[mark.status_id], meaning.why)
        return
    odd = {record.id for record in session.odd if record.what == "status"}
    if odd & {0, mark.status_id}:
        findings.skip("odd")
        return
    findings.skip("custom_status")
    key = f"{session.activity_id}:id:{mark.status_id}"
    whose = findings.details("status_unknown", key).get("names", ())
    if len(whose) < NAMED:
        name = index.people.names.get(mark.user_id) or mark.user_id
        whose += ((name, index.day(session).isoformat()),)
    findings.gap(
        "status_unknown",
        key,
        {
            "status": str(mark.status_id),
            "activity": index.activity_name(session),
            "names": whose,
        },
        moodle_id=mark.status_id,
        marks=1,
    )


def _skip_user(match: Match, people: People, findings: Findings) -> None:
    # Unmatched or ambiguous: as what the marks are counted, too.
    findings.skip(KIND_OF[match.why].name)
    name = people.names.get(match.moodle_id, "")
    findings.gap(
        match.why,
        f"user:{match.moodle_id}",
        REASONS[match.why].by_name((name, *match.details)),
        moodle_id=match.moodle_id,
        marks=1,
        about=name,
    )
