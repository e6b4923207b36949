"""Runs with a Moodle that has our own plug-in: the time of each mark, remarks in both directions,
writing over nothing that was not read, and reading only what has changed."""

from odoo.tests import tagged

from ..services.moodle.companion_api import SESSIONS
from ..services.openeducat.local_store import moment
from . import test_both
from .builders import HOUR, START
from .moodle_server import Fault

DIGESTS, READ = "local_wsattendance_get_digests", "local_wsattendance_get_sessions"
SET, ADD = "local_wsattendance_set_marks", "local_wsattendance_add_session"
BEFORE = ["core_webservice_get_site_info", "local_wsattendance_get_courses", DIGESTS]


class CompanionCase(test_both.BothCase):
    profile = "companion"

    def asked(self, trigger="cron"):
        """:return: the functions that a run has asked for, and its ``RunResult``"""
        self.server.reset_calls()
        result = self.sync(trigger=trigger)
        return [call.function for call in self.server.calls], result

    def row(self, session, number):
        """The one row of the student with this number."""
        (row,) = [row for row in session.log if row.user_id == self.users[number - 1].id]
        return row

    def remark_here(self, session, number, text, at=None):
        line = self.line(session, number)
        line.write({"remark": text})
        if at:
            line.with_context(connector_no_export=True).moodle_remarked_at = moment(at)

    def remark_there(self, session, number, text, at=None):
        user = self.users[number - 1]
        letter = self.moodle.marks(session)[user.id]
        self.moodle.mark(session, user, letter, text, by=self.teacher, at=at or self.now)

    def remarks(self, session, number):
        return self.row(session, number).remarks, self.line(session, number).remark or ""

    def while_sending(self, *edits):
        """Somebody in Moodle does one of these just before each time that marks are written."""
        left = list(edits)

        def edit(call, state):
            if call.function == SET and left:
                left.pop(0)()

        self.server.on_call(edit)


@tagged("post_install", "-at_install")
class TestTimeOfAMark(CompanionCase):
    def test_a_teacher_who_saves_one_student_makes_no_other_look_newer(self):
        session = self.agreed("PP")
        self.mark_at(session, "A", self.now - 3 * HOUR)
        self.mark_here(session, 1, "L", at=self.now - 2 * HOUR)
        self.mark_at(session, ".A", self.now)
        self.assertEqual(session.lasttaken, self.now)
        run = self.run_of(self.sync())
        self.assertBoth(session, "LA")
        self.assertEqual((run.conflicts_moodle, run.conflicts_oec), (0, 1))

    def test_the_later_of_two_changes_wins_by_its_own_time(self):
        session = self.agreed("PP")
        self.mark_at(session, "A", self.now - 2 * HOUR)
        self.mark_at(session, ".A", self.now - 4 * HOUR)
        self.mark_here(session, 1, "L", at=self.now - 3 * HOUR)
        self.mark_here(session, 2, "L", at=self.now - 3 * HOUR)
        self.sync()
        self.assertBoth(session, "AL")

    def test_a_mark_of_our_own_account_is_nobodys_later_write(self):
        """Sent by a run that died before it could note it; and somebody has changed it since."""
        session = self.agreed("P")
        self.moodle.mark_all(session, {self.users[0]: "A"}, by=self.sync_user, at=self.now)
        self.mark_here(session, 1, "L", at=self.now - HOUR)
        self.sync()
        self.assertBoth(session, "L")

    def test_moodles_own_task_loses_to_a_person(self):
        session = self.agreed("PP")
        self.moodle.unmark(session, self.users[0])
        self.moodle.automark(session, "A")
        self.assertEqual(self.row(session, 1).takenby, 0)
        self.mark_here(session, 1, "L", at=self.now - 9 * HOUR)
        self.sync()
        self.assertEqual(self.moodle_marks(session)[0], "L")
        self.assertEqual(self.statuses(session)[:2], "LP")


@tagged("post_install", "-at_install")
class TestInWords(CompanionCase):
    """What a person reads of a mark: who made it, and what goes along."""

    def changes(self, result):
        return self.run_of(result).line_ids.sorted("student_id")

    def test_each_mark_has_its_own_teacher(self):
        other = self.moodle.add_user("other", "An", "Other")
        self.moodle.enrol(self.moodle_course, other, role="editingteacher")
        session = self.agreed("PP")
        self.moodle.mark(session, self.users[0], "A", by=other, at=self.now - HOUR)
        self.mark_at(session, ".L", self.now)
        names = self.changes(self.sync()).mapped("moodle_user")
        self.assertEqual(sorted(names), ["An Other", "Tea Cher"])

    def test_a_remark_that_is_sent_is_told_and_stops_no_course(self):
        self.instance.write({"brake_share": 10, "brake_marks": 1})
        session = self.agreed()
        for number in range(1, 5):
            self.remark_here(session, number, f"remark {number}")
        result = self.sync()
        self.assertEqual(result.state, "done")
        self.assertIn("remark 1", self.changes(result)[0].detail)
        self.assertEqual(set(self.changes(result).mapped("kind")), {"push"})


