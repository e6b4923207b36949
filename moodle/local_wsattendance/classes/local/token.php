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
 * The token that a call comes with.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\local;

/**
 * What Moodle keeps of the token of this call.
 */
class token {
    /**
     * The row of the table external_tokens.
     *
     * @return \stdClass|null there is none, where a function is called from within Moodle
     */
    public static function record(): ?\stdClass {
        global $DB, $USER;
        // Moodle's own function core_webservice_get_site_info finds it so, too.
        $token = optional_param('wstoken', '', PARAM_ALPHANUM);
        $row = ['token' => $token, 'tokentype' => EXTERNAL_TOKEN_PERMANENT, 'userid' => $USER->id];
        return ($token !== '' ? $DB->get_record('external_tokens', $row) : false) ?: null;
    }

    /**
     * When it ends.
     *
     * @return int unix time, 0 for never
     */
    public static function ends(): int {
        $record = self::record();
        return $record ? (int) $record->validuntil : 0;
    }
}
