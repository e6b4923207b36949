"""The rights that the manual, the role file, the set-up and the messages name are the same."""

import re
from pathlib import Path
from xml.etree import ElementTree

from odoo.tests import tagged
from odoo.tests.common import TransactionCase

ADDON = Path(__file__).parents[1]
ROLE_FILE = ADDON / "docs/moodle-role.xml"
RIGHT = re.compile(r"\b(?:webservice/rest:use|(?:mod|moodle)/[a-z]+:[a-z]+)\b")
# May stand in for takeattendances when nothing is sent.
INSTEAD = {"mod/attendance:changeattendances"}
# What the students' role needs, not that of the token's account.
STUDENTS = {"mod/attendance:canbelisted"}


def rights_of_role():
    role = ElementTree.parse(ROLE_FILE).getroot()
    return [allow.text for allow in role.findall("permissions/allow")]


@tagged("post_install", "-at_install")
class TestRightsInMoodle(TransactionCase):
    def test_the_role_file(self):
        rights = rights_of_role()
        self.assertEqual(len(rights), len(set(rights)))
        role = ElementTree.parse(ROLE_FILE).getroot()
        self.assertEqual([level.text for level in role.findall("contextlevels/level")], ["system"])
        # Moodle's schema takes them in this order.
        order = [child.tag for child in role]
        self.assertEqual(
            order,
            ["shortname", "name", "description", "archetype", "contextlevels", "allowassign",
             "allowoverride", "allowswitch", "allowview", "permissions"],
        )  # fmt: skip
        # The set-up offers it for download; what lies in docs is not served.
        served = ADDON / "static/moodle-role.xml"
        self.assertEqual(served.read_bytes(), ROLE_FILE.read_bytes())

    def test_the_manual_has_the_same(self):
        manual = (ADDON / "docs/moodle-setup.md").read_text()
        rows = re.findall(r"^\| [^|`]+ \| `([^`]+)` \|", manual, re.M)
        self.assertEqual([row for row in rows if RIGHT.fullmatch(row)], rights_of_role())

    def test_the_set_up_has_the_same(self):
        view = self.env.ref("openeducat_moodle_attendance.view_moodle_instance_setup")
        (listed,) = [
            text for text in re.findall("<pre.*?</pre>", view.arch, re.S) if "rest:use" in text
        ]
        self.assertEqual(sorted(RIGHT.findall(listed)), sorted(rights_of_role()))

    def test_messages_name_no_other(self):
        for path in sorted((ADDON / "services").rglob("*.py")):
            named = set(RIGHT.findall(path.read_text()))
            self.assertLessEqual(named - INSTEAD - STUDENTS, set(rights_of_role()), path.name)
