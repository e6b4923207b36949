"""What a planning looks things up in, the window of a run, and a whole plan, by values."""

from dataclasses import replace
from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..services.domain import brake, matching
from ..services.domain import plan as p
from ..services.domain import records as r
from ..services.domain.course_index import CourseIndex
from ..services.domain.planner import plan_course
from ..services.domain.pull import NO_TYPES
from ..services.domain.status_meaning import Chosen, Meaning
from ..services.domain.window import (
    CLOCK_OFF,
    Counted,
    Rules,
    counted,
    first_moment,
    noon,
    window_start,
)
from . import builders as b
from .test_planner_rules import RuleCase

NEXT_DAY = b.DAY + timedelta(days=1)
DAY = 86400
TAKEN = b.START + b.HOUR
POINTS = "most=2 P=2 A=0 L=1 E=1"
SEMINAR = r.MoodleActivity(4, "Seminar")


@tagged("post_install", "-at_install")
class TestWholeIndex(RuleCase):
    def test_all_that_is_looked_up(self):
        first, second = b.session(1, {1: "P"}), b.session(2, activity_id=4, starts=b.START + DAY)
        sheets = (
            b.sheet(9, first),
            b.sheet(3, first, active=False),
            b.sheet(8, first, seen=r.Seen(2, 4, "")),
            b.sheet(5, first),
            b.sheet(6),
            b.sheet(7, second, state="cancel", seen=second.seen.cancelled("start")),
            b.sheet(10, b.session(3)),
        )
        lines = (
            b.line(1, 101, "P", 9),
            b.line(2, 102, "A", 9),
            b.line(3, 101, "L", 9),
            b.line(4, 101, "P", 3),
        )
        registers = (
            b.register(4),
            b.register(2),
            b.register(1, None),
            b.register(3, NEXT_DAY),
            b.register(5, batch_id=2),
        )
        types = r.AttendanceTypes({1: "P"}, {"P": 1})
        here = r.LocalState(registers, sheets, lines, {(1, 101): "P"}, types=types)
        who = b.people(unknown={n: matching.Match(n) for n in range(3, 41)})
        who = replace(who, students={**who.students, 50: matching.Match(50, 101, "manual")})
        reading = b.reading(first, second, activities=(b.LECTURES, SEMINAR))
        rules = Rules(b.ZONE)
        taken_up = replace(sheets[5], state="start")
        now = (*sheets[:5], taken_up, sheets[6])
        means = {5: Meaning("P"), 6: Meaning("A"), 7: Meaning("L"), 8: Meaning("E")}
        index = CourseIndex.of(reading, here, who, rules)
        self.assertEqual(
            index,
            CourseIndex(
                reading=reading,
                local=replace(here, sheets=now),
                people=who,
                rules=rules,
                restored=frozenset({7}),
                sessions={1: first, 2: second},
                sheets_of_session={
                    1: [sheets[3], sheets[0], sheets[1]],
                    2: [taken_up],
                    3: [now[6]],
                },
                misplaced={8: first},
                lines_of_sheet={
                    9: {101: [lines[0], lines[2]], 102: [lines[1]]},
                    3: {101: [lines[3]]},
                },
                register_of={(b.DAY, 1): 2, (NEXT_DAY, 1): 3, (b.DAY, 2): 5},
                register_date={4: b.DAY, 2: b.DAY, 1: None, 3: NEXT_DAY, 5: b.DAY},
                accounts={101: [1, 50], 102: [2]},
                activity_names={1: "Lectures", 4: "Seminar"},
                sets={
                    (1, b.STATUSES, ()): means,
                    (4, b.STATUSES, ()): means,
                },
                types=types,
            ),
        )
        self.assertEqual(index.day(second), NEXT_DAY)
        self.assertEqual(index.sheets(first), [sheets[3], sheets[0], sheets[1]])
        self.assertEqual(index.sheets(b.session(99)), [])
        self.assertEqual(index.lines(3), {101: [lines[3]]})
        self.assertEqual(index.lines(99), {})
        self.assertEqual(index.meanings(second), means)
        self.assertEqual(index.activity_name(second), "Seminar")
        self.assertEqual(index.activity_name(b.session(9, activity_id=8)), "8")
        self.assertEqual(
            index.said([sheets[0], sheets[1], sheets[4]]),
            {9: {101: None, 102: "A"}, 3: {101: "P"}, 6: {}},
        )

    def test_lines_that_agree_say_it(self):
        lines = [b.line(1, 101, "P"), b.line(2, 101, "P"), b.line(3, 102, None)]
        index = self.index(here=b.local([b.sheet(1)], lines))
        self.assertEqual(index.said([b.sheet(1)]), {1: {101: "P", 102: None}})

    def test_what_is_taken_up_again(self):
        """Only what the sync had cancelled, of the very session that is there again; those
        behind are met."""
        session, seen = b.session(1), b.session(1).seen.cancelled("start")
        sheets = [
            b.sheet(1, session, state="draft", seen=seen),
            b.sheet(2, session, state="cancel"),
            b.sheet(3, session, state="cancel", seen=None),
            b.sheet(4, session, state="cancel", seen=replace(seen, activity_id=8)),
            b.sheet(5, b.session(9), state="cancel", seen=seen),
            b.sheet(6, state="cancel", seen=seen),
            b.sheet(7, session, state="cancel", seen=seen),
        ]
        index = self.index(session, here=b.local(sheets))
        self.assertEqual(index.restored, frozenset({7}))
        self.assertEqual(index.local.sheets, (*sheets[:6], replace(sheets[6], state="start")))
        self.assertEqual(index.misplaced, {4: session})

    def test_what_people_have_chosen_and_sets_of_their_own(self):
        """A set that is not whole is another one; each is judged once."""
        odd = (r.OddRecord("status", 9, "shape", 1, 1),)
        sessions = b.session(1), b.session(2, odd=odd), b.session(3)
        rules = {"chosen": (Chosen("L", "P"),)}
        index = self.index(*sessions, rules=rules)
        self.assertEqual([index.meanings(session)[7] for session in sessions], [Meaning("P")] * 3)
        self.assertEqual(index.meanings(sessions[1])[5], Meaning(None, "doubt"))
        self.assertEqual(list(index.sets), [(1, b.STATUSES, ()), (1, b.STATUSES, odd)])

    def test_no_types_where_openeducat_is_right(self):
        types = r.AttendanceTypes({1: "P"}, {"P": 1})
        here = replace(b.local(), types=types)
        for direction, wanted in (("moodle", types), ("both", types), ("oec", NO_TYPES)):
            self.assertEqual(self.index(here=here, direction=direction).types, wanted)

    def test_sheets_that_are_linked_later(self):
        index = self.index(b.session(1), here=b.local([b.sheet(7)]))
        linked = {1: [b.sheet(7)]}
        self.assertEqual(index.linked(linked), replace(index, sheets_of_session=linked))
        self.assertEqual(index.sheets_of_session, {})


