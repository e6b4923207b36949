"""Letters of other languages: held back, chosen by a person, then right on both sides."""

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ..services.domain.merge import BOTH, OEC
from .builders import START
from .common import MoodleCase

GERMAN = (
    ("A", "Anwesend", 2),
    ("V", "Verspätet", 1),
    ("E", "Entschuldigt", 1),
    ("U", "Unentschuldigt", 0),
)
MEANS = {"A": "P", "V": "L", "E": "E", "U": "A"}


class LettersCase(MoodleCase):
    def build_moodle(self):
        result = super().build_moodle()
        self.vorlesung = self.moodle.add_attendance(
            self.moodle_course, "Vorlesung", groupmode=2, statuses=GERMAN
        )
        return result

    def german(self, marks="AUVE", **values):
        return self.add_session(marks, activity=self.vorlesung, **values)

    def choose(self, **letters):
        """:param letters: ``{letter: meaning}``"""
        for letter, meaning in (letters or MEANS).items():
            self.env["moodle.status.meaning"].create(
                {"instance_id": self.instance.id, "acronym": letter, "meaning": meaning}
            )

    def letter_gaps(self, **values):
        return self.gaps(kind="custom_status", **values)


@tagged("post_install", "-at_install")
class TestPullOfLetters(LettersCase):
    def test_held_back_chosen_and_right(self):
        session = self.german("AUVEAU")
        result = self.sync()
        self.assertEqual(result.state, "done")
        self.assertFalse(self.lines(session))
        self.assertEqual(result.counters["marks_skipped"], 6)
        self.assertIn("whose meaning is not clear", result.message)
        gaps = self.letter_gaps(state="open")
        self.assertEqual(
            sorted((g.acronym, g.description, g.grade, g.marks, g.suggestion) for g in gaps),
            [
                ("A", "Anwesend", "2", 2, "present"),
                ("E", "Entschuldigt", "1", 1, "excused"),
                ("U", "Unentschuldigt", "0", 2, "absent"),
                ("V", "Verspätet", "1", 1, "late"),
            ],
        )
        self.assertEqual(set(gaps.mapped("course_name")), {"Algebra I"})
        self.assertEqual(set(gaps.mapped("moodle_id")), {0})
        self.choose()
        result = self.sync()
        self.assertEqual(self.statuses(session), "PALEPA")
        self.assertEqual(result.counters["gaps_closed"], 4)
        self.assertFalse(self.open_gaps())
        written = self.sync().counters
        self.assertFalse(written["lines_updated"] or written["sheets_updated"])

    def test_one_gap_for_all_activities_and_courses(self):
        again = self.moodle.add_attendance(self.moodle_course, "Seminar", statuses=GERMAN)
        other = self.moodle.add_course(
            "Physik", "PHY", f"oec_subj_{self.physics.id}_course_{self.course.id}"
        )
        for user in self.users:
            self.moodle.enrol(other, user)
        third = self.moodle.add_attendance(other, "Labor", statuses=GERMAN)
        self.german("AA")
        session = self.add_session("A", activity=again, starts=START + 7200)
        self.add_session("AAA", activity=third)
        self.sync()
        (gap,) = self.letter_gaps(acronym="A")
        self.assertEqual((gap.marks, gap.times_seen, gap.course_name), (6, 1, "Algebra I"))
        self.sync()
        self.assertEqual((gap.marks, gap.times_seen), (6, 2))
        self.moodle.delete_session(session)
        self.sync()
        self.assertEqual(gap.marks, 5)
        for course in (self.moodle_course, other):
            self.moodle.reset_course(course)
        self.sync()
        self.assertEqual((gap.state, gap.marks), ("closed", 0))

    def test_a_course_that_is_matched_no_longer_keeps_no_gap_open(self):
        self.german("A")
        self.sync()
        self.moodle_course.idnumber = ""
        self.sync()
        self.assertEqual(self.letter_gaps().mapped("state"), ["closed"])

    def test_the_same_letter_with_two_descriptions(self):
        self.german("A")
        english = self.add_session("A", starts=START + 7200)
        self.sync()
        self.assertEqual(self.statuses(english), "A")
        self.choose_by_wizard(self.letter_gaps(acronym="A"), "P")
        self.sync()
        self.assertEqual(self.statuses(english), "A", "its description is another")
        self.assertEqual(len(self.sheets), 2)

    def choose_by_wizard(self, gap, meaning, **values):
        action = gap.action_choose()
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        self.assertFalse(form.meaning, "nothing is chosen unasked")
        form.meaning = meaning
        for name, value in values.items():
            setattr(form, name, value)
        return form.save().action_choose()

    def test_choose_in_place(self):
        self.german("AU")
        self.sync()
        gap = self.letter_gaps(acronym="U")
        action = self.choose_by_wizard(gap, "A")
        self.assertIn("Preview", action["params"]["message"], "a run has worked before")
        self.assertEqual(gap.state, "mended")
        (row,) = self.instance.meaning_ids
        self.assertEqual((row.acronym, row.description, row.meaning), ("U", "Unentschuldigt", "A"))
        self.assertIn("U Unentschuldigt = Absent", self.instance.message_ids[0].body)
        self.choose_by_wizard(self.letter_gaps(acronym="A"), "-", every_description=True)
        self.assertEqual(self.instance.meaning_ids.mapped("description"), ["", "Unentschuldigt"])
        result = self.sync()
        (line,) = self.sheets.attendance_line
        self.assertTrue(line.absent)
        self.assertIn("chosen to leave out", result.message)
        self.assertFalse(self.open_gaps())

    def test_a_choice_is_made_once(self):
        self.choose(A="P")
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.choose(A="L")
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.choose(**{" ": "L"})
        Meaning = self.env["moodle.status.meaning"]
        Meaning._choose(self.instance, "A", "", "L")
        self.assertEqual(self.instance.meaning_ids.mapped("meaning"), ["L"])

    def test_a_wrong_letter_fixed_in_moodle_closes_its_gap(self):
        status = self.moodle.add_status(self.lectures, "X", "Extra", 1)
        session = self.add_session("PX")
        self.sync()
        self.assertEqual(self.letter_gaps(state="open").acronym, "X")
        status.acronym = "L"
        next(s for s in self.moodle.statuses.values() if s.acronym == "L").deleted = True
        self.sync()
        self.assertFalse(self.open_gaps())
        self.assertEqual(self.statuses(session), "PL")


