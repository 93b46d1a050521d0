"""The search for uses, held to every choice tried one by one."""

import signal
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.landuse_problems import USES, a_problem, best_by_trying, land, parks_near

from blockplan.propose.landuse.allocation import explain
from blockplan.propose.landuse.model import model_of, solve_program
from blockplan.propose.landuse.problem import fits, parts, score, shortfalls
from blockplan.propose.landuse.search import proved_bound, solve
from blockplan.propose.stopping import Clock, Stop, interruptible

pytestmark = pytest.mark.long

HOME, PARK, PLANT = range(3)
NEVER_LATE = Stop(seconds=600)


def test_each_parcel_gets_the_use_that_suits_it_where_nothing_else_counts() -> None:
    found = solve(a_problem([[0.9, 0.1, 0.2], [0.1, 0.8, 0.2], [0.1, 0.2, 0.7]]), NEVER_LATE)
    assert found.chosen.tolist() == [HOME, PARK, PLANT]
    assert found.objective == pytest.approx(2.4)
    assert found.bound == pytest.approx(2.4)


def test_neighbours_of_one_use_are_worth_their_frontage() -> None:
    apart = a_problem([[0.5, 0.4, 0], [0.4, 0.5, 0]], pairs=[(0, 1)], bonus=1.5)
    # 0.1 km x 1.5 ha a km = 0.15 is more than the 0.1 that the second parcel loses as a home.
    found = solve(apart, NEVER_LATE)
    assert found.chosen[0] == found.chosen[1]
    assert parts(apart, found.chosen)["neighbours"] == pytest.approx(0.15)


def test_a_plant_beside_homes_costs_and_gives_way() -> None:
    suits = [[0.9, 0.1, 0.0], [0.3, 0.2, 0.4]]
    assert solve(a_problem(suits, pairs=[(0, 1)]), NEVER_LATE).chosen.tolist() == [HOME, PLANT]
    assert solve(a_problem(suits, pairs=[(0, 1)], clash=2.0), NEVER_LATE).chosen.tolist() == [HOME, HOME]


def test_land_that_stands_alone_among_other_uses_costs() -> None:
    suits = [[0.5, 0, 0.0], [0.45, 0, 0.5], [0.5, 0, 0.0]]
    pairs = [(0, 1), (1, 2)]
    assert solve(a_problem(suits, pairs=pairs), NEVER_LATE).chosen.tolist() == [HOME, PLANT, HOME]
    assert solve(a_problem(suits, pairs=pairs, alone=0.1), NEVER_LATE).chosen.tolist() == [HOME, HOME, HOME]


def test_a_change_has_to_bring_what_it_costs() -> None:
    suits = [[0.5, 0.6, 0.0]]
    assert solve(a_problem(suits, change=0.2), NEVER_LATE).chosen.tolist() == [HOME]
    assert solve(a_problem(suits, change=0.05), NEVER_LATE).chosen.tolist() == [PARK]


def test_homes_get_a_park_within_reach() -> None:
    cover = parks_near([(0, 1), (2, 1), (2, 2)])
    found = solve(a_problem([[1, 0, 0], [0.5, 0.1, 0], [1, 0, 0]], covers=[cover]), NEVER_LATE)
    assert found.chosen.tolist() == [HOME, PARK, HOME]
    assert not found.missed


def test_demands_that_cannot_all_be_met_are_missed_by_as_little_as_is_possible() -> None:
    demands = [land(2, HOME, low=2.0, scale=2.0), land(2, PARK, low=1.0, scale=1.0)]
    found = solve(a_problem([[1, 0, 0], [1, 0, 0]], demands=demands), NEVER_LATE)
    # One ha of homes is half of what is asked of them, one of park all of it: homes give way.
    assert found.missed == {"quota:home": pytest.approx(1.0)}
    assert found.least_missed
    assert sorted(found.chosen.tolist()) == [HOME, PARK]


def test_a_clash_names_the_other_demand_and_a_demand_out_of_reach_says_so() -> None:
    demands = [land(2, HOME, low=2.0), land(2, PARK, low=1.0), land(2, PLANT, high=2.0)]
    problem = a_problem([[1, 0, 0], [1, 0, 0]], demands=demands)
    said = explain(problem, "quota:home", Clock(NEVER_LATE))
    assert said == "it can be met alone, and clashes with quota:park"
    alone = a_problem([[1, 0, 0], [1, 0, 0]], demands=[land(2, HOME, low=3.0)])
    assert explain(alone, "quota:home", Clock(NEVER_LATE)) == ("even alone it is missed by 1 at best")


