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
 * Tests of the numbers of runs.
 *
 * @package    local_wsattendance
 * @category   test
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\local;

/**
 * Tests of telling a synchronisation from an older copy of it.
 *
 * @covers \local_wsattendance\local\run_number
 */
#[\PHPUnit\Framework\Attributes\CoversClass(run_number::class)]
final class run_number_test extends \advanced_testcase {
    /**
     * Each test begins without any run.
     */
    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
    }

    public function test_one_after_the_other(): void {
        $number = 0;
        foreach ([1, 2, 3, 4] as $next) {
            $number = run_number::next('school', $number, false);
            $this->assertSame($next, $number);
        }
    }

    public function test_a_copy_is_told(): void {
        $copied = run_number::next('school', 0, false);
        $this->assertSame(2, run_number::next('school', $copied, false));
        $this->assertSame(3, run_number::next('school', 2, false));
        $this->assertSame(0, run_number::next('school', $copied, false));
        // The one that was told has taken nothing away from the other.
        $this->assertSame(4, run_number::next('school', 3, false));
    }

    public function test_a_run_that_died_hands_in_the_same_number_again(): void {
        run_number::next('school', 0, false);
        $this->assertSame(2, run_number::next('school', 1, false));
        $this->assertSame(3, run_number::next('school', 1, false));
        $this->assertSame(4, run_number::next('school', 3, false));
    }

    public function test_an_administrator_says_which_one_counts(): void {
        foreach ([0, 1, 2] as $number) {
            run_number::next('school', $number, false);
        }
        $this->assertSame(0, run_number::next('school', 1, false));
        $this->assertSame(4, run_number::next('school', 1, true));
        $this->assertSame(0, run_number::next('school', 3, false), 'what was given before counts no more');
        $this->assertSame(5, run_number::next('school', 4, false));
    }

    public function test_a_moodle_that_has_forgotten(): void {
        $this->assertSame(41, run_number::next('school', 40, false));
        $this->assertSame(91, run_number::next('school', 90, false));
    }

    public function test_each_synchronisation_has_its_own(): void {
        global $DB;
        run_number::next('school', 5, false);
        $this->assertSame(1, run_number::next('college', 0, false));
        $this->assertEquals(2, $DB->count_records('local_wsattendance_run'));
    }
}
