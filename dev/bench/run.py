"""``make bench``: databases, Moodles and processes for each case, in turn; then the table.

What is asked for comes by the environment: ``SIZES``, ``CASES``, ``LATENCY`` (milliseconds),
``REPEAT``, ``OUT``, ``COMPARE``; see ``bench.sh``. Every measurement has a new copy of its
database, a Moodle and an Odoo of its own.
"""

import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import report  # noqa: E402
from calls import TOKEN  # noqa: E402
from cases import CASES, EMPTY, PULLED, chosen  # noqa: E402
from world import WORLDS  # noqa: E402

BASE = os.environ["DB_BENCH"]


class WrongError(Exception):
    """What was measured did not do what it should: its numbers are worth nothing."""


class Bench:
    """One world.

    :param folder: for the files that the processes are handed
    :param port: of each Moodle: another address would be another Moodle
    """

    def __init__(self, world, folder, port):
        self.world, self.folder, self.port = world, folder, port
        self.ids = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def database(self, state):
        return f"{BASE}-{self.world.name}-{state}"

    def prepare(self, pulled):
        """The databases that the cases begin with.

        :param pulled: whether one of them is wanted in which all is pulled
        """
        empty = self.database(EMPTY)
        copy(BASE, empty)
        self.ids = self._odoo(empty, do="fill", url=self.url, token=TOKEN)
        tidy(empty)
        if pulled:
            copy(empty, self.database(PULLED))
            self._run(self.database(PULLED), 0, CASES["pull-cold"])
            self._odoo(self.database(PULLED), do="age")
            tidy(self.database(PULLED))

    def forget(self):
        for state in (EMPTY, PULLED, "now"):
            drop(self.database(state))

    def measure(self, case, latency):
        """:param case: ``Case``
        :param latency: seconds
        :return: dict of numbers, see ``report.NUMBERS``
        """
        now = self.database("now")
        copy(self.database(case.base), now)
        return (self._floor if case.is_floor else self._run)(now, latency, case)

    def _run(self, database, latency, case):
        there, here = case.changes(self.world)
        step = {"direction": case.direction, "here": here, "scheduled": case.scheduled}
        with self._moodle(latency, there, case.blank) as told:
            found = self._odoo(database, do="run", **step)
            asked = told()
        if found["state"] != "done" or found["gaps"]:
            raise WrongError(f"{found['state']}, {found['gaps']} gaps: {found['message']}")
        return joined(found, asked)

    def _floor(self, database, latency, case):
        with self._moodle(latency) as told:
            step = {"floor": case.name, "url": self.url, "token": TOKEN}
            found = self._odoo(database, do="floor", pulled=self.database(PULLED), **step)
            asked = told()
        if not case.writes:
            found["digest"] = asked["digest"]
        both = joined(found, asked)
        return both if case.latent else found

    def _odoo(self, database, **step):
        """:param step: see ``step.py``
        :return: its answer
        """
        answer = self.folder / "answer.json"
        answer.unlink(missing_ok=True)
        file = self.folder / "step.json"
        step |= {"world": self.world.to_json(), "ids": self.ids, "answer": str(answer)}
        file.write_text(json.dumps(step))
        command = [
            sys.executable, "-m", "odoo", "shell", "--config", os.environ["CONF"],
            "-d", database, "--no-http", "--log-level=warn",
        ]  # fmt: skip
        with (HERE / "step.py").open() as script:
            done = subprocess.run(
                command,
                stdin=script,
                env={**os.environ, "BENCH_STEP": str(file)},
                capture_output=True,
                text=True,
                check=False,
            )
        if not answer.exists():
            raise WrongError(f"Odoo ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return json.loads(answer.read_text())

    @contextmanager
    def _moodle(self, latency, changed=(), blank=False):
        """A Moodle, and a function that says what it has counted and holds."""
        file = self.folder / "moodle.json"
        given = {"world": self.world.to_json(), "ids": self.ids, "port": self.port}
        given |= {"latency": latency, "changed": list(changed), "blank": blank}
        file.write_text(json.dumps(given))
        process = subprocess.Popen(
            [sys.executable, str(HERE / "server.py"), str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

        def line():
            said = process.stdout.readline()
            if not said:
                raise WrongError("the scripted Moodle has ended")
            return json.loads(said)

        def told():
            process.stdin.write("told\n")
            process.stdin.flush()
            return line()

        try:
            line()
            yield told
        finally:
            process.stdin.close()
            process.wait()
            process.stdout.close()


def joined(here, there):
    """What both processes have measured, if both sides hold the same marks afterwards.

    :raise WrongError: they do not
    """
    if here.pop("digest") != there.pop("digest"):
        raise WrongError("OpenEduCat does not hold what Moodle holds")
    return here | there


def copy(template, name):
    drop(name)
    subprocess.run(["createdb", "-T", template, name], check=True)


def drop(name):
    subprocess.run(["dropdb", "--if-exists", name], check=True)


def tidy(name):
    """As autovacuum leaves a database that has been there for a while. (Of PostgreSQL's own
    tables it says that they are not ours.)"""
    orders = (
        "SET client_min_messages = error",
        "VACUUM FULL op_attendance_register, op_attendance_sheet, op_attendance_line",
        "VACUUM ANALYZE",
    )
    given = [part for order in orders for part in ("-c", order)]
    subprocess.run(["psql", "-q", "-d", name, *given], check=True)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as held:
        return held.getsockname()[1]


def about():
    """What the numbers depend on."""

    def said(*command):
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    def setting(name):
        return said("psql", "-qAt", "-d", "postgres", "-c", f"SHOW {name}")

    checkout = os.environ["CHECKOUT"]
    model = [
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "commit": said("git", "-C", checkout, "describe", "--always", "--dirty"),
        "processor": model[0].partition(":")[2].strip() if model else platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "odoo": said(sys.executable, "-m", "odoo", "--version"),
        "postgresql": setting("server_version"),
        "fsync": setting("fsync"),
        "synchronous_commit": setting("synchronous_commit"),
    }


def measured(bench, asked, repeat, say):
    """Everything once, and then again: what else the machine does falls on all of them.

    :param asked: list of ``(Case, milliseconds)``
    :param say: function of a case, milliseconds and numbers, called after each
    :return: list of results, see ``report``
    """
    runs = {one: [] for one in asked}
    for _number in range(repeat):
        for case, latency in asked:
            try:
                found = bench.measure(case, latency / 1000)
            except WrongError as error:
                raise SystemExit(f"error: {bench.world.name} {case.name}: {error}") from None
            say(case, latency, found)
            runs[case, latency].append(found)
    world = bench.world
    return [
        {
            "world": world.name,
            "case": case.name,
            "latency": latency if case.latent else None,
            "courses": world.courses,
            "marks": world.marks,
            **report.medians(found),
            "runs": found,
        }
        for (case, latency), found in runs.items()
    ]


def in_turn(cases, latencies):
    """:return: list of ``(Case, milliseconds)``; where Moodle is not asked, one latency will do"""
    return [
        (case, latency)
        for number, latency in enumerate(latencies)
        for case in cases
        if case.latent or not number
    ]


def world_measured(name, port, patterns, latencies, repeat):
    """:return: list of results"""
    world = replace(WORLDS[name], today=datetime.now(timezone.utc).date().isoformat())
    cases = chosen(patterns, world)

    def say(case, latency, run):
        shown = f"{latency:g} ms" if case.latent else ""
        print(f"{name:6} {case.name:15} {shown:>6} {run['seconds']:8.2f} s", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(world, Path(folder), port)
        try:
            started = time.monotonic()
            bench.prepare(any(case.base == PULLED or not case.latent for case in cases))
            print(f"{name:6} prepared in {time.monotonic() - started:.0f} s", flush=True)
            return measured(bench, in_turn(cases, latencies), repeat, say)
        finally:
            bench.forget()


def main():
    names = os.environ.get("SIZES", "S M").split()
    patterns = os.environ.get("CASES", "").split()
    latencies = [float(text) for text in os.environ.get("LATENCY", "45 0").split()]
    repeat = int(os.environ.get("REPEAT", "3"))
    out = Path(os.environ["OUT"])
    compare = os.environ.get("COMPARE")
    earlier = json.loads(Path(compare).read_text())["results"] if compare else None
    unknown = set(names) - WORLDS.keys()
    if unknown:
        raise SystemExit(f"no size is named {' '.join(unknown)}; there are {' '.join(WORLDS)}")
    settings = {"sizes": names, "cases": patterns, "latency": latencies, "repeat": repeat}
    found = {"about": about() | settings, "results": []}
    port = free_port()
    for name in names:
        found["results"] += world_measured(name, port, patterns, latencies, repeat)
        # What a later world breaks is not lost.
        found["exponents"] = report.exponents(found["results"])
        out.write_text(json.dumps(found, indent=1))
    print("\n" + ", ".join(f"{key}: {value}" for key, value in found["about"].items()))
    print("\n" + report.table(found["results"]))
    if found["exponents"]:
        print("\n" + report.growth(found["exponents"]))
    if earlier is not None:
        print("\n" + report.comparison(report.compared(found["results"], earlier)))
    print(f"\nAll numbers: {out}")


main()
