from . import (
    moodle_instance,
    moodle_instance_attendance,
    moodle_mapping,
    moodle_sync_gap,
    moodle_sync_run,
    op_attendance_line,
    op_attendance_register,
    op_attendance_sheet,
)
