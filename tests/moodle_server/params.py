"""Form fields as PHP reads them, and Moodle's check of a function's parameters."""

import re

from .errors import MoodleException

_PART = re.compile(r"\[([^\]]*)\]")
INTEGER = re.compile(r"[+-]?\d+")


def parse(pairs):
    """Nested dicts of ``options[0][name]=…``."""
    tree = {}
    for key, value in pairs:
        root, _, rest = key.partition("[")
        path = [root, *_PART.findall("[" + rest if rest else "")]
        node = tree
        for part in path[:-1]:
            child = node.setdefault(part or str(len(node)), {})
            if not isinstance(child, dict):
                child = node[part] = {}
            node = child
        node[path[-1] or str(len(node))] = value
    return tree


class Params:
    """A function's parameters; every surprise is Moodle's ``invalidparameter``."""

    def __init__(self, values, allowed):
        if set(values) - set(allowed):
            raise MoodleException("invalidparameter")
        self.values = values

    def __contains__(self, name):
        return name in self.values

    def text(self, name, default=None):
        value = self.values.get(name, default)
        if value is None or isinstance(value, dict):
            raise MoodleException("invalidparameter")
        return value

    def number(self, name, default=None):
        return whole(self.text(name, default))

    def list(self, name):
        """A list parameter; PHP makes it of ``name[0]``, ``name[1]`` or ``name[]``."""
        values = self.values.get(name, {} if name == "options" else None)
        if not isinstance(values, dict):
            raise MoodleException("invalidparameter")
        return list(values.values())

    def options(self, name="options"):
        """``options[0][name]`` and ``options[0][value]`` as a dict."""
        items = self.list(name)
        if any(not isinstance(item, dict) or set(item) != {"name", "value"} for item in items):
            raise MoodleException("invalidparameter")
        return {item["name"]: item["value"] for item in items}


def whole(value):
    """PARAM_INT within 64 bits."""
    if not INTEGER.fullmatch(str(value)) or abs(int(value)) >= 2**63:
        raise MoodleException("invalidparameter")
    return int(value)
