"""What was about to be sent when a run died, by whole values: a mark that Moodle holds and that was
noted is our own word; one that differs is a person's."""

from odoo.tests import BaseCase, tagged

from ..services.domain import plan as p
from ..services.domain import pull, sending
from ..services.domain.marks import Mark
from . import builders as b
from .test_planner_settling import TAKEN, SettlingCase, marked, pushed

US, TEACHER = 99, 30
LATER, BEFORE = TAKEN + 60, TAKEN - 60


def noted(status, base, sent, at=BEFORE, **values):
    return marked(1, 101, status, base, at, sending=sent, **values)


def done(base, **values):
    """What the line needs where only its note comes to an end."""
    return p.LinePlan(p.AGREE, 1, 101, base, note_done=True, **values)


@tagged("post_install", "-at_install")
class TestNoted(SettlingCase):
    """A teacher has saved somebody else in the session after the run died, so that by Moodle's own
    functions every mark looks new."""

    def of(self, line, letter, **values):
        session = b.session(1, {1: letter} if letter else {})
        marks = [Mark(101, letter)] if letter else []
        found = self.settle(session, [line], marks, **values)
        return found.lines, found.pushes, found.conflicts

    def test_it_has_arrived(self):
        self.assertEqual(self.of(noted("L", "P", "L"), "L"), ((done("L"),), (), ()))

    def test_it_has_arrived_and_was_changed_again_here(self):
        found = self.of(noted("E", "P", "L"), "L")
        self.assertEqual(found, ((done("L"),), (pushed((1,), 101, "E", BEFORE),), ()))

    def test_it_has_arrived_and_was_changed_back_here(self):
        found = self.of(noted("P", "P", "L"), "L")
        self.assertEqual(found, ((done("L"),), (pushed((1,), 101, "P", BEFORE),), ()))

    def test_a_first_mark_has_arrived(self):
        found = self.of(noted("E", None, "L"), "L")
        self.assertEqual(found, ((done("L"),), (pushed((1,), 101, "E", BEFORE),), ()))

    def test_it_has_not_arrived(self):
        """Sent again, the new note takes the place of the old one."""
        for letter, base in (("P", "P"), ("", None)):
            found = self.of(noted("L", base, "L"), letter)
            self.assertEqual(found, ((), (pushed((1,), 101, "L", BEFORE),), ()))

    def test_it_has_arrived_and_was_changed_back_there(self):
        """By the plug-in's times: had it not arrived, to give the same mark again would not have
        written it. A machine, our own account and an earlier moment say nothing."""
        line = noted("L", "P", "L")
        for by, at, base in (
            (TEACHER, LATER, "L"),
            (TEACHER, BEFORE, "P"),
            (0, LATER, "P"),
            (US, LATER, "P"),
        ):
            mark = Mark(101, "P", taken_at=at, taken_by=by)
            self.assertEqual(sending.as_confirmed(line, mark, US).base, base, (by, at))
        mark = Mark(101, "P", taken_at=BEFORE + 600, taken_by=TEACHER)
        self.assertEqual(sending.as_confirmed(line, mark, US, 600).base, "P")
        self.assertEqual(sending.as_confirmed(line, mark, US, 599).base, "L")

    def test_it_has_not_arrived_and_was_changed_back_here(self):
        """Left there, a teacher's own mark of the same kind would pass for ours."""
        self.assertEqual(self.of(noted("P", "P", "L"), "P"), ((done("P"),), (), ()))

    def test_without_a_mark_nothing_was_agreed_on(self):
        found = self.of(noted(None, None, "L"), "")
        self.assertEqual(found, ((done(""),), (), ()))

    def test_another_mark_is_a_persons(self):
        """Later than ours by the session's time; or earlier."""
        lines, pushes, conflicts = self.of(noted("L", "P", "L"), "A")
        self.assertEqual(lines, (p.LinePlan(p.UPDATE, 1, 101, "A", "A", note_done=True),))
        self.assertEqual((pushes, [c.winner for c in conflicts]), ((), ["moodle"]))
        lines, pushes, conflicts = self.of(noted("L", "P", "L", LATER), "A")
        self.assertEqual((lines, pushes), ((), (pushed((1,), 101, "L", LATER),)))
        self.assertEqual([c.winner for c in conflicts], ["oec"])

    def test_nothing_is_sent_and_the_note_ends(self):
        """Nobody is listed who could be sent to."""
        session = b.session(1, {1: "P"}, user_ids=frozenset())
        found = self.settle(session, [noted("L", "P", "L")], [Mark(101, "P")])
        self.assertEqual((found.lines, found.pushes), ((done("P"),), ()))

    def test_what_nobody_knows_keeps_its_note(self):
        found = self.settle(b.session(1), [noted("L", "P", "L")], undecided={101})
        self.assertEqual(found.lines, ())

    def test_each_of_two_lines_has_its_own(self):
        lines = [noted("L", "P", "L"), marked(2, 101, "A", "P", LATER, sending="E")]
        found = self.settle(b.session(1, {1: "P"}), lines, [Mark(101, "P")])
        self.assertEqual(found.pushes, (pushed((2,), 101, "A", LATER),))
        self.assertEqual(found.lines, (done("P"),))

    def test_beside_a_line_without_one(self):
        lines = [marked(2, 101, "P", "P"), noted("P", "P", "L")]
        found = self.settle(b.session(1, {1: "P"}), lines, [Mark(101, "P")])
        self.assertEqual((found.lines, found.pushes), ((done("P"),), ()))

    def test_a_deleted_line(self):
        for kept, letter, wanted in (
            ("P", "P", ()),
            ("PL", "P", ()),
            ("PL", "L", ()),
            ("L", "L", ()),
            ("PL", "A", ("A",)),
        ):
            session = b.session(1, {1: letter})
            found = self.settle(
                session,
                (),
                [Mark(101, letter)],
                sheet=b.sheet(1, session),
                dropped={(1, 101): kept},
            )
            self.assertEqual(tuple(plan.status for plan in found.lines), wanted, (kept, letter))

        for mark in (None, Mark(101, None), Mark(101, "A")):
            self.assertEqual(sending.dropped_base("PL", mark), "P")
        self.assertIsNone(sending.dropped_base(None, Mark(101, "P")))

    def test_where_moodle_tells_who_has_written_a_mark(self):
        """A teacher has given the same mark, and later than here; ours never came."""
        line = noted("P", "P", "L")
        session = b.session(1, {1: "L"})
        ours = Mark(101, "L", taken_at=TAKEN, taken_by=US)
        found = self.settle(session, [line], [ours])
        self.assertEqual(found.pushes, (pushed((1,), 101, "P", BEFORE),))
        theirs = Mark(101, "L", taken_at=TAKEN, taken_by=TEACHER)
        found = self.settle(session, [line], [theirs])
        self.assertEqual(
            (found.lines, found.pushes),
            ((p.LinePlan(p.UPDATE, 1, 101, "L", "L", note_done=True),), ()),
        )


