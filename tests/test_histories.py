"""Thousands of random histories of both sides, planned and applied in plain Python.

After each: one clean run (two where both sides write) makes the sides equal, a further
one has nothing to do, and no mark is there that nobody wrote. ``HISTORIES`` says how many
per direction, ``HISTORY_SEED`` repeats one.
"""

import os
import random
from collections import Counter
from functools import partial

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from .histories import COMINGS_AND_GOINGS, DAYS_APART, EDITS, History
from .measured import measured
from .world import NAMED, World, homeless, unsure_days

COUNT = int(os.environ.get("HISTORIES", 600))
SEED = os.environ.get("HISTORY_SEED")
# A loop would never end.
MOST_RUNS = {"moodle": 1, "oec": 1, "both": 2}


def history_of(direction, seed, profile="2024"):
    world = partial(World, profile=profile)
    return History(direction, random.Random(f"{direction}:{seed}"), world)


def come_and_go(history):
    """Students move, and nobody has to be asked what a letter means."""
    history.choose_all()
    history.play(18, COMINGS_AND_GOINGS, DAYS_APART)


def at_rest(history):
    """Let the sides come to rest, and look; once more when a session that was announced
    has begun.

    :return: what does not hold, as sentences
    """
    world = history.world
    found = _at_rest(world)
    starts = world.next_start()
    if starts and not found:
        world.now = starts
        found = [f"after another has begun: {sentence}" for sentence in _at_rest(world)]
    return found


def _at_rest(world):
    if not world.synchronised:
        world.rename(NAMED[0])
    # A hidden status that has lost its last mark vouches for no letter in the run after that.
    for _number in range(MOST_RUNS[world.rules.direction] + bool(world.hidden)):
        world.run()
    plan = world.plan()
    gaps = {gap.key for gap in plan.gaps}
    found = [
        *world.differences(gaps),
        *world.missing(unsure_days(plan.gaps), homeless(plan.gaps)),
        *world.untold(plan),
    ]
    if not plan.empty:
        found.append(f"not at rest: {plan}")
    world.writes.clear()
    world.run()
    if world.writes or world.plan().gaps != plan.gaps:
        found.append(f"a run without edits wrote {dict(world.writes)}")
    return [*found, *world.mistaken(), *world.inventions(), *world.broken]


@tagged("post_install", "-at_install")
class TestHistories(BaseCase):
    many_cases = True
    profile = "2024"

    def history(self, direction, seed):
        return history_of(direction, seed, self.profile)

    def check(self, direction):
        seeds = [SEED] if SEED else range(COUNT)
        for seed in seeds:
            history = self.history(direction, seed)
            history.play(steps=14)
            found = at_rest(history)
            self.assertFalse(found, f"HISTORY_SEED={seed}: {history}: {found}")
        measured("%s random histories, direction %s", len(seeds), direction)

    def test_any_order_of_a_plans_operations_ends_alike(self):
        for direction in MOST_RUNS:
            for seed in range(COUNT // 20):
                ends = []
                for shuffled in (False, True):
                    history = self.history(direction, seed)
                    history.play(steps=14)
                    world = history.world
                    order = random.Random(seed).shuffle if shuffled else lambda items: None
                    world.run(shuffle=lambda items, order=order: order(items) or items)
                    world.run(shuffle=lambda items, order=order: order(items) or items)
                    ends.append(world.end())
                self.assertEqual(*ends, f"{direction}, seed {seed}: {history}")

    def test_two_perturbations_of_one_base(self):
        """Both sides equal, then edits on both and no run between: independent trees would
        hardly ever meet."""
        for direction in MOST_RUNS:
            for seed in range(COUNT // 4):
                history = self.history(direction, f"base {seed}")
                history.mark_in_moodle()
                history.world.run()
                history.play(steps=8, actions=EDITS)
                found = at_rest(history)
                self.assertFalse(found, f"{direction}, seed base {seed}: {history}: {found}")

    def test_installed_again(self):
        """Nothing is linked any more: no sheet is made beside one that stands there."""
        for direction in MOST_RUNS:
            doubled = 0
            for seed in range(COUNT // 4):
                history = self.history(direction, f"again {seed}")
                history.play(steps=14)
                world = history.world
                world.rename(NAMED[0])
                world.run()
                before = {(s.batch, s.date) for s in world.sheets.values()}
                sheets = set(world.sheets)
                world.reinstall()
                standing = {key: len(world.standing(*key)) for key in before}
                for _number in range(MOST_RUNS[direction]):
                    world.run()
                made = [s for n, s in world.sheets.items() if n not in sheets]
                doubled += len([s for s in made if standing.get((s.batch, s.date))])
                self.assertFalse(world.broken, f"{direction}, seed again {seed}: {history}")
            measured("installed again, direction %s: %s sheets more on a day", direction, doubled)

    def test_what_is_equal_follows_its_numbers(self):
        """Both sides equal, then an activity or the course comes back under other numbers: each
        sheet follows, and nothing else is written."""
        for direction in MOST_RUNS:
            followed = left = 0
            for seed in range(COUNT // 8):
                history = self.history(direction, f"restored {seed}")
                history.play(steps=14)
                world = history.world
                if at_rest(history) or world.asked:
                    continue
                held = {s.id: s for s in world.sheets.values() if world.is_held(s)}
                # One that is not written keeps the time of before, if its session has moved; and
                # without any, what was chosen for the letters of an activity can't follow it.
                if not held or any(
                    s.held_at != world.sessions[s.session].starts for s in held.values()
                ):
                    continue
                lessons = {number: sheet.lesson for number, sheet in held.items()}
                said = {line.id: (line.status, line.base) for line in world.lines.values()}
                world.rename(NAMED[0])
                if history.random.random() < 0.5:
                    world.restore_course(order=history.shuffled)
                else:
                    world.restore_activity(history.random.choice(list(world.sets)))
                world.writes.clear()
                world.run()
                where = f"{direction}, seed restored {seed}: {history}"
                self.assertFalse([*world.mistaken(), *world.broken], where)
                self.assertEqual(
                    {line.id: (line.status, line.base) for line in world.lines.values()},
                    said,
                    where,
                )
                for number, lesson in lessons.items():
                    sheet = world.sheets[number]
                    if number in world.waiting.sheets:
                        left += 1
                    else:
                        followed += 1
                        self.assertTrue(world.is_held(sheet), where)
                        self.assertEqual(sheet.lesson, lesson, where)
                self.assertFalse(at_rest(history), where)
            measured(
                "direction %s: %s sheets followed their sessions, of %s somebody is asked",
                direction,
                followed,
                left,
            )

    def test_students_move(self):
        """Marks of the days before come after it."""
        for direction in MOST_RUNS:
            placed = Counter()
            for seed in range(COUNT // 8):
                history = self.history(direction, f"moving {seed}")
                come_and_go(history)
                found = at_rest(history)
                self.assertFalse(found, f"{direction}, seed moving {seed}: {history}: {found}")
                placed += history.world.batches.placed
            measured(
                "direction %s: of those who had moved, %s marks went to the batch of before, %s "
                "to the one of today",
                direction,
                placed["before"],
                placed["today"],
            )

    def test_pull(self):
        self.check("moodle")

    def test_push(self):
        self.check("oec")

    def test_both(self):
        self.check("both")
