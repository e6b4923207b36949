"""``make jobs``: see ``jobs.sh``."""

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

import psutil
import psycopg2

HERE = Path(__file__).resolve().parent
MOODLE = HERE.parent / "bench" / "server.py"
sys.path[:0] = [str(HERE), str(HERE.parent / "bench")]
from odoo_server import serving  # noqa: E402
from stage import Stage, copy, drop  # noqa: E402
from world import WORLDS, World  # noqa: E402

PATIENCE = 600
# Of Moodle, see tests/moodle_server/profiles.py.
PROFILE = os.environ.get("PROFILE", "2026")
# For what does not depend on how much there is to do.
SMALL = World("few", 12, 2, 5)
# Share of the courses that are left when a worker is killed: no portion ends there.
KILLED_AT = 0.6
# What both sides' state is compared by. The numbers of the rows differ.
ROWS = {
    "registers": "SELECT course_id, batch_id, subject_id FROM op_attendance_register",
    "sheets": "SELECT moodle_session_id, attendance_date, state FROM op_attendance_sheet",
    "lines": "SELECT sheet.moodle_session_id, student_id, present, absent, excused, late, "
    "moodle_base FROM op_attendance_line line "
    "JOIN op_attendance_sheet sheet ON sheet.id = attendance_id",
    "mappings": "SELECT model, moodle_id, oec_record_id, found_by, sync_hash FROM moodle_mapping",
    "gaps": "SELECT key, state FROM moodle_sync_gap",
    "runs": "SELECT state, courses_done, courses_failed FROM moodle_sync_run",
    "queued": "SELECT course FROM moodle_course_queued",
    "noted": "SELECT run_id FROM moodle_run_noted",
}


@dataclass
class Found:
    """* ``seconds``: from the scheduled action's begin to the run's end;
    * ``rows``: ``{name of ROWS: sorted rows}``;
    * ``killed``: process number of the worker that was killed;
    * ``calls``: of Moodle;
    * ``jobs`` and ``work``: how many there were, and the seconds of all of them together;
    * ``alone``: seconds until the first job began, in which one process alone looks what there is
      to do, however many workers there are;
    * ``cpu``: seconds of processor time meanwhile, of Odoo, PostgreSQL and the scripted Moodle;
    * ``queued``: seconds in which one of these was ready and had no core, as far as the kernel
      counts it: where it is much, the seconds say little;
    * ``again``: how often PostgreSQL had something carried out again.
    """

    seconds: float
    rows: dict
    killed: int | None
    calls: int
    jobs: int
    work: float
    alone: float
    cpu: float
    queued: float
    again: int

    def __str__(self):
        return (
            f"{self.seconds:.2f} s, {self.alone:.2f} of them before the first job; {self.jobs} "
            f"jobs of {self.work:.2f} s together, {self.calls} "
            f"calls, {self.cpu:.1f} s of CPU, {self.queued:.1f} s without a core, {self.again} carried out again; load {os.getloadavg()[0]:.1f}"
        )


