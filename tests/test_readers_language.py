"""What is kept of runs, reports, checks and mappings is read in the language of who reads it,
whoever started it and whatever the responsible person speaks."""

import json
from datetime import timedelta
from unittest.mock import patch

from markupsafe import escape

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..services.domain import brake, gaps
from ..services.domain import plan as p
from ..services.moodle import memory, unreadable
from ..services.moodle import moodle_errors as errors
from ..services.runs.checklist import Check
from ..services.runs.course_sync import CourseSync, MovedError, StoppedError
from ..services.runs.survey import Survey
from ..services.runs.sync_attendance import SkippedError, SyncAttendance
from ..services.texts import messages_gaps, told
from ..services.texts.messages_run import MOVED, UNEXPECTED
from .common import MoodleCase

READERS = ("en_US", "es_ES")
# Of whom the instance is responsible to.
KEPT_IN = "fr_FR"
SERVICES = "odoo.addons.openeducat_moodle_attendance.services"
STOP = brake.Stop(
    brake.TOO_MUCH, brake.Amount(100, 5, {"changed": 30, "sent": 20}), {}, brake.Limits()
)


def kinds(cls=errors.MoodleError):
    """An error, and all below it."""
    yield cls
    for below in cls.__subclasses__():
        yield from kinds(below)


def examples():
    """Errors of each kind, with and without what Moodle said of them."""
    for cls in kinds():
        if cls is errors.MoodleWrongAddress:
            yield cls("f", "https://school.example/login/index.php", "https://old.example")
            yield cls("f", "https://proxy.example/blocked?page=1", "https://old.example")
        elif cls is errors.MoodleOddRecord:
            yield cls("f", "no_id")
        elif cls is errors.MoodleTextAround:
            yield cls("f", unreadable.PHP, "Notice: <b>x</b>")
            yield cls("f", unreadable.AROUND, "<!-- 50% -->")
            yield cls("f", unreadable.AROUND, "", unseen=True)
        elif cls is errors.MoodleTooMuch:
            yield cls("f", memory.ONE_COURSE)
            yield cls("f", memory.AT_ONCE)
        elif cls is errors.MoodleTooMany:
            yield from (cls("f", what, 20000) for what in ("sessions", "marks", "people"))
        else:
            yield cls("mod_attendance_get_session", "code", "50% <of> what it said")
            yield cls("mod_wsattendance_get_session", "code")
            yield cls("mod_attendance_add_session")
            yield cls(None, "code")
            yield cls()


class ReadersCase(MoodleCase):
    def setUp(self):
        super().setUp()
        for lang in (*READERS, KEPT_IN):
            self.env["res.lang"]._activate_lang(lang)
        self.instance.user_id = self.env["res.users"].create(
            {"name": "Responsible", "login": "responsible", "lang": KEPT_IN}
        )
        self.add_session("PA")

    def env_of(self, lang):
        return self.env(context={**self.env.context, "lang": lang})

    def said(self, sentence):
        """:param sentence: what Odoo itself can translate
        :return: ``{language: text}``, each another one
        """
        texts = {lang: self.env_of(lang)._(sentence) for lang in (*READERS, KEPT_IN)}
        self.assertEqual(len(set(texts.values())), 3, texts)
        return texts

    def assertSaid(self, record, name, sentence, found=None):
        """Each reader finds the sentence in the own language, and the column holds it in that of
        the responsible person.

        :param found: name of the column
        """
        texts = self.said(sentence)
        for lang in READERS:
            self.assertIn(texts[lang], record.with_context(lang=lang)[name])
        if found:
            self.assertIn(texts[KEPT_IN], record[found])

    def last_run(self):
        return self.instance.run_ids.sorted("id")[-1]

    def raising(self, error, name="_check_prerequisites"):
        return patch.object(SyncAttendance, name, side_effect=error)

    def failing_course(self, error):
        return patch.object(CourseSync, "begin", side_effect=error)

    def look(self, kind="preview"):
        with self.own_cursors():
            action = self.instance._open_report(kind)
        return self.env["moodle.sync.report"].browse(action["res_id"])


