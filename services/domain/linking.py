"""Which Moodle session a sheet belongs to, or which has to be made. Pure.

A link is a session's number together with its course and activity: the number alone is
another session's in another Moodle, or after a backup was restored. A sheet without one is
linked by what it says, where that is sure.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from . import plan as p
from . import window
from .matching import People
from .records import Line, MoodleActivity, MoodleSession, Sheet
from .references import is_made_for

DEFAULT_DURATION = 3600  # seconds
SEPARATE_GROUPS = 1

# Whether a session fits a sheet, and the sessions that it was to be looked for among.
Fits = Callable[[Sheet, MoodleSession, Sequence[MoodleSession]], bool]


@dataclass(frozen=True)
class Choice:
    """``session`` is ``None`` where none, or more than one, fits; ``fitting`` counts.
    ``sure`` is whether all sessions of the date could be judged."""

    session: MoodleSession | None
    fitting: int = 0
    sure: bool = True


def stands_for(sheet: Sheet, session: MoodleSession) -> bool:
    """Whether a linked sheet is of this very session."""
    if sheet.session_id != session.id:
        return False
    seen = sheet.seen
    return seen is None or (seen.course_id, seen.activity_id) == (
        session.course_id,
        session.activity_id,
    )


def has_its_number(
    session: MoodleSession, sheet: Sheet, people: People, lines: Mapping[int, Iterable[Line]]
) -> bool:
    """Whether a session of another group has the number of the one that a linked sheet is of, as
    MySQL gives the highest number out again: it is for another batch, not as it was seen, and
    nobody is marked in it of whom something was agreed on. Moodle changes the group of no session;
    where a group is of another batch by now, the rest tells that the session is the same.

    :param lines: of the sheet, ``{student id: [Line, …]}``
    """
    match = people.batches.get(session.group_id)
    if not match or match.record_id in (0, sheet.batch_id) or not sheet.seen:
        return False
    if sheet.seen.content_hash == session.content_hash:
        return False
    marked = {people.student(mark.user_id).record_id for mark in session.marks}
    return not any(line.base for student in marked for line in lines.get(student, ()))


def is_detached(sheet: Sheet) -> bool:
    """Whether a person has said that a sheet's session is none that Moodle still has, though
    another one has its number."""
    return sheet.seen is not None and not sheet.seen.activity_id


@dataclass(frozen=True)
class Held:
    """What both sides hold, to tell by which session a sheet is of.

    * ``lines``: ``{sheet id: {student id: status}}``;
    * ``marks``: ``{session id: {student id: status}}``, all of the session;
    * ``asked``: ``{(session id, batch id): students}``, of those marks who belong in a sheet
      of the batch.
    """

    lines: Mapping[int, Mapping[int, str | None]]
    marks: Mapping[int, Mapping[int, str | None]]
    asked: Mapping[tuple[int, int], Collection[int]]

    def same(self, sheet: Sheet, session: MoodleSession) -> bool:
        marks = self.marks.get(session.id, {})
        asked = self.asked.get((session.id, sheet.batch_id), marks)
        return same_marks(self.lines.get(sheet.id, {}), asked, marks)


def same_marks(
    lines: Mapping[int, str | None], asked: Iterable[int], marks: Mapping[int, str | None]
) -> bool:
    """Whether a sheet says just what a session says.

    :param lines: ``{student id: status}`` of the sheet
    :param asked: students of the session who belong in the sheet
    :param marks: ``{student id: status}`` of the session
    """
    return (
        bool(lines)
        and set(asked) <= lines.keys()
        and all(status and marks.get(student) == status for student, status in lines.items())
    )


def sure_pairs(
    sheets: Sequence[Sheet], sessions: Sequence[MoodleSession], held: Held, key: str
) -> dict[int, MoodleSession]:
    """Sheets of one batch and day and the sessions that they are surely of: by the reference
    of a session that was made for it, else by the very time of the timetable session, else
    by the very same marks. Of several with the same marks as many sessions as there are
    sheets: whichever is whose, all say the same.

    :param sheets: ``Sheet`` without a session
    :param sessions: ``MoodleSession`` without a sheet
    :param key: see ``references.is_made_for``
    :return: ``{sheet id: MoodleSession}``
    """
    pairs: dict[int, MoodleSession] = {}

    def among(fits: Fits) -> None:
        free = [sheet for sheet in sheets if sheet.id not in pairs]
        used = {session.id for session in pairs.values()}
        left = [session for session in sessions if session.id not in used]
        pairs.update(_classes(free, left, fits))

    among(lambda sheet, session, left: is_made_for(session, sheet, key))
    among(lambda sheet, session, left: bool(sheet.starts) and sheet.starts == session.starts)
    among(
        lambda sheet, session, left: (
            held.same(sheet, session) and _nearest(sheet, left) in (None, session)
        )
    )
    return pairs


def _classes(
    sheets: Iterable[Sheet], sessions: Sequence[MoodleSession], fits: Fits
) -> dict[int, MoodleSession]:
    """Those of which each fits all of the other side's and nothing else."""
    fitting: dict[frozenset[int], list[Sheet]] = {}
    wanted_by: dict[int, set[int]] = {}
    for sheet in sheets:
        ids = frozenset(s.id for s in sessions if fits(sheet, s, sessions))
        fitting.setdefault(ids, []).append(sheet)
        for number in ids:
            wanted_by.setdefault(number, set()).add(sheet.id)
    pairs: dict[int, MoodleSession] = {}
    for ids, alike in fitting.items():
        own = {sheet.id for sheet in alike}
        if len(ids) == len(alike) and all(wanted_by[number] == own for number in ids):
            found = sorted((s for s in sessions if s.id in ids), key=lambda s: (s.starts, s.id))
            alike = sorted(alike, key=lambda sheet: (sheet.starts, sheet.id))
            pairs.update(zip((sheet.id for sheet in alike), found, strict=True))
    return pairs


