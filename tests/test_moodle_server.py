"""The scripted Moodle against recordings of a real one: every recorded request."""

from email.utils import parsedate_to_datetime

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from .canned import RECORDINGS, recording
from .measured import measured
from .moodle_server import MoodleServer
from .recorded_cast import cast
from .replay import comparable, differences, recorded_answer, send

# Compared by shape only: what a write has made, and a course's settings.
BY_SHAPE = {"add_session", "site_info"}
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


def entries(topic):
    return [entry for entry in recording(topic).values() if "response" in entry]


def excluded(topic, name):
    return any(topic == other and name.startswith(start) for other, start in EXCLUDED)


@tagged("post_install", "-at_install")
class TestRecordings(BaseCase):
    counts = {"values": 0, "shape": 0, "pages": 0, "excluded": 0}

    @classmethod
    def tearDownClass(cls):
        counts = ", ".join(f"{number} by {kind}" for kind, number in cls.counts.items())
        measured("recorded requests compared: %s", counts.replace("by excluded", "left out"))
        super().tearDownClass()

    def replay(self, topic, fresh=True):
        """:param fresh: a new site for each request; else they follow each other"""
        server = MoodleServer(cast()).start()
        self.addCleanup(lambda: server.stop())
        for entry in entries(topic):
            name = entry["name"]
            if excluded(topic, name):
                self.counts["excluded"] += 1
                continue
            if fresh:
                server.stop()
                server = MoodleServer(cast()).start()
            site_of(server, name)
            with self.subTest(topic=topic, name=name):
                self.compare(topic, entry, server)

    def compare(self, topic, entry, server):
        request, expected = entry["request"], recorded_answer(entry)
        server.state.clock.set(int(parsedate_to_datetime(expected.headers["Date"]).timestamp()))
        answer = send(server, request)
        self.assertEqual(answer.status, expected.status)
        if isinstance(expected.body, str):
            # A page for people, or XML that was cut: what counts is that it is no JSON.
            self.assertEqual(answer.text[:5].lower(), expected.text[:5].lower())
            self.counts["pages"] += 1
            return
        if expected.total is not None:
            self.assertEqual(len(answer.body), expected.total)
            kept = {row["id"] for row in expected.body}
            answer.body = [row for row in answer.body if row["id"] in kept]
        bodies = [comparable(request["function"], a.body) for a in (expected, answer)]
        by_value = topic not in BY_SHAPE
        found = list(differences(*bodies, by_value))
        self.assertFalse(found[:8], found[:8])
        self.counts["values" if by_value else "shape"] += 1

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
        self.replay("get_session", fresh=False)

    def test_get_sessions(self):
        self.replay("get_sessions", fresh=False)

    def test_update_user_status(self):
        self.replay("update_user_status", fresh=False)

    def test_add_session(self):
        self.replay("add_session", fresh=False)

    def test_errors(self):
        self.replay("errors", fresh=False)

    def test_site_state(self):
        self.replay("site_state")

    def test_transport(self):
        self.replay("transport")

    def test_nothing_is_left_out_by_mistake(self):
        topics = {path.stem for path in RECORDINGS.glob("*.json")}
        tested = {name.removeprefix("test_") for name in dir(self) if name.startswith("test_")}
        self.assertEqual(topics - tested, set())
        names = {(topic, entry["name"]) for topic in topics for entry in entries(topic)}
        for topic, start in EXCLUDED:
            self.assertTrue(any(t == topic and n.startswith(start) for t, n in names), start)