@tagged("post_install", "-at_install")
class TestChangedMeaning(LettersCase):
    def test_the_schedule_waits_for_a_person(self):
        session = self.german("AU")
        self.choose()
        self.assertEqual(self.sync(trigger="cron").state, "done", "the first run ever")
        self.assertEqual(self.statuses(session), "PA")
        self.instance.meaning_ids.filtered(lambda row: row.acronym == "A").meaning = "L"
        self.assertTrue(self.instance.meaning_changed)
        result = self.sync(trigger="cron")
        self.assertEqual(result.state, "skipped")
        self.assertIn("meaning of a letter", result.message)
        self.assertEqual(self.statuses(session), "PA")
        (report,) = self.preview()
        self.assertEqual(report.plan.line_actions(), {"update": 1})
        self.sync(trigger="button")
        self.assertEqual(self.statuses(session), "LA")
        self.assertEqual(self.sync(trigger="cron").state, "done")

    def test_a_run_that_was_interrupted_ends(self):
        self.german("A")
        self.sync(seconds=0)
        run = self.instance.run_ids
        self.assertEqual(run.state, "running")
        self.choose()
        self.sync(trigger="button")
        self.assertEqual(run.state, "partial")

    def test_in_both_directions_a_changed_meaning_is_a_change_in_moodle(self):
        self.instance.sync_attendance_from = BOTH
        session = self.german("AU")
        self.choose(A="P", U="A", V="L", E="E")
        self.sync()
        self.mark_here(session, 2, "E")
        self.sync()
        self.assertEqual(self.moodle_marks(session)[:2], "AE")
        self.instance.meaning_ids.filtered(lambda row: row.acronym == "A").meaning = "L"
        self.sync()
        self.assertEqual(self.statuses(session), "LE")


