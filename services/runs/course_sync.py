"""One Moodle course: read both sides, plan, apply, push. ORM.

No transaction is open while Moodle is asked, so that the plan is made from what the
database holds at the moment it is applied. What Moodle has to say may have been read a
moment before, by a thread of its own (``read_ahead``).
"""

import hashlib
from collections import Counter
from dataclasses import replace
from functools import partial

from ..domain import brake, matching, trouble
from ..domain import plan as p
from ..domain.changes import NEW_SESSION, PUSH, changes
from ..domain.followed import with_followed
from ..domain.planner import plan_course
from ..domain.references import referring
from ..domain.remembered import may_be_remembered
from ..domain.unchanged import Idle, next_change, sign, sign_by_digest
from ..domain.untaken import untaken
from ..domain.warmth import lively
from ..moodle import moodle_errors as errors
from ..openeducat.plan_applier import PlanApplier
from ..texts import messages_run as words
from .course_push import CoursePush, not_sent
from .course_reader import KnownSessions
from .course_work import CourseOutcome, Question, Work
from .retried import retried


class _RivalsFound(Exception):
    """Accounts outside the course claim students of it: Moodle has to be asked about them,
    which is not done inside a transaction. The argument is ``matching.rivals``."""


class _MemoryFailed(Exception):
    """Something could not be matched or sent by what is remembered of Moodle: it has to be asked
    anew, which is not done inside a transaction."""


class MovedError(Exception):
    """What was approved is not what would be done now."""


class StoppedError(Exception):
    """Too much would be done at once. The argument is the ``brake.Stop``."""


# Seconds after which an answer of Moodle is too old to send marks by: a teacher may have changed
# one meanwhile. What is only brought here is as the next run would find it.
FRESH = 5
# So many sheets for which no session can be made may each take their time; it is no single sheet.
SHEETS_THAT_FAIL = 2
# How often marks are sent in one run that somebody in Moodle has changed again and again.
ROUNDS = 3


