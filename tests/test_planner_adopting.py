"""Sheets without a session that the marks of a session take over, by whole values."""

from dataclasses import replace
from datetime import timedelta

from odoo.tests import tagged

from ..services.domain import plan as p
from ..services.domain import records as r
from ..services.domain.adopting import Adopted, adopt, report_misplaced, with_their_lines
from ..services.domain.placing import placed_marks
from ..services.domain.planner import plan_course
from . import builders as b
from .test_planner_rules import RuleCase

NEXT_DAY = b.DAY + timedelta(days=1)
DAY = 86400
TODAY = b.DAY.isoformat()
KIND = "conflicting_sheets"
EVENING = replace(b.COURSE, id=9, fullname="Evening")


def later(number, marks, **values):
    """A session an hour after the first of its day."""
    return b.session(number, marks, starts=b.START + b.HOUR, **values)


def beside(why, *sheets, batch=1, day=TODAY):
    """The gap of the sheets of a batch and day."""
    names = tuple(f"AS{number}" for number in sheets)
    return p.Gap(KIND, f"{KIND}:2:{batch}:{day}", why, (names, day))


class AdoptingCase(RuleCase):
    def adopt(self, *sessions, sheets=(), lines=(), linked=(), **values):
        self.setUp()
        index = self.index(*sessions, here=b.local(sheets, lines), **values)
        placed = [placed_marks(index, session, self.findings) for session in sessions]
        return adopt(index, frozenset(linked), placed, self.findings)


@tagged("post_install", "-at_install")
class TestAdopted(AdoptingCase):
    def test_of_each_batch_and_day_the_only_one(self):
        """What can't be taken over stands before, between and behind; ids are of sheets."""
        who = b.people(running={102: [2], 103: [3]})
        sheets = [
            b.sheet(1, active=False),
            b.sheet(2, state="cancel"),
            b.sheet(3, own=False),
            b.sheet(4, state="draft"),
            b.sheet(5, batch_id=3),
            b.sheet(6, batch_id=2, day=NEXT_DAY),
            b.sheet(7, batch_id=4),
        ]
        sessions = b.session(1, {1: "P", 3: "P"}), b.session(2, {2: "P"}, starts=b.START + DAY)
        found = self.adopt(*sessions, sheets=sheets, who=who)
        self.assertEqual(found, Adopted({(1, 1): sheets[3], (1, 3): sheets[4], (2, 2): sheets[5]}))
        self.assertEqual(found.ids, {4, 5, 6})
        self.assertFalse(self.findings.gaps)

    def test_nothing_as_long_as_an_activity_can_not_be_read(self):
        """Nor is a second sheet made beside it."""
        sheets = [b.sheet(7)]
        failed = (r.FailedActivity(4, "slow"),)
        found = self.adopt(b.session(1, {1: "P"}), sheets=sheets, failed=failed)
        self.assertEqual(found, Adopted(held_back={(1, 1): "unsure_sheets"}))
        self.assertEqual(self.findings.gaps, (beside("sheets_unsure", 7),))

    def test_nothing_asks_for_it(self):
        self.assertEqual(self.adopt(b.session(1), sheets=[b.sheet(7), b.sheet(8)]), Adopted())
        self.assertFalse(self.findings.gaps)

    def test_whose_marks_they_are(self):
        """Two sheets, of which each says what one of the sessions says."""
        sheets = [b.sheet(7), b.sheet(8)]
        lines = [b.line(1, 101, "A", 7), b.line(2, 101, "P", 8)]
        found = self.adopt(b.session(1, {1: "P"}), later(2, {1: "A"}), sheets=sheets, lines=lines)
        self.assertEqual(found, Adopted({(1, 1): sheets[1], (2, 1): sheets[0]}))
        self.assertFalse(self.findings.gaps)

    def test_only_marks_that_belong_in_it_count(self):
        """The other batch's student is none of the sheet's, though the session has a mark."""
        sheets = [b.sheet(7), b.sheet(8)]
        lines = [b.line(1, 101, "A", 7), b.line(2, 101, "P", 8)]
        who = b.people(running={102: [2]})
        found = self.adopt(
            b.session(1, {1: "P", 2: "L"}), later(2, {1: "A"}), sheets=sheets, lines=lines, who=who
        )
        self.assertEqual(found, Adopted({(1, 1): sheets[1], (2, 1): sheets[0]}))

    def test_one_sure_pair_and_the_rest(self):
        """One says what its session says, and then one of each is left."""
        sheets = [b.sheet(7), b.sheet(8)]
        lines = [b.line(1, 101, "A", 7)]
        found = self.adopt(b.session(1, {1: "P"}), later(2, {1: "A"}), sheets=sheets, lines=lines)
        self.assertEqual(found, Adopted({(2, 1): sheets[0], (1, 1): sheets[1]}))

    def test_a_push_had_found_several_sessions(self):
        """Of those that are taken over that is not so any more."""
        sheets = [b.sheet(7), b.sheet(8), b.sheet(9)]
        lines = [b.line(1, 101, "P", 8)]
        sessions = b.session(1, {1: "P"}), later(2, {1: "A"})
        index = self.index(*sessions, here=b.local(sheets, lines))
        placed = [placed_marks(index, session, self.findings) for session in sessions[:1]]
        for number in (7, 8):
            details = {"sheet": f"AS{number}", "day": TODAY}
            self.findings.gap("several_sessions", f"sheet:{number}", details)
        found = adopt(index, frozenset(), placed, self.findings)
        self.assertEqual(found, Adopted({(1, 1): sheets[1]}))
        self.assertEqual(
            [gap.key for gap in self.findings.gaps],
            [f"{KIND}:2:1:{TODAY}", "sheet_without_session:2:sheet:7"],
        )
        self.assertEqual(self.findings.gaps[0], beside("sheets_beside", 7, 9))


