"""What is sent to Moodle, by whole values: the plan of a mark, or the gap that says why not."""

from dataclasses import replace

from odoo.tests import tagged

from ..services.domain import matching
from ..services.domain import plan as p
from ..services.domain import records as r
from ..services.domain.findings import Findings
from ..services.domain.push import not_held, push_plan, remark_key
from ..services.domain.status_meaning import Chosen
from . import builders as b
from .test_planner_rules import RuleCase

STUDENT = "op.student"
DAY = b.DAY.isoformat()
PUSH = p.PushPlan(1, 7, 101, 1, "P", 5, 3, (11,), 40)


class PushPlanCase(RuleCase):
    def setUp(self):
        super().setUp()
        self.line = b.line(11, 101, "P", sheet_id=7, base=None)._replace(marked_at=40)

    def push(self, session, line=None, others=(), kept=None, **values):
        line = line or self.line
        here = replace(b.local(), not_held=kept or {})
        index = self.index(session, here=here, direction="oec", **values)
        return push_plan(index, session, b.sheet(7, session), line, [line, *others], self.findings)

    def refused(self, *gaps):
        """The gaps of kind *refused_push*, which need no more than this."""
        self.assertEqual(
            self.findings.gaps,
            tuple(
                p.Gap("refused_push", f"refused_push:2:{key}", why, details, marks=1, **more)
                for key, why, details, more in gaps
            ),
        )


