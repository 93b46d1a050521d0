"""Labels on maps of the whole plan: words inside parcels, names of parts, signs and names of facilities."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.report.maps import svg
from blockplan.report.maps.basemap import ink_on
from blockplan.report.maps.canvas import symbol
from blockplan.report.maps.labels import Spots, around, beside, foot
from blockplan.report.maps.svg import INK, text_width
from blockplan.report.sheets import parcellabels
from blockplan.report.sheets.parcelmap import edge_band

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from blockplan.report.sheets.facts import Facility
    from blockplan.report.sheets.parcelmap import ParcelGround
    from blockplan.report.sheets.scene import Scene

#: Letters of a label inside a parcel, mm.
SIZES = (2.2, 1.9, 1.75)
#: How far from its sign a name stands that has a line to it, mm.
LEADERS_MM = (4.5, 7.0, 10.0, 14.0)
#: A name is clearly of the sign that is nearest to it where any other is so many times as far away.
CLEARLY = 1.2


def inside(
    scene: Scene, ground: ParcelGround, says: Sequence[str], colours: Sequence[str], *, count: bool = False
) -> None:
    """Write a word inside each parcel, small parcels first, in the largest letters that fit."""
    order = np.argsort(shapely.area(ground.shapes), kind="stable").tolist()
    for at in order:
        row = ground.rows[at]
        said = says[row]
        shape = scene.canvas.seen(ground.shapes[at])
        if not said or shape.is_empty or shape.area < text_width(said, SIZES[-1]) * SIZES[-1]:
            continue
        spots, canvas = scene.facts.spots(int(row), scene.canvas.cell, shape), scene.canvas
        if any(canvas.fit(spots, said, one * canvas.k, fill=ink_on(colours[row])) for one in SIZES) and count:
            scene.labelled.add(str(scene.facts.names[row]))


def names_of(scene: Scene, layer: str, size: float) -> None:
    """The name of each feature of a layer in its middle."""
    rows, placed = scene.layer(layer)
    names, ids = scene.facts.view.ground.names(layer), scene.facts.plan.layer(layer).index
    for shape, name, id_ in zip(placed, names.iloc[rows], ids[rows], strict=True):
        if shapely.get_dimensions(shape) != 2:
            continue
        seen = scene.canvas.seen(shape)
        if seen.is_empty or seen.area < 20:
            continue
        said, letters = str(name or id_), size * scene.canvas.k
        spots = Spots(seen)
        x, y = spots.centre
        near = [(x, y + step * letters) for step in (0, -1.5, 1.5, -3, 3, -5, 5, -8, 8, -11, 11)]
        scene.canvas.write([*near, *map(tuple, spots.points)], said, letters, fill=INK, weight="700")


def signs(scene: Scene, ground: ParcelGround, *, named: bool) -> None:
    """Signs of facilities where they lie; then, where asked for, names and sizes beside them."""
    canvas, k = scene.canvas, scene.canvas.k
    side = (3.8 if named else 3.2) * k
    placed_at: list[tuple[tuple[float, float], Facility, BaseGeometry | None]] = []
    where = {
        str(scene.facts.names[row]): shape for row, shape in zip(ground.rows, ground.shapes, strict=True)
    }
    for one in scene.facts.every_facility:
        home = where.get(one.parcel)
        placed = home if one.shape is None else canvas.on_paper([one.shape])[0]
        if placed is None:
            continue
        x, y = (
            Spots(placed).centre
            if shapely.get_dimensions(placed) == 2
            else tuple(shapely.get_coordinates(placed)[0])
        )
        if not canvas.box.contains(shapely.Point(x, y)):
            continue
        spot = canvas.labels.place(
            [(x, y), *beside(x, y, 0.1, side, side), *beside(x, y, side, side, side)], side, side
        )
        if spot is None:
            continue
        canvas.add("signs", symbol(one.service, *spot, side, fixed=one.fixed))
        parcellabels.sign_legend(scene, one)
        placed_at.append((spot, one, home))
    whole = canvas.on_paper([scene.facts.outline])[0] if scene.facts.outline is not None else None
    edge = None if whole is None else edge_band(whole)
    points = np.array([spot for spot, _, _ in placed_at], dtype=float).reshape(-1, 2)
    for at, (spot, one, home) in enumerate(placed_at if named else ()):
        said = [one.name, *parcellabels.facility_sizes(scene, one)[:1]]
        others = np.delete(points, at, axis=0)
        if len(said) == 1 or home is None or not _at_home(scene, spot, side, said, others, home):
            _name(
                scene,
                spot,
                side,
                (scene.say("facility.sized", name=said[0], size=said[1]) if said[1:] else said[0], one.name),
                others,
                edge,
            )


def _at_home(
    scene: Scene,
    spot: tuple[float, float],
    side: float,
    lines: Sequence[str],
    others: NDArray[np.float64],
    home: BaseGeometry,
) -> bool:
    """Write name and size in the facility's own parcel, in one line or two; False where there is no room."""
    canvas, size = scene.canvas, 2.0 * scene.canvas.k
    for said in ([scene.say("facility.sized", name=lines[0], size=lines[1])], list(lines)):
        width, height = max(text_width(line, size) for line in said) + 0.6, 1.15 * size * len(said)
        spots = beside(*spot, side / 2 + 0.2, width, height)
        boxes = _boxes(spots, width, height)
        fits = shapely.contains_properly(home, boxes) & _nearest(boxes, spot, others)
        found = canvas.labels.place([spots[at] for at in np.flatnonzero(fits)], width, height)
        if found is not None:
            left, top = found[0] - width / 2, found[1] - height / 2
            canvas.add("labels", svg.box(left, top, width, height, fill="#ffffff", fill_opacity=0.62))
            for at, line in enumerate(said):
                canvas.text(found[0], top + (at + 0.5) * 1.15 * size, line, size)
            return True
    return False


