"""
A plan under edit: a small language of edits, shared boundaries, verdicts that follow each edit.

``session = blockplan.live(plan, packs)`` begins; ``session.apply(edits)`` says what changed. After any
edits the session's verdicts and faults are those of `check` and `validate` of the saved plan.
"""

from blockplan import callable_room
from blockplan.live.edits import (
    Add,
    DrawBoundary,
    Edit,
    Merge,
    Move,
    MoveVertex,
    Remove,
    RemoveVertex,
    SetValue,
    Split,
    parse_edits,
)
from blockplan.live.refusals import EditError, LockedError
from blockplan.live.session import Session, live
from blockplan.live.sharing import Clash, EditConflictError
from blockplan.live.steps import EditResult

__all__ = [
    "Add",
    "Clash",
    "DrawBoundary",
    "Edit",
    "EditConflictError",
    "EditError",
    "EditResult",
    "LockedError",
    "Merge",
    "Move",
    "MoveVertex",
    "Remove",
    "RemoveVertex",
    "Session",
    "SetValue",
    "Split",
    "live",
    "parse_edits",
]

callable_room(__name__)
