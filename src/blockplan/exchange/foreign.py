"""
Faults of a plan file after somebody else's data model, held against the rules of that model.

``xplangml`` is XPlanGML: on each part the areas that must tile it leave no gap and share no ground, every
feature lies in its part and each part in the plan (but one for compensation), and a building envelope states
no measure that its zone states. ``cnig`` is the table model of French municipal plans: fields, kinds of zone,
sound outlines, zones that overlap. A file needs no plan made of it.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from blockplan.errors import PlanDataError
from blockplan.exchange.office.plan_models import (
    OUTSIDE_M,
    PlanModel,
    first_outside,
    gml_frames,
    models,
    reaching_out,
    stated_twice,
    tiling,
)
from blockplan.exchange.office.profile import load_profile
from blockplan.exchange.office.readers import read_all
from blockplan.exchange.office.source import SourceReading
from blockplan.plan.model.faults import GRADES, Fault
from blockplan.texts import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd

#: Part of a plan in which what it takes elsewhere is made good (``bedeutung``); it may lie outside.
COMPENSATION = "1800"
#: Table of the French model -> fields that it wants, besides that of the document.
CNIG_FIELDS = {
    "ZONE_URBA": ("LIBELLE", "TYPEZONE"),
    "PRESCRIPTION_SURF": ("LIBELLE", "TYPEPSC"),
    "PRESCRIPTION_LIN": ("LIBELLE", "TYPEPSC"),
    "PRESCRIPTION_PCT": ("LIBELLE", "TYPEPSC"),
}
#: The document that a row belongs to, since 2017; the editions before name commune and day of approval.
CNIG_DOCUMENT = "IDURBA"
CNIG_BEFORE = ("INSEE", "DATAPPRO")
CNIG_ZONES = ("U", "AUc", "AUs", "A", "Ah", "N", "Nh", "Nd")


class ForeignFault(Fault):
    """A fault of a foreign file: `layer` is its class or table, `id` the feature's own, or its row."""

    __slots__ = ()
    catalog = Catalog("blockplan.exchange", "foreign.toml")


def check_foreign(path: Path, model: str) -> tuple[str, list[ForeignFault]]:
    """
    Name of a plan in somebody else's model, and its faults, gravest first.

    Parameters
    ----------
    model
        ``xplangml`` or ``cnig``.

    Raises
    ------
    PlanDataError
        If there is no such file, or it cannot be read as of the model.
    """
    if not path.exists():
        raise PlanDataError(f"There is no file or folder {path}.\nCheck the name.")
    name, faults = _xplangml(path) if model == "xplangml" else _cnig(path)
    return name, sorted(faults, key=lambda one: GRADES.index(one.grade))


# XPlanGML


def _xplangml(path: Path) -> tuple[str, list[ForeignFault]]:
    model = next(one for one in models() if one.id == "xplangml")
    frames = {
        name: frame
        for name, frame in gml_frames(path, path.name, SourceReading(), references=True).items()
        if len(frame)
    }
    whole = next((frames[name] for name in model.wholes if name in frames), None)
    if not isinstance(whole, gpd.GeoDataFrame):
        wholes = ", ".join(model.wholes)
        raise PlanDataError(
            f"{path.name} holds no plan of {model.title} ({wholes}).\nName another model, or another file."
        )
    land = shapely.union_all(whole.geometry.to_numpy())
    faults = []
    for part in _parts(model, frames, land):
        faults += [*_tiled(model, frames, part), *_inside(model, frames, part), *_part_inside(part, land)]
    faults += [
        ForeignFault(
            rule="xp-twice",
            grade="error",
            layer=one.layer,
            x=one.x,
            y=one.y,
            values={"column": one.column, "value": one.value},
        )
        for one in stated_twice(model, path.name, frames)
    ]
    return str(whole["name"].iloc[0]) if "name" in whole else path.stem, faults


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a plan: class, id ("" where the plan has a single one without), name, area, compensation."""

    layer: str
    id: str
    name: str
    area: Any
    compensates: bool
    alone: bool

    def holds(self, frame: pd.DataFrame) -> Any:
        """Which features belong to the part; those that name none do where it is the only one."""
        if "gehoertZuBereich_href" not in frame:
            return np.full(len(frame), self.alone)
        named = frame["gehoertZuBereich_href"].map(lambda value: re.findall(r"#([^\s,'\"\]]+)", str(value)))
        return np.array([self.id in ids or (not ids and self.alone) for ids in named], dtype=bool)


def _parts(model: PlanModel, frames: dict[str, pd.DataFrame], land: Any) -> list[_Part]:
    rows = [(name, row) for name in model.parts if name in frames for _, row in frames[name].iterrows()]
    if not rows:
        return [_Part("", "", "1", land, compensates=False, alone=True)]
    return [
        _Part(
            name,
            str(row.get("gml_id") or ""),
            str(row.get("nummer") if row.get("nummer") is not None else at),
            land if row.get("geometry") is None else row["geometry"],
            compensates=str(row.get("bedeutung")).removesuffix(".0") == COMPENSATION,
            alone=len(rows) == 1,
        )
        for at, (name, row) in enumerate(rows, start=1)
    ]


def _tiled(model: PlanModel, frames: dict[str, pd.DataFrame], part: _Part) -> Iterator[ForeignFault]:
    """Gaps and overlaps of the areas that must tile a part on the ground."""
    ids: list[str] = []
    shapes: list[Any] = []
    for name, frame in frames.items():
        own = tiling(model, name, frames)
        if own is not None:
            rows = frame[np.asarray(own) & part.holds(frame)]
            ids += [_name(name, row) for row in rows.to_dict("records")]
            shapes += [shapely.make_valid(one) for one in rows.geometry]
    if not shapes:
        return
    covered = shapely.union_all(np.array(shapes, dtype=object))
    for piece in _thick(shapely.difference(part.area, covered)):
        point = piece.representative_point()
        yield ForeignFault(
            rule="xp-gap", grade="error" if part.compensates else "warning", layer=part.layer,
            id=part.id or None, x=round(point.x, 3), y=round(point.y, 3), measured=round(piece.area, 3),
            unit="m2", values={"part": part.name},
        )  # fmt: skip
    for a, b, area, point in _overlaps(shapes):
        yield ForeignFault(
            rule="xp-overlap", grade="error", layer=part.layer, id=ids[a], x=round(point.x, 3),
            y=round(point.y, 3), measured=area, unit="m2", values={"other": ids[b]},
        )  # fmt: skip


def _overlaps(shapes: Any) -> Iterator[tuple[int, int, float, Any]]:
    """Pairs of areas that share ground: their rows, how much, m2, and a point of the largest piece."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for a, b in zip(one[one < other].tolist(), other[one < other].tolist(), strict=True):
        shared = _thick(shapely.intersection(shapes[a], shapes[b]))
        if shared:
            point = max(shared, key=lambda piece: piece.area).representative_point()
            yield a, b, round(sum(piece.area for piece in shared), 3), point


