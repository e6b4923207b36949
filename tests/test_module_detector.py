"""What a token can do, read from recorded answers of site_info."""

from odoo.tests import TransactionCase, tagged

from ..services.domain.plan import PushPlan
from ..services.moodle.attendance_api import AttendanceApi
from ..services.moodle.module_detector import detect, functions_called
from ..services.moodle.moodle_errors import MoodleFunctionDenied
from .canned import recording
from .moodle_server.state import SERVICES


def site_info(*names):
    return {"userid": 32, "functions": [{"name": name, "version": "1"} for name in names]}


CORE = (
    "core_webservice_get_site_info",
    "core_course_get_courses",
    "core_course_get_contents",
    "core_enrol_get_enrolled_users",
    "core_group_get_course_groups",
    "core_user_get_users_by_field",
)
LEGACY = (
    "mod_wsattendance_get_session",
    "mod_wsattendance_update_user_status",
    "mod_wsattendance_get_courses_with_today_sessions",
)
NATIVE = (
    "mod_attendance_get_session",
    "mod_attendance_get_sessions",
    "mod_attendance_update_user_status",
)


@tagged("post_install", "-at_install")
class TestModuleDetector(TransactionCase):
    def text(self, detection):
        return self.env._(detection.problem)

    def recorded(self, token, api="auto"):
        for entry in recording("site_info").values():
            if entry.get("request", {}).get("token") == token:
                return detect(entry["response"]["json"], api=api)
        raise AssertionError(token)

    def test_recorded_legacy(self):
        found = self.recorded("TOKEN_LEGACY")
        self.assertTrue(found.ready)
        self.assertEqual((found.listing, found.reading, found.writing), ("wsattendance",) * 3)
        self.assertTrue(found.mod_attendance.present, "wsattendance implies mod_attendance")
        self.assertEqual(found.user_id, 32)

    def test_recorded_native(self):
        found = self.recorded("TOKEN_NATIVE")
        self.assertTrue(found.ready)
        self.assertEqual((found.listing, found.reading, found.writing), ("native",) * 3)
        self.assertTrue(found.local_wsattendance.present, "the built-in family stands in")
        self.assertEqual(found.local_wsattendance.family, "native")
        self.assertTrue(found.mod_attendance.version)

    def test_recorded_none(self):
        found = self.recorded("TOKEN_NONE")
        self.assertFalse(found.ready)
        self.assertFalse(found.mod_attendance.present or found.local_wsattendance.present)
        self.assertIn("External services", self.text(found))

    def test_both_families_are_used_per_operation(self):
        found = detect(site_info(*CORE, *LEGACY, *NATIVE))
        self.assertEqual(
            (found.listing, found.reading, found.writing),
            ("native", "wsattendance", "wsattendance"),
        )

    def test_a_family_can_be_forced(self):
        info = site_info(*CORE, *LEGACY, *NATIVE)
        for api, family in (("wsattendance", "wsattendance"), ("native", "native")):
            found = detect(info, api=api)
            self.assertEqual((found.listing, found.reading, found.writing), (family,) * 3)

    def test_the_forced_family_is_missing(self):
        found = detect(site_info(*CORE, *NATIVE), api="wsattendance")
        self.assertIn("local_wsattendance", self.text(found))
        found = detect(site_info(*CORE, *LEGACY), api="native")
        self.assertIn("mod_attendance_", self.text(found))

    def test_missing_functions_are_named(self):
        found = detect(site_info(*CORE[:3], *NATIVE[:2]))
        self.assertEqual(found.missing, CORE[3:])
        self.assertIn(CORE[3], self.text(found))

    def test_writing_is_needed_for_pushing_only(self):
        info = site_info(*CORE, *NATIVE[:2])
        self.assertTrue(detect(info, "moodle").ready)
        for direction in ("oec", "both"):
            self.assertEqual(detect(info, direction).missing, (NATIVE[2],))

    def test_a_plugin_too_old_to_list_sessions(self):
        found = detect(site_info(*CORE, "mod_attendance_get_session"))
        self.assertEqual(found.missing, ("mod_attendance_get_sessions",))
        self.assertIn("August 2022", self.text(found))

    def test_legacy_needs_no_contents(self):
        core = [name for name in CORE if name != "core_course_get_contents"]
        self.assertTrue(detect(site_info(*core, *LEGACY)).ready)
        self.assertFalse(detect(site_info(*core, *NATIVE)).ready)

    def test_what_no_family_does_is_denied_and_not_asked(self):
        # There is no client: whatever asked Moodle would fail.
        api = AttendanceApi(None, detect(site_info(*CORE)))
        push = PushPlan(1, 1, 1, 2, "P", 3, 0, (1,))
        for operation, arguments in ((api.session, (1,)), (api.update_status, (push, 2))):
            with self.subTest(operation.__name__), self.assertRaises(MoodleFunctionDenied):
                operation(*arguments)

    def test_our_plug_in_lists_the_courses_itself(self):
        """Then nothing of Moodle's is needed but what says so; an older one needs all of it."""
        own = SERVICES["companion"]
        found = detect(site_info(*own), "both")
        self.assertTrue(found.ready, found.problem)
        self.assertEqual((found.listing, found.reading, found.writing), ("companion",) * 3)
        self.assertTrue(detect(site_info(*SERVICES["companion-before"]), "both").ready)
        older = set(own) - {"local_wsattendance_get_courses"}
        found = detect(site_info(*older), "both")
        self.assertIn("core_course_get_courses", found.missing)
        self.assertFalse(found.ready)

    def test_what_is_called_of_a_service(self):
        self.assertEqual(set(functions_called("companion")), set(SERVICES["companion"]))
        self.assertLessEqual(set(CORE) | set(NATIVE), set(functions_called("native")))
        self.assertLessEqual(set(CORE) | set(LEGACY), set(functions_called("wsattendance")))
