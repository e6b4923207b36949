"""Which sheets follow their sessions to new numbers, by whole values: what follows, what waits,
and that a lesson has one sheet all the while."""

from dataclasses import replace

from odoo.tests import tagged

from ..services.domain import brake, matching
from ..services.domain import plan as p
from ..services.domain import records as r
from ..services.domain.course_index import CourseIndex
from ..services.domain.given_again import given_again
from ..services.domain.planner import plan_course
from ..services.domain.status_meaning import Chosen
from ..services.domain.window import Rules
from . import builders as b
from .test_planner_rules import BaseCase

DIRECTIONS = ("moodle", "oec", "both")
# The activity that is gone, and the one that has come back; another parallel one.
OLD, NEW, BESIDE = 1, 4, 6
BACK = r.MoodleActivity(NEW, "Lectures", module_id=44)
WEEK = 7 * 24 * b.HOUR
MARKS = {1: "P", 2: "A", 3: "L"}
# Met before: the old activity and what it held.
MET = r.Met(frozenset(range(1, 30)), modules={OLD: 0})
STATUSES = tuple(replace(status, id=status.id + 50) for status in b.STATUSES)


def restored(number, marks=MARKS, starts=b.START, activity=NEW, **values):
    """A session under a new number, as it comes back: with statuses of its own, and when it was
    taken as it was."""
    ids = {status.acronym: status.id for status in STATUSES}
    rows = [r.MoodleMark(user, ids.get(letter, letter)) for user, letter in marks.items()]
    values = {"taken_at": starts + b.HOUR if marks else 0, "statuses": STATUSES, **values}
    return b.session(number, rows, starts=starts, activity_id=activity, **values)


class FollowingCase(BaseCase):
    def setUp(self):
        super().setUp()
        self.sheets, self.lines = [], []

    def held(self, session, marks=None, **values):
        """A sheet of a session, with what both sides agreed on."""
        number = 100 + len(self.sheets)
        day = b.RULES.date(session.starts)
        values = {"register_id": number, "day": day, **values}
        self.sheets.append(b.sheet(number, session, **values))
        ids = {status.id: status.acronym for status in (*b.STATUSES, *STATUSES)}
        for mark in session.marks:
            line = b.line(
                1000 + len(self.lines),
                100 + mark.user_id,
                ids[mark.status_id],
                sheet_id=number,
            )
            self.lines.append(line)
        return self.sheets[-1]

    def plan(self, *sessions, direction="moodle", met=MET, who=None, rules=None, **values):
        registers = [
            b.register(sheet.register_id, day=sheet.date, batch_id=sheet.batch_id)
            for sheet in self.sheets
        ]
        here = replace(b.local(self.sheets, self.lines, registers), met=met)
        found = {session.activity_id for session in sessions if session.course_id == b.COURSE.id}
        values = {
            "activities": tuple(
                BACK if number == NEW else r.MoodleActivity(number, f"Activity {number}")
                for number in sorted(found)
            ),
            "listed": frozenset(found),
            **values,
        }
        self.reading = b.reading(*sessions, **values)
        self.local = here
        return plan_course(
            self.reading,
            here,
            who or b.people(),
            Rules(b.ZONE, direction=direction, user_id=99, **(rules or {})),
        )

    def follows(self, plan):
        """Which sheet is of which session, by this plan."""
        return {one.sheet_id: one.session_id for one in plan.followed.sheets}

    def made(self, plan):
        return [sheet for sheet in plan.sheets() if not sheet.sheet_id]

    def whys(self, plan):
        return [gap.why for gap in plan.gaps]

    def assertWaits(self, plan, *whys, sheets=None):
        """Nothing at all is done, and this is told."""
        self.assertTrue(plan.empty, plan)
        self.assertEqual(self.whys(plan), list(whys))
        if sheets is not None:
            self.assertEqual(plan.waiting.sheets, frozenset(sheets))


