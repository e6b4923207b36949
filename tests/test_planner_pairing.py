"""Which new session is which lesson that is gone: by beginning, by what a person has said, and by
one shift of all; and what is there twice."""

from dataclasses import replace

from odoo.tests import tagged

from ..services.domain import plan as p
from ..services.domain.course_index import CourseIndex
from ..services.domain.lessons import lessons_of
from ..services.domain.shifts import best_shift
from . import builders as b
from .test_planner_following import BESIDE, MARKS, MET, NEW, OLD, WEEK, FollowingCase, restored

DAY = 24 * b.HOUR
EIGHT = 8
OTHER_MARKS = {1: "A", 2: "P", 3: "E"}
# Different in each week, so that it is no coincidence where they are the same.
LETTERS = ("PAL", "AAP", "LPP", "EEA")


def week(number):
    return b.START + number * WEEK


def marks(letters):
    return dict(enumerate(letters, 1))


@tagged("post_install", "-at_install")
class TestByBeginning(FollowingCase):
    def test_its_beginning_is_not_known(self):
        """Of a sheet that an old version linked, only the day is: all marks have to say it."""
        stays = b.session(12, MARKS, starts=week(1))
        later = {"starts": b.START + b.HOUR, "taken_at": b.START + 9 * b.HOUR}
        for found, follows, told in (
            (MARKS, {100: 31}, []),
            ({**MARKS, 4: "P"}, {100: 31}, []),
            ({1: "P", 2: "A"}, {}, ["lessons_unsure"]),
            ({1: "P", 2: "A", 3: "E"}, {}, ["lessons_unsure"]),
            ({}, {}, ["lessons_unsure"]),
        ):
            self.setUp()
            self.held(b.session(11, MARKS), held_at=0)
            self.held(stays)
            plan = self.plan(stays, b.session(31, found, **later))
            self.assertEqual((self.follows(plan), self.whys(plan)), (follows, told), found)

    def test_another_hour_of_the_day_is_another_lesson(self):
        self.held(b.session(11, MARKS))
        plan = self.plan(
            b.session(12, starts=week(1)), b.session(31, MARKS, starts=b.START + b.HOUR)
        )
        self.assertEqual((self.follows(plan), plan.cancelled), ({}, (100,)))
        self.assertEqual(len(self.made(plan)), 1)

    def test_another_day_is_another_lesson_if_nothing_but_the_day_is_known(self):
        self.held(b.session(11, MARKS), held_at=0)
        plan = self.plan(b.session(31, MARKS, starts=b.START + DAY))
        self.assertEqual((self.follows(plan), plan.cancelled), ({}, (100,)))

    def test_marks_that_were_changed_beside_a_session_without_any(self):
        """Each of them may be the lesson."""
        later = {"taken_at": b.START + 9 * b.HOUR}
        self.held(b.session(11, MARKS))
        changed = restored(31, {1: "E", 2: "A", 3: "L"}, **later)
        self.assertEqual(self.follows(self.plan(changed)), {100: 31})
        plan = self.plan(changed, restored(32, {}))
        self.assertWaits(plan, "lessons_unsure", sheets={100})
        self.assertEqual(plan.waiting.sessions, {31, 32})

    def test_sessions_of_one_time_that_are_alike(self):
        """Three of each in one week, two in another."""
        for number in (11, 12, 13):
            self.held(b.session(number, MARKS))
        for number in (14, 15):
            self.held(b.session(number, OTHER_MARKS, starts=week(1)))
        plan = self.plan(
            *(restored(number) for number in (31, 32, 33)),
            *(restored(number, OTHER_MARKS, starts=week(1)) for number in (34, 35)),
        )
        self.assertEqual(self.follows(plan), {100: 31, 101: 32, 102: 33, 103: 34, 104: 35})
        self.assertEqual(plan.gaps, ())

    def test_one_more_of_one_time(self):
        """There are not as many of both, or one may be another activity's: nobody knows."""
        self.held(b.session(11, MARKS))
        self.held(b.session(12, MARKS))
        three = [restored(number) for number in (31, 32, 33)]
        self.assertWaits(self.plan(*three), "lessons_unsure", sheets={100, 101})
        self.held(b.session(13, MARKS, activity_id=BESIDE))
        self.assertEqual(self.follows(self.plan(*three[:2])), {})

    def test_what_a_person_has_said_goes_by_the_better_marks(self):
        """Each session once, and each lesson."""
        self.held(b.session(11, MARKS))
        self.held(b.session(12, {1: "A", 2: "A", 3: "A"}))
        back = restored(31, {1: "A", 2: "E", 3: "A"}), restored(32, {1: "P", 2: "E", 3: "L"})
        met = replace(MET, answers={f"2:{OLD}>{NEW}": "follow"})
        self.assertEqual(self.follows(self.plan(*back, met=met)), {100: 32, 101: 31})
        # Of as good ones by number; what is over is another lesson.
        self.assertEqual(self.follows(self.plan(back[0], met=met)), {101: 31})
        same = [restored(number, {1: "E"}) for number in (33, 32, 31)]
        plan = self.plan(*same, met=met)
        self.assertEqual(self.follows(plan), {100: 31, 101: 32})
        self.assertEqual(len(self.made(plan)), 1)


