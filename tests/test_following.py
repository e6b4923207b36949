"""What is restored in Moodle comes back under other numbers: on Odoo and a scripted Moodle that
restores as a real one does, with Moodle's own functions and with our plug-in, in each direction.
However it comes back, no lesson has two sheets, and the next run writes nothing."""

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .builders import HOUR, START
from .common import NOW, MoodleCase

WEEK = 7 * 24 * HOUR
MARKS = ("PALE", "AAPP", "PPPL")


class FollowingCase(MoodleCase):
    def setUp(self):
        super().setUp()
        self.moodle.clock.set(NOW + 2 * WEEK)
        self.old = [
            self.add_session(marks, starts=START + week * WEEK) for week, marks in enumerate(MARKS)
        ]

    def begin(self, direction="moodle"):
        """Both sides agree on all of it."""
        self.instance.sync_attendance_from = "moodle"
        self.sync()
        self.instance.sync_attendance_from = direction
        self.sync()
        self.before = self.counts
        self.assertEqual(self.before, (3, 12))

    @property
    def counts(self):
        return len(self.sheets), len(self.sheets.attendance_line)

    @property
    def living(self):
        return self.sheets.filtered(lambda sheet: sheet.state != "cancel")

    def sessions(self, activity=None):
        """What Moodle has now, by time."""
        found = [
            session
            for session in self.moodle.sessions.values()
            if activity is None or session.attendance_id == activity.id
        ]
        return sorted(found, key=lambda session: (session.sessdate, session.id))

    def assertFollowed(self, sessions=None, marks=MARKS):
        """As many sheets and lines as before, each of the session of its time."""
        self.assertEqual(self.counts, self.before)
        sessions = sessions or self.sessions()
        self.assertEqual([self.statuses(session) for session in sessions], list(marks))
        self.assertEqual(self.living.mapped("moodle_session_id"), [one.id for one in sessions])
        self.assertEqual(
            set(self.sheets.attendance_line.mapped(lambda x: x.moodle_base)), set("PALE")
        )

    def assertNothingLeft(self):
        """A run that has nothing to do writes nothing and asks nothing more."""
        before, writes, gaps = self.database(), self.server.write_count, self.gaps(state="open")
        run = self.run_of(self.sync())
        self.assertEqual(self.database(), before)
        self.assertEqual(self.server.write_count, writes)
        self.assertEqual((run.gaps_opened, run.gaps_closed), (0, 0))
        self.assertEqual(self.gaps(state="open"), gaps)

    def database(self):
        self.env.flush_all()
        rows = []
        for table in ("op_attendance_register", "op_attendance_sheet", "op_attendance_line"):
            self.env.cr.execute(f"SELECT xmin, * FROM {table} ORDER BY id")
            rows += self.env.cr.fetchall()
        return rows

    @property
    def question(self):
        return self.gaps(kind="numbers_changed", state="open")


