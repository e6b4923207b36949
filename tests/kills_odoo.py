"""Given to ``odoo shell`` on its standard input: a process that has loaded the registry,
opens no connection and forks a child for each command, as Odoo's prefork server forks its
workers; the children are what is killed.

``KILLS_PIPES``: two file descriptors; commands come by one as lines of JSON, and answers go
by the other. ``KILLS_FOLDER``: where a child leaves what it has found, and says in the file
``note`` what it is about to do.
"""

import json
import mmap
import os
import re
import sys
import threading
import time
import traceback
from datetime import date
from pathlib import Path

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry

from odoo.addons.openeducat_moodle_attendance.services.domain.status import booleans
from odoo.addons.openeducat_moodle_attendance.services.moodle import moodle_client

FOLDER = Path(os.environ["KILLS_FOLDER"])
NOTE_SIZE = 120
VERB = re.compile(r"\w+")
TABLE = re.compile(r'(?:FROM|INTO|UPDATE|pg_try)\s*"?(\w+)')


# --- what a child says of itself --------------------------------------------------


def take_notes():
    """Before and after each query, commit and call of Moodle, in memory that outlives a
    SIGKILL. Nothing else changes."""
    with open(FOLDER / "note", "r+b") as file:
        note = mmap.mmap(file.fileno(), NOTE_SIZE)

    def say(words):
        note[:] = words.encode()[:NOTE_SIZE].ljust(NOTE_SIZE)

    def noted(owner, name, describe):
        original = getattr(owner, name)

        def method(self, *args, **kwargs):
            words = describe(*args)
            say(words)
            try:
                return original(self, *args, **kwargs)
            finally:
                say(f"after {words}")

        setattr(owner, name, method)

    def in_brief(query, *_args):
        text = str(getattr(query, "code", query))
        words = [VERB.search(text)[0].upper(), *TABLE.findall(text)[:1]]
        return " ".join(words)

    say("about to begin")
    noted(sql_db.Cursor, "execute", in_brief)
    noted(sql_db.Cursor, "commit", lambda: "COMMIT")
    noted(moodle_client.MoodleClient, "_call", lambda function, *_args: function)


# --- what a child does ------------------------------------------------------------


def build(env, url, token, subjects, students):
    """A course, subjects, a batch and its students; and a Moodle that both sides mark in.

    :return: ``{"course": id, "subjects": [ids], "students": [ids]}``
    """
    course = env["op.course"].create({"name": "Killed", "code": "KILL"})
    batch = env["op.batch"].create(
        {
            "name": "Killed",
            "code": "KILL-B",
            "course_id": course.id,
            "start_date": "2020-01-01",
            "end_date": "2099-12-31",
        }
    )
    made = {"course": course.id, "batch": batch.id, "subjects": [], "students": []}
    for number in range(subjects):
        subject = env["op.subject"].create({"name": f"S {number}", "code": f"KILL-{number}"})
        made["subjects"].append(subject.id)
    for number in range(students):
        student = env["op.student"].create(
            {
                "name": f"Killed {number}",
                "first_name": "Killed",
                "last_name": str(number),
                "birth_date": "2005-05-05",
                "gender": "m",
                "email": f"killed{number}@test.example",
            }
        )
        made["students"].append(student.id)
        env["op.student.course"].create(
            {
                "student_id": student.id,
                "course_id": course.id,
                "batch_id": batch.id,
                "roll_number": f"KILL-{number}",
            }
        )
    env["moodle.instance"].create(
        {
            "name": "Killed",
            "url": url,
            "token": token,
            "tz": "Asia/Kolkata",
            "sync_window_days": 0,
            "sync_attendance_from": "both",
            "create_moodle_sessions": True,
        }
    )
    return made


def sheet(env, course, batch, subject, day, letters):
    """A sheet as a teacher makes it.

    :param letters: ``{op.student id: letter}``
    """
    code = f"K{subject}-{day[2:]}".replace("-", "")
    register = env["op.attendance.register"].create(
        {
            "name": "By hand",
            "code": code,
            "course_id": course,
            "batch_id": batch,
            "subject_id": subject,
        }
    )
    made = env["op.attendance.sheet"].create(
        {"register_id": register.id, "attendance_date": date.fromisoformat(day), "state": "done"}
    )
    env["op.attendance.line"].create(
        [
            {"attendance_id": made.id, "student_id": int(student), **booleans(letter)}
            for student, letter in letters.items()
        ]
    )


def mark(env, marks):
    """:param marks: list of ``(subject, day, student, letter)``
    :return: of each, whether there is such a line
    """
    found = []
    for subject, day, student, letter in marks:
        line = env["op.attendance.line"].search(
            [
                ("attendance_id.register_id.subject_id", "=", subject),
                ("attendance_id.attendance_date", "=", day),
                ("student_id", "=", student),
            ]
        )
        line[:1].write(booleans(letter))
        found.append(len(line) == 1)
    return found


def sync(env):
    """What the schedule does."""
    take_notes()
    started = time.monotonic()
    env["moodle.instance"]._cron_sync_attendance()
    env.cr.commit()
    return time.monotonic() - started


COMMANDS = {"build": build, "sheet": sheet, "mark": mark, "sync": sync}


def in_child(name, arguments):
    try:
        registry = Registry(threading.current_thread().dbname)
        registry.check_signaling()
        with registry.cursor() as cr:
            found = COMMANDS[name](api.Environment(cr, SUPERUSER_ID, {}), **arguments)
        part = FOLDER / f"{os.getpid()}.part"
        part.write_text(json.dumps(found))
        part.rename(FOLDER / f"{os.getpid()}.json")
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def serve(env):
    env.cr.close()
    sql_db.close_all()
    commands, answers = (
        os.fdopen(int(number), mode)
        for number, mode in zip(os.environ["KILLS_PIPES"].split(), "rw", strict=True)
    )
    answer = {"threads": threading.active_count()}
    while True:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
        line = commands.readline()
        if not line:
            os._exit(0)
        command = json.loads(line)
        name = command.pop("do")
        if name == "wait":
            _pid, status = os.waitpid(command["pid"], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            sys.stderr.flush()
            answer = os.fork()
            if answer == 0:
                in_child(name, command)


serve(env)  # noqa: F821 (Odoo's shell provides it)
