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
 * External function: the status of one student.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\external;

use core_external\external_function_parameters;
use core_external\external_value;
use local_wsattendance\local\access;
use local_wsattendance\local\activity;
use local_wsattendance\local\mark_writer;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * The function mod_wsattendance_update_user_status: overwrites whatever is there, as mod_attendance does, but writes
 * only for those who are enrolled, only a status of the activity, and leaves one row a student however many write at once.
 */
class update_user_status extends base {
    /**
     * What has to be given.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters() {
        return new external_function_parameters([
            'sessionid' => new external_value(PARAM_INT, 'Session id.'),
            'studentid' => new external_value(PARAM_INT, 'Student id.'),
            'takenbyid' => new external_value(PARAM_INT, 'Id of the user who took this session.'),
            'statusid' => new external_value(PARAM_INT, 'Status id.'),
            'statusset' => new external_value(PARAM_TEXT, 'Status set of the session.'),
        ]);
    }

    /**
     * Writes the status.
     *
     * @param int $sessionid
     * @param int $studentid
     * @param int $takenbyid
     * @param int $statusid
     * @param string $statusset
     * @return null
     */
    public static function execute($sessionid, $studentid, $takenbyid, $statusid, $statusset) {
        global $DB;
        $params = self::validate_parameters(self::execute_parameters(), [
            'sessionid' => $sessionid,
            'studentid' => $studentid,
            'takenbyid' => $takenbyid,
            'statusid' => $statusid,
            'statusset' => $statusset,
        ]);
        $activity = activity::of_session($params['sessionid'], ['mod/attendance:takeattendances'], true);
        foreach (['studentid', 'takenbyid'] as $who) {
            activity::must_exist($DB->record_exists('user', ['id' => $params[$who], 'deleted' => 0]), 'invaliduser');
        }
        activity::must_fit(access::may_be_taker($activity, $params['takenbyid']), 'takenbyid');
        $writer = new mark_writer($activity, $params['sessionid'], $params['takenbyid']);
        $writer->overwrite($params['studentid'], $params['statusid'], $params['statusset']);
        return null;
    }

    /**
     * Nothing is answered.
     *
     * @return null
     */
    public static function execute_returns() {
        return null;
    }
}
