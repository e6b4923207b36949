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
 * What changes in the database with a new version.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use local_wsattendance\local\access;
use local_wsattendance\local\setup;
use local_wsattendance\local\setup_account;

/**
 * Brings the tables up to date.
 *
 * @param int $oldversion version from which it is upgraded
 * @return bool
 */
function xmldb_local_wsattendance_upgrade($oldversion) {
    global $CFG, $DB;
    $manager = $DB->get_manager();
    if ($oldversion < 2026120100) {
        if (!$manager->table_exists('local_wsattendance_run')) {
            $manager->install_one_table_from_xmldb_file(__DIR__ . '/install.xml', 'local_wsattendance_run');
        }
        upgrade_plugin_savepoint(true, 2026120100, 'local', 'wsattendance');
    }
    if ($oldversion < 2026120101) {
        // A site that was set up before goes on working: the role keeps what it has, and gets the right of the plug-in.
        update_capabilities('local_wsattendance');
        $role = $DB->get_field('role', 'id', ['shortname' => setup::NAME]);
        if ($role) {
            assign_capability(access::SYNC, CAP_ALLOW, $role, context_system::instance()->id);
        }
        // The account was made by the set-up if it may use the service and can't log in; any other is asked about.
        $sql = "SELECT u.id
                  FROM {user} u
                  JOIN {external_services_users} su ON su.userid = u.id
                  JOIN {external_services} s ON s.id = su.externalserviceid AND s.shortname = :service
                 WHERE u.username = :name AND u.mnethostid = :host AND u.deleted = 0 AND u.auth = 'webservice'";
        $params = ['service' => setup::NATIVE_SERVICE, 'name' => setup::NAME, 'host' => $CFG->mnet_localhost_id];
        $account = $DB->get_field_sql($sql, $params, IGNORE_MULTIPLE);
        if ($account) {
            setup_account::note((int) $account);
        }
        upgrade_plugin_savepoint(true, 2026120101, 'local', 'wsattendance');
    }
    return true;
}
