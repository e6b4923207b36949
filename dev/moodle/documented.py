"""What the token of the set-up can do and not do, tried in a real Moodle: the list in ``docs/security.md``.

``WRITE_DOCS=1`` writes it there.
"""

import os
import pathlib
import unittest

import accounts
import requests
from black_box import Case, wanted
from moodle_site import Refused, set_up

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs/security.md"
BEGIN, END = (
    "<!-- what the token can do: written by dev/moodle/documented.py -->\n",
    "<!-- until here -->\n",
)
OWN = "local_wsattendance_"


class TestDocumented(Case):
    def setUp(self):
        super().setUp()
        set_up("--native=no", "--reduce")
        # The same rights as the account of the set-up, and every function that there is.
        self.wide = accounts.account(self.stage, self.cast, accounts.SYNC)
        self.addCleanup(accounts.dismiss, self.stage, [self.wide])
        self.rows = []

    def tried(self, what, function, site=None, empty=False, **params):
        """Ask, and note whether it is done. :param empty: whether an answer without anything in it is none"""
        try:
            answer = (site or self.site)(function, **params)
        except Refused as error:
            said = f"no: `{error.code}`"
            if error.code == "invalidparameter":
                said = f"no: {error.answer['message']}"
        else:
            refused = (
                [r["reason"] for r in answer["results"] if r["reason"]]
                if "results" in (answer or ())
                else []
            )
            said = (
                f"no: `{refused[0]}`"
                if refused
                else "no: an empty list"
                if empty and not answer
                else "**yes**"
            )
        self.rows.append((what, f"`{function}`", said))

    def list_all(self):
        p = self.statuses["P"]
        hide = "$DB->set_field('course', 'visible', 0, ['id' => $in['id']]);"
        self.stage(hide, id=self.course)
        course, students = {"courseid": self.course}, self.students
        self.tried("list all courses, hidden ones too, with their ID numbers", OWN + "get_courses")
        self.tried("say what its account is and may do", OWN + "get_status")
        self.tried("say whether a course has changed", OWN + "get_digests", courseids=[self.course])
        self.tried(
            "read people, groups, sessions and marks of a course", OWN + "get_sessions", **course
        )
        self.tried(
            "look up an account's ID number and e-mail address",
            OWN + "get_accounts",
            userids=[students[0]],
        )
        self.tried(
            "read the people of the front page, who are all of the site",
            OWN + "get_sessions",
            courseid=1,
        )
        mark = {"sessionid": self.session, "marks": [wanted(students[0], p)]}
        write = OWN + "set_marks"
        self.tried("write a mark in its own name", write, **mark)
        again = {**mark, "marks": [wanted(students[1], p)]}
        self.tried("in the name of a teacher of the course", write, takenby=self.teacher, **again)
        self.tried("in the name of an administrator", write, takenby=2, **again)
        self.tried("in the name of a student", write, takenby=students[2], **again)
        stranger = {**mark, "marks": [wanted(self.cast["outsider"], p)]}
        self.tried("write a mark for somebody who is not enrolled", write, **stranger)
        other = {**mark, "marks": [wanted(students[3], self.cast["plainstatuses"]["P"])]}
        self.tried("write a status of another activity", write, **other)
        new = {
            "attendanceid": self.cast["lectures"],
            "sessiontime": 1790500000,
            "reference": "oec_sheet_1",
        }
        self.tried("add a session", OWN + "add_session", **new)
        for what, function in (
            ("delete a session", "mod_attendance_remove_session"),
            ("add or delete an activity", "mod_attendance_remove_attendance"),
            ("call a function of the old plug-in", "mod_wsattendance_update_user_status"),
            ("call Moodle's own list of courses", "core_course_get_courses"),
            ("make or change an account", "core_user_update_users"),
            ("enrol somebody", "enrol_manual_enrol_users"),
            ("read grades", "gradereport_user_get_grade_items"),
            ("send a message", "core_message_send_instant_messages"),
            ("upload a file", "core_files_upload"),
        ):
            self.tried(what, function)
        whole = "if its service had all functions: "
        self.tried(whole + "Moodle's own list of courses", "core_course_get_courses", self.wide)
        self.tried(
            whole + "its list of people", "core_enrol_get_enrolled_users", self.wide, **course
        )
        self.tried(
            whole + "its list of groups", "core_group_get_course_groups", self.wide, **course
        )
        self.tried(
            whole + "an account",
            "core_user_get_users_by_field",
            self.wide,
            True,
            field="id",
            values=students[:1],
        )
        session = {"sessionid": self.session}
        self.tried(
            whole + "Attendance's own reading", "mod_attendance_get_session", self.wide, **session
        )
        old = {"studentid": students[0], "takenbyid": 2, "statusid": p, "statusset": "0"}
        self.tried(
            whole + "its own writing",
            "mod_attendance_update_user_status",
            self.wide,
            **session,
            **old,
        )
        fields = {
            "username": "odoosync",
            "password": "Pass-1234",
            "service": "local_wsattendance_sync",
        }
        answer = requests.post(f"{self.site.url}/login/token.php", data=fields, timeout=60).json()
        self.rows.append(
            ("log in with its account", "`/login/token.php`", f"no: `{answer['errorcode']}`")
        )

    def test_the_list_is_that_of_the_docs(self):
        self.list_all()
        lines = [
            "| Can it … | by | |",
            "|---|---|---|",
            *(f"| {' | '.join(row)} |" for row in self.rows),
        ]
        table = "\n" + "\n".join(lines) + "\n\n"
        text = DOCS.read_text(encoding="utf-8")
        before, _begin, rest = text.partition(BEGIN)
        found, _end, after = rest.partition(END)
        if os.environ.get("WRITE_DOCS"):
            DOCS.write_text(before + BEGIN + table + END + after, encoding="utf-8")
        else:
            self.assertEqual(found, table)


if __name__ == "__main__":
    unittest.main()
