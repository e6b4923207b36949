"""A plan as a list that people can read, filter and count: one entry for each mark that
changes, one for each sheet or session that is made, moved or cancelled. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial

from . import plan as p
from .matching import People
from .records import CourseReading, Line, LocalState
from .status_meaning import of_session
from .window import Rules

# What an entry says would be done.
NEW_SHEET = "new_sheet"
LINK_SHEET = "link_sheet"
MOVE_SHEET = "move_sheet"
CANCEL_SHEET = "cancel_sheet"
RESTORE_SHEET = "restore_sheet"
FOLLOW_SHEET = "follow_sheet"
NEW_SESSION = "new_session"
NEW_LINE = "new_line"
UPDATE = "update"
PUT_BACK = "put_back"
REMARK = "remark"
TYPE = "type"
PUSH = "push"
NOTE = "note"

_LINES = {
    p.CREATE: NEW_LINE,
    p.UPDATE: UPDATE,
    p.PUT_BACK: PUT_BACK,
    p.REMARK: REMARK,
    p.TYPE: TYPE,
}
# Entries of our own bookkeeping: both sides say the same already.
EQUAL = {NOTE, LINK_SHEET}


@dataclass(frozen=True)
class Change:
    """:param kind: one of the constants above
    :param day: of the sheet or session, in the instance's time zone
    :param starts: unix seconds at which that begins, 0 for not known
    :param moodle: what Moodle has now: P, A, L or E; its own letter where that means
        none of them; or empty
    :param odoo: letter that OpenEduCat has now, or empty
    :param after: letter that both have afterwards, or empty
    :param marks: how many marks it is about
    :param moodle_user: who last took the session in Moodle, where its mark comes over or is
        replaced
    :param odoo_user: res.users id of the person who marked the line, where that is sent or
        replaced. Both are named where two people have marked differently.
    :param detail: the remark, or the letters of a new sheet such as ``24 P, 2 A``
    """

    kind: str
    day: date | None
    session_id: int = 0
    sheet_id: int = 0
    batch_id: int = 0
    student_id: int = 0
    starts: int = 0
    moodle: str = ""
    odoo: str = ""
    after: str = ""
    marks: int = 0
    detail: str = ""
    moodle_user: str = ""
    odoo_user: int = 0


def changes(
    plan: p.CoursePlan, reading: CourseReading, local: LocalState, people: People, rules: Rules
) -> tuple[Change, ...]:
    """:param plan: ``CoursePlan`` made of the other four
    :return: all that would be done, by day
    """
    if plan.empty:
        return ()
    return tuple(_Lister(plan, reading, local, people, rules).entries())


def _changed_here(line: Line) -> bool:
    """Whether somebody has marked it since both sides agreed."""
    return bool(line.status and line.base and line.status != line.base)


def _letters(statuses: Iterable[str | None]) -> str:
    counts = Counter(statuses)
    return ", ".join(f"{counts[letter]} {letter}" for letter in "PALE" if counts[letter])


class _Lister:
    def __init__(
        self,
        plan: p.CoursePlan,
        reading: CourseReading,
        local: LocalState,
        people: People,
        rules: Rules,
    ) -> None:
        self.plan = plan
        self.reading = reading
        self.people = people
        self.rules = rules
        self.lines = {line.id: line for line in local.lines}
        self.sheets = {sheet.id: sheet for sheet in local.sheets}
        self.lines_of_sheet: dict[int, list[Line]] = {}
        for line in local.lines:
            self.lines_of_sheet.setdefault(line.sheet_id, []).append(line)
        self.sessions = {session.id: session for session in reading.sessions}
        self.names = {user.id: user.fullname for user in reading.users}

    @cached_property
    def marks(self) -> dict[tuple[int, int], str]:
        """What Moodle says, by session id and student id; looked up where single marks change."""
        marks = {}
        for session in self.reading.sessions:
            shown = {status.id: status.acronym for status in session.statuses}
            found = of_session(session, self.rules.chosen)
            shown |= {number: one.status for number, one in found.items() if one.status}
            for mark in session.marks:
                student = self.people.student(mark.user_id).record_id
                marks[session.id, student] = shown.get(mark.status_id) or ""
        return marks

    @cached_property
    def takers(self) -> dict[tuple[int, int], int]:
        """By whose account a mark was made, where Moodle says that of each; by session id and
        student id."""
        return {
            (session.id, self.people.student(mark.user_id).record_id): mark.taken_by
            for session in self.reading.sessions
            for mark in session.marks
            if mark.taken_at is not None
        }

    def entries(self) -> list[Change]:
        found = [
            *self._followed(),
            *self._sheets(),
            *self._cancelled(),
            *self._pushes(),
            *self._new_sessions(),
        ]
        return sorted(
            found,
            key=lambda c: (str(c.day or ""), c.starts, c.session_id, c.kind, c.student_id),
        )

    def _followed(self) -> Iterator[Change]:
        for one in self.plan.followed.sheets:
            sheet = self.sheets[one.sheet_id]
            session = self.sessions.get(one.session_id)
            yield Change(
                FOLLOW_SHEET,
                day=sheet.date,
                starts=session.starts if session else 0,
                session_id=one.session_id,
                sheet_id=one.sheet_id,
                batch_id=sheet.batch_id,
                marks=len(self.lines_of_sheet.get(one.sheet_id, ())),
                # Course, activity and session, as Moodle's addresses name them.
                detail=" → ".join(
                    f"{course}/{activity}/{number}" for course, activity, number in one.places
                ),
            )

    def _sheets(self) -> Iterator[Change]:
        for session in self.plan.sessions:
            for sheet in session.sheets:
                yield from self._sheet(session, sheet)

    def _sheet(self, session: p.SessionPlan, sheet: p.SheetPlan) -> Iterator[Change]:
        change = partial(
            Change,
            day=sheet.date,
            starts=session.starts,
            session_id=session.session_id,
            sheet_id=sheet.sheet_id,
            batch_id=sheet.batch_id,
        )
        if not sheet.sheet_id:
            statuses = [line.status for line in sheet.lines]
            yield change(NEW_SHEET, marks=len(statuses), detail=_letters(statuses))
            return
        if sheet.unlinked:
            return
        if "moodle_session_id" in sheet.values:
            yield change(LINK_SHEET)
        if sheet.restored:
            yield change(RESTORE_SHEET)
        if "attendance_date" in sheet.values:
            before = self.sheets[sheet.sheet_id].date.isoformat()
            yield change(MOVE_SHEET, detail=f"{before} → {sheet.date.isoformat()}")
        agreed = 0
        for line in sheet.lines:
            if line.action == p.AGREE:
                agreed += 1
                continue
            yield self._line(session, line, change)
        if agreed:
            yield change(NOTE, marks=agreed)

    def _line(
        self, session: p.SessionPlan, line: p.LinePlan, change: Callable[..., Change]
    ) -> Change:
        before = self.lines.get(line.line_id)
        odoo = (before.status or "") if before else ""
        kind = _LINES[line.action]
        return change(
            kind,
            student_id=line.student_id,
            moodle=self.marks.get((session.session_id, line.student_id), ""),
            odoo=odoo,
            after=line.status or odoo,
            marks=1,
            detail=line.remark or "",
            moodle_user=(
                self._took(session.session_id, line.student_id)
                if kind in (NEW_LINE, UPDATE, PUT_BACK)
                else ""
            ),
            odoo_user=(
                before.written_by
                if before and (kind == PUT_BACK or (kind == UPDATE and _changed_here(before)))
                else 0
            ),
        )

    def _took(self, session_id: int, student_id: int) -> str:
        """Name of whoever made a mark, or last took its session where Moodle does not say more;
        empty where that is nobody we know."""
        session = self.sessions.get(session_id)
        taken_by = session.taken_by if session else 0
        return self.names.get(self.takers.get((session_id, student_id), taken_by), "")

    def _cancelled(self) -> Iterator[Change]:
        for sheet_id in self.plan.cancelled:
            sheet = self.sheets[sheet_id]
            lines = self.lines_of_sheet.get(sheet_id, ())
            yield Change(
                CANCEL_SHEET,
                day=sheet.date,
                starts=sheet.held_at or sheet.starts,
                session_id=sheet.session_id,
                sheet_id=sheet_id,
                batch_id=sheet.batch_id,
                marks=len(lines),
            )

    def _pushes(self) -> Iterator[Change]:
        for session_id, pushes in p.by_session(self.plan.pushes).items():
            starts = self.sessions[session_id].starts
            for push in pushes:
                there = self.marks.get((session_id, push.student_id), "")
                yield Change(
                    PUSH,
                    day=self.rules.date(starts),
                    starts=starts,
                    session_id=session_id,
                    sheet_id=push.sheet_id,
                    batch_id=self.sheets[push.sheet_id].batch_id,
                    student_id=push.student_id,
                    moodle=there,
                    odoo=push.status,
                    after=push.status,
                    marks=1,
                    detail=push.remark or "",
                    moodle_user=self._took(session_id, push.student_id) if there else "",
                    odoo_user=self._written_by(push.line_ids),
                )

    def _written_by(self, line_ids: Iterable[int]) -> int:
        lines = [self.lines[line_id] for line_id in line_ids if line_id in self.lines]
        return max(lines, key=lambda line: line.marked_at).written_by if lines else 0

    def _new_sessions(self) -> Iterator[Change]:
        for new in self.plan.new_sessions:
            sheet = self.sheets[new.sheet_id]
            statuses = [line.status for line in self.lines_of_sheet.get(sheet.id, ())]
            yield Change(
                NEW_SESSION,
                day=sheet.date,
                starts=new.starts,
                sheet_id=sheet.id,
                batch_id=sheet.batch_id,
                marks=len(statuses),
                detail=_letters(statuses),
            )
