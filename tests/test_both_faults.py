"""The same where marks go to Moodle: a lost answer, a crash between sending and noting."""

from odoo.tests import tagged

from .builders import HOUR, START
from .faults import FaultCase
from .test_both import BothCase
from .test_pull_faults import EveryMishap


class WhereMarksGoToMoodle(EveryMishap):
    """Two sessions that are equal on both sides, a third with a sheet made by hand, and
    a sheet for which Moodle has no session."""

    # The others end a read as these do; the pull's tests have them all.
    kinds = ("cut", "answer lost", "time-out", "503", "garbage", "invalidresponse")

    def setUp(self):
        super().setUp()
        self.instance.create_moodle_sessions = True
        self.first, self.second = (self.add_session(starts=START + n * 86400) for n in (0, 1))
        self.mark_at(self.first, "PALEPA", self.now - 9 * HOUR)
        if self.direction == "oec":
            self.make_sheet("PALE")
            self.make_sheet("LLPP", day="2026-11-04")
        self.third = self.add_session(starts=START + 2 * 86400, group=self.groups[0])

    def act(self):
        self.mark_here(self.first, 1, "E", at=self.now - 2 * HOUR)
        self.mark_here(self.first, 3, "A", at=self.now - 2 * HOUR)
        self.mark_at(self.first, ".L.P", self.now - 3 * HOUR)
        self.make_sheet("PLAE", day="2026-11-05")
        self.make_sheet("AAPP", day="2026-11-12")


@tagged("post_install", "-at_install")
class TestPushFaults(WhereMarksGoToMoodle, BothCase, FaultCase):
    direction = "oec"


@tagged("post_install", "-at_install")
class TestBothFaults(WhereMarksGoToMoodle, BothCase, FaultCase):
    direction = "both"
    profile = "2026"
