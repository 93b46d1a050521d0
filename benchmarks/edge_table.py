"""Graphs from tables on disk: a folder with ``nodes.parquet`` and ``edges.parquet``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.errors import PlanDataError
from blockplan.network.graph import Csr, sparse
from blockplan.units import CM_PER_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.network.core import Graph

#: No edge is as long as this.
LONGEST_M = 10_000_000.0
#: Columns that are read, by file.
COLUMNS = {"nodes.parquet": ("x", "y"), "edges.parquet": ("u", "v", "length_m")}


@dataclass(frozen=True, eq=False)
class EdgeTable:
    """
    A street graph as a table.

    Attributes
    ----------
    xy
        Coordinates of the nodes in metres, shape (nodes, 2); a node's number is its row.
    length_m
        Length of each edge.
    """

    xy: NDArray[np.float64]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    length_m: NDArray[np.float64]

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.xy)

    @cached_property
    def csr(self) -> Csr:
        """The edges as a sparse graph, both directions, the shortest of parallel edges."""
        return sparse(self.nodes, self.start, self.end, np.rint(self.length_m * CM_PER_M).astype(np.int32))

    @cached_property
    def compiled(self) -> Graph:
        """The edges as a compiled graph."""
        from blockplan.network.core import compile_edges

        return compile_edges(self.start, self.end, self.length_m, xy=self.xy)

    def largest_part(self) -> EdgeTable:
        """The largest connected part, its nodes numbered anew in their order."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        size = len(self.xy)
        edges = coo_array(
            (np.ones(len(self.start), dtype=np.int8), (self.start, self.end)), shape=(size, size)
        )
        part = connected_components(edges, directed=False)[1]
        kept = part == np.bincount(part, minlength=1).argmax()
        number = (np.cumsum(kept) - 1).astype(np.int32)
        inside = kept[self.start]
        start, end = number[self.start[inside]], number[self.end[inside]]
        return EdgeTable(self.xy[kept], start, end, self.length_m[inside])


def read_edges(folder: str | Path) -> EdgeTable:
    """
    Read a folder with ``nodes.parquet`` (x, y in metres) and ``edges.parquet`` (u, v, length_m).

    Raises
    ------
    PlanDataError
        If a file or a column is not there, cannot be read, or has gaps, if an edge names a node that
        is no row of the nodes, or has a length that is negative or not known.
    """
    nodes, edges = (_columns(Path(folder) / name, columns) for name, columns in COLUMNS.items())
    xy = np.stack([nodes["x"], nodes["y"]], axis=1).astype(np.float64)
    start, end = edges["u"], edges["v"]
    off = (np.minimum(start, end) < 0) | (np.maximum(start, end) >= len(xy))
    if off.any():
        first = int(np.flatnonzero(off)[0])
        raise PlanDataError(
            f"{Path(folder) / 'edges.parquet'}: {off.sum()} of {len(off)} edges name a node that "
            f"nodes.parquet does not have (first: edge {first}, {start[first]} - {end[first]}; "
            f"the nodes are 0 to {len(xy) - 1})."
        )
    length_m = edges["length_m"].astype(np.float64)
    bad = ~((length_m >= 0) & (length_m < LONGEST_M))
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise PlanDataError(
            f"{Path(folder) / 'edges.parquet'}: {bad.sum()} of {len(bad)} edges have no length to walk "
            f"(first: edge {first}, {length_m[first]} m)."
        )
    return EdgeTable(xy, start.astype(np.int32), end.astype(np.int32), length_m)


def _columns(file: Path, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        there = parquet.read_schema(file).names
        lacking = [name for name in names if name not in there]
        if lacking:
            raise PlanDataError(
                f"{file} has no column {' and none '.join(lacking)}; it needs {', '.join(names)}, and has "
                f"{', '.join(there)}."
            )
        table = parquet.read_table(file, columns=list(names))
    except FileNotFoundError:
        raise PlanDataError(
            f"{file} is not there. A street graph is a folder with nodes.parquet (x, y) and "
            "edges.parquet (u, v, length_m)."
        ) from None
    except (OSError, pa.ArrowInvalid) as error:
        raise PlanDataError(f"{file} cannot be read as Parquet: {error}") from None
    gaps = [name for name in names if table[name].null_count]
    if gaps:
        raise PlanDataError(f"{file}: the column {gaps[0]} has {table[gaps[0]].null_count} gaps. Fill them.")
    return {name: table[name].to_numpy() for name in names}
