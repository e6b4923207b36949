from datetime import timedelta

from odoo import fields, models

# A detail that is younger is being typed: what is put right in it says nothing of the past.
TYPING = timedelta(days=1)


class OpStudentCourse(models.Model):
    """Notes when a student leaves a batch: a lesson before that day may be marked later."""

    _inherit = "op.student.course"

    def write(self, vals):
        if vals.keys().isdisjoint({"student_id", "course_id", "batch_id", "state"}):
            return super().write(vals)
        before = self._stays_in_batch()
        result = super().write(vals)
        after = self._stays_in_batch()
        self._note_left([stay for stay in before if stay not in after])
        return result

    def unlink(self):
        before = self._stays_in_batch()
        result = super().unlink()
        self._note_left(before)
        return result

    def _stays_in_batch(self):
        """:return: list of values of ``moodle.batch.change``, of the running ones"""
        edge = fields.Datetime.now() - TYPING
        return [
            {
                "detail_id": detail.id,
                "student_id": detail.student_id.id,
                "course_id": detail.course_id.id,
                "batch_id": detail.batch_id.id,
            }
            for detail in self
            if detail.state == "running"
            and detail.student_id
            and detail.batch_id
            and detail.create_date
            and detail.create_date < edge
        ]

    def _note_left(self, stays):
        if stays:
            now = fields.Datetime.now()
            # sudo: it is written whoever changes the detail, and nobody else may.
            self.env["moodle.batch.change"].sudo().create(
                [{**stay, "changed_at": now} for stay in stays]
            )