@tagged("post_install", "-at_install")
class TestDoubledRows(CompanionCase):
    direction = "moodle"

    def test_the_later_row_counts(self):
        session = self.add_session("PPPP")
        self.moodle.double(session, self.users[0], "A", at=self.moodle.clock() + 60)
        self.sync()
        self.assertEqual(self.statuses(session), "APPP")
        self.assertFalse(self.open_gaps())

    def test_of_the_same_second_nobody_knows(self):
        session = self.add_session("PPPP")
        self.moodle.double(session, self.users[0], "A", at=self.row(session, 1).timetaken)
        self.sync()
        self.assertEqual(self.statuses(session), "PPP")
        self.assertEqual(self.open_gaps(), ["doubled"])

    def test_a_push_makes_them_one(self):
        self.instance.sync_attendance_from = "both"
        session = self.agreed()
        self.moodle.double(session, self.users[0], "P", at=self.now - HOUR)
        self.mark_here(session, 1, "L")
        self.sync()
        self.assertEqual(self.row(session, 1).takenby, self.sync_user.id)
        self.assertBoth(session, "LPPP")


@tagged("post_install", "-at_install")
class TestRemarks(CompanionCase):
    def test_a_remark_goes_with_a_new_mark(self):
        sheet = self.make_sheet("PA")
        sheet.attendance_line[1].remark = "ill"
        session = self.add_session()
        self.sync()
        self.assertBoth(session, "PA")
        self.assertEqual(self.remarks(session, 2), ("ill", "ill"))
        self.assertEqual(self.line(session, 2).moodle_base_remark, "ill")

    def test_it_is_sent_alone(self):
        session = self.agreed()
        self.remark_here(session, 1, "came by bus")
        run = self.run_of(self.sync())
        self.assertEqual(self.remarks(session, 1), ("came by bus", "came by bus"))
        self.assertEqual(run.marks_pushed, 1)
        self.assertBoth(session, "PPPP")
        # Both are at rest.
        run = self.run_of(self.sync())
        self.assertEqual((run.marks_pushed, run.remarks_updated), (0, 0))

    def test_each_side_changes_one_of_the_two(self):
        session = self.agreed()
        self.mark_at(session, "A", self.now - HOUR)
        self.remark_here(session, 1, "ill")
        self.sync()
        self.assertBoth(session, "APPP")
        self.assertEqual(self.remarks(session, 1), ("ill", "ill"))

    def test_the_later_of_two_wins(self):
        session = self.agreed()
        for number, hours in ((1, 1), (2, 3)):
            self.remark_here(session, number, "here", at=self.now - hours * HOUR)
            self.remark_there(session, number, "there", at=self.now - 2 * HOUR)
        self.sync()
        self.assertEqual(self.remarks(session, 1), ("here", "here"))
        self.assertEqual(self.remarks(session, 2), ("there", "there"))

    def test_one_that_was_taken_away_on_either_side(self):
        session = self.agreed()
        for number in (1, 2):
            self.remark_there(session, number, "late bus")
        self.sync()
        self.assertEqual(self.remarks(session, 2), ("late bus", "late bus"))
        self.remark_here(session, 1, "")
        self.remark_there(session, 2, "")
        self.sync()
        self.assertEqual(self.remarks(session, 1), ("", ""))
        self.assertEqual(self.remarks(session, 2), ("", ""))

    def test_where_openeducat_is_right_nothing_is_said_over_a_remark_of_moodle(self):
        self.instance.sync_attendance_from = "oec"
        session = self.add_session("PP")
        self.remark_there(session, 1, "teacher's own")
        sheet = self.make_sheet("PP")
        sheet.attendance_line[1].remark = "ours"
        self.sync(trigger="button")
        self.assertEqual(self.remarks(session, 1), ("teacher's own", ""))
        self.assertEqual(self.remarks(session, 2), ("ours", "ours"))
        self.remark_there(session, 2, "changed there")
        self.sync()
        self.assertEqual(self.remarks(session, 2), ("ours", "ours"))

    def test_what_looks_like_markup_poisons_nothing(self):
        session = self.agreed()
        self.remark_there(session, 1, "<b>5 min late</b> & <3")
        self.remark_here(session, 2, "a < b and <i>x</i>")
        self.assertFalse(self.open_gaps())
        self.sync()
        self.assertEqual(self.line(session, 1).remark, "5 min late & <3")
        self.assertEqual(self.row(session, 2).remarks, "a < b and x")
        self.sync()
        self.assertEqual(self.row(session, 1).remarks, "<b>5 min late</b> & <3")
        self.assertEqual(self.line(session, 2).remark, "a < b and <i>x</i>")
        self.assertFalse(self.open_gaps())


