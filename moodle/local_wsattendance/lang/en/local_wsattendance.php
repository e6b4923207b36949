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
 * Texts in English.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$string['address'] = 'Address';
$string['clihelp'] = 'Makes this Moodle ready for OpenEduCat, and prints address and token.

Each step is done only if it is not done yet, and none takes anything away.

Options:
-n, --dry-run   Only say what would be done.
-h, --help      Print this.

Example:
$ sudo -u www-data php local/wsattendance/cli/setup.php';
$string['done'] = 'Done';
$string['intro'] = 'OpenEduCat needs the following to keep attendance equal on both sides. The button does what is missing and takes nothing away.';
$string['missing'] = 'Missing';
$string['paste'] = 'Everything is ready. Enter this address and token in OpenEduCat. Keep the token secret: whoever has it can read and write attendance.';
$string['pluginname'] = 'OpenEduCat attendance';
$string['privacy:metadata'] = 'The plug-in keeps no data of people, only the numbers of runs. It hands attendance over to OpenEduCat, and writes marks of OpenEduCat into the Attendance activity.';
$string['problem_accountsuspended'] = 'The account odoosync is suspended or may not log in. Activate it under Users > Accounts.';
$string['problem_attendancehidden'] = 'The Attendance activity is hidden. Show it under Plugins > Activity modules.';
$string['problem_maintenance'] = 'The site is in maintenance mode. Nothing is synchronised until it ends.';
$string['problem_nohttps'] = 'The address of this site does not begin with https. The token would be sent unprotected.';
$string['problem_policy'] = 'The account odoosync has not agreed to the site policy. Agree on its behalf, or all its calls are refused.';
$string['roledescription'] = 'Synchronises attendance with OpenEduCat, through the web services.';
$string['rolename'] = 'Odoo Sync';
$string['setup'] = 'Do what is missing';
$string['showtoken'] = 'Show address and token';
$string['state'] = 'State';
$string['step'] = 'Step';
$string['step_account'] = 'The account odoosync, which can use web services only';
$string['step_assignment'] = 'The role is assigned to the account in the whole site';
$string['step_authorised'] = 'The account may use the service';
$string['step_rest'] = 'The protocol REST is on';
$string['step_rights'] = 'The role has the rights that are needed';
$string['step_role'] = 'The role odoosync';
$string['step_service'] = 'The service OpenEduCat attendance is enabled';
$string['step_token'] = 'A token for the account';
$string['step_webservices'] = 'Web services are on';
$string['stepdone'] = 'done before: {$a}';
$string['stepfailed'] = 'This could not be done: {$a}';
$string['stepmade'] = 'done now:    {$a}';
$string['steptodo'] = 'to be done:  {$a}';
$string['token'] = 'Token';
