"""Who is who, and why not: courses, groups, students."""

from odoo.tests import BaseCase, tagged

from ..services.domain import matching as m
from ..services.domain.records import MoodleCourse, MoodleGroup, MoodleUser


def course(idnumber="", shortname="X", course_id=2):
    return MoodleCourse(course_id, shortname, "Course", idnumber)


@tagged("post_install", "-at_install")
class TestCourses(BaseCase):
    def match(self, one, links=None, subjects=None, courses=None):
        table = m.CourseTable(
            subjects=subjects or {1: "ALG", 2: "PHY_LAB"},
            courses=courses or {1: "BSC", 2: "LAB_BSC"},
            links=links or {},
        )
        return m.match_course(one, table)

    def test_by_idnumber(self):
        found = self.match(course("oec_subj_1_course_2"))
        self.assertEqual((found.pair, found.found_by), ((1, 2), "idnumber"))

    def test_an_id_that_does_not_exist_is_a_gap(self):
        self.assertEqual(self.match(course("oec_subj_1_course_9")).why, "idnumber_unknown")
        self.assertEqual(self.match(course("oec_subj_9_course_1")).why, "idnumber_unknown")

    def test_nonsense_is_a_gap_and_never_taken_in_part(self):
        for idnumber in (
            "oec_subj_1_course_",
            "oec_subj_1_course_1x",
            "oec_subj_-1_course_1",
            "oec_subj_1_course_99999999999999999999",
            "oec_",
        ):
            self.assertEqual(self.match(course(idnumber)).why, "idnumber_nonsense")

    def test_the_case_matters(self):
        found = self.match(course("OEC_SUBJ_1_COURSE_1"))
        self.assertEqual((found.pair, found.why), (None, ""))

    def test_by_shortname(self):
        found = self.match(course(shortname=" ALG_BSC "))
        self.assertEqual((found.pair, found.found_by), ((1, 1), "shortname"))

    def test_codes_with_underscores(self):
        self.assertEqual(self.match(course(shortname="PHY_LAB_BSC")).pair, (2, 1))

    def test_a_shortname_that_fits_two_pairs_is_a_gap(self):
        found = self.match(
            course(shortname="A_B_C"), subjects={1: "A", 2: "A_B"}, courses={1: "B_C", 2: "C"}
        )
        self.assertEqual((found.pair, found.why), (None, "shortname_ambiguous"))

    def test_an_empty_or_hidden_idnumber_matches_nothing(self):
        for idnumber in ("", None):
            found = self.match(course(idnumber))
            self.assertEqual((found.pair, found.why), (None, ""))

    def test_a_manual_mapping_wins(self):
        found = self.match(course("oec_subj_1_course_1"), links={2: ((2, 2), "manual")})
        self.assertEqual((found.pair, found.found_by), ((2, 2), "manual"))

    def test_a_manual_mapping_to_a_deleted_record_is_a_gap(self):
        found = self.match(course("oec_subj_1_course_1"), links={2: ((9, 2), "manual")})
        self.assertEqual((found.pair, found.why), (None, "course_manual_gone"))

    def test_a_found_mapping_follows_the_idnumber(self):
        found = self.match(course("oec_subj_1_course_1"), links={2: ((2, 2), "idnumber")})
        self.assertEqual(found.pair, (1, 1))


@tagged("post_install", "-at_install")
class TestGroups(BaseCase):
    def match(self, idnumber, links=None, course_of=None):
        groups = {1: MoodleGroup(1, "Group", idnumber)}
        table = m.BatchTable(course_of or {7: 1, 8: 2}, links or {})
        return m.match_group(1, groups, 1, table)

    def test_by_idnumber(self):
        self.assertEqual(self.match("oec_batch_7").record_id, 7)

    def test_why_not(self):
        for idnumber, why in (
            ("", "group_without_idnumber"),
            ("chess", "group_without_idnumber"),
            ("oec_batch_x", "group_nonsense"),
            ("oec_batch_9", "group_unknown_batch"),
            ("oec_batch_8", "group_of_other_course"),
        ):
            found = self.match(idnumber)
            self.assertEqual((found.record_id, found.why), (0, why))

    def test_a_manual_mapping_wins_even_to_a_batch_of_another_course(self):
        links = {1: m.Link(1, 8, "manual")}
        self.assertEqual(self.match("oec_batch_7", links).record_id, 8)

    def test_a_manual_mapping_to_a_deleted_batch_is_a_gap(self):
        links = {1: m.Link(1, 99, "manual")}
        self.assertEqual(self.match("oec_batch_7", links).why, "group_manual_gone")

    def test_a_deleted_group_is_a_gap(self):
        table = m.BatchTable({7: 1}, {})
        self.assertEqual(m.match_group(5, {}, 1, table).why, "group_without_idnumber")


