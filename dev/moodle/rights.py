"""What the plug-in lets whom do, in a real Moodle: see ``dev/test_moodle.sh``."""

import time

import accounts
from black_box import Case, wanted
from moodle_site import Refused

READ = "local_wsattendance_get_sessions"
WRITE = "local_wsattendance_set_marks"
ADD = "local_wsattendance_add_session"
TODAY = "mod_wsattendance_get_courses_with_today_sessions"
OLD_READ = "mod_wsattendance_get_session"
OLD_WRITE = "mod_wsattendance_update_user_status"
SMALL = "local_wsattendance_sync"


class Rights(Case):
    """Accounts are made on demand, and lose what they had when the test ends."""

    def setUp(self):
        super().setUp()
        self.made = []
        self.addCleanup(lambda: accounts.dismiss(self.stage, self.made))

    def one(self, kind, service="local_wsattendance"):
        self.made.append(accounts.account(self.stage, self.cast, kind, service))
        return self.made[-1]

    def refusal(self, site, function, **params):
        """:return: code and message"""
        with self.assertRaises(Refused) as caught:
            site(function, **params)
        return caught.exception.code, caught.exception.answer["message"]

    def names(self, parameter, site, function, **params):
        """It is refused, and the parameter is named to whoever reads the message."""
        code, message = self.refusal(site, function, **params)
        self.assertEqual((code, message), ("invalidparameter", f"Invalid parameter: {parameter}"))

    def separate(self):
        """From now on the groups of the course, and of its activities, are separate."""
        self.stage(
            "$DB->set_field('course', 'groupmode', SEPARATEGROUPS, ['id' => $in['course']]);"
            " $DB->set_field('course', 'groupmodeforce', 1, ['id' => $in['course']]);"
            " rebuild_course_cache($in['course'], true);",
            course=self.course,
        )


