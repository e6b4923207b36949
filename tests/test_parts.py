"""One part of a course that is broken stays alone: an activity that can't be read, a session to
which no mark can be sent, a sheet for which no session can be made. Each is named, is tried again
later and later, and *Sync now* does not wait."""

from odoo.tests import tagged

from ..services.domain.trouble import DAY, FIRST
from ..services.moodle import moodle_transport
from .builders import HOUR, START
from .common import MoodleCase
from .faults import LASTING
from .moodle_server import Fault
from .test_push import PushCase

QUARTER = 15 * 60


class Parts:
    """Beside a ``MoodleCase``: its runs are those of the schedule, by a clock of its own."""

    direction = "oec"

    def setUp(self):
        super().setUp()
        self.now = START + 3 * DAY
        clock = moodle_transport.Clock(wall=lambda: self.now)
        self.patch(type(self.instance), "_clock", lambda _self: clock)
        self.instance.write(
            {"quiet_hours": 0, "people_hours": 0, "sync_attendance_from": self.direction}
        )

    def scheduled(self, after=QUARTER):
        """:return: the ``RunResult`` of a run so many seconds later"""
        self.now += after
        self.server.reset_calls()
        return self.sync(trigger="cron")

    def asked(self, name, value):
        """:return: how many calls had this parameter"""
        return sum((name, str(value)) in call.params for call in self.server.calls)

    def break_it(self, name, *values, kind="500", function=""):
        values = {str(value) for value in values}
        self.server.faults.add(
            LASTING[kind](
                lambda call: (
                    call.function.endswith(function)
                    and any(key == name and value in values for key, value in call.params)
                )
            )
        )

    def whys(self):
        return sorted(self.gaps(state="open").mapped("why"))


class Activities(Parts):
    direction = "moodle"

    def build_moodle(self):
        result = super().build_moodle()
        self.labs = self.moodle.add_attendance(self.moodle_course, "Labs")
        return result

    def setUp(self):
        super().setUp()
        self.lecture = self.add_session("PALE")
        self.lab = self.add_session("EEEE", starts=START + HOUR, activity=self.labs)

    def both(self):
        return self.statuses(self.lecture), self.statuses(self.lab)

    def test_the_other_one_goes_on(self):
        self.scheduled()
        sheet = self.sheets.filtered(lambda one: one.moodle_session_id == self.lab.id)
        for number, kind in enumerate(LASTING):
            if kind == "slow":
                continue
            with self.subTest(kind):
                letters = "PALE"[number % 4] * 4
                self.break_it("attendanceid", self.labs.id, kind=kind)
                self.mark(self.lecture, letters)
                result = self.scheduled(DAY)
                self.assertEqual(result.state, "done", result)
                self.assertEqual(self.both(), (letters, "EEEE"))
                self.assertNotEqual(sheet.state, "cancel")
                (gap,) = self.gaps(state="open")
                self.assertEqual((gap.why, gap.moodle_id), ("activity_failed", self.labs.id))
                self.assertIn("Labs", gap.words)
                self.server.faults.clear()

    def test_it_is_asked_again_later_and_later(self):
        self.scheduled()
        self.break_it("attendanceid", self.labs.id)
        self.scheduled()
        self.assertTrue(self.asked("attendanceid", self.labs.id))
        for number in range(4):
            with self.subTest(number):
                self.scheduled(FIRST * 2**number - 1)
                self.assertFalse(self.asked("attendanceid", self.labs.id))
                self.assertTrue(self.asked("attendanceid", self.lecture.attendance_id))
                (gap,) = self.gaps(state="open")
                self.assertIn("From the last try", gap.words)
                self.scheduled(1)
                self.assertTrue(self.asked("attendanceid", self.labs.id))
        self.mark(self.lab, "LLLL")
        self.server.faults.clear()
        self.scheduled()
        self.assertEqual(self.both(), ("PALE", "EEEE"))
        self.assertEqual(self.sync(trigger="button").state, "done")
        self.assertEqual(self.both(), ("PALE", "LLLL"))
        self.assertFalse(self.open_gaps())
        self.assertFalse(self.mapping()._troubles().kept)

    def mapping(self):
        return self.env["moodle.mapping"]._of_course(self.instance, self.moodle_course.id)

    def test_if_none_can_be_read_it_is_the_course(self):
        self.break_it("attendanceid", self.labs.id, self.lecture.attendance_id)
        result = self.scheduled()
        # There is no other course.
        self.assertEqual(result.state, "failed")
        self.assertIn("Activity Lectures:", self.run_of(result).errors_words)
        self.assertEqual((self.mapping().failures, self.open_gaps()), (1, []))

    def test_many_that_fail_are_not_all_waited_for(self):
        more = [self.moodle.add_attendance(self.moodle_course, f"More {n}") for n in range(5)]
        for activity in more:
            self.add_session("P", activity=activity)
        ids = [self.labs.id, self.lecture.attendance_id, *(activity.id for activity in more)]
        self.break_it("attendanceid", *ids)
        self.assertEqual(self.scheduled().state, "failed")
        self.assertEqual(sum(self.asked("attendanceid", number) for number in ids), 3)

    def test_what_costs_nothing_to_ask_has_no_pause(self):
        """A right that is missing in one activity: it may be given at any moment."""
        self.scheduled()
        self.server.faults.add(
            Fault.error(
                1,
                "nopermissions",
                at=lambda call: ("attendanceid", str(self.labs.id)) in call.params,
            )
        )
        for _run in range(2):
            self.assertEqual(self.scheduled().state, "done")
            self.assertEqual(self.whys(), ["activity_failed"])
            self.assertTrue(self.asked("attendanceid", self.labs.id))
        self.server.faults.clear()
        self.scheduled()
        self.assertFalse(self.open_gaps())

    def test_a_manual_sheet_waits_for_what_can_not_be_read(self):
        """It may be of a session of just that activity."""
        self.break_it("attendanceid", self.labs.id)
        sheet = self.make_sheet("EEEE")
        self.scheduled()
        self.assertFalse(sheet.moodle_session_id)
        self.server.faults.clear()
        self.sync(trigger="button")
        self.assertEqual(self.both(), ("PALE", "EEEE"))
        self.assertEqual(sheet.moodle_session_id, self.lab.id)


