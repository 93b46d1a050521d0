"""
Scenarios b (more residents) and c (green in one corner) as differences from the plan.

In c the parks stand in the north of the R&D area. The reserve land, the
research campus and the plots beside the large park there become park; the
research, industry and reserve land they take moves to where parks were. Every
code keeps its area.
"""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from attributes import FLOOR_PER_JOB_M2, HOUSEHOLD, MIX, PERMITTED, RATIOS, shared_out
from carve import Lot, carve
from frame import PIECES
from landuse import Parcel, tiled
from layers import entrances

from blockplan.plan.model.codes import landuse
from blockplan.plan.model.plan import Difference

RESIDENTS_B = 60_000
#: Parks that stay: the large park of the R&D area.
STAYS = "large_rd"
#: Marks (and, for the reserve land, the cell) of what becomes park.
BECOMES_PARK = frozenset({"campus", "d1", "d2", "s1"})
RESERVE_CELL = ("rd", (0, 7))
#: Former parks that take research land, and those that take industry (size in ha); the rest is reserve.
RESEARCH_ON = ("large_n", "large_s")
INDUSTRY_ON_HA = (4.6, 3.6)
LARGEST_RESEARCH_M2 = 34_000.0
#: A vertex more on an edge moves a parcel by no more than the grid; its area is the same to this, in m2.
SAME_AREA_M2 = 1.0


def scenario_b(layers: dict[str, pd.DataFrame]) -> Difference:
    """60,000 residents in the same homes: every parcel's residents in proportion."""
    homes = layers["parcels"][layers["parcels"]["residents"] > 0].copy()
    homes["residents"] = shared_out(homes["residents"].to_numpy(), RESIDENTS_B)
    homes["dwellings"] = np.round(homes["residents"] / HOUSEHOLD)
    return Difference({"parcels": homes})


def scenario_c(
    layers: dict[str, pd.DataFrame], working: gpd.GeoDataFrame, carved: dict[str, list[Parcel]]
) -> Difference:
    """The same hectares of every code, with all parks in the north of the R&D area."""
    moved = _moved([parcel for name in PIECES for parcel in carved[name]])
    fresh = [tile for name in PIECES for tile in tiled(name, [p for p in moved if p.piece == name])]
    base = layers["parcels"].set_index("parcel_id", drop=False)
    changed, gone = _rows(fresh, base, working)
    parcels = gpd.GeoDataFrame(changed, geometry="geometry", crs=base.crs)
    everything = pd.concat([working[~working["parcel_id"].isin({*parcels["parcel_id"], *gone})], parcels])
    entered = entrances(gpd.GeoDataFrame(everything, crs=base.crs), layers["streets"])
    before = layers["green_entrances"]
    programmes = _programmes(layers["programmes"], parcels)
    difference = {
        "parcels": parcels.drop(columns=["piece"]),
        "green_entrances": entered[~entered["entrance_id"].isin(before["entrance_id"])],
        "programmes": programmes,
    }
    closed = sorted(set(before["entrance_id"]) - set(entered["entrance_id"]))
    return Difference(difference, {"parcels": tuple(sorted(gone)), "green_entrances": tuple(closed)})


def _becomes_park(parcel: Parcel) -> bool:
    reserve = (parcel.piece, parcel.cell) == RESERVE_CELL and parcel.code == "16"
    return reserve or parcel.mark in BECOMES_PARK


def _moved(parcels: list[Parcel]) -> list[Parcel]:
    """Parcels under scenario c, before they are tiled: relabelled, or carved anew where a park was."""
    research = sum(p.polygon.area for p in parcels if _becomes_park(p) and p.code == "0802")
    industry = sum(p.polygon.area for p in parcels if _becomes_park(p) and p.code == "1001")
    result: list[Parcel] = []
    for parcel in parcels:
        area = parcel.polygon.area
        if _becomes_park(parcel):
            result.append(replace(parcel, code="1401"))
        elif parcel.code != "1401" or parcel.mark == STAYS:
            result.append(parcel)
        elif parcel.mark in RESEARCH_ON:
            taken = min(area, research)
            research -= taken
            result += _carved(parcel, "0802", taken, int(np.ceil(taken / LARGEST_RESEARCH_M2)))
        elif parcel.piece == "mfg" and any(abs(area / 1e4 - ha) < 0.01 for ha in INDUSTRY_ON_HA):
            taken = min(area, industry)
            industry -= taken
            result += _carved(parcel, "1001", taken, 1)
        else:
            result.append(replace(parcel, code="16"))
    if max(research, industry) > 1.0:
        raise SystemExit(
            f"the former parks are too small: {research:.0f} m2 of research, {industry:.0f} of industry"
        )
    return result


