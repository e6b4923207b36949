"""What a token may do beyond what is needed, and when it ends: plain values."""

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ..services.domain.token_status import (
    DAY,
    RIGHT,
    TokenStatus,
    ends_soon,
    too_many,
    too_many_rights,
)

REST = "webservice/rest:use"


@tagged("post_install", "-at_install")
class TestTokenStatus(BaseCase):
    def rights(self, *rights, has_right=True):
        return too_many_rights(TokenStatus(False, has_right, rights, 0))

    def test_rights(self):
        self.assertEqual(self.rights(RIGHT, REST), ())
        self.assertEqual(self.rights(RIGHT, REST, "b:x", "a:x"), ("a:x", "b:x"))

    def test_without_ours_the_others_are_needed(self):
        self.assertEqual(self.rights(REST, "a:x", has_right=False), ())

    def test_functions(self):
        self.assertEqual(too_many({"b", "a", "c"}, ("c", "d")), ("a", "b"))

    def test_the_end(self):
        now = 1_800_000_000
        self.assertFalse(ends_soon(0, now), "it has none")
        self.assertFalse(ends_soon(now + 30 * DAY + 1, now))
        self.assertTrue(ends_soon(now + 30 * DAY, now))
        self.assertTrue(ends_soon(now - 1, now))
