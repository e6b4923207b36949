"""What was measured, as a table. Pure: plain values in, plain values and text out.

A result is a dict: ``world``, ``case``, ``latency`` (milliseconds; ``None`` where Moodle is not
asked), ``courses``, ``marks``, and the median of each number of :data:`NUMBERS`.
"""

import math
from statistics import median

# Seconds, but for: numbers of calls, requests at once, queries and commits; bytes and memory,
# bytes. The last four are of ``ages``.
NUMBERS = (
    "seconds", "sql", "python", "waiting", "queued", "queries", "writes", "commits", "memory",
    "calls", "bytes", "in_flight", "own", "at_once",
    "kept_after", "kept_after_most", "sent_after", "sent_after_most",
)  # fmt: skip
MEGA = 1_000_000
# How many calls at once the floors allow.
AT_ONCE = 4
# What is said of the cases beside the floors: the first as a multiple of the second.
RATIOS = (
    ("pull-scattered", "pull-same"),
    ("pull-course", "pull-same"),
    ("push-scattered", "push-same"),
    ("both-scattered", "both-same"),
    ("naive", "pull-cold"),
)
SIZES, COURSES = ("S", "M", "L", "XL"), ("C200", "C800", "C2000")
# Whose growth is told.
GROWING = ("pull-cold", "pull-same")


def medians(runs):
    """:param runs: of dicts with numbers
    :return: ``{name: median}``, of what is measured in each
    """
    return {name: median(run[name] for run in runs) for name in NUMBERS if name in runs[0]}


def key(result):
    """What makes two results the same one at two times."""
    return result["world"], result["latency"], result["case"]


def by_key(results):
    return {key(result): result for result in results}


def floor_of(result, others):
    """The least that this case can take, by what was measured in the same run.

    A cold run has to read everything and to make everything; any other one has to read
    everything, four calls at a time. What sends marks has at least its own calls to make.

    :param others: ``{key: result}``
    :return: seconds, or ``None`` for a floor itself and where it was not measured
    """
    world, latency, case = key(result)
    direction, _, kind = case.partition("-")
    fetched = others.get((world, latency, "fetch-4"))
    if direction not in ("pull", "push", "both") or not fetched:
        return None
    floors = [fetched["seconds"]]
    if kind == "cold" and direction != "push":
        created = others.get((world, None, "create"))
        if not created:
            return None
        floors.append(created["seconds"])
    if direction != "pull":
        floors.append(result["calls"] * (latency or 0) / 1000 / AT_ONCE)
    return max(floors)


def exponent(points):
    """How something grows: 1 is as its size, 2 is as the square of that.

    :param points: of ``(size, seconds)``
    :return: slope of the line of least squares through the logarithms; ``None`` for fewer than
        two sizes
    """
    logs = [(math.log(size), math.log(seconds)) for size, seconds in points]
    if len({x for x, _y in logs}) < 2:
        return None
    mean_x = sum(x for x, _y in logs) / len(logs)
    mean_y = sum(y for _x, y in logs) / len(logs)
    above = sum((x - mean_x) * (y - mean_y) for x, y in logs)
    return above / sum((x - mean_x) ** 2 for x, _y in logs)


def exponents(results):
    """:return: list of dicts: ``case``, ``latency``, ``of`` (``marks`` or ``courses``),
    ``worlds``, ``exponent``
    """
    found = []
    for case in GROWING:
        for latency in _latencies(results):
            for of, worlds in (("marks", SIZES), ("courses", COURSES)):
                here = [r for r in results if key(r) in {(w, latency, case) for w in worlds}]
                value = exponent([(r[of], r["seconds"]) for r in here])
                if value is not None:
                    names = [r["world"] for r in here]
                    found.append(
                        {"case": case, "latency": latency, "of": of, "worlds": names}
                        | {"exponent": value}
                    )
    return found


def ratio(new, old):
    """:return: ``None`` where there is nothing to divide by"""
    return new / old if old else None