@tagged("post_install", "-at_install")
class TestSentences(ReadersCase):
    def test_an_error_of_each_kind(self):
        for error in examples():
            kept = json.loads(json.dumps(error.told()))
            self.assertEqual(kept, error.told())
            texts = set()
            for lang in READERS:
                env = self.env_of(lang)
                text = told.tell(env, kept)
                self.assertEqual(text, error.explain(env))
                texts.add(text)
            self.assertEqual(len(texts), 2, error)

    def test_words_of_others_stay_as_they_are(self):
        error = errors.MoodleTooSlow("f", None, "100% %s %(name)s \x00\ud800")
        for lang in READERS:
            self.assertIn("100% %s %(name)s", error.explain(self.env_of(lang)))
        kept = told.keep("a\x00b\ud800")
        json.dumps(kept).encode()
        self.assertNotIn("\x00", kept)

    def test_what_is_put_together(self):
        kept = told.joined(": ", "Algebra I", "", told.joined(" ", MOVED, 3))
        texts = self.said(MOVED)
        for lang in READERS:
            self.assertEqual(told.tell(self.env_of(lang), kept), f"Algebra I: {texts[lang]} 3")
        self.assertEqual(told.keep(kept), kept)

    def test_a_gap_from_a_database_counts_in_the_order_of_the_sentence(self):
        gap = STOP.gap(7)
        kept = told.keep(gap)
        self.assertEqual(json.loads(json.dumps(kept)), kept)
        touched = kept["gap"]["details"][3]
        kept["gap"]["details"][3] = dict(reversed(touched.items()))
        for lang in READERS:
            env = self.env_of(lang)
            self.assertEqual(told.tell(env, kept), messages_gaps.describe(env, gap))
            self.assertIn(env._(gaps.TOUCHED.words["sent"]), told.tell(env, kept))

    def test_a_gap_with_moodles_reason(self):
        error = errors.MoodleNoPermission("mod_attendance_update_user_status")
        details = json.loads(json.dumps((self.students[0].id, error.told())))
        gap = p.Gap("refused_push", "mark:1:1", "push_refused", tuple(details))
        for lang in READERS:
            env = self.env_of(lang)
            self.assertIn(error.explain(env), messages_gaps.describe(env, gap))
        older = p.Gap("refused_push", "mark:1:1", "push_refused", (self.students[0].id, "No."))
        self.assertIn("No.", messages_gaps.describe(self.env, older))

    def test_a_gap_is_called_by_its_words(self):
        self.users[0].idnumber, self.users[0].email = "", "nobody@test.example"
        self.add_session("P")
        self.sync()
        gap = self.gaps(kind="unmatched_student")
        names = {gap.with_context(lang=lang).display_name for lang in READERS}
        self.assertEqual(names, {gap.with_context(lang=lang).words for lang in READERS})
        self.assertEqual(len(names), 2)


