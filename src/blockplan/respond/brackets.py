"""Which parts of a text stand inside quotation marks or brackets, and may not be cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

#: Opening -> closing. A straight apostrophe is none: it stands in words.
PAIRS = {
    "（": "）", "(": ")", "「": "」", "『": "』", "“": "”", "‘": "’", "《": "》", "〈": "〉", "【": "】",
    "〔": "〕", "［": "］", "[": "]", "｛": "｝", "{": "}", "«": "»", "｢": "｣", "〖": "〗",
}  # fmt: skip
CLOSING = frozenset(PAIRS.values())
STRAIGHT = '"'


def inside(text: str, apart: Container[int] = ()) -> list[bool]:
    """
    For each place between two characters of `text`: is it inside a pair of brackets or quotation marks?

    Only pairs count: an opening mark that nobody closes holds nothing together. A straight quotation mark
    pairs with the next one on its line, where their number is even.

    Parameters
    ----------
    text
        Any text of n code points.
    apart
        Offsets of marks that belong to list numbers, as in ``1)`` and ``（1）``, and open or close nothing.

    Returns
    -------
    list of bool
        n + 1 entries; entry i tells of the place before code point i.

    Examples
    --------
    >>> inside("a(b)")
    [False, False, True, True, False]
    """
    steps = [0] * (len(text) + 2)
    for start, end in [*_pairs(text, apart), *_straight_pairs(text)]:
        steps[start + 1] += 1
        steps[end + 1] -= 1
    depth, held = 0, []
    for step in steps[: len(text) + 1]:
        depth += step
        held.append(depth > 0)
    return held


def _pairs(text: str, apart: Container[int]) -> Iterator[tuple[int, int]]:
    """Offsets of opening and closing marks that belong together."""
    open_: list[tuple[int, str]] = []
    for at, character in enumerate(text):
        if at in apart:
            continue
        if character in PAIRS:
            open_.append((at, PAIRS[character]))
        elif character in CLOSING and any(closing == character for _, closing in open_):
            # What was opened in between and never closed holds nothing.
            while open_[-1][1] != character:
                open_.pop()
            yield open_.pop()[0], at


def _straight_pairs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.splitlines(keepends=True):
        marks = [start + at for at, character in enumerate(line) if character == STRAIGHT]
        if len(marks) % 2 == 0:
            yield from zip(marks[::2], marks[1::2], strict=True)
        start += len(line)
