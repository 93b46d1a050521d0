"""
What an amendment is: its kind, its grounds, its layers, who gains and loses, its ledger.

The packages that a stage of an amendment's filing wants beside the plan's own database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from blockplan.compare.changes import changes
from blockplan.compare.transition import SMALLEST_PIECE_M2
from blockplan.deliver.amendment.gains import (
    QuantityChange,
    block_gains,
    facility_gains,
    floor_area_gains,
    light_gains,
    transfers,
)
from blockplan.deliver.amendment.kinds import FilingGround, kind_of, touched
from blockplan.deliver.package import OUTLINE
from blockplan.deliver.profile import DeliveredLayer, FieldSpec
from blockplan.deliver.shapes import sound
from blockplan.deliver.to_profile import CarriedTable
from blockplan.errors import UsageError
from blockplan.jsontext import JsonRecord
from blockplan.texts import pick

if TYPE_CHECKING:
    from blockplan.plan import Plan

#: Layers of an amendment: parcels before, after, and each piece of land that changes.
BEFORE, AFTER, CHANGE = "before", "after", "change"
KEPT = (
    "parcel_id",
    "block_id",
    "land_use",
    "far",
    "height_m",
    "coverage_ratio",
    "green_ratio",
    "floor_area_m2",
)


@dataclass(frozen=True)
class PlanAmendment(JsonRecord):
    """
    An amendment of a plan.

    Attributes
    ----------
    kind
        1 to 6 as filing systems number them; None where nothing differs.
    grounds
        What makes it of that kind.
    layers
        ``before``, ``after``, ``change``.
    gains
        Floor area by parcel and by block, facilities by block, shade by parcel of homes.
    ledger
        Accounts whose ``change_m2`` sum to zero.
    """

    base: Plan
    new: Plan
    kind: int | None
    grounds: tuple[FilingGround, ...]
    layers: dict[str, gpd.GeoDataFrame]
    gains: tuple[QuantityChange, ...]
    ledger: tuple[dict[str, Any], ...]

    KEYS = ("=plans", "kind", "grounds", "layers=sizes", "gains", "ledger", "unknown")

    @property
    def unknown(self) -> list[str]:
        """Parcels whose floor area is unknown in one of the plans: they stand in no ledger."""
        return [one.id for one in self.gains if one.what == "floor_area" and one.change is None]

    @property
    def plans(self) -> dict[str, dict[str, str]]:
        """Both plans, by name and content."""
        both = {"base": self.base, "new": self.new}
        return {
            name: {"plan": one.manifest.id, "content_hash": one.content_hash} for name, one in both.items()
        }

    @property
    def sizes(self) -> dict[str, int]:
        """How many features each layer has."""
        return {name: len(frame) for name, frame in self.layers.items()}


def amendment(base: Plan, new: Plan) -> PlanAmendment:
    """
    What differs between a plan in force and its amended version.

    Raises
    ------
    UsageError
        If both plans are not in the same reference system.
    """
    if base.manifest.crs != new.manifest.crs:
        raise UsageError(
            f"The plans are in different reference systems ({base.manifest.crs}, {new.manifest.crs}).\n"
            "Bring both into one before they are compared."
        )
    old, now = sound(base), sound(new)
    kind, grounds = kind_of(old, now)
    floor, caps = floor_area_gains(old, now), block_gains(old, now)
    gains = (*floor, *caps, *facility_gains(old, now), *light_gains(old, now))
    # What blocks hand over is told of parcels where these say it, else of the blocks.
    ledger = tuple(transfers(floor or caps))
    return PlanAmendment(base, new, kind, tuple(grounds), _layers(old, now), gains, ledger)


def _layers(base: Plan, new: Plan) -> dict[str, gpd.GeoDataFrame]:
    ids = touched(base, new, changes("new", base, new))
    before, after = (_parcels(plan, ids) for plan in (base, new))
    return {BEFORE: before, AFTER: after, CHANGE: _change(before, after)}


def _parcels(plan: Plan, ids: set[str]) -> gpd.GeoDataFrame:
    frame = plan.layer("parcels")
    rows = frame[frame.index.isin(ids)]
    table = {column: rows[column].tolist() for column in KEPT if column != "parcel_id"}
    return gpd.GeoDataFrame(
        {"parcel_id": list(rows.index), **table}, geometry=list(rows.geometry), crs=plan.crs
    )


def _change(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Each piece of land with what it was and what it becomes; None where a plan draws no parcel."""
    rows: list[dict[str, Any]] = []
    shapes: list[Any] = []
    old, now = before.geometry.to_numpy(), after.geometry.to_numpy()
    tree = shapely.STRtree(now)
    for was, shape in enumerate(old):
        for becomes in sorted(tree.query(shape, predicate="intersects").tolist()) if len(now) else []:
            _add(
                rows, shapes, before.iloc[was], after.iloc[becomes], shapely.intersection(shape, now[becomes])
            )
    whole_old, whole_now = shapely.union_all(old), shapely.union_all(now)
    for was, shape in enumerate(old):
        _add(rows, shapes, before.iloc[was], None, shapely.difference(shape, whole_now))
    for becomes, shape in enumerate(now):
        _add(rows, shapes, None, after.iloc[becomes], shapely.difference(shape, whole_old))
    columns = [f"{column}_{when}" for column in KEPT for when in ("old", "new")]
    table = {column: [row.get(column) for row in rows] for column in [*columns, "area_m2"]}
    return gpd.GeoDataFrame(table, geometry=shapes, crs=before.crs if len(before) else after.crs)


