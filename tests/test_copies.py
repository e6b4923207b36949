"""A database that may be a copy asks Moodle for nothing until somebody has said what it is, and an
archived instance for nothing at all. Real copies: ``dev/copies.sh``."""

import json
from contextlib import closing, contextmanager, nullcontext
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo.exceptions import AccessError, UserError
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, new_test_user, tagged
from odoo.tests.common import get_db_name

from ..services import SkippedError
from ..services.domain.database_identity import Database
from ..services.openeducat import database_facts
from ..services.runs import portion
from ..services.runs.portion import DONE, Portion
from . import test_both
from .common import MoodleCase
from .test_companion import BEFORE, DIGESTS, CompanionCase
from .test_instance_state import StateCase
from .test_security import MANAGER

FAILING = "openeducat_moodle_attendance.activity_failing"


class CopyCase(MoodleCase):
    def setUp(self):
        super().setUp()
        self.session = self.add_session("PALE")

    def kept(self):
        self.env.cr.execute(
            "SELECT value FROM ir_config_parameter WHERE key = %s", (database_facts.KEPT,)
        )
        row = self.env.cr.fetchone()
        return row and json.loads(row[0])

    def known_as(self, **facts):
        """What is kept says something else than what is, as in a copy."""
        known = {**self.kept(), **facts}
        self.env.cr.execute(
            "UPDATE ir_config_parameter SET value = %s WHERE key = %s",
            (json.dumps(known), database_facts.KEPT),
        )
        self.env.invalidate_all()

    def copied(self):
        self.known_as(oid="1")
        self.server.reset_calls()

    def sent(self):
        """All that Odoo has for people's eyes: activities, messages, mails, notifications."""
        counts = []
        for model in ("mail.activity", "mail.message", "mail.mail", "bus.bus"):
            counts.append(self.env[model].sudo().search_count([]))
        return counts

    def every_way(self):
        """All that leads to Moodle, and what each gives; an error is told as its text."""
        instance = self.instance

        def told(act, *args):
            try:
                with self.own_cursors():
                    return str(act(*args))
            except (UserError, SkippedError) as error:
                return str(error)

        yield "client", told(instance._moodle_client)
        for trigger in ("shell", "cron", "button"):
            yield trigger, told(instance._sync_attendance, trigger)
        yield "sync_attendance", told(instance.sync_attendance)
        with patch.object(type(instance), "_in_web_request", lambda instance: True):
            yield "RPC", told(instance.sync_attendance)
        for name in (
            "action_test_connection", "action_sync_now", "action_preview", "action_verify",
            "preview_attendance", "verify_attendance", "action_setup_discover",
        ):  # fmt: skip
            yield name, told(getattr(instance, name))
        yield "backfill", told(instance.backfill_attendance, 1, 9)
        for step in ("connect", "people", "direction", "preview"):
            instance.setup_step = step
            # The other two only turn the page.
            if step in ("connect", "direction"):
                yield f"step {step}", told(instance.action_setup_next)
            yield f"set-up at {step}", told(instance.action_setup) and True
        instance.setup_step = False

    def schedule(self):
        Instance = self.env["moodle.instance"]
        with self.own_cursors():
            for name in (
                "_cron_sync_attendance", "_cron_verify_attendance", "_cron_survey",
                "_cron_remind_untaken",
            ):  # fmt: skip
                getattr(Instance, name)()


@tagged("post_install", "-at_install")
class TestMeeting(BaseCase):
    """By connections of its own alone: a case that writes would be one more to wait for."""

    def test_nobody_waits_for_whoever_notes_it_just_now(self):
        """The first set-up notes it, and then looks at both sides with a cursor of its own, for which
        it waits."""
        connection = db_connect(get_db_name())
        with closing(connection.cursor()) as first, closing(connection.cursor()) as second:
            for cursor in (first, second):
                cursor.execute("SET LOCAL lock_timeout = '2s'")
            seen = database_facts.read(first).seen
            database_facts.meet(first, seen)
            database_facts.meet(second, seen)
            self.assertEqual(database_facts.read(first).known, seen)
            first.rollback()
            second.rollback()
            second.execute("SET LOCAL lock_timeout = '2s'")
            database_facts.meet(second, seen)
            self.assertEqual(database_facts.read(second).known, seen)
            second.rollback()


