"""Calls with odd values by all kinds of accounts, in a real Moodle: see ``dev/test_moodle.sh``.

Whatever is sent, Moodle answers in its own words, not with an error of the database or of PHP, and in Attendance's
tables is nothing that breaks a rule. ``CALLS`` says how many (2,000), ``SEED`` which.
"""

import os
import random
import time
import unittest
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import accounts
from moodle_site import Stage, set_up, tag

CALLS = int(os.environ.get("CALLS", "2000"))
SEED = int(os.environ.get("SEED", "0")) or time.time_ns() % 1_000_000
AT_ONCE = 4

NUMBERS = (
    -1, 0, 1, 2, 5, 2**31 - 1, 2**31, 2**32, 2**53, 2**62, 2**63 - 1, 2**63, -(2**63), 10**25,
    "", " ", "5 ", "05", "+5", "0x1F", "1e3", "1.5", "NaN", "null", "true", "-0", "٣", "1 OR 1=1", "1;--",
)  # fmt: skip
TEXTS = (
    "", " ", "0", "a", "oec_sheet_1", "[oec_sheet_1]", "%", "_", "a b", "a\x00b", "\x00", b"\xff\xfe", "é" * 300,
    "x" * 1333, "x" * 1334, "x" * 70_000, "<b>", "<script>alert(1)</script>", "'; DROP TABLE mdl_user; --",
    "\\", "\u202e", "😀", "\ud7ff\ue000", "{$a}", "[[x]]", "\r\n", "../../config.php",
)  # fmt: skip
SHAPES = ([], [1], [[1]], {"a": 1}, [{}], [""])

# What each function takes: a number of that kind, a text, or a list.
FUNCTIONS = {
    "local_wsattendance_get_courses": {"courseids": ["course"], "marks": "flag"},
    "local_wsattendance_get_status": {},
    "local_wsattendance_get_digests": {
        "courseids": ["course"], "from": "time", "to": "time", "run": "text", "number": "number", "renew": "flag",
    },
    "local_wsattendance_get_sessions": {
        "courseid": "course", "from": "time", "to": "time", "sessionids": ["session"], "limitfrom": "number",
        "limitnum": "number",
    },
    "local_wsattendance_get_accounts": {"userids": ["user"]},
    "local_wsattendance_set_marks": {
        "sessionid": "session",
        "marks": [{
            "studentid": "user", "statusid": "status", "remarks": "text",
            "expected": {"statusid": "status", "timetaken": "time", "remarks": "text"},
        }],
        "takenby": "user",
    },
    "local_wsattendance_add_session": {
        "attendanceid": "activity", "sessiontime": "time", "reference": "text", "duration": "number", "groupid": "group",
        "description": "text", "statusset": "number", "addcalendarevent": "flag",
    },
    "mod_wsattendance_get_session": {"sessionid": "session"},
    "mod_wsattendance_update_user_status": {
        "sessionid": "session", "studentid": "user", "takenbyid": "user", "statusid": "status", "statusset": "text",
    },
    "mod_wsattendance_get_courses_with_today_sessions": {"userid": "user"},
}  # fmt: skip
# What can be left out.
OPTIONAL = {
    "remarks",
    "expected",
    "takenby",
    "marks",
    "from",
    "to",
    "renew",
    "run",
    "number",
    "addcalendarevent",
}

# Rules of Attendance's tables, as queries that find what breaks them in the courses of this test.
_SESSIONS = """FROM {attendance_sessions} s JOIN {attendance} a ON a.id = s.attendanceid"""
_MARKS = """FROM {attendance_log} l JOIN {attendance_sessions} s ON s.id = l.sessionid
             JOIN {attendance} a ON a.id = s.attendanceid"""
RULES = {
    "a session's time is one": f"SELECT s.id {_SESSIONS} WHERE %s AND (s.sessdate <= 0 OR s.sessdate > 4102444800)",
    "it ends within a week": f"SELECT s.id {_SESSIONS} WHERE %s AND (s.duration < 0 OR s.duration > 604800)",
    "its group is of the course": f"""SELECT s.id {_SESSIONS} WHERE %s AND s.groupid <> 0 AND NOT EXISTS (
        SELECT 1 FROM {{groups}} g WHERE g.id = s.groupid AND g.courseid = a.course)""",
    "its statuses are there": f"""SELECT s.id {_SESSIONS} WHERE %s AND NOT EXISTS (SELECT 1 FROM {{attendance_statuses}} t
        WHERE t.attendanceid = a.id AND t.setnumber = s.statusset)""",
    "its description can be shown": f"SELECT s.id {_SESSIONS} WHERE %s AND LENGTH(s.description) > 100000",
    "a reference stands once": f"""SELECT MIN(s.id) {_SESSIONS} WHERE %s AND s.description LIKE '%%[oec_sheet_1]%%'
        GROUP BY s.attendanceid HAVING COUNT(1) > 1""",
    "a mark is of somebody enrolled": f"""SELECT l.id {_MARKS} WHERE %s AND NOT EXISTS (SELECT 1 FROM {{user_enrolments}} ue
        JOIN {{enrol}} e ON e.id = ue.enrolid WHERE ue.userid = l.studentid AND e.courseid = a.course)""",
    "its status is of the activity": f"""SELECT l.id {_MARKS} WHERE %s AND l.statusid <> 0 AND NOT EXISTS (
        SELECT 1 FROM {{attendance_statuses}} t WHERE t.id = l.statusid AND t.attendanceid = a.id)""",
    "its taker is somebody": f"""SELECT l.id {_MARKS} WHERE %s AND NOT EXISTS (
        SELECT 1 FROM {{user}} u WHERE u.id = l.takenby AND u.deleted = 0)""",
    "its time is now": f"SELECT l.id {_MARKS} WHERE %s AND (l.timetaken <= 0 OR l.timetaken > 2000000000)",
    "a student has one": f"""SELECT MIN(l.id) {_MARKS} WHERE %s GROUP BY l.sessionid, l.studentid HAVING COUNT(1) > 1""",
}


