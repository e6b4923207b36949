"""What a pull carries over, leaves out, moves, cancels and puts back."""

from datetime import date

from odoo.tests import BaseCase, tagged

from ..services.domain import matching
from ..services.domain import plan as p
from ..services.domain.marks import clean_remark
from ..services.domain.planner import plan_course
from ..services.domain.records import MoodleActivity, MoodleStatus, UnreadableSession
from ..services.domain.window import Rules
from . import builders as b
from .builders import (
    DAY,
    HOUR,
    RULES,
    START,
    STATUSES,
    line,
    local,
    mark,
    people,
    reading,
    register,
    session,
    sheet,
)

EMPTY = local(registers=())


def pull(remote, here=EMPTY, who=None, rules=RULES):
    return plan_course(remote, here, who or people(), rules)


def lines_of(plan):
    """``{student id: (action, status)}`` of all lines of a plan"""
    return {
        one.student_id: (one.action, one.status)
        for planned in plan.sheets()
        for one in planned.lines
    }


class PlannerCase(BaseCase):
    def assertSkipped(self, plan, **counts):
        self.assertEqual(dict(plan.skipped), counts)

    def assertGaps(self, plan, *kinds):
        self.assertEqual([gap.kind for gap in plan.gaps], list(kinds))


@tagged("post_install", "-at_install")
class TestNewSessions(PlannerCase):
    def test_a_taken_session_makes_register_sheet_and_lines(self):
        taken = session(1, {1: "P", 2: "A", 3: "L", 4: "E"})
        plan = pull(reading(taken))
        (made,) = plan.sheets()
        self.assertEqual((made.sheet_id, made.register_id, made.batch_id), (0, 0, 1))
        self.assertTrue(made.needs_register)
        self.assertEqual(made.date, DAY)
        self.assertEqual(
            made.values,
            {
                "attendance_date": DAY,
                "state": "done",
                "moodle_session_id": 1,
                "moodle_seen": str(taken.seen),
                "moodle_lasttaken": START + HOUR,
                "moodle_starts": START,
                "moodle_points": "most=2 P=2 A=0 L=1 E=1",
            },
        )
        self.assertEqual(
            lines_of(plan),
            {
                101: ("create", "P"),
                102: ("create", "A"),
                103: ("create", "L"),
                104: ("create", "E"),
            },
        )
        self.assertEqual([one.base for one in made.lines], ["P", "A", "L", "E"])
        self.assertFalse(plan.gaps)

    def test_an_existing_register_of_the_date_is_used(self):
        plan = pull(reading(session(1, {1: "P"})), local(registers=[register(7)]))
        (made,) = plan.sheets()
        self.assertEqual(made.register_id, 7)
        self.assertFalse(made.needs_register)

    def test_a_session_without_marks_makes_nothing(self):
        plan = pull(reading(session(1), session(2, taken_at=START)))
        self.assertTrue(plan.empty)
        self.assertEqual(plan.sessions_seen, 0)

    def test_a_session_of_unusable_marks_only_makes_no_empty_sheet(self):
        plan = pull(reading(session(1, [mark(1, 99)])))
        self.assertTrue(plan.empty)

    def test_a_whole_course_session_goes_to_each_students_own_batch(self):
        plan = pull(reading(session(1, {1: "P", 2: "A"})), who=people(running={102: [2]}))
        self.assertEqual(
            sorted((made.batch_id, len(made.lines)) for made in plan.sheets()), [(1, 1), (2, 1)]
        )

    def test_a_group_session_goes_to_the_groups_batch_whatever_the_students(self):
        plan = pull(reading(session(1, {1: "P", 2: "A"}, group_id=2)))
        (made,) = plan.sheets()
        self.assertEqual((made.batch_id, len(made.lines)), (2, 2))

    def test_two_sessions_of_a_day_share_a_register_and_have_a_sheet_each(self):
        plan = pull(reading(session(1, {1: "P"}), session(2, {1: "A"}, starts=START + HOUR)))
        first, second = plan.sheets()
        self.assertEqual((first.date, first.batch_id), (second.date, second.batch_id))
        self.assertEqual(first.values["moodle_session_id"], 1)
        self.assertEqual(second.values["moodle_session_id"], 2)


