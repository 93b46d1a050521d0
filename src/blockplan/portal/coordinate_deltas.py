"""Coordinates of maps in half the bytes: whole numbers, each point of a line a step from the one before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def in_steps(coordinates: Sequence[Any]) -> list[Any]:
    """
    Coordinates of a GeoJSON geometry in whole numbers; a point by itself stays where it is.

    Parameters
    ----------
    coordinates
        From the origin, in the unit that is to be whole (decimetres, millimetres).

    Examples
    --------
    >>> in_steps([[10, 20], [11, 25.2], [9, 20]])
    [[10, 20], [1, 5], [-2, -5]]
    """
    if not isinstance(coordinates[0], Sequence):
        return [round(value) for value in coordinates]
    if isinstance(coordinates[0][0], Sequence):
        return [in_steps(one) for one in coordinates]
    points = [(round(one[0]), round(one[1])) for one in coordinates]
    return [[x - x0, y - y0] for (x, y), (x0, y0) in zip(points, [(0, 0), *points], strict=False)]
