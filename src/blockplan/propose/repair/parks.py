"""
Demands on a number of parks of a size: which parcels together would be one more of them.

Green parcels that share an edge are one park. So a new park is a set of parcels that hang together, with
the greens beside them; each smallest such set is an option, and no two options that touch count as two.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.measure.columns import areas_m2, ids, shapes, sound
from blockplan.measure.greens import public_greens
from blockplan.measure.neighbours import BESIDE_M, EDGE_M
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from blockplan.propose.repair.demands import Demand
    from blockplan.propose.repair.draft import Draft, Key
    from blockplan.propose.repair.effects import Bench
    from blockplan.propose.repair.moves import Move

#: Measure -> parameters with the smallest size of such a park, and that from which it is another kind, ha.
SIZES = {
    "parks_large": ("large_park_min_ha", None),
    "parks_community": ("community_park_min_ha", "large_park_min_ha"),
}
#: So many options are looked at; where there are more, a proof is not claimed.
MOST_OPTIONS = 400
MOST_PARCELS = 12


def fits(bench: Bench, demand: Demand) -> bool:
    """Whether a demand is on a number of parks of a size."""
    known = bench.figure(demand).value is not None
    return demand.measure in SIZES and known and demand.verdict.required.op == ">="


def counting(bench: Bench, demand: Demand, moves: Sequence[Move]) -> list[Move]:
    """The moves that make green of what was none, as the measure counts it; one a parcel."""
    before, uses = bench.figure(demand).counted, {}
    found: dict[str, Move] = {}
    for move in moves:
        if move.kind != "convert" or move.parcel in found:
            continue
        if move.now not in uses:
            (figure,) = bench.figures(bench.tried(move.changes), [demand])
            uses[move.now] = ("parcels", move.parcel) in figure.counted - before
        if uses[move.now]:
            found[move.parcel] = move
    return list(found.values())


def add(draft: Draft, bench: Bench, demand: Demand, moves: Sequence[Move]) -> None:
    """The rows of a demand that fails: so many of the options have to be built."""
    figure = bench.figure(demand)
    needed = math.ceil(float(demand.verdict.required.value) - (figure.value or 0.0))  # type: ignore[arg-type]
    options = list(_options(bench, demand, moves))
    draft.whole = draft.whole and len(options) < MOST_OPTIONS
    built: dict[int, float] = {draft.short_by(demand.name, needed, demand.verdict.unit): 1.0}
    by_piece: dict[tuple[str, int], list[int]] = {}
    for number, (keys, pieces) in enumerate(options[:MOST_OPTIONS]):
        at = draft.model.column((demand.name, "park", number), 1.0, whole=True)
        built[at] = 1.0
        for key in keys:
            draft.model.row({at: 1.0, draft.done[key]: -1.0}, upper=0.0)
        for piece in pieces:
            by_piece.setdefault(piece, []).append(at)
    draft.model.row(built, lower=float(needed))
    for columns in by_piece.values():
        if len(columns) > 1:
            draft.model.row(dict.fromkeys(columns, 1.0), upper=1.0)


def _options(
    bench: Bench, demand: Demand, moves: Sequence[Move]
) -> Iterator[tuple[tuple[Key, ...], set[tuple[str, int]]]]:
    """
    Sets of moves that make one more park, none of which can be left out, and the pieces that they hold.

    Pieces are parcels, greens, and edges between parcels: two options with a piece in common are one park.
    """
    plan = bench.plan
    low_name, high_name = SIZES[demand.measure]
    low = float(demand.parameters.get(low_name, plan.manifest.parameters.get(low_name, 0))) * M2_PER_HA
    high = math.inf
    if high_name is not None:
        high = float(demand.parameters.get(high_name, plan.manifest.parameters.get(high_name, 0))) * M2_PER_HA
    row_of = {name: row for row, name in enumerate(ids(plan, "parcels").tolist())}
    rows = np.array([row_of[move.parcel] for move in moves], dtype=np.intp)
    greens = public_greens(plan, _green_choices(demand))
    drawn = np.concatenate([sound(shapes(plan, "parcels")[rows]), greens.shape])
    size = np.concatenate([areas_m2(plan, "parcels")[rows], greens.area_m2])
    beside = _beside(drawn)
    count = len(moves)
    stands = [low <= area < high for area in greens.area_m2]
    found = 0
    for chosen in _hanging_together(beside, count, size, low):
        at_edge = {other for one in chosen for other in beside[one] if other >= count}
        area = float(size[list(chosen)].sum() + size[list(at_edge)].sum())
        if not low <= area < high or any(stands[other - count] for other in at_edge):
            continue
        edges = {
            ("edge", min(one, other) * len(drawn) + max(one, other))
            for one in chosen
            for other in beside[one]
            if other < count
        }
        pieces = {("piece", one) for one in (*chosen, *at_edge)} | edges
        yield tuple(moves[one].key for one in chosen), pieces
        found += 1
        if found >= MOST_OPTIONS:
            return


def _green_choices(demand: Demand) -> dict[str, tuple[str, ...]]:
    from blockplan.measure import MEASURES  # noqa: PLC0415 (the registry is read when it is asked)

    chosen = MEASURES[demand.measure].choose({}, dict(demand.parameters))
    return {name: tuple(chosen[name]) for name in ("green_codes", "green_kinds", "private_access")}


def _beside(drawn: np.ndarray) -> list[list[int]]:
    """For each shape those that share an edge with it, as parks are counted."""
    one, other = shapely.STRtree(drawn).query(drawn, predicate="dwithin", distance=BESIDE_M)
    kept = one < other
    one, other = one[kept], other[kept]
    edge = shapely.intersection(shapely.boundary(drawn[one]), shapely.buffer(drawn[other], BESIDE_M))
    long = shapely.length(edge) >= EDGE_M
    found: list[list[int]] = [[] for _ in drawn]
    for a, b in zip(one[long].tolist(), other[long].tolist(), strict=True):
        found[a].append(b)
        found[b].append(a)
    return found


def _hanging_together(
    beside: list[list[int]], count: int, size: np.ndarray, low: float
) -> Iterator[tuple[int, ...]]:
    """
    Sets of the first `count` shapes that hang together, from each shape on, until they are large enough.

    A set is not grown once it (with the greens beside it) reaches the smallest size.
    """
    for seed in range(count):
        stack: list[tuple[tuple[int, ...], frozenset[int]]] = [((seed,), frozenset())]
        while stack:
            chosen, barred = stack.pop()
            greens = {other for one in chosen for other in beside[one] if other >= count}
            if size[list(chosen)].sum() + size[list(greens)].sum() >= low:
                yield chosen
                continue
            if len(chosen) >= MOST_PARCELS:
                continue
            around = [
                other
                for one in chosen
                for other in beside[one]
                if seed < other < count and other not in chosen and other not in barred
            ]
            left_out: set[int] = set()
            for other in dict.fromkeys(around):
                stack.append(((*chosen, other), barred | left_out))
                left_out.add(other)
