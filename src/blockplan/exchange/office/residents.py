"""
Residents and dwellings that an office says of blocks, shared out over the parcels of homes in each block.

What parcels say themselves stays: a block any of whose parcels says its own is left alone, and told.

Where a brought plan's residents come from: the first column filled in, or homes times people.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from blockplan.exchange.office.features import name_of, parcels_at, value
from blockplan.exchange.office.source import Findings, SourceFinding
from blockplan.exchange.office.values import Amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.exchange.office.mapping import OfficeMapping
    from blockplan.exchange.office.rows import Row

#: Classes of land on which people live.
HOMES = ("07",)
COUNTS = ("residents", "dwellings")


def share_out(frame: gpd.GeoDataFrame, blocks: gpd.GeoDataFrame | None, findings: Findings) -> dict[str, str]:
    """
    Give parcels of homes what their block says, in whole numbers that sum to it.

    Gives what was done, by column.

    Parameters
    ----------
    frame
        Parcels, with ``parcel_id``, ``land_use`` and, where they say it, ``block_id``; changed in place.
    blocks
        Blocks, with ``block_id`` and what they say of ``residents`` and ``dwellings``.
    """
    if blocks is None or not len(blocks) or "land_use" not in frame:
        return {}
    within = blocks_of(frame, blocks)
    done: dict[str, str] = {}
    for column in COUNTS:
        if column not in blocks or not blocks[column].notna().any():
            continue
        own = list(frame[column]) if column in frame else [None] * len(frame)
        ways: set[str] = set()
        count = 0
        for block, said in zip(blocks["block_id"], blocks[column], strict=True):
            if said is None or math.isnan(float(said)):
                continue
            there = [at for at, one in enumerate(within) if one == block]
            homes = [at for at in there if str(frame["land_use"].iloc[at] or "").startswith(HOMES)]
            if any(is_known(own[at]) for at in there):
                continue
            if not homes:
                findings.append(_told(block, column, said, "has no parcel of homes, so nobody has them"))
                continue
            weights, way = _weights(frame, homes)
            for at, part in zip(homes, _parts(round(float(said)), weights), strict=True):
                own[at] = float(part)
            ways.add(way)
            count += 1
        if count:
            frame[column] = own
            done[column] = f"of {count} blocks, shared out over their parcels of homes by {_and(ways)}"
            message = (
                f"{count} blocks say {column} and their parcels say none; they were shared out over the "
                f"parcels of homes in each by {_and(ways)}. A table of parcels that says them counts instead."
            )
            findings.add("office-residents", "warning", message, layer="blocks")
    return done


def scope_of(drawn: Sequence[tuple[Row, Any]]) -> gpd.GeoDataFrame:
    """The planned land as blocks of its own, with what its outlines say."""
    records = [
        {"block_id": name_of(row) or f"scope {at}", **{column: value(row, column) for column in COUNTS}}
        for at, (row, _) in enumerate(drawn, start=1)
    ]
    return gpd.GeoDataFrame(records, geometry=[shape for _, shape in drawn])


def blocks_of(frame: gpd.GeoDataFrame, blocks: gpd.GeoDataFrame) -> list[Any]:
    """The block of each parcel: the one it names, else the one in which its middle lies."""
    shapes = [shape.representative_point() for shape in frame.geometry]
    named = list(frame["block_id"]) if "block_id" in frame else [None] * len(frame)
    places = parcels_at(shapes, blocks.rename(columns={"block_id": "parcel_id"}))
    return [one if isinstance(one, str) and one else place for one, place in zip(named, places, strict=True)]


def is_known(value: Any) -> bool:
    """Whether a count is one."""
    return value is not None and not math.isnan(float(value))


def _weights(frame: gpd.GeoDataFrame, homes: Sequence[int]) -> tuple[list[float], str]:
    """What each parcel weighs: its floor area where each of them says one, else the land that it covers."""
    if "floor_area_m2" in frame:
        floors = [frame["floor_area_m2"].iloc[at] for at in homes]
        if all(is_known(one) and float(one) > 0 for one in floors):
            return [float(one) for one in floors], "floor area"
    return [float(frame.geometry.iloc[at].area) for at in homes], "land"


def _parts(total: int, weights: Sequence[float]) -> list[int]:
    """
    Whole numbers in the proportion of the weights that sum to a total: largest remainders get the rest.

    Examples
    --------
    >>> _parts(10, [1.0, 1.0, 1.0]), _parts(7, [3.0, 1.0])
    ([4, 3, 3], [5, 2])
    """
    whole = sum(weights)
    exact = [total * one / whole for one in weights]
    parts = [math.floor(one) for one in exact]
    by_rest = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
    for at in by_rest[: total - sum(parts)]:
        parts[at] += 1
    return parts


def _and(ways: set[str]) -> str:
    return " or ".join(sorted(ways))


def _told(block: Any, column: str, said: Any, why: str) -> SourceFinding:
    message = f"Block {block} says {float(said):g} {column} and {why}."
    return SourceFinding("office-residents", "warning", message, layer="blocks", id=str(block), column=column)


def residents_source(
    frame: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame | None, mapping: OfficeMapping
) -> dict[str, Any]:
    """Where the residents come from: the column that the office filled in, of parcels before buildings."""
    if "residents" in mapping.plan:
        return {}

    def said(layer: gpd.GeoDataFrame | None, column: str) -> bool:
        return layer is not None and column in layer and bool(layer[column].notna().any())

    if said(frame, "residents"):
        return {"residents": {"source": "parcels"}}
    if said(buildings, "residents"):
        return {"residents": {"source": "buildings", "by": "residents"}}
    if said(frame, "dwellings"):
        return {"residents": {"source": "dwellings"}}
    if said(buildings, "dwellings"):
        return {"residents": {"source": "buildings", "by": "dwellings"}}
    return {}


def of_households(records: list[dict[str, Any]], rows: list[Row], findings: Findings) -> None:
    """Residents of parcels that say dwellings and people in each, and no residents."""
    made = 0
    for record, row in zip(records, rows, strict=True):
        size, homes = row.get("household_size"), record.get("dwellings")
        if homes and isinstance(size, Amount) and "residents" not in record:
            record["residents"], made = float(round(homes * size.value)), made + 1
    if made:
        message = f"{made} parcels say no residents; they are dwellings times the people said to be in each."
        findings.add("office-residents", "note", message, layer="parcels")
