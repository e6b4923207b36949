"""Courses that nobody has matched, mappings that are taken back, and what is left out: said
where it is decided."""

from odoo.tests import Form, tagged

from ..services.texts.messages_left_out import equal_except
from .builders import START
from .common import MoodleCase


class GapCase(MoodleCase):
    def setUp(self):
        super().setUp()
        self.nobodys = self.moodle.add_course("Drama", shortname="DRAMA")
        self.moodle.enrol(self.nobodys, self.users[0], groups=())

    def verify(self):
        with self.own_cursors():
            report_id = self.instance._make_report("verify", None)
        return self.env["moodle.sync.report"].browse(report_id)

    def wizard(self, gap):
        return Form(self.env["moodle.gap.map"].with_context(default_gap_id=gap.id))

    def asked_contents(self):
        """Ids of the Moodle courses whose contents were asked for."""
        name = "core_course_get_contents"
        calls = [dict(call.params) for call in self.server.calls if call.function == name]
        return [int(params["courseid"]) for params in calls]


@tagged("post_install", "-at_install")
class TestUnmatchedCourses(GapCase):
    def test_one_with_attendance_is_a_gap_until_it_is_mapped(self):
        self.add_session("PA")
        self.verify()
        self.assertFalse(self.gaps(kind="unmatched_course"), "it has no attendance")
        activity = self.moodle.add_attendance(self.nobodys, "Rehearsals")
        session = self.add_session("P", activity=activity)
        report = self.verify()
        self.assertEqual(report.courses_unmatched, 1)
        gap = self.gaps(kind="unmatched_course")
        self.assertEqual(
            (gap.state, gap.moodle_id, gap.course_name), ("open", self.nobodys.id, "Drama")
        )
        self.assertIn("matches no subject and course", gap.words)
        self.server.reset_calls()
        self.sync()
        self.assertEqual(gap.state, "open", "a run does not look, and keeps it")
        self.assertNotIn(self.nobodys.id, self.asked_contents())
        form = self.wizard(gap)
        form.subject_id, form.course_id = self.physics, self.course
        form.save().action_map()
        self.sync()
        self.assertEqual((gap.state, self.statuses(session)), ("closed", "P"))
        gap.action_undo()
        self.assertEqual(gap.state, "open")
        self.sync()
        self.assertEqual(gap.state, "open")

    def test_it_closes_with_its_activity(self):
        activity = self.moodle.add_attendance(self.nobodys, "Rehearsals")
        self.verify()
        gap = self.gaps(kind="unmatched_course")
        del self.moodle.attendances[activity.id]
        self.verify()
        self.assertEqual(gap.state, "closed")

    def test_what_ended_before_days_back_is_not_asked_for(self):
        self.moodle.add_attendance(self.nobodys, "Rehearsals")
        self.nobodys.enddate = START - 400 * 86400
        self.instance.sync_window_days = 30
        self.server.reset_calls()
        self.verify()
        self.assertNotIn(self.nobodys.id, self.asked_contents())
        self.assertFalse(self.gaps(kind="unmatched_course"))

    def test_it_goes_on_where_the_time_ended(self):
        self.moodle.add_attendance(self.nobodys, "Rehearsals")
        with self.own_cursors():
            report_id = self.instance._make_report("verify", 0)
        report = self.env["moodle.sync.report"].browse(report_id)
        self.assertEqual(report._left("unmeant"), [self.nobodys.id])
        with self.own_cursors():
            self.env["moodle.instance"]._cron_survey()
        self.assertEqual((report.state, report.courses_unmatched), ("done", 1))

    def test_set_up_offers_to_map(self):
        self.moodle.add_attendance(self.nobodys, "Rehearsals")
        self.moodle.add_course("Empty", shortname="NONE")
        self.users[0].idnumber = self.users[0].email = ""
        self.add_session("PA")
        self.instance.setup_step = "connect"
        with self.own_cursors():
            self.instance.action_setup_next()
        gap = self.instance.course_gap_ids
        self.assertEqual(gap.course_name, "Drama")
        words = self.instance.discovery_html
        self.assertIn("1 course has no match and no attendance.", words)
        for name in (self.algebra.display_name, self.batches[0].display_name):
            self.assertIn(name, words)
        self.assertIn("1 of them with marks", words)
        action = gap.with_context(moodle_setup=True).action_map()
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        form.subject_id, form.course_id = self.physics, self.course
        self.assertEqual(form.save().action_map()["res_id"], self.instance.id)
        self.assertEqual((gap.state, self.instance.course_gap_ids), ("mended", gap))
        gap.with_context(moodle_setup=True).action_undo()
        self.assertEqual(gap.state, "open")


