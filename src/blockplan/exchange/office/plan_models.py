"""
Plans in GML after a published data model (XPlanGML, urf): which class holds what, and what its codes say.

A model is a table beside this module: namespace, classes that tile the land, bounds, lines, words of codes.
What no layer of a plan holds (symbols, protected areas, planting) is left out by name and number. GML
of any other kind gives its layers as they are, to be recognised.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from blockplan.errors import MappingError
from blockplan.exchange.office.mapping import IGNORED
from blockplan.exchange.office.messages import worded
from blockplan.exchange.office.source import Findings, SourceLayer, SourceReading
from blockplan.exchange.office.vectors import gdal_option, layer_frame, layer_names
from blockplan.yamlfile import read_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from blockplan.exchange.summary import ImportSummary

#: The namespaces of a file stand in its first element.
_HEAD_BYTES = 20_000
#: Attributes of GML itself, which say nothing of a plan.
_TECHNICAL = re.compile(r"gml_id|.*_(?:href|uom|codeSpace|srsName)|(?:lower|upper)Corner")
#: A feature may reach beyond its part, and an envelope beyond its zone, by so much, m (the standard's own).
OUTSIDE_M = 0.001
_ZONE_M = 0.002


@dataclass(frozen=True, slots=True)
class PlanModel:
    """
    A published data model of plans, as its table states it.

    Attributes
    ----------
    parcels
        ``tile``: each area that must tile the land (`tile`: its field, and that of its level) is a
        parcel; ``first``: the features of the first class of `first` that the file holds.
    parts, wholes
        Classes whose areas bound the plan: those of its parts, else of the whole.
    envelopes
        ``class`` of building envelopes, zones that they lie ``on``, and fields that only one of both
        may state (``once``); empty where the model has none.
    layers
        Role of a layer -> classes.
    tiles
        Classes of `first` whose land has no gaps, as use districts hold their streets.
    beside
        Classes of symbols and texts of the drawing.
    left_out
        Fields of parcels that say nothing of their land.
    uses
        Class -> its word, and the fields whose code says more (after ``list`` where that is another).
    """

    id: str
    title: str
    namespace: str
    parcels: str
    use_field: str
    uses: dict[str, dict[str, Any]]
    codes: dict[str, dict[str, str]]
    tile: dict[str, str] = field(default_factory=dict)
    first: Sequence[str] = ()
    parts: Sequence[str] = ()
    wholes: Sequence[str] = ()
    envelopes: dict[str, Any] = field(default_factory=dict)
    layers: dict[str, list[str]] = field(default_factory=dict)
    beside: Sequence[str] = ()
    left_out: Sequence[str] = ()
    tiles: Sequence[str] = ()


@cache
def models() -> tuple[PlanModel, ...]:
    """The models whose tables lie beside this module."""
    folder = Path(str(resources.files("blockplan.exchange.office").joinpath("plan_models")))
    return tuple(PlanModel(**read_map(file, MappingError)) for file in sorted(folder.glob("*.yaml")))


def read_gml(path: Path, label: str, _known: Any = None) -> SourceReading:
    """
    The layers of a GML file: in the roles of its model, or as they are where it follows none of them.

    Raises
    ------
    PlanDataError
        If GDAL cannot read the file.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES).decode("utf-8", "replace")
    model = next((one for one in models() if one.namespace in head), None)
    reading = SourceReading()
    frames = gml_frames(path, label, reading)
    if model is None:
        reading.layers += [SourceLayer(label, name, frame) for name, frame in frames.items()]
    else:
        reading.classes = {name: (len(frame), _square_metres(frame)) for name, frame in frames.items()}
        _sort(reading, model, label, frames)
    return reading


def in_classes(summary: ImportSummary, reading: SourceReading) -> ImportSummary:
    """The summary with the classes of files after a data model beside the layers of the plan."""
    counts = {name: n for name, (n, _) in reading.classes.items()}
    areas = {name: round(area, 2) for name, (_, area) in reading.classes.items() if area}
    return replace(
        summary,
        features={**summary.features, **counts},
        area_m2_by_class={**summary.area_m2_by_class, **areas},
    )


def _square_metres(frame: pd.DataFrame) -> float:
    """Area of the features of a class, on the ellipsoid where they are in degrees."""
    if not isinstance(frame, gpd.GeoDataFrame) or not len(frame):
        return 0.0
    if frame.crs is None or not frame.crs.is_geographic:
        return float(frame.geometry.area.sum())
    geod = frame.crs.get_geod()
    return float(sum(abs(geod.geometry_area_perimeter(shape)[0]) for shape in frame.geometry))


