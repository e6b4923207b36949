"""The demo's second half: marks go to Moodle, and then both sides mark.

Runs in an Odoo shell, after the pull has made both sides equal.
"""

from datetime import UTC, datetime, timedelta

import demo_moodle

LETTERS = {"P": "present", "A": "absent", "L": "late", "E": "excused"}
NAMES = {"moodle": "Moodle", "oec": "OpenEduCat"}


def heading(text):
    print(f"\n{text}\n{'-' * len(text)}")


def mark(line, letter, hours_ago=0):
    """A person marks a line; for the demo's sake perhaps some hours ago."""
    line.write({field: key == letter for key, field in LETTERS.items()})
    if hours_ago:
        moment = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=hours_ago)
        line.with_context(connector_no_export=True).moodle_marked_at = moment.replace(microsecond=0)


def push(env, instance, school, run_and_tell):
    """The letters of one activity are German.

    :return: list of what ``run_and_tell`` answered"""
    heading("Direction OpenEduCat: some marks change here")
    instance.sync_attendance_from = "oec"
    sheet = env["op.attendance.sheet"].search(
        [("moodle_instance_id", "=", instance.id), ("state", "=", "done")], limit=1
    )
    for line, letter in zip(sheet.attendance_line[:3], "AEL", strict=True):
        print(f"* {line.student_id.name}: {LETTERS[letter]}, on the sheet {sheet.name}")
        mark(line, letter)
    german = school.sessions["german 1"]
    sheet = env["op.attendance.sheet"].search(
        [("moodle_instance_id", "=", instance.id), ("moodle_session_id", "=", german.id)]
    )
    present = sheet.attendance_line.filtered("present")[:1]
    absent = sheet.attendance_line.filtered("absent")[:1]
    for line, letter in ((present, "A"), (absent, "P")):
        shown = demo_moodle.IN_GERMAN[letter]
        print(f"* {line.student_id.name}: {LETTERS[letter]} on {sheet.name}, {shown} in Moodle")
        mark(line, letter)
    env.cr.commit()
    print("\nWhat a run would do (nothing is written by asking):")
    print(instance.preview_attendance())
    env.cr.rollback()
    heading("It goes to Moodle")
    return [run_and_tell(env, instance)]


def both(env, instance, school, run_and_tell):
    """:return: list of what ``run_and_tell`` answered"""
    heading("Direction both: the same marks change on both sides")
    instance.sync_attendance_from = "both"
    session, _changed = demo_moodle.correct_late(school, hours_ago=2)
    lines = (
        env["op.attendance.sheet"]
        .search([("moodle_instance_id", "=", instance.id), ("moodle_session_id", "=", session)])
        .attendance_line
    )
    here = {line.student_id.id: line for line in lines}
    first, second, third = (school.students[person.id] for person in school.people[:3])
    mark(here[first], "A", hours_ago=1)
    mark(here[second], "A", hours_ago=5)
    mark(here[third], "A", hours_ago=5)
    env.cr.commit()
    report = instance.preview_attendance()
    env.cr.rollback()
    table(env, report)
    results = [run_and_tell(env, instance)]
    heading("Once more, with nothing changed")
    return [*results, run_and_tell(env, instance)]


def table(env, report):
    """For each conflict who wins, and why."""
    row = "{:24} {:6} {:6} {:11} {:11} {}".format
    print(row("student", "before", "Moodle", "OpenEduCat", "winner", "why"))
    for course in report:
        for conflict in course.plan.conflicts:
            hours = (conflict.odoo_time - conflict.moodle_time) / 3600
            later, earlier = ("OpenEduCat", "Moodle") if hours > 0 else ("Moodle", "OpenEduCat")
            print(
                row(
                    env["op.student"].browse(conflict.student_id).name,
                    conflict.base or "-",
                    conflict.moodle,
                    conflict.odoo,
                    NAMES[conflict.winner],
                    f"{later} wrote {abs(hours):.1f} hours after {earlier}",
                )
            )
        for push in course.plan.pushes:
            if not any(c.student_id == push.student_id for c in course.plan.conflicts):
                name = env["op.student"].browse(push.student_id).name
                why = "only OpenEduCat has changed"
                print(row(name, "-", "-", push.status, "OpenEduCat", why))
    print()
