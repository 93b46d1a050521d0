"""
Writes the package: the plan's layers, a layer of verdicts, styles in three languages, the project.

What lies inside a GeoPackage for QGIS: a style of each layer in each language, and a project.

A layer that is added by itself takes its style from ``layer_styles``; the project shows all of them in
order, in the CRS of the plan.
"""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import shapely

from blockplan.errors import UsageError
from blockplan.figures import is_known
from blockplan.plan.files import formats
from blockplan.plan.files.archive import writing_file
from blockplan.plan.model.crs import plan_crs
from blockplan.plan.model.layers import LAYERS
from blockplan.report.features import residents_at, unit_of
from blockplan.report.qgis.styles import styles
from blockplan.report.qgis.symbols import GEOMETRIES, SUBLAYER, as_qml, labelled, parts
from blockplan.report.tables import measured, required, title
from blockplan.report.view import View
from blockplan.report.words import Words
from blockplan.texts import DEFAULT_LANGUAGE, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from pyproj import CRS

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan
    from blockplan.report.qgis.symbols import Style

#: Name of the layer of verdicts.
VERDICTS = "verdicts"
COLUMNS = (
    "rule", "title", "scope", "outcome", "measured", "required", "force", "layer", "id", "value", "unit",
    "residents",
)  # fmt: skip


def export(plan: Plan, result: CheckResult, path: Path | str, lang: str = DEFAULT_LANGUAGE) -> Path:
    """
    Write a plan and its verdicts as one GeoPackage that QGIS opens styled.

    Parameters
    ----------
    path
        A file that ends in ``.gpkg``; it is there whole or not at all.
    lang
        ``zh``, ``en`` or ``ja``: of the project and of the styles that are used by default. Styles in the
        other two languages lie beside them.

    Raises
    ------
    UsageError
        If the name does not end in ``.gpkg``, or there is no such language.
    PlanDataError
        If the file cannot be written.
    """
    place = Path(path)
    if place.suffix.lower() != ".gpkg":
        raise UsageError(f"{place} does not end in .gpkg. Name a GeoPackage, such as {place.stem}.gpkg.")
    views = {one: View(plan, result, Words(one)) for one in dict.fromkeys((lang, *LANGUAGES))}
    frames = _frames(plan) | {VERDICTS: _verdicts(views[lang])}
    with writing_file(place) as draft:
        formats.write_layers(frames, draft, crs=plan_crs(plan.manifest.crs))
        with closing(sqlite3.connect(draft)) as store, store:
            styled = {one: styles(view) for one, view in views.items()}
            view, crs = views[lang], plan_crs(plan.manifest.crs)
            put_inside(store, styled, lang, file=place.name, title=view.title, crs=crs, bounds=_bounds(view))
    return place


def _frames(plan: Plan) -> dict[str, pd.DataFrame]:
    """The layers as a package holds them: without columns of nothing but unknowns."""
    found = {}
    for name in [*(one for one in LAYERS if one in plan.layers), *sorted(set(plan.layers) - set(LAYERS))]:
        if name == VERDICTS:
            continue
        frame, spec = plan.layers[name].reset_index(drop=True), LAYERS.get(name)
        columns = [one for one in spec.columns if one != spec.id_column] if spec else []
        empty = [one for one in columns if one in frame and frame[one].isna().all()]
        found[name] = frame.drop(columns=empty)
    return found


def _verdicts(view: View) -> gpd.GeoDataFrame:
    """Who and what fails: a point a place that falls short; a verdict without places stands in the middle."""
    rows = list(_rows(view))
    table: dict[str, Any] = {key: [row[at] for row in rows] for at, key in enumerate(COLUMNS)}
    return gpd.GeoDataFrame(table, geometry=[row[-1] for row in rows], crs=plan_crs(view.plan.manifest.crs))


def _rows(view: View) -> Iterator[tuple[Any, ...]]:
    words, outline = view.words, view.plan.layer("boundary").geometry
    middle = shapely.point_on_surface(shapely.union_all(outline.to_numpy())) if len(outline) else None
    for one in view.result.verdicts:
        head = (
            one.rule, title(one, words), f"{one.scope_kind}:{one.scope_id}", one.outcome,
            measured(one, words), required(one, words), one.force,
        )  # fmt: skip
        for place in one.where:
            at = shapely.Point(place.x, place.y)
            people = residents_at(view.plan, place)
            unit = unit_of(one) if is_known(place.value) else ""
            yield (*head, place.layer, place.id, place.value, unit, people, at)
        if not one.where:
            yield (*head, "", "", None, "", one.affected_residents, middle)


def _bounds(view: View) -> tuple[float, ...]:
    return tuple(view.plan.layer("boundary").total_bounds) if view.ground.frame else (0.0, 0.0, 1.0, 1.0)


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
        Layer, or layer and geometry -> what it is called and its style, the uppermost first.
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
    for drawn, (name, style) in named.items():
        source, id_ = f"./{file}|layername={drawn}", ID + drawn.replace(SUBLAYER, "_")
        ET.SubElement(
            tree, "layer-tree-layer", id=id_, name=name, source=source, providerKey="ogr",
            checked="Qt::Checked" if style.shown else "Qt::Unchecked",
            expanded="1" if style.attribute else "0",
        )  # fmt: skip
        layers.append(_layer(id_, name, source, style, crs))
        ET.SubElement(order, "layer", id=id_)
    text = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root, "unicode")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("blockplan.qgs", PROJECT_MOMENT), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _layer(id_: str, name: str, source: str, style: Style, crs: CRS | None) -> ET.Element:
    kind = GEOMETRIES[style.kind].removesuffix("String")
    found = ET.Element("maplayer", {"type": "vector", "geometry": kind, **labelled(style)})
    ET.SubElement(found, "id").text = id_
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
        Language -> layer, or layer and geometry (``accesses|geometrytype=Point``) -> what it is called and
        its style, the uppermost first; a layer that the package does not hold is passed over. Of several
        styles of a layer the first is the one that is used by default.
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
        seen = set()
        for drawn, (_, style) in layers.items():
            layer, _, part = drawn.partition(SUBLAYER)
            if layer in geometries:
                default = one == lang and layer not in seen
                seen.add(layer)
                name = f"{layer} {one} {part}".rstrip()
                row = ("", "", layer, geometries[layer], name, as_qml(style), default, MOMENT)
                store.execute(
                    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
                    "f_geometry_column, styleName, styleQML, useAsDefault, update_time) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    row,
                )
    named = {drawn: one for drawn, one in styled[lang].items() if drawn.partition(SUBLAYER)[0] in geometries}
    content = project(title, file, named, crs, bounds)
    made = json.dumps({"last_modified_time": MOMENT, "last_modified_user": "Blockplan"})
    store.execute("INSERT INTO qgis_projects VALUES (?, ?, ?)", (PROJECT, made, content.hex()))
