"""What the check list says of a Moodle that lacks something, and what to do about it."""

import time
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from odoo.tests import new_test_user, tagged

from ..models.moodle_instance_status import PLUGIN_PAGE
from ..services.moodle import plugin_zip
from ..services.moodle.module_detector import SITE_INFO
from .builders import START
from .common import MoodleCase
from .moodle_server import Fault
from .moodle_server.state import (
    COMPANION,
    COMPANION_BEFORE,
    COMPANION_WHOLE,
    CORE,
    LEGACY,
    NATIVE,
    SERVICES,
)
from .test_security import MANAGER

PLUGIN = "Plug-in OpenEduCat attendance (local_wsattendance)"
ADD, LIST, WRITE = (
    f"mod_attendance_{name}" for name in ("add_session", "get_sessions", "update_user_status")
)


class CheckListCase(MoodleCase):
    def checks(self, functions="both", **settings):
        """After a connection test: ``{name: (ok, words)}``.

        :param functions: those that the token's service has
        """
        names = SERVICES[functions] if isinstance(functions, str) else functions
        self.moodle.tokens[self.token].functions = tuple(names)
        self.instance.write(settings)
        self.instance.action_test_connection()
        return {check["name"]: (check["ok"], check["words"]) for check in self.instance.checks}

    def offering(self):
        """Names of the checks that offer the zip of our plug-in."""
        return [check["name"] for check in self.instance.checks if check["offers_zip"]]


