"""
The maps of a rule about reach: who is beyond, and who changes sides under another reading.

The greens are those that the measure counted; the dashed line is the limit
as the crow flies.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.figures import enough_decimals, is_known
from blockplan.measure import MEASURES
from blockplan.measure.indicators.access import open_spaces, tiers
from blockplan.measure.inputs.greens import public_greens
from blockplan.measure.measurement import Place
from blockplan.report.definitions import reading_name
from blockplan.report.document import LegendEntry
from blockplan.report.features import FADED, features, placed, residents_at
from blockplan.report.maps import svg
from blockplan.report.maps.basemap import GREEN
from blockplan.report.maps.drawing import (
    Drawing,
    MapCanvas,
    fill_swatch,
    line_swatch,
    outline_entry,
)
from blockplan.report.maps.labels import beside
from blockplan.report.maps.svg import Frame
from blockplan.report.maps.themes import AROUND_M, MOST_INSETS, area_names, area_parts, strip, with_views

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

    from blockplan.check.verdict import Verdict
    from blockplan.measure import MeasureSpec
    from blockplan.plan import Plan
    from blockplan.report.maps.basemap import Ground
    from blockplan.report.words import Words

#: Beyond the limit by up to so many metres, and the colour; the last is for the farthest.
BEYOND = (
    (100.0, "#f2a33a"),
    (250.0, "#e2672c"),
    (500.0, "#bf2f45"),
    (1000.0, "#93195a"),
    (2000.0, "#6b1650"),
    (float("inf"), "#350a30"),
)
UNREACHABLE = "#2b2b2b"
CHANGED = "#7a3fa0"
GREEN_LINE = "#2f7d36"
LABELLED = 10
#: Dots nearer to one another than so many radii are one dot.
DOTS_APART = 0.5
REACH_OF_GREEN = "green_within_500m"
#: Layers that people walk to, where it is not a green.
TARGETS = ("stops", "facilities", "water", "programmes")


@dataclass(frozen=True, slots=True)
class _Class:
    """Places beyond the limit by about as much."""

    colour: str
    said: str
    places: tuple[Place, ...]


def reach_maps(ground: Ground, verdict: Verdict, id_: str) -> list[Drawing]:
    """Everybody beyond the limit, by distance: the whole plan, and closer views where it is a long strip."""
    words = ground.words
    if verdict.reach is None:
        return []
    reached = reached_from(ground.plan, verdict)
    classes = _classes(verdict.where, min(away for away, _ in reached), words)
    title = words("map.reach.title", rule=words.pick(verdict.title))
    of_green = is_of_green(verdict)
    key = "map.reach.description" if of_green else "map.reach.description_any"
    said = words.count(key, len(verdict.where), limit=_limits(reached, words))
    return _drawn(ground, verdict, (id_, title, said), classes, named=True)


def reading_map(ground: Ground, verdict: Verdict, id_: str) -> Drawing | None:
    """Who changes sides under the first other reading that changes anything; None if none does."""
    reading = next((one for one in verdict.readings[1:] if one.changed), None)
    if reading is None or verdict.reach is None:
        return None
    words = ground.words
    places = tuple(_at(ground.plan, verdict, reading.changed))
    told = (
        words("map.reading.title", reading=reading_name(reading, words)),
        words("map.reading.description"),
    )
    changed = [_Class(CHANGED, words("map.reading.sign"), places)]
    return next(iter(_drawn(ground, verdict, (id_, *told), changed, named=False)), None)


def _drawn(
    ground: Ground, verdict: Verdict, said: tuple[str, str, str], classes: Sequence[_Class], *, named: bool
) -> list[Drawing]:
    """
    A map of classes of places with its closer views.

    The worst are `named` where there is room: on the closer views, if there are any.
    """
    if ground.frame is None or verdict.reach is None:
        return []
    limit, words, of_green = verdict.reach.limit_m, ground.words, is_of_green(verdict)
    reached = reached_from(ground.plan, verdict)
    targets = [shape for _, shapes in reached for shape in shapes]
    line, places = _within(reached), [place for one in classes for place in one.places]
    near = _near(ground, places)

    def show(canvas: MapCanvas, _: str) -> None:
        dashed: dict[str, svg.Style] = {"stroke_width": 0.45, "stroke_dasharray": (2.2, 1.2)}
        green: dict[str, svg.Style] = {"fill": GREEN, "stroke": GREEN_LINE, "fill_rule": "evenodd"}
        canvas.shape("ground", canvas.on_paper([line]), fill_opacity=0.10, **dashed, **green)
        # A stop, or a facility without an outline, is a disc.
        seen = [one if one.area else shapely.buffer(one, canvas.mm) for one in targets]
        canvas.shape("ground", canvas.on_paper(seen), stroke_width=0.3, **green)
        for one in classes:
            _places(canvas, one)
        if named and (canvas.closer or not near):
            _names(canvas, verdict.where, limit)
        if not canvas.closer:
            area_names(canvas, 2.6)

    legend = [
        LegendEntry(fill_swatch(one.colour, "#3b1020"), one.said, _people(ground.plan, one.places, words))
        for one in classes
    ]
    counted = words("map.reach.greens" if of_green else "map.counted.sign")
    dashes = line_swatch(stroke=GREEN_LINE, stroke_width=0.5, stroke_dasharray=(1.6, 0.8))
    away = words("map.reach.line" if of_green else "map.reach.line_any", amount=_limits(reached, words))
    legend += [LegendEntry(fill_swatch(GREEN, GREEN_LINE), counted), LegendEntry(dashes, away)]
    drawn = with_views(ground, said, FADED, show, near)
    return [replace(drawn, legend=(*legend, outline_entry(ground)))]


def _at(plan: Plan, verdict: Verdict, ids: Sequence[str]) -> Iterator[Place]:
    """The places of homes, each in the first layer that draws it of those the verdict starts from."""
    left = list(ids)
    for layer in verdict.layers_of_homes:
        shapes = features(plan, layer, left)
        drawn = shapely.is_geometry(shapes)
        middles = shapely.get_coordinates(shapely.point_on_surface(shapes[drawn])).tolist()
        for id_, (x, y) in zip(itertools.compress(left, drawn), middles, strict=True):
            yield Place(layer, id_, x, y, None)
        left = list(itertools.compress(left, ~drawn))


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


def _names(canvas: MapCanvas, worst: Iterable[Place], limit: float) -> None:
    """Id and distance of the worst places that the window shows."""
    words, size = canvas.ground.words, 2.5 * canvas.mm
    for place in [one for one in placed(worst) if canvas.sheet.frame.holds(one.x, one.y)][:LABELLED]:
        x, y = canvas.whole.place(place.x, place.y)
        said = f"{place.id} {_metres(place.value, limit, words)}" if is_known(place.value) else place.id
        spots = beside(x, y, 2.2 * canvas.mm, svg.text_width(said, size), size)
        canvas.say([(x, y), *spots], said, 2.5, fill="#3b1020", weight="700")


def _places(canvas: MapCanvas, one: _Class) -> None:
    """The shapes of places; a dot where a shape is too small to be seen, or not drawn."""
    frame, line, radius = canvas.whole, 0.3, canvas.mm
    at: dict[str, list[Place]] = {}
    for place in placed(one.places):
        at.setdefault(place.layer, []).append(place)
    for layer, places in at.items():
        shapes = features(canvas.ground.plan, layer, [place.id for place in places])
        large = canvas.on_paper(shapes[frame.shows(shapes)])
        edge: dict[str, svg.Style] = {"stroke": "#3b1020", "stroke_width": line, "fill_rule": "evenodd"}
        canvas.shape("fills", large, fill=one.colour, **edge)
        small = ~(shapely.area(shapes) >= (1.2 * radius) ** 2)
        points = np.array([(place.x, place.y) for place in itertools.compress(places, small)])
        d = svg.dots(points.reshape(-1, 2), frame, DOTS_APART * radius)
        for width, colour in ((2 + line, "#3b1020"), (2 - line, one.colour)):
            dot = svg.shape(d, stroke=colour, stroke_width=width * radius, stroke_linecap="round")
            canvas.add("fills", dot)


def _metres(value: float, limit: float, words: Words) -> str:
    """A distance in whole metres, or finer where it would read as the limit."""
    return words.with_unit(words.number(value, enough_decimals(value, limit, 0)), "m")


def is_of_green(verdict: Verdict) -> bool:
    """Whether public green is what has to be within reach."""
    spec = _spec(verdict)
    return spec is not None and "green_codes" in spec.parameters


def _spec(verdict: Verdict) -> MeasureSpec | None:
    return MEASURES.get(verdict.measurement.id if verdict.measurement is not None else REACH_OF_GREEN)


def reached_from(plan: Plan, verdict: Verdict) -> list[tuple[float, list[BaseGeometry]]]:
    """How far what has to be within reach is counted, m: by the size of a green where the rule says so."""
    limit = verdict.reach.limit_m if verdict.reach is not None else 0.0
    if is_of_green(verdict) and verdict.parameters.radius_by_size_ha:
        greens = open_spaces(plan, verdict.parameters)
        found = [(away, list(greens.shape[rows])) for rows, away in tiers(greens, verdict.parameters)]
        return [one for one in found if one[1]] or [(limit, [])]
    return [(limit, reach_targets(plan, verdict))]


def _limits(reached: Sequence[tuple[float, list[BaseGeometry]]], words: Words) -> str:
    """The distances of what is drawn, the nearest first: ``300 / 500 / 1,000 m``."""
    every = sorted({away for away, _ in reached})
    return words.with_unit(" / ".join(words.number(away) for away in every), "m")


def reach_targets(plan: Plan, verdict: Verdict) -> list[BaseGeometry]:
    """What has to be within reach, as the measure counted it."""
    spec = _spec(verdict)
    if spec is not None and is_of_green(verdict):
        chosen = {key: value for key, value in verdict.chosen.items() if key in spec.parameters}
        parameters = spec.choose(plan.manifest.parameters, chosen)
        return list(public_greens(plan, parameters).of_size(parameters.smallest_green_ha).shape)
    counted = verdict.measurement.counted if verdict.measurement is not None else {}
    found = [shape for layer in TARGETS for shape in features(plan, layer, counted.get(layer, ()))]
    return [shape for shape in found if shape is not None]


def _within(reached: Sequence[tuple[float, list[BaseGeometry]]]) -> BaseGeometry:
    """Everything within a straight line of what is reached, each within its own."""
    simple = [
        (shapely.simplify(np.array([*shapes, None], dtype=object), 3.0), away) for away, shapes in reached
    ]
    return shapely.simplify(
        shapely.union_all([shapely.union_all(shapely.buffer(shapes, away)) for shapes, away in simple]), 4.0
    )


def _near(ground: Ground, places: Sequence[Place]) -> list[tuple[Frame, str]]:
    """Frames and names of the areas that hold places beyond, where the plan is a long strip."""
    if not places or not strip(ground):
        return []
    points = shapely.points([(place.x, place.y) for place in placed(places)])
    counts = [
        (int(shapely.dwithin(part, points, 1.0).sum()), part, said) for part, said in area_parts(ground)
    ]
    most = sorted(count for count, _, _ in counts)[-MOST_INSETS:]
    chosen = [(part, said) for count, part, said in counts if count and count >= most[0]][:MOST_INSETS]
    return [(Frame(*part.bounds).grown(AROUND_M), said) for part, said in chosen]
