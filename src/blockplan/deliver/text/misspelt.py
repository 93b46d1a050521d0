"""Names that are nearly one of the plan's: 问津街 where the plan has 问渠街, Tangle where it has Tangli."""

from __future__ import annotations

import re
from collections import defaultdict
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_IDEOGRAPH = re.compile(r"(?![的在和与及至到由从向沿为是有各其该本此等以于将对])[\u3400-\u9fff]")
_NAME = re.compile(r"[\u3400-\u9fff]{3,}[0-9]*")
#: What goes on behind the beginning of a name to another thing of the kinds that facilities are of.
_KIND = re.compile(
    r"(?:(?![镇乡区县市和与及的在])[\u3400-\u9fff]){1,6}?(?:馆|院|室|站|场|学校|小学|中学|幼儿园|中心)(?![\u3400-\u9fff]?[路街])"
)
_CAPITALS = re.compile(r"[A-Z][a-z'’]+(?: [A-Z][a-z'’]+)+")
#: How alike two words, and two names that begin alike, have to be.
ALIKE_WORDS, ALIKE_NAMES = 0.6, 0.5


class NearNames:
    """The names of a plan by how they begin and end."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_ends: dict[tuple[str, bool], list[str]] = defaultdict(list)
        self._by_words: dict[int, list[list[str]]] = defaultdict(list)
        for name in names:
            if _NAME.fullmatch(name):
                self._by_ends[name[:2], True].append(name)
                self._by_ends[name[-2:], False].append(name)
            elif len(words := name.split(" ")) > 1 and _CAPITALS.fullmatch(name):
                self._by_words[len(words)].append(words)

    def near(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where something stands that is nearly a name: start, end, the name."""
        for at in range(len(text) - 1):
            begins, ends = (self._by_ends.get((text[at : at + 2], first), []) for first in (True, False))
            for name, start in (*((one, at) for one in begins), *((one, at + 2 - len(one)) for one in ends)):
                if start >= 0 and _one_off(text[start : start + len(name)], name):
                    yield start, start + len(name), name
            found = _KIND.match(text, at + 2) if begins else None
            if found:
                said = text[at : found.end()]
                likeliest = max(begins, key=lambda name: SequenceMatcher(None, name, said).ratio())
                if (
                    _KIND.fullmatch(likeliest, 2)
                    and SequenceMatcher(None, likeliest, said).ratio() >= ALIKE_NAMES
                ):
                    yield at, found.end(), likeliest
        for run in _CAPITALS.finditer(text):
            yield from self._in_words(run)

    def _in_words(self, run: re.Match[str]) -> Iterator[tuple[int, int, str]]:
        said = run[0].split(" ")
        for size, names in self._by_words.items():
            for at in range(len(said) - size + 1):
                part = said[at : at + size]
                start = run.start() + len(" ".join([*said[:at], ""]))
                for name in names:
                    other = [(a, b) for a, b in zip(part[:-1], name[:-1], strict=True) if a != b]
                    alike = len(other) == 1 and SequenceMatcher(None, *other[0]).ratio() >= ALIKE_WORDS
                    if part[-1] == name[-1] and (alike or (len(other) == 1 and size > 2)):
                        yield start, start + len(" ".join(part)), " ".join(name)


def _one_off(said: str, name: str) -> bool:
    """Whether one ideograph of a name differs, and it is not the last, which tells the kind."""
    if len(said) != len(name) or said[-1] != name[-1]:
        return False
    other = [one for one, own in zip(said, name, strict=True) if one != own]
    return len(other) == 1 and _IDEOGRAPH.match(other[0]) is not None
