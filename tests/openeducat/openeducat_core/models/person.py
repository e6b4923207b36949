# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
"""What students and faculty share."""

BLOOD_GROUPS = [
    ("A+", "A+ve"),
    ("B+", "B+ve"),
    ("O+", "O+ve"),
    ("AB+", "AB+ve"),
    ("A-", "A-ve"),
    ("B-", "B-ve"),
    ("O-", "O-ve"),
    ("AB-", "AB-ve"),
]
