"""What runs cost with a real Moodle: by Attendance's own functions beside our plug-in's, with
PHP's own times.

``REPEAT`` (1): how often each is measured; the quickest counts. ``SIZE`` (M): of
``dev/bench/world.py``. ``OUT``: a JSON file for all numbers. Run by ``dev/test_moodle.sh cost``.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

import cost_report
import moodle_site
from php_server import Server

# Behind this folder, in which there is a stage.php, too, but no module of that name.
sys.path.append(os.path.join(os.environ["CHECKOUT"], "dev", "bench"))
from about import about
from cost_moodle import MoodleSide
from outcome import WrongError, joined
from stage import Stage, copy, drop, tidy
from world import CHANGED, WORLDS, other

FAMILIES = ("native", "companion")
# As the addon asks: attendance activities, and of people what they are known by.
ATTENDANCE_ONLY = [{"name": "modname", "value": "attendance"}]
PEOPLE = [
    {"name": "userfields", "value": "id,idnumber,email,fullname"},
    {"name": "limitfrom", "value": "0"},
    {"name": "limitnumber", "value": "500"},
    {"name": "sortby", "value": "id"},
]


@dataclass(frozen=True)
class Case:
    """* ``direction``: as ``moodle.instance`` has it;
    * ``scheduled``: whether it is the schedule that starts it, and not a person;
    * ``there``, ``here``: whether marks are changed first, in Moodle and in OpenEduCat.
    """

    name: str
    direction: str = "moodle"
    scheduled: bool = False
    there: bool = False
    here: bool = False


# Nothing else is done meanwhile, so that these are PHP's times in a Moodle that is at rest.
ALONE = "everything read, one call after another"
# In this order, each from what the one before has left.
CASES = (
    Case("first pull"),
    Case("nothing changed, by a person"),
    Case("nothing changed, by the schedule", scheduled=True),
    Case("1 % changed in Moodle", there=True),
    Case("1 % changed in OpenEduCat, both ways", direction="both", here=True),
)


def changed(world):
    """Which marks change, anywhere.

    :return: those in Moodle and those in OpenEduCat, lists of ``(course, session, seat)``
    """
    number = max(1, int(world.marks * CHANGED))
    chosen = random.Random(7).sample(range(world.marks), 2 * number)
    places = []
    for mark in chosen:
        course, rest = divmod(mark, world.marks_of_a_course)
        places.append((course, *divmod(rest, world.students)))
    return places[:number], places[number:]


class Measured:
    """One pass over all cases, for each family.

    :param bench: ``Stage`` of the benchmark
    :param moodle: ``MoodleSide``
    :param server: ``Server``
    :param site: ``moodle_site.Site``
    """

    def __init__(self, bench, moodle, server, site):
        self.bench, self.moodle, self.server, self.site = bench, moodle, server, site
        self.there, self.here = changed(moodle.world)

    def family(self, family):
        """:return: ``{case: result}``"""
        database = self.bench.database("now")
        copy(self.bench.database("empty"), database)
        order = f"UPDATE moodle_instance SET attendance_api = '{family}'"
        subprocess.run(["psql", "-qd", database, "-c", order], check=True)
        # What an earlier pass has changed.
        self.moodle.change({place: self._letter(place) for place in (*self.there, *self.here)})
        found = {ALONE: self.alone(family)}
        say(family, ALONE, found[ALONE])
        for case in CASES:
            try:
                found[case.name] = self._case(database, case)
            except WrongError as error:
                raise SystemExit(f"error: {family}, {case.name}: {error}") from None
            say(family, case.name, found[case.name])
            self.bench.odoo(database, do="age")
            if case is CASES[0]:
                tidy(database)
        return found

    def alone(self, family):
        """What a run that reads everything asks, but for what it remembers."""
        self.server.forget()
        started = time.monotonic()
        self.site("core_webservice_get_site_info")
        if family == "companion":
            self.site("local_wsattendance_get_courses")
            self.site.digests(*self.moodle.courses)
        else:
            self.site("core_course_get_courses")
        for course, attendance in zip(self.moodle.courses, self.moodle.attendances, strict=True):
            if family == "companion":
                self.site.read(course, limitnum=200)
            else:
                self.site("core_course_get_contents", courseid=course, options=ATTENDANCE_ONLY)
                self.site("mod_attendance_get_sessions", attendanceid=attendance)
                self.site("core_enrol_get_enrolled_users", courseid=course, options=PEOPLE)
        seconds = time.monotonic() - started
        numbers = dict.fromkeys(cost_report.NUMBERS, 0) | {"seconds": seconds, "waiting": seconds}
        return numbers | cost_report.php_costs(self.server.notes())

    def _letter(self, place):
        return self.moodle.world.letter(*place)

    def _case(self, database, case):
        if case.there:
            marks = {place: other(self._letter(place)) for place in self.there}
            self.moodle.change(marks, int(time.time()))
        self.server.forget()
        step = {"direction": case.direction, "scheduled": case.scheduled}
        found = self.bench.odoo(database, do="run", here=self.here if case.here else [], **step)
        costs = cost_report.php_costs(self.server.notes())
        result = joined(found, costs | {"digest": self.moodle.digest()})
        if result["calls"] != result["asked"]:
            raise WrongError(f"{result['asked']} calls were made, {result['calls']} were noted")
        numbers = (*cost_report.NUMBERS, *costs)
        return {name: result[name] for name in numbers}


def say(family, case, result):
    print(
        f"{family:10} {case:40} {result['seconds']:7.2f} s {result['calls']:4} calls, "
        f"PHP {result['php']:7.2f} s, without a core {result['queued']:.2f} s, "
        f"load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def main():
    # Whoever ends this by a signal wants nothing left, either.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    today = datetime.now(timezone.utc).date().isoformat()
    world = replace(WORLDS[os.environ.get("SIZE", "M")], today=today)
    url = os.environ["MOODLE_URL"]
    with ExitStack() as todo:
        folder = todo.enter_context(tempfile.TemporaryDirectory())
        server = Server(url, os.environ["MOODLE_CODE"], folder)
        todo.callback(server.stop)
        bench = Stage(world, Path(folder), None, None)
        for state in ("empty", "now"):
            todo.callback(drop, bench.database(state))
        stage = moodle_site.Stage()
        todo.callback(stage.close)
        token = moodle_site.set_up("--native")
        copy(os.environ["DB_BENCH"], bench.database("empty"))
        # OpenEduCat's records first: their numbers are Moodle's ID numbers.
        bench.ids = bench.odoo(bench.database("empty"), do="fill", url=url, token=token)
        tidy(bench.database("empty"))
        moodle = MoodleSide(stage, world, bench.ids)
        bench.world = moodle.world
        site = moodle_site.Site(token, url)
        measured = Measured(bench, moodle, server, site)
        # PHP compiles its files, and Moodle fills its caches.
        for family in FAMILIES:
            measured.alone(family)
        release = site("core_webservice_get_site_info")["release"]
        facts = about() | {"moodle": release, "courses of the site": moodle.of_the_site}
        passes = [
            {family: measured.family(family) for family in FAMILIES}
            for _ in range(int(os.environ.get("REPEAT", "1")))
        ]
    facts["load afterwards"] = os.getloadavg()[0]
    results = {
        case: {
            family: cost_report.quickest([one[family][case] for one in passes])
            for family in FAMILIES
        }
        for case in (ALONE, *(case.name for case in CASES))
    }
    if "OUT" in os.environ:
        Path(os.environ["OUT"]).write_text(json.dumps({"about": facts, "passes": passes}))
    size = f"{world.courses} courses, {world.sessions} sessions each, {world.students} students"
    print(f"\n{size} each\n" + ", ".join(f"{name}: {value}" for name, value in facts.items()))
    print(f"\n{' / '.join(FAMILIES)}; seconds:\n\n" + cost_report.table(results, FAMILIES))
    told = "calls: seconds of PHP in all, of the longest one"
    print(f"\nEach function; {told}:\n\n" + cost_report.functions(results, FAMILIES))


if __name__ == "__main__":
    main()
