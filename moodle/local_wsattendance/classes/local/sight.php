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
 * Whom and what an account is shown of a course.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\local;

use stdClass;

/**
 * The groups of a course that an account is shown, where groups are separate: its own, if it has no right to all.
 *
 * As in Moodle, the course says whose names are shown, and each activity whose sessions and marks.
 */
class sight {
    /** @var stdClass Course. */
    private $course;

    /** @var bool Whether all groups are shown. */
    private $all;

    /** @var int[]|null Ids of the account's own groups, once they are asked for. */
    private $own = null;

    /**
     * Looks what the account may do in the course.
     *
     * @param stdClass $course
     */
    public function __construct(stdClass $course) {
        $context = \context_course::instance($course->id);
        $this->course = $course;
        $this->all = access::reads_all($context) || has_capability('moodle/site:accessallgroups', $context);
    }

    /**
     * Whether only own groups are shown.
     *
     * @param int $groupmode of an activity, or of the course
     * @return bool
     */
    public function narrow(int $groupmode): bool {
        return $groupmode == SEPARATEGROUPS && !$this->all;
    }

    /**
     * Whether not all people of the course are shown.
     *
     * @return bool
     */
    public function hides_people(): bool {
        return $this->narrow((int) groups_get_course_groupmode($this->course));
    }

    /**
     * Whether a session is shown: it is for all participants, or for a group that is.
     *
     * @param int $groupmode of its activity
     * @param int $groupid of the session
     * @return bool
     */
    public function shows(int $groupmode, int $groupid): bool {
        return !$groupid || !$this->narrow($groupmode) || in_array($groupid, $this->own());
    }

    /**
     * The account's own groups, as a condition.
     *
     * @param string $prefix of the names of the parameters
     * @return array SQL behind the name of a column, and its parameters
     */
    public function in_own(string $prefix): array {
        global $DB;
        return $DB->get_in_or_equal($this->own(), SQL_PARAMS_NAMED, $prefix, true, 0);
    }

    /**
     * The members of the account's own groups, as a condition.
     *
     * @param string $prefix of the names of the parameters
     * @return array SQL behind the name of a column, and its parameters
     */
    public function in_members(string $prefix): array {
        [$in, $params] = $this->in_own($prefix);
        return ["IN (SELECT gm.userid FROM {groups_members} gm WHERE gm.groupid $in)", $params];
    }

    /**
     * The members of the account's own groups.
     *
     * @return array with the ids of users as keys
     */
    public function members(): array {
        global $DB;
        [$in, $params] = $this->in_own('o');
        return array_flip($DB->get_fieldset_select('groups_members', 'userid', "groupid $in", $params));
    }

    /**
     * The account's own groups in this course.
     *
     * @return int[]
     */
    private function own(): array {
        global $USER;
        if ($this->own === null) {
            $this->own = array_map('intval', array_keys(groups_get_all_groups($this->course->id, $USER->id)));
        }
        return $this->own;
    }
}
