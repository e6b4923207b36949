"""In which batches the students of a :class:`world.World` are and have been: what OpenEduCat
keeps of it, what is noted, and, beside both and never read by the code under test, what is
true."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date

from ..services.domain.own_batch import Detail, Enrolment, Left

DAY = 86400
# Instead of a batch: there is none, or nobody is able to tell which.
NOBODY_KNOWS = 0


@dataclass(frozen=True)
class _Since:
    """From a day on, until another one says something else."""

    day: date
    batch: int


class Batches:
    """Each student has one course detail to begin with.

    :param first: ``{student: batch}`` of these
    :param day_of: function (unix seconds) -> date
    """

    def __init__(self, first, day_of):
        self.day_of = day_of
        self.last_detail = 0
        # {student: Detail, or None while there is none}, and when each was made.
        self.details, self.made_at = {}, {}
        self.left = {student: [] for student in first}
        # What is true of each day, in order; and of whom that can't be known from what is kept.
        self.truth = {student: [_Since(date.min, batch)] for student, batch in first.items()}
        self.unsure = set()
        self.ended_on = {}
        # How many new lines of those who have moved had one place and no other: the batch of
        # today, or one of before.
        self.placed = Counter()
        for student, batch in first.items():
            self._detail(student, batch, None)

    def _detail(self, student, batch, now):
        self.last_detail += 1
        made = date.min if now is None else self.day_of(now)
        self.details[student] = Detail(self.last_detail, batch, True, made)
        self.made_at[student] = now or 0

    # --- what the office does ---------------------------------------------------------

    def move(self, student, now, noted=True):
        """To the other batch.

        :param noted: whether it was changed with a version that notes it
        """
        detail = self.details[student]
        batch = 3 - detail.batch_id
        since = self.day_of(now)
        if not noted:
            self.unsure.add(student)
        elif detail.running:
            since = self._note(student, now) or detail.made
        else:
            # What is put right after the end is true since then.
            since = self.ended_on[student]
        self.details[student] = replace(detail, batch_id=batch)
        self.truth[student].append(_Since(since, batch))

    def withdraw(self, student, now):
        """Or take it back."""
        detail = self.details[student]
        if detail.running:
            self.ended_on[student] = self._note(student, now) or detail.made
        self.details[student] = replace(detail, running=not detail.running)

    def delete(self, student, now):
        """The course detail."""
        if self.details[student].running:
            day = self._note(student, now)
            # What is deleted a while after its end, or just after it was made, tells nothing.
            self.unsure |= set() if day else {student}
        else:
            self.unsure.add(student)
        self.truth[student].append(_Since(self.day_of(now), NOBODY_KNOWS))
        self.details[student] = None

    def enrol(self, student, batch, now):
        """Again, by another detail."""
        # Of the days before it nobody has noted anything, or several say different things.
        self.unsure.add(student)
        self._detail(student, batch, now)
        self.truth[student].append(_Since(self.day_of(now), batch))

    def _note(self, student, now):
        """:return: the day that is noted; ``None`` where a detail is still being typed in"""
        if now - self.made_at[student] <= DAY:
            return None
        detail = self.details[student]
        day = self.day_of(now)
        self.left[student].append(Left(detail.id, detail.batch_id, day))
        return day

    def forget_notes(self):
        """The add-on is taken away."""
        self.unsure |= {student for student, left in self.left.items() if left}
        self.left = {student: [] for student in self.left}

    # --- what is known of it ----------------------------------------------------------

    def enrolments(self):
        return {
            student: Enrolment((detail,) if detail else (), tuple(self.left[student]))
            for student, detail in self.details.items()
        }

    def now(self, student):
        """:return: the batch that a detail says, 0 for none"""
        detail = self.details[student]
        return detail.batch_id if detail else 0

    def on(self, student, day):
        """:return: the batch in which a student truly was on a day, 0 for none"""
        return [since.batch for since in self.truth[student] if since.day <= day][-1]

    def may_be(self, student, day, elsewhere=()):
        """Where a mark of a lesson for all may go.

        :param elsewhere: batches in whose sheets the student has lines of other days than the
            truth says: those speak for them, too
        :return: set of batches; with 0 where nobody may be able to tell
        """
        elsewhere = set(elsewhere)
        if student in self.unsure:
            ever = {since.batch for since in self.truth[student]}
            return ever | elsewhere | {NOBODY_KNOWS}
        true = self.on(student, day)
        return {true, *elsewhere, NOBODY_KNOWS} if elsewhere else {true}

    def moved(self, student):
        return len(self.truth[student]) > 1