@tagged("post_install", "-at_install")
class TestDates(PlannerCase):
    def date_of(self, starts, zone):
        (made,) = pull(reading(session(1, {1: "P"}, starts=starts)), rules=Rules(zone)).sheets()
        return made.date

    def test_the_date_is_read_in_the_instances_time_zone(self):
        # 2026-11-03 20:00 UTC
        self.assertEqual(self.date_of(1793736000, "UTC"), date(2026, 11, 3))
        self.assertEqual(self.date_of(1793736000, "Asia/Kolkata"), date(2026, 11, 4))
        self.assertEqual(self.date_of(1793736000, "Pacific/Kiritimati"), date(2026, 11, 4))
        self.assertEqual(self.date_of(1793736000, "Pacific/Pago_Pago"), date(2026, 11, 3))

    def test_both_sides_of_midnight(self):
        # 2026-11-03 23:59:59 and a second later in Asia/Kolkata
        self.assertEqual(self.date_of(1793730599, "Asia/Kolkata"), date(2026, 11, 3))
        self.assertEqual(self.date_of(1793730600, "Asia/Kolkata"), date(2026, 11, 4))

    def test_over_a_change_to_winter_time(self):
        # Europe/Madrid leaves summer time on 2026-10-25 at 03:00. Midnight before it is
        # 22:00 UTC of the 24th, midnight after it 23:00 UTC of the 25th.
        self.assertEqual(self.date_of(1792879199, "Europe/Madrid"), date(2026, 10, 24))
        self.assertEqual(self.date_of(1792879200, "Europe/Madrid"), date(2026, 10, 25))
        self.assertEqual(self.date_of(1792969199, "Europe/Madrid"), date(2026, 10, 25))
        self.assertEqual(self.date_of(1792969200, "Europe/Madrid"), date(2026, 10, 26))

    def test_sessions_before_the_window_are_left_alone(self):
        early = session(1, {1: "P"}, starts=START - 86400)
        plan = pull(reading(early, session(2, {1: "P"})), rules=Rules("Asia/Kolkata", DAY))
        self.assertEqual([one.session_id for one in plan.sessions], [2])

    def test_a_session_moved_out_of_the_window_takes_its_sheet_along(self):
        seen = session(1, {1: "P"})
        moved = session(1, {1: "P"}, starts=START - 5 * 86400)
        here = local([sheet(1, seen)], [line(1, 101, "P")])
        (change,) = pull(reading(moved), here, rules=Rules("Asia/Kolkata", DAY)).sheets()
        self.assertEqual(change.values["attendance_date"], date(2026, 10, 29))


@tagged("post_install", "-at_install")
class TestLeftOut(PlannerCase):
    def test_custom_unknown_and_empty_statuses(self):
        statuses = (
            *STATUSES,
            MoodleStatus(9, "X", "", 1),
            MoodleStatus(10, " P ", "Present", 2),
            MoodleStatus(11, "p", "", 1),
        )
        marks = [mark(1, 9), mark(2, 99999), mark(3, 0), mark(4, 10), mark(5, 11)]
        plan = pull(reading(session(1, marks, statuses=statuses)))
        self.assertEqual(lines_of(plan), {104: ("create", "P")})
        self.assertSkipped(plan, custom_status=3, no_status=1)
        self.assertEqual(
            [(gap.why, gap.details[0]) for gap in plan.gaps],
            [("status_unknown", "99999"), ("letter_custom", "X"), ("letter_custom", "p")],
        )

    def test_an_unusable_mark_does_not_change_an_existing_line(self):
        here = local([sheet(1, session(1, {1: "P"}))], [line(1, 101, "P")])
        plan = pull(reading(session(1, [mark(1, 99)])), here)
        self.assertEqual(lines_of(plan), {})

    def test_people_who_match_nobody(self):
        unknown = {
            1: matching.Match(1, why="no_match", details=("", "a@example.org")),
            2: matching.Match(2, why="idnumber_shared", details=("oec_student_24",)),
        }
        plan = pull(
            reading(session(1, {1: "P", 2: "P", 3: "P", 99: "A"})), who=people(unknown=unknown)
        )
        self.assertEqual(lines_of(plan), {103: ("create", "P")})
        self.assertSkipped(plan, unmatched_student=2, ambiguous_student=1)
        self.assertGaps(plan, "ambiguous_student", "unmatched_student", "unmatched_student")

    def test_one_gap_however_many_marks_wait_for_it(self):
        unknown = {1: matching.Match(1, why="no_match", details=("", ""))}
        plan = pull(
            reading(session(1, {1: "P"}), session(2, {1: "A"}, starts=START + HOUR)),
            who=people(unknown=unknown),
        )
        (gap,) = plan.gaps
        self.assertEqual(gap.marks, 2)

    def test_students_without_one_running_batch(self):
        who = people(running={101: [], 102: [1, 2], 103: [0]})
        plan = pull(reading(session(1, {1: "P", 2: "P", 3: "P", 4: "P"})), who=who)
        self.assertEqual(lines_of(plan), {104: ("create", "P")})
        self.assertEqual(
            sorted(gap.why for gap in plan.gaps), ["batch_empty", "batch_none", "batch_several"]
        )

    def test_an_unmatched_group(self):
        group = matching.Match(3, why="group_without_idnumber", details=("Chess club", ""))
        plan = pull(
            reading(session(1, {1: "P", 2: "P"}, group_id=3)), who=people(batches={3: group})
        )
        self.assertTrue(plan.empty)
        self.assertSkipped(plan, unmatched_group=2)
        self.assertGaps(plan, "unmatched_group")

    def test_a_cancelled_sheet_stays_cancelled_and_is_left_out(self):
        here = local([sheet(1, session(1, {1: "P"}), state="cancel")], [line(1, 101, "P")])
        plan = pull(reading(session(1, {1: "A", 2: "A"}, starts=START + 86400)), here)
        self.assertTrue(plan.empty)
        self.assertSkipped(plan, cancelled=2)

    def test_unreadable_sessions_and_activities(self):
        remote = reading(
            unreadable=(UnreadableSession(1, 5), UnreadableSession(7, 0)),
            activities=(MoodleActivity(1, "Lectures"), MoodleActivity(7, "Bad")),
            listed=frozenset(),
        )
        plan = pull(remote)
        self.assertEqual(
            [(gap.why, gap.details) for gap in plan.gaps],
            [("unreadable_activity", ("Bad",)), ("unreadable_session", ("Lectures", ""))],
        )


