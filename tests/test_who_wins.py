"""Who wins, against an oracle: a log of who wrote what and when, read without ``merge``.

One lesson and its sheet, three students, people on both sides and Moodle's task; after each
run both sides hold what :func:`holds` says, whatever number its session has by then. ``WHO_WINS`` says how many histories a direction,
``HISTORY_SEED`` repeats one.
"""

import os
import random
from dataclasses import dataclass

from odoo.tests import BaseCase, tagged

from . import builders as b
from .measured import measured
from .moodle_server.profiles import PROFILES
from .world import STUDENTS, TEACHER, Line, World

COUNT = int(os.environ.get("WHO_WINS", 400))
SEED = os.environ.get("HISTORY_SEED")
SECONDS = (0, 0, 1, 59, 3600)
PERSON, TASK, RUN = "person", "task", "run"


@dataclass(frozen=True)
class Written:
    """:param at: unix seconds by Odoo's clock"""

    at: int
    user: int
    letter: str
    who: str = PERSON


def last(log, user):
    """:return: the last :class:`Written` of a user, or ``None``"""
    return next((written for written in reversed(log) if written.user == user), None)


def made(log, user):
    """:return: the :class:`Written` that has made the mark of a user what it is: to save it once
    more as it was changes nothing
    """
    own = [written for written in log if written.user == user]
    same = len(own)
    while same and own[same - 1].letter == own[-1].letter:
        same -= 1
    return own[same]


def holds(direction, user, agreed, moodle, here, own_times=False):
    """What both sides hold of a user after a run.

    :param agreed: the letter that both held after the run before, or ``None``
    :param moodle: list of :class:`Written` in the session, the last one last; of anybody, since
        Moodle keeps one time for a session
    :param here: list of :class:`Written` in OpenEduCat
    :param own_times: whether Moodle tells of each mark when and by whom it was made
    :return: letter, or ``None`` for no mark
    """
    there, ours = last(moodle, user), last(here, user)
    letters = {written.letter for written in (there, ours) if written}
    if len(letters) < 2:
        return letters.pop() if letters else None
    if direction == "moodle":
        return there.letter
    if direction == "oec" or there.letter == agreed:
        return ours.letter
    if ours.letter == agreed:
        return there.letter
    if own_times:
        saved = made(moodle, user)
        return ours.letter if saved.who in (TASK, RUN) or ours.at > saved.at else there.letter
    # What a run has brought is nobody's last word.
    saved = next(written for written in reversed(moodle) if written.who != RUN)
    return ours.letter if saved.who == TASK or ours.at > saved.at else there.letter


