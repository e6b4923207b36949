"""What a scheduled run does not ask, and that nobody waits for it longer than is said."""

import time
from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..services.domain.status import booleans
from ..services.openeducat.local_store import moment
from .builders import HOUR, START
from .common import MoodleCase

DAY = 86400
CONTENTS, USERS = "core_course_get_contents", "core_enrol_get_enrolled_users"
GROUPS, LIST = "core_group_get_course_groups", "mod_attendance_get_sessions"


class ThriftCase(MoodleCase):
    direction = "moodle"

    def setUp(self):
        super().setUp()
        self.instance.sync_attendance_from = self.direction
        self.moodle.clock.set(None)
        self.now = int(time.time())

    def scheduled(self):
        """:return: the functions that a scheduled run has asked for, and its result"""
        self.server.reset_calls()
        result = self.sync(trigger="cron")
        names = [call.function for call in self.server.calls]
        return names[2:], result

    def later(self, hours):
        """As if the last runs had been so long ago."""
        mappings = self.env["moodle.mapping"].search([("remembered", "!=", False)])
        for mapping in mappings:
            kept = mapping.remembered
            mapping.remembered = {**kept, "at": kept["at"] - hours * HOUR}
        for mapping in self.env["moodle.mapping"].search([("last_success", "!=", False)]):
            mapping.last_success -= timedelta(hours=hours)

    @property
    def mapping(self):
        return self.env["moodle.mapping"]._of_course(self.instance, self.moodle_course.id)


