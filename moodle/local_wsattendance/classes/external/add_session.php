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
 * External function: a new session.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\external;

use core_external\external_function_parameters;
use core_external\external_single_structure;
use core_external\external_value;
use local_wsattendance\local\access;
use local_wsattendance\local\activity;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * The function local_wsattendance_add_session.
 */
class add_session extends base {
    /** @var int When a session can begin at the latest: 1 January 2100. */
    public const LATEST = 4102444800;

    /** @var int Characters of the longest reference. */
    public const LONGEST = 90;

    /** @var int Number of a set of statuses that the database can hold. */
    public const SETS = 9999;

    /** @var int Characters of the longest description. */
    public const DESCRIPTION = 20000;

    /**
     * What has to be given.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters() {
        return new external_function_parameters([
            'attendanceid' => new external_value(PARAM_INT, 'Attendance id.'),
            'sessiontime' => new external_value(PARAM_INT, 'When it begins, unix time.'),
            'reference' => new external_value(PARAM_ALPHANUMEXT, 'Names the session; kept in its description, in brackets.'),
            'duration' => new external_value(PARAM_INT, 'Seconds.', VALUE_DEFAULT, 0),
            'groupid' => new external_value(PARAM_INT, 'Group id; 0: all participants.', VALUE_DEFAULT, 0),
            'description' => new external_value(PARAM_RAW, 'Description, HTML.', VALUE_DEFAULT, ''),
            'statusset' => new external_value(PARAM_INT, 'Number of the set of statuses.', VALUE_DEFAULT, 0),
            'addcalendarevent' => new external_value(PARAM_BOOL, 'Whether to add a calendar event.', VALUE_DEFAULT, true),
        ]);
    }

    /**
     * Adds the session, or finds the one added before.
     *
     * @param int $attendanceid
     * @param int $sessiontime
     * @param string $reference
     * @param int $duration
     * @param int $groupid
     * @param string $description
     * @param int $statusset
     * @param bool $addcalendarevent
     * @return array
     */
    public static function execute(
        $attendanceid,
        $sessiontime,
        $reference,
        $duration = 0,
        $groupid = 0,
        $description = '',
        $statusset = 0,
        $addcalendarevent = true
    ) {
        global $DB;
        $params = self::validate_parameters(self::execute_parameters(), [
            'attendanceid' => $attendanceid,
            'sessiontime' => $sessiontime,
            'reference' => $reference,
            'duration' => $duration,
            'groupid' => $groupid,
            'description' => $description,
            'statusset' => $statusset,
            'addcalendarevent' => $addcalendarevent,
        ]);
        $length = \core_text::strlen($params['description']);
        activity::must_fit($params['reference'] !== '' && strlen($params['reference']) <= self::LONGEST, 'reference');
        activity::must_fit($params['sessiontime'] > 0 && $params['sessiontime'] <= self::LATEST, 'sessiontime');
        activity::must_fit($params['duration'] >= 0 && $params['duration'] <= WEEKSECS, 'duration');
        activity::must_fit($length <= self::DESCRIPTION, 'description');
        $activity = new activity($params['attendanceid'], ['mod/attendance:manageattendances'], true);
        self::check_group($activity, $params['groupid']);
        activity::must_fit($params['statusset'] >= 0 && $params['statusset'] <= self::SETS, 'statusset');
        $statuses = attendance_get_statuses($params['attendanceid'], true, $params['statusset']);
        activity::must_fit((bool) $statuses, 'statusset');
        $marker = "[{$params['reference']}]";
        if (strpos($params['description'], $marker) === false) {
            $params['description'] = trim("{$params['description']} $marker");
        }
        $transaction = $DB->start_delegated_transaction();
        activity::lock('attendance', 'id = ?', [$params['attendanceid']]);
        $like = $DB->sql_like('description', ':marker');
        $found = $DB->get_records_select('attendance_sessions', "attendanceid = :id AND $like", [
            'id' => $params['attendanceid'],
            'marker' => '%' . $DB->sql_like_escape($marker) . '%',
        ], 'id', 'id', 0, 1);
        $id = $found ? key($found) : $activity->structure()->add_session(self::row($activity, $params));
        $transaction->allow_commit();
        return ['sessionid' => $id, 'created' => !$found];
    }

    /**
     * Looks whether a session of this group can be in the activity.
     *
     * @param activity $activity
     * @param int $groupid
     */
    private static function check_group(activity $activity, int $groupid): void {
        global $USER;
        $mode = $activity->groupmode();
        if ($groupid == 0 && $mode != SEPARATEGROUPS) {
            return;
        }
        $all = access::sync($activity->context) || has_capability('moodle/site:accessallgroups', $activity->context);
        $groups = groups_get_all_groups($activity->course->id, $all ? 0 : $USER->id, $activity->cm->groupingid);
        activity::must_fit($mode != NOGROUPS && isset($groups[$groupid]), 'groupid');
    }

    /**
     * A new session as Attendance takes it, with what its own form would fill in.
     *
     * @param activity $activity
     * @param array $params
     * @return \stdClass
     */
    private static function row(activity $activity, array $params): \stdClass {
        return (object) [
            'sessdate' => $params['sessiontime'],
            'duration' => $params['duration'],
            'groupid' => $params['groupid'],
            'statusset' => $params['statusset'],
            'description' => $params['description'],
            'descriptionformat' => FORMAT_HTML,
            'descriptionitemid' => 0,
            'calendarevent' => (int) $params['addcalendarevent'],
            'timemodified' => time(),
            'studentscanmark' => 0,
            'allowupdatestatus' => 0,
            'autoassignstatus' => 0,
            'studentpassword' => '',
            'subnet' => $activity->structure()->subnet,
            'automark' => 0,
            'automarkcompleted' => 0,
            'automarkcmid' => 0,
            'includeqrcode' => 0,
            'absenteereport' => (int) get_config('attendance', 'absenteereport_default'),
            'studentsearlyopentime' => (int) get_config('attendance', 'studentsearlyopentime'),
        ];
    }

    /**
     * What is answered.
     *
     * @return external_single_structure
     */
    public static function execute_returns() {
        return new external_single_structure([
            'sessionid' => new external_value(PARAM_INT, 'Session id.'),
            'created' => new external_value(PARAM_BOOL, 'Whether it is new.'),
        ]);
    }
}
