"""Given to ``odoo shell``: one step of ``copies.sh``, named by ``COPIES_STEP``; its result, as JSON,
goes into the file ``COPIES_ANSWER``."""

import json
import os
from pathlib import Path

from odoo.exceptions import UserError

# What leads to Moodle.
BUTTONS = ("action_test_connection", "action_sync_now", "action_preview", "action_verify")


def build(env, url, token):
    """A course with one student on both sides.

    :return: what Moodle has to call them by
    """
    course = env["op.course"].create({"name": "Copied", "code": "COPY"})
    subject = env["op.subject"].create({"name": "Copied", "code": "COPY-S"})
    batch = env["op.batch"].create(
        {
            "name": "Copied",
            "code": "COPY-B",
            "course_id": course.id,
            "start_date": "2020-01-01",
            "end_date": "2099-12-31",
        }
    )
    student = env["op.student"].create(
        {
            "name": "Copied Student",
            "first_name": "Copied",
            "last_name": "Student",
            "birth_date": "2005-05-05",
            "gender": "m",
            "email": "copied@test.example",
        }
    )
    env["op.student.course"].create(
        {
            "student_id": student.id,
            "course_id": course.id,
            "batch_id": batch.id,
            "roll_number": "COPY-1",
        }
    )
    env["moodle.instance"].create(
        {
            "name": "Copied",
            "url": url,
            "token": token,
            "tz": "Asia/Kolkata",
            "sync_window_days": 0,
            "sync_attendance_from": "both",
        }
    )
    return {
        "course": f"oec_subj_{subject.id}_course_{course.id}",
        "student": f"oec_student_{student.id}",
    }


def sync(env):
    """:return: the state of a run, and what it says"""
    (result,) = env["moodle.instance"].search([]).sync_attendance()
    return [result.state, result.message]


def everything(env):
    """All that leads to Moodle, one after another.

    :return: of each what it says; and how much there is for people's eyes, before and after
    """
    instance = env["moodle.instance"].search([])
    before = seen(env)
    said = {"run": sync(env)[1], "preview": str(instance.preview_attendance())}
    for name in BUTTONS:
        try:
            said[name] = str(getattr(instance, name)())
        except UserError as error:
            said[name] = str(error)
    for name in ("sync_attendance", "verify_attendance", "survey", "remind_untaken"):
        getattr(instance, f"_cron_{name}")()
    env.cr.commit()
    return {"said": said, "before": before, "after": seen(env), "asked": instance.database_changed}


def seen(env):
    return [
        env[model].search_count([])
        for model in ("mail.activity", "mail.message", "mail.mail", "moodle.sync.run")
    ]


def answer(env, action):
    getattr(env["moodle.instance"].search([]), action)()
    env.cr.commit()


STEPS = {"build": build, "sync": sync, "everything": everything, "answer": answer}

step = json.loads(os.environ["COPIES_STEP"])
found = STEPS[step.pop("do")](env, **step)  # noqa: F821 (Odoo's shell provides it)
env.cr.commit()  # noqa: F821
Path(os.environ["COPIES_ANSWER"]).write_text(json.dumps(found))
