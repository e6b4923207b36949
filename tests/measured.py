"""Figures a test has measured, in the output of a run that passes, too."""

import warnings


class Measured(UserWarning):
    """Not a warning: pytest swallows what is printed or logged, and ends a run with its
    warnings."""


def measured(sentence, *values):
    warnings.warn(Measured(sentence % values), stacklevel=2)
