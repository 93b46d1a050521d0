"""What is refused is said in zh, en and ja alike, each in its own words."""

from __future__ import annotations

import re
import string
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parents[2] / "src" / "blockplan"
LISTS = [
    *(SOURCE / room / "refusals.toml" for room in ("notice", "respond", "plan")),
    SOURCE / "portal" / "office" / "texts" / "office_refused.toml",
    SOURCE / "portal" / "record" / "texts" / "store.toml",
]  # fmt: skip
#: Three English words in a row make a sentence; names of keys and programs are shorter.
ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")


def sentences(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    if set(LANGUAGES) <= set(node):
        yield path, node
        return
    for name, below in node.items():
        yield from sentences(below, f"{path}.{name}".strip("."))


def fields(said: str) -> set[str]:
    return {name.partition("!")[0] for _, name, _, _ in string.Formatter().parse(said) if name}


@pytest.mark.parametrize("file", LISTS, ids=lambda file: file.stem + "-" + file.parts[-2])
def test_each_sentence_is_there_in_every_language_and_in_its_own_words(file: Path) -> None:
    found = dict(sentences(tomllib.loads(file.read_text(encoding="utf-8"))))
    assert found
    for code, said in found.items():
        for lang in ("zh", "ja"):
            assert not ENGLISH.search(said[lang]), (code, said[lang])
            # What programs say in English of files may be left out elsewhere.
            assert fields(said[lang]) <= fields(said["en"]) | {"line", "names"}, code


@pytest.mark.parametrize("room", ["notice", "respond", "plan"])
def test_every_code_that_is_raised_has_a_sentence_and_every_sentence_is_raised(room: str) -> None:
    found = dict(sentences(tomllib.loads((SOURCE / room / "refusals.toml").read_text(encoding="utf-8"))))
    code = "\n".join(file.read_text(encoding="utf-8") for file in (SOURCE / room).rglob("*.py"))
    unused = [name for name in found if f'"{name.split(".")[-1]}"' not in code and not _made_up(name)]
    assert unused == []


def _made_up(name: str) -> bool:
    """Codes that are put together: one or many, words of a table."""
    return name.endswith(("_one", "_many")) or "." in name
