"""One broken instance never touches another, whatever is raised, wherever it is."""

import json
import time
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import moodle_instance, moodle_instance_preview
from ..services.moodle import moodle_client
from ..services.moodle.moodle_transport import Clock
from ..services.runs.course_sync import CourseSync
from ..services.runs.survey import Survey
from ..services.runs.sync_attendance import SyncAttendance
from .builders import START
from .canned import EVERY, CannedServer
from .common import MoodleCase
from .measured import measured
from .raw_server import RawServer
from .test_run import SYNC

SURVEY = SYNC.replace("sync_attendance", "survey")
ATTENDANCE = SYNC.replace("services.runs.sync_attendance", "models.moodle_instance_attendance")
PREVIEW = SYNC.replace("services.runs.sync_attendance", "models.moodle_instance_preview")
NUL = {"exception": "x", "errorcode": "a\x00b", "message": "c\x00d \ud800"}
HOSTILE = {
    "NUL in a message": json.dumps(NUL).encode(),
    "half a pair": b'{"exception": "\\ud800", "errorcode": "\\udfff", "message": "\\ud83d"}',
    "binary": bytes(range(256)),
    "UTF-16": "[1, 2]".encode("utf-16"),
    "a list as errorcode": b'{"exception": "x", "errorcode": ["a", {}], "message": {"b": 1}}',
    "an object as errorcode": b'{"exception": {}, "errorcode": {"a": 1}, "message": []}',
    "a number as errorcode": b'{"exception": 1, "errorcode": 7.5, "message": 8}',
    "a list": b"[1, 2]",
    "null": b"null",
    "a text": b'"text"',
    "true": b"true",
    "functions as text": b'{"functions": "all"}',
    "odd functions": b'{"functions": [1, null, [], {"name": 5}]}',
    "functions by name": b'{"functions": {"a": "b"}}',
    "a number beyond all": b'{"userid": 1e999, "functions": []}',
    "NaN": b'{"userid": NaN}',
    "Infinity": b'{"userid": -Infinity}',
    "an id beyond 32 bit": b'{"userid": 2147483648, "functions": []}',
    "an id of a thousand digits": b'{"userid": 1' + b"0" * 1000 + b', "functions": []}',
    "an id of five thousand digits": b'{"userid": 1' + b"0" * 5000 + b', "functions": []}',
    "an id below zero": b'{"userid": -1, "functions": []}',
    "a deep list": b"[" * 100_000 + b"]" * 100_000,
    "a deep object": b'{"a":' * 900 + b"1" + b"}" * 900,
    "deep in functions": b'{"functions": ' + b"[" * 500 + b"]" * 500 + b"}",
}


