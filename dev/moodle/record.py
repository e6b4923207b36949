"""Writes real answers of the plug-in into tests/recordings/companion/VERSION.

The format is that of the other recordings; tokens, secrets and the address are replaced.
Run by ``dev/test_moodle.sh record``.
"""

import json
import os
import pathlib
import re

import moodle_site

ROOT = pathlib.Path(__file__).resolve().parents[2] / "tests/recordings/companion"
HEADERS = ("Date", "Content-type", "Cache-Control", "Expires", "Pragma")
RAW = "$DB->insert_record('attendance_log', $in['row']);"


class Recorder:
    """Asks, and keeps question and answer by topic."""

    def __init__(self, sites):
        self.sites = sites
        self.topics = {}

    def ask(self, topic, name, function, note="", token="TOKEN_COMPANION", **params):
        site = self.sites[token]
        response = site.post(function, params)
        entry = {
            "name": name,
            "note": note,
            "request": {
                "method": "POST",
                "path": moodle_site.SERVER,
                "token": token,
                "function": function,
                "format": "json",
                "params": moodle_site.flat(params),
            },
            "response": {
                "status": response.status_code,
                "headers": {k: response.headers[k] for k in HEADERS if k in response.headers},
                "bytes": len(response.content),
                "ms": round(response.elapsed.total_seconds() * 1000),
                "json": self.cleaned(response.text),
            },
        }
        self.topics.setdefault(topic, []).append(entry)
        return response.json()

    def cleaned(self, text):
        for name, site in self.sites.items():
            text = text.replace(site.token, name)
            # PHP writes a slash as \\/.
            text = text.replace(site.url.replace("/", "\\/"), "https://moodle.example")
        answer = json.loads(text)
        if isinstance(answer, dict) and "userprivateaccesskey" in answer:
            answer["userprivateaccesskey"] = "PRIVATE_ACCESS_KEY"
        return answer

    def observe(self, topic, name, note, observed):
        entry = {"name": name, "note": note, "observed": observed}
        self.topics.setdefault(topic, []).append(entry)

    def save(self, folder, about):
        folder.mkdir(parents=True, exist_ok=True)
        for topic, entries in self.topics.items():
            content = {"topic": topic, "about": about[topic], "entries": entries}
            text = json.dumps(content, indent=1, ensure_ascii=False)
            (folder / f"{topic}.json").write_text(text + "\n", encoding="utf-8")


ABOUT = {
    "site_info": "The functions that the plug-in's services offer",
    "get_courses": "The courses, and which of them hold attendance",
    "get_status": "What the token's account is and may do",
    "get_digests": "Whether anything changed, before and after changes",
    "get_sessions": "A course in one call: people, groups, activities, statuses, sessions, marks",
    "set_marks": "Writing marks: written, same, changed, refused, cleared, doubled rows",
    "add_session": "Creating sessions, the same one twice",
    "legacy": "The three functions of the old plug-in by this one",
    "grouping": "An activity with a grouping: without a group in it, and with another one",
    "get_accounts": "What is known of accounts outside a course",
}


def _cast(stage):
    """Times are fixed where Moodle lets them be, so that two recordings differ little."""
    cast = stage("return new_cast($in['tag']);", tag=moodle_site.tag())
    p, late, absent = (cast["statuses"][letter] for letter in "PLA")
    marks = {
        0: [p, ""],
        1: [late, "<b>late</b>"],
        2: [absent, "arrived <10 min late & \"said\" 'sorry' 😀"],
        3: [p, "</script><script>alert(1)</script>"],
    }
    marks = {cast["students"][n]: mark for n, mark in marks.items()}
    stage(
        "teacher_saves($in['who'], $in['session'], $in['marks']);",
        who=cast["teacher"],
        session=cast["session"],
        marks=marks,
    )
    row = {"sessionid": cast["session"], "takenby": cast["teacher"], "remarks": "twice"}
    for status, taken in ((p, 1790000100), (late, 1790000200)):
        student = cast["students"][4]
        stage(RAW, row={**row, "studentid": student, "statusid": status, "timetaken": taken})
    for student, status in ((cast["outsider"], p), (cast["students"][5], 99999)):
        stage(RAW, row={**row, "studentid": student, "statusid": status, "timetaken": 1790000300})
    return cast


