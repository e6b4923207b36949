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
 * The names of Moodle 4.2 and later for the classes of external functions, on Moodle 4.1 too.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

if (!class_exists('core_external\external_api')) {
    require_once($CFG->libdir . '/externallib.php');
    foreach (
        [
            'external_api', 'external_description', 'external_function_parameters', 'external_multiple_structure',
            'external_single_structure', 'external_value', 'external_warnings',
        ] as $name
    ) {
        class_alias($name, 'core_external\\' . $name);
    }
    class_alias('external_util', 'core_external\util');
}
