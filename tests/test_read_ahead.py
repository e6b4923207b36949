"""Reading ahead: what is begun when, what waits, and who hurts whom. No database."""

import threading
import weakref

from odoo.tests import BaseCase, tagged

from ..services.runs.read_ahead import SPARE, Job, ReadAhead
from .at_once import AtOnce


class Value:
    """What a thread brings; weakly referable, to see when it is let go."""


@tagged("post_install", "-at_install")
class TestReadAhead(BaseCase):
    def setUp(self):
        super().setUp()
        self.begun, self.at_once = [], AtOnce()
        self.gates = {}
        # Whatever a test leaves behind.
        self.addCleanup(lambda: [gate.set() for gate in self.gates.values()])

    def job(self, name, size=10, expected=10, held=False, error=None):
        gate = self.gates[name] = threading.Event()
        if not held:
            gate.set()

        def read():
            with self.at_once.inside():
                self.begun.append(name)
                gate.wait(10)
            if error:
                raise error
            return name, size

        return Job(name, read, expected)

    def test_each_once_and_in_order(self):
        jobs = [self.job(number) for number in range(20)]
        with ReadAhead(jobs, 1) as ahead:
            self.assertEqual([read.value() for read in ahead], list(range(20)))
        self.assertEqual(self.begun, list(range(20)))
        self.assertEqual(self.at_once.most, 1)

    def test_no_more_threads_than_allowed(self):
        jobs = [self.job(number) for number in range(40)]
        with ReadAhead(jobs, 3) as ahead:
            self.assertEqual({read.value() for read in ahead}, set(range(40)))
        self.assertLessEqual(self.at_once.most, 3)

    def test_jobs_are_made_by_whoever_iterates_and_only_as_there_is_room(self):
        made = []

        def jobs():
            for number in range(10):
                made.append((number, threading.current_thread()))
                yield self.job(number)

        with ReadAhead(jobs(), 2) as ahead:
            next(ahead)
            self.assertEqual([number for number, _thread in made], list(range(2 + SPARE)))
            next(ahead)
            self.assertEqual(len(made), 2 + SPARE + 1)
        self.assertEqual({thread for _number, thread in made}, {threading.current_thread()})

    def test_a_slow_one_keeps_nobody_waiting(self):
        jobs = [self.job("slow", held=True), *(self.job(number) for number in range(6))]
        with ReadAhead(jobs, 2) as ahead:
            self.assertEqual([next(ahead).value() for _ in range(6)], list(range(6)))
            self.gates["slow"].set()
            self.assertEqual([read.value() for read in ahead], ["slow"])

    def test_one_that_fails_is_told_with_its_own_error(self):
        jobs = [self.job("a"), self.job("bad", error=ValueError("no")), self.job("c")]
        with ReadAhead(jobs, 1) as ahead:
            self.assertEqual(next(ahead).value(), "a")
            bad = next(ahead)
            self.assertEqual(bad.key, "bad")
            with self.assertRaisesRegex(ValueError, "no"):
                bad.value()
            self.assertEqual(next(ahead).value(), "c")

    def test_bounded_by_bytes_expected(self):
        jobs = [self.job(number, held=True, expected=60) for number in range(4)]
        with ReadAhead(jobs, 4, most_bytes=100) as ahead:
            self.gates[0].set()
            next(ahead)
            self.assertEqual(self.begun, [0], "two would be more than is allowed")
            self.gates[1].set()
            self.assertEqual(next(ahead).value(), 1)

    def test_bounded_by_bytes_received(self):
        """What was thought to be small and is large."""
        jobs = [
            self.job("first"),
            self.job("large", size=1000),
            *(self.job(number) for number in range(6)),
        ]
        with ReadAhead(jobs, 1, most_bytes=100) as ahead:
            self.assertEqual(next(ahead).value(), "first")
            # It is there, and waits while the first is done.
            ahead._begun[0][1].result()
            ahead._fill()
            self.assertEqual(len(ahead._begun), SPARE, "those begun before its size was known")
            rest = [read.value() for read in ahead]
        self.assertEqual(rest, ["large", *range(6)])

    def test_one_larger_than_all_is_read_alone(self):
        jobs = [self.job(number, expected=10**9) for number in range(3)]
        with ReadAhead(jobs, 4, most_bytes=100) as ahead:
            self.assertEqual([read.value() for read in ahead], [0, 1, 2])
        self.assertEqual(self.at_once.most, 1)

    def test_what_was_told_is_let_go(self):
        kept = []

        def read():
            value = Value()
            kept.append(weakref.ref(value))
            return value, 10

        with ReadAhead([Job(number, read) for number in range(6)], 1) as ahead:
            for told in ahead:
                told.value()
            del told
        self.assertEqual([ref() for ref in kept], [None] * 6)

    def test_at_the_end_nothing_more_is_begun(self):
        jobs = [self.job(number, held=True) for number in range(6)]
        with ReadAhead(jobs, 1) as ahead:
            self.gates[0].set()
            next(ahead)
        for gate in self.gates.values():
            gate.set()
        ahead._pool.shutdown()
        self.assertLessEqual(len(self.begun), 2)

    def test_looking_whether_there_is_more_begins_nothing(self):
        with ReadAhead([self.job("a")], 1) as ahead:
            self.assertTrue(ahead.more)
            self.assertEqual(self.begun, [])
            next(ahead)
            self.assertFalse(ahead.more)
        with ReadAhead([], 1) as ahead:
            self.assertFalse(ahead.more)
            with self.assertRaises(StopIteration):
                next(ahead)
