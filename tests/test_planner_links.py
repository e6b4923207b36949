"""Sheets that were made in OpenEduCat and the sessions that they are linked with before any
mark is looked at, by whole values."""

from dataclasses import replace
from datetime import timedelta

from odoo.tests import tagged

from ..services.domain import matching
from ..services.domain import plan as p
from ..services.domain import records as r
from ..services.domain.manual_sheets import Links, _held, link, taken_sessions
from ..services.domain.status_meaning import Chosen
from ..services.domain.whose_sheet import conflicting, owner, several_no_more, two_courses
from ..services.domain.window import Rules
from . import builders as b
from .test_planner_rules import RuleCase

NEXT_DAY = b.DAY + timedelta(days=1)
DAY = 86400
TODAY = b.DAY.isoformat()
SHEET = "op.attendance.sheet"
WITHOUT = "sheet_without_session"
SEMINAR = r.MoodleActivity(4, "Seminar")
EVENING = replace(b.COURSE, id=9, fullname="Evening")
MORNING = replace(b.COURSE, id=1, fullname="Morning")


def untold(why, sheet_id, day=TODAY, marks=0):
    """The gap of a sheet that has no session."""
    return p.Gap(
        WITHOUT,
        f"{WITHOUT}:2:sheet:{sheet_id}",
        why,
        (f"AS{sheet_id}", day),
        marks=marks,
        record=(SHEET, sheet_id),
    )


class LinksCase(RuleCase):
    def link(self, *sessions, sheets=(), lines=(), looked_at=None, **values):
        """:param looked_at: sessions; all of the course otherwise"""
        index = self.index(*sessions, here=b.local(sheets, lines), **values)
        return link(index, sessions if looked_at is None else looked_at, self.findings)


