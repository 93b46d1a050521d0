"""Names of the house: one noun a class, one builder of models."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: Names that Django gives.
DJANGO = {"Meta", "Migration"}


def test_no_two_classes_of_the_source_have_one_name(repo: Path) -> None:
    names = Counter(
        name
        for path in (repo / "src").rglob("*.py")
        for name in re.findall(r"^ *class (\w+)[(\[:]", path.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert names["Plan"] == 1
    assert {name for name, count in names.items() if count > 1} <= DJANGO


def test_highs_is_given_whole_models_and_no_single_column_or_row(repo: Path) -> None:
    built = {
        path.name
        for path in (repo / "src").rglob("*.py")
        if re.search(r"\.add(Col|Row)s?\b", path.read_text(encoding="utf-8"))
    }
    assert not built, "blockplan.propose.mip.Model puts a model together"
