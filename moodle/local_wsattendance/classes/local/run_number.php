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
 * The numbers of the runs of a synchronisation.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\local;

/**
 * Tells a synchronisation from an older copy of it: each run hands in the number that the last one
 * was given, and is given the next. A copy, or an old backup, hands in an older one.
 */
class run_number {
    /**
     * Takes the number of a run and gives the next one.
     *
     * What counts is what was handed in last, and what was given for it: of a run that died before it could keep its
     * number, the next one hands in the same again. A number above all that were given is of a
     * time that this Moodle has forgotten, restored from a backup itself.
     *
     * @param string $key whose runs these are
     * @param int $number the last one that was given, 0 for none
     * @param bool $renew whether the next one counts, whatever was given before
     * @return int the next number; 0 if a later run has been here
     */
    public static function next(string $key, int $number, bool $renew): int {
        global $DB;
        $transaction = $DB->start_delegated_transaction();
        activity::lock('local_wsattendance_run', 'runkey = ?', [$key]);
        $known = $DB->get_record('local_wsattendance_run', ['runkey' => $key]);
        $given = $known ? (int) $known->given : 0;
        $counts = !$known || $number == $known->handedin || $number >= $given;
        if ($counts || $renew) {
            $next = max($number, $given) + 1;
            // Of what was given before, nothing counts any more.
            $row = ['handedin' => $renew ? $next : $number, 'given' => $next, 'timemodified' => time()];
            if ($known) {
                $DB->update_record('local_wsattendance_run', ['id' => $known->id] + $row);
            } else {
                $DB->insert_record('local_wsattendance_run', ['runkey' => $key] + $row);
            }
        }
        $transaction->allow_commit();
        return $counts || $renew ? $next : 0;
    }
}
