"""Parts that add up as printed: the rest of rounding goes to those with the largest remainder."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Remainders nearer to one another than this count as equal: the earlier part takes the rest.
SAME = 9


def shared_out(parts: Sequence[float], whole: int) -> list[int]:
    """
    A whole number shared out in proportion to parts, each rounded down or up, by largest remainder.

    Examples
    --------
    >>> shared_out([1.0, 1.0, 1.0], 100)
    [34, 33, 33]
    >>> shared_out([0.0, 0.0], 100)
    [0, 0]
    """
    total = math.fsum(parts)
    if not total > 0:
        return [0] * len(parts)
    exact = [part / total * whole for part in parts]
    found = [math.floor(round(value, SAME)) for value in exact]
    order = sorted(range(len(parts)), key=lambda at: (-round(exact[at] - found[at], SAME), at))
    for at in order[: whole - sum(found)]:
        found[at] += 1
    return found
