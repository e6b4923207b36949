"""Doubled, odd and vanished things: two rows of one student, values that nobody can use, what
Moodle accepts and does not keep, accounts that were made again."""

import copy
import json

from odoo.tests import BaseCase, tagged

from ..services.domain import merge
from ..services.domain import records as r
from ..services.domain.merge import BOTH, OEC
from ..services.domain.planner import plan_course
from ..services.domain.window import Rules
from ..services.moodle import moodle_errors as errors
from ..services.moodle.answer_values import OddValue, each, grade, identity, moment, number, text
from ..services.moodle.attendance_api import AttendanceApi, session_from_answer
from ..services.moodle.companion_api import CompanionApi
from ..services.moodle.moodle_client import MoodleClient
from ..services.moodle.moodle_transport import Reply
from . import builders as b
from .builders import START
from .canned import CannedServer
from .common import MoodleCase
from .mutations import recorded
from .test_fuzz import DETECTION, NEW

SESSIONS = "mod_attendance_get_sessions"


@tagged("post_install", "-at_install")
class TestDoubledRows(BaseCase):
    """As plans: a Moodle shows one row or both, as it is asked."""

    def plan(self, marks, direction=merge.MOODLE, here=None):
        session = b.session(1, marks)
        rules = Rules(b.ZONE, direction=direction, user_id=99)
        here = here or b.local(registers=())
        return plan_course(b.reading(session), here, b.people(), rules)

    def sheet(self, status, base="same"):
        return b.local([b.sheet(1, b.session(1, {1: "P"}))], [b.line(1, 101, status, base=base)])

    def test_two_that_say_the_same_are_one(self):
        plan = self.plan([b.mark(1, "P"), b.mark(1, "P", "late bus"), b.mark(2, "A")])
        lines = [line for sheet in plan.sheets() for line in sheet.lines]
        self.assertEqual([(x.student_id, x.status) for x in lines], [(101, "P"), (102, "A")])
        self.assertEqual(lines[0].remark, "late bus")
        self.assertFalse(plan.gaps or plan.skipped)

    def test_two_that_differ_are_none(self):
        for direction in (merge.MOODLE, merge.OEC, merge.BOTH):
            for here in (self.sheet("P"), self.sheet("E"), self.sheet("E", base=None)):
                with self.subTest(direction):
                    plan = self.plan([b.mark(1, "P"), b.mark(1, "A")], direction, here)
                    lines = [line for sheet in plan.sheets() for line in sheet.lines]
                    self.assertFalse(lines or plan.pushes)
                    self.assertEqual([gap.kind for gap in plan.gaps], ["doubled"])
                    self.assertEqual(plan.skipped["doubled"], 2)

    def test_a_mark_and_a_row_without_one_or_with_a_letter_of_the_schools_own(self):
        for other in (0, 99999):
            plan = self.plan([b.mark(1, "P"), b.mark(1, other)])
            self.assertEqual([gap.kind for gap in plan.gaps], ["doubled"])

    def test_two_accounts_of_one_student(self):
        people = b.people(unknown={2: b.matching.Match(2, 101, "manual")})
        for letter, kinds, lines in (("P", [], 1), ("A", ["doubled"], 0)):
            session = b.session(1, {1: "P", 2: letter})
            plan = plan_course(b.reading(session), b.local(registers=()), people, b.RULES)
            self.assertEqual([gap.kind for gap in plan.gaps], kinds)
            self.assertEqual(sum(len(sheet.lines) for sheet in plan.sheets()), lines)

    def test_two_letters_of_one_meaning_say_the_same(self):
        statuses = (*b.STATUSES, r.MoodleStatus(9, "P", "Present", 2))
        session = b.session(1, [b.mark(1, "P"), b.mark(1, 9)], statuses=statuses)
        plan = plan_course(b.reading(session), b.local(registers=()), b.people(), b.RULES)
        self.assertFalse(plan.gaps)


