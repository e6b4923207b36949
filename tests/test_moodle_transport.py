"""A call has an end, whatever is sent: in time, in size, and in where it leads."""

import gzip
import json
import os
import socket
import ssl
import subprocess
import tempfile
import time
import tracemalloc
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import BaseCase, TransactionCase, _super_send

from ..services.moodle import connecting, moodle_transport
from ..services.moodle import moodle_errors as errors
from ..services.moodle.attendance_api import AttendanceApi
from ..services.moodle.module_detector import detect
from ..services.moodle.moodle_client import MoodleClient
from .common import through_to_localhost
from .measured import measured
from .raw_server import RawServer, answer

TOKEN = "5ec4e75ec4e75ec4e75ec4e75ec4e75e"
MB = 1024 * 1024


@tagged("post_install", "-at_install")
class TestTurns(BaseCase):
    """The order in which the addresses of a host are tried."""

    def turns(self, *numbers, answered=None):
        targets = [(":" in number, (number, 443)) for number in numbers]
        answered = answered and (":" in answered, (answered, 443))
        return [place[0] for _family, place in connecting.in_turn(targets, answered)]

    def test_one_family_after_the_other(self):
        self.assertEqual(self.turns("a:", "b:", "c:", "x", "y"), ["a:", "x", "b:", "y", "c:"])
        self.assertEqual(self.turns("x", "y", "a:"), ["x", "a:", "y"])
        self.assertEqual(self.turns("x", "y"), ["x", "y"])
        self.assertEqual(self.turns(), [])

    def test_first_what_has_answered(self):
        self.assertEqual(self.turns("a:", "b:", "x", answered="x"), ["x", "a:", "b:"])
        self.assertEqual(self.turns("a:", "x", answered="gone"), ["a:", "x"])


@tagged("post_install", "-at_install")
class RawCase(TransactionCase):
    _request_handler = through_to_localhost

    def setUp(self):
        super().setUp()
        self.patch(MoodleClient, "first_pause", 0)

    def serve(self, play, **values):
        self.server = RawServer(play, **values)
        self.addCleanup(self.server.stop)
        return self.server

    def send(self, data, close=True):
        return self.serve(lambda line, request: line.sendall(data) or close)

    def client(self, **values):
        return MoodleClient(self.server.url, TOKEN, **values)

    def error(self, kind, silence=None, client=None, **values):
        client = client or self.client(**values)
        started = time.monotonic()
        with self.assertRaises(errors.MoodleError) as caught:
            client.fetch("core_course_get_courses", silence)
        self.seconds = time.monotonic() - started
        self.assertIs(type(caught.exception), kind, caught.exception)
        self.assertNotIn(TOKEN, caught.exception.explain(self.env) + str(caught.exception))
        return caught.exception