@tagged("post_install", "-at_install")
class TestActivities(Activities, MoodleCase):
    profile = "2026"


@tagged("post_install", "-at_install")
class TestActivitiesOfBoth(Activities, MoodleCase):
    profile = "2026"
    direction = "both"


@tagged("post_install", "-at_install")
class TestActivitiesWrittenTo(Parts, PushCase):
    profile = "2026"

    def test_the_other_one_goes_on(self):
        labs = self.moodle.add_attendance(self.moodle_course, "Labs")
        lecture = self.add_session()
        lab = self.add_session(activity=labs, starts=START + DAY)
        first, second = self.make_sheet("PALE"), self.make_sheet("EEEE", day="2026-11-04")
        self.scheduled()
        self.assertEqual(second.moodle_session_id, lab.id)
        self.break_it("attendanceid", labs.id)
        for sheet in (first, second):
            sheet.attendance_line.write(
                {"present": False, "absent": True, "late": False, "excused": False}
            )
        self.assertEqual(self.scheduled().state, "done")
        found = self.moodle_marks(lecture), self.moodle_marks(lab)
        self.assertEqual(found, ("AAAA..", "EEEE.."))
        self.server.faults.clear()
        self.sync(trigger="button")
        self.assertEqual(self.moodle_marks(lab), "AAAA..")
        self.assertFalse(self.open_gaps())

    def test_no_session_is_made_for_one_that_may_be_there(self):
        self.instance.create_moodle_sessions = True
        labs = self.moodle.add_attendance(self.moodle_course, "Labs")
        self.add_session(activity=labs, starts=START + DAY)
        self.make_sheet("PALE")
        self.break_it("attendanceid", labs.id)
        before = len(self.moodle.sessions)
        self.scheduled()
        self.assertEqual(len(self.moodle.sessions), before)
        self.assertEqual(self.whys(), ["activity_failed", "sessions_not_listed"])