@tagged("post_install", "-at_install")
class TestRememberedCourse(ThriftCase):
    """A warm course: its session began an hour ago."""

    def setUp(self):
        super().setUp()
        self.session = self.add_session("PALE", starts=self.now - HOUR, group=self.groups[0])
        self.assertEqual(self.scheduled()[0], [CONTENTS, LIST, USERS, GROUPS])

    def test_nothing_else_is_asked_the_second_time(self):
        for _ in range(3):
            asked, result = self.scheduled()
            self.assertEqual(asked, [LIST])
            self.assertEqual((result.state, result.counters["marks_seen"]), ("done", 4))
        self.mark(self.session, "AALE")
        self.assertEqual(self.scheduled()[0], [LIST])
        self.assertEqual(self.statuses(self.session), "AALE")

    def test_a_person_asks_for_everything(self):
        for trigger in ("button", "shell"):
            self.server.reset_calls()
            self.sync(trigger=trigger)
            names = [call.function for call in self.server.calls][2:]
            self.assertEqual(names, [CONTENTS, LIST, USERS, GROUPS], trigger)
        self.server.reset_calls()
        self.preview()
        names = [call.function for call in self.server.calls][2:]
        self.assertEqual(names, [CONTENTS, LIST, USERS, GROUPS])

    def test_after_some_hours(self):
        self.later(5)
        self.assertEqual(self.scheduled()[0], [LIST])
        self.later(1)
        self.assertEqual(self.scheduled()[0], [CONTENTS, LIST, USERS, GROUPS])
        self.assertEqual(self.scheduled()[0], [LIST])
        self.instance.people_hours = 0
        self.assertEqual(self.scheduled()[0], [CONTENTS, LIST, USERS, GROUPS])

    def test_somebody_new_in_the_course(self):
        student = self.make_student(7, self.batches[0])
        user = self.moodle.add_user(
            "student7", "Student 7", "Test", idnumber=f"oec_student_{student.id}"
        )
        self.moodle.enrol(self.moodle_course, user, groups=[self.groups[0]])
        self.assertEqual(self.scheduled()[0], [LIST, USERS])
        self.assertEqual(self.scheduled()[0], [LIST])
        self.moodle.mark(self.session, user, "L", by=self.teacher)
        self.scheduled()
        lines = self.lines_of(student)
        self.assertEqual(lines.mapped("late"), [True])

    def lines_of(self, student):
        return self.env["op.attendance.line"].search([("student_id", "=", student.id)])

    def test_a_mark_of_somebody_who_left_is_not_asked_for_again_and_again(self):
        self.moodle.unenrol(self.moodle_course, self.users[0])
        self.later(7)
        self.scheduled()
        self.assertEqual(self.scheduled()[0], [LIST])
        self.assertEqual(self.statuses(self.session), "PALE")

    def test_a_group_that_is_new(self):
        self.add_session("....AA", starts=self.now - HOUR // 2, group=self.groups[1])
        self.moodle.attendances[self.lectures.id].groupmode = 2
        self.assertEqual(self.scheduled()[0], [LIST])
        self.assertEqual(self.open_gaps(), [])
        third = self.moodle.add_group(self.moodle_course, "New", idnumber="oec_batch_0")
        self.add_session("P", starts=self.now - HOUR // 3, group=third)
        asked, _result = self.scheduled()
        self.assertIn(GROUPS, asked)

    def test_an_activity_that_was_deleted(self):
        del self.moodle.attendances[self.lectures.id]
        labs = self.moodle.add_attendance(self.moodle_course, "Labs")
        second = self.add_session("PP", starts=self.now - HOUR // 2, activity=labs)
        asked, result = self.scheduled()
        self.assertEqual(asked[:3], [LIST, CONTENTS, LIST])
        self.assertEqual(result.state, "done")
        self.assertEqual(self.statuses(second), "PP")

    def test_a_new_activity_is_found_by_the_slower_beat(self):
        labs = self.moodle.add_attendance(self.moodle_course, "Labs")
        second = self.add_session("PP", starts=self.now - HOUR // 2, activity=labs)
        self.scheduled()
        self.assertFalse(self.lines(second))
        self.later(6)
        self.scheduled()
        self.assertEqual(self.statuses(second), "PP")

    def test_a_gap_closes_with_the_next_run_after_it_was_fixed_in_moodle(self):
        idnumber, self.users[1].idnumber = self.users[1].idnumber, ""
        email, self.users[1].email = self.users[1].email, "other@test.example"
        self.sync()
        # Found before, and kept.
        self.env["moodle.mapping"].search([("model", "=", "op.student")]).unlink()
        self.scheduled()
        self.assertEqual(self.open_gaps(), ["unmatched_student"])
        self.assertEqual(self.scheduled()[0], [CONTENTS, LIST, USERS, GROUPS])
        self.users[1].idnumber, self.users[1].email = idnumber, email
        self.scheduled()
        self.assertEqual(self.open_gaps(), [])
        self.assertEqual(self.scheduled()[0], [LIST])

    def test_names_are_no_ones_to_read_and_are_not_kept_for_long(self):
        self.assertIn("Student 1", str(self.mapping.remembered))
        admin = self.env.ref("base.user_admin")
        self.assertNotIn("remembered", self.mapping.with_user(admin).fields_get())
        self.mapping._gc_remembered()
        self.assertTrue(self.mapping.remembered)
        self.later(49)
        self.env.flush_all()
        self.mapping._gc_remembered()
        self.assertFalse(self.mapping.remembered)

    def test_the_hours_are_checked(self):
        for name in ("people_hours", "quiet_hours"):
            for hours in (-1, 25):
                with self.assertRaises(ValidationError):
                    self.instance[name] = hours


@tagged("post_install", "-at_install")
class TestRememberedInPush(ThriftCase):
    direction = "both"

    def test_a_student_whom_moodle_did_not_know(self):
        """The account gets its ID number after the course was read."""
        session = self.add_session("PPPP", starts=self.now - HOUR)
        self.scheduled()
        self.assertEqual(self.scheduled()[0], [LIST])
        student = self.make_student(7, self.batches[0])
        user = self.moodle.add_user("student7", "Student 7", "Test", email="x@test.example")
        self.moodle.enrol(self.moodle_course, user)
        self.scheduled()
        self.assertEqual(self.open_gaps(), [])
        user.idnumber = f"oec_student_{student.id}"
        sheet = self.sheets.filtered(lambda sheet: sheet.moodle_session_id == session.id)
        self.env["op.attendance.line"].create(
            {"attendance_id": sheet.id, "student_id": student.id, **booleans("L")}
        )
        asked, _result = self.scheduled()
        self.assertEqual(asked.count(USERS), 1, "a push lacked somebody")
        self.assertEqual(self.moodle.marks(session).get(user.id), "L")
        self.assertEqual(self.open_gaps(), [])


@tagged("post_install", "-at_install")
class TestQuietCourses(ThriftCase):
    """Its last session was ten days ago."""

    def setUp(self):
        super().setUp()
        self.session = self.add_session("PALE", starts=self.now - 10 * DAY)
        self.moodle.mark_all(
            self.session, {self.users[0]: "P"}, by=self.teacher, at=self.now - 10 * DAY
        )
        self.session.timemodified = self.now - 10 * DAY
        self.scheduled()
        self.assertEqual(self.statuses(self.session), "PALE")
        # Where something has happened, more may follow.
        self.assertEqual(self.scheduled()[0], [LIST])

    def test_it_is_left_alone_for_some_hours_and_the_run_says_so(self):
        asked, result = self.scheduled()
        self.assertEqual(asked, [])
        self.assertEqual(result.state, "done")
        self.assertIn("not read this time: 1 course (read every 6 hours)", result.message)
        self.assertIn("1 of 1 Moodle course matched", result.message)
        run = self.instance.last_run_id
        self.assertEqual((run.courses_mapped, run.courses_quiet, run.progress), (1, 1, 100))
        self.later(5)
        self.assertEqual(self.scheduled()[0], [])
        self.later(1)
        self.mark(self.session, "AALE")
        self.scheduled()
        self.assertEqual(self.statuses(self.session), "AALE", "never later than six hours")
        self.assertNotEqual(self.scheduled()[0], [], "a mark changed lately: warm")

    def test_without_a_slower_beat(self):
        self.instance.quiet_hours = 0
        self.assertEqual(self.scheduled()[0], [LIST])

    def test_a_person_reads_all(self):
        self.mark(self.session, "AALE")
        self.sync()
        self.assertEqual(self.statuses(self.session), "AALE")

    def test_a_session_that_begins_soon(self):
        self.add_session(starts=self.now + HOUR // 2)
        self.later(7)
        self.assertNotEqual(self.scheduled()[0], [])
        self.assertEqual(self.scheduled()[0], [LIST])

    def come_to_rest(self):
        """What a run has done itself has the course read once more."""
        self.scheduled()
        self.assertEqual(self.scheduled()[0], [])

    def test_whatever_is_changed_here_wakes_it_up(self):
        line = self.line(self.session, 1)
        sheet = line.attendance_id
        for change in (
            lambda: line.write(booleans("A")),
            lambda: sheet.write({"state": "start"}),
            lambda: line.unlink(),
            lambda: sheet.register_id.write({"name": "Other"}),
            lambda: self.make_sheet("PPPP", day=fields.Date.today()),
        ):
            self.come_to_rest()
            change()
            self.assertNotEqual(self.scheduled()[0], [])

    def test_what_the_synchronisation_writes_itself_does_not(self):
        self.later(7)
        self.mark(self.session, "LLLL")
        self.scheduled()
        self.assertEqual(self.statuses(self.session), "LLLL")
        self.env.cr.execute("SELECT count(*) FROM moodle_touched")
        self.assertEqual(self.env.cr.fetchone()[0], 0)

    def test_what_a_person_decides_wakes_all_up(self):
        link = self.env["moodle.mapping"].search(
            [("model", "=", "op.student"), ("moodle_id", "=", self.users[0].id)]
        )
        for number, change in enumerate(
            (
                lambda: link.with_user(self.env.ref("base.user_admin")).write(
                    {"oec_record_id": self.students[5].id}
                ),
                lambda: link._undo(),
                lambda: self.instance.write({"sync_window_days": 90}),
                lambda: self.mapping.write({"own_days": True, "course_days": 60}),
            )
        ):
            self.come_to_rest()
            change()
            self.assertNotEqual(self.scheduled()[0], [], number)

    def test_what_was_so_before_decides_nothing(self):
        self.instance.write({"sync_window_days": 0, "sync_attendance_from": "moodle"})
        self.assertEqual(self.scheduled()[0], [])

    def test_one_that_failed_is_tried_again(self):
        self.mapping._failed("trouble")
        self.assertNotEqual(self.scheduled()[0], [])

    def test_what_is_shown(self):
        self.assertEqual(self.mapping.lively_at, moment(self.now - 10 * DAY))
        self.assertFalse(self.mapping.next_at)
        self.mapping.last_success = "2026-11-25 08:15:00"
        self.assertIn("8:15", self.instance.last_read)
        self.assertNotIn("–", self.instance.last_read)
        self.env["moodle.mapping"].create(
            {
                "instance_id": self.instance.id,
                "model": "op.subject",
                "moodle_id": 4711,
                "oec_record_id": self.physics.id,
                "op_course_id": self.course.id,
                "last_success": "2026-11-25 10:30:00",
            }
        )
        self.instance.invalidate_recordset(["last_read"])
        self.assertRegex(self.instance.last_read, "8:15.*–.*10:30")
        self.assertFalse(self.second_instance().last_read)

    def test_old_marks_are_of_november(self):
        """The tests above are of a day that is long after the scripted ones."""
        self.assertGreater(self.now, START)
