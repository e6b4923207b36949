"""Try the mutants that mutmut has made: each in a fork of a process that holds all tests.

mutmut's own run starts pytest for each, which takes ten times as long. Its map says which tests
reach the function of a mutant; these are run, the quickest first, until one fails.
"""

import importlib
import json
import os
import signal
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FOUND, ALIVE, UNTESTED = "found", "alive", "untested"
# Seconds after which a mutant goes round in circles.
TIMEOUT = 60


class Trial:
    """:param folder: ``mutants`` of a folder that mutmut has worked in"""

    def __init__(self, folder):
        stats = json.loads((folder / "mutmut-stats.json").read_text())
        self.tests_of = stats["tests_by_mangled_function_name"]
        self.seconds = stats["duration_by_test"]
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        os.environ["MUTANT_UNDER_TEST"] = ""
        for node in self.seconds:
            _load(node)

    def run(self, mutants):
        """:param mutants: names, as mutmut gives them
        :return: ``{name: FOUND, ALIVE or UNTESTED}``
        """
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return dict(zip(mutants, pool.map(self._one, mutants), strict=True))

    def _one(self, mutant):
        nodes = self.tests_of.get(mutant.rpartition("__mutmut_")[0], ())
        if not nodes:
            return UNTESTED
        process = os.fork()
        if not process:
            _fail_on_the_first(mutant, sorted(nodes, key=lambda node: self.seconds.get(node, 0)))
        _process, status = os.waitpid(process, 0)
        return FOUND if status else ALIVE


def _load(node):
    """:param node: ``path::class::name``"""
    path, case, name = node.split("::")
    module = importlib.import_module(str(Path(path).with_suffix("")).replace("/", "."))
    return getattr(module, case)(name)


def _fail_on_the_first(mutant, nodes):
    """End this process: with 1 if a test fails, else with 0."""
    signal.alarm(TIMEOUT)
    os.environ["MUTANT_UNDER_TEST"] = mutant
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 (until the process ends)
    result = unittest.TestResult()
    result.failfast = True
    for node in nodes:
        _load(node).run(result)
        if not result.wasSuccessful():
            os._exit(1)
    os._exit(0)