@tagged("post_install", "-at_install")
class TestExistingSheets(PlannerCase):
    def setUp(self):
        super().setUp()
        self.seen = session(1, {1: "P", 2: "A"})
        self.here = local([sheet(1, self.seen)], [line(1, 101, "P"), line(2, 102, "A")])

    def test_nothing_changed_means_nothing_to_do(self):
        plan = pull(reading(self.seen), self.here)
        self.assertTrue(plan.empty)
        self.assertEqual((plan.sessions_seen, plan.marks_seen), (1, 2))

    def test_a_changed_mark(self):
        plan = pull(reading(session(1, {1: "L", 2: "A"})), self.here)
        self.assertEqual(lines_of(plan), {101: ("update", "L")})

    def test_a_line_changed_here_is_put_back(self):
        here = local([sheet(1, self.seen)], [line(1, 101, "A", base="P"), line(2, 102, "A")])
        plan = pull(reading(self.seen), here)
        self.assertEqual(lines_of(plan), {101: ("put_back", "P")})

    def test_a_muddled_line_is_fixed_but_was_nobodys_mark(self):
        here = local([sheet(1, self.seen)], [line(1, 101, None, base="P"), line(2, 102, "A")])
        plan = pull(reading(self.seen), here)
        self.assertEqual(lines_of(plan), {101: ("update", "P")})

    def test_equal_without_a_base_is_noted_once(self):
        here = local([sheet(1, self.seen)], [line(1, 101, "P", base=None), line(2, 102, "A")])
        plan = pull(reading(self.seen), here)
        self.assertEqual(lines_of(plan), {101: ("agree", None)})

    def test_a_mark_that_vanished_in_moodle_leaves_the_line(self):
        plan = pull(reading(session(1, {1: "P"})), self.here)
        self.assertEqual(lines_of(plan), {})
        self.assertFalse(plan.cancelled)

    def test_a_new_mark_in_a_known_session(self):
        plan = pull(reading(session(1, {1: "P", 2: "A", 3: "E"})), self.here)
        self.assertEqual(lines_of(plan), {103: ("create", "E")})
        (change,) = plan.sheets()
        self.assertEqual(change.sheet_id, 1)

    def test_an_archived_line_counts_and_stays_archived(self):
        here = local([sheet(1, self.seen)], [line(1, 101, "P", active=False), line(2, 102, "A")])
        plan = pull(reading(session(1, {1: "L", 2: "A"})), here)
        self.assertEqual(lines_of(plan), {101: ("update", "L")})

    def test_an_archived_sheet_counts(self):
        here = local([sheet(1, self.seen, active=False)], self.here.lines)
        self.assertTrue(pull(reading(self.seen), here).empty)

    def test_a_sheet_in_draft_is_filled_and_set_done(self):
        here = local([sheet(1, self.seen, state="draft")], self.here.lines)
        (change,) = pull(reading(self.seen), here).sheets()
        self.assertEqual(change.values, {"state": "done"})

    def test_a_student_who_changed_batch_keeps_his_line(self):
        plan = pull(
            reading(session(1, {1: "L", 2: "A"})), self.here, people(running={101: [2], 102: []})
        )
        self.assertEqual(lines_of(plan), {101: ("update", "L")})
        self.assertFalse(plan.gaps)

    def test_both_lines_of_a_student_who_has_two_say_what_moodle_says(self):
        here = local([sheet(1, self.seen)], [*self.here.lines, line(3, 101, "E")])
        (change,) = pull(reading(self.seen), here).sheets()
        self.assertEqual([(one.line_id, one.status) for one in change.lines], [(3, "P")])

    def test_another_date_moves_the_sheet_to_that_dates_register(self):
        moved = session(1, {1: "P", 2: "A"}, starts=START + 86400)
        (change,) = pull(reading(moved), self.here).sheets()
        self.assertTrue(change.moved)
        self.assertTrue(change.needs_register)
        self.assertEqual(change.values["attendance_date"], date(2026, 11, 4))
        later = register(2, day=date(2026, 11, 4))
        here = local(self.here.sheets, self.here.lines, [register(1), later])
        (change,) = pull(reading(moved), here).sheets()
        self.assertEqual((change.register_id, change.needs_register), (2, False))

    def test_another_date_leaves_the_sheet_in_a_register_made_by_hand(self):
        moved = session(1, {1: "P", 2: "A"}, starts=START + 86400)
        here = local(self.here.sheets, self.here.lines, [register(1, day=None)])
        (change,) = pull(reading(moved), here).sheets()
        self.assertFalse(change.moved)
        self.assertEqual(change.values["attendance_date"], date(2026, 11, 4))

    def test_a_deleted_session_cancels_its_sheet(self):
        left = session(2, starts=START + HOUR)
        self.assertEqual(pull(reading(left), self.here).cancelled, (1,))

    def test_but_not_if_its_activity_could_not_be_listed(self):
        for remote in (
            reading(listed=frozenset()),
            reading(listed=frozenset(), unreadable=(UnreadableSession(1, 1),)),
            reading(activities=(), listed=frozenset()),
        ):
            self.assertFalse(pull(remote, self.here).cancelled)

    def test_a_hidden_activity_is_a_gap(self):
        plan = pull(reading(activities=(), listed=frozenset()), self.here)
        self.assertGaps(plan, "sheet_without_session")

    def test_a_session_known_to_be_gone_is_a_gap_where_nothing_can_be_listed(self):
        remote = reading(activities=(), listed=frozenset(), listed_all=False, gone=frozenset({1}))
        plan = pull(remote, self.here)
        self.assertGaps(plan, "sheet_without_session")
        self.assertFalse(plan.cancelled)

    def test_sheets_of_another_moodle_course_are_not_touched(self):
        foreign = session(9, {1: "P"}, course_id=3, activity_id=8)
        here = local([sheet(1, foreign)], [line(1, 101, "P")])
        plan = pull(reading(), here)
        self.assertTrue(plan.empty)
        self.assertFalse(plan.gaps)


