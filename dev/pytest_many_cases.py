"""Plug-in for pytest, which dev/test.sh names."""


def pytest_collection_modifyitems(items):
    """Random cases and mishaps by the thousand are run without measuring branches: it makes
    them several times as slow, and the tests of the single rules reach the same branches. So are
    tests that a class inherits from another one of which they are run as well, in the other
    family of functions or another direction: it takes half as long again."""
    measured = set()
    for item in items:
        if getattr(item.cls, "many_cases", False) or item.function in measured:
            item.add_marker("no_cover")
        measured.add(item.function)
    # The longest first, so that no process is left with one of them at the end.
    items.sort(key=lambda item: not getattr(item.cls, "many_cases", False))
