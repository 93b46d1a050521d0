"""
Sheets of the whole plan: the maps of `themes`, the tables, and the cover that lists all sheets.

The table of control lines (控制线一览表): what each kind covers, and whether the plan draws it.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.report.key_figures import key_figures
from blockplan.report.office import TABLES
from blockplan.report.office.columns import MANY, UNKNOWN_SIGN, hectares, shown
from blockplan.report.sheets import basemap, maps, panels, parcelmap, streetmap
from blockplan.report.sheets.control import CONDITIONS, Sheet, widened
from blockplan.report.sheets.overlaymap import OVERLAYS, drawn_lines
from blockplan.report.sheets.paper import FIRST, FIRST_JA, HEADING_MM, MARGIN_MM, PAD_MM, fit, layouts
from blockplan.report.sheets.parcelmap import CONTROL
from blockplan.report.sheets.printed_tables import ems, factors, least, printed
from blockplan.report.sheets.scene import said
from blockplan.report.sheets.table_layout import (
    LEAST_LETTERS,
    LETTERS_MM,
    SURE,
    parted,
    shelves,
)
from blockplan.report.sheets.themes import GENERAL, SUBJECTS, THEMES, numbers_parcels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from shapely.geometry.base import BaseGeometry

    from blockplan.report.office.columns import Line, OfficeTable
    from blockplan.report.sheets.facts import Facts
    from blockplan.report.sheets.panels import PanelFiles
    from blockplan.report.sheets.paper import Fit, Paper
    from blockplan.report.sheets.scene import Scene
    from blockplan.report.sheets.themes import SheetTheme

#: Widths that the panel of a map of the whole plan may have, mm.
PANELS_MM = (125.0, 105.0, 150.0)
#: The panel of a location map is no wider than this, mm: it has little to say.
LOCATION_MM = 90.0
#: Tables of the appendix, in their order; the parcels' table stands on the parcel sheets.
APPENDIX = tuple(name for name in TABLES if name != "parcels")
#: A map that leaves so much of its window free has a table below it, if one stands whole there, mm.
SPARE_MM = 40.0
#: Letters of tables below a map may be so much larger where there is room for it.
LARGER_BELOW = (1.3, 1.2, 1.1, 1.0)
#: Letters of a table of the appendix with few columns and with more, the most that are few, what stands
#: between two tables more than below a map; mm.
LETTERS_FEW, LETTERS_MANY, FEW, APART_MM = 2.5, 2.1, 9, 2.0
#: Letters of the appendix may be so much smaller where a further table then has room on a sheet.
SMALLER_FB = (0.98, 0.96, 0.94)
#: They are so much larger where a sheet has room for it.
LARGER_FB = (1.4, 1.35, 1.3, 1.25, 1.2, 1.15, 1.1, 1.05)
#: Room for the list on the cover, mm.
COVER_MM = 165.0
#: A longer list of sheets has pages of its own, with rows so high at least, mm; what is above and below them.
LONG_LIST, ROW_MM, OFF_LIST_MM = 150, 3.4, 14.0
#: A longer table gives a panel its subtotals alone, where it has any.
LONG_BESIDE = 50
#: A longer land balance gives it its highest classes alone.
LONG_BALANCE = 20
#: The table of control lines, which is made for the sheets.
LINES = "control_lines"
#: The table of blocks (or subblocks), made for the sheets; the balance of what the land is used for now.
PARTS = "parts"
EXISTING = {"existing_balance": "land_balance"}
NOW = ("code", "land_use", "existing_ha", "existing_share")
#: Sheets that state the plan's key figures first; the others where their own subject leaves room.
WITH_FIGURES = ("location", "landuse")
#: Tables that any map of what is planned takes where it has room after its own.
NEXT = ("land_balance", "facilities", "streets")
#: A panel is offered no longer table than this.
MOST_OFFERED = 60
#: The loads of single parcels are for the workbook; a sheet prints their sums.
SUMS_ONLY = ("loads",)
#: Share of the longer side that is shown around the plan where it has no frame of its own.
AROUND = 0.25


def draw(theme: SheetTheme, scenes: Sequence[Scene]) -> list[str]:
    """Draw a map in its windows; what stands beside the signs of its legend, each note once."""
    notes: list[str] = []
    for scene in scenes:
        told = theme.draw(scene, parcelmap.ground_of(scene, None))
        notes += [note for note in told if note not in notes]
    absent = parcelmap.absent_lines(scenes[0]) if theme.kind == LINES else ()
    return [*absent, *notes, *streetmap.left_out(scenes)]


class Whole:
    """The sheets of one plan that show all of it; what they share is made once."""

    def __init__(self, facts: Facts, files: PanelFiles, paper: Paper) -> None:
        self.facts, self.files, self.paper = facts, files, paper
        self.lang = facts.view.words.lang
        self._fit: Fit | None = None
        self._tables: dict[str, OfficeTable] = {}
        self._prints: dict[tuple[str, bool], dict[str, Any] | None] = {}

    def theme(self, theme: SheetTheme) -> Sheet | None:
        """One map; None where nothing of the plan can be drawn."""
        land = basemap.parts(self.facts)
        if not land:
            return None
        found = self._location() if theme.kind == "location" else self._plan(land)
        below, set_, height = self._below(theme, found)
        if below:
            found = self._lower(found, land, height)
        scenes = maps.scenes_of(self.facts, found)
        notes = draw(theme, scenes)
        title = said(self.lang, f"kind.{theme.kind}")
        if theme.kind == "landuse":
            title = said(self.lang, "kind.general", title=title) if self.lang == "ja" else title
        planned = panels.figures(said(self.lang, "facts.title"), key_figures(self.facts.view))
        side = [
            *(
                [planned | {"optional": theme.kind not in WITH_FIGURES, "general": True}]
                if theme.kind != "existing"
                else []
            ),
            panels.legend(self.lang, self.files, scenes[0].legend.values(), notes),
            *self._offered(theme, below),
            panels.verdicts(self.facts, self.files, subject=SUBJECTS.get(theme.kind, ()))
            | {"optional": theme.kind != "green"},
            panels.title_block(self.facts.view, title, theme.number, maps.scale_said(self.lang, found.scale)),
        ]
        data: dict[str, Any] = {"picture": self.files.put(maps.drawn(scenes, found)), "panel": side}
        if below:
            data["shelves"] = set_
        counted = theme.kind == "landuse" and numbers_parcels(self.facts, found.scale, self.paper.letters)
        names = zip(self.facts.names, self.facts.roads, strict=True)
        numbered = {str(name) for name, road in names if counted and not road}
        return Sheet(
            theme.kind, self.facts.plan.manifest.id, theme.number, title, found, data, 1, len(numbered),
            len(scenes[0].labelled & numbered), [scene.canvas.labels for scene in scenes],
        )  # fmt: skip

    def _plan(self, land: Sequence[Any]) -> Fit:
        if self._fit is None:
            first = FIRST_JA if self.lang == "ja" else FIRST
            self._fit = fit(land, layouts(self.paper, PANELS_MM), first)
        return self._fit

    def _below(self, theme: SheetTheme, found: Fit) -> tuple[list[str], list[list[dict[str, Any]]], float]:
        """
        Tables of a map for the room below it: their names, how they are set, their height, mm on A3.

        First the first that stands whole there, then those that stand whole in what is left.
        """
        room = _spare(found) / self.paper.letters - PAD_MM
        if room < SPARE_MM - PAD_MM:
            return [], [], 0.0
        width = found.layout.body[0] / self.paper.letters
        made = {name: one for name in _tables(theme) if (one := self._printed(name))}

        def set_at(names: Sequence[str], letters: float) -> tuple[list[list[dict[str, Any]]], float]:
            return shelves([made[name] for name in names], width, lambda one: letters)

        first = next((name for name in made if set_at([name], LEAST_LETTERS)[1] <= room), None)
        if first is None:
            return [], [], 0.0
        chosen = [first]
        for name in made:
            if name != first and set_at([*chosen, name], 1.0)[1] <= room:
                chosen.append(name)
        tries = (set_at(chosen, letters) for letters in (*LARGER_BELOW, LEAST_LETTERS))
        set_, height = next(one for one in tries if one[1] <= room)
        return chosen, set_, height

    def _printed(self, name: str, *, narrow: bool = False) -> dict[str, Any] | None:
        """A table as maps print it, made once."""
        if (name, narrow) not in self._prints:
            self._prints[name, narrow] = self._print(name, narrow=narrow)
        return self._prints[name, narrow]

    def _print(self, name: str, *, narrow: bool) -> dict[str, Any] | None:
        """A table as maps print it: of parcels those of which the plan states a condition."""
        if name == LINES:
            return control_table(self.facts)
        if name == PARTS:
            return panels.part_table(self.facts)
        table = self.table(EXISTING.get(name, name))
        keep = None
        if name == "parcels":
            return self._bound(table, narrow=narrow)
        if name in EXISTING:
            columns = [column.key for column in table.columns]
            made = printed(
                self.facts.view,
                table,
                keep=_not_zero(columns.index("existing_ha")),
                narrow=NOW,
            )
            return made and made | {"title": said(self.lang, f"tables.{name}"), "notes": []}
        if narrow and name == "land_balance":
            keep = _not_zero([column.key for column in table.columns].index("planned_ha"))
        return printed(self.facts.view, table, keep=keep, narrow=narrow)

    def _bound(self, table: OfficeTable, *, narrow: bool) -> dict[str, Any] | None:
        """The parcels of which the plan states a condition, and how many others there are."""
        keep = _stating([at for at, column in enumerate(table.columns) if column.key in CONDITIONS])
        made = printed(self.facts.view, table, keep=keep, narrow=narrow)
        if not made or not (others := sum(not keep(line) for line in table.lines if line.kind == "row")):
            return made
        return made | {"notes": [*made["notes"], said(self.lang, "tables.unlisted", n=others)]}

    def _lower(self, found: Fit, land: Sequence[Any], height: float) -> Fit:
        """The same map in a window that leaves its tables their height."""
        layout = replace(found.layout, table_mm=height * self.paper.letters)
        return fit(land, [layout], (found.scale,))

    def _location(self) -> Fit:
        """The windows of the location map: what is drawn in the plan's frame, else around it."""
        drawn: list[Any] = [one for one in basemap.shapes_of(self.facts, "extent") if not one.is_empty]
        whole = self.facts.outline
        frame = shapely.box(*shapely.total_bounds(np.array(drawn or [whole], dtype=object)))
        land = [basemap.seen_around(self.facts, frame, 0.0 if drawn else AROUND)]
        first = (25_000, 50_000, *FIRST[7:])
        return widened(fit(land, layouts(self.paper, PANELS_MM), first, cut=False), land, LOCATION_MM)

    def table(self, name: str) -> OfficeTable:
        """A table of the office, made once."""
        if name not in self._tables:
            self._tables[name] = TABLES[name](self.facts.view)
        return self._tables[name]

    def _offered(self, theme: SheetTheme, below: Sequence[str]) -> list[dict[str, Any]]:
        """Tables that the panel takes where there is room; the land balance is of the subject of uses."""
        made = [(name, self._narrow(name)) for name in _tables(theme) if name not in below]
        general = set() if theme.kind == "landuse" else {*NEXT, *GENERAL}.difference(theme.tables[:1])
        return [
            {**one, "kind": "table", "optional": True, "general": bool(below) or name in general}
            for name, one in made
            if one and len(one["rows"]) <= MOST_OFFERED
        ]

    def _narrow(self, name: str) -> dict[str, Any] | None:
        """A table as a panel prints it: a long balance by its highest classes, others by their sums."""
        made = self._printed(name, narrow=True)
        if made and len(made["rows"]) > LONG_BALANCE and name == "land_balance":
            rows = [row for row in made["rows"] if not row["depth"]]
            return made | {"rows": rows}
        if made and len(made["rows"]) > LONG_BESIDE and name in TABLES:
            return printed(self.facts.view, self.table(name), keep=_sums, narrow=True) or made
        return made

    def tables(self, rest: Sequence[dict[str, Any]] = ()) -> list[Sheet]:
        """The appendix: the office's tables and the `rest` of parcels, short ones together on a sheet."""
        prints = {
            name: printed(self.facts.view, self.table(name), keep=_sums if name in SUMS_ONLY else None)
            for name in APPENDIX
        }
        made = [*prints.values(), *rest, factors(self.facts.view) if prints["loads"] else None]
        out = []
        upright = self._fit is not None and self._fit.layout.portrait
        again = said(self.lang, "head.table_continued")
        groups = _together(
            [
                part
                for one in made
                if one
                for part in parted(
                    one, *_room(self.paper, one, across=not upright or len(one["heads"]) > MANY), again
                )
            ],
            self.paper,
            upright=upright,
        )
        for number, (group, stands, letters) in enumerate(groups, 1):
            title = self.facts.view.words.join([one["title"] for one in group])
            set_ = _set(self.paper, group, across=not stands, letters=letters)[0]
            out.append(
                Sheet(
                    "tables", f"{number}", f"FB-{number}", title, None, {"shelves": set_, "portrait": stands}
                )
            )
        return out

    def _packs(self) -> str:
        """The packs by name, and where they judge nothing, that they do not."""
        view = self.facts.view
        named = view.words.join([view.pack_title(pack) for pack in view.result.packs])
        judged = any(verdict.outcome != "not_applicable" for verdict in view.result.verdicts)
        return named if judged or not named else said(self.lang, "cover.none_applies", packs=named)

    def cover(self, sheets: Sequence[Sheet], left_out: Sequence[tuple[str, str]]) -> Sheet:
        """The cover with the list of the sheets that follow, and what was left out."""
        view, manifest = self.facts.view, self.facts.plan.manifest
        rows = [
            {
                "number": sheet.number,
                "title": sheet.title,
                "scale": maps.scale_said(self.lang, sheet.fit.scale) if sheet.fit else "",
                "label": f"sheet-{at}",
            }
            for at, sheet in enumerate(sheets, 1)
        ]
        # What the cover says above the list is not said again, and packs have names.
        above = {view.words(f"head.{key}") for key in ("authority", "drawn_on")}
        named = {view.words("head.packs"): self._packs()}
        basis = [
            said(self.lang, "cover.line", title=name, why=named.get(name, value))
            for name, value in view.facts
            if name not in above
        ]
        missing = [
            said(self.lang, "cover.line", title=said(self.lang, f"kind.{kind}"), why=why)
            for kind, why in left_out
        ]
        notes = [[said(self.lang, "cover.basis"), view.words.join(basis)]]
        if missing:
            notes.append([said(self.lang, "cover.left_out"), view.words.join(missing)])
        if manifest.attribution:
            source = view.words.pick(manifest.attribution)
            notes.append([said(self.lang, "cover.source"), source])
        if manifest.synthetic:
            notes.append([view.words("head.synthetic_title"), view.words("head.synthetic")])
        columns = 1 if len(rows) <= 8 else 2 if len(rows) <= 64 else 3 if len(rows) <= 150 else 4
        size = 3.2 if len(rows) <= 24 else 2.8 if len(rows) <= 64 else 2.1
        high, most = COVER_MM, len(rows)
        if len(rows) > LONG_LIST:
            high = _page_mm(self.paper, across=True) - OFF_LIST_MM
            most = columns * int(high / ROW_MM)
        # Pages of a long list are filled alike.
        air = (
            (high / math.ceil(len(rows) / math.ceil(len(rows) / most) / columns) - size) / 2 if rows else 0.0
        )
        cover = {
            "subtitle": "　".join(
                said(self.lang, key) for key in (f"status.{manifest.status}", f"level.{manifest.level}")
            ),
            "authority": view.words.pick(manifest.authority),
            "date": view.drawn_on,
            "list_title": said(self.lang, "cover.list"),
            "heads": [said(self.lang, f"cover.{key}") for key in ("number", "title", "scale", "page")],
            "list": rows,
            "columns": columns,
            "most": most,
            "size": size * self.paper.letters,
            "air": min(max(air, 0.55), 2.0) * self.paper.letters,
            "notes": notes,
        }
        return Sheet("cover", manifest.id, "GH-00", said(self.lang, "kind.cover"), None, {"cover": cover})


