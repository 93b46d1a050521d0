"""The tests themselves: all of them are run by somebody, and none leans on another."""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from _pytest.mark.expression import Expression
from tests.conftest import dearest_first

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Collected


MARKS = ("soak", "long", "browser", "hypothesis")


def called(repo: Path, target: str) -> list[list[str]]:
    """What a target of make gives to pytest, call by call."""
    command = ["make", "--just-print", "--always-make", "--no-print-directory", target]
    printed = subprocess.run(command, cwd=repo, check=True, capture_output=True, text=True).stdout
    lines = [line for line in printed.splitlines() if " -m pytest " in line]
    return [shlex.split(line.partition(" -m pytest ")[2]) for line in lines]


def test_the_tests_of_every_day_and_the_rest_are_all_but_what_is_marked_soak(repo: Path) -> None:
    days, rest = called(repo, "test-all")
    assert [days, rest] == [*called(repo, "test"), *called(repo, "test-rest")]
    for given in (days, rest):
        assert not [one for one in given if one.startswith(("-k", "--ignore", "--deselect", "tests"))]
    for number in range(2 ** len(MARKS)):
        own = {mark for place, mark in enumerate(MARKS) if number >> place & 1}
        chosen = [
            Expression.compile(one[one.index("-m") + 1]).evaluate(own.__contains__) for one in (days, rest)
        ]
        assert any(chosen) == ("soak" not in own), own


def test_a_soak_runs_every_law(repo: Path) -> None:
    elsewhere, portal = *called(repo, "soak-laws"), *called(repo, "soak-sqlite")
    assert elsewhere[elsewhere.index("--ignore") + 1 :] == ["tests/portal"]
    assert portal[0] == "tests/portal"
    for given in (elsewhere, portal):
        chosen = Expression.compile(given[given.index("-m") + 1])
        assert all(chosen.evaluate({"hypothesis", more}.__contains__) for more in MARKS)


def test_on_postgresql_the_service_is_tested_by_all_that_ask_a_database(repo: Path) -> None:
    (given,) = called(repo, "test-postgres")
    chosen = Expression.compile(given[given.index("-m") + 1]).evaluate
    for more in ("", "long", "hypothesis"):
        assert chosen({more}.__contains__)
        assert chosen({more, "browser", "whole_way"}.__contains__)
        assert not chosen({more, "no_database"}.__contains__)


def test_ci_runs_the_tests_of_every_day_and_the_rest(repo: Path) -> None:
    script = (repo / ".ci" / "run").read_text(encoding="utf-8")
    targets = re.findall(r'^ *run ([a-z-]+) "', script, re.MULTILINE)
    assert sorted(targets) == ["check", "test", "test-postgres", "test-rest"]
    assert 'wait "$postgres" || failed=1' in script  # what goes beside counts as well


def test_this_run_left_out_only_what_its_marks_say(collected: Collected, pytestconfig: pytest.Config) -> None:
    marks = {"not soak": {"soak"}, "not (soak or long or browser)": {"soak", "long", "browser"}}.get(
        pytestconfig.getoption("-m")
    )
    if marks is None or pytestconfig.getoption("-k"):
        return  # somebody chose some tests
    unmarked = [one for one, own in collected.left_out.items() if not own & marks]
    assert unmarked == []


def test_every_file_of_tests_is_collected_in_a_run_of_all(
    repo: Path, collected: Collected, pytestconfig: pytest.Config
) -> None:
    if pytestconfig.args != [str(repo / "tests")] and pytestconfig.args != ["tests"]:
        return  # somebody chose some files
    there = {str(file.relative_to(repo)) for file in (repo / "tests").rglob("test_*.py")}
    # Those of PostgreSQL alone are collected where it is asked for (make test-postgres).
    assert there - collected.files <= {"tests/portal/test_postgresql.py"}


IMPORT = re.compile(r"^ *(from tests\b.* import (?:\([^)]*\)|.+))", re.MULTILINE)


def imports_from_tests(repo: Path) -> Iterator[tuple[Path, int, list[str]]]:
    """Each import from the tests: the file below `tests`, the line, the parts of what is imported."""
    for file in sorted((repo / "tests").rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        for found in IMPORT.finditer(text):
            (node,) = ast.parse(found[1]).body
            assert isinstance(node, ast.ImportFrom)
            line = text.count("\n", 0, found.start(1)) + 1
            for one in node.names:
                yield file.relative_to(repo / "tests"), line, [*str(node.module).split("."), one.name]


def test_no_test_module_takes_anything_from_another(repo: Path) -> None:
    found = [
        f"{file}:{line}"
        for file, line, names in imports_from_tests(repo)
        if any(name.startswith("test_") for name in names)
    ]
    assert found == [], "helpers live in tests/support"


def test_helpers_that_several_rooms_use_live_in_one_place(repo: Path) -> None:
    all_ = list(imports_from_tests(repo))
    assert len(all_) > 500
    found = [
        f"{file}:{line}"
        for file, line, names in all_
        if names[1] not in {"support", "conftest", file.parts[0]}
    ]
    assert found == [], "helpers of several rooms live in tests/support"
    assert {file.name for file in (repo / "tests").glob("*.py")} == {"conftest.py"}


ODD = """
import signal

import pytest

def test_something_is_missing():
    pytest.skip("not there")

def test_ctrl_c_reaches_a_test():
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
"""


@pytest.mark.long
def test_a_skip_is_an_error_where_all_have_to_run_and_ctrl_c_reaches_a_worker(
    repo: Path, tmp_path: Path
) -> None:
    (tmp_path / "tests").mkdir()
    shutil.copy(repo / "tests" / "conftest.py", tmp_path / "tests")
    (tmp_path / "tests" / "test_odd.py").write_text(ODD, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-c", repo / "pyproject.toml", "--rootdir", tmp_path]
    command += ["--numprocesses", "1", "-p", "no:cacheprovider", "tests"]

    def run(**more: str) -> tuple[int, str]:
        own = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "BLOCKPLAN"))}
        done = subprocess.run(command, cwd=tmp_path, env=own | more, capture_output=True, text=True)
        return done.returncode, done.stdout

    code, said = run()
    assert code == 0, said
    assert "not there" in said
    code, said = run(BLOCKPLAN_TEST_ALL="1")
    assert code == 1, said
    assert "skipped under BLOCKPLAN_TEST_ALL=1" in said


def a_test(name: str, *marks: pytest.MarkDecorator) -> SimpleNamespace:
    """What of a collected test says how long it takes."""
    own = [one.mark for one in marks]
    found = {one.name: one for one in own}
    return SimpleNamespace(nodeid=name, iter_markers=lambda: iter(own), get_closest_marker=found.get)


def test_modules_that_take_long_are_handed_out_first_and_stay_whole(repo: Path) -> None:
    long, browser = pytest.mark.long, pytest.mark.browser
    items = [
        a_test("a.py::one"), a_test("a.py::two"), a_test("b.py::one", long),
        a_test("c.py::one", long(40), browser), a_test("d.py::one", browser),
        a_test("b.py::two", long), a_test("a.py::three"),
    ]  # fmt: skip
    assert [one.nodeid for one in dearest_first(items)] == [
        "c.py::one", "d.py::one", "b.py::one", "b.py::two", "a.py::one", "a.py::two", "a.py::three",
    ]  # fmt: skip
    for target in ("test", "test-rest", "test-postgres"):
        (given,) = called(repo, target)
        assert "--no-loadscope-reorder" in given, "xdist would order them by the number of tests"
