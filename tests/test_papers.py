"""README and manual: short, whole, and the same in Odoo as in ``docs/``."""

import importlib.util
import re
from pathlib import Path

from odoo.tests import tagged
from odoo.tests.common import BaseCase

ADDON = Path(__file__).resolve().parents[1]
README = ADDON / "README.md"
DOCS = sorted((ADDON / "docs").glob("*.md"))
PAPERS = [*sorted(ADDON.glob("*.md")), *DOCS]
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.M)
SERVED = re.compile(r"/openeducat_moodle_attendance/(static/[\w./-]+)")

_spec = importlib.util.spec_from_file_location("moodle_docs", ADDON / "dev/docs.py")
docs = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(docs)


def links(paper):
    """:return: ``(file, anchor)`` of each link and picture that leads to no other site"""
    for link in LINK.findall(paper.read_text()):
        if "://" not in link:
            path, _, anchor = link.partition("#")
            yield (paper.parent / path).resolve() if path else paper, anchor


def anchors(paper):
    return {docs.slug(heading) for heading in HEADING.findall(paper.read_text())}


@tagged("post_install", "-at_install")
class TestPapers(BaseCase):
    def test_the_readme_is_short(self):
        self.assertLessEqual(len(README.read_text().splitlines()), 120)

    def test_links_and_pictures_lead_somewhere(self):
        for paper in PAPERS:
            for target, anchor in links(paper):
                self.assertTrue(target.exists(), f"{paper.name}: {target}")
                if anchor:
                    self.assertIn(anchor, anchors(target), f"{paper.name}: {target.name}")

    def test_the_readme_leads_to_every_page(self):
        found, queue = set(), [README]
        while queue:
            paper = queue.pop()
            if paper.suffix == ".md" and paper not in found:
                found.add(paper)
                queue += [target for target, _anchor in links(paper)]
        self.assertEqual([page.name for page in DOCS if page not in found], [])

    def test_help_shows_the_pages_as_they_are(self):
        served = {path.stem: path.read_text() for path in docs.SERVED.glob("*.html")}
        self.assertEqual(sorted(served), sorted(docs.PAGES))
        for name, text in served.items():
            self.assertIn(docs.source(name), text, f"{name}: make docs")
            if importlib.util.find_spec("markdown_it"):
                self.assertEqual(docs.page(name), text, f"{name}: make docs")

    def test_what_the_screens_lead_to_is_served(self):
        views = "".join(path.read_text() for path in (ADDON / "views").glob("*.xml"))
        named = set(SERVED.findall(views))
        self.assertIn(f"static/doc/{docs.PAGES[0]}.html", named)
        for path in named:
            self.assertTrue((ADDON / path).is_file(), path)