def _tables(theme: SheetTheme) -> list[str]:
    """The tables of a map: its own, and those that fill what these leave free beside and below it."""
    further = NEXT if theme.kind not in {"existing", "location"} else ()
    return list(dict.fromkeys((*theme.tables, *further)))


def _stating(columns: Sequence[int]) -> Callable[[Line], bool]:
    """Whether a row states something in one of some columns."""
    return lambda line: line.kind == "row" and any(line.cells[at] not in {None, ""} for at in columns)


def _together(
    made: Sequence[dict[str, Any]], paper: Paper, *, upright: bool
) -> list[tuple[list[dict[str, Any]], bool, float]]:
    """
    Tables as many on a sheet as have room; whether it stands upright; a factor of letters.

    Of the ways to share them out that keep their order as far as it goes, the one with the fewest sheets is
    taken, and of these the one whose emptiest sheet is fullest. In an atlas that stands `upright` a table of
    few columns begins an upright sheet; one whose tables have room across as well lies across, for it is
    fuller so. In one that lies across all lie across.
    """
    wide = [not upright or len(one["heads"]) > MANY for one in made]
    orders = (sorted(range(len(made)), key=lambda at: not wide[at]), range(len(made)))

    def fill(rows: Sequence[int], *, across: bool) -> float:
        return _fill(paper, [made[at] for at in sorted(rows)], across=across)

    def shared_out(order: Sequence[int], smaller: Sequence[float]) -> list[tuple[list[int], bool]]:
        """Tables in an order, each on the fullest sheet with room: their numbers, whether across."""
        groups: list[tuple[list[int], bool]] = []
        for one in order:
            fills = [
                (fill([*rows, one], across=across), at)
                for at, (rows, across) in enumerate(groups)
                if across >= wide[one]
            ]
            room = [
                found
                for found in fills
                if found[0] <= 1 or (smaller and letters([*groups[found[1]][0], one], groups[found[1]][1]))
            ]
            if room:
                groups[max(room)[1]][0].append(one)
            else:
                groups.append(([one], wide[one]))
        return groups

    def letters(rows: Sequence[int], across: bool) -> float | None:
        """The largest letters with which tables have room; smaller ones may stand in fewer columns."""
        group = [made[at] for at in sorted(rows)]
        tries = ((one, SURE if one > 1 else 1.0) for one in (*LARGER_FB, 1.0, *SMALLER_FB))
        return next(
            (one for one, most in tries if _fill(paper, group, across=across, letters=one) <= most), None
        )

    best = min(
        reversed([shared_out(order, smaller) for order in orders for smaller in ((), SMALLER_FB)]),
        key=lambda groups: (len(groups), -min(fill(rows, across=across) for rows, across in groups)),
    )
    out = []
    for rows, across in sorted(best, key=lambda group: min(group[0])):
        lies = across or fill(rows, across=True) <= 1
        out.append(([made[at] for at in sorted(rows)], not lies, letters(rows, lies) or SMALLER_FB[-1]))
    return out


