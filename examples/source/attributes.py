"""Numbers, codes and names of the parcels: ids, ratios, floor area, residents, jobs, industries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from frame import PIECES, noise, warp
from grids import RANK, subblock_of

from blockplan.plan.model.codes import landuse

if TYPE_CHECKING:
    from landuse import Parcel

BLOCK_OF = {"rd": "RD-01", "life_n": "LS-01", "life_s": "LS-02", "mfg": "IM-01"}
RESIDENTS = {"rd": 10_750, "life": 36_500, "mfg": 2_750}
FLOOR_PER_RESIDENT_M2 = 36.0
HOUSEHOLD = 2.3
#: Code -> mean, lowest and highest floor area ratio, lowest and highest height, coverage, green ratio.
RATIOS = {
    "0701": (1.8, 1.5, 2.5, 18, 60, 0.28, 0.32),
    "0702": (1.0, 1.0, 1.0, 12, 18, 0.45, 0.25),
    "0802": (1.6, 1.2, 2.5, 24, 45, 0.42, 0.32),
    "0803": (0.7, 0.7, 0.7, 15, 24, 0.35, 0.30),
    "0804": (0.8, 0.8, 0.8, 15, 24, 0.28, 0.35),
    "0805": (0.3, 0.3, 0.3, 12, 18, 0.25, 0.35),
    "0806": (1.5, 1.5, 1.5, 24, 45, 0.35, 0.35),
    "0807": (1.1, 1.1, 1.1, 15, 24, 0.30, 0.35),
    "0901": (1.5, 1.2, 2.0, 24, 40, 0.45, 0.25),
    "0902": (2.4, 1.8, 3.2, 36, 80, 0.43, 0.26),
    "0904": (1.5, 1.2, 2.0, 24, 50, 0.44, 0.25),
    "1001": (1.3, 1.0, 2.0, 24, 36, 0.46, 0.18),
    "1101": (1.2, 1.0, 1.5, 24, 30, 0.50, 0.15),
}
#: m2 of floor area a job.
FLOOR_PER_JOB_M2 = {"0902": 30.0, "0802": 35.0, "1001": 75.0, "0901": 50.0, "0904": 50.0}
#: Shares of health, manufacturing, digital and services; those of offices follow from the plan's totals.
INDUSTRY = ("health", "manufacturing", "digital", "services")
MIX = {"1001": (0.45, 0.50, 0.05, 0.00), "0802": (0.55, 0.10, 0.30, 0.05)}
MIX_OF_PLAN = (0.36, 0.25, 0.22, 0.17)
PERMITTED = {
    "16": "0702,0802,0803,080403,080404,0807,0902,1401",
    "0802": "0803,0807,0902,1401",
    "0901": "0802,0803,0807,1401",
    "0902": "0802,0803,0807,080404,1401",
    "0904": "0802,0803,0807,080404,1401",
}
#: Marks of parcels that stay open to change: what scenario c turns into parks.
OPEN_MARKS = frozenset({"campus", "d1", "d2", "s1"})
EXISTING = ("0601", "0703", "0103", "0204", "1001", "0301", "2301")


def numbered(parcels: list[Parcel]) -> list[tuple[str, Parcel]]:
    """Parcels with their ids: block, sub-block, number from north-west to south-east, road land last."""
    groups: dict[tuple[str, int], list[Parcel]] = {}
    for parcel in parcels:
        groups.setdefault((parcel.piece, subblock_of(parcel.piece, *parcel.cell)), []).append(parcel)
    order = list(PIECES)
    result = []
    for (piece, number), group in sorted(
        groups.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
    ):
        group.sort(key=lambda p: (p.code == "1207", -round(p.polygon.centroid.y / 120), p.polygon.centroid.x))
        result += [
            (f"{BLOCK_OF[piece]}-{number:02d}-{k:03d}", parcel) for k, parcel in enumerate(group, start=1)
        ]
    return result


def parcel_frame(parcels: list[Parcel], widths: dict[tuple[str, str], tuple[str, float]]) -> gpd.GeoDataFrame:
    """
    The layer ``parcels``, with two working columns (``piece``, ``mark``) more.

    `widths` gives class and width between the red lines of each street of each piece.
    """
    listed = landuse("cn2023")
    rows = []
    for parcel_id, parcel in numbered(parcels):
        road = widths.get((parcel.piece, parcel.street))
        rows.append(
            {
                "parcel_id": parcel_id,
                "subblock_id": parcel_id[:8],
                "block_id": parcel_id[:5],
                "land_use": parcel.code,
                "land_use_list": "cn2023",
                "land_use_name": listed.label(parcel.code, "zh"),
                "permitted": PERMITTED.get(parcel.code),
                "red_line_width_m": road[1] if road else np.nan,
                "piece": parcel.piece,
                "mark": parcel.mark,
                "road_class": road[0] if road else None,
            }
        )
    frame = gpd.GeoDataFrame(
        rows, geometry=[warp(parcel.polygon) for _, parcel in numbered(parcels)], crs="EPSG:4548"
    )
    frame["declared_area_m2"] = frame.area.round(1)
    _ratios(frame)
    _people(frame)
    _industry(frame)
    _standing(frame)
    return frame


#: Road land beside the expressway that no street runs through.
RAMPS = "互通立交匝道用地，不设道路中心线"


def heading(code: str) -> str | None:
    """The row of `RATIOS` for a code; None where nothing is built."""
    return next((row for row in RATIOS if code.startswith(row)), None)


def _ratios(frame: gpd.GeoDataFrame) -> None:
    area = frame.area.to_numpy()
    far, height = np.full(len(frame), np.nan), np.full(len(frame), np.nan)
    coverage, green = far.copy(), far.copy()
    groups = frame["land_use"].map(heading)
    by_area = frame["piece"].map(lambda name: PIECES[name].area_id)
    for (row, area_id), index in frame.groupby([groups, by_area]).groups.items():
        mean, low, high, h0, h1, cover, leaf = RATIOS[row]
        at = frame.index.get_indexer(index)
        far[at] = _spread(mean, low, high, area[at], len(area_id))
        share = (far[at] - low) / (high - low) if high > low else np.full(len(at), 0.5)
        height[at] = np.round((h0 + share * (h1 - h0)) / 3) * 3
        coverage[at] = np.round(cover - 0.04 * share, 2)
        green[at] = np.round(leaf + 0.03 * share, 2) if row not in ("1001", "1101") else leaf
    for mark, value in {
        "culture_centre_1": 2 / 3,
        "culture_centre_2": 0.75,
        "culture_centre_3": 0.75,
    }.items():
        far[frame["mark"] == mark] = value
    frame["far"] = np.round(far, 3)
    frame["far_kind"] = np.where(np.isnan(far), None, "upper")
    frame["height_m"], frame["coverage_ratio"], frame["green_ratio"] = height, coverage, green
    frame["floor_area_m2"] = np.round(far * area)


def _spread(mean: float, low: float, high: float, area: np.ndarray, salt: int) -> np.ndarray:
    """Ratios from low to high, in hundredths, whose mean by area is as near to `mean` as can be."""
    if high == low or len(area) == 1:
        return np.full(len(area), mean)
    reach = min(mean - low, high - mean)
    far = np.array([mean + 0.85 * reach * noise(k, salt, mean) for k in range(len(area))])
    for _ in range(50):
        far = np.clip(far + mean - np.average(far, weights=area), low, high)
    far = np.round(far, 2)
    for k in np.argsort(-area):
        off = mean * area.sum() - (far * area).sum()
        far[k] = (
            np.clip(round(far[k] + off / area[k], 2), low, high) if abs(off) > 0.005 * area[k] else far[k]
        )
    return far


def _people(frame: gpd.GeoDataFrame) -> None:
    homes = frame["land_use"] == "0701"
    frame["residents"] = np.nan
    for area_id, total in RESIDENTS.items():
        mine = homes & frame["piece"].map(lambda name, a=area_id: PIECES[name].area_id == a)
        frame.loc[mine, "residents"] = shared_out(frame.loc[mine, "floor_area_m2"].to_numpy(), total)
    frame["dwellings"] = (frame["residents"] / HOUSEHOLD).round()
    per_job = frame["land_use"].map(FLOOR_PER_JOB_M2)
    frame["jobs"] = (frame["floor_area_m2"] / per_job).round()
    frame["parking_spaces"] = (frame["dwellings"].fillna(0) * 1.1 + frame["jobs"].fillna(0) * 0.22).round()
    frame.loc[frame["parking_spaces"] == 0, "parking_spaces"] = np.nan


def shared_out(weights: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers in proportion to weights that add up to the total (largest remainders)."""
    exact = weights / weights.sum() * total
    whole = np.floor(exact)
    extra = np.argsort(-(exact - whole), kind="stable")[: int(total - whole.sum())]
    whole[extra] += 1
    return whole


