<?php
// The stage hands of the black-box test: runs inside a real Moodle (MOODLE_CODE names the folder
// with its config.php) and does what teachers and administrators would do there. It reads one
// JSON object a line, {"run": PHP code, "in": {...}}, and answers {"out": ...} or {"error": ...}.
// SPDX-License-Identifier: GPL-3.0-or-later

define('CLI_SCRIPT', true);

require(getenv('MOODLE_CODE') . '/config.php');
require_once($CFG->dirroot . '/course/lib.php');
require_once($CFG->dirroot . '/course/modlib.php');
require_once($CFG->dirroot . '/group/lib.php');
require_once($CFG->dirroot . '/user/lib.php');
require_once($CFG->libdir . '/enrollib.php');
require_once($CFG->libdir . '/externallib.php');
require_once($CFG->dirroot . '/mod/attendance/lib.php');
require_once($CFG->dirroot . '/mod/attendance/locallib.php');

/**
 * Attendance's own code, which rests between what it reads and what it writes.
 */
class slow_attendance extends mod_attendance_structure {
    public $pause = 0;

    public function get_session_log($sessionid): array {
        $log = parent::get_session_log($sessionid);
        usleep($this->pause);
        return $log;
    }
}

function attendance(int $id, int $sessionid = 0, string $class = 'mod_attendance_structure') {
    global $DB;
    $cm = get_coursemodule_from_instance('attendance', $id, 0, false, MUST_EXIST);
    $record = $DB->get_record('attendance', ['id' => $id], '*', MUST_EXIST);
    $params = (object) ['sessionid' => $sessionid, 'grouptype' => 0];
    return new $class($record, $cm, get_course($cm->course), context_module::instance($cm->id), $params);
}

// A teacher presses Save on the page where attendance is taken. $marks: student => [status, remark].
function teacher_saves(int $teacher, int $sessionid, array $marks, int $pause = 0): void {
    global $DB;
    \core\session\manager::set_user(core_user::get_user($teacher));
    $session = $DB->get_record('attendance_sessions', ['id' => $sessionid], '*', MUST_EXIST);
    $attendance = attendance($session->attendanceid, $sessionid, 'slow_attendance');
    $attendance->pause = $pause;
    $form = [];
    foreach ($marks as $student => [$status, $remark]) {
        $form["user$student"] = $status;
        $form["remarks$student"] = $remark;
    }
    $attendance->take_from_form_data((object) $form);
    \core\session\manager::set_user(get_admin());
}

function new_user(string $name, array $more = []): int {
    return user_create_user((object) ($more + [
        'username' => $name, 'firstname' => ucfirst($name), 'lastname' => 'Family', 'email' => "$name@example.com",
        'password' => 'Pass-1234', 'confirmed' => 1, 'mnethostid' => get_config('core', 'mnet_localhost_id'), 'policyagreed' => 1,
    ]), true, false);
}

function enrol(int $course, int $user, string $role = 'student', array $more = []): void {
    global $DB;
    $plugin = enrol_get_plugin('manual');
    $instance = $DB->get_record('enrol', ['courseid' => $course, 'enrol' => 'manual'], '*', MUST_EXIST);
    $plugin->enrol_user(
        $instance, $user, $DB->get_field('role', 'id', ['shortname' => $role]),
        $more['start'] ?? 0, $more['end'] ?? 0, $more['status'] ?? ENROL_USER_ACTIVE
    );
}

function new_course(string $short, string $idnumber = ''): int {
    global $DB;
    $category = $DB->get_field_sql('SELECT MIN(id) FROM {course_categories}');
    return create_course((object) [
        'fullname' => "Course $short", 'shortname' => $short, 'idnumber' => $idnumber, 'category' => $category,
        'groupmode' => VISIBLEGROUPS, 'summary' => '',
    ])->id;
}

function new_activity(int $course, string $name, array $more = []): int {
    global $DB;
    return add_moduleinfo((object) ($more + [
        'modulename' => 'attendance', 'module' => $DB->get_field('modules', 'id', ['name' => 'attendance']),
        'name' => $name, 'intro' => '', 'introformat' => FORMAT_HTML, 'section' => 0, 'visible' => 1, 'visibleoncoursepage' => 1,
        'cmidnumber' => '', 'groupmode' => VISIBLEGROUPS, 'groupingid' => 0, 'grade' => 100,
    ]), get_course($course))->instance;
}

function new_session(int $attendance, array $more = []): int {
    return attendance($attendance)->add_session((object) ($more + [
        'sessdate' => 1790000000, 'duration' => 3600, 'groupid' => 0, 'statusset' => 0, 'description' => 'Lesson',
        'descriptionformat' => 1, 'descriptionitemid' => 0, 'calendarevent' => 0, 'timemodified' => 1789000000,
        'studentscanmark' => 0, 'subnet' => '', 'studentpassword' => '', 'automark' => 0, 'includeqrcode' => 0, 'absenteereport' => 1,
        'automarkcmid' => 0,
    ]));
}

