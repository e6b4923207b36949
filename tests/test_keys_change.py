"""ID numbers, short names and e-mail addresses that change in Moodle, and what becomes of the
attendance that is there: in all directions, with both families of functions."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .builders import START
from .common import MoodleCase
from .measured import measured

DAY = 86400
MANAGER = "openeducat_attendance.group_op_attendance_manager"


class KeysCase(MoodleCase):
    direction = "moodle"

    def setUp(self):
        super().setUp()
        self.instance.sync_attendance_from = self.direction

    def agreed(self, marks="PALE", starts=START, group=None, **values):
        """A session of which both sides say the same."""
        if self.direction == "moodle":
            session = self.add_session(marks, starts, group, **values)
        else:
            session = self.add_session("", starts, group, **values)
            self.make_sheet(marks, day=f"2026-11-{3 + (starts - START) // DAY:02}")
        self.sync()
        self.assertEqual(self.statuses(session), marks)
        self.assertEqual(self.moodle_marks(session)[: len(marks)], marks)
        return session

    def change(self, session, number, letter):
        """On a side that may write."""
        if self.direction == "oec":
            self.mark_here(session, number, letter)
        else:
            self.moodle.mark(session, self.users[number - 1], letter, by=self.teacher)

    def counts(self):
        """How much there is, on both sides."""
        sessions = self.moodle.sessions.values()
        return (
            len(self.registers),
            len(self.sheets),
            len(self.sheets.attendance_line),
            len(sessions),
            sum(len(self.moodle.log_rows(session)) for session in sessions),
        )

    def assertBoth(self, session, marks):
        self.assertEqual(self.statuses(session), marks)
        self.assertEqual(self.moodle_marks(session)[: len(marks)], marks)

    def assertQuiet(self):
        """A further run writes nothing, and opens no gap."""
        for _run in range(2):
            run = self.run_of(self.sync())
            self.assertEqual(run.state, "done")
            written = (
                run.lines_created, run.lines_updated, run.lines_put_back, run.sheets_created,
                run.sheets_updated, run.sheets_cancelled, run.sheets_moved, run.marks_pushed,
                run.gaps_opened, run.gaps_closed,
            )  # fmt: skip
            self.assertFalse(any(written), written)

    def the_gap(self, why):
        gap = self.gaps(why=why)
        self.assertEqual(len(gap), 1, self.gaps().mapped("why"))
        return gap

    def mapping(self, model, moodle_id):
        return self.env["moodle.mapping"].search(
            [("model", "=", model), ("moodle_id", "=", moodle_id)]
        )


class OfCourses:
    """What holds in each direction."""

    def rename(self):
        self.moodle_course.idnumber = ""
        self.moodle_course.shortname = "T-ALG_T-BSC"

    def test_a_short_name_that_is_changed(self):
        self.rename()
        session = self.agreed()
        before = self.counts()
        self.moodle_course.shortname = "ALG-2025"
        self.change(session, 1, "L")
        run = self.run_of(self.sync(trigger="cron"))
        self.assertEqual((run.state, run.gaps_opened), ("done", 1))
        self.assertBoth(session, "LALE")
        self.assertEqual(self.counts(), before)
        gap = self.the_gap("course_key_lost")
        for words in ("Algebra I / BSc", "short name T-ALG_T-BSC", "short name ALG-2025"):
            self.assertIn(words, gap.words)
        self.assertEqual((gap.state, gap.can_keep, gap.can_take), ("open", True, False))
        self.assertQuiet()
        self.moodle_course.shortname = "T-ALG_T-BSC"
        self.sync()
        self.assertEqual((gap.state, gap.can_keep), ("closed", False))

    def test_an_id_number_that_is_emptied_or_names_nothing(self):
        session = self.agreed()
        before, told = self.counts(), self.moodle_course.idnumber
        for letter, now in (
            ("L", ""),
            ("E", "oec_subj_999999_course_9"),
            ("A", "oec_no"),
            ("P", "7"),
        ):
            self.moodle_course.idnumber = now
            self.change(session, 1, letter)
            self.sync()
            self.assertBoth(session, f"{letter}ALE")
            self.assertEqual((self.counts(), self.open_gaps()), (before, ["changed_course"]))
            gap = self.the_gap("course_key_lost")
            self.assertIn(f"ID number {told}", gap.words)
            self.assertIn(f"ID number is {now or '–'} ", gap.words)
        self.assertQuiet()
        gap.action_keep()
        self.assertEqual(gap.state, "mended")
        mapping = self.mapping("op.subject", self.moodle_course.id)
        self.assertEqual((mapping.found_by, mapping.oec_record_id), ("manual", self.algebra.id))
        self.sync()
        self.assertEqual((gap.state, gap.can_undo), ("closed", True))
        self.assertQuiet()
        gap.action_undo()
        self.sync()
        self.assertEqual(self.open_gaps(), ["changed_course"])

    def test_one_that_is_switched_off_tells_nothing(self):
        self.agreed()
        self.mapping("op.subject", self.moodle_course.id).course_switch = "off"
        self.moodle_course.idnumber = ""
        self.sync()
        self.assertFalse(self.gaps())

    def test_a_course_without_attendance_is_matched_as_its_keys_say(self):
        self.sync()
        self.assertTrue(self.mapping("op.subject", self.moodle_course.id))
        self.moodle_course.idnumber = f"oec_subj_{self.physics.id}_course_{self.course.id}"
        self.sync()
        mapping = self.mapping("op.subject", self.moodle_course.id)
        self.assertEqual((mapping.oec_record_id, self.open_gaps()), (self.physics.id, []))
        self.moodle_course.idnumber = ""
        run = self.run_of(self.sync())
        self.assertEqual((run.courses_done, self.open_gaps()), (0, []))

    def test_a_course_that_names_another_subject_waits(self):
        session = self.agreed()
        before = self.counts()
        self.moodle_course.idnumber = f"oec_subj_{self.physics.id}_course_{self.course.id}"
        self.change(session, 1, "L")
        self.sync()
        self.assertEqual((self.counts(), self.open_gaps()), (before, ["changed_course"]))
        self.assertNotEqual(self.statuses(session), self.moodle_marks(session)[:4])
        gap = self.the_gap("course_key_other")
        self.assertIn("Algebra I / BSc", gap.words)
        self.assertIn("Physics / BSc", gap.words)
        self.assertQuiet()
        gap.action_keep()
        self.sync()
        self.assertBoth(session, "LALE")
        self.assertEqual((self.counts(), gap.state), (before, "closed"))

    def test_and_takes_the_new_one(self):
        self.agreed()
        before = self.counts()
        self.moodle_course.idnumber = f"oec_subj_{self.physics.id}_course_{self.course.id}"
        self.sync()
        gap = self.the_gap("course_key_other")
        gap.action_take_new()
        self.assertEqual(gap.state, "mended")
        with self.assertRaisesRegex(UserError, "nothing to choose"):
            gap.action_take_new()
        self.assertIn("Algebra I / BSc → Physics / BSc", self.instance.message_ids[0].body)
        self.sync()
        mapping = self.mapping("op.subject", self.moodle_course.id)
        self.assertEqual((mapping.found_by, mapping.oec_record_id), ("idnumber", self.physics.id))
        self.assertEqual(gap.state, "closed")
        self.assertEqual(self.counts(), before, "sheets that exist stay where they are")
        self.assertEqual(self.registers.subject_id, self.algebra)
        self.assertQuiet()

    def moved(self):
        """The ID number goes to next year's course."""
        new = self.moodle.add_course("Algebra 2026", "ALG-2026", self.moodle_course.idnumber)
        self.moodle_course.idnumber = ""
        for user in self.users:
            self.moodle.enrol(new, user, groups=())
        return new

    def test_an_id_number_that_moves_ends_the_old_course_and_moves_back(self):
        old = self.agreed()
        before = self.counts()
        key = self.moodle_course.idnumber
        new = self.moved()
        activity = self.moodle.add_attendance(new, "Lectures")
        self.moodle.mark(old, self.users[0], "L", by=self.teacher)
        run = self.run_of(self.sync(trigger="cron"))
        self.assertEqual((run.state, run.courses_done), ("done", 1))
        self.assertIn("Ended, because another Moodle course now has", run.summary_words)
        self.assertIn("Algebra I", self.instance.message_ids[0].body)
        ended = self.mapping("op.subject", self.moodle_course.id)
        self.assertEqual(ended.course_state, "ended")
        self.assertFalse(self.open_gaps())
        self.assertEqual((self.statuses(old), self.counts()), ("PALE", before))
        self.assertQuiet()
        later = self.agreed("AAPP", START + DAY, activity=activity)
        living = self.mapping("op.subject", new.id)
        days = [
            [one["day"] for one in mapping.attendance_picture()["sessions"]]
            for mapping in (ended, living)
        ]
        self.assertEqual(days, [["2026-11-03"], ["2026-11-04"]])
        self.assertFalse(self.open_gaps())
        self.assertQuiet()
        self.assertNotIn("Ended", self.instance.run_ids[:1].summary_words or "", "told once")
        self.moodle_course.idnumber, new.idnumber = key, ""
        self.sync(trigger="cron")
        self.assertEqual((ended.course_state, living.course_state), ("on", "ended"))
        self.assertEqual(self.statuses(old), self.moodle_marks(old)[:4], "it is read again")
        self.assertEqual(self.statuses(later), "AAPP")
        self.assertQuiet()

    def test_a_short_name_that_moves_ends_the_old_course_too(self):
        self.rename()
        session = self.agreed()
        self.moodle_course.shortname = "ALG-2025"
        new = self.moodle.add_course("Algebra 2026", "T-ALG_T-BSC")
        self.sync()
        ended = self.mapping("op.subject", self.moodle_course.id)
        self.assertEqual(ended.course_state, "ended")
        self.assertEqual(self.mapping("op.subject", new.id).course_state, "on")
        self.assertEqual((self.open_gaps(), self.statuses(session)), ([], "PALE"))
        self.assertQuiet()

    def test_a_manual_mapping_never_ends(self):
        self.agreed()
        mapping = self.mapping("op.subject", self.moodle_course.id)
        mapping.found_by = "manual"
        self.moved()
        self.sync()
        self.assertEqual(mapping.course_state, "on")

    def test_what_a_person_changes_here_is_not_noted_of_what_has_ended(self):
        session = self.agreed()
        new = self.moved()
        self.sync()
        self.env["moodle.touched"].search([]).unlink()
        self.mark_here(session, 1, "E")
        self.env.flush_all()
        touched = self.env["moodle.touched"]._touched(self.instance)
        self.assertEqual(touched, {self.mapping("op.subject", new.id).id})


