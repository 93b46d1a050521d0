"""Sheets of the whole plan: the maps of `themes`, the tables, and the cover that lists all sheets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.report.office import TABLES
from blockplan.report.sheets import ground, maps, panels, parcelmap
from blockplan.report.sheets.control import HEAD_MM, ROW_MM, Sheet
from blockplan.report.sheets.paper import FIRST, FIRST_JA, MARGIN_MM, PAD_MM, fit, layouts
from blockplan.report.sheets.printed import MANY, printed
from blockplan.report.sheets.scene import said
from blockplan.report.sheets.themes import BLOCKS_UP_TO, THEMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.report.office.columns import Line, OfficeTable
    from blockplan.report.sheets.facts import Facts
    from blockplan.report.sheets.panels import PanelFiles
    from blockplan.report.sheets.paper import Fit, Paper
    from blockplan.report.sheets.themes import SheetTheme

#: Widths that the panel of a map of the whole plan may have, mm.
PANELS_MM = (125.0, 105.0, 150.0)
#: Tables of the appendix, in their order; the parcels' table stands on the parcel sheets.
APPENDIX = tuple(name for name in TABLES if name != "parcels")
#: A map that leaves so much of its window free has a table below it, unless the table runs on for pages.
SPARE_MM, MOST_BELOW = 40.0, 2.5
#: Tables of so many rows stand together on a sheet.
MOST_TOGETHER = 58
#: The loads of single parcels are for the workbook; a sheet prints their sums.
SUMS_ONLY = ("loads",)
#: Share of the longer side that is shown around the plan where it has no frame of its own.
AROUND = 0.25


class Whole:
    """The sheets of one plan that show all of it; what they share is made once."""

    def __init__(self, facts: Facts, files: PanelFiles, paper: Paper) -> None:
        self.facts, self.files, self.paper = facts, files, paper
        self.lang = facts.view.words.lang
        self._fit: Fit | None = None
        self._tables: dict[str, OfficeTable] = {}

    def theme(self, theme: SheetTheme) -> Sheet | None:
        """One map; None where nothing of the plan can be drawn."""
        land = ground.parts(self.facts)
        if not land:
            return None
        found = self._location() if theme.kind == "location" else self._plan(land)
        below = self._below(theme, found)
        if below is not None:
            found = self._lower(found, land)
        scenes = maps.scenes_of(self.facts, found)
        notes: list[str] = []
        for scene in scenes:
            told = theme.draw(scene, parcelmap.ground_of(scene, None))
            notes += [note for note in told if note not in notes]
        title = said(self.lang, f"kind.{theme.kind}")
        if theme.kind == "landuse":
            title = said(self.lang, "kind.general", title=title) if self.lang == "ja" else title
        side = [
            panels.figures(said(self.lang, "facts.title"), self._figures()),
            panels.legend(self.lang, self.files, scenes[0].legend.values(), notes),
            *self._offered(theme.tables[below is not None :]),
            panels.verdicts(self.facts, self.files) | {"optional": theme.kind not in {"landuse", "green"}},
            panels.title_block(self.facts.view, title, theme.number, maps.scale_said(self.lang, found.scale)),
        ]
        data: dict[str, Any] = {"picture": self.files.put(maps.drawn(scenes, found)), "panel": side}
        if below is not None:
            data["table"] = below
        counted = theme.kind == "landuse" and found.scale <= BLOCKS_UP_TO
        numbered = int((~self.facts.roads).sum()) if counted else 0
        return Sheet(
            theme.kind, self.facts.plan.manifest.id, theme.number, title, found, data, 1, numbered,
            len(scenes[0].labelled) if counted else 0, [scene.canvas.labels for scene in scenes],
        )  # fmt: skip

    def _plan(self, land: Sequence[Any]) -> Fit:
        if self._fit is None:
            first = FIRST_JA if self.lang == "ja" else FIRST
            self._fit = fit(land, layouts(self.paper, PANELS_MM), first)
        return self._fit

    def _below(self, theme: SheetTheme, found: Fit) -> dict[str, Any] | None:
        """A table for the room that a map leaves below it; one that would run on for pages is none."""
        spare = _spare(found) / self.paper.letters
        for name in theme.tables:
            made = (
                printed(self.facts.view, self.table(name)) if name in TABLES and spare >= SPARE_MM else None
            )
            if made is not None and HEAD_MM + ROW_MM * len(made["rows"]) <= MOST_BELOW * spare:
                return made
        return None

    def _lower(self, found: Fit, land: Sequence[Any]) -> Fit:
        """The same map in a window that is only as high as its land."""
        layout = replace(found.layout, table_mm=_spare(found) - PAD_MM)
        return fit(land, [layout], (found.scale,))

    def _location(self) -> Fit:
        """The windows of the location map: the plan's frame, else the plan with some of what is around."""
        drawn: list[Any] = [one for one in ground.shapes_of(self.facts, "extent") if not one.is_empty]
        whole = self.facts.outline
        west, south, east, north = shapely.total_bounds(np.array(drawn or [whole], dtype=object))
        more = 0.0 if drawn else AROUND * max(east - west, north - south)
        return fit(
            [shapely.box(west - more, south - more, east + more, north + more)],
            layouts(self.paper, PANELS_MM),
            (25_000, 50_000, *FIRST[7:]),
        )

    def _figures(self) -> list[tuple[str, str]]:
        from blockplan.report.sheet import key_figures  # noqa: PLC0415 (measures are loaded when a sheet asks)

        return [(name, value) for name, value in key_figures(self.facts.view)]

    def table(self, name: str) -> OfficeTable:
        """A table of the office, made once."""
        if name not in self._tables:
            self._tables[name] = TABLES[name](self.facts.view)
        return self._tables[name]

    def _offered(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """Tables that the panel takes where there is room."""
        made = [printed(self.facts.view, self.table(name), narrow=True) for name in names if name in TABLES]
        return [{**one, "kind": "table", "optional": True} for one in made if one]

    def tables(self) -> list[Sheet]:
        """The appendix: the office's tables, short ones together on a sheet."""
        made = [
            printed(self.facts.view, self.table(name), keep=_sums if name in SUMS_ONLY else None)
            for name in APPENDIX
        ]
        groups: list[list[dict[str, Any]]] = []
        for one in filter(None, made):
            rows = sum(len(other["rows"]) for other in groups[-1]) if groups else MOST_TOGETHER
            wide = len(one["heads"]) > MANY or (groups and len(groups[-1][0]["heads"]) > MANY)
            if wide or rows + len(one["rows"]) > MOST_TOGETHER:
                groups.append([])
            groups[-1].append(one)
        out = []
        for number, group in enumerate(groups, 1):
            title = self.facts.view.words.join([one["title"] for one in group])
            upright = max(len(one["heads"]) for one in group) <= MANY
            out.append(
                Sheet(
                    "tables", f"{number}", f"FB-{number}", title, None, {"tables": group, "portrait": upright}
                )
            )
        return out

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
        basis = [*(f"{name}: {value}" for name, value in view.facts)]
        missing = [
            said(self.lang, "cover.left_out_line", title=said(self.lang, f"kind.{kind}"), why=why)
            for kind, why in left_out
        ]
        notes = [[said(self.lang, "cover.basis"), view.words.join(basis)]]
        if missing:
            notes.append([said(self.lang, "cover.left_out"), view.words.join(missing)])
        if manifest.synthetic:
            notes.append([view.words("head.synthetic_title"), view.words("head.synthetic")])
        cover = {
            "subtitle": "　".join(
                said(self.lang, key) for key in (f"status.{manifest.status}", f"level.{manifest.level}")
            ),
            "authority": manifest.authority,
            "list_title": said(self.lang, "cover.list"),
            "heads": [said(self.lang, f"cover.{key}") for key in ("number", "title", "scale", "page")],
            "list": rows,
            "columns": 1 if len(rows) <= 8 else 2 if len(rows) <= 64 else 3,
            "size": (3.2 if len(rows) <= 24 else 2.8 if len(rows) <= 64 else 2.1) * self.paper.letters,
            "notes": notes,
        }
        return Sheet("cover", manifest.id, "GH-00", said(self.lang, "kind.cover"), None, {"cover": cover})


def _spare(found: Fit) -> float:
    """Height that the land leaves free in a window, mm."""
    if len(found.cells) > 1:
        return 0.0
    cell = found.cells[0]
    return cell.height - found.land_mm[1] - 2 * MARGIN_MM


def _sums(line: Line) -> bool:
    return line.kind != "row"


MAPS = {theme.kind: theme for theme in THEMES}