@tagged("post_install", "-at_install")
class TestWindow(BaseCase):
    def test_what_is_looked_at(self):
        """Those that are not are counted if they hold a mark; what is behind is met."""
        taken = {"taken_at": b.START - 5 * DAY}
        before, day = b.START - 2 * DAY, b.START - DAY
        sessions = (
            b.session(1, {1: "P"}, starts=before - 1),
            b.session(2, starts=before - 1),
            b.session(3, {1: "P"}, starts=before - 1),
            b.session(4, {1: "P"}, starts=day, **taken),
            b.session(5, {1: "P", 2: "A"}, starts=day, **taken),
            b.session(6, starts=day, **taken),
            b.session(8, {1: "P"}, starts=day, **taken),
            b.session(10, {1: "P"}, starts=day, **taken),
            b.session(9),
            b.session(7, starts=b.START + 1),
            b.session(11, starts=b.START - 1),
        )
        of_session = {
            8: [b.sheet(1, day=b.DAY - timedelta(days=1)), b.sheet(2)],
            10: [b.sheet(3, day=b.DAY - timedelta(days=1))],
            1: [b.sheet(4)],
        }
        course = replace(b.COURSE, starts=before)
        found = counted(sessions, course, of_session, Rules(b.ZONE, b.DAY))
        by_number = {session.id: session for session in sessions}
        self.assertEqual(found, Counted(tuple(by_number[n] for n in (8, 11, 9, 7)), 3, 2))

    def test_touched_inside_it(self):
        """Taken or changed, whichever is later, unless OpenEduCat is right."""
        old = {"starts": b.START - 9 * DAY}
        for values, wanted in (
            ({"taken_at": b.START, "modified_at": 0}, True),
            ({"taken_at": 0, "modified_at": b.START}, True),
            ({"taken_at": b.START - DAY, "modified_at": b.START - DAY}, False),
        ):
            session = b.session(1, {1: "P"}, **old, **values)
            for direction in ("moodle", "both", "oec"):
                rules = Rules(b.ZONE, b.DAY, direction=direction)
                self.assertIs(rules.wants(session), wanted and direction != "oec")
        session = b.session(1, taken_at=0)
        self.assertIs(Rules(b.ZONE, b.DAY, direction="oec").wants(session), True)
        self.assertIs(Rules(b.ZONE, NEXT_DAY, direction="oec").wants(session), False)

    def test_defaults(self):
        self.assertEqual(
            Rules(b.ZONE),
            Rules(
                zone=b.ZONE,
                window_start=None,
                direction="moodle",
                clock_offset=0,
                user_id=0,
                may_create=False,
                now=None,
                chosen=(),
                limits=brake.DEFAULT,
                allowance=brake.NOTHING,
                clock_sure=True,
            ),
        )
        self.assertEqual(CLOCK_OFF, 3600)

    def test_which_direction_sends(self):
        pushes = [Rules(b.ZONE, direction=d).pushes for d in ("moodle", "both", "oec")]
        self.assertEqual(pushes, [False, True, True])

    def test_a_day_of_a_course(self):
        """From its first day to its last, both included; open where it has no such date."""
        rules = Rules(b.ZONE)
        days = [b.DAY + timedelta(days=n) for n in (-1, 0, 1)]
        for starts, ends, wanted in (
            (0, 0, [True, True, True]),
            (b.START, 0, [False, True, True]),
            (0, b.START, [True, True, False]),
            (b.START, b.START, [False, True, False]),
            (b.START + DAY, b.START, [False, False, False]),
        ):
            course = replace(b.COURSE, starts=starts, ends=ends)
            self.assertEqual([rules.holds(course, day) for day in days], wanted)

    def test_where_it_begins(self):
        self.assertEqual(window_start(NEXT_DAY, 2), b.DAY - timedelta(days=1))
        self.assertIsNone(window_start(NEXT_DAY, 0))
        self.assertEqual(Rules(b.ZONE).earliest, 0)
        self.assertEqual(Rules(b.ZONE, b.DAY).earliest, b.START - 9 * b.HOUR)
        self.assertEqual(first_moment(b.DAY, "UTC"), 1793664000)
        self.assertEqual(noon(b.DAY, b.ZONE), b.START + 3 * b.HOUR)
        self.assertEqual(noon(date(2026, 7, 1), "Europe/Madrid"), 1782900000)

    def test_a_midnight_that_is_there_twice(self):
        """In Cuba the clock went from one o'clock back to midnight: the first of the two."""
        day = date(2024, 11, 3)
        self.assertEqual(first_moment(day, "America/Havana"), 1730606400)
        self.assertEqual(Rules("America/Havana").date(1730606399), day - timedelta(days=1))
        self.assertEqual(Rules("America/Havana").date(1730606400), day)


