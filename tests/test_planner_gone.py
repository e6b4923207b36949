"""What Moodle does not show, by whole values: the gaps word for word, and what is cancelled."""

from odoo.tests import tagged

from ..services.domain import brake
from ..services.domain import plan as p
from ..services.domain import records as r
from ..services.domain.gone import (
    Gone,
    deleted_sessions,
    report_hidden_people,
    report_lacking,
    report_odd,
    report_unreadable,
)
from ..services.domain.planner import plan_course
from . import builders as b
from .test_planner_rules import RuleCase

SHEET = "op.attendance.sheet"
OTHER = r.MoodleActivity(4, "Seminar")
THIRD = r.MoodleActivity(6, "Laboratory")
DAY = b.DAY.isoformat()


def held(sheet_id, session_id, activity=b.LECTURES.id, **values):
    """A sheet that is linked with a session of an activity."""
    return b.sheet(sheet_id, b.session(session_id, activity_id=activity), **values)


class GoneCase(RuleCase):
    def gone(self, *left, sheets=(), lines=(), **values):
        here = b.local(sheets, [b.line(n, 100 + n, "P", sheet_id=s) for n, s in enumerate(lines)])
        return deleted_sessions(self.index(*left, here=here, **values), self.findings)


@tagged("post_install", "-at_install")
class TestCancelled(GoneCase):
    def test_each_activity_by_itself(self):
        """One still holds a session, one holds nothing, and one is not there any more; each in
        the order of its number."""
        sheets = [
            held(20, 30, activity=6),
            held(11, 12),
            held(10, 11),
            held(15, 21, activity=4),
            held(14, 20, activity=4),
            held(13, 19, activity=5),
            held(16, 22, activity=5),
            held(17, 23, activity=3),
        ]
        found = self.gone(
            b.session(1),
            sheets=sheets,
            lines=[14, 14, 15, 13, 10],
            activities=(b.LECTURES, OTHER, THIRD),
            listed=frozenset({1, 4, 6}),
        )
        self.assertEqual(
            found,
            Gone(
                (11, 10),
                (
                    p.Emptied(4, (14, 15), 3),
                    p.Emptied(6, (20,), 0),
                    p.Emptied(3, (17,), 0),
                    p.Emptied(5, (13, 16), 1),
                ),
            ),
        )
        self.assertEqual(
            self.findings.gaps,
            tuple(
                p.Gap(
                    "sheet_without_session",
                    f"sheet_without_session:2:activity:{number}",
                    why,
                    (name, sheets, marks),
                    moodle_id=number,
                    marks=marks,
                    allows={f"activity:{number}": {"sheets": sheets, "marks": marks}},
                )
                for number, why, name, sheets, marks in (
                    (3, "activity_gone", 3, 1, 0),
                    (4, "activity_emptied", "Seminar", 2, 3),
                    (5, "activity_gone", 5, 2, 1),
                    (6, "activity_emptied", "Laboratory", 1, 0),
                )
            ),
        )

    def test_what_a_person_lets_through_beside_what_waits(self):
        allowance = brake.Allowance(
            {"activity:4": {"sheets": 1, "marks": 1}, "activity:5": {"sheets": 0, "marks": 1}}
        )
        found = self.gone(
            b.session(1),
            sheets=[held(10, 11), held(14, 20, activity=4), held(13, 19, activity=5)],
            lines=[14, 13],
            activities=(b.LECTURES, OTHER),
            listed=frozenset({1, 4}),
            rules={"allowance": allowance},
        )
        self.assertEqual(found, Gone((10, 14), (p.Emptied(4, (14,), 1), p.Emptied(5, (13,), 1))))
        self.assertEqual(
            [gap.key for gap in self.findings.gaps], ["sheet_without_session:2:activity:5"]
        )

    def test_where_openeducat_is_right_each_is_told(self):
        gone = self.gone(
            b.session(1),
            sheets=[held(10, 11), held(14, 20, activity=4), held(13, 19, activity=5)],
            lines=[10, 14, 13, 13],
            activities=(b.LECTURES, OTHER),
            listed=frozenset({1, 4}),
            direction="oec",
            rules={"allowance": brake.EVERYTHING},
        )
        self.assertEqual(gone, Gone((), (p.Emptied(5, (13,), 2),)))
        told = "sheet_without_session"
        self.assertEqual(
            self.findings.gaps,
            (
                p.Gap(told, f"{told}:2:activity:5", "activity_gone_here", (5, 1, 2), 5, marks=2),
                p.Gap(
                    told,
                    f"{told}:2:session:11",
                    "session_gone",
                    ("AS10", DAY),
                    11,
                    record=(SHEET, 10),
                ),
                p.Gap(
                    told,
                    f"{told}:2:session:20",
                    "session_gone",
                    ("AS14", DAY),
                    20,
                    record=(SHEET, 14),
                ),
            ),
        )

    def test_one_that_does_not_count_leaves_the_next_one_in(self):
        """Each of these is passed over, whatever stands before and behind it."""
        found = self.gone(
            b.session(1),
            sheets=[
                held(10, 1),
                held(11, 12, state="cancel"),
                held(12, 13, seen=None),
                held(13, 14, seen=r.Seen(3, 1, "")),
                b.sheet(14, seen=r.Seen(2, 1, "")),
                held(15, 16),
                held(16, 17),
                held(17, 18, state="draft"),
            ],
            unreadable=(r.UnreadableSession(1, 16),),
            odd=(r.OddRecord("session", 17, "date", 0, 1), r.OddRecord("user", 18, "text")),
        )
        self.assertEqual(found, Gone((17,)))
        self.assertFalse(self.findings.gaps)

    def test_an_activity_whose_sessions_can_not_be_used_holds_something(self):
        """One that a user or another activity can't be used in holds nothing for that."""
        for odd, cancelled in (
            (r.OddRecord("session", 5, "date", 0, 1), (7,)),
            (r.OddRecord("session", 5, "date", 0, 4), ()),
            (r.OddRecord("status", 5, "date", 0, 1), ()),
        ):
            self.assertEqual(self.gone(sheets=[held(7, 11)], odd=(odd,)).cancelled, cancelled)

    def test_an_activity_that_can_not_be_used_is_not_gone(self):
        """It is known by its number; of one without a number it may be any. Something else
        with the same number says nothing."""
        for odd, told in (
            (r.OddRecord("activity", 5, "shape"), ()),
            (r.OddRecord("activity", 0, "shape"), ()),
            (r.OddRecord("activity", 6, "shape"), (p.Emptied(5, (13,), 0),)),
            (r.OddRecord("user", 5, "shape"), (p.Emptied(5, (13,), 0),)),
        ):
            found = self.gone(sheets=[held(13, 19, activity=5)], odd=(odd,))
            self.assertEqual(found, Gone((), told))

    def test_sessions_that_are_asked_for_by_number(self):
        found = self.gone(
            sheets=[held(10, 11), held(11, 12)],
            listed=frozenset(),
            listed_all=False,
            gone=frozenset({12}),
        )
        self.assertEqual(found, Gone())
        self.assertEqual(
            self.findings.gaps,
            (
                p.Gap(
                    "sheet_without_session",
                    "sheet_without_session:2:session:12",
                    "session_gone",
                    ("AS11", DAY),
                    12,
                    record=(SHEET, 11),
                ),
            ),
        )


