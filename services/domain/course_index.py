"""Both sides of one course, and where to find what in them: made once, before anything is
decided. Pure."""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from . import linking, merge, status_meaning
from . import plan as p
from .matching import People
from .records import (
    NO_TYPES,
    AttendanceTypes,
    CourseReading,
    Line,
    LocalState,
    MoodleSession,
    MoodleStatus,
    OddRecord,
    Sheet,
    UnreadableSession,
)
from .status_meaning import Meaning
from .window import Rules

# What tells one status set of a session from another.
SetKey = tuple[int, tuple[MoodleStatus, ...], tuple[OddRecord, ...]]


@dataclass(frozen=True)
class CourseIndex:
    """What the rules of a planning look things up in.

    * ``local``: the sheets in it stand as if the sync had not cancelled the ``restored``
      ones, whose session is there again;
    * ``sessions``: by id;
    * ``sheets_of_session``: by session id, those in use and the oldest first;
    * ``misplaced``: by sheet id, the session that has its session's number by now and is one
      of another course or activity, or of another group;
    * ``lines_of_sheet``: by sheet id and student id;
    * ``register_of``: id of a register that a sync made, by date and batch id;
    * ``register_date``: the reverse, ``None`` for a register of no date;
    * ``accounts``: Moodle's user ids, by student id;
    * ``activity_names``: by activity id;
    * ``sets``: ``{status id: Meaning}`` of each status set, see :meth:`meanings`;
    * ``types``: none where OpenEduCat is right, since nothing of its own is written then;
    * ``waiting``: what nobody touches until a person has answered.
    """

    reading: CourseReading
    local: LocalState
    people: People
    rules: Rules
    restored: frozenset[int]
    sessions: dict[int, MoodleSession]
    sheets_of_session: dict[int, list[Sheet]]
    misplaced: dict[int, MoodleSession]
    lines_of_sheet: dict[int, dict[int, list[Line]]]
    register_of: dict[tuple[date, int], int]
    register_date: dict[int, date | None]
    accounts: dict[int, list[int]]
    activity_names: dict[int, str]
    sets: dict[SetKey, dict[int, Meaning]]
    types: AttendanceTypes
    waiting: p.Waiting = p.NOTHING_WAITS

    @classmethod
    def of(
        cls,
        reading: CourseReading,
        local: LocalState,
        people: People,
        rules: Rules,
        waiting: p.Waiting = p.NOTHING_WAITS,
    ) -> "CourseIndex":
        """Look both sides through once; the first three are of the same course."""
        sessions = {session.id: session for session in reading.sessions}
        lines_of_sheet = _lines_of_sheet(local.lines)
        misplaced = _misplaced(local.sheets, sessions, lines_of_sheet, people)
        sheets, restored = _restored(local.sheets, sessions.keys(), misplaced)
        return cls(
            reading=reading,
            local=replace(local, sheets=sheets),
            people=people,
            rules=rules,
            restored=restored,
            sessions=sessions,
            sheets_of_session=_sheets_of_session(sheets, misplaced),
            misplaced=misplaced,
            lines_of_sheet=lines_of_sheet,
            register_of={
                (register.date, register.batch_id): register.id
                for register in sorted(local.registers, key=lambda r: -r.id)
                if register.date
            },
            register_date={register.id: register.date for register in local.registers},
            accounts=_accounts(people),
            activity_names={activity.id: activity.name for activity in reading.activities},
            sets=_sets(reading.sessions, rules.chosen),
            types=local.types if rules.direction != merge.OEC else NO_TYPES,
            waiting=waiting,
        )

    def linked(self, sheets_of_session: dict[int, list[Sheet]]) -> "CourseIndex":
        """The same with sheets linked that were of no session before."""
        return replace(self, sheets_of_session=sheets_of_session)

    def day(self, session: MoodleSession) -> date:
        """:return: the date of a session"""
        return self.rules.date(session.starts)

    def sheets(self, session: MoodleSession) -> list[Sheet]:
        """:return: list of ``Sheet`` of a session"""
        return self.sheets_of_session.get(session.id, [])

    def lines(self, sheet_id: int) -> dict[int, list[Line]]:
        """:return: ``{student id: [Line, …]}`` of a sheet"""
        return self.lines_of_sheet.get(sheet_id, {})

    def own_batch(self, student: int, session: MoodleSession) -> tuple[int, str]:
        """:return: the batch of a student in a session for all, see ``own_batch.own_batch``"""
        return self.people.own_batch(student, self.day(session), self._held.get(student, {}))

    @cached_property
    def _held(self) -> dict[int, dict[int, set[date]]]:
        """:return: on which days a student has a line in this subject, by student and batch id"""
        held: dict[int, dict[int, set[date]]] = {}
        for sheet in self.local.sheets:
            if sheet.own and sheet.state != "cancel":
                for student in self.lines(sheet.id):
                    held.setdefault(student, {}).setdefault(sheet.batch_id, set()).add(sheet.date)
        return held

    def said(self, sheets: Iterable[Sheet]) -> dict[int, dict[int, str | None]]:
        """What the lines of sheets say.

        :return: ``{sheet id: {student id: status}}``; no status where two lines differ
        """
        return {sheet.id: _said(self.lines(sheet.id)) for sheet in sheets}

    def meanings(self, session: MoodleSession) -> dict[int, Meaning]:
        """:return: ``{status id: Meaning}`` of the session's set"""
        return self.sets[_set_of(session)]

    def outside(self, activity_id: int, batch_id: int, group_id: int = 0) -> int:
        """Whether Moodle's page shows nobody of a batch in a session, because their group is not
        in the grouping of the activity.

        :param group_id: of the session; 0: for all participants
        :return: id of that group; 0 where nothing is known against it
        """
        for activity in self.reading.activities:
            if activity.id != activity_id or activity.admits(group_id):
                continue
            if group_id:
                return group_id
            groups = linking.groups_of(batch_id, self.people)
            if groups and not any(map(activity.admits, groups)):
                return groups[0]
        return 0

    @cached_property
    def closed(self) -> frozenset[int]:
        """Ids of the groups of which Moodle's page takes no session."""
        return frozenset(group.id for group in self.reading.groups if not group.participates)

    def activity_name(self, session: MoodleSession | UnreadableSession) -> str:
        """:return: the name of a session's activity, its number where there is none"""
        return self.activity_names.get(session.activity_id) or str(session.activity_id)


