"""Homes of a community that count by their residents."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import numpy as np
import pytest
import shapely
from benchmarks.synthetic_community import community

from blockplan.errors import PlanDataError
from blockplan.exchange.community import community_text, read_community
from blockplan.propose.layout.problem.case import by_residents, layout_case
from blockplan.propose.layout.problem.params import LayoutParams
from blockplan.propose.layout.search import drawing
from blockplan.propose.layout.search.drawing import layout
from blockplan.propose.layout.search.land import again
from blockplan.propose.stopping import Incumbent, Stop

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def case():
    return layout_case(*community(4, 4))


def peopled(case, **fields):
    initial = case.initial
    home = (initial.kinds == "block") & (initial.types == "residential")
    told = {name: np.where(home, value, np.nan) for name, value in fields.items()}
    return replace(case, initial=replace(initial, **told))


def test_residents_and_floor_area_are_read_from_the_file(case, tmp_path):
    document = json.loads(community_text(case.initial))
    first = document["features"][-1]
    first["properties"] |= {"residents": 120, "floor_area_m2": 4_000.0}
    (tmp_path / "town.geojson").write_text(json.dumps(document), encoding="utf-8")
    found = read_community(tmp_path / "town.geojson")
    assert (found.residents[-1], found.floor_m2[-1]) == (120, 4_000)
    assert np.isnan(found.residents[:-1]).all()


def test_a_home_counts_by_its_residents_and_new_homes_by_the_mean_of_the_others(case):
    found = by_residents(peopled(case, residents=500.0))
    assert set(found.weights.tolist()) == {500.0}
    homes = case.stays[case.stays_types == "residential"]
    assert found.weight_m2 == pytest.approx(500 * homes.size / shapely.area(homes).sum())


def test_residents_follow_from_floor_area_where_the_space_of_a_person_is_given(case):
    found = by_residents(peopled(case, floor_m2=7_200.0), 36.0)
    assert set(found.weights.tolist()) == {200.0}


def test_unknown_residents_are_an_error_that_says_what_to_do(case):
    with pytest.raises(PlanDataError, match=r"residential blocks are not known .* `floor_per_person=`"):
        by_residents(case)
    with pytest.raises(PlanDataError, match=r"Residents of .* are not known"):
        by_residents(peopled(case, floor_m2=7_200.0))


def test_the_plan_tells_coverage_by_residents_beside_the_score_of_the_benchmark(case):
    found = by_residents(peopled(case, residents=np.arange(case.initial.ids.size) % 7 * 100.0 + 100.0))
    drawn = layout(found, stop=Stop(seconds=300), params=LayoutParams(chains=1, steps_a_second=20))
    assert 0 < drawn.score.coverage_weighted <= 1
    assert drawn.score.coverage_weighted != drawn.score.coverage
    # Residents of new homes are those of their area.
    new = drawn.plan.weights.sum() - found.weights.sum()
    stays = shapely.area(case.stays[case.stays_types == "residential"]).sum()
    land = shapely.area(drawn.plan.blocks("residential")).sum() - stays
    assert new == pytest.approx(land * found.weight_m2)
    assert drawn.bound >= drawn.score.total


def test_the_bound_that_is_told_meanwhile_counts_the_traffic_of_the_layout_it_is_told_of(case, monkeypatch):
    monkeypatch.setattr(drawing, "EVERY_S", 0.01)
    monkeypatch.setattr(drawing, "_told_bound", lambda *_: 5.0)
    heard: list[Incumbent] = []
    params = LayoutParams(chains=2, steps_a_second=300)
    driven = replace(case, objectives=replace(case.objectives, traffic=1.0))
    layout(driven, stop=Stop(seconds=60, tell=heard.append), params=params)
    known = [one.bound for one in heard if one.objective is not None]
    assert known
    assert all(bound > 5.0 for bound in known)


def test_a_bound_is_told_once_it_is_known_without_a_better_layout(case, monkeypatch):
    layout_told, bound_told = threading.Event(), threading.Event()
    heard: list[Incumbent] = []
    waited: list[bool] = []

    def hear(said: Incumbent) -> None:
        heard.append(said)
        layout_told.set()
        if said.bound is not None:
            bound_told.set()

    def chain(search, start, seed, *_):
        search._bests[seed] = (1.0, again(start, seed))
        waited.append(bound_told.wait(30))
        return start

    def bound(*_):
        layout_told.wait(30)
        return 5.0

    monkeypatch.setattr(drawing, "EVERY_S", 0.01)
    monkeypatch.setattr(drawing, "_told_bound", bound)
    monkeypatch.setattr(drawing.LayoutSearch, "_chain", chain)
    layout(case, stop=Stop(seconds=60, tell=hear), params=LayoutParams(chains=2, steps_a_second=300))
    assert waited
    assert all(waited)
    assert heard[0].bound is None
    assert heard[1].bound is not None
    assert heard[1].objective == heard[0].objective
