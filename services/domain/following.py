"""Which sheets follow their sessions to new numbers. Pure.

What is restored in Moodle, from the recycle bin or a backup, comes back under other numbers. It
is the same if what was there before is gone, the new one was never met, and their sessions fit one
to one. What is not sure waits for a person, and so does a copy beside what still lives: no second
sheet is made, none is cancelled, and no mark is written over.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from . import linking
from . import plan as p
from .course_index import CourseIndex
from .findings import Findings
from .gap_reason import FOLLOW, OTHER
from .lessons import (
    Evidence,
    Fit,
    Lesson,
    Place,
    evidence,
    fit,
    lessons_of,
    of_other_batch,
    with_meanings,
)
from .records import LocalState, Met, MoodleSession, Seen, Sheet
from .status_meaning import of_session
from .window import Rules

# Agreed marks below which it is no sign that most of them are not there any more.
FEW = 3
# Shifts of all sessions that are looked at.
SHIFTS = 3


@dataclass(frozen=True)
class Following:
    """* ``local``, ``rules``: as if what follows had always been where it is now;
    * ``followed``, ``waiting``: see ``CoursePlan``.
    """

    local: LocalState
    rules: Rules
    followed: p.Followed = p.NOTHING_FOLLOWS
    waiting: p.Waiting = p.NOTHING_WAITS

    @property
    def matters(self) -> bool:
        """Whether anything follows or waits."""
        return bool(self.followed.sheets) or self.waiting != p.NOTHING_WAITS


def follow(index: CourseIndex, local: LocalState, findings: Findings) -> Following:
    """:param index: of both sides as they are
    :param local: that it was made of
    :param findings: gets what waits
    """
    nothing = Following(local, index.rules)
    if local.met is None:
        return nothing
    sides = _Sides.of(index, local.met)
    if not (sides.new and (sides.gone or sides.living)) and not sides.again:
        return nothing
    pairing = _Pairing(sides)
    pairing.by_beginning()
    pairing.by_shift()
    followed = _followed(sides, pairing.pairs)
    done = Following(
        with_followed(local, followed),
        replace(index.rules, chosen=with_meanings(index.rules.chosen, followed.activities)),
        followed,
    )
    waits = _Waits()
    waits.add_unsure(sides, pairing.unsure(), findings)
    waits.add_again(sides, pairing.pairs, findings)
    if sides.never:
        if followed.sheets:
            after = CourseIndex.of(index.reading, done.local, index.people, done.rules)
            sides = _Sides.of(after, local.met)
        waits.add_beside(sides, findings)
    return replace(done, waiting=waits.waiting)


def with_followed(local: LocalState, followed: p.Followed) -> LocalState:
    """What OpenEduCat holds after sheets have followed."""
    if not followed.sheets:
        return local
    new = {one.sheet_id: one for one in followed.sheets}
    sessions = followed.sessions
    not_held = {}
    for (session, student), (status, status_id, marked_at) in local.not_held.items():
        key = sessions.get(session, session), student
        not_held[key] = status, followed.held.get(key, status_id), marked_at
    return replace(
        local,
        sheets=tuple(
            replace(sheet, session_id=new[sheet.id].session_id, seen=Seen.parse(new[sheet.id].seen))
            if sheet.id in new
            else sheet
            for sheet in local.sheets
        ),
        dropped={
            (sessions.get(session, session), student): status
            for (session, student), status in local.dropped.items()
        },
        not_held=not_held,
    )


def question_key(lesson: Lesson, session: MoodleSession) -> str:
    """Under which it is kept what a person has said of them: of whole activities once for all of
    their sessions."""
    if not lesson.whole:
        return f"{lesson.session_id}>{session.id}"
    return activities_key(lesson.place, session.activity_id)


def activities_key(place: Place, activity: int) -> str:
    return f"{place[0]}:{place[1]}>{activity}"


# --- what is there, and what is not ---------------------------------------------------


@dataclass(frozen=True)
class _Sides:
    """* ``gone``: lessons whose session is gone; ``living``: the others;
    * ``new``: sessions that were never met and have no sheet; ``never``: of which activities
      nothing was ever met;
    * ``again``: activities whose number another one had before.
    """

    index: CourseIndex
    met: Met
    gone: list[Lesson]
    living: list[Lesson]
    new: list[MoodleSession]
    never: frozenset[int]
    again: frozenset[int]

    @classmethod
    def of(cls, index: CourseIndex, met: Met) -> "_Sides":
        again = _given_again(index, met)
        linked = [s for s in index.local.sheets if s.session_id and s.seen and s.own]
        left = _Left(index, again)
        gone = [sheet for sheet in linked if left.session(sheet)]
        lost = {sheet.id for sheet in gone}
        holding = {
            session_id
            for session_id, sheets in index.sheets_of_session.items()
            if any(sheet.id not in lost for sheet in sheets)
        }
        activities = {session.activity_id for session in index.reading.sessions}
        never = frozenset(a for a in activities if met.never(a) or a in again)
        new = [
            session
            for session in index.reading.sessions
            if session.id not in holding and (session.activity_id in never or met.is_new(session))
        ]
        whole = {_place(sheet) for sheet in gone if left.activity(sheet)}
        living = [sheet for sheet in linked if sheet.id not in lost and sheet.id not in left.unsure]
        new.sort(key=lambda session: (session.starts, session.id))
        return cls(index, met, lessons_of(gone, whole), lessons_of(living), new, never, again)

    def answer(self, key: str) -> str:
        return self.met.answers.get(key, "")


class _Left:
    """Whether Moodle has no more what a linked sheet was of; only where that is known.

    ``unsure``: ids of sheets of which nobody knows.
    """

    def __init__(self, index: CourseIndex, again: Iterable[int]) -> None:
        reading = index.reading
        self._reading, self._sessions, self._again = reading, index.sessions, set(again)
        self._activities = {activity.id for activity in reading.activities}
        self._odd_activities = {r.id for r in reading.odd if r.what == "activity"}
        self._holding = {session.activity_id for session in reading.sessions}
        self._unread = {item.session_id for item in reading.unreadable}
        self._unread |= {r.id for r in reading.odd if r.what == "session"}
        self.unsure: set[int] = set()

    def session(self, sheet: Sheet) -> bool:
        """Whether its session is gone."""
        course, activity = _place(sheet)
        if course != self._reading.course.id:
            if not self._reading.courses_listed:
                self.unsure.add(sheet.id)
                return False
            return course not in self._reading.courses_listed
        if activity in self._again:
            return True
        session = self._sessions.get(sheet.session_id)
        if session and linking.stands_for(sheet, session):
            return False
        if sheet.session_id in self._unread:
            self.unsure.add(sheet.id)
            return False
        gone = (
            activity in self._reading.listed
            or sheet.session_id in self._reading.gone
            or self._unlisted(activity)
        )
        if not gone:
            self.unsure.add(sheet.id)
        return gone

    def activity(self, sheet: Sheet) -> bool:
        """Whether the whole activity of a session that is gone is, too."""
        course, activity = _place(sheet)
        if course != self._reading.course.id or activity in self._again:
            return True
        if activity in self._reading.listed:
            return activity not in self._holding
        return self._unlisted(activity)

    def _unlisted(self, activity: int) -> bool:
        return (
            self._reading.listed_all
            and activity not in self._activities
            and not self._odd_activities & {0, activity}
        )


def _place(sheet: Sheet) -> Place:
    assert sheet.seen is not None
    return sheet.seen.course_id, sheet.seen.activity_id


def _given_again(index: CourseIndex, met: Met) -> frozenset[int]:
    """Activities that have a number which another one had before, as MySQL gives the highest
    number out again: Moodle's own address of it is another one; or all of its sessions are on
    other days than the sheets say, and at most half of the marks are there that both sides agreed
    on; or they have each other's times and marks.
    """
    standing: dict[int, list[tuple[Sheet, MoodleSession]]] = {}
    for session_id, session in index.sessions.items():
        for sheet in index.sheets_of_session.get(session_id, ()):
            if sheet.seen:
                standing.setdefault(session.activity_id, []).append((sheet, session))
    found = set()
    for activity in index.reading.activities:
        pairs = standing.get(activity.id)
        here = index.reading.course.id, activity.id
        if not pairs or met.answers.get(activities_key(here, activity.id)) == FOLLOW:
            continue
        before = met.modules.get(activity.id)
        other = before and activity.module_id and before != activity.module_id
        if other or _little_is_left(index, pairs) or _swapped(index, activity.id, pairs):
            found.add(activity.id)
    return frozenset(found)


def _little_is_left(index: CourseIndex, pairs: Iterable[tuple[Sheet, MoodleSession]]) -> bool:
    total = Evidence()
    for sheet, session in pairs:
        if not sheet.held_at or index.rules.date(sheet.held_at) == index.day(session):
            return False
        (lesson,) = lessons_of([sheet])
        total += evidence(index, lesson, session)
    return total.agreed >= FEW and total.same * 2 <= total.agreed


def _swapped(
    index: CourseIndex, activity: int, pairs: Iterable[tuple[Sheet, MoodleSession]]
) -> bool:
    """Whether another session of the activity has the time and marks that a sheet's own had."""
    moved = [(x, session) for x, session in pairs if x.held_at not in (0, session.starts)]
    at: dict[int, list[MoodleSession]] = {}
    for session in index.reading.sessions if moved else ():
        if session.activity_id == activity:
            at.setdefault(session.starts, []).append(session)
    for sheet, own in moved:
        (lesson,) = lessons_of([sheet])
        same = evidence(index, lesson, own).same
        for other in at.get(sheet.held_at, ()):
            if (fit(index, lesson, other) or Fit.DOUBT) >= Fit.MARKS:
                return evidence(index, lesson, other).same > same
    return False


