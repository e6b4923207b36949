"""Courses that are stopped because a run would do too much at once: the rule on plain values,
and whole runs."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import BaseCase, new_test_user, tagged

from ..services.domain import brake, matching, merge
from ..services.domain.planner import plan_course
from ..services.domain.status_meaning import Chosen
from ..services.domain.window import Rules
from . import builders as b
from .builders import HOUR, START
from .common import MoodleCase
from .test_preview import PreviewCase

DAY = 86400
EVERYBODY = range(1, 41)


def course(sessions=3, letter="P"):
    """As many sessions of 40 marks, and the same in OpenEduCat, agreed on."""
    remote = [
        b.session(n, dict.fromkeys(EVERYBODY, letter), starts=START + n * DAY)
        for n in range(1, sessions + 1)
    ]
    sheets = [b.sheet(s.id, s, register_id=s.id, day=b.DAY + timedelta(days=s.id)) for s in remote]
    lines = [
        b.line(100 * s.id + user, 100 + user, letter, s.id) for s in remote for user in EVERYBODY
    ]
    registers = [b.register(s.id, b.DAY + timedelta(days=s.id)) for s in remote]
    return remote, b.local(sheets, lines, registers)


def stop_of(remote, here, direction=merge.MOODLE, who=None, limits=None, parts=None, **values):
    """:param remote: sessions
    :param values: of the reading, or ``zone`` and ``chosen`` of the rules
    """
    allowance = brake.Allowance(parts or {})
    rules = Rules(
        values.pop("zone", b.ZONE),
        direction=direction,
        user_id=99,
        chosen=values.pop("chosen", ()),
        allowance=allowance,
    )
    reading, who = b.reading(*remote, **values), who or b.people()
    plan = plan_course(reading, here, who, rules)
    amount = brake.measure(plan, reading, here, who)
    limits = limits or rules.limits
    return brake.judge(amount, limits, brake.lists_nothing(reading), plan.emptied, allowance)


class BrakeCase(BaseCase):
    def assertStopped(self, stop, why=brake.TOO_MUCH, agreed=120, **touched):
        self.assertTrue(stop, "it goes on")
        self.assertEqual((stop.why, stop.amount.agreed), (why, agreed))
        self.assertEqual(stop.amount.touched, touched)


@tagged("post_install", "-at_install")
class TestRule(BrakeCase):
    def test_more_than_a_share_and_at_least_so_many(self):
        limits = brake.Limits(30, 50)
        for agreed, total, stopped in (
            (200, 60, False),
            (200, 61, True),
            (100, 49, False),
            (100, 50, True),
            (50, 50, True),
            (49, 49, False),
            (0, 0, False),
        ):
            amount = brake.Amount(agreed, 1, {"changed": total})
            self.assertEqual(bool(brake.judge(amount, limits)), stopped, (agreed, total))

    def test_100_per_cent_stops_none(self):
        amount = brake.Amount(1000, 10, {"sent": 1000})
        self.assertFalse(brake.judge(amount, brake.Limits(100, 1)))

    def test_what_was_let_through(self):
        amount = brake.Amount(100, 5, {"changed": 60, "sent": 10})
        for shown, stopped in (
            ({"changed": 60, "sent": 10}, False),
            ({"changed": 80, "sent": 10}, False),
            ({"changed": 59, "sent": 10}, True),
            ({"changed": 70}, True),
            ({}, True),
        ):
            allowance = brake.Allowance({brake.TOO_MUCH: shown})
            stop = brake.judge(amount, brake.Limits(), allowance=allowance)
            self.assertEqual(bool(stop), stopped, shown)
        self.assertTrue(
            brake.judge(amount, brake.Limits(), allowance=brake.Allowance({brake.NO_PEOPLE: {}}))
        )
        self.assertFalse(brake.judge(amount, brake.Limits(), allowance=brake.EVERYTHING))

    def test_it_holds_once_for_an_amount_and_as_long_as_nothing_is_listed(self):
        allowance = brake.Allowance({brake.TOO_MUCH: {"sent": 9}, brake.NO_PEOPLE: {}})
        self.assertEqual(allowance.left(""), {})
        self.assertEqual(allowance.left(brake.NO_PEOPLE), {brake.NO_PEOPLE: {}})
        self.assertEqual(allowance.left(brake.NO_SESSIONS), {})


@tagged("post_install", "-at_install")
class TestWhatStops(BrakeCase):
    def test_nothing_and_everyday_work_go_on(self):
        remote, here = course()
        self.assertFalse(stop_of(remote, here))
        remote[0] = b.session(1, dict.fromkeys(range(1, 31), "A"), starts=START + DAY)
        self.assertFalse(stop_of(remote, here), "30 of 120")

    def test_a_first_pull_and_more_sessions_never_do(self):
        remote, _here = course(20)
        self.assertFalse(stop_of(remote, b.local(registers=())))
        _remote, here = course(2)
        self.assertFalse(stop_of(remote, here), "18 sessions that a backfill has found")

    def test_marks_that_were_never_agreed_on(self):
        """Sheets made by hand, met for the first time."""
        remote, here = course()
        lines = [b.line(x.id, x.student_id, "A", x.sheet_id, base=None) for x in here.lines]
        for direction in (merge.MOODLE, merge.OEC, merge.BOTH):
            self.assertFalse(stop_of(remote, b.local(here.sheets, lines), direction), direction)

    def test_a_bulk_edit_in_moodle(self):
        remote, here = course()
        changed, _here = course(letter="A")
        self.assertStopped(stop_of([*changed[:2], remote[2]], here), changed=80)

    def test_a_bulk_edit_here(self):
        remote, here = course()
        lines = [b.line(x.id, x.student_id, "A", x.sheet_id, base="P") for x in here.lines]
        edited = b.local(here.sheets, lines, here.registers)
        self.assertStopped(stop_of(remote, edited), put_back=120)
        for direction in (merge.OEC, merge.BOTH):
            self.assertStopped(stop_of(remote, edited, direction), sent=120)

    def test_a_course_reset(self):
        remote, here = course()
        reset = [b.session(s.id, starts=s.starts) for s in remote]
        self.assertFalse(stop_of(reset, here), "the lines stay anyhow")
        self.assertFalse(stop_of(reset, here, merge.BOTH))
        self.assertStopped(stop_of(reset, here, merge.OEC), sent=120)

    def test_session_numbers_used_again(self):
        """Another term's course got them: other days, other people present."""
        remote, here = course()
        other = [
            b.session(s.id, dict.fromkeys(EVERYBODY, "A"), starts=s.starts + 90 * DAY)
            for s in remote
        ]
        self.assertStopped(stop_of(other, here), changed=120)

    def test_a_restored_backup_with_new_numbers(self):
        remote, here = course()
        restored = [b.session(s.id + 50, dict.fromkeys(EVERYBODY, "P")) for s in remote]
        self.assertStopped(stop_of(restored, here), cancelled=120)

    def test_another_time_zone(self):
        remote, here = course()
        # 09:00 in Kolkata is the evening before there.
        self.assertStopped(stop_of(remote, here, zone="Pacific/Pago_Pago"), moved=120)

    def test_a_changed_meaning(self):
        remote, here = course()
        chosen = (Chosen("P", "L"),)
        for direction in (merge.MOODLE, merge.BOTH):
            self.assertStopped(stop_of(remote, here, direction, chosen=chosen), changed=120)

    def test_changed_id_numbers(self):
        """The accounts are other students all at once."""
        remote, here = course()
        others = {user: matching.Match(user, 200 + user, "idnumber") for user in EVERYBODY}
        who = b.people(unknown=others, running={200 + user: [1] for user in EVERYBODY})
        self.assertStopped(stop_of(remote, here, who=who), replaced=120)

    def test_a_mark_is_counted_once(self):
        remote, here = course()
        moved = [
            b.session(s.id, dict.fromkeys(EVERYBODY, "A"), starts=s.starts + DAY) for s in remote
        ]
        self.assertStopped(stop_of(moved, here), changed=120)

    def test_a_cancelled_sheet_is_not_agreed_on(self):
        remote, here = course()
        sheets = [b.sheet(s.id, s, register_id=s.id, state="cancel", day=b.DAY) for s in remote]
        here = b.local(sheets, here.lines, here.registers)
        self.assertFalse(stop_of([b.session(99, {1: "P"})], here))