def _marks(recorder, cast):
    """Written, same, changed, refused, cleared."""
    ask, session, students = recorder.ask, cast["session"], cast["students"]
    state = cast["statuses"]
    function = "local_wsattendance_set_marks"
    now = {}
    read = recorder.sites["TOKEN_COMPANION"].rows(session, cast["course"])
    for student, rows in read.items():
        now[student] = max(rows, key=lambda row: (row["timetaken"], row["id"]))

    def mark(n, letter, **more):
        student = students[n]
        known = now.get(student)
        if known and "expected" not in more:
            more["expected"] = {k: known[k] for k in ("statusid", "timetaken")}
        return {"studentid": student, "statusid": state.get(letter, 0), **more}

    def write(name, *marks, where=session, note="", **more):
        return ask("set_marks", name, function, note, sessionid=where, marks=marks, **more)

    write(
        "four at once", mark(0, "A"), mark(6, "P"), mark(7, "L", remarks="<i>x</i>"), mark(1, "E")
    )
    write("the same again", mark(6, "P"), note="the answer got lost, and it is sent again")
    stale = {"statusid": state["P"], "timetaken": 1}
    write(
        "changed", mark(2, "P", expected=stale), mark(3, "L"), note="one of two is not as expected"
    )
    write("changed: none was expected", {"studentid": students[0], "statusid": state["P"]})
    gone = {"statusid": state["P"], "timetaken": 5}
    answer = write("one more", mark(9, "L", remarks="a remark"))
    written = {k: answer["results"][0]["marks"][0][k] for k in ("statusid", "timetaken")}
    write("changed: gone", mark(8, "P", expected=gone), note="there is no mark any more")
    write(
        "changed: the remark",
        mark(9, "P", expected={**written, "remarks": "another"}),
        note="status and time are as expected",
    )
    write("a doubled row made one", mark(4, "A", remarks="one row"))
    write("cleared", mark(5, "", remarks=""), note="statusid 0 and an empty remark")
    refused = [
        {"studentid": 999999, "statusid": state["P"]},
        {"studentid": cast["outsider"], "statusid": state["P"]},
        {"studentid": cast["teacher"], "statusid": state["P"]},
        {"studentid": students[11], "statusid": state["X1"]},
        {"studentid": students[9], "statusid": state["H"]},
        {"studentid": students[10], "statusid": state["D"]},
        {"studentid": students[7], "statusid": state["P"], "remarks": "x" * 2000},
        {"studentid": students[6], "statusid": state["P"]},
        {"studentid": students[6], "statusid": state["L"]},
    ]
    write("refused", *refused, mark(8, "P"), note="the last one is written")
    elsewhere = {"studentid": students[11], "statusid": cast["plainstatuses"]["P"]}
    write("refused: a status of another activity", elsewhere)
    # The long remark would only make the recording long.
    params = recorder.topics["set_marks"][-2]["request"]["params"]
    params[:] = [(k, "x" * 20 + "…(2000)" if v == "x" * 2000 else v) for k, v in params]
    other = {"studentid": students[6], "statusid": state["P"]}
    write("refused: of another group", other, where=cast["grouped"])
    write("no such session", mark(6, "P"), where=99999999)
    write("a taker who does not exist", mark(6, "P"), takenby=99999999)
    write("a taker who may not take it", mark(6, "P"), takenby=students[0])
    write("by a teacher's name", mark(10, "L"), takenby=cast["teacher"])


