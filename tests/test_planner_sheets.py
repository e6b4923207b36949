"""What the sheets of a session need, by whole values; and what their lines need."""

from dataclasses import replace
from datetime import timedelta

from odoo.tests import BaseCase, tagged

from ..services.domain import plan as p
from ..services.domain import pull
from ..services.domain import records as r
from ..services.domain.adopting import Adopted
from ..services.domain.marks import Mark
from ..services.domain.placing import PlacedMarks
from ..services.domain.sheet_plans import SessionWork, session_work
from . import builders as b
from .test_planner_rules import RuleCase

NEXT_DAY = b.DAY + timedelta(days=1)
TAKEN = b.START + b.HOUR
POINTS = "most=2 P=2 A=0 L=1 E=1"
TYPES = r.AttendanceTypes({3: "P", 4: "A", 5: None}, {"P": 3, "A": 4})


@tagged("post_install", "-at_install")
class TestLinePlans(BaseCase):
    def plan(self, line, mark, types=TYPES):
        return pull.line_plan(line, mark, types)

    def test_a_new_line(self):
        self.assertEqual(
            self.plan(None, Mark(101, "P", "bus")),
            p.LinePlan(p.CREATE, 0, 101, "P", "P", "bus", 3),
        )
        self.assertEqual(self.plan(None, Mark(101, "L")), p.LinePlan(p.CREATE, 0, 101, "L", "L"))
        self.assertEqual(
            pull.line_plan(None, Mark(101, "P")), p.LinePlan(p.CREATE, 0, 101, "P", "P")
        )

    def test_another_status(self):
        """A line of nobody, and one that is as it was agreed on, is brought up to date."""
        for status, base, type_id, action, wanted in (
            ("A", "A", 0, p.UPDATE, 3),
            ("A", "A", 4, p.UPDATE, 3),
            ("A", "A", 3, p.UPDATE, None),
            ("A", "P", 0, p.PUT_BACK, 3),
            ("A", None, 0, p.PUT_BACK, 3),
            (None, "P", 0, p.UPDATE, 3),
            (None, None, 0, p.UPDATE, 3),
        ):
            line = b.line(7, 101, status, base=base)._replace(type_id=type_id)
            self.assertEqual(
                self.plan(line, Mark(101, "P")), p.LinePlan(action, 7, 101, "P", "P", None, wanted)
            )

    def test_the_same_status(self):
        """The remark is told first, then the type; a line without a type is left so."""
        for base, remark, type_id, plan in (
            ("P", "bus", 0, None),
            ("P", "bus", 3, None),
            (None, "bus", 0, p.LinePlan(p.AGREE, 7, 101, "P")),
            ("A", "bus", 3, p.LinePlan(p.AGREE, 7, 101, "P")),
            ("P", "bus", 4, p.LinePlan(p.TYPE, 7, 101, "P", type_id=3)),
            (None, "bus", 5, p.LinePlan(p.TYPE, 7, 101, "P", type_id=3)),
            ("P", "", 0, p.LinePlan(p.REMARK, 7, 101, "P", remark="bus")),
            (None, "train", 4, p.LinePlan(p.REMARK, 7, 101, "P", None, "bus", 3)),
        ):
            line = b.line(7, 101, "P", base=base, remark=remark)._replace(type_id=type_id)
            self.assertEqual(self.plan(line, Mark(101, "P", "bus")), plan)

    def test_no_remark_in_moodle_leaves_the_one_here(self):
        line = b.line(7, 101, "A", remark="note")
        self.assertEqual(
            self.plan(line, Mark(101, "P")), p.LinePlan(p.UPDATE, 7, 101, "P", "P", None, 3)
        )
        self.assertIsNone(self.plan(b.line(7, 101, "P", remark="note"), Mark(101, "P")))

    def test_without_types_the_lines_type_stays(self):
        line = b.line(7, 101, "P")._replace(type_id=4)
        self.assertIsNone(pull.line_plan(line, Mark(101, "P")))

    def test_all_lines_of_a_sheet(self):
        lines = {
            101: [b.line(1, 101, "P"), b.line(2, 101, "A"), b.line(3, 101, "L", base=None)],
            103: [b.line(4, 103, "E")],
        }
        self.assertEqual(
            pull.lines(lines, [Mark(101, "P"), Mark(102, "A")], TYPES),
            [
                p.LinePlan(p.UPDATE, 2, 101, "P", "P", None, 3),
                p.LinePlan(p.PUT_BACK, 3, 101, "P", "P", None, 3),
                p.LinePlan(p.CREATE, 0, 102, "A", "A", None, 4),
            ],
        )


