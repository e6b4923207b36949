"""Sheets that were created manually: with which session they are linked before its marks are
looked at, and which session is made for them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from . import linking, merge, status_meaning
from . import plan as p
from .course_index import CourseIndex
from .findings import Findings
from .records import MoodleSession, Sheet
from .whose_sheet import conflicting, owner, two_courses


@dataclass(frozen=True)
class Links:
    """* ``sheets_of_session``: as of ``CourseIndex``, with the sheets linked now;
    * ``linked``: ids of these;
    * ``superseded``: cancelled sheets in whose place one of them is, by session id;
    * ``new_sessions``: tuple of ``plan.NewSession``.
    """

    sheets_of_session: dict[int, list[Sheet]]
    linked: frozenset[int] = frozenset()
    superseded: dict[int, list[Sheet]] = field(default_factory=dict)
    new_sessions: tuple[p.NewSession, ...] = ()


def link(index: CourseIndex, sessions: Sequence[MoodleSession], findings: Findings) -> Links:
    """:param sessions: ``MoodleSession`` that are looked at
    :param findings: gets the sheets that no session is found for
    """
    if index.rules.pushes:
        return _link_all(index, sessions, findings)
    return _link_in_place(index, sessions, findings)


def _link_all(index: CourseIndex, sessions: Sequence[MoodleSession], findings: Findings) -> Links:
    """Where marks go to Moodle, each sheet looks for its session. Where both sides may write,
    so does one that somebody is still working on, in whichever state a school's own OpenEduCat
    has it; its lines are no marks yet."""
    rules, reading = index.rules, index.reading
    free = [
        sheet
        for sheet in index.local.sheets
        if not sheet.session_id
        and sheet.active
        and (sheet.state == "done" or (rules.direction == merge.BOTH and sheet.state != "cancel"))
        and rules.in_window(sheet.date)
        and _is_ours(index, sheet, findings)
    ]
    choices = _choices(index, free, sessions, *taken_sessions(index))
    pairs, new_sessions = [], []
    for sheet in free:
        choice = choices[sheet.id]
        if choice.session and (choice.session.id in index.waiting.sessions or reading.failed):
            # It may be of a sheet that waits; or the sheet's own is one that can't be read.
            continue
        if choice.session:
            pairs.append((sheet, choice.session))
        elif sheet.state == "done":
            new = _new_session(index, sheet, choice)
            if new:
                new_sessions.append(new)
            else:
                _without_session(index, sheet, choice, findings)
    return _links(index.sheets_of_session, pairs, new_sessions)


def _link_in_place(
    index: CourseIndex, sessions: Sequence[MoodleSession], findings: Findings
) -> Links:
    """Where Moodle is right, a sheet is linked before its marks ask for it only in the place
    of one that a person has cancelled."""
    rules, reading = index.rules, index.reading
    taken, left = taken_sessions(index)
    if not left:
        return _links(index.sheets_of_session, ())
    free = [
        sheet
        for sheet in index.local.sheets
        if not sheet.session_id
        and sheet.active
        and sheet.state != "cancel"
        and rules.in_window(sheet.date)
        and owner(reading, sheet, rules) == reading.course.id
    ]
    begun = [s for s in sessions if s.marks and rules.begun(s)]
    # Of these, some may wait for a person: a sheet may be theirs, and waits with them.
    choices = _choices(index, free, begun, taken, left)
    days = {(index.day(s), batch) for s in begun for number, batch in left if number == s.id}
    pairs: list[tuple[Sheet, MoodleSession]] = []
    beside: dict[tuple[date, int], list[Sheet]] = {}
    for sheet in free:
        choice, day = choices[sheet.id], (sheet.date, sheet.batch_id)
        if choice.session and (choice.session.id, sheet.batch_id) in left and not reading.failed:
            pairs.append((sheet, choice.session))
        elif not choice.session and day in days:
            beside.setdefault(day, []).append(sheet)
    for sheets in beside.values():
        conflicting("sheets_beside", sheets, findings)
    return _links(index.sheets_of_session, pairs)


def _is_ours(index: CourseIndex, sheet: Sheet, findings: Findings) -> bool:
    """Whether an unlinked sheet may be linked with this Moodle course. Where nobody can tell,
    the course with the lowest number says so."""
    reading = index.reading
    found = owner(reading, sheet, index.rules)
    if found:
        return found == reading.course.id
    lowest = min(course.id for course in (reading.course, *reading.rivals))
    if sheet.state == "done" and reading.course.id == lowest:
        two_courses(index, sheet, findings)
    return False


def _choices(
    index: CourseIndex,
    free: Sequence[Sheet],
    sessions: Sequence[MoodleSession],
    taken: set[tuple[int, int]],
    left: set[tuple[int, int]],
) -> dict[int, linking.Choice]:
    """:param taken, left: of :func:`taken_sessions`
    :return: ``{sheet id: linking.Choice}``
    """
    held = _held(index, free, sessions)
    return linking.choose_sessions(free, sessions, taken, index.people, index.rules, held, left)


def taken_sessions(index: CourseIndex) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """:return: two sets of ``(session id, batch id)``: those that have a sheet, and those of
    which all sheets are cancelled
    """
    taken: set[tuple[int, int]] = set()
    cancelled: set[tuple[int, int]] = set()
    for sheet in index.local.sheets:
        if sheet.session_id and sheet.id not in index.misplaced:
            found = cancelled if sheet.state == "cancel" else taken
            found.add((sheet.session_id, sheet.batch_id))
    return taken, cancelled - taken


def _held(
    index: CourseIndex, sheets: Sequence[Sheet], sessions: Iterable[MoodleSession]
) -> linking.Held:
    """:return: ``linking.Held`` of the days of sheets; no status for what can't be told"""
    days = {sheet.date for sheet in sheets}
    batches = {sheet.batch_id for sheet in sheets}
    marks, asked = {}, {}
    for session in sessions:
        if index.day(session) not in days:
            continue
        said = marks[session.id] = _said_by_moodle(index, session)
        for batch in batches:
            asked[session.id, batch] = {
                student
                for student in said
                if session.group_id or index.own_batch(student, session)[0] in (batch, 0)
            }
    return linking.Held(index.said(sheets), marks, asked)


