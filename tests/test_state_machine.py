"""The histories again, as a hypothesis state machine: slower, but what it finds it makes
as short as it can.

``MACHINES`` says how many examples in plain Python, ``REAL_MACHINES`` how many on real
Odoo, per direction.
"""

import os
from functools import partial

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from odoo.tests import tagged
from odoo.tests.common import BaseCase
from odoo.tools import mute_logger

from .histories import ACTIONS, SECONDS, History
from .test_histories import at_rest
from .test_histories_real import RealHistoryCase
from .test_run import SYNC
from .world import World

EXAMPLES = int(os.environ.get("MACHINES", 60))
REAL_EXAMPLES = int(os.environ.get("REAL_MACHINES", 2))


def machine_of(begin, end):
    """:param begin: function (randomness) -> ``History`` that has done nothing yet
    :param end: function (History) -> sentences about what does not hold
    """

    class Sides(RuleBasedStateMachine):
        @initialize(randomness=st.randoms(use_true_random=False))
        def start(self, randomness):
            self.history = begin(randomness)

        @rule(
            action=st.sampled_from(sorted(set(ACTIONS))),
            seconds=st.sampled_from(SECONDS),
            randomness=st.randoms(use_true_random=False),
        )
        def somebody_acts(self, action, seconds, randomness):
            self.history.random = randomness
            self.history.step(action, seconds)

        def teardown(self):
            if hasattr(self, "history"):
                found = end(self.history)
                assert not found, (str(self.history), found)

    return Sides


def run(machine, examples, steps):
    """:raise AssertionError: with the shortest history that hypothesis could find"""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@tagged("post_install", "-at_install")
class TestMachine(BaseCase):
    many_cases = True
    profile = "2024"

    def check(self, direction):
        world = partial(World, profile=self.profile)
        begin = partial(History, direction, world=world)
        run(machine_of(begin, at_rest), EXAMPLES, steps=15)

    def test_pull(self):
        self.check("moodle")

    def test_push(self):
        self.check("oec")

    def test_both(self):
        self.check("both")


@tagged("post_install", "-at_install")
class TestRealMachine(RealHistoryCase):
    profile = "2026"

    @mute_logger(SYNC)
    def check(self, direction):
        def end(history):
            try:
                return self.at_rest(history)
            finally:
                self.forget()

        begin = partial(self.begin, direction)
        run(machine_of(begin, end), REAL_EXAMPLES, steps=20)

    def test_pull(self):
        self.check("moodle")

    def test_push(self):
        self.check("oec")

    def test_both(self):
        self.check("both")
