# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from . import (
    op_attendance_line,
    op_attendance_register,
    op_attendance_sheet,
    op_attendance_type,
    op_session,
)
