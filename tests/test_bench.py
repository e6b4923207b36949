"""What `make bench` stands on: its worlds, its Moodle, its sums. Nothing is measured here."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import BaseCase

ADDON = Path(__file__).resolve().parents[1]
# Its files are scripts beside each other, under names that others may have, too.
with (
    patch.object(sys, "path", [str(ADDON / "dev/bench"), *sys.path]),
    patch.dict(sys.modules),
):
    import calls
    import cases
    import outcome
    import report
    import scripted_moodle
    import world as worlds

WORLD = replace(worlds.WORLDS["S"], courses=3, sessions=4, students=6, today="2026-11-26")


def ids(world):
    return {
        "students": list(range(101, 101 + world.people)),
        "subjects": list(range(1, world.courses + 1)),
        "courses": list(range(1, world.courses + 1)),
    }


def asked(site, function, params):
    return json.loads(site.answer([("wstoken", calls.TOKEN), ("wsfunction", function), *params]))


@tagged("post_install", "-at_install")
class TestWorlds(BaseCase):
    def test_sizes_are_as_they_are_told(self):
        marks = {name: world.marks for name, world in worlds.WORLDS.items()}
        self.assertEqual(
            marks,
            {
                "S": 2_000, "M": 30_000, "L": 200_000, "XL": 2_000_000,
                "C200": 2_000, "C800": 8_000, "C2000": 20_000, "one": 40_000, "cold": 30_000,
            },
        )  # fmt: skip
        self.assertEqual(worlds.WORLDS["XL"].people, 40_000)

    def test_one_mark_in_a_hundred_changes(self):
        medium = worlds.WORLDS["M"]
        for how, courses in ((worlds.SCATTERED, 30), (worlds.IN_ONE_COURSE, 1)):
            changed = medium.changed(how)
            self.assertEqual(len(set(changed)), 300)
            self.assertEqual(len({course for course, _session, _seat in changed}), courses)
        many = worlds.WORLDS["L"].changed(worlds.IN_ONE_COURSE)
        self.assertEqual({course for course, _session, _seat in many}, {0, 1})

    def test_nine_courses_in_ten_are_cold(self):
        cold = replace(worlds.WORLDS["cold"], today="2026-11-26")
        noon = 1795651200  # 26 November 2026
        last = [cold.starts(course, cold.sessions - 1) for course in range(cold.courses)]
        self.assertEqual(sum(noon - starts < 7 * 86400 for starts in last), 3)
        self.assertLess(max(last), noon)

    def test_a_digest_is_of_the_marks_and_not_of_their_order(self):
        marks = [(1, 101, 0), (1, 102, 1), (2, 101, 0)]
        self.assertEqual(worlds.digest(marks), worlds.digest(reversed(marks)))
        for others in (marks[:2], [*marks[:2], (2, 101, 1)], [*marks[:2], (1, 101, 0)]):
            self.assertNotEqual(worlds.digest(marks), worlds.digest(others))


@tagged("post_install", "-at_install")
class TestMoodle(BaseCase):
    def test_a_course_by_itself_answers_as_among_the_others(self):
        for profile, companion in (("2026", False), ("companion", True)):
            with self.subTest(profile):
                self.compare(profile, calls.of_a_whole_pull(WORLD, companion))

    def compare(self, profile, pull):
        site = scripted_moodle.Moodle(WORLD, ids(WORLD), profile=profile)
        site.prepare()
        found = {str(one): asked(site, *one) for one in pull}
        self.assertNotIn("exception", str(found))
        whole = scripted_moodle.Moodle(WORLD, ids(WORLD), profile=profile)
        for number in range(WORLD.courses):
            state = site._state(number)
            for table in ("attendances", "statuses", "sessions", "enrolments"):
                getattr(whole.whole, table).update(getattr(state, table))
        whole._state = lambda number: whole.whole
        for one in pull:
            self.assertEqual(found[str(one)], asked(whole, *one), one)

    def test_the_marks_are_those_of_the_world(self):
        changed = [(2, 3, 5)]
        site = scripted_moodle.Moodle(WORLD, ids(WORLD), changed)
        marks = []
        for course in range(WORLD.courses):
            students = [101 + place for place in WORLD.students_of(course)]
            for session in range(WORLD.sessions):
                for seat, student in enumerate(students):
                    letter = WORLD.letter(course, session, seat)
                    if (course, session, seat) in changed:
                        letter = worlds.other(letter)
                    marks.append((WORLD.session_id(course, session), student, letter))
        self.assertEqual(len(marks), WORLD.marks)
        self.assertEqual(site.digest(), worlds.digest(marks))

    def test_what_is_written_is_answered_from_then_on(self):
        site = scripted_moodle.Moodle(WORLD, ids(WORLD), blank=True)
        site.prepare()
        listing = ("mod_attendance_get_sessions", [("attendanceid", "2")])
        session = asked(site, *listing)[1]
        self.assertEqual(session["attendance_log"], [])
        values = {
            "sessionid": session["id"],
            "studentid": session["users"][0]["id"],
            "takenbyid": 1,
            "statusid": session["statuses"][0]["id"],
            "statusset": 0,
        }
        function = "mod_attendance_update_user_status"
        params = [(name, str(value)) for name, value in values.items()]
        for _time in range(2):
            self.assertEqual(asked(site, function, params), "OK", "and never from memory")
        log = asked(site, *listing)[1]["attendance_log"]
        self.assertEqual([row["studentid"] for row in log], [values["studentid"]])
        self.assertNotEqual(site.digest(), worlds.digest([]))

    def test_a_digest_changes_with_its_own_course_only(self):
        site = scripted_moodle.Moodle(WORLD, ids(WORLD), profile="companion")
        site.prepare()
        (one,) = calls.digests(WORLD)
        before = asked(site, *one)["digests"]
        again = scripted_moodle.Moodle(WORLD, ids(WORLD), [(2, 3, 5)], profile="companion")
        other = asked(again, *one)["digests"]
        self.assertEqual([a == b for a, b in zip(before, other, strict=True)], [True, True, False])
        session = asked(site, calls.READ, [("courseid", "3")])["sessions"][0]
        (mark, *_rest) = session["marks"]
        values = {
            "sessionid": session["id"],
            "marks[0][studentid]": mark["studentid"],
            "marks[0][statusid]": 0,
            "marks[0][expected][statusid]": mark["statusid"],
            "marks[0][expected][timetaken]": mark["timetaken"],
        }
        params = [(name, str(value)) for name, value in values.items()]
        (result,) = asked(site, "local_wsattendance_set_marks", params)["results"]
        self.assertEqual(result["outcome"], "written")
        after = asked(site, *one)["digests"]
        self.assertEqual([a == b for a, b in zip(before, after, strict=True)], [True, False, True])
        unknown = asked(site, calls.DIGESTS, [("courseids[0]", "99"), ("courseids[1]", "3")])
        self.assertEqual(unknown["digests"], after[1:2])
        self.assertEqual([warning["itemid"] for warning in unknown["warnings"]], [99])

    def test_a_wrong_token_is_refused(self):
        site = scripted_moodle.Moodle(WORLD, ids(WORLD))
        answer = site.answer([("wstoken", "x"), ("wsfunction", calls.SITE_INFO)])
        self.assertEqual(json.loads(answer)["errorcode"], "invalidtoken")


@tagged("post_install", "-at_install")
class TestCases(BaseCase):
    def names(self, patterns, world):
        return [case.name for case in cases.chosen(patterns, worlds.WORLDS[world])]

    def test_what_takes_an_hour_is_measured_only_if_it_is_named(self):
        self.assertIn("naive", self.names([], "S"))
        self.assertNotIn("naive", self.names([], "M"))
        self.assertEqual(self.names(["push-c*"], "M"), ["push-course"])
        self.assertEqual(self.names(["push-cold"], "M"), ["push-cold"])
        with self.assertRaises(SystemExit):
            self.names(["nothing"], "S")

    def test_where_both_sides_change_each_has_one_half(self):
        there, here = cases.CASES["both-scattered"].changes(WORLD)
        changed = WORLD.changed(worlds.SCATTERED)
        self.assertEqual(sorted(there + here), changed)
        self.assertEqual(cases.CASES["push-course"].changes(WORLD)[0], [])
        self.assertEqual(cases.CASES["pull-same"].changes(WORLD), ([], []))


@tagged("post_install", "-at_install")
class TestOutcome(BaseCase):
    ended = {"state": "done", "gaps": 0, "message": "", "seconds": 1.0, "digest": 7}

    def test_a_run_counts_if_both_sides_hold_the_same(self):
        both = outcome.joined(self.ended, {"calls": 8, "digest": 7})
        self.assertEqual((both["seconds"], both["calls"]), (1.0, 8))
        self.assertEqual(outcome.joined({"digest": 7}, {"digest": 7}), {}, "a floor is no run")

    def test_one_that_does_something_else_does_not(self):
        for wrong in ({"digest": 8}, {"state": "partial"}, {"gaps": 1}):
            with self.assertRaises(outcome.WrongError):
                outcome.joined(self.ended | wrong, {"calls": 8, "digest": 7})


def result(case="pull-same", seconds=1.0, latency=45, world="M", **values):
    return {
        "world": world, "case": case, "latency": latency, "courses": 30, "marks": 30_000,
        "seconds": seconds, "sql": 0.1, "python": 0.2, "waiting": seconds - 0.3, "queued": 0.0,
        "queries": 10, "writes": 0, "commits": 2, "memory": 4_000_000, "calls": 92, "bytes": 4_100_000,
        "own": 0.05, "at_once": 1,
        **values,
    }  # fmt: skip


FETCH = result("fetch-4", 1.2)
CREATE = result("create", 4.0, None)


@tagged("post_install", "-at_install")
class TestReport(BaseCase):
    def floor(self, one, *others):
        return report.floor_of(one, report.by_key(others))

    def test_a_floor_is_what_has_to_be_done_at_least(self):
        self.assertEqual(self.floor(result(), FETCH, CREATE), 1.2)
        self.assertEqual(self.floor(result("pull-cold"), FETCH, CREATE), 4.0)
        self.assertEqual(self.floor(result("both-cold"), FETCH, CREATE), 4.0)
        # 640 calls, four at once, 45 ms each.
        sending = result("push-scattered", calls=640)
        self.assertAlmostEqual(self.floor(sending, FETCH, CREATE), 7.2)

    def test_there_is_none_of_what_was_not_measured(self):
        self.assertIsNone(self.floor(result()))
        self.assertIsNone(self.floor(result(), result("fetch-4", latency=0)))
        self.assertIsNone(self.floor(result("pull-cold"), FETCH))
        self.assertIsNone(self.floor(FETCH, FETCH))

    def test_an_exponent_is_the_slope_of_the_logarithms(self):
        points = [(size, 0.01 * size**1.3) for size in (200, 800, 2000)]
        self.assertAlmostEqual(report.exponent(points), 1.3)
        self.assertIsNone(report.exponent(points[:1]))

    def test_exponents_are_of_sizes_that_differ_in_one_thing(self):
        found = report.exponents(
            [
                result(seconds=1, world="S", marks=2_000),
                result(seconds=15, world="M"),
                result(seconds=40, world="cold"),
                result(seconds=1, world="C200", courses=200),
            ]
        )
        self.assertEqual([(one["of"], one["worlds"]) for one in found], [("marks", ["S", "M"])])
        self.assertAlmostEqual(found[0]["exponent"], 1.0)

    def test_a_median_is_of_each_number(self):
        runs = [{"seconds": s, "calls": c, "state": "done"} for s, c in ((3, 8), (1, 9), (2, 7))]
        self.assertEqual(report.medians(runs), {"seconds": 2, "calls": 8})

    def test_ratios_to_an_earlier_time_are_of_what_both_have(self):
        new = [result(seconds=1.5, memory=0), CREATE]
        old = [result(seconds=6.0, memory=0), result("fetch-4")]
        ((key, ratios),) = report.compared(new, old)
        self.assertEqual(key, ("M", 45, "pull-same"))
        self.assertEqual(ratios, {"seconds": 0.25, "calls": 1, "queries": 1, "memory": None})
        self.assertIn("0.25", report.comparison([(key, ratios)]).splitlines()[-1])

    def test_a_table_has_a_block_for_each_latency(self):
        text = report.table([result(), result("pull-scattered", 1.1), FETCH, CREATE])
        lines = text.splitlines()
        self.assertEqual(lines[0], "M: 30 courses, 30,000 marks; 45 ms a call")
        self.assertEqual(lines[2].split()[:3], ["pull-same", "1.00", "30,000"])
        self.assertEqual(lines[2].split()[-2:], ["1.20", "0.83"], "the floor, and how far from it")
        self.assertIn("pull-scattered / pull-same: 1.10", lines)
        self.assertIn("M: 30 courses, 30,000 marks; Moodle not asked", lines)
