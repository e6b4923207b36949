"""What a pull costs: calls of Moodle, queries, writes. Counts are held, times printed."""

import time
from contextlib import contextmanager
from unittest.mock import patch

from odoo import models
from odoo.tests import tagged

from ..services.domain.status import booleans
from ..services.openeducat import plan_applier
from ..services.openeducat.local_store import QUIET
from ..services.openeducat.rows import create_whole
from ..services.runs.sync_attendance import SyncAttendance
from .builders import START
from .common import MoodleCase
from .measured import measured

# A run's own: its row, its gaps, the state of a course, and where transactions end.
BOOKKEEPING = (
    '"moodle_sync_run"', "moodle_course_queued", '"moodle_sync_gap"', 'UPDATE "moodle_mapping"', "SAVEPOINT",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestCalls(MoodleCase):
    def calls(self):
        return [call.function.split("_", 1)[1] for call in self.server.calls]

    def test_native(self):
        self.add_session("PA", group=self.groups[0])
        self.moodle.add_attendance(self.moodle_course, "Labs")
        self.moodle.add_course("Not matched", shortname="NOPE")
        result = self.sync()
        wanted = [
            "webservice_get_site_info",
            "course_get_courses",
            "course_get_contents",
            "attendance_get_sessions",
            "attendance_get_sessions",
            "enrol_get_enrolled_users",
            "group_get_course_groups",
        ]
        self.assertEqual(self.calls(), [*wanted])
        self.assertEqual(result.counters["moodle_calls"], 7)
        self.server.reset_calls()
        self.sync()
        self.assertEqual(self.calls(), wanted, "and the same on every later run")

    def test_without_a_session_of_a_group_groups_are_not_asked_for(self):
        self.add_session("PA")
        self.sync()
        self.assertNotIn("group_get_course_groups", self.calls())

    def test_500_people_are_one_page(self):
        self.add_session("PA")
        for number in range(501):
            user = self.moodle.add_user(f"extra{number}", "Extra", str(number))
            self.moodle.enrol(self.moodle_course, user)
        self.sync()
        self.assertEqual(self.calls().count("enrol_get_enrolled_users"), 2)


@tagged("post_install", "-at_install")
class TestLegacyCalls(MoodleCase):
    functions = "legacy"

    def test_legacy(self):
        for hour in range(3):
            self.add_session("PA", starts=START + hour * 3600)
        self.sync()
        self.server.reset_calls()
        self.sync()
        calls = [call.function.split("_", 1)[1] for call in self.server.calls]
        self.assertEqual(
            calls,
            [
                "webservice_get_site_info",
                "course_get_courses",
                "enrol_get_enrolled_users",
                # One per teacher; contents are not needed.
                "wsattendance_get_courses_with_today_sessions",
                *["wsattendance_get_session"] * 3,
            ],
        )


@tagged("post_install", "-at_install")
class TestQueries(MoodleCase):
    @contextmanager
    def statements(self):
        """Collects the SQL that is sent meanwhile."""
        sent = []
        cursor = type(self.env.cr)
        original = cursor.execute

        def execute(cr, query, *args, **kwargs):
            sent.append(" ".join(str(getattr(query, "code", query)).split()))
            return original(cr, query, *args, **kwargs)

        with patch.object(cursor, "execute", execute):
            yield sent

    def test_nothing_changed(self):
        for day in range(5):
            self.add_session("PALEPA", starts=START + day * 86400)
        self.add_session("PALE", starts=START + 3600, group=self.groups[0])
        self.users[2].idnumber = ""  # found by e-mail
        self.sync()
        courses = []
        original = SyncAttendance._course

        def counted(*args):
            with self.statements() as sent:
                under_way = original(*args)
            courses.append(sent)
            return under_way

        with self.statements() as sent, patch.object(SyncAttendance, "_course", counted):
            self.sync()
        writes = [sql for sql in sent if sql.startswith(("INSERT", "UPDATE", "DELETE"))]
        self.assertTrue(writes, "the run itself is written down")
        self.assertFalse([sql for sql in writes if "op_attendance" in sql], writes)
        (course,) = courses
        kept = [sql for sql in course if not any(word in sql for word in BOOKKEEPING)]
        measured("a course with nothing changed: %s of %s queries", len(kept), len(course))
        self.assertLessEqual(len(kept), 12, "\n".join(kept))

    def test_new_rows_are_inserted_whole(self):
        """OpenEduCat keeps the date, register, course and batch with each line, too; left to
        itself, the ORM inserts the lines without them and updates each one afterwards."""
        self.add_session("PALE")
        with self.statements() as sent:
            self.sync()
        updates = [sql for sql in sent if sql.startswith('UPDATE "op_attendance')]
        self.assertEqual(updates, [])
        inserts = [sql for sql in sent if sql.startswith('INSERT INTO "op_attendance')]
        self.assertEqual(len(inserts), 3, "register, sheet, lines")

    def test_what_is_about_to_be_sent_is_noted_by_one_statement(self):
        """However many marks and sessions there are; nothing where nothing is sent."""
        self.instance.sync_attendance_from = "oec"
        for day in range(5):
            self.add_session("PALE", starts=START + day * 86400, group=self.groups[0])
            self.make_sheet("ELAP", day=f"2026-11-{3 + day:02}")
        for wanted in (1, 0):
            with self.statements() as sent:
                self.sync()
            noted = [sql for sql in sent if "SET moodle_sending" in sql]
            self.assertEqual(len(noted), wanted, noted)
            ended = [sql for sql in sent if sql.startswith("UPDATE") and '"moodle_sending"' in sql]
            self.assertTrue(all('"moodle_base"' in sql for sql in ended), ended)

    def test_how_foreign_keys_are_checked_is_planned_anew_for_many_lines(self):
        """PostgreSQL keeps such a plan as long as the connection: made while there are no sheets
        it reads all that there are by then, for each line."""
        self.add_session("PALE")
        with self.statements() as sent:
            self.sync()
        self.assertNotIn(plan_applier.BY_INDEX, sent, "not worth it")
        self.add_session("PALE", starts=START + 86400)
        with self.statements() as sent, patch.object(plan_applier, "MANY_LINES", 4):
            self.sync()
        kinds = [sql.split(" (")[0] for sql in sent if sql.startswith(("INSERT", "DISCARD"))]
        place = kinds.index(plan_applier.BY_INDEX)
        self.assertEqual(kinds[place - 1], 'INSERT INTO "op_attendance_sheet"')
        self.assertEqual(kinds[place + 1], 'INSERT INTO "op_attendance_line"')

    def test_many_lines_are_checked_without_reading_all_sheets(self):
        """While there are few of them PostgreSQL would rather read them all, for each line."""
        # As if there were few, however large earlier tests have left the table.
        self.env.cr.execute("SET LOCAL random_page_cost = 1000000")
        self.env.cr.execute("DISCARD PLANS")
        for many, most in ((5, 4), (4, 0)):
            self.add_session("PALE", starts=START + 86400 * many)
            scans = []

            def whole(model, *args, scans=scans):
                before = self.scans("op_attendance_sheet")
                records = create_whole(model, *args)
                if model._name == "op.attendance.line":
                    scans.append(self.scans("op_attendance_sheet") - before)
                return records

            with (
                patch.object(plan_applier, "MANY_LINES", many),
                patch.object(plan_applier, "create_whole", whole),
            ):
                self.sync()
            self.assertEqual(scans, [most], f"of 4 new lines, where {many} are many")
            self.env.cr.execute("SHOW enable_seqscan")
            self.assertEqual(self.env.cr.fetchone(), ("on",), "for lines alone")

    def test_new_lines_are_asked_for_defaults_that_there_can_be(self):
        Line = type(self.env["op.attendance.line"])
        asked = []

        def of_each(model, names, original=models.BaseModel.default_get):
            if model._name == "op.attendance.line":
                asked.append(set(names))
            return original(model, names)

        self.env["ir.default"].set("op.attendance.line", "remark", "by default")
        with patch.object(models.BaseModel, "default_get", of_each):
            self.add_session("PA")
            self.sync()
            can = {name for name, field in Line._fields.items() if field.default} | {"remark"}
            self.assertEqual(len(asked), 2)
            self.assertLessEqual(asked[0], can)
            asked.clear()
            # A module that is loaded before this one may have a say in any of them.
            with patch.object(
                next(cls for cls in Line.mro() if cls.__name__ == "MailThread"),
                "default_get",
                lambda model, names: of_each(model, names),
                create=True,
            ):
                self.add_session("PA", starts=START + 86400)
                self.sync()
            self.assertEqual(len(asked), 2)
            self.assertIn("moodle_marked_at", asked[0])
        self.assertEqual(self.sheets.attendance_line.mapped("remark"), ["by default"] * 4)
        self.assertTrue(all(self.sheets.attendance_line.mapped("active")))

    def test_a_default_that_comes_along_with_a_new_line_holds(self):
        """Another module may give one, in the context of what it creates."""
        thread = next(
            cls
            for cls in type(self.env["op.attendance.line"]).mro()
            if cls.__name__ == "MailThread"
        )

        def create(model, vals_list, original=thread.create):
            if model._name == "op.attendance.line":
                model = model.with_context(default_remark="along")
            return original(model, vals_list)

        self.add_session("PA")
        with patch.object(thread, "create", create):
            self.sync()
        self.assertEqual(self.sheets.attendance_line.mapped("remark"), ["along"] * 2)

    def scans(self, table):
        """:return: how often this transaction has read a table whole"""
        self.env.cr.execute(
            "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = %s", (table,)
        )
        return self.env.cr.fetchone()[0]

    def test_a_course_is_one_transaction(self):
        """With what it adds to the run, so that a killed run repeats nothing."""
        self.add_session("PALE")
        self.sync()
        run = self.env["moodle.sync.run"].search([], order="id desc", limit=1)
        with (
            patch.object(type(run), "_course_done", side_effect=ValueError("out of memory")),
            self.assertLogs("odoo.addons.openeducat_moodle_attendance", "ERROR"),
        ):
            self.add_session("LLLL", starts=START + 86400)
            self.sync()
        self.assertEqual(len(self.sheets), 1, "nothing of what could not be counted")

    def test_of_a_course_only_its_own_mapping_is_read(self):
        """And what it has met so far only in its turn: with 2,000 courses, reading that of all
        of them in each would be 4 million rows."""
        self.env["moodle.mapping"].create(
            [
                {
                    "instance_id": self.instance.id,
                    "model": "op.subject",
                    "moodle_id": 90_000 + number,
                    "oec_record_id": self.algebra.id,
                    "op_course_id": self.course.id,
                }
                for number in range(40)
            ]
        )
        self.add_session("PA")
        self.sync()
        read = []
        original = type(self.env["moodle.mapping"])._fetch_query

        def fetch(records, query, fields):
            found = original(records, query, fields)
            read.append((len(found), "extra_data" in [field.name for field in fields]))
            return found

        self.patch(type(self.env["moodle.mapping"]), "_fetch_query", fetch)
        self.sync()
        self.assertEqual([number for number, met in read if met], [1])
        self.assertEqual([number for number, _met in read if number > 1], [41], "once in a run")

    def test_the_lines_of_a_sheet_are_found_by_an_index(self):
        self.env.cr.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'op_attendance_line'"
        )
        self.assertTrue(
            any("(attendance_id)" in definition for (definition,) in self.env.cr.fetchall())
        )

    def test_what_each_run_asks_for_has_an_index(self):
        """Each was measured to be needed: see the comment where it is made."""
        self.env.cr.execute("SELECT indexname, indexdef FROM pg_indexes")
        found = dict(self.env.cr.fetchall())
        for name, columns in (
            ("op_attendance_register_moodle_pair", "(subject_id, course_id)"),
            (
                "op_attendance_sheet_moodle_seen",
                "(moodle_instance_id, moodle_seen text_pattern_ops)",
            ),
            ("moodle_sync_gap_unit", "(instance_id, unit) WHERE ((state)::text <> 'closed'::text)"),
            ("moodle_sync_gap_letters", "(instance_id) WHERE (acronym IS NOT NULL)"),
        ):
            self.assertIn(columns, found.get(name, ""), name)

    def test_the_sheets_of_a_course_are_found_without_reading_all(self):
        """One query, in which no condition joins columns of two tables with *or*: for that
        PostgreSQL reads both tables whole, however few rows there are to be found."""
        self.add_session("PA")
        self.sync()
        with self.statements() as sent:
            self.sync()
        (query,) = [sql for sql in sent if '"moodle_points"' in sql and sql.startswith("SELECT")]
        self.assertEqual(query.count(" UNION "), 1, query)
        self.assertNotIn(" JOIN ", query)


