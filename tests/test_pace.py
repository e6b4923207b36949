"""How many calls at once: the rule in plain values, and the gate that keeps to it."""

import threading

from odoo.tests import BaseCase, tagged

from ..services.domain.pace import LEAST, PATIENCE, Average, Pace
from ..services.moodle.gate import Gate
from .at_once import AtOnce

FUNCTION = "mod_attendance_get_sessions"


def after(pace, *seconds, busy=False, function=FUNCTION):
    for each in seconds:
        pace = pace.after(function, each, busy)
    return pace


@tagged("post_install", "-at_install")
class TestPace(BaseCase):
    def test_as_much_as_is_allowed(self):
        self.assertEqual(Pace.of(4), Pace(4, 4, 0, {}))
        self.assertEqual(after(Pace.of(4), *[0.1] * 100).now, 4)

    def test_busy_halves_it_down_to_one(self):
        pace = Pace.of(8)
        seen = []
        for _ in range(5):
            pace = pace.after(FUNCTION, 0.1, busy=True)
            seen.append(pace.now)
        self.assertEqual(seen, [4, 2, 1, 1, 1])
        self.assertEqual(pace.times, {}, "how long a refusal takes says nothing")

    def test_one_more_after_some_good_answers(self):
        pace = after(Pace.of(4), 0.1, 0.1, busy=True)
        self.assertEqual(after(pace, *[0.1] * (PATIENCE - 1)).now, 1)
        self.assertEqual(after(pace, *[0.1] * PATIENCE).now, 2)
        self.assertEqual(after(pace, *[0.1] * 2 * PATIENCE).now, 3)
        self.assertEqual(after(pace, *[0.1] * 20 * PATIENCE).now, 4)

    def test_rising_times_slow_it_down_and_falling_ones_speed_it_up(self):
        pace = after(Pace.of(4), *[0.1] * 10)
        pace = after(pace, *[2.0] * 40)
        self.assertEqual(pace.now, 1)
        self.assertEqual(after(pace, *[0.1] * 100).now, 4)

    def test_it_is_slowed_down_once_for_all_that_were_under_way(self):
        pace = after(Pace(4, 4, 0, {FUNCTION: Average(9, 2.0, 0.1)}), 2.0, 2.0, 2.0, 2.0)
        self.assertEqual(pace.now, 4)
        self.assertEqual(after(pace, 2.0).now, 3)

    def test_each_function_has_times_of_its_own(self):
        """One that always takes long is not slow."""
        pace = after(Pace.of(4), *[0.1] * 20, function="core_webservice_get_site_info")
        self.assertEqual(after(pace, *[3.0] * 20).now, 4)

    def test_what_is_quick_all_the_same_is_not_slow(self):
        pace = after(Pace.of(4), *[0.01] * 10)
        self.assertEqual(after(pace, *[0.3] * 40).now, 4)

    def test_one_course_that_is_busy_or_slow_slows_nobody(self):
        """As long as others are answered well meanwhile."""
        pace = Pace.of(4)
        for _time in range(30):
            pace = pace.after(FUNCTION, 0.1, False, "good")
            pace = pace.after(FUNCTION, 60.0, False, "slow")
            pace = pace.after(FUNCTION, 0.1, False, "slow")
            pace = pace.after(FUNCTION, 0.1, False, "good")
            pace = pace.after(FUNCTION, 0.1, True, "busy")
        self.assertEqual(pace.now, 4)
        self.assertLess(pace.times[FUNCTION].now, 20)

    def test_two_are_moodle(self):
        pace = after(Pace.of(4), 0.1)
        pace = pace.after(FUNCTION, 0.1, False, "good")
        pace = pace.after(FUNCTION, 0.1, True, "one")
        self.assertEqual((pace.now, pace.well), (4, ()))
        self.assertEqual(pace.after(FUNCTION, 0.1, True, "two").now, 2)
        self.assertEqual(pace.after(FUNCTION, 0.1, True, "one").now, 2, "again and again")

    def test_a_course_does_not_excuse_itself_nor_what_is_about_none(self):
        pace = Pace.of(4).after(FUNCTION, 0.1, False, "one")
        self.assertEqual(pace.after(FUNCTION, 0.1, True, "one").now, 2)
        self.assertEqual(pace.after(FUNCTION, 0.1, True).now, 2)
        pace = pace.after(FUNCTION, 0.1, False, "two").after(FUNCTION, 0.1, False)
        self.assertEqual(pace.well, ("two", "one"))
        self.assertEqual(pace.after(FUNCTION, 0.1, False, "three").well, ("three", "two"))

    def test_an_average(self):
        average = Average(1, 1.0, 1.0).after(2.0)
        self.assertEqual(average, Average(2, 1.3, 1.3), "the first ones are no measure yet")
        self.assertEqual(Average(LEAST, 1.0, 1.0).after(2.0), Average(LEAST + 1, 1.3, 1.0))
        self.assertEqual(Average(LEAST, 1.0, 1.0).after(0.0).best, 0.7)
        # Three times as long, and half a second longer: both, and more than that.
        for now, best, slow in (
            (3.0, 1.0, False),
            (3.1, 1.0, True),
            (0.6, 0.1, False),
            (0.7, 0.1, True),
        ):
            self.assertEqual(Average(9, now, best).slow, slow, (now, best))


@tagged("post_install", "-at_install")
class TestGate(BaseCase):
    def most_at_once(self, gate, threads=8):
        at_once = AtOnce()
        go = threading.Event()

        def call():
            with gate.turn(), at_once.inside():
                go.wait(0.05)

        all_of_them = [threading.Thread(target=call) for _ in range(threads)]
        for thread in all_of_them:
            thread.start()
        for thread in all_of_them:
            thread.join(10)
        self.assertEqual(len(at_once.seen), threads, "nobody waits for ever")
        return at_once.most

    def test_no_more_than_its_pace(self):
        gate = Gate(3)
        self.assertEqual(self.most_at_once(gate), 3)
        gate.learn(FUNCTION, 0.1, busy=True)
        self.assertEqual((gate.open_for, self.most_at_once(gate)), (1, 1))
        self.assertEqual(self.most_at_once(Gate(1)), 1)

    def test_whoever_fails_inside_leaves(self):
        gate = Gate(1)
        with self.assertRaises(ValueError), gate.turn():
            raise ValueError
        self.assertEqual(self.most_at_once(gate, threads=2), 1)
