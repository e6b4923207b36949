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
 * Reads the attendance of a course as plain rows.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\local;

use stdClass;

/**
 * What OpenEduCat reads of a course, as rows of plain values in a fixed order: all of it for an account that has the right
 * of this plug-in, else what the account is shown in Moodle.
 *
 * Both the answer of get_sessions and the digest are made of these rows. So the digest changes
 * if and only if what would be read does.
 */
class course_reader {
    /** @var int Characters of a session's description that are handed over: it can hold a photo. */
    public const DESCRIPTION = 1000;

    /** @var string What each reference of OpenEduCat begins with, see add_session. */
    private const REFERENCE = '[oec_sheet_';

    /** @var int Characters of the longest reference, and more. */
    private const REFERENCE_LENGTH = 100;

    /** @var stdClass Course. */
    private $course;

    /** @var \context_course */
    private $context;

    /** @var bool Whether the account has the right of this plug-in. */
    private $all;

    /** @var sight Which groups the account is shown. */
    private $sight;

    /** @var array[] Activities by id. */
    private $activities = [];

    /** @var int[] Ids of the activities of which the account is shown the sessions and marks of its own groups only. */
    private $narrow = [];

    /** @var string Condition on sessions, for a table with the alias s. */
    private $where;

    /** @var array Its parameters. */
    private $params;

    /** @var array[] What could not be read, in the form of external_warnings. */
    public $warnings = [];

    /**
     * Looks up the activities. The caller has entered the course.
     *
     * @param stdClass $course
     * @param int $from unix seconds: only sessions that begin then or later; 0: all
     * @param int $to unix seconds: only sessions that begin earlier; 0: all
     * @param int[] $sessionids only these sessions; none: all
     */
    public function __construct(stdClass $course, int $from, int $to, array $sessionids = []) {
        global $DB;
        $this->course = $course;
        $this->context = \context_course::instance($course->id);
        $this->all = access::reads_all($this->context);
        $this->sight = new sight($course);
        foreach (get_fast_modinfo($course)->get_instances_of('attendance') as $id => $cm) {
            if ($cm->deletioninprogress) {
                continue;
            }
            if (!access::shows($cm)) {
                $this->warn('attendance', $id, 'nopermissions', 'The account may not read this activity.');
                continue;
            }
            $this->activities[$id] = [
                'id' => (int) $id,
                'cmid' => (int) $cm->id,
                'name' => $cm->name,
                'visible' => (int) $cm->visible,
                'groupmode' => (int) $cm->effectivegroupmode,
                'groupingid' => (int) $cm->groupingid,
            ];
            if ($cm->groupingid) {
                $this->activities[$id]['groups'] = activity::groups_of_grouping($cm->groupingid);
            }
            if ($this->sight->narrow((int) $cm->effectivegroupmode)) {
                $this->narrow[] = $id;
            }
        }
        ksort($this->activities);
        [$in, $this->params] = $DB->get_in_or_equal(array_keys($this->activities), SQL_PARAMS_NAMED, 'a', true, 0);
        $this->where = "s.attendanceid $in";
        if ($this->narrow) {
            [$out, $params] = $DB->get_in_or_equal($this->narrow, SQL_PARAMS_NAMED, 'n', false);
            [$own, $more] = $this->sight->in_own('g');
            $this->where .= " AND (s.attendanceid $out OR s.groupid = 0 OR s.groupid $own)";
            $this->params += $params + $more;
        }
        if ($from) {
            $this->where .= ' AND s.sessdate >= :timefrom';
            $this->params['timefrom'] = $from;
        }
        if ($to) {
            $this->where .= ' AND s.sessdate < :timeto';
            $this->params['timeto'] = $to;
        }
        if ($sessionids) {
            [$in, $params] = $DB->get_in_or_equal($sessionids, SQL_PARAMS_NAMED, 'i');
            $this->where .= " AND s.id $in";
            $this->params += $params;
        }
    }

    /**
     * Notes what could not be read.
     *
     * @param string $item
     * @param int $id
     * @param string $code
     * @param string $message
     */
    public function warn(string $item, int $id, string $code, string $message): void {
        $this->warnings[] = ['item' => $item, 'itemid' => $id, 'warningcode' => $code, 'message' => $message];
    }

    /**
     * One text that changes if any of the rows does.
     *
     * @return string 64 hexadecimal digits
     */
    public function digest(): string {
        $hash = hash_init('sha256');
        $parts = [$this->activities(), $this->statuses(), $this->sessions(), $this->marks(), $this->users(), $this->groups()];
        foreach ($parts as $number => $rows) {
            hash_update($hash, "\n$number\n");
            foreach ($rows as $row) {
                if (isset($row['reference']) && \core_text::strlen($row['description']) < self::DESCRIPTION) {
                    // It is a part of what is there anyway. So the digests are those of version 1.0.
                    unset($row['reference']);
                }
                hash_update($hash, serialize($row));
            }
        }
        return hash_final($hash);
    }