class Measured:
    """:param stage: ``Stage``, prepared
    :param latency: seconds
    """

    def __init__(self, stage, latency):
        self.stage, self.latency = stage, latency
        self.database = stage.database("jobs")

    def measure(self, workers, kill=False):
        """:param kill: whether the worker of a job is killed
        :return: :class:`Found`
        """
        copy(self.stage.database("empty"), self.database)
        log = self.stage.folder / "odoo.log"
        with self.stage._moodle(self.latency) as told, serving(self.database, workers, log):
            before = self._cpu()
            began = self._first_job()
            started = self._begin()
            with closing(psycopg2.connect(dbname=self.database)) as connection:
                connection.autocommit = True
                with connection.cursor() as cr:
                    killed = self._watch(cr, kill)
                    seconds = time.time() - started
                    alone = began() - started
                    cpu, queued = (
                        now - then for now, then in zip(self._cpu(), before, strict=True)
                    )
                    rows = self._rows(cr)
                    cr.execute("SELECT count(*), coalesce(sum(exec_time), 0) FROM queue_job")
                    jobs, work = cr.fetchone()
            there = told()
        here = self.stage.odoo(self.database, do="look")
        if here["digest"] != there["digest"]:
            raise SystemExit("error: OpenEduCat does not hold what Moodle holds")
        again = log.read_text().count(" tries left, try again in ")
        return Found(seconds, rows, killed, there["calls"], jobs, work, alone, cpu, queued, again)

    def _first_job(self):
        """Begin to look whether a job has begun, beside whatever follows.

        :return: function that gives the moment
        """
        found = Future()

        def look():
            with closing(psycopg2.connect(dbname=self.database)) as connection:
                connection.autocommit = True
                with connection.cursor() as cr:
                    end = time.monotonic() + PATIENCE
                    while time.monotonic() < end:
                        cr.execute("SELECT 1 FROM queue_job WHERE date_started IS NOT NULL LIMIT 1")
                        if cr.fetchone():
                            break
                        time.sleep(0.02)
            found.set_result(time.time())

        threading.Thread(target=look, daemon=True).start()
        return found.result

    def _begin(self, button=False):
        """The scheduled action, once.

        :param button: whether *Sync now* is pressed before
        :return: the moment at which it began
        """
        begun = self.stage.folder / "begun"
        command = [
            sys.executable, "-m", "odoo", "shell", "--config", os.environ["CONF"],
            "-d", self.database, "--no-http", "--log-level=warn",
        ]  # fmt: skip
        told = {"JOBS_BEGUN": str(begun), "JOBS_BUTTON": "1" if button else ""}
        with (HERE / "begin.py").open() as script:
            subprocess.run(command, stdin=script, env={**os.environ, **told}, check=True)
        return float(begun.read_text())

    def _cpu(self):
        """:return: seconds that the processes have used so far, and have waited for a core;
        PostgreSQL's name the database, too
        """
        used = queued = 0.0
        for process in psutil.process_iter(["cmdline", "cpu_times"]):
            line = " ".join(process.info["cmdline"] or ())
            if self.database in line or str(MOODLE) in line:
                used += process.info["cpu_times"].user + process.info["cpu_times"].system
                # It may have ended, and not every kernel counts this.
                with suppress(OSError):
                    counted = Path(f"/proc/{process.pid}/schedstat").read_text()
                    queued += int(counted.split()[1]) / 1e9
        return used, queued

    def taken_up(self, what, *orders, button=False):
        """Jobs of which nothing comes: the schedule does the courses itself.

        :param what: to be printed
        :param button: whether a person has begun it, who does not wait for the courses
        :param orders: SQL that makes the jobs such ones
        """
        copy(self.stage.database("empty"), self.database)
        with self.stage._moodle(0) as told:
            self._begin(button)
            with closing(psycopg2.connect(dbname=self.database)) as connection:
                connection.autocommit = True
                with connection.cursor() as cr:
                    cr.execute("SELECT count(*) FROM queue_job WHERE channel = 'root.moodle'")
                    jobs = cr.fetchone()[0]
                    # While they may still begin, they are left alone.
                    self._begin()
                    before = self._rows(cr)
                    for order in orders:
                        cr.execute(order)
                    self._begin()
                    after = self._rows(cr)
            there = told()
        here = self.stage.odoo(self.database, do="look")
        courses = self.stage.world.courses
        left, done = ['["running", "None", "None"]'], [f'["done", {courses}, "None"]']
        if jobs < 2 or before["runs"] != left or len(before["queued"]) != courses:
            raise SystemExit(f"error: {what}: not left to jobs: {jobs}, {before['runs']}")
        if after["runs"] != done or after["queued"] or here["digest"] != there["digest"]:
            raise SystemExit(f"error: {what}: not taken up: {after['runs']}")
        print(f"{what}: the schedule did the courses of {jobs} jobs itself", flush=True)

    def _watch(self, cr, kill):
        """Until the run has ended.

        :return: process number of the worker that was killed
        """
        killed, end = None, time.monotonic() + PATIENCE
        while time.monotonic() < end:
            cr.execute("SELECT count(*) FROM moodle_sync_run WHERE state = 'running'")
            if not cr.fetchone()[0]:
                return killed
            if kill and not killed:
                cr.execute("SELECT count(*) FROM moodle_course_queued")
                if cr.fetchone()[0] <= self.stage.world.courses * KILLED_AT:
                    killed = self._kill(cr)
            time.sleep(0.02)
        cr.execute("SELECT state, identity_key, retry, exc_info FROM queue_job")
        raise SystemExit(f"error: the run has not ended: {cr.fetchall()}")

    @staticmethod
    def _kill(cr):
        cr.execute("SELECT worker_pid FROM queue_job WHERE state = 'started' ORDER BY id LIMIT 1")
        found = cr.fetchone()
        if not found:
            return None
        os.kill(found[0], signal.SIGKILL)
        return found[0]

    @staticmethod
    def _rows(cr):
        found = {}
        for name, query in ROWS.items():
            cr.execute(query)
            found[name] = sorted(map(json.dumps, map(_plain, cr.fetchall())))
        return found

    def forget(self):
        drop(self.database)


