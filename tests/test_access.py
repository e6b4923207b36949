"""Every model, group, operation and public method, in one's own and another company."""

import inspect
from functools import partial
from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .access_matrix import GROUPS, METHODS, MODELS, OF_ODOO, OPERATIONS, ROLES, document
from .common import MoodleCase
from .measured import measured

ADDON = "odoo.addons.openeducat_moodle_attendance."


class _UndoneError(Exception):
    """Ends what was only tried."""


@tagged("post_install", "-at_install")
class TestAccess(MoodleCase):
    def setUp(self):
        super().setUp()
        self.moodle.add_status(self.lectures, "X", "Extra", 1)
        self.session = self.add_session("PAX")
        stranger = self.moodle.add_user("stranger", "Who", "Knows")
        self.moodle.enrol(self.moodle_course, stranger)
        self.moodle.mark(self.session, stranger, "P", by=self.teacher)
        self.add_session()
        self.sync()
        # What a run that was interrupted has still to do.
        self.env["moodle.course.queued"].create({"queue": "courses", "course": 1})
        # Whoever was in another batch before.
        self.env["moodle.batch.change"].create(
            {
                "student_id": self.students[0].id,
                "course_id": self.course.id,
                "batch_id": self.batches[1].id,
                "detail_id": 1,
                "changed_at": "2026-01-01",
            }
        )
        # What a job has to add to one.
        run = self.env["moodle.sync.run"].search([], limit=1)
        self.env["moodle.run.noted"]._note(run, {"numbers": {"marks_seen": 1}})
        self.env["moodle.status.meaning"]._choose(self.instance, "Y", "", "L")
        self.line(self.session, 1).write({"present": False, "late": True})
        with self.own_cursors():
            self.instance.action_preview()
        self.bare = self.env["moodle.instance"].create(
            {"name": "Without sheets", "url": "https://bare.example"}
        )
        self.users = {
            "own": self.make_users(self.env.company),
            "other": self.make_users(self.env["res.company"].create({"name": "Other school"})),
        }

    def make_users(self, company):
        users = {
            role: new_test_user(
                self.env, f"t-{role}-{company.id}", group,
                company_id=company.id, company_ids=[(6, 0, company.ids)],
            )
            for role, group in GROUPS.items()
        }  # fmt: skip
        return {**users, "public": self.env.ref("base.public_user")}

    def tried(self, action):
        """Whether somebody may do this; whatever it does is undone.

        :return: False if it is refused for want of a right
        """
        try:
            with self.env.cr.savepoint():
                with self.own_cursors():
                    action()
                raise _UndoneError
        except _UndoneError:
            return True
        except AccessError:
            return False
        except UserError:
            # Told off for another reason than a right.
            return True
        finally:
            self.env.invalidate_all()

    # --- models -----------------------------------------------------------------

    def record_of(self, model):
        if model == "moodle.instance":
            return self.bare
        if model == "moodle.sync.report.line":
            return self.env[model].search([("report_id", "!=", False)], limit=1)
        return self.env[model].search([], limit=1)

    def new_values(self, model):
        return {
            "moodle.batch.change": {"student_id": self.students[0].id, "detail_id": 1},
            "moodle.course.queued": {"queue": "courses", "course": 2},
            "moodle.run.noted": {"run_id": self.env["moodle.sync.run"].search([], limit=1).id},
            "moodle.touched": {"mapping_id": self.env["moodle.mapping"].search([], limit=1).id},
            "moodle.instance": {"name": "New", "url": "https://new.example"},
            "moodle.mapping": {
                "instance_id": self.instance.id, "model": "op.student", "moodle_id": 4711,
                "oec_record_id": self.students[0].id,
            },
            "moodle.session.untaken": {
                "mapping_id": self.env["moodle.mapping"].search([], limit=1).id,
                "session_id": 1, "day": "2026-11-03", "starts_at": "2026-11-03 08:00:00",
                "ends_at": "2026-11-03 09:00:00",
            },
            "moodle.student.attendance": {},
            "moodle.sync.gap": {
                "instance_id": self.instance.id, "kind": "refused", "key": "x", "name": "x",
            },
            "moodle.sync.outcome": {},
            "moodle.sync.report": {
                "instance_id": self.instance.id, "kind": "verify", "direction": "moodle",
            },
            "moodle.sync.report.line": {"kind": "push"},
            "moodle.sync.run": {"instance_id": self.instance.id, "trigger": "shell"},
            "moodle.backfill": {"instance_id": self.instance.id, "last_id": 1},
            "moodle.gap.map": {"gap_id": self.gaps(kind="unmatched_student").id},
            "moodle.letter.choose": {"gap_id": self.gaps(acronym="X").id, "meaning": "L"},
            "moodle.status.meaning": {
                "instance_id": self.instance.id, "acronym": "Z", "meaning": "L",
            },
        }[model]  # fmt: skip

    def context_of(self, model):
        """With which the dialog is opened."""
        gap = self.gaps(kind="unmatched_student")
        return {"default_gap_id": gap.id} if model == "moodle.gap.map" else {}

    CHANGED = {
        "moodle.batch.change": {"detail_id": 2},
        "moodle.course.queued": {"course": 2},
        "moodle.run.noted": {"run_id": 1},
        "moodle.touched": {"mapping_id": 1},
        "moodle.instance": {"name": "Changed"},
        "moodle.mapping": {"oec_record_id": 1},
        "moodle.session.untaken": {"teacher": "x"},
        "moodle.student.attendance": {"marks": 1},
        "moodle.sync.gap": {"state": "closed"},
        "moodle.sync.outcome": {"lines": 1},
        "moodle.sync.report": {"problem": "x"},
        "moodle.sync.report.line": {"detail": "x"},
        "moodle.sync.run": {"summary": "x"},
        "moodle.backfill": {"first_id": 2},
        "moodle.gap.map": {"course_id": False},
        "moodle.letter.choose": {"send": True},
        "moodle.status.meaning": {"meaning": "A"},
    }

    def operation(self, model, letter, user, whose):
        records = self.env[model].with_user(user).with_context(**self.context_of(model))
        values = self.new_values(model)
        if model == "moodle.instance" and whose == "other":
            values["company_id"] = self.instance.company_id.id
        if letter == "c":
            return partial(records.create, values)
        if records.is_transient():
            # Seen by whoever has made it; nobody makes one for another company.
            def of_ones_own():
                wizard = records.create(values)
                getattr(wizard, OPERATIONS[letter])(*self.arguments(model, letter))

            return of_ones_own
        record = self.record_of(model).with_user(user)
        return partial(getattr(record, OPERATIONS[letter]), *self.arguments(model, letter))

    def arguments(self, model, letter):
        return {"r": (["display_name"],), "w": (self.CHANGED[model],), "u": ()}[letter]

    def test_models(self):
        cells = 0
        for model, rights in MODELS.items():
            self.assertTrue(self.env[model].is_transient() or self.record_of(model), model)
            for whose, users in self.users.items():
                for role, user in users.items():
                    for number, letter in enumerate(OPERATIONS):
                        wanted = whose == "own" and rights.get(role, "----")[number] == letter
                        with self.subTest(model=model, role=role, whose=whose, operation=letter):
                            action = self.operation(model, letter, user, whose)
                            self.assertEqual(self.tried(action), wanted)
                        cells += 1
        measured("rights: %s models x groups x operations x companies", cells)

    def test_every_model_of_ours_is_in_the_table(self):
        ours = {
            name
            for name in self.env.registry
            if self.env[name]._original_module == "openeducat_moodle_attendance"
            and not self.env[name]._abstract
        }
        self.assertEqual(ours, set(MODELS), "decide who may do what with it")

    # --- methods ----------------------------------------------------------------

    ARGUMENTS = {"backfill_attendance": (1, 1)}

    def public_methods(self):
        """``{model: names}`` of what our classes add to a model or replace."""
        found = {}
        for name in self.env.registry:
            if self.env[name]._abstract:
                continue
            for cls in type(self.env[name]).mro():
                if not cls.__module__.startswith(ADDON):
                    continue
                found.setdefault(name, set()).update(
                    attribute
                    for attribute, value in vars(cls).items()
                    if not attribute.startswith("_") and inspect.isroutine(value)
                )
        return {name: methods - OF_ODOO for name, methods in found.items()}

    def test_every_public_method_is_in_the_table(self):
        wanted = {model: set(methods) for model, methods in METHODS.items()}
        found = {model: methods for model, methods in self.public_methods().items() if methods}
        self.assertEqual(found, wanted, "decide who may call it")

    def subject_of(self, model, user):
        """The record that a method is called on, and by whom."""
        if self.env[model].is_transient():
            opened = self.env[model].with_context(**self.context_of(model))
            record = opened.create(self.new_values(model))
        elif model == "moodle.instance":
            record = self.instance
        elif model == "moodle.mapping":
            record = self.env[model].search([("model", "=", "op.subject")], limit=1)
        elif model == "op.attendance.register":
            record = self.registers
        elif model == "op.attendance.sheet":
            record = self.sheets
        elif model == "moodle.sync.gap":
            record = self.gaps(kind="unmatched_student")
        else:
            record = self.record_of(model)
        return record.with_user(user)

    def test_methods(self):
        cells = 0
        for model, methods in METHODS.items():
            for method, roles in methods.items():
                for whose, users in self.users.items():
                    for role, user in users.items():
                        # OpenEduCat's attendance knows no companies; a dialog for a new
                        # instance is about none yet.
                        of_all = model.startswith("op.") or method == "action_new_setup"
                        wanted = role in roles and (whose == "own" or of_all)
                        record = self.subject_of(model, user)
                        call = partial(getattr(record, method), *self.ARGUMENTS.get(method, ()))
                        with self.subTest(model=model, method=method, role=role, whose=whose):
                            self.assertEqual(self.tried(call), wanted)
                        cells += 1
        measured("rights: %s public methods x groups x companies", cells)

    # --- paper --------------------------------------------------------------------

    def test_the_document_says_the_same(self):
        path = Path(__file__).parent.parent / "docs" / "access.md"
        self.assertEqual(path.read_text(encoding="utf-8"), document(), "run dev/access.sh")

    def test_every_group_is_in_the_table(self):
        self.assertEqual(set(self.users["own"]), set(ROLES))
