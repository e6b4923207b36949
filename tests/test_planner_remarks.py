"""Remarks where both sides may write them, by whole values."""

from dataclasses import replace
from itertools import product

from odoo.tests import BaseCase, tagged

from ..services.domain import merge
from ..services.domain import plan as p
from ..services.domain import records as r
from ..services.domain.mark_rows import Expected
from ..services.domain.marks import Mark
from ..services.domain.records import AttendanceTypes, MoodleMark
from ..services.domain.window import CLOCK_OFF
from . import builders as b
from .test_planner_settling import SettlingCase, marked

NOON = b.START + 3 * b.HOUR
US, TEACHER = 99, 5


@tagged("post_install", "-at_install")
class TestRule(BaseCase):
    def test_every_case(self):
        """Two texts and none, on either side and agreed on; with each answer to who was later."""
        rule = merge.settle_remark
        for base, moodle, odoo, later in product(
            ("", "a", "b"), ("", "a", "b"), ("", "a", "b"), (True, False, None)
        ):
            both = rule(merge.BOTH, base, moodle, odoo, later)
            ours = rule(merge.OEC, base, moodle, odoo, later)
            with self.subTest(base=base, moodle=moodle, odoo=odoo, later=later):
                if moodle == odoo:
                    wanted = merge.NOTHING if base == odoo else merge.AGREE
                    self.assertEqual((both, ours), (wanted, wanted))
                    continue
                self.assertEqual(ours, merge.PUSH if odoo or base else merge.NOTHING)
                if moodle == base:
                    self.assertEqual(both, merge.PUSH)
                elif odoo == base:
                    self.assertEqual(both, merge.PULL)
                else:
                    by_time = {True: merge.PUSH, False: merge.PULL, None: merge.NOTHING}
                    self.assertEqual(both, by_time[later])

    def test_who_was_later(self):
        at = merge.MoodleSide("P", 10)
        self.assertTrue(merge.remark_is_later(at, merge.OdooSide("P", 11)))
        self.assertFalse(merge.remark_is_later(at, merge.OdooSide("P", 10)))
        self.assertIsNone(merge.remark_is_later(at, merge.OdooSide("P", 11, sure=False)))
        machine = merge.MoodleSide("P", 10, machine=True)
        self.assertTrue(merge.remark_is_later(machine, merge.OdooSide("P", 5)))


class RemarkCase(SettlingCase):
    def told(self, status="P", remark="", at=NOON, by=TEACHER):
        """A session in which Moodle tells of the mark of student 101 when and by whom."""
        mark = MoodleMark(1, b.STATUS_IDS[status], remark, at, by)
        return replace(b.session(1), marks=(mark,), taken_at=at, taken_by=by)

    def both(self, line, status="P", remark="", at=NOON, by=TEACHER, **values):
        """What a line of sheet 1 and a mark of Moodle make of each other."""
        session = self.told(status, remark, at, by)
        mark = Mark(101, status, remark, at, by, b.STATUS_IDS[status])
        types = {key: values.pop(key) for key in ("types", "direction") if key in values}
        rules = {"sends_remarks": True, **values}
        return self.settle(session, [line], [mark], rules=rules, **types)

    def line(self, status="P", base="P", remark="", agreed="", at=0, marked_at=0, **values):
        return marked(
            1,
            101,
            status,
            base,
            marked_at,
            remark=remark,
            agreed_remark=agreed,
            remarked_at=at,
            **values,
        )

    def push(self, status="P", remark=None, held="P", at=0, held_remark="", moment=NOON):
        expected = Expected(b.STATUS_IDS[held], moment, held_remark)
        number = b.STATUS_IDS[status]
        return p.PushPlan(1, 1, 101, 1, status, number, 0, (1,), at, remark, expected)