class SheetsCase(RuleCase):
    def work(self, session, sheets=(), lines=(), placed=None, adopted=None, old=(), **values):
        """:param placed: keyword arguments of ``PlacedMarks``
        :param old: sheets that give way
        """
        registers, types = values.pop("registers", None), values.pop("types", TYPES)
        here = replace(b.local(sheets, lines, registers), types=types)
        index = self.index(session, here=here, **values)
        placed = PlacedMarks(session, **{"of_sheet": {}, "of_batch": {}, **(placed or {})})
        return session_work(index, placed, old, adopted or Adopted(), self.findings)

    def sheets(self, *args, **values):
        return self.work(*args, **values).plan.sheets


@tagged("post_install", "-at_install")
class TestNewSheets(SheetsCase):
    def values_of(self, session, **more):
        return {
            "attendance_date": b.DAY,
            "state": "done",
            "moodle_session_id": session.id,
            "moodle_seen": str(session.seen),
            "moodle_lasttaken": TAKEN,
            "moodle_starts": b.START,
            "moodle_points": POINTS,
            **more,
        }

    def test_one_for_each_batch(self):
        session = b.session(5, {1: "P"})
        batches = {2: [Mark(102, "A", "bus")], 1: [Mark(101, "P"), Mark(103, "L")]}
        work = self.work(
            session,
            placed={"of_batch": batches},
            registers=[b.register(9), b.register(8, NEXT_DAY)],
        )
        values = self.values_of(session)
        self.assertEqual(
            work,
            SessionWork(
                p.SessionPlan(
                    5,
                    b.START,
                    (
                        p.SheetPlan(
                            0,
                            2,
                            b.DAY,
                            values=values,
                            lines=(p.LinePlan(p.CREATE, 0, 102, "A", "A", "bus", 4),),
                        ),
                        p.SheetPlan(
                            0,
                            1,
                            b.DAY,
                            9,
                            values=values,
                            lines=(
                                p.LinePlan(p.CREATE, 0, 101, "P", "P", None, 3),
                                p.LinePlan(p.CREATE, 0, 103, "L", "L"),
                            ),
                        ),
                    ),
                )
            ),
        )

    def test_what_we_took_ourselves_and_a_set_that_is_not_whole(self):
        odd = (r.OddRecord("mark", 3, "shape", 5, 1), r.OddRecord("status", 9, "shape", 5, 1))
        session = b.session(5, {1: "P"}, taken_by=99, odd=odd)
        (sheet,) = self.sheets(session, placed={"of_batch": {1: [Mark(101, "P")]}})
        self.assertEqual(
            sheet.values, self.values_of(session, moodle_lasttaken=0, moodle_points="")
        )

    def test_none_for_what_is_held_back(self):
        """The other batch of the session gets its sheet."""
        session = b.session(5, {1: "P"})
        batches = {1: [Mark(101, "P"), Mark(103, "L")], 2: [Mark(102, "A")]}
        adopted = Adopted(held_back={(5, 1): "two_courses", (6, 2): "unsure_sheets"})
        sheets = self.sheets(session, placed={"of_batch": batches}, adopted=adopted)
        self.assertEqual([sheet.batch_id for sheet in sheets], [2])
        self.assertEqual(self.findings.skipped, {"two_courses": 2})

    def test_those_that_give_way_come_first(self):
        session = b.session(5, {1: "P"})
        old = [b.sheet(3, session, batch_id=4, day=NEXT_DAY), b.sheet(2, session)]
        sheets = self.sheets(session, old=old, placed={"of_batch": {1: [Mark(101, "P")]}})
        nothing = {
            "moodle_session_id": 0,
            "moodle_seen": "",
            "moodle_lasttaken": 0,
            "moodle_starts": 0,
            "moodle_points": "",
        }
        self.assertEqual(
            sheets[:2],
            (
                p.SheetPlan(3, 4, NEXT_DAY, values=nothing),
                p.SheetPlan(2, 1, b.DAY, values=nothing),
            ),
        )
        self.assertEqual([sheet.sheet_id for sheet in sheets], [3, 2, 0])


