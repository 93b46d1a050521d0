"""
The names in a text: those of the plan, what is nearly one, what is called as its things are and is none.

A name that the plan lacks is unbound. It is asked about where its place tells which one is meant: the parcel
that it is said to lie on, or a column of a table whose other names are the plan's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from blockplan.deliver.text.document import NUMBER
from blockplan.deliver.text.places import LIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from blockplan.deliver.text.document import TextBlock
    from blockplan.deliver.text.knowledge import Knowledge
    from blockplan.deliver.text.lexicon import Lexicon
    from blockplan.deliver.text.scan import Span

#: A name in a text: start, end, and what it is bound to ("" where the plan has none of that name).
Name = tuple[int, int, str]
#: What a name is bound to that is nearly one of the plan's.
NEARLY = "nearly:"
#: Names by what they end in; a word before them that says no name is no part of one.
_NAME = re.compile(
    r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,6}?(?:幼儿园|小学|中学|医院|公园|大道|大街|图书馆|消防站)"
)
_PLAIN = re.compile(
    r"新建|另[有设建]|[还设建]有|规划|设置|现状|保留|社区|综合|城市|各类|以及|一处|其中|包括|配建|本片区|布局|建设|小型|大型|口袋|多处|为|中小学"
)
#: A column is one of names of the plan where so many of its cells are, and so large a share.
COLUMN, MOST_OF = 3, 0.75
_SUM = re.compile(
    r"\s*(?:[合总小]\s?计|[合小総]\s?計|(?:grand |sub)?total)|.*\s(?:小[计計]|subtotal)$", re.IGNORECASE
)


def names_in(text: str, known: Knowledge, lexicon: Lexicon) -> list[Name]:
    """The names in a text."""
    found = list(_names(text, known, lexicon))
    asked = {one[0]: one for one in _on_parcels(text, [one for one in found if not one[2]], known, lexicon)}
    return [asked.get(one[0], one) for one in found]


def _names(text: str, known: Knowledge, lexicon: Lexicon) -> Iterator[Name]:
    taken: list[Span] = []
    own: list[Span] = []
    for token in lexicon.tokens(text):
        if token.subject:
            taken.append((token.start, token.end))
        if token.word in known.names:
            own.append((token.start, token.end))
            yield token.start, token.end, known.names[token.word]
    for start, end, bound_to in _beside_names(text, lexicon):
        # A word for a kind of them may be in it: 紫荆养老院.
        if not _meet((start, end), own):
            own.append((start, end))
            taken.append((start, end))
            yield start, end, bound_to
    patterns = [_NAME] + ([re.compile(_shapes(known.parcel_ids))] if known.parcel_ids else [])
    for pattern in patterns:
        for match in pattern.finditer(text):
            if not _meet(match.span(), taken) and not (pattern is _NAME and _PLAIN.search(match[0])):
                taken.append(match.span())
                yield match.start(), match.end(), ""


def _beside_names(text: str, lexicon: Lexicon) -> Iterator[Name]:
    """What is nearly a name of the plan, and what is called as its things are and is none of them."""
    for start, end, name in lexicon.near_names.near(text):
        yield start, end, NEARLY + name
    for start, end in lexicon.strangers.find(text):
        yield start, end, ""


def is_number_of_a_parcel(said: str, known: Knowledge) -> bool:
    """Whether a word looks like the number of a parcel."""
    return re.fullmatch(_shapes(known.parcel_ids), said) is not None


@cache
def _shapes(parcel_ids: frozenset[str]) -> str:
    """
    What numbers of parcels look like: their letters and digits as kinds, their dividers as they are.

    A year is none of their digits: ``LJ-2022-03`` is a file.

    Of numbers in two parts the letters are the plan's own: ``GH-03`` is a sheet.
    """
    forms: set[str] = set()
    for id_ in parcel_ids:
        parts = re.findall(r"[A-Za-z]+|[0-9]+|.", id_)
        if re.search(r"[-_.]", id_):
            letters = "[A-Za-z]+" if len(re.findall(r"[-_.]", id_)) > 1 else ""
            kinds = (letters or part if part.isalpha() else re.escape(part) for part in parts)
            forms.add("".join(f"[0-9]{{1,{len(one)}}}" if one.isdecimal() else one for one in kinds))
    longest = sorted(forms, key=lambda form: (-len(form), form))
    return rf"(?<![A-Za-z0-9_-])(?:{'|'.join(longest)})(?![A-Za-z0-9_-])" if forms else r"(?!)"


def _on_parcels(text: str, unknown: Sequence[Name], known: Knowledge, lexicon: Lexicon) -> Iterator[Name]:
    """Names that the plan lacks, each with the one thing of its kind on the parcel that it lies on."""
    parcels = [one for one in lexicon.tokens(text) if one.word in known.parcel_ids]
    for start, end, _ in unknown:
        on = next((one for one in parcels if one.start >= end), None)
        if on is None or not LIES.fullmatch(text, end, on.start):
            continue
        there = [name for name, of in known.places.items() if name in known.names and on.word in of]
        alike = {known.names[name]: name for name in there if _kind(name) == _kind(text[start:end])}
        if len(alike) == 1:
            yield start, end, NEARLY + next(iter(alike.values()))


def _kind(name: str) -> str:
    """How a name ends, which tells what it is: 养老院, Library."""
    return name.rpartition(" ")[2] if name.isascii() else name[2:]


def is_label(block: TextBlock) -> bool:
    """Whether a cell below the headings of a table holds words, and sums nothing up."""
    cell = block.cell
    said = cell is not None and cell.row is not None and not block.coded and not NUMBER.fullmatch(block.text)
    return said and not _SUM.match(block.text)


def strangers_of_columns(
    read: Sequence[TextBlock], named: Mapping[int, str], parcel_ids: frozenset[str]
) -> Iterator[int]:
    """Cells that name nothing of the plan in the first column of a table that names its things, by number."""
    tables: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for at in named:
        block = read[at]
        if block.cell is not None and named[at].removeprefix("object:") not in parcel_ids:
            tables[block.place.partition(", row")[0]][block.cell.column].append(at)
    for columns in tables.values():
        for column in sorted(columns):
            own = [at for at in columns[column] if named[at]]
            if len(own) >= COLUMN and len(own) >= MOST_OF * len(columns[column]):
                yield from (at for at in columns[column] if not named[at])
                break


def _meet(span: Span, others: Sequence[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)
