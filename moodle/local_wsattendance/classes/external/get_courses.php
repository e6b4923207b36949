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
 * External function: the courses, and which of them hold attendance.
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
use local_wsattendance\local\token;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * The function local_wsattendance_get_courses.
 */
class get_courses extends base {
    /**
     * What has to be given.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters() {
        return new external_function_parameters([
            'courseids' => new external_multiple_structure(
                new external_value(PARAM_INT, 'Course id.'),
                'Only these courses; none: all.',
                VALUE_DEFAULT,
                []
            ),
            'marks' => new external_value(PARAM_BOOL, 'Whether to look which courses have marks.', VALUE_DEFAULT, false),
        ]);
    }

    /**
     * Lists the courses that the account may enter, but for the front page.
     *
     * @param int[] $courseids
     * @param bool $marks
     * @return array
     */
    public static function execute($courseids = [], $marks = false) {
        global $DB;
        $params = self::validate_parameters(self::execute_parameters(), ['courseids' => $courseids, 'marks' => $marks]);
        $system = \context_system::instance();
        self::validate_context($system);
        [$in, $some] = ['IS NOT NULL', []];
        if ($params['courseids']) {
            [$in, $some] = $DB->get_in_or_equal(array_unique($params['courseids']), SQL_PARAMS_NAMED);
        }
        $holding = self::holding();
        $marked = $params['marks'] ? self::marked($in, $some) : [];
        $columns = \context_helper::get_preload_record_columns_sql('x');
        $sql = "SELECT c.*, $columns
                  FROM {course} c
                  JOIN {context} x ON x.instanceid = c.id AND x.contextlevel = :level
                 WHERE c.id $in AND c.id <> :front
              ORDER BY c.id";
        $courses = [];
        $rows = $DB->get_recordset_sql($sql, $some + ['level' => CONTEXT_COURSE, 'front' => SITEID]);
        foreach ($rows as $row) {
            \context_helper::preload_from_record($row);
            $context = \context_course::instance($row->id);
            $all = access::reads_all($context);
            if (!$all && !can_access_course($row)) {
                continue;
            }
            $course = [
                'id' => $row->id,
                'shortname' => $row->shortname,
                'fullname' => $row->fullname,
                'categoryid' => $row->category,
                'visible' => $row->visible,
                'groupmode' => $row->groupmode,
                'startdate' => $row->startdate,
                'enddate' => $row->enddate,
                'activities' => $holding[$row->id] ?? 0,
            ];
            if ($params['marks']) {
                $course['marks'] = (int) isset($marked[$row->id]);
            }
            if ($all || has_capability('moodle/course:update', $context)) {
                $course += ['idnumber' => $row->idnumber, 'timecreated' => $row->timecreated];
            }
            $courses[] = $course;
        }
        $rows->close();
        $front = access::reads_all($system) || has_capability('moodle/course:update', \context_course::instance(SITEID));
        return [
            'courses' => $courses,
            'sitecreated' => $front ? $DB->get_field('course', 'timecreated', ['id' => SITEID]) : 0,
            'tokenends' => token::ends(),
        ];
    }

    /**
     * How many attendance activities the courses have.
     *
     * @return int[] by course, only those that have any
     */
    private static function holding(): array {
        global $DB;
        $sql = "SELECT cm.course, COUNT(1) AS number
                  FROM {course_modules} cm
                  JOIN {modules} m ON m.id = cm.module
                 WHERE m.name = 'attendance' AND m.visible = 1 AND cm.deletioninprogress = 0
              GROUP BY cm.course";
        return $DB->get_records_sql_menu($sql);
    }

    /**
     * Which courses have a mark.
     *
     * @param string $in condition on courses
     * @param array $params
     * @return array with the ids of courses as keys
     */
    private static function marked(string $in, array $params): array {
        global $DB;
        $sql = "SELECT DISTINCT a.course
                  FROM {attendance} a
                 WHERE a.course $in AND EXISTS (
                           SELECT 1
                             FROM {attendance_sessions} s
                             JOIN {attendance_log} l ON l.sessionid = s.id
                            WHERE s.attendanceid = a.id)";
        return array_flip($DB->get_fieldset_sql($sql, $params));
    }

    /**
     * What is answered.
     *
     * @return external_single_structure
     */
    public static function execute_returns() {
        return new external_single_structure([
            'courses' => new external_multiple_structure(new external_single_structure([
                'id' => new external_value(PARAM_INT, 'Course id.'),
                'shortname' => new external_value(PARAM_RAW, 'Short name.'),
                'fullname' => new external_value(PARAM_RAW, 'Full name.'),
                'idnumber' => new external_value(PARAM_RAW, 'ID number; absent if not for this account.', VALUE_OPTIONAL),
                'categoryid' => new external_value(PARAM_INT, 'Category.'),
                'visible' => new external_value(PARAM_INT, 'Whether it is visible.'),
                'groupmode' => new external_value(PARAM_INT, 'Group mode.'),
                'startdate' => new external_value(PARAM_INT, 'When it begins, unix time; 0: never.'),
                'enddate' => new external_value(PARAM_INT, 'When it ends, unix time; 0: never.'),
                'timecreated' => new external_value(PARAM_INT, 'When it was made; absent as the ID number.', VALUE_OPTIONAL),
                'activities' => new external_value(PARAM_INT, 'How many attendance activities it has.'),
                'marks' => new external_value(PARAM_INT, 'Whether it has any mark; absent if not asked for.', VALUE_OPTIONAL),
            ])),
            'sitecreated' => new external_value(PARAM_INT, 'When the site was made, unix time; 0: not for this account.'),
            'tokenends' => new external_value(PARAM_INT, 'When this token ends, unix time; 0: never.'),
        ]);
    }
}
