"""
The map of a verdict: who is beyond, what is counted, where the supply stands.

A rule about reach is drawn by `reachmaps`. A rule per resident shows where people live and where the
supply is. Any other rule shows the features that it counted.

The map of a rule that judges each parcel: which fail, which are unknown, which pass.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.check.verdict import FAIL, PASS, UNKNOWN
from blockplan.report.document import LegendEntry
from blockplan.report.features import FADED, features
from blockplan.report.maps import svg
from blockplan.report.maps.canvas import path
from blockplan.report.maps.drawing import (
    PART_MM,
    Drawing,
    MapCanvas,
    MapSheet,
    centre,
    fill_swatch,
    outline_entry,
)
from blockplan.report.maps.labels import beside
from blockplan.report.maps.legends import stops
from blockplan.report.maps.reachmaps import reach_maps
from blockplan.report.maps.themes import area_names, closer_frames, with_views
from blockplan.units import M2_PER_HA, M2_PER_KM2, M_PER_KM

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from blockplan.check.verdict import Verdict
    from blockplan.plan import Plan
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
    canvas = MapCanvas(ground, MapSheet.of(frame, PART_MM))
    shapes = canvas.on_paper(ground.plan.layer(judged.each.layer).geometry.iloc[judged.rows])
    legend = []
    for outcome, (name, fill, edge) in COLOURS.items():
        chosen = judged.outcome == outcome
        canvas.shape("fills", shapes[chosen], fill=fill, stroke=edge, stroke_width=0.2, fill_rule="evenodd")
        if chosen.any():
            number = words.number(int(chosen.sum()))
            legend.append(LegendEntry(fill_swatch(fill, edge), words(f"outcome.{name}"), number))
    for place in verdict.where[:NUMBERED]:
        if canvas.sheet.frame.holds(place.x, place.y):
            canvas.say([canvas.whole.place(place.x, place.y)], place.id, 2.2, fill="#2b0d02", weight="700")
    title = words("map.parcels.title", rule=words.pick(verdict.title))
    description = words("map.parcels.description")
    return [Drawing(id_, title, description, canvas, FADED, (*legend, outline_entry(ground)))]


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
#: A label: place (in the picture), words, and whether it stands on its place instead of beside it.
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
    words = ground.words
    closer, found = closer_frames(ground), list[Label]()
    legend: list[LegendEntry] = []

    def show(canvas: MapCanvas, _: str) -> None:
        legend[:], found[:] = _density(canvas), _supply(canvas, verdict)
        # Amounts are written where there is room: on the closer views, if there are any.
        if canvas.closer or not closer:
            _labels(canvas, found)
        if not canvas.closer:
            area_names(canvas, 2.6)

    told = (words("map.supply.title", rule=words.pick(verdict.title)), words("map.supply.description"))
    drawn = with_views(ground, (id_, *told), FADED, show, closer)
    if not found and not legend:
        return []
    mark, places = fill_swatch(COUNTED, "#5c1d05"), words.count("count.places", len(found))
    counted = LegendEntry(mark, words("map.supply.counted"), places)
    return [replace(drawn, legend=(counted, *legend, outline_entry(ground)))]


def _density(canvas: MapCanvas) -> list[LegendEntry]:
    """Draw residents per hectare of the parcels; what the tints mean."""
    words, plan, low = canvas.ground.words, canvas.ground.plan, 0.0
    # The same in every language, and under every supply that is shown.
    key = f"density on paper: {canvas.whole} {canvas.sheet} {canvas.step}"
    drawn = plan.cached(key, lambda: _density_drawn(plan, canvas))
    legend = []
    for (high, colour), (markup, residents) in zip(DENSITY, drawn, strict=True):
        if markup is not None:
            canvas.add("fills", markup)
            key = "map.supply.above" if high == float("inf") else "map.supply.between"
            top = words.number(high, 0) if high < float("inf") else ""
            said = words(key, low=words.number(low, 0), high=top)
            people = words.count("count.residents", residents)
            legend.append(LegendEntry(fill_swatch(colour, "#51687f"), said, people))
        low = high
    return legend


def _density_drawn(plan: Plan, canvas: MapCanvas) -> list[tuple[str | None, float]]:
    """The parcels of each tint as SVG (None without any), and how many residents they hold."""
    parcels = plan.layer("parcels")
    areas = shapely.area(parcels.geometry.to_numpy()) / M2_PER_HA
    residents = parcels["residents"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        density = np.where((areas > 0) & (residents > 0), residents / areas, np.nan)
    shapes, drawn, low = canvas.on_paper(parcels.geometry), list[tuple[str | None, float]](), 0.0
    edge: dict[str, svg.Style] = {"stroke": "#51687f", "stroke_width": 0.05}
    for high, colour in DENSITY:
        chosen = (density > low) & (density <= high)
        markup = path(shapes[chosen], canvas.step, canvas.mm, fill=colour, fill_rule="evenodd", **edge)
        drawn.append((markup if chosen.any() else None, residents[chosen].sum()))
        low = high
    return drawn


def _supply(canvas: MapCanvas, verdict: Verdict) -> list[Label]:
    """Draw the counted supplies; place and label of each."""
    plan, words = canvas.ground.plan, canvas.ground.words
    counted = verdict.measurement.counted if verdict.measurement is not None else {}
    found: list[Label] = []
    column, unit = ("beds", "bed") if verdict.unit == "bed" else ("floor_area_m2", "m2")
    facilities = plan.layer("facilities")
    ids = counted.get("facilities", ())
    for id_, shape in zip(ids, canvas.on_paper(features(plan, "facilities", ids)), strict=True):
        if shape is not None:
            x, y = centre(shape)
            canvas.dot("signs", x, y, 1.7, fill=COUNTED, stroke="#5c1d05")
            value = np.ravel(facilities[column].loc[id_])[0]
            found.append((x, y, words.amount(float(value), unit), False))
    for layer in ("parcels", "greens"):
        whole = features(plan, layer, counted.get(layer, ()))
        shapes = canvas.on_paper(whole)
        edge: dict[str, svg.Style] = {"stroke": "#5c1d05", "stroke_width": 0.3}
        canvas.shape("control", shapes, fill=COUNTED, fill_rule="evenodd", **edge)
        areas = np.nan_to_num(shapely.area(whole))
        for at in np.argsort(-areas, kind="stable"):
            if shapes[at] is not None:
                found.append((*centre(shapes[at]), words.amount(areas[at] / M2_PER_HA, "ha"), True))
    return found


# What was counted


def _counted_maps(ground: Ground, verdict: Verdict, id_: str) -> list[Drawing]:
    words, frame, plan = ground.words, ground.frame, ground.plan
    if frame is None:
        return []
    counted = dict(verdict.measurement.counted) if verdict.measurement is not None else {}
    if verdict.parks:
        parks = [one for park in verdict.parks for one in park.split("+")]
        counted = {layer: tuple(one for one in parks if one in ids) for layer, ids in counted.items()}
    if verdict.scope_kind == "area":
        counted.setdefault("areas", (verdict.scope_id,))
    for place in verdict.where:
        counted[place.layer] = (*counted.get(place.layer, ()), place.id)
    canvas, number = MapCanvas(ground, MapSheet.of(frame, PART_MM)), 0
    found: list[Label] = []
    for layer in sorted(counted):
        ids = list(dict.fromkeys(counted[layer]))
        shapes = features(plan, layer, ids)
        drawn, seen = canvas.on_paper(shapes), frame.shows(shapes)
        middles = shapely.get_coordinates(shapely.point_on_surface(shapes[~seen]))
        spots = svg.dots(middles, frame, 0.5 * canvas.mm)
        look: dict[str, svg.Style] = {"stroke": "#8c2f0b", "stroke_linecap": "round"}
        canvas.add("fills", svg.shape(spots, stroke_width=1.2 * canvas.mm, **look))
        for flat in (True, False):
            # Of one turn, so that what lies over another adds to it and does not cut a hole.
            # That of most data, whose outlines other maps of the page draw as they are.
            alike = drawn[seen & ((shapely.get_dimensions(drawn) == 2) == flat)]
            alike = shapely.orient_polygons(alike, exterior_cw=True)
            canvas.shape("fills", alike, fill=COUNTED if flat else "none", fill_opacity=0.45,
                         stroke="#8c2f0b", stroke_width=0.6 if flat else 1.6)  # fmt: skip
        there = [one for one in zip(ids, shapes, drawn, strict=True) if one[2] is not None]
        number += len(there)
        found += [_counted_label(ground, layer, *one) for one in there[: LABELLED - len(found)]]
    if not number:
        return []
    stops(canvas, ground, named=False)
    _labels(canvas, found)
    places = words.count("count.places", number)
    mark = fill_swatch(COUNTED, "#8c2f0b", fill_opacity=0.45)
    legend = (LegendEntry(mark, words("map.counted.sign"), places), outline_entry(ground))
    title = words("map.counted.title", rule=words.pick(verdict.title))
    return [Drawing(id_, title, words("map.counted.description"), canvas, FADED, legend)]


def _counted_label(ground: Ground, layer: str, id_: str, shape: BaseGeometry, drawn: BaseGeometry) -> Label:
    """Name and size of a feature, at its place."""
    words = ground.words
    flat = shapely.get_dimensions(shape) == 2
    unit, by = ("km2", M2_PER_KM2) if layer == "areas" else ("ha", M2_PER_HA) if flat else ("km", M_PER_KM)
    size = words.amount((shape.area if flat or layer == "areas" else shape.length) / by, unit)
    name = np.ravel(ground.names(layer).loc[id_])[0]
    return (*centre(drawn), f"{name or id_} {size}", flat)


def _labels(canvas: MapCanvas, found: list[Label]) -> None:
    size = 2.4 * canvas.mm
    for x, y, said, centred in found[:MOST_LABELS]:
        if canvas.holds(x, y):
            spots = beside(x, y, 1.9 * canvas.mm, svg.text_width(said, size), size)
            canvas.say([(x, y), *spots] if centred else spots, said, 2.4, fill="#4a1703", weight="700")
