"""One step in one database, in an Odoo shell of its own: it is filled, or something is measured
there. ``BENCH_STEP`` names a JSON file with what to do; the answer goes into the file that it
names by ``answer``."""

import json
import os
import sys
from pathlib import Path

CHECKOUT = Path(os.environ["CHECKOUT"])
sys.path.insert(0, str(CHECKOUT / "dev" / "bench"))
import floors  # noqa: E402
import school  # noqa: E402
from ages import Ages  # noqa: E402
from measure import Measure  # noqa: E402
from world import World  # noqa: E402


def fill(env, step):
    ids = school.make(env, World(**step["world"]), step["url"], step["token"])
    env.cr.commit()
    return ids


def age(env, step):
    school.age(env)
    env.cr.commit()


def run(env, step):
    """One run, after what is changed here."""
    instance = env["moodle.instance"].browse(step["ids"]["instance"])
    # Marks are changed while the direction is the one that the case has, as people do.
    instance.sync_attendance_from = step["direction"]
    school.change(env, World(**step["world"]), step["ids"], map(tuple, step["here"]))
    env.cr.commit()
    env.invalidate_all()
    measure, ages = Measure(), Ages()
    with ages.watched(), measure.running():
        if step["scheduled"]:
            scheduled(env)
        else:
            instance.sync_attendance()
    env.cr.commit()
    last = last_run(env)
    return (measure.told() | ages.told()) | {
        "state": last.state,
        "message": last.summary,
        "asked": last.moodle_calls,
        # What a run can have left undone without ending as failed.
        "gaps": env["moodle.sync.gap"].search_count([("state", "=", "open")]),
        "digest": school.digest_here(env),
    }


def look(env, _step):
    return {"digest": school.digest_here(env)}


def last_run(env):
    return env["moodle.sync.run"].search([], order="id desc", limit=1)


def scheduled(env):
    """As often as it takes: a scheduled run has only so much time, and is taken up then."""
    before = last_run(env)
    job = env.ref("openeducat_moodle_attendance.ir_cron_sync_attendance")
    while True:
        job.method_direct_trigger()
        env.cr.commit()
        env.invalidate_all()
        if last_run(env) == before or last_run(env).state != "running":
            return


def floor(env, step):
    env.cr.commit()
    measure = floors.FLOORS[step["floor"]](env, step)
    return measure.told() | {"digest": school.digest_here(env)}


def main(env):
    step = json.loads(Path(os.environ["BENCH_STEP"]).read_text())
    steps = {"fill": fill, "age": age, "look": look, "run": run, "floor": floor}
    answer = steps[step["do"]](env, step)
    Path(step["answer"]).write_text(json.dumps(answer))


main(env)  # noqa: F821 (Odoo's shell provides it)
