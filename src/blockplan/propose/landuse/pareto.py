"""
Two or three objectives at once: choices of uses of which none is better in every respect than another.

The first objective is made large while the others have to reach a level; the levels go from what the first
alone would leave them to what they could reach themselves (epsilon constraints). Objectives bear the
plan's own names: its zones, areas, land uses and rules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.errors import UsageError
from blockplan.plan.model.codes import landuse
from blockplan.propose.landuse.case import named, say
from blockplan.propose.landuse.problem import Facing, LandUseDemand, Problem, score, shortfalls
from blockplan.propose.landuse.search import FoundUses, relaxed_by, solve
from blockplan.propose.sites import gap
from blockplan.propose.stopping import Clock, Stop
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from blockplan.check.verdict import CheckResult
    from blockplan.propose.landuse.case import Landuse

#: The objective that all parts make up together.
WORTH = "worth"
#: What a gain in the other objectives counts beside the first, in parts of their ranges: it breaks ties.
TIE = 1e-4
#: Levels differ by at least this part of themselves.
APART = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Objective:
    """
    Something to make large.

    Attributes
    ----------
    id, unit, title
        Its name, its unit, and what the plan calls it, by language.
    amount
        What each parcel adds under each use; None for the worth of everything.
    """

    id: str
    unit: str
    title: Mapping[str, str]
    amount: NDArray[np.float64] | None

    def value(self, problem: Problem, chosen: NDArray[np.intp]) -> float:
        """The objective under a choice of uses."""
        if self.amount is None:
            return score(problem, chosen)
        return float(self.amount[np.arange(len(chosen)), chosen].sum())


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """A choice of uses of the set: its values by objective, the bound of the first one, and the search."""

    values: tuple[float, ...]
    bound: float
    found: FoundUses

    @property
    def gap(self) -> float:
        """Gap of the first objective at the levels that the others had to reach."""
        return gap(self.values[0], self.bound)


def objectives_of(land: Landuse, names: Sequence[str], before: CheckResult) -> tuple[Objective, ...]:
    """
    Objectives by name.

    ``worth``, ``suitability``, ``structure``, ``unchanged``, ``jobs``, ``floor_area``, ``residents``,
    ``land:CODE`` (or a group), or the name of any demand: a rule, ``zone:ID``, ``area:ID``.

    Raises
    ------
    UsageError
        If there are not two or three different ones, or one is not known; the message lists those there are.
    """
    if not 2 <= len(set(names)) == len(names) <= 3:
        raise UsageError(f"A set is drawn over two or three different objectives, not over {list(names)}.")
    return tuple(_objective(land, name, before) for name in names)


def _objective(land: Landuse, name: str, before: CheckResult) -> Objective:
    problem, parcels = land.problem, land.parcels
    rows = np.arange(len(parcels.ids))
    words = say.text(f"objective.{name}") if f"objective.{name}" in say else {}
    if name == WORTH:
        return Objective(name, "ha", words, None)
    if name in {"suitability", "structure"}:
        return Objective(name, "ha", words, problem.worth[name])
    if name == "unchanged":
        kept = np.zeros(problem.allowed.shape)
        kept[rows, problem.today] = parcels.area_ha
        return Objective(name, "ha", words, kept)
    if name in {"floor_area", "residents", "jobs"}:
        return Objective(name, "m2" if name == "floor_area" else "1", words, _figure(land, name))
    if name.startswith("land:"):
        codes = land.terms.codes((name.removeprefix("land:"),))
        amount = parcels.area_ha[:, None] * parcels.within(codes)[None, :]
        label = {lang: ", ".join(landuse().label(code, lang) for code in codes) for lang in LANGUAGES}
        return Objective(name, "ha", label, amount)
    demands = {demand.name: demand for demand in problem.demands}
    if name not in demands:
        known = "worth, suitability, structure, unchanged, jobs, floor_area, residents, land:CODE"
        raise UsageError(f"There is no objective {name!r}. There are: {known}, {', '.join(demands)}.")
    return Objective(name, demands[name].unit, _plans_own(land, name, before), demands[name].amount)


def _figure(land: Landuse, name: str) -> NDArray[np.float64]:
    """Floor area, residents or jobs under each use; what is not known adds nothing."""
    parcels = land.parcels
    if name == "residents":
        return np.nan_to_num(parcels.people)
    if name == "floor_area":
        return np.nan_to_num(parcels.floor_m2)
    ratio = [parcels.figures[use].per_m2.get("jobs") or 0.0 for use in parcels.uses]
    jobs = np.nan_to_num(parcels.floor_m2) * np.array(ratio)[None, :]
    stated = parcels.plan.layer("parcels")["jobs"].to_numpy(dtype=float)
    jobs[np.arange(len(stated)), parcels.today] = np.nan_to_num(stated)
    return np.asarray(jobs)


def _plans_own(land: Landuse, name: str, before: CheckResult) -> dict[str, str]:
    """What the plan calls a zone, an area or a rule."""
    kind, _, id_ = name.partition(":")
    if kind in {"zone", "area"}:
        return named(land.parcels.plan, f"{kind}s", id_)
    titles = [dict(verdict.title) for verdict in before.verdicts if verdict.rule == name]
    return titles[0] if titles else land.called(name)


def pareto(
    land: Landuse,
    objectives: Sequence[Objective],
    points: int = 5,
    stop: Stop | None = None,
    seed: int = 0,
) -> list[Point]:
    """
    Choices of uses of which none is better in every objective than another, the first objective falling.

    Parameters
    ----------
    objectives
        Two or three; the first is made large at every level of the others.
    points
        Levels for each of the others; with three objectives as many in all, spread over both.
    stop
        ``seconds`` for the whole set.
    """
    clock = Clock(stop or Stop())
    first, others = objectives[0], list(objectives[1:])
    levels_each = points if len(others) == 1 else max(2, round(points**0.5))
    # The base and the ends of the set come first, then its levels.
    each = clock.left / (levels_each ** len(others) + len(objectives) + 1)
    share = replace(clock.within(each).stop, tell=None)
    problem = relaxed_by(land.problem, solve(land.problem, share, seed).missed)
    alone = [solve(_aimed(problem, [one], {}), share, seed) for one in objectives]
    ends = [[one.value(problem, found.chosen) for one in objectives] for found in alone]
    levels = [_levels([row[at] for row in ends], levels_each) for at in range(1, len(objectives))]
    reached: list[Point] = []
    for asked in product(*levels):
        if clock.over():
            break
        point = _at(problem, [first, *others], asked, levels, share, seed)
        if point is not None:
            reached.append(point)
            clock.tell(point.values[0], point.bound, f"{len(reached)} points")
    return _undominated(reached)


def _levels(ends: list[float], many: int) -> list[float]:
    low, high = min(ends), max(ends)
    if high - low <= APART * max(abs(high), 1.0):
        return [low]
    # Just below the top: the sum is met to within rounding.
    return [float(level) for level in np.linspace(low, high - APART * (high - low), many)]


def _aimed(problem: Problem, objectives: Sequence[Objective], ties: Mapping[str, float]) -> Problem:
    """The problem with the first objective to be made large, and a little of the others."""
    first = objectives[0]
    extra = {f"tie:{one.id}": ties[one.id] * one.amount for one in objectives[1:] if one.amount is not None}
    if first.amount is None:
        return replace(problem, worth={**problem.worth, **extra})
    facing = problem.facing
    bare = Facing(
        facing.one, facing.other, facing.km, np.zeros_like(facing.bonus), (), np.zeros_like(facing.alone)
    )
    return replace(problem, worth={"aim": first.amount, **extra}, facing=bare)


def _at(
    problem: Problem,
    objectives: Sequence[Objective],
    asked: Sequence[float],
    levels: Sequence[Sequence[float]],
    stop: Stop,
    seed: int,
) -> Point | None:
    """The best of the first objective where the others reach their levels; None where they do not."""
    first, others = objectives[0], objectives[1:]
    spans = [max(max(level) - min(level), 1e-9) for level in levels]
    scale = max(abs(first.value(problem, problem.today)), 1.0)
    ties = {one.id: TIE * scale / span for one, span in zip(others, spans, strict=True)}
    limits = tuple(
        LandUseDemand(f"level:{one.id}", one.unit, one.amount, low=level, scale=max(abs(level), 1.0))
        for one, level in zip(others, asked, strict=True)
        if one.amount is not None
    )
    aimed = _aimed(replace(problem, demands=(*problem.demands, *limits)), objectives, ties)
    found = solve(aimed, stop, seed)
    if any(name.startswith("level:") for name in found.missed):
        return None
    values = tuple(one.value(problem, found.chosen) for one in objectives)
    # What breaks ties adds at least its value at the levels, so the bound of the first is that much lower.
    tied = sum(ties[one.id] * level for one, level in zip(others, asked, strict=True))
    return Point(values, max(found.bound - tied, values[0]), found)


def _undominated(points: list[Point]) -> list[Point]:
    """Points that no other one equals or betters in everything; the first objective falls."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda one: one.values, reverse=True):
        if not any(_betters(other, point) for other in kept):
            kept.append(point)
    return kept


