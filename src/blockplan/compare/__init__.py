"""
Scenarios and plans side by side: verdicts, measures, land that changes use, rows that changed.

``blockplan.compare(plan, ["b", "c"])`` is `compare`.
"""

from blockplan.compare.side_by_side import Column, Comparison, compare
from blockplan.rooms import callable_room

__all__ = ["Column", "Comparison", "compare"]

callable_room(__name__)
