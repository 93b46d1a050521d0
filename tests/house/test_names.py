"""Names of the house: one noun a class, one builder of models."""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: Names that Django gives.
DJANGO = {"Meta", "Migration"}


def test_no_two_classes_of_the_source_have_one_name(repo: Path) -> None:
    names = Counter(
        node.name
        for path in (repo / "src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert names["Plan"] == 1
    assert {name for name, count in names.items() if count > 1} <= DJANGO


def test_highs_is_given_whole_models_and_no_single_column_or_row(repo: Path) -> None:
    built = {
        path.name
        for path in (repo / "src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"addCol", "addCols", "addRow", "addRows"}
    }
    assert not built, "blockplan.propose.mip.Model puts a model together"
