"""The random histories, the oracle and the machines once more, with a Moodle that has our own
plug-in: it tells of each mark when and by whom it was made."""

from odoo.tests import tagged

from . import test_histories, test_histories_real, test_state_machine, test_who_wins

COMPANION = "companion"


@tagged("post_install", "-at_install")
class TestHistoriesThere(test_histories.TestHistories):
    profile = COMPANION


@tagged("post_install", "-at_install")
class TestWhoWinsThere(test_who_wins.TestWhoWins):
    profile = COMPANION


@tagged("post_install", "-at_install")
class TestMachineThere(test_state_machine.TestMachine):
    profile = COMPANION


@tagged("post_install", "-at_install")
class TestRealHistoriesThere(test_histories_real.TestRealHistories):
    # Both generations of Attendance, in turn.
    profiles = (COMPANION, "companion-2024")
    profile = COMPANION
