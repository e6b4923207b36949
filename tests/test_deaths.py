"""A run that is killed between two of its steps loses nobody's mark, and leaves nothing behind that
looks like somebody else's."""

import os
from unittest.mock import patch

from odoo.tests import tagged

from ..services.runs.course_push import CoursePush
from .builders import HOUR
from .deaths import DeathCase, Died
from .measured import measured
from .test_both import BothCase

ALL = bool(os.environ.get("FAULTS"))


class EveryDeath:
    """A session that is equal on both sides, of which three marks are changed here, and a sheet
    for which Moodle has no session yet."""

    # In `make test` one in so many steps.
    share = 3

    makes_sessions = True

    def setUp(self):
        super().setUp()
        self.instance.create_moodle_sessions = self.makes_sessions
        self.session = self.add_session(group=self.groups[0])
        self.mark_at(self.session, "PPPP", self.now - 10 * HOUR)
        self.make_sheet("PPPP")

    def act(self):
        for number, letter in ((1, "L"), (3, "A"), (4, "E")):
            self.mark_here(self.session, number, letter, at=self.now - 2 * HOUR)
        if self.makes_sessions:
            self.sheet = self.make_sheet("PLAE", day="2026-11-12")

    def test_every_death(self):
        steps = self.each_death(1 if ALL else self.share)
        measured("%s: dead at each of %s steps", type(self).__name__, steps)


class SomebodyGoesOn(EveryDeath):
    """Before the next run a mark that was sent is changed again here, another is changed back, and
    a teacher saves somebody else in the same session; and opens the other one, if it is there,
    and saves it as it is."""

    def afterwards(self):
        sessions = self.moodle.sessions
        self.mark_here(self.session, 1, "E", at=self.now + 10)
        self.mark_here(self.session, 3, "P", at=self.now + 10)
        self.mark_at(sessions[self.session.id], ".A", self.now + 20)
        first = self.sheet.attendance_line.sorted("student_id")[:1]
        first.write({"present": False, "late": True})
        for session in sessions.values():
            marks = self.moodle.marks(session)
            if session.id != self.session.id and marks:
                users = self.moodle.users
                chosen = {users[number]: letter for number, letter in marks.items()}
                self.moodle.mark_all(session, chosen, by=self.teacher, at=self.now + 20)


@tagged("post_install", "-at_install")
class TestNobodyGoesOn(EveryDeath, DeathCase, BothCase):
    direction = "both"


@tagged("post_install", "-at_install")
class TestNobodyGoesOnInAQuietCourse(EveryDeath, DeathCase, BothCase):
    """What is known of Moodle is not asked again."""

    direction = "both"
    makes_sessions = False


@tagged("post_install", "-at_install")
class TestNobodyGoesOnCompanion(EveryDeath, DeathCase, BothCase):
    direction = "both"
    profile = "companion"


@tagged("post_install", "-at_install")
class TestSomebodyGoesOn(SomebodyGoesOn, DeathCase, BothCase):
    direction = "both"
    profile = "2026"


@tagged("post_install", "-at_install")
class TestSomebodyGoesOnCompanion(SomebodyGoesOn, DeathCase, BothCase):
    """Remarks are sent, too; then one is taken away, and another is changed again."""

    direction = "both"
    profile = "companion"

    def act(self):
        result = super().act()
        for number in (1, 2, 3):
            self.line(self.session, number).remark = "ill"
        return result

    def afterwards(self):
        result = super().afterwards()
        self.line(self.session, 1).remark = False
        self.line(self.session, 3).remark = "well again"
        return result

    def end(self):
        here = [line.remark or "" for line in self.lines(self.session)]
        there = {
            row.user_id: row.remarks or "" for row in self.moodle.sessions[self.session.id].log
        }
        return super().end(), here, sorted(there.items())


@tagged("post_install", "-at_install")
class TestSomebodyGoesOnSending(SomebodyGoesOn, DeathCase, BothCase):
    direction = "oec"


class MarksThatArrived:
    """A run that died before it knew that a mark has arrived."""

    def setUp(self):
        super().setUp()
        self.session = self.agreed("PPPP")
        self.mark_here(self.session, 1, "L", at=self.now - 2 * HOUR)
        with patch.object(CoursePush, "_confirm", side_effect=Died):
            self.dies(0)
        self.assertEqual(self.moodle_marks(self.session), "LPPP..")
        self.assertEqual(self.line(self.session, 1).moodle_base, "P")

    def test_changed_here_again(self):
        """The person's change wins, though a teacher has saved somebody else since."""
        self.mark_here(self.session, 1, "E", at=self.now + 10)
        self.mark_at(self.session, ".A", self.now + 20)
        run = self.run_of(self.sync(trigger="cron"))
        self.assertBoth(self.session, "EAPP")
        self.assertEqual((run.conflicts_moodle, run.conflicts_oec), (0, 0))

    def test_changed_back_here(self):
        self.mark_here(self.session, 1, "P", at=self.now + 10)
        self.sync(trigger="cron")
        self.assertBoth(self.session, "PPPP")

    def test_changed_there(self):
        self.mark_at(self.session, "A", self.now + 20)
        self.sync(trigger="cron")
        self.assertBoth(self.session, "APPP")

    def test_the_line_was_deleted(self):
        self.line(self.session, 1).unlink()
        self.sync(trigger="cron")
        self.assertEqual(self.statuses(self.session), "PPP")
        self.assertEqual(self.open_gaps(), ["vanished"])
        self.assertEqual(self.moodle_marks(self.session), "LPPP..")

    def test_the_direction_was_changed(self):
        self.instance.sync_attendance_from = "moodle"
        self.sync()
        self.assertBoth(self.session, "LPPP")
        self.assertFalse(self.line(self.session, 1).moodle_sending)

    def test_another_moodle_was_connected(self):
        self.instance._forget_links()
        self.assertFalse(self.env["op.attendance.line"].search([("moodle_sending", "!=", False)]))


@tagged("post_install", "-at_install")
class TestMarksThatArrived(MarksThatArrived, DeathCase, BothCase):
    direction = "both"


@tagged("post_install", "-at_install")
class TestMarksThatArrivedCompanion(MarksThatArrived, DeathCase, BothCase):
    direction = "both"
    profile = "companion"
