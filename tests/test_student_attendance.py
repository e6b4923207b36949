"""Attendance from the student: the last date per course, and who changed a mark where."""

from ast import literal_eval
from datetime import date, datetime, time

from lxml import etree

from odoo import fields
from odoo.tests import tagged

from .builders import START
from .common import MoodleCase

DAY = 86400


@tagged("post_install", "-at_install")
class TestStudentAttendance(MoodleCase):
    def of_student(self, number):
        # As the next request finds it.
        self.env.invalidate_all()
        return self.env["moodle.student.attendance"].search(
            [("student_id", "=", self.students[number - 1].id)]
        )

    def test_the_last_date_is_one_of_being_there(self):
        self.add_session("PLA")
        self.add_session("APE", starts=START + DAY)
        self.add_session("EEE", starts=START + 2 * DAY)
        self.sync()
        first, second, third = map(self.of_student, (1, 2, 3))
        self.assertEqual(first.last_date, date(2026, 11, 3))
        self.assertEqual(second.last_date, date(2026, 11, 4))
        self.assertFalse(third.last_date, "never there")
        self.assertEqual(third.last_mark, date(2026, 11, 5))
        counts = (first.present, first.absent, first.late, first.excused, first.marks)
        self.assertEqual(counts, (1, 1, 0, 1, 3))
        self.assertEqual((first.subject_id, first.course_id), (self.algebra, self.course))

    def test_searched_and_exported(self):
        self.add_session("PA")
        self.sync()
        found = self.env["moodle.student.attendance"].search(
            [("last_date", ">=", "2026-11-03"), ("course_id", "=", self.course.id)]
        )
        self.assertEqual(found.student_id, self.students[0])
        (row,) = found.export_data(["student_id/id", "subject_id/name", "last_date"])["datas"]
        self.assertEqual(row[1:], ["Algebra I", date(2026, 11, 3)])

    def test_it_follows_every_change_and_counts_only_what_was_taken(self):
        session = self.add_session("P")
        self.sync()
        self.make_sheet("P", day="2026-11-09", state="start")
        self.assertEqual(self.of_student(1).last_date, date(2026, 11, 3))
        self.make_sheet("P", day="2026-11-10")
        self.assertEqual(self.of_student(1).last_date, date(2026, 11, 10))
        self.mark_here(session, 1, "A")
        self.lines(session).attendance_id.state = "cancel"
        self.assertEqual(self.of_student(1).marks, 1)

    def test_the_newest_batch_and_its_lines(self):
        self.add_session("P")
        self.sync()
        sheet = self.make_sheet(".", batch=self.batches[1], day="2026-11-10")
        self.env["op.attendance.line"].create(
            {"attendance_id": sheet.id, "student_id": self.students[0].id, "present": True}
        )
        row = self.of_student(1)
        self.assertEqual(row.batch_id, self.batches[1])
        lines = self.env["op.attendance.line"].search(row.action_lines()["domain"])
        self.assertEqual(len(lines), 2)

    def changes(self, number):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "openeducat_moodle_attendance.action_moodle_mark_changes"
        )
        found = self.env["moodle.sync.report.line"].search(
            [("run_id", "!=", False), ("student_id", "=", self.students[number - 1].id)],
            order="id",
        )
        self.assertIn("run_id", action["domain"])
        return [(line.kind, line.moodle_user, line.odoo_user_id.login) for line in found]

    def test_who_changed_a_mark_on_which_side(self):
        session = self.add_session("PP")
        self.sync()
        self.mark(session, "A.")
        editor = self.env.ref("base.user_admin")
        line = self.line(session, 2).with_user(editor)
        line.sudo().write({"present": False, "late": True})
        self.sync()
        self.assertEqual(self.changes(1), [("update", "Tea Cher", False)])
        self.assertEqual(self.changes(2), [("put_back", "Tea Cher", "admin")])

    def test_who_marked_what_is_sent(self):
        self.instance.sync_attendance_from = "both"
        session = self.add_session("PP")
        self.sync()
        line = self.line(session, 1).with_user(self.env.ref("base.user_admin"))
        line.sudo().write({"present": False, "late": True})
        self.sync()
        self.assertEqual(self.changes(1), [("push", "Tea Cher", "admin")])
        self.assertEqual(self.filtered("conflicts"), 1)
        self.assertEqual(self.filtered("overwritten"), 1)
        self.assertEqual(self.filtered("today"), 1)

    def test_where_two_people_have_marked_both_are_named(self):
        self.instance.sync_attendance_from = "both"
        session = self.add_session("PPP")
        self.sync()
        here = self.line(session, 1).with_user(self.env.ref("base.user_admin"))
        here.sudo().write({"present": False, "late": True})
        self.moodle.clock.advance(60)
        self.mark(session, "EA.")
        self.sync()
        self.assertEqual(self.changes(1), [("update", "Tea Cher", "admin")])
        self.assertEqual(self.changes(2), [("update", "Tea Cher", False)])
        self.assertEqual(self.filtered("conflicts"), 1)
        self.assertEqual(self.filtered("overwritten"), 2)

    def filtered(self, name):
        """How many changed marks a filter of the list shows."""
        view = self.env.ref("openeducat_moodle_attendance.view_moodle_mark_changes_search")
        arch = etree.fromstring(view.get_combined_arch())
        day = datetime.combine(fields.Date.today(), time())
        names = {"today": [("run_id.started_at", ">=", day)]}
        (found,) = arch.xpath(f"//filter[@name='{name}']")
        domain = names.get(name) or literal_eval(found.get("domain"))
        mine = [("run_id.instance_id", "=", self.instance.id), ("student_id", "!=", False)]
        return self.env["moodle.sync.report.line"].search_count(domain + mine)
