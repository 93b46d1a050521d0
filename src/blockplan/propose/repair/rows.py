"""
Demands on a supply over a base: land or beds for each resident, a share of land; as rows of the model.

``(N + sum dN) / (B + sum dB) >= r`` is linear once it is multiplied by its base, which is a number of
residents or an area and therefore positive.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blockplan.propose.repair.demands import Demand
    from blockplan.propose.repair.draft import Draft, Key
    from blockplan.propose.repair.effects import Bench, Effect
    from blockplan.propose.repair.moves import Move


def fits(bench: Bench, demand: Demand) -> bool:
    """Whether a demand is on a supply over a base."""
    figure = bench.figure(demand)
    return figure.supply is not None and demand.verdict.required.op in {">=", "<=", "between", ">", "<"}


def add(draft: Draft, bench: Bench, demand: Demand, moves: Sequence[Move], margin: float) -> set[Key] | None:
    """
    The rows of a demand; the moves that touch it. None where nothing can be said of its base.

    `margin` is how far beyond the limit to stay, where sums in another order fell short by a hair.
    """
    effects: Mapping[Key, Effect] = bench.effects(demand, moves)  # type: ignore[assignment]
    figure, base = bench.figure(demand), bench.bases.get(demand.name)
    if base is None or figure.supply is None:
        return None
    low, high = limits(demand)
    for limit, sign in ((low, 1.0), (high, -1.0)):
        if not math.isfinite(limit):
            continue
        terms: dict[int, float] = {}
        for key, effect in effects.items():
            terms[draft.done[key]] = sign * (effect.supply - limit * effect.base)
            if effect.per_amount:
                terms[draft.amount[key]] = sign * effect.per_amount
        gap = sign * (limit * base - figure.supply) + margin
        if gap > 0:
            unit = demand.verdict.unit if demand.per else "1"
            scale = 1.0 if demand.per else base
            terms[draft.short_by(demand.name, gap / scale, unit)] = scale
        # In thousands, so that what the solver lets pass is a matter of square centimetres.
        draft.model.row({at: by / 1e3 for at, by in terms.items()}, lower=gap / 1e3)
    return set(effects)


def limits(demand: Demand) -> tuple[float, float]:
    """What a demand asks as a lower and an upper limit; infinite where it has none."""
    required = demand.verdict.required
    if isinstance(required.value, tuple):
        return required.value
    if required.op in {">=", ">"}:
        return required.value, math.inf
    if required.op in {"<=", "<"}:
        return -math.inf, required.value
    return required.value, required.value
