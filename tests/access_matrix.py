"""Who may do what, as a table: held against the real rights by test_access.py, and printed
into docs/access.md by ``dev/access.sh``. Plain Python, so that it can be run alone."""

ROLES = {
    "public": "Visitor",
    "portal": "Portal",
    "internal": "Internal user",
    "faculty": "OpenEduCat: User",
    "user": "Attendance: User",
    "manager": "Attendance: Manager",
    "system": "Administrator",
}
GROUPS = {
    "portal": "base.group_portal",
    "internal": "base.group_user",
    "faculty": "openeducat_core.group_op_faculty",
    "user": "openeducat_attendance.group_op_attendance_user",
    "manager": "openeducat_attendance.group_op_attendance_manager",
    "system": "base.group_system",
}
OPERATIONS = {"r": "read", "c": "create", "w": "write", "u": "unlink"}

# Of the user's own companies; of another company nobody may do anything. A wizard is seen
# by whoever has opened it.
MODELS = {
    # Bookkeeping of runs and reports, which shows nothing that they do not say.
    "moodle.batch.change": {},
    "moodle.course.queued": {},
    "moodle.run.noted": {},
    "moodle.touched": {},
    "moodle.instance": {"manager": "r---", "system": "rcwu"},
    "moodle.mapping": {"manager": "rcw-", "system": "rcwu"},
    "moodle.session.untaken": {"manager": "r---", "system": "r---"},
    "moodle.status.meaning": {"manager": "rcwu", "system": "rcwu"},
    "moodle.student.attendance": {"user": "r---", "manager": "r---"},
    "moodle.sync.gap": {"manager": "r---", "system": "r--u"},
    "moodle.sync.outcome": {"manager": "r---", "system": "r---"},
    "moodle.sync.report": {"manager": "r---", "system": "r--u"},
    "moodle.sync.report.line": {"manager": "r---", "system": "r---"},
    "moodle.sync.run": {"manager": "r---", "system": "r--u"},
    "moodle.backfill": {"manager": "rcwu", "system": "rcwu"},
    "moodle.gap.map": {"manager": "rcwu", "system": "rcwu"},
    "moodle.letter.choose": {"manager": "rcwu", "system": "rcwu"},
}

SYNC = ("manager", "system")
SETTINGS = ("system",)
# OpenEduCat's own rights on its attendance.
ATTENDANCE = ("user", "manager")

# Every method without a leading underscore can be called from outside.
METHODS = {
    "moodle.instance": {
        "action_backfill": SYNC,
        "action_database_copy": SETTINGS,
        "action_database_real": SETTINGS,
        "action_new_setup": SETTINGS,
        "action_next_step": SYNC,
        "action_open_letters": SYNC,
        "action_preview": SYNC,
        "action_setup": SETTINGS,
        "action_setup_back": SETTINGS,
        "action_setup_discover": SETTINGS,
        "action_setup_finish": SETTINGS,
        "action_setup_next": SETTINGS,
        "action_setup_open_preview": SYNC,
        "action_site_same": SETTINGS,
        "action_site_unlink": SETTINGS,
        "action_stop_backfill": SYNC,
        "action_sync_now": SYNC,
        "action_test_connection": SETTINGS,
        "action_use_address": SETTINGS,
        "action_verify": SYNC,
        "backfill_attendance": SYNC,
        "preview_attendance": SYNC,
        "sync_attendance": SYNC,
        "verify_attendance": SYNC,
    },
    "moodle.mapping": {
        "action_picture": SYNC,
        "action_undo": SYNC,
        "attendance_picture": ("manager",),
    },
    "moodle.session.untaken": {"action_open_moodle": SYNC},
    "moodle.student.attendance": {"action_lines": ATTENDANCE},
    "moodle.sync.gap": {
        "action_apply_anyway": SYNC,
        "action_choose": SYNC,
        "action_follow": SYNC,
        "action_ignore": SYNC,
        "action_keep": SYNC,
        "action_map": SYNC,
        "action_open_moodle": SYNC,
        "action_open_record": SYNC,
        "action_other_lessons": SYNC,
        "action_preview": SYNC,
        "action_reopen": SYNC,
        "action_take_new": SYNC,
        "action_undo": SYNC,
    },
    "moodle.sync.report": {
        "action_apply": SYNC,
        "action_lines": SYNC,
        "action_setup": SETTINGS,
    },
    "moodle.sync.run": {"action_lines": SYNC, "action_sheets": SYNC},
    "moodle.backfill": {"action_backfill": SYNC},
    "moodle.gap.map": {"action_map": SYNC},
    "moodle.letter.choose": {"action_choose": SYNC},
    "op.attendance.register": {"action_open_moodle": ATTENDANCE},
    "op.attendance.sheet": {"action_open_moodle": ATTENDANCE},
}
# What Odoo's own methods do here besides; the table of models holds them.
OF_ODOO = {
    "copy_data",
    "create",
    "default_get",
    "get_empty_list_help",
    "init",
    "onchange",
    "unlink",
    "write",
}

