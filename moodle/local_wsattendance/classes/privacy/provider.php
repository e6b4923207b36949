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
 * What of people leaves Moodle by this plug-in.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\privacy;

use core_privacy\local\metadata\collection;
use core_privacy\local\request\approved_contextlist;
use core_privacy\local\request\approved_userlist;
use core_privacy\local\request\contextlist;
use core_privacy\local\request\userlist;

/**
 * The plug-in hands data of people over to OpenEduCat, and keeps none: its one table has the numbers of runs.
 *
 * The marks that it writes are the Attendance activity's, which exports and deletes them with the others. Which courses
 * have been handed over is not noted, so a request finds nothing here; what OpenEduCat holds is asked for there.
 */
class provider implements
    \core_privacy\local\metadata\provider,
    \core_privacy\local\request\core_userlist_provider,
    \core_privacy\local\request\plugin\provider
{
    /** @var string[] What is handed over of a person. */
    public const FIELDS = [
        'userid', 'idnumber', 'email', 'firstname', 'lastname', 'suspended',
        'enrolment', 'roles', 'groups',
        'status', 'remarks', 'timetaken', 'takenby',
    ];

    /**
     * Says what is handed over.
     *
     * @param collection $collection
     * @return collection the same
     */
    public static function get_metadata(collection $collection): collection {
        $fields = [];
        foreach (self::FIELDS as $field) {
            $fields[$field] = "privacy:metadata:openeducat:$field";
        }
        return $collection->add_external_location_link('openeducat', $fields, 'privacy:metadata:openeducat');
    }

    /**
     * Where data of a person is kept: nowhere.
     *
     * @param int $userid
     * @return contextlist
     */
    public static function get_contexts_for_userid(int $userid): contextlist {
        return new contextlist();
    }

    /**
     * Of whom data is kept: of nobody.
     *
     * @param userlist $userlist
     */
    public static function get_users_in_context(userlist $userlist) {
    }

    /**
     * There is nothing to export.
     *
     * @param approved_contextlist $contextlist
     */
    public static function export_user_data(approved_contextlist $contextlist) {
    }

    /**
     * There is nothing to delete.
     *
     * @param \context $context
     */
    public static function delete_data_for_all_users_in_context(\context $context) {
    }

    /**
     * There is nothing to delete.
     *
     * @param approved_contextlist $contextlist
     */
    public static function delete_data_for_user(approved_contextlist $contextlist) {
    }

    /**
     * There is nothing to delete.
     *
     * @param approved_userlist $userlist
     */
    public static function delete_data_for_users(approved_userlist $userlist) {
    }
}