@tagged("post_install", "-at_install")
class TestHostileAnswers(MoodleCase):
    def setUp(self):
        super().setUp()
        self.session = self.add_session("PA")
        self.canned = CannedServer(self.server.url)
        self.addCleanup(self.canned.stop)
        self.healthy = self.instance
        self.instance = self.healthy.copy({"name": "Broken", "url": self.canned.url})
        self.instance.token = self.token

    def hostile(self):
        for name, body in HOSTILE.items():
            self.canned.answers = {EVERY: (200, {}, body)}
            yield name

    def test_the_run_ends_in_words(self):
        for name in self.hostile():
            with self.subTest(name), self.assertNoLogs(SYNC, "ERROR"):
                result = self.sync()
                self.assertEqual(result.state, "failed")
                self.assertNotIn("unexpected", result.message)
                self.assertGreater(len(result.message), 40)

    def test_the_connection_test_and_the_setup(self):
        for name in self.hostile():
            with self.subTest(name):
                self.instance.setup_step = "connect"
                action = self.instance.action_test_connection()
                self.assertEqual(action["params"]["type"], "danger")
                self.assertFalse(self.instance.test_ok)
                self.assertTrue(self.instance.test_message)
                self.instance.action_setup_next()
                self.assertEqual(self.instance.setup_step, "connect")
                self.instance.flush_recordset()

    def test_a_report(self):
        for name in self.hostile():
            with self.subTest(name), self.own_cursors(), self.assertNoLogs(SURVEY, "ERROR"):
                report = self.env["moodle.sync.report"].browse(
                    self.instance._make_report("preview", 8)
                )
                self.assertEqual(report.state, "failed")
                self.assertNotIn("unexpected", report.problem)

    def test_names_of_the_site(self):
        """Whatever the site calls itself, and the token in it."""
        real = self.recorded_info()
        token = self.token
        for sitename in (
            "a\x00b\ud800",
            "\u202eevil",
            {"a": 1},
            7,
            token,
            f"x{token.lower()}",
            "y" * 9000,
        ):
            for key in ("sitename", "release", "username"):
                with self.subTest(key, sitename=str(sitename)[:20]):
                    body = json.dumps({**real, key: sitename}).encode()
                    self.canned.answers = {"core_webservice_get_site_info": (200, {}, body)}
                    action = self.instance.action_test_connection()
                    self.assertEqual(action["params"]["type"], "success", action)
                    message = self.instance.test_message
                    self.assertNotIn(token.lower(), message.lower())
                    self.assertNotIn("\u202e", message)
                    self.assertLess(len(message), 700)
                    self.instance.flush_recordset()

    def recorded_info(self):
        kept = {}
        self.server.on_call(lambda call, state: None)
        client = self.healthy._moodle_client()
        kept.update(client.fetch("core_webservice_get_site_info"))
        # The healthy one has that Moodle already.
        return {**kept, "siteurl": self.canned.url}


