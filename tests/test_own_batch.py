"""In which batch a student was on the day of a lesson: by the course details, by what is noted of
their changes, and by the student's own lines."""

from dataclasses import replace
from datetime import date
from itertools import permutations

from odoo.tests import BaseCase, tagged

from ..services.domain import merge
from ..services.domain.own_batch import (
    BETWEEN,
    EMPTY,
    NONE,
    SEVERAL,
    Detail,
    Enrolment,
    Left,
    own_batch,
    several_batches,
)
from ..services.domain.planner import plan_course
from ..services.domain.window import Rules
from . import builders as b

OLD, NEW, THIRD = 1, 2, 3


def on(day):
    return date(2026, 11, day)


def days(*numbers):
    return {on(number) for number in numbers}


class OwnBatchCase(BaseCase):
    def assertBatch(self, found, enrolment, day, held=None, taught=()):
        """:param found: a batch, or the reason why there is none
        :param held: ``{batch: numbers of days}``
        """
        held = {batch: days(*numbers) for batch, numbers in (held or {}).items()}
        wanted = (0, found) if isinstance(found, str) else (found, "")
        for details in permutations(enrolment.details):
            for left in permutations(enrolment.left):
                turned = Enrolment(details, left)
                self.assertEqual(own_batch(on(day), turned, held, taught), wanted, turned)


@tagged("post_install", "-at_install")
class TestOneDetail(OwnBatchCase):
    def test_running_or_not(self):
        for running in (True, False):
            self.assertBatch(NEW, Enrolment((Detail(5, NEW, running),)), 3)

    def test_made_after_the_lesson(self):
        """Typed in later, as all are where OpenEduCat is new."""
        self.assertBatch(NEW, Enrolment((Detail(5, NEW, made=on(20)),)), 3)

    def test_none(self):
        self.assertBatch(NONE, Enrolment(), 3)
        self.assertBatch(EMPTY, Enrolment((Detail(5, 0),)), 3)
        self.assertBatch(EMPTY, Enrolment((Detail(5, 0),)), 3, {OLD: (5,)})

    def test_a_change_of_batch(self):
        """From that day on the new one counts."""
        found = Enrolment((Detail(5, NEW),), (Left(5, OLD, on(10)),))
        for day, batch in ((3, OLD), (9, OLD), (10, NEW), (11, NEW)):
            self.assertBatch(batch, found, day)

    def test_several_changes(self):
        found = Enrolment(
            (Detail(5, NEW),), (Left(5, OLD, on(10)), Left(5, THIRD, on(20)), Left(5, NEW, on(5)))
        )
        for day, batch in ((4, NEW), (5, OLD), (9, OLD), (10, THIRD), (19, THIRD), (20, NEW)):
            self.assertBatch(batch, found, day)

    def test_withdrawn(self):
        """Marks of later lessons are the teacher's word, and stay with the last batch."""
        found = Enrolment((Detail(5, OLD, running=False),), (Left(5, OLD, on(10)),))
        for day in (3, 10, 12):
            self.assertBatch(OLD, found, day)

    def test_deleted_or_moved_to_another_course(self):
        found = Enrolment((), (Left(5, OLD, on(10)),))
        self.assertBatch(OLD, found, 9)
        self.assertBatch(NONE, found, 10)

    def test_the_batch_was_emptied(self):
        found = Enrolment((Detail(5, 0),), (Left(5, OLD, on(10)),))
        self.assertBatch(OLD, found, 9)
        self.assertBatch(EMPTY, found, 10)


