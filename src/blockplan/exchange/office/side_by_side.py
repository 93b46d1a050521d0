"""Two drawings side by side in one file: each parcel stands twice, and nothing says which counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.errors import PlanDataError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: So many parcels must stand twice, and this share of all that have a number.
FEWEST, SHARE = 4, 0.5
#: This share of them must lie as far apart as the others, in m.
ALIKE, WITHIN_M = 0.8, 1.0


def refuse_two_drawings(shapes_of: Sequence[Sequence[Any]]) -> None:
    """
    See that parcels do not stand twice, all moved in one way.

    Parameters
    ----------
    shapes_of
        For each number the shapes at which it stands.

    Raises
    ------
    PlanDataError
        If they do; parts of one parcel lie each in its own way.
    """
    pairs = [shapes for shapes in shapes_of if len(shapes) == 2]
    if len(pairs) < FEWEST or len(pairs) < SHARE * len(shapes_of):
        return
    middles = np.array([[shapely.centroid(one).coords[0] for one in pair] for pair in pairs])
    ways = middles[:, 1] - middles[:, 0]
    # Which of the two comes first in the file says nothing.
    longer = np.abs(ways).sum(axis=0).argmax()
    back = ways[:, longer] < 0
    ways[back] *= -1
    middles[back] = middles[back][:, ::-1]
    way = np.median(ways, axis=0)
    apart = float(np.hypot(*way))
    sizes = [shapely.area(pair[0]) ** 0.5 for pair in pairs]
    alike = float((np.hypot(*(ways - way).T) < WITHIN_M).mean())
    if alike < ALIKE or apart < 2 * float(np.median(sizes)):
        return
    first, second = (tuple(f"{one:,.0f}" for one in at) for at in np.median(middles, axis=0))
    raise PlanDataError(
        f"{len(pairs)} of {len(shapes_of)} parcels stand twice, {apart:,.0f} m apart: two drawings lie side "
        f"by side, about ({first[0]}; {first[1]}) and ({second[0]}; {second[1]}), and nothing says which "
        "counts.\n"
        "Leave the plan in the file, and take the other drawing out or save it as a file of its own."
    )
