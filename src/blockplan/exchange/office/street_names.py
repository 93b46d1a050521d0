"""A street drawn in pieces bears its name on one of them: pieces that go straight on bear it too."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Ends nearer than this meet, m; a line goes on where it turns by less than this, degrees.
TOUCH_M, STRAIGHT_DEG = 0.01, 20.0

End = tuple[int, int]


def followed(names: Sequence[str | None], lines: Sequence[Any]) -> dict[int, str]:
    """
    Names of lines that bear none and go on from one that does, end to end and straight.

    Along a chain of lines with one name all bear it; where it has several, only lines between two that bear
    the same one.

    Examples
    --------
    >>> line = shapely.LineString
    >>> pieces = [line([(0, 0), (9, 0)]), line([(9, 0), (20, 1)]), line([(9, 0), (9, 9)])]
    >>> followed(["海棠路", None, None], pieces)
    {1: '海棠路'}
    """
    if not any(names) or all(names):
        return {}
    found: dict[int, str] = {}
    for chain in _chains(lines):
        said = [names[at] for at in chain]
        known = list(dict.fromkeys(name for name in said if name))
        for place, at in enumerate(chain):
            if said[place]:
                continue
            before = next((name for name in reversed(said[:place]) if name), None)
            after = next((name for name in said[place:] if name), None)
            name = known[0] if len(known) == 1 else before if before == after else None
            if name:
                found[at] = name
    return found


def _chains(lines: Sequence[Any]) -> list[list[int]]:
    """Lines that go on from each other, in their order along the street."""
    goes_on = _goes_on(lines)
    chains: list[list[int]] = []
    seen: set[int] = set()
    for closed in (False, True):
        for at in range(len(lines)):
            # (a chain begins at a free end; a ring begins anywhere)
            start = next((end for end in (0, 1) if (at, end) not in goes_on), 0 if closed else None)
            if at in seen or start is None:
                continue
            chain, end = [at], (at, 1 - start)
            seen.add(at)
            while (following := goes_on.get(end)) is not None and following[0] not in seen:
                seen.add(following[0])
                chain.append(following[0])
                end = (following[0], 1 - following[1])
            chains.append(chain)
    return chains


def _goes_on(lines: Sequence[Any]) -> dict[End, End]:
    """For each end of a line the end of another that goes straightest on from it, each the other's best."""
    meeting: dict[tuple[int, int], list[tuple[End, float]]] = defaultdict(list)
    for at, line in enumerate(lines):
        points = shapely.get_coordinates(line)
        if len(points) < 2:
            continue
        for end, (place, inner) in enumerate(((points[0], points[1]), (points[-1], points[-2]))):
            step = place - inner
            node = (round(float(place[0]) / TOUCH_M), round(float(place[1]) / TOUCH_M))
            meeting[node].append(((at, end), float(np.degrees(np.arctan2(step[1], step[0])))))
    best: dict[End, End] = {}
    for ends in meeting.values():
        for one, outward in ends:
            turns = [
                (abs((outward - angle) % 360 - 180), other) for other, angle in ends if other[0] != one[0]
            ]
            turn, other = min(turns, default=(180.0, one))
            if turn < STRAIGHT_DEG:
                best[one] = other
    return {one: other for one, other in best.items() if best.get(other) == one}