@tagged("post_install", "-at_install")
class TestLinkAll(LinksCase):
    def test_each_looks_for_its_session(self):
        """What does not count stands before and between those that do."""
        first, second = b.session(1), b.session(2, starts=b.START + DAY)
        sheets = [
            b.sheet(10, b.session(3), batch_id=2),
            b.sheet(11, active=False),
            b.sheet(12, state="cancel", batch_id=3),
            b.sheet(13, day=NEXT_DAY),
            b.sheet(14, state="draft"),
            b.sheet(15, day=NEXT_DAY - timedelta(days=9)),
            b.sheet(16),
            b.sheet(17, batch_id=2, day=NEXT_DAY, state="confirm"),
        ]
        linked = {1: [sheets[6]], 2: [sheets[3]], 3: [sheets[0]]}
        rules = {"window_start": b.DAY}
        found = self.link(first, second, sheets=sheets, direction="oec", rules=rules)
        nobody = {2: [], 1: []}
        self.assertEqual(found, Links(linked, frozenset({13, 16}), nobody))
        found = self.link(first, second, sheets=sheets, direction="both", rules=rules)
        # Two sheets fit the first session now; those of another batch do not contend.
        self.assertEqual(found.linked, {13, 17})
        self.assertEqual([s.id for s in found.sheets_of_session[2]], [13, 17])
        self.assertEqual(self.findings.gaps, (untold("several_sessions", 16),))

    def test_nothing_as_long_as_an_activity_can_not_be_read(self):
        """It may be of a session of just that one."""
        values = {"sheets": [b.sheet(7)], "failed": (r.FailedActivity(4, "slow"),)}
        for direction in ("oec", "both"):
            found = self.link(b.session(1), direction=direction, **values)
            self.assertEqual(found, Links({}))
        self.assertFalse(self.findings.gaps)
        old = b.sheet(6, b.session(1), state="cancel")
        values["sheets"] = [old, b.sheet(7)]
        found = self.link(b.session(1, {1: "P"}), direction="moodle", **values)
        self.assertEqual(found, Links({1: [old]}))
        del values["failed"]
        found = self.link(b.session(1, {1: "P"}), direction="moodle", **values)
        self.assertEqual(found.linked, {7})

    def test_in_the_place_of_a_cancelled_one(self):
        """Only that of its own batch gives way, and the others stay before it."""
        session = b.session(1)
        sheets = [
            b.sheet(5, session, batch_id=2),
            b.sheet(6, session, state="cancel"),
            b.sheet(8, session, state="cancel", batch_id=3),
            b.sheet(9),
        ]
        found = self.link(session, sheets=sheets, direction="oec")
        self.assertEqual(
            found,
            Links({1: [sheets[0], sheets[2], sheets[3]]}, frozenset({9}), {1: [sheets[1]]}),
        )

    def test_of_two_batches_both_give_way(self):
        session = b.session(1)
        sheets = [
            b.sheet(5, session, batch_id=2, state="cancel"),
            b.sheet(6, session, state="cancel"),
            b.sheet(8, batch_id=2),
            b.sheet(9),
        ]
        found = self.link(session, sheets=sheets, direction="oec")
        self.assertEqual(
            found, Links({1: sheets[2:]}, frozenset({8, 9}), {1: [sheets[0], sheets[1]]})
        )

    def test_only_sessions_that_are_looked_at(self):
        found = self.link(b.session(1), sheets=[b.sheet(7)], looked_at=(), direction="oec")
        self.assertEqual(found, Links({}))
        self.assertEqual(self.findings.gaps, (untold("no_session", 7),))

    def test_without_a_session(self):
        """Only of a sheet that is done it is told; each with the number of its lines."""
        sheets = [b.sheet(7), b.sheet(8, state="draft", batch_id=2), b.sheet(9, day=NEXT_DAY)]
        lines = [b.line(n, 100 + n, "P", s) for n, s in enumerate((7, 7, 9), 1)]
        self.assertEqual(self.link(sheets=sheets, lines=lines, direction="both"), Links({}))
        self.assertEqual(
            self.findings.gaps,
            (untold("no_session", 7, marks=2), untold("no_session", 9, "2026-11-04", 1)),
        )

    def test_of_several_sessions(self):
        """Whether any may be made or not."""
        for may_create in (False, True):
            self.setUp()
            self.link(
                b.session(1),
                b.session(2, starts=b.START + b.HOUR),
                sheets=[b.sheet(7)],
                direction="oec",
                rules={"may_create": may_create},
            )
            self.assertEqual(self.findings.gaps, (untold("several_sessions", 7),))

    def test_marks_tell_whose_it_is(self):
        """Of two sessions of the day, the one that says what the sheet says."""
        sessions = (
            b.session(1, {1: "P", 2: "A"}),
            b.session(2, {1: "A", 2: "A"}, starts=b.START + b.HOUR),
        )
        lines = [b.line(1, 101, "A", 7), b.line(2, 102, "A", 7)]
        found = self.link(*sessions, sheets=[b.sheet(7)], lines=lines, direction="oec")
        self.assertEqual(found, Links({2: [b.sheet(7)]}, frozenset({7}), {2: []}))

    def test_a_misplaced_sheet_has_no_session(self):
        session = b.session(1)
        elsewhere = b.sheet(6, session, seen=r.Seen(2, 5, ""))
        found = self.link(session, sheets=[elsewhere, b.sheet(7)], direction="oec")
        self.assertEqual(found, Links({1: [b.sheet(7)]}, frozenset({7}), {1: []}))


