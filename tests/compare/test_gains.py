"""Who has something nearer, and who farther, than before; and proposals as columns."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest
import shapely
import shapely.affinity
from tests.support.builders import a_plan, parcels_of

from blockplan.compare import compare
from blockplan.compare.gains import gains, gains_by_place
from blockplan.errors import UsageError
from blockplan.propose import Change, apply
from blockplan.propose.changes import new_feature


def a_row():
    # Homes at 50 m and 350 m east of the corner, a park between 100 and 200 m.
    parcels = parcels_of("0701", "1401", "16", "0701", "16", residents=[10, None, None, 30, None])
    return a_plan(parcels, {"packs": ["zone"]})


def use(parcel, old, new):
    return Change("parcels", parcel, "land_use", old, new)


def test_a_new_park_is_nearer_for_those_beside_it_alone():
    plan = a_row()
    (green,) = gains("b", plan, apply(plan, [use("E", "16", "1401")]))
    assert (green.to, green.nearer, green.farther, green.same) == ("green", 30, 0, 10)
    assert green.homes == (("parcels", "D", 30, 150.0, 50.0),)
    assert (green.old_m, green.new_m) == (pytest.approx(125.0), pytest.approx(50.0))


def test_a_park_that_moves_is_farther_for_some():
    plan = a_row()
    (green,) = gains("b", plan, apply(plan, [use("B", "1401", "16"), use("E", "16", "1401")]))
    assert (green.nearer, green.farther) == (30, 10)


def test_what_nobody_had_counts_as_nearer_and_its_mean_before_is_not_known():
    plan = a_row()
    stop = new_feature("stops", "S", {"modes": "bus", "geometry": "POINT (500050 4400050)"})
    (found,) = gains("b", plan, apply(plan, stop))
    assert (found.to, found.nearer, found.old_m) == ("stop", 40, None)
    assert {home[3] for home in found.homes} == {None}


def test_what_stands_where_it_stood_is_left_out():
    plan = a_row()
    assert gains("b", plan, apply(plan, [use("E", "16", "0902")])) == []


def test_a_proposal_is_a_column_beside_the_scenario_it_was_made_for(tmp_path):
    plan = a_row()
    document = {"kind": "repair", "plan": "small", "scenario": "base", "content_hash": "x"}
    change = use("E", "16", "1401")
    (tmp_path / "park").mkdir()
    file = tmp_path / "park" / "proposal.json"
    file.write_text(json.dumps(document | {"changes": [change.to_dict()]}))
    by_file, by_folder = (compare(plan, ["base", str(path)]) for path in (file, file.parent))
    for found in (by_file, by_folder):
        moved = [(one.was.code, one.now.code, one.ha) for one in found.transitions if not one.stays]
        assert moved == [("16", "1401", pytest.approx(1.0))]
        assert found.to_dict()["gains"][0]["nearer"] == 30
    file.write_text(json.dumps(document | {"plan": "other", "changes": []}))
    with pytest.raises(UsageError, match="made for plan 'other'"):
        compare(plan, [str(file)])


def test_gains_are_told_by_area_and_block_and_nobody_is_left_out():
    parcels = parcels_of("0701", "1401", "16", "0701", "16", residents=[10, None, None, 30, None])
    west = shapely.box(*shapely.total_bounds(parcels.geometry[:2].to_numpy()))
    empty = shapely.box(0, 0, 1, 1)  # nobody lives there, and it is not told of
    areas = gpd.GeoDataFrame({"area_id": ["W", "E"]}, geometry=[west, empty], crs=parcels.crs)
    plan = a_plan(parcels, {"packs": ["zone"]}, areas=areas)
    after = apply(plan, [use("B", "1401", "16"), use("E", "16", "1401")])
    (green,) = gains("b", plan, after)
    places = [one for one in gains_by_place("b", plan, after) if one.layer == "areas"]
    told = {one.id: (one.residents, one.nearer, one.farther) for one in places}
    assert told == {"W": (10, 0, 10), None: (30, 30, 0)}
    assert sum(one.nearer for one in places) == green.nearer
    assert sum(one.farther for one in places) == green.farther


@pytest.mark.parametrize(("metres", "told"), [(0.5, []), (2.0, [(30, 10, 0)])])
def test_half_a_metre_changes_nothing_and_two_metres_do(metres, told):
    plan = a_row()
    parcels = plan.layer("parcels").copy()
    parcels.loc["B", "geometry"] = shapely.affinity.translate(parcels.geometry["B"], metres)
    found = gains("b", plan, plan.replace(parcels=parcels))
    assert [(one.nearer, one.farther, one.same) for one in found if one.homes] == told
