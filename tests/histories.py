"""Random histories of a :class:`world.World`: what people do on either side, and runs,
whole or cut short. The same randomness is the same history."""

from . import builders as b
from .world import DAY, LEAVE_OUT, NAMED, NAMELESS, SETS, STUDENTS, World

LETTERS = "PALE"
# The first two days are over or under way when a history begins.
DAYS = range(3)
SECONDS = (0, 1, 30, 3600, 43200)


class History:
    """:param direction: ``moodle``, ``oec`` or ``both``
    :param randomness: ``random.Random``, or what hypothesis gives for one
    :param world: what makes the two sides: :class:`World`, or the real ones

    ``str(history)`` tells what was done.
    """

    def __init__(self, direction, randomness, world=World):
        self.random = randomness
        skew = self.random.choice((0, 0, 600, -600, 7))
        self.world = world(
            direction,
            skew,
            may_create=self.random.random() < 0.3,
            sets=self.some_sets(),
            shows_all=self.random.random() < 0.6,
            window_days=self.random.choice((None, None, None, 1)),
        )
        self.told = []
        for _number in range(self.random.randint(1, 2)):
            self.random.choice((self.add_session, self.hold_class))()

    def play(self, steps, actions=None, seconds=SECONDS):
        """:param steps: at most so many things happen
        :param actions: of these, else of all
        :param seconds: which may pass before each
        """
        for _number in range(self.random.randint(3, steps)):
            # Sometimes in the same second as before.
            self.step(self.random.choice(actions or ACTIONS), self.random.choice(seconds))

    def some_sets(self):
        """One activity with the English letters, as most have it; or one or two of any."""
        if self.random.random() < 0.4:
            return ("english",)
        return self.random.choices(list(SETS), k=self.random.choice((1, 1, 2)))

    def step(self, action, seconds):
        self.world.now += seconds
        if getattr(self, action)() is not False:
            self.told.append(action)

    def __str__(self):
        return " ".join(self.told)

    def pick(self, table):
        return self.random.choice(list(table.values())) if table else None

    # --- Moodle -------------------------------------------------------------------

    def add_session(self):
        activity = self.random.choice(list(self.world.sets))
        group = self.random.choice((0, 0, 11, 12))
        self.world.add_session(self.random.choice(DAYS), group, activity)

    def hold_class(self):
        """A session and a sheet that belong together; by chance they would hardly meet."""
        day, batch = self.random.choice(DAYS[:2]), self.random.choice((1, 2))
        group = 10 + batch if self.random.random() < 0.8 else 0
        self.world.add_session(day, group, self.random.choice(list(self.world.sets)))
        self.world.add_sheet(day, batch, self.random.choices(LETTERS, k=2))

    def hold_for_all(self):
        """Of the last days or of the next one."""
        day = (self.world.now - b.START) // DAY + self.random.choice((-3, -2, -1, 0, 1))
        self.world.add_session(day, 0, self.random.choice(list(self.world.sets)))

    def mark_in_moodle(self):
        session = self.pick(self.world.sessions)
        if session is None:
            return False
        letters = self.world.letters(session)
        for user in self.random.sample((1, 2, 3), self.random.randint(1, 3)):
            self.world.moodle_mark(session, user, self.random.choice(letters))

    def double(self):
        session = self.pick(self.world.sessions)
        if session is None:
            return False
        letters = self.world.letters(session)
        for user in (1, 2, 3):
            self.world.double(session, user, self.random.choice(letters))

    def mend_doubled(self):
        session = self.pick(self.world.sessions)
        return session and self.world.mend_doubled(session, self.random.choice)

    def automark(self):
        session = self.pick(self.world.sessions)
        return session and self.world.automark(session)

    def reset(self):
        session = self.pick(self.world.sessions)
        return session and self.world.reset(session)

    def move_session(self):
        session = self.pick(self.world.sessions)
        return session and self.world.move_session(session, self.random.choice((-1, 1)))

    def delete_session(self):
        session = self.pick(self.world.sessions)
        return session and self.world.delete_session(session)

    def bring_back(self):
        session = self.pick(self.world.deleted)
        return session and self.world.bring_back(session)

    # --- what gives known things other numbers ---------------------------------------

    def shuffled(self, items):
        """As often as not in the order of before."""
        return self.random.choice((list, self._mixed))(items)

    def _mixed(self, items):
        return self.random.sample(items, len(items))

    def restore_activity(self):
        activity = self.random.choice(list(self.world.sets))
        self.world.restore_activity(activity, self.random.random() < 0.7, self.shuffled)

    def restore_course(self):
        shift = self.random.choice((0, 0, 7, -28))
        self.world.restore_course(self.random.random() < 0.7, self.shuffled, shift)

    def copy_activity(self):
        if len(self.world.sets) > 3:
            return False
        activity = self.random.choice(list(self.world.sets))
        self.world.copy_activity(activity, self.random.random() < 0.5, self.shuffled)

    def make_again(self):
        session = self.pick(self.world.sessions)
        return session and self.world.make_again(session)

    def restart(self):
        self.world.restart()

    def answer(self):
        asked = self.world.asked
        return bool(asked) and self.world.answer(self.random.choice(sorted(asked)))

    def hide(self):
        """A status is hidden in Moodle, or shown again."""
        activity = self.random.choice(list(self.world.sets))
        self.world.hide(activity, self.random.choice(self.world.letters_of(activity)))

    def enrol(self):
        self.world.toggle_enrolment(self.random.choice((1, 2, 3)))

    # --- students who come and go ----------------------------------------------------

    def move(self):
        """To the other batch; mostly into its group in Moodle, too."""
        user = self.random.choice((1, 2, 3))
        if not self.world.batches.now(STUDENTS[user]):
            return False
        self.world.move(user, noted=self.random.random() < 0.9)
        if self.random.random() < 0.7:
            self.world.regroup(user)

    def withdraw(self):
        """Or take it back, or enrol again."""
        user = self.random.choice((1, 2, 3))
        if not self.world.batches.now(STUDENTS[user]):
            self.world.enrol_here(user, self.random.choice((1, 2)))
        elif self.random.random() < 0.2:
            self.world.delete_detail(user)
        else:
            self.world.withdraw(user)

    def rename(self):
        """The course in Moodle; as often as not back to what it can be known by."""
        keys = self.random.choice((NAMED, NAMELESS))
        self.world.rename(self.random.choice(keys))

    # --- the meaning of letters -----------------------------------------------------

    def choose(self):
        """Mostly what is meant by the letter; sometimes a mistake, which can be corrected
        later, or taken back."""
        activity = self.random.choice(list(self.world.sets))
        letter = self.random.choice(self.world.letters_of(activity))
        meaning = letter.truth or self.random.choice(LETTERS)
        if self.random.random() < 0.25:
            meaning = self.random.choice([*LETTERS, LEAVE_OUT, None, None])
        self.world.choose(
            letter,
            meaning,
            any_description=self.random.random() < 0.1,
            activity=self.random.choice((0, 0, 0, activity)),
            send=self.random.random() < 0.3,
        )

    def choose_all(self):
        """A set-up that is gone through to its end."""
        for activity in self.world.sets:
            for letter in self.world.letters_of(activity):
                self.world.choose(letter, letter.truth or LEAVE_OUT)

    # --- OpenEduCat ---------------------------------------------------------------

    def add_sheet(self):
        letters = self.random.choices("PALE", k=self.random.randint(0, 2))
        state = self.random.choice(("done", "done", "start", "cancel"))
        self.world.add_sheet(
            self.random.choice(DAYS),
            self.random.choice((1, 2)),
            letters,
            state,
            of_today=self.random.random() < 0.3,
        )

    def mark_here(self):
        line = self.pick(self.world.lines)
        if line is None:
            return False
        self.world.mark(line, self.random.choice([*LETTERS * 3, None]))

    def delete_line(self):
        line = self.pick(self.world.lines)
        return line and self.world.delete_line(line)

    def archive(self):
        table = self.random.choice((self.world.sheets, self.world.lines))
        record = self.pick(table)
        return record and self.world.toggle_active(record)

    def change_state(self):
        sheet = self.pick(self.world.sheets)
        state = self.random.choice(("done", "done", "start", "cancel"))
        return sheet and self.world.set_state(sheet, state)

    # --- runs ---------------------------------------------------------------------

    def run(self):
        self.world.run()

    def run_cut_short(self):
        self.world.run(crash=self.random.choice(("odoo", 0, 1, 2)))

    def run_with_an_edit_in_between(self):
        self.world.run(meanwhile=self.mark_in_moodle)


ACTIONS = (
    "mark_in_moodle", "mark_in_moodle", "mark_in_moodle", "mark_here", "mark_here",
    "mark_here", "run", "run", "run", "add_session", "add_sheet", "hold_class", "automark", "reset",
    "move_session", "delete_session", "enrol", "delete_line", "archive", "change_state",
    "bring_back", "run_cut_short", "run_with_an_edit_in_between", "choose", "choose", "choose_all",
    "double", "mend_doubled", "hide", "move", "withdraw", "rename", "restore_activity", "restore_course", "copy_activity", "make_again",
    "restart", "answer",
)  # fmt: skip
# Students come and go, and what was held before is marked after it.
COMINGS_AND_GOINGS = (
    "move", "move", "withdraw", "hold_for_all", "hold_for_all", "add_session", "add_sheet",
    "mark_in_moodle", "mark_in_moodle", "mark_here", "run", "run", "run_cut_short", "delete_line",
    "restore_activity", "move_session", "rename",
)  # fmt: skip
DAYS_APART = (0, 3600, 43200, 86400)
# What people do; the rest are runs.
EDITS = tuple(action for action in ACTIONS if not action.startswith("run"))