@tagged("post_install", "-at_install")
class TestValues(BaseCase):
    def refused(self, take, *values):
        for value in values:
            with self.subTest(repr(value)), self.assertRaises(OddValue):
                take(value)

    def test_values(self):
        self.assertEqual(
            [number(v) for v in (None, "", 7, "7", 2**31 - 1)], [0, 0, 7, 7, 2**31 - 1]
        )
        self.refused(number, -1, 2**31, "x", True, [1], {}, "1e5", 1.5, float("inf"), float("nan"))
        self.assertEqual([identity(v) for v in (1, "7", 2**31 - 1)], [1, 7, 2**31 - 1])
        self.refused(identity, 0, "0", 0.0, -1, None, "", True, 2**31, "x")
        self.refused(moment, 4294967296, -5, "4294967296", "yesterday", [])
        self.refused(text, "a\x00b", "\ud800", ["x"], {})
        self.assertEqual(text(None) + text("ñ😀"), "ñ😀")
        self.refused(grade, "x", float("nan"), "inf", [])
        self.assertEqual([grade(v) for v in (None, "1.50", 2)], [None, 1.5, 2])

    def test_one_odd_entry_spoils_no_other(self):
        odd = []
        found = each(
            [{"id": 1}, {"id": "2"}, {"id": -3}, {}, None, "x", {"id": [4]}],
            lambda item: number(item["id"]),
            "group",
            odd,
            "id",
        )
        self.assertEqual(found, [1, 2])
        self.assertEqual([record.id for record in odd], [0] * 5)
        for other in ({"id": 1}, [{"name": "x"}], None, [None], "x"):
            with self.assertRaises(TypeError):
                each(other, dict, "group", odd, "id")
        self.assertEqual(each([], dict, "group", odd, "id"), [])

    def test_a_session_with_an_odd_status_and_an_odd_mark(self):
        answer = {
            "id": 1, "attendanceid": 2, "courseid": 3, "groupid": 0, "sessdate": START,
            "duration": 0, "lasttaken": None, "lasttakenby": 0, "statusset": 0,
            "description": "\x00 fine", "timemodified": None, "users": [{"id": 5}, {"id": "no"}],
            "statuses": [
                {"id": 1, "acronym": "P", "description": "<b>Present</b>", "grade": 2},
                {"id": 2, "acronym": "A\x00", "description": "", "grade": 0},
            ],
            "attendance_log": [
                {"studentid": 5, "statusid": "1", "remarks": "a\x00\ud800b"},
                {"studentid": 6, "statusid": "many", "remarks": ""},
            ],
        }  # fmt: skip
        session = session_from_answer(answer)
        self.assertEqual([status.description for status in session.statuses], ["Present"])
        self.assertEqual([mark.remark for mark in session.marks], ["a \N{REPLACEMENT CHARACTER}b"])
        self.assertEqual(
            [(o.what, o.id, o.where) for o in session.odd], [("status", 2, 1), ("mark", 6, 1)]
        )
        plan = plan_course(
            b.reading(b.session(1, {1: "P"}, odd=session.odd[:1])),
            b.local(registers=()), b.people(), b.RULES,
        )  # fmt: skip
        self.assertFalse(plan.sessions, "nobody can say whether the set is plausible")
        self.assertEqual(
            sorted((gap.kind, gap.why) for gap in plan.gaps),
            [("custom_status", "letter_doubt"), ("odd_record", "odd_status")],
        )


@tagged("post_install", "-at_install")
class TestNumbersBelowOne(BaseCase):
    """Nothing has them in Moodle; here a 0 stands for nothing, and would be found everywhere."""

    def answered(self, function, answer):
        """What is read of an answer that has been changed."""
        client = MoodleClient("https://moodle.example", "x", wire=Answering(answer))
        return function(client)

    def native(self, change):
        """:return: sessions and ``OddRecord`` of a recorded activity"""
        item = copy.deepcopy(
            next(one for one in recorded("mod_attendance_get_sessions") if len(one) > 1)
        )
        change(item)
        api = lambda client: AttendanceApi(client, DETECTION).sessions(1)  # noqa: E731
        return self.answered(api, item)

    def test_a_session(self):
        whole, _odd = self.native(lambda items: None)
        self.assertGreater(len(whole), 1)
        for value in (0, "0", -1):
            for key in ("id", "attendanceid", "courseid"):
                with self.subTest(f"{key} {value}"):
                    sessions, odd = self.native(
                        lambda items, k=key, v=value: items[0].update({k: v})
                    )
                    self.assertEqual(sessions, whole[1:])
                    wanted = 0 if key == "id" else whole[0].id
                    self.assertEqual(
                        [(o.what, o.id, o.reason) for o in odd], [("session", wanted, "shape")]
                    )

    def test_with_our_plug_in(self):
        answers = recorded("local_wsattendance_get_sessions", most=99)
        answer = next(one for one in answers
                      if one.get("groups") and one["total"] == len(one["sessions"]) > 1)  # fmt: skip
        read = lambda client: CompanionApi(client).course(2)  # noqa: E731
        whole = self.answered(read, answer)
        for value in (0, "0", -1):
            for place, what in (("sessions", "session"), ("users", "user"), ("activities", "activity"),
                                ("groups", "group")):  # fmt: skip
                with self.subTest(f"{place} {value}"):
                    changed = copy.deepcopy(answer)
                    changed[place][0]["id"] = value
                    found = self.answered(read, changed)
                    self.assertEqual([(o.what, o.id) for o in found.odd], [(what, 0)])
                    left = getattr(found, place)
                    self.assertEqual(
                        [x.id for x in left], [x.id for x in getattr(whole, place)[1:]]
                    )
        changed = copy.deepcopy(answer)
        changed["groups"][0].update(id=0, members=[])
        everyone = {s.id: s.user_ids for s in whole.sessions if not s.group_id}
        self.assertTrue(everyone)
        found = {s.id: s.user_ids for s in self.answered(read, changed).sessions if not s.group_id}
        self.assertEqual(found, everyone, "a group 0 is not all participants")

    def test_a_session_that_was_made(self):
        for made in (0, -1, None):
            for make in (
                lambda client: AttendanceApi(client, DETECTION).add_session(NEW),
                lambda client: CompanionApi(client).add_session(NEW),
            ):
                with self.assertRaises(errors.MoodleUnreadable):
                    self.answered(make, {"sessionid": made, "created": True})


