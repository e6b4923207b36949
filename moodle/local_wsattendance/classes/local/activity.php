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
 * An attendance activity that the account may use.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\local;

use core_external\external_api;
use stdClass;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * An attendance activity, found and its rights checked.
 */
class activity {
    /** @var string[] Rights of which one is enough to read. */
    public const READ = [
        'mod/attendance:takeattendances',
        'mod/attendance:changeattendances',
        'mod/attendance:manageattendances',
    ];

    /** @var stdClass Row of the table attendance. */
    public $record;

    /** @var stdClass Course module. */
    public $cm;

    /** @var stdClass Course. */
    public $course;

    /** @var \context_module */
    public $context;

    /** @var sight Whose sessions and marks this account is shown. */
    public $sight;

    /**
     * Finds the activity, and looks whether this account may enter it and has the right.
     *
     * The right of this plug-in stands for all of them.
     *
     * @param int $id id of the attendance, not of the course module
     * @param string[] $rights capabilities of which one is needed in this activity
     * @param bool $writes whether something is to be written
     * @throws \moodle_exception there is no such activity, or it is not for this account
     */
    public function __construct(int $id, array $rights, bool $writes) {
        global $CFG, $DB;
        require_once($CFG->dirroot . '/mod/attendance/lib.php');
        require_once($CFG->dirroot . '/mod/attendance/locallib.php');
        $this->cm = get_coursemodule_from_instance('attendance', $id);
        self::must_exist($this->cm, 'invalidrecordunknown');
        $this->context = \context_module::instance($this->cm->id);
        $sync = $writes ? access::sync($this->context) : access::reads_all($this->context);
        external_api::validate_context($sync ? \context_system::instance() : $this->context);
        if (!$sync && !has_any_capability($rights, $this->context)) {
            throw new \required_capability_exception($this->context, $rights[0], 'nopermissions', '');
        }
        self::must_exist(!$this->cm->deletioninprogress, 'activityisscheduledfordeletion');
        $this->course = get_course($this->cm->course);
        $this->sight = new sight($this->course);
        $this->record = $DB->get_record('attendance', ['id' => $id], '*', MUST_EXIST);
    }

    /**
     * The activity of a session.
     *
     * @param int $sessionid
     * @param string[] $rights capabilities of which one is needed in this activity
     * @param bool $writes whether something is to be written
     * @return self
     * @throws \moodle_exception there is no such session, or it is not for this account
     */
    public static function of_session(int $sessionid, array $rights, bool $writes): self {
        global $DB;
        $session = $DB->get_record('attendance_sessions', ['id' => $sessionid], 'attendanceid, groupid');
        self::must_exist($session, 'invalidrecord', 'attendance_sessions');
        $activity = new self((int) $session->attendanceid, $rights, $writes);
        if (!$activity->sight->shows($activity->groupmode(), (int) $session->groupid)) {
            throw new \required_capability_exception($activity->context, 'moodle/site:accessallgroups', 'nopermissions', '');
        }
        return $activity;
    }

    /**
     * Whether groups are separate or visible here.
     *
     * @return int
     */
    public function groupmode(): int {
        return (int) groups_get_activity_groupmode($this->cm, $this->course);
    }

    /**
     * Whom this account is shown here.
     *
     * @return array|null with the ids of users as keys; null for everybody
     */
    public function seen(): ?array {
        return $this->sight->narrow($this->groupmode()) ? $this->sight->members() : null;
    }

    /**
     * Looks whether the administrator lets the site use Attendance at all. Where it is hidden, Moodle
     * says of each course that it has no such activity, which must not be taken for the truth.
     *
     * @throws \moodle_exception it is hidden
     */
    public static function must_be_in_use(): void {
        global $DB;
        self::must_exist($DB->get_field('modules', 'visible', ['name' => 'attendance']), 'invalidcoursemoduleid');
    }

    /**
     * Says what isn't there by a code that is the same on each Moodle. Moodle's own differs between
     * versions, and by whether debugging is on.
     *
     * @param mixed $found
     * @param string $code
     * @param string $about
     */
    public static function must_exist($found, string $code, string $about = ''): void {
        if (!$found) {
            throw new \moodle_exception($code, 'error', '', $about);
        }
    }

    /**
     * Says which parameter it is that can't be taken, on any Moodle; Moodle's own exception names it to developers only.
     *
     * @param bool $fits
     * @param string $parameter its name
     * @throws \moodle_exception it does not fit
     */
    public static function must_fit(bool $fits, string $parameter): void {
        if (!$fits) {
            throw new \moodle_exception('invalidparameter', 'local_wsattendance', '', $parameter);
        }
    }

    /**
     * The groups of a grouping.
     *
     * @param int $groupingid
     * @return int[] their ids, in order
     */
    public static function groups_of_grouping(int $groupingid): array {
        global $DB;
        $ids = $DB->get_fieldset_select('groupings_groups', 'groupid', 'groupingid = ?', [$groupingid]);
        $ids = array_values(array_unique(array_map('intval', $ids)));
        sort($ids);
        return $ids;
    }

    /**
     * What Attendance itself works with.
     *
     * @return \mod_attendance_structure
     */
    public function structure(): \mod_attendance_structure {
        return new \mod_attendance_structure($this->record, $this->cm, $this->course, $this->context);
    }

    /**
     * Locks rows until the end of the transaction, and so makes writers wait for each other.
     *
     * A lock of the row of a session also holds off other inserts of marks by this plug-in, which
     * locks of the marks themselves can't.
     *
     * @param string $table
     * @param string $where
     * @param array $params
     */
    public static function lock(string $table, string $where, array $params): void {
        global $DB;
        if ($DB->get_dbfamily() == 'mssql') {
            $DB->get_records_sql("SELECT id FROM {{$table}} WITH (UPDLOCK, ROWLOCK) WHERE $where", $params);
        } else {
            $DB->get_records_sql("SELECT id FROM {{$table}} WHERE $where ORDER BY id FOR UPDATE", $params);
        }
    }
}