def _industry(frame: gpd.GeoDataFrame) -> None:
    """Shares by code, a little different on each parcel; offices take what the plan's totals leave."""
    floor = frame["floor_area_m2"].to_numpy()
    shares = np.full((len(frame), 4), np.nan)
    for code, mix in MIX.items():
        for k, at in enumerate(np.flatnonzero(frame["land_use"] == code)):
            shift = round(0.06 * noise(k, len(code), mix[0]), 2)
            shares[at] = (mix[0] + shift, mix[1] - shift, mix[2], mix[3])
    offices = (frame["land_use"] == "0902").to_numpy()
    done = ~np.isnan(shares[:, 0])
    whole = floor[done | offices].sum()
    rest = np.array(MIX_OF_PLAN) * whole - (shares[done] * floor[done, None]).sum(axis=0)
    shares[offices] = np.round(rest / floor[offices].sum(), 4)
    for name, column in zip(INDUSTRY, shares.T, strict=True):
        frame[f"industry_{name}_share"] = np.round(column, 4)


def _standing(frame: gpd.GeoDataFrame) -> None:
    """Phase, status, what stands there today, and what is committed."""
    code = frame["land_use"]
    built = code.str.startswith(("1207", "17", "03", "1402", "12", "13"))
    draw = np.array([noise(k, 3.0) for k in range(len(frame))])
    frame["phase"] = np.where(draw < -0.25, "1", np.where(draw < 0.45, "2", "3"))
    frame.loc[built | code.str.startswith("1401"), "phase"] = "1"
    frame.loc[code == "16", "phase"] = None
    frame["existing_land_use"] = [EXISTING[int((value + 1) * 3.499)] for value in draw]
    frame.loc[code.str.startswith("17"), "existing_land_use"] = "1701"
    frame["status"] = "planned"
    frame.loc[code.str.startswith("17"), "status"] = "existing"
    frame.loc[(frame["road_class"].map(RANK) == 0).to_numpy(), "status"] = "kept"
    frame.loc[(code == "1207") & frame["road_class"].isna(), "remarks"] = RAMPS
    open_ = (
        (code == "16")
        | (code.str.startswith(("0802", "09")) & (draw > -0.45))
        | frame["mark"].isin(OPEN_MARKS)
    )
    frame["committed"] = pd.array(~open_.to_numpy(dtype=bool), dtype="boolean")
