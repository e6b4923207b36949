"""The marks of a session, and where each belongs, by whole values: what is carried over, and
what a person is told of the rest."""

from dataclasses import replace
from datetime import timedelta

from odoo.tests import BaseCase, tagged

from ..services.domain import matching
from ..services.domain import plan as p
from ..services.domain import records as r
from ..services.domain.adopting import Adopted, with_their_lines
from ..services.domain.findings import Findings
from ..services.domain.marks import KnownMarks, Mark, clean_remark, known_marks, one_mark
from ..services.domain.placing import PlacedMarks, placed_marks
from ..services.domain.status_meaning import Chosen
from . import builders as b
from .test_planner_rules import RuleCase

NEXT_DAY = b.DAY + timedelta(days=1)
DAY = 86400
TODAY = b.DAY.isoformat()
MEDICAL = r.MoodleStatus(9, "M", "Medical", 1)
MEDICAL_TOO = replace(MEDICAL, id=10)
SHARED = matching.Match(1, why="idnumber_shared", details=("oec_student_24",))


def doubled(student, session, users, marks):
    return p.Gap(
        "doubled",
        f"doubled:2:{session}:{student}",
        "mark_doubled",
        (student, TODAY, session, users),
        moodle_id=session,
        marks=marks,
        record=("op.student", student),
    )


@tagged("post_install", "-at_install")
class TestFindings(BaseCase):
    def setUp(self):
        super().setUp()
        self.findings = Findings(2)

    def test_a_gap_met_again(self):
        """The last words hold, with all marks; one without any leaves their number."""
        for marks, name in ((2, "first"), (0, "then"), (3, "last")):
            self.findings.gap(
                "group_nonsense",
                "group:7",
                {"group": name, "idnumber": "x"},
                marks=marks,
                moodle_id=7,
                about=name,
            )
        self.findings.gap("people_hidden", "people")
        key = "unmatched_group:2:group:7"
        self.assertEqual(
            self.findings.gaps,
            (
                p.Gap("rights", "rights:2:people", "people_hidden"),
                p.Gap(
                    "unmatched_group",
                    key,
                    "group_nonsense",
                    ("last", "x"),
                    7,
                    5,
                    about="last",
                ),
            ),
        )

    def test_one_gap_for_a_letter(self):
        """Letters that read the same are one, with the last words."""
        for description, grade in (("Medical", 1), (" medical ", 2)):
            self.findings.letter(r.MoodleStatus(9, " M ", description, grade), "custom")
        self.findings.letter(r.MoodleStatus(4, "P", "", None), "doubt")
        self.assertEqual(
            self.findings.gaps,
            (
                p.Gap(
                    "custom_status",
                    "letter:M:medical",
                    "letter_custom",
                    ("M", " medical "),
                    marks=2,
                    letter=p.Letter("M", " medical ", 2),
                ),
                p.Gap(
                    "custom_status",
                    "letter:P:",
                    "letter_doubt",
                    ("P", ""),
                    marks=1,
                    letter=p.Letter("P", "", None),
                ),
            ),
        )

    def test_what_is_left_out_is_added_up(self):
        for marks in (2, 0, 3):
            self.findings.skip("odd", marks)
        self.findings.skip("no_status")
        self.findings.skip("cancelled", 0)
        self.assertEqual(dict(self.findings.skipped), {"odd": 5, "no_status": 1})
        self.findings.skipped["odd"] += 1
        self.assertEqual(self.findings.skipped["odd"], 5)


@tagged("post_install", "-at_install")
class TestOneMark(BaseCase):
    def test_what_they_all_say(self):
        marks = [Mark(101, "P"), Mark(101, "P", "bus"), Mark(101, "P", "train")]
        self.assertEqual(one_mark(marks), Mark(101, "P", "bus"))
        self.assertEqual(one_mark(marks[:1]), Mark(101, "P"))
        self.assertEqual(one_mark([Mark(101, None)]), Mark(101, None))
        self.assertIsNone(one_mark([*marks, Mark(101, "A")]))
        self.assertIsNone(one_mark([*marks, Mark(101, None)]))

    def test_a_remark_as_it_is_kept(self):
        for text, kept in (
            ("a\x00b\ud800c", "ab\ufffdc"),
            ("a\x00\x00b", "ab"),
            (" a \n b ", "a b"),
            ("1 <2 <a>3</a><!--x--><?y?>", "1 <2 3"),
            ("<Z>1<z b='2'>", "1"),
            ("x" * 255 + " yz", "x" * 255),
            ("x" * 300, "x" * 256),
        ):
            self.assertEqual(clean_remark(text), kept)


