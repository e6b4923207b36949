"""What several processes have to add to one run, each in a transaction of its own."""

from odoo.tests import tagged

from ..models.moodle_sync_run import SHARED
from ..services.texts.messages_run import MOVED, UNEXPECTED
from ..services.texts.told import keep
from .common import MoodleCase


@tagged("post_install", "-at_install")
class TestRunNoted(MoodleCase):
    def setUp(self):
        super().setUp()
        self.run_here = self.env["moodle.sync.run"].create(
            {"instance_id": self.instance.id, "trigger": "shell", "courses_mapped": 4}
        )
        self.shared = self.run_here.with_context(**{SHARED: True})
        self.run_here._queue_up(courses=[7, 3, 9])

    def noted(self):
        return self.env["moodle.run.noted"].search_count([("run_id", "=", self.run_here.id)])

    def test_whoever_shares_a_run_leaves_its_row_alone(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT xmin FROM moodle_sync_run WHERE id = %s", (self.run_here.id,))
        before = self.env.cr.fetchone()
        self.shared._count(marks_seen=3, seconds=0.5)
        self.shared._course_failed(7, "Seven", MOVED, held=True)
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT xmin, marks_seen, courses_failed FROM moodle_sync_run WHERE id = %s",
            (self.run_here.id,),
        )
        self.assertEqual(self.env.cr.fetchone(), (*before, None, None))
        self.assertEqual(self.noted(), 2)
        self.assertEqual(self.run_here._left(), [3, 9])

    def test_nothing_to_add_is_not_noted(self):
        self.shared._count(marks_seen=0)
        self.assertEqual(self.noted(), 0)

    def test_gathered_as_if_one_had_written_it(self):
        one = self.run_here.copy({"courses_mapped": 4})
        one._queue_up(courses=[7, 3])
        for run in (self.shared, one):
            run._count(marks_seen=3, seconds=0.5)
            run._gain({"courses_done": 1}, {"no_status": 2})
            run._course_failed(7, "Seven", MOVED, held=True)
            run._course_failed(3, "Three", UNEXPECTED)
            run._gain({"marks_seen": 4}, {"no_status": 1, "guest": 1})
        self.assertIsNone(self.run_here._gather())
        self.assertEqual(self.noted(), 0)
        names = (
            "marks_seen", "seconds", "courses_done", "courses_failed", "courses_held",
            "skipped_by_reason", "errors", "told",
        )  # fmt: skip
        self.assertEqual([self.run_here[name] for name in names], [one[name] for name in names])
        self.assertEqual((one.marks_seen, one.courses_failed, one.courses_held), (7, 2, 1))
        self.assertEqual(one.skipped_by_reason, {"no_status": 3, "guest": 1})

    def test_gathered_once(self):
        self.shared._count(marks_seen=3)
        self.run_here._gather()
        self.run_here._gather()
        self.assertEqual(self.run_here.marks_seen, 3)

    def test_the_first_problem_is_told(self):
        self.shared._gain({}, problem=MOVED)
        self.shared._gain({}, problem=UNEXPECTED)
        self.assertEqual(self.run_here._gather(), keep(MOVED))

    def test_progress_counts_what_is_noted(self):
        self.shared._gain({"courses_done": 1, "marks_seen": 5})
        self.shared._course_failed(7, "Seven", MOVED)
        self.assertEqual(self.run_here.progress, 50)
        self.assertIn("5 marks", self.run_here.progress_words)
        self.run_here._gather()
        self.env.invalidate_all()
        self.assertEqual(self.run_here.progress, 50)
        self.assertIn("5 marks", self.run_here.progress_words)

    def test_it_ends_with_its_run(self):
        self.shared._count(marks_seen=3)
        self.run_here.unlink()
        self.assertFalse(self.env["moodle.run.noted"].search([]))
