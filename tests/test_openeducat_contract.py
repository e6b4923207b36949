# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
"""Holds OpenEduCat as it is installed here against data of the real one.

``contract/*.json`` were read from databases with the real modules: one file for each
version this addon supports. With the stand-ins of ``openeducat/`` installed, these tests
keep them true; with the real modules they say what a new version has changed.
"""

import json
from fnmatch import fnmatchcase
from pathlib import Path

import psycopg2
import pytz

from odoo import models, release
from odoo.exceptions import AccessError
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

MODULES = (
    "openeducat_core",
    "openeducat_facility",
    "openeducat_classroom",
    "openeducat_timetable",
    "openeducat_attendance",
)

# Fields that Odoo itself gives every model.
MAGIC = {"display_name", *models.MAGIC_COLUMNS}

# What the stand-ins do without, as patterns of "topic/item", and why.
LEFT_OUT = {
    "modules/openeducat_classroom": "rooms: attendance does not ask where",
    "modules/openeducat_facility": "what is in a room",
    "groups/openeducat_classroom.*": "module left out",
    "groups/openeducat_facility.*": "module left out",
    "menus/openeducat_classroom.*": "module left out",
    "menus/openeducat_facility.*": "module left out",
    "menus/openeducat_core.menu_academic_*": "model left out",
    "menus/openeducat_core.menu_op_category_sub": "model left out",
    "menus/openeducat_core.menu_op_program_*sub": "model left out",
    "menus/openeducat_core.menu_partner_title_contact": "needs module contacts",
    "menus/openeducat_core.subject_registration_student_menu": "model left out",
    "menus/openeducat_core.menu_openeducat_config": "no settings",
    "menus/openeducat_timetable.menu_settings": "no settings",
    "menus/openeducat_attendance.menu_attendance_config": "no settings",
    "menus/openeducat_timetable.menu_generate_*": "wizard left out",
    "fields/op.course.program_id": "op.program left out: nothing matches by it",
    "fields/op.faculty.emp_id": "needs module hr: half of the installation time",
    "fields/op.session.classroom_id": "op.classroom left out",
    "fields/op.student.category_id": "op.category left out: nothing matches by it",
    "fields/op.student.course.academic_*": "terms and years left out: batches count",
    "rules/op.faculty: Faculty Login rule": "there without emp_id; no faculty is touched",
    "views/* (activity)": "only forms, lists and searches are inherited or shown",
    "views/* (calendar)": "same",
    "views/* (graph)": "same",
    "views/* (kanban)": "same",
    "views/* (pivot)": "same",
    "sequences/op.student.certificate": "wizard left out",
    "sequences/op.subject.registration": "model left out",
}

# Of what OpenEduCat adds to Odoo's own models, only what its record rules and defaults ask.
ADDITIONS = {"res.users": {"child_ids", "department_ids", "dept_id"}}


def load(name):
    path = Path(__file__).parent / "contract" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def ours(xmlid):
    """Whether an external id belongs to one of OpenEduCat's modules."""
    return xmlid.partition(".")[0] in MODULES


def by_xmlid(records):
    """:return: ``[(external id, record)]`` of those that OpenEduCat's modules made"""
    xmlids = records.get_external_id()
    return [(xmlids[record.id], record) for record in records if ours(xmlids[record.id])]


class Expected:
    """A file of the contract: a method per topic, each giving ``{item: value}``."""

    def __init__(self, name):
        self.name = name
        self.data = load(name)
        self.models = self.data["models"]
        # What was noted of a field differs from file to file.
        self.noted = {
            key
            for model in self.models.values()
            for field in model["fields"].values()
            for key in field
        }

    def modules(self):
        return dict.fromkeys(self.data["modules"], "installed")

    def models_themselves(self):
        keys = ("inherits", "mail_thread", "order", "rec_name", "table")
        return {name: {key: model[key] for key in keys} for name, model in self.models.items()}

    def fields(self):
        return self._per_model("fields", "{model}.{item}")

    def defaults(self):
        return self._per_model("defaults", "{model}.{item}")

    def constraints(self):
        return self._per_model("sql_constraints", "{item}")

    def access(self):
        return {
            name: sorted([group or "", *rights] for group, *rights in model["access"])
            for name, model in self.models.items()
        }

    def rules(self):
        return {
            f"{name}: {rule}": [sorted(groups), squeeze("".join(domain))]
            for name, model in self.models.items()
            for rule, groups, domain in model.get("rules", ())
        }

    def views(self):
        return {view: name for name, model in self.models.items() for view in model["views"]}

    def groups(self):
        return {name: sorted(implied) for name, implied in self.data["groups"].items()}

    def menus(self):
        return dict(self.data["menus"])

    def sequences(self):
        return {code: [prefix, padding] for code, prefix, padding in self.data["sequences"]}

    def _per_model(self, key, label):
        return {
            label.format(model=name, item=item): value
            for name, model in self.models.items()
            for item, value in model[key].items()
        }