@tagged("post_install", "-at_install")
class TestFollowing(FollowingCase):
    def of_the_bin(self, direction, users=True):
        self.begin(direction)
        self.lectures = self.moodle.bin_and_restore(
            self.lectures, users, order=lambda sessions: sessions[::-1]
        )
        return self.run_of(self.sync())

    # --- an activity ----------------------------------------------------------------

    def test_of_the_recycle_bin_from_moodle(self):
        self.followed_from_the_bin("moodle")

    def test_of_the_recycle_bin_from_openeducat(self):
        self.followed_from_the_bin("oec")

    def test_of_the_recycle_bin_from_both(self):
        self.followed_from_the_bin("both")

    def followed_from_the_bin(self, direction):
        run = self.of_the_bin(direction)
        self.assertFollowed()
        self.assertFalse(self.gaps(state="open"))
        self.assertEqual((run.sheets_followed, run.sheets_created), (3, 0))
        self.assertEqual((run.marks_pushed, run.lines_created, run.lines_updated), (0, 0, 0))
        self.assertNothingLeft()
        # And as often as it happens.
        self.lectures = self.moodle.bin_and_restore(self.lectures)
        self.sync()
        self.assertFollowed()
        self.assertNothingLeft()

    def test_moodle_is_set_back_after_an_activity_was_followed(self):
        """By a backup of the whole site: the numbers of before are there again, and are new."""
        self.begin("both")
        before = self.moodle.snapshot()
        self.lectures = self.moodle.bin_and_restore(self.lectures)
        self.sync()
        self.set_back(before)

    def test_moodle_is_set_back_after_a_course_was_followed(self):
        self.begin("both")
        before = self.moodle.snapshot()
        item = self.moodle.delete_course(self.moodle_course)
        self.moodle.restore_course(item)
        self.sync()
        self.set_back(before)

    def test_moodle_is_set_back_after_a_session_was_made_again(self):
        self.begin("moodle")
        before = self.moodle.snapshot()
        again = self.moodle.make_session_again(self.sessions()[1])
        self.mark(again, MARKS[1])
        self.sync()
        self.set_back(before)

    def set_back(self, before):
        self.assertEqual(self.counts, self.before)
        self.moodle.restore(before)
        run = self.run_of(self.sync())
        self.assertFollowed()
        self.assertEqual(run.sheets_created, 0)
        self.assertFalse(self.gaps(state="open"))
        self.assertNothingLeft()

    def test_what_was_before_the_window_is_looked_at_when_it_is_first_met(self):
        """An activity that comes back without marks, and a session made again: a late correction
        makes no second sheet."""
        self.begin("both")
        self.instance.sync_window_days = 5
        self.lectures = self.moodle.bin_and_restore(self.lectures, users=False)
        self.sync()
        self.moodle.make_session_again(self.sessions()[0])
        self.sync()
        self.moodle.mark(self.sessions()[0], self.users[0], "E", by=self.teacher)
        self.sync()
        self.assertEqual(self.counts, self.before)
        self.assertEqual(
            set(self.living.mapped("moodle_session_id")), {one.id for one in self.sessions()}
        )

    def test_scheduled_runs_while_it_is_deleted_by_cron(self):
        """Hidden at once and deleted later; to what is asked without being listed again, Moodle
        answers with errors meanwhile."""
        self.begin("both")
        for _run in range(3):
            self.sync(trigger="cron")
        self.moodle.delete_by_cron(self.lectures)
        self.mark_here(self.old[0], 1, "L")
        self.sync(trigger="cron")
        self.sync(trigger="cron")
        self.assertFalse({s.state for s in self.sheets} - {"done"})
        item = self.moodle.cron()["Lectures"]
        self.sync(trigger="cron")
        self.assertFalse({s.state for s in self.sheets} - {"done"})
        self.lectures = self.moodle.restore_activity(item)
        # The schedule lists activities again within hours only.
        self.sync()
        self.sync()
        self.assertFollowed(marks=("L" + MARKS[0][1:], *MARKS[1:]))
        self.assertFalse(self.gaps(state="open"))
        self.assertEqual(self.moodle.marks(self.sessions()[0])[self.users[0].id], "L")
        self.assertNothingLeft()

    def test_a_run_while_it_lies_in_the_bin(self):
        """Its sheets wait, and follow when it is back."""
        self.begin("both")
        other = self.moodle.add_attendance(self.moodle_course, "Seminar")
        self.add_session("PPPP", starts=START + 5 * HOUR, activity=other)
        item = self.moodle.delete_activity(self.lectures)
        self.sync()
        self.assertEqual(self.gaps(state="open").mapped("why"), ["activity_gone"])
        self.before = self.counts
        self.lectures = self.moodle.restore_activity(item)
        self.sync()
        self.assertEqual(self.counts, self.before)
        self.assertFalse(self.gaps(state="open"))
        self.assertEqual(
            [self.statuses(session) for session in self.sessions(self.lectures)], list(MARKS)
        )
        self.assertNothingLeft()

    def test_after_apply_had_cancelled_its_sheets(self):
        self.begin("both")
        other = self.moodle.add_attendance(self.moodle_course, "Seminar")
        self.add_session("PPPP", starts=START + 5 * HOUR, activity=other)
        item = self.moodle.delete_activity(self.lectures)
        self.sync()
        self.gaps(why="activity_gone").action_apply_anyway()
        self.sync()
        self.assertEqual(len(self.sheets.filtered(lambda sheet: sheet.state == "cancel")), 3)
        self.before = self.counts
        self.lectures = self.moodle.restore_activity(item)
        run = self.run_of(self.sync())
        self.assertEqual(self.counts, self.before)
        self.assertEqual((run.sheets_followed, run.sheets_restored), (3, 3))
        self.assertEqual(len(self.living), 4)
        self.assertNothingLeft()

    def test_what_a_person_has_cancelled_stays_so(self):
        self.begin("both")
        self.sheets[0].state = "cancel"
        self.lectures = self.moodle.bin_and_restore(self.lectures)
        self.sync()
        self.assertEqual(self.counts, self.before)
        self.assertEqual(self.sheets.mapped("state"), ["cancel", "done", "done"])
        self.assertNothingLeft()

    def test_without_marks(self):
        """OpenEduCat fills Moodle again; from both sides they are told to be gone."""
        run = self.of_the_bin("oec", users=False)
        self.assertFollowed()
        self.assertEqual([self.moodle_marks(s)[:4] for s in self.sessions()], list(MARKS))
        self.assertEqual(run.marks_pushed, 12)
        self.assertNothingLeft()

    def test_without_marks_from_moodle(self):
        self.of_the_bin("moodle", users=False)
        self.assertFollowed()
        self.assertFalse(self.gaps(state="open"))
        self.assertNothingLeft()

    def test_a_groups_sessions_without_marks(self):
        """Whose they are matters before anybody has taken them."""
        for direction in ("moodle", "oec", "both"):
            with self.subTest(direction=direction):
                for session in self.sessions():
                    session.group_id = self.groups[0].id
                self.of_the_bin(direction, users=False)
                self.assertEqual(self.counts, self.before)
                linked = {sheet.moodle_session_id for sheet in self.living}
                self.assertEqual(linked, {session.id for session in self.sessions()})
                self.assertFalse(self.question)
                self.assertNothingLeft()
                for session, marks in zip(self.sessions(), MARKS, strict=True):
                    self.mark(session, marks)

    def test_a_course_of_groups_restored_without_marks(self):
        """Its groups have other numbers, and nothing in it names them but its sessions."""
        for session in self.sessions():
            session.group_id = self.groups[0].id
        self.begin("moodle")
        item = self.moodle.delete_course(self.moodle_course, users=False)
        self.moodle_course = self.moodle.restore_course(item)
        self.sync()
        self.assertEqual(self.counts, self.before)
        linked = {sheet.moodle_session_id for sheet in self.living}
        self.assertEqual(linked, {session.id for session in self.sessions()})
        self.assertFalse(self.question)
        self.assertNothingLeft()

    def test_without_marks_from_both(self):
        self.of_the_bin("both", users=False)
        self.assertFollowed()
        self.assertEqual(self.gaps(state="open").mapped("why"), ["mark_vanished"] * 3)
        self.assertEqual([self.moodle_marks(s) for s in self.sessions()], ["......"] * 3)
        self.assertNothingLeft()

    def test_some_sessions_only(self):
        self.begin()
        item = self.moodle.delete_activity(self.lectures)
        self.lectures = self.moodle.restore_activity(item)
        gone = self.sessions()[1]
        self.moodle.delete_session(gone)
        self.sync()
        self.assertEqual(self.counts, self.before)
        found = self.sessions()
        self.assertEqual([self.statuses(session) for session in found], [MARKS[0], MARKS[2]])
        self.assertEqual(self.gaps(state="open").mapped("why"), ["activity_gone"])
        self.assertNothingLeft()

    def test_marks_that_were_changed_on_either_side(self):
        """By the usual rules, with what both sides had agreed on as it was."""
        self.begin("both")
        self.mark_here(self.old[0], 1, "L", at=self.moodle.clock() - HOUR)
        self.lectures = self.moodle.bin_and_restore(self.lectures)
        first, second, _third = self.sessions()
        self.moodle.clock.advance(HOUR)
        self.moodle.mark(second, self.users[0], "E", by=self.teacher)
        self.sync()
        self.assertFollowed(marks=("LALE", "EAPP", "PPPL"))
        self.assertEqual(self.moodle_marks(first), "LALE..")
        self.assertNothingLeft()

    def test_what_belongs_to_the_activity(self):
        """What its letters mean, and what was noted of single marks."""
        meaning = self.env["moodle.status.meaning"].create(
            {
                "instance_id": self.instance.id,
                "acronym": "L",
                "activity_id": self.lectures.id,
                "meaning": "E",
            }
        )
        self.sync()
        self.instance.sync_attendance_from = "both"
        self.sync()
        self.before = self.counts
        dropped = self.line(self.old[0], 4)
        dropped.unlink()
        self.before = self.counts
        self.sync()
        self.assertEqual(self.gaps(state="open").mapped("why"), ["line_dropped"])
        number = self.lectures.id
        self.lectures = self.moodle.bin_and_restore(self.lectures)
        run = self.run_of(self.sync())
        self.assertEqual(self.counts, self.before)
        self.assertEqual(self.statuses(self.sessions()[0]), "PAE")
        self.assertEqual(meaning.activity_id, self.lectures.id)
        self.assertNotEqual(meaning.activity_id, number)
        self.assertEqual(self.gaps(state="open").mapped("why"), ["line_dropped"])
        self.assertEqual((run.lines_updated, run.lines_created), (0, 0))
        self.assertFalse(self.instance.meaning_changed, "nobody has chosen anything")
        self.assertNothingLeft()

    def test_a_session_made_again_by_hand(self):
        """Its teacher takes it again; a run may have cancelled its sheet before."""
        for cancelled in (False, True):
            with self.subTest(cancelled=cancelled):
                self.begin()
                again = self.moodle.make_session_again(self.sessions()[1])
                if cancelled:
                    del self.moodle.sessions[again.id]
                    self.sync()
                    self.assertEqual(self.sheets.mapped("state"), ["done", "cancel", "done"])
                    self.moodle.sessions[again.id] = again
                self.mark(again, MARKS[1])
                self.sync()
                self.assertFollowed()
                self.assertNothingLeft()

    def test_older_than_days_back(self):
        """A restore makes nothing look newer; what is marked in it afterwards is wanted, and of
        the sheet that it always had."""
        self.begin()
        self.instance.sync_window_days = 7
        self.lectures = self.moodle.bin_and_restore(self.lectures)
        first = self.sessions()[0]
        # Now: that is inside of it.
        self.moodle.clock.set(None)
        self.moodle.mark(first, self.users[0], "L", by=self.teacher)
        self.sync()
        self.assertEqual(self.counts, self.before)
        self.assertEqual(self.statuses(first), "LALE")

    def test_a_group_made_again(self):
        """Its sessions name one that is not there; restored, they are of the new one."""
        session = self.add_session("PA", group=self.groups[0], starts=START + 3 * HOUR)
        self.sync()
        before = self.counts
        self.assertEqual(before, (4, 14))
        self.groups[0] = self.moodle.make_group_again(self.groups[0])
        self.sync()
        self.assertEqual(self.counts, before)
        session.group_id = self.groups[0].id
        self.lectures = self.moodle.bin_and_restore(self.lectures)
        self.sync()
        self.assertEqual(self.counts, before)
        self.assertFalse(self.question)

    # --- a course -------------------------------------------------------------------

    def test_a_course_of_the_recycle_bin_from_moodle(self):
        self.course_followed("moodle")

    def test_a_course_of_the_recycle_bin_from_openeducat(self):
        self.course_followed("oec")

    def test_a_course_of_the_recycle_bin_from_both(self):
        self.course_followed("both")

    def course_followed(self, direction):
        self.begin(direction)
        old = self.mapping
        old.write({"paused_until": False, "own_days": True, "course_days": 0})
        old.write({"user_id": self.env.ref("base.user_admin").id})
        item = self.moodle.delete_course(self.moodle_course)
        self.sync()
        self.moodle_course = self.moodle.restore_course(item)
        run = self.run_of(self.sync())
        self.assertFollowed()
        self.assertEqual(run.sheets_followed, 3)
        self.assertFalse(self.gaps(state="open"))
        self.assertNotEqual(self.mapping, old)
        self.assertEqual(self.mapping.user_id, old.user_id)
        self.assertTrue(self.mapping.own_days)
        self.assertNothingLeft()

    @property
    def mapping(self):
        return self.env["moodle.mapping"]._of_course(self.instance, self.moodle_course.id)

    def test_a_course_that_somebody_has_mapped(self):
        """By the ID number that the school gives it, of which Moodle has each once."""
        self.moodle_course.idnumber, self.moodle_course.shortname = "MATH-1", "M1"
        self.env["moodle.mapping"].create(
            {
                "instance_id": self.instance.id,
                "model": "op.subject",
                "moodle_id": self.moodle_course.id,
                "oec_record_id": self.algebra.id,
                "op_course_id": self.course.id,
            }
        )
        self.begin("both")
        old = self.mapping
        item = self.moodle.delete_course(self.moodle_course)
        self.moodle_course = self.moodle.restore_course(item)
        self.sync()
        self.assertFollowed()
        self.assertNotEqual(self.mapping, old)
        self.assertEqual(self.mapping.found_by, "manual")
        self.assertNothingLeft()
        # Another one, of another number.
        self.moodle.delete_course(self.moodle_course)
        self.moodle_course = self.moodle.restore_course(item)
        self.moodle_course.idnumber = "MATH-2"
        self.sync()
        self.assertFalse(self.mapping)

    def test_a_course_mapped_by_hand_in_place_of_one_that_is_gone(self):
        """It is synchronised as that was, whoever has found it."""
        self.begin("moodle")
        self.mapping.course_direction = "oec"
        self.sync()
        item = self.moodle.delete_course(self.moodle_course)
        self.moodle_course = self.moodle.restore_course(item)
        self.moodle_course.idnumber = ""
        self.mark_here(self.old[0], 1, "L")
        self.sync()
        self.env["moodle.mapping"].create(
            {
                "instance_id": self.instance.id,
                "model": "op.subject",
                "moodle_id": self.moodle_course.id,
                "oec_record_id": self.algebra.id,
                "op_course_id": self.course.id,
            }
        )
        self.sync()
        self.assertEqual(self.mapping.course_direction, "oec")
        self.assertFalse(self.mapping.waits_since)
        self.assertFollowed(marks=("LALE", *MARKS[1:]))
        self.assertEqual(self.moodle_marks(self.sessions()[0]), "LALE..")
        self.assertNothingLeft()

    def test_a_course_with_a_direction_of_its_own(self):
        """Nothing is overwritten because its number is another one."""
        self.begin("moodle")
        self.mapping.course_direction = "oec"
        self.sync()
        item = self.moodle.delete_course(self.moodle_course)
        self.moodle_course = self.moodle.restore_course(item)
        self.mark_here(self.old[0], 1, "L")
        self.sync()
        self.assertEqual(self.mapping.course_direction, "oec")
        self.assertFollowed(marks=("LALE", *MARKS[1:]))
        self.assertEqual(self.moodle_marks(self.sessions()[0]), "LALE..")
        self.assertNothingLeft()

    def test_a_course_restored_beside_the_old_one(self):
        """Nothing follows, and no second sheet is made; with the old one gone, they follow."""
        self.begin("both")
        backup = self.moodle.back_up_course(self.moodle_course)
        new = self.moodle.restore_course(backup, fullname="Algebra I copy", shortname="ALG1-2")
        new.idnumber, self.moodle_course.idnumber = self.moodle_course.idnumber, ""
        self.sync()
        self.assertEqual(self.counts, self.before)
        self.assertEqual(self.question.mapped("why"), ["lessons_beside"])
        self.assertNothingLeft()
        self.moodle.delete_course(self.moodle_course)
        self.moodle_course = new
        self.sync()
        self.assertFollowed()
        self.assertFalse(self.question)
        self.assertNothingLeft()

    def test_a_restore_that_moves_all_dates(self):
        self.begin("both")
        self.moodle_course.startdate = START - WEEK
        item = self.moodle.delete_course(self.moodle_course)
        self.moodle_course = self.moodle.restore_course(
            item, startdate=START - 6 * WEEK - 24 * HOUR
        )
        self.sync()
        self.assertFollowed()
        dates = [str(sheet.attendance_date) for sheet in self.sheets]
        self.assertEqual(dates, ["2026-09-28", "2026-10-05", "2026-10-12"])
        self.assertNothingLeft()

    # --- beside what lives, and in doubt ----------------------------------------------

    def test_duplicated(self):
        """Moodle's *Duplicate* takes no marks along. Whatever is marked in the copy waits, until
        somebody says that these are other lessons."""
        self.begin("both")
        copy = self.moodle.duplicate_activity(self.lectures)
        self.sync()
        self.assertEqual(self.counts, self.before)
        gap = self.question
        self.assertEqual((gap.why, gap.can_follow, gap.can_other), ("lessons_beside", False, True))
        self.assertNothingLeft()
        first = self.sessions(copy)[0]
        self.mark(first, MARKS[0])
        self.sync()
        self.assertEqual(self.counts, self.before)
        gap.action_other_lessons()
        self.sync()
        self.assertEqual(self.counts, (4, 16))
        self.assertEqual(gap.state, "closed")
        self.assertNothingLeft()

    def test_restored_twice_side_by_side(self):
        self.begin("both")
        item = self.moodle.delete_activity(self.lectures)
        first, second = self.moodle.restore_activity(item), self.moodle.restore_activity(item)
        self.sync()
        self.assertEqual(self.counts, self.before)
        self.assertEqual(self.question.mapped("why"), ["lessons_unsure"] * 2)
        self.assertNothingLeft()
        self.question[0].action_follow()
        self.sync()
        self.assertEqual(self.counts, self.before)
        self.assertEqual(self.question.mapped("why"), ["lessons_beside"])
        self.assertEqual(
            self.living.mapped("moodle_session_id"), [s.id for s in self.sessions(first)]
        )
        self.moodle.delete_activity(second)
        self.sync()
        self.assertFollowed(self.sessions(first))
        self.assertFalse(self.question)

    def in_doubt(self, direction="both"):
        """Marks that nobody has changed since, and that differ."""
        self.begin(direction)
        item = self.moodle.delete_activity(self.lectures)
        rows = item.sessions[0].log
        for row, status in zip(rows, [row.status_id for row in rows[1:] + rows[:1]], strict=True):
            row.status_id = status
        self.lectures = self.moodle.restore_activity(item)
        self.sync()
        return self.sessions()[0]

    def test_what_is_in_doubt_waits_and_the_rest_goes_on(self):
        self.waits("moodle")

    def test_what_is_in_doubt_waits_from_openeducat(self):
        self.waits("oec")

    def test_what_is_in_doubt_waits_from_both(self):
        self.waits("both")

    def waits(self, direction):
        first = self.in_doubt(direction)
        self.assertEqual(self.counts, self.before)
        self.assertEqual(self.question.why, "lessons_unsure")
        self.assertEqual(self.letters(self.sheets[0]), MARKS[0])
        self.assertEqual(self.moodle_marks(first), "ALEP..")
        rest = self.sessions()[1:]
        self.assertEqual([self.statuses(session) for session in rest], list(MARKS[1:]))
        self.assertFalse(self.gaps(state="open", why="activity_gone"))
        self.assertNothingLeft()

    def test_follow(self):
        first = self.in_doubt("both")
        gap = self.question
        self.assertTrue(gap.can_follow and gap.can_other)
        gap.action_follow()
        self.assertEqual(gap.state, "mended")
        self.sync()
        self.assertEqual(self.counts, self.before)
        self.assertEqual(gap.state, "closed")
        self.assertEqual(self.statuses(first), "ALEP")
        self.assertNothingLeft()

    def test_other_lessons(self):
        first = self.in_doubt("moodle")
        self.question.action_other_lessons()
        self.sync()
        self.assertEqual(self.counts, (4, 16))
        self.assertEqual(self.statuses(first), "ALEP")
        self.assertEqual(self.gaps(state="open").mapped("why"), ["activity_gone"])
        self.assertNothingLeft()
        with self.assertRaises(UserError):
            self.gaps(why="lessons_unsure").action_follow()

    def test_only_those_who_may_synchronise_answer(self):
        self.in_doubt()
        user = self.env["res.users"].create(
            {
                "name": "Somebody",
                "login": "somebody.else",
                self.groups_field: [(6, 0, [self.env.ref("base.group_user").id])],
            }
        )
        with self.assertRaises(AccessError):
            self.question.with_user(user).action_follow()

    # --- a number given out again -----------------------------------------------------

    def test_a_number_given_out_again(self):
        """Another activity has the number of the deleted one, and its session that of the old."""
        self.begin("both")
        self.moodle.delete_activity(self.lectures)
        self.moodle.restart()
        other = self.moodle.add_attendance(self.moodle_course, "Seminar")
        new = self.add_session("AAAA", starts=START + 17 * 24 * HOUR, activity=other)
        self.assertEqual((other.id, new.id), (self.lectures.id, self.old[0].id))
        self.sync()
        self.assertEqual(self.counts, self.before)
        self.assertEqual([self.letters(sheet) for sheet in self.sheets], list(MARKS))
        self.assertEqual(self.moodle_marks(new), "AAAA..")
        self.assertEqual(self.question.why, "number_again")
        self.assertNothingLeft()
        self.question.action_other_lessons()
        self.sync()
        self.assertEqual(self.counts, (4, 16))
        self.assertEqual([self.letters(sheet) for sheet in self.sheets[:3]], list(MARKS))
        self.assertFalse(self.question)
        self.assertNothingLeft()

    def test_a_number_given_out_again_to_another_group_from_openeducat(self):
        self.given_to_another_group("oec")

    def test_a_number_given_out_again_to_another_group_from_both(self):
        self.given_to_another_group("both")

    def given_to_another_group(self, direction):
        """The sheet of the group follows to it; that of the number stays, and is told."""
        self.begin(direction)
        later = START + 10 * 24 * HOUR
        first = self.add_session("....PA", starts=later, group=self.groups[1])
        second = self.add_session("PALE", starts=later, group=self.groups[0])
        if direction == "oec":
            self.make_sheet("PALE", day="2026-11-13")
            self.make_sheet("PA", self.batches[1], day="2026-11-13")
        self.sync()
        before, sheets = self.counts, self.sheets[3:]
        self.assertEqual(before, (5, 18))
        self.assertEqual(set(sheets.mapped("moodle_session_id")), {first.id, second.id})
        self.moodle.delete_session(first)
        self.moodle.delete_session(second)
        self.moodle.restart()
        again = self.add_session(starts=later, group=self.groups[0])
        self.assertEqual(again.id, first.id)
        self.make_sheet("EEEE", day="2026-11-13")
        self.sync()
        self.assertEqual(self.sheets[3:5].mapped("moodle_session_id"), [first.id] * 2)
        self.assertFalse(self.sheets[5:].moodle_session_id)
        self.assertEqual(sorted(map(self.letters, self.sheets[3:5])), ["PA", "PALE"])
        self.assertEqual(self.moodle_marks(again), "PALE.." if direction == "oec" else "......")
        self.assertEqual(len(self.gaps(state="open", why="session_gone")), 1)
        self.assertNothingLeft()

    # --- what is shown, and what PostgreSQL holds ----------------------------------------

    def test_the_preview_shows_what_follows(self):
        self.begin()
        old = [sheet.moodle_session_id for sheet in self.sheets]
        self.lectures = self.moodle.bin_and_restore(self.lectures)
        with self.own_cursors():
            action = self.instance.action_preview()
        report = self.env["moodle.sync.report"].browse(action["res_id"])
        lines = report.line_ids.filtered(lambda line: line.kind == "follow_sheet")
        self.assertEqual(report.sheets_followed, 3)
        self.assertEqual(
            lines.sorted("id").mapped("detail"),
            [
                f"{self.moodle_course.id}/1/{before} → "
                f"{self.moodle_course.id}/{self.lectures.id}/{session.id}"
                for before, session in zip(old, self.sessions(), strict=True)
            ],
        )
        with self.own_cursors():
            report.action_apply()
        self.assertFollowed()

    def test_a_session_has_one_sheet_in_a_register(self):
        self.begin()
        sheet = self.sheets[0]
        other = sheet.copy()
        self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError):
            self.env.cr.execute(
                "UPDATE op_attendance_sheet SET moodle_instance_id = %s, moodle_session_id = %s, "
                "register_id = %s WHERE id = %s",
                (self.instance.id, sheet.moodle_session_id, sheet.register_id.id, other.id),
            )


@tagged("post_install", "-at_install")
class TestFollowingThere(TestFollowing):
    """The same with our plug-in."""

    profile = "companion"
