<?php
// What an administrator does with backups and the recycle bin. Brought in by stage.php's code where
// it is wanted, see record_restores.py.
// SPDX-License-Identifier: GPL-3.0-or-later

global $CFG;
require_once($CFG->dirroot . '/backup/util/includes/backup_includes.php');
require_once($CFG->dirroot . '/backup/util/includes/restore_includes.php');

// The newest record of a table that was not there before something was done.
function made_by(callable $done, string $table, string $where = '1 = 1'): int {
    global $DB;
    $last = (int) $DB->get_field_sql("SELECT MAX(id) FROM {{$table}} WHERE $where");
    ob_start();
    $done();
    ob_end_clean();
    return (int) $DB->get_field_sql("SELECT MAX(id) FROM {{$table}} WHERE $where AND id > ?", [$last]);
}

function bin_activity(int $activity): void {
    course_delete_module(get_coursemodule_from_instance('attendance', $activity)->id);
}

function unbin_activity(int $course): int {
    return made_by(function () use ($course) {
        $bin = new \tool_recyclebin\course_bin($course);
        $items = $bin->get_items();
        $bin->restore_item(end($items));
    }, 'attendance');
}

function bin_and_unbin_course(int $course): int {
    $category = get_course($course)->category;
    return made_by(function () use ($course, $category) {
        delete_course($course, false);
        $bin = new \tool_recyclebin\category_bin($category);
        $items = $bin->get_items();
        $bin->restore_item(end($items));
    }, 'course');
}

function back_up(string $type, int $id, int $users = 1): string {
    $backup = new backup_controller(
        $type, $id, backup::FORMAT_MOODLE, backup::INTERACTIVE_NO, backup::MODE_GENERAL, get_admin()->id
    );
    $backup->get_plan()->get_setting('users')->set_value($users);
    $backup->execute_plan();
    $file = $backup->get_results()['backup_destination'];
    $backup->destroy();
    $folder = restore_controller::get_tempdir_name(SITEID, get_admin()->id);
    $file->extract_to_pathname(get_file_packer('application/vnd.moodle.backup'), make_backup_temp_directory($folder));
    return $folder;
}

// Adds it to a course that is there, or to a new one; returns that.
function restore(string $folder, int $into = 0, array $settings = []): int {
    global $DB;
    $category = $DB->get_field_sql('SELECT MIN(id) FROM {course_categories}');
    $course = $into ?: restore_dbops::create_new_course('Restored', 'restored' . uniqid(), $category);
    $restore = new restore_controller(
        $folder, $course, backup::INTERACTIVE_NO, backup::MODE_GENERAL, get_admin()->id,
        $into ? backup::TARGET_EXISTING_ADDING : backup::TARGET_NEW_COURSE
    );
    foreach ($settings as $name => $value) {
        $restore->get_plan()->get_setting($name)->set_value($value);
    }
    $restore->execute_precheck();
    $restore->execute_plan();
    $restore->destroy();
    return $course;
}

function duplicate_activity(int $course, int $activity): void {
    $modules = get_fast_modinfo($course);
    duplicate_module(get_course($course), $modules->get_cm(get_coursemodule_from_instance('attendance', $activity)->id));
}

// A course with a start, one activity, two groups, three students; sessions taken in another order
// than they were made, one of them with a status that was hidden since.
function restore_cast(string $tag): array {
    global $DB;
    $course = new_course("R$tag", "oec_subj_{$tag}_course_1");
    $start = 1788000000;
    $DB->set_field('course', 'startdate', $start, ['id' => $course]);
    $cast = ['course' => $course, 'start' => $start, 'teacher' => new_user("t.$tag")];
    enrol($course, $cast['teacher'], 'editingteacher');
    foreach ([1, 2] as $i) {
        $cast['groups'][] = (int) groups_create_group((object) [
            'courseid' => $course, 'name' => "Batch $i", 'idnumber' => "oec_batch_{$tag}_$i",
        ]);
    }
    foreach ([0, 0, 1] as $i => $group) {
        $cast['students'][] = $id = new_user("s$i.$tag", ['idnumber' => "oec_student_{$tag}_$i"]);
        enrol($course, $id);
        groups_add_member($cast['groups'][$group], $id);
    }
    $cast['activity'] = $activity = new_activity($course, 'Lectures');
    foreach ([['P', 1, 1, 0], ['X', 1, 1, 0], ['H', 0, 1, 0], ['D', 0, 1, 1]] as [$acronym, $set, $visible, $deleted]) {
        $DB->insert_record('attendance_statuses', [
            'attendanceid' => $activity, 'acronym' => $acronym, 'description' => "Special $acronym",
            'grade' => 1, 'setnumber' => $set, 'visible' => $visible, 'deleted' => $deleted,
        ]);
    }
    $statuses = [];
    foreach ($DB->get_records('attendance_statuses', ['attendanceid' => $activity], 'id') as $row) {
        $statuses[$row->acronym . $row->setnumber] = (int) $row->id;
    }
    $session = fn($name, $day, $more = []) =>
        new_session($activity, ['description' => $name, 'sessdate' => $start + (10 + $day) * DAYSECS] + $more);
    $sessions = [
        $session('All', 0), $session('Of a group', 1, ['groupid' => $cast['groups'][0]]),
        $session('Second set', 2, ['statusset' => 1]), $session('Not taken', 3),
    ];
    [$one, $two, $three] = $cast['students'];
    teacher_saves($cast['teacher'], $sessions[1], [$one => [$statuses['A0'], 'called in'], $two => [$statuses['P0'], '']]);
    teacher_saves($cast['teacher'], $sessions[0], [
        $one => [$statuses['P0'], ''], $two => [$statuses['L0'], '<b>late</b>'], $three => [$statuses['H0'], ''],
    ]);
    teacher_saves($cast['teacher'], $sessions[2], [$three => [$statuses['X1'], '']]);
    $DB->set_field('attendance_statuses', 'visible', 0, ['id' => $statuses['H0']]);
    return $cast;
}
