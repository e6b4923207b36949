"""The recorded site, read back out of its own answers, as a state of the scripted
Moodle: same ids, names, marks. What no answer tells (activities of course 5, groups
without members) is of the recordings' description of their cast."""

from functools import cache
from html import unescape

from .canned import recording
from .moodle_server import MoodleState
from .moodle_server import state as s
from .replay import LAST_ROW

SYNC_USER, LIMITED, TEACHER, OTHER_TEACHER, DELETED, TEMPORARY = 32, 33, 30, 31, 29, 74
TOKENS = {
    "TOKEN_LEGACY": (SYNC_USER, "legacy", {}),
    "TOKEN_NATIVE": (SYNC_USER, "native", {}),
    "TOKEN_NONE": (SYNC_USER, "none", {}),
    "TOKEN_LIMITED": (LIMITED, "both", {"limited": True}),
    "TOKEN_TEACHER": (TEACHER, "both", {}),
    "TOKEN_TEACHER2": (OTHER_TEACHER, "both", {}),
    "TOKEN_EXPIRED": (SYNC_USER, "legacy", {"refusal": "accessexception", "expired": True}),
    "TOKEN_IPLOCKED": (SYNC_USER, "legacy", {"refusal": "accessexception"}),
}
# Activities: id -> course, name, group mode, visible.
ACTIVITIES = {
    1: (2, "Lectures", 2, True),
    2: (2, "Labs", 1, True),
    3: (3, "Physics attendance", 0, True),
    4: (4, "Hidden attendance", 0, False),
    5: (5, "Unmapped attendance", 0, True),
    6: (6, "Large attendance", 0, True),
    7: (5, "Bad remarks", 0, True),
    8: (5, "No sessions", 0, True),
}
GROUPS_OF_OTHERS = {4: 3, 5: 3, 6: 4}
POISONED = {
    20: "<b>late</b>",
    21: "<script>alert(1)</script>",
    22: "arrived <10 min late",
}
# The large course had 200 sessions more; the next one that is made is 226.
LAST_SESSION = 225


def answer(topic, name):
    return recording(topic)[name]["response"]["json"]


def cast():
    """:return: a new ``MoodleState`` as it was before the first recorded write"""
    state = MoodleState(timezone="Asia/Kolkata", now=1795444800)
    state.restore(_tables())
    return state


@cache
def _tables():
    """Read once, as the recordings are large."""
    state = MoodleState()
    _courses(state)
    _people(state)
    _groups(state)
    for number, (course, name, groupmode, visible) in ACTIVITIES.items():
        state.attendances[number] = s.Attendance(number, course, name, groupmode, visible)
    _sessions(state)
    for value, (user, functions, trouble) in TOKENS.items():
        names = [f["name"] for f in _functions(value)] or s.SERVICES[functions]
        state.tokens[value] = s.Token(value, user, tuple(names), **trouble)
    return state.snapshot()


def _functions(token):
    entry = recording("site_info").get(f"site_info {token}")
    return entry["response"]["json"]["functions"] if entry else ()


def _courses(state):
    state.courses.clear()
    for row in answer("courses", "get_courses, no options"):
        state.courses[row["id"]] = s.Course(
            row["id"],
            unescape(row["fullname"]),
            row["shortname"],
            row["idnumber"],
            bool(row["visible"]),
        )
        state.enrolments[row["id"]] = {}


def _session_answers():
    for entry in recording("get_session").values():
        row = entry["response"].get("json")
        if entry["name"].startswith("legacy get_session") and "id" in row:
            yield row


def _people(state):
    names, accounts = {}, {}
    for session in _session_answers():
        for row in session["users"]:
            names[row["id"]] = row["firstname"], row["lastname"]
            enrolments = state.enrolments[session["courseid"]]
            enrolments.setdefault(row["id"], s.Enrolment(row["id"]))
    for entry in recording("users").values():
        rows = entry["response"]["json"] if "response" in entry else ()
        if entry["request"]["token"] == "TOKEN_LEGACY" and isinstance(rows, list):
            for row in rows:
                accounts.setdefault(row["id"], {}).update(row)
    for token in ("LEGACY", "LIMITED", "TEACHER"):
        row = answer("site_info", f"site_info TOKEN_{token}")
        names[row["userid"]] = row["firstname"], row["lastname"]
        accounts.setdefault(row["userid"], {"username": row["username"]})
    for number in {*names, *accounts, TEMPORARY}:
        row = accounts.get(number, {})
        first, last = names.get(number) or row.get("fullname", "Temporary Attendee").split(" ", 1)
        state.users[number] = s.User(
            number,
            row.get("username", f"user{number}"),
            first,
            last,
            email=row.get("email", ""),
            idnumber=row.get("idnumber", ""),
            deleted=number == DELETED,
            suspended=row.get("suspended", False),
            temporary=number == TEMPORARY,
        )
    for course, title in ((2, "enrolled users course 1"), (3, "enrolled users course 2 (ended")):
        (name,) = [name for name in recording("users") if name.startswith(title)]
        for row in answer("users", name):
            roles = [role["shortname"] for role in row.get("roles", ())] or ["student"]
            if row["id"] in (TEACHER, OTHER_TEACHER) and not row.get("roles"):
                roles = ["editingteacher"]
            state.enrolments[course][row["id"]] = s.Enrolment(row["id"], roles[0])
    running = {row["id"] for row in answer("users", "enrolled users course 2, active only")}
    for enrolment in state.enrolments[3].values():
        enrolment.active = enrolment.user_id in running
    for row in answer("users", "enrolled users, suspended enrolments only"):
        state.enrolments[2][row["id"]].active = False
    for course in (4, 5):
        state.enrolments[course][TEACHER] = s.Enrolment(TEACHER, "editingteacher")


def _groups(state):
    for row in answer("groups", "groups of course 1"):
        state.groups[row["id"]] = s.Group(row["id"], 2, row["name"], row["idnumber"])
    for row in answer("groups", "members of two groups"):
        state.groups[row["groupid"]].members = set(row["userids"])
    for row in answer("users", "enrolled users course 1"):
        for group in row.get("groups", ()):
            state.groups[group["id"]].members.add(row["id"])
    for number, course in GROUPS_OF_OTHERS.items():
        state.groups[number] = s.Group(number, course, f"Group {number}")


def _sessions(state):
    for row in _session_answers():
        session = state.sessions[row["id"]] = s.Session(
            row["id"],
            row["attendanceid"],
            row["sessdate"],
            row["duration"],
            row["groupid"],
            row["statusset"],
            row["description"],
            row["lasttaken"],
            row["lasttakenby"],
            row["timemodified"],
        )
        session.log = [
            s.Row(int(mark["id"]), mark["studentid"], int(mark["statusid"]), mark["remarks"])
            for mark in row["attendance_log"]
        ]
        for status in row["statuses"]:
            state.statuses[status["id"]] = s.Status(
                status["id"],
                status["attendanceid"],
                status["acronym"],
                status["description"],
                status["grade"],
                status["setnumber"],
            )
    # Of two rows of one student only the last is told (recording update_user_status).
    state.sessions[16].log.insert(0, s.Row(132, 3, 13, ""))
    for number, remark in POISONED.items():
        state.sessions[number] = s.Session(number, 7, 1795750200, timemodified=1792463400)
        state.sessions[number].log = [s.Row(8000 + number, 3, 1, remark)]
    state.sessions[LAST_SESSION] = s.Session(LAST_SESSION, 6, 1795750200)
    state._last_row = LAST_ROW
