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
 * Makes courses with attendance for tests.
 *
 * @package    local_wsattendance
 * @category   test
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

/**
 * Makes sessions and marks, as Attendance keeps them, and a course that has one of everything.
 */
class local_wsattendance_generator extends component_generator_base {
    /** @var int When the first session of a course begins. */
    public const BEGIN = 1790000000;

    /**
     * What Attendance itself works with.
     *
     * @param int $id of the activity
     * @return mod_attendance_structure
     */
    public function structure(int $id): mod_attendance_structure {
        global $CFG, $DB;
        require_once($CFG->dirroot . '/mod/attendance/locallib.php');
        $cm = get_coursemodule_from_instance('attendance', $id, 0, false, MUST_EXIST);
        $record = $DB->get_record('attendance', ['id' => $id], '*', MUST_EXIST);
        return new mod_attendance_structure($record, $cm, get_course($cm->course), context_module::instance($cm->id));
    }

    /**
     * A session, as the form of Attendance would add it.
     *
     * @param array $record attendanceid, and what differs from the usual
     * @return int its id
     */
    public function create_session(array $record): int {
        $id = $record['attendanceid'];
        return $this->structure($id)->add_session((object) ($record + [
            'sessdate' => self::BEGIN,
            'duration' => HOURSECS,
            'groupid' => 0,
            'statusset' => 0,
            'description' => 'Lesson',
            'descriptionformat' => FORMAT_HTML,
            'descriptionitemid' => 0,
            'calendarevent' => 0,
            'timemodified' => self::BEGIN - DAYSECS,
            'studentscanmark' => 0,
            'subnet' => '',
            'studentpassword' => '',
            'automark' => 0,
            'automarkcmid' => 0,
            'includeqrcode' => 0,
            'absenteereport' => 1,
        ]));
    }

    /**
     * A mark, which no rule has seen.
     *
     * @param array $record sessionid, studentid and statusid, and what differs from the usual
     * @return int its id
     */
    public function create_mark(array $record): int {
        global $DB;
        return $DB->insert_record('attendance_log', $record + [
            'statusset' => '',
            'timetaken' => self::BEGIN,
            'takenby' => 2,
            'remarks' => '',
        ]);
    }

    /**
     * The statuses of an activity.
     *
     * @param int $id of the activity
     * @return int[] their ids by acronym, with the number of the set unless that is the first
     */
    public function statuses(int $id): array {
        global $DB;
        $statuses = [];
        foreach ($DB->get_records('attendance_statuses', ['attendanceid' => $id], 'id') as $row) {
            $statuses[$row->acronym . ($row->setnumber ?: '')] = (int) $row->id;
        }
        return $statuses;
    }

    /**
     * A course with everything that matters once.
     *
     * @return stdClass ids: course, students (six; three in the first group, two in the second, one suspended in none),
     *     teacher, assistant (may not see all groups), outsider, groups, the activities lectures, plain (without groups) and
     *     hidden, the sessions session, grouped (of the first group), second (of the second set), other (of plain) and veiled
     *     (of hidden), statuses of the first activity by acronym
     */
    public function create_school(): stdClass {
        global $DB;
        $make = $this->datagenerator;
        $school = (object) ['students' => [], 'groups' => []];
        $school->course = (int) $make->create_course(['groupmode' => VISIBLEGROUPS, 'startdate' => self::BEGIN - WEEKSECS])->id;
        for ($i = 0; $i < 6; $i++) {
            $user = $make->create_user(['idnumber' => "oec_student_school_$i"]);
            $make->enrol_user($user->id, $school->course, 'student', 'manual', 0, 0, $i == 5 ? ENROL_USER_SUSPENDED : null);
            $school->students[] = (int) $user->id;
        }
        foreach (['teacher' => 'editingteacher', 'assistant' => 'teacher'] as $name => $role) {
            $school->$name = (int) $make->create_user()->id;
            $make->enrol_user($school->$name, $school->course, $role);
        }
        $school->outsider = (int) $make->create_user()->id;
        foreach ([array_slice($school->students, 0, 3), array_slice($school->students, 3, 2)] as $members) {
            $group = $make->create_group(['courseid' => $school->course]);
            foreach ($members as $member) {
                $make->create_group_member(['groupid' => $group->id, 'userid' => $member]);
            }
            $school->groups[] = (int) $group->id;
        }
        foreach (['lectures' => [], 'plain' => ['groupmode' => NOGROUPS], 'hidden' => ['visible' => 0]] as $name => $more) {
            $record = $more + ['course' => $school->course, 'name' => $name, 'groupmode' => VISIBLEGROUPS];
            $school->$name = (int) $make->create_module('attendance', $record)->id;
        }
        $status = ['attendanceid' => $school->lectures, 'grade' => 1, 'visible' => 1, 'deleted' => 0, 'setnumber' => 0];
        foreach (
            [
                'P' => ['description' => 'Present in the second set', 'setnumber' => 1],
                'H' => ['description' => 'Hidden', 'visible' => 0],
                'D' => ['description' => 'Deleted', 'deleted' => 1],
            ] as $acronym => $more
        ) {
            $DB->insert_record('attendance_statuses', ['acronym' => $acronym] + $more + $status);
        }
        $school->statuses = $this->statuses($school->lectures);
        $begin = self::BEGIN;
        foreach (
            [
                'session' => [$school->lectures, []],
                'grouped' => [$school->lectures, ['groupid' => $school->groups[0]]],
                'second' => [$school->lectures, ['statusset' => 1]],
                'other' => [$school->plain, []],
                'veiled' => [$school->hidden, []],
            ] as $name => [$activity, $more]
        ) {
            $school->$name = $this->create_session($more + ['attendanceid' => $activity, 'sessdate' => $begin]);
            $begin += DAYSECS;
        }
        return $school;
    }
}
