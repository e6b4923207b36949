"""``services/domain/linking.py`` by itself: which session a sheet is of, which is made for it."""

from dataclasses import replace
from datetime import date

from odoo.tests import BaseCase, tagged

from ..services.domain import linking
from ..services.domain import plan as p
from ..services.domain.records import MoodleActivity
from ..services.domain.references import is_made_for, referring
from . import builders as b
from .builders import HOUR, START, session, sheet

RULES = replace(b.RULES, reference_key=b.KEY)
NOTHING_HELD = linking.Held({}, {}, {})


def choose(sheets, sessions, taken=(), held=NOTHING_HELD, left=(), groups=("Group 1", "Group 2")):
    people = replace(b.people(), group_names=dict(enumerate(groups, 1)))
    return linking.choose_sessions(
        sheets, sessions, set(taken), people, RULES, held, frozenset(left)
    )


def said(sheets, marks, batch_id=1):
    """What sheets and sessions hold, all of the marks asked for.

    :param sheets: ``{sheet id: letters}``
    :param marks: ``{session id: letters}``
    """
    lines = {number: dict(enumerate(letters)) for number, letters in sheets.items()}
    marks = {number: dict(enumerate(letters)) for number, letters in marks.items()}
    return linking.Held(lines, marks, {(number, batch_id): set(of) for number, of in marks.items()})


