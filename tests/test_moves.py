"""A student withdraws or changes batch before the marks are pulled."""

from odoo import fields
from odoo.tests import new_test_user, tagged

from ..models.moodle_batch_change import KEPT
from .builders import HOUR, START
from .common import MoodleCase

DAY = 24 * HOUR


class MovesCase(MoodleCase):
    def setUp(self):
        super().setUp()
        self.details = self.env["op.student.course"].search(
            [("student_id", "in", self.students.ids)], order="id"
        )
        self.make_older()
        self.detail = self.details[0]
        self.changes = self.env["moodle.batch.change"]

    def make_older(self):
        """They were not typed in just now."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE op_student_course SET create_date = '2026-01-15'")
        self.env.invalidate_all()

    def noted(self):
        return [
            (row.detail_id, row.student_id.id, row.course_id.id, row.batch_id.id)
            for row in self.changes.search([], order="id")
        ]

    def on(self, moment, **values):
        """A detail is changed at another time than now."""
        before = self.changes.search([])
        self.detail.write(values)
        (self.changes.search([]) - before).changed_at = moment

    def batches_of(self, session):
        return {line.student_id: line.attendance_id.batch_id for line in self.lines(session)}


@tagged("post_install", "-at_install")
class TestNoted(MovesCase):
    def note_of(self, detail, batch=None):
        student = detail.student_id or self.students[0]
        return detail.id, student.id, self.course.id, (batch or self.batches[0]).id

    def test_a_change_of_batch(self):
        before = fields.Datetime.now()
        self.detail.batch_id = self.batches[1]
        self.assertEqual(self.noted(), [self.note_of(self.detail)])
        (change,) = self.changes.search([])
        self.assertLessEqual(before, change.changed_at)

    def test_what_changes_nothing(self):
        self.detail.write({"batch_id": self.batches[0].id, "state": "running"})
        self.detail.roll_number = "other"
        self.enrol(self.students[0], self.batches[1])
        self.assertEqual(self.noted(), [])

    def test_finished_and_opened_again(self):
        self.detail.state = "finished"
        self.assertEqual(self.noted(), [self.note_of(self.detail)])
        # What is put right later says nothing of where the student was.
        self.detail.batch_id = self.batches[1]
        self.detail.state = "running"
        self.assertEqual(len(self.noted()), 1)

    def test_moved_to_another_course(self):
        other = self.env["op.course"].create({"name": "MSc", "code": "T-MSC"})
        self.detail.write({"course_id": other.id, "batch_id": False})
        self.assertEqual(self.noted(), [self.note_of(self.detail)])

    def test_deleted(self):
        note = self.note_of(self.detail)
        self.detail.unlink()
        self.assertEqual(self.noted(), [note])

    def test_what_is_being_typed_in(self):
        detail = self.enrol(self.students[0], self.batches[1])
        detail.batch_id = False
        detail.unlink()
        self.assertEqual(self.noted(), [])

    def test_many_at_once_in_one_go(self):
        details = self.details[:4]
        notes = [self.note_of(detail) for detail in details]
        self.env.flush_all()
        created = []
        original = type(self.changes).create
        self.patch(
            type(self.changes),
            "create",
            lambda model, vals: created.append(len(vals)) or original(model, vals),
        )
        details.write({"batch_id": self.batches[1].id})
        self.assertEqual(self.noted(), notes)
        self.assertEqual(created, [4])

    def test_whoever_may_change_the_detail(self):
        user = new_test_user(
            self.env, "office", groups="openeducat_core.group_op_back_office_admin"
        )
        self.detail.with_user(user).batch_id = self.batches[1]
        self.assertEqual(self.noted(), [self.note_of(self.detail)])

    def test_they_are_forgotten_one_day(self):
        self.detail.batch_id = self.batches[1]
        (change,) = self.changes.search([])
        self.changes._gc_changes()
        self.assertTrue(change.exists())
        change.changed_at = fields.Datetime.now() - 2 * KEPT
        self.changes._gc_changes()
        self.assertFalse(change.exists())

    def test_they_go_with_their_student(self):
        self.details[1].batch_id = self.batches[1]
        self.students[1].unlink()
        self.assertEqual(self.noted(), [])


@tagged("post_install", "-at_install")
class TestMoves(MovesCase):
    def test_a_lesson_before_the_change_marked_after_it(self):
        """Changed on the 10th; of the 3rd, the 9th and the 10th there are marks only then. It is
        the 10th there while it is still the 9th in UTC."""
        self.on("2026-11-09 20:00:00", batch_id=self.batches[1].id)
        sessions = [self.add_session("AP", starts=START + days * DAY) for days in (0, 6, 7)]
        self.sync()
        found = [self.batches_of(session)[self.students[0]] for session in sessions]
        old, new = self.batches
        self.assertEqual(found, [old, old, new])
        self.assertFalse(self.open_gaps())
        for session, register in zip(sessions, found, strict=True):
            (line,) = self.line(session, 1)
            self.assertEqual(line.register_id.batch_id, register)

    def test_a_session_of_a_group_stays_with_the_groups_batch(self):
        self.on("2026-11-10 06:00:00", batch_id=self.batches[1].id)
        session = self.add_session("AP", group=self.groups[1])
        self.sync()
        self.assertEqual(self.batches_of(session)[self.students[0]], self.batches[1])

    def test_the_last_absence_before_a_withdrawal(self):
        session = self.add_session("AP")
        later = self.add_session("AP", starts=START + 9 * DAY)
        self.on("2026-11-10 06:00:00", state="finished")
        for direction in ("moodle", "both"):
            self.instance.sync_attendance_from = direction
            self.sync(trigger="button")
            for one in (session, later):
                self.assertEqual(self.batches_of(one)[self.students[0]], self.batches[0])
            self.assertEqual(self.statuses(session), "AP")
            self.assertFalse(self.open_gaps())

    def test_finished_before_anything_was_noted(self):
        self.env.cr.execute(
            "UPDATE op_student_course SET state = 'finished' WHERE id = %s", (self.detail.id,)
        )
        session = self.add_session("AP")
        self.sync()
        self.assertEqual(self.statuses(session), "AP")
        self.assertFalse(self.open_gaps())

    def test_a_detail_that_was_deleted(self):
        self.detail.unlink()
        self.changes.search([]).changed_at = "2026-11-10 06:00:00"
        before, after = (self.add_session("AP", starts=START + days * DAY) for days in (0, 9))
        self.sync()
        self.assertEqual(self.batches_of(before)[self.students[0]], self.batches[0])
        self.assertNotIn(self.students[0], self.batches_of(after))
        self.assertEqual(self.gaps(state="open").mapped("why"), ["batch_none"])

    def test_of_several_the_one_that_is_taught_the_subject(self):
        other = self.batches[0].copy({"name": "Lab", "code": "T-LAB"})
        self.enrol(self.students[0], other)
        self.make_older()
        session = self.add_session("AP")
        self.sync()
        # The sheet of the second student is of the first batch, and says what it is taught.
        self.sync()
        self.assertEqual(self.batches_of(session)[self.students[0]], self.batches[0])
        self.assertFalse(self.open_gaps())
        self.timetable_session(START, other)
        later = self.add_session("AP", starts=START + DAY)
        self.sync()
        self.assertNotIn(self.students[0], self.batches_of(later))
        self.assertEqual(self.gaps(state="open").mapped("why"), ["batch_several"])

    def test_the_timetable_says_it_before_any_sheet(self):
        other = self.batches[0].copy({"name": "Lab", "code": "T-LAB"})
        self.enrol(self.students[0], other)
        self.make_older()
        self.timetable_session(START, other)
        session = self.add_session("A")
        self.sync()
        self.assertEqual(self.batches_of(session)[self.students[0]], other)

    def test_a_change_that_nobody_noted(self):
        """Of the database as it was before 1.2.0: the student's own lines say it."""
        first, last = (self.add_session("PP", starts=START + days * DAY) for days in (0, 6))
        self.sync()
        self.env.cr.execute(
            "UPDATE op_student_course SET batch_id = %s WHERE id = %s",
            (self.batches[1].id, self.detail.id),
        )
        self.env.invalidate_all()
        between = self.add_session("AP", starts=START + 3 * DAY)
        after = self.add_session("AP", starts=START + 9 * DAY)
        self.sync()
        old, new = self.batches
        self.assertEqual(
            [self.batches_of(s)[self.students[0]] for s in (first, between, last, after)],
            [old, old, old, new],
        )
        self.assertFalse(self.open_gaps())
        # Between its last line there and its first line here both fit.
        open_ = self.add_session("AP", starts=START + 8 * DAY)
        self.sync()
        self.assertNotIn(self.students[0], self.batches_of(open_))
        self.assertEqual(self.gaps(state="open").mapped("why"), ["batch_between"])
        # A person says where it belongs.
        sheet = self.lines(open_).attendance_id
        self.env["op.attendance.line"].create(
            {"attendance_id": sheet.id, "student_id": self.students[0].id, "absent": True}
        )
        self.sync()
        self.assertFalse(self.open_gaps())


@tagged("post_install", "-at_install")
class TestMovesSeen(MovesCase):
    """With the plug-in only what has changed is planned."""

    profile = "companion"

    def test_a_change_is_seen_by_the_schedule(self):
        self.detail.unlink()
        self.changes.search([]).unlink()
        session = self.add_session("AP")
        for _run in range(2):
            self.sync(trigger="cron")
        self.assertEqual(self.gaps(state="open").mapped("why"), ["batch_none"])
        self.detail = self.enrol(self.students[0], self.batches[0])
        self.detail.state = "finished"
        self.sync(trigger="cron")
        self.assertEqual(self.statuses(session), "AP")
        self.assertFalse(self.open_gaps())
