"""Commands that README and docs tell people to call, and what they print there."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Left out of a printed answer: some lines where it stands alone, some of a line elsewhere.
CUT = "…"
_BLOCK = re.compile(r"^( *)```(?:sh|text|console)?\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_BEGINS = re.compile(r"(?:\$ )?(?:\.venv/bin/)?(blockplan|make|python|cp) ")


@dataclass(frozen=True)
class Command:
    """
    A command on a page.

    Attributes
    ----------
    line
        Of the page, counted from one.
    words
        Program and arguments, as a shell takes them apart; a redirection is left out.
    printed
        Lines that the page shows below it, without white space at either end; empty where it shows none.
    """

    line: int
    words: tuple[str, ...]
    printed: tuple[str, ...]

    def __str__(self) -> str:
        return shlex.join(self.words)


def commands_of(page: Path) -> list[Command]:
    """The commands of a page, in its order."""
    text = page.read_text(encoding="utf-8")
    found: list[Command] = []
    for block in _BLOCK.finditer(text):
        found += _of_block(block[2], text.count("\n", 0, block.start(2)) + 1)
    return found


def _of_block(block: str, first: int) -> Iterator[Command]:
    lines = block.splitlines()
    at = 0
    while at < len(lines):
        begun, said = at, lines[at]
        at += 1
        if not _BEGINS.match(said.strip() + " "):
            continue
        while said.endswith("\\"):
            said = said[:-1] + lines[at]
            at += 1
        answered = said.strip().startswith("$ ")
        words = shlex.split(said.strip().removeprefix("$ "), comments=True)
        if ">" in words:
            words = words[: words.index(">")]
        end = at
        while answered and end < len(lines) and not lines[end].startswith("$ "):
            end += 1
        yield Command(first + begun, tuple(words), tuple(line.strip() for line in lines[at:end]))
        at = end


def differs(printed: tuple[str, ...], output: str) -> str:
    """The first line of a page that the output does not have in its place; empty where all are there."""
    lines = [_plain(line) for line in output.splitlines()]
    at, skips = 0, False
    for shown in printed:
        if shown == CUT:
            skips = True
            continue
        wanted = re.compile(
            ".*?".join(re.escape(part) for part in _plain(shown).split(CUT)).replace(r"\ .*?", ".*?")
        )
        while at < len(lines) and not wanted.fullmatch(lines[at]) and skips:
            at += 1
        if at >= len(lines) or not wanted.fullmatch(lines[at]):
            return shown or "(an empty line)"
        at, skips = at + 1, False
    rest = "".join(lines[at:])
    return f"more was printed: {lines[at:]}" if printed and rest and not skips else ""


def _plain(line: str) -> str:
    """Columns are as wide as their longest cell, which may be cut on a page."""
    return re.sub(r"\s+", " ", line).strip()
