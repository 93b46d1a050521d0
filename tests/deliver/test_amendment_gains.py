"""Who gains and who loses by an amendment: floor area whose ledger sums to zero, facilities, light."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.deliver.amended import changed, with_blocks, without
from tests.deliver.made import a_plan
from tests.support.builders import square
from tests.support.town import town

from blockplan.deliver.amendment import amendment
from blockplan.deliver.amendment.gains import CREATED, _sun, _swept, floor_area_gains, transfers


def test_a_transfer_of_floor_area_sums_to_zero_and_creates_nothing():
    new = changed(
        changed(town(), "parcels", "A", floor_area_m2=15_000.0), "parcels", "D", floor_area_m2=21_000.0
    )
    found = amendment(town(), new)
    assert found.ledger == ({"account": "A", "change_m2": -3000.0}, {"account": "D", "change_m2": 3000.0})


def test_floor_area_that_one_block_hands_to_another_is_major_and_sums_to_zero():
    found = amendment(with_blocks(), with_blocks(floor_area_transfer_m2=[4_000.0, -4_000.0]))
    assert found.kind == 3
    assert [(one.why, one.id) for one in found.grounds] == [
        ("floor_area_transfer_m2", "K"), ("floor_area_transfer_m2", "L"),
    ]  # fmt: skip
    assert [(one.what, one.id, one.change) for one in found.gains if one.layer == "blocks"] == [
        ("block_cap", "K", 4_000.0), ("block_cap", "L", -4_000.0),
    ]  # fmt: skip
    assert found.ledger == ({"account": "K", "change_m2": 4_000.0}, {"account": "L", "change_m2": -4_000.0})


def test_a_facility_that_moves_is_told_of_the_subblocks_that_are_drawn_where_no_parcel_names_one():
    def plan(of):
        subblocks = gpd.GeoDataFrame(
            {"subblock_id": ["N", "S"]}, geometry=[square(0, 1), square(0, 0)], crs=town().crs
        )
        made = town().replace(subblocks=subblocks, blocks=town().layer("blocks").iloc[:0])
        parcels = made.layer("parcels").assign(block_id=None)
        return changed(made.replace(parcels=parcels), "facilities", "culture", parcel_id=of)

    gains = amendment(plan("A"), plan("D")).gains
    assert [(one.layer, one.id, one.change) for one in gains if one.what == "facilities:culture"] == [
        ("subblocks", "N", 1.0), ("subblocks", "S", -1.0),
    ]  # fmt: skip


def test_floor_area_that_an_amendment_creates_stands_in_its_own_account():
    found = amendment(town(), changed(town(), "parcels", "A", floor_area_m2=20_000.5))
    assert found.ledger == ({"account": "A", "change_m2": 2000.5}, {"account": CREATED, "change_m2": -2000.5})


def test_unknown_floor_area_is_named_and_never_zero():
    parcels = town().layer("parcels").copy()
    parcels.loc["A", ["floor_area_m2", "far"]] = np.nan
    found = amendment(town(), town().replace(parcels=parcels))
    assert found.unknown == ["A"]
    assert found.ledger == ()


@pytest.mark.long
@settings(max_examples=8)
@given(st.integers(0, 1000), st.integers(0, 1000))
def test_every_ledger_sums_to_zero(one, other):
    base = a_plan(one)
    parcels = base.layer("parcels").copy()
    draw = np.random.default_rng(other)
    parcels["floor_area_m2"] = parcels["floor_area_m2"] * draw.uniform(0.5, 1.5, len(parcels))
    ledger = transfers(floor_area_gains(base, base.replace(parcels=parcels)))
    assert sum(round(line["change_m2"] * 100) for line in ledger) == 0


def test_a_block_that_loses_a_facility_is_told():
    gains = amendment(town(), without(town(), "facilities", "school")).gains
    assert [(one.what, one.id, one.change) for one in gains if one.what == "facilities:primary_school"] == [
        ("facilities:primary_school", "K", -1.0)
    ]


def test_the_sun_stands_where_it_stands():
    # At noon its height is 90 degrees less the latitude, less 20.2 of the Great Cold; it stands in the south.
    elevation, east, north = _sun(40.0, 12)
    assert (elevation, east, north) == (
        pytest.approx(29.8),
        pytest.approx(0.0, abs=1e-9),
        pytest.approx(-1.0),
    )
    morning, noon = _sun(40.0, 9), _sun(40.0, 15)
    assert morning[0] == pytest.approx(noon[0])
    assert morning[1] == pytest.approx(-noon[1])
    assert morning[1] > 0


def test_a_sun_lower_than_five_degrees_gives_no_light_to_lose():
    # At eight on the Great Cold: 7.9 degrees high at 40 degrees north, 2.1 at 50, below the horizon at 60.
    assert _sun(40.0, 8)[0] == pytest.approx(7.9, abs=0.05)
    assert _sun(50.0, 8) is None
    assert _sun(60.0, 8) is None


def test_a_shadow_is_the_land_that_the_parcel_passes_over():
    assert _swept(shapely.box(0, 0, 10, 10), 0, 20).area == pytest.approx(300.0)


def test_a_higher_neighbour_in_the_south_takes_light_and_one_in_the_north_does_not():
    parcels = town().layer("parcels").copy()
    parcels["height_m"], parcels["height_kind"] = 12.0, "upper"
    base = town().replace(parcels=parcels)
    shade = [
        one
        for one in amendment(base, changed(base, "parcels", "E", height_m=80.0)).gains
        if one.what == "shade"
    ]
    assert {one.id for one in shade} >= {"I"}
    assert all(one.change > 0 for one in shade)
    assert "A" not in {one.id for one in shade}


@pytest.mark.parametrize(("height_m", "told"), [(12.001, False), (13.0, True)])
def test_shade_that_grows_by_less_than_half_a_square_metre_is_the_same(height_m, told):
    parcels = town().layer("parcels").copy()
    parcels["height_m"], parcels["height_kind"] = 12.0, "upper"
    base = town().replace(parcels=parcels)
    found = amendment(base, changed(base, "parcels", "E", height_m=height_m)).gains
    shade = [one.change for one in found if one.what == "shade"]
    assert bool(shade) is told
    assert all(0.5 < change < 500 for change in shade)


def test_without_a_latitude_light_is_unknown():
    parcels = town(crs="local").layer("parcels").copy()
    parcels["height_m"] = 12.0
    base = town(crs="local").replace(parcels=parcels)
    shade = [
        one
        for one in amendment(base, changed(base, "parcels", "E", height_m=80.0)).gains
        if one.what == "shade"
    ]
    assert shade
    assert all(one.change is None for one in shade)