class TestOneRight(Rights):
    """The account has ``local/wsattendance:sync`` and ``webservice/rest:use``, and nothing else."""

    def setUp(self):
        super().setUp()
        self.sync = self.one(accounts.SYNC, SMALL)

    def test_the_courses(self):
        self.stage("$DB->set_field('course', 'visible', 0, ['id' => $in['id']]);", id=self.course)
        answer = self.sync("local_wsattendance_get_courses", marks=1)
        [course] = [c for c in answer["courses"] if c["id"] == self.course]
        self.assertTrue(course["idnumber"].startswith("oec_subj_"))
        self.assertEqual((course["visible"], course["activities"], course["marks"]), (0, 3, 0))
        self.assertEqual(answer["tokenends"], 0)
        self.assertTrue(answer["sitecreated"] and course["timecreated"])
        self.assertNotIn(1, [c["id"] for c in answer["courses"]])
        self.raw(self.students[0], self.statuses["P"], 5)
        some = self.sync(
            "local_wsattendance_get_courses", courseids=[self.course, 99999999], marks=1
        )
        self.assertEqual([(c["id"], c["marks"]) for c in some["courses"]], [(self.course, 1)])
        [course] = self.sync("local_wsattendance_get_courses", courseids=[self.course])["courses"]
        self.assertNotIn("marks", course)

    def test_a_course_as_an_administrator_reads_it(self):
        self.separate()
        self.teacher_saves({self.students[0]: [self.statuses["P"], "x"]})
        self.stage("$DB->set_field('course', 'visible', 0, ['id' => $in['id']]);", id=self.course)
        admin = self.one(accounts.ADMINISTRATOR)
        mine, theirs = self.sync.read(self.course), admin.read(self.course)
        self.assertEqual(mine, theirs)
        self.assertEqual((mine["warnings"], mine["total"]), ([], 5))
        self.assertTrue(all(user["email"] for user in mine["users"]))
        self.assertEqual(self.sync.digests(self.course), admin.digests(self.course))
        found = self.sync("local_wsattendance_get_accounts", userids=[self.cast["outsider"]])
        self.assertTrue(found["accounts"][0]["email"])

    def test_a_course_is_written(self):
        self.separate()
        self.stage("$DB->set_field('course', 'visible', 0, ['id' => $in['id']]);", id=self.course)
        [result] = self.sync.set_marks(self.session, wanted(self.students[0], self.statuses["P"]))
        self.assertEqual(
            (result["outcome"], result["marks"][0]["takenby"]), ("written", self.sync.id)
        )
        new = {
            "attendanceid": self.cast["hidden"],
            "sessiontime": 1790500000,
            "reference": "oec_sheet_1",
        }
        made = self.sync(ADD, groupid=self.cast["groups"][1], **new)
        self.assertTrue(made["created"])
        self.assertEqual(len(self.sync.read(self.course)["sessions"]), 6)

    def test_given_in_one_course_it_counts_there(self):
        site = self.one(accounts.STUDENT)
        other = self.stage(
            "return new_cast($in['tag']);", tag="x" + self.cast["course"].__str__() + "y"
        )
        self.stage(
            "$role = $DB->get_field('role', 'id', ['shortname' => 'synconly']);"
            " role_assign($role, $in['user'], context_course::instance($in['course'])->id);",
            user=site.id,
            course=other["course"],
        )
        answer = site.read(other["course"])
        self.assertEqual((answer["warnings"], answer["total"]), ([], 5))
        listed = site("local_wsattendance_get_courses")["courses"]
        self.assertEqual(
            [(c["id"], "idnumber" in c) for c in listed],
            [(self.course, False), (other["course"], True)],
        )
        self.assertEqual(site.read(self.course)["activities"], [])
        self.assertEqual(
            self.refusal(site, "local_wsattendance_get_accounts", userids=[2])[0], "nopermissions"
        )

    def test_a_frozen_course_can_be_read_and_not_written(self):
        freeze = "set_config('contextlocking', $in['to']); context_course::instance($in['id'])->set_locked((bool) $in['to']);"
        self.stage(freeze, id=self.course, to=1)
        try:
            self.assertEqual(self.sync.read(self.course)["total"], 5)
            self.assertTrue(self.sync.digests(self.course))
            mark = wanted(self.students[0], self.statuses["P"])
            code = self.refusal(self.sync, WRITE, sessionid=self.session, marks=[mark])[0]
            self.assertIn(code, ("requireloginerror", "nopermissions"))
        finally:
            self.stage(freeze, id=self.course, to=0)

    def test_what_it_says_of_itself(self):
        status = self.sync("local_wsattendance_get_status")
        self.assertEqual(status["rights"], ["local/wsattendance:sync", "webservice/rest:use"])
        self.assertEqual((status["sync"], status["canlogin"], status["setup"]), (1, 1, 0))
        self.assertEqual(
            (status["tokenends"], status["iprestriction"], status["auth"]), (0, "", "manual")
        )
        ends = int(time.time()) + 86400
        self.stage(
            "$DB->set_field('external_tokens', 'validuntil', $in['ends'], ['token' => $in['token']]);",
            ends=ends,
            token=self.sync.token,
        )
        self.assertEqual(self.sync("local_wsattendance_get_status")["tokenends"], ends)
        self.assertEqual(self.sync("local_wsattendance_get_courses")["tokenends"], ends)
        manager = self.one(accounts.MANAGER)("local_wsattendance_get_status")
        self.assertEqual((manager["sync"], len(manager["rights"])), (0, 100))

    def test_functions_of_others_are_not_in_its_service(self):
        names = {f["name"] for f in self.sync("core_webservice_get_site_info")["functions"]}
        own = {
            "get_courses",
            "get_status",
            "get_digests",
            "get_sessions",
            "get_accounts",
            "set_marks",
            "add_session",
        }
        self.assertEqual(
            names, {"core_webservice_get_site_info"} | {f"local_wsattendance_{n}" for n in own}
        )
        self.assertEqual(self.refusal(self.sync, "core_course_get_courses")[0], "accessexception")


