"""What the forms show and their buttons do, below the browser."""

import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import convert_file

from ..services.moodle.module_detector import detect
from .builders import START
from .common import MoodleCase
from .measured import measured
from .test_security import MANAGER

FACULTY = "openeducat_core.group_op_faculty"


@tagged("post_install", "-at_install")
class TestConnectionTest(MoodleCase):
    def check(self, name):
        return next(check for check in self.instance.checks if check["name"] == name)

    def test_it_reads_a_session(self):
        self.add_session("PA")
        self.instance.action_test_connection()
        self.assertEqual(self.instance.state, "working")
        self.assertIn("2 marks", self.check("Reading a session")["words"])
        self.assertIn("1 of 1", self.check("Courses")["words"])
        self.assertTrue(self.server.calls_of("mod_wsattendance_get_session"))

    def test_site_info_alone_is_no_success(self):
        self.add_session("PA")
        self.server.site.refuse(self.moodle_course, "requireloginerror")
        action = self.instance.action_test_connection()
        self.assertEqual(action["params"]["type"], "danger")
        self.assertEqual(self.instance.state, "failing")
        self.assertIn("may not", self.instance.test_message)

    def test_without_a_session_there_is_nothing_to_judge(self):
        self.instance.action_test_connection()
        self.assertIs(self.check("Reading a session")["ok"], None)
        self.assertTrue(self.instance.test_ok)

    def test_names_from_moodle_are_text(self):
        self.moodle_course.fullname = "<script>alert(1)</script>"
        self.add_session("PA")
        self.instance.action_test_connection()
        self.assertNotIn("<script>", self.instance.checklist)
        self.assertIn("&lt;script&gt;", self.instance.checklist)


@tagged("post_install", "-at_install")
class TestActivity(MoodleCase):
    def setUp(self):
        super().setUp()
        self.instance.user_id = self.env.ref("base.user_admin")

    @property
    def activities(self):
        return self.instance.activity_ids

    def test_one_when_it_starts_to_fail_and_none_when_it_has_recovered(self):
        messages = self.instance.message_ids
        self.server.site.maintenance = "admin"
        for _number in range(3):
            self.sync()
        self.assertEqual(len(self.activities), 1)
        self.assertEqual(self.activities.user_id, self.instance.user_id)
        self.assertIn("maintenance", self.activities.note)
        self.server.site.maintenance = None
        self.sync()
        self.assertFalse(self.activities)
        self.assertEqual(self.instance.message_ids, messages, "no note per run")

    def test_how_a_run_ended_is_told_in_one_sentence(self):
        told = []
        with patch.object(type(self.instance), "_tell", lambda *args: told.append(args[2:])):
            self.run_of(self.sync())._tell_end()
            self.server.site.maintenance = "admin"
            run = self.run_of(self.sync())
            run._tell_end()
        (done, kind), (failed, other) = told
        self.assertRegex(done, "^Done: 1 of 1 course, .* compared.$")
        self.assertEqual((kind, other), ("success", "danger"))
        self.assertIn("Failed: ", failed)
        self.assertIn("maintenance", failed)
        self.assertNotIn("about to begin", failed)

    def test_a_manager_is_told_to_do_what_a_manager_can(self):
        manager = new_test_user(self.env, "t-manager", f"base.group_user,{MANAGER}")
        self.server.site.maintenance = "admin"
        self.sync()
        for user, wanted in ((manager, "tell your administrator"), (self.env.user, "then test")):
            with self.subTest(user=user.login):
                self.assertIn(wanted, self.instance.with_user(user).next_words)

    def test_an_empty_list_says_who_can_connect_a_moodle(self):
        manager = new_test_user(self.env, "t-manager", f"base.group_user,{MANAGER}")
        for user, wanted in ((manager, "ask an administrator"), (self.env.user, "Set up")):
            Instance = self.env["moodle.instance"].with_user(user)
            self.assertIn(wanted, Instance.get_empty_list_help("Set up a Moodle"))

    def test_nobody_is_called_who_may_not_see_it(self):
        self.instance.user_id = new_test_user(self.env, "t-nobody", "base.group_user")
        self.server.site.maintenance = "admin"
        self.assertEqual(self.sync().state, "failed")
        self.assertFalse(self.activities)