@tagged("post_install", "-at_install")
class TestPushPlan(PushPlanCase):
    def test_a_mark_with_all_that_moodle_wants(self):
        others = [b.line(12, 101, "A", sheet_id=7), b.line(13, 101, "P", sheet_id=7)]
        session = b.session(1, status_set=3)
        self.assertEqual(self.push(session, others=others), replace(PUSH, line_ids=(11, 13)))
        self.assertEqual(self.push(session), PUSH)
        self.assertFalse(self.findings.gaps)

    def test_only_by_an_account_of_the_session(self):
        who = b.people(unknown={50: matching.Match(50, 101, "manual")})
        only = b.session(1, status_set=3, user_ids=frozenset({50, 2}))
        self.assertEqual(self.push(only, who=who), replace(PUSH, user_id=50))
        for users in ({2}, {1, 50}):
            self.setUp()
            self.assertIsNone(self.push(b.session(1, user_ids=frozenset(users)), who=who))
            self.refused(
                (
                    "push_not_listed:101",
                    "push_not_listed",
                    (101,),
                    {"record": (STUDENT, 101)},
                )
            )

    def test_nobody_has_an_account(self):
        for _again in range(2):
            who = b.people(unknown={1: matching.Match(1)})
            self.assertIsNone(self.push(b.session(1), who=who))
        key = "refused_push:2:push_no_account:101"
        self.assertEqual(
            self.findings.gaps,
            (
                p.Gap(
                    "refused_push",
                    key,
                    "push_no_account",
                    (101,),
                    marks=2,
                    record=(STUDENT, 101),
                ),
            ),
        )

    def test_no_status_of_the_set_means_it(self):
        """The letters that may be meant are told, too: only those that nobody has decided."""
        statuses = (
            *b.STATUSES[:2],
            r.MoodleStatus(9, "M", "Medical", 1),
            r.MoodleStatus(10, "X", "Left out", 0.5),
        )
        session = b.session(1, statuses=statuses, status_set=3)
        line = self.line._replace(status="E")
        chosen = (Chosen("X", "-"),)
        self.assertIsNone(self.push(session, line, rules={"chosen": chosen}))
        kind = "refused_push"
        key = f"{kind}:2:status:1:3:E"
        self.assertEqual(
            self.findings.gaps,
            (
                p.Gap(
                    "custom_status",
                    "letter:M:medical",
                    "letter_custom",
                    ("M", "Medical"),
                    marks=1,
                    letter=p.Letter("M", "Medical", 1),
                ),
                p.Gap(kind, key, "push_none_status", ("E", "Lectures", ()), marks=1),
            ),
        )

    def test_letters_in_doubt_are_told_as_such(self):
        """P has not the most points here, so nothing of the set is sure."""
        statuses = tuple(
            r.MoodleStatus(number, letter, "", grade)
            for number, letter, grade in ((5, "P", 1), (6, "A", 0), (7, "Q", 2))
        )
        self.assertIsNone(self.push(b.session(1, statuses=statuses)))
        self.assertEqual(
            [(gap.why, gap.details) for gap in self.findings.gaps],
            [
                ("letter_doubt", ("P", "")),
                ("letter_custom", ("Q", "")),
                ("push_none_status", ("P", "Lectures", ())),
            ],
        )

    def test_several_statuses_mean_it(self):
        """Then no letter is open: somebody has to say which of them is sent."""
        statuses = (
            *b.STATUSES,
            r.MoodleStatus(9, "P", "Present", 2),
            r.MoodleStatus(10, "M", "Medical", 1),
            r.MoodleStatus(12, "On", "Online", 2),
        )
        session = b.session(1, statuses=statuses, activity_id=4)
        self.assertIsNone(self.push(session, rules={"chosen": (Chosen("On", "P"),)}))
        self.refused(
            ("status:4:0:P", "push_several_status", ("P", "4", ("P", "P", "On")), {}),
        )

    def test_one_of_several_that_somebody_has_chosen(self):
        statuses = (*b.STATUSES, r.MoodleStatus(12, "On", "Online", 2))
        chosen = (Chosen("On", "P", send=True),)
        push = self.push(b.session(1, statuses=statuses), rules={"chosen": chosen})
        self.assertEqual(push, replace(PUSH, status_id=12, status_set=0))

    def test_a_remark_that_does_not_get_through(self):
        """The mark is sent without it as long as it is the same; alone it is not sent."""
        session = b.session(1, {1: "A"}, status_set=3)
        here = replace(b.local(), unsaid={(1, 101): remark_key("a/../b"), (1, 102): "other"})
        index = self.index(session, here=here, direction="oec")
        gap = p.Gap(
            "refused_push",
            "refused_push:2:remark_refused:1:101",
            "remark_refused",
            (101, DAY, "a/../b"),
            moodle_id=1,
            record=(STUDENT, 101),
        )
        for remark, held, sent, gaps in (
            ("a/../b", 0, (None,), (gap,)),
            ("a/../b", 5, (), (gap,)),
            ("a b", 0, ("a b",), ()),
            ("a b", 5, ("a b",), ()),
            (None, 0, (None,), ()),
            ("", 0, ("",), ()),
        ):
            with self.subTest(remark=remark, held=held):
                findings = Findings(2)
                sheet = b.sheet(7, session)
                push = push_plan(
                    index, session, sheet, self.line, [self.line], findings, remark, held
                )
                self.assertEqual((push.remark,) if push else (), sent)
                self.assertEqual(findings.gaps, gaps)

    def test_what_moodle_did_not_keep(self):
        """It is not sent again as long as the mark here, its time and the mark there are the
        same as then."""
        session = b.session(1, {1: "A", 2: "L"}, status_set=3)
        self.assertIsNone(self.push(session, kept={(1, 101): ("P", 6, 40)}))
        self.refused(
            (
                "not_held:1:101",
                "push_not_held",
                (101, DAY, 1),
                {"moodle_id": 1, "record": (STUDENT, 101)},
            )
        )
        for kept in (
            {(1, 101): ("L", 6, 40)},
            {(1, 101): ("P", 7, 40)},
            {(1, 101): ("P", 6, 41)},
            {(1, 102): ("P", 6, 40)},
            {(2, 101): ("P", 6, 40)},
        ):
            self.assertEqual(self.push(session, kept=kept), PUSH, kept)

    def test_what_moodle_holds_then(self):
        """Nothing is 0, one status in several rows is that one, and several are -1."""
        for marks, held in (
            ([], 0),
            ([b.mark(2, "A")], 0),
            ([b.mark(1, 0)], 0),
            ([b.mark(1, "A"), b.mark(2, "L")], 6),
            ([b.mark(1, "A"), b.mark(1, "A")], 6),
            ([b.mark(1, "A"), b.mark(1, "L")], -1),
            ([b.mark(1, "A"), b.mark(1, "L"), b.mark(1, "E")], -1),
        ):
            session = b.session(1, marks, status_set=3)
            for known in (-1, 0, 1, 6):
                push = self.push(session, kept={(1, 101): ("P", known, 40)})
                self.assertEqual(push, None if known == held else PUSH, (marks, known))

    def test_the_gap_of_what_moodle_did_not_keep(self):
        self.assertEqual(
            not_held(b.session(8), 101, b.DAY),
            {
                "why": "push_not_held",
                "key": "not_held:8:101",
                "details": {"student": 101, "day": DAY, "session": 8},
                "moodle_id": 8,
                "marks": 1,
                "record": (STUDENT, 101),
            },
        )