def gml_frames(
    path: Path, label: str, reading: SourceReading, *, references: bool = False
) -> dict[str, pd.DataFrame]:
    """
    Class -> its features, in the file's own coordinates; arcs become short lines.

    Parameters
    ----------
    references
        Whether fields say what a feature points at (``gehoertZuBereich_href``).

    Raises
    ------
    PlanDataError
        If GDAL cannot read the file.
    """
    with (
        tempfile.TemporaryDirectory(prefix="blockplan-") as folder,
        gdal_option("GML_DOWNLOAD_SCHEMA", "NO"),
        gdal_option("GML_ATTRIBUTES_TO_OGR_FIELDS", "YES" if references else "NO"),
    ):
        # GDAL writes what it learns of the classes beside the file, which is not ours.
        copy = Path(shutil.copy(path, folder))
        return {name: layer_frame(copy, label, name, reading) for name in layer_names(copy)}


def _sort(reading: SourceReading, model: PlanModel, label: str, frames: dict[str, pd.DataFrame]) -> None:
    """Every feature into the layer that the model gives it, or into one that is left out with a reason."""
    left = {name: frame for name, frame in frames.items() if len(frame)}
    bound = _bound(model, left)
    if bound is not None:
        reading.layers.append(SourceLayer(label, *bound, role="boundary"))
    parcels = []
    for name in list(left):
        own = tiling(model, name, left)
        if own is not None and own.any():
            parcels.append(_with_use(model, name, left[name][own]))
            left[name] = left[name][~own]
    if parcels:
        frame = gpd.GeoDataFrame(pd.concat(parcels, ignore_index=True), crs=parcels[0].crs)
        name = f"{model.title}: land"
        tiles = model.parcels == "tile" or set(frame["class"]) <= set(model.tiles)
        reading.layers.append(SourceLayer(label, name, frame, role="parcels", tiles=tiles))
        _contained(reading, model, label, frames, bound)
        reading.findings += stated_twice(model, label, frames)
    for role, classes in model.layers.items():
        for name in classes:
            if len(left.get(name, ())):
                reading.layers.append(SourceLayer(label, name, left.pop(name), role=role))
    bounds = {*model.parts, *model.wholes}
    for name, frame in left.items():
        if name in bounds or not len(frame):
            continue
        beside = name in model.beside
        why = worded("texts_and_signs_of_the_drawing") if beside else worded("layer_over_the_land")
        layer = SourceLayer(label, name, frame, role=IGNORED, why=why)
        reading.layers.append(layer)
        message = worded("features_left_out", n=len(frame), total=len(frames[name]), name=name, why=why)
        reading.findings.add(
            "office-layer",
            "note" if beside else "warning",
            message,
            measured=float(len(frame)),
            **layer.place,
        )


def _drawn(frames: dict[str, pd.DataFrame], classes: Iterable[str]) -> list[tuple[str, gpd.GeoDataFrame]]:
    return [
        (name, frames[name])
        for name in classes
        if isinstance(frames.get(name), gpd.GeoDataFrame) and len(frames[name])
    ]


def _bound(model: PlanModel, frames: dict[str, pd.DataFrame]) -> tuple[str, gpd.GeoDataFrame] | None:
    """The area of the plan: of its parts, where each has one (an amendment's part is not its whole plan)."""
    drawn = _drawn(frames, model.parts) or _drawn(frames, model.wholes)
    if not drawn:
        return None
    name, frame = drawn[0]
    return name, frame[[one for one in ("name", "geometry") if one in frame]]


def tiling(model: PlanModel, name: str, frames: dict[str, pd.DataFrame]) -> pd.Series | None:
    """Which features of a class are land of their own; None where none can be."""
    frame = frames[name]
    if not isinstance(frame, gpd.GeoDataFrame):
        return None
    areas = frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    if model.parcels == "first":
        return areas if name == next((one for one in model.first if one in frames), None) else None
    if model.tile["field"] not in frame or name in {*model.parts, *model.wholes}:
        return None
    tiling = frame[model.tile["field"]].map(lambda value: value in {True, "true", "1"}).astype(bool)
    level = frame.get(model.tile["level"])
    ground = True if level is None else pd.to_numeric(level, errors="coerce").fillna(0) == 0
    found: pd.Series[bool] = areas & tiling & ground
    return found


