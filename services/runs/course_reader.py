"""Reads one Moodle course with as few calls as its function family allows.

With our own plug-in: 1 call per 200 sessions. Native: 1 contents, 1 ``get_sessions`` per activity. Legacy: today's sessions of
every teacher of the course, then 1 ``get_session`` per known session inside the
window. Both: 1 page of users per 500 people, 1 groups call if a session has a group.
What is remembered of the last time (``domain/remembered``) is not asked again: of a native
course in which nobody is new 1 ``get_sessions`` per activity is left.

No database: a course may be read by any thread.
"""

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from ..domain.matching import Accounts
from ..domain.records import (
    CourseReading,
    FailedActivity,
    OddRecord,
    UnreadableSession,
    of_known_group,
)
from ..domain.remembered import Remembered, named
from ..moodle import moodle_errors as errors
from ..moodle.answer_values import SHAPE
from ..moodle.course_limits import CourseLimits

# Each may take its time to fail. With one more, and none that could be read, it is the course.
ACTIVITIES_THAT_FAIL = 2


@dataclass
class KnownSessions:
    """Ids of sessions that were met before: ``{activity id: {session id: start}}``.

    The legacy family can't list sessions, and a poisoned activity can't be listed by
    any, so every id that was seen once is kept; where activities are listed, only as long as
    it may be inside the window. ``kept`` is what it was made of, as :meth:`to_json` gives it.
    """

    starts: dict[int, dict[int, int]] = field(default_factory=dict)
    kept: dict = field(default_factory=dict)

    @property
    def changed(self):
        """Whether it differs from what it was made of."""
        return self.to_json() != self.kept

    def add(self, activity_id, session_id, starts):
        self.starts.setdefault(activity_id, {})[session_id] = starts

    def drop(self, session_id):
        for sessions in self.starts.values():
            sessions.pop(session_id, None)

    def forget(self, activities, sessions):
        """:param activities, sessions: ids that are not known any longer"""
        for activity in activities:
            self.starts.pop(activity, None)
        for session in sessions:
            self.drop(session)

    def forget_before(self, earliest):
        """:param earliest: unix seconds; sessions that start before are known no longer"""
        self.starts = {
            activity: {number: starts for number, starts in sessions.items() if starts >= earliest}
            for activity, sessions in self.starts.items()
        }

    def in_window(self, earliest, activity_id=None):
        """``(activity id, session id)`` of sessions that start at or after ``earliest``
        (unix seconds), in order."""
        return sorted(
            (activity, session)
            for activity, sessions in self.starts.items()
            if activity_id in (None, activity)
            for session, starts in sessions.items()
            if starts >= earliest
        )

    @classmethod
    def from_json(cls, data):
        return cls(
            {
                int(a): {int(s): int(t) for s, t in found.items()}
                for a, found in (data or {}).items()
            },
            data or {},
        )

    def to_json(self):
        return {
            str(activity): {str(session): starts for session, starts in sorted(sessions.items())}
            for activity, sessions in sorted(self.starts.items())
            if sessions
        }


def _with(remembered, **values):
    """The same with what was found anew; itself where that is what it holds."""
    changed = any(getattr(remembered, name) != value for name, value in values.items())
    return replace(remembered, **values) if changed else remembered


def _unlisted(sessions, users):
    """:return: ids of those whom the sessions name and who are not among the people"""
    return frozenset(named(sessions) - {user.id for user in users})


@dataclass
class _Failures:
    """Activities of one course that can't be read.

    * ``failed``: ``FailedActivity`` each;
    * ``read``: how many others could be read.
    """

    failed: list = field(default_factory=list)
    read: int = 0
    _first: errors.MoodleError | None = None

    def rest(self, activity, why):
        self.failed.append(FailedActivity(activity.id, why, rests=True))

    def add(self, activity, error):
        """:raise MoodleError: it is more than this activity's"""
        if error.scope == errors.SITE or error.of_course:
            raise error
        if self._first is None:
            error.activity = activity.name
            self._first = error
        self.failed.append(FailedActivity(activity.id, error.told(), error.persists))
        if not self.read and sum(not one.rests for one in self.failed) > ACTIVITIES_THAT_FAIL:
            raise self._first

    def must_not_be_all(self):
        """:raise MoodleError: none could be read"""
        if not self.read and self._first:
            raise self._first


class OnceEach:
    """Answers that are the same whoever asks first: the others wait for the first one."""

    def __init__(self):
        self._lock = threading.Lock()
        self._answers = {}

    def get(self, key, ask):
        """:param ask: function without arguments that finds the answer
        :raise Exception: what ``ask`` raises; then the next one asks again
        """
        with self._lock:
            answer = self._answers.get(key)
            first = answer is None
            if first:
                answer = self._answers[key] = Future()
        if first:
            try:
                answer.set_result(ask())
            except BaseException as error:
                with self._lock:
                    del self._answers[key]
                answer.set_exception(error)
        return answer.result()


