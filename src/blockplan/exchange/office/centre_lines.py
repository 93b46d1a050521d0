"""Centre lines of streets that lie in a layer of other lines, told by a field (`DLZX-CG`, 支路中心线)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from blockplan.exchange.office.recognise import geometry_kind
from blockplan.exchange.office.source import SourceLayer
from blockplan.exchange.office.values import text_of

if TYPE_CHECKING:
    from blockplan.exchange.office.source import SourceReading

#: What a field says of a centre line of a street; of rails, rivers and pipes there are others.
CENTRE = re.compile(r"DLZX(?:[-_].*)?|.*(?:道路|干路|支路|街坊路|快速路|公路|街巷)(?:规划)?中(?:心)?线")


def centre_lines_apart(reading: SourceReading) -> None:
    """Make the centre lines of streets in a layer a layer of their own; one of nothing else has that role."""
    reading.layers = [part for layer in reading.layers for part in _parts(layer)]


def _parts(layer: SourceLayer) -> list[SourceLayer]:
    if layer.role is not None or geometry_kind(layer) != "line":
        return [layer]
    said: list[Any] = [
        [bool(CENTRE.fullmatch(text_of(value))) for value in layer.frame[name]] for name in layer.fields
    ]
    centre: list[bool] = max(said, key=sum, default=[])
    if not any(centre):
        return [layer]
    if all(centre):
        layer.role = "streets"
        return [layer]
    rest, streets = (
        SourceLayer(
            layer.file,
            name,
            layer.frame[[one is own for one in centre]].reset_index(drop=True),
            units=layer.units,
            titles=layer.titles,
            title=layer.title,
        )
        for name, own in ((layer.name, False), (f"{layer.name} 道路中心线", True))
    )
    streets.role = "streets"
    return [rest, streets]