@tagged("post_install", "-at_install")
class TestKnown(CopyCase):
    def setUp(self):
        super().setUp()
        # A test that commits its runs may have noted it before.
        parameter = self.env["ir.config_parameter"].sudo()
        parameter.search([("key", "=", database_facts.KEPT)]).unlink()

    def test_by_the_first_run_and_nothing_is_asked(self):
        self.assertIsNone(self.kept())
        self.assertEqual(self.sync().state, "done")
        known = Database.from_json(self.kept())
        self.assertEqual(known, self.env["moodle.instance"]._database_facts().seen)
        self.assertTrue(known.oid and known.table and known.uuid)
        self.assertFalse(self.instance.database_changed)
        before = self.kept()
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.kept(), before)

    def test_by_a_test_of_the_connection(self):
        self.instance.action_test_connection()
        self.assertTrue(self.kept())

    def test_what_changes_in_the_same_one_is_no_question(self):
        self.sync()
        parameter = self.env["ir.config_parameter"].sudo()
        parameter.set_param("web.base.url", "https://elsewhere.example")
        parameter.set_param("database.secret", "other")
        self.assertEqual(self.sync().state, "done")

    def test_odoos_own_number_of_it(self):
        self.sync()
        self.env["ir.config_parameter"].sudo().set_param("database.uuid", "other")
        self.server.reset_calls()
        self.assertEqual(self.sync().state, "skipped")
        self.assertFalse(self.server.calls)

    def test_postgresqls_number_if_it_may_be_read(self):
        seen = self.env["moodle.instance"]._database_facts().seen
        self.assertTrue(seen.system.isdecimal(), "to this role it is open")
        unreadable = database_facts._FACTS.replace("'execute')", "'execute') AND false")
        self.patch(database_facts, "_FACTS", unreadable)
        self.sync()
        self.assertEqual(self.kept()["system"], "")
        self.assertEqual(self.sync().state, "done")
        self.known_as(system="1")
        self.assertEqual(self.sync().state, "done", "what can't be read says nothing")
        self.copied()
        self.assertEqual(self.sync().state, "skipped")

    def test_somebody_has_written_something_else_there(self):
        self.sync()
        for odd in ("", "x", "[]", '{"oid": 1}'):
            parameter = self.env["ir.config_parameter"].sudo()
            parameter.set_param(database_facts.KEPT, odd or "{}")
            self.env.flush_all()
            self.assertEqual(self.sync().state, "done", odd)
            self.assertEqual(self.kept()["oid"], self.instance._database_facts().seen.oid)