def _plain(row):
    return [value if isinstance(value, int | float | dict) else str(value) for value in row]


def compare(name, rows, with_name, others):
    for what, found in rows.items():
        if found != others[what]:
            differ = set(found) ^ set(others[what])
            raise SystemExit(
                f"error: {what} differ, {name}: {len(found)}, {with_name}: {len(others[what])}; "
                f"such as {sorted(differ)[:3]}"
            )


def take_up(folder):
    """Each way in which jobs can come to nothing."""
    world = replace(SMALL, today=datetime.now(timezone.utc).date().isoformat())
    stage = Stage(world, folder, _free_port(), PROFILE)
    measured = Measured(stage, 0)
    try:
        stage.prepare(False)
        ago = "now() AT TIME ZONE 'UTC' - interval '11 minutes'"
        measured.taken_up("no runner", f"UPDATE queue_job SET date_created = {ago}")
        failed = "UPDATE queue_job SET state = 'failed'"
        measured.taken_up("Sync now, and failed", failed, button=True)
        measured.taken_up(
            "one failed, the others deleted",
            "UPDATE queue_job SET state = 'failed' WHERE id = (SELECT min(id) FROM queue_job)",
            "DELETE FROM queue_job WHERE state != 'failed'",
        )
    finally:
        measured.forget()
        stage.forget()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    latency = float(os.environ.get("LATENCY", "45"))
    repeat = int(os.environ.get("REPEAT", "1"))
    world = WORLDS[os.environ.get("SIZE", "M")]
    world = replace(world, today=datetime.now(timezone.utc).date().isoformat())
    with tempfile.TemporaryDirectory() as folder:
        take_up(Path(folder))
        stage = Stage(world, Path(folder), _free_port(), PROFILE)
        measured = Measured(stage, latency / 1000)
        try:
            stage.prepare(False)
            times, first = {1: [], 2: []}, None
            for _number in range(repeat):
                for workers, seconds in times.items():
                    found = measured.measure(workers)
                    seconds.append(found.seconds)
                    print(f"{world.name}, {latency:g} ms, {workers} worker(s): {found}", flush=True)
                    first = first or found.rows
                    compare(f"{workers} workers", found.rows, "one", first)
            found = measured.measure(2, kill=True)
            if not found.killed:
                raise SystemExit("error: no worker was killed, all was done before")
            compare("one of two killed", found.rows, "one", first)
            print(f"{world.name}, {latency:g} ms, 2 workers, one killed: {found}")
            one, two = map(statistics.median, times.values())
            # Of what the machine let them have: jobs that wait for a core take longer.
            print(f"two workers are {one / two:.2f} times as fast as one; rows are the same:")
            print(", ".join(f"{len(rows)} {name}" for name, rows in first.items()))
        finally:
            measured.forget()
            stage.forget()


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as held:
        return held.getsockname()[1]


main()
