"""Whatever Moodle answers: nothing but a typed error that names the call leaves the
client and the reader, the token never shows, and a run goes on.

``FUZZ`` says how many answers are tried at the client and its readers in plain Python,
``FUZZ_RUNS`` how many in whole runs, ``FUZZ_LINES`` how many on a real line.
"""

import json
import os
import time
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from odoo.tests import tagged
from odoo.tests.common import TransactionCase
from odoo.tools import mute_logger

from ..services.domain.mark_rows import Expected
from ..services.domain.moodle_text import unusable
from ..services.moodle import moodle_client
from ..services.moodle import moodle_errors as errors
from ..services.moodle import moodle_transport as transport
from ..services.moodle.attendance_api import AttendanceApi
from ..services.moodle.companion_api import CompanionApi
from ..services.moodle.module_detector import SITE_INFO, detect, site_info_from
from ..services.moodle.moodle_client import MoodleClient
from ..services.moodle.moodle_reader import MoodleReader
from .builders import START
from .canned import RECORDINGS
from .common import through_to_localhost
from .measured import measured
from .moodle_server import Fault
from .moodle_server.profiles import PROFILES
from .mutations import TOKEN, body_of, cases, changes, mutated, recorded, response
from .raw_server import RawServer
from .test_run import SYNC, TwoCourses

CASES = int(os.environ.get("FUZZ", 5000))
RUNS = int(os.environ.get("FUZZ_RUNS", 50))
LINES = int(os.environ.get("FUZZ_LINES", 300))

DETECTION = detect(
    {
        "userid": 2,
        "functions": [
            {"name": name, "version": "1"}
            for name in (
                "mod_attendance_get_session", "mod_attendance_get_sessions", "mod_attendance_add_session",
                "mod_attendance_update_user_status", "mod_wsattendance_get_courses_with_today_sessions",
            )
        ],
    }
)  # fmt: skip
NEW = SimpleNamespace(
    activity_id=1, description="x", starts=1, duration=1, group_id=0, reference="oec_sheet_1"
)
PUSH = SimpleNamespace(session_id=1, user_id=2, status_id=3, status_set=0)
SESSION = ("mod_attendance_get_session", "mod_wsattendance_get_session")
OWN = "local_wsattendance_"


def detected(client):
    found = detect(client.fetch(SITE_INFO))
    # A sentence that is still to be translated can't be compared.
    return replace(found, problem=repr(found.problem))


def set_marks(client):
    """Marks of those whom the answer is about: it is refused as another one's else."""
    try:
        rows = json.loads(client._wire.answer[2])["results"]
        ids = [row["studentid"] for row in rows if isinstance(row["studentid"], int)]
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        ids = [1]
    expected = Expected(5, 1_790_000_000, "a remark")
    pushes = [
        SimpleNamespace(user_id=id_, status_id=3, remark="x", expected=expected) for id_ in ids
    ]
    return CompanionApi(client).set_marks(1, pushes, 2)


# Name: (functions whose recorded answers are changed, what is done with the client).
OPERATIONS = {
    "site": ((SITE_INFO,), lambda client: site_info_from(client.fetch(SITE_INFO))),
    "detection": ((SITE_INFO,), detected),
    "courses": (("core_course_get_courses",), lambda client: MoodleReader(client).courses()),
    "activities": (
        ("core_course_get_contents",),
        lambda client: MoodleReader(client).activities(2),
    ),
    "users": (
        ("core_enrol_get_enrolled_users",),
        lambda client: MoodleReader(client).enrolled_users(2, with_roles=True),
    ),
    "people": (
        ("core_user_get_users_by_field",),
        lambda client: MoodleReader(client).users_by_id((3, 4, 5)),
    ),
    "groups": (("core_group_get_course_groups",), lambda client: MoodleReader(client).groups(2)),
    "session": (SESSION, lambda client: AttendanceApi(client, DETECTION).session(5)),
    "sessions": (
        ("mod_attendance_get_sessions",),
        lambda client: AttendanceApi(client, DETECTION).sessions(1),
    ),
    "today": (
        ("mod_wsattendance_get_courses_with_today_sessions",),
        lambda client: AttendanceApi(client, DETECTION).sessions_today(30),
    ),
    "added": (
        ("mod_attendance_add_session",),
        lambda client: AttendanceApi(client, DETECTION).add_session(NEW),
    ),
    "pushed": (
        ("mod_attendance_update_user_status", "mod_wsattendance_update_user_status"),
        lambda client: AttendanceApi(client, DETECTION).update_status(PUSH, 2),
    ),
    "digests": ((OWN + "get_digests",), lambda client: CompanionApi(client).digests([2, 3])),
    "course": ((OWN + "get_sessions",), lambda client: CompanionApi(client).course(2)),
    "marks": ((OWN + "set_marks",), set_marks),
    "added once": ((OWN + "add_session",), lambda client: CompanionApi(client).add_session(NEW)),
}
RAISED = {
    "time over": transport.TimeOverError,
    "no answer": transport.NoAnswerError,
    "broken": transport.BrokenAnswerError,
    "too large": transport.TooLargeError,
}
MOST_CALLS = 12


