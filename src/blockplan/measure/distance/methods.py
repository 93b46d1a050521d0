"""
Every way to read "within a distance", in one table.

The sentence has no single meaning. One way judges; the others stand beside it with the places whose
answer changes. Ids say how one goes (`line`, `net`), where one starts or joins the streets
(`parcel`, `node`, `edge`), where one ends, and `free` where ways to and from the street are not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from blockplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What is gone to: public greens, facilities of some services, stops of some modes.
Goal = Literal["green", "facility", "stop"]


@dataclass(frozen=True, slots=True)
class Way:
    """
    One way to read "within a distance".

    Attributes
    ----------
    goal
        What is gone to.
    to
        Where it ends. Of a green: its ``edge``; a mapped ``entrance`` (the way from the street to it
        counts), or where a walkable street crosses the green's edge if it has none; ``middle``, its
        representative point, joined like the home, the way from the street to it not counted; ``crossing``,
        where a walkable street crosses its edge; ``within_5m``, any point of a walkable street within 5 m
        of it. A ``facility`` or a ``stop`` as it is drawn (a point on it, for ways along streets);
        a facility's ``site``, the edge of what is drawn or of the parcel that it names.
    join
        Along streets: the nearest point of an ``edge`` or the nearest ``node``; in a line: None.
    start
        The ``home`` (its building where mapped), or the representative point of its ``parcel``.
    own_way
        Whether the straight ways from the home to the street, and from it to a point, count.
    """

    goal: Goal
    id: str
    to: str
    join: Literal["node", "edge"] | None = None
    start: Literal["home", "parcel"] = "home"
    own_way: bool = True

    def definition(self, join_limit_m: float | None) -> dict[str, Any]:
        """What a reading says of itself."""
        if self.join is None:
            return {"along": "line", "from": self.start, "to": self.to}
        return {
            "along": "network",
            "from": self.start,
            "join": self.join,
            "own_way": "counted" if self.own_way else "free",
            "to": self.to,
            "join_limit_m": join_limit_m,
        }


#: All of them; of each goal in the order in which they are shown, its straight line first.
WAYS = (
    Way("green", "line_edge", "edge"),
    Way("green", "net_edge_entrance", "entrance", "edge"),
    Way("green", "net_node_middle_free", "middle", "node", own_way=False),
    Way("green", "net_node_middle", "middle", "node"),
    Way("green", "net_edge_middle", "middle", "edge"),
    Way("green", "net_edge_crossing", "crossing", "edge"),
    Way("green", "net_edge_within_5m", "within_5m", "edge"),
    Way("facility", "line_facility", "facility"),
    Way("facility", "line_parcel_facility", "facility", start="parcel"),
    Way("facility", "line_site", "site"),
    Way("facility", "net_node_facility_free", "facility", "node", own_way=False),
    Way("facility", "net_node_facility", "facility", "node"),
    Way("facility", "net_edge_facility", "facility", "edge"),
    Way("facility", "net_edge_site", "site", "edge"),
    Way("stop", "line_stop", "stop"),
    Way("stop", "line_parcel_stop", "stop", start="parcel"),
    Way("stop", "net_node_stop_free", "stop", "node", own_way=False),
    Way("stop", "net_node_stop", "stop", "node"),
    Way("stop", "net_edge_stop_free", "stop", "edge", own_way=False),
    Way("stop", "net_edge_stop", "stop", "edge"),
)
#: What a choice of readings is called in messages.
_SAID = {"green": "greens", "facility": "facilities", "stop": "stops"}


def ways_to(goal: Goal) -> dict[str, Way]:
    """The ways to one goal by id, in their order."""
    return {way.id: way for way in WAYS if way.goal == goal}


def asked(goal: Goal, judged_by: str, beside: Sequence[str]) -> list[Way]:
    """
    The ways asked for, the judging one first, each once.

    Raises
    ------
    UsageError
        If there is no such way to the goal.
    """
    known = ways_to(goal)
    for name in (judged_by, *beside):
        if name not in known:
            raise UsageError(
                f"There is no reading {name!r} of the reach of {_SAID[goal]}. "
                f"{goal}_readings and what judges may name: {', '.join(known)}."
            )
    return [known[name] for name in dict.fromkeys((judged_by, *beside))]
