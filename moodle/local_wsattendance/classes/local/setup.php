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
 * The steps of the set-up. Each looks first whether it is done; none takes anything away that nobody has asked it to.
 */
class setup {
    /** @var string Short name of the role, and user name of the account unless another one is chosen. */
    public const NAME = 'odoosync';

    /** @var string Short name of the service with what OpenEduCat calls. */
    public const SERVICE = 'local_wsattendance_sync';

    /** @var string Short name of the service that has Moodle's and Attendance's own functions, too. */
    public const NATIVE_SERVICE = 'local_wsattendance';

    /** @var string[] The rights of the role. */
    public const RIGHTS = [
        'webservice/rest:use',
        'local/wsattendance:sync',
    ];

    /** @var string[] What Moodle's and Attendance's own functions ask for, which look at other rights. */
    public const NATIVE_RIGHTS = [
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

    /** @var string[] Remarks that keep OpenEduCat out. */
    public const BLOCKING = ['attendancehidden', 'accountsuspended', 'policy', 'maintenance'];

    /** @var setup_options */
    private $options;

    /**
     * Keeps the choices.
     *
     * @param setup_options|null $options
     */
    public function __construct(?setup_options $options = null) {
        $this->options = $options ?? new setup_options();
    }

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
     * @throws \moodle_exception something can't be done; where an administrator has to say something first, nothing is
     */
    public function run(bool $do): array {
        if ($do) {
            $this->check();
            if ($this->options->native !== null) {
                set_config('native', (int) $this->options->native, 'local_wsattendance');
            }
        }
        $before = [];
        foreach (self::steps() as $step) {
            $before[$step] = $this->$step(false);
            if ($do && !$before[$step] && !$this->$step(true)) {
                throw new \moodle_exception('stepfailed', 'local_wsattendance', '', get_string("step_$step", 'local_wsattendance'));
            }
        }
        if ($do && $this->options->reduce) {
            $this->reduce();
        }
        return $before;
    }

    /**
     * An account that stands in the way until the administrator has said that it may be used.
     *
     * @return stdClass|null
     */
    public function question(): ?stdClass {
        $stranger = setup_account::stranger($this->options);
        return $stranger && $stranger->username !== $this->options->adopt ? $stranger : null;
    }

    /**
     * Looks at the choices before anything is done.
     *
     * @throws \moodle_exception one of them is wrong or missing
     */
    private function check(): void {
        foreach ($this->options->faults() as $fault) {
            throw new \moodle_exception("fault_$fault", 'local_wsattendance');
        }
        $question = $this->question();
        if ($question) {
            throw new \moodle_exception('accounttaken', 'local_wsattendance', '', setup_account::described($question));
        }
    }

    /**
     * What only an administrator can decide.
     *
     * @return string[] identifiers of their texts; those of BLOCKING keep OpenEduCat out
     */
    public function problems(): array {
        global $CFG, $DB;
        $account = setup_account::ready($this->options);
        $policy = new \core_privacy\local\sitepolicy\manager();
        return array_keys(array_filter([
            'attendancehidden' => !$DB->record_exists('modules', ['name' => 'attendance', 'visible' => 1]),
            'accountsuspended' => $account && ($account->suspended || $account->auth == 'nologin'),
            'policy' => $account && !$account->policyagreed && $policy->is_defined(),
            'nohttps' => strpos($CFG->wwwroot, 'https:') !== 0,
            'maintenance' => !empty($CFG->maintenance_enabled),
            'toomuch' => $this->too_much(),
        ]));
    }

    /**
     * Rights that the role has and that are not needed.
     *
     * @return string[]
     */
    public function too_much(): array {
        global $DB;
        $has = $DB->get_fieldset_select(
            'role_capabilities',
            'capability',
            'roleid = :roleid AND contextid = :contextid AND permission = :permission',
            ['roleid' => $this->role_id(), 'contextid' => context_system::instance()->id, 'permission' => CAP_ALLOW]
        );
        sort($has);
        return array_values(array_diff($has, $this->rights_needed()));
    }

    /**
     * Takes away the rights that are not needed.
     */
    private function reduce(): void {
        foreach ($this->too_much() as $right) {
            unassign_capability($right, $this->role_id(), context_system::instance()->id);
        }
    }

    /**
     * The token to be entered in OpenEduCat.
     *
     * @return string empty if there is none yet
     */
    public function token_text(): string {
        $record = $this->token_record();
        return $record ? $record->token : '';
    }

    /**
     * The token as Moodle keeps it, one that has not ended.
     *
     * @return stdClass|null
     */
    public function token_record(): ?stdClass {
        global $DB;
        $account = setup_account::ready($this->options);
        $service = $this->service_record();
        if (!$account || !$service) {
            return null;
        }
        $where = 'userid = ? AND externalserviceid = ? AND tokentype = ?
                  AND (validuntil IS NULL OR validuntil = 0 OR validuntil > ?)';
        $params = [$account->id, $service->id, EXTERNAL_TOKEN_PERMANENT, time()];
        $rows = $DB->get_records_select('external_tokens', $where, $params, 'id', '*', 0, 1);
        return $rows ? reset($rows) : null;
    }

    /**
     * Whether OpenEduCat is to use Moodle's and Attendance's own functions.
     *
     * @return bool
     */
    public function native(): bool {
        return (bool) ($this->options->native ?? get_config('local_wsattendance', 'native'));
    }

    /**
     * What the role has to have.
     *
     * @return string[]
     */
    private function rights_needed(): array {
        return array_merge(self::RIGHTS, $this->native() ? self::NATIVE_RIGHTS : []);
    }

    /**
     * The role.
     *
     * @return int its id, 0 if there is none
     */
    private function role_id(): int {
        global $DB;
        return (int) $DB->get_field('role', 'id', ['shortname' => self::NAME]);
    }

    /**
     * The service of the token.
     *
     * @return stdClass|null
     */
    private function service_record(): ?stdClass {
        global $DB;
        $name = $this->native() ? self::NATIVE_SERVICE : self::SERVICE;
        return $DB->get_record('external_services', ['shortname' => $name]) ?: null;
    }

    /**
     * Step: web services are on.
     *
     * @param bool $do
     * @return bool
     */
    private function webservices(bool $do): bool {
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
    private function rest(bool $do): bool {
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
    private function service(bool $do): bool {
        global $DB;
        $service = $this->service_record();
        if ($do && $service) {
            $DB->set_field('external_services', 'enabled', 1, ['id' => $service->id]);
            $service->enabled = 1;
        }
        return $service && $service->enabled;
    }

    /**
     * Step: the role is there.
     *
     * @param bool $do
     * @return bool
     */
    private function role(bool $do): bool {
        if ($do) {
            $about = get_string('roledescription', 'local_wsattendance');
            $id = create_role(get_string('rolename', 'local_wsattendance'), self::NAME, $about);
            set_role_contextlevels($id, [CONTEXT_SYSTEM]);
        }
        return $this->role_id() > 0;
    }

    /**
     * Step: the role has its rights. One that somebody has forbidden stays forbidden.
     *
     * @param bool $do
     * @return bool
     */
    private function rights(bool $do): bool {
        global $DB;
        $system = context_system::instance();
        $here = ['roleid' => $this->role_id(), 'contextid' => $system->id];
        $missing = array_diff($this->rights_needed(), $DB->get_fieldset_select(
            'role_capabilities',
            'capability',
            'roleid = :roleid AND contextid = :contextid',
            $here
        ));
        if ($do) {
            foreach ($missing as $right) {
                assign_capability($right, CAP_ALLOW, $this->role_id(), $system->id);
            }
            return true;
        }
        return !$missing;
    }

    /**
     * Step: the account is there, and nobody else's. It can't log in on the web pages.
     *
     * @param bool $do
     * @return bool
     */
    private function account(bool $do): bool {
        if ($do) {
            setup_account::make($this->options);
        }
        return (bool) setup_account::ready($this->options);
    }

    /**
     * Step: the account has the role in the whole site.
     *
     * @param bool $do
     * @return bool
     */
    private function assignment(bool $do): bool {
        $account = setup_account::ready($this->options);
        $role = $this->role_id();
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
    private function authorised(bool $do): bool {
        global $DB;
        $account = setup_account::ready($this->options);
        $service = $this->service_record();
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
     * Step: there is a token, with the restrictions that were chosen.
     *
     * @param bool $do
     * @return bool
     */
    private function token(bool $do): bool {
        global $DB;
        $record = $this->token_record();
        $until = $this->options->until ?? ($record ? (int) $record->validuntil : 0);
        $ip = $this->options->ip ?? ($record ? (string) $record->iprestriction : '');
        if (!$do) {
            return $record && $until == (int) $record->validuntil && $ip === (string) $record->iprestriction;
        }
        if ($record) {
            // The same token goes on.
            $DB->update_record('external_tokens', ['id' => $record->id, 'validuntil' => $until, 'iprestriction' => $ip ?: null]);
            return true;
        }
        $account = setup_account::ready($this->options);
        $params = [EXTERNAL_TOKEN_PERMANENT, $this->service_record(), $account->id, context_system::instance(), $until, $ip];
        if (method_exists(util::class, 'generate_token')) {
            util::generate_token(...$params);
        } else {
            // Moodle 4.1.
            external_generate_token(...$params);
        }
        return $this->token_text() !== '';
    }
}
