"""A run that several processes share, one after another in this one: what is begun, what each
does, and who ends it. Real jobs, workers and locks: ``make jobs``."""

from contextlib import contextmanager, nullcontext
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..services.runs import portion as module
from ..services.runs.portion import DONE, IN_THE_WAY, OUT_OF_TIME, OtherSiteError, Portion
from ..services.runs.sync_attendance import SyncAttendance
from .moodle_server import Fault
from .test_run import SYNC, TwoCourses


class PortionCase(TwoCourses):
    def setUp(self):
        super().setUp()
        self.first = self.add_session("PA")
        self.second = self.add_session("LE", activity=self.labs)
        self.instance.quiet_hours = 0
        # In a test all cursors are savepoints of one transaction, and an inner one would be
        # ended by a commit of the outer one.
        self.locked = set()
        self.patch(
            module, "course_lock", lambda _registry, _id, pair: nullcontext(pair not in self.locked)
        )
        self.handed = []

    def begin(self, **values):
        """What the schedule does where jobs can be had.

        :return: the run
        """
        Run = type(self.env["moodle.sync.run"])

        def hand_over(_run, portions):
            self.handed.append(portions)
            return True

        with patch.object(Run, "_hand_over", hand_over):
            result = self.sync(trigger="cron")
        self.assertEqual(result.state, "busy")
        return self.env["moodle.sync.run"].search([], limit=1)

    def do(self, run, *courses):
        with self.own_cursors():
            portion = Portion(self.env.registry, self.instance.id, self.env.uid)
            return portion.do(run.id, [course.id for course in courses])


