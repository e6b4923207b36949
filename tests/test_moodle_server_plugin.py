"""What local_wsattendance answers in the scripted Moodle, beyond what was recorded: as its source
says, and as the tests in a real Moodle (dev/moodle/black_box.py) found it."""

from odoo.tests import tagged

from .builders import START
from .moodle_server import Fault
from .moodle_server.profiles import PROFILES
from .moodle_server.state import COMPANION_WHOLE
from .test_moodle_server_faults import ServerCase

DIGESTS = "local_wsattendance_get_digests"
READ = "local_wsattendance_get_sessions"
WRITE = "local_wsattendance_set_marks"
ADD = "local_wsattendance_add_session"


@tagged("post_install", "-at_install")
class CompanionCase(ServerCase):
    """Twenty students, one session, and a call for each function."""

    profile = "companion"

    def setUp(self):
        super().setUp()
        self.course = self.state.courses[2]
        self.teacher = self.state.add_user("teacher", "Tea", "Cher")
        self.state.enrol(self.course, self.teacher, role="editingteacher")
        for token in self.state.tokens.values():
            token.functions = COMPANION_WHOLE

    def flat(self, value, key=""):
        """Parameters as PHP wants them: ``marks[0][studentid]``."""
        if not isinstance(value, (dict, list)):
            return {key: value}
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        found = {}
        for name, item in pairs:
            found |= self.flat(item, f"{key}[{name}]" if key else str(name))
        return found

    def call(self, function, **params):
        return self.ask(function, **self.flat(params))

    def digest(self, **more):
        answer = self.call(DIGESTS, courseids=[self.course.id], **more)
        ((digest,), warnings) = [row["digest"] for row in answer["digests"]], answer["warnings"]
        self.assertEqual(warnings, [])
        return digest

    def answer(self, **more):
        return self.call(READ, courseid=self.course.id, **more)

    def set_marks(self, *marks, session=None, **more):
        session = session or self.session
        return self.call(WRITE, sessionid=session.id, marks=list(marks), **more)

    def outcomes(self, *marks, **more):
        results = self.set_marks(*marks, **more)["results"]
        return [result["outcome"] + result["reason"] for result in results]

    def status(self, letter):
        return self.state.status_of(self.session, letter).id

    def wanted(self, place, letter, row=None, **more):
        """:param row: the ``Row`` that is expected"""
        if row:
            more["expected"] = {"statusid": row.status_id, "timetaken": row.timetaken}
        number = self.status(letter) if letter else 0
        return {"studentid": self.students[place].id, "statusid": number, **more}

    def rows(self, place, session=None):
        student = self.students[place].id
        return [row for row in (session or self.session).log if row.user_id == student]


class TestOwnGroups(CompanionCase):
    """An account without the plug-in's right, and groups that are separate."""

    def setUp(self):
        super().setUp()
        self.course.groupmode = self.activity.groupmode = 1
        mine = self.state.add_group(self.course, "Mine")
        mine.members = {self.students[0].id, self.taker}
        self.other = self.state.add_group(self.course, "Other")
        self.other.members = {self.students[1].id}
        self.state.mark_all(self.session, dict.fromkeys(self.students[:2], "P"), by=self.teacher)
        (token,) = self.state.tokens.values()
        token.all_groups = False

    def test_people_sessions_and_marks_of_them_alone(self):
        theirs = self.state.add_session(self.activity, START + 99, group=self.other)
        answer = self.answer()
        self.assertEqual([s["id"] for s in answer["sessions"]], [self.session.id])
        self.assertEqual(
            [m["studentid"] for m in answer["sessions"][0]["marks"]], [self.students[0].id]
        )
        self.assertEqual([u["id"] for u in answer["users"]], [self.students[0].id])
        self.assertEqual(
            self.call(READ, courseid=self.course.id, sessionids=[theirs.id])["total"], 0
        )
        refused = self.set_marks(self.wanted(1, "A"), session=theirs)
        self.assertEqual(refused["errorcode"], "nopermissions")
        self.assertEqual(self.outcomes(self.wanted(1, "A")), ["refusednotingroup"])


