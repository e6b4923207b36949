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
 * Makes a Moodle ready for OpenEduCat.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\local;

use context_system;
use core_external\util;
use stdClass;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * The steps of the set-up. Each looks first whether it is done; none takes anything away.
 */
class setup {
    /** @var string Short name of the role and user name of the account. */
    public const NAME = 'odoosync';

    /** @var string[] The rights of the role. */
    public const RIGHTS = [
        'webservice/rest:use',
        'moodle/course:view',
        'moodle/course:viewparticipants',
        'moodle/course:viewhiddencourses',
        'moodle/course:viewhiddenactivities',
        'moodle/course:update',
        'moodle/course:managegroups',
        'moodle/user:viewdetails',
        'moodle/user:viewalldetails',
        'moodle/site:viewuseridentity',
        'moodle/course:useremail',
        'mod/attendance:view',
        'mod/attendance:takeattendances',
        'moodle/site:accessallgroups',
        'mod/attendance:manageattendances',
    ];

    /**
     * The steps in their order.
     *
     * @return string[] identifiers of their texts; each is a method here, too, that is told whether
     *     to do the step or only to look, and says whether it is done
     */
    public static function steps(): array {
        return ['webservices', 'rest', 'service', 'role', 'rights', 'account', 'assignment', 'authorised', 'token'];
    }

    /**
     * Looks what is done, and does what is not.
     *
     * @param bool $do false: only look
     * @return bool[] for each step whether it was done before
     */
    public static function run(bool $do): array {
        $before = [];
        foreach (self::steps() as $step) {
            $before[$step] = self::$step(false);
            if ($do && !$before[$step] && !self::$step(true)) {
                throw new \moodle_exception('stepfailed', 'local_wsattendance', '', get_string("step_$step", 'local_wsattendance'));
            }
        }
        return $before;
    }

    /**
     * What only an administrator can decide.
     *
     * @return string[] identifiers of their texts
     */
    public static function problems(): array {
        global $CFG, $DB;
        $account = self::account_record();
        $policy = new \core_privacy\local\sitepolicy\manager();
        return array_keys(array_filter([
            'attendancehidden' => !$DB->record_exists('modules', ['name' => 'attendance', 'visible' => 1]),
            'accountsuspended' => $account && ($account->suspended || $account->auth == 'nologin'),
            'policy' => $account && !$account->policyagreed && $policy->is_defined(),
            'nohttps' => strpos($CFG->wwwroot, 'https:') !== 0,
            'maintenance' => !empty($CFG->maintenance_enabled),
        ]));
    }

    /**
     * The token to be entered in OpenEduCat.
     *
     * @return string empty if there is none yet
     */
    public static function token_text(): string {
        global $DB;
        $account = self::account_record();
        $service = self::service_record();
        if (!$account || !$service) {
            return '';
        }
        $where = 'userid = ? AND externalserviceid = ? AND tokentype = ? AND (validuntil IS NULL OR validuntil = 0)
                  AND (iprestriction IS NULL OR iprestriction = ?)';
        $params = [$account->id, $service->id, EXTERNAL_TOKEN_PERMANENT, ''];
        $rows = $DB->get_records_select('external_tokens', $where, $params, 'id', 'id, token', 0, 1);
        return $rows ? reset($rows)->token : '';
    }

    /**
     * The account of the synchronisation.
     *
     * @return stdClass|null
     */
    private static function account_record(): ?stdClass {
        global $CFG, $DB;
        $found = ['username' => self::NAME, 'mnethostid' => $CFG->mnet_localhost_id, 'deleted' => 0];
        return $DB->get_record('user', $found) ?: null;
    }

    /**
     * The service that comes with the plug-in.
     *
     * @return stdClass|null
     */
    private static function service_record(): ?stdClass {
        global $DB;
        return $DB->get_record('external_services', ['shortname' => 'local_wsattendance']) ?: null;
    }

    /**
     * Step: web services are on.
     *
     * @param bool $do
     * @return bool
     */
    private static function webservices(bool $do): bool {
        if ($do) {
            set_config('enablewebservices', 1);
        }
        return !empty(get_config('core', 'enablewebservices'));
    }

