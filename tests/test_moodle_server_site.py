"""What a scripted site can be told: bad data, limits, the states of a site; and that the
comparison with recordings notices a difference."""

import http.client
import threading
from urllib.parse import urlencode, urlsplit

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from .builders import START
from .moodle_server import Fault
from .moodle_server import server as moodle
from .replay import differences
from .test_moodle_server_faults import READ, TOKEN, ServerCase

SITE_INFO = "core_webservice_get_site_info"
READ_ALL = "mod_attendance_get_sessions"
BY_FIELD = "core_user_get_users_by_field"


class TestBadData(ServerCase):
    def test_a_remark_that_looks_like_markup_spoils_its_activity(self):
        """Recordings ``get_session`` and ``get_sessions``."""
        other = self.state.add_session(self.activity, START + 86400)
        elsewhere = self.state.add_attendance(self.state.courses[2], "Labs")
        self.state.add_session(elsewhere, START)
        self.state.mark(self.session, self.students[0], "L", remark="arrived <10 min late")
        self.assertEqual(self.ask_session()["errorcode"], "invalidresponse")
        answer = self.ask(READ_ALL, attendanceid=self.activity.id)
        self.assertEqual(answer["errorcode"], "invalidresponse")
        self.assertEqual(self.ask(READ, sessionid=other.id)["id"], other.id)
        self.assertEqual(len(self.ask(READ_ALL, attendanceid=elsewhere.id)), 1)

    def test_a_remark_that_only_has_a_sign_in_it_passes(self):
        self.state.mark(self.session, self.students[0], "L", remark="delay < 10 min")
        self.assertEqual(self.ask_session()["attendance_log"][0]["remarks"], "delay < 10 min")

    def test_malformed_options_are_an_error_of_moodle(self):
        course = self.state.courses[2]
        for options in ({"options[0]": "x"}, {"options[0][name]": "onlyactive"}):
            answer = self.ask("core_enrol_get_enrolled_users", courseid=course.id, **options)
            self.assertEqual(answer["errorcode"], "invalidparameter")


class TestLimits(ServerCase):
    def people(self, number):
        """A form whose last field is the only hit."""
        form = {"field": "username"}
        form |= {f"values[{n}]": f"nobody{n}" for n in range(number - 1)}
        return {**form, f"values[{number - 1}]": "s0"}

    def test_fields_beyond_the_limit_are_dropped_without_a_word(self):
        """Recording ``transport``: the token, the function and the format count, too."""
        self.server.site.max_input_vars = 50
        self.assertEqual(len(self.ask(BY_FIELD, **self.people(46))), 1)
        self.assertEqual(self.ask(BY_FIELD, **self.people(47)), [])

    def test_a_token_beyond_the_limit_is_none(self):
        self.server.site.max_input_vars = 50
        form = [*self.people(60).items(), ("wsfunction", BY_FIELD), ("wstoken", TOKEN)]
        body = self.post(urlencode(form))
        self.assertIn("<ERRORCODE>invalidtoken</ERRORCODE>", body)

    def test_the_body_of_a_put_is_not_read(self):
        form = {"wstoken": TOKEN, "wsfunction": SITE_INFO, "moodlewsrestformat": "json"}
        self.assertIn("siteurl", self.post(urlencode(form)))
        self.assertIn("invalidtoken", self.post(urlencode(form), "PUT"))

    def post(self, body, method="POST"):
        address = urlsplit(self.server.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, moodle.ENDPOINT, body, headers)
        return connection.getresponse().read().decode()


