"""An attendance activity with a grouping: Moodle's page shows no group that is not in it. And
groups that no activity offers: it takes no session of them."""

from unittest.mock import patch

from odoo.tests import tagged

from ..services.domain.trouble import DAY
from ..services.moodle import moodle_errors as errors
from ..services.texts.told import say
from . import test_both
from .builders import START
from .moodle_server.course_reader import CourseReader
from .test_companion import ADD, SET, CompanionCase

OUTSIDE = "is not in the grouping of the activity Lectures"


class GroupingCase(CompanionCase):
    direction = "oec"

    def setUp(self):
        super().setUp()
        self.first, self.second = self.groups

    def words(self):
        return self.gaps(state="open").mapped("name")

    def sent(self):
        return [call for call in self.server.calls if call.function in (SET, ADD)]


@tagged("post_install", "-at_install")
class TestOutside(GroupingCase):
    def test_a_session_of_the_group_gets_no_marks(self):
        session = self.add_session(group=self.first)
        grouping = self.moodle.add_grouping(self.lectures, self.second)
        self.make_sheet("PALE")
        result = self.sync()
        (words,) = self.words()
        self.assertIn("The group Batch 1 " + OUTSIDE, words)
        self.assertEqual(self.gaps(state="open").marks, 4)
        self.assertEqual(self.moodle_marks(session), "......")
        self.assertEqual((result.state, self.sent()), ("done", []))
        grouping.add(self.first.id)
        self.sync()
        self.assertFalse(self.words())
        self.assertEqual(self.moodle_marks(session), "PALE..")

    def test_a_session_for_all_shows_those_of_the_grouping(self):
        session = self.add_session()
        self.moodle.add_grouping(self.lectures, self.second)
        self.make_sheet("PALE")
        self.sync()
        (words,) = self.words()
        self.assertIn("The group Batch 1 " + OUTSIDE, words)
        self.assertEqual(self.moodle_marks(session), "......")
        # Without any group in it, Moodle shows everybody.
        self.moodle.groupings[self.lectures.groupingid].clear()
        self.sync()
        self.assertFalse(self.words())
        self.assertEqual(self.moodle_marks(session), "PALE..")

    def test_no_session_is_made(self):
        self.instance.create_moodle_sessions = True
        self.moodle.add_grouping(self.lectures, self.second)
        self.make_sheet("PALE")
        self.sync()
        (words,) = self.words()
        self.assertIn("No session can be created", words)
        self.assertIn(OUTSIDE, words)
        self.assertEqual((self.sent(), list(self.moodle.sessions)), ([], []))

    def test_one_is_made_for_a_group_in_it(self):
        self.instance.create_moodle_sessions = True
        self.moodle.add_grouping(self.lectures, self.first)
        self.make_sheet("PALE")
        self.sync()
        (session,) = self.moodle.sessions.values()
        self.assertEqual((session.group_id, self.moodle_marks(session)), (self.first.id, "PALE.."))

    def test_what_a_teacher_has_marked_comes_over(self):
        """It was marked before there was a grouping."""
        self.instance.sync_attendance_from = "moodle"
        session = self.add_session("PALE", group=self.first)
        self.moodle.add_grouping(self.lectures, self.second)
        self.sync()
        self.assertEqual(self.statuses(session), "PALE")
        self.assertFalse(self.words())

    def test_both_ways(self):
        self.instance.sync_attendance_from = "both"
        session = self.agreed("PALE")
        self.moodle.add_grouping(self.lectures, self.second)
        self.mark_here(session, 1, "A", at=self.now)
        self.mark_at(session, ".P..", self.now)
        self.sync()
        (words,) = self.words()
        self.assertIn(OUTSIDE, words)
        self.assertEqual(self.moodle_marks(session), "PPLE..")
        self.assertEqual(self.statuses(session), "APLE")


