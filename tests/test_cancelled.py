"""Sheets that were cancelled: by a person, with another one made in their place; and by the
synchronisation itself, whose session comes back."""

from datetime import date

from odoo.tests import BaseCase, tagged

from ..services.domain import merge
from ..services.domain.planner import plan_course
from ..services.domain.window import Rules
from . import builders as b
from .builders import HOUR, START
from .common import MoodleCase


def plan(*sessions, here, direction=merge.MOODLE, **values):
    rules = Rules(b.ZONE, direction=direction, user_id=99, may_create=True)
    return plan_course(b.reading(*sessions, **values), here, b.people(), rules)


def linked(made):
    """``{sheet id: session id}`` of what a plan links again, 0 for what it unlinks."""
    return {
        sheet.sheet_id: sheet.values["moodle_session_id"]
        for sheet in made.sheets()
        if "moodle_session_id" in sheet.values
    }


@tagged("post_install", "-at_install")
class TestInItsPlace(BaseCase):
    """A sheet that a person has cancelled, and a new one by hand of its day and batch."""

    def setUp(self):
        super().setUp()
        self.session = b.session(1, {1: "P"})
        self.sheets = [b.sheet(1, self.session, state="cancel"), b.sheet(2)]
        self.here = b.local(self.sheets, [b.line(1, 101, "P"), b.line(2, 101, "A", 2, base=None)])

    def test_the_new_one_is_linked_in_each_direction(self):
        for direction in (merge.MOODLE, merge.OEC, merge.BOTH):
            made = plan(self.session, here=self.here, direction=direction)
            self.assertEqual(linked(made), {1: 0, 2: 1}, direction)
            self.assertFalse(made.new_sessions, direction)
            self.assertFalse(made.gaps, direction)

    def test_the_cancelled_one_makes_room_first(self):
        made = plan(self.session, here=self.here)
        self.assertEqual([sheet.sheet_id for sheet in made.sheets()], [1, 2])

    def test_moodles_marks_go_to_the_new_one(self):
        made = plan(self.session, here=self.here)
        (line,) = [line for sheet in made.sheets() for line in sheet.lines]
        self.assertEqual((line.line_id, line.status), (2, "P"))

    def test_the_new_ones_marks_go_to_moodle(self):
        made = plan(self.session, here=self.here, direction=merge.OEC)
        self.assertEqual(
            [(push.session_id, push.status, push.line_ids) for push in made.pushes],
            [(1, "A", (2,))],
        )

    def test_not_if_nobody_knows_which(self):
        for more, sessions in (
            ([b.sheet(3)], [self.session]),
            (
                [b.sheet(3, b.session(2, {1: "P"}), state="cancel")],
                [self.session, b.session(2, {1: "P"}, starts=START + HOUR)],
            ),
        ):
            here = b.local([*self.sheets, *more], self.here.lines)
            for direction in (merge.MOODLE, merge.OEC, merge.BOTH):
                made = plan(*sessions, here=here, direction=direction)
                self.assertEqual((linked(made), made.new_sessions), ({}, ()), direction)
                self.assertTrue(made.gaps, direction)

    def test_a_session_without_any_sheet_goes_first(self):
        other = b.session(2, {1: "P"}, starts=START + HOUR)
        for direction in (merge.MOODLE, merge.OEC, merge.BOTH):
            made = plan(self.session, other, here=self.here, direction=direction)
            self.assertEqual(linked(made), {2: 2}, direction)

    def test_not_one_of_another_day_or_batch_nor_a_cancelled_or_archived_one(self):
        for other in (
            b.sheet(2, day=date(2026, 11, 4)),
            b.sheet(2, batch_id=2),
            b.sheet(2, state="cancel"),
            b.sheet(2, active=False),
        ):
            here = b.local([self.sheets[0], other], self.here.lines)
            self.assertFalse(linked(plan(self.session, here=here)))

    def test_not_where_another_sheet_of_the_session_stands(self):
        here = b.local(
            [*self.sheets, b.sheet(3, self.session, register_id=2)],
            [*self.here.lines, b.line(3, 101, "P", 3)],
        )
        self.assertFalse(linked(plan(self.session, here=here)))


@tagged("post_install", "-at_install")
class TestInItsPlaceForReal(MoodleCase):
    def test_in_the_same_register(self):
        """PostgreSQL has one sheet of a session in a register."""
        for direction in ("moodle", "oec", "both"):
            self.instance.write({"sync_attendance_from": direction, "create_moodle_sessions": True})
            session = self.add_session("PPPP")
            self.sync()
            if direction == "oec":
                old = self.make_sheet("PPPP")
                self.sync()
            else:
                old = self.sheets.filtered(lambda s, x=session: s.moodle_session_id == x.id)
            old.state = "cancel"
            new = old.copy({"state": "done"})
            self.env["op.attendance.line"].search([("attendance_id", "=", new.id)]).unlink()
            self.env["op.attendance.line"].create(
                {"attendance_id": new.id, "student_id": self.students[0].id, "present": True}
            )
            result = self.sync()
            self.assertEqual(result.state, "done", result)
            self.assertEqual(new.moodle_session_id, session.id, direction)
            self.assertFalse(old.moodle_session_id or old.moodle_instance_id, direction)
            self.assertEqual(len(self.moodle.sessions), 1, direction)
            self.assertIn("There was nothing to write", self.sync().message, direction)
            self.moodle.delete_session(session)
            with_marker = self.sheets.with_context(connector_no_export=True)
            with_marker.write({"moodle_session_id": 0, "moodle_instance_id": False})
            self.sheets.attendance_line.unlink()
            self.sheets.unlink()