@tagged("post_install", "-at_install")
class TestCheckList(CheckListCase):
    def test_no_plugin(self):
        found = self.checks("none")
        ok, words = found["mod_attendance"]
        self.assertIs(ok, False)
        self.assertIn("attendance", words.lower())
        self.assertIn("install the plug-in OpenEduCat attendance", words)
        self.assertEqual(found[PLUGIN], (None, "Not offered to this token."))
        self.assertNotIn("Functions", found, "there is nothing that could be added to the service")
        self.assertNotIn("Reading a session", found)

    def test_the_built_in_family_stands_in_for_the_plugin(self):
        found = self.checks("native")
        ok, words = found[PLUGIN]
        self.assertIs(ok, None)
        self.assertIn("one time for all marks of a session", words)
        self.assertIn("Site administration > Plugins > Install plugins", words)
        self.assertIn("a Moodle that takes no zip", words)
        self.assertTrue(found["Functions"][0])
        self.assertTrue(self.instance.test_ok, "advice is no error")
        self.assertEqual(self.offering(), [PLUGIN])

    def test_so_does_the_old_plugin(self):
        ok, words = self.checks("legacy")[PLUGIN]
        self.assertIs(ok, None)
        self.assertIn("Found, version 2024020500.", words)
        self.assertIn("one time for all marks of a session", words)
        self.assertTrue(self.instance.test_ok)

    def test_our_plugin_is_there_and_the_settings_prefer_another_one(self):
        ok, words = self.checks(COMPANION_WHOLE, attendance_api="native")[PLUGIN]
        self.assertIs(ok, None)
        self.assertIn("Set it to Automatic", words)
        self.assertFalse(self.offering())

    def test_the_zip_is_offered_to_whoever_may_set_up_a_moodle(self):
        self.checks("native")
        self.assertIn(PLUGIN_PAGE, self.instance.checklist)
        manager = new_test_user(self.env, "t-manager", f"base.group_user,{MANAGER}")
        seen = self.instance.with_user(manager).checklist
        self.assertIn("Install plugins", seen)
        self.assertNotIn(PLUGIN_PAGE, seen)

    def test_a_setting_that_wants_what_is_not_there(self):
        for api, name in (("companion", "local_wsattendance_…"), ("wsattendance", "mod_ws")):
            found = self.checks("native", attendance_api=api)
            self.assertTrue(found["mod_attendance"][0], "that much is there")
            ok, words = found["Functions"]
            self.assertIs(ok, False)
            self.assertIn(f"no function {name}", words)
            self.assertFalse([row for row in found if row.startswith("mod_wsattendance_")])

    def test_a_function_that_is_missing_is_named_and_said_where_to_add(self):
        found = self.checks(set(NATIVE + CORE) - {WRITE}, sync_attendance_from="oec")
        ok, words = found[WRITE]
        self.assertIs(ok, False)
        self.assertIn("External services", words)
        self.assertNotIn("Functions", found)
        self.assertNotIn(
            WRITE, self.checks(set(NATIVE + CORE) - {WRITE}, sync_attendance_from="moodle")
        )

    def test_a_listing_that_old_plugins_lack(self):
        found = self.checks(set(NATIVE + CORE) - {LIST}, attendance_api="native")
        self.assertIn("August 2022", found[LIST][1])

    def test_making_sessions(self):
        may = {"sync_attendance_from": "both", "create_moodle_sessions": True}
        name = "Create missing Moodle sessions"
        ok, words = self.checks("both", **may)[name]
        self.assertIs(ok, True)
        self.assertIn("The function is available.", words)
        # It alone needs a right more, which can't be looked for.
        self.assertIn("mod/attendance:manageattendances", words)
        ok, words = self.checks(LEGACY + CORE, **may)[name]
        self.assertIs(ok, False)
        self.assertIn(ADD, words)
        self.assertNotIn(name, self.checks("both", sync_attendance_from="moodle"))

    def test_no_course_is_seen(self):
        self.moodle_course.visible = False
        self.server.faults.add(Fault.lie(1, lambda courses: [], function="core_course_get_courses"))
        ok, words = self.checks()["Courses"]
        self.assertIs(ok, False)
        self.assertIn("moodle/course:viewhiddencourses", words)

    def test_id_numbers_are_hidden(self):
        def hide(courses):
            return [{k: v for k, v in course.items() if k != "idnumber"} for course in courses]

        self.server.faults.add(Fault.lie(1, hide, function="core_course_get_courses"))
        ok, words = self.checks()["Courses"]
        self.assertIs(ok, None)
        self.assertIn("moodle/course:update", words)

    def test_a_read_that_moodle_refuses(self):
        self.server.site.refuse(self.moodle_course, "nopermissions")
        found = self.checks()
        self.assertIs(found["Reading"][0], False)

    def test_a_session_with_marks_is_preferred(self):
        self.add_session(starts=START - 86400)
        self.add_session("PAL")
        self.assertIn("3 marks", self.checks("native")["Reading a session"][1])

    def test_nothing_to_be_read(self):
        ok, words = self.checks()["Reading a session"]
        self.assertIs(ok, None)
        self.assertIn("No session", words)

    def test_one_bad_remark_does_not_end_it(self):
        self.add_session("PAL")
        times = {"function": LIST, "times": 6}
        self.server.faults.add(Fault.error(1, "invalidresponse", **times))
        ok, words = self.checks("native")["Reading a session"]
        self.assertIs(ok, None)
        self.assertIn("No session", words)

    def test_the_old_family_names_sessions_of_today(self):
        self.moodle.clock.set(START + 3600)
        session = self.add_session("PAL")
        words = self.checks("legacy")["Reading a session"][1]
        self.assertIn(f"Session {session.id} of Algebra I", words)


