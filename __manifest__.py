{
    "name": "Moodle Attendance Sync",
    "summary": "Keeps attendance equal in Moodle's Attendance activity and OpenEduCat",
    "version": "1.0.0",
    "category": "Education",
    "license": "LGPL-3",
    "author": "OpenEduCat Moodle Attendance contributors",
    "depends": ["openeducat_attendance"],
    # OpenEduCat's vendor sells a connector with models of the same names.
    "excludes": ["openeducat_moodle"],
    "external_dependencies": {"python": ["requests"]},
    "data": [
        "security/ir.model.access.csv",
        "security/rules.xml",
        "data/ir_cron.xml",
        "views/moodle_sync_run_views.xml",
        "views/moodle_sync_gap_views.xml",
        "views/moodle_mapping_views.xml",
        "views/moodle_instance_views.xml",
        "views/menus.xml",
    ],
}
