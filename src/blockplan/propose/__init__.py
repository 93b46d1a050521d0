"""
Proposals: where facilities should stand, each with objective, bound and gap.

A result says how good it provably is; ``proved`` is True only where the bound meets the objective.
"""

from blockplan.propose.siting import Sites
from blockplan.propose.stop import Stop

__all__ = ["Sites", "Stop"]