# --- which is which -------------------------------------------------------------------


class _Pairing:
    """Lessons that are gone and new sessions; ``pairs``: those that are surely the same."""

    def __init__(self, sides: _Sides) -> None:
        self.sides = sides
        self.pairs: list[tuple[Lesson, MoodleSession]] = []
        self._edges = self._same_beginning()

    def _same_beginning(self) -> dict[tuple[Lesson, int], tuple[MoodleSession, Fit]]:
        sides, index = self.sides, self.sides.index
        by_start: dict[int, list[MoodleSession]] = {}
        by_day: dict[object, list[MoodleSession]] = {}
        for session in sides.new if sides.gone else ():
            by_start.setdefault(session.starts, []).append(session)
            by_day.setdefault(index.day(session), []).append(session)
        edges = {}
        for lesson in sides.gone:
            found = by_start.get(lesson.starts) if lesson.starts else by_day.get(lesson.day)
            for session in found or ():
                said = sides.answer(question_key(lesson, session))
                how = fit(index, lesson, session)
                if how is not None and said != OTHER:
                    how = Fit.CHOSEN if said == FOLLOW else how
                    edges[lesson, session.id] = session, how
        return edges

    def by_beginning(self) -> None:
        """Those that fit one to one; of what a person has said, and of what is the very same in
        one activity, as many as there are, in the order of their numbers."""
        self._chosen()
        self._one_to_one(Fit.SAME)
        self._alike()
        self._one_to_one(Fit.MARKS)
        self._as_the_others()
        self._one_to_one(Fit.BARE, alone=True)

    def _free(self, least: Fit) -> list[tuple[Lesson, MoodleSession]]:
        used = {session.id for _lesson, session in self.pairs}
        taken = {lesson for lesson, _session in self.pairs}
        return [
            (lesson, session)
            for (lesson, number), (session, how) in self._edges.items()
            if how >= least and number not in used and lesson not in taken
        ]

    def _one_to_one(
        self,
        least: Fit,
        alone: bool = False,
        among: Callable[[Lesson, MoodleSession], bool] = lambda lesson, session: True,
    ) -> None:
        """:param alone: whether there may be nothing else that fits worse, either"""
        counted = found = [pair for pair in self._free(least) if among(*pair)]
        if alone:
            counted = [pair for pair in self._free(Fit.DOUBT) if among(*pair)]
        lessons = Counter(lesson for lesson, _session in counted)
        sessions = Counter(session.id for _lesson, session in counted)
        self.pairs += [
            (lesson, session)
            for lesson, session in found
            if lessons[lesson] == sessions[session.id] == 1
        ]

    def _chosen(self) -> None:
        """By the better marks, then by number."""
        index = self.sides.index

        def order(pair: tuple[Lesson, MoodleSession]) -> tuple[int, int, int]:
            found = evidence(index, *pair)
            return found.other - found.same, pair[0].session_id, pair[1].id

        lessons, sessions = set(), set()
        for lesson, session in sorted(self._free(Fit.CHOSEN), key=order):
            if lesson not in lessons and session.id not in sessions:
                lessons.add(lesson)
                sessions.add(session.id)
                self.pairs.append((lesson, session))

    def _alike(self) -> None:
        """Of one activity and beginning, where all fit all and there are as many of both: all
        say the same."""
        groups: dict[tuple[Place, int, int], list[tuple[Lesson, MoodleSession]]] = {}
        found = self._free(Fit.SAME)
        for lesson, session in found:
            key = lesson.place, session.activity_id, session.starts
            groups.setdefault(key, []).append((lesson, session))
        for group in groups.values():
            lessons = sorted({x for x, _s in group}, key=lambda one: one.session_id)
            sessions = sorted({s.id: s for _x, s in group}.values(), key=lambda one: one.id)
            ids = {session.id for session in sessions}
            touching = sum(x in lessons or s.id in ids for x, s in found)
            if len(lessons) == len(sessions) and len(lessons) ** 2 == len(group) == touching:
                self.pairs += zip(lessons, sessions, strict=True)

    def _as_the_others(self) -> None:
        """Where several fit, by the activity that the others of the same activity are of."""
        votes: dict[Place, set[int]] = {}
        reverse: dict[int, set[Place]] = {}
        for lesson, session in self.pairs:
            votes.setdefault(lesson.place, set()).add(session.activity_id)
            reverse.setdefault(session.activity_id, set()).add(lesson.place)
        self._one_to_one(
            Fit.BARE,
            alone=True,
            among=lambda lesson, session: (
                votes.get(lesson.place) == {session.activity_id}
                and reverse.get(session.activity_id) == {lesson.place}
            ),
        )

    # --- all dates moved ------------------------------------------------------------

    def by_shift(self) -> None:
        """Whole activities of which all sessions are later, or earlier, by the same: a restore
        into another course moves all dates. Only marks can tell."""
        shifted = []
        places = dict.fromkeys(lesson.place for lesson in self.sides.gone if lesson.whole)
        for place in places:
            for activity in sorted(self.sides.never):
                found = self._shifted(place, activity)
                if found:
                    shifted.append((place, activity, found))
        of_place = Counter(place for place, _activity, _found in shifted)
        of_activity = Counter(activity for _place, activity, _found in shifted)
        for place, activity, found in shifted:
            said = self.sides.answer(activities_key(place, activity))
            single = of_place[place] == of_activity[activity] == 1
            begun = any(
                (lesson.place, session.activity_id) == (place, activity)
                for lesson, session in self.pairs
            )
            # Where some begin together, and all do if they are moved, nobody knows which.
            self._forget(place, activity)
            if said == FOLLOW or (single and found.sure and not begun):
                self.pairs += found.pairs
            else:
                for lesson, session in found.pairs:
                    self._edges[lesson, session.id] = session, Fit.DOUBT

    def _forget(self, place: Place, activity: int) -> None:
        """What begins together, of an old and a new activity."""
        self.pairs = [
            (lesson, session)
            for lesson, session in self.pairs
            if (lesson.place, session.activity_id) != (place, activity)
        ]
        self._edges = {
            (lesson, number): edge
            for (lesson, number), edge in self._edges.items()
            if (lesson.place, edge[0].activity_id) != (place, activity)
        }

    def _shifted(self, place: Place, activity: int) -> "_Shifted | None":
        """:return: ``None`` where nothing speaks for a shift"""
        sides = self.sides
        if sides.answer(activities_key(place, activity)) == OTHER:
            return None
        between = [
            (lesson, session)
            for lesson, session in self.pairs
            if lesson.place == place or session.activity_id == activity
        ]
        ours = [
            pair for pair in between if (pair[0].place, pair[1].activity_id) == (place, activity)
        ]
        if len(ours) != len(between):
            # One of the two is of another already.
            return None
        lessons = [lesson for lesson in sides.gone if lesson.place == place and lesson.starts]
        sessions = [s for s in sides.new if s.activity_id == activity and s.marks]
        if not lessons or not sessions or len(ours) >= len(lessons):
            return None
        found = best_shift(sides.index, lessons, sessions)
        together = any(
            (lesson.place, session.activity_id) == (place, activity)
            for (lesson, _number), (session, _how) in self._edges.items()
        )
        # Lessons are each week: some of them are others a week later.
        return found if found and (found.sure or not together) else None

    # --- what is left ---------------------------------------------------------------

    def unsure(self) -> list[tuple[Lesson, MoodleSession]]:
        """What fits something, and nobody knows what."""
        return self._free(Fit.DOUBT)


