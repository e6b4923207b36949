"""What is asked of one course, what is known of it when it is planned, and what came of it."""

from collections import Counter
from dataclasses import dataclass, field, replace

from ..domain import brake
from ..domain import plan as p
from ..domain.records import CourseReading, Met, MoodleCourse
from ..domain.remembered import Remembered
from ..domain.window import Rules
from ..moodle.moodle_transport import Clock
from .course_reader import CourseReader, KnownSessions

# Gaps of what was met in sending, of which a plan knows nothing.
OF_SENDING = ("push_failed", "push_refused", "remark_refused", "description_refused")


@dataclass(frozen=True)
class Question:
    """What Moodle is asked about a course, by any thread; no database.

    * ``reader``: ``CourseReader`` of this course alone;
    * ``before``: ``Remembered`` of the course, or ``None``;
    * ``clock``: ``moodle_transport.Clock``;
    * ``met``: ``Met`` of the course, ``None`` where nothing can follow;
    * ``resting``: ``{activity id: why}`` of those that are not asked for.
    """

    reader: CourseReader
    course: MoodleCourse
    known: KnownSessions
    before: Remembered | None
    clock: Clock
    met: Met | None = None
    resting: dict = field(default_factory=dict)

    def ask(self, waits=False):
        """:param waits: whether it may wait for room, see ``moodle.memory``
        :return: :class:`Answer`
        :raise MoodleError: the course can't be read
        """
        client, begun = self.reader.reader.client, self.clock.now()
        client.listen()
        with client.memory.of(self.course.id, waits):
            client.memory.begin(self.course.id)
            reading, after = self.reader.read_course(
                self.course, self.known, self.before, self.met, self.resting
            )
        by_memory = after is not None and after is self.before
        return Answer(reading, begun, after, by_memory, client.heard)

    def ask_ahead(self):
        """:return: the same, and the bytes that Moodle has sent"""
        client = self.reader.reader.client
        before = client.received
        try:
            return self.ask(waits=True), client.received - before
        except BaseException:
            client.memory.release(self.course.id)
            raise


@dataclass(frozen=True)
class Answer:
    """:param begun: moment of the clock at which Moodle was asked first
    :param remembered: ``Remembered`` of what was read; ``None`` where there is nothing to remember
    :param by_memory: whether it is all that was used of people, groups and activities
    :param heard: fingerprint of Moodle's answers
    """

    reading: CourseReading
    begun: float
    remembered: Remembered | None
    by_memory: bool = False
    heard: str = ""


@dataclass(frozen=True)
class Work:
    """What is known of one course when it is planned.

    * ``given_up``: links that give way, ``{Moodle user id: matching.FORMER or "ended"}``;
    * ``asked``: whether Moodle was asked about accounts that claim the same students;
    * ``refused``: why Moodle did not make a session, ``{sheet id: a sentence, see told}``;
    * ``undescribed``: ``plan.NewSession`` that were made without their description;
    * ``allowed``: ``brake.Allowance`` that is kept of the course;
    * ``untaken``: the registers not taken that are listed of it, as they are kept;
    * ``remembered``: ``Remembered`` of what was read;
    * ``by_memory``: whether Moodle was not asked about people, groups and activities;
    * ``sign``: of all that it is planned from, see ``unchanged.sign``; empty where another run
      may not rely on it.
    """

    reading: CourseReading
    modules: dict
    mapping: object
    links: dict
    known: KnownSessions
    rules: Rules
    given_up: dict = field(default_factory=dict)
    asked: bool = False
    refused: dict = field(default_factory=dict)
    undescribed: tuple = ()
    allowed: brake.Allowance = brake.NOTHING
    untaken: list = field(default_factory=list)
    remembered: Remembered | None = None
    by_memory: bool = False
    sign: str = ""


@dataclass
class CourseOutcome:
    """What one course added to the run: numbers, gaps, each :class:`changes.Change`
    that was really made, and each ``untaken.Untaken`` of it."""

    done: Counter
    plan: p.CoursePlan
    gaps: tuple
    changes: tuple = ()
    untaken: tuple = ()

    def and_then(self, more):
        """:param more: of the same course, planned with new facts
        :return: both together
        """
        # What else there was to say of it, the new plan says again.
        again = {gap.key for gap in more.gaps}
        refused = [gap for gap in self.gaps if gap.why in OF_SENDING and gap.key not in again]
        return replace(
            more,
            done=self.done + more.done,
            gaps=(*more.gaps, *refused),
            changes=(*self.changes, *more.changes),
        )
