"""What an edit does to the rows of a plan: one function a kind of edit, each gives changes of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry import shape as geojson_shape

from blockplan.figures import shared_out
from blockplan.live import borders
from blockplan.live.edits import (
    Add,
    DrawBoundary,
    Edit,
    Merge,
    Move,
    MoveVertex,
    Remove,
    RemoveVertex,
    SetValue,
    Split,
)
from blockplan.live.outlines import Outlines, vertex_at, whole_mm
from blockplan.live.refusals import refused
from blockplan.live.rows import GEOMETRY, FeatureChange, Row, blank, is_unknown, row_of, value_of
from blockplan.plan.model.dependent_values import following, following_outline
from blockplan.plan.model.layers import LAYERS
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from blockplan.plan import Plan

#: Columns of a parcel that add up over land: shared when it is split, summed when it is merged.
EXTENSIVE = (
    "floor_area_m2", "floor_area_m2_max", "underground_floor_area_m2", "residents", "dwellings", "jobs",
    "parking_spaces", "school_classes", "declared_area_m2",
)  # fmt: skip
#: Those of them that are counted in whole things.
COUNTED = frozenset({"residents", "dwellings", "jobs", "parking_spaces", "school_classes"})
#: Nothing is drawn farther from the planned land than this, m: what lies there was mistyped, and fields of
#: distances along streets would be laid over all that is between.
FARTHEST_M = 100_000.0


def compile_edit(plan: Plan, edit: Edit) -> list[FeatureChange]:
    """
    The changes of rows that an edit makes to a plan.

    Raises
    ------
    EditError
        If it cannot be made; the message says why and what to do.
    """
    changes = _COMPILERS[type(edit)](plan, edit)
    _refuse_far(plan, changes)
    return changes


def _refuse_far(plan: Plan, changes: list[FeatureChange]) -> None:
    """What is drawn anew lies about the planned land."""
    west, south, east, north = plan.layer("boundary").total_bounds
    for one in changes:
        shape = (one.after or {}).get(GEOMETRY)
        if shape is None or (one.before is not None and shape is one.before[GEOMETRY]):
            continue
        left, low, right, high = shapely.bounds(shape)
        off = max(west - left, south - low, right - east, high - north)
        if off > FARTHEST_M:
            raise refused("too_far", layer=one.layer, id=one.id, km=f"{off / 1000:,.0f}")


def _set(plan: Plan, edit: SetValue) -> list[FeatureChange]:
    before = row_of(plan, edit.layer, edit.id)
    spec = LAYERS.get(edit.layer)
    if spec is not None and edit.column == spec.id_column:
        raise refused("id_stays", layer=edit.layer, column=edit.column, id=edit.id)
    if edit.column == GEOMETRY or edit.column not in before:
        known = ", ".join(name for name in before if name != GEOMETRY)
        raise refused("no_column_to_set", layer=edit.layer, column=edit.column, known=known)
    after = {**before, edit.column: value_of(edit.layer, edit.column, edit.value)}
    if edit.layer == "parcels":
        shape = before.get(GEOMETRY)
        site = 0.0 if shape is None else float(shapely.area(shape))
        more = following(before, edit.column, after[edit.column], site)
        after |= {column: value for column, value in more.items() if column in before}
    return [FeatureChange(edit.layer, edit.id, before, after)]


def _move_vertex(plan: Plan, edit: MoveVertex) -> list[FeatureChange]:
    if edit.layer == "streets":
        return _move_street_vertex(plan, edit)
    return _reshaped(plan, borders.moved_vertex(plan, edit.at, edit.to))


def _remove_vertex(plan: Plan, edit: RemoveVertex) -> list[FeatureChange]:
    return _reshaped(plan, borders.removed_vertex(plan, edit.at))


def _draw_boundary(plan: Plan, edit: DrawBoundary) -> list[FeatureChange]:
    if edit.ids[0] == edit.ids[1]:
        raise refused("one_twice")
    for id_ in edit.ids:
        row_of(plan, "parcels", id_)
    return _reshaped(plan, borders.redrawn(plan, edit.ids, edit.line))


def _split(plan: Plan, edit: Split) -> list[FeatureChange]:
    before = row_of(plan, "parcels", edit.id)
    pieces, others = borders.split(plan, edit.id, edit.line)
    names = [edit.id, *fresh_names(plan, edit.id, len(pieces) - 1)]
    rows = shared(before, names, pieces)
    changes = [FeatureChange("parcels", edit.id, before, rows[0])]
    changes += [
        FeatureChange("parcels", name, None, row) for name, row in zip(names[1:], rows[1:], strict=True)
    ]
    changes += _reshaped(plan, others)
    for layer, id_, row in naming(plan, (edit.id,)):
        where = _piece_of(row.get(GEOMETRY), pieces)
        if where:
            changes.append(FeatureChange(layer, id_, row, {**row, "parcel_id": names[where]}))
    return changes


def _merge(plan: Plan, edit: Merge) -> list[FeatureChange]:
    names = list(dict.fromkeys(edit.ids))
    if len(names) < 2:
        raise refused("merge_one")
    rows = [row_of(plan, "parcels", name) for name in names]
    whole = borders.merged(plan, names)
    after = {**rows[0], GEOMETRY: whole}
    for column in EXTENSIVE:
        given: list[Any] = [row.get(column) for row in rows]
        after[column] = None if any(map(is_unknown, given)) else float(sum(given))
    changes = [FeatureChange("parcels", names[0], rows[0], after)]
    changes += [
        FeatureChange("parcels", name, row, None) for name, row in zip(names[1:], rows[1:], strict=True)
    ]
    return changes + [
        FeatureChange(layer, id_, row, {**row, "parcel_id": names[0]})
        for layer, id_, row in naming(plan, names[1:])
    ]


def _add(plan: Plan, edit: Add) -> list[FeatureChange]:
    spec = LAYERS.get(edit.layer)
    if spec is None or spec.id_column is None:
        raise refused("no_ids", layer=edit.layer)
    row = blank(plan, edit.layer)
    for column, value in edit.row.items():
        if column not in row or column == GEOMETRY:
            known = ", ".join(name for name in row if name != GEOMETRY)
            raise refused("no_column", layer=edit.layer, column=column, known=known)
        row[column] = value_of(edit.layer, column, value)
    id_ = row.get(spec.id_column)
    if not isinstance(id_, str):
        raise refused("needs_id", layer=edit.layer, column=spec.id_column)
    if id_ in plan.layer(edit.layer).index:
        raise refused("id_taken", layer=edit.layer, id=id_)
    if spec.geometry != "none":
        row[GEOMETRY] = _drawn_new(spec.name, spec.geometry, edit.geometry)
    elif edit.geometry is not None:
        raise refused("no_geometry", layer=edit.layer)
    if edit.layer == "parcels":
        _refuse_over(plan, id_, row[GEOMETRY])
    return [FeatureChange(edit.layer, id_, None, row)]


def _remove(plan: Plan, edit: Remove) -> list[FeatureChange]:
    before = row_of(plan, edit.layer, edit.id)
    if edit.layer in {"parcels", "boundary"}:
        raise refused("gap", layer=edit.layer, id=edit.id)
    return [FeatureChange(edit.layer, edit.id, before, None)]


def _move(plan: Plan, edit: Move) -> list[FeatureChange]:
    before = row_of(plan, edit.layer, edit.id)
    shape = before.get(GEOMETRY)
    if shape is None or shape.geom_type != "Point":
        drawn = "not drawn" if shape is None else f"drawn as {shape.geom_type}"
        raise refused("only_points", layer=edit.layer, id=edit.id, drawn=drawn)
    after = {**before, GEOMETRY: shapely.Point(whole_mm(edit.to))}
    return [FeatureChange(edit.layer, edit.id, before, after)]


def _move_street_vertex(plan: Plan, edit: MoveVertex) -> list[FeatureChange]:
    """Streets that meet at a place go along together."""
    frame, target = plan.layer("streets"), whole_mm(edit.to)
    changes = []
    for id_, shape in zip(frame.index, frame.geometry, strict=True):
        if shape is None or shape.is_empty:
            continue
        coords = shapely.get_coordinates(shape)
        hit = vertex_at(coords, whole_mm(edit.at)) | vertex_at(coords, edit.at)
        if hit.any():
            coords[hit] = target
            before = row_of(plan, "streets", id_)
            changes.append(
                FeatureChange(
                    "streets",
                    id_,
                    before,
                    {**before, GEOMETRY: shapely.set_coordinates(shapely.force_2d(shape), coords)},
                )
            )
    if not changes:
        raise refused("no_street_vertex", at=f"{edit.at[0]:.3f} {edit.at[1]:.3f}")
    for change in changes:
        if change.after is not None and shapely.length(change.after[GEOMETRY]) == 0:
            raise refused("no_length", id=change.id)
    return changes


_COMPILERS: Mapping[type, Callable[[Any, Any], list[FeatureChange]]] = {
    SetValue: _set,
    MoveVertex: _move_vertex,
    RemoveVertex: _remove_vertex,
    DrawBoundary: _draw_boundary,
    Split: _split,
    Merge: _merge,
    Add: _add,
    Remove: _remove,
    Move: _move,
}


def _reshaped(plan: Plan, outlines: Mapping[tuple[str, str], Any]) -> list[FeatureChange]:
    changes = []
    for (layer, id_), shape in outlines.items():
        before = row_of(plan, layer, id_)
        after, was = {**before, GEOMETRY: shape}, before.get(GEOMETRY)
        if layer == "parcels" and was is not None:
            after |= following_outline(before, float(was.area), float(shape.area))
        changes.append(FeatureChange(layer, id_, before, after))
    return changes


def shared(row: Row, names: list[str], pieces: list[Any]) -> list[Row]:
    """A parcel's row for each piece: what adds up is shared by area, whole things by largest remainder."""
    areas = np.array([piece.area for piece in pieces])
    rows = [{**row, "parcel_id": name, GEOMETRY: piece} for name, piece in zip(names, pieces, strict=True)]
    for column in EXTENSIVE:
        total = row.get(column)
        if is_unknown(total) or total is None:
            continue
        exact = float(total) * areas / areas.sum()
        if column in COUNTED and float(total).is_integer():
            exact = np.array(shared_out(areas.tolist(), int(total)), dtype=float)
        else:
            exact[0] = float(total) - float(exact[1:].sum())
        for one, value in zip(rows, exact.tolist(), strict=True):
            one[column] = value
    return rows


