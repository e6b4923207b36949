"""The catalogue of gaps: every reason with its kind, its details and its sentence."""

import ast
import re
from unittest.mock import patch

import polib

from odoo.tests import BaseCase, tagged
from odoo.tools import format_date

from ..services.domain import brake, gaps, status_meaning
from ..services.domain import plan as p
from ..services.domain.gap_reason import (
    Amounts,
    Case,
    Counted,
    IfShown,
    KeptGap,
    OneOf,
    Reason,
    Sort,
)
from ..services.moodle import moodle_errors as errors
from ..services.texts import messages_gaps, told
from ..services.texts.messages_gaps import describe
from .common import MoodleCase
from .test_translations import ADDON

LANGUAGES = ("en_US", "es_ES", "fr_FR")
NAMED = re.compile(r"%\((\w+)\)s")
DAY = "2026-11-03"
# What a value of Moodle can be of, see ``records.OddRecord``.
OF_MOODLE = ("course", "user", "group", "activity", "session", "status", "mark")


def sentences(reason):
    """All that the reason can say, and its words, not translated."""
    for found in (reason.sentence, *(case.sentence for case in reason.cases)):
        yield from found if isinstance(found, tuple) else (found,)
    if reason.what:
        yield reason.what


def texts(reason):
    """The same with the words of its details."""
    yield from sentences(reason)
    for sort in reason.details.values():
        if isinstance(sort, OneOf | Amounts):
            yield from sort.words.values()
        elif isinstance(sort, IfShown):
            yield from (sort.there, sort.missing)
        elif isinstance(sort, Counted):
            yield from (sort.one, sort.many)


def clauses(text):
    """The clauses of a text, such as no other language has: of three words and more."""
    for clause in re.split(r"%\(\w+\)s|[.,;:()>%]", text):
        if len(re.findall(r"[A-Za-z]\S+", clause)) > 2:
            yield clause.strip()


def samples(reason, values):
    """Details of each sentence that the reason can say.

    :param values: ``{sort: value}``
    :return: list of ``{name: value}``
    """

    def sample(sort):
        if isinstance(sort, OneOf):
            return next(iter(sort.words))
        if isinstance(sort, Amounts):
            return dict.fromkeys(reversed(sort.words), 3)
        if isinstance(sort, Counted):
            return 3
        return "known@example.org" if isinstance(sort, IfShown) else values[sort]

    usual = {name: sample(sort) for name, sort in reason.details.items()}
    found = [usual, *({**usual, **case.when} for case in reason.cases)]
    for name, sort in reason.details.items():
        if isinstance(sort, OneOf):
            found += [{**usual, name: value} for value in (*sort.words, "unknown")]
        if isinstance(sort, IfShown):
            found.append({**usual, name: ""})
        if isinstance(sort, Counted):
            found.append({**usual, name: 1})
    return found


