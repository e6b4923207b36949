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
 * Writes the marks of one session.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\local;

use stdClass;

/**
 * Writes marks of one session, each only where the database still holds what the caller has read.
 */
class mark_writer {
    /** @var int Characters that the database keeps of the statuses that could have been given. */
    private const STATUSSET = 1333;

    /** @var activity */
    private $activity;

    /** @var int Id of the session. */
    private $sessionid;

    /** @var stdClass Row of the table attendance_sessions. */
    private $session;

    /** @var int Id of the user who takes the attendance. */
    private $takenby;

    /** @var array Students who were given a row that they did not have, with its id. */
    private $inserted = [];

    /** @var int[] Of each student the row that Attendance's own page would update, by its id. */
    private $kept = [];

    /** @var array|null Whom the account is shown, see activity::seen, in a list of one; null before that is asked for. */
    private $seen = null;

    /** @var bool Whether anything was written. */
    private $touched = false;

    /**
     * Remembers what to write to; rights are checked already.
     *
     * @param activity $activity
     * @param int $sessionid
     * @param int $takenby id of a user
     */
    public function __construct(activity $activity, int $sessionid, int $takenby) {
        $this->activity = $activity;
        $this->sessionid = $sessionid;
        $this->takenby = $takenby;
    }

    /**
     * Writes what can be written, all in one transaction, and says of each mark what became of it.
     *
     * @param array[] $marks see set_marks
     * @return array[] results in the order of the marks, see set_marks
     */
    public function write(array $marks): array {
        global $DB;
        $ids = array_column($marks, 'studentid');
        $transaction = $DB->start_delegated_transaction();
        $this->lock();
        $present = $this->rows($ids, true);
        $reasons = $this->refusals($marks);
        $results = [];
        foreach ($marks as $place => $mark) {
            $id = $mark['studentid'];
            $outcome = $reasons[$place] ? 'refused' : $this->write_one($mark, $present[$id]);
            $results[] = ['studentid' => $id, 'outcome' => $outcome, 'reason' => $reasons[$place]];
        }
        if ($this->touched) {
            $this->session->lasttaken = time();
            $this->session->lasttakenby = $this->takenby;
            $DB->update_record('attendance_sessions', [
                'id' => $this->sessionid,
                'lasttaken' => $this->session->lasttaken,
                'lasttakenby' => $this->takenby,
            ]);
        }
        $transaction->allow_commit();
        $overtaken = $this->give_way();
        $present = $this->rows($ids);
        foreach ($results as $place => $result) {
            if (in_array($result['studentid'], $overtaken) && $result['outcome'] == 'written') {
                $results[$place]['outcome'] = 'changed';
            }
            $rows = $this->sees($result['studentid']) ? $present[$result['studentid']] : [];
            $results[$place]['marks'] = array_map([course_reader::class, 'mark'], $rows);
        }
        $this->after($results);
        return $results;
    }

    /**
     * Writes one mark whatever is there, as Attendance's own external function does: any status of the activity is taken,
     * remarks are kept, and the session counts as modified.
     *
     * @param int $studentid
     * @param int $statusid
     * @param string $statusset
     * @throws \moodle_exception the student is not enrolled, or the status is of another activity
     */
    public function overwrite(int $studentid, int $statusid, string $statusset): void {
        global $DB;
        $transaction = $DB->start_delegated_transaction();
        $this->lock();
        [$enrolled] = $this->among([$studentid], ['']);
        activity::must_fit(isset($enrolled[$studentid]) && $this->sees($studentid), 'studentid');
        $status = ['id' => $statusid, 'attendanceid' => $this->session->attendanceid];
        activity::must_fit($DB->record_exists('attendance_statuses', $status), 'statusid');
        activity::must_fit(\core_text::strlen($statusset) <= self::STATUSSET, 'statusset');
        $rows = $this->rows([$studentid], true)[$studentid];
        $this->store($studentid, $rows, ['statusid' => $statusid, 'statusset' => $statusset]);
        $DB->update_record('attendance_sessions', [
            'id' => $this->sessionid,
            'lasttaken' => time(),
            'lasttakenby' => $this->takenby,
            'timemodified' => time(),
        ]);
        $transaction->allow_commit();
        $this->tell();
    }

    /**
     * Makes other writers of this session wait, then reads it.
     */
    private function lock(): void {
        global $DB;
        activity::lock('attendance_sessions', 'id = ?', [$this->sessionid]);
        $this->session = $DB->get_record('attendance_sessions', ['id' => $this->sessionid], '*', MUST_EXIST);
        // Attendance asks like this, without an order, and keeps the last row of a student. If that
        // one were deleted while a teacher saves, the teacher's mark would go nowhere.
        $rows = $DB->get_recordset('attendance_log', ['sessionid' => $this->sessionid], '', 'studentid, id');
        foreach ($rows as $row) {
            $this->kept[$row->studentid] = (int) $row->id;
        }
        $rows->close();
    }

