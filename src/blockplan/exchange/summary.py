"""What an import did: features by class, what could not be carried over, and how the result stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from blockplan.jsontext import JsonRecord, some

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blockplan.plan import Fault


@dataclass(frozen=True, slots=True)
class Unmapped(JsonRecord):
    """So many features of a source layer, or values of it, that have no counterpart, and why."""

    layer: str = field(metadata={"json": "class"})
    reason: str
    n: int


@dataclass(slots=True)
class Tally:
    """Counts what could not be carried over, while an import runs."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, layer: str, reason: str, n: int = 1) -> None:
        """Count `n` features of a source layer under a reason."""
        if n:
            self.counts[layer, reason] += n

    def entries(self) -> tuple[Unmapped, ...]:
        """All entries: by layer, the most frequent reason first."""
        ordered = sorted(self.counts.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
        return tuple(Unmapped(layer, reason, n) for (layer, reason), n in ordered)


@dataclass(frozen=True, slots=True)
class ImportSummary(JsonRecord):
    """
    What came in and what did not.

    Attributes
    ----------
    features
        Layer of the plan -> number of its features.
    area_m2_by_class
        Layer of the plan -> area of its polygons, m2 (overlaps counted twice).
    unmapped
        What of the source has no counterpart in the plan, with the reason.
    faults
        Faults of the plan that came out, as ``validate`` finds them.
    derived_land
        How the planned land was derived, in words; None where it was given.
    made
        What the import settled itself: ``boundary`` (given, derived) and ``boundary_from`` (in words).
    """

    features: Mapping[str, int]
    area_m2_by_class: Mapping[str, float]
    unmapped: tuple[Unmapped, ...]
    faults: Sequence[Fault] = ()
    derived_land: str | None = None
    made: Mapping[str, str] = field(default_factory=dict)

    @property
    def verdicts(self) -> list[dict[str, Any]]:
        """The faults in the shape of verdicts: each is a rule of the data that the plan fails."""
        return [
            {"rule": fault.rule, "outcome": "fail", **some(fault, None, "grade", "measured", "x", "y")}
            for fault in self.faults
        ]

    def to_dict(self, lang: str | None = None) -> dict[str, Any]:
        """The summary as JSON writes it."""
        return {
            "features": dict(self.features),
            "area_m2_by_class": dict(self.area_m2_by_class),
            "unmapped": [entry.to_dict() for entry in self.unmapped],
            "verdicts": self.verdicts,
            **({"made": dict(self.made)} if self.made else {}),
        }
