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
 * Tests of get_sessions.
 *
 * @package    local_wsattendance
 * @category   test
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\external;

use local_wsattendance\attendance_testcase;
use local_wsattendance\local\course_reader;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../attendance_testcase.php');

/**
 * Tests of the answer about a course.
 *
 * @covers \local_wsattendance\external\get_sessions
 * @covers \local_wsattendance\local\course_reader
 */
#[\PHPUnit\Framework\Attributes\CoversClass(get_sessions::class)]
#[\PHPUnit\Framework\Attributes\CoversClass(course_reader::class)]
final class get_sessions_test extends attendance_testcase {
    /**
     * The warnings of an answer.
     *
     * @param array $answer
     * @return string[] codes with the numbers that they are about
     */
    private static function warnings(array $answer): array {
        $warnings = array_map(function ($warning) {
            return "{$warning['warningcode']} {$warning['itemid']}";
        }, $answer['warnings']);
        sort($warnings);
        return $warnings;
    }

    public function test_a_whole_course(): void {
        $school = $this->school;
        $this->generator()->create_mark([
            'sessionid' => $school->session,
            'studentid' => $school->students[0],
            'statusid' => $school->statuses['L'],
            'takenby' => $school->teacher,
            'remarks' => 'R&D <b>late</b>',
        ]);
        $this->as_account();
        $answer = self::call('get_sessions', $school->course);
        $this->assertSame([], $answer['warnings']);
        $this->assertSame(5, $answer['total']);
        $sessions = [$school->session, $school->grouped, $school->second, $school->other, $school->veiled];
        $this->assertSame($sessions, array_column($answer['sessions'], 'id'));
        $this->assertSame([0, $school->groups[0], 0, 0, 0], array_column($answer['sessions'], 'groupid'));
        $this->assertSame([0, 0, 1, 0, 0], array_column($answer['sessions'], 'statusset'));
        $this->assertSame([$school->lectures, $school->plain, $school->hidden], array_column($answer['activities'], 'id'));
        $this->assertSame([1, 1, 0], array_column($answer['activities'], 'visible'));
        $this->assertSame([VISIBLEGROUPS, NOGROUPS, VISIBLEGROUPS], array_column($answer['activities'], 'groupmode'));
        $marks = array_column($answer['sessions'], 'marks', 'id');
        $this->assertSame([1, 0, 0, 0, 0], array_map('count', array_values($marks)));
        [$mark] = $marks[$school->session];
        unset($mark['id']);
        $this->assertSame([
            'studentid' => $school->students[0],
            'statusid' => $school->statuses['L'],
            'timetaken' => \local_wsattendance_generator::BEGIN,
            'takenby' => $school->teacher,
            'remarks' => 'R&D <b>late</b>',
        ], $mark);
        $this->assertSame(
            [array_slice($school->students, 0, 3), array_slice($school->students, 3, 2)],
            array_column($answer['groups'], 'members')
        );
        $flags = array_column($answer['statuses'], null, 'id');
        $this->assertSame([0, 0], [$flags[$school->statuses['H']]['visible'], $flags[$school->statuses['H']]['deleted']]);
        $this->assertSame([1, 1], [$flags[$school->statuses['D']]['visible'], $flags[$school->statuses['D']]['deleted']]);
        $this->assertSame(1, $flags[$school->statuses['P1']]['setnumber']);
    }

    public function test_people(): void {
        global $DB;
        $school = $this->school;
        $gone = $this->getDataGenerator()->create_user();
        foreach ([$school->outsider, $gone->id] as $student) {
            $mark = ['sessionid' => $school->session, 'studentid' => $student, 'statusid' => $school->statuses['P']];
            $this->generator()->create_mark($mark);
        }
        delete_user($gone);
        $this->as_account();
        $people = array_column(self::call('get_sessions', $school->course)['users'], null, 'id');
        $ids = array_merge($school->students, [$school->teacher, $school->assistant, $school->outsider]);
        $this->assertEqualsCanonicalizing($ids, array_keys($people));
        $row = $DB->get_record('user', ['id' => $school->students[0]]);
        $this->assertSame([
            'id' => $school->students[0],
            'idnumber' => 'oec_student_school_0',
            'email' => $row->email,
            'firstname' => $row->firstname,
            'lastname' => $row->lastname,
            'suspended' => 0,
            'enrolled' => 1,
            'active' => 1,
            'listed' => 1,
            'roles' => ['student'],
        ], $people[$school->students[0]]);
        $suspended = $people[$school->students[5]];
        $this->assertSame([1, 0], [$suspended['enrolled'], $suspended['active']]);
        $this->assertSame([0, ['editingteacher']], [$people[$school->teacher]['listed'], $people[$school->teacher]['roles']]);
        $this->assertSame([0, []], [$people[$school->outsider]['enrolled'], $people[$school->outsider]['roles']]);
    }

