"""
What the report itself prints of a plan: its sentences and its tables, as an office's text may hold them.

A sentence is the report's where it differs in figures alone; a table where its headings do. Then each figure
is held against the one that the report prints at that place: it needs no word that tells what it is.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from blockplan.deliver.text.document import NUMBER
from blockplan.report.document import (
    Figure,
    Listing,
    Note,
    Paragraph,
    Section,
    Table,
    Term,
    cell_said,
    plain_text,
    walk,
)  # fmt: skip
from blockplan.report.office.columns import TEXTS as OFFICE
from blockplan.report.office.columns import on_paper, paper_table
from blockplan.report.office.land_balance import COLUMNS as BALANCE
from blockplan.report.office.per_thousand import per_thousand
from blockplan.report.office.phases import COLUMNS as PHASES
from blockplan.report.volume import TEXTS as VOLUME
from blockplan.report.volume import volume
from blockplan.report.words import NO_BREAK, Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from blockplan.deliver.text.document import TableCell, TextBlock
    from blockplan.report.document import Block, Cell, Document
    from blockplan.report.view import View

#: A figure as it is written; blanks may divide its thousands.
FIGURE = re.compile(r"[0-9](?:[0-9,.]*[0-9])?(?:[ \u00a0\u202f][0-9]{3}(?![0-9]))*")
_BLANKS = re.compile(r"\s+")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
#: Where a note of a section stands: what the data of the plan lack.
NOTE = "note"
#: A table is the report's where it has so large a share of one's headings, and at least two of them.
ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class PrintedText:
    """A text of the report and where it stands; ``states`` where its figures are of the plan."""

    text: str
    place: str
    states: bool = True


@dataclass
class PrintedTable:
    """A table of the report: headings, and for each label of a row the rows that bear it."""

    heads: tuple[str, ...]
    place: str
    states: bool = True
    #: What a column of running numbers is called.
    number: str = ""
    rows: dict[str, list[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(list))
    _called: dict[tuple[int, ...], dict[str, list[tuple[str, ...]]]] = field(default_factory=dict)
    _first: dict[str, list[tuple[str, ...]]] | None = None

    def called(self, label: str, columns: tuple[int, ...]) -> list[tuple[str, ...]]:
        """The rows that have a label in some of the columns; it is put together once a row."""
        if columns not in self._called:
            of = self._called[columns] = defaultdict(list)
            for row in chain.from_iterable(self.rows.values()):
                of[label_of([row[at] for at in columns])].append(row)
        return self._called[columns].get(label, [])

    def beginning(self, first: str) -> list[tuple[str, ...]]:
        """The rows that begin with a cell."""
        if self._first is None:
            self._first = defaultdict(list)
            for row in chain.from_iterable(self.rows.values()):
                self._first[_plain(row[0])].append(row)
        return self._first.get(first, [])


class Report:
    """The texts and tables that the report of a plan prints in one language."""

    def __init__(self, view: View, lang: str) -> None:
        words = Words(lang, NO_BREAK)
        printed = volume(view.plan, view.result, lang, view.in_force, drawn=False)
        self.texts: dict[str, list[PrintedText]] = defaultdict(list)
        self.tables: list[PrintedTable] = []
        self._found: dict[tuple[str, ...], PrintedTable | None] = {}
        #: Headings of tables that a report prints in part, or not at all, where the plan's data lack.
        self._others = [
            {_plain(OFFICE(f"heading.{column.key}", lang)) for column in columns}
            for columns in (BALANCE, PHASES)
        ]
        self._others.append({_plain(VOLUME(f"column.{key}", lang)) for key in ("statement", "state", "why")})
        left_out = _left_out(view)
        for place, states, block in _blocks(printed):
            if isinstance(block, Table):
                rows = (*block.rows, *left_out.get(block.heads, ()))
                self.tables.append(_table(replace(block, rows=rows), place, states, words))
            where = f"{place}/{NOTE}" if isinstance(block, Note) else place
            for text in _said(block, words):
                self.texts[skeleton(text)].append(PrintedText(text, where, states))

    def of(self, block: TextBlock) -> PrintedText | None:
        """What the report prints where a text has this paragraph or cell; None if it has none like it."""
        looks, plain = skeleton(block.text), _plain(block.text)
        found = self.texts.get(looks, []) if block.cell is None else self._cell(block.cell)
        found = [one for one in found if skeleton(one.text) == looks]
        same = next((one for one in found if _plain(one.text) == plain), None)
        return same or (found[0] if len({_plain(one.text) for one in found}) == 1 else None)

    def lacks(self, block: TextBlock) -> bool:
        """
        Whether a cell is of a report's table, and this report has no figure in its place.

        It has not the table, or not the column, or says there that it is unknown; or the line is one of
        several of its label, and says that there is none of that: land of today alone.
        """
        if block.cell is None or block.cell.row is None:
            return False
        cell, table = block.cell, self.table(block.cell.heads)
        head, heads = _plain(cell.heads[cell.column]), {_plain(one) for one in cell.heads}
        if table is None or head not in map(_plain, table.heads):
            alike = (known for known in self._others if len(heads & known) >= ALIKE * len(heads))
            return any(head in known for known in alike)
        rows = table.rows.get(label_of(cell.row or ()), [])
        if cell.nth >= len(rows) > 0:
            return not re.search("[1-9]", block.text)
        return any(not FIGURE.search(one.text) for one in self._cell(cell))

    def _cell(self, cell: TableCell) -> list[PrintedText]:
        table = self.table(cell.heads)
        if table is None:
            return []
        head = _plain(cell.heads[cell.column])
        at = next((at for at, one in enumerate(table.heads) if _plain(one) == head), None)
        if at is None:
            return []
        if cell.row is None:
            return [PrintedText(table.heads[at], table.place, states=False)]
        rows = (
            table.rows.get(label_of(cell.row)) or _alike(table, cell.heads, cell.row) or _first(table, cell)
        )
        if cell.nth >= len(rows):
            return []
        named = next((one for one in rows[cell.nth] if not NUMBER.fullmatch(one)), "")
        place = "/".join(filter(None, (table.place, named, table.heads[at])))
        return [PrintedText(rows[cell.nth][at], place, table.states)]

    def table(self, heads: tuple[str, ...]) -> PrintedTable | None:
        """The table with most of some headings."""
        if heads not in self._found:
            own = Counter(map(_plain, heads))
            shared = [(own & Counter(map(_plain, one.heads))).total() for one in self.tables]
            most = max(shared, default=0)
            found = self.tables[shared.index(most)] if most >= max(2, ALIKE * len(heads)) else None
            self._found[heads] = found
        return self._found[heads]


def language_of(texts: Sequence[str]) -> str:
    """Chinese, English or Japanese, by the letters of a text."""
    whole = "".join(texts)
    han = len(_HAN.findall(whole))
    if len(_KANA.findall(whole)) > 0.05 * max(han, 1):
        return "ja"
    return "zh" if han > 0.05 * len(whole) else "en"


def skeleton(text: str) -> str:
    """A text without its figures and blanks."""
    return _plain(FIGURE.sub("\ue000", text))


def _plain(text: str) -> str:
    return _BLANKS.sub("", text)


def _blocks(printed: Document) -> Iterator[tuple[str, bool, Block]]:
    for section in printed.sections:
        for block in walk([section]):
            if not isinstance(block, Section):
                yield f"report:{section.id}", section.id != "definitions", block


def _left_out(view: View) -> dict[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    """By the headings of a table the lines that it leaves out, each without a figure."""
    table = per_thousand(view)
    columns = [table.columns[at].key for at in on_paper(table.columns, table.lines)]
    unsaid = paper_table(view, table, table.left_out, columns)
    return {unsaid.heads: unsaid.rows}


def _said(block: Block, words: Words) -> Iterator[str]:
    if isinstance(block, Paragraph | Note):
        yield plain_text(block.text)
    elif isinstance(block, Term):
        said = words("list.note", said=block.said, note=block.note) if block.note else block.said
        yield f"{block.term}{words('list.colon')}{said}"
    elif isinstance(block, Listing):
        yield from (block.lead, *map(plain_text, block.items))
    elif isinstance(block, Figure) and block.caption:
        yield plain_text(block.caption)


def _table(block: Table, place: str, states: bool, words: Words) -> PrintedTable:
    made = PrintedTable(block.heads, place, states, OFFICE("heading.number", words.lang))
    for row in block.rows:
        cells = tuple(cell_said(cell, words) for cell in row)
        made.rows[label_of(cells)].append(cells)
    return made


def _alike(table: PrintedTable, heads: Sequence[str], row: Sequence[str]) -> list[tuple[str, ...]]:
    """
    Rows of the same label in the columns that both tables have.

    Of several the one whose figures are these alone; without it they are told apart by nothing.
    """
    ours = {_plain(head): at for at, head in enumerate(heads) if at < len(row)}
    theirs = tuple(at for at, head in enumerate(table.heads) if _plain(head) in ours)
    said = [row[ours[_plain(table.heads[at])]] for at in theirs]
    found = table.called(label_of(said), theirs)
    same = [one for one in found if list(map(_plain, said)) == [_plain(one[at]) for at in theirs]]
    return same[:1] or (found if len(found) == 1 else [])


def _first(table: PrintedTable, cell: TableCell) -> list[tuple[str, ...]]:
    """The one row that begins alike under the same heading, a code or a phase, whatever else it is called."""
    same = _plain(table.heads[0]) == _plain(cell.heads[0]) != _plain(table.number)
    first = _plain(cell.row[0]) if same and cell.row else ""
    found = table.beginning(first) if first else []
    return found if len(found) == 1 else []


def label_of(cells: Sequence[str]) -> str:
    """What a row is called: all its cells but its numbers."""
    return "|".join(_plain(cell) for cell in cells if not NUMBER.fullmatch(cell))
