"""Kinds of change in a course that the digest has to show, and some that it must not.

Each is a name and PHP code for the stage (``stage.php``); ``$in`` is the cast of the course.
"""


def _column(table, column, value, where):
    return f"$DB->set_field('{table}', '{column}', {value}, ['id' => {where}]);"


def _session(column, value):
    return _column("attendance_sessions", column, value, "$in['session']")


def _status(column, value):
    return _column("attendance_statuses", column, value, "$in['statuses']['L']")


def _user(values):
    return f"user_update_user((object) ['id' => $in['students'][6], {values}], false, false);"


_LOG = "$DB->get_field('attendance_log', 'MIN(id)', ['sessionid' => $in['session']])"
_MARK = "teacher_saves($in['teacher'], $in['session'], [$in['students'][{}] => [$in['statuses']['{}'], '{}']]);"
_ENROLMENT = (
    "$e = $DB->get_record('enrol', ['courseid' => $in['course'], 'enrol' => 'manual']);"
    " $p = enrol_get_plugin('manual'); $p->{}($e, $in['students'][{}]{});"
)
_CM = "$cm = get_coursemodule_from_instance('attendance', $in['plain']);"
_ROLE = "$r = $DB->get_field('role', 'id', ['shortname' => 'teacher']); $c = context_course::instance($in['course']);"

SHOWN = (
    ("a session is added", "new_session($in['lectures'], ['sessdate' => 1790100000]);"),
    ("a session begins at another time", _session("sessdate", "1790003600")),
    ("a session lasts longer", _session("duration", "5400")),
    ("a session is described", _session("description", "'<b>Other</b>'")),
    ("a description has another format", _session("descriptionformat", "2")),
    ("a session gets a group", _session("groupid", "$in['groups'][1]")),
    ("a session gets another set", _session("statusset", "1")),
    ("a session was taken at another time", _session("lasttaken", "1790009999")),
    ("a session was taken by somebody else", _session("lasttakenby", "$in['teacher']")),
    ("a session was modified", _session("timemodified", "1790009999")),
    ("a session moves to another activity", _session("attendanceid", "$in['plain']")),
    (
        "a status is added",
        "attendance_add_status((object) ['attendanceid' => $in['lectures'], 'acronym' => 'Z',"
        " 'description' => 'Zero', 'grade' => 0, 'setnumber' => 0, 'visible' => 1, 'deleted' => 0]);",
    ),
    ("a status has another letter", _status("acronym", "'Q'")),
    ("a status is described", _status("description", "'Delayed'")),
    ("a status has another grade", _status("grade", "1.5")),
    ("a status is hidden", _status("visible", "0")),
    ("a status is deleted", _status("deleted", "1")),
    ("a status moves to another set", _status("setnumber", "1")),
    ("a mark is given", _MARK.format(0, "P", "")),
    ("another mark is given", _MARK.format(1, "A", "late bus")),
    ("a mark is changed", _MARK.format(0, "A", "")),
    ("a remark is changed", _MARK.format(0, "A", "was ill")),
    ("a mark has another time", _column("attendance_log", "timetaken", "1790001111", _LOG)),
    ("a mark has another taker", _column("attendance_log", "takenby", "2", _LOG)),
    ("a mark has an unknown status", _column("attendance_log", "statusid", "99999", _LOG)),
    (
        "a mark is there twice",
        f"$row = $DB->get_record('attendance_log', ['id' => {_LOG}]); unset($row->id);"
        " $DB->insert_record('attendance_log', $row);",
    ),
    ("a mark is deleted", f"$DB->delete_records('attendance_log', ['id' => {_LOG}]);"),
    (
        "somebody who isn't enrolled has a mark",
        "$DB->insert_record('attendance_log', ['sessionid' => $in['session'], 'studentid' => $in['outsider'],"
        " 'statusid' => $in['statuses']['P'], 'timetaken' => 5, 'takenby' => 2]);",
    ),
    (
        "that one gets another name",
        "$DB->set_field('user', 'firstname', 'Outsider', ['id' => $in['outsider']]);",
    ),
    ("an activity is added", "new_activity($in['course'], 'Seminar');"),
    ("an activity is hidden", f"{_CM} set_coursemodule_visible($cm->id, 0);"),
    ("an activity is shown", f"{_CM} set_coursemodule_visible($cm->id, 1);"),
    ("an activity is renamed", f"{_CM} set_coursemodule_name($cm->id, 'Renamed');"),
    (
        "an activity has another group mode",
        f"{_CM} set_coursemodule_groupmode($cm->id, SEPARATEGROUPS);",
    ),
    (
        "an activity has a grouping",
        f"{_CM} $id = groups_create_grouping((object) ['courseid' => $in['course'], 'name' => 'G']);"
        " $DB->set_field('course_modules', 'groupingid', $id, ['id' => $cm->id]); rebuild_course_cache($in['course'], true);",
    ),
    (
        "a group joins the grouping of an activity",
        f"{_CM} groups_assign_grouping($cm->groupingid, $in['groups'][0]);",
    ),
    ("somebody is enrolled", "enrol($in['course'], $in['outsider']);"),
    ("somebody is unenrolled", _ENROLMENT.format("unenrol_user", 10, "")),
    (
        "an enrolment is suspended",
        _ENROLMENT.format("update_user_enrol", 9, ", ENROL_USER_SUSPENDED"),
    ),
    (
        "an enrolment has ended",
        _ENROLMENT.format("update_user_enrol", 8, ", ENROL_USER_ACTIVE, 0, 1000"),
    ),
    ("an account is suspended", _user("'suspended' => 1")),
    ("somebody has another ID number", _user("'idnumber' => uniqid('x')")),
    ("somebody has another e-mail", _user("'email' => uniqid('x') . '@example.com'")),
    ("somebody has another first name", _user("'firstname' => '<i>Zoë</i> 😀'")),
    ("somebody has another last name", _user("'lastname' => 'O\\'Brien'")),
    ("somebody gets a role", f"{_ROLE} role_assign($r, $in['students'][5], $c->id);"),
    ("somebody loses a role", f"{_ROLE} role_unassign($r, $in['students'][5], $c->id);"),
    ("an account is deleted", "delete_user(core_user::get_user($in['students'][4]));"),
    (
        "a group is added",
        "groups_create_group((object) ['courseid' => $in['course'], 'name' => 'New']);",
    ),
    ("a group is renamed", _column("groups", "name", "'Batch A'", "$in['groups'][0]")),
    (
        "a group has another ID number",
        _column("groups", "idnumber", "uniqid('g')", "$in['groups'][0]"),
    ),
    ("somebody joins a group", "groups_add_member($in['groups'][0], $in['students'][7]);"),
    ("somebody leaves a group", "groups_remove_member($in['groups'][0], $in['students'][7]);"),
    ("a group is deleted", "groups_delete_group($in['groups'][1]);"),
    (
        "teachers may be listed",
        f"{_ROLE} $r = $DB->get_field('role', 'id', ['shortname' => 'editingteacher']);"
        " assign_capability('mod/attendance:canbelisted', CAP_ALLOW, $r, $c->id, true);",
    ),
    ("a session is deleted", "attendance($in['lectures'])->delete_sessions([$in['second']]);"),
    ("an activity is deleted", f"{_CM} course_delete_module($cm->id);"),
)

