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
 * External function: the attendance of a course.
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
use core_external\external_warnings;
use local_wsattendance\local\access;
use local_wsattendance\local\activity;
use local_wsattendance\local\course_reader;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * The function local_wsattendance_get_sessions.
 */
class get_sessions extends base {
    /** @var int How many sessions an answer holds at most. */
    public const MOST = 500;

    /**
     * What has to be given.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters() {
        return new external_function_parameters([
            'courseid' => new external_value(PARAM_INT, 'Course id.'),
            'from' => new external_value(PARAM_INT, 'Only sessions that begin then or later, unix time; 0: all.', VALUE_DEFAULT, 0),
            'to' => new external_value(PARAM_INT, 'Only sessions that begin earlier, unix time; 0: all.', VALUE_DEFAULT, 0),
            'sessionids' => new external_multiple_structure(
                new external_value(PARAM_INT, 'Session id.'),
                'Only these sessions; none: all.',
                VALUE_DEFAULT,
                []
            ),
            'limitfrom' => new external_value(PARAM_INT, 'How many sessions to skip.', VALUE_DEFAULT, 0),
            'limitnum' => new external_value(PARAM_INT, 'How many sessions at most, up to 500.', VALUE_DEFAULT, 100),
        ]);
    }

    /**
     * Reads the course.
     *
     * @param int $courseid
     * @param int $from
     * @param int $to
     * @param int[] $sessionids
     * @param int $limitfrom
     * @param int $limitnum
     * @return array
     */
    public static function execute($courseid, $from = 0, $to = 0, $sessionids = [], $limitfrom = 0, $limitnum = 100) {
        global $DB;
        $params = self::validate_parameters(self::execute_parameters(), [
            'courseid' => $courseid,
            'from' => $from,
            'to' => $to,
            'sessionids' => $sessionids,
            'limitfrom' => $limitfrom,
            'limitnum' => $limitnum,
        ]);
        activity::must_fit($params['limitfrom'] >= 0, 'limitfrom');
        activity::must_fit($params['limitnum'] >= 1 && $params['limitnum'] <= self::MOST, 'limitnum');
        activity::must_fit(count($params['sessionids']) <= self::MOST, 'sessionids');
        $course = $DB->get_record('course', ['id' => $params['courseid']]);
        activity::must_exist($course, 'invalidrecord', 'course');
        access::enter_course($course);
        activity::must_be_in_use();
        $reader = new course_reader($course, $params['from'], $params['to'], $params['sessionids']);
        $sessions = [];
        foreach ($reader->sessions($params['limitfrom'], $params['limitnum']) as $session) {
            $sessions[$session['id']] = $session + ['marks' => []];
        }
        foreach ($reader->marks(array_keys($sessions)) as $mark) {
            $sessions[$mark['sessionid']]['marks'][] = $mark;
        }
        $first = !$params['limitfrom'];
        return [
            'courseid' => $course->id,
            'total' => $reader->count_sessions(),
            'activities' => $first ? $reader->activities() : [],
            'statuses' => $first ? iterator_to_array($reader->statuses(), false) : [],
            'users' => $first ? iterator_to_array($reader->users(), false) : [],
            'groups' => $first ? iterator_to_array($reader->groups(), false) : [],
            'sessions' => $sessions,
            'warnings' => $reader->warnings,
        ];
    }

    /**
     * The columns of a mark.
     *
     * @return external_single_structure
     */
    public static function mark_structure() {
        return new external_single_structure([
            'id' => new external_value(PARAM_INT, 'Id of the mark.'),
            'studentid' => new external_value(PARAM_INT, 'User id.'),
            'statusid' => new external_value(PARAM_INT, 'Status id; 0: none.'),
            'timetaken' => new external_value(PARAM_INT, 'When it was taken, unix time.'),
            'takenby' => new external_value(PARAM_INT, 'Who took it, user id.'),
            'remarks' => new external_value(PARAM_RAW, 'Remark, as typed.'),
        ]);
    }

    /**
     * A list of rows.
     *
     * @param array $columns name => type, or name => description of a value
     * @return external_multiple_structure
     */
    private static function rows(array $columns) {
        foreach ($columns as $name => $type) {
            $columns[$name] = is_object($type) ? $type : new external_value($type, $name);
        }
        return new external_multiple_structure(new external_single_structure($columns));
    }

    /**
     * What is answered.
     *
     * @return external_single_structure
     */
    public static function execute_returns() {
        return new external_single_structure([
            'courseid' => new external_value(PARAM_INT, 'Course id.'),
            'total' => new external_value(PARAM_INT, 'How many sessions there are without the limits.'),
            'activities' => self::rows([
                'id' => PARAM_INT,
                'cmid' => PARAM_INT,
                'name' => PARAM_RAW,
                'visible' => PARAM_INT,
                'groupmode' => PARAM_INT,
                'groupingid' => PARAM_INT,
                'groups' => new external_multiple_structure(
                    new external_value(PARAM_INT, 'Group id.'),
                    'The groups of its grouping; absent if it has none.',
                    VALUE_OPTIONAL
                ),
            ]),
            'statuses' => self::rows([
                'id' => PARAM_INT,
                'attendanceid' => PARAM_INT,
                'acronym' => PARAM_RAW,
                'description' => PARAM_RAW,
                'grade' => PARAM_FLOAT,
                'visible' => PARAM_INT,
                'deleted' => PARAM_INT,
                'setnumber' => PARAM_INT,
            ]),
            'users' => self::rows([
                'id' => PARAM_INT,
                'idnumber' => PARAM_RAW,
                'email' => PARAM_RAW,
                'firstname' => PARAM_RAW,
                'lastname' => PARAM_RAW,
                'suspended' => PARAM_INT,
                'enrolled' => PARAM_INT,
                'active' => PARAM_INT,
                'listed' => PARAM_INT,
                'roles' => new external_multiple_structure(new external_value(PARAM_RAW, 'Short name of a role.')),
            ]),
            'groups' => self::rows([
                'id' => PARAM_INT,
                'name' => PARAM_RAW,
                'idnumber' => PARAM_RAW,
                'members' => new external_multiple_structure(new external_value(PARAM_INT, 'User id.')),
                'participation' => new external_value(
                    PARAM_INT,
                    '0: activities do not offer the group, and Attendance takes no session of it; absent if they do.',
                    VALUE_OPTIONAL
                ),
            ]),
            'sessions' => self::rows([
                'id' => PARAM_INT,
                'attendanceid' => PARAM_INT,
                'groupid' => PARAM_INT,
                'sessdate' => PARAM_INT,
                'duration' => PARAM_INT,
                'statusset' => PARAM_INT,
                'lasttaken' => PARAM_INT,
                'lasttakenby' => PARAM_INT,
                'timemodified' => PARAM_INT,
                'description' => PARAM_RAW,
                'descriptionformat' => PARAM_INT,
                'reference' => PARAM_RAW,
                'marks' => new external_multiple_structure(self::mark_structure()),
            ]),
            'warnings' => new external_warnings(),
        ]);
    }
}
