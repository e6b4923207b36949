"""What each student of a sheet needs where marks go to Moodle, by whole values."""

from dataclasses import replace

from odoo.tests import tagged

from ..services.domain import plan as p
from ..services.domain import records as r
from ..services.domain.marks import Mark
from ..services.domain.placing import PlacedMarks
from ..services.domain.settling import Settled, settle_sheet, taken_by_others
from ..services.domain.window import CLOCK_OFF, Rules
from . import builders as b
from .test_planner_rules import RuleCase

DAY = b.DAY.isoformat()
TAKEN = b.START + b.HOUR


def marked(line_id, student_id, status, base, at=0, **values):
    """A line of sheet 1 with the time of its mark."""
    return b.line(line_id, student_id, status, base=base)._replace(marked_at=at, **values)


def pushed(line_ids, student_id, status, at=0):
    """The plan of a mark of sheet 1 for session 1."""
    number = b.STATUS_IDS[status]
    return p.PushPlan(1, 1, student_id, student_id - 100, status, number, 0, line_ids, at)


class SettlingCase(RuleCase):
    def settle(self, session, lines=(), marks=(), undecided=(), spoken=(), sheet=None, **values):
        sheet = sheet or b.sheet(1, session)
        more = {key: values.pop(key) for key in ("dropped", "types") if key in values}
        here = replace(b.local([sheet], lines), **more)
        index = self.index(session, here=here, **{"direction": "both", **values})
        placed = PlacedMarks(session, {}, {}, undecided=frozenset(undecided))
        return settle_sheet(index, placed, sheet, marks, set(spoken), self.findings)


