"""
NSGA-II of pymoo on a land-use problem: called by landuse.py, with the Python of .venv-peers.

    python benchmarks/landuse_peer.py PROBLEM.npz OUT.json CPU_SECONDS

A solution says for each parcel with a choice which of its uses it has. Two objectives: worth, and by
how much demands are missed, each in parts of its scale. The population begins with today's plan and random
changes of it. Scores are reckoned here anew, without Blockplan; `check` is the score of our own answer.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array

POPULATION = 100


class Town:
    """A problem as arrays, scored for many choices at once (shape: choices x parcels)."""

    def __init__(self, file: str) -> None:
        self.data = dict(np.load(file))
        data = self.data
        many = len(data["area_ha"])
        self.rows = np.arange(many)
        self.near = [self.matrix(number, many) for number in range(len(data["beyond"]))]
        ones = np.ones(len(data["one"]))
        web = csr_array((ones, (data["one"], data["other"])), shape=(many, many))
        self.web = web + web.T

    def matrix(self, number: int, many: int) -> csr_array:
        """Who is near whom, for one cover."""
        indices, indptr = self.data[f"near{number}_indices"], self.data[f"near{number}_indptr"]
        return csr_array((np.ones(len(indices)), indices, indptr), shape=(many, many))

    def worth(self, chosen: np.ndarray) -> np.ndarray:
        """Worth of each choice, ha."""
        data = self.data
        found = data["linear"][self.rows, chosen].sum(axis=1)
        groups = data["group"][:, chosen].astype(float)
        one, other, km = data["one"], data["other"], data["km"]
        for number, bonus in enumerate(data["bonus"]):
            if bonus > 0:
                found += bonus * (groups[number][:, one] * groups[number][:, other]) @ km
        for number, cost in enumerate(data["clash_cost"]):
            first = (data["clash_one"][number] @ data["group"])[chosen].astype(bool)
            second = (data["clash_other"][number] @ data["group"])[chosen].astype(bool)
            meet = (first[:, one] & second[:, other]) | (second[:, one] & first[:, other])
            found -= cost * meet @ km
        for number, cost in enumerate(data["alone"]):
            if cost > 0:
                mine = groups[number]
                company = (self.web @ mine.T).T > 0
                found -= cost * (mine * ~company) @ data["area_ha"]
        return found

    def short(self, chosen: np.ndarray) -> np.ndarray:
        """By how much demands are missed, each in parts of its scale, shape (choices, demands)."""
        data, found = self.data, []
        for number, scale in enumerate(data["scale"]):
            total = data["amount"][number][self.rows, chosen].sum(axis=1)
            outside = np.maximum(np.maximum(data["low"][number] - total, total - data["high"][number]), 0)
            found.append(np.where(outside > 1e-9 * np.maximum(scale, np.abs(total)), outside, 0) / scale)
        for number, beyond in enumerate(data["beyond"]):
            needs, gives = data["needs"][number][chosen], data["gives"][number][chosen].astype(float)
            without = needs & ~((self.near[number] @ gives.T).T > 0)
            people = data["people"][number][self.rows, chosen]
            left = np.maximum((people * without).sum(axis=1) - beyond, 0)
            found.append(left / max(data["people"][number].max(axis=1).sum(), 1))
        return np.stack(found, axis=1)


def searched(town: Town, seconds: float, seed: int) -> tuple[np.ndarray, int]:
    """The choices that NSGA-II ends with, and how many it scored."""
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.mutation import Mutation
    from pymoo.core.problem import Problem
    from pymoo.core.termination import Termination
    from pymoo.operators.crossover.ux import UniformCrossover
    from pymoo.optimize import minimize

    data = town.data
    free = np.flatnonzero(data["allowed"].sum(axis=1) > 1)
    options = [np.flatnonzero(row) for row in data["allowed"][free]]
    random = np.random.default_rng(seed)
    scored = 0

    def any_use(genes: np.ndarray) -> np.ndarray:
        return np.array([random.choice(options[gene]) for gene in genes], dtype=int)

    def whole(genes: np.ndarray) -> np.ndarray:
        chosen = np.tile(data["today"], (len(genes), 1))
        chosen[:, free] = genes
        return chosen

    class Uses(Problem):
        def __init__(self) -> None:
            super().__init__(n_var=len(free), n_obj=2, xl=0, xu=data["allowed"].shape[1] - 1, vtype=int)

        def _evaluate(self, genes: Any, out: Any, *_: Any, **__: Any) -> None:
            nonlocal scored
            scored += len(genes)
            chosen = whole(genes.astype(int))
            out["F"] = np.stack([-town.worth(chosen), town.short(chosen).sum(axis=1)], axis=1)

    class Another(Mutation):
        def _do(self, _: Any, genes: Any, **__: Any) -> Any:
            genes = genes.astype(int)
            for row, gene in np.argwhere(random.random(genes.shape) < 2 / len(free)):
                genes[row, gene] = random.choice(options[gene])
            return genes

    class Spent(Termination):
        def _update(self, _: Any) -> float:
            return min(1.0, time.process_time() / seconds)

    first = np.tile(data["today"][free], (POPULATION, 1))
    for row in range(1, POPULATION):
        genes = np.flatnonzero(random.random(len(free)) < row / POPULATION)
        first[row, genes] = any_use(genes)
    algorithm = NSGA2(
        pop_size=POPULATION, sampling=first, crossover=UniformCrossover(vtype=int), mutation=Another()
    )
    found = minimize(Uses(), algorithm, Spent(), seed=seed)
    return whole(np.vstack([found.pop.get("X"), found.opt.get("X")]).astype(int)), scored


def main() -> None:
    file, out, seconds = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    town = Town(file)
    ours = town.data["ours"][None]
    checked = {"check": float(town.worth(ours)[0]), "check_short": float(town.short(ours).sum())}
    chosen, scored = searched(town, seconds, seed=0)
    worth, short = town.worth(chosen), town.short(chosen).sum(axis=1)
    best = np.lexsort((-worth, short))[0]
    row = {"objective": float(worth[best]), "short": float(short[best]), "scored": scored}
    out.write_text(json.dumps(row | checked | {"cpu_s": round(time.process_time(), 1)}), encoding="utf-8")


if __name__ == "__main__":
    main()