def _with_use(model: PlanModel, name: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The features with their use in words, and without the attributes of GML."""
    about = model.uses.get(name, {})
    words = [_use(model, name, about, row) for row in frame.to_dict("records")]
    kept = frame[[one for one in frame.columns if not _TECHNICAL.fullmatch(str(one))]]
    coded = about.get("fields", [])
    kept = kept.drop(columns=[one for one in (*coded, *model.left_out) if one in kept])
    kept.insert(0, model.use_field, words)
    kept.insert(1, "class", name)
    return kept


def _use(model: PlanModel, name: str, about: dict[str, Any], row: dict[str, Any]) -> str:
    for one in about.get("fields", ()):
        word = model.codes.get(about.get("list", one), {}).get(_code(row.get(one)))
        if word:
            return word
        if isinstance(row.get(one), str) and re.search(r"[^\W\d]", row[one]):
            return f"{about['word']} {row[one]}"
    return str(about.get("word", name))


def _code(value: Any) -> str:
    text = str(value).rsplit("/", 1)[-1]
    return text.removesuffix(".0")


def _contained(
    reading: SourceReading,
    model: PlanModel,
    label: str,
    frames: dict[str, pd.DataFrame],
    bound: tuple[str, gpd.GeoDataFrame] | None,
) -> None:
    """Areas of any class that reach out of the plan; those that tile are judged as parcels."""
    if bound is None or model.parcels != "tile":
        return

    def beside(name: str, frame: gpd.GeoDataFrame) -> Any:
        own = tiling(model, name, frames)
        areas = frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
        return areas if own is None else areas & ~own

    land = shapely.union_all(bound[1].geometry.to_numpy())
    for name, _, outside, (x, y) in reaching_out(model, frames, land, beside):
        if outside.area > OUTSIDE_M:
            message = worded("land_outside_plan", area=outside.area, name=name)
            reading.findings.add(
                "office-outside",
                "error",
                message,
                file=label,
                layer=name,
                measured=round(outside.area, 2),
                x=x,
                y=y,
            )


def reaching_out(
    model: PlanModel,
    frames: dict[str, pd.DataFrame],
    land: Any,
    which: Callable[[str, gpd.GeoDataFrame], Any],
) -> Iterator[tuple[str, dict[str, Any], Any, tuple[float, float]]]:
    """Features of `which` that reach out of some land: class, row, what lies outside, its first corner."""
    around = shapely.buffer(land, OUTSIDE_M)
    skipped = {*model.parts, *model.wholes, *model.beside}
    for name, frame in _drawn(frames, [one for one in frames if one not in skipped]):
        for row in frame[which(name, frame)].to_dict("records"):
            outside = shapely.difference(shapely.make_valid(row["geometry"]), around)
            if not outside.is_empty:
                yield name, row, outside, first_outside(row["geometry"], around)


def first_outside(shape: Any, land: Any) -> tuple[float, float]:
    """The first corner of a shape that lies outside; a point of what lies outside where no corner does."""
    corners = shapely.get_coordinates(shape)
    away = ~shapely.intersects_xy(land, *corners.T)
    x, y = (
        corners[away][0]
        if away.any()
        else shapely.get_coordinates(shapely.difference(shape, land).representative_point())[0]
    )
    return round(float(x), 3), round(float(y), 3)


def stated_twice(model: PlanModel, label: str, frames: dict[str, pd.DataFrame]) -> Findings:
    """Measures that a building envelope states and the zone under it too, so that neither holds."""
    found = Findings()
    envelopes = dict(_drawn(frames, [model.envelopes.get("class", "")]))
    for envelope in (row for frame in envelopes.values() for _, row in frame.iterrows()):
        zones = [
            (name, zone)
            for name, frame in _drawn(frames, model.envelopes["on"])
            for _, zone in frame[frame.intersects(envelope.geometry)].iterrows()
        ]
        for name, zone in zones:
            inner = shapely.buffer(zone.geometry, -_ZONE_M)
            if not shapely.intersects(inner, envelope.geometry):
                continue
            for one in model.envelopes["once"]:
                values = envelope.get(one), zone.get(one)
                if any(value is None or value != value for value in values):  # noqa: PLR0124 (NaN)
                    continue
                point = shapely.intersection(inner, envelope.geometry).representative_point()
                message = worded(
                    "envelope_contradicts_zone", one=one, figure=values[0], name=name, other=values[1]
                )
                found.add(
                    "office-stated-twice",
                    "error",
                    message,
                    file=label,
                    layer=model.envelopes["class"],
                    column=one,
                    value=str(values[0]),
                    x=round(point.x, 3),
                    y=round(point.y, 3),
                )
    return found
