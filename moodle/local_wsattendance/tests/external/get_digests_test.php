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
 * Tests of get_digests.
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
 * Tests of asking whether anything changed; what changes a digest is in digest_test.php.
 *
 * @covers \local_wsattendance\external\get_digests
 */
#[\PHPUnit\Framework\Attributes\CoversClass(get_digests::class)]
final class get_digests_test extends attendance_testcase {
    public function test_a_digest_for_each_course(): void {
        $second = $this->generator()->create_school();
        $this->as_account();
        $answer = self::call('get_digests', [$this->school->course, $second->course]);
        $this->assertSame([], $answer['warnings']);
        $this->assertArrayNotHasKey('number', $answer);
        $digests = array_column($answer['digests'], 'digest', 'courseid');
        $this->assertEqualsCanonicalizing([$this->school->course, $second->course], array_keys($digests));
        $this->assertCount(2, array_unique($digests));
        foreach ($digests as $digest) {
            $this->assertMatchesRegularExpression('/^[0-9a-f]{64}$/', $digest);
        }
        $this->assertSame($answer['digests'], self::call('get_digests', [$this->school->course, $second->course])['digests']);
    }

    public function test_courses_that_are_not_there_or_not_for_this_account(): void {
        $second = $this->generator()->create_school();
        $this->setUser($this->school->teacher);
        $answer = self::call('get_digests', [$this->school->course, $second->course, 99999999]);
        $this->assertSame([$this->school->course], array_column($answer['digests'], 'courseid'));
        $items = array_intersect([$second->course, 99999999], array_column($answer['warnings'], 'itemid'));
        $this->assertCount(2, $items);
    }

    public function test_a_window(): void {
        $begin = \local_wsattendance_generator::BEGIN;
        $this->as_account();
        $of = function (int $from, int $to): string {
            return self::call('get_digests', [$this->school->course], $from, $to)['digests'][0]['digest'];
        };
        $first = $of(0, $begin + DAYSECS);
        $rest = $of($begin + DAYSECS, 0);
        $this->generator()->create_mark([
            'sessionid' => $this->school->session,
            'studentid' => $this->school->students[0],
            'statusid' => $this->school->statuses['P'],
        ]);
        $this->assertNotSame($first, $of(0, $begin + DAYSECS));
        $this->assertSame($rest, $of($begin + DAYSECS, 0));
    }

    public function test_the_number_of_a_run(): void {
        $this->as_account();
        $ask = function (int $number, bool $renew = false): array {
            return self::call('get_digests', [$this->school->course], 0, 0, 'school', $number, $renew);
        };
        $this->assertSame(1, $ask(0)['number']);
        $this->assertSame(2, $ask(1)['number']);
        $this->assertSame(3, $ask(2)['number']);
        $late = $ask(1);
        $this->assertSame([0, []], [$late['number'], $late['digests']]);
        $renewed = $ask(1, true);
        $this->assertSame([4, 1], [$renewed['number'], count($renewed['digests'])]);
    }

    public function test_questions_that_make_no_sense(): void {
        global $DB;
        $course = $this->school->course;
        $this->as_account();
        $this->assert_refused('invalidparameter', 'get_digests', range(1, get_digests::MOST + 1));
        $this->assert_refused('invalidparameter', 'get_digests', $course);
        $this->assert_refused('invalidparameter', 'get_digests', [$course], 0, 0, str_repeat('a', get_digests::LONGEST + 1));
        $this->assert_refused('invalidparameter', 'get_digests', [$course], 0, 0, 'a b');
        $this->assert_refused('invalidparameter', 'get_digests', [$course], 0, 0, 'school', -1);
        $this->assert_refused('invalidparameter', 'get_digests', [$course], 0, 0, 'school', get_digests::LARGEST + 1);
        $this->assertEquals(0, $DB->count_records('local_wsattendance_run'));
        $this->assertSame([], self::call('get_digests', [])['digests']);
    }

    public function test_where_attendance_is_switched_off_nothing_is_said_of_any_course(): void {
        global $DB;
        $this->as_account();
        $DB->set_field('modules', 'visible', 0, ['name' => 'attendance']);
        $this->assert_refused('invalidcoursemoduleid', 'get_digests', [$this->school->course], 0, 0, 'school', 0);
        $this->assertEquals(0, $DB->count_records('local_wsattendance_run'));
    }
}
