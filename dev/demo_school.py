"""The demo's OpenEduCat side: subjects, courses, batches and students.

Runs in an Odoo shell. For the scripted Moodle a school is made first and Moodle is
built to fit it; for a real Moodle (MOODLE_URL) records are made for what Moodle holds
and mapped to it by hand.
"""

COURSES_OF_A_REAL_MOODLE = 3

FIRST_NAMES = [
    "Ana",
    "Björn",
    "Chloé",
    "Dmitri",
    "Élodie",
    "Farid",
    "Gül",
    "Hana",
    "Íñigo",
    "João",
    "Kofi",
    "Lucía",
    "Mehmet",
    "Noor",
    "Ólafur",
    "Priya",
    "Quentin",
    "Renée",
    "Søren",
    "Thảo",
    "Uma",
    "Václav",
    "Wen",
    "Ximena",
    "Yusuf",
    "Zoë",
    "Aarav",
    "Beatriz",
    "Cem",
    "Daria",
    "Emeka",
    "Fátima",
    "Goran",
    "Hélène",
    "Ibrahim",
    "Jana",
    "Kamal",
    "Linh",
    "Miguel",
    "Nadia",
]
LAST_NAMES = [
    "Álvarez",
    "Bergström",
    "Chowdhury",
    "O'Brien-Ñandú",
    "D'Angelo",
    "Ferreira",
    "Güneş",
    "Haddad",
    "Ito",
    "Jansen",
]


def make_school(env):
    """:return: ids that the scripted Moodle's idnumbers are made of"""
    bachelor, diploma = env["op.course"].create(
        [{"name": "BSc Science", "code": "BSC"}, {"name": "Diploma History", "code": "DIP"}]
    )
    subjects = env["op.subject"].create(
        [
            {"name": "Algebra I", "code": "ALG1"},
            {"name": "Physics", "code": "PHY1"},
            {"name": "History", "code": "HIS1"},
        ]
    )
    batches = env["op.batch"]
    for number, course in ((1, bachelor), (2, bachelor), (3, diploma)):
        batches += env["op.batch"].create(
            {
                "name": f"Batch {number}",
                "code": f"B{number}",
                "course_id": course.id,
                "start_date": "2026-01-01",
                "end_date": "2027-12-31",
            }
        )
    students = env["op.student"]
    for number in range(40):
        first, last = FIRST_NAMES[number], LAST_NAMES[number % len(LAST_NAMES)]
        students += make_student(env, number + 1, first, last)
    for number, student in enumerate(students):
        join(env, student, batches[number % 2])
        if number < 15:
            join(env, student, batches[2])
    return {
        "courses": [
            [subject.id, course.id]
            for subject, course in zip(subjects, (bachelor, bachelor, diploma), strict=True)
        ],
        "batches": batches.ids,
        "students": [
            {"id": s.id, "first_name": s.first_name, "last_name": s.last_name, "email": s.email}
            for s in students
        ],
    }


def make_student(env, number, first_name, last_name, email=None):
    return env["op.student"].create(
        {
            "name": f"{first_name} {last_name}",
            "first_name": first_name,
            "last_name": last_name,
            "birth_date": "2005-05-05",
            "gender": "m",
            "email": email or f"student{number}@school.example",
        }
    )


def join(env, student, batch):
    env["op.student.course"].create(
        {
            "student_id": student.id,
            "course_id": batch.course_id.id,
            "batch_id": batch.id,
            "roll_number": f"{batch.code}-{student.id}",
        }
    )


def mirror_moodle(env, instance, moodle):
    """Make OpenEduCat records for the first courses of a real Moodle that hold an
    attendance activity, and map them by hand. Moodle is only read.

    :param moodle: function (name, parameters) -> answer
    """
    mapping = env["moodle.mapping"]

    def link(model, record, moodle_id, **values):
        mapping.create(
            {
                "instance_id": instance.id,
                "model": model,
                "oec_record_id": record.id,
                "moodle_id": moodle_id,
                **values,
            }
        )

    students, found = {}, 0
    for course in moodle("core_course_get_courses"):
        if course.get("format") == "site" or found == COURSES_OF_A_REAL_MOODLE:
            continue
        contents = moodle("core_course_get_contents", courseid=course["id"])
        if not any(m["modname"] == "attendance" for s in contents for m in s["modules"]):
            continue
        found += 1
        code = f"M{course['id']}"
        op_course = env["op.course"].create({"name": course["shortname"], "code": code})
        subject = env["op.subject"].create({"name": course["shortname"], "code": code})
        link("op.subject", subject, course["id"], op_course_id=op_course.id)
        groups = moodle("core_group_get_course_groups", courseid=course["id"])
        batches = env["op.batch"]
        for group in groups or [{"id": 0, "name": "All"}]:
            batch = env["op.batch"].create(
                {
                    "name": group["name"][:32],
                    "code": f"{code}-{group['id']}",
                    "course_id": op_course.id,
                    "start_date": "2020-01-01",
                    "end_date": "2030-12-31",
                }
            )
            batches += batch
            if group["id"]:
                link("op.batch", batch, group["id"])
        for user in moodle("core_enrol_get_enrolled_users", courseid=course["id"]):
            if user["id"] not in students:
                email = user.get("email") or f"user{user['id']}@moodle.example"
                student = make_student(env, user["id"], user["fullname"], "-", email)
                students[user["id"]] = student
                link("op.student", student, user["id"])
            join(env, students[user["id"]], batches[0])