class OfPeople:
    def swap(self):
        first, second = self.users[:2]
        first.idnumber, second.idnumber = second.idnumber, first.idnumber

    def test_an_id_number_that_is_gone_or_names_nobody(self):
        session = self.agreed()
        before, told = self.counts(), self.users[0].idnumber
        self.users[0].email = "new@test.example"
        for letter, now in (("L", ""), ("E", "oec_student_999999"), ("A", "oec_no")):
            self.users[0].idnumber = now
            self.change(session, 1, letter)
            self.sync()
            self.assertBoth(session, f"{letter}ALE")
            self.assertEqual((self.counts(), self.open_gaps()), (before, ["changed_student"]))
            gap = self.the_gap("student_key_lost")
            self.assertIn(f"by the ID number {told}", gap.words)
        self.assertQuiet()
        self.users[0].idnumber = told
        self.sync()
        self.assertEqual((gap.state, self.open_gaps()), ("closed", []))
        self.users[0].idnumber = ""
        self.sync()
        self.assertEqual(gap.state, "open")
        gap.action_keep()
        self.sync()
        mapping = self.mapping("op.student", self.users[0].id)
        self.assertEqual(
            (mapping.found_by, mapping.oec_record_id, gap.state),
            ("manual", self.students[0].id, "closed"),
        )
        self.assertQuiet()

    def test_exchanged_id_numbers_wait(self):
        session = self.agreed()
        before = self.counts()
        self.swap()
        for number, letter in enumerate("LLP", 1):
            self.change(session, number, letter)
        self.sync()
        # The third one's goes through, the two others wait on the side where they are.
        if self.direction == "oec":
            self.assertEqual(
                (self.statuses(session), self.moodle_marks(session)[:4]), ("LLPE", "PAPE")
            )
        else:
            self.assertEqual(
                (self.statuses(session), self.moodle_marks(session)[:4]), ("PAPE", "LLPE")
            )
        self.assertEqual((self.counts(), self.open_gaps()), (before, ["changed_student"] * 2))
        gap = self.gaps(moodle_id=self.users[0].id)
        for student in self.students[:2]:
            self.assertIn(student.name, gap.words)
        self.assertEqual((gap.can_keep, gap.can_take), (True, True))
        self.assertQuiet()
        self.assertEqual(self.counts(), before)
        self.gaps().filtered("can_keep")[0].action_keep()
        self.gaps().filtered("can_keep")[0].action_keep()
        self.sync()
        self.assertBoth(session, "LLPE")
        self.assertEqual((self.counts(), self.open_gaps()), (before, []))
        self.assertQuiet()

    def test_and_the_new_ones_are_taken(self):
        session = self.agreed()
        before = self.counts()
        self.swap()
        self.sync()
        for gap in self.gaps(why="student_key_other"):
            gap.action_take_new()
        links = {
            user.id: self.mapping("op.student", user.id).oec_record_id for user in self.users[:2]
        }
        self.assertEqual(list(links.values()), self.students[1::-1].ids)
        self.sync()
        self.assertFalse(self.open_gaps())
        if self.direction == "oec":
            self.assertEqual(
                (self.statuses(session), self.moodle_marks(session)[:4]), ("PALE", "APLE")
            )
        else:
            self.assertEqual(
                (self.statuses(session), self.moodle_marks(session)[:4]), ("APLE", "PALE")
            )
        self.assertEqual(self.counts(), before)
        self.assertQuiet()

    def test_the_answer_holds_in_all_courses(self):
        self.agreed()
        other = self.moodle.add_course(
            "Physics", "PHY", f"oec_subj_{self.physics.id}_course_{self.course.id}"
        )
        for user in self.users:
            self.moodle.enrol(other, user, groups=())
        self.add_session("PP", activity=self.moodle.add_attendance(other, "Labs"))
        self.sync()
        self.users[0].idnumber = f"oec_student_{self.students[5].id}"
        self.users[5].idnumber, self.users[5].email = "", "gone@test.example"
        self.sync()
        gaps = self.gaps(why="student_key_other")
        self.assertEqual(len(gaps), 2, "one in each course")
        gaps[0].action_keep()
        self.assertEqual(set(gaps.mapped("state")), {"mended"})
        self.sync()
        self.assertEqual(set(gaps.mapped("state")), {"closed"})

    def test_a_key_that_names_another_is_fixed_where_nothing_was_written(self):
        self.users[0].idnumber = f"oec_student_{self.students[4].id}"
        self.users[4].idnumber, self.users[4].email = "", "gone@test.example"
        self.users[0].email = "own@test.example"
        self.sync()
        self.users[0].idnumber = f"oec_student_{self.students[0].id}"
        session = self.agreed()
        self.assertFalse(self.open_gaps())
        self.assertBoth(session, "PALE")

    def test_an_email_that_changes(self):
        self.users[0].idnumber = ""
        session = self.agreed()
        mapping = self.mapping("op.student", self.users[0].id)
        self.assertEqual(
            (mapping.found_by, mapping.moodle_email), ("email", "student1@test.example")
        )
        self.users[0].email = "New@test.example"
        self.change(session, 1, "L")
        self.sync()
        self.assertBoth(session, "LALE")
        gap = self.the_gap("student_key_lost")
        self.assertIn("by the e-mail student1@test.example", gap.words)
        self.assertQuiet()
        self.assertEqual(mapping.moodle_email, "student1@test.example")
        self.students[0].email = "new@test.example"
        self.sync()
        self.assertEqual((gap.state, mapping.moodle_email), ("closed", "new@test.example"))
        self.students[0].email = "third@test.example"
        self.students[5].email = "new@test.example"
        self.users[5].email = "gone@test.example"
        self.change(session, 1, "A")
        self.sync()
        self.the_gap("student_key_other")
        self.assertNotEqual(self.statuses(session)[:1], self.moodle_marks(session)[:1])

    def test_a_link_of_an_older_version_asks_nothing(self):
        self.users[0].idnumber = ""
        session = self.agreed()
        mapping = self.mapping("op.student", self.users[0].id)
        mapping.moodle_email = False
        self.users[0].email = "new@test.example"
        self.assertQuiet()
        self.assertFalse(self.gaps() or mapping.moodle_email)
        self.change(session, 1, "L")
        self.sync()
        self.assertBoth(session, "LALE")

    def test_who_waits_is_not_given_up_for_one_in_another_course(self):
        """Whoever is asked about, because somebody else has the student's key, keeps the link."""
        session = self.agreed()
        old = self.users[0]
        self.moodle.unenrol(self.moodle_course, old)
        new = self.moodle.add_user("right", "Right", "One", idnumber=old.idnumber)
        self.moodle.enrol(self.moodle_course, new, groups=[self.groups[0]])
        old.idnumber = f"oec_student_{self.students[5].id}"
        self.users[5].idnumber, self.users[5].email = "", "gone@test.example"
        later = self.add_session(starts=START + DAY)
        self.moodle.mark(later, new, "A", by=self.teacher)
        self.sync()
        self.assertEqual(self.mapping("op.student", old.id).oec_record_id, self.students[0].id)
        self.assertEqual(self.statuses(session), "PALE")
        self.assertFalse(self.lines(later))


