"""
The land-use problem as a mixed-integer program for HiGHS.

One binary column says that a parcel has a use; parcels without a choice are numbers, not columns. What
parcels are worth together needs no binaries: a bonus column stays below both its parcels, a cost
column above their sum less one, and the objective pushes each to the right corner.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
import scipy.sparse as sp

from blockplan.measure.access.solver import linear_program, quiet_highs
from blockplan.propose.mip import under

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.propose.landuse.problem import Cover, LandUseDemand, Problem
    from blockplan.propose.stopping import Clock

INFINITE = highspy.kHighsInf


@dataclass(slots=True, eq=False)
class Builder:
    """Columns and rows of a program in the making; the objective is to be made large."""

    gain: list[NDArray[np.float64]] = field(default_factory=list)
    lower: list[NDArray[np.float64]] = field(default_factory=list)
    upper: list[NDArray[np.float64]] = field(default_factory=list)
    rows: list[tuple[sp.coo_array, NDArray[np.float64], NDArray[np.float64]]] = field(default_factory=list)
    columns: int = 0

    def add_columns(
        self, gain: NDArray[np.float64], upper: float | NDArray[np.float64] = 1.0
    ) -> NDArray[np.intp]:
        """Numbers of new columns, from 0 to `upper`."""
        many = len(gain)
        self.gain.append(np.asarray(gain, dtype=float))
        self.lower.append(np.zeros(many))
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=float), many))
        self.columns += many
        return np.arange(self.columns - many, self.columns)

    def add_rows(
        self, matrix: Any, lower: NDArray[np.float64] | float, upper: NDArray[np.float64] | float
    ) -> None:
        """Rows over the columns there are so far (a matrix of fewer columns is widened)."""
        many = matrix.shape[0]
        self.rows.append(
            (
                sp.coo_array(matrix),
                np.broadcast_to(np.asarray(lower, float), many),
                np.broadcast_to(np.asarray(upper, float), many),
            )
        )

    def lp(self, binaries: int = 0) -> highspy.HighsLp:
        """The program for HiGHS, its first columns in whole numbers; the gain becomes a cost below zero."""
        parts = [sp.coo_array((m.data, m.coords), shape=(m.shape[0], self.columns)) for m, _, _ in self.rows]
        whole = sp.vstack(parts).tocsr() if parts else sp.csr_array((0, self.columns))
        model: highspy.HighsLp = linear_program(
            whole,
            cost=-np.concatenate(self.gain),
            lower=np.concatenate(self.lower),
            upper=np.concatenate(self.upper),
            low=np.concatenate([low for _, low, _ in self.rows]) if parts else (),
            high=np.concatenate([high for _, _, high in self.rows]) if parts else (),
            whole=np.arange(self.columns) < binaries if binaries else None,
        )
        return model


@dataclass(slots=True, eq=False)
class LandUseModel:
    """
    A problem as a program.

    Attributes
    ----------
    columns
        Number of the column of each parcel and use; -1 where there is none.
    constant
        What the parcels without a choice are worth, ha.
    slack
        Demand -> numbers of the columns that say by how much it is missed; only in an elastic model.
    """

    problem: Problem
    builder: Builder
    columns: NDArray[np.intp]
    constant: float
    slack: dict[str, NDArray[np.intp]]

    @property
    def binaries(self) -> int:
        """The binary columns are the first ones."""
        return int((self.columns >= 0).sum())


def model_of(problem: Problem, *, elastic: bool = False) -> LandUseModel:
    """
    The program of a problem.

    With `elastic` every demand may be missed, and what is made small is by how much (each over its
    scale); what land is worth plays no part then.
    """
    builder = Builder()
    free = problem.free
    columns = np.full(problem.allowed.shape, -1, dtype=np.intp)
    mine = problem.allowed & free[:, None]
    gain = problem.linear()
    constant = float(gain[~free][problem.allowed[~free]].sum())
    columns[mine] = builder.add_columns(np.zeros(int(mine.sum())) if elastic else gain[mine])
    made = LandUseModel(problem, builder, columns, 0.0 if elastic else constant, {})
    seats = _Seats(problem, columns)
    one_each = seats.of_uses(np.ones((1, len(problem.uses)), dtype=bool))
    builder.add_rows(one_each.matrix[free], 1.0, 1.0)
    if not elastic:
        _add_bonus(made, seats)
        _add_clashes(made, seats)
        _add_alone(made, seats)
    for demand in problem.demands:
        _add_demand(made, seats, demand, elastic=elastic)
    for cover in problem.covers:
        _add_cover(made, seats, cover, elastic=elastic)
    return made


@dataclass(slots=True, eq=False)
class _Sums:
    """For each parcel (or group x parcel) a sum of columns, and the number that is settled already."""

    matrix: sp.csr_array
    settled: NDArray[np.float64]

    def possible(self) -> NDArray[np.bool_]:
        """Where the sum may be 1."""
        return np.asarray((np.diff(self.matrix.indptr) > 0) | (self.settled > 0))


@dataclass(slots=True, eq=False)
class _Seats:
    problem: Problem
    columns: NDArray[np.intp]

    def of_uses(self, uses: NDArray[np.bool_]) -> _Sums:
        """Whether a parcel has a use of a set; `uses` (sets x uses) gives row ``set * parcels + parcel``."""
        many, count = len(self.columns), int((self.columns >= 0).sum())
        set_, use = np.nonzero(uses)
        rows, cols = [np.empty(0, dtype=np.intp)], [np.empty(0, dtype=np.intp)]
        settled = np.zeros(len(uses) * many)
        fixed = ~self.problem.free
        for s, k in zip(set_, use, strict=True):
            there = np.flatnonzero(self.columns[:, k] >= 0)
            rows.append(s * many + there)
            cols.append(self.columns[there, k])
            settled[s * many + np.flatnonzero(fixed & self.problem.allowed[:, k])] = 1.0
        row, col = np.concatenate(rows), np.concatenate(cols)
        matrix = sp.csr_array((np.ones(len(row)), (row, col)), shape=(len(uses) * many, count))
        return _Sums(matrix, settled)


def _wide(matrix: sp.csr_array, columns: NDArray[np.intp], value: float, whole: int) -> sp.coo_array:
    """A matrix over the first columns with one entry more in each row."""
    found = sp.coo_array(matrix)
    rows = np.concatenate([found.coords[0], np.arange(matrix.shape[0])])
    cols = np.concatenate([found.coords[1], columns])
    data = np.concatenate([found.data, np.full(matrix.shape[0], value)])
    return sp.coo_array((data, (rows, cols)), shape=(matrix.shape[0], whole))


def _add_bonus(made: LandUseModel, seats: _Seats) -> None:
    problem, builder = made.problem, made.builder
    facing = problem.facing
    worth = np.flatnonzero(facing.bonus > 0)
    if not len(worth) or not len(facing.one):
        return
    sums = seats.of_uses(problem.group[worth])
    many = len(problem.ids)
    offset = (np.arange(len(worth)) * many)[:, None]
    one, other = (offset + facing.one).ravel(), (offset + facing.other).ravel()
    amount = (facing.bonus[worth][:, None] * facing.km).ravel()
    can = sums.possible()
    live = can[one] & can[other]
    one, other, amount = one[live], other[live], amount[live]
    settled = (sums.settled[one] > 0) & (sums.settled[other] > 0)
    made.constant += float(amount[settled].sum())
    half = (sums.settled[one] > 0) ^ (sums.settled[other] > 0)
    open_ = np.where(sums.settled[one] > 0, other, one)
    _add_gain(made, sums.matrix, open_[half], amount[half])
    left = ~settled & ~half
    column = builder.add_columns(amount[left])
    for side in (one[left], other[left]):
        builder.add_rows(_wide(-sums.matrix[side], column, 1.0, builder.columns), -INFINITE, 0.0)


def _add_gain(
    made: LandUseModel, matrix: sp.csr_array, rows: NDArray[np.intp], amount: NDArray[np.float64]
) -> None:
    """Let a sum of columns be worth an amount each time it stands among `rows`."""
    made.builder.gain[0] += np.asarray(matrix[rows].T @ amount)


def _add_clashes(made: LandUseModel, seats: _Seats) -> None:
    problem, builder = made.problem, made.builder
    facing, many = problem.facing, len(problem.ids)
    for clash in facing.clashes:
        sums = seats.of_uses(np.stack([clash.one @ problem.group, clash.other @ problem.group]))
        can = sums.possible()
        one = np.concatenate([facing.one, facing.other])
        other = np.concatenate([facing.other, facing.one]) + many
        amount = np.tile(clash.ha_per_km * facing.km, 2)
        live = can[one] & can[other]
        one, other, amount = one[live], other[live], amount[live]
        settled = (sums.settled[one] > 0) & (sums.settled[other] > 0)
        made.constant -= float(amount[settled].sum())
        half = (sums.settled[one] > 0) ^ (sums.settled[other] > 0)
        _add_gain(made, sums.matrix, np.where(sums.settled[one] > 0, other, one)[half], -amount[half])
        left = ~settled & ~half
        column = builder.add_columns(-amount[left])
        rows = _wide(sums.matrix[one[left]] + sums.matrix[other[left]], column, -1.0, builder.columns)
        builder.add_rows(rows, -INFINITE, 1.0)


def _add_alone(made: LandUseModel, seats: _Seats) -> None:
    problem, builder = made.problem, made.builder
    facing, many = problem.facing, len(problem.ids)
    groups = np.flatnonzero(facing.alone > 0)
    if not len(groups):
        return
    ones = np.ones(len(facing.one))
    near = sp.csr_array((ones, (facing.one, facing.other)), shape=(many, many))
    near = near + near.T
    for group in groups:
        sums = seats.of_uses(problem.group[[group]])
        company = near @ sums.settled
        lonely = sums.possible() & (company == 0)
        cost = facing.alone[group] * problem.area_ha
        rows = np.flatnonzero(lonely)
        column = builder.add_columns(-cost[rows])
        matrix = _wide((sums.matrix - near @ sums.matrix)[rows], column, -1.0, builder.columns)
        builder.add_rows(matrix, -INFINITE, -sums.settled[rows])


def _add_demand(made: LandUseModel, seats: _Seats, demand: LandUseDemand, *, elastic: bool) -> None:
    builder = made.builder
    there = made.columns >= 0
    settled = float(demand.amount[made.problem.allowed & ~made.problem.free[:, None]].sum())
    values, cols = demand.amount[there], made.columns[there]
    kept = values != 0
    values, cols = values[kept], cols[kept]
    if elastic:
        slack = builder.add_columns(np.full(2, -1.0 / demand.scale), INFINITE)
        made.slack[demand.name] = slack
        values, cols = np.concatenate([values, [1.0, -1.0]]), np.concatenate([cols, slack])
    # Whole numbers of m2 and people meet their limits only to within the sums' rounding.
    room = ROUNDING_OF_ROWS * max(abs(demand.scale), 1.0)
    matrix = sp.coo_array((values, (np.zeros(len(cols), np.intp), cols)), shape=(1, builder.columns))
    builder.add_rows(matrix, demand.low - settled - room, demand.high - settled + room)


#: A demand may be missed by this part of its scale in the program; what comes out is looked at anew.
ROUNDING_OF_ROWS = 1e-10


def _add_cover(made: LandUseModel, seats: _Seats, cover: Cover, *, elastic: bool) -> None:
    problem, builder = made.problem, made.builder
    needs, gives = seats.of_uses(cover.needs[None]), seats.of_uses(cover.gives[None])
    given = cover.near @ gives.settled
    rows = np.flatnonzero(needs.possible() & (given == 0))
    people = np.where(problem.allowed & cover.needs, cover.people, 0.0).max(axis=1)
    column = np.empty(0, dtype=np.intp)
    matrix = needs.matrix[rows] - cover.near[rows] @ gives.matrix
    if elastic or cover.beyond > 0:
        column = builder.add_columns(np.zeros(len(rows)))
        builder.add_rows(_wide(matrix, column, -1.0, builder.columns), -INFINITE, -needs.settled[rows])
    else:
        builder.add_rows(matrix, -INFINITE, -needs.settled[rows])
        return
    values, cols = people[rows], column
    if elastic:
        slack = builder.add_columns(np.array([-1.0 / max(people.sum(), 1.0)]), INFINITE)
        made.slack[cover.name] = slack
        values, cols = np.concatenate([values, [-1.0]]), np.concatenate([cols, slack])
    total = sp.coo_array((values, (np.zeros(len(cols), np.intp), cols)), shape=(1, builder.columns))
    builder.add_rows(total, -INFINITE, cover.beyond * (1 + ROUNDING_OF_ROWS))


@dataclass(slots=True, eq=False)
class LandUseSolved:
    """What HiGHS gave: the uses (None without a solution), a bound of the objective (ha), columns."""

    chosen: NDArray[np.intp] | None
    bound: float | None
    values: NDArray[np.float64]
    finished: bool


def solve_program(
    made: LandUseModel,
    *,
    clock: Clock,
    gap: float,
    start: NDArray[np.intp] | None = None,
    nodes: int | None = None,
    seed: int = 0,
) -> LandUseSolved:
    """
    Solve the program by branch and cut.

    Parameters
    ----------
    clock
        When HiGHS stops, with the best it has.
    gap
        Relative gap that is good enough.
    start
        Uses to start from; need not keep the demands.
    nodes
        Most nodes of the tree; None is no limit.
    """
    model = made.builder.lp(made.binaries)
    options: dict[str, Any] = {"mip_rel_gap": gap, "random_seed": seed}
    if nodes is not None:
        options["mip_max_nodes"] = nodes
    solver = quiet_highs(**options)
    under(solver, clock)
    # The constant has its place in the objective: a relative gap is relative to all of it.
    model.offset_ = -made.constant
    solver.passModel(model)
    if start is not None:
        _start_from(solver, made, start)
    solver.run()
    return _read(solver, made)


def _start_from(solver: Any, made: LandUseModel, start: NDArray[np.intp]) -> None:
    """Give HiGHS the binaries; it completes the rest by a linear program."""
    rows, uses = np.nonzero(made.columns >= 0)
    columns = made.columns[rows, uses]
    values = (start[rows] == uses).astype(float)
    order = np.argsort(columns)
    solver.setSolution(len(columns), columns[order].astype(np.int32), values[order])


def _read(solver: Any, made: LandUseModel) -> LandUseSolved:
    info = solver.getInfo()
    finished = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    bound = -float(info.mip_dual_bound) if abs(info.mip_dual_bound) < INFINITE else None
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return LandUseSolved(None, bound, np.empty(0), finished)
    values = np.array(solver.getSolution().col_value)
    return LandUseSolved(chosen_by(made, values), bound, values, finished)


def chosen_by(made: LandUseModel, values: NDArray[np.float64]) -> NDArray[np.intp]:
    """The use of each parcel: the one whose column is largest."""
    share = np.where(made.columns >= 0, values[np.maximum(made.columns, 0)], 0.0)
    fixed = ~made.problem.free
    share[fixed] = made.problem.allowed[fixed]
    return np.asarray(share.argmax(axis=1))
