"""One term for one thing: where the glossary names an act, every list of words calls it so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from blockplan.texts import Catalog

if TYPE_CHECKING:
    from pathlib import Path

#: Lists of words by package and file, and the keys that name the thing of a row of the glossary.
NAMED = {
    "erasure of an opinion or personal data": [
        ("blockplan.notice", "texts.toml", "kind.erased"),
        ("blockplan.portal.office", "texts/office_act.toml", "erase"),
        ("blockplan.portal.office", "texts/office_did.toml", "erased"),
        ("blockplan.portal.pages", "texts/register.toml", "step.erased"),
    ],
}  # fmt: skip


def rows(page: str) -> dict[str, tuple[str, str]]:
    """English term -> Chinese and Japanese."""
    lines = [line.strip("|\n ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    return {cells[0]: (cells[1], cells[2]) for cells in lines}


@pytest.mark.parametrize("term", NAMED)
def test_every_list_names_an_act_as_the_glossary_does(repo: Path, term: str) -> None:
    zh, ja = rows((repo / "docs" / "glossary.md").read_text(encoding="utf-8"))[term]
    for package, file, key in NAMED[term]:
        text = Catalog(package, file).text(key)
        assert (text["zh"], text["ja"]) == (zh, ja), f"{package} {file} {key}"
        assert "opinion or personal data" in text["en"].lower(), f"{package} {file} {key}"