@dataclass(frozen=True)
class _Shifted:
    """:param sure: whether all of both sides fit, and all marks are there"""

    pairs: tuple[tuple[Lesson, MoodleSession], ...]
    sure: bool


def best_shift(
    index: CourseIndex, lessons: list[Lesson], sessions: list[MoodleSession]
) -> _Shifted | None:
    """The one shift by which lessons are the sessions.

    :param sessions: all that hold marks
    """
    shifts = Counter(session.starts - lesson.starts for lesson in lessons for session in sessions)
    found = []
    for shift, _count in sorted(shifts.items(), key=lambda one: (-one[1], abs(one[0])))[:SHIFTS]:
        one = _by(index, lessons, sessions, shift) if shift else None
        if one:
            found.append(one)
    sure = [one for one in found if one.sure]
    if sure:
        return sure[0] if len(sure) == 1 else replace(sure[0], sure=False)
    return max(found, key=lambda one: len(one.pairs), default=None)


def _by(
    index: CourseIndex, lessons: list[Lesson], sessions: list[MoodleSession], shift: int
) -> _Shifted | None:
    at: dict[int, list[MoodleSession]] = {}
    for session in sessions:
        at.setdefault(session.starts - shift, []).append(session)
    pairs, total = [], Evidence()
    for lesson in lessons:
        fitting = [s for s in at.get(lesson.starts, ()) if not of_other_batch(index, lesson, s)]
        said = [(session, evidence(index, lesson, session)) for session in fitting]
        said = [(session, one) for session, one in said if one.same and not one.other]
        if len(said) == 1:
            pairs.append((lesson, said[0][0]))
            total += said[0][1]
    ids = {session.id for _lesson, session in pairs}
    if len(ids) != len(pairs) or len(pairs) < min(len(lessons), len(sessions)):
        return None
    complete = len(pairs) == len(lessons) == len(sessions) and not total.missing
    if len(pairs) < 2 and not complete:
        return None
    return _Shifted(tuple(pairs), complete and len(pairs) > 1)


