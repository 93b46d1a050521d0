"""
What a proof covers: the moves that were considered, how they act together, and how each phase ended.

A proof belongs to a model. It is claimed only where everything that may be done, and every way in which
two things done act together, is in the model or cannot matter; what stands against it is named.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from blockplan.jsontext import JsonRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Parts of parcels were cut as they are offered: they could be cut in other ways too.
CUTS_OFFERED = "cuts_offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof(JsonRecord):
    """
    The scope of a proof.

    Attributes
    ----------
    moves
        Kind of move -> how many of that kind were considered.
    interactions
        How moves act together in the model: ``sums``, ``homes``, ``parks``, ``reach``, ``limits``.
    phases
        Phase of the search -> how it ended: ``proved``, ``cut``, or ``not_proved`` where no proof is sought.
    against
        Why nothing is proved, each ``reason`` or ``reason: what``; empty where the claim stands.
    """

    moves: Mapping[str, int] = field(default_factory=dict)
    interactions: tuple[str, ...] = ()
    phases: Mapping[str, str] = field(default_factory=dict)
    against: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether nothing speaks against the claim."""
        return not self.against
