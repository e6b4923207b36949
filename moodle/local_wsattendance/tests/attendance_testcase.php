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
 * What the tests of this plug-in have in common.
 *
 * @package    local_wsattendance
 * @category   test
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance;

use core_external\external_api;
use local_wsattendance\local\setup;
use stdClass;

defined('MOODLE_INTERNAL') || die();

global $CFG;
require_once($CFG->dirroot . '/local/wsattendance/compat.php');

/**
 * A course with attendance, and accounts that ask about it.
 */
abstract class attendance_testcase extends \advanced_testcase {
    /** @var stdClass Ids, see the generator. */
    protected $school;

    /**
     * Makes the course.
     */
    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->setAdminUser();
        $this->school = $this->generator()->create_school();
    }

    /**
     * The generator of this plug-in.
     *
     * @return \local_wsattendance_generator
     */
    protected function generator(): \local_wsattendance_generator {
        return $this->getDataGenerator()->get_plugin_generator('local_wsattendance');
    }

    /**
     * Goes on as an account with rights in the whole site.
     *
     * @param string[]|null $rights null: those that the set-up gives
     * @return int its id
     */
    protected function as_account(?array $rights = null): int {
        $user = $this->getDataGenerator()->create_user();
        $system = \context_system::instance();
        $role = $this->getDataGenerator()->create_role();
        foreach ($rights ?? setup::RIGHTS as $right) {
            assign_capability($right, CAP_ALLOW, $role, $system->id);
        }
        role_assign($role, $user->id, $system->id);
        $this->setUser($user->id);
        return (int) $user->id;
    }

    /**
     * Forbids something to a role, in the course.
     *
     * @param string $right
     * @param string $role short name
     * @param \context|null $context somewhere else than in the course
     */
    protected function forbid(string $right, string $role, ?\context $context = null): void {
        global $DB;
        $context = $context ?? \context_course::instance($this->school->course);
        $id = $DB->get_field('role', 'id', ['shortname' => $role], MUST_EXIST);
        assign_capability($right, CAP_PROHIBIT, $id, $context->id, true);
    }

    /**
     * Calls a function as the web service would, so that its answer has to be of the form that is promised.
     *
     * @param string $function without its prefix
     * @param mixed ...$arguments
     * @return mixed
     */
    protected static function call(string $function, ...$arguments) {
        $class = "local_wsattendance\\external\\$function";
        return external_api::clean_returnvalue($class::execute_returns(), $class::execute(...$arguments));
    }

    /**
     * Calls a function that has to refuse.
     *
     * @param string $code error code
     * @param string $function without its prefix
     * @param mixed ...$arguments
     */
    protected function assert_refused(string $code, string $function, ...$arguments): void {
        try {
            self::call($function, ...$arguments);
        } catch (\moodle_exception $error) {
            $this->assertSame($code, $error->errorcode, $error->getMessage() . ' ' . ($error->debuginfo ?? ''));
            return;
        }
        $this->fail("$function did not refuse: $code");
    }

    /**
     * The rows of a student in a session.
     *
     * @param int $student
     * @param int|null $session the first one unless said
     * @return stdClass[]
     */
    protected function rows(int $student, ?int $session = null): array {
        global $DB;
        $where = ['sessionid' => $session ?? $this->school->session, 'studentid' => $student];
        return array_values($DB->get_records('attendance_log', $where, 'id'));
    }

    /**
     * One column of rows, in order.
     *
     * @param array $rows
     * @param string $column
     * @return array
     */
    protected static function column(array $rows, string $column): array {
        $values = array_values(array_column($rows, $column));
        sort($values);
        return $values;
    }
}
