"""Accounts outside a course that claim a student of somebody in it: what Moodle says of them, and
what it keeps to itself."""

from odoo.tests import tagged

from ..services.moodle.module_detector import ACCOUNTS
from .builders import START
from .common import MoodleCase
from .moodle_server.state import COMPANION_WHOLE

LINE = "Accounts outside courses"
DELETED = "0cc175b9c0f1b6a831c399e269772661"


class AccountsCase(MoodleCase):
    def setUp(self):
        super().setUp()
        self.add_session(".PPP")
        self.sync()
        self.assertFalse(self.open_gaps())
        # Somebody else is enrolled who has the same ID number; the first is in no course by now.
        self.old = self.users[0]
        self.new = self.moodle.add_user(
            "again", "Student 1", "Again", email="again@test.example", idnumber=self.old.idnumber
        )
        self.moodle.unenrol(self.moodle_course, self.old)
        self.moodle.enrol(self.moodle_course, self.new, groups=[self.groups[0]])
        self.later = self.add_session(starts=START + 7200)
        self.moodle.mark(self.later, self.new, "L", by=self.teacher)

    def may(self, **rights):
        for name, value in rights.items():
            setattr(self.moodle.tokens[self.token], name, value)

    def claimed(self):
        """Whether there is a gap, after a run; without it the mark is here."""
        self.sync()
        gaps = self.open_gaps()
        self.assertIn(gaps, ([], ["ambiguous_student"]))
        self.assertEqual(self.statuses(self.later), "" if gaps else "L")
        return bool(gaps)

    def line(self):
        self.instance.action_test_connection()
        return [check for check in self.instance.checks if check["name"] == LINE]


class Shown:
    """What is the same wherever Moodle shows the account."""

    def test_it_is_still_there(self):
        self.assertTrue(self.claimed())
        self.assertTrue(self.claimed())

    def test_it_has_lost_its_number(self):
        self.assertTrue(self.claimed())
        self.old.idnumber = ""
        self.assertFalse(self.claimed())

    def test_it_was_deleted(self):
        self.old.deleted, self.old.idnumber, self.old.email = True, "", DELETED
        self.assertFalse(self.claimed())

    def test_the_check_list_says_nothing(self):
        self.assertFalse(self.line())


@tagged("post_install", "-at_install")
class TestShown(Shown, AccountsCase):
    pass


@tagged("post_install", "-at_install")
class TestHidden(AccountsCase):
    """Without moodle/user:viewdetails in the whole site Moodle answers as if there were nobody."""

    def build_moodle(self):
        # On each site the first account is that of guests.
        self.moodle.add_user("guest", "Guest user", " ")
        return super().build_moodle()

    def test_the_gap_stays(self):
        self.may(profiles=False)
        self.assertTrue(self.claimed())
        self.assertTrue(self.claimed())
        (kept,) = self.env["moodle.mapping"].search(
            [("model", "=", "op.student"), ("oec_record_id", "=", self.students[0].id)]
        )
        self.assertEqual((kept.moodle_id, kept.found_by), (self.old.id, "idnumber"))
        self.old.idnumber = ""
        self.assertTrue(self.claimed(), "nobody can tell")
        self.may(profiles=True)
        self.assertFalse(self.claimed())

    def test_an_account_that_is_shown_without_its_number(self):
        """Who is in a course is shown there; by id, numbers are shown only with a right in the
        whole site."""
        self.may(numbers=False)
        self.assertTrue(self.claimed())
        self.old.deleted, self.old.idnumber, self.old.email = True, "", DELETED
        self.assertFalse(self.claimed())

    def test_the_check_list(self):
        self.assertFalse(self.line())
        self.may(profiles=False)
        (check,) = self.line()
        self.assertIs(check["ok"], False)
        self.assertIn("moodle/user:viewdetails", check["words"])
        self.assertIn("in the whole site", check["words"])


@tagged("post_install", "-at_install")
class TestCompanion(Shown, AccountsCase):
    """The plug-in answers it, whoever may see the profile."""

    profile = "companion"

    def setUp(self):
        super().setUp()
        self.may(profiles=False)

    def test_it_is_the_plugin_that_is_asked(self):
        self.server.reset_calls()
        self.assertTrue(self.claimed())
        asked = [call.function for call in self.server.calls]
        self.assertIn(ACCOUNTS, asked)
        self.assertNotIn("core_user_get_users_by_field", asked)

    def test_a_row_that_is_gone(self):
        del self.moodle.users[self.old.id]
        self.assertFalse(self.claimed())

    def test_without_the_right_moodles_own_function_is_asked(self):
        self.moodle.tokens[self.token].functions = COMPANION_WHOLE
        self.may(numbers=False, profiles=True)
        self.old.idnumber = ""
        self.assertTrue(self.claimed(), "nobody can tell")
        self.old.deleted, self.old.email = True, DELETED
        self.assertFalse(self.claimed())

    def test_without_the_right_and_that_function_nobody_can_tell(self):
        self.may(numbers=False, profiles=True)
        self.old.deleted, self.old.email = True, DELETED
        self.assertTrue(self.claimed())
        self.assertFalse(self.instance.error_message)


@tagged("post_install", "-at_install")
class TestOldPlugin(AccountsCase):
    """One without that function."""

    profile = "companion"
    functions = sorted(set(COMPANION_WHOLE) - {ACCOUNTS})

    def build_moodle(self):
        self.moodle.add_user("guest", "Guest user", " ")
        return super().build_moodle()

    def test_as_without_a_plugin(self):
        self.may(profiles=False)
        self.assertTrue(self.claimed())
        self.assertEqual(len(self.line()), 1)
        self.may(profiles=True)
        self.old.idnumber = ""
        self.assertFalse(self.claimed())
        self.assertFalse(self.line())
