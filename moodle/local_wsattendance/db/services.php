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
 * The external functions, and two services: what OpenEduCat calls; and Moodle's and Attendance's own functions beside it.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$functions = [];
foreach (
    [
        // The names of the old plug-in.
        'mod_wsattendance_get_session' => ['read', 'One session with its statuses, students and marks.'],
        'mod_wsattendance_update_user_status' => ['write', 'Writes the status of one student, unconditionally.'],
        'mod_wsattendance_get_courses_with_today_sessions' => ['read', 'Courses of a teacher with sessions today.'],
        // What is new.
        'local_wsattendance_get_courses' => ['read', 'The courses, and which of them hold attendance.'],
        'local_wsattendance_get_status' => ['read', 'What the account of the token is and may do.'],
        'local_wsattendance_get_digests' => ['read', 'For each course a text that changes if its attendance does.'],
        'local_wsattendance_get_sessions' => ['read', 'The attendance of a course, with people and groups.'],
        'local_wsattendance_get_accounts' => ['read', 'Which accounts there are, with ID numbers and e-mails.'],
        'local_wsattendance_set_marks' => ['write', 'Writes marks of a session where they are still as expected.'],
        'local_wsattendance_add_session' => ['write', 'Adds a session, once for each reference.'],
    ] as $name => [$type, $description]
) {
    $functions[$name] = [
        'classname' => 'local_wsattendance\external\\' . preg_replace('/^(mod|local)_wsattendance_/', '', $name),
        'methodname' => 'execute',
        'description' => $description,
        'type' => $type,
    ];
}

$services = [
    // The set-up chooses this one.
    'OpenEduCat attendance: synchronisation' => [
        'shortname' => 'local_wsattendance_sync',
        'functions' => array_merge(['core_webservice_get_site_info'], preg_grep('/^local_/', array_keys($functions))),
        'restrictedusers' => 1,
        'enabled' => 1,
    ],
    // For instances that are set to Attendance's own functions, and for add-ons older than 1.2. The set-up enables it if
    // it is asked to; where it was the only service before, it stays as it is. Moodle knows it by this name.
    'OpenEduCat attendance' => [
        'shortname' => 'local_wsattendance',
        'functions' => array_merge(array_keys($functions), [
            'core_webservice_get_site_info',
            'core_course_get_courses',
            'core_course_get_contents',
            'core_enrol_get_enrolled_users',
            'core_group_get_course_groups',
            'core_user_get_users_by_field',
            'mod_attendance_get_session',
            'mod_attendance_get_sessions',
            'mod_attendance_update_user_status',
            'mod_attendance_add_session',
        ]),
        'restrictedusers' => 1,
        'enabled' => 0,
    ],
];
