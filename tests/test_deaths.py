"""A run that is killed between two of its steps loses nobody's mark, and leaves nothing behind that
looks like somebody else's."""

import os

from odoo.tests import tagged

from .builders import HOUR, START
from .deaths import DeathCase
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
    direction = "both"
    profile = "companion"


@tagged("post_install", "-at_install")
class TestSomebodyGoesOnSending(SomebodyGoesOn, DeathCase, BothCase):
    direction = "oec"
