"""
README and docs tell commands that there are; those that need nothing but what is shipped run.

What a page shows below a command is compared with what it prints; where a page shows nothing, the exit code
alone is looked at. `NOT_RUN` names the commands that are only parsed, and why.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from tests.support.doc_commands import Command, commands_of, differs

from blockplan.cli import app

REPO = Path(__file__).parents[2]
#: Written by programs, each of which has a test of its own.
WRITTEN = {"commands.md", "rules-reference.md", "contracts.md"}
PAGES = {
    page.name: page
    for page in (REPO / "README.md", REPO / "CONTRIBUTING.md", *sorted((REPO / "docs").glob("*.md")))
    if page.name not in WRITTEN
}
ZONE = "examples/demonstration-zone"
#: What a page takes for granted: calls before its first command.
BEFORE = {
    "compare.md": [f"propose repair {ZONE} --scenario b --out build/repair"],
    "propose.md": [f"propose repair {ZONE} --scenario b --out build/proposal"],
    "scenarios.md": ["scenario new our-plan more-homes --set parcels:RD-01-11-003.land_use=0701"],
    "tutorial.md": ["scenario new our-plan more-homes --set parcels:RD-01-11-003.land_use=0701"],
}
OWN = "files of the reader's own"
#: Commands that are only understood here, and not run: why, by the words in them.
NOT_RUN = {
    r"\b(serve|edit|witness|monitor)\b": "serves or watches until somebody ends it",
    r"\b(cosign|stamp|recover)\b": "needs another office's machine, or a lost disk",
    r"--on-cluster": "needs a cluster; tests/batch has one",
    r"\b(our\.gpkg|our-drawing|town\.osm|\S+\.osm\.pbf|tsinghua|helsinki)": OWN,
    r"homes\.gpkg|bus\.zip|plans/\*|all-plans\.txt": OWN,
    r"initial\.geojson|build/plan\.geojson|changed-rows|edited-in-qgis|denser|our-costs|\.\./other-plan": OWN,
    r"propose layout town|propose apply town|form\.yaml|promise\.json|\bpackage\b": OWN,
    r"\bwarwick\b|our-town/": "the pack of the page; tests/check/test_docs_example.py judges by it",
}
#: What is added to the call of a search of which a page shows no answer, so that it is content sooner.
LESS = {"propose layout": ("--seconds", "3"), "propose landuse": ("--gap", "0.02")}
#: Pages whose commands are run every day; those of the others cost more, and are run with all tests.
EVERY_DAY = {"README.md", "CONTRIBUTING.md", "scenarios.md", "workbench.md"}


def why_not_run(command: Command) -> str:
    return next((why for words, why in NOT_RUN.items() if re.search(words, str(command))), "")


def every(program: str) -> list[Any]:
    return [
        pytest.param(page, id=name, marks=[] if name in EVERY_DAY else [pytest.mark.long])
        for name, page in PAGES.items()
        if any(command.words[0].endswith(program) for command in commands_of(page))
    ]


def understood(words: tuple[str, ...]) -> str:
    """What is wrong with a call, told without running it."""
    command: click.Command = app
    context, rest = click.Context(app, info_name="blockplan", **app.context_settings), list(words)
    while isinstance(command, click.Group):
        if not rest or (found := command.get_command(context, rest[0])) is None:
            if any(isinstance(one, click.Argument) for one in command.params):
                break  # its words are a plan and what is asked of it
            return f"there is no command {shlex.join(words)}"
        command, context = found, click.Context(found, parent=context, info_name=rest.pop(0))
    try:
        command.make_parser(context).parse_args(rest)
    except click.UsageError as error:
        return error.format_message()
    return ""


@pytest.mark.long(7)
@pytest.mark.parametrize("page", every("blockplan"))
def test_the_commands_of_a_page_run_and_print_what_it_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(REPO / "examples", tmp_path / "examples")
    for name in ("PLAN", "our-plan"):
        shutil.copytree(REPO / ZONE, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    runner = CliRunner(env={"COLUMNS": "110"})
    for call in BEFORE.get(page.name, []):
        assert runner.invoke(app, shlex.split(call)).exit_code == 0, call
    for command in commands_of(page):
        here = f"{page.name}:{command.line}: {command}"
        if command.words[0] == "cp":
            shutil.copytree(command.words[-2], command.words[-1])
        if not command.words[0].endswith("blockplan"):
            continue
        if "[" in str(command):
            continue  # a line of usage, not a call
        assert understood(command.words[1:]) == "", here
        if not why_not_run(command):
            less = () if command.printed else LESS.get(" ".join(command.words[1:3]), ())
            done = runner.invoke(app, [*command.words[1:], *less])
            assert done.exit_code in {0, 1, 3}, f"{here}\n{done.output}"
            assert isinstance(done.exception, SystemExit | None), f"{here}\n{done.exception!r}"
            assert differs(command.printed, done.output) == "", f"{here}\n{done.output}"


@pytest.mark.parametrize("page", every("make"))
def test_a_target_of_make_that_a_page_names_is_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (REPO / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {command.words[1] for command in commands_of(page) if command.words[0] == "make"}
    assert named - targets == set()


@pytest.mark.parametrize("page", every("python"))
def test_a_script_that_a_page_names_is_there_with_its_options(page: Path) -> None:
    for command in commands_of(page):
        if command.words[0].endswith("python") and command.words[1].endswith(".py"):
            script = REPO / command.words[1]
            parts = [script, *script.parent.glob(f"{script.stem}_*.py")]
            text = "".join(part.read_text(encoding="utf-8") for part in parts)
            options = [word for word in command.words[2:] if word.startswith("--")]
            assert [word for word in options if f'"{word}"' not in text] == [], f"{page.name}:{command.line}"


def test_each_reason_not_to_run_a_command_is_needed() -> None:
    told = [str(command) for page in PAGES.values() for command in commands_of(page)]
    assert [words for words in NOT_RUN if not any(re.search(words, one) for one in told)] == []


@pytest.mark.parametrize(
    ("printed", "output", "faulty"),
    [
        (("a  b", "c"), "a b\nc\n", False),
        (("a", "…", "z"), "a\nb\nc\nz\n", False),
        (("a 1 …", "z"), "a 1 2 3\nz\n", False),
        (("a", "z"), "a\nb\nz\n", True),
        (("a", "…", "z"), "a\nb\n", True),
        (("a",), "a\nb\n", True),
        ((), "whatever\n", False),
    ],
)
def test_lines_that_differ_are_found_and_cuts_are_allowed(
    printed: tuple[str, ...], output: str, faulty: bool
) -> None:
    assert bool(differs(printed, output)) is faulty


def test_options_and_commands_that_are_not_there_are_found() -> None:
    assert understood(("check", "PLAN", "--scenario", "b")) == ""
    assert "--no-such" in understood(("check", "PLAN", "--no-such"))
    assert "no command" in understood(("propose", "wonders"))
