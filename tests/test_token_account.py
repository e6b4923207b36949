"""Who the token is, and what Moodle keeps from it without a word."""

from odoo.tests import tagged

from .builders import START
from .common import MoodleCase
from .moodle_server import Fault


@tagged("post_install", "-at_install")
class TestAccount(MoodleCase):
    def check(self, name):
        """The check of that name after a connection test, or ``None``."""
        self.instance.action_test_connection()
        found = [check for check in self.instance.checks if check["name"] == name]
        return found[0] if found else None

    def test_nobodys_account(self):
        self.assertIsNone(self.check("Account of the token"))
        self.assertIsNone(self.check("Separate groups"))

    def test_a_site_administrator(self):
        self.moodle.tokens[self.token].administrator = True
        found = self.check("Account of the token")
        self.assertFalse(found["ok"])
        self.assertIn("site administrator", found["words"])

    def test_an_account_that_teaches(self):
        self.moodle.enrol(self.moodle_course, self.sync_user, role="teacher")
        found = self.check("Account of the token")
        self.assertIn("teaches in Algebra I", found["words"])

    def test_an_account_that_is_enrolled_as_a_student_teaches_nothing(self):
        self.moodle.enrol(self.moodle_course, self.sync_user)
        self.assertIsNone(self.check("Account of the token"))


@tagged("post_install", "-at_install")
class TestSeparateGroups(MoodleCase):
    def build_moodle(self):
        result = super().build_moodle()
        self.moodle_course.groupmode = 1
        self.moodle.tokens[self.token].all_groups = False
        return result

    def test_in_the_check_list(self):
        self.instance.action_test_connection()
        (found,) = [c for c in self.instance.checks if c["name"] == "Separate groups"]
        self.assertIn("moodle/site:accessallgroups", found["words"])
        self.assertIn("Algebra I", found["words"])

    def test_as_a_gap(self):
        session = self.add_session("PALE", group=self.groups[0])
        result = self.sync()
        self.assertEqual(result.state, "done")
        (gap,) = self.gaps(kind="rights", state="open")
        self.assertIn("moodle/site:accessallgroups", gap.name)
        self.assertEqual(self.statuses(session), "PALE", "who has a mark is asked for by number")
        self.moodle.tokens[self.token].all_groups = True
        self.sync()
        self.assertFalse(self.open_gaps())

    def test_nobody_enrolled_is_no_gap(self):
        for user in [*self.users, self.teacher]:
            self.moodle.unenrol(self.moodle_course, user)
        self.add_session()
        self.sync()
        self.assertFalse(self.open_gaps())


@tagged("post_install", "-at_install")
class TestNothingKnown(MoodleCase):
    functions = "legacy"

    def test_a_run_that_reads_nothing_says_why(self):
        self.add_session("PA", starts=START - 5 * 86400)
        result = self.sync()
        self.assertEqual(result.state, "done")
        self.assertIn("Find past sessions", result.message)
        self.add_session("PA")
        self.assertNotIn("Find past sessions", self.sync().message)

    def test_a_day_without_sessions_is_no_riddle(self):
        session = self.add_session("PA")
        self.sync()
        self.moodle.reset_course(self.moodle_course)
        self.assertNotIn("Find past sessions", self.sync().message)
        self.assertEqual(self.statuses(session), "PA")


@tagged("post_install", "-at_install")
class TestRefusedCreation(MoodleCase):
    """``invalidrecordunknown`` is known from a real site."""

    code, words = "invalidrecordunknown", "no longer exists in Moodle"

    def test_it_is_the_gap_of_that_sheet(self):
        self.instance.write({"sync_attendance_from": "oec", "create_moodle_sessions": True})
        sheets = self.make_sheet("PA") + self.make_sheet("AL", day="2026-11-04")
        function = "mod_attendance_add_session"
        self.server.faults.add(Fault.error(1, self.code, function=function, times=1))
        result = self.sync()
        self.assertEqual(result.state, "done", result)
        self.assertEqual(result.counters["moodle_sessions_created"], 1)
        (gap,) = self.gaps(state="open")
        self.assertEqual(gap.kind, "sheet_without_session")
        self.assertIn("does not create a session", gap.name)
        self.assertIn(self.words, gap.name)
        self.server.faults.clear()
        self.sync()
        self.assertFalse(self.open_gaps())
        self.assertTrue(all(sheet.moodle_session_id for sheet in sheets))


@tagged("post_install", "-at_install")
class TestRefusedCreationForWantOfARight(TestRefusedCreation):
    code, words = "nopermissions", "may not create sessions"


@tagged("post_install", "-at_install")
class TestRefusedCreationForAnUnknownReason(TestRefusedCreation):
    code, words = "dmlwriteexception", "Moodle refused the request"