@tagged("post_install", "-at_install")
class TestCatalogue(BaseCase):
    def gap(self, **values):
        usual = {
            "kind": "no_batch",
            "key": "no_batch:2:student:7",
            "why": "batch_none",
            "details": (7,),
            "record": ("op.student", 7),
        }
        return p.Gap(**{**usual, **values})

    def test_each_reason_and_each_kind_once(self):
        reasons = [reason.why for kind in gaps.CATALOGUE for reason in kind.reasons]
        self.assertEqual(sorted(reasons), sorted(gaps.REASONS))
        self.assertEqual(len(gaps.KINDS), len(gaps.CATALOGUE))
        self.assertTrue(all(kind.reasons for kind in gaps.CATALOGUE))

    def test_a_sentence_names_only_what_is_kept(self):
        for why, reason in gaps.REASONS.items():
            known = {*reason.details, *reason.also, "moodle_id"} | (
                {"what"} if reason.what else set()
            )
            for sentence in sentences(reason):
                self.assertLessEqual(set(NAMED.findall(sentence)), known, why)
                self.assertFalse(re.search(r"%[^(%]", sentence.replace("%%", "")), why)
            for case in reason.cases:
                self.assertLessEqual(case.when.keys(), reason.details.keys(), why)
            self.assertLessEqual({detail for detail, _sort in reason.also.values()}, known, why)

    def test_every_text_is_marked_for_translators(self):
        template = polib.pofile(ADDON / "i18n" / "openeducat_moodle_attendance.pot")
        known = {entry.msgid for entry in template}
        for why, reason in gaps.REASONS.items():
            for text in texts(reason):
                if re.search("[a-z]", NAMED.sub("", text)):
                    self.assertIn(text, known, why)

    def test_every_reason_is_met_somewhere(self):
        """Those whose names are put together are made of what they are about."""
        composed = {
            *(f"odd_{what}" for what in OF_MOODLE),
            *(f"letter_{why}" for why in status_meaning.OPEN),
            *(f"stop_{why}" for why in (brake.TOO_MUCH, *brake.EMPTY)),
            *("push_none_status", "push_several_status"),
            *("unreadable_session", "unreadable_activity"),
        }
        self.assertLessEqual(composed, gaps.REASONS.keys())
        named = set()
        for folder in ("models", "services"):
            for path in (ADDON / folder).rglob("*.py"):
                if path.name != "gaps.py":
                    named |= {
                        node.value
                        for node in ast.walk(ast.parse(path.read_text()))
                        if isinstance(node, ast.Constant) and isinstance(node.value, str)
                    }
        self.assertFalse(gaps.REASONS.keys() - composed - named)

    def test_every_sort_can_be_shown(self):
        self.assertEqual(messages_gaps.SHOWN.keys(), set(Sort))

    def test_a_gap_is_one_of_the_catalogue(self):
        self.gap()
        self.gap(record=())
        for wrong in (
            {"why": "unheard_of"},
            {"kind": "refused"},
            {"details": ()},
            {"details": (7, "surplus")},
            {"record": ("op.attendance.sheet", 7)},
            {"allows": {"too_much": {"sent": 50}}},
        ):
            with self.assertRaises(ValueError, msg=wrong):
                self.gap(**wrong)

    def test_made_by_its_reason(self):
        made = p.gap("batch_none", 2, "student:7", {"student": 7}, record=("op.student", 7))
        self.assertEqual(made, self.gap())
        for details in (None, {"student": 7, "day": DAY}, {"person": 7}):
            with self.assertRaises(ValueError, msg=details):
                p.gap("batch_none", 2, "student:7", details)

    def test_what_an_older_version_kept_is_read_as_far_as_it_goes(self):
        reason = gaps.REASONS["refused"]
        self.assertEqual(reason.by_name(["no"]), {"words": "no", "day": "", "sheet": ""})
        kept = ("no", DAY, "ALG1/1", "surplus")
        self.assertEqual(reason.by_name(kept), {"words": "no", "day": DAY, "sheet": "ALG1/1"})

    def test_the_first_case_that_fits_is_said(self):
        reason = Reason(
            "any",
            {"day": Sort.DAY, "sheet": Sort.TEXT},
            "usual",
            cases=(Case({"day": "", "sheet": ""}, "neither"), Case({"day": ""}, "no day")),
        )
        for day, sheet, said in (
            ("", "", "neither"),
            ("", "A", "no day"),
            (DAY, "", "usual"),
            (DAY, "A", "usual"),
        ):
            self.assertEqual(reason.sentences({"day": day, "sheet": sheet}), (said,))