@tagged("post_install", "-at_install")
class TestAsTheOthers(FollowingCase):
    """Two sessions begin together, and their marks do not tell which is which; others of the
    activities do, unless these go several ways."""

    def plan_of(self, sure_old, sure_beside):
        """:param sure_old, sure_beside: activities to which the sure sessions of both have gone"""
        where = {OLD: sure_old, BESIDE: sure_beside}
        back = []
        for number, (activity, places) in enumerate(where.items()):
            self.held(b.session(11 + number, MARKS, activity_id=activity))
            for nth, place in enumerate(places, 1):
                session = 21 + 10 * number + nth
                letters = marks(LETTERS[nth + number])
                starts = week(nth) + number * DAY
                self.held(b.session(session, letters, starts=starts, activity_id=activity))
                back.append(restored(session + 30, letters, starts=starts, activity=place))
        back += [restored(41), restored(42, activity=EIGHT)]
        plan = self.plan(*back, met=replace(MET, modules={OLD: 0, BESIDE: 0}))
        follows = self.follows(plan)
        unsure = [sheet.id for sheet in self.sheets if sheet.session_id in (11, 12)]
        return [follows.get(number) for number in unsure]

    def test_one_way_each(self):
        self.assertEqual(self.plan_of([NEW], [EIGHT]), [41, 42])

    def test_both_to_one(self):
        self.assertEqual(self.plan_of([NEW], [NEW]), [None, None])

    def test_another_one_has_come_to_it_too(self):
        """So it is that of neither."""
        self.held(b.session(11, MARKS))
        self.held(b.session(12, OTHER_MARKS, starts=week(1)))
        self.held(b.session(13, MARKS, starts=week(2), activity_id=BESIDE))
        both = restored(41), restored(42, activity=EIGHT)
        met = replace(MET, modules={OLD: 0, BESIDE: 0})
        others = restored(32, OTHER_MARKS, starts=week(1)), restored(33, starts=week(2))
        self.assertEqual(self.follows(self.plan(*both, *others, met=met)), {101: 32, 102: 33})
        plan = self.plan(*both, others[0], met=met)
        self.assertEqual(self.follows(plan), {100: 41, 101: 32})

    def test_one_to_both(self):
        self.assertEqual(self.plan_of([NEW, EIGHT], []), [None, None])