@tagged("post_install", "-at_install")
class TestColdPull(MoodleCase):
    """2,000 lines: 50 sessions of 40 students."""

    def build_moodle(self):
        for number in range(7, 41):
            type(self).students += self.make_student(number, self.batches[0])
        for row in self.env["op.student.course"].search([("batch_id", "=", self.batches[1].id)]):
            row.batch_id = self.batches[0]
        return super().build_moodle()

    def test_against_one_plain_create(self):
        """The best of some rounds each: one alone varies by half on a busy machine."""
        for day in range(50):
            self.add_session(("PALE" * 10), starts=START - day * 86400)
        pulls, creates = [], []
        for _number in range(3):
            started = time.perf_counter()
            result = self.sync()
            pulls.append(time.perf_counter() - started)
            self.assertEqual(result.counters["lines_created"], 2000)
            creates.append(self.plain_create())
            registers = self.registers
            self.sheets.unlink()
            registers.unlink()
        measured(
            "cold pull of 2,000 lines %.2f s, one plain create of them %.2f s: %.2f times",
            min(pulls),
            min(creates),
            min(pulls) / min(creates),
        )

    def plain_create(self):
        """Seconds for the same lines made again by one create."""
        lines = self.sheets.attendance_line
        values = [
            {
                "attendance_id": line.attendance_id.id,
                "student_id": line.student_id.id,
                **booleans(line.moodle_base),
            }
            for line in lines
        ]
        lines.unlink()
        quiet = self.env(context=QUIET)
        quiet.flush_all()
        started = time.perf_counter()
        quiet["op.attendance.line"].create(values)
        quiet.flush_all()
        return time.perf_counter() - started