@tagged("post_install", "-at_install")
class TestRemarks(RemarkCase):
    def test_one_written_here_is_sent_over_what_was_read(self):
        found = self.both(self.line(remark=" came  by bus "))
        self.assertEqual(found.pushes, (self.push(remark="came by bus"),))
        self.assertTrue(found.pushes[0].remark_alone)
        self.assertFalse(found.lines)

    def test_one_written_there_is_brought(self):
        found = self.both(self.line(), remark="ill")
        self.assertEqual(found.lines, (p.LinePlan(p.REMARK, 1, 101, "P", None, "ill"),))
        self.assertFalse(found.pushes)

    def test_one_taken_away_there_is_taken_away_here(self):
        found = self.both(self.line(remark="ill", agreed="ill"))
        self.assertEqual(found.lines, (p.LinePlan(p.REMARK, 1, 101, "P", None, ""),))

    def test_one_taken_away_here_is_taken_away_there(self):
        found = self.both(self.line(agreed="ill"), remark="ill")
        self.assertEqual(found.pushes, (self.push(remark="", held_remark="ill"),))

    def test_the_same_on_both_sides_is_agreed_on(self):
        found = self.both(self.line(remark="ill"), remark="ill")
        agreed = p.LinePlan(p.AGREE, 1, 101, "P", agreed_remark="ill")
        self.assertEqual(found.lines, (agreed,))

    def test_nothing_where_all_is_agreed_on(self):
        found = self.both(self.line(remark="ill", agreed="ill"), remark="ill")
        self.assertEqual((found.lines, found.pushes), ((), ()))

    def test_the_later_of_two(self):
        later = self.both(self.line(remark="here", at=NOON + 1), remark="there")
        self.assertEqual([push.remark for push in later.pushes], ["here"])
        earlier = self.both(self.line(remark="here", at=NOON - 1), remark="there")
        self.assertEqual([line.remark for line in earlier.lines], ["there"])
        self.assertFalse(earlier.pushes)

    def test_nobody_knows_with_a_clock_that_is_off(self):
        far = NOON + 2 * CLOCK_OFF
        found = self.both(self.line(remark="here", at=far), remark="there", now=NOON)
        self.assertEqual((found.lines, found.pushes), ((), ()))

    def test_a_mark_of_our_own_is_never_later(self):
        found = self.both(self.line(remark="here", at=1), remark="there", by=US)
        self.assertEqual([push.remark for push in found.pushes], ["here"])

    def test_a_new_mark_takes_its_remark_along(self):
        line = self.line(base=None, remark="ill")
        found = self.settle(b.session(1), [line], [], rules={"sends_remarks": True})
        (push,) = found.pushes
        self.assertEqual((push.remark, push.expected, push.remark_alone), ("ill", None, False))

    def test_a_new_mark_without_one_says_nothing_of_it(self):
        line = self.line(base=None)
        (push,) = self.settle(b.session(1), [line], [], rules={"sends_remarks": True}).pushes
        self.assertIsNone(push.remark)

    def test_a_mark_that_is_sent_over_another_one(self):
        """Its remark goes along if it was changed here; Moodle's stays else."""
        line = self.line("L", "P", "late", marked_at=9)
        found = self.both(line, remark="there")
        self.assertEqual(found.pushes, (self.push("L", "late", at=9, held_remark="there"),))
        line = self.line("L", "P", "same", "same", marked_at=9)
        self.assertEqual(
            self.both(line, remark="there").pushes,
            (self.push("L", None, at=9, held_remark="there"),),
        )

    def test_each_side_has_changed_one_of_the_two(self):
        """Moodle the mark, we the remark: the line gets the one, and the other is sent with
        Moodle's own status."""
        found = self.both(self.line(remark="ill"), status="A")
        self.assertEqual(found.lines, (p.LinePlan(p.UPDATE, 1, 101, "A", "A"),))
        self.assertEqual(found.pushes, (self.push("A", "ill", held="A"),))

    def test_moodle_has_changed_both(self):
        types = AttendanceTypes({}, {"A": 3})
        found = self.both(self.line(), status="A", remark="ill", types=types)
        self.assertEqual(found.lines, (p.LinePlan(p.UPDATE, 1, 101, "A", "A", "ill", 3),))

    def test_where_openeducat_is_right(self):
        found = self.both(self.line(remark="ours"), remark="theirs", direction="oec")
        self.assertEqual([push.remark for push in found.pushes], ["ours"])
        found = self.both(self.line(), remark="theirs", direction="oec")
        self.assertEqual((found.lines, found.pushes), ((), ()))

    def test_a_persons_remark_beats_that_of_moodles_task(self):
        found = self.both(self.line(remark="here", at=1), remark="system auto recorded", by=0)
        self.assertEqual([push.remark for push in found.pushes], ["here"])

    def test_moodles_own_status_stays_where_two_mean_the_same(self):
        second = r.MoodleStatus(77, "P", "Present", 2)
        session = replace(self.told(), statuses=(*b.STATUSES, second))
        session = replace(session, marks=(MoodleMark(1, 77, "", NOON, TEACHER),))
        mark = Mark(101, "P", "", NOON, TEACHER, 77)
        found = self.settle(
            session, [self.line(remark="bus")], [mark], rules={"sends_remarks": True}
        )
        self.assertEqual([push.status_id for push in found.pushes], [77])

    def test_several_and_one_that_cannot_be_sent(self):
        session = replace(
            self.told(),
            marks=tuple(MoodleMark(user, b.STATUS_IDS["P"], "", NOON, 5) for user in (1, 2, 3)),
            user_ids=frozenset({1, 3}),
        )
        lines = [marked(n, 100 + n, "P", "P", remark="bus") for n in (1, 2, 3)]
        marks = [Mark(100 + n, "P", "", NOON, 5, b.STATUS_IDS["P"]) for n in (1, 2, 3)]
        found = self.settle(session, lines, marks, rules={"sends_remarks": True})
        self.assertEqual([push.student_id for push in found.pushes], [101, 103])
        self.assertEqual(self.whys(), ["push_not_listed"])

    def test_nothing_of_a_line_or_a_mark_without_a_status(self):
        found = self.both(self.line(None, None, "here", at=NOON + 5), remark="there")
        self.assertFalse(found.pushes)
        session = self.told("P", "there")
        mark = Mark(101, None, "", NOON, TEACHER, 50)
        found = self.settle(
            session, [self.line(remark="here")], [mark], rules={"sends_remarks": True}
        )
        self.assertEqual((found.lines, found.pushes), ((), ()))
        # Sent over one of the school's own, whose remark is not known here: it stays.
        later = self.line("L", "P", "here", marked_at=NOON + 5)
        found = self.settle(session, [later], [mark], rules={"sends_remarks": True})
        self.assertEqual([push.remark for push in found.pushes], [None])

    def test_nothing_of_it_where_moodle_takes_no_remarks(self):
        found = self.both(self.line(remark="here"), sends_remarks=False)
        self.assertFalse(found.pushes)
        found = self.both(self.line("L", "P", "here", marked_at=9), sends_remarks=False)
        self.assertEqual([push.remark for push in found.pushes], [None])
        line = self.line(base=None, remark="ill")
        (push,) = self.settle(b.session(1), [line], []).pushes
        self.assertIsNone(push.remark)


@tagged("post_install", "-at_install")
class TestTimes(RemarkCase):
    def actions(self, found):
        return [line.action for line in found.lines], [push.status for push in found.pushes]

    def test_each_mark_by_its_own_time(self):
        """The session was taken after what was changed here, this mark before."""
        line = self.line("L", "P", marked_at=NOON - 10)
        early = self.both(line, status="A", at=NOON - 20)
        self.assertEqual(self.actions(early), ([], ["L"]))
        late = self.both(line, status="A", at=NOON - 5)
        self.assertEqual(self.actions(late), ([p.UPDATE], []))
        self.assertEqual([c.moodle_time for c in late.conflicts], [NOON - 5])

    def test_moodles_clock_is_ahead(self):
        line = self.line("L", "P", marked_at=NOON - 10)
        found = self.both(line, status="A", at=NOON - 5, clock_offset=60)
        self.assertEqual(self.actions(found), ([], ["L"]))

    def test_our_own_and_nobodys(self):
        line = self.line("L", "P", marked_at=1)
        for by in (US, 0):
            found = self.both(line, status="A", by=by)
            self.assertEqual(self.actions(found), ([], ["L"]), by)