@tagged("post_install", "-at_install")
class TestByShift(FollowingCase):
    """All dates of an activity have moved by the same."""

    def lost(self, letters, activity=OLD, first=0):
        for number, x in enumerate(letters):
            session = b.session(
                11 + len(self.sheets), marks(x), starts=week(first + number), activity_id=activity
            )
            self.held(session)

    @staticmethod
    def back(letters, shift, activity=NEW, number=31, first=0):
        return [
            restored(number + n, marks(x), starts=week(first + n) + shift, activity=activity)
            for n, x in enumerate(letters)
        ]

    def test_two_sessions_are_enough_and_one_is_not(self):
        """Of one, with all its marks, a person says it."""
        self.lost(LETTERS[:2])
        plan = self.plan(*self.back(LETTERS[:2], DAY))
        self.assertEqual((self.follows(plan), plan.gaps), ({100: 31, 101: 32}, ()))
        self.setUp()
        self.lost(LETTERS[:1])
        one = self.back(LETTERS[:1], DAY)
        self.assertWaits(self.plan(*one), "lessons_unsure", sheets={100})
        key = f"2:{OLD}>{NEW}"
        plan = self.plan(*one, met=replace(MET, answers={key: "follow"}))
        self.assertEqual(self.follows(plan), {100: 31})
        plan = self.plan(*one, met=replace(MET, answers={key: "other"}))
        self.assertEqual((self.follows(plan), len(self.made(plan))), ({}, 1))
        self.assertEqual(plan.waiting, p.NOTHING_WAITS)
        # A mark is missing, or there is another session: another lesson.
        for sessions in (self.back(("PA",), DAY), self.back(LETTERS[:2], DAY)):
            plan = self.plan(*sessions)
            self.assertEqual((self.follows(plan), plan.waiting), ({}, p.NOTHING_WAITS))

    def test_two_activities_by_two_shifts(self):
        self.lost(LETTERS[:2])
        self.lost(LETTERS[2:], BESIDE, first=5)
        plan = self.plan(
            *self.back(LETTERS[:2], DAY),
            *self.back(LETTERS[2:], 3 * DAY, EIGHT, number=41, first=5),
            met=replace(MET, modules={OLD: 0, BESIDE: 0}),
        )
        self.assertEqual(self.follows(plan), {100: 31, 101: 32, 102: 41, 103: 42})
        self.assertEqual(plan.followed.activities, {OLD: NEW, BESIDE: EIGHT})

    def test_one_activity_at_its_times_and_another_at_others(self):
        """What is in doubt elsewhere is asked all the same."""
        self.lost(LETTERS[:2])
        self.lost(LETTERS[2:], BESIDE, first=5)
        self.lost(LETTERS[:1], 7, first=20)
        plan = self.plan(
            *self.back(LETTERS[:2], DAY),
            *self.back(LETTERS[2:], 0, EIGHT, number=41, first=5),
            *self.back(("EE",), 0, 9, number=51, first=20),
            met=replace(MET, modules={OLD: 0, BESIDE: 0, 7: 0}),
        )
        self.assertEqual(self.follows(plan), {100: 31, 101: 32, 102: 41, 103: 42})
        self.assertEqual([gap.asks for gap in plan.gaps if gap.asks], ["2:7>9"])
        self.assertEqual(plan.waiting.sheets, {104})

    def test_one_of_the_two_is_of_another_already(self):
        """Some of its sessions are in another activity, at their own times."""
        self.lost(LETTERS)
        new = self.back(LETTERS[:1], 0, EIGHT, number=41)
        plan = self.plan(*new, *self.back(LETTERS[1:], DAY, first=1))
        self.assertEqual((self.follows(plan), plan.waiting), ({100: 41}, p.NOTHING_WAITS))
        # Or the new one has some of another's.
        self.setUp()
        self.lost(LETTERS[:2])
        self.lost(LETTERS[2:3], BESIDE, first=9)
        plan = self.plan(
            *self.back(LETTERS[:2], DAY),
            *self.back(LETTERS[2:3], 0, number=41, first=9),
            met=replace(MET, modules={OLD: 0, BESIDE: 0}),
        )
        self.assertEqual((self.follows(plan), plan.waiting), ({102: 41}, p.NOTHING_WAITS))

    def test_it_is_filled_at_other_times_and_empty_at_its_own(self):
        """Nobody knows which."""
        self.lost(LETTERS[:2])
        plan = self.plan(
            *self.back(LETTERS[:2], DAY), restored(41, {}), restored(42, {}, starts=week(1))
        )
        self.assertEqual(self.follows(plan), {})
        self.assertEqual(self.whys(plan), ["lessons_unsure"])
        self.assertEqual(plan.waiting.sheets, {100, 101})

    def test_without_its_beginning_a_lesson_is_moved_by_nothing(self):
        self.lost(LETTERS[:2])
        self.held(b.session(15, marks("EEE"), starts=week(3)), held_at=0)
        plan = self.plan(*self.back(LETTERS[:2], DAY))
        self.assertEqual(self.follows(plan), {100: 31, 101: 32})

    # --- the shift itself -------------------------------------------------------------

    def shift(self, sessions):
        """:return: numbers of the sessions that are the lessons, and whether that is sure"""
        self.plan(*sessions)
        index = CourseIndex.of(self.reading, self.local, b.people(), b.RULES)
        found = best_shift(index, lessons_of(self.sheets), list(sessions))
        return found and ([session.id for _lesson, session in found.pairs], found.sure)

    def test_all_of_the_smaller_side(self):
        self.lost(LETTERS[:3])
        for letters, found in (
            (LETTERS[:3], ([31, 32, 33], True)),
            (LETTERS[:2], ([31, 32], False)),
            (LETTERS, ([31, 32, 33], False)),
            ((*LETTERS[:2], "EEE"), None),
            (LETTERS[:1], None),
            ((), None),
        ):
            self.assertEqual(self.shift(self.back(letters, DAY)), found, letters)
        # All are the same at the same times, which is no shift.
        self.assertIsNone(self.shift(self.back(LETTERS[:3], 0)))

    def test_all_marks(self):
        """Wherever one is missing, it is not sure; where one is another, it is none."""
        self.lost(LETTERS[:3])
        for first, last, sure in (("PAL", "LPP", True), ("PA", "LPP", False), ("PAL", "LP", False)):
            sessions = self.back((first, LETTERS[1], last), DAY)
            self.assertEqual(self.shift(sessions), ([31, 32, 33], sure))
        self.assertIsNone(self.shift(self.back(("PAE", *LETTERS[1:3]), DAY)))

    def test_the_smaller_of_shifts_that_fit_as_many(self):
        self.lost(("PAL", "PAL"))
        sessions = []
        for number, days in enumerate((5, 4, 3, -1)):
            sessions += self.back(("PAL", "PAL"), days * DAY, number=31 + 2 * number)
        self.assertEqual(self.shift(sessions), ([37, 38], False))

    def test_one_session_for_two_lessons(self):
        self.held(b.session(11, MARKS))
        self.held(b.session(12, MARKS))
        self.assertIsNone(self.shift([restored(31, starts=week(1))]))
        self.assertIsNone(
            self.shift([restored(31, starts=week(1)), restored(32, OTHER_MARKS, starts=week(2))])
        )

    def test_of_the_same_group(self):
        for group, found in ((1, ([31, 32], True)), (2, None), (0, ([31, 32], True))):
            self.setUp()
            self.lost(LETTERS[:2])
            sessions = [replace(one, group_id=group) for one in self.back(LETTERS[:2], DAY)]
            self.assertEqual(self.shift(sessions), found)