    /**
     * The activities that this account may read, by id.
     *
     * @return array[]
     */
    public function activities(): array {
        return $this->activities;
    }

    /**
     * All statuses of the activities, deleted and hidden ones too: a mark may point at them.
     *
     * @return iterable<array>
     */
    public function statuses(): iterable {
        global $DB;
        if (!$this->activities) {
            return;
        }
        [$in, $params] = $DB->get_in_or_equal(array_keys($this->activities));
        foreach ($DB->get_records_select('attendance_statuses', "attendanceid $in", $params, 'id') as $row) {
            yield [
                'id' => (int) $row->id,
                'attendanceid' => (int) $row->attendanceid,
                'acronym' => $row->acronym,
                'description' => $row->description,
                'grade' => (float) $row->grade,
                'visible' => (int) $row->visible,
                'deleted' => (int) $row->deleted,
                'setnumber' => (int) $row->setnumber,
            ];
        }
    }

    /**
     * The sessions, by id.
     *
     * @param int $limitfrom how many to skip
     * @param int $limitnum how many at most, 0 for all
     * @return iterable<array>
     */
    public function sessions(int $limitfrom = 0, int $limitnum = 0): iterable {
        global $DB;
        // Cut by the database: a recordset can hold all of its rows at once.
        $description = $DB->sql_substr('s.description', 1, self::DESCRIPTION);
        $place = $DB->sql_position("'" . self::REFERENCE . "'", 's.description');
        $reference = $DB->sql_substr('s.description', $place, self::REFERENCE_LENGTH);
        $sql = "SELECT s.id, s.attendanceid, s.groupid, s.sessdate, s.duration, s.statusset, s.lasttaken,
                       s.lasttakenby, s.timemodified, $description AS description, s.descriptionformat,
                       $reference AS reference
                  FROM {attendance_sessions} s
                 WHERE $this->where
              ORDER BY s.id";
        $rows = $DB->get_recordset_sql($sql, $this->params, $limitfrom, $limitnum);
        foreach ($rows as $row) {
            $session = [];
            foreach ((array) $row as $name => $value) {
                $session[$name] = in_array($name, ['description', 'reference']) ? $value : (int) $value;
            }
            $session['reference'] = self::reference((string) $session['reference']);
            yield $session;
        }
        $rows->close();
    }

    /**
     * The reference that a text begins with.
     *
     * @param string $text of a description; where it has none, anything can stand there
     * @return string without the brackets, empty if there is none
     */
    private static function reference(string $text): string {
        $pattern = '/^' . preg_quote(self::REFERENCE, '/') . '[A-Za-z0-9_-]+\]/';
        return preg_match($pattern, $text, $found) ? trim($found[0], '[]') : '';
    }

    /**
     * How many sessions there are.
     *
     * @return int
     */
    public function count_sessions(): int {
        global $DB;
        return $DB->count_records_sql("SELECT COUNT(1) FROM {attendance_sessions} s WHERE $this->where", $this->params);
    }

    /**
     * The marks of the sessions, by session and id. A student can have several in one session.
     *
     * @param int[]|null $sessionids of these only
     * @return iterable<array>
     */
    public function marks(?array $sessionids = null): iterable {
        global $DB;
        [$where, $params] = [$this->where, $this->params];
        if ($sessionids !== null) {
            [$in, $params] = $DB->get_in_or_equal($sessionids, SQL_PARAMS_NAMED, 'p', true, 0);
            $where = "s.id $in";
        }
        if ($this->narrow) {
            [$out, $some] = $DB->get_in_or_equal($this->narrow, SQL_PARAMS_NAMED, 'nm', false);
            [$members, $more] = $this->sight->in_members('gm');
            $where .= " AND (s.attendanceid $out OR l.studentid $members)";
            $params += $some + $more;
        }
        $sql = "SELECT l.id, l.sessionid, l.studentid, l.statusid, l.timetaken, l.takenby, l.remarks
                  FROM {attendance_log} l
                  JOIN {attendance_sessions} s ON s.id = l.sessionid
                 WHERE $where
              ORDER BY l.sessionid, l.id";
        $rows = $DB->get_recordset_sql($sql, $params);
        foreach ($rows as $row) {
            yield self::mark($row) + ['sessionid' => (int) $row->sessionid];
        }
        $rows->close();
    }

    /**
     * A row of the table attendance_log as it is handed over.
     *
     * @param stdClass $row
     * @return array
     */
    public static function mark(stdClass $row): array {
        return [
            'id' => (int) $row->id,
            'studentid' => (int) $row->studentid,
            'statusid' => (int) $row->statusid,
            'timetaken' => (int) $row->timetaken,
            'takenby' => (int) $row->takenby,
            'remarks' => (string) $row->remarks,
        ];
    }

