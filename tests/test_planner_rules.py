"""Each rule of the planner as a function of values; all of them together are in the other
``test_planner_*``."""

from dataclasses import replace
from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..services.domain import brake, matching
from ..services.domain import plan as p
from ..services.domain import records as r
from ..services.domain.adopting import Adopted, adopt, report_misplaced
from ..services.domain.course_index import CourseIndex
from ..services.domain.findings import Findings
from ..services.domain.gone import (
    deleted_sessions,
    report_hidden_people,
    report_odd,
    report_unreadable,
)
from ..services.domain.manual_sheets import link
from ..services.domain.marks import Mark, known_marks
from ..services.domain.placing import PlacedMarks, placed_marks
from ..services.domain.pull import lines as pulled
from ..services.domain.push import push_plan
from ..services.domain.settling import settle_sheet, taken_by_others
from ..services.domain.sheet_plans import session_work
from ..services.domain.whose_sheet import conflicting, owner
from ..services.domain.window import CLOCK_OFF, Rules, counted, date_of, noon, window_start
from . import builders as b

NEXT_DAY = b.DAY + timedelta(days=1)
DAY = 86400


class RuleCase(BaseCase):
    def setUp(self):
        super().setUp()
        self.findings = Findings(b.COURSE.id)

    def index(self, *sessions, here=None, who=None, direction="moodle", rules=None, **values):
        rules = Rules(b.ZONE, direction=direction, user_id=99, **(rules or {}))
        here = here or b.local(registers=())
        return CourseIndex.of(b.reading(*sessions, **values), here, who or b.people(), rules)

    def whys(self):
        return [gap.why for gap in self.findings.gaps]


@tagged("post_install", "-at_install")
class TestWindow(BaseCase):
    def counted(self, *sessions, course=b.COURSE, sheets=None, **rules):
        return counted(sessions, course, sheets or {}, Rules(b.ZONE, **rules))

    def test_by_time_then_number(self):
        sessions = (b.session(3), b.session(2), b.session(9, starts=b.START - 1))
        self.assertEqual([s.id for s in self.counted(*sessions).sessions], [9, 2, 3])

    def test_older_ones_count_if_they_hold_a_mark(self):
        taken = {"taken_at": b.START}
        found = self.counted(b.session(1, {1: "P"}, **taken), b.session(2), window_start=NEXT_DAY)
        self.assertEqual((found.sessions, found.older, found.early), ((), 1, 0))

    def test_one_whose_sheet_is_inside_is_looked_at(self):
        moved = b.session(1, {1: "P"}, taken_at=b.START)
        sheets = {1: [b.sheet(7, moved, day=NEXT_DAY)]}
        found = self.counted(moved, sheets=sheets, window_start=NEXT_DAY)
        self.assertEqual((found.sessions, found.older), ((moved,), 0))

    def test_before_the_course_no_sheet_helps(self):
        course = replace(b.COURSE, starts=b.START + 1)
        early = b.session(1, {1: "P"})
        found = self.counted(early, b.session(2), course=course, sheets={1: [b.sheet(7, early)]})
        self.assertEqual((found.sessions, found.older, found.early), ((), 0, 1))

    def test_the_second_at_which_a_course_starts_is_in_it(self):
        course = replace(b.COURSE, starts=b.START)
        self.assertTrue(self.counted(b.session(1), course=course).sessions)

    def test_days_back(self):
        self.assertEqual(window_start(NEXT_DAY, 1), b.DAY)
        self.assertIsNone(window_start(NEXT_DAY, 0))
        self.assertEqual(Rules(b.ZONE, b.DAY).earliest, b.START - 9 * b.HOUR)
        self.assertEqual(Rules(b.ZONE).earliest, 0)

    def test_taken_inside_it_counts_unless_openeducat_is_right(self):
        session = b.session(1, {1: "P"}, taken_at=b.START + DAY)
        for direction, wanted in (("moodle", True), ("both", True), ("oec", False)):
            rules = Rules(b.ZONE, NEXT_DAY, direction=direction)
            self.assertIs(rules.wants(session), wanted, direction)

    def test_what_has_begun_and_what_can_have_happened(self):
        for now, begun in ((None, True), (b.START, True), (b.START - 1, False)):
            rules = Rules(b.ZONE, now=now)
            self.assertIs(rules.begun(b.session(1)), begun)
        rules = Rules(b.ZONE, now=b.START)
        times = b.START + CLOCK_OFF, b.START + CLOCK_OFF + 1
        self.assertEqual([rules.possible(seconds) for seconds in times], [True, False])
        self.assertTrue(Rules(b.ZONE).possible(times[1]))

    def test_the_date_of_a_moment_and_noon(self):
        self.assertEqual(date_of(b.START, b.ZONE), b.DAY)
        self.assertEqual(date_of(b.START, "Pacific/Kiritimati"), b.DAY)
        self.assertEqual(date_of(b.START, "America/Los_Angeles"), date(2026, 11, 2))
        self.assertEqual(noon(b.DAY, b.ZONE), b.START + 3 * b.HOUR)


