"""Who calls from outside gets what the buttons give; odd arguments are told off."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models import moodle_instance_preview
from ..services.runs import survey
from ..services.runs.survey import Survey
from .builders import START
from .common import MoodleCase
from .test_security import MANAGER


class CallerCase(MoodleCase):
    def setUp(self):
        super().setUp()
        self.session = self.add_session("PA")

    def from_outside(self):
        """As in a request of a browser or by RPC."""
        patcher = patch.object(type(self.instance), "_in_web_request", lambda instance: True)
        patcher.start()
        self.addCleanup(patcher.stop)


@tagged("post_install", "-at_install")
class TestByRpc(CallerCase):
    def rpc(self, instances=None):
        with self.own_cursors():
            return (instances or self.instance).sync_attendance()

    def test_a_pull_is_done_as_by_the_button(self):
        self.from_outside()
        (result,) = self.rpc()
        self.assertEqual(result.state, "done")
        self.assertEqual(self.instance.last_run_id.trigger, "button")
        self.assertEqual(self.statuses(self.session), "PA")

    def test_what_writes_to_moodle_goes_to_the_schedule(self):
        self.from_outside()
        for direction in ("oec", "both"):
            self.instance.sync_attendance_from = direction
            self.server.reset_calls()
            (result,) = self.rpc()
            self.assertEqual(result.state, "running")
            self.assertFalse(self.server.calls, "Moodle is not asked in the request")
            self.assertEqual(self.instance.last_run_id.state, "running")
            self.sync(trigger="cron")

    def test_archived_and_unfinished_ones_do_not_run(self):
        self.from_outside()
        for values, word in (({"active": False}, "archived"), ({"setup_step": "people"}, "set-up")):
            self.instance.write(values)
            (result,) = self.rpc()
            self.assertEqual(result.state, "skipped")
            self.assertIn(word, result.message)
            with self.assertRaisesRegex(UserError, word):
                self.instance.action_sync_now()
            self.instance.write({"active": True, "setup_step": False})
        self.assertFalse(self.server.calls)
        self.assertFalse(self.instance.run_ids)
        self.instance.active = False
        for call in (self.instance.action_preview, self.instance.action_verify):
            with self.assertRaisesRegex(UserError, "archived"):
                call()

    def test_in_the_shell_all_is_as_it_was(self):
        self.instance.sync_attendance_from = "both"
        (result,) = self.rpc()
        self.assertEqual(result.state, "done")
        self.assertEqual(self.instance.last_run_id.trigger, "shell")

    def test_several_share_the_time(self):
        self.from_outside()
        other = self.instance.copy({"name": "Other", "url": "https://elsewhere.example"})
        results = self.rpc(self.instance | other)
        self.assertEqual([result.state for result in results], ["done", "skipped"])

    def test_a_preview_has_an_end(self):
        self.from_outside()
        self.patch(moodle_instance_preview, "RPC_SECONDS", -1)
        with self.own_cursors():
            self.assertIn("did not answer in time", str(self.instance.preview_attendance()))

    def test_strangers_may_not(self):
        self.from_outside()
        user = new_test_user(self.env, "t-stranger", "base.group_user")
        for name in (
            "sync_attendance",
            "action_sync_now",
            "preview_attendance",
            "action_stop_backfill",
        ):
            with self.assertRaises(AccessError):
                getattr(self.instance.with_user(user), name)()


@tagged("post_install", "-at_install")
class TestBackfill(CallerCase):
    functions = "legacy"

    def begin(self, first, last):
        self.instance._backfill_in_background(first, last, 0)

    def test_bounds(self):
        most = moodle_instance_preview.BACKFILL_MOST
        for first, last in (
            (-1, 5), (5, 4), (1, 2**31), (1, most + 1), ("1", 5), (None, None), (1.5, 2), (True, 5),
            ([1], [2]), (10**30, 10**30),
        ):  # fmt: skip
            with self.subTest(f"{first} {last}"), self.assertRaises(UserError):
                self.instance.backfill_attendance(first, last)
        wizard = self.env["moodle.backfill"].create(
            {"instance_id": self.instance.id, "first_id": 1, "last_id": most + 1}
        )
        with self.assertRaisesRegex(UserError, "At most"):
            wizard.action_backfill()
        self.assertFalse(self.server.calls)

    def test_stop(self):
        self.begin(1, 1000)
        self.patch(survey, "BACKFILL_STEP", 10)
        original = Survey._probe_all
        steps = []

        def probe(runner, sides, first, last, *args):
            steps.append(first)
            if len(steps) == 3:
                self.instance.with_env(sides.env).action_stop_backfill()
            return original(runner, sides, first, last, *args)

        manager = new_test_user(self.env, "t-stop", f"base.group_user,{MANAGER}")
        with patch.object(Survey, "_probe_all", probe), self.own_cursors():
            self.env["moodle.instance"]._cron_survey()
        self.assertEqual(steps, [1, 11, 21])
        self.assertEqual(self.instance.backfill_next, 0)
        self.assertEqual(self.instance.backfill_found, 1, "what was found is kept")
        self.begin(1, 5)
        self.instance.with_user(manager).action_stop_backfill()
        self.assertEqual(self.instance.backfill_next, 0)
        with self.own_cursors():
            self.env["moodle.instance"]._cron_survey()
        self.assertEqual(steps, [1, 11, 21])

    def test_it_is_kept_step_by_step(self):
        past = [self.add_session("P", starts=START - n * 86400) for n in range(1, 4)]
        self.begin(1, past[-1].id)
        self.patch(survey, "BACKFILL_STEP", 1)
        original, calls = Survey._probe, []

        def probe(runner, sides, session_id):
            calls.append(session_id)
            if session_id == past[1].id:
                raise MemoryError
            return original(runner, sides, session_id)

        with (
            patch.object(Survey, "_probe", probe),
            self.assertLogs("odoo.addons.openeducat_moodle_attendance", "ERROR"),
            self.own_cursors(),
        ):
            self.env["moodle.instance"]._cron_survey()
        self.assertEqual(self.instance.backfill_found, 2)
        self.assertEqual(self.instance.backfill_next, 0, "not taken up for ever")

    def test_from_outside_it_goes_on_in_the_background(self):
        self.from_outside()
        self.patch(moodle_instance_preview, "BUTTON_SECONDS", 0)
        with self.own_cursors():
            self.assertEqual(self.instance.backfill_attendance(1, 5), 0)
        self.assertEqual((self.instance.backfill_next, self.instance.backfill_last), (1, 5))


@tagged("post_install", "-at_install")
class TestOddArguments(CallerCase):
    def test_the_picture(self):
        self.sync()
        mapping = self.env["moodle.mapping"].search([("model", "=", "op.subject")])
        self.assertTrue(mapping.attendance_picture()["sessions"])
        self.assertFalse(mapping.attendance_picture(9999)["sessions"])
        for page in (-1, 10**9, 2**40, 1.5, "1", None, True, [0]):
            with self.subTest(page=page), self.assertRaisesRegex(UserError, "no such page"):
                mapping.attendance_picture(page)

    def test_steps_of_a_setup_that_is_none(self):
        for name in ("action_setup_back", "action_setup_next"):
            with self.assertRaisesRegex(UserError, "not being set up"):
                getattr(self.instance, name)()
        self.instance.setup_step = "connect"
        self.instance.action_setup_back()
        self.assertEqual(self.instance.setup_step, "connect")