class CourseSync:
    """:param sides: ``Connected``
    :param courses: ``MatchedCourses`` of the same run
    :param course: ``MoodleCourse``, one of them that has a pair
    :param mapping: its ``moodle.mapping``; empty where none is kept yet
    :param thrifty: whether what is remembered of Moodle will do
    :param digest: what Moodle has given as the course's digest in this run; empty where it gives
        none
    """

    def __init__(self, sides, courses, course, mapping, thrifty=False, digest=""):
        self.sides = sides.of_course(mapping)
        self.env = sides.env
        self.rules = self.sides.rules
        self.course = course
        self.mapping = mapping
        self.subject = courses.subject(course)
        self.types = courses.types
        self.rivals = courses.rivals(course)
        # Read here, along with the rest: each commit empties the cache.
        self.waited = bool(mapping.waits_since)
        self._was_broken = bool(mapping.failures)
        self._modules, self._allowed = mapping.known_modules, mapping.allowed
        self._listed = mapping.known_untaken
        self._troubles = mapping._troubles()
        self._resting = self._troubles.resting(self.rules.now) if thrifty else {}
        # Of parts of the course: why they failed in this run, and those left alone in it.
        self._failed, self._left_alone = {}, set()
        self._digest = digest
        self._courses_listed = courses.listed
        self._met = mapping._met(self.rules.noted_since) if self.sides.api.lists_sessions else None
        self._waiting = mapping.known_waiting
        self._known = self._known_sessions()
        # A session that is to be made needs to know who is there now.
        remembers = thrifty and not self.rules.may_create and not self.sides.api.companion
        self._before = self._remembered() if remembers else None
        self._idle = mapping._idle() if self._before else None
        self._answer = None
        self._under_way = None
        self._approved = False
        # Futures, see go_on.
        self.waits_for = []

    def _remembered(self):
        """:return: ``Remembered`` that is new enough, or ``None``"""
        kept = self.mapping._remembered()
        return kept if kept and kept.holds(self.rules.now, self.sides.people_hours) else None

    def _known_sessions(self):
        known = KnownSessions.from_json(self.mapping.known_sessions)
        if not known.starts:
            # The list was lost with the mappings: the sheets know their sessions.
            for activity, session, starts in self.sides.store.linked_sessions(self.course.id):
                known.add(activity, session, starts)
        return known

    @property
    def question(self):
        """:return: :class:`Question`"""
        return Question(
            self.sides.course_reader,
            self.course,
            self._known,
            self._before,
            self.sides.client.clock,
            self._met,
            self._resting_of(trouble.ACTIVITY),
        )

    def _resting_of(self, what):
        """:return: ``{id: why}`` of parts of the course that this run leaves alone, see ``told``"""
        return {
            number: words.part_not_tried_yet(why)
            for (kind, number), why in self._resting.items()
            if kind == what
        }

    def take(self, answer):
        """Go on with what was read ahead.

        :param answer: :class:`Answer` to :attr:`question`
        """
        self._answer = answer

    def plan(self):
        """What there is to do, and what of it waits for a person; nothing is written.

        :return: ``(Work, LocalState, People, CoursePlan, tuple of Gap)``; the last are those
            because of which a run would do less than this plan
        :raise MoodleError: the course can't be read
        """
        work, (local, people, plan) = self._knowing_rivals(self._read(), self._plan)
        stop = self._stop(work, local, people, plan)
        if stop:
            held = (stop.gap(self.course.id),)
        else:
            held = tuple(gap for gap in plan.gaps if gap.allows)
        if held:
            work = _with_everything(work)
            local, people, plan = self._plan(work)
        return work, local, people, plan, held

    def begin(self, run, approved=None):
        """The course in a transaction of its own, together with what it adds to the run; where
        marks go to Moodle, one before that, and :meth:`go_on` or :meth:`end`.

        :param run: ``moodle.sync.run``
        :param approved: ``plan.fingerprint`` of the plan that a person has approved; no
            other one is applied, and this one however much it does
        :return: :class:`CourseOutcome`, or ``None`` while marks are on their way
        :raise MoodleError: Moodle can't be read or written
        :raise MovedError: the plan is not the approved one; nothing was written
        :raise StoppedError: it would do too much at once; nothing was written
        """
        if approved is None:
            outcome = retried(partial(self._without_a_plan, run), self.env)
            if outcome:
                return outcome
        work = self._read()
        self._approved = approved is not None
        if self._approved:
            work = _with_everything(work)
        made = frozenset()
        if approved is not None or self.rules.may_create:
            look = partial(self._look_before, approved=approved)
            work, plan = self._knowing_rivals(work, look)
            approved = approved and p.fingerprint(plan, new_sessions=False)
            self.sides.odoo.commit()
            if self.rules.may_create and plan.new_sessions:
                work, made = self._make_sessions(run, work, plan.new_sessions)
        apply = partial(self._apply, run, approved=approved, made=made)
        work, outcome = self._knowing_rivals(
            work, lambda work: retried(partial(apply, work), self.env)
        )
        if outcome.plan.pushes:
            # What Odoo knows is kept before Moodle is written: a run that dies from
            # here on is understood by the next one.
            self.sides.odoo.commit()
            self._under_way = self._push(run, work, outcome)
            return self.go_on()
        return outcome

    def go_on(self):
        """Keep the next portion of the marks that :meth:`begin` has sent, as soon as it is read
        back; at once after all of :attr:`waits_for`.

        :return: :class:`CourseOutcome`, or ``None`` while marks are on their way
        :raise MoodleError: Moodle can't be written or read; what got through is kept
        """
        try:
            self.waits_for = next(self._under_way)
        except StopIteration as ended:
            return ended.value
        return None

    def end(self):
        """The same to the end.

        :return: :class:`CourseOutcome`
        """
        outcome = None
        while outcome is None:
            outcome = self.go_on()
        return outcome

    def _without_a_plan(self, run):
        """The end of a course in which nothing has changed on either side since a plan had
        nothing to do.

        :return: :class:`CourseOutcome`, or ``None`` where it has to be planned
        """
        if not self._idle or self._answer is None or self._idle.sign != self._sign(self._answer):
            return None
        if self.env["moodle.touched"]._any(self.mapping):
            return None
        sessions = self._answer.reading.sessions
        self.mapping._succeeded(
            _sync_hash(sessions),
            came_back=self._was_broken,
            busy=False,
            **self.mapping._warmth_values(*lively(sessions, self.rules.now)),
        )
        outcome = CourseOutcome(Counter(), self._idle.plan, ())
        run._course_done(self.course, outcome, self.sides.calls.take(self.env.cr))
        return outcome

    def _sign(self, answer):
        """:return: see ``unchanged.sign``"""
        if self.rivals or answer.reading.failed or not (self._digest or answer.by_memory):
            # The sheets of the same subject and course change with the other Moodle course, too.
            return ""
        rules = replace(self.sides.rules_now(), allowance=self._allowed)
        common = self.sides.common_sign.text
        if self._digest:
            return sign_by_digest(self._digest, self.subject, rules, common, self.course.span)
        at, sessions = answer.remembered.at, answer.reading.sessions
        return sign(answer.heard, at, self.subject, sessions, rules, common, self.course.span)

    def _look_before(self, work, approved):
        """Whether the plan may be carried out, looked at before a session is made in Moodle
        for it; once more when it is applied.

        :return: ``CoursePlan``
        :raise MovedError, StoppedError: see :meth:`begin`
        """
        local, people, plan = self._plan(work)
        if approved not in (None, p.fingerprint(plan)):
            raise MovedError
        if plan.new_sessions:
            self._check_amount(work, local, people, plan)
        return plan

    # --- reading and planning ---------------------------------------------------

    def _read(self):
        """Everything Moodle has to say about the course.

        :return: :class:`Work`
        """
        reader, commit = self.sides.course_reader, self.sides.odoo.commit
        commit()
        answer = self._answered()
        reading = self._among_others(answer.reading)
        links = self.sides.people.links("op.student", _people_in(reading))
        commit()
        reading = reader.with_absent_users(reading, links)
        return Work(
            reading,
            self._modules,
            self.mapping,
            links,
            self._known,
            replace(self.sides.rules_now(), allowance=self._allowed),
            allowed=self._allowed,
            untaken=self._listed,
            remembered=answer.remembered,
            by_memory=answer.by_memory,
            sign=self._sign(answer),
        )

    def _among_others(self, reading):
        return replace(reading, rivals=self.rivals, courses_listed=self._courses_listed)

    def _answered(self):
        """:return: :class:`Answer`, as fresh as the direction asks for"""
        answer, clock = self._answer, self.sides.client.clock
        # Our own plug-in writes no mark over what was not read.
        looks = self.sides.api.companion is not None
        old = answer and self.rules.pushes and not looks and clock.now() - answer.begun > FRESH
        return self.question.ask() if answer is None or old else answer

    def _knowing_rivals(self, work, step):
        """Carry out a step that plans; once more, after Moodle was asked, where accounts outside
        the course claim students of it, or what is remembered will not do.

        :param step: function of a :class:`Work`
        :return: the work as it was then, and what the step gave
        """
        try:
            return work, step(work)
        except _RivalsFound as found:
            self.sides.odoo.rollback()
            work = self._without_former(work, found.args[0])
            return work, step(work)
        except _MemoryFailed:
            self.sides.odoo.rollback()
            self._before = self._answer = None
            return self._knowing_rivals(self._read(), step)

    def _without_former(self, work, rivals):
        """The work after Moodle was asked about accounts that are not in the course and
        claim the same students as others who are.

        :param rivals: ``matching.rivals``, not empty
        """
        ids = [link.moodle_id for link in rivals]
        beside = {user.id for found in rivals.values() for user in found if user.idnumber}
        accounts = self.sides.course_reader.accounts(ids, sorted(beside))
        waiting = self.sides.people.who_wait(rivals, accounts.shown, self.subject)
        given_up, links = {}, dict(work.links)
        for link, claimants in rivals.items():
            user_id = link.moodle_id
            why = matching.given_up(link, accounts, claimants)
            if not why or user_id in waiting:
                continue
            given_up[user_id] = why
            if why == matching.FORMER and user_id in links:
                links[user_id] = replace(links[user_id], found_by=matching.FORMER)
            else:
                links.pop(user_id, None)
        return replace(work, links=links, given_up=given_up, asked=True)

    def _plan(self, work):
        """:return: ``(LocalState, People, CoursePlan)``"""
        people = self.sides.people.people(
            work.reading,
            self.subject,
            work.links,
            work.rules.pushes,
            work.given_up,
            self._met,
        )
        if not work.asked:
            rivals = matching.rivals(work.reading.users, people)
            if rivals:
                raise _RivalsFound(rivals)
        local = self.sides.store.state(
            work.reading, self.subject, work.rules, self.types, self._met
        )
        plan = plan_course(work.reading, local, people, work.rules)
        if work.by_memory and not may_be_remembered(gap.kind for gap in plan.gaps):
            raise _MemoryFailed
        plan = self._without_resting(work, local, plan)
        return with_followed(local, plan.followed), people, plan

    def _without_resting(self, work, local, plan):
        """:return: the plan without what Moodle has failed to take, and is not asked to yet"""
        marks, sheets = self._resting_of(trouble.SESSION), self._resting_of(trouble.SHEET)
        if not (marks or sheets):
            return plan
        gaps = []
        for session_id, pushes in p.by_session(plan.pushes).items():
            if session_id in marks:
                session = next(s for s in work.reading.sessions if s.id == session_id)
                day = self.rules.date(session.starts)
                why = marks[session_id]
                gaps.append(not_sent(self.course.id, session_id, day, len(pushes), why))
                self._left_alone.add((trouble.SESSION, session_id))
        left = {
            new.sheet_id: sheets.get(new.sheet_id) or sheets[trouble.ALL]
            for new in plan.new_sessions
            if new.sheet_id in sheets or trouble.ALL in sheets
        }
        self._left_alone |= {(trouble.SHEET, sheet_id) for sheet_id in (*left, trouble.ALL) if left}
        gaps += [
            p.gap(
                "session_refused",
                self.course.id,
                f"sheet:{sheet.id}",
                {"sheet": sheet.name, "day": sheet.date.isoformat(), "words": left[sheet.id]},
                record=("op.attendance.sheet", sheet.id),
            )
            for sheet in local.sheets
            if sheet.id in left
        ]
        return replace(
            plan,
            pushes=tuple(push for push in plan.pushes if push.session_id not in marks),
            new_sessions=tuple(new for new in plan.new_sessions if new.sheet_id not in left),
            gaps=(*plan.gaps, *gaps),
        )

    @staticmethod
    def _stop(work, local, people, plan):
        """:return: ``brake.Stop``, or ``None``"""
        rules = work.rules
        return brake.judge(
            brake.measure(plan, work.reading, local, people),
            rules.limits,
            brake.lists_nothing(work.reading),
            plan.emptied,
            rules.allowance,
        )

    def _check_amount(self, work, local, people, plan):
        """:raise StoppedError: a person has to look first"""
        if not work.rules.allowance.everything:
            stop = self._stop(work, local, people, plan)
            if stop:
                raise StoppedError(stop)

    # --- OpenEduCat -------------------------------------------------------------

    def _apply(self, run, work, approved, made, before=None):
        """What concerns OpenEduCat; and the end of the course, if Moodle needs nothing.

        :param before: :class:`CourseOutcome` of what was done before in this run
        """
        local, people, plan = self._plan(work)
        # What fills the sessions made just now was approved as those sessions.
        if approved not in (None, p.fingerprint(plan, without=made, new_sessions=False)):
            raise MovedError
        self._check_amount(work, local, people, plan)
        if work.mapping.id in self.sides.touched:
            # In the transaction that has read them: what is changed meanwhile stays noted.
            self.env["moodle.touched"]._seen(work.mapping)
        applier = PlanApplier(self.sides.instance, self.course.id, self.subject)
        applier.apply(plan)
        work.mapping._follow(applier.followed, run)
        if work.given_up:
            self.sides.people.end_links(work.given_up)
        self.sides.people.save_links(work.reading, people, work.links)
        made_here = tuple(
            change
            for change in changes(plan, work.reading, local, people, work.rules)
            if change.kind in (PUSH, NEW_SESSION) or change.session_id not in applier.refused
        )
        gaps = (
            *(_in_moodles_words(gap, work.refused) for gap in plan.gaps),
            *(
                _undescribed(self.course, new, work.rules.date(new.starts))
                for new in work.undescribed
            ),
        )
        pushed = {push.session_id for push in plan.pushes}
        # Of what waits nobody knows whether it was taken.
        left = untaken(work.reading, local, work.rules, pushed | plan.waiting.sessions)
        outcome = CourseOutcome(applier.done, plan, (*gaps, *applier.gaps), made_here, left)
        for conflict in plan.conflicts:
            outcome.done[f"conflicts_{conflict.winner}"] += 1
        if before:
            outcome = before.and_then(outcome)
        if not plan.pushes:
            refused = bool(applier.gaps or work.given_up)
            idle = None if refused else Idle.of(work.sign, plan, self._until(work))
            busy = not plan.empty
            outcome.done.update(self._finish(run, work, outcome, idle=idle, busy=busy))
            run._course_done(self.course, outcome, self.sides.calls.take(self.env.cr))
        else:
            applier.note_sending(plan.pushes, work.mapping)
        self.env.flush_all()
        return outcome

    def _finish(self, run, work, outcome, lost=None, sent=(), idle=None, busy=True):
        """:param outcome: :class:`CourseOutcome`
        :param lost, sent: see ``moodle.mapping._keep_not_held``
        :param idle: ``Idle``, where there was nothing to do
        :param busy: whether there was something
        :return: Counter of gaps_opened, gaps_closed
        """
        gaps, left, waiting = outcome.gaps, outcome.untaken, outcome.plan.waiting
        troubles = self._troubles_after(work.reading)
        if sent:
            work.mapping._keep_not_held(lost or {}, sent)
        remembered = {}
        if not work.by_memory:
            keep = work.remembered and may_be_remembered(gap.kind for gap in gaps)
            remembered = {"remembered": bool(keep) and work.remembered.to_json()}
        warmth = work.mapping._warmth_values(*lively(work.reading.sessions, self.rules.now))
        work.mapping._succeeded(
            _sync_hash(work.reading.sessions),
            self.waited,
            self._was_broken,
            idle=idle.to_json() if idle and not troubles.kept else False,
            busy=busy or bool(troubles.kept),
            **warmth,
            **remembered,
        )
        if troubles != self._troubles:
            work.mapping._keep_troubles(troubles)
        if [session.to_json() for session in left] != work.untaken:
            work.mapping._keep_untaken(left)
        if work.allowed.parts:
            still = brake.lists_nothing(work.reading)
            work.mapping._keep_allowed(work.allowed.left(still))
        if self.sides.api.lists_sessions:
            # Only the legacy family finds a session by nothing else.
            work.known.forget_before(work.rules.noted_since)
        # If Moodle itself is set back, what sheets have left is there again, and new.
        left_behind = outcome.plan.followed.left_behind(work.reading)
        work.known.forget(*left_behind)
        if work.known.changed:
            work.mapping._keep_sessions(work.known.to_json())
        if waiting.to_json() != self._waiting:
            work.mapping._keep_waiting(waiting.to_json())
        # What waits counts as never met; of a number given out again the old module is known.
        modules = {
            str(activity.id): activity.module_id
            for activity in work.reading.activities
            if activity.module_id and activity.id not in waiting.activities | waiting.again
        }
        known = {k: v for k, v in work.modules.items() if int(k) not in left_behind.activities}
        if {**known, **modules} != work.modules:
            work.mapping._keep_modules({**known, **modules})
        Gap = self.env["moodle.sync.gap"]
        instance, course = self.sides.instance, self.course
        counts = Gap._record(instance, run, course.id, gaps, course.fullname)
        self.env.flush_all()
        return counts

    def _troubles_after(self, reading):
        """:return: ``Troubles`` of parts of the course, after what was read and written of it"""
        failed, left = dict(self._failed), set(self._left_alone)
        for activity in reading.failed:
            part = (trouble.ACTIVITY, activity.activity_id)
            if activity.rests:
                left.add(part)
            elif activity.persists:
                failed[part] = activity.words
        return self._troubles.after(failed, left, self.rules.now)

    # --- Moodle -----------------------------------------------------------------

    def _push(self, run, work, outcome):
        """Send marks, and keep what Moodle really holds; again, with the new facts, where somebody
        in Moodle has changed some of them meanwhile. What is left after that, the next run finds.

        :return: iterates over the futures that each portion waits for, and gives the outcome with
            what this added
        :raise MoodleError: Moodle can't be written; what got through is kept
        """
        for left in reversed(range(ROUNDS)):
            push = CoursePush(self.sides, self.course, self.subject)
            pushed = yield from push.portions(run, work, outcome)
            self._failed |= {(trouble.SESSION, id_): why for id_, why in pushed.failed.items()}
            if not pushed.changed or not left or self._approved:
                return retried(partial(self._end_of_push, run, work, pushed), self.env)
            work, outcome = self._settle_again(run, work, pushed)
            if not outcome.plan.pushes:
                return outcome
            self.sides.odoo.commit()
        raise AssertionError("the last round ends the course")

    def _end_of_push(self, run, work, pushed):
        """The end of a course of which marks were sent."""
        outcome = pushed.outcome
        counts = self._finish(run, work, outcome, pushed.lost, pushed.sent)
        ended = replace(outcome, done=outcome.done + counts)
        run._course_done(self.course, ended, self.sides.calls.take(self.env.cr))
        return ended

    def _settle_again(self, run, work, pushed):
        """Plan with what Moodle has said of marks that somebody else has changed meanwhile, and
        carry it out here.

        :return: the work as it is now, and the outcome of both; the course is at its end if there
            is nothing to send
        """
        reading = replace(work.reading, sessions=pushed.sessions)
        apply = partial(self._apply, run, approved=None, made=frozenset(), before=pushed.outcome)
        return self._knowing_rivals(
            replace(work, reading=reading, sign=""),
            lambda work: retried(partial(apply, work), self.env),
        )

    def _until(self, work):
        """:return: see ``Idle.until``"""
        return next_change(work.reading.sessions, self.rules.now) if self._digest else 0

    def _make_sessions(self, run, work, new_sessions):
        """Make the sessions that Moodle lacks, and read the course again, so that this
        run can fill them.

        Not repeated on a lost answer: what is read afterwards has the session, by the reference
        in its description, before it would make one.

        :param new_sessions: tuple of ``plan.NewSession``
        :return: :class:`Work`, and the ids of the sessions that are new in it
        """
        # Kept before Moodle is written: by it the next run knows what this one has made.
        key = retried(self.sides.instance._make_reference_key, self.env)
        self.sides.odoo.commit()
        made, refused, undescribed, failed = 0, {}, [], {}
        for new in new_sessions:
            if len(failed) > SHEETS_THAT_FAIL:
                refused[new.sheet_id] = failed[trouble.SHEET, trouble.ALL]
                continue
            try:
                was_made, described = self._make_session(new, key)
            except errors.MoodleError as error:
                if error.scope == errors.SITE:
                    raise
                # One sheet's trouble; its gap says it.
                refused[new.sheet_id] = error.told()
                if error.persists:
                    failed[trouble.SHEET, new.sheet_id] = error.told()
                if len(failed) == SHEETS_THAT_FAIL:
                    failed[trouble.SHEET, trouble.ALL] = error.told()
            else:
                made += was_made
                undescribed += [] if described else [new]
        self._failed |= failed
        run._count(moodle_sessions_created=made)
        self.sides.odoo.commit()
        reader = self.sides.course_reader
        resting = self._resting_of(trouble.ACTIVITY)
        reading, remembered = reader.read_course(self.course, work.known, resting=resting)
        reading = self._among_others(reading)
        reading = reader.with_absent_users(reading, work.links)
        before = {session.id for session in work.reading.sessions}
        found = frozenset({session.id for session in reading.sessions} - before)
        rules = replace(work.rules, may_create=False, reference_key=key)
        filled = replace(
            work,
            reading=reading,
            rules=rules,
            refused={**self._resting_of(trouble.SHEET), **refused},
            undescribed=tuple(undescribed),
            remembered=remembered,
            by_memory=False,
            sign="",
        )
        return filled, found

    def _make_session(self, new, key):
        """:return: whether a session was made, and whether it has its description"""
        try:
            return self.sides.api.add_session(referring(new, key)), True
        except errors.MoodleError as error:
            # Where only the answer was lost, the session may be there: it is looked for first.
            lost = isinstance(error, errors.MoodleUnreachable)
            if lost or error.scope == errors.SITE or not error.of_words or not new.description:
                raise
        # A word of it may be the reason. What finds the session again is the reference.
        return self.sides.api.add_session(referring(replace(new, description=""), key)), False


