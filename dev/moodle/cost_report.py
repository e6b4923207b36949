"""What ``cost.py`` has measured, as tables. Pure: plain values in, plain values and text out.

A result is a dict: numbers of Odoo's process (``dev/bench/measure.py``) and of
:func:`php_costs`. Results are kept by case and family.
"""

from collections import defaultdict

NUMBERS = ("seconds", "sql", "python", "waiting", "queued")
MEGA = 1_000_000


def php_costs(notes):
    """:param notes: dicts of calls, see ``php_times.php``
    :return: dict: ``calls``; ``php``, ``processor``: seconds of all of them; ``longest``: of one;
        ``bytes``: of the answers; ``php_memory``: the most that one took, bytes; ``functions``:
        the same of each function by its name
    """
    by_name = defaultdict(list)
    for note in notes:
        by_name[note["function"]].append(note)
    functions = {name: _costs(its) for name, its in sorted(by_name.items())}
    return _costs(notes) | {"functions": functions}


def _costs(notes):
    return {
        "calls": len(notes),
        "php": sum(note["seconds"] for note in notes),
        "processor": sum(note["processor"] for note in notes),
        "longest": max((note["seconds"] for note in notes), default=0),
        "bytes": sum(note["bytes"] for note in notes),
        "php_memory": max((note["memory"] for note in notes), default=0),
    }


def quickest(results):
    """What other processes of the machine take away lengthens a run, and nothing shortens it.

    :param results: of the same case and family
    """
    return min(results, key=lambda result: result["seconds"])


HEAD = (
    "case", "seconds", "of it waiting", "Moodle calls", "MB of answers", "PHP, all calls",
    "of it processor", "PHP, longest call",
)  # fmt: skip


def table(results, families):
    """:param results: ``{case: {family: result}}``
    :param families: two, in their order
    :return: Markdown; what stands beside each other is of the two
    """
    rows = [HEAD]
    for case, of in results.items():
        here = [of[family] for family in families]
        rows.append(
            (
                case,
                _beside(here, "seconds"),
                _beside(here, "waiting"),
                " / ".join(f"{result['calls']:,.0f}" for result in here),
                _beside(here, "bytes", MEGA),
                _beside(here, "php"),
                _beside(here, "processor"),
                _beside(here, "longest"),
            )
        )
    return markdown(rows)


def _beside(results, name, unit=1):
    return " / ".join(f"{result[name] / unit:.2f}" for result in results)


def functions(results, families):
    """:param results, families: as for :func:`table`
    :return: Markdown; a row for each function of each family: how often it was asked, seconds of
        all its calls, and of the longest one
    """
    rows = [("family", "function", *results)]
    for family in families:
        here = [of[family]["functions"] for of in results.values()]
        for name in sorted(set().union(*here)):
            rows.append((family, f"`{name}`", *(_cell(of.get(name)) for of in here)))
    return markdown(rows)


def _cell(costs):
    if not costs:
        return ""
    return f"{costs['calls']:,.0f}: {costs['php']:.2f}, {costs['longest']:.2f}"


def markdown(rows):
    """:param rows: of texts, the first is the head"""
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|---" * len(rows[0]) + "|", *body])