@tagged("post_install", "-at_install")
class TestFollow(FollowingCase):
    def test_an_activity_from_the_recycle_bin(self):
        """In every direction its sheets are the same ones, and no mark is touched."""
        for direction in DIRECTIONS:
            self.setUp()
            for week in range(3):
                self.held(b.session(11 + week, MARKS, starts=b.START + week * WEEK))
            sessions = [restored(31 + w, starts=b.START + w * WEEK) for w in range(3)]
            plan = self.plan(*sessions, direction=direction)
            self.assertEqual(self.follows(plan), {100: 31, 101: 32, 102: 33})
            self.assertEqual(
                plan.followed.sheets[0],
                p.Follow(100, (2, OLD, 11), 31, f"2:{NEW}:{self.sheets[0].seen.content_hash}"),
            )
            self.assertEqual(plan.followed.activities, {OLD: NEW})
            self.assertEqual((plan.gaps, plan.cancelled, plan.pushes), ((), (), ()))
            self.assertFalse(self.made(plan))
            self.assertFalse(plan.line_actions())

    def test_the_next_plan_is_empty(self):
        """What follows is linked, and seen as it is; then nothing is left to do."""
        for direction in DIRECTIONS:
            self.setUp()
            self.held(b.session(11, MARKS))
            back = restored(31)
            self.plan(back, direction=direction)
            self.sheets = [replace(self.sheets[0], session_id=31, seen=back.seen)]
            met = r.Met(frozenset({31}), modules={OLD: 0, NEW: 44})
            plan = self.plan(back, direction=direction, met=met)
            self.assertTrue(plan.empty, direction)
            self.assertEqual(plan.gaps, ())

    def test_nobody_has_looked(self):
        self.held(b.session(11, MARKS))
        plan = self.plan(restored(31), met=None)
        self.assertEqual((self.follows(plan), len(self.made(plan))), ({}, 1))

    def test_the_course_was_met_before(self):
        """A session that was there all the while is another lesson."""
        self.held(b.session(11, MARKS))
        met = r.Met(frozenset({31}), modules={OLD: 0, NEW: 44})
        plan = self.plan(restored(31), met=met)
        self.assertEqual((self.follows(plan), len(self.made(plan))), ({}, 1))

    def test_marks_that_one_side_has_changed(self):
        """They go through the usual rules, with what was agreed on as it was."""
        changed = {1: "A", 2: "A", 3: "L"}
        later = {"taken_at": b.START + 5 * b.HOUR}
        self.held(b.session(11, MARKS))
        plan = self.plan(restored(31, changed, **later), direction="both")
        self.assertEqual(self.follows(plan), {100: 31})
        self.assertEqual(dict(plan.line_actions()), {"update": 1})
        # Changed here; Moodle still has what was agreed on.
        self.setUp()
        self.held(b.session(11, MARKS))
        self.lines[0] = self.lines[0]._replace(status="A", marked_at=b.START + 9 * b.HOUR)
        for direction, sent, put_back in (("both", 1, 0), ("oec", 1, 0), ("moodle", 0, 1)):
            plan = self.plan(restored(31), direction=direction)
            self.assertEqual(self.follows(plan), {100: 31})
            self.assertEqual(len(plan.pushes), sent)
            self.assertEqual(plan.line_actions()["put_back"], put_back)

    def test_a_restore_without_marks(self):
        """By beginning and group. OpenEduCat fills Moodle again; else its marks stay."""
        for direction, sent, told in (
            ("moodle", 0, []), ("oec", 3, []), ("both", 0, ["mark_vanished"]),
        ):  # fmt: skip
            self.setUp()
            self.held(b.session(11, MARKS))
            plan = self.plan(restored(31, {}), direction=direction)
            self.assertEqual(self.follows(plan), {100: 31})
            self.assertEqual(len(plan.pushes), sent)
            self.assertEqual(self.whys(plan), told)
            self.assertFalse(plan.line_actions())

    def test_without_marks_at_another_time_it_is_another_lesson(self):
        self.held(b.session(11, MARKS))
        plan = self.plan(restored(31, {}, starts=b.START + 2 * WEEK))
        self.assertEqual((self.follows(plan), plan.waiting), ({}, p.NOTHING_WAITS))
        self.assertEqual(self.whys(plan), ["activity_gone"])

    def test_after_apply_had_cancelled_the_sheets(self):
        """They are taken up again; one that a person has cancelled follows and stays so."""
        old = b.session(11, MARKS)
        self.held(old, state="cancel", seen=old.seen.cancelled("done"))
        other = b.session(12, MARKS, starts=b.START + WEEK)
        self.held(other, state="cancel")
        plan = self.plan(restored(31), restored(32, starts=b.START + WEEK))
        self.assertEqual(self.follows(plan), {100: 31, 101: 32})
        (session,) = plan.sessions
        (sheet,) = session.sheets
        self.assertEqual((sheet.sheet_id, sheet.restored), (100, True))
        self.assertEqual(sheet.values["state"], "done")
        self.assertEqual(plan.skipped, {"cancelled": 3})

    def test_some_sessions_only(self):
        """Those follow; the others are of an activity that is gone, as ever."""
        for week in range(3):
            self.held(b.session(11 + week, MARKS, starts=b.START + week * WEEK))
        plan = self.plan(restored(31), restored(33, starts=b.START + 2 * WEEK))
        self.assertEqual(self.follows(plan), {100: 31, 102: 33})
        self.assertEqual(self.whys(plan), ["activity_gone"])
        self.assertEqual([one.sheets for one in plan.emptied], [(101,)])

    def test_sheets_from_before_the_window(self):
        """They are looked at to follow; what is gone of them is nobody's concern."""
        self.held(b.session(11, MARKS))
        self.held(b.session(12, MARKS, starts=b.START + WEEK))
        plan = self.plan(
            restored(31), restored(33, starts=b.START + 9 * WEEK),
            rules={"window_start": b.DAY + (b.DAY - b.date(2026, 10, 1))},
        )  # fmt: skip
        self.assertEqual(self.follows(plan), {100: 31})
        self.assertEqual((plan.gaps, plan.emptied), ((), ()))

    def test_more_sessions_than_before(self):
        """One that was taken since gets a sheet of its own."""
        self.held(b.session(11, MARKS))
        plan = self.plan(restored(31), restored(32, starts=b.START + WEEK))
        self.assertEqual(self.follows(plan), {100: 31})
        self.assertEqual([sheet.date for sheet in self.made(plan)], [b.date(2026, 11, 10)])

    def test_restored_twice_one_after_the_other(self):
        """As often as it happens, each time by what was agreed on."""
        self.held(b.session(11, MARKS))
        first = restored(31)
        self.assertEqual(self.follows(self.plan(first)), {100: 31})
        self.sheets = [replace(self.sheets[0], session_id=31, seen=first.seen)]
        met = r.Met(frozenset({11, 31}), modules={OLD: 0, NEW: 44})
        plan = self.plan(restored(51, activity=8), met=met)
        self.assertEqual(self.follows(plan), {100: 51})

    def test_a_session_deleted_and_made_again_by_hand(self):
        """In an activity that was there all the while. A teacher takes it later; marks that
        differ were made since."""
        stays = b.session(12, MARKS, starts=b.START + WEEK)
        for marks, later in (({}, 0), (MARKS, 9), ({1: "A", 2: "A", 3: "L"}, 9)):
            self.setUp()
            self.held(b.session(11, MARKS))
            self.held(stays)
            back = b.session(31, marks, taken_at=b.START + later * b.HOUR)
            plan = self.plan(stays, back)
            self.assertEqual(self.follows(plan), {100: 31})
            self.assertEqual((plan.cancelled, plan.gaps), ((), ()))
            self.assertFalse(self.made(plan))

    def test_one_made_again_in_another_activity(self):
        """Its sheet goes there; what was chosen for the activity stays with that."""
        stays = b.session(12, MARKS, starts=b.START + WEEK)
        self.held(b.session(11, MARKS))
        self.held(stays)
        met = replace(MET, modules={OLD: 0, BESIDE: 0})
        plan = self.plan(stays, b.session(31, MARKS, activity_id=BESIDE), met=met)
        self.assertEqual(self.follows(plan), {100: 31})
        self.assertEqual(plan.followed.activities, {})

    def test_two_sessions_of_one_time_in_one_activity(self):
        """With the same marks they say the same, whichever is whose; else the marks say it."""
        for marks, expected in (
            (MARKS, {100: 31, 101: 32}),
            ({1: "A", 2: "A", 3: "A"}, {100: 32, 101: 31}),
        ):
            self.setUp()
            self.held(b.session(11, MARKS))
            self.held(b.session(12, marks))
            plan = self.plan(restored(31, marks), restored(32, MARKS))
            self.assertEqual(self.follows(plan), expected)
            self.assertEqual(plan.gaps, ())

    def test_one_of_two_with_a_mark_more(self):
        """What says just the same is the same, whatever the order of their numbers."""
        self.held(b.session(11, {1: "P"}))
        self.held(b.session(12, {1: "P", 2: "A"}))
        plan = self.plan(restored(31, {1: "P", 2: "A"}), restored(32, {1: "P"}))
        self.assertEqual(self.follows(plan), {100: 32, 101: 31})

    def test_one_of_two_with_a_letter_that_means_nothing_here(self):
        """Nobody has changed one of the two to that mark, or somebody has: it is asked about."""
        self.held(b.session(11, {1: "P", 2: "A"}))
        self.held(b.session(12, {1: "P"}))
        plan = self.plan(restored(31, {}), restored(32, {1: "P", 2: 99}))
        self.assertWaits(plan, "lessons_unsure", sheets={100, 101})

    def test_parallel_activities(self):
        """One of them is back: it is the one that is gone, with marks of its own or with the
        same ones."""
        for marks in (MARKS, {1: "A", 2: "A", 3: "A"}):
            self.setUp()
            living = b.session(12, marks, activity_id=BESIDE)
            self.held(b.session(11, MARKS))
            self.held(living)
            met = replace(MET, modules={OLD: 0, BESIDE: 0})
            plan = self.plan(restored(31), living, met=met)
            self.assertEqual(self.follows(plan), {100: 31})
            self.assertEqual(plan.gaps, ())

    def test_parallel_activities_told_apart_by_one_session(self):
        """The other sessions go with it."""
        for number, activity, marks in (
            (11, OLD, MARKS), (12, OLD, {1: "A"}), (13, BESIDE, MARKS), (14, BESIDE, {1: "P"}),
        ):  # fmt: skip
            starts = b.START + (number % 2 == 0) * WEEK
            self.held(b.session(number, marks, starts=starts, activity_id=activity))
        plan = self.plan(
            restored(31),
            restored(32, {1: "P"}, starts=b.START + WEEK),
            restored(33, activity=8),
            restored(34, {1: "A"}, starts=b.START + WEEK, activity=8),
            met=replace(MET, modules={OLD: 0, BESIDE: 0}),
        )
        self.assertEqual(self.follows(plan), {100: 33, 101: 34, 102: 31, 103: 32})
        self.assertEqual(plan.followed.activities, {OLD: 8, BESIDE: NEW})

    def test_sheets_of_several_batches(self):
        """A session for all has a sheet for each; all of them go with it."""
        who = b.people(running={103: [2]})
        self.held(b.session(11, {1: "P", 2: "A"}))
        self.held(b.session(11, {3: "L"}), batch_id=2)
        plan = self.plan(restored(31), who=who)
        self.assertEqual(self.follows(plan), {100: 31, 101: 31})
        self.assertEqual(plan.gaps, ())

    def test_a_session_of_a_group(self):
        """By the batch that its group stands for, whatever number that has now."""
        old = b.session(11, MARKS, group_id=1)
        for group, batches, follows in (
            (1, {}, {100: 31}), (9, {9: 1}, {100: 31}), (2, {}, {}), (9, {9: 2}, {}),
        ):  # fmt: skip
            self.setUp()
            self.held(old)
            plan = self.plan(restored(31, group_id=group), who=b.people(batches=batches))
            self.assertEqual(self.follows(plan), follows)
            self.assertEqual(bool(self.made(plan)), not follows)

    def test_a_session_of_a_group_of_which_nobody_has_asked(self):
        """That of one without marks, whose sheet is gone only by its number: a person says so."""
        self.held(b.session(11, MARKS, group_id=9))
        plan = self.plan(restored(31, {}, group_id=9))
        self.assertWaits(plan, "lessons_unsure", sheets={100})

    def test_what_was_chosen_for_the_letters_of_the_activity(self):
        """It holds for the new one, and tells that the marks are the same; unless something was
        chosen for that."""
        letters = (r.MoodleStatus(5, "X", "Here", 2), r.MoodleStatus(6, "Y", "Not", 0))
        marks = [r.MoodleMark(1, 5), r.MoodleMark(2, 6)]
        chosen = (Chosen("X", "P", "Here", OLD), Chosen("Y", "A", "Not", OLD))
        self.held(b.session(11, {1: "P", 2: "A"}))
        back = b.session(31, marks, activity_id=NEW, statuses=letters)
        plan = self.plan(back, rules={"chosen": chosen})
        self.assertEqual(self.follows(plan), {100: 31})
        self.assertEqual((plan.gaps, plan.line_actions()), ((), {}))
        own = (*chosen, Chosen("X", "L", "Here", NEW))
        plan = self.plan(back, rules={"chosen": own})
        self.assertEqual(self.whys(plan), ["lessons_unsure"])

    def test_what_was_noted_of_single_marks(self):
        """Lines that somebody deleted, and marks that Moodle did not keep: not asked again."""
        self.held(b.session(11, MARKS))
        self.lines[1] = self.lines[1]._replace(status="P", marked_at=7)
        del self.lines[2]
        here = {"dropped": {(11, 103): "L", (77, 101): "P"}, "not_held": {(11, 102): ("P", 6, 7)}}
        self.plan(restored(31), direction="both")
        local = replace(self.local, **here)
        plan = plan_course(self.reading, local, b.people(), Rules(b.ZONE, direction="both"))
        self.assertEqual(self.follows(plan), {100: 31})
        self.assertEqual(sorted(self.whys(plan)), ["line_dropped", "push_not_held"])
        self.assertEqual(plan.followed.sessions, {11: 31})
        self.assertEqual(plan.followed.held[31, 102], 56)

    def test_a_plan_is_another_one_with_what_follows(self):
        """Who has approved one has approved where each sheet goes."""
        self.held(b.session(11, MARKS))
        one, other = self.plan(restored(31)), self.plan(restored(32))
        self.assertNotEqual(p.fingerprint(one), p.fingerprint(other))
        alone = replace(one, sessions=())
        self.assertNotEqual(p.fingerprint(alone), p.fingerprint(p.CoursePlan()))
        self.assertFalse(alone.empty)