@tagged("post_install", "-at_install")
class TestSettled(SettlingCase):
    def test_each_student_once_and_in_order(self):
        """Whoever another sheet speaks for is left out, and whoever is undecided gets nothing;
        those behind are met all the same."""
        lines = [
            marked(1, 105, "P", None, 7),
            marked(2, 101, "P", None),
            marked(3, 102, "P", None),
            marked(4, 103, "P", None),
        ]
        found = self.settle(
            b.session(1, {4: "L"}),
            lines,
            [Mark(104, "L")],
            undecided={102},
            spoken={101},
        )
        self.assertEqual(
            found,
            Settled(
                (p.LinePlan(p.CREATE, 0, 104, "L", "L"),),
                (pushed((4,), 103, "P"), pushed((1,), 105, "P", 7)),
                (),
                frozenset({102, 103, 104, 105}),
            ),
        )

    def test_whom_nobody_knows_can_be_anybody(self):
        found = self.settle(b.session(1), [marked(1, 101, "P", None)], undecided={0})
        self.assertEqual(found, Settled(students=frozenset({101})))

    def test_the_line_that_was_marked_last_speaks(self):
        lines = [marked(1, 101, "A", None, 3), marked(2, 101, "L", None, 5)]
        for order in (lines, lines[::-1]):
            found = self.settle(b.session(1), order)
            self.assertEqual(found.pushes, (pushed((2,), 101, "L", 5),))

    def test_each_oddity_is_one_gap_for_the_session(self):
        """Beside them there is a push, which has no gap."""
        session = b.session(1, {3: "P", 4: "A", 6: "A", 7: "P"})
        found = self.settle(
            session,
            [
                marked(1, 101, "P", "P"),
                marked(2, 102, "A", "A"),
                marked(4, 104, "L", "P", 2**31),
                marked(5, 105, None, None),
                marked(8, 108, "E", None),
            ],
            [Mark(103, "P"), Mark(104, "A"), Mark(106, "A"), Mark(107, "P")],
            dropped={(1, 103): "P", (2, 106): "A", (1, 107): "P"},
            rules={"now": TAKEN},
        )
        self.assertEqual(found.pushes, (pushed((8,), 108, "E"),))
        self.assertEqual(found.lines, (p.LinePlan(p.CREATE, 0, 106, "A", "A"),))
        self.assertEqual(found.conflicts, ())
        self.assertEqual(
            self.findings.gaps,
            tuple(
                p.Gap(
                    kind,
                    f"{kind}:2:{why}:1",
                    why,
                    ("AS1", DAY, marks),
                    moodle_id=1,
                    marks=marks,
                    record=("op.attendance.sheet", 1),
                )
                for kind, why, marks in (
                    ("clock", "clock_off", 1),
                    ("refused_push", "line_unclear", 1),
                    ("vanished", "line_dropped", 2),
                    ("vanished", "mark_vanished", 2),
                )
            ),
        )

    def test_a_whole_conflict(self):
        """By Odoo's clock, on both sides."""
        session = b.session(1, {1: "A"})
        for at, action, winner in ((TAKEN - 11, None, "moodle"), (TAKEN - 9, "push", "oec")):
            found = self.settle(
                session,
                [marked(1, 101, "L", "P", at)],
                [Mark(101, "A")],
                rules={"clock_offset": 10},
            )
            conflict = p.Conflict(1, 101, "P", "A", "L", TAKEN - 10, at, False, winner)
            self.assertEqual(
                found,
                Settled(
                    () if action else (p.LinePlan(p.UPDATE, 1, 101, "A", "A"),),
                    (pushed((1,), 101, "L", at),) if action else (),
                    (conflict,),
                    frozenset({101}),
                ),
            )

    def test_a_mark_of_moodles_own_task(self):
        """It is nobody's, so a person's mark wins however old it is."""
        line = marked(1, 101, "L", "P", 5)
        session = b.session(1, {1: "A"}, taken_by=0)
        (conflict,) = self.settle(session, [line], [Mark(101, "A")]).conflicts
        self.assertEqual(conflict, p.Conflict(1, 101, "P", "A", "L", TAKEN, 5, True, "oec"))

    def test_what_we_wrote_was_taken_before_that(self):
        session = b.session(1, {1: "A"}, taken_by=99)
        sheet = b.sheet(1, session, taken_at=50)
        (conflict,) = self.settle(
            session,
            [marked(1, 101, "L", "P", 51)],
            [Mark(101, "A")],
            sheet=sheet,
            rules={"clock_offset": 10},
        ).conflicts
        self.assertEqual(conflict, p.Conflict(1, 101, "P", "A", "L", 40, 51, False, "oec"))

    def test_clocks_of_which_one_is_not_sure(self):
        """Neither a time that can't have been nor a clock that is off decides; the limit
        itself is possible."""
        session = b.session(1, {1: "A"})
        for at, rules, sure in (
            (TAKEN + CLOCK_OFF, {"now": TAKEN}, True),
            (TAKEN + CLOCK_OFF + 1, {"now": TAKEN}, False),
            (5, {"now": TAKEN - CLOCK_OFF}, True),
            (5, {"now": TAKEN - CLOCK_OFF - 1}, False),
            (5, {"now": TAKEN - CLOCK_OFF - 1, "clock_offset": 1}, True),
            (5, {"clock_sure": False}, False),
            (5, {}, True),
        ):
            self.setUp()
            found = self.settle(
                session, [marked(1, 101, "L", "P", at)], [Mark(101, "A")], rules=rules
            )
            self.assertEqual(bool(found.conflicts), sure, (at, rules))
            self.assertEqual(self.whys(), [] if sure else ["clock_off"], (at, rules))

    def test_a_line_that_nobody_marked_is_none(self):
        line = marked(1, 101, "P", None, person=False)
        for direction in ("both", "oec"):
            found = self.settle(b.session(1), [line], direction=direction)
            self.assertEqual(found, Settled(students=frozenset({101})))

    def test_a_mark_that_means_nothing_here(self):
        """It holds, unless somebody has marked here after it."""
        session = b.session(1, {1: 77})
        for at, pushes in ((TAKEN, ()), (TAKEN + 1, (pushed((1,), 101, "L", TAKEN + 1),))):
            found = self.settle(session, [marked(1, 101, "L", "P", at)], [Mark(101, None)])
            self.assertEqual(found.pushes, pushes)
            self.assertEqual([one.moodle for one in found.conflicts], [None] * len(pushes))
            self.assertEqual(found.lines, ())

    def test_a_conflict_that_can_not_be_sent_is_none(self):
        session = b.session(1, {1: "A", 2: "A"}, user_ids=frozenset({2}))
        lines = [marked(n, 100 + n, "L", "P", TAKEN + 1) for n in (1, 2)]
        found = self.settle(session, lines, [Mark(101, "A"), Mark(102, "A")])
        self.assertEqual(found.pushes, (pushed((2,), 102, "L", TAKEN + 1),))
        self.assertEqual([one.student_id for one in found.conflicts], [102])
        self.assertEqual(self.whys(), ["push_not_listed"])