class TestStates(ServerCase):
    """Recordings ``site_state`` and ``transport``."""

    def response(self):
        status, headers, body = self.ask.response(READ, sessionid=self.session.id)
        return status, headers.get_content_type(), body

    def test_a_name_that_is_not_the_sites_own(self):
        for wwwroot in (
            "http://moodle.example",
            self.server.url.replace("http:", "https:"),
            f"{self.server.url}/moodle",
        ):
            self.server.site.wwwroot = wwwroot
            status, headers, _body = self.ask.response(READ, sessionid=self.session.id)
            self.assertEqual((status, headers["Location"]), (303, wwwroot))
        self.server.site.wwwroot = self.server.url
        self.assertEqual(self.response()[0], 200)

    def test_maintenance(self):
        self.server.site.maintenance = "cli"
        status, headers, body = self.ask.response(READ, sessionid=self.session.id)
        self.assertEqual((status, headers["Retry-After"]), (503, "300"))
        self.assertTrue(body.startswith(b"<!DOCTYPE html>"))
        self.server.site.maintenance = "admin"
        self.assertEqual(self.ask_session()["errorcode"], "sitemaintenance")

    def test_web_services_switched_off(self):
        for name in ("webservices_enabled", "rest_enabled"):
            setattr(self.server.site, name, False)
            self.assertEqual(self.response(), (403, "text/html", b""))
            setattr(self.server.site, name, True)
        self.assertEqual(self.response()[0], 200)

    def test_a_course_that_refuses(self):
        course = self.state.courses[2]
        self.server.site.refuse(course, "requireloginerror")
        self.assertEqual(self.ask_session()["errorcode"], "requireloginerror")
        self.server.site.refuse(course, None)
        self.assertEqual(self.ask_session()["id"], self.session.id)

    def test_a_refusal_of_a_server_in_front(self):
        self.server.faults.add(Fault.http(1, 403))
        self.assertEqual(self.response()[0], 403)
        self.assertEqual(self.response()[0], 200)


class TestWriters(ServerCase):
    def test_four_writers_at_once_make_one_row(self):
        """Recording ``update_user_status``, "four writers at once"."""
        answers = []
        threads = [
            threading.Thread(target=lambda: answers.append(self.update())) for _number in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((answers, len(self.session.log)), ([None] * 4, 1))


class TestStatuses2026(ServerCase):
    profile = "2026"

    def test_the_list_that_the_plug_in_stores_is_no_set(self):
        ids = ",".join(str(status.id) for status in self.state.statuses_of(self.session))
        self.assertEqual(self.update(statusset=ids)["errorcode"], "invalidparameter")

    def test_a_hidden_or_deleted_status_is_refused(self):
        for name, trouble in (("H", {"visible": False}), ("D", {"deleted": True})):
            status = self.state.add_status(self.activity, name, name, **trouble)
            self.assertEqual(self.update(statusid=status.id)["errorcode"], "invalidparameter")
        self.assertEqual((self.marks, self.server.write_count), ({}, 0))


@tagged("post_install", "-at_install")
class TestDifferences(BaseCase):
    """A comparison that found nothing would make every other test of this kind pass."""

    def test_each_kind_of_difference_is_noticed(self):
        row = {"id": 1, "text": "1", "none": None, "list": [{"id": 3}, {"id": 4}]}
        self.assertEqual(list(differences(row, row)), [])
        for changed, told in (
            ({"id": 2}, ".id: 1 is 2"),
            ({"id": True}, ".id: int is bool"),
            ({"id": 1.0}, ".id: int is float"),
            ({"text": 1}, ".text: str is int"),
            ({"none": ""}, ".none: NoneType is str"),
            ({"more": 1}, ": missing [], extra ['more']"),
            ({"list": [{"id": 3}]}, ".list: 2 items are 1"),
            ({"list": [{"id": 4}, {"id": 3}]}, ".list[].id: 3 is 4"),
        ):
            with self.subTest(changed=changed):
                self.assertIn(told, list(differences(row, {**row, **changed})))
        lacking = {key: value for key, value in row.items() if key != "none"}
        self.assertEqual(list(differences(row, lacking)), [": missing ['none'], extra []"])

    def test_what_may_vary_keeps_its_type(self):
        self.assertEqual(list(differences({"version": "1"}, {"version": "2"})), [])
        self.assertEqual(
            list(differences({"version": "1"}, {"version": 1})), [".version: str is int"]
        )

    def test_lists_without_an_order(self):
        self.assertEqual(list(differences([1, 2], [2, 1])), [])
        rows = [{"shortname": "A", "id": 1}, {"shortname": "B", "id": 2}]
        self.assertEqual(list(differences(rows, rows[::-1])), [])