@tagged("post_install", "-at_install")
class TestSeveralDetails(OwnBatchCase):
    def test_the_running_one(self):
        self.assertBatch(NEW, Enrolment((Detail(5, OLD, running=False), Detail(6, NEW))), 3)

    def test_one_without_a_batch_says_nothing(self):
        self.assertBatch(NEW, Enrolment((Detail(5, 0), Detail(6, NEW, running=False))), 3)

    def test_the_same_batch_twice(self):
        self.assertBatch(NEW, Enrolment((Detail(5, NEW), Detail(6, NEW))), 3)

    def test_the_one_that_is_taught_the_subject(self):
        both = Enrolment((Detail(5, OLD), Detail(6, NEW)))
        self.assertBatch(OLD, both, 3, taught={OLD, THIRD})
        self.assertBatch(SEVERAL, both, 3, taught={OLD, NEW})
        self.assertBatch(SEVERAL, both, 3)

    def test_the_one_that_was_made_by_then(self):
        both = Enrolment((Detail(5, OLD, made=on(3)), Detail(6, NEW, made=on(4))))
        self.assertBatch(OLD, both, 3)
        self.assertBatch(SEVERAL, both, 2)
        self.assertBatch(SEVERAL, both, 4)

    def test_taught_counts_more_than_when_it_was_made(self):
        both = Enrolment((Detail(5, OLD, made=on(1)), Detail(6, NEW, made=on(5))))
        self.assertBatch(NEW, both, 3, taught={NEW})

    def test_running_counts_more_than_taught(self):
        both = Enrolment((Detail(5, OLD, running=False), Detail(6, NEW)))
        self.assertBatch(NEW, both, 3, taught={OLD})

    def test_one_finished_and_another_made_on_that_day(self):
        """A change of batch as some schools enter it."""
        both = Enrolment(
            (Detail(5, OLD, False, on(1)), Detail(6, NEW, made=on(10))), (Left(5, OLD, on(10)),)
        )
        for day, batch in ((3, OLD), (9, OLD), (10, NEW), (12, NEW)):
            self.assertBatch(batch, both, day, taught={OLD, NEW})

    def test_one_deleted_and_another_made(self):
        both = Enrolment((Detail(6, NEW, made=on(10)),), (Left(5, OLD, on(10)),))
        self.assertBatch(OLD, both, 9)
        self.assertBatch(NEW, both, 10)

    def test_of_finished_ones(self):
        both = Enrolment((Detail(5, OLD, False), Detail(6, NEW, False)))
        self.assertBatch(SEVERAL, both, 3)
        self.assertBatch(NEW, both, 3, taught={NEW})

    def test_when_it_has_to_be_asked_what_is_taught(self):
        self.assertFalse(several_batches(Enrolment()))
        self.assertFalse(several_batches(Enrolment((Detail(5, NEW), Detail(6, 0)))))
        self.assertTrue(several_batches(Enrolment((Detail(5, NEW), Detail(6, OLD)))))
        self.assertTrue(several_batches(Enrolment((Detail(5, NEW),), (Left(5, OLD, on(3)),))))


@tagged("post_install", "-at_install")
class TestOwnLines(OwnBatchCase):
    """A change that nobody noted: before 1.2.0, or in the database itself."""

    def setUp(self):
        super().setUp()
        self.one = Enrolment((Detail(5, NEW),))

    def test_there_until_later(self):
        held = {OLD: (2, 5, 9), NEW: (12, 16)}
        for day, found in (
            (1, OLD), (2, OLD), (3, OLD), (9, OLD), (10, BETWEEN), (11, BETWEEN), (12, NEW),
            (14, NEW), (20, NEW),
        ):  # fmt: skip
            self.assertBatch(found, self.one, day, held)

    def test_without_a_line_in_the_new_one(self):
        held = {OLD: (2, 9)}
        self.assertBatch(OLD, self.one, 5, held)
        self.assertBatch(OLD, self.one, 9, held)
        # Nothing says that he was still there.
        self.assertBatch(NEW, self.one, 10, held)

    def test_on_the_same_day(self):
        held = {OLD: (2, 9), NEW: (9, 12)}
        self.assertBatch(BETWEEN, self.one, 9, held)
        self.assertBatch(OLD, self.one, 8, {OLD: (2, 8, 9), NEW: (9,)})
        self.assertBatch(BETWEEN, self.one, 8, {OLD: (9,), NEW: (9,)})

    def test_a_guest_or_two_at_once_say_nothing(self):
        for held in (
            {OLD: (5,), NEW: (3, 12)},
            {OLD: (4, 6, 8), NEW: (3, 5, 7)},
            {OLD: (12,), NEW: (3,)},
        ):
            for day in range(1, 20):
                self.assertBatch(NEW, self.one, day, held)

    def test_one_after_the_other(self):
        held = {OLD: (2, 4), THIRD: (6, 8), NEW: (12,)}
        for day, found in ((3, OLD), (5, THIRD), (7, THIRD), (9, BETWEEN), (12, NEW)):
            self.assertBatch(found, self.one, day, held)
        self.assertBatch(BETWEEN, self.one, 3, {OLD: (4,), THIRD: (4,)})

    def test_a_noted_change_says_of_what_time_a_line_is(self):
        found = Enrolment((Detail(5, NEW),), (Left(5, OLD, on(10)),))
        held = {OLD: (2, 9), NEW: (12, 16)}
        for day, batch in ((1, OLD), (9, OLD), (10, NEW), (11, NEW), (12, NEW)):
            self.assertBatch(batch, found, day, held)

    def test_to_which_time_a_line_on_the_very_day_belongs(self):
        found = Enrolment((Detail(5, NEW),), (Left(5, OLD, on(10)),))
        self.assertBatch(OLD, found, 9, {NEW: (10,)})
        self.assertBatch(OLD, found, 9, {THIRD: (11,)})
        self.assertBatch(THIRD, found, 10, {THIRD: (10,)})

    def test_a_change_that_was_typed_in_late(self):
        found = Enrolment((Detail(5, NEW),), (Left(5, OLD, on(20)),))
        held = {THIRD: (2, 4), OLD: (7, 9), NEW: (12, 22)}
        # He was there before the sheets of the new one began.
        for day, batch in ((3, THIRD), (5, BETWEEN), (8, OLD), (21, NEW)):
            self.assertBatch(batch, found, day, held)

    def test_of_a_finished_one(self):
        gone = Enrolment((Detail(5, NEW, running=False),))
        self.assertBatch(OLD, gone, 3, {OLD: (2, 9), NEW: (12,)})


