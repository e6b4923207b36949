"""Which sheet or batch each mark of a session belongs to. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from . import merge, own_batch
from .course_index import CourseIndex
from .findings import Findings
from .gaps import REASONS
from .marks import Mark, known_marks
from .matching import Match, People
from .records import MoodleSession, Sheet


@dataclass(frozen=True)
class PlacedMarks:
    """The marks of one session that something is to be done with.

    * ``of_sheet``: ``{sheet id: [Mark, …]}`` of the session's own sheets;
    * ``of_batch``: ``{batch id: [Mark, …]}`` where it has no sheet of that batch yet;
    * ``unplaced``: marks that no line can be made of, and that have no sheet yet;
    * ``homeless``: marks of students whose batch is unknown, each with the reason why;
    * ``undecided``, ``seen``: see ``KnownMarks``.
    """

    session: MoodleSession
    of_sheet: dict[int, list[Mark]]
    of_batch: dict[int, list[Mark]]
    unplaced: tuple[Mark, ...] = ()
    undecided: frozenset[int] = frozenset()
    seen: int = 0
    homeless: tuple[tuple[Mark, str], ...] = ()

    def all(self) -> list[Mark]:
        """Those of sheets and batches; those without a place are left out."""
        placed = [*self.of_sheet.values(), *self.of_batch.values()]
        return [mark for marks in placed for mark in marks]


def placed_marks(index: CourseIndex, session: MoodleSession, findings: Findings) -> PlacedMarks:
    """:param findings: gets what is left out"""
    sheets = index.sheets(session)
    begun = index.rules.begun(session)
    known = known_marks(index, session, findings)
    of_sheet: dict[int, list[Mark]] = {}
    of_batch: dict[int, list[Mark]] = {}
    unplaced: list[Mark] = []
    homeless: list[tuple[Mark, str]] = []
    sheet_of = sheet_of_each(index, sheets)
    for mark in known.marks:
        if not begun and (not sheets or index.rules.direction == merge.MOODLE):
            findings.skip("not_begun")
            continue
        sheet = sheet_of.get(mark.student_id)
        batch = 0
        if sheet is None and mark.status is not None and index.rules.direction != merge.OEC:
            batch, why = _batch_of(index, session, mark, findings)
            homeless += [(mark, why)] if why else []
            sheet = next((s for s in sheets if batch and s.batch_id == batch), None)
        if sheet:
            if sheet.state == "cancel":
                findings.skip("cancelled")
            else:
                of_sheet.setdefault(sheet.id, []).append(mark)
        elif batch:
            if begun:
                of_batch.setdefault(batch, []).append(mark)
            else:
                findings.skip("not_begun")
        elif mark.status is None:
            unplaced.append(mark)
    return PlacedMarks(
        session,
        of_sheet,
        of_batch,
        tuple(unplaced),
        known.undecided,
        known.seen,
        tuple(homeless),
    )


def sheet_of_each(index: CourseIndex, sheets: Sequence[Sheet]) -> dict[int, Sheet]:
    """The sheet that holds a student's line already. A student has one line a session, also
    after a change of batch.

    :return: ``{student id: Sheet}``; of several sheets the first
    """
    return {student: sheet for sheet in reversed(sheets) for student in index.lines(sheet.id)}


def _batch_of(
    index: CourseIndex, session: MoodleSession, mark: Mark, findings: Findings
) -> tuple[int, str]:
    """:return: id of the batch whose sheet gets the mark, 0 where it can't be told; and why that
    of the student is unknown
    """
    if session.group_id:
        match = index.people.batch(session.group_id)
        if not match.record_id:
            _skip_group(match, index.people, findings)
        return match.record_id, ""
    return index.own_batch(mark.student_id, session)


def _skip_group(match: Match, people: People, findings: Findings) -> None:
    findings.skip("unmatched_group")
    findings.gap(
        match.why,
        f"group:{match.moodle_id}",
        REASONS[match.why].by_name(match.details),
        moodle_id=match.moodle_id,
        marks=1,
        about=people.group_names.get(match.moodle_id, ""),
    )


def skip_homeless(
    index: CourseIndex, session: MoodleSession, student: int, why: str, findings: Findings
) -> None:
    findings.skip("no_batch")
    key, said = f"student:{student}", dict[str, object](student=student)
    if why == own_batch.BETWEEN:
        day = index.day(session).isoformat()
        key, said = f"{key}:{day}", {**said, "day": day}
    findings.gap(why, key, said, marks=1, record=("op.student", student))
