"""HTTP to Moodle: one POST, an answer or a typed error that says who must do what."""

import ast
import json
import logging
import time
from pathlib import Path

from odoo.tests import tagged
from odoo.tests.common import TransactionCase

from ..services.moodle import moodle_errors as errors
from ..services.moodle.moodle_client import ENDPOINT, MoodleClient, form_fields, normalized_url
from ..services.moodle.moodle_transport import MAX_BYTES, Clock, HttpTransport
from ..services.moodle.product import user_agent
from .canned import EVERY, CannedServer, answer_of, recording
from .common import through_to_localhost

TOKEN = "5ec4e75ec4e75ec4e75ec4e75ec4e75e"
FINE = (200, {}, b"[]")
DENIED = answer_of(recording("errors")["expired token"]["response"])
UNKNOWN = answer_of(recording("errors")["expired token, second call"]["response"])


@tagged("post_install", "-at_install")
class ClientCase(TransactionCase):
    _request_handler = through_to_localhost

    def setUp(self):
        super().setUp()
        self.server = CannedServer()
        self.addCleanup(self.server.stop)
        self.patch(MoodleClient, "first_pause", 0)
        self.slept = []
        self.client = self.client_with()

    def client_with(self, sleep=None, max_bytes=MAX_BYTES, **values):
        clock = Clock(sleep=sleep or self.slept.append)
        wire = HttpTransport(self.server.url + ENDPOINT, clock=clock, max_bytes=max_bytes)
        return MoodleClient(self.server.url, TOKEN, clock=clock, wire=wire, **values)

    def answer(self, *answers):
        """Answer with these in turn; the last one goes on."""
        left = list(answers)
        self.server.answers[EVERY] = lambda: left.pop(0) if len(left) > 1 else left[0]

    def error(self, kind, **params):
        with self.assertRaises(kind) as caught:
            self.client.fetch("core_course_get_courses", **params)
        return caught.exception


class TestRequest(ClientCase):
    def test_token_function_and_format_go_first_in_the_body_alone(self):
        self.answer(FINE)
        self.client.fetch("a_function", values=[1, 2], options=[{"name": "n", "value": True}])
        ((path, headers, form),) = self.server.seen
        self.assertEqual(path, "/webservice/rest/server.php")
        self.assertEqual(list(form)[:3], ["wstoken", "wsfunction", "moodlewsrestformat"])
        self.assertEqual(form["wstoken"], [TOKEN])
        self.assertEqual(form["values[1]"], ["2"])
        self.assertEqual(form["options[0][value]"], ["1"])
        self.assertNotIn(TOKEN, f"{path} {headers}")

    def test_php_style_lists(self):
        self.assertEqual(
            form_fields({"a": 1, "b": ["x", "y"], "c": [{"d": [3]}], "e": False}),
            [("a", "1"), ("b[0]", "x"), ("b[1]", "y"), ("c[0][d][0]", "3"), ("e", "0")],
        )

    def test_addresses(self):
        for url, wanted in (
            (" https://moodle.example/ ", "https://moodle.example"),
            ("http://a.b/moodle/webservice/rest/server.php", "http://a.b/moodle"),
        ):
            self.assertEqual(normalized_url(url), wanted)
        for url in (
            "",
            "moodle.example",
            "ftp://a.b",
            "https://u:p@a.b",
            "https://a.b/?x=1",
            "http://",
        ):
            with self.assertRaises(ValueError, msg=url):
                normalized_url(url)

    def test_the_token_is_in_no_log_repr_or_exception(self):
        with self.assertLogs("", logging.DEBUG) as logs:
            logging.getLogger("test").info("at least one line")
            for answer in (
                FINE,
                (200, {}, TOKEN.encode()),
                (200, {}, json.dumps({"exception": "x", "message": f"token {TOKEN}"}).encode()),
                (500, {}, TOKEN.encode()),
            ):
                self.answer(answer)
                try:
                    self.client.fetch("core_course_get_courses")
                except errors.MoodleError as error:
                    self.assertNotIn(TOKEN, f"{error} {error!r} {error.explain(self.env)}")
        self.assertNotIn(TOKEN, "\n".join(logs.output))
        self.assertNotIn(TOKEN, repr(self.client))

    def test_the_clock_of_moodle(self):
        ahead = time.gmtime(time.time() + 300)
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", ahead)
        self.answer((200, {"Date": date}, b"[]"))
        self.client.fetch("a_function")
        self.assertAlmostEqual(self.client.clock_offset, 300, delta=1.5)


