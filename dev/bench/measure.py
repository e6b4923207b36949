"""What something costs this process: time, by where it goes, queries, commits, memory.

Of the time, what is told apart is

* ``sql``: seconds in which a query or a commit was waited for, the driver's work included;
* ``python``: seconds of processor time of this process, all threads, outside of that;
* ``waiting``: the rest, which is waiting for Moodle (and on a busy machine for a core).

So the three are the whole, also where Moodle is asked while Python works. On a machine that others
use, ``queued`` says how long the main thread was ready and had no core: where it is much, the
numbers are to be taken again. Nothing here knows how a run asks Moodle: its calls are counted by
the server.
"""

import ctypes
import gc
import threading
import time
from contextlib import contextmanager

import psycopg2.extensions
import psycopg2.sql

from odoo import sql_db

PROC = "/proc/self/"
WRITING = ("INSERT", "UPDATE", "DELETE")
ATTENDANCE = "op_attendance_"


class Measure:
    """Attributes, after :meth:`running`:

    * ``seconds``, ``sql``, ``python``, ``waiting``, ``queued``: seconds;
    * ``queries``, ``commits``: numbers; ``writes``, of the queries, those that write attendance;
    * ``memory``: bytes, the most over what it was at the start.
    """

    def __init__(self):
        self.seconds = self.sql = self.python = self.waiting = self.queued = 0.0
        self.queries = self.writes = self.commits = self.memory = 0
        self._sql_cpu = 0.0
        self._lock = threading.Lock()

    @contextmanager
    def running(self):
        """Everything of this process counts, until the end of the block."""
        with self._sql_counted():
            before = _memory_from_here()
            queued, started, cpu = _queued(), time.monotonic(), time.process_time()
            yield self
            self.seconds = time.monotonic() - started
            self.python = time.process_time() - cpu - self._sql_cpu
            self.queued = _queued() - queued
        self.memory = max(0, _status("VmHWM") - before)
        self.waiting = max(0.0, self.seconds - self.sql - self.python)

    def told(self):
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}

    @contextmanager
    def _sql_counted(self):
        cursor, connection = sql_db.Cursor, sql_db.PsycoConnection
        execute, own_commit = cursor.execute, connection.__dict__.get("commit")
        commit = connection.commit

        def counted_execute(cr, query, *args, **kwargs):
            with self._sql("queries", "writes" if _writes(cr, query) else None):
                return execute(cr, query, *args, **kwargs)

        def counted_commit(cnx):
            # One that has nothing to end is not sent.
            if cnx.status != psycopg2.extensions.STATUS_BEGIN:
                return commit(cnx)
            with self._sql("commits"):
                return commit(cnx)

        cursor.execute, connection.commit = counted_execute, counted_commit
        try:
            yield
        finally:
            cursor.execute = execute
            if own_commit:
                connection.commit = own_commit
            else:
                del connection.commit

    @contextmanager
    def _sql(self, *counters):
        started, cpu = time.monotonic(), time.thread_time()
        try:
            yield
        finally:
            seconds, cpu = time.monotonic() - started, time.thread_time() - cpu
            with self._lock:
                self.sql += seconds
                self._sql_cpu += cpu
                for counter in filter(None, counters):
                    setattr(self, counter, getattr(self, counter) + 1)


def _writes(cr, query):
    """Whether a query writes registers, sheets or lines.

    :param query: text, bytes, Odoo's ``SQL``, or psycopg2's
    """
    text = getattr(query, "code", query)
    if isinstance(text, bytes):
        text = text.decode()
    if isinstance(text, psycopg2.sql.Composable):
        text = text.as_string(cr._cnx)
    return ATTENDANCE in text and text.lstrip().startswith(WRITING)


def _memory_from_here():
    """Give back what is free, and let the kernel forget the most that there was.

    :return: bytes, as of now
    """
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with open(PROC + "clear_refs", "w") as refs:
        refs.write("5")
    return _status("VmRSS")


def _queued():
    """:return: seconds since the process began; 0 where the kernel does not count them"""
    try:
        with open(PROC + "schedstat") as counted:
            return int(counted.read().split()[1]) / 1e9
    except FileNotFoundError:
        return 0.0


def _status(name):
    """:return: bytes"""
    with open(PROC + "status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name)) * 1024