// A token of a service for any account, with the right to use REST.
function new_token(int $user, string $shortname = 'local_wsattendance'): string {
    global $DB;
    $system = context_system::instance();
    $role = $DB->get_field('role', 'id', ['shortname' => 'restonly'])
        ?: create_role('REST only', 'restonly', '');
    assign_capability('webservice/rest:use', CAP_ALLOW, $role, $system->id, true);
    role_assign($role, $user, $system->id);
    $service = $DB->get_record('external_services', ['shortname' => $shortname], '*', MUST_EXIST);
    $DB->set_field('external_services', 'enabled', 1, ['id' => $service->id]);
    $DB->insert_record('external_services_users', [
        'externalserviceid' => $service->id, 'userid' => $user, 'timecreated' => time(),
    ]);
    return external_generate_token(EXTERNAL_TOKEN_PERMANENT, $service, $user, $system);
}

// What cron does a minute later: the task of the plug-in that waits for this activity.
function run_first_grades(int $attendanceid): void {
    global $DB;
    foreach ($DB->get_records('task_adhoc', ['component' => 'local_wsattendance']) as $row) {
        if (json_decode($row->customdata)->attendanceid == $attendanceid) {
            \core\task\manager::adhoc_task_from_record($row)->execute();
            $DB->delete_records('task_adhoc', ['id' => $row->id]);
        }
    }
}

// A course with everything that matters once; twelve students, two groups, three activities.
function new_cast(string $tag): array {
    global $DB;
    $cast = ['course' => new_course("C$tag", "oec_subj_{$tag}_course_1")];
    $course = $cast['course'];
    for ($i = 1; $i <= 12; $i++) {
        $cast['students'][] = $id = new_user("s$i.$tag", ['idnumber' => "oec_student_{$tag}_$i"]);
        enrol($course, $id, 'student', ['status' => $i == 12 ? ENROL_USER_SUSPENDED : ENROL_USER_ACTIVE]);
    }
    $cast['teacher'] = new_user("t.$tag");
    enrol($course, $cast['teacher'], 'editingteacher');
    $cast['outsider'] = new_user("o.$tag", ['idnumber' => "oec_student_{$tag}_outside"]);
    foreach ([1, 2] as $i) {
        $cast['groups'][] = $group = (int) groups_create_group((object) [
            'courseid' => $course, 'name' => "Batch $i", 'idnumber' => "oec_batch_{$tag}_$i",
        ]);
        foreach (array_slice($cast['students'], $i == 1 ? 0 : 6, 5) as $student) {
            groups_add_member($group, $student);
        }
    }
    foreach (['lectures' => [], 'plain' => ['groupmode' => NOGROUPS], 'hidden' => ['visible' => 0]] as $name => $more) {
        $cast[$name] = new_activity($course, ucfirst($name), $more);
    }
    foreach (['P', 'X'] as $acronym) {
        attendance_add_status((object) [
            'attendanceid' => $cast['lectures'], 'acronym' => $acronym, 'description' => "Second $acronym",
            'grade' => 1, 'setnumber' => 1, 'visible' => 1, 'deleted' => 0,
        ]);
    }
    foreach (['H' => ['visible' => 0], 'D' => ['deleted' => 1]] as $acronym => $more) {
        $DB->insert_record('attendance_statuses', $more + [
            'attendanceid' => $cast['lectures'], 'acronym' => $acronym, 'description' => "Special $acronym",
            'grade' => 1, 'setnumber' => 0, 'visible' => 1, 'deleted' => 0,
        ]);
    }
    $cast['session'] = new_session($cast['lectures']);
    $cast['grouped'] = new_session($cast['lectures'], ['groupid' => $cast['groups'][0], 'sessdate' => 1790086400]);
    $cast['second'] = new_session($cast['lectures'], ['statusset' => 1, 'sessdate' => 1790172800]);
    $cast['other'] = new_session($cast['plain'], ['sessdate' => 1790259200]);
    $cast['veiled'] = new_session($cast['hidden'], ['sessdate' => 1790345600]);
    foreach ($DB->get_records('attendance_statuses', ['attendanceid' => $cast['lectures']], 'id') as $row) {
        $cast['statuses'][$row->acronym . ($row->setnumber ?: '')] = (int) $row->id;
    }
    foreach ($DB->get_records('attendance_statuses', ['attendanceid' => $cast['plain']], 'id') as $row) {
        $cast['plainstatuses'][$row->acronym] = (int) $row->id;
    }
    return $cast;
}

$CFG->noemailever = true;
\core\session\manager::set_user(get_admin());
while (($line = fgets(STDIN)) !== false) {
    $request = json_decode($line, true);
    $run = function (array $in) use ($request) {
        global $CFG, $DB;
        return eval($request['run']);
    };
    try {
        ob_start();
        $out = ['out' => $run($request['in'])];
    } catch (\Throwable $error) {
        $out = ['error' => get_class($error) . ': ' . $error->getMessage() . ' ' . ($error->debuginfo ?? '')];
    }
    ob_end_clean();
    // Code of Moodle may print, too; only what begins like this is an answer.
    fwrite(STDOUT, 'stage: ' . json_encode($out, JSON_PARTIAL_OUTPUT_ON_ERROR) . "\n");
}
