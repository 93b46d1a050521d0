"""
Changes to a plan: which feature gets which value in which column, and from what.

A feature is there exactly where its id column has a value. So a new feature is a change of every
column it has, the id column first, from null; a feature that goes is a change of its id column to
null. Geometry is WKT in the plan's CRS. Changes can be checked, put in place, taken back and picked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from blockplan.errors import PlanDataError, UsageError
from blockplan.jsontext import JsonRecord
from blockplan.plan.model.dependent_values import following
from blockplan.plan.model.derived import EVERYTHING
from blockplan.plan.model.frames import widened, with_gaps
from blockplan.plan.model.layers import LAYERS
from blockplan.texts import Catalog, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from blockplan.plan.model.plan import Plan

GEOMETRY = "geometry"
CATALOG = Catalog(__package__, "changes.toml")
#: Numbers that differ by less than this part of themselves are the same value written twice.
SAME = 1e-9
#: Geometries nowhere farther apart, in m, are the same one written twice.
SAME_M = 0.001
#: So many changes that do not fit the plan are told one by one.
TOLD = 5


@dataclass(frozen=True, slots=True)
class Change(JsonRecord):
    """One value of one feature: what it was, and what it becomes; null is unknown (or not there)."""

    layer: str
    id: str
    column: str
    old: Any
    new: Any


def new_feature(layer: str, id_: str, values: Mapping[str, Any]) -> tuple[Change, ...]:
    """
    The changes that add a feature: its id first, then each known value; geometry as WKT.

    Examples
    --------
    >>> [change.column for change in new_feature("stops", "S-9", {"modes": "bus"})]
    ['stop_id', 'modes']
    """
    given = {_id_column(layer): id_} | {
        column: value for column, value in values.items() if value is not None
    }
    return tuple(Change(layer, id_, column, None, value) for column, value in given.items())


def picked(changes: Sequence[Change], only: Iterable[str]) -> tuple[Change, ...]:
    """
    The changes of some features, named by id or as ``layer:id``.

    A parcel, the parts that are cut from it and what is placed on these go together: one alone leaves a
    gap, an overlap, or a facility on a parcel that is not there.

    Raises
    ------
    UsageError
        If a name is of no feature that the changes touch; the message names some that are.
    """
    names = list(only)
    known = {one.id for one in changes} | {f"{one.layer}:{one.id}" for one in changes}
    strange = [name for name in names if name not in known]
    if strange:
        touched = sorted({f"{one.layer}:{one.id}" for one in changes})[:TOLD]
        raise CATALOG.refused(
            UsageError, "not_touched", names=listed(map(repr, strange)), some=listed(touched)
        )
    chosen = {(one.layer, one.id) for one in changes if one.id in names or f"{one.layer}:{one.id}" in names}
    for cut in inseparable(changes):
        if cut & chosen:
            chosen |= cut
    return tuple(one for one in changes if (one.layer, one.id) in chosen)


def inseparable(changes: Sequence[Change]) -> list[set[tuple[str, str]]]:
    """Features that are taken together: a parcel that is cut, its parts, and what is placed on these."""
    found: list[set[tuple[str, str]]] = []
    for cut in _cuts(changes):
        apart = [one for one in found if not one & cut]
        found = [*apart, cut.union(*(one for one in found if one & cut))]
    return [one for one in found if len(one) > 1]


def _cuts(changes: Sequence[Change]) -> list[set[tuple[str, str]]]:
    """Each parcel that goes, is cut or made, the new parcels in its outline, and what is placed on these."""
    outlines = [one for one in changes if (one.layer, one.column) == ("parcels", GEOMETRY)]
    made = {one.id: shapely.point_on_surface(_geometry(one.new)) for one in outlines if not one.old}
    on = [
        (one.layer, one.id, one.new)
        for one in changes
        if one.column == "parcel_id" and one.layer != "parcels" and one.new in made
    ]
    cuts = []
    for one in outlines:
        parts = {one.id} & made.keys()
        if one.old:
            whole = _geometry(one.old)
            parts = {name for name, inside in made.items() if shapely.intersects(whole, inside)}
        stands = {(layer, id_) for layer, id_, parcel in on if parcel in parts}
        cuts.append({("parcels", one.id), *(("parcels", name) for name in parts), *stands})
    return cuts


def apply(plan: Plan, changes: Iterable[Change]) -> Plan:
    """
    The plan with changes put in place; the given plan stays as it is.

    Raises
    ------
    PlanDataError
        If a change does not start from what the plan has: another value, a feature that is missing,
        or one that is there already. Nothing is changed then; the message names the first few.
    """
    listed = list(changes)
    frames = changed_frames(plan, listed)
    if not frames:
        return plan
    anew = plan.replace(**frames)
    # What was worked out for the plan and rests on nothing that changes, such as its streets, stands.
    touched = {
        (one.layer, EVERYTHING if one.column == _id_column(one.layer) else one.column) for one in listed
    }
    return plan.edited({layer: anew.layers[layer] for layer in frames}, touched)


def changed_frames(plan: Plan, changes: Iterable[Change]) -> dict[str, pd.DataFrame]:
    """Layer -> frame with the changes in place, for the layers that they touch; see `apply`."""
    by_layer: dict[str, list[Change]] = {}
    for one in changes:
        if one.layer not in LAYERS:
            raise PlanDataError(
                f"A change names the layer {one.layer!r}, which no plan has. Layers: {', '.join(LAYERS)}."
            )
        by_layer.setdefault(one.layer, []).append(one)
    wrong: list[Mapping[str, str]] = []
    frames = {layer: _frame(plan.layer(layer), layer, listed, wrong) for layer, listed in by_layer.items()}
    if wrong:
        more = [_told("more", n=len(wrong) - TOLD)] if len(wrong) > TOLD else []
        raise CATALOG.refused(PlanDataError, "misfits",
            n=len(wrong), plan=plan.manifest.id, list=listed([*wrong[:TOLD], *more], "\n  "),
        )  # fmt: skip
    return frames


def _frame(
    frame: pd.DataFrame, layer: str, changes: list[Change], wrong: list[Mapping[str, str]]
) -> pd.DataFrame:
    id_column = _id_column(layer)
    rows: dict[str, dict[str, Any] | None] = {}
    for one in changes:
        row = rows[one.id] if one.id in rows else _row(frame, one.id)
        if one.column == id_column:
            wrong += _misfit(one, None if row is None else one.id)
            rows[one.id] = None if one.new is None else {**(row or {}), id_column: one.id}
            continue
        if row is None:
            wrong.append(_told("not_there", layer=layer, id=one.id))
            continue
        wrong += _misfit(one, _plain(row.get(one.column)))
        rows[one.id] = {**row, one.column: _geometry(one.new) if one.column == GEOMETRY else one.new}
    kept = frame[~frame.index.isin(list(rows))]
    stay = {id_: row for id_, row in rows.items() if row is not None}
    if not stay:
        return kept
    columns = [
        *frame.columns,
        *{name: 0 for row in stay.values() for name in row if name not in frame.columns},
    ]
    # As objects: beside a row without one, a long id must not lose its last digits as a float.
    anew = pd.DataFrame(
        list(stay.values()), index=pd.Index(list(stay), dtype="object"), columns=columns, dtype="object"
    )
    both = _joined(widened(kept, columns, anew), anew, frame)
    # By place, not by id: ids of features that no change touches may stand twice.
    place = {id_: at for at, id_ in reversed(list(enumerate(frame.index)))}
    order = sorted(range(len(both)), key=lambda at: place.get(both.index[at], len(frame)))
    return both.iloc[order]


def _joined(kept: pd.DataFrame, anew: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Kept and new rows as one frame of the kind of `frame`, whose columns keep their kinds."""
    for column in anew.columns:
        if column == GEOMETRY:
            continue
        if column not in frame.columns:
            anew[column] = anew[column].infer_objects()
            continue
        kind = frame[column].dtype
        anew[column] = anew[column].astype(with_gaps(kind) if anew[column].isna().any() else kind)
    if not isinstance(frame, gpd.GeoDataFrame):
        joined: pd.DataFrame = pd.concat([kept, anew]) if len(kept) else anew
        return joined
    shapes = gpd.GeoSeries(list(anew[GEOMETRY]), index=anew.index)
    drawn: pd.DataFrame = gpd.GeoDataFrame(anew, geometry=shapes, crs=frame.crs)
    if len(kept):
        drawn = gpd.GeoDataFrame(pd.concat([kept, drawn]), geometry=GEOMETRY, crs=frame.crs)
    return drawn