class OfGroups:
    def test_an_id_number_that_is_gone_or_names_nothing(self):
        session = self.agreed(group=self.groups[0])
        before, told = self.counts(), self.groups[0].idnumber
        for letter, now in (("L", ""), ("E", "oec_batch_999999"), ("A", "chess")):
            self.groups[0].idnumber = now
            self.change(session, 1, letter)
            self.sync()
            self.assertBoth(session, f"{letter}ALE")
            self.assertEqual((self.counts(), self.open_gaps()), (before, ["changed_group"]))
            gap = self.the_gap("group_key_lost")
            self.assertIn(f"by its ID number {told}", gap.words)
        self.assertQuiet()
        later = self.agreed("PPPP", START + DAY, group=self.groups[0])
        self.assertBoth(later, "PPPP")
        gap.action_keep()
        self.sync()
        self.assertEqual((gap.state, self.open_gaps()), ("closed", []))
        self.groups[0].idnumber = told
        self.assertQuiet()

    def test_one_that_names_another_batch_waits(self):
        session = self.agreed(group=self.groups[0])
        before = self.counts()
        self.groups[0].idnumber = f"oec_batch_{self.batches[1].id}"
        self.groups[1].idnumber = ""
        self.change(session, 1, "L")
        later = self.add_session("PP", START + DAY, self.groups[0])
        if self.direction != "moodle":
            self.instance.create_moodle_sessions = True
            self.make_sheet("AAAA", day="2026-11-04")
        waiting = self.counts()
        self.sync()
        self.assertEqual(self.counts(), waiting, "nothing is made, on either side")
        self.assertNotEqual(self.statuses(session)[:1], self.moodle_marks(session)[:1])
        self.assertEqual(
            (self.moodle_marks(later), self.lines(later)),
            ("PP....", self.env["op.attendance.line"]),
        )
        gap = self.the_gap("group_key_other")
        for words in ("Batch 1", "Batch 2"):
            self.assertIn(words, gap.words)
        self.assertQuiet()
        gap.action_keep()
        self.sync()
        self.assertEqual(self.statuses(session)[:1], self.moodle_marks(session)[:1])
        self.assertEqual((gap.state, self.counts()[0] >= before[0]), ("closed", True))
        self.assertTrue(self.lines(later))
        self.assertQuiet()

    def test_and_the_new_one_is_taken(self):
        session = self.agreed(group=self.groups[0])
        self.groups[0].idnumber = f"oec_batch_{self.batches[1].id}"
        self.groups[1].idnumber = ""
        self.sync()
        gap = self.the_gap("group_key_other")
        gap.action_take_new()
        self.sync()
        self.assertEqual(gap.state, "closed")
        mapping = self.mapping("op.batch", self.groups[0].id)
        self.assertEqual(
            (mapping.found_by, mapping.oec_record_id), ("idnumber", self.batches[1].id)
        )
        self.assertEqual(self.sheets.batch_id, self.batches[0], "it stays where it is")
        self.assertBoth(session, "PALE")
        self.assertQuiet()

    def test_a_batch_of_another_course_is_taken_manually_only(self):
        self.agreed(group=self.groups[0])
        other = self.batches[1].copy(
            {"code": "T-X", "course_id": self.course.copy({"code": "T-MSC"}).id}
        )
        self.groups[0].idnumber = f"oec_batch_{other.id}"
        self.sync()
        self.the_gap("group_key_other").action_take_new()
        mapping = self.mapping("op.batch", self.groups[0].id)
        self.assertEqual((mapping.found_by, mapping.oec_record_id), ("manual", other.id))


