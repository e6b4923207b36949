"""OpenEduCat is right: its marks go to Moodle, of either generation."""

from dataclasses import replace
from unittest.mock import patch

from odoo.tests import tagged

from ..services.domain import matching
from ..services.runs.course_sync import CourseSync
from .builders import HOUR, START
from .common import MoodleCase, stored
from .moodle_server import DEFAULT_STATUSES, Fault

UPDATE = "mod_wsattendance_update_user_status"


class PushCase(MoodleCase):
    direction = "oec"

    def setUp(self):
        super().setUp()
        self.instance.sync_attendance_from = self.direction

    @property
    def updates(self):
        return [call for call in self.server.calls if call.function.endswith("update_user_status")]


@tagged("post_install", "-at_install")
class TestPush(PushCase):
    def test_marks_are_sent_and_read_back(self):
        session = self.add_session()
        sheet = self.make_sheet("PALE")
        result = self.sync()
        self.assertEqual(result.state, "done", result)
        self.assertEqual(self.moodle_marks(session), "PALE..")
        self.assertEqual(sheet.moodle_session_id, session.id)
        self.assertEqual(sorted(sheet.attendance_line.mapped("moodle_base")), sorted("PALE"))
        self.assertEqual(self.run_of(result).marks_pushed, 4)
        self.assertEqual(session.lasttakenby, self.sync_user.id)
        call = dict(self.updates[0].params)
        self.assertEqual(call["statusset"], "0")
        self.assertEqual(call["takenbyid"], str(self.sync_user.id))
        self.assertFalse(self.open_gaps())

    def test_a_second_run_writes_nothing_on_either_side(self):
        self.add_session()
        sheet = self.make_sheet("PALE")
        self.sync()
        before = stored(sheet), stored(sheet.attendance_line)
        self.server.reset_calls()
        result = self.sync()
        self.assertEqual(self.server.write_count, 0)
        self.assertIn("There was nothing to write", result.message)
        self.assertEqual((stored(sheet), stored(sheet.attendance_line)), before)

    def test_only_differences_are_sent(self):
        session = self.add_session("PPPP")
        self.make_sheet("PAPP")
        self.sync()
        self.assertEqual(len(self.updates), 1)
        self.assertEqual(self.moodle_marks(session), "PAPP..")

    def test_what_a_teacher_changed_in_moodle_is_put_back(self):
        session = self.add_session()
        self.make_sheet("PPPP")
        self.sync()
        self.mark(session, "PAPP")
        self.sync()
        self.assertEqual(self.moodle_marks(session), "PPPP..")

    def test_marks_only_in_moodle_stay_and_make_nothing_here(self):
        session = self.add_session("PPPPAA")
        sheet = self.make_sheet("PPP.")
        self.sync()
        self.assertEqual(self.moodle_marks(session), "PPPPAA")
        self.assertEqual(self.letters(sheet), "PPP")
        self.assertEqual(len(self.sheets), 1)

    def test_sheets_that_are_not_done_wait(self):
        session = self.add_session()
        sheet = self.make_sheet("PALE", state="start")
        cancelled = self.make_sheet("AAAA", state="cancel")
        self.sync()
        self.assertEqual(self.moodle_marks(session), "......")
        self.assertFalse(sheet.moodle_session_id or cancelled.moodle_session_id)

    def in_another_set(self):
        """Marks of the school's own, in a set of their own, that are sent over."""
        for letter, word, points in DEFAULT_STATUSES:
            self.moodle.add_status(self.lectures, letter, word, points, setnumber=2)
        self.moodle.add_status(self.lectures, "M", "Medical", 1, setnumber=2)
        session = self.add_session("MMMM", statusset=2)
        self.make_sheet("PALE")
        self.sync()
        self.assertEqual(self.moodle_marks(session), "PALE..")

    def test_another_status_set_and_a_custom_status(self):
        self.in_another_set()
        self.assertEqual(dict(self.updates[0].params)["statusset"], "2")

    def test_a_status_that_the_set_lacks_is_a_gap(self):
        for letter, word, points in DEFAULT_STATUSES[:2]:
            self.moodle.add_status(self.lectures, letter, word, points, setnumber=1)
        session = self.add_session(statusset=1)
        self.make_sheet("PALE")
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.moodle_marks(session), "PA....")
        self.assertEqual(self.open_gaps(), ["refused_push"] * 2)
        self.assertIn("that means late", self.gaps()[0].name + self.gaps()[1].name)

    def test_people_whom_moodle_does_not_list(self):
        session = self.add_session(group=self.groups[0])
        self.groups[0].members.discard(self.users[1].id)
        self.users[2].idnumber = ""
        self.users[2].email = "other@test.example"
        self.make_sheet("PALE")
        self.sync()
        self.assertEqual(self.moodle_marks(session), "P..E..")
        self.assertEqual(self.open_gaps(), ["refused_push"] * 2)
        names = " ".join(self.gaps().mapped("name"))
        self.assertIn("not listed in the Moodle session", names)
        self.assertIn("has no account", names)

    def test_a_line_without_a_clear_status_is_a_gap(self):
        session = self.add_session()
        sheet = self.make_sheet("PALE")
        second = sheet.attendance_line.filtered(lambda line: line.student_id == self.students[1])
        second.write({"present": True})
        self.sync()
        self.assertEqual(self.moodle_marks(session), "P.LE..")
        self.assertEqual(self.open_gaps(), ["refused_push"])

    def test_lines_that_nobody_made_are_not_sent(self):
        session = self.add_session()
        sheet = self.make_sheet("PALE")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE op_attendance_line SET create_uid = NULL, moodle_marked_at = NULL "
            "WHERE attendance_id = %s",
            [sheet.id],
        )
        self.env.invalidate_all()
        self.sync()
        self.assertEqual(self.moodle_marks(session), "......")
        first = sheet.attendance_line.filtered(lambda line: line.student_id == self.students[0])
        first.write({"present": False, "late": True})
        self.sync()
        self.assertEqual(self.moodle_marks(session), "L.....")

    def test_moodles_refusal_of_one_mark_is_a_gap(self):
        session = self.add_session()
        self.make_sheet("PALE")
        self.server.faults.add(Fault.error(2, "invaliduser", function=UPDATE))
        result = self.sync()
        self.assertEqual(result.state, "done", result)
        self.assertEqual(self.moodle_marks(session).count("."), 2 + 1)
        self.assertEqual(self.open_gaps(), ["refused_push"])
        self.assertFalse(any(self.lines(session).mapped("moodle_sending")), "it was answered")
        self.sync()
        self.assertEqual(self.moodle_marks(session), "PALE..")
        self.assertFalse(self.open_gaps())

    def test_a_moodle_that_says_yes_and_does_nothing(self):
        session = self.add_session()
        sheet = self.make_sheet("PPPP")
        # Every write is answered, and none is kept.
        self.server.on_call(lambda call, state: session.log.clear())
        self.sync()
        self.assertFalse(any(sheet.attendance_line.mapped("moodle_base")))
        self.assertFalse(any(sheet.attendance_line.mapped("moodle_sending")))