def _grouping(recorder, stage, cast):
    """The activity gets one once all else was asked."""
    grouping = stage(
        "$id = groups_create_grouping((object) ['courseid' => $in['course'], 'name' => 'G']);"
        " $cm = get_coursemodule_from_instance('attendance', $in['id']);"
        " $DB->set_field('course_modules', 'groupingid', $id, ['id' => $cm->id]);"
        " rebuild_course_cache($in['course'], true); return $id;",
        course=cast["course"],
        id=cast["lectures"],
    )

    def read(name):
        ask = ("grouping", name, "local_wsattendance_get_sessions")
        recorder.ask(*ask, courseid=cast["course"], sessionids=[cast["grouped"]])

    read("without a group")
    join = "groups_assign_grouping($in['grouping'], $in['group']);"
    stage(join, grouping=grouping, group=cast["groups"][1])
    read("with the other group")
    mark = {"studentid": cast["students"][0], "statusid": cast["statuses"]["P"]}
    writing = "local_wsattendance_set_marks"
    for name in ("grouped", "session"):
        recorder.ask("grouping", f"marks: {name}", writing, sessionid=cast[name], marks=[mark])
    new = {"attendanceid": cast["lectures"], "sessiontime": 1790518400, "reference": "oec_sheet_13"}
    for number, group in enumerate(cast["groups"]):
        recorder.ask(
            "grouping",
            f"a session of group {number}",
            "local_wsattendance_add_session",
            **{**new, "groupid": group},
        )


def _accounts(recorder, stage, cast):
    function = "local_wsattendance_get_accounts"
    gone = stage(
        "$id = new_user($in['n']); delete_user(core_user::get_user($id)); return $id;",
        n="gone" + moodle_site.tag(),
    )
    ids = [cast["outsider"], gone, 99999999]
    note = "outside the course, deleted, and none"
    recorder.ask("get_accounts", "three", function, note, userids=ids)
    for name in ("TOKEN_NARROW", "TOKEN_NONE"):
        recorder.ask("get_accounts", name, function, token=name, userids=ids)