@tagged("post_install", "-at_install")
class TestCourse(FollowingCase):
    """The whole course is another one now: Moodle course 2 instead of 7."""

    def old(self, number, marks=MARKS, starts=b.START, **values):
        return self.held(b.session(number, marks, starts=starts, course_id=7), **values)

    def test_a_course_that_is_gone(self):
        for direction in DIRECTIONS:
            self.setUp()
            self.old(11)
            self.old(12, starts=b.START + WEEK)
            plan = self.plan(
                restored(31),
                restored(32, starts=b.START + WEEK),
                direction=direction,
                met=r.Met(),
                courses_listed=frozenset({2}),
            )
            self.assertEqual(self.follows(plan), {100: 31, 101: 32})
            self.assertEqual(plan.followed.sheets[0].before, (7, OLD, 11))
            self.assertEqual((plan.gaps, plan.pushes, self.made(plan)), ((), (), []))

    def test_a_course_that_still_lives(self):
        """Nothing follows, and no second sheet is made."""
        for direction in DIRECTIONS:
            self.setUp()
            self.old(11)
            plan = self.plan(
                restored(31),
                direction=direction,
                met=r.Met(),
                courses_listed=frozenset({2, 7}),
            )
            self.assertWaits(plan, "lessons_beside", sheets=())
            self.assertEqual(plan.waiting.sessions, {31})

    def test_it_is_not_known_which_courses_there_are(self):
        self.old(11)
        plan = self.plan(restored(31), met=r.Met())
        self.assertEqual(self.follows(plan), {})

    def test_a_restore_that_moves_all_dates(self):
        """Two sessions and more, all of them, with all marks, tell it."""
        shift = 5 * WEEK + 24 * b.HOUR
        for week, letters in enumerate(("PAL", "AAA", "LPP")):
            marks = dict(enumerate(letters, 1))
            self.old(11 + week, marks, starts=b.START + week * WEEK)
        sessions = [
            restored(31 + week, dict(enumerate(x, 1)), starts=b.START + shift + week * WEEK)
            for week, x in enumerate(("PAL", "AAA", "LPP"))
        ]
        listed = {"courses_listed": frozenset({2}), "met": r.Met()}
        plan = self.plan(*sessions, **listed)
        self.assertEqual(self.follows(plan), {100: 31, 101: 32, 102: 33})
        self.assertEqual(plan.gaps, ())
        moved = [sheet.values["attendance_date"] for sheet in plan.sheets()]
        self.assertEqual(moved, [b.RULES.date(session.starts) for session in sessions])
        # Some of them only, or one of several marks another: nobody knows.
        self.assertWaits(self.plan(*sessions[:2], **listed), "lessons_unsure", sheets={100, 101})
        # Another one, of which nothing is the same.
        plan = self.plan(restored(31, {1: "E"}, starts=b.START + shift), **listed)
        self.assertEqual((self.follows(plan), len(self.made(plan))), ({}, 1))

    def test_a_week_later_at_the_same_times(self):
        """All but the last begin as before, too; the marks say that each is a week later."""
        letters = ("PAL", "AAP", "LPP", "EEA")
        for week, x in enumerate(letters):
            self.old(11 + week, dict(enumerate(x, 1)), starts=b.START + week * WEEK)
        sessions = [
            restored(31 + week, dict(enumerate(x, 1)), starts=b.START + (week + 1) * WEEK)
            for week, x in enumerate(letters)
        ]
        listed = {"courses_listed": frozenset({2}), "met": r.Met()}
        plan = self.plan(*sessions, **listed)
        self.assertEqual(self.follows(plan), {100: 31, 101: 32, 102: 33, 103: 34})

    def test_a_week_later_and_all_marks_alike(self):
        """Then nobody knows which is which."""
        for week in range(3):
            self.old(11 + week, {1: "P"}, starts=b.START + week * WEEK)
        sessions = [restored(31 + w, {1: "P"}, starts=b.START + (w + 1) * WEEK) for w in range(3)]
        plan = self.plan(*sessions, met=r.Met(), courses_listed=frozenset({2}))
        self.assertWaits(plan, "lessons_unsure", sheets={100, 101, 102})

    def test_what_begins_together_is_in_question_too(self):
        """All have moved, or one is the lesson that begins with it: until somebody has said, no
        other sheet takes that session, as if the question had been answered."""
        for week, x in enumerate(("PAL", "AAP")):
            self.old(11 + week, dict(enumerate(x, 1)), starts=b.START + week * WEEK)
        moved = [
            restored(31 + w, dict(enumerate(x, 1)), starts=b.START + w * WEEK + 24 * b.HOUR)
            for w, x in enumerate(("PAL", "AAP"))
        ]
        self.sheets.append(b.sheet(150, register_id=150, batch_id=2))
        for direction in ("oec", "both"):
            plan = self.plan(
                *moved,
                restored(33, {}),
                direction=direction,
                met=r.Met(),
                courses_listed=frozenset({2}),
            )
            self.assertEqual(plan.waiting.sessions, {31, 32, 33})
            self.assertWaits(plan, "lessons_unsure", sheets={100, 101})

    def test_last_years_course_is_no_question(self):
        """It is deleted at the end of a year, and another one is made of the same subject: other
        times, other students."""
        for week in range(3):
            self.old(11 + week, {1: "P", 2: "P"}, starts=b.START + week * WEEK)
        year = 52 * WEEK
        sessions = [
            restored(31, {3: "P", 4: "P"}, starts=b.START + year),
            restored(32, {3: "P", 4: "P"}, starts=b.START + year + WEEK),
            restored(33, {}, starts=b.START + year + 2 * WEEK),
        ]
        plan = self.plan(*sessions, met=r.Met(), courses_listed=frozenset({2}))
        self.assertEqual((plan.gaps, plan.waiting), ((), p.NOTHING_WAITS))
        self.assertEqual(len(self.made(plan)), 2)


