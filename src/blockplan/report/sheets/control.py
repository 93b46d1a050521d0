"""Control sheets: 街区图则 for a block, 地块图则 for a subblock, each with the table of its parcels."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.report.office.columns import UNKNOWN_SIGN
from blockplan.report.office.columns import said as office_said
from blockplan.report.sheets import (
    extents,
    limitmap,
    maps,
    matchlines,
    overlaymap,
    panels,
    parcellabels,
    parcelmap,
    streetmap,
)
from blockplan.report.sheets.panels import facility_table, subblock_table
from blockplan.report.sheets.paper import FIRST, FIRST_JA, UPRIGHT_MM, beneath, fit, layouts
from blockplan.report.sheets.printed_tables import LONGEST, ems, in_lines, least
from blockplan.report.sheets.scene import said
from blockplan.report.sheets.table_layout import (
    LEAST_LETTERS,
    below,
    letters_alone,
    letters_on_pages,
    on_pages,
    shelves,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shapely.geometry.base import BaseGeometry

    from blockplan.report.maps.labels import Labels
    from blockplan.report.sheets.extents import Extent
    from blockplan.report.sheets.facts import Facts
    from blockplan.report.sheets.panels import PanelFiles
    from blockplan.report.sheets.paper import Fit, Paper
    from blockplan.report.sheets.scene import Scene

#: A table has at most this share of the height below its map, else pages of its own; so it has, unless it is
#: short, where the map is so much larger without it.
MOST_TABLE, MUCH_LARGER, SHORT_MM = 0.34, 1.5, 60.0
#: A legend of more classes asks for a larger panel.
MANY_USES = 20
#: A panel beside a map in strips has seldom room for letters that can be read where it is smaller, mm2.
LEAST_PANEL_MM2 = 21_000.0
#: The table of a block with more parcels has pages of its own.
MOST_BELOW = 30
#: Widths that the panel may have beside a block and beside a subblock, mm.
BLOCK_PANELS, PARCEL_PANELS = (125.0, 110.0), (112.0, 90.0)
#: Widths that it may have besides where the map keeps its scale or where its letters were too small, mm;
#: how much more area it has in a sheet that is made anew for that.
WIDER_PANELS, MORE_ROOM = (72.0, 80.0, 90.0, 125.0, 140.0, 155.0), 1.1
#: Heights that a block's panel may have below its map, mm; one column holds the classes, a line each.
BLOCK_HEIGHTS, CLASSES_MM, CLASS_MM = (140.0, 124.0, 108.0), 12.0, 2.8
#: A sheet adjoins another across a street of this width, m, or of what the plan draws up to the widest.
ACROSS_M, WIDEST_M = 25.0, 60.0
#: A parcel goes on on the next sheet where less than this share of it lies on this one.
WHOLE = 0.98
#: A parcel is cut across two sheets only where it is longer than this, m.
LEAST_PIECE_M = 200.0
#: One of which the plan states no condition is cut across no more windows than these.
FEW_WINDOWS = 4
#: A location map draws so many parts.
MOST_KIN = 60
#: Streets so near are named on a sheet, m.
NEAR_M = 40.0
#: Columns of the tables of a sheet's parcels: what any parcel has, what the plan may state as its conditions,
#: and what else it may say of it; the last two only where a parcel states them.
COLUMNS = ("parcel_id", "code", "land_use", "site_area_m2")
CONDITIONS = (
    "far_max", "floor_area_m2", "coverage_max", "height_max_m", "green_min", "far_min", "coverage_min",
    "height_min_m", "green_max", "parking_spaces", "dwellings", "facilities", "permitted",
    "compatible_uses",
)  # fmt: skip
BESIDES = ("phase", "remarks")
#: Parcels without conditions stand in columns of so many rows at least.
FEW_ROWS = 4
#: Columns that share the width that is left by what they say: the longest, and others of so many letters.
WIDE, LONG = ("land_use", "facilities", "permitted", "compatible_uses", "remarks"), 16.0


@dataclass
class Sheet:
    """
    One sheet of the atlas.

    Attributes
    ----------
    level
        Level of its bookmark.
    fit
        Paper, layout, scale; None for a sheet without a map.
    data
        What the template shows.
    parcels, labelled
        How many parcels it is to label (street land bears the street's name instead), and how many bear
        their number on it.
    labels
        Where its labels stand, window by window.
    listed
        The parcels that its tables list.
    roomier
        Makes the sheet with a larger panel; None for a map of the whole plan, and where its scale does not
        allow one.
    """

    kind: str
    id: str
    number: str
    title: str
    fit: Fit | None
    data: dict[str, Any]
    level: int = 1
    parcels: int = 0
    labelled: int = 0
    labels: list[Labels] = field(default_factory=list)
    listed: Sequence[str] = ()
    roomier: Callable[[], Sheet] | None = None


def control_sheet(  # noqa: PLR0913 (what is drawn, on what, among what; the rest by name)
    facts: Facts,
    files: PanelFiles,
    paper: Paper,
    extent: Extent,
    context: Sequence[Extent],
    parts: Sequence[Extent] = (),
    *,
    most: float = math.inf,
    least_mm2: float = 0.0,
) -> Sheet:
    """
    The control sheet of a block or a subblock.

    Parameters
    ----------
    context
        The parts of the same kind: the location map shows them, and sheets next to this one are named.
    parts
        The subblocks, of which a block has a table before that of its parcels.
    most
        A larger panel leaves it a scale of at least one to `most`.
    least_mm2
        The area that its panel has at least, where a layout gives as much.
    """
    lang, block = facts.view.words.lang, extent.kind == "block"
    names = [str(facts.names[row]) for row in extent.rows]
    tables = parcel_tables(facts, names, _cut_parcels(facts, extent))
    if block:
        before = (subblock_table(facts, extent, parts), facility_table(facts, extent))
        tables = [*(one for one in before if one), *tables]
    found = _fit(facts, paper, extent, tables, least_mm2)
    more_mm2 = MORE_ROOM * max(least_mm2, found.layout.panel_mm2)
    # Where a larger panel leaves no room for a little of the next pieces, letters that can be read go first.
    tries = (extent, replace(extent, beyond=None))
    larger = next(
        (one for one in tries if _fit(facts, paper, one, tables, more_mm2).scale <= max(most, found.scale)),
        None,
    )
    again = partial(
        control_sheet, facts, files, paper, larger or extent, context, parts, most=most, least_mm2=more_mm2
    )
    scenes = maps.scenes_of(facts, found)
    shown: dict[str, bool] = {}
    near = _adjoining(facts, extent, context)
    for scene in scenes:
        shown |= {key: value or shown.get(key, False) for key, value in _draw(scene, extent, near).items()}
    facts.forget_spots()
    notes = [*_notes(scenes[0], shown, block=block), *streetmap.left_out(scenes)]
    title = _title(lang, extent)
    location = files.put(
        maps.small_map(_kin(facts, extent, context), extent.shape, (40, 26 if found.layout.beneath else 34))
    )
    figures = {
        **panels.figures_of(facts, extent, [one.id for one in near[:8]]),
        "kind": "facts",
        "picture": location,
        "caption": said(lang, "head.location_of"),
    }
    streets = panels.street_table(facts, extent.shape, NEAR_M)
    entries = scenes[0].legend.values()
    classes = [one for one in entries if one.amounts] if found.layout.beneath else []
    signs = [one for one in entries if one not in classes]
    side = [
        *([panels.legend(lang, files, classes)] if classes else [figures]),
        panels.legend(lang, files, signs, notes, "legend.signs_title" if classes else "legend.title"),
        *panels.rules(facts, extent, shown),
        *([figures] if classes else []),
        *([streets] if streets else []),
        panels.verdicts(facts, files, extent, parts=parts),
        panels.title_block(facts.view, title, extent.number, maps.scale_said(lang, found.scale)),
    ]
    numbered = {name for name, road in zip(names, facts.roads[list(extent.rows)], strict=True) if not road}
    data: dict[str, Any] = {"picture": files.put(maps.drawn(scenes, found)), "panel": side}
    if found.layout.table_mm:
        data["shelves"] = below(tables, found.layout)
    else:
        if not block and (own := facility_table(facts, extent)):
            tables = [own, *tables]
        # Short tables lie across where their letters have room there to be as large.
        across = replace(found.layout, portrait=False)
        lying = letters_alone(tables, across)
        turned = found.layout.portrait and lying > 1 and lying >= letters_on_pages(tables, found.layout)
        lies = across if turned else found.layout
        data |= {"shelves": on_pages(tables, lies, said(lang, "head.table_continued")), "turned": turned}
    return Sheet(
        extent.kind, extent.id, extent.number, title, found, data, 1 if block else 2,
        len(numbered), len(scenes[0].labelled & numbered), [scene.canvas.labels for scene in scenes], names,
        again if larger is not None else None,
    )  # fmt: skip


def _fit(
    facts: Facts, paper: Paper, extent: Extent, tables: Sequence[dict[str, Any]], least_mm2: float = 0.0
) -> Fit:
    """The layout with the tables whole below the map; without them where that makes the map much larger."""
    block, land = extent.kind == "block", [extent.shown]
    first = FIRST_JA if facts.view.words.lang == "ja" else FIRST
    panels = BLOCK_PANELS if block else PARCEL_PANELS
    apart = layouts(paper, panels)
    if least_mm2:
        apart = layouts(paper, (*panels, *WIDER_PANELS), upright=(*UPRIGHT_MM, *WIDER_PANELS))
    with_table = []
    for layout in apart if not block or len(extent.rows) < MOST_BELOW else ():
        k, most = paper.letters, MOST_TABLE * layout.body[1]
        height = shelves(tables, layout.body[0] / k)[1] * k
        if height * LEAST_LETTERS <= most:
            with_table.append(replace(layout, table_mm=min(height, most)))
    uses = len({facts.uses[row] for row in extent.rows})
    high = [one for one in BLOCK_HEIGHTS if block and one >= CLASSES_MM + CLASS_MM * uses]
    with_table = [one for one in with_table if one.panel_mm2 >= least_mm2]
    apart += beneath(paper, high)
    least_mm2 = min(least_mm2, max(one.panel_mm2 for one in apart))
    alone = fit(land, [one for one in apart if one.panel_mm2 >= least_mm2], first)
    if not with_table:
        return widened(alone, land)
    found = fit(land, with_table, first)
    short = min(layout.table_mm for layout in with_table) <= SHORT_MM * paper.letters
    larger = found.scale >= MUCH_LARGER * alone.scale
    return widened(alone if larger and not short else found, land)


def widened(found: Fit, land: Sequence[BaseGeometry], most: float = WIDER_PANELS[-1]) -> Fit:
    """The same map with the widest panel (mm, up to `most`) that leaves it its scale and its windows."""
    layout = found.layout
    widths = [one * layout.paper.letters for one in WIDER_PANELS if one <= most and not layout.beneath]
    wider = [replace(layout, panel_mm=one) for one in widths if one > layout.panel_mm]
    kept = (fit(land, [one], (found.scale,)) for one in reversed(wider))
    same = (one for one in kept if (one.scale, len(one.cells)) == (found.scale, len(found.cells)))
    return next(same, found)


def readable(facts: Facts, paper: Paper, extent: Extent, most: int) -> list[Extent]:
    """
    A subblock, or its parcels in pieces that fit at a scale of at least one to `most`, numbered.

    Pieces that have room in one window together, of at least two, are one piece.
    """
    pieces, made = [extent], [extent]
    windows = [one.window for one in layouts(paper, PARCEL_PANELS)]
    room = [(wide * most / 1000, high * most / 1000) for wide, high in windows]
    while True:
        small = {at for at, one in enumerate(made) if _alone(facts, paper, one).scale > most}
        small = {at for at in small if _can_be_cut(facts, pieces[at], room)}
        if not small:
            break
        pieces = extents.in_order(
            piece
            for at, one in enumerate(pieces)
            for piece in (extents.halves(facts, one) if at in small else [one])
        )
        made = extents.numbered(facts, extent, pieces)
    joined = True
    while joined and len(pieces) > 2:
        joined = False
        for first, other in extents.pairs(pieces, room):
            both = extents.together(pieces[first], pieces[other])
            tried = extents.in_order(
                [*(one for at, one in enumerate(pieces) if at not in {first, other}), both]
            )
            numbered = extents.numbered(facts, extent, tried)
            found = _alone(facts, paper, numbered[tried.index(both)])
            if found.scale <= most and len(found.cells) == 1:
                pieces, made, joined = tried, numbered, True
                break
    return made


def _alone(facts: Facts, paper: Paper, extent: Extent) -> Fit:
    """The fit of a sheet's parcels; a larger panel where its legend is long or it is small beside strips."""
    names = [str(facts.names[row]) for row in extent.rows]
    tables = parcel_tables(facts, names, _cut_parcels(facts, extent))
    found = _fit(facts, paper, extent, tables)
    small = len(found.cells) > 1 and found.layout.panel_mm2 < LEAST_PANEL_MM2 * paper.letters**2
    if len({facts.uses[row] for row in extent.rows}) <= MANY_USES and not small:
        return found
    return _fit(facts, paper, extent, tables, MORE_ROOM * found.layout.panel_mm2)


def _can_be_cut(facts: Facts, extent: Extent, room: Sequence[tuple[float, float]]) -> bool:
    """
    Whether a part can be cut between parcels, or across its only one while that is long.

    One of which the plan states no condition, such as fields, says no more on many sheets than on one: it
    stays whole where it would take more than a few windows (m), but on a 計画図, whose scale the law sets.
    """
    built = [row for row in extent.rows if facts.shapes[row] is not None and not facts.roads[row]]
    if len(built) != 1:
        return len(built) > 1
    (row,) = built
    west, south, east, north = extent.shape.bounds
    if max(east - west, north - south) <= LEAST_PIECE_M:
        return False
    if facts.view.words.lang == "ja" or _stated(facts, [str(facts.names[row])], CONDITIONS):
        return True
    box = shapely.oriented_envelope(facts.shapes[row])
    return bool(box.area <= FEW_WINDOWS * max(wide * high for wide, high in room))


def _kin(facts: Facts, extent: Extent, context: Sequence[Extent]) -> list[BaseGeometry]:
    """All blocks; the subblocks of the same block, or all; the planned land where they are many."""
    kin = [one.shape for one in context if one.above == extent.above or extent.kind == "block"]
    kin = kin if len(kin) > 1 else [one.shape for one in context]
    return kin if len(kin) <= MOST_KIN or facts.outline is None else [facts.outline]


def _title(lang: str, extent: Extent) -> str:
    id_ = f"{extent.id} {extent.name}".strip() if extent.kind == "block" else extent.id
    return said(lang, "kind.sheet_of_piece" if extent.is_free else f"kind.sheet_of_{extent.kind}", id=id_)


def _draw(scene: Scene, extent: Extent, near: Sequence[Extent]) -> dict[str, bool]:
    """A window of a control sheet among others; which of the things it shows that not every sheet has."""
    facts, block = scene.facts, extent.kind == "block"
    tint = parcelmap.PLAN_TINT if block else parcelmap.PARCEL_TINT
    ground = parcelmap.ground_of(scene, extent.rows)
    parcelmap.fills(scene, ground, facts.colours, tint)
    land = panels.printed_land(facts).get((extent.kind, extent.id), {}).get("land")
    parcelmap.use_legend(scene, extents.shares(facts, extent), tint, land)
    streetmap.centre_lines(scene)
    overlaymap.overlays(scene)
    absent, derived = parcelmap.control_lines(scene, ground)
    parcelmap.parcel_lines(scene, ground, 0.13 if block else 0.18)
    parcelmap.red_lines(scene, ground, 0.2 if block else 0.35)
    if block:
        parcelmap.outlines(scene, "subblocks")
    parcelmap.edge(scene, extent.shape, "sheet_edge", matchlines.match_lines(scene, extent, near))
    access, closed, setback = False, False, False
    if not block:
        access, closed = limitmap.accesses(scene, ground)
    streetmap.stops(scene)
    if block:
        parcelmap.outlines(scene, "subblocks", tagged=True)
    around = scene.canvas.on_paper([shapely.buffer(extent.shape, NEAR_M)])[0]
    points = streetmap.junction_points(scene, around, main=block)
    sizes = parcellabels.BLOCK_BLOCKS if block else parcellabels.PARCEL_BLOCKS
    parcellabels.ParcelLabels(scene, ground, sizes, prefixes(facts, extent)).all()
    overlaymap.names(scene)
    matchlines.numbers(scene, extent, near)
    land = scene.canvas.on_paper([extent.shape])[0]
    streetmap.street_names(scene, around, land)
    if not block:
        streetmap.width_dimensions(scene, around)
    streetmap.junctions(scene, points, land)
    if not block:
        setback = limitmap.setbacks(scene, ground)
        parcelmap.neighbours(scene, ground)
    shown = {"setback": setback, "access": access, "closed": closed}
    shown |= {key: key in scene.legend for key in ("red_line", "junction")}
    shown |= {kind: kind not in absent for kind in ("green", "blue", "yellow", "purple", "orange")}
    shown |= dict.fromkeys(overlaymap.on_land(facts, extent.shape), True)
    return shown | {"derived": derived}


def _adjoining(facts: Facts, extent: Extent, context: Sequence[Extent]) -> list[Extent]:
    """What lies along the other side of a street, however wide the plan has them; no corner alone."""
    widths = facts.plan.layer("streets")["red_line_width_m"].dropna()
    across = max([ACROSS_M, *(width + 1 for width in widths if width <= WIDEST_M)])
    around = shapely.buffer(extent.shape, across)
    met = shapely.intersects(np.array([one.shape for one in context], dtype=object), around)
    return [
        one
        for one in (context[int(at)] for at in np.flatnonzero(met))
        if one.id != extent.id and shapely.intersection(one.shape.boundary, around).length > across
    ]


def prefixes(facts: Facts, extent: Extent) -> list[str]:
    """What a parcel's label leaves out, for the sheet says it: its own number, that of a subblock's tag."""
    found = [f"{extent.id}-"]
    if not extent.id.startswith("F-"):
        found += [
            f"{one}-"
            for one in {facts.rows[str(facts.names[row])]["subblock_id"] for row in extent.rows}
            if one
        ]
    return sorted(found, key=len, reverse=True)


def _notes(scene: Scene, shown: dict[str, bool], *, block: bool) -> list[str]:
    """What a legend says besides its signs: what is absent or derived, how an index block reads."""
    words, notes = scene.facts.view.words, []
    absent = [kind for kind in ("green", "blue", "yellow", "purple", "orange") if not shown[kind]]
    if absent:
        kinds = words.join([scene.say(f"legend.{kind}_line") for kind in absent])
        notes.append(scene.say("legend.absent", kinds=kinds))
    if shown["derived"]:
        notes.append(scene.say("legend.derived"))
    if not block:
        if not shown["setback"]:
            notes.append(scene.say("legend.no_setback"))
        if not (shown["access"] or shown["closed"]):
            notes.append(scene.say("legend.no_access"))
    if scene.labelled.difference(map(str, scene.facts.names[scene.facts.roads])):
        notes.append(scene.say("legend.key_short" if block else "legend.key"))
    if any(key.startswith("sign ") for key in scene.legend):
        notes.append(scene.say("legend.signs"))
    return notes


def parcel_tables(facts: Facts, names: Sequence[str], notes: Sequence[str] = ()) -> list[dict[str, Any]]:
    """
    The tables of a sheet: each parcel with its conditions and the sum; those for which the plan states none.

    Rows are those of the parcels' table of the plan. Street land, green and the like need no columns of
    conditions: they stand in columns beside each other, and as one line before the sum.
    """
    bound = sorted(name for name in names if _stated(facts, [name], CONDITIONS))
    others = sorted({*names}.difference(bound))
    out = []
    if bound:
        made = _parcel_table(facts, bound, [*COLUMNS, *_stated(facts, bound, (*CONDITIONS, *BESIDES))])
        if others:
            made["rows"].insert(-1, _sum(facts, others, made["keys"], "subtotal"))
            made["rows"][-1] = _sum(facts, names, made["keys"], "total")
            cells = [row["cells"] for row in made["rows"]]
            made["ems"] = ems(made["heads"], cells)
            made["least"] = least(made["heads"], cells, made["align"])
        out.append(made | {"title": office_said(facts.view, "title.parcels")})
        out[0]["notes"] = [office_said(facts.view, "parcels.note.sum")]
    if others:
        made = _parcel_table(facts, others, [*COLUMNS, *_stated(facts, others, BESIDES[:1])])
        made["notes"] = _remarks(facts, others)
        out.append(made | {"title": said(facts.view.words.lang, "tables.unbound"), "least_rows": FEW_ROWS})
        if bound:
            del made["rows"][-1]
    if out:
        out[0]["notes"] += notes
    return out


def _stated(facts: Facts, names: Sequence[str], keys: Sequence[str]) -> list[str]:
    """Those of some columns that one of some parcels states."""
    return [key for key in keys if any(facts.rows[name][key] not in {None, ""} for name in names)]


def _remarks(facts: Facts, names: Sequence[str]) -> list[str]:
    """What the plan remarks of some parcels, each remark once."""
    found: dict[str, list[str]] = {}
    for name in names:
        if remark := facts.rows[name]["remarks"]:
            found.setdefault(str(remark), []).append(name)
    join = facts.view.words.join
    return [said(facts.view.words.lang, "cover.line", title=join(ids), why=one) for one, ids in found.items()]


def _parcel_table(facts: Facts, names: Sequence[str], keys: Sequence[str]) -> dict[str, Any]:
    """Some columns of some parcels, and their sum."""
    forms = {column.key: column.form for column in facts.table.columns}
    cells = [[facts.text(name, key) or UNKNOWN_SIGN for key in keys] for name in names]
    total = _sum(facts, names, keys, "total")
    heads = [in_lines(office_said(facts.view, f"heading.{key}")) for key in keys]
    needed = ems(heads, [*cells, total["cells"]])
    longest = max((one for key, one in zip(keys, needed, strict=True) if key in WIDE), default=0.0)
    aligns = [{"text": "left", "code": "center"}.get(forms[key], "right") for key in keys]
    return {
        "keys": list(keys),
        "heads": heads,
        "ems": needed,
        "least": least(heads, [*cells, total["cells"]], aligns),
        "align": aligns,
        "widths": [
            min(one, LONGEST) if key in WIDE and one >= min(LONG, longest) else 0
            for key, one in zip(keys, needed, strict=True)
        ],
        "rows": [*({"cells": row, "kind": "row", "depth": 0} for row in cells), total],
        "notes": [],
    }


def _cut_parcels(facts: Facts, extent: Extent) -> list[str]:
    """What a sheet says of parcels that go on on the next one: their figures are of all of them."""
    cut = [
        str(facts.names[row])
        for row in extent.rows
        if (shape := facts.shapes[row]) is not None
        and not facts.roads[row]
        and extent.kind == "subblock"
        and shapely.area(shapely.intersection(shape, extent.shape)) < WHOLE * shape.area
    ]
    ids = facts.view.words.join(cut)
    return [office_said(facts.view, "parcels.note.cut", ids=ids)] if cut else []


def _sum(facts: Facts, names: Sequence[str], keys: Sequence[str], kind: str) -> dict[str, Any]:
    """The line of what some parcels come to: all of a sheet, or its others."""
    words, cells = facts.view.words, []
    for key in keys:
        if key == "parcel_id":
            n = words.number(len(names))
            cells.append(
                office_said(facts.view, "parcels.sum", n=n)
                if kind == "total"
                else said(words.lang, "tables.others", n=n)
            )
        elif key in {"site_area_m2", "floor_area_m2", "parking_spaces", "dwellings"}:
            known = [float(cell) for name in names if isinstance(cell := facts.rows[name][key], int | float)]
            cells.append(words.number(sum(known), 0) if known else UNKNOWN_SIGN if kind == "total" else "")
        else:
            cells.append("")
    return {"cells": cells, "kind": kind, "depth": 0}
