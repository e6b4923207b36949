"""Sessions whose date does not fit the time at which they were taken."""

from dataclasses import replace
from datetime import date

from odoo.tests import tagged

from ..services.domain.misdated import exchanged_for, report_misdated, taken_as_a_whole, taken_at
from ..services.domain.planner import plan_course
from ..services.domain.window import Rules
from . import builders as b
from .test_planner_rules import RuleCase

DAY = 86400
# 2026-03-11, which is 2026-11-03 with day and month exchanged.
MARCH = b.START - 237 * DAY
ALL = dict.fromkeys(range(1, 41), "P")


def own(user_id, acronym, taken_at):
    """A mark that has a time of its own."""
    return b.mark(user_id, acronym)._replace(taken_at=taken_at, taken_by=30)


class MisdatedCase(RuleCase):
    def told(self, *sessions, now=b.START, **values):
        """:return: of each gap the session, its day, when it was taken, what it may have meant,
        and the marks that wait
        """
        rules = {"now": now, **values.pop("rules", {})}
        report_misdated(self.index(*sessions, rules=rules, **values), sessions, self.findings)
        return [(gap.moodle_id, *gap.details[1:], gap.marks) for gap in self.findings.gaps]


@tagged("post_install", "-at_install")
class TestAhead(MisdatedCase):
    """Taken long before it begins."""

    def test_most_are_marked(self):
        marks = dict.fromkeys(range(1, 22), "A")
        ahead = b.session(1, marks, b.START + 40 * DAY, taken_at=b.START)
        self.assertEqual(self.told(ahead), [(1, "2026-12-13", "2026-11-03", "", 21)])

    def test_half_of_them_are_announced_absences(self):
        marks = dict.fromkeys(range(1, 21), "A")
        ahead = b.session(1, marks, b.START + 40 * DAY, taken_at=b.START)
        self.assertEqual(self.told(ahead), [])

    def test_remarks_without_a_status_are_no_marks(self):
        marks = {**dict.fromkeys(range(1, 21), "A"), 21: 0}
        ahead = b.session(1, marks, b.START + 40 * DAY, taken_at=b.START)
        self.assertEqual(self.told(ahead), [])

    def test_marks_of_those_who_have_left_say_nothing(self):
        marks = dict.fromkeys(range(20, 80), "A")
        ahead = b.session(
            1, marks, b.START + 40 * DAY, taken_at=b.START, user_ids=frozenset(range(60, 101))
        )
        self.assertEqual(self.told(ahead), [])

    def test_few_in_a_small_class(self):
        """Two absences may be announced where two is all there are; nobody announces that they
        will have been there."""
        small = {"starts": b.START + 9 * DAY, "taken_at": b.START, "user_ids": frozenset({1, 2, 3})}
        for marks, told in (
            ({1: "A", 2: "E"}, 0),
            ({1: "A", 2: "A", 3: "A"}, 1),
            ({1: "P", 2: "A"}, 1),
            ({1: "L", 2: "A"}, 1),
            # Hidden, or of another set.
            ({1: 77, 2: "A"}, 0),
        ):
            with self.subTest(marks=marks):
                session = b.session(1, marks, **small)
                whole = taken_as_a_whole(self.index(session), session)
                self.assertEqual(whole, bool(told))

    def test_nobody_is_listed(self):
        ahead = b.session(1, ALL, b.START + 9 * DAY, taken_at=b.START, user_ids=frozenset())
        self.assertEqual(self.told(ahead), [])

    def test_more_than_a_day(self):
        """A teacher may take tomorrow's session today."""
        for seconds, told in ((DAY, 0), (DAY + 1, 1)):
            with self.subTest(seconds=seconds):
                session = b.session(1, ALL, b.START + seconds, taken_at=b.START)
                self.setUp()
                self.assertEqual(len(self.told(session)), told)

    def test_once_it_has_begun(self):
        """Somebody has said by then that it is right, or it comes over for all to see."""
        begun = b.session(1, ALL, b.START, taken_at=b.START - 40 * DAY)
        self.assertEqual(self.told(begun), [])
        self.assertEqual(len(self.told(begun, now=b.START - 1)), 1)

    def test_day_and_month_exchanged(self):
        """Taken on 11 March for 3 November: also once that day has come."""
        ahead = b.session(1, ALL, taken_at=MARCH)
        found = (1, "2026-11-03", "2026-03-11", "2026-03-11")
        self.assertEqual(self.told(ahead, now=MARCH), [(*found, 40)])
        self.setUp()
        self.assertEqual(self.told(ahead), [(*found, 0)])

    def test_announced_on_such_a_day(self):
        ahead = b.session(1, {1: "A"}, taken_at=MARCH)
        self.assertEqual(self.told(ahead, now=MARCH), [])
        self.assertEqual(self.told(ahead), [])


