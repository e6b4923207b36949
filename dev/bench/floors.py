"""What can't be had for less, to hold a run against; and the naive way, to hold against a run.
Each is a function of an environment and the step (see ``step.py``) that gives a ``Measure``.
"""

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from functools import partial
from urllib.parse import urlencode, urlsplit

from calls import of_a_course, of_a_whole_pull, of_the_site
from measure import Measure
from world import FIRST_COURSE, World

from odoo import sql_db

from odoo.addons.openeducat_moodle_attendance.models.guards import OURS
from odoo.addons.openeducat_moodle_attendance.services.domain.status import booleans
from odoo.addons.openeducat_moodle_attendance.services.openeducat.local_store import QUIET

MODELS = ("op.attendance.register", "op.attendance.sheet", "op.attendance.line")
# A single create of more lines would measure the machine's memory.
AT_ONCE = 100_000


def fetch(threads, env, step):
    """Every answer of a whole pull, parsed and forgotten. The site first, then each call by
    whichever thread is free."""
    ask = partial(call, step["url"], step["token"])
    asked = of_a_whole_pull(World(**step["world"]), step["profile"].startswith("companion"))
    first = len(of_the_site())
    measure = Measure()
    with measure.running():
        for function, params in asked[:first]:
            ask(function, params)
        with ThreadPoolExecutor(threads) as pool:
            for _answer in pool.map(lambda one: ask(*one) and None, asked[first:]):
                pass
    return measure


def call(url, token, function, params):
    """The least that a call takes: no look at what came, and no second try."""
    form = [
        ("wstoken", token),
        ("wsfunction", function),
        ("moodlewsrestformat", "json"),
        ("moodlewssettingraw", "1"),
        *params,
    ]
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.request(
        "POST",
        "/webservice/rest/server.php",
        urlencode(form),
        {"Content-Type": "application/x-www-form-urlencoded"},
    )
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def create(env, step):
    """The registers, sheets and lines of the pulled database, made anew by one ``create`` of
    each model, with every stored value and without tracking."""
    env = env(context={**env.context, **QUIET})
    registers, sheets, lines = (pulled(step, env[model]) for model in MODELS)
    measure = Measure()
    with measure.running():
        new_registers = made(env[MODELS[0]], registers)
        for values in sheets:
            values["register_id"] = new_registers[values["register_id"]]
        new_sheets = made(env[MODELS[1]], sheets)
        for values in lines:
            values["attendance_id"] = new_sheets[values["attendance_id"]]
            values["register_id"] = new_registers[values["register_id"]]
        made(env[MODELS[2]], lines)
        env.cr.commit()
    return measure


def pulled(step, model):
    """:return: list of values as ``create`` takes them, and ``id``"""
    with sql_db.db_connect(step["pulled"]).cursor() as cr:
        cr.execute(f'SELECT * FROM "{model._table}" ORDER BY id')
        rows = cr.dictfetchall()
    logged = {"create_uid", "create_date", "write_uid", "write_date"}
    return [
        {name: value for name, value in row.items() if name not in logged and value is not None}
        for row in rows
    ]


def made(model, rows):
    """:return: ``{old id: new id}``"""
    old = [row.pop("id") for row in rows]
    new = []
    for start in range(0, len(rows), AT_ONCE):
        new += model.create(rows[start : start + AT_ONCE]).ids
    model.env.flush_all()
    return dict(zip(old, new, strict=True))


def insert(env, step):
    """The same rows by nothing but INSERT, a thousand at a time, into the same indexes."""
    tables = [env[model]._table for model in MODELS]
    rows = {}
    with sql_db.db_connect(step["pulled"]).cursor() as cr:
        for table in tables:
            cr.execute(f'SELECT * FROM "{table}" ORDER BY id')
            columns = ", ".join(f'"{column.name}"' for column in cr.description)
            rows[table] = columns, cr.fetchall()
    measure = Measure()
    with measure.running():
        for table, (columns, values) in rows.items():
            env.cr.execute_values(
                f'INSERT INTO "{table}" ({columns}) VALUES %s', values, page_size=1000
            )
        env.cr.commit()
    return measure


def naive(env, step):
    """As a first script would have it, mark by mark: the student is searched, the session's
    sheet and the student's line, which is written or made. Each course is committed. Nothing is
    looked at that could be wrong, and nothing is remembered."""
    # Odoo logs what is made, as it does unless it is told not to.
    env = env(context={**env.context, OURS: True})
    world = World(**step["world"])
    ask = partial(call, step["url"], step["token"])
    measure = Measure()
    with measure.running():
        ask(*of_the_site()[0])
        courses = {course["id"]: course for course in ask(*of_the_site()[1])}
        for number in range(world.courses):
            course = NaiveCourse(env, courses[number + FIRST_COURSE], step["ids"]["instance"])
            _contents, sessions, *pages = (
                ask(*asked) for asked in of_a_course(number, world.students + 1)
            )
            emails = {user["id"]: user["email"] for page in pages for user in page}
            for session in sessions:
                course.write(session, emails)
            env.cr.commit()
    return measure


class NaiveCourse:
    def __init__(self, env, course, instance_id):
        # oec_subj_7_course_3
        _oec, _subj, subject, _course, op_course = course["idnumber"].split("_")
        self.env, self.instance_id = env, instance_id
        self.subject_id, self.course_id = int(subject), int(op_course)

    def write(self, session, emails):
        letters = {status["id"]: status["acronym"] for status in session["statuses"]}
        for row in session["attendance_log"]:
            student = self.env["op.student"].search([("email", "=", emails[row["studentid"]])])
            sheet = self.env["op.attendance.sheet"].search(
                [("moodle_session_id", "=", session["id"])]
            ) or self._sheet(session)
            line = self.env["op.attendance.line"].search(
                [("attendance_id", "=", sheet.id), ("student_id", "=", student.id)]
            )
            values = booleans(letters[int(row["statusid"])])
            if line:
                line.write(values)
            else:
                line.create({"attendance_id": sheet.id, "student_id": student.id, **values})

    def _sheet(self, session):
        batch = self.env["op.batch"].search([("course_id", "=", self.course_id)])
        code = f"N{session['id']}"
        register = self.env["op.attendance.register"].create(
            {
                "name": code,
                "code": code,
                "subject_id": self.subject_id,
                "course_id": self.course_id,
                "batch_id": batch.id,
            }
        )
        return self.env["op.attendance.sheet"].create(
            {
                "register_id": register.id,
                "attendance_date": datetime.fromtimestamp(session["sessdate"], timezone.utc).date(),
                "state": "done",
                "moodle_instance_id": self.instance_id,
                "moodle_session_id": session["id"],
            }
        )


FLOORS = {
    "fetch-1": partial(fetch, 1),
    "fetch-4": partial(fetch, 4),
    "create": create,
    "insert": insert,
    "naive": naive,
}
