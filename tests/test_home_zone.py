"""Which zone a school may have, and what another one does to the date of a lesson."""

from datetime import UTC, datetime

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ..services.domain import home_zone as z

WINTER = datetime(2026, 1, 15, 12, tzinfo=UTC)
SUMMER = datetime(2026, 7, 15, 12, tzinfo=UTC)


@tagged("post_install", "-at_install")
class TestHomeZone(BaseCase):
    def test_utc_is_nobodys(self):
        self.assertEqual(z.likely_zone([None, False, "UTC", "Europe/Madrid"]), "Europe/Madrid")
        self.assertEqual(z.likely_zone(["Etc/UTC", "Zulu", "no/zone", "../etc"]), None)
        self.assertEqual(z.likely_zone(["Africa/Accra"]), "Africa/Accra")

    def test_the_time_there(self):
        self.assertEqual(z.time_in("Asia/Kolkata", WINTER), "17:30")

    def test_lessons_that_fall_on_another_day(self):
        for zone, home, moment, shift in (
            ("Europe/Madrid", "Europe/Paris", WINTER, None),
            ("UTC", "America/Bogota", WINTER, (z.NEXT_DAY, "19:00")),
            ("UTC", "Asia/Tokyo", WINTER, (z.DAY_BEFORE, "09:00")),
            ("Europe/London", "Europe/Madrid", WINTER, (z.DAY_BEFORE, "01:00")),
            ("UTC", "Europe/London", WINTER, None),
            ("UTC", "Europe/London", SUMMER, (z.DAY_BEFORE, "01:00")),
            ("Asia/Kolkata", "UTC", WINTER, (z.NEXT_DAY, "18:30")),
            ("Pacific/Kiritimati", "Etc/GMT+12", WINTER, (z.NEXT_DAY, "00:00")),
        ):
            self.assertEqual(z.other_day(zone, home, moment), shift, (zone, home))