@tagged("post_install", "-at_install")
class TestWithTheirLines(RuleCase):
    """A sheet is taken over that has lines of students who are not of its batch, or of whom
    nobody knows the batch."""

    def marks_of(self, adopted, who, marks="PPPP", lines=(101, 102, 103)):
        session = b.session(1, dict(enumerate(marks, 1)))
        here = b.local([], [b.line(number, number, "A", 7) for number in lines])
        index = self.index(session, here=here, who=who)
        placed = placed_marks(index, session, self.findings)
        found = with_their_lines(index, placed, Adopted(adopted), self.findings)
        return {
            batch: [mark.student_id for mark in of_batch]
            for batch, of_batch in found.of_batch.items()
        }

    def test_each_is_marked_in_it(self):
        who = b.people(running={102: [2], 103: [], 104: [2]})
        found = self.marks_of({(1, 1): b.sheet(7)}, who)
        self.assertEqual(found, {1: [101, 102, 103], 2: [104]})
        self.assertFalse(self.findings.gaps)

    def test_of_another_session_it_has_no_say(self):
        who = b.people(running={102: [2], 103: []})
        found = self.marks_of({(2, 1): b.sheet(7)}, who)
        self.assertEqual(found, {1: [101, 104], 2: [102]})
        self.assertEqual(self.whys(), ["batch_none"])

    def test_who_has_lines_in_two_is_marked_in_that_of_the_batch(self):
        who = b.people(running={102: [2]})
        both = {(1, 1): b.sheet(7), (1, 2): b.sheet(8, batch_id=2)}
        session = b.session(1, {1: "P", 2: "P"})
        lines = [b.line(1, 101, "A", 7), b.line(2, 102, "A", 7), b.line(3, 102, "A", 8)]
        index = self.index(session, here=b.local([], lines), who=who)
        placed = placed_marks(index, session, self.findings)
        found = with_their_lines(index, placed, Adopted(both), self.findings)
        self.assertEqual(found, placed)

    def test_never_two_lines_in_a_lesson(self):
        """Of a whole planning: 101 is in batch 2 by the course detail and by a line of the day
        before, and a person has listed 101 in the sheet of batch 1."""
        yesterday = b.session(5, {1: "P"}, starts=b.START - DAY)
        session = b.session(1, {1: "A", 2: "P"})
        day = b.DAY - timedelta(days=1)
        here = b.local(
            [b.sheet(4, yesterday, register_id=2, batch_id=2, day=day), b.sheet(7)],
            [
                b.line(9, 101, "P", 4),
                b.line(1, 101, "P", 7, base=None),
                b.line(2, 102, "P", 7, base=None),
            ],
            [b.register(1), b.register(2, batch_id=2, day=day)],
        )
        who = b.people(running={101: [2]})
        for direction in ("moodle", "both"):
            rules = replace(b.RULES, direction=direction, now=b.START + DAY)
            plan = plan_course(b.reading(session, yesterday), here, who, rules)
            (sheet,) = plan.sheets()
            self.assertEqual(sheet.sheet_id, 7)
            self.assertEqual({line.line_id for line in sheet.lines}, {1, 2})


