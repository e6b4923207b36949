"""Clocks and calendars: hours that exist twice or never, a zone that is changed later, a clock
that is plainly off or jumps, and dates at the ends of what there is."""

import time
from datetime import date, datetime
from types import SimpleNamespace

import pytz

from odoo.tests import BaseCase, tagged

from ..services.domain import linking, merge
from ..services.domain import records as r
from ..services.domain.merge import MoodleSide, OdooSide, settle
from ..services.domain.planner import plan_course
from ..services.domain.references import referring
from ..services.domain.window import Rules, first_moment
from ..services.moodle.answer_values import OddValue
from ..services.moodle.attendance_api import session_from_answer
from ..services.moodle.moodle_client import MoodleClient
from . import builders as b
from .builders import HOUR, START
from .common import MoodleCase

DAY = 86400
MADRID = "Europe/Madrid"


def unix(zone, *moment, summer=False):
    return int(pytz.timezone(zone).localize(datetime(*moment), is_dst=summer).timestamp())


def plan(sessions, sheets=(), lines=(), registers=(), **rules):
    here = b.local(sheets, lines, registers)
    rules = Rules(**{"zone": MADRID, "user_id": 99, **rules})
    return plan_course(b.reading(*sessions), here, b.people(), rules)


def made(found):
    return [(one.values["moodle_session_id"], one.date) for one in found.sheets()]


@tagged("post_install", "-at_install")
class TestSummerTime(BaseCase):
    def test_the_hour_that_exists_twice(self):
        """02:30 on 2026-10-25 is there in summer time and an hour later again."""
        first = unix(MADRID, 2026, 10, 25, 2, 30, summer=True)
        sessions = [
            b.session(1, {1: "P"}, starts=first),
            b.session(2, {1: "A"}, starts=first + HOUR),
        ]
        day = date(2026, 10, 25)
        self.assertEqual(made(plan(sessions)), [(1, day), (2, day)])
        # The timetable says which is which, though both say 02:30.
        sheets = [
            b.sheet(7, day=day, starts=first + HOUR),
            b.sheet(8, day=day, starts=first),
        ]
        for direction in (merge.MOODLE, merge.BOTH, merge.OEC):
            lines = [b.line(1, 101, "A", 7, None), b.line(2, 101, "P", 8, None)]
            found = plan(sessions, sheets, lines, [b.register(1, day)], direction=direction)
            pairs = {s.sheet_id: s.values["moodle_session_id"] for s in found.sheets()}
            self.assertEqual(pairs, {7: 2, 8: 1}, direction)
            self.assertFalse(found.pushes or found.gaps)

    def test_the_hour_that_never_was(self):
        """From 02:00 to 03:00 on 2026-03-29; a clock that stood there shows 03:30."""
        day = date(2026, 3, 29)
        for starts in (unix(MADRID, 2026, 3, 29, 2, 30), unix(MADRID, 2026, 3, 29, 3, 30)):
            self.assertEqual(made(plan([b.session(1, {1: "P"}, starts=starts)])), [(1, day)])
        midnight = unix(MADRID, 2026, 3, 29)
        for starts, found in ((midnight, day), (midnight + 23 * HOUR - 1, day)):
            self.assertEqual(made(plan([b.session(1, {1: "P"}, starts=starts)])), [(1, found)])
        late = plan([b.session(1, {1: "P"}, starts=midnight + 23 * HOUR)])
        self.assertEqual(made(late), [(1, date(2026, 3, 30))])

    def test_noon_of_either_day(self):
        for day in (date(2026, 3, 29), date(2026, 10, 25)):
            new = linking.new_session(b.sheet(1, day=day), (b.LECTURES,), b.people(), Rules(MADRID))
            local = datetime.fromtimestamp(new.starts, pytz.timezone(MADRID))
            self.assertEqual((local.date(), local.hour), (day, 12))

    def test_days_that_begin_twice_or_not_at_midnight(self):
        for zone, day in (
            ("America/Havana", date(2026, 11, 1)),  # 00:00 is there twice
            ("Africa/Cairo", date(2026, 4, 24)),  # 00:00 is not there
            ("America/Santiago", date(2026, 9, 6)),
            (MADRID, date(2026, 10, 25)),
            ("Pacific/Kiritimati", date(2026, 1, 1)),
        ):
            first = first_moment(day, zone)
            rules = Rules(zone)
            # Nothing of the day lies before it, and what does lies within the hour.
            self.assertLess(rules.date(first - 1), day, zone)
            self.assertEqual(rules.date(first + HOUR), day, zone)


