# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from odoo import fields, models


class OpStudentCourse(models.Model):
    _name = "op.student.course"
    _inherit = "mail.thread"
    _description = "Student Course Details"
    _rec_name = "student_id"

    student_id = fields.Many2one("op.student", ondelete="cascade", tracking=True)
    course_id = fields.Many2one("op.course", required=True, tracking=True)
    batch_id = fields.Many2one("op.batch", tracking=True)
    roll_number = fields.Char(tracking=True)
    subject_ids = fields.Many2many("op.subject", string="Subjects")
    state = fields.Selection([("running", "Running"), ("finished", "Finished")], default="running")

    if hasattr(models, "Constraint"):  # 19.0, which ignores the other form
        _unique_name_roll_number_id = models.Constraint(
            "unique(roll_number, course_id, batch_id, student_id)",
            "The student has this roll number in the batch already.",
        )
        _unique_name_roll_number_course_id = models.Constraint(
            "unique(roll_number, course_id, batch_id)",
            "A student of the batch has this roll number already.",
        )
        _unique_name_roll_number_student_id = models.Constraint(
            "unique(student_id, course_id, batch_id)", "The student is in this batch already."
        )
    else:
        _sql_constraints = [
            (
                "unique_name_roll_number_id",
                "unique(roll_number, course_id, batch_id, student_id)",
                "The student has this roll number in the batch already.",
            ),
            (
                "unique_name_roll_number_course_id",
                "unique(roll_number, course_id, batch_id)",
                "A student of the batch has this roll number already.",
            ),
            (
                "unique_name_roll_number_student_id",
                "unique(student_id, course_id, batch_id)",
                "The student is in this batch already.",
            ),
        ]