INTRODUCTION = """\
# Who may do what

Printed by `dev/access.sh` from `tests/access_matrix.py` and held against the real rights by
`tests/test_access.py`, for a user of each group, in their own company and in another one. A
group stands here for itself alone; whoever has several may do what each of them may.

* **Companies.** Every record belongs to the company of its instance. Of another company
  nobody sees or does anything, administrators included. What a record is about (its
  instance, kind, Moodle ID) can't be changed afterwards.
* **OpenEduCat's records.** Register, sheet and line keep OpenEduCat's own rights, which know
  no companies. What the synchronisation writes there (`moodle_…`) is written by nobody else:
  not in a form, an import, by RPC, by defaults or inside another record. Its own environment
  is known by superuser rights together with the context key `connector_no_export`; a client
  can send the key, and OpenEduCat takes superuser rights for its users, so neither is enough.
* **Mappings.** A person chooses the OpenEduCat record, of a new mapping also instance, kind
  and Moodle ID; such a row is one made by hand. A row that the synchronisation made shows the
  name of its record, which stands on the attendance sheets, too. A row made by hand shows a
  name only to those who may read that record, else its number.
  What was mapped by hand is taken back with *Undo* by whoever may map; the chatter of the instance
  says who did.
* **Gaps** are written by the synchronisation alone; *Ignore*, *Reopen*, *Map*, *Undo*, *Choose*,
  *Preview* and *Apply anyway* are for whoever may synchronise. What was let through by hand, and by whom, stands
  in the chatter of the instance.
* **Addresses in Moodle** are shown to internal users who may read the record.
* **The spreadsheet** of a course's attendance (`/openeducat_moodle_attendance/picture/…`) holds what
  `attendance_picture` answers, for the same people.
* **The zip of the plug-in for Moodle** (`/openeducat_moodle_attendance/moodle-plugin`) is for whoever
  may set up an instance. It holds no secret.
* **Forms.** Odoo names whatever a form's values point to. Here a value is taken only from
  somebody who may read that record.
* **One Moodle, several companies.** A company has one active instance for a Moodle (http or
  https, capitals, the usual port and a last slash make no other). Each company may have its
  own; where `op.subject` or `op.course` have a field `company_id` (OpenEduCat's own have not),
  an instance leaves other companies' courses alone.
"""


def document():
    """:return: the whole of docs/access.md"""
    lines = [INTRODUCTION, "## Models", ""]
    lines += ["r read, c create, w write, u delete; nobody else may do anything.", ""]
    lines += _head("model", ROLES.values())
    for model, rights in MODELS.items():
        lines.append(_row([f"`{model}`", *(rights.get(role, "----") for role in ROLES)]))
    lines += ["", "## Methods that can be called from outside", ""]
    lines += _head("method", ROLES.values())
    for model, methods in METHODS.items():
        for method, roles in methods.items():
            cells = ["yes" if role in roles else "–" for role in ROLES]
            lines.append(_row([f"`{model}` {method}", *cells]))
    return "\n".join(lines) + "\n"


def _head(first, titles):
    cells = [first, *titles]
    return [_row(cells), _row(["---"] * len(cells))]


def _row(cells):
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(document(), end="")  # pylint: disable=print-used
