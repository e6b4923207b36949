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

$string['about_accountsuspended'] = 'Account';
$string['about_attendancehidden'] = 'Attendance activity';
$string['about_maintenance'] = 'Site';
$string['about_nohttps'] = 'Address';
$string['about_policy'] = 'Account';
$string['about_toomuch'] = 'Rights';
$string['accountdescribed'] = '{$a->username} ({$a->fullname}, {$a->email})
logs in by: {$a->auth}
made: {$a->created}
last login: {$a->lastlogin}';
$string['accounttaken'] = 'There is an account of this name, which the set-up has not made, or with which somebody can log in:

{$a}

Whoever knows its password could get hold of the token. If it is yours, confirm it by its user name (on the command line: --adopt=NAME). It is then for web services only: nobody can log in with it any more, and its older tokens end. Or choose another name (--account=NAME).';
$string['address'] = 'Address';
$string['adopt'] = 'To use this account, enter its user name';
$string['clihelp'] = 'Makes this Moodle ready for OpenEduCat, and prints address and token.

Each step is done only if it is not done yet, and none takes anything away.

Options:
-n, --dry-run        Only say what would be done.
    --account=NAME   User name of the account, if it is not to be odoosync.
    --adopt=NAME     Use the account of this name that is there already. Nobody can log in with it
                     afterwards, and its older tokens end.
    --ip=LIST        The token can be used from these addresses or networks only; any: from all.
    --until=DAY      The token ends with this day, such as 2027-08-31; never: it does not end.
    --native[=no]    With Moodle\'s and Attendance\'s own functions, and the rights for them: for instances that
                     are set to them, and for add-ons older than 1.2.
    --reduce         Take from the role what is not needed.
-h, --help           Print this.

The status is 0 if all is done, 1 if nothing could be done, and 2 if something is left that is said above.

Example:
$ sudo -u www-data php local/wsattendance/cli/setup.php';
$string['done'] = 'Done';
$string['fault_ip'] = 'These are no addresses or networks. Examples: 203.0.113.7 or 203.0.113.0/24, with commas between several.';
$string['fault_name'] = 'This is no user name.';
$string['fault_until'] = 'The token would have ended already, or there is no such day. Example: 2027-08-31.';
$string['intro'] = 'OpenEduCat needs the following to keep attendance equal on both sides. The button does what is missing and takes nothing away.';
$string['invalidparameter'] = 'Invalid parameter: {$a}';
$string['ip'] = 'The token can be used from these addresses or networks only';
$string['missing'] = 'Missing';
$string['more'] = 'More choices';
$string['native'] = 'With Moodle\'s and Attendance\'s own functions, and the rights for them: for instances that are set to them, and for add-ons older than 1.2';
$string['othername'] = 'Or make an account with another user name';
$string['paste'] = 'Everything is ready. Enter this address and token in OpenEduCat. Keep the token secret: whoever has it can read and write attendance.';
$string['pluginname'] = 'OpenEduCat attendance';
$string['privacy:metadata:openeducat'] = 'Attendance is kept equal between Moodle and OpenEduCat (Odoo): what OpenEduCat needs of the people of a course is handed over to it through the web services. OpenEduCat keeps it by its own rules; ask there for an export or for deletion.';
$string['privacy:metadata:openeducat:email'] = 'The e-mail address, by which people are matched.';
$string['privacy:metadata:openeducat:enrolment'] = 'Whether the enrolment in the course counts at present, and whether the person is listed for attendance.';
$string['privacy:metadata:openeducat:firstname'] = 'The first name.';
$string['privacy:metadata:openeducat:groups'] = 'The groups of the course that the person is in.';
$string['privacy:metadata:openeducat:idnumber'] = 'The ID number, by which people are matched.';
$string['privacy:metadata:openeducat:lastname'] = 'The last name.';
$string['privacy:metadata:openeducat:remarks'] = 'The remarks on the attendance of the person.';
$string['privacy:metadata:openeducat:roles'] = 'The short names of the roles of the person in the course.';
$string['privacy:metadata:openeducat:status'] = 'The marks: the status of the person in each session.';
$string['privacy:metadata:openeducat:suspended'] = 'Whether the account is suspended or deleted.';
$string['privacy:metadata:openeducat:takenby'] = 'Who took the attendance.';
$string['privacy:metadata:openeducat:timetaken'] = 'When the attendance was taken.';
$string['privacy:metadata:openeducat:userid'] = 'The number of the account.';
$string['problem_accountsuspended'] = 'It is suspended or may not log in. Activate it under Users > Accounts.';
$string['problem_attendancehidden'] = 'It is hidden. Show it under Plugins > Activity modules.';
$string['problem_maintenance'] = 'It is in maintenance mode. Nothing is synchronised until that ends.';
$string['problem_nohttps'] = 'It does not begin with https. The token would be sent unprotected.';
$string['problem_policy'] = 'It has not agreed to the site policy. Agree on its behalf, or all its calls are refused.';
$string['problem_toomuch'] = 'The role has more than is needed, such as a site that was set up with an older version: {$a}. The set-up can take it away.';
$string['reduce'] = 'Take from the role what is not needed: {$a}';
$string['roledescription'] = 'Synchronises attendance with OpenEduCat, through the web services.';
$string['rolename'] = 'Odoo Sync';
$string['setup'] = 'Do what is missing';
$string['showtoken'] = 'Show address and token';
$string['state'] = 'State';
$string['step'] = 'Step';
$string['step_account'] = 'The account, which can use web services only';
$string['step_assignment'] = 'The role is assigned to the account in the whole site';
$string['step_authorised'] = 'The account may use the service';
$string['step_rest'] = 'The protocol REST is on';
$string['step_rights'] = 'The role has the rights that are needed';
$string['step_role'] = 'The role odoosync';
$string['step_service'] = 'The service is enabled';
$string['step_token'] = 'A token for the account';
$string['step_webservices'] = 'Web services are on';
$string['stepdone'] = 'done before: {$a}';
$string['stepfailed'] = 'This could not be done: {$a}';
$string['stepmade'] = 'done now:    {$a}';
$string['stepremark'] = 'remark:      {$a}';
$string['steptodo'] = 'to be done:  {$a}';
$string['token'] = 'Token';
$string['until'] = 'The token ends with this day';
$string['wsattendance:sync'] = 'Synchronise attendance with OpenEduCat: read people, groups and marks, and write marks and sessions';
