"""Sends marks to a Moodle with our own plug-in: a call a session, each mark only over what it is
known to replace. No database.

Facts: recordings ``companion``, ``set_marks``. The answer says what Moodle holds afterwards, so
nothing has to be read back. A call whose answer was lost is found out by the next run, which
reads first.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from ..domain.mark_rows import REFUSED, SAME, WRITTEN, expected_of, with_results
from ..domain.plan import by_session
from ..domain.push_batches import portions
from ..moodle import moodle_errors as errors
from .pusher import PushOutcome, Stops
from .refused_remarks import RefusedRemarks


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
        known, stops = {session.id: session for session in sessions}, Stops()
        sent = [
            (self._pool.submit(self._send, known[session_id], tuple(found), stops), found)
            for session_id, found in by_session(pushes).items()
        ]
        return MarksSending(sent)

    def _send(self, session, pushes, stops):
        """:return: ``PushOutcome`` of a session"""
        if stops.error:
            # A Moodle that is down, or shut to us, is not asked once for each session.
            return PushOutcome(session.id, pushes, error=stops.error)
        try:
            with self.api.client.memory.about(session.course_id):
                results, unsaid, error = self._sent(session, pushes)
        except errors.MoodleError as error:
            if error.scope == errors.RECORD:
                # The session was deleted, or moved where it can't be reached.
                return PushOutcome(
                    session.id, pushes, refused=tuple((push, error) for push in pushes)
                )
            stops.add(session.id, error)
            return PushOutcome(session.id, pushes, failed=error, error=stops.error)
        if error:
            stops.add(session.id, error)
        held, refused, changed = [], [], []
        for push, result in results:
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
            session=_after(session, results, self.user_id),
            refused=tuple(refused),
            unsaid=tuple(unsaid),
            changed=tuple(changed),
            error=error,
        )

    def _sent(self, session, pushes):
        """:return: list of ``(push as it was sent, MarkResult)``, of each student one at most; list
            of ``(push, error)`` of those whose remark is refused; and the ``MoodleError`` that
            ended the search for them, or ``None``
        :raise MoodleError: the session can't be written
        """
        try:
            return self._set(session, pushes), [], None
        except errors.MoodleError as error:
            if not error.of_words or all(push.remark is None for push in pushes):
                raise
            refusal = error
        # A word of a remark may be the reason: what arrives without any says so. Of those whose mark
        # stays it writes nothing.
        bare = self._set(session, [replace(push, remark=None) for push in pushes])
        now = _after(session, bare, self.user_id)
        said = [
            replace(push, expected=expected_of(now, push.user_id))
            for push, (sent, result) in zip(pushes, bare, strict=True)
            if push.remark is not None and _holds(sent, result)
        ]
        done = {
            push.user_id: (sent, result)
            for push, (sent, result) in zip(pushes, bare, strict=True)
            if not push.remark_alone or not _holds(sent, result)
        }
        remarks = RefusedRemarks(partial(self._set, session), self.api.client.is_answered, refusal)
        if said:
            remarks.search(said)
        done |= {push.user_id: (push, result) for push, result in remarks.sent}
        return list(done.values()), remarks.found, remarks.ended

    def _set(self, session, pushes):
        """:return: list of ``(push, MarkResult)``"""
        results = self.api.companion.set_marks(session.id, pushes, self.user_id)
        return list(zip(pushes, results, strict=True))


def _after(session, results, user_id):
    """:param results: list of ``(push, MarkResult)``
    :return: the session as Moodle has it now
    """
    return with_results(session, [result for _push, result in results], user_id)


def _holds(push, result):
    """Whether nobody has saved something else since."""
    return [mark.status_id for mark in result.marks] == [push.status_id]
