"""What 18.0 and 19.0 ask a yes-or-no field by; each test runs on both."""

from odoo.tests import BaseCase, tagged

from ..models.search_operators import any_of, holds, wants_true

ONE, TWO, THREE = ("a", "=", 1), ("b", "=", 2), ("c", "=", 3)


@tagged("post_install", "-at_install")
class TestSearchOperators(BaseCase):
    def test_those_that_it_holds_of(self):
        for operator, value in (("=", True), ("!=", False), ("in", [True]), ("not in", [False])):
            self.assertTrue(wants_true(operator, value), (operator, value))

    def test_the_others(self):
        for operator, value in (("=", False), ("!=", True), ("in", [False]), ("not in", [True])):
            self.assertFalse(wants_true(operator, value), (operator, value))

    def test_domains(self):
        self.assertEqual(any_of([[ONE]]), [ONE])
        self.assertEqual(any_of([[ONE], ["&", TWO, THREE]]), ["|", ONE, "&", TWO, THREE])
        self.assertEqual(holds([ONE], "=", True), [ONE])
        self.assertEqual(holds(["|", ONE, TWO], "in", [False]), ["!", "|", ONE, TWO])
