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
 * External function: marks of a session.
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
use local_wsattendance\local\mark_writer;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * The function local_wsattendance_set_marks.
 */
class set_marks extends base {
    /** @var int How many marks are taken at once: no lesson has so many students. */
    public const MOST = 2000;

    /**
     * What has to be given.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters() {
        return new external_function_parameters([
            'sessionid' => new external_value(PARAM_INT, 'Session id.'),
            'marks' => new external_multiple_structure(new external_single_structure([
                'studentid' => new external_value(PARAM_INT, 'User id.'),
                'statusid' => new external_value(PARAM_INT, 'Status id; 0: none.'),
                'remarks' => new external_value(PARAM_RAW, 'Remark; not given: stays as it is.', VALUE_OPTIONAL),
                'expected' => new external_single_structure([
                    'statusid' => new external_value(PARAM_INT, 'Status id that was read.'),
                    'timetaken' => new external_value(PARAM_INT, 'Time that was read.'),
                    'remarks' => new external_value(PARAM_RAW, 'Remark that was read; not given: any.', VALUE_OPTIONAL),
                ], 'The mark that was read; not given: there was none.', VALUE_OPTIONAL),
            ])),
            'takenby' => new external_value(
                PARAM_INT,
                'Who took the attendance: somebody who may take it there; 0: this account.',
                VALUE_DEFAULT,
                0
            ),
        ]);
    }

    /**
     * Writes what is as expected.
     *
     * @param int $sessionid
     * @param array[] $marks
     * @param int $takenby
     * @return array
     */
    public static function execute($sessionid, $marks, $takenby = 0) {
        global $USER;
        $params = self::validate_parameters(self::execute_parameters(), [
            'sessionid' => $sessionid,
            'marks' => $marks,
            'takenby' => $takenby,
        ]);
        activity::must_fit(count($params['marks']) <= self::MOST, 'marks');
        $activity = activity::of_session($params['sessionid'], ['mod/attendance:takeattendances'], true);
        $takenby = $params['takenby'] ?: (int) $USER->id;
        activity::must_fit(access::may_be_taker($activity, $takenby), 'takenby');
        $writer = new mark_writer($activity, $params['sessionid'], $takenby);
        return ['sessionid' => $params['sessionid'], 'results' => $writer->write($params['marks'])];
    }

    /**
     * What is answered.
     *
     * @return external_single_structure
     */
    public static function execute_returns() {
        return new external_single_structure([
            'sessionid' => new external_value(PARAM_INT, 'Session id.'),
            'results' => new external_multiple_structure(new external_single_structure([
                'studentid' => new external_value(PARAM_INT, 'User id.'),
                'outcome' => new external_value(PARAM_ALPHA, 'written, same, changed or refused.'),
                'reason' => new external_value(PARAM_ALPHA, 'Why it was refused, else empty.'),
                'marks' => new external_multiple_structure(
                    get_sessions::mark_structure(),
                    'What is there now, the one that counts first.'
                ),
            ]), 'One for each mark, in the same order.'),
        ]);
    }
}
