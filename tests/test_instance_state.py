"""The one state of an instance, what it is worked out from, and the next thing to do."""

from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tests.common import BaseCase

from ..models.moodle_instance_state import STATES
from ..services.domain import instance_state as s
from ..services.texts import messages_state
from .test_preview import PreviewCase
from .test_security import MANAGER

NOON = datetime(2026, 11, 3, 12)
LATER = NOON + timedelta(minutes=15)
# Tested, and a run has done all courses since.
GOOD = {"tested_at": NOON, "test_ok": True, "tried_at": LATER, "ended_at": LATER}


def state(**facts):
    found = s.state_of(s.Facts(**{**GOOD, **facts}))
    return found.name, found.why


@tagged("post_install", "-at_install")
class TestRule(BaseCase):
    def test_good_news(self):
        self.assertEqual(state(), (s.WORKING, s.NOTHING))
        self.assertEqual(state(gaps=2), (s.WORKING, s.GAPS))
        self.assertEqual(state(tried_at=None, ended_at=None), (s.WORKING, s.FIRST))
        self.assertEqual(state(tested_at=None, test_ok=False), (s.WORKING, s.NOTHING))

    def test_a_set_up_that_is_open_is_never_green(self):
        self.assertEqual(state(in_setup=True), (s.SETUP, s.STEPS))
        self.assertEqual(s.state_of(s.Facts()), s.State(s.SETUP, s.UNTESTED))
        self.assertEqual(s.state_of(s.Facts(has_token=False)), s.State(s.SETUP, s.TOKEN))

    def test_a_token_that_ends_soon(self):
        self.assertEqual(state(token_ends_soon=True, gaps=2), (s.WORKING, s.TOKEN_ENDS))
        self.assertEqual(state(token_ends_soon=True, whole=False), (s.PARTLY, s.TOKEN_ENDS))
        self.assertEqual(
            state(token_ends_soon=True, ended_at=None, tried_at=None), (s.WORKING, s.TOKEN_ENDS)
        )
        self.assertEqual(state(token_ends_soon=True, waits=(s.MEANING,)), (s.WAITING, s.MEANING))
        self.assertEqual(state(token_ends_soon=True, has_token=False), (s.FAILING, s.TOKEN))

    def test_bad_news_of_a_run(self):
        failing = {"failing_since": LATER, "tried_at": LATER + timedelta(days=1)}
        self.assertEqual(state(**failing), (s.FAILING, s.ERROR))
        self.assertEqual(state(**failing, scheduled=False), (s.FAILING, s.ERROR))
        self.assertEqual(state(**failing, waits=(s.DIRECTION,)), (s.FAILING, s.ERROR))
        # A test says that it can work, a run alone that it does.
        tested = LATER + timedelta(days=2)
        self.assertEqual(state(**failing, tested_at=tested), (s.FAILING, s.MENDED))
        self.assertEqual(state(**failing, tested_at=tested, test_ok=False), (s.FAILING, s.ERROR))
        self.assertEqual(state(has_token=False), (s.FAILING, s.TOKEN))

    def test_bad_news_of_a_test(self):
        failed = {"test_ok": False}
        found = s.state_of(s.Facts(**{**GOOD, **failed, "tested_at": LATER + timedelta(hours=1)}))
        self.assertEqual(found, s.State(s.FAILING, s.ERROR, LATER + timedelta(hours=1)))
        self.assertEqual(state(**failed), (s.WORKING, s.NOTHING), "a run has told better since")

    def test_switched_off(self):
        self.assertEqual(state(active=False, in_setup=True), (s.OFF, s.ARCHIVED))
        self.assertEqual(state(scheduled=False, waits=(s.MEANING,)), (s.OFF, s.SCHEDULE))

    def test_waiting_and_partly(self):
        for why in s.WAITS:
            self.assertEqual(state(waits=(why,), whole=False), (s.WAITING, why))
        self.assertEqual(state(waits=s.WAITS[::-1]), (s.WAITING, s.DATABASE))
        self.assertEqual(state(whole=False, gaps=2), (s.PARTLY, s.COURSES))

    def test_each_reason_has_words_and_a_button(self):
        reasons = {
            value
            for name, value in vars(s).items()
            if name.isupper() and isinstance(value, str) and value
        } - dict(STATES).keys()
        self.assertEqual(messages_state.NEXT.keys(), reasons)
        self.assertEqual(messages_state.BUTTONS.keys(), reasons)


class StateCase(PreviewCase):
    def setUp(self):
        super().setUp()
        self.session = self.add_session("PA")
        self.cron = self.env.ref("openeducat_moodle_attendance.ir_cron_sync_attendance")

    def assertState(self, name, why):
        self.env.invalidate_all()
        self.assertEqual((self.instance.state, self.instance.state_why), (name, why))

    def push_the_next_step(self, user=None):
        with self.own_cursors():
            return self.instance.with_user(user or self.env.user).action_next_step()


