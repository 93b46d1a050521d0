"""
What a group is about, in the words that stand out in it.

A word that is frequent in the group and rare outside it: c-TF-IDF (Grootendorst 2022) over words of Latin
script and runs of characters of Chinese and Japanese. A word must stand in two texts of the group or more, so
that none can be traced to one opinion.
"""

from __future__ import annotations

import re
from collections import Counter
from math import log
from typing import TYPE_CHECKING, Any

from blockplan.respond import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

COUNT = 6
LONGEST_RUN = 4
#: Texts of a group that are read for its words: more say the same.
MOST_READ = 500
_SPACED = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_KANA_ONLY = re.compile(r"^[\u3041-\u309f]+$")
#: Words that every text has, whatever it is about.
EMPTY = frozenset(
    ("the", "and", "for", "that", "this", "with", "are", "not", "have", "has", "was", "were", "will",
     "should",
     "would", "could", "can", "you", "your", "our", "they", "their", "there", "from", "but", "all", "more",
     "please", "which", "what", "who", "been", "its", "into", "than", "also")
)  # fmt: skip


def standing_out(
    texts: Sequence[str], groups: Sequence[Sequence[int]], sources: Sequence[str] | None = None
) -> list[list[str]]:
    """
    The words that stand out in each group, at most `COUNT`.

    Parameters
    ----------
    groups
        Indices into `texts`, a list for each group.
    sources
        Which opinion each text is of, where several are of one: a word must stand in two opinions, as one
        who writes much names his neighbour more than once.
    """
    in_texts = [Counter[str]() for _ in groups]
    for number, members in enumerate(groups):
        held: dict[Any, set[str]] = {}
        for member in members[:MOST_READ]:
            held.setdefault(sources[member] if sources else member, set()).update(_words(texts[member]))
        for said in held.values():
            in_texts[number].update(said)
    overall: Counter[str] = Counter()
    for counted in in_texts:
        overall.update(counted)
    return [
        _best(counted, overall, min(len(members), MOST_READ))
        for counted, members in zip(in_texts, groups, strict=True)
    ]


def _words(text: str) -> Iterable[str]:
    plain = words.plain(text)
    for part in plain.split(" "):
        if _SPACED.fullmatch(part):
            if len(part) > 2 and part not in EMPTY and not part.isdigit():
                yield part
            continue
        for run in words.runs_of(part, LONGEST_RUN):
            if not _KANA_ONLY.match(run) and not run.isdigit() and not run.isascii():
                yield run


def _best(counted: Counter[str], overall: Counter[str], size: int) -> list[str]:
    total = overall.total()
    scored = {
        # Of runs inside each other the longer says more.
        word: n / size * log(1 + total / overall[word]) * n / overall[word] * len(word) ** 0.5
        for word, n in counted.items()
        if n >= 2
    }
    kept: list[str] = []
    for word in sorted(scored, key=lambda one: (-scored[one], one)):
        if not any(word in other or other in word or _overlap(word, other) for other in kept):
            kept.append(word)
        if len(kept) == COUNT:
            break
    return kept


def _overlap(one: str, other: str) -> bool:
    """Whether two runs are pieces of one longer word, as 汽车站 and 车站点."""
    if one.isascii() or other.isascii():
        return False
    lengths = range(2, min(len(one), len(other)) + 1)
    return any(one.endswith(other[:n]) or other.endswith(one[:n]) for n in lengths)