@tagged("post_install", "-at_install")
class TestPast(MisdatedCase):
    """Taken long after it began."""

    def test_day_and_month_exchanged(self):
        past = b.session(1, {1: "P"}, MARCH, taken_at=b.START)
        self.assertEqual(self.told(past), [(1, "2026-03-11", "2026-11-03", "2026-11-03", 0)])

    def test_taken_late(self):
        past = b.session(1, ALL, b.START - 40 * DAY, taken_at=b.START)
        self.assertEqual(self.told(past), [])

    def test_next_to_that_day(self):
        for days, told in ((-2, 0), (-1, 1), (1, 1), (2, 0)):
            with self.subTest(days=days):
                self.setUp()
                past = b.session(1, ALL, MARCH, taken_at=b.START + days * DAY)
                self.assertEqual(len(self.told(past)), told)

    def test_long_ago(self):
        past = b.session(1, ALL, MARCH, taken_at=b.START)
        for first, told in ((b.DAY, 1), (date(2026, 11, 4), 0)):
            with self.subTest(first=first):
                self.setUp()
                self.assertEqual(len(self.told(past, rules={"window_start": first})), told)

    def test_a_mark_that_is_corrected_later(self):
        """With the plug-in it is known that the others were made in time."""
        marks = [own(1, "P", MARCH), own(2, "A", MARCH + 60), own(3, "L", b.START)]
        past = b.session(1, marks, MARCH, taken_at=b.START)
        self.assertEqual(self.told(past), [])
        later = [own(1, "P", MARCH), own(2, "A", b.START), own(3, "L", b.START)]
        self.assertEqual(len(self.told(b.session(1, later, MARCH, taken_at=b.START))), 1)

    def test_not_taken(self):
        self.assertEqual(self.told(b.session(1, {}, MARCH, taken_at=b.START)), [])
        cleared = b.session(1, {1: 0}, MARCH, taken_at=b.START)
        self.assertEqual(taken_at(cleared, 99), 0)
        # Moodle's course reset forgets when.
        self.assertEqual(self.told(b.session(1, ALL, MARCH, taken_at=0)), [])


@tagged("post_install", "-at_install")
class TestEither(MisdatedCase):
    def test_exchanged(self):
        for day, taken, other in (
            (date(2026, 3, 11), date(2026, 11, 3), date(2026, 11, 3)),
            (date(2026, 3, 12), date(2026, 12, 3), date(2026, 12, 3)),
            (date(2026, 3, 13), date(2026, 12, 3), None),
            (date(2026, 3, 3), date(2026, 3, 3), None),
            (date(2026, 1, 12), date(2026, 11, 30), date(2026, 12, 1)),
        ):
            with self.subTest(day=day):
                self.assertEqual(exchanged_for(day, taken), other)

    def test_by_direction(self):
        """When Moodle was marked concerns nobody where OpenEduCat is right."""
        ahead = b.session(1, ALL, b.START + 40 * DAY, taken_at=b.START)
        for direction, told in (("moodle", 1), ("both", 1), ("oec", 0)):
            with self.subTest(direction=direction):
                self.setUp()
                self.assertEqual(len(self.told(ahead, direction=direction)), told)

    def test_what_we_have_sent_ourselves(self):
        """A sheet that is taken for a later day has sent it."""
        ours = b.session(1, ALL, b.START + 40 * DAY, taken_at=b.START, taken_by=99)
        self.assertEqual(self.told(ours), [])
        ahead = {
            "starts": b.START + 40 * DAY,
            "taken_at": b.START,
            "user_ids": frozenset({1, 2, 3}),
        }
        sent = [own(user, "P", b.START)._replace(taken_by=99) for user in (1, 2)]
        self.assertEqual(self.told(b.session(1, sent, **ahead)), [])
        self.assertEqual(len(self.told(b.session(1, [*sent, own(3, "A", b.START)], **ahead))), 1)
        self.assertEqual(taken_at(ours, 0), b.START, "it is not known who we are")

    def test_a_clock_that_is_not_sure(self):
        ahead = b.session(1, ALL, b.START + 40 * DAY, taken_at=b.START)
        self.assertEqual(self.told(ahead, rules={"clock_sure": False}), [])

    def test_in_the_plan(self):
        """Nothing else becomes different by it; one before the course's start is told, too."""
        ahead = b.session(1, ALL, b.START + 40 * DAY, taken_at=b.START)
        past = b.session(2, ALL, MARCH, taken_at=b.START)
        reading = b.reading(ahead, past)
        reading = replace(reading, course=replace(b.COURSE, starts=b.START - 60 * DAY))
        plan = plan_course(reading, b.local(), b.people(), Rules(b.ZONE, now=b.START))
        self.assertEqual([gap.key for gap in plan.gaps], [
            "misdated:2:session:1", "misdated:2:session:2",
        ])  # fmt: skip
        self.assertEqual(dict(plan.skipped), {"not_begun": 40})
        self.assertEqual((plan.sessions, plan.sessions_early), ((), 1))
