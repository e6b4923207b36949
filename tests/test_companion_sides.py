"""What holds of a pull, of a push and of both ways, and what no failure may lose, once more with a
Moodle that has our own plug-in."""

import unittest

from odoo.tests import tagged

from . import test_both, test_both_faults, test_pull, test_pull_faults, test_push

COMPANION = "companion"
# Of calls that the plug-in makes needless, or of a Moodle that takes any mark.
ANOTHERS = None


@tagged("post_install", "-at_install")
class TestFirstPullThere(test_pull.TestFirstPull):
    profile = COMPANION


@tagged("post_install", "-at_install")
class TestLaterPullsThere(test_pull.TestLaterPulls):
    profile = COMPANION


@tagged("post_install", "-at_install")
class TestRefusalsThere(test_pull.TestRefusals):
    profile = COMPANION


@tagged("post_install", "-at_install")
class TestLinkingThere(test_push.TestLinking):
    profile = COMPANION

    # Here its name would be found: test_companion, TestExpectations.
    test_the_answer_of_its_making_is_lost = ANOTHERS
    test_none_is_made_while_a_remark_hides_the_one_that_was_made = ANOTHERS


@tagged("post_install", "-at_install")
class TestPushThere(test_push.TestPush):
    profile = COMPANION

    test_marks_are_sent_and_read_back = ANOTHERS
    test_only_differences_are_sent = ANOTHERS
    test_another_status_set_and_a_custom_status = ANOTHERS
    test_a_moodle_that_says_yes_and_does_nothing = ANOTHERS
    test_moodles_refusal_of_one_mark_is_a_gap = ANOTHERS

    @property
    def sent(self):
        """:return: number of marks in each call that wrote some"""
        calls = [c for c in self.server.calls if c.function == "local_wsattendance_set_marks"]
        return [sum(name.endswith("[studentid]") for name, _v in call.params) for call in calls]

    def test_marks_are_sent_in_one_call_a_session(self):
        sessions = [self.add_session(starts=test_push.START + day * 86400) for day in (0, 1)]
        self.make_sheet("PALE")
        self.make_sheet("EPPP", day="2026-11-04")
        run = self.run_of(self.sync())
        self.assertEqual([self.moodle_marks(s) for s in sessions], ["PALE..", "EPPP.."])
        self.assertEqual(sorted(self.sent), [4, 4])
        self.assertEqual(run.marks_pushed, 8)
        self.assertEqual({s.lasttakenby for s in sessions}, {self.sync_user.id})
        self.assertEqual(
            "".join(sorted(self.sheets.attendance_line.mapped("moodle_base"))), "AEELPPPP"
        )

    def test_only_what_differs_is_sent(self):
        self.add_session("PPPP")
        self.make_sheet("PAPP")
        self.sync()
        self.assertEqual(self.sent, [1])

    def test_another_set_with_a_status_of_the_schools_own(self):
        self.in_another_set()


@tagged("post_install", "-at_install")
class TestBothThere(test_both.TestBoth):
    profile = COMPANION

    # Here the earlier of two writers is kept from writing: test_companion, TestExpectations.
    test_an_edit_between_our_read_and_our_write_is_caught = ANOTHERS


@tagged("post_install", "-at_install")
class TestChangeOfDirectionThere(test_both.TestChangeOfDirection):
    profile = COMPANION


@unittest.skipUnless(test_pull_faults.ALL, "in make faults")
@tagged("post_install", "-at_install")
class TestPullFaultsThere(test_pull_faults.TestPullFaults):
    profile = COMPANION


@unittest.skipUnless(test_pull_faults.ALL, "in make faults")
@tagged("post_install", "-at_install")
class TestPushFaultsThere(test_both_faults.TestPushFaults):
    profile = COMPANION


@tagged("post_install", "-at_install")
class TestBothFaultsThere(test_both_faults.TestBothFaults):
    profile = COMPANION