    /**
     * The people of the course by id, then those who left and still have a mark. Where only the members of own groups are
     * shown, nobody who left is.
     *
     * @return iterable<array>
     */
    public function users(): iterable {
        global $DB;
        if (!$this->all && !has_capability('moodle/course:viewparticipants', $this->context)) {
            $this->warn('course', $this->course->id, 'nopeople', 'The account may not see the participants.');
            return;
        }
        [$numbers, $addresses] = $this->identity();
        if (!$numbers || !$addresses) {
            $this->warn('course', $this->course->id, 'noidentity', 'The account may not see ID numbers and e-mails.');
        }
        $roles = [];
        $sql = "SELECT ra.id, ra.userid, r.shortname
                  FROM {role_assignments} ra
                  JOIN {role} r ON r.id = ra.roleid
                 WHERE ra.contextid = ?
              ORDER BY ra.userid, r.shortname";
        foreach ($DB->get_records_sql($sql, [$this->context->id]) as $row) {
            $roles[$row->userid][$row->shortname] = $row->shortname;
        }
        // Three small queries: joined into one, PostgreSQL takes ten times as long.
        $enrolled = $this->enrolled();
        $active = $this->enrolled('', true);
        $listed = $this->enrolled('mod/attendance:canbelisted');
        $left = array_diff_key($this->marked(), $enrolled);
        if ($this->sight->hides_people()) {
            [$enrolled, $left] = [array_intersect_key($enrolled, $this->sight->members()), []];
        }
        foreach (array_filter([$enrolled, $left]) as $ids) {
            [$in, $params] = $DB->get_in_or_equal(array_keys($ids));
            $fields = 'id, idnumber, email, firstname, lastname, suspended';
            foreach ($DB->get_records_select('user', "id $in AND deleted = 0", $params, 'id', $fields) as $row) {
                yield [
                    'id' => (int) $row->id,
                    'idnumber' => $numbers ? $row->idnumber : '',
                    'email' => $addresses ? $row->email : '',
                    'firstname' => $row->firstname,
                    'lastname' => $row->lastname,
                    'suspended' => (int) $row->suspended,
                    'enrolled' => (int) isset($enrolled[$row->id]),
                    'active' => (int) isset($active[$row->id]),
                    'listed' => (int) isset($listed[$row->id]),
                    'roles' => array_values($roles[$row->id] ?? []),
                ];
            }
        }
    }

    /**
     * Whether ID numbers are shown, and e-mail addresses: as in Moodle's own lists.
     *
     * @return bool[]
     */
    private function identity(): array {
        global $CFG;
        if ($this->all) {
            return [true, true];
        }
        if (!has_capability('moodle/site:viewuseridentity', $this->context)) {
            return [false, false];
        }
        $shown = explode(',', $CFG->showuseridentity);
        $details = has_capability('moodle/user:viewalldetails', $this->context);
        return [
            $details || in_array('idnumber', $shown),
            $details || in_array('email', $shown) || has_capability('moodle/course:useremail', $this->context),
        ];
    }

    /**
     * Who is enrolled.
     *
     * @param string $capability only who has it
     * @param bool $active only whose enrolment counts now
     * @return array with the ids of users as keys
     */
    private function enrolled(string $capability = '', bool $active = false): array {
        global $DB;
        [$sql, $params] = get_enrolled_sql($this->context, $capability, 0, $active);
        return array_flip($DB->get_fieldset_sql($sql, $params));
    }

    /**
     * Who has a mark in one of the sessions.
     *
     * @return array with the ids of users as keys
     */
    private function marked(): array {
        global $DB;
        $sql = "SELECT DISTINCT l.studentid
                  FROM {attendance_log} l
                  JOIN {attendance_sessions} s ON s.id = l.sessionid
                 WHERE $this->where";
        return array_flip($DB->get_fieldset_sql($sql, $this->params));
    }

    /**
     * The groups of the course with their members, by id.
     *
     * @return iterable<array>
     */
    public function groups(): iterable {
        global $DB;
        if (!$this->all && !has_capability('moodle/site:accessallgroups', $this->context)) {
            $this->warn('course', $this->course->id, 'nogroups', 'The account may not see all groups.');
            return;
        }
        $members = [];
        $sql = "SELECT gm.id, gm.groupid, gm.userid
                  FROM {groups_members} gm
                  JOIN {groups} g ON g.id = gm.groupid
                 WHERE g.courseid = ?
              ORDER BY gm.groupid, gm.userid";
        foreach ($DB->get_records_sql($sql, [$this->course->id]) as $row) {
            $members[$row->groupid][] = (int) $row->userid;
        }
        // Since Moodle 4.2.
        $more = isset($DB->get_columns('groups')['participation']) ? ', participation' : '';
        foreach ($DB->get_records('groups', ['courseid' => $this->course->id], 'id', "id, name, idnumber$more") as $row) {
            $group = [
                'id' => (int) $row->id,
                'name' => $row->name,
                'idnumber' => (string) $row->idnumber,
                'members' => $members[$row->id] ?? [],
            ];
            if ($more && !$row->participation) {
                $group['participation'] = 0;
            }
            yield $group;
        }
    }
}
