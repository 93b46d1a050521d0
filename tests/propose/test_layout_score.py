"""The score of a community plan, by hand and against reference scores."""

from __future__ import annotations

import re

import numpy as np
import pytest
import shapely
from benchmarks.layout_indicators import indicators

from blockplan.exchange.community import Community, Objectives, read_community, read_objectives
from blockplan.propose.layout.score.score import ecology_share, score
from blockplan.propose.layout.score.traffic import joined_lengths, traffic

EMPTY: dict[str, float] = {}
AIMS = Objectives(
    diagonal_m=1_000.0,
    shares=EMPTY,
    counts={},
    min_area_m2=EMPTY,
    max_area_m2=EMPTY,
    min_edge_m=EMPTY,
    max_edge_m=EMPTY,
)


def plan_of(**blocks):
    """Squares of 100 m with their lower left corner at the given x, by type."""
    rows = [(name.rstrip("_0123456789"), x) for name, xs in blocks.items() for x in xs]
    shapes = np.array([shapely.box(x, 0, x + 100, 100) for _, x in rows], dtype=object)
    words = [np.array([one] * len(rows), dtype=object) for one in ("block", "planned")]
    return Community(
        np.arange(len(rows)), words[0], np.array([n for n, _ in rows], dtype=object), words[1], shapes
    )


def test_a_service_at_500_m_is_near_and_one_beyond_is_not():
    found = score(plan_of(residential=[0], business=[500], school=[501]), AIMS)
    assert found.by_service == {"shopping": 1.0, "education": 0.0}
    assert found.coverage == 0.5


def test_blocks_count_equally_in_coverage_and_by_area_beside_it():
    plan = plan_of(residential=[0, 2_000], business=[300])
    plan.shapes[1] = shapely.box(2_000, 0, 2_300, 100)
    found = score(plan, AIMS)
    assert found.coverage == 0.5
    assert found.coverage_area == 0.25


def test_dispersion_is_the_mean_distance_inside_a_service_over_the_diagonal():
    found = score(plan_of(residential=[0], school=[100, 400, 700]), AIMS)
    assert found.dispersion == pytest.approx((300 + 300 + 600) / 3 / 1_000)
    assert found.service == pytest.approx(found.coverage + 0.05 * found.dispersion)


def test_clinics_and_hospitals_are_one_service():
    assert score(plan_of(residential=[0], hospital_l=[900], hospital_s=[200]), AIMS).coverage == 1.0


def test_green_below_2000_m2_does_not_count():
    home = np.array([shapely.box(0, 0, 100, 100)], dtype=object)
    small, large = shapely.box(150, 0, 189, 50), shapely.box(150, 0, 190, 50)
    assert ecology_share(home, np.array([small], dtype=object)) == 0.0
    assert ecology_share(home, np.array([large], dtype=object)) == 1.0
    assert ecology_share(home, home[:0]) == 0.0


def test_a_plan_without_homes_has_score_zero():
    found = score(plan_of(school=[0]), AIMS)
    assert (found.coverage, found.ecology, found.coverage_area) == (0.0, 0.0, 0.0)


def test_traffic_of_one_square_of_roads_is_counted_by_hand():
    corners = [(0, 0), (300, 0), (300, 300), (0, 300), (0, 0)]
    roads = np.array([shapely.LineString(corners[i : i + 2]) for i in range(4)], dtype=object)
    # One part; 1.2 km on 1 km2; no dead end; joined into one road of 1,200 m, which is long; one small cell.
    assert traffic(roads, 1e6) == pytest.approx((1 + 0.12 + 1 + 1 + 1 / 2 + 1) / 6)


def test_a_dead_end_and_a_short_road_cost_their_terms():
    roads = np.array([shapely.LineString([(0, 0), (0, 200)]), shapely.LineString([(500, 0), (560, 0)])])
    assert traffic(roads, 1e6) == pytest.approx((1 / 2 + 0.026 + 1 / 5 + 1 / 2 + 1 + 1) / 6)


def test_no_roads_have_no_traffic():
    assert traffic(np.array([], dtype=object), 1e6) == 0.0


def test_a_ring_of_roads_is_joined_once():
    start, stop = np.array([0, 1, 2]), np.array([1, 2, 0])
    assert joined_lengths(start, stop, np.array([1.0, 2.0, 4.0])).tolist() == [7.0]


@pytest.mark.shared
def test_all_reference_scores_come_out_again(shared):
    folder = shared / "drl"
    page = (folder / "README.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (\w+_plan_\w+) \| ([\d.]+) \| .*? \| ([\d.]+) \| ([\d.]+) \| (\d+) \|", page, re.M
    )
    assert len(rows) == 12
    for name, total, roads, by_area, homes in rows:
        aims = read_objectives(folder / f"{name.split('_')[0]}_objectives.yaml")
        found = score(read_community(folder / f"{name}.geojson"), aims)
        assert found.total == pytest.approx(float(total), abs=1e-6), name
        assert found.traffic == pytest.approx(float(roads), abs=1e-6), name
        assert found.coverage_area == pytest.approx(float(by_area), abs=1e-4), name
        assert found.residential == int(homes), name


def test_school_land_is_told_for_every_ha_of_homes_and_is_unknown_without_homes():
    blank = plan_of(feasible=[0])
    assert indicators(plan_of(residential=[0, 200], school=[400]), blank).school_m2_per_ha == 5_000.0
    assert indicators(plan_of(residential=[0]), blank).school_m2_per_ha == 0.0
    assert indicators(plan_of(school=[400]), blank).school_m2_per_ha is None