@tagged("post_install", "-at_install")
class TestOthersGoOn(MoodleCase):
    """The schedule, with an instance that is broken in every way there is."""

    def setUp(self):
        super().setUp()
        self.session = self.add_session("PA")
        self.broken = self.second_instance(name="Broken")
        self.broken.token = self.token
        # It comes first: the other one has just been tried.
        self.instance.last_try = "2026-01-01"

    def breaks(self, cls, name):
        """A method that raises for the broken instance."""
        original = getattr(cls, name)
        broken = self.broken.id

        def method(self, *args, **kwargs):
            which = getattr(self, "instance_id", None)
            if getattr(which, "id", which) == broken or (
                getattr(self, "_name", "") == ("moodle.instance") and broken in self.ids
            ):
                raise ValueError("A string literal cannot contain NUL (0x00) characters.")
            return original(self, *args, **kwargs)

        return patch.object(cls, name, method)

    def places(self):
        Run, Instance = type(self.env["moodle.sync.run"]), type(self.broken)
        yield SyncAttendance, "_run"
        yield SyncAttendance, "_stop"
        yield SyncAttendance, "open"
        yield SyncAttendance, "_held"
        yield SyncAttendance, "_note_try"
        yield SyncAttendance, "run"
        yield Run, "_finish"
        yield Run, "_count"
        yield Run, "_result"
        yield Instance, "_start_run"
        yield Instance, "_moodle_client"
        yield Instance, "_message_lang"

    @mute_logger(SYNC, ATTENDANCE)
    def test_in_the_cron(self):
        for cls, name in self.places():
            with self.subTest(name):
                self.sheets.attendance_line.unlink()
                self.sheets.unlink()
                self.env.cr.execute("UPDATE moodle_instance SET error_message = NULL")
                self.env.invalidate_all()
                with (
                    self.breaks(SyncAttendance, "_run"),
                    self.breaks(cls, name),
                    self.own_cursors(),
                ):
                    self.env["moodle.instance"]._cron_sync_attendance()
                self.assertEqual(self.statuses(self.session), "PA")
                self.assertFalse(self.instance.error_message)
                self.assertFalse(self.broken.run_ids.filtered(lambda run: run.state == "running"))
                if name != "run":
                    self.assertIn("unexpected", self.broken.error_message)
        with self.own_cursors():
            self.env["moodle.instance"]._cron_sync_attendance()
        self.assertEqual(self.broken.last_run_id.state, "done", "and it is well again")

    @mute_logger(SYNC, ATTENDANCE)
    def test_whoever_was_tried_longest_ago_is_the_first(self):
        tried = []
        original = SyncAttendance.run

        def run(runner, *args, **kwargs):
            tried.append(runner.instance_id)
            return original(runner, *args, **kwargs)

        with patch.object(SyncAttendance, "run", run), self.breaks(SyncAttendance, "_held"):
            for _time in range(2):
                with self.own_cursors():
                    self.env["moodle.instance"]._cron_sync_attendance()
                # now() does not move within the test's transaction.
                self.env.cr.execute(
                    "UPDATE moodle_instance SET last_try = last_try - interval '1 hour' "
                    "WHERE id = %s",
                    (self.instance.id,),
                )
                self.env.invalidate_all()
        one, other = self.broken.id, self.instance.id
        self.assertEqual(tried, [one, other, other, one])

    def test_a_slow_one_leaves_time_for_the_others(self):
        given = {}

        def run(runner, trigger, seconds=None, report_id=None, grace=None):
            given[runner.instance_id] = (seconds, grace)
            self.clock += 150 if runner.instance_id == self.broken.id else 1
            return original(runner, trigger, seconds, report_id, None)

        original = SyncAttendance.run
        self.clock = 0
        clock = Clock(now=lambda: self.clock)
        with (
            patch.object(SyncAttendance, "run", run),
            patch.object(type(self.broken), "_clock", lambda _self: clock),
            patch.object(type(self.broken), "_cron_seconds", lambda instance: 200),
            self.own_cursors(),
        ):
            self.env["moodle.instance"]._cron_sync_attendance()
        self.assertEqual(given[self.broken.id], (100, 80))
        self.assertEqual(given[self.instance.id][0], 50)
        self.assertLessEqual(150 + sum(given[self.instance.id]), 360)

    @mute_logger(SURVEY, ATTENDANCE, PREVIEW)
    def test_in_the_survey(self):
        Report = type(self.env["moodle.sync.report"])
        for cls, name in (
            (Survey, "_both_sides"), (SyncAttendance, "open"), (Survey, "_look"), (Survey, "report"),
            (Report, "_fail"), (Report, "_enqueue"),
        ):  # fmt: skip
            with self.subTest(name):
                bad, good = (i._new_report("verify") for i in (self.broken, self.instance))
                with self.breaks(Survey, "_both_sides"), self.breaks(cls, name), self.own_cursors():
                    self.env["moodle.instance"]._cron_survey()
                self.assertEqual(good.state, "done")
                if name != "report":
                    self.assertEqual(bad.state, "failed")
                    self.assertIn("unexpected", bad.problem)
                bad._fail("over")

    @mute_logger(SURVEY, ATTENDANCE, PREVIEW)
    def test_a_backfill(self):
        for cls, name in (
            (Survey, "_both_sides"), (SyncAttendance, "open"), (Survey, "go_on_with_backfill"),
        ):  # fmt: skip
            with self.subTest(name):
                for instance in (self.broken, self.instance):
                    instance.write({"backfill_next": 1, "backfill_last": 3, "backfill_found": 0})
                with self.breaks(cls, name), self.own_cursors():
                    self.env["moodle.instance"]._cron_survey()
                self.assertEqual(self.instance.backfill_found, 1)
                self.assertEqual((self.broken.backfill_next, self.instance.backfill_next), (0, 0))

    @mute_logger(PREVIEW)
    def test_in_the_weekly_one(self):
        with self.breaks(type(self.broken), "_new_report"), self.own_cursors():
            self.env["moodle.instance"]._cron_verify_attendance()
        reports = self.env["moodle.sync.report"].search([])
        self.assertEqual(reports.instance_id, self.instance)

    @mute_logger(SYNC)
    def test_a_course_whose_failure_cant_be_written(self):
        def broken(*args):
            raise ZeroDivisionError("\x00")

        with (
            patch.object(CourseSync, "_plan", broken),
            patch.object(type(self.env["moodle.mapping"]), "_failed", broken),
        ):
            result = self.sync()
        self.assertEqual(result.state, "failed")
        self.assertIn("unexpected", self.instance.error_message)