@tagged("post_install", "-at_install")
class TestFromMoodle(OfCourses, OfPeople, OfGroups, KeysCase):
    pass


@tagged("post_install", "-at_install")
class TestFromOpenEduCat(OfCourses, OfPeople, OfGroups, KeysCase):
    direction = "oec"


@tagged("post_install", "-at_install")
class TestFromBoth(OfCourses, OfPeople, OfGroups, KeysCase):
    direction = "both"


@tagged("post_install", "-at_install")
class TestFromMoodleThere(TestFromMoodle):
    profile = "companion"


@tagged("post_install", "-at_install")
class TestFromOpenEduCatThere(TestFromOpenEduCat):
    profile = "companion"


@tagged("post_install", "-at_install")
class TestFromBothThere(TestFromBoth):
    profile = "companion"


@tagged("post_install", "-at_install")
class TestAnswers(KeysCase):
    """Who may answer, and when."""

    def setUp(self):
        super().setUp()
        self.session = self.agreed()
        self.users[0].idnumber = f"oec_student_{self.students[5].id}"
        self.users[5].idnumber, self.users[5].email = "", "gone@test.example"
        self.sync()
        self.gap = self.the_gap("student_key_other")

    def test_attendance_managers(self):
        manager = new_test_user(self.env, "t-keeper", f"base.group_user,{MANAGER}")
        gap = self.gap.with_user(manager)
        gap.action_take_new()
        mapping = self.mapping("op.student", self.users[0].id)
        self.assertEqual(
            (mapping.oec_record_id, mapping.found_by), (self.students[5].id, "idnumber")
        )
        reader = new_test_user(self.env, "t-reader", "base.group_user")
        with self.assertRaises(AccessError):
            self.gap.with_user(reader).action_keep()

    def test_not_twice_and_not_what_is_gone(self):
        self.students[5].course_detail_ids.unlink()
        self.env.cr.execute("DELETE FROM op_student WHERE id = %s", (self.students[5].id,))
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "was deleted"):
            self.gap.action_take_new()
        self.gap.action_keep()
        with self.assertRaisesRegex(UserError, "nothing to choose"):
            self.gap.action_keep()

    def test_an_older_gap_offers_nothing(self):
        self.gap.write({"why": False})
        self.assertFalse(self.gap.can_keep or self.gap.can_take)

    def test_an_ignored_one_can_still_be_answered(self):
        self.gap.action_ignore()
        self.gap.action_keep()
        self.assertEqual(self.gap.state, "mended")