class TestOddValues(unittest.TestCase):
    def setUp(self):
        set_up()
        self.stage = Stage()
        self.addCleanup(self.stage.close)
        self.rng = random.Random(SEED)
        self.casts = [
            self.stage("return new_cast($in['tag']);", tag=tag() + str(n)) for n in range(2)
        ]
        self.sites = [accounts.account(self.stage, self.casts[0], kind) for kind in accounts.KINDS]
        self.addCleanup(accounts.dismiss, self.stage, self.sites)
        first, second = self.casts
        self.known = {
            "course": [first["course"], first["course"], second["course"], 1],
            "session": [first[n] for n in ("session", "grouped", "second", "other", "veiled")] + [second["session"]],
            "user": [*first["students"], first["teacher"], first["outsider"], second["students"][0], 2]
            + [site.id for site in self.sites],
            "status": [*first["statuses"].values(), *second["statuses"].values(), 0],
            "activity": [first[n] for n in ("lectures", "plain", "hidden")] + [second["lectures"]],
            "group": [*first["groups"], *second["groups"], 0],
            "time": [int(time.time()), 1790000000, 1790086400],
            "number": [0, 1, 10],
            "flag": [0, 1],
            "text": ["", "late", "oec_sheet_1", "oec_sheet_2"],
        }  # fmt: skip

    def value(self, kind, oddness):
        """:param kind: as in ``FUNCTIONS``
        :param oddness: how likely it is odd
        """
        rng = self.rng
        if rng.random() < oddness / 4:
            return rng.choice(SHAPES)
        if isinstance(kind, list):
            return [self.value(kind[0], oddness) for _ in range(rng.choice((0, 1, 1, 2, 3)))]
        if isinstance(kind, dict):
            return self.values(kind, oddness)
        if rng.random() < oddness:
            return rng.choice(TEXTS if kind == "text" or rng.random() < 0.1 else NUMBERS)
        return rng.choice(self.known[kind])

    def values(self, kinds, oddness):
        rng = self.rng
        values = {name: self.value(kind, oddness) for name, kind in kinds.items()}
        for name in kinds:
            if rng.random() < (0.3 if name in OPTIONAL else oddness / 6):
                del values[name]
        if rng.random() < oddness / 20:
            values[rng.choice(("more", "0", "a[b", "é"))] = 1
        return values

    def call(self, job):
        """:return: what is wrong with the answer, or what it was"""
        site, function, params = job
        response = site.post(function, params)
        where = f"{site.kind}: {function}({params!r:.300})"
        try:
            answer = response.json()
        except ValueError:
            return f"{where}: {response.status_code} {response.text[:300]!r}", None
        if not isinstance(answer, dict) or "exception" not in answer:
            return "", "answered"
        code = answer.get("errorcode", "")
        kind = answer["exception"].rpartition("\\")[2]
        raw = code.startswith(("dml", "ddl")) or kind.startswith(("dml_", "coding")) or not code
        return (f"{where}: {answer}" if raw or response.status_code != 200 else ""), code

    def test_all(self):
        jobs = []
        for _ in range(CALLS):
            function = self.rng.choice(list(FUNCTIONS))
            oddness = self.rng.choice((0.02, 0.1, 0.3))
            jobs.append(
                (self.rng.choice(self.sites), function, self.values(FUNCTIONS[function], oddness))
            )
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(self.call, jobs))
        wrong = [text for text, _code in found if text]
        codes = Counter(code for _text, code in found)
        print(f"\n  seed {SEED}, {CALLS} calls: {codes.most_common()}")
        self.assertEqual(wrong, [], f"seed {SEED}: {len(wrong)}")
        self.assertGreater(
            codes["answered"], CALLS / 10, "there was something that could have gone wrong"
        )
        self.assertGreater(codes["invalidparameter"], CALLS / 10)
        courses = ", ".join(str(cast["course"]) for cast in self.casts)
        for rule, query in RULES.items():
            broken = self.stage.sql(query % f"a.course IN ({courses})")
            self.assertEqual(broken, [], f"seed {SEED}: {rule}")
        written = self.stage.sql(f"SELECT COUNT(1) AS n {_MARKS} WHERE a.course IN ({courses})")
        made = self.stage.sql(f"SELECT COUNT(1) AS n {_SESSIONS} WHERE a.course IN ({courses})")
        print(f"  {written[0]['n']} marks and {int(made[0]['n']) - 10} sessions were made")
        if CALLS >= 2000:
            self.assertTrue(int(written[0]["n"]) and int(made[0]["n"]) > 10)


if __name__ == "__main__":
    unittest.main()
