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
 * External function: courses with sessions today.
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
use local_wsattendance\local\access;
use local_wsattendance\local\activity;
use local_wsattendance\local\sight;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * The function mod_wsattendance_get_courses_with_today_sessions: courses that a user is enrolled in
 * and may take attendance of, with the sessions of the day in the time zone of the token's account.
 */
class get_courses_with_today_sessions extends base {
    /**
     * What has to be given.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters() {
        return new external_function_parameters(['userid' => new external_value(PARAM_INT, 'User id.', VALUE_DEFAULT, 0)]);
    }

    /**
     * Lists the courses.
     *
     * @param int $userid
     * @return array[]
     */
    public static function execute($userid = 0) {
        global $DB;
        ['userid' => $id] = self::validate_parameters(self::execute_parameters(), ['userid' => $userid]);
        self::validate_context(\context_system::instance());
        activity::must_exist($DB->record_exists('user', ['id' => $id, 'deleted' => 0]), 'invaliduser');
        $midnight = usergetmidnight(time());
        // An enrolment that is suspended or has ended is none.
        $courses = enrol_get_users_courses($id, true);
        $answer = [];
        foreach ($courses as $course) {
            $sight = new sight($course);
            foreach (get_fast_modinfo($course)->get_instances_of('attendance') as $attendanceid => $cm) {
                // The one asked about has to be a teacher there, and the one who asks may read it.
                $teaches = has_capability('mod/attendance:takeattendances', $cm->context, $id);
                if (!$teaches || $cm->deletioninprogress || !access::shows($cm)) {
                    continue;
                }
                $sessions = $DB->get_records_select(
                    'attendance_sessions',
                    'attendanceid = ? AND sessdate >= ? AND sessdate < ?',
                    [$attendanceid, $midnight, $midnight + DAYSECS]
                );
                $sessions = array_filter($sessions, function ($session) use ($sight, $cm) {
                    return $sight->shows((int) $cm->effectivegroupmode, (int) $session->groupid);
                });
                if ($sessions) {
                    $answer[$course->id]['shortname'] = $course->shortname;
                    $answer[$course->id]['fullname'] = $course->fullname;
                    $answer[$course->id]['attendance_instances'][] = ['name' => $cm->name, 'today_sessions' => $sessions];
                }
            }
        }
        return $answer;
    }

    /**
     * What is answered.
     *
     * @return external_multiple_structure
     */
    public static function execute_returns() {
        return new external_multiple_structure(new external_single_structure([
            'shortname' => new external_value(PARAM_RAW, 'Short name of the course.'),
            'fullname' => new external_value(PARAM_RAW, 'Full name of the course.'),
            'attendance_instances' => new external_multiple_structure(new external_single_structure([
                'name' => new external_value(PARAM_RAW, 'Attendance name.'),
                'today_sessions' => new external_multiple_structure(
                    new external_single_structure(get_session::session_structure())
                ),
            ])),
        ]));
    }
}