class Closed:
    """A group that activities do not offer; a case beside it says where."""

    direction = "oec"

    def setUp(self):
        super().setUp()
        self.group = self.groups[0]
        self.group.participation = False

    def words(self):
        return self.gaps(state="open").mapped("name")

    def test_a_session_of_the_group_gets_no_marks(self):
        session, beside = self.add_session(group=self.group), self.add_session(starts=START + DAY)
        self.make_sheet("PALE")
        self.make_sheet("AAAA", day="2026-11-04")
        self.assertEqual(self.sync().state, "done")
        (words,) = self.words()
        self.assertIn("do not offer the group Batch 1", words)
        self.assertEqual(self.gaps(state="open").marks, 4)
        self.assertEqual(self.moodle_marks(session), "......")
        # A session for all participants shows them.
        self.assertEqual(self.moodle_marks(beside), "AAAA..")
        self.group.participation = True
        self.sync()
        self.assertFalse(self.words())
        self.assertEqual(self.moodle_marks(session), "PALE..")

    def test_no_session_is_made(self):
        self.instance.create_moodle_sessions = True
        self.lectures.groupmode = 2
        self.make_sheet("PALE")
        self.sync()
        (words,) = self.words()
        self.assertIn("do not offer the group Batch 1", words)
        self.assertFalse(self.moodle.sessions)
        # Without groups in the activity it does not matter.
        self.lectures.groupmode = 0
        self.sync()
        (session,) = self.moodle.sessions.values()
        self.assertEqual((session.group_id, self.moodle_marks(session)), (0, "PALE.."))
        self.assertFalse(self.words())

    def test_what_a_teacher_has_marked_comes_over(self):
        self.instance.sync_attendance_from = "moodle"
        session = self.add_session("PALE", group=self.group)
        self.sync()
        self.assertEqual(self.statuses(session), "PALE")
        self.assertFalse(self.words())

    def test_both_ways(self):
        self.instance.sync_attendance_from = "both"
        session = self.add_session("PALE", group=self.group)
        self.sync()
        self.mark_here(session, 1, "A")
        self.sync()
        (words,) = self.words()
        self.assertIn("do not offer the group Batch 1", words)
        self.assertEqual(self.moodle_marks(session), "PALE..")


@tagged("post_install", "-at_install")
class TestClosed(Closed, CompanionCase):
    pass


@tagged("post_install", "-at_install")
class TestClosedWithoutPlugin(Closed, test_both.BothCase):
    profile = "2026"


@tagged("post_install", "-at_install")
class TestOldPlugin(GroupingCase):
    """Where it is not known which groups are in a grouping, Moodle's refusal is told as what it
    most likely is."""

    def setUp(self):
        super().setUp()
        old = patch.object(CourseReader, "_grouping", lambda reader, activity: ())
        self.startPatcher(old)

    def test_no_session_is_made(self):
        self.instance.create_moodle_sessions = True
        self.moodle.add_grouping(self.lectures, self.second)
        self.make_sheet("PALE")
        self.sync()
        (words,) = self.words()
        self.assertIn("Usually its group is not in the grouping", words)

    def test_what_the_plugin_refuses(self):
        """As a newer one does, too, if the grouping was changed since it was asked."""
        session = self.add_session(group=self.first)
        self.moodle.add_grouping(self.lectures, self.second)
        self.make_sheet("PA")
        self.sync()
        self.assertEqual(self.moodle_marks(session), "......")
        for words in self.words():
            self.assertIn("not in the grouping of the activity", words)
        self.assertEqual(len(self.words()), 2)


@tagged("post_install", "-at_install")
class TestWithoutPlugin(test_both.BothCase):
    """Moodle's own functions say nothing of groupings."""

    direction = "oec"

    def test_no_session_is_made(self):
        self.instance.create_moodle_sessions = True
        self.moodle.add_grouping(self.lectures, self.groups[1])
        self.make_sheet("PALE")
        self.sync()
        (gap,) = self.gaps(state="open")
        self.assertIn("Usually its group is not in the grouping", gap.name)

    def test_in_other_functions_the_words_are_as_before(self):
        error = errors.MoodleRefusedParameter("mod_attendance_update_user_status")
        self.assertIn("please report it", say(self.env, error.told()))
