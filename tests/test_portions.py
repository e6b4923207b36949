"""Which courses of a run are done together, by plain values."""

from odoo.tests import BaseCase, tagged

from ..services.domain.portions import FEWEST, MOST, PORTIONS, portions


def different(number):
    return [(course, ("pair", course)) for course in range(1, number + 1)]


@tagged("post_install", "-at_install")
class TestPortions(BaseCase):
    def test_in_their_order(self):
        self.assertEqual(portions(different(12)), ((1, 2, 3, 4, 5), (6, 7, 8, 9, 10), (11, 12)))

    def test_none(self):
        self.assertEqual(portions([]), ())

    def test_few_courses_are_one_portion(self):
        self.assertEqual(portions(different(FEWEST)), (tuple(range(1, FEWEST + 1)),))

    def test_sizes(self):
        for courses, size in (
            (PORTIONS * FEWEST, FEWEST),
            (PORTIONS * FEWEST + 1, FEWEST + 1),
            (480, 20),
            (PORTIONS * MOST, MOST),
            (2000, MOST),
        ):
            with self.subTest(courses=courses):
                found = portions(different(courses))
                self.assertEqual({len(one) for one in found[:-1]}, {size})
                self.assertLessEqual(len(found[-1]), size)
                self.assertEqual(
                    [course for one in found for course in one], list(range(1, courses + 1))
                )

    def test_what_stands_for_the_same_stays_together(self):
        courses = [(1, "a"), (2, "b"), (3, "c"), (4, "d"), (5, "e"), (6, "f"), (7, "a"), (8, "e")]
        self.assertEqual(portions(courses), ((1, 7, 2, 3, 4), (5, 8, 6)))

    def test_not_even_what_is_more_than_a_portion_is_split(self):
        courses = [(number, "a") for number in range(FEWEST + 3)] + [(99, "b")]
        self.assertEqual(portions(courses), (tuple(range(FEWEST + 3)), (99,)))
