"""The Moodle plug-in from outside, in a real Moodle: see ``dev/test_moodle.sh``.

``INTERLEAVINGS`` and ``READS`` say how many of each (1,000 and 200).
"""

import os
import random
import re
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import accounts
import changes
import requests
from moodle_site import Refused, Site, Stage, command, set_up, tag

INTERLEAVINGS = int(os.environ.get("INTERLEAVINGS", "1000"))
READS = int(os.environ.get("READS", "200"))
SEED = int(os.environ.get("SEED", "0")) or time.time_ns() % 1_000_000

NASTY = (
    "<b>late</b>",
    "arrived <10 min late",
    "</script><script>alert(1)</script>",
    "'; DROP TABLE mdl_attendance_log; --",
    "%s %d {$a} [[pluginname]] {mlang en}x{mlang}",
    "R&D &amp; \"quoted\" \\ 'single'",
    "line one\r\nline two\ttab",
    "नमस्ते 😀 \u202eright to left\u202c \u0301",
    "  ",
    "0",
    "x" * 1333,
    "é" * 1333,
)


def wanted(student, status, row=None, **more):
    """A mark as ``set_marks`` takes it. :param row: what was read, or ``None``"""
    if row:
        more["expected"] = {key: row[key] for key in ("statusid", "timetaken")}
    return {"studentid": student, "statusid": status, **more}


class Case(unittest.TestCase):
    """A stage, the token's account, and a course of its own for each test."""

    manager = None

    @classmethod
    def setUpClass(cls):
        cls.stage = Stage()
        cls.addClassCleanup(cls.stage.close)
        cls.site = Site(set_up())

    @property
    def with_old_names(self):
        """The old plug-in's and Attendance's own functions are not in the service of the set-up."""
        if not Case.manager:
            Case.manager = accounts.account(self.stage, self.cast, accounts.MANAGER)
        return Case.manager

    def setUp(self):
        self.cast = self.stage("return new_cast($in['tag']);", tag=tag())
        for name in ("course", "session", "students", "statuses", "teacher"):
            setattr(self, name, self.cast[name])

    def teacher_saves(self, marks, session=None, stage=None):
        code = "teacher_saves($in['who'], $in['session'], $in['marks']);"
        (stage or self.stage)(code, who=self.teacher, session=session or self.session, marks=marks)

    def raw(self, student, status, taken, remarks="", session=None):
        """A row that no rule has seen.

        :return: its id
        """
        row = {"studentid": student, "statusid": status, "timetaken": taken, "takenby": 2}
        row.update(remarks=remarks, sessionid=session or self.session)
        return self.stage("return $DB->insert_record('attendance_log', $in['row']);", row=row)

    def rows(self, student, session=None):
        return self.site.rows(session or self.session, self.course).get(student, [])

    def refused(self, function, code, site=None, **params):
        with self.assertRaises(Refused) as caught:
            (site or self.site)(function, **params)
        self.assertIn(caught.exception.code, code if isinstance(code, tuple) else (code,))

    def account(self, role=None):
        """Somebody with a token of the service, and perhaps a role in the course."""
        made = "$id = new_user($in['name']); return ['id' => $id, 'token' => new_token($id)];"
        made = self.stage(made, name="a" + tag())
        if role:
            enrol = "enrol($in['course'], $in['user'], $in['role']);"
            self.stage(enrol, course=self.course, user=made["id"], role=role)
        return Site(made["token"])


def browser_of(site, name):
    """:return: a session of somebody with the password that all have here"""
    session = requests.Session()
    form = session.get(f"{site.url}/login/index.php", timeout=60).text
    token = re.search(r'name="logintoken" value="(\w+)"', form).group(1)
    answer = session.post(
        f"{site.url}/login/index.php",
        data={"username": name, "password": "Pass-1234", "logintoken": token},
        timeout=60,
    )
    assert "sesskey" in answer.text, answer.text[:300]
    return session


class TestSetUp(unittest.TestCase):
    def test_twice_gives_the_same(self):
        self.assertEqual(set_up(), set_up())

    def test_dry_run_prints_no_token(self):
        token = set_up()
        status, text = command("--dry-run")
        self.assertEqual((status, token in text), (0, False))
        self.assertEqual(text.count("done before"), 9)

    def test_what_is_missing_is_done_again_and_nothing_else(self):
        stage = Stage()
        self.addCleanup(stage.close)
        token = set_up("--native=no")
        # One right is gone, another was forbidden on purpose, a protocol of others is on.
        stage(
            "$r = $DB->get_field('role', 'id', ['shortname' => 'odoosync']); $c = context_system::instance();"
            " unassign_capability('local/wsattendance:sync', $r, $c->id);"
            " assign_capability('moodle/course:update', CAP_PREVENT, $r, $c->id, true);"
            " set_config('enablewebservices', 0); set_config('webserviceprotocols', 'soap');"
        )
        status, text = command("--dry-run")
        self.assertEqual((status, text.count("to be done")), (2, 3), text)
        self.assertEqual(set_up(), token)
        has = stage(
            "$r = $DB->get_field('role', 'id', ['shortname' => 'odoosync']);"
            " return [$DB->get_records_menu('role_capabilities', ['roleid' => $r], '', 'capability, permission'),"
            " get_config('core', 'webserviceprotocols')];"
        )
        self.assertEqual(int(has[0]["local/wsattendance:sync"]), 1)
        self.assertEqual(int(has[0]["moodle/course:update"]), -1)
        self.assertEqual(has[1], "soap,rest")
        stage(
            "$r = $DB->get_field('role', 'id', ['shortname' => 'odoosync']);"
            " unassign_capability('moodle/course:update', $r, context_system::instance()->id);"
            " set_config('webserviceprotocols', 'rest');"
        )

    def test_unknown_option(self):
        self.assertNotEqual(command("--everything")[0], 0)

    def test_service_has_what_the_addon_needs(self):
        functions = Site(set_up("--native=no"))("core_webservice_get_site_info")["functions"]
        self.assertEqual(len(functions), 8)