@tagged("post_install", "-at_install")
class TestChoose(BaseCase):
    first, second = session(1), session(2, starts=START + HOUR)
    marked = session(1, {1: "P"}), session(2, {1: "P"}, starts=START + HOUR)

    def test_the_one_of_the_day(self):
        other_day = session(3, starts=START + 86400)
        found = choose([sheet(1), sheet(2, day=date(2026, 12, 1))], [self.first, other_day])
        self.assertEqual(found, {1: linking.Choice(self.first, 1), 2: linking.Choice(None, 0)})

    def test_of_its_batch_only(self):
        of_group = session(1, group_id=2)
        self.assertEqual(choose([sheet(1)], [of_group])[1], linking.Choice(None, 0))
        found = choose([sheet(1, batch_id=2)], [of_group, session(2, group_id=1)])
        self.assertEqual(found[1], linking.Choice(of_group, 1))

    def test_one_that_has_a_sheet_of_the_batch_is_taken(self):
        found = choose([sheet(1)], [self.first, self.second], taken={(1, 1)})
        self.assertEqual(found[1], linking.Choice(self.second, 1))
        found = choose([sheet(1)], [self.first], taken={(1, 2)})
        self.assertEqual(found[1], linking.Choice(self.first, 1))

    def test_one_whose_sheet_was_cancelled_comes_last(self):
        found = choose([sheet(1)], [self.first, self.second], left={(1, 1)})
        self.assertEqual(found[1], linking.Choice(self.second, 1))
        found = choose([sheet(1)], [self.first], left={(1, 1)})
        self.assertEqual(found[1], linking.Choice(self.first, 1))
        found = choose([sheet(1)], [self.first, self.second], left={(1, 2)})
        self.assertEqual(found[1], linking.Choice(None, 2))

    def test_the_nearest_to_the_timetable(self):
        near = sheet(1, starts=START + HOUR - 60)
        self.assertEqual(choose([near], [self.first, self.second])[1].session, self.second)
        for middle in (sheet(1, starts=START + HOUR // 2), sheet(1)):
            found = choose([middle], [self.first, self.second])
            self.assertEqual(found[1], linking.Choice(None, 2))

    def test_the_nearest_of_three(self):
        sessions = [self.first, self.second, session(3, starts=START + 2 * HOUR)]
        found = choose([sheet(1, starts=START + HOUR + 60)], sessions)
        self.assertEqual(found[1], linking.Choice(self.second, 3))

    def test_the_very_time_is_sure_and_any_other_is_not(self):
        late = sheet(1, starts=START + HOUR), sheet(2, starts=START + 2 * HOUR)
        found = choose(late, [self.first, self.second])
        self.assertEqual(
            {n: choice.session for n, choice in found.items()}, {1: self.second, 2: self.first}
        )
        late = sheet(1, starts=START + HOUR + 60), sheet(2, starts=START + 2 * HOUR)
        found = choose(late, [self.first, self.second])
        self.assertEqual({choice.session for choice in found.values()}, {None})

    def test_two_sheets_for_one_session_leave_both_without(self):
        found = choose([sheet(1), sheet(2)], [self.first])
        self.assertEqual(found, {1: linking.Choice(None, 2), 2: linking.Choice(None, 2)})
        # One for each batch is two sheets of one session for all.
        found = choose([sheet(1), sheet(2, batch_id=2)], [self.first])
        self.assertEqual({choice.session for choice in found.values()}, {self.first})

    def test_by_the_same_marks_where_each_session_is_marked(self):
        held = said({1: "PA"}, {1: "LL", 2: "PA"})
        found = choose([sheet(1)], self.marked, held=held)
        self.assertEqual(found[1], linking.Choice(self.marked[1], 2))
        found = choose([sheet(1)], [self.marked[0], self.second], held=said({1: "P"}, {1: "P"}))
        self.assertEqual(found[1], linking.Choice(None, 2))

    def test_what_is_sure_of_one_day_is_kept_for_all(self):
        tomorrow = session(3, {1: "P"}, starts=START + 86400)
        third = session(4, {1: "P"}, starts=START + 86400 + HOUR)
        held = said({1: "PA", 2: "LE"}, {1: "EE", 2: "PA", 3: "LE", 4: "AA"})
        sheets = [sheet(1), sheet(2, day=date(2026, 11, 4))]
        found = choose(sheets, [*self.marked, tomorrow, third], held=held)
        self.assertEqual(found[1], linking.Choice(self.marked[1], 2))
        self.assertEqual(found[2], linking.Choice(tomorrow, 2))

    def test_what_others_surely_have_is_not_left_for_one(self):
        held = said({1: "PA", 2: "EE"}, {1: "LL", 2: "PA"})
        found = choose([sheet(1), sheet(2)], self.marked, held=held)
        self.assertEqual(found[2], linking.Choice(self.marked[0], 1))

    def test_one_that_was_made_for_it(self):
        made = replace(self.second, description=f"AS1 {b.reference(1)}")
        found = choose([sheet(1), sheet(2)], [self.first, made])
        self.assertEqual(found[1], linking.Choice(made, 2))
        self.assertEqual(found[2], linking.Choice(self.first, 1))

    def test_two_that_were_made_for_it(self):
        """An answer was lost: the one that is nearest, and none of the others."""
        twins = [replace(one, description=b.reference(1)) for one in (self.first, self.second)]
        third = session(3, starts=START + 2 * HOUR)
        found = choose([sheet(1, starts=START + 2 * HOUR - 60)], [*twins, third])
        self.assertEqual(found[1].session, twins[1])

    def test_one_that_was_made_for_it_and_is_of_another_day_by_now(self):
        moved = session(3, starts=START + 86400, description=b.reference(1))
        found = choose([sheet(1), sheet(2)], [self.first, moved])
        self.assertEqual(found[1], linking.Choice(moved, 1))
        self.assertEqual(found[2], linking.Choice(self.first, 1))
        self.assertEqual(choose([sheet(1)], [moved], taken={(3, 2)})[1].session, moved)

    def test_its_reference_comes_before_its_time(self):
        made = replace(self.second, description=b.reference(1))
        found = choose([sheet(1, starts=START)], [self.first, made])
        self.assertEqual(found[1].session, made)

    def test_each_sheet_has_its_turn(self):
        """One that is sure, one in doubt, one whose session was moved, and one more."""
        own = replace(self.first, description=b.reference(1))
        copies = [session(n, starts=START + n * 86400, description=b.reference(2)) for n in (3, 4)]
        moved = session(5, starts=START + 5 * 86400, description=b.reference(3))
        other_day = session(6, starts=START + 6 * 86400)
        sheets = [sheet(1), sheet(2), sheet(3), sheet(4, day=date(2026, 11, 9))]
        found = choose(sheets, [own, *copies, moved, other_day])
        self.assertEqual(
            {number: choice.session for number, choice in found.items()},
            {1: own, 2: None, 3: moved, 4: other_day},
        )

    def test_in_doubt_none_of_another_day_and_none_is_made(self):
        """Taken by a sheet of the same batch, or one of two."""
        moved = session(3, starts=START + 86400, description=b.reference(1))
        found = choose([sheet(1)], [moved], taken={(3, 1)})
        self.assertEqual(found[1], linking.Choice(None, 1))
        again = replace(moved, id=4)
        for others in ((), (self.first,)):
            found = choose([sheet(1)], [moved, again, *others])
            self.assertEqual(found[1], linking.Choice(None, 2))
        # The one that is linked already stays, and the other one is its own.
        found = choose([sheet(1)], [moved, again], taken={(4, 1)})
        self.assertEqual(found[1].session, moved)

    def test_a_reference_of_another_database_says_nothing(self):
        """Of another Odoo on the same Moodle, or of version 1.1: it moves no sheet, and is no
        better and no worse than any other session of the day."""
        for key in ("", b.OTHER_KEY, b.KEY[:-1], f"{b.KEY}0"):
            text = b.reference(1, key)
            moved = session(3, starts=START + 86400, description=text)
            self.assertEqual(choose([sheet(1)], [moved])[1], linking.Choice(None, 0), text)
            here = replace(self.second, description=text)
            self.assertEqual(choose([sheet(1)], [here, moved])[1], linking.Choice(here, 1), text)
            found = choose([sheet(1)], [self.first, here])
            self.assertEqual(found[1], linking.Choice(None, 2), text)
            of_group = replace(here, group_id=2)
            self.assertEqual(choose([sheet(1)], [of_group])[1], linking.Choice(None, 0), text)

    def test_before_a_key_there_is_no_reference(self):
        for key in ("", "None"):
            moved = session(3, starts=START + 86400, description=b.reference(1, key))
            people = replace(b.people(), group_names={1: "Group 1"})
            found = linking.choose_sessions(
                [sheet(1)], [moved], set(), people, b.RULES, NOTHING_HELD
            )
            self.assertEqual(found[1], linking.Choice(None, 0))

    def test_a_copied_text_takes_no_other_sheets_session(self):
        """Sheet 1 is linked already; sheet 2 is of the day of the session with the copy."""
        copy = replace(self.second, description=b.reference(1))
        self.assertEqual(choose([sheet(2)], [copy])[2], linking.Choice(copy, 1))

    def test_one_of_its_own_day_comes_before_one_that_was_moved(self):
        here = replace(self.first, description=b.reference(1))
        moved = session(3, starts=START + 86400, description=b.reference(1))
        self.assertEqual(choose([sheet(1)], [here, moved])[1].session, here)

    def test_a_group_that_moodle_does_not_list_may_be_anybodys(self):
        other = session(3, group_id=2, starts=START + HOUR)
        for groups, sure in ((("Group 1",), False), (("Group 1", "Group 2"), True)):
            found = choose([sheet(1)], [self.first, other], groups=groups)
            self.assertEqual(found[1], linking.Choice(self.first, 1, sure))
        self.assertTrue(choose([sheet(1)], [session(1)], groups=())[1].sure)
        self.assertTrue(choose([sheet(1)], [session(1, group_id=1)])[1].sure)


@tagged("post_install", "-at_install")
class TestHeld(BaseCase):
    def test_the_same(self):
        held = said({1: "PA", 2: "PL"}, {5: "PA"})
        self.assertTrue(held.same(sheet(1), session(5)))
        self.assertFalse(held.same(sheet(2), session(5)))
        # A sheet or a session of which nothing is known says nothing.
        self.assertFalse(held.same(sheet(3), session(5)))
        self.assertFalse(held.same(sheet(1), session(6)))

    def test_only_who_belongs_in_the_sheet_has_to_be_in_it(self):
        held = linking.Held({1: {7: "P"}}, {5: {7: "P", 8: "A"}}, {(5, 1): {7}})
        self.assertTrue(held.same(sheet(1), session(5)))
        # Of another batch nothing is known but all of its marks.
        self.assertFalse(held.same(sheet(1, batch_id=2), session(5)))


@tagged("post_install", "-at_install")
class TestStandsFor(BaseCase):
    def test_the_number_the_course_and_the_activity(self):
        one = session(5)
        linked = sheet(1, one)
        self.assertTrue(linking.stands_for(linked, one))
        self.assertTrue(linking.stands_for(replace(linked, seen=None), one))
        self.assertFalse(linking.stands_for(linked, session(6)))
        self.assertFalse(linking.stands_for(linked, session(5, activity_id=9)))
        self.assertFalse(linking.stands_for(linked, session(5, course_id=9)))


@tagged("post_install", "-at_install")
class TestNewSession(BaseCase):
    activity = MoodleActivity(4, "Lectures")
    separate = MoodleActivity(4, "Lectures", groupmode=linking.SEPARATE_GROUPS)
    visible = MoodleActivity(4, "Lectures", groupmode=2)

    def new(self, one, activities=None, batches=None):
        people = b.people(batches=batches)
        return linking.new_session(one, activities or [self.activity], people, b.RULES)

    def test_at_noon_for_an_hour(self):
        self.assertEqual(
            self.new(sheet(7)),
            p.NewSession(
                sheet_id=7,
                activity_id=4,
                group_id=0,
                starts=START + 3 * HOUR,
                duration=HOUR,
                description="AS7",
            ),
        )
        self.assertEqual(self.new(sheet(7, name="")).description, "")

    def test_its_reference(self):
        new = self.new(sheet(7))
        made = referring(new, b.KEY)
        self.assertEqual(
            made,
            replace(
                new, description="AS7 [oec_sheet_7_0123abcd]", reference="oec_sheet_7_0123abcd"
            ),
        )
        made = session(1, description=made.description)
        self.assertTrue(is_made_for(made, sheet(7), b.KEY))
        for other in (sheet(77), sheet(70), sheet(1)):
            self.assertFalse(is_made_for(made, other, b.KEY))
        self.assertEqual(referring(replace(new, description=""), b.KEY).description, b.reference(7))

    def test_as_the_timetable_says(self):
        timed = sheet(7, starts=START + HOUR, ends=START + 3 * HOUR)
        made = self.new(timed)
        self.assertEqual((made.starts, made.duration), (START + HOUR, 2 * HOUR))
        made = self.new(replace(timed, ends=timed.starts))
        self.assertEqual((made.starts, made.duration), (START + HOUR, HOUR))
        made = self.new(replace(timed, ends=timed.starts + 1))
        self.assertEqual(made.duration, 1)

    def test_never_on_another_day_than_the_sheets(self):
        made = self.new(sheet(7, starts=START + 86400, ends=START + 86400 + 2 * HOUR))
        self.assertEqual((made.starts, made.duration), (START + 3 * HOUR, 2 * HOUR))

    def test_in_the_one_activity(self):
        self.assertIsNone(self.new(sheet(7), [self.activity, MoodleActivity(5, "Labs")]))
        people = b.people()
        self.assertIsNone(linking.new_session(sheet(7), [], people, b.RULES))

    def test_for_the_group_of_the_batch(self):
        for activity in (self.separate, self.visible):
            self.assertEqual(self.new(sheet(7, batch_id=2), [activity]).group_id, 2)
        self.assertEqual(self.new(sheet(7, batch_id=2)).group_id, 0)

    def test_without_one_group_of_the_batch(self):
        for one, batches in ((sheet(7, batch_id=3), None), (sheet(7, batch_id=2), {3: 2})):
            self.assertIsNone(self.new(one, [self.separate], batches))
            self.assertEqual(self.new(one, [self.visible], batches).group_id, 0)