class TestRetries(ClientCase):
    def calls(self):
        return len(self.server.seen)

    def test_reads_are_repeated_up_to_four_times(self):
        for status in (429, 502, 503, 504):
            self.server.seen.clear()
            self.answer((status, {}, b""), (status, {}, b""), FINE)
            self.assertEqual(self.client.fetch("a_function"), [])
            self.assertEqual(self.calls(), 3)
        self.server.seen.clear()
        self.answer((502, {}, b""))
        self.error(errors.MoodleSiteBroken)
        self.assertEqual(self.calls(), 5)

    def test_writes_are_never_repeated(self):
        self.answer((502, {}, b""), FINE)
        with self.assertRaises(errors.MoodleSiteBroken):
            self.client.send("a_function")
        self.assertEqual(self.calls(), 1)

    def test_a_short_retry_after_is_waited_for(self):
        self.answer((503, {"Retry-After": "7"}, b""), FINE)
        self.assertEqual(self.client.fetch("a_function"), [])
        self.assertEqual(self.slept, [7])

    def test_a_long_one_is_not(self):
        self.answer((503, {"Retry-After": "300"}, b"<html>"), FINE)
        started = time.monotonic()
        self.error(errors.MoodleMaintenance)
        self.assertLess(time.monotonic() - started, 5)
        self.assertEqual(self.calls(), 1)

    def test_nobody_listens(self):
        self.server.stop()
        error = self.error(errors.MoodleUnreachable)
        self.assertIn("does not answer", error.explain(self.env))
        self.server = CannedServer()

    def test_a_read_that_takes_too_long(self):
        self.server.answers[EVERY] = lambda: time.sleep(1.5) or FINE
        with self.assertRaises(errors.MoodleTooSlow):
            self.client.fetch("a_function", read_timeout=0.3)
        self.assertEqual(self.calls(), 1, "asked once, not five times")


class TestAnswers(ClientCase):
    def test_success_can_be_null_true_a_list_or_an_object(self):
        for body, value in ((b"null", None), (b"true", True), (b'"OK"', "OK"), (b"{}", {})):
            self.answer((200, {}, body))
            self.assertEqual(self.client.fetch("a_function"), value)

    def test_not_json(self):
        for body in (b"", b"<html>log in</html>", b'{"a": ', b"\xff\xfe"):
            self.answer((200, {}, body))
            self.error(errors.MoodleUnreadable)

    def said(self, body, status=200):
        self.answer((status, {"Content-Type": "text/html"}, body))
        error = self.error(errors.MoodleUnreadable)
        self.assertNotIn(TOKEN, error.explain(self.env))
        return error, error.explain(self.env)

    def test_text_around_the_json(self):
        """It is said what it is, and which switch of Moodle helps."""
        answer = json.dumps([{"id": 1, "name": "Lectures"}]).encode()
        notice = b"<br />\n<b>Notice</b>:  Undefined index: x in <b>/srv/a.php</b> on line <b>7</b><br />\n"
        for body, words in (
            (notice + answer, "PHP message"),
            (b"\nWarning: Undefined variable $x in /srv/a.php on line 7\n" + answer, "PHP message"),
            (b"PHP Deprecated:  strlen(): Passing null in /srv/a.php on line 7\n" + answer, "PHP message"),
            (notice + b"null", "PHP message"),
            (answer + notice, "PHP message"),
            (b"\xef\xbb\xbf\xef\xbb\xbf" + answer, "byte order mark"),
            (answer + b"\xef\xbb\xbf", "byte order mark"),
            (b"\xef\xbb\xbfdebug 7" + answer, "adds text"),
            (answer + b"\n<!-- cached by proxy7 -->", "adds text"),
            (b"hello [7] " + answer, "adds text"),
            (answer + b"[7]", "adds text"),
        ):  # fmt: skip
            with self.subTest(body):
                error, text = self.said(body)
                self.assertIs(type(error), errors.MoodleTextAround)
                self.assertIn(words, text)
                self.assertIn("Display debug messages", text)
                self.assertEqual(error.scope, errors.COURSE)
                if words != "byte order mark":
                    self.assertIn("7", error.detail, "it is shown")
        self.said(notice + TOKEN.encode() + answer)
        self.said(TOKEN.encode() + answer)

    def test_nothing_at_all(self):
        for body in (b"", b"\r\n  ", b"\xef\xbb\xbf\n", b"\x00"):
            error, text = self.said(body)
            self.assertIs(type(error), errors.MoodleEmptyAnswer, body)
            self.assertIn("answer is empty", text)
            self.assertIn("memory_limit", text)

    def test_a_page_for_people(self):
        for body in (
            b"<!DOCTYPE html><html><title>Log in to the site</title>[1]</html>",
            b'<?xml version="1.0"?><html><title>Log in to the site</title>',
            b"\xef\xbb\xbf <html><title>Log in to the site</title><b>Warning</b>: you",
        ):
            error, text = self.said(body)
            self.assertIs(type(error), errors.MoodleUnreadable, body)
            self.assertIn("Log in to the site", text)
            self.assertIn("a firewall or a proxy", text)

    def test_a_mark_before_the_json_does_no_harm(self):
        self.answer((200, {}, b"\xef\xbb\xbf [1]\n"))
        self.assertEqual(self.client.fetch("a_function"), [1])

    def test_what_a_firewall_refuses(self):
        """The message says what is to be allowed."""
        for status in (403, 406):
            error, text = self.said(b"<html><h1>Request blocked</h1> " + TOKEN.encode(), status)
            self.assertIs(type(error), errors.MoodleBlocked)
            self.assertEqual(error.scope, errors.COURSE)
            self.assertIn(f"HTTP {status}: Request blocked", text)
            self.assertIn("/webservice/rest/server.php", text)
            self.assertIn(user_agent(), text)
        self.answer((403, {}, b" "))
        self.error(errors.MoodleServicesOff)

    def test_we_call_ourselves_by_our_name(self):
        self.answer(FINE)
        self.client.fetch("a_function")
        ((_path, headers, _form),) = self.server.seen
        version = ast.literal_eval(
            Path(__file__).parents[1].joinpath("__manifest__.py").read_text()
        )["version"]
        self.assertEqual(headers["User-Agent"], f"openeducat_moodle_attendance/{version}")

    def test_a_body_that_is_cut_off(self):
        self.answer((200, {"Transfer-Encoding": "chunked"}, b"ff\r\n[1,"))
        self.error(errors.MoodleUnreadable)

    def test_a_body_without_end(self):
        self.client = self.client_with(max_bytes=1000)
        self.answer((200, {}, b"[" + b"1," * 1000 + b"1]"))
        self.error(errors.MoodleAnswerTooLarge)

    def test_a_redirect_is_explained_and_not_followed(self):
        for name in ("another host name than wwwroot", "wwwroot has a folder the call lacks"):
            response = recording("transport")[name]["response"]
            self.answer(answer_of(response))
            error = self.error(errors.MoodleWrongAddress)
            self.assertIn(response["headers"]["Location"], error.explain(self.env))
        self.assertEqual(len(self.server.seen), 2)

    def test_the_message_is_plain_text(self):
        body = {"exception": "x", "errorcode": "y", "message": "<p>No <b>way</b></p>" + "z" * 999}
        self.answer((200, {}, json.dumps(body).encode()))
        error = self.error(errors.MoodleError)
        self.assertTrue(error.detail.startswith("No way"))
        self.assertLessEqual(len(error.detail), 300)


