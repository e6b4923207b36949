"""What the synchronisation alone writes is written by nobody else, by whatever way."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..services.domain.records import Seen
from .common import MoodleCase

MANAGER = "openeducat_attendance.group_op_attendance_manager"
USER = "openeducat_attendance.group_op_attendance_user"
OURS = "connector_no_export"

# Another value than the one stored, for each field that is ours.
FORGED = {
    "op.attendance.register": {"moodle_instance_id": False, "moodle_date": "2026-01-01"},
    "op.attendance.sheet": {
        "moodle_instance_id": False,
        "moodle_session_id": 999,
        "moodle_seen": "²:1:x",
        "moodle_lasttaken": "2099-01-01 00:00:00",
        "moodle_starts": "2099-01-01 00:00:00",
        "moodle_points": "most=1 A=1",
    },
    "op.attendance.line": {
        "moodle_base": "E",
        "moodle_marked_at": "2099-01-01 00:00:00",
        "moodle_base_remark": "forged",
        "moodle_remarked_at": "2099-01-01 00:00:00",
        "moodle_sending": "E",
        "moodle_sending_remark": "forged",
    },
}


@tagged("post_install", "-at_install")
class TestOwnedFields(MoodleCase):
    def setUp(self):
        super().setUp()
        self.session = self.add_session("P")
        self.sync()
        export = "base.group_allow_export"
        self.manager = new_test_user(self.env, "t-manager", f"base.group_user,{MANAGER},{export}")
        self.user = new_test_user(self.env, "t-user", f"base.group_user,{USER},{export}")
        self.ours = {
            "op.attendance.register": self.registers,
            "op.attendance.sheet": self.sheets,
            "op.attendance.line": self.line(self.session, 1),
        }

    def plain(self, model):
        """Values of a new record that anybody with the right may make."""
        number = str(self.env["op.attendance.register"].search_count([]))
        return {
            "op.attendance.register": {
                "name": "N", "code": f"N{number}", "course_id": self.course.id,
                "batch_id": self.batches[0].id, "subject_id": self.algebra.id,
            },
            "op.attendance.sheet": {
                "register_id": self.registers.id, "attendance_date": "2026-12-01",
            },
            "op.attendance.line": {
                "attendance_id": self.sheets.id, "student_id": self.students[3].id,
                "present": True,
            },
        }[model]  # fmt: skip

    def cases(self):
        for model, values in FORGED.items():
            for name, value in values.items():
                with self.subTest(model=model, field=name):
                    yield self.env[model], name, value

    def test_the_table_names_every_stored_field_that_is_ours(self):
        for model, values in FORGED.items():
            stored = {
                name
                for name, field in self.env[model]._fields.items()
                if name.startswith("moodle_") and field.store
            }
            self.assertEqual(stored, set(values), f"{model}: decide who writes it")

    def test_written(self):
        for model, name, value in self.cases():
            record = self.ours[model._name].with_user(self.manager)
            for records in (record, record.with_context(**{OURS: True}), record.sudo()):
                before = record[name]
                with self.assertRaises(AccessError):
                    records.write({name: value})
                self.assertEqual(record[name], before)

    def test_created_copied_and_by_default(self):
        for model, name, value in self.cases():
            value = value or self.instance.id
            models = model.with_user(self.manager)
            plain = self.plain(model._name)
            with self.assertRaises(AccessError):
                models.create({**plain, name: value})
            with self.assertRaises(AccessError):
                models.with_context(**{OURS: True}).create({**plain, name: value})
            given = models.with_context(**{f"default_{name}": value, OURS: True})
            self.assertNotIn(name, given.default_get([name]))
            made = given.create(plain)
            self.assertNotEqual(made[name], made._fields[name].convert_to_record(value, made))
            made.sudo().unlink()
            for vals in self.ours[model._name].with_user(self.manager).copy_data({name: value}):
                with self.assertRaises(AccessError):
                    models.create({**vals, **plain, name: value})
                self.assertFalse(set(vals) & set(FORGED[model._name]) - {name})

    def test_imported(self):
        for model, name, value in self.cases():
            record = self.ours[model._name]
            (xmlid,) = record.with_user(self.manager).export_data(["id"])["datas"]
            if name == "moodle_instance_id":
                continue
            result = record.with_user(self.manager).load(["id", name], [[*xmlid, str(value)]])
            self.assertFalse(result["ids"], result)
            self.assertTrue(result["messages"])

    def test_what_is_sent_along_unchanged_is_dropped(self):
        for model, name, _value in self.cases():
            record = self.ours[model._name].with_user(self.manager)
            stored = record.read([name], load=None)[0][name]
            record.write({name: stored})
            self.assertEqual(record.read([name], load=None)[0][name], stored)
            made = model.with_user(self.manager).create({**self.plain(model._name), name: False})
            made.sudo().unlink()

    def test_inside_another_record(self):
        sheet = self.sheets.with_user(self.user)
        line = self.line(self.session, 1)
        new = {"student_id": self.students[3].id, "present": True}
        for name, value in FORGED["op.attendance.line"].items():
            for command in ([1, line.id, {name: value}], [0, 0, {**new, name: value}]):
                with self.subTest(field=name, command=command[0]), self.assertRaises(AccessError):
                    sheet.write({"attendance_line": [command]})
        given = sheet.with_context(default_moodle_base="P", connector_no_export=True)
        given.write({"attendance_line": [(0, 0, new)]})
        made = sheet.attendance_line - line
        self.assertFalse(made.moodle_base)
        self.assertTrue(made.moodle_marked_at, "a person has marked it")

    def test_the_key_alone_makes_no_machine_of_a_person(self):
        line = self.line(self.session, 1).with_user(self.user).with_context(**{OURS: True})
        line.write({"present": False, "late": True})
        self.assertTrue(line.moodle_marked_at)
        manager = line.with_user(self.manager)
        manager.unlink()
        self.assertTrue(
            self.env["moodle.mapping"]._of_course(
                self.instance, self.moodle_course.id
            )._dropped_lines()
        )  # fmt: skip

    def test_superuser_rights_alone_make_no_machine_of_a_person(self):
        line = self.line(self.session, 1).with_user(self.user).sudo()
        line.write({"present": False, "late": True})
        self.assertTrue(line.moodle_marked_at)

    def test_odd_texts_that_were_stored_before_break_no_list(self):
        for text in (
            "²:1:x",
            "1:²:x",
            "1:1:x\n",
            "12345678901:1:x",
            "-1:1:x",
            "1:1",
            ":",
            "\x001:1:",
        ):
            self.assertIsNone(Seen.parse(text), repr(text))
        self.env.cr.execute("UPDATE op_attendance_sheet SET moodle_seen = '²:1:x'")
        self.env.invalidate_all()
        self.assertFalse(self.sheets.with_user(self.user).read(["moodle_url"])[0]["moodle_url"])
        self.env.cr.execute(
            "UPDATE op_attendance_sheet SET moodle_seen = %s", (f"{self.moodle_course.id}:²:x",)
        )
        self.env["moodle.mapping"].search([]).unlink()
        self.env.invalidate_all()
        self.assertEqual(self.sync().state, "done")
