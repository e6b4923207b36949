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
        code = "261103-ALG1-B1"
        self.assertEqual(naming.free_codes([code], (), 1), [code])
        self.assertIsNone(naming.free_codes([code], [code], 1))
        self.assertEqual(naming.free_codes([code], [code], 36), [code + "~1"])
        self.assertEqual(
            naming.free_codes([code, code, "other"], [code, code + "~1"], 36),
            [code + "~2", code + "~3", "other"],
        )

    def test_none_is_given_that_was_not_looked_for(self):
        taken = naming.variants("X", 36)
        self.assertIsNone(naming.free_codes(["X"], taken, 36))
        self.assertEqual(naming.free_codes(["X"], taken, 1296), ["X~10"])

    def test_two_codes_with_the_same_variants(self):
        taken = ["261103-ALGEB-BA1", "261103-ALGEB-BA2"]
        self.assertEqual(
            naming.free_codes(taken, taken, 36), ["261103-ALGEB-B~1", "261103-ALGEB-B~2"]
        )

    def test_many_of_the_same_code_stay_different_and_short_enough(self):
        codes = naming.variants("261103-ALGEB-BAT", 1296)
        self.assertEqual(len(set(codes)), 1296)
        self.assertEqual(max(map(len, codes)), 16)
        self.assertTrue(all(code.startswith("261103-ALGEB-") for code in codes))
        self.assertEqual([codes[number] for number in (35, 36, 1295)],
                         ["261103-ALGEB-B~Z", "261103-ALGEB-~10", "261103-ALGEB-~ZZ"])  # fmt: skip