@tagged("post_install", "-at_install")
class TestNewSessions(LinksCase):
    def made(self, *sessions, sheets=None, lines=(), course=b.COURSE, looked_at=(), **values):
        """New sessions of the sheets, and why there is none."""
        self.setUp()
        values = {"direction": "oec", "rules": {"may_create": True}, **values}
        index = self.index(*sessions, here=b.local(sheets or [b.sheet(7)], lines), **values)
        index = replace(index, reading=replace(index.reading, course=course))
        links = link(index, looked_at, self.findings)
        self.assertEqual(links.linked, frozenset())
        return links.new_sessions, self.findings.gaps

    def new(self, sheet_id=7, starts=b.START + 3 * b.HOUR):
        return p.NewSession(sheet_id, 1, 0, starts, b.HOUR, f"AS{sheet_id}")

    def test_one_for_each_sheet(self):
        sheets = [
            b.sheet(7),
            b.sheet(8, state="draft", batch_id=2),
            b.sheet(9, day=NEXT_DAY),
        ]
        for direction in ("oec", "both"):
            found = self.made(sheets=sheets, direction=direction)
            self.assertEqual(found, ((self.new(), self.new(9, b.START + 27 * b.HOUR)), ()))

    def test_none_may_be_made(self):
        self.assertEqual(self.made(rules={}), ((), (untold("no_session", 7),)))

    def test_the_course_has_no_place_for_it(self):
        gaps = (untold("no_place_for_session", 7),)
        self.assertEqual(self.made(activities=()), ((), gaps))
        self.assertEqual(self.made(activities=(b.LECTURES, SEMINAR)), ((), gaps))

    def test_the_group_is_not_in_the_grouping(self):
        """Nor would its students be shown in a session for all participants."""
        who = replace(b.people(), group_names={1: "Batch A"})
        gap = replace(
            untold("no_place_for_session", 7),
            why="session_group_outside",
            details=("AS7", b.DAY.isoformat(), "Batch A", "Lectures"),
        )
        for mode, groups, made, told in (
            (1, {1, 2}, 1, ()),
            (2, {1}, 1, ()),
            (0, {1}, 0, ()),
            (0, {2}, None, (gap,)),
            (1, {2}, None, (gap,)),
            (2, {2}, None, (gap,)),
            # Without any group in it, Moodle shows everybody in sessions for all participants.
            (2, set(), 0, ()),
            (1, set(), None, (untold("no_place_for_session", 7),)),
        ):
            with self.subTest(mode=mode, groups=groups):
                activity = replace(b.LECTURES, groupmode=mode, grouping=frozenset(groups))
                new = () if made is None else (replace(self.new(), group_id=made),)
                self.assertEqual(self.made(activities=(activity,), who=who), (new, told))

    def test_activities_do_not_offer_the_group(self):
        """A session for all participants is one of another batch, too; without groups in the
        activity there is no other."""
        who = replace(b.people(), group_names={1: "Batch A"})
        gap = replace(
            untold("no_place_for_session", 7),
            why="session_group_closed",
            details=("AS7", b.DAY.isoformat(), "Batch A"),
        )
        for mode, closed, made, told in (
            (2, 1, None, (gap,)),
            (1, 1, None, (gap,)),
            (0, 1, 0, ()),
            (2, 2, 1, ()),
        ):
            with self.subTest(mode=mode, closed=closed):
                groups = tuple(r.MoodleGroup(n, "", "", n != closed) for n in (1, 2))
                activity = replace(b.LECTURES, groupmode=mode)
                new = () if made is None else (replace(self.new(), group_id=made),)
                found = self.made(activities=(activity,), who=who, groups=groups)
                self.assertEqual(found, (new, told))

    def test_one_of_several_groups_is_in_the_grouping(self):
        activity = replace(b.LECTURES, groupmode=2, grouping=frozenset({3}))
        found = self.made(activities=(activity,), who=b.people(batches={3: 1}))
        self.assertEqual(found, ((replace(self.new(), group_id=3),), ()))

    def test_a_batch_without_a_group(self):
        activity = replace(b.LECTURES, groupmode=2, grouping=frozenset({2}))
        found = self.made(activities=(activity,), who=b.people(batches={1: 2}))
        self.assertEqual(found, ((self.new(),), ()))

    def test_not_as_long_as_not_all_sessions_are_listed(self):
        """One of them may have been made for it, by a run that has died."""
        gaps = (untold("sessions_not_listed", 7),)
        self.assertEqual(self.made(listed=frozenset()), ((), gaps))

    def test_not_as_long_as_an_activity_can_not_be_read(self):
        failed = (r.FailedActivity(4, "slow"),)
        gaps = (untold("sessions_not_listed", 7),)
        self.assertEqual(self.made(failed=failed), ((), gaps))

    def test_not_before_the_course(self):
        """Its first day is in it, from the morning on."""
        sheets = [b.sheet(7), b.sheet(8, day=NEXT_DAY)]
        course = replace(b.COURSE, starts=b.START + DAY + b.HOUR)
        self.assertEqual(
            self.made(sheets=sheets, course=course),
            ((self.new(8, b.START + 27 * b.HOUR),), (untold("before_course", 7),)),
        )
        self.assertEqual(
            self.made(course=replace(course, starts=b.START + 9 * b.HOUR)), ((self.new(),), ())
        )

    def test_not_where_a_session_of_the_day_can_not_be_judged(self):
        """Of a group that Moodle does not list nobody knows the batch."""
        session = b.session(1, group_id=3)
        who = b.people(batches={3: 2})
        found = self.made(session, looked_at=(session,), who=who)
        self.assertEqual(found, ((), (untold("no_place_for_session", 7),)))

    def test_not_with_a_set_that_lacks_a_letter(self):
        """Set 0 of the activity's other sessions says it; of no other activity, and no other
        set. A line without a status needs none."""
        lines = [b.line(1, 101, "P", 7), b.line(2, 102, "L", 7), b.line(3, 103, None, 7)]
        before = {"starts": b.START - DAY, "statuses": b.STATUSES[:2]}
        whole = {**before, "statuses": b.STATUSES[:3]}
        lacking, made = ((), (untold("no_place_for_session", 7, marks=3),)), ((self.new(),), ())
        for sessions, found in (
            ([b.session(1, **before)], lacking),
            ([b.session(1, **whole)], made),
            ([b.session(1, status_set=1, **before)], made),
            ([b.session(1, activity_id=4, **before)], made),
            ([b.session(1, status_set=1, **whole), b.session(2, **before)], lacking),
            ([b.session(1, activity_id=4, **whole), b.session(2, **before)], lacking),
            ([b.session(1, **whole), b.session(2, **before)], made),
        ):
            self.assertEqual(self.made(*sessions, lines=lines), found)

    def test_a_letter_that_several_mean(self):
        """It can't be sent either, unless somebody has said which of them is."""
        statuses = (*b.STATUSES, r.MoodleStatus(9, "On", "Online", 2))
        before = b.session(1, starts=b.START - DAY, statuses=statuses)
        lines = [b.line(1, 101, "P", 7)]
        for send in (False, True):
            rules = {"may_create": True, "chosen": (Chosen("On", "P", send=send),)}
            new, _gaps = self.made(before, lines=lines, rules=rules)
            self.assertEqual(new, (self.new(),) if send else ())


