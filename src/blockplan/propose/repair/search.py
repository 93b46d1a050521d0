"""
Which moves are of any use to the demands that fail, and which demands are understood at all.

A demand belongs to the first family that it fits: a supply over a base, a share within reach, a number of
parks, a figure that no parcel may exceed. One that fits none is not repaired but named.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from blockplan.measure import MEASURES
from blockplan.plan.layers import VALUES
from blockplan.propose.changes import new_feature
from blockplan.propose.repair import caps as repair_caps
from blockplan.propose.repair import parks as repair_parks
from blockplan.propose.repair import reach as repair_reach
from blockplan.propose.repair import rows as repair_rows
from blockplan.propose.repair.moves import SIZES
from blockplan.propose.repair.stops import stops

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.propose.repair.demands import Demand
    from blockplan.propose.repair.draft import Draft, Key
    from blockplan.propose.repair.effects import Bench
    from blockplan.propose.repair.moves import Move, Yard
    from blockplan.propose.repair.reach import Home

#: Sizes of a facility that is tried out: told apart by what they add.
TRIED = {"beds": 1.0, "places": 10.0, "floor_area_m2": 100.0, "site_area_m2": 1000.0}


@dataclass(slots=True)
class Useful:
    """Moves of any use, and what is known of each demand that fails, by its name."""

    moves: dict[Key, Move] = field(default_factory=dict)
    supplies: list[Demand] = field(default_factory=list)
    covers: dict[str, dict[Key, frozenset[Home]]] = field(default_factory=dict)
    parks: dict[str, list[Move]] = field(default_factory=dict)
    caps: dict[str, list[Move]] = field(default_factory=dict)
    modelled: set[str] = field(default_factory=set)

    def keep(self, moves: Iterable[Move]) -> None:
        """Add moves that are of use."""
        self.moves |= {move.key: move for move in moves}


def useful(bench: Bench, yard: Yard, failing: list[Demand]) -> Useful:
    """The moves that help one of the demands that fail."""
    found = Useful()
    conversions = list(yard.conversions())
    for demand in failing:
        if repair_rows.fits(bench, demand):
            _for_supply(bench, yard, demand, conversions, found)
        elif repair_reach.fits(bench, demand):
            _for_reach(bench, yard, demand, conversions, found)
        elif repair_parks.fits(bench, demand):
            found.parks[demand.name] = repair_parks.counting(bench, demand, conversions)
            found.keep(found.parks[demand.name])
        elif repair_caps.fits(bench, demand):
            found.caps[demand.name] = repair_caps.moves(bench, demand, yard.locks)
            found.keep(found.caps[demand.name])
        else:
            continue
        found.modelled.add(demand.name)
    return found


def write_rows(draft: Draft, bench: Bench, found: Useful, margins: dict[str, float]) -> None:
    """The rows of each demand that is understood: those that fail, and supplies that have to go on."""
    moves = list(found.moves.values())
    for demand in bench.demands:
        if demand.name in found.covers:
            repair_reach.add(draft, bench, demand, found.covers[demand.name])
        elif demand.name in found.parks:
            repair_parks.add(draft, bench, demand, found.parks[demand.name])
        elif demand.name in found.caps:
            repair_caps.add(draft, demand, found.caps[demand.name])
        elif repair_rows.fits(bench, demand) and (not demand.fails or demand.name in found.modelled):
            repair_rows.add(draft, bench, demand, moves, margins.get(demand.name, 0.0))


def _for_supply(bench: Bench, yard: Yard, demand: Demand, conversions: list[Move], found: Useful) -> None:
    """Conversions and facilities that bring the supply nearer to what is asked."""
    low, high = repair_rows.limits(demand)
    value = bench.figure(demand).value or 0.0
    sign, limit = (1.0, low) if value < low else (-1.0, high)
    effects = bench.effects(demand, conversions)
    found.keep(
        move
        for move in conversions
        if move.key in effects and sign * (effects[move.key].supply - limit * effects[move.key].base) > 0
    )
    if sign > 0:
        for service, column in services_that_count(bench, demand):
            found.keep(yard.hosts(service, column))
            found.keep(yard.enlargements(service, column))


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
    for service in sorted(VALUES["facilities", "service"]):
        made = {"service": service, "parcel_id": parcel, "geometry": spot, "level": levels[0], **TRIED}
        (figure,) = bench.figures(bench.tried(new_feature("facilities", "(tried)", made)), [demand])
        added = 0.0 if figure.supply is None else figure.supply - zero.supply
        found += [(service, column) for column in SIZES if np.isclose(added, TRIED[column])]
    return found


def _for_reach(bench: Bench, yard: Yard, demand: Demand, conversions: list[Move], found: Useful) -> None:
    """Conversions, facilities and stops from which somebody who falls short would be reached."""
    read = MEASURES[demand.measure].inputs
    candidates = list(conversions)
    if any(name.startswith("facilities.") for name in read):
        services = demand.parameters.get("services", ())
        for service in services:
            candidates += yard.hosts(str(service), yard.size_of(str(service)), usual=True)
    if any(name.startswith("stops.") for name in read) and "stops" not in yard.locks.layers:
        spots = repair_reach.spots_of(bench, demand)
        spacing = yard.assumed.limits["stop_spacing_m"]
        candidates += stops(bench.plan, spots, repair_reach.limit_of(demand), spacing)
    covers = repair_reach.reached(bench, demand, candidates)
    by_key = {move.key: move for move in candidates}
    found.covers[demand.name] = covers
    found.keep(by_key[key] for key in covers)