@tagged("post_install", "-at_install")
class TestRuns(ReadersCase):
    def test_failed_by_each_kind_of_error(self):
        for error in examples():
            with self.raising(error):
                result = self.sync(trigger="cron")
            run = self.run_of(result)
            self.assertEqual(run.state, "failed", error)
            self.assertEqual(run.summary, error.explain(self.env_of(KEPT_IN)))
            self.assertEqual(self.instance.error_message, run.summary)
            for lang in READERS:
                text = error.explain(self.env_of(lang))
                self.assertEqual(run.with_context(lang=lang).summary_words, text)
                self.assertEqual(self.instance.with_context(lang=lang).problem, text)
                self.assertEqual(self.instance.with_context(lang=lang).last_summary, text)

    def test_a_course_that_failed(self):
        error = errors.MoodleTooSlow("mod_attendance_get_sessions")
        with self.failing_course(error):
            self.sync()
        run, mapping = self.last_run(), self.env["moodle.mapping"]._of_course(
            self.instance, self.moodle_course.id
        )  # fmt: skip
        for record, name in (
            (run, "summary_words"),
            (run, "errors_words"),
            (self.instance, "problem"),
            (mapping, "error_words"),
        ):
            self.assertSaid(record, name, errors.MoodleTooSlow.advice)
        for record, name in (
            (run, "summary"),
            (run, "errors"),
            (self.instance, "error_message"),
            (mapping, "error_message"),
        ):
            self.assertIn(error.explain(self.env_of(KEPT_IN)), record[name])
        spanish = run.with_context(lang="es_ES")
        self.assertEqual(spanish.errors_words, f"Algebra I: {error.explain(self.env_of('es_ES'))}")
        self.assertIn(spanish._describe_counts(), spanish.summary_words)
        self.assertNotEqual(spanish._describe_counts(), run._describe_counts())
        self.sync()
        self.assertFalse(mapping.error_words or mapping.error_told or self.instance.error_told)

    def test_partly_done(self):
        course = self.moodle.add_course(
            "Physics",
            shortname="PHY",
            idnumber=f"oec_subj_{self.physics.id}_course_{self.course.id}",
        )
        original = CourseSync.begin

        def sync(work, *args):
            if work.course.id == course.id:
                raise errors.MoodleFault("mod_attendance_get_sessions")
            return original(work, *args)

        with patch.object(CourseSync, "begin", sync):
            self.assertEqual(self.sync().state, "partial")
        fault = errors.MoodleFault("mod_attendance_get_sessions")
        for lang in READERS:
            run = self.last_run().with_context(lang=lang)
            lines = run.summary_words.splitlines()
            self.assertEqual(lines[0], f"Physics: {fault.explain(self.env_of(lang))}")
            self.assertEqual("\n".join(lines[1:]), run._describe_counts())

    def test_a_course_that_was_stopped(self):
        with self.failing_course(StoppedError(STOP)):
            self.sync()
        mapping = self.env["moodle.mapping"]._of_course(self.instance, self.moodle_course.id)
        gap = STOP.gap(self.moodle_course.id)
        for lang in READERS:
            words = messages_gaps.describe(self.env_of(lang), gap)
            run = self.last_run().with_context(lang=lang)
            self.assertEqual(run.errors_words, f"Algebra I: {words}")
            self.assertEqual(mapping.with_context(lang=lang).error_words, words)
            self.assertIn(words, self.instance.with_context(lang=lang).problem)

    def test_a_course_that_has_moved(self):
        with self.failing_course(MovedError()):
            self.sync()
        self.assertSaid(self.last_run(), "errors_words", MOVED, "errors")

    def test_an_approved_course_that_is_not_matched_any_more(self):
        report = self.look()
        self.moodle_course.idnumber = ""
        self.moodle_course.shortname = "NOPE"
        with self.own_cursors():
            self.instance._sync_attendance("preview", None, report)
        self.assertSaid(self.last_run(), "errors_words", MOVED, "errors")
        errors_of = {
            lang: self.last_run().with_context(lang=lang).errors_words.split(":")[0]
            for lang in READERS
        }
        self.assertEqual(errors_of["en_US"], f"Moodle course {self.moodle_course.id}")
        self.assertNotEqual(errors_of["en_US"], errors_of["es_ES"])

    def test_an_unexpected_error(self):
        with mute_logger(f"{SERVICES}.sync_attendance"):
            with self.failing_course(ZeroDivisionError()):
                self.sync()
            self.assertSaid(self.last_run(), "errors_words", UNEXPECTED, "errors")
            with self.raising(ZeroDivisionError()):
                self.sync()
        self.assertSaid(self.last_run(), "summary_words", UNEXPECTED, "summary")
        self.assertSaid(self.instance, "problem", UNEXPECTED, "error_message")

    def test_given_up_by_sql(self):
        with (
            mute_logger(f"{SERVICES}.sync_attendance"),
            patch.object(type(self.env["moodle.sync.run"]), "_result", side_effect=KeyError),
            self.raising(errors.MoodleMaintenance()),
            patch.object(type(self.env["moodle.sync.run"]), "_finish", side_effect=KeyError),
        ):
            self.assertEqual(self.sync().state, "failed")
        run = self.last_run()
        self.assertSaid(run, "summary_words", UNEXPECTED, "summary")
        self.assertEqual(
            run.with_context(lang="en_US").summary_words, self.said(UNEXPECTED)["en_US"]
        )
        self.assertSaid(self.instance, "problem", UNEXPECTED, "error_message")

    def test_skipped(self):
        self.moodle.tokens[self.token].functions = ("core_webservice_get_site_info",)
        result = self.sync()
        self.assertEqual(result.state, "skipped")
        run = self.last_run()
        texts = {lang: run.with_context(lang=lang).summary_words for lang in READERS}
        self.assertIn("Moodle offers no attendance function", texts["en_US"])
        self.assertNotIn("Moodle offers no attendance function", texts["es_ES"])
        self.assertNotIn(texts["es_ES"], run.summary)
        self.assertNotIn(texts["en_US"], run.summary)

    def test_skipped_for_what_is_missing_by_name(self):
        functions = self.moodle.tokens[self.token].functions
        gone = "core_enrol_get_enrolled_users"
        self.moodle.tokens[self.token].functions = tuple(f for f in functions if f != gone)
        self.assertEqual(self.sync().state, "skipped")
        texts = {
            self.last_run().with_context(lang=lang).summary_words for lang in (*READERS, KEPT_IN)
        }
        self.assertEqual(len(texts), 3)
        for text in texts:
            self.assertIn(gone, text)

    def test_it_waits(self):
        self.sync()
        self.instance.sync_attendance_from = "both"
        self.assertEqual(self.sync(trigger="cron").state, "skipped")
        run = self.last_run()
        texts = {lang: run.with_context(lang=lang).summary_words for lang in READERS}
        self.assertIn("Attendance comes from was changed.", texts["en_US"])
        self.assertNotIn("was changed", texts["es_ES"])
        self.assertNotIn(run.summary, texts.values())

    def test_another_moodle(self):
        seen = ("other", "Known, Moodle 4", "Now, Moodle 5")
        sentence = p.gap(
            "site_changed", 0, "site", dict(zip(("courses", "known", "seen"), seen, strict=True))
        )
        with self.raising(SkippedError(sentence), "_list_courses"):
            self.sync()
        for lang in READERS:
            text = messages_gaps.describe(self.env_of(lang), sentence)
            self.assertEqual(self.last_run().with_context(lang=lang).summary_words, text)

    def test_what_a_run_hints_at(self):
        self.sync()
        mapping = self.env["moodle.mapping"]._of_course(self.instance, self.moodle_course.id)
        mapping.paused_until = self.instance._now_here().date() + timedelta(days=1)
        self.sync()
        run = self.last_run()
        hints = {}
        for lang in READERS:
            words = run.with_context(lang=lang).summary_words
            self.assertTrue(words.startswith(run.with_context(lang=lang)._describe_counts()))
            hints[lang] = words.splitlines()[-1]
        self.assertEqual(hints["en_US"], "Paused courses: Algebra I.")
        self.assertNotEqual(hints["en_US"], hints["es_ES"])
        self.assertIn("Algebra I", hints["es_ES"])

    def test_the_direction_was_changed_meanwhile(self):
        self.sync(seconds=0)
        begun = self.last_run()
        self.instance.sync_attendance_from = "both"
        self.sync()
        texts = {lang: begun.with_context(lang=lang).summary_words for lang in READERS}
        self.assertTrue(texts["en_US"].startswith("The direction was changed meanwhile."))
        self.assertNotIn("meanwhile", texts["es_ES"])

    def test_whoever_waits_for_it_reads_the_own_language(self):
        error = errors.MoodleMaintenance()
        for lang in (*READERS, KEPT_IN):
            here, text = self.instance.with_context(lang=lang), error.explain(self.env_of(lang))
            with self.raising(error):
                self.assertEqual(self.sync(here).message, text)
                with self.own_cursors():
                    self.assertEqual(here.action_sync_now()["params"]["message"], text)
            self.assertEqual(self.last_run().summary, error.explain(self.env_of(KEPT_IN)))
            with (
                self.raising(KeyError(), "_held"),
                mute_logger(f"{SERVICES}.sync_attendance"),
            ):
                self.assertEqual(self.sync(here).message, self.said(UNEXPECTED)[lang])
            with self.own_cursors():
                busy = SyncAttendance(self.registry, here.id, self.env.uid, lang)._busy()
            self.assertEqual("already running" in busy.message, lang == "en_US")

    def test_of_an_older_version(self):
        self.sync()
        run = self.last_run()
        run.write({"told": False, "summary": "As it was.", "errors": "One: old.\nTwo: old."})
        self.instance.write({"failing_since": run.ended_at, "error_message": "Old."})
        for lang in READERS:
            self.assertEqual(run.with_context(lang=lang).summary_words, "As it was.")
            self.assertEqual(run.with_context(lang=lang).errors_words, "One: old.\nTwo: old.")
            self.assertEqual(self.instance._error_words(), "Old.")
        run.write({"state": "running"})
        run._course_failed(9, "Three", MOVED)
        spanish = run.with_context(lang="es_ES").errors_words
        self.assertTrue(spanish.startswith("One: old.\nTwo: old.\nThree: "))
        self.assertIn(self.said(MOVED)["es_ES"], spanish)

    def test_what_another_module_writes_takes_the_place_of_what_was_told(self):
        with self.failing_course(errors.MoodleTooSlow()):
            self.sync()
        mapping = self.env["moodle.mapping"]._of_course(self.instance, self.moodle_course.id)
        self.assertTrue(self.instance.error_told and mapping.error_told)
        self.instance.error_message = mapping.error_message = "Of another module."
        for lang in READERS:
            words = self.instance.with_context(lang=lang)._error_words()
            self.assertEqual(words, "Of another module.")
            self.assertEqual(mapping.with_context(lang=lang).error_words, "Of another module.")

    def test_the_same_error_for_another_responsible_person_is_told_as_before(self):
        for lang in (KEPT_IN, "es_ES"):
            self.instance.user_id.lang = lang
            with self.raising(errors.MoodleMaintenance()):
                self.sync()
            text = errors.MoodleMaintenance().explain(self.env_of(lang))
            self.assertEqual(self.instance.error_message, text)
            self.assertTrue(self.instance.error_told)

    def test_the_token_is_never_kept(self):
        with self.raising(errors.MoodleBadToken("f", "invalidtoken", "Invalid")):
            self.sync()
        self.sync()
        self.instance.action_test_connection()
        for record, name in (
            *((run, "told") for run in self.instance.run_ids),
            (self.instance, "error_told"),
            (self.instance, "checks"),
        ):
            self.assertNotIn(self.token, json.dumps(record[name]))