    /**
     * The rows of students in this session, the one that counts first: the last one taken.
     *
     * @param int[] $studentids
     * @param bool $lock whether they stay as they are until the end of the transaction
     * @return stdClass[][] by student
     */
    private function rows(array $studentids, bool $lock = false): array {
        global $DB;
        $rows = array_fill_keys($studentids, []);
        [$in, $params] = $DB->get_in_or_equal($studentids, SQL_PARAMS_QM, '', true, 0);
        $where = "sessionid = ? AND studentid $in";
        array_unshift($params, $this->sessionid);
        $locked = [];
        do {
            $found = $DB->get_records_select('attendance_log', $where, $params, 'timetaken DESC, id DESC');
            $new = $lock ? array_diff(array_keys($found), $locked) : [];
            if ($new) {
                // By their ids: MariaDB would look for a student in a session by two indexes at once, and lock all that it
                // passes in either, which are marks of other sessions. Two writers could wait for each other.
                [$in, $ids] = $DB->get_in_or_equal($new);
                activity::lock('attendance_log', "id $in", $ids);
                $locked = array_merge($locked, $new);
            }
            // What it was before it was locked counts for nothing.
        } while ($new);
        foreach ($found as $row) {
            $rows[$row->studentid][] = $row;
        }
        return $rows;
    }

    /**
     * Why marks may not be written.
     *
     * @param array[] $marks
     * @return string[] a reason code for each mark, empty if it may be written
     */
    private function refusals(array $marks): array {
        global $DB;
        $ids = array_column($marks, 'studentid');
        [$in, $params] = $DB->get_in_or_equal($ids, SQL_PARAMS_NAMED, 'u', true, 0);
        $people = $DB->get_records_select_menu('user', "id $in AND deleted = 0", $params, '', 'id, id AS same');
        [$enrolled, $listed] = $this->among($ids, ['', 'mod/attendance:canbelisted']);
        [$grouped] = $this->session->groupid ? $this->among($ids, [''], (int) $this->session->groupid) : [$listed];
        $shown = $this->shown();
        $statuses = $DB->get_records('attendance_statuses', ['attendanceid' => $this->session->attendanceid]);
        $longest = $DB->get_columns('attendance_log')['remarks']->max_length;
        $twice = array_count_values($ids);
        $reasons = [];
        foreach ($marks as $mark) {
            $id = $mark['studentid'];
            if ($twice[$id] > 1) {
                $reasons[] = 'studenttwice';
            } else if (!isset($people[$id])) {
                $reasons[] = 'nosuchuser';
            } else if (!isset($enrolled[$id])) {
                $reasons[] = 'notenrolled';
            } else if (!isset($listed[$id])) {
                $reasons[] = 'notlisted';
            } else if (!isset($grouped[$id]) || !$this->sees($id)) {
                $reasons[] = 'notingroup';
            } else if ($shown !== null && !isset($shown[$id])) {
                $reasons[] = 'notingrouping';
            } else if (\core_text::strlen($mark['remarks'] ?? '') > $longest) {
                $reasons[] = 'remarkstoolong';
            } else {
                $reasons[] = $this->status_refused($mark['statusid'], $statuses);
            }
        }
        return $reasons;
    }

    /**
     * Who of some people is enrolled.
     *
     * @param int[] $userids
     * @param string[] $capabilities only who has it; an empty one: everybody
     * @param int $groupid only its members; 0: everybody
     * @return array for each capability an array with the ids of users as keys
     */
    private function among(array $userids, array $capabilities, int $groupid = 0): array {
        global $DB;
        [$in, $params] = $DB->get_in_or_equal($userids, SQL_PARAMS_NAMED, 'u', true, 0);
        $found = [];
        foreach ($capabilities as $capability) {
            [$enrolled, $more] = get_enrolled_sql($this->activity->context, $capability, $groupid);
            $found[] = $DB->get_records_sql("SELECT e.id FROM ($enrolled) e WHERE e.id $in", $params + $more);
        }
        return $found;
    }

    /**
     * Whether the account is shown this student in the activity.
     *
     * @param int $studentid
     * @return bool
     */
    private function sees(int $studentid): bool {
        $this->seen = $this->seen ?? [$this->activity->seen()];
        return $this->seen[0] === null || isset($this->seen[0][$studentid]);
    }

    /**
     * Whom Attendance's own page can show in this session, as far as the grouping of the activity says.
     *
     * @return array|null with the ids of users as keys; null if there is no such limit
     */
    private function shown(): ?array {
        global $DB;
        $groupingid = (int) $this->activity->cm->groupingid;
        if (!$groupingid) {
            return null;
        }
        $groups = activity::groups_of_grouping($groupingid);
        if ($this->session->groupid) {
            return in_array($this->session->groupid, $groups) ? null : [];
        }
        if (!$groups) {
            // Attendance takes a grouping without any group for none.
            return null;
        }
        [$in, $params] = $DB->get_in_or_equal($groups);
        return array_flip($DB->get_fieldset_select('groups_members', 'userid', "groupid $in", $params));
    }

