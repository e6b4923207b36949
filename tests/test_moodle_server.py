"""The scripted Moodle against recordings of a real one: every recorded request."""

from email.utils import parsedate_to_datetime
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from . import replay
from .canned import RECORDINGS, recording
from .measured import measured
from .moodle_server import MoodleServer, MoodleState
from .recorded_cast import cast
from .replay import comparable, differences, recorded_answer, send

# (topic, beginning of the name): why it is not replayed.
TEACHER = "what a teacher may not do is not scripted: the add-on has an account of its own"
LOGIN = "the add-on never asks Moodle for a token"
EXCLUDED = {
    ("add_session", "add_attendance with mod/attendance:addinstance only"): (
        "single rights are not scripted, only all or none"
    ),
    ("courses", "get_courses as teacher"): TEACHER,
    ("get_session", "teacher not enrolled in that course"): TEACHER,
    ("groups", "groups as a teacher in one group"): TEACHER,
    ("users", "users by idnumber as a teacher"): TEACHER,
    ("transport", "login/token.php"): LOGIN,
}


def site_of(server, name):
    """Bring the site into the state that the entry's name tells."""
    site, token = server.site, server.state.tokens["TOKEN_LEGACY"]
    state = name.rsplit(": ", 1)[0]
    if state == "maintenance mode set in the admin pages":
        site.maintenance = "admin"
    elif state == "maintenance mode set on the command line":
        site.maintenance = "cli"
    elif state == "web services disabled":
        site.webservices_enabled = False
    elif state == "REST protocol disabled":
        site.rest_enabled = False
    elif state.startswith("service ") or state == "role lost webservice/rest:use":
        token.refusal = "accessexception"
    elif state == "token's user suspended":
        token.refusal = "wsaccessusersuspended"
    elif state == "token's user deleted":
        token.refusal = "wsaccessuserdeleted"
    elif state == "token's user must change the password":
        site.account_trouble = "forcepasswordchangenotice"
    elif state == "token's user has an unfinished profile":
        site.account_trouble = "usernotfullysetup"
    elif state == "site policy not agreed":
        site.account_trouble = "sitepolicynotagreed"
    elif state == "role lost the attendance capabilities":
        site.attendance_trouble = "requireloginerror"
    elif state == "attendance plugin hidden by the administrator":
        site.attendance_trouble = "invalidcoursemoduleid"
    elif state == "database refuses the connection":
        site.database_down = True
    elif state.startswith("wwwroot is https"):
        site.wwwroot = site.wwwroot.replace("http:", "https:")
    elif state.startswith("wwwroot has a folder"):
        site.wwwroot += "/moodle"
    elif "PHP's default 1000" in state:
        site.max_input_vars = 1000
    elif "Kiritimati" in state:
        server.state.users[token.user_id].timezone = "Pacific/Kiritimati"
    elif "Los_Angeles" in state:
        server.state.users[token.user_id].timezone = "America/Los_Angeles"
    site.debugging = state == "with developer debugging"


def entries(topic):
    return [entry for entry in recording(topic).values() if "response" in entry]


def excluded(topic, name):
    return any(topic == other and name.startswith(start) for other, start in EXCLUDED)


@tagged("post_install", "-at_install")
class ReplayCase(BaseCase):
    def server(self):
        server = MoodleServer(cast()).start()
        self.addCleanup(server.stop)
        return server

    def ask(self, entry, server):
        """:return: the recorded answer and the one there is, ready to be compared"""
        site_of(server, entry["name"])
        expected = recorded_answer(entry, server)
        server.state.clock.set(int(parsedate_to_datetime(expected.headers["date"]).timestamp()))
        answer = send(server, entry["request"])
        if expected.total is not None:
            self.assertEqual(len(answer.body), expected.total)
            kept = {row["id"] for row in expected.body}
            answer.body = [row for row in answer.body if row["id"] in kept]
        for one in (expected, answer):
            one.body = comparable(entry["request"]["function"], one.body)
        return expected, answer


