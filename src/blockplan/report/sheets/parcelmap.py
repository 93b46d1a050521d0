"""Parcels on a sheet: fills, red lines, control lines, outlines, and the label of each parcel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.figures import shared_out
from blockplan.measure.inputs.columns import values
from blockplan.report.maps import svg
from blockplan.report.maps.drawing import fill_swatch, line_swatch
from blockplan.report.maps.labels import Spots, largest
from blockplan.report.maps.svg import INK, text_width
from blockplan.report.office.columns import form_in, shared_hectares, shown
from blockplan.report.office.land_balance import land_balance
from blockplan.report.sheets.scene import lighter
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from blockplan.report.maps.svg import Style
    from blockplan.report.sheets.facts import Facts
    from blockplan.report.sheets.scene import Scene

RED_LINE, PARCEL_LINE, SUBBLOCK_LINE, PLAN_LINE = "#d7191c", "#3a3a36", "#111111", "#8c1d18"
#: How much lighter a fill is printed: on plan and block sheets, on parcel sheets, outside the sheet's land.
PLAN_TINT, PARCEL_TINT, OUTSIDE_TINT = 0.12, 0.30, 0.72
#: The line around a plan or a sheet's land takes so much on both sides of the land's edge, mm.
EDGE_MM = 1.6

#: A control line stands for land of these classes where the plan draws no control lines.
CONTROL = {
    "green": (("1401", "1402", "1403", "G1", "G2", "G3"), "#00a651", 0.40),
    "blue": (("17", "E1"), "#0072ff", 0.40),
    "yellow": (("13", "1206", "1208", "U", "S2", "S3", "S4"), "#f5b800", 0.40),
    "purple": ((), "#8e24aa", 0.40),
    "orange": ((), "#ff6a00", 0.40),
    "red": ((), RED_LINE, 0.30),
}


@dataclass(frozen=True, slots=True)
class ParcelGround:
    """Parcels of a window on paper: rows of the layer, their shapes in mm, which belong to the sheet."""

    rows: NDArray[np.intp]
    shapes: NDArray[np.object_]
    own: NDArray[np.bool_]

    @property
    def mine(self) -> list[tuple[int, BaseGeometry]]:
        """Row and shape of each parcel of the sheet."""
        return list(zip(self.rows[self.own], self.shapes[self.own], strict=True))

    def named(self, facts: Facts) -> dict[str, BaseGeometry]:
        """The parcels of the sheet by their numbers."""
        return {str(facts.names[row]): shape for row, shape in self.mine}


def ground_of(scene: Scene, own: Iterable[int] | None) -> ParcelGround:
    """The parcels that a window shows; `own` are those of the sheet (all where it is None)."""
    rows, placed = scene.layer("parcels")
    mine = (
        np.ones(len(rows), dtype=bool) if own is None else np.isin(rows, np.array(list(own), dtype=np.intp))
    )
    return ParcelGround(rows, placed, mine)


def fills(scene: Scene, ground: ParcelGround, colours: Sequence[str], tint: float) -> None:
    """Fill parcels by colour; those of other sheets fade."""
    by_look: dict[str, list[BaseGeometry]] = {}
    for row, shape, own in zip(ground.rows, ground.shapes, ground.own, strict=True):
        by_look.setdefault(lighter(colours[row], tint if own else OUTSIDE_TINT), []).append(shape)
    for colour, shapes in by_look.items():
        scene.canvas.shape("fills", shapes, fill=colour, fill_rule="evenodd")


def use_legend(scene: Scene, shares: Mapping[int, float], tint: float, land_ha: float | None = None) -> None:
    """
    A legend entry for each class of the sheet's parcels (all its windows), with hectares and percent.

    Parameters
    ----------
    shares
        How much of each parcel counts, by its row.
    land_ha
        The land of a part of the plan as it is printed, to which its classes add up.
    """
    facts = scene.facts
    area: dict[tuple[str, str], float] = {}
    for row, share in shares.items():
        if facts.shapes[row] is None:
            continue
        use = facts.uses[row]
        area[use] = area.get(use, 0.0) + share * float(facts.shapes[row].area)
    whole = sum(area.values())
    percent = dict(zip(area, _percent(list(area.values())), strict=True))
    entire = len(shares) == len(facts.names) and set(shares.values()) == {1.0}
    balance = balanced(facts, area, "planned") if entire else {}
    land = hectares_of(facts, area, "planned" if entire else "", land_ha)
    for of, code in area:
        said = facts.view.ground.use_name(of, code)
        own = percent[of, code] if whole else None
        amount = (land[of, code], shown(balance[code][1] if code in balance else own, "two"))
        scene.show(f"use {code} {of}", 0, fill_swatch(lighter(facts.colour_of[of, code], tint)), said, amount)


def hectares_of(
    facts: Facts, area: Mapping[tuple[str, str], float], when: str, land_ha: float | None = None
) -> dict[tuple[str, str], str]:
    """
    The land of classes (m2) in hectares, as printed: as the land balance has it, else so that it adds up.

    Parameters
    ----------
    when
        Whether they are all land ``existing`` or ``planned``; "" where they are of a part of the plan.
    land_ha
        What they add up to as it is printed elsewhere; None where it is printed nowhere.
    """
    form = form_in(facts.view, "ha")
    whole = math.fsum(area.values()) if land_ha is None else land_ha * M2_PER_HA
    shares = shared_hectares(facts.view, list(area.values()), whole)
    balance = balanced(facts, area, when) if when else {}
    return {
        use: shown(balance[use[1]][0] if use[1] in balance else share, form)
        for use, share in zip(area, shares, strict=True)
    }


def balanced(facts: Facts, uses: Iterable[tuple[str, str]], when: str) -> dict[str, tuple[Any, Any]]:
    """Hectares and percent of classes as the land balance prints them of land ``existing`` or ``planned``."""
    codes = [code for _, code in uses]
    table = land_balance(facts.view)
    keys = [column.key for column in table.columns]
    ha, share = keys.index(f"{when}_ha"), keys.index(f"{when}_share")
    lines = [line.cells for line in table.lines]
    found = {str(cells[0]): (cells[ha], cells[share]) for cells in lines if cells[0]}
    # A class with classes of its own below it, or of two lists, has a line that is more than itself.
    alone = [code for code in codes if sum(other.startswith(code) for other in codes) == 1]
    once = [code for code in alone if sum(str(cells[0]) == code for cells in lines) == 1]
    return {code: found[code] for code in once}


def _percent(parts: Sequence[float]) -> list[float]:
    return [one / 100 for one in shared_out(list(parts), 10_000 if sum(parts) > 0 else 0)]


def red_lines(scene: Scene, ground: ParcelGround, width: float) -> None:
    """
    The edge of street land; where the plan has none, half the red-line width beside each centre line.

    Drawn after the lines of parcels, which run along it and would cover it.
    """
    canvas, lines = scene.canvas, _edges_of_streets(scene, ground)
    if lines is None or lines.is_empty:
        return
    canvas.shape("lines", [lines], stroke=RED_LINE, stroke_width=width)
    scene.show("red_line", 20, line_swatch(stroke=RED_LINE, stroke_width=max(width, 0.3)))


def _edges_of_streets(scene: Scene, ground: ParcelGround) -> BaseGeometry | None:
    roads = ground.shapes[scene.facts.roads[ground.rows]]
    if len(roads):
        return shapely.boundary(shapely.union_all(shapely.buffer(roads, 0.02)))
    rows, placed = scene.layer("streets")
    widths = values(scene.facts.plan, "streets", "red_line_width_m")[rows] / scene.canvas.cell.unit
    chosen = ~np.isnan(widths)
    bands = shapely.buffer(placed[chosen], widths[chosen] / 2, cap_style="flat")
    return shapely.boundary(shapely.union_all(bands))


def parcel_lines(scene: Scene, ground: ParcelGround, width: float) -> None:
    """Outlines of the parcels."""
    for own, colour in ((False, "#a9a9a4"), (True, PARCEL_LINE)):
        scene.canvas.shape(
            "lines", ground.shapes[ground.own == own], stroke=colour, stroke_width=width if own else 0.1
        )


def outlines(scene: Scene, layer: str, *, tagged: bool = False) -> None:
    """Subblock lines, with their numbers where asked for."""
    facts, canvas = scene.facts, scene.canvas
    if not facts.plan.has_layer(layer) or not len(facts.plan.layer(layer)):
        return
    frame = facts.plan.layer(layer)
    placed = canvas.on_paper(frame.geometry)
    canvas.shape(
        "lines", placed, stroke=SUBBLOCK_LINE, stroke_width=0.42, stroke_dasharray=(3, 0.9, 0.5, 0.9)
    )
    scene.show(
        f"{layer}_line",
        11,
        line_swatch(stroke=SUBBLOCK_LINE, stroke_width=0.42, stroke_dasharray=(3, 0.9, 0.5, 0.9)),
    )
    if tagged:
        for id_, shape in zip(frame.index, placed, strict=True):
            if shape is not None:
                tag(scene, shape, str(id_))


def tag(scene: Scene, shape: BaseGeometry, said: str) -> None:
    """A dark plate with a number inside a shape."""
    k = scene.canvas.k
    size = 2.4 * k
    width, height = text_width(said, size) + 2.4 * k, 3.8 * k
    seen = scene.canvas.seen(shape)
    if seen.is_empty or seen.area < 40:
        return
    spots = Spots(seen)
    spot = scene.canvas.labels.place(spots.fitting(width, height), width, height)
    if spot:
        x, y = spot
        scene.canvas.add("signs", svg.box(x - width / 2, y - height / 2, width, height, rx=0.7, fill=INK))
        scene.canvas.text(x, y, said, size, fill="#ffffff", weight="700")


def edge(scene: Scene, shape: BaseGeometry, key: str, without: BaseGeometry | None = None) -> None:
    """The outline of the sheet's land, drawn outside it; it is `without` the parts along a line on paper."""
    placed = scene.canvas.on_paper([shape])[0]
    if placed is None:
        return
    look: dict[str, Style] = {"stroke": PLAN_LINE, "stroke_width": 1.0, "stroke_dasharray": (6, 1.2, 1, 1.2)}
    line = edge_line(placed)
    if without is not None:
        line = shapely.difference(line, shapely.buffer(without, EDGE_MM, cap_style="flat"))
    scene.canvas.shape("lines", [line], **look)
    scene.show(key, 10, line_swatch(**look))


