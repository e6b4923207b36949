<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

/**
 * Task: the first grades of students.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\task;

use core\task\adhoc_task;
use core\task\manager;
use local_wsattendance\local\grades;

/**
 * Gives a grade to those who have a mark in an activity and no grade yet. If a teacher does the same meanwhile, Moodle
 * repeats the task.
 */
class first_grades extends adhoc_task {
    /** @var int Seconds after which it begins: saves of the same moment have ended by then. */
    public const DELAY = 60;

    /**
     * Has it done soon, once for all who ask meanwhile.
     *
     * @param int $attendanceid
     */
    public static function queue(int $attendanceid): void {
        global $DB;
        $task = new self();
        $task->set_component('local_wsattendance');
        $task->set_custom_data(['attendanceid' => $attendanceid]);
        $task->set_next_run_time(time() + self::DELAY);
        // One that runs already may have read the marks before.
        $waits = 'classname = :class AND timestarted IS NULL AND ' . $DB->sql_compare_text('customdata', 255) . ' = :data';
        $params = ['class' => '\\' . self::class, 'data' => $task->get_custom_data_as_string()];
        if (!$DB->record_exists_select('task_adhoc', $waits, $params)) {
            manager::queue_adhoc_task($task);
        }
    }

    /**
     * Does it.
     */
    public function execute() {
        global $CFG, $DB;
        require_once($CFG->dirroot . '/mod/attendance/lib.php');
        require_once($CFG->dirroot . '/mod/attendance/locallib.php');
        $id = (int) $this->get_custom_data()->attendanceid;
        $record = $DB->get_record('attendance', ['id' => $id]);
        $cm = get_coursemodule_from_instance('attendance', $id);
        $students = $record && $cm ? grades::missing($id) : [];
        if ($students) {
            $context = \context_module::instance($cm->id);
            $attendance = new \mod_attendance_structure($record, $cm, get_course($cm->course), $context);
            $attendance->update_users_grade($students);
        }
    }
}