@tagged("post_install", "-at_install")
class TestButtonsEnd(MoodleCase):
    """Whatever drips, a person waits no longer than the button's time and a little."""

    def setUp(self):
        super().setUp()
        self.session = self.add_session("PA")
        self.patch(moodle_client.MoodleClient, "first_pause", 0)
        for module, name, seconds in (
            (moodle_instance, "TEST_SECONDS", 0.8),
            (moodle_instance_preview, "GRACE_SECONDS", 0.4),
        ):
            self.patch(module, name, seconds)
        for module in ("attendance", "setup"):
            self.patch_name(f"moodle_instance_{module}", "GRACE_SECONDS", 0.4)
        for module in ("attendance", "setup", "preview"):
            self.patch_name(f"moodle_instance_{module}", "BUTTON_SECONDS", 0.4)

    def patch_name(self, module, name, value):
        path = f"odoo.addons.openeducat_moodle_attendance.models.{module}.{name}"
        patcher = patch(path, value)
        patcher.start()
        self.addCleanup(patcher.stop)

    def drip(self):
        def play(line, request):
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n[")
            while server.wait(0.05):
                line.sendall(b"1,")

        server = RawServer(play)
        self.addCleanup(server.stop)
        self.lead_to(server.url)
        return server

    def timed(self, act):
        started = time.monotonic()
        with self.own_cursors():
            result = act()
        seconds = time.monotonic() - started
        self.assertLess(seconds, 1.6)
        self.worst = max(getattr(self, "worst", 0), seconds)
        return result

    def test_each_of_them(self):
        self.drip()
        action = self.timed(self.instance.action_test_connection)
        self.assertIn("did not answer in time", action["params"]["message"])
        action = self.timed(self.instance.action_sync_now)
        self.assertEqual(action["params"]["type"], "info")
        self.assertEqual(self.instance.last_run_id.state, "running", "the schedule goes on")
        report = self.env["moodle.sync.report"].browse(
            self.timed(self.instance.action_preview)["res_id"]
        )
        self.assertEqual(report.state, "running")
        self.instance.setup_step = "connect"
        self.timed(self.instance.action_setup_next)
        self.assertEqual(self.instance.setup_step, "connect")
        measured(
            "a button whose budget is 0.8 s ended after %.2f s at most, with a Moodle that drips",
            self.worst,
        )

    def test_the_schedule_takes_up_what_a_button_left(self):
        self.drip()
        self.timed(self.instance.action_sync_now)
        run = self.instance.last_run_id
        self.lead_to(self.server.url)
        self.sync(trigger="cron")
        self.assertEqual((run.state, self.statuses(self.session)), ("done", "PA"))

    def test_in_the_cron_a_course_that_takes_all_the_time_has_failed(self):
        """Or it would be the first one again. The other one, read beside it, is done at once."""
        other = self.moodle.add_course(
            "Physics", shortname="P", idnumber=f"oec_subj_{self.physics.id}_course_{self.course.id}"
        )
        self.moodle.enrol(other, self.users[0], groups=())
        labs = self.moodle.add_attendance(other, "Labs")
        second = self.add_session("P", starts=START, activity=labs)
        canned = CannedServer(self.server.url)
        self.addCleanup(canned.stop)
        self.lead_to(canned.url)
        slow = [True, True]

        def contents():
            if slow and canned.here.form["courseid"] == [str(self.moodle_course.id)]:
                slow.pop()
                time.sleep(2.4)

        canned.answers = {"core_course_get_contents": contents}
        runner = SyncAttendance(self.registry, self.instance.id, self.env.uid)
        with self.own_cursors():
            state = runner.run("cron", 1.5, grace=0.4).state
            run = self.instance.last_run_id
            self.assertEqual((state, run.courses_done, len(run._left())), ("running", 1, 1))
            self.assertEqual(self.statuses(second), "P")
            runner.run("cron", 1.5, grace=0.4)
        self.assertEqual((run.courses_failed, run._left()), (1, []))
        self.sync(trigger="cron")
        self.assertEqual(run.state, "partial")