class CourseReader:
    """Reads courses of one run; what teachers were asked is remembered between them.

    :param reader: ``MoodleReader``, nobody else's
    :param api: ``AttendanceApi``
    :param earliest: start of the window, unix seconds
    :param pushes: whether sessions without a mark matter, too
    :param today: :class:`OnceEach` of what teachers were asked, by user id
    """

    def __init__(self, reader, api, earliest, pushes=False, today=None):
        self.pushes = pushes
        self.reader = reader
        self.api = api
        self.earliest = earliest
        self._today = today or OnceEach()

    def of_course(self, reader, earliest, pushes):
        """:param reader: ``MoodleReader`` of one course
        :return: one with another window or direction, that asks no teacher twice either
        """
        return CourseReader(reader, self.api, earliest, pushes, self._today)

    def read_course(self, course, known, before=None, met=None, resting=None):
        """:param course: ``MoodleCourse``
        :param known: :class:`KnownSessions`, brought up to date in place
        :param before: ``Remembered`` of the course, as far as it may be used; ``None``: all is
            asked
        :param met: ``Met`` of the course, ``None`` where nothing can follow
        :param resting: ``{activity id: why}`` of those that are not asked for, see ``told``
        :return: ``(CourseReading, Remembered)``; the second is ``before`` itself where nothing
            else was asked, and ``None`` where there is nothing to remember
        :raise MoodleError: the course can't be read
        """
        if self.api.companion:
            # One call brings what is remembered, too.
            return self._read_whole(course, known), None
        now = int(self.reader.client.clock.wall())
        after = before or Remembered(now)
        if self.api.lists_sessions:
            reading, activities = self._list_by_memory(
                course, known, after.activities, resting or {}
            )
            after = _with(after, activities=activities)
            sessions = [session for session in reading.sessions if self._counts(session)]
            if not (before and before.users and before.knows_all_of(sessions)):
                users = self.reader.enrolled_users(course.id)
                after = _with(after, users=users, roles=False, unlisted=_unlisted(sessions, users))
        else:
            if not (before and before.users and before.roles):
                users = self.reader.enrolled_users(course.id, with_roles=True)
                after = _with(after, users=users, roles=True)
            self._ask_teachers(course, after.users, known)
            reading = self._read_each(course, known)
            sessions = [session for session in reading.sessions if self._counts(session)]
            if before and not before.knows_all_of(sessions):
                users = self.reader.enrolled_users(course.id, with_roles=True)
                after = _with(after, users=users)
            if after is not before:
                after = _with(after, unlisted=_unlisted(sessions, after.users))
        groups = self._groups(course, reading, of_known_group(sessions, self.pushes, met), after)
        if groups is not None:
            after = _with(after, groups=groups)
        reading = replace(
            reading,
            users=after.users,
            groups=groups or (),
            people_listed=bool(after.users),
            odd=reading.odd + self.reader.take_odd(),
        )
        return reading, after

    def _groups(self, course, reading, with_group, after):
        """:param with_group: sessions of which it matters whose group that is
        :return: tuple of ``MoodleGroup``, ``None`` where they do not matter
        """
        in_activities = self.pushes and any(a.groupmode for a in reading.activities)
        if not (with_group or in_activities):
            return None
        if after.groups is not None and after.knows_groups_of(with_group):
            return after.groups
        return self.reader.groups(course.id)

    def _counts(self, session):
        """Whether the session may be inside the window: it began, was taken or was changed
        after its start."""
        return max(session.starts, session.taken_at, session.modified_at) >= self.earliest

    def with_absent_users(self, reading, linked):
        """The reading with the accounts of people who have marks and are enrolled no
        longer, looked up by id.

        :param linked: user ids that have a mapping already and need no look-up
        """
        if self.api.companion:
            # They were read with the course.
            return reading
        enrolled = {user.id for user in reading.users}
        absent = sorted(
            {
                mark.user_id
                for session in reading.sessions
                if self._counts(session)
                for mark in session.marks
                if mark.user_id not in enrolled and mark.user_id not in linked
            }
        )
        if not absent:
            return reading
        users = reading.users + self.reader.users_by_id(absent)
        return replace(reading, users=users, odd=reading.odd + self.reader.take_odd())

    def accounts(self, user_ids, beside):
        """What Moodle knows of accounts that are not in the course.

        :param beside: ids of others who are, and have an ID number
        :return: ``matching.Accounts``
        """
        if not self.api.shows_accounts:
            return self.reader.accounts(user_ids, beside)
        try:
            return self.api.companion.accounts(user_ids)
        except errors.MoodleNoPermission:
            if not self.api.asks_moodle_for_accounts:
                return Accounts({})
            # Moodle's own function asks for less, and may leave more open.
            return self.reader.accounts(user_ids, beside)

    # --- companion ------------------------------------------------------------

    def _read_whole(self, course, known):
        """:return: ``CourseReading``"""
        found = self.api.companion.course(course.id)
        known.starts = {}
        for session in found.sessions:
            known.add(session.activity_id, session.id, session.starts)
        return CourseReading(
            course=course,
            activities=found.activities,
            sessions=found.sessions,
            users=found.users,
            groups=found.groups,
            listed=found.listed,
            listed_all=True,
            people_listed=bool(found.users),
            odd=found.odd,
            lacking=found.lacking,
        )

    # --- native ---------------------------------------------------------------

    def _list_by_memory(self, course, known, activities, resting):
        """:param activities: those remembered, or ``None``
        :return: ``(CourseReading, tuple of MoodleActivity)``
        """
        if activities is not None:
            try:
                reading, missing = self._list(course, known, activities, resting)
            except errors.MoodleError as error:
                if error.scope == errors.SITE or error.persists:
                    raise
                # It may be about one that is there no longer.
                missing = True
            if not missing:
                return reading, activities
        activities = self.reader.activities(course.id)
        return self._list(course, known, activities, resting)[0], activities

    def _list(self, course, known, activities, resting):
        """:return: ``CourseReading``, and whether an activity was missing
        :raise MoodleError: it is of the whole course
        """
        missing_any = False
        sessions, listed, unreadable, gone, odd = [], set(), [], set(), []
        limits, failures = CourseLimits(), _Failures()
        for activity in activities:
            if activity.id in resting:
                failures.rest(activity, resting[activity.id])
                continue
            try:
                try:
                    found, unusable = self.api.sessions(activity.id)
                except errors.MoodlePoisonedAnswer:
                    readable, refused, missing = self._one_by_one(known, activity.id, odd)
                    sessions += readable
                    # Without an unreadable one among those known, it is one that was
                    # never seen: the activity as a whole has to be looked at.
                    unreadable += refused or [UnreadableSession(activity.id, 0)]
                    gone |= missing
                    failures.read += 1
                    continue
            except errors.MoodleNotFound:
                # Deleted since the contents were read; the next run sees it so.
                missing_any = True
                continue
            except errors.MoodleError as error:
                failures.add(activity, error)
                missing_any = missing_any or not error.persists
                continue
            failures.read += 1
            limits.add(self.api.listing, found)
            odd += unusable
            sessions += found
            if all(record.id and record.reason != SHAPE for record in unusable):
                # Whatever else is missing from the list is gone. What has not even the
                # shape of a session may be the answer to another question.
                listed.add(activity.id)
            kept = known.starts.get(activity.id, {})
            known.starts[activity.id] = {session.id: session.starts for session in found} | {
                record.id: kept[record.id] for record in unusable if record.id in kept
            }
        failures.must_not_be_all()
        reading = CourseReading(
            course=course,
            activities=activities,
            sessions=tuple(sessions),
            listed=frozenset(listed),
            unreadable=tuple(unreadable),
            failed=tuple(failures.failed),
            gone=frozenset(gone),
            listed_all=True,
            odd=tuple(odd),
        )
        return reading, missing_any

    # --- legacy ---------------------------------------------------------------

    def _ask_teachers(self, course, users, known):
        for user in users:
            if not user.teacher:
                continue
            found = self._today.get(user.id, lambda who=user.id: self.api.sessions_today(who))
            for shortname, session_id, activity_id, starts in found:
                if shortname == course.shortname:
                    known.add(activity_id, session_id, starts)

    def _read_each(self, course, known):
        odd = []
        sessions, unreadable, gone = self._one_by_one(known, None, odd)
        return CourseReading(
            course=course,
            sessions=tuple(s for s in sessions if s.course_id == course.id),
            unreadable=tuple(unreadable),
            gone=frozenset(gone),
            odd=tuple(odd),
        )

    def _one_by_one(self, known, activity_id, odd):
        """:param odd: list of ``OddRecord`` that is added to"""
        sessions, unreadable, gone = [], [], set()
        for activity, session_id in known.in_window(self.earliest, activity_id):
            try:
                session = self.api.session(session_id)
            except errors.MoodlePoisonedAnswer:
                unreadable.append(UnreadableSession(activity, session_id))
            except errors.MoodleNotFound:
                gone.add(session_id)
            except errors.MoodleOddRecord as error:
                odd.append(OddRecord("session", session_id, error.reason, activity_id=activity))
            else:
                sessions.append(session)
                known.add(session.activity_id, session.id, session.starts)
        for session_id in gone:
            known.drop(session_id)
        return sessions, unreadable, gone
