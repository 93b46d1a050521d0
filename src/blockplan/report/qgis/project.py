"""The QGIS project that lies inside the package: its layers in order, styled, in the plan's CRS."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from blockplan.report.qgis.symbols import FILL, LINE, MARKER, labelled, parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyproj import CRS

    from blockplan.report.qgis.symbols import Style

GEOMETRIES = {FILL: "Polygon", LINE: "Line", MARKER: "Point"}
#: QGIS takes no id of ten letters or fewer.
ID = "blockplan_layer_"
#: Entries of an archive bear this moment, so that the same plan gives the same bytes.
MOMENT = (1980, 1, 1, 0, 0, 0)


def project(
    title: str, file: str, named: Mapping[str, tuple[str, Style]], crs: CRS | None, bounds: tuple[float, ...]
) -> bytes:
    """
    A project as a ``.qgz`` archive.

    Parameters
    ----------
    file
        Name of the GeoPackage that the project lies in; its layers are found beside the project.
    named
        Layer -> what it is called and its style, the uppermost first.
    bounds
        West, south, east and north of the view when it is opened.
    """
    root = ET.Element("qgis", projectname=title, version="3.34.0")
    ET.SubElement(root, "title").text = title
    ET.SubElement(root, "projectCrs").append(_crs(crs))
    of_crs = ET.SubElement(ET.SubElement(root, "properties"), "SpatialRefSys")
    ET.SubElement(of_crs, "ProjectionsEnabled", type="int").text = "1"
    tree = ET.SubElement(root, "layer-tree-group")
    canvas = ET.SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    ET.SubElement(canvas, "units").text = "meters"
    extent = ET.SubElement(canvas, "extent")
    for key, value in zip(("xmin", "ymin", "xmax", "ymax"), bounds, strict=False):
        ET.SubElement(extent, key).text = str(value)
    ET.SubElement(canvas, "destinationsrs").append(_crs(crs))
    layers, order = ET.SubElement(root, "projectlayers"), ET.SubElement(root, "layerorder")
    for layer, (name, style) in named.items():
        source = f"./{file}|layername={layer}"
        ET.SubElement(
            tree, "layer-tree-layer", id=ID + layer, name=name, source=source, providerKey="ogr",
            checked="Qt::Checked", expanded="1" if layer in {"verdicts", "parcels"} else "0",
        )  # fmt: skip
        layers.append(_layer(layer, name, source, style, crs))
        ET.SubElement(order, "layer", id=ID + layer)
    text = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root, "unicode")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("blockplan.qgs", MOMENT), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _layer(layer: str, name: str, source: str, style: Style, crs: CRS | None) -> ET.Element:
    kind = GEOMETRIES[style.categories[0].symbol.kind]
    found = ET.Element("maplayer", {"type": "vector", "geometry": kind, **labelled(style)})
    ET.SubElement(found, "id").text = ID + layer
    ET.SubElement(found, "datasource").text = source
    ET.SubElement(found, "layername").text = name
    ET.SubElement(found, "srs").append(_crs(crs))
    ET.SubElement(found, "provider", encoding="UTF-8").text = "ogr"
    for part in parts(style):
        found.append(part)
    return found


def _crs(crs: CRS | None) -> ET.Element:
    found = ET.Element("spatialrefsys", nativeFormat="Wkt")
    if crs is not None:
        ET.SubElement(found, "wkt").text = crs.to_wkt("WKT2_2019")
        authority = crs.to_authority()
        ET.SubElement(found, "authid").text = ":".join(authority) if authority else ""
    return found
