"""
Scenarios and plans side by side: verdicts, measures, land that changes use, rows that changed.

``blockplan.compare(plan, ["b", "c"])`` is `compare`.
"""

from blockplan import callable_room
from blockplan.compare.columns import ComparedColumn
from blockplan.compare.side_by_side import Comparison, Pair, beside, compare

__all__ = ["ComparedColumn", "Comparison", "Pair", "beside", "compare"]

callable_room(__name__)
