"""Percentages, names and columns of the picture, on plain values."""

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ..services.domain import percent
from ..services.domain.percent import Mark, PercentRule, points_text, read_points, share
from ..services.domain.picture import natural_key, session_key
from ..services.domain.status_meaning import Meaning
from . import builders as b

POINTS = read_points("most=2 P=2 A=0 L=1 E=1")


@tagged("post_install", "-at_install")
class TestPercent(BaseCase):
    def percent(self, letters, **values):
        return share([Mark(letter) for letter in letters], PercentRule(**values)).percent

    def test_what_late_and_excused_count_as(self):
        for late, excused, expected in [
            ("present", "absent", 50),
            ("present", "present", 75),
            ("present", "ignored", 66.7),
            ("absent", "absent", 25),
            ("absent", "ignored", 33.3),
            ("ignored", "ignored", 50),
            ("ignored", "present", 66.7),
        ]:
            with self.subTest(late=late, excused=excused):
                self.assertEqual(self.percent("PALE", late=late, excused=excused), expected)

    def test_no_mark_is_no_percentage(self):
        self.assertIsNone(self.percent(""))
        self.assertIsNone(self.percent("?"))
        self.assertIsNone(self.percent("E", excused="ignored"))
        self.assertEqual(self.percent("P?"), 100)

    def test_a_half_is_rounded_up(self):
        self.assertEqual(self.percent("P" + 15 * "A"), 6.3)

    def of_points(self, *marks):
        return share([Mark(*mark) for mark in marks], PercentRule(percent.POINTS))

    def test_points_of_what_moodle_holds(self):
        found = self.of_points(("P", "P", POINTS), ("A", "L", POINTS), ("P", "", POINTS))
        self.assertEqual((found.part, found.whole, found.percent), (3, 4, 75))

    def test_points_of_several_sets(self):
        other = read_points("most=10 P=10 A=0")
        self.assertEqual(self.of_points(("P", "P", POINTS), ("A", "A", other)).percent, 16.7)

    def test_points_that_nobody_knows(self):
        self.assertIsNone(self.of_points(("P", "P", ()), ("P", "P", POINTS)).percent)
        self.assertIsNone(self.of_points(("P", "X", POINTS)).percent)
        # A set in which nothing has points; Moodle shows 0 there.
        self.assertIsNone(self.of_points(("P", "P", read_points("most=0 P=0"))).percent)


@tagged("post_install", "-at_install")
class TestPoints(BaseCase):
    def text(self, statuses, **values):
        meanings = {status.id: Meaning(status.acronym) for status in statuses}
        return points_text(statuses, meanings, **values)

    def status(self, number, letter, grade, **values):
        return b.r.MoodleStatus(number, letter, "", grade, **values)

    def test_there_and_back(self):
        text = self.text(b.STATUSES)
        self.assertEqual(text, "most=2 P=2 A=0 L=1 E=1")
        self.assertEqual(dict(read_points(text))["L"], 1)
        self.assertEqual(read_points(False), ())

    def test_a_letter_with_two_values_is_left_out(self):
        statuses = (self.status(1, "P", 2), self.status(2, "P", 1.5), self.status(3, "A", 0))
        self.assertEqual(self.text(statuses), "most=2 A=0")

    def test_hidden_ones(self):
        """Moodle's own report leaves their marks out, and the points that they have."""
        statuses = (*b.STATUSES[:2], self.status(9, "L", 5, hidden=True))
        self.assertEqual(self.text(statuses), "most=2 P=2 A=0", "no mark has it")
        text = self.text(statuses, used={9})
        self.assertEqual(text, "most=2 P=2 A=0 L=-")
        points = read_points(text)
        self.assertEqual(dict(points)["L"], None)
        rule = PercentRule(percent.POINTS)
        marks = [Mark(letter, letter, points) for letter in "PAL"]
        self.assertEqual(share(marks, rule).percent, 50)
        self.assertIsNone(share(marks[2:], rule).percent)
        # Of this L nobody knows which status it has.
        both = (*b.STATUSES, self.status(9, "L", 1, hidden=True))
        self.assertEqual(self.text(both, used={9}), "most=2 P=2 A=0 E=1")
        self.assertEqual(self.text(both), self.text(b.STATUSES))
        self.assertEqual(self.text([self.status(9, "P", 2, hidden=True)], used={9}), "")

    def test_not_known(self):
        self.assertEqual(self.text(()), "")
        self.assertEqual(self.text(b.STATUSES, whole=False), "")
        self.assertEqual(self.text((*b.STATUSES, self.status(9, "P", None))), "")


@tagged("post_install", "-at_install")
class TestNames(BaseCase):
    def test_natural_order(self):
        names = ["Student 10", "student 2", "Zoë", "Émile", "Emma", "3rd", ""]
        self.assertEqual(
            sorted(names, key=natural_key),
            ["", "3rd", "Émile", "Emma", "student 2", "Student 10", "Zoë"],
        )

    def test_sheets_of_one_session(self):
        self.assertEqual(session_key(1, 5, 7, "2:1:a"), session_key(2, 5, 7, "2:1:b"))
        self.assertNotEqual(session_key(1, 5, 7, "2:1:a"), session_key(2, 5, 7, "2:9:a"))
        self.assertNotEqual(session_key(1, 5, 0, ""), session_key(2, 5, 0, ""))
