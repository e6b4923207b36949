"""What the check list says of a Moodle that lacks something, and what to do about it."""

from odoo.tests import tagged

from .builders import START
from .common import MoodleCase
from .moodle_server import Fault
from .moodle_server.state import CORE, LEGACY, NATIVE, SERVICES

ADD, LIST, WRITE = (
    f"mod_attendance_{name}" for name in ("add_session", "get_sessions", "update_user_status")
)


@tagged("post_install", "-at_install")
class TestCheckList(MoodleCase):
    def checks(self, functions="both", **settings):
        """After a connection test: ``{name: (ok, words)}``.

        :param functions: those that the token's service has
        """
        names = SERVICES[functions] if isinstance(functions, str) else functions
        self.moodle.tokens[self.token].functions = tuple(names)
        self.instance.write(settings)
        self.instance.action_test_connection()
        return {check["name"]: (check["ok"], check["words"]) for check in self.instance.checks}

    def test_no_plugin(self):
        found = self.checks("none")
        ok, words = found["mod_attendance"]
        self.assertIs(ok, False)
        self.assertIn("attendance", words.lower())
        self.assertEqual(found["local_wsattendance"], (None, "Not found."))
        self.assertNotIn("Functions", found, "there is nothing that could be added to the service")
        self.assertNotIn("Reading a session", found)

    def test_the_built_in_family_stands_in_for_the_plugin(self):
        found = self.checks("native")
        ok, words = found["local_wsattendance"]
        self.assertIs(ok, None)
        self.assertIn("not needed", words)
        self.assertTrue(found["Functions"][0])

    def test_a_function_that_is_missing_is_named_and_said_where_to_add(self):
        found = self.checks(set(NATIVE + CORE) - {WRITE}, sync_attendance_from="oec")
        ok, words = found[WRITE]
        self.assertIs(ok, False)
        self.assertIn("External services", words)
        self.assertNotIn("Functions", found)
        self.assertNotIn(
            WRITE, self.checks(set(NATIVE + CORE) - {WRITE}, sync_attendance_from="moodle")
        )

    def test_a_listing_that_old_plugins_lack(self):
        found = self.checks(set(NATIVE + CORE) - {LIST}, attendance_api="native")
        self.assertIn("August 2022", found[LIST][1])

    def test_making_sessions(self):
        may = {"sync_attendance_from": "both", "create_moodle_sessions": True}
        name = "Create missing Moodle sessions"
        ok, words = self.checks("both", **may)[name]
        self.assertIs(ok, True)
        self.assertIn("The function is available.", words)
        # It alone needs a right more, which can't be looked for.
        self.assertIn("mod/attendance:manageattendances", words)
        ok, words = self.checks(LEGACY + CORE, **may)[name]
        self.assertIs(ok, False)
        self.assertIn(ADD, words)
        self.assertNotIn(name, self.checks("both", sync_attendance_from="moodle"))

    def test_no_course_is_seen(self):
        self.moodle_course.visible = False
        self.server.faults.add(Fault.lie(1, lambda courses: [], function="core_course_get_courses"))
        ok, words = self.checks()["Courses"]
        self.assertIs(ok, False)
        self.assertIn("moodle/course:viewhiddencourses", words)

    def test_id_numbers_are_hidden(self):
        def hide(courses):
            return [{k: v for k, v in course.items() if k != "idnumber"} for course in courses]

        self.server.faults.add(Fault.lie(1, hide, function="core_course_get_courses"))
        ok, words = self.checks()["Courses"]
        self.assertIs(ok, None)
        self.assertIn("moodle/course:update", words)

    def test_a_read_that_moodle_refuses(self):
        self.server.site.refuse(self.moodle_course, "nopermissions")
        found = self.checks()
        self.assertIs(found["Reading"][0], False)

    def test_a_session_with_marks_is_preferred(self):
        self.add_session(starts=START - 86400)
        self.add_session("PAL")
        self.assertIn("3 marks", self.checks("native")["Reading a session"][1])

    def test_nothing_to_be_read(self):
        ok, words = self.checks()["Reading a session"]
        self.assertIs(ok, None)
        self.assertIn("No session", words)

    def test_one_bad_remark_does_not_end_it(self):
        self.add_session("PAL")
        times = {"function": LIST, "times": 6}
        self.server.faults.add(Fault.error(1, "invalidresponse", **times))
        ok, words = self.checks("native")["Reading a session"]
        self.assertIs(ok, None)
        self.assertIn("No session", words)

    def test_the_old_family_names_sessions_of_today(self):
        self.moodle.clock.set(START + 3600)
        session = self.add_session("PAL")
        words = self.checks("legacy")["Reading a session"][1]
        self.assertIn(f"Session {session.id} of Algebra I", words)
