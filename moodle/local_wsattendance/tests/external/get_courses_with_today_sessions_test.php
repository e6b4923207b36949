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
 * Tests of get_courses_with_today_sessions, under the name of the old plug-in.
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
 * Tests of the courses of a teacher.
 *
 * @covers \local_wsattendance\external\get_courses_with_today_sessions
 */
#[\PHPUnit\Framework\Attributes\CoversClass(get_courses_with_today_sessions::class)]
final class get_courses_with_today_sessions_test extends attendance_testcase {
    public function test_courses_of_a_teacher_with_sessions_of_the_day(): void {
        $this->as_account();
        $this->assertSame([], self::call('get_courses_with_today_sessions', $this->school->teacher));
        $midnight = usergetmidnight(time());
        foreach ([$midnight - 1, $midnight, $midnight + DAYSECS - 1, $midnight + DAYSECS] as $when) {
            $made[] = $this->generator()->create_session(['attendanceid' => $this->school->lectures, 'sessdate' => $when]);
        }
        [$course] = self::call('get_courses_with_today_sessions', $this->school->teacher);
        $this->assertSame(get_course($this->school->course)->shortname, $course['shortname']);
        $this->assertSame(['lectures'], array_column($course['attendance_instances'], 'name'));
        $sessions = $course['attendance_instances'][0]['today_sessions'];
        $this->assertSame([$made[1], $made[2]], self::column($sessions, 'id'));
        // A student teaches nothing, an outsider has no course.
        $this->assertSame([], self::call('get_courses_with_today_sessions', $this->school->students[0]));
        $this->assertSame([], self::call('get_courses_with_today_sessions', $this->school->outsider));
        $this->assert_refused('invaliduser', 'get_courses_with_today_sessions', 99999999);
    }

    public function test_who_asks_has_to_have_a_right_to_read(): void {
        $today = usergetmidnight(time()) + HOURSECS;
        $this->generator()->create_session(['attendanceid' => $this->school->lectures, 'sessdate' => $today]);
        $this->setUser($this->school->students[0]);
        $this->assertSame([], self::call('get_courses_with_today_sessions', $this->school->teacher));
        $this->setUser($this->school->assistant);
        $this->assertCount(1, self::call('get_courses_with_today_sessions', $this->school->teacher));
    }
}