class TestPage(Case):
    """The page under Local plugins, as an administrator and as somebody else sees it."""

    def browser(self, administrator):
        name = tag()
        self.stage(
            "$id = new_user($in['name']);"
            " if ($in['admin']) set_config('siteadmins', $CFG->siteadmins . ',' . $id);",
            name=name,
            admin=administrator,
        )
        return browser_of(self.site, name)

    def test_the_button_does_what_is_missing(self):
        admin, page = self.browser(True), f"{self.site.url}/local/wsattendance/setup.php"
        self.stage("set_config('enablewebservices', 0);")
        before = admin.get(page, timeout=60)
        self.assertIn("Missing", before.text)
        self.assertNotIn(self.site.token, before.text)
        # Without the key of the page nothing is done: the button can't be pressed from elsewhere.
        self.assertNotIn(self.site.token, admin.post(page, data={"sesskey": "x"}, timeout=60).text)
        self.assertEqual(self.stage("return get_config('core', 'enablewebservices');"), "0")
        key = re.search(r'"sesskey":"(\w+)"', before.text).group(1)
        form = {"_qf__local_wsattendance_form_setup_form": 1, "ip": "", "native": 0}
        after = admin.post(page, data={"sesskey": key, **form}, timeout=60)
        self.assertIn(self.site.token, after.text)
        self.assertIn(self.site.url, after.text)
        self.assertNotIn("Missing", after.text)
        again = admin.get(page, timeout=60).text
        self.assertIn("Show address and token", again)
        self.assertNotIn(self.site.token, again)

    def test_it_is_for_administrators(self):
        answer = self.browser(False).get(
            f"{self.site.url}/local/wsattendance/setup.php", timeout=60
        )
        self.assertNotIn("odoosync", answer.text)


class TestGetSessions(Case):
    def test_whole_course(self):
        self.teacher_saves({self.students[0]: [self.statuses["P"], ""]})
        answer = self.site.read(self.course)
        self.assertEqual(answer["total"], 5)
        self.assertEqual(
            [s["id"] for s in answer["sessions"]],
            sorted(self.cast[n] for n in ("session", "grouped", "second", "other", "veiled")),
        )
        self.assertEqual([a["visible"] for a in answer["activities"]], [1, 1, 0])
        [mark] = answer["sessions"][0]["marks"]
        self.assertEqual(
            (mark["studentid"], mark["statusid"], mark["takenby"], mark["remarks"]),
            (self.students[0], self.statuses["P"], self.teacher, ""),
        )
        self.assertAlmostEqual(mark["timetaken"], time.time(), delta=60)
        users = {user["id"]: user for user in answer["users"]}
        self.assertEqual(len(users), 13)
        self.assertEqual(users[self.students[11]]["active"], 0)
        self.assertEqual(
            (users[self.teacher]["listed"], users[self.teacher]["roles"]), (0, ["editingteacher"])
        )
        self.assertTrue(users[self.students[0]]["idnumber"].startswith("oec_student_"))
        self.assertEqual(
            [g["members"] for g in answer["groups"]], [self.students[:5], self.students[6:11]]
        )
        letters = {(s["acronym"], s["visible"], s["deleted"]) for s in answer["statuses"]}
        self.assertLessEqual({("H", 0, 0), ("D", 1, 1)}, letters)

    def test_nothing_typed_breaks_the_answer(self):
        for n, text in enumerate(NASTY[:11]):
            self.raw(self.students[n], self.statuses["P"], 5 + n, text)
        code = (
            "$DB->set_field('attendance_sessions', 'description', $in['text'], ['id' => $in['id']]);"
            " $DB->set_field('attendance', 'name', $in['text'], ['id' => $in['plain']]);"
            " $DB->set_field('attendance_statuses', 'description', '<b>x', ['id' => $in['status']]);"
            " $DB->set_field('groups', 'name', $in['text'], ['id' => $in['group']]);"
            " foreach (['firstname', 'lastname', 'idnumber', 'email'] as $f)"
            " $DB->set_field('user', $f, $in['text'], ['id' => $in['user']]);"
            " rebuild_course_cache($in['course'], true);"
        )
        self.stage(
            code,
            text=NASTY[2],
            id=self.session,
            plain=self.cast["plain"],
            status=self.statuses["L"],
            group=self.cast["groups"][0],
            user=self.students[0],
            course=self.course,
        )
        answer = self.site.read(self.course)
        got = [mark["remarks"] for mark in answer["sessions"][0]["marks"]]
        self.assertEqual(got, list(NASTY[:11]))
        self.assertEqual(answer["sessions"][0]["description"], NASTY[2])
        self.assertIn(NASTY[2], [a["name"] for a in answer["activities"]])
        self.assertIn("<b>x", [s["description"] for s in answer["statuses"]])
        self.assertEqual(answer["groups"][0]["name"], NASTY[2])
        user = next(u for u in answer["users"] if u["id"] == self.students[0])
        self.assertEqual(
            {user[k] for k in ("firstname", "lastname", "idnumber", "email")}, {NASTY[2]}
        )

    def test_doubled_rows_and_strangers(self):
        student = self.students[0]
        for taken in (7, 9, 8):
            self.raw(student, self.statuses["P"], taken)
        self.raw(self.cast["outsider"], 99999, 5)
        self.raw(88888888, -1, 5)
        answer = self.site.read(self.course)
        marks = answer["sessions"][0]["marks"]
        self.assertEqual([m["timetaken"] for m in marks if m["studentid"] == student], [7, 9, 8])
        stranger = next(u for u in answer["users"] if u["id"] == self.cast["outsider"])
        self.assertEqual((stranger["enrolled"], stranger["roles"]), (0, []))
        self.assertEqual(sorted(m["statusid"] for m in marks)[0], -1)

    def test_pages_and_windows(self):
        whole = self.site.read(self.course)["sessions"]
        pages = []
        for start in range(0, 6, 2):
            page = self.site.read(self.course, limitfrom=start, limitnum=2)
            self.assertEqual((page["total"], bool(page["users"])), (5, start == 0))
            pages += page["sessions"]
        self.assertEqual(pages, whole)
        window = {"from": 1790086400, "to": 1790172800}
        self.assertEqual(
            [s["id"] for s in self.site.read(self.course, **window)["sessions"]],
            [self.cast["grouped"]],
        )
        some = self.site.read(self.course, sessionids=[self.session, 99999999])
        self.assertEqual([s["id"] for s in some["sessions"]], [self.session])
        # A session of another course is not to be had through this one.
        other = self.stage("return new_cast($in['tag']);", tag=tag())
        self.assertEqual(self.site.read(self.course, sessionids=[other["session"]])["sessions"], [])

    def test_bad_questions(self):
        read = "local_wsattendance_get_sessions"
        self.refused(read, "invalidrecord", courseid=99999999)
        for more in (
            {"limitnum": 0},
            {"limitnum": 501},
            {"limitfrom": -1},
            {"from": "yesterday"},
            {"sessionids": "1"},
            {"sessionids": ["1 OR 1=1"]},
            {"unknown": 1},
        ):
            self.refused(read, "invalidparameter", courseid=self.course, **more)
        self.refused(read, "invalidparameter")
        self.refused(read, "invalidparameter", courseid="99999999999999999999999")

    def test_rights_in_the_course(self):
        read = "local_wsattendance_get_sessions"
        self.refused(read, "requireloginerror", self.account(), courseid=self.course)
        student = self.account("student").read(self.course)
        self.assertEqual((student["activities"], student["sessions"]), ([], []))
        self.assertEqual(
            {w["warningcode"] for w in student["warnings"]} & {"nopermissions", "nogroups"},
            {"nopermissions", "nogroups"},
        )
        teacher = self.account("teacher").read(self.course)
        self.assertEqual(teacher["total"], 5)
        # Moodle shows teachers no ID numbers unless it is told to.
        self.assertEqual(
            [w["warningcode"] for w in teacher["warnings"]], ["noidentity", "nogroups"]
        )

    def test_rights_in_the_activity(self):
        site = self.account("editingteacher")
        self.stage(
            "$cm = get_coursemodule_from_instance('attendance', $in['plain']); $c = context_module::instance($cm->id);"
            " $r = $DB->get_field('role', 'id', ['shortname' => 'editingteacher']);"
            " foreach (\\local_wsattendance\\local\\activity::READ as $right)"
            " assign_capability($right, CAP_PROHIBIT, $r, $c->id, true);",
            plain=self.cast["plain"],
        )
        answer = site.read(self.course)
        self.assertNotIn(self.cast["plain"], [a["id"] for a in answer["activities"]])
        self.assertNotIn(self.cast["other"], [s["id"] for s in answer["sessions"]])
        self.assertIn(
            ("nopermissions", self.cast["plain"]),
            [(w["warningcode"], w["itemid"]) for w in answer["warnings"]],
        )
        mark = wanted(self.students[0], self.cast["plainstatuses"]["P"])
        self.refused(
            "local_wsattendance_set_marks",
            "nopermissions",
            site,
            sessionid=self.cast["other"],
            marks=[mark],
        )