@tagged("post_install", "-at_install")
class TestPushOfLetters(LettersCase):
    direction = OEC

    def setUp(self):
        super().setUp()
        self.instance.sync_attendance_from = self.direction

    def test_nothing_is_sent_by_a_letter_in_doubt(self):
        session = self.german("")
        self.make_sheet("PALE")
        result = self.sync()
        self.assertEqual(result.state, "done")
        self.assertEqual(self.moodle_marks(session), "......")
        self.assertEqual(len(self.gaps(kind="refused_push", state="open")), 4)
        self.assertEqual(
            sorted(self.letter_gaps(state="open").mapped("acronym")), ["A", "E", "U", "V"]
        )
        self.choose()
        result = self.sync()
        self.assertEqual(self.moodle_marks(session), "AUVE..")
        self.assertEqual(result.counters["marks_pushed"], 4)
        self.assertFalse(self.open_gaps())
        self.assertEqual(self.sync().counters["marks_pushed"], 0)

    def test_several_letters_of_one_meaning(self):
        self.moodle.add_status(self.lectures, "PO", "online", 2)
        session = self.add_session()
        sheet = self.make_sheet("PP")
        self.choose(PO="P")
        self.sync()
        self.assertEqual(self.moodle_marks(session), "......")
        (gap,) = self.gaps(kind="refused_push", state="open")
        self.assertIn("Use when marks are sent", gap.name)
        self.assertIn("P, PO", gap.name)
        self.instance.meaning_ids.send = True
        self.moodle.mark(session, self.users[0], "P", by=self.teacher)
        self.sync()
        marks = self.moodle.marks(session)
        self.assertEqual(marks[self.users[0].id], "P", "either says present: both are equal")
        self.assertEqual(marks[self.users[1].id], "PO")
        self.assertFalse(self.open_gaps())
        self.assertEqual(sheet.attendance_line.mapped("moodle_base"), ["P", "P"])

    def test_a_session_is_made_only_where_its_marks_can_be_sent(self):
        self.german("AU", starts=START - 86400)
        self.moodle.attendances.pop(self.lectures.id)
        self.instance.create_moodle_sessions = True
        self.make_sheet("PA")
        before = len(self.moodle.sessions)
        self.sync()
        self.assertEqual(len(self.moodle.sessions), before)
        self.choose()
        self.sync()
        self.assertEqual(len(self.moodle.sessions), before + 1)
        made = self.moodle.sessions[max(self.moodle.sessions)]
        self.assertEqual(self.moodle_marks(made), "AU....")


@tagged("post_install", "-at_install")
class TestPushOfLetters2026(TestPushOfLetters):
    profile = "2026"


@tagged("post_install", "-at_install")
class TestBothWithLetters(LettersCase):
    def setUp(self):
        super().setUp()
        self.instance.sync_attendance_from = BOTH

    def test_a_letter_in_doubt_holds(self):
        session = self.german("AAAA")
        self.make_sheet("PALE")
        self.sync()
        self.assertEqual(self.moodle_marks(session), "AAAA..")
        self.assertEqual(self.letters(self.sheets), "PALE")
        self.choose()
        self.sync()
        self.sync()
        self.assertFalse(self.open_gaps())
        here = self.letters(self.sheets)
        there = "".join(MEANS[letter] for letter in self.moodle_marks(session)[:4])
        self.assertEqual(here, there)


@tagged("post_install", "-at_install")
class TestLettersInSetUp(LettersCase):
    def test_letters_are_shown_and_chosen_before_any_preview(self):
        self.german("AU")
        self.add_session("P", starts=START + 7200)
        self.instance.setup_step = "people"
        with self.own_cursors():
            self.instance.action_setup_discover()
        words = self.instance.discovery_html
        self.assertIn("Letters of this Moodle", words)
        self.assertNotIn("Anwesend", words, "it stands in the list below")
        rows = {(r["acronym"], r["description"]): r for r in self.instance.discovery["letters"]}
        self.assertEqual(rows["P", "Present"]["status"], "P")
        self.assertEqual(rows["A", "Anwesend"]["activities"], 1)
        self.assertEqual(sorted(self.instance.letter_gap_ids.mapped("acronym")), list("AEUV"))
        self.assertEqual(self.instance.letter_gap_ids.filtered(lambda g: g.acronym == "A").marks, 1)
        gap = self.instance.letter_gap_ids.filtered(lambda g: g.acronym == "A")
        wizard = self.env["moodle.letter.choose"].create({"gap_id": gap.id, "meaning": "P"})
        action = wizard.with_context(moodle_setup=True).action_choose()
        self.assertEqual(action["res_model"], "moodle.instance", "back to the set-up")
        self.assertNotIn(gap, self.instance.letter_gap_ids)
        self.assertIn("Anwesend", self.instance.discovery_html, "and is shown as understood")
        with self.own_cursors():
            self.instance._make_report("preview", None)
        report = self.instance.report_ids
        self.assertEqual((report.marks_left_out, report.marks_new), (1, 2))
        self.assertIn("with a custom or unknown status", report._words())

    def test_the_english_ones_need_no_choice(self):
        self.add_session("PALE")
        with self.own_cursors():
            self.instance._discover()
        self.assertFalse(self.instance.letter_gap_ids)
        self.assertEqual({row["status"] for row in self.instance.discovery["letters"]}, set("PALE"))