def _name(
    scene: Scene,
    spot: tuple[float, float],
    side: float,
    ways: tuple[str, str],
    others: NDArray[np.float64],
    edge: BaseGeometry | None,
) -> None:
    """
    Write the longest way to name a facility that has room beside its sign, if need be on the edge.

    A name nearer to another sign would be read as that one's: it stands farther off, with a line to its own.
    """
    canvas, size = scene.canvas, 2.0 * scene.canvas.k
    for said in dict.fromkeys(ways):
        width = text_width(said, size) + 0.6
        spots = [*beside(*spot, side / 2 + 0.2, width, size), *beside(*spot, side, width, size)]
        boxes = _boxes(spots, width, size)
        near = _nearest(boxes, spot, others)
        crosses = np.zeros(len(spots), dtype=bool) if edge is None else shapely.intersects(edge, boxes)
        order = [at for at in np.argsort(crosses, kind="stable") if near[at]]
        if canvas.write([spots[at] for at in order], said, size):
            return
        for x, y in around(*spot, width, size, [ring * canvas.k for ring in LEADERS_MM]):
            end = foot((x - width / 2, y - size / 2, x + width / 2, y + size / 2), spot)
            if (away := math.dist(end, spot)) < side:
                continue
            share = side * 0.75 / away
            rim = (spot[0] + (end[0] - spot[0]) * share, spot[1] + (end[1] - spot[1]) * share)
            if canvas.labels.clear_of_line(end, rim) and canvas.write([(x, y)], said, size):
                canvas.add("signs", svg.segment(*end, *rim, stroke=INK, stroke_width=0.12))
                return


def _nearest(
    boxes: NDArray[np.object_], spot: tuple[float, float], others: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which boxes are clearly nearer to a sign than to any other."""
    own = shapely.distance(boxes, shapely.Point(spot))
    signs = np.array(shapely.points(others), dtype=object)
    away = shapely.distance(boxes[:, None], signs[None, :])
    return np.array((away > CLEARLY * own[:, None]).all(axis=1), dtype=bool)


def _boxes(spots: Sequence[tuple[float, float]], width: float, height: float) -> NDArray[np.object_]:
    x, y = np.array(spots, dtype=float).T
    boxes: NDArray[np.object_] = shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return boxes