class TestHidden(Case):
    def test_attendance_hidden_in_the_whole_site(self):
        """Moodle says of each course then that it has no such activity."""
        hide = "$DB->set_field('modules', 'visible', $in['to'], ['name' => 'attendance']); purge_all_caches();"
        self.stage(hide, to=0)
        try:
            code = "invalidcoursemoduleid"
            self.refused("local_wsattendance_get_sessions", code, courseid=self.course)
            self.refused("local_wsattendance_get_digests", code, courseids=[self.course])
        finally:
            self.stage(hide, to=1)
        self.assertTrue(self.site.read(self.course)["activities"])


class TestDigests(Case):
    def test_each_kind_of_change_shows(self):
        digest = self.site.digests(self.course)[self.course]
        seen = {digest}
        for name, code in changes.SHOWN:
            with self.subTest(name):
                self.stage(code, **self.cast)
                now = self.site.digests(self.course)[self.course]
                self.assertNotEqual(now, digest)
                self.assertEqual(self.site.digests(self.course)[self.course], now)
                digest = now
                seen.add(digest)
        self.assertGreaterEqual(len(seen), 41)

    def test_nothing_else_shows(self):
        digest = self.site.digests(self.course)
        for name, code in changes.NOT_SHOWN:
            with self.subTest(name):
                self.stage(code, **self.cast)
                self.assertEqual(self.site.digests(self.course), digest)

    def test_reading_does_not_show(self):
        self.teacher_saves({self.students[0]: [self.statuses["P"], "x"]})
        digest = self.site.digests(self.course)
        for n in range(READS):
            if n % 3 == 0:
                self.site.read(self.course)
            elif n % 3 == 1:
                self.with_old_names("mod_wsattendance_get_session", sessionid=self.session)
            self.assertEqual(self.site.digests(self.course), digest)

    def test_window(self):
        window = {"from": 1790086400, "to": 1790172800}
        inside = self.site.digests(self.course, **window)
        before = self.site.digests(self.course)
        self.teacher_saves({self.students[0]: [self.statuses["P"], "x"]})
        self.assertEqual(self.site.digests(self.course, **window), inside)
        self.assertNotEqual(self.site.digests(self.course), before)

    def test_many_courses_and_those_out_of_sight(self):
        call = "local_wsattendance_get_digests"
        answer = self.site(call, courseids=[self.course, 99999999, self.course])
        self.assertEqual([d["courseid"] for d in answer["digests"]], [self.course])
        self.assertEqual([w["itemid"] for w in answer["warnings"]], [99999999])
        narrow = self.account("teacher")
        other = self.stage("return new_course($in['tag']);", tag=tag())
        answer = narrow(call, courseids=[other, self.course])
        self.assertEqual([d["courseid"] for d in answer["digests"]], [self.course])
        self.refused(call, "invalidparameter", courseids=list(range(1, 502)))
        self.assertEqual(
            len(self.site(call, courseids=list(range(90000001, 90000501)))["warnings"]), 500
        )
        self.assertEqual(self.site(call, courseids=[self.course])["warnings"], [])