@tagged("post_install", "-at_install")
class TestMending(MoodleCase):
    def setUp(self):
        super().setUp()
        self.stranger = self.moodle.add_user("stranger", "Student 6", "Test")
        self.moodle.enrol(self.moodle_course, self.stranger, groups=[self.groups[0]])
        self.users[5].idnumber = "gone"
        self.users[5].email = "gone@test.example"
        self.session = self.add_session("P")
        self.moodle.mark(self.session, self.stranger, "L", by=self.teacher)
        self.sync()
        self.gap = self.gaps(kind="unmatched_student", state="open")

    def wizard(self, gap, user=None):
        Wizard = self.env["moodle.gap.map"].with_context(default_gap_id=gap.id)
        return Form(Wizard.with_user(user) if user else Wizard)

    def test_a_student_is_chosen_and_the_gap_closes(self):
        self.assertEqual((self.gap.about, self.gap.maps), ("Student 6 Test", "op.student"))
        form = self.wizard(self.gap)
        self.assertEqual(form.student_id, self.students[5], "the one student of that name")
        form.save().action_map()
        self.assertEqual(self.gap.state, "mended")
        result = self.sync()
        self.assertEqual(self.gap.state, "closed")
        self.assertEqual(self.run_of(result).gaps_closed, 1)
        line = self.lines(self.session).filtered(lambda line: line.student_id == self.students[5])
        self.assertTrue(line.late)

    def test_a_wrong_choice_opens_it_again(self):
        form = self.wizard(self.gap)
        form.student_id = self.students[5]
        wizard = form.save()
        wizard.action_map()
        mapping = self.env["moodle.mapping"].search([("moodle_id", "=", self.stranger.id)])
        mapping.unlink()
        run = self.run_of(self.sync())
        self.assertEqual((self.gap.state, run.gaps_opened), ("open", 0))

    def test_nothing_is_chosen(self):
        form = self.wizard(self.gap)
        form.student_id = self.env["op.student"]
        with self.assertRaisesRegex(UserError, "choose what this is"):
            form.save().action_map()

    def test_a_course_and_a_group(self):
        self.moodle_course.idnumber = "oec_subj_999999_course_999999"
        self.sync()
        gap = self.gaps(kind="changed_course", state="open")
        form = self.wizard(gap)
        form.subject_id = self.algebra
        with self.assertRaisesRegex(UserError, "choose what this is"):
            form.save().action_map()
        form.course_id = self.course
        form.save().action_map()
        self.groups[0].idnumber = ""
        grouped = self.add_session("PP", group=self.groups[0], starts=self.session.sessdate + 7200)
        self.env["moodle.mapping"].search([("model", "=", "op.batch")]).unlink()
        self.sync()
        self.assertEqual(gap.state, "closed")
        self.assertFalse(self.lines(grouped))
        gap = self.gaps(kind="unmatched_group", state="open")
        form = self.wizard(gap)
        self.assertEqual(form.course_id, self.course)
        form.batch_id = self.batches[0]
        form.save().action_map()
        self.sync()
        self.assertEqual(gap.state, "closed")
        self.assertEqual(self.statuses(grouped), "PP")

    def test_attendance_managers_fix_gaps_if_they_may_see_students(self):
        manager = new_test_user(self.env, "t-mender", f"base.group_user,{MANAGER}")
        if not self.env["op.student"].with_user(manager).has_access("read"):
            with self.assertRaisesRegex(UserError, "need the right"):
                self.wizard(self.gap, manager)
        manager.write({self.groups_field: [(4, self.env.ref(FACULTY).id)]})
        form = self.wizard(self.gap, manager)
        form.student_id = self.students[5].with_user(manager)
        form.save().action_map()
        self.assertEqual(self.gap.state, "mended")

    def test_where_it_is_in_moodle(self):
        url = f"{self.server.url}/user/profile.php?id={self.stranger.id}"
        self.assertEqual(self.gap.moodle_url, url)
        self.assertEqual(self.gap.action_open_moodle()["url"], url)

    def test_where_it_is_here(self):
        self.env["op.student.course"].search([("student_id", "=", self.students[1].id)]).unlink()
        self.mark(self.session, ".P")
        self.sync()
        gap = self.gaps(kind="no_batch", state="open")
        action = gap.action_open_record()
        self.assertEqual(action["res_model"], "op.student.course")
        self.assertEqual(action["context"]["default_student_id"], self.students[1].id)


