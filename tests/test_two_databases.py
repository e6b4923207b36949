"""Two Odoos on one Moodle, such as a pilot and the real one, each of which makes the sessions that
Moodle lacks: their sheets have the same numbers."""

from odoo.tests import tagged

from . import builders as b
from .builders import HOUR, START
from .test_both import BothCase

DAY = 86400


class TwoDatabases(BothCase):
    """What the other Odoo has done to Moodle stays, and of the database nothing."""

    sheet = "op_attendance_sheet_id_seq"

    def setUp(self):
        super().setUp()
        self.instance.create_moodle_sessions = True
        self.moodle.clock.set(None)

    def before(self):
        """What the database is to be again, with the number that its next sheet gets."""
        self.env.flush_all()
        self.env.cr.execute("SELECT nextval(%s)", [self.sheet])
        (self.next_sheet,) = self.env.cr.fetchone()
        self.savepoint = self.env.cr.savepoint(flush=True)

    def other_database(self):
        """Its sheets begin with the same number, and it has a key of its own."""
        self.savepoint.rollback()
        self.env.invalidate_all()
        self.same_numbers()

    def same_numbers(self):
        self.env.cr.execute("SELECT setval(%s, %s)", [self.sheet, self.next_sheet])

    def sessions(self):
        """``{day of November: its marks}``"""
        return {
            3 + (session.sessdate - START) // DAY: self.moodle_marks(session)
            for session in self.moodle.sessions_of(self.moodle_course)
        }


class NeitherTouchesTheOthers:
    def test_the_same_number_of_another_day(self):
        self.before()
        self.same_numbers()
        ours = self.make_sheet("PALE")
        self.sync()
        key = self.instance.reference_key
        self.assertEqual(self.sessions(), {3: "PALE.."})
        self.other_database()
        theirs = self.make_sheet("LLLL", day="2026-11-12")
        self.assertEqual(theirs.id, ours.id)
        result = self.sync()
        self.assertNotEqual(self.instance.reference_key, key)
        self.assertEqual(self.run_of(result).moodle_sessions_created, 1)
        self.assertEqual(str(theirs.attendance_date), "2026-11-12")
        self.assertEqual(self.sessions(), {3: "PALE..", 12: "LLLL.."})
        # The first one once more, as if it had died before it noted anything but its key.
        self.other_database()
        self.instance.sudo().reference_key = key
        ours = self.make_sheet("PALE")
        result = self.sync()
        self.assertEqual(self.run_of(result).moodle_sessions_created, 0)
        self.assertEqual(str(ours.attendance_date), "2026-11-03")
        self.assertEqual(self.letters(ours), "PALE")
        self.assertEqual(self.sessions(), {3: "PALE..", 12: "LLLL.."})
        self.assertEqual(len(self.moodle.sessions), 2)

    def test_a_session_of_version_1_1_of_another_day(self):
        sheet = self.make_sheet("PALE")
        old = self.add_session(
            starts=START + 5 * DAY, group=self.groups[0], description=b.reference(sheet.id, "")
        )
        self.sync()
        self.assertEqual(self.moodle_marks(old), "......")
        self.assertEqual(self.sessions()[3], "PALE..")
        self.assertEqual(str(sheet.attendance_date), "2026-11-03")

    def test_a_session_of_version_1_1_of_its_day(self):
        """Made by a run that died, before the update."""
        sheet = self.make_sheet("PALE")
        self.add_session(group=self.groups[0], description=b.reference(sheet.id, ""))
        result = self.sync()
        self.assertEqual(self.run_of(result).moodle_sessions_created, 0)
        self.assertEqual(self.sessions(), {3: "PALE.."})

    def test_a_teacher_copies_the_text(self):
        sheet = self.make_sheet("PALE")
        self.sync()
        (made,) = self.moodle.sessions_of(self.moodle_course)
        self.add_session(
            "AAAA", starts=START + 4 * DAY, group=self.groups[0], description=made.description
        )
        for _run in range(2):
            self.sync()
            self.assertEqual(str(sheet.attendance_date), "2026-11-03")
            self.assertEqual(sheet.moodle_session_id, made.id)
            self.assertEqual(self.moodle_marks(made), "PALE..")
        self.assertEqual(self.sessions()[7], "AAAA..")
        self.assertEqual(len(self.moodle.sessions), 2)

    def test_copied_before_the_sheet_knew_its_session(self):
        """Both are of other days than the sheet: nobody knows, and no third one is made."""
        self.make_sheet("PPPP", day="2026-11-20")
        self.sync()
        sheet = self.make_sheet("PALE")
        text = b.reference(sheet.id, self.instance.reference_key)
        copies = [
            self.add_session(starts=START + n * DAY, group=self.groups[0], description=text)
            for n in (4, 5)
        ]
        self.sync()
        self.assertFalse(sheet.moodle_session_id)
        self.assertEqual(self.open_gaps(), ["sheet_without_session"])
        self.assertEqual(len(self.moodle.sessions), 3)
        self.moodle.delete_session(copies[0])
        self.sync()
        self.assertEqual(sheet.moodle_session_id, copies[1].id)

    def test_what_is_found_is_not_made(self):
        """The answer was lost."""
        sheet = self.make_sheet("PALE")
        key = self.instance._new_reference_key()
        self.add_session(
            group=self.groups[0], starts=START + HOUR, description=b.reference(sheet.id, key)
        )
        result = self.sync()
        self.assertEqual(self.run_of(result).moodle_sessions_created, 0)
        self.assertEqual(self.sessions(), {3: "PALE.."})

    def test_the_key_is_made_at_the_first_need(self):
        self.add_session(group=self.groups[0])
        self.make_sheet("PALE")
        self.sync()
        self.assertFalse(self.instance.reference_key)
        self.make_sheet("PALE", day="2026-11-12")
        self.preview()
        self.assertFalse(self.instance.reference_key)
        self.sync()
        key = self.instance.reference_key
        self.assertRegex(key, "^[0-9a-f]{16}$")
        self.make_sheet("PALE", day="2026-11-13")
        self.sync()
        self.assertEqual(self.instance.reference_key, key)
        self.assertNotEqual(self.instance._new_reference_key(), key)
        self.assertFalse(self.instance.copy({"name": "C", "active": False}).reference_key)


@tagged("post_install", "-at_install")
class TestTwoDatabases(NeitherTouchesTheOthers, TwoDatabases):
    pass


@tagged("post_install", "-at_install")
class TestTwoDatabasesOec(NeitherTouchesTheOthers, TwoDatabases):
    direction = "oec"
    profile = "2026"


@tagged("post_install", "-at_install")
class TestTwoDatabasesCompanion(NeitherTouchesTheOthers, TwoDatabases):
    profile = "companion"

    def test_found_by_the_plug_in(self):
        """Made since the course was read, by an answer that came late."""
        self.make_sheet("PALE")
        made = []

        def late(call, state):
            if call.function == "local_wsattendance_add_session" and not made:
                params = dict(call.params)
                text = f"[{params['reference']}]"
                made.append(self.add_session(group=self.groups[0], description=text))

        self.server.on_call(late)
        result = self.sync()
        self.assertEqual(self.run_of(result).moodle_sessions_created, 0)
        self.assertEqual(self.sessions(), {3: "PALE.."})
        self.assertEqual(len(made), 1)
