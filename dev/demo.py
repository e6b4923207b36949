"""`make demo`: attendance of a Moodle is pulled into OpenEduCat, some marks change in
Moodle, and it is pulled again; then marks go to Moodle, and then both sides mark. Runs in
an Odoo shell; ends with status 0 only if the database holds what Moodle holds, each time.

The comparison at the end asks Moodle by itself, with nothing of the add-on.
"""

import os
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import requests

CHECKOUT = Path(os.environ["CHECKOUT"])
sys.path[:0] = [str(CHECKOUT / "dev"), str(CHECKOUT / "tests")]
import demo_both  # noqa: E402
import demo_moodle  # noqa: E402
import demo_school  # noqa: E402

KEPT = Path(os.environ["CACHE"]) / "demo.moodle"
ZONE = demo_moodle.ZONE
DAYS = 28
REAL = os.environ.get("MOODLE_URL")
FIELDS = {"P": "present", "A": "absent", "L": "late", "E": "excused"}


class MoodleRefusal(Exception):
    pass


def heading(text):
    print(f"\n{text}\n{'-' * len(text)}")


def moodle_caller(url, token):
    """A bare caller of Moodle's web services."""

    def call(function, **params):
        form = {"wstoken": token, "wsfunction": function, "moodlewsrestformat": "json", **params}
        answer = requests.post(f"{url}/webservice/rest/server.php", data=form, timeout=120).json()
        if isinstance(answer, dict) and "exception" in answer:
            raise MoodleRefusal(f"{function}: {answer['message']}")
        return answer

    return call


def attendance_in_moodle(moodle, course_id):
    """``{(session id, Moodle user id): (letter, date)}`` of a course, P A L E only."""
    marks = {}
    for section in moodle("core_course_get_contents", courseid=course_id):
        for module in section["modules"]:
            if module["modname"] != "attendance":
                continue
            try:
                sessions = moodle("mod_attendance_get_sessions", attendanceid=module["instance"])
            except MoodleRefusal as refusal:
                print(f"Moodle can't deliver {module['name']} ({refusal}); not compared.")
                continue
            for session in sessions:
                day = datetime.fromtimestamp(session["sessdate"], ZoneInfo(ZONE)).date()
                letters = {s["id"]: s["acronym"].strip() for s in session["statuses"]}
                for row in session["attendance_log"]:
                    letter = letters.get(int(row["statusid"] or 0))
                    if letter in FIELDS:
                        marks[session["id"], row["studentid"]] = letter, day
    return marks


def attendance_here(env, instance):
    """``{(session id, op.student id): (letter, date)}`` of sheets that are not cancelled."""
    sheets = env["op.attendance.sheet"].search(
        [("moodle_instance_id", "=", instance.id), ("state", "!=", "cancel")]
    )
    return {
        (line.attendance_id.moodle_session_id, line.student_id.id): (
            letter,
            line.attendance_id.attendance_date,
        )
        for line in sheets.attendance_line
        for letter, field in FIELDS.items()
        if line[field]
    }


def compare(env, instance, moodle, students):
    """Differences between both sides, as sentences.

    :param students: ``{Moodle user id: op.student id}`` of those that match
    """
    here = attendance_here(env, instance)
    mapped = env["moodle.mapping"].search(
        [("instance_id", "=", instance.id), ("model", "=", "op.subject")]
    )
    there = {}
    for course_id in mapped.mapped("moodle_id"):
        for (session, user), mark in attendance_in_moodle(moodle, course_id).items():
            if user in students:
                there[session, students[user]] = mark
    for key in sorted(set(here) | set(there)):
        if here.get(key) != there.get(key):
            moodle, odoo = (
                " of ".join(map(str, side.get(key, ["nothing"]))) for side in (there, here)
            )
            yield f"session {key[0]}, student {key[1]}: Moodle has {moodle}, OpenEduCat {odoo}"
    print(f"{len(there)} marks of matched students in Moodle, {len(here)} lines in OpenEduCat.")


def run_and_tell(env, instance):
    started = time.monotonic()
    result = instance.sync_attendance()
    # The run has cursors of its own; a new transaction sees what it has done.
    env.cr.commit()
    run = env["moodle.sync.run"].browse(result[0].run_id)
    print(result)
    print(f"{run.moodle_calls} Moodle calls, {time.monotonic() - started:.1f} seconds.")
    return result[0]


def main(env):
    instance = env["moodle.instance"].create(
        {
            "name": "Demo Moodle",
            "url": REAL or "http://127.0.0.1",
            "token": os.environ.get("MOODLE_TOKEN") or demo_moodle.TOKEN,
            "tz": ZONE,
            "sync_window_days": 0,
        }
    )
    KEPT.unlink(missing_ok=True)
    if REAL:
        moodle = moodle_caller(REAL, os.environ["MOODLE_TOKEN"])
        demo_school.mirror_moodle(env, instance, moodle)
        server = None
        links = env["moodle.mapping"].search(
            [("instance_id", "=", instance.id), ("model", "=", "op.student")]
        )
        students = {link.moodle_id: link.oec_record_id for link in links}
    else:
        today = date.today()
        first_day = today - timedelta(days=today.weekday() + DAYS)
        ids = {**demo_school.make_school(env), "first_day": first_day.isoformat()}
        server, school = demo_moodle.start(ids)
        instance.url = server.url
        moodle = moodle_caller(server.url, demo_moodle.TOKEN)
        students = school.students
    env.cr.commit()

    heading("Connection and prerequisites")
    instance.action_test_connection()
    env.cr.commit()
    print(instance.test_message)
    print(instance.prerequisites or "")

    heading("First run")
    results = [run_and_tell(env, instance)]
    heading("What has to be mended")
    for gap in env["moodle.sync.gap"].search([("state", "=", "open")]):
        print(f"* {gap.course_name or instance.name}: {gap.name}")

    if server:
        heading("Some marks change in Moodle")
        for sentence in demo_moodle.second_act(school):
            print(f"* {sentence}")
    heading("Second run")
    results.append(run_and_tell(env, instance))
    heading("Third run, with nothing changed")
    results.append(run_and_tell(env, instance))

    ok = equal(env, instance, moodle, students)
    if server:
        results += demo_both.push(env, instance, run_and_tell)
        ok &= equal(env, instance, moodle, students)
        results += demo_both.both(env, instance, school, run_and_tell)
        ok &= equal(env, instance, moodle, students)
        demo_moodle.keep(school, KEPT)
        server.stop()
    return ok and all(result.state == "done" for result in results)


def equal(env, instance, moodle, students):
    print("\nComparison, by asking Moodle itself:")
    differences = list(compare(env, instance, moodle, students))
    print("\n".join(differences) or "The database holds what Moodle holds.")
    return not differences


ok = main(env)  # noqa: F821 (Odoo's shell provides it)
sys.stdout.flush()
os._exit(0 if ok else 1)
