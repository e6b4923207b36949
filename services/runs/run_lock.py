"""Runs of one instance must not overlap, but several processes may share one run.

Whoever begins or ends a run has the lock of the instance for itself, from the matching of the
courses to the last of them where it does them alone. Those that share a run hold the same lock
together, and each course a lock of its own: so nobody ends a run, forgets links or begins another
run while somebody is still at one of its courses.

Each lock belongs to a transaction of its own that does nothing else, so it outlives the commits of
the run and dies with its connection, also when the process is killed.
"""

from contextlib import contextmanager

from psycopg2.errors import LockNotAvailable

# Any fixed text: the first of the two keys of the advisory lock.
_LOCK = "openeducat_moodle_attendance"
# For which those who share a run wait until whoever has begun it lets go.
PATIENCE = 5  # seconds


@contextmanager
def instance_lock(registry, instance_id):
    """Hold the lock of an instance alone, if nobody else holds it.

    :yield: whether the lock is held
    """
    with registry.cursor() as cr:
        cr.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)", (_LOCK, instance_id))
        yield cr.fetchone()[0]


@contextmanager
def shared_instance_lock(registry, instance_id):
    """Hold the lock of an instance together with others, unless somebody holds it alone.

    :yield: whether the lock is held
    """
    with registry.cursor() as cr:
        cr.execute("SELECT set_config('lock_timeout', %s, true)", (f"{PATIENCE}s",))
        try:
            # It is no error that somebody else is at work.
            cr.execute(
                "SELECT pg_advisory_xact_lock_shared(hashtext(%s), %s)",
                (_LOCK, instance_id),
                log_exceptions=False,
            )
        except LockNotAvailable:
            cr.rollback()
            held = False
        else:
            held = True
        yield held


@contextmanager
def course_lock(registry, instance_id, pair):
    """Hold the lock of a course, if nobody else does. It is one for all Moodle courses that
    stand for the same course here: their marks are in the same sheets.

    :param pair: ``(op.subject id, op.course id)``
    :yield: whether the lock is held
    """
    with registry.cursor() as cr:
        # One key of 64 bits: those of the instances have two.
        key = " ".join(map(str, (_LOCK, instance_id, *pair)))
        cr.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", (key,))
        yield cr.fetchone()[0]
