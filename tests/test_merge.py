"""``services/domain/merge.py`` against the decision table, in every combination."""

from itertools import product

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ..services.domain import merge
from ..services.domain.marks import Mark
from ..services.domain.pull import line_plan
from . import builders as b
from . import decisions as d

DIRECTIONS = {merge.BOTH: "both", merge.MOODLE: "pull", merge.OEC: "push"}
NOW = 1_793_700_000


def moodle_sides():
    yield None
    for status, machine, sure in product(("P", "A", "L", None), (False, True), (True, False)):
        yield merge.MoodleSide(status, NOW, machine, sure)


def odoo_sides():
    yield None
    times = (0, NOW - 1, NOW, NOW + 1)
    for status, time, person, sure in product(("P", "A", "L", None), times, (1, 0), (True, False)):
        yield merge.OdooSide(status, time, bool(person), sure)


def cases():
    return product(merge._RULES, (None, "P"), moodle_sides(), odoo_sides())


def of_moodle(base, moodle):
    if moodle is None:
        return d.NONE
    if moodle.status is None:
        return d.CUSTOM
    if base is None:
        return d.MARK
    return d.UNCHANGED if moodle.status == base else d.CHANGED


def of_odoo(base, moodle, odoo):
    if odoo is None:
        return d.NONE
    if odoo.status and odoo.status == base:
        return d.UNCHANGED
    if odoo.status and moodle and odoo.status == moodle.status:
        return d.ALIKE
    if base is None and not odoo.person:
        return d.NOBODYS if odoo.status else d.NOBODYS_UNCLEAR
    if odoo.status is None:
        return d.UNCLEAR
    return d.MARK if base is None else d.CHANGED


def who_is_later(moodle, odoo):
    if not moodle or not odoo:
        return d.ANY
    if moodle.machine and odoo.person and odoo.time:
        return d.TASK
    if not (moodle.sure and odoo.sure):
        return d.UNSURE
    if odoo.time == moodle.time:
        return d.EQUAL
    return d.OEC if odoo.time > moodle.time else d.MOODLE


def row_of(base, moodle, odoo):
    case = of_moodle(base, moodle), of_odoo(base, moodle, odoo), who_is_later(moodle, odoo)
    return next((row for row in d.ROWS if row.fits(*case)), None)


@tagged("post_install", "-at_install")
class TestMerge(BaseCase):
    def test_every_case_is_decided_as_the_table_says(self):
        for direction, base, moodle, odoo in cases():
            row = row_of(base, moodle, odoo)
            self.assertIsNotNone(row, f"the table lacks {base}, {moodle}, {odoo}")
            verdict = merge.settle(direction, base, moodle, odoo)
            said = verdict.action + "!" * verdict.conflict
            self.assertEqual(
                said,
                getattr(row, DIRECTIONS[direction]),
                f"{direction}: {base}, {moodle}, {odoo}: {row}",
            )

    def test_every_row_decides_something(self):
        used = {row_of(base, moodle, odoo) for _direction, base, moodle, odoo in cases()}
        self.assertEqual([row for row in d.ROWS if row not in used], [])

    def test_the_manual_holds_this_table(self):
        text = d.RULES.read_text()
        self.assertEqual(d.with_table(text), text, "run python3 tests/decisions.py")

    def test_a_pull_writes_what_holds_where_moodle_is_right(self):
        for status, base, mark in product(("P", "A", None), ("P", "A", None), ("P", "L")):
            line = b.line(1, 101, status, base=base)
            moodle, odoo = merge.MoodleSide(mark), merge.OdooSide(status)
            action = merge.settle(merge.MOODLE, base, moodle, odoo).action
            plan = line_plan(line, Mark(101, mark))
            written = {
                merge.PULL: (True, mark),
                merge.AGREE: (True, None),
                merge.NOTHING: (False, None),
            }[action]
            self.assertEqual((plan is not None, plan and plan.status), written)
        self.assertEqual(line_plan(None, Mark(101, "P")).status, "P")
