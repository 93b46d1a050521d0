"""
What spopt, or a plain model in PuLP, finds with CBC: called by siting.py with the Python of the peers.

    python benchmarks/siting_peers.py spopt|pulp pmedian|mclp|lscp|pcenter DATA.npz SECONDS

Prints one JSON object: objective, bound (null: neither hands it over), proved (what the solver says), CPU
seconds of building and solving, the solver's own process included.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

import numpy as np


def main() -> None:
    peer, problem, path, seconds = sys.argv[1:]
    data = np.load(path)
    matrix, weights, p = data["matrix"], data["weights"], int(data["p"])
    import pulp

    began = cpu_s()
    solver = pulp.PULP_CBC_CMD(msg=False, timeLimit=float(seconds), threads=1)
    model = {"spopt": by_spopt, "pulp": by_pulp}[peer](problem, matrix, weights, p)
    model.solve(solver)
    proved = model.status == 1 and model.sol_status == 1
    found = model.sol_status in {1, 2}
    objective = pulp.value(model.objective) if found else None
    print(
        json.dumps(
            {
                "objective": objective,
                "bound": objective if proved else None,
                "gap": 0.0 if proved else None,
                "proved": bool(proved),
                "cpu_s": round(cpu_s() - began, 2),
            }
        )
    )


def cpu_s() -> float:
    """CPU seconds of this process and of those it called."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def by_spopt(problem: str, matrix: Any, weights: Any, p: int) -> Any:
    """The model that spopt builds; its matrices have a row a demand point."""
    from spopt.locate import LSCP, MCLP, PCenter, PMedian

    cost = matrix.T
    if problem == "pmedian":
        return PMedian.from_cost_matrix(cost, weights, p_facilities=p).problem
    if problem == "pcenter":
        return PCenter.from_cost_matrix(cost, p_facilities=p).problem
    # Who is covered stands at distance 0, who is not at 2; the radius is 1.
    away = np.where(cost > 0, 0.0, 2.0)
    if problem == "mclp":
        return MCLP.from_cost_matrix(away, weights, 1.0, p_facilities=p).problem
    return LSCP.from_cost_matrix(away, 1.0).problem


def by_pulp(problem: str, matrix: Any, weights: Any, p: int) -> Any:
    """The textbook model."""
    import pulp

    sites, points = matrix.shape
    model = pulp.LpProblem(problem, pulp.LpMaximize if problem == "mclp" else pulp.LpMinimize)
    opens = [pulp.LpVariable(f"y{j}", cat="Binary") for j in range(sites)]
    if problem in {"mclp", "lscp"}:
        near = [np.flatnonzero(matrix[:, i]) for i in range(points)]
    if problem == "lscp":
        model += pulp.lpSum(opens)
        for i in range(points):
            model += pulp.lpSum(opens[j] for j in near[i]) >= 1
        return model
    model += pulp.lpSum(opens) == p
    if problem == "mclp":
        reached = [pulp.LpVariable(f"z{i}", 0, 1) for i in range(points)]
        model.setObjective(pulp.lpSum(float(weights[i]) * reached[i] for i in range(points)))
        for i in range(points):
            model += reached[i] <= pulp.lpSum(opens[j] for j in near[i])
        return model
    goes = [[pulp.LpVariable(f"x{j}_{i}", 0, 1) for i in range(points)] for j in range(sites)]
    for i in range(points):
        model += pulp.lpSum(goes[j][i] for j in range(sites)) == 1
        for j in range(sites):
            model += goes[j][i] <= opens[j]
    if problem == "pmedian":
        model.setObjective(
            pulp.lpSum(
                float(weights[i] * matrix[j, i]) * goes[j][i] for j in range(sites) for i in range(points)
            )
        )
        return model
    longest = pulp.LpVariable("longest", 0)
    for i in range(points):
        model += pulp.lpSum(float(matrix[j, i]) * goes[j][i] for j in range(sites)) <= longest
    model.setObjective(longest)
    return model


if __name__ == "__main__":
    main()