@tagged("post_install", "-at_install")
class TestReports(ReadersCase):
    def test_that_failed(self):
        error = errors.MoodleMaintenance()
        with self.raising(error):
            report = self.look()
        self.assertEqual(report.state, "failed")
        self.assertSaid(report, "problem_words", error.advice, "problem")

    def test_a_course_that_cant_be_read(self):
        error = errors.MoodleTooSlow()
        with patch.object(CourseSync, "plan", side_effect=error):
            report = self.look()
        self.assertSaid(report, "problem_words", error.advice, "problem")
        for lang in READERS:
            text = f"Algebra I: {error.explain(self.env_of(lang))}"
            self.assertEqual(report.with_context(lang=lang).problem_words, text)
            self.assertIn(escape(text), report.with_context(lang=lang)._words())

    def test_what_is_held_back(self):
        gap = STOP.gap(self.moodle_course.id)
        with patch.object(CourseSync, "_stop", staticmethod(lambda *args: STOP)):
            report = self.look()
        for lang in READERS:
            words = messages_gaps.describe(self.env_of(lang), gap)
            self.assertEqual(report.with_context(lang=lang).held_words, f"Algebra I: {words}")
        self.assertIn(messages_gaps.describe(self.env_of(KEPT_IN), gap), report.held)

    def test_given_up(self):
        with mute_logger(f"{SERVICES}.survey"):
            with self.raising(ZeroDivisionError()):
                report = self.look()
            self.assertSaid(report, "problem_words", UNEXPECTED, "problem")
            with patch.object(Survey, "_look", side_effect=KeyError):
                report = self.look()
        self.assertSaid(report, "problem_words", UNEXPECTED)

    def test_interrupted(self):
        report = self.instance._new_report("verify")
        report.started_at -= timedelta(days=2)
        self.env["moodle.instance"]._gc_begun_reports()
        texts = {report.with_context(lang=lang).problem_words for lang in READERS}
        self.assertIn("This was interrupted. Make a new one.", texts)
        self.assertEqual(len(texts), 2)

    def test_of_an_older_version(self):
        report = self.instance._new_report("preview")
        report.write({"problem": "One.\nTwo.", "held": "Three."})
        self.assertEqual((report.problem_words, report.held_words), ("One.\nTwo.", "Three."))

    def test_in_a_shell(self):
        error = errors.MoodleTooSlow()
        for lang in READERS:
            here = self.instance.with_context(lang=lang)
            text = error.explain(self.env_of(lang))
            for name, printed in (("_courses_done", "Test Moodle: "), ("", "Algebra I: ")):
                place = (Survey, name) if name else (CourseSync, "plan")
                with patch.object(*place, side_effect=error), self.own_cursors():
                    self.assertEqual(str(here.preview_attendance()), printed + text)


