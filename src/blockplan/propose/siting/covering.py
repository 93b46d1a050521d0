"""
Covering: the most weight within reach of p sites (MCLP), and the fewest sites that reach everybody (LSCP).

Both start from who covers whom, a sparse matrix of sites and demand points. Swaps and repairs find
sites; prices of covering, from the linear relaxation, bound what anybody could find.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from blockplan.errors import InfeasibleError
from blockplan.propose.sites import Sites, checked_weights, rows_kept
from blockplan.propose.stopping import Clock, Stop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray


#: Steps of exchanges at a time, and how many times that may go by without a better choice.
STEPS, IDLE = 20_000, 25
#: So many open sites around a point are looked at as one problem.
AROUND = 24


@dataclass(frozen=True, slots=True, eq=False)
class _Web:
    """Who covers whom, by site and by demand point; points with the same sites are one."""

    start: NDArray[np.int64]
    demand: NDArray[np.int32]
    begin: NDArray[np.int64]
    site: NDArray[np.int32]
    weight: NDArray[np.float64]
    member: NDArray[np.intp]
    sites: int

    @property
    def points(self) -> int:
        """Demand points after merging."""
        return self.weight.size

    def by_point(self) -> sp.csr_array:
        """Demand points x sites, 1 where a site covers a point."""
        ones = np.ones(self.site.size)
        return sp.csr_array((ones, self.site, self.begin), shape=(self.points, self.sites))


def mclp(
    covers: sp.sparray | sp.spmatrix | ArrayLike,
    weights: ArrayLike | None = None,
    p: int = 1,
    *,
    kept: Sequence[int] = (),
    stop: Stop | None = None,
    seed: int = 0,
) -> Sites:
    """
    The maximal covering location problem: `p` sites that cover the most weight.

    Parameters
    ----------
    covers
        Sites x demand; not zero where a site covers a point.
    weights
        Of each demand point, not negative; 1 each where None.
    p, kept
        How many sites are open in all, and rows of those that exist and stay.

    Returns
    -------
    Sites
        Objective and bound in weight; ``assigned`` is -1 for points that nobody covers.

    Raises
    ------
    UsageError
        If a weight is negative or no number, or `p` does not fit.

    References
    ----------
    Church and ReVelle (1974), The maximal covering location problem.
    """
    from blockplan.propose.siting import cover_kernels as kernels  # noqa: PLC0415 (numba is heavy)

    stop = stop or Stop()
    clock = Clock(stop)
    matrix = sp.csr_array(covers).astype(bool)
    web = _web(matrix, weights)
    held = rows_kept(kept, web.sites, p)
    random = np.random.default_rng(seed)
    chosen = kernels.greedy_most(web.start, web.demand, web.weight, held, p)
    bound, share = _most_bound(web, held, p, clock)
    other = np.concatenate(
        [held, np.setdiff1d(np.argsort(-share), held, assume_unique=True)[: p - held.size]]
    )
    order = random.permutation(web.sites)
    tried = [chosen, other.astype(np.int64)]
    for sites in tried:
        kernels.swap_most(web.start, web.demand, web.weight, sites, held.size, order)
    worth = [kernels.weight_covered(web.start, web.demand, web.weight, sites) for sites in tried]
    best, chosen = max(zip(worth, tried, strict=True), key=lambda pair: pair[0])
    best, chosen = _shake(web, held, chosen, best, bound, stop, clock, random)
    return _sites(matrix, chosen, best, min(bound, float(web.weight.sum())), "max", clock)


def lscp(
    covers: sp.sparray | sp.spmatrix | ArrayLike,
    *,
    kept: Sequence[int] = (),
    stop: Stop | None = None,
    seed: int = 0,
) -> Sites:
    """
    The location set covering problem: the fewest sites that cover every demand point.

    Parameters
    ----------
    covers
        Sites x demand; not zero where a site covers a point.
    kept
        Rows of sites that exist and stay; they count.

    Returns
    -------
    Sites
        Objective and bound as numbers of sites.

    Raises
    ------
    InfeasibleError
        If no site covers some point; the message says how many and names the first.

    References
    ----------
    Toregas, Swain, ReVelle and Bergman (1971), The location of emergency service facilities.
    """
    from blockplan.propose.siting import cover_kernels as kernels  # noqa: PLC0415 (numba is heavy)

    stop = stop or Stop()
    clock = Clock(stop)
    matrix = sp.csr_array(covers).astype(bool)
    lost = np.flatnonzero(matrix.sum(axis=0) == 0)
    if lost.size:
        raise InfeasibleError(
            f"{lost.size} of {matrix.shape[1]} demand points are covered by no site "
            f"(first: number {lost[0]}). Add sites near them, or leave them out."
        )
    web = _telling(_web(matrix, None))
    held = rows_kept(kept, web.sites)
    random = np.random.default_rng(seed)
    score = np.ones(web.sites)
    score[held] = np.inf
    opened, times = np.zeros(web.sites, np.bool_), np.zeros(web.points, np.int64)
    opened[held] = True
    kernels.count_covers(web.start, web.demand, opened, times)
    kernels.repair(web.start, web.demand, web.begin, web.site, opened, times, score)
    bound, share, price = _fewest_bound(web, held, clock)
    opened = _reweighed(web, held, _rounded(web, held, opened, share), bound, stop, clock, seed)
    bound = _raised(web, held, price, (bound, int(opened.sum())), stop, clock)
    opened = _improved(web, held, opened, bound, stop, clock, random)
    chosen = np.flatnonzero(opened)
    return _sites(matrix, chosen, float(chosen.size), float(min(bound, chosen.size)), "min", clock)


def _web(matrix: sp.csr_array, weights: ArrayLike | None) -> _Web:
    m, n = matrix.shape
    weight = checked_weights(weights, n)
    # Points with the same sites are one: equal sums of random numbers of their sites tell them.
    columns = matrix.tocsc()
    columns.sort_indices()
    marks = np.random.default_rng(0).integers(1, 2**62, (m, 2), dtype=np.int64)
    sums = np.zeros((n, 2), np.int64)
    point = np.repeat(np.arange(n), np.diff(columns.indptr))
    np.add.at(sums, point, marks[columns.indices])
    _, first, member = np.unique(sums, axis=0, return_index=True, return_inverse=True)
    member = member.ravel()
    merged = columns[:, first]
    rows = merged.tocsr()
    rows.sort_indices()
    merged.sort_indices()
    return _Web(
        rows.indptr.astype(np.int64),
        rows.indices.astype(np.int32),
        merged.indptr.astype(np.int64),
        merged.indices.astype(np.int32),
        np.asarray(np.bincount(member, weight, first.size), dtype=np.float64),
        member,
        m,
    )


def _telling(web: _Web) -> _Web:
    """The web without points that are covered whenever another one is."""
    from blockplan.propose.siting import cover_kernels as kernels  # noqa: PLC0415 (numba is heavy)

    says = kernels.telling(web.start, web.demand, web.begin, web.site)
    by_point = web.by_point()[np.flatnonzero(says)]
    by_site = by_point.T.tocsr()
    by_site.sort_indices()
    return replace(
        web,
        start=by_site.indptr.astype(np.int64),
        demand=by_site.indices.astype(np.int32),
        begin=by_point.indptr.astype(np.int64),
        site=by_point.indices.astype(np.int32),
        weight=web.weight[says],
    )


def _most_bound(
    web: _Web, held: NDArray[np.int64], p: int, clock: Clock
) -> tuple[float, NDArray[np.float64]]:
    """
    An upper bound of the weight that p sites cover, and how far open each site is in the relaxation.

    At prices v no more can be won than every point's weight less its price, and the p largest sums of
    prices of what the sites cover.
    """
    from blockplan.propose.siting.cover_bounds import most_prices  # noqa: PLC0415 (highspy is heavy)

    covers = web.by_point()
    price, share = most_prices(covers, web.weight, p, held, clock.within(clock.left / 2))
    value = covers.T @ price
    forced = value[held].sum()
    value[held] = -np.inf
    rest = np.sort(value)[::-1][: p - held.size]
    return float((web.weight - price).sum() + forced + rest.sum()), share


def _shake(  # noqa: PLR0913, PLR0917 (the parts of one search)
    web: _Web,
    held: NDArray[np.int64],
    chosen: NDArray[np.int64],
    best: float,
    bound: float,
    stop: Stop,
    clock: Clock,
    random: np.random.Generator,
) -> tuple[float, NDArray[np.int64]]:
    """Exchange a few sites at random and swap again, as long as rounds and time last."""
    from blockplan.propose.siting import cover_kernels as kernels  # noqa: PLC0415 (numba is heavy)

    for number in range(stop.rounds):
        if clock.over() or bound <= best * (1 + max(stop.gap, 1e-12)):
            break
        tried = chosen.copy()
        free = np.arange(held.size, tried.size)
        out = random.choice(free, min(2 + number % 6, free.size), replace=False)
        outside = np.setdiff1d(np.arange(web.sites), tried)
        new = random.choice(outside, min(out.size, outside.size), replace=False)
        tried[out[: new.size]] = new
        kernels.swap_most(web.start, web.demand, web.weight, tried, held.size, random.permutation(web.sites))
        total = kernels.weight_covered(web.start, web.demand, web.weight, tried)
        if total >= best:
            best, chosen = total, tried
    return float(best), chosen


def _fewest_bound(
    web: _Web, held: NDArray[np.int64], clock: Clock
) -> tuple[int, NDArray[np.float64], NDArray[np.float64]]:
    """
    A lower bound of how many sites cover everybody, how far open each is in the relaxation, and the prices.

    At prices v covering costs at least their sum, less what sites earn that cover more than one site's worth.
    """
    from blockplan.propose.siting.cover_bounds import fewest_prices  # noqa: PLC0415 (highspy is heavy)

    covers = web.by_point()
    price, share = fewest_prices(covers, held, clock.within(clock.left / 2))
    left = 1 - covers.T @ price
    free = np.ones(web.sites, bool)
    free[held] = False
    total = float(price.sum() + np.minimum(left[free], 0).sum() + left[held].sum())
    return int(np.ceil(total - 1e-6)), share, price


def _reweighed(  # noqa: PLR0913, PLR0917 (the parts of one search)
    web: _Web,
    held: NDArray[np.int64],
    opened: NDArray[np.bool_],
    bound: int,
    stop: Stop,
    clock: Clock,
    seed: int,
) -> NDArray[np.bool_]:
    """Fewer sites by exchanges; points that stay uncovered grow heavier, so that sites come to them."""
    from blockplan.propose.siting import reweigh_kernels as kernels  # noqa: PLC0415 (numba is heavy)

    fixed = np.zeros(web.sites, np.bool_)
    fixed[held] = True
    # The only site of a point is never left.
    fixed[web.site[web.begin[:-1][np.diff(web.begin) == 1]]] = True
    now, best = opened.copy(), opened.copy()
    arrays = (web.start, web.demand, web.begin, web.site)
    state = kernels.begin_search(*arrays, now)
    run = np.array([1, STEPS, seed + 1], dtype=np.int64)
    idle, fewest = 0, int(best.sum())
    while idle < IDLE and not clock.over(0.5) and not _enough(fewest, bound, stop):
        found = kernels.search(arrays, fixed, now, state, run, best)
        run[0] += STEPS
        idle = 0 if found < fewest else idle + 1
        fewest = int(found)
        clock.tell(fewest, bound)
    return best


def _raised(
    web: _Web,
    held: NDArray[np.int64],
    price: NDArray[np.float64],
    known: tuple[int, int],
    stop: Stop,
    clock: Clock,
) -> int:
    """The bound raised region by region, where the gap is still too wide."""
    from blockplan.propose.siting.cover_bounds import raised_bound  # noqa: PLC0415 (highspy is heavy)

    bound, fewest = known
    if _enough(fewest, bound, stop) or clock.over():
        return bound
    covers = web.by_point()
    bare = np.flatnonzero(covers[:, held].sum(axis=1) == 0)

    def whole(found: float) -> int:
        return held.size + int(np.ceil(found - 1e-6))

    better = raised_bound(covers[bare], price[bare], clock, lambda found: _enough(fewest, whole(found), stop))
    return max(bound, whole(better))


def _enough(fewest: int, bound: int, stop: Stop) -> bool:
    """Whether nothing better is wanted."""
    return fewest <= bound or (fewest - bound) / fewest <= stop.gap


def _improved(  # noqa: PLR0913, PLR0917 (the parts of one search)
    web: _Web,
    held: NDArray[np.int64],
    opened: NDArray[np.bool_],
    bound: int,
    stop: Stop,
    clock: Clock,
    random: np.random.Generator,
) -> NDArray[np.bool_]:
    """
    Fewer sites, place by place: what the open sites around a point cover is covered anew as well as can be.

    Each place is a small problem of its own, solved by HiGHS.
    """
    best = opened
    fixed = np.zeros(web.sites, np.bool_)
    fixed[held] = True
    from blockplan.propose.siting.cover_bounds import fewest_of  # noqa: PLC0415 (highspy is heavy)

    covers, by_site = web.by_point(), web.by_point().T.tocsr()
    for _ in range(stop.rounds):
        if clock.over() or _enough(int(best.sum()), bound, stop):
            break
        torn = _torn(web, best, fixed, int(random.integers(web.points)), AROUND)
        rest = best & ~torn
        bare = np.flatnonzero(by_site[np.flatnonzero(torn)].sum(axis=0) > 0)
        bare = bare[covers[bare][:, np.flatnonzero(rest)].sum(axis=1) == 0]
        places = np.flatnonzero(covers[bare].sum(axis=0) > 0)
        found = fewest_of(covers[bare][:, places], clock.within(3.0))
        if found is not None and found.size <= int(torn.sum()):
            best = rest
            best[places[found]] = True
    return best


def _rounded(
    web: _Web, held: NDArray[np.int64], opened: NDArray[np.bool_], share: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """The better of a cover and the one that the relaxation rounds to."""
    from blockplan.propose.siting import cover_kernels as kernels  # noqa: PLC0415 (numba is heavy)

    tried, times, score = share > 0.5, np.empty(web.points, np.int64), 0.3 + share
    tried[held], score[held] = True, np.inf
    kernels.count_covers(web.start, web.demand, tried, times)
    kernels.repair(web.start, web.demand, web.begin, web.site, tried, times, score)
    return tried if tried.sum() < opened.sum() else opened


def _torn(
    web: _Web, opened: NDArray[np.bool_], fixed: NDArray[np.bool_], point: int, many: int
) -> NDArray[np.bool_]:
    """About `many` open sites nearest to a point in the web of who covers whom; none that is fixed."""
    from blockplan.propose.siting import cover_kernels as kernels  # noqa: PLC0415 (numba is heavy)

    left = opened & ~fixed
    kernels.tear(web.start, web.demand, web.begin, web.site, left, point, many)
    return opened & ~fixed & ~left


def _sites(
    matrix: sp.csr_array,
    chosen: NDArray[np.integer],
    objective: float,
    bound: float,
    sense: str,
    clock: Clock,
) -> Sites:
    rows = np.sort(np.asarray(chosen)).astype(np.intp)
    reach = matrix[rows].tocsc()
    assigned = np.full(matrix.shape[1], -1, np.intp)
    some = np.flatnonzero(np.diff(reach.indptr) > 0)
    assigned[some] = rows[reach.indices[reach.indptr[some]]]
    return Sites(
        rows, assigned, float(objective), float(bound), "max" if sense == "max" else "min", clock.spent,
        "greedy and rounding, swaps or repairs with perturbation; bound by prices of the linear relaxation",
    )  # fmt: skip
