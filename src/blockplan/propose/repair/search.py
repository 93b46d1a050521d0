"""
Which demands are understood, and which moves have to be in the model so that it proves something.

A demand belongs to the first family that it fits: a supply over a base, a straight line to a green, a share
within reach, a number of parks, a figure that no parcel may exceed. One that fits none is left to the check.

The moves are those that help a demand that fails; then, for every demand that passes and that one of these
may harm, those that help it; and so on. Any other move can be taken out of a plan that keeps its rules, and
it keeps them still: it is proved not to matter.

The rows of a family in the model never forbid what the check would let pass: they may be too generous, and
the check has the last word. So what the model cannot better, nothing that is permitted can.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from blockplan.measure import MEASURES
from blockplan.plan.model.layers import VALUES
from blockplan.propose.changes import Change, new_feature
from blockplan.propose.repair import caps as repair_caps
from blockplan.propose.repair import green_reach
from blockplan.propose.repair import parks as repair_parks
from blockplan.propose.repair import reach as repair_reach
from blockplan.propose.repair import rows as repair_rows
from blockplan.propose.repair.effects import tried
from blockplan.propose.repair.moves import SIZES
from blockplan.propose.repair.reach import stops

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from blockplan.plan import Plan
    from blockplan.propose.repair.demands import Demand
    from blockplan.propose.repair.draft import RepairDraft, SumRow
    from blockplan.propose.repair.effects import Bench
    from blockplan.propose.repair.moves import Key, RepairMove, Yard


class Family(Protocol):
    """
    A demand as the model knows it.

    Attributes
    ----------
    kind
        How moves act together here, as `blockplan.propose.proposal.Proof` names it.
    leeway
        By so much the model may take the lack for less than it is: the check knows land only as drawn.
    """

    demand: Demand
    kind: str
    leeway: float

    @property
    def unsure(self) -> str:
        """Why its rows prove nothing; "" where they do."""

    def offers(self) -> Sequence[RepairMove]:
        """Every move that may touch the demand."""

    def helps(self, move: RepairMove) -> bool:
        """Whether a move may bring the demand nearer, whatever else is done."""

    def harms(self, move: RepairMove) -> bool:
        """Whether a move may do the demand harm, whatever else is done."""

    def add(self, draft: RepairDraft) -> None:
        """Write the rows."""

    def cuts(self, draft: RepairDraft, values: NDArray[np.float64]) -> list[SumRow]:
        """Rows that a solution breaks and no plan that keeps the rule does."""

    def lack(self, plan: Plan) -> float:
        """What a plan is short of it, as the model counts; 0 where it keeps the rule."""

    def missing(self, plan: Plan) -> tuple[float, str]:
        """The lack as it is told, with its unit."""


#: Sizes of a facility that is tried out: told apart by what they add.
TRIED = {"beds": 1.0, "places": 10.0, "floor_area_m2": 100.0, "site_area_m2": 1000.0}


@dataclass(slots=True)
class Useful:
    """
    What goes into the model.

    Attributes
    ----------
    families
        Demands that are understood, by name.
    moves
        Moves that may matter.
    waiting
        Names of demands that pass and that none of these moves may harm.
    """

    families: dict[str, Family] = field(default_factory=dict)
    moves: dict[Key, RepairMove] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)

    def keep(self, moves: Iterable[RepairMove]) -> None:
        """Add moves; then those that help demands which they may harm, and so on."""
        self.moves |= {move.key: move for move in moves}
        while harmed := [name for name in self.waiting if self._harmed(name)]:
            self.waiting = [name for name in self.waiting if name not in harmed]
            for name in harmed:
                self.moves |= self.helping(name)

    def helping(self, name: str) -> dict[Key, RepairMove]:
        """The moves that help a demand."""
        family = self.families[name]
        return {move.key: move for move in family.offers() if family.helps(move)}

    def _harmed(self, name: str) -> bool:
        return any(self.families[name].harms(move) for move in self.moves.values())


def useful(bench: Bench, yard: Yard) -> Useful:
    """The families of the demands of a bench, and the moves that may matter to those that fail."""
    found = Useful()
    if not any(demand.fails for demand in bench.demands):
        return found
    conversions = list(yard.conversions())
    bench.offer(conversions)
    for demand in bench.demands:
        family = _family(bench, yard, demand, conversions)
        if family is not None:
            found.families[demand.name] = family
            if not demand.fails:
                found.waiting.append(demand.name)
    for demand in bench.demands:
        if demand.fails and demand.name in found.families:
            found.keep(found.helping(demand.name).values())
    return found


def _family(bench: Bench, yard: Yard, demand: Demand, conversions: list[RepairMove]) -> Family | None:
    if repair_rows.fits(bench, demand):
        return repair_rows.Supply(demand, bench, lambda: [*conversions, *_facilities(bench, yard, demand)])
    if green_reach.fits(bench, demand):
        return green_reach.GreenReach(demand, bench, lambda: conversions)
    if demand.fails and repair_reach.fits(bench, demand):
        return repair_reach.ReachDemand(demand, bench, lambda: [*conversions, *_places(bench, yard, demand)])
    if repair_parks.fits(bench, demand):
        return repair_parks.Parks(demand, bench, lambda: conversions)
    if demand.fails and repair_caps.fits(bench, demand):
        return repair_caps.Caps(demand, bench, yard.locks, lambda: conversions)
    return None


def _facilities(bench: Bench, yard: Yard, demand: Demand) -> list[RepairMove]:
    """New and enlarged facilities of the services that add to a supply."""
    found: list[RepairMove] = []
    for service, column in services_that_count(bench, demand):
        found += [*yard.hosts(service, column), *yard.enlargements(service, column)]
    return found


def services_that_count(bench: Bench, demand: Demand) -> list[tuple[str, str]]:
    """Services of which a new facility would add to the supply of a demand, and the size that it adds by."""
    zero, found = bench.figure(demand), []
    if zero.supply is None or not any(
        name.startswith("facilities.") for name in MEASURES[demand.measure].inputs
    ):
        return []
    parcel = str(bench.plan.layer("parcels").index[0])
    spot = bench.plan.layer("parcels").geometry.iloc[0].representative_point().wkt
    levels = demand.parameters.get("service_levels") or [None]
    services = sorted(VALUES["facilities", "service"])
    made = {"service": services[0], "parcel_id": parcel, "geometry": spot, "level": levels[0], **TRIED}
    with_one = bench.tried(new_feature("facilities", "(tried)", made))
    for service in services:
        to_it = Change("facilities", "(tried)", "service", services[0], service)
        figure = bench.measured(tried(with_one, [to_it]), demand)
        added = 0.0 if figure.supply is None else figure.supply - zero.supply
        found += [(service, column) for column in SIZES if np.isclose(added, TRIED[column])]
    return found


def _places(bench: Bench, yard: Yard, demand: Demand) -> list[RepairMove]:
    """Facilities and stops from which somebody who falls short may be reached."""
    read = MEASURES[demand.measure].inputs
    found: list[RepairMove] = []
    if any(name.startswith("facilities.") for name in read):
        for service in demand.parameters.get("services", ()):
            found += yard.hosts(str(service), yard.size_of(str(service)), usual=True)
    if any(name.startswith("stops.") for name in read) and "stops" not in yard.locks.layers:
        spots = repair_reach.spots_of(bench, demand)
        spacing = yard.assumed.limits["stop_spacing_m"]
        found += stops(bench.plan, spots, demand.limit_m, spacing)
    return found
