"""Sheets without a session that a session takes over, since its marks belong in them; and
those that are left alone because nobody knows whose they are. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from . import linking
from .course_index import CourseIndex
from .findings import Findings
from .gone import session_gone
from .linking import is_detached, stands_for
from .marks import Mark
from .placing import PlacedMarks, sheet_of_each, skip_homeless
from .records import MoodleSession, Sheet
from .whose_sheet import conflicting, owner, several_no_more, two_courses

# ``(batch id, date)``.
Place = tuple[int, date]


@dataclass(frozen=True)
class Adopted:
    """* ``sheets``: by ``(session id, batch id)``, the sheet that gets the marks;
    * ``held_back``: by the same, why no sheet is made for them: as what they are counted.
    """

    sheets: dict[tuple[int, int], Sheet] = field(default_factory=dict)
    held_back: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def ids(self) -> set[int]:
        return {sheet.id for sheet in self.sheets.values()}


def adopt(
    index: CourseIndex,
    linked: Collection[int],
    placed: Sequence[PlacedMarks],
    findings: Findings,
    rivals: Sequence[PlacedMarks] = (),
) -> Adopted:
    """Where it is sure, or where of a batch and date there is exactly one such sheet, and one
    session that needs one. Where it is not sure, nothing is made beside them.

    :param linked: ids of sheets that are linked by this plan already
    :param findings: gets the sheets that are left alone
    :param rivals: of sessions that wait for a person: a sheet may be theirs, but gets no marks
    """
    free, occupied = _free_sheets(index, linked)
    needing, waiting_for = _needing(index, placed), _needing(index, rivals)
    every = (*placed, *rivals)
    marks = {one.session.id: {m.student_id: m.status for m in one.all()} for one in every}
    asked = {
        (one.session.id, batch): {mark.student_id for mark in found}
        for one in every
        for batch, found in one.of_batch.items()
    }
    adopted: dict[tuple[int, int], Sheet] = {}
    held_back: dict[tuple[int, int], str] = {}
    for (batch, day), sheets in free.items():
        sessions = needing.get((batch, day), [])
        owned_by = owner(index.reading, sheets[0], index.rules)
        if owned_by != index.reading.course.id:
            if sessions and not owned_by:
                held_back |= {(session.id, batch): "two_courses" for session in sessions}
                for sheet in sheets:
                    two_courses(index, sheet, findings)
            continue
        held = linking.Held(index.said(sheets), marks, asked)
        # Whether a sheet is of a session that can't be read just now, nobody knows.
        fitting = [*sessions, *waiting_for.get((batch, day), ())]
        pairs = {} if index.reading.failed else _pairs(sheets, fitting, held, index)
        pairs = {number: session for number, session in pairs.items() if session in sessions}
        adopted |= {(pairs[s.id].id, batch): s for s in sheets if s.id in pairs}
        for sheet in sheets:
            if sheet.id in pairs:
                several_no_more(sheet, findings)
        used = {session.id for session in pairs.values()}
        waiting = [session for session in sessions if session.id not in used]
        left = [sheet for sheet in sheets if sheet.id not in pairs]
        if left and waiting:
            held_back |= {(session.id, batch): "unsure_sheets" for session in waiting}
        # Of a misplaced sheet there is a gap of its own.
        left = [sheet for sheet in left if sheet.id not in index.misplaced]
        if left and waiting:
            conflicting("sheets_unsure", left, findings)
        elif left and (sessions or (batch, day) in occupied):
            conflicting("sheets_beside", left, findings)
    return Adopted(adopted, held_back)


def _needing(index: CourseIndex, placed: Iterable[PlacedMarks]) -> dict[Place, list[MoodleSession]]:
    """:return: the sessions with marks that have no sheet yet, by batch and day"""
    needing: dict[Place, list[MoodleSession]] = {}
    for one in placed:
        for batch in one.of_batch:
            needing.setdefault((batch, index.day(one.session)), []).append(one.session)
    return needing


def with_their_lines(
    index: CourseIndex, placed: PlacedMarks, adopted: Adopted, findings: Findings
) -> PlacedMarks:
    """A student has one line a session: those who have it in a sheet that the session takes over
    are marked there, whatever batch they are in.

    :param findings: gets the marks of students whose batch is unknown
    """
    session = placed.session
    taken_over = [sheet for (number, _b), sheet in adopted.sheets.items() if number == session.id]
    sheet_of = sheet_of_each(index, taken_over)
    of_batch: dict[int, list[Mark]] = {}
    for batch, marks in placed.of_batch.items():
        own = adopted.sheets.get((session.id, batch))
        there = index.lines(own.id) if own else {}
        for mark in marks:
            sheet = None if mark.student_id in there else sheet_of.get(mark.student_id)
            of_batch.setdefault(sheet.batch_id if sheet else batch, []).append(mark)
    for mark, why in placed.homeless:
        sheet = sheet_of.get(mark.student_id)
        if sheet:
            of_batch.setdefault(sheet.batch_id, []).append(mark)
        else:
            skip_homeless(index, session, mark.student_id, why, findings)
    return replace(placed, of_batch=of_batch, homeless=())


def _free_sheets(
    index: CourseIndex, linked: Collection[int]
) -> tuple[dict[Place, list[Sheet]], set[Place]]:
    """:return: ``{(batch id, date): [Sheet, …]}`` of those without a session, and the set of
    ``(batch id, date)`` that have a sheet with one
    """
    free: dict[Place, list[Sheet]] = {}
    occupied: set[Place] = set()
    for sheet in index.local.sheets:
        place = sheet.batch_id, sheet.date
        misplaced = sheet.id in index.misplaced
        if not misplaced and (sheet.session_id or sheet.id in linked):
            if sheet.state != "cancel":
                occupied.add(place)
        elif (
            sheet.active
            and sheet.state != "cancel"
            and sheet.own
            and sheet.id not in index.waiting.sheets
        ):
            free.setdefault(place, []).append(sheet)
    return free, occupied


def _pairs(
    sheets: Sequence[Sheet],
    sessions: Sequence[MoodleSession],
    held: linking.Held,
    index: CourseIndex,
) -> dict[int, MoodleSession]:
    """:param sheets, sessions: of one batch and day
    :return: ``{sheet id: MoodleSession}``
    """
    pairs = linking.sure_pairs(sheets, sessions, held, index.rules.reference_key)
    used = {session.id for session in pairs.values()}
    left = [sheet for sheet in sheets if sheet.id not in pairs]
    waiting = [session for session in sessions if session.id not in used]
    if len(left) == len(waiting) == 1 and left[0].id not in index.misplaced:
        return {**pairs, left[0].id: waiting[0]}
    return pairs


def report_misplaced(index: CourseIndex, adopted: Collection[int], findings: Findings) -> None:
    """Note linked sheets that are neither moved nor written, because their session's number
    is another session's by now, and it is not known where they belong.

    :param adopted: ids of sheets that are linked again
    """
    for sheet in index.local.sheets:
        session = index.misplaced.get(sheet.id)
        if not session or sheet.id in adopted or sheet.state == "cancel" or not sheet.active:
            continue
        if sheet.id in index.waiting.sheets or is_detached(sheet):
            continue
        if stands_for(sheet, session):
            session_gone(sheet, findings)
            continue
        findings.gap(
            "session_elsewhere",
            f"place:{sheet.id}",
            {
                "sheet": sheet.name,
                "day": sheet.date.isoformat(),
                "session": session.id,
                "activity": index.activity_name(session),
            },
            moodle_id=session.id,
            record=("op.attendance.sheet", sheet.id),
        )