def _said_by_moodle(index: CourseIndex, session: MoodleSession) -> dict[int, str | None]:
    """:return: ``{student id: status}``; no status where two marks differ"""
    meanings = index.meanings(session)
    said: dict[int, str | None] = {}
    for mark in session.marks:
        student = index.people.student(mark.user_id).record_id
        meaning = meanings.get(mark.status_id)
        status = meaning.status if meaning else None
        if student and said.setdefault(student, status) != status:
            said[student] = None
    return said


def _links(
    sheets_of_session: Mapping[int, list[Sheet]],
    pairs: Sequence[tuple[Sheet, MoodleSession]],
    new_sessions: Iterable[p.NewSession] = (),
) -> Links:
    """A cancelled sheet of the same session and batch gives way: a person has made the other
    one in its place.

    :param pairs: list of ``(Sheet, MoodleSession)``
    """
    after = dict(sheets_of_session)
    superseded: dict[int, list[Sheet]] = {}
    for sheet, session in pairs:
        before = after.get(session.id, [])
        old = [s for s in before if s.state == "cancel" and s.batch_id == sheet.batch_id]
        superseded[session.id] = [*superseded.get(session.id, ()), *old]
        after[session.id] = [*(s for s in before if s not in old), sheet]
    linked = frozenset(sheet.id for sheet, _session in pairs)
    return Links(after, linked, superseded, tuple(new_sessions))


# --- sheets that no session fits ----------------------------------------------------


def _new_session(index: CourseIndex, sheet: Sheet, choice: linking.Choice) -> p.NewSession | None:
    """:param choice: ``linking.Choice`` without a session
    :return: ``None`` where none may or can be made
    """
    may = index.rules.may_create and not choice.fitting and choice.sure
    if not may or _early(index, sheet):
        return None
    new = linking.new_session(
        sheet, index.reading.activities, index.people, index.rules, index.closed
    )
    return new if new and not _some_missing(index) and _statuses_suffice(index, new) else None


def _some_missing(index: CourseIndex) -> bool:
    """Whether Moodle does not deliver all sessions just now. Among them may be one that was made
    for a sheet, by a run that has died or that got no answer."""
    activities = index.reading.activities
    of_one = len(activities) == 1 and activities[0].id not in index.reading.listed
    return of_one or bool(index.reading.failed)


def _early(index: CourseIndex, sheet: Sheet) -> bool:
    """Whether a sheet is of a day before the course's start date."""
    starts = index.reading.course.starts
    return bool(starts) and sheet.date < index.rules.date(starts)


def _statuses_suffice(index: CourseIndex, new: p.NewSession) -> bool:
    """A new session has status set 0 always; what that set holds is known from the activity's
    other sessions, if there are any."""
    lines = index.lines(new.sheet_id).values()
    needed = {line.status for of_student in lines for line in of_student if line.status}
    for session in index.reading.sessions:
        if session.activity_id == new.activity_id and not session.status_set:
            meanings = index.meanings(session)
            return all(
                status_meaning.to_send(session.statuses, meanings, status)[0] for status in needed
            )
    return True


def _without_session(
    index: CourseIndex, sheet: Sheet, choice: linking.Choice, findings: Findings
) -> None:
    why = "several_sessions" if choice.fitting else "no_session"
    more: dict[str, object] = {}
    if not choice.fitting and index.rules.may_create:
        why, more = _why_not_made(index, sheet)
    findings.gap(
        why,
        f"sheet:{sheet.id}",
        {"sheet": sheet.name, "day": sheet.date.isoformat(), **more},
        marks=len(index.lines(sheet.id)),
        record=("op.attendance.sheet", sheet.id),
    )


def _why_not_made(index: CourseIndex, sheet: Sheet) -> tuple[str, dict[str, object]]:
    """:return: reason of the gap of a sheet for which no session is made, and what it names beside
    the sheet
    """
    if _early(index, sheet):
        return "before_course", {}
    if _some_missing(index):
        return "sessions_not_listed", {}
    activities = index.reading.activities
    if len(activities) == 1:
        (activity,), names = activities, index.people.group_names
        group = index.outside(activity.id, sheet.batch_id)
        if group:
            name = names.get(group, "")
            return "session_group_outside", {"group": name, "activity": activity.name}
        groups = linking.groups_of(sheet.batch_id, index.people) if activity.groupmode else ()
        for group in index.closed.intersection(groups):
            return "session_group_closed", {"group": names.get(group, "")}
    return "no_place_for_session", {}
