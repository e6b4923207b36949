"""A course with attendance that Moodle does not list any more: told by the run that sees it, with
Moodle's own functions and with our plug-in, in each direction."""

from unittest.mock import patch

from odoo.tests import tagged

from ..services.domain.records import OddRecord
from ..services.moodle.moodle_reader import MoodleReader
from ..services.openeducat.local_store import LocalStore
from .builders import START
from .test_following import WEEK, FollowingCase
from .test_portion import PortionCase


class UnlistedCase(FollowingCase):
    def agree(self, direction):
        self.begin(direction)
        self.dead = self.env["moodle.mapping"]._of_course(self.instance, self.moodle_course.id)

    @property
    def gone(self):
        return self.gaps(why="course_gone", state="open")

    def assertTold(self):
        self.assertEqual(self.open_gaps(), ["sheet_without_session"])
        self.assertEqual(self.gone.course_name, "Algebra I")
        self.assertEqual(self.gone.moodle_id, self.dead.moodle_id)
        self.assertIn("recycle bin", self.gone.words)
        self.assertIn("moodle/course:viewhiddencourses", self.gone.words)
        self.assertFalse(self.gone.maps)
        self.assertFalse(self.gone.moodle_url, "there is no such page")


@tagged("post_install", "-at_install")
class TestUnlisted(UnlistedCase):
    def test_deleted_with_what_is_read_from_moodle(self):
        self.deleted("moodle", "shell")

    def test_deleted_with_what_is_sent_to_moodle(self):
        self.deleted("oec", "button")

    def test_deleted_both_ways(self):
        self.deleted("both", "cron")

    def deleted(self, direction, trigger):
        self.agree(direction)
        before = self.database()
        item = self.moodle.delete_course(self.moodle_course)
        run = self.run_of(self.sync(trigger=trigger))
        self.assertEqual((run.state, run.gaps_opened), ("done", 1))
        self.assertTold()
        self.assertEqual(self.database(), before)
        self.assertNothingLeft()
        # It follows into the one that comes back, and the same run closes the gap.
        self.moodle_course = self.moodle.restore_course(item)
        run = self.run_of(self.sync(trigger=trigger))
        self.assertFollowed()
        self.assertEqual((run.sheets_followed, run.gaps_opened, run.gaps_closed), (3, 0, 1))
        self.assertFalse(self.open_gaps())
        self.assertNothingLeft()

    def test_mapped_by_hand(self):
        """Without an ID number it passes to nobody, whatever comes back."""
        self.moodle_course.idnumber, self.moodle_course.shortname = "", "M1"
        self.env["moodle.mapping"].create(
            {
                "instance_id": self.instance.id,
                "model": "op.subject",
                "moodle_id": self.moodle_course.id,
                "oec_record_id": self.algebra.id,
                "op_course_id": self.course.id,
            }
        )
        self.agree("both")
        item = self.moodle.delete_course(self.moodle_course)
        self.moodle_course = self.moodle.restore_course(item)
        self.sync(trigger="cron")
        self.assertTold()
        self.env["moodle.mapping"].create(
            {
                "instance_id": self.instance.id,
                "model": "op.subject",
                "moodle_id": self.moodle_course.id,
                "oec_record_id": self.algebra.id,
                "op_course_id": self.course.id,
            }
        )
        self.sync(trigger="cron")
        self.assertFollowed()
        self.assertFalse(self.open_gaps())
        self.assertNothingLeft()

    def test_hidden_for_a_while(self):
        self.agree("both")
        number = self.moodle_course.id
        course = self.moodle.courses.pop(number)
        self.sync()
        self.assertTold()
        self.gone.action_ignore()
        self.sync()
        self.assertEqual(self.gaps(why="course_gone").state, "ignored")
        self.moodle.courses[number] = course
        self.sync()
        self.assertEqual(self.gaps(why="course_gone").state, "closed")
        self.assertNothingLeft()

    def test_what_does_not_follow_is_told_by_the_run_that_reads_the_new_one(self):
        self.agree("both")
        item = self.moodle.delete_course(self.moodle_course)
        self.moodle_course = self.moodle.restore_course(item)
        lost = self.sessions()[0]
        del self.moodle.sessions[lost.id]
        run = self.run_of(self.sync(trigger="cron"))
        self.assertEqual((run.sheets_followed, run.gaps_opened), (2, 1))
        self.assertTold()
        self.assertNothingLeft()

    def test_a_new_one_that_waits_takes_nothing(self):
        """And it is said in the same run all the same."""
        self.agree("both")
        item = self.moodle.delete_course(self.moodle_course)
        self.moodle_course = self.moodle.restore_course(item)
        new = self.env["moodle.mapping"].create(
            {
                "instance_id": self.instance.id,
                "model": "op.subject",
                "moodle_id": self.moodle_course.id,
                "oec_record_id": self.algebra.id,
                "op_course_id": self.course.id,
                "paused_until": "2026-12-31",
            }
        )
        self.sync()
        self.assertTold()
        new.paused_until = False
        self.sync()
        self.assertFollowed()
        self.assertFalse(self.open_gaps())

    def test_nobody_misses_it(self):
        """Switched off, ended, or without a sheet."""
        self.agree("both")
        self.moodle.delete_course(self.moodle_course)
        self.dead.course_switch = "off"
        self.sync()
        self.assertFalse(self.open_gaps())
        self.dead.course_switch = False
        self.dead._ended()
        self.sync()
        self.assertFalse(self.open_gaps())
        self.dead.ended_at = False
        self.sync()
        self.assertTold()
        self.dead.course_switch = "off"
        self.sync()
        self.assertFalse(self.open_gaps())
        self.dead.course_switch = False
        self.sheets.attendance_line.unlink()
        self.sheets.unlink()
        self.sync()
        self.assertFalse(self.open_gaps())

    def test_a_list_that_is_not_whole(self):
        """Says nothing of courses that are missing: no gap is opened, and none is closed."""
        self.agree("both")
        del self.moodle.courses[self.moodle_course.id]
        self.sync_with_odd_course()
        self.assertEqual(self.open_gaps(), ["odd_record"])
        self.sync()
        self.assertTold()
        self.sync_with_odd_course()
        self.assertEqual(set(self.open_gaps()), {"odd_record", "sheet_without_session"})

    def sync_with_odd_course(self):
        """One of which not even the number can be read."""
        known = MoodleReader.courses

        def courses(reader, *args):
            found = known(reader, *args)
            reader.odd.append(OddRecord("course", 0, "shape"))
            return found

        with patch.object(MoodleReader, "courses", courses):
            self.sync()

    def test_it_costs_one_query_and_only_where_a_course_is_missing(self):
        self.agree("both")
        asked = []
        known = LocalStore.courses_with_sheets

        def counted(store, numbers):
            asked.append(set(numbers))
            return known(store, numbers)

        self.patch(LocalStore, "courses_with_sheets", counted)
        self.sync(trigger="cron")
        self.assertEqual(asked, [])
        item = self.moodle.delete_course(self.moodle_course)
        for _run in range(2):
            self.sync(trigger="cron")
            self.assertEqual(asked, [{self.dead.moodle_id}])
            asked.clear()
        self.moodle_course = self.moodle.restore_course(item)
        # Again when it has been read: something has followed.
        self.sync(trigger="cron")
        self.assertEqual(asked, [{self.dead.moodle_id}] * 2)