class TestNumbersOfRuns(Case):
    """Each run hands in what the last one was given."""

    call = "local_wsattendance_get_digests"

    def setUp(self):
        super().setUp()
        self.key = tag()

    def given(self, number, key=None, **more):
        answer = self.site(
            self.call, courseids=[self.course], run=key or self.key, number=number, **more
        )
        self.assertEqual(bool(answer["digests"]), bool(answer["number"]))
        return answer["number"]

    def test_one_after_another(self):
        self.assertEqual([self.given(number) for number in range(5)], [1, 2, 3, 4, 5])
        self.assertEqual(self.given(3), 0)
        self.assertEqual(self.given(0), 0)
        self.assertEqual(self.given(5), 6, "and nothing has changed by that")

    def test_of_runs_that_died_the_same_comes_again(self):
        self.assertEqual([self.given(0) for _death in range(3)], [1, 2, 3])
        self.assertEqual(self.given(3), 4)
        self.assertEqual([self.given(3) for _death in range(2)], [5, 6])
        self.assertEqual(self.given(5), 0, "given to one that died, and then to nobody else")
        self.assertEqual(self.given(6), 7)

    def test_two_who_go_on_from_the_same_number(self):
        self.given(0)
        mine, other = self.given(1), self.given(1)
        self.assertEqual((mine, other), (2, 3))
        self.assertEqual((self.given(mine), self.given(other)), (0, 4))

    def test_renewed(self):
        for number in range(4):
            self.given(number)
        self.assertEqual(self.given(2, renew=1), 5)
        self.assertEqual([self.given(number) for number in (2, 3, 4)], [0, 0, 0])
        self.assertEqual(self.given(2, renew=1), 6, "its answer may have got lost")
        self.assertEqual((self.given(5), self.given(6)), (0, 7))

    def test_a_moodle_that_has_forgotten(self):
        self.given(0)
        self.assertEqual(self.given(40), 41)
        self.assertEqual(self.given(1), 0)
        self.stage(
            "$DB->delete_records('local_wsattendance_run', ['runkey' => $in['key']]);", key=self.key
        )
        self.assertEqual(self.given(41), 42)

    def test_each_counts_by_itself(self):
        other = self.key + "x"
        self.assertEqual(
            [self.given(n, key) for n in (0, 1) for key in (self.key, other)], [1, 1, 2, 2]
        )

    def test_without_a_run_all_is_as_before(self):
        answer = self.site(self.call, courseids=[self.course])
        self.assertEqual(set(answer), {"digests", "warnings"})

    def test_it_is_no_change_of_the_course(self):
        digest = self.site.digests(self.course)
        self.given(0)
        self.assertEqual(self.site.digests(self.course), digest)

    def test_bad_questions(self):
        for bad in (
            {"run": "a b"}, {"run": "x" * 65}, {"run": "é"}, {"run": "x", "number": -1},
            {"run": "x", "number": 10**9 + 1}, {"run": "x", "number": "y"}, {"run": "x", "renew": "yes"},
        ):  # fmt: skip
            with self.subTest(bad):
                self.refused(self.call, "invalidparameter", courseids=[self.course], **bad)

    def test_eight_at_once(self):
        """Of those that hand in the same, one can go on."""
        self.given(0)
        with ThreadPoolExecutor(8) as pool:
            given = sorted(pool.map(self.given, [1] * 8))
        self.assertEqual(given, list(range(2, 10)))
        self.assertEqual([self.given(number) for number in given[:-1]], [0] * 7)
        self.assertEqual(self.given(given[-1]), 10)