@tagged("post_install", "-at_install")
class TestLines(SettlingCase):
    def test_all_lines_of_a_student_say_what_moodle_says(self):
        """One that is right already needs nothing, and none is put back."""
        types = r.AttendanceTypes({4: "P"}, {"A": 3})
        found = self.settle(
            b.session(1, {1: "A"}),
            [
                marked(1, 101, "P", "P", 9),
                marked(2, 101, "L", "E", type_id=4),
                marked(3, 101, "A", "A"),
            ],
            [Mark(101, "A", "bus")],
            types=types,
        )
        self.assertEqual(
            found.lines,
            (
                p.LinePlan(p.UPDATE, 1, 101, "A", "A", "bus", 3),
                p.LinePlan(p.UPDATE, 2, 101, "A", "A", "bus", 3),
                p.LinePlan(p.REMARK, 3, 101, "A", None, "bus"),
            ),
        )

    def test_a_new_line(self):
        types = r.AttendanceTypes({}, {"A": 3})
        found = self.settle(b.session(1, {1: "A"}), (), [Mark(101, "A", "bus")], types=types)
        self.assertEqual(found.lines, (p.LinePlan(p.CREATE, 0, 101, "A", "A", "bus", 3),))

    def test_what_both_sides_say_already(self):
        """The line that says it is agreed on; one beside it that says something else is not."""
        types = r.AttendanceTypes({4: "A"}, {"P": 3})
        lines = [
            marked(1, 101, "P", None, 9, remark="note"),
            marked(2, 101, "A", None),
            marked(3, 101, "P", "P"),
            marked(4, 101, "P", "P", type_id=4),
        ]
        found = self.settle(b.session(1, {1: "P"}), lines, [Mark(101, "P", "bus")], types=types)
        self.assertEqual(
            found.lines,
            (
                p.LinePlan(p.AGREE, 1, 101, "P"),
                p.LinePlan(p.TYPE, 4, 101, "P", type_id=3),
            ),
        )

    def test_a_remark_comes_with_news_of_moodle(self):
        session = b.session(1, {1: "P"})
        old = b.sheet(1, session, seen=r.Seen(2, 1, "old"))
        line = b.line(1, 101, "P", remark="note")
        remark = (p.LinePlan(p.REMARK, 1, 101, "P", None, "bus"),)
        for sheet, direction, wanted in (
            (old, "both", remark),
            (old, "oec", ()),
            (b.sheet(1, session), "both", ()),
            (b.sheet(1, session), "oec", ()),
        ):
            found = self.settle(
                session, [line], [Mark(101, "P", "bus")], sheet=sheet, direction=direction
            )
            self.assertEqual(found.lines, wanted, direction)

    def test_of_a_custom_mark_no_line_is_made(self):
        found = self.settle(b.session(1, {1: 77}), [b.line(1, 101, "P")], [Mark(101, None)])
        self.assertEqual(found.lines, ())
        found = self.settle(b.session(1, {1: 77}), (), [Mark(101, None)])
        self.assertEqual(found.lines, ())


@tagged("post_install", "-at_install")
class TestTakenByOthers(RuleCase):
    def test_when_somebody_else_took_it(self):
        sheet = b.sheet(1, taken_at=5)
        for user, taken_by, of_sheet, wanted in (
            (99, 99, sheet, 5),
            (99, 99, None, 0),
            (99, 30, sheet, TAKEN),
            (99, 0, sheet, TAKEN),
            (0, 0, sheet, TAKEN),
            (0, 30, None, TAKEN),
        ):
            session = b.session(1, {1: "P"}, taken_by=taken_by)
            rules = Rules(b.ZONE, user_id=user)
            self.assertEqual(taken_by_others(session, of_sheet, rules), wanted)
