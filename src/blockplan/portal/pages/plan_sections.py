"""
Sections of words that `blockplan.report` makes of a plan, as templates want them: with addresses for links.

They are made of the plan at hand (`blockplan.portal.plans.places`) when they are asked for; a plan in plain
words is kept, since every reader of a notice asks for it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from blockplan.portal.pages import common
from blockplan.portal.plans.places import places_of
from blockplan.portal.plans.prepare import LAYERS, RULES, STATEMENTS
from blockplan.portal.words import BETWEEN
from blockplan.report.document import Told, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.portal.plans.models import PlanVersion
    from blockplan.report.document import PageLink, Section, Table

#: Easy Japanese is a way to say a page, not a language of the service.
EASY = "ja-easy"
#: The section in which a plan says what it is.
OF_ITSELF = "what"
MOST_ON_A_PHONE = 3
#: So many neighbours stand on one sheet of A4 at the usual size, and so many set smaller.
MOST_LOOSE, MOST_DENSE = 4, 8
#: Lines of a section that stand open on the page of an object.
MOST_LINES = 12
#: Longer tables are folded up on the page of a notice.
MOST_ROWS = 10
FIGURE = re.compile(r"[-–]|[-–]?\d[\d.,]*\s?[^\d\s]{0,4}")
#: Words with a space between them, and the scripts of Chinese and Japanese.
ENGLISH = re.compile(r"[A-Za-z]{3,}[ ,:;]+[A-Za-z]{2,}")
OF_HAN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
#: Characters of the longest cell that is kept on one line on a desk.
SHORT = 14
#: Kind of a link, as `blockplan.report.public.place` has it -> layer of its page.
PAGES = {"statement": STATEMENTS, "rule": RULES}


@dataclass(frozen=True, slots=True)
class TermLine:
    """A term, what is said of it, what that means, and where it leads."""

    term: str
    said: str
    note: str
    href: str | None
    #: Language of what is said, where it is not that of the page: data that a plan holds in English alone.
    tongue: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell under its heading; the first of a row names it, may have a sign before it and may lead on."""

    said: str
    head: str
    sign: str = ""
    first: bool = False
    #: Sentences that explain what is said, folded up.
    more: str = ""
    href: str | None = None

    @property
    def is_figure(self) -> bool:
        """Whether it is a number with its unit, or the dash for none."""
        return not self.first and FIGURE.fullmatch(self.said) is not None

    @property
    def is_short(self) -> bool:
        """Whether it stays on one line where there is room: no number of a parcel is torn at a hyphen."""
        return len(self.said) <= SHORT


@dataclass(frozen=True, slots=True)
class Grid:
    """Headings, and rows of cells."""

    heads: tuple[str, ...]
    lines: tuple[tuple[Cell, ...], ...]

    @property
    def long(self) -> bool:
        """Whether a notice shows it folded up, for who wants every row."""
        return len(self.lines) > MOST_ROWS and not self.is_list

    @property
    def is_list(self) -> bool:
        """Whether it has one column, and so is a list."""
        return len(self.heads) == 1

    @property
    def columns(self) -> tuple[tuple[str, bool], ...]:
        """Each heading, and whether nothing but figures stands below it: it goes to the right with them."""
        return tuple(
            (head, bool(self.lines) and all(cells[at].is_figure for cells in self.lines))
            for at, head in enumerate(self.heads)
        )

    @property
    def broad(self) -> bool:
        """Whether a phone shows each row as a list of its cells."""
        return len(self.heads) > MOST_ON_A_PHONE


@dataclass(frozen=True, slots=True)
class PagePart:
    """A section as a template shows it."""

    id: str
    title: str
    sentences: tuple[str, ...]
    lines: tuple[TermLine, ...]
    grid: Grid | None
    notes: tuple[str, ...]

    @property
    def long(self) -> bool:
        """Whether the page of an object folds it up: a phone sets a row of a table on two lines or four."""
        rows = 0 if self.grid is None else len(self.grid.lines) * (4 if self.grid.broad else 2)
        return len(self.lines) + rows > MOST_LINES

    @property
    def gist(self) -> str:
        """Its first sentence, or how many verdicts came out how, or how many things it lists."""
        if self.sentences:
            return self.sentences[0]
        rows = () if self.grid is None else self.grid.lines
        signs = Counter(cells[0].sign for cells in rows if cells[0].sign)
        return BETWEEN.join(f"{sign} {n}" for sign, n in signs.items()) or str(len(self.lines) + len(rows))


