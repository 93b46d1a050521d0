"""Street graphs in a folder: read whole, or refused with the file and what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from benchmarks.edge_table import read_edges
from pyarrow import parquet

from blockplan.errors import PlanDataError
from blockplan.network.graph import at_nodes, nearest
from blockplan.network.nearest import nearest as compiled_nearest

if TYPE_CHECKING:
    from pathlib import Path


def folder_of(folder: Path, nodes: dict[str, Any], edges: dict[str, Any]) -> Path:
    parquet.write_table(pa.table(nodes), folder / "nodes.parquet")
    parquet.write_table(pa.table(edges), folder / "edges.parquet")
    return folder


NODES = {"x": [0, 100, 200, 900, 950], "y": [0, 0, 0, 0, 0]}
EDGES = {"u": [0, 1, 3], "v": [1, 2, 4], "length_m": [100.0, 100.0, 50.0]}


def test_a_folder_is_read_as_it_is(tmp_path) -> None:
    table = read_edges(folder_of(tmp_path, NODES, EDGES))
    assert table.xy.tolist() == [[0, 0], [100, 0], [200, 0], [900, 0], [950, 0]]
    assert (table.start.tolist(), table.end.tolist()) == ([0, 1, 3], [1, 2, 4])
    assert table.length_m.tolist() == [100, 100, 50]


def test_the_largest_part_keeps_the_order_of_its_nodes(tmp_path) -> None:
    part = read_edges(folder_of(tmp_path, NODES, EDGES)).largest_part()
    assert part.xy[:, 0].tolist() == [0, 100, 200]
    assert (part.start.tolist(), part.end.tolist()) == ([0, 1], [1, 2])


def test_a_table_is_searched_as_a_plan_is(tmp_path) -> None:
    table = read_edges(folder_of(tmp_path, NODES, EDGES))
    source, cost = np.array([0], dtype=np.int32), np.array([0], dtype=np.int32)
    found = at_nodes(table, source, cost, 15_000)
    np.testing.assert_array_equal(found, [0, 10_000, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(nearest(table.csr, source, cost, 15_000), found)
    np.testing.assert_array_equal(compiled_nearest(table.compiled, source, 15_000), found)


@pytest.mark.parametrize(
    ("nodes", "edges", "message"),
    [
        (NODES, {**EDGES, "v": [1, 2, 9]}, r"1 of 3 edges name a node .*first: edge 2, 3 - 9;"),
        (NODES, {"u": [0], "v": [1]}, r"edges.parquet has no column length_m; it needs u, v, length_m"),
        (NODES, {**EDGES, "length_m": [1.0, 2.0, -3.0]}, r"1 of 3 edges have no length .*edge 2, -3.0 m"),
        (NODES, {**EDGES, "length_m": [1.0, None, 2.0]}, "the column length_m has 1 gaps"),
    ],
)  # fmt: skip
def test_a_table_with_a_fault_is_refused(tmp_path, nodes, edges, message: str) -> None:
    with pytest.raises(PlanDataError, match=message):
        read_edges(folder_of(tmp_path, nodes, edges))


def test_a_file_that_is_not_there_or_no_parquet_is_named(tmp_path) -> None:
    with pytest.raises(PlanDataError, match=r"nodes.parquet is not there. A street graph is a folder with"):
        read_edges(tmp_path)
    (tmp_path / "nodes.parquet").write_text("x,y\n0,0\n")
    with pytest.raises(PlanDataError, match=r"nodes.parquet cannot be read as Parquet"):
        read_edges(tmp_path)
