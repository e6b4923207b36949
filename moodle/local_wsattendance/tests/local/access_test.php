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
 * Tests of what the right of this plug-in stands for.
 *
 * @package    local_wsattendance
 * @category   test
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\local;

use local_wsattendance\attendance_testcase;
use local_wsattendance\external\set_marks;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../attendance_testcase.php');

/**
 * Tests of the right in the whole site, in one course, and of accounts without it.
 *
 * @covers \local_wsattendance\local\access
 * @covers \local_wsattendance\local\sight
 */
#[\PHPUnit\Framework\Attributes\CoversClass(access::class)]
#[\PHPUnit\Framework\Attributes\CoversClass(sight::class)]
final class access_test extends attendance_testcase {
    /**
     * Makes the groups of all activities and of the course separate, and the assistant a member of the first one.
     */
    private function separate(): void {
        global $DB;
        $DB->set_field('course', 'groupmode', SEPARATEGROUPS, ['id' => $this->school->course]);
        $DB->set_field('course_modules', 'groupmode', SEPARATEGROUPS, ['course' => $this->school->course]);
        groups_add_member($this->school->groups[0], $this->school->assistant);
        rebuild_course_cache($this->school->course, true);
        foreach ([$this->school->session, $this->school->grouped] as $session) {
            foreach ([$this->school->students[0], $this->school->students[3]] as $student) {
                $mark = ['sessionid' => $session, 'studentid' => $student, 'statusid' => $this->school->statuses['P']];
                $this->generator()->create_mark($mark);
            }
        }
        $this->generator()->create_session([
            'attendanceid' => $this->school->lectures,
            'groupid' => $this->school->groups[1],
            'sessdate' => \local_wsattendance_generator::BEGIN + 9 * DAYSECS,
        ]);
    }

    public function test_the_one_right_reads_hidden_courses_and_separate_groups(): void {
        $this->separate();
        course_change_visibility($this->school->course, false);
        $this->as_account(['local/wsattendance:sync']);
        $answer = self::call('get_sessions', $this->school->course);
        $this->assertSame([], $answer['warnings']);
        $this->assertSame(6, $answer['total']);
        $this->assertCount(3, $answer['activities']);
        $this->assertCount(8, $answer['users']);
        $this->assertNotContains('', array_column($answer['users'], 'email'));
        $this->assertCount(2, $answer['groups']);
        $this->assertSame([2, 2, 0, 0, 0, 0], array_map('count', array_column($answer['sessions'], 'marks')));
        $added = self::call('add_session', $this->school->lectures, 1795000000, 'r', 0, $this->school->groups[1]);
        $mark = ['studentid' => $this->school->students[3], 'statusid' => $this->school->statuses['P']];
        $this->assertSame('written', self::call('set_marks', $added['sessionid'], [$mark])['results'][0]['outcome']);
    }

    public function test_the_right_in_one_course_ends_there(): void {
        $other = $this->generator()->create_school();
        $user = $this->getDataGenerator()->create_user();
        $role = $this->getDataGenerator()->create_role();
        $context = \context_course::instance($this->school->course);
        assign_capability('local/wsattendance:sync', CAP_ALLOW, $role, $context->id);
        role_assign($role, $user->id, $context->id);
        $this->setUser($user);
        $this->assertSame(5, self::call('get_sessions', $this->school->course)['total']);
        $this->assert_refused('requireloginerror', 'get_sessions', $other->course);
        $this->assert_refused('nopermissions', 'get_accounts', [$this->school->outsider]);
        $courses = self::call('get_courses')['courses'];
        $this->assertSame([$this->school->course], array_column($courses, 'id'));
    }

    public function test_the_right_is_nobodys_by_default(): void {
        $holders = get_users_by_capability(\context_course::instance($this->school->course), 'local/wsattendance:sync');
        $this->assertSame([], $holders);
    }

    public function test_without_it_only_own_groups_are_shown_where_groups_are_separate(): void {
        $this->separate();
        $this->setUser($this->school->assistant);
        $answer = self::call('get_sessions', $this->school->course);
        $shown = array_merge(array_slice($this->school->students, 0, 3), [$this->school->assistant]);
        $this->assertEqualsCanonicalizing($shown, array_column($answer['users'], 'id'));
        $this->assertNotContains($this->school->groups[1], array_column($answer['sessions'], 'groupid'));
        foreach ($answer['sessions'] as $session) {
            $this->assertNotContains($this->school->students[3], array_column($session['marks'], 'studentid'));
        }
        $this->assertSame([$this->school->students[0]], array_column($answer['sessions'][0]['marks'], 'studentid'));
        // Nor does the digest tell of the others.
        $of = function (): string {
            return self::call('get_digests', [$this->school->course])['digests'][0]['digest'];
        };
        $before = $of();
        $mark = ['sessionid' => $this->school->session, 'statusid' => $this->school->statuses['A']];
        $this->generator()->create_mark($mark + ['studentid' => $this->school->students[4]]);
        $this->assertSame($before, $of());
        $this->generator()->create_mark($mark + ['studentid' => $this->school->students[1]]);
        $this->assertNotSame($before, $of());
    }

    public function test_without_it_only_own_groups_are_written(): void {
        $this->separate();
        $this->setUser($this->school->assistant);
        $marks = array_map(function ($student) {
            return ['studentid' => $student, 'statusid' => $this->school->statuses['A']];
        }, [$this->school->students[1], $this->school->students[4]]);
        $results = self::call('set_marks', $this->school->session, $marks)['results'];
        $this->assertSame(['written', 'refused'], array_column($results, 'outcome'));
        $this->assertSame([[], ['notingroup']], [array_filter([$results[0]['reason']]), [$results[1]['reason']]]);
        $this->assertSame([], $this->rows($this->school->students[4]));
    }

    public function test_the_front_page_has_everybody_and_is_refused(): void {
        $this->as_account();
        $this->assert_refused('invalidparameter', 'get_sessions', SITEID);
        $this->assertSame([], self::call('get_digests', [SITEID])['digests']);
        $this->getDataGenerator()->create_module('attendance', ['course' => SITEID]);
        $this->assertCount(1, self::call('get_sessions', SITEID)['activities']);
    }

    public function test_who_may_be_named_as_taker(): void {
        $student = $this->school->students[0];
        $me = $this->as_account();
        $marks = [['studentid' => $student, 'statusid' => $this->school->statuses['P']]];
        foreach ([get_admin()->id, guest_user()->id, $student, $this->school->outsider] as $somebody) {
            $this->assert_refused('invalidparameter', 'set_marks', $this->school->session, $marks, (int) $somebody);
        }
        $this->assertSame([], $this->rows($student));
        foreach ([$me, $this->school->teacher, $this->school->assistant] as $place => $taker) {
            $mark = ['studentid' => $this->school->students[$place]] + $marks[0];
            set_marks::execute($this->school->session, [$mark], $taker);
            $this->assertEquals($taker, $this->rows($this->school->students[$place])[0]->takenby);
        }
    }

    public function test_an_activity_that_is_frozen_is_read_and_not_written(): void {
        set_config('contextlocking', 1);
        \context_course::instance($this->school->course)->set_locked(true);
        $this->as_account();
        $this->assertSame(5, self::call('get_sessions', $this->school->course)['total']);
        $marks = [['studentid' => $this->school->students[0], 'statusid' => $this->school->statuses['P']]];
        try {
            self::call('set_marks', $this->school->session, $marks);
            $this->fail('written');
        } catch (\moodle_exception $error) {
            $this->assertSame([], $this->rows($this->school->students[0]));
        }
    }
}