def _undescribed(course, new, date):
    """The gap of a session that was made without its description.

    :param new: ``plan.NewSession``
    :param date: of the session
    """
    return p.gap(
        "description_refused",
        course.id,
        f"description_refused:{new.sheet_id}",
        {"sheet": new.description, "day": date.isoformat()},
        record=("op.attendance.sheet", new.sheet_id),
    )


def _with_everything(work):
    """The same with nothing held back: a person has seen the plan itself, or is about to."""
    return replace(work, rules=replace(work.rules, allowance=brake.EVERYTHING))


def _in_moodles_words(gap, refused):
    """The gap of a sheet whose session Moodle refused to make, with Moodle's reason.

    :param refused: see :class:`Work`
    """
    words = gap.kind == "sheet_without_session" and refused.get(gap.record and gap.record[1])
    if not words:
        return gap
    # Of all that such a sheet's gap can name, the sheet and its day come first.
    return replace(gap, why="session_refused", details=(*gap.details[:2], words))


def _sync_hash(sessions):
    """Of all sessions of a course together."""
    text = ",".join(sorted(f"{s.id}:{s.content_hash}" for s in sessions))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _people_in(reading):
    people = {user.id for user in reading.users}
    return people | {mark.user_id for session in reading.sessions for mark in session.marks}
