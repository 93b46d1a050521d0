"""
A document: what pages, prints, office files, terminals and JSON all show.

A subject builds a `Document` of sections; a section is made of blocks, in the order in which they are read. A
number stands in it as a `Quantity` and becomes words where it is shown (`blockplan.report.renderers`), so
that one formatter writes every length, area, share and amount. Nothing here computes a figure.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from blockplan.jsontext import OR_NULL, JsonRecord

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from blockplan.report.words import Words

RowKind = Literal["row", "subtotal", "total"]
#: The title (alt text) of a table of a Word document that is the legend of a figure.
LEGEND_MARK = "Blockplan: legend"
#: Width and height of the swatch of a line of a legend.
SWATCH = (8.0, 4.0)


@dataclass(frozen=True, slots=True)
class PageLink(JsonRecord):
    """Another thing that a page may lead to: kind (``parcel``, ``rule`` ...), id, name if it has one."""

    kind: str
    id: str
    name: Mapping[str, str] = field(default_factory=dict, metadata=OR_NULL)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a unit (``1`` for a share of 0..1); None is not known. `per` as in a measurement."""

    value: float | None
    unit: str
    per: float = 0.0


class Printed(str):
    """A number that is written already, as another paper prints it; it stands to the right like a number."""

    __slots__ = ()


class Told(str):
    """Sentences as words; the `first` says it, and the `rest` may be folded up where room is scarce."""

    first: str

    def __new__(cls, sentences: Sequence[str], between: str) -> Told:
        """Sentences with what stands between two of them."""
        made = super().__new__(cls, between.join(sentences))
        made.first = sentences[0]
        return made

    @property
    def rest(self) -> str:
        """What follows the first sentence, "" if nothing does."""
        return self.removeprefix(self.first).strip()


@dataclass(frozen=True, slots=True)
class TextRun:
    """
    Words that are set apart from those around them.

    Attributes
    ----------
    tone
        What they are: ``strong``, ``muted``, ``code``, ``quoted`` (somebody's own words), ``item`` (one of a
        list), ``chip``, ``badge`` or ``mark`` and the outcome, grade or change that is meant. Words say it
        too: a tone is never all.
    link
        Id of the section or row that they lead to.
    colour
        That of what they name on a map.
    """

    text: str
    tone: str = ""
    link: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A small picture in a cell (SVG); what it shows stands in words in the cells beside it."""

    svg: str


#: Words, some of them set apart.
Text: TypeAlias = str | tuple[TextRun, ...]
#: What stands in a cell.
Cell: TypeAlias = Text | Quantity | Sparkline


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or some; `tone` says what for: to be read first, a warning, what to do, commands to type."""

    text: Text
    tone: Literal["", "lead", "alert", "remedy", "code"] = ""