@tagged("post_install", "-at_install")
class TestNotedRemarks(SettlingCase):
    rules = {"sends_remarks": True}

    def of(self, line, remark, taken_by=US):
        mark = Mark(101, "L", remark, TAKEN, taken_by)
        found = self.settle(b.session(1, {1: "L"}), [line], [mark], rules=self.rules)
        return found.lines, tuple(push.remark for push in found.pushes)

    def line(self, remark, sent, agreed="", status="L"):
        return noted(
            status, "L", "L", sending_remark=sent, agreed_remark=agreed, remark=remark,
            remarked_at=BEFORE,
        )  # fmt: skip

    def test_it_has_arrived(self):
        line = self.line("ill", "ill")
        self.assertEqual(self.of(line, "ill"), ((done("L", agreed_remark="ill"),), ()))

    def test_it_has_arrived_and_was_changed_again_here(self):
        for now in ("well", ""):
            found = self.of(self.line(now, "ill"), "ill")
            self.assertEqual(found, ((done("L", agreed_remark="ill"),), (now,)))

    def test_an_emptied_one_has_arrived(self):
        found = self.of(self.line("again", "", agreed="ill"), "")
        self.assertEqual(found, ((done("L", agreed_remark=""),), ("again",)))

    def test_it_has_not_arrived(self):
        self.assertEqual(self.of(self.line("ill", "ill"), ""), ((), ("ill",)))

    def test_a_teachers_own(self):
        found = self.of(self.line("ill", "ill"), "late bus", TEACHER)
        self.assertEqual(
            found, ((p.LinePlan(p.REMARK, 1, 101, "L", None, "late bus", note_done=True),), ())
        )

    def test_without_a_remark_that_was_sent_the_last_one_stays_agreed(self):
        line = self.line("ill", None, agreed="ill")
        self.assertEqual(sending.as_confirmed(line, Mark(101, "L"), US).agreed_remark, "ill")

    def test_as_moodle_gives_it_back(self):
        line = self.line("of no  use", "of no  use")
        self.assertEqual(
            sending.as_confirmed(line, Mark(101, "L", "of no use"), US).agreed_remark, "of no use"
        )


@tagged("post_install", "-at_install")
class TestWhereMoodleIsRight(BaseCase):
    """The direction was changed meanwhile."""

    def test_the_note_ends_with_the_next_reading(self):
        mark = Mark(101, "P")
        line = noted("P", "P", "L")
        self.assertEqual(pull.line_plan(line, mark), done("P"))
        self.assertIsNone(pull.line_plan(line.without_note(), mark))
        changed = noted("L", "P", "L")
        self.assertEqual(
            pull.line_plan(changed, mark),
            p.LinePlan(p.PUT_BACK, 1, 101, "P", "P", note_done=True),
        )
