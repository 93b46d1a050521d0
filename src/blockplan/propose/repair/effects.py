"""
What each move does for each demand, found by measuring the plan with the move tried out.

A measure is asked, not known: whether a use counts as school land or a facility's beds as nursing beds is
told by what the measure says once it is there. So a rule on a measure of a known kind needs no code here.
Moves of one group (the same use before and after, the same service) do the same in proportion to their land
or amount; two of them are tried, and each by itself where the two do not agree.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from blockplan.measure import measure
from blockplan.measure.homes import residents
from blockplan.plan.frames import tidy
from blockplan.plan.layers import LAYERS
from blockplan.propose.changes import GEOMETRY, changed_frames

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Plan
    from blockplan.propose.changes import Change
    from blockplan.propose.repair.demands import Demand, Figure
    from blockplan.propose.repair.moves import Move

#: What was worked out for a plan and stays true as long as its streets stay.
STANDING = ("network:walk",)
KEPT_PLANS = 600
#: Effects that agree to this part of the whole are the same.
SAME = 1e-7


@dataclass(frozen=True, slots=True)
class Effect:
    """What a move adds to supply and base of a demand: once, and for each unit of its amount."""

    supply: float = 0.0
    base: float = 0.0
    per_amount: float = 0.0

    @property
    def is_none(self) -> bool:
        """Whether the move does nothing for the demand."""
        return not (self.supply or self.base or self.per_amount)


@dataclass(slots=True)
class Bench:
    """One plan and its demands, with what trying changes out gave."""

    plan: Plan
    demands: Sequence[Demand]
    before: list[Figure] = field(default_factory=list)
    bases: dict[str, float] = field(default_factory=dict)
    plans: dict[tuple[Change, ...], Plan] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = self.figures(self.plan)
        self.bases = {
            demand.name: figure.base
            for demand, figure in zip(self.demands, self.before, strict=True)
            if figure.base is not None
        }

    def figure(self, demand: Demand) -> Figure:
        """A demand as it is measured on the plan without changes."""
        return self.before[list(self.demands).index(demand)]

    def figures(self, plan: Plan, demands: Iterable[Demand] | None = None) -> list[Figure]:
        """Demands measured on a plan; those that share measure and parameters are measured once."""
        found: list[Figure] = []
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

    def effects(self, demand: Demand, moves: Sequence[Move]) -> dict[tuple[str, ...], Effect]:
        """Move -> effect on a demand whose value is a supply over a base; moves without one are left out."""
        groups: dict[tuple[str, ...], list[Move]] = {}
        for move in moves:
            groups.setdefault(move.group, []).append(move)
        found: dict[tuple[str, ...], Effect] = {}
        for group in groups.values():
            found |= self._of_group(demand, group)
        return {key: effect for key, effect in found.items() if not effect.is_none}

    def _of_group(self, demand: Demand, group: list[Move]) -> dict[tuple[str, ...], Effect]:
        by_size = sorted(group, key=lambda move: (move.most or move.area_m2, move.key))
        if demand.scoped or len(group) <= 2:
            return {move.key: self._of_one(demand, move) for move in group}
        small, large = self._of_one(demand, by_size[0]), self._of_one(demand, by_size[-1])
        if small.is_none and large.is_none:
            return {}
        scaled = _scaled(large, by_size[-1], by_size[0])
        whole = abs(large.supply) + abs(large.per_amount) + abs(large.base)
        agree = all(
            abs(one - other) <= SAME * max(whole, 1.0)
            for one, other in (
                (scaled.supply, small.supply),
                (scaled.base, small.base),
                (scaled.per_amount, small.per_amount),
            )
        )
        if not agree:
            return {move.key: self._of_one(demand, move) for move in group}
        return {move.key: _scaled(large, by_size[-1], move) for move in group}

    def _of_one(self, demand: Demand, move: Move) -> Effect:
        """The effect of one move, measured."""
        zero = self.figure(demand)
        fixed = self._delta(demand, zero, move.changes) if move.changes else (0.0, 0.0)
        if not move.column:
            return Effect(*fixed)
        amount = max(move.least, min(move.most, 1000.0))
        whole = self._delta(demand, zero, move.with_amount(amount))
        return Effect(fixed[0], fixed[1], (whole[0] - fixed[0]) / amount)

    def _delta(self, demand: Demand, zero: Figure, changes: Sequence[Change]) -> tuple[float, float]:
        plan = self.tried(changes)
        (figure,) = self.figures(plan, [demand])
        if figure.supply is None or zero.supply is None:
            return 0.0, 0.0
        if demand.per and not demand.scoped:
            was, now = residents(self.plan).total, residents(plan).total
            base = 0.0 if was is None or now is None else (now - was) / demand.per
        else:
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


def _scaled(effect: Effect, of: Move, to: Move) -> Effect:
    """The effect of another move of the group: land in proportion, amounts by the unit."""
    share = to.area_m2 / of.area_m2 if of.area_m2 else 1.0
    return Effect(effect.supply * share, effect.base * share, effect.per_amount)


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
