"""What was read of a GTFS feed, and what had to be done to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


@dataclass(slots=True)
class ReadReport:
    """
    What was read of a feed, and what had to be done to it.

    Attributes
    ----------
    feed
        Name of the feed.
    stops, trips, stop_times
        Rows in the files.
    interpolated, interpolated_by_distance
        Blank times that were filled in, and those of them by distance (the others evenly by stop).
    copied
        Calls that state only arrival or only departure.
    runs
        Trips made from frequencies.txt.
    transfers
        Rows of transfers.txt that are used.
    dropped
        What was left out -> how many, and the first id.
    notes
        What else a user should know.
    """

    feed: str
    stops: int = 0
    trips: int = 0
    stop_times: int = 0
    interpolated: int = 0
    interpolated_by_distance: int = 0
    copied: int = 0
    runs: int = 0
    transfers: int = 0
    dropped: dict[str, tuple[int, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def drop(self, what: str, ids: Iterable[Any], wrong: NDArray[np.bool_]) -> None:
        """Note what is left out; nothing where nothing is wrong."""
        rows = np.flatnonzero(wrong)
        if len(rows):
            self.dropped[what] = (len(rows), str(list(ids)[int(rows[0])]))

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "feed": self.feed,
            "stops": self.stops,
            "trips": self.trips,
            "stop_times": self.stop_times,
            "interpolated": self.interpolated,
            "interpolated_by_distance": self.interpolated_by_distance,
            "copied": self.copied,
            "frequency_runs": self.runs,
            "transfers": self.transfers,
            "dropped": [{"what": what, "n": n, "first": first} for what, (n, first) in self.dropped.items()],
            "notes": self.notes,
        }
