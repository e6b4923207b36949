"""What the scripted Moodle restores, held against what real ones make of the same: the plug-in's
answers before and after, without the numbers, and which numbers are other ones."""

import json

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from . import replay
from .canned import RECORDINGS
from .companion_cast import read_in
from .measured import measured
from .moodle_server import MoodleServer, MoodleState
from .moodle_server import state as s

PROFILES = {"4.3": "companion-2024", "5.1": "companion"}
TOKEN = "T" * 32
SHIFT = 28 * 86400


class Restored:
    """The same site as was recorded, and what was done to it there."""

    def __init__(self, entry):
        self.course = s.Course(**entry["before"]["course"])
        self.state = MoodleState(now=1796100000)
        read_in(self.state, self.course, entry["before"]["read"])
        (self.activity,) = self.state.attendances.values()
        account = self.state.add_user("oecsync", "Odoo", "Sync")
        self.state.add_token(TOKEN, account, "companion")

    @property
    def group(self):
        return next(g for g in self.state.groups.values() if g.name == "Batch 1")

    @property
    def student(self):
        """Who is in the other group."""
        (number,) = next(g for g in self.state.groups.values() if g.name == "Batch 2").members
        return self.state.users[number]

    def do(self, what):
        """:return: the course that holds it afterwards"""
        state = self.state
        if what == "an activity, by the recycle bin":
            state.bin_and_restore(self.activity)
        elif what == "an activity, by the recycle bin, when a group and a student were gone":
            item, student = state.delete_activity(self.activity), self.student
            state.delete_group(self.group)
            state.unenrol(self.course, student)
            state.restore_activity(item)
        elif what == "an activity of a group deleted before, by the recycle bin":
            state.delete_group(self.group)
            state.bin_and_restore(self.activity)
        elif what == "a backup of an activity beside it":
            state.restore_activity(state.back_up_activity(self.activity))
        elif what == "an activity duplicated":
            state.duplicate_activity(self.activity)
        elif what == "a course, by the recycle bin":
            return state.restore_course(state.delete_course(self.course))
        elif what == "a backup of a course beside it":
            return state.restore_course(state.back_up_course(self.course))
        elif what == "a backup of a course beside it, with another start":
            return state.restore_course(
                state.back_up_course(self.course), startdate=self.course.startdate + SHIFT
            )
        elif what == "a backup of a course beside it, without people":
            return state.restore_course(state.back_up_course(self.course, users=False))
        elif what == "a session deleted and added again":
            old = next(s for s in state.sessions.values() if s.description == "All")
            again = state.make_session_again(old, "Lesson")
            again.timemodified = old.timemodified
        elif what == "a group deleted and made again":
            state.make_group_again(self.group)
        else:
            raise AssertionError(what)
        return self.course


def said(course, read):
    """A course and what it holds, in no order, with names in the place of numbers.

    :param course: its row, or a ``state.Course``
    """
    groups = {row["id"]: row["name"] for row in read["groups"]} | {0: "all"}
    activities = {row["id"]: row["name"] for row in read["activities"]}
    statuses = {
        row["id"]: (activities[row["attendanceid"]], row["acronym"], row["setnumber"])
        for row in read["statuses"]
    }
    names = ("fullname", "shortname", "idnumber", "startdate", "enddate", "timecreated")
    return {
        "course": [course[name] for name in names],
        "activities": _sorted(read["activities"], "id", "cmid"),
        "statuses": sorted(
            [*statuses[row["id"]], *_values(row, "id", "attendanceid")] for row in read["statuses"]
        ),
        "groups": _sorted(read["groups"], "id"),
        "users": _sorted(read["users"]),
        "sessions": sorted(
            [
                activities[row["attendanceid"]],
                groups.get(row["groupid"], "a group that is gone"),
                *_values(row, "id", "attendanceid", "groupid", "marks"),
                sorted(
                    [statuses.get(mark["statusid"]), *_values(mark, "id", "statusid")]
                    for mark in row["marks"]
                ),
            ]
            for row in read["sessions"]
        ),
        "warnings": read["warnings"],
    }


def _values(row, *without):
    return [value for name, value in sorted(row.items()) if name not in without]


def _sorted(rows, *without):
    return sorted(_values(row, *without) for row in rows)


def numbers(course, read):
    """:return: all numbers, by what they are of"""
    found = {name: {row["id"] for row in read[name]} for name in ("activities", "statuses")}
    found |= {name: {row["id"] for row in read[name]} for name in ("groups", "sessions")}
    found["courses"] = {course["id"]}
    found["modules"] = {row["cmid"] for row in read["activities"]}
    found["rows"] = {mark["id"] for row in read["sessions"] for mark in row["marks"]}
    return found


def kept(before, after):
    """How many numbers of each kind are there still, and how many are other ones."""
    return {
        name: (len(before[name] & after[name]), len(after[name] - before[name])) for name in after
    }


@tagged("post_install", "-at_install")
class TestRestored(BaseCase):
    def check(self, version):
        text = (RECORDINGS / f"restores/{version}.json").read_text()
        entries = json.loads(text)["entries"]
        for entry in entries:
            with self.subTest(version=version, what=entry["name"]):
                self.compare(version, entry)
        measured("restores recorded on Moodle %s: %s", version, len(entries))

    def compare(self, version, entry):
        restored = Restored(entry)
        before = numbers(entry["before"]["course"], entry["before"]["read"])
        course = restored.do(entry["name"])
        server = MoodleServer(restored.state, PROFILES[version]).start()
        self.addCleanup(server.stop)
        found = {"course": vars(course), "read": self.answer(server, course)}
        recorded, scripted = (said(**one) for one in (entry["after"], found))
        for what, values in recorded.items():
            self.assertEqual(scripted[what], values, what)
        self.assertEqual(kept(before, numbers(**found)), kept(before, numbers(**entry["after"])))

    def answer(self, server, course):
        request = {
            "method": "POST",
            "path": "/webservice/rest/server.php",
            "token": TOKEN,
            "function": "local_wsattendance_get_sessions",
            "format": "json",
            "params": [["courseid", course.id]],
        }
        return replay.send(server, request).body

    def test_4_3(self):
        self.check("4.3")

    def test_5_1(self):
        self.check("5.1")