@tagged("post_install", "-at_install")
class TestPortion(PortionCase):
    def test_shared_out(self):
        run = self.begin()
        self.assertEqual(self.handed, [((self.moodle_course.id, self.second_course.id),)])
        self.assertEqual((run.state, len(run._left())), ("running", 2))
        self.assertFalse(self.sheets)
        self.assertEqual(self.do(run, self.moodle_course), DONE)
        self.assertEqual((run.state, run._left()), ("running", [self.second_course.id]))
        self.assertEqual(run.progress, 50)
        self.assertEqual(self.do(run, self.second_course), DONE)
        self.assertEqual((run.state, run._left(), run.courses_done), ("done", [], 2))
        self.assertEqual(self.statuses(self.first), "PA")
        self.assertEqual(self.statuses(self.second), "LE")

    def test_the_same_as_one_process_does(self):
        shared = self.begin()
        self.do(shared, self.moodle_course)
        self.do(shared, self.second_course)
        told = {name: shared[name] for name in ("state", "marks_seen", "lines_created", "told")}
        self.assertEqual((told["marks_seen"], told["lines_created"]), (4, 4))
        self.sheets.attendance_line.unlink()
        self.sheets.unlink()
        self.registers.unlink()
        result = self.sync(trigger="cron")
        alone = self.run_of(result)
        self.assertEqual({name: alone[name] for name in told}, told)

    def test_a_course_that_has_come_back_under_another_number(self):
        """Of its courses and those that were the same, it is told which are gone."""
        self.sync()
        before = self.sheets.ids
        item = self.moodle.delete_course(self.moodle_course)
        self.moodle_course = self.moodle.restore_course(item)
        (session,) = (s for s in self.moodle.sessions.values() if s.id > self.second.id)
        run = self.begin()
        self.assertEqual(self.do(run, self.moodle_course, self.second_course), DONE)
        self.assertEqual(self.sheets.ids, before)
        self.assertEqual(self.statuses(session), "PA")
        self.assertEqual(run.sheets_followed, 1)

    def test_only_its_own_courses_are_asked_for(self):
        run = self.begin()
        self.server.reset_calls()
        self.do(run, self.second_course)
        (call,) = self.server.calls_of("core_course_get_courses")
        self.assertEqual(dict(call.params), {"options[ids][0]": str(self.second_course.id)})
        (call,) = self.server.calls_of("core_course_get_contents")
        self.assertEqual(dict(call.params)["courseid"], str(self.second_course.id))

    def test_done_twice(self):
        """A job that is thought dead is handed to somebody else."""
        run = self.begin()
        self.do(run, self.moodle_course)
        self.server.reset_calls()
        self.assertEqual(self.do(run, self.moodle_course), DONE)
        self.assertFalse(self.server.calls)
        self.do(run, self.second_course, self.moodle_course)
        self.assertEqual((run.state, run.courses_done), ("done", 2))
        self.server.reset_calls()
        self.assertEqual(self.do(run, self.second_course), DONE)
        self.assertFalse(self.server.calls, "the run has ended")

    def test_somebody_has_done_it_meanwhile(self):
        """Read before, and done by another process before this one had the course's lock."""
        run = self.begin()

        @contextmanager
        def late(_registry, _id, _pair):
            run._done_with(self.moodle_course.id)
            self.env.flush_all()
            yield True

        with patch.object(module, "course_lock", late):
            self.assertEqual(self.do(run, self.moodle_course), DONE)
        self.assertFalse(self.sheets)
        self.assertEqual(run.courses_done, 0)

    def test_somebody_is_at_it(self):
        run = self.begin()
        self.locked.add((self.algebra.id, self.course.id))
        self.assertEqual(self.do(run, self.moodle_course), IN_THE_WAY)
        self.assertEqual((run.state, len(run._left())), ("running", 2))
        self.locked.clear()
        self.assertEqual(self.do(run, self.moodle_course), DONE)
        self.assertEqual(self.statuses(self.first), "PA")

    def test_nobody_else_is_let_in(self):
        run = self.begin()
        with patch.object(module, "shared_instance_lock", lambda *_: nullcontext(False)):
            self.assertEqual(self.do(run, self.moodle_course), IN_THE_WAY)
        self.assertEqual(len(run._left()), 2)

    def test_out_of_time(self):
        run = self.begin()
        with patch.object(module, "SECONDS", 0):
            self.assertEqual(self.do(run, self.moodle_course), OUT_OF_TIME)
        self.assertEqual((run.state, len(run._left())), ("running", 2))

    def test_others_are_still_at_it_when_the_last_course_is_done(self):
        run = self.begin()
        with patch.object(module, "instance_lock", lambda *_: nullcontext(False)):
            self.do(run, self.moodle_course, self.second_course)
        self.assertEqual((run.state, run._left(), run.courses_done), ("running", [], 0))
        # Whoever comes next ends it, with what was noted.
        self.server.reset_calls()
        self.assertEqual(self.do(run, self.moodle_course), DONE)
        self.assertEqual((run.state, run.courses_done), ("done", 2))

    def test_taken_up_by_the_schedule(self):
        """As if all jobs had died."""
        run = self.begin()
        with patch.object(module, "instance_lock", lambda *_: nullcontext(False)):
            self.do(run, self.moodle_course)
        result = self.sync(trigger="cron")
        self.assertEqual((result.run_id, result.state), (run.id, "done"))
        self.assertEqual((run.courses_done, run.marks_seen), (2, 4))

    def test_left_alone_while_jobs_are_at_work(self):
        run = self.begin()
        self.server.reset_calls()
        with patch.object(type(run), "_jobs_at_work", lambda _run: True):
            self.assertEqual(self.sync(trigger="cron").state, "busy")
        self.assertFalse(self.server.calls)
        # Whoever waits in a shell wants it done.
        with patch.object(type(run), "_jobs_at_work", lambda _run: True):
            self.assertEqual(self.sync(trigger="shell").state, "done")

    def test_only_the_schedule_hands_over(self):
        with patch.object(
            type(self.env["moodle.sync.run"]), "_hand_over", lambda *_: self.fail("handed over")
        ):
            self.assertEqual(self.sync(trigger="shell").state, "done")

    def test_a_course_that_fails(self):
        run = self.begin()
        self.server.faults.add(Fault.error(1, "nopermissions", function="core_course_get_contents"))
        self.do(run, self.moodle_course)
        self.server.faults.clear()
        self.do(run, self.second_course)
        self.assertEqual((run.state, run.courses_failed, run.courses_done), ("partial", 1, 1))
        self.assertIn("Algebra I", run.errors)
        self.assertIn("Algebra I", run.summary)

    def test_moodle_is_down(self):
        """Whoever meets it says so; the others need not try."""
        run = self.begin()
        self.do(run, self.moodle_course)
        self.server.stop()
        with patch.object(module, "instance_lock", lambda *_: nullcontext(False)):
            self.assertEqual(self.do(run, self.second_course), DONE)
        self.assertEqual((run.state, len(run._left())), ("running", 1))
        with patch.object(SyncAttendance, "connect", lambda *_: self.fail("asked again")):
            self.do(run, self.second_course)
        self.assertEqual((run.state, run.courses_done), ("partial", 1))
        self.assertTrue(self.instance.error_message)

    def test_another_moodle_answers(self):
        run = self.begin()
        known = self.instance._known_site().to_json()
        self.instance.sudo()._keep_site(
            {"site_identity": {**known, "address": "https://elsewhere.example"}}
        )
        with self.assertRaises(OtherSiteError):
            self.do(run, self.moodle_course)
        self.assertFalse(self.sheets)

    def test_the_direction_was_changed(self):
        run = self.begin()
        self.instance.sync_attendance_from = "both"
        self.server.reset_calls()
        self.assertEqual(self.do(run, self.moodle_course), DONE)
        self.assertFalse(self.server.calls)
        self.assertFalse(self.sheets)

    def test_switched_off_meanwhile(self):
        run = self.begin()
        mapping = self.env["moodle.mapping"].search([("moodle_id", "=", self.moodle_course.id)])
        mapping.course_switch = "off"
        self.do(run, self.moodle_course)
        self.assertFalse(self.sheets)
        self.assertEqual(len(run._left()), 2, "whoever takes up the run drops it")
        self.sync(trigger="cron")
        self.assertEqual((run.state, run.courses_done), ("done", 1))

    @mute_logger(SYNC)
    def test_a_fault_of_ours_stays_with_its_portion(self):
        run = self.begin()
        with (
            patch.object(Portion, "_its_courses", side_effect=ZeroDivisionError),
            self.assertRaises(ZeroDivisionError),
        ):
            self.do(run, self.moodle_course)
        self.env.invalidate_all()
        self.assertEqual((run.state, len(run._left())), ("running", 2))

    def test_who_has_started_it_is_told(self):
        self.sync(trigger="button", seconds=0)
        run = self.begin()
        told = []
        with patch.object(type(run), "_tell_end", lambda run: told.append(run.state)):
            self.do(run, self.moodle_course, self.second_course)
        self.assertEqual(told, ["done"])


