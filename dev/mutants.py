"""Mutants of the rules of ``services/domain``, made by mutmut, tried by their tests alone.

    dev/mutants.py FOLDER [NAME ...]    # NAME: of a rule's file, as ``merge``; all of RULES else

The rules and the tests are copied into FOLDER, beside two lines that stand for Odoo's test case:
nothing else of Odoo is there. A mutant that no test finds is shown as a difference, unless
``dev/mutants.txt`` says why it does no harm. Ends with 1 if more than 5 of 100 live.
"""

import ast
import difflib
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from mutants_try import FOUND, UNTESTED, Trial

ADDON = "openeducat_moodle_attendance"
CHECKOUT = Path(__file__).resolve().parents[1]
RULES = (
    "merge",
    "own_batch",
    "linking",
    "matching",
    "course_links",
    "misdated",
    "status",
    "status_meaning",
    # The planner, and the steps that it lists.
    "planner",
    "adopting",
    "changed_keys",
    "course_index",
    "findings",
    "copies",
    "followed",
    "following",
    "fingerprint",
    "given_again",
    "gone",
    "gone_courses",
    "lessons",
    "lost_and_new",
    "manual_sheets",
    "mark_rows",
    "marks",
    "pairing",
    "placing",
    "pull",
    "push",
    "question_keys",
    "references",
    "remarks",
    "sending",
    "settling",
    "sheet_plans",
    "shifts",
    "waiting",
    "whose_sheet",
    "window",
)
TESTS = (
    "builders",
    "decisions",
    "measured",
    "test_changed_keys",
    "test_choose_sessions",
    "test_fingerprint",
    "test_gone_courses",
    "test_linking",
    "test_mark_rows",
    "test_matching",
    "test_merge",
    "test_own_batch",
    "test_planner*",
    "test_status*",
)
ODOO = """
from unittest import TestCase as BaseCase


def tagged(*tags):
    return lambda case: case
"""
SETTINGS = """
[mutmut]
source_paths={sources}
pytest_add_cli_args_test_selection={addon}/tests
also_copy={addon}
    odoo

# So that pytest takes this folder for its root, and not the checkout that it may lie in.
[tool:pytest]
"""
HARMLESS = CHECKOUT / "dev/mutants.txt"
LEAST = 95  # of 100


def lay_out(folder, rules):
    """Copy what mutmut changes and runs."""
    shutil.rmtree(folder, ignore_errors=True)
    addon = folder / ADDON
    shutil.copytree(CHECKOUT / "services/domain", addon / "services/domain")
    (addon / "tests").mkdir()
    for pattern in TESTS:
        for path in (CHECKOUT / "tests").glob(f"{pattern}.py"):
            shutil.copy(path, addon / "tests")
    (addon / "docs").mkdir()
    shutil.copy(CHECKOUT / "docs/rules.md", addon / "docs")
    odoo = folder / "odoo/tests"
    odoo.mkdir(parents=True)
    for path in (odoo / "__init__.py", odoo / "common.py"):
        path.write_text(ODOO)
    for package in (odoo.parent, addon, addon / "services", addon / "tests"):
        (package / "__init__.py").touch()
    sources = "\n    ".join(f"{ADDON}/services/domain/{name}.py" for name in rules)
    (folder / "setup.cfg").write_text(SETTINGS.format(sources=sources, addon=ADDON))


def functions(source):
    """:return: ``{name: lines}`` of every function in a file"""
    lines = source.split("\n")
    return {
        node.name: lines[node.lineno : node.end_lineno]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
    }


def differences(path, names):
    """:return: ``{mutant: the lines it has changed}``"""
    found = functions(path.read_text())
    result = {}
    for name in names:
        short = name.rpartition(".")[2]
        original = found.get(re.sub(r"__mutmut_\d+$", "__mutmut_orig", short), [])
        changed = difflib.unified_diff(original, found.get(short, []), n=0, lineterm="")
        result[name] = [
            line for line in changed if line[0] in "+-" and not line.startswith(("+++", "---"))
        ]
    return result


def harmless():
    """:return: the changed lines that ``dev/mutants.txt`` accepts, each as one text"""
    blocks = HARMLESS.read_text().split("\n\n") if HARMLESS.exists() else []
    return {changes(line for line in block.splitlines() if line[:1] in "+-") for block in blocks}


def changes(lines):
    """Changed lines as one text, wherever they stand."""
    return "\n".join(line[0] + line[1:].strip() for line in lines)


def main(folder, *rules):
    folder = Path(folder)
    rules = rules or RULES
    lay_out(folder, rules)
    began = time.monotonic()
    mutmut = Path(sys.executable).with_name("mutmut")
    with (folder / "log").open("w") as log:
        # It makes the mutants, and runs the tests once to see which of them reach what; of this
        # name there is none to try.
        subprocess.run(
            [mutmut, "run", "none of them"],
            cwd=folder, stdout=log, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
    mutants = folder / "mutants"
    if not (mutants / "mutmut-stats.json").exists():
        sys.exit(f"The tests fail without any mutant; see {folder / 'log'}")
    trial = Trial(mutants)
    accepted = harmless()
    killed = living = excused = 0
    for name in rules:
        path = mutants / ADDON / f"services/domain/{name}.py"
        meta = json.loads(path.with_suffix(".py.meta").read_text())
        results = trial.run(list(meta["exit_code_by_key"]))
        left = [key for key, result in results.items() if result != FOUND]
        alive = {}
        for key, lines in differences(path, left).items():
            if changes(lines) in accepted:
                excused += 1
            else:
                alive[key] = lines
        killed += len(results) - len(left)
        living += len(alive)
        print(
            f"{name}: {len(results)} mutants, {len(results) - len(left)} found, {len(alive)} alive"
        )
        for key, lines in alive.items():
            print(
                f"  {key.rpartition('.')[2]}" + (" (no test)" if results[key] == UNTESTED else "")
            )
            print("\n".join(f"    {line}" for line in lines))
    total = killed + living + excused
    share = 100 * killed / total
    print(
        f"{killed} of {total} mutants found ({share:.1f} of 100), {excused} harmless "
        f"(dev/mutants.txt), {living} alive; {time.monotonic() - began:.0f} s"
    )
    sys.exit(share < LEAST)


if __name__ == "__main__":
    main(*sys.argv[1:])