@tagged("post_install", "-at_install")
class TestFindings(RuleCase):
    def test_a_gap_met_again(self):
        for name in ("first", "last"):
            details = {"group": name, "idnumber": "oec_x"}
            self.findings.gap("group_nonsense", "group:7", details, marks=2, moodle_id=7)
        (gap,) = self.findings.gaps
        self.assertEqual((gap.kind, gap.key), ("unmatched_group", "unmatched_group:2:group:7"))
        self.assertEqual((gap.details, gap.marks, gap.moodle_id), (("last", "oec_x"), 4, 7))
        self.assertEqual(
            self.findings.details("group_nonsense", "group:7"),
            {"group": "last", "idnumber": "oec_x"},
        )
        self.assertEqual(self.findings.details("group_nonsense", "group:8"), {})

    def test_a_gap_is_taken_back_for_its_own_reason_only(self):
        sheet = {"sheet": "AS1", "day": "2026-11-03"}
        self.findings.gap("no_session", "sheet:1", sheet)
        self.findings.drop("several_sessions", "sheet:1")
        self.findings.drop("no_session", "sheet:2")
        self.assertEqual(self.whys(), ["no_session"])
        self.findings.drop("no_session", "sheet:1")
        self.findings.drop("no_session", "sheet:1")
        self.assertFalse(self.findings.gaps)

    def test_one_gap_for_a_letter_wherever_it_is(self):
        for number in (1, 2):
            self.findings.letter(r.MoodleStatus(number, " M ", "Medical", 1), "custom")
        (gap,) = self.findings.gaps
        self.assertEqual((gap.letter.acronym, gap.marks), ("M", 2))

    def test_what_is_none_is_not_counted(self):
        self.findings.skip("in_hands", 0)
        self.findings.skip("no_status")
        self.assertEqual(self.findings.skipped, {"no_status": 1})


@tagged("post_install", "-at_install")
class TestIndex(RuleCase):
    def test_a_sheet_that_the_sync_cancelled(self):
        session = b.session(1)
        seen = session.seen.cancelled("start")
        sheets = [
            b.sheet(7, session, state="cancel", seen=seen),
            b.sheet(8, session, state="cancel"),
        ]
        index = self.index(session, here=b.local(sheets))
        self.assertEqual(index.restored, {7})
        self.assertEqual([s.state for s in index.local.sheets], ["start", "cancel"])

    def test_a_number_that_is_another_session_by_now(self):
        session = b.session(1)
        sheets = [b.sheet(7, session, seen=r.Seen(b.COURSE.id, 5, "")), b.sheet(8, session)]
        index = self.index(session, here=b.local(sheets))
        self.assertEqual(index.misplaced, {7: session})
        self.assertEqual([sheet.id for sheet in index.sheets(session)], [8])

    def test_sheets_in_use_and_the_oldest_first(self):
        session = b.session(1)
        sheets = [b.sheet(3, session, active=False), b.sheet(9, session), b.sheet(5, session)]
        index = self.index(session, here=b.local(sheets))
        self.assertEqual([sheet.id for sheet in index.sheets(session)], [5, 9, 3])

    def test_the_register_of_a_day_is_the_oldest_that_a_sync_made(self):
        registers = [b.register(4), b.register(2), b.register(1, day=None)]
        index = self.index(here=b.local(registers=registers))
        self.assertEqual(index.register_of, {(b.DAY, 1): 2})
        self.assertEqual(index.register_date[1], None)

    def test_two_lines_that_differ_say_nothing(self):
        sheet = b.sheet(1)
        lines = [b.line(1, 101, "P"), b.line(2, 101, "A"), b.line(3, 102, "L")]
        index = self.index(here=b.local([sheet], lines))
        self.assertEqual(index.said([sheet]), {1: {101: None, 102: "L"}})

    def test_the_meanings_of_each_set(self):
        german = (r.MoodleStatus(21, "A", "Anwesend", 2), r.MoodleStatus(22, "U", "Fehlt", 0))
        sessions = (b.session(1), b.session(2, activity_id=5, statuses=german))
        index = self.index(*sessions)
        self.assertEqual(index.meanings(sessions[0])[6].status, "A")
        self.assertEqual(index.meanings(sessions[1])[21].status, None)
        self.assertEqual(len(index.sets), 2)

    def test_no_types_are_written_where_openeducat_is_right(self):
        types = r.AttendanceTypes(of_status={"P": 1})
        here = replace(b.local(), types=types)
        self.assertEqual(self.index(here=here).types, types)
        self.assertFalse(self.index(here=here, direction="oec").types.of_status)