@tagged("post_install", "-at_install")
class TestRecordings(ReplayCase):
    """Writes of one topic follow each other on one site, as they were recorded; each
    other request has a site of its own."""

    counts = {"by value": 0, "pages": 0, "left out": 0, "times rows of the log": 0}

    @classmethod
    def tearDownClass(cls):
        counts = ", ".join(f"{number} {kind}" for kind, number in cls.counts.items())
        measured("recorded requests: %s", counts)
        super().tearDownClass()

    def replay(self, topic, fresh=True):
        """:param fresh: a new site for each request; else they follow each other"""
        server = None
        for entry in entries(topic):
            if excluded(topic, entry["name"]):
                self.counts["left out"] += 1
                continue
            if server is None or fresh:
                server = self.server()
            with self.subTest(topic=topic, name=entry["name"]):
                self.compare(entry, server)

    def compare(self, entry, server):
        expected, answer = self.ask(entry, server)
        self.assertEqual(answer.status, expected.status)
        for name in ("content-type", "retry-after", "location"):
            recorded, answered = (a.headers.get(name, "").lower() for a in (expected, answer))
            self.assertEqual(answered, recorded, name)
        if isinstance(expected.body, str):
            self.compare_text(expected.text, answer.text)
            self.counts["pages"] += 1
            return
        found = list(differences(expected.body, answer.body))
        self.assertFalse(found[:8], found[:8])
        self.counts["by value"] += 1

    def compare_text(self, expected, answered):
        """XML of which the beginning was kept; else a page for people, of which only
        counts that it is one."""
        if expected.startswith("<?xml"):
            self.assertEqual(answered[: len(expected)], expected)
        else:
            self.assertEqual(answered[:5].lower(), expected[:5].lower())

    def test_courses(self):
        self.replay("courses")

    def test_users(self):
        self.replay("users")

    def test_groups(self):
        self.replay("groups")

    def test_site_info(self):
        self.replay("site_info")

    def test_today(self):
        self.replay("today")

    def test_get_session(self):
        self.replay("get_session")

    def test_get_sessions(self):
        self.replay("get_sessions")

    def test_update_user_status(self):
        """With the log's rows before and after each call, as the database had them."""
        server, recorded = self.server(), recording("update_user_status")
        observed = {
            name.removesuffix(": log rows"): entry["observed"]
            for name, entry in recorded.items()
            if name.endswith(": log rows")
        }
        for entry in entries("update_user_status"):
            rows = observed.pop(entry["name"], None)
            with self.subTest(name=entry["name"]):
                before = self.log_rows(server, entry)
                self.compare(entry, server)
                if rows:
                    self.assertEqual(before, self.without_others(rows["before"]))
                    after = self.log_rows(server, entry)
                    self.assertEqual(after, self.without_others(rows["after"]))
                    self.counts["times rows of the log"] += 1
        self.assertEqual(observed, {})

    @staticmethod
    def log_rows(server, entry):
        params = dict(entry["request"]["params"])
        session = server.state.sessions.get(int(params["sessionid"]))
        rows = [
            {"id": r.id, "studentid": r.user_id, "statusid": r.status_id, "remarks": r.remarks}
            for r in (session.log if session else ())
            if r.user_id == params.get("studentid")
        ]
        return sorted(rows, key=lambda row: row["id"])

    @staticmethod
    def without_others(rows):
        """Without the columns that no answer shows."""
        return [
            {key: row[key] for key in ("id", "studentid", "statusid", "remarks")} for row in rows
        ]

    def test_add_session(self):
        self.replay("add_session", fresh=False)

    def test_errors(self):
        # An expired token is known once, and never again.
        self.replay("errors", fresh=False)

    def test_site_state(self):
        self.replay("site_state")

    def test_transport(self):
        self.replay("transport")


@tagged("post_install", "-at_install")
class TestExceptions(ReplayCase):
    """Whatever is not compared has to have a reason to be."""

    def test_no_topic_is_forgotten(self):
        topics = {path.stem for path in RECORDINGS.glob("*.json")}
        tested = {name.removeprefix("test_") for name in dir(TestRecordings)}
        self.assertEqual(topics - tested, set())

    def test_what_is_left_out_still_differs(self):
        for topic, start in EXCLUDED:
            found = [entry for entry in entries(topic) if entry["name"].startswith(start)]
            self.assertTrue(found, start)
            for entry in found:
                with self.subTest(name=entry["name"]):
                    expected, answer = self.ask(entry, self.server())
                    same_status = expected.status == answer.status
                    self.assertFalse(
                        same_status and not list(differences(expected.body, answer.body))
                    )

    def test_what_may_vary_does(self):
        varied = set()
        for topic in ("courses", "errors", "site_info", "users"):
            for entry in entries(topic):
                if not excluded(topic, entry["name"]):
                    server = self.server()
                    bodies = [answer.body for answer in self.ask(entry, server)]
                    # Hundreds of them at once would be too many threads.
                    server.stop()
                    with patch.object(replay, "VARIES", frozenset()):
                        found = list(differences(*bodies))
                    varied |= {line.split(":")[0].rsplit(".", 1)[-1] for line in found}
        self.assertEqual(replay.VARIES - varied, set())


@tagged("post_install", "-at_install")
class TestNumbers(BaseCase):
    """A real Moodle gives no number twice: a sheet that knows a deleted session would be
    taken for one of another that got its number."""

    def test_a_number_is_given_once(self):
        state = MoodleState()
        activity = state.add_attendance(state.add_course("Algebra", "ALG"), "Lectures")
        first = state.add_session(activity, 1_793_687_400)
        kept = state.snapshot()
        del state.sessions[first.id]
        second = state.add_session(activity, 1_793_687_400)
        self.assertGreater(second.id, first.id)
        state.restore(kept)
        self.assertEqual(state.add_session(activity, 1_793_687_400).id, second.id)