def fresh_names(plan: Plan, id_: str, count: int) -> list[str]:
    """So many ids of parcels that the plan does not have, made from that of a parcel."""
    there = set(plan.layer("parcels").index)
    found: list[str] = []
    number = 2
    while len(found) < count:
        if (name := f"{id_}-{number}") not in there:
            found.append(name)
        number += 1
    return found


def naming(plan: Plan, parcels: Any) -> list[tuple[str, str, Row]]:
    """Features that name one of some parcels, by layer, id and row."""
    wanted = set(parcels)
    found = []
    for layer, spec in LAYERS.items():
        if spec.parents.get("parcel_id") != "parcels" or not plan.has_layer(layer):
            continue
        frame = plan.layer(layer)
        for at in np.flatnonzero(frame["parcel_id"].isin(wanted).to_numpy()).tolist():
            id_ = frame.index[at]
            found.append((layer, id_, row_of(plan, layer, id_)))
    return found


def _piece_of(shape: Any, pieces: list[Any]) -> int:
    """Which piece a feature lies on; the first where it has no place or lies on none."""
    if shape is None or shape.is_empty:
        return 0
    point = shape if shape.geom_type == "Point" else shapely.point_on_surface(shape)
    hit = np.flatnonzero(shapely.covers(np.array(pieces, dtype=object), point))
    return int(hit[0]) if len(hit) else 0