def _carved(parcel: Parcel, code: str, taken: float, count: int) -> list[Parcel]:
    lots = [Lot(code, taken / count, "moved", 5) for _ in range(count)]
    if parcel.polygon.area - taken > 1.0:
        lots.append(Lot("16", parcel.polygon.area - taken, "moved"))
    pieces = carve(parcel.polygon, lots, (1.0, 0.5))
    return [replace(parcel, code=lot.code, mark=lot.mark, polygon=polygon) for lot, polygon in pieces]


def _rows(
    fresh: list[Parcel], base: gpd.GeoDataFrame, working: gpd.GeoDataFrame
) -> tuple[list[dict], set[str]]:
    """Rows of parcels that differ from the base, and ids that are gone."""
    from frame import warp  # noqa: PLC0415

    tree = shapely.STRtree(base.geometry.to_numpy())
    rows, left = [], {}
    for tile in fresh:
        polygon = warp(tile.polygon)
        at = int(tree.query(polygon.representative_point(), predicate="within")[0])
        old = base.iloc[at]
        same_land = abs(polygon.area - old.geometry.area) < SAME_AREA_M2
        if same_land and tile.code == old["land_use"]:
            if not polygon.equals(old.geometry):
                rows.append({**old.to_dict(), "geometry": polygon})
            continue
        number = left[old["parcel_id"]] = left.get(old["parcel_id"], 0) + 1
        key = old["parcel_id"] if same_land else f"{old['parcel_id']}{chr(96 + number)}"
        rows.append({**_attributes(old, key, tile, polygon), "piece": tile.piece})
    known = {row["parcel_id"] for row in rows}
    return rows, {key for key in left if key not in known}


def _attributes(old: pd.Series, key: str, tile: Parcel, polygon: shapely.Polygon) -> dict:
    """Row of a parcel under its new use, with the mean ratios of its code."""
    row = {name: None if isinstance(value, str) or value is None else np.nan for name, value in old.items()}
    for name in ("subblock_id", "block_id", "land_use_list", "existing_land_use"):
        row[name] = old[name]
    park = tile.code == "1401"
    row |= {
        "parcel_id": key,
        "land_use": tile.code,
        "land_use_name": landuse("cn2023").label(tile.code, "zh"),
        "permitted": PERMITTED.get(tile.code),
        "declared_area_m2": round(polygon.area, 1),
        "phase": "1" if park else "3",
        "status": "planned",
        "committed": park,
        "geometry": polygon,
    }
    if tile.code in RATIOS:
        far, _, _, low, high, cover, leaf = RATIOS[tile.code]
        floor = float(round(far * polygon.area))
        row |= {"far": far, "far_kind": "upper", "height_m": float((low + high) // 2), "floor_area_m2": floor}
        row |= {
            "coverage_ratio": cover,
            "green_ratio": leaf,
            "jobs": float(round(floor / FLOOR_PER_JOB_M2[tile.code])),
        }
        names = ("health", "manufacturing", "digital", "services")
        row |= {f"industry_{name}_share": share for name, share in zip(names, MIX[tile.code], strict=True)}
    return row


def _programmes(programmes: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Programmes whose parcel becomes park, on the research land that moved."""
    parks = set(parcels.loc[parcels["land_use"] == "1401", "parcel_id"])
    moving = programmes[programmes["parcel_id"].isin(parks)].copy()
    places = parcels[parcels["land_use"] == "0802"].iloc[: len(moving)]
    moving["parcel_id"] = places["parcel_id"].to_numpy()
    points = [point.representative_point() for point in places.geometry]
    moving["geometry"] = [shapely.Point(round(point.x, 3), round(point.y, 3)) for point in points]
    return moving
