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
 * External function: one session.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\external;

use core_external\external_function_parameters;
use core_external\external_multiple_structure;
use core_external\external_single_structure;
use core_external\external_value;
use local_wsattendance\local\activity;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * The function mod_wsattendance_get_session: same question and answer as mod_attendance_get_session,
 * but no remark can make the answer invalid.
 */
class get_session extends base {
    /**
     * What has to be given.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters() {
        return new external_function_parameters(['sessionid' => new external_value(PARAM_INT, 'Session id.')]);
    }

    /**
     * Reads a session.
     *
     * @param int $sessionid
     * @return array
     */
    public static function execute($sessionid) {
        global $DB;
        ['sessionid' => $id] = self::validate_parameters(self::execute_parameters(), ['sessionid' => $sessionid]);
        $activity = activity::of_session($id, activity::READ, false);
        $session = $DB->get_record('attendance_sessions', ['id' => $id], '*', MUST_EXIST);
        $course = \context_course::instance($activity->course->id);
        $users = get_enrolled_users($course, 'mod/attendance:canbelisted', $session->groupid, 'u.id, u.firstname, u.lastname');
        $seen = $activity->seen();
        $marks = [];
        // Of two rows of a student the one taken last is shown.
        foreach ($DB->get_records('attendance_log', ['sessionid' => $id], 'timetaken, id') as $row) {
            $marks[$row->studentid] = $row;
        }
        if ($seen !== null) {
            [$users, $marks] = [array_intersect_key($users, $seen), array_intersect_key($marks, $seen)];
        }
        return (array) $session + [
            'courseid' => $activity->course->id,
            'statuses' => attendance_get_statuses($session->attendanceid, true, $session->statusset),
            'attendance_log' => $marks,
            'users' => $users,
        ];
    }

    /**
     * The columns of a session.
     *
     * @return external_value[]
     */
    public static function session_structure() {
        return [
            'id' => new external_value(PARAM_INT, 'Session id.'),
            'attendanceid' => new external_value(PARAM_INT, 'Attendance id.'),
            'groupid' => new external_value(PARAM_INT, 'Group id.'),
            'sessdate' => new external_value(PARAM_INT, 'Session date.'),
            'duration' => new external_value(PARAM_INT, 'Session duration.'),
            'lasttaken' => new external_value(PARAM_INT, 'Session last taken time.'),
            'lasttakenby' => new external_value(PARAM_INT, 'ID of the last user that took this session.'),
            'timemodified' => new external_value(PARAM_INT, 'Time modified.'),
            'description' => new external_value(PARAM_RAW, 'Session description.'),
            'descriptionformat' => new external_value(PARAM_INT, 'Session description format.'),
            'studentscanmark' => new external_value(PARAM_INT, 'Students can mark their own presence.'),
            'absenteereport' => new external_value(PARAM_INT, 'Session included in absentee reports.'),
            'autoassignstatus' => new external_value(PARAM_INT, 'Automatically assign a status to students.'),
            'preventsharedip' => new external_value(PARAM_INT, 'Prevent students from sharing IP addresses.'),
            'preventsharediptime' => new external_value(PARAM_INT, 'Time delay before IP address is allowed again.'),
            'statusset' => new external_value(PARAM_INT, 'Session statusset.'),
            'includeqrcode' => new external_value(PARAM_INT, 'Include QR code when displaying password'),
            'studentsearlyopentime' => new external_value(PARAM_INT, 'Duration to allow session to opened early', VALUE_OPTIONAL),
        ];
    }

    /**
     * What is answered.
     *
     * @return external_single_structure
     */
    public static function execute_returns() {
        return new external_single_structure(self::session_structure() + [
            'courseid' => new external_value(PARAM_INT, 'Course id.'),
            'statuses' => new external_multiple_structure(new external_single_structure([
                'id' => new external_value(PARAM_INT, 'Status id.'),
                'attendanceid' => new external_value(PARAM_INT, 'Attendance id.'),
                'acronym' => new external_value(PARAM_RAW, 'Status acronym.'),
                'description' => new external_value(PARAM_RAW, 'Status description.'),
                'grade' => new external_value(PARAM_FLOAT, 'Status grade.'),
                'visible' => new external_value(PARAM_INT, 'Status visibility.'),
                'deleted' => new external_value(PARAM_INT, 'Whether the status was deleted.'),
                'setnumber' => new external_value(PARAM_INT, 'Set number.'),
            ])),
            'attendance_log' => new external_multiple_structure(new external_single_structure([
                'studentid' => new external_value(PARAM_INT, 'Student id.'),
                'statusid' => new external_value(PARAM_RAW, 'Status id, as text.'),
                'remarks' => new external_value(PARAM_RAW, 'Remark.'),
                'id' => new external_value(PARAM_RAW, 'Id of the mark, as text.'),
            ])),
            'users' => new external_multiple_structure(new external_single_structure([
                'id' => new external_value(PARAM_INT, 'User id.'),
                'firstname' => new external_value(PARAM_RAW, 'First name.'),
                'lastname' => new external_value(PARAM_RAW, 'Last name.'),
            ])),
        ]);
    }
}
