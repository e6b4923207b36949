"""What is kept of single sessions of a course, and for how long."""

from datetime import timedelta

from odoo import fields
from odoo.tests import BaseCase, tagged

from ..services.domain import window
from ..services.runs.course_reader import KnownSessions
from .builders import START
from .common import MoodleCase

DAY = 86400


@tagged("post_install", "-at_install")
class TestKnownSessions(BaseCase):
    def test_sessions_are_forgotten(self):
        known = KnownSessions.from_json({"1": {"5": 100, "6": 200}, "2": {"7": 99}})
        known.forget_before(100)
        self.assertFalse("2" in known.to_json())
        self.assertEqual(known.to_json(), {"1": {"5": 100, "6": 200}})
        self.assertTrue(known.changed)
        self.assertEqual(known.in_window(0), [(1, 5), (1, 6)])


class KnownCase(MoodleCase):
    OLD = START - (window.NOTED_DAYS + 60) * DAY

    def known(self):
        mapping = self.env["moodle.mapping"]._of_course(self.instance, self.moodle_course.id)
        sessions = mapping.known_sessions or {}
        return {int(number) for found in sessions.values() for number in found}


@tagged("post_install", "-at_install")
class TestKnown(KnownCase):
    def test_as_long_as_the_window_may_reach(self):
        old, recent = self.add_session("PA", starts=self.OLD), self.add_session("PA")
        self.instance.sync_window_days = 30
        self.sync()
        self.assertEqual(self.known(), {recent.id})
        self.instance.sync_window_days = 2 * window.NOTED_DAYS
        self.sync()
        self.assertEqual(self.known(), {old.id, recent.id}, "it is listed again")
        self.assertEqual(self.statuses(old), "PA")

    def test_all_where_all_is_looked_at(self):
        old, recent = self.add_session("PA", starts=self.OLD), self.add_session("PA")
        self.sync()
        self.assertEqual(self.known(), {old.id, recent.id})


@tagged("post_install", "-at_install")
class TestKnownToTheLegacyFamily(KnownCase):
    functions = "legacy"

    def test_what_was_found_once_stays(self):
        """It can't list past sessions: what a person has had looked for once stays."""
        old, recent = self.add_session("PA", starts=self.OLD), self.add_session("PA")
        with self.own_cursors():
            self.instance.backfill_attendance(1, recent.id)
        self.instance.sync_window_days = 30
        self.sync()
        self.assertEqual(self.known(), {old.id, recent.id})


@tagged("post_install", "-at_install")
class TestNotes(MoodleCase):
    def setUp(self):
        super().setUp()
        self.instance.sync_attendance_from = "both"
        self.session = self.add_session("PALE")
        self.sync()
        self.mapping = self.env["moodle.mapping"]._of_course(self.instance, self.moodle_course.id)
        self.lines(self.session)[0].with_user(self.env.ref("base.user_admin")).sudo().unlink()
        self.mapping._keep_not_held({(self.session.id, 7): ("P", 1, 2)}, set())

    def notes(self):
        self.env.invalidate_all()
        self.mapping._gc_notes()
        return len(self.mapping._dropped_lines()), len(self.mapping._not_held())

    def move(self, days):
        """The sheet is of a day that long ago."""
        day = fields.Date.today() - timedelta(days=days)
        self.sheets.with_context(connector_no_export=True).attendance_date = day

    def test_as_long_as_the_session_may_be_looked_at(self):
        self.assertEqual(self.notes(), (1, 1))
        self.instance.sync_window_days = 30
        self.assertEqual(self.notes(), (1, 1))
        self.move(window.NOTED_DAYS + 10)
        self.instance.sync_window_days = 0
        self.assertEqual(self.notes(), (1, 1))
        self.instance.sync_window_days = window.NOTED_DAYS + 20
        self.assertEqual(self.notes(), (1, 1))
        self.instance.sync_window_days = 30
        self.mapping.write({"own_days": True, "course_days": 0})
        self.assertEqual(self.notes(), (1, 1), "the course has a window of its own")
        self.mapping.own_days = False
        known = self.mapping.known_sessions
        self.assertEqual(self.notes(), (0, 0))
        self.assertEqual(self.mapping.known_sessions, known, "nothing else was touched")

    def test_of_an_archived_sheet(self):
        self.sheets.active = False
        self.assertEqual(self.notes(), (1, 1))

    def test_of_a_sheet_that_is_gone(self):
        self.sheets.unlink()
        self.assertEqual(self.notes(), (0, 0))

    def test_a_deleted_line_stays_deleted(self):
        """What the note is for, after the vacuum has gone over it."""
        self.notes()
        self.sync()
        self.assertEqual(self.statuses(self.session), "ALE")