@tagged("post_install", "-at_install")
class TestMarks(RuleCase):
    def known(self, session, **values):
        return known_marks(self.index(session, **values), session, self.findings)

    def test_two_rows_that_say_the_same(self):
        session = b.session(1, [b.mark(1, "P"), b.mark(1, "P", "on <b>time</b>")])
        found = self.known(session)
        self.assertEqual(found.marks, (Mark(101, "P", "on time"),))
        self.assertEqual(found.seen, 2)

    def test_two_rows_that_differ(self):
        session = b.session(1, [b.mark(1, "P"), b.mark(1, "A"), b.mark(2, "L")])
        found = self.known(session)
        self.assertEqual([mark.student_id for mark in found.marks], [102])
        self.assertEqual(found.undecided, {101})
        self.assertEqual(self.findings.skipped, {"doubled": 2})

    def test_two_accounts_of_one_student_that_differ(self):
        who = b.people(unknown={2: matching.Match(2, 101, "manual")})
        found = self.known(b.session(1, {1: "P", 2: "A"}), who=who)
        self.assertEqual((found.marks, found.undecided), ((), {101}))
        self.assertEqual(self.findings.gaps[0].details[3], (1, 2))

    def test_a_mark_that_can_not_be_used_decides_nothing(self):
        odd = (r.OddRecord("mark", 1, "shape", 1, 1), r.OddRecord("mark", 99, "shape", 1, 1))
        found = self.known(b.session(1, {2: "P"}, odd=odd))
        self.assertEqual(found.undecided, {101, 0})

    def test_what_means_nothing_is_there_for_a_push_alone(self):
        session = b.session(1, [b.mark(1, 77), b.mark(2, 0)])
        self.assertEqual(self.known(session).marks, ())
        self.assertEqual(self.findings.skipped, {"custom_status": 1, "no_status": 1})
        self.assertEqual(self.known(session, direction="both").marks, (Mark(101, None),))

    def test_a_gap_names_the_first_five(self):
        session = b.session(1, dict.fromkeys(range(1, 8), 77))
        self.known(session)
        (gap,) = self.findings.gaps
        self.assertEqual((len(gap.details[2]), gap.marks), (5, 7))

    def test_strangers_concern_nobody_where_openeducat_is_right(self):
        who = b.people(unknown={1: matching.Match(1, why="idnumber_shared")})
        session = b.session(1, {1: "P"})
        self.known(session, who=who, direction="oec")
        self.assertFalse(self.findings.gaps)
        self.known(session, who=who)
        self.assertEqual([gap.kind for gap in self.findings.gaps], ["ambiguous_student"])


@tagged("post_install", "-at_install")
class TestPlacing(RuleCase):
    def placed(self, session, **values):
        return placed_marks(self.index(session, **values), session, self.findings)

    def test_the_sheet_with_the_students_line_before_that_of_the_batch(self):
        session = b.session(1, {1: "P", 2: "P"})
        sheets = [b.sheet(1, session), b.sheet(2, session, batch_id=2)]
        found = self.placed(session, here=b.local(sheets, [b.line(1, 101, "P", sheet_id=2)]))
        self.assertEqual({n: len(marks) for n, marks in found.of_sheet.items()}, {2: 1, 1: 1})
        self.assertEqual(found.of_sheet[2][0].student_id, 101)

    def test_a_batch_that_has_no_sheet_yet(self):
        who = b.people(running={102: [2], 103: [1, 2]})
        found = self.placed(b.session(1, {1: "P", 2: "A", 3: "L"}), who=who)
        self.assertEqual(found.of_batch, {1: [Mark(101, "P")], 2: [Mark(102, "A")]})
        self.assertEqual(found.homeless, ((Mark(103, "L"), "batch_several"),))

    def test_the_group_says_the_batch(self):
        who = b.people(batches={1: 2})
        self.assertEqual(
            list(self.placed(b.session(1, {1: "P"}, group_id=1), who=who).of_batch), [2]
        )
        who = b.people(batches={1: matching.Match(1, why="group_nonsense", details=("G", "oec_x"))})
        self.assertFalse(self.placed(b.session(1, {1: "P"}, group_id=1), who=who).of_batch)
        self.assertEqual(self.findings.skipped, {"unmatched_group": 1})

    def test_a_cancelled_sheet_is_left_out(self):
        session = b.session(1, {1: "P"})
        found = self.placed(session, here=b.local([b.sheet(1, session, state="cancel")]))
        self.assertFalse(found.all())
        self.assertEqual(self.findings.skipped, {"cancelled": 1})

    def test_before_it_begins_only_a_sheet_that_is_there_meets_the_marks(self):
        session = b.session(1, {1: "P", 2: "P"}, starts=b.START)
        who = b.people(running={102: [2]})
        for direction, met in (("moodle", 0), ("both", 1)):
            values = {"direction": direction, "rules": {"now": b.START - 1}, "who": who}
            found = self.placed(session, here=b.local([b.sheet(1, session)]), **values)
            self.assertEqual((len(found.all()), found.of_batch), (met, {}), direction)
            self.assertEqual(self.findings.skipped, {"not_begun": 2 - met})
            self.assertFalse(self.placed(session, **values).all())
            self.assertEqual(self.findings.skipped, {"not_begun": 4 - met})
            self.findings = Findings(b.COURSE.id)

    def test_a_mark_without_a_meaning_makes_no_sheet(self):
        found = self.placed(b.session(1, {1: 77}), direction="both")
        self.assertEqual((found.all(), found.unplaced), ([], (Mark(101, None),)))
        # Nor does any where OpenEduCat is right; a sheet that is linked later asks for these.
        found = self.placed(b.session(1, {1: 77, 2: "P"}), direction="oec")
        self.assertEqual((found.all(), found.unplaced), ([], (Mark(101, None),)))


