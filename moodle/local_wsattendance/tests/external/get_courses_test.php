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
 * Tests of get_courses.
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
 * Tests of the list of courses.
 *
 * @covers \local_wsattendance\external\get_courses
 */
#[\PHPUnit\Framework\Attributes\CoversClass(get_courses::class)]
final class get_courses_test extends attendance_testcase {
    public function test_all_courses_and_what_they_hold(): void {
        global $DB;
        $empty = $this->getDataGenerator()->create_course(['idnumber' => 'oec_subj_1_course_2', 'visible' => 0]);
        $this->as_account();
        $answer = self::call('get_courses');
        $this->assertEquals($DB->get_field('course', 'timecreated', ['id' => SITEID]), $answer['sitecreated']);
        $courses = array_column($answer['courses'], null, 'id');
        $this->assertSame([$this->school->course, (int) $empty->id], array_keys($courses));
        $this->assertSame([3, 0], array_column($answer['courses'], 'activities'));
        $this->assertSame([1, 0], array_column($answer['courses'], 'visible'));
        $this->assertSame('oec_subj_1_course_2', $courses[$empty->id]['idnumber']);
        $this->assertSame($empty->shortname, $courses[$empty->id]['shortname']);
        $this->assertArrayNotHasKey('marks', $courses[$empty->id]);
    }

    public function test_which_have_marks(): void {
        $second = $this->generator()->create_school();
        $this->generator()->create_mark([
            'sessionid' => $second->veiled,
            'studentid' => $second->students[0],
            'statusid' => 1,
        ]);
        $this->as_account();
        $this->assertSame([0, 1], array_column(self::call('get_courses', [], true)['courses'], 'marks'));
        $this->assertSame([1], array_column(self::call('get_courses', [$second->course], true)['courses'], 'marks'));
        $this->assertSame([], self::call('get_courses', [99999999, SITEID])['courses']);
    }

    public function test_others_get_the_courses_that_they_may_enter(): void {
        $second = $this->generator()->create_school();
        $this->setUser($this->school->assistant);
        $answer = self::call('get_courses');
        $this->assertSame([$this->school->course], array_column($answer['courses'], 'id'));
        $this->assertArrayNotHasKey('idnumber', $answer['courses'][0]);
        $this->assertSame(0, $answer['sitecreated']);
        $this->assertSame([], self::call('get_courses', [$second->course])['courses']);
        $this->setUser($this->school->outsider);
        $this->assertSame([], self::call('get_courses')['courses']);
    }
}
