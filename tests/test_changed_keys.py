"""What becomes of links whose key has changed in Moodle: rules on plain values."""

from odoo.tests import BaseCase, tagged

from ..services.domain import matching as m
from ..services.domain.course_links import match_courses
from ..services.domain.records import MoodleCourse, MoodleGroup, MoodleUser
from ..services.domain.remembered import may_be_remembered


class Asked:
    """Which records have attendance, and what was asked."""

    def __init__(self, *attended):
        self.attended = set(attended)
        self.calls = []

    def __call__(self, records):
        self.calls.append(set(records))
        return self.attended & set(records)


def course(number, idnumber="", shortname=""):
    return MoodleCourse(number, shortname or f"C{number}", f"Course {number}", idnumber)


BY_IDNUMBER = m.CourseLink((1, 1), m.IDNUMBER, "oec_subj_1_course_1")
BY_SHORTNAME = m.CourseLink((1, 1), m.SHORTNAME)
KEPT = m.CourseMatch(
    (1, 1), "idnumber", "course_key_lost", ((1, 1), "idnumber", "oec_subj_1_course_1", "", "C5")
)
ENDED = m.CourseMatch(found_by="idnumber", ended=True)


@tagged("post_install", "-at_install")
class TestCourses(BaseCase):
    def match(self, *courses, links=(), attended=(5, 6), **foreign):
        """:return: ``{course id: CourseMatch}``"""
        table = m.CourseTable(
            subjects={1: "ALG", 2: "PHY"}, courses={1: "BSC"}, links=dict(links), **foreign
        )
        self.asked = Asked(*attended)
        found = match_courses(courses, table, self.asked)
        self.assertEqual([one for one, _match in found], list(courses))
        return {one.id: match for one, match in found}

    def test_nothing_is_asked_where_no_key_has_changed(self):
        links = {
            5: BY_IDNUMBER,
            6: m.CourseLink((2, 1), m.SHORTNAME),
            7: m.CourseLink((2, 1), "manual"),
        }
        found = self.match(
            course(5, "oec_subj_1_course_1"),
            course(6, "", "PHY_BSC"),
            course(7, "oec_x"),
            course(8, "oec_subj_2_course_1"),
            course(9),
            links=links,
        )
        self.assertEqual(
            [match.pair for match in found.values()], [(1, 1), (2, 1), (2, 1), (2, 1), None]
        )
        self.assertEqual(self.asked.calls, [])

    def test_a_key_that_is_gone_or_names_nothing_keeps_what_has_attendance(self):
        found = self.match(course(5), links={5: BY_IDNUMBER})
        self.assertEqual(found, {5: KEPT})
        self.assertEqual(self.asked.calls, [{5}])
        self.assertFalse(found[5].unmeant or found[5].waits)
        for now in ("oec_subj_9_course_1", "oec_x", "2025"):
            found = self.match(course(5, now), links={5: BY_IDNUMBER})
            self.assertEqual(found[5].pair, (1, 1))
            self.assertEqual(
                found[5].details, ((1, 1), "idnumber", "oec_subj_1_course_1", now, "C5")
            )
        found = self.match(course(5, "", "ALG_2025"), links={5: BY_SHORTNAME})
        details = ((1, 1), "shortname", "ALG_BSC", "", "ALG_2025")
        self.assertEqual(found[5], m.CourseMatch((1, 1), "shortname", "course_key_lost", details))

    def test_without_attendance_it_is_matched_as_its_keys_say(self):
        for now, wanted in (
            (course(5), m.CourseMatch()),
            (course(5, "oec_subj_2_course_1"), m.CourseMatch((2, 1), "idnumber")),
            (course(5, "oec_x"), m.CourseMatch(why="idnumber_nonsense", details=("oec_x",))),
        ):
            self.assertEqual(self.match(now, links={5: BY_IDNUMBER}, attended=()), {5: wanted})

    def test_one_without_attendance_ends_nothing_of_the_others(self):
        other = m.CourseLink((2, 1), m.IDNUMBER, "oec_subj_2_course_1")
        found = self.match(
            course(7, "oec_x"), course(5), links={7: other, 5: BY_IDNUMBER}, attended=(5,)
        )
        self.assertEqual(
            found, {7: m.CourseMatch(why="idnumber_nonsense", details=("oec_x",)), 5: KEPT}
        )

    def test_which_short_name_a_course_had(self):
        link = m.CourseLink((2, 1), m.SHORTNAME)
        found = self.match(course(5, "", "OLD"), links={5: link})
        self.assertEqual(found[5].details, ((2, 1), "shortname", "PHY_BSC", "", "OLD"))

    def test_what_was_deleted_here_keeps_nothing(self):
        gone = m.CourseLink((9, 1), m.IDNUMBER, "oec_subj_9_course_1")
        found = self.match(course(5), links={5: gone})
        self.assertEqual((found[5], self.asked.calls), (m.CourseMatch(), []))

    def test_a_hidden_id_number_has_not_changed(self):
        hidden = MoodleCourse(5, "PHY_BSC", "Course", None)
        found = self.match(hidden, links={5: BY_IDNUMBER})
        self.assertEqual((found[5], self.asked.calls), (m.CourseMatch((1, 1), "idnumber"), []))
        found = self.match(hidden)
        self.assertEqual(found[5].pair, (2, 1))

    def test_another_key_of_the_same_pair_will_do(self):
        found = self.match(course(5, "", "ALG_BSC"), links={5: BY_IDNUMBER})
        self.assertEqual(found[5], m.CourseMatch((1, 1), "shortname"))
        found = self.match(course(5, "oec_subj_1_course_1"), links={5: BY_SHORTNAME})
        self.assertEqual((found[5], self.asked.calls), (m.CourseMatch((1, 1), "idnumber"), []))

    def test_a_key_that_names_another_pair_waits(self):
        found = self.match(course(5, "oec_subj_2_course_1"), links={5: BY_IDNUMBER})
        details = ((1, 1), (2, 1), "idnumber", "oec_subj_2_course_1")
        self.assertEqual(found[5], m.CourseMatch(why="course_key_other", details=details))
        self.assertTrue(found[5].waits)
        found = self.match(course(5, "", "PHY_BSC"), links={5: BY_IDNUMBER})
        self.assertEqual(found[5].details, ((1, 1), (2, 1), "shortname", "PHY_BSC"))

    def test_two_courses_that_have_exchanged_their_keys_wait_both(self):
        other = m.CourseLink((2, 1), m.IDNUMBER, "oec_subj_2_course_1")
        found = self.match(
            course(5, "oec_subj_2_course_1"),
            course(6, "oec_subj_1_course_1"),
            links={5: BY_IDNUMBER, 6: other},
        )
        self.assertEqual({match.why for match in found.values()}, {"course_key_other"})

    def test_a_key_that_has_moved_ends_the_old_course(self):
        new = course(6, "oec_subj_1_course_1")
        for old in (course(5), course(5, "oec_x"), course(5, "", "ALG_BSC")):
            found = self.match(old, new, links={5: BY_IDNUMBER})
            self.assertEqual(found, {5: ENDED, 6: m.CourseMatch((1, 1), "idnumber")})
        self.assertFalse(ENDED.unmeant)
        found = self.match(course(5, "", "OLD"), course(6, "", "ALG_BSC"), links={5: BY_SHORTNAME})
        self.assertEqual(found[5], m.CourseMatch(found_by="shortname", ended=True))
        found = self.match(course(5), new, links={5: BY_IDNUMBER}, attended=())
        self.assertEqual(found[5], m.CourseMatch())

    def test_a_course_that_has_the_pair_in_another_way_is_no_heir(self):
        for heir, link in (
            (course(6, "", "ALG_BSC"), m.CourseLink((1, 1), "shortname")),
            (course(6), m.CourseLink((1, 1), "manual")),
        ):
            found = self.match(course(5), heir, links={5: BY_IDNUMBER, 6: link})
            self.assertEqual((found[5], found[6].pair), (KEPT, (1, 1)))

    def test_what_ends_itself_is_no_heir(self):
        found = self.match(
            course(5, "", "ALG_BSC"),
            course(6, "oec_subj_1_course_1"),
            course(8, "", "OLD"),
            links={5: BY_IDNUMBER, 8: BY_SHORTNAME},
            attended=(5, 8),
        )
        self.assertEqual((found[5], found[6].pair), (ENDED, (1, 1)))
        self.assertEqual((found[8].pair, found[8].why), ((1, 1), "course_key_lost"))

    def test_an_heir_that_waits_has_nothing_yet(self):
        other = m.CourseLink((2, 1), m.IDNUMBER, "oec_subj_2_course_1")
        new = course(6, "oec_subj_1_course_1")
        found = self.match(course(5), new, links={5: BY_IDNUMBER, 6: other})
        self.assertEqual((found[5], found[6].why), (KEPT, "course_key_other"))

    def test_what_has_ended_lives_again_with_its_key_only(self):
        ended = m.CourseLink((1, 1), m.IDNUMBER, "oec_subj_1_course_1", ended=True)
        for old in (course(5), course(5, "", "ALG_BSC"), course(5, "oec_x")):
            self.assertEqual(self.match(old, links={5: ended}, attended=()), {5: ENDED})
            self.assertEqual(self.asked.calls, [], "that it has sheets is known")
        found = self.match(course(5, "oec_subj_1_course_1"), links={5: ended})
        self.assertEqual(found[5], m.CourseMatch((1, 1), "idnumber"))
        found = self.match(course(5, "oec_subj_2_course_1"), links={5: ended}, attended=())
        self.assertEqual(found[5].why, "course_key_other")
        hidden = MoodleCourse(5, "C5", "Course", None)
        self.assertEqual(self.match(hidden, links={5: ended}), {5: ENDED})
        by_name = m.CourseLink((1, 1), m.SHORTNAME, "", ended=True)
        for old in (course(5, "", "ALG_BSC"), course(5, "oec_subj_1_course_1")):
            self.assertEqual(self.match(old, links={5: by_name})[5].pair, (1, 1))

    def test_a_manual_mapping_never_ends(self):
        found = self.match(
            course(5),
            course(6, "oec_subj_1_course_1"),
            links={5: m.CourseLink((1, 1), "manual", "oec_subj_1_course_1")},
        )
        self.assertEqual((found[5].pair, found[6].pair), ((1, 1), (1, 1)))

    def test_another_companys_key(self):
        theirs = {"foreign_subjects": frozenset({3})}
        now = course(5, "oec_subj_3_course_1")
        found = self.match(now, links={5: BY_IDNUMBER}, **theirs)
        details = ((1, 1), "oec_subj_3_course_1")
        self.assertEqual(
            found[5], m.CourseMatch(why="course_key_foreign", details=details, elsewhere=True)
        )
        found = self.match(now, links={5: BY_IDNUMBER}, attended=(), **theirs)
        self.assertEqual(found[5], m.CourseMatch(elsewhere=True))
        ended = m.CourseLink((1, 1), m.IDNUMBER, "oec_subj_1_course_1", ended=True)
        self.assertEqual(self.match(now, links={5: ended}, **theirs), {5: ENDED})

    def test_not_met_is_not_ended(self):
        """A course that Moodle does not list is nobody's business here."""
        found = self.match(course(6, "oec_subj_1_course_1"), links={5: BY_IDNUMBER})
        self.assertEqual((set(found), self.asked.calls), ({6}, []))


