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
 * Tests of set_marks.
 *
 * @package    local_wsattendance
 * @category   test
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\external;

use local_wsattendance\attendance_testcase;
use local_wsattendance\local\mark_writer;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../attendance_testcase.php');

/**
 * Tests of writing marks.
 *
 * @covers \local_wsattendance\external\set_marks
 * @covers \local_wsattendance\local\mark_writer
 */
#[\PHPUnit\Framework\Attributes\CoversClass(set_marks::class)]
#[\PHPUnit\Framework\Attributes\CoversClass(mark_writer::class)]
final class set_marks_test extends attendance_testcase {
    /**
     * A mark as the function takes it.
     *
     * @param int $student
     * @param string|int $status acronym, or a number
     * @param array $more remarks, expected
     * @return array
     */
    private function mark(int $student, $status, array $more = []): array {
        return ['studentid' => $student, 'statusid' => $this->school->statuses[$status] ?? (int) $status] + $more;
    }

    /**
     * What was read of a row.
     *
     * @param \stdClass $row
     * @return array
     */
    private static function expected(\stdClass $row): array {
        return ['expected' => ['statusid' => (int) $row->statusid, 'timetaken' => (int) $row->timetaken]];
    }

    /**
     * Sends marks.
     *
     * @param array[] $marks
     * @param int|null $session the first one unless said
     * @return string[] outcomes, with reasons
     */
    private function send(array $marks, ?int $session = null): array {
        $results = self::call('set_marks', $session ?? $this->school->session, $marks)['results'];
        $this->assertSame(array_column($marks, 'studentid'), array_column($results, 'studentid'));
        return array_map(function ($result) {
            return trim("{$result['outcome']} {$result['reason']}");
        }, $results);
    }

    public function test_first_marks(): void {
        global $DB;
        [$first, $second] = $this->school->students;
        $me = $this->as_account();
        $before = time();
        $answer = self::call('set_marks', $this->school->session, [
            $this->mark($first, 'P'),
            $this->mark($second, 'L', ['remarks' => '10 min <b>late</b>']),
        ]);
        $this->assertSame($this->school->session, $answer['sessionid']);
        $this->assertSame(['written', 'written'], array_column($answer['results'], 'outcome'));
        [$row] = $this->rows($second);
        $this->assertEquals($this->school->statuses['L'], $row->statusid);
        $this->assertEquals($me, $row->takenby);
        $this->assertSame('10 min <b>late</b>', $row->remarks);
        $this->assertGreaterThanOrEqual($before, $row->timetaken);
        $visible = attendance_get_statuses($this->school->lectures, true, 0);
        $this->assertSame(implode(',', array_keys($visible)), $row->statusset);
        $this->assertSame([[
            'id' => (int) $row->id,
            'studentid' => $second,
            'statusid' => (int) $row->statusid,
            'timetaken' => (int) $row->timetaken,
            'takenby' => $me,
            'remarks' => '10 min <b>late</b>',
        ]], $answer['results'][1]['marks']);
        $session = $DB->get_record('attendance_sessions', ['id' => $this->school->session]);
        $this->assertEquals($me, $session->lasttakenby);
        $this->assertGreaterThanOrEqual($before, $session->lasttaken);
        // The session itself has not been changed.
        $this->assertEquals(\local_wsattendance_generator::BEGIN - DAYSECS, $session->timemodified);
    }

    public function test_the_same_again_is_no_conflict_and_writes_nothing(): void {
        global $DB;
        $student = $this->school->students[0];
        $this->as_account();
        $this->assertSame(['written'], $this->send([$this->mark($student, 'P')]));
        $DB->set_field('attendance_sessions', 'lasttaken', 7, ['id' => $this->school->session]);
        $sink = $this->redirectEvents();
        $this->assertSame(['same'], $this->send([$this->mark($student, 'P')]));
        $this->assertSame([], array_filter($sink->get_events(), function ($event) {
            return $event instanceof \mod_attendance\event\attendance_taken;
        }));
        $this->assertEquals(7, $DB->get_field('attendance_sessions', 'lasttaken', ['id' => $this->school->session]));
    }