@tagged("post_install", "-at_install")
class TestHeldBack(AdoptingCase):
    def test_nobody_knows_which(self):
        """Nothing is made for any of the sessions; the next batch and day is met."""
        who = b.people(running={102: [2]})
        sheets = [b.sheet(8), b.sheet(7), b.sheet(6, batch_id=2)]
        found = self.adopt(
            b.session(1, {1: "P", 2: "P"}), later(2, {1: "P"}), sheets=sheets, who=who
        )
        self.assertEqual(
            found,
            Adopted({(1, 2): sheets[2]}, dict.fromkeys([(1, 1), (2, 1)], "unsure_sheets")),
        )
        self.assertEqual(self.findings.gaps, (beside("sheets_unsure", 7, 8),))

    def test_two_sessions_for_one_sheet(self):
        found = self.adopt(b.session(1, {1: "P"}), later(2, {1: "P"}), sheets=[b.sheet(7)])
        self.assertEqual(found, Adopted({}, dict.fromkeys([(1, 1), (2, 1)], "unsure_sheets")))
        self.assertEqual(self.findings.gaps, (beside("sheets_unsure", 7),))

    def test_a_sure_pair_beside_what_is_not_sure(self):
        """Only the others are held back and told, in each batch and day by itself."""
        sheets = [
            b.sheet(6),
            b.sheet(7),
            b.sheet(8),
            b.sheet(9, day=NEXT_DAY),
            b.sheet(10, day=NEXT_DAY),
        ]
        lines = [b.line(1, 101, "P", 6), b.line(2, 101, "P", 9)]
        sessions = (
            b.session(1, {1: "P"}),
            later(2, {1: "A"}),
            b.session(3, {1: "L"}, starts=b.START + DAY),
            b.session(4, {1: "L"}, starts=b.START + DAY + b.HOUR),
        )
        found = self.adopt(*sessions, sheets=sheets, lines=lines)
        self.assertEqual(
            found,
            Adopted(
                {(1, 1): sheets[0]},
                dict.fromkeys([(2, 1), (3, 1), (4, 1)], "unsure_sheets"),
            ),
        )
        tomorrow = NEXT_DAY.isoformat()
        self.assertEqual(
            self.findings.gaps,
            (
                beside("sheets_unsure", 7, 8),
                beside("sheets_unsure", 10, 9, day=tomorrow),
            ),
        )

    def test_beside_one_that_is_linked(self):
        """By an earlier run or by this one; not beside a cancelled one, nor one that is of
        another batch, or day."""
        session = b.session(1)
        for other, linked, told in (
            (b.sheet(6, session), (), True),
            (b.sheet(6), (6,), True),
            (b.sheet(6, session, active=False), (), True),
            (b.sheet(6, session, state="cancel"), (), False),
            (b.sheet(6, state="cancel"), (6,), False),
            (b.sheet(6, session, batch_id=2), (), False),
            (b.sheet(6, session, day=NEXT_DAY), (), False),
            (b.sheet(6, session, seen=r.Seen(2, 8, "")), (), False),
        ):
            found = self.adopt(session, sheets=[other, b.sheet(7)], linked=linked)
            self.assertEqual(found, Adopted())
            self.assertEqual(self.findings.gaps, (beside("sheets_beside", 7),) if told else ())

    def test_beside_those_that_are_taken_over(self):
        sheets = [b.sheet(7), b.sheet(8), b.sheet(9)]
        lines = [b.line(1, 101, "P", 8)]
        found = self.adopt(b.session(1, {1: "P"}), sheets=sheets, lines=lines)
        self.assertEqual(found, Adopted({(1, 1): sheets[1]}))
        self.assertEqual(self.findings.gaps, (beside("sheets_beside", 7, 9),))

    def test_nobody_knows_of_which_course(self):
        """Nothing is made where marks ask for it, and each sheet is told; where another course
        has the day, nothing is."""
        sheets = [b.sheet(7), b.sheet(8, batch_id=2), b.sheet(9, day=NEXT_DAY)]
        rival, who = replace(EVENING, ends=b.START), b.people(running={102: [2]})
        sessions = (
            b.session(1, {1: "P", 2: "P"}),
            b.session(2, {1: "P"}, starts=b.START + DAY),
        )
        found = self.adopt(*sessions, sheets=sheets, who=who, rivals=(rival,))
        held_back = dict.fromkeys([(1, 1), (1, 2)], "two_courses")
        self.assertEqual(found, Adopted({(2, 1): sheets[2]}, held_back))
        kind = "sheet_without_session"
        self.assertEqual(
            self.findings.gaps,
            tuple(
                p.Gap(
                    kind,
                    f"{kind}:2:sheet:{number}",
                    "two_courses",
                    (f"AS{number}", TODAY, ("Algebra I", "Evening")),
                    record=("op.attendance.sheet", number),
                )
                for number in (7, 8)
            ),
        )
        found = self.adopt(b.session(2), sheets=sheets, rivals=(rival,))
        self.assertEqual((found, self.findings.gaps), (Adopted(), ()))

    def test_the_day_is_another_courses(self):
        sheets = [b.sheet(7), b.sheet(8, day=NEXT_DAY)]
        sessions = b.session(1, {1: "P"}), b.session(2, {1: "P"}, starts=b.START + DAY)
        self.setUp()
        index = self.index(*sessions, here=b.local(sheets), rivals=(EVENING,))
        course = replace(b.COURSE, starts=b.START + DAY)
        rival = replace(EVENING, ends=b.START)
        index = replace(index, reading=replace(index.reading, course=course, rivals=(rival,)))
        placed = [placed_marks(index, session, self.findings) for session in sessions]
        found = adopt(index, frozenset(), placed, self.findings)
        self.assertEqual((found, self.findings.gaps), (Adopted({(2, 1): sheets[1]}), ()))


