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
 * Tests of update_user_status, under the name of the old plug-in.
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
 * Tests of writing one status.
 *
 * @covers \local_wsattendance\external\update_user_status
 */
#[\PHPUnit\Framework\Attributes\CoversClass(update_user_status::class)]
final class update_user_status_test extends attendance_testcase {
    /**
     * Writes a status of the first student.
     *
     * @param string $status acronym
     * @param int $by who took it
     */
    private function write(string $status, int $by): void {
        [$student, $id] = [$this->school->students[0], $this->school->statuses[$status]];
        $this->assertNull(update_user_status::execute($this->school->session, $student, $by, $id, '1,2'));
    }

    public function test_a_status_is_written_whatever_is_there(): void {
        global $DB;
        $me = $this->as_account();
        $this->write('P', $me);
        [$row] = $this->rows($this->school->students[0]);
        $this->assertEquals([$this->school->statuses['P'], '1,2', $me], [$row->statusid, $row->statusset, $row->takenby]);
        $DB->set_field('attendance_log', 'remarks', 'kept', ['id' => $row->id]);
        $this->write('A', $me);
        [$row] = $this->rows($this->school->students[0]);
        $this->assertEquals([$this->school->statuses['A'], 'kept'], [$row->statusid, $row->remarks]);
        $session = $DB->get_record('attendance_sessions', ['id' => $this->school->session]);
        $this->assertEquals($me, $session->lasttakenby);
        $this->assertGreaterThan(\local_wsattendance_generator::BEGIN, $session->timemodified);
    }

    public function test_one_row_is_left(): void {
        $me = $this->as_account();
        foreach ([5, 6] as $taken) {
            $this->generator()->create_mark([
                'sessionid' => $this->school->session,
                'studentid' => $this->school->students[0],
                'statusid' => $this->school->statuses['L'],
                'timetaken' => $taken,
            ]);
        }
        $this->write('P', $me);
        $this->assertCount(1, $this->rows($this->school->students[0]));
    }

    public function test_rights(): void {
        $this->setUser($this->school->students[0]);
        $arguments = [$this->school->session, $this->school->students[0], 2, $this->school->statuses['P'], ''];
        $this->assert_refused('nopermissions', 'update_user_status', ...$arguments);
        $this->setUser($this->school->outsider);
        $this->assert_refused('requireloginerror', 'update_user_status', ...$arguments);
        $this->assertSame([], $this->rows($this->school->students[0]));
        $this->as_account();
        $this->assert_refused('invalidrecord', 'update_user_status', 99999999, ...array_slice($arguments, 1));
    }
}
