"""Small towns of homes and supplies, with what is right for them."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from blockplan.exchange.matrix import Pairs


def pairs_of(minutes: list[list[float | None]]) -> Pairs:
    """Pairs of a small table; None where there is no way."""
    found = [(i, j, t) for i, row in enumerate(minutes) for j, t in enumerate(row) if t is not None]
    rows, columns, times = (
        (np.array(column) for column in zip(*found, strict=True)) if found else ([], [], [])
    )
    return Pairs(
        np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64),
        np.asarray(times, dtype=np.float64), (len(minutes), len(minutes[0])),
    )  # fmt: skip


TOWNS = st.tuples(st.integers(1, 7), st.integers(1, 5)).flatmap(
    lambda size: st.tuples(
        st.lists(st.integers(0, 20), min_size=size[0], max_size=size[0]),
        st.lists(st.integers(0, 25), min_size=size[1], max_size=size[1]),
        st.lists(
            st.lists(st.none() | st.integers(0, 9), min_size=size[1], max_size=size[1]),
            min_size=size[0], max_size=size[0],
        ),
    )
)  # fmt: skip
