"""Random histories of a :class:`world.World`: what people do on either side, and runs,
whole or cut short. The same randomness is the same history."""

from .world import World

LETTERS = "PALE"
DAYS = range(3)
SECONDS = (0, 1, 30, 3600)


class History:
    """:param direction: ``moodle``, ``oec`` or ``both``
    :param randomness: ``random.Random``, or what hypothesis gives for one
    :param world: what makes the two sides: :class:`World`, or the real ones

    ``str(history)`` tells what was done.
    """

    def __init__(self, direction, randomness, world=World):
        self.random = randomness
        skew = self.random.choice((0, 0, 600, -600, 7))
        self.world = world(direction, skew, may_create=self.random.random() < 0.3)
        self.told = []
        for _number in range(self.random.randint(1, 2)):
            self.add_session()

    def play(self, steps, actions=None):
        """:param steps: at most so many things happen
        :param actions: of these, else of all
        """
        for _number in range(self.random.randint(3, steps)):
            # Sometimes in the same second as before.
            self.step(self.random.choice(actions or ACTIONS), self.random.choice(SECONDS))

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
        self.world.add_session(self.random.choice(DAYS), self.random.choice((0, 0, 11, 12)))

    def mark_in_moodle(self):
        session = self.pick(self.world.sessions)
        if session is None:
            return False
        for user in self.random.sample((1, 2, 3), self.random.randint(1, 3)):
            self.world.moodle_mark(session, user, self.random.choice(LETTERS + "M"))

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

    def enrol(self):
        self.world.toggle_enrolment(self.random.choice((1, 2, 3)))

    # --- OpenEduCat ---------------------------------------------------------------

    def add_sheet(self):
        letters = self.random.choices("PALE", k=self.random.randint(0, 2))
        state = self.random.choice(("done", "done", "start", "cancel"))
        self.world.add_sheet(self.random.choice(DAYS), self.random.choice((1, 2)), letters, state)

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
    "mark_here", "run", "run", "run", "add_session", "add_sheet", "automark", "reset",
    "move_session", "delete_session", "enrol", "delete_line", "archive", "change_state",
    "run_cut_short", "run_with_an_edit_in_between",
)  # fmt: skip
# What people do; the rest are runs.
EDITS = tuple(action for action in ACTIONS if not action.startswith("run"))
