from datetime import timedelta

from odoo import api, fields, models

# How long a change is kept: whoever is marked for a lesson before it is marked by then.
KEPT = timedelta(days=3 * 365)


class MoodleBatchChange(models.Model):
    """Until a moment a student was in a batch by a course detail. OpenEduCat keeps the batch of
    today alone, and marks of a lesson before the change come later. Bookkeeping that nobody sees;
    it goes with its student, course or batch."""

    _name = "moodle.batch.change"
    _description = "Moodle: a student who left a batch"
    _log_access = False

    student_id = fields.Many2one("op.student", required=True, index=True, ondelete="cascade")
    course_id = fields.Many2one("op.course", required=True, ondelete="cascade")
    batch_id = fields.Many2one("op.batch", required=True, ondelete="cascade")
    # It may be deleted, and its number still tells it from others of the student.
    detail_id = fields.Integer(required=True)
    changed_at = fields.Datetime(required=True)

    @api.autovacuum
    def _gc_changes(self):
        self.search([("changed_at", "<", fields.Datetime.now() - KEPT)]).unlink()
