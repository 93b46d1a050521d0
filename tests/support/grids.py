"""Random streets for the laws of the network."""

from __future__ import annotations

from hypothesis import strategies as st

COORDINATES = st.integers(0, 6).map(lambda step: step * 100)
LINES = st.lists(
    st.tuples(COORDINATES, COORDINATES, st.booleans(), st.integers(1, 6)), min_size=2, max_size=8, unique=True
)
POINTS = st.lists(st.tuples(st.integers(0, 600), st.integers(0, 600)), min_size=2, max_size=5)


def grid_lines(rows: list) -> list[list[tuple[int, int]]]:
    """Lines along a square grid: their place, direction and length in steps of 100 m."""
    return [
        [(x, y), (x + 100 * steps, y)] if across else [(x, y), (x, y + 100 * steps)]
        for x, y, across, steps in rows
    ]
