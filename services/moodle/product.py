"""What we call ourselves in each request: firewalls refuse the usual names of libraries, and
whoever looks after one has to be able to let us through."""

import ast
from functools import cache
from pathlib import Path

NAME = "openeducat_moodle_attendance"
_MANIFEST = Path(__file__).resolve().parents[2] / "__manifest__.py"


@cache
def user_agent() -> str:
    """:return: the name and the version, as the header ``User-Agent`` wants them"""
    manifest = ast.literal_eval(_MANIFEST.read_text(encoding="utf-8"))
    return f"{NAME}/{manifest['version']}"