@tagged("post_install", "-at_install")
class TestNothingListed(BrakeCase):
    def test_no_sessions(self):
        _remote, here = course()
        for direction in (merge.MOODLE, merge.OEC, merge.BOTH):
            self.assertStopped(stop_of([], here, direction), brake.NO_SESSIONS)
        stop = stop_of([], here)
        self.assertEqual(
            stop.allows, {brake.NO_SESSIONS: {}, "activity:1": {"sheets": 3, "marks": 120}}
        )
        self.assertFalse(stop_of([], here, parts=stop.allows))

    def test_no_activities(self):
        _remote, here = course()
        nothing = {"activities": (), "listed": frozenset()}
        stop = stop_of([], here, **nothing)
        self.assertStopped(stop, brake.NO_ACTIVITIES)
        self.assertFalse(stop_of([], here, parts=stop.allows, **nothing))

    def test_no_people(self):
        remote, here = course()
        stop = stop_of(remote, here, people_listed=False)
        self.assertStopped(stop, brake.NO_PEOPLE)
        self.assertEqual(stop.allows, {brake.NO_PEOPLE: {}})
        self.assertFalse(stop_of(remote, here, people_listed=False, parts=stop.allows))

    def test_not_where_it_could_not_be_read(self):
        _remote, here = course()
        self.assertFalse(stop_of([], here, listed=frozenset()))
        self.assertFalse(stop_of([], here, activities=(), listed=frozenset(), listed_all=False))

    def test_not_where_there_was_little(self):
        remote, here = course(1)
        self.assertFalse(stop_of([], here))
        self.assertFalse(stop_of(remote, here, people_listed=False))