NOT_SHOWN = (
    ("somebody visits the course", "user_accesstime_log($in['course']);"),
    (
        "an account was used",
        "$DB->set_field('user', 'lastaccess', time(), ['id' => $in['students'][0]]);"
        " $DB->set_field('user', 'lastlogin', time(), ['id' => $in['students'][0]]);",
    ),
    (
        "somebody lives elsewhere",
        "$DB->set_field('user', 'city', uniqid(), ['id' => $in['students'][0]]);",
    ),
    (
        "the course has another name",
        "$DB->set_field('course', 'fullname', uniqid(), ['id' => $in['course']]);",
    ),
    ("a session has a password", _session("studentpassword", "'secret'")),
    ("students may mark themselves", _session("studentscanmark", "1")),
    ("a session has an event", _session("caleventid", "7")),
    (
        "grades are calculated anew",
        "attendance($in['lectures'])->update_users_grade([$in['students'][0]]);",
    ),
    ("caches are emptied", "purge_all_caches();"),
    (
        "another course changes",
        "$c = new_course(uniqid('n')); enrol($c, $in['students'][0]); new_session(new_activity($c, 'Elsewhere'));",
    ),
    (
        "somebody outside gets another e-mail",
        "$DB->set_field('user', 'email', uniqid() . '@example.com', ['id' => 2]);",
    ),
)
