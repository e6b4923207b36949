"""Where one world is measured: its databases, and for each measurement a new copy of one of them,
a Moodle and an Odoo, each in a process of its own."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from calls import TOKEN
from cases import CASES, EMPTY, PULLED
from outcome import WrongError, joined

HERE = Path(__file__).resolve().parent
BASE = os.environ["DB_BENCH"]


class Stage:
    """:param world: ``World``
    :param folder: for the files that the processes are handed
    :param port: of each Moodle: another address would be another Moodle
    :param profile: of each Moodle, see ``scripted_moodle.Moodle``
    """

    def __init__(self, world, folder, port, profile):
        self.world, self.folder, self.port, self.profile = world, folder, port, profile
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
        self.ids = self.odoo(empty, do="fill", url=self.url, token=TOKEN)
        tidy(empty)
        if pulled:
            copy(empty, self.database(PULLED))
            self._run(self.database(PULLED), 0, CASES["pull-cold"])
            self.odoo(self.database(PULLED), do="age")
            # At rest: what a run has brought, the next one has looked at once more.
            self._run(self.database(PULLED), 0, CASES["pull-beat"])
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
            found = self.odoo(database, do="run", **step)
            asked = told()
        return joined(found, asked)

    def _floor(self, database, latency, case):
        with self._moodle(latency) as told:
            step = {"floor": case.name, "url": self.url, "token": TOKEN, "profile": self.profile}
            found = self.odoo(database, do="floor", pulled=self.database(PULLED), **step)
            asked = told()
        if not case.writes:
            found["digest"] = asked["digest"]
        both = joined(found, asked)
        return both if case.latent else found

    def odoo(self, database, **step):
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
        given["profile"] = self.profile
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