def plain(version: PlanVersion, lang: str, *, easy: bool = False) -> tuple[PagePart, ...]:
    """The plan on notice in plain words."""
    return _plain(version, lang, EASY if easy else lang)


@lru_cache(maxsize=64)
def _plain(version: PlanVersion, lang: str, spoken: str) -> tuple[PagePart, ...]:
    from blockplan.report.public.plain import plain_notice  # noqa: PLC0415 (with it come pandas and shapely)

    places = places_of(version)
    made = plain_notice(places.plan, places.result, spoken)
    # What the plan says of its own dates and state, the notice itself says as they are now.
    return parts(version, lang, (section for section in made if section.id != OF_ITSELF))


def of_object(
    version: PlanVersion, layer: str, id_: str, lang: str, *, easy: bool = False
) -> tuple[str, tuple[PagePart, ...]]:
    """
    Title and sections of an object's page.

    Raises
    ------
    UsageError
        If the plan has no such object.
    """
    from blockplan.report.public.place_words import sections, title  # noqa: PLC0415

    record = places_of(version).record(kind_of(layer), id_)
    spoken = EASY if easy else lang
    return title(record, spoken), parts(version, lang, sections(record, spoken))


def kind_of(layer: str) -> str:
    """What `blockplan.report.public.place` calls a thing of a layer."""
    from blockplan.report.public.place_index import KINDS  # noqa: PLC0415

    return {STATEMENTS: "statement", RULES: "rule"}.get(layer) or KINDS.get(layer, layer)


def parts(version: PlanVersion, lang: str, sections: Iterable[Section]) -> tuple[PagePart, ...]:
    """Sections with addresses."""
    return tuple(_part(version.notice_id, lang, section) for section in sections)


def _part(notice: str, lang: str, section: Section) -> PagePart:
    said = ((row, plain_text(row.said)) for row in section.terms)
    lines = tuple(
        TermLine(row.term, text, row.note, _href(notice, lang, row.link), tongue(text, lang))
        for row, text in said
    )
    grid = None if section.table is None else _grid(notice, lang, section.table)
    return PagePart(section.id, plain_text(section.title), section.sentences, lines, grid, section.notes)


def crowd(parts: Iterable[PagePart]) -> str:
    """
    How small a page is set on paper so that it stays one sheet: "", ``dense`` or ``denser``.

    What makes one parcel's page longer than another's is the table of its neighbours, the broad one.
    """
    rows = max((len(part.grid.lines) for part in parts if part.grid and part.grid.broad), default=0)
    return "denser" if rows > MOST_DENSE else "dense" if rows > MOST_LOOSE else ""


def tongue(said: str, lang: str) -> str:
    """
    English, for words on a Chinese or Japanese page that have no character of its script; else "".

    Numbers, units and ids are of every language.

    Examples
    --------
    >>> tongue("Example Plan 2016, clause 4", "zh"), tongue("6,000 m²", "zh"), tongue("RD-01 街区", "zh")
    ('en', '', '')
    """
    return "en" if lang != "en" and ENGLISH.search(said) and not OF_HAN.search(said) else ""


def _grid(notice: str, lang: str, table: Table) -> Grid:
    from blockplan.report.tables import SYMBOLS  # noqa: PLC0415 (with it come pandas and shapely)

    links = table.links or (None,) * len(table.rows)
    # A verdict's sign stands before its words, and the words say the same.
    rows = table.rows
    signs = bool(rows) and all(cells[0] in SYMBOLS.values() for cells in rows)
    heads = table.heads[1:] if signs else table.heads
    lines = []
    for link, cells in zip(links, rows, strict=True):
        sign, said = (str(cells[0]), cells[1:]) if signs else ("", cells)
        # The cell that names the thing leads to it, else the first.
        leads = said.index(link.id) if link is not None and link.id in said else 0
        lines.append(tuple(
            Cell(words.first if isinstance(words, Told) else str(words), heads[at], "" if at else sign,
                 first=at == 0, more=words.rest if isinstance(words, Told) else "",
                 href=_href(notice, lang, link) if at == leads else None)
            for at, words in enumerate(said)
        ))  # fmt: skip
    return Grid(heads, tuple(lines))


def _href(notice: str, lang: str, link: PageLink | None) -> str | None:
    if link is None:
        return None
    from blockplan.report.public.place_index import LAYER_OF  # noqa: PLC0415

    layer = PAGES.get(link.kind) or LAYER_OF.get(link.kind, "")
    known = layer in LAYERS or layer in PAGES.values()
    return common.object_(lang, notice, layer, link.id) if known else None
