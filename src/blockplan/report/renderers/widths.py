"""How wide things are: the columns of a printed table, what is said of a term."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from blockplan.report.document import Sparkline, cell_lines, plain_text
from blockplan.report.maps.svg import text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.report.document import Cell, Table, Term
    from blockplan.report.words import Words

#: What a cell leaves free beside its text, and after how much a heading breaks, in the size of letters.
PAD_EM, HEAD_EM = 1.7, 3.2
#: A heading with kana that is so long stands on one line: コード is not to be torn.
KANA_EM = 5.2
#: How much wider bold letters are; numbers and codes so long do not break; texts keep so much.
BOLD, FIRM_EM, LEAST_EM = 1.08, 7.0, 4.0
#: A letter of Chinese or Japanese text, which breaks anywhere; what does not break in other text.
_SCRIPT, _KANA = re.compile("[\u3040-\u30ff\u3400-\u9fff]"), re.compile("[\u3040-\u30ff]")
_WORD = re.compile("[^\\s\u2e80-\u9fff\uff00-\uffef-]+-?")
#: How often the shares of columns are halved until they fill the room.
HALVINGS = 40
#: A picture in a cell is as wide as this.
MARK = "0" * 24
#: What is said of a term takes the whole width beyond so many times the size of its letters.
LONG_TERM = 48.0


def cell_texts(table: Table, words: Words) -> list[list[str]]:
    """The longest line of each cell."""
    return [[_longest(cell, words) for cell in row] for row in table.rows]


def _longest(cell: Cell, words: Words) -> str:
    """The longest line of a cell; a picture is as wide as a short text."""
    return MARK if isinstance(cell, Sparkline) else max(cell_lines(cell, words).split("\n"), key=_em)


def shared_widths(heads: Sequence[str], rows: Sequence[Sequence[str]], room: float) -> list[float]:
    """
    Widths of columns, in the size of their letters, that fill a room.

    Each column has at least what its longest word takes, and no more than its longest cell. Between these
    columns share the room as the square roots of all that they say, with which their cells have the fewest
    lines together. Numbers and codes are words, however many signs they have.
    """
    least, most = column_bounds(heads, rows)
    if sum(most) <= room or sum(least) >= room:
        bound = most if sum(most) <= room else least
        return [one * room / sum(bound) for one in bound]
    says = [sum(_em(row[at]) for row in rows) ** 0.5 for at in range(len(heads))]

    def shared(share: float) -> list[float]:
        return [max(low, min(high, share * own)) for low, high, own in zip(least, most, says, strict=True)]

    low, high = 0.0, room * len(heads)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if sum(shared(middle)) > room else (middle, high)
    widths = shared(low)
    return [one * room / sum(widths) for one in widths]


def most_lines(heads: Sequence[str], rows: Sequence[Sequence[str]], room: float) -> float:
    """About how many lines the highest cell of a table takes in a room."""
    widths = shared_widths(heads, rows, room)
    return max(
        (_em(one) / (width - PAD_EM) for row in rows for one, width in zip(row, widths, strict=True)),
        default=0.0,
    )


def column_bounds(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[list[float], list[float]]:
    """What each column takes at least, so that no word breaks, and at most, so that no cell does."""
    least, most = [], []
    for at, head in enumerate(heads):
        column = [row[at] for row in rows]
        if _SCRIPT.search(head):
            word = min(_em(head), KANA_EM if _KANA.search(head) else HEAD_EM)
        else:
            word = max(map(_em, head.split()), default=0.0)
        whole = max([word, *map(_em, column)])
        firm = all(_em(one) <= FIRM_EM and not _SCRIPT.search(one) for one in column)
        words = [_em(one) for said in column for one in _WORD.findall(said)]
        most.append(PAD_EM + BOLD * whole)
        least.append(most[-1] if firm else PAD_EM + BOLD * min(whole, max([word, LEAST_EM, *words])))
    return least, most


def _em(said: str) -> float:
    """About how long a text is, in the size of its letters."""
    return text_width(said, 1.0)


def is_long(term: Term) -> bool:
    """Whether what is said of a term takes the whole width."""
    return _em(plain_text(term.said) + term.note) > LONG_TERM
