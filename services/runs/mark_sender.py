"""Sends marks to a Moodle with our own plug-in: a call a session, each mark only over what it is
known to replace. No database.

Facts: recordings ``companion``, ``set_marks``. The answer says what Moodle holds afterwards, so
nothing has to be read back. A call whose answer was lost is found out by the next run, which
reads first.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ..domain.mark_rows import REFUSED, SAME, WRITTEN, with_results
from ..domain.plan import by_session
from ..domain.push_batches import portions
from ..moodle import moodle_errors as errors
from .pusher import PushOutcome


@dataclass
class _Stop:
    """What has ended the sending of a course early; set by several threads."""

    error: errors.MoodleError | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def set(self, error):
        with self.lock:
            self.error = self.error or error


class MarksSending:
    """The marks of one course on their way, as ``Sending``: a portion is what is kept together.

    :param sent: list of ``(future of the PushOutcome of a session, its pushes)``
    """

    def __init__(self, sent):
        self._portions = [[future for future, _pushes in portion] for portion in portions(sent)]

    @property
    def ended(self):
        return not self._portions

    @property
    def waits_for(self):
        return self._portions[0]

    def take(self):
        """:return: tuple of ``PushOutcome`` of the next portion"""
        return tuple(future.result() for future in self._portions.pop(0))


class MarkSender:
    """In the place of a ``Pusher``.

    :param api: ``AttendanceApi`` of a Moodle with our plug-in
    :param user_id: Moodle's id of the token's user, who is written down as the taker
    :param parallel: sessions at once; never the same one twice
    """

    def __init__(self, api, user_id, parallel=1):
        self.api = api
        self.user_id = user_id
        self.parallel = parallel
        self._pool = None

    def close(self):
        """An end to the threads; what was not sent yet is not sent any more."""
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def begin(self, pushes, sessions):
        """See ``Pusher.begin``; a portion is kept while the next ones are sent.

        :return: :class:`MarksSending`
        """
        self._pool = self._pool or ThreadPoolExecutor(
            self.parallel, thread_name_prefix="moodle-marks"
        )
        known, stop = {session.id: session for session in sessions}, _Stop()
        sent = [
            (self._pool.submit(self._send, known[session_id], tuple(found), stop), found)
            for session_id, found in by_session(pushes).items()
        ]
        return MarksSending(sent)

    def _send(self, session, pushes, stop):
        """:return: ``PushOutcome`` of a session"""
        if stop.error:
            # A Moodle that is down, or shut to us, is not asked once for each session.
            return PushOutcome(session.id, pushes, error=stop.error)
        try:
            results = self.api.companion.set_marks(session.id, pushes, self.user_id)
        except errors.MoodleError as error:
            if error.scope == errors.RECORD:
                # The session was deleted, or moved where it can't be reached.
                return PushOutcome(
                    session.id, pushes, refused=tuple((push, error) for push in pushes)
                )
            stop.set(error)
            return PushOutcome(session.id, pushes, error=error)
        held, refused, changed = [], [], []
        for push, result in zip(pushes, results, strict=True):
            if result.outcome == REFUSED:
                refused.append((push, errors.MoodleMarkRefused(None, result.reason)))
            elif result.outcome in (WRITTEN, SAME) and _holds(push, result):
                held.append(push)
            else:
                changed.append(push)
        return PushOutcome(
            session.id,
            pushes,
            held=tuple(held),
            session=with_results(session, results, self.user_id),
            refused=tuple(refused),
            changed=tuple(changed),
        )


def _holds(push, result):
    """Whether nobody has saved something else since."""
    return [mark.status_id for mark in result.marks] == [push.status_id]