class Answering:
    """Answers each call alike."""

    kinds = frozenset()

    def __init__(self, answer):
        self.body = json.dumps(answer).encode()

    def post(self, form, silence, deadline):
        return Reply(200, {}, self.body)


class CannedCase(MoodleCase):
    """A Moodle that answers some functions otherwise than it should."""

    def setUp(self):
        super().setUp()
        self.canned = CannedServer(self.server.url)
        self.addCleanup(self.canned.stop)
        self.lead_to(self.canned.url)

    def change(self, function, change):
        """Let each answer of a function be changed before it is sent.

        :param change: function of the parsed answer, which changes it in place
        """

        def answer():
            _path, _headers, form = self.canned.seen[-1]
            body = "&".join(
                f"{key}={value}" for key, values in form.items() for value in values
            ).encode()
            status, headers, content = self.canned._forward("/webservice/rest/server.php", body)
            parsed = json.loads(content)
            change(parsed)
            return status, headers, json.dumps(parsed).encode()

        self.canned.answers[function] = answer


@tagged("post_install", "-at_install")
class TestOddAnswers(CannedCase):
    def test_a_session_beyond_2038(self):
        good = self.add_session("PA")
        odd = self.add_session("PP", starts=START + 7200)
        self.sync()
        self.assertEqual(self.statuses(odd), "PP")

        def beyond(sessions):
            next(s for s in sessions if s["id"] == odd.id)["sessdate"] = 4294967296

        self.change(SESSIONS, beyond)
        self.mark(good, "AA")
        result = self.sync()
        self.assertEqual(result.state, "done", result)
        self.assertEqual(self.statuses(good), "AA", "the rest of the course goes on")
        self.assertEqual(self.statuses(odd), "PP")
        self.assertEqual(set(self.sheets.mapped("state")), {"done"}, "and nothing is cancelled")
        (gap,) = self.gaps(state="open")
        self.assertEqual(gap.kind, "unreadable_session")
        self.assertIn(f"number {odd.id} of the activity Lectures", gap.name)
        self.assertIn("2038", gap.name)
        del self.canned.answers[SESSIONS]
        self.sync()
        self.assertFalse(self.open_gaps())

    def test_a_session_with_the_number_0(self):
        """It leaves no sheet behind."""
        good = self.add_session("PA")

        def nobodys(sessions):
            copied = json.loads(json.dumps(sessions[0]))
            sessions.append({**copied, "id": 0, "sessdate": START + 7200})

        self.change(SESSIONS, nobodys)
        for _run in range(2):
            result = self.sync()
            self.assertEqual(result.state, "done", result)
            self.assertEqual(len(self.sheets), 1)
            self.assertEqual(self.statuses(good), "PA")
        self.assertEqual(self.open_gaps(), ["unreadable_session"])
        del self.canned.answers[SESSIONS]
        self.sync()
        self.assertFalse(self.open_gaps())
        self.assertEqual(len(self.sheets), 1)

    def test_one_session_without_anything(self):
        session = self.add_session("PA")
        self.add_session("PA", starts=START + 7200)
        self.sync()
        self.change(SESSIONS, lambda sessions: sessions.append(None))
        self.sync()
        self.moodle.delete_session(session)
        result = self.sync()
        self.assertEqual(result.state, "done")
        self.assertEqual(set(self.sheets.mapped("state")), {"done"}, "the list is not whole")
        self.assertEqual(self.open_gaps(), ["unreadable_session"])

    def test_people_groups_and_activities(self):
        session = self.add_session("PALE", group=self.groups[0])

        def people(users):
            users[1]["fullname"] = "Te\x00a\ud800"
            next(u for u in users if u["id"] == self.users[1].id)["idnumber"] = "oec\x00"

        def groups(found):
            found.append({"id": 2**40, "name": "x", "idnumber": "", "courseid": 2})

        def contents(sections):
            sections[0]["modules"].append({"modname": "attendance", "instance": None, "name": []})

        self.change("core_enrol_get_enrolled_users", people)
        self.change("core_group_get_course_groups", groups)
        self.change("core_course_get_contents", contents)
        result = self.sync()
        self.assertEqual(result.state, "done", result)
        self.assertEqual(self.statuses(session), "PALE", "the odd one was asked for by number")
        kinds = self.open_gaps()
        self.assertGreaterEqual(kinds.count("odd_record"), 3)

    def test_a_course(self):
        session = self.add_session("P")
        self.moodle.add_course("Odd", shortname="ODD")

        def courses(found):
            found[0]["startdate"] = -1
            found.append({"id": "x", "shortname": None})

        self.change("core_course_get_courses", courses)
        result = self.sync()
        self.assertEqual(result.state, "done", result)
        self.assertEqual(self.statuses(session), "P")
        self.assertEqual(self.open_gaps(), ["odd_record"] * 2)
        self.sync()
        self.assertEqual(len(self.gaps()), 2)


