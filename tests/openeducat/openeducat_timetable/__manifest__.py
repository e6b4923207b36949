# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
{
    "name": "OpenEduCat Timetable (test stand-in)",
    "summary": "Test stand-in: timetable sessions as OpenEduCat has them",
    "version": "1.0",
    "category": "Hidden/Tests",
    "license": "LGPL-3",
    "author": "OpenEduCat Moodle Attendance contributors",
    "depends": ["openeducat_core"],
    "data": [
        "security/groups.xml",
        "security/ir.model.access.csv",
        "security/rules.xml",
        "views/op_timing_views.xml",
        "views/op_session_views.xml",
        "views/menus.xml",
    ],
    "post_init_hook": "post_init_hook",
    "installable": True,
}
