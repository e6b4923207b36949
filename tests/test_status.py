"""``services/domain/status.py``: four letters and the four fields of a line."""

from odoo.tests import BaseCase, tagged

from ..services.domain import status


@tagged("post_install", "-at_install")
class TestStatus(BaseCase):
    def test_each_letter_is_one_field_and_back(self):
        for letter, field in zip("PALE", ("present", "absent", "late", "excused"), strict=True):
            values = status.booleans(letter)
            self.assertEqual({name for name, value in values.items() if value is True}, {field})
            self.assertEqual(
                {name for name, value in values.items() if value is False}, set(values) - {field}
            )
            self.assertEqual(len(values), 4)
            self.assertEqual(status.from_booleans(values), letter)

    def test_none_or_several_say_nothing(self):
        nothing = status.booleans(None)
        self.assertIsNone(status.from_booleans(nothing))
        self.assertIsNone(status.from_booleans({**nothing, "present": True, "late": True}))

    def test_four_values_of_a_row_say_the_same(self):
        names = tuple(status.FIELDS.values())
        self.assertEqual(len(status.STATUS_OF), 3**4)
        for flags, found in status.STATUS_OF.items():
            self.assertEqual(found, status.from_booleans(dict(zip(names, flags, strict=True))))
        self.assertEqual(status.STATUS_OF[False, None, True, False], "L")

    def test_only_spaces_around_a_letter_are_forgiven(self):
        self.assertEqual(status.normalized(" P "), "P")
        for acronym in ("p", "X", "", None, "PA"):
            self.assertIsNone(status.normalized(acronym))
