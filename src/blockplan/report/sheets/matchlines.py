"""Where a control sheet goes on: match lines of a cut subblock, and the numbers of the sheets around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from blockplan.report.maps import svg
from blockplan.report.maps.drawing import line_swatch
from blockplan.report.maps.svg import INK, text_width
from blockplan.report.sheets.parcelmap import EDGE_MM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

    from blockplan.report.maps.svg import Style
    from blockplan.report.sheets.extents import Extent
    from blockplan.report.sheets.scene import Scene

#: A match line is shown where at least so much of it is straight ahead of the other piece, mm.
LEAST_MM = 3.0
#: Two sheets share land from this much, mm2; what one has beside the other is wider than twice this, mm.
SHARED_MM2, SLIVER_MM = 1.0, 0.05
#: The number of a sheet is tried at so many places along the line, and so far from it, mm.
STEPS, AWAY_MM = 9, (2.6, 4.0, 6.0, 9.0)
LOOK: dict[str, Style] = {
    "stroke": INK,
    "stroke_width": 0.6,
    "stroke_dasharray": (3.4, 0.8, 0.6, 0.8, 0.6, 0.8),
}


def match_lines(scene: Scene, extent: Extent, others: Sequence[Extent]) -> BaseGeometry | None:
    """
    The lines along which a piece meets the other pieces of its subblock.

    Returns
    -------
    BaseGeometry or None
        The lines on paper, where there are any: the edge of the sheet's land is not drawn there.
    """
    land = scene.canvas.on_paper([extent.shape])[0]
    if land is None:
        return None
    lines = [
        line
        for one in others
        if one.whole and one.whole == extent.whole and one.id != extent.id
        for line in shapely.get_parts(_towards(scene, land, one))
        if line.length >= LEAST_MM
    ]
    if not lines:
        return None
    scene.canvas.shape("lines", lines, **LOOK)
    scene.show("match_line", 10, line_swatch(**LOOK))
    return shapely.union_all(lines)


def numbers(scene: Scene, extent: Extent, others: Sequence[Extent]) -> None:
    """The number of each sheet around, on its own land, beside the line that it is met along."""
    land = scene.canvas.on_paper([extent.shape])[0]
    if land is None:
        return
    size = 2.2 * scene.canvas.k
    keep_clear = shapely.buffer(land, EDGE_MM)
    shapely.prepare(keep_clear)
    for one in others:
        line = _towards(scene, land, one)
        said = scene.say("legend.adjoins", number=one.number)
        long, high = text_width(said, size) + 0.6, 1.2 * size
        for x, y, turned in _places(line, keep_clear, long, high):
            wide, tall = (high, long) if turned else (long, high)
            if scene.canvas.labels.place([(x, y)], wide, tall):
                turn: dict[str, Style] = {"rotate": -90.0} if turned else {}
                ground = svg.box(x - wide / 2, y - tall / 2, wide, tall, fill="#ffffff", fill_opacity=0.62)
                scene.canvas.add("labels", ground)
                scene.canvas.text(x, y, said, size, fill=INK, weight="700", **turn)
                break


def _towards(scene: Scene, land: BaseGeometry, other: Extent) -> BaseGeometry:
    """
    The part of the edge of land that lies along another sheet's land, in the window, as joined lines.

    What both sheets show (street land between them) goes on where the other one alone has land.
    """
    there = scene.canvas.on_paper([other.shape])[0]
    if there is None:
        return shapely.LineString()
    if shapely.intersection(land, there).area > SHARED_MM2:
        there = shapely.buffer(shapely.difference(there, land), -SLIVER_MM, join_style="mitre")
        if there.is_empty:
            return shapely.LineString()
    gap = shapely.distance(land, there)
    near = shapely.buffer(there, gap + 0.5, join_style="mitre")
    edge = shapely.intersection(shapely.boundary(land), shapely.intersection(near, scene.canvas.box))
    lines = [one for one in shapely.get_parts(edge) if shapely.get_dimensions(one) == 1]
    return shapely.line_merge(shapely.union_all(lines)) if lines else shapely.LineString()


def _places(
    line: BaseGeometry, keep_clear: BaseGeometry, long: float, high: float
) -> Iterator[tuple[float, float, bool]]:
    """Centres of a text outside land along a line, from the middle of its longest part; if it is turned."""
    parts = [one for one in shapely.get_parts(line) if one.length > 0]
    if not parts:
        return
    longest = max(parts, key=lambda one: one.length)
    shares = sorted(((at + 0.5) / STEPS for at in range(STEPS)), key=lambda share: abs(share - 0.5))
    for away in AWAY_MM:
        for share in shares:
            at = longest.interpolate(share, normalized=True)
            spots = (
                (at.x, at.y + away, False),
                (at.x, at.y - away, False),
                (at.x + away, at.y, True),
                (at.x - away, at.y, True),
            )
            for x, y, turned in spots:
                wide, tall = (high, long) if turned else (long, high)
                box = shapely.box(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
                if not keep_clear.intersects(box):
                    yield x, y, turned
