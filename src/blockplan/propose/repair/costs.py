"""What moves cost: as changes, as land, in units of cost; and how well a move suits among equals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.measure.inputs.homes import homes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.plan import Plan
    from blockplan.propose.repair.draft import Key
    from blockplan.propose.repair.moves import Assumed, RepairMove

Costs = tuple[dict["Key", float], dict["Key", float]]


def of(objective: str, assumed: Assumed, moves: Mapping[Key, RepairMove]) -> Costs:
    """Cost of each move, and of each unit of its amount, under an objective."""
    if objective == "count":
        return dict.fromkeys(moves, 1.0), {}
    if objective == "area":
        return {key: move.area_m2 for key, move in moves.items()}, {}
    return (
        {key: _once(assumed, move) for key, move in moves.items()},
        {key: _each(assumed, move) for key, move in moves.items()},
    )


def _once(assumed: Assumed, move: RepairMove) -> float:
    each = {"stop": "stop", "cap": "height"}.get(move.kind)
    if each is not None:
        return float(assumed.costs["each"][each])
    return assumed.land_cost(move.was, move.now) * move.area_m2 if move.area_m2 else 0.0


def _each(assumed: Assumed, move: RepairMove) -> float:
    return float(assumed.costs["per_unit"][move.column]) if move.column else 0.0


def suiting(plan: Plan, assumed: Assumed, moves: Mapping[Key, RepairMove]) -> Costs:
    """
    How badly each move suits where the objective cannot tell them apart: its cost, and how far homes are.

    Land far from homes costs up to ``far_per_m2`` more a m2 than land in the middle of them.
    """
    near = _nearness(plan, assumed.limits["near_m"], moves)
    once, each = of("cost", assumed, moves)
    for key, move in moves.items():
        once[key] += assumed.limits["far_per_m2"] * max(move.area_m2, 1.0) * (1.0 - near[key])
    return once, each


def _nearness(plan: Plan, near_m: float, moves: Mapping[Key, RepairMove]) -> dict[Key, float]:
    """Residents around each move, those nearer counting more, over the most that any has: 0..1."""
    people = homes(plan)
    placed = [key for key, move in moves.items() if move.place is not None]
    found = dict.fromkeys(moves, 0.0)
    if not placed or not len(people):
        return found
    spots = np.array([moves[key].place for key in placed], dtype=object)
    away = shapely.distance(spots[:, None], people.point[None, :])
    around = (np.clip(1.0 - away / near_m, 0.0, 1.0) * people.weight).sum(axis=1)
    most = float(around.max()) or 1.0
    return found | {key: float(one) / most for key, one in zip(placed, around, strict=True)}


def parts(
    objective: str, assumed: Assumed, moves: Mapping[Key, RepairMove], chosen: Mapping[Key, float]
) -> dict[str, float]:
    """What the objective is made of, by kind of move, in its own unit."""
    once, each = of(objective, assumed, moves)
    found: dict[str, float] = {}
    for key, amount in sorted(chosen.items()):
        kind = moves[key].kind
        found[kind] = found.get(kind, 0.0) + once[key] + each.get(key, 0.0) * amount
    return found
