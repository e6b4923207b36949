"""The Moodle plug-in names the functions and rights that the addon needs: read from its source, as no
test here has a Moodle. What it does is tested in a real one, by ``make test-moodle``."""

import re
from pathlib import Path
from xml.etree import ElementTree

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ..services.domain import token_status
from ..services.moodle import module_detector as detector
from .moodle_server.state import COMPANION

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
        rights = {
            right
            for name in ("RIGHTS", "NATIVE_RIGHTS")
            for right in quoted(source.partition(f"const {name} = [")[2].partition("];")[0])
        } - {token_status.RIGHT}
        role = ElementTree.parse(ADDON / "docs/moodle-role.xml")
        self.assertEqual(rights, {allow.text for allow in role.iter("allow")})
        self.assertIn(f"const NAME = '{role.findtext('shortname')}';", source)

    def test_the_small_service_has_all_that_is_called(self):
        """And nothing else: core's first function, and those of the plug-in's own."""
        source = (PLUGIN / "db/services.php").read_text()
        own = set(re.findall(r"'(local_wsattendance_\w+)' =>", source))
        self.assertEqual(set(detector.functions_called("companion")), own | {detector.SITE_INFO})
        self.assertEqual(set(COMPANION), own | {detector.SITE_INFO})
        small = source.partition("'local_wsattendance_sync'")[2].partition("]")[0]
        self.assertIn("core_webservice_get_site_info", small)

    def test_the_role_has_what_is_needed_and_nothing_more(self):
        source = (PLUGIN / "classes/local/setup.php").read_text()
        rights = quoted(source.partition("const RIGHTS = [")[2].partition("];")[0])
        self.assertEqual(rights, token_status.RIGHTS)
        self.assertIn(f"'{token_status.RIGHT}' =>", (PLUGIN / "db/access.php").read_text())

    def test_each_function_has_its_class(self):
        source = (PLUGIN / "db/services.php").read_text()
        names = re.findall(r"'(?:mod|local)_wsattendance_(\w+)' =>", source)
        classes = {path.stem for path in (PLUGIN / "classes/external").glob("*.php")}
        self.assertEqual((len(names), set(names)), (10, classes - {"base"}))

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
        wanted |= {f"about_{problem}" for problem in problems}
        # Moodle's own.
        wanted -= {"cliunknowoption", "never"}
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

    def test_the_other_languages_say_all_and_nothing_else(self):
        def texts(language):
            source = (PLUGIN / f"lang/{language}/local_wsattendance.php").read_text()
            # A backslash stands before a quotation mark in PHP.
            found = re.findall(r"^\$string\['([\w:]+)'\] = '((?:[^'\\]|\\.)*)';$", source, re.M)
            self.assertEqual(len(found), len(re.findall(r"^\$string", source, re.M)))
            self.assertEqual([name for name, _ in found], sorted(name for name, _ in found))
            return dict(found)

        def kept(text):
            """What has to be the same in each language: values, options of a command, paths."""
            return sorted(re.findall(r"\{\$a(?:->\w+)?\}|--\w[\w-]*|\w+/\S+\.php", text))

        english = texts("en")
        for language in ("es", "fr"):
            translated = texts(language)
            self.assertEqual(list(translated), list(english))
            for name, text in translated.items():
                self.assertTrue(text.strip())
                self.assertEqual(kept(text), kept(english[name]), f"{name} in {language}")