@tagged("post_install", "-at_install")
class TestWhoseSheet(BaseCase):
    def test_the_course_whose_dates_include_the_day(self):
        rules = Rules(b.ZONE)
        first = replace(b.COURSE, ends=b.START)
        second = replace(b.COURSE, id=3, starts=b.START + DAY)
        reading = replace(b.reading(), course=first, rivals=(second,))
        days = (b.DAY, NEXT_DAY)
        self.assertEqual([owner(reading, b.sheet(1, day=d), rules) for d in days], [2, 3])
        reading = replace(reading, rivals=(replace(second, starts=0),))
        self.assertEqual([owner(reading, b.sheet(1, day=d), rules) for d in days], [0, 3])
        self.assertEqual(owner(b.reading(), b.sheet(1, day=date(1990, 1, 1)), rules), b.COURSE.id)

    def test_only_a_gap_for_the_day_replaces_that_of_a_sheet(self):
        for why, left in (("sheets_beside", 2), ("sheets_unsure", 1)):
            findings = Findings(b.COURSE.id)
            findings.gap("several_sessions", "sheet:7", {"sheet": "AS7", "day": "2026-11-03"})
            conflicting(why, [b.sheet(7)], findings)
            self.assertEqual(len(findings.gaps), left)


@tagged("post_install", "-at_install")
class TestManualSheets(RuleCase):
    def link(self, index):
        return link(index, index.reading.sessions, self.findings)

    def test_to_be_linked_changes_nothing_of_the_index(self):
        session = b.session(1)
        cancelled = b.sheet(6, session, state="cancel")
        index = self.index(session, here=b.local([cancelled, b.sheet(7)]), direction="oec")
        links = self.link(index)
        self.assertEqual(links.linked, {7})
        self.assertEqual([s.id for s in links.sheets_of_session[1]], [7])
        self.assertEqual([s.id for s in links.superseded[1]], [6])
        self.assertEqual([s.id for s in index.sheets(session)], [6])
        self.assertEqual([s.id for s in index.linked(links.sheets_of_session).sheets(session)], [7])

    def test_a_pull_links_only_in_the_place_of_a_cancelled_one(self):
        session = b.session(1, {1: "P"})
        self.assertFalse(self.link(self.index(session, here=b.local([b.sheet(7)]))).linked)
        sheets = [b.sheet(6, session, state="cancel"), b.sheet(7)]
        self.assertEqual(self.link(self.index(session, here=b.local(sheets))).linked, {7})

    def test_sheets_in_somebodys_hands(self):
        here = b.local([b.sheet(7, state="confirm")])
        for direction, linked in (("oec", set()), ("both", {7})):
            index = self.index(b.session(1), here=here, direction=direction)
            self.assertEqual(self.link(index).linked, linked)
        self.assertFalse(self.findings.gaps)

    def test_without_a_session(self):
        here = b.local([b.sheet(7)])
        early = replace(b.COURSE, starts=b.START + DAY)
        for rules, course, why in (
            ({}, b.COURSE, "no_session"),
            ({"may_create": True}, early, "before_course"),
            ({"may_create": True}, b.COURSE, None),
        ):
            self.findings = Findings(b.COURSE.id)
            index = self.index(here=here, direction="oec", rules=rules)
            index = replace(index, reading=replace(index.reading, course=course))
            links = self.link(index)
            self.assertEqual(self.whys(), [why] if why else [])
            self.assertEqual([new.sheet_id for new in links.new_sessions], [] if why else [7])

    def test_no_session_is_made_whose_set_lacks_a_letter(self):
        other = b.session(1, statuses=b.STATUSES[:2], starts=b.START - DAY)
        here = b.local([b.sheet(7)], [b.line(1, 101, "L", sheet_id=7)])
        index = self.index(other, here=here, direction="oec", rules={"may_create": True})
        self.assertFalse(self.link(index).new_sessions)
        self.assertEqual(self.whys(), ["no_place_for_session"])


@tagged("post_install", "-at_install")
class TestAdopting(RuleCase):
    def adopt(self, index):
        placed = [placed_marks(index, s, self.findings) for s in index.reading.sessions]
        return adopt(index, frozenset(), placed, self.findings)

    def test_the_only_one_left(self):
        index = self.index(b.session(1, {1: "P"}), here=b.local([b.sheet(7)]))
        found = self.adopt(index)
        self.assertEqual(found.ids, {7})
        self.assertEqual(found.sheets[1, 1].id, 7)

    def test_two_sheets_and_nobody_knows_whose(self):
        here = b.local([b.sheet(7), b.sheet(8)])
        found = self.adopt(self.index(b.session(1, {1: "P"}), here=here))
        self.assertEqual(found, Adopted({}, {(1, 1): "unsure_sheets"}))
        self.assertEqual(self.whys(), ["sheets_unsure"])

    def test_a_sheet_beside_those_that_are_needed(self):
        session = b.session(1, {1: "P"})
        here = b.local([b.sheet(6, session), b.sheet(7)])
        self.assertEqual(self.adopt(self.index(session, here=here)), Adopted())
        self.assertEqual(self.whys(), ["sheets_beside"])

    def test_the_day_is_of_two_courses(self):
        rival = replace(b.COURSE, id=9, fullname="Evening")
        index = self.index(b.session(1, {1: "P"}), here=b.local([b.sheet(7)]), rivals=(rival,))
        self.assertEqual(self.adopt(index).held_back, {(1, 1): "two_courses"})
        self.assertEqual(self.whys(), ["two_courses"])

    def test_a_misplaced_sheet_is_told_unless_it_found_its_place(self):
        session = b.session(1)
        elsewhere = b.sheet(7, session, seen=r.Seen(b.COURSE.id, 5, ""))
        index = self.index(session, here=b.local([elsewhere]))
        report_misplaced(index, {7}, self.findings)
        self.assertFalse(self.findings.gaps)
        report_misplaced(index, set(), self.findings)
        self.assertEqual(self.whys(), ["session_elsewhere"])


