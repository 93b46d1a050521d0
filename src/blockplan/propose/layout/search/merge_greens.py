"""Join small green that lies side by side, so that no line is drawn that nobody needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.propose.layout.search.state import (
    AXIS,
    COUNT,
    CUT,
    GREEN,
    KIND,
    LEVEL,
    MANY_ROWS,
    ROW_CUTS,
    ROW_KINDS,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from blockplan.propose.layout.search.state import Layout, LayoutLand


def tidied(land: LayoutLand, layout: Layout) -> Layout:
    """
    The layout with green joined along rows, and across rows that are green from end to end.

    Green has no largest size, and joining loses none of it: the score cannot fall.
    """
    from blockplan.propose.layout.search.anneal_kernels import join, settle  # noqa: PLC0415 (numba is heavy)

    done = layout._replace(blocks=layout.blocks.copy())
    for number, block in enumerate(done.blocks[:-2]):
        for q in range(block[MANY_ROWS]):
            kinds = KIND + q * ROW_KINDS
            for c in range(int(block[COUNT + q]) - 2, -1, -1):
                if block[kinds + c] == block[kinds + c + 1] == GREEN:
                    join(done, number, q, c)
        for q in range(int(block[MANY_ROWS]) - 2, -1, -1):
            _join_rows(land, block, number, q)
        settle(land, done, number, number)
    return done


def _join_rows(land: LayoutLand, block: NDArray[np.int64], number: int, q: int) -> None:
    """Make row q of a block and the next one, where both are one green."""
    for row in (q, q + 1):
        if block[COUNT + row] != 1 or block[KIND + row * ROW_KINDS] != GREEN:
            return
    both = land.row_of[number, block[AXIS], block[LEVEL + q], block[LEVEL + q + 2]]
    if both < 0:
        return
    last = int(block[MANY_ROWS]) - 1
    block[CUT + q * ROW_CUTS + 1] = land.rows[both, 1]
    for row in range(q + 1, last):
        block[COUNT + row] = block[COUNT + row + 1]
        for first, wide in ((CUT, ROW_CUTS), (KIND, ROW_KINDS)):
            here, there = first + row * wide, first + (row + 1) * wide
            block[here : here + wide] = block[there : there + wide]
    for row in range(q + 1, last + 1):
        block[LEVEL + row] = block[LEVEL + row + 1]
    block[MANY_ROWS] = last