class TestTime(RawCase):
    """A byte now and then is no answer."""

    def drip(self, before, drop, pause=0.05):
        def play(line, request):
            line.sendall(before)
            while self.server.wait(pause):
                line.sendall(drop)

        return self.serve(play)

    def places(self):
        yield "headers", b"HTTP/1.1 200 OK\r\nX: ", b"x"
        yield "many headers", b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"
        yield "before the answer", b"", b"HTTP/1.1 100 Continue\r\n\r\n"
        yield "body", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n[", b"1,"
        yield "body without end", b"HTTP/1.1 200 OK\r\n\r\n[", b"1,"
        yield "chunks", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n1\r\n"
        yield "length of a chunk", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"
        yield "what is not wanted", b"HTTP/1.1 502 Bad\r\nContent-Length: 100000\r\n\r\n", b"x"
        yield (
            "a redirect",
            b"HTTP/1.1 303 See\r\nLocation: /\r\nContent-Length: 99999\r\n\r\n",
            b"x",
        )

    def test_the_whole_of_a_call(self):
        worst = 0
        for name, before, drop in self.places():
            with self.subTest(name):
                self.drip(before, drop)
                self.error(errors.MoodleTooSlow, 0.3)
                self.assertLess(self.seconds, 1.0)
                worst = max(worst, self.seconds)
                self.server.stop()
        measured("a drip ends after %.2f s at most, where a call may take 0.6 s", worst)

    def test_of_all_calls_together(self):
        """Whoever waits has a moment after which nothing goes on."""
        self.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n[", b"1,")
        error = self.error(errors.MoodleOutOfTime, 10, deadline=time.monotonic() + 0.4)
        self.assertLess(self.seconds, 0.8)
        self.assertEqual(error.scope, errors.SITE)
        self.assertIn("did not answer in time", error.explain(self.env))

    def test_none_is_begun_after_it(self):
        self.send(answer())
        client = self.client(deadline=time.monotonic() - 1)
        self.error(errors.MoodleOutOfTime, client=client)
        self.assertEqual(self.server.connections, 0)

    def test_repetitions_are_within_it(self):
        self.send(b"")
        self.patch(MoodleClient, "first_pause", 0.2)
        self.error(errors.MoodleUnreachable, deadline=time.monotonic() + 0.5)
        self.assertLess(self.seconds, 0.6)

    def test_silence(self):
        self.serve(lambda line, request: self.server.wait(5))
        self.error(errors.MoodleTooSlow, 0.2)
        self.assertEqual(len(self.server.requests), 1, "asked once, not five times")

    def test_a_name_server_that_does_not_answer(self):
        self.send(answer())
        client = MoodleClient(f"http://localhost:{self.server.port}", TOKEN)
        client.deadline = time.monotonic() + 0.2
        with patch.object(socket, "getaddrinfo", lambda *args, **more: time.sleep(3)):
            self.error(errors.MoodleOutOfTime, client=client)
        self.assertLess(self.seconds, 0.6)

    def test_a_greeting_of_tls_that_does_not_end(self):
        server = self.serve(lambda line, request: None)
        client = MoodleClient(server.url.replace("http:", "https:"), TOKEN)
        client.deadline = time.monotonic() + 0.4
        with self.assertRaises(errors.MoodleError):
            client.fetch("a_function")
        self.assertLess(time.monotonic(), client.deadline + 0.5)


class TestSize(RawCase):
    """Not more is taken than is accepted, and nothing is unpacked."""

    def setUp(self):
        super().setUp()
        self.patch(moodle_transport.HttpTransport.__init__, "__defaults__", (None, None, MB, None))

    def flood(self, head, size=64 * MB, piece=b"x" * 65536):
        self.sent = 0

        def play(line, request):
            line.sendall(head)
            while self.sent < size:
                self.sent += line.send(piece)
            return True

        self.serve(play)

    def peak(self, kind):
        tracemalloc.start()
        try:
            error = self.error(kind)
            return error, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    def test_floods(self):
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for name, head, piece, kind in (
            ("body", b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536, errors.MoodleAnswerTooLarge),
            ("announced", b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n", b"x" * 65536,
             errors.MoodleAnswerTooLarge),
            ("one chunk", chunked + b"ffffffff\r\n", b"x" * 65536, errors.MoodleAnswerTooLarge),
            ("small chunks", chunked, b"1\r\nx\r\n" * 9000, errors.MoodleAnswerTooLarge),
            ("a chunk's length", chunked, b"0" * 65536, errors.MoodleUnreadable),
            ("a redirect", b"HTTP/1.1 303 See Other\r\nLocation: /\r\n\r\n", b"x" * 65536,
             errors.MoodleAnswerTooLarge),
            ("trouble", b"HTTP/1.1 502 Bad Gateway\r\n\r\n", b"x" * 65536, errors.MoodleAnswerTooLarge),
            ("100 Continue", b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000, errors.MoodleAnswerTooLarge),
        ):  # fmt: skip
            with self.subTest(name):
                self.flood(head, piece=piece)
                _error, peak = self.peak(kind)
                # A bytearray is an eighth larger than what is in it.
                self.assertLess(peak, 6.2 * MB)
                self.assertLess(self.sent, 16 * MB)

    def test_headers_without_end(self):
        self.flood(b"HTTP/1.1 200 OK\r\n", piece=b"A: b\r\n" * 1000)
        self.peak(errors.MoodleUnreachable)

    def test_nothing_is_asked_for_compressed(self):
        self.send(answer())
        self.client().fetch("a_function")
        self.assertIn(b"\r\naccept-encoding: identity\r\n", self.server.requests[0].lower())

    def test_bombs(self):
        plain = b"[" + b"0," * (8 * MB) + b"0]"
        twice = gzip.compress(gzip.compress(plain))
        for encoding in (
            b"gzip, gzip",
            b"gzip",
            b"deflate",
            b"br",
            b"zstd",
            b"x",
            b"identity, gzip",
        ):
            for status in (b"200 OK", b"303 See Other", b"503 Busy"):
                with self.subTest(f"{encoding} {status}"):
                    head = b"Content-Encoding: %s\r\nLocation: /x\r\n" % encoding
                    self.send(answer(twice, head, status))
                    error, peak = self.peak(errors.MoodleCompressed)
                    self.assertLess(peak, 4 * MB)
                    self.assertIn("compression", error.explain(self.env))
                    self.server.stop()

    def test_what_says_that_it_is_not_compressed(self):
        self.send(answer(b"[1]", b"Content-Encoding: identity\r\n"))
        self.assertEqual(self.client().fetch("a_function"), [1])


class TestAnswers(RawCase):
    """Whatever is sent, a typed error comes of it."""

    def test_what_is_no_http(self):
        for data in (
            b"", b"\x00", b"\xff\xfe\x00", b"SSH-2.0-x\r\n", b"HTTP/9.9 abc\r\n\r\n", b"HTTP/1.1\r\n\r\n",
            b"HTTP/1.1 99999 x\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n\x00: \xff\r\nno colon\r\n\r\n<",
            b"HTTP/1.1 200 OK\r\nContent-Length: 3, 4\r\n\r\n[]x",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\n[1,23\r\n0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[1]",
            b"HTTP/1.1 200 OK\r\n" + b"A" * 70_000 + b": b\r\n\r\n[]",
            b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 300 + b"\r\n[]",
            b"HTTP/1.1 302 x\r\nLocation: http://[::1\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n[",
        ):  # fmt: skip
            with self.subTest(data[:60]):
                self.send(data)
                with self.assertRaises(errors.MoodleError) as caught:
                    self.client().fetch("a_function", 1)
                self.assertEqual(caught.exception.function, "a_function")
                self.assertGreater(len(caught.exception.explain(self.env)), 40)
                self.server.stop()

    def test_odd_dates(self):
        for date in (
            b"", b" ", b",", b"Mon", b"99999999999", b"Mon, 99 Xxx 99999 99:99:99 +99999",
            b"Mon, 01 Jan 9999 00:00:00 GMT", b"Mon, 01 Jan 0001 00:00:00 GMT", b"1 1 1 1 1 1 1",
            b"\xff\x00", b"Sat, 01 Jan 2000 00:00:00 -9999999999999999999",
        ):  # fmt: skip
            with self.subTest(date):
                self.send(answer(b"[]", b"Date: %s\r\n" % date))
                client = self.client()
                self.assertEqual(client.fetch("a_function", 1), [])
                self.assertIsNone(client.clock_offset)
                self.server.stop()

    def test_cookies_are_not_kept(self):
        self.send(answer(b"[]", b"Set-Cookie: a=b; Path=/\r\n"), close=False)
        client = self.client()
        client.fetch("a_function")
        client.fetch("a_function")
        self.assertEqual(self.server.connections, 1, "the connection is kept")
        self.assertFalse([one for one in self.server.requests if b"ookie" in one])

    def test_the_token_stands_in_no_log(self):
        head = b"Location: /?t=%s\r\nX\x00%s\r\nno colon %s\r\n" % ((TOKEN.encode(),) * 3)
        for status in (
            b"200 OK",
            b"303 See Other",
            b"500 Broken " + TOKEN.encode(),
            TOKEN.encode(),
        ):
            self.send(answer(TOKEN.encode(), head, status))
            with (
                self.assertLogs("", "DEBUG") as logs,
                self.assertRaises(errors.MoodleError) as caught,
            ):
                self.client().fetch("a_function", 1)
            self.assertNotIn(TOKEN, f"{caught.exception} {caught.exception.explain(self.env)}")
            self.assertNotIn(TOKEN, "\n".join(logs.output))
            self.server.stop()


class TestWhereItLeads(RawCase):
    def lead_to(self, *numbers):
        """The name of the server leads to these."""
        port = self.server.port
        found = [
            (socket.AF_INET6 if ":" in n else socket.AF_INET, socket.SOCK_STREAM, 6, "", (n, port))
            for n in numbers
        ]
        self.patch(socket, "getaddrinfo", lambda *args, **more: found)

    def test_a_name_that_leads_to_what_is_never_asked(self):
        self.send(answer())
        for number in (
            "169.254.169.254",
            "fe80::1",
            "::ffff:169.254.169.254",
            "0.0.0.0",
            "fd00:ec2::254",
        ):
            self.lead_to(number)
            error = self.error(errors.MoodleRefusedAddress)
            self.assertIn("never a Moodle", error.explain(self.env))
        self.lead_to("169.254.169.254", "127.0.0.1")
        self.error(errors.MoodleRefusedAddress)
        self.assertEqual(self.server.connections, 0)

    def test_it_is_connected_to_what_was_looked_at(self):
        """A second look at the name would find another number."""
        self.send(answer())
        numbers = iter(["127.0.0.1", "169.254.169.254"])
        self.patch(
            socket,
            "getaddrinfo",
            lambda *args, **more: [
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(numbers), self.server.port))
            ],
        )
        client = self.client()
        self.assertEqual(client.fetch("a_function"), [])
        self.assertEqual(client.kinds, {"loopback"})

    def test_the_next_number_where_one_does_not_answer(self):
        self.send(answer())
        self.lead_to("127.77.77.77", "127.0.0.1")
        self.assertEqual(self.client().fetch("a_function"), [])

    def dead(self, number):
        """What neither refuses nor answers at this number: a queue that is full, of somebody who
        takes nobody out of it."""
        queue = socket.create_server((number, self.server.port), backlog=0)
        self.addCleanup(queue.close)
        while True:
            one = socket.socket()
            self.addCleanup(one.close)
            one.settimeout(0.2)
            try:
                one.connect((number, self.server.port))
            except TimeoutError:
                return

    def test_a_dead_route_that_is_listed_first(self):
        """It keeps nobody waiting, and is not asked again."""
        self.send(answer(b"[7]"))
        self.dead("127.77.77.77")
        self.lead_to("127.77.77.77", "127.0.0.1")
        client = self.client(deadline=time.monotonic() + 5)
        started = time.monotonic()
        self.assertEqual(client.fetch("a_function"), [7])
        first = time.monotonic() - started
        self.assertLess(first, 1)
        started = time.monotonic()
        self.assertEqual(client.fetch("a_function"), [7])
        again = time.monotonic() - started
        self.assertEqual(self.server.connections, 2, "a connection of its own")
        self.assertLess(again, connecting.BESIDE)
        measured("beside a dead route: %.2f s, and once it is known %.3f s", first, again)

    def test_nothing_but_dead_routes(self):
        self.send(answer())
        self.dead("127.77.77.77")
        self.dead("127.77.77.78")
        self.lead_to("127.77.77.77", "127.77.77.78")
        self.patch(connecting, "CONNECT_TIMEOUT", 0.3)
        error = self.error(errors.MoodleUnreachable, deadline=time.monotonic() + 9)
        self.assertIn("timed out", error.detail)

    def test_until_the_time_is_over(self):
        self.send(answer())
        self.dead("127.77.77.77")
        self.lead_to("127.77.77.77")
        self.error(errors.MoodleOutOfTime, deadline=time.monotonic() + 0.4)
        self.assertLess(self.seconds, 0.8)

    def test_a_refused_number_behind_those_that_are_tried(self):
        self.send(answer(b"[7]"), close=False)
        self.lead_to("127.77.77.77", "127.0.0.1", "169.254.169.254")
        self.assertEqual(self.client().fetch("a_function"), [7])
        self.lead_to("127.77.77.77", "169.254.169.254")
        self.error(errors.MoodleRefusedAddress)

    def test_proxies_of_the_environment_are_used(self):
        self.send(answer(b"[7]"))
        client = MoodleClient("http://moodle.example", TOKEN)
        environment = {"http_proxy": self.server.url, "no_proxy": ""}
        # Only to the server of this test, though the address says otherwise.
        self.patch(type(self), "_request_handler", classmethod(_through))
        with patch.dict(os.environ, environment):
            self.assertEqual(client.fetch("a_function"), [7])
        self.assertTrue(self.server.requests[0].startswith(b"POST http://moodle.example/"))

    def test_a_netrc_is_not(self):
        self.send(answer())
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "netrc")
            path.write_text("machine 127.0.0.1 login me password secret\n")
            with patch.dict(os.environ, NETRC=str(path)):
                self.client().fetch("a_function")
        self.assertNotIn(b"authorization", self.server.requests[0].lower())