@tagged("post_install", "-at_install")
class TestSheets(RuleCase):
    def work(self, session, adopted=None, superseded=(), **values):
        index = self.index(session, **values)
        placed = placed_marks(index, session, self.findings)
        return session_work(index, placed, superseded, adopted or Adopted(), self.findings)

    def test_two_lines_of_a_student_both_say_it(self):
        lines = {101: [b.line(1, 101, "A"), b.line(2, 101, "P")]}
        plans = pulled(lines, [Mark(101, "P"), Mark(102, "L")], r.AttendanceTypes())
        found = [(plan.line_id, plan.action) for plan in plans]
        self.assertEqual(found, [(1, p.UPDATE), (0, p.CREATE)])

    def test_the_one_that_gives_way_comes_first(self):
        session = b.session(1, {1: "P"})
        old = b.sheet(6, session, state="cancel")
        work = self.work(session, superseded=(old,))
        self.assertEqual([sheet.sheet_id for sheet in work.plan.sheets], [6, 0])
        self.assertTrue(work.plan.sheets[0].unlinked)

    def test_nothing_is_made_for_what_is_held_back(self):
        adopted = Adopted(held_back={(1, 1): "unsure_sheets"})
        work = self.work(b.session(1, {1: "P", 2: "A"}), adopted)
        self.assertEqual(work.plan.sheets, ())
        self.assertEqual(self.findings.skipped, {"unsure_sheets": 2})

    def test_in_hands_it_is_linked_and_no_more(self):
        session = b.session(1, {1: "P"})
        adopted = Adopted({(1, 1): b.sheet(7, state="start")})
        here = b.local([b.sheet(7, state="start")], [b.line(1, 101, "A", sheet_id=7)])
        (sheet,) = self.work(session, adopted, here=here, direction="both").plan.sheets
        self.assertEqual((sheet.values["moodle_session_id"], sheet.lines), (1, ()))
        self.assertEqual(self.findings.skipped, {"in_hands": 1})

    def sheet_work(self, session, sheet, **values):
        """What the one sheet of a session needs, ``None`` for nothing."""
        here = b.local([sheet], registers=values.pop("registers", None))
        sheets = self.work(session, here=here, **values).plan.sheets
        return sheets[0] if sheets else None

    def test_a_sheet_that_is_linked_waits_in_somebodys_hands(self):
        session = b.session(1, {1: "P"})
        sheet = b.sheet(7, session, state="start", held_at=5)
        self.assertIsNone(self.sheet_work(session, sheet, direction="both"))
        self.assertEqual(self.sheet_work(session, sheet).values["state"], "done")

    def test_only_marks_of_moodle_set_it_taken(self):
        session = b.session(1)
        sheet = b.sheet(7, session, state="start", held_at=5)
        self.assertNotIn("state", self.sheet_work(session, sheet).values)
        taken = b.session(1, {1: "P"})
        sheet = b.sheet(7, taken, held_at=5)
        for direction in ("both", "oec"):
            found = self.sheet_work(taken, sheet, direction=direction)
            self.assertEqual(set(found.values), {"moodle_starts"}, direction)

    def test_one_that_is_taken_up_again(self):
        for direction, after in (("both", "start"), ("moodle", "done")):
            session = b.session(1, {1: "P"})
            seen = session.seen.cancelled("start")
            sheet = b.sheet(7, session, state="cancel", seen=seen)
            found = self.sheet_work(session, sheet, direction=direction)
            self.assertTrue(found.restored)
            self.assertEqual(found.values["state"], after)
        seen = session.seen.cancelled("done")
        found = self.sheet_work(session, replace(sheet, seen=seen), direction="both")
        self.assertEqual(found.values["state"], "done")

    def test_one_of_another_day_moves_unless_openeducat_is_right(self):
        session = b.session(1, starts=b.START + DAY)
        sheet = b.sheet(7, session)
        registers = [b.register(1), b.register(2, day=NEXT_DAY)]
        found = self.sheet_work(session, sheet, registers=registers)
        self.assertEqual(found.values, {"attendance_date": NEXT_DAY})
        self.assertEqual((found.moved, found.register_id), (True, 2))
        # In a register of no date it stays.
        found = self.sheet_work(session, sheet, registers=[b.register(1, day=None), registers[1]])
        self.assertEqual((found.moved, found.register_id), (False, 0))
        self.assertIsNone(self.sheet_work(session, sheet, registers=registers, direction="oec"))
        other = replace(sheet, date=NEXT_DAY, held_at=5)
        self.assertFalse(self.sheet_work(session, other, registers=registers).moved)

    def test_the_points_of_a_set_that_is_not_whole(self):
        odd = (r.OddRecord("status", 9, "shape", 1, 1),)
        session = b.session(1, odd=odd)
        self.assertEqual(
            self.sheet_work(session, b.sheet(7, session)).values, {"moodle_points": ""}
        )
        mark = b.session(1, odd=(r.OddRecord("mark", 9, "shape", 1, 1),))
        self.assertIsNone(self.sheet_work(mark, b.sheet(7, mark)))

    def test_of_a_line_in_two_sheets_the_first_one_speaks(self):
        session = b.session(1)
        sheets = [b.sheet(1, session), b.sheet(2, session, batch_id=2)]
        lines = [b.line(1, 101, "P", 1, base=None), b.line(2, 101, "A", 2, base=None)]
        work = self.work(session, here=b.local(sheets, lines), direction="oec")
        self.assertEqual([push.line_ids for push in work.pushes], [(1,)])


