"""What schools really hold: people, groups, statuses and codes that do not fit."""

from odoo.tests import tagged

from .builders import HOUR, START
from .common import MoodleCase


@tagged("post_install", "-at_install")
class TestPeople(MoodleCase):
    def add_user(self, name, **values):
        user = self.moodle.add_user(name, name.title(), "Test", **values)
        self.moodle.enrol(self.moodle_course, user, groups=[self.groups[0]])
        return user

    def mark_user(self, user, acronym="P"):
        session = self.add_session("P")
        self.moodle.mark(session, user, acronym, by=self.teacher)
        return session

    def test_by_email_whatever_its_case(self):
        student = self.make_student(20, self.batches[0])
        user = self.add_user("mixed", email="STUDENT20@Test.Example")
        session = self.mark_user(user, "L")
        self.sync()
        line = self.sheets.attendance_line.filtered(lambda line: line.student_id == student)
        self.assertTrue(line.late)
        self.assertEqual(line.attendance_id.moodle_session_id, session.id)
        mapping = self.env["moodle.mapping"].search([("moodle_id", "=", user.id)])
        self.assertEqual((mapping.found_by, mapping.oec_record_id), ("email", student.id))

    def test_not_by_email_if_that_is_switched_off(self):
        self.make_student(20, self.batches[0])
        self.mark_user(self.add_user("mail", email="student20@test.example"))
        self.sync()
        self.assertFalse(self.gaps())
        self.instance.match_by_email = False
        self.sync()
        self.assertEqual(self.open_gaps(), ["unmatched_student"])

    def test_two_students_with_one_email(self):
        self.make_student(20, self.batches[0])
        twin = self.make_student(21, self.batches[0], email="student20@test.example")
        self.mark_user(self.add_user("mail", email="student20@test.example"))
        self.sync()
        self.assertEqual(self.open_gaps(), ["ambiguous_student"])
        twin.active = False
        self.sync()
        self.assertEqual(self.open_gaps(), ["ambiguous_student"], "archived ones count")
        twin.email = "twin@test.example"
        self.sync()
        self.assertFalse(self.open_gaps(), "a gap closes by itself")

    def test_two_accounts_with_one_idnumber(self):
        user = self.add_user("double", idnumber=f"oec_student_{self.students[0].id}")
        session = self.mark_user(user)
        self.sync()
        self.assertEqual(self.open_gaps(), ["ambiguous_student", "ambiguous_student"])
        self.assertFalse(self.lines(session))

    def test_an_unmatched_person_then_mapped_by_hand(self):
        session = self.mark_user(user := self.add_user("unknown", email="who@test.example"))
        result = self.sync()
        self.assertEqual(result.counters["marks_skipped"], 1)
        (gap,) = self.gaps()
        self.assertIn("who@test.example", gap.name)
        self.assertEqual((gap.kind, gap.marks, gap.times_seen), ("unmatched_student", 1, 1))
        self.assertEqual(gap.course_name, "Algebra I")
        self.sync()
        self.assertEqual((len(self.gaps()), gap.times_seen), (1, 2))
        self.env["moodle.mapping"].create(
            {
                "instance_id": self.instance.id,
                "model": "op.student",
                "oec_record_id": self.students[1].id,
                "moodle_id": user.id,
            }
        )
        result = self.sync()
        self.assertEqual(self.statuses(session), "PP")
        self.assertEqual((gap.state, result.counters["gaps_closed"]), ("closed", 1))

    def test_an_ignored_gap_stays_ignored(self):
        self.mark_user(self.add_user("unknown"))
        self.sync()
        gap = self.gaps()
        gap.action_ignore()
        self.sync()
        self.assertEqual(gap.state, "ignored")

    def test_teachers_and_unmarked_people_are_no_gaps(self):
        self.add_user("silent")
        self.add_session("P")
        self.sync()
        self.assertFalse(self.gaps())

    def test_people_no_longer_enrolled_are_looked_up_by_id(self):
        student = self.make_student(20, self.batches[0])
        user = self.add_user("gone", idnumber=f"oec_student_{student.id}")
        session = self.mark_user(user, "E")
        self.moodle.unenrol(self.moodle_course, user)
        self.sync()
        line = self.sheets.attendance_line.filtered(lambda line: line.student_id == student)
        self.assertTrue(line.excused)
        self.assertEqual(len(self.server.calls_of("core_user_get_users_by_field")), 1)
        self.server.reset_calls()
        self.sync()
        self.assertFalse(self.server.calls_of("core_user_get_users_by_field"))
        self.assertTrue(session)

    def test_a_temporary_attendee_does_not_hide_the_others(self):
        student = self.make_student(20, self.batches[0])
        gone = self.add_user("gone", idnumber=f"oec_student_{student.id}")
        temporary = self.moodle.add_user("tmp", "Guest", "Attendee", temporary=True)
        session = self.mark_user(gone)
        self.moodle.mark(session, temporary, "P", by=self.teacher)
        self.moodle.unenrol(self.moodle_course, gone)
        self.sync()
        self.assertIn(student, self.sheets.attendance_line.student_id)
        (gap,) = self.gaps()
        self.assertEqual((gap.kind, gap.moodle_id), ("unmatched_student", temporary.id))

    def test_a_student_in_two_batches(self):
        self.enrol(self.students[0], self.batches[1])
        session = self.add_session("PP")
        self.sync()
        (gap,) = self.gaps()
        self.assertEqual(gap.kind, "no_batch")
        self.assertIn("Student 1", gap.name)
        self.assertEqual(self.lines(session).student_id, self.students[1])
        in_group = self.add_session("AA", starts=START + HOUR, group=self.groups[0])
        self.sync()
        self.assertEqual(self.statuses(in_group), "AA", "a group says which batch")

    def test_archived_students_and_batches_still_match(self):
        self.students[0].active = False
        self.batches[0].active = False
        session = self.add_session("PA")
        self.sync()
        self.assertEqual(self.statuses(session), "PA")
        self.assertFalse(self.gaps())


