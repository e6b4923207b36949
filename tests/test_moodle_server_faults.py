"""The scripted Moodle can be told to fail, delay, cut a body or lie; and it behaves like
either generation of mod_attendance."""

import http.client
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from .builders import START
from .moodle_server import Fault, MoodleServer, MoodleState
from .moodle_server.profiles import PROFILES

TOKEN = "t" * 32
UPDATE = "mod_attendance_update_user_status"
READ = "mod_attendance_get_session"


class Asker:
    """A bare client: status and parsed body of an answer."""

    def __init__(self, url):
        self.address = urlsplit(url)

    def response(self, function, **params):
        form = {"wstoken": TOKEN, "wsfunction": function, "moodlewsrestformat": "json", **params}
        connection = http.client.HTTPConnection(
            self.address.hostname, self.address.port, timeout=10
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/webservice/rest/server.php", urlencode(form), headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()

    def __call__(self, function, **params):
        return json.loads(self.response(function, **params)[2])


@tagged("post_install", "-at_install")
class ServerCase(BaseCase):
    profile = "2024"

    def setUp(self):
        super().setUp()
        state = self.state = MoodleState(timezone="Asia/Kolkata", now=START)
        user = state.add_user("oecsync", "Odoo", "Sync")
        state.add_token(TOKEN, user, PROFILES[self.profile].service)
        course = state.add_course("Algebra I", "ALG1")
        self.students = [state.add_user(f"s{n}", f"S{n}", "Test") for n in range(20)]
        for student in self.students:
            state.enrol(course, student)
        self.activity = state.add_attendance(course, "Lectures")
        self.session = state.add_session(self.activity, START)
        self.taker = user.id
        self.server = MoodleServer(state, self.profile).start()
        self.addCleanup(self.server.stop)
        self.ask = Asker(self.server.url)

    def update(self, student=0, acronym="P", ask=None, **params):
        values = {
            "sessionid": self.session.id,
            "studentid": self.students[student].id,
            "takenbyid": self.taker,
            "statusid": self.state.status_of(self.session, acronym).id,
            "statusset": "0",
            **params,
        }
        return (ask or self.ask)(UPDATE, **values)

    def ask_session(self):
        return self.ask(READ, sessionid=self.session.id)

    @property
    def marks(self):
        return self.state.marks(self.session)


class TestFaults(ServerCase):
    def test_cut_before_moodle_has_acted(self):
        self.server.faults.add(Fault.cut_before(1))
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.update()
        self.assertEqual((self.marks, self.server.write_count), ({}, 0))
        self.assertIsNone(self.update())

    def test_cut_after_moodle_has_acted(self):
        self.server.faults.add(Fault.cut_after(2))
        self.update(0)
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.update(1)
        self.assertEqual((len(self.marks), self.server.write_count), (2, 2))

    def test_a_page_of_a_server_in_front(self):
        self.server.faults.add(Fault.http(1, 503, retry_after=7, times=2))
        for _number in range(2):
            status, headers, body = self.ask.response(READ, sessionid=self.session.id)
            self.assertEqual((status, headers["Retry-After"]), (503, "7"))
            self.assertIn(b"<html>", body)
        self.assertEqual(self.ask_session()["id"], self.session.id)

    def test_the_nth_call_of_one_function(self):
        self.server.faults.add(Fault.error(2, "sitemaintenance", function=UPDATE))
        self.update(0)
        self.ask_session()
        self.assertEqual(self.update(1)["errorcode"], "sitemaintenance")
        self.assertEqual((len(self.marks), self.server.write_count), (1, 1))

    def test_bodies(self):
        self.server.faults.add(Fault.garbage(1))
        self.server.faults.add(Fault.truncated(2))
        self.server.faults.add(Fault.huge(3, 5_000_000))
        _status, _headers, body = self.ask.response(READ, sessionid=self.session.id)
        self.assertRaises(ValueError, json.loads, body)
        with self.assertRaises(http.client.IncompleteRead):
            self.ask.response(READ, sessionid=self.session.id)
        _status, _headers, body = self.ask.response(READ, sessionid=self.session.id)
        self.assertGreater(len(body), 5_000_000)

    def test_a_lie(self):
        self.server.faults.add(Fault.lie(1, lambda answer: {**answer, "id": 77}))
        self.assertEqual(self.ask_session()["id"], 77)
        self.assertEqual(self.ask_session()["id"], self.session.id)

    def test_delay(self):
        self.server.faults.add(Fault.delay(1, 0.3))
        started = time.monotonic()
        self.ask_session()
        self.assertGreaterEqual(time.monotonic() - started, 0.3)

    def test_numbers_begin_again(self):
        self.ask_session()
        self.server.reset_calls()
        self.server.faults.add(Fault.error(1, "nopermissions"))
        self.assertEqual(self.ask_session()["errorcode"], "nopermissions")


class TestServer(ServerCase):
    def test_the_date_follows_its_clock(self):
        _status, headers, _body = self.ask.response(READ, sessionid=self.session.id)
        self.assertEqual(headers.get_all("Date"), ["Tue, 03 Nov 2026 03:30:00 GMT"])
        self.state.clock.advance(90)
        self.update()
        self.assertEqual(self.session.lasttaken, START + 90)

    def test_something_happens_before_an_answer(self):
        student = self.students[3]
        self.server.on_call(lambda call, state: state.mark(self.session, student, "L"))
        self.assertEqual(len(self.ask_session()["attendance_log"]), 1)

    def test_parallel_writes_lose_no_row(self):
        threads = [threading.Thread(target=self.update, args=(n,)) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(self.session.log), 20)
        self.assertEqual(len({row.id for row in self.session.log}), 20)
        self.assertEqual(self.server.write_count, 20)

    def test_a_state_is_kept_and_brought_back(self):
        self.update(0)
        kept = self.state.snapshot()
        self.update(0, "A")
        self.state.restore(kept)
        session = self.state.sessions[self.session.id]
        self.assertEqual(set(self.state.marks(session).values()), {"P"})

    def test_it_runs_by_itself(self):
        folder = Path(__file__).parent
        with subprocess.Popen(
            [sys.executable, "-m", "moodle_server", "--port", "0"],
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                _name, url, _word, token = process.stdout.readline().split()
                answer = Asker(url)("core_webservice_get_site_info", wstoken=token)
            finally:
                process.kill()
        self.assertEqual(answer["siteurl"], url)

    def test_the_generation_of_2024_checks_next_to_nothing(self):
        self.assertIsNone(self.update(statusid=99999, statusset="nonsense"))
        self.assertEqual(self.marks, {self.students[0].id: None})


class TestServer2026(ServerCase):
    profile = "2026"

    def test_it_checks_status_and_set(self):
        self.assertEqual(self.update(), "OK")
        for wrong in ({"statusid": 99999}, {"statusset": "1"}):
            self.assertEqual(self.update(1, **wrong)["errorcode"], "invalidparameter")
        self.assertEqual(len(self.marks), 1)
