"""What a definition says is read by name and type, not by a key of its JSON."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def reads_by_key(source: str) -> Iterator[int]:
    """Lines that read an entry of some ``.definition``, or give it another name to read it by."""

    def is_definition(node: ast.expr | None) -> bool:
        return isinstance(node, ast.Attribute) and node.attr == "definition"

    # To parse takes long, and few modules speak of a definition at all.
    for node in ast.walk(ast.parse(source)) if ".definition" in source else ():
        match node:
            case ast.Subscript(value=read) | ast.Attribute(value=read, attr="get"):
                found = is_definition(read)
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[read]):
                found = is_definition(read)
            case ast.Assign(value=read) | ast.AnnAssign(value=read) | ast.NamedExpr(value=read):
                found = is_definition(read)
            case _:
                found = False
        if found:
            yield node.lineno


def test_a_read_by_key_is_seen() -> None:
    for line in ('a.b.definition["x"]', 'a.definition.get("x")', '"x" in a.definition', "x = a.definition"):
        assert list(reads_by_key(line)) == [1]
    assert not list(reads_by_key('{**a.definition, "x": 1}; a.number("x")'))


def test_no_room_but_measure_reads_a_definition_by_key(repo: Path) -> None:
    package = repo / "src" / "blockplan"
    assert list(reads_by_key((package / "measure" / "definition.py").read_text(encoding="utf-8")))
    assert not [
        f"{path.relative_to(package)}:{line}"
        for path in sorted(package.rglob("*.py"))
        if path.relative_to(package).parts[0] != "measure"
        for line in reads_by_key(path.read_text(encoding="utf-8"))
    ]
