"""Sets of two or three objectives, held to every choice tried one by one."""

import itertools

import numpy as np
import pytest

import blockplan as bp
from blockplan.check import check
from blockplan.errors import UsageError
from blockplan.propose import Stop
from blockplan.propose.landuse.allocation import landuse_problem, propose_point
from blockplan.propose.landuse.pareto import balanced, objectives_of, pareto
from blockplan.propose.landuse.problem import fits
from blockplan.propose.locks import read_locks

pytestmark = pytest.mark.long

LONG = Stop(seconds=900)


@pytest.fixture(scope="module")
def corner():
    """A few parcels of the reference plan that have a choice, and the plan judged."""
    plan = bp.read("examples/demonstration-zone")
    names = plan.layer("parcels").index
    locks = read_locks(plan, [f"parcels:{name}" for name in names if not str(name).startswith("IM-01-05")])
    before = check(plan)
    return landuse_problem(plan, before, locks=locks), before


def every_value(land, objectives):
    """The objectives of every choice that meets all demands."""
    options = [np.flatnonzero(row) for row in land.problem.allowed]
    choices = (np.array(choice, dtype=np.intp) for choice in itertools.product(*options))
    return np.array(
        [
            [one.value(land.problem, choice) for one in objectives]
            for choice in choices
            if fits(land.problem, choice)
        ]
    )


@pytest.mark.parametrize("names", [("land:1401", "unchanged"), ("suitability", "land:1401", "unchanged")])
def test_no_choice_is_better_in_everything_than_a_point_of_the_set(corner, names) -> None:
    land, before = corner
    objectives = objectives_of(land, names, before)
    points = pareto(land, objectives, 6, LONG)
    tried = every_value(land, objectives)
    for point in points:
        values = np.array(point.values)
        better = (tried >= values - 1e-9).all(axis=1) & (tried > values + 1e-5 * np.abs(values)).any(axis=1)
        assert not better.any()
        assert fits(land.problem, point.found.chosen)
        assert point.bound >= values[0] - 1e-9
    assert len(points) >= 2
    assert points[0].values[0] == pytest.approx(tried[:, 0].max())


def test_the_bound_of_a_point_holds_for_every_choice_that_reaches_its_levels(corner) -> None:
    land, before = corner
    objectives = objectives_of(land, ("worth", "land:1401"), before)
    tried = every_value(land, objectives)
    for point in pareto(land, objectives, 5, LONG):
        as_good = tried[:, 1] >= point.values[1]
        assert tried[as_good, 0].max() <= point.bound + 1e-9


def test_objectives_bear_the_names_of_the_plan(corner) -> None:
    land, before = corner
    found = objectives_of(land, ("zone:commercial", "zone-green", "land:1401"), before)
    assert [one.title["en"] for one in found] == [
        "Commercial area", "Public green space per resident", "Park green space",
    ]  # fmt: skip
    assert found[0].title["ja"] == "業務商業ゾーン"
    assert [one.unit for one in found] == ["ha", "m2", "ha"]


def test_an_unknown_objective_is_refused_with_those_there_are(corner) -> None:
    land, before = corner
    with pytest.raises(UsageError, match=r"no objective 'beauty'.*worth, suitability.*zone:commercial"):
        objectives_of(land, ("worth", "beauty"), before)
    with pytest.raises(UsageError, match="two or three"):
        objectives_of(land, ("worth",), before)


def test_a_picked_point_is_a_proposal_with_the_set_beside_it(corner) -> None:
    land, before = corner
    objectives = objectives_of(land, ("worth", "unchanged"), before)
    points = pareto(land, objectives, 3, LONG)
    picked = balanced(points) + 1
    answer = propose_point(land, objectives, points, picked)
    told = answer.parameters["pareto"]
    assert told["picked"] == picked
    assert told["points"][picked - 1]["values"]["worth"] == pytest.approx(answer.objective)
    uses = {change.id: change.new for change in answer.changes if change.column == "land_use"}
    assert told["points"][picked - 1]["uses"] == uses
    assert answer.bound is None
    assert not answer.proved
