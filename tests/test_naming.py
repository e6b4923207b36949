"""Names and codes of registers."""

from datetime import date

from odoo.tests import BaseCase, tagged

from ..services.domain import naming

DAY = date(2026, 11, 3)


@tagged("post_install", "-at_install")
class TestNaming(BaseCase):
    def test_readable_and_never_longer_than_openeducat_keeps(self):
        self.assertEqual(naming.register_name("ALG1", DAY), "ALG1 2026-11-03")
        self.assertEqual(naming.register_code("ALG1", "B1", DAY), "261103-ALG1-B1")
        for subject, batch in (("ALGEBRA-LINEAR", "BATCH-2026-2027"), ("", ""), (" X ", " Y ")):
            self.assertLessEqual(len(naming.register_name(subject, DAY)), 16)
            self.assertLessEqual(len(naming.register_code(subject, batch, DAY)), 16)

    def test_a_code_in_use_gets_a_tail(self):
        taken = {"261103-ALG1-B1"}
        self.assertEqual(naming.free_code("261103-ALG1-B1", taken), "261103-ALG1-B1~1")
        self.assertEqual(naming.free_code("261103-ALG1-B1", taken), "261103-ALG1-B1~2")

    def test_many_of_the_same_code_stay_different_and_short_enough(self):
        taken = set()
        codes = [naming.free_code("261103-ALGEB-BAT", taken) for _ in range(1296)]
        self.assertEqual(len(set(codes)), 1296)
        self.assertLessEqual(max(map(len, codes)), 16)
        stem = naming.stem("261103-ALGEB-BAT")
        self.assertTrue(all(code.startswith(stem) for code in codes))
