"""
KML of Google Earth and of GIS programs: placemarks of each folder are a layer, in degrees of WGS 84.

Fields are those of the placemarks' own data (``Data``, ``SimpleData``) and of the table in the balloon, where
a GIS wrote its attributes. GDAL spells every sign of a name that is not ASCII as ``_``, so that two Chinese
names of one length become one field; so it is not used here.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import shapely

from blockplan.errors import PlanDataError
from blockplan.exchange.office.messages import refused, worded
from blockplan.exchange.office.source import SourceLayer, SourceReading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Folders in folders to this depth.
DEEPEST = 64
#: A row of two cells in the table that a GIS writes into a placemark's balloon.
_PAIR = re.compile(r"<td[^>]*>([^<]*)</td>\s*<td[^>]*>([^<]*)</td>\s*</tr>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
#: Values of a balloon that say that there is none.
_NOTHING = frozenset({"", "<null>", "null"})


def read_kml(path: Path, label: str, _known: Any = None) -> SourceReading:
    """
    A layer for each folder that holds placemarks, named after it.

    Raises
    ------
    PlanDataError
        If the file is no KML, or declares a document type, which KML has no use for.
    """
    data = path.read_bytes()
    plain = data.replace(b"\0", b"")  # as UTF-16 writes each sign
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise refused(PlanDataError, "kml_declares_entities", file=label)
    try:
        root = ET.fromstring(data)  # noqa: S314 (no entities, by the lines above)
    except (ET.ParseError, ValueError, LookupError) as error:
        raise refused(PlanDataError, "cannot_be_read_as_kml_it", file=label, error=error) from None
    found: dict[str, list[tuple[dict[str, str], Any]]] = {}
    lacking = 0
    for folder, placemark in _placemarks(root, path.stem, 0):
        shape = _shape(placemark)
        if shape is None:
            lacking += 1
        else:
            found.setdefault(folder, []).append((_fields(placemark), shape))
    reading = SourceReading()
    for name, features in found.items():
        columns = list(dict.fromkeys(column for row, _ in features for column in row))
        table = {column: [row.get(column) for row, _ in features] for column in columns}
        shapes = np.array([shape for _, shape in features], dtype=object)
        reading.layers.append(SourceLayer(label, name, gpd.GeoDataFrame(table, geometry=shapes, crs=4326)))
    if lacking:
        message = worded("placemarks_without_shape", n=lacking)
        reading.findings.add("office-geometry", "warning", message, file=label, measured=float(lacking))
    return reading


def _placemarks(node: ET.Element, folder: str, depth: int) -> Iterator[tuple[str, ET.Element]]:
    """Placemarks with the name of the folder in which they lie."""
    for child in node:
        kind = _local(child)
        if kind == "Placemark":
            yield folder, child
        elif kind in {"Document", "Folder"} and depth < DEEPEST:
            yield from _placemarks(child, _text(child, "name") or folder, depth + 1)


def _local(node: ET.Element) -> str:
    return str(node.tag).rpartition("}")[2]


def _text(node: ET.Element, name: str) -> str:
    return next(((child.text or "").strip() for child in node if _local(child) == name), "")


def _fields(placemark: ET.Element) -> dict[str, str]:
    fields = {"name": name} if (name := _text(placemark, "name")) else {}
    balloon = _text(placemark, "description")
    pairs = [tuple(html.unescape(one).strip() for one in pair) for pair in _PAIR.findall(balloon)]
    for name, value in pairs:
        if name and value.lower() not in _NOTHING:
            fields[name] = value
    if not pairs and (plain := html.unescape(_TAG.sub(" ", balloon)).strip()):
        fields["description"] = plain
    for node in placemark.iter():
        if _local(node) in {"Data", "SimpleData"} and node.get("name"):
            value = _text(node, "value") if _local(node) == "Data" else (node.text or "").strip()
            if value.lower() not in _NOTHING:
                fields[str(node.get("name"))] = value
    return fields


def _shape(placemark: ET.Element) -> Any:
    """The geometry of a placemark, several parts together; None where it draws nothing that can be read."""
    parts = [
        part
        for node in placemark.iter()
        if _local(node) in {"Polygon", "LineString", "Point"} and (part := _part(node)) is not None
    ]
    if len(parts) < 2:
        return parts[0] if parts else None
    kinds = {part.geom_type for part in parts}
    largest = max(kinds, key=["Point", "LineString", "Polygon"].index)
    # A label's point beside an area is no part of it.
    return shapely.union_all(shapely.make_valid([part for part in parts if part.geom_type == largest]))


def _part(node: ET.Element) -> Any:
    kind = _local(node)
    try:
        if kind == "Point":
            return shapely.Point(_points(node)[0])
        if kind == "LineString":
            return shapely.LineString(_points(node))
        rings = {"outerBoundaryIs": [], "innerBoundaryIs": []}  # type: dict[str, list[Any]]
        for side in node:
            if _local(side) in rings:
                rings[_local(side)] += [_points(one) for one in side.iter() if _local(one) == "LinearRing"]
        return shapely.Polygon(rings["outerBoundaryIs"][0], rings["innerBoundaryIs"])
    except (ValueError, IndexError, shapely.errors.ShapelyError):
        return None


def _points(node: ET.Element) -> list[tuple[float, float]]:
    written = [one.split(",") for one in _text(node, "coordinates").split()]
    return [(float(one[0]), float(one[1])) for one in written]
