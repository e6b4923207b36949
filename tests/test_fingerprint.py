"""An approved plan is known again by everything that it writes: each field of all that a plan is
made of is changed in turn."""

from collections import Counter
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from types import UnionType
from typing import get_args, get_origin, get_type_hints

from odoo.tests import BaseCase, tagged

from ..services.domain import plan as p
from ..services.domain.fingerprint import ASIDE, fingerprint_of, written_fields
from ..services.domain.mark_rows import Expected
from . import builders as b

LINE = p.LinePlan("update", 31, 101, "P", "P", "late bus", 4, "bus")
SHEET = p.SheetPlan(
    sheet_id=21,
    batch_id=1,
    date=b.DAY,
    register_id=11,
    moved=True,
    values={"state": "done", "attendance_date": b.DAY, "moodle_session_id": 0},
    lines=(LINE,),
    restored=True,
)
# One of each kind that a plan is made of, and nothing empty in it.
PLAN = p.CoursePlan(
    sessions=(p.SessionPlan(5, b.START, (SHEET,)),),
    cancelled=(22,),
    gaps=(p.gap("batch_none", 2, "student:7", {"student": 7}),),
    skipped=Counter(no_batch=1),
    sessions_seen=1,
    marks_seen=1,
    pushes=(
        p.PushPlan(6, 23, 102, 2, "A", 8, 1, (32,), b.START, "ill", Expected(7, b.START, "?")),
    ),
    new_sessions=(p.NewSession(24, 1, 2, b.START, b.HOUR, "[oec_sheet_24]"),),
    conflicts=(p.Conflict(5, 101, "P", "A", "L", b.START, b.START, False, "oec"),),
    sessions_older=1,
    sessions_early=1,
    emptied=(p.Emptied(1, (22,), 30),),
    followed=p.Followed((p.Follow(25, (2, 1, 8), 9, "2:3:"),), {1: 3}, {(9, 101): 4}),
    waiting=p.Waiting(frozenset({10})),
    misplaced=frozenset({26}),
)


def kinds_in(hint):
    """:return: the dataclasses that a type names, outermost first"""
    if get_origin(hint) is not None or isinstance(hint, UnionType):
        return {kind for part in get_args(hint) for kind in kinds_in(part)}
    return {hint} if is_dataclass(hint) else set()


def all_kinds(kind):
    """:return: a dataclass and all that are written as part of it"""
    hints = get_type_hints(kind, vars(p))
    inner = {one for name in written_fields(kind) for one in kinds_in(hints[name])}
    return {kind}.union(*(all_kinds(one) for one in inner))


