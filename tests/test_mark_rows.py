"""Which of a student's rows in Moodle counts, what a write expects, and what is there afterwards."""

from dataclasses import replace

from odoo.tests import BaseCase, tagged

from ..services.domain.mark_rows import (
    CHANGED,
    REFUSED,
    SAME,
    WRITTEN,
    Expected,
    MarkResult,
    counting,
    expected_of,
    with_results,
)
from ..services.domain.records import MoodleMark
from . import builders as b

US = 9


def row(user, status, at, by=5, remark=""):
    return MoodleMark(user, status, remark, at, by)


@tagged("post_install", "-at_install")
class TestCounting(BaseCase):
    def test_the_row_made_last_whatever_their_order(self):
        first, last, other = row(1, 6, 10), row(1, 5, 20), row(2, 7, 1)
        for rows in ([first, last, other], [other, last, first]):
            self.assertEqual(counting(rows), (last, other))

    def test_of_the_same_second_all_that_differ(self):
        rows = [row(1, 6, 20), row(1, 5, 20), row(1, 7, 19)]
        self.assertEqual(counting(rows), (row(1, 5, 20), row(1, 6, 20)))

    def test_of_the_same_second_and_status_one(self):
        self.assertEqual(len(counting([row(1, 5, 20), row(1, 5, 20, by=6)])), 1)

    def test_a_time_that_is_not_known_is_the_earliest(self):
        self.assertEqual(counting([MoodleMark(1, 5), row(1, 6, 1)]), (row(1, 6, 1),))

    def test_a_cleared_row_counts_too(self):
        self.assertEqual(counting([row(1, 5, 10), row(1, 0, 11)]), (row(1, 0, 11),))


@tagged("post_install", "-at_install")
class TestExpected(BaseCase):
    def expected(self, *marks, user=1):
        return expected_of(replace(b.session(1), marks=marks), user)

    def test_the_row_that_is_replaced(self):
        found = self.expected(row(2, 6, 3), row(1, 5, 20, remark="x"))
        self.assertEqual(found, Expected(5, 20, "x"))

    def test_none_where_there_is_none(self):
        self.assertIsNone(self.expected(row(2, 6, 3)))

    def test_none_where_moodle_tells_no_times(self):
        self.assertIsNone(self.expected(MoodleMark(1, 5)))

    def test_a_cleared_mark_is_as_good_as_none_but_not_a_remark_without_a_status(self):
        self.assertIsNone(self.expected(row(1, 0, 20)))
        self.assertEqual(self.expected(row(1, 0, 20, remark="x")), Expected(0, 20, "x"))


@tagged("post_install", "-at_install")
class TestWithResults(BaseCase):
    def setUp(self):
        super().setUp()
        marks = (row(1, 5, 10), row(2, 5, 10), row(3, 5, 10))
        self.session = replace(b.session(1), marks=marks, taken_at=30, taken_by=5)

    def after(self, *results):
        return with_results(self.session, results, US)

    def test_what_is_there_now(self):
        after = self.after(
            MarkResult(2, WRITTEN, "", (row(2, 7, 40, US),)),
            MarkResult(3, CHANGED, "", (row(3, 8, 35),)),
            MarkResult(4, WRITTEN, "", (row(4, 5, 41, US),)),
        )
        marks = (row(1, 5, 10), row(2, 7, 40, US), row(3, 8, 35), row(4, 5, 41, US))
        self.assertEqual(after.marks, marks)
        self.assertEqual((after.taken_at, after.taken_by), (41, US))

    def test_a_mark_that_is_gone(self):
        self.assertEqual([m.user_id for m in self.after(MarkResult(2, CHANGED)).marks], [1, 3])

    def test_a_refusal_that_says_nothing_of_it(self):
        self.assertEqual(self.after(MarkResult(2, REFUSED, "notenrolled")), self.session)

    def test_a_refusal_that_says_what_is_there(self):
        after = self.after(MarkResult(2, REFUSED, "statushidden", (row(2, 6, 12),)))
        self.assertEqual(after.marks[1], row(2, 6, 12))

    def test_without_a_write_nobody_has_taken_it(self):
        after = self.after(MarkResult(2, SAME, "", (row(2, 5, 50),)))
        self.assertEqual((after.taken_at, after.taken_by), (30, 5))

    def test_a_write_before_the_last_one_moves_no_time_back(self):
        after = self.after(MarkResult(2, WRITTEN, "", (row(2, 7, 20, US),)))
        self.assertEqual((after.taken_at, after.taken_by), (30, US))
