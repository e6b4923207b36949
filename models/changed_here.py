from odoo import api, models

from .guards import is_ours


class MoodleTouching(models.AbstractModel):
    """Of OpenEduCat's attendance: whatever anybody changes in it, a scheduled run reads the
    Moodle course that it stands for, see ``moodle.touched``. A change of the synchronisation
    itself is no news to it."""

    _name = "moodle.touching"
    _description = "Moodle: changes here are noticed"

    # The way to the op.attendance.register, as fields of this record and of those behind it;
    # empty for a record that names subject and course itself.
    _way_to_register = ()

    def _touch(self):
        self.env["moodle.touched"]._touch(self, self._way_to_register)

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if not is_ours(self.env):
            records._touch()
        return records

    def write(self, vals):
        if is_ours(self.env):
            return super().write(vals)
        if not vals.keys().isdisjoint({*self._way_to_register[:1], "subject_id", "course_id"}):
            # It is taken away from a course, too.
            self._touch()
        result = super().write(vals)
        self._touch()
        return result

    def unlink(self):
        if not is_ours(self.env):
            self._touch()
        return super().unlink()