# --- what becomes of it ---------------------------------------------------------------


def _followed(sides: _Sides, pairs: Iterable[tuple[Lesson, MoodleSession]]) -> p.Followed:
    sheets: list[p.Follow] = []
    held: dict[tuple[int, int], int] = {}
    votes: dict[int, Counter[int]] = {}
    not_held = sides.index.local.not_held
    for lesson, session in sorted(pairs, key=lambda pair: (pair[1].starts, pair[1].id)):
        if lesson.whole:
            votes.setdefault(lesson.place[1], Counter())[session.activity_id] += 1
        for sheet in lesson.sheets:
            assert sheet.seen is not None
            seen = replace(sheet.seen, course_id=session.course_id, activity_id=session.activity_id)
            before = (*lesson.place, sheet.session_id)
            if (sheet.session_id, sheet.seen) != (session.id, seen):
                sheets.append(p.Follow(sheet.id, before, session.id, str(seen)))
        if any(number == lesson.session_id for number, _student in not_held):
            held |= _held(sides.index, lesson, session)
    activities = {
        before: after.most_common(1)[0][0]
        for before, after in votes.items()
        if after.most_common(1)[0][0] != before
    }
    sheets += _detached(sides, {lesson for lesson, _session in pairs})
    return p.Followed(tuple(sheets), activities, held) if sheets else p.NOTHING_FOLLOWS


