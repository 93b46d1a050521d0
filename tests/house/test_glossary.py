"""One term for one thing: where the glossary names an act, every list of words calls it so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from blockplan.respond.answers import KINDS
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

#: Words that another one has taken the place of: language -> word -> the one in use.
REPLACED = {
    "zh": {"份意见": "条意见", "件意见": "条意见", "逐份": "逐条"},
    "ja": {"画地": "区画", "図層": "レイヤー", "レイヤ": "レイヤー", "用地コード": "用途コード",
           "従業者数": "就業者数", "計画範囲": "計画区域"},
}  # fmt: skip
#: Lists of the words that others write, of which every form is known.
OF_OTHERS = {"deliver/text/words.toml", "respond/columns.toml"}


def rows(page: str) -> dict[str, tuple[str, str]]:
    """English term -> Chinese and Japanese."""
    lines = [line.strip("|\n ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    return {cells[0]: (cells[1], cells[2]) for cells in lines}


@pytest.mark.parametrize("kind", KINDS)
def test_the_office_calls_an_answer_as_the_published_report_does(kind: str) -> None:
    office = Catalog("blockplan.portal.office", "texts/office_answer.toml").text(kind)
    report = Catalog("blockplan.respond", "response.toml").text(f"kind.{kind}")
    assert office == {**report, "en": report["en"].lower()}


@pytest.mark.parametrize("term", NAMED)
def test_every_list_names_an_act_as_the_glossary_does(repo: Path, term: str) -> None:
    zh, ja = rows((repo / "docs" / "glossary.md").read_text(encoding="utf-8"))[term]
    for package, file, key in NAMED[term]:
        text = Catalog(package, file).text(key)
        assert (text["zh"], text["ja"]) == (zh, ja), f"{package} {file} {key}"
        assert "opinion or personal data" in text["en"].lower(), f"{package} {file} {key}"


@pytest.mark.parametrize("lang", REPLACED)
def test_a_thing_has_one_word_in_each_language(repo: Path, lang: str) -> None:
    source = repo / "src" / "blockplan"
    found = [
        f"{path.relative_to(source)} {number}: {word}, which is {instead} everywhere else"
        for path in sorted(source.rglob("*.toml"))
        if path.relative_to(source).as_posix() not in OF_OTHERS
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for word, instead in REPLACED[lang].items()
        if word in line.replace(instead, "").replace("計画地", "")
    ]
    assert not found, "\n".join(found)
