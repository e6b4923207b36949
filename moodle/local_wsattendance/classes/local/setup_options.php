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
 * What an administrator chooses in the set-up.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\local;

/**
 * The choices of the set-up. What is null stays as it is.
 */
class setup_options {
    /** @var string|null User name of the account; null: the one that was used before, or odoosync. */
    public $name = null;

    /** @var string Name of an account that was not made by the set-up and may be used all the same. */
    public $adopt = '';

    /** @var bool|null Whether OpenEduCat is to use Moodle's and Attendance's own functions, with the rights for them. */
    public $native = null;

    /** @var string|null From which addresses the token can be used, empty for all. */
    public $ip = null;

    /** @var int|null When the token ends, unix time, 0 for never. */
    public $until = null;

    /** @var bool Whether the role loses what is not needed. */
    public $reduce = false;

    /**
     * Which choice can't be taken.
     *
     * @return string[] names of properties
     */
    public function faults(): array {
        $name = $this->name === null || ($this->name !== '' && $this->name === clean_param($this->name, PARAM_USERNAME));
        return array_keys(array_filter([
            'name' => !$name,
            'ip' => $this->ip !== null && !self::is_address_list($this->ip),
            'until' => $this->until && $this->until <= time(),
        ]));
    }

    /**
     * The moment at which a day ends.
     *
     * @param string $text 2027-08-31, or never
     * @return int unix time, 0 for never; 1, which is long ago, if there is no such day
     */
    public static function end_of(string $text): int {
        if ($text === 'never') {
            return 0;
        }
        $matches = preg_match('/^(\d{4})-(\d\d)-(\d\d)$/', $text, $found);
        if (!$matches || !checkdate((int) $found[2], (int) $found[3], (int) $found[1])) {
            return 1;
        }
        return make_timestamp((int) $found[1], (int) $found[2], (int) $found[3], 23, 59, 59);
    }

    /**
     * Whether a text is what Moodle takes as a restriction: addresses, beginnings, ranges or networks, with commas.
     *
     * @param string $text
     * @return bool
     */
    private static function is_address_list(string $text): bool {
        if ($text === '') {
            return true;
        }
        foreach (explode(',', $text) as $part) {
            if (!preg_match('~^[0-9a-f]*[.:][0-9a-f.:]*(/\d{1,3}|-[0-9a-f]{1,4})?$~i', trim($part))) {
                return false;
            }
        }
        return strlen($text) <= 255;
    }
}