@tagged("post_install", "-at_install")
class TestSettling(RuleCase):
    def settle(self, session, lines, marks=(), undecided=(), spoken=(), **values):
        sheet = b.sheet(1, session)
        index = self.index(session, here=b.local([sheet], lines), **{"direction": "both", **values})
        placed = PlacedMarks(session, {}, {}, undecided=frozenset(undecided))
        return settle_sheet(index, placed, sheet, marks, set(spoken), self.findings)

    def test_whoever_is_undecided_gets_nothing(self):
        lines = [b.line(1, 101, "P", base=None), b.line(2, 102, "P", base=None)]
        found = self.settle(b.session(1), lines, undecided={101})
        self.assertEqual([push.student_id for push in found.pushes], [102])
        self.assertEqual(found.students, {101, 102})
        self.assertFalse(self.settle(b.session(1), lines, undecided={0}).pushes)

    def test_a_mark_that_went_is_one_gap_for_the_session(self):
        found = self.settle(b.session(1), [b.line(1, 101, "P"), b.line(2, 102, "A")])
        self.assertEqual((found.lines, found.pushes), ((), ()))
        (gap,) = self.findings.gaps
        self.assertEqual((gap.why, gap.marks), ("mark_vanished", 2))

    def test_a_conflict_that_moodle_wins(self):
        session = b.session(1, {1: "A"})
        line = b.line(1, 101, "L", base="P")._replace(marked_at=session.taken_at - 1)
        found = self.settle(session, [line], [Mark(101, "A")])
        self.assertEqual([plan.action for plan in found.lines], [p.UPDATE])
        self.assertEqual([one.winner for one in found.conflicts], ["moodle"])

    def test_a_conflict_that_can_not_be_sent_is_none(self):
        session = b.session(1, {1: "A"}, user_ids=frozenset())
        line = b.line(1, 101, "L", base="P")._replace(marked_at=session.taken_at + 1)
        found = self.settle(session, [line], [Mark(101, "A")])
        self.assertEqual((found.pushes, found.conflicts), ((), ()))
        self.assertEqual(self.whys(), ["push_not_listed"])

    def test_a_conflict_that_openeducat_wins(self):
        session = b.session(1, {1: "A"})
        line = b.line(1, 101, "L", base="P")._replace(marked_at=session.taken_at + 1)
        found = self.settle(session, [line], [Mark(101, "A")])
        self.assertEqual([push.status for push in found.pushes], ["L"])
        self.assertEqual([one.winner for one in found.conflicts], ["oec"])

    def test_a_mark_of_moodles_own_task_gives_way(self):
        line = b.line(1, 101, "L", base="P")._replace(marked_at=5)
        for taken_by, winner in ((0, "oec"), (30, "moodle")):
            session = b.session(1, {1: "A"}, taken_by=taken_by)
            found = self.settle(session, [line], [Mark(101, "A")])
            self.assertEqual([one.winner for one in found.conflicts], [winner])

    def test_no_clock_that_is_off_decides(self):
        session = b.session(1, {1: "A"})
        line = b.line(1, 101, "L", base="P")._replace(marked_at=5)
        for rules in ({"clock_sure": False}, {"now": session.taken_at - CLOCK_OFF - 1}):
            self.findings = Findings(b.COURSE.id)
            found = self.settle(session, [line], [Mark(101, "A")], rules=rules)
            self.assertEqual((found.lines, found.pushes, self.whys()), ((), (), ["clock_off"]))

    def test_what_a_deleted_line_said_is_its_base(self):
        session, sheet = b.session(1, {1: "P"}), b.sheet(1)
        here = replace(b.local([sheet]), dropped={(1, 101): "P"})
        index = self.index(session, here=here, direction="both")
        placed = PlacedMarks(session, {}, {})
        found = settle_sheet(index, placed, sheet, [Mark(101, "P")], set(), self.findings)
        self.assertEqual((found.lines, self.whys()), ((), ["line_dropped"]))

    def test_a_remark_goes_along_only_with_news(self):
        session = b.session(1, {1: "P"})
        mark, lines = Mark(101, "P", "bus"), [b.line(1, 101, "P", remark="note")]
        self.assertFalse(self.settle(session, lines, [mark]).lines)
        for direction, remarks in (("both", ["bus"]), ("oec", [])):
            index = self.index(session, here=b.local([], lines), direction=direction)
            old = b.sheet(1, session, seen=r.Seen(b.COURSE.id, 1, "old"))
            placed = PlacedMarks(session, {}, {})
            found = settle_sheet(index, placed, old, [mark], set(), self.findings)
            self.assertEqual([plan.remark for plan in found.lines], remarks, direction)

    def test_nothing_is_put_back_where_both_sides_may_write(self):
        session = b.session(1, {1: "A"})
        lines = [b.line(1, 101, "P"), b.line(2, 101, "L", base="E")]
        found = self.settle(session, lines, [Mark(101, "A")])
        self.assertEqual([plan.action for plan in found.lines], [p.UPDATE, p.UPDATE])

    def test_our_own_pushes_are_not_somebody_who_took_the_session(self):
        rules = Rules(b.ZONE, user_id=99)
        ours, theirs = b.session(1, {1: "P"}, taken_by=99), b.session(1, {1: "P"})
        sheet = b.sheet(1, ours, taken_at=5)
        self.assertEqual(taken_by_others(ours, sheet, rules), 5)
        self.assertEqual(taken_by_others(ours, None, rules), 0)
        self.assertEqual(taken_by_others(theirs, sheet, rules), theirs.taken_at)
        nobody = b.session(1, {1: "P"}, taken_by=0)
        self.assertEqual(taken_by_others(nobody, sheet, Rules(b.ZONE)), nobody.taken_at)