def _room(paper: Paper, table: dict[str, Any], *, across: bool) -> tuple[tuple[float, float], float]:
    """Width and height of a page of the appendix, mm on A3; the factor of letters of a table there."""
    side = paper.long_mm if across else paper.short_mm
    width = (side - paper.binding_mm - paper.margin_mm - 2 * PAD_MM) / paper.letters
    few = len(table["heads"]) <= FEW
    return (width, _page_mm(paper, across=across)), (LETTERS_FEW if few else LETTERS_MANY) / LETTERS_MM


def _page_mm(paper: Paper, *, across: bool) -> float:
    side = paper.short_mm if across else paper.long_mm
    return (side - 2 * paper.margin_mm - 2 * PAD_MM) / paper.letters - HEADING_MM


def _set(
    paper: Paper, group: Sequence[dict[str, Any]], *, across: bool, letters: float = 1.0
) -> tuple[list[list[dict[str, Any]]], float]:
    """Tables on a page of the appendix as the template reads them, and how high they stand, mm on A3."""
    (width, _), _ = _room(paper, group[0], across=across)
    set_, high = shelves(group, width, lambda one: letters * _room(paper, one, across=across)[1])
    return set_, high + APART_MM * (len(set_) - 1)


def _fill(paper: Paper, group: Sequence[dict[str, Any]], *, across: bool, letters: float = 1.0) -> float:
    """How much of a page tables take."""
    return _set(paper, group, across=across, letters=letters)[1] / _page_mm(paper, across=across)


