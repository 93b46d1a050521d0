"""The set of layouts between service and ecology, on an invented community and on the reference plan."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations

import pytest
from benchmarks.synthetic_community import community, objectives_text
from click.testing import CliRunner

from blockplan.cli import app
from blockplan.errors import UsageError
from blockplan.exchange.community import community_text, read_community, write_community
from blockplan.propose.layout.problem.case import layout_case
from blockplan.propose.layout.problem.params import LayoutParams
from blockplan.propose.layout.score.legal import illegal
from blockplan.propose.layout.score.score import score
from blockplan.propose.layout.search.pareto import layout_set, not_bettered
from blockplan.propose.stopping import Stop

pytestmark = pytest.mark.long

FEW = LayoutParams(chains=2, steps_a_second=25)
STOP = Stop(seconds=300)


@pytest.fixture(scope="module")
def case():
    return layout_case(*community(4, 5))


@pytest.fixture(scope="module")
def found(case):
    return layout_set(case, 4, stop=STOP, seed=1, params=FEW)


def test_none_of_the_set_betters_another_in_both(found):
    for one, other in permutations(found.points, 2):
        assert not (one.service >= other.service and one.ecology >= other.ecology)


def test_the_ends_are_the_best_service_and_the_best_ecology_that_were_found(found):
    first, last = found.points[0], found.points[-1]
    assert first.service == max(one.service for one in found.points)
    assert last.ecology == max(one.ecology for one in found.points)
    assert found.searched <= 4


def test_no_layout_of_the_set_is_beyond_the_bounds(found):
    assert all(one.service <= found.service + 1e-9 for one in found.points)
    assert all(one.ecology <= found.ecology + 1e-9 for one in found.points)


def test_every_layout_of_the_set_is_legal_and_has_the_values_that_are_told(case, found):
    for one in found.points:
        assert illegal(one.drawn.plan, case.initial, case.objectives) == []
        told = score(one.drawn.plan, case.objectives)
        assert (one.service, one.ecology) == (told.service, told.ecology)


def test_one_seed_gives_one_set(case, found):
    again = layout_set(case, 4, stop=STOP, seed=1, params=FEW)
    texts = [[community_text(one.drawn.plan) for one in some.points] for some in (found, again)]
    assert texts[0] == texts[1]


def test_layouts_that_another_one_betters_or_that_lack_more_parcels_are_left_out(found):
    best = found.points[0]
    worse = replace(best, service=best.service - 0.1, ecology=best.ecology - 0.1)
    lacking = replace(best, service=9.0, drawn=replace(best.drawn, missing={"school": 1}))
    assert not_bettered([worse, lacking, best]) == [best]


def test_a_set_of_one_is_refused(case):
    with pytest.raises(UsageError, match="A set of 1 has no two ends"):
        layout_set(case, 1)


def test_the_command_writes_every_layout_and_one_picture(case, tmp_path):
    initial, aims = tmp_path / "i.geojson", tmp_path / "o.yaml"
    write_community(case.initial, initial)
    aims.write_text(objectives_text(case.objectives), encoding="utf-8")
    done = CliRunner().invoke(
        app,
        ["propose", "layout", str(initial), str(aims), "--pareto", "2", "--seconds", "1", "--lang", "zh",
         "--json", "--out", str(tmp_path / "set.geojson")],
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    points, picked = told["pareto"]["points"], told["pareto"]["picked"]
    assert told["score"]["service"] == points[picked - 1]["service"]
    # A second may be over before anything bounds the search; then nothing is said of a bound.
    assert told["bound"] is None or told["bound"] >= told["objective"]
    for point in points:
        plan = read_community(tmp_path / f"set-{point['number']}.geojson")
        assert score(plan, case.objectives).ecology == pytest.approx(point["ecology"])
    # Names of types stand in the legend, in the language that was asked for.
    drawing = (tmp_path / "set.svg").read_text(encoding="utf-8")
    assert "学校" in drawing


def test_a_layout_of_the_set_that_is_not_there_cannot_be_picked(case, tmp_path):
    initial, aims = tmp_path / "i.geojson", tmp_path / "o.yaml"
    write_community(case.initial, initial)
    aims.write_text(objectives_text(case.objectives), encoding="utf-8")
    call = ["propose", "layout", str(initial), str(aims), "--pareto", "2", "--pick", "9", "--seconds", "0.2"]
    done = CliRunner().invoke(app, [*call, "--out", str(tmp_path / "set.geojson")])
    assert "so there is no number 9" in str(done.exception)
    assert not (tmp_path / "set.geojson").exists()