_DIMENSION = {"point": (0,), "line": (1,), "polygon": (2,), "any": (0, 1, 2)}


def _drawn_new(layer: str, kind: str, said: Any) -> Any:
    """The geometry of a new feature in whole millimetres."""
    if said is None:
        raise refused("needs_geometry", layer=layer)
    try:
        found = shapely.force_2d(geojson_shape(said))
        found = shapely.transform(found, lambda coords: np.round(coords, 3))
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        shapely.errors.GEOSException,
    ) as error:
        raise refused("no_geojson", layer=layer, error=str(error)) from None
    if found.is_empty or not shapely.is_valid(found) or not np.isfinite(shapely.bounds(found)).all():
        raise refused("empty_geometry", layer=layer)
    if shapely.get_dimensions(found) not in _DIMENSION[kind]:
        raise refused("wrong_geometry", layer=layer, kind=kind, drawn=found.geom_type)
    return found


def _refuse_over(plan: Plan, id_: str, shape: Any) -> None:
    """A new parcel may only lie where none is."""
    outlines = Outlines.of(plan)
    over = [
        name
        for layer, name in outlines.near(shape, 0.0)
        if layer == "parcels"
        and shapely.area(shapely.intersection(shape, outlines.get((layer, name))))
        > shapely.length(shape) * borders.ROUNDING_M2_PER_M
    ]
    if over:
        raise refused("over_parcels", id=id_, over=listed(over[:5]))
    boundary = shapely.union_all(plan.layer("boundary").geometry.to_numpy())
    if shapely.area(shapely.difference(shape, boundary)) > shapely.length(shape) * borders.ROUNDING_M2_PER_M:
        raise refused("outside", id=id_)