@tagged("post_install", "-at_install")
class TestCopy(CopyCase):
    def setUp(self):
        super().setUp()
        self.sync()
        self.admin = new_test_user(self.env, "t-admin", "base.group_system")
        self.instance.user_id = self.admin

    def test_no_way_leads_to_moodle(self):
        self.copied()
        for way, said in self.every_way():
            with self.subTest(way):
                self.assertTrue(said is True or "may be a copy" in said, said)
        self.schedule()
        self.assertFalse(self.server.calls)

    def test_nobody_hears_of_it_and_nothing_is_written_down(self):
        # What was under way when it was copied.
        self.instance.write({"untaken_remind": True, "untaken_hour": 0})
        report = self.env["moodle.sync.report"].create(
            {"instance_id": self.instance.id, "kind": "verify", "direction": "moodle"}
        )
        self.instance._backfill_in_background(1, 9, 0)
        self.copied()
        self.env.flush_all()
        before, runs = self.sent(), self.instance.run_ids
        self.schedule()
        for trigger in ("cron", "shell", "button"):
            self.sync(trigger=trigger)
        self.instance.error_message = "It fails"
        self.instance._tell(self.admin, "The run has ended", "success")
        self.assertEqual(self.sent(), before)
        self.assertEqual(self.instance.run_ids, runs)
        self.assertEqual((report.state, self.instance.backfill_next), ("running", 1))
        self.assertFalse(self.instance.activity_ids)

    def test_a_job_of_a_run_that_was_copied(self):
        run = self.env["moodle.sync.run"].create(
            {"instance_id": self.instance.id, "trigger": "cron", "direction": "moodle"}
        )
        run._enqueue([self.moodle_course.id], 1)
        self.copied()
        with self.own_cursors():
            some = Portion(self.registry, self.instance.id, self.env.uid)
            self.assertEqual(some.do(run.id, [self.moodle_course.id]), DONE)
        self.assertFalse(self.server.calls)
        self.assertEqual(run.state, "running")

    def test_the_real_one_goes_on_as_before(self):
        self.copied()
        self.assertTrue(self.instance.database_question)
        with self.own_cursors():
            self.instance.with_user(self.admin).action_database_real()
        self.assertFalse(self.instance.database_changed or self.instance.database_question)
        self.assertEqual(self.kept()["oid"], self.instance._database_facts().seen.oid)
        self.mark(self.session, "AAAA")
        self.assertEqual(self.sync(trigger="cron").state, "done")
        self.assertEqual(self.statuses(self.session), "AAAA")
        self.assertFalse(self.open_gaps())

    def test_a_copy_forgets_the_token_of_every_instance(self):
        second = self.second_instance(url="https://b.example", token="second", active=True)
        archived = second.copy({"url": "https://c.example", "token": "third", "active": False})
        everyone = self.instance | second | archived
        self.assertEqual(everyone.mapped("has_token"), [True] * 3)
        self.instance.write({"run_key": "abc", "run_number": 7})
        reference = self.instance.sudo()._make_reference_key()
        self.copied()
        self.assertTrue(second.database_changed)
        with self.own_cursors():
            self.instance.with_user(self.admin).action_database_copy()
        self.assertEqual(everyone.mapped("has_token"), [False] * 3)
        self.assertFalse(self.instance.run_key or self.instance.run_number)
        self.assertNotEqual(self.instance.sudo()._make_reference_key(), reference)
        self.assertFalse(second.database_changed)
        self.sync(trigger="cron")
        self.assertFalse(self.server.calls)
        # With a token of its own it works.
        self.instance.token = self.token
        self.assertEqual(self.sync().state, "done")

    def test_only_an_administrator_answers_and_only_when_asked(self):
        manager = new_test_user(self.env, "t-manager", f"base.group_user,{MANAGER}")
        answers = ("action_database_real", "action_database_copy")
        for action in answers:
            with self.assertRaisesRegex(UserError, "nothing to decide"):
                getattr(self.instance, action)()
        self.copied()
        for action in answers:
            with self.assertRaises(AccessError):
                getattr(self.instance.with_user(manager), action)()
        self.assertTrue(self.instance.with_user(manager).database_question)

    def test_what_is_known_is_written_by_nobody_else(self):
        for name, value in (
            ("run_key", "x"), ("run_number", 9), ("run_number_old", True),
            ("run_number_renew", True),
        ):  # fmt: skip
            with self.subTest(name), self.assertRaises(AccessError):
                self.instance.with_user(self.admin).write({name: value})


@tagged("post_install", "-at_install")
class TestState(CopyCase, StateCase):
    def test_before_all_else(self):
        self.sync()
        self.instance.token = False
        self.copied()
        self.assertState("waiting", "database")
        self.assertFalse(self.instance.next_run)
        action = self.push_the_next_step()
        self.assertEqual(action["res_id"], self.instance.id)
        manager = new_test_user(self.env, "t-manager", f"base.group_user,{MANAGER}")
        seen = self.instance.with_user(manager)
        self.assertEqual((seen.state_why, seen.next_label), ("database", False))
        self.instance.active = False
        self.assertState("off", "archived")


@tagged("post_install", "-at_install")
class TestArchived(CopyCase):
    def test_no_way_leads_to_moodle(self):
        self.sync()
        runs = self.instance.run_ids
        self.instance.active = False
        self.server.reset_calls()
        for way, said in self.every_way():
            with self.subTest(way):
                self.assertTrue(said is True or "is archived" in said, said)
        self.schedule()
        self.assertFalse(self.server.calls)
        self.assertEqual(self.instance.run_ids, runs)
        self.assertFalse(self.instance.error_message or self.instance.failing_since)


class NumberCase(CompanionCase):
    def setUp(self):
        super().setUp()
        self.session = self.add_session("PALE")

    def handed_in(self):
        """:return: of each call for digests the number, ``None`` where none was handed in"""
        return [
            dict(call.params).get("number")
            for call in self.server.calls
            if call.function == DIGESTS
        ]

    def numbers(self):
        (numbers,) = self.moodle.run_numbers.values()
        return numbers

    @contextmanager
    def backup(self):
        """What the run of the caller writes of numbers is as it was before, as after a restore
        that PostgreSQL does not show."""
        names = ("run_key", "run_number", "run_number_renew")
        (values,) = self.instance.read(names)
        yield
        values.pop("id")
        self.instance.write(values)