    public function test_doubled_rows_are_all_there(): void {
        $mark = ['sessionid' => $this->school->session, 'studentid' => $this->school->students[0]];
        foreach ([7, 9, 8] as $taken) {
            $this->generator()->create_mark($mark + ['statusid' => -1, 'timetaken' => $taken]);
        }
        $this->as_account();
        [$session] = self::call('get_sessions', $this->school->course)['sessions'];
        $this->assertSame([7, 9, 8], array_column($session['marks'], 'timetaken'));
        $this->assertSame([-1, -1, -1], array_column($session['marks'], 'statusid'));
    }

    public function test_pages_hold_together_what_the_whole_holds(): void {
        $this->as_account();
        $whole = self::call('get_sessions', $this->school->course);
        $pages = [];
        foreach ([0, 2, 4, 6] as $from) {
            $page = self::call('get_sessions', $this->school->course, 0, 0, [], $from, 2);
            $this->assertSame(5, $page['total']);
            foreach (['activities', 'statuses', 'users', 'groups'] as $part) {
                $this->assertSame($from ? [] : $whole[$part], $page[$part]);
            }
            $pages = array_merge($pages, $page['sessions']);
        }
        $this->assertSame($whole['sessions'], $pages);
    }

    public function test_a_window_has_its_beginning_and_not_its_end(): void {
        $this->as_account();
        $begin = \local_wsattendance_generator::BEGIN;
        $of = function (int $from, int $to): array {
            $answer = self::call('get_sessions', $this->school->course, $from, $to);
            $this->assertCount($answer['total'], $answer['sessions']);
            return array_column($answer['sessions'], 'id');
        };
        $this->assertSame([$this->school->grouped], $of($begin + DAYSECS, $begin + 2 * DAYSECS));
        $this->assertSame([$this->school->session], $of(0, $begin + DAYSECS));
        $this->assertSame([$this->school->veiled], $of($begin + 4 * DAYSECS, 0));
        $this->assertSame([], $of($begin + 1, $begin + DAYSECS));
    }

    public function test_sessions_by_number_are_of_this_course_only(): void {
        $elsewhere = $this->generator()->create_school();
        $this->as_account();
        $ids = [$this->school->second, $elsewhere->session, 99999999];
        $answer = self::call('get_sessions', $this->school->course, 0, 0, $ids);
        $this->assertSame([$this->school->second], array_column($answer['sessions'], 'id'));
        $this->assertSame(1, $answer['total']);
    }

    public function test_a_long_description_is_cut_and_its_reference_told(): void {
        global $DB;
        $texts = [
            'short' => ['Lesson [oec_sheet_x-1_2]', 'oec_sheet_x-1_2'],
            'long' => [str_repeat('é', 2000) . ' [oec_sheet_y_3] and more', 'oec_sheet_y_3'],
            'none' => ['[oec_sheet_ not one] <b>x</b>', ''],
        ];
        $this->as_account();
        foreach ($texts as [$text, $reference]) {
            $DB->set_field('attendance_sessions', 'description', $text, ['id' => $this->school->session]);
            [$session] = self::call('get_sessions', $this->school->course)['sessions'];
            $this->assertSame(\core_text::substr($text, 0, course_reader::DESCRIPTION), $session['description']);
            $this->assertSame($reference, $session['reference']);
        }
    }

