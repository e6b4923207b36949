# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from . import op_faculty, op_session, op_timing
