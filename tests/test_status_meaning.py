"""What a letter of Moodle means: language packs, schools' own sets, and what people chose."""

from dataclasses import replace

from odoo.tests import BaseCase, tagged

from ..services.domain.records import MoodleStatus, OddRecord
from ..services.domain.status_meaning import (
    CUSTOM,
    DOUBT,
    LEAVE_OUT,
    LEFT_OUT,
    Chosen,
    clean,
    meanings,
    of_session,
    to_send,
)
from ..services.domain.status_words import PACKS, meanings_of, suggestion
from . import builders as b

# As the plug-in stores its four: present, absent, late, excused.
GRADES = (2, 0, 1, 1)
# language: (letters, descriptions), and what is carried over of P A L E in that order;
# a dot is left out.
PACKS_SEEN = {
    "English": ("P A L E", "Present,Absent,Late,Excused", "PALE"),
    "German": ("A U V E", "Anwesend,Unentschuldigt,Verspätet,Entschuldigt", "...."),
    "German, older": ("P A V E", "Anwesend,Abwesend,Verspätet,Entschuldigt", "PA.E"),
    "Portuguese": ("P F A D", "Presente,Faltou,Atrasado,Dispensado", "P..."),
    "Brazilian": ("P Au At Di", "Presente,Ausente,Atrasado,Dispensado", "P..."),
    "French": ("P A R E", "Présent,Absent,Retard,Excusé", "PA.E"),
    "Spanish": ("P FI R FJ", "Presente,Falta injustificada,Retraso,Falta justificada", "P..."),
    "Italian": ("P A R G", "Presente,Assente,In ritardo,Giustificato", "PA.."),
    "Catalan": ("P A T J", "Present,Absent,Tard,Justificat", "PA.."),
    "Dutch": ("P A L V", "Aanwezig,Afwezig,Laat,Verontschuldigd", "PAL."),
    "Chinese": ("准 缺 迟 假", "准时,缺勤,迟到,请假", "...."),
    "Polish": ("O N S U", "Obecny,Nieobecny,Spóźnienie,Usprawiedliwiony", "...."),
    # Look-alikes: Greek and Cyrillic capitals.
    "Greek": ("Π Α Κ Δ", "Παρών,Απών,Καθυστερημένος,Δικαιολογημένος", "...."),
    "Russian": ("П Н О У", "Присутствовал,Не был,Опоздал,Уважительная причина", "...."),
    "Cyrillic Р and А": ("Р А L E", "there,not there,Late,Excused", "...."),
    # Words that no pack here knows: the points alone have to tell.
    "Finnish": ("L P M S", "Läsnä,Poissa,Myöhässä,Selvitetty poissaolo", "...."),
    "Irish": ("L A D E", "I láthair,As láthair,Déanach,Leithscéal", ".A.."),
    "unknown, inverted": ("A P L E", "tak,nie,sp,zw", "...."),
    "unknown, late and present changed": ("L A P E", "x,y,z,w", ".A.."),
}


def statuses(letters, descriptions, grades=GRADES):
    rows = zip(letters.split(), descriptions.split(","), grades, strict=False)
    return [MoodleStatus(n, a, d, g) for n, (a, d, g) in enumerate(rows, 1)]


def carried(found):
    return "".join(found[number].status or "." for number in sorted(found))


@tagged("post_install", "-at_install")
class TestPacks(BaseCase):
    def test_language_packs(self):
        for language, (letters, words, wanted) in PACKS_SEEN.items():
            with self.subTest(language):
                self.assertEqual(carried(meanings(statuses(letters, words), 1)), wanted)

    def test_a_set_of_three(self):
        """Turkish: excused has the letter of present, so it was never inserted."""
        found = meanings(statuses("M D G", "Mevcut,Devamsız,Geç", (2, 0, 1)), 1)
        self.assertEqual(carried(found), "...")
        self.assertEqual({one.why for one in found.values()}, {CUSTOM})

    def test_no_pack_is_ever_read_wrongly(self):
        """With the points of the plug-in, in any order of the statuses."""
        for language, pack in PACKS.items():
            truth = [s for s in "PALE" if s in pack]
            rows = [
                MoodleStatus(n, pack[s][0], pack[s][1], dict(zip("PALE", GRADES, strict=True))[s])
                for n, s in enumerate(truth)
            ]
            found = meanings(rows, 1)
            for number, status in enumerate(truth):
                self.assertIn(found[number].status, (None, status), language)


