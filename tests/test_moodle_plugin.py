"""The Moodle plug-in names the functions and rights that the addon needs: read from its source, as no
test here has a Moodle. What it does is tested in a real one, by ``make test-moodle``."""

import re
from pathlib import Path
from xml.etree import ElementTree

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ..services.moodle import module_detector as detector

ADDON = Path(__file__).resolve().parents[1]
PLUGIN = ADDON / "moodle/local_wsattendance"


def quoted(text):
    return set(re.findall(r"'([a-z_:/]+)'", text))


@tagged("post_install", "-at_install")
class TestMoodlePlugin(BaseCase):
    def test_the_service_has_every_function_that_is_looked_for(self):
        functions = quoted((PLUGIN / "db/services.php").read_text())
        needed = {*detector.CORE_FUNCTIONS, detector.CONTENTS}
        for prefix in detector.PREFIX.values():
            needed |= {prefix + "get_session", prefix + "update_user_status"}
        needed.add(detector.PREFIX[detector.LEGACY] + detector.TODAY)
        native = detector.PREFIX[detector.NATIVE]
        needed |= {native + "get_sessions", native + "add_session"}
        self.assertLessEqual(needed, functions)

    def test_the_role_has_the_rights_of_the_manual(self):
        source = (PLUGIN / "classes/local/setup.php").read_text()
        rights = quoted(source.partition("const RIGHTS = [")[2].partition("];")[0])
        role = ElementTree.parse(ADDON / "docs/moodle-role.xml")
        self.assertEqual(rights, {allow.text for allow in role.iter("allow")})
        self.assertIn(f"const NAME = '{role.findtext('shortname')}';", source)

    def test_each_function_has_its_class(self):
        source = (PLUGIN / "db/services.php").read_text()
        names = re.findall(r"'(?:mod|local)_wsattendance_(\w+)' =>", source)
        classes = {path.stem for path in (PLUGIN / "classes/external").glob("*.php")}
        self.assertEqual((len(names), set(names)), (8, classes))

    def test_each_text_is_there(self):
        texts = (PLUGIN / "lang/en/local_wsattendance.php").read_text()
        known = set(re.findall(r"^\$string\['([\w:]+)'\]", texts, re.M))
        setup = (PLUGIN / "classes/local/setup.php").read_text()
        steps = quoted(setup.partition("function steps")[2].partition("];")[0])
        problems = set(
            re.findall(
                r"^            '(\w+)' =>",
                setup.partition("function problems")[2].partition("]));")[0],
                re.M,
            )
        )
        self.assertTrue(steps and problems)
        wanted = {f"step_{step}" for step in steps} | {f"problem_{problem}" for problem in problems}
        for path in PLUGIN.rglob("*.php"):
            wanted |= set(re.findall(r"(?:\$texts|get_string)\('([\w:]+)'", path.read_text()))
        wanted -= {"cliunknowoption"}
        self.assertLessEqual(wanted, known)

    def test_the_way_without_the_zip_is_the_same_everywhere(self):
        view = ElementTree.parse(ADDON / "views/moodle_instance_views.xml")
        (block,) = {pre.text for pre in view.iter("pre") if "upgrade.php" in (pre.text or "")}
        lines = block.splitlines()
        self.assertEqual(len(lines), 6)
        # Where plug-ins lie since Moodle 5.1, and where they lay before.
        self.assertIn("[ -d public/local ] && echo public || echo .", block)
        for paper in ("README.md", "docs/moodle-setup.md", "moodle/local_wsattendance/README.md"):
            text = [line.strip() for line in (ADDON / paper).read_text().splitlines()]
            begin = text.index(lines[0])
            self.assertEqual(text[begin : begin + len(lines)], lines, paper)

    def test_no_way_has_a_path_that_one_version_lacks(self):
        for paper in (*ADDON.glob("docs/*.md"), ADDON / "README.md", *ADDON.glob("views/*.xml"),
                      *ADDON.glob("services/texts/*.py"), PLUGIN / "README.md"):  # fmt: skip
            with self.subTest(paper.name):
                self.assertNotRegex(paper.read_text(), r"php local/wsattendance/cli")
