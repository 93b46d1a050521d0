"""
The maps of a rule about reach: who is beyond, and who changes sides under another reading.

The greens are those that the measure counted; the dashed line is the limit
as the crow flies.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.figures import enough_decimals, is_known
from blockplan.measure import MEASURES
from blockplan.measure.inputs.greens import public_greens
from blockplan.measure.measurement import Place
from blockplan.report.definitions import reading_name
from blockplan.report.document import LegendEntry
from blockplan.report.features import FADED, beside, features, placed, residents_at
from blockplan.report.maps import drawing, svg
from blockplan.report.maps.basemap import GREEN, OUTLINE
from blockplan.report.maps.drawing import (
    PART_MM,
    Drawing,
    MapSheet,
)
from blockplan.report.maps.svg import Frame
from blockplan.report.maps.themes import LONG, MOST_INSETS, area_names, area_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from blockplan.check.verdict import Verdict
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
    words, reach = ground.words, verdict.reach
    if reach is None:
        return []
    limit = reach.limit_m
    classes = _classes(verdict.where, limit, words)
    legend = [
        LegendEntry(
            drawing.fill_swatch(one.colour, "#3b1020"), one.said, _people(ground.plan, one.places, words)
        )
        for one in classes
    ]
    greens, of_green = _targets(ground.plan, verdict)
    legend += _signs(limit, words, of_green=of_green)
    line = _within(greens, limit)
    title = words("map.reach.title", rule=words.pick(verdict.title))
    key = "map.reach.description" if of_green else "map.reach.description_any"
    said = words.count(key, len(verdict.where), limit=words.amount(limit, "m"))
    if ground.frame is None:
        return []
    near = _near(ground, verdict.where)

    def themed(sheet: MapSheet, *, whole: bool) -> str:
        # Places are named where there is room: on the closer views, if there are any.
        named = () if whole and near else verdict.where
        under = _greens_and_line(ground, sheet, greens, line)
        return under + _beyond(ground, sheet, classes, named, limit, areas=whole)

    sheet = MapSheet.of(ground.frame, PART_MM)
    drawn = Drawing(id_, title, said, sheet, FADED, themed(sheet, whole=True), tuple(legend))
    return [_with_insets(drawn, near, themed)]


def _with_insets(drawn: Drawing, near: Sequence[tuple[Frame, str]], themed: Callable[..., str]) -> Drawing:
    """A map of the whole plan with its closer views."""
    insets = []
    for number, (closer, name) in enumerate(near, 1):
        sheet = MapSheet.inset(closer)
        body, id_ = themed(sheet, whole=False), f"{drawn.id}-{number}"
        insets.append(Drawing(id_, name, drawn.description, sheet, FADED, body, ()))
    return replace(drawn, insets=tuple(insets))


def reading_map(ground: Ground, verdict: Verdict, id_: str) -> Drawing | None:
    """Who changes sides under the first other reading that changes anything; None if none does."""
    reading = next((one for one in verdict.readings[1:] if one.changed), None)
    reach = verdict.reach
    if ground.frame is None or reading is None or reach is None:
        return None
    limit = reach.limit_m
    words = ground.words
    places = tuple(_at(ground.plan, verdict.definition, reading.changed))
    changed = (_Class(CHANGED, words("map.reading.sign"), places),)
    greens, of_green = _targets(ground.plan, verdict)
    line = _within(greens, limit)
    name = reading_name(reading, words)
    people = _people(ground.plan, changed[0].places, words)
    legend = (
        LegendEntry(drawing.fill_swatch(CHANGED, "#3b1020"), changed[0].said, people),
        *_signs(limit, words, of_green=of_green),
    )

    def themed(sheet: MapSheet, *, whole: bool) -> str:
        under = _greens_and_line(ground, sheet, greens, line)
        return under + _beyond(ground, sheet, changed, (), limit, areas=whole)

    sheet = MapSheet.of(ground.frame, PART_MM)
    drawn = Drawing(
        id_,
        words("map.reading.title", reading=name),
        words("map.reading.description"),
        sheet,
        FADED,
        themed(sheet, whole=True),
        legend,
    )
    return _with_insets(drawn, _near(ground, changed[0].places), themed)


def _at(plan: Plan, definition: Mapping[str, Any], ids: Sequence[str]) -> Iterator[Place]:
    """The places of homes, each in the first layer that draws it of those the definition starts from."""
    start = definition.get("from") or ("buildings", "parcels")
    left = list(ids)
    for layer in start if isinstance(start, list | tuple) else (start,):
        shapes = features(plan, layer, left)
        drawn = shapely.is_geometry(shapes)
        middles = shapely.get_coordinates(shapely.point_on_surface(shapes[drawn])).tolist()
        for id_, (x, y) in zip(itertools.compress(left, drawn), middles, strict=True):
            yield Place(layer, id_, x, y, None)
        left = list(itertools.compress(left, ~drawn))


def _signs(limit: float, words: Words, *, of_green: bool) -> tuple[LegendEntry, ...]:
    """Legend of what every map of reach shows."""
    counted = "map.reach.greens" if of_green else "map.counted.sign"
    line = "map.reach.line" if of_green else "map.reach.line_any"
    return (
        LegendEntry(drawing.fill_swatch(GREEN, GREEN_LINE), words(counted)),
        LegendEntry(
            drawing.line_swatch((GREEN_LINE, 2.0, "6 3")), words(line, amount=words.amount(limit, "m"))
        ),
        LegendEntry(drawing.line_swatch((OUTLINE, 3.0, "11 3 3 3")), words("map.boundary")),
    )


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


def _beyond(
    ground: Ground,
    sheet: MapSheet,
    classes: Sequence[_Class],
    worst: tuple[Place, ...],
    limit: float,
    *,
    areas: bool,
) -> str:
    frame, words = ground.frame or sheet.frame, ground.words
    placer = drawing.placer(ground, sheet)
    out: list[str] = []
    for one in classes:
        out += _drawn_places(ground, sheet, one)
    size = 2.5 * sheet.unit
    for place in [place for place in placed(worst) if sheet.frame.holds(place.x, place.y)][:LABELLED]:
        x, y = frame.place(place.x, place.y)
        said = f"{place.id} {_metres(place.value, limit, words)}" if is_known(place.value) else place.id
        width = svg.text_width(said, size)
        spot = placer.place(x, y, width, 1.25 * size, ((0, 0), *beside(2.2 * sheet.unit, width, size)))
        if spot:
            out.append(svg.label(*spot, said, size, fill="#3b1020", font_weight="700"))
    return "".join(out) + (area_names(ground, sheet, placer, 2.6) if areas else "")


def _drawn_places(ground: Ground, sheet: MapSheet, one: _Class) -> Iterator[str]:
    """The shapes of places; a dot where a shape is too small to be seen, or not drawn."""
    frame, line, radius = ground.frame or sheet.frame, 0.3 * sheet.unit, sheet.unit
    at: dict[str, list[Place]] = {}
    for place in placed(one.places):
        at.setdefault(place.layer, []).append(place)
    for layer, places in at.items():
        shapes = features(ground.plan, layer, [place.id for place in places])
        large = frame.shows(shapes)
        d = svg.path(svg.drawable(shapes[large], frame), frame)
        yield svg.shape(d, fill=one.colour, stroke="#3b1020", stroke_width=line, fill_rule="evenodd")
        small = ~(shapely.area(shapes) >= (1.2 * radius) ** 2)
        points = np.array([(place.x, place.y) for place in itertools.compress(places, small)])
        d = svg.dots(points.reshape(-1, 2), frame, DOTS_APART * radius)
        for width, colour in ((2 * radius + line, "#3b1020"), (2 * radius - line, one.colour)):
            yield svg.shape(d, stroke=colour, stroke_width=width, stroke_linecap="round")


def _metres(value: float, limit: float, words: Words) -> str:
    """A distance in whole metres, or finer where it would read as the limit."""
    return words.with_unit(words.number(value, enough_decimals(value, limit, 0)), "m")


def _greens_and_line(ground: Ground, sheet: MapSheet, greens: list[BaseGeometry], line: BaseGeometry) -> str:
    frame = ground.frame or sheet.frame
    edge: dict[str, str | float] = {"stroke": GREEN_LINE, "fill_rule": "evenodd"}
    around = svg.path(svg.drawable([line], frame), frame)
    dashes = f"{2.2 * sheet.unit:.0f} {1.2 * sheet.unit:.0f}"
    width = 0.45 * sheet.unit
    return svg.shape(
        around, fill=GREEN, fill_opacity="0.10", stroke_width=width, stroke_dasharray=dashes, **edge
    ) + svg.shape(
        svg.path(svg.drawable(greens, frame), frame), fill=GREEN, stroke_width=0.3 * sheet.unit, **edge
    )


def _targets(plan: Plan, verdict: Verdict) -> tuple[list[BaseGeometry], bool]:
    """What has to be within reach, as the measure counted it, and whether that is public green."""
    measurement = verdict.measurement
    spec = MEASURES.get(measurement.id if measurement is not None else REACH_OF_GREEN)
    used = verdict.definition.get("parameters") or {}
    if spec is not None and "green_codes" in spec.parameters:
        chosen = {key: value for key, value in used.items() if key in spec.parameters}
        parameters = spec.choose(plan.manifest.parameters, chosen)
        greens = public_greens(plan, parameters).of_size(parameters.smallest_green_ha)
        return list(greens.shape), True
    counted = measurement.counted if measurement is not None else {}
    found = [shape for layer in TARGETS for shape in features(plan, layer, counted.get(layer, ()))]
    return [shape for shape in found if shape is not None], False


def _within(greens: list[BaseGeometry], limit: float) -> BaseGeometry:
    """Everything within a straight line of the greens."""
    simple = shapely.simplify(np.array([*greens, None], dtype=object)[:-1], 3.0)
    return shapely.simplify(shapely.union_all(shapely.buffer(simple, limit)), 4.0)


def _near(ground: Ground, places: tuple[Place, ...]) -> list[tuple[Frame, str]]:
    """Frames and names of the areas that hold places beyond, where the plan is a long strip."""
    frame = ground.frame
    if frame is None or not places or max(frame.height / frame.width, frame.width / frame.height) < LONG:
        return []
    points = shapely.points([(place.x, place.y) for place in placed(places)])
    counts = [
        (int(shapely.dwithin(part, points, 1.0).sum()), part, said) for part, said in area_parts(ground)
    ]
    most = sorted(count for count, _, _ in counts)[-MOST_INSETS:]
    chosen = [(part, said) for count, part, said in counts if count and count >= most[0]][:MOST_INSETS]
    return [(Frame(*part.bounds).grown(130), said) for part, said in chosen]