@tagged("post_install", "-at_install")
class TestSessions(MoodleCase):
    def test_custom_and_unknown_statuses(self):
        self.moodle.add_status(self.lectures, "X", "Excursion", grade=1)
        session = self.add_session("PX")
        self.moodle.set_status_of(session, self.users[2], 99999)
        self.moodle.set_status_of(session, self.users[3], 0)
        result = self.sync()
        self.assertEqual(self.statuses(session), "P")
        self.assertEqual(self.open_gaps(), ["custom_status", "custom_status"])
        self.assertEqual(result.counters["marks_skipped"], 3)
        self.assertIn("1 without a status", result.message)

    def test_an_unknown_group(self):
        chess = self.moodle.add_group(self.moodle_course, "Chess club")
        self.add_session("PP", group=chess)
        self.sync()
        (gap,) = self.gaps()
        self.assertEqual(gap.kind, "unmatched_group")
        self.assertIn("Chess club", gap.name)
        self.env["moodle.mapping"].create(
            {
                "instance_id": self.instance.id,
                "model": "op.batch",
                "oec_record_id": self.batches[0].id,
                "moodle_id": chess.id,
            }
        )
        self.sync()
        self.assertEqual(gap.state, "closed")
        self.assertEqual(self.sheets.batch_id, self.batches[0])

    def test_markup_emoji_and_length_of_remarks(self):
        session = self.add_session("PPP")
        for number, remark in enumerate(("delay < 10 min 😀", "x" * 400, "two\nlines")):
            self.moodle.mark(session, self.users[number], "P", remark=remark, by=self.teacher)
        self.sync()
        self.assertEqual(
            self.lines(session).mapped("remark"), ["delay < 10 min 😀", "x" * 256, "two lines"]
        )
        self.assertIn("There was nothing to write", self.sync().message)

    def test_a_session_without_duration(self):
        session = self.add_session("P", duration=0)
        self.sync()
        self.assertEqual(self.statuses(session), "P")

    def test_a_poisoned_remark_costs_only_its_own_session(self):
        fine = self.add_session("PP")
        poisoned = self.add_session("AA", starts=START + HOUR)
        self.sync()
        self.moodle.mark(poisoned, self.users[0], "A", remark="<b>late</b>", by=self.teacher)
        self.mark(fine, "LL")
        result = self.sync()
        self.assertEqual(result.state, "done")
        self.assertEqual(self.statuses(fine), "LL")
        self.assertEqual(self.statuses(poisoned), "AA")
        (gap,) = self.gaps(state="open")
        self.assertEqual((gap.kind, gap.moodle_id), ("unreadable_session", poisoned.id))
        self.moodle.mark(poisoned, self.users[0], "A", remark="late", by=self.teacher)
        self.sync()
        self.assertFalse(self.open_gaps())

    def test_a_poisoned_activity_never_read_before_is_one_gap(self):
        session = self.add_session("PP")
        self.moodle.mark(session, self.users[0], "A", remark="<b>late</b>", by=self.teacher)
        other = self.moodle.add_attendance(self.moodle_course, "Labs")
        fine = self.add_session("EE", activity=other)
        result = self.sync()
        self.assertEqual((result.state, self.statuses(fine)), ("done", "EE"))
        self.assertEqual(self.open_gaps(), ["unreadable_session"])

    def test_long_codes_stay_unique(self):
        self.algebra.code = "LONG-SUBJECT-CODE"
        self.batches[0].code = "LONG-BATCH-CODE1"
        self.batches[1].code = "LONG-BATCH-CODE2"
        self.add_session("PPPPPP")
        self.sync()
        codes = self.registers.mapped("code")
        self.assertEqual(len(set(codes)), 2)
        self.assertTrue(all(len(code) <= 16 for code in codes))

    def test_a_code_that_somebody_took_already(self):
        self.env["op.attendance.register"].create(
            {
                "name": "Other",
                "code": "261103-T-ALG-T-B",
                "course_id": self.course.id,
                "batch_id": self.batches[0].id,
                "active": False,
            }
        )
        session = self.add_session("PP")
        self.sync()
        self.assertEqual(self.statuses(session), "PP")

    def test_a_course_that_names_nothing_real(self):
        self.moodle.add_course("Odd", shortname="ODD", idnumber="oec_subj_99999_course_1")
        self.moodle.add_course("Private", shortname="PRIV")
        result = self.sync()
        (gap,) = self.gaps()
        self.assertEqual((gap.kind, gap.course_name), ("unmatched_course", "Odd"))
        self.assertIn("1 of 3 Moodle courses", result.message)

    def test_a_course_by_its_shortname(self):
        self.moodle_course.idnumber = ""
        self.moodle_course.shortname = "T-ALG_T-BSC"
        session = self.add_session("P")
        self.sync()
        self.assertEqual(self.statuses(session), "P")

    def test_gaps_of_a_course_that_is_matched_no_more_are_closed(self):
        self.moodle.add_status(self.lectures, "X", "Excursion", grade=1)
        self.add_session("X")
        self.sync()
        self.assertEqual(self.open_gaps(), ["custom_status"])
        self.moodle_course.idnumber = ""
        self.sync()
        self.assertFalse(self.open_gaps())
