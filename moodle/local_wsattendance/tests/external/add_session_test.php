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
 * Tests of add_session.
 *
 * @package    local_wsattendance
 * @category   test
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\external;

use local_wsattendance\attendance_testcase;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../attendance_testcase.php');

/**
 * Tests of adding a session once.
 *
 * @covers \local_wsattendance\external\add_session
 */
#[\PHPUnit\Framework\Attributes\CoversClass(add_session::class)]
final class add_session_test extends attendance_testcase {
    /** @var int When the new session begins. */
    private const WHEN = 1795000000;

    /**
     * The row of a session.
     *
     * @param int $id
     * @return \stdClass
     */
    private function row(int $id): \stdClass {
        global $DB;
        return $DB->get_record('attendance_sessions', ['id' => $id], '*', MUST_EXIST);
    }

    public function test_a_session_as_the_form_of_attendance_would_add_it(): void {
        $this->as_account();
        $answer = self::call('add_session', $this->school->lectures, self::WHEN, 'oec_sheet_a_1', 5400, 0, '<p>Algebra</p>');
        $this->assertTrue($answer['created']);
        $row = $this->row($answer['sessionid']);
        $this->assertSame(
            [$this->school->lectures, self::WHEN, 5400, 0, 0, 0],
            array_map('intval', [
                $row->attendanceid, $row->sessdate, $row->duration, $row->groupid, $row->statusset, $row->lasttaken,
            ])
        );
        $this->assertSame('<p>Algebra</p> [oec_sheet_a_1]', $row->description);
        $formed = $this->row($this->school->session);
        $same = ['studentscanmark', 'automark', 'includeqrcode', 'subnet', 'studentpassword', 'descriptionformat'];
        foreach ([...$same, 'absenteereport'] as $column) {
            $this->assertEquals($formed->$column, $row->$column, $column);
        }
    }

    public function test_the_same_reference_gives_the_same_session(): void {
        global $DB;
        $this->as_account();
        $first = self::call('add_session', $this->school->lectures, self::WHEN, 'oec_sheet_a_1');
        $count = $DB->count_records('attendance_sessions');
        $again = self::call('add_session', $this->school->lectures, self::WHEN + 60, 'oec_sheet_a_1', 60, 0, 'Other');
        $this->assertSame(['sessionid' => $first['sessionid'], 'created' => false], $again);
        $this->assertEquals(self::WHEN, $this->row($first['sessionid'])->sessdate);
        $this->assertEquals($count, $DB->count_records('attendance_sessions'));
        // Neither a reference that begins alike, nor one with a sign that stands for any other, is that one.
        foreach (['oec_sheet_a_11', 'oec_sheet_a-1', 'oec_sheet_A_1', 'a_1'] as $other) {
            $this->assertTrue(self::call('add_session', $this->school->lectures, self::WHEN, $other)['created'], $other);
        }
        $this->assertTrue(self::call('add_session', $this->school->plain, self::WHEN, 'oec_sheet_a_1')['created']);
    }

    public function test_a_reference_that_the_text_has_already_is_not_repeated(): void {
        $this->as_account();
        $text = 'Algebra [oec_sheet_a_1] first part';
        $answer = self::call('add_session', $this->school->lectures, self::WHEN, 'oec_sheet_a_1', 0, 0, $text);
        $this->assertSame($text, $this->row($answer['sessionid'])->description);
    }

    public function test_a_calendar_event_if_it_is_wanted(): void {
        global $DB;
        set_config('enablecalendar', 1, 'attendance');
        $this->as_account();
        foreach ([true, false] as $wanted) {
            $answer = self::call('add_session', $this->school->lectures, self::WHEN, "oec_$wanted", 60, 0, '', 0, $wanted);
            $event = $this->row($answer['sessionid'])->caleventid;
            $this->assertSame($wanted, $event && $DB->record_exists('event', ['id' => $event]));
        }
    }

    public function test_groups(): void {
        global $DB;
        [$first, $second] = $this->school->groups;
        $elsewhere = $this->generator()->create_school();
        $add = function (int $group, string $reference, string $activity = 'lectures') {
            return ['add_session', $this->school->$activity, self::WHEN, $reference, 0, $group];
        };
        $this->as_account();
        $made = self::call(...$add($first, 'g1'));
        $this->assertEquals($first, $this->row($made['sessionid'])->groupid);
        $this->assert_refused('invalidparameter', ...$add($elsewhere->groups[0], 'g2'));
        $this->assert_refused('invalidparameter', ...$add($first, 'g3', 'plain'));
        // Where groups are separate, Attendance has no session for all.
        $cm = get_coursemodule_from_instance('attendance', $this->school->lectures);
        $DB->set_field('course_modules', 'groupmode', SEPARATEGROUPS, ['id' => $cm->id]);
        rebuild_course_cache($this->school->course, true);
        $this->assert_refused('invalidparameter', ...$add(0, 'g4'));
        $this->assertTrue(self::call(...$add($second, 'g5'))['created']);
        // A teacher of one group adds sessions for that one.
        $this->forbid('moodle/site:accessallgroups', 'editingteacher');
        groups_add_member($second, $this->school->teacher);
        $this->setUser($this->school->teacher);
        $this->assert_refused('invalidparameter', ...$add($first, 'g6'));
        $this->assertTrue(self::call(...$add($second, 'g7'))['created']);
    }

    public function test_the_second_set_of_statuses(): void {
        $this->as_account();
        $answer = self::call('add_session', $this->school->lectures, self::WHEN, 's1', 0, 0, '', 1);
        $this->assertEquals(1, $this->row($answer['sessionid'])->statusset);
        $this->assert_refused('invalidparameter', 'add_session', $this->school->lectures, self::WHEN, 's2', 0, 0, '', 2);
    }

    public function test_questions_that_make_no_sense(): void {
        global $DB;
        $count = $DB->count_records('attendance_sessions');
        $this->as_account();
        foreach (
            [
                [self::WHEN, ''], [self::WHEN, 'a b'], [0, 'r'], [-1, 'r'], ['noon', 'r'], [self::WHEN, 'r', -1],
            ] as $arguments
        ) {
            $this->assert_refused('invalidparameter', 'add_session', $this->school->lectures, ...$arguments);
        }
        $this->assert_refused('invalidrecordunknown', 'add_session', 99999999, self::WHEN, 'r');
        $this->assertEquals($count, $DB->count_records('attendance_sessions'));
    }

    public function test_rights(): void {
        foreach (['students' => 'nopermissions', 'outsider' => 'requireloginerror'] as $who => $code) {
            $this->setUser(((array) $this->school->$who)[0]);
            $this->assert_refused($code, 'add_session', $this->school->lectures, self::WHEN, 'r');
        }
        $this->setUser($this->school->teacher);
        $this->assertTrue(self::call('add_session', $this->school->lectures, self::WHEN, 'r')['created']);
        $this->forbid('mod/attendance:manageattendances', 'editingteacher');
        $this->assert_refused('nopermissions', 'add_session', $this->school->lectures, self::WHEN, 'r');
    }
}
