"""What `make test-moodle ARGS=cost` adds up and shows. Nothing is measured here."""

import sys
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import BaseCase

ADDON = Path(__file__).resolve().parents[1]
with (
    patch.object(sys, "path", [str(ADDON / "dev/moodle"), *sys.path]),
    patch.dict(sys.modules),
):
    import cost_report


def note(function, seconds, processor=0.0, memory=0, sent=0):
    return {
        "function": function, "seconds": seconds, "processor": processor, "memory": memory,
        "bytes": sent,
    }  # fmt: skip


def result(seconds, *notes):
    return {"seconds": seconds, "waiting": seconds / 2, **cost_report.php_costs(notes)}


@tagged("post_install", "-at_install")
class TestCost(BaseCase):
    def test_calls_are_added_up_and_the_longest_is_told(self):
        costs = cost_report.php_costs(
            [note("a", 0.5, 0.25, 4, 10), note("b", 2.0, 1.0, 3, 20), note("a", 1.0, 0.5, 5, 30)]
        )
        functions = costs.pop("functions")
        whole = {"calls": 3, "php": 3.5, "processor": 1.75, "longest": 2.0, "bytes": 60}
        self.assertEqual(costs, {**whole, "php_memory": 5})
        of_a = {"calls": 2, "php": 1.5, "processor": 0.75, "longest": 1.0, "bytes": 40}
        self.assertEqual(functions["a"], {**of_a, "php_memory": 5})
        self.assertEqual(list(functions), ["a", "b"])

    def test_nobody_has_called(self):
        costs = cost_report.php_costs([])
        self.assertEqual((costs["calls"], costs["longest"], costs["functions"]), (0, 0, {}))

    def test_the_quickest_counts_with_all_its_numbers(self):
        results = [result(3.0, note("a", 1.0)), result(1.0, note("a", 5.0)), result(2.0)]
        self.assertEqual(cost_report.quickest(results), results[1])

    def test_tables(self):
        results = {
            "first": {
                "native": result(4.0, note("a", 1.5, 1.0, 2_000_000, 500_000)),
                "companion": result(2.0, note("b", 0.5, 0.25, 1_000_000, 250_000)),
            }
        }
        families = ("native", "companion")
        self.assertEqual(
            cost_report.table(results, families).splitlines()[2],
            "| first | 4.00 / 2.00 | 2.00 / 1.00 | 1 / 1 | 0.50 / 0.25 | 1.50 / 0.50 "
            "| 1.00 / 0.25 | 1.50 / 0.50 |",
        )
        self.assertEqual(
            cost_report.functions(results, families).splitlines(),
            [
                "| family | function | first |",
                "|---|---|---|",
                "| native | `a` | 1: 1.50, 1.50 |",
                "| companion | `b` | 1: 0.50, 0.50 |",
            ],
        )