def _thick(shape: Any) -> list[Any]:
    """The areas of a shape that are somewhere wider than twice the tolerance."""
    parts = [one for one in shapely.get_parts(shape) if one.geom_type == "Polygon"]
    return [one for one in parts if not shapely.buffer(one, -OUTSIDE_M).is_empty]


def _inside(model: PlanModel, frames: dict[str, pd.DataFrame], part: _Part) -> Iterator[ForeignFault]:
    held = reaching_out(model, frames, part.area, lambda _, frame: part.holds(frame))
    for name, row, outside, (x, y) in held:
        size, unit = (outside.area, "m2") if outside.area else (outside.length, "m")
        yield ForeignFault(
            rule="xp-outside", grade="error", layer=name, id=_name(name, row), x=x, y=y,
            measured=round(size, 3), unit=unit, values={"part": part.name},
        )  # fmt: skip


def _part_inside(part: _Part, land: Any) -> Iterator[ForeignFault]:
    around = shapely.buffer(land, OUTSIDE_M)
    outside = shapely.difference(part.area, around)
    if not part.compensates and not outside.is_empty:
        x, y = first_outside(part.area, around)
        yield ForeignFault(
            rule="xp-part", grade="error", layer=part.layer, id=part.id or part.name, x=x, y=y,
            measured=round(outside.area, 3), unit="m2",
        )  # fmt: skip


def _name(layer: str, row: Mapping[str, Any]) -> str:
    return str(row.get("gml_id") or layer)


# CNIG


def _cnig(path: Path) -> tuple[str, list[ForeignFault]]:
    with ExitStack() as stack:
        reading = read_all([path], load_profile(), stack)
    faults = [
        ForeignFault(
            rule="shape-broken" if one.grade == "error" else "shape-dubious",
            grade=one.grade,
            layer=one.layer,
            id=(one.id or "").removeprefix("row ") or None,
            values={"why": one.message.split(";")[0]},
        )
        for one in reading.findings
        if one.rule == "office-geometry"
    ]
    for layer in reading.layers:
        faults += _fields(layer.name.upper(), layer.frame)
        if layer.drawn:
            faults += _sound(layer.name, layer.frame)
            if layer.name.upper() == "ZONE_URBA":
                faults += _zones(layer.name, layer.frame)
    return path.stem, faults


def _fields(table: str, frame: pd.DataFrame) -> list[ForeignFault]:
    there = {str(name).upper() for name in frame.columns}
    wanted = list(CNIG_FIELDS.get(table, ()))
    if wanted and not there.issuperset(CNIG_BEFORE):
        wanted.append(CNIG_DOCUMENT)
    return [
        ForeignFault(rule="cn-field", grade="error", layer=table, values={"column": one})
        for one in wanted
        if one not in there
    ]


def _sound(layer: str, frame: gpd.GeoDataFrame) -> Iterator[ForeignFault]:
    shapes = frame.geometry.to_numpy()
    for at in np.flatnonzero(~shapely.is_valid(shapes)).tolist():
        point = shapely.get_coordinates(shapes[at])[0]
        yield ForeignFault(
            rule="shape-dubious", grade="warning", layer=layer, id=str(at + 1), x=round(float(point[0]), 3),
            y=round(float(point[1]), 3), values={"why": shapely.is_valid_reason(shapes[at])},
        )  # fmt: skip


def _zones(layer: str, frame: gpd.GeoDataFrame) -> Iterator[ForeignFault]:
    """Kinds of zone that the model does not know, and zones that overlap."""
    names = {str(name).upper(): name for name in frame.columns}
    kinds = frame[names["TYPEZONE"]] if "TYPEZONE" in names else []
    for at, kind in enumerate(kinds, start=1):
        if kind not in CNIG_ZONES:
            yield ForeignFault(
                rule="cn-value", grade="warning", layer=layer, id=str(at),
                values={"column": "TYPEZONE", "value": kind, "known": ", ".join(CNIG_ZONES)},
            )  # fmt: skip
    for a, b, area, point in _overlaps(shapely.make_valid(frame.geometry.to_numpy())):
        yield ForeignFault(
            rule="cn-overlap", grade="warning", layer=layer, id=str(a + 1), x=round(point.x, 3),
            y=round(point.y, 3), measured=area, unit="m2", values={"other": str(b + 1)},
        )  # fmt: skip