class Installed:
    """The same topics, read from the running registry and from PostgreSQL."""

    def __init__(self, env, expected):
        self.env = env(su=True, context={"lang": "en_US", "active_test": False})
        self.expected = expected
        self.names = [name for name in expected.models if name in env.registry]

    def modules(self):
        modules = self.env["ir.module.module"].search([("name", "in", MODULES)])
        return {module.name: module.state for module in modules if module.state != "uninstalled"}

    def models_themselves(self):
        return {
            name: {
                "inherits": dict(model._inherits),
                "mail_thread": "message_ids" in model._fields,
                "order": model._order,
                "rec_name": model._rec_name,
                "table": model._table,
            }
            for name, model in self._models()
        }

    def fields(self):
        found = {}
        for name, model in self._models():
            reflected = self.env["ir.model.fields"].search([("model", "=", name)])
            reflected = {record.name: record for record in reflected}
            for field in self._own_fields(model):
                facts = self._field(field, reflected[field.name])
                found[f"{name}.{field.name}"] = {
                    key: value for key, value in facts.items() if key in self.expected.noted
                }
        return found

    def _field(self, field, reflected):
        """Only what is not usual: a fact that is absent is False (``store``: True)."""
        facts = {
            "type": reflected.ttype,
            "module": next(module for module in MODULES if module in field._modules),
            "relation": reflected.relation,
            "inverse": reflected.relation_field,
            "required": reflected.required,
            "size": reflected.size,
            "readonly": reflected.readonly,
            "related": reflected.related,
            "ondelete": reflected.on_delete,
            "selection": [[option.value, option.name] for option in reflected.selection_ids],
            "tracking": bool(reflected.tracking),
            "translate": bool(reflected.translate),
            "relation_table": reflected.relation_table,
            "column1": reflected.column1,
            "column2": reflected.column2,
            "computed": bool(field.compute and not field.related),
        }
        facts = {key: value for key, value in facts.items() if value}
        if not reflected.store:
            facts["store"] = False
        if not (field.copy or field.compute):
            facts["copy"] = False
        return facts

    def defaults(self):
        found = {}
        for name, model in self._models():
            for field in self._own_fields(model):
                if field.default:
                    label = f"{name}.{field.name}"
                    dynamic = self.expected.defaults().get(label) == "dynamic"
                    value = field.default(model)
                    value = getattr(value, "ids", value) or False
                    found[label] = "dynamic" if dynamic and value else value
        return found

    def constraints(self):
        self.env.cr.execute(
            """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
                WHERE contype IN ('p', 'u', 'c', 'x')
                  AND conrelid IN (SELECT oid FROM pg_class WHERE relname IN %s)""",
            [tuple(model._table for _name, model in self._models())],
        )
        return dict(self.env.cr.fetchall())

    def access(self):
        found = {}
        for name, _model in self._models():
            rows = self.env["ir.model.access"].search([("model_id.model", "=", name)])
            found[name] = sorted(
                [
                    row.group_id.get_external_id().get(row.group_id.id, ""),
                    row.perm_read,
                    row.perm_write,
                    row.perm_create,
                    row.perm_unlink,
                ]
                for _xmlid, row in by_xmlid(rows)
            )
        return found

    def rules(self):
        rules = self.env["ir.rule"].search([("model_id.model", "in", self.names)])
        return {
            f"{rule.model_id.model}: {rule.name}": [
                sorted(rule.groups.get_external_id().values()),
                squeeze(rule.domain_force),
            ]
            for _xmlid, rule in by_xmlid(rules)
        }

    def views(self):
        views = self.env["ir.ui.view"].search(
            [("model", "in", self.names), ("inherit_id", "=", False)]
        )
        return {f"{xmlid} ({view.type})": view.model for xmlid, view in by_xmlid(views)}

    def groups(self):
        return {
            xmlid: sorted(group.implied_ids.get_external_id().values())
            for xmlid, group in by_xmlid(self.env["res.groups"].search([]))
        }

    def menus(self):
        menus = self.env["ir.ui.menu"].with_context(**{"ir.ui.menu.full_list": True})
        return {xmlid: menu.complete_name for xmlid, menu in by_xmlid(menus.search([]))}

    def sequences(self):
        return {
            sequence.code: [sequence.prefix, sequence.padding]
            for _xmlid, sequence in by_xmlid(self.env["ir.sequence"].search([]))
        }

    def additions(self):
        """Fields that OpenEduCat adds to the models of ``ADDITIONS``."""
        return {
            f"{name}.{field.name}": {"type": field.type, "relation": field.comodel_name}
            for name in ADDITIONS
            for field in self._own_fields(self.env[name])
        }

    def _models(self):
        return [(name, self.env[name]) for name in self.names]

    @staticmethod
    def _own_fields(model):
        return [
            field
            for field in model._fields.values()
            if field.name not in MAGIC
            and not field.inherited
            and set(field._modules) & set(MODULES)
        ]


