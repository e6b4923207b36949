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
 * Tests of get_status.
 *
 * @package    local_wsattendance
 * @category   test
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\external;

use local_wsattendance\attendance_testcase;
use local_wsattendance\local\setup;
use local_wsattendance\local\setup_account;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../attendance_testcase.php');

/**
 * Tests of what an account is told of itself.
 *
 * @covers \local_wsattendance\external\get_status
 */
#[\PHPUnit\Framework\Attributes\CoversClass(get_status::class)]
final class get_status_test extends attendance_testcase {
    public function test_the_account_of_the_set_up(): void {
        (new setup())->run(true);
        $this->setUser(setup_account::noted());
        $status = self::call('get_status');
        $this->assertSame(
            ['webservice', 0, 1, 1],
            [$status['auth'], $status['canlogin'], $status['setup'], $status['sync']]
        );
        $this->assertEqualsCanonicalizing(setup::RIGHTS, $status['rights']);
        $this->assertSame([0, ''], [$status['tokenends'], $status['iprestriction']]);
        $this->assertMatchesRegularExpression('/^\d+\.\d+\.\d+$/', $status['release']);
    }

    public function test_any_other_account(): void {
        $this->as_account(['webservice/rest:use', 'moodle/course:view']);
        $status = self::call('get_status');
        $this->assertSame([1, 0, 0], [$status['canlogin'], $status['setup'], $status['sync']]);
        $this->assertSame(['moodle/course:view', 'webservice/rest:use'], $status['rights']);
    }
}