class TestSetMarks(Case):
    def write(self, *marks, session=None, **more):
        return self.site.set_marks(session or self.session, *marks, **more)

    def outcomes(self, *marks, **more):
        return [r["outcome"] + r["reason"] for r in self.write(*marks, **more)]

    def test_written_then_same_then_changed(self):
        mark = wanted(self.students[0], self.statuses["P"], remarks="first")
        [result] = self.write(mark)
        [row] = self.rows(self.students[0])
        self.assertEqual((result["outcome"], result["marks"]), ("written", [row]))
        self.assertEqual((row["statusid"], row["remarks"]), (self.statuses["P"], "first"))
        self.assertEqual(self.write(mark)[0]["outcome"], "same")
        self.assertEqual(self.rows(self.students[0]), [row])
        stale = wanted(self.students[0], self.statuses["A"])
        self.assertEqual(
            self.write(stale)[0],
            {
                "studentid": self.students[0],
                "outcome": "changed",
                "reason": "",
                "marks": [row],
            },
        )
        self.assertEqual(
            self.outcomes(wanted(self.students[0], self.statuses["A"], row)), ["written"]
        )
        [row] = self.rows(self.students[0])
        self.assertEqual((row["statusid"], row["remarks"]), (self.statuses["A"], "first"))

    def test_expectations(self):
        student, p, a = self.students[0], self.statuses["P"], self.statuses["A"]
        self.raw(student, p, 1000, "typed")
        row = {"statusid": p, "timetaken": 1000}
        for wrong in ({"statusid": a}, {"timetaken": 999}, {"remarks": "other"}, {"remarks": ""}):
            [result] = self.write(
                {"studentid": student, "statusid": a, "expected": {**row, **wrong}}
            )
            self.assertEqual(result["outcome"], "changed", wrong)
        self.assertEqual(self.outcomes({"studentid": student, "statusid": a}), ["changed"])
        right = {"studentid": student, "statusid": a, "expected": {**row, "remarks": "typed"}}
        self.assertEqual(self.outcomes(right), ["written"])
        gone = {"studentid": self.students[1], "statusid": a, "expected": row}
        self.assertEqual(self.write(gone)[0]["marks"], [])

    def test_refusals(self):
        p = self.statuses["P"]
        cases = [
            (88888888, p, "nosuchuser"),
            (self.cast["outsider"], p, "notenrolled"),
            (self.teacher, p, "notlisted"),
            (self.students[0], 88888888, "nosuchstatus"),
            (self.students[1], -1, "nosuchstatus"),
            (self.students[2], self.cast["plainstatuses"]["P"], "nosuchstatus"),
            (self.students[3], self.statuses["X1"], "statusofotherset"),
            (self.students[4], self.statuses["H"], "statushidden"),
            (self.students[5], self.statuses["D"], "statusdeleted"),
        ]
        long = wanted(self.students[6], p, remarks="y" * 1334)
        twice = [wanted(self.students[7], p), wanted(self.students[7], self.statuses["A"])]
        fine = wanted(self.students[8], p)
        digest = self.site.digests(self.course)
        got = self.outcomes(*(wanted(s, status) for s, status, _ in cases), long, *twice)
        self.assertEqual(
            got,
            [f"refused{why}" for *_, why in cases]
            + ["refusedremarkstoolong"]
            + ["refusedstudenttwice"] * 2,
        )
        self.assertEqual(self.site.digests(self.course), digest)
        self.assertEqual(
            self.outcomes(wanted(self.cast["outsider"], p), fine), ["refusednotenrolled", "written"]
        )
        mine, others = self.students[0], self.students[6]
        got = self.outcomes(wanted(mine, p), wanted(others, p), session=self.cast["grouped"])
        self.assertEqual(got, ["written", "refusednotingroup"])
        self.stage("delete_user(core_user::get_user($in['id']));", id=self.students[9])
        self.assertEqual(self.outcomes(wanted(self.students[9], p)), ["refusednosuchuser"])

    def test_session_of_another_set_and_hidden_activity(self):
        second = wanted(self.students[0], self.statuses["X1"])
        self.assertEqual(self.outcomes(second, session=self.cast["second"]), ["written"])
        veiled = self.site.read(self.course)["statuses"]
        status = next(s["id"] for s in veiled if s["attendanceid"] == self.cast["hidden"])
        self.assertEqual(
            self.outcomes(wanted(self.students[0], status), session=self.cast["veiled"]),
            ["written"],
        )

    def test_what_people_type(self):
        for n, text in enumerate(NASTY):
            [result] = self.write(wanted(self.students[n], self.statuses["P"], remarks=text))
            self.assertEqual((result["outcome"], result["marks"][0]["remarks"]), ("written", text))
        broken = self.site.post(
            "local_wsattendance_set_marks",
            {
                "sessionid": self.session,
                "marks": [
                    {"studentid": self.students[0], "statusid": 0, "remarks": b"\xff\xfe broken"}
                ],
            },
        ).json()
        self.assertIn(broken.get("errorcode"), ("invalidparameter", None), broken)
        [row] = self.rows(self.students[0])
        self.assertEqual(row["remarks"], NASTY[0])

    def test_clearing(self):
        student = self.students[0]
        self.raw(student, self.statuses["P"], 1000, "why")
        row = {"statusid": self.statuses["P"], "timetaken": 1000}
        self.write(wanted(student, 0, row))
        [left] = self.rows(student)
        self.assertEqual((left["statusid"], left["remarks"]), (0, "why"))
        self.assertEqual(self.outcomes(wanted(student, 0, left, remarks="")), ["written"])
        [left] = self.rows(student)
        self.assertEqual((left["statusid"], left["remarks"]), (0, ""))
        self.assertAlmostEqual(left["timetaken"], time.time(), delta=60)
        self.assertEqual(self.outcomes(wanted(student, 0)), ["same"])
        self.assertEqual(self.outcomes(wanted(student, self.statuses["P"])), ["written"])
        self.assertEqual(len(self.rows(student)), 1)
        self.assertEqual(
            self.outcomes(wanted(self.students[1], 0, remarks="only a remark")), ["written"]
        )
        self.assertEqual(self.rows(self.students[1])[0]["statusid"], 0)

    def test_a_doubled_row_is_made_one(self):
        student, p = self.students[0], self.statuses["P"]
        self.raw(student, self.statuses["A"], 1000, "old")
        self.raw(student, p, 2000, "new")
        old, new = (
            {"statusid": s, "timetaken": t} for s, t in ((self.statuses["A"], 1000), (p, 2000))
        )
        [result] = self.write(wanted(student, self.statuses["L"], old))
        self.assertEqual(
            (result["outcome"], [m["timetaken"] for m in result["marks"]]),
            ("changed", [2000, 1000]),
        )
        self.assertEqual(self.outcomes(wanted(student, p, new)), ["written"])
        [row] = self.rows(student)
        self.assertEqual((row["statusid"], row["remarks"]), (p, "new"))

    def test_session_grade_and_event(self):
        sink = (
            "global $DB; $n = $DB->count_records('logstore_standard_log', ['eventname' => '\\\\mod_attendance\\\\event\\\\attendance_taken',"
            " 'objectid' => $in['lectures']]); $g = grade_get_grades($in['course'], 'mod', 'attendance', $in['lectures'], $in['student']);"
            " $s = $DB->get_record('attendance_sessions', ['id' => $in['session']]);"
            " return [$n, $g->items[0]->grades[$in['student']]->grade, (int) $s->lasttaken, (int) $s->lasttakenby, (int) $s->timemodified];"
        )
        self.stage("require_once($CFG->libdir . '/gradelib.php');")

        def facts():
            return self.stage(
                sink,
                lectures=self.cast["lectures"],
                course=self.course,
                student=self.students[0],
                session=self.session,
            )

        self.assertEqual(facts()[:4], [0, None, 0, 0])
        self.write(wanted(self.students[0], self.statuses["L"]), takenby=self.teacher)
        self.stage("run_first_grades($in['id']);", id=self.cast["lectures"])
        events, grade, taken, by, modified = facts()
        self.assertEqual((events, float(grade), by, modified), (1, 50, self.teacher, 1789000000))
        self.assertAlmostEqual(taken, time.time(), delta=60)
        # Nothing written, nothing raised; a grade that was left stale is caught up with.
        self.stage(
            "$DB->set_field('grade_grades', 'finalgrade', 1, ['userid' => $in['id']]);"
            " $DB->set_field('grade_grades', 'rawgrade', 1, ['userid' => $in['id']]);",
            id=self.students[0],
        )
        self.assertEqual(self.outcomes(wanted(self.students[0], self.statuses["L"])), ["same"])
        self.assertEqual((facts()[0], float(facts()[1])), (1, 50))

    def test_bad_questions(self):
        call = "local_wsattendance_set_marks"
        mark = wanted(self.students[0], self.statuses["P"])
        self.refused(call, "invalidrecord", sessionid=99999999, marks=[mark])
        for marks in (
            "x",
            [1],
            [{"studentid": self.students[0]}],
            [{**mark, "expected": 1}],
            [{**mark, "expected": {"statusid": 1}}],
            [{**mark, "more": 1}],
            [{**mark, "statusid": "P"}],
        ):
            self.refused(call, "invalidparameter", sessionid=self.session, marks=marks)
        self.refused(
            call, "invalidparameter", sessionid=self.session, marks=[mark], takenby=99999999
        )
        for site in (self.account(), self.account("student")):
            self.refused(
                call,
                ("requireloginerror", "nopermissions"),
                site,
                sessionid=self.session,
                marks=[mark],
            )
        self.assertEqual(self.rows(self.students[0]), [])

    def test_one_bad_mark_in_a_valid_call_rolls_nothing_back(self):
        many = [wanted(s, self.statuses["P"]) for s in self.students]
        self.assertEqual(self.outcomes(*many), ["written"] * 12)