def _row(frame: pd.DataFrame, id_: str) -> dict[str, Any] | None:
    at = _place(frame, id_)
    return None if at is None else {column: frame[column].iloc[at] for column in frame.columns}


def _place(frame: pd.DataFrame, id_: str) -> int | None:
    """The row, from 0, of a feature; None where it is not there."""
    if id_ not in frame.index:
        return None
    found = frame.index.get_indexer_for(pd.Index([id_], dtype=frame.index.dtype))
    if len(found) > 1:
        raise PlanDataError(
            f"{len(found)} features are called {id_!r}, so a change cannot say which it means.\n"
            "Give each its own id (`blockplan validate` lists them)."
        )
    return int(found[0])


def _misfit(change: Change, there: Any) -> list[Mapping[str, str]]:
    of = {"layer": change.layer, "id": change.id}
    if change.column == GEOMETRY:
        return [] if _drawn_alike(change.old, there) else [_told("drawn_otherwise", **of)]
    if _same(change.old, there):
        return []
    has, said = (CATALOG.text("nothing") if one is None else repr(one) for one in (there, change.old))
    return [_told("misfit", **of, column=change.column, has=has, said=said)]


def _told(code: str, **values: Any) -> Mapping[str, str]:
    """A sentence of the catalog in every language."""
    return CATALOG.refused(PlanDataError, code, **values).text or {}