@tagged("post_install", "-at_install")
class TestAdoption(PlannerCase):
    def test_the_one_unlinked_sheet_is_taken_over(self):
        here = local([sheet(1, register_id=9)], [line(1, 101, "A", base=None)], [register(9, None)])
        plan = pull(reading(session(1, {1: "P", 2: "A"})), here)
        (change,) = plan.sheets()
        self.assertEqual((change.sheet_id, change.moved), (1, False))
        self.assertEqual(change.values["moodle_session_id"], 1)
        self.assertEqual(lines_of(plan), {101: ("put_back", "P"), 102: ("create", "A")})
        self.assertFalse(plan.gaps)

    def test_not_an_archived_or_cancelled_one_nor_one_of_another_batch_or_day(self):
        for other in (
            sheet(1, active=False),
            sheet(1, state="cancel"),
            sheet(1, batch_id=2),
            sheet(1, day=date(2026, 11, 4)),
        ):
            (made,) = pull(reading(session(1, {1: "P"})), local([other])).sheets()
            self.assertEqual(made.sheet_id, 0)

    def test_two_candidates_are_not_guessed_between(self):
        plan = pull(reading(session(1, {1: "P"})), local([sheet(1), sheet(2)]))
        self.assertFalse(list(plan.sheets()), "nor is a third one made beside them")
        self.assertGaps(plan, "conflicting_sheets")

    def test_nor_two_sessions_for_one_sheet(self):
        plan = pull(
            reading(session(1, {1: "P"}), session(2, {1: "P"}, starts=START + HOUR)),
            local([sheet(1)]),
        )
        self.assertFalse(list(plan.sheets()))
        self.assertGaps(plan, "conflicting_sheets")

    def test_the_gap_stays_as_long_as_the_sheets_stand_side_by_side(self):
        seen = session(1, {1: "P"})
        here = local([sheet(1), sheet(2, seen)], [line(1, 101, "P", sheet_id=2)])
        plan = pull(reading(seen), here)
        self.assertTrue(plan.empty)
        self.assertGaps(plan, "conflicting_sheets")


