"""Registers not taken: sessions that ended with hardly a mark, and who is told of them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from unittest.mock import patch

from odoo.tests import BaseCase, new_test_user, tagged

from ..services.domain.records import (
    CourseReading,
    Line,
    LocalState,
    MoodleCourse,
    MoodleMark,
    MoodleSession,
    MoodleUser,
    OddRecord,
    Sheet,
)
from ..services.domain.untaken import untaken
from ..services.domain.window import Rules
from .builders import START
from .common import MoodleCase
from .test_security import MANAGER

HOUR = 3600
NOTHING = LocalState()
SESSION = MoodleSession(
    id=1, activity_id=5, course_id=7, group_id=0, starts=START, duration=HOUR, taken_at=0,
    taken_by=0, status_set=0, statuses=(), marks=(), user_ids=frozenset(),
)  # fmt: skip
SHEET = Sheet(
    id=3, register_id=1, batch_id=1, subject_id=1, date=date(2026, 11, 3), state="done",
    active=True, session_id=1, seen=None, taken_at=0,
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestUntaken(BaseCase):
    def found(self, *sessions, users=(), now=START + HOUR, local=NOTHING, **values):
        reading = self.reading(*sessions or (SESSION,), users=users)
        rules = self.rules(now=now, **values)
        return [(row.session_id, row.teacher) for row in untaken(reading, local, rules)]

    @staticmethod
    def reading(*sessions, users=()):
        return CourseReading(MoodleCourse(7, "ALG", "Algebra", ""), sessions=sessions, users=users)

    @staticmethod
    def rules(now=START + HOUR, **values):
        return Rules("UTC", now=now, **values)

    def how_far(self, session, local=NOTHING):
        """How many of how many have a mark, of each session that is not taken."""
        found = untaken(self.reading(session), local, self.rules())
        return [(row.marked, row.listed) for row in found]

    def test_from_its_end_on(self):
        self.assertEqual(self.found(now=START + HOUR), [(1, "")])
        self.assertEqual(self.found(now=START + HOUR - 1), [])

    def test_any_mark_is_one(self):
        self.assertEqual(self.found(replace(SESSION, marks=(MoodleMark(9, 99),))), [])
        odd = OddRecord("mark", 9, "shape")
        self.assertEqual(self.found(replace(SESSION, odd=(odd,))), [])
        only_a_remark = MoodleMark(9, 0, "ill")
        self.assertEqual(self.found(replace(SESSION, marks=(only_a_remark,))), [(1, "")])

    def test_fewer_than_half_of_the_students(self):
        fourteen = replace(SESSION, user_ids=frozenset(range(1, 15)))
        self.assertEqual(self.how_far(fourteen), [(0, 0)])
        for marked, wanted in ((1, [(1, 14)]), (6, [(6, 14)]), (7, []), (14, [])):
            marks = tuple(MoodleMark(user, 99) for user in range(1, marked + 1))
            with self.subTest(marked=marked):
                self.assertEqual(self.how_far(replace(fourteen, marks=marks)), wanted)

    def test_the_side_that_has_more_counts(self):
        session = replace(SESSION, user_ids=frozenset({1, 2, 3, 4, 5}), marks=(MoodleMark(1, 99),))
        line = Line(id=1, sheet_id=3, student_id=1, status="P", base=None, remark="", active=True)
        two = LocalState(sheets=(SHEET,), lines=(line, line._replace(id=2, student_id=2)))
        self.assertEqual(self.how_far(session, two), [(2, 5)])
        three = replace(two, lines=(*two.lines, line._replace(id=3, student_id=3)))
        self.assertEqual(self.how_far(session, three), [])

    def test_what_is_kept_of_one_that_nobody_began_is_as_in_1_1_0(self):
        (row,) = untaken(self.reading(SESSION), NOTHING, self.rules())
        self.assertEqual(row.to_json(), [1, START, START + HOUR, 0, ""])

    def test_a_mark_in_openeducat_is_one_too(self):
        line = Line(id=1, sheet_id=3, student_id=1, status="P", base=None, remark="", active=True)
        self.assertEqual(self.found(local=LocalState(sheets=(SHEET,), lines=(line,))), [])
        blank = line._replace(status=None)
        self.assertEqual(self.found(local=LocalState(sheets=(SHEET,), lines=(blank,))), [(1, "")])

    def test_a_cancelled_class_needs_none(self):
        cancelled = LocalState(sheets=(replace(SHEET, state="cancel"),))
        self.assertEqual(self.found(local=cancelled), [])

    def test_only_inside_days_back(self):
        self.assertEqual(self.found(window_start=date(2027, 1, 1)), [])

    def test_who_took_the_session_most_like_it(self):
        users = (MoodleUser(20, "Ada"), MoodleUser(21, "Ben"), MoodleUser(22, "Odoo Sync"))
        mark = (MoodleMark(9, 1),)
        others = [
            replace(SESSION, id=2, starts=START - HOUR, taken_by=20, group_id=8, marks=mark),
            replace(SESSION, id=3, starts=START - 9 * HOUR, taken_by=21, marks=mark),
            replace(SESSION, id=4, starts=START - HOUR, taken_by=22, marks=mark),
        ]
        self.assertEqual(self.found(SESSION, *others, users=users, user_id=22), [(1, "Ben")])

    def test_teachers_that_are_known(self):
        users = (MoodleUser(20, "Tea Cher", teacher=True), MoodleUser(21, "Ben"))
        self.assertEqual(self.found(users=users), [(1, "Tea Cher")])


@tagged("post_install", "-at_install")
class TestUntakenRegisters(MoodleCase):
    def setUp(self):
        super().setUp()
        self.taken = self.add_session("PALEP")
        self.left = self.add_session(starts=START + HOUR, group=self.groups[0])

    @property
    def rows(self):
        return self.env["moodle.session.untaken"].search([("instance_id", "=", self.instance.id)])

    def test_a_run_lists_them_and_takes_them_off_again(self):
        self.sync()
        (row,) = self.rows
        self.assertEqual(row.session_id, self.left.id)
        self.assertEqual((row.day, row.teacher), (date(2026, 11, 3), "Tea Cher"))
        self.assertEqual(row.mapping_id.moodle_name, "Algebra I")
        self.assertIn("mod/attendance/manage.php", row.action_open_moodle()["url"])
        self.sync()
        self.assertEqual(self.rows, row)
        self.mark(self.left, "PP")
        self.sync()
        self.assertFalse(self.rows)

    def test_one_that_was_hardly_taken_says_how_far(self):
        begun = self.add_session("P", starts=START + 2 * HOUR)
        self.sync()
        row = self.rows.filtered(lambda row: row.session_id == begun.id)
        listed = len(self.users)
        self.assertEqual((row.how_far, row.marked, row.listed), (f"1 of {listed}", 1, listed))
        self.assertIn(f"1 of {listed}", str(row._lines()))
        self.mark(begun, "PPPPP")
        self.sync()
        self.assertEqual(self.rows.mapped("session_id"), [self.left.id])

    def test_an_empty_list_says_whether_anybody_looks(self):
        said = self.env["moodle.session.untaken"].get_empty_list_help("All taken")
        self.assertIn("All taken", said)
        self.instance.unlink()
        said = self.env["moodle.session.untaken"].get_empty_list_help("All taken")
        self.assertIn("No Moodle is connected", said)

    def test_a_session_of_all_groups_names_none(self):
        of_all = self.add_session(starts=START + 2 * HOUR)
        self.sync()
        row = self.rows.filtered(lambda row: row.session_id == of_all.id)
        self.assertIs(row.group_name, False)

    def test_of_a_course_switched_off_none_stand(self):
        self.sync()
        self.rows.mapping_id.course_switch = "off"
        self.sync()
        self.assertFalse(self.rows)
        self.env["moodle.mapping"]._of_course(
            self.instance, self.moodle_course.id
        ).course_switch = "on"
        self.sync()
        self.assertEqual(len(self.rows), 1)

    def test_marks_from_openeducat_count(self):
        self.instance.sync_attendance_from = "oec"
        other = self.add_session(starts=START + 86400, group=self.groups[0])
        self.make_sheet("PP", day="2026-11-04")
        self.sync()
        self.assertEqual(self.moodle_marks(other)[:2], "PP")
        self.assertEqual(self.rows.mapped("session_id"), [self.left.id])

    def remind(self, hour):
        now = datetime(2026, 11, 3, hour, tzinfo=UTC)
        with patch.object(type(self.instance), "_now_here", lambda _self: now):
            self.env["moodle.instance"]._cron_remind_untaken()
        kind = self.env.ref("openeducat_moodle_attendance.activity_untaken")
        return self.instance.activity_ids.filtered(lambda found: found.activity_type_id == kind)

    def test_in_the_evening_the_responsible_person_is_told_once(self):
        self.sync()
        manager = new_test_user(self.env, "t-manager", MANAGER)
        self.rows.mapping_id.user_id = manager
        self.assertFalse(self.remind(20), "not asked for")
        self.instance.untaken_remind = True
        self.assertFalse(self.remind(17), "not yet evening")
        told = self.remind(18)
        self.assertEqual(told.user_id, manager)
        self.assertIn("Algebra I", told.note)
        self.assertIn("Tea Cher", told.note)
        self.assertEqual(self.remind(19), told, "once a day")

    def test_who_may_not_see_it_is_not_told(self):
        self.sync()
        self.instance.write({"untaken_remind": True, "user_id": self.env.ref("base.user_admin").id})
        self.rows.mapping_id.user_id = new_test_user(self.env, "t-nobody", "base.group_user")
        self.assertEqual(self.remind(18).user_id, self.instance.user_id)