class Writes(Parts):
    """A ``PushCase`` beside it says where."""

    session_parameter = "sessionid"
    written = "set_marks"

    def test_marks_of_one_session_are_sent_later_and_later(self):
        first, second = (self.add_session(starts=START + n * DAY) for n in (0, 1))
        self.make_sheet("PALE")
        sheet = self.make_sheet("EEEE", day="2026-11-04")
        self.break_it("sessionid", first.id, function=self.written)
        self.scheduled()
        self.assertEqual(self.moodle_marks(second), "EEEE..")
        for number in range(3):
            with self.subTest(number):
                sheet.attendance_line.write(
                    {"present": True, "absent": False, "late": False, "excused": False}
                )
                self.scheduled(FIRST * 2**number - 1)
                self.assertFalse(self.writes(first))
                self.assertEqual(self.moodle_marks(second), "PPPP..")
                (gap,) = self.gaps(state="open")
                self.assertEqual((gap.why, gap.marks), ("push_failed", 4))
                self.assertIn("From the last try", gap.words)
                self.scheduled(1)
                self.assertTrue(self.writes(first))
                self.assertEqual(self.whys(), ["push_failed"])
        self.server.faults.clear()
        self.scheduled()
        self.assertEqual(self.moodle_marks(first), "......")
        self.sync(trigger="button")
        self.assertEqual(self.moodle_marks(first), "PALE..")
        self.assertFalse(self.open_gaps())

    def writes(self, session):
        return [
            call
            for call in self.server.calls
            if call.function.endswith(self.written)
            and ("sessionid", str(session.id)) in call.params
        ]

    def test_nothing_to_send_any_more_is_no_trouble(self):
        session = self.add_session()
        sheet = self.make_sheet("PALE")
        self.break_it("sessionid", session.id, function=self.written)
        self.scheduled()
        self.assertEqual(self.whys(), ["push_failed"])
        sheet.state = "draft"
        self.scheduled()
        self.assertFalse(self.open_gaps())

    def adds(self):
        return [call for call in self.server.calls if call.function.endswith("add_session")]

    def test_a_session_is_made_later_and_later(self):
        self.instance.create_moodle_sessions = True
        sheet = self.make_sheet("PALE")
        self.server.faults.add(LASTING["502"](lambda call: call.function.endswith("add_session")))
        self.scheduled()
        tries = len(self.adds())
        self.assertTrue(tries)
        for number in range(3):
            with self.subTest(number):
                self.scheduled(FIRST * 2**number - 1)
                self.assertFalse(self.adds())
                (gap,) = self.gaps(state="open")
                self.assertEqual((gap.why, gap.record_id), ("session_refused", sheet.id))
                self.assertIn("From the last try", gap.words)
                self.scheduled(1)
                self.assertEqual(len(self.adds()), tries)
                self.assertEqual(self.whys(), ["session_refused"])
        self.sync(trigger="button")
        self.server.faults.clear()
        self.scheduled()
        self.assertFalse(self.moodle.sessions)
        self.sync(trigger="button")
        (session,) = self.moodle.sessions.values()
        self.assertEqual(self.moodle_marks(session), "PALE..")
        self.assertFalse(self.open_gaps())

    def test_many_sheets_are_not_all_waited_for(self):
        self.instance.create_moodle_sessions = True
        for day in range(3, 9):
            self.make_sheet("PALE", day=f"2026-11-0{day}")
        self.server.faults.add(LASTING["500"](lambda call: call.function.endswith("add_session")))
        self.now += 7 * DAY
        self.scheduled()
        self.assertEqual(len(self.adds()), 2)
        self.assertEqual(self.whys(), ["session_refused"] * 6)
        self.scheduled()
        self.assertFalse(self.adds())
        self.assertEqual(self.whys(), ["session_refused"] * 6)
        self.server.faults.clear()
        self.scheduled(FIRST)
        self.assertEqual(len(self.moodle.sessions), 6)
        self.assertFalse(self.open_gaps())

    def test_what_the_preview_shows(self):
        """A person looks at what *Sync now* would do."""
        session = self.add_session()
        self.make_sheet("PALE")
        self.break_it("sessionid", session.id, function=self.written)
        self.scheduled()
        with self.own_cursors():
            report_id = self.instance._make_report("preview", None)
        report = self.env["moodle.sync.report"].browse(report_id)
        self.assertEqual(report.line_ids.mapped("kind"), ["push"] * 4)


@tagged("post_install", "-at_install")
class TestWrites(Writes, PushCase):
    profile = "2026"
    written = "update_user_status"


@tagged("post_install", "-at_install")
class TestWritesThere(Writes, PushCase):
    profile = "companion"


@tagged("post_install", "-at_install")
class TestWritesOfBothThere(Writes, PushCase):
    profile = "companion"
    direction = "both"
