"""How long the digests of many courses take, and one course in one call.

``COURSES`` (500), ``SESSIONS`` (25) of each, ``STUDENTS`` (40) in each, all marked. Run by
``dev/test_moodle.sh volume``.
"""

import os
import statistics
import time

import moodle_site
from courses import make_course

COURSES = int(os.environ.get("COURSES", "500"))
SESSIONS = int(os.environ.get("SESSIONS", "25"))
STUDENTS = int(os.environ.get("STUDENTS", "40"))

_PEOPLE = """
    for ($i = 0; $i < $in['students']; $i++) {
        $ids[] = new_user("v$i.{$in['tag']}", ['idnumber' => "v$i.{$in['tag']}"]);
    }
    return $ids;
"""
# When the first session begins, and its marks are given.
FIRST = 1790000000


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
    starts = [FIRST + 86400 * n for n in range(SESSIONS)]
    letters = ["P" * STUDENTS] * SESSIONS
    courses = [
        make_course(stage, f"v{n}.{tag}", people, starts, letters)[0] for n in range(COURSES)
    ]
    stage("purge_all_caches();")
    print(f"{COURSES} courses, {SESSIONS} sessions each, {STUDENTS} students each, all marked")
    start = time.perf_counter()
    site.digests(*courses)
    print(f"digests of all, caches empty: {time.perf_counter() - start:.2f} s")
    seconds, digests = timed(lambda: site.digests(*courses))
    assert len(digests) == COURSES
    print(f"digests of all, one call: {seconds:.2f} s")
    window = {"from": starts[-1]}
    seconds, _ = timed(lambda: site.digests(*courses, **window))
    print(f"digests of all, the last day only: {seconds:.2f} s")
    seconds, answer = timed(lambda: site.read(courses[0]))
    size = len(site.post("local_wsattendance_get_sessions", {"courseid": courses[0]}).content)
    assert len(answer["sessions"]) == SESSIONS
    print(f"a course in one call: {seconds:.2f} s, {size:,} bytes")
    marks = [
        {"studentid": student, "statusid": answer["statuses"][1]["id"]}
        | {"expected": {"statusid": answer["statuses"][0]["id"], "timetaken": FIRST}}
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