@tagged("post_install", "-at_install")
class TestMappedByHand(GapCase):
    def setUp(self):
        super().setUp()
        self.stranger = self.moodle.add_user("stranger", "Sam", "Visitor")
        self.moodle.enrol(self.moodle_course, self.stranger, groups=[self.groups[0]])
        self.session = self.add_session("PAPA")
        self.moodle.mark(self.session, self.stranger, "L", by=self.teacher)
        self.sync()
        self.gap = self.gaps(kind="unmatched_student")

    def take(self, student):
        form = self.wizard(self.gap)
        form.student_id = student
        return form

    def test_the_dialogue_warns_of_who_is_matched_already(self):
        form = self.take(self.students[1])
        self.assertIn("already matched with the Moodle account Student 2 Test", form.warning)
        self.assertIn("(Moodle ID number)", form.warning)
        form.save().action_map()
        self.sync()
        self.assertTrue(self.line(self.session, 2).late)
        self.gap = self.gaps(kind="ambiguous_student", state="open")
        self.assertIn("Sam Visitor", self.gap.words, "a name, not a number")
        self.assertIn("also manually", self.take(self.students[1]).warning)

    def test_undo_goes_back(self):
        self.take(self.students[1]).save().action_map()
        self.sync()
        self.assertEqual(self.gap.state, "closed")
        mapping = self.env["moodle.mapping"].search([("found_by", "=", "manual")])
        self.assertEqual(self.env["moodle.mapping"].search([], limit=1), mapping, "last made")
        self.assertTrue(mapping.mapped_at and self.gap.can_undo)
        mapping.action_undo()
        self.assertFalse(mapping.exists())
        self.assertIn("Sam Visitor", self.instance.message_ids[0].body)
        self.sync()
        self.assertTrue(self.line(self.session, 2).absent)
        self.assertEqual(self.open_gaps(), ["unmatched_student"])

    def test_undo_leaves_what_was_found_before_and_what_is_kept_of_the_course(self):
        domain = [("model", "=", "op.subject"), ("moodle_id", "=", self.moodle_course.id)]
        mapping = self.env["moodle.mapping"].search(domain)
        mapping.course_switch = "off"
        mapping.write({"oec_record_id": self.physics.id, "found_by": "manual"})
        self.assertEqual(mapping.found_before["found_by"], "idnumber")
        mapping.action_undo()
        self.assertEqual(
            (mapping.found_by, mapping.oec_record_id, mapping.course_switch, mapping.mapped_at),
            ("idnumber", self.algebra.id, "off", False),
        )

    def test_undo_before_a_run(self):
        self.take(self.students[1]).save().action_map()
        self.assertEqual(self.gap.state, "mended")
        self.gap.action_undo()
        self.assertEqual((self.gap.state, self.gap.can_undo), ("open", False))

    def test_no_hash_is_shown_as_an_e_mail(self):
        self.stranger.email = "0cc175b9c0f1b6a831c399e269772661"
        self.sync()
        self.assertNotIn(self.stranger.email, self.gap.words)
        self.assertIn("deleted in Moodle", self.gap.words)

    def test_in_the_language_of_who_reads(self):
        self.env["res.lang"]._activate_lang("es_ES")
        module = self.env["ir.module.module"].search(
            [("name", "=", "openeducat_moodle_attendance")]
        )
        module._update_translations(["es_ES"])
        self.stranger.idnumber = "oec_student_999999"
        self.sync()
        spanish = self.gap.with_context(lang="es_ES").words
        self.assertIn("Sam Visitor", spanish)
        self.assertNotEqual(spanish, self.gap.words)


@tagged("post_install", "-at_install")
class TestWhichStudents(GapCase):
    def test_a_status_that_is_gone_names_whose_marks_and_when(self):
        session = self.add_session("PPPP")
        for user in self.users[:2]:
            self.moodle.set_status_of(session, user, 99999)
        self.sync()
        words = self.gaps(kind="custom_status").words
        self.assertIn("Student 1 Test (11/03/2026), Student 2 Test (11/03/2026).", words)


@tagged("post_install", "-at_install")
class TestWhatIsLeftOut(GapCase):
    def test_equal_is_said_with_its_exceptions(self):
        stranger = self.moodle.add_user("stranger", "Sam", "Visitor")
        self.moodle.enrol(self.moodle_course, stranger, groups=[self.groups[0]])
        session = self.add_session("PA")
        self.sync()
        report = self.verify()
        self.assertEqual(report.result_words, "Both sides are equal: nothing would be written.")
        self.moodle.mark(session, stranger, "L", by=self.teacher)
        self.sync()
        report = self.verify()
        self.assertEqual(report.result_words, "Equal, except 1 mark in 1 gap.")
        self.assertIn(report.result_words, report._words())

    def test_what_lies_outside_days_back(self):
        old = self.add_session("PA", starts=self.moodle.clock() - 90 * 86400)
        old.lasttaken = old.timemodified = old.sessdate
        self.instance.sync_window_days = 30
        report = self.verify()
        self.assertEqual(report.sessions_older, 1)
        self.assertIn("older than Days back", report._words())

    def test_sentences(self):
        def words(*numbers):
            return equal_except(self.env, *numbers)

        self.assertEqual(words(12, 7, 12), "Equal, except 12 marks in 7 gaps.")
        self.assertEqual(words(0, 2, 0), "Equal, except 2 gaps.")
        self.assertEqual(words(0, 0, 3), "Equal, except 3 marks that are left out.")