@tagged("post_install", "-at_install")
class TestPlausible(BaseCase):
    def check(self, wanted, *rows):
        """:param rows: ``(letter, description, points)``"""
        found = meanings([MoodleStatus(n, *row) for n, row in enumerate(rows)], 1)
        self.assertEqual(carried(found), wanted)
        return found

    def test_present_below_another(self):
        self.check(".A..", ("P", "here", 1), ("A", "", 0), ("L", "", 2), ("E", "", 1))

    def test_absent_above_another(self):
        self.check("P...", ("P", "", 2), ("A", "", 1), ("L", "", 0), ("E", "", 1))

    def test_equal_lowest_and_equal_highest_are_fine(self):
        self.check("PALE", ("P", "", 1), ("A", "", 0), ("L", "", 1), ("E", "", 0))

    def test_late_and_excused_need_both_others(self):
        self.check("P..", ("P", "", 2), ("L", "", 1), ("E", "", 1))
        self.check("A..", ("A", "", 0), ("L", "", 1), ("E", "", 1))
        self.check("P.A", ("P", "", 2), ("X", "", 1), ("A", "", 0))

    def test_a_description_for_another_meaning(self):
        found = self.check(
            "PAL.", ("P", "", 2), ("A", "", 0), ("L", "", 1), ("E", "in ritardo!", 1)
        )
        self.assertEqual(found[3].why, DOUBT)
        self.check("P...", ("P", "Present", 2), ("A", "Presente", 0), ("L", "", 1), ("E", "", 1))

    def test_equal_points_say_nothing(self):
        self.check(
            "PAL.", ("P", "PRESENT", 0), ("A", " absent ", 0), ("L", "Late", 0), ("E", "e", 0)
        )
        self.check(".", ("P", "P", 5))

    def test_missing_points_say_nothing(self):
        self.check("P.", ("P", "Present", None), ("A", "away", 0))

    def test_spaces_are_forgiven_and_case_is_not(self):
        self.check("PA.", (" P ", "", 2), ("A", "", 0), ("p", "Present", 2))

    def test_a_set_of_which_a_part_cannot_be_read(self):
        rows = [MoodleStatus(1, "P", "Present", 2), MoodleStatus(2, "A", "Absent", 0)]
        self.assertEqual(carried(meanings(rows, 1, whole=False)), "..")
        self.assertEqual(carried(meanings(rows, 1, (Chosen("P", "P"),), whole=False)), "P.")


