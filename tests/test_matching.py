"""Who is who, and why not: courses, groups, students."""

from dataclasses import replace

from odoo.tests import BaseCase, tagged

from ..services.domain import matching as m
from ..services.domain.records import MoodleCourse, MoodleGroup, MoodleUser, Subject
from . import builders as b


def course(idnumber="", shortname="X", course_id=2):
    return MoodleCourse(course_id, shortname, "Course", idnumber)


@tagged("post_install", "-at_install")
class TestCourses(BaseCase):
    def match(self, one, links=None, subjects=None, courses=None, **foreign):
        table = m.CourseTable(
            subjects=subjects or {1: "ALG", 2: "PHY_LAB"},
            courses=courses or {1: "BSC", 2: "LAB_BSC"},
            links=links or {},
            **foreign,
        )
        return m.match_course(one, table)

    def test_the_whole_of_what_is_said(self):
        match = m.CourseMatch
        for given, wanted in (
            (
                course("oec_subj_1_course_9"),
                match(None, "", "idnumber_unknown", ("oec_subj_1_course_9",)),
            ),
            (course("oec_x"), match(None, "", "idnumber_nonsense", ("oec_x",))),
            (course(shortname="ALG"), match()),
            (course(shortname="_BSC"), match()),
        ):
            self.assertEqual(self.match(given), wanted)
        several = {"subjects": {1: "A", 2: "A_B"}, "courses": {1: "B_C", 2: "C"}}
        found = self.match(course(shortname="A_B_C"), **several)
        self.assertEqual(found, match(None, "", "shortname_ambiguous", ("A_B_C",)))
        # A joint is between two parts: a code that is empty is none.
        found = self.match(course(shortname="BSC"), subjects={1: ""}, courses={1: "BSC"})
        self.assertEqual(found, match())

    def test_what_a_pair_stands_for(self):
        table = m.CourseTable(subjects={1: "ALG", 2: "PHY"}, courses={1: "BSC"}, links={})
        self.assertEqual(table.subject((2, 1)), Subject(2, 1, "PHY"))

    def test_another_companys_is_its_own_instances(self):
        elsewhere = m.CourseMatch(elsewhere=True)
        for foreign in ({"foreign_subjects": frozenset({7})}, {"foreign_courses": frozenset({8})}):
            self.assertEqual(self.match(course("oec_subj_7_course_8"), **foreign), elsewhere)
            found = self.match(course("oec_subj_8_course_7"), **foreign)
            self.assertEqual((found.elsewhere, found.why), (False, "idnumber_unknown"))
        self.assertFalse(elsewhere.unmeant)
        self.assertTrue(m.CourseMatch().unmeant)
        self.assertFalse(m.CourseMatch(why="idnumber_unknown").unmeant)

    def test_records_of_other_companies(self):
        rows = [
            {"id": 1, "company_id": 5},
            {"id": 2, "company_id": False},
            {"id": 3, "company_id": 6},
            {"id": 4},
        ]
        self.assertEqual(m.foreign_rows(rows, {6}), {1})
        self.assertEqual(m.foreign_rows(rows, set()), {1, 3})

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
        found = self.match(course("oec_subj_1_course_1"), links={2: m.CourseLink((2, 2), "manual")})
        self.assertEqual((found.pair, found.found_by), ((2, 2), "manual"))

    def test_a_manual_mapping_to_a_deleted_record_is_a_gap(self):
        found = self.match(course("oec_subj_1_course_1"), links={2: m.CourseLink((9, 2), "manual")})
        self.assertEqual((found.pair, found.why), (None, "course_manual_gone"))

    def test_a_found_mapping_follows_the_idnumber(self):
        found = self.match(
            course("oec_subj_1_course_1"), links={2: m.CourseLink((2, 2), "idnumber")}
        )
        self.assertEqual(found.pair, (1, 1))


