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
 * Tests of get_accounts.
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
 * Tests of looking accounts up.
 *
 * @covers \local_wsattendance\external\get_accounts
 */
#[\PHPUnit\Framework\Attributes\CoversClass(get_accounts::class)]
final class get_accounts_test extends attendance_testcase {
    public function test_accounts_wherever_they_are(): void {
        $gone = $this->getDataGenerator()->create_user(['idnumber' => 'gone', 'email' => 'gone@example.com']);
        delete_user($gone);
        $this->as_account();
        $ids = [$this->school->students[0], $this->school->outsider, (int) $gone->id];
        $answer = self::call('get_accounts', array_merge($ids, [99999999, $ids[0]]))['accounts'];
        $this->assertSame($ids, array_column($answer, 'id'));
        $this->assertSame('oec_student_school_0', $answer[0]['idnumber']);
        $this->assertNotSame('', $answer[1]['email']);
        $this->assertSame(['id' => (int) $gone->id, 'idnumber' => '', 'email' => '', 'deleted' => 1], $answer[2]);
        $this->assertSame([], self::call('get_accounts', [])['accounts']);
    }

    public function test_how_many_at_once(): void {
        $this->as_account();
        $this->assertSame([], self::call('get_accounts', range(90000001, 90000000 + get_accounts::MOST))['accounts']);
        $this->assert_refused('invalidparameter', 'get_accounts', range(1, get_accounts::MOST + 1));
        $this->assert_refused('invalidparameter', 'get_accounts', ['all']);
    }

    public function test_rights(): void {
        foreach (['students', 'teacher', 'outsider'] as $who) {
            $this->setUser(((array) $this->school->$who)[0]);
            $this->assert_refused('nopermissions', 'get_accounts', [$this->school->outsider]);
        }
        $this->as_account(['moodle/site:viewuseridentity']);
        $this->assertCount(1, self::call('get_accounts', [$this->school->outsider])['accounts']);
    }
}