class TestReading(CompanionCase):
    def test_pages(self):
        for number in range(1, 5):
            self.state.add_session(self.activity, START + number)
        self.state.mark(self.session, self.students[0], "P", by=self.teacher)
        pages = [self.answer(limitfrom=skip, limitnum=2) for skip in (0, 2, 4, 6)]
        ids = [[session["id"] for session in page["sessions"]] for page in pages]
        self.assertEqual(ids, [[1, 2], [3, 4], [5], []])
        self.assertEqual([page["total"] for page in pages], [5] * 4)
        self.assertEqual([len(page["users"]) for page in pages], [21, 0, 0, 0])
        self.assertEqual(
            [len(s["marks"]) for page in pages for s in page["sessions"]], [1, 0, 0, 0, 0]
        )
        for limits in ({"limitfrom": -1}, {"limitnum": 0}, {"limitnum": 501}):
            self.assertEqual(self.answer(**limits)["errorcode"], "invalidparameter")

    def test_who_left_and_has_a_mark(self):
        gone, other, temporary = self.students[:3]
        for student in (gone, other, temporary):
            self.state.mark(self.session, student, "P")
            self.state.unenrol(self.course, student)
        other.deleted, temporary.temporary = True, True
        answer = self.answer()
        self.assertEqual(len(answer["sessions"][0]["marks"]), 3)
        left = [user for user in answer["users"] if not user["enrolled"]]
        self.assertEqual([user["id"] for user in left], [gone.id])
        self.assertEqual((left[0]["active"], left[0]["listed"], left[0]["roles"]), (0, 0, []))
        self.state.add_session(self.activity, START + 86400)
        users = self.answer(**{"from": START + 60})["users"]
        self.assertNotIn(gone.id, [user["id"] for user in users])

    def test_what_people_type(self):
        remark = "</script><b>arrived <10 min late"
        self.state.mark(self.session, self.students[0], "L", remark=remark)
        (mark,) = self.answer()["sessions"][0]["marks"]
        self.assertEqual(mark["remarks"], remark)
        (mark,) = self.ask("mod_wsattendance_get_session", sessionid=1)["attendance_log"]
        self.assertEqual(mark["remarks"], remark)
        # Attendance itself is as it was.
        self.assertEqual(self.ask_session()["errorcode"], "invalidresponse")

    def test_what_the_account_may_not_see(self):
        token = next(iter(self.state.tokens.values()))
        token.people = False
        answer = self.answer()
        self.assertEqual((answer["users"], self.codes(answer)), ([], ["nopeople"]))
        token.people, token.identity, token.all_groups = True, False, False
        self.state.add_group(self.course, "Batch 1")
        self.students[0].idnumber, self.students[0].email = "oec_student_1", "s@test.example"
        answer = self.answer()
        self.assertEqual(self.codes(answer), ["noidentity", "nogroups"])
        self.assertEqual((len(answer["users"]), answer["groups"]), (21, []))
        self.assertEqual({user["idnumber"] + user["email"] for user in answer["users"]}, {""})

    @staticmethod
    def codes(answer):
        return [warning["warningcode"] for warning in answer["warnings"]]

    def test_what_can_not_be_entered(self):
        labs = self.state.add_attendance(self.course, "Labs")
        self.state.add_session(labs, START)
        whole = self.digest()
        self.server.site.unreadable.add(self.activity.id)
        answer = self.answer()
        self.assertEqual([activity["id"] for activity in answer["activities"]], [labs.id])
        self.assertEqual((answer["total"], self.codes(answer)), (1, ["nopermissions"]))
        found = self.call(DIGESTS, courseids=[self.course.id])
        self.assertEqual(self.codes(found), ["nopermissions"])
        self.assertNotEqual(found["digests"][0]["digest"], whole)
        self.assertEqual(self.set_marks(self.wanted(0, "P"))["errorcode"], "requireloginerror")
        self.server.site.refuse(self.course, "requireloginerror")
        self.assertEqual(self.answer()["errorcode"], "requireloginerror")

    def test_a_site_where_attendance_is_in_trouble(self):
        """Where the account lost its rights, each activity is left out; where Attendance is hidden,
        all is refused: Moodle would say that there is none."""
        site = self.server.site
        site.attendance_trouble = "requireloginerror"
        answer = self.answer()
        self.assertEqual((answer["activities"], answer["total"]), ([], 0))
        self.assertEqual(self.codes(answer), ["nopermissions"])
        self.assertEqual(self.set_marks(self.wanted(0, "P"))["errorcode"], "requireloginerror")
        site.attendance_trouble = "invalidcoursemoduleid"
        digests = self.call(DIGESTS, courseids=[self.course.id])
        for answer in (self.answer(), digests, self.set_marks(self.wanted(0, "P"))):
            self.assertEqual(answer["errorcode"], "invalidcoursemoduleid")
        site.attendance_trouble, site.account_trouble = None, "sitepolicynotagreed"
        self.assertEqual(self.answer()["errorcode"], "sitepolicynotagreed")

    def test_without_the_plugin_there_is_no_such_function(self):
        self.server.profile = PROFILES["2026"]
        self.assertEqual(self.answer()["errorcode"], "invalidrecord")

    def test_faults_strike_here_too(self):
        self.server.faults.add(Fault.error(1, "sitemaintenance", function=READ))
        self.server.faults.add(Fault.lie(2, lambda answer: {**answer, "total": 7}, function=READ))
        self.assertEqual(self.answer()["errorcode"], "sitemaintenance")
        self.assertEqual([self.answer()["total"], self.answer()["total"]], [7, 1])


