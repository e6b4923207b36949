"""Sends marks to Moodle and says what Moodle holds afterwards. No database.

Facts: recordings ``update_user_status`` and ``add_session``. A write is never repeated:
its answer can get lost after Moodle has acted, and Moodle validates its answer after the
work, so an error can come back although the mark was written. Reading back decides.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ..domain import plan as p
from ..domain.records import MoodleSession
from ..moodle import moodle_errors as errors

# Moodle takes marks one by one; a few at a time shorten the wait and do not hurt it.
PARALLEL = 2


@dataclass(frozen=True)
class PushOutcome:
    """Of the pushes of one session.

    :param held: those that Moodle holds, as read back
    :param session: as read back; ``None`` if that failed, and then nothing is ``held``
    :param refused: ``(PushPlan, MoodleError)`` that concern one mark alone
    :param lost: ``(PushPlan, Moodle status id or 0)`` that Moodle accepted, and of which it
        holds something else afterwards
    :param error: what ended it early, to be raised once ``held`` is kept
    """

    held: tuple[p.PushPlan, ...] = ()
    session: MoodleSession | None = None
    refused: tuple = ()
    lost: tuple = ()
    error: errors.MoodleError | None = None
    sent: int = 0


@dataclass
class _Sent:
    refused: list = field(default_factory=list)
    accepted: set = field(default_factory=set)
    error: errors.MoodleError | None = None
    count: int = 0


class Pusher:
    """:param api: ``AttendanceApi``
    :param user_id: Moodle's id of the token's user, who is written down as the taker
    """

    def __init__(self, api, user_id, parallel=PARALLEL):
        self.api = api
        self.user_id = user_id
        self.parallel = parallel

    def push(self, session_id, pushes):
        """:param pushes: of one session, each student once
        :return: :class:`PushOutcome`; nothing is raised
        """
        sent = self._send(pushes)
        try:
            session = self.api.session(session_id)
        except errors.MoodleError as error:
            # Whatever got through is found by the next run, which reads first.
            return PushOutcome(
                refused=tuple(sent.refused), error=sent.error or error, sent=sent.count
            )
        # Two rows of one student that differ hold nothing.
        rows = {}
        for mark in session.marks:
            rows.setdefault(mark.user_id, set()).add(mark.status_id)
        holds = {user: min(ids) if len(ids) == 1 else -1 for user, ids in rows.items()}
        # Somebody who took the session after us may have changed the mark again.
        undisturbed = session.taken_by == self.user_id
        return PushOutcome(
            held=tuple(push for push in pushes if holds.get(push.user_id) == push.status_id),
            session=session,
            refused=tuple((q, e) for q, e in sent.refused if holds.get(q.user_id) != q.status_id),
            lost=tuple(
                (push, holds.get(push.user_id, 0))
                for push in pushes
                if undisturbed
                and push in sent.accepted
                and holds.get(push.user_id) != push.status_id
            ),
            error=sent.error,
            sent=sent.count,
        )

    def _send(self, pushes):
        sent = _Sent()
        with ThreadPoolExecutor(max_workers=self.parallel) as pool:
            for push, error in pool.map(lambda push: self._send_one(push, sent), pushes):
                if error is None:
                    continue
                if error.scope == errors.RECORD:
                    sent.refused.append((push, error))
                else:
                    sent.error = sent.error or error
        return sent

    def _send_one(self, push, sent):
        if sent.error:
            # A Moodle that is down, or shut to us, is not asked once for each mark.
            return push, None
        try:
            sent.count += 1
            self.api.update_status(push, self.user_id)
            sent.accepted.add(push)
        except errors.MoodleError as error:
            if error.scope != errors.RECORD:
                sent.error = error
            return push, error
        return push, None