@tagged("post_install", "-at_install")
class TestCompanion(CheckListCase):
    """With our own plug-in in Moodle."""

    profile = "companion"

    def without(self, *names):
        return set(COMPANION_WHOLE) - {f"local_wsattendance_{name}" for name in names}

    def test_it_is_used(self):
        self.add_session("PAL")
        found = self.checks("companion")
        ok, words = found[PLUGIN]
        self.assertIs(ok, True)
        self.assertIn(f"version {plugin_zip.version().number}", words)
        self.assertIn("its own time", words)
        self.assertNotIn("are sent", words)
        self.assertNotIn("newer", words)
        self.assertTrue(found["mod_attendance"][0])
        self.assertTrue(found["Functions"][0])
        self.assertIn("3 marks", found["Reading a session"][1])
        self.assertFalse(self.offering())
        words = self.checks("companion", sync_attendance_from="both")[PLUGIN][1]
        self.assertIn("Marks are sent with their remarks", words)

    def test_no_function_of_others_is_to_be_added(self):
        everything = {"sync_attendance_from": "both", "create_moodle_sessions": True}
        found = self.checks(COMPANION, **everything)
        self.assertTrue(self.instance.test_ok)
        self.assertFalse([row for row in found if row.startswith("mod_attendance_")])
        ok, words = found["Create missing Moodle sessions"]
        self.assertIs(ok, True)
        self.assertIn("The plug-in's set-up gives the account the rights", words)
        self.assertNotIn("manageattendances", words)

    def test_an_old_zip_that_makes_no_sessions(self):
        everything = {"sync_attendance_from": "both", "create_moodle_sessions": True}
        ok, words = self.checks(self.without("add_session"), **everything)[
            "Create missing Moodle sessions"
        ]
        self.assertIs(ok, False)
        self.assertIn("local_wsattendance_add_session", words)
        self.assertIn("newest zip", words)
        self.assertNotIn("mod_attendance", words)
        self.assertEqual(self.offering(), ["Create missing Moodle sessions"])

    def test_an_old_zip_is_not_used_where_there_is_another_way(self):
        found = self.checks(self.without("get_digests"))
        ok, words = found[PLUGIN]
        self.assertIs(ok, None)
        self.assertIn("local_wsattendance_get_digests is missing", words)
        self.assertIn("newest zip", words)
        self.assertIn("one time for all marks of a session", words)
        self.assertTrue(found["Functions"][0])
        self.assertEqual(self.offering(), [PLUGIN])

    def test_an_old_zip_and_no_other_way(self):
        own = {name for name in self.without("set_marks") if not name.startswith("mod_")}
        for settings in ({}, {"attendance_api": "companion"}):
            found = self.checks(own, sync_attendance_from="both", **settings)
            ok, words = found["Functions"]
            self.assertIs(ok, False)
            self.assertIn("local_wsattendance_set_marks", words)
            self.assertIn("newest zip", words)
            self.assertNotIn("mod_attendance_", words)
            self.assertTrue(found[PLUGIN][0])
            self.assertNotIn("Used", found[PLUGIN][1])
            self.assertEqual(self.offering(), [PLUGIN])
        self.assertIn("newest zip", self.sync().message)

    def test_a_newer_zip_comes_with_the_addon(self):
        newer = plugin_zip.Version(plugin_zip.version().number + 1, "9.9")
        with patch.object(plugin_zip, "version", return_value=newer):
            ok, words = self.checks("companion")[PLUGIN]
        self.assertIs(ok, True)
        self.assertIn("A newer version comes with this add-on", words)
        self.assertEqual(self.offering(), [PLUGIN])
        # Whoever has taken the folder away is not told anything.
        with patch.object(plugin_zip, "version", side_effect=FileNotFoundError):
            self.assertNotIn("newer", self.checks("companion")[PLUGIN][1])

    def test_rights_that_are_lacking_are_given_by_its_set_up(self):
        self.add_session("PAL")
        self.moodle.tokens[self.token].all_groups = False
        ok, words = self.checks("companion")["Rights"]
        self.assertIs(ok, False)
        self.assertIn("Algebra I", words)
        self.assertIn("moodle/site:accessallgroups", words)
        self.assertIn("press the button", words)

    def test_an_administrators_token_gives_way_to_that_of_the_set_up(self):
        self.moodle.tokens[self.token].administrator = True
        ok, words = self.checks("companion")["Account of the token"]
        self.assertIs(ok, False)
        self.assertIn("set-up of the plug-in OpenEduCat attendance makes one", words)


