"""
Streets as a graph, and how far it is on foot.

The way through the room: `walking` makes a `Network` of street lines (finds
where they meet and where nobody may cross; `graph` keeps nodes and edges),
`join` puts points on it, `meets` finds where it meets areas, `walk` measures
from the ones to the others with a search of `graph`. Lengths inside are
integer centimetres; what cannot be reached is NaN, never a number.
"""

from blockplan.network.graph import Network
from blockplan.network.join import Joins, join, join_nodes
from blockplan.network.reach import Targets, at_joins, meets, walk
from blockplan.network.walking import walking

__all__ = ["Joins", "Network", "Targets", "at_joins", "join", "join_nodes", "meets", "walk", "walking"]
