"""
What each move does for each demand, found by measuring the plan with the move tried out.

A measure is asked, not known: whether a use counts as school land or a facility's beds as nursing beds is
told by what the measure says once it is there. So a rule on a measure of a known kind needs no code here.
Parcels of one use that are given another do the same in proportion to their land: two of them are tried, then
all at once, and each by itself where the sum does not agree.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from blockplan.measure import measure
from blockplan.measure.inputs.homes import residents
from blockplan.plan.model.frames import tidy
from blockplan.plan.model.layers import LAYERS
from blockplan.propose.changes import GEOMETRY, changed_frames
from blockplan.propose.conversion import row_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Plan
    from blockplan.propose.changes import Change
    from blockplan.propose.repair.demands import Demand, DemandFigure
    from blockplan.propose.repair.moves import RepairMove
    from blockplan.propose.stopping import Clock

#: What was worked out for a plan and stays true as long as its streets stay.
STANDING = ("network:walk",)
KEPT_PLANS = 600
#: Share of the time for trying moves out; solving takes little beside it.
TRYING = 0.8
#: Effects that agree to this part of the whole are the same.
SAME = 1e-7


@dataclass(frozen=True, slots=True)
class Effect:
    """What a move adds to supply and base of a demand: once, and for each unit of its amount."""

    supply: float = 0.0
    base: float = 0.0
    per_amount: float = 0.0


@dataclass(slots=True)
class Bench:
    """
    One plan and its demands, with what trying changes out gave.

    Most of the time of its clock is for trying out; moves that are not tried by then (`cut`) do nothing.
    """

    plan: Plan
    demands: Sequence[Demand]
    clock: Clock | None = None
    cut: bool = False
    before: list[DemandFigure] = field(default_factory=list)
    bases: dict[str, float] = field(default_factory=dict)
    plans: dict[tuple[Change, ...], Plan] = field(default_factory=dict)
    conversions: dict[str, dict[str, RepairMove]] = field(default_factory=dict)
    at_once: dict[str, Plan] = field(default_factory=dict)
    known: dict[tuple[str, str], dict[str, Effect]] = field(default_factory=dict)
    per_unit: dict[tuple[str, ...], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = self.figures(self.plan)
        self.bases = {
            demand.name: figure.base
            for demand, figure in zip(self.demands, self.before, strict=True)
            if figure.base is not None
        }

    def figure(self, demand: Demand) -> DemandFigure:
        """A demand as it is measured on the plan without changes."""
        return self.before[list(self.demands).index(demand)]

    def measured(self, plan: Plan, demand: Demand) -> DemandFigure:
        """A demand measured on a plan."""
        return self.figures(plan, [demand])[0]

    def below(self, plan: Plan, demand: Demand) -> float:
        """By how much a demand lies below what is required: nothing where it is kept, all where unknown."""
        figure = self.measured(plan, demand)
        if demand.holds(figure):
            return 0.0
        return max(0.0, float(demand.verdict.required.value) - (figure.value or 0.0))  # type: ignore[arg-type]

    def offer(self, conversions: Iterable[RepairMove]) -> None:
        """Say which parcels may be given which use."""
        for move in conversions:
            self.conversions.setdefault(move.now, {})[move.parcel] = move

    def with_code(self, code: str) -> Plan:
        """
        The plan with a use on every parcel that may be given it.

        What a parcel is by itself (green, lived in, too high) can be read there for all of them at once.
        """
        if code not in self.at_once:
            moves = self.conversions.get(code, {}).values()
            self.at_once[code] = tried(self.plan, [one for move in moves for one in move.changes])
        return self.at_once[code]

    def more_residents(self, parcel: str, code: str) -> float:
        """How many more residents the plan has with a use on a parcel that may be given it."""
        if self.plan.manifest.residents.source == "given":
            return 0.0
        row = row_of(self.plan, parcel)
        now, was = residents(self.with_code(code)).by_parcel[row], residents(self.plan).by_parcel[row]
        return float(np.maximum(now, 0.0) - np.maximum(was, 0.0))

    def figures(self, plan: Plan, demands: Iterable[Demand] | None = None) -> list[DemandFigure]:
        """Demands measured on a plan; those that share measure and parameters are measured once."""
        found: list[DemandFigure] = []
        for demand in self.demands if demands is None else demands:
            found.append(demand.figure_of(_measured(plan, demand)))
        return found

    def tried(self, changes: Sequence[Change]) -> Plan:
        """The plan with changes tried out; some hundreds are kept, since several demands ask for them."""
        key = tuple(changes)
        if key not in self.plans:
            if len(self.plans) >= KEPT_PLANS:
                self.plans.clear()
            self.plans[key] = tried(self.plan, key)
        return self.plans[key]

    def effects(self, demand: Demand, moves: Sequence[RepairMove]) -> dict[tuple[str, ...], Effect]:
        """Move -> effect on a demand whose value is a supply over a base."""
        found: dict[tuple[str, ...], Effect] = {}
        for move in moves:
            if self.clock is not None and self.clock.over(TRYING):
                self.cut = True
                break
            if move.kind in {"convert", "host"}:
                land = self._of_code(demand, move.now)[move.parcel]
            else:
                land = Effect(*self._delta(demand, move.changes)) if move.changes else Effect()
            each = self._per_amount(demand, move, land) if move.column else 0.0
            found[move.key] = Effect(land.supply, land.base, each)
        return found

    def _of_code(self, demand: Demand, code: str) -> dict[str, Effect]:
        """Parcel -> effect of a use, over all parcels that may be given it."""
        key = (demand.name, code)
        if key not in self.known:
            moves = self.conversions[code]
            found = self._in_proportion(demand, list(moves.values()))
            whole = sum(effect.supply for effect in found.values())
            if not self._agrees(demand, self.with_code(code), whole):
                found = {parcel: self._of_land(demand, move) for parcel, move in moves.items()}
            if demand.per and not demand.scoped:
                # Residents are counted one by one: rounded for each parcel, they do not grow with its land.
                found = {
                    parcel: replace(effect, base=self.more_residents(parcel, code) / demand.per)
                    for parcel, effect in found.items()
                }
            self.known[key] = found
        return self.known[key]

    def _in_proportion(self, demand: Demand, moves: list[RepairMove]) -> dict[str, Effect]:
        """Of each use before the smallest and largest parcel are tried, the others go by their land."""
        groups: dict[str, list[RepairMove]] = {}
        for move in moves:
            groups.setdefault(move.was, []).append(move)
        found: dict[str, Effect] = {}
        for group in groups.values():
            by_size = sorted(group, key=lambda move: (move.area_m2, move.key))
            ends = [self._of_land(demand, move) for move in (by_size[0], by_size[-1])]
            if (
                demand.scoped
                or len(group) <= 2
                or not _same(ends[0], _scaled(ends[1], by_size[-1], by_size[0]))
            ):
                found |= {move.parcel: self._of_land(demand, move) for move in group}
            else:
                found |= {move.parcel: _scaled(ends[1], by_size[-1], move) for move in group}
        return found

    def _agrees(self, demand: Demand, plan: Plan, more: float) -> bool:
        """Whether the supply of a demand on a plan is that of today and so much more."""
        zero, figure = self.figure(demand).supply, self.measured(plan, demand).supply
        if zero is None or figure is None:
            return False
        return abs(figure - zero - more) <= SAME * max(abs(figure), abs(zero), 1.0)

    def _of_land(self, demand: Demand, move: RepairMove) -> Effect:
        """The effect of a use on a parcel, measured."""
        land = tuple(change for change in move.changes if change.layer == "parcels")
        return Effect(*self._delta(demand, land))

    def _per_amount(self, demand: Demand, move: RepairMove, land: Effect) -> float:
        """What one unit of the amount adds to the supply: the same for facilities of a service and level."""
        key = (demand.name, move.kind, move.service, move.level, move.column)
        if key not in self.per_unit:
            amount = max(move.least, min(move.most, 1000.0))
            whole = self._delta(demand, move.with_amount(amount))[0]
            self.per_unit[key] = (whole - land.supply) / amount
        return self.per_unit[key]

    def _delta(self, demand: Demand, changes: Sequence[Change]) -> tuple[float, float]:
        zero, figure = self.figure(demand), self.measured(self.tried(changes), demand)
        if figure.supply is None or zero.supply is None:
            return 0.0, 0.0
        base = 0.0  # of residents: see `_of_code`
        if not demand.per or demand.scoped:
            # Without any supply the base shows only once there is some.
            known = self.bases.setdefault(demand.name, figure.base) if figure.base else None
            base = 0.0 if known is None or figure.base is None else figure.base - known
        return _dusted(figure.supply - zero.supply, zero.supply), _dusted(
            base, self.bases.get(demand.name, 0.0)
        )


def _measured(plan: Plan, demand: Demand) -> Measurement:
    choices = json.dumps(demand.parameters, sort_keys=True, default=str)
    key = f"repair.measured:{demand.measure}:{choices}"
    return plan.cached(key, lambda: measure(plan, demand.measure, parameters=demand.parameters)[0])


def _dusted(difference: float, whole: float) -> float:
    """A difference without what is left over from adding up in another order."""
    return 0.0 if abs(difference) <= 1e-9 * max(abs(whole), 1.0) else difference


def _scaled(effect: Effect, of: RepairMove, to: RepairMove) -> Effect:
    """The effect of the same use on another parcel, in proportion to its land."""
    share = to.area_m2 / of.area_m2 if of.area_m2 else 1.0
    return Effect(effect.supply * share, effect.base * share)


def _same(one: Effect, other: Effect) -> bool:
    """Whether two effects are the same but for rounding."""
    whole = SAME * max(1.0, abs(one.supply) + abs(one.base), abs(other.supply) + abs(other.base))
    return abs(one.supply - other.supply) <= whole and abs(one.base - other.base) <= whole


def tried(plan: Plan, changes: Sequence[Change]) -> Plan:
    """
    The plan with changes in place, as `apply` gives it; quickly where they only set values.

    Unlike `apply` it does not look whether the changes start from what the plan has.
    """
    made = {
        (change.layer, change.id)
        for change in changes
        if change.column in (GEOMETRY, LAYERS[change.layer].id_column)
    }
    new = [change for change in changes if (change.layer, change.id) in made]
    frames = {
        layer: tidy(layer, frame)[0] for layer, frame in (changed_frames(plan, new) if new else {}).items()
    }
    for layer in {change.layer for change in changes if (change.layer, change.id) not in made}:
        frame = frames.get(layer, plan.layer(layer)).copy(deep=False)
        set_values(frame, [one for one in changes if one.layer == layer and (layer, one.id) not in made])
        frames[layer] = frame
    return plan.retouched(frames, keep=() if "streets" in frames else STANDING)


def set_values(frame: pd.DataFrame, changes: Sequence[Change]) -> None:
    """Set values of features that are there, in columns of a frame that is nobody else's."""
    row_of = {name: row for row, name in enumerate(frame.index)}
    columns: dict[str, list[tuple[int, object]]] = {}
    for change in changes:
        columns.setdefault(change.column, []).append((row_of[change.id], change.new))
    for column, cells in columns.items():
        anew = frame[column].copy()
        for row, value in cells:
            anew.iloc[row] = np.nan if value is None and anew.dtype.kind == "f" else value
        frame[column] = anew
