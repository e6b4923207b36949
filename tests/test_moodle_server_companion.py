"""The scripted Moodle with local_wsattendance, held against every recorded answer of the real
plug-in."""

from email.utils import parsedate_to_datetime
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from . import companion_cast, replay
from .companion_cast import VERSIONS, asked, cast
from .measured import measured
from .moodle_server import MoodleServer
from .moodle_server.profiles import PROFILES
from .moodle_server.state import User

# All else is compared by value.
VARIES = frozenset({"userpictureurl", "version"})


@tagged("post_install", "-at_install")
class TestRecordings(BaseCase):
    """All that was asked of one site, in order, by one server."""

    def replay(self, version):
        server = MoodleServer(cast(version), VERSIONS[version]).start()
        self.addCleanup(server.stop)
        ordinals = {}, {}
        for topic, entry in asked(version):
            name = f"{topic}: {entry['name']}"
            self.before(server, version, name)
            with self.subTest(version=version, name=name):
                expected = replay.recorded_answer(entry, server)
                server.state.clock.set(self.moment(expected))
                found = replay.send(server, entry["request"])
                self.assertEqual(found.status, expected.status)
                self.assertEqual(found.headers["content-type"], expected.headers["content-type"])
                bodies = map(self.with_ordinals, ordinals, (expected.body, found.body))
                with patch.object(replay, "VARIES", VARIES):
                    differences = list(replay.differences(*bodies))
                self.assertFalse(differences[:8], differences[:8])
        measured("recorded requests of the plug-in on %s: %s", version, len(asked(version)))

    @staticmethod
    def before(server, version, name):
        """What was done in Moodle before it was asked this."""
        made = {"add_session: new": "add_session", "legacy: today": "legacy"}.get(name)
        if made:
            # Others make sessions there, too.
            number = companion_cast.made(version, made, name.partition(": ")[2])
            server.state.sessions.last = number - 1
        if name == "get_sessions: a long description":
            (session,) = companion_cast.answer(version, "get_sessions", "by id")["sessions"]
            text = "x" * 1500 + " [oec_sheet_11]"
            server.state.sessions[session["id"]].description = text
        if name == "legacy: today":
            (course,) = companion_cast.answer(version, "legacy", "today")
            (session,) = course["attendance_instances"][0]["today_sessions"]
            activities = server.state.attendances.values()
            (activity,) = [activity for activity in activities if activity.name == "Plain"]
            added = server.state.add_session(activity, session["sessdate"], description="Lesson")
            added.timemodified = 1789000000
        elif name == "get_sessions: a long description":
            (row,) = companion_cast.answer(version, *name.split(": "))["sessions"]
            text = "x" * 1500 + f" [{row['reference']}]"
            server.state.sessions[row["id"]].description = text
        elif name.startswith("grouping: with"):
            read = companion_cast.answer(version, "grouping", name.partition(": ")[2])
            for row in read["activities"]:
                if row["groupingid"]:
                    server.state.attendances[row["id"]].groupingid = row["groupingid"]
                    server.state.groupings[row["groupingid"]] = set(row["groups"])
        elif name == "get_accounts: three":
            for row in companion_cast.answer(version, "get_accounts", "three")["accounts"]:
                if row["deleted"]:
                    gone = User(row["id"], "gone", "Gone", "Person", deleted=True)
                    server.state.users[row["id"]] = gone

    @staticmethod
    def moment(expected):
        """When Moodle wrote: the answer's date may be a second later."""
        date = int(parsedate_to_datetime(expected.headers["date"]).timestamp())
        results = expected.body.get("results", ()) if isinstance(expected.body, dict) else ()
        written = [r["marks"][0]["timetaken"] for r in results if r["outcome"] == "written"]
        moment = max(written, default=date)
        if not date - 1 <= moment <= date:
            raise AssertionError((moment, date))
        return moment

    @staticmethod
    def with_ordinals(ordinals, body):
        """The first digest that ever came is 1, another one 2: which are alike, not what they
        are."""
        if not isinstance(body, dict) or "digests" not in body:
            return body
        digests = [
            {**row, "digest": ordinals.setdefault(row["digest"], len(ordinals) + 1)}
            for row in body["digests"]
        ]
        return {**body, "digests": digests}

    def test_4_3(self):
        self.replay("4.3")

    def test_5_1(self):
        self.replay("5.1")

    def test_no_entry_is_forgotten(self):
        for version in VERSIONS:
            folder = companion_cast.RECORDINGS / "companion" / version
            topics = {path.stem for path in folder.glob("*.json")}
            self.assertEqual(topics, companion_cast.TOPICS)
            recorded = [
                (topic, entry["name"])
                for topic in topics
                for entry in companion_cast.entries(version, topic)
            ]
            replayed = [(topic, entry["name"]) for topic, entry in asked(version)]
            self.assertEqual(sorted(replayed), sorted(recorded))
            dates = [
                parsedate_to_datetime(e["response"]["headers"]["Date"]) for _t, e in asked(version)
            ]
            self.assertEqual(dates, sorted(dates))

    def test_versions(self):
        """The recorded Moodle 5.1 had the Attendance of 2024."""
        for version, profile in VERSIONS.items():
            for row in companion_cast.answer(version, "site_info", "companion")["functions"]:
                if "_wsattendance_" in row["name"]:
                    self.assertEqual(row["version"], PROFILES[profile].version(row["name"]))
                elif version == "4.3" or not row["name"].startswith("mod_attendance_"):
                    found = PROFILES[profile].version(row["name"])
                    self.assertEqual(found, row["version"], row["name"])
