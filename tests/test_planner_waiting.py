"""What is asked of lessons under other numbers, what goes along when they follow, and what the
marks of a session say of a lesson."""

from dataclasses import replace

from odoo.tests import tagged

from ..services.domain import matching
from ..services.domain import plan as p
from ..services.domain import records as r
from ..services.domain.course_index import CourseIndex
from ..services.domain.followed import with_followed
from ..services.domain.lessons import Evidence, Fit, evidence, fit, lessons_of, of_other_batch
from ..services.domain.planner import plan_course
from ..services.domain.status_meaning import Chosen
from ..services.domain.window import Rules
from . import builders as b
from .test_planner_following import (
    BACK,
    BESIDE,
    MARKS,
    MET,
    NEW,
    OLD,
    WEEK,
    FollowingCase,
    restored,
)

EIGHT = 8
OTHER_MARKS = {1: "A", 2: "P", 3: "E"}


@tagged("post_install", "-at_install")
class TestNumbersOfTwo(FollowingCase):
    """Two activities have numbers that others had before: by Moodle's own addresses of them."""

    KEYS = f"2:{OLD}>{OLD}", f"2:{BESIDE}>{BESIDE}"
    ACTIVITIES = tuple(
        r.MoodleActivity(number, f"Activity {number}", module_id=6) for number in (OLD, BESIDE)
    )

    def again(self, *sessions, answers=None, before=5, **values):
        self.held(b.session(11, MARKS))
        self.held(b.session(12, MARKS, activity_id=BESIDE))
        later = {"starts": b.START + WEEK}
        here = b.session(11, **later), b.session(12, activity_id=BESIDE, **later)
        met = r.Met(
            frozenset({11, 12}), modules={OLD: before, BESIDE: before}, answers=answers or {}
        )
        values = {"activities": self.ACTIVITIES, **values}
        return self.plan(*here, *sessions, met=met, **values)

    def asked(self, plan):
        return [gap.asks for gap in plan.gaps if gap.asks]

    def test_both_are_asked_about(self):
        plan = self.again()
        self.assertEqual(self.whys(plan), ["number_again"] * 2)
        self.assertEqual(self.asked(plan), [*self.KEYS])
        self.assertEqual(
            plan.waiting, p.Waiting({11, 12}, {100, 101}, again=frozenset({OLD, BESIDE}))
        )

    def test_of_one_a_person_has_said_it(self):
        plan = self.again(answers={self.KEYS[0]: "other"})
        self.assertEqual(self.asked(plan), [self.KEYS[1]])
        self.assertEqual([one.sheet_id for one in plan.followed.sheets], [100])
        self.assertEqual(plan.waiting.sheets, {101})

    def test_of_both(self):
        """Behind a lesson that is gone in the usual way."""
        self.held(b.session(10, MARKS, starts=b.START - WEEK, activity_id=7))
        plan = self.again(answers=dict.fromkeys(self.KEYS, "other"))
        self.assertEqual([one.sheet_id for one in plan.followed.sheets], [101, 102])
        self.assertEqual(self.whys(plan), ["activity_gone"])

    def test_what_was_said_of_a_number_holds_for_that_time(self):
        """Now its activity is gone in the usual way."""
        self.held(b.session(11, MARKS))
        stays = b.session(12, starts=b.START + 3 * WEEK, activity_id=BESIDE)
        met = replace(MET, answers={self.KEYS[0]: "other"})
        plan = self.plan(stays, restored(31, {}, starts=b.START + WEEK), met=met)
        self.assertEqual((self.follows(plan), self.whys(plan)), ({}, ["activity_gone"]))

    def test_one_that_has_come_back_beside(self):
        """Whatever was said of its number, its sheet goes where it is now."""
        for answers in ({}, dict.fromkeys(self.KEYS, "other")):
            self.setUp()
            plan = self.again(
                restored(31), answers=answers, activities=(*self.ACTIVITIES[:1], BACK)
            )
            self.assertEqual(self.follows(plan).get(100), 31)

    def test_other_questions_beside_it(self):
        """All of them wait."""
        self.held(b.session(13, MARKS, starts=b.START + 3 * WEEK, activity_id=7))
        unsure = restored(31, OTHER_MARKS, starts=b.START + 3 * WEEK)
        plan = self.again(unsure, activities=(*self.ACTIVITIES, BACK))
        self.assertEqual(self.asked(plan), [*self.KEYS, f"2:7>{NEW}"])
        self.assertEqual(plan.waiting.sessions, {11, 12, 31})
        self.assertEqual(plan.waiting.sheets, {100, 101, 102})
        self.assertEqual(plan.waiting.activities, {NEW})

    def test_how_many_marks_wait(self):
        """Those of the sessions with the numbers in question, not of others of the activity."""
        self.held(b.session(11, MARKS))
        new = b.session(11, {4: "P"}, starts=b.START + WEEK)
        more = b.session(19, {5: "P", 6: "P"}, starts=b.START + 2 * WEEK)
        plan = self.plan(
            new, more, activities=self.ACTIVITIES[:1], met=r.Met(frozenset({11}), modules={OLD: 5})
        )
        (gap,) = plan.gaps
        self.assertEqual((gap.asks, gap.marks, gap.moodle_id), (self.KEYS[0], 1, OLD))
        self.assertEqual(gap.details, ("Activity 1", b.date(2026, 11, 10).isoformat(), 1, 3))

    def test_two_activities_in_doubt(self):
        """Both count as never met until somebody has answered."""
        self.held(b.session(11, MARKS))
        plan = self.plan(restored(31, OTHER_MARKS), restored(32, OTHER_MARKS, activity=EIGHT))
        self.assertEqual(plan.waiting.activities, {NEW, EIGHT})