@tagged("post_install", "-at_install")
class TestPush(RuleCase):
    def push(self, session, status="P", who=None, not_held=None):
        line = b.line(1, 101, status, base=None)
        here = replace(b.local(), not_held=not_held or {})
        index = self.index(session, here=here, who=who, direction="oec")
        return push_plan(index, session, b.sheet(1, session), line, [line], self.findings)

    def test_by_the_one_account_that_is_listed(self):
        who = b.people(unknown={50: matching.Match(50, 101, "manual")})
        push = self.push(b.session(1), who=who)
        self.assertEqual((push.user_id, push.status_id, push.line_ids), (1, 5, (1,)))
        both = b.session(1, user_ids=frozenset({1, 50}))
        self.assertIsNone(self.push(both, who=who))
        self.assertEqual(self.whys(), ["push_not_listed"])

    def test_nobody_has_an_account(self):
        who = b.people(unknown={1: matching.Match(1)})
        self.assertIsNone(self.push(b.session(1), who=who))
        self.assertEqual(self.whys(), ["push_no_account"])

    def test_the_set_has_no_such_status(self):
        session = b.session(1, statuses=(*b.STATUSES[:2], r.MoodleStatus(9, "M", "Medical", 1)))
        self.assertIsNone(self.push(session, "E"))
        self.assertEqual(set(self.whys()), {"push_none_status", "letter_custom"})

    def test_several_statuses_mean_it_and_nobody_has_said_which(self):
        online = r.MoodleStatus(9, "P", "Present", 2)
        medical = r.MoodleStatus(10, "M", "Medical", 1)
        self.assertIsNone(self.push(b.session(1, statuses=(*b.STATUSES, online, medical))))
        (gap,) = self.findings.gaps
        self.assertEqual((gap.why, gap.details[2]), ("push_several_status", ("P", "P")))

    def test_two_rows_that_differ_are_a_mark_of_their_own(self):
        session = b.session(1, [b.mark(1, "A"), b.mark(1, "L")])
        self.assertTrue(self.push(session, not_held={(1, 101): ("P", 6, 0)}))
        self.assertIsNone(self.push(session, not_held={(1, 101): ("P", -1, 0)}))

    def test_what_moodle_did_not_keep_is_not_sent_again(self):
        session = b.session(1, {1: "A"})
        self.assertIsNone(self.push(session, not_held={(1, 101): ("P", 6, 0)}))
        self.assertEqual(self.whys(), ["push_not_held"])
        # Moodle has another mark by now.
        self.assertTrue(self.push(session, not_held={(1, 101): ("P", 7, 0)}))


