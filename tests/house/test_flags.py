"""Flags belong to the command line: what a room says names its parameters, and `cli/` says them as flags."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FLAG = re.compile(r"(?<![\w!])--[a-z][a-z-]+")
#: A whole command, to be typed as it stands.
COMMAND = re.compile(r"blockplan [^`。；]*")
#: Where a flag is no word of a message.
ALLOWED = {
    "batch/cluster.py": "starts Dask's own program, whose flags these are",
    "propose/layout/problem/programme.py": "the source of a number in a layout's JSON, whose bytes stay",
    "report/comparison/page.py": "puts the command together that makes the document again",
    "report/plan_report.py": "puts the command together that makes the document again",
}
PARAMETER = re.compile(r"`([a-z]\w*=)")


def sentences(path: Path) -> Iterator[str]:
    """Texts of a module or catalog, docstrings left out; what an f-string fills in is left open."""
    text = path.read_text(encoding="utf-8")
    if not FLAG.search(text) and not PARAMETER.search(text):
        return  # to take a module apart takes long, and most name neither
    if path.suffix == ".toml":
        waiting: list[Any] = [tomllib.loads(text)]
        while waiting:
            one = waiting.pop()
            if isinstance(one, str):
                yield one
            elif isinstance(one, dict | list):
                waiting += one.values() if isinstance(one, dict) else one
        return
    tree = ast.parse(text)
    docs = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    for one in ast.walk(tree):
        if isinstance(one, ast.JoinedStr):
            docs |= {id(part) for part in one.values}
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in one.values)
        elif isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in docs:
            yield one.value


def keys(table: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """The dotted key of each string of a catalog, and the string."""
    for key, one in table.items():
        if isinstance(one, dict):
            yield from keys(one, f"{above}.{key}")
        elif isinstance(one, str):
            yield above.removeprefix("."), one


@cache
def of_rooms(repo: Path) -> list[tuple[str, str]]:
    """Module or catalog outside ``cli/``, and a text of it that may name a flag or a parameter."""
    package = repo / "src" / "blockplan"
    return [
        (path.relative_to(package).as_posix(), text)
        for path in sorted([*package.rglob("*.py"), *package.rglob("*.toml")])
        if path.relative_to(package).parts[0] != "cli"
        for text in sentences(path)
    ]


def options(command: click.Command, ctx: click.Context) -> Iterator[str]:
    """Every flag of a command and of those below it."""
    yield from (flag for one in command.params for flag in one.opts)
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            below = command.get_command(ctx, name)
            assert below is not None
            yield from options(below, ctx)


def test_no_room_names_a_flag(repo: Path) -> None:
    found = [(name, text) for name, text in of_rooms(repo) if FLAG.search(COMMAND.sub("", text))]
    assert not [(name, text) for name, text in found if name not in ALLOWED]
    assert {name for name, _ in found} == set(ALLOWED), "an entry of ALLOWED that nothing needs"


def test_every_parameter_that_a_message_names_is_a_flag(repo: Path) -> None:
    from blockplan.cli.flags import with_flags

    named = {name for _, text in of_rooms(repo) for name in PARAMETER.findall(text)}
    assert len(named) > 20
    known = set(options(app, click.Context(app)))
    assert {with_flags(f"`{name}`") for name in named} <= known


def test_a_command_says_the_parameters_of_a_text_as_flags(repo: Path) -> None:
    package = repo / "src" / "blockplan"
    catalogs = [tomllib.loads(path.read_text(encoding="utf-8")) for path in package.rglob("*.toml")]
    naming = {key for table in catalogs for key, text in keys(table) if PARAMETER.search(text)}
    assert len(naming) > 6
    bare = []
    for path in sorted((package / "cli").rglob("*.py")):
        calls = [one for one in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(one, ast.Call)]
        said = [one for one in calls if not ast.unparse(one.func).startswith("click.")]
        wrapped = [one.args[0] for one in calls if ast.unparse(one.func) == "with_flags"]
        for one in said:
            key = one.args[0].value if one.args and isinstance(one.args[0], ast.Constant) else None
            if one not in wrapped and any(f".{name}".endswith(f".{key}") for name in naming):
                bare.append((path.name, one.lineno))
    assert not bare