@tagged("post_install", "-at_install")
class TestGroups(BaseCase):
    def match(self, idnumber, links=None, course_of=None):
        groups = {1: MoodleGroup(1, "Group", idnumber)}
        table = m.BatchTable(course_of or {7: 1, 8: 2}, links or {})
        return m.match_groups([1], groups, 1, table)[1]

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

    def test_the_whole_of_what_is_said(self):
        for idnumber, wanted in (
            ("oec_batch_7", m.Match(1, 7, "idnumber")),
            ("chess", m.Match(1, why="group_without_idnumber", details=("Group", "chess"))),
            ("oec_x", m.Match(1, why="group_nonsense", details=("Group", "oec_x"))),
            (
                "oec_batch_9",
                m.Match(1, why="group_unknown_batch", details=("Group", "oec_batch_9")),
            ),
            (
                "oec_batch_8",
                m.Match(1, why="group_of_other_course", details=("Group", "oec_batch_8")),
            ),
        ):
            self.assertEqual(self.match(idnumber), wanted)
        gone = m.match_groups([5], {}, 1, m.BatchTable({7: 1}, {}))[5]
        self.assertEqual(gone, m.Match(5, why="group_without_idnumber", details=("", "")))
        lost = self.match("oec_batch_7", {1: m.Link(1, 99, "manual")})
        self.assertEqual(lost, m.Match(1, why="group_manual_gone", details=(99,)))

    def test_a_link_that_was_found_is_looked_up_again(self):
        links = {1: m.Link(1, 7, "idnumber", "oec_batch_7")}
        self.assertEqual(self.match("oec_batch_7", links), m.Match(1, 7, "idnumber"))
        self.assertEqual(self.match("chess", links).why, "group_without_idnumber")

    def test_a_manual_mapping_wins_even_to_a_batch_of_another_course(self):
        links = {1: m.Link(1, 8, "manual")}
        self.assertEqual(self.match("oec_batch_7", links).record_id, 8)

    def test_a_manual_mapping_to_a_deleted_batch_is_a_gap(self):
        links = {1: m.Link(1, 99, "manual")}
        self.assertEqual(self.match("oec_batch_7", links).why, "group_manual_gone")

    def test_a_deleted_group_is_a_gap(self):
        table = m.BatchTable({7: 1}, {})
        self.assertEqual(m.match_groups([5], {}, 1, table)[5].why, "group_without_idnumber")


def user(user_id, idnumber="", email=""):
    return MoodleUser(user_id, f"User {user_id}", idnumber, email)


def student_table(by_email=None, links=(), holders=(), running=None):
    """:param links: of the users who are matched
    :param holders: of users who are not there"""
    found = {}
    for link in (*links, *holders):
        found.setdefault(link.record_id, []).append(link)
    return m.StudentTable(
        exists=frozenset({101, 102, 103}),
        by_email=by_email or {},
        links={link.moodle_id: link for link in links},
        holders=found,
        enrolments={one: b.enrolment(*batches) for one, batches in (running or {}).items()},
    )


