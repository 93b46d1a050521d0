"""What is refused is said in zh, en and ja alike, each in its own words."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.english import ENGLISH

from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parents[2] / "src" / "blockplan"
LISTS = [
    *(SOURCE / room / "refusals.toml" for room in ("notice", "respond", "plan/model")),
    SOURCE / "portal" / "office" / "texts" / "office_refused.toml",
    SOURCE / "portal" / "record" / "texts" / "store.toml",
]  # fmt: skip


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


class Codes(ast.NodeVisitor):
    """Codes that modules give to their `refused`, and every text in them that may be a code."""

    def __init__(self) -> None:
        self.raised: set[str] = set()
        self.texts: set[str] = set()
        self.patterns: list[re.Pattern[str]] = []

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id == "refused":
            given = [one.value for one in node.args if isinstance(one, ast.Constant)]
            self.raised |= {one for one in given[:1] if isinstance(one, str)}
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.texts.add(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        parts = [one.value if isinstance(one, ast.Constant) else None for one in node.values]
        if any(part and re.search("[a-z]", str(part)) for part in parts):
            whole = "".join("[a-z_]+" if part is None else re.escape(str(part)) for part in parts)
            self.patterns.append(re.compile(whole))
        self.generic_visit(node)


def codes_of(*files: Path) -> Codes:
    found = Codes()
    for file in files:
        found.visit(ast.parse(file.read_text(encoding="utf-8")))
    return found


def without_sentence(raised: set[str], known: set[str]) -> set[str]:
    return raised - known


def never_raised(known: set[str], code: Codes) -> set[str]:
    """Sentences that no text of the room names, whole or put together; one and many go by what is counted."""

    def named(name: str) -> bool:
        bare = re.sub("_(one|many)$", "", name)
        return bool({name, bare} & code.texts) or any(one.fullmatch(name) for one in code.patterns)

    return {name for name in known if not named(name)}


#: A room's folder -> its sentences, and what stands before their codes.
ROOMS = {
    SOURCE / "notice": ("refusals.toml", ""),
    SOURCE / "notice" / "intake": ("texts.toml", "refused."),
    SOURCE / "respond": ("refusals.toml", ""),
    SOURCE / "plan": ("model/refusals.toml", ""),
}


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(SOURCE)))
def test_every_code_that_is_raised_has_a_sentence_and_every_sentence_is_raised(room: Path) -> None:
    name, before = ROOMS[room]
    said = dict(sentences(tomllib.loads((room / name).read_text(encoding="utf-8"))))
    known = {code.removeprefix(before) for code in said if code.startswith(before)}
    below = [
        file for other in ROOMS if other != room and other.is_relative_to(room) for file in other.rglob("*")
    ]
    code = codes_of(*(file for file in room.rglob("*.py") if file not in below))
    assert len(code.raised) > 10
    assert without_sentence(code.raised, known) == set()
    assert never_raised(known, code) == set()


def test_a_code_without_a_sentence_and_a_sentence_without_a_code_are_found(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        'raise refused(UsageError, "no_word", part=TEXTS.text(f"part.{name}"))\n', encoding="utf-8"
    )
    code = codes_of(module)
    assert without_sentence(code.raised, {"no_sheet", "part.end"}) == {"no_word"}
    assert never_raised({"no_word", "no_sheet", "part.end", "whole.end"}, code) == {"no_sheet", "whole.end"}
