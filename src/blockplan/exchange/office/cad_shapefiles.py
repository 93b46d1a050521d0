"""
What CAD programs export as Shapefiles: all layers in one file, told by a field, and texts as points.

Such a file is taken apart into its layers, and the texts that stand in outlines become attributes of them, as
those of a drawing do.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from blockplan.exchange.office.drawing_content import DrawingText
from blockplan.exchange.office.labels import MOST_HAVE, NUMBER, Reader, attributes
from blockplan.exchange.office.mapping import IGNORED
from blockplan.exchange.office.messages import worded
from blockplan.exchange.office.network_lines import enclosed
from blockplan.exchange.office.recognise import geometry_kind, recognise
from blockplan.exchange.office.source import Findings, SourceLayer
from blockplan.exchange.office.values import is_blank, text_of

if TYPE_CHECKING:
    from blockplan.exchange.office.profile import Profile
    from blockplan.exchange.office.source import SourceReading

#: The field that tells the layer, and fields by which an export is known.
_LAYER = frozenset({"layer", "图层"})
_EXPORT = frozenset({"handle", "enthandle", "refname", "entity", "linetype", "linewt", "docname", "txtmemo"})
#: Outlines have texts of their own where so many stand in each, as a mean.
TEXTS_EACH = 1.5


def as_drawn(reading: SourceReading, profile: Profile) -> None:
    """Take exports of a drawing apart into its layers, and give outlines the texts that stand in them."""
    reading.layers = [part for layer in reading.layers for part in _layers_of(layer)]
    for layer in reading.layers:
        _closed_lines(layer, profile, reading.findings)
    points = [one for one in reading.layers if one.role is None and geometry_kind(one) == "point"]
    labels = [text for one in points for text in _texts_of(one, profile)]
    if not labels:
        return
    reader = Reader(profile, labels)
    for layer in reading.layers:
        if layer.role is None and geometry_kind(layer) == "polygon":
            _annotate(layer, labels, reader, profile, reading.findings)
            reading.findings += reader.read_letters(layer.file)
            reader.letters.clear()


def _layers_of(layer: SourceLayer) -> list[SourceLayer]:
    names = {name.lower(): name for name in layer.fields}
    field = next((names[one] for one in _LAYER if one in names), None)
    if not layer.drawn or field is None or not names.keys() & _EXPORT or not len(layer.frame):
        return [layer]
    of = [text_of(value) for value in layer.frame[field]]
    told = list(dict.fromkeys(of))
    if len(told) == 1:
        layer.title = layer.title or told[0]
        return [layer]
    return [
        SourceLayer(
            layer.file,
            name or layer.name,
            layer.frame[[one == name for one in of]].reset_index(drop=True),
            titles=layer.titles,
        )
        for name in told
    ]


def _closed_lines(layer: SourceLayer, profile: Profile, findings: Findings) -> None:
    """Lines that are known to be nothing, and as areas would be parcels: each has what it encloses."""
    if layer.role is not None or geometry_kind(layer) != "line" or recognise(layer, profile).role != IGNORED:
        return
    lines = [line for one in layer.frame.geometry for line in [shapely.line_merge(one)]]
    if not all(map(shapely.is_closed, lines)):
        return
    found = enclosed(lines)
    frame = layer.frame.iloc[[at for at, _ in found.areas]].reset_index(drop=True)
    frame = gpd.GeoDataFrame(frame, geometry=np.array([area for _, area in found.areas], dtype=object))
    made = replace(layer, frame=frame)
    if recognise(made, profile).role == "parcels":
        layer.frame = made.frame
        message = worded("closed_lines_taken_for_land", n=len(made.frame))
        findings.add("office-outline", "note", message, **layer.place)


def _texts_of(layer: SourceLayer, profile: Profile) -> list[DrawingText]:
    choice = recognise(layer, profile)
    text = choice.column("text") if choice.role == "labels" else None
    if text is None:
        return []
    frame = layer.frame
    return [
        DrawingText(layer.name, text_of(value), [(shape.x, shape.y)])
        for value, shape in zip(frame[text.field], frame.geometry, strict=True)
        if not is_blank(value) and shape.geom_type == "Point"
    ]


def _annotate(
    layer: SourceLayer,
    labels: list[DrawingText],
    reader: Reader,
    profile: Profile,
    findings: Findings,
) -> None:
    choice = recognise(layer, profile)
    unknown = choice.role == IGNORED
    if not unknown and (choice.role != "parcels" or choice.column("parcel_id") is not None):
        return
    rows, _ = attributes(layer.frame.geometry.to_numpy(), [], labels, [], reader)
    told = sum(map(len, rows))
    numbered = sum(NUMBER in row for row in rows)
    if numbered <= MOST_HAVE * len(rows) or (not unknown and told < TEXTS_EACH * len(rows)):
        return
    fields = [one for one in dict.fromkeys(field for row in rows for field in row) if one not in layer.fields]
    for field in fields:
        layer.frame[field] = [row.get(field) for row in rows]
    if unknown:
        layer.role = "parcels"
    message = worded("texts_in_outlines_give_fields", fields=", ".join(fields), n=numbered, total=len(rows))
    findings.add("office-number", "note", message, measured=float(numbered), **layer.place)
