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
 * Tests of the set-up.
 *
 * @package    local_wsattendance
 * @category   test
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\local;

use context_system;
use stdClass;

/**
 * Tests of making a Moodle ready.
 *
 * @covers \local_wsattendance\local\setup
 * @covers \local_wsattendance\local\setup_account
 * @covers \local_wsattendance\local\setup_options
 */
#[\PHPUnit\Framework\Attributes\CoversClass(setup::class)]
#[\PHPUnit\Framework\Attributes\CoversClass(setup_account::class)]
#[\PHPUnit\Framework\Attributes\CoversClass(setup_options::class)]
final class setup_test extends \advanced_testcase {
    /**
     * Each test begins in a Moodle that is not set up.
     */
    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->setAdminUser();
    }

    /**
     * Choices of an administrator.
     *
     * @param array $values
     * @return setup_options
     */
    private static function options(array $values): setup_options {
        $options = new setup_options();
        foreach ($values as $name => $value) {
            $options->$name = $value;
        }
        return $options;
    }

    /**
     * Sets the site up.
     *
     * @param array $values choices
     * @return setup
     */
    private static function done(array $values = []): setup {
        $setup = new setup(self::options($values));
        $setup->run(true);
        return $setup;
    }

    /**
     * The set-up has to refuse.
     *
     * @param string $code error code
     * @param array $values choices
     */
    private function assert_refused(string $code, array $values = []): void {
        global $DB;
        $before = $DB->get_records('user', null, 'id', 'id, auth, password');
        try {
            self::done($values);
        } catch (\moodle_exception $error) {
            $this->assertSame($code, $error->errorcode);
            $this->assertEquals($before, $DB->get_records('user', null, 'id', 'id, auth, password'));
            $this->assertEquals(0, $DB->count_records('external_tokens', ['tokentype' => EXTERNAL_TOKEN_PERMANENT]));
            return;
        }
        $this->fail("not refused: $code");
    }

    /**
     * The account that the set-up uses.
     *
     * @return stdClass
     */
    private static function account(): stdClass {
        return setup_account::noted();
    }

    /**
     * What the role is allowed.
     *
     * @return array permissions by right
     */
    private static function rights(): array {
        global $DB;
        $role = $DB->get_field('role', 'id', ['shortname' => setup::NAME], MUST_EXIST);
        $where = ['roleid' => $role, 'contextid' => context_system::instance()->id];
        return $DB->get_records_menu('role_capabilities', $where, 'capability', 'capability, permission');
    }

    public function test_looking_does_nothing(): void {
        global $DB;
        $setup = new setup();
        $this->assertSame(setup::steps(), array_keys($setup->run(false)));
        $this->assertSame('', $setup->token_text());
        $this->assertFalse($DB->record_exists('role', ['shortname' => setup::NAME]));
        $this->assertFalse($DB->record_exists('user', ['username' => setup::NAME]));
    }

    public function test_all_is_done_and_done_once(): void {
        global $DB;
        $setup = self::done();
        $token = $setup->token_text();
        $this->assertMatchesRegularExpression('/^[0-9a-f]{32}$/', $token);
        $this->assertSame(array_fill_keys(setup::steps(), true), $setup->run(false));
        $this->assertSame(array_fill_keys(setup::steps(), true), (new setup())->run(true));
        $this->assertSame($token, (new setup())->token_text());
        $this->assertEquals(1, $DB->count_records('user', ['username' => setup::NAME]));
        $this->assertEqualsCanonicalizing(setup::RIGHTS, array_keys(self::rights()));
        $this->assertSame('webservice', self::account()->auth);
        $this->assertContains('rest', explode(',', get_config('core', 'webserviceprotocols')));
    }

    public function test_the_account_may_what_the_right_stands_for_and_nothing_else(): void {
        self::done();
        $system = context_system::instance();
        $id = (int) self::account()->id;
        $this->assertTrue(has_capability(access::SYNC, $system, $id));
        foreach (setup::NATIVE_RIGHTS as $right) {
            $this->assertFalse(has_capability($right, $system, $id), $right);
        }
        $this->assertFalse(is_siteadmin($id));
    }

    public function test_what_is_missing_is_done_again_and_nothing_else(): void {
        global $DB;
        $token = self::done()->token_text();
        $role = $DB->get_field('role', 'id', ['shortname' => setup::NAME]);
        $system = context_system::instance();
        unassign_capability('webservice/rest:use', $role, $system->id);
        assign_capability(access::SYNC, CAP_PREVENT, $role, $system->id, true);
        set_config('webserviceprotocols', 'soap');
        $before = (new setup())->run(false);
        $this->assertSame(['rest', 'rights'], array_keys($before, false));
        $this->assertSame($token, self::done()->token_text());
        $this->assertEquals(CAP_ALLOW, self::rights()['webservice/rest:use']);
        $this->assertEquals(CAP_PREVENT, self::rights()[access::SYNC], 'what somebody has forbidden stays so');
        $this->assertSame('soap,rest', get_config('core', 'webserviceprotocols'));
    }

    public function test_an_account_that_somebody_else_may_have_made_is_not_used_unasked(): void {
        global $DB;
        $squatter = $this->getDataGenerator()->create_user(['username' => setup::NAME, 'auth' => 'manual']);
        $this->assertEquals($squatter->id, (new setup())->question()->id);
        $this->assert_refused('accounttaken');
        $this->assert_refused('accounttaken', ['adopt' => 'another']);
        $this->assertFalse($DB->record_exists('role_assignments', ['userid' => $squatter->id]));
        $described = setup_account::described($squatter);
        foreach ([$squatter->username, $squatter->email, 'manual'] as $said) {
            $this->assertStringContainsString($said, $described);
        }
    }

    public function test_confirmed_it_belongs_to_nobody_else(): void {
        global $DB;
        $squatter = $this->getDataGenerator()->create_user(['username' => setup::NAME, 'password' => 'Known-1234']);
        $DB->insert_record('external_tokens', [
            'token' => 'squatted', 'tokentype' => EXTERNAL_TOKEN_PERMANENT, 'userid' => $squatter->id, 'externalserviceid' => 1,
            'contextid' => 1, 'creatorid' => $squatter->id, 'timecreated' => 5,
        ]);
        $setup = self::done(['adopt' => setup::NAME]);
        $this->assertNull($setup->question());
        $this->assertEquals($squatter->id, self::account()->id);
        $this->assertFalse($DB->record_exists('external_tokens', ['token' => 'squatted']));
        $this->assertFalse(setup_account::can_log_in(self::account()));
        $this->assertFalse(validate_internal_user_password(self::account(), 'Known-1234'));
        $this->assertSame($setup->token_text(), self::done()->token_text(), 'it is known from now on');
    }

    public function test_its_own_account_is_asked_about_once_somebody_can_log_in_with_it(): void {
        global $DB;
        self::done();
        $DB->set_field('user', 'auth', 'manual', ['id' => self::account()->id]);
        $this->assertSame('', (new setup())->token_text());
        try {
            self::done();
            $this->fail('not refused');
        } catch (\moodle_exception $error) {
            $this->assertSame('accounttaken', $error->errorcode);
        }
    }

    public function test_an_account_of_another_name(): void {
        self::done(['name' => 'sync.school']);
        $this->assertSame('sync.school', self::account()->username);
        $this->assert_chosen('sync.school');
    }

    /**
     * The name that was chosen is used further on.
     *
     * @param string $name
     */
    private function assert_chosen(string $name): void {
        global $DB;
        self::done();
        $this->assertSame($name, self::account()->username);
        $this->assertFalse($DB->record_exists('user', ['username' => setup::NAME]));
    }

    public function test_choices_that_can_not_be_taken(): void {
        $this->assert_refused('fault_name', ['name' => 'No Name']);
        $this->assert_refused('fault_name', ['name' => '']);
        $this->assert_refused('fault_ip', ['ip' => 'somewhere']);
        $this->assert_refused('fault_until', ['until' => time() - 1]);
        $this->assert_refused('fault_until', ['until' => setup_options::end_of('2027-02-30')]);
        $this->assertSame(0, setup_options::end_of('never'));
    }

    public function test_a_token_with_an_end_and_for_some_addresses(): void {
        $until = time() + 30 * DAYSECS;
        $setup = self::done(['until' => $until, 'ip' => '203.0.113.0/24']);
        $token = $setup->token_text();
        $record = (new setup())->token_record();
        $this->assertEquals([$until, '203.0.113.0/24'], [$record->validuntil, $record->iprestriction]);
        // It stays as it was chosen, and the same token goes on when something else is chosen.
        self::done();
        $this->assertEquals($until, (new setup())->token_record()->validuntil);
        self::done(['until' => 0, 'ip' => '']);
        $record = (new setup())->token_record();
        $this->assertEquals([$token, 0, ''], [$record->token, $record->validuntil, (string) $record->iprestriction]);
    }

    public function test_a_token_that_has_ended_is_replaced(): void {
        global $DB;
        $token = self::done()->token_text();
        $DB->set_field('external_tokens', 'validuntil', time() - 5, ['token' => $token]);
        $this->assertSame(['token'], array_keys((new setup())->run(false), false));
        $this->assertNotContains(self::done()->token_text(), ['', $token]);
    }

    public function test_rights_for_the_native_functions_and_how_they_are_taken_away(): void {
        self::done(['native' => true]);
        $all = array_merge(setup::RIGHTS, setup::NATIVE_RIGHTS);
        $this->assertEqualsCanonicalizing($all, array_keys(self::rights()));
        $this->assertSame([], (new setup())->too_much());
        self::done(['native' => false]);
        $this->assertEqualsCanonicalizing(setup::NATIVE_RIGHTS, (new setup())->too_much());
        $this->assertContains('toomuch', (new setup())->problems());
        $this->assertEqualsCanonicalizing($all, array_keys(self::rights()), 'nothing is taken away unasked');
        self::done(['reduce' => true]);
        $this->assertEqualsCanonicalizing(setup::RIGHTS, array_keys(self::rights()));
        $this->assertNotContains('toomuch', (new setup())->problems());
    }

    public function test_what_only_an_administrator_can_decide(): void {
        global $CFG, $DB;
        $setup = self::done();
        $CFG->wwwroot = 'https://moodle.example.com';
        $this->assertSame([], $setup->problems());
        $CFG->wwwroot = 'http://moodle.example.com';
        $CFG->maintenance_enabled = 1;
        $DB->set_field('modules', 'visible', 0, ['name' => 'attendance']);
        $DB->set_field('user', 'suspended', 1, ['id' => self::account()->id]);
        $this->assertSame(['attendancehidden', 'accountsuspended', 'nohttps', 'maintenance'], $setup->problems());
        foreach ($setup->problems() as $problem) {
            foreach (["problem_$problem", "about_$problem"] as $text) {
                $this->assertTrue(get_string_manager()->string_exists($text, 'local_wsattendance'), $text);
            }
        }
    }

    public function test_each_step_has_its_text(): void {
        foreach (setup::steps() as $step) {
            $this->assertTrue(get_string_manager()->string_exists("step_$step", 'local_wsattendance'), $step);
        }
    }

    public function test_a_site_that_was_set_up_with_an_older_version_goes_on_working(): void {
        global $CFG, $DB;
        require_once($CFG->libdir . '/upgradelib.php');
        require_once($CFG->dirroot . '/local/wsattendance/db/upgrade.php');
        $token = self::done(['native' => true])->token_text();
        $role = $DB->get_field('role', 'id', ['shortname' => setup::NAME]);
        unassign_capability(access::SYNC, $role, context_system::instance()->id);
        unset_config('accountid', 'local_wsattendance');
        unset_config('native', 'local_wsattendance');
        set_config('version', 2026120100, 'local_wsattendance');
        ob_start();
        xmldb_local_wsattendance_upgrade(2026120100);
        ob_end_clean();
        $this->assertEquals(CAP_ALLOW, self::rights()[access::SYNC]);
        $this->assertSame(setup::NAME, self::account()->username);
        $this->assertTrue($DB->record_exists('external_tokens', ['token' => $token]));
        $this->assertNull((new setup())->question());
    }
}
