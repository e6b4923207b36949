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
 * Grades of those whose marks were written.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\local;

use local_wsattendance\task\first_grades;

/**
 * Recalculates grades, as Attendance does after a teacher's own save.
 *
 * Moodle looks whether a student has a grade and inserts one if not, without a lock. If two do so at once, one of them
 * meets an error of the database, and that may be the teacher. So only grades that are there are recalculated at once;
 * the first ones are left to a task, which begins when whoever saves at the same moment has finished.
 */
class grades {
    /** @var string A student with a grade in the activity, and in the course as a whole. */
    private const GRADED = "SELECT 1
          FROM {grade_items} i
          JOIN {grade_grades} g ON g.itemid = i.id AND g.userid = %s
          JOIN {grade_items} w ON w.courseid = i.courseid AND w.itemtype = 'course'
          JOIN {grade_grades} t ON t.itemid = w.id AND t.userid = g.userid
         WHERE i.itemtype = 'mod' AND i.itemmodule = 'attendance' AND i.itemnumber = 0 AND i.iteminstance = ";

    /**
     * Recalculates the grades of students.
     *
     * @param activity $activity
     * @param int[] $students
     */
    public static function update(activity $activity, array $students): void {
        global $DB;
        [$in, $params] = $DB->get_in_or_equal($students, SQL_PARAMS_NAMED);
        $where = "u.id $in AND EXISTS (" . sprintf(self::GRADED, 'u.id') . ':instance)';
        $params['instance'] = $activity->record->id;
        $graded = $DB->get_fieldset_sql("SELECT u.id FROM {user} u WHERE $where", $params);
        if ($graded) {
            $activity->structure()->update_users_grade($graded);
        }
        if (array_diff($students, $graded)) {
            first_grades::queue($activity->record->id);
        }
    }

    /**
     * Students with a mark and without a grade.
     *
     * @param int $attendanceid
     * @return int[]
     */
    public static function missing(int $attendanceid): array {
        global $DB;
        $sql = "SELECT DISTINCT l.studentid
                  FROM {attendance_log} l
                  JOIN {attendance_sessions} s ON s.id = l.sessionid
                  JOIN {user} u ON u.id = l.studentid AND u.deleted = 0
                 WHERE s.attendanceid = :id AND NOT EXISTS (" . sprintf(self::GRADED, 'l.studentid') . ':instance)';
        return $DB->get_fieldset_sql($sql, ['id' => $attendanceid, 'instance' => $attendanceid]);
    }
}
