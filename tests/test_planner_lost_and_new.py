"""What Moodle has no more, and what was never met: where that is known, and where it is not."""

from dataclasses import replace

from odoo.tests import tagged

from ..services.domain import plan as p
from ..services.domain import records as r
from ..services.domain.course_index import CourseIndex
from ..services.domain.findings import Findings
from ..services.domain.following import follow
from . import builders as b
from .test_planner_following import (
    BACK,
    BESIDE,
    MARKS,
    NEW,
    OLD,
    WEEK,
    FollowingCase,
    restored,
)

LECTURES = r.MoodleActivity(OLD, "Lectures")
OTHER_MARKS = {1: "A", 2: "P", 3: "E"}


@tagged("post_install", "-at_install")
class TestLost(FollowingCase):
    def lost(self, *back, **values):
        """:param back: sessions that are there instead of the one of the sheet
        :return: which sheets follow
        """
        self.setUp()
        self.held(b.session(11, MARKS))
        return self.follows(self.plan(*(back or [restored(31)]), **values))

    def test_an_activity_that_could_not_be_read(self):
        """Its number is not known then: it may be the one."""
        for odd, follows in (
            (("activity", OLD), {}),
            (("activity", 0), {}),
            (("activity", BESIDE), {100: 31}),
            (("session", OLD), {100: 31}),
        ):
            what, number = odd
            record = r.OddRecord(what, number, "shape")
            self.assertEqual(self.lost(odd=(record,)), follows, odd)

    def test_a_session_that_could_not_be_read(self):
        again = b.session(31, MARKS)
        odd = r.OddRecord("session", 11, "date", OLD, OLD)
        mark = r.OddRecord("mark", 11, "shape", 31, OLD)
        for values, follows in (
            ({}, {100: 31}),
            ({"unreadable": (r.UnreadableSession(OLD, 11),)}, {}),
            ({"odd": (odd,)}, {}),
            ({"unreadable": (r.UnreadableSession(OLD, 12),), "odd": (odd,)}, {}),
            ({"unreadable": (r.UnreadableSession(OLD, 11),), "odd": (mark,)}, {}),
            ({"odd": (mark,)}, {100: 31}),
        ):
            self.assertEqual(self.lost(again, **values), follows, values)

    def test_activities_that_are_not_listed_whole(self):
        """A session that is missing may be there, unless it was asked for by its number; so may
        an activity where Moodle lists none."""
        new = {"activities": (BACK, LECTURES), "listed": frozenset({NEW})}
        self.assertEqual(self.lost(**new), {})
        self.assertEqual(self.lost(**new, gone=frozenset({11})), {100: 31})
        self.assertEqual(self.lost(**new, gone=frozenset({12})), {})
        self.assertEqual(self.lost(listed_all=False), {})
        self.assertEqual(self.lost(listed_all=True), {100: 31})

    def test_of_what_nobody_knows_whether_it_is_gone_a_copy_is_one(self):
        """Else it would have a second sheet before the old one can be read again."""
        for values in (
            {"unreadable": (r.UnreadableSession(OLD, 11),), "activities": (BACK, LECTURES)},
            {"activities": (BACK, LECTURES), "listed": frozenset({NEW})},
            {"listed_all": False},
        ):
            self.assertEqual(self.lost(**values), {})
            plan = self.plan(restored(31), **values)
            self.assertEqual(self.whys(plan)[:1], ["lessons_beside"])
            self.assertFalse(self.made(plan))

    def test_a_sheet_of_another_subject(self):
        """Its number is one of this course, by chance or by mistake."""
        self.held(b.session(11, MARKS), own=False)
        plan = self.plan(restored(31))
        self.assertEqual((self.follows(plan), len(self.made(plan))), ({}, 1))

    def test_a_sheet_of_which_nothing_was_seen(self):
        self.held(b.session(11, MARKS), seen=None)
        plan = self.plan(restored(31))
        self.assertEqual((self.follows(plan), len(self.made(plan))), ({}, 1))

    def test_what_is_gone_is_not_beside_a_copy(self):
        """Two sessions were deleted, the activity is still there; what begins a day later is of
        a new one."""
        letters = {11: MARKS, 12: {1: "A", 2: "P"}}
        for number, marks in letters.items():
            self.held(b.session(number, marks, starts=b.START + (number - 11) * WEEK))
        stays = b.session(13, MARKS, starts=b.START + 5 * WEEK)
        self.held(stays)
        new = [
            restored(20 + n, marks, starts=b.START + (n - 11) * WEEK + 24 * b.HOUR)
            for n, marks in letters.items()
        ]
        plan = self.plan(stays, *new)
        self.assertEqual((plan.waiting, len(self.made(plan))), (p.NOTHING_WAITS, 2))

    def test_where_nothing_is_to_be_done(self):
        """Both sides are handed on as they are."""
        same = b.session(11, MARKS)
        self.held(same)
        self.plan(same)
        index = CourseIndex.of(self.reading, self.local, b.people(), b.RULES)
        for local in (self.local, replace(self.local, met=None)):
            following = follow(index, local, Findings(b.COURSE.id))
            self.assertIs(following.local, local)
            self.assertFalse(following.matters)


@tagged("post_install", "-at_install")
class TestWhole(FollowingCase):
    """Whether the whole activity is gone: it is asked about once, and what is its goes along."""

    def asked(self, *sessions, **values):
        """Of a session with other marks than the one that is gone."""
        self.setUp()
        self.held(b.session(11, MARKS))
        return [gap.asks for gap in self.plan(*sessions, **values).gaps if gap.asks]

    def test_of_another_course(self):
        """It is gone, whether Moodle lists all activities of this one or not."""
        for marks, activities, asked in ((MARKS, {OLD: NEW}, []), (OTHER_MARKS, {}, ["7:1>4"])):
            self.setUp()
            self.held(b.session(11, MARKS, course_id=7))
            plan = self.plan(
                restored(31, marks),
                met=r.Met(),
                courses_listed=frozenset({2}),
                listed_all=False,
            )
            self.assertEqual(plan.followed.activities, activities)
            self.assertEqual([gap.asks for gap in plan.gaps], asked)

    def test_one_whose_number_another_one_has(self):
        """It is back under another number, and the sheets have gone there."""
        self.held(b.session(11, MARKS))
        again = b.session(11, starts=b.START + WEEK)
        activities = (BACK, replace(LECTURES, module_id=6))
        for answers in ({}, {f"2:{OLD}>{OLD}": "other"}):
            met = r.Met(frozenset({11}), modules={OLD: 5}, answers=answers)
            plan = self.plan(restored(31), again, activities=activities, met=met)
            self.assertEqual(self.follows(plan), {100: 31})
            self.assertEqual(plan.followed.activities, {OLD: NEW})

    def test_one_that_was_emptied(self):
        new = restored(31, OTHER_MARKS)
        activities, listed = (BACK, LECTURES), frozenset({NEW, OLD})
        asked = self.asked(new, activities=activities, listed=listed)
        self.assertEqual(asked, [f"2:{OLD}>{NEW}"])

    def test_one_that_is_not_listed_whole(self):
        """Only this session of it is known to be gone."""
        asked = self.asked(
            restored(31, OTHER_MARKS),
            activities=(BACK, LECTURES),
            listed=frozenset({NEW}),
            gone=frozenset({11}),
        )
        self.assertEqual(asked, ["11>31"])