class TestRefusedToken(ClientCase):
    """An expired token is refused once in the words for a function that is not allowed, then
    unknown (recording ``errors``, and the same on Moodle 5.1)."""

    def test_an_expired_one_is_told_as_such(self):
        self.answer(DENIED, UNKNOWN)
        error = self.error(errors.MoodleExpiredToken)
        self.assertIn("Valid until", error.explain(self.env))
        self.assertEqual(len(self.server.seen), 2)

    def test_one_bound_to_another_machine_is_not(self):
        self.answer(DENIED)
        error = self.error(errors.MoodleFunctionDenied)
        self.assertIn("IP address", error.explain(self.env))
        self.assertEqual(len(self.server.seen), 2)

    def test_a_deleted_one_is_unknown(self):
        self.answer(UNKNOWN)
        error = self.error(errors.MoodleBadToken)
        self.assertNotIsInstance(error, errors.MoodleExpiredToken)

    def test_one_that_was_let_in_is_not_asked_about(self):
        self.answer(FINE, DENIED)
        self.client.fetch("core_course_get_courses")
        self.error(errors.MoodleFunctionDenied)
        self.assertEqual(len(self.server.seen), 2)


class TestRecordedErrors(ClientCase):
    """Every recorded error is typed, explained, and does not lead to a retry."""

    def recorded(self):
        for topic in ("errors", "site_state"):
            for name, entry in recording(topic).items():
                response = entry.get("response")
                if response and (
                    response["status"] != 200
                    or "exception" in (response.get("json") or {})
                    or "text" in response
                ):
                    yield f"{topic}: {name}", response

    def test_each_has_a_class_of_its_own_and_a_sentence(self):
        kinds = {}
        for name, response in self.recorded():
            with self.subTest(name):
                self.answer(answer_of(response))
                with self.assertRaises(errors.MoodleError) as caught:
                    self.client.fetch("mod_attendance_get_session", sessionid=5)
                error = caught.exception
                self.assertIsNot(type(error), errors.MoodleError)
                self.assertGreater(len(error.explain(self.env)), 60)
                self.assertNotIn("Traceback", error.explain(self.env))
                kinds.setdefault(type(error).__name__, []).append(name)
        self.assertGreater(len(kinds), 10, kinds)

    def test_the_state_of_the_site_is_never_taken_for_a_missing_record(self):
        for name, response in self.recorded():
            if name.startswith("site_state: ") and "attendance cap" not in name:
                with self.subTest(name):
                    self.answer(answer_of(response))
                    with self.assertRaises(errors.MoodleError) as caught:
                        self.client.fetch("mod_attendance_get_session", sessionid=5)
                    self.assertEqual(caught.exception.scope, errors.SITE)

    def test_a_php_fault_names_the_plugin_that_is_to_be_updated(self):
        self.answer((200, {}, b'{"exception": "Error", "message": "Class not found"}'))
        with self.assertRaises(errors.MoodleFault) as caught:
            self.client.fetch("mod_wsattendance_get_session")
        self.assertIn("local_wsattendance", caught.exception.explain(self.env))
        self.assertNotIn("Class not found", caught.exception.explain(self.env))