    /**
     * Step: the protocol REST is on.
     *
     * @param bool $do
     * @return bool
     */
    private static function rest(bool $do): bool {
        $active = array_filter(explode(',', (string) get_config('core', 'webserviceprotocols')));
        if ($do) {
            $active[] = 'rest';
            set_config('webserviceprotocols', implode(',', $active));
        }
        return in_array('rest', $active);
    }

    /**
     * Step: the service is enabled.
     *
     * @param bool $do
     * @return bool
     */
    private static function service(bool $do): bool {
        global $DB;
        if ($do) {
            $DB->set_field('external_services', 'enabled', 1, ['shortname' => 'local_wsattendance']);
        }
        $service = self::service_record();
        return $service && $service->enabled;
    }

    /**
     * Step: the role is there.
     *
     * @param bool $do
     * @return bool
     */
    private static function role(bool $do): bool {
        global $DB;
        if ($do) {
            $about = get_string('roledescription', 'local_wsattendance');
            $id = create_role(get_string('rolename', 'local_wsattendance'), self::NAME, $about);
            set_role_contextlevels($id, [CONTEXT_SYSTEM]);
        }
        return $DB->record_exists('role', ['shortname' => self::NAME]);
    }

    /**
     * Step: the role has its rights. One that somebody has forbidden stays forbidden.
     *
     * @param bool $do
     * @return bool
     */
    private static function rights(bool $do): bool {
        global $DB;
        $role = $DB->get_field('role', 'id', ['shortname' => self::NAME]);
        $system = context_system::instance();
        $here = ['roleid' => $role, 'contextid' => $system->id];
        $missing = array_diff(self::RIGHTS, $DB->get_fieldset_select(
            'role_capabilities',
            'capability',
            'roleid = :roleid AND contextid = :contextid',
            $here
        ));
        if ($do) {
            foreach ($missing as $right) {
                assign_capability($right, CAP_ALLOW, $role, $system->id);
            }
            return true;
        }
        return !$missing;
    }

    /**
     * Step: the account is there. It can't log in on the web pages.
     *
     * @param bool $do
     * @return bool
     */
    private static function account(bool $do): bool {
        global $CFG;
        if ($do) {
            require_once($CFG->dirroot . '/user/lib.php');
            user_create_user((object) [
                'username' => self::NAME,
                'auth' => 'webservice',
                'password' => AUTH_PASSWORD_NOT_CACHED,
                'firstname' => 'OpenEduCat',
                'lastname' => 'Sync',
                'email' => self::NAME . '@openeducat.invalid',
                'emailstop' => 1,
                'confirmed' => 1,
                'policyagreed' => 1,
                'mnethostid' => $CFG->mnet_localhost_id,
            ], false);
        }
        return (bool) self::account_record();
    }

    /**
     * Step: the account has the role in the whole site.
     *
     * @param bool $do
     * @return bool
     */
    private static function assignment(bool $do): bool {
        global $DB;
        $account = self::account_record();
        $role = $DB->get_field('role', 'id', ['shortname' => self::NAME]);
        $system = context_system::instance()->id;
        if ($do) {
            role_assign($role, $account->id, $system);
        }
        return $account && $role && user_has_role_assignment($account->id, $role, $system);
    }

    /**
     * Step: the account may use the service.
     *
     * @param bool $do
     * @return bool
     */
    private static function authorised(bool $do): bool {
        global $DB;
        $account = self::account_record();
        $service = self::service_record();
        if (!$account || !$service) {
            return false;
        }
        $row = ['externalserviceid' => $service->id, 'userid' => $account->id];
        if ($do) {
            $DB->insert_record('external_services_users', $row + ['timecreated' => time()]);
        }
        return !$service->restrictedusers || $DB->record_exists('external_services_users', $row);
    }

    /**
     * Step: there is a token without an end.
     *
     * @param bool $do
     * @return bool
     */
    private static function token(bool $do): bool {
        if ($do) {
            $params = [EXTERNAL_TOKEN_PERMANENT, self::service_record(), self::account_record()->id, context_system::instance()];
            if (method_exists(util::class, 'generate_token')) {
                util::generate_token(...$params);
            } else {
                // Moodle 4.1.
                external_generate_token(...$params);
            }
        }
        return self::token_text() !== '';
    }
}