@tagged("post_install", "-at_install")
class TestGroups(BaseCase):
    def match(self, groups, links, attended=(7, 8)):
        """:param groups: ``{group id: ID number}``, ``None`` for one that is not there
        :return: ``{group id: Match}``
        """
        table = m.BatchTable({7: 1, 8: 1, 9: 2}, {link.moodle_id: link for link in links})
        there = {
            n: MoodleGroup(n, f"G{n}", idnumber)
            for n, idnumber in groups.items()
            if idnumber is not None
        }
        self.asked = Asked(*attended)
        return m.match_groups(groups, there, 1, table, self.asked)

    def test_nothing_is_asked_where_no_key_has_changed(self):
        links = [
            m.Link(1, 7, "idnumber", "oec_batch_7"),
            m.Link(2, 8, "manual"),
            m.Link(3, 99, "idnumber", "oec_batch_99"),
            m.Link(5, 9, "idnumber", "oec_batch_9"),
        ]
        found = self.match({1: "oec_batch_7", 2: "", 3: "", 4: "", 5: "oec_batch_9"}, links)
        self.assertEqual([match.record_id for match in found.values()], [7, 8, 0, 0, 0])
        self.assertEqual(self.asked.calls, [])

    def test_a_key_that_is_gone_or_names_nothing(self):
        link = m.Link(1, 7, "idnumber", "oec_batch_7", "Old name")
        for now, name in (("", "G1"), ("chess", "G1"), ("oec_batch_77", "G1"), (None, "Old name")):
            found = self.match({1: now}, [link])
            details = (name, 7, "oec_batch_7", now or "")
            self.assertEqual(found[1], m.Match(1, 7, "idnumber", "group_key_lost", details))
            self.assertEqual(self.asked.calls, [{7}])
            self.assertTrue(found[1].kept)
        found = self.match({1: "chess"}, [link], attended=())
        self.assertEqual(found[1].why, "group_without_idnumber")

    def test_a_key_that_names_another_batch(self):
        link = m.Link(1, 7, "idnumber", "oec_batch_7")
        for now, batch in (("oec_batch_8", 8), ("oec_batch_9", 9)):
            found = self.match({1: now}, [link])
            details = ("G1", 7, batch, "oec_batch_7", now)
            self.assertEqual(found[1], m.Match(1, why="group_key_other", details=details))
            people = m.People(batches=found)
            self.assertTrue(people.group_waits(1))
            self.assertFalse(people.group_waits(0) or people.group_waits(2))
        found = self.match({1: "oec_batch_8"}, [link], attended=())
        self.assertEqual(found[1], m.Match(1, 8, "idnumber"))

    def test_two_groups_that_have_exchanged_their_keys_wait_both(self):
        links = [m.Link(1, 7, "idnumber", "oec_batch_7"), m.Link(2, 8, "idnumber", "oec_batch_8")]
        found = self.match({1: "oec_batch_8", 2: "oec_batch_7"}, links)
        self.assertEqual([match.why for match in found.values()], ["group_key_other"] * 2)
        self.assertEqual(self.asked.calls, [{7, 8}])


