"""The site on which local_wsattendance was recorded, read back out of its own first answers, as a
state of the scripted Moodle; and what was asked of it, in order. What was done between two
questions is of dev/moodle/record.py, which asked them."""

import json

from .canned import RECORDINGS
from .moodle_server import MoodleState
from .moodle_server import state as s

VERSIONS = {"4.3": "companion-2024", "5.1": "companion"}
# Two topics have a last entry that was asked once the marks had been written.
BEFORE, AFTER, WHOLE = slice(None, -1), slice(-1, None), slice(None)
ORDER = (
    ("site_info", WHOLE), ("get_courses", WHOLE), ("get_status", WHOLE),
    ("get_digests", BEFORE), ("get_sessions", BEFORE), ("set_marks", WHOLE),
    ("get_digests", AFTER), ("get_sessions", AFTER), ("add_session", WHOLE), ("legacy", WHOLE),
    ("grouping", WHOLE), ("get_accounts", WHOLE),
)  # fmt: skip
TOPICS = {topic for topic, _part in ORDER}


def entries(version, topic):
    """Recorded calls of a topic, as they might have been of this machine's server: it has no
    encryption, and its secrets another name."""
    text = (RECORDINGS / f"companion/{version}/{topic}.json").read_text()
    text = text.replace("https://moodle.example", "http://moodle.example")
    text = text.replace('"PRIVATE_ACCESS_KEY"', '"PRIVATE_KEY"')
    text = text.replace("x" * 20 + "…(2000)", "x" * 2000)
    return [entry for entry in json.loads(text)["entries"] if "response" in entry]


def answer(version, topic, name):
    (entry,) = [entry for entry in entries(version, topic) if entry["name"] == name]
    return entry["response"]["json"]


def made(version, topic, name):
    """:return: the id of the session that an answer is the first to name"""
    found = answer(version, topic, name)
    if topic == "legacy":
        return found[0]["attendance_instances"][0]["today_sessions"][0]["id"]
    return found["sessionid"]


def asked(version):
    """:return: of ``(topic, entry)`` in the order in which they were recorded"""
    return [(topic, entry) for topic, part in ORDER for entry in entries(version, topic)[part]]


def cast(version):
    """:return: a new ``MoodleState`` as it was before the first recorded write"""
    state = MoodleState(timezone="UTC", now=1795685600)
    read = answer(version, "get_sessions", "a course")
    info = answer(version, "site_info", "companion")
    (today,) = answer(version, "legacy", "today")
    listing = answer(version, "get_courses", "one course")
    (listed,) = listing["courses"]
    course = s.Course(
        read["courseid"], today["fullname"], today["shortname"], listed["idnumber"],
        startdate=listed["startdate"], enddate=listed["enddate"], groupmode=listed["groupmode"],
        timecreated=listed["timecreated"],
    )  # fmt: skip
    state.courses[1].fullname = info["sitename"]
    state.courses[1].timecreated = listing["sitecreated"]
    sync_user = state.users[info["userid"]] = s.User(
        info["userid"], info["username"], info["firstname"], info["lastname"]
    )
    read_in(state, course, read)
    names = [function["name"] for function in info["functions"]]
    (narrow,) = [row["id"] for row in read["users"] if row["roles"] == ["teacher"]]
    # Made just before.
    no_rights = state.users[narrow - 1] = s.User(narrow - 1, info["username"], "None", "Family")
    state.add_token("TOKEN_COMPANION", sync_user, names)
    whole = [f["name"] for f in answer(version, "site_info", "whole")["functions"]]
    state.add_token("TOKEN_WHOLE", sync_user, whole)
    state.add_token("TOKEN_NARROW", state.users[narrow], whole, only_own=True, can_log_in=True)
    state.add_token("TOKEN_NONE", no_rights, whole, limited=True, can_log_in=True)
    return state


def read_in(state, course, read):
    """Put what the plug-in says of a course into a state.

    :param read: its answer to ``local_wsattendance_get_sessions``
    """
    state.courses[course.id] = course
    state.enrolments[course.id] = {}
    _people(state, course, read["users"])
    for row in read["groups"]:
        state.groups[row["id"]] = s.Group(
            row["id"], course.id, row["name"], row["idnumber"], set(row["members"])
        )
    for row in read["activities"]:
        state.attendances[row["id"]] = s.Attendance(
            row["id"], course.id, row["name"], row["groupmode"], bool(row["visible"]),
            row["groupingid"], row["cmid"],
        )  # fmt: skip
    for row in read["statuses"]:
        state.statuses[row["id"]] = s.Status(
            row["id"], row["attendanceid"], row["acronym"], row["description"], row["grade"],
            row["setnumber"], bool(row["visible"]), bool(row["deleted"]),
        )  # fmt: skip
    for row in read["sessions"]:
        _session(state, row)


def _people(state, course, rows):
    for row in rows:
        state.users[row["id"]] = s.User(
            row["id"], f"user{row['id']}", row["firstname"], row["lastname"], row["email"],
            row["idnumber"], suspended=bool(row["suspended"]),
        )  # fmt: skip
        if row["enrolled"]:
            role, *more = row["roles"]
            state.enrolments[course.id][row["id"]] = s.Enrolment(
                row["id"], role, bool(row["active"]), tuple(more)
            )


def _session(state, row):
    session = state.sessions[row["id"]] = s.Session(
        row["id"], row["attendanceid"], row["sessdate"], row["duration"], row["groupid"],
        row["statusset"], row["description"], row["lasttaken"] or None, row["lasttakenby"],
        row["timemodified"], descriptionformat=row["descriptionformat"],
    )  # fmt: skip
    session.log = [
        s.Row(
            mark["id"], mark["studentid"], mark["statusid"], mark["remarks"], mark["timetaken"],
            mark["takenby"],
        )
        for mark in row["marks"]
    ]  # fmt: skip
    state._last_row = max([state._last_row, *(mark["id"] for mark in row["marks"])])