def user(user_id, idnumber="", email=""):
    return MoodleUser(user_id, f"User {user_id}", idnumber, email)


@tagged("post_install", "-at_install")
class TestStudents(BaseCase):
    def match(self, *users, by_email=None, links=(), holders=()):
        found = {}
        for link in (*links, *holders):
            found.setdefault(link.record_id, []).append(link)
        table = m.StudentTable(
            exists=frozenset({101, 102, 103}),
            by_email=by_email or {},
            links={link.moodle_id: link for link in links},
            holders=found,
            running={},
        )
        result = m.match_students(users, table)
        return {one.moodle_id: one.record_id or one.why for one in result.values()}

    def test_by_idnumber_then_by_email_whatever_the_case(self):
        self.assertEqual(
            self.match(
                user(1, "oec_student_101", "x@example.org"),
                user(2, "", "Ana@Example.org"),
                user(3, "staff-7", "ana2@example.org"),
                by_email={"ana@example.org": [102], "ana2@example.org": [103]},
            ),
            {1: 101, 2: 102, 3: 103},
        )

    def test_why_not(self):
        self.assertEqual(
            self.match(user(1, "oec_student_9"), user(2, "oec_student_x"), user(3)),
            {1: "student_unknown", 2: "student_nonsense", 3: "no_match"},
        )

    def test_an_idnumber_that_names_nobody_is_not_helped_by_the_email(self):
        self.assertEqual(
            self.match(user(1, "oec_student_9", "a@x.org"), by_email={"a@x.org": [101]}),
            {1: "student_unknown"},
        )

    def test_two_users_with_one_key(self):
        self.assertEqual(
            self.match(
                user(1, "oec_student_101"),
                user(2, "oec_student_101"),
                user(3, email="a@x.org"),
                user(4, email="A@x.org"),
                by_email={"a@x.org": [102]},
            ),
            {1: "idnumber_shared", 2: "idnumber_shared"}
            | dict.fromkeys((3, 4), "email_shared_moodle"),
        )

    def test_two_students_with_one_email(self):
        self.assertEqual(
            self.match(user(1, email="a@x.org"), by_email={"a@x.org": [101, 102]}),
            {1: "email_shared_odoo"},
        )

    def test_an_idnumber_beats_an_email(self):
        self.assertEqual(
            self.match(
                user(1, "oec_student_101"), user(2, email="a@x.org"), by_email={"a@x.org": [101]}
            ),
            {1: 101, 2: "student_claimed"},
        )

    def test_a_user_of_another_course_who_has_the_student_already(self):
        elsewhere = m.Link(9, 101, "idnumber", "oec_student_101")
        self.assertEqual(
            self.match(user(1, "oec_student_101"), holders=[elsewhere]), {1: "student_claimed"}
        )
        by_hand = m.Link(1, 101, "manual")
        self.assertEqual(self.match(user(1), links=[by_hand], holders=[elsewhere]), {1: 101})

    def test_a_kept_link(self):
        link = m.Link(1, 102, "email", "")
        self.assertEqual(self.match(user(1), links=[link]), {1: 102})

    def test_a_kept_link_ends_with_the_idnumber_it_was_found_by(self):
        link = m.Link(1, 102, "idnumber", "oec_student_102")
        self.assertEqual(self.match(user(1, "oec_student_101"), links=[link]), {1: 101})

    def test_a_manual_link_wins_and_one_to_a_deleted_student_is_a_gap(self):
        one = user(1, "oec_student_101")
        self.assertEqual(self.match(one, links=[m.Link(1, 103, "manual")]), {1: 103})
        self.assertEqual(self.match(one, links=[m.Link(1, 999, "manual")]), {1: "manual_gone"})
