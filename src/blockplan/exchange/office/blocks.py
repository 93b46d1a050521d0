"""Blocks and subblocks that an office leaves to the numbers of their parcels."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from blockplan.exchange.office.features import block_record
from blockplan.exchange.office.joining import block_named, key
from blockplan.exchange.office.messages import joined, worded
from blockplan.exchange.office.rows import PLACE, about_row

if TYPE_CHECKING:
    from blockplan.exchange.office.rows import Row
    from blockplan.exchange.office.source import Findings

BLOCK_COLUMNS = ("block_id", "subblock_id")
_PARTS = re.compile(r"[^-－_]+")


def numbered_by_parcels(
    made: dict[str, gpd.GeoDataFrame], frame: gpd.GeoDataFrame, findings: Findings
) -> None:
    """
    Blocks that are drawn without a number take what the numbers of all parcels in them begin with.

    None does where two would take the same.
    """
    for layer, column in (("blocks", "block_id"), ("subblocks", "subblock_id")):
        drawn = made.get(layer)
        if drawn is None or not len(frame):
            continue
        without = [one == f"{layer[0].upper()}{at:04d}" for at, one in enumerate(drawn[column], start=1)]
        shared = _shared_beginnings(drawn, frame)
        ids = [
            new if lacks and new else own
            for own, lacks, new in zip(drawn[column], without, shared, strict=True)
        ]
        named = sum(new != own for own, new in zip(drawn[column], ids, strict=True))
        if not named or len(set(ids)) < len(ids):
            continue
        drawn[column] = ids
        message = worded("drawn_without_a_number", n=named, kind=worded(layer))
        findings.add("office-number", "note", message, layer=layer)


def _shared_beginnings(drawn: gpd.GeoDataFrame, frame: gpd.GeoDataFrame) -> list[str]:
    """For each area what the numbers of the parcels in it have in common; empty where nothing."""
    tree = shapely.STRtree(drawn.geometry.to_numpy())
    within: list[list[str]] = [[] for _ in range(len(drawn))]
    points = frame.geometry.representative_point().to_numpy()
    for at, there in zip(*tree.query(points, predicate="within"), strict=True):
        within[int(there)].append(str(frame["parcel_id"].iloc[int(at)]))
    return [_shared(numbers) for numbers in within]


def _shared(numbers: list[str]) -> str:
    """
    What numbers have in common before the last part of each.

    Examples
    --------
    >>> _shared(["02-01-01", "02-01-02"]), _shared(["02-01-01", "02-03-01"]), _shared(["A-1", "B-1"])
    ('02-01', '02', '')
    """
    parts = [[found.span() for found in _PARTS.finditer(one)][:-1] for one in numbers]
    words = [[one[start:end] for start, end in spans] for one, spans in zip(numbers, parts, strict=True)]
    alike = takewhile(lambda part: len(set(part)) == 1, zip(*words, strict=False))
    shared = sum(1 for _ in alike)
    return numbers[0][: parts[0][shared - 1][1]] if shared else ""


def _around(drawn: gpd.GeoDataFrame, column: str, frame: gpd.GeoDataFrame) -> list[str | None]:
    """
    The drawn area that each parcel lies in.

    Of a piece of street whose point lies on the line between two areas, the one that is drawn first.
    """
    points = frame.geometry.representative_point().to_numpy()
    found: list[str | None] = [None] * len(frame)
    tree = shapely.STRtree(drawn.geometry.to_numpy())
    for at, there in sorted(zip(*tree.query(points, "intersects").tolist(), strict=True), reverse=True):
        found[at] = str(drawn[column].iloc[there])
    return found


def derived_blocks(
    made: dict[str, gpd.GeoDataFrame],
    frame: gpd.GeoDataFrame,
    table: list[Row],
    findings: Findings,
) -> None:
    """
    Blocks that parcels name and nobody draws are the land of their parcels.

    A parcel that names none of those that are drawn is of the one that it lies in.
    """
    rows = {str(row["block_id"]): row for row in table if row.get("block_id")}
    _blocks_in_numbers(made, frame, list(rows), findings)
    for column, layer in (("block_id", "blocks"), ("subblock_id", "subblocks")):
        if layer in made:
            known = set(made[layer][column])
            named = frame[column] if column in frame else [None] * len(frame)
            around = _around(made[layer], column, frame)
            frame[column] = [one if one in known else there for one, there in zip(named, around, strict=True)]
            continue
        if column not in frame:
            continue
        named = frame[frame[column].notna()]
        shapes = {
            str(id_): shapely.union_all(part.geometry.to_numpy())
            for id_, part in named.groupby(column, sort=True)
        }
        records = [block_record(id_, {PLACE: ("", "", id_)}, rows.get(id_, {}), column) for id_ in shapes]
        if records:
            made[layer] = gpd.GeoDataFrame(records, geometry=list(shapes.values()))
    _astray(made, rows, findings)


def _blocks_in_numbers(
    made: dict[str, gpd.GeoDataFrame],
    frame: gpd.GeoDataFrame,
    listed: list[str],
    findings: Findings,
) -> None:
    """Parcels that name no block are of the listed one with which their number begins (`A` of `A-01`)."""
    if not listed or made.keys() & {"blocks", "subblocks"} or frame.columns.intersection(BLOCK_COLUMNS).size:
        return
    heads = {key(block_named(one)): one for one in sorted(listed, key=len)}
    numbers = frame["parcel_id"].map(lambda one: key(str(one)))
    found = [
        next((heads[head] for head in sorted(heads, key=len, reverse=True) if _begins(number, head)), None)
        for number in numbers
    ]
    if len(set(found) - {None}) < len(listed):
        return
    frame["block_id"] = found
    message = worded("block_from_prefix_of_parcel", parcel=frame["parcel_id"].iloc[0], block=found[0])
    findings.add("office-number", "note", message, layer="parcels")


def _begins(number: str, head: str) -> bool:
    return bool(head) and number.startswith(head) and not number[len(head) : len(head) + 1].isalnum()


def _astray(made: dict[str, gpd.GeoDataFrame], rows: dict[str, Row], findings: Findings) -> None:
    """Tell rows of a table of blocks that none of the plan's blocks is."""
    there = {
        key(str(one)) for layer, column in zip(("blocks", "subblocks"), BLOCK_COLUMNS, strict=True)
        if layer in made for one in made[layer][column]
    }  # fmt: skip
    lost = [name for name in rows if key(name) not in there]
    if not lost:
        return
    row = rows[lost[0]]
    said = [column for column in ("residents", "dwellings") if row.get(column)]
    message = worded(
        "rows_of_no_block",
        n=len(lost),
        total=len(rows),
        names=", ".join(lost[:5]),
        of=worded("of_columns", columns=joined(map(worded, said), " and ")) if said else "",
    )
    findings.append(about_row(row, "office-unjoined", "warning", message, measured=float(len(lost))))
