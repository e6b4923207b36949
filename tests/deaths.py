"""A run that is killed at each of its steps, one after another: before and after each call of
Moodle and each commit. As after a SIGKILL, nothing that it would have done then is done.

What ``kills.py`` does at random moments to a real process, at every step and always alike.
"""

import threading
from contextlib import contextmanager
from unittest.mock import patch

from ..services.moodle.moodle_client import MoodleClient
from ..services.runs.connection import Connection
from ..services.runs.results import RunResult
from ..services.runs.sync_attendance import SyncAttendance
from .faults import FaultCase


class Died(BaseException):
    """No ``except Exception`` of a run is to catch it."""


class Death:
    """Comes at one step of a run, and to all of its threads.

    :param step: from 1; 0 for never
    """

    def __init__(self, step=0):
        self.step = step
        self.steps = 0
        self.came = False
        # Side by side, calls would not have the same numbers each time.
        self._lock = threading.RLock()

    @contextmanager
    def lurking(self):
        post, commit = MoodleClient._posted, Connection.commit

        def around(original):
            def mortal(*args):
                with self._lock:
                    self._look()
                    result = original(*args)
                    self._look()
                    return result

            return mortal

        with (
            patch.object(MoodleClient, "_posted", around(post)),
            patch.object(Connection, "commit", around(commit)),
            patch.object(SyncAttendance, "_held", _in_its_transaction(SyncAttendance._held)),
        ):
            yield self

    def _look(self):
        self.steps += 1
        self.came = self.came or self.steps == self.step
        if self.came:
            raise Died


def _in_its_transaction(held):
    """A test's cursor that is closed takes back what other cursors have committed since it was
    opened: that of the lock is to be closed as if nothing had happened."""

    def mortal(*args):
        try:
            return held(*args)
        except Died:
            return RunResult("", "died", "")

    return mortal


class DeathCase(FaultCase):
    """Beside a :class:`FaultCase`, which says what people have done before."""

    def afterwards(self):
        """What people do before the next run, whatever became of the one that died."""

    def dies(self, step):
        """A scheduled run that dies.

        :return: its :class:`Death`
        """
        with self.own_cursors(), Death(step).lurking() as death:
            self.instance._sync_attendance("cron")
        return death

    def again(self):
        """What is as it was when the run began."""
        self.savepoint.rollback()
        self.env.invalidate_all()
        self.moodle.restore(self.kept)
        self.server.reset_calls()

    def settle(self):
        """Scheduled runs until nothing is to be done: two, where both sides have changed."""
        for _run in range(2):
            result = self.sync(trigger="cron")
            self.assertEqual(result.state, "done", result)
        return self.end()

    def each_death(self, share=1):
        """:param share: one in so many steps
        :return: how many steps there were
        """
        for _run in range(3):
            # Until nothing is asked that is known.
            self.sync(trigger="cron")
        self.act()
        self.env.flush_all()
        self.kept = self.moodle.snapshot()
        self.savepoint = self.env.cr.savepoint(flush=True)
        steps = self.dies(0).steps
        self.afterwards()
        wanted = self.settle()
        for step in range(1, steps + 1, share):
            self.again()
            with self.subTest(step=step):
                self.assertTrue(self.dies(step).came)
                self.afterwards()
                self.assertEqual(self.settle(), wanted)
                self.assertFalse(self.open_gaps())
                noted = [("moodle_sending", "!=", False)]
                self.assertFalse(self.env["op.attendance.line"].search(noted))
        self.savepoint.close(rollback=True)
        return steps
