"""*Fix here* of every gap: where it leads, as a manager and as somebody who may see students."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..services.domain import gaps
from ..services.domain.gap_reason import Fix
from ..services.domain.own_batch import BETWEEN, EMPTY, NONE, SEVERAL
from .common import MoodleCase

FACULTY = "openeducat_core.group_op_faculty"
MANAGER = "openeducat_attendance.group_op_attendance_manager"


class FixCase(MoodleCase):
    def setUp(self):
        super().setUp()
        self.session = self.add_session("PA")
        self.sync()
        self.manager = new_test_user(self.env, "t-manager", f"base.group_user,{MANAGER}")
        both = f"base.group_user,{MANAGER},{FACULTY}"
        self.registrar = new_test_user(self.env, "t-registrar", both)
        self.number = 0

    @property
    def details(self):
        """Course details of the first student in the course."""
        return self.env["op.student.course"].search(
            [("student_id", "=", self.students[0].id), ("course_id", "=", self.course.id)]
        )

    def gap_of(self, reason, record):
        """One that a run has met in the Moodle course."""
        self.number += 1
        names = {"student": self.students[0].id, "day": str(self.sheets[:1].attendance_date)}
        [kind] = [kind for kind in gaps.CATALOGUE if reason in kind.reasons]
        return self.env["moodle.sync.gap"].create(
            {
                "instance_id": self.instance.id,
                "kind": kind.name,
                "key": f"test:{self.number}",
                "name": reason.why,
                "why": reason.why,
                "details": [names.get(name, "") for name in reason.details],
                "unit": self.moodle_course.id,
                "record_model": record._name,
                "record_id": record.id,
            }
        )

    def batch_gap(self, why):
        return self.gap_of(gaps.REASONS[why], self.students[0])

    def open(self, gap, user):
        """Press it, and open what it says as the web client does.

        :return: the action, and the records that are shown
        """
        action = gap.with_user(user).action_open_record()
        model = self.env[action["res_model"]].with_user(user)
        model.get_views(action["views"])
        if "domain" in action:
            records = model.search(action["domain"])
        else:
            records = model.browse(action["res_id"] or [])
        records.read(["display_name"])
        return action, records


@tagged("post_install", "-at_install")
class TestEveryFix(FixCase):
    def test_no_gap_leads_to_a_raw_access_error(self):
        records = {
            "op.student": self.students[0],
            "op.attendance.sheet": self.sheets,
            "moodle.instance": self.instance,
        }
        there = [reason for reason in gaps.REASONS.values() if reason.record]
        self.assertEqual({reason.record for reason in there}, set(records))
        for reason in there:
            gap = self.gap_of(reason, records[reason.record])
            with self.subTest(why=reason.why):
                _action, shown = self.open(gap, self.registrar)
                self.assertTrue(shown)
                if reason.record == "op.student" and reason.fix != Fix.SHEETS:
                    self.assertRefused(gap)
                else:
                    self.open(gap, self.manager)

    def test_what_nobody_may_open(self):
        domain = [("model_id.model", "=", "op.student"), ("perm_read", "=", True)]
        self.env["ir.model.access"].search(domain).active = False
        reason = gaps.REASONS["push_no_account"]
        with self.assertRaises(AccessError) as caught:
            self.open(self.gap_of(reason, self.students[0]), self.registrar)
        self.assertIn("which nobody may open. Ask your administrator.", str(caught.exception))
        self.assertNotIn("Ask somebody", str(caught.exception))

    def assertRefused(self, gap):
        """To a manager who may not see students, where OpenEduCat's rights are so."""
        if self.env["op.student"].with_user(self.manager).has_access("read"):
            self.open(gap, self.manager)
            return
        group = self.env.ref(FACULTY).with_user(self.manager).sudo().full_name
        with self.assertRaises(AccessError) as caught:
            self.open(gap, self.manager)
        self.assertIn("Ask somebody who has one of these rights", str(caught.exception))
        self.assertIn(group, str(caught.exception))


@tagged("post_install", "-at_install")
class TestStudentWithoutBatch(FixCase):
    def test_a_new_course_detail_with_student_and_course_filled_in(self):
        self.details.unlink()
        action, shown = self.open(self.batch_gap(NONE), self.registrar)
        self.assertEqual(action["res_model"], "op.student.course")
        self.assertFalse(shown)
        new = self.env["op.student.course"].with_user(self.registrar)
        detail = new.with_context(**action["context"]).create({"batch_id": self.batches[0].id})
        self.assertEqual(detail, self.details)

    def test_the_only_course_detail(self):
        _action, shown = self.open(self.batch_gap(EMPTY), self.registrar)
        self.assertEqual(shown, self.details)

    def test_of_several_the_list(self):
        self.details.copy({"batch_id": self.batches[1].id})
        action, shown = self.open(self.batch_gap(SEVERAL), self.registrar)
        self.assertEqual(shown, self.details)
        self.assertEqual(action["views"], [(False, "list"), (False, "form")])

    def test_the_sheets_of_the_day_where_the_student_may_have_been(self):
        self.add_session("PP", starts=self.session.sessdate + 86400)
        self.sync()
        first = self.sheets.sorted("attendance_date")[0]
        gap = self.batch_gap(BETWEEN)
        gap.details = [self.students[0].id, str(first.attendance_date)]
        _action, shown = self.open(gap, self.manager)
        self.assertEqual(shown, first)
