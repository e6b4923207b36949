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
 * External function: which accounts there are.
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

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * The function local_wsattendance_get_accounts.
 */
class get_accounts extends base {
    /** @var int How many accounts can be asked about at once. */
    public const MOST = 500;

    /**
     * What has to be given.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters() {
        return new external_function_parameters([
            'userids' => new external_multiple_structure(new external_value(PARAM_INT, 'User id.'), 'At most 500.'),
        ]);
    }

    /**
     * Looks the accounts up, wherever in the site they are.
     *
     * Moodle's own function leaves out whom the caller may not see, which looks as if there were
     * no such account.
     *
     * @param int[] $userids
     * @return array
     */
    public static function execute($userids) {
        global $DB;
        $params = self::validate_parameters(self::execute_parameters(), ['userids' => $userids]);
        activity::must_fit(count($params['userids']) <= self::MOST, 'userids');
        $context = \context_system::instance();
        self::validate_context($context);
        if (!access::sync($context) && !has_capability('moodle/site:viewuseridentity', $context)) {
            throw new \required_capability_exception($context, 'moodle/site:viewuseridentity', 'nopermissions', '');
        }
        $accounts = [];
        foreach ($DB->get_records_list('user', 'id', $params['userids'], 'id', 'id, idnumber, email, deleted') as $row) {
            $accounts[] = [
                'id' => (int) $row->id,
                'idnumber' => $row->deleted ? '' : $row->idnumber,
                'email' => $row->deleted ? '' : $row->email,
                'deleted' => (int) $row->deleted,
            ];
        }
        return ['accounts' => $accounts];
    }

    /**
     * What is answered.
     *
     * @return external_single_structure
     */
    public static function execute_returns() {
        return new external_single_structure([
            'accounts' => new external_multiple_structure(new external_single_structure([
                'id' => new external_value(PARAM_INT, 'User id.'),
                'idnumber' => new external_value(PARAM_RAW, 'ID number.'),
                'email' => new external_value(PARAM_RAW, 'E-mail address.'),
                'deleted' => new external_value(PARAM_INT, 'Whether the account is deleted.'),
            ])),
        ]);
    }
}