@tagged("post_install", "-at_install")
class TestDoubt(FollowingCase):
    def doubtful(self, **values):
        """Marks that differ, and nothing says that they were made since."""
        self.setUp()
        self.held(b.session(11, MARKS))
        return self.plan(restored(31, {1: "A", 2: "P", 3: "E"}), **values)

    def test_marks_that_contradict(self):
        for direction in DIRECTIONS:
            plan = self.doubtful(direction=direction)
            self.assertWaits(plan, "lessons_unsure", sheets={100})
            self.assertEqual(plan.waiting.sessions, {31})
            self.assertEqual(plan.waiting.activities, {NEW})
            self.assertEqual(plan.skipped, {"in_doubt": 3})

    def test_what_the_next_run_has_to_know(self):
        plan = self.doubtful()
        self.assertEqual(
            plan.waiting.to_json(), {"sessions": [31], "activities": [NEW], "beside": []}
        )
        self.assertEqual(p.NOTHING_WAITS.to_json(), {})

    def test_what_is_asked(self):
        (gap,) = self.doubtful().gaps
        self.assertEqual(
            gap,
            p.Gap(
                "numbers_changed",
                f"numbers_changed:2:numbers:2:{OLD}>{NEW}",
                "lessons_unsure",
                ("Lectures", b.DAY.isoformat(), 1, 3),
                moodle_id=NEW,
                marks=3,
                asks=f"2:{OLD}>{NEW}",
            ),
        )

    def test_it_is_asked_until_somebody_answers(self):
        """By then the session was met; the activity is noted as one that was not."""
        self.doubtful()
        met = r.Met(frozenset(), modules={OLD: 0})
        self.assertWaits(
            self.plan(restored(31, {1: "A", 2: "P", 3: "E"}), met=met), "lessons_unsure"
        )

    def test_the_answers(self):
        """Follow: the usual rules decide about the marks. Other lessons: a sheet of its own, and
        the old ones are those of an activity that is gone."""
        key = f"2:{OLD}>{NEW}"
        plan = self.doubtful(met=replace(MET, answers={key: "follow"}))
        self.assertEqual(self.follows(plan), {100: 31})
        self.assertEqual((plan.gaps, dict(plan.line_actions())), ((), {"update": 3}))
        plan = self.doubtful(met=replace(MET, answers={key: "other"}))
        self.assertEqual((self.follows(plan), plan.waiting), ({}, p.NOTHING_WAITS))
        self.assertEqual((len(self.made(plan)), self.whys(plan)), (1, ["activity_gone"]))

    def test_a_session_made_again_and_marked_otherwise(self):
        """It is asked about by itself; if it is another lesson, the old one was deleted."""
        stays = b.session(12, MARKS, starts=b.START + WEEK)
        again = b.session(31, {1: "A", 2: "P", 3: "L"}, taken_at=b.START + 9 * b.HOUR)
        self.held(b.session(11, MARKS))
        self.held(stays)
        plan = self.plan(stays, again)
        self.assertWaits(plan, "lessons_unsure", sheets={100})
        self.assertEqual(plan.waiting, p.Waiting({31}, {100}))
        self.assertEqual(plan.gaps[0].asks, "11>31")
        plan = self.plan(stays, again, met=replace(MET, answers={"11>31": "follow"}))
        self.assertEqual((self.follows(plan), plan.cancelled), ({100: 31}, ()))
        plan = self.plan(stays, again, met=replace(MET, answers={"11>31": "other"}))
        self.assertEqual((self.follows(plan), plan.cancelled), ({}, (100,)))
        self.assertEqual(len(self.made(plan)), 1)

    def test_the_rest_of_the_course_goes_on(self):
        self.held(b.session(11, MARKS))
        self.held(b.session(12, MARKS, starts=b.START + WEEK))
        wrong = restored(31, {1: "A", 2: "P", 3: "E"})
        right = restored(32, starts=b.START + WEEK)
        new = restored(33, starts=b.START + 2 * WEEK)
        plan = self.plan(wrong, right, new)
        self.assertEqual(self.follows(plan), {101: 32})
        self.assertEqual(plan.waiting, p.Waiting({31}, {100}, {NEW}))
        self.assertEqual([sheet.date for sheet in self.made(plan)], [b.date(2026, 11, 17)])
        self.assertEqual(self.whys(plan), ["lessons_unsure"])

    def test_a_person_may_have_let_it_be_cancelled(self):
        """That was said before it came back."""
        allowance = brake.Allowance({f"activity:{OLD}": {"sheets": 9, "marks": 9}})
        plan = self.doubtful(rules={"allowance": allowance})
        self.assertWaits(plan, "lessons_unsure")

    def test_a_group_that_nobody_knows(self):
        self.held(b.session(11, MARKS, group_id=1))
        nobody = matching.Match(9, why="group_without_idnumber", details=("", ""))
        plan = self.plan(restored(31, group_id=9), who=b.people(batches={9: nobody}))
        self.assertWaits(plan, "lessons_unsure", sheets={100})

    def test_a_group_instead_of_all(self):
        """Of one of two batches: it may be one of several now."""
        self.held(b.session(11, {1: "P"}))
        self.held(b.session(11, {2: "A"}), batch_id=2)
        plan = self.plan(restored(31, {1: "P"}, group_id=1))
        self.assertWaits(plan, "lessons_unsure", sheets={100, 101})

    def test_parallel_activities_that_are_alike(self):
        """Both are gone and both are back: whichever is which, each is asked about; the answer
        goes by their numbers."""
        self.held(b.session(11, MARKS))
        self.held(b.session(12, MARKS, activity_id=BESIDE))
        met = replace(MET, modules={OLD: 0, BESIDE: 0})
        back = (restored(31), restored(32, activity=8))
        plan = self.plan(*back, met=met)
        self.assertWaits(plan, *["lessons_unsure"] * 4, sheets={100, 101})
        answers = {f"2:{OLD}>{NEW}": "follow", f"2:{BESIDE}>{NEW}": "other"}
        plan = self.plan(*back, met=replace(met, answers=answers))
        self.assertEqual(self.follows(plan), {100: 31, 101: 32})

    def test_restored_twice_side_by_side(self):
        self.held(b.session(11, MARKS))
        back = (restored(31), restored(32, activity=8))
        self.assertWaits(self.plan(*back), *["lessons_unsure"] * 2, sheets={100})
        met = replace(MET, answers={f"2:{OLD}>{NEW}": "follow"})
        plan = self.plan(*back, met=met)
        self.assertEqual(self.follows(plan), {100: 31})
        self.assertEqual((self.whys(plan), self.made(plan)), (["lessons_beside"], []))

    def test_one_that_is_marked_anew_and_one_without_marks(self):
        """Others of the activity are told by their marks; of these two nobody knows."""
        self.held(b.session(11, MARKS))
        self.held(b.session(12, MARKS, starts=b.START + WEEK))
        plan = self.plan(
            restored(31),
            restored(32, {1: "E", 2: "E", 3: "E"}, starts=b.START + WEEK, taken_at=b.START),
            restored(33, {}, starts=b.START + WEEK),
        )
        self.assertEqual(self.follows(plan), {100: 31})
        self.assertEqual(self.whys(plan), ["lessons_unsure"])
        self.assertEqual(plan.waiting.sessions, {32, 33})

    def test_a_sheet_made_by_hand_waits_beside_it(self):
        """The session may be of the other sheet: it is neither linked nor made once more."""
        self.held(b.session(11, MARKS))
        by_hand = b.sheet(150, register_id=150)
        for direction in ("oec", "both"):
            self.sheets = [self.sheets[0], by_hand]
            plan = self.plan(
                restored(31, {1: "A", 2: "P", 3: "E"}),
                direction=direction,
                rules={"may_create": True},
            )
            beside = ["sheets_beside"] if direction == "both" else []
            self.assertWaits(plan, *beside, "lessons_unsure", sheets={100})

    def made_by_hand(self, **values):
        """A session waits; another one of its day, which was met, has marks and no sheet."""
        self.held(b.session(11, MARKS))
        self.sheets.append(b.sheet(150, register_id=150, batch_id=2, **values))
        self.lines.append(b.line(1100, 104, "E", 150, base=None))
        wrong = restored(31, {1: "A", 2: "P", 3: "E", 4: "L"})
        met = b.session(21, {4: "P"}, starts=b.START + b.HOUR, activity_id=BESIDE)
        who = b.people(running={104: [2]})
        return {
            direction: self.plan(wrong, met, direction=direction, who=who)
            for direction in ("moodle", "both")
        }

    def test_nor_is_it_anothers_meanwhile(self):
        """Two sessions may be what it is of, and one of them waits."""
        for plan in self.made_by_hand().values():
            self.assertWaits(plan, "sheets_unsure", "lessons_unsure", sheets={100})

    def test_it_is_anothers_where_its_time_says_so(self):
        for plan in self.made_by_hand(starts=b.START + b.HOUR).values():
            (sheet,) = plan.sheets()
            self.assertEqual((sheet.sheet_id, sheet.values["moodle_session_id"]), (150, 21))
            self.assertEqual(self.whys(plan), ["lessons_unsure"])

    def test_nor_in_the_place_of_one_that_was_cancelled(self):
        """A person has cancelled the sheet of a session, and made one that may be of another,
        which waits."""
        self.held(b.session(11, MARKS))
        stays = b.session(21, MARKS, starts=b.START + b.HOUR, activity_id=BESIDE)
        self.held(stays, state="cancel")
        self.sheets.append(b.sheet(150, register_id=150))
        plan = self.plan(restored(31, {1: "A", 2: "P", 3: "E"}), stays)
        self.assertWaits(plan, "sheets_beside", "lessons_unsure", sheets={100})
        plan = self.plan(stays)
        self.assertEqual([sheet.sheet_id for sheet in plan.sheets()], [101, 150])