@tagged("post_install", "-at_install")
class TestLinkInPlace(LinksCase):
    """Where Moodle is right."""

    def test_only_in_the_place_of_a_cancelled_one(self):
        session = b.session(1, {1: "P"})
        other = b.session(2, {1: "P"}, starts=b.START + DAY)
        left = b.sheet(5, session, state="cancel")
        sheets = [
            left,
            b.sheet(6, session, batch_id=3),
            b.sheet(7, active=False),
            b.sheet(8, state="cancel"),
            b.sheet(9, day=NEXT_DAY),
            b.sheet(10, state="draft"),
        ]
        found = self.link(session, other, sheets=sheets)
        self.assertEqual(found, Links({1: [sheets[1], sheets[5]]}, frozenset({10}), {1: [left]}))
        self.assertFalse(self.findings.gaps)

    def test_nothing_was_cancelled(self):
        session = b.session(1, {1: "P"})
        linked = b.sheet(5, session, batch_id=2)
        found = self.link(session, sheets=[linked, b.sheet(7)])
        self.assertEqual(found, Links({1: [linked]}))

    def test_only_sessions_with_marks_that_have_begun(self):
        for values, rules, linked in (
            ({"marks": {1: "P"}}, {"now": b.START}, {7}),
            ({"marks": {1: "P"}}, {"now": b.START - 1}, set()),
            ({}, {"now": b.START}, set()),
        ):
            session = b.session(1, **values)
            sheets = [b.sheet(5, session, state="cancel"), b.sheet(7)]
            self.assertEqual(self.link(session, sheets=sheets, rules=rules).linked, linked)

    def test_only_inside_the_window_and_of_this_course(self):
        session = b.session(1, {1: "P"})
        sheets = [b.sheet(5, session, state="cancel"), b.sheet(7)]
        for rules, rivals, linked in (
            ({"window_start": b.DAY}, (), {7}),
            ({"window_start": NEXT_DAY}, (), set()),
            ({}, (EVENING,), set()),
            ({}, (replace(EVENING, starts=b.START + DAY),), {7}),
        ):
            found = self.link(session, sheets=sheets, rules=rules, rivals=rivals)
            self.assertEqual(found.linked, linked)

    def test_two_that_may_be_in_its_place(self):
        """Both are told, in one gap of each batch and day; those of another batch or day have
        no place to be in."""
        session = b.session(1, {1: "P"})
        sheets = [
            b.sheet(5, session, state="cancel"),
            b.sheet(7),
            b.sheet(8),
            b.sheet(9, batch_id=2),
            b.sheet(10, batch_id=2),
            b.sheet(11, day=NEXT_DAY),
            b.sheet(6, session, batch_id=3, state="cancel"),
            b.sheet(12, batch_id=3),
            b.sheet(13, batch_id=3),
        ]
        linked = {1: [sheets[0], sheets[6]]}
        self.assertEqual(self.link(session, sheets=sheets), Links(linked))
        kind = "conflicting_sheets"
        self.assertEqual(
            self.findings.gaps,
            tuple(
                p.Gap(kind, f"{kind}:2:{batch}:{TODAY}", "sheets_beside", (names, TODAY))
                for batch, names in ((1, ("AS7", "AS8")), (3, ("AS12", "AS13")))
            ),
        )

    def test_beside_a_session_that_is_not_taken_yet(self):
        """A session of its own is the better one; it is linked once its marks ask for it."""
        first, second = b.session(1, {1: "P"}), b.session(2, {1: "A"}, starts=b.START + b.HOUR)
        sheets = [b.sheet(5, first, state="cancel"), b.sheet(7)]
        self.assertEqual(self.link(first, second, sheets=sheets).linked, set())
        self.assertFalse(self.findings.gaps)


