"""
The text volume (说明书) as a document: what the plan is, its tables and figures, how it was judged.

Its tables are those of `report.office`, their cells the strings that sheets print.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from blockplan.report.document import (
    Document,
    Figure,
    LegendEntry,
    Note,
    Paragraph,
    Section,
    Table,
    Term,
)
from blockplan.report.key_figures import key_figures
from blockplan.report.office import TABLES
from blockplan.report.office.columns import heading, meaning, on_paper, paper_table, says, source_said
from blockplan.report.office.columns import said as office_said
from blockplan.report.renderers.docx import LEGENDS, LONG_LEGEND
from blockplan.report.sheets import basemap, maps
from blockplan.report.sheets.facts import Facts
from blockplan.report.sheets.paper import FIRST, GAP_MM, SECOND, Paper, PaperLayout, fit
from blockplan.report.sheets.plan_sheets import MAPS, draw
from blockplan.report.sheets.printed_tables import OF_NUMBERS
from blockplan.report.sheets.scene import said as kind_said
from blockplan.report.tables import SYMBOLS, capacity_sentence
from blockplan.report.verdicts import verdict_document
from blockplan.report.view import View
from blockplan.report.words import NO_BREAK, Words
from blockplan.texts import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan
    from blockplan.report.document import Block, RowKind
    from blockplan.report.office.columns import OfficeTable
    from blockplan.report.sheets.paper import Fit

TEXTS = Catalog("blockplan.report", "volume.toml")
#: A volume prints so many parcels one by one; more are in the workbook and on the sheets.
MOST_PARCELS = 2_000
#: Sections behind the chapters.
ANNEXES = frozenset({"facilities", "loads", "parcels", "definitions"})
#: Columns of the parcels' table that a page of text has room for.
PARCEL_COLUMNS = (
    "parcel_id", "code", "land_use", "site_area_m2", "far_max", "floor_area_m2", "coverage_max",
    "height_max_m", "green_min", "parking_spaces", "facilities", "remarks",
)  # fmt: skip
#: Those that say nothing by being empty: a condition that no parcel has is told by its empty column.
MAY_BE_EMPTY = ("facilities", "remarks")
#: Those that all land has; a parcel with no more than these (of streets, say) is not listed.
OF_ALL = ("parcel_id", "code", "land_use", "site_area_m2", "remarks")
#: What a figure has of a page of A4, so that its legend stands below it, and a heading with its text above.
PAGE = Paper("A4", 165.0, 169.0, 0.0, 0.0, 1.0)
#: A page with a figure has so much for both together: the figure, which has so much at least, and lines of a
#: long legend of so much each.
FIGURE_MM, LEAST_FIGURE_MM, LEGEND_LINE_MM = 218.0, 100.0, 5.5
#: Scales of figures, closer to each other than those of sheets; what is free above and below land, mm.
SCALES, FREE_MM = tuple(sorted({*FIRST, *SECOND, 1_250, 3_500, 7_000, 12_500, 17_500, 35_000})), 6.0


def volume(
    plan: Plan, result: CheckResult, lang: str, in_force: Plan | None = None, *, drawn: bool = True
) -> Document:
    """
    The text volume of a plan.

    Parameters
    ----------
    in_force
        The plan that the section of changes compares with; without one (and outside a scenario) the section
        is left out.
    drawn
        Whether its figures are drawn; else they have their captions alone.
    """
    return _Volume(View(plan, result, Words(lang, NO_BREAK), in_force), drawn=drawn).document()


class _Volume:
    """The sections, made from one view."""

    def __init__(self, view: View, *, drawn: bool = True) -> None:
        self.view, self.words, self.drawn = view, view.words, drawn
        self.facts = Facts(view)
        self.made: dict[str, OfficeTable] = {}

    def document(self) -> Document:
        """All sections; one without anything to say is left out."""
        manifest = self.view.plan.manifest
        sections = [
            self._section(key, blocks())
            for key, blocks in (
                ("general", self._general), ("size", self._size), ("land", self._land),
                ("structure", self._structure), ("services", self._services), ("streets", self._streets),
                ("utilities", self._utilities), ("phases", self._phases),
                ("changes", lambda: self._table("changes")), ("verdicts", self._verdicts),
                ("statements", self._statements), ("facilities", lambda: self._table("facilities")),
                ("loads", self._loads), ("parcels", self._parcels),
                ("definitions", self._definitions),
            )
        ]  # fmt: skip
        sections = [one for one in sections if one.blocks]
        status = self.words(f"status.{manifest.status}")
        return Document(
            self._say("title", title=self.view.title),
            self.words.lang,
            manifest.drawn_on,
            tuple(sections),
            subtitle=self._say("subtitle", status=status, day=self.view.drawn_on),
            chapters=sum(one.id not in ANNEXES for one in sections),
        )

    def _say(self, key: str, **values: object) -> str:
        return TEXTS(key, self.words.lang, **values)

    def _section(self, key: str, blocks: Iterable[Block]) -> Section:
        return Section(key, self._say(f"section.{key}"), tuple(blocks))

    # Sections

    def _general(self) -> Iterator[Block]:
        if self.view.plan.manifest.synthetic:
            yield Paragraph(f"{self.words('head.synthetic_title')}: {self.words('head.synthetic')}", "alert")
        for term, fact in self.view.facts:
            yield Term(term, fact)
        yield Term(self.words("head.hash"), self.view.result.content_hash or self.view.plan.content_hash)

    def _size(self) -> Iterator[Block]:
        for term, value in key_figures(self.view):
            yield Term(term, value)
        yield Paragraph(capacity_sentence(self.view.result, self.words.lang))

    def _land(self) -> Iterator[Block]:
        transition = list(self._table("transition"))
        has = any(isinstance(block, Table) for block in transition)
        if self._office("land_balance").lines:
            land = key_figures(self.view)[0][1]
            existing = self._say("text.existing") if has else ""
            yield Paragraph(self._say("text.land", land=land, existing=existing))
        yield from self._map("landuse")
        yield from self._table("land_balance")
        if has:
            yield from transition

    def _structure(self) -> Iterator[Block]:
        yield from self._map("structure")

    def _services(self) -> Iterator[Block]:
        table = self._office("facilities")
        if table.lines:
            yield Paragraph(self._say("text.services", n=len(table.lines)))
        yield from self._map("facilities")
        yield from self._table("per_thousand")

    def _streets(self) -> Iterator[Block]:
        if self._office("streets").lines:
            yield Paragraph(self._say("text.streets"))
        yield from self._map("streets")
        yield from self._table("streets")
        yield from self._table("parking")

    def _utilities(self) -> Iterator[Block]:
        yield from self._table("utilities")
        if self._office("loads").lines:
            yield Paragraph(self._say("text.loads"))

    def _loads(self) -> Iterator[Block]:
        return self._table("loads", only=("subtotal", "total"))

    def _phases(self) -> Iterator[Block]:
        yield from self._map("phases")
        yield from self._table("phases")

    def _verdicts(self) -> Iterator[Block]:
        result = self.view.result
        counts = [
            self._say("text.count", said=f"{sign} {self.words(f'outcome.{outcome}')}", n=len(found))
            for outcome, sign in SYMBOLS.items()
            if (found := self.view.of_outcome[outcome])
        ]
        told = {
            "day": self.words.day(result.on),
            "n": len(result.verdicts),
            "counts": self.words.join(counts),
        }
        yield Paragraph(self._say("text.verdicts", **told))
        title = self._say("table.verdicts")
        for part in verdict_document(result, self.words.lang, ids=False).sections:
            for block in part.blocks:
                yield replace(block, title=title) if isinstance(block, Table) else block

    def _statements(self) -> Iterator[Block]:
        rows = tuple(
            (self.words.pick(one.text), self.view.state(one.state), self.words.pick(one.why))
            for one in self.view.result.statements
        )
        if rows:
            heads = tuple(self._say(f"column.{key}") for key in ("statement", "state", "why"))
            yield Table(heads, rows, title=self._say("table.statements"), sign=1)

    def _parcels(self) -> Iterator[Block]:
        table = self._office("parcels")
        if len(table.lines) > MOST_PARCELS:
            yield Paragraph(self._say("text.too_many", n=self.words.number(len(table.lines))))
        elif table.lines:
            at = [at for at, one in enumerate(table.columns) if one.key in {*PARCEL_COLUMNS} - {*OF_ALL}]
            stating = [line for line in table.lines if any(line.cells[one] not in {None, ""} for one in at)]
            if stating:
                told = [one.key for at, one in enumerate(table.columns) if says(stating, at)]
                printed = [one for one in PARCEL_COLUMNS if one in told or one not in MAY_BE_EMPTY]
                yield paper_table(self.view, table, stating, printed)
            if len(stating) < len(table.lines):
                yield Paragraph(self._say("text.bare_parcels"))
            yield from map(Note, table.notes)

    def _definitions(self) -> Iterator[Block]:
        rows: list[tuple[str, str, str]] = []
        kinds: list[RowKind] = []
        for table in self.made.values():
            if table.lines:
                rows.append((office_said(self.view, f"title.{table.name}"), "", ""))
                rows += [
                    (heading(self.view, one), meaning(self.view, one), source_said(self.view, one))
                    for one in table.columns
                ]
                kinds.append("subtotal")
                kinds += ["row"] * len(table.columns)
        if rows:
            heads = tuple(self._say(f"column.{key}") for key in ("heading", "meaning", "source"))
            yield Table(heads, tuple(rows), title=self._say("table.definitions"), kinds=tuple(kinds))

    # Pieces

    def _office(self, name: str) -> OfficeTable:
        if name not in self.made:
            self.made[name] = TABLES[name](self.view)
        return self.made[name]

    def _table(self, name: str, *, only: tuple[str, ...] = ()) -> Iterator[Block]:
        """A table of the office with its notes; nothing where it has no line."""
        table = self._office(name)
        lines = [line for line in table.lines if not only or line.kind in only]
        forms = {table.columns[at].form for at in on_paper(table.columns, lines)}
        if not lines or (name in OF_NUMBERS and forms <= {"text", "code"}):
            return
        yield from map(Paragraph, filter(None, [table.lead]))
        yield paper_table(self.view, table, lines)
        yield from map(Note, table.notes)

    def _map(self, kind: str) -> Iterator[Block]:
        """A map of the whole plan as its sheet draws it; nothing where its data are missing."""
        theme, land = MAPS[kind], basemap.parts(self.facts)
        if not land or not theme.has(self.facts):
            return
        found = figure_fit(land, self._entries() if kind == "landuse" else 0)
        title, scale = (
            kind_said(self.words.lang, f"kind.{kind}"),
            maps.scale_said(self.words.lang, found.scale),
        )
        caption = self._say("text.figure", title=title, scale=scale)
        svg, notes = "", list[str]()
        legend: tuple[LegendEntry, ...] = ()
        if self.drawn:
            scenes = maps.scenes_of(self.facts, found)
            notes = draw(theme, scenes)
            svg = maps.drawn(scenes, found)
            shown = sorted(scenes[0].legend.values(), key=lambda entry: entry.order)
            legend = tuple(LegendEntry(one.swatch, one.said) for one in shown)
        yield Figure(svg, *found.layout.picture, title, caption, legend=legend)
        yield from map(Note, notes)

    def _entries(self) -> int:
        """About how many entries the legend of the land-use plan has."""
        plan, columns = self.view.plan, (("parcels", "land_use"), ("facilities", "service"))
        return sum(plan.layer(name)[column].nunique() for name, column in columns if name in plan.layers)


def figure_fit(land: Sequence[BaseGeometry], entries: int = 0) -> Fit:
    """How a figure shows land: as wide as the text, no higher than land asks for and a long legend leaves."""
    lines = -(-entries // LEGENDS[True][0]) if entries > LONG_LEGEND else 0
    page = replace(PAGE, long_mm=min(PAGE.long_mm, max(LEAST_FIGURE_MM, FIGURE_MM - lines * LEGEND_LINE_MM)))
    found = fit(land, [PaperLayout(page, portrait=True, panel_mm=0.0)], SCALES)
    rows = len({cell.top for cell in found.cells})
    spare = found.layout.window[1] - rows * (found.land_mm[1] + 2 * FREE_MM) - (rows - 1) * GAP_MM
    if spare <= 0:
        return found
    lower = PaperLayout(replace(page, long_mm=page.long_mm - spare), portrait=True, panel_mm=0.0)
    return fit(land, [lower], (found.scale,), cut=len(found.cells) > 1)
