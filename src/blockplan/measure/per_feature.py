"""
Values feature by feature: one for each parcel, building or block that a measure speaks of.

A measure that gives them keeps them in arrays, a row a feature of its layer, so that a plan of 20,000
parcels is measured and judged at once and no record is made for a feature that nobody asks about.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from blockplan.measure.missing import Missing

#: Layer -> the kind of its features, as a part of a measurement names it (``parcel:QY-01``).
KINDS = {"parcels": "parcel", "buildings": "building", "facilities": "facility", "blocks": "block"}


@dataclass(frozen=True, slots=True, eq=False)
class Each:
    """
    Values of the features of a layer, a row a feature.

    Attributes
    ----------
    layer, ids
        The layer, and the ids of its features.
    spots
        The point that each stands at (plan CRS, m), n x 2.
    value
        In the unit of the measurement; NaN where it is unknown.
    spoken_of
        Which features the measure speaks of.
    ends
        Between which numbers a value lies; both are the value where it is known.
    at_least, at_most
        The bounds that the plan itself sets to each; NaN: none.
    classes
        By which class of a table each is judged, None where that is not known; several of them where the
        class is known but for a choice.
    off
        How exactly each value is known from the drawing, in its unit.
    lacking
        What is not said, and in which features.
    unsure
        Features that may not be meant at all for what they say: they can pass, and not fail.
    parts
        Layer -> ids of other features that were counted, and the row that each was counted for.
    """

    layer: str
    ids: NDArray[Any]
    spots: NDArray[np.float64]
    value: NDArray[np.float64]
    spoken_of: NDArray[np.bool_]
    ends: tuple[NDArray[np.float64], NDArray[np.float64]]
    at_least: NDArray[np.float64]
    at_most: NDArray[np.float64]
    classes: tuple[NDArray[Any], ...] = ()
    off: NDArray[np.float64] | float = 0.0
    lacking: tuple[tuple[Missing, NDArray[np.bool_]], ...] = ()
    unsure: NDArray[np.bool_] | bool = False
    parts: Mapping[str, tuple[NDArray[Any], NDArray[np.intp]]] = field(default_factory=dict)

    @property
    def bounded(self) -> NDArray[np.bool_]:
        """Which features the plan itself bounds."""
        return np.asarray(self.spoken_of & ~(np.isnan(self.at_least) & np.isnan(self.at_most)))

    def by(self) -> Iterator[dict[str, Any]]:
        """Each feature that is spoken of with its value, as JSON writes the parts of a measurement."""
        kind, rows = KINDS[self.layer], np.flatnonzero(self.spoken_of)
        for name, value in zip(self.ids[rows], self.value[rows].tolist(), strict=True):
            yield {"scope": f"{kind}:{name}", "value": None if np.isnan(value) else value}
