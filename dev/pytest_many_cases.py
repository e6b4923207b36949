"""Plug-in for pytest, which dev/test.sh names."""

import os
import zlib

# Of the tests that a class inherits, one in so many is run where all tests are.
ONE_IN = 3


def pytest_collection_modifyitems(config, items):
    """Random cases and mishaps by the thousand are run without measuring branches: it makes
    them several times as slow, and the tests of the single rules reach the same branches. So are
    tests that are run in several classes, for another family of functions or another direction,
    but for the first.

    Of those others one in three is run, always the same, which covers each class and most tests
    twice; ``EVERYTHING=1``, or arguments that narrow the tests, runs them all.
    """
    everything = os.environ.get("EVERYTHING")
    met, chosen, left = set(), [], []
    for item in items:
        many = getattr(item.cls, "many_cases", False)
        again = item.function in met
        met.add(item.function)
        if many or again:
            item.add_marker("no_cover")
        if again and not many and not everything and zlib.crc32(item.nodeid.encode()) % ONE_IN:
            left.append(item)
        else:
            chosen.append(item)
    config.hook.pytest_deselected(items=left)
    # The longest first, so that no process is left with one of them at the end.
    items[:] = sorted(chosen, key=lambda item: not getattr(item.cls, "many_cases", False))
