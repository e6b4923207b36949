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
 * The page of the set-up: what is there, what is missing, and a button.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

require(__DIR__ . '/../../config.php');
require_once($CFG->libdir . '/adminlib.php');

use local_wsattendance\form\setup_form;
use local_wsattendance\local\setup;

admin_externalpage_setup('local_wsattendance');

$texts = function (string $identifier, $about = null): string {
    return get_string($identifier, 'local_wsattendance', $about);
};
$page = new moodle_url('/local/wsattendance/setup.php');
$setup = new setup();
$label = in_array(false, $setup->run(false)) ? 'setup' : 'showtoken';
$form = new setup_form($page, ['setup' => $setup, 'label' => $texts($label)]);
$data = $form->get_data();
if ($data) {
    $setup = new setup(setup_form::options($data));
    $setup->run(true);
    // What was chosen is kept; a name that was noted is found again without it.
    $setup = new setup();
}
$state = $setup->run(false);

$table = new html_table();
$table->head = [$texts('step'), $texts('state')];
foreach ($state as $step => $done) {
    $table->data[] = [$texts("step_$step"), $texts($done ? 'done' : 'missing')];
}

echo $OUTPUT->header();
echo $OUTPUT->heading($texts('pluginname'));
echo html_writer::tag('p', $texts('intro'));
echo html_writer::table($table);
foreach ($setup->problems() as $problem) {
    $about = implode(', ', $setup->too_much());
    echo $OUTPUT->notification($texts("about_$problem") . ': ' . $texts("problem_$problem", $about), 'warning');
}
if ($data && !in_array(false, $state)) {
    echo $OUTPUT->notification($texts('paste'), 'success');
    echo html_writer::tag('p', $texts('address') . ': ' . html_writer::tag('code', s($CFG->wwwroot)));
    echo html_writer::tag('p', $texts('token') . ': ' . html_writer::tag('code', s($setup->token_text())));
} else {
    $form->display();
}
echo $OUTPUT->footer();
