"""Small land-use problems as plain arrays: few enough parcels and uses that every choice can be tried."""

import itertools

import numpy as np
import scipy.sparse as sp

from blockplan.propose.landuse.problem import Cover, Facing, LandUseDemand, Problem, UseClash, fits, score

USES = ("home", "park", "plant")


def a_problem(
    suits,
    *,
    today=None,
    allowed=None,
    pairs=(),
    demands=(),
    covers=(),
    bonus=0.0,
    clash=0.0,
    alone=0.0,
    change=0.0,
):
    """Parcels of 1 ha in a row; `suits` is parcels x uses; pairs face each other along 0.1 km."""
    suits = np.asarray(suits, dtype=float)
    many, uses = suits.shape
    today = np.zeros(many, dtype=np.intp) if today is None else np.asarray(today, dtype=np.intp)
    allowed = np.ones(suits.shape, dtype=bool) if allowed is None else np.asarray(allowed, dtype=bool)
    one, other = (np.array([pair[side] for pair in pairs], dtype=np.intp) for side in (0, 1))
    groups = np.eye(uses, dtype=bool)
    home, plant = np.arange(uses) == 0, np.arange(uses) == uses - 1
    facing = Facing(
        one,
        other,
        np.full(len(one), 0.1),
        np.full(uses, bonus),
        (UseClash("clash", home, plant, clash),) if clash else (),
        np.full(uses, alone),
    )
    worth = {"suitability": suits, "change": -change * (np.arange(uses)[None] != today[:, None])}
    return Problem(
        np.array([f"P{at}" for at in range(many)], dtype=object),
        np.ones(many),
        USES[:uses],
        allowed,
        today,
        worth,
        groups,
        USES[:uses],
        facing,
        tuple(demands),
        tuple(covers),
    )


def land(many, use, **limits):
    """A quota of the land of one use, ha."""
    amount = np.zeros((many, len(USES)))
    amount[:, use] = 1.0
    return LandUseDemand(f"quota:{USES[use]}", "ha", amount, **limits)


def parks_near(near, people=10.0, beyond=0.0):
    """Homes need a park near them; `near` are pairs (home, park)."""
    many = 1 + max((max(pair) for pair in near), default=0) if not isinstance(near, np.ndarray) else len(near)
    matrix = near if isinstance(near, np.ndarray) else _matrix(near, many)
    home = np.arange(len(USES)) == 0
    counted = np.where(home, people, 0.0) * np.ones((len(matrix), 1))
    return Cover("park_near", home, np.arange(len(USES)) == 1, sp.csr_array(matrix), counted, beyond)


def _matrix(pairs, many):
    found = np.zeros((many, many))
    for one, other in pairs:
        found[one, other] = 1.0
    return found


def best_by_trying(problem):
    """The best choice of all that meet every demand, and its worth; None where there is none."""
    options = [np.flatnonzero(row) for row in problem.allowed]
    best = None
    for choice in itertools.product(*options):
        chosen = np.array(choice, dtype=np.intp)
        if fits(problem, chosen):
            reached = score(problem, chosen)
            if best is None or reached > best[1] + 1e-12:
                best = (chosen, reached)
    return best
