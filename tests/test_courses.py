"""Courses with settings of their own: which are done, in which direction, how far back."""

from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import BaseCase, new_test_user, tagged

from ..services.domain.course_settings import OFF, ON, PAUSED, WAITS, Common, Own, effective
from .builders import START
from .moodle_server.state import SERVICES
from .test_run import TwoCourses
from .test_security import MANAGER

TODAY = date(2026, 11, 3)


@tagged("post_install", "-at_install")
class TestCourseSettings(BaseCase):
    def state(self, on=True, **own):
        return effective(Own(**own), Common(on, "moodle", 30), TODAY).state

    def test_the_switch_beats_the_instance(self):
        self.assertEqual([self.state(), self.state(on=False)], [ON, OFF])
        self.assertEqual(self.state(on=False, switch=ON), ON)
        self.assertEqual(self.state(switch=OFF), OFF)

    def test_a_pause_ends_on_its_day(self):
        self.assertEqual(self.state(paused_until=TODAY + timedelta(days=1)), PAUSED)
        self.assertEqual(self.state(paused_until=TODAY), ON)
        self.assertEqual(self.state(switch=OFF, paused_until=date(2027, 1, 1)), OFF)

    def test_direction_and_days(self):
        common = Common(True, "moodle", 30)
        as_instance = effective(Own(), common, TODAY)
        self.assertEqual((as_instance.direction, as_instance.days), ("moodle", 30))
        own = effective(Own(direction="both", days=0), common, TODAY)
        self.assertEqual((own.direction, own.days), ("both", 0))

    def test_a_changed_direction_waits_for_a_run_of_a_person(self):
        turned = datetime(2026, 11, 3, 12)
        found = effective(Own(waits_since=turned), Common(), TODAY)
        self.assertEqual(found.state, WAITS)
        self.assertTrue(found.rests(scheduled=True, started=turned + timedelta(hours=1)))
        self.assertTrue(found.rests(scheduled=False, started=turned - timedelta(seconds=1)))
        self.assertFalse(found.rests(scheduled=False, started=turned))
        self.assertFalse(found.rests(scheduled=False))


