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
 * Version of the plug-in.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$plugin->component = 'local_wsattendance';
$plugin->version = 2026120101;
$plugin->release = '1.1.0';
$plugin->requires = 2022112800; // Moodle 4.1.
// Run on 4.3 and 5.1 (docs/compatibility.md of the addon says what and when); on the others in between it has not been run.
$plugin->supported = [401, 501];
$plugin->maturity = MATURITY_STABLE;
$plugin->dependencies = ['mod_attendance' => 2022083100];
