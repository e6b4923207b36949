"""What is refused among many is found by halving; a course that is in trouble waits longer and
longer; and who is asked whether the site is there. Plain values."""

import threading

from odoo.tests import BaseCase, tagged

from ..services.domain.halving import Halving
from ..services.domain.trouble import ACTIVITY, DAY, FIRST, NONE, Trouble, Troubles
from ..services.moodle.site_witness import FRESH, SiteWitness


@tagged("post_install", "-at_install")
class TestHalving(BaseCase):
    def find(self, bad, size=30, most=99, sure=False, enough=1):
        asked = []

        def ask(part):
            asked.append(tuple(part))
            return None if bad & set(part) else sum(part)

        halving = Halving(ask, most, sure, enough)
        halving.search(tuple(range(size)))
        return halving, asked

    def test_one_of_thirty(self):
        for bad in range(30):
            halving, asked = self.find({bad})
            self.assertEqual((halving.found, halving.left), ([bad], []))
            self.assertEqual(sum(halving.answers), sum(range(30)) - bad)
            # Five halves, and at last all others at once.
            self.assertLessEqual(len(asked), 6)

    def test_as_many_as_may_be_left(self):
        for bad in range(30):
            halving, asked = self.find({bad}, enough=2)
            self.assertIn(bad, [*halving.found, *halving.left])
            self.assertLessEqual(len([*halving.found, *halving.left]), 2)
            kept = set(range(30)).difference(halving.found, halving.left)
            self.assertEqual(sum(halving.answers), sum(kept))
            self.assertLessEqual(len(asked), 5)

    def test_several(self):
        for bad in ({0, 29}, {3, 4}, {1, 10, 20}, set(range(30))):
            halving, _asked = self.find(bad, most=999)
            self.assertEqual((sorted(halving.found), halving.left), (sorted(bad), []))
            self.assertEqual(sum(halving.answers), sum(set(range(30)) - bad))

    def test_it_gives_up(self):
        halving, asked = self.find(set(range(30)), most=4)
        self.assertEqual(len(asked), 4)
        self.assertEqual(sorted([*halving.found, *halving.left]), list(range(30)))
        self.assertEqual(self.find({1, 2}, most=0)[0].left, list(range(30)))
        # Nothing is asked after the last refusal.
        halving, asked = self.find({0, 29}, most=5)
        self.assertEqual((halving.found, len(asked)), ([0], 5))
        self.assertEqual(sorted(halving.left), list(range(1, 30)))

    def test_one_alone_is_it(self):
        halving, asked = self.find({0}, size=1)
        self.assertEqual((halving.found, asked), ([0], []))

    def test_the_last_one_left_is_asked_for_where_it_has_to_be_sure(self):
        """It may have been refused for another reason, which has passed."""
        self.assertEqual(self.find({1}, size=2)[1], [(0,)])
        halving, asked = self.find({1}, size=2, sure=True)
        self.assertEqual((halving.found, asked), ([1], [(0,), (1,)]))
        halving, asked = self.find(set(), size=4, sure=True)
        self.assertEqual((halving.found, halving.answers), ([], [1, 2, 3]))


@tagged("post_install", "-at_install")
class TestTrouble(BaseCase):
    def test_pauses_double_up_to_a_day(self):
        trouble, pauses = NONE, []
        for number in range(1, 20):
            trouble = trouble.again(1000)
            self.assertEqual(trouble.failures, number)
            pauses.append(trouble.next_try - 1000)
        self.assertEqual(pauses[:7], [FIRST * 2**n for n in range(6)] + [DAY])
        self.assertEqual(set(pauses[6:]), {DAY})

    def test_rests(self):
        self.assertFalse(NONE.rests(1000))
        trouble = Trouble(1, 2000)
        self.assertEqual([trouble.rests(now) for now in (1999, 2000, 2001)], [True, False, False])
        self.assertTrue(Trouble(9, DAY).rests(0))
        self.assertFalse(Trouble(9, DAY + 1).rests(0), "noted by a clock that was ahead")

    def test_parts_of_a_course(self):
        lab, lecture = (ACTIVITY, 7), (ACTIVITY, 8)
        troubles = Troubles().after({lab: "slow", lecture: {"say": "no"}}, (), 1000)
        self.assertEqual(troubles.resting(1000), {lab: "slow", lecture: {"say": "no"}})
        self.assertEqual(Troubles.from_json(troubles.to_json()), troubles)
        self.assertEqual(troubles.resting(1000 + FIRST), {})
        # One was left alone, the other one has failed again.
        later = troubles.after({lab: "slower"}, {lecture}, 2000)
        self.assertEqual(
            later.kept,
            {
                lab: (Trouble(2, 2000 + 2 * FIRST), "slower"),
                lecture: (Trouble(1, 1000 + FIRST), {"say": "no"}),
            },
        )
        # What is well is forgotten.
        self.assertEqual(later.after({}, {lecture}, 3000).kept.keys(), {lecture})
        self.assertEqual(Troubles.from_json(None), Troubles())


@tagged("post_install", "-at_install")
class TestWitness(BaseCase):
    def setUp(self):
        super().setUp()
        self.now, self.asked, self.there = 100.0, 0, True
        self.witness = SiteWitness(self.ask, lambda: self.now)

    def ask(self):
        self.asked += 1
        return self.there

    def test_what_it_saw_holds_for_a_moment(self):
        self.assertTrue(self.witness.saw_the_site())
        self.there = False
        self.now += FRESH
        self.assertTrue(self.witness.saw_the_site())
        self.assertEqual(self.asked, 1)
        self.now += 0.1
        self.assertFalse(self.witness.saw_the_site())
        self.assertEqual(self.asked, 2)

    def test_one_that_has_failed_before_needs_no_look(self):
        self.there = False
        self.assertTrue(self.witness.saw_the_site(known=True))
        self.assertEqual(self.asked, 0)
        # With a second one it may be the site.
        self.assertFalse(self.witness.saw_the_site(known=True))
        self.assertEqual(self.asked, 1)

    def test_those_that_come_together_share_an_answer(self):
        asking, go_on, seen = threading.Event(), threading.Event(), []

        def ask():
            self.asked += 1
            asking.set()
            go_on.wait(10)
            return False

        witness = SiteWitness(ask, lambda: self.now)
        threads = [
            threading.Thread(target=lambda: seen.append(witness.saw_the_site())) for _ in range(5)
        ]
        for thread in threads:
            thread.start()
        asking.wait(10)
        # Whoever has waited that long has failed before.
        self.now += 60
        go_on.set()
        for thread in threads:
            thread.join(10)
        self.assertEqual((seen, self.asked), ([False] * 5, 1))

    def test_nobody_could_be_asked(self):
        def ask():
            raise TimeoutError

        witness = SiteWitness(ask, lambda: self.now)
        for _time in range(2):
            self.assertRaises(TimeoutError, witness.saw_the_site)