@tagged("post_install", "-at_install")
class TestNotHeld(CannedCase):
    """Moodle writes one row and shows another: seen with two rows of one student."""

    def setUp(self):
        super().setUp()
        self.instance.sync_attendance_from = OEC

    @property
    def updates(self):
        return [call for call in self.server.calls if call.function.endswith("update_user_status")]

    def show(self, session, status):
        """Whatever Moodle holds of the first student, it shows this."""
        number = str(self.moodle.status_of(session, status).id)

        def change(answer):
            for one in answer if isinstance(answer, list) else [answer]:
                for row in one["attendance_log"]:
                    if row["studentid"] == self.users[0].id:
                        row["statusid"] = number

        for function in (SESSIONS, "mod_wsattendance_get_session", "mod_attendance_get_session"):
            self.change(function, change)

    def test_sent_once_until_a_side_changes(self):
        session = self.add_session("AAAA")
        self.make_sheet("PALE")
        self.show(session, "A")
        result = self.sync()
        self.assertEqual(result.counters["marks_pushed"], 2)
        self.assertEqual(len(self.updates), 3)
        (gap,) = self.gaps(state="open")
        self.assertEqual(gap.kind, "refused_push")
        self.assertIn("accepted the mark of Student 1", gap.name)
        for _run in range(2):
            self.sync()
            self.assertEqual(len(self.updates), 3, "not sent again")
            self.assertEqual(self.gaps(state="open"), gap)
        self.show(session, "E")
        self.sync()
        self.assertEqual(len(self.updates), 4, "Moodle has changed")
        self.sync()
        self.assertEqual(len(self.updates), 4)
        self.mark_here(session, 1, "L", at=START + 90000)
        self.sync()
        self.assertEqual(len(self.updates), 5, "the mark here has changed")
        self.canned.answers.clear()
        self.sync()
        self.assertEqual(self.moodle_marks(session), "LALE..")
        self.assertFalse(self.open_gaps())

    def test_both_ways(self):
        self.instance.sync_attendance_from = BOTH
        session = self.add_session()
        self.make_sheet("P...")
        self.show(session, "A")
        self.sync()
        sent = len(self.updates)
        self.assertEqual(sent, 1)
        self.sync()
        self.sync()
        self.assertLessEqual(len(self.updates), sent + 1)


@tagged("post_install", "-at_install")
class TestNotHeld2026(TestNotHeld):
    profile = "2026"