@tagged("post_install", "-at_install")
class TestInWords(MoodleCase):
    def setUp(self):
        super().setUp()
        for lang in LANGUAGES:
            self.env["res.lang"]._activate_lang(lang)
        self.values = {
            Sort.TEXT: "ALG1/1",
            Sort.WORDS: told.keep(errors.MoodleTooSlow.advice),
            Sort.DAY: DAY,
            Sort.NUMBER: 4711,
            Sort.COUNT: 12,
            Sort.STUDENT: self.students[0].id,
            Sort.ACCOUNT: "Sam Visitor",
            Sort.ACCOUNTS: ("Kim Guest", 31),
            Sort.MARKED: (("Sam Visitor", DAY), (31, DAY)),
            Sort.ACTIVITY: "Lectures",
            Sort.GROUP: "Group 1",
            Sort.NAMES: ("ALG1/1", "ALG1/2"),
            Sort.NUMBERS: (4711, 4712),
            Sort.STATUS: "L",
            Sort.BATCH: self.batches[0].id,
            Sort.PAIR: [self.algebra.id, self.course.id],
        }
        # A letter is a text, and of one in doubt also said as a status.
        self.of_letter = {**self.values, Sort.TEXT: "A"}

    def env_of(self, lang):
        return self.env(context={**self.env.context, "lang": lang})

    def kept(self, reason, details):
        return KeptGap(reason.why, reason.in_order(details), moodle_id=31, marks=9)

    def all(self):
        """``(reason, details, gap)`` of each sentence."""
        for reason in gaps.REASONS.values():
            for details in samples(reason, self.of_letter if reason.also else self.values):
                yield reason, details, self.kept(reason, details)

    def test_every_reason_in_three_languages(self):
        for reason, details, gap in self.all():
            said = {lang: describe(self.env_of(lang), gap) for lang in LANGUAGES}
            for lang, text in said.items():
                with self.subTest(why=reason.why, details=details, lang=lang):
                    self.assertTrue(text)
                    # The limit of a stopped course is shown in per cent.
                    self.assertNotIn("%", re.sub(r"12.?%", "", text))
                    self.assertNotRegex(text, r"[{}\[\]]|None|Sort\.|False")
                    self.assertNotIn(DAY, text)
            self.assertEqual(len(set(said.values())), 3, said)
            for text in texts(reason):
                for clause in clauses(text):
                    for lang in LANGUAGES[1:]:
                        self.assertNotIn(clause, said[lang], reason.why)

    def test_what_is_named_is_shown_by_its_sort(self):
        student = self.students[0]
        student.name = "Zoe Testname"
        for reason, details, gap in self.all():
            named = set(NAMED.findall(" ".join(reason.sentences(details))))
            for lang in LANGUAGES:
                env = self.env_of(lang)
                text = describe(env, gap)
                for name in named & details.keys():
                    sort, value = reason.details[name], details[name]
                    with self.subTest(why=reason.why, name=name, lang=lang):
                        if sort is Sort.STUDENT:
                            self.assertIn("Zoe Testname", text)
                        elif sort is Sort.BATCH:
                            self.assertIn("Batch 1", text)
                        elif sort is Sort.PAIR:
                            self.assertIn("Algebra I / BSc", text)
                        elif sort is Sort.DAY:
                            self.assertIn(format_date(env, DAY), text)
                        elif sort is Sort.MARKED:
                            self.assertIn(f"Sam Visitor ({format_date(env, DAY)})", text)
                            self.assertIn("31", text)
                            self.assertIn("…", text, "nine marks, and two of them named")
                        elif sort in (Sort.TEXT, Sort.COUNT, Sort.NUMBER, Sort.ACTIVITY):
                            self.assertIn(str(value), text)
                        elif sort in (Sort.NAMES, Sort.NUMBERS):
                            self.assertIn(", ".join(map(str, value)), text)
                        elif sort is Sort.WORDS:
                            self.assertIn(env._(errors.MoodleTooSlow.advice), text)

    def said(self, why, *details, moodle_id=31, marks=1):
        return describe(self.env, KeptGap(why, details, moodle_id, marks))

    def test_what_has_no_name_is_shown_by_its_number(self):
        self.assertIn("Moodle user 31 has", self.said("student_unknown", "", "oec_student_9"))
        self.assertIn("The group 31 of", self.said("group_without_idnumber", "", ""))
        self.assertIn("course number ? can't", self.said("odd_course", 0, "date", "", 0))
        self.assertIn(
            "account Kim, Moodle user 7 both",
            self.said("student_claimed", "Sam", self.students[0].id, ["Kim", 7]),
        )
        missing = self.students[0].id + 10**6
        self.assertIn(f"#{missing}", self.said("batch_none", missing))

    def test_amounts_stand_in_the_order_of_the_catalogue(self):
        text = self.said("stop_too_much", 60, 100, 5, {"sent": 20, "changed": 40}, 30)
        self.assertIn("40 overwritten here by Moodle's, 20 sent to Moodle", text)
        self.assertIn("30%)", text)

    def test_a_name_that_looks_like_a_date_stays(self):
        text = self.said("session_gone", DAY, DAY)
        self.assertIn(f"sheet {DAY} of 11/03/2026", text)

    def test_a_gap_of_an_unknown_reason_is_read_as_it_was_found(self):
        self.add_session("PP")
        self.moodle.users[self.users[0].id].idnumber = "oec_student_999999"
        self.sync()
        gap = self.gaps(kind="unmatched_student")
        self.assertIn("no such student", gap.words)
        gap.write({"name": "As it was.", "why": "unheard_of"})
        self.assertEqual(gap.words, "As it was.")
        gap.write({"why": "student_unknown", "details": ["Sam"]})
        self.assertIn("Sam has the ID number", gap.words)

    def test_names_of_many_are_read_at_once(self):
        found = [KeptGap("batch_none", (student.id,)) for student in self.students]
        self.env.invalidate_all()
        messages_gaps.read_names(self.env, found)
        with patch.object(type(self.env["op.student"]), "fetch", side_effect=AssertionError):
            for gap, student in zip(found, self.students, strict=True):
                self.assertIn(student.name, describe(self.env, gap))
