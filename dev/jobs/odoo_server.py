"""An Odoo with workers and the job runner of queue_job, as a process group of its own."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ODOO = Path(__file__).with_name("odoo_bin.py")
PATIENCE = 60
READY = "queue job runner ready for db"


@contextmanager
def serving(database, workers, log):
    """:param workers: that take requests, and jobs that may run at once
    :param log: path of the file that it writes
    :raise TimeoutError: the runner does not begin
    """
    command = [
        sys.executable, str(ODOO), "server", "--config", os.environ["CONF"], "-d", database,
        "--workers", str(workers), "--max-cron-threads", "0", "--load", "base,web,queue_job",
        "--log-level", "info",
    ]  # fmt: skip
    channels = f"root:{workers},root.moodle:{workers}"
    with log.open("w") as written:
        process = subprocess.Popen(
            command,
            stdout=written,
            stderr=written,
            env={**os.environ, "ODOO_QUEUE_JOB_CHANNELS": channels},
            start_new_session=True,
        )
    try:
        end = time.monotonic() + PATIENCE
        while READY not in log.read_text():
            if process.poll() is not None or time.monotonic() > end:
                raise TimeoutError(log.read_text()[-3000:])
            time.sleep(0.1)
        yield
    finally:
        # Ours alone: it leads its group.
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
