"""The kinds of accounts that call the plug-in: from one that may do everything to one that may do next to nothing."""

from moodle_site import Site, tag

ADMINISTRATOR = "administrator"
MANAGER = "manager"
EDITING_TEACHER = "editing teacher"
TEACHER = "teacher of one group"
STUDENT = "student"
SYNC = "synchronisation"
KINDS = (ADMINISTRATOR, MANAGER, EDITING_TEACHER, TEACHER, STUDENT, SYNC)

_IN_COURSE = {EDITING_TEACHER: "editingteacher", TEACHER: "teacher", STUDENT: "student"}
_MAKE = """
$id = new_user($in['name']);
if ($in['kind'] == 'administrator') {
    set_config('siteadmins', $CFG->siteadmins . ',' . $id);
} else if ($in['kind'] == 'manager') {
    role_assign($DB->get_field('role', 'id', ['shortname' => 'manager']), $id, context_system::instance()->id);
} else if ($in['kind'] == 'synchronisation') {
    $role = $DB->get_field('role', 'id', ['shortname' => 'synconly']) ?: create_role('Synchronisation only', 'synconly', '');
    assign_capability('local/wsattendance:sync', CAP_ALLOW, $role, context_system::instance()->id, true);
    role_assign($role, $id, context_system::instance()->id);
}
if ($in['role']) {
    enrol($in['course'], $id, $in['role']);
}
if ($in['group']) {
    groups_add_member($in['group'], $id);
}
return ['id' => $id, 'token' => new_token($id, $in['service'])];
"""


class Account(Site):
    """A :class:`Site` with the ``id`` of its user, and the ``kind``."""

    def __init__(self, made, kind):
        super().__init__(made["token"])
        self.id, self.kind = made["id"], kind


def account(stage, cast, kind, service="local_wsattendance"):
    """:param cast: of ``new_cast``: teachers and students are in its course, teachers of one group and students
    in its first group
    """
    made = stage(
        _MAKE,
        name="k" + tag(),
        kind=kind,
        role=_IN_COURSE.get(kind, ""),
        course=cast["course"],
        group=cast["groups"][0] if kind in (TEACHER, STUDENT) else 0,
        service=service,
    )
    return Account(made, kind)


def dismiss(stage, accounts):
    """Nobody stays an administrator of a Moodle that others use, too."""
    code = (
        "set_config('siteadmins', implode(',', array_diff(explode(',', $CFG->siteadmins), $in['ids'])));"
        " foreach ($in['ids'] as $id) $DB->delete_records('external_tokens', ['userid' => $id]);"
    )
    stage(code, ids=[one.id for one in accounts])