class TestOwnRights(Rights):
    """Without that right, an account reads and writes what Moodle shows it."""

    def setUp(self):
        super().setUp()
        self.mine, self.other = self.students[0], self.students[6]
        self.separate()
        self.theirs = self.stage(
            "return new_session($in['id'], ['groupid' => $in['group'], 'sessdate' => 1790086400]);",
            id=self.cast["lectures"],
            group=self.cast["groups"][1],
        )
        self.teacher_saves({s: [self.statuses["P"], "seen"] for s in (self.mine, self.other)})
        self.teacher_saves({self.other: [self.statuses["P"], "theirs"]}, session=self.theirs)
        self.site = self.one(accounts.TEACHER)

    def test_only_its_groups_are_shown(self):
        answer = self.site.read(self.course)
        members = {*self.students[:5], self.site.id}
        self.assertEqual({user["id"] for user in answer["users"]}, members)
        sessions = {session["id"]: session for session in answer["sessions"]}
        self.assertNotIn(self.theirs, sessions)
        self.assertIn(self.cast["grouped"], sessions)
        self.assertEqual(answer["total"], len(sessions))
        self.assertEqual(
            {m["studentid"] for s in sessions.values() for m in s["marks"]}, {self.mine}
        )
        self.assertIn("nogroups", [w["warningcode"] for w in answer["warnings"]])
        moodle = self.site("core_enrol_get_enrolled_users", courseid=self.course)
        self.assertEqual({user["id"] for user in moodle}, members)

    def test_digest_is_of_what_it_reads(self):
        before = self.site.digests(self.course)
        self.teacher_saves({self.other: [self.statuses["A"], "theirs"]})
        self.teacher_saves({self.other: [self.statuses["A"], "theirs"]}, session=self.theirs)
        # Last taken of the common session has moved, and that is shown.
        self.stage(
            "$DB->set_field('attendance_sessions', 'lasttaken', $in['at'], ['id' => $in['id']]);",
            id=self.session,
            at=self.site.read(self.course, sessionids=[self.session])["sessions"][0]["lasttaken"],
        )
        again = self.site.digests(self.course)
        self.stage(
            "$DB->set_field('attendance_log', 'remarks', 'x', ['studentid' => $in['id']]);",
            id=self.other,
        )
        self.assertEqual(self.site.digests(self.course), again)
        self.stage(
            "$DB->set_field('attendance_log', 'remarks', 'x', ['studentid' => $in['id']]);",
            id=self.mine,
        )
        self.assertNotEqual(self.site.digests(self.course), before)
        self.assertNotEqual(self.site.digests(self.course), again)

    def test_other_groups_are_not_written(self):
        marks = [
            wanted(self.other, self.statuses["A"], {"statusid": self.statuses["P"], "timetaken": 1})
        ]
        code = self.refusal(self.site, WRITE, sessionid=self.theirs, marks=marks)[0]
        self.assertEqual(code, "nopermissions")
        [result] = self.site.set_marks(self.session, *marks)
        self.assertEqual((result["outcome"], result["reason"]), ("refused", "notingroup"))
        self.assertEqual(result["marks"], [], "it is not told what it may not see either")
        [result] = self.site.set_marks(self.session, wanted(self.students[1], self.statuses["A"]))
        self.assertEqual(result["outcome"], "written")
        old = {"takenbyid": self.site.id, "statusset": "0", "statusid": self.statuses["A"]}
        self.names(
            "studentid", self.site, OLD_WRITE, sessionid=self.session, studentid=self.other, **old
        )

    def test_the_old_names_show_no_others_either(self):
        answer = self.site(OLD_READ, sessionid=self.session)
        self.assertEqual({user["id"] for user in answer["users"]}, set(self.students[:5]))
        self.assertEqual({mark["studentid"] for mark in answer["attendance_log"]}, {self.mine})
        self.assertEqual(
            self.refusal(self.site, OLD_READ, sessionid=self.theirs)[0], "nopermissions"
        )

    def test_who_may_see_all_groups_does(self):
        for kind in (accounts.ADMINISTRATOR, accounts.MANAGER, accounts.EDITING_TEACHER):
            answer = self.one(kind).read(self.course)
            self.assertEqual(answer["total"], 6, kind)
            self.assertNotIn("nogroups", [w["warningcode"] for w in answer["warnings"]])
            self.assertGreaterEqual(len(answer["users"]), 13, kind)

    def test_a_student_reads_no_attendance(self):
        answer = self.one(accounts.STUDENT).read(self.course)
        self.assertEqual((answer["activities"], answer["sessions"]), ([], []))
        self.assertFalse(any(user["email"] or user["idnumber"] for user in answer["users"]))

    def test_the_courses_are_those_it_may_enter(self):
        found = self.site("local_wsattendance_get_courses")
        [course] = found["courses"]
        self.assertEqual((course["id"], found["sitecreated"]), (self.course, 0))
        self.assertNotIn("idnumber", course)
        [course] = self.one(accounts.EDITING_TEACHER)("local_wsattendance_get_courses")["courses"]
        self.assertIn("idnumber", course)