    /**
     * Why a status may not be given in this session.
     *
     * @param int $id 0 for none, which clears the mark
     * @param stdClass[] $statuses all of the activity, by id
     * @return string a reason code, empty if it may
     */
    private function status_refused(int $id, array $statuses): string {
        if (!$id) {
            return '';
        }
        if (!isset($statuses[$id])) {
            return 'nosuchstatus';
        }
        if ($statuses[$id]->setnumber != $this->session->statusset) {
            return 'statusofotherset';
        }
        if ($statuses[$id]->deleted) {
            return 'statusdeleted';
        }
        return $statuses[$id]->visible ? '' : 'statushidden';
    }

    /**
     * Writes one mark if it is as expected.
     *
     * @param array $mark
     * @param stdClass[] $rows what is there
     * @return string written, same or changed
     */
    private function write_one(array $mark, array $rows): string {
        $row = $rows[0] ?? null;
        $status = $row ? (int) $row->statusid : 0;
        $remarks = $row ? (string) $row->remarks : '';
        $wanted = $mark['remarks'] ?? $remarks;
        // Sent again, because the answer got lost, it is no conflict.
        if (count($rows) < 2 && $status == $mark['statusid'] && $remarks === $wanted) {
            return 'same';
        }
        $expected = $mark['expected'] ?? null;
        if ($expected === null) {
            // A row that was cleared is no mark.
            $asexpected = !$status && $remarks === '' && count($rows) < 2;
        } else {
            $asexpected = $row && $status == $expected['statusid'] && $row->timetaken == $expected['timetaken']
                && (!isset($expected['remarks']) || $expected['remarks'] === $remarks);
        }
        if (!$asexpected) {
            return 'changed';
        }
        $this->touched = true;
        $this->store($mark['studentid'], $rows, [
            'statusid' => $mark['statusid'],
            'statusset' => implode(',', array_keys(
                attendance_get_statuses($this->session->attendanceid, true, $this->session->statusset)
            )),
            'remarks' => $wanted,
        ]);
        return 'written';
    }

    /**
     * Leaves one row of a student, with these values. A mark that is cleared stays as an empty row:
     * it says when and by whom, and a teacher who saves at the same time still finds it.
     *
     * @param int $studentid
     * @param stdClass[] $rows what is there
     * @param array $values columns of attendance_log
     */
    private function store(int $studentid, array $rows, array $values): void {
        global $DB;
        $values += ['timetaken' => time(), 'takenby' => $this->takenby];
        if (!$rows) {
            $values += ['sessionid' => $this->sessionid, 'studentid' => $studentid];
            $this->inserted[$studentid] = $DB->insert_record('attendance_log', $values);
            return;
        }
        $id = $this->kept[$studentid] ?? (int) $rows[0]->id;
        $others = array_diff(array_map('intval', array_column($rows, 'id')), [$id]);
        if ($others) {
            $DB->delete_records_list('attendance_log', 'id', $others);
        }
        $DB->update_record('attendance_log', $values + ['id' => $id, 'remarks' => $rows[0]->remarks]);
    }

    /**
     * Takes back rows that were inserted while a teacher's own save inserted one, too.
     *
     * Attendance takes no lock, so the transaction could not see the other row. The teacher's
     * stays: it is not what the caller expected.
     *
     * @return int[] the students
     */
    private function give_way(): array {
        global $DB;
        if (!$this->inserted) {
            return [];
        }
        $transaction = $DB->start_delegated_transaction();
        $this->lock();
        $doubled = array_filter($this->rows(array_keys($this->inserted), true), function ($rows) {
            return count($rows) > 1;
        });
        if ($doubled) {
            $DB->delete_records_list('attendance_log', 'id', array_intersect_key($this->inserted, $doubled));
        }
        $transaction->allow_commit();
        return array_keys($doubled);
    }

    /**
     * Grades and the event, as after a teacher's own save. Grades also for marks that were there
     * already: it may be that an earlier call was cut off before this.
     *
     * @param array[] $results
     */
    private function after(array $results): void {
        $students = [];
        foreach ($results as $result) {
            if (in_array($result['outcome'], ['written', 'same'])) {
                $students[] = $result['studentid'];
            }
        }
        if ($students && $this->activity->record->grade) {
            grades::update($this->activity, $students);
        }
        if ($this->touched) {
            $this->tell();
        }
    }

    /**
     * Raises the event of a teacher's own save.
     */
    private function tell(): void {
        $event = \mod_attendance\event\attendance_taken::create([
            'objectid' => $this->activity->record->id,
            'context' => $this->activity->context,
            'other' => ['sessionid' => $this->sessionid, 'grouptype' => $this->session->groupid],
        ]);
        $event->add_record_snapshot('course_modules', $this->activity->cm);
        $event->add_record_snapshot('attendance_sessions', $this->session);
        $event->trigger();
    }
}
