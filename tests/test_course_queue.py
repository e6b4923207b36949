"""What a run or a report has still to do, kept so that it costs the same for each course."""

from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MoodleCase


@tagged("post_install", "-at_install")
class TestCourseQueue(MoodleCase):
    def setUp(self):
        super().setUp()
        values = {"instance_id": self.instance.id}
        self.run_here = self.env["moodle.sync.run"].create({**values, "trigger": "shell"})
        self.report = self.env["moodle.sync.report"].create(
            {**values, "kind": "verify", "direction": "moodle"}
        )

    def test_in_their_order(self):
        self.assertTrue(self.run_here._queue_up(courses=[7, 3, 9]))
        self.assertEqual(self.run_here._left(), [7, 3, 9])
        self.run_here._done_with(3)
        self.assertEqual(self.run_here._left(), [7, 9])

    def test_taken_up(self):
        """Of what was left, what is wanted no longer falls away, and nothing comes along."""
        self.run_here._queue_up(courses=[7, 3, 9])
        self.run_here._done_with(7)
        self.assertFalse(self.run_here._queue_up(courses=[1, 9, 7, 3]))
        self.assertEqual(self.run_here._left(), [3, 9])
        self.assertFalse(self.run_here._queue_up(courses=[9]))
        self.assertEqual(self.run_here._left(), [9])

    def test_all_done_and_not_ended(self):
        """A run that was interrupted after its last course does not begin again."""
        self.run_here._queue_up(courses=[7])
        self.run_here._done_with(7)
        self.env.invalidate_all()
        self.assertFalse(self.run_here._queue_up(courses=[7, 3]))
        self.assertEqual(self.run_here._left(), [])

    def test_several_queues_and_owners(self):
        self.report._queue_up(courses=[7, 3], unmeant=[5, 7])
        self.run_here._queue_up(courses=[7])
        self.report._done_with(7, "unmeant")
        self.assertEqual(self.report._left(), [7, 3])
        self.assertEqual(self.report._left("unmeant"), [5])
        self.assertEqual(self.run_here._left(), [7])
        self.report._no_more()
        self.assertEqual((self.report._left(), self.report._left("unmeant")), ([], []))
        self.assertEqual(self.run_here._left(), [7])

    def test_a_course_is_queued_once(self):
        self.run_here._queue_up(courses=[7, 3, 7])
        self.assertEqual(self.run_here._left(), [7, 3])
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            values = {"run_id": self.run_here.id, "queue": "courses", "course": 7}
            self.env["moodle.course.queued"].create(values)

    def test_the_end(self):
        for owner in (self.run_here, self.report):
            owner._queue_up(courses=[7])
            owner.unlink()
        self.assertFalse(self.env["moodle.course.queued"].search([]))
        self.sync()
        self.assertFalse(self.env["moodle.course.queued"].search([]))

    def test_one_course_costs_one_row(self):
        """However many there are: nothing that is read or written lists the others."""
        self.run_here._queue_up(courses=range(1, 2001))
        self.env.invalidate_all()
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.run_here._done_with(1000)
        self.assertEqual(len(self.run_here._left()), 1999)
        self.env.cr.execute(
            "EXPLAIN DELETE FROM moodle_course_queued "
            "WHERE run_id = %s AND queue = 'courses' AND course = 7",
            (self.run_here.id,),
        )
        plan = " ".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("moodle_course_queued_run_id", plan)