@tagged("post_install", "-at_install")
class TestRemarks(PlannerCase):
    def test_markup_goes_and_the_rest_stays(self):
        for text, kept in (
            ("late", "late"),
            ("  two\n lines\t", "two lines"),
            ("<b>late</b> <!-- x --> bus", "late bus"),
            ("delay < 10 min", "delay < 10 min"),
            ("R&D \"quoted\" 'single'", "R&D \"quoted\" 'single'"),
            ("Arrivé – बस छूट गई 😀", "Arrivé – बस छूट गई 😀"),
            ("nul\x00byte", "nulbyte"),
            ("x" * 300, "x" * 256),
        ):
            self.assertEqual(clean_remark(text), kept)

    def test_a_remark_is_carried_over_and_updated(self):
        plan = pull(reading(session(1, [mark(1, "P", "hello")])))
        (made,) = plan.sheets()
        self.assertEqual(made.lines[0].remark, "hello")
        seen = session(1, [mark(1, "P", "hello")])
        here = local([sheet(1, seen)], [line(1, 101, "P", remark="old")])
        (change,) = pull(reading(seen), here).sheets()
        self.assertEqual(
            [(one.action, one.status, one.remark) for one in change.lines],
            [("remark", None, "hello")],
        )

    def test_an_empty_remark_in_moodle_leaves_the_one_here(self):
        seen = session(1, {1: "P"})
        here = local([sheet(1, seen)], [line(1, 101, "P", remark="doctor's note seen")])
        self.assertTrue(pull(reading(seen), here).empty)

    def test_a_long_remark_is_compared_as_it_is_kept(self):
        seen = session(1, [mark(1, "P", " x" * 300)])
        here = local([sheet(1, seen)], [line(1, 101, "P", remark=clean_remark(" x" * 300))])
        self.assertTrue(pull(reading(seen), here).empty)


@tagged("post_install", "-at_install")
class TestPlanProperties(PlannerCase):
    def test_actions_are_counted(self):
        seen = session(1, {1: "P", 2: "A", 3: "E"})
        here = local(
            [sheet(1, seen)],
            [line(1, 101, "L", base="P"), line(2, 102, "P", base="P")],
        )
        plan = pull(reading(seen), here)
        self.assertEqual(dict(plan.line_actions()), {p.PUT_BACK: 1, p.UPDATE: 1, p.CREATE: 1})


@tagged("post_install", "-at_install")
class TestLinesInTwoSheets(BaseCase):
    def test_the_first_sheets_line_speaks(self):
        """A student with a line in two sheets of one session is decided once."""
        remote = b.session(1, {1: "P"})
        rules = Rules(b.ZONE, direction="both", user_id=99)
        sheets = [b.sheet(1, remote), b.sheet(2, remote, register_id=2, batch_id=2)]
        lines = [b.line(1, 101, "P", sheet_id=1), b.line(2, 101, "A", sheet_id=2)]
        here = b.local(sheets, lines, [b.register(1), b.register(2, batch_id=2)])
        plan = plan_course(b.reading(remote), here, b.people(), rules)
        self.assertTrue(plan.empty, plan)
        self.assertFalse(plan.gaps)