class TestCertificates(RawCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.certificate = str(Path(folder.name, "certificate.pem"))
        cls.key = str(Path(folder.name, "key.pem"))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
             "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", cls.key, "-out",
             cls.certificate],
            check=True, capture_output=True,
        )  # fmt: skip

    def setUp(self):
        super().setUp()
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.certificate, self.key)
        self.serve(lambda line, request: line.sendall(answer(b"[7]")) or True, tls=tls)

    def test_one_of_its_own_is_not_trusted(self):
        error = self.error(errors.MoodleUntrusted)
        self.assertIn("CA file", error.explain(self.env))
        self.assertFalse(self.server.requests, "the token was not sent")

    def test_but_with_its_file(self):
        self.assertEqual(self.client(ca_file=self.certificate).fetch("a_function"), [7])

    def test_or_with_that_of_the_environment(self):
        with patch.dict(os.environ, REQUESTS_CA_BUNDLE=self.certificate):
            self.assertEqual(self.client().fetch("a_function"), [7])
            with patch.object(moodle_transport, "environment_certificates", lambda: None):
                self.error(errors.MoodleUntrusted)

    def test_of_another_host(self):
        client = MoodleClient(self.server.url.replace("127.0.0.1", "localhost"), TOKEN,
                              ca_file=self.certificate)  # fmt: skip
        with self.assertRaises(errors.MoodleUntrusted):
            client.fetch("a_function")

    def test_a_file_that_is_gone(self):
        error = self.error(errors.MoodleUntrusted, ca_file="/nowhere/at/all.pem")
        self.assertNotIn("/nowhere", error.explain(self.env))


