"""The zip of the plug-in for Moodle that the set-up hands out, and how the set-up leads to it."""

import io
import os
import re
import subprocess
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import polib
from lxml import etree

from odoo.tests import BaseCase, HttpCase, TransactionCase, new_test_user, tagged

from ..models.moodle_instance_status import PLUGIN_PAGE
from ..services.moodle import plugin_zip
from .test_security import MANAGER

ADDON = Path(__file__).resolve().parents[1]


def files(folder):
    """:return: ``{path in the folder: its bytes}``"""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@tagged("post_install", "-at_install")
class TestPluginZip(BaseCase):
    def test_it_holds_the_folder_as_moodles_installer_wants_it(self):
        with zipfile.ZipFile(io.BytesIO(plugin_zip.content())) as archive:
            self.assertIsNone(archive.testzip())
            with TemporaryDirectory() as there:
                archive.extractall(there)
                (root,) = Path(there).iterdir()
                self.assertEqual(root.name, "wsattendance")
                self.assertEqual(files(root), files(ADDON / "moodle/local_wsattendance"))

    def test_the_same_files_give_the_same_bytes(self):
        """Whenever they were written, in whatever order, and with what an editor leaves."""
        with TemporaryDirectory() as there:
            copy = Path(there) / "local_wsattendance"
            for name, content in reversed(files(plugin_zip.FOLDER).items()):
                path = copy / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            (copy / "cli/.setup.php.swp").write_bytes(b"x")
            self.assertEqual(plugin_zip.content(copy), plugin_zip.content())
            (copy / "cli/setup.php").write_bytes(b"<?php")
            self.assertNotEqual(plugin_zip.content(copy), plugin_zip.content())

    def test_its_version_is_that_of_the_folder(self):
        source = (plugin_zip.FOLDER / "version.php").read_text()
        version = plugin_zip.version()
        self.assertIn(f"$plugin->version = {version.number};", source)
        self.assertIn(f"$plugin->release = '{version.release}';", source)
        self.assertEqual(plugin_zip.file_name(), f"local_wsattendance-{version.release}.zip")

    def test_it_is_in_the_package_for_pip(self):
        """What ``make wheel`` takes of it: no more than git holds, and nothing of it left out."""
        if not (ADDON / "dev/wheel.sh").is_file() or not (ADDON / ".git").exists():
            self.skipTest("no checkout")
        line = next(
            line for line in (ADDON / "dev/wheel.sh").read_text().splitlines() if "ls-files" in line
        )
        command = line.partition("|")[0].strip()
        # The checkout may be somebody else's.
        anybodys = {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
        }
        found = subprocess.run(
            ["bash", "-c", command],
            cwd=ADDON,
            env={**os.environ, **anybodys},
            check=True,
            capture_output=True,
            text=True,
        )
        inside = {name for name in found.stdout.split("\0") if name.startswith("moodle/")}
        wanted = {f"moodle/local_wsattendance/{name}" for name in files(plugin_zip.FOLDER)}
        self.assertEqual(inside, wanted)


@tagged("post_install", "-at_install")
class TestPluginPage(HttpCase):
    def test_it_is_for_whoever_may_set_up_a_moodle(self):
        self.authenticate("admin", "admin")
        answer = self.url_open(PLUGIN_PAGE)
        self.assertEqual((answer.status_code, answer.content), (200, plugin_zip.content()))
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        self.assertIn(plugin_zip.file_name(), answer.headers["Content-Disposition"])
        for login, groups in (
            ("t-manager", f"base.group_user,{MANAGER}"),
            ("t-user", "base.group_user"),
            ("t-portal", "base.group_portal"),
        ):
            new_test_user(self.env, login, groups)
            self.authenticate(login, login)
            self.assertEqual(self.url_open(PLUGIN_PAGE).status_code, 403, login)

    def test_a_visitor_is_asked_to_log_in(self):
        answer = self.url_open(PLUGIN_PAGE, allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login", answer.headers["Location"])


@tagged("post_install", "-at_install")
class TestSetUp(TransactionCase):
    def setUp(self):
        super().setUp()
        view = self.env.ref("openeducat_moodle_attendance.view_moodle_instance_setup")
        (self.step,) = etree.fromstring(view.arch).xpath("//div[.//details]")
        self.shell, self.folded = self.step.xpath(".//details")
        self.step.remove(self.shell)
        self.step.remove(self.folded)

    def test_the_zip_and_three_steps_lead(self):
        self.assertEqual(len(self.step.xpath("./ol/li")), 3)
        self.assertEqual(len(self.step.xpath(f"./ol/li[1]//a[@href='{PLUGIN_PAGE}']")), 1)
        (commands,) = self.shell.xpath("./pre/text()")
        (script,) = re.findall(r"/local/wsattendance/(\S+\.php)", commands)
        self.assertTrue((plugin_zip.FOLDER / script).is_file(), script)
        self.assertEqual(len(self.folded.xpath("./ol/li")), 5)

    def test_the_plugin_is_called_as_in_moodle_in_every_language(self):
        name = self.plugin_name("en")
        self.assertIn(name, " ".join(self.step.itertext()))
        for language in ("es", "fr"):
            terms = polib.pofile(ADDON / f"i18n/{language}.po")
            found = [term for term in terms if name in term.msgid]
            self.assertTrue(found)
            for term in found:
                words = " ".join(term.msgstr.split())
                self.assertIn(self.plugin_name(language), words, language)

    def plugin_name(self, language):
        """What Moodle's pages show in this language."""
        texts = (plugin_zip.FOLDER / f"lang/{language}/local_wsattendance.php").read_text()
        (name,) = re.findall(r"^\$string\['pluginname'\] = '(.*)';", texts, re.M)
        return name

    def test_what_it_links_to_is_there(self):
        pages = [link for link in self.folded.xpath(".//a/@href") if "/static/doc/" in link]
        self.assertEqual(len(pages), 2)
        for page in pages:
            path, _hash, anchor = page.removeprefix("/openeducat_moodle_attendance/").partition("#")
            text = (ADDON / path).read_text()
            self.assertTrue(not anchor or f'id="{anchor}"' in text, page)
