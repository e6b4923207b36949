"""Nothing is lost: whichever Moodle call, write or commit of a pull fails, the next clean
run ends where an undisturbed one would have ended."""

from unittest.mock import patch

import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..services.sync_attendance import SyncAttendance
from .builders import HOUR, START
from .measured import measured
from .moodle_server import Fault
from .test_run import SYNC, TwoCourses

MISHAPS = {
    "cut": Fault.cut_before,
    "answer lost": Fault.cut_after,
    "garbage": Fault.garbage,
    "cut body": Fault.truncated,
    "no permission": lambda n, **more: Fault.error(n, "nopermissions", **more),
    "maintenance": lambda n, **more: Fault.error(n, "sitemaintenance", **more),
    "poisoned": lambda n, **more: Fault.error(n, "invalidresponse", **more),
    "another's answer": lambda n, **more: Fault.lie(n, lambda answer: [{"id": 1}], **more),
}
WRITES = ("INSERT", "UPDATE")


@tagged("post_install", "-at_install")
class TestFaults(TwoCourses):
    def setUp(self):
        super().setUp()
        self.first = self.add_session("PALEPA")
        self.second = self.add_session("LLPP", starts=START + HOUR, group=self.groups[0])
        self.lab = self.add_session("AAPPLE", activity=self.labs)

    def act(self):
        """What changes in Moodle between two runs: every kind of write has work."""
        self.mark(self.first, "LALEPA")
        self.moodle.move_session(self.lab, START + 86400)
        self.moodle.delete_session(self.second)
        self.add_session("PPPPPP", starts=START + 3 * 86400)

    def attendance(self):
        """All of it, without the numbers that two runs give differently."""
        self.env.invalidate_all()
        return sorted(
            (
                sheet.moodle_session_id,
                sheet.register_id.batch_id.id,
                sheet.register_id.subject_id.id,
                sheet.register_id.moodle_date,
                sheet.attendance_date,
                sheet.state,
                tuple(
                    sorted(
                        (line.student_id.id, line.present, line.absent, line.late, line.excused)
                        for line in sheet.attendance_line
                    )
                ),
                tuple(sorted(line.moodle_base for line in sheet.attendance_line)),
            )
            for sheet in self.sheets
        )

    def each(self, attempts, disturbed):
        """Run once undisturbed and note the end; then, for each attempt from the same
        beginning, disturbed and once more in peace.

        :param disturbed: function (attempt) -> run, and say whether the mishap struck
        :return: how many struck
        """
        self.sync()
        self.act()
        savepoint = self.env.cr.savepoint(flush=True)
        self.sync()
        wanted = self.attendance()
        savepoint.rollback()
        struck = 0
        for attempt in attempts:
            self.server.faults.clear()
            self.server.reset_calls()
            with self.subTest(attempt=attempt):
                hit = disturbed(attempt)
                struck += hit
                self.server.faults.clear()
                result = self.sync()
                self.assertEqual(result.state, "done", result)
                self.assertEqual(self.attendance(), wanted)
                self.assertFalse([k for k in self.open_gaps() if k == "refused"])
            savepoint.rollback()
            self.env.invalidate_all()
        savepoint.close(rollback=True)
        return struck

    @mute_logger(SYNC)
    def test_every_call(self):
        self.sync()
        calls = len(self.server.calls)

        def disturbed(attempt):
            number, kind = attempt
            # Longer than the retries of a read, so that it is felt.
            self.server.faults.add(MISHAPS[kind](number, times=6))
            self.sync()
            return True

        attempts = [(n, kind) for n in range(1, calls + 1) for kind in MISHAPS]
        measured(
            "mishaps at every one of %s Moodle calls: %s", calls, self.each(attempts, disturbed)
        )

    @mute_logger(SYNC, "odoo.sql_db")
    def test_every_write(self):
        cursor = type(self.env.cr)
        original = cursor.execute
        count = 0

        def disturbed(number):
            nonlocal count
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

        struck = self.each(range(1, 60), disturbed)
        self.assertLess(struck, 59, "every write has had its turn")
        self.assertGreater(struck, 8)
        measured("a failure at every one of %s writes of attendance", struck)

    @mute_logger(SYNC)
    def test_every_commit(self):
        original = SyncAttendance._commit
        raised = set()

        def disturbed(number):
            count = 0

            def commit(runner):
                nonlocal count
                count += 1
                if count == number:
                    runner.env.cr.rollback()
                    raise psycopg2.OperationalError("server closed the connection")
                original(runner)

            with patch.object(SyncAttendance, "_commit", commit):
                try:
                    self.sync()
                except psycopg2.OperationalError:
                    raised.add(number)
            return count >= number

        struck = self.each(range(1, 40), disturbed)
        self.assertLess(struck, 39, "every commit has had its turn")
        # Before the run is written down, or after all is done, nobody can tell of it.
        self.assertLessEqual(raised, {1, struck})
        measured("a failure at every one of %s commits", struck)
