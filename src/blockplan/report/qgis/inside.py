"""
What lies inside a GeoPackage for QGIS: a style of each layer in each language, and a project.

A layer that is added by itself takes its style from ``layer_styles``; the project shows all of them in
order, in the CRS of the plan.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from blockplan.report.qgis.symbols import FILL, LINE, MARKER, as_qml, labelled, parts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from pyproj import CRS

    from blockplan.report.qgis.symbols import Style

#: Name of the project.
PROJECT = "blockplan"
MOMENT = "1980-01-01T00:00:00.000Z"
STYLES_TABLE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)
"""
PROJECTS_TABLE = "CREATE TABLE qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB)"
GEOMETRIES = {FILL: "Polygon", LINE: "Line", MARKER: "Point"}
#: QGIS takes no id of ten letters or fewer.
ID = "blockplan_layer_"
#: Entries of an archive bear this moment, so that the same plan gives the same bytes.
PROJECT_MOMENT = (1980, 1, 1, 0, 0, 0)


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
            checked="Qt::Checked" if style.shown else "Qt::Unchecked",
            expanded="1" if style.attribute else "0",
        )  # fmt: skip
        layers.append(_layer(layer, name, source, style, crs))
        ET.SubElement(order, "layer", id=ID + layer)
    text = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root, "unicode")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("blockplan.qgs", PROJECT_MOMENT), text, zipfile.ZIP_DEFLATED)
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


def put_inside(  # noqa: PLR0913 (where, what, and what a project needs)
    store: sqlite3.Connection,
    styled: Mapping[str, Mapping[str, tuple[str, Style]]],
    lang: str,
    *,
    file: str,
    title: str,
    crs: CRS | None,
    bounds: tuple[float, ...],
) -> None:
    """
    Put styles and a project into an open GeoPackage.

    Parameters
    ----------
    styled
        Language -> layer -> what it is called and its style, the uppermost first; a layer that the package
        does not hold is passed over.
    lang
        Language of the styles that are used by default, and of the project.
    file
        Name of the GeoPackage.
    bounds
        West, south, east and north of the view when the project is opened.
    """
    geometries = dict(store.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    store.execute(STYLES_TABLE)
    store.execute(PROJECTS_TABLE)
    store.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)",
        (MOMENT,),
    )
    for one, layers in styled.items():
        for layer, (_, style) in layers.items():
            if layer in geometries:
                row = ("", "", layer, geometries[layer], f"{layer} {one}", as_qml(style), one == lang, MOMENT)
                store.execute(
                    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
                    "f_geometry_column, styleName, styleQML, useAsDefault, update_time) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    row,
                )
    named = {layer: one for layer, one in styled[lang].items() if layer in geometries}
    content = project(title, file, named, crs, bounds)
    made = json.dumps({"last_modified_time": MOMENT, "last_modified_user": "Blockplan"})
    store.execute("INSERT INTO qgis_projects VALUES (?, ?, ?)", (PROJECT, made, content.hex()))
