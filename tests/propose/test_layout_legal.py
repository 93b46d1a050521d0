"""The strict reading of a legal plan: each way to break it is found, and told by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from blockplan.exchange.community import Community, Objectives
from blockplan.propose.layout.score.legal import illegal, short_side_m

AIMS = Objectives(
    diagonal_m=1_000.0,
    shares={"residential": 0.3},
    counts={"school": 1},
    min_area_m2={"school": 10_000, "residential": 20_000},
    max_area_m2={"school": 20_000, "residential": 300_000},
    min_edge_m={"school": 80, "residential": 100},
    max_edge_m={"school": 200, "residential": 600},
)
ROAD = shapely.LineString([(0, 0), (600, 0)])


def features(*rows):
    ids, kinds, types, shapes = zip(*rows, strict=True)
    words = [np.array(one, dtype=object) for one in (kinds, types, ["initial"] * len(rows))]
    return Community(np.array(ids), *words, np.array(shapes, dtype=object))


INITIAL = features(
    (0, "line", "road", ROAD),
    (1, "block", "residential", shapely.box(0, 0, 300, 200)),
    (2, "block", "feasible", shapely.box(300, 0, 600, 200)),
)


def plan_of(*parcels):
    """The initial community with its vacant block cut into these parcels (type, polygon)."""
    rows = [(10 + at, "block", name, shape) for at, (name, shape) in enumerate(parcels)]
    return features(
        (0, "line", "road", ROAD), (1, "block", "residential", shapely.box(0, 0, 300, 200)), *rows
    )


def box(x0, y0, x1, y1):
    return shapely.box(300 + x0, y0, 300 + x1, y1)


GOOD = (("school", box(0, 0, 100, 120)), ("green_s", box(100, 0, 300, 200).union(box(0, 120, 100, 200))))


def rules(plan, aims=AIMS):
    return {one.rule for one in illegal(plan, INITIAL, aims)}


def test_a_legal_plan_has_no_breach():
    assert illegal(plan_of(*GOOD), INITIAL, AIMS) == []


@pytest.mark.parametrize(
    ("parcels", "rule"),
    [
        ([GOOD[0], ("green_s", box(100, 0, 300, 200))], "tiling"),
        ([GOOD[0], ("green_s", box(0, 0, 300, 200))], "tiling"),
        ([GOOD[0], GOOD[1], ("green_s", shapely.box(600, 0, 700, 10))], "tiling"),
        ([("green_s", box(0, 0, 300, 200))], "count"),
        (
            [("school", box(0, 0, 100, 90)), ("green_s", box(0, 0, 300, 200).difference(box(0, 0, 100, 90)))],
            "area",
        ),
        ([("school", box(0, 0, 150, 200)), ("green_s", box(150, 0, 300, 200))], "area"),
        ([("school", box(0, 0, 70, 200)), ("green_s", box(70, 0, 300, 200))], "edge"),
        (
            [
                ("school", box(100, 40, 200, 160)),
                ("green_s", box(0, 0, 300, 200).difference(box(100, 40, 200, 160))),
            ],
            "hole",
        ),
        (
            [
                ("school", box(0, 80, 100, 200)),
                ("green_s", box(0, 0, 300, 200).difference(box(0, 80, 100, 200))),
            ],
            "front",
        ),
        ([GOOD[0], ("feasible", GOOD[1][1])], "vacant"),
        (
            [
                GOOD[0],
                ("green_s", box(0, 199, 2, 200)),
                ("green_s", GOOD[1][1].difference(box(0, 199, 2, 200))),
            ],
            "area",
        ),
    ],
)
def test_a_breach_is_found(parcels, rule):
    assert rule in rules(plan_of(*parcels))


def test_a_block_that_stays_may_not_change():
    plan = plan_of(*GOOD)
    plan.types[1] = "business"
    assert "changed" in rules(plan)
    plan = plan_of(*GOOD)
    plan.shapes[1] = shapely.box(0, 0, 299, 200)
    assert "changed" in rules(plan)


def test_too_little_housing_is_a_breach_with_its_amount():
    (found,) = illegal(plan_of(*GOOD), INITIAL, replace(AIMS, shares={"residential": 0.6}))
    assert (found.rule, found.measured, found.limit) == ("share", 0.5, 0.6)


def test_more_than_eight_homes_must_be_large_on_the_mean():
    homes = [("residential", box(k * 30, 0, (k + 1) * 30, 200)) for k in range(9)]
    found = rules(plan_of(*homes, ("school", box(270, 0, 300, 200))))
    assert "homes" in found
    found = rules(plan_of(*homes[:8], ("school", box(240, 0, 300, 200))))
    assert "homes" not in found


def test_the_short_side_is_that_of_the_smallest_turned_rectangle():
    turned = shapely.affinity.rotate(shapely.box(0, 0, 200, 80), 30)
    assert short_side_m(turned) == pytest.approx(80)


@pytest.mark.shared
def test_all_published_plans_break_the_limits_of_area_and_nothing_of_the_tiling(shared):
    from blockplan.exchange.community import read_community, read_objectives

    folder = shared / "drl"
    for path in sorted(folder.glob("*_plan_*.geojson")):
        case = path.name.split("_")[0]
        initial = read_community(folder / f"{case}_initial.geojson")
        found = illegal(read_community(path), initial, read_objectives(folder / f"{case}_objectives.yaml"))
        assert sum(one.rule == "area" and one.measured > one.limit for one in found) >= 15, path.name
        assert not {"count", "changed", "vacant"} & {one.rule for one in found}, path.name