@tagged("post_install", "-at_install")
class TestStudents(BaseCase):
    def whole(self, *users, by_email=None, links=(), holders=()):
        """:return: ``{user id: Match}``"""
        return m.match_students(users, student_table(by_email, links, holders))

    def match(self, *users, **values):
        result = self.whole(*users, **values)
        return {number: one.record_id or one.why for number, one in result.items()}

    def test_the_whole_of_what_is_said(self):
        shared = {"by_email": {"a@x.org": [101, 102]}}
        for one, values, wanted in (
            (user(1, "oec_student_101"), {}, m.Match(1, 101, "idnumber")),
            (user(1, email="A@x.org"), {"by_email": {"a@x.org": [101]}}, m.Match(1, 101, "email")),
            (
                user(1, "oec_student_9"),
                {},
                m.Match(1, why="student_unknown", details=("oec_student_9",)),
            ),
            (user(1, "oec_x"), {}, m.Match(1, why="student_nonsense", details=("oec_x",))),
            (user(1, "7", "a@x.org"), {}, m.Match(1, why="no_match", details=("7", "a@x.org"))),
            (
                user(1, "", "a@x.org"),
                shared,
                m.Match(1, why="email_shared_odoo", details=("a@x.org",)),
            ),
            # Nobody's address is nobody's.
            (user(1), {"by_email": {"": [101]}}, m.Match(1, why="no_match", details=("", ""))),
            (user(1, "7", "d41d8cd98f00b204"), {}, m.Match(1, why="account_deleted")),
        ):
            self.assertEqual(self.whole(one, **values), {1: wanted})
        twins = self.whole(user(1, "oec_student_101"), user(2, "oec_student_101"))
        self.assertEqual(twins[2], m.Match(2, why="idnumber_shared", details=("oec_student_101",)))
        by_email = {"a@x.org": [102]}
        twins = self.whole(user(3, email="a@x.org"), user(4, email="A@x.org"), by_email=by_email)
        self.assertEqual(twins[4], m.Match(4, why="email_shared_moodle", details=("A@x.org",)))

    def test_kept_links_whole(self):
        kept = m.Link(1, 102, "email")
        self.assertEqual(self.whole(user(1), links=[kept]), {1: m.Match(1, 102, "email")})
        gone = m.Link(1, 999, "email")
        self.assertEqual(self.whole(user(1), links=[gone])[1].why, "no_match")
        by_hand = m.Link(1, 103, "manual")
        self.assertEqual(self.whole(user(1), links=[by_hand]), {1: m.Match(1, 103, "manual")})
        lost = m.Link(1, 999, "manual")
        wanted = m.Match(1, why="manual_gone", details=(999,))
        self.assertEqual(self.whole(user(1), links=[lost]), {1: wanted})

    def test_an_account_that_is_gone_keeps_its_student_as_long_as_nothing_is_known_of_it(self):
        former = m.Link(1, 102, m.FORMER, "oec_student_102")
        self.assertEqual(self.whole(user(1), links=[former]), {1: m.Match(1, 102, m.FORMER)})
        for known in (user(1, "7"), user(1, "", "a@x.org"), user(1, "7", "a@x.org")):
            self.assertEqual(self.whole(known, links=[former])[1].why, "no_match")
        # It claims nothing: who has the student now has him alone.
        now = user(2, "oec_student_102")
        self.assertEqual(self.match(user(1), now, links=[former]), {1: 102, 2: 102})
        self.assertEqual(self.match(now, holders=[former]), {2: 102})

    def test_who_else_claims_the_student(self):
        elsewhere = m.Link(9, 101, "idnumber", "oec_student_101", name="Ana")
        found = self.whole(user(1, "oec_student_101"), holders=[elsewhere])
        self.assertEqual(found[1], m.Match(1, why="student_claimed", details=(101, ("Ana",))))
        nameless = m.Link(9, 101, "idnumber", "oec_student_101")
        found = self.whole(user(1, "oec_student_101"), holders=[nameless])
        self.assertEqual(found[1].details, (101, (9,)))
        # Both here: each is told of the other, and who has no rival is left alone.
        found = self.whole(
            user(1, "oec_student_103"),
            user(2, email="a@x.org"),
            user(3, email="b@x.org"),
            user(4, "oec_student_101"),
            by_email={"a@x.org": [102], "b@x.org": [102]},
        )
        self.assertEqual(found[1], m.Match(1, 103, "idnumber"))
        self.assertEqual(found[4], m.Match(4, 101, "idnumber"))
        self.assertEqual(found[2], m.Match(2, why="student_claimed", details=(102, ("User 3",))))
        self.assertEqual(found[3], m.Match(3, why="student_claimed", details=(102, ("User 2",))))

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