@tagged("post_install", "-at_install")
class TestState(StateCase):
    def test_a_dead_token(self):
        self.instance.action_test_connection()
        self.sync()
        self.assertState("working", "")
        self.assertIn("text-success", self.instance.checklist)
        token = self.moodle.tokens.pop(self.token)
        self.sync(trigger="cron")
        self.assertState("failing", "error")
        since = self.instance.failing_since
        self.assertTrue(since)
        self.assertIn("Failing since", self.instance.state_words)
        self.assertIn("token", self.instance.problem)
        self.assertNotIn("text-success", self.instance.checklist)
        self.instance.failing_since -= timedelta(days=1)
        # A test is one transaction, in whose beginning all runs are tried.
        self.instance.tested_at -= timedelta(days=1)
        self.sync(trigger="cron")
        self.assertEqual(self.instance.failing_since, since - timedelta(days=1))
        # A new one, tested; then a run.
        self.moodle.tokens[self.token] = token
        self.push_the_next_step()
        self.instance.tested_at = fields.Datetime.now() + timedelta(minutes=1)
        self.assertState("failing", "mended")
        self.push_the_next_step()
        self.assertState("working", "")
        self.assertFalse(self.instance.failing_since or self.instance.problem)

    def test_a_failed_test_is_enough(self):
        self.sync()
        del self.moodle.tokens[self.token]
        self.instance.action_test_connection()
        self.instance.tested_at += timedelta(minutes=1)
        self.assertState("failing", "error")
        self.assertIn("token", self.instance.problem)

    def test_without_a_token(self):
        self.sync()
        self.instance.token = False
        self.assertState("failing", "token")

    def test_a_changed_direction_waits_and_fails_nothing(self):
        self.sync()
        self.assertTrue(self.instance.next_run)
        self.instance.sync_attendance_from = "both"
        self.sync(trigger="cron")
        self.assertState("waiting", "direction")
        self.assertFalse(self.instance.failing_since or self.instance.next_run)
        self.assertEqual(self.push_the_next_step()["res_model"], "moodle.sync.report")
        self.sync()
        self.assertState("working", "")
        self.assertTrue(self.instance.next_run)

    def test_a_stopped_course_waits(self):
        self.instance.write({"brake_share": 1, "brake_marks": 1})
        self.sync()
        self.mark(self.session, "AP")
        self.sync(trigger="cron")
        self.assertState("waiting", "stopped")
        self.assertFalse(self.instance.failing_since)
        self.assertTrue(self.instance.next_run, "other courses go on")
        self.assertIn("was stopped", self.instance.problem)
        action = self.push_the_next_step()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]).kind, "stopped")

    def test_a_course_that_could_not_be_done(self):
        self.sync()
        run = self.instance.last_run_id
        run.write({"state": "partial", "courses_failed": 1})
        self.assertState("partly", "courses")
        self.assertEqual(self.push_the_next_step()["res_id"], run.id)

    def test_switched_off(self):
        self.sync()
        self.cron.active = False
        self.assertState("off", "schedule")
        self.assertEqual(self.push_the_next_step()["res_model"], "ir.cron")
        self.cron.active = True
        self.instance.active = False
        self.assertState("off", "archived")
        self.push_the_next_step()
        self.assertTrue(self.instance.active)
        with self.assertRaisesRegex(UserError, "nothing to do"):
            self.push_the_next_step()

    def test_what_only_an_administrator_can_do(self):
        manager = new_test_user(self.env, "t-state", f"base.group_user,{MANAGER}")
        self.sync()
        self.instance.setup_step = "direction"
        self.assertState("setup", "steps")
        self.assertEqual(self.instance.next_label, "Finish set-up")
        seen = self.instance.with_user(manager)
        self.assertEqual((seen.state, seen.next_label), ("setup", False))
        with self.assertRaises(AccessError):
            self.push_the_next_step(manager)

    def test_it_can_be_searched_for(self):
        self.sync()
        resting = self.instance.copy({"name": "At rest"})
        both = [("id", "in", (self.instance | resting).ids), ("active", "in", (True, False))]
        Instance = self.env["moodle.instance"]
        self.assertEqual(Instance.search([("state", "=", "working"), *both]), self.instance)
        self.assertEqual(Instance.search([("state", "!=", "working"), *both]), resting)
        self.assertEqual(Instance.search([("state", "in", ("off", "setup")), *both]), resting)