class TestTakers(Rights):
    def test_only_oneself_or_somebody_who_may_take_it(self):
        guest = int(self.stage("return $CFG->siteguest;"))
        sync, teacher = self.one(accounts.SYNC), self.one(accounts.TEACHER)
        suspended = self.one(accounts.EDITING_TEACHER)
        mark = wanted(self.students[0], self.statuses["P"])
        for who in (2, guest, self.students[1], self.cast["outsider"], 99999999, -1):
            self.names("takenby", sync, WRITE, sessionid=self.session, marks=[mark], takenby=who)
        for who in (self.teacher, teacher.id, suspended.id, sync.id):
            [result] = sync.set_marks(
                self.session, {**mark, "remarks": str(who), **self.read_mark()}, takenby=who
            )
            self.assertEqual((result["outcome"], result["marks"][0]["takenby"]), ("written", who))
        old = {"sessionid": self.session, "studentid": self.students[0], "statusset": "0"}
        for who in (2, guest, self.students[1]):
            self.names(
                "takenbyid", sync, OLD_WRITE, takenbyid=who, statusid=self.statuses["P"], **old
            )

    def read_mark(self):
        row = next(iter(self.rows(self.students[0])), None)
        return {"expected": {k: row[k] for k in ("statusid", "timetaken")}} if row else {}


class TestOldNames(Rights):
    def setUp(self):
        super().setUp()
        self.sync = self.one(accounts.SYNC)
        self.params = {
            "sessionid": self.session,
            "studentid": self.students[0],
            "takenbyid": self.teacher,
            "statusid": self.statuses["L"],
            "statusset": "0",
        }

    def test_what_is_not_written(self):
        other = self.cast["plainstatuses"]["P"]
        for change, parameter in (
            ({"studentid": self.cast["outsider"]}, "studentid"),
            ({"statusid": other}, "statusid"),
            ({"statusid": 99999999}, "statusid"),
            ({"statusset": "x" * 2000}, "statusset"),
        ):
            self.names(parameter, self.sync, OLD_WRITE, **{**self.params, **change})
        self.stage("delete_user(core_user::get_user($in['id']));", id=self.students[1])
        gone = {**self.params, "studentid": self.students[1]}
        self.assertEqual(self.refusal(self.sync, OLD_WRITE, **gone)[0], "invaliduser")
        rows = self.stage.sql("SELECT * FROM {attendance_log} WHERE sessionid = ?", self.session)
        self.assertEqual(rows, [])

    def test_the_event_is_raised(self):
        count = (
            "return $DB->count_records('logstore_standard_log', ['objectid' => $in['id'],"
            " 'eventname' => '\\\\mod_attendance\\\\event\\\\attendance_taken']);"
        )
        self.assertIsNone(self.sync(OLD_WRITE, **self.params))
        self.assertEqual(self.stage(count, id=self.cast["lectures"]), 1)

    def test_today_leaves_out_enrolments_that_do_not_count(self):
        self.stage("new_session($in['id'], ['sessdate' => time()]);", id=self.cast["lectures"])
        self.assertEqual(len(self.sync(TODAY, userid=self.teacher)), 1)
        for change in (
            "'status' => ENROL_USER_SUSPENDED",
            "'end' => time() - 5",
            "'start' => time() + 500",
        ):
            self.stage(
                f"enrol($in['course'], $in['id'], 'editingteacher', [{change}]);",
                course=self.course,
                id=self.teacher,
            )
            self.assertEqual(self.sync(TODAY, userid=self.teacher), [], change)
            self.stage(
                "enrol($in['course'], $in['id'], 'editingteacher');",
                course=self.course,
                id=self.teacher,
            )
        self.assertEqual(len(self.sync(TODAY, userid=self.teacher)), 1)