@tagged("post_install", "-at_install")
class TestTakenOver(SheetsCase):
    def test_a_sheet_with_all_that_links_it(self):
        """The marks that asked for it, and those without a meaning of whom it has a line."""
        session = b.session(5, {1: "P", 2: 77, 3: 77})
        sheet = b.sheet(7)
        found = self.work(
            session,
            [sheet],
            [b.line(1, 101, "A", 7, base=None), b.line(2, 102, "E", 7, base=None)],
            {
                "of_batch": {1: [Mark(101, "P")]},
                "unplaced": (Mark(102, None), Mark(103, None)),
            },
            Adopted({(5, 1): sheet}),
            direction="both",
        )
        self.assertEqual(
            found,
            SessionWork(
                p.SessionPlan(
                    5,
                    b.START,
                    (
                        p.SheetPlan(
                            7,
                            1,
                            b.DAY,
                            values={
                                "moodle_session_id": 5,
                                "moodle_seen": str(session.seen),
                                "moodle_lasttaken": TAKEN,
                                "moodle_starts": b.START,
                                "moodle_points": POINTS,
                            },
                            lines=(p.LinePlan(p.UPDATE, 1, 101, "P", "P", None, 3),),
                        ),
                    ),
                ),
                (),
                (p.Conflict(5, 101, None, "P", "A", TAKEN, 0, False, "moodle"),),
            ),
        )

    def test_where_moodle_is_right_it_is_set_taken(self):
        session = b.session(5, {1: "P"})
        sheet = b.sheet(7, state="draft")
        (found,) = self.sheets(
            session,
            [sheet],
            placed={"of_batch": {1: [Mark(101, "P")]}},
            adopted=Adopted({(5, 1): sheet}),
        )
        self.assertEqual(found.values["state"], "done")
        self.assertEqual(found.lines, (p.LinePlan(p.CREATE, 0, 101, "P", "P", None, 3),))

    def test_whoever_another_sheet_of_the_session_speaks_for(self):
        """The one that is taken over speaks before those that were linked already."""
        session = b.session(5)
        sheet, linked = b.sheet(7, batch_id=2), b.sheet(3, session)
        found = self.work(
            session,
            [sheet, linked],
            [
                b.line(1, 101, "P", 7, base=None),
                b.line(2, 101, "A", 3, base=None),
                b.line(3, 102, "A", 3, base=None),
            ],
            {"of_batch": {2: [Mark(103, "P")]}},
            Adopted({(5, 2): sheet}),
            direction="oec",
        )
        self.assertEqual(
            [(push.sheet_id, push.line_ids) for push in found.pushes], [(7, (1,)), (3, (3,))]
        )


