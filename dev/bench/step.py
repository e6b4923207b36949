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
from measure import Measure  # noqa: E402
from world import World  # noqa: E402

# What a run can have left undone without ending as failed.
UNDONE = "SELECT count(*) FROM moodle_sync_gap WHERE state = 'open'"


def fill(env, step):
    ids = school.make(env, World(**step["world"]), step["url"], step["token"])
    env.cr.commit()
    return ids


def run(env, step):
    """One run, after what is changed here."""
    instance = env["moodle.instance"].browse(step["ids"]["instance"])
    # Marks are changed while the direction is the one that the case has, as people do.
    instance.sync_attendance_from = step["direction"]
    school.change(env, World(**step["world"]), step["ids"], map(tuple, step["here"]))
    env.cr.commit()
    env.invalidate_all()
    measure = Measure()
    with measure.running():
        result = instance.sync_attendance()[0]
    env.cr.commit()
    env.cr.execute(UNDONE)
    return measure.told() | {
        "state": result.state,
        "message": result.message,
        "gaps": env.cr.fetchone()[0],
        "digest": school.digest_here(env),
        "counters": result.counters,
    }


def floor(env, step):
    env.cr.commit()
    measure = floors.FLOORS[step["floor"]](env, step)
    return measure.told() | {"digest": school.digest_here(env)}


def main(env):
    step = json.loads(Path(os.environ["BENCH_STEP"]).read_text())
    answer = {"fill": fill, "run": run, "floor": floor}[step["do"]](env, step)
    Path(step["answer"]).write_text(json.dumps(answer))


main(env)  # noqa: F821 (Odoo's shell provides it)