@tagged("post_install", "-at_install")
class TestChosen(BaseCase):
    german = statuses("A U V E", "Anwesend,Unentschuldigt,Verspätet,Entschuldigt")

    def found(self, *chosen, rows=None, activity=1):
        return meanings(rows or self.german, activity, chosen)

    def test_german(self):
        chosen = [Chosen(*pair) for pair in ("AP", "UA", "VL", "EE")]
        self.assertEqual(carried(self.found(*chosen)), "PALE")

    def test_one_choice_does_not_vouch_for_the_rest(self):
        self.assertEqual(carried(self.found(Chosen("A", "P"), Chosen("U", "A"))), "PA..")

    def test_letters_chosen_as_they_are_vouch_for_late_and_excused(self):
        rows = statuses("P A L E", "da,weg,Late,Excused", (1, 1, 1, 1))
        self.assertEqual(carried(self.found(rows=rows)), "....")
        self.assertEqual(carried(self.found(Chosen("P", "P"), Chosen("A", "A"), rows=rows)), "PALE")

    def test_left_out_by_choice(self):
        found = self.found(Chosen("A", LEAVE_OUT), rows=statuses("P A L E", "a,b,c,d"))
        self.assertEqual((carried(found), found[2].why), ("P...", LEFT_OUT))

    def test_the_closest_row_wins(self):
        general, worded = Chosen("A", "L"), Chosen("A", "P", description=" anwesend")
        here, both = Chosen("A", "E", activity_id=1), Chosen("A", "A", "Anwesend", 1)
        for rows, wanted in (
            ([general], "L"),
            ([worded, general], "P"),
            ([general, here, worded], "E"),
            ([here, both, general], "A"),
        ):
            self.assertEqual(self.found(*rows)[1].status, wanted)
            self.assertEqual(self.found(*reversed(rows))[1].status, wanted)
        self.assertEqual(self.found(here, activity=2)[1].status, None)
        self.assertEqual(self.found(Chosen("A", "P", "Abwesend"))[1].status, None)

    def test_a_look_alike_is_another_letter(self):
        self.assertEqual(self.found(Chosen("А", "P"))[1].status, None)

    def test_what_is_sent(self):
        rows = [*self.german, MoodleStatus(9, "P", "online", 2)]
        chosen = (Chosen("A", "P"), Chosen("P", "P"), Chosen("U", "A"))

        def send(status, chosen):
            status, why = to_send(rows, meanings(rows, 1, chosen), status)
            return (status and status.acronym), why

        self.assertEqual(send("A", chosen), ("U", ""))
        self.assertEqual(send("L", chosen), (None, "none"))
        self.assertEqual(send("P", chosen), (None, "several"))
        marked = (Chosen("A", "P", send=True), *chosen[1:])
        self.assertEqual(send("P", marked), ("A", ""))
        twice = (Chosen("A", "P", send=True), Chosen("P", "P", send=True))
        self.assertEqual(send("P", twice), (None, "several"))


@tagged("post_install", "-at_install")
class TestOfSession(BaseCase):
    def test_as_those_of_its_set(self):
        one = b.session(1)
        self.assertEqual(of_session(one), meanings(one.statuses, one.activity_id))
        self.assertEqual(carried(of_session(one)), "PALE")

    def test_what_was_chosen_for_its_activity(self):
        chosen = (Chosen("P", "L", activity_id=1),)
        self.assertEqual(carried(of_session(b.session(1), chosen)), "LA..")
        self.assertEqual(carried(of_session(b.session(1, activity_id=2), chosen)), "PALE")

    def test_a_set_of_which_a_part_cant_be_read_is_not_judged(self):
        part, other = OddRecord("status", 9, "shape", 1), OddRecord("mark", 3, "shape", 1)
        found = of_session(b.session(1, odd=(part, other)))
        self.assertEqual({meaning.why for meaning in found.values()}, {DOUBT})
        self.assertEqual(carried(of_session(b.session(1, odd=(other,)))), "PALE")


@tagged("post_install", "-at_install")
class TestWords(BaseCase):
    def test_white_space_and_case_make_no_difference(self):
        self.assertEqual(clean("  In \t Ritardo\n"), "in ritardo")
        self.assertEqual(clean(None), "")

    def test_no_word_has_two_meanings(self):
        for pack in PACKS.values():
            for status, (_letter, word) in pack.items():
                if word:
                    self.assertEqual(meanings_of(word), {status}, word)

    def test_suggestions(self):
        self.assertEqual(suggestion("A", "Anwesend"), "P")
        self.assertEqual(suggestion("A", "atrasado."), "L")
        self.assertEqual(suggestion("FJ", ""), "E")
        self.assertEqual(suggestion("V", "?"), None, "late in German, excused in Dutch")
        self.assertEqual(suggestion("M", "Medical"), None, "M alone is present in Turkish")
        self.assertEqual(suggestion("M", ""), "P")
        self.assertEqual(suggestion("X", "Anwesen"), None)
        self.assertEqual(suggestion("?", None), None)


