"""Sends marks to Moodle and says what Moodle holds afterwards. No database.

Facts: recordings ``update_user_status`` and ``add_session``. A write is never repeated:
its answer can get lost after Moodle has acted, and Moodle validates its answer after the
work, so an error can come back although the mark was written. Reading back decides.
"""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from ..domain import plan as p
from ..domain.push_batches import batches
from ..domain.records import MoodleSession
from ..moodle import moodle_errors as errors

# Sessions are written side by side, as many calls at once as the client's gate lets through.
# More than two in one session hurt each other: Moodle writes the session with each mark.
IN_A_SESSION = 2
# One session that can't be written keeps no other of its course from being sent; with so many it
# is not the session.
SESSIONS_THAT_FAIL = 2


@dataclass(frozen=True)
class PushOutcome:
    """Of the pushes of one session.

    :param session_id: which it is
    :param pushes: those that were to be sent
    :param held: those that Moodle holds, as read back
    :param session: as read back; ``None`` if that failed, and then nothing is ``held``
    :param refused: ``(PushPlan, MoodleError)`` that concern one mark alone
    :param lost: ``(PushPlan, Moodle status id or 0)`` that Moodle accepted, and of which it
        holds something else afterwards
    :param unsaid: ``(PushPlan, MoodleError)`` whose remark is refused by what stands in front of
        Moodle; the mark itself is among the others
    :param failed: the ``MoodleError`` that kept marks of this session alone from being sent
    :param changed: those that Moodle holds something else of than was expected, so that they
        were not written, or were overtaken at once
    :param error: what ended the push early, to be raised once all that is ``held`` is kept
    """

    session_id: int
    pushes: tuple[p.PushPlan, ...]
    held: tuple[p.PushPlan, ...] = ()
    session: MoodleSession | None = None
    refused: tuple = ()
    lost: tuple = ()
    unsaid: tuple = ()
    failed: errors.MoodleError | None = None
    changed: tuple = ()
    error: errors.MoodleError | None = None


@dataclass
class Stops:
    """What ends the sending of a course early, or of one of its sessions; set by several threads.

    * ``error``: because of which no mark is sent any more;
    * ``failed``: ``{session id: MoodleError}`` of sessions of which none is.
    """

    error: errors.MoodleError | None = None
    failed: dict = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, session_id, error):
        """:param error: ``MoodleError``, not of a record alone"""
        with self.lock:
            if error.scope == errors.COURSE:
                self.failed.setdefault(session_id, error)
                if len(self.failed) < SESSIONS_THAT_FAIL:
                    return
            self.error = self.error or error

    def of(self, session_id):
        """:return: why no mark of a session is sent, or ``None``"""
        return self.error or self.failed.get(session_id)


@dataclass
class _Sent(Stops):
    """What became of the marks of one course; added to by several threads."""

    course: int = 0
    refused: dict = field(default_factory=dict)
    accepted: set = field(default_factory=set)


class Sending:
    """The marks of one course on their way, a portion after the other; nobody has to wait.
    One portion is sent at a time, the first of them at once, and each is read back while the next
    one is sent. After an error no further one is begun.

    :param pusher: :class:`Pusher`
    :param course: id of the Moodle course
    :param batches: iterable of ``Batch``
    """

    def __init__(self, pusher, course, batches):
        self._pusher = pusher
        self._batches = iter(batches)
        self._marks = _Sent(course=course)
        # The portion that is read back: its ``Batch``, and what ``Pusher._begin_to_read`` gave.
        self._behind = None
        self._begin_next()

    def _begin_next(self):
        self._batch = None if self._marks.error else next(self._batches, None)
        if self._batch:
            self._all_sent = self._pusher._send(self._batch, self._marks)

    @property
    def ended(self):
        """Whether there is nothing left to :meth:`take`."""
        return not (self._batch or self._behind)

    @property
    def waits_for(self):
        """:return: list of the futures after which :meth:`take` waits for nothing"""
        if self._batch:
            return [self._all_sent]
        return [future for future, _within in self._behind[1].values()]

    def take(self):
        """Wait, and begin the next portion.

        :return: tuple of :class:`PushOutcome` of the portion before, to be kept before more is
            taken; empty where there is none yet
        """
        before, self._behind = self._behind, None
        if self._batch:
            self._behind = self._batch, self._all_sent.result()
            self._begin_next()
        return self._pusher._outcomes(*before, self._marks) if before else ()


