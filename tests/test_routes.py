"""The addresses of pages of our own take whatever stands behind their question mark."""

from odoo.tests import HttpCase, new_test_user, tagged

from .common import MoodleCase
from .test_security import MANAGER

# Names of Python's and of Odoo's own functions among them.
NAMES = (
    "self",
    "cls",
    "args",
    "controller",
    "endpoint",
    "mapping_id",
    "given",
    "_other",
    "__class__",
)
DATES = ("x", "2026-13-01", "0000-00-00", "9" * 400, "2026-11-01%00", "%ff", "-1", "[]", "2026-W45")


@tagged("post_install", "-at_install")
class TestRoutes(MoodleCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.add_session("PALE")
        self.sync()
        mapping = self.env["moodle.mapping"].search([("model", "=", "op.subject")])
        self.picture = f"/openeducat_moodle_attendance/picture/{mapping.id}"
        new_test_user(self.env, "t-manager", f"base.group_user,{MANAGER}")

    def statuses_of(self, page, user="t-manager"):
        """:return: ``{what stood behind the question mark: status}``, but for pages that are fine"""
        self.authenticate(user, user)
        asked = [f"{name}=2" for name in NAMES]
        asked += [f"{name}={text}" for name in ("since", "until") for text in DATES]
        asked += ["", "self=1&self=2", "since=0001-01-01&until=9999-12-31", "since=&until="]
        found = {query: self.url_open(f"{page}?{query}").status_code for query in asked}
        return {query: status for query, status in found.items() if status != 200}

    def test_the_spreadsheet(self):
        others = self.statuses_of(self.picture)
        # 18.0 answers 400.
        self.assertLessEqual(set(others.values()), {400, 422}, others)
        self.assertFalse([q for q in others if not q.startswith(("since", "until"))], others)

    def test_a_number_that_no_record_has(self):
        self.authenticate("t-manager", "t-manager")
        for number in ("0", "2147483648", "9" * 30):
            page = f"{self.picture.rpartition('/')[0]}/{number}"
            self.assertEqual(self.url_open(page).status_code, 404, number)

    def test_the_plugin(self):
        self.assertFalse(self.statuses_of("/openeducat_moodle_attendance/moodle-plugin", "admin"))
