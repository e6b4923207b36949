"""Which new session is which lesson that is gone. Pure."""

from collections import Counter
from collections.abc import Callable

from .gap_reason import FOLLOW, OTHER
from .lessons import Fit, Lesson, Place, evidence, fit
from .lost_and_new import Sides
from .question_keys import activities_key, question_key
from .records import MoodleSession
from .shifts import Shifted, best_shift


class Pairing:
    """Lessons that are gone and new sessions; ``pairs``: those that are surely the same."""

    def __init__(self, sides: Sides) -> None:
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
        # Beside a session without marks, one in which some have changed may be another lesson.
        self._one_to_one(Fit.MARKS, beside=Fit.BARE)
        self._as_the_others()
        self._one_to_one(Fit.BARE, beside=Fit.DOUBT)

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
        beside: Fit | None = None,
        among: Callable[[Lesson, MoodleSession], bool] = lambda lesson, session: True,
    ) -> None:
        """:param beside: what else may not fit as well as this, either; ``None``: ``least``"""
        found = [pair for pair in self._free(least) if among(*pair)]
        counted = [pair for pair in self._free(least if beside is None else beside) if among(*pair)]
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
            beside=Fit.DOUBT,
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
            together = self._forget(place, activity)
            if said == FOLLOW or (single and found.sure and not begun):
                self.pairs += found.pairs
            else:
                # Some begin together, and all do if they are moved: nobody knows which.
                for lesson, session in (*together, *found.pairs):
                    self._edges[lesson, session.id] = session, Fit.DOUBT

    def _forget(self, place: Place, activity: int) -> list[tuple[Lesson, MoodleSession]]:
        """:return: what begins together, of an old and a new activity"""
        self.pairs = [
            (lesson, session)
            for lesson, session in self.pairs
            if (lesson.place, session.activity_id) != (place, activity)
        ]
        together = [
            (lesson, session)
            for (lesson, _number), (session, _how) in self._edges.items()
            if (lesson.place, session.activity_id) == (place, activity)
        ]
        for lesson, session in together:
            del self._edges[lesson, session.id]
        return together

    def _shifted(self, place: Place, activity: int) -> Shifted | None:
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
