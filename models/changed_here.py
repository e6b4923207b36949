from odoo import api, models

from .guards import is_ours


class MoodleTouching(models.AbstractModel):
    """Of OpenEduCat's attendance: whatever anybody changes in it, a scheduled run reads the
    Moodle course that it stands for, see ``moodle.touched``. A change of the synchronisation
    itself is no news to it."""

    _name = "moodle.touching"
    _description = "Moodle: changes here are noticed"

    def _touched_pairs(self):
        """:return: set of ``(op.subject id, op.course id)``"""
        # sudo: whoever may write a line may not read its register; nothing is shown.
        registers = self.sudo()._touched_registers()
        return {(register.subject_id.id, register.course_id.id) for register in registers}

    def _touched_registers(self):
        """:return: ``op.attendance.register``"""
        raise NotImplementedError

    def _touch(self, *pairs):
        self.env["moodle.touched"]._touch(set().union(*pairs, self._touched_pairs()))

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if not is_ours(self.env):
            records._touch()
        return records

    def write(self, vals):
        if is_ours(self.env):
            return super().write(vals)
        before = self._touched_pairs()
        result = super().write(vals)
        self._touch(before)
        return result

    def unlink(self):
        if not is_ours(self.env):
            self._touch()
        return super().unlink()