@tagged("post_install", "-at_install")
class TestStoppedRun(PreviewCase):
    """Two courses, of which one is stopped."""

    def setUp(self):
        super().setUp()
        self.instance.write({"brake_share": 30, "brake_marks": 8})
        self.sessions = [self.add_session("PPPPPP", starts=START + n * HOUR) for n in range(2)]
        other = self.moodle.add_course(
            "Physics",
            shortname="PHY1",
            idnumber=f"oec_subj_{self.physics.id}_course_{self.course.id}",
        )
        for user in self.users:
            self.moodle.enrol(other, user)
        labs = self.moodle.add_attendance(other, "Labs")
        self.lab = self.add_session("PPPPPP", activity=labs)
        self.assertEqual(self.sync().state, "done")
        for session in self.sessions:
            self.mark(session, "AAAAAA")
        self.mark(self.lab, "LPPPPP")

    @property
    def gap(self):
        return self.gaps(kind="stopped")

    def marks(self):
        return [self.statuses(session) for session in self.sessions]

    def test_nothing_of_it_is_written_and_others_go_on(self):
        result = self.sync()
        self.assertEqual(result.state, "partial", result)
        self.assertEqual(self.marks(), ["PPPPPP"] * 2)
        self.assertEqual(self.statuses(self.lab), "LPPPPP")
        self.assertEqual(len(self.gap), 1)
        self.assertEqual(self.gap.course_name, "Algebra I")
        self.assertIn("12 of the 12 marks", self.gap.name)
        self.assertIn("12 overwritten here by Moodle's", self.gap.name)
        self.assertEqual(self.gap.marks, 12)
        self.assertIn("Algebra I: This course was stopped", self.instance.error_message)
        self.sync()
        self.assertEqual((len(self.gap), self.gap.times_seen), (1, 2))

    def test_the_activity_says_that_a_course_waits(self):
        self.instance.user_id = self.env.ref("base.user_admin")
        self.sync()
        self.assertEqual(self.instance.activity_ids.summary, "Algebra I waits for your decision")

    def test_other_gaps_of_the_course_stay(self):
        stranger = self.moodle.add_user("stranger", "Who", "Knows")
        self.moodle.enrol(self.moodle_course, stranger)
        for session in self.sessions:
            self.mark(session, "PPPPPP")
            self.moodle.mark(session, stranger, "P", by=self.teacher)
        self.sync()
        self.assertEqual(self.open_gaps(), ["unmatched_student"])
        for session in self.sessions:
            self.mark(session, "AAAAAA")
        self.sync()
        self.assertEqual(sorted(self.open_gaps()), ["stopped", "unmatched_student"])

    def test_apply_anyway_lets_it_through_once(self):
        self.sync()
        with self.own_cursors():
            self.gap.action_apply_anyway()
        self.assertEqual(self.gap.state, "mended")
        result = self.sync(trigger="cron")
        self.assertEqual(result.state, "done", result)
        self.assertEqual(self.marks(), ["AAAAAA"] * 2)
        self.assertEqual(self.gap.state, "closed")
        self.assertFalse(self.instance.error_message)
        mapping = self.env["moodle.mapping"]._of_course(self.instance, self.moodle_course.id)
        self.assertFalse(mapping.allowed.parts)
        for session in self.sessions:
            self.mark(session, "EEEEEE")
        self.assertEqual(self.sync().state, "partial")
        self.assertEqual(self.marks(), ["AAAAAA"] * 2)
        self.assertEqual(self.gap.state, "open")

    def test_not_if_more_has_changed_meanwhile(self):
        self.mark(self.sessions[0], "PPAAAA")
        self.sync()
        with self.own_cursors():
            self.gap.action_apply_anyway()
        mapping = self.env["moodle.mapping"]._of_course(self.instance, self.moodle_course.id)
        self.assertEqual(mapping.allowed.parts, {"too_much": {"changed": 10}})
        self.mark(self.sessions[0], "PAAAAA")
        self.assertEqual(self.sync().state, "partial")
        self.assertEqual(self.marks(), ["PPPPPP"] * 2)
        self.assertEqual(self.gap.state, "open")
        self.assertIn("11 of the 12 marks", self.gap.name)
        self.assertFalse(mapping.allowed.parts, "it is void")

    def test_who_did_it_is_told(self):
        self.sync()
        manager = new_test_user(
            self.env, "t-brake", "openeducat_attendance.group_op_attendance_manager"
        )
        with self.own_cursors():
            self.gap.with_user(manager).action_apply_anyway()
        message = self.instance.message_ids[0]
        self.assertEqual(message.author_id, manager.partner_id)
        self.assertIn("Algebra I", message.body)
        self.assertIn("12 of the 12 marks", message.body)

    def test_who_may(self):
        self.sync()
        teacher = new_test_user(
            self.env, "t-brake", "openeducat_attendance.group_op_attendance_user"
        )
        for name in ("action_apply_anyway", "action_preview"):
            with self.assertRaises(AccessError):
                getattr(self.gap.with_user(teacher), name)()
        self.gap.sudo().state = "closed"
        with self.assertRaisesRegex(UserError, "held back"):
            self.gap.action_apply_anyway()

    def test_the_preview_of_its_course(self):
        self.sync()
        with self.own_cursors():
            action = self.gap.action_preview()
        report = self.env["moodle.sync.report"].browse(action["res_id"])
        self.assertEqual(set(report.line_ids.mapped("course_name")), {"Algebra I"})
        self.assertEqual((report.state, report.marks_changed), ("done", 12))
        self.assertIn("12 of the 12 marks", report.held)
        self.assertEqual(self.apply(report)["type"], "success")
        self.assertEqual(self.marks(), ["AAAAAA"] * 2)
        self.assertEqual(self.gap.state, "closed")
        self.assertIn("12 of the 12 marks", self.instance.message_ids[0].body)

    def test_the_preview_of_everything_tells_it(self):
        report = self.look()
        self.assertIn("Algebra I: This course was stopped", report.held)
        self.assertNotIn("Physics", report.held)
        self.assertEqual(report.marks_changed, 13)
        self.assertIn("This course was stopped", str(self.preview()))

    def test_its_limits(self):
        self.instance.brake_share = 100
        self.assertEqual(self.sync().state, "done")
        for values in ({"brake_share": 0}, {"brake_share": 101}, {"brake_marks": 0}):
            with self.assertRaises(ValidationError):
                self.instance.write({"brake_share": 30, "brake_marks": 50, **values})

    def test_no_session_is_made_in_moodle_either(self):
        self.instance.write({"sync_attendance_from": "both", "create_moodle_sessions": True})
        self.make_sheet("PPPP", day="2026-11-02")
        before = len(self.moodle.sessions)
        self.assertEqual(self.sync().state, "partial")
        self.assertEqual(len(self.moodle.sessions), before)
        self.assertEqual(self.server.write_count, 0)

    def test_marks_to_be_sent(self):
        for session in self.sessions:
            self.mark(session, "PPPPPP")
        self.mark(self.lab, "PPPPPP")
        self.instance.sync_attendance_from = "oec"
        self.sync()
        for session in self.sessions:
            for number in range(1, 7):
                self.mark_here(session, number, "L")
        self.server.reset_calls()
        self.assertEqual(self.sync().state, "partial")
        self.assertEqual(self.server.write_count, 0)
        self.assertIn("12 sent to Moodle", self.gap.name)
        with self.own_cursors():
            self.gap.action_apply_anyway()
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.moodle_marks(self.sessions[0]), "LLLLLL")