@tagged("post_install", "-at_install")
class TestRivals(BaseCase):
    """Links of accounts that are not in the course, and whether they give way."""

    def rivals(self, *users, by_email=None, holders=()):
        table = student_table(by_email, holders=holders)
        people = m.People(students=m.match_students(users, table), table=table)
        return m.rivals(users, people)

    def test_who_keeps_somebody_from_being_matched(self):
        by_idnumber = m.Link(8, 101, "idnumber", "oec_student_101")
        by_email = m.Link(9, 102, "email")
        # Whoever is matched already is passed over.
        ana, bo, cy = user(1, "oec_student_101"), user(2, "", "B@x.org"), user(3, "oec_student_103")
        found = self.rivals(
            cy, ana, bo, by_email={"b@x.org": [102]}, holders=[by_idnumber, by_email]
        )
        self.assertEqual(found, {by_idnumber: [ana], by_email: [bo]})

    def test_nobody_is_asked_of_manual_links_former_accounts_and_those_that_are_here(self):
        for found_by in (m.MANUAL, m.FORMER):
            self.assertEqual(
                self.rivals(user(1, "oec_student_101"), holders=[m.Link(8, 101, found_by)]), {}
            )
        twins = user(1, "oec_student_101"), user(2, "oec_student_101")
        link = m.Link(2, 101, "idnumber", "oec_student_101")
        self.assertEqual(self.rivals(*twins, holders=[link]), {})
        self.assertEqual(self.rivals(*twins), {})
        other = m.Link(8, 101, "idnumber", "oec_student_101")
        self.assertEqual(self.rivals(*twins, holders=[other]), {other: list(twins)})

    def test_given_up(self):
        by_idnumber = m.Link(8, 101, "idnumber", "oec_student_101")
        by_email = m.Link(8, 101, "email", "")
        now = [user(1, "oec_student_101", "A@x.org")]
        hashed = user(8, "oec_student_101", "d41d8cd98f00b204")
        for link, account, wanted in (
            (by_idnumber, None, m.FORMER),
            (by_email, None, m.FORMER),
            (by_idnumber, hashed, m.FORMER),
            (by_email, hashed, m.FORMER),
            (by_idnumber, user(8, "oec_student_101"), ""),
            (by_idnumber, user(8, "oec_student_101", "z@x.org"), ""),
            (by_idnumber, user(8, "oec_student_102", "a@x.org"), "ended"),
            (by_email, user(8, "", "a@X.org"), ""),
            (by_email, user(8, "", "z@x.org"), "ended"),
            (by_idnumber, user(8), "ended"),
            # An account has an e-mail address: it is not shown.
            (by_email, user(8), ""),
        ):
            found = m.given_up(link, m.Accounts({8: account}), now)
            self.assertEqual(found, wanted, (link, account))

    def test_what_moodle_does_not_show_gives_nothing_up(self):
        by_idnumber = m.Link(8, 101, "idnumber", "oec_student_101")
        by_email = m.Link(8, 101, "email", "")
        now = [user(1, "oec_student_101", "A@x.org")]
        hidden = m.Accounts({8: user(8, "", "z@x.org")}, idnumbers=False)
        for link, accounts, wanted in (
            (by_idnumber, m.Accounts({}), ""),
            (by_email, m.Accounts({}), ""),
            (by_idnumber, m.Accounts({1: None}), ""),
            (by_idnumber, hidden, ""),
            (by_email, hidden, "ended"),
            (by_idnumber, m.Accounts({8: user(8, "", "0cc175b9c0f1b6a8")}, False), m.FORMER),
        ):
            with self.subTest(link=link, accounts=accounts):
                self.assertEqual(m.given_up(link, accounts, now), wanted)


@tagged("post_install", "-at_install")
class TestBatches(BaseCase):
    def test_of_a_student(self):
        table = student_table(running={101: [7], 102: [7, 8], 103: [0]})
        people = m.People(table=table)
        self.assertEqual(people.own_batch(101, b.DAY), (7, ""))
        self.assertEqual(people.own_batch(102, b.DAY), (0, "batch_several"))
        self.assertEqual(people.own_batch(103, b.DAY), (0, "batch_empty"))
        self.assertEqual(people.own_batch(104, b.DAY), (0, "batch_none"))
        taught = m.People(table=replace(table, taught=frozenset({8})))
        self.assertEqual(taught.own_batch(102, b.DAY), (8, ""))
        self.assertEqual(people.student(5), m.Match(5, why="account_unknown"))
