"""Two runs of one instance must not overlap."""

from contextlib import contextmanager

# Any fixed text: the first of the two keys of the advisory lock.
_LOCK = "openeducat_moodle_attendance"


@contextmanager
def instance_lock(registry, instance_id):
    """Hold the lock of an instance, if nobody else does.

    The lock belongs to a transaction of its own that does nothing else, so it outlives
    the commits of the run and dies with its connection, also when the process is
    killed.

    :yield: whether the lock is held
    """
    with registry.cursor() as cr:
        cr.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)", (_LOCK, instance_id))
        yield cr.fetchone()[0]
