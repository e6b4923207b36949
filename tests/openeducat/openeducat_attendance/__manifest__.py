# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
{
    "name": "OpenEduCat Attendance (test stand-in)",
    "summary": "Test stand-in: registers, sheets and lines as OpenEduCat has them",
    "version": "1.0",
    "category": "Hidden/Tests",
    "license": "LGPL-3",
    "author": "OpenEduCat Moodle Attendance contributors",
    "depends": ["openeducat_timetable"],
    "data": [
        "security/groups.xml",
        "security/ir.model.access.csv",
        "security/rules.xml",
        "data/ir_sequence.xml",
        "views/op_attendance_type_views.xml",
        "views/op_attendance_register_views.xml",
        "views/op_attendance_sheet_views.xml",
        "views/op_attendance_line_views.xml",
        "views/menus.xml",
    ],
    "post_init_hook": "post_init_hook",
    "installable": True,
}