@tagged("post_install", "-at_install")
class TestPortionThatSends(PortionCase):
    """The same, and marks of a teacher here."""

    def test_marks_are_sent(self):
        self.instance.sync_attendance_from = "both"
        self.sync()
        self.mark_here(self.first, 2, "L")
        run = self.begin()
        self.do(run, self.moodle_course, self.second_course)
        self.assertEqual((run.state, run.marks_pushed), ("done", 1))
        self.assertEqual(self.moodle_marks(self.first), "PL....")


@tagged("post_install", "-at_install")
class TestPortionOfAPreview(PortionCase):
    """What a person has approved, and nothing else."""

    def test_only_what_was_approved(self):
        with self.own_cursors():
            report_id = self.instance._make_report("preview", None)
        report = self.env["moodle.sync.report"].browse(report_id)
        # Not what was shown any more.
        self.mark(self.second, "PP")
        with self.own_cursors():
            self.instance._sync_attendance("preview", 0, report)
        run = self.begin()
        self.assertEqual(run.report_id, report)
        self.do(run, self.moodle_course, self.second_course)
        self.assertEqual((run.state, run.courses_done, run.courses_held), ("partial", 1, 1))
        self.assertEqual(self.statuses(self.first), "PA")
        self.assertFalse(self.lines(self.second))