@tagged("post_install", "-at_install")
class TestExistingSheets(SheetsCase):
    def test_nothing_to_do(self):
        session = b.session(5, {1: "P"})
        found = self.work(
            session,
            [b.sheet(7, session)],
            [b.line(1, 101, "P", 7)],
            {"of_sheet": {7: [Mark(101, "P")]}},
        )
        self.assertEqual(found, SessionWork(p.SessionPlan(5, b.START, ())))

    def test_only_what_differs(self):
        """Each of these alone, and of a session without marks no state."""
        session = b.session(5, {1: "P"})
        for field, more, value in (
            ("moodle_seen", {"seen": r.Seen(2, 1, "old")}, str(session.seen)),
            ("moodle_lasttaken", {"taken_at": 5}, TAKEN),
            ("moodle_starts", {"held_at": 5}, b.START),
            ("moodle_points", {"points": "old"}, POINTS),
        ):
            sheet = b.sheet(7, session, **more)
            for direction in ("moodle", "both", "oec"):
                self.assertEqual(
                    self.sheets(session, [sheet], direction=direction),
                    (p.SheetPlan(7, 1, b.DAY, values={field: value}),),
                )

    def test_when_somebody_else_took_it_stays_when_we_did(self):
        session = b.session(5, {1: "P"}, taken_by=99)
        for direction in ("moodle", "both", "oec"):
            sheet = b.sheet(7, session, taken_at=5)
            self.assertEqual(self.sheets(session, [sheet], direction=direction), ())

    def test_lines_alone(self):
        session = b.session(5, {1: "P"})
        found = self.sheets(
            session,
            [b.sheet(7, session)],
            [b.line(1, 101, "A", 7)],
            {"of_sheet": {7: [Mark(101, "P")]}},
        )
        lines = (p.LinePlan(p.UPDATE, 1, 101, "P", "P", None, 3),)
        self.assertEqual(found, (p.SheetPlan(7, 1, b.DAY, lines=lines),))

    def test_cancelled_ones_are_left_and_the_next_is_met(self):
        session = b.session(5)
        sheets = [
            b.sheet(6, session, state="cancel", held_at=5),
            b.sheet(7, session, held_at=5, batch_id=2),
        ]
        self.assertEqual([sheet.sheet_id for sheet in self.sheets(session, sheets)], [7])

    def test_the_register_of_another_day(self):
        """Only a register of another day is left; where none is known of the new one the store
        finds or makes it."""
        session = b.session(5)
        later = b.register(8, NEXT_DAY)
        for registers, moved, register_id in (
            ([later], True, 0),
            ([later, b.register(4), b.register(6, batch_id=2)], True, 4),
            ([b.register(8, None), b.register(4)], False, 0),
            ([b.register(8), b.register(4)], False, 0),
            ([b.register(4)], False, 0),
        ):
            sheet = b.sheet(7, session, register_id=8, day=NEXT_DAY)
            self.assertEqual(
                self.sheets(session, [sheet], registers=registers),
                (p.SheetPlan(7, 1, b.DAY, register_id, moved, {"attendance_date": b.DAY}),),
            )
            self.assertEqual(
                self.sheets(session, [sheet], registers=registers, direction="oec"), ()
            )

    def test_one_that_stays_on_its_day_stays_in_its_register(self):
        session = b.session(5)
        sheet = b.sheet(7, session, register_id=8, held_at=5)
        self.assertEqual(
            self.sheets(session, [sheet], registers=[b.register(8, NEXT_DAY), b.register(4)]),
            (p.SheetPlan(7, 1, b.DAY, values={"moodle_starts": b.START}),),
        )

    def test_one_that_the_sync_had_cancelled(self):
        """It is taken up as it was, or as taken where Moodle's marks fill it."""
        session = b.session(5, {1: "P"})
        seen = session.seen.cancelled("start")
        sheet = b.sheet(7, session, state="cancel", seen=seen)
        marks = {"of_sheet": {7: [Mark(101, "P")]}}
        lines = [b.line(1, 101, "P", 7)]
        for direction, placed, state in (
            ("moodle", marks, "done"),
            ("moodle", {}, "start"),
            ("both", marks, "start"),
            ("oec", marks, "start"),
        ):
            self.assertEqual(
                self.sheets(session, [sheet], lines, placed, direction=direction),
                (
                    p.SheetPlan(
                        7,
                        1,
                        b.DAY,
                        values={"moodle_seen": str(session.seen), "state": state},
                        restored=True,
                    ),
                ),
            )

    def test_in_somebodys_hands(self):
        """One that is linked is left alone; its marks are counted."""
        session = b.session(5, {1: "P", 2: "P"})
        sheets = [b.sheet(7, session, state="start", held_at=5)]
        placed = {"of_sheet": {7: [Mark(101, "A"), Mark(102, "A")]}}
        lines = [b.line(1, 101, "P", 7)]
        for direction in ("both", "oec"):
            found = self.work(session, sheets, lines, placed, direction=direction)
            self.assertEqual(found, SessionWork(p.SessionPlan(5, b.START, ())))
        self.assertEqual(self.findings.skipped, {"in_hands": 4})
        (found,) = self.sheets(session, sheets, lines, placed)
        self.assertEqual(found.values, {"moodle_starts": b.START, "state": "done"})

    def test_of_each_sheet_what_is_sent(self):
        """Both sheets' pushes and conflicts, in the order of the sheets."""
        session = b.session(5, {1: "A", 2: "A"})
        sheets = [b.sheet(7, session), b.sheet(8, session, batch_id=2)]
        lines = [
            b.line(n, 100 + n, "L", 6 + n, base="P")._replace(marked_at=TAKEN + 1) for n in (1, 2)
        ]
        placed = {"of_sheet": {7: [Mark(101, "A")], 8: [Mark(102, "A")]}}
        found = self.work(session, sheets, lines, placed, direction="both")
        self.assertEqual(found.plan, p.SessionPlan(5, b.START, ()))
        self.assertEqual(
            found.pushes,
            tuple(p.PushPlan(5, 6 + n, 100 + n, n, "L", 7, 0, (n,), TAKEN + 1) for n in (1, 2)),
        )
        self.assertEqual([one.student_id for one in found.conflicts], [101, 102])

    def test_what_a_person_should_know_of(self):
        session = b.session(5)
        self.work(session, [b.sheet(7, session)], [b.line(1, 101, "L", 7)], direction="both")
        self.assertEqual(self.whys(), ["mark_vanished"])
