"""Histories, and every mishap, where each run of the schedule is shared out: its portions are done
one after another in this process, in any order and one of them twice, as jobs may be. Real jobs,
workers and locks: ``make jobs``."""

import random
import unittest
from contextlib import nullcontext
from unittest.mock import patch

import psycopg2

from odoo.tests import tagged

from ..services.domain import portions as sizes
from ..services.runs import portion as module
from ..services.runs.portion import Portion
from . import test_both_faults, test_histories_real, test_pull_faults


class SharedOut:
    """Beside a ``MoodleCase``: how its runs are done."""

    share = 12

    def setUp(self):
        super().setUp()
        # In a test all cursors are savepoints of one transaction, and an inner one would be
        # ended by a commit of the outer one.
        self.patch(module, "course_lock", lambda _registry, _id, _pair: nullcontext(True))
        # A course each.
        self.patch(sizes, "FEWEST", 1)
        self.order = random.Random(1)
        self.shared = 0

    def tearDown(self):
        self.assertTrue(self.shared)
        super().tearDown()

    def sync(self, instance=None, trigger="shell", seconds=None):
        moodle, handed = instance or self.instance, []
        if moodle.direction_changed or moodle.meaning_changed or moodle.site_waits:
            # The schedule leaves it alone until a person has started a run.
            return super().sync(instance, trigger, seconds)

        def hand_over(_run, portions):
            handed.extend(portions)
            return bool(portions)

        Run = type(self.env["moodle.sync.run"])
        with patch.object(Run, "_hand_over", hand_over):
            result = super().sync(instance, "cron", seconds)
        if not handed:
            return result
        run = self.env["moodle.sync.run"].search([("instance_id", "=", moodle.id)], limit=1)
        jobs = [*handed, handed[0]]
        self.order.shuffle(jobs)
        self.shared += len(jobs)
        for courses in jobs:
            portion = Portion(self.env.registry, moodle.id, self.env.uid, clock=moodle._clock())
            try:
                with self.own_cursors():
                    portion.do(run.id, list(courses))
            except psycopg2.Error:
                # The job has failed; what is left of it, the schedule takes up.
                self.env.invalidate_all()
        if run.state == "running":
            return super().sync(instance, "cron", seconds)
        return run._result()


@tagged("post_install", "-at_install")
class TestSharedHistories(SharedOut, test_histories_real.TestRealHistories):
    profiles = ("2024", "2026", "companion")


@unittest.skipUnless(test_pull_faults.ALL, "in make faults")
@tagged("post_install", "-at_install")
class TestSharedPullFaults(SharedOut, test_pull_faults.TestPullFaults):
    pass


@unittest.skipUnless(test_pull_faults.ALL, "in make faults")
@tagged("post_install", "-at_install")
class TestSharedBothFaults(SharedOut, test_both_faults.TestBothFaults):
    pass


@tagged("post_install", "-at_install")
class TestSharedFaultsThere(SharedOut, test_both_faults.TestBothFaults):
    profile = "companion"