@tagged("post_install", "-at_install")
class TestSheets(MoodleCase):
    def setUp(self):
        super().setUp()
        self.session = self.add_session("PA")
        self.sync()
        self.sheet = self.sheets
        self.here = self.make_sheet("P", day="2026-11-05")
        self.user = new_test_user(
            self.env, "t-teacher", "base.group_user,openeducat_attendance.group_op_attendance_user"
        )

    def test_a_teacher_finds_the_session_in_moodle(self):
        sheet = self.sheet.with_user(self.user)
        self.assertIn("/mod/attendance/manage.php?id=", sheet.moodle_url)
        self.assertIn("view=1&curdate=", sheet.moodle_url)
        self.assertTrue(sheet.moodle_synced_at)
        self.assertIn("/course/view.php?id=", sheet.register_id.moodle_url)
        self.assertFalse(self.here.with_user(self.user).moodle_url)

    def test_without_the_number_of_the_activity(self):
        mapping = self.env["moodle.mapping"].search([("model", "=", "op.subject")])
        mapping.extra_data = False
        self.env.invalidate_all()
        course = self.moodle_course.id
        self.assertTrue(self.sheet.moodle_url.endswith(f"/mod/attendance/index.php?id={course}"))

    def test_filters(self):
        Line, Sheet = self.env["op.attendance.line"], self.env["op.attendance.sheet"]
        lines, sheets = self.sheet.attendance_line, self.sheet | self.here
        self.assertFalse(Line.search([("moodle_differs", "=", True), ("id", "in", lines.ids)]))
        self.line(self.session, 2).write({"absent": False, "late": True})
        (changed,) = Line.search([("moodle_differs", "=", True), ("id", "in", lines.ids)])
        self.assertEqual(changed, self.line(self.session, 2))
        self.assertTrue(changed.moodle_differs)
        same = Line.search([("moodle_differs", "=", False), ("id", "in", lines.ids)])
        self.assertEqual(same, lines - changed)
        ours = [("id", "in", sheets.ids)]
        self.assertEqual(Sheet.search([("moodle_differs", "=", True), *ours]), self.sheet)
        self.assertEqual(Sheet.search([("moodle_differs", "=", False), *ours]), self.here)
        self.assertEqual(Sheet.search([("moodle_session_id", "=", 0), *ours]), self.here)


@tagged("post_install", "-at_install")
class TestSessionTimes(MoodleCase):
    def test_three_sessions_of_a_day_are_three_rows_that_differ(self):
        for hour in (2, 0, 1):
            self.add_session("P", starts=START + 3600 * hour)
        with self.own_cursors():
            report_id = self.instance._make_report("preview", None)
        report = self.env["moodle.sync.report"].browse(report_id)
        self.assertEqual(report.line_ids.mapped("time"), ["09:00", "10:00", "11:00"])
        self.sync()
        self.assertEqual(sorted(self.sheets.mapped("moodle_time")), ["09:00", "10:00", "11:00"])
        run = self.instance.run_ids.sorted("id")[-1]
        lines = self.env["moodle.sync.report.line"].search([("run_id", "=", run.id)])
        self.assertEqual(lines.mapped("time"), ["09:00", "10:00", "11:00"])

    def test_a_session_that_is_moved_within_its_day(self):
        session = self.add_session("P")
        self.sync()
        session.sessdate += 5400
        self.sync()
        self.assertEqual(self.sheets.moodle_time, "10:30")

    def test_of_the_timetable_where_moodle_has_none(self):
        session = self.env["op.session"].new({"start_datetime": "2026-11-03 04:30:00"})
        sheet = self.env["op.attendance.sheet"].with_context(tz="Asia/Kolkata")
        self.assertEqual(sheet.new({"session_id": session}).moodle_time, "10:00")
        self.assertFalse(self.make_sheet("P").moodle_time)


