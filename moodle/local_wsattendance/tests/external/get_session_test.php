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
 * Tests of get_session, under the name of the old plug-in.
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
 * Tests of the answer about one session.
 *
 * @covers \local_wsattendance\external\get_session
 */
#[\PHPUnit\Framework\Attributes\CoversClass(get_session::class)]
final class get_session_test extends attendance_testcase {
    public function test_a_session(): void {
        foreach ([7, 9, 8] as $taken) {
            $this->generator()->create_mark([
                'sessionid' => $this->school->session,
                'studentid' => $this->school->students[0],
                'statusid' => $taken,
                'timetaken' => $taken,
                'remarks' => '<script>',
            ]);
        }
        $this->as_account();
        $answer = self::call('get_session', $this->school->session);
        $this->assertSame($this->school->course, $answer['courseid']);
        $this->assertSame($this->school->lectures, $answer['attendanceid']);
        $this->assertSame(\local_wsattendance_generator::BEGIN, $answer['sessdate']);
        // Of several rows the one taken last.
        $this->assertCount(1, $answer['attendance_log']);
        $this->assertSame(['9', '<script>'], [$answer['attendance_log'][0]['statusid'], $answer['attendance_log'][0]['remarks']]);
        $this->assertSame($this->school->students, self::column($answer['users'], 'id'));
        $this->assertContains($this->school->statuses['P'], array_column($answer['statuses'], 'id'));
        $this->assertNotContains($this->school->statuses['P1'], array_column($answer['statuses'], 'id'));
        $this->assertNotContains($this->school->statuses['D'], array_column($answer['statuses'], 'id'));
    }

    public function test_of_a_group_its_members(): void {
        $this->as_account();
        $answer = self::call('get_session', $this->school->grouped);
        $this->assertSame(array_slice($this->school->students, 0, 3), self::column($answer['users'], 'id'));
    }

    public function test_rights(): void {
        $this->setUser($this->school->students[0]);
        $this->assert_refused('nopermissions', 'get_session', $this->school->session);
        $this->setUser($this->school->outsider);
        $this->assert_refused('requireloginerror', 'get_session', $this->school->session);
        $this->as_account();
        $this->assert_refused('invalidrecord', 'get_session', 99999999);
        $this->assert_refused('invalidparameter', 'get_session', 'x');
    }
}