def _betters(one: Point, other: Point) -> bool:
    pairs = zip(one.values, other.values, strict=True)
    return all(a >= b - APART * max(abs(b), 1.0) for a, b in pairs)


def balanced(points: Sequence[Point]) -> int:
    """Number of the point whose worst objective, between the ends of the set, is best."""
    values = np.array([point.values for point in points])
    span = values.max(axis=0) - values.min(axis=0)
    share = (values - values.min(axis=0)) / np.where(span > 0, span, 1.0)
    share[:, span == 0] = 1.0
    return int(share.min(axis=1).argmax())


def set_document(
    land: Landuse, objectives: Sequence[Objective], points: Sequence[Point], picked: int
) -> dict[str, Any]:
    """The set as JSON writes it; `picked` counts from 1."""
    rows = []
    for number, point in enumerate(points, start=1):
        changed = np.flatnonzero(point.found.chosen != land.parcels.today)
        uses = {str(land.parcels.ids[row]): land.parcels.uses[point.found.chosen[row]] for row in changed}
        values = dict(zip((one.id for one in objectives), point.values, strict=True))
        rows.append(
            {
                "number": number,
                "values": values,
                "bound": point.bound if np.isfinite(point.bound) else None,
                "gap": point.gap if np.isfinite(point.bound) else None,
                "changed_ha": float(land.parcels.area_ha[changed].sum()),
                "uses": uses,
            }
        )
    named = [{"id": one.id, "unit": one.unit, "title": dict(one.title)} for one in objectives]
    return {"objectives": named, "points": rows, "picked": picked}


def with_worth(land: Landuse, point: Point) -> FoundUses:
    """The choice of a point as a choice for the plan: its worth, and no bound of that."""
    chosen = point.found.chosen
    method = f"epsilon constraints over the other objectives; {point.found.method}"
    missed = {name: amount for name, (amount, _) in shortfalls(land.problem, chosen).items()}
    worth = score(land.problem, chosen)
    return replace(point.found, objective=worth, bound=np.inf, method=method, missed=missed)