@tagged("post_install", "-at_install")
class TestGone(RuleCase):
    def gone(self, *left, sheets=None, **values):
        sheets = sheets or [b.sheet(7, b.session(1))]
        lines = [b.line(1, 101, "P", sheet_id=7)]
        return deleted_sessions(
            self.index(*left, here=b.local(sheets, lines), **values), self.findings
        )

    def test_one_of_several_sessions(self):
        found = self.gone(b.session(2))
        self.assertEqual((found.cancelled, found.emptied), ((7,), ()))
        self.assertFalse(self.findings.gaps)

    def test_the_last_of_its_activity_waits_for_a_person(self):
        found = self.gone()
        self.assertEqual((found.cancelled, found.emptied), ((), (p.Emptied(1, (7,), 1),)))
        (gap,) = self.findings.gaps
        self.assertEqual(
            (gap.why, gap.allows), ("activity_emptied", {"activity:1": {"sheets": 1, "marks": 1}})
        )

    def test_a_person_has_let_it_through(self):
        for shown, cancelled in (
            ({"sheets": 1, "marks": 1}, (7,)),
            ({"sheets": 1, "marks": 0}, ()),
        ):
            allowance = brake.Allowance({"activity:1": shown})
            self.assertEqual(self.gone(rules={"allowance": allowance}).cancelled, cancelled)

    def test_nothing_is_cancelled_where_openeducat_is_right(self):
        self.assertEqual(self.gone(b.session(2), direction="oec").cancelled, ())
        self.assertEqual(self.whys(), ["session_gone"])

    def test_an_activity_that_is_not_there_any_more(self):
        found = self.gone(activities=(), listed=frozenset())
        self.assertEqual([one.activity_id for one in found.emptied], [1])
        self.assertEqual(self.whys(), ["activity_gone"])

    def test_nobody_knows_where_nothing_could_be_listed(self):
        found = self.gone(activities=(), listed=frozenset(), listed_all=False)
        self.assertEqual((found.cancelled, found.emptied), ((), ()))
        self.assertFalse(self.findings.gaps)
        self.gone(activities=(), listed=frozenset(), listed_all=False, gone=frozenset({1}))
        self.assertEqual(self.whys(), ["session_gone"])

    def test_what_was_not_delivered_is_not_gone(self):
        unreadable = (r.UnreadableSession(1, 1),)
        self.assertFalse(self.gone(b.session(2), unreadable=unreadable).cancelled)
        odd = (r.OddRecord("session", 1, "date", 0, 1),)
        self.assertFalse(self.gone(b.session(2), odd=odd).cancelled)

    def test_an_activity_that_could_not_be_listed_or_read(self):
        self.gone(listed=frozenset())
        odd = (r.OddRecord("activity", 1, "shape"),)
        self.gone(activities=(), listed=frozenset(), odd=odd)
        unknown = (r.OddRecord("activity", 0, "shape"),)
        self.gone(activities=(), listed=frozenset(), odd=unknown)
        self.assertFalse(self.findings.gaps)

    def test_one_that_holds_only_what_can_not_be_used(self):
        odd = (r.OddRecord("session", 5, "date", 0, 1),)
        self.assertEqual(self.gone(odd=odd).cancelled, (7,))

    def test_sheets_that_are_none_of_its_own(self):
        session = b.session(1)
        for values in (
            {"state": "cancel"},
            {"seen": None},
            {"seen": r.Seen(b.COURSE.id + 1, 1, "")},
            {"session_id": 0},
        ):
            self.assertFalse(
                self.gone(b.session(2), sheets=[b.sheet(7, session, **values)]).cancelled
            )
        self.assertFalse(self.findings.gaps)

    def test_an_emptied_one_where_openeducat_is_right(self):
        rules = {"allowance": brake.EVERYTHING}
        found = self.gone(activities=(), listed=frozenset(), direction="oec", rules=rules)
        self.assertEqual(found.cancelled, ())
        (gap,) = self.findings.gaps
        self.assertEqual((gap.why, gap.details, gap.allows), ("activity_gone_here", (1, 1, 1), {}))

    def test_the_name_of_an_emptied_one(self):
        self.gone()
        self.assertEqual(self.findings.gaps[0].details, ("Lectures", 1, 1))

    def test_what_could_not_be_read(self):
        sheet = b.sheet(7, b.session(1))
        unreadable = tuple(r.UnreadableSession(1, number) for number in (1, 2, 0))
        index = self.index(here=b.local([sheet]), unreadable=unreadable)
        report_unreadable(index, self.findings)
        found = {gap.key: (gap.why, gap.details) for gap in self.findings.gaps}
        kind = f"unreadable_session:{b.COURSE.id}"
        self.assertEqual(
            found,
            {
                f"{kind}:session:1": ("unreadable_session", ("Lectures", b.DAY.isoformat())),
                f"{kind}:session:2": ("unreadable_session", ("Lectures", "")),
                f"{kind}:activity:1": ("unreadable_activity", ("Lectures",)),
            },
        )

    def test_what_can_not_be_used(self):
        odd = (r.OddRecord("session", 5, "date", 0, 1), r.OddRecord("user", 4, "text"))
        session = b.session(1, odd=(r.OddRecord("mark", 3, "shape", 1, 1),))
        report_odd(self.index(session, odd=odd), (session,), self.findings)
        found = {(gap.kind, gap.why): gap.marks for gap in self.findings.gaps}
        self.assertEqual(
            found,
            {
                ("unreadable_session", "odd_session"): 0,
                ("odd_record", "odd_user"): 0,
                ("odd_record", "odd_mark"): 1,
            },
        )
        self.assertEqual(self.findings.skipped, {"odd": 1})

    def test_nobody_is_listed(self):
        session = b.session(1, {1: "P"})
        report_hidden_people(self.index(session), (session,), self.findings)
        self.assertFalse(self.findings.gaps)
        index = self.index(session, people_listed=False)
        report_hidden_people(index, (), self.findings)
        report_hidden_people(index, (b.session(2, user_ids=frozenset()),), self.findings)
        self.assertFalse(self.findings.gaps)
        for marks, values in ((1, {"marks": {1: "P"}, "user_ids": ()}), (0, {})):
            findings = Findings(b.COURSE.id)
            report_hidden_people(index, (b.session(3, **values),), findings)
            self.assertEqual([(g.why, g.marks) for g in findings.gaps], [("people_hidden", marks)])
