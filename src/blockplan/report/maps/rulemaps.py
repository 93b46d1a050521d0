"""
The map of a verdict: who is beyond, what is counted, where the supply stands.

A rule about reach is drawn by `reachmaps`. A rule per resident shows where people live and where the
supply is. Any other rule shows the features that it counted.

The map of a rule that judges each parcel: which fail, which are unknown, which pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.check.verdict import FAIL, PASS, UNKNOWN
from blockplan.report.document import LegendEntry
from blockplan.report.features import FADED, beside, features
from blockplan.report.maps import drawing, svg
from blockplan.report.maps.basemap import OUTLINE
from blockplan.report.maps.drawing import (
    PART_MM,
    Drawing,
    MapSheet,
)
from blockplan.report.maps.reachmaps import reach_maps
from blockplan.report.maps.svg import Frame
from blockplan.report.maps.themes import area_names, closer_frames, stations
from blockplan.units import M2_PER_HA, M_PER_KM

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from blockplan.check.verdict import Verdict
    from blockplan.report.maps.basemap import Ground


#: Outcome -> its name, fill and edge, in the order in which they are drawn.
COLOURS = {
    PASS: ("pass", "#9cc5a1", "#3f7248"),
    UNKNOWN: ("unknown", "#c9c9c9", "#6f6f6f"),
    FAIL: ("fail", "#d2521f", "#5c1d05"),
}
#: So many of the worst are numbered.
NUMBERED = 12


def parcel_maps(ground: Ground, verdict: Verdict, id_: str) -> list[Drawing]:
    """One map: every feature that is judged, by outcome; the worst bear their ids."""
    frame, judged, words = ground.frame, verdict.judged, ground.words
    if frame is None or judged is None or not len(judged.rows):
        return []
    sheet = MapSheet.of(frame, PART_MM)
    geometry = ground.plan.layer(judged.each.layer).geometry
    shapes = np.array([*svg.drawable(geometry.iloc[judged.rows], frame), None], dtype=object)[:-1]
    body, legend = [], []
    for outcome, (name, fill, edge) in COLOURS.items():
        chosen = judged.outcome == outcome
        drawn = shapes[chosen & np.array([shape is not None for shape in shapes], dtype=bool)]
        if len(drawn):
            d = svg.path(drawn, frame)
            body.append(
                svg.shape(d, fill=fill, stroke=edge, stroke_width=0.2 * sheet.unit, fill_rule="evenodd")
            )
        if chosen.any():
            said, number = words(f"outcome.{name}"), words.number(int(chosen.sum()))
            legend.append(LegendEntry(drawing.fill_swatch(fill, edge), said, number))
    legend.append(LegendEntry(drawing.line_swatch((OUTLINE, 3.0, "11 3 3 3")), words("map.boundary")))
    title = words("map.parcels.title", rule=words.pick(verdict.title))
    description = words("map.parcels.description")
    signs = _numbers(ground, sheet, verdict)
    return [Drawing(id_, title, description, sheet, FADED, "".join(body) + signs, tuple(legend))]


def _numbers(ground: Ground, sheet: MapSheet, verdict: Verdict) -> str:
    """Ids of the worst that fail, where there is room."""
    placer, size, out = drawing.placer(ground, sheet), 2.2 * sheet.unit, []
    for place in verdict.where[:NUMBERED]:
        x, y = sheet.frame.place(place.x, place.y)
        width = svg.text_width(place.id, size)
        spot = placer.place(x, y, width, 1.2 * size, ((0, 0),)) if placer.holds(x, y) else None
        if spot:
            out.append(svg.label(*spot, place.id, size, fill="#2b0d02", font_weight="700"))
    return "".join(out)


DENSITY = (
    (50.0, "#dbe5f1"),
    (150.0, "#b2c9e3"),
    (300.0, "#7ea3cd"),
    (500.0, "#4a78ad"),
    (float("inf"), "#274f80"),
)
COUNTED = "#d2521f"
#: So many of the features that were counted are named.
LABELLED = 40
#: More labels than these are not tried on a map.
MOST_LABELS = 100
#: A label: place (drawing units), words, and whether it stands on its place instead of beside it.
Label = tuple[float, float, str, bool]


def rule_maps(ground: Ground, verdict: Verdict, id_: str) -> list[Drawing]:
    """The maps of one verdict: none where it has no place (a notice period)."""
    if ground.frame is None:
        return []
    if verdict.judged is not None:
        return parcel_maps(ground, verdict, id_)
    if verdict.unit == "1" and verdict.reach is not None:
        return reach_maps(ground, verdict, id_)
    if verdict.measurement is not None and verdict.measurement.per:
        return _supply_maps(ground, verdict, id_)
    return _counted_maps(ground, verdict, id_)


# Supply and residents


def _supply_maps(ground: Ground, verdict: Verdict, id_: str) -> list[Drawing]:
    words, frame = ground.words, ground.frame
    sheet = MapSheet.of(frame, PART_MM) if frame else MapSheet(Frame(0, 0, 1, 1), 1)
    body, legend = _density(ground, sheet)
    supplied, signs = _supply(ground, verdict, sheet)
    if not supplied and not legend:
        return []
    placer, closer = drawing.placer(ground, sheet), closer_frames(ground)
    # Amounts are written where there is room: on the closer views, if there are any.
    labels = "" if closer else _labels(ground, sheet, placer, supplied)
    said = words("map.supply.description")
    insets = []
    for number, (near, name) in enumerate(closer, 1):
        inset = MapSheet.inset(near)
        found, marks = _supply(ground, verdict, inset)
        written = _labels(ground, inset, drawing.placer(ground, inset), found)
        insets.append(Drawing(f"{id_}-{number}", name, said, inset, FADED, body + marks + written, ()))
    drawn = Drawing(
        id_,
        words("map.supply.title", rule=words.pick(verdict.title)),
        said,
        sheet,
        FADED,
        body + signs + labels + area_names(ground, sheet, placer, 2.6),
        (
            LegendEntry(
                drawing.fill_swatch(COUNTED, "#5c1d05"),
                words("map.supply.counted"),
                words.count("count.places", len(supplied)),
            ),
            *legend,
            LegendEntry(drawing.line_swatch((OUTLINE, 3.0, "11 3 3 3")), words("map.boundary")),
        ),
        tuple(insets),
    )
    return [drawn]


def _density(ground: Ground, sheet: MapSheet) -> tuple[str, list[LegendEntry]]:
    """Residents per hectare of the parcels, and what the tints mean."""
    words, frame, parcels = ground.words, ground.frame or sheet.frame, ground.plan.layer("parcels")
    areas = shapely.area(parcels.geometry.to_numpy()) / M2_PER_HA
    residents = parcels["residents"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        density = np.where((areas > 0) & (residents > 0), residents / areas, np.nan)
    shapes = np.array([*svg.drawable(parcels.geometry, frame), None], dtype=object)[:-1]
    out, legend, low = [], [], 0.0
    for high, colour in DENSITY:
        chosen = (density > low) & (density <= high)
        if chosen.any():
            out.append(
                svg.shape(
                    svg.path(shapes[chosen], frame),
                    fill=colour,
                    stroke="#51687f",
                    stroke_width=2,
                    fill_rule="evenodd",
                )
            )
            key = "map.supply.above" if high == float("inf") else "map.supply.between"
            said = words(
                key, low=words.number(low, 0), high=words.number(high, 0) if high < float("inf") else ""
            )
            legend.append(
                LegendEntry(
                    drawing.fill_swatch(colour, "#51687f"),
                    said,
                    words.count("count.residents", residents[chosen].sum()),
                )
            )
        low = high
    return "".join(out), legend


def _supply(ground: Ground, verdict: Verdict, sheet: MapSheet) -> tuple[list[Label], str]:
    """The counted supplies: place and label of each, and their signs."""
    plan, words, frame = ground.plan, ground.words, ground.frame or sheet.frame
    counted = verdict.measurement.counted if verdict.measurement is not None else {}
    found, out = [], []
    column, unit = ("beds", "bed") if verdict.unit == "bed" else ("floor_area_m2", "m2")
    facilities = plan.layer("facilities")
    ids = counted.get("facilities", ())
    for id_, shape in zip(ids, features(plan, "facilities", ids), strict=True):
        if shape is None:
            continue
        x, y = frame.place(*drawing.centre(shape))
        out.append(
            svg.circle(x, y, 1.7 * sheet.unit, fill=COUNTED, stroke="#5c1d05", stroke_width=0.3 * sheet.unit)
        )
        value = np.ravel(facilities[column].loc[id_])[0]
        found.append((x, y, words.amount(float(value), unit), False))
    for layer in ("parcels", "greens"):
        whole = [shape for shape in features(plan, layer, counted.get(layer, ())) if shape is not None]
        shapes = svg.drawable(whole, frame)
        d = svg.path(shapes, frame)
        out.append(
            svg.shape(d, fill=COUNTED, stroke="#5c1d05", stroke_width=0.3 * sheet.unit, fill_rule="evenodd")
        )
        drawn = [(full, shape) for full, shape in zip(whole, shapes, strict=True) if shape is not None]
        for full, shape in sorted(drawn, key=lambda pair: -pair[0].area):
            found.append(
                (*frame.place(*drawing.centre(shape)), words.amount(full.area / M2_PER_HA, "ha"), True)
            )
    return found, "".join(out)


# What was counted


def _counted_maps(ground: Ground, verdict: Verdict, id_: str) -> list[Drawing]:
    words, frame, plan = ground.words, ground.frame, ground.plan
    if frame is None:
        return []
    counted = dict(verdict.measurement.counted) if verdict.measurement is not None else {}
    sizes = verdict.definition.get("sizes_ha")
    if isinstance(sizes, dict):
        parks = [one for park in sizes for one in park.split("+")]
        counted = {layer: tuple(one for one in parks if one in ids) for layer, ids in counted.items()}
    if verdict.scope_kind == "area":
        counted.setdefault("areas", (verdict.scope_id,))
    for place in verdict.where:
        counted[place.layer] = (*counted.get(place.layer, ()), place.id)
    sheet, number = MapSheet.of(frame, PART_MM), 0
    out: list[str] = []
    found: list[Label] = []
    for layer in sorted(counted):
        ids = list(dict.fromkeys(counted[layer]))
        shapes = features(plan, layer, ids)
        drawn = np.array([*svg.drawable(shapes, frame), None], dtype=object)[:-1]
        seen = frame.shows(shapes)
        middles = shapely.get_coordinates(shapely.point_on_surface(shapes[~seen]))
        spots = svg.dots(middles, frame, 0.5 * sheet.unit)
        out.append(svg.shape(spots, stroke="#8c2f0b", stroke_width=1.2 * sheet.unit, stroke_linecap="round"))
        for flat in (True, False):
            # Of one turn, so that what lies over another adds to it and does not cut a hole.
            alike = shapely.orient_polygons(drawn[seen & ((shapely.get_dimensions(drawn) == 2) == flat)])
            out.append(
                svg.shape(svg.path(alike, frame), fill=COUNTED if flat else "none", fill_opacity="0.45",
                          stroke="#8c2f0b", stroke_width=(0.6 if flat else 1.6) * sheet.unit)
            )  # fmt: skip
        there = [pair for pair, shape in zip(zip(ids, shapes, strict=True), drawn, strict=True) if shape]
        number += len(there)
        found += [_counted_label(ground, layer, *pair) for pair in there[: LABELLED - len(found)]]
    if not number:
        return []
    placer = drawing.placer(ground, sheet)
    stops = stations(ground, sheet, placer, named=False)
    body = "".join(out) + stops + _labels(ground, sheet, placer, found)
    legend = (
        LegendEntry(
            drawing.fill_swatch(COUNTED, "#8c2f0b", fill_opacity="0.45"),
            words("map.counted.sign"),
            words.count("count.places", number),
        ),
        LegendEntry(drawing.line_swatch((OUTLINE, 3.0, "11 3 3 3")), words("map.boundary")),
    )
    title = words("map.counted.title", rule=words.pick(verdict.title))
    return [Drawing(id_, title, words("map.counted.description"), sheet, FADED, body, legend)]


def _counted_label(ground: Ground, layer: str, id_: str, shape: BaseGeometry) -> Label:
    """Name and size of a feature, at its place."""
    words, frame = ground.words, ground.frame
    flat = shapely.get_dimensions(shape) == 2
    unit, by = ("km2", 1e6) if layer == "areas" else ("ha", M2_PER_HA) if flat else ("km", M_PER_KM)
    size = words.amount((shape.area if flat or layer == "areas" else shape.length) / by, unit)
    name = np.ravel(ground.names(layer).loc[id_])[0]
    x, y = drawing.centre(shape)
    return (*(frame.place(x, y) if frame else (x, y)), f"{name or id_} {size}", flat)


def _labels(ground: Ground, sheet: MapSheet, placer: svg.Placer, found: list[Label]) -> str:
    size, out = 2.4 * sheet.unit, []
    for x, y, said, centred in found[:MOST_LABELS]:
        if not placer.holds(x, y):
            continue
        width = svg.text_width(said, size)
        spots = beside(1.9 * sheet.unit, width, size)
        spot = placer.place(x, y, width, 1.2 * size, ((0, 0), *spots) if centred else spots)
        if spot:
            out.append(svg.label(*spot, said, size, fill="#4a1703", font_weight="700"))
    return "".join(out)
