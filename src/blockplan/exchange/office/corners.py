"""Tables of corners (界址点成果表): rows of one number after another draw the outline of its parcel."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockplan.exchange.office.recognise import recognise
from blockplan.exchange.office.source import ROW, Findings, SourceLayer
from blockplan.exchange.office.titles import name_and_unit
from blockplan.exchange.office.values import is_blank, text_of

if TYPE_CHECKING:
    from blockplan.exchange.office.mapping import LayerChoice
    from blockplan.exchange.office.profile import Profile

#: So many corners enclose land; most of the numbers of a table must have them.
FEWEST, MOST = 3, 0.5


def draw_corners(layers: list[SourceLayer], profile: Profile, findings: Findings) -> None:
    """Put layers of the parcels that they draw for tables of corners; each is told."""
    east = set(profile.of_role("parcels")["x"].names)
    for at, layer in enumerate(layers):
        if not layer.drawn and east & {name_and_unit(name)[0] for name in layer.fields}:
            layers[at] = _drawn(layer, recognise(layer, profile), findings) or layer


def _drawn(layer: SourceLayer, choice: LayerChoice, findings: Findings) -> SourceLayer | None:
    number, east, north = (choice.column(column) for column in ("parcel_id", "x", "y"))
    if choice.role != "parcel_table" or number is None or east is None or north is None:
        return None
    # A number stands in the first row of its corners, or in each.
    numbers = layer.frame[number.field].map(lambda one: None if is_blank(one) else text_of(one)).ffill()
    own = [number.field, east.field, north.field]
    places = layer.frame[own[1:]].apply(pd.to_numeric, errors="coerce").to_numpy(float)
    finite = np.isfinite(places).all(axis=1)
    others = [field for field in layer.fields if field not in own]
    marks = [field for field in others if not layer.frame.loc[finite, field].map(is_blank).any()]
    rings, faults = [], []
    for name, rows in groupby(range(len(numbers)), lambda at: numbers.iloc[at]):
        there = list(rows)
        ring = [at for at in there if finite[at]]
        if not name or not ring:
            continue
        lacking = [at for at in there if not finite[at] and _is_corner(layer.frame.iloc[at], own[1:], marks)]
        rings.append((name, there, places[ring]))
        if lacking:
            at = lacking[0]
            line = layer.frame[ROW].iloc[at] if ROW in layer.frame else at + 1
            faults.append((name, f"Of {name} the corner in row {line} has no coordinates"))
        elif len(ring) < FEWEST:
            faults.append((name, f"Of {name} {len(ring)} corners are listed, which enclose no land"))
    left = {name for name, _ in faults}
    sound = [one for one in rings if one[0] not in left]
    if not sound or len(sound) < MOST * len(rings):
        return None
    shapes: list[Any] = [shapely.Polygon(ring) for *_, ring in sound]
    table: dict[str, Any] = {number.field: [name for name, *_ in sound]}
    for field in others:
        said = [[one for one in layer.frame[field].iloc[there] if not is_blank(one)] for _, there, _ in sound]
        # (what differs from corner to corner is of the corner)
        if any(len(set(map(text_of, one))) == 1 for one in said):
            table[field] = [next(iter(one), None) for one in said]
    frame = gpd.GeoDataFrame(table, geometry=shapes)
    made = SourceLayer(
        layer.file, layer.name, frame, layer.units, layer.titles, remarks=layer.remarks, role="parcels"
    )
    message = f"The table lists the corners of {len(sound)} parcels; their outlines were drawn from them."
    findings.add("office-outline", "note", message, **layer.place)
    for _, why in faults:
        message = f"{why}; it was left out."
        findings.add("office-outline", "warning", message, **layer.place)
    return made


def _is_corner(row: pd.Series[Any], places: list[str], marks: list[str]) -> bool:
    """Whether a row without both coordinates is a corner: it says one of them, or a corner's mark (`J3`)."""
    one_said = not all(is_blank(row[name]) for name in places)
    return one_said or any(re.fullmatch(r"[A-Za-z]*\d{1,3}", text_of(row[name])) for name in marks)