@tagged("post_install", "-at_install")
class TestBeside(FollowingCase):
    """The old activity is still there."""

    def living(self, direction="moodle", copy=MARKS, **values):
        old = [b.session(11 + w, MARKS, starts=b.START + w * WEEK) for w in range(2)]
        for session in old:
            self.held(session)
        new = [restored(31 + w, copy, starts=b.START + w * WEEK) for w in range(2)]
        return self.plan(*old, *new, direction=direction, **values)

    def test_no_second_sheet(self):
        for direction in DIRECTIONS:
            for copy in (MARKS, {}):
                self.setUp()
                plan = self.living(direction, copy)
                self.assertWaits(plan, "lessons_beside", sheets=())
                self.assertEqual(plan.waiting.sessions, {31, 32})

    def test_other_lessons(self):
        """Because somebody says so, or because the marks do."""
        met = replace(MET, answers={f"2:{OLD}>{NEW}": "other"})
        for plan in (self.living(met=met), self.living(copy={1: "A", 2: "P", 3: "E"})):
            self.assertEqual((len(self.made(plan)), plan.gaps), (2, ()))
            self.setUp()

    def test_it_is_gone_later(self):
        """Then the copy is what there is, and the sheets follow."""
        self.living()
        copies = [restored(31 + w, starts=b.START + w * WEEK) for w in range(2)]
        plan = self.plan(*copies)
        self.assertEqual(self.follows(plan), {100: 31, 101: 32})
        self.assertEqual(plan.gaps, ())

    def test_a_session_more_of_a_known_activity(self):
        """Two lessons of one time with the same marks have always been two."""
        old = b.session(11, MARKS)
        self.held(old)
        plan = self.plan(old, b.session(31, MARKS))
        self.assertEqual((len(self.made(plan)), plan.gaps), (1, ()))

    def test_a_copy_at_other_times(self):
        old = [
            b.session(11 + w, marks, starts=b.START + w * WEEK)
            for w, marks in enumerate((MARKS, {1: "A", 2: "P"}))
        ]
        for session in old:
            self.held(session)
        shift = 24 * b.HOUR
        new = [
            restored(31 + w, marks, starts=b.START + w * WEEK + shift)
            for w, marks in enumerate((MARKS, {1: "A", 2: "P"}))
        ]
        self.assertWaits(self.plan(*old, *new), "lessons_beside")
        # All present, on another day of the week, is no copy.
        self.setUp()
        old = [b.session(11 + w, {1: "P", 2: "P"}, starts=b.START + w * WEEK) for w in range(2)]
        for session in old:
            self.held(session)
        new = [
            restored(31 + w, {1: "P", 2: "P"}, starts=b.START + w * WEEK + shift) for w in range(2)
        ]
        self.assertEqual(len(self.made(self.plan(*old, *new))), 2)

    def test_it_stays_one_until_somebody_answers(self):
        """Both were marked since; the question is not gone, and no second sheet comes of it."""
        self.held(b.session(11, MARKS))
        key = f"2:{OLD}>{NEW}"
        both = b.session(11, {1: "A", 2: "A", 3: "A"}), restored(31, {1: "E", 2: "A", 3: "L"})
        met = replace(MET, beside=frozenset({key}))
        plan = self.plan(*both, met=met)
        self.assertEqual(self.whys(plan), ["lessons_beside"])
        self.assertEqual((plan.waiting.sessions, plan.waiting.beside), ({31}, {key}))
        self.assertFalse(self.made(plan))
        gone = self.plan(both[0], met=met)
        self.assertEqual(gone.waiting, p.NOTHING_WAITS)


