"""Answers of Moodle as they must never be, made of those that were recorded.

Pure. A case is a few small numbers and names (``cases`` is hypothesis' strategy for
them), so that what is found is made short and can be repeated.
"""

import base64
import gzip
import json
from copy import deepcopy
from itertools import islice

from hypothesis import strategies as st

from .canned import RECORDINGS, answer_of, recording

TOKEN = "5ec4e75ec4e75ec4e75ec4e75ec4e75e"
BEYOND = "<1e999>"  # stands for a number that is none in Python
ODD = [
    None, True, False, 0, -1, 1, 7, 2**31 - 1, 2**31, 2**63, 2**64, -(2**31) - 1, 10**30, 1.5, -0.0, 1e308,
    float("inf"), float("nan"), BEYOND, "", "0", "7", "-7", "07", " 7 ", "7.5", "1e3", "²", "٧", "1_000",
    "9" * 30, "9" * 5000, "\x00", "a\x00b", "\ud800", "\udc00x", "\ud83d\ude00", "\u202eabc", "\u200b", "\ufeff",
    "<b>late</b>", "<script>alert(1)</script>", "<10", "&lt;", "&#0;", "%00", "'; DROP TABLE x; --", "x" * 300,
    "x" * 30_000, "Ñandú", [], {}, [[]], [None], {"a": 1}, {"id": 1}, [{"id": 1}], TOKEN, TOKEN.upper(),
    f"https://a.example/?wstoken={TOKEN}", base64.b64encode(TOKEN.encode()).decode(),
    "".join(f"&#{ord(c)};" for c in TOKEN), TOKEN[:16] + "<b></b>" + TOKEN[16:], "\u200b".join(TOKEN),
    {"exception": "x", "errorcode": ["a"], "message": {"b": TOKEN}}, {"exception": None},
]  # fmt: skip
OPERATIONS = (
    "put",
    "drop",
    "twice",
    "in a list",
    "in an object",
    "as text",
    "long",
    "deep",
    "added",
    "swap",
)
WHERE = st.integers(0, 10_000)
TROUBLES = (
    None, None, None, None, None, None, "cut", "UTF-16", "UTF-16 body", "BOM", "HTML before", "HTML after", "NUL",
    "binary", "empty", "page", "gzip", "gzip twice", "redirect", "redirect with the token", "403", "404", "500",
    "503", "503 later", "429", "200 twice", "list bomb", "object bomb", "time over", "no answer", "broken",
    "too large", "odd headers",
)  # fmt: skip


def recorded(*functions, most=14):
    """Recorded answers of one of these functions, errors too.

    :param most: how many at most, beside errors; the smaller ones, or a case would take too long
    """
    found = []
    for path in sorted(RECORDINGS.rglob("*.json")):
        for entry in recording(path.relative_to(RECORDINGS).with_suffix("")).values():
            response = entry.get("response", {})
            if "json" in response and entry["request"].get("function") in functions:
                found.append(response["json"])
    found.sort(key=lambda answer: len(json.dumps(answer)))
    refused = [one for one in found if isinstance(one, dict) and "exception" in one]
    return [one for one in found if one not in refused and one != []][:most] + refused[:4] + [[]]


def pages():
    """Recorded responses that are no answers of a function."""
    for topic in ("transport", "site_state"):
        for entry in recording(topic).values():
            if "text" in entry.get("response", {}):
                yield answer_of(entry["response"])


PAGES = list(pages())


def changes():
    return st.lists(
        st.tuples(st.sampled_from(OPERATIONS), WHERE, st.integers(0, len(ODD) - 1)), max_size=3
    )


def cases():
    """:return: strategy of ``(which answer, changes, trouble, where)``"""
    return st.tuples(WHERE, changes(), st.sampled_from(TROUBLES), WHERE)


def mutated(answer, wanted):
    """:param wanted: list of ``(operation, where, index in ODD)``"""
    box = [deepcopy(answer)]
    for operation, where, what in wanted:
        # Lists made long within lists made long have more places than memory has.
        places = list(islice(_places(box), 100_000))
        parent, key = places[where % len(places)]
        _change(parent, key, operation, deepcopy(ODD[what]))
    return box[0]


def _places(root):
    todo = [root]
    while todo:
        parent = todo.pop()
        for key, value in list(parent.items() if isinstance(parent, dict) else enumerate(parent)):
            yield parent, key
            if isinstance(value, dict | list):
                todo.append(value)


def _change(parent, key, operation, odd):
    value = parent[key]
    if operation == "put":
        parent[key] = odd
    elif operation == "drop" and isinstance(parent, dict):
        del parent[key]
    elif operation == "twice" and isinstance(value, list):
        parent[key] = value + value
    elif operation == "in a list":
        parent[key] = [value]
    elif operation == "in an object":
        parent[key] = {"value": value}
    elif operation == "as text":
        parent[key] = str(value)[:1000]
    elif operation == "long":
        parent[key] = (
            (value * (600 // len(value) + 1))[:600]
            if value and isinstance(value, list)
            else "y" * 3000
        )
    elif operation == "deep":
        for _level in range(60):
            value = [value]
        parent[key] = value
    elif operation == "added" and isinstance(value, dict):
        value["added"] = odd
    elif operation == "swap" and isinstance(parent, list):
        parent.reverse()


def body_of(answer):
    text = json.dumps(answer)
    return text.replace(json.dumps(BEYOND), "1e999").encode()


def response(body, trouble, where):
    """What a server in front of Moodle, or a line, makes of it.

    :return: ``(status, headers, body)``, or the name of what the transport raises
    """
    bodies = {
        "cut": body[: where % (len(body) + 1)],
        "UTF-16": b"\xff\xfe" + body[:100],
        "UTF-16 body": body.decode().encode("utf-16"),
        "BOM": b"\xef\xbb\xbf" + body,
        "HTML before": b"<br />\n<b>Notice</b>: x" + body,
        "HTML after": body + b"<br />",
        "NUL": body[: where % (len(body) + 1)] + b"\x00" + body,
        "binary": bytes(range(256)) + TOKEN.encode(),
        "empty": b"",
        "200 twice": body + body,
        "list bomb": b"[" * (1 + where) + b"]" * (1 + where),
        "object bomb": b'{"a":' * (1 + where) + b"1" + b"}" * (1 + where),
    }
    statuses = {
        "redirect": (303, {"Location": "https://elsewhere.example/\x00"}),
        "redirect with the token": (302, {"Location": f"/?t={TOKEN.upper()}"}),
        "403": (403, {}), "404": (404, {}), "500": (500, {}), "503": (503, {"Retry-After": "5"}),
        "503 later": (503, {"Retry-After": "٣"}), "429": (429, {"Retry-After": "-1"}),
        "odd headers": (200, {"Date": "Mon, 99 Foo 99999999 99:99:99", "Retry-After": "x" * 999}),
    }  # fmt: skip
    if trouble in ("time over", "no answer", "broken", "too large"):
        return trouble
    if trouble == "page":
        return PAGES[where % len(PAGES)]
    if trouble in ("gzip", "gzip twice"):
        packed = gzip.compress(body)
        encoding = "gzip" if trouble == "gzip" else "gzip, gzip"
        return (
            200,
            {"Content-Encoding": encoding},
            packed if trouble == "gzip" else gzip.compress(packed),
        )
    status, headers = statuses.get(trouble, (200, {}))
    return status, headers, bodies.get(trouble, body)
