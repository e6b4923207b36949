"""The same Moodle, or another one: the rule."""

from odoo.tests import BaseCase, tagged

from ..services.domain.site_identity import (
    OTHER,
    SAME,
    UNKNOWN,
    Change,
    Site,
    difference,
    remembered,
    same_address,
    site_of,
)
from ..services.moodle.module_detector import site_info_from
from ..services.moodle.moodle_reader import MoodleReader
from .canned import recording

URL = "https://moodle.example.org"
KNOWN = Site(URL, ((1, 100), (2, 200), (3, 300)), "Our Moodle", "4.3")


class _Client:
    """Answers what was recorded."""

    def __init__(self, answer):
        self.answer = answer

    def fetch(self, function, **params):
        return self.answer


@tagged("post_install", "-at_install")
class TestDifference(BaseCase):
    def test_nothing_known_yet(self):
        self.assertIsNone(difference(None, KNOWN))

    def test_the_same(self):
        self.assertIsNone(difference(KNOWN, KNOWN))

    def test_an_upgrade_and_a_new_name(self):
        self.assertIsNone(difference(KNOWN, Site(URL, KNOWN.times, "New name", "5.1")))

    def test_ways_to_write_an_address(self):
        for url in (f"{URL}/", "http://moodle.example.org", "HTTPS://MOODLE.example.org:443"):
            self.assertIsNone(difference(KNOWN, Site(url, KNOWN.times)), url)

    def test_another_address_is_asked_about_whatever_the_courses(self):
        """A copy for tests has the same courses."""
        new = "https://test.example.org"
        self.assertEqual(difference(KNOWN, Site(new, KNOWN.times)), Change(True, SAME))
        self.assertEqual(difference(KNOWN, Site(new, ((1, 7), (2, 8)))), Change(True, OTHER))
        self.assertEqual(difference(KNOWN, Site(new)), Change(True, UNKNOWN))

    def test_another_site_at_the_old_address(self):
        self.assertEqual(
            difference(KNOWN, Site(URL, ((1, 7), (2, 8)), "Our Moodle", "4.3")),
            Change(False, OTHER),
        )

    def test_a_number_that_is_used_again_is_no_other_site(self):
        """A backup was restored, and a course made again."""
        self.assertIsNone(difference(KNOWN, Site(URL, ((1, 100), (2, 200), (3, 999)))))

    def test_what_is_not_told_says_nothing(self):
        for seen in (Site(URL), Site("", KNOWN.times), Site(""), Site(URL, ((9, 900),))):
            self.assertIsNone(difference(KNOWN, seen))
        self.assertIsNone(difference(Site(""), KNOWN))


@tagged("post_install", "-at_install")
class TestSameAddress(BaseCase):
    def test_however_it_is_spelt(self):
        for address in (
            "http://moodle.example.org", "https://moodle.example.org:443/", "HTTPS://Moodle.Example.ORG.",
        ):  # fmt: skip
            self.assertTrue(same_address(KNOWN, address), address)
        for address in (
            "", "nothing", "https://www.moodle.example.org", "https://moodle.example.org:8443",
            "https://moodle.example.org/school",
        ):  # fmt: skip
            self.assertFalse(same_address(KNOWN, address), address)

    def test_what_is_not_told_says_nothing(self):
        self.assertFalse(same_address(None, URL))
        self.assertFalse(same_address(Site(""), ""))


@tagged("post_install", "-at_install")
class TestRemembered(BaseCase):
    def test_first_and_as_text(self):
        self.assertEqual(remembered(None, KNOWN), KNOWN)
        self.assertEqual(Site.from_json(KNOWN.to_json()), KNOWN)
        for nothing in (None, False, {}, [], {"address": 3}):
            self.assertIsNone(Site.from_json(nothing))

    def test_what_is_not_told_any_more_is_kept(self):
        self.assertEqual(remembered(KNOWN, Site("", (), "", "")), KNOWN)
        found = remembered(KNOWN, Site(URL, ((1, 100), (9, 900)), "New name", "5.1"))
        self.assertEqual(found.times, ((1, 100), (2, 200), (3, 300), (9, 900)))
        self.assertEqual((found.name, found.release), ("New name", "5.1"))

    def test_it_does_not_grow(self):
        many = tuple((number, number) for number in range(10, 16))
        self.assertEqual(remembered(KNOWN, Site(URL, many)).times, many)


@tagged("post_install", "-at_install")
class TestSeen(BaseCase):
    def test_recorded(self):
        answers = [e["response"]["json"] for e in recording("courses").values()]
        reader = MoodleReader(_Client(answers[0]))
        courses = reader.courses()
        self.assertEqual(reader.site_made, 1795443931)
        info = site_info_from(next(e["response"]["json"] for e in recording("site_info").values()))
        site = site_of(info, courses, reader.site_made)
        self.assertEqual(site.address, "http://moodle.example")
        self.assertEqual(site.name, "Oracle Moodle")
        self.assertEqual(site.release, "4.3 (Build: 20231009)")
        self.assertEqual(site.times[:2], ((1, 1795443931), (2, 1795443995)))

    def test_odd_times_are_not_told(self):
        course = {"id": 5, "shortname": "X", "format": "topics"}
        for odd in (None, "", "x", -1, 2**40, [], True, 1.5):
            reader = MoodleReader(
                _Client([{**course, "timecreated": odd}, {"format": "site", "timecreated": odd}])
            )
            (found,) = reader.courses()
            self.assertEqual((found.made, reader.site_made), (0, 0))
            self.assertEqual(site_of(site_info_from({}), (found,), 0), Site())
