"""Nothing is lost: whichever Moodle call, write or commit of a pull fails, the next clean
run ends where an undisturbed one would have ended."""

import os

from odoo.tests import tagged
from odoo.tools import mute_logger

from .builders import HOUR, START
from .faults import MISHAPS, FaultCase
from .measured import measured
from .test_run import SYNC, TwoCourses

# In `make faults` each call meets every mishap, in `make test` every third one, in turn.
ALL = bool(os.environ.get("FAULTS"))


class EveryMishap:
    """The tests; a ``FaultCase`` beside it says what happens."""

    kinds = tuple(MISHAPS)
    # In `make test` one in so many of them.
    share = 5

    @mute_logger(SYNC)
    def test_every_call(self):
        calls = self.prepare()
        attempts = [
            (n, kind)
            for n in range(1, calls + 1)
            for place, kind in enumerate(self.kinds)
            if ALL or (n + place) % self.share == 0
        ]
        struck = self.each(attempts, self.disturb_call)
        measured("%s: %s mishaps at the %s Moodle calls", type(self).__name__, struck, calls)

    @mute_logger(SYNC, "odoo.sql_db")
    def test_every_write(self):
        self.prepare()
        struck = self.each(range(1, 60), self.disturb_write)
        self.assertLess(struck, 59, "every write has had its turn")
        self.assertGreater(struck, 3)
        measured("%s: a failure at each of %s writes", type(self).__name__, struck)

    @mute_logger(SYNC)
    def test_every_commit(self):
        self.prepare()
        self.raised = set()
        struck = self.each(range(1, 60), self.disturb_commit)
        self.assertLess(struck, 59, "every commit has had its turn")
        # Before the run is written down, or after all is done, nobody can tell of it.
        self.assertLessEqual(self.raised, {1, struck})
        measured("%s: a failure at each of %s commits", type(self).__name__, struck)


@tagged("post_install", "-at_install")
class TestPullFaults(EveryMishap, TwoCourses, FaultCase):
    def setUp(self):
        super().setUp()
        self.first = self.add_session("PALEPA")
        self.second = self.add_session("LLPP", starts=START + HOUR, group=self.groups[0])
        self.lab = self.add_session("AAPPLE", activity=self.labs)

    def act(self):
        self.mark(self.first, "LALEPA")
        self.moodle.move_session(self.lab, START + 86400)
        self.moodle.delete_session(self.second)
        self.add_session("PPPPPP", starts=START + 3 * 86400)