@tagged("post_install", "-at_install")
class TestNumbers(NumberCase):
    def test_each_run_hands_in_the_last_one_with_no_further_call(self):
        calls, result = self.asked()
        self.assertEqual(calls[:3], BEFORE)
        self.assertEqual((self.handed_in(), result.state), (["0"], "done"))
        self.assertEqual((self.instance.run_number, self.numbers()), (1, (0, 1)))
        self.sync()
        calls, result = self.asked()
        self.assertEqual((calls, self.handed_in()), (BEFORE, ["2"]))
        self.assertEqual((self.instance.run_number, self.numbers()), (3, (2, 3)))

    def test_a_preview_hands_in_none(self):
        self.sync()
        self.server.reset_calls()
        self.preview()
        self.assertEqual(self.numbers(), (0, 1))

    def test_a_run_that_died_before_it_could_keep_its_number(self):
        self.sync()
        for _death in range(3):
            with self.backup():
                self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.sync().state, "done")

    def test_an_older_number_asks_and_nothing_is_written_on_either_side(self):
        self.sync()
        with self.backup():
            self.sync()
            self.sync()
        self.mark_here(self.session, 1, "L", at=self.now)
        self.mark(self.session, "PALL")
        marks, here = self.moodle_marks(self.session), self.statuses(self.session)
        calls, result = self.asked()
        self.assertEqual(calls, BEFORE)
        self.assertEqual(result.state, "skipped")
        self.assertIn("later run", result.message)
        self.assertEqual(self.server.write_count, 0)
        self.assertEqual(
            (self.moodle_marks(self.session), self.statuses(self.session)), (marks, here)
        )
        self.assertTrue(self.instance.database_changed)
        self.assertFalse(self.instance.activity_ids)
        self.assertEqual(self.instance.state_why, "database")
        calls, result = self.asked()
        self.assertEqual((calls, result.state), ([], "skipped"))

    def test_the_real_one_counts_from_then_on_and_the_other_is_asked(self):
        self.sync()
        with self.backup():
            self.sync()
            self.sync()
            other = self.instance.run_number
        self.sync()
        with self.own_cursors():
            self.instance.action_database_real()
        # The answer to the first of these gets lost.
        for _twice in range(2):
            with self.backup():
                self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.sync().state, "done")
        self.assertFalse(self.instance.run_number_renew)
        self.assertEqual(self.sync().state, "done")
        self.instance.run_number = other
        self.assertEqual(self.sync().state, "skipped")

    def test_the_one_it_was_copied_from_is_asked_at_once(self):
        """Both have the same number, and without the answer it would count a second time."""
        self.sync()
        with self.backup():
            self.instance.run_number_renew = True
            self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.sync().state, "skipped")

    def test_a_question_of_one_instance_stops_the_others(self):
        self.sync()
        second = self.second_instance(url="https://b.example", token="second", active=True)
        self.instance.run_number_old = True
        self.assertEqual(self.sync(second).state, "skipped")
        self.assertFalse(second.run_ids)
        with self.own_cursors():
            second.action_database_real()
        self.assertFalse(self.instance.run_number_old)
        self.assertTrue(self.instance.run_number_renew)
        self.assertFalse(second.run_number_renew, "no number was ever handed in there")

    def test_two_instances_with_one_token_count_by_themselves(self):
        second = self.second_instance(token=self.token, active=True)
        for _round in range(3):
            for instance in (self.instance, second):
                self.assertEqual(self.sync(instance).state, "done")
        self.assertEqual(sorted(self.moodle.run_numbers.values()), [(2, 3), (2, 3)])

    def test_a_moodle_that_was_restored_itself_knows_older_ones(self):
        self.sync()
        before = self.moodle.snapshot()
        for _later in range(3):
            self.sync()
        self.moodle.restore(before)
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.instance.run_number, 5)
        self.moodle.run_numbers.clear()
        self.assertEqual(self.sync().state, "done")

    def test_an_older_plug_in_is_told_nothing(self):
        self.patch(type(self.server.profile), "companion_version", "2026112600")
        for _round in range(3):
            calls, result = self.asked()
            self.assertEqual(result.state, "done")
        self.assertEqual((calls, self.handed_in()), (BEFORE, [None]))
        self.assertFalse(self.moodle.run_numbers)

    def test_who_shares_a_run_hands_in_none(self):
        self.sync()
        run = self.env["moodle.sync.run"].create(
            {"instance_id": self.instance.id, "trigger": "cron", "direction": "both"}
        )
        run._enqueue([self.moodle_course.id], 1)
        # As in test_portion: a cursor within another one.
        self.patch(portion, "course_lock", lambda *_args: nullcontext(True))
        self.server.reset_calls()
        with self.own_cursors():
            some = Portion(self.registry, self.instance.id, self.env.uid)
            self.assertEqual(some.do(run.id, [self.moodle_course.id]), DONE)
        self.assertEqual((run.state, self.handed_in()), ("done", [None]))