@tagged("post_install", "-at_install")
class TestTaken(LinksCase):
    def test_sessions_that_have_a_sheet(self):
        """And those of which all sheets are cancelled; a misplaced one is of none."""
        first, second = b.session(1), b.session(2)
        sheets = [
            b.sheet(4),
            b.sheet(5, first, seen=r.Seen(2, 8, "")),
            b.sheet(6, first, state="cancel"),
            b.sheet(7, first, batch_id=2, state="cancel"),
            b.sheet(8, first, batch_id=2, state="draft"),
            b.sheet(9, second),
        ]
        index = self.index(first, second, here=b.local(sheets))
        self.assertEqual(taken_sessions(index), ({(1, 2), (2, 1)}, {(1, 1)}))

    def test_what_both_sides_hold(self):
        """Of the days of the sheets alone, for each batch those who belong in a sheet of it:
        all of a group's session; else those running there, in none, or nobody knows where."""
        who = b.people(
            running={102: [2], 103: [], 104: [1, 2], 105: [0]},
            unknown={9: matching.Match(9), 10: matching.Match(10, 101, "manual")},
        )
        marks = [
            b.mark(1, "P"),
            b.mark(2, "A"),
            b.mark(3, "L"),
            b.mark(4, "E"),
            b.mark(5, 77),
            b.mark(9, "P"),
            b.mark(10, "A"),
            b.mark(6, "P"),
            b.mark(6, "P"),
        ]
        sessions = (
            b.session(3, {1: "P"}, starts=b.START + 2 * DAY),
            b.session(1, marks),
            b.session(2, {2: "P"}, group_id=1, starts=b.START + DAY),
        )
        sheets = [b.sheet(7), b.sheet(8, batch_id=2, day=NEXT_DAY)]
        lines = [b.line(1, 101, "A", 7), b.line(2, 102, "L", 9)]
        index = self.index(*sessions, here=b.local(sheets, lines), who=who)
        held = _held(index, sheets, sessions)
        self.assertEqual(held.lines, {7: {101: "A"}, 8: {}})
        self.assertEqual(
            held.marks,
            {1: {101: None, 102: "A", 103: "L", 104: "E", 105: None, 106: "P"}, 2: {102: "P"}},
        )
        nowhere = {student for student in range(101, 107) if not who.own_batch(student, b.DAY)[0]}
        self.assertEqual(nowhere, {103, 104, 105})
        self.assertEqual(
            held.asked,
            {
                (1, 1): {101, 106} | nowhere,
                (1, 2): {102} | nowhere,
                (2, 1): {102},
                (2, 2): {102},
            },
        )


