"""What two plans differ in, field by field: what a delivery loses of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from blockplan.deliver.pairs import BARE, canonical
from blockplan.deliver.to_profile import blocks_of, rounded
from blockplan.exchange.office.bounds import KINDS
from blockplan.jsontext import JsonRecord
from blockplan.plan.model.codes import DEFAULT_LIST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from blockplan.plan import Plan

MANIFEST, WHOLE_ROW, GEOMETRY = "plan.toml", "*", "geometry"
#: Numbers that differ by less than this share are the same: the rest of a change of unit.
SAME = 1e-12
#: Shapes are compared to so many decimals of a metre: the precision of a database.
DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Loss(JsonRecord):
    """
    One value of a plan that a package does not give back, and what it gives instead.

    ``field`` is `WHOLE_ROW` for a feature that the package does not hold at all, `GEOMETRY` for a shape.
    """

    layer: str
    field: str
    id: str
    value: Any
    becomes: Any = None


def losses(plan: Plan, back: Plan, carried: Mapping[str, Sequence[int]]) -> list[Loss]:
    """
    Every value in which `back` differs from `plan`.

    Parameters
    ----------
    carried
        Layer -> the plan's rows (from 0), in the order in which `back` holds them: two may have one id.
    """
    found = list(_of_manifest(plan, back))
    for layer in dict.fromkeys([*plan.layers, *back.layers]):
        old = plan.layers.get(layer, pd.DataFrame())
        new = back.layers.get(layer, pd.DataFrame())
        kept = list(carried.get(layer, ()))[: len(new)]
        gone = sorted(set(range(len(old))) - set(kept))
        found += [Loss(layer, WHOLE_ROW, str(old.index[row]), None) for row in gone]
        if kept:
            told = blocks_of(plan).iloc[kept].tolist() if layer == "subblocks" else []
            found += _of_rows(layer, old.iloc[kept], new.iloc[: len(kept)], told)
    return found


def _of_rows(layer: str, old: pd.DataFrame, new: pd.DataFrame, blocks: Sequence[Any]) -> Iterator[Loss]:
    ids = [str(id_) for id_ in old.index]
    same = _same_bounds(old, new) if layer == "parcels" else {}
    if blocks:
        # A block that only the parcels tell of is not lost where the package states it.
        same["block_id"] = [one == now for one, now in zip(blocks, _values(new, "block_id"), strict=True)]
    for column in dict.fromkeys([*old.columns, *new.columns]):
        if column == GEOMETRY:
            yield from _of_shapes(layer, ids, old, new)
            continue
        was, now = _values(old, column), _values(new, column)
        for row, (one, other) in enumerate(zip(was, now, strict=True)):
            if not _alike(column, one, other) and not (column in same and same[column][row]):
                yield Loss(layer, str(column), ids[row], one, other)


def _same_bounds(old: pd.DataFrame, new: pd.DataFrame) -> dict[str, list[bool]]:
    """Column of a bound -> whether both plans say the same bounds, however they write them."""
    found: dict[str, list[bool]] = {}
    for base in BARE:
        equal = [
            all(_alike(base, a, b) for a, b in zip(one, other, strict=True))
            for one, other in zip(canonical(old, base), canonical(new, base), strict=True)
        ]
        found |= dict.fromkeys((base, KINDS[base], f"{base}_min", f"{base}_max"), equal)
    return found


def _of_shapes(layer: str, ids: list[str], old: pd.DataFrame, new: pd.DataFrame) -> Iterator[Loss]:
    if not isinstance(old, gpd.GeoDataFrame) or not isinstance(new, gpd.GeoDataFrame):
        return
    for id_, one, other in zip(ids, old.geometry, new.geometry, strict=True):
        if not same_shape(one, other, DECIMALS):
            yield Loss(
                layer, GEOMETRY, id_, None if one is None else one.geom_type,
                None if other is None else other.geom_type,
            )  # fmt: skip


def same_shape(one: Any, other: Any, digits: int) -> bool:
    """Whether two shapes have the same vertices to so many decimals, wherever a ring begins."""
    if one is None or other is None:
        return one is other
    left, right = (shapely.normalize(_parted(rounded(shape, digits))) for shape in (one, other))
    return bool(shapely.equals_exact(left, right, tolerance=10.0**-digits / 2))


def _parted(shape: Any) -> Any:
    if shape.geom_type.startswith("Multi") and len(shape.geoms) == 1:
        return shape.geoms[0]
    return shape


def _values(frame: pd.DataFrame, column: str) -> list[Any]:
    if column not in frame:
        return [None] * len(frame)
    return [None if value is None or pd.isna(value) else value for value in frame[column].tolist()]


def _alike(column: str, one: Any, other: Any) -> bool:
    if column == "land_use_list":
        return (one or DEFAULT_LIST) == (other or DEFAULT_LIST)
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= SAME * max(abs(one), abs(other))
    return bool(one == other)


def _of_manifest(plan: Plan, back: Plan) -> Iterator[Loss]:
    was, now = (dict(_flat(one.manifest.model_dump(mode="json"))) for one in (plan, back))
    for key in dict.fromkeys([*was, *now]):
        if was.get(key) != now.get(key):
            yield Loss(MANIFEST, key, "", was.get(key), now.get(key))


def _flat(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _flat(value, f"{path}.{key}" if path else str(key))
    elif node not in (None, "", []):
        yield path, node
