"""A firewall in front of Moodle that refuses requests because of a word in them."""

from unittest.mock import patch

from odoo.tests import tagged

from ..services.runs import refused_remarks
from .builders import START
from .faults import PAGE
from .moodle_server import Fault
from .test_companion import SET, CompanionCase
from .test_push import PushCase

WORDS = ("select * from", "<script", "../")
BLOCKED = PAGE.decode()
EVIL = "Asked to select * from the menu"


class FirewallCase(CompanionCase):
    direction = "oec"

    def setUp(self):
        super().setUp()
        self.wall(403)

    def wall(self, status, body=BLOCKED):
        self.server.faults.clear()
        self.server.faults.add(
            Fault.http(
                1,
                status,
                body=body,
                at=lambda call: any(word in value for _n, value in call.params for word in WORDS),
            )
        )

    @property
    def refused(self):
        """How many requests the firewall has refused."""
        return sum(call.status in (403, 406, 302) for call in self.server.calls)

    def say(self, sheet, number, text):
        student = self.students[number - 1]
        sheet.attendance_line.filtered(lambda line: line.student_id == student).remark = text


@tagged("post_install", "-at_install")
class TestRemarkThatIsRefused(FirewallCase):
    def setUp(self):
        super().setUp()
        self.session = self.add_session()
        self.other = self.add_session(starts=START + 86400)
        self.sheet = self.make_sheet("PALE")
        self.later = self.make_sheet("EEEE", day="2026-11-04")
        self.say(self.sheet, 1, "ill")
        self.say(self.sheet, 3, EVIL)
        self.say(self.sheet, 4, "late bus")

    def test_all_else_arrives(self):
        for status, body in ((403, BLOCKED), (406, BLOCKED), (403, ""), (302, "")):
            with self.subTest(status=status, body=body):
                savepoint = self.env.cr.savepoint(flush=True)
                kept = self.moodle.snapshot()
                self.wall(status, body)
                self.server.reset_calls()
                result = self.sync(trigger="cron")
                self.assertEqual(result.state, "done", result)
                self.assert_arrived()
                savepoint.close(rollback=True)
                self.env.invalidate_all()
                self.moodle.restore(kept)

    def assert_arrived(self):
        session, other = (self.moodle.sessions[s.id] for s in (self.session, self.other))
        self.assertEqual(self.moodle_marks(session), "PALE..")
        self.assertEqual(self.moodle_marks(other), "EEEE..")
        remarks = [self.row(session, n).remarks for n in (1, 2, 3, 4)]
        self.assertEqual(remarks, ["ill", "", "", "late bus"])
        (gap,) = self.gaps(state="open")
        self.assertEqual(gap.why, "remark_refused")
        self.assertIn("Student 3", gap.words)
        self.assertIn(EVIL, gap.words)
        self.assertEqual(sorted(self.sheet.attendance_line.mapped("moodle_base")), list("AELP"))
        self.assertFalse(any(self.sheet.attendance_line.mapped("moodle_sending")))

    def test_it_is_not_sent_again_until_it_is_changed(self):
        self.sync()
        for trigger in ("cron", "button"):
            self.server.reset_calls()
            result = self.sync(trigger=trigger)
            self.assertEqual(result.state, "done")
            self.assertEqual((self.refused, self.server.calls_of(SET)), (0, []))
            self.assertEqual(self.gaps(state="open").mapped("why"), ["remark_refused"])
        # The mark itself is sent without it.
        self.mark_here(self.session, 3, "E")
        self.server.reset_calls()
        self.sync()
        self.assertEqual((self.refused, self.moodle_marks(self.session)), (0, "PAEE.."))
        self.assertEqual(self.gaps(state="open").mapped("why"), ["remark_refused"])
        self.say(self.sheet, 3, "Chose from the menu")
        self.sync()
        self.assertEqual(self.row(self.session, 3).remarks, "Chose from the menu")
        self.assertFalse(self.open_gaps())
        self.assertFalse(self.mapping._unsaid())

    @property
    def mapping(self):
        return self.env["moodle.mapping"]._of_course(self.instance, self.moodle_course.id)

    def test_a_remark_that_is_sent_alone(self):
        for line in self.sheet.attendance_line:
            line.remark = False
        self.sync()
        self.assertFalse(self.open_gaps())
        self.say(self.sheet, 2, EVIL)
        self.say(self.sheet, 4, "bus")
        self.sync()
        self.assertEqual(self.row(self.session, 4).remarks, "bus")
        self.assertEqual(self.gaps(state="open").mapped("why"), ["remark_refused"])
        self.assertFalse(any(self.sheet.attendance_line.mapped("moodle_sending")))

    def test_refusals_are_few(self):
        """One among many, and then so many that a run does not find them all."""
        self.sync()
        self.assertLessEqual(self.refused, 1 + 2 + 1)
        for number in (1, 2, 4):
            self.say(self.sheet, number, f"{EVIL} {number}")
        for line in self.later.attendance_line:
            line.remark = EVIL
        self.server.reset_calls()
        self.sync()
        self.assertLessEqual(self.refused, 2 * 9)
        for _run in range(3):
            self.sync()
        self.assertEqual(len(self.gaps(state="open")), 8)
        self.server.reset_calls()
        self.sync()
        self.assertEqual(self.refused, 0)

    def shut_after(self, refusals):
        """A firewall that shuts out an address of which it has refused so many requests."""

        def about(call):
            words = any(word in value for _n, value in call.params for word in WORDS)
            self.seen += words
            return words or self.seen >= refusals

        self.seen = 0
        self.server.faults.clear()
        self.server.faults.add(Fault.http(1, 403, body=BLOCKED, at=about))

    def test_one_that_shuts_us_out_meanwhile(self):
        """What is refused once it has, is not to blame; and what was found is remembered, so that
        it happens once for each such remark at most."""
        self.say(self.sheet, 2, f"{EVIL} again")
        for refusals in (2, 3, 4):
            with self.subTest(refusals):
                savepoint = self.env.cr.savepoint(flush=True)
                kept = self.moodle.snapshot()
                for _run in range(3):
                    self.shut_after(refusals)
                    self.sync(trigger="button")
                    self.assertLessEqual(self.seen, refusals)
                    self.assertEqual(self.moodle_marks(self.session), "PALE..")
                    blamed = self.mapping._unsaid()
                    evil = {self.students[1].id, self.students[2].id}
                    self.assertLessEqual({student for _session, student in blamed}, evil)
                self.assertEqual(self.seen, 0)
                self.assertEqual(
                    self.gaps(state="open").mapped("why"), ["remark_refused", "remark_refused"]
                )
                remarks = [self.row(self.session, n).remarks for n in (1, 2, 3, 4)]
                self.assertEqual(remarks, ["ill", "", "", "late bus"])
                savepoint.close(rollback=True)
                self.env.invalidate_all()
                self.moodle.restore(kept)

    def test_many_are_halved(self):
        with patch.object(refused_remarks, "FEW", 1):
            self.sync(trigger="cron")
            self.assert_arrived()
            self.assertLessEqual(self.refused, 1 + 2)
            self.say(self.sheet, 1, f"{EVIL} as well")
            self.say(self.sheet, 2, "gone home")
            self.shut_after(2)
            self.sync()
        blamed = {student for _session, student in self.mapping._unsaid()}
        self.assertLessEqual(blamed, {self.students[0].id, self.students[2].id})

    def test_a_connection_that_breaks_once(self):
        """No remark is to blame, also where there is only one."""
        self.say(self.sheet, 3, "fine")
        self.server.faults.clear()
        self.sync()
        self.say(self.sheet, 1, "gone home")
        self.server.reset_calls()
        self.server.faults.add(Fault.cut_before(1, function=SET))
        for _run in range(2):
            self.sync()
        self.assertFalse(self.open_gaps())
        self.assertEqual(self.row(self.session, 1).remarks, "gone home")

    def test_one_that_refuses_everything(self):
        """It is no word: the remarks are not to blame, and nothing is asked again and again."""
        self.server.faults.clear()
        self.server.faults.add(
            Fault.http(1, 403, body=BLOCKED, at=lambda call: call.function == SET)
        )
        self.server.reset_calls()
        result = self.sync(trigger="cron")
        self.assertEqual(result.state, "partial" if result.counters["courses_done"] else "failed")
        self.assertLessEqual(self.refused, 2 + 1)
        self.assertFalse(self.gaps(why="remark_refused"))
        self.server.reset_calls()
        self.sync(trigger="cron")
        self.assertEqual(self.refused, 0, "it waits")

    def test_a_session_that_is_refused_keeps_no_other(self):
        number = str(self.session.id)
        self.server.faults.clear()
        self.server.faults.add(
            Fault.http(1, 500, at=lambda call: ("sessionid", number) in call.params)
        )
        result = self.sync(trigger="cron")
        self.assertEqual(result.state, "done", result)
        self.assertEqual(self.moodle_marks(self.session), "......")
        self.assertEqual(self.moodle_marks(self.other), "EEEE..")
        (gap,) = self.gaps(state="open")
        self.assertEqual((gap.why, gap.marks), ("push_failed", 4))
        self.server.faults.clear()
        self.sync(trigger="button")
        self.assertEqual(self.moodle_marks(self.session), "PALE..")
        self.assertFalse(self.open_gaps())