def _misplaced(
    sheets: Iterable[Sheet],
    sessions: Mapping[int, MoodleSession],
    lines: Mapping[int, Mapping[int, Iterable[Line]]],
    people: People,
) -> dict[int, MoodleSession]:
    """:return: ``misplaced`` of the index"""
    misplaced = {}
    for sheet in sheets:
        session = sessions.get(sheet.session_id)
        if session and (
            not linking.stands_for(sheet, session)
            or linking.has_its_number(session, sheet, people, lines.get(sheet.id, {}))
        ):
            misplaced[sheet.id] = session
    return misplaced


def _restored(
    sheets: Iterable[Sheet], sessions: Collection[int], misplaced: Container[int]
) -> tuple[tuple[Sheet, ...], frozenset[int]]:
    """:return: the sheets as ``local`` of the index has them, and the ids of those restored"""
    found, restored = [], set()
    for sheet in sheets:
        before = sheet.seen.state_before if sheet.seen else ""
        its_own = sheet.session_id in sessions and sheet.id not in misplaced
        if sheet.state == "cancel" and before and its_own:
            restored.add(sheet.id)
            sheet = replace(sheet, state=before)
        found.append(sheet)
    return tuple(found), frozenset(restored)


def _sheets_of_session(
    sheets: Iterable[Sheet], misplaced: Container[int]
) -> dict[int, list[Sheet]]:
    """:return: ``sheets_of_session`` of the index"""
    of_session: dict[int, list[Sheet]] = {}
    for sheet in sorted(sheets, key=lambda sheet: (not sheet.active, sheet.id)):
        if sheet.session_id and sheet.id not in misplaced:
            of_session.setdefault(sheet.session_id, []).append(sheet)
    return of_session


def _lines_of_sheet(lines: Iterable[Line]) -> dict[int, dict[int, list[Line]]]:
    of_sheet: dict[int, dict[int, list[Line]]] = {}
    for line in lines:
        of_student = of_sheet.setdefault(line.sheet_id, {})
        of_student.setdefault(line.student_id, []).append(line)
    return of_sheet


def _said(lines: Mapping[int, Iterable[Line]]) -> dict[int, str | None]:
    statuses = {student: {x.status for x in found} for student, found in lines.items()}
    return {
        student: next(iter(found)) if len(found) == 1 else None
        for student, found in statuses.items()
    }


def _accounts(people: People) -> dict[int, list[int]]:
    accounts: dict[int, list[int]] = {}
    for user_id, match in people.students.items():
        if match.record_id:
            accounts.setdefault(match.record_id, []).append(user_id)
    return accounts


def _set_of(session: MoodleSession) -> SetKey:
    return session.activity_id, session.statuses, session.odd


def _sets(
    sessions: Iterable[MoodleSession], chosen: Sequence[status_meaning.Chosen]
) -> dict[SetKey, dict[int, Meaning]]:
    sets: dict[SetKey, dict[int, Meaning]] = {}
    for session in sessions:
        key = _set_of(session)
        if key not in sets:
            sets[key] = status_meaning.of_session(session, chosen)
    return sets
