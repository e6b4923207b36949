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
 * Makes this Moodle ready for OpenEduCat, and prints address and token.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

define('CLI_SCRIPT', true);

require(__DIR__ . '/../../../config.php');
require_once($CFG->libdir . '/clilib.php');

use local_wsattendance\local\setup;

[$options, $unknown] = cli_get_params(['help' => false, 'dry-run' => false], ['h' => 'help', 'n' => 'dry-run']);
if ($unknown) {
    cli_error(get_string('cliunknowoption', 'core_admin', implode(' ', $unknown)));
}
if ($options['help']) {
    cli_writeln(get_string('clihelp', 'local_wsattendance'));
    exit(0);
}

// Moodle notes who made a token.
\core\session\manager::set_user(get_admin());
foreach (setup::run(!$options['dry-run']) as $step => $before) {
    $state = $before ? 'stepdone' : ($options['dry-run'] ? 'steptodo' : 'stepmade');
    cli_writeln(get_string($state, 'local_wsattendance', get_string("step_$step", 'local_wsattendance')));
}
foreach (setup::problems() as $problem) {
    cli_problem(get_string("problem_$problem", 'local_wsattendance'));
}
if (!$options['dry-run']) {
    cli_writeln(get_string('address', 'local_wsattendance') . ': ' . $CFG->wwwroot);
    cli_writeln(get_string('token', 'local_wsattendance') . ': ' . setup::token_text());
}
