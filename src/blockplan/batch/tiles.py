"""
One city in tiles: how far it is on foot, tile by tile, with the same answer as at one go.

A tile is a square; the points in it are measured with the streets and targets of the tile and a
halo round it. Memory then follows the tile and not the city, and tiles go through the same
processes or cluster as plans do.

Why the answer is the same, to the centimetre: whatever lies on a way of at most the limit is no farther
from the point than the limit, in a straight line. A target within the limit joins a street within the
join limit of it, so a halo of both limits holds every street that counts. These streets are cut where
they are cut in the whole city, because every street that touches one of them comes along.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.batch.cluster import run_on_cluster
from blockplan.batch.processes import Done, run
from blockplan.errors import BlockplanError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

#: Wider than any tolerance within which streets are taken to meet (m).
SLACK_M = 1.0
#: What the walking network reads of streets.
READ = ("walk", "barrier", "level", "u", "v")


@dataclass(frozen=True, slots=True, eq=False)
class _Tile:
    """What a worker needs for one tile: rows of the origins, and what is in and around it."""

    rows: NDArray[np.intp]
    origins: NDArray[Any]
    targets: NDArray[Any]
    streets: gpd.GeoDataFrame
    limit_m: float
    join_limit_m: float

    def __str__(self) -> str:
        return f"the tile round {self.origins[0].wkt} ({len(self.rows)} points, {len(self.streets)} streets)"


def walk_in_tiles(  # noqa: PLR0913 (limits and where to compute are the caller's to choose)
    streets: gpd.GeoDataFrame,
    origins: NDArray[Any],
    targets: NDArray[Any],
    *,
    limit_m: float,
    join_limit_m: float = 100.0,
    side_m: float = 2_000.0,
    workers: int | None = None,
    cluster: str | None = None,
) -> NDArray[np.float64]:
    """
    Metres on foot from each origin to the nearest target, measured tile by tile.

    Parameters
    ----------
    streets
        Layer ``streets`` of a plan.
    origins, targets
        Point geometries in the CRS of the streets; those without geometry reach nothing.
    limit_m
        Ways longer than this are not looked for.
    join_limit_m
        A point joins a street only within this distance.
    side_m
        Side of a tile. Small tiles need less memory, and repeat more of the halo.
    workers
        Processes; one for each core where None, none at all (tile after tile in this process) where 0.
    cluster
        Address of a dask scheduler; processes of this machine where None.

    Returns
    -------
    array
        One value an origin, its own way to the street included; NaN where no target is reached within
        the limit. The same as `blockplan.network.walk` gives on the whole city.

    Raises
    ------
    UsageError
        If a limit or the side of a tile is no positive number.
    BlockplanError
        If a tile could not be measured: an answer with a hole in it would look like a whole one.
    """
    for name, value in (("limit_m", limit_m), ("join_limit_m", join_limit_m), ("side_m", side_m)):
        if not (np.isfinite(value) and value > 0):
            raise UsageError(f"{name} = {value} makes no tile. Give a positive number of metres.")
    metres = np.full(len(origins), np.nan)
    tiles = _tiles(_plain(streets), origins, targets, (limit_m, join_limit_m, side_m))
    for one in _done(tiles, workers, cluster):
        if one.error:
            raise BlockplanError(f"Not every tile could be measured. {one.error}")
        rows, values = one.value
        metres[rows] = values
    return metres


def _done(tiles: Iterator[_Tile], workers: int | None, cluster: str | None) -> Iterator[Done]:
    if cluster is not None:
        return run_on_cluster(cluster, _walked, tiles, at_once=workers)
    if workers == 0:
        return (Done(number, None, _walked(tile)) for number, tile in enumerate(tiles))
    return run(_walked, tiles, workers=workers)


def _plain(streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    The columns that matter; node ids only where every walkable street has them.

    Whether streets meet by node ids is a matter of all streets: a tile must not decide it by its own.
    """
    frame = streets[[*(column for column in READ if column in streets), streets.geometry.name]]
    if {"u", "v"} <= set(frame.columns):
        walkable = frame["walk"].fillna(value=True).astype(bool).to_numpy()
        lines = np.asarray(frame.geometry.to_numpy(), dtype=object)
        named = (frame["u"].notna() & frame["v"].notna()).to_numpy() & (
            shapely.get_num_geometries(lines) == 1
        )
        if not named[walkable].all():
            frame = frame.drop(columns=["u", "v"])
    return frame


def _tiles(
    streets: gpd.GeoDataFrame,
    origins: NDArray[Any],
    targets: NDArray[Any],
    metres: tuple[float, float, float],
) -> Iterator[_Tile]:
    """Tiles that hold an origin, one after the other, each with what is around it."""
    limit_m, join_limit_m, side_m = metres
    lines = np.asarray(streets.geometry.to_numpy(), dtype=object)
    street_tree, target_tree = shapely.STRtree(lines), shapely.STRtree(targets)
    there = np.flatnonzero(~(shapely.is_missing(origins) | shapely.is_empty(origins)))
    cells = np.floor(shapely.get_coordinates(origins[there]) / side_m).astype(np.int64)
    order = np.lexsort((cells[:, 1], cells[:, 0]))
    splits = np.flatnonzero(np.any(np.diff(cells[order], axis=0) != 0, axis=1)) + 1
    for group in np.split(order, splits) if len(order) else ():
        west, south = cells[group[0]] * side_m
        tile = shapely.box(west, south, west + side_m, south + side_m)
        near = street_tree.query(tile, predicate="dwithin", distance=limit_m + join_limit_m + SLACK_M)
        # Streets that touch these come along, so that these are cut where they are in the whole city.
        touching = street_tree.query(lines[near], predicate="dwithin", distance=SLACK_M)[1]
        wanted = target_tree.query(tile, predicate="dwithin", distance=limit_m + SLACK_M)
        rows = np.sort(there[group])
        yield _Tile(
            rows,
            origins[rows],
            targets[np.sort(wanted)],
            streets.iloc[np.unique(np.concatenate([near, touching]))],
            limit_m,
            join_limit_m,
        )


def _walked(tile: _Tile) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Rows of a tile's origins, and the metres from each."""
    from blockplan.network import at_joins, join, walk, walking  # noqa: PLC0415 (workers need it, callers may not)

    network = walking(tile.streets)
    starts = join(network, tile.origins, tile.join_limit_m)
    ends = at_joins(join(network, tile.targets, tile.join_limit_m))
    return tile.rows, walk(network, starts, ends, tile.limit_m)
