"""What stands between Moodle and here: text around its answers, pages in their place, a dead route.
What is written although its answer could not be read is recognised by the next run."""

import socket
from urllib.parse import urlsplit

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MoodleCase
from .faults import COMMENT, NOTICE, PAGE
from .measured import measured
from .moodle_server import Fault
from .test_both import BothCase
from .test_run import SYNC

SPOILED = {
    "a notice before it": lambda body: NOTICE + body,
    "a comment after it": lambda body: body + COMMENT,
    "nothing": lambda body: b"",
    "a page": lambda body: PAGE,
}


class WriteCase(BothCase):
    marks = "mod_attendance_update_user_status"
    added = "mod_attendance_add_session"

    @mute_logger(SYNC)
    def test_marks(self):
        session = self.agreed()
        for number, (name, change) in enumerate(SPOILED.items()):
            letter = "LA"[number % 2]
            with self.subTest(name):
                self.mark_here(session, 1, letter)
                self.server.faults[:] = [Fault.spoiled(1, change, function=self.marks, times=9)]
                self.server.reset_calls()
                self.sync()
                self.assertEqual(self.moodle_marks(session)[0], letter, "Moodle has it")
                self.server.faults.clear()
                self.server.reset_calls()
                result = self.sync()
                self.assertEqual(result.state, "done", result)
                self.assertBoth(session, f"{letter}PPP")
                self.assertEqual(self.server.write_count, 0, "nothing is done twice")
                run = self.run_of(result)
                self.assertEqual((run.conflicts_moodle, run.conflicts_oec), (0, 0))
                self.assertFalse(self.open_gaps())

    @mute_logger(SYNC)
    def test_a_session(self):
        self.instance.create_moodle_sessions = True
        self.make_sheet("PALE")
        self.server.faults[:] = [
            Fault.spoiled(1, SPOILED["a notice before it"], function=self.added, times=9)
        ]
        self.sync()
        (session,) = self.moodle.sessions_of(self.moodle_course)
        self.server.faults.clear()
        self.server.reset_calls()
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.moodle.sessions_of(self.moodle_course), [session])
        self.assertBoth(session, "PALE")
        self.assertFalse(self.open_gaps())


@tagged("post_install", "-at_install")
class TestWrites(WriteCase):
    pass


@tagged("post_install", "-at_install")
class TestWritesWithThePlugIn(WriteCase):
    profile = "companion"
    marks = "local_wsattendance_set_marks"
    added = "local_wsattendance_add_session"


@tagged("post_install", "-at_install")
class TestInWords(MoodleCase):
    @mute_logger(SYNC)
    def test_a_notice_before_each_answer_of_a_course(self):
        self.add_session("PALE")
        reading = "mod_attendance_get_sessions"
        self.server.faults.append(
            Fault.spoiled(1, SPOILED["a notice before it"], function=reading, times=99)
        )
        result = self.sync()
        self.assertIn("PHP message", result.message)
        self.assertIn("Display debug messages", result.message)
        self.assertIn("Undefined index: x", result.message)
        self.server.faults.clear()
        self.assertEqual(self.sync().state, "done")


@tagged("post_install", "-at_install")
class TestDeadRoute(MoodleCase):
    """It is listed first, and neither refuses nor answers: each button tries the other one."""

    def setUp(self):
        super().setUp()
        self.session = self.add_session("PALE")
        self.port = urlsplit(self.server.url).port
        self.lead_to(f"http://localhost:{self.port}")
        self.server.site.wwwroot = self.instance.url
        full = socket.create_server(("127.77.77.77", self.port), backlog=0)
        self.addCleanup(full.close)
        while True:
            one = socket.socket()
            self.addCleanup(one.close)
            one.settimeout(0.2)
            try:
                one.connect(("127.77.77.77", self.port))
            except TimeoutError:
                break
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, self.port))
            for number in ("127.77.77.77", "127.0.0.1")
        ]
        self.patch(socket, "getaddrinfo", lambda *args, **more: found)

    def test_connection(self):
        action = self.instance.action_test_connection()
        self.assertEqual(action["params"]["type"], "success", action)

    def test_sync_now(self):
        with self.own_cursors():
            self.instance.action_sync_now()
        run = self.instance.last_run_id
        self.assertEqual(run.state, "done", run.summary)
        self.assertEqual(self.statuses(self.session), "PALE")
        measured("a run beside a dead route takes %.1f s", run.seconds)

    def test_preview(self):
        with self.own_cursors():
            action = self.instance.action_preview()
        report = self.env["moodle.sync.report"].browse(action["res_id"])
        self.assertEqual(report.state, "done", report.problem)
