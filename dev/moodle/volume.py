"""How long the digests of many courses take, and one course in one call.

``COURSES`` (500), ``SESSIONS`` (25) of each, ``STUDENTS`` (40) in each, all marked. Run by
``dev/test_moodle.sh volume``.
"""

import os
import statistics
import time

import moodle_site

COURSES = int(os.environ.get("COURSES", "500"))
SESSIONS = int(os.environ.get("SESSIONS", "25"))
STUDENTS = int(os.environ.get("STUDENTS", "40"))

_PEOPLE = """
    for ($i = 0; $i < $in['students']; $i++) {
        $ids[] = new_user("v$i.{$in['tag']}", ['idnumber' => "v$i.{$in['tag']}"]);
    }
    return $ids;
"""
_COURSE = """
    $course = new_course($in['name']);
    $attendance = new_activity($course, 'Lectures');
    $enrol = $DB->get_field('enrol', 'id', ['courseid' => $course, 'enrol' => 'manual']);
    $role = $DB->get_field('role', 'id', ['shortname' => 'student']);
    $context = context_course::instance($course)->id;
    $status = $DB->get_field_sql('SELECT MIN(id) FROM {attendance_statuses} WHERE attendanceid = ?', [$attendance]);
    foreach ($in['people'] as $user) {
        $rows[] = ['enrolid' => $enrol, 'userid' => $user, 'status' => 0, 'timecreated' => 1, 'timemodified' => 1];
        $roles[] = ['roleid' => $role, 'contextid' => $context, 'userid' => $user, 'timemodified' => 1];
    }
    $DB->insert_records('user_enrolments', $rows);
    $DB->insert_records('role_assignments', $roles);
    for ($i = 0; $i < $in['sessions']; $i++) {
        $sessions[] = ['attendanceid' => $attendance, 'sessdate' => 1790000000 + $i * 86400, 'duration' => 3600,
            'lasttaken' => 1790000000, 'description' => 'Lesson', 'descriptionformat' => 1];
    }
    $DB->insert_records('attendance_sessions', $sessions);
    foreach ($DB->get_records('attendance_sessions', ['attendanceid' => $attendance]) as $session) {
        foreach ($in['people'] as $user) {
            $marks[] = ['sessionid' => $session->id, 'studentid' => $user, 'statusid' => $status,
                'timetaken' => 1790000000, 'takenby' => 2, 'remarks' => ''];
        }
    }
    $DB->insert_records('attendance_log', $marks);
    return $course;
"""


def timed(ask, times=5):
    """:return: ``(median seconds, answer)``"""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        answer = ask()
        took.append(time.perf_counter() - start)
    return statistics.median(took), answer


def main():
    stage = moodle_site.Stage()
    site = moodle_site.Site(moodle_site.set_up())
    tag = moodle_site.tag()
    people = stage(_PEOPLE, tag=tag, students=STUDENTS)
    courses = [
        stage(_COURSE, name=f"v{n}.{tag}", people=people, sessions=SESSIONS) for n in range(COURSES)
    ]
    stage("purge_all_caches();")
    print(f"{COURSES} courses, {SESSIONS} sessions each, {STUDENTS} students each, all marked")
    start = time.perf_counter()
    site.digests(*courses)
    print(f"digests of all, caches empty: {time.perf_counter() - start:.2f} s")
    seconds, digests = timed(lambda: site.digests(*courses))
    assert len(digests) == COURSES
    print(f"digests of all, one call: {seconds:.2f} s")
    window = {"from": 1790000000 + 86400 * (SESSIONS - 1)}
    seconds, _ = timed(lambda: site.digests(*courses, **window))
    print(f"digests of all, the last day only: {seconds:.2f} s")
    seconds, answer = timed(lambda: site.read(courses[0]))
    size = len(site.post("local_wsattendance_get_sessions", {"courseid": courses[0]}).content)
    assert len(answer["sessions"]) == SESSIONS
    print(f"a course in one call: {seconds:.2f} s, {size:,} bytes")
    marks = [
        {"studentid": student, "statusid": answer["statuses"][1]["id"]}
        | {"expected": {"statusid": answer["statuses"][0]["id"], "timetaken": 1790000000}}
        for student in people
    ]
    start = time.perf_counter()
    results = site.set_marks(answer["sessions"][0]["id"], *marks)
    seconds = time.perf_counter() - start
    assert {result["outcome"] for result in results} == {"written"}, results
    print(f"{STUDENTS} marks of a session set, grades included: {seconds:.2f} s")
    peak = stage(
        "$c = get_course($in['id']); $m = memory_get_usage(); memory_reset_peak_usage();"
        " (new \\local_wsattendance\\local\\course_reader($c, 0, 0))->digest();"
        " return memory_get_peak_usage() - $m;",
        id=courses[0],
    )
    print(f"memory for the digest of a course: {peak / 1e6:.1f} MB")
    stage.close()
    return os.EX_OK


if __name__ == "__main__":
    raise SystemExit(main())