def _spare(found: Fit) -> float:
    """Height that the land leaves free in a window, mm."""
    if len(found.cells) > 1:
        return 0.0
    cell = found.cells[0]
    return cell.height - found.land_mm[1] - 2 * MARGIN_MM


def _not_zero(at: int) -> Callable[[Line], bool]:
    """Whether a line has any of what a column counts."""
    return lambda line: bool(line.cells[at])


def _sums(line: Line) -> bool:
    return line.kind != "row"


MAPS = {theme.kind: theme for theme in THEMES}


HEADS = ("kind", "number", "area", "length", "basis", "names")
ALIGNS = ("left", "right", "right", "right", "left", "left")
#: A line names so many of its pieces.
MOST_NAMES = 4


def control_table(facts: Facts) -> dict[str, Any] | None:
    """
    The table as the template reads it; None for a plan without a line.

    Lines that the plan draws count as it draws them. Where it draws none of the five colours, these follow
    from the land use, parcel by parcel, and the table says so; the road line is that of the street land.
    """
    drawn = drawn_lines(facts)
    colours = {one.kind for one in drawn} & set(CONTROL)
    rows = [row] if (row := _roads(facts)) else []
    for kind in (*(kind for kind in CONTROL if kind != "red"), *OVERLAYS):
        mine = [one for one in drawn if one.kind == kind]
        names = list(dict.fromkeys(one.called for one in mine if one.called))
        shapes, basis = [one.shape for one in mine], "drawn"
        if not mine and not colours and kind in CONTROL and CONTROL[kind][0]:
            shapes, basis = _by_use(facts, CONTROL[kind][0]), "derived"
        if shapes:
            rows.append(_row(facts, kind, shapes, basis, names))
    if not rows:
        return None
    lang = facts.view.words.lang
    heads = [said(lang, f"lines.{key}") for key in HEADS]
    wanted = [at for at in range(len(HEADS)) if any(row[at] not in {"", UNKNOWN_SIGN} for row in rows)]
    heads, cells = [heads[at] for at in wanted], [[row[at] for at in wanted] for row in rows]
    aligns = [ALIGNS[at] for at in wanted]
    return {
        "title": said(lang, "lines.title"),
        "heads": heads,
        "align": aligns,
        "least": least(heads, cells, aligns),
        "widths": [1.0] * len(heads),
        "ems": ems(heads, cells),
        "rows": [{"cells": row, "kind": "row", "depth": 0} for row in cells],
        "notes": [],
    }


