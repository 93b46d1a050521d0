"""Names of streets on a small map: each once, along what is seen of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.report.maps import svg
from blockplan.report.maps.labels import along

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

    from blockplan.report.maps.drawing import MapCanvas
    from blockplan.report.maps.labels import Box

LETTERS_MM = 2.7
#: Where along a street its name is tried, in shares of what is seen of it.
SHARES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.12, 0.88)
#: A street that goes up more steeply than this reads downwards where its letters can.
STEEP = 1.4
#: Letters from here on stand upright below one another.
UPRIGHT = 0x2E80
#: Signs that lie on their side in a name that reads downwards, and kana that stand up and to the right there.
TURNED, SMALL_KANA = "ー〜～－（）「」", "ァィゥェォッャュョヮヵヶぁぃぅぇぉっゃゅょゎ"


def street_names(canvas: MapCanvas) -> None:
    """Write the name of each street of the window where there is room, longest streets first."""
    rows, placed = canvas.layer(canvas.ground, "streets")
    names = canvas.ground.names("streets").to_numpy()
    lines: dict[str, list[BaseGeometry]] = {}
    for row, shape in zip(rows, placed, strict=True):
        if shape is not None and names[row]:
            lines.setdefault(str(names[row]), []).append(shape)
    seen = {said: _seen(canvas, parts) for said, parts in lines.items()}
    for said, ways in sorted(seen.items(), key=lambda one: -max((way.length for way in one[1]), default=0.0)):
        any(_written(canvas, way, share, said) for way in ways for share in SHARES)


def _seen(canvas: MapCanvas, parts: list[BaseGeometry]) -> list[BaseGeometry]:
    """The lines of a street as far as the window shows them, the longest first."""
    joined = shapely.intersection(shapely.union_all(np.array(parts, dtype=object)), canvas.box)
    lines = [one for one in shapely.get_parts(joined) if one.geom_type == "LineString"]
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    return sorted(merged, key=lambda one: -one.length)


def _written(canvas: MapCanvas, way: BaseGeometry, share: float, said: str) -> bool:
    """Write a name at a share of a line; False where there is no room."""
    size = LETTERS_MM * canvas.mm
    wide, at = svg.text_width(said, size), share * way.length
    if min(at, way.length - at) < wide / 2:
        return False
    x, y, angle, boxes = along(way, [wide], size, at)
    pieces = [(x, y, said)]
    if abs(angle) > np.degrees(np.arctan(STEEP)) and all(ord(one) >= UPRIGHT for one in said):
        pieces, angle = list(_stacked(x, y, said, size)), 0.0
        boxes = [(x - size / 2, y - size / 2, x + size / 2, y + size / 2) for x, y, _ in pieces]
    if not _free(canvas, boxes):
        return False
    for x, y, piece in pieces:
        up, turned = set_down(piece, size)
        canvas.add("labels", svg.label(x + up, y - up, piece, size, rotate=angle or turned))
    return True


def set_down(letter: str, size: float) -> tuple[float, float]:
    """How far up and to the right a letter stands in a name that reads downwards, and its turn in degrees."""
    return size / 8 if letter in SMALL_KANA else 0.0, 90.0 if letter in TURNED else 0.0


def _stacked(x: float, y: float, said: str, size: float) -> Iterator[tuple[float, float, str]]:
    """The letters of a name below one another around a point."""
    step = 1.1 * size
    for number, letter in enumerate(said):
        yield x, y + (number - (len(said) - 1) / 2) * step, letter


def _free(canvas: MapCanvas, boxes: list[Box]) -> bool:
    """Take boxes where all of them are free."""
    if not canvas.labels.free(*boxes):
        return False
    canvas.labels.take(*boxes)
    return True