@tagged("post_install", "-at_install")
class TestAccountsMadeAgain(MoodleCase):
    def make_again(self, old, **values):
        """The person gets a new account, with what the old one had."""
        new = self.moodle.add_user(
            f"{old.username}-again", old.firstname, old.lastname,
            **{"email": old.email, "idnumber": old.idnumber, **values},
        )  # fmt: skip
        self.moodle.unenrol(self.moodle_course, old)
        self.moodle.enrol(self.moodle_course, new, groups=[self.groups[0]])
        return new

    def test_deleted_and_made_again(self):
        first = self.add_session("PPPP")
        self.sync()
        old = self.users[0]
        new = self.make_again(old)
        old.deleted, old.idnumber, old.email = True, "", "0cc175b9c0f1b6a831c399e269772661"
        second = self.add_session(starts=START + 7200)
        self.moodle.mark(second, new, "L", by=self.teacher)
        result = self.sync()
        self.assertFalse(self.open_gaps(), result)
        self.assertEqual(self.statuses(second), "L")
        self.assertEqual(self.statuses(first), "PPPP", "old marks are still the student's")
        mappings = self.env["moodle.mapping"].search(
            [("model", "=", "op.student"), ("oec_record_id", "=", self.students[0].id)]
        )
        self.assertEqual(
            {m.moodle_id: m.found_by for m in mappings}, {old.id: "former", new.id: "idnumber"}
        )
        self.server.reset_calls()
        self.sync()
        self.assertFalse(self.open_gaps())
        asked = [c for c in self.server.calls if c.function == "core_user_get_users_by_field"]
        self.assertFalse(asked, "Moodle was asked once")
        self.moodle.mark(first, self.users[1], "A", by=self.teacher)
        self.sync()
        self.assertEqual(self.statuses(first), "PAPP")

    def test_the_new_one_is_found_by_the_email(self):
        for user in self.users:
            user.idnumber = ""
        self.add_session("PPPP")
        self.sync()
        new = self.make_again(self.users[0])
        self.users[0].email = "old@elsewhere.example"
        session = self.add_session(starts=START + 7200)
        self.moodle.mark(session, new, "E", by=self.teacher)
        self.sync()
        self.assertEqual(self.statuses(session), "E")

    def test_an_idnumber_that_moved_to_another_person(self):
        """The old account is somebody else's, and mapped by mistake until now."""
        session = self.add_session("PPPP")
        self.sync()
        old = self.users[0]
        self.moodle.unenrol(self.moodle_course, old)
        new = self.moodle.add_user("right", "Right", "One", idnumber=old.idnumber)
        self.moodle.enrol(self.moodle_course, new, groups=[self.groups[0]])
        old.idnumber = "oec_student_987654"
        later = self.add_session(starts=START + 7200)
        self.moodle.mark(later, new, "A", by=self.teacher)
        self.sync()
        self.assertEqual(self.statuses(later), "A")
        self.assertEqual(self.statuses(session), "PPPP", "nothing is taken away")
        links = self.env["moodle.mapping"].search([("moodle_id", "=", old.id)])
        self.assertFalse(links.filtered(lambda m: m.model == "op.student"))
        self.assertEqual(self.open_gaps(), ["unmatched_student"], "whose old mark is that")

    def test_two_living_accounts_are_still_a_gap(self):
        self.add_session("PPPP")
        self.sync()
        new = self.make_again(self.users[0])
        later = self.add_session(starts=START + 7200)
        self.moodle.mark(later, new, "A", by=self.teacher)
        self.sync()
        self.assertIn("ambiguous_student", self.open_gaps())
        self.assertFalse(self.lines(later))

    def test_a_mapping_by_hand_never_gives_way(self):
        self.add_session("PPPP")
        self.sync()
        old = self.users[0]
        self.env["moodle.mapping"].search([("moodle_id", "=", old.id)]).found_by = "manual"
        new = self.make_again(old)
        old.deleted, old.idnumber, old.email = True, "", "x"
        later = self.add_session(starts=START + 7200)
        self.moodle.mark(later, new, "A", by=self.teacher)
        self.sync()
        self.assertIn("ambiguous_student", self.open_gaps())

    def test_an_account_that_has_lost_its_idnumber_here(self):
        self.add_session("PPPP")
        self.sync()
        old = self.users[0]
        old.idnumber, old.email = "", "nobody@elsewhere.example"
        later = self.add_session("A", starts=START + 7200)
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.statuses(later), "A", "it is still the student's")
        self.assertEqual(self.open_gaps(), ["changed_student"])
        new = self.moodle.add_user(
            "right", "Right", "One", idnumber=f"oec_student_{self.students[0].id}"
        )
        self.moodle.enrol(self.moodle_course, new, groups=[self.groups[0]])
        last = self.add_session(starts=START + 10800)
        self.moodle.mark(last, new, "L", by=self.teacher)
        self.sync()
        self.assertEqual(self.statuses(last), "L")
        self.assertFalse(
            self.env["moodle.mapping"].search(
                [("model", "=", "op.student"), ("moodle_id", "=", old.id)]
            ),
            "it does not stand in the way of the account that gets it",
        )
        self.assertEqual(self.open_gaps(), ["unmatched_student"], "whose old marks are these")