@tagged("post_install", "-at_install")
class TestMisplaced(AdoptingCase):
    def setUp(self):
        super().setUp()
        self.session = b.session(1, {1: "P"})
        self.elsewhere = r.Seen(2, 8, "")

    def sheet(self, number, **values):
        return b.sheet(number, self.session, **{"seen": self.elsewhere, **values})

    def test_only_what_is_sure_takes_it_over(self):
        """Its marks say so; to be the only one left is not enough, and of itself there is a
        gap already."""
        for status, found in (
            ("P", Adopted({(1, 1): self.sheet(7)})),
            ("A", Adopted({}, {(1, 1): "unsure_sheets"})),
        ):
            lines = [b.line(1, 101, status, 7)]
            self.assertEqual(self.adopt(self.session, sheets=[self.sheet(7)], lines=lines), found)
            self.assertFalse(self.findings.gaps)

    def test_beside_another_sheet(self):
        """The other one is told alone."""
        found = self.adopt(self.session, sheets=[self.sheet(7), b.sheet(8)])
        self.assertEqual(found, Adopted({}, {(1, 1): "unsure_sheets"}))
        self.assertEqual(self.findings.gaps, (beside("sheets_unsure", 8),))

    def test_what_is_told_of_it(self):
        """What does not count stands before and between."""
        sheets = [
            b.sheet(3),
            self.sheet(4, state="cancel"),
            self.sheet(5, active=False),
            self.sheet(6),
            self.sheet(7, state="draft"),
            b.sheet(8, self.session),
            self.sheet(9),
        ]
        for name, activities in (("Lectures", (b.LECTURES,)), ("1", ())):
            self.setUp()
            index = self.index(self.session, here=b.local(sheets), activities=activities)
            report_misplaced(index, {6}, self.findings)
            kind = "sheet_without_session"
            self.assertEqual(
                self.findings.gaps,
                tuple(
                    p.Gap(
                        kind,
                        f"{kind}:2:place:{number}",
                        "session_elsewhere",
                        (f"AS{number}", TODAY, 1, name),
                        1,
                        record=("op.attendance.sheet", number),
                    )
                    for number in (7, 9)
                ),
            )