def choose_sessions(
    sheets: Sequence[Sheet],
    sessions: Sequence[MoodleSession],
    taken: Collection[tuple[int, int]],
    people: People,
    rules: window.Rules,
    held: Held,
    left: Collection[tuple[int, int]] = frozenset(),
) -> dict[int, Choice]:
    """For each sheet the session of its date whose group is its batch, or that is for
    all; of several the one that it is surely of, else the one nearest to the sheet's
    timetable session. Never a guess: two equally near, or two sheets for one session, leave
    both without.

    :param sheets: unlinked ``Sheet``
    :param sessions: ``MoodleSession`` of the course
    :param taken: set of ``(session id, batch id)`` that have a sheet
    :param left: set of ``(session id, batch id)`` of which people have cancelled the sheet;
        they are taken where no other session fits
    :return: ``{sheet id: Choice}``
    """
    by_date: dict[date, list[MoodleSession]] = {}
    for session in sessions:
        by_date.setdefault(rules.date(session.starts), []).append(session)
    choices: dict[int, Choice] = {}
    wanted_by: dict[tuple[int, int], list[int]] = {}
    of_day: dict[tuple[int, date], list[Sheet]] = {}
    for sheet in sheets:
        of_day.setdefault((sheet.batch_id, sheet.date), []).append(sheet)
    fitting_of: dict[tuple[int, date], list[MoodleSession]] = {}
    sure_of: dict[int, MoodleSession] = {}
    for key, alike in of_day.items():
        fitting = fitting_of[key] = [
            session
            for session in by_date.get(key[1], ())
            if (session.id, key[0]) not in taken and _is_for(session, alike[0], people)
        ]
        fitting = fitting_of[key] = [s for s in fitting if (s.id, key[0]) not in left] or fitting
        # What was not taken yet may be any sheet's.
        known = held if all(session.marks for session in fitting) else Held({}, {}, {})
        sure_of |= sure_pairs(alike, fitting, known, rules.reference_key)
    made, doubts = _made_for(sheets, sessions, taken, sure_of, rules.reference_key)
    sure_of |= made
    settled = {(found.id, sheet.batch_id) for sheet in sheets if (found := sure_of.get(sheet.id))}
    for sheet in sheets:
        fitting = fitting_of[sheet.batch_id, sheet.date]
        if sheet.id in sure_of:
            choices[sheet.id] = Choice(sure_of[sheet.id], len(fitting))
            continue
        fitting = [s for s in fitting if (s.id, sheet.batch_id) not in settled]
        own = [s for s in fitting if is_made_for(s, sheet, rules.reference_key)]
        if sheet.id in doubts and not own:
            choices[sheet.id] = Choice(None, doubts[sheet.id])
            continue
        chosen = _nearest(sheet, own or fitting)
        # Of a group that Moodle does not list (any more) nobody knows the batch, nor of one that
        # waits for a person.
        sure = all(
            not session.group_id
            or (session.group_id in people.group_names and not people.group_waits(session.group_id))
            for session in by_date.get(sheet.date, ())
        )
        choices[sheet.id] = Choice(chosen, len(fitting), sure)
        if chosen:
            wanted_by.setdefault((chosen.id, sheet.batch_id), []).append(sheet.id)
    for rivals in wanted_by.values():
        if len(rivals) > 1:
            choices.update((rival, Choice(None, len(rivals))) for rival in rivals)
    return choices


