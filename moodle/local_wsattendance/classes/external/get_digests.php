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
 * External function: whether anything changed.
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
use local_wsattendance\local\run_number;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * The function local_wsattendance_get_digests.
 */
class get_digests extends base {
    /** @var int How many courses can be asked about at once. */
    public const MOST = 500;

    /** @var int Characters of what names a synchronisation. */
    public const LONGEST = 64;

    /** @var int Number of a run: one a minute are two thousand years. */
    public const LARGEST = 1000000000;

    /**
     * What has to be given.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters() {
        return new external_function_parameters([
            'courseids' => new external_multiple_structure(new external_value(PARAM_INT, 'Course id.'), 'At most 500.'),
            'from' => new external_value(PARAM_INT, 'Only sessions that begin then or later, unix time; 0: all.', VALUE_DEFAULT, 0),
            'to' => new external_value(PARAM_INT, 'Only sessions that begin earlier, unix time; 0: all.', VALUE_DEFAULT, 0),
            'run' => new external_value(PARAM_ALPHANUM, 'Whose run this is; empty: of nobody.', VALUE_DEFAULT, ''),
            'number' => new external_value(PARAM_INT, 'Number that the last run was given; 0: none.', VALUE_DEFAULT, 0),
            'renew' => new external_value(PARAM_BOOL, 'Whether the next number counts whatever was given.', VALUE_DEFAULT, false),
        ]);
    }

    /**
     * Reads the courses one by one and keeps a hash of each.
     *
     * @param int[] $courseids
     * @param int $from
     * @param int $to
     * @param string $run
     * @param int $number
     * @param bool $renew
     * @return array
     */
    public static function execute($courseids, $from = 0, $to = 0, $run = '', $number = 0, $renew = false) {
        $params = self::validate_parameters(self::execute_parameters(), [
            'courseids' => $courseids,
            'from' => $from,
            'to' => $to,
            'run' => $run,
            'number' => $number,
            'renew' => $renew,
        ]);
        $number = $params['number'];
        activity::must_fit(count($params['courseids']) <= self::MOST, 'courseids');
        activity::must_fit(strlen($params['run']) <= self::LONGEST, 'run');
        activity::must_fit($number >= 0 && $number <= self::LARGEST, 'number');
        self::validate_context(\context_system::instance());
        activity::must_be_in_use();
        $more = [];
        if ($params['run'] !== '') {
            $more['number'] = run_number::next($params['run'], $number, $params['renew']);
            if (!$more['number']) {
                return ['digests' => [], 'warnings' => []] + $more;
            }
        }
        \core_php_time_limit::raise(300);
        [$courses, $warnings] = access::enter_courses($params['courseids']);
        $digests = [];
        foreach ($courses as $course) {
            $reader = new course_reader($course, $params['from'], $params['to']);
            $digests[] = ['courseid' => $course->id, 'digest' => $reader->digest()];
            $warnings = array_merge($warnings, $reader->warnings);
        }
        return ['digests' => $digests, 'warnings' => $warnings] + $more;
    }

    /**
     * What is answered.
     *
     * @return external_single_structure
     */
    public static function execute_returns() {
        return new external_single_structure([
            'digests' => new external_multiple_structure(new external_single_structure([
                'courseid' => new external_value(PARAM_INT, 'Course id.'),
                'digest' => new external_value(PARAM_ALPHANUM, 'Text that changes if the attendance of the course does.'),
            ])),
            'number' => new external_value(PARAM_INT, 'Of this run; 0: a later run has been here.', VALUE_OPTIONAL),
            'warnings' => new external_warnings(),
        ]);
    }
}