class TestGrouping(Case):
    """Attendance's own page shows no group that is not in the grouping of the activity."""

    def setUp(self):
        super().setUp()
        self.groups = [group["id"] for group in self.read()["groups"]]
        self.member = self.read()["groups"][0]["members"][0]
        self.grouping = self.stage(
            "$id = groups_create_grouping((object) ['courseid' => $in['course'], 'name' => 'G']);"
            " $cm = get_coursemodule_from_instance('attendance', $in['id']);"
            " $DB->set_field('course_modules', 'groupingid', $id, ['id' => $cm->id]);"
            " rebuild_course_cache($in['course'], true); return $id;",
            course=self.course,
            id=self.cast["lectures"],
        )

    def read(self):
        return self.site("local_wsattendance_get_sessions", courseid=self.course)

    def groups_of_activity(self):
        (found,) = [a for a in self.read()["activities"] if a["id"] == self.cast["lectures"]]
        return found["groups"]

    def join(self, group):
        code = "groups_assign_grouping($in['grouping'], $in['group']);"
        self.stage(code, grouping=self.grouping, group=group)

    def reason(self, group):
        """:param group: of the session; 0: for all participants"""
        session = self.stage("return new_session($in['id']);", id=self.cast["lectures"])
        code = (
            "$DB->set_field('attendance_sessions', 'groupid', $in['group'], ['id' => $in['id']]);"
        )
        self.stage(code, group=group, id=session)
        marks = [wanted(self.member, self.statuses["P"])]
        answer = self.site("local_wsattendance_set_marks", sessionid=session, marks=marks)
        (result,) = answer["results"]
        return result["reason"]

    def test_without_a_group_in_it(self):
        self.assertEqual(self.groups_of_activity(), [])
        self.assertEqual((self.reason(0), self.reason(self.groups[0])), ("", "notingrouping"))

    def test_with_another_group(self):
        self.join(self.groups[1])
        self.assertEqual(self.groups_of_activity(), [self.groups[1]])
        reasons = (self.reason(0), self.reason(self.groups[0]))
        self.assertEqual(reasons, ("notingrouping", "notingrouping"))

    def test_with_the_group(self):
        self.join(self.groups[0])
        self.assertEqual((self.reason(0), self.reason(self.groups[0])), ("", ""))


class TestParticipation(Case):
    """Attendance's own page takes no session of a group that activities do not offer."""

    def read(self):
        return self.site("local_wsattendance_get_sessions", courseid=self.course)["groups"]

    def digest(self):
        answer = self.site("local_wsattendance_get_digests", courseids=[self.course])
        return answer["digests"][0]["digest"]

    def test_it_is_said_where_it_is_off(self):
        self.assertFalse(any("participation" in group for group in self.read()))
        before = self.digest()
        code = "$DB->set_field('groups', 'participation', 0, ['id' => $in['id']]);"
        self.stage(code, id=self.read()[0]["id"])
        self.assertEqual([group.get("participation") for group in self.read()], [0, None])
        self.assertNotEqual(self.digest(), before)


class TestGetAccounts(Case):
    FUNCTION = "local_wsattendance_get_accounts"

    def test_those_there_are(self):
        gone = self.stage(
            "$id = new_user($in['n']); delete_user(core_user::get_user($id)); return $id;",
            n="g" + tag(),
        )
        here = self.students[0]
        found = self.site(self.FUNCTION, userids=[here, gone, 99999999])["accounts"]
        self.assertEqual([(a["id"], a["deleted"]) for a in found], [(here, 0), (gone, 1)])
        self.assertTrue(found[0]["email"])
        self.assertEqual((found[1]["idnumber"], found[1]["email"]), ("", ""))

    def test_not_for_everybody(self):
        account = self.account("editingteacher")
        self.refused(self.FUNCTION, "nopermissions", account, userids=[self.students[0]])

    def test_not_too_many(self):
        self.refused(self.FUNCTION, "invalidparameter", userids=list(range(1, 502)))