def _drawn_alike(one: str | None, other: str | None) -> bool:
    """Whether two geometries in WKT are drawn in the same place."""
    if one is None or other is None or one == other:
        return one == other
    return bool(shapely.hausdorff_distance(_geometry(one), _geometry(other)) <= SAME_M)


def _same(one: Any, other: Any) -> bool:
    numbers = [value for value in (one, other) if isinstance(value, int | float)]
    if len(numbers) == 2:
        return math.isclose(numbers[0], numbers[1], rel_tol=SAME, abs_tol=SAME)
    return bool(one == other)


def _plain(value: Any) -> Any:
    """A value of a frame as JSON has it: no NaN, no numpy kinds, geometry as WKT."""
    if hasattr(value, "wkt"):
        return value.wkt
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    return value.item() if hasattr(value, "item") else value


def value_of(plan: Plan, layer: str, id_: str, column: str) -> Any:
    """A value of the plan as a change writes it; null where it is unknown or the feature is not there."""
    frame = plan.layer(layer)
    at = _place(frame, id_)
    return None if at is None or column not in frame.columns else _plain(frame[column].iloc[at])


def follow(plan: Plan, changes: Sequence[Change]) -> list[Change]:
    """What follows changes of parcels (`following`), where it is not changed as well."""
    parcels = plan.layer("parcels")
    named = {(one.id, one.column) for one in changes if one.layer == "parcels"}
    columns = [str(column) for column in parcels.columns if column != GEOMETRY]
    found: list[Change] = []
    for one in changes:
        if one.layer != "parcels" or one.id not in parcels.index or one.column == _id_column("parcels"):
            continue
        row = {column: value_of(plan, "parcels", one.id, column) for column in columns}
        shape = parcels.geometry[one.id]
        site = 0.0 if shape is None else float(shape.area)
        found += [
            Change("parcels", one.id, column, row[column], value)
            for column, value in following(row, one.column, one.new, site).items()
            if column in row and (one.id, column) not in named and row[column] != value
        ]
    return found


def _geometry(wkt: Any) -> Any:
    if wkt is None:
        return None
    try:
        return shapely.from_wkt(wkt)
    except (shapely.errors.ShapelyError, TypeError) as error:
        raise PlanDataError(
            f"A change carries a geometry that is no WKT: {str(wkt)[:60]!r} ({error})."
        ) from error


def _id_column(layer: str) -> str:
    spec = LAYERS.get(layer)
    if spec is None or spec.id_column is None:
        raise PlanDataError(f"Features of the layer {layer!r} have no ids, so a change cannot name one.")
    return spec.id_column
