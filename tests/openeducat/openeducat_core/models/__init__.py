# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from . import (
    op_batch,
    op_course,
    op_department,
    op_faculty,
    op_student,
    op_student_course,
    op_subject,
    res_users,
)