@tagged("post_install", "-at_install")
class TestReports(RuleCase):
    def test_an_activity_that_can_not_be_read(self):
        """Nothing of it is gone, and it is named."""
        failed = (r.FailedActivity(4, "slow"), r.FailedActivity(9, "no", rests=True))
        values = {"activities": (b.LECTURES, OTHER), "listed": frozenset({1}), "failed": failed}
        here = b.local([held(7, 11, 4)])
        self.assertEqual(deleted_sessions(self.index(here=here, **values), self.findings), Gone())
        report_unreadable(self.index(**values), self.findings)
        self.assertEqual(
            self.findings.gaps,
            tuple(
                p.Gap(
                    "unreadable_session",
                    f"unreadable_session:2:activity:{number}",
                    "activity_failed",
                    (name, words),
                    moodle_id=number,
                )
                for number, name, words in ((4, "Seminar", "slow"), (9, 9, "no"))
            ),
        )

    def test_what_moodle_could_not_deliver(self):
        sheets = [held(7, 1), held(8, 1, day=b.date(2026, 1, 5))]
        items = ((1, 1), (1, 2), (4, 0), (9, 3), (9, 0))
        unreadable = tuple(r.UnreadableSession(*item) for item in items)
        index = self.index(
            here=b.local(sheets), unreadable=unreadable, activities=(b.LECTURES, OTHER)
        )
        report_unreadable(index, self.findings)
        kind = "unreadable_session"
        self.assertEqual(
            self.findings.gaps,
            tuple(
                p.Gap(kind, f"{kind}:2:{key}", why, details, number)
                for key, why, details, number in (
                    ("activity:4", "unreadable_activity", ("Seminar",), 4),
                    ("activity:9", "unreadable_activity", ("9",), 9),
                    ("session:1", kind, ("Lectures", DAY), 1),
                    ("session:2", kind, ("Lectures", ""), 2),
                    ("session:3", kind, ("9", ""), 3),
                )
            ),
        )

    def test_what_can_not_be_used(self):
        """Of the course first, then of each session that is looked at; marks are counted."""
        first = b.session(1, odd=(r.OddRecord("mark", 3, "shape", 1, 1),) * 2)
        second = b.session(2, odd=(r.OddRecord("status", 9, "text", 0, 4),))
        third = b.session(3, odd=(r.OddRecord("mark", 8, "shape", 3, 1),))
        odd = (r.OddRecord("session", 5, "date", 0, 1), r.OddRecord("user", 4, "name"))
        report_odd(self.index(first, second, third, odd=odd), (first, second), self.findings)
        self.assertEqual(
            self.findings.gaps,
            tuple(
                p.Gap(kind, f"{kind}:2:odd:{key}", why, details, number, marks)
                for kind, key, why, details, number, marks in (
                    ("odd_record", "mark:1:3", "odd_mark", (3, "shape", "Lectures", 1), 3, 2),
                    ("odd_record", "status:0:9", "odd_status", (9, "text", "", 0), 9, 0),
                    ("odd_record", "user:0:4", "odd_user", (4, "name", "", 0), 4, 0),
                    (
                        "unreadable_session",
                        "session:0:5",
                        "odd_session",
                        (5, "date", "Lectures", 0),
                        5,
                        0,
                    ),
                )
            ),
        )
        self.assertEqual(self.findings.skipped, {"odd": 2})

    def test_nobody_is_listed(self):
        """Either participants or marks show that somebody has to be."""
        for sessions, marks in (
            ((b.session(1, user_ids=frozenset()), b.session(2, {1: "P", 2: "A"}, user_ids=())), 2),
            ((b.session(1, {1: "P"}), b.session(2, {1: "P"})), 2),
            ((b.session(1, user_ids=frozenset()), b.session(2)), 0),
        ):
            self.setUp()
            report_hidden_people(self.index(people_listed=False), sessions, self.findings)
            self.assertEqual(
                self.findings.gaps,
                (p.Gap("rights", "rights:2:people", "people_hidden", marks=marks),),
            )

    def test_rights_that_the_account_lacks(self):
        report_lacking(self.index(), self.findings)
        self.assertEqual(self.findings.gaps, ())
        lacking = ("moodle/a:b", "moodle/c:d")
        report_lacking(self.index(lacking=lacking), self.findings)
        said = ("moodle/a:b, moodle/c:d",)
        self.assertEqual(
            self.findings.gaps, (p.Gap("rights", "rights:2:rights", "rights_lacking", said),)
        )
        plan = plan_course(b.reading(lacking=lacking), b.local(), b.people(), b.RULES)
        self.assertEqual([gap.why for gap in plan.gaps], ["rights_lacking"])