class TestWriting(CompanionCase):
    def test_written_same_changed(self):
        (result,) = self.set_marks(self.wanted(0, "P", remarks="<b>"))["results"]
        (row,) = self.rows(0)
        shown = {
            "id": row.id, "studentid": row.user_id, "statusid": self.status("P"),
            "timetaken": START, "takenby": self.taker, "remarks": "<b>",
        }  # fmt: skip
        self.assertEqual((result["outcome"], result["marks"]), ("written", [shown]))
        self.assertEqual(self.session.lasttakenby, self.taker)
        self.state.clock.advance(60)
        self.assertEqual(self.outcomes(self.wanted(0, "P", remarks="<b>")), ["same"])
        self.assertEqual(self.outcomes(self.wanted(0, "P")), ["same"])
        self.assertEqual(self.outcomes(self.wanted(0, "A")), ["changed"])
        self.assertEqual((row.timetaken, self.session.lasttaken), (START, START))
        self.assertEqual(self.server.write_count, 1)
        self.assertEqual(self.outcomes(self.wanted(0, "A", row)), ["written"])
        self.assertEqual((row.timetaken, row.remarks), (START + 60, "<b>"))

    def test_a_teacher_came_between(self):
        self.state.mark(self.session, self.students[0], "P", by=self.teacher)
        (row,) = self.rows(0)
        stale = self.wanted(0, "L", row)
        self.state.clock.advance(60)
        self.state.mark(self.session, self.students[0], "A", by=self.teacher)
        self.assertEqual(self.outcomes(stale, self.wanted(1, "P")), ["changed", "written"])
        self.assertEqual(row.status_id, self.status("A"))
        right = self.wanted(0, "L", row)
        right["expected"]["remarks"] = "typed"
        self.assertEqual(self.outcomes(right), ["changed"])
        right["expected"]["remarks"] = ""
        self.assertEqual(self.outcomes(right), ["written"])

    def test_a_save_of_the_page_does_not_touch_what_it_wrote(self):
        self.outcomes(self.wanted(0, "P"))
        self.state.mark(self.session, self.students[1], "A", by=self.teacher, at=START + 60)
        self.assertEqual(self.rows(0)[0].takenby, self.taker)

    def test_cleared(self):
        self.state.mark(self.session, self.students[0], "P", remark="why", by=self.teacher)
        (row,) = self.rows(0)
        self.assertEqual(self.outcomes(self.wanted(0, "", row)), ["written"])
        self.assertEqual((row.status_id, row.remarks), (0, "why"))
        self.assertEqual(self.outcomes(self.wanted(0, "P")), ["changed"])
        self.assertEqual(self.outcomes(self.wanted(0, "", row, remarks="")), ["written"])
        self.assertEqual(self.outcomes(self.wanted(0, ""), self.wanted(1, "")), ["same"] * 2)
        self.assertEqual(self.outcomes(self.wanted(0, "P")), ["written"])
        self.assertEqual(self.rows(0), [row])

    def test_two_rows_become_the_one_that_the_page_would_write(self):
        student = self.students[0]
        self.state.double(self.session, student, "P", by=self.teacher, at=START + 9)
        self.state.double(self.session, student, "A", by=self.teacher, at=START)
        newer, last = self.rows(0)
        (result,) = self.set_marks(self.wanted(0, "A", last))["results"]
        self.assertEqual(result["outcome"], "changed")
        self.assertEqual([mark["id"] for mark in result["marks"]], [newer.id, last.id])
        self.assertEqual(self.outcomes(self.wanted(0, "P", newer)), ["written"])
        self.assertEqual(self.rows(0), [last])
        self.assertEqual(last.status_id, self.status("P"))

    def test_refused(self):
        outsider = self.state.add_user("outsider", "Out", "Sider")
        deleted = self.students[9]
        deleted.deleted = True
        group = self.state.add_group(self.course, "Batch 1")
        grouped = self.state.add_session(self.activity, START, group=group)
        hidden = self.state.add_status(self.activity, "H", "Hidden", visible=False)
        gone = self.state.add_status(self.activity, "D", "Deleted", deleted=True)
        second = self.state.add_status(self.activity, "X", "Second", setnumber=1)
        other = self.state.add_attendance(self.course, "Labs")
        elsewhere = next(s for s in self.state.statuses.values() if s.attendance_id == other.id)
        asked = [
            {**self.wanted(0, "P"), "studentid": 9999},
            {**self.wanted(0, "P"), "studentid": deleted.id},
            {**self.wanted(0, "P"), "studentid": outsider.id},
            {**self.wanted(0, "P"), "studentid": self.teacher.id},
            self.wanted(1, "P", remarks="x" * 1334),
            {**self.wanted(2, "P"), "statusid": hidden.id},
            {**self.wanted(3, "P"), "statusid": gone.id},
            {**self.wanted(4, "P"), "statusid": second.id},
            {**self.wanted(5, "P"), "statusid": elsewhere.id},
            self.wanted(6, "P"),
            self.wanted(6, "A"),
            self.wanted(7, "P", remarks="x" * 1333),
        ]
        reasons = [
            "nosuchuser", "nosuchuser", "notenrolled", "notlisted", "remarkstoolong",
            "statushidden", "statusdeleted", "statusofotherset", "nosuchstatus", "studenttwice",
            "studenttwice",
        ]  # fmt: skip
        self.assertEqual(
            self.outcomes(*asked), [*("refused" + reason for reason in reasons), "written"]
        )
        self.assertEqual(self.outcomes(self.wanted(0, "P"), session=grouped), ["refusednotingroup"])
        self.assertEqual(len(self.session.log), 1)

    def test_bad_questions(self):
        mark = self.wanted(0, "P")
        for wrong in (
            "x", {**mark, "more": 1}, {"studentid": 1}, {**mark, "expected": 1},
            {**mark, "expected": {"statusid": 1}}, {**mark, "statusid": "P"},
        ):  # fmt: skip
            self.assertEqual(self.set_marks(wrong)["errorcode"], "invalidparameter", wrong)
        self.assertEqual(self.set_marks(mark, takenby=999)["errorcode"], "invalidparameter")
        self.assertEqual(self.session.log, [])

    def test_what_php_drops_is_not_answered(self):
        self.server.site.max_input_vars = 10
        marks = [self.wanted(place, "P") for place in range(5)]
        answer = self.set_marks(*marks)
        self.assertEqual(
            [row["studentid"] for row in answer["results"]], [m["studentid"] for m in marks[:3]]
        )

    def test_the_answer_is_lost(self):
        self.server.faults.add(Fault.cut_after(1, function=WRITE))
        with self.assertRaises(OSError):
            self.set_marks(self.wanted(0, "P"))
        self.assertEqual(self.outcomes(self.wanted(0, "P")), ["same"])

    def test_the_old_name_leaves_one_row(self):
        student = self.students[0]
        self.state.mark(self.session, student, "P", remark="why", by=self.teacher)
        self.state.double(self.session, student, "A", by=self.teacher, at=START - 9)
        last = self.rows(0)[1]
        values = {"studentid": student.id, "takenbyid": self.taker, "statusset": "0"}
        update = "mod_wsattendance_update_user_status"
        late = self.status("L")
        answer = self.ask(update, sessionid=self.session.id, statusid=late, **values)
        self.assertEqual((answer, self.rows(0)), (None, [last]))
        self.assertEqual((last.status_id, last.remarks), (late, "why"))
        self.assertEqual(self.session.timemodified, START)

    def test_what_the_old_name_does_not_write(self):
        student, teacher = self.students[0], self.teacher.id
        stranger = self.state.add_user("stranger", "S", "Tranger")
        fine = {"studentid": student.id, "takenbyid": teacher, "statusset": "0"}
        fine |= {"sessionid": self.session.id, "statusid": self.status("P")}
        update = "mod_wsattendance_update_user_status"
        for change, name in (
            ({"studentid": stranger.id}, "studentid"),
            ({"takenbyid": student.id}, "takenbyid"),
            ({"statusid": 99999}, "statusid"),
        ):
            refused = self.ask(update, **{**fine, **change})
            self.assertEqual(refused["message"], f"Invalid parameter: {name}")
        self.assertEqual(self.rows(0), [])
        self.assertIsNone(self.ask(update, **fine))

    def test_the_taker_is_somebody_who_may_take_it(self):
        mark = self.wanted(0, "P")
        for who in (self.students[1].id, 999):
            refused = self.set_marks(mark, takenby=who)
            self.assertEqual(refused["message"], "Invalid parameter: takenby")
        (result,) = self.set_marks(mark, takenby=self.teacher.id)["results"]
        self.assertEqual(result["outcome"], "written")

    def test_a_session_once_for_each_reference(self):
        new = {"attendanceid": self.activity.id, "sessiontime": START + 9}
        first = self.call(ADD, **new, reference="oec_sheet_1", description="Sheet 1")
        self.assertTrue(first["created"])
        self.assertEqual(
            self.state.sessions[first["sessionid"]].description, "Sheet 1 [oec_sheet_1]"
        )
        for more in ({}, {"description": "see [oec_sheet_1]"}):
            again = self.call(ADD, **new, reference="oec_sheet_1", **more)
            self.assertEqual(again, {"sessionid": first["sessionid"], "created": False})
        # That of another sheet, of another Odoo, and one of version 1.1 beside one of now.
        for other in ("oec_sheet_10", "oec_sheet_1_0123abcd", "oec_sheet_1_4567ef89"):
            self.assertTrue(self.call(ADD, **new, reference=other)["created"], other)
            self.assertFalse(self.call(ADD, **new, reference=other)["created"], other)
        self.assertEqual(self.server.write_count, 4)

    def test_a_long_description_is_cut_and_its_reference_handed_over(self):
        for description, wanted in (
            ("Lesson", ("Lesson", "")),
            ("Lesson [oec_sheet_7] x", ("Lesson [oec_sheet_7] x", "oec_sheet_7")),
            ("é" * 1000 + "y", ("é" * 1000, "")),
            ("é" * 5000 + "[oec_sheet_7] [oec_sheet_8]", ("é" * 1000, "oec_sheet_7")),
            ("[oec_sheet_] [oec_sheet_7", ("[oec_sheet_] [oec_sheet_7", "")),
        ):
            self.session.description = description
            answer = self.call("local_wsattendance_get_sessions", courseid=self.course.id)
            found = next(s for s in answer["sessions"] if s["id"] == self.session.id)
            self.assertEqual((found["description"], found["reference"]), wanted)

    def test_a_session_that_can_not_be(self):
        new = {"attendanceid": self.activity.id, "sessiontime": START, "reference": "r"}
        group = self.state.add_group(self.course, "Batch 1")
        for wrong in (
            {"reference": "a b"}, {"sessiontime": 0}, {"duration": -1}, {"groupid": group.id},
            {"statusset": 1}, {"more": 1},
        ):  # fmt: skip
            answer = self.call(ADD, **{**new, **wrong})
            self.assertEqual(answer["errorcode"], "invalidparameter", wrong)
        self.activity.groupmode = 1
        self.assertEqual(self.call(ADD, **new)["errorcode"], "invalidparameter")
        self.assertTrue(self.call(ADD, **new, groupid=group.id)["created"])
