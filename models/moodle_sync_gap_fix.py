from odoo import models
from odoo.exceptions import AccessError, UserError

from ..services.domain import gaps as catalogue
from ..services.domain.gap_reason import Fix


class MoodleSyncGap(models.Model):
    """*Fix here*: where in OpenEduCat a gap is fixed."""

    _inherit = "moodle.sync.gap"

    def action_open_record(self):
        """Open what is to be fixed.

        :raise AccessError: this person may not see it; who may is named
        """
        self.ensure_one()
        self.check_access("read")
        if not self.record_model:
            raise UserError(self.env._("There is nothing to do."))
        # The sentences of older versions may have no entry in the catalogue any more.
        reason = catalogue.REASONS.get(self.why)
        fix = reason.fix if reason else Fix.RECORD
        if fix == Fix.COURSE_DETAILS:
            return self._open_course_details()
        if fix == Fix.SHEETS:
            return self._open_sheets_of_the_day()
        self._check_may_open(self.record_model)
        return self._opened(self.record_model, record_id=self.record_id)

    def _open_course_details(self):
        """Those of the student in this course: the only one, the list of several, or a new one.

        OpenEduCat's form of a student does not show them.
        """
        model = "op.student.course"
        self._check_may_open(model)
        domain = [("student_id", "=", self.record_id), ("course_id", "=", self._op_course().id)]
        found = self.env[model].search(domain)
        if not found:
            self._check_may_open(model, "create")
        if len(found) > 1:
            return self._opened(model, domain=domain)
        return self._opened(
            model,
            record_id=found.id,
            context={
                "default_student_id": self.record_id,
                "default_course_id": self._op_course().id,
            },
        )

    def _open_sheets_of_the_day(self):
        """Of all batches: one of them is where the student was."""
        model = "op.attendance.sheet"
        self._check_may_open(model)
        mapping = self.env["moodle.mapping"]._of_course(self.instance_id, self.unit)
        day = catalogue.REASONS[self.why].by_name(self.details or ())["day"]
        return self._opened(
            model,
            domain=[
                ("attendance_date", "=", day),
                ("register_id.subject_id", "=", mapping.oec_record_id),
                ("register_id.course_id", "=", mapping.op_course_id.id),
            ],
        )

    def _opened(self, model, record_id=False, domain=None, context=None):
        """:param domain: of a list; without one it is the form of one record, or of a new one
        :return: action
        """
        action = {
            "type": "ir.actions.act_window",
            "name": self.env["ir.model"]._get(model).name,
            "res_model": model,
            "context": context or {},
        }
        if domain is None:
            return {**action, "res_id": record_id, "views": [(False, "form")]}
        return {**action, "domain": domain, "views": [(False, "list"), (False, "form")]}

    def _check_may_open(self, model, right="read"):
        """:param right: ``read`` or ``create``
        :raise AccessError: in words for somebody who has never heard of models
        """
        if self.env[model].has_access(right):
            return
        what = self.env["ir.model"]._get(model).name
        groups = self.env["ir.model.access"].group_names_with_access(model, right)
        if not groups:
            raise AccessError(
                self.env._(
                    "This is fixed in OpenEduCat's “%s”, which nobody may open. Ask your "
                    "administrator.",
                    what,
                )
            )
        raise AccessError(
            self.env._(
                "This is fixed in OpenEduCat's “%(what)s”, which your account may not open. Ask "
                "somebody who has one of these rights: %(groups)s.",
                what=what,
                groups=", ".join(groups),
            )
        )
