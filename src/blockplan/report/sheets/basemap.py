"""What lies under a map of the whole plan: water, woods, rail, streets, the outline of planned land."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.measure.inputs.columns import values
from blockplan.report.maps import svg
from blockplan.report.maps.basemap import WATER, WATER_LINE, WOOD, only
from blockplan.report.maps.drawing import fill_swatch, line_swatch
from blockplan.report.sheets import parcelmap
from blockplan.report.sheets.paper import MOST_PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from blockplan.report.maps.svg import Style
    from blockplan.report.sheets.facts import Facts
    from blockplan.report.sheets.parcelmap import ParcelGround
    from blockplan.report.sheets.scene import Scene

RAIL = "#4a4a4a"
#: Class of street -> colour, casing, width on paper (mm) where the plan has no red-line width.
CLASSES = {
    "expressway": ("#e8883a", "#9c5a1c", 1.5),
    "arterial": ("#f2c14e", "#a3812a", 1.15),
    "secondary": ("#fbe6a2", "#a39a6a", 0.85),
    "local": ("#ffffff", "#5f5f5a", 0.6),
    "path": ("#7b9b6f", "", 0.3),
}
#: What lines streets, and what draws a path, where streets are in grey.
GREY = "#c4c4be"
#: Layers of which a map shows what lies around the planned land.
AROUND_LAND = ("streets", "rail", "water", "woodland")
#: A little air beside what is drawn around the planned land, in shares of its longer side.
AIR = 0.03
#: Pieces of planned land that are this near to each other are one part, m.
NEAR_M = 30.0
#: Water or woods that are seen narrower than this are not seen, mm.
LEAST_SEEN_MM = 0.6


def parts(facts: Facts) -> list[BaseGeometry]:
    """The parts of the planned land that lie apart, from north to south; one where they are many."""
    whole = facts.outline
    if whole is None:
        return []
    grown = shapely.get_parts(shapely.union_all([shapely.buffer(whole, NEAR_M, quad_segs=2)]))
    found = [shapely.intersection(whole, part) for part in grown]
    found = [part for part in found if part.area > 0]
    if not 1 < len(found) <= MOST_PARTS:
        return [whole]
    return sorted(found, key=lambda part: (-part.bounds[3], part.bounds[0]))


def seen_around(facts: Facts, frame: BaseGeometry, share: float) -> BaseGeometry:
    """The box of all that is drawn within a frame, which is widened by a share of its longer side."""
    west, south, east, north = frame.bounds
    longer = max(east - west, north - south)
    most = frame.buffer(share * longer, join_style="mitre")
    land = [shape for layer in ("boundary", "parcels") for shape in shapes_of(facts, layer)]
    shapes = [*land, *(shape for layer in AROUND_LAND for shape in shapes_of(facts, layer))]
    drawn = shapely.make_valid(np.array([one for one in shapes if not one.is_empty], dtype=object))
    seen = shapely.clip_by_rect(drawn, *most.bounds)
    if shapely.is_empty(seen).all():
        return frame
    whole = shapely.box(*shapely.total_bounds(seen[~shapely.is_empty(seen)]))
    return shapely.intersection(whole.buffer(AIR * longer, join_style="mitre"), most)


def surroundings(scene: Scene, over: ParcelGround | None = None) -> None:
    """Water, woods and rail; the legend names no water or woods that the filled parcels `over` them hide."""
    canvas = scene.canvas
    looks: dict[str, dict[str, Style]] = {
        "woodland": {"fill": WOOD},
        "water": {"fill": WATER, "stroke": WATER_LINE, "stroke_width": 0.12},
    }
    for layer, look in looks.items():
        shapes = scene.layer(layer)[1]
        canvas.shape("ground", only(shapes, 2), **look)
        if layer == "water":
            canvas.shape("ground", only(shapes, 1), stroke=WATER_LINE, stroke_width=0.4)
        if _stand_out(scene, shapes, None if over is None else over.shapes):
            scene.show(layer, 40, fill_swatch(str(look["fill"])))
    tracks = scene.layer("rail")[1]
    if len(tracks):
        canvas.shape("roads", tracks, stroke=RAIL, stroke_width=0.55)
        dashes: dict[str, Style] = {"stroke": "#ffffff", "stroke_dasharray": (1.6, 1.6)}
        canvas.shape("roads", tracks, stroke_width=0.32, **dashes)
        mark = line_swatch(stroke=RAIL, stroke_width=0.7) + line_swatch(stroke_width=0.4, **dashes)
        scene.show("rail", 41, mark)


def _stand_out(scene: Scene, shapes: NDArray[np.object_], over: NDArray[np.object_] | None) -> bool:
    """Whether more than a sliver of shapes is seen in the window beside those that lie over them."""
    drawn = shapes[~shapely.is_missing(shapes)]
    if over is None or not len(drawn):
        return bool(len(drawn))
    whole = scene.canvas.seen(shapely.union_all(shapely.make_valid(drawn)))
    hiding = over[shapely.intersects(over, whole)]
    rest = shapely.difference(whole, shapely.union_all(shapely.make_valid(hiding)))
    lines = sum(one.length for one in shapely.get_parts(rest) if shapely.get_dimensions(one) == 1)
    return lines > LEAST_SEEN_MM or not shapely.buffer(rest, -LEAST_SEEN_MM / 2).is_empty


def streets(scene: Scene, *, coloured: bool = False, classes: Sequence[str] = tuple(CLASSES)) -> None:
    """Streets by class: in grey, or in the colours of the street map with a legend."""
    rows, placed = scene.layer("streets")
    kinds = values(scene.facts.plan, "streets", "class")[rows]
    for kind in [*reversed(list(CLASSES)), None]:
        if kind is not None and kind not in classes:
            continue
        chosen = kinds == kind if kind is not None else ~np.isin(kinds.astype(str), list(CLASSES))
        shapes = placed[chosen]
        if not len(shapes):
            continue
        colour, casing, width = CLASSES[kind or "local"]
        width *= scene.canvas.k
        look: dict[str, Style] = {"stroke_linejoin": "round", "stroke_linecap": "round"}
        if casing:
            scene.canvas.shape(
                "roads", shapes, stroke=casing if coloured else GREY, stroke_width=width + 0.22, **look
            )
        inner = colour if coloured else "#ffffff" if casing else GREY
        scene.canvas.shape("roads", shapes, stroke=inner, stroke_width=width, **look)
        if coloured:
            said = scene.facts.view.words(f"street.{kind}") if kind else scene.say("legend.street_unknown")
            mark = svg.segment(
                0.3, 2, 7.7, 2, stroke=casing or colour, stroke_width=width + 0.4
            ) + svg.segment(0.3, 2, 7.7, 2, stroke=colour, stroke_width=width)
            scene.show(f"street {kind}", 12 + list(CLASSES).index(kind or "local"), mark, said)


def edge(scene: Scene) -> None:
    """The outline of the planned land."""
    whole = scene.facts.outline
    if whole is not None:
        parcelmap.edge(scene, whole, "plan_edge")


def shapes_of(facts: Facts, layer: str) -> list[BaseGeometry]:
    """The shapes of a layer that can be drawn."""
    frame = facts.plan.layer(layer) if facts.plan.has_layer(layer) else None
    if frame is None or not hasattr(frame, "geometry"):
        return []
    return [shape for shape in frame.geometry if shape is not None and np.isfinite(shape.bounds).all()]