@tagged("post_install", "-at_install")
class TestZoneChangedLater(BaseCase):
    def setUp(self):
        super().setUp()
        # 23:30 in Kolkata, 19:00 in Madrid, and on the next day in Auckland.
        self.session = b.session(1, {1: "P"}, starts=START + 14 * HOUR + HOUR // 2)
        self.sheet = b.sheet(7, self.session)
        self.lines = [b.line(1, 101, "P", 7)]

    def in_zone(self, zone, sheet, **rules):
        return plan([self.session], [sheet], self.lines, [b.register(1)], zone=zone, **rules)

    def test_a_linked_sheet_goes_along_and_back(self):
        self.assertTrue(self.in_zone(MADRID, self.sheet).empty)
        moved = self.in_zone("Pacific/Auckland", self.sheet)
        (change,) = moved.sheets()
        self.assertEqual((change.sheet_id, change.date), (7, date(2026, 11, 4)))
        self.assertFalse(moved.cancelled or moved.gaps or change.lines)
        there = b.sheet(7, self.session, day=date(2026, 11, 4))
        (change,) = self.in_zone(MADRID, there).sheets()
        self.assertEqual((change.sheet_id, change.date), (7, b.DAY))

    def test_what_openeducat_says_is_not_moved(self):
        self.assertTrue(self.in_zone("Pacific/Auckland", self.sheet, direction=merge.OEC).empty)

    def test_no_session_is_made_twice(self):
        """A timetable session of another day than its sheet, in the zone of now."""
        key = "0123abcd"
        rules = {"direction": merge.OEC, "may_create": True, "zone": "Pacific/Auckland"}
        rules["reference_key"] = key
        sheet = b.sheet(7, starts=self.session.starts, ends=self.session.starts + HOUR)
        lines = [b.line(1, 101, "P", 7, None)]
        (new,) = plan([], [sheet], lines, [b.register(1)], **rules).new_sessions
        self.assertEqual(Rules("Pacific/Auckland").date(new.starts), b.DAY)
        # Also one that was made before the zone was changed, or was moved in Moodle since.
        made_for_it = referring(new, key).description
        there = b.session(1, starts=self.session.starts, description=made_for_it)
        found = plan([there], [sheet], lines, [b.register(1)], **rules)
        self.assertFalse(found.new_sessions or found.gaps)
        self.assertEqual([push.session_id for push in found.pushes], [1])


@tagged("post_install", "-at_install")
class TestClocks(BaseCase):
    """Who was later is not told by a clock that is plainly off."""

    now = START + 6 * HOUR

    def both(self, taken_at, marked_at, base="P", taken_by=30, **rules):
        session = b.session(1, {1: "A"}, taken_at=taken_at, taken_by=taken_by)
        here = [r.Line(1, 7, 101, "L", base, "", True, marked_at)]
        seen = b.session(1, {1: "P"})
        return plan(
            [session], [b.sheet(7, seen)], here, [b.register(1)],
            zone=b.ZONE, direction=merge.BOTH, now=self.now, **rules,
        )  # fmt: skip

    def outcome(self, found):
        lines = [line for sheet in found.sheets() for line in sheet.lines]
        kinds = [gap.kind for gap in found.gaps]
        return bool(lines), bool(found.pushes), kinds

    def test_hours_ahead_or_behind_and_measured(self):
        for offset in (-5 * HOUR, 0, 5 * HOUR):
            rules = {"clock_offset": offset}
            found = self.both(START + 60 + offset, START, **rules)
            self.assertEqual(self.outcome(found), (True, False, []))
            found = self.both(START + offset, START + 60, **rules)
            self.assertEqual(self.outcome(found), (False, True, []))

    def test_a_time_that_is_still_to_come(self):
        """It was hours ahead when the mark was made, and was put right since."""
        found = self.both(self.now + 3 * HOUR, self.now - HOUR)
        self.assertEqual(self.outcome(found), (False, False, ["clock"]))
        self.assertFalse(found.conflicts)
        # Here as well.
        found = self.both(self.now - HOUR, self.now + 3 * HOUR)
        self.assertEqual(self.outcome(found), (False, False, ["clock"]))
        # What was marked while the run was under way is not.
        found = self.both(self.now + 600, self.now - HOUR)
        self.assertEqual(self.outcome(found), (True, False, []))

    def test_where_only_one_side_has_changed_no_clock_is_asked(self):
        found = self.both(self.now + 3 * HOUR, 0, base="L")
        self.assertEqual(self.outcome(found), (True, False, []))
        found = self.both(self.now + 3 * HOUR, self.now, base="A")
        self.assertEqual(self.outcome(found), (False, True, []))

    def test_nor_where_nobody_took_it(self):
        found = self.both(self.now + 3 * HOUR, self.now - HOUR, taken_by=0)
        self.assertEqual(self.outcome(found), (False, True, []))

    def test_a_clock_that_jumps_or_stands_in_another_year(self):
        found = self.both(START + 60, START, clock_sure=False)
        self.assertEqual(self.outcome(found), (False, False, ["clock"]))

    def test_settled(self):
        for moodle, odoo in (
            (MoodleSide("A", 5, sure=False), OdooSide("L", 3)),
            (MoodleSide("A", 5), OdooSide("L", 9, sure=False)),
        ):
            for base in (None, "P"):
                self.assertEqual(settle(merge.BOTH, base, moodle, odoo).action, merge.UNSURE)
        # A letter that means nothing holds, and is not overwritten by a doubtful clock.
        custom = MoodleSide(None, 5, sure=False)
        self.assertEqual(settle(merge.BOTH, "P", custom, OdooSide("L", 9)).action, merge.UNSURE)
        self.assertEqual(settle(merge.BOTH, "L", custom, OdooSide("L", 9)).action, merge.NOTHING)

    def test_measured(self):
        client = MoodleClient("https://moodle.example.org", "T", wire=SimpleNamespace(kinds=()))
        now = time.time()
        client.clock = SimpleNamespace(wall=lambda: now)

        def answers(offset):
            stamp = datetime.fromtimestamp(now + offset, pytz.utc)
            client._measure_clock(stamp.strftime("%a, %d %b %Y %H:%M:%S GMT"), now)

        for offset in (5 * HOUR, 5 * HOUR + 20):
            answers(offset)
        self.assertTrue(client.clock_sure)
        answers(0)
        self.assertFalse(client.clock_sure, "it jumped back")
        client.clock_range = None
        answers(-6 * 366 * DAY)
        self.assertFalse(client.clock_sure, "it stands in another year")
        self.assertEqual(round(client.clock_offset), 0)


@tagged("post_install", "-at_install")
class TestEnds(BaseCase):
    def answer(self, **values):
        return {
            "id": 1, "attendanceid": 2, "courseid": 3, "groupid": 0, "sessdate": START,
            "duration": 0, "lasttaken": None, "lasttakenby": 0, "statusset": 0, "statuses": [],
            "attendance_log": [], "users": [], "description": "", **values,
        }  # fmt: skip

    def test_1970_and_2106(self):
        for odd in (None, 0, "0", -1, 2**31, 2**32 - 1, 2**32):
            with self.assertRaises(OddValue) as raised:
                session_from_answer(self.answer(sessdate=odd))
            self.assertEqual(raised.exception.reason, "date")
        for fine in (1, DAY, 2**31 - 1):
            self.assertEqual(session_from_answer(self.answer(sessdate=fine)).starts, fine)

    def test_dates_at_both_ends(self):
        for zone, starts, day in (
            ("Pacific/Pago_Pago", 3 * DAY, date(1970, 1, 3)),
            ("Asia/Tokyo", 1, date(1970, 1, 1)),
            ("America/New_York", 1, date(1969, 12, 31)),
            (MADRID, 2**31 - 1, date(2038, 1, 19)),
        ):
            found = plan([b.session(1, {1: "P"}, starts=starts, taken_at=starts)], zone=zone)
            self.assertEqual(made(found), [(1, day)], zone)


@tagged("post_install", "-at_install")
class TestForReal(MoodleCase):
    def test_a_session_without_a_date_spoils_no_other(self):
        nothing, far = (
            self.add_session("PPPP", starts=0),
            self.add_session("PPPP", starts=2**32 - 1),
        )
        early = self.add_session("AAAA", starts=DAY)
        fine = self.add_session("PALE")
        result = self.sync()
        self.assertEqual(result.state, "done", result)
        self.assertEqual(self.statuses(fine), "PALE")
        self.assertEqual(self.statuses(early), "AAAA")
        self.assertEqual(self.lines(early).attendance_id.attendance_date.year, 1970)
        self.assertFalse(self.lines(nothing) or self.lines(far))
        self.assertEqual(self.open_gaps(), ["unreadable_session"] * 2)
        self.assertIn("There was nothing to write", self.sync().message)

    def test_a_zone_changed_later_doubles_nothing(self):
        late = self.add_session("PALE", starts=START + 14 * HOUR + HOUR // 2)
        morning = self.add_session("AAPP")
        self.sync()
        sheets = self.sheets
        for zone, day in (("Pacific/Auckland", 4), ("Asia/Kolkata", 3)):
            self.instance.tz = zone
            self.sync()
            self.assertEqual(self.sheets, sheets)
            self.assertEqual((self.statuses(late), self.statuses(morning)), ("PALE", "AAPP"))
            self.assertEqual(self.lines(late).attendance_id.attendance_date, date(2026, 11, day))
            self.assertFalse(self.open_gaps())

    def test_moodles_clock_was_hours_ahead_when_the_mark_was_made(self):
        self.instance.sync_attendance_from = "both"
        session = self.add_session("PPPP")
        now = int(time.time())
        session.sessdate = session.lasttaken = now - 5 * HOUR
        self.moodle.clock.set(now)
        self.sync()
        self.mark_here(session, 1, "L", at=now - HOUR)
        self.moodle.mark(session, self.users[0], "A", by=self.teacher, at=now + 4 * HOUR)
        self.sync()
        self.assertEqual((self.statuses(session)[0], self.moodle_marks(session)[0]), ("L", "A"))
        (gap,) = self.gaps(state="open")
        self.assertEqual((gap.kind, gap.marks), ("clock", 1))
        # Saved again by a clock that is right: that was later.
        self.moodle.mark(session, self.users[0], "A", by=self.teacher, at=now)
        self.sync()
        self.assertEqual(self.statuses(session), "APPP")
        self.assertFalse(self.open_gaps())
