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
use local_wsattendance\local\setup_options;

$texts = function (string $identifier, $about = null): string {
    return get_string($identifier, 'local_wsattendance', $about);
};
[$given, $unknown] = cli_get_params([
    'help' => false,
    'dry-run' => false,
    'account' => null,
    'adopt' => '',
    'native' => null,
    'ip' => null,
    'until' => null,
    'reduce' => false,
], ['h' => 'help', 'n' => 'dry-run']);
if ($given['help']) {
    cli_writeln($texts('clihelp'));
    exit(0);
}
// All that is said goes the same way, in its order.
if ($unknown) {
    cli_writeln(get_string('cliunknowoption', 'core_admin', implode(' ', $unknown)));
    exit(1);
}

$options = new setup_options();
$options->name = $given['account'];
$options->adopt = (string) $given['adopt'];
$options->native = $given['native'] === null ? null : $given['native'] !== 'no';
$options->ip = $given['ip'] === 'any' ? '' : $given['ip'];
$options->until = $given['until'] === null ? null : setup_options::end_of((string) $given['until']);
$options->reduce = (bool) $given['reduce'];

// Moodle notes who made a token.
\core\session\manager::set_user(get_admin());
$setup = new setup($options);
try {
    $steps = $setup->run(!$given['dry-run']);
} catch (moodle_exception $error) {
    cli_writeln($error->getMessage());
    exit(1);
}
foreach ($steps as $step => $before) {
    $state = $before ? 'stepdone' : ($given['dry-run'] ? 'steptodo' : 'stepmade');
    cli_writeln($texts($state, $texts("step_$step")));
}
$problems = $setup->problems();
foreach ($problems as $problem) {
    $about = implode(', ', $setup->too_much());
    cli_writeln($texts('stepremark', $texts("about_$problem") . ': ' . $texts("problem_$problem", $about)));
}
if (!$given['dry-run']) {
    cli_writeln($texts('address') . ': ' . $CFG->wwwroot);
    cli_writeln($texts('token') . ': ' . $setup->token_text());
}
// Whether something is left.
exit(array_intersect($problems, setup::BLOCKING) || ($given['dry-run'] && in_array(false, $steps)) ? 2 : 0);
