"""Groups and people whose key has changed, in a plan: what is told, and what is left alone."""

from collections import Counter
from dataclasses import replace

from odoo.tests import BaseCase, tagged

from ..services.domain import matching
from ..services.domain import plan as p
from ..services.domain.changed_keys import report_changed_keys
from ..services.domain.course_index import CourseIndex
from ..services.domain.findings import Findings
from ..services.domain.linking import Held, choose_sessions
from ..services.domain.manual_sheets import taken_sessions
from ..services.domain.planner import plan_course
from ..services.domain.window import Rules
from . import builders as b

LOST = matching.Match(
    1, 101, "idnumber", "student_key_lost", (101, "idnumber", "oec_student_101", "", "a@x.org")
)
WAITS = matching.Match(
    2,
    why="student_key_other",
    details=(102, 150, "idnumber", "oec_student_102", "idnumber", "oec_student_150"),
)
GROUP_LOST = matching.Match(1, 1, "idnumber", "group_key_lost", ("Group 1", 1, "oec_batch_1", ""))
GROUP_WAITS = matching.Match(
    7, why="group_key_other", details=("Group 7", 1, 2, "oec_batch_1", "oec_batch_2")
)


@tagged("post_install", "-at_install")
class TestTold(BaseCase):
    def report(self, *sessions, **people):
        self.findings = Findings(b.COURSE.id)
        who = b.people(**people)
        index = CourseIndex.of(b.reading(*sessions), b.local(), who, b.RULES)
        report_changed_keys(index, sessions, self.findings)

    def test_nothing_where_no_key_has_changed(self):
        no_match = matching.Match(41, why="no_match", details=("", ""))
        without = matching.Match(8, why="group_without_idnumber", details=("G", ""))
        self.report(b.session(1, {1: "P"}), unknown={41: no_match}, batches={8: without})
        self.assertEqual((self.findings.gaps, self.findings.skipped), ((), Counter()))

    def test_each_once_with_what_it_names(self):
        nameless = replace(WAITS, moodle_id=41)
        self.report(
            b.session(1, {1: "P", 2: "A"}, group_id=1),
            b.session(2, {1: "P", 2: "A", 3: "L"}, group_id=7),
            b.session(3, {4: "P"}),
            b.session(4, {1: "P"}, group_id=7),
            unknown={1: LOST, 2: WAITS, 41: nameless},
            batches={1: GROUP_LOST, 7: GROUP_WAITS},
        )
        self.assertEqual(self.findings.skipped, Counter(changed_group=4))
        gap = p.Gap
        self.assertEqual(
            self.findings.gaps,
            (
                gap(
                    "changed_group", "changed_group:2:group:1", "group_key_lost",
                    GROUP_LOST.details, 1, 0, about="Group 1",
                ),
                gap(
                    "changed_group", "changed_group:2:group:7", "group_key_other",
                    GROUP_WAITS.details, 7, 4, about="Group 7",
                ),
                gap(
                    "changed_student", "changed_student:2:user:1", "student_key_lost",
                    ("User 1", *LOST.details), 1, 0, about="User 1",
                ),
                gap(
                    "changed_student", "changed_student:2:user:2", "student_key_other",
                    ("User 2", *WAITS.details), 2, 0, about="User 2",
                ),
                gap(
                    "changed_student", "changed_student:2:user:41", "student_key_other",
                    ("", *WAITS.details), 41, 0, about="",
                ),
            ),
        )  # fmt: skip


@tagged("post_install", "-at_install")
class TestLeftAlone(BaseCase):
    """Nothing of who waits is written, on either side."""

    def plan(self, direction, sessions, local, **people):
        rules = Rules(b.ZONE, direction=direction, user_id=99)
        return plan_course(b.reading(*sessions), local, b.people(**people), rules)

    def test_marks_of_an_account_wait(self):
        """Student 102 had another mark; whether 150 is there, nobody knows."""
        session = b.session(1, {1: "P", 2: "A"})
        lines = [
            b.line(1, 101, "P"), b.line(2, 102, "L"), b.line(3, 150, "L", base=None),
        ]  # fmt: skip
        here = b.local([b.sheet(1, session)], lines)
        for direction in ("moodle", "oec", "both"):
            plan = self.plan(direction, [session], here, unknown={2: WAITS})
            self.assertEqual(([*plan.line_actions()], plan.pushes), ([], ()), direction)
            self.assertEqual([gap.why for gap in plan.gaps], ["student_key_other"])
            waiting = {} if direction == "oec" else {"changed_student": 1}
            self.assertEqual(plan.skipped, Counter(waiting))

    def test_marks_of_an_account_that_is_kept_do_not(self):
        session = b.session(1, {1: "P"})
        plan = self.plan("moodle", [session], b.local(), unknown={1: LOST})
        (sheet,) = plan.sheets()
        self.assertEqual([line.student_id for line in sheet.lines], [101])
        self.assertEqual([gap.why for gap in plan.gaps], ["student_key_lost"])

    def test_sessions_of_a_group_wait(self):
        session = b.session(1, {1: "P", 2: "A"}, group_id=7)
        other = b.session(2, {3: "P"}, starts=b.START + b.HOUR)
        lines = [b.line(1, 101, "L"), b.line(2, 102, "L"), b.line(3, 103, "P", sheet_id=2)]
        here = b.local([b.sheet(1, session), b.sheet(2, other)], lines)
        for direction in ("moodle", "oec", "both"):
            plan = self.plan(direction, [session, other], here, batches={7: GROUP_WAITS})
            self.assertTrue(plan.empty, direction)
            self.assertEqual([gap.why for gap in plan.gaps], ["group_key_other"])
            self.assertEqual(
                (plan.marks_seen, plan.skipped), (3, Counter(changed_group=2)), direction
            )

    def test_no_session_is_made_on_a_day_on_which_one_waits(self):
        session = b.session(1, {1: "P"}, group_id=7)
        free = [b.sheet(5)]
        for batches, sure in (({7: GROUP_WAITS}, False), ({7: 2}, True), ({7: GROUP_LOST}, True)):
            who = replace(b.people(batches=batches), group_names={7: "Group 7"})
            index = CourseIndex.of(b.reading(session), b.local(free), who, b.RULES)
            held = Held(index.said(free), {}, {})
            taken, left = taken_sessions(index)
            choice = choose_sessions(free, [session], taken, who, b.RULES, held, left)[5]
            self.assertEqual(choice.sure, sure)
