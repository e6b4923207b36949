"""A pull end to end: scripted Moodle, real Odoo, real PostgreSQL."""

from datetime import date

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .builders import HOUR, START
from .common import MoodleCase


def refusal(sentence):
    """What OpenEduCat, or a school's own module, answers to a write."""
    return ValidationError(sentence)


@tagged("post_install", "-at_install")
class TestFirstPull(MoodleCase):
    def test_registers_sheets_and_lines(self):
        session = self.add_session("PALEPA")
        result = self.sync()
        self.assertEqual(result.state, "done", result)
        first, second = self.sheets
        self.assertEqual(self.statuses(session), "PALEPA")
        for sheet, batch in ((first, self.batches[0]), (second, self.batches[1])):
            self.assertEqual(sheet.state, "done")
            self.assertEqual(sheet.attendance_date, date(2026, 11, 3))
            self.assertFalse(sheet.faculty_id)
            self.assertEqual(sheet.moodle_instance_id, self.instance)
            register = sheet.register_id
            self.assertEqual(register.batch_id, batch)
            self.assertEqual(register.subject_id, self.algebra)
            self.assertEqual(register.course_id, self.course)
            self.assertEqual(register.moodle_date, date(2026, 11, 3))
            self.assertEqual(register.name, "T-ALG 2026-11-03"[:16])
        line = self.line(session, 2)
        self.assertEqual(
            [line.present, line.absent, line.late, line.excused], [False, True, False, False]
        )
        self.assertEqual(line.moodle_base, "A")
        self.assertFalse(line.moodle_marked_at, "a sync is no person's mark")

    def test_nothing_of_it_is_told_to_followers(self):
        self.add_session("PALEPA")
        self.env = self.env(context={})
        messages = self.env["mail.message"].search_count([])
        self.sync()
        self.assertEqual(self.env["mail.message"].search_count([]), messages)
        self.assertFalse(self.sheets.message_follower_ids)

    def test_a_second_run_writes_nothing(self):
        self.add_session("PALEPA")
        self.sync()
        before = self.database()
        result = self.sync()
        self.assertEqual(self.database(), before)
        self.assertEqual(result.counters["gaps_opened"], 0)
        self.assertIn("There was nothing to write", result.message)
        self.assertEqual(self.server.write_count, 0)

    def database(self):
        """Every row of the three tables, with write_date and the row's version."""
        self.env.flush_all()
        rows = []
        for table in ("op_attendance_register", "op_attendance_sheet", "op_attendance_line"):
            self.env.cr.execute(f"SELECT xmin, * FROM {table} ORDER BY id")
            rows += self.env.cr.fetchall()
        return rows

    def test_marks_that_change_in_moodle(self):
        session = self.add_session("PPPPPP")
        self.sync()
        self.moodle.mark(session, self.users[2], "E", remark="dentist", by=self.teacher)
        self.moodle.mark(session, self.users[5], "A", by=self.teacher)
        result = self.sync()
        self.assertEqual(self.statuses(session), "PPEPPA")
        self.assertEqual(self.line(session, 3).remark, "dentist")
        self.assertEqual(result.counters["lines_updated"], 2)
        self.assertEqual(result.counters["lines_put_back"], 0)

    def test_a_line_changed_here_is_put_back(self):
        session = self.add_session("PPPP")
        self.sync()
        self.line(session, 1).write({"present": False, "absent": True})
        result = self.sync()
        self.assertEqual(self.statuses(session), "PPPP")
        self.assertEqual(result.counters["lines_put_back"], 1)

    def test_a_line_only_here_stays(self):
        session = self.add_session("PPP.")
        self.sync()
        sheet = self.sheets[0]
        self.env["op.attendance.line"].create(
            {"attendance_id": sheet.id, "student_id": self.students[3].id, "late": True}
            | dict.fromkeys(("present", "absent", "excused"), False)
        )
        self.sync()
        self.assertEqual(self.statuses(session), "PPPL")

    def test_two_sessions_of_a_day(self):
        morning = self.add_session("PPPP")
        noon = self.add_session("AAAA", starts=START + 3 * HOUR)
        self.sync()
        self.assertEqual(len(self.sheets), 2)
        self.assertEqual(len(self.registers), 1)
        self.assertEqual(self.statuses(morning), "PPPP")
        self.assertEqual(self.statuses(noon), "AAAA")

    def test_a_session_of_a_group_and_one_just_before_midnight(self):
        group = self.add_session("PP", group=self.groups[1])
        # 23:30 in Asia/Kolkata
        late = self.add_session("PP", starts=START + 14 * HOUR + HOUR // 2)
        self.sync()
        by_session = {sheet.moodle_session_id: sheet for sheet in self.sheets}
        self.assertEqual(by_session[group.id].batch_id, self.batches[1])
        self.assertEqual(by_session[late.id].attendance_date, date(2026, 11, 3))
        self.assertEqual(by_session[late.id].batch_id, self.batches[0])

    def test_sessions_without_marks_make_nothing(self):
        self.add_session()
        self.sync()
        self.assertFalse(self.sheets)
        self.assertFalse(self.registers)


@tagged("post_install", "-at_install")
class TestLaterPulls(MoodleCase):
    def setUp(self):
        super().setUp()
        self.session = self.add_session("PPAA")
        self.sync()

    def test_a_moved_session_moves_its_sheet_and_its_lines(self):
        (sheet,) = self.sheets
        self.moodle.move_session(self.session, START + 86400)
        result = self.sync()
        self.assertEqual(self.sheets, sheet)
        self.assertEqual(sheet.attendance_date, date(2026, 11, 4))
        self.assertEqual(sheet.register_id.moodle_date, date(2026, 11, 4))
        self.assertEqual(set(sheet.attendance_line.mapped("attendance_date")), {date(2026, 11, 4)})
        self.assertEqual(set(sheet.attendance_line.register_id.ids), {sheet.register_id.id})
        self.assertEqual(result.counters["sheets_moved"], 1)
        self.assertEqual(len(self.registers), 2, "nothing is deleted")

    def test_a_deleted_session_cancels_its_sheet(self):
        self.add_session(starts=START + 2 * HOUR)
        self.moodle.delete_session(self.session)
        result = self.sync()
        self.assertEqual(self.sheets.state, "cancel")
        self.assertEqual(self.statuses(self.session), "PPAA")
        self.assertEqual(result.counters["sheets_cancelled"], 1)
        self.assertIn("There was nothing to write", self.sync().message)

    def test_a_cancelled_sheet_stays_cancelled(self):
        self.sheets.state = "cancel"
        self.mark(self.session, "AAPP")
        self.sync()
        self.assertEqual(self.sheets.state, "cancel")
        self.assertEqual(self.statuses(self.session), "PPAA")

    def test_archived_sheets_and_lines_count_and_stay_archived(self):
        line = self.line(self.session, 1)
        line.active = False
        self.sheets.active = False
        self.mark(self.session, "LPAA")
        self.sync()
        self.assertEqual(len(self.sheets), 1)
        self.assertFalse(self.sheets.active)
        self.assertFalse(line.active)
        self.assertTrue(line.late)
        self.assertEqual(
            self.env["op.attendance.line"]
            .with_context(active_test=False)
            .search_count([("attendance_id", "=", self.sheets.id)]),
            4,
        )

    def test_a_sheet_opened_again_is_set_done(self):
        self.sheets.state = "start"
        self.sync()
        self.assertEqual(self.sheets.state, "done")

    def test_lost_mappings_are_found_again_and_nothing_is_made_twice(self):
        self.env["moodle.mapping"].search([]).unlink()
        result = self.sync()
        self.assertEqual(len(self.sheets), 1)
        self.assertEqual(self.statuses(self.session), "PPAA")
        self.assertIn("There was nothing to write", result.message)

    def test_another_address_of_the_same_moodle_doubles_nothing(self):
        self.lead_to(self.server.url.replace("127.0.0.1", "localhost"))
        self.server.site.wwwroot = self.instance.url
        self.assertEqual(self.sync().state, "skipped", "somebody is asked first")
        with self.own_cursors():
            self.instance.action_site_same()
        result = self.sync()
        self.assertEqual(result.state, "done", result)
        self.assertEqual(len(self.sheets), 1)
        self.assertIn("There was nothing to write", result.message)

    def test_a_course_reset_leaves_the_lines(self):
        self.moodle.reset_course(self.moodle_course)
        self.sync()
        self.assertEqual(self.statuses(self.session), "PPAA")

    def test_a_student_who_left_the_course_keeps_his_marks(self):
        self.moodle.unenrol(self.moodle_course, self.users[0])
        self.moodle.mark(self.session, self.users[0], "L", by=self.teacher)
        self.sync()
        self.assertEqual(self.statuses(self.session), "LPAA")

    def test_a_sheet_made_by_hand_is_taken_over(self):
        register = self.env["op.attendance.register"].create(
            {
                "name": "By hand",
                "code": "T-BYHAND",
                "course_id": self.course.id,
                "batch_id": self.batches[0].id,
                "subject_id": self.algebra.id,
            }
        )
        sheet = self.env["op.attendance.sheet"].create(
            {"register_id": register.id, "attendance_date": "2026-11-05"}
        )
        self.env["op.attendance.line"].create(
            {"attendance_id": sheet.id, "student_id": self.students[0].id, "present": True}
        )
        session = self.add_session("AAAA", starts=START + 2 * 86400)
        result = self.sync()
        self.assertEqual(sheet.moodle_session_id, session.id)
        self.assertEqual(sheet.register_id, register)
        self.assertEqual(sheet.state, "done")
        self.assertEqual(self.statuses(session), "AAAA")
        self.assertEqual(result.counters["sheets_adopted"], 1)
        self.assertEqual(len(sheet.attendance_line), 4)


@tagged("post_install", "-at_install")
class TestRefusals(MoodleCase):
    def test_a_session_that_openeducat_refuses_is_a_gap_and_the_rest_goes_on(self):
        refused = self.add_session("PPPP")
        fine = self.add_session("AAAA", starts=START + 86400)
        Sheet = type(self.env["op.attendance.sheet"])
        original = Sheet._validate_fields

        def picky(records, field_names, *args):
            if any(sheet.moodle_session_id == refused.id for sheet in records):
                raise refusal("No classes on the 3rd of November")
            return original(records, field_names, *args)

        with self.patch_of(Sheet, "_validate_fields", picky):
            result = self.sync()
        self.assertEqual(result.state, "done")
        self.assertEqual(self.statuses(fine), "AAAA")
        self.assertEqual(self.statuses(refused), "")
        (gap,) = self.gaps(kind="refused")
        self.assertIn("No classes on the 3rd of November", gap.name)
        self.assertEqual(gap.marks, 4)
        self.sync()
        self.assertEqual(self.statuses(refused), "PPPP")
        self.assertEqual(gap.state, "closed")

    def test_where_two_sheets_of_a_register_and_date_are_refused(self):
        morning = self.add_session("PPPP")
        noon = self.add_session("AAAA", starts=START + HOUR)
        evening = self.add_session("LLLL", starts=START + 2 * HOUR)
        Sheet = type(self.env["op.attendance.sheet"])
        original = Sheet._validate_fields

        def one_a_day(records, field_names, *args):
            for sheet in records:
                same = [
                    ("register_id", "=", sheet.register_id.id),
                    ("attendance_date", "=", sheet.attendance_date),
                ]
                if sheet.search_count(same) > 1:
                    raise refusal("One sheet a day")
            return original(records, field_names, *args)

        with self.patch_of(Sheet, "_validate_fields", one_a_day):
            self.sync()
            for session, marks in ((morning, "PPPP"), (noon, "AAAA"), (evening, "LLLL")):
                self.assertEqual(self.statuses(session), marks)
            self.assertEqual(len(self.registers), 3)
            self.assertFalse(self.gaps())
            self.assertIn("There was nothing to write", self.sync().message)

    def patch_of(self, model_class, name, function):
        from unittest.mock import patch

        return patch.object(model_class, name, function)
