"""
Finds uses for parcels: linear relaxation, rounding, places solved anew, branch and cut for the proof.

The relaxation settles most parcels and bounds what anybody could reach; a small program settles the rest.
Then places of the plan are solved anew, one after the other, until the gap is small enough. What is
still open goes to branch and cut over the whole plan. Demands that cannot all be met are relaxed
first, by as little as is possible.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import highspy
import numpy as np
import scipy.sparse as sp

from blockplan.measure.access.solver import quiet_highs
from blockplan.propose.landuse.model import INFINITE, LandUseModel, model_of, solve_program
from blockplan.propose.landuse.problem import Cover, LandUseDemand, fits, score, shortfalls
from blockplan.propose.mip import under
from blockplan.propose.sites import gap as gap_of
from blockplan.propose.stopping import Clock, Stop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.propose.landuse.problem import Problem
    from blockplan.propose.proposal import Ended

#: So many parcels with a choice are solved as one place; plans of twice as many are solved whole at once.
PLACE = 160
#: Branch and cut over a place ends after so many nodes, over a whole plan after so many more.
PLACE_NODES, WHOLE_NODES = 200, 20_000
#: A use that the relaxation gives a parcel by more than this share is settled.
SETTLED = 0.99
#: A relaxation of more binary columns is solved by interior points.
LARGE = 15_000
#: What HiGHS says where there is no solution.
NO_SOLUTION = (
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,
)
#: Places that bring nothing, one after the other, before the search for better ones ends.
PATIENCE = 12
#: Part of the gap asked for that the program behind the relaxation may leave open.
ROUGH = 0.75
#: Share of the time that may go before branch and cut over the whole plan begins.
EARLY = 0.6


@dataclass(slots=True, eq=False)
class FoundUses:
    """
    What a search found.

    Attributes
    ----------
    chosen
        Number of the use of each parcel.
    objective, bound
        Ha; the bound holds for every choice that misses the demands by no more than `missed`.
    missed
        Demand -> by how much it is missed; what was asked for held where this is empty.
    least_missed
        Whether it is proved that the demands cannot be missed by less in all.
    """

    chosen: NDArray[np.intp]
    objective: float
    bound: float
    method: str
    ended: Ended
    seconds: float
    missed: Mapping[str, float] = field(default_factory=dict)
    least_missed: bool = True


def solve(problem: Problem, stop: Stop | None = None, seed: int = 0) -> FoundUses:
    """
    The best uses that are found, and how good they provably are.

    Demands that cannot all be met are missed by as little as is possible (`Found.missed`), each
    compared by its scale; the bound is one of the problem so relaxed. Where time is over before any such
    choice is found, it is the uses of today as far as they may stay.
    """
    clock = Clock(stop or Stop(seconds=60, gap=0.0))
    start = problem.today if fits(problem, problem.today) else None
    low = _relaxation(model_of(problem), clock)
    search = _LandUseSearch(problem, clock, np.random.default_rng(seed), seed, start)
    least = True
    if not low.impossible:
        search.begin(low)
    if search.chosen is None:
        # Not all demands can be met, as far as is known: by how little can they be missed?
        eased, start, least = _relax(problem, clock, seed)
        search = _LandUseSearch(eased, clock, np.random.default_rng(seed), seed, start)
        search.begin(_relaxation(model_of(eased), clock))
    search.improve()
    search.finish()
    return search.found(problem, least)


@dataclass(slots=True, eq=False)
class _Relaxed:
    """
    The linear relaxation: shares of uses (None where time ran out) and a bound, ha.

    `impossible` says that it has no solution, so the demands cannot all be met.
    """

    share: NDArray[np.float64] | None = None
    bound: float = np.inf
    impossible: bool = False


def _relaxation(made: LandUseModel, clock: Clock) -> _Relaxed:
    """The linear relaxation of a program: by simplex, or where it is large by interior points."""
    large = made.binaries > LARGE
    how = {"solver": "ipm", "run_crossover": "off"} if large else {"solver": "simplex"}
    solver = quiet_highs(**how)
    under(solver, clock)
    model = made.builder.lp()
    solver.passModel(model)
    solver.run()
    status = solver.getModelStatus()
    if status in NO_SOLUTION:
        return _Relaxed(impossible=True)
    if status != highspy.HighsModelStatus.kOptimal:
        return _Relaxed()
    solution = solver.getSolution()
    values = np.array(solution.col_value)
    bound = proved_bound(made, model, np.array(solution.row_dual))
    share = np.where(made.columns >= 0, values[np.maximum(made.columns, 0)], 0.0)
    fixed = ~made.problem.free
    share[fixed] = made.problem.allowed[fixed]
    return _Relaxed(share, bound)


def proved_bound(made: LandUseModel, model: highspy.HighsLp, dual: NDArray[np.float64]) -> float:
    """
    What nobody can better, by any prices of the rows: a bound that does not lean on a solver's tolerance.

    At prices y the objective is at most the worth of the rows' limits plus what each column adds by
    itself, at the better end of its range; of the uses of a parcel only one adds.
    """
    matrix = model.a_matrix_
    whole = sp.csr_array(
        (np.array(matrix.value_), np.array(matrix.index_), np.array(matrix.start_)),
        shape=(model.num_row_, model.num_col_),
    )
    low, high = np.array(model.row_lower_), np.array(model.row_upper_)
    price = -dual
    # A price above 0 holds a row from above, below 0 from below; one on an open end counts for nothing.
    price = np.where((price > 0) & (high >= INFINITE), 0.0, price)
    price = np.where((price < 0) & (low <= -INFINITE), 0.0, price)
    gain = -np.array(model.col_cost_) - whole.T @ price
    held = np.where(price > 0, high, np.where(price < 0, low, 0.0))
    rows = float((price * held).sum())
    there = made.columns >= 0
    mine = np.where(there, gain[np.maximum(made.columns, 0)], -np.inf)[made.problem.free]
    rest = gain[made.binaries :]
    top = np.array(model.col_upper_)[made.binaries :]
    open_ended = (rest > 0) & (top >= INFINITE)
    if open_ended.any():
        return np.inf
    return made.constant + rows + float(mine.max(axis=1).sum()) + float(np.maximum(rest * top, 0.0).sum())


def _relax(problem: Problem, clock: Clock, seed: int) -> tuple[Problem, NDArray[np.intp], bool]:
    """The problem with every demand relaxed by as little as is possible, uses that meet it, and the proof."""
    made = model_of(problem, elastic=True)
    solved = solve_program(
        made, clock=clock.within(clock.left / 2), gap=1e-6, start=problem.today, nodes=WHOLE_NODES, seed=seed
    )
    # Where time was too short for any, the uses of today as far as they may stay miss what they miss.
    chosen = _as_today(problem) if solved.chosen is None else solved.chosen
    short = {name: amount for name, (amount, _) in shortfalls(problem, chosen).items()}
    return relaxed_by(problem, short), chosen, solved.finished


def _as_today(problem: Problem) -> NDArray[np.intp]:
    stays = problem.allowed[np.arange(len(problem.today)), problem.today]
    return np.where(stays, problem.today, problem.allowed.argmax(axis=1))


def relaxed_by(problem: Problem, short: Mapping[str, float]) -> Problem:
    """The problem in which each demand may be missed by an amount."""

    def eased(demand: LandUseDemand) -> LandUseDemand:
        room = short.get(demand.name, 0.0)
        room += 1e-9 * max(room, 1.0) if room else 0.0
        return replace(demand, low=demand.low - room, high=demand.high + room) if room else demand

    def wider(cover: Cover) -> Cover:
        return replace(cover, beyond=cover.beyond + short.get(cover.name, 0.0))

    return replace(
        problem,
        demands=tuple(eased(demand) for demand in problem.demands),
        covers=tuple(wider(cover) for cover in problem.covers),
    )


@dataclass(slots=True, eq=False)
class _LandUseSearch:
    problem: Problem
    clock: Clock
    random: np.random.Generator
    seed: int
    chosen: NDArray[np.intp] | None
    bound: float = np.inf
    objective: float = -np.inf
    method: str = "linear relaxation and rounding; bound by prices of the relaxation"
    ended: Ended = "finished"

    def __post_init__(self) -> None:
        if self.chosen is not None:
            self.objective = score(self.problem, self.chosen)

    def begin(self, low: _Relaxed) -> None:
        """Take the bound of the relaxation, and what it rounds to."""
        self.bound = min(self.bound, low.bound)
        if low.share is not None:
            self.round(low.share)

    def found(self, asked: Problem, least: bool) -> FoundUses:
        """What came out, for the problem that was asked."""
        if self.chosen is None:
            raise AssertionError("a search begins again from uses of today where it found none")
        missed = {name: amount for name, (amount, _) in shortfalls(asked, self.chosen).items()}
        return FoundUses(
            self.chosen,
            self.objective,
            self.bound,
            self.method,
            "finished" if self.enough() else self.ended,
            self.clock.spent,
            missed,
            least or not missed,
        )

    def enough(self) -> bool:
        """Whether the gap is as small as was asked for."""
        wanted = self.clock.stop.gap
        return self.chosen is not None and gap_of(self.objective, self.bound) <= max(wanted, 1e-9)

    def over(self) -> bool:
        """Whether time is up or somebody asked to end; remembers which."""
        if self.clock.interrupted:
            self.ended = "interrupted"
        elif self.clock.over():
            self.ended = "limit"
        return self.ended != "finished"

    def keep(self, chosen: NDArray[np.intp] | None) -> bool:
        """Keep a choice that is better than the best so far."""
        if chosen is None or not fits(self.problem, chosen):
            return False
        reached = score(self.problem, chosen)
        if reached <= self.objective + 1e-9 * max(abs(self.objective), 1.0):
            return False
        self.chosen, self.objective = chosen, reached
        self.bound = max(self.bound, reached)
        self.clock.tell(self.objective, self.bound if np.isfinite(self.bound) else None)
        return True

    def round(self, share: NDArray[np.float64]) -> None:
        """Settle what the relaxation settles; a program over the rest, or over more where that has none."""
        best = np.asarray(share.argmax(axis=1))
        unsure = (share.max(axis=1) < SETTLED) & self.problem.free
        around = unsure.copy()
        for _ in range(4):
            solved = self.place(
                best, around, gap=max(ROUGH * self.clock.stop.gap, 1e-4), nodes=4 * PLACE_NODES
            )
            if self.keep(solved) or self.over():
                return
            around = self.wider(around)
            if bool((around == self.problem.free).all()):
                return

    def wider(self, places: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Places and all that faces them, and a tenth of everything else."""
        facing = self.problem.facing
        found = places.copy()
        np.logical_or.at(found, facing.one, places[facing.other])
        np.logical_or.at(found, facing.other, places[facing.one])
        found |= self.random.random(len(places)) < 0.1
        return np.asarray(found & self.problem.free)

    def place(
        self, chosen: NDArray[np.intp], free: NDArray[np.bool_], *, gap: float, nodes: int
    ) -> NDArray[np.intp] | None:
        """The best uses of some parcels while all others keep theirs; None where the program has none."""
        made = model_of(self.problem.pinned(chosen, free))
        if made.binaries == 0:
            return chosen
        solved = solve_program(made, clock=self.clock, gap=gap, start=chosen, nodes=nodes, seed=self.seed)
        return solved.chosen

    def improve(self) -> None:
        """Solve places anew, one after the other, while that brings something."""
        free = np.flatnonzero(self.problem.free)
        if self.chosen is None or len(free) <= 2 * PLACE:
            return
        facing, many = self.problem.facing, len(self.problem.ids)
        ones = np.ones(len(facing.one))
        web = sp.csr_array((ones, (facing.one, facing.other)), shape=(many, many))
        web = web + web.T
        idle = 0
        for _ in range(self.clock.stop.rounds):
            if idle >= PATIENCE or self.enough() or self.over() or self.clock.over(EARLY):
                return
            ball = self._ball(web, int(self.random.choice(free)))
            better = self.keep(self.place(self.chosen, ball, gap=1e-4, nodes=PLACE_NODES))
            idle = 0 if better else idle + 1
            self.method = (
                "linear relaxation and rounding, places solved anew; bound by prices of the relaxation"
            )

    def _ball(self, web: sp.csr_array, centre: int) -> NDArray[np.bool_]:
        """About `PLACE` parcels with a choice around one of them."""
        ball = np.zeros(len(self.problem.ids), dtype=bool)
        ball[centre] = True
        for _ in range(len(ball)):
            grown = ball | ((web @ ball.astype(float)) > 0)
            if (grown & self.problem.free).sum() > PLACE or (grown == ball).all():
                break
            ball = grown
        return np.asarray(ball & self.problem.free)

    def finish(self) -> None:
        """Branch and cut over the whole plan, from the best so far, for what the gap still lacks."""
        if self.enough() or self.over():
            return
        made = model_of(self.problem)
        if made.binaries == 0:
            self.bound = self.objective
            return
        solved = solve_program(
            made,
            clock=self.clock,
            gap=self.clock.stop.gap,
            start=self.chosen,
            nodes=WHOLE_NODES,
            seed=self.seed,
        )
        self.keep(solved.chosen)
        if solved.bound is not None and self.chosen is not None:
            self.bound = max(min(self.bound, solved.bound), self.objective)
        self.method = "linear relaxation, places solved anew, branch and cut (HiGHS); bound by branch and cut"
        if not self.enough():
            self.ended = "interrupted" if self.clock.interrupted else "limit"