def test_a_parcel_without_a_choice_counts_and_stays() -> None:
    allowed = [[True, False, False], [True, True, True]]
    problem = a_problem([[0.2, 1, 1], [0.1, 0.9, 0]], allowed=allowed, covers=[parks_near([(0, 1), (1, 1)])])
    found = solve(problem, NEVER_LATE)
    assert found.chosen.tolist() == [HOME, PARK]
    assert found.objective == pytest.approx(1.1)


def random_problem(seed: int, many: int = 5):
    """Random suitabilities, neighbours, a quota, parks near homes; some parcels keep their use."""
    random = np.random.default_rng(seed)
    suits = random.random((many, len(USES))).round(2)
    today = random.integers(0, len(USES), many)
    allowed = random.random(suits.shape) < 0.8
    allowed[np.arange(many), today] = True
    near = (random.random((many, many)) < 0.6).astype(float)
    demands = [
        land(many, HOME, low=float(random.integers(0, many)), scale=float(many)),
        land(many, PLANT, low=0.0, high=float(random.integers(1, many + 1)), scale=float(many)),
    ]
    pairs = [(one, one + 1) for one in range(many - 1)] + [(0, many - 1)]
    return a_problem(
        suits,
        today=today,
        allowed=allowed,
        pairs=pairs,
        demands=demands,
        covers=[parks_near(near)],
        bonus=float(random.choice([0.0, 2.0])),
        clash=float(random.choice([0.0, 3.0])),
        alone=float(random.choice([0.0, 0.3])),
        change=0.05,
    )


@given(st.integers(0, 10**6))
def test_nothing_better_is_found_by_trying_every_choice(seed: int) -> None:
    problem = random_problem(seed)
    best, found = best_by_trying(problem), solve(problem, NEVER_LATE)
    if best is None:
        assert found.missed
        assert found.missed.keys() == shortfalls(problem, found.chosen).keys()
        return
    assert not found.missed
    assert fits(problem, found.chosen)
    assert found.objective == pytest.approx(best[1])
    assert found.bound == pytest.approx(best[1])
    assert found.objective == pytest.approx(score(problem, found.chosen))


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_bound_holds_at_any_prices(seed: int, prices: int) -> None:
    problem = random_problem(seed)
    best = best_by_trying(problem)
    made = model_of(problem)
    model = made.builder.lp()
    price = np.random.default_rng(prices).normal(0, 0.3, model.num_row_)
    if best is not None:
        assert proved_bound(made, model, price) >= best[1] - 1e-9


def test_a_search_almost_without_time_returns_what_it_has_and_a_bound_that_holds() -> None:
    problem = a_problem([[0.9, 0.1, 0.2], [0.1, 0.8, 0.2]])
    found = solve(problem, Stop(seconds=1e-6))
    assert fits(problem, found.chosen)
    assert found.objective == pytest.approx(score(problem, found.chosen))
    assert found.bound >= found.objective


def test_ctrl_c_ends_a_search_with_what_it_has(monkeypatch) -> None:
    from blockplan.propose import stopping

    monkeypatch.setattr(stopping, "_ASKED_TO_END", threading.Event())
    stopping._ASKED_TO_END.set()
    problem = a_problem([[0.9, 0.1, 0.2], [0.1, 0.8, 0.2]], bonus=1.0, pairs=[(0, 1)])
    found = solve(problem, NEVER_LATE)
    assert fits(problem, found.chosen)
    assert found.ended == "interrupted" or found.objective == pytest.approx(found.bound)


def test_better_choices_and_their_bound_are_told_on_the_way() -> None:
    told = []
    solve(a_problem([[0.1, 0.9, 0.2], [0.1, 0.8, 0.2]]), Stop(seconds=600, tell=told.append))
    assert told
    assert told[-1].objective == pytest.approx(1.7)
    assert told[-1].bound >= 1.7 - 1e-9


def test_ctrl_c_reaches_branch_and_cut() -> None:
    suits = np.random.default_rng(1).random((150, 3)).tolist()
    pairs = [(one, other) for one in range(150) for other in (one + 1, one + 12) if other < 150]
    made = model_of(a_problem(suits, pairs=pairs, clash=0.7))
    assert solve_program(made, clock=Clock(NEVER_LATE), gap=0.0).finished
    with interruptible():
        signal.raise_signal(signal.SIGINT)
        assert not solve_program(made, clock=Clock(NEVER_LATE), gap=0.0).finished


def test_where_time_is_over_before_any_choice_the_uses_of_today_miss_what_they_miss() -> None:
    problem = a_problem([[1, 0, 0], [1, 0, 0]], demands=[land(2, PARK, low=3.0)])
    found = solve(problem, Stop(seconds=1e-9))
    parks = found.chosen.tolist().count(PARK)
    assert found.missed == {"quota:park": pytest.approx(3.0 - parks)}
    assert found.bound >= found.objective