class Pusher:
    """:param api: ``AttendanceApi``
    :param user_id: Moodle's id of the token's user, who is written down as the taker
    :param parallel: calls at once
    """

    def __init__(self, api, user_id, parallel=IN_A_SESSION):
        self.api = api
        self.user_id = user_id
        self.parallel = parallel
        self._pool = None

    def close(self):
        """An end to the threads: what was not sent yet is not sent any more. They are made anew
        if there is more to send."""
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def begin(self, pushes, sessions):
        """Begin to send marks.

        :param pushes: ``PushPlan`` of one course, each student of a session once
        :param sessions: tuple of ``MoodleSession``, all of the course
        :return: :class:`Sending`; nothing is raised
        """
        self._pool = self._pool or ThreadPoolExecutor(
            self.parallel, thread_name_prefix="moodle-push"
        )
        activities = {session.id: session.activity_id for session in sessions}
        course = next((session.course_id for session in sessions), 0)
        return Sending(self, course, batches(pushes, activities, self.api.lists_sessions))

    # --- sending ----------------------------------------------------------------

    def _send(self, batch, sent):
        """:return: future of what :meth:`_begin_to_read` gives, once all is sent"""
        # Of each lane one mark after the other is sent.
        lanes = [
            iter(marks[lane::IN_A_SESSION])
            for _session_id, marks in batch.sessions
            for lane in range(min(IN_A_SESSION, len(marks)))
        ]
        all_sent, left, lock, faults = Future(), len(lanes), threading.Lock(), []

        def go_on(lane):
            task = self._pool.submit(self._send_next, lane, sent)
            task.add_done_callback(partial(ended, lane))

        def ended(lane, task):
            nonlocal left
            try:
                if task.result():
                    # After one mark each of those that wait: with a thread for each lane, some
                    # would be left to the end, and most of the calls at once unused.
                    go_on(lane)
                    return
            except BaseException as fault:
                # What is no error of Moodle is a fault of ours, and is told as such; or the pool
                # was closed meanwhile.
                faults.append(fault)
            with lock:
                left -= 1
                last = not left
            if not last:
                return
            try:
                if faults:
                    raise faults[0]
                all_sent.set_result(self._begin_to_read(batch, sent.course))
            except BaseException as fault:
                all_sent.set_exception(fault)

        for lane in lanes:
            go_on(lane)
        return all_sent

    def _send_next(self, lane, sent):
        """:param lane: iterator over ``PushPlan``
        :return: whether there may be more of it to send
        """
        # A Moodle that is down, or shut to us, is not asked once for each mark.
        push = None if sent.error else next(lane, None)
        if push is None or sent.of(push.session_id):
            return False
        try:
            self._about(sent.course, self.api.update_status, push, self.user_id)
        except errors.MoodleError as error:
            if error.scope != errors.RECORD:
                sent.add(push.session_id, error)
                return True
            with sent.lock:
                sent.refused[push] = error
        else:
            with sent.lock:
                sent.accepted.add(push)
        return True

    # --- reading back -----------------------------------------------------------

    def _about(self, course, ask, *args):
        """What this thread asks is about a course, and so is how long it takes."""
        with self.api.client.memory.about(course):
            return ask(*args)

    def _begin_to_read(self, batch, course):
        """:return: ``{session id: future of a MoodleSession}``"""
        ids = [session_id for session_id, _marks in batch.sessions]
        if batch.whole:
            whole = self._pool.submit(self._about, course, self._read_whole, batch.activity_id, ids)
            return {session_id: (whole, session_id) for session_id in ids}
        return {
            session_id: (
                self._pool.submit(self._about, course, self.api.session, session_id),
                None,
            )
            for session_id in ids
        }

    def _read_whole(self, activity_id, ids):
        """:return: ``{session id: MoodleSession, or the MoodleError that it made}``"""
        try:
            sessions, _odd = self.api.sessions(activity_id)
        except errors.MoodleError as error:
            if error.scope == errors.SITE:
                raise
            # One remark of any session blinds the list; those that were written may be whole.
            sessions = ()
        found = {session.id: session for session in sessions}
        for session_id in ids:
            if session_id not in found:
                try:
                    found[session_id] = self.api.session(session_id)
                except errors.MoodleError as error:
                    found[session_id] = error
        return found

    def _outcomes(self, batch, readings, sent):
        return tuple(
            self._outcome(session_id, marks, *readings[session_id], sent)
            for session_id, marks in batch.sessions
        )

    def _outcome(self, session_id, pushes, reading, within, sent):
        refused = tuple((push, sent.refused[push]) for push in pushes if push in sent.refused)
        try:
            session = reading.result()
            if within is not None:
                session = session[within]
            if isinstance(session, errors.MoodleError):
                raise session
        except errors.MoodleError as error:
            # Whatever got through is found by the next run, which reads first.
            sent.error = sent.error or error
            return PushOutcome(session_id, pushes, refused=refused, error=sent.error)
        # Two rows of one student that differ hold nothing.
        rows = {}
        for mark in session.marks:
            rows.setdefault(mark.user_id, set()).add(mark.status_id)
        holds = {user: min(ids) if len(ids) == 1 else -1 for user, ids in rows.items()}
        # Somebody who took the session after us may have changed the mark again.
        undisturbed = session.taken_by == self.user_id
        return PushOutcome(
            session_id,
            pushes,
            held=tuple(push for push in pushes if holds.get(push.user_id) == push.status_id),
            session=session,
            refused=tuple((q, e) for q, e in refused if holds.get(q.user_id) != q.status_id),
            lost=tuple(
                (push, holds.get(push.user_id, 0))
                for push in pushes
                if undisturbed
                and push in sent.accepted
                and holds.get(push.user_id) != push.status_id
            ),
            failed=sent.failed.get(session_id),
            error=sent.error,
        )