@tagged("post_install", "-at_install")
class TestWholePlan(BaseCase):
    def plan(self, *sessions, sheets=(), lines=(), who=None, course=b.COURSE, **values):
        rules = Rules(
            b.ZONE,
            b.DAY,
            user_id=99,
            **{key: values.pop(key) for key in ("direction", "may_create") if key in values},
        )
        reading = replace(b.reading(*sessions, **values), course=course)
        return plan_course(reading, b.local(sheets, lines), who or b.people(), rules)

    def test_where_moodle_is_right(self):
        """A new sheet, one that is taken over, one that is cancelled, and all that is told and
        counted beside them."""
        old = b.session(9, {1: "P"}, starts=b.START - 2 * DAY, taken_at=b.START - 2 * DAY)
        early = b.session(8, {1: "P"}, starts=b.START - 9 * DAY)
        new = b.session(1, {1: "P", 2: "A", 40: "L"}, starts=b.START + DAY)
        known = b.session(2, {1: "P"})
        empty = b.session(3, starts=b.START + DAY)
        sheets = [b.sheet(6), b.sheet(7, b.session(4)), b.sheet(5, b.session(5, activity_id=4))]
        who = b.people(unknown={40: matching.Match(40, why="no_match", details=("", ""))})
        plan = self.plan(
            new,
            old,
            early,
            empty,
            known,
            sheets=sheets,
            lines=[b.line(1, 101, "P", 5)],
            who=who,
            course=replace(b.COURSE, starts=b.START - 3 * DAY),
            unreadable=(r.UnreadableSession(1, 70),),
            odd=(r.OddRecord("mark", 4, "shape", 7, 1),),
            people_listed=False,
        )
        values = {
            "moodle_session_id": 2,
            "moodle_seen": str(known.seen),
            "moodle_lasttaken": TAKEN,
            "moodle_starts": b.START,
            "moodle_points": POINTS,
        }
        later = {
            "attendance_date": NEXT_DAY,
            "state": "done",
            "moodle_session_id": 1,
            "moodle_seen": str(new.seen),
            "moodle_lasttaken": TAKEN + DAY,
            "moodle_starts": b.START + DAY,
            "moodle_points": POINTS,
        }
        lines = (p.LinePlan(p.CREATE, 0, 101, "P", "P"), p.LinePlan(p.CREATE, 0, 102, "A", "A"))
        self.assertEqual(
            replace(plan, gaps=()),
            p.CoursePlan(
                sessions=(
                    p.SessionPlan(
                        2,
                        b.START,
                        (p.SheetPlan(6, 1, b.DAY, values=values, lines=lines[:1]),),
                    ),
                    p.SessionPlan(
                        1,
                        b.START + DAY,
                        (p.SheetPlan(0, 1, NEXT_DAY, values=later, lines=lines),),
                    ),
                ),
                cancelled=(7,),
                skipped=plan.skipped,
                sessions_seen=2,
                marks_seen=4,
                sessions_older=1,
                sessions_early=1,
                emptied=(p.Emptied(4, (5,), 1),),
            ),
        )
        self.assertEqual(dict(plan.skipped), {"unmatched_student": 1, "odd": 1})
        self.assertEqual(
            [(gap.key, gap.marks) for gap in plan.gaps],
            [
                ("odd_record:2:odd:mark:7:4", 1),
                ("rights:2:people", 4),
                ("sheet_without_session:2:activity:4", 1),
                ("unmatched_student:2:user:40", 1),
                ("unreadable_session:2:session:70", 0),
            ],
        )

    def test_where_both_sides_may_write(self):
        """What is sent, which sessions are made, and what gives way."""
        session = b.session(1, {1: "A"})
        sheets = [
            b.sheet(5, session, state="cancel", batch_id=2),
            b.sheet(6, session),
            b.sheet(7, batch_id=2),
            b.sheet(8, day=NEXT_DAY),
        ]
        line = b.line(1, 101, "L", 6, base="P")._replace(marked_at=TAKEN + 1)
        plan = self.plan(session, sheets=sheets, lines=[line], direction="both", may_create=True)
        self.assertEqual(
            replace(plan, sessions=()),
            p.CoursePlan(
                sessions_seen=1,
                marks_seen=1,
                pushes=(p.PushPlan(1, 6, 101, 1, "L", 7, 0, (1,), TAKEN + 1),),
                new_sessions=(p.NewSession(8, 1, 0, b.START + 27 * b.HOUR, b.HOUR, "AS8"),),
                conflicts=(p.Conflict(1, 101, "P", "A", "L", TAKEN, TAKEN + 1, False, "oec"),),
            ),
        )
        (one,) = plan.sessions
        found = [(sheet.sheet_id, sheet.unlinked) for sheet in one.sheets]
        self.assertEqual(found, [(5, True), (7, False)])

    def test_where_openeducat_is_right_nothing_is_taken_over(self):
        """Its own sheets look for their sessions; marks ask for none."""
        plan = self.plan(
            b.session(1, {1: "P"}), sheets=[b.sheet(7, state="draft")], direction="oec"
        )
        self.assertEqual(plan, p.CoursePlan(sessions_seen=1, marks_seen=1))

    def test_a_misplaced_sheet_is_told_unless_it_is_taken_over(self):
        session = b.session(1, {1: "P"})
        for line, told in ((b.line(1, 101, "P", 7), []), (b.line(1, 101, "A", 7), [1])):
            sheet = b.sheet(7, session, seen=r.Seen(2, 8, ""))
            plan = self.plan(session, sheets=[sheet], lines=[line])
            elsewhere = [gap.moodle_id for gap in plan.gaps if gap.why == "session_elsewhere"]
            self.assertEqual(elsewhere, told)
