"""The OpenEduCat side of a world. Runs in an Odoo shell."""

from datetime import date, timedelta

from world import COURSES_OF_A_PROGRAMME, LETTERS, digest, other

from odoo.addons.openeducat_moodle_attendance.services.domain.status import (
    booleans,
    from_booleans,
)

QUIET = {"tracking_disable": True, "mail_create_nosubscribe": True, "mail_create_nolog": True}
AT_ONCE = 1000
ZONE = "UTC"


def make(env, world, url, token):
    """Programmes with their subjects, batches and students, and the Moodle instance.

    :return: ``{"subjects": […], "courses": […], "students": […], "instance": id}``; the first
        two for each course of the world, as JSON takes them
    """
    env = env(context={**env.context, **QUIET})
    today = date.fromisoformat(world.today)
    programmes = create(
        env["op.course"],
        [{"name": f"Programme {n}", "code": f"P{n}"} for n in range(world.programmes)],
    )
    subjects = create(
        env["op.subject"],
        [{"name": f"Subject {n}", "code": f"S{n}"} for n in range(world.courses)],
    )
    batches = create(
        env["op.batch"],
        [
            {
                "name": f"Batch {n}",
                "code": f"B{n}",
                "course_id": programme.id,
                "start_date": today - timedelta(days=400),
                "end_date": today + timedelta(days=400),
            }
            for n, programme in enumerate(programmes)
        ],
    )
    students = create(
        env["op.student"],
        [
            {
                "name": f"Student {n}",
                "first_name": "Student",
                "last_name": str(n),
                "birth_date": "2005-05-05",
                "gender": "m",
                "email": f"student{n}@school.example",
            }
            for n in range(world.people)
        ],
    )
    create(
        env["op.student.course"],
        [
            {
                "student_id": student.id,
                "course_id": programmes[n // world.students].id,
                "batch_id": batches[n // world.students].id,
                "roll_number": str(n),
            }
            for n, student in enumerate(students)
        ],
    )
    instance = env["moodle.instance"].create(
        {
            "name": "Measured Moodle",
            "url": url,
            "allow_http": True,
            "allow_http_reason": "It is on this machine",
            "token": token,
            "tz": ZONE,
            # Whatever there is counts, so that the size of a world is its size.
            "sync_window_days": 0,
            # Some cases change all there is in a course, and are not to be stopped.
            "brake_share": 100,
            "user_id": env.ref("base.user_admin").id,
        }
    )
    return {
        "subjects": subjects.ids,
        "courses": [programmes[n // COURSES_OF_A_PROGRAMME].id for n in range(world.courses)],
        "students": students.ids,
        "instance": instance.id,
    }


def create(model, values):
    """:return: the records, made a thousand at a time"""
    records = model.browse()
    for start in range(0, len(values), AT_ONCE):
        records += model.create(values[start : start + AT_ONCE])
        model.env.flush_all()
    return model.browse(records.ids)


def change(env, world, ids, marks):
    """A teacher here changes marks, line by line as the form of a sheet does.

    :param ids: what :func:`make` gave
    :param marks: of ``(course, session, seat)``
    """
    places = {
        (
            world.session_id(course, session),
            ids["students"][world.students_of(course)[seat]],
        ): LETTERS[other(world.letter(course, session, seat))]
        for course, session, seat in marks
    }
    lines = env["op.attendance.line"].search(
        [("attendance_id.moodle_session_id", "in", [session for session, _student in places])]
    )
    for line in lines:
        letter = places.pop((line.attendance_id.moodle_session_id, line.student_id.id), None)
        if letter:
            line.write(booleans(letter))
    if places:
        raise ValueError(f"{len(places)} marks to be changed are not here")


def age(env):
    """What a pull has made just now becomes what the runs of a term have left: each sheet was
    written the day after its session, and the last run was a beat ago and had nothing to do."""
    env.cr.execute("UPDATE moodle_mapping SET busy = false")
    for table in ("register", "sheet", "line"):
        day = "moodle_date" if table == "register" else "attendance_date"
        env.cr.execute(
            f"UPDATE op_attendance_{table} SET create_date = {day} + interval '1 day', "
            f"write_date = {day} + interval '1 day'"
        )
    env.cr.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = "
        "current_schema AND table_name LIKE 'moodle\\_%' AND data_type LIKE 'timestamp%'"
    )
    columns = {}
    for table, column in env.cr.fetchall():
        columns.setdefault(table, []).append(column)
    for table, names in columns.items():
        shifts = ", ".join(f'"{name}" = "{name}" - interval \'15 minutes\'' for name in names)
        env.cr.execute(f'UPDATE "{table}" SET {shifts}')


def digest_here(env):
    """See ``world.digest``; of all lines that stand for a mark in Moodle."""
    env.cr.execute(
        "SELECT sheet.moodle_session_id AS session, line.student_id AS student, line.present, "
        "line.absent, line.excused, line.late FROM op_attendance_line line "
        "JOIN op_attendance_sheet sheet ON sheet.id = line.attendance_id "
        "WHERE sheet.moodle_session_id > 0 AND sheet.state != 'cancel' AND line.active"
    )
    return digest(
        (row["session"], row["student"], LETTERS.index(from_booleans(row)))
        for row in env.cr.dictfetchall()
    )
