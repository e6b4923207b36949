"""The courses of a run, or of a look at both sides, read ahead of whoever goes through them. ORM."""

from .read_ahead import Job, ReadAhead

# What is expected of a course that was never read, and of each session known of another.
FIRST_BYTES = 500_000
SESSION_BYTES = 10_000


def read_ahead(sides, syncs):
    """:param sides: ``Connected``
    :param syncs: iterable of ``CourseSync``, made one by one as there is room
    :return: ``ReadAhead``, which tells each with an ``Answer`` to its question
    """
    return ReadAhead(_jobs(sides, syncs), sides.client.gate.most)


def _jobs(sides, syncs):
    for sync in syncs:
        question = sync.question
        # No transaction stays open while Moodle is waited for.
        sides.odoo.commit()
        known = sum(map(len, question.known.starts.values()))
        expected = known * SESSION_BYTES if known else FIRST_BYTES
        yield Job(sync, question.ask_ahead, expected)