@dataclass(frozen=True, slots=True)
class Note:
    """How something was measured, what is not known, where it comes from."""

    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Items below a line that says what they are; `joined`: in one paragraph where room is scarce."""

    lead: str
    items: tuple[Text, ...]
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """
    A term and what is said of it; `note` says what it means, `link` leads to the thing.

    One with a `tone` is a figure to be seen first: ``count`` and the outcome or kind that it counts.
    """

    term: str
    said: Text
    note: str = ""
    link: PageLink | None = None
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """
    Headings and rows of cells.

    Attributes
    ----------
    heads, rows
        Every row has as many cells as there are heads.
    links
        One link (or None) for each row, or none at all.
    kinds
        What each row is: a subtotal and a total are set apart; none at all where all are rows.
    depths
        How deep each row stands, whose second cell is indented so; none at all where none is.
    sign
        Column whose cells begin with the sign of an outcome or are a grade: a terminal colours them.
    key
        Column that says what a row is about.
    ids
        The id of each row, for links to it, empty where a row has none; none at all where none has.
    scale
        The picture above a column of marks.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    links: tuple[PageLink | None, ...] = ()
    title: str = ""
    kinds: tuple[RowKind, ...] = ()
    depths: tuple[int, ...] = ()
    sign: int | None = None
    key: int | None = None
    ids: tuple[str, ...] = ()
    scale: Sparkline = Sparkline("")

    @property
    def worded(self) -> Table:
        """The table without its columns of marks, for paper and terminals."""
        marks = {at for row in self.rows[:1] for at, cell in enumerate(row) if isinstance(cell, Sparkline)}

        def kept(row: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(cell for at, cell in enumerate(row) if at not in marks)

        return replace(self, heads=kept(self.heads), rows=tuple(map(kept, self.rows))) if marks else self

    @property
    def texts(self) -> tuple[tuple[str, ...], ...]:
        """The rows of a table whose cells are words already."""
        return tuple(tuple(str(cell) for cell in row) for row in self.rows)


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One line of a legend: a swatch, what it means, and how much of it there is."""

    swatch: str
    said: str
    amount: str = ""
    heading: bool = False

    def file(self) -> str:
        """The swatch as an SVG file, which a page takes as it is."""
        width, height = SWATCH
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" class="swatch" aria-hidden="true" '
            f'viewBox="0 0 {width:g} {height:g}" width="{width:g}mm" height="{height:g}mm">'
            f"{self.swatch}</svg>"
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """
    A picture (SVG), its size on paper, what it shows in words for who cannot see it, and its caption.

    A map may have a title, a legend, and closer views that share the legend.
    """

    svg: str
    width_mm: float
    height_mm: float
    alt: str
    caption: Text = ""
    title: str = ""
    legend: tuple[LegendEntry, ...] = ()
    insets: tuple[Figure, ...] = ()

    @property
    def narrow(self) -> bool:
        """Whether it is a strip, so that its legend fits beside it."""
        return self.width_mm < self.height_mm * 0.75


Block: TypeAlias = "Paragraph | Note | Listing | Term | Table | Figure | Section"


@dataclass(frozen=True, slots=True)
class Section:
    """
    A section: an id that is unique in the document, a heading (may be empty), and its blocks.

    An untitled section before the others opens the document: it stands before its contents.

    A section may hold sections; one that is `folded` is opened by who wants to read it, where that can be.
    Pages for residents show one kind of block after the other (`sentences`,
    `terms`, `table`, `notes`); every other renderer keeps the order of the blocks.
    """

    id: str
    title: Text
    blocks: tuple[Block, ...] = ()
    folded: bool = False

    @property
    def sentences(self) -> tuple[str, ...]:
        """Its paragraphs."""
        return tuple(plain_text(one.text) for one in self.blocks if isinstance(one, Paragraph))

    @property
    def terms(self) -> tuple[Term, ...]:
        """Its terms."""
        return tuple(one for one in self.blocks if isinstance(one, Term))

    @property
    def table(self) -> Table | None:
        """Its first table; None where it has none."""
        return next((one for one in self.blocks if isinstance(one, Table)), None)

    @property
    def notes(self) -> tuple[str, ...]:
        """Its notes."""
        return tuple(one.text for one in self.blocks if isinstance(one, Note))


@dataclass(frozen=True, slots=True)
class Document:
    """
    A document in one language.

    Attributes
    ----------
    title, subtitle
        What it is called, and what stands below that.
    lang
        ``zh``, ``en`` or ``ja``; its words are in it, and its numbers are written by it.
    day
        Its date: the same plan gives the same bytes.
    sections
        In order; their ids are unique.
    chapters
        So many of the sections, from the first, are numbered where the renderer numbers any.
    fitted
        Whether each section is one page on paper, whose letters and lists are as large as it can hold; what
        is left out of a list is counted, and its first picture stands beside what follows it.
    """

    title: str
    lang: str
    day: dt.date
    sections: tuple[Section, ...]
    subtitle: str = ""
    chapters: int = 0
    fitted: bool = False


def section(
    id_: str,
    title: str,
    *,
    sentences: Iterable[str] = (),
    terms: Iterable[Term] = (),
    table: Table | None = None,
    notes: Iterable[str] = (),
) -> Section:
    """A section of sentences, terms, a table and notes, in this order."""
    tables = () if table is None else (table,)
    return Section(id_, title, (*map(Paragraph, sentences), *terms, *tables, *map(Note, notes)))


def plain_text(text: Text) -> str:
    """Words without what sets some of them apart."""
    return text if isinstance(text, str) else " ".join(one.text for one in text)


def cell_said(cell: Cell, words: Words) -> str:
    """A cell in words."""
    if isinstance(cell, Sparkline):
        return ""
    if isinstance(cell, Quantity):
        return words.rate(cell.value, cell.unit, cell.per)
    return plain_text(cell)


def cell_lines(cell: Cell, words: Words) -> str:
    """A cell in words for a page: what is ``strong``, ``muted`` or an ``item`` begins a line."""
    if not isinstance(cell, tuple):
        return cell_said(cell, words)
    lines = (f"\n{one.text}" if one.tone in {"strong", "muted", "item"} else f" {one.text}" for one in cell)
    return "".join(lines).strip()


def is_number(cell: Cell) -> bool:
    """Whether a cell is a number, which stands to the right."""
    return isinstance(cell, Quantity | Printed)


def walk(blocks: Iterable[Block]) -> Iterator[Block]:
    """Every block, sections before what they hold."""
    for block in blocks:
        yield block
        if isinstance(block, Section):
            yield from walk(block.blocks)


def section_json(one: Section, plain: Callable[[str], str] = str) -> dict[str, Any]:
    """
    A section as JSON: ``id, title, sentences, rows, table, notes``.

    `plain` is asked for each text, to take readings out of it.
    """
    table = one.table
    return {
        "id": one.id,
        "title": plain(plain_text(one.title)),
        "sentences": [plain(said) for said in one.sentences],
        "rows": [
            {"term": plain(term.term), "said": plain(plain_text(term.said)), "note": plain(term.note)}
            for term in one.terms
        ],
        "table": None
        if table is None
        else {
            "heads": [plain(head) for head in table.heads],
            "rows": [[plain(cell) for cell in row] for row in table.texts],
        },
        "notes": [plain(said) for said in one.notes],
    }
