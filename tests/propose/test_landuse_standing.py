"""Land-use proposals measure from where people live, and keep what is built."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from tests.support.builders import X, Y, a_plan, parcels_of

from blockplan.check import check
from blockplan.measure import measure
from blockplan.propose import Stop, apply, conclude
from blockplan.propose.landuse.allocation import landuse_problem, propose_landuse
from blockplan.propose.landuse.terms import terms_of
from blockplan.propose.locks import read_locks

NO_QUOTAS = {name: {} for name in terms_of().quotas}


def land_of(plan, **said):
    terms = terms_of({"quotas": NO_QUOTAS, **said})
    return landuse_problem(plan, check(plan), terms, read_locks(plan))


def buildings_on(parcel, box, people):
    return gpd.GeoDataFrame(
        {"building_id": ["H"], "use": ["residential"], "parcel_id": [parcel], "residents": [people]},
        geometry=[shapely.box(*box)], crs="EPSG:4548",
    )  # fmt: skip


def a_park_far_from_the_building(parcel="A"):
    """The parcel reaches up to the park, its building stands 850 m from it."""
    shapes = [shapely.box(X, Y, X + 100, Y + 100), shapely.box(X + 100, Y, X + 1000, Y + 100)]
    parcels = gpd.GeoDataFrame(
        {
            "parcel_id": ["P", "A"], "land_use": ["16", "0701"], "permitted": ["1401", None],
            "residents": [None, 100.0], "floor_area_m2": [None, 3000.0],
        },
        geometry=shapes, crs="EPSG:4548",
    )  # fmt: skip
    buildings = buildings_on(parcel, (X + 950, Y + 10, X + 990, Y + 90), 100.0)
    return a_plan(parcels, {"packs": ["zone"]}, buildings=buildings)


def test_homes_are_where_their_buildings_are_as_the_check_measures():
    plan = a_park_far_from_the_building()
    answer = propose_landuse(land_of(plan, rules={"forces": ["must"]}), Stop(seconds=30))
    found = conclude(plan, answer)
    assert found.after.verdict("zone-green-access").outcome == "fail"
    assert "zone-green-access" in {one.demand for one in found.answer.unmet}
    assert "zone-green-access" not in answer.keeps


def test_a_proof_gives_way_where_the_check_denies_what_the_model_holds():
    from dataclasses import replace

    plan = a_park_far_from_the_building()
    answer = propose_landuse(land_of(plan, rules={"forces": ["must"]}), Stop(seconds=30))
    found = conclude(plan, replace(answer, keeps=("zone-green-access",), unmet=()))
    assert not found.answer.proved
    assert found.answer.proof.against == ("denied: zone-green-access",)
    assert found.exit_code == 1


def a_home_that_could_become_a_park(parcel):
    land = parcels_of(
        "0701", "16", "0701", permitted=["1401", "1401", None], residents=[500.0, None, 100.0],
        floor_area_m2=[10_000.0, None, 3_000.0],
    )  # fmt: skip
    buildings = buildings_on(parcel, (X + 10, Y + 10, X + 90, Y + 90), 500.0)
    return a_plan(land, {"packs": ["zone"]}, buildings=buildings)


ASKED = {"rules": {"forces": []}, "coverage": []}


@pytest.mark.long
def test_a_parcel_with_a_drawn_building_keeps_its_use_whether_or_not_the_building_names_it():
    for parcel in ("A", None):
        plan = a_home_that_could_become_a_park(parcel)
        land = land_of(plan, quotas=NO_QUOTAS | {"1401": {"min_ha": 1.5}}, **ASKED)
        assert land.parcels.why_kept == {"built_on": 1, "nothing_else_permitted": 1}
        answer = propose_landuse(land, Stop(seconds=30))
        assert {one.id for one in answer.changes} == {"B"}
        assert measure(apply(plan, answer.changes), "residents")[0].value == 600


def test_with_leave_of_the_terms_buildings_go_with_their_parcel():
    plan = a_home_that_could_become_a_park("A")
    quotas = NO_QUOTAS | {"1401": {"min_ha": 1.5}}
    land = land_of(plan, stays={"buildings": False}, quotas=quotas, **ASKED)
    answer = propose_landuse(land, Stop(seconds=30))
    after = apply(plan, answer.changes)
    assert {one.id for one in answer.changes if one.layer == "parcels"} == {"A", "B"}
    assert len(after.layer("buildings")) == 0
    assert measure(after, "residents")[0].value == 100
