"""The demo's OpenEduCat side: subjects, courses, batches and students.

Runs in an Odoo shell. For the scripted Moodle a school is made first and Moodle is
built to fit it; for a real Moodle (MOODLE_URL) records are made for what Moodle holds
and mapped to it by hand.
"""

from datetime import timedelta

COURSES_OF_A_REAL_MOODLE = 3
STUDENTS = 40
# The first of them take the diploma course as well.
HISTORIANS = 15

FIRST_NAMES = [
    "Ana", "Björn", "Chloé", "Dmitri", "Élodie", "Farid", "Gül", "Hana", "Íñigo", "João",
    "Kofi", "Lucía", "Mehmet", "Noor", "Ólafur", "Priya", "Quentin", "Renée", "Søren", "Thảo",
    "Uma", "Václav", "Wen", "Ximena", "Yusuf", "Zoë", "Aarav", "Beatriz", "Cem", "Daria",
    "Emeka", "Fátima", "Goran", "Hélène", "Ibrahim", "Jana", "Kamal", "Linh", "Miguel", "Nadia",
]  # fmt: skip
LAST_NAMES = [
    "Álvarez", "Bergström", "Chowdhury", "O'Brien-Ñandú", "D'Angelo",
    "Ferreira", "Güneş", "Haddad", "Ito", "Jansen",
]  # fmt: skip


def make_school(env, first_day):
    """:param first_day: date of the first Moodle session
    :return: all that ``demo_moodle.build`` needs to build the Moodle of this school; it
        survives JSON
    """
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
    batches = env["op.batch"].create(
        [
            {
                "name": f"Batch {number}",
                "code": f"B{number}",
                "course_id": course.id,
                "start_date": first_day,
                "end_date": first_day + timedelta(days=365),
            }
            for number, course in ((1, bachelor), (2, bachelor), (3, diploma))
        ]
    )
    students = env["op.student"]
    for number in range(STUDENTS):
        first, last = FIRST_NAMES[number], LAST_NAMES[number % len(LAST_NAMES)]
        student = make_student(env, first, last, f"student{number + 1}@school.example")
        join(env, student, batches[number % 2])
        if number < HISTORIANS:
            join(env, student, batches[2])
        students += student
    return {
        "first_day": first_day.isoformat(),
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


def make_student(env, first_name, last_name, email):
    return env["op.student"].create(
        {
            "name": f"{first_name} {last_name}".strip(),
            "first_name": first_name,
            "last_name": last_name,
            "birth_date": "2005-05-05",
            "gender": "m",
            "email": email,
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
    :return: ``({Moodle course id: op.subject id}, {Moodle user id: op.student id})``
    """
    mirror = _Mirror(env, instance, moodle)
    for course in moodle("core_course_get_courses"):
        if len(mirror.courses) == COURSES_OF_A_REAL_MOODLE:
            break
        if course.get("format") == "site":
            continue
        contents = moodle("core_course_get_contents", courseid=course["id"])
        if any(m["modname"] == "attendance" for s in contents for m in s["modules"]):
            mirror.add(course)
    return mirror.courses, mirror.students


class _Mirror:
    def __init__(self, env, instance, moodle):
        self.env = env
        self.instance = instance
        self.moodle = moodle
        self.courses = {}
        self.students = {}

    def add(self, course):
        """A course with its groups, as batches, and its people, as students."""
        code = f"M{course['id']}"
        names = {"name": course["shortname"], "code": code}
        op_course = self.env["op.course"].create(names)
        subject = self.env["op.subject"].create(names)
        self.courses[course["id"]] = subject.id
        self._map("op.subject", subject, course["id"], op_course_id=op_course.id)
        batches = self.env["op.batch"]
        groups = self.moodle("core_group_get_course_groups", courseid=course["id"])
        for group in groups or [{"id": 0, "name": "All"}]:
            batch = self.env["op.batch"].create(
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
                self._map("op.batch", batch, group["id"])
        for user in self.moodle("core_enrol_get_enrolled_users", courseid=course["id"]):
            join(self.env, self._student(user), batches[0])

    def _student(self, user):
        if user["id"] not in self.students:
            first, _space, last = user["fullname"].rpartition(" ")
            email = user.get("email") or f"user{user['id']}@moodle.example"
            student = make_student(self.env, first or last, last if first else "-", email)
            self._map("op.student", student, user["id"])
            self.students[user["id"]] = student.id
        return self.env["op.student"].browse(self.students[user["id"]])

    def _map(self, model, record, moodle_id, **values):
        self.env["moodle.mapping"].create(
            {
                "instance_id": self.instance.id,
                "model": model,
                "oec_record_id": record.id,
                "moodle_id": moodle_id,
                **values,
            }
        )