def _roads(facts: Facts) -> list[str] | None:
    """The road line: the street land that it bounds."""
    lands = [
        shape for shape, road in zip(facts.shapes, facts.roads, strict=True) if road and shape is not None
    ]
    return _row(facts, "red", lands, "street_land", []) if lands else None


def _by_use(facts: Facts, codes: tuple[str, ...]) -> list[BaseGeometry]:
    return [
        shape
        for shape, (_, code) in zip(facts.shapes, facts.uses, strict=True)
        if shape is not None and code.startswith(codes)
    ]


def _row(facts: Facts, kind: str, shapes: Iterable[BaseGeometry], basis: str, names: list[str]) -> list[str]:
    words = facts.view.words
    drawn = np.array(list(shapes), dtype=object)
    lands = drawn[shapely.get_dimensions(drawn) == 2]
    lines = drawn[shapely.get_dimensions(drawn) == 1]
    called = words(f"control_line.{kind}") if kind in OVERLAYS else said(words.lang, f"legend.{kind}_line")
    more = said(words.lang, "rules.more", n=len(names)) if len(names) > MOST_NAMES else ""
    return [
        called,
        shown(len(drawn), "whole"),
        hectares(facts.view, float(shapely.area(shapely.union_all(lands)))) if len(lands) else UNKNOWN_SIGN,
        shown(float(shapely.length(lines).sum()) / 1e3, "two") if len(lines) else UNKNOWN_SIGN,
        said(words.lang, f"lines.{basis}"),
        words.join(names[:MOST_NAMES]) + more,
    ]