    public function test_a_mark_is_replaced_only_if_it_is_as_it_was_read(): void {
        $student = $this->school->students[0];
        $this->generator()->create_mark([
            'sessionid' => $this->school->session,
            'studentid' => $student,
            'statusid' => $this->school->statuses['A'],
            'remarks' => 'ill',
        ]);
        [$row] = $this->rows($student);
        $this->as_account();
        $read = self::expected($row);
        $wrong = [
            'no row' => [],
            'another status' => ['expected' => ['statusid' => $this->school->statuses['P']] + $read['expected']],
            'another time' => ['expected' => ['timetaken' => 5] + $read['expected']],
            'another remark' => ['expected' => $read['expected'] + ['remarks' => 'well']],
        ];
        foreach ($wrong as $what => $more) {
            $this->assertSame(['changed'], $this->send([$this->mark($student, 'E', $more)]), $what);
            $this->assertEquals([$row], $this->rows($student), $what);
        }
        $this->assertSame(['written'], $this->send([$this->mark($student, 'E', $read)]));
        [$now] = $this->rows($student);
        $this->assertEquals($this->school->statuses['E'], $now->statusid);
        // The remark was not given: it stays, in the same row.
        $this->assertSame(['ill', $row->id], [$now->remarks, $now->id]);
    }

    public function test_a_cleared_mark_stays_as_an_empty_row(): void {
        $student = $this->school->students[0];
        $this->as_account();
        $this->send([$this->mark($student, 'P')]);
        [$row] = $this->rows($student);
        $this->assertSame(['written'], $this->send([$this->mark($student, 0, ['remarks' => ''] + self::expected($row))]));
        [$empty] = $this->rows($student);
        $this->assertSame([$row->id, 0, ''], [$empty->id, (int) $empty->statusid, $empty->remarks]);
        // An empty row is no mark: what expects none can be written.
        $this->assertSame(['written'], $this->send([$this->mark($student, 'L')]));
        $this->assertCount(1, $this->rows($student));
    }

    public function test_of_two_rows_one_is_left(): void {
        $student = $this->school->students[0];
        foreach (['P' => 9, 'A' => 5] as $status => $taken) {
            $mark = ['sessionid' => $this->school->session, 'studentid' => $student, 'timetaken' => $taken];
            $this->generator()->create_mark($mark + ['statusid' => $this->school->statuses[$status]]);
        }
        [$counts] = $this->rows($student);
        $this->as_account();
        $this->assertSame(['changed'], $this->send([$this->mark($student, 'L')]));
        $this->assertCount(2, $this->rows($student));
        $this->assertSame(['written'], $this->send([$this->mark($student, 'L', self::expected($counts))]));
        $this->assertSame([(string) $this->school->statuses['L']], array_column($this->rows($student), 'statusid'));
    }

    public function test_what_is_refused_and_why(): void {
        global $DB;
        [$first, $second, $third] = $this->school->students;
        $plain = $this->generator()->statuses($this->school->plain);
        $gone = $this->getDataGenerator()->create_user();
        delete_user($gone);
        $long = $DB->get_columns('attendance_log')['remarks']->max_length;
        $this->as_account();
        $cases = [
            'refused nosuchuser' => $this->mark(99999999, 'P'),
            'refused notenrolled' => $this->mark($this->school->outsider, 'P'),
            'refused notlisted' => $this->mark($this->school->teacher, 'P'),
            'refused remarkstoolong' => $this->mark($first, 'P', ['remarks' => str_repeat('é', $long + 1)]),
            'refused nosuchstatus' => $this->mark($second, $plain['P']),
            'refused statusofotherset' => $this->mark($third, 'P1'),
            'refused statusdeleted' => $this->mark($this->school->students[3], 'D'),
            'refused statushidden' => $this->mark($this->school->students[4], 'H'),
        ];
        $this->assertSame(array_keys($cases), $this->send(array_values($cases)));
        $this->assertSame(['refused nosuchuser'], $this->send([$this->mark((int) $gone->id, 'P')]));
        $this->assertSame(['refused nosuchstatus'], $this->send([$this->mark($first, -1)]));
        $twice = [$this->mark($first, 'P'), $this->mark($first, 'A')];
        $this->assertSame(['refused studenttwice', 'refused studenttwice'], $this->send($twice));
        $this->assertEquals(0, $DB->count_records('attendance_log'));
        // What is refused does not keep the others out.
        $mixed = [$cases['refused nosuchuser'], $this->mark($first, 'P', ['remarks' => str_repeat('é', $long)])];
        $this->assertSame(['refused nosuchuser', 'written'], $this->send($mixed));
    }

    public function test_an_enrolment_that_is_suspended_still_takes_marks(): void {
        $this->as_account();
        $this->assertSame(['written'], $this->send([$this->mark($this->school->students[5], 'A')]));
    }

