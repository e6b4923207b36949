"""The rooms of ``services``: what the linter of imports (``.importlinter``) can't see."""

import ast
import sys
from pathlib import Path

from odoo.tests import BaseCase, tagged

SERVICES = Path(__file__).resolve().parents[1] / "services"
ROOMS = {"domain", "moodle", "openeducat", "runs", "texts"}
# What the domain may import beside its own modules.
PLAIN = {*sys.stdlib_module_names, "pytz"}
# And for mypy alone, which brings it: types that Python 3.10 has not.
TYPES = {"typing_extensions"}


def sources(folder):
    """``(path, syntax tree)`` of the Python files of a folder."""
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text())


def for_mypy(tree):
    """The statements of a module that nothing but mypy looks at."""
    return {
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in block.body
    }


@tagged("post_install", "-at_install")
class TestTests(BaseCase):
    def test_odoo_s_own_runner_finds_each_of_them(self):
        """pytest goes by the names of files, Odoo by what the package imports."""
        folder = Path(__file__).parent
        tree = ast.parse((folder / "__init__.py").read_text())
        found = {alias.name for node in tree.body for alias in node.names}
        # Of dev/, which a package of the addon has not.
        there = {path.stem for path in folder.glob("test_*.py")} - {"test_bench"}
        self.assertEqual({name for name in found if name.startswith("test_")}, there)


@tagged("post_install", "-at_install")
class TestRooms(BaseCase):
    def test_every_module_is_in_a_room_that_says_what_it_is(self):
        self.assertEqual([path.name for path in SERVICES.glob("*.py")], ["__init__.py"])
        self.assertEqual({path.parent.name for path in SERVICES.glob("*/__init__.py")}, ROOMS)
        for room in ROOMS:
            tree = ast.parse((SERVICES / room / "__init__.py").read_text())
            self.assertTrue(ast.get_docstring(tree), room)
            self.assertEqual(len(tree.body), 1, f"{room}: to import a room imports nothing")

    def test_the_domain_imports_nothing_but_the_standard_library(self):
        for path, tree in sources(SERVICES / "domain"):
            unused = for_mypy(tree)
            for node in ast.walk(tree):
                if isinstance(node, ast.Import):
                    found = {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    self.assertLess(node.level, 2, f"{path.name}: another room")
                    found = set() if node.level else {node.module}
                else:
                    continue
                plain = PLAIN | TYPES if node in unused else PLAIN
                self.assertLessEqual({name.split(".")[0] for name in found}, plain, path.name)

    def test_sentences_stand_in_texts_and_those_of_gaps_in_their_catalogue(self):
        for path, tree in sources(SERVICES):
            if path.parent.name == "texts":
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "_":
                    self.assertNotIsInstance(node.args[0], ast.Constant, f"{path}:{node.lineno}")
                if isinstance(node, ast.ImportFrom):
                    names = {alias.name for alias in node.names}
                    self.assertNotIn("LazyTranslate", names, f"{path}:{node.lineno}")
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_lt":
                    self.assertEqual(path, SERVICES / "domain" / "gaps.py", node.lineno)
