"""Mishaps at every call, write and commit of a run, one at a time.

A test class says what changes between two runs (:meth:`FaultCase.act`); the run after
that is disturbed, and a clean one must end where an undisturbed one would have ended.
"""

import time
from unittest.mock import patch

import psycopg2

from ..services.domain.trouble import Troubles
from ..services.moodle import moodle_client
from ..services.runs.connection import Connection
from .common import MoodleCase
from .moodle_server import Fault

# Seconds; Moodle is asked on this machine.
TIMEOUT = 0.1
DELAY = 0.25
NOTICE = (
    b"<br />\n<b>Notice</b>:  Undefined index: x in <b>/srv/lib.php</b> on line <b>7</b><br />\n"
)
COMMENT = b"\n<!-- by a proxy -->"
PAGE = b"<!DOCTYPE html><html><head><title>Blocked</title></head><body>Reference 7</body></html>"
MISHAPS = {
    "cut": Fault.cut_before,
    "answer lost": Fault.cut_after,
    "time-out": lambda n, **more: Fault.delay(n, DELAY, **more),
    "503": lambda n, **more: Fault.http(n, 503, **more),
    "garbage": Fault.garbage,
    "a notice before it": lambda n, **more: Fault.spoiled(n, lambda body: NOTICE + body, **more),
    "a comment after it": lambda n, **more: Fault.spoiled(n, lambda body: body + COMMENT, **more),
    "nothing": lambda n, **more: Fault.spoiled(n, lambda body: b"", **more),
    "a page": lambda n, **more: Fault.spoiled(n, lambda body: PAGE, **more),
    "cut body": Fault.truncated,
    "no permission": lambda n, **more: Fault.error(n, "nopermissions", **more),
    "maintenance": lambda n, **more: Fault.error(n, "sitemaintenance", **more),
    "invalidresponse": lambda n, **more: Fault.error(n, "invalidresponse", **more),
    "another's answer": lambda n, **more: Fault.lie(n, lambda answer: [{"id": 1}], **more),
}
# Those that stay, of what looks as if all of Moodle were down or shut. The number is of no use.
LASTING = {
    "500": lambda at: Fault.http(1, 500, at=at),
    "502": lambda at: Fault.http(1, 502, at=at),
    "504": lambda at: Fault.http(1, 504, at=at),
    "403 for a word": lambda at: Fault.http(1, 403, at=at, body=PAGE.decode()),
    "403": lambda at: Fault.http(1, 403, at=at, body=""),
    "redirect": lambda at: Fault.http(1, 302, at=at),
    "maintenance": lambda at: Fault.http(1, 503, retry_after=300, at=at),
    "reset": lambda at: Fault.cut_before(1, at=at),
    "cut": lambda at: Fault.truncated(1, at=at),
    "a page": lambda at: Fault.spoiled(1, lambda body: PAGE, at=at),
    "a notice": lambda at: Fault.spoiled(1, lambda body: NOTICE + body, at=at),
    "nothing": lambda at: Fault.spoiled(1, lambda body: b"", at=at),
    "slow": lambda at: Fault.delay(1, TOO_LONG, at=at),
}
# Seconds that a lasting one takes, and those after which that is too slow.
TOO_LONG, PATIENCE = 1.2, 0.8
WRITES = ("INSERT", "UPDATE")


class FaultCase(MoodleCase):
    many_cases = True

    def act(self):
        """What people change on either side, after everything was equal."""
        raise NotImplementedError

    def end(self):
        """Both sides, without the numbers that two runs give differently."""
        self.env.invalidate_all()
        here = sorted(
            (
                sheet.moodle_session_id,
                sheet.register_id.batch_id.id,
                sheet.register_id.subject_id.id,
                str(sheet.register_id.moodle_date),
                sheet.attendance_date,
                sheet.state,
                tuple(
                    sorted(
                        (line.student_id.id, line.moodle_base or "", line.present, line.absent,
                         line.late, line.excused)
                        for line in sheet.attendance_line
                    )
                ),
            )
            for sheet in self.sheets
        )  # fmt: skip
        there = [
            (session.id, sorted(self.moodle.marks(session).items()))
            for session in self.moodle.sessions.values()
        ]
        return here, there

    def prepare(self):
        """Everything equal, then people's changes: where each attempt begins.

        :return: how many Moodle calls the run makes that is to be disturbed
        """
        self.sync()
        self.act()
        self.env.flush_all()
        self.kept = self.moodle.snapshot()
        self.savepoint = self.env.cr.savepoint(flush=True)
        self.server.reset_calls()
        self.sync()
        self.wanted = self.end()
        return len(self.server.calls)

    def each(self, attempts, disturbed):
        """:param disturbed: function (attempt) -> run, and say whether the mishap struck; the
            first that did not is the last
        :return: how many struck
        """
        struck = 0
        for attempt in attempts:
            self.savepoint.rollback()
            self.env.invalidate_all()
            self.moodle.restore(self.kept)
            self.server.faults.clear()
            self.server.reset_calls()
            with self.subTest(attempt=attempt):
                if not disturbed(attempt):
                    # The run has no write or commit of this number any more.
                    break
                struck += 1
                self.server.faults.clear()
                # A while later.
                for mapping in self.env["moodle.mapping"].search([("model", "=", "op.subject")]):
                    mapping.next_try = False
                    mapping._keep_troubles(Troubles())
                result = self.sync()
                self.assertEqual(result.state, "done", result)
                self.assertEqual(self.end(), self.wanted)
                self.assertFalse({"refused", "refused_push"} & set(self.open_gaps()))
        self.savepoint.close(rollback=True)
        return struck

    def disturb_call(self, attempt):
        number, kind = attempt
        times = 6 if kind != "time-out" else 1  # longer than the retries of a read
        self.server.faults.add(MISHAPS[kind](number, times=times))
        with (
            patch.object(moodle_client, "READ_TIMEOUT", TIMEOUT),
            patch.object(moodle_client, "SLOW_READ_TIMEOUT", TIMEOUT),
        ):
            self.sync()
        if kind == "time-out":
            # Moodle goes on with what nobody waits for any more.
            time.sleep(DELAY)
        return True

    def disturb_write(self, number):
        """The n-th write of attendance fails."""
        cursor = type(self.env.cr)
        original = cursor.execute
        count = 0

        def execute(cr, query, *args, **kwargs):
            nonlocal count
            text = str(getattr(query, "code", query)).lstrip()
            if text.startswith(WRITES) and '"op_attendance_' in text:
                count += 1
                if count == number:
                    raise psycopg2.errors.DiskFull("no space left")
            return original(cr, query, *args, **kwargs)

        with patch.object(cursor, "execute", execute):
            self.sync()
        return count >= number

    def disturb_commit(self, number):
        """The n-th commit of the run fails. :attr:`raised` holds those of which nobody
        was left to tell."""
        original = Connection.commit
        count = 0

        def commit(runner):
            nonlocal count
            count += 1
            if count == number:
                runner.env.cr.rollback()
                raise psycopg2.OperationalError("server closed the connection")
            original(runner)

        with patch.object(Connection, "commit", commit):
            try:
                self.sync()
            except psycopg2.OperationalError:
                self.raised.add(number)
        return count >= number