@tagged("post_install", "-at_install")
class TestWhose(LinksCase):
    def test_of_two_courses_the_lowest_number_tells(self):
        """Only of sheets that are done; a course whose dates include the day has it."""
        two = p.Gap(
            WITHOUT,
            f"{WITHOUT}:2:sheet:7",
            "two_courses",
            ("AS7", TODAY, ("Algebra I", "Evening")),
            marks=1,
            record=(SHEET, 7),
        )
        lines = [b.line(1, 101, "P", 7)]
        for rivals, state, linked, gaps in (
            ((EVENING,), "done", set(), (two,)),
            ((EVENING,), "draft", set(), ()),
            ((EVENING, MORNING), "done", set(), ()),
            ((replace(EVENING, starts=b.START + DAY),), "done", {7}, ()),
            ((replace(EVENING, ends=b.START - DAY),), "draft", {7}, ()),
        ):
            self.setUp()
            found = self.link(
                b.session(1),
                sheets=[b.sheet(7, state=state)],
                lines=lines,
                direction="both",
                rivals=rivals,
            )
            self.assertEqual((found.linked, self.findings.gaps), (linked, gaps))

    def test_no_course_includes_the_day(self):
        """And of one that another course has nothing is told."""
        over = replace(b.COURSE, ends=b.START - DAY)
        for rival, owned_by, told in (
            (replace(EVENING, ends=b.START - DAY), 0, ["two_courses"]),
            (EVENING, 9, []),
        ):
            self.setUp()
            index = self.index(
                b.session(1), here=b.local([b.sheet(7)]), direction="oec", rivals=(rival,)
            )
            reading = replace(index.reading, course=over)
            self.assertEqual(owner(reading, b.sheet(7), Rules(b.ZONE)), owned_by)
            links = link(replace(index, reading=reading), index.reading.sessions, self.findings)
            self.assertEqual((links.linked, self.whys()), (set(), told))

    def test_the_gap_of_two_courses(self):
        sheet = b.sheet(7)
        here = b.local([sheet], [b.line(1, 101, "P", 7), b.line(2, 102, "P", 7)])
        index = self.index(here=here, rivals=(MORNING, EVENING))
        two_courses(index, sheet, self.findings)
        self.assertEqual(
            self.findings.gaps,
            (
                p.Gap(
                    WITHOUT,
                    f"{WITHOUT}:2:sheet:7",
                    "two_courses",
                    ("AS7", TODAY, ("Algebra I", "Evening", "Morning")),
                    marks=2,
                    record=(SHEET, 7),
                ),
            ),
        )

    def test_the_gap_of_a_day(self):
        """It stands for those of the sheets themselves where sessions wait for them."""
        kind = "conflicting_sheets"
        told = tuple(untold("several_sessions", number) for number in (7, 8))
        for why, left in (("sheets_beside", told), ("sheets_unsure", ())):
            self.setUp()
            for number in (7, 8):
                details = {"sheet": f"AS{number}", "day": TODAY}
                key = f"sheet:{number}"
                record = (SHEET, number)
                self.findings.gap("several_sessions", key, details, record=record)
            conflicting(why, [b.sheet(8, batch_id=3), b.sheet(7, batch_id=3)], self.findings)
            gap = p.Gap(kind, f"{kind}:2:3:{TODAY}", why, (("AS7", "AS8"), TODAY))
            self.assertEqual(self.findings.gaps, (gap, *left))
            several_no_more(b.sheet(8), self.findings)
            self.assertEqual(self.findings.gaps, (gap, *left[:1]))