class FakeWire:
    """Answers each call alike; a reader that asks for page after page is ended."""

    kinds = frozenset()

    def __init__(self, answer):
        self.answer = answer
        self.calls = 0
        self.function = None

    def post(self, form, silence, deadline):
        self.calls += 1
        before, self.function = self.function, dict(form)["wsfunction"]
        if before and self.function == SITE_INFO:
            # Asked only to tell why the call before was refused.
            self.function = before
        if self.calls > MOST_CALLS:
            raise transport.TimeOverError("paging without end")
        if isinstance(self.answer, str):
            raise RAISED[self.answer](f"{self.answer} {TOKEN}")
        status, headers, body = self.answer
        encoding = headers.get("Content-Encoding")
        if encoding:
            raise transport.CompressedError("Content-Encoding")
        return transport.Reply(status, CaseInsensitiveDict(headers), body)


def configured(examples):
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        # The same cases in every `make test`; others in `make fuzz`.
        derandomize="FUZZ" not in os.environ,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        print_blob=True,
    )


def texts(value):
    """All texts and numbers in a record or a nest of them."""
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, str | int) and not isinstance(one, bool):
            yield one
        elif isinstance(one, dict):
            todo += [*one, *one.values()]
        elif isinstance(one, tuple | list | set | frozenset):
            todo += one
        elif hasattr(one, "__dataclass_fields__"):
            todo += [getattr(one, name) for name in one.__dataclass_fields__]


class FuzzCase(TransactionCase):
    many_cases = True

    _request_handler = through_to_localhost

    @contextmanager
    def timed(self, what, number):
        started = time.monotonic()
        yield
        measured("%s %s in %.0f s: %s", number, what, time.monotonic() - started, dict(self.ends))

    def count(self, end):
        self.ends[end] = self.ends.get(end, 0) + 1

    def check_error(self, error, function):
        self.assertEqual(error.function, function)
        words = error.explain(self.env)
        if error.scope != errors.SITE and error.errorcode is None:
            self.assertIn(function.partition("attendance_")[2] or function, words + str(error))
        self.assertGreater(len(words), 30)
        self.assertLess(len(words), 1200)
        self.check_text(words)
        self.check_text(str(error) + repr(error))

    def check_text(self, text):
        self.assertFalse(unusable(text), ascii(text))
        self.assertNotIn(TOKEN, text.lower())


@tagged("post_install", "-at_install")
class TestAnswers(FuzzCase):
    def test_the_client_and_its_readers(self):
        self.ends = {}
        seeds = {name: recorded(*functions) for name, (functions, _act) in OPERATIONS.items()}
        self.assertTrue(all(seeds.values()), {n: len(s) for n, s in seeds.items()})

        @configured(CASES)
        @given(name=st.sampled_from(sorted(OPERATIONS)), case=cases())
        def check(name, case):
            which, wanted, trouble, where = case
            answer = mutated(seeds[name][which % len(seeds[name])], wanted)
            ends = []
            # What is built while it is parsed is what is built afterwards.
            for large in (moodle_client.LARGE, 0):
                wire = FakeWire(response(body_of(answer), trouble, where))
                clock = transport.Clock(sleep=lambda seconds: None)
                client = MoodleClient("https://moodle.example", TOKEN, clock=clock, wire=wire)
                with patch.object(moodle_client, "LARGE", large):
                    try:
                        ends.append(OPERATIONS[name][1](client))
                    except errors.MoodleError as error:
                        self.check_error(error, wire.function)
                        ends.append(type(error).__name__)
            self.assertEqual(ends[0], ends[1])
            failed = isinstance(ends[0], str)
            self.count(ends[0] if failed else "an answer")
            if not failed:
                self.check_result(name, ends[0])

        with self.timed("answers", CASES):
            check()

    def check_result(self, name, result):
        for one in texts(result):
            if isinstance(one, int):
                self.assertLess(abs(one), 2**31)
            else:
                self.assertNotIn(TOKEN, one.lower())
                self.assertFalse(unusable(one), ascii(one))

    def test_all_recordings_are_read(self):
        """What is changed is not refused as it is."""
        self.assertTrue(sorted(RECORDINGS.glob("*.json")))
        for name, (functions, act) in OPERATIONS.items():
            read = 0
            for answer in recorded(*functions):
                wire = FakeWire((200, {}, body_of(answer)))
                client = MoodleClient("https://moodle.example", TOKEN, wire=wire)
                try:
                    act(client)
                except errors.MoodleError as error:
                    one_page = "total" in answer and len(answer["sessions"]) < answer["total"]
                    refused = answer == [] or "exception" in answer or one_page
                    self.assertTrue(refused, f"{name}: {error}")
                else:
                    read += 1
            self.assertTrue(read, name)