def _held(index: CourseIndex, lesson: Lesson, session: MoodleSession) -> dict[tuple[int, int], int]:
    """What Moodle shows for marks that it has not kept, where that is what was agreed on."""
    chosen = with_meanings(index.rules.chosen, {lesson.place[1]: session.activity_id})
    meanings = of_session(session, chosen)
    shown = {index.people.student(mark.user_id).record_id: mark.status_id for mark in session.marks}
    held = {}
    for sheet in lesson.sheets:
        for student, lines in index.lines(sheet.id).items():
            meaning = meanings.get(shown.get(student, 0))
            if (meaning.status if meaning else None) == lines[0].base:
                held[session.id, student] = shown.get(student, 0)
    return held


def _detached(sides: _Sides, paired: Iterable[Lesson]) -> list[p.Follow]:
    """Sheets of an activity whose number another one has, as a person has said: they are of
    none that Moodle still has."""
    used, course = set(paired), sides.index.reading.course.id
    found = []
    for lesson in sides.gone:
        number = lesson.place[1]
        again = lesson.place == (course, number) and number in sides.again
        if (
            lesson in used
            or not again
            or sides.answer(activities_key(lesson.place, number)) != OTHER
        ):
            continue
        for sheet in lesson.sheets:
            assert sheet.seen is not None
            before = (*lesson.place, sheet.session_id)
            seen = str(replace(sheet.seen, activity_id=0))
            found.append(p.Follow(sheet.id, before, sheet.session_id, seen))
    return found