@tagged("post_install", "-at_install")
class TestGoesAlong(FollowingCase):
    def test_to_where_most_sessions_of_an_activity_are(self):
        letters = (OTHER_MARKS, MARKS, {1: "P", 2: "P"})
        places = (EIGHT, NEW, NEW)
        for number, found in enumerate(letters):
            self.held(b.session(11 + number, found, starts=b.START + number * WEEK))
        plan = self.plan(
            *(
                restored(31 + number, found, starts=b.START + number * WEEK, activity=place)
                for number, (found, place) in enumerate(zip(letters, places, strict=True))
            )
        )
        self.assertEqual(self.follows(plan), {100: 31, 101: 32, 102: 33})
        self.assertEqual(plan.followed.activities, {OLD: NEW})

    def following(self, *sessions, noted, **values):
        """:param noted: values of the ``LocalState``"""
        self.plan(*sessions)
        local = replace(self.local, **noted)
        rules = Rules(b.ZONE, direction="both", **values)
        return plan_course(self.reading, local, b.people(), rules)

    def test_marks_that_moodle_has_not_kept(self):
        """They are noted with what it shows now, where that is what was agreed on: in each
        session, by the letters of the activity, and where it shows nothing."""
        letters = (r.MoodleStatus(5, "X", "Here", 2), r.MoodleStatus(6, "Y", "Not", 0))
        chosen = (Chosen("X", "P", "Here", OLD), Chosen("Y", "A", "Not", OLD))
        self.held(b.session(11, {1: "P", 2: "A", 3: "P"}))
        self.held(b.session(12, {1: "A", 2: "A"}, starts=b.START + WEEK))
        self.lines[2] = self.lines[2]._replace(status="A", base=None)
        noted = {(11, 101): "A", (11, 102): "P", (11, 103): "A", (12, 101): "P", (99, 101): "P"}
        values = {"activity_id": NEW, "statuses": letters, "taken_at": b.START + 9 * b.HOUR}
        plan = self.following(
            b.session(31, [r.MoodleMark(1, 6), r.MoodleMark(2, 6)], **values),
            b.session(
                32, [r.MoodleMark(1, 6), r.MoodleMark(2, 6)], starts=b.START + WEEK, **values
            ),
            noted={"not_held": {key: (status, 1, 7) for key, status in noted.items()}},
            chosen=chosen,
        )
        # The first is changed in Moodle; of the third nothing was agreed on, and nothing is there.
        held = {(31, 102): 6, (31, 103): 0, (32, 101): 6}
        self.assertEqual(plan.followed.held, held)

    def test_in_the_sheet_of_each_batch(self):
        self.held(b.session(11, {1: "P"}))
        self.held(b.session(11, {2: "A"}), batch_id=2)
        noted = {(11, 101): ("A", 5, 7), (11, 102): ("P", 6, 7)}
        plan = self.following(restored(31, {1: "P", 2: "A"}), noted={"not_held": noted})
        self.assertEqual(plan.followed.held, {(31, 101): 55, (31, 102): 56})

    def test_what_is_noted_of_other_sessions_stays(self):
        self.held(b.session(11, MARKS))
        self.plan(restored(31))
        local = replace(
            self.local,
            dropped={(11, 101): "P", (12, 102): "A"},
            not_held={(11, 101): ("P", 5, 7), (11, 102): ("P", 6, 7), (12, 103): ("L", 7, 8)},
        )
        seen = f"2:{NEW}:0"
        follow = p.Follow(100, (2, OLD, 11), 31, seen)
        after = with_followed(local, p.Followed((follow,), held={(31, 101): 55}))
        self.assertEqual(after.dropped, {(31, 101): "P", (12, 102): "A"})
        self.assertEqual(
            after.not_held,
            {(31, 101): ("P", 55, 7), (31, 102): ("P", 6, 7), (12, 103): ("L", 7, 8)},
        )
        (sheet,) = after.sheets
        self.assertEqual((sheet.session_id, str(sheet.seen)), (31, seen))