@tagged("post_install", "-at_install")
class TestPhotos(RawCase):
    """A teacher has pasted a photo into the descriptions of sessions: without our plug-in, Moodle
    hands it over with each of them."""

    PHOTO = "<img src='data:image/png;base64," + "iVBORw0KGgo/" * 75_000 + "'>"

    def sessions(self, count):
        return [
            {"id": i, "attendanceid": 1, "courseid": 2, "groupid": 0, "sessdate": 1_790_000_000,
             "duration": 3600, "lasttaken": None, "lasttakenby": 0, "statusset": 0, "timemodified": 0,
             "description": f"<p dir=\"ltr\">Lesson</p>{self.PHOTO} [oec_sheet_{i}]",
             "statuses": [], "attendance_log": [], "users": []}
            for i in range(1, count + 1)
        ]  # fmt: skip

    def listed(self, count):
        body = json.dumps(self.sessions(count)).encode()
        self.send(answer(body))
        api = AttendanceApi(self.client(), detect({"userid": 2, "functions": []}))
        tracemalloc.start()
        try:
            sessions, odd = api.sessions(1)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        self.assertEqual(odd, ())
        self.assertEqual(len(sessions), count)
        for session in sessions:
            self.assertIn(f"[oec_sheet_{session.id}]", session.description)
            self.assertTrue(session.description.startswith('<p dir="ltr">Lesson'))
            self.assertLess(len(session.description), 2000)
        return len(body), peak

    def test_forty_of_them(self):
        size, peak = self.listed(40)
        self.assertLess(peak, 8 * MB)
        measured("an answer of %.0f MB with photos takes %.1f MB", size / MB, peak / MB)

    def test_one_of_them(self):
        """Its reference stands behind what was kept of it until now."""
        self.listed(1)

    def test_more_than_is_accepted_of_them(self):
        self.patch(moodle_transport, "MOST_RECEIVED", 4 * MB)
        self.send(answer(json.dumps(self.sessions(6)).encode()))
        self.error(errors.MoodleAnswerTooLarge)


def _through(cls, session, request, /, **more):
    return _super_send(session, request, **more)