class Play:
    """A history: the world, and what was written in it."""

    def __init__(self, direction, randomness, profile="2024"):
        self.direction, self.random = direction, randomness
        self.own_times = PROFILES[profile].companion
        self.world = World(direction, randomness.choice((0, 0, 600, -600)), profile=profile)
        self.moodle, self.here, self.told = [], [], []
        self.session = self.world.add_session(0, group=11)
        self.letters = {x.status.acronym: x for x in self.world.letters(self.session)}
        self.sheet = self.world.add_sheet(0, 1, state="done")
        self.agreed = {}
        # What was agreed on before a run that died; whether that has come so far as to send a
        # mark, nobody knows where a person has given the letter of before again.
        self.before = {}

    def mark(self):
        self.world.now += self.random.choice(SECONDS)
        self.random.choice((self.in_moodle, self.in_moodle, self.in_openeducat, self.by_task))()

    def in_moodle(self):
        letter = self.random.choice("PALE")
        users = self.random.sample((1, 2), self.random.randint(1, 2))
        for user in users:
            self.world.moodle_mark(self.session, user, self.letters[letter], TEACHER)
            self.moodle.append(Written(self.world.now, user, letter))
        self.told.append(f"{self.world.now - b.START} Moodle {users} {letter}")

    def in_openeducat(self):
        user, letter = self.random.choice((1, 2)), self.random.choice("PALE")
        line = self.line(user)
        if line is None:
            line = Line(self.world.new_id(), self.sheet.id, STUDENTS[user], None)
            self.world.lines[line.id] = line
        self.world.mark(line, letter)
        self.here.append(Written(self.world.now, user, letter))
        self.told.append(f"{self.world.now - b.START} here {user} {letter}")

    def by_task(self):
        """Moodle's own task marks who has no mark yet."""
        missing = [user for user in (1, 2) if not last(self.moodle, user)]
        missing = [user for user in missing if not self.session.log.get(user)]
        self.world.automark(self.session)
        self.moodle += [Written(self.world.now, user, "A", TASK) for user in missing]
        self.told.append(f"{self.world.now - b.START} task {missing}")

    def restore(self):
        """The activity comes back from the recycle bin: the same lesson under another number."""
        lesson, (activity,) = self.session.lesson, self.world.sets
        self.world.restore_activity(activity)
        (self.session,) = [s for s in self.world.sessions.values() if s.lesson == lesson]
        self.letters = {x.status.acronym: x for x in self.world.letters(self.session)}
        self.told.append("restored")

    def line(self, user):
        lines = self.world.lines.values()
        return next((line for line in lines if line.student == STUDENTS[user]), None)

    def dies(self):
        """A run that does not come to its end: some marks are sent, and nothing is noted of what
        Moodle has answered."""
        self.world.now += self.random.choice(SECONDS)
        sent = self.random.choice(("odoo", 0, 1, 2))
        self.world.run(crash=sent)
        self.told.append(f"died after {sent}")
        for user in (1, 2):
            line = self.line(user)
            sides = self.world.said_by(self.session, user), line.status if line else None
            for log, letter in zip((self.moodle, self.here), sides, strict=True):
                if letter and (not last(log, user) or last(log, user).letter != letter):
                    log.append(Written(self.world.now, user, letter, RUN))
            if sides[0] == sides[1]:
                # What was equal was noted, and what was sent had been.
                self.before.setdefault(user, self.agreed.get(user))
                self.agreed[user] = sides[0]

    def noted(self):
        """What a run that died was about to send and Moodle says: where Moodle tells nobody's
        time, it is taken for ours, even if a teacher has given the same mark.

        :return: ``{user: letter}``
        """
        both = {user: (self.line(user), last(self.moodle, user)) for user in (1, 2)}
        return {
            user: there.letter
            for user, (line, there) in both.items()
            if line and there and line.sending == there.letter and not self.own_times
        }

    def unsure(self):
        """:return: ``{user: letter}`` of what was agreed on before, of those of whom a mark was about
        to be sent
        """
        before, self.before = self.before, {}
        lines = {user: self.line(user) for user in before}
        return {
            user: before[user]
            for user, line in lines.items()
            if line and line.sending and not (self.own_times and self._seconds_apart(user))
        }

    def _seconds_apart(self, user):
        there, ours = last(self.moodle, user), last(self.here, user)
        return there and ours and there.at != ours.at

    def run(self):
        """:return: what is not as the oracle says, as sentences"""
        self.world.now += self.random.choice(SECONDS)
        self.agreed |= self.noted()
        unsure = self.unsure()
        self.world.run()
        while self.world.asked:
            # Until somebody has said that it is the same, nothing is written.
            self.world.answer(next(iter(self.world.asked)))
            self.world.run()
            self.told.append("answered")
        self.told.append("run")
        found = []
        for user in (1, 2):
            agreed, there = self.agreed.get(user), last(self.moodle, user)
            if user in unsure and there and there.letter == unsure[user]:
                agreed = unsure[user]
            wanted = holds(self.direction, user, agreed, self.moodle, self.here, self.own_times)
            line = self.line(user)
            sides = self.world.said_by(self.session, user), line.status if line else None
            if self.direction == "moodle":
                there = last(self.moodle, user)
                expected = there and there.letter, wanted
            elif self.direction == "oec":
                ours = last(self.here, user)
                there = last(self.moodle, user)
                expected = wanted if ours else there and there.letter, ours and ours.letter
            else:
                expected = wanted, wanted
            if sides != expected:
                found.append(f"user {user}: {sides}, expected {expected}")
            for log, letter in zip((self.moodle, self.here), expected, strict=True):
                if letter and (not last(log, user) or last(log, user).letter != letter):
                    log.append(Written(self.world.now, user, letter, RUN))
            self.agreed[user] = wanted
        return found


@tagged("post_install", "-at_install")
class TestWhoWins(BaseCase):
    many_cases = True
    profile = "2024"

    def check(self, direction):
        seeds = [SEED] if SEED else range(COUNT)
        for seed in seeds:
            randomness = random.Random(f"{direction}:{seed}")
            play = Play(direction, randomness, self.profile)
            for _number in range(play.random.randint(1, 4)):
                for _other in range(play.random.randint(0, 3)):
                    play.mark()
                    if play.random.random() < 0.15:
                        play.restore()
                if play.random.random() < 0.3:
                    play.dies()
                    for _other in range(play.random.randint(0, 2)):
                        play.mark()
                    if play.random.random() < 0.15:
                        play.restore()
                found = play.run()
                self.assertFalse(found, f"HISTORY_SEED={seed}: {play.told}: {found}")
        measured("%s histories against the oracle, direction %s", len(seeds), direction)

    def test_pull(self):
        self.check("moodle")

    def test_push(self):
        self.check("oec")

    def test_both(self):
        self.check("both")