@tagged("post_install", "-at_install")
class TestPush2026(TestPush):
    profile = "2026"


@tagged("post_install", "-at_install")
class TestPushNative(TestPush):
    functions = "native"

    def test_moodles_refusal_of_one_mark_is_a_gap(self):
        """The function has another name; the other classes show it."""


@tagged("post_install", "-at_install")
class TestLinking(PushCase):
    def test_the_group_and_the_nearest_time(self):
        other = self.add_session(group=self.groups[1])
        early = self.add_session(starts=START)
        late = self.add_session(starts=START + 6 * HOUR)
        timetable = self.timetable_session(START + 5 * HOUR)
        sheet = self.make_sheet("PPPP", session_id=timetable.id)
        self.sync()
        self.assertEqual(sheet.moodle_session_id, late.id)
        self.assertEqual(self.moodle_marks(early) + self.moodle_marks(other), "............")

    def test_two_sessions_without_a_time_are_not_guessed_between(self):
        first = self.add_session()
        second = self.add_session(starts=START + HOUR)
        sheet = self.make_sheet("PPPP")
        self.sync()
        self.assertEqual(self.moodle_marks(first) + self.moodle_marks(second), "............")
        self.assertFalse(sheet.moodle_session_id)
        self.assertEqual(self.open_gaps(), ["sheet_without_session"])

    def test_two_sheets_for_one_session_are_not_guessed_between(self):
        session = self.add_session()
        self.make_sheet("PPPP")
        self.make_sheet("AAAA")
        self.sync()
        self.assertEqual(self.moodle_marks(session), "......")
        self.assertEqual(self.open_gaps(), ["sheet_without_session"] * 2)

    def test_no_session_is_a_gap_that_closes(self):
        self.make_sheet("PPPP")
        self.sync()
        self.assertEqual(self.open_gaps(), ["sheet_without_session"])
        session = self.add_session()
        self.sync()
        self.assertFalse(self.open_gaps())
        self.assertEqual(self.moodle_marks(session), "PPPP..")

    def test_a_missing_session_is_made_once_and_filled_at_once(self):
        self.instance.create_moodle_sessions = True
        self.make_sheet("PALE")
        result = self.sync()
        (session,) = self.moodle.sessions.values()
        self.assertEqual(session.group_id, self.groups[0].id)
        self.assertEqual(self.moodle_marks(session), "PALE..")
        self.assertEqual(self.run_of(result).moodle_sessions_created, 1)
        self.sync()
        self.assertEqual(len(self.moodle.sessions), 1)

    def test_it_is_made_once_where_somebody_was_enrolled_meanwhile(self):
        """Whoever is found when the course is read again may have to be asked about."""
        self.instance.create_moodle_sessions = True
        self.make_sheet("PALE")
        found = iter([{}, {"a link": ()}])
        with (
            patch.object(matching, "rivals", lambda users, people: next(found)),
            patch.object(
                CourseSync, "_without_former", lambda sync, work, rivals: replace(work, asked=True)
            ),
        ):
            self.assertEqual(self.sync().state, "done")
        (session,) = self.moodle.sessions.values()
        self.assertEqual(self.moodle_marks(session), "PALE..")

    def goes_down_after(self, function):
        """Moodle answers nothing once it was asked this."""
        self.server.reset_calls()

        def down(call):
            return any(made.function == function for made in self.server.calls[: call.n - 1])

        self.server.faults.add(Fault.cut_before(at=down))

    def test_the_answer_of_its_making_is_lost(self):
        self.instance.create_moodle_sessions = True
        self.make_sheet("PALE")
        self.server.faults.add(Fault.cut_after(1, function="mod_attendance_add_session"))
        # It is found by its reference when the course is read again in the same run.
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(len(self.moodle.sessions), 1)
        self.assertEqual(self.sync().state, "done")
        (session,) = self.moodle.sessions.values()
        self.assertEqual(self.moodle_marks(session), "PALE..")

    def test_none_is_made_while_a_remark_hides_the_one_that_was_made(self):
        """The answer was lost, and then a teacher writes a remark that Moodle's own functions
        can't deliver: the session can't be found, and is there."""
        self.instance.create_moodle_sessions = True
        other = self.add_session("PPPP", starts=START - 5 * 86400)
        self.sync()
        self.make_sheet("PALE")
        self.server.faults.add(Fault.cut_after(1, function="mod_attendance_add_session"))
        self.goes_down_after("mod_attendance_add_session")
        self.assertEqual(self.sync().state, "failed")
        self.server.faults.clear()
        self.moodle.mark(other, self.users[0], "P", remark="a <b> c", by=self.teacher)
        for _run in range(2):
            self.sync()
            self.assertEqual(len(self.moodle.sessions), 2)
            self.assertIn("sheet_without_session", self.open_gaps())
        self.moodle.mark(other, self.users[0], "P", remark="", by=self.teacher)
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(len(self.moodle.sessions), 2)
        self.assertEqual(
            self.moodle_marks(max(self.moodle.sessions.values(), key=lambda s: s.id)), "PALE.."
        )
        self.assertFalse(self.open_gaps())

    def test_none_is_made_where_the_letters_are_missing(self):
        self.instance.create_moodle_sessions = True
        del self.moodle.statuses[self.moodle.status_of(self.add_session(), "E").id]
        self.moodle.sessions.clear()
        self.add_session(starts=START - 5 * 86400)
        self.make_sheet("PALE")
        self.sync()
        self.assertEqual(len(self.moodle.sessions), 1)
        self.assertEqual(self.open_gaps(), ["sheet_without_session"])

    def test_none_is_made_without_its_function(self):
        self.instance.create_moodle_sessions = True
        names = [n for n in self.moodle.tokens[self.token].functions if "add_session" not in n]
        self.moodle.add_token("D" * 32, user=self.sync_user, functions=names)
        self.instance.token = "D" * 32
        self.make_sheet("PALE")
        self.sync()
        self.assertFalse(self.moodle.sessions)
        self.assertEqual(self.open_gaps(), ["sheet_without_session"])


@tagged("post_install", "-at_install")
class TestLinking2026(TestLinking):
    profile = "2026"
