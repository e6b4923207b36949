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
 * Tests of what changes a digest.
 *
 * @package    local_wsattendance
 * @category   test
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\local;

use local_wsattendance\attendance_testcase;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../attendance_testcase.php');

/**
 * The digest of a course changes if and only if what is read of it does.
 *
 * @covers \local_wsattendance\local\course_reader
 */
#[\PHPUnit\Framework\Attributes\CoversClass(course_reader::class)]
final class digest_test extends attendance_testcase {
    /**
     * What an account is told of the course.
     *
     * @param int $user
     * @return array the digest, and all that is read
     */
    private function told(int $user): array {
        $this->setUser($user);
        [$digest] = self::call('get_digests', [$this->school->course])['digests'];
        $read = self::call('get_sessions', $this->school->course, 0, 0, [], 0, 500);
        // Digests are of what is there, warnings of what the account may not see.
        unset($read['warnings']);
        $this->setAdminUser();
        return [$digest['digest'], $read];
    }

    /**
     * Makes changes one after the other, and looks at the digests after each.
     *
     * @param \Closure[] $changes by their names
     * @param bool|null $shown whether an account that may read everything has to be shown each; null: if it reads another thing
     */
    private function check(array $changes, ?bool $shown): void {
        global $DB;
        $accounts = ['all' => $this->as_account(), 'assistant' => $this->school->assistant];
        $before = array_map([$this, 'told'], $accounts);
        foreach ($changes as $name => $change) {
            $change($this->school, $DB);
            \cache_helper::purge_by_event('changesincourse');
            $after = array_map([$this, 'told'], $accounts);
            foreach ($accounts as $who => $account) {
                $read = $before[$who][1] != $after[$who][1];
                $this->assertSame($read, $before[$who][0] !== $after[$who][0], "$name, as read by $who");
            }
            if ($shown !== null) {
                $this->assertSame($shown, $before['all'][0] !== $after['all'][0], $name);
            }
            $before = $after;
        }
    }

    /**
     * A change of one column.
     *
     * @param string $table
     * @param string $column
     * @param mixed $value
     * @param \Closure $id of which row, asked with the school
     * @return \Closure
     */
    private static function set(string $table, string $column, $value, \Closure $id): \Closure {
        return function ($school, $db) use ($table, $column, $value, $id) {
            $db->set_field($table, $column, $value, ['id' => $id($school)]);
        };
    }

    public function test_sessions(): void {
        $session = function ($school) {
            return $school->session;
        };
        $changes = [
            'a session is added' => function ($school) {
                $this->generator()->create_session(['attendanceid' => $school->lectures, 'sessdate' => 1790500000]);
            },
            'a session is deleted' => function ($school) {
                $this->generator()->structure($school->lectures)->delete_sessions([$school->second]);
            },
            'a reference behind what is handed over' => self::set(
                'attendance_sessions',
                'description',
                str_repeat('x', course_reader::DESCRIPTION) . '[oec_sheet_a_1]',
                $session
            ),
            'another one' => self::set(
                'attendance_sessions',
                'description',
                str_repeat('x', course_reader::DESCRIPTION) . '[oec_sheet_a_2]',
                $session
            ),
        ];
        $values = [
            'sessdate' => 1790003600, 'duration' => 5400, 'description' => '<b>Other</b>', 'descriptionformat' => 2,
            'groupid' => $this->school->groups[1], 'statusset' => 1, 'lasttaken' => 1790009999,
            'lasttakenby' => $this->school->teacher, 'timemodified' => 1790009999, 'attendanceid' => $this->school->plain,
        ];
        foreach ($values as $column => $value) {
            $changes["a session has another $column"] = self::set('attendance_sessions', $column, $value, $session);
        }
        $this->check($changes, true);
    }

    public function test_statuses(): void {
        $late = function ($school) {
            return $school->statuses['L'];
        };
        $changes = [
            'a status is added' => function ($school, $db) {
                $db->insert_record('attendance_statuses', [
                    'attendanceid' => $school->lectures, 'acronym' => 'Z', 'description' => 'Zero', 'grade' => 0,
                    'setnumber' => 0, 'visible' => 1, 'deleted' => 0,
                ]);
            },
        ];
        $values = ['acronym' => 'Q', 'description' => 'Delayed', 'grade' => 1.5, 'visible' => 0, 'deleted' => 1, 'setnumber' => 1];
        foreach ($values as $column => $value) {
            $changes["a status has another $column"] = self::set('attendance_statuses', $column, $value, $late);
        }
        $this->check($changes, true);
    }

