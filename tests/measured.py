"""Figures a test has measured, in the output of a run that passes, too."""

import ctypes
import gc
import warnings
from contextlib import contextmanager
from pathlib import Path


class Measured(UserWarning):
    """Not a warning: pytest swallows what is printed or logged, and ends a run with its
    warnings."""


def measured(sentence, *values):
    warnings.warn(Measured(sentence % values), stacklevel=2)


@contextmanager
def memory():
    """:return: a list, which gets the bytes that this process takes at most within the block, over
    what it took at the start"""
    peak = []
    gc.collect()
    # What is free is given back, and the most that there was is forgotten.
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    yield peak
    peak.append(_status("VmHWM") - before)


def _status(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