@tagged("post_install", "-at_install")
class TestKnownMarks(RuleCase):
    def known(self, session, **values):
        self.setUp()
        return known_marks(self.index(session, **values), session, self.findings)

    def test_each_student_once(self):
        """Two rows, or two accounts, that say the same are one mark."""
        who = b.people(unknown={4: matching.Match(4, 101, "manual")})
        marks = [
            b.mark(2, "A", "ill"),
            b.mark(1, "P"),
            b.mark(2, "A"),
            b.mark(4, "P", " <b>on</b>\ntime "),
            b.mark(3, "L"),
        ]
        self.assertEqual(
            self.known(b.session(1, marks), who=who),
            KnownMarks((Mark(102, "A", "ill"), Mark(101, "P", "on time"), Mark(103, "L")), seen=5),
        )
        self.assertEqual((self.findings.gaps, self.findings.skipped), ((), {}))

    def test_when_and_by_whom_where_moodle_says_so(self):
        """Of two accounts of one student, it was made when the last of them was."""
        who = b.people(unknown={4: matching.Match(4, 101, "manual")})
        number = b.STATUS_IDS["P"]
        rows = [
            r.MoodleMark(1, number, "on time", 20, 7),
            r.MoodleMark(4, number, "", 30, 8),
            r.MoodleMark(2, number, "", 10, 0),
        ]
        first, second = self.known(b.session(1, rows), who=who).marks
        self.assertEqual(
            (first.remark, first.taken_at, first.taken_by, first.status_id),
            ("on time", 30, 8, number),
        )
        self.assertEqual((second.taken_at, second.taken_by, second.status_id), (10, 0, number))

    def test_rows_that_differ(self):
        """Neither is carried over, of whoever is known; those behind are met."""
        who = b.people(unknown={2: SHARED, 3: SHARED})
        marks = [b.mark(n, x) for n in (1, 2) for x in "PAL"] + [b.mark(4, "E"), b.mark(4, "E")]
        self.assertEqual(
            self.known(b.session(7, marks), who=who),
            KnownMarks((Mark(104, "E"),), frozenset({101}), 8),
        )
        self.assertEqual(self.findings.skipped, {"doubled": 3, "ambiguous_student": 3})
        self.assertEqual(self.findings.gaps[1], doubled(101, 7, (1,), 3))

    def test_rows_that_mean_the_same(self):
        """Two letters that mean the same do not differ; two without a meaning do."""
        statuses = (*b.STATUSES, r.MoodleStatus(9, "P", "Present", 2), MEDICAL_TOO)
        marks = [b.mark(1, "P"), b.mark(1, 9, "bus"), b.mark(2, 10), b.mark(2, 77), b.mark(3, "A")]
        self.assertEqual(
            self.known(b.session(7, marks, statuses=statuses)),
            KnownMarks((Mark(101, "P", "bus"), Mark(103, "A")), frozenset({102}), 5),
        )
        self.assertEqual(self.findings.gaps, (doubled(102, 7, (2,), 2),))

    def test_accounts_that_differ(self):
        who = b.people(
            unknown={5: matching.Match(5, 101, "manual"), 4: matching.Match(4, 101, "manual")}
        )
        marks = [
            b.mark(5, "P"),
            b.mark(1, "A"),
            b.mark(1, "A"),
            b.mark(4, "P"),
            b.mark(3, "L"),
        ]
        self.assertEqual(
            self.known(b.session(7, marks), who=who),
            KnownMarks((Mark(103, "L"),), frozenset({101}), 5),
        )
        self.assertEqual(self.findings.skipped, {"doubled": 4})
        self.assertEqual(self.findings.gaps, (doubled(101, 7, (1, 4, 5), 4),))

    def test_of_whoever_is_undecided_another_account_says_nothing(self):
        who = b.people(unknown={4: matching.Match(4, 101, "manual")})
        marks = [b.mark(1, "P"), b.mark(1, "A"), b.mark(4, "P"), b.mark(3, "L")]
        self.assertEqual(
            self.known(b.session(7, marks), who=who),
            KnownMarks((Mark(103, "L"),), frozenset({101}), 4),
        )
        self.assertEqual(self.findings.gaps, (doubled(101, 7, (1,), 2),))

    def test_what_can_not_be_used(self):
        """Of a mark its student is undecided, 0 for whoever is not known."""
        odd = tuple(
            r.OddRecord(what, number, "shape", 1, 1)
            for what, number in (("mark", 1), ("mark", 99), ("user", 3))
        )
        session = b.session(1, {2: "P", 3: "A"}, odd=odd)
        self.assertEqual(
            self.known(session),
            KnownMarks((Mark(102, "P"), Mark(103, "A")), frozenset({101, 0}), 2),
        )
        # Another row of the same student says nothing then.
        session = b.session(1, {1: "P", 2: "P"}, odd=odd)
        self.assertEqual(self.known(session), KnownMarks((Mark(102, "P"),), frozenset({101, 0}), 2))

    def test_a_row_without_a_status_is_none(self):
        """It differs from one that has some; alone it is left out."""
        marks = [b.mark(1, 0), b.mark(2, 0, "bus"), b.mark(3, "P"), b.mark(2, 0)]
        for direction in ("moodle", "both", "oec"):
            self.assertEqual(
                self.known(b.session(1, marks), direction=direction),
                KnownMarks((Mark(103, "P"),), seen=4),
            )
            self.assertEqual(self.findings.skipped, {"no_status": 3})
        self.assertEqual(
            self.known(b.session(1, [b.mark(1, 0), b.mark(1, "P")])),
            KnownMarks((), frozenset({101}), 2),
        )

    def test_what_has_no_meaning_here(self):
        """It is there for a push alone, without its remark; where OpenEduCat is right it is
        nothing to tell."""
        statuses = (*b.STATUSES, MEDICAL, r.MoodleStatus(10, "X", "Left out", 1))
        marks = [b.mark(1, 9, "note"), b.mark(2, 10), b.mark(3, 77), b.mark(4, "P", "bus")]
        session = b.session(1, marks, statuses=statuses)
        rules = {"chosen": (Chosen("X", "-"),)}
        nothing = tuple(Mark(100 + n, None) for n in (1, 2, 3))
        for direction, before in (("moodle", ()), ("both", nothing), ("oec", nothing)):
            found = self.known(session, direction=direction, rules=rules)
            self.assertEqual(found, KnownMarks((*before, Mark(104, "P", "bus")), seen=4))
            if direction == "oec":
                self.assertEqual((self.findings.gaps, self.findings.skipped), ((), {}))
            else:
                self.assertEqual(self.findings.skipped, {"custom_status": 2, "left_out": 1})
                self.assertEqual(
                    self.findings.gaps,
                    (
                        p.Gap(
                            "custom_status",
                            "custom_status:2:1:id:77",
                            "status_unknown",
                            ("77", "Lectures", (("User 3", TODAY),)),
                            moodle_id=77,
                            marks=1,
                        ),
                        p.Gap(
                            "custom_status",
                            "letter:M:medical",
                            "letter_custom",
                            ("M", "Medical"),
                            marks=1,
                            letter=p.Letter("M", "Medical", 1),
                        ),
                    ),
                )

    def test_statuses_in_doubt(self):
        statuses = tuple(
            r.MoodleStatus(number, letter, "", grade)
            for number, letter, grade in ((5, "P", 1), (6, "A", 0), (9, "Q", 2))
        )
        self.known(b.session(1, {1: 5, 2: 5, 3: 9}, statuses=statuses))
        self.assertEqual(self.findings.skipped, {"unclear_status": 2, "custom_status": 1})
        self.assertEqual(
            [(gap.why, gap.details, gap.marks) for gap in self.findings.gaps],
            [("letter_doubt", ("P", ""), 2), ("letter_custom", ("Q", ""), 1)],
        )

    def test_a_status_that_can_not_be_used_has_a_gap_of_its_own(self):
        """It is known by its number; one whose number can't be read may be any."""
        for odd, skipped in (
            (r.OddRecord("status", 77, "shape", 1, 1), {"odd": 2}),
            (r.OddRecord("status", 0, "shape", 1, 1), {"odd": 2}),
            (r.OddRecord("status", 78, "shape", 1, 1), {"custom_status": 2}),
            (r.OddRecord("mark", 77, "shape", 1, 1), {"custom_status": 2}),
        ):
            self.known(b.session(1, {1: 77, 2: 77}, odd=(odd,)))
            self.assertEqual(self.findings.skipped, skipped)
            self.assertEqual(len(self.findings.gaps), "custom_status" in skipped)

    def test_five_are_named_with_their_days(self):
        """Of one status of an activity, over all its sessions; by number without a name."""
        first = b.session(1, {1: 77, 50: 77}, activity_id=4)
        second = b.session(2, dict.fromkeys(range(2, 8), 77), activity_id=4, starts=b.START + DAY)
        index = self.index(first, second)
        for session in (first, second):
            known_marks(index, session, self.findings)
        tomorrow = NEXT_DAY.isoformat()
        named = [("User 1", TODAY), (50, TODAY)]
        named += [(f"User {n}", tomorrow) for n in (2, 3, 4)]
        self.assertEqual(
            self.findings.gaps,
            (
                p.Gap(
                    "custom_status",
                    "custom_status:2:4:id:77",
                    "status_unknown",
                    ("77", "4", tuple(named)),
                    moodle_id=77,
                    marks=8,
                ),
            ),
        )

    def test_people_who_match_nobody(self):
        """Each in a gap of its own, with all marks; those behind are met."""
        who = b.people(
            unknown={1: SHARED, 2: matching.Match(2, why="no_match", details=("", "a@b.org"))}
        )
        first, second = b.session(1, {1: "P", 2: "A", 99: "P", 3: "L"}), b.session(2, {1: "P"})
        index = self.index(first, second, who=who)
        for session, marks in ((first, (Mark(103, "L"),)), (second, ())):
            found = known_marks(index, session, self.findings)
            self.assertEqual(found, KnownMarks(marks, seen=len(session.marks)))
        self.assertEqual(self.findings.skipped, {"ambiguous_student": 2, "unmatched_student": 2})
        self.assertEqual(
            self.findings.gaps,
            tuple(
                p.Gap(kind, f"{kind}:2:user:{user}", why, details, user, marks, about=about)
                for kind, user, why, details, marks, about in (
                    (
                        "ambiguous_student",
                        1,
                        "idnumber_shared",
                        ("User 1", "oec_student_24"),
                        2,
                        "User 1",
                    ),
                    ("unmatched_student", 2, "no_match", ("User 2", "", "a@b.org"), 1, "User 2"),
                    ("unmatched_student", 99, "account_unknown", ("",), 1, ""),
                )
            ),
        )

    def test_of_whoever_is_unknown_a_mark_without_meaning_is_that(self):
        who = b.people(unknown={1: SHARED})
        found = self.known(b.session(1, {1: 77}), who=who, direction="both")
        self.assertEqual(found, KnownMarks(seen=1))
        self.assertEqual(self.findings.skipped, {"custom_status": 1})
        self.known(b.session(1, {1: 77, 2: "P"}), who=who, direction="oec")
        self.assertEqual((self.findings.gaps, self.findings.skipped), ((), {}))


