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
 * The account of the synchronisation.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\local;

use stdClass;

/**
 * Finds and makes the account. The set-up notes which one it is: another one of the same name may be anybody's.
 */
class setup_account {
    /**
     * The account that the set-up has made, or was told to use.
     *
     * @return stdClass|null
     */
    public static function noted(): ?stdClass {
        global $DB;
        $id = (int) get_config('local_wsattendance', 'accountid');
        return ($id ? $DB->get_record('user', ['id' => $id, 'deleted' => 0]) : false) ?: null;
    }

    /**
     * Whether an account is that one.
     *
     * @param int $id
     * @return bool
     */
    public static function is_noted(int $id): bool {
        return $id == get_config('local_wsattendance', 'accountid');
    }

    /**
     * Notes it.
     *
     * @param int $id
     */
    public static function note(int $id): void {
        set_config('accountid', $id, 'local_wsattendance');
    }

    /**
     * The name of the account to be used.
     *
     * @param setup_options $options
     * @return string
     */
    public static function name(setup_options $options): string {
        $noted = self::noted();
        return $options->name ?? ($noted ? $noted->username : setup::NAME);
    }

    /**
     * The account with that name.
     *
     * @param setup_options $options
     * @return stdClass|null
     */
    private static function named(setup_options $options): ?stdClass {
        global $CFG, $DB;
        $found = ['username' => self::name($options), 'mnethostid' => $CFG->mnet_localhost_id, 'deleted' => 0];
        return $DB->get_record('user', $found) ?: null;
    }

    /**
     * The account, if it is the one of the set-up and nobody can log in with it.
     *
     * @param setup_options $options
     * @return stdClass|null
     */
    public static function ready(setup_options $options): ?stdClass {
        $named = self::named($options);
        return $named && self::is_noted((int) $named->id) && !self::can_log_in($named) ? $named : null;
    }

    /**
     * An account of that name which somebody else may have made, or can use.
     *
     * @param setup_options $options
     * @return stdClass|null
     */
    public static function stranger(setup_options $options): ?stdClass {
        return self::ready($options) ? null : self::named($options);
    }

    /**
     * Whether somebody can log in with an account on the web pages.
     *
     * @param stdClass $account
     * @return bool
     */
    public static function can_log_in(stdClass $account): bool {
        return !in_array($account->auth, ['webservice', 'nologin']);
    }

    /**
     * What an administrator has to know of an account before it is used.
     *
     * @param stdClass $account
     * @return string
     */
    public static function described(stdClass $account): string {
        $never = get_string('never');
        return get_string('accountdescribed', 'local_wsattendance', [
            'username' => $account->username,
            'fullname' => fullname($account),
            'email' => $account->email,
            'auth' => $account->auth,
            'created' => $account->timecreated ? userdate($account->timecreated) : $never,
            'lastlogin' => $account->currentlogin ? userdate($account->currentlogin) : $never,
        ]);
    }

    /**
     * Makes the account, or takes the one of that name, of which the administrator has said so.
     *
     * @param setup_options $options
     */
    public static function make(setup_options $options): void {
        global $CFG;
        $stranger = self::stranger($options);
        if ($stranger) {
            self::take_over($stranger);
            return;
        }
        require_once($CFG->dirroot . '/user/lib.php');
        $name = self::name($options);
        self::note(user_create_user((object) [
            'username' => $name,
            'auth' => 'webservice',
            'password' => AUTH_PASSWORD_NOT_CACHED,
            'firstname' => 'OpenEduCat',
            'lastname' => 'Sync',
            'email' => "$name@openeducat.invalid",
            'emailstop' => 1,
            'confirmed' => 1,
            'policyagreed' => 1,
            'mnethostid' => $CFG->mnet_localhost_id,
        ], false));
    }

    /**
     * Leaves whoever had the account no way in: no log-in, no password, no token or key, no session.
     *
     * @param stdClass $account
     */
    private static function take_over(stdClass $account): void {
        global $CFG, $DB;
        require_once($CFG->dirroot . '/user/lib.php');
        user_update_user((object) [
            'id' => $account->id,
            'auth' => 'webservice',
            // What no password is equal to.
            'password' => AUTH_PASSWORD_NOT_CACHED,
            'confirmed' => 1,
        ], false);
        $tables = ['external_tokens', 'user_private_key', 'user_password_resets', 'auth_oauth2_linked_login'];
        foreach ($tables as $table) {
            if ($DB->get_manager()->table_exists($table)) {
                $DB->delete_records($table, ['userid' => $account->id]);
            }
        }
        if (method_exists(\core\session\manager::class, 'destroy_user_sessions')) {
            \core\session\manager::destroy_user_sessions($account->id);
        } else {
            // Moodle up to 4.4.
            \core\session\manager::kill_user_sessions($account->id);
        }
        self::note((int) $account->id);
    }
}