@tagged("post_install", "-at_install")
class TestLines(FuzzCase):
    def test_bytes_on_a_line(self):
        """Recorded answers and their headers, cut, repeated, spoiled and dripping."""
        self.ends = {}
        seeds = [body_of(answer)[:3000] for answer in recorded(SITE_INFO)]
        pieces = st.sampled_from(
            [
                b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.0 200\r\n", b"HTTP/1.1 303 See\r\n",
                b"HTTP/1.1 503 Busy\r\n", b"Location: https://a.example/\r\n", b"Retry-After: 3\r\n", b"\r\n", b"\n", b"\x00",
                b"Content-Length: 5\r\n", b"Content-Length: 99999\r\n", b"Content-Length: -1\r\n", b"Content-Length: x\r\n",
                b"Transfer-Encoding: chunked\r\n", b"5\r\n[1,2]\r\n", b"0\r\n\r\n", b"fffffffff\r\n", b"zz\r\n",
                b"Content-Encoding: gzip\r\n", b"Content-Encoding: gzip, gzip\r\n", b"Connection: keep-alive\r\n",
                b"Connection: close\r\n", b"Date: Mon, 99\r\n", b"Set-Cookie: a=b\r\n", b"no colon\r\n", b": empty\r\n",
                b" folded\r\n", TOKEN.encode(), b"X: " + TOKEN.encode() + b"\r\n", b"\xff" * 20, b"A" * 70_000, b"[1, 2]",
            ]
        )  # fmt: skip
        line = st.tuples(
            st.lists(pieces, max_size=7),
            st.integers(0, 5),
            st.booleans(),
            st.sampled_from([0, 0, 0, 0.3]),
        )
        state = {}

        def play(connection, request):
            parts, which, whole, pause = state["case"]
            if whole:
                body = seeds[which % len(seeds)]
                head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(body)
                connection.sendall(head + b"".join(parts[:2]) + b"\r\n" + body)
            for part in parts:
                connection.sendall(part)
                if pause:
                    server.wait(pause)
            return True

        server = RawServer(play)
        self.addCleanup(server.stop)
        self.patch(MoodleClient, "first_pause", 0)

        @configured(LINES)
        @given(case=line)
        def check(case):
            state["case"] = case
            client = MoodleClient(server.url, TOKEN)
            started = time.monotonic()
            try:
                result = client.fetch(SITE_INFO, 0.2)
            except errors.MoodleError as error:
                self.count(type(error).__name__)
                self.check_error(error, SITE_INFO)
            else:
                self.count("an answer")
                self.assertNotIn(TOKEN, str(result).lower())
            self.assertLess(time.monotonic() - started, 0.9)

        with self.timed("answers on a line", LINES):
            check()


@tagged("post_install", "-at_install")
class TestRuns(TwoCourses, FuzzCase):
    """The first course's answers are changed; the second course is read all the same."""

    def setUp(self):
        super().setUp()
        functions = PROFILES[self.profile].service
        self.moodle.add_token(TOKEN, user=self.sync_user, functions=functions)
        self.instance.token = TOKEN
        # Of calls that are under way together it is chance whose comes first.
        self.instance.calls_at_once = 1
        self.first = self.add_session("PALEPA")
        self.add_session("LL", starts=START + 3600, group=self.groups[0])
        self.lab = self.add_session("AAPPLE", activity=self.labs)

    FUNCTIONS = (
        SITE_INFO, "core_course_get_courses", "core_course_get_contents", "mod_attendance_get_sessions",
        "core_enrol_get_enrolled_users", "core_group_get_course_groups",
    )  # fmt: skip
    OF_THE_SITE = {SITE_INFO, "core_course_get_courses"}

    @mute_logger(SYNC, "odoo.sql_db")
    def test_whole_runs(self):
        self.ends = {}
        self.env.flush_all()

        @configured(RUNS)
        @given(function=st.sampled_from(self.FUNCTIONS), wanted=changes())
        def check(function, wanted):
            savepoint = self.env.cr.savepoint(flush=True)
            try:
                self.check_run(function, wanted)
            finally:
                savepoint.close(rollback=True)
                self.env.invalidate_all()

        with self.timed("whole runs", RUNS):
            check()

    def check_run(self, function, wanted):
        self.server.faults.clear()
        self.server.reset_calls()
        self.server.faults.add(
            Fault.lie(1, lambda answer: mutated(answer, wanted), function=function)
        )
        result = self.sync()
        ended = " unexpectedly by " + function if "unexpected" in result.message else ""
        self.count(result.state + ended)
        self.assertIn(result.state, ("done", "partial", "failed", "skipped"))
        self.check_text(result.message)
        run = self.run_of(result)
        self.assertTrue(run.ended_at)
        self.assertNotIn("unexpected", result.message)
        if function not in self.OF_THE_SITE:
            self.assertEqual(self.statuses(self.lab), "AAPPLE")
        for line in self.sheets.attendance_line:
            self.assertEqual(sum((line.present, line.absent, line.late, line.excused)), 1)
        if not self.sheets:
            self.server.faults.clear()
            self.assertEqual(self.sync().state, "done")
            self.assertEqual(self.statuses(self.lab), "AAPPLE")
