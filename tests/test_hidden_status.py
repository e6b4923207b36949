"""A status that has marks is hidden in Moodle, which can't delete one in use: with our plug-in its
marks keep what they mean."""

from odoo.tests import tagged

from .builders import HOUR, START
from .common import MoodleCase, stored
from .test_companion import CompanionCase


def status(case, session, acronym):
    return case.moodle.status_of(session, acronym)


@tagged("post_install", "-at_install")
class TestHidden(CompanionCase):
    direction = "moodle"

    def hide(self, session, acronym, **values):
        found = status(self, session, acronym)
        for name, value in (values or {"visible": False}).items():
            setattr(found, name, value)
        return found

    def held(self):
        return [stored(self.sheets.attendance_line), self.sheets.mapped("state")]

    def test_nothing_changes_and_nobody_is_asked(self):
        session = self.agreed("PALE")
        before = self.held()
        for values in ({"visible": False}, {"deleted": True}):
            self.hide(session, "L" if "visible" in values else "E", **values)
            for direction in ("moodle", "oec", "both"):
                self.instance.sync_attendance_from = direction
                run = self.run_of(self.sync(trigger="button"))
                self.assertEqual(run.state, "done", run.summary)
                self.assertEqual(run.marks_pushed, 0)
                self.assertFalse(self.open_gaps(), (values, direction))
        self.assertEqual(self.held(), before)

    def test_marks_that_are_read_only_afterwards(self):
        session = self.add_session("PALE")
        for acronym in "PALE":
            self.hide(session, acronym)
        self.sync()
        self.assertEqual(self.statuses(session), "PALE")
        self.assertFalse(self.open_gaps())

    def test_one_that_is_shown_again(self):
        session = self.agreed("PALE")
        hidden = self.hide(session, "L")
        self.sync()
        before = self.held()
        hidden.visible = True
        self.sync()
        self.assertEqual(self.held(), before)
        self.assertFalse(self.open_gaps())
        self.mark(session, "L")
        self.sync()
        self.assertEqual(self.statuses(session), "LALE")

    def test_of_another_set(self):
        """It is of no session of the first one, and a mark with it is of no known status."""
        other = self.moodle.add_status(self.lectures, "L", "Late", 1, setnumber=1, visible=False)
        session = self.add_session("PA.E")
        session.log[0].status_id = other.id
        self.sync()
        self.assertEqual(self.statuses(session), "AE")
        self.assertEqual(self.open_gaps(), ["custom_status"])

    def test_what_nobody_uses_says_nothing(self):
        """The default letters that a school has replaced before its first lesson."""
        for found in list(self.moodle.statuses.values()):
            found.deleted = True
        for letter, words, grade in (("L", "Là", 2), ("X", "Pas là", 0)):
            self.moodle.add_status(self.lectures, letter, words, grade)
        session = self.add_session("LX")
        self.sync()
        self.assertFalse(self.lines(session))
        self.assertEqual(self.gaps(state="open").mapped("why"), ["letter_doubt", "letter_custom"])

    def test_percentages_as_in_moodles_report(self):
        """It leaves the marks with hidden statuses out."""
        session = self.agreed("PALE")
        self.hide(session, "L")
        self.sync()
        self.assertEqual(self.sheets.moodle_points, "most=2 P=2 A=0 L=- E=1")

    def test_nothing_is_written_where_it_was_known_before(self):
        """Each sheet would be, if what was seen of a session were another text by now."""
        session = self.agreed("PPAL")
        self.add_session("PPAA", starts=START - 86400)
        hidden = self.hide(session, "E")
        self.sync()
        before = [stored(self.sheets), stored(self.sheets.attendance_line)]
        # A mark with it in a third one: Moodle tells of it from now on.
        later = self.add_session("P", starts=START - 2 * 86400)
        later.log[0].status_id = hidden.id
        self.sync()
        self.assertEqual(self.statuses(later), "E")
        kept = self.sheets.filtered(lambda sheet: sheet.moodle_session_id != later.id)
        self.assertEqual([stored(kept), stored(kept.attendance_line)], before)


@tagged("post_install", "-at_install")
class TestHiddenBoth(TestHidden):
    direction = "both"

    def test_of_two_changes_the_later_one(self):
        session = self.agreed("PPPP")
        self.mark_at(session, "LL..", self.now - 2 * HOUR)
        self.hide(session, "L")
        self.mark_here(session, 1, "A", at=self.now - HOUR)
        self.mark_here(session, 2, "A", at=self.now - 3 * HOUR)
        self.sync()
        self.assertEqual(self.statuses(session), "ALPP")
        self.assertEqual(self.moodle_marks(session)[:1], "A")
        self.assertFalse(self.open_gaps())

    def test_it_is_never_sent(self):
        session = self.agreed("PPPP")
        hidden = self.hide(session, "L")
        self.mark_here(session, 1, "L")
        self.mark_here(session, 2, "A")
        self.sync()
        self.assertEqual(self.moodle_marks(session)[:2], "PA")
        self.assertEqual(self.open_gaps(), ["refused_push"])
        hidden.visible = True
        self.sync()
        self.assertBoth(session, "LAPP")
        self.assertFalse(self.open_gaps())


@tagged("post_install", "-at_install")
class TestHiddenWithoutThePlugIn(MoodleCase):
    def test_moodle_does_not_tell_of_it(self):
        session = self.add_session("PAL")
        self.sync()
        status(self, session, "L").visible = False
        self.sync()
        self.assertEqual(self.statuses(session), "PAL")
        self.assertEqual(self.gaps(state="open").mapped("why"), ["status_unknown"])