@tagged("post_install", "-at_install")
class TestNumbersAgain(FollowingCase):
    """MySQL gives the highest number out again: another activity has the number of the old."""

    MET = r.Met(frozenset({11}), modules={OLD: 5})

    def again(self, module=6, marks=None, starts=b.START + WEEK, **values):
        self.setUp()
        self.held(b.session(11, MARKS))
        new = b.session(11, marks or {}, starts=starts)
        activity = r.MoodleActivity(OLD, "Seminar", module_id=module)
        return self.plan(new, activities=(activity,), **{"met": self.MET, **values})

    def test_it_is_not_taken_for_the_old_one(self):
        for direction in DIRECTIONS:
            for module in (6, 5, 0):
                for marks in ({}, {1: "A", 2: "P", 3: "E"}, {7: "P", 8: "P"}):
                    plan = self.again(module, marks, direction=direction)
                    self.assertWaits(plan, "number_again", sheets={100})

    def test_a_session_that_was_moved(self):
        """By its marks it is the same; so it is on the same day, whatever they are."""
        for values in (
            {"marks": MARKS},
            {"marks": {1: "P", 2: "A"}},
            {"starts": b.START + b.HOUR},
        ):
            plan = self.again(5, **values)
            self.assertEqual((plan.waiting, self.whys(plan)), (p.NOTHING_WAITS, []))

    def test_the_answers(self):
        key = f"2:{OLD}>{OLD}"
        marks = {1: "A", 2: "P", 3: "E"}
        plan = self.again(marks=marks, met=replace(self.MET, answers={key: "follow"}))
        self.assertEqual((plan.gaps, dict(plan.line_actions())), ((), {"update": 3}))
        plan = self.again(marks=marks, met=replace(self.MET, answers={key: "other"}))
        self.assertEqual(
            plan.followed.sheets,
            (p.Follow(100, (2, OLD, 11), 11, f"2:0:{self.sheets[0].seen.content_hash}"),),
        )
        self.assertEqual((plan.gaps, len(self.made(plan))), ((), 1))
        # From then on nothing is said of it, and nothing done.
        seen = replace(self.sheets[0].seen, activity_id=0)
        self.sheets = [replace(self.sheets[0], seen=seen)]
        met = r.Met(frozenset({11}), modules={OLD: 6}, answers={key: "other"})
        plan = self.plan(b.session(31, starts=b.START + WEEK), met=met)
        self.assertWaits(plan)

    def test_it_stays_another_one_as_long_as_it_has_no_sheet(self):
        """Nobody is marked in it, and it begins with the old one."""
        key = f"2:{OLD}>{OLD}"
        met = r.Met(frozenset({11}), modules={OLD: 6}, answers={key: "other"})
        for direction in DIRECTIONS:
            self.setUp()
            old = b.session(11, MARKS)
            self.held(old, seen=replace(old.seen, activity_id=0))
            plan = self.plan(b.session(11), met=met, direction=direction)
            self.assertWaits(plan)
            self.assertEqual(plan.waiting, p.NOTHING_WAITS)

    def test_a_number_that_another_activity_of_the_course_has(self):
        """It was met with the session that is gone; the one that has it now is new, and the sheet
        of that lesson follows to it."""
        self.held(b.session(11, MARKS, starts=b.START + WEEK))
        self.held(b.session(12, MARKS, activity_id=BESIDE))
        met = r.Met(frozenset({11, 12}), modules={OLD: 0, BESIDE: 0})
        stays = b.session(13, starts=b.START + 2 * WEEK)
        plan = self.plan(stays, b.session(11, MARKS, activity_id=BESIDE), met=met)
        self.assertEqual(self.follows(plan), {101: 11})
        self.assertEqual((self.whys(plan), self.made(plan)), (["session_elsewhere"], []))

    def test_it_is_the_old_one_after_all(self):
        """Restored, it can get its own number again."""
        plan = self.again(marks=MARKS, starts=b.START)
        self.assertTrue(plan.empty)
        self.assertEqual(plan.gaps, ())

    # --- one session's number, in an activity that is still there ----------------------

    def of_groups(self, *sessions, met=None, **values):
        """Session 11 was of batch 2 and session 12 of batch 1, at the same time; both are gone."""
        self.setUp()
        for number, batch in ((11, 2), (12, 1)):
            marks = {10 * batch + user: letter for user, letter in MARKS.items()}
            self.held(b.session(number, marks, group_id=batch), batch_id=batch)
        return self.plan(*sessions, met=met or self.MET_BOTH, **values)

    MET_BOTH = r.Met(frozenset({11, 12}), modules={OLD: 5})

    def test_a_number_that_a_session_of_another_group_has(self):
        """Moodle changes the group of no session. It is new, and the sheet that fits follows to it;
        that of the number stands there as one whose session is gone."""
        for direction, sent in (("moodle", 0), ("oec", 3), ("both", 0)):
            for starts, follows in ((b.START, {101: 11}), (b.START + b.HOUR, {})):
                plan = self.of_groups(b.session(11, group_id=1, starts=starts), direction=direction)
                self.assertEqual(self.follows(plan), follows)
                self.assertEqual(len(plan.pushes), sent if follows else 0)
                self.assertNotIn(100, plan.cancelled)
                gone = [gap.record[1] for gap in plan.gaps if gap.why == "session_gone"]
                self.assertEqual(gone[:1], [100])
                self.assertNotIn("session_elsewhere", self.whys(plan))
                self.assertEqual(plan.misplaced, {100})

    def test_the_run_after_that(self):
        """The sheets of the number are of two batches then, and nothing goes on."""
        back = b.session(11, {11: "P", 12: "A", 13: "L"}, group_id=1)
        for direction in DIRECTIONS:
            self.of_groups()
            self.sheets[1] = replace(self.sheets[1], session_id=11, seen=back.seen)
            plan = self.plan(back, met=self.MET_BOTH, direction=direction)
            self.assertTrue(plan.empty, plan)
            self.assertEqual(self.whys(plan), ["session_gone"])

    def test_a_sheet_made_by_hand_is_not_linked_with_it(self):
        self.of_groups()
        self.sheets.append(b.sheet(150, register_id=150))
        self.lines.append(b.line(1500, 111, "E", sheet_id=150, base=None))
        for direction in DIRECTIONS:
            plan = self.plan(b.session(11, group_id=1), met=self.MET_BOTH, direction=direction)
            self.assertEqual(self.follows(plan), {101: 11})
            self.assertNotIn(150, [sheet.sheet_id for sheet in plan.sheets()])

    def test_each_sheet_of_such_a_number_is_told(self):
        """Also behind one that another gap is about."""
        self.held(b.session(13, MARKS, activity_id=BESIDE), state="cancel")
        self.held(b.session(14, MARKS, activity_id=BESIDE))
        for number in (11, 12):
            self.held(b.session(number, {21: "P"}, group_id=2), batch_id=2)
        self.held(b.session(15, MARKS, activity_id=BESIDE))
        sessions = [b.session(n, group_id=1, starts=b.START + n * WEEK) for n in range(11, 16)]
        plan = self.plan(*sessions, met=r.Met(frozenset(range(11, 16)), modules={OLD: 0}))
        told = {gap.record[1]: gap.why for gap in plan.gaps if gap.record}
        elsewhere, gone = "session_elsewhere", "session_gone"
        self.assertEqual(told, {101: elsewhere, 102: gone, 103: gone, 104: elsewhere})

    def test_one_that_was_cancelled_is_not_taken_up_again(self):
        """It was, by a run, before the number was given out again."""
        again = b.session(11, {11: "P", 12: "A"}, group_id=1)
        self.of_groups()
        del self.sheets[1]
        seen = self.sheets[0].seen.cancelled("done")
        self.sheets[0] = replace(self.sheets[0], state="cancel", seen=seen)
        plan = self.plan(again, met=self.MET_BOTH)
        self.assertEqual([sheet.sheet_id for sheet in plan.sheets()], [0])
        self.assertEqual((plan.gaps, plan.skipped), ((), {}))

    def test_a_group_that_is_of_another_batch_now(self):
        """The session is the same: it is as it was, or somebody is marked in it still; or nobody
        knows of which batch the group is."""
        same = b.session(11, {21: "P", 22: "A", 23: "L"}, group_id=2)
        changed = b.session(11, {23: "L", 24: "L"}, group_id=2)
        other = b.session(11, group_id=1)
        waits = matching.Match(1, why="group_key_other", details=("", 1, 2, "", ""))
        unknown = matching.Match(1, why="group_without_idnumber", details=("", ""))
        for session, batches in (
            (same, {2: 1}), (changed, {2: 1}), (other, {1: waits}), (other, {1: unknown}),
            (replace(other, group_id=0), {}),
        ):  # fmt: skip
            self.setUp()
            self.held(same, batch_id=2)
            plan = self.plan(session, met=self.MET_BOTH, who=b.people(batches=batches))
            self.assertNotIn("session_gone", self.whys(plan))
            self.assertEqual(self.follows(plan), {})
        # A sheet without lines tells nothing for it.
        self.setUp()
        self.held(b.session(11, group_id=2), batch_id=2)
        plan = self.plan(b.session(11, {11: "P"}, group_id=1), met=self.MET_BOTH)
        self.assertIn("session_gone", self.whys(plan))
        # It was empty all the while.
        self.setUp()
        empty = b.session(11, group_id=2)
        self.held(empty, batch_id=2)
        plan = self.plan(empty, met=self.MET_BOTH, who=b.people(batches={2: 1}))
        self.assertEqual(plan.gaps, ())

    # --- by what it is known -------------------------------------------------------

    def given(self, *sessions, met=MET, **modules):
        """:param modules: ``{a<activity id>: MoodleActivity.module_id}``"""
        modules = {int(name[1:]): module for name, module in modules.items()} or {OLD: 0}
        activities = tuple(r.MoodleActivity(n, "Lectures", module_id=m) for n, m in modules.items())
        registers = [b.register(sheet.register_id, day=sheet.date) for sheet in self.sheets]
        local = replace(b.local(self.sheets, self.lines, registers), met=met)
        reading = b.reading(*sessions, activities=activities, listed=frozenset(modules))
        return given_again(CourseIndex.of(reading, local, b.people(), b.RULES), met)

    def test_moodles_own_address_of_it(self):
        same = b.session(11, MARKS)
        self.held(same)
        for before, now, found in ((5, 6, {OLD}), (5, 5, set()), (5, 0, set()), (0, 6, set())):
            met = replace(self.MET, modules={OLD: before})
            self.assertEqual(self.given(same, met=met, a1=now), found)
        met = replace(self.MET, answers={f"2:{OLD}>{OLD}": "follow"})
        self.assertEqual(self.given(same, met=met, a1=6), set())

    def test_each_activity_is_looked_at(self):
        """Behind one without sheets, and one of which a person has said that it is the same."""
        first, second = b.session(11, MARKS), b.session(12, MARKS, activity_id=BESIDE)
        self.held(first)
        self.held(second)
        modules = {3: 1, OLD: 5, BESIDE: 5}
        met = r.Met(modules=modules, answers={f"2:{OLD}>{OLD}": "follow"})
        self.assertEqual(self.given(first, second, met=met, a3=1, a1=6, a6=6), {BESIDE})

    def test_at_most_half_of_the_marks_of_all_sessions(self):
        """On other days. Of one session they are too few to say anything."""
        for number in (11, 12):
            self.held(b.session(number, {1: "P", 2: "A"}, starts=b.START + (number - 11) * b.HOUR))
        for marks, found in (
            (({1: "A", 2: "P"}, {1: "A", 2: "P"}), {OLD}),
            (({1: "P", 2: "P"}, {1: "P", 2: "P"}), {OLD}),
            (({1: "P", 2: "A"}, {1: "P", 2: "P"}), set()),
        ):
            sessions = [
                b.session(number, one, starts=b.START + WEEK + number * b.HOUR)
                for number, one in zip((11, 12), marks, strict=True)
            ]
            self.assertEqual(self.given(*sessions), found)
        self.assertEqual(self.given(b.session(11, {1: "A", 2: "P"}, starts=b.START + WEEK)), set())

    def test_they_have_each_others_times_and_marks(self):
        """One that was only moved keeps its own marks."""
        later = b.START + 2 * b.HOUR
        other = {1: "A", 2: "P", 3: "P"}
        self.held(b.session(11, MARKS))
        self.held(b.session(12, other, starts=later))
        for first, second, found in (
            (other, MARKS, {OLD}),
            # Not all of them are there.
            (other, {1: "P", 2: "A"}, {OLD}),
            (MARKS, other, set()),
            # Nor of the other ones.
            ({1: "A", 2: "P"}, {1: "P", 2: "A"}, {OLD}),
            ({}, {1: "E", 2: "E", 3: "E"}, set()),
            (MARKS, MARKS, set()),
        ):
            sessions = b.session(11, first, starts=later), b.session(12, second)
            self.assertEqual(self.given(*sessions), found, (first, second))
        beside = b.session(12, MARKS, activity_id=BESIDE)
        self.assertEqual(self.given(b.session(11, other, starts=later), beside), set())
