"""
Proposals: where facilities should stand, each with objective, bound and gap.

A result says how good it provably is; ``proved`` is True only where the bound meets the objective.
"""

from blockplan.propose.changes import Change, apply
from blockplan.propose.proposal import Proposal, SearchAnswer, Unmet, conclude, read_changes
from blockplan.propose.sites import Sites
from blockplan.propose.stopping import Incumbent, Stop, interruptible

__all__ = [
    "Change",
    "Incumbent",
    "Proposal",
    "SearchAnswer",
    "Sites",
    "Stop",
    "Unmet",
    "apply",
    "conclude",
    "interruptible",
    "read_changes",
]