@tagged("post_install", "-at_install")
class TestExpectations(CompanionCase):
    def save(self, session, number, letter):
        self.moodle.mark(session, self.users[number - 1], letter, by=self.teacher, at=self.now + 5)

    def test_a_teacher_who_saves_meanwhile_is_not_overwritten(self):
        session = self.agreed()
        self.mark_here(session, 1, "L", at=self.now - HOUR)
        self.mark_here(session, 2, "E", at=self.now - HOUR)
        self.while_sending(lambda: self.save(session, 1, "A"))
        self.assertEqual(self.sync().state, "done")
        # In the same run: the later write, with the new facts.
        self.assertBoth(session, "AEPP")

    def test_somebody_here_who_is_later_still_wins(self):
        session = self.agreed()
        self.mark_here(session, 1, "L", at=self.now - HOUR)
        self.while_sending(
            lambda: self.moodle.mark(
                session, self.users[0], "A", by=self.teacher, at=self.now - 2 * HOUR
            )
        )
        self.sync()
        self.assertBoth(session, "LPPP")

    def test_three_rounds_and_then_the_next_run(self):
        session = self.agreed()
        self.mark_here(session, 1, "L", at=self.now)
        saves = iter((("A", 5), ("E", 4), ("A", 3)))

        def again():
            letter, hours = next(saves)
            at = self.now - hours * HOUR
            self.moodle.mark(session, self.users[0], letter, by=self.teacher, at=at)

        self.while_sending(again, again, again)
        functions, result = self.asked()
        self.assertEqual(result.state, "done")
        self.assertEqual(functions.count(SET), 3)
        self.assertNotEqual(self.moodle_marks(session)[0], "L")
        self.sync()
        self.assertBoth(session, "LPPP")

    def test_a_refusal_is_a_gap_in_words(self):
        session = self.agreed()
        self.mark_here(session, 1, "L")
        self.while_sending(lambda: self.moodle.unenrol(self.moodle_course, self.users[0]))
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.open_gaps(), ["refused_push"])
        self.assertIn("not enrolled in the Moodle course", self.gaps().name)

    def test_a_lost_answer_is_found_by_the_next_run(self):
        session = self.agreed()
        self.mark_here(session, 1, "L")
        self.server.faults.append(Fault.cut_after(function=SET))
        # The site answers, so it is this session's trouble alone.
        self.assertEqual(self.sync().state, "done")
        self.sync()
        self.assertBoth(session, "LPPP")

    def test_a_session_whose_answer_was_lost_is_found_by_its_reference(self):
        self.instance.create_moodle_sessions = True
        self.make_sheet("PALE")
        self.server.faults.append(Fault.cut_after(function=ADD))
        # By this run, which reads the course again.
        self.assertEqual(self.sync().state, "done")
        (session,) = self.moodle.sessions_of(self.moodle_course)
        self.assertBoth(session, "PALE")

    def test_a_session_is_made_once(self):
        self.instance.create_moodle_sessions = True
        sheet = self.make_sheet("PALE")
        functions, _result = self.asked()
        self.assertEqual(functions.count(ADD), 1)
        (session,) = self.moodle.sessions_of(self.moodle_course)
        self.assertIn(f"[oec_sheet_{sheet.id}_{self.instance.reference_key}]", session.description)
        self.assertBoth(session, "PALE")