    public function test_the_groups_of_a_grouping(): void {
        global $DB;
        $grouping = $this->getDataGenerator()->create_grouping(['courseid' => $this->school->course]);
        groups_assign_grouping($grouping->id, $this->school->groups[1]);
        $cm = get_coursemodule_from_instance('attendance', $this->school->lectures);
        $DB->set_field('course_modules', 'groupingid', $grouping->id, ['id' => $cm->id]);
        rebuild_course_cache($this->school->course, true);
        $this->as_account();
        $activities = array_column(self::call('get_sessions', $this->school->course)['activities'], null, 'id');
        $this->assertSame([$this->school->groups[1]], $activities[$this->school->lectures]['groups']);
        $this->assertSame((int) $grouping->id, $activities[$this->school->lectures]['groupingid']);
        $this->assertArrayNotHasKey('groups', $activities[$this->school->plain]);
    }

    public function test_questions_that_make_no_sense(): void {
        $this->as_account();
        $this->assert_refused('invalidrecord', 'get_sessions', 99999999);
        foreach ([[-1, 100], [0, 0], [0, get_sessions::MOST + 1]] as [$from, $number]) {
            $this->assert_refused('invalidparameter', 'get_sessions', $this->school->course, 0, 0, [], $from, $number);
        }
        $this->assert_refused('invalidparameter', 'get_sessions', 'all');
        $this->assert_refused('invalidparameter', 'get_sessions', $this->school->course, 'today');
        $this->assert_refused('invalidparameter', 'get_sessions', $this->school->course, 0, 0, ['1 OR 1=1']);
    }

    public function test_where_attendance_is_switched_off_nothing_is_said_of_any_course(): void {
        global $DB;
        $this->as_account();
        $DB->set_field('modules', 'visible', 0, ['name' => 'attendance']);
        $this->assert_refused('invalidcoursemoduleid', 'get_sessions', $this->school->course);
    }

    public function test_a_course_is_closed_to_those_who_are_not_in_it(): void {
        $this->setUser($this->school->outsider);
        $this->assert_refused('requireloginerror', 'get_sessions', $this->school->course);
    }

    public function test_a_student_gets_no_attendance(): void {
        $this->setUser($this->school->students[0]);
        $answer = self::call('get_sessions', $this->school->course);
        $this->assertSame([[], [], []], [$answer['activities'], $answer['statuses'], $answer['sessions']]);
        $this->assertSame(0, $answer['total']);
        foreach ([$this->school->lectures, $this->school->plain, $this->school->hidden] as $id) {
            $this->assertContains("nopermissions $id", self::warnings($answer));
        }
        $this->assertContains("noidentity {$this->school->course}", self::warnings($answer));
        $this->assertSame([''], array_values(array_unique(array_column($answer['users'], 'email'))));
        $this->assertSame([''], array_values(array_unique(array_column($answer['users'], 'idnumber'))));
    }

    public function test_a_teacher_reads_what_the_role_may(): void {
        $this->setUser($this->school->assistant);
        $answer = self::call('get_sessions', $this->school->course);
        $this->assertSame(5, $answer['total']);
        $this->assertSame([], $answer['groups']);
        $this->assertContains("nogroups {$this->school->course}", self::warnings($answer));
    }

    public function test_a_right_that_is_missing_in_one_activity(): void {
        $context = \context_module::instance(get_coursemodule_from_instance('attendance', $this->school->plain)->id);
        foreach (\local_wsattendance\local\activity::READ as $right) {
            $this->forbid($right, 'editingteacher', $context);
        }
        $this->setUser($this->school->teacher);
        $answer = self::call('get_sessions', $this->school->course);
        $this->assertSame([$this->school->lectures, $this->school->hidden], array_column($answer['activities'], 'id'));
        $this->assertNotContains($this->school->other, array_column($answer['sessions'], 'id'));
        $refused = array_values(preg_grep('/^nopermissions/', self::warnings($answer)));
        $this->assertSame(["nopermissions {$this->school->plain}"], $refused);
    }

    public function test_who_may_not_see_participants_sees_none(): void {
        $this->forbid('moodle/course:viewparticipants', 'editingteacher');
        $this->setUser($this->school->teacher);
        $answer = self::call('get_sessions', $this->school->course);
        $this->assertSame([], $answer['users']);
        $this->assertContains("nopeople {$this->school->course}", self::warnings($answer));
    }
}
