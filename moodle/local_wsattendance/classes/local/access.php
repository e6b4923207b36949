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
 * Who may use the functions where.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\local;

use core_external\external_api;
use stdClass;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * The right of the plug-in, which stands for all that its functions do; and what is asked of accounts without it.
 */
class access {
    /** @var string The right. */
    public const SYNC = 'local/wsattendance:sync';

    /**
     * Whether this account may do here all that the functions do.
     *
     * @param \context $context
     * @return bool
     */
    public static function sync(\context $context): bool {
        return has_capability(self::SYNC, $context);
    }

    /**
     * Whether this account may read here all that the functions read.
     *
     * A context that is frozen takes away each right to write; whoever has the right in the whole site may read on.
     *
     * @param \context $context
     * @return bool
     */
    public static function reads_all(\context $context): bool {
        return self::sync($context) || ($context->is_locked() && self::sync(\context_system::instance()));
    }

    /**
     * Whether this account is shown the sessions of an activity.
     *
     * @param \cm_info $cm
     * @return bool
     */
    public static function shows(\cm_info $cm): bool {
        return self::reads_all($cm->context) || ($cm->uservisible && has_any_capability(activity::READ, $cm->context));
    }

    /**
     * Enters a course, by the right of the plug-in or as anybody else.
     *
     * @param stdClass $course
     * @throws \moodle_exception it is not for this account
     */
    public static function enter_course(stdClass $course): void {
        $context = \context_course::instance($course->id);
        external_api::validate_context(self::reads_all($context) ? \context_system::instance() : $context);
        $front = $course->id != SITEID || get_fast_modinfo($course)->get_instances_of('attendance');
        // The front page has everybody as participant.
        activity::must_fit($front, 'courseid');
    }

    /**
     * Looks up courses and enters them.
     *
     * @param int[] $ids
     * @return array the courses, by id, and for each of the others a warning
     */
    public static function enter_courses(array $ids): array {
        global $DB;
        $ids = array_unique($ids);
        [$in, $params] = $DB->get_in_or_equal($ids, SQL_PARAMS_NAMED, 'c', true, 0);
        $columns = \context_helper::get_preload_record_columns_sql('x');
        $sql = "SELECT c.*, $columns
                  FROM {course} c
                  JOIN {context} x ON x.instanceid = c.id AND x.contextlevel = :level
                 WHERE c.id $in";
        $found = $DB->get_records_sql($sql, $params + ['level' => CONTEXT_COURSE]);
        $courses = [];
        $warnings = [];
        foreach ($ids as $id) {
            try {
                activity::must_exist(isset($found[$id]), 'invalidrecord', 'course');
                \context_helper::preload_from_record($found[$id]);
                self::enter_course($found[$id]);
                $courses[$id] = $found[$id];
            } catch (\moodle_exception $error) {
                $message = 'No access rights in course context';
                $warnings[] = ['item' => 'course', 'itemid' => $id, 'warningcode' => '1', 'message' => $message];
            }
        }
        return [$courses, $warnings];
    }

    /**
     * Whether somebody may be named as the one who took the attendance.
     *
     * @param activity $activity
     * @param int $userid
     * @return bool
     */
    public static function may_be_taker(activity $activity, int $userid): bool {
        global $DB, $USER;
        if ($userid == $USER->id) {
            return true;
        }
        // An administrator may do everything, but takes no attendance as long as nobody has given that task.
        return $DB->record_exists('user', ['id' => $userid, 'deleted' => 0])
            && has_capability('mod/attendance:takeattendances', $activity->context, $userid, false);
    }
}