@tagged("post_install", "-at_install")
class TestPlacedMarks(RuleCase):
    def placed(self, session, sheets=(), lines=(), **values):
        self.setUp()
        here = b.local(sheets, lines)
        return placed_marks(self.index(session, here=here, **values), session, self.findings)

    def test_each_where_it_belongs(self):
        """The sheet that has the student's line, that of the batch, or the batch without a
        sheet; what is undecided goes along."""
        who = b.people(running={102: [2], 103: [3], 104: [2], 106: [3]})
        marks = [b.mark(n, "P") for n in range(1, 7)]
        marks += [b.mark(7, "P"), b.mark(7, "A"), b.mark(8, 77)]
        session = b.session(1, marks)
        sheets = [b.sheet(5, session), b.sheet(6, session, batch_id=2), b.sheet(7, batch_id=3)]
        found = self.placed(session, sheets, [b.line(1, 101, "P", 6)], who=who, direction="both")
        self.assertEqual(
            found,
            PlacedMarks(
                session,
                {6: [Mark(101, "P"), Mark(102, "P"), Mark(104, "P")], 5: [Mark(105, "P")]},
                {3: [Mark(103, "P"), Mark(106, "P")]},
                (Mark(108, None),),
                frozenset({107}),
                9,
            ),
        )
        self.assertEqual([mark.student_id for mark in found.all()], [101, 102, 104, 105, 103, 106])

    def test_a_group_says_the_batch(self):
        session = b.session(1, {1: "P", 2: "A"}, group_id=2)
        self.assertEqual(
            self.placed(session),
            PlacedMarks(session, {}, {2: [Mark(101, "P"), Mark(102, "A")]}, seen=2),
        )

    def test_a_group_that_matches_no_batch(self):
        """One gap with the marks of all, also without a name."""
        match = matching.Match(3, why="group_nonsense", details=("Chess", "oec_x"))
        session = b.session(1, {1: "P", 2: "A"}, group_id=3)
        for name in ("Chess", ""):
            who = b.people(batches={3: match})
            who = replace(who, group_names={3: name} if name else {})
            self.assertEqual(self.placed(session, who=who), PlacedMarks(session, {}, {}, seen=2))
            kind = "unmatched_group"
            gap = p.Gap(
                kind,
                f"{kind}:2:group:3",
                "group_nonsense",
                ("Chess", "oec_x"),
                3,
                2,
                about=name,
            )
            self.assertEqual(self.findings.gaps, (gap,))
            self.assertEqual(self.findings.skipped, {"unmatched_group": 2})

    def test_students_whose_batch_can_not_be_told(self):
        """Those behind are placed; a sheet of no batch is nobody's."""
        who = b.people(running={101: [], 102: [1, 2], 103: [0]})
        session = b.session(1, {1: "P", 2: "P", 3: "P", 4: "A"})
        found = self.placed(session, [b.sheet(5, session, batch_id=0)], who=who)
        whys = ((101, "batch_none"), (102, "batch_several"), (103, "batch_empty"))
        homeless = tuple((Mark(student, "P"), why) for student, why in whys)
        of_batch = {1: [Mark(104, "A")]}
        expected = PlacedMarks(session, {}, of_batch, seen=4, homeless=homeless)
        self.assertEqual(found, expected)
        self.assertFalse(self.findings.gaps)
        # No sheet that the session takes over has their lines.
        index = self.index(session, who=who)
        left = with_their_lines(index, found, Adopted(), self.findings)
        self.assertEqual(left, replace(expected, homeless=()))
        self.assertEqual(self.findings.skipped, {"no_batch": 3})
        self.assertEqual(
            self.findings.gaps,
            tuple(
                p.Gap(
                    "no_batch",
                    f"no_batch:2:student:{student}",
                    why,
                    (student,),
                    marks=1,
                    record=("op.student", student),
                )
                for student, why in whys
            ),
        )

    def test_a_cancelled_sheet_takes_no_marks(self):
        session = b.session(1, {1: "P", 2: "P", 3: "P"})
        who = b.people(running={103: [2]})
        sheets = [b.sheet(5, session, state="cancel"), b.sheet(6, session, batch_id=2)]
        self.assertEqual(
            self.placed(session, sheets, who=who),
            PlacedMarks(session, {6: [Mark(103, "P")]}, {}, seen=3),
        )
        self.assertEqual(self.findings.skipped, {"cancelled": 2})

    def test_before_a_session_begins(self):
        """Marks are announced then. Where both sides may write they are held against the
        sheet that is there; no sheet is made for them."""
        session = b.session(1, {1: "P", 2: "A", 3: 77})
        sheets, who = [b.sheet(5, session)], b.people(running={102: [2]})
        met = PlacedMarks(session, {5: [Mark(101, "P")]}, {}, (Mark(103, None),), seen=3)
        nothing = PlacedMarks(session, {}, {}, seen=3)
        early = {"now": b.START - 1}
        for direction, sheets_here, found, skipped in (
            ("moodle", sheets, nothing, {"not_begun": 2, "custom_status": 1}),
            ("moodle", [], nothing, {"not_begun": 2, "custom_status": 1}),
            ("both", sheets, met, {"not_begun": 1, "custom_status": 1}),
            ("both", [], nothing, {"not_begun": 3, "custom_status": 1}),
            ("oec", [], nothing, {"not_begun": 3}),
        ):
            placed = self.placed(session, sheets_here, who=who, rules=early, direction=direction)
            self.assertEqual((placed, self.findings.skipped), (found, skipped), direction)

    def test_where_openeducat_is_right_only_lines_place_marks(self):
        session = b.session(1, {1: "P", 2: "A"})
        sheets = [b.sheet(5, session, batch_id=3)]
        found = self.placed(session, sheets, [b.line(1, 102, "P", 5)], direction="oec")
        self.assertEqual(found, PlacedMarks(session, {5: [Mark(102, "A")]}, {}, seen=2))
        self.assertEqual((self.findings.gaps, self.findings.skipped), ((), {}))