@dataclass
class _Waits:
    sessions: set[int] = field(default_factory=set)
    sheets: set[int] = field(default_factory=set)
    activities: set[int] = field(default_factory=set)
    again: set[int] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)

    @property
    def waiting(self) -> p.Waiting:
        return p.Waiting(
            frozenset(self.sessions),
            frozenset(self.sheets),
            frozenset(self.activities),
            frozenset(self.again),
            frozenset(self.beside),
        )

    def add_unsure(
        self,
        sides: _Sides,
        pairs: Iterable[tuple[Lesson, MoodleSession]],
        findings: Findings,
    ) -> None:
        of_key: dict[str, list[tuple[Lesson, MoodleSession]]] = {}
        for lesson, session in pairs:
            of_key.setdefault(question_key(lesson, session), []).append((lesson, session))
        for key, found in of_key.items():
            self._add(sides, "lessons_unsure", key, found, findings)
            self.sheets |= {sheet.id for lesson, _session in found for sheet in lesson.sheets}

    def add_again(
        self,
        sides: _Sides,
        paired: Iterable[tuple[Lesson, MoodleSession]],
        findings: Findings,
    ) -> None:
        used = {lesson for lesson, _session in paired}
        course = sides.index.reading.course.id
        for activity in sorted(sides.again):
            left = [
                lesson
                for lesson in sides.gone
                if lesson.place == (course, activity) and lesson not in used
            ]
            key = activities_key((course, activity), activity)
            if not left or sides.answer(key) == OTHER:
                continue
            numbers = {lesson.session_id for lesson in left}
            here = [s for s in sides.index.reading.sessions if s.activity_id == activity]
            again = [session for session in here if session.id in numbers]
            self._ask(sides, "number_again", key, left, again or here, findings)
            self.again.add(activity)
            self.sessions |= {session.id for session in again}
            self.sheets |= {sheet.id for lesson in left for sheet in lesson.sheets}

    def add_beside(self, sides: _Sides, findings: Findings) -> None:
        """What is there twice: an activity that was never met, with the sessions of another."""
        for activity in sorted(sides.never - sides.again):
            new = [
                session
                for session in sides.new
                if session.activity_id == activity and session.id not in self.sessions
            ]
            places = dict.fromkeys(lesson.place for lesson in sides.living) if new else {}
            for place in places:
                here = sides.index.reading.course.id, activity
                key = activities_key(place, activity)
                if place == here or sides.answer(key) == OTHER:
                    continue
                lessons = [lesson for lesson in sides.living if lesson.place == place]
                found = _copies(sides.index, lessons, new, key in sides.met.beside)
                if found:
                    self.beside.add(key)
                    self._add(sides, "lessons_beside", key, found, findings)
                    break

    def _add(
        self,
        sides: _Sides,
        why: str,
        key: str,
        pairs: Iterable[tuple[Lesson, MoodleSession]],
        findings: Findings,
    ) -> None:
        pairs = list(pairs)
        sessions = {session.id: session for _lesson, session in pairs}
        self.sessions |= sessions.keys()
        activities = {session.activity_id for session in sessions.values()}
        self.activities |= activities & sides.never - sides.again
        lessons = [lesson for lesson, _session in pairs]
        self._ask(sides, why, key, lessons, sessions.values(), findings)

    @staticmethod
    def _ask(
        sides: _Sides,
        why: str,
        key: str,
        lessons: Iterable[Lesson],
        sessions: Iterable[MoodleSession],
        findings: Findings,
    ) -> None:
        """:param sessions: that may be the lessons; without any there is nothing to name"""
        index, here = sides.index, sorted(sessions, key=lambda s: (s.starts, s.id))
        sheets = {sheet.id for lesson in lessons for sheet in lesson.sheets}
        first = here[0] if here else None
        activity = first.activity_id if first else int(key.rpartition(">")[2])
        findings.gap(
            why,
            f"numbers:{key}",
            {
                "activity": index.activity_name(first) if first else activity,
                "day": index.day(first).isoformat() if first else "",
                "sheets": len(sheets),
                "marks": sum(len(index.lines(sheet)) for sheet in sheets),
            },
            marks=sum(bool(mark.status_id) for session in here for mark in session.marks),
            moodle_id=activity,
            asks=key,
        )