class TestParameters(Rights):
    """What can't be taken is refused by its name, to whoever reads the message."""

    def test_sessions(self):
        sync = self.one(accounts.SYNC)
        fine = {
            "attendanceid": self.cast["lectures"],
            "sessiontime": 1790500000,
            "reference": "oec_sheet_1",
        }
        for parameter, value in (
            ("statusset", -1),
            ("statusset", 9),
            ("statusset", 2**62),
            ("sessiontime", 2**62),
            ("sessiontime", 0),
            ("sessiontime", "noon"),
            ("duration", 2**62),
            ("duration", -1),
            ("description", "x" * 5_000_000),
            ("reference", "r" * 91),
            ("reference", ""),
            ("groupid", 99999999),
            ("groupid", -1),
        ):
            self.names(parameter, sync, ADD, **{**fine, parameter: value})
        missing = {key: value for key, value in fine.items() if key != "reference"}
        self.names("reference", sync, ADD, **missing)
        self.names("more", sync, ADD, more=1, **fine)
        self.assertEqual(sync.read(self.course)["total"], 5)

    def test_marks(self):
        sync = self.one(accounts.SYNC)
        fine = {"studentid": self.students[0], "statusid": self.statuses["P"]}
        for parameter, marks in (
            ("marks", "x"),
            ("marks[0]", [1]),
            ("marks[0][statusid]", [{"studentid": 5}]),
            ("marks[1][expected][timetaken]", [fine, {**fine, "expected": {"statusid": 5}}]),
            ("marks[0][expected]", [{**fine, "expected": 1}]),
            ("marks[0][statusid]", [{**fine, "statusid": "P"}]),
            ("marks[0][more]", [{**fine, "more": 1}]),
        ):
            self.names(parameter, sync, WRITE, sessionid=self.session, marks=marks)

    def test_other_functions(self):
        sync = self.one(accounts.SYNC)
        self.names("limitnum", sync, READ, courseid=self.course, limitnum=501)
        self.names("limitfrom", sync, READ, courseid=self.course, limitfrom=-1)
        self.names(
            "courseids", sync, "local_wsattendance_get_digests", courseids=list(range(1, 502))
        )
        self.names("run", sync, "local_wsattendance_get_digests", courseids=[2], run="x" * 65)
        self.names(
            "number", sync, "local_wsattendance_get_digests", courseids=[2], run="x", number=-1
        )
        self.names("userids", sync, "local_wsattendance_get_accounts", userids=list(range(501)))

    def test_the_front_page_has_everybody(self):
        for kind in (accounts.SYNC, accounts.ADMINISTRATOR):
            site = self.one(kind)
            self.names("courseid", site, READ, courseid=1)
            answer = site("local_wsattendance_get_digests", courseids=[1, self.course])
            self.assertEqual([d["courseid"] for d in answer["digests"]], [self.course])
            self.assertEqual([w["itemid"] for w in answer["warnings"]], [1])
        made = self.stage("return new_activity(SITEID, 'Front');")
        try:
            answer = site.read(1)
            self.assertEqual([a["id"] for a in answer["activities"]], [made])
        finally:
            self.stage(
                "course_delete_module(get_coursemodule_from_instance('attendance', $in['id'])->id);",
                id=made,
            )
        self.names("courseid", site, READ, courseid=1)