@tagged("post_install", "-at_install")
class TestUnchanged(CompanionCase):
    def setUp(self):
        super().setUp()
        self.session = self.agreed("PALE")
        self.asked()

    def test_three_calls_where_nothing_has_changed(self):
        for _run in range(2):
            functions, result = self.asked()
            self.assertEqual(functions, BEFORE)
            self.assertEqual(result.counters["courses_done"], 1)
            self.assertEqual(result.counters["marks_seen"], 4)

    def test_a_change_there_is_read(self):
        self.mark_at(self.session, "E", self.now)
        functions, _result = self.asked()
        self.assertEqual(functions, [*BEFORE, READ])
        self.assertBoth(self.session, "EALE")

    def test_a_change_here_is_sent_at_once(self):
        self.mark_here(self.session, 1, "E")
        functions, _result = self.asked()
        self.assertEqual(functions, [*BEFORE, READ, SET])
        self.assertBoth(self.session, "EALE")

    def test_a_course_with_a_gap_is_left_out_too_and_its_gap_is_met_again(self):
        self.users[5].idnumber, self.users[5].email = "", "nobody@test.example"
        self.mark_at(self.session, ".....P", self.now)
        # Whom that run has linked, the next one takes into account.
        for _run in range(2):
            functions, result = self.asked()
            self.assertEqual(functions, [*BEFORE, READ])
        (gap,) = self.gaps()
        seen = gap.times_seen
        skipped = self.run_of(result).marks_skipped
        functions, result = self.asked()
        self.assertEqual(functions, BEFORE)
        self.assertEqual(
            (gap.state, gap.times_seen, gap.run_id.id), ("open", seen + 1, result.run_id)
        )
        self.assertEqual(self.run_of(result).marks_skipped, skipped)
        # What closes it is on either side, and is seen at once.
        self.students[5].email = "nobody@test.example"
        self.assertEqual(self.asked()[0], [*BEFORE, READ])
        self.assertEqual(gap.state, "closed")

    def test_a_session_that_moodle_does_not_make_is_tried_again(self):
        self.instance.create_moodle_sessions = True
        self.make_sheet("PALE", day="2026-11-05")
        for _run in range(2):
            self.server.faults.append(Fault.error(1, "nopermissions", function=ADD, times=9))
            functions, _result = self.asked()
            self.assertIn(ADD, functions)
        self.assertEqual(self.open_gaps(), ["sheet_without_session"])

    def test_a_course_that_begins_later_is_planned_anew(self):
        """Moodle says so in the list of courses, and in no digest."""
        digest = self.asked()[0]
        self.assertEqual(digest, BEFORE)
        self.moodle_course.startdate = self.now - HOUR
        functions, result = self.asked()
        self.assertEqual(functions, [*BEFORE, READ])
        self.assertEqual(self.run_of(result).sessions_early, 1)

    def test_a_person_has_all_of_it_read(self):
        functions, _result = self.asked("button")
        self.assertEqual(functions, [*BEFORE, READ])
        self.assertEqual(self.asked()[0], BEFORE)

    def test_a_session_that_ends_is_looked_at_again(self):
        self.moodle.add_session(self.lectures, sessdate=self.now - 50 * 60, duration=3600)
        self.asked()
        self.assertEqual(self.asked()[0], BEFORE)
        for mapping in self.env["moodle.mapping"].search([("idle", "!=", False)]):
            self.assertLessEqual(mapping.idle["until"], self.now + 10 * 60 + 5)
            mapping.idle = {**mapping.idle, "until": self.now - 1}
        self.assertEqual(self.asked()[0], [*BEFORE, READ])

    def test_without_digests_the_courses_are_read(self):
        self.server.site.refuse(self.moodle_course, "requireloginerror")
        self.assertEqual(self.asked()[1].state, "failed")
        self.server.site.refuse(self.moodle_course, None)
        self.assertEqual(self.asked()[1].state, "done")


@tagged("post_install", "-at_install")
class TestFindPastSessions(CompanionCase):
    functions = "companion-whole"

    def test_numbers_are_tried_by_the_function_that_takes_one(self):
        """The plug-in has none for a single session."""
        session = self.add_session("PALE")
        with self.own_cursors():
            self.assertEqual(self.instance.backfill_attendance(session.id, session.id + 2), 1)
        kept = self.env["moodle.mapping"]._of_course(self.instance, self.moodle_course.id)
        self.assertIn(str(session.id), str(kept.known_sessions))


@tagged("post_install", "-at_install")
class TestPages(CompanionCase):
    direction = "moodle"

    def test_a_course_of_several_pages(self):
        many = SESSIONS * 2 + 30
        for number in range(many):
            self.add_session("PALE" if number % 40 == 0 else "", starts=START + number * HOUR)
        functions, result = self.asked()
        self.assertEqual(functions, [*BEFORE, *[READ] * 3])
        self.assertEqual(result.counters["sessions_seen"], many // 40 + 1)

    def test_a_session_deleted_between_two_pages_hides_no_other(self):
        sessions = [self.add_session("P", starts=START + n * HOUR) for n in range(SESSIONS + 20)]
        self.asked()
        before = len(self.sheets)
        self.assertEqual(before, len(sessions))
        left = [sessions[3]]

        def edit(call, state):
            # The first page is read, the second is not.
            if call.function == READ and dict(call.params)["limitfrom"] != "0" and left:
                state.delete_session(left.pop())

        self.server.on_call(edit)
        self.mark(sessions[5], "A")
        functions, _result = self.asked()
        self.assertFalse(left)
        self.assertGreater(functions.count(READ), 2)
        cancelled = self.sheets.filtered(lambda sheet: sheet.state == "cancel")
        self.assertEqual(cancelled.mapped("moodle_session_id"), [sessions[3].id])