@tagged("post_install", "-at_install")
class TestInAPlan(BaseCase):
    """Session 1 is for all, on the 3rd; everybody is in batch 1, and each has a sheet."""

    def plan(self, enrolment, here=None, direction=merge.MOODLE, **values):
        who = b.people(running={101: enrolment})
        session = b.session(1, {1: "A"}, **values)
        return plan_course(
            b.reading(session), here or b.local(), who, Rules(b.ZONE, direction=direction)
        )

    def batches(self, plan):
        return [sheet.batch_id for sheet in plan.sheets()]

    def test_the_last_absence_before_a_withdrawal(self):
        for direction in (merge.MOODLE, merge.BOTH):
            found = self.plan(b.enrolment(finished=[2]), direction=direction)
            self.assertEqual((self.batches(found), found.gaps), ([2], ()))

    def test_a_lesson_before_a_change(self):
        left = (Left(1, 2, on(10)),)
        found = self.plan(replace(b.enrolment(1), left=left))
        self.assertEqual((self.batches(found), found.gaps), ([2], ()))

    def test_a_session_of_a_group_stays_with_the_groups_batch(self):
        left = (Left(1, 2, on(10)),)
        found = self.plan(replace(b.enrolment(1), left=left), group_id=1)
        self.assertEqual(self.batches(found), [1])

    def test_his_own_lines(self):
        sheets = [
            b.sheet(7, register_id=7, batch_id=2, day=on(4)),
            b.sheet(8, batch_id=3, day=on(5)),
        ]
        lines = [b.line(71, 101, "P", 7), b.line(81, 102, "P", 8)]
        here = b.local(sheets, lines, [b.register(7, on(4), 2), b.register(1, on(5), 3)])
        self.assertEqual(self.batches(self.plan(b.enrolment(1), here)), [2])
        for other in ({"state": "cancel"}, {"own": False}):
            theirs = replace(here, sheets=(replace(sheets[0], **other), sheets[1]))
            self.assertEqual(self.batches(self.plan(b.enrolment(1), theirs)), [1], other)

    def test_both_fit(self):
        sheets = [b.sheet(7, batch_id=2, day=on(2)), b.sheet(8, day=on(5))]
        here = b.local(sheets, [b.line(71, 101, "P", 7), b.line(81, 101, "P", 8)])
        found = self.plan(b.enrolment(1), here)
        self.assertEqual(self.batches(found), [])
        (gap,) = found.gaps
        self.assertEqual(
            (gap.why, gap.key, gap.details, gap.marks, gap.record),
            (
                "batch_between",
                "no_batch:2:student:101:2026-11-03",
                (101, "2026-11-03"),
                1,
                ("op.student", 101),
            ),
        )
        self.assertEqual(found.skipped, {"no_batch": 1})

    def test_a_line_that_is_there_already_decides(self):
        """So a person can say where it belongs."""
        session = b.session(1, {1: "A"})
        sheets = [b.sheet(7, batch_id=2, day=on(2)), b.sheet(8, day=on(5)), b.sheet(9, session)]
        lines = [b.line(71, 101, "P", 7), b.line(81, 101, "P", 8), b.line(91, 101, "P", 9)]
        found = self.plan(b.enrolment(1), b.local(sheets, lines))
        (sheet,) = found.sheets()
        self.assertEqual((sheet.sheet_id, found.gaps), (9, ()))