def compared(results, earlier):
    """:return: list of ``(key, {name: ratio})`` of what both have"""
    old = by_key(earlier)
    return [
        (
            key(result),
            {
                name: ratio(result[name], old[key(result)][name])
                for name in ("seconds", "calls", "queries", "memory")
                if name in result and name in old[key(result)]
            },
        )
        for result in results
        if key(result) in old
    ]


# --- text ---------------------------------------------------------------------------


HEAD = (
    "case", "seconds", "marks/s", "waiting", "SQL", "Python", "no core", "calls", "at once", "MB",
    "server s", "queries", "writes", "commits", "memory MB", "kept after s", "sent after s", "floor s", "x floor",
)  # fmt: skip
LEGEND = """\
seconds = waiting + SQL + Python: waiting for Moodle (and for a core), for PostgreSQL, and
processor time. no core: seconds of these in which the process was ready and another one ran; where
it is much, measure again. server s: Moodle's own work, in a process of its own. writes: the queries
that write attendance. memory: the most over what it was at the start. kept, sent after: seconds
from the first call about a course until what was read of it was kept here, and until a mark was in
Moodle that was sent because of it; the median and the most. floor: fetch-4; cold: that or
create, the longer; sending: at least calls x latency / 4."""


def table(results):
    """:return: text; a block for each world and latency"""
    others = by_key(results)
    blocks = []
    for world, latency in dict.fromkeys((r["world"], r["latency"]) for r in results):
        here = [r for r in results if (r["world"], r["latency"]) == (world, latency)]
        size = f"{world}: {here[0]['courses']:,} courses, {here[0]['marks']:,} marks"
        when = f"{latency:g} ms a call" if latency is not None else "Moodle not asked"
        rows = [HEAD, *(_row(result, floor_of(result, others)) for result in here)]
        ratios = [
            f"{one} / {two}: {others[world, latency, one]['seconds'] / seconds:.2f}"
            for one, two in RATIOS
            if (world, latency, one) in others
            and (seconds := others.get((world, latency, two), {}).get("seconds"))
        ]
        blocks.append("\n".join([f"{size}; {when}", *aligned(rows), *filter(None, ratios)]))
    return "\n\n".join([*blocks, LEGEND])


def _row(result, floor):
    return (
        result["case"],
        f"{result['seconds']:.2f}",
        f"{result['marks'] / result['seconds']:,.0f}",
        *(f"{result[name]:.2f}" for name in ("waiting", "sql", "python", "queued")),
        *_of_moodle(result),
        *(f"{result[name]:,.0f}" for name in ("queries", "writes", "commits")),
        f"{result['memory'] / MEGA:.1f}",
        *_ages(result),
        f"{floor:.2f}" if floor else "",
        f"{result['seconds'] / floor:.2f}" if floor else "",
    )


def _ages(result):
    return [
        f"{result[name]:.2f}, {result[f'{name}_most']:.2f}" if name in result else ""
        for name in ("kept_after", "sent_after")
    ]


def _of_moodle(result):
    if "calls" not in result:
        return ("",) * 4
    return (
        f"{result['calls']:,.0f}",
        f"{result['at_once']:.0f}",
        f"{result['bytes'] / MEGA:.1f}",
        f"{result['own']:.2f}",
    )


def growth(found):
    """:param found: what :func:`exponents` gave
    :return: text
    """
    return "\n".join(
        f"{one['case']}, {one['latency']:g} ms: seconds grow as {one['of']} to the power of "
        f"{one['exponent']:.2f} ({', '.join(one['worlds'])})"
        for one in found
    )


def comparison(found):
    """:param found: what :func:`compared` gave
    :return: text
    """
    head = ("world", "ms", "case", "seconds", "calls", "queries", "memory")
    rows = [head]
    for (world, latency, case), ratios in found:
        shown = "" if latency is None else f"{latency:g}"
        numbers = (ratios.get(name) for name in head[3:])
        rows.append((world, shown, case, *("" if n is None else f"{n:.2f}" for n in numbers)))
    return "\n".join(["new / earlier, below 1 is less", *aligned(rows)])


def aligned(rows):
    """:return: list of lines; the first column to the left, the others to the right"""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _latencies(results):
    return list(dict.fromkeys(r["latency"] for r in results if r["latency"] is not None))