@tagged("post_install", "-at_install")
class TestChecks(ReadersCase):
    def test_what_was_found(self):
        self.instance.with_context(lang=KEPT_IN).action_test_connection()
        kept = {check["words"] for check in self.instance.checks}
        checks = {lang: self.instance.with_context(lang=lang)._kept_checks() for lang in READERS}
        names = {lang: [check.name for check in found] for lang, found in checks.items()}
        self.assertIn("Reading a session", names["en_US"])
        self.assertNotIn("Reading a session", names["es_ES"])
        (english,) = (c.words for c in checks["en_US"] if c.name == "Reading a session")
        self.assertIn("2 marks.", english)
        self.assertNotIn(english, kept)
        lists = {lang: self.instance.with_context(lang=lang).checklist for lang in READERS}
        for lang in READERS:
            for check in checks[lang]:
                self.assertIn(check.name, lists[lang])
        self.assertNotEqual(lists["en_US"], lists["es_ES"])

    def test_that_failed(self):
        self.moodle.tokens.clear()
        self.instance.with_context(lang=KEPT_IN).action_test_connection()
        self.assertSaid(self.instance, "problem", errors.MoodleBadToken.advice, "test_message")
        for lang in READERS:
            here = self.instance.with_context(lang=lang)
            self.assertIn(escape(here.problem), here.checklist)

    def test_of_an_older_version(self):
        self.instance.write(
            {
                "checks": [{"ok": False, "name": "Connection", "words": "It was bad."}],
                "test_message": "It was bad.",
                "tested_at": self.instance.create_date,
            }
        )
        for lang in READERS:
            here = self.instance.with_context(lang=lang)
            self.assertEqual(here.problem, "It was bad.")
            self.assertIn("It was bad.", here.checklist)
        self.instance.checks = False
        self.assertEqual(self.instance._test_words(), "It was bad.")

    def test_there_and_back(self):
        check = Check.of(self.env, False, "f", MOVED)
        self.assertEqual(Check.from_json(self.env, json.loads(json.dumps(check.to_json()))), check)