    public function test_marks(): void {
        $mark = $this->generator()->create_mark([
            'sessionid' => $this->school->session,
            'studentid' => $this->school->students[0],
            'statusid' => $this->school->statuses['P'],
        ]);
        $id = function () use ($mark) {
            return $mark;
        };
        $changes = [];
        $values = ['statusid' => $this->school->statuses['A'], 'remarks' => 'ill 😀', 'timetaken' => 5, 'takenby' => 3];
        foreach ($values as $column => $value) {
            $changes["a mark has another $column"] = self::set('attendance_log', $column, $value, $id);
        }
        $changes += [
            'a mark moves to another session' => self::set('attendance_log', 'sessionid', $this->school->other, $id),
            'a mark is there twice' => function ($school) {
                $twice = ['sessionid' => $school->other, 'studentid' => $school->students[0]];
                $this->generator()->create_mark($twice + ['statusid' => $school->statuses['A']]);
            },
            'somebody who is not enrolled has a mark' => function ($school) {
                $mark = ['sessionid' => $school->session, 'studentid' => $school->outsider];
                $this->generator()->create_mark($mark + ['statusid' => $school->statuses['P']]);
            },
            'that one gets another name' => self::set('user', 'firstname', 'Outsider', function ($school) {
                return $school->outsider;
            }),
            'a mark is deleted' => function () use ($mark) {
                global $DB;
                $DB->delete_records('attendance_log', ['id' => $mark]);
            },
        ];
        $this->check($changes, true);
    }

    public function test_activities(): void {
        $module = function ($school) {
            return get_coursemodule_from_instance('attendance', $school->plain)->id;
        };
        $changed = function (\Closure $change) use ($module): \Closure {
            return function ($school) use ($change, $module) {
                $change($module($school));
                rebuild_course_cache($school->course, true);
            };
        };
        $grouping = $this->getDataGenerator()->create_grouping(['courseid' => $this->school->course]);
        $this->check([
            'an activity is added' => function ($school) {
                $this->getDataGenerator()->create_module('attendance', ['course' => $school->course]);
            },
            'an activity is hidden' => $changed(function ($cm) {
                set_coursemodule_visible($cm, 0);
            }),
            'an activity is renamed' => $changed(function ($cm) {
                set_coursemodule_name($cm, 'Renamed');
            }),
            'an activity has another group mode' => $changed(function ($cm) {
                set_coursemodule_groupmode($cm, VISIBLEGROUPS);
            }),
            'an activity has a grouping' => $changed(function ($cm) use ($grouping) {
                global $DB;
                $DB->set_field('course_modules', 'groupingid', $grouping->id, ['id' => $cm]);
            }),
            'a group joins that grouping' => function ($school) use ($grouping) {
                groups_assign_grouping($grouping->id, $school->groups[0]);
            },
            'an activity is deleted' => $changed(function ($cm) {
                course_delete_module($cm);
            }),
        ], true);
    }

    public function test_people(): void {
        $student = function ($school) {
            return $school->students[1];
        };
        $changes = [
            'somebody is enrolled' => function ($school) {
                $this->getDataGenerator()->enrol_user($school->outsider, $school->course, 'student');
            },
            'an enrolment is suspended' => function ($school) {
                $this->enrolment($school->students[3], ENROL_USER_SUSPENDED);
            },
            'an enrolment has ended' => function ($school) {
                $this->enrolment($school->students[4], ENROL_USER_ACTIVE, 1000);
            },
            'somebody is unenrolled' => function ($school) {
                [$plugin, $instance] = $this->manual();
                $plugin->unenrol_user($instance, $school->outsider);
            },
            'somebody gets a role' => function ($school, $db) {
                $role = $db->get_field('role', 'id', ['shortname' => 'teacher']);
                role_assign($role, $school->students[2], \context_course::instance($school->course)->id);
            },
            'teachers may be listed' => function ($school, $db) {
                $role = $db->get_field('role', 'id', ['shortname' => 'editingteacher']);
                $context = \context_course::instance($school->course);
                assign_capability('mod/attendance:canbelisted', CAP_ALLOW, $role, $context->id, true);
            },
            'an account is deleted' => function ($school) {
                delete_user(\core_user::get_user($school->students[0]));
            },
        ];
        $values = ['suspended' => 1, 'firstname' => '<i>Zoë</i>', 'lastname' => "O'Brien"];
        foreach ($values + ['idnumber' => 'x', 'email' => 'x@example.com'] as $column => $value) {
            $changes["somebody has another $column"] = self::set('user', $column, $value, $student);
        }
        $this->check($changes, true);
    }

