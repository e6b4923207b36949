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
 * What this plug-in keeps of people: nothing.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\privacy;

/**
 * The plug-in has no preferences, and its one table only the numbers of runs; what it hands over, it reads from others.
 */
class provider implements \core_privacy\local\metadata\null_provider {
    /**
     * Why nothing is kept.
     *
     * @return string identifier of a text in the language file
     */
    public static function get_reason(): string {
        return 'privacy:metadata';
    }
}