@tagged("post_install", "-at_install")
class TestHidden(BaseCase):
    """Statuses that were hidden after marks had been made with them."""

    def carried(self, statuses, hidden, **values):
        """:param hidden: letters that are hidden"""
        found = [replace(one, hidden=one.acronym in hidden) for one in statuses]
        return carried(meanings(found, 1, **values))

    def test_each_keeps_what_it_meant(self):
        for hidden in ("P", "A", "L", "E", "PA", "LE", "ALE", "PALE"):
            self.assertEqual(self.carried(b.STATUSES, hidden), "PALE", hidden)

    def test_where_the_points_alone_tell(self):
        """One is left that is shown, and no description says anything."""
        plain = statuses("P A L E", "x,y,z,w")
        for hidden in ("A", "PA", "ALE", "PLE", "PALE"):
            self.assertEqual(self.carried(plain, hidden), "PALE", hidden)

    def test_what_was_in_doubt_stays_so(self):
        german = statuses("A U V E", "Anwesend,Unentschuldigt,Verspätet,Entschuldigt")
        for hidden in ("A", "U", "AUVE"):
            self.assertEqual(self.carried(german, hidden), "....", hidden)
        self.assertEqual(self.carried(statuses("A P", "x,y", (2, 0)), "A"), "..")

    def test_none_makes_the_others_doubtful(self):
        """By its points neither P would be the best, nor A the worst."""
        more = statuses(
            "P A L E B W", "Present,Absent,Late,Excused,Bonus,Wrong", (2, 0, 1, 1, 5, -1)
        )
        self.assertEqual(self.carried(more, ""), "......")
        self.assertEqual(self.carried(more, "BW"), "PALE..")
        mistaken = statuses("P A L E", "Present,Absent,Late,Excused", (2, 3, 1, 1))
        self.assertEqual(self.carried(mistaken, "A"), "P...")

    def test_a_successor_with_the_same_letter(self):
        """A school has made a new P with more points and hidden the old one."""
        new = statuses("P A L E", "Present,Absent,Late,Excused", (4, 0, 1, 1))
        old = MoodleStatus(9, "P", "Present", 2, hidden=True)
        found = meanings([*new, old], 1)
        self.assertEqual(carried(found), "PALEP")
        self.assertEqual(to_send([*new, old], found, "P"), (new[0], ""))
        # Whatever speaks against the new ones, an old one does not speak for them.
        new = statuses("P A L E", "x,y,z,w", (0, -1, 1, 1))
        self.assertEqual(carried(meanings([*new, old], 1)), ".A..P")

    def test_what_was_chosen(self):
        medical = MoodleStatus(9, "M", "Medical", 1, hidden=True)
        found = meanings([*b.STATUSES, medical], 1)
        self.assertEqual((found[9].status, found[9].why), (None, CUSTOM))
        found = meanings([*b.STATUSES, medical], 1, [Chosen("M", "E", send=True)])
        self.assertEqual(carried(found), "PALEE")
        # None is sent that is hidden, not even one that was chosen to be.
        self.assertEqual(to_send([*b.STATUSES, medical], found, "E")[0], b.STATUSES[3])

    def test_none_is_sent(self):
        hidden = [replace(one, hidden=one.acronym == "L") for one in b.STATUSES]
        self.assertEqual(to_send(hidden, meanings(hidden, 1), "L"), (None, "none"))

    def test_what_was_seen_of_a_session_is_the_same_as_without_them(self):
        """Or each sheet would be written once, when a Moodle begins to tell of them."""
        shown = b.session(1, {1: "P"})
        gone = MoodleStatus(9, "X", "", 1, hidden=True)
        with_it = replace(shown, statuses=(*shown.statuses, gone))
        self.assertEqual(with_it.content_hash, shown.content_hash)
        back = replace(shown, statuses=(*shown.statuses, replace(gone, hidden=False)))
        self.assertNotEqual(back.content_hash, shown.content_hash)