    public function test_groups(): void {
        global $DB;
        [$inside, , , $other, , $none] = $this->school->students;
        $marks = [$this->mark($inside, 'P'), $this->mark($other, 'P'), $this->mark($none, 'P')];
        $this->as_account();
        $this->assertSame(['written', 'refused notingroup', 'refused notingroup'], $this->send($marks, $this->school->grouped));
        $this->assertSame(['written', 'written', 'written'], $this->send($marks));
        // With a grouping, Attendance's page shows only its groups.
        $grouping = $this->getDataGenerator()->create_grouping(['courseid' => $this->school->course]);
        $cm = get_coursemodule_from_instance('attendance', $this->school->lectures);
        $DB->set_field('course_modules', 'groupingid', $grouping->id, ['id' => $cm->id]);
        rebuild_course_cache($this->school->course, true);
        $DB->delete_records('attendance_log');
        $this->assertSame(['written', 'written', 'written'], $this->send($marks), 'a grouping without groups is none');
        groups_assign_grouping($grouping->id, $this->school->groups[1]);
        $DB->delete_records('attendance_log');
        $this->assertSame(['refused notingrouping', 'written', 'refused notingrouping'], $this->send($marks));
        $this->assertSame(['refused notingrouping'], $this->send([$marks[0]], $this->school->grouped));
    }

    public function test_rights(): void {
        $marks = [$this->mark($this->school->students[0], 'P')];
        foreach (['students' => 'nopermissions', 'outsider' => 'requireloginerror'] as $who => $code) {
            $this->setUser(((array) $this->school->$who)[0]);
            $this->assert_refused($code, 'set_marks', $this->school->session, $marks);
        }
        $this->setUser($this->school->assistant);
        $this->assertSame(['written'], $this->send($marks));
        $context = \context_module::instance(get_coursemodule_from_instance('attendance', $this->school->lectures)->id);
        $this->forbid('mod/attendance:takeattendances', 'teacher', $context);
        $this->assert_refused('nopermissions', 'set_marks', $this->school->session, $marks);
        $this->as_account(['webservice/rest:use']);
        $this->assert_refused('requireloginerror', 'set_marks', $this->school->session, $marks);
    }

    public function test_who_took_it(): void {
        $student = $this->school->students[0];
        $this->as_account();
        self::call('set_marks', $this->school->session, [$this->mark($student, 'P')], $this->school->teacher);
        $this->assertEquals($this->school->teacher, $this->rows($student)[0]->takenby);
        $gone = $this->getDataGenerator()->create_user();
        delete_user($gone);
        foreach ([99999999, $gone->id] as $id) {
            $this->assert_refused('invalidparameter', 'set_marks', $this->school->session, [$this->mark($student, 'A')], $id);
        }
        $this->assertEquals($this->school->statuses['P'], $this->rows($student)[0]->statusid);
    }

    public function test_questions_that_make_no_sense(): void {
        $student = $this->school->students[0];
        $this->as_account();
        $this->assert_refused('invalidrecord', 'set_marks', 99999999, [$this->mark($student, 'P')]);
        $this->assert_refused('invalidparameter', 'set_marks', $this->school->session, [['studentid' => $student]]);
        $this->assert_refused('invalidparameter', 'set_marks', $this->school->session, 'P');
        $this->assertSame([], $this->send([]));
    }

    public function test_the_event_and_the_grade_of_a_teachers_own_save(): void {
        $student = $this->school->students[0];
        $this->as_account();
        $sink = $this->redirectEvents();
        $this->send([$this->mark($student, 'L')]);
        $events = array_values(array_filter($sink->get_events(), function ($event) {
            return $event instanceof \mod_attendance\event\attendance_taken;
        }));
        $this->assertCount(1, $events);
        $this->assertSame($this->school->session, (int) $events[0]->other['sessionid']);
        $sink->close();
        $this->run_tasks();
        $item = \grade_item::fetch([
            'itemtype' => 'mod',
            'itemmodule' => 'attendance',
            'iteminstance' => $this->school->lectures,
            'courseid' => $this->school->course,
        ]);
        $late = \grade_grade::fetch(['itemid' => $item->id, 'userid' => $student])->finalgrade;
        $this->send([$this->mark($student, 'P', self::expected($this->rows($student)[0]))]);
        $present = \grade_grade::fetch(['itemid' => $item->id, 'userid' => $student])->finalgrade;
        $this->assertEquals([50, 100], [(float) $late, (float) $present]);
    }

    /**
     * Runs the tasks that are waiting, as cron does soon.
     */
    private function run_tasks(): void {
        while ($task = \core\task\manager::get_next_adhoc_task(time() + HOURSECS)) {
            $task->execute();
            \core\task\manager::adhoc_task_complete($task);
        }
    }
}