@tagged("post_install", "-at_install")
class TestWithoutThePlugin(test_both.BothCase):
    def test_no_number_is_handed_in(self):
        self.agreed()
        self.assertFalse(self.instance.run_key or self.moodle.run_numbers)


@tagged("post_install", "-at_install")
class TestSecondInstance(CopyCase):
    """A second instance of one Moodle in a company, however its address is spelt."""

    def setUp(self):
        super().setUp()
        self.server.site.proxied = True
        self.sync()

    def second(self, **values):
        url = self.server.url.replace("127.0.0.1", "localhost")
        second = self.instance.copy(
            {"name": "Twin", "url": url, "token": self.token, "active": True, **values}
        )
        self.server.reset_calls()
        return second

    def assertAskedWhoItIs(self):
        functions = [call.function for call in self.server.calls]
        self.assertEqual(functions, ["core_webservice_get_site_info"])

    def test_refused_by_its_first_run_whatever_the_spelling(self):
        own = self.server.site
        port = urlsplit(self.server.url).port
        second = self.second()
        for address in (
            self.server.url, f"{self.server.url}/", "https://Moodle.Example.org", "http://moodle.example.org:80/",
        ):  # fmt: skip
            known = {**self.instance.site_identity, "address": address.lower()}
            self.instance.site_identity = known
            own.wwwroot = address
            for url in (f"http://localhost:{port}", f"http://LOCALHOST.:{port}/"):
                with self.subTest(address=address, url=url):
                    self.lead_second_to(second, url)
                    result = self.sync(second)
                    self.assertEqual(result.state, "skipped")
                    self.assertIn("Test Moodle is already connected", result.message)
                    self.assertAskedWhoItIs()
        self.assertEqual(len(self.sheets), 1)
        self.assertFalse(second.site_identity or second.open_gap_count)

    def lead_second_to(self, second, url):
        second.write({"url": url, "token": self.token})
        self.server.reset_calls()

    def test_refused_by_a_test_and_nothing_else_leads_in(self):
        second = self.second()
        self.assertFalse(second._test()[0])
        self.assertAskedWhoItIs()
        self.assertIn("already connected", second.test_message)
        with self.own_cursors():
            self.assertIn("already connected", second.preview_attendance().problem)
        with self.own_cursors(), self.assertRaisesRegex(UserError, "already connected"):
            second.backfill_attendance(1, 9)
        self.assertEqual(
            {call.function for call in self.server.calls}, {"core_webservice_get_site_info"}
        )

    def test_the_first_one_goes_on(self):
        self.second()
        self.assertTrue(self.instance._test()[0])
        self.assertEqual(self.sync().state, "done")

    def test_before_a_run_by_the_address_that_was_entered(self):
        self.instance.site_identity = False
        self.assertFalse(self.second()._test()[0])

    def test_an_archived_one_does_not_count(self):
        self.sheets.unlink()
        self.instance.active = False
        self.assertEqual(self.sync(self.second()).state, "done")

    def test_another_company_may_have_one(self):
        other = self.env["res.company"].create({"name": "Other school"})
        second = self.second(company_id=other.id, user_id=False)
        self.assertTrue(second._test()[0])
        self.assertEqual(self.sync(second).state, "done")

    def test_two_that_work_already_are_left_alone(self):
        """As a database of an earlier version may have them."""
        second = self.second()
        second.site_identity = self.instance.site_identity
        self.assertEqual(self.sync(second).state, "done")
        self.assertEqual(self.sync().state, "done")

    def test_one_that_is_unarchived_beside_another(self):
        second = self.second(active=False)
        second.site_identity = self.instance.site_identity
        with self.assertRaisesRegex(UserError, "already connected"):
            second.active = True
