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
 * External function: what the account of the token is and may do.
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
use local_wsattendance\local\setup_account;
use local_wsattendance\local\token;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * The function local_wsattendance_get_status: of the account that asks, nothing of anybody else.
 */
class get_status extends base {
    /** @var int How many rights are named at most. */
    public const MOST = 100;

    /**
     * What has to be given: nothing.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters() {
        return new external_function_parameters([]);
    }

    /**
     * Looks at the account and its token.
     *
     * @return array
     */
    public static function execute() {
        global $DB, $USER;
        self::validate_parameters(self::execute_parameters(), []);
        $system = \context_system::instance();
        self::validate_context($system);
        $token = token::record();
        $sql = "SELECT DISTINCT rc.capability
                  FROM {role_assignments} ra
                  JOIN {role_capabilities} rc ON rc.roleid = ra.roleid AND rc.contextid = :same
                 WHERE ra.userid = :userid AND ra.contextid = :system AND rc.permission = :allow
              ORDER BY rc.capability";
        $rights = $DB->get_fieldset_sql($sql, [
            'userid' => $USER->id,
            'system' => $system->id,
            'same' => $system->id,
            'allow' => CAP_ALLOW,
        ]);
        return [
            'release' => (string) \core_plugin_manager::instance()->get_plugin_info('local_wsattendance')->release,
            'auth' => $USER->auth,
            'canlogin' => (int) setup_account::can_log_in($USER),
            'setup' => (int) setup_account::is_noted($USER->id),
            'sync' => (int) access::sync($system),
            'rights' => array_slice($rights, 0, self::MOST),
            'tokenends' => $token ? (int) $token->validuntil : 0,
            'iprestriction' => $token ? (string) $token->iprestriction : '',
        ];
    }

    /**
     * What is answered.
     *
     * @return external_single_structure
     */
    public static function execute_returns() {
        return new external_single_structure([
            'release' => new external_value(PARAM_RAW, 'Release of this plug-in.'),
            'auth' => new external_value(PARAM_RAW, 'How the account logs in.'),
            'canlogin' => new external_value(PARAM_INT, 'Whether somebody can log in with the account on the web pages.'),
            'setup' => new external_value(PARAM_INT, 'Whether it is the account of the set-up.'),
            'sync' => new external_value(PARAM_INT, 'Whether it has local/wsattendance:sync in the whole site.'),
            'rights' => new external_multiple_structure(
                new external_value(PARAM_RAW, 'Name of a right.'),
                'What its roles in the whole site allow; the first 100.'
            ),
            'tokenends' => new external_value(PARAM_INT, 'When the token ends, unix time; 0: never.'),
            'iprestriction' => new external_value(PARAM_RAW, 'From which addresses the token can be used; empty: from all.'),
        ]);
    }
}