@tagged("post_install", "-at_install")
class TestEmptiedActivity(PreviewCase):
    def setUp(self):
        super().setUp()
        self.sessions = [self.add_session("PPPP", starts=START + n * HOUR) for n in range(2)]
        self.assertEqual(self.sync().state, "done")

    def empty(self):
        for session in self.sessions:
            self.moodle.delete_session(session)

    def bring_back(self):
        self.moodle.sessions.update({session.id: session for session in self.sessions})

    @property
    def states(self):
        return self.sheets.mapped("state")

    @property
    def gap(self):
        return self.gaps(kind="sheet_without_session")

    def test_nothing_is_cancelled(self):
        self.empty()
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.states, ["done"] * 2)
        self.assertEqual(len(self.gap), 1)
        self.assertIn("Lectures", self.gap.name)
        self.assertIn("2 sheets, 8 marks", self.gap.name)

    def test_apply_anyway_cancels(self):
        self.empty()
        self.sync()
        with self.own_cursors():
            self.gap.action_apply_anyway()
        self.assertEqual(self.sync().counters["sheets_cancelled"], 2)
        self.assertEqual(self.states, ["cancel"] * 2)
        self.assertEqual(self.gap.state, "closed")
        self.assertIn("There was nothing to write", self.sync().message)

    def test_the_preview_shows_and_carries_it_out(self):
        self.empty()
        report = self.look()
        self.assertEqual(report.sheets_cancelled, 2)
        self.assertIn("2 sheets, 8 marks", report.held)
        self.apply(report)
        self.assertEqual(self.states, ["cancel"] * 2)

    def test_a_deleted_activity(self):
        self.empty()
        del self.moodle.attendances[self.lectures.id]
        self.sync()
        self.assertEqual(self.states, ["done"] * 2)
        self.assertIn("not visible any more", self.gap.name)
        with self.own_cursors():
            self.gap.action_apply_anyway()
        self.sync()
        self.assertEqual(self.states, ["cancel"] * 2)

    def test_sessions_that_come_back(self):
        for direction in ("moodle", "both"):
            self.instance.sync_attendance_from = direction
            self.add_session("PPPP", starts=START + 5 * HOUR)
            self.sync()
            self.empty()
            self.sync()
            self.assertEqual(set(self.states), {"done", "cancel"}, direction)
            self.bring_back()
            self.mark(self.sessions[0], "AAAA")
            result = self.sync()
            self.assertEqual(set(self.states), {"done"}, direction)
            self.assertEqual(result.counters["sheets_restored"], 2)
            self.assertEqual(self.statuses(self.sessions[0]), "AAAA")
            self.assertIn("There was nothing to write", self.sync().message)
            self.mark(self.sessions[0], "PPPP")
            self.sync()

    def test_what_a_person_cancelled_stays(self):
        self.add_session("PPPP", starts=START + 5 * HOUR)
        self.sync()
        first, second = (
            self.sheets.filtered(lambda sheet, x=x: sheet.moodle_session_id == x.id)
            for x in self.sessions
        )
        first.state = "cancel"
        self.empty()
        self.sync()
        self.assertEqual((first.state, second.state), ("cancel", "cancel"))
        # Looked at by a person, who cancels it once more.
        second.state = "done"
        second.state = "cancel"
        self.bring_back()
        self.assertIn("There was nothing to write", self.sync().message)
        self.assertEqual((first.state, second.state), ("cancel", "cancel"))

    def test_a_large_course_is_stopped_with_one_gap(self):
        self.instance.brake_marks = 8
        self.empty()
        self.assertEqual(self.sync().state, "failed")
        self.assertEqual(self.open_gaps(), ["stopped"])
        gap = self.gaps(kind="stopped")
        self.assertIn("lists no sessions", gap.name)
        self.assertIn("8 marks", gap.name)
        with self.own_cursors():
            gap.action_apply_anyway()
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.states, ["cancel"] * 2)
        self.assertIn("There was nothing to write", self.sync().message)

    def test_a_course_without_people_goes_on_once_somebody_has_said_so(self):
        self.instance.brake_marks = 8
        for user in self.users:
            self.moodle.unenrol(self.moodle_course, user)
        self.moodle.unenrol(self.moodle_course, self.teacher)
        self.assertEqual(self.sync().state, "failed")
        gap = self.gaps(kind="stopped")
        self.assertIn("lists nobody", gap.name)
        with self.own_cursors():
            gap.action_apply_anyway()
        for _number in range(2):
            self.assertEqual(self.sync().state, "done", "as long as it is empty")
        for user in self.users:
            self.moodle.enrol(self.moodle_course, user)
        self.assertEqual(self.sync().state, "done")
        for user in self.users:
            self.moodle.unenrol(self.moodle_course, user)
        self.assertEqual(self.sync().state, "failed", "another time")


@tagged("post_install", "-at_install")
class TestBackfillNeverStops(MoodleCase):
    functions = "legacy"

    def test_sessions_of_the_past(self):
        self.instance.write({"brake_marks": 1, "brake_share": 1})
        today = self.add_session("PPPPPP")
        self.sync()
        past = [self.add_session("AAAAAA", starts=START - n * DAY) for n in range(1, 6)]
        with self.own_cursors():
            self.instance.backfill_attendance(1, past[-1].id)
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.statuses(past[-1]), "AAAAAA")
        self.assertEqual(self.statuses(today), "PPPPPP")
