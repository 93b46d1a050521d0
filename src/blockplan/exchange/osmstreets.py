"""
Ways of OpenStreetMap as streets of a plan: cut where they share a node, with who may use each piece.

Pieces carry the ids of their end nodes in ``u`` and ``v``, so that streets meet where OpenStreetMap says
they do and nowhere else. A node at which walkers do not get past (a locked gate) has an id of
its own for each piece that ends there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockplan.exchange.osmrules import first

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyproj
    from numpy.typing import NDArray

    from blockplan.exchange.osmfile import OsmWay
    from blockplan.exchange.osmrules import Tags, Walkability
    from blockplan.exchange.summary import Tally

#: A piece shorter than this (m) is a point drawn twice: its ends are one node.
SHORTEST_M = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """Pieces between nodes: row of the way, geometry in degrees, ids of first and last node."""

    way: NDArray[np.intp]
    line: NDArray[Any]
    u: NDArray[np.int64]
    v: NDArray[np.int64]


def street_frame(
    ways: Sequence[OsmWay], rules: Walkability, closed: set[int], crs: pyproj.CRS, tally: Tally
) -> gpd.GeoDataFrame:
    """
    Streets of a plan.

    Parameters
    ----------
    ways
        Ways in degrees (EPSG:4326); those that are no street by `rules` are left out and counted.
    closed
        Nodes at which walkers do not get past.

    Returns
    -------
    GeoDataFrame
        Layer ``streets``: one row a piece, with the columns of the plan, ``u``, ``v`` and ``osm_way`` (text)
        and the tags that `rules` keep.
    """
    kept, rows = [], []
    for way in ways:
        row = _attributes(way.tags, rules, tally)
        if row is not None:
            kept.append(way)
            rows.append({**row, "osm_way": str(way.id)})
    if not kept:
        return gpd.GeoDataFrame({"street_id": []}, geometry=[], crs=crs)
    closed = closed & {ref for way in kept for ref in way.refs.tolist()}
    tally.add("barrier", "nobody walks past it: streets are kept, but do not meet there", len(closed))
    pieces = _cut(kept, closed)
    table = pd.DataFrame(rows).iloc[pieces.way].reset_index(drop=True)
    lines = gpd.GeoSeries(pieces.line, crs="EPSG:4326").to_crs(crs)
    u, v = pieces.u, pieces.v
    against = table.pop("against").to_numpy(dtype=bool)
    lines[against] = shapely.reverse(lines[against].to_numpy())
    u, v = np.where(against, v, u), np.where(against, u, v)
    long = lines.length.to_numpy() > SHORTEST_M
    u, v = _joined(u, v, ~long, closed)
    tally.add("way", "two nodes at one place, taken as one", int((~long).sum()))
    frame = gpd.GeoDataFrame(table, geometry=lines, crs=crs)
    frame.insert(0, "street_id", _street_ids(frame["osm_way"], u, v))
    frame["u"], frame["v"] = _node_ids(u, closed, "u"), _node_ids(v, closed, "v")
    result: gpd.GeoDataFrame = frame[long].reset_index(drop=True)
    return result


def _attributes(tags: Tags, rules: Walkability, tally: Tally) -> dict[str, Any] | None:
    """Columns of a street; None (and counted) for a way that is none."""
    highway = tags.get("highway")
    if highway in rules.leave_out:
        tally.add("highway", f"highway = {highway}: no street, or not one now, left out")
        return None
    kind = rules.class_.get(highway if highway is not None else "platform")
    if kind is None:
        tally.add("highway", f"highway = {str(highway)[:60]}: no class for it, left out")
        return None
    walk, drive, oneway = first(rules.walk, tags), first(rules.drive, tags), first(rules.oneway, tags)
    barrier = first(rules.barrier, tags)
    if walk is not None and not walk.walk:
        tally.add("highway", f"kept, but not walked on: {walk.why or 'a step of the ladder says so'}")
    return {
        "class": kind,
        "walk": None if walk is None else walk.walk,
        "drive": None if drive is None else drive.drive,
        "oneway": None if oneway is None else oneway.oneway,
        "against": oneway is not None and oneway.against,
        "barrier": None if barrier is None else barrier.barrier,
        "level": _level(tags, rules, tally),
        **names(tags),
        **{key: tags.get(key) for key in rules.keep},
    }


def _level(tags: Tags, rules: Walkability, tally: Tally) -> float:
    said = tags.get("layer")
    if said is not None:
        try:
            return float(int(said))
        except ValueError:
            tally.add("highway", f"layer = {said[:60]}: no whole number, level from bridge and tunnel")
    step = first(rules.level, tags)
    return float("nan") if step is None else float(step.level)


def names(tags: Tags) -> dict[str, str | None]:
    """
    Names by language; a local name that begins with a Chinese character and has no kana stands for Chinese.

    Examples
    --------
    >>> names({"name": "平安大街", "name:en": "Ping'an Street"})["name_zh"]
    '平安大街'
    """
    local = tags.get("name", "")
    kana = any("\u3040" <= sign <= "\u30ff" for sign in local)
    chinese = local if "一" <= local[:1] <= "龦" and not kana else None
    zh = tags.get("name:zh") or tags.get("name:zh-Hans") or tags.get("name:zh-Hant") or chinese
    ja = tags.get("name:ja") or (local if kana else None)
    return {"name_zh": zh, "name_en": tags.get("name:en"), "name_ja": ja}


def _cut(ways: Sequence[OsmWay], closed: set[int]) -> _Pieces:
    """Cut ways at the nodes that they share, and at those where walkers do not get past."""
    sizes = np.array([len(way.refs) for way in ways])
    refs = np.concatenate([way.refs for way in ways])
    lonlat = np.concatenate([way.lonlat for way in ways])
    way = np.repeat(np.arange(len(ways)), sizes)
    last = np.cumsum(sizes) - 1
    ends = np.zeros(len(refs), dtype=bool)
    ends[last] = True
    starts = np.roll(ends, 1)
    _, number, count = np.unique(refs, return_inverse=True, return_counts=True)
    shared = (count[number] > 1) | np.isin(refs, np.fromiter(closed, np.int64, len(closed)))
    inside = shared & ~starts & ~ends
    # A node inside a way at which it is cut stands twice: as the end of one piece and the start of the next.
    at = np.repeat(np.arange(len(refs)), 1 + inside)
    again = np.concatenate([[False], at[1:] == at[:-1]])
    begins = starts[at] | again
    first_at = np.flatnonzero(begins)
    last_at = np.append(first_at[1:], len(at)) - 1
    piece = np.cumsum(begins) - 1
    lines = np.asarray(shapely.linestrings(lonlat[at], indices=piece), dtype=object)
    return _Pieces(way[at[first_at]], lines, refs[at[first_at]], refs[at[last_at]])


def _joined(
    u: NDArray[np.int64], v: NDArray[np.int64], short: NDArray[np.bool_], closed: set[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Node ids with the ends of pieces without length made one node."""
    same: dict[int, int] = {}

    def root(node: int) -> int:
        while node in same:
            node = same[node]
        return node

    for one, other in zip(u[short].tolist(), v[short].tolist(), strict=True):
        low, high = root(one), root(other)
        if low != high and not {low, high} & closed:
            same[high] = low
    if not same:
        return u, v
    found = np.array([root(node) for node in np.concatenate([u, v]).tolist()], dtype=np.int64)
    return found[: len(u)], found[len(u) :]


def _street_ids(way: pd.Series[str], u: NDArray[np.int64], v: NDArray[np.int64]) -> pd.Series[str]:
    """Way and end nodes; a way that goes the same way twice gets a number beside."""
    plain = "w" + way + "-" + pd.Series(u).astype(str) + "-" + pd.Series(v).astype(str)
    again = plain.groupby(plain).cumcount()
    numbered: pd.Series[str] = plain.where(again == 0, plain + "-" + (again + 1).astype(str))
    return numbered


def _node_ids(nodes: NDArray[np.int64], closed: set[int], end: str) -> list[str]:
    return [f"{node}/{end}{row}" if node in closed else str(node) for row, node in enumerate(nodes.tolist())]