def _made_for(
    sheets: Iterable[Sheet],
    sessions: Iterable[MoodleSession],
    taken: Collection[tuple[int, int]],
    sure_of: Mapping[int, MoodleSession],
    key: str,
) -> tuple[dict[int, MoodleSession], dict[int, int]]:
    """Sessions that were made for sheets and are of another day by now: one was moved, or the
    time zone was changed.

    :param key: see ``references.is_made_for``
    :return: ``{sheet id: MoodleSession}``; and of those sheets of which it is in doubt, because
        a teacher has copied the reference, ``{sheet id: number of sessions}``
    """
    marked = [session for session in sessions if key in session.description]
    used = {session.id for session in sure_of.values()}
    found: dict[int, MoodleSession] = {}
    doubts: dict[int, int] = {}
    for sheet in sheets:
        if sheet.id in sure_of:
            continue
        own = [session for session in marked if is_made_for(session, sheet, key)]
        free = [
            session
            for session in own
            if (session.id, sheet.batch_id) not in taken and session.id not in used
        ]
        if len(free) == 1:
            found[sheet.id] = free[0]
        elif own:
            doubts[sheet.id] = len(own)
    return found, doubts


def _is_for(session: MoodleSession, sheet: Sheet, people: People) -> bool:
    if not session.group_id:
        return True
    return people.batch(session.group_id).record_id == sheet.batch_id


def _nearest(sheet: Sheet, sessions: Sequence[MoodleSession]) -> MoodleSession | None:
    if len(sessions) < 2 or not sheet.starts:
        return sessions[0] if len(sessions) == 1 else None
    by_distance = sorted(sessions, key=lambda session: abs(session.starts - sheet.starts))
    first, second = (abs(session.starts - sheet.starts) for session in by_distance[:2])
    return by_distance[0] if first < second else None


def groups_of(batch_id: int, people: People) -> list[int]:
    """:return: ids of the Moodle groups that are a batch, as far as they matter"""
    return [group for group, match in people.batches.items() if match.record_id == batch_id]


def new_session(
    sheet: Sheet,
    activities: Sequence[MoodleActivity],
    people: People,
    rules: window.Rules,
    closed: Collection[int] = (),
) -> p.NewSession | None:
    """The session to make for a sheet, or ``None`` where the course has not exactly one
    attendance activity, that one needs a group which the batch does not have, or its grouping
    lacks the batch's group.

    :param activities: ``MoodleActivity`` of the course
    :param closed: ids of groups of which Moodle's page takes no session
    :return: ``plan.NewSession`` or ``None``
    """
    if len(activities) != 1:
        return None
    (activity,) = activities
    known = groups_of(sheet.batch_id, people)
    groups = [group for group in known if activity.admits(group)]
    if known and not groups and activity.grouping:
        # Nor would a session for all participants show them.
        return None
    if activity.groupmode and any(group in closed for group in groups):
        return None
    group_id = groups[0] if activity.groupmode and len(groups) == 1 else 0
    if activity.groupmode == SEPARATE_GROUPS and not group_id:
        return None
    starts = sheet.starts
    if not starts or rules.date(starts) != sheet.date:
        # It would not be found again where its day is looked for.
        starts = window.noon(sheet.date, rules.zone)
    duration = sheet.ends - sheet.starts if sheet.ends > sheet.starts else DEFAULT_DURATION
    return p.NewSession(
        sheet_id=sheet.id,
        activity_id=activity.id,
        group_id=group_id,
        starts=starts,
        duration=duration,
        description=sheet.name,
    )