def edge_line(land: BaseGeometry) -> BaseGeometry:
    """The line around land on paper, which runs just outside it."""
    return shapely.boundary(shapely.buffer(land, 0.85, join_style="mitre", mitre_limit=1.5))


def edge_band(land: BaseGeometry) -> BaseGeometry:
    """What the line around land on paper takes, which labels keep clear of where they can."""
    band = shapely.buffer(shapely.boundary(land), EDGE_MM)
    shapely.prepare(band)
    return band


def absent_lines(scene: Scene) -> list[str]:
    """What a legend says of the kinds of control lines that no window of the sheet has drawn."""
    absent = [kind for kind in CONTROL if kind != "red" and f"{kind}_line" not in scene.legend]
    if not absent:
        return []
    kinds = scene.facts.view.words.join([scene.say(f"legend.{kind}_line") for kind in absent])
    return [scene.say("legend.absent", kinds=kinds)]


def control_lines(scene: Scene, ground: ParcelGround, *, width: float = 0.40) -> tuple[list[str], bool]:
    """
    Green, blue, yellow, purple, orange lines inside their land.

    Returns
    -------
    list of str
        Kinds that the sheet's land has none of.
    bool
        Whether there are any, and they follow from the land use, for the plan draws none.
    """
    facts, canvas = scene.facts, scene.canvas
    drawn = facts.plan.has_layer("control_lines") and bool(
        facts.plan.layer("control_lines")["kind"].isin(list(CONTROL)).any()
    )
    found: dict[str, list[BaseGeometry]] = {}
    if drawn:
        frame = facts.plan.layer("control_lines")
        for shape, kind in zip(canvas.on_paper(frame.geometry), frame["kind"].astype("object"), strict=True):
            if shape is not None and kind in CONTROL:
                line = (
                    shape
                    if shapely.get_dimensions(shape) == 1
                    else shapely.boundary(shapely.buffer(shape, -0.45))
                )
                found.setdefault(kind, []).append(line)
    else:
        for kind, (codes, _, _) in CONTROL.items():
            land = [shape for row, shape in ground.mine if codes and facts.uses[row][1].startswith(codes)]
            if land:
                joined = shapely.union_all(shapely.buffer(np.array(land, dtype=object), 0.01))
                inner = shapely.boundary(shapely.buffer(joined, -0.48))
                if not inner.is_empty:
                    found[kind] = [inner]
    for kind, lines in found.items():
        colour = CONTROL[kind][1]
        canvas.shape("control", lines, stroke=colour, stroke_width=width)
        scene.show(
            f"{kind}_line", 22, line_swatch(stroke=colour, stroke_width=0.5), scene.say(f"legend.{kind}_line")
        )
    return [kind for kind in CONTROL if kind != "red" and kind not in found], bool(found) and not drawn


def neighbours(scene: Scene, ground: ParcelGround) -> None:
    """Number and code of the parcels around, faint, where there is room."""
    facts, canvas = scene.facts, scene.canvas
    size = 1.8 * canvas.k
    for row, shape, own in zip(ground.rows, ground.shapes, ground.own, strict=True):
        if own or facts.roads[row]:
            continue
        seen = canvas.seen(shape)
        if seen.is_empty or seen.area < 60:
            continue
        said = f"{str(facts.names[row]).rpartition('-')[2]} {facts.uses[row][1]}".strip()
        width, height = text_width(said, size), 1.2 * size
        spot = canvas.labels.place(Spots(largest(seen)).fitting(width, height), width, height)
        if spot:
            canvas.text(*spot, said, size, fill="#8a8f94")