def _copies(
    index: CourseIndex, lessons: list[Lesson], sessions: list[MoodleSession], asked: bool
) -> list[tuple[Lesson, MoodleSession]]:
    """:param lessons: of one activity that is still there
    :param sessions: of another that was never met
    :param asked: whether somebody is asked already; then it stays a copy, whatever is marked in
        one of the two meanwhile
    :return: what is there twice; nothing where they are other lessons
    """
    at: dict[int, list[Lesson]] = {}
    for lesson in lessons:
        at.setdefault(lesson.starts, []).append(lesson)
    found: dict[int, tuple[Lesson, MoodleSession]] = {}
    spoken = Counter[bool]()
    for session in sessions:
        for lesson in at.get(session.starts, ()):
            if not of_other_batch(index, lesson, session):
                said = evidence(index, lesson, session)
                if said.marked:
                    spoken[said.speaks_for_it] += 1
                found.setdefault(session.id, (lesson, session))
    marked = any(session.marks for session in sessions)
    if asked and found:
        return list(found.values())
    if spoken[True] and spoken[True] >= spoken[False]:
        return list(found.values())
    if not marked and len(found) > 1 and len(found) == len(sessions):
        return list(found.values())
    with_marks = [session for session in sessions if session.marks]
    shifted = best_shift(index, lessons, with_marks) if with_marks else None
    if shifted and len(shifted.pairs) == len(with_marks) > 1 and _telling(index, shifted.pairs):
        return list(shifted.pairs)
    return []


def _telling(index: CourseIndex, pairs: Iterable[tuple[Lesson, MoodleSession]]) -> bool:
    """Whether marks are more than the same letter for everybody, which any two lessons have."""
    sheets = [sheet.id for lesson, _session in pairs for sheet in lesson.sheets]
    lines = [lines for sheet in sheets for lines in index.lines(sheet).values()]
    return len({line.base for of_student in lines for line in of_student}) > 1