class TestTogether(Case):
    """Several at once."""

    @staticmethod
    def at_once(write):
        """:param write: called eight times at once, with 0 to 7
        :return: what it gave
        """
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(write, range(8)))

    def test_eight_writers_on_one_student(self):
        letters = [self.statuses[letter] for letter in "PALE" * 2]

        def write(session, n):
            mark = wanted(self.students[0], letters[n], remarks=str(n))
            return self.site.set_marks(session, mark)[0]

        for _ in range(25):
            session = self.stage("return new_session($in['id']);", id=self.cast["lectures"])
            results = self.at_once(partial(write, session))
            outcomes = sorted(r["outcome"] for r in results)
            self.assertEqual(outcomes, ["changed"] * 7 + ["written"])
            [row] = self.rows(self.students[0], session)
            winner = next(r for r in results if r["outcome"] == "written")
            self.assertEqual(winner["marks"], [row])

    def test_eight_writers_by_the_old_name(self):
        call = "mod_wsattendance_update_user_status"
        mark = {"studentid": self.students[0], "takenbyid": self.teacher, "statusset": "0"}
        mark.update(statusid=self.statuses["P"])
        # At the first call of an account Moodle itself keeps a preference, which several at once may not.
        site = self.with_old_names
        site(call, sessionid=self.session, **mark)

        def write(session, _n):
            return site(call, sessionid=session, **mark)

        for _ in range(25):
            session = self.stage("return new_session($in['id']);", id=self.cast["lectures"])
            self.at_once(partial(write, session))
            self.assertEqual(len(self.rows(self.students[0], session)), 1)

    def test_eight_sessions_of_one_reference(self):
        new = {"attendanceid": self.cast["lectures"], "sessiontime": 1790500000}

        def add(reference, _n):
            return self.site("local_wsattendance_add_session", reference=reference, **new)

        for n in range(25):
            made = self.at_once(partial(add, f"oec_sheet_{n}"))
            self.assertEqual(len({m["sessionid"] for m in made}), 1)
            self.assertEqual([m["created"] for m in made].count(True), 1)

    def test_a_reference_is_none_that_is_like_it(self):
        """An underscore is itself, and the brackets are part of it."""
        add = "local_wsattendance_add_session"
        new = {"attendanceid": self.cast["lectures"], "sessiontime": 1790600000}
        made = [
            self.site(add, reference=reference, **new)
            for reference in ("oec_sheet_1_ab", "oec_sheet_1", "oec_sheet_1_abc", "oecXsheet_1_ab")
        ]
        self.assertEqual([m["created"] for m in made], [True] * 4)
        self.assertEqual(len({m["sessionid"] for m in made}), 4)

    def test_eight_sessions_at_once_for_one_grade(self):
        """Each would insert the student's first grade."""

        def write(student, session):
            return self.site.set_marks(session, wanted(student, self.statuses["P"]))[0]

        new = "for ($i = 0; $i < 8; $i++) { $ids[] = new_session($in['id']); } return $ids;"
        for student in self.students:
            sessions = self.stage(new, id=self.cast["lectures"])
            results = self.at_once(lambda n, who=student, ids=sessions: write(who, ids[n]))
            self.assertEqual([r["outcome"] for r in results], ["written"] * 8)

    def test_one_student_in_eight_sessions_at_once(self):
        """Where there are many marks, MariaDB looks for one in two ways at once, and locks more than that."""
        fill = (
            "foreach ($in['students'] as $student) $marks[] = ['studentid' => $student, 'statusid' => $in['status'],"
            " 'statusset' => '', 'timetaken' => 5, 'takenby' => 2, 'remarks' => ''];"
            " for ($i = 0; $i < 250; $i++) { $ids[] = $id = new_session($in['activity']);"
            " foreach ($marks as $mark) $rows[] = ['sessionid' => $id] + $mark; }"
            " $DB->insert_records('attendance_log', $rows);"
            " if ($DB->get_dbfamily() == 'mysql') $DB->execute('ANALYZE TABLE {attendance_log}'); return $ids;"
        )
        sessions = self.stage(
            fill, students=self.students, status=self.statuses["L"], activity=self.cast["lectures"]
        )

        def write(n):
            done = []
            for turn in range(20):
                student = self.students[turn % 3]
                [row] = self.rows(student, sessions[n])
                letter = self.statuses["PA"[turn // 3 % 2]]
                done += self.site.set_marks(sessions[n], wanted(student, letter, row))
            return {result["outcome"] for result in done}

        self.assertEqual(self.at_once(write), [{"written"}] * 8)

    def test_a_teacher_saves_meanwhile(self):
        """Neither loses: whatever the order, the teacher's mark is there, and what was said to be
        written is there unless the teacher saved over it, knowingly later."""
        rng = random.Random(SEED)
        stage = Stage()
        self.addCleanup(stage.close)
        counts = dict.fromkeys(("written", "changed", "same", "both", "overwritten", "doubled"), 0)
        letters = [self.statuses[letter] for letter in "PALE"]
        people = self.students[:6]
        for turn in range(INTERLEAVINGS):
            session = self.stage("return new_session($in['id']);", id=self.cast["lectures"])
            for student in rng.sample(people, rng.randint(0, 6)):
                for _ in range(rng.choice((1, 1, 1, 2))):
                    self.raw(
                        student, rng.choice(letters), 1000 + rng.randint(0, 9), "before", session
                    )
            before = self.site.rows(session, self.course)
            form = {
                s: [rng.choice(letters), f"teacher {turn}"]
                for s in rng.sample(people, rng.randint(1, 6))
            }
            ours = rng.sample(people, rng.randint(1, 6))
            marks = []
            for student in ours:
                rows = sorted(before.get(student, ()), key=lambda r: (-r["timetaken"], -r["id"]))
                marks.append(
                    wanted(
                        student,
                        rng.choice(letters),
                        rows[0] if rows else None,
                        remarks=f"ours {turn}",
                    )
                )
            stage.begin(
                "usleep($in['wait']);"
                " teacher_saves($in['who'], $in['session'], $in['marks'], $in['pause']);",
                wait=rng.randint(0, 60_000),
                who=self.teacher,
                session=session,
                marks=form,
                # Between what Attendance reads and what it writes.
                pause=rng.choice((0, 0, 5_000, 40_000)),
            )
            time.sleep(rng.uniform(0, 0.06))
            results = self.site.set_marks(session, *marks)
            stage.end()
            after = self.site.rows(session, self.course)
            self.judge(turn, before, form, results, after, counts)
        print(f"\n  seed {SEED}, {INTERLEAVINGS} interleavings: {counts}")
        if INTERLEAVINGS >= 200:
            # Otherwise the two were never at it at the same time.
            self.assertTrue(counts["changed"] and counts["overwritten"], counts)

    def judge(self, turn, before, form, results, after, counts):
        for result in results:
            student, outcome = result["studentid"], result["outcome"]
            rows = after.get(student, [])
            remarks = [row["remarks"] for row in rows]
            where = f"seed {SEED}, turn {turn}, student {student}: {outcome}, {remarks}"
            counts[outcome] += 1
            if outcome == "written" and student not in form:
                self.assertEqual(remarks, [f"ours {turn}"], where)
            elif outcome == "written":
                counts["both"] += f"ours {turn}" in remarks
                counts["overwritten"] += f"ours {turn}" not in remarks
            elif outcome == "changed":
                self.assertIn(student, form, where)
                self.assertNotIn(f"ours {turn}", remarks, where)
        for student, (status, remark) in form.items():
            found = [r["statusid"] for r in after.get(student, []) if r["remarks"] == remark]
            self.assertEqual(
                found,
                [status],
                f"seed {SEED}, turn {turn}: the teacher's mark of {student} is gone",
            )
            was = len(before.get(student, ()))
            counts["doubled"] += len(after[student]) > max(was, 1)
        for student, rows in after.items():
            if student not in form and student not in [r["studentid"] for r in results]:
                self.assertEqual(rows, before[student])


class TestAddSession(Case):
    def add(self, **more):
        values = {
            "attendanceid": self.cast["lectures"],
            "sessiontime": 1790500000,
            "reference": "oec_sheet_7",
        }
        return self.site("local_wsattendance_add_session", **{**values, **more})

    def session_of(self, answer):
        return self.site.read(self.course, sessionids=[answer["sessionid"]])["sessions"][0]

    def test_twice_is_one(self):
        first = self.add(
            description="Sheet/7", duration=1800, groupid=self.cast["groups"][0], statusset=1
        )
        self.assertTrue(first["created"])
        made = self.session_of(first)
        self.assertEqual(
            [
                made[k]
                for k in (
                    "attendanceid",
                    "sessdate",
                    "duration",
                    "groupid",
                    "statusset",
                    "description",
                )
            ],
            [
                self.cast["lectures"],
                1790500000,
                1800,
                self.cast["groups"][0],
                1,
                "Sheet/7 [oec_sheet_7]",
            ],
        )
        again = self.add(description="Other", sessiontime=1790600000)
        self.assertEqual(again, {"sessionid": first["sessionid"], "created": False})
        self.assertEqual(self.session_of(again), made)

    def test_a_reference_that_only_looks_alike(self):
        first = self.add(reference="oec_sheet_7")
        for reference in ("oec_sheet_77", "oecXsheetX7", "sheet_7"):
            self.assertNotEqual(self.add(reference=reference)["sessionid"], first["sessionid"])
        self.assertNotEqual(
            self.add(attendanceid=self.cast["plain"])["sessionid"], first["sessionid"]
        )

    def test_marker_stands_there_already(self):
        made = self.session_of(self.add(description="Lesson [oec_sheet_7]"))
        self.assertEqual(made["description"], "Lesson [oec_sheet_7]")

    def describe(self, answer, text):
        self.stage(
            "$DB->set_field('attendance_sessions', 'description', $in['text'], ['id' => $in['id']]);",
            text=text,
            id=answer["sessionid"],
        )

    def test_a_long_description_and_its_reference(self):
        """A photo is not handed over; what the session was made for is, wherever it stands."""
        made = self.add(description="Sheet/7")
        self.assertEqual(self.session_of(made)["reference"], "oec_sheet_7")
        photo = "é😀" + "x" * 900_000
        for text, description, reference in (
            ("Lesson", "Lesson", ""),
            ("see [oec_sheet_7], please", "see [oec_sheet_7], please", "oec_sheet_7"),
            ("a" * 1000, "a" * 1000, ""),
            (photo, photo[:1000], ""),
            (photo + "[oec_sheet_7]", photo[:1000], "oec_sheet_7"),
            ("[oec_sheet_] [oec_sheet_7", "[oec_sheet_] [oec_sheet_7", ""),
            ("", "", ""),
        ):
            self.describe(made, text)
            found = self.session_of(made)
            self.assertEqual((found["description"], found["reference"]), (description, reference))
        self.describe(made, photo + "[oec_sheet_7]")
        self.assertFalse(self.add()["created"])

    def test_the_digest_shows_a_reference_behind_a_photo(self):
        made = self.add()
        digests = []
        for text in ("x" * 5000, "x" * 5000 + "[oec_sheet_7]", "x" * 5000 + "[oec_sheet_8]"):
            self.describe(made, text)
            digests += [self.site.digests(self.course), self.site.digests(self.course)]
        self.assertEqual(digests[::2], digests[1::2])
        self.assertEqual(len({str(digest) for digest in digests}), 3)

    def test_what_is_refused(self):
        call = "local_wsattendance_add_session"
        fine = {"attendanceid": self.cast["lectures"], "sessiontime": 1790500000, "reference": "r"}
        for wrong in (
            {"reference": ""},
            {"reference": "a b"},
            {"reference": "%"},
            {"sessiontime": 0},
            {"duration": -1},
            {"groupid": 99999999},
            {"groupid": -1},
            {"statusset": 9},
            {"sessiontime": "noon"},
        ):
            self.refused(call, "invalidparameter", **{**fine, **wrong})
        plain = {**fine, "attendanceid": self.cast["plain"], "groupid": self.cast["groups"][0]}
        self.refused(call, "invalidparameter", **plain)
        self.refused(call, "invalidrecordunknown", **{**fine, "attendanceid": 99999999})
        self.refused(call, ("requireloginerror", "nopermissions"), self.account("student"), **fine)
        self.assertEqual(self.site.read(self.course)["total"], 5)


class TestOldNames(Case):
    def test_get_session_is_as_in_attendance(self):
        """The same answer as the function of Attendance, where that has one at all."""
        self.teacher_saves({s: [self.statuses["P"], f"remark {s}"] for s in self.students[:3]})
        ours = self.with_old_names("mod_wsattendance_get_session", sessionid=self.session)
        theirs = self.with_old_names("mod_attendance_get_session", sessionid=self.session)
        for answer in (ours, theirs):
            for name, key in (("attendance_log", "studentid"), ("users", "id"), ("statuses", "id")):
                answer[name].sort(key=lambda row, key=key: row[key])
        self.assertEqual(ours, theirs)
        self.raw(self.students[5], self.statuses["P"], 7, "<b>late</b>")
        self.refused(
            "mod_attendance_get_session",
            "invalidresponse",
            self.with_old_names,
            sessionid=self.session,
        )
        ours = self.with_old_names("mod_wsattendance_get_session", sessionid=self.session)
        self.assertIn("<b>late</b>", [m["remarks"] for m in ours["attendance_log"]])

    def test_update_user_status(self):
        call = "mod_wsattendance_update_user_status"
        params = {
            "sessionid": self.session,
            "studentid": self.students[0],
            "takenbyid": self.teacher,
        }
        params.update(statusid=self.statuses["L"], statusset="0")
        self.raw(self.students[0], self.statuses["P"], 7, "kept")
        self.assertIsNone(self.with_old_names(call, **params))
        [row] = self.rows(self.students[0])
        self.assertEqual(
            (row["statusid"], row["takenby"], row["remarks"]),
            (self.statuses["L"], self.teacher, "kept"),
        )
        self.refused(
            call, "invalidrecord", self.with_old_names, **{**params, "sessionid": 99999999}
        )
        self.refused(call, "invaliduser", self.with_old_names, **{**params, "studentid": 99999999})
        self.refused(call, "invaliduser", self.with_old_names, **{**params, "takenbyid": 99999999})
        self.refused(call, "nopermissions", self.account("student"), **params)

    def test_today(self):
        call = "mod_wsattendance_get_courses_with_today_sessions"
        self.stage("new_session($in['id'], ['sessdate' => time()]);", id=self.cast["plain"])
        [course] = self.with_old_names(call, userid=self.teacher)
        [activity] = course["attendance_instances"]
        [session] = activity["today_sessions"]
        self.assertTrue(course["shortname"].startswith("C"))
        self.assertEqual(activity["name"], "Plain")
        self.assertEqual(session["attendanceid"], self.cast["plain"])
        whole = self.with_old_names("mod_wsattendance_get_session", sessionid=session["id"])
        self.assertEqual(session, {key: whole[key] for key in session})
        self.assertEqual(self.with_old_names(call, userid=self.students[0]), [])
        self.refused(call, "invaliduser", self.with_old_names)
        # Whoever asks has to have the right there, too.
        self.assertEqual(self.account()(call, userid=self.teacher), [])


if __name__ == "__main__":
    unittest.main()