def other(value):
    """Another value of the same kind, of a plain one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, frozenset):
        return value | {0}
    raise AssertionError(f"{value!r}: say in the sample what it may be, or here what differs")


def changed(value):
    """Everything that a value may be with one change in it.

    :return: generator of ``(the dataclass that was changed, its field, the whole value then)``;
        no dataclass where the value itself is a plain one
    """
    if is_dataclass(value):
        for one in fields(value):
            before = getattr(value, one.name)
            if ASIDE in one.metadata:
                held = is_dataclass(before) or isinstance(before, (tuple, dict))
                new = type(before)() if held else other(before)
                yield type(value), one.name, replace(value, **{one.name: new})
                continue
            if is_dataclass(before):
                yield type(value), one.name, replace(value, **{one.name: None})
            for kind, name, new in changed(before):
                whole = replace(value, **{one.name: new})
                yield (kind, name, whole) if kind else (type(value), one.name, whole)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield None, "", {**value, key: other(item)}
            yield None, "", {k: v for k, v in value.items() if k != key}
        yield None, "", {**value, "new": 1}
    elif isinstance(value, tuple):
        if not value:
            raise AssertionError("the sample has to hold one")
        yield None, "", value[:-1]
        yield None, "", (*value, value[-1])
        for number, item in enumerate(value):
            for kind, name, new in changed(item):
                yield kind, name, (*value[:number], new, *value[number + 1 :])
    else:
        yield None, "", other(value)
        yield None, "", None


@tagged("post_install", "-at_install")
class TestFingerprint(BaseCase):
    def test_each_field_of_all_that_a_plan_is_made_of(self):
        before, seen = p.fingerprint(PLAN), set()
        for kind, name, plan in changed(PLAN):
            seen.add((kind, name))
            with self.subTest(kind=kind.__name__, field=name):
                (field,) = (one for one in fields(kind) if one.name == name)
                same = p.fingerprint(plan) == before
                self.assertEqual(same, ASIDE in field.metadata)
        every = {(kind, one.name) for kind in all_kinds(p.CoursePlan) for one in fields(kind)}
        self.assertEqual(every - seen, set(), "the sample lacks them")

    def test_what_is_left_out_is_named_with_its_reason(self):
        left = {
            f"{kind.__name__}.{one.name}"
            for kind in all_kinds(p.CoursePlan)
            for one in fields(kind)
            if one.metadata.get(ASIDE)
        }
        self.assertEqual(
            left,
            {
                "CoursePlan.conflicts",
                "CoursePlan.emptied",
                "CoursePlan.gaps",
                "CoursePlan.marks_seen",
                "CoursePlan.misplaced",
                "CoursePlan.sessions_early",
                "CoursePlan.sessions_older",
                "CoursePlan.sessions_seen",
                "CoursePlan.skipped",
                "CoursePlan.waiting",
                "Expected.taken_at",
                "PushPlan.marked_at",
            },
        )

    def test_all_kinds_are_found(self):
        kinds = {kind.__name__ for kind in all_kinds(p.CoursePlan)}
        self.assertLessEqual(
            {"CoursePlan", "SessionPlan", "SheetPlan", "LinePlan", "PushPlan", "Expected"}, kinds
        )
        self.assertEqual(kinds_in(int | None), set())

    def test_it_is_the_same_in_every_process(self):
        """Neither the order in which values were gathered nor a set's own counts."""
        turned = dict(reversed(SHEET.values.items()))
        sessions = (p.SessionPlan(5, b.START, (replace(SHEET, values=turned),)),)
        self.assertEqual(p.fingerprint(replace(PLAN, sessions=sessions)), p.fingerprint(PLAN))
        self.assertEqual(fingerprint_of({"ab", "c"}), fingerprint_of(frozenset({"c", "ab"})))
        value = {"lines": (LINE, b.DAY, None), "ids": frozenset({2, 11})}
        self.assertEqual(fingerprint_of(value), "a64653c9c9e701f1b09d6abd")

    def test_kinds_of_values_are_told_apart(self):
        said = ["2026-11-03", b.DAY, {"2026-11-03"}, ("2026-11-03",), {"2026-11-03": 1}, 1, "1"]
        self.assertEqual(len({fingerprint_of(value) for value in said}), len(said))
        with self.assertRaisesRegex(TypeError, "object"):
            fingerprint_of(object())

    def test_sessions_that_are_left_out(self):
        """What fills a session that was made just now was approved as that session."""
        none = replace(PLAN, sessions=(), new_sessions=())
        self.assertEqual(
            p.fingerprint(PLAN, without={5}, new_sessions=False),
            p.fingerprint(none, new_sessions=False),
        )
        self.assertEqual(p.fingerprint(PLAN, without={6}), p.fingerprint(replace(PLAN, pushes=())))
        self.assertNotEqual(p.fingerprint(PLAN, without={5}), p.fingerprint(PLAN))
        self.assertNotEqual(p.fingerprint(PLAN, new_sessions=False), p.fingerprint(PLAN))

    def test_a_plan_is_empty_if_it_writes_nothing(self):
        self.assertTrue(p.CoursePlan().empty)
        for name in written_fields(p.CoursePlan):
            with self.subTest(name=name):
                alone = replace(p.CoursePlan(), **{name: getattr(PLAN, name)})
                self.assertFalse(alone.empty)
                self.assertTrue(
                    replace(PLAN, **dict.fromkeys(written_fields(p.CoursePlan), ())).empty
                )