@tagged("post_install", "-at_install")
class TestTooMuch(CheckListCase):
    """What the token may do is held against what is needed."""

    profile = "companion"
    RIGHTS, SERVICE = "Rights", "Service of the token"

    def test_the_token_of_the_set_up_has_nothing_more(self):
        self.add_session("PAL")
        found = self.checks("companion")
        self.assertIs(found[self.RIGHTS][0], True)
        self.assertNotIn(self.SERVICE, found)
        self.assertNotIn("Account of the token", found)
        self.assertNotIn("Token", found)
        self.assertTrue(self.instance.test_ok)
        asked = {call.function for call in self.server.calls}
        self.assertFalse({name for name in asked if name.startswith("core_")} - {SITE_INFO})

    def test_a_site_that_was_set_up_before(self):
        """It works, and what is too much is named."""
        self.moodle.tokens[self.token].rights = ("local/wsattendance:sync", "moodle/course:update")
        found = self.checks("companion-whole")
        ok, words = found[self.RIGHTS]
        self.assertIs(ok, None)
        self.assertIn("more than is needed: moodle/course:update.", words)
        ok, words = found[self.SERVICE]
        self.assertIs(ok, None)
        self.assertIn("core_course_get_contents", words)
        self.assertIn("a smaller service", words)
        self.assertTrue(self.instance.test_ok, "advice is no error")

    def test_an_account_by_moodles_own_rights(self):
        self.moodle.tokens[self.token].profiles = False
        ok, words = self.checks("companion-whole")[self.RIGHTS]
        self.assertIs(ok, None)
        self.assertIn("lacks the right local/wsattendance:sync", words)

    def test_an_account_with_which_somebody_can_log_in(self):
        self.moodle.tokens[self.token].can_log_in = True
        ok, words = self.checks("companion")["Account of the token"]
        self.assertIs(ok, None)
        self.assertIn("can log in with the token's account", words)
        self.assertIn("asks whether this account is yours", words)

    def test_a_plug_in_that_does_not_say_it(self):
        """Its set-up has no smaller service, and what lists the courses is called."""
        found = self.checks(COMPANION_BEFORE)
        self.assertNotIn(self.RIGHTS, found)
        self.assertNotIn(self.SERVICE, found)
        self.assertIs(found[PLUGIN][0], True)
        self.assertTrue(self.instance.test_ok)

    def test_attendances_own_functions(self):
        """Where an instance is set to them, they are needed."""
        found = self.checks("companion-whole", attendance_api="native")
        self.assertNotIn(self.SERVICE, found)
        self.assertNotIn(self.RIGHTS, found)


@tagged("post_install", "-at_install")
class TestTokenEnds(CheckListCase):
    """A month before it is too late."""

    profile = "companion"

    def ends_in(self, days):
        self.moodle.tokens[self.token].ends = int(time.time()) + days * 86400

    def test_it_is_told(self):
        self.ends_in(31)
        self.assertNotIn("Token", self.checks("companion"))
        self.assertEqual(self.instance.token_ends.date(), self.day(31))
        self.assertFalse(self.instance.token_ends_soon)
        self.ends_in(29)
        ok, words = self.checks("companion")["Token"]
        self.assertIs(ok, None)
        self.assertIn("It ends on", words)
        self.assertEqual((self.instance.state, self.instance.state_why), ("working", "token_ends"))
        self.assertIn("within 30 days", self.instance.next_words)
        self.assertEqual(self.instance.next_label, "Test connection")
        self.ends_in(400)
        self.checks("companion")
        self.assertNotEqual(self.instance.state_why, "token_ends")

    def test_a_run_notices(self):
        self.checks("companion")
        self.ends_in(10)
        self.server.reset_calls()
        self.sync()
        self.assertEqual(self.instance.token_ends.date(), self.day(10))
        self.assertEqual(self.instance.state_why, "token_ends")
        self.assertFalse(
            self.server.calls_of("local_wsattendance_get_status"), "and asks nothing more"
        )
        self.moodle.tokens[self.token].ends = 0
        self.sync()
        self.assertFalse(self.instance.token_ends)

    def test_of_another_token_nothing_is_known(self):
        self.ends_in(10)
        self.checks("companion")
        self.instance.token = "another one"
        self.assertFalse(self.instance.token_ends)

    def test_after_2038(self):
        self.moodle.tokens[self.token].ends = 2**40
        self.assertNotIn("Token", self.checks("companion"))
        self.assertEqual(self.instance.token_ends.year, 2038)

    @staticmethod
    def day(days):
        return (datetime.now(UTC) + timedelta(days=days)).date()