@tagged("post_install", "-at_install")
class TestWhatItCosts(KeysCase):
    def queries(self):
        """How many, in a run in which nothing is written."""
        sent = []
        cursor = type(self.env.cr)
        original = cursor.execute

        def execute(cr, query, *args, **kwargs):
            sent.append(str(getattr(query, "code", query)))
            return original(cr, query, *args, **kwargs)

        self.sync()
        self.patch(cursor, "execute", execute)
        self.server.reset_calls()
        self.sync()
        self.patch(cursor, "execute", original)
        return len(sent), len(self.server.calls), sent

    def test_one_query_where_keys_have_changed_and_none_else(self):
        self.agreed()
        for number in range(3):
            other = self.moodle.add_course(
                f"More {number}",
                f"M{number}",
                f"oec_subj_{self.physics.id}_course_{self.course.id}",
            )
            other.idnumber = ""
        before, calls, sent = self.queries()
        self.assertFalse([sql for sql in sent if "unnest" in sql and "moodle_seen" in sql])
        self.moodle_course.idnumber = ""
        self.users[0].idnumber = self.users[0].email = ""
        self.users[1].idnumber = self.users[1].email = ""
        after, calls_after, sent = self.queries()
        courses = [sql for sql in sent if "unnest" in sql and "moodle_seen" in sql]
        people = [sql for sql in sent if '"moodle_base" IS NOT NULL' in sql and "GROUP BY" in sql]
        self.assertEqual((len(courses), len(people)), (1, 1))
        self.assertEqual(calls_after, calls, "Moodle is asked nothing more")
        measured("queries of a run with three keys that are gone: %s, without %s", after, before)
