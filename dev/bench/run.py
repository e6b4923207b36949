"""``make bench``: each size, each case, in turn; then the table.

What is asked for comes by the environment: ``SIZES``, ``CASES``, ``LATENCY`` (milliseconds),
``REPEAT``, ``PROFILE``, ``OUT``, ``COMPARE``; see ``bench.sh``.
"""

import json
import os
import signal
import socket
import sys
import tempfile
import time
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import report
from about import about
from cases import PULLED, chosen
from outcome import WrongError
from stage import Stage
from world import WORLDS


def measured(stage, asked, repeat, say):
    """Everything once, and then again: what else the machine does falls on all of them.

    :param asked: list of ``(Case, milliseconds)``
    :param say: function of a case, milliseconds and numbers, called after each
    :return: list of results, see ``report``
    """
    runs = {one: [] for one in asked}
    for _number in range(repeat):
        for case, latency in asked:
            try:
                found = stage.measure(case, latency / 1000)
            except WrongError as error:
                raise WrongError(f"{case.name}: {error}") from None
            say(case, latency, found)
            runs[case, latency].append(found)
    world = stage.world
    return [
        {
            "world": world.name,
            "case": case.name,
            "latency": latency if case.latent else None,
            "courses": world.courses,
            "marks": world.marks,
            **report.medians(found),
            "runs": found,
        }
        for (case, latency), found in runs.items()
    ]


def in_turn(cases, latencies):
    """:return: list of ``(Case, milliseconds)``; where Moodle is not asked, one latency will do"""
    return [
        (case, latency)
        for number, latency in enumerate(latencies)
        for case in cases
        if case.latent or not number
    ]


def world_measured(name, port, profile, patterns, latencies, repeat):
    """:return: list of results"""
    world = replace(WORLDS[name], today=datetime.now(timezone.utc).date().isoformat())
    cases = chosen(patterns, world)

    def say(case, latency, run):
        shown = f"{latency:g} ms" if case.latent else ""
        print(f"{name:6} {case.name:15} {shown:>6} {run['seconds']:8.2f} s", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(world, Path(folder), port, profile)
        try:
            started = time.monotonic()
            stage.prepare(any(case.base == PULLED or not case.latent for case in cases))
            print(f"{name:6} prepared in {time.monotonic() - started:.0f} s", flush=True)
            return measured(stage, in_turn(cases, latencies), repeat, say)
        finally:
            stage.forget()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as held:
        return held.getsockname()[1]


def main():
    # Whoever ends this by a signal wants nothing left, either.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    names = os.environ.get("SIZES", "S M").split()
    patterns = os.environ.get("CASES", "").split()
    latencies = [float(text) for text in os.environ.get("LATENCY", "45 0").split()]
    repeat = int(os.environ.get("REPEAT", "3"))
    profile = os.environ.get("PROFILE", "2026")
    out = Path(os.environ["OUT"])
    compare = os.environ.get("COMPARE")
    earlier = json.loads(Path(compare).read_text())["results"] if compare else None
    unknown = set(names) - WORLDS.keys()
    if unknown:
        raise SystemExit(f"no size is named {' '.join(unknown)}; there are {' '.join(WORLDS)}")
    settings = {"sizes": names, "cases": patterns, "latency": latencies, "repeat": repeat}
    settings["profile"] = profile
    found = {"about": about() | settings, "results": []}
    port = free_port()
    for name in names:
        try:
            found["results"] += world_measured(name, port, profile, patterns, latencies, repeat)
        except WrongError as error:
            raise SystemExit(f"error: {name}: {error}") from None
        # What a later world breaks is not lost.
        found["exponents"] = report.exponents(found["results"])
        out.write_text(json.dumps(found, indent=1))
    print("\n" + ", ".join(f"{key}: {value}" for key, value in found["about"].items()))
    print("\n" + report.table(found["results"]))
    if found["exponents"]:
        print("\n" + report.growth(found["exponents"]))
    if earlier is not None:
        print("\n" + report.comparison(report.compared(found["results"], earlier)))
    print(f"\nAll numbers: {out}")


main()