    public function test_groups(): void {
        $group = function ($school) {
            return $school->groups[0];
        };
        $this->check([
            'a group is added' => function ($school) {
                $this->getDataGenerator()->create_group(['courseid' => $school->course]);
            },
            'a group is renamed' => self::set('groups', 'name', 'Renamed', $group),
            'a group has another ID number' => self::set('groups', 'idnumber', 'oec_batch_x', $group),
            'somebody joins a group' => function ($school) {
                groups_add_member($school->groups[0], $school->students[4]);
            },
            'somebody leaves a group' => function ($school) {
                groups_remove_member($school->groups[0], $school->students[4]);
            },
            'a group is deleted' => function ($school) {
                groups_delete_group($school->groups[1]);
            },
        ], true);
    }

    public function test_what_is_not_read_changes_nothing(): void {
        $session = function ($school) {
            return $school->session;
        };
        $student = function ($school) {
            return $school->students[0];
        };
        $this->check([
            'somebody visits the course' => function ($school) {
                user_accesstime_log($school->course);
            },
            'an account was used' => self::set('user', 'lastaccess', 1790000007, $student),
            'somebody lives elsewhere' => self::set('user', 'city', 'Elsewhere', $student),
            'the course has another name' => self::set('course', 'fullname', 'Renamed', function ($school) {
                return $school->course;
            }),
            'a session has a password' => self::set('attendance_sessions', 'studentpassword', 'secret', $session),
            'students may mark themselves' => self::set('attendance_sessions', 'studentscanmark', 1, $session),
            'a session has an event' => self::set('attendance_sessions', 'caleventid', 7, $session),
            'grades are calculated' => function ($school) {
                $this->generator()->structure($school->lectures)->update_users_grade([$school->students[0]]);
            },
            'caches are emptied' => function () {
                purge_all_caches();
            },
            'somebody else has another name' => self::set('user', 'firstname', 'Else', function ($school) {
                return $school->outsider;
            }),
            'another course has attendance' => function () {
                $other = $this->generator()->create_school();
                $mark = ['sessionid' => $other->session, 'studentid' => $other->students[0]];
                $this->generator()->create_mark($mark + ['statusid' => $other->statuses['P']]);
            },
        ], false);
    }

    public function test_a_long_text_changes_behind_its_first_characters(): void {
        $of = function (string $tail): \Closure {
            $text = str_repeat('x', course_reader::DESCRIPTION) . $tail;
            return self::set('attendance_sessions', 'description', $text, function ($school) {
                return $school->session;
            });
        };
        $of(' one')($this->school, $GLOBALS['DB']);
        $this->check(['another tail' => $of(' two'), 'a longer one' => $of(str_repeat(' three', 500))], false);
    }

    /**
     * How people are enrolled in the course.
     *
     * @return array the plug-in of enrolments, and its row for this course
     */
    private function manual(): array {
        global $DB;
        $row = $DB->get_record('enrol', ['courseid' => $this->school->course, 'enrol' => 'manual'], '*', MUST_EXIST);
        return [enrol_get_plugin('manual'), $row];
    }

    /**
     * Changes an enrolment.
     *
     * @param int $student
     * @param int $status
     * @param int $end
     */
    private function enrolment(int $student, int $status, int $end = 0): void {
        [$plugin, $instance] = $this->manual();
        $plugin->update_user_enrol($instance, $student, $status, 0, $end);
    }
}
