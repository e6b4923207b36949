"""Days in sentences, as the reader's language writes them."""

from odoo.tests import TransactionCase, tagged

from ..services.domain import plan as p
from ..services.domain.gap_reason import KeptGap
from ..services.texts.messages_dates import day, with_days
from ..services.texts.messages_gaps import describe


@tagged("post_install", "-at_install")
class TestDates(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("es_ES")
        cls.spanish = cls.env(context={"lang": "es_ES"})

    def test_each_language_writes_its_own(self):
        moved = "2026-11-03 → 2026-11-04"
        self.assertEqual(with_days(self.env, moved), "11/03/2026 → 11/04/2026")
        self.assertEqual(with_days(self.spanish, moved), "03/11/2026 → 04/11/2026")

    def test_what_is_no_date_stays(self):
        for text in ("2026-13-45", "A 2026-11-03", "", "2026-11-3", "abcdefghij"):
            self.assertEqual(day(self.env, text), text)

    def test_a_gap_says_of_which_session_it_is(self):
        said = {"words": "no room", "day": "2026-11-03", "sheet": ""}
        gap = p.gap("refused", 2, "session:7", said)
        self.assertIn("of the session of 11/03/2026: no room", describe(self.env, gap))
        self.assertIn("03/11/2026", describe(self.spanish, gap))
        said = {"words": "locked", "day": "2026-11-03", "sheet": "ALG1/1"}
        gap = p.gap("refused", 2, "cancel:7", said)
        self.assertIn("the sheet ALG1/1 of 11/03/2026", describe(self.env, gap))
        # As older versions have kept it.
        gap = KeptGap("refused", ("no room", "2026-11-03"))
        self.assertIn("of the session of 11/03/2026: no room", describe(self.env, gap))
        gap = KeptGap("refused", ("no room",))
        self.assertIn("refuses Moodle's data: no room", describe(self.env, gap))