@tagged("post_install", "-at_install")
class TestSettingsInTheChatter(StateCase):
    def test_what_changes_what_is_written_is_noted(self):
        tracked = self.env["moodle.instance"]._track_get_fields()
        settings = {
            "active", "allow_http", "attendance_api", "brake_marks", "brake_share",
            "create_moodle_sessions", "match_by_email", "sync_attendance_from",
            "sync_window_days", "tz", "url",
        }  # fmt: skip
        self.assertFalse(settings - set(tracked))
        instance = self.instance.with_context(tracking_disable=False)
        # Nothing is noted of what is made in the same transaction.
        self.env.cr.flush()
        before = instance.message_ids
        instance.write({"sync_attendance_from": "both", "sync_window_days": 7})
        self.env.flush_all()
        self.env.cr.flush()
        self.env.invalidate_all()
        note = instance.message_ids - before
        self.assertEqual(note.author_id, self.env.user.partner_id)
        values = note.sudo().tracking_value_ids
        self.assertEqual(
            set(values.field_id.mapped("name")), {"sync_attendance_from", "sync_window_days"}
        )


@tagged("post_install", "-at_install")
class TestEndInTheBackground(StateCase):
    def setUp(self):
        super().setUp()
        self.user = self.env.ref("base.user_admin")
        self.told = []
        self.patch(
            type(self.env["res.users"]),
            "_bus_send",
            lambda users, kind, message, **kwargs: self.told.append((users.id, kind, message)),
        )

    def test_whoever_started_a_run_is_told_of_its_end(self):
        instance = self.instance.with_user(self.user)
        with self.own_cursors():
            instance._start_run("button", self.user.id)
        self.sync(trigger="cron")
        ((user_id, kind, message),) = self.told
        self.assertEqual((user_id, kind), (self.user.id, "simple_notification"))
        self.assertEqual((message["title"], message["type"]), ("Test Moodle", "success"))
        self.assertFalse(message["sticky"], "it fades")
        self.assertIn("1 of 1 course", message["message"])
        self.sync(trigger="cron")
        self.sync()
        self.assertEqual(len(self.told), 1, "nobody waits for the schedule's own runs")

    def test_a_preview_and_no_weekly_verification(self):
        self.instance.with_user(self.user)._new_report("preview")
        self.env["moodle.instance"].sudo()._cron_verify_attendance()
        with self.own_cursors():
            self.env["moodle.instance"].sudo()._cron_survey()
        ((user_id, _kind, message),) = self.told
        self.assertEqual(user_id, self.user.id)
        self.assertIn("2 differences", message["message"])

    def test_nobody_is_told_who_may_not_see_it(self):
        stranger = new_test_user(self.env, "t-stranger", "base.group_user")
        self.told.clear()
        self.instance._tell(stranger, "Done", "success")
        self.assertFalse(self.told)


@tagged("post_install", "-at_install")
class TestPreviewOfASetUp(StateCase):
    def setUp(self):
        super().setUp()
        self.instance.setup_step = "direction"
        with self.own_cursors():
            self.instance.action_setup_next()
        self.report = self.instance.setup_report_id

    def test_apply_finishes_it(self):
        self.assertState("setup", "steps")
        self.assertEqual(self.instance.setup_step, "preview")
        params = self.apply(self.report)
        self.assertEqual(self.statuses(self.session), "PA")
        self.assertFalse(self.instance.setup_step)
        self.assertEqual(params["next"]["res_id"], self.instance.id)
        self.assertState("working", "")

    def test_apply_of_what_the_schedule_sends_finishes_it(self):
        self.instance.sync_attendance_from = "both"
        self.apply(self.look())
        self.assertFalse(self.instance.setup_step)
        self.assertEqual(self.statuses(self.session), "PA")

    def test_it_stays_open_where_nothing_was_done(self):
        self.mark(self.session, "LL")
        self.assertIn("changed since the preview", self.apply(self.report)["message"])
        self.assertEqual(self.instance.setup_step, "preview")
        self.assertFalse(self.sheets)

    def test_only_an_administrator_finishes_it(self):
        manager = new_test_user(self.env, "t-finish", f"base.group_user,{MANAGER}")
        with self.own_cursors(), self.assertRaises(AccessError):
            self.report.with_user(manager).action_apply()
        self.assertFalse(self.sheets)

    def test_the_way_back(self):
        action = self.report.action_setup()
        self.assertEqual((action["res_id"], action["target"]), (self.instance.id, "new"))
        self.assertEqual(self.instance.setup_report_id, self.report, "it was looked at just now")
        self.instance.action_setup_finish()
        with self.assertRaisesRegex(UserError, "not being set up"):
            self.report.action_setup()

    def test_taken_up_again_it_looks_again(self):
        self.assertFalse(self.instance.setup_written)
        self.sync()
        with self.own_cursors():
            self.instance.action_setup()
        self.assertNotEqual(self.instance.setup_report_id, self.report)
        self.assertIn("Both sides are equal", self.instance.setup_report_html)
        self.assertTrue(self.instance.setup_written)

    def test_taken_up_where_moodle_is_gone(self):
        self.instance.setup_step = "people"
        del self.moodle.tokens[self.token]
        with self.own_cursors():
            self.instance.action_setup()
        self.assertEqual(self.instance.setup_step, "connect")
        self.assertIn("does not know this token", self.instance.checklist)