class Described:
    def setUp(self):
        super().setUp()
        self.instance.create_moodle_sessions = True

    def test_a_session_is_made_without_its_description(self):
        sheet = self.make_sheet("PALE")
        sheet.name = "../12"
        self.server.faults.clear()
        self.server.faults.add(
            Fault.http(
                1, 403, body=BLOCKED, at=lambda call: any("../" in v for _n, v in call.params)
            )
        )
        result = self.sync()
        self.assertEqual(result.state, "done", result)
        (session,) = self.moodle.sessions.values()
        self.assertEqual(self.moodle_marks(session), "PALE..")
        self.assertEqual(sheet.moodle_session_id, session.id)
        self.assertNotIn("..", session.description)
        (gap,) = self.gaps(state="open")
        self.assertEqual(gap.why, "description_refused")
        self.assertIn("../12", gap.words)
        self.server.reset_calls()
        self.sync()
        self.assertFalse(
            [call for call in self.server.calls if call.function.endswith("add_session")]
        )
        self.assertFalse(self.open_gaps())


@tagged("post_install", "-at_install")
class TestDescribed(Described, PushCase):
    profile = "2026"


@tagged("post_install", "-at_install")
class TestDescribedThere(Described, CompanionCase):
    direction = "oec"


@tagged("post_install", "-at_install")
class TestNativeSession(PushCase):
    """Mark by mark: one session that can't be written keeps no other from being sent."""

    profile = "2026"

    def test_the_others_are_sent(self):
        first, second = (self.add_session(starts=START + n * 86400) for n in (0, 1))
        self.make_sheet("PALE")
        self.make_sheet("EEEE", day="2026-11-04")
        number = str(first.id)
        self.server.faults.add(
            Fault.http(
                1,
                500,
                at=lambda call: (
                    call.function.endswith("update_user_status")
                    and ("sessionid", number) in call.params
                ),
            )
        )
        result = self.sync(trigger="cron")
        self.assertEqual(result.state, "done", result)
        self.assertEqual(self.moodle_marks(first), "......")
        self.assertEqual(self.moodle_marks(second), "EEEE..")
        (gap,) = self.gaps(state="open")
        self.assertEqual((gap.why, gap.marks), ("push_failed", 4))
        self.assertLessEqual(len([c for c in self.server.calls if c.status == 500]), 2)
        self.server.faults.clear()
        self.sync(trigger="button")
        self.assertEqual(self.moodle_marks(first), "PALE..")
        self.assertFalse(self.open_gaps())
