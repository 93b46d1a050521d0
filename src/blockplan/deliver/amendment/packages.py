"""The packages that a stage of an amendment's filing wants beside the plan's own database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from blockplan.deliver.amendment.amend import AFTER, BEFORE, CHANGE
from blockplan.deliver.package import OUTLINE
from blockplan.deliver.profile import DeliveredLayer, FieldSpec
from blockplan.deliver.to_profile import CarriedTable

if TYPE_CHECKING:
    import geopandas as gpd

    from blockplan.deliver.amendment.amend import PlanAmendment

TITLES = {BEFORE: "调整前地块", AFTER: "调整后地块", CHANGE: "调整地块"}
#: Field -> title; the columns of the layers of an amendment that are handed in.
FIELDS = {
    "parcel_id": ("DKBH", "地块编号"), "block_id": ("JQBH", "街区编号"), "land_use": ("YDDM", "用地代码"),
    "far": ("RJL", "容积率"), "height_m": ("JZXG", "建筑限高"), "coverage_ratio": ("JZMD", "建筑密度"),
    "green_ratio": ("LDL", "绿地率"), "floor_area_m2": ("JZMJ", "建筑面积"),
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
        return [CarriedTable(spec, {"FAMC": [found.new.manifest.title.get("zh")] * len(shapes)}, shapes)]
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
        cells[f"{short}{sign}"] = [_plain(value) for value in frame[column].tolist()]
    spec = DeliveredLayer(name=name, title=title, geometry="polygon", fields=fields, basis="assumption")
    return CarriedTable(spec, cells, list(frame.geometry))


def _plain(value: Any) -> Any:
    return None if value is None or pd.isna(value) else value