@tagged("post_install", "-at_install")
class TestTwice(FollowingCase):
    """The old activity is still there, and another one that was never met beside it."""

    def beside(self, copies, letters=LETTERS[:2], **values):
        """:return: whether it is asked about; else each marked session has a sheet of its own"""
        self.setUp()
        old = [b.session(11 + n, marks(x), starts=week(n)) for n, x in enumerate(letters)]
        for session in old:
            self.held(session)
        plan = self.plan(*old, *copies, **values)
        asked = self.whys(plan) == ["lessons_beside"]
        if not asked:
            self.assertEqual(len(self.made(plan)), sum(bool(one.marks) for one in copies))
        return asked

    def copied(self, letters, shift=0, **values):
        return [
            restored(31 + n, marks(x), starts=week(n) + shift, **values)
            for n, x in enumerate(letters)
        ]

    def test_at_least_as_many_sessions_with_its_marks_as_with_others(self):
        wrong = ("EEE", "EEE", "EEE")
        for letters, copy, asked in (
            (LETTERS[:2], (LETTERS[0], "EEE"), True),
            (LETTERS[:3], (LETTERS[0], *wrong[:2]), False),
            (LETTERS, (*LETTERS[:2], *wrong[:2]), True),
            ((*LETTERS, "PPP"), (*LETTERS[:2], *wrong), False),
            (LETTERS[:1], LETTERS[:1], True),
        ):
            self.assertEqual(self.beside(self.copied(copy), letters), asked, copy)

    def test_without_marks(self):
        """All sessions of it begin with one of the old, and more than one do."""
        more = restored(33, {}, starts=week(1) + DAY)
        self.assertTrue(self.beside(self.copied(("", ""))))
        self.assertFalse(self.beside(self.copied(("",))))
        self.assertFalse(self.beside([*self.copied(("", "")), more]))

    def test_of_another_group(self):
        self.assertTrue(self.beside(self.copied(LETTERS[:2], group_id=1)))
        self.assertFalse(self.beside(self.copied(LETTERS[:2], group_id=2)))

    def test_at_other_times(self):
        """Two sessions and more, all of it, and more than one letter."""
        for letters, asked in (
            (LETTERS[:2], True),
            (("PA", "AP"), True),
            (("PP", "PP"), False),
            (LETTERS[:1], False),
        ):
            self.assertEqual(self.beside(self.copied(letters, DAY), letters), asked, letters)
        self.assertFalse(self.beside(self.copied((*LETTERS[:2], "PPP"), DAY)))

    def test_another_one_that_was_never_met(self):
        """It does not matter to the copy, which has no marks, and has its sheets."""
        other = restored(41, starts=b.START + DAY, activity=EIGHT)
        self.setUp()
        old = [b.session(11 + n, marks(x), starts=week(n)) for n, x in enumerate(LETTERS[:2])]
        for session in old:
            self.held(session)
        plan = self.plan(*old, *self.copied(("", "")), other)
        self.assertEqual(self.whys(plan), ["lessons_beside"])
        self.assertEqual((plan.waiting.sessions, len(self.made(plan))), ({31, 32}, 1))

    def test_two_copies(self):
        """Each is asked about."""
        old = b.session(11, MARKS)
        self.held(old)
        plan = self.plan(old, restored(31), restored(32, activity=EIGHT))
        keys = [f"2:{OLD}>{NEW}", f"2:{OLD}>{EIGHT}"]
        self.assertEqual([gap.asks for gap in plan.gaps], keys)
        self.assertEqual(plan.waiting.beside, set(keys))
        self.assertEqual(plan.waiting.activities, {NEW, EIGHT})

    def test_of_the_second_of_two(self):
        """It is no copy of the first, as a person has said or by its marks; once is enough."""
        first, second = b.session(11, MARKS), b.session(12, MARKS, activity_id=BESIDE)
        self.held(first)
        self.held(second)
        met = replace(MET, modules={OLD: 0, BESIDE: 0})
        for answers, asked in (
            ({}, f"2:{OLD}>{NEW}"),
            ({f"2:{OLD}>{NEW}": "other"}, f"2:{BESIDE}>{NEW}"),
        ):
            plan = self.plan(first, second, restored(31), met=replace(met, answers=answers))
            self.assertEqual([gap.asks for gap in plan.gaps], [asked])

    def test_a_session_more_of_what_has_come_back(self):
        """It is none beside itself."""
        self.held(b.session(11, MARKS))
        plan = self.plan(restored(31), restored(32, {1: "P"}))
        self.assertEqual((self.follows(plan), plan.gaps), ({100: 31}, ()))
        self.assertEqual(len(self.made(plan)), 1)