@tagged("post_install", "-at_install")
class TestCourses(TwoCourses):
    def setUp(self):
        super().setUp()
        self.first = self.add_session("PA")
        self.second = self.add_session("LE", activity=self.labs)

    def mapping(self, course):
        return self.env["moodle.mapping"]._of_course(self.instance, course.id)

    def test_a_school_starts_with_one_pilot_course(self):
        self.instance.courses_on = False
        result = self.sync()
        self.assertEqual(result.state, "done")
        self.assertFalse(self.sheets)
        self.assertIn("2 courses are switched off", result.message)
        self.mapping(self.second_course).course_switch = "on"
        self.sync()
        self.assertEqual((self.statuses(self.first), self.statuses(self.second)), ("", "LE"))
        self.assertEqual(self.mapping(self.moodle_course).course_state, "off")

    def test_pilots_are_chosen_in_the_set_up(self):
        self.instance.write({"setup_step": "people", "courses_on": False})
        with self.own_cursors():
            self.instance.action_setup_discover()
            self.env.invalidate_all()
            self.assertEqual(
                sorted(self.instance.course_ids.mapped("moodle_name")), ["Algebra I", "Physics"]
            )
            self.assertFalse(any(self.instance.course_ids.mapped("course_on")))
            self.mapping(self.second_course).course_on = True
            self.instance.setup_step = "direction"
            self.env.flush_all()
            self.instance.action_setup_next()
            self.assertEqual(self.instance.setup_report_id.courses_total, 1)
            self.instance.action_setup_finish()
        self.assertFalse(self.sheets)
        self.sync()
        self.assertEqual((self.statuses(self.first), self.statuses(self.second)), ("", "LE"))

    def test_switched_off_it_is_left_alone_and_its_gaps_close(self):
        stranger = self.moodle.add_user("stranger", "Who", "Knows")
        self.moodle.enrol(self.moodle_course, stranger)
        self.moodle.mark(self.first, stranger, "P", by=self.teacher)
        self.sync()
        self.assertEqual(self.open_gaps(), ["unmatched_student"])
        self.mapping(self.moodle_course).course_switch = "off"
        self.mark(self.first, "EE")
        self.mark(self.second, "EE")
        self.sync()
        self.assertEqual((self.statuses(self.first), self.statuses(self.second)), ("PA", "EE"))
        self.assertFalse(self.open_gaps())

    def test_a_paused_course_is_named_and_keeps_its_gaps(self):
        stranger = self.moodle.add_user("stranger", "Who", "Knows")
        self.moodle.enrol(self.moodle_course, stranger)
        self.moodle.mark(self.first, stranger, "P", by=self.teacher)
        self.sync()
        tomorrow = self.instance._now_here().date() + timedelta(days=1)
        self.mapping(self.moodle_course).paused_until = tomorrow
        self.mark(self.first, "EE")
        result = self.sync()
        self.assertIn("Paused courses: Algebra I", result.message)
        self.assertEqual(self.statuses(self.first), "PA")
        self.assertEqual(self.open_gaps(), ["unmatched_student"])
        self.assertEqual([report.course for report in self.preview()], ["Physics"])

    def test_each_course_in_its_own_direction(self):
        self.sync()
        self.mapping(self.second_course).course_direction = "oec"
        self.mark_here(self.first, 1, "L")
        self.mark_here(self.second, 1, "P")
        self.sync()
        self.assertEqual(self.moodle_marks(self.first)[:2], "PA")
        self.assertEqual(self.statuses(self.first), "PA", "reset")
        self.assertEqual(self.moodle_marks(self.second)[:2], "PE", "sent")

    def test_after_a_changed_direction_the_schedule_waits(self):
        self.sync(trigger="cron")
        mapping = self.mapping(self.second_course)
        mapping.course_direction = "oec"
        self.mark_here(self.first, 1, "L")
        self.mark_here(self.second, 1, "P")
        result = self.sync(trigger="cron")
        self.assertIn("direction of a course was changed: Physics", result.message)
        self.assertEqual(self.statuses(self.first), "PA", "the others go on")
        self.assertEqual(self.moodle_marks(self.second)[:2], "LE")
        self.assertEqual(mapping.course_state, "waits")
        self.assertEqual((self.instance.state, self.instance.state_why), ("waiting", "course"))
        self.sync(trigger="button")
        self.assertEqual(self.moodle_marks(self.second)[:2], "PE")
        self.assertEqual(mapping.course_state, "on")
        self.assertEqual(self.instance.state, "working")
        self.mark_here(self.second, 1, "A")
        self.sync(trigger="cron")
        self.assertEqual(self.moodle_marks(self.second)[:2], "AE")

    def test_changed_back_nothing_waits(self):
        self.sync()
        mapping = self.mapping(self.second_course)
        mapping.course_direction = "both"
        self.assertTrue(mapping.waits_since)
        mapping.course_direction = False
        self.assertFalse(mapping.waits_since)

    def test_before_the_first_success_nothing_waits(self):
        self.instance.courses_on = False
        self.sync()
        mapping = self.mapping(self.second_course)
        mapping.write({"course_switch": "on", "course_direction": "both"})
        self.assertFalse(mapping.waits_since)

    def test_days_back_of_its_own(self):
        self.instance.sync_window_days = 1
        old = self.add_session("PA", starts=START - 400 * 86400, activity=self.labs)
        other = self.add_session("PA", starts=START - 400 * 86400)
        for session in (old, other):
            # Neither taken nor changed inside the window.
            session.lasttaken = session.timemodified = session.sessdate
        self.sync()
        self.assertFalse(self.lines(old))
        self.mapping(self.second_course).write({"own_days": True, "course_days": 0})
        self.sync()
        self.assertEqual(self.statuses(old), "PA")
        self.assertFalse(self.lines(other), "not in the other course")

    def test_marks_of_one_course_are_sent_by_the_schedule_alone(self):
        self.sync()
        self.assertFalse(self.instance._sends_marks())
        self.mapping(self.second_course).course_direction = "both"
        self.assertTrue(self.instance._sends_marks())
        self.mapping(self.second_course).course_switch = "off"
        self.assertFalse(self.instance._sends_marks())

    def test_what_the_course_needs_of_moodle_is_asked_for(self):
        self.sync()
        self.mapping(self.second_course).course_direction = "oec"
        reading = [name for name in SERVICES["both"] if "update_user_status" not in name]
        self.moodle.add_token("R" * 32, user=self.sync_user, functions=reading)
        self.instance.token = "R" * 32
        result = self.sync()
        self.assertEqual(result.state, "skipped")
        self.assertIn("update_user_status", result.message)

    def test_who_changed_what_stands_in_the_chatter(self):
        self.sync()
        manager = new_test_user(self.env, "t-manager", MANAGER)
        mapping = self.mapping(self.second_course).with_user(manager)
        mapping.write({"course_switch": "off", "user_id": manager.id})
        message = self.instance.message_ids.sorted("id")[-1]
        self.assertEqual(message.author_id, manager.partner_id)
        self.assertIn("Physics: Synchronised: – → Off", message.body)
        before = self.instance.message_ids
        mapping.course_switch = "off"
        self.assertEqual(self.instance.message_ids, before, "nothing has changed")

    def test_the_direction_is_for_administrators(self):
        self.sync()
        manager = new_test_user(self.env, "t-manager", MANAGER)
        mapping = self.mapping(self.second_course).with_user(manager)
        for values in ({"course_direction": "oec"}, {"own_days": True}, {"course_days": 3}):
            with self.assertRaises(AccessError):
                mapping.write(values)
        with self.assertRaises(AccessError):
            mapping.write({"waits_since": "2026-01-01 00:00:00"})
