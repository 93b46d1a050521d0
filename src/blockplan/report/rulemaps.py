"""
The map of a verdict: who is beyond, what is counted, where the supply stands.

A coverage rule shows the greens, the line at the limit and everybody beyond
it, by distance. A rule per resident shows where people live and where the
supply is. Any other rule shows the features that it counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from blockplan.plan import landuse
from blockplan.plan.codes import LISTS
from blockplan.report import drawing, svg
from blockplan.report.drawing import PART_MM, Drawing, LegendEntry, Sheet
from blockplan.report.ground import GREEN, OUTLINE
from blockplan.report.svg import Frame
from blockplan.report.themes import LONG, area_names, stations
from blockplan.report.words import enough_decimals, is_known
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from blockplan.check.verdict import Verdict
    from blockplan.measure.measurement import Place
    from blockplan.plan import Plan
    from blockplan.report.ground import Ground
    from blockplan.report.words import Words

FADED = (
    ("woodland", 0.3), ("landuse", 0.22), ("water", 0.6), ("buildings", 0.35), ("streets", 0.5),
    ("rail", 0.4), ("outline", 0.9),
)  # fmt: skip
#: Beyond the limit by up to so many metres, and the colour; the last is for the farthest.
BEYOND = ((100.0, "#f2a33a"), (250.0, "#e2672c"), (500.0, "#bf2f45"), (float("inf"), "#6b1650"))
UNREACHABLE = "#2b2b2b"
DENSITY = (
    (50.0, "#dbe5f1"),
    (150.0, "#b2c9e3"),
    (300.0, "#7ea3cd"),
    (500.0, "#4a78ad"),
    (float("inf"), "#274f80"),
)
COUNTED = "#d2521f"
LABELLED = 10
#: A label: place (drawing units), words, and whether it stands on its place instead of beside it.
Label = tuple[float, float, str, bool]
MOST_DETAILS = 4


def rule_maps(ground: Ground, verdict: Verdict, id_: str) -> list[Drawing]:
    """The maps of one verdict: none where it has no place (a notice period)."""
    if ground.frame is None:
        return []
    if verdict.unit == "1" and is_known(verdict.definition.get("limit_m")):
        return _reach_maps(ground, verdict, id_)
    if verdict.measurement is not None and verdict.measurement.per:
        return _supply_maps(ground, verdict, id_)
    return _counted_maps(ground, verdict, id_)


# Who is beyond


@dataclass(frozen=True, slots=True)
class _Class:
    """Places beyond the limit by about as much."""

    colour: str
    said: str
    places: tuple[Place, ...]


def _reach_maps(ground: Ground, verdict: Verdict, id_: str) -> list[Drawing]:
    words, limit = ground.words, float(verdict.definition["limit_m"])
    classes = _classes(verdict.where, limit, words)
    legend = [
        LegendEntry(
            drawing.fill_swatch(one.colour, "#3b1020"), one.said, _people(ground.plan, one.places, words)
        )
        for one in classes
    ]
    legend.append(LegendEntry(drawing.fill_swatch(GREEN, "#2f7d36"), words("map.reach.greens")))
    legend.append(
        LegendEntry(
            drawing.line_swatch(("#2f7d36", 2.0, "6 3")),
            words("map.reach.line", amount=words.amount(limit, "m")),
        )
    )
    legend.append(LegendEntry(drawing.line_swatch((OUTLINE, 3.0, "11 3 3 3")), words("map.boundary")))
    greens = _greens(ground.plan, verdict.definition)
    title = words("map.reach.title", rule=words.pick(verdict.title))
    said = words.count("map.reach.description", len(verdict.where), limit=words.amount(limit, "m"))
    drawings = []
    for number, frame in enumerate([ground.frame, *_near(ground, verdict.where)] if ground.frame else []):
        sheet = Sheet.of(frame, PART_MM)
        body = _greens_and_line(ground, sheet, greens, limit) + _beyond(
            ground, sheet, classes, verdict.where, limit
        )
        drawings.append(
            Drawing(
                f"{id_}-{number}" if number else id_,
                words("map.closer", title=title, n=words.number(number)) if number else title,
                said,
                sheet,
                FADED,
                body,
                () if number else tuple(legend),
            )
        )
    return drawings


def _classes(places: Iterable[Place], limit: float, words: Words) -> list[_Class]:
    found: dict[float | None, list[Place]] = {}
    for place in places:
        away = place.value
        upto = next(edge for edge, _ in BEYOND if away - limit <= edge) if is_known(away) else None
        found.setdefault(upto, []).append(place)
    classes = []
    low = limit
    for edge, colour in BEYOND:
        high = limit + edge
        if edge in found:
            key = "map.reach.farther" if edge == float("inf") else "map.reach.between"
            said = words(
                key, low=words.number(low, 0), high=words.amount(high, "m"), from_=words.amount(low, "m")
            )
            classes.append(_Class(colour, said, tuple(found[edge])))
        low = high
    if None in found:
        classes.append(_Class(UNREACHABLE, words("map.reach.unreachable"), tuple(found[None])))
    return classes


def _people(plan: Plan, places: Iterable[Place], words: Words) -> str:
    """How many residents live at places, and at how many; without residents the number of places."""
    places = list(places)
    values = [residents_at(plan, place) for place in places]
    counted = words.count("count.places", len(places))
    if values and all(is_known(value) for value in values):
        return words(
            "map.reach.people",
            residents=words.count("count.residents", sum(v or 0.0 for v in values)),
            places=counted,
        )
    return counted


def placed(places: Iterable[Place]) -> list[Place]:
    """The places that lie somewhere: a feature without geometry has no point."""
    return [place for place in places if is_known(place.x) and is_known(place.y)]


def residents_at(plan: Plan, place: Place) -> float | None:
    """Residents of the feature that a verdict points at; None where the plan does not say."""
    if place.layer not in plan.layers or "residents" not in plan.layers[place.layer].columns:
        return None
    column = plan.layers[place.layer]["residents"]
    if place.id not in column.index:
        return None
    value = float(np.nan_to_num(np.ravel(column.loc[place.id])[0], nan=-1.0))
    return value if value >= 0 else None


def _beyond(
    ground: Ground, sheet: Sheet, classes: list[_Class], worst: tuple[Place, ...], limit: float
) -> str:
    frame, words = ground.frame or sheet.frame, ground.words
    placer, out = svg.Placer(frame), []
    line = 0.3 * sheet.unit
    for one in classes:
        for place in placed(one.places):
            shape = feature(ground.plan, place.layer, place.id)
            d = svg.path(svg.drawable([shape], frame), frame) if shape is not None else ""
            out.append(
                svg.shape(d, fill=one.colour, stroke="#3b1020", stroke_width=line, fill_rule="evenodd")
            )
            if not d or (shape is not None and shape.area < (1.2 * sheet.unit) ** 2):
                x, y = frame.place(place.x, place.y)
                out.append(
                    svg.circle(x, y, 1.0 * sheet.unit, fill=one.colour, stroke="#3b1020", stroke_width=line)
                )
    size = 2.5 * sheet.unit
    for place in placed(worst)[:LABELLED]:
        x, y = frame.place(place.x, place.y)
        said = f"{place.id} {_metres(place.value, limit, words)}" if is_known(place.value) else place.id
        width = svg.text_width(said, size)
        spot = placer.place(x, y, width, 1.25 * size, _spots(2.2 * sheet.unit, width, size))
        if spot:
            out.append(svg.label(*spot, said, size, fill="#3b1020", font_weight="700"))
    return "".join(out) + area_names(ground, sheet, placer)


def _metres(value: float, limit: float, words: Words) -> str:
    """A distance in whole metres, or finer where it would read as the limit."""
    return words.with_unit(words.number(value, enough_decimals(value, limit, 0)), "m")


def _greens_and_line(ground: Ground, sheet: Sheet, greens: list[BaseGeometry], limit: float) -> str:
    frame = ground.frame or sheet.frame
    shapes = svg.drawable(greens, frame)
    parks = svg.shape(
        svg.path(shapes, frame),
        fill=GREEN,
        stroke="#2f7d36",
        stroke_width=0.3 * sheet.unit,
        fill_rule="evenodd",
    )
    near = shapely.buffer(
        shapely.simplify(np.array([s for s in greens if s is not None], dtype=object), 3.0), limit
    )
    if not len(near):
        return parks
    line = svg.path(svg.drawable([shapely.simplify(shapely.union_all(near), 4.0)], frame), frame)
    dashes = f"{2.2 * sheet.unit:.0f} {1.2 * sheet.unit:.0f}"
    return (
        svg.shape(line, fill="#57bd5c", fill_opacity="0.10", fill_rule="evenodd", stroke="#2f7d36",
                  stroke_width=0.45 * sheet.unit, stroke_dasharray=dashes)
        + parks
    )  # fmt: skip


def _greens(plan: Plan, definition: Mapping[str, Any]) -> list[BaseGeometry]:
    """Public greens as the definition counts them: green parcels, and greens that are not private."""
    codes = codes_of(definition, "green_codes") or ("1401",)
    smallest = float(_setting(definition, "smallest_green_ha") or 0.0) * M2_PER_HA
    parcels, greens = plan.layer("parcels"), plan.layer("greens")
    shapes = list(parcels.geometry[[*_of_codes(parcels, codes)]]) if len(parcels) else []
    if len(greens):
        shapes += list(greens.geometry[(greens["access"].astype("object") != "private").to_numpy()])
    return [shape for shape in shapes if shape is not None and not shape.is_empty and shape.area >= smallest]


def _near(ground: Ground, places: tuple[Place, ...]) -> list[Frame]:
    """Frames of the areas that hold places beyond, where the plan is a long strip."""
    frame = ground.frame
    if frame is None or not places or max(frame.height / frame.width, frame.width / frame.height) < LONG:
        return []
    parts = drawing.parts_of([*ground.plan.layer("areas").geometry])
    points = shapely.points([(place.x, place.y) for place in placed(places)])
    counts = [(int(shapely.dwithin(part, points, 1.0).sum()), part) for part in parts]
    chosen = sorted((pair for pair in counts if pair[0]), key=lambda pair: -pair[0])[:MOST_DETAILS]
    return [Frame(*part.bounds).grown(130) for _, part in chosen]


# Supply and residents


def _supply_maps(ground: Ground, verdict: Verdict, id_: str) -> list[Drawing]:
    words, frame = ground.words, ground.frame
    sheet = Sheet.of(frame, PART_MM) if frame else Sheet(Frame(0, 0, 1, 1), 1)
    body, legend = _density(ground, sheet)
    supplied, signs = _supply(ground, verdict, sheet)
    if not supplied and not legend:
        return []
    placer = svg.Placer(ground.frame or sheet.frame)
    labels = _labels(ground, sheet, placer, supplied)
    drawn = Drawing(
        id_,
        words("map.supply.title", rule=words.pick(verdict.title)),
        words("map.supply.description"),
        sheet,
        FADED,
        body + signs + labels + area_names(ground, sheet, placer),
        (
            LegendEntry(
                drawing.fill_swatch(COUNTED, "#5c1d05"),
                words("map.supply.counted"),
                words.count("count.places", len(supplied)),
            ),
            *legend,
            LegendEntry(drawing.line_swatch((OUTLINE, 3.0, "11 3 3 3")), words("map.boundary")),
        ),
    )
    return [drawn]


def _density(ground: Ground, sheet: Sheet) -> tuple[str, list[LegendEntry]]:
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


def _supply(ground: Ground, verdict: Verdict, sheet: Sheet) -> tuple[list[Label], str]:
    """The counted supplies: place and label of each, and their signs."""
    plan, words, frame = ground.plan, ground.words, ground.frame or sheet.frame
    counted = verdict.measurement.counted if verdict.measurement is not None else {}
    found, out = [], []
    column, unit = ("beds", "bed") if verdict.unit == "bed" else ("floor_area_m2", "m2")
    facilities = plan.layer("facilities")
    for id_ in counted.get("facilities", ()):
        shape = feature(plan, "facilities", id_)
        if shape is None:
            continue
        x, y = frame.place(*drawing.centre(shape))
        out.append(
            svg.circle(x, y, 1.7 * sheet.unit, fill=COUNTED, stroke="#5c1d05", stroke_width=0.3 * sheet.unit)
        )
        value = np.ravel(facilities[column].loc[id_])[0]
        found.append((x, y, words.amount(float(value), unit), False))
    for layer in ("parcels", "greens"):
        whole = [shape for id_ in counted.get(layer, ()) if (shape := feature(plan, layer, id_)) is not None]
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
    sheet, out, found = Sheet.of(frame, PART_MM), [], []
    for layer in sorted(counted):
        names = ground.names(layer) if layer in plan.layers else None
        for one in dict.fromkeys(counted[layer]):
            shape = feature(plan, layer, one)
            d = svg.path(svg.drawable([shape], frame), frame) if shape is not None else ""
            if shape is None or not d:
                continue
            flat = shapely.get_dimensions(shape) == 2
            out.append(
                svg.shape(d, fill=COUNTED if flat else "none", fill_opacity="0.45", stroke="#8c2f0b",
                          stroke_width=(0.6 if flat else 1.6) * sheet.unit, fill_rule="evenodd")
            )  # fmt: skip
            name = np.ravel(names.loc[one])[0] if names is not None and one in names.index else ""
            size = (
                words.amount(shape.area / M2_PER_HA, "ha")
                if flat
                else words.amount(shape.length / 1000, "km")
            )
            if layer == "areas":
                size = words.amount(shape.area / 1e6, "km2")
            found.append((*frame.place(*drawing.centre(shape)), f"{name or one} {size}", flat))
    if not out:
        return []
    placer = svg.Placer(frame)
    body = "".join(out) + _labels(ground, sheet, placer, found[:40]) + stations(ground, sheet, placer)
    legend = (
        LegendEntry(
            drawing.fill_swatch(COUNTED, "#8c2f0b", fill_opacity="0.45"),
            words("map.counted.sign"),
            words.count("count.places", len(found)),
        ),
        LegendEntry(drawing.line_swatch((OUTLINE, 3.0, "11 3 3 3")), words("map.boundary")),
    )
    title = words("map.counted.title", rule=words.pick(verdict.title))
    return [Drawing(id_, title, words("map.counted.description"), sheet, FADED, body, legend)]


def _labels(ground: Ground, sheet: Sheet, placer: svg.Placer, found: list[Label]) -> str:
    size, out = 2.4 * sheet.unit, []
    for x, y, said, centred in found:
        width = svg.text_width(said, size)
        spots = _spots(1.9 * sheet.unit, width, size)
        spot = placer.place(x, y, width, 1.2 * size, ((0, 0), *spots) if centred else spots)
        if spot:
            out.append(svg.label(*spot, said, size, fill="#4a1703", font_weight="700"))
    return "".join(out)


# Features and codes


def feature(plan: Plan, layer: str, id_: str) -> BaseGeometry | None:
    """The geometry of a feature; None where the plan does not have or draw it."""
    frame: gpd.GeoDataFrame | None = plan.layers.get(layer)
    if frame is None or not hasattr(frame, "geometry") or id_ not in frame.index:
        return None
    found = frame.geometry.loc[id_]
    shape = found if found is None or isinstance(found, BaseGeometry) else found.iloc[0]
    return None if shape is None or shape.is_empty else shape


def codes_of(definition: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of land-use codes that a definition, or its parameters, holds under a key."""
    value = _setting(definition, key)
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()


def _setting(definition: Mapping[str, Any], key: str) -> Any:
    parameters = definition.get("parameters")
    inside = parameters.get(key) if isinstance(parameters, dict) else None
    return definition.get(key, inside)


def _of_codes(parcels: gpd.GeoDataFrame, codes: Iterable[str]) -> list[bool]:
    """Which parcels have one of the classes, or a class below it."""
    wanted, out = tuple(codes), []
    for code, name in zip(
        parcels["land_use"].astype("object"), parcels["land_use_list"].astype("object"), strict=True
    ):
        known = landuse(name) if name in LISTS else landuse()
        given = code if isinstance(code, str) else None
        if given and known.name != landuse().name:
            given = known.to_national(given) or given
        out.append(given is not None and any(given == one or landuse().within(given, one) for one in wanted))
    return out


def _spots(away: float, width: float, size: float) -> tuple[tuple[float, float], ...]:
    right, below = away + width / 2, away + size * 0.7
    return (
        (right, 0),
        (-right, 0),
        (0, -below),
        (0, below),
        (right, below),
        (-right, below),
        (right, -below),
        (-right, -below),
    )