def user(number, idnumber="", email="", read=True):
    return MoodleUser(number, f"User {number}", idnumber, email, read=read)


ANA = m.Link(1, 101, "idnumber", "oec_student_101")
BEN = m.Link(2, 102, "idnumber", "oec_student_102")
CLEO = m.Link(3, 103, "email", "", email="cleo@x.org")


@tagged("post_install", "-at_install")
class TestStudents(BaseCase):
    def match(self, *users, links=(), attended=(101, 102, 103), by_email=None, holders=()):
        """:return: ``{user id: Match}``"""
        found = {}
        for link in (*links, *holders):
            found.setdefault(link.record_id, []).append(link)
        self.table = m.StudentTable(
            exists=frozenset({101, 102, 103}),
            by_email=by_email or {},
            links={link.moodle_id: link for link in links},
            holders=found,
            enrolments={},
        )
        self.asked = Asked(*attended)
        return m.match_students(users, self.table, self.asked)

    def test_nothing_is_asked_where_no_key_has_changed(self):
        found = self.match(
            user(1, "oec_student_101"),
            user(2, "oec_student_102", read=False),
            user(3, "", "Cleo@x.org"),
            user(4),
            links=[ANA, BEN, CLEO],
            by_email={"cleo@x.org": [103]},
        )
        self.assertEqual([one.record_id for one in found.values()], [101, 102, 103, 0])
        self.assertEqual(self.asked.calls, [])

    def test_a_key_that_is_gone_or_names_nobody(self):
        for now in (user(1), user(1, "77", "z@x.org"), user(1, "oec_student_9"), user(1, "oec_x")):
            found = self.match(now, links=[ANA])
            details = (101, "idnumber", "oec_student_101", now.idnumber, now.email)
            self.assertEqual(found[1], m.Match(1, 101, "idnumber", "student_key_lost", details))
            self.assertEqual(self.asked.calls, [{101}])
            self.assertTrue(found[1].kept and not found[1].waits)
            self.assertEqual(self.match(now, links=[ANA], attended=())[1].record_id, 0)

    def test_a_key_that_names_another_student(self):
        found = self.match(user(1, "oec_student_102"), links=[ANA])
        details = (101, 102, "idnumber", "oec_student_101", "idnumber", "oec_student_102")
        self.assertEqual(found[1], m.Match(1, why="student_key_other", details=details))
        found = self.match(user(1, "", "B@x.org"), links=[ANA], by_email={"b@x.org": [102]})
        self.assertEqual(found[1].details[3:], ("oec_student_101", "email", "B@x.org"))
        found = self.match(user(1, "oec_student_102"), links=[ANA], attended=(102,))
        self.assertEqual(found[1], m.Match(1, 102, "idnumber"))

    def test_two_who_have_exchanged_their_keys_wait_both(self):
        found = self.match(user(1, "oec_student_102"), user(2, "oec_student_101"), links=[ANA, BEN])
        self.assertEqual({match.why for match in found.values()}, {"student_key_other"})
        people = m.People(students=found)
        self.assertEqual(people.in_doubt, {101, 102})

    def test_who_is_certain_is_not_in_doubt(self):
        by_hand = m.Link(2, 102, "manual")
        found = self.match(user(1, "oec_student_102"), user(2), links=[ANA, by_hand])
        self.assertEqual(m.People(students=found).in_doubt, {101})
        self.assertEqual(m.People().in_doubt, frozenset())

    def test_an_email_that_changes(self):
        other = {"cleo@x.org": [103], "b@x.org": [102]}
        found = self.match(user(3, "", "b@x.org"), links=[CLEO], by_email=other)
        details = (103, 102, "email", "cleo@x.org", "email", "b@x.org")
        self.assertEqual(found[3], m.Match(3, why="student_key_other", details=details))
        found = self.match(user(3, "", "b@x.org"), links=[CLEO], by_email=other, attended=())
        self.assertEqual(found[3], m.Match(3, 102, "email"))
        found = self.match(user(3, "", "new@x.org"), links=[CLEO])
        details = (103, "email", "cleo@x.org", "", "new@x.org")
        self.assertEqual(found[3], m.Match(3, 103, "email", "student_key_lost", details))
        # As before: it takes nothing away from anybody.
        found = self.match(user(3, "", "new@x.org"), links=[CLEO], attended=())
        self.assertEqual(found[3], m.Match(3, 103, "email"))
        found = self.match(user(3, "77", "new@x.org"), links=[CLEO], attended=())
        self.assertEqual(found[3].why, "no_match")

    def test_an_email_is_asked_about_with_an_id_number_that_has_not_changed(self):
        """Else it would be an account of somebody else."""
        link = m.Link(1, 101, "idnumber", "77")
        found = self.match(user(1, "77", "z@x.org"), links=[link])
        self.assertEqual((found[1].why, self.asked.calls), ("student_key_lost", [{101}]))

    def test_an_email_that_several_have_is_the_students_too(self):
        both = {"cleo@x.org": [102, 103]}
        found = self.match(user(3, "", "cleo@x.org"), links=[CLEO], by_email=both)
        self.assertEqual(found[3], m.Match(3, 103, "email"))
        twins = user(3, "", "cleo@x.org"), user(4, "", "cleo@x.org")
        found = self.match(*twins, links=[CLEO], by_email={"cleo@x.org": [103]})
        self.assertEqual((found[3].record_id, found[4].why), (103, "email_shared_moodle"))
        self.assertEqual(self.asked.calls, [])

    def test_an_email_that_was_never_noted_has_not_changed(self):
        """Links of an older version."""
        link = m.Link(3, 103, "email")
        found = self.match(user(3, "", "b@x.org"), links=[link], by_email={"b@x.org": [102]})
        self.assertEqual((found[3], self.asked.calls), (m.Match(3, 103, "email"), []))

    def test_who_has_the_key_now_takes_over(self):
        found = self.match(user(1), user(4, "oec_student_101"), links=[ANA])
        self.assertEqual((found[1].why, found[4]), ("no_match", m.Match(4, 101, "idnumber")))
        # One who waits takes nothing over.
        found = self.match(user(1), user(2, "oec_student_101"), links=[ANA, BEN])
        self.assertEqual((found[1].why, found[2].why), ("student_key_lost", "student_key_other"))

    def test_a_student_whose_account_waits_is_nobody_elses_yet(self):
        found = self.match(user(1, "oec_student_102"), user(4, "oec_student_101"), links=[ANA])
        self.assertEqual(found[1].why, "student_key_other")
        self.assertEqual(found[4], m.Match(4, why="student_claimed", details=(101, ("User 1",))))
        by_hand = m.Link(4, 101, "manual")
        found = self.match(user(1, "oec_student_102"), user(4), links=[ANA, by_hand])
        self.assertEqual((found[1].why, found[4].record_id), ("student_key_other", 101))

    def test_manual_and_former_links_never_ask(self):
        by_hand = m.Link(1, 101, "manual", "oec_student_101")
        found = self.match(user(1, "oec_student_102"), links=[by_hand])
        self.assertEqual((found[1], self.asked.calls), (m.Match(1, 101, "manual"), []))
        former = m.Link(1, 101, m.FORMER, "oec_student_101")
        found = self.match(user(1, "oec_student_102"), links=[former])
        self.assertEqual((found[1], self.asked.calls), (m.Match(1, 102, "idnumber"), []))

    def test_an_account_that_was_deleted_is_a_former_one(self):
        gone = user(1, "", "d41d8cd98f00b204")
        self.assertEqual(self.match(gone, links=[ANA])[1], m.Match(1, 101, m.FORMER))
        self.assertEqual(self.match(gone, links=[ANA], attended=())[1].why, "account_deleted")
        former = m.Link(1, 101, m.FORMER, "oec_student_101")
        self.assertEqual(self.match(gone, links=[former])[1], m.Match(1, 101, m.FORMER))

    def test_two_with_one_key_are_told_as_before(self):
        twins = user(1, "oec_student_102"), user(2, "oec_student_102")
        found = self.match(*twins, links=[ANA, BEN])
        self.assertEqual({match.why for match in found.values()}, {"idnumber_shared"})


@tagged("post_install", "-at_install")
class TestAskedAgain(BaseCase):
    def test_what_moodle_can_fix_is_not_remembered(self):
        self.assertFalse(may_be_remembered(["changed_student"]))
        self.assertFalse(may_be_remembered(["changed_group"]))
