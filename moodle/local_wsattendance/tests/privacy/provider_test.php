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
 * Tests of what is said of people's data.
 *
 * @package    local_wsattendance
 * @category   test
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\privacy;

use core_privacy\local\metadata\collection;
use core_privacy\local\metadata\types\external_location;
use core_privacy\local\request\userlist;
use core_privacy\local\request\writer;
use core_privacy\tests\provider_testcase;
use local_wsattendance\external\get_sessions;

/**
 * Tests of the privacy provider.
 *
 * @covers \local_wsattendance\privacy\provider
 */
#[\PHPUnit\Framework\Attributes\CoversClass(provider::class)]
final class provider_test extends provider_testcase {
    /** @var string[] Columns of the answer of get_sessions that say something of a person, and under which name it is declared. */
    private const SENT = [
        'users' => [
            'id' => 'userid',
            'idnumber' => 'idnumber',
            'email' => 'email',
            'firstname' => 'firstname',
            'lastname' => 'lastname',
            'suspended' => 'suspended',
            'enrolled' => 'enrolment',
            'active' => 'enrolment',
            'listed' => 'enrolment',
            'roles' => 'roles',
        ],
        'marks' => [
            'studentid' => 'userid',
            'statusid' => 'status',
            'timetaken' => 'timetaken',
            'takenby' => 'takenby',
            'remarks' => 'remarks',
        ],
    ];

    /**
     * What is declared.
     *
     * @return external_location
     */
    private function location(): external_location {
        $items = provider::get_metadata(new collection('local_wsattendance'))->get_collection();
        $this->assertCount(1, $items);
        $this->assertInstanceOf(external_location::class, $items[0]);
        return $items[0];
    }

    public function test_each_text_is_there(): void {
        $location = $this->location();
        $identifiers = array_merge([$location->get_summary()], array_values($location->get_privacy_fields()));
        foreach ($identifiers as $identifier) {
            $this->assertTrue(get_string_manager()->string_exists($identifier, 'local_wsattendance'), $identifier);
        }
    }

    public function test_all_that_is_sent_of_a_person_is_declared(): void {
        $declared = $this->location()->get_privacy_fields();
        $answer = get_sessions::execute_returns()->keys;
        $columns = [
            'users' => array_keys($answer['users']->content->keys),
            // The number of the mark itself says nothing of anybody.
            'marks' => array_diff(array_keys(get_sessions::mark_structure()->keys), ['id']),
        ];
        foreach ($columns as $part => $names) {
            foreach ($names as $name) {
                $this->assertArrayHasKey($name, self::SENT[$part], "$name of $part is sent but not declared");
                $this->assertArrayHasKey(self::SENT[$part][$name], $declared);
            }
        }
        $this->assertArrayHasKey('groups', $declared);
        $this->assertContains('members', array_keys($answer['groups']->content->keys));
    }

    public function test_a_request_finds_nothing_and_takes_nothing_away(): void {
        global $DB;
        $this->resetAfterTest();
        $this->setAdminUser();
        $school = $this->getDataGenerator()->get_plugin_generator('local_wsattendance')->create_school();
        $mark = ['sessionid' => $school->session, 'studentid' => $school->students[0], 'statusid' => $school->statuses['P']];
        $this->getDataGenerator()->get_plugin_generator('local_wsattendance')->create_mark($mark);
        $context = \context_course::instance($school->course);
        $this->assertCount(0, $this->get_contexts_for_userid($school->students[0], 'local_wsattendance'));
        $people = new userlist($context, 'local_wsattendance');
        provider::get_users_in_context($people);
        $this->assertCount(0, $people);
        $this->export_context_data_for_user($school->students[0], $context, 'local_wsattendance');
        $this->assertFalse(writer::with_context($context)->has_any_data());
        // The marks are the Attendance activity's, whose own provider deletes them.
        provider::delete_data_for_all_users_in_context($context);
        $this->assertEquals(1, $DB->count_records('attendance_log', $mark));
    }

    public function test_attendance_hands_out_and_erases_the_marks_that_the_plug_in_writes(): void {
        global $DB;
        $this->resetAfterTest();
        $this->setAdminUser();
        $school = $this->getDataGenerator()->get_plugin_generator('local_wsattendance')->create_school();
        $student = $school->students[0];
        $mark = ['studentid' => $student, 'statusid' => $school->statuses['P'], 'remarks' => 'from OpenEduCat'];
        \local_wsattendance\external\set_marks::execute($school->session, [$mark]);
        $contexts = $this->get_contexts_for_userid($student, 'mod_attendance');
        $this->assertCount(1, $contexts);
        $this->export_all_data_for_user($student, 'mod_attendance');
        $this->assertTrue(writer::with_context($contexts->current())->has_any_data());
        $approved = new \core_privacy\tests\request\approved_contextlist(
            \core_user::get_user($student),
            'mod_attendance',
            $contexts->get_contextids()
        );
        \mod_attendance\privacy\provider::delete_data_for_user($approved);
        $this->assertEquals(0, $DB->count_records('attendance_log', ['studentid' => $student]));
    }
}