@tagged("post_install", "-at_install")
class TestClosedGroup(PushPlanCase):
    """Moodle's page takes no session of a group that activities do not offer."""

    groups = (r.MoodleGroup(1, "A", "", participates=False), r.MoodleGroup(2, "B", ""))

    def test_sessions_of_such_a_group_get_no_marks(self):
        for group, sent in ((0, True), (1, False), (2, True)):
            with self.subTest(group=group):
                self.setUp()
                session = b.session(1, group_id=group, status_set=3)
                plan = self.push(session, groups=self.groups)
                self.assertEqual(plan, PUSH if sent else None)
                self.assertEqual(self.whys(), [] if sent else ["push_group_closed"])

    def test_one_gap_for_all_marks_of_a_group(self):
        for student in (101, 102):
            line = b.line(11, student, "P", sheet_id=7, base=None)
            self.push(b.session(1, group_id=1), line, groups=self.groups)
        gap = p.Gap(
            "refused_push",
            "refused_push:2:participation:1",
            "push_group_closed",
            ("",),
            moodle_id=1,
            marks=2,
        )
        self.assertEqual(self.findings.gaps, (gap,))


@tagged("post_install", "-at_install")
class TestGrouping(PushPlanCase):
    """Moodle's page shows no student of a group that is not in the activity's grouping."""

    def limited(self, *groups):
        return {"activities": (replace(b.LECTURES, grouping=frozenset(groups)),)}

    def outside(self, group, marks=1):
        return (
            p.Gap(
                "refused_push",
                f"refused_push:2:grouping:1:{group}",
                "push_group_outside",
                ("", "Lectures"),
                moodle_id=group,
                marks=marks,
            ),
        )

    def test_a_session_of_a_group(self):
        for groups, sent in (((1, 2), True), ((1,), False), ((), False)):
            with self.subTest(groups=groups):
                self.setUp()
                plan = self.push(b.session(1, group_id=2, status_set=3), **self.limited(*groups))
                self.assertEqual(plan, PUSH if sent else None)
                self.assertEqual(self.findings.gaps, () if sent else self.outside(2))

    def test_one_gap_for_all_marks_of_a_group(self):
        for student in (101, 102):
            line = b.line(11, student, "P", sheet_id=7, base=None)
            self.push(b.session(1, group_id=2), line, **self.limited(1))
        self.assertEqual(self.findings.gaps, self.outside(2, marks=2))

    def test_a_session_for_all_participants(self):
        """It lists those of the grouping; where that holds no group, everybody."""
        for groups, listed, told in (
            ((1, 2), {1}, ()),
            # Of the other group besides.
            ((2,), {1}, ()),
            ((), {1}, ()),
            ((2,), {2}, self.outside(1)),
        ):
            with self.subTest(groups=groups, listed=listed):
                self.setUp()
                session = b.session(1, status_set=3, user_ids=frozenset(listed))
                plan = self.push(session, **self.limited(*groups))
                self.assertEqual(plan, None if told else PUSH)
                self.assertEqual(self.findings.gaps, told)

    def test_another_reason(self):
        """In the grouping, or without a group at all: not listed for something else."""
        nobody = b.session(1, user_ids=frozenset())
        for groups, who in (((1,), None), ((2,), b.people(batches={1: 2}))):
            with self.subTest(groups=groups):
                self.setUp()
                self.push(nobody, who=who, **self.limited(*groups))
                self.assertEqual(self.whys(), ["push_not_listed"])
        self.setUp()
        stranger = b.people(unknown={1: matching.Match(1)})
        self.push(b.session(1, user_ids=frozenset()), who=stranger, **self.limited(2))
        self.assertEqual(self.whys(), ["push_no_account"])

    def test_of_another_activity(self):
        seminar = replace(b.LECTURES, id=4, grouping=frozenset({1}))
        session = b.session(1, group_id=2, status_set=3)
        self.assertEqual(self.push(session, activities=(seminar, b.LECTURES)), PUSH)
        limited = replace(b.LECTURES, grouping=frozenset({1}))
        self.assertIsNone(self.push(session, activities=(seminar, limited)))
        self.assertEqual(self.findings.gaps, self.outside(2))