def record(stage, sites, narrow):
    recorder = Recorder(sites)
    ask = recorder.ask
    ask("site_info", "companion", "core_webservice_get_site_info")
    whole = "the service with Moodle's and Attendance's own functions"
    ask("site_info", "whole", "core_webservice_get_site_info", whole, token="TOKEN_WHOLE")
    cast = _cast(stage)
    course = cast["course"]
    stage("enrol($in['course'], $in['user'], 'teacher');", course=course, user=narrow)
    listing = "local_wsattendance_get_courses"
    ask("get_courses", "one course", listing, courseids=[course, 99999999])
    ask("get_courses", "with marks", listing, courseids=[course], marks=1)
    ask("get_courses", "a teacher", listing, token="TOKEN_NARROW")
    ask("get_courses", "an account without rights", listing, token="TOKEN_NONE")
    ask("get_status", "the set-up's account", "local_wsattendance_get_status")
    note = "somebody can log in with it"
    ask(
        "get_status",
        "an account without rights",
        "local_wsattendance_get_status",
        note,
        token="TOKEN_NONE",
    )
    digests = "local_wsattendance_get_digests"
    ask("get_digests", "one course", digests, courseids=[course])
    ask("get_digests", "again", digests, "nothing changed", courseids=[course])
    ask(
        "get_digests",
        "no sessions in that time",
        digests,
        courseids=[course],
        **{"from": 5, "to": 9},
    )
    ask("get_digests", "one that does not exist", digests, courseids=[course, 99999999])
    ask(
        "get_digests",
        "an account that may read one course",
        digests,
        token="TOKEN_NARROW",
        courseids=[1, course],
    )
    reading = "local_wsattendance_get_sessions"
    ask(
        "get_sessions",
        "a course",
        reading,
        "doubled rows, remarks with markup, an unknown status",
        courseid=course,
    )
    ask("get_sessions", "second page", reading, courseid=course, limitfrom=2, limitnum=2)
    ask(
        "get_sessions",
        "by time",
        reading,
        courseid=course,
        **{"from": 1790086400, "to": 1790172800},
    )
    ask(
        "get_sessions",
        "by id",
        reading,
        "one of them does not exist: it is not in the answer",
        courseid=course,
        sessionids=[cast["grouped"], 99999999],
    )
    described = "x" * 1500 + " [oec_sheet_11]"
    stage(
        "$DB->set_field('attendance_sessions', 'description', $in['text'], ['id' => $in['id']]);",
        text=described,
        id=cast["grouped"],
    )
    ask(
        "get_sessions",
        "a long description",
        reading,
        "its reference stands behind what is handed over",
        courseid=course,
        sessionids=[cast["grouped"]],
    )
    ask("get_sessions", "no such course", reading, courseid=99999999)
    ask("get_sessions", "an account without rights", reading, token="TOKEN_NONE", courseid=course)
    ask(
        "get_sessions",
        "a teacher",
        reading,
        "not the rights of the role",
        token="TOKEN_NARROW",
        courseid=course,
    )
    ask("get_sessions", "limit out of range", reading, courseid=course, limitnum=501)
    ask("get_sessions", "the front page", reading, "it has no attendance activity", courseid=1)
    _marks(recorder, cast)
    ask("get_digests", "after the marks", digests, "something changed", courseids=[course])
    ask("get_sessions", "after the marks", reading, courseid=course, sessionids=[cast["session"]])
    adding = "local_wsattendance_add_session"
    new = {"attendanceid": cast["lectures"], "sessiontime": 1790432000, "duration": 3600}
    new.update(reference="oec_sheet_12", description="Sheet/0012")
    for name in ("new", "the same again"):
        ask("add_session", name, adding, **new)
    ask("add_session", "no reference", adding, **{**new, "reference": ""})
    ask(
        "add_session",
        "a group of elsewhere",
        adding,
        **{**new, "groupid": 99999999, "reference": "x"},
    )
    ask("add_session", "no such set", adding, **{**new, "statusset": -1, "reference": "x"})
    ask("add_session", "no such activity", adding, **{**new, "attendanceid": 99999999})
    ask("add_session", "an account without rights", adding, token="TOKEN_NONE", **new)

    def old(name, function, **params):
        ask("legacy", name, f"mod_wsattendance_{function}", token="TOKEN_WHOLE", **params)

    old("get_session", "get_session", sessionid=cast["session"])
    update = {"sessionid": cast["session"], "studentid": cast["students"][9], "statusset": "0"}
    update.update(takenbyid=cast["teacher"], statusid=cast["statuses"]["E"])
    old("update_user_status", "update_user_status", **update)
    stranger = {**update, "studentid": cast["outsider"]}
    old("update_user_status: not enrolled", "update_user_status", **stranger)
    other = {**update, "statusid": cast["plainstatuses"]["P"]}
    old("update_user_status: a status of another activity", "update_user_status", **other)
    stage("new_session($in['where'], ['sessdate' => time()]);", where=cast["plain"])
    old("today", "get_courses_with_today_sessions", userid=cast["teacher"])
    old("no such session", "get_session", sessionid=99999999)
    _grouping(recorder, stage, cast)
    _accounts(recorder, stage, cast)
    release = stage("return $CFG->release;")
    plugin = stage("return get_config('mod_attendance', 'version');")
    recorder.observe("site_info", "versions", "", {"moodle": release, "mod_attendance": plugin})
    recorder.save(ROOT / re.match(r"\d+\.\d+", release).group(), ABOUT)


def main():
    stage = moodle_site.Stage()
    token = moodle_site.set_up("--native=no", "--reduce")
    sites = {"TOKEN_COMPANION": token}
    users = {}
    whole = (
        "return new_token($DB->get_field('external_tokens', 'userid', ['token' => $in['token']]));"
    )
    sites["TOKEN_WHOLE"] = stage(whole, token=token)
    for name in ("none", "narrow"):
        made = stage(
            "$id = new_user($in['name']); return [$id, new_token($id)];",
            name=name + moodle_site.tag(),
        )
        users[name], sites[f"TOKEN_{name.upper()}"] = made
    sites = {name: moodle_site.Site(token) for name, token in sites.items()}
    record(stage, sites, users["narrow"])
    stage.close()
    return os.EX_OK


if __name__ == "__main__":
    raise SystemExit(main())
