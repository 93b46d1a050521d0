"""Ways through nodes."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.network.graphs import ANY_CASES

from blockplan.errors import UsageError
from blockplan.network import scan
from blockplan.network.core import compile_edges
from blockplan.network.nearest import path
from blockplan.network.precompile import warm_up


@pytest.mark.long
@given(ANY_CASES, st.data())
def test_a_path_is_as_long_as_the_nearest_end_is_far_and_follows_streets(case, data) -> None:
    start = data.draw(st.integers(0, case.size - 1))
    away = case.away([(start, 0)])
    found = path(case.graph(), start, case.nodes)
    nearest = min((away[node] for node in case.nodes), default=math.inf)
    if math.isinf(nearest):
        assert len(found.nodes) == 0
        assert math.isnan(found.cm)
        return
    assert found.cm == nearest
    assert found.nodes[0] == start
    assert found.nodes[-1] in case.nodes
    streets: dict[tuple[int, int], int] = {}
    for i, j, length, one_way in case.edges:
        for pair in [(i, j)] if one_way else [(i, j), (j, i)]:
            streets[pair] = min(length, streets.get(pair, length))
    nodes = found.nodes.tolist()
    assert sum(streets[pair] for pair in itertools.pairwise(nodes)) == nearest


def test_a_path_leads_round_what_is_closed() -> None:
    square = compile_edges([0, 1, 2, 3], [1, 2, 3, 0], [1.0, 1.0, 1.0, 5.0])
    assert path(square, 0, [3]).nodes.tolist() == [0, 1, 2, 3]
    assert path(square, 0, [0]).cm == 0


def test_ends_off_the_network_are_refused() -> None:
    with pytest.raises(UsageError, match="1 of 1 ends are not on the network"):
        path(compile_edges([0], [1], [1.0]), 0, [2])


def test_warming_up_compiles_all_and_says_nothing(capsys) -> None:
    warm_up()
    assert capsys.readouterr() == ("", "")
    assert all(kernel.signatures for kernel in (scan.scan, scan.around, scan.thinned))