def _add(rows: list[dict[str, Any]], shapes: list[Any], was: Any, becomes: Any, land: Any) -> None:
    parts = [one for one in shapely.get_parts(land) if one.geom_type == "Polygon"]
    area = sum(one.area for one in parts)
    if area <= SMALLEST_PIECE_M2:
        return
    row: dict[str, Any] = {"area_m2": round(area, 2)}
    for column in KEPT:
        row |= {
            f"{column}_{when}": None if side is None else side[column]
            for when, side in (("old", was), ("new", becomes))
        }
    rows.append(row)
    shapes.append(parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts))


TITLES = {BEFORE: "调整前地块", AFTER: "调整后地块", CHANGE: "调整地块"}
#: Field -> title; the columns of the layers of an amendment that are handed in.
FIELDS = {
    "parcel_id": ("DKBH", "地块编号"), "block_id": ("JQBH", "街区编号"), "land_use": ("YDDM", "用地代码"),
    "far": ("RJL", "容积率"), "height_m": ("JZXG", "建筑限高"), "coverage_ratio": ("JZMD", "建筑密度（%）"),
    "green_ratio": ("LDL", "绿地率（%）"), "floor_area_m2": ("JZMJ", "建筑面积"),
    "area_m2": ("MJ", "面积（㎡）"),
}  # fmt: skip
WHEN = {"old": ("Q", "（前）"), "new": ("H", "（后）"), "": ("", "")}


def tables_of(name: str, found: PlanAmendment) -> list[CarriedTable]:
    """The layers of a package of a stage: the outline of what is amended, or before, after and change."""
    if OUTLINE in name:
        land = shapely.union_all([*found.layers[BEFORE].geometry, *found.layers[AFTER].geometry])
        shapes = [] if land.is_empty else [land]
        spec = DeliveredLayer(
            name="TZXMQ", title=OUTLINE, geometry="polygon", basis="assumption",
            fields=[FieldSpec(name="FAMC", title="方案名称", type="text", length=200)],
        )  # fmt: skip
        return [CarriedTable(spec, {"FAMC": [pick(found.new.manifest.title, "zh")] * len(shapes)}, shapes)]
    layers = {"TZQ": found.layers[BEFORE], "TZH": found.layers[AFTER], "TZC": found.layers[CHANGE]}
    return [
        _table(name, TITLES[key], frame) for (name, frame), key in zip(layers.items(), TITLES, strict=True)
    ]


def _table(name: str, title: str, frame: gpd.GeoDataFrame) -> CarriedTable:
    fields, cells = [], {}
    for column in frame.columns:
        base, _, when = column.rpartition("_") if column.endswith(("_old", "_new")) else (column, "", "")
        if base not in FIELDS:
            continue
        short, said = FIELDS[base]
        sign, side = WHEN[when]
        text = base in {"parcel_id", "block_id", "land_use"}
        fields.append(
            FieldSpec(
                name=f"{short}{sign}",
                title=f"{said}{side}",
                type="text" if text else "double",
                length=50 if text else None,
            )
        )
        scale = 100 if base in {"coverage_ratio", "green_ratio"} else None
        cells[f"{short}{sign}"] = [_plain(value, scale) for value in frame[column].tolist()]
    spec = DeliveredLayer(name=name, title=title, geometry="polygon", fields=fields, basis="assumption")
    return CarriedTable(spec, cells, list(frame.geometry))


def _plain(value: Any, scale: int | None) -> Any:
    if value is None or pd.isna(value):
        return None
    return round(value * scale, 6) if scale else value