@tagged("post_install", "-at_install")
class TestEvidence(FollowingCase):
    """What the marks of a session say of those of a lesson."""

    def said(self, marks, before=None, lines=(), who=None, **values):
        """:param marks: of the session, as ``builders.session``
        :param before: of the lesson
        :param lines: values to replace in its lines, in their order
        """
        self.setUp()
        self.held(b.session(11, before or {1: "P", 2: "A", 3: "L", 4: "E"}))
        for number, more in enumerate(lines):
            self.lines[number] = self.lines[number]._replace(**more)
        values = {"taken_at": b.START + 9 * b.HOUR, **values}
        session = b.session(31, marks, **values)
        self.plan(session)
        index = CourseIndex.of(self.reading, self.local, who or b.people(), b.RULES)
        (lesson,) = lessons_of(self.sheets)
        self.found = fit(index, lesson, session)
        return evidence(index, lesson, session)

    def test_each_mark(self):
        """The same, changed since, not there, or of somebody else."""
        found = self.said({1: "P", 2: "A", 3: "E", 5: "P", 6: "P"})
        self.assertEqual(found, Evidence(same=2, other=1, later=1, missing=1, strange=2))
        self.assertEqual(self.found, Fit.MARKS)

    def test_as_many_changed_as_are_the_same(self):
        found = self.said({1: "P", 2: "A", 3: "E", 4: "L"})
        self.assertEqual((found, self.found), (Evidence(2, 2, 2), Fit.MARKS))
        found = self.said({1: "P", 2: "P", 3: "E", 4: "L"})
        self.assertEqual((found, self.found), (Evidence(1, 3, 3), Fit.DOUBT))

    def test_changed_before_it_was_last_read(self):
        """Moodle knows when of each mark, with the plug-in; else of the session only."""
        at = b.START + b.HOUR
        marks = {1: "P", 2: "A", 3: "L", 4: "P"}
        for moment, later in ((at, 0), (at + 1, 1)):
            self.assertEqual(self.said(marks, taken_at=moment), Evidence(3, 1, later))
            rows = [b.mark(user, x)._replace(taken_at=moment) for user, x in marks.items()]
            self.assertEqual(self.said(rows), Evidence(3, 1, later))

    def test_what_the_line_says_is_the_same_too(self):
        """It was sent, and the answer was lost."""
        found = self.said({1: "A"}, {1: "P"}, lines=[{"status": "A"}])
        self.assertEqual(found, Evidence(same=1))
        self.assertEqual(self.said({1: "L"}, {1: "P"}, lines=[{"status": "A"}]).same, 0)

    def test_two_marks_of_a_student(self):
        """That differ, they are none; the later one tells when it was changed."""
        at = b.START + b.HOUR
        for first, second, found in (
            ("P", "P", Evidence(same=1)),
            ("A", "A", Evidence(other=1, later=1)),
            ("P", "A", Evidence(unclear=1)),
            ("A", "P", Evidence(unclear=1)),
        ):
            rows = [b.mark(1, first)._replace(taken_at=at + 5), b.mark(1, second)]
            self.assertEqual(self.said(rows, {1: "P"}, taken_at=at), found, (first, second))

    def test_marks_that_say_nothing(self):
        """Of an account that is nobody here; a remark without a status: in whatever order. One
        of a status without a meaning is there, and neither the same nor another."""
        nobody = matching.Match(1, why="student_unknown")
        who = b.people(unknown={1: nobody})
        found = self.said({1: "P", 2: "A"}, {2: "A"}, who=who)
        self.assertEqual((found, self.found), (Evidence(same=1), Fit.SAME))
        rows = [r.MoodleMark(1, 0, "late"), b.mark(2, "A")]
        found = self.said(rows, {1: "P", 2: "A"})
        self.assertEqual(found, Evidence(same=1, missing=1))
        self.assertEqual(self.said([r.MoodleMark(1, 99)], {1: "P"}), Evidence(unclear=1))

    def test_of_another_batch(self):
        """Where a session is for one of several that the lesson was for, it may be another."""
        self.held(b.session(11, MARKS))
        one = lessons_of(self.sheets)
        self.held(b.session(11), batch_id=2)
        both = lessons_of(self.sheets)
        unknown = matching.Match(9, why="group_without_idnumber", details=("", ""))
        who = b.people(batches={9: unknown})
        for lessons, group, other in (
            (one, 0, False), (one, 1, False), (one, 2, True), (one, 9, True), (one, 8, True),
            (both, 0, False), (both, 1, True), (both, 2, True),
        ):  # fmt: skip
            session = b.session(31, group_id=group)
            index = CourseIndex.of(b.reading(session), b.local(self.sheets), who, b.RULES)
            (lesson,) = lessons
            self.assertEqual(of_other_batch(index, lesson, session), other, (lesson, group))