@tagged("post_install", "-at_install")
class TestPicture(MoodleCase):
    @property
    def mapping(self):
        return self.env["moodle.mapping"].search([("model", "=", "op.subject")])

    def picture(self, user=None, **values):
        return self.mapping.with_user(user or self.env.user).attendance_picture(**values)

    def cells(self, **values):
        """The letters, a list for each student."""
        students = self.picture(**values)["students"]
        return [[cell and cell[:2] for cell in row["cells"]] for row in students]

    def test_students_by_sessions(self):
        first = self.add_session("PA")
        self.add_session("LE", starts=first.sessdate + 86400)
        self.sync()
        picture = self.picture()
        self.assertEqual([s["day"] for s in picture["sessions"]], ["2026-11-03", "2026-11-04"])
        self.assertEqual([s["time"] for s in picture["sessions"]], ["09:00", "09:00"])
        self.assertEqual(self.cells(), [[["P", None], ["L", None]], [["A", None], ["E", None]]])
        self.assertEqual([row["percent"] for row in picture["students"]], [100, 0])
        self.assertEqual(
            [row["counts"] for row in picture["students"]], [[1, 0, 1, 0], [0, 1, 0, 1]]
        )
        line = self.line(first, 1)
        line.write({"present": False, "absent": True})
        self.assertEqual(
            self.picture()["students"][0]["cells"][0],
            ["A", "P", line.id, self.batches[0].id],
        )

    def test_two_batches_of_one_session_are_one_column(self):
        self.add_session("PPPPAA")
        self.sync()
        self.assertEqual(len(self.sheets), 2)
        picture = self.picture()
        (session,) = picture["sessions"]
        self.assertEqual(session["sheets"], self.sheets.ids)
        self.assertEqual(session["batches"], self.sheets.batch_id.ids)
        self.assertEqual([name for _id, name in picture["batches"]], ["Batch 1", "Batch 2"])
        self.assertEqual(len(picture["students"]), 6)

    def test_sessions_of_one_day_in_the_order_of_their_times(self):
        late = self.add_session("P", starts=START + 7200)
        self.add_session("A")
        self.sync()
        self.make_sheet("E")
        self.assertEqual([s["time"] for s in self.picture()["sessions"]], ["", "09:00", "11:00"])
        late.sessdate -= 3 * 3600
        self.sync()
        self.assertEqual([s["time"] for s in self.picture()["sessions"]], ["", "08:00", "09:00"])

    def test_names_in_natural_order(self):
        self.students[1].partner_id.name = "Student 10 Test"
        self.add_session("PPP")
        self.sync()
        names = [row["name"] for row in self.picture()["students"]]
        self.assertEqual([name.split()[1] for name in names], ["1", "3", "10"])

    def test_between_two_dates(self):
        first = self.add_session("P")
        self.add_session("A", starts=first.sessdate + 86400)
        self.sync()
        days = {"since": "2026-11-04", "until": "2026-11-04"}
        self.assertEqual(self.cells(**days), [[["A", None]]])
        self.assertEqual(self.picture(**days)["students"][0]["percent"], 0)
        self.assertEqual(self.picture(until="2026-11-03")["students"][0]["percent"], 100)
        self.assertFalse(self.picture(since="2026-11-05")["sessions"])
        for odd in ("yesterday", "2026-13-01", 5, ["2026-11-03"]):
            with self.subTest(odd=odd), self.assertRaisesRegex(UserError, "not a date"):
                self.picture(since=odd)

    def test_percentages_as_the_school_counts(self):
        first = self.add_session("PL")
        self.add_session("EA", starts=first.sessdate + 86400)
        self.sync()

        def percents():
            return [row["percent"] for row in self.picture()["students"]]

        self.assertEqual(percents(), [50, 50])
        self.instance.percent_excused = "ignored"
        self.assertEqual(percents(), [100, 50])
        self.assertIn("Excused does not count", self.picture()["percent_words"])
        self.instance.percent_late = "absent"
        self.assertEqual(percents(), [100, 0])
        # P 2, L 1, E 1 of 2 each, as in Moodle's own report.
        self.instance.percent_of = "points"
        self.assertEqual(percents(), [75, 25])
        # What counts is what Moodle holds.
        self.mark_here(first, 1, "A")
        self.assertEqual(percents(), [75, 25])

    def test_points_of_sheets_that_no_run_has_read_since(self):
        session = self.add_session("P")
        self.sync()
        self.instance.percent_of = "points"
        self.sheets.with_context(connector_no_export=True).sudo().write(
            {"moodle_points": False, "moodle_starts": False}
        )
        (row,) = self.picture()["students"]
        self.assertIs(row["percent"], None)
        self.assertIn("Not available", row["share"])
        self.sync()
        self.assertEqual(self.picture()["students"][0]["percent"], 100)
        self.assertEqual(self.sheets.moodle_time, "09:00")
        for status in self.moodle.statuses_of(session):
            if status.acronym == "P":
                status.grade = 1
        self.sync()
        self.assertIn("P=1", self.sheets.moodle_points)

    def test_as_a_spreadsheet(self):
        self.students[0].partner_id.name = "=1+1"
        first = self.add_session("PA")
        self.add_session("LE", starts=first.sessdate + 86400)
        self.sync()
        self.mark_here(first, 1, "E")
        content = self.mapping._attendance_workbook()
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            texts = book.read("xl/sharedStrings.xml").decode()
            cells = book.read("xl/worksheets/sheet1.xml").decode()
        self.assertIn("=1+1", texts)
        self.assertNotIn("<f>", cells, "no formula")
        self.assertIn("11/03/2026\n09:00", texts)
        self.assertIn("E (Moodle: P)", texts)
        self.assertIn("<v>50</v>", cells)
        teacher = new_test_user(self.env, "t-other", "base.group_user")
        with self.assertRaises(AccessError):
            self.mapping.with_user(teacher)._attendance_workbook()

    def test_what_the_last_comparison_found(self):
        session = self.add_session("PA")
        self.sync()
        self.mark(session, "L.")
        with self.own_cursors():
            report_id = self.instance._make_report("verify", None)
        # A test is done within one second, in which the run before was, too.
        report = self.env["moodle.sync.report"].browse(report_id)
        report.ended_at += timedelta(seconds=2)
        self.assertEqual(self.cells()[0][0], ["P", "L"])
        self.sync()
        self.env["moodle.mapping"].search([]).last_success = fields.Datetime.now() + timedelta(
            hours=1
        )
        self.assertEqual(self.cells()[0][0], ["L", None])

    def test_managers_see_it_and_others_do_not(self):
        self.add_session("PA")
        self.sync()
        manager = new_test_user(self.env, "t-looker", f"base.group_user,{MANAGER}")
        self.assertEqual(len(self.picture(manager)["students"]), 2)
        teacher = new_test_user(self.env, "t-other", "base.group_user")
        with self.assertRaises(AccessError):
            self.picture(teacher)

    def test_forty_students_by_sixty_sessions(self):
        students = [self.make_student(100 + n, self.batches[0]) for n in range(36)]
        first = self.add_session("P")
        self.sync()
        register = self.sheets.register_id
        Sheet = self.env["op.attendance.sheet"].with_context(tracking_disable=True)
        day = fields.Date.to_date("2026-06-01")
        sheets = Sheet.create(
            [
                {
                    "register_id": register.id,
                    "attendance_date": day + timedelta(days=number),
                    "state": "done",
                }
                for number in range(64)
            ]
        )
        everyone = [*self.students[:4], *students]
        self.env["op.attendance.line"].with_context(connector_no_export=True).create(
            [
                {"attendance_id": sheet.id, "student_id": student.id, "present": True}
                for sheet in sheets
                for student in everyone
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertTrue(first)
        with self.assertQueryCount(22):
            before = self.env.cr.sql_log_count
            picture = self.picture()
            count = self.env.cr.sql_log_count - before
        measured("a picture of 40 students by 60 sessions: %s queries", count)
        self.assertEqual((len(picture["sessions"]), len(picture["students"])), (60, 40))
        self.assertTrue(picture["older"])
        rest = self.picture(page=1)
        self.assertEqual((len(rest["sessions"]), rest["older"]), (5, False))


@tagged("post_install", "-at_install")
class TestSetup(MoodleCase):
    def setUp(self):
        super().setUp()
        self.instance.setup_step = "connect"
        self.add_session("PA")

    def go_on(self):
        with self.own_cursors():
            self.instance.action_setup_next()
        return self.instance.setup_step

    def test_step_by_step(self):
        stranger = self.moodle.add_user("stranger", "<b>Who</b>", "Knows")
        self.moodle.enrol(self.moodle_course, stranger)
        self.users[0].idnumber = ""
        self.moodle.add_course("Nobody's", shortname="NONE")
        self.assertEqual(self.go_on(), "people")
        words = self.instance.discovery_html
        self.assertIn("1 of 2.", words)
        self.assertIn("5 (Moodle ID number)", words)
        self.assertIn("1 (E-mail)", words)
        self.assertIn(", ".join(self.batches.mapped("display_name")), words)
        self.assertIn("1 without a match: &lt;b&gt;Who", words)
        self.assertNotIn("Tea", words, "teachers need no student")
        self.assertEqual(self.go_on(), "direction")
        self.assertEqual(self.go_on(), "preview")
        self.assertIn("New marks: 2", self.instance.setup_report_html)
        self.assertFalse(self.sheets)
        with self.own_cursors():
            self.env["moodle.instance"]._cron_sync_attendance()
        self.assertFalse(self.sheets, "the schedule waits")
        self.instance.action_setup_finish()
        with self.own_cursors():
            self.env["moodle.instance"]._cron_sync_attendance()
        self.assertEqual(len(self.sheets), 1)

    def test_it_names_what_the_sync_asks_for(self):
        view = self.env.ref("openeducat_moodle_attendance.view_moodle_instance_setup").arch
        detection = detect({"functions": []}, "both", "native")
        manual = (Path(__file__).parents[1] / "docs/moodle-setup.md").read_text()
        for name in detection.missing:
            self.assertIn(name, view)
            self.assertIn(name, manual)
        for right in set(re.findall(r"(?:moodle|mod|webservice)/[a-z]+:[a-z]+", view)):
            self.assertIn(right, manual)

    def test_back_and_look_again(self):
        self.go_on()
        self.moodle_course.idnumber = ""
        with self.own_cursors():
            self.instance.action_setup_discover()
        self.assertIn("0 of 1", self.instance.discovery_html)
        self.instance.action_setup_back()
        self.assertEqual(self.instance.setup_step, "connect")

    def test_a_wrong_token_goes_no_further(self):
        self.instance.token = "wrong"
        self.assertEqual(self.go_on(), "connect")
        self.assertIn("does not know this token", self.instance.checklist)


@tagged("post_install", "-at_install")
class TestBackfillWizard(MoodleCase):
    functions = "legacy"

    def test_it_goes_on_in_the_background(self):
        past = self.add_session("PA", starts=self.moodle.clock() - 9 * 86400)
        self.instance.action_test_connection()
        self.assertTrue(self.instance.needs_backfill)
        wizard = self.env["moodle.backfill"].create(
            {"instance_id": self.instance.id, "first_id": past.id, "last_id": past.id}
        )
        with self.own_cursors():
            action = wizard.action_backfill()
        self.assertIn("1 session found", action["params"]["message"])
        self.instance._backfill_in_background(past.id, past.id + 3, 1)
        with self.own_cursors():
            self.env["moodle.instance"]._cron_survey()
        self.assertEqual((self.instance.backfill_next, self.instance.backfill_found), (0, 2))
        self.sync()
        self.assertEqual(self.statuses(past), "PA")

    def test_numbers_are_checked(self):
        with self.assertRaises(UserError):
            self.env["moodle.backfill"].create(
                {"instance_id": self.instance.id, "first_id": 5, "last_id": 2}
            ).action_backfill()


@tagged("post_install", "-at_install")
class TestOutcomes(MoodleCase):
    def test_lines_by_outcome(self):
        session = self.add_session("PAL")
        self.sync()
        self.mark(session, "A..")
        self.line(session, 2).write({"absent": False, "late": True})
        self.sync()
        found = self.env["moodle.sync.outcome"]._read_group(
            [("instance_id", "=", self.instance.id)], ["outcome"], ["lines:sum"]
        )
        self.assertEqual(dict(found), {"lines_created": 3, "lines_updated": 1, "lines_put_back": 1})
        days = self.env["moodle.sync.outcome"].search([("instance_id", "=", self.instance.id)])
        # Of the lesson, whenever the run was.
        self.assertEqual({day.isoformat() for day in days.mapped("day")}, {"2026-11-03"})

    def test_runs_with_changes(self):
        self.add_session("PAL")
        changed = self.run_of(self.sync())
        idle = self.run_of(self.sync())
        mine = [("instance_id", "=", self.instance.id)]
        runs = self.env["moodle.sync.run"]
        self.assertEqual(runs.search([*mine, ("with_changes", "=", True)]), changed)
        self.assertEqual(runs.search([*mine, ("with_changes", "=", False)]), idle)
        self.assertEqual((changed + idle).mapped("with_changes"), [True, False])


@tagged("post_install", "-at_install")
class TestDemoData(MoodleCase):
    def test_it_loads_and_the_schedule_leaves_it_alone(self):
        convert_file(self.env, "openeducat_moodle_attendance", "demo/moodle_demo.xml", {}, "init")
        instance = self.env.ref("openeducat_moodle_attendance.demo_instance")
        self.assertEqual(instance.open_gap_count, 2)
        with self.own_cursors():
            self.env["moodle.instance"]._cron_sync_attendance()
        self.assertEqual(instance.run_count, 1)
