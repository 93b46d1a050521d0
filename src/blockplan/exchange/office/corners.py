"""Tables of corners (界址点成果表): rows of one number after another draw the outline of its parcel."""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from blockplan.exchange.office.recognise import recognise
from blockplan.exchange.office.source import SourceFinding, SourceLayer
from blockplan.exchange.office.titles import name_and_unit
from blockplan.exchange.office.values import is_blank, text_of

if TYPE_CHECKING:
    from blockplan.exchange.office.mapping import LayerChoice
    from blockplan.exchange.office.profile import Profile

#: So many corners enclose land; most of the numbers of a table must have them.
FEWEST, MOST = 3, 0.5


def draw_corners(layers: list[SourceLayer], profile: Profile, findings: list[SourceFinding]) -> None:
    """Put layers of the parcels that they draw for tables of corners; each is told."""
    east = set(profile.of_role("parcels")["x"].names)
    for at, layer in enumerate(layers):
        if not layer.drawn and east & {name_and_unit(name)[0] for name in layer.fields}:
            layers[at] = _drawn(layer, recognise(layer, profile), findings) or layer


def _drawn(layer: SourceLayer, choice: LayerChoice, findings: list[SourceFinding]) -> SourceLayer | None:
    number, east, north = (choice.column(column) for column in ("parcel_id", "x", "y"))
    if choice.role != "parcel_table" or number is None or east is None or north is None:
        return None
    # A number stands in the first row of its corners, or in each.
    numbers = layer.frame[number.field].map(lambda one: None if is_blank(one) else text_of(one)).ffill()
    places = [pd.to_numeric(layer.frame[one.field], errors="coerce") for one in (east, north)]
    rows = [row for row in zip(numbers, *places, strict=True) if row[0] and math.isfinite(row[1] + row[2])]
    rings = [(name, [row[1:] for row in many]) for name, many in groupby(rows, lambda row: row[0])]
    sound = [(name, ring) for name, ring in rings if len(ring) >= FEWEST]
    if not sound or len(sound) < MOST * len(rings):
        return None
    shapes: list[Any] = [shapely.Polygon(ring) for _, ring in sound]
    frame = gpd.GeoDataFrame({number.field: [name for name, _ in sound]}, geometry=shapes)
    made = SourceLayer(layer.file, layer.name, frame, remarks=layer.remarks, role="parcels")
    message = f"The table lists the corners of {len(sound)} parcels; their outlines were drawn from them."
    findings.append(SourceFinding(rule="office-outline", grade="note", message=message, **layer.place))
    for name, ring in rings:
        if len(ring) < FEWEST:
            message = f"Of {name} {len(ring)} corners are listed, which enclose no land; it was left out."
            findings.append(
                SourceFinding(rule="office-outline", grade="warning", message=message, **layer.place)
            )
    return made