def squeeze(domain):
    return "".join(domain.split())


def is_stand_in(env):
    core = env.ref("base.module_openeducat_core").sudo().with_context(lang="en_US")
    return (core.summary or "").startswith("Test stand-in")


def contract_name(env):
    """The file that fits what is installed; the stand-ins follow 19.0 on 18.0 too."""
    if is_stand_in(env) or release.version_info[0] >= 19:
        return "openeducat-19.0-2025-09"
    # 18.0 of 2024 calls a student present unless told otherwise.
    if env["op.attendance.line"]._fields["present"].default:
        return "openeducat-18.0-2024-10"
    return "openeducat-18.0-2025-09"


@tagged("post_install", "-at_install")
class TestOpenEducatContract(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stand_in = is_stand_in(cls.env)
        cls.expected = Expected(contract_name(cls.env))
        cls.installed = Installed(cls.env, cls.expected)

    def left_out(self, topic, item):
        return self.stand_in and any(
            fnmatchcase(f"{topic}/{item}", pattern) for pattern in LEFT_OUT
        )

    def assert_same(self, topic, expected, found):
        expected = {
            item: value for item, value in expected.items() if not self.left_out(topic, item)
        }
        found = {item: value for item, value in found.items() if not self.left_out(topic, item)}
        lines = [f"missing: {item}" for item in sorted(expected.keys() - found.keys())]
        lines += [f"too much: {item}" for item in sorted(found.keys() - expected.keys())]
        for item in sorted(expected.keys() & found.keys()):
            if expected[item] != found[item]:
                lines.append(f"{item}: should be {expected[item]}, is {found[item]}")
        if lines:
            self.fail(f"{topic}, compared with {self.expected.name}:\n" + "\n".join(lines))

    def compare(self, topic):
        self.assert_same(topic, getattr(self.expected, topic)(), getattr(self.installed, topic)())

    def test_modules(self):
        self.compare("modules")

    def test_models(self):
        self.compare("models_themselves")

    def test_fields(self):
        expected, found = self.expected.fields(), self.installed.fields()
        for name in self.expected.models:
            with self.subTest(model=name):
                self.assert_same("fields", _of(name, expected), _of(name, found))

    def test_defaults(self):
        self.compare("defaults")

    def test_constraints(self):
        self.compare("constraints")

    def test_access(self):
        self.compare("access")

    def test_rules(self):
        self.compare("rules")

    def test_views(self):
        self.compare("views")

    def test_groups(self):
        self.compare("groups")

    def test_menus(self):
        self.compare("menus")

    def test_sequences(self):
        self.compare("sequences")

    def test_additions_to_odoo(self):
        """Only the file of 2024 lists them; the stand-ins may add no others."""
        noted = load("openeducat-18.0-2024-10")["core_model_additions"]
        expected = {
            f"{model}.{name}": {key: noted[model][name][key] for key in ("type", "relation")}
            for model, names in ADDITIONS.items()
            for name in names
        }
        found = self.installed.additions()
        if not self.stand_in:
            found = {item: value for item, value in found.items() if item in expected}
        self.assert_same("additions", expected, found)

    def test_left_out(self):
        """The list above names nothing that the stand-ins have, or that nobody has."""
        if not self.stand_in:
            return
        for pattern in LEFT_OUT:
            topic = pattern.partition("/")[0]
            expected = getattr(self.expected, topic)()
            found = getattr(self.installed, topic)()
            items = [item for item in expected if fnmatchcase(f"{topic}/{item}", pattern)]
            self.assertTrue(items, f"{pattern} is not in the contract")
            for item in items:
                self.assertNotEqual(expected[item], found.get(item), f"{item} is there")


def _of(model, items):
    """Fields of one model: op.student.course is none of op.student's fields."""
    return {item: value for item, value in items.items() if item.rpartition(".")[0] == model}


@tagged("post_install", "-at_install")
class TestOpenEducatBehaviour(TransactionCase):
    """What was probed on the real modules and a sync relies on, or stumbles over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.course = cls.env["op.course"].create({"name": "Contract", "code": "CT-C"})
        cls.subject = cls.env["op.subject"].create({"name": "Contract", "code": "CT-S"})
        cls.batch = cls.env["op.batch"].create(
            {
                "name": "Contract",
                "code": "CT-B",
                "course_id": cls.course.id,
                "start_date": "2026-01-01",
                "end_date": "2027-01-01",
            }
        )
        cls.register = cls.env["op.attendance.register"].create(
            {
                "name": "Contract",
                "code": "CT-R",
                "course_id": cls.course.id,
                "batch_id": cls.batch.id,
            }
        )
        cls.sheet = cls.new_sheet()
        cls.student, cls.other = (cls.new_student(name) for name in ("Ada", "Bob"))

    @classmethod
    def new_sheet(cls, **values):
        values = {"register_id": cls.register.id, "attendance_date": "2026-11-03", **values}
        return cls.env["op.attendance.sheet"].create(values)

    @classmethod
    def new_student(cls, name):
        return cls.env["op.student"].create(
            {
                "name": f"{name} Contract",
                "first_name": name,
                "last_name": "Contract",
                "birth_date": "2005-05-05",
                "gender": "f",
            }
        )

    def new_line(self, student=None, **values):
        return self.env["op.attendance.line"].create(
            {
                "attendance_id": self.sheet.id,
                "student_id": (student or self.student).id,
                # Said in full, since 2024 has another default.
                **dict.fromkeys(("present", "absent", "excused", "late"), False),
                **values,
            }
        )

    def new_session(self, **values):
        faculty = self.env["op.faculty"].create(
            {
                "name": "Fay Contract",
                "first_name": "Fay",
                "last_name": "Contract",
                "birth_date": "1980-01-01",
                "gender": "female",
            }
        )
        return self.env["op.session"].create(
            {
                "course_id": self.course.id,
                "batch_id": self.batch.id,
                "subject_id": self.subject.id,
                "faculty_id": faculty.id,
                "start_datetime": "2026-11-03 08:00:00",
                "end_datetime": "2026-11-03 09:30:00",
                **values,
            }
        )

    def test_long_text_is_cut(self):
        register = self.register
        register.code = "0123456789abcdefghij"
        self.assertEqual(register.code, "0123456789abcdef")
        self.assertEqual(len(self.new_line(remark="x" * 300).remark), 256)

    def test_sheet_names_itself(self):
        self.assertRegex(self.new_sheet(name="given").name, r"^CT-RAR-AS\d{2,}$")

    def test_sheet_needs_its_register_in_the_values(self):
        Sheet = self.env["op.attendance.sheet"].with_context(default_register_id=self.register.id)
        with self.assertRaises(KeyError):
            Sheet.create({"attendance_date": "2026-11-03"})

    def test_sheet_goes_from_draft_to_done(self):
        self.assertEqual(self.sheet.state, "draft")
        for method, state in (
            ("attendance_start", "start"),
            ("attendance_done", "done"),
            ("attendance_cancel", "cancel"),
            ("attendance_draft", "draft"),
        ):
            getattr(self.sheet, method)()
            self.assertEqual(self.sheet.state, state)

    def test_two_sheets_of_a_day_without_session(self):
        self.assertNotEqual(self.new_sheet(), self.sheet)
        self.env.flush_all()

    @mute_logger("odoo.sql_db")
    def test_one_sheet_of_a_day_and_session(self):
        self.env.user.tz = "Asia/Kolkata"
        session = self.new_session()
        self.new_sheet(session_id=session.id)
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            self.new_sheet(session_id=session.id)

    @mute_logger("odoo.sql_db")
    def test_second_line_is_refused_at_the_flush(self):
        self.new_line(present=True)
        self.env.flush_all()
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            self.assertTrue(self.new_line(absent=True), "create() itself does not object")

    def test_marks_do_not_exclude_each_other_below_the_form(self):
        line = self.new_line(present=True, absent=True)
        nothing = self.new_line(self.other)
        self.env.flush_all()
        self.assertTrue(line.present and line.absent)
        self.assertFalse(nothing.present or nothing.absent)

    def test_marks_exclude_each_other_in_the_form(self):
        with Form(self.new_line(present=True)) as form:
            form.late = True
            self.assertFalse(form.present)
            form.excused = True
            self.assertFalse(form.late)

    def test_type_sets_the_marks_in_the_form_only(self):
        late = self.env["op.attendance.type"].create({"name": "Late", "late": True})
        line = self.new_line(present=True, attendance_type_id=late.id)
        self.assertTrue(line.present)
        self.assertFalse(line.late)
        with Form(self.new_line(self.other, present=True)) as form:
            form.attendance_type_id = late
            self.assertTrue(form.late)
            self.assertFalse(form.present)

    def test_line_follows_its_sheet(self):
        line = self.new_line(attendance_date="2020-01-01")
        self.env.flush_all()
        self.assertEqual(str(line.attendance_date), "2026-11-03")
        self.sheet.attendance_date = "2026-11-04"
        self.assertEqual(str(line.attendance_date), "2026-11-04")
        self.assertEqual((line.register_id, line.batch_id), (self.register, self.batch))

    @mute_logger("odoo.sql_db")
    def test_register_is_no_template(self):
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            self.register.copy()

    @mute_logger("odoo.sql_db")
    def test_student_with_lines_stays(self):
        self.new_line()
        with self.assertRaises(psycopg2.errors.ForeignKeyViolation), self.env.cr.savepoint():
            self.student.unlink()

    def test_deleted_sheet_takes_its_lines(self):
        line = self.new_line()
        self.sheet.unlink()
        self.assertFalse(line.exists())

    def test_timetable_session_needs_a_time_zone(self):
        self.env.user.tz = "Asia/Kolkata"
        session = self.new_session()
        self.assertEqual(session.timing, "01:30PM - 03:00PM")
        self.env.flush_all()
        self.env.user.tz = False
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(pytz.UnknownTimeZoneError):
            session.with_context(tz="Asia/Kolkata").mapped("timing")
        self.assertTrue(session.read(["name"]))
        with self.assertRaises(pytz.UnknownTimeZoneError), self.env.cr.savepoint():
            self.assertTrue(self.new_session(), "create() itself does not object")

    def test_who_may_read_what(self):
        """No role of 2025 reads both students and lines."""
        if contract_name(self.env) == "openeducat-18.0-2024-10":
            return
        school = ("op.student", "op.course", "op.batch", "op.subject", "op.student.course")
        attendance = ("op.attendance.register", "op.attendance.sheet", "op.attendance.line")
        for group, allowed, refused in (
            ("openeducat_attendance.group_op_attendance_manager", attendance, school),
            ("openeducat_core.group_op_back_office_admin", school, attendance),
        ):
            user = new_test_user(self.env, "contract-" + group[-7:], f"base.group_user,{group}")
            for name in allowed:
                self.env[name].with_user(user).search([], limit=1)
            for name in refused:
                with self.assertRaises(AccessError, msg=name):
                    self.env[name].with_user(user).search([], limit=1)

    def test_manager_sees_all_lines(self):
        """The rule "own lines only" hangs on managers, but is OR-ed with the users' rule."""
        line = self.new_line()
        user = new_test_user(
            self.env, "contract-m", "openeducat_attendance.group_op_attendance_manager"
        )
        lines = self.env["op.attendance.line"].with_user(user).search([("id", "=", line.id)])
        self.assertEqual(lines, line)