@tagged("post_install", "-at_install")
class TestUnlistedThere(TestUnlisted):
    """The same with our plug-in."""

    profile = "companion"


@tagged("post_install", "-at_install")
class TestUnlistedInJobs(PortionCase):
    """Whoever ends a run that several share says what is left."""

    def test_what_follows_and_what_does_not(self):
        late = self.add_session("PP", starts=START + WEEK)
        self.moodle.clock.set(START + 2 * WEEK)
        self.sync()
        item = self.moodle.delete_course(self.moodle_course)
        self.moodle_course = self.moodle.restore_course(item)
        again = max(s for s in self.moodle.sessions if s > late.id)
        removed = self.moodle.sessions.pop(again)
        run = self.begin()
        self.assertFalse(self.gaps(state="open"))
        self.do(run, self.moodle_course)
        self.assertFalse(self.gaps(state="open"))
        self.do(run, self.second_course)
        self.assertEqual((run.state, run.sheets_followed, run.gaps_opened), ("done", 1, 1))
        self.assertEqual(self.gaps(state="open").mapped("why"), ["course_gone"])
        self.moodle.sessions[again] = removed
        run = self.begin()
        self.do(run, self.moodle_course, self.second_course)
        self.assertEqual(run.gaps_closed, 1)
        self.assertFalse(self.gaps(state="open"))
